"""What a reader returns: one document as it came from a file."""

from __future__ import annotations

import codecs
from collections.abc import Mapping
from dataclasses import dataclass, field

from textgov.errors import UsageError


@dataclass(frozen=True, slots=True)
class Raw:
    """One document out of a file.

    ``original[start:end]`` is the text to analyse; what lies outside (front matter) is kept so that offsets lead into
    the file as it is. ``key`` is what the doc_id gets behind the path, such as ``#2`` for a table row.
    """

    original: str
    start: int = 0
    end: int | None = None
    key: str = ""
    title: str = ""
    meta: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Contents:
    """All documents of a file, its encoding, replaced characters, and rows that could not be read (row, why)."""

    raws: tuple[Raw, ...]
    encoding: str = ""
    replaced: int = 0
    bad_rows: tuple[tuple[int, str], ...] = ()


@dataclass(frozen=True, slots=True)
class LoadOptions:
    """How files are read.

    Parameters
    ----------
    encoding : str, optional
        The encoding of all text files; detected file by file when not given.
    text_column : str, optional
        The column of tables that holds the text; found by its name when not given.
    """

    encoding: str | None = None
    text_column: str | None = None

    def __post_init__(self) -> None:
        if self.encoding is not None:
            try:
                codecs.lookup(self.encoding)
            except LookupError:
                raise UsageError("encoding_unknown", name=self.encoding) from None
