"""Documents on disk: one parquet file a shard with the texts, another with where each document belongs."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import fields, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from textgov.errors import RecordError, StoreError
from textgov.records import Document, Doubt, Evidence, ManifestRow, Section
from textgov.remote import RemotePath
from textgov.spans import Spans
from textgov.store.tables import Read, iter_groups, iter_tables, read_store_table, table_writer, write_store_table

if TYPE_CHECKING:
    import pyarrow as pa

CORPUS_FORMAT = "textgov corpus 2"  # raised when a reader of today could not read what is written
PLACES_FORMAT = "textgov places 1"
INPUTS_FORMAT = "textgov inputs 1"
Write = Callable[[Sequence[Document]], None]


@contextmanager
def corpus_writer(path: Path | RemotePath) -> Iterator[Write]:
    """A function that appends documents with their texts to a file; `iter_corpus` gives them back equal.

    An original that equals its text is not written twice.
    """
    with table_writer(path, _corpus_schema(), CORPUS_FORMAT) as write:
        yield lambda documents: write(_corpus_table(documents))


def write_corpus(documents: Sequence[Document], path: Path | RemotePath) -> None:
    """Write documents with their texts; `read_corpus` gives them back equal."""
    with corpus_writer(path) as write:
        write(documents)


def iter_corpus(path: Path | RemotePath) -> Iterator[tuple[Document, ...]]:
    """Documents with their texts, as they were appended, one group at a time.

    Raises
    ------
    StoreError
        The file is damaged, or was written in another format.
    """
    yield from _iter_documents(path, _corpus_schema(), CORPUS_FORMAT, _unpack_row)


def read_corpus(path: Path | RemotePath) -> tuple[Document, ...]:
    """All documents of one shard, with their texts."""
    return tuple(document for group in iter_corpus(path) for document in group)


class TextGroup:
    """A group of documents on disk: its texts, and whole documents by their numbers; only what is asked for is read.

    A search is not slowed by documents without a hit. The documents have ids, texts, originals, spans and sections,
    and nothing else.
    """

    def __init__(self, read: Read) -> None:
        self._read = read
        self._texts: pa.Array | None = None
        self.doc_ids: list[str] = read(("doc_id",))["doc_id"].to_pylist()

    def texts(self) -> pa.Array:
        """The texts, one a document."""
        if self._texts is None:
            self._texts = self._read(("text",))["text"].combine_chunks()
        return self._texts

    def documents(self, numbers: Sequence[int]) -> Iterator[Document]:
        """The documents with these numbers in the group."""
        columns = [column.combine_chunks() for column in self._read(("original", "spans", "sections")).columns]
        for number in numbers:
            original, spans, sections = (column[number] for column in columns)
            words: str = self.texts()[number].as_py()
            source = original.as_py() if original.is_valid else words
            blocks = Spans(np.array(spans.as_py(), dtype=np.int64).reshape(-1, 4))
            parts = _parts(Section, sections.as_py())
            yield Document(self.doc_ids[number], words, source, blocks, sections=parts)


def scan_texts(path: Path | RemotePath) -> Iterator[TextGroup]:
    """The groups of a shard, one at a time.

    Raises
    ------
    StoreError
        As `iter_corpus`.
    """
    for read in iter_groups(path, _corpus_schema(), CORPUS_FORMAT):
        yield TextGroup(read)


def read_place_columns(path: Path | RemotePath) -> pa.Table:
    """Of the documents of a shard the columns ``doc_id``, ``place_code``, ``place`` and ``year``."""
    import pyarrow as pa

    columns = ("doc_id", "place_code", "place", "year")
    return pa.concat_tables([read(columns) for read in iter_groups(path, _places_schema(), PLACES_FORMAT)])


@contextmanager
def places_writer(path: Path | RemotePath) -> Iterator[Write]:
    """A function that appends documents without their texts: where they belong, and the evidence."""
    with table_writer(path, _places_schema(), PLACES_FORMAT) as write:
        yield lambda documents: write(_places_table(documents))


def iter_places(path: Path | RemotePath, *, evidence: bool = True) -> Iterator[tuple[Document, ...]]:
    """Documents without their texts, as they were appended, one group at a time.

    Without the list of their ``evidence`` (what it says is in ``explanation`` too) it takes a third of the time.
    """
    schema = _places_schema()
    columns = () if evidence else [name for name in schema.names if name != "evidence"]
    yield from _iter_documents(path, schema, PLACES_FORMAT, _unpack_place, columns)


def read_places(path: Path | RemotePath, *, evidence: bool = True) -> tuple[Document, ...]:
    """All documents of one shard, without their texts."""
    return tuple(document for group in iter_places(path, evidence=evidence) for document in group)


INDEX_FIELDS = ("doc_id", "place_code", "place", "level", "year", "doc_type", "doubts")


def read_index(path: Path | RemotePath) -> dict[str, list[Any]]:
    """Columns that say where the documents of one shard belong, and ``held``; nothing else is read."""
    table = read_store_table(path, PLACES_FORMAT, _places_schema(), INDEX_FIELDS)
    found: dict[str, list[Any]] = {name: table[name].to_pylist() for name in INDEX_FIELDS}
    waits = [bool(packed) and any(doubt["held"] for doubt in json.loads(packed)) for packed in found.pop("doubts")]
    nowhere = (code is None or year is None for code, year in zip(found["place_code"], found["year"], strict=True))
    return found | {"held": [one or other for one, other in zip(nowhere, waits, strict=True)]}


def placed(texts: Sequence[Document], places: Sequence[Document]) -> tuple[Document, ...]:
    """Documents with their texts, and where they belong."""
    if [one.doc_id for one in texts] != [one.doc_id for one in places]:
        raise RecordError("record_bad", what="placed", detail="texts and places are of other documents")
    names = [name for name in (*PLACES_FIELDS, *PLACES_PACKED) if name != "doc_id"]
    return tuple(
        replace(text, **{name: getattr(place, name) for name in names})
        for text, place in zip(texts, places, strict=True)
    )


def write_inputs(rows: Sequence[ManifestRow], path: Path | RemotePath) -> None:
    """Write rows of the manifest; `read_inputs` gives them back equal."""
    import pyarrow as pa

    columns: dict[str, Any] = {name: [getattr(row, name) for row in rows] for name in INPUT_FIELDS}
    columns["facts"] = [_pack(row.facts) for row in rows]
    columns["doc_ids"] = [list(row.doc_ids) for row in rows]
    kinds = {name: pa.string() for name in INPUT_FIELDS} | {"replaced": pa.int64(), "n_bytes": pa.int64()}
    kinds |= {"margin": pa.float64(), "facts": pa.string(), "doc_ids": pa.list_(pa.string())}
    write_store_table(pa.table(columns, schema=pa.schema(kinds)), path, INPUTS_FORMAT)


def read_inputs(path: Path | RemotePath) -> tuple[ManifestRow, ...]:
    """Rows of the manifest of one shard."""
    found = []
    for row in read_store_table(path, INPUTS_FORMAT).to_pylist():
        facts, doc_ids = json.loads(row.pop("facts") or "{}"), tuple(row.pop("doc_ids"))
        found.append(ManifestRow(**row, facts=facts, doc_ids=doc_ids))
    return tuple(found)


def _iter_documents(
    path: Path | RemotePath,
    schema: pa.Schema,
    form: str,
    unpack: Callable[[dict[str, Any]], Document],
    columns: Sequence[str] = (),
) -> Iterator[tuple[Document, ...]]:
    for table in iter_tables(path, schema, form, columns):
        try:
            group = tuple(unpack(row) for row in table.to_pylist())
        except (KeyError, TypeError, ValueError, RecordError) as error:
            raise StoreError("store_bad", path=path, detail=str(error)) from None
        yield group


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
INPUT_FIELDS = ("path", "status", "code", "encoding", "replaced", "n_bytes", "sha256", "margin")
PACKED_FIELDS = ("meta", "sections", "evidence", "doubts", "removed")
PARTS = {"sections": Section, "removed": Section, "evidence": Evidence, "doubts": Doubt}


# What the stages after the texts find out; the rest of a document without its text comes along.
PLACES_FIELDS = tuple(name for name in PLAIN_FIELDS if name != "text")
PLACES_PACKED = ("evidence", "doubts")


def _corpus_schema() -> pa.Schema:
    import pyarrow as pa

    kinds = dict.fromkeys((*PLAIN_FIELDS, *PACKED_FIELDS), pa.string())
    kinds |= {"text": pa.large_string(), "year": pa.int32(), "confidence": pa.float64()}
    return pa.schema({**kinds, "original": pa.large_string(), "spans": pa.large_list(pa.int64())})


def _places_schema() -> pa.Schema:
    import pyarrow as pa

    kinds = dict.fromkeys((*PLACES_FIELDS, *PLACES_PACKED), pa.string())
    return pa.schema(kinds | {"year": pa.int32(), "confidence": pa.float64()})


def _corpus_table(documents: Sequence[Document]) -> pa.Table:
    import pyarrow as pa

    plain = {name: [getattr(doc, name) for doc in documents] for name in PLAIN_FIELDS}
    packed = {name: [_pack(getattr(doc, name)) for doc in documents] for name in PACKED_FIELDS}
    originals = [None if doc.original == doc.text else doc.original for doc in documents]
    blocks = [doc.spans.blocks.ravel() for doc in documents]
    return pa.table({**plain, **packed, "original": originals, "spans": blocks}, schema=_corpus_schema())


def _places_table(documents: Sequence[Document]) -> pa.Table:
    import pyarrow as pa

    plain = {name: [getattr(doc, name) for doc in documents] for name in PLACES_FIELDS}
    packed = {name: [_pack(getattr(doc, name)) for doc in documents] for name in PLACES_PACKED}
    return pa.table({**plain, **packed}, schema=_places_schema())


def _pack(value: Any) -> str:
    if isinstance(value, Mapping):
        return json.dumps(dict(value), ensure_ascii=False, sort_keys=True) if value else ""
    rows = [{item.name: getattr(part, item.name) for item in fields(part)} for part in value]
    return json.dumps(rows, ensure_ascii=False, sort_keys=True) if rows else ""


def _unpack_row(row: dict[str, Any]) -> Document:
    values: dict[str, Any] = {name: row[name] for name in PLAIN_FIELDS}
    values["meta"] = json.loads(row["meta"]) if row["meta"] else {}
    for name, kind in PARTS.items():
        values[name] = _parts(kind, row[name])
    values["original"] = row["text"] if row["original"] is None else row["original"]
    values["spans"] = Spans(np.array(row["spans"], dtype=np.int64).reshape(-1, 4))
    return Document(**values)


def _unpack_place(row: dict[str, Any]) -> Document:
    values: dict[str, Any] = {name: row[name] for name in PLACES_FIELDS}
    for name in PLACES_PACKED:
        values[name] = _parts(PARTS[name], row.get(name, ""))
    return Document(text="", original="", spans=Spans.identity(), **values)


def _parts(kind: type, packed: str) -> tuple[Any, ...]:
    items = json.loads(packed) if packed else []
    return tuple(kind(**{key: _tupled(value) for key, value in item.items()}) for item in items)


def _tupled(value: Any) -> Any:
    return tuple(value) if isinstance(value, list) else value
