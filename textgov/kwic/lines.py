"""Hits in lines of a terminal, the hit of each below that of the line above."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from textgov.kwic.search import Contexts

BETWEEN = 5  # blanks between the parts of a line


class Aligned(NamedTuple):
    """The parts of a line: what stands before the hit (filled up to one width), the hit, what stands behind it."""

    before: str
    hit: str
    after: str


def align_lines(found: Contexts, width: int | None = None) -> Iterator[Aligned]:
    """Lines of equal layout: place, year, left context (flush right), hit, right context.

    Parameters
    ----------
    found : Contexts
    width : int, optional
        Columns of the terminal, of which a Han character takes two; contexts are cut to fit. Without it they are whole.
    """
    from rich.cells import cell_len, set_cell_size

    rows = list(found.rows())
    heads = [f"{row['city'] or '-'}" for row in rows]
    head_width = max(map(cell_len, heads), default=0)
    lefts = [row["left"] for row in rows]
    hits = [" ".join(row["hit"].split()) for row in rows]
    left_width = max(map(cell_len, lefts), default=0)
    if width is not None:
        room = width - head_width - len("2015") - BETWEEN - max(map(cell_len, hits), default=0)
        left_width = min(left_width, max(room // 2, 0))
    for head, row, left, hit in zip(heads, rows, lefts, hits, strict=True):
        shown = _cut(left[::-1], left_width)[::-1]
        padding = " " * (left_width - cell_len(shown))
        before = f"{set_cell_size(head, head_width)} {row['year'] or '-':>4}  {padding}{shown} "
        after = " " + row["right"]
        if width is not None:
            after = _cut(after, width - cell_len(before) - cell_len(hit))
        yield Aligned(before, hit, after.rstrip())


def _cut(text: str, width: int) -> str:
    from rich.cells import cell_len

    while cell_len(text) > max(width, 0):
        text = text[:-1]
    return text
