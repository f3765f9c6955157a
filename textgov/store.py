"""Our own files: written aside, then moved, so that a half-written result never has the real name."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np

from textgov.errors import OutputError, StoreError
from textgov.records import Document, Doubt, Evidence, Section
from textgov.spans import Spans


@contextmanager
def written_aside(path: Path) -> Iterator[Path]:
    """Yield ``.<name>.part`` in the folder of `path` to write to; moved to `path` at the end, removed on any failure.

    The old file, if there is one, stays whole until the new one is complete, also when the user presses Ctrl-C.

    Raises
    ------
    OutputError
        When the system refuses: the target is open in another program, the disk is full, the folder is missing.
    """
    part = path.with_name(f".{path.name}.part")
    try:
        yield part
        part.replace(path)
    except OSError as error:
        raise OutputError("out_failed", path=str(path), detail=error.strerror or str(error)) from error
    finally:
        with suppress(OSError):  # after a success there is nothing left; a failure here must not hide the first one
            part.unlink(missing_ok=True)


def make_folder(path: Path) -> Path:
    """Make the folder `path` and its parents if missing, and return it."""
    try:
        path.mkdir(parents=True, exist_ok=True)
    except (FileExistsError, NotADirectoryError):
        raise OutputError("out_is_file", path=str(path)) from None
    except OSError as error:
        raise OutputError("out_failed", path=str(path), detail=error.strerror or str(error)) from error
    return path


# ---- the corpus: one parquet file a shard ----

CORPUS_FORMAT = b"textgov corpus 1"  # raised when a reader of today could not read what is written


def write_corpus(documents: Sequence[Document], path: Path) -> None:
    """Write the documents of one shard; `read_corpus` gives them back equal.

    An original that equals its text is not written twice.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    plain = {name: [getattr(doc, name) for doc in documents] for name in PLAIN_FIELDS}
    packed = {name: [_pack(getattr(doc, name)) for doc in documents] for name in PACKED_FIELDS}
    arrays = {name: pa.array(values, type=_kind(pa, name)) for name, values in (plain | packed).items()}
    originals = [None if doc.original == doc.text else doc.original for doc in documents]
    arrays["original"] = pa.array(originals, type=pa.large_string())
    blocks = [doc.spans.blocks.ravel() for doc in documents]
    arrays["spans"] = pa.array(blocks, type=pa.large_list(pa.int64()))
    table = pa.table(arrays).replace_schema_metadata({b"format": CORPUS_FORMAT})
    with written_aside(path) as part:
        pq.write_table(
            table, part, compression="zstd", compression_level=1, use_dictionary=False, write_statistics=False
        )


def read_corpus(path: Path) -> tuple[Document, ...]:
    """Read the documents of one shard.

    Raises
    ------
    StoreError
        The file is damaged, or was written in another format.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        table = pq.read_table(path)
    except (OSError, pa.ArrowException) as error:
        raise StoreError("store_bad", path=path, detail=str(error)) from None
    if (table.schema.metadata or {}).get(b"format") != CORPUS_FORMAT:
        raise StoreError("store_bad", path=path, detail="format")
    return tuple(_unpack_row(row) for row in table.to_pylist())


PLAIN_FIELDS = (
    "doc_id",
    "text",
    "source",
    "title",
    "place_code",
    "place",
    "level",
    "year",
    "date",
    "issuer",
    "doc_number",
    "doc_type",
    "script",
    "encoding",
    "confidence",
    "explanation",
    "content_hash",
)
PACKED_FIELDS = ("meta", "sections", "evidence", "doubts")
PARTS = {"sections": Section, "evidence": Evidence, "doubts": Doubt}


def _kind(pa: Any, name: str) -> Any:
    return {"text": pa.large_string(), "year": pa.int32(), "confidence": pa.float64()}.get(name, pa.string())


def _pack(value: Any) -> str:
    rows = dict(value) if isinstance(value, Mapping) else [asdict(item) for item in value]
    return json.dumps(rows, ensure_ascii=False, sort_keys=True) if rows else ""


def _unpack_row(row: dict[str, Any]) -> Document:
    values: dict[str, Any] = {name: row[name] for name in PLAIN_FIELDS}
    values["meta"] = json.loads(row["meta"]) if row["meta"] else {}
    for name, kind in PARTS.items():
        items = json.loads(row[name]) if row[name] else []
        values[name] = tuple(kind(**{key: _tupled(value) for key, value in item.items()}) for item in items)
    values["original"] = row["text"] if row["original"] is None else row["original"]
    values["spans"] = Spans(np.array(row["spans"], dtype=np.int64).reshape(-1, 4))
    return Document(**values)


def _tupled(value: Any) -> Any:
    return tuple(value) if isinstance(value, list) else value
