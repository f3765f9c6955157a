"""Filled sheets: every page of a workbook, or a csv file, as rows of texts."""

from __future__ import annotations

import csv
import io
from pathlib import Path
from typing import Any, NamedTuple

from textgov.errors import UsageError

BOOKS = (".xlsx", ".xlsm")


class Page(NamedTuple):
    """A sheet of a workbook, or a csv file (named by its stem): rows of stripped texts, the header first."""

    path: Path
    name: str
    rows: list[list[str]]

    @property
    def header(self) -> list[str]:
        """Names of the columns."""
        return [name.lstrip("\ufeff") for name in self.rows[0]] if self.rows else []


def read_pages(path: Path | str) -> tuple[Page, ...]:
    """The visible sheets of a workbook, or a csv file in UTF-8 or GB18030, as Excel saves it.

    Raises
    ------
    UsageError
        No such file, no workbook, another encoding, or merged cells: in these only the first keeps what was written.
    """
    path = Path(path)
    if not path.is_file():
        raise UsageError("source_missing", path=path)
    if path.suffix.lower() in BOOKS:
        return _book_pages(path)
    return (Page(path, path.stem, _csv_rows(path)),)


def _book_pages(path: Path) -> tuple[Page, ...]:
    from zipfile import BadZipFile

    from openpyxl import load_workbook

    try:
        book = load_workbook(path, data_only=True)
        shown = [page for page in book.worksheets if page.sheet_state == "visible"]
        for page in shown:
            if page.merged_cells.ranges:
                ranges = ", ".join(sorted(str(one) for one in page.merged_cells.ranges)[:5])
                raise UsageError("sheet_merged", path=path.name, sheet=page.title, ranges=ranges)
        pages = tuple(
            Page(path, page.title, [[_cell(value) for value in row] for row in page.iter_rows(values_only=True)])
            for page in shown
        )
        book.close()
    except (OSError, BadZipFile, KeyError, ValueError, IndexError) as error:
        raise UsageError("sheet_bad", path=path.name, row=1, detail=f"no Excel workbook ({error})") from None
    return pages


def _cell(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).lower()
    return str(int(value)) if isinstance(value, float) and value.is_integer() else str(value).strip()


def _csv_rows(path: Path) -> list[list[str]]:
    data = path.read_bytes()
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        return [[cell.strip() for cell in row] for row in csv.reader(io.StringIO(text, newline=""))]
    raise UsageError("sheet_bad", path=path.name, row=1, detail="neither UTF-8 nor GB18030; save the file as CSV UTF-8")
