"""Text and csv files."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from textgov.codebook import plain_values

if TYPE_CHECKING:
    import pandas as pd

NEEDS_QUOTES = re.compile('[,"\n\r]')
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")


def write_text(text: str, part: Path) -> None:
    """UTF-8, whatever the text holds."""
    # lone surrogates, from file names that are not UTF-8, are spelled out (\udcd6), which JSON reads back
    part.write_bytes(text.encode("utf-8", "backslashreplace"))


def write_csv(frame: pd.DataFrame, part: Path, *, excel: bool = False) -> None:
    """Comma-separated, LF at line ends, floats by ``repr``, missing empty; with ``excel`` ready for a double click."""
    write_text("\ufeff" * excel + csv_text(frame, excel=excel), part)


def csv_text(frame: pd.DataFrame, *, header: bool = True, excel: bool = False) -> str:
    """The lines of a csv file.

    pandas and the csv module before Python 3.13 leave a lone carriage return unquoted, and readers then break the row;
    hence our own few lines.
    """
    guard = _guarded if excel else str
    columns = [
        [guard(str(name))] * header + [_cell(value, guard) for value in plain_values(frame[name])]
        for name in frame.columns
    ]
    quoted = columns
    if len(columns) == 1 or any(NEEDS_QUOTES.search("".join(column)) for column in columns):
        quoted = [[_csv_field(text, alone=len(columns) == 1) for text in column] for column in columns]
    return "".join(",".join(row) + "\n" for row in zip(*quoted, strict=True))


def _cell(value: object, guard: Callable[[str], str]) -> str:
    if value is None:
        return ""
    if isinstance(value, float):
        return repr(float(value))
    return guard(value) if isinstance(value, str) else str(value)


def _guarded(text: str) -> str:
    return "'" + text if text.startswith(FORMULA_STARTS) else text


def _csv_field(text: str, *, alone: bool) -> str:
    if (alone and not text) or NEEDS_QUOTES.search(text):
        return '"' + text.replace('"', '""') + '"'
    return text
