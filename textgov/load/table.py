"""Tables with one document a row: what all formats share, and csv and tsv."""

from __future__ import annotations

import csv
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import islice
from typing import BinaryIO, NamedTuple, TextIO

from textgov.errors import ReadError
from textgov.load.cells import (
    FORMULA_ERRORS,
    TEXT_COLUMNS,
    TITLE_COLUMNS,
    distinct,
    find_column,
    meta_names,
    plain,
)
from textgov.load.encoding import OpenText, open_text
from textgov.load.raw import Fault, LoadOptions, Raw
from textgov.load.text import first_line

# The header is looked for in this many rows: above it may stand the title of the table, alone in its row.
HEADER_ROWS = 10
SAMPLE_ROWS = 100  # rows that tell which column has the longest texts
# A cell or line longer than this is a quote that was never closed: the longest of the 2,431 real reports has 57,085
# characters, and nearly a hundred times that still fits in memory many times over.
MAX_CELL = 5_000_000
# Reading behind a broken row starts anew at its second line; a file that needs more than this is no table.
MAX_REREAD = 20 * MAX_CELL
EXCEL_LIMIT = 32_767  # UTF-16 units that a cell of Excel holds; it cuts what is longer


class Row(NamedTuple):
    """A row by its number in the file. One with a ``fault`` is believed only if it is as wide as the header."""

    number: int
    cells: Sequence[object]
    fault: str = ""


@dataclass(frozen=True, slots=True, eq=False)
class Table:
    """A table of a file, read once.

    Parameters
    ----------
    rows : iterator of Row
    header : sequence of str, optional
        Names of the columns; found in the rows when not given.
    labels : sequence of str
        What the columns are called for people, where names are short (Stata, SPSS).
    name : str
        Name of the sheet when the file has several.
    exact : bool
        Whether a row with more or fewer cells than the header is damaged.
    """

    rows: Iterator[Row]
    header: Sequence[str] | None = None
    labels: Sequence[str] = ()
    name: str = ""
    exact: bool = False
    encoding: str = ""
    margin: float = 1.0


def read_csv(stream: BinaryIO, options: LoadOptions) -> Iterator[Raw | Fault]:
    """Rows of a comma-separated table; the header is row 1, as in a spreadsheet. A row without any cell is none.

    Where no column has the name of a text column, semicolons, tabs and bars are tried between the columns.
    """
    for table in open_csv(stream, options):
        yield from table_parts(table, options)


def read_tsv(stream: BinaryIO, options: LoadOptions) -> Iterator[Raw | Fault]:
    """As `read_csv`, with tabs tried first."""
    for table in open_tsv(stream, options):
        yield from table_parts(table, options)


# ---- rows to documents ----


def table_parts(table: Table, options: LoadOptions) -> Iterator[Raw | Fault]:
    """The documents of a table: one a row, with the text of one column and the others as metadata.

    The text column is the one that was asked for, or the first of `TEXT_COLUMNS` that there is; it is never guessed.
    """
    names, text, rows = find_header(table, options)
    layout = layout_of(names, text)
    prefix = f"#{table.name}/" if table.name else "#"
    for row in rows:
        key = f"{prefix}{row.number}"
        if len(row.cells) != len(names) and (row.fault or (table.exact and any(row.cells))):
            detail = row.fault or f"{len(row.cells)} fields, the header has {len(names)}"
            yield Fault(key, "row_damaged", {"row": row.number, "detail": detail})
            continue
        raw = raw_of(key, row.cells, layout, table.encoding, table.margin)
        if raw.original.strip() or raw.title or raw.meta:
            yield raw


class Layout(NamedTuple):
    """Which columns hold text and title, and the metadata columns with their names."""

    text: int | None
    title: int | None
    meta: tuple[tuple[int, str], ...]


def layout_of(names: Sequence[str], text: int | None) -> Layout:
    """What the columns of a table are for."""
    title = find_column(names, TITLE_COLUMNS)
    title = None if title == text else title
    return Layout(text, title, tuple(pair for pair in enumerate(meta_names(names)) if pair[0] not in (text, title)))


def raw_of(key: str, cells: Sequence[object], layout: Layout, encoding: str, margin: float) -> Raw:
    """A row as a document; cells that are missing at its end are empty."""
    n = len(cells)
    meta = {name: value for at, name in layout.meta if at < n and (value := cell_text(cells[at], name).strip())}
    original, title = ("" if at is None or at >= n else cell_text(cells[at]) for at in layout[:2])
    if is_cut(original):
        meta.setdefault("cut", str(EXCEL_LIMIT))
    title = title.strip() or first_line(original)
    return Raw(original, 0, None, key, title, meta, encoding, margin, original.count("\ufffd"))


def cell_text(value: object, name: str = "") -> str:
    """As `plain`, without what stands for a formula that has no result."""
    text = plain(value, name)
    return "" if text in FORMULA_ERRORS else text


def is_cut(text: str) -> bool:
    """Whether a text is exactly as long as a cell of Excel can be, so that its end is probably missing."""
    return EXCEL_LIMIT // 2 < len(text) <= EXCEL_LIMIT and len(text.encode("utf-16-le", "replace")) == 2 * EXCEL_LIMIT


def find_header(table: Table, options: LoadOptions) -> tuple[list[str], int, Iterator[Row]]:
    """Names of the columns, which of them holds the text, and the rows below the header.

    Raises
    ------
    ReadError
        There is no such column.
    """
    if table.header is not None:
        names, rows = [plain(name) for name in table.header], table.rows
        text = text_column(names, options)
        if text is None:
            text = text_column([plain(label) for label in table.labels], options)
    else:
        names, text, rows = header_of(table.rows, options)
    if text is None:
        raise no_text(names, _lengths(names, rows), options)
    return distinct(names), text, rows


def header_of(rows: Iterator[Row], options: LoadOptions) -> tuple[list[str], int | None, Iterator[Row]]:
    """The first row with a text column; only rows with a single cell, such as a title, may stand above it."""
    names: list[str] = []
    for row in islice(rows, HEADER_ROWS):
        found = [plain(cell).strip().strip("\ufeff") for cell in row.cells]
        text = text_column(found, options)
        filled = sum(map(bool, found))
        if text is not None or filled > 1:
            return found, text, rows
        names = names or found
    return names, None, rows


def text_column(names: Sequence[str], options: LoadOptions) -> int | None:
    """Which column holds the text, by its name."""
    if not options.text_column:
        return find_column(names, TEXT_COLUMNS)
    if options.text_column in names:
        return names.index(options.text_column)
    return find_column(names, (options.text_column,))


def no_text(names: Sequence[str], lengths: Sequence[int], options: LoadOptions) -> ReadError:
    """What to say when no column has the name of a text column: which there are, and the one with most text."""
    known = ", ".join(name for name in names if name) or "-"
    usual = " ".join(TEXT_COLUMNS[:10])
    longest = names[lengths.index(max(lengths))] if any(lengths) else ""
    if options.text_column or not longest:
        return ReadError("column_missing", path="table", column=options.text_column or usual, known=known)
    return ReadError("text_column_missing", usual=usual, known=known, longest=longest)


def _lengths(names: Sequence[str], rows: Iterable[Row]) -> list[int]:
    lengths = [0] * len(names)
    for row in islice(rows, SAMPLE_ROWS):
        for at, cell in enumerate(row.cells[: len(names)]):
            lengths[at] += len(plain(cell))
    return lengths


# ---- csv and tsv ----


def open_csv(stream: BinaryIO, options: LoadOptions) -> Iterator[Table]:
    """The table of a csv file."""
    yield from _open_delimited(stream, options, ",;\t|")


def open_tsv(stream: BinaryIO, options: LoadOptions) -> Iterator[Table]:
    """The table of a tsv file."""
    yield from _open_delimited(stream, options, "\t,;|")


def _open_delimited(stream: BinaryIO, options: LoadOptions, delimiters: str) -> Iterator[Table]:
    # The csv module has one limit for the whole process, too low for a report; other code may have raised it further.
    csv.field_size_limit(max(csv.field_size_limit(), MAX_CELL))
    with opened_text(stream, options) as opened:
        lines = _Lines(opened.stream)
        rows = _rows(lines, _delimiter(lines, options, delimiters))
        yield Table(rows, exact=True, encoding=opened.encoding, margin=opened.margin)


@contextmanager
def opened_text(stream: BinaryIO, options: LoadOptions) -> Iterator[OpenText]:
    """The text of a file; without this the file is closed as soon as nobody reads its text any more."""
    opened = open_text(stream, options.encoding)
    try:
        yield opened
    finally:
        opened.stream.detach()


class _Lines:
    """The lines of a text; those of the row being read are kept, so that reading can go on behind a broken one."""

    def __init__(self, stream: TextIO) -> None:
        self.stream = stream
        self.row: list[str] = []
        self.waiting: deque[str] = deque()
        self.reread = 0

    def __iter__(self) -> _Lines:
        return self

    def __next__(self) -> str:
        line = self.waiting.popleft() if self.waiting else self.stream.readline(MAX_CELL + 1)
        if not line:
            raise StopIteration
        if len(line) > MAX_CELL:
            raise ReadError("file_damaged", detail=f"a line of more than {MAX_CELL:,} characters")
        self.row.append(line)
        return line

    def back(self, kept: Sequence[str]) -> None:
        """Read these lines again."""
        self.waiting.extendleft(reversed(kept))
        self.reread += sum(map(len, kept))
        if self.reread > MAX_REREAD:
            raise ReadError("file_damaged", detail="its quotation marks do not form cells")


def _delimiter(lines: _Lines, options: LoadOptions, delimiters: str) -> str:
    """What stands between the columns: the first choice, unless only another one shows a text column."""
    head = list(islice(lines, 2 * HEADER_ROWS))
    lines.waiting.extendleft(reversed(head))
    for delimiter in delimiters:
        # Here the quotes need not be right: what follows the header does not matter.
        rows = (Row(0, cells) for cells in csv.reader(head, delimiter=delimiter))
        if header_of(rows, options)[1] is not None:
            return delimiter
    return delimiters[0]


def _rows(lines: _Lines, delimiter: str) -> Iterator[Row]:
    """The rows of a table. A cell whose quotes are wrong could swallow others, so its row is given as damaged.

    Reading goes on at the line behind the one where the damaged row begins.
    """
    reader = csv.reader(lines, delimiter=delimiter, strict=True)
    number = 0
    while True:
        number += 1
        lines.row.clear()
        try:
            yield Row(number, next(reader))
        except StopIteration:
            return
        except csv.Error as error:
            first, *rest = lines.row
            yield Row(number, _unquoted(first, delimiter), str(error))
            lines.back(rest)
            reader = csv.reader(lines, delimiter=delimiter, strict=True)


def _unquoted(line: str, delimiter: str) -> list[str]:
    """A line whose quotes belong to the text (``2020,"互联网+"行动计划``); nothing if one of them stands alone."""
    if line.count('"') % 2:
        return []
    return line.rstrip("\r\n").split(delimiter)
