"""Outside files to a corpus. `READERS` is the only table of file types."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import BinaryIO

import numpy as np

from textgov.errors import ReadError
from textgov.load.archive import inner_name, read_bz2, read_gz, read_tar, read_xz, read_zip
from textgov.load.catalogue import Input
from textgov.load.dataset import read_dta, read_parquet, read_sav
from textgov.load.docx import read_docx
from textgov.load.frame import corpus_from_frame
from textgov.load.html import read_html
from textgov.load.inputs import Listing, list_inputs
from textgov.load.legal import without_header
from textgov.load.metadata import join_metadata, read_metadata
from textgov.load.mhtml import read_mhtml
from textgov.load.objects import read_json, read_jsonl
from textgov.load.pdf import read_pdf
from textgov.load.raw import Fault, LoadOptions, Member, Part, Raw
from textgov.load.references import read_bibtex, read_endnote, read_noteexpress, read_ris
from textgov.load.sheet import read_sheet
from textgov.load.sniff import reader_name
from textgov.load.table import read_csv, read_tsv
from textgov.load.text import front_matter, read_md, read_txt
from textgov.load.warc import read_warc
from textgov.load.word import read_word
from textgov.load.xml import read_xml
from textgov.records import Corpus, Document, ManifestRow, Step, hash_text
from textgov.remote import RemotePath
from textgov.spans import Spans

Reader = Callable[[BinaryIO, LoadOptions], Iterator[Part]]
READERS: dict[str, Reader] = {
    ".txt": read_txt,
    ".md": read_md,
    ".markdown": read_md,
    ".html": read_html,
    ".htm": read_html,
    ".mhtml": read_mhtml,
    ".mht": read_mhtml,
    ".docx": read_docx,
    ".doc": read_word,
    ".dot": read_word,
    ".wps": read_word,
    ".wpt": read_word,
    ".rtf": read_word,
    ".pdf": read_pdf,
    ".xml": read_xml,
    ".tmx": read_xml,
    ".csv": read_csv,
    ".tsv": read_tsv,
    ".xlsx": read_sheet,
    ".xlsm": read_sheet,
    ".xls": read_sheet,
    ".et": read_sheet,
    ".dta": read_dta,
    ".sav": read_sav,
    ".zsav": read_sav,
    ".parquet": read_parquet,
    ".json": read_json,
    ".jsonl": read_jsonl,
    ".ndjson": read_jsonl,
    ".ris": read_ris,
    ".bib": read_bibtex,
    ".enw": read_endnote,
    ".net": read_noteexpress,
    ".warc": read_warc,
    ".zip": read_zip,
    ".tar": read_tar,
    ".gz": read_gz,
    ".xz": read_xz,
    ".bz2": read_bz2,
}

# A file up to this size is held in memory while it is read; a larger one is read from the disk.
HELD_BYTES = 64_000_000
MAX_DEPTH = 3  # archives inside archives; deeper nesting was found in no real collection, but in attacks

__all__ = [
    "READERS",
    "Input",
    "Listing",
    "LoadOptions",
    "corpus_from_frame",
    "iter_input",
    "join_metadata",
    "list_inputs",
    "load_corpus",
    "read_input",
    "read_metadata",
]


def load_corpus(sources: Path | str | Iterable[Path | str], options: LoadOptions | None = None) -> Corpus:
    """Read every file of the sources.

    Parameters
    ----------
    sources : path or iterable of paths
        Files or folders; URLs such as ``s3://bucket/folder`` too (extra ``objects``).
    options : LoadOptions, optional

    Returns
    -------
    Corpus
        Documents in the order of the names of their files, those of one file in its order; ``corpus.manifest``
        accounts for every file, also for those that were skipped or could not be read. An empty text is a failed
        file, not an empty document.

    Raises
    ------
    UsageError
        A source does not exist or holds no file.
    RemoteError
        The storage behind a URL does not answer.
    """
    options = options or LoadOptions()
    listing = list_inputs([sources] if isinstance(sources, (str, Path, RemotePath)) else sources)
    documents: list[Document] = []
    rows = list(listing.passed)
    for item in listing.inputs:
        read, found = read_input(item, options)
        rows += read
        documents += found
    rows.sort(key=lambda row: row.path)
    step = Step("load", "files", {"inputs": len(rows), "documents": len(documents)})
    return Corpus(tuple(documents), tuple(rows), (step,))


def read_input(item: Input, options: LoadOptions) -> tuple[list[ManifestRow], list[Document]]:
    """Read one file: its manifest row, a row for each part of it that could not be read, and its documents."""
    rows: list[ManifestRow] = []
    documents: list[Document] = []
    for found in iter_input(item, options):
        if isinstance(found, Document):
            documents.append(found)
        else:
            rows.append(found)
    return rows, documents


def iter_input(item: Input, options: LoadOptions) -> Iterator[Document | ManifestRow]:
    """As `read_input`, one document after the other; memory is bounded by the largest document."""
    try:
        with item.opened(HELD_BYTES) as stream:
            digest = hashlib.file_digest(stream, "sha256").hexdigest()
            stream.seek(0)
            # A small file is read at once: many readers go to and fro in it.
            held = io.BytesIO(stream.read()) if item.n_bytes <= HELD_BYTES else stream
            yield from _read_file(_File(item.name, item.name, item.name, held, digest), options)
    except OSError as error:
        facts = {"detail": error.strerror or type(error).__name__}
        yield ManifestRow(item.name, "failed", "file_unreadable", facts, n_bytes=item.n_bytes)
    except ReadError as error:
        yield ManifestRow(item.name, "failed", error.code, error.facts, n_bytes=item.n_bytes)


@dataclass(frozen=True, slots=True, eq=False)
class _File:
    """A file, or a member of one: its source, its own name and ending, and its place in the nesting."""

    source: str
    doc_id: str
    name: str
    stream: BinaryIO
    sha256: str = ""
    depth: int = 0
    meta: Mapping[str, str] = field(default_factory=dict)


@dataclass(slots=True)
class _Account:
    """What has been read out of a file so far."""

    doc_ids: list[str] = field(default_factory=list)
    encoding: str = ""
    margin: float = 1.0
    replaced: int = 0
    archive: bool = False
    members: int = 0
    unread: int = 0

    def add(self, raw: Raw, doc_id: str) -> None:
        self.doc_ids.append(doc_id)
        self.encoding = self.encoding or raw.encoding
        self.margin = min(self.margin, raw.margin)
        self.replaced += raw.replaced


def _read_file(file: _File, options: LoadOptions) -> Iterator[Document | ManifestRow]:
    account = _Account()
    fault: Fault | None = None
    try:
        for part in map(_without_header, _parts(file, options)):
            if isinstance(part, Member):
                account.archive = True
                account.members += 1
                for found in _read_file(_member(file, part), options):
                    account.unread += isinstance(found, ManifestRow) and found.status == "failed"
                    yield found
            elif isinstance(part, Fault):
                account.archive |= part.key.startswith("!")
                account.unread += part.status == "failed"
                yield ManifestRow(file.doc_id + part.key, part.status, part.code, part.facts)
            elif part.original[part.start : part.end].strip():
                doc_id = file.doc_id + part.key
                account.add(part, doc_id)
                yield _document(file, doc_id, part)
            elif part.key:
                account.unread += 1
                yield ManifestRow(file.doc_id + part.key, "failed", "text_empty")
    except ReadError as error:
        fault = Fault("", error.code, error.facts)
    yield _manifest_row(file, account, fault)


def _member(file: _File, part: Member) -> _File:
    meta = {**file.meta, **part.meta}
    return _File(file.source, file.doc_id + part.key, part.name, part.stream, depth=file.depth + 1, meta=meta)


def _parts(file: _File, options: LoadOptions, *, unpacked: bool = False) -> Iterator[Part]:
    if file.depth > MAX_DEPTH:
        raise ReadError("archive_limit", detail=f"more than {MAX_DEPTH} archives inside one another")
    name = reader_name(file.name, file.stream)
    if name not in READERS:
        raise ReadError("format_unknown", suffix=name or file.name, known=" ".join(READERS))
    for part in READERS[name](file.stream, options):
        if not isinstance(part, Member) or part.key:
            yield part
        elif unpacked:
            raise ReadError("archive_limit", detail="compressed several times over")
        else:
            # What a compressed file holds is the file itself: no row of its own.
            inner = replace(file, name=inner_name(file.name), stream=part.stream)
            yield from _parts(inner, options, unpacked=True)


def _without_header(part: Part) -> Part:
    """A document without the header of a legal database or front matter, whatever the format it came in."""
    if not isinstance(part, Raw):
        return part
    part = without_header(part)
    if part.start or part.end is not None:
        return part
    start, meta = front_matter(part.original)
    if not start or not part.original[start:].strip():
        return part
    title = meta.get("title") or ("" if part.title.startswith(("---", "+++")) else part.title)
    return replace(part, start=start, title=title, meta={**meta, **part.meta})


def _manifest_row(file: _File, account: _Account, fault: Fault | None) -> ManifestRow:
    status, code, facts = "done", "", dict[str, object]()
    if fault is not None:
        status, code, facts = "failed", fault.code, dict(fault.facts)
    elif account.archive:
        status = "done" if account.members else "failed"
        code, facts = "archive_read", {"members": account.members, "unread": account.unread}
    elif not account.doc_ids:
        status, code = "failed", "text_empty"
    elif account.replaced:
        code, facts = "encoding_lossy", {"replaced": account.replaced, "encoding": account.encoding}
    return ManifestRow(
        file.doc_id,
        status,
        code,
        facts,
        account.encoding,
        account.replaced,
        _size(file.stream),
        file.sha256,
        tuple(account.doc_ids),
        account.margin,
    )


def _size(stream: BinaryIO) -> int:
    try:
        return stream.seek(0, io.SEEK_END)
    except ReadError:  # a member that could not be decompressed to its end
        return stream.tell()


def _document(file: _File, doc_id: str, raw: Raw) -> Document:
    end = len(raw.original) if raw.end is None else raw.end
    blocks = []
    if raw.start:
        blocks.append((0, 0, 0, raw.start))
    if end < len(raw.original):
        blocks.append((end - raw.start, end - raw.start, end, len(raw.original)))
    return Document(
        doc_id=doc_id,
        text=raw.original[raw.start : end],
        original=raw.original,
        spans=Spans(np.array(blocks, dtype=np.int64)) if blocks else Spans.identity(),
        source=file.source,
        title=raw.title,
        encoding=raw.encoding,
        meta={**file.meta, **raw.meta},
        content_hash=hash_text(raw.original),
    )
