"""What every page has at hand, and what it may answer."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from textgov.explore.holdings import Holdings
from textgov.explore.options import ExploreOptions

if TYPE_CHECKING:
    import pandas as pd

    from textgov.explore.edit import Editor


@dataclass(frozen=True, slots=True, eq=False)
class Site:
    """A served run: what it holds, the options, the editors of its lexicons, and the secret that changes need."""

    holdings: Holdings
    options: ExploreOptions
    editors: Mapping[str, Editor | str]
    token: str


@dataclass(frozen=True, slots=True)
class Page:
    """A page: the template, and what is filled in."""

    name: str
    values: Mapping[str, Any]
    status: int = 200


@dataclass(frozen=True, slots=True, eq=False)
class Table:
    """Rows to download as csv."""

    name: str
    frame: pd.DataFrame


@dataclass(frozen=True, slots=True)
class File:
    """A file to download."""

    name: str
    data: bytes
    kind: str = "application/octet-stream"


@dataclass(frozen=True, slots=True)
class Data:
    """What a script of the page asked for."""

    values: Mapping[str, Any]


Answer = Page | Table | File | Data


@dataclass(frozen=True, slots=True)
class Query:
    """What was asked: the last value of each name, all values, parts of the path, and the language."""

    values: Mapping[str, str]
    path: Mapping[str, str]
    lang: str
    body: Mapping[str, Any] | None = None

    def get(self, name: str, default: str = "") -> str:
        """A value without blanks around it."""
        return self.values.get(name, default).strip()

    def number(self, name: str, default: int = 0) -> int:
        """A value as a whole number; the default if it is none."""
        text = self.get(name)
        return int(text) if text.isascii() and text.isdecimal() and len(text) < 10 else default
