"""What a page is made of: sections of notes, tables and charts, each said in Chinese and English."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple


class Said(NamedTuple):
    """The same words in two languages."""

    zh: str
    en: str

    def of(self, lang: str) -> str:
        """The words in one language."""
        return self.en if lang == "en" else self.zh


class Hit(NamedTuple):
    """A hit with its context, as the document has it."""

    left: str
    hit: str
    right: str


Cell = str | Said | Hit


@dataclass(frozen=True, slots=True)
class Note:
    """A paragraph; a quiet one explains, a bare one is of no language (a list of terms)."""

    said: Said
    quiet: bool = False


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading inside a section."""

    said: Said


@dataclass(frozen=True, slots=True)
class Code:
    """Lines to be copied."""

    text: str


@dataclass(frozen=True, slots=True)
class Table:
    """A table: ``numeric`` are the columns that hold numbers; a ``folded`` one is opened by the reader."""

    name: str
    caption: Said
    head: Sequence[Said]
    rows: Sequence[Sequence[Cell]]
    numeric: frozenset[int] = frozenset()
    folded: bool = False


@dataclass(frozen=True, slots=True)
class Chart:
    """A chart: ``draw`` takes a language and returns an Altair chart; ``name`` is that of its file."""

    name: str
    caption: Said
    draw: Callable[[str], Any]


Block = Note | Heading | Code | Table | Chart


@dataclass(frozen=True, slots=True)
class Section:
    """A part of the page with a heading of its own; ``name`` is its anchor."""

    name: str
    title: Said
    blocks: tuple[Block, ...]

    @property
    def charts(self) -> tuple[Chart, ...]:
        """The charts of this section."""
        return tuple(block for block in self.blocks if isinstance(block, Chart))


def number(value: object, digits: int = 2) -> str:
    """A number as a table shows it: thousands with commas, ``digits`` decimals, missing as a dash."""
    as_float = None if value is None else float(value)  # type: ignore[arg-type]  # a number of numpy or pandas
    if as_float is None or math.isnan(as_float):
        return "–"
    if isinstance(value, int):
        return f"{value:,}"
    return f"{as_float:,.{digits}f}"


def missing_note(what: Said, command: str) -> Note:
    """One line on how to make what is not there."""
    said = Said(
        f"{what.zh}：运行 {command} 后再运行 textgov report。", f"{what.en}: run {command}, then textgov report."
    )
    return Note(said, quiet=True)
