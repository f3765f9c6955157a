"""Outside files to a corpus. `READERS` is the only table of file types."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable
from pathlib import Path, PurePosixPath

import numpy as np

from textgov.errors import ReadError
from textgov.load.docx import read_docx
from textgov.load.frame import corpus_from_frame
from textgov.load.html import read_html
from textgov.load.inputs import Input, Listing, list_inputs
from textgov.load.metadata import join_metadata, read_metadata
from textgov.load.raw import Contents, LoadOptions, Raw
from textgov.load.table import read_csv, read_jsonl, read_tsv
from textgov.load.text import read_md, read_txt
from textgov.records import Corpus, Document, ManifestRow, Step, hash_text
from textgov.spans import Spans

Reader = Callable[[bytes, LoadOptions], Contents]
READERS: dict[str, Reader] = {
    ".txt": read_txt,
    ".md": read_md,
    ".markdown": read_md,
    ".html": read_html,
    ".htm": read_html,
    ".docx": read_docx,
    ".csv": read_csv,
    ".tsv": read_tsv,
    ".jsonl": read_jsonl,
}

__all__ = [
    "READERS",
    "Input",
    "Listing",
    "LoadOptions",
    "corpus_from_frame",
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
        Files or folders.
    options : LoadOptions, optional

    Returns
    -------
    Corpus
        Documents sorted by ``doc_id``; ``corpus.manifest`` accounts for every file, also for those that were skipped
        or could not be read. An empty text is a failed file, not an empty document.

    Raises
    ------
    UsageError
        A source does not exist or holds no file.
    """
    options = options or LoadOptions()
    listing = list_inputs([sources] if isinstance(sources, (str, Path)) else sources)
    documents: list[Document] = []
    rows = list(listing.passed)
    for item in listing.inputs:
        read, found = read_input(item, options)
        rows += read
        documents += found
    documents.sort(key=lambda document: document.doc_id)
    rows.sort(key=lambda row: row.path)
    step = Step("load", "files", {"inputs": len(rows), "documents": len(documents)})
    return Corpus(tuple(documents), tuple(rows), (step,))


def read_input(item: Input, options: LoadOptions) -> tuple[list[ManifestRow], list[Document]]:
    """Read one file: its manifest row, a row for each table row that could not be read, and its documents."""
    try:
        data = item.path.read_bytes()
    except OSError as error:
        facts = {"detail": error.strerror or type(error).__name__}
        return [ManifestRow(item.name, "failed", "file_unreadable", facts, n_bytes=item.n_bytes)], []
    digest = hashlib.sha256(data).hexdigest()
    try:
        contents = _read_contents(item, data, options)
    except ReadError as error:
        return [_row(item, "failed", error.code, error.facts, data, digest)], []
    documents = [_document(item, raw, contents.encoding) for raw in contents.raws if raw.original[raw.start :].strip()]
    rows = [_done(item, contents, documents, data, digest)]
    rows += [
        _row(item, "failed", "row_damaged", {"row": row, "detail": detail}, data, digest, f"#{row}")
        for row, detail in contents.bad_rows
    ]
    rows += [
        _row(item, "failed", "text_empty", {}, data, digest, raw.key)
        for raw in contents.raws
        if raw.key and not raw.original[raw.start :].strip()
    ]
    return rows, documents


def _read_contents(item: Input, data: bytes, options: LoadOptions) -> Contents:
    suffix = PurePosixPath(item.name).suffix.lower()
    if suffix not in READERS:
        raise ReadError("format_unknown", suffix=suffix or item.name, known=" ".join(READERS))
    if not data.strip():
        raise ReadError("file_empty")
    return READERS[suffix](data, options)


def _done(item: Input, contents: Contents, documents: list[Document], data: bytes, digest: str) -> ManifestRow:
    if not documents:
        return _row(item, "failed", "text_empty", {}, data, digest)
    lossy = {"replaced": contents.replaced, "encoding": contents.encoding}
    return ManifestRow(
        item.name,
        "done",
        "encoding_lossy" if contents.replaced else "",
        lossy if contents.replaced else {},
        contents.encoding,
        contents.replaced,
        len(data),
        digest,
        tuple(document.doc_id for document in documents),
    )


def _row(
    item: Input, status: str, code: str, facts: dict[str, object], data: bytes, digest: str, key: str = ""
) -> ManifestRow:
    return ManifestRow(item.name + key, status, code, facts, n_bytes=len(data), sha256=digest)


def _document(item: Input, raw: Raw, encoding: str) -> Document:
    end = len(raw.original) if raw.end is None else raw.end
    blocks = []
    if raw.start:
        blocks.append((0, 0, 0, raw.start))
    if end < len(raw.original):
        blocks.append((end - raw.start, end - raw.start, end, len(raw.original)))
    return Document(
        doc_id=item.name + raw.key,
        text=raw.original[raw.start : end],
        original=raw.original,
        spans=Spans(np.array(blocks, dtype=np.int64)) if blocks else Spans.identity(),
        source=item.name,
        title=raw.title,
        encoding=encoding,
        meta=dict(raw.meta),
        content_hash=hash_text(raw.original),
    )
