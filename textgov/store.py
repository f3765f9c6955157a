"""Our own files: written aside, then moved, so that a half-written result never has the real name."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import fields
from pathlib import Path
from typing import Any

import numpy as np

from textgov.errors import OutputError, RecordError, StoreError
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


def sweep_parts(folder: Path) -> None:
    """Delete what a process that was ended left aside in `folder`."""
    for path in folder.glob(".*.part"):
        with suppress(OSError):
            path.unlink()


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
    originals = [None if doc.original == doc.text else doc.original for doc in documents]
    blocks = [doc.spans.blocks.ravel() for doc in documents]
    table = pa.table({**plain, **packed, "original": originals, "spans": blocks}, schema=_schema(pa))
    table = table.replace_schema_metadata({b"format": CORPUS_FORMAT, b"documents": b"%d" % len(documents)})
    with written_aside(path) as part:
        pq.write_table(
            table,
            part,
            compression="zstd",
            compression_level=-5,
            use_dictionary=False,
            write_statistics=False,
            write_page_checksum=True,
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
        table = pq.read_table(path, page_checksum_verification=True)
    except (OSError, pa.ArrowException) as error:
        raise StoreError("store_bad", path=path, detail=str(error)) from None
    about = table.schema.metadata or {}
    if about.get(b"format") != CORPUS_FORMAT:
        raise StoreError("store_bad", path=path, detail="format")
    # The pages have checksums, their description has none.
    if not table.schema.equals(_schema(pa)) or about.get(b"documents") != b"%d" % len(table):
        raise StoreError("store_bad", path=path, detail="columns")
    try:
        return tuple(_unpack_row(row) for row in table.to_pylist())
    except (KeyError, TypeError, ValueError, RecordError) as error:
        raise StoreError("store_bad", path=path, detail=str(error)) from None


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
    "language",
)
PACKED_FIELDS = ("meta", "sections", "evidence", "doubts", "removed")
PARTS = {"sections": Section, "removed": Section, "evidence": Evidence, "doubts": Doubt}


def _schema(pa: Any) -> Any:
    kinds = dict.fromkeys((*PLAIN_FIELDS, *PACKED_FIELDS), pa.string())
    kinds |= {"text": pa.large_string(), "year": pa.int32(), "confidence": pa.float64()}
    return pa.schema({**kinds, "original": pa.large_string(), "spans": pa.large_list(pa.int64())})


def _pack(value: Any) -> str:
    if isinstance(value, Mapping):
        return json.dumps(dict(value), ensure_ascii=False, sort_keys=True) if value else ""
    rows = [{item.name: getattr(part, item.name) for item in fields(part)} for part in value]
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
