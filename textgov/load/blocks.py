"""Lines of text out of marked-up documents: blocks, table rows, and blanks that only the markup has."""

from __future__ import annotations

import re

# Characters that stand side by side without a blank: Han, kana, CJK punctuation, full-width forms.
WIDE = "\u2e80-\u303f\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff\ufe30-\ufe4f\uff00-\uffef\U00020000-\U0003ffff“”‘’—…"
# An ideographic blank is part of the text; a line end of the markup with its indent is not.
_MARKUP_BLANK = re.compile(r"[ \t\r\n\f]+")
_BROKEN = re.compile(rf"(?<=[{WIDE}])[ \t\r\f]*\n[ \t\r\n\f]*(?=[{WIDE}])")
_TRAILING = re.compile(r"[ \t\u3000\u00a0]+\Z")
# A cell with more than this share of a table's text, in several lines, holds a page and not a figure: the table is
# there for the layout. Of the tables of 49 pages of gov.cn, layout tables have 0.9 or more in one cell, tables of data
# less than 0.3.
LAYOUT_SHARE = 0.6


def fold_blanks(text: str) -> str:
    """The text as a browser shows it: runs of blanks as one, none where the markup breaks a line of Chinese.

    Examples
    --------
    >>> fold_blanks("数字   政府")
    '数字 政府'
    """
    return _MARKUP_BLANK.sub(" ", _BROKEN.sub("", text))


class Blocks:
    """Collects the lines of a document while its elements begin and end.

    Parameters
    ----------
    folded : bool
        Whether blanks are those of markup (see `fold_blanks`) and empty lines mean nothing.
    """

    def __init__(self, *, folded: bool) -> None:
        self.folded = folded
        self._parts: list[str] = []
        self._targets: list[list[str]] = [[]]
        self._held: list[list[str]] = []
        self._tables: list[list[list[list[str]]]] = []

    @property
    def lines(self) -> list[str]:
        """The lines of the document so far."""
        self.end_line()
        return self._targets[0]

    def write(self, text: str) -> None:
        """Text within a line."""
        self._parts.append(text)

    def end_line(self, *, keep_empty: bool = False) -> None:
        """The line ends here, if one has begun."""
        text = "".join(self._parts)
        self._parts.clear()
        for line in [fold_blanks(text)] if self.folded else text.split("\n"):
            shown = _TRAILING.sub("", line.strip(" ") if self.folded else line)
            if shown or keep_empty:
                self._targets[-1].append(shown)

    def open_table(self) -> None:
        """A table begins."""
        self.end_line()
        self._tables.append([])

    def open_row(self) -> None:
        """A row of the innermost table begins."""
        if self._tables:
            self._tables[-1].append([])

    def open_cell(self) -> None:
        """A cell begins; it may hold lines and tables."""
        self._targets.append([])

    def close_cell(self, *, keep: bool = True) -> None:
        """The cell ends; one that is not kept continues a merged cell."""
        self.end_line()
        if len(self._targets) > 1:
            cell = self._targets.pop()
            if keep and self._tables:
                if not self._tables[-1]:
                    self._tables[-1].append([])
                self._tables[-1][-1].append(cell)
            elif keep:  # a cell outside any table
                self._targets[-1] += cell

    def close_table(self) -> None:
        """The table ends: its rows become lines."""
        self.end_line()
        if self._tables:
            self._targets[-1] += table_lines(self._tables.pop())

    def hold(self) -> None:
        """What follows stands apart (a text box) until `release`; a line that has begun goes on after that."""
        self._held.append(self._parts)
        self._parts = []
        self._targets.append([])

    def release(self) -> list[str]:
        """The lines since `hold`."""
        self.end_line()
        if not self._held:
            return []
        self._parts = self._held.pop()
        return self._targets.pop()

    def add(self, lines: list[str]) -> None:
        """Whole lines."""
        self._targets[-1] += lines


def table_lines(rows: list[list[list[str]]]) -> list[str]:
    """Rows of a table as lines, cells parted by a tab; a table that only lays out a page gives the lines in it.

    Parameters
    ----------
    rows : list
        Rows of cells, a cell being its lines.
    """
    sizes = [sum(map(len, cell)) for row in rows for cell in row]
    several = any(sum(bool(cell) for cell in row) > 1 for row in rows)
    largest = max(sizes, default=0)
    pages = [cell for row in rows for cell in row if len(cell) > 1 and sum(map(len, cell)) == largest]
    if not several or (pages and largest > LAYOUT_SHARE * sum(sizes)):
        return [line for row in rows for cell in row for line in cell]
    lines = ("\t".join(_joined(cell) for cell in row).rstrip("\t") for row in rows)
    return [line for line in lines if line]


def _joined(cell: list[str]) -> str:
    """The lines of a cell as one; no blank between Chinese characters."""
    return fold_blanks("\n".join(line.strip() for line in cell if line.strip()))
