"""What a reader yields: documents as they come out of a file, one after the other."""

from __future__ import annotations

import codecs
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import BinaryIO

from textgov.errors import UsageError


@dataclass(frozen=True, slots=True)
class Raw:
    """One document out of a file.

    ``original[start:end]`` is the text to analyse; what lies outside (front matter) is kept so that offsets lead into
    the file as it is. ``key`` is what the doc_id gets behind the path, such as ``#2`` for a table row. ``margin`` says
    how far the encoding was ahead of the second choice (1 = certain), ``replaced`` how many characters it could not
    decode.
    """

    original: str
    start: int = 0
    end: int | None = None
    key: str = ""
    title: str = ""
    meta: Mapping[str, str] = field(default_factory=dict)
    encoding: str = ""
    margin: float = 1.0
    replaced: int = 0


@dataclass(frozen=True, slots=True)
class Fault:
    """A row or member of a file that was not read: its key, a message code of `errors`, and its facts.

    ``status`` is ``skipped`` for what is no document, such as a hidden file.
    """

    key: str
    code: str
    facts: Mapping[str, object] = field(default_factory=dict)
    status: str = "failed"


@dataclass(frozen=True, slots=True, eq=False)
class Member:
    """A file inside a file: ``key`` is what its doc_id gets behind the path, ``name`` decides how it is read.

    Without key and name it is what a compressed file holds: the same document under another name. ``meta`` goes to all
    documents in it.
    """

    key: str
    name: str
    stream: BinaryIO
    meta: Mapping[str, str] = field(default_factory=dict)


Part = Raw | Fault | Member


@dataclass(frozen=True, slots=True)
class LoadOptions:
    """How files are read.

    Parameters
    ----------
    encoding : str, optional
        The encoding of all text files; detected file by file when not given.
    text_column : str, optional
        The column of tables that holds the text; found by its name when not given.
    language : str
        The language to take out of a file that holds a text in several (TMX): ``zh`` also finds ``zh-CN``.
    """

    encoding: str | None = None
    text_column: str | None = None
    language: str = "zh"

    def __post_init__(self) -> None:
        if self.encoding is not None:
            try:
                codecs.lookup(self.encoding)
            except LookupError:
                raise UsageError("encoding_unknown", name=self.encoding) from None
