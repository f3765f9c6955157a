"""Excel workbooks: nothing in a cell turns into a formula, a link or another number."""

from __future__ import annotations

import logging
import re
import unicodedata
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from math import isfinite
from pathlib import Path
from typing import TYPE_CHECKING, Any

from textgov.codebook import plain_values, utf8
from textgov.errors import OutputError, wording
from textgov.export.delimited import FORMULA_STARTS

if TYPE_CHECKING:
    import pandas as pd

log = logging.getLogger(__name__)
CELL_LIMIT = 32_767  # UTF-16 units in an Excel cell
SHEET_ROWS, SHEET_COLUMNS = 1_048_576, 16_384
EXACT_DIGITS = 10**15  # Excel keeps 15 digits of an integer; longer ones become text
NUMBER_WIDTH, WIDEST = 6, 60  # of a column, in Latin letters
LINE_HEIGHT, MOST_LINES = 15, 27  # in points; Excel takes rows of at most 409 points
# what a cell cannot hold; line ends become \n before
CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")


@dataclass(frozen=True, slots=True, eq=False)
class Sheet:
    """A sheet of a workbook: how many columns on the left stay in view, and which file holds cut texts whole.

    ``choices`` gives columns a drop-down list; other entries are refused by Excel. With ``locked`` only the cells of
    the columns ``open`` can be changed, and texts are wrapped; ``widths`` are in Latin letters.
    """

    name: str
    frame: pd.DataFrame
    frozen: int
    full: str
    choices: Mapping[str, Sequence[str]] = field(default_factory=dict)
    locked: bool = False
    open: Sequence[str] = ()
    widths: Mapping[str, int] = field(default_factory=dict)


class _Exact(float):
    """A float that xlsxwriter writes with all its digits; its own format, ``.16G``, loses the last.

    Works since xlsxwriter 3.2.3, which formats numbers by their ``__format__``; a test reads the digits back.
    """

    __slots__ = ()

    def __format__(self, spec: str) -> str:
        return float.__repr__(self)


def write_xlsx(sheets: Sequence[Sheet], part: Path, name: str) -> None:
    """A workbook: header and key columns stay in view, filters are on, nothing turns into a formula, link or number."""
    from datetime import datetime
    from io import BytesIO

    import xlsxwriter

    for sheet in sheets:
        rows, columns = len(sheet.frame) + 1, len(sheet.frame.columns)
        if rows > SHEET_ROWS or columns > SHEET_COLUMNS:
            raise OutputError("sheet_too_long", sheet=sheet.name, path=name, rows=rows, columns=columns)
    buffer = BytesIO()  # in memory, so that the only file that can fail is ours
    plain = dict.fromkeys(("strings_to_formulas", "strings_to_urls", "strings_to_numbers"), False)
    book = xlsxwriter.Workbook(buffer, {"in_memory": True, **plain})
    book.set_properties({"created": datetime(2000, 1, 1)})
    bold = book.add_format({"bold": True})
    for sheet in sheets:
        page = book.add_worksheet(sheet.name)
        faults = _fill(page, sheet, bold)
        if sheet.locked:
            _lock(book, page, sheet)
        for code, n in sorted(faults.items()):
            log.warning(wording(code, path=name, sheet=sheet.name, n=n, full=sheet.full))
    _add_choices(book, sheets)
    book.close()
    part.write_bytes(buffer.getvalue())


def _fill(page: Any, sheet: Sheet, bold: Any) -> Counter[str]:
    """Write one sheet; returns how many control characters were left out and how many texts cut, by message code."""
    faults: Counter[str] = Counter()
    for at, name in enumerate(sheet.frame.columns):
        head, values = _excel_text(str(name), sheet.full, faults), plain_values(sheet.frame[name])
        page.write_string(0, at, head, bold)
        for row, value in enumerate(values, 1):
            if isinstance(value, float) and isfinite(value):
                page.write_number(row, at, _Exact(value))
            elif isinstance(value, bool):
                page.write_boolean(row, at, value)
            elif isinstance(value, int) and abs(value) < EXACT_DIGITS:
                page.write_number(row, at, value)
            elif value is not None and value != "":
                page.write_string(row, at, _excel_text(str(value), sheet.full, faults))
        widest = max(map(_width, {head, *(value for value in values if isinstance(value, str))}))
        page.set_column(at, at, min(WIDEST, 3 + max(widest, NUMBER_WIDTH)))  # 3 for the filter button
    page.freeze_panes(1, sheet.frozen)
    page.autofilter(0, 0, len(sheet.frame), max(len(sheet.frame.columns) - 1, 0))
    page.ignore_errors({"number_stored_as_text": f"A1:XFD{SHEET_ROWS}"})  # codes are text on purpose
    return faults


def _lock(book: Any, page: Any, sheet: Sheet) -> None:
    """Protect a sheet without a password, so that ids and texts are not changed by accident."""
    wrapped = book.add_format({"text_wrap": True, "valign": "top"})
    free = book.add_format({"text_wrap": True, "valign": "top", "locked": False, "bg_color": "#FFF9E5", "border": 1})
    for at, name in enumerate(sheet.frame.columns):
        form = free if name in sheet.open else wrapped
        page.set_column(at, at, sheet.widths.get(name, 12), form)
        for row, value in enumerate(sheet.frame[name], 1):
            if name in sheet.open and value in ("", None):
                page.write_blank(row, at, None, form)
            else:
                page.write_string(row, at, _excel_text(str(value), sheet.full, Counter()), form)
    widths = [sheet.widths.get(name, 12) for name in sheet.frame.columns]
    for row, values in enumerate(sheet.frame.to_numpy(dtype=object).tolist(), 1):
        page.set_row(row, LINE_HEIGHT * max(map(_lines, values, widths)))
    page.set_landscape()
    page.fit_to_pages(1, 0)
    allowed = ("sort", "autofilter", "format_columns", "format_rows", "select_locked_cells", "select_unlocked_cells")
    page.protect("", dict.fromkeys(allowed, True))


def _add_choices(book: Any, sheets: Sequence[Sheet]) -> None:
    """Drop-down lists; their values stand in a hidden sheet, as Excel takes no more than 255 characters in place."""
    offered = [(sheet, name, values) for sheet in sheets for name, values in sheet.choices.items() if len(sheet.frame)]
    if not offered:
        return
    page = book.add_worksheet("choices")
    page.hide()
    for column, (sheet, name, values) in enumerate(offered):
        for row, value in enumerate(values):
            page.write_string(row, column, value)
        letters = _letters(column)
        source = f"=choices!${letters}$1:${letters}${len(values)}"
        at = list(sheet.frame.columns).index(name)
        asked = {"validate": "list", "source": source, "error_message": ", ".join(values)[:225]}
        book.get_worksheet_by_name(sheet.name).data_validation(1, at, len(sheet.frame), at, asked)


def _letters(column: int) -> str:
    from xlsxwriter.utility import xl_col_to_name

    return str(xl_col_to_name(column))


def _excel_text(text: str, full: str, faults: Counter[str]) -> str:
    """`text` as a cell takes it: no control characters, no formula, not too long; what was changed is counted."""
    whole, text = text, utf8(text).replace("\r\n", "\n").replace("\r", "\n")
    if CONTROL.search(text):
        text, n = CONTROL.subn("", text)
        faults["cells_cleaned"] += n
    text = "'" + text if whole.startswith(FORMULA_STARTS) or text.startswith(FORMULA_STARTS) else text
    if len(text) > CELL_LIMIT // 2 and len(units := text.encode("utf-16-le")) > 2 * CELL_LIMIT:
        faults["cells_cut"] += 1
        marker = f"…[cut, {len(whole)} characters; full text in {full}]"
        text = units[: 2 * (CELL_LIMIT - len(marker))].decode("utf-16-le", "ignore") + marker
    return text


def _lines(value: object, width: int) -> int:
    """Lines that a wrapped text takes; not every program finds the height of a row itself."""
    cells = (sum(2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in line) for line in str(value).split("\n"))
    return min(sum(max(-(-n // max(width - 4, 1)), 1) for n in cells), MOST_LINES)


def _width(text: str) -> int:
    """Width of the first line in Latin letters; a Chinese character takes two. Not counted beyond the widest column."""
    line = text[:WIDEST].partition("\n")[0]
    return len(line) if line.isascii() else sum(2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in line)
