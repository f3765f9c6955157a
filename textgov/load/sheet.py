"""Spreadsheets: xlsx, xls and et, and the web pages and text tables that many sites call xls."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterator, Sequence
from itertools import chain
from typing import TYPE_CHECKING, Any, BinaryIO

from textgov.errors import ReadError
from textgov.load.encoding import decode
from textgov.load.guard import guarded
from textgov.load.raw import Fault, LoadOptions, Raw
from textgov.load.table import Row, Table, open_tsv, table_parts

if TYPE_CHECKING:
    from lxml.html import HtmlElement

OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
BIFF = (b"\x09\x00", b"\x09\x02", b"\x09\x04", b"\x09\x08")  # how a workbook of Excel 2 to 5 begins
ENCRYPTED = "EncryptedPackage".encode("utf-16-le")
MAX_ROWS = 1_048_576  # Excel has no more; a damaged row number could name any
# Both kinds keep the texts of all cells in one place, which has to be in memory. In bytes of the unpacked XML (three
# for a Chinese character, which takes two in memory), and of the xls file.
MAX_SHARED = 400_000_000
MAX_XLS = 150_000_000
# A part larger than this that was packed to less than a hundredth is an attack: real sheets shrink to a tenth.
MAX_PACKED = 50_000_000
ESCAPE = re.compile(r"_x([0-9A-Fa-f]{4})_")  # how Excel writes control characters
NO_TEXT = ("text_column_missing", "column_missing")


def read_sheet(stream: BinaryIO, options: LoadOptions) -> Iterator[Raw | Fault]:
    """Rows of all sheets with a text column; the others are reported.

    Rows are numbered as in Excel; if several sheets hold something, the number has the name of the sheet before it.
    """
    missing: list[tuple[Table, ReadError]] = []
    read = False
    for table in open_sheet(stream, options):
        try:
            for part in table_parts(table, options):
                yield from _missed(missing)
                missing.clear()
                read = True
                yield part
        except ReadError as error:
            if error.code not in NO_TEXT:
                raise
            missing.append((table, error))
    if missing and not read:
        raise missing[0][1]
    yield from _missed(missing)


def _missed(missing: Sequence[tuple[Table, ReadError]]) -> Iterator[Fault]:
    for table, error in missing:
        yield Fault(f"#{table.name}", "sheet_without_text", {"sheet": table.name, "known": error.facts["known"]})


def open_sheet(stream: BinaryIO, options: LoadOptions) -> Iterator[Table]:
    """The sheets of a workbook, whatever kind its content is of. A sheet without a cell is none."""
    head = stream.read(len(OLE))
    stream.seek(0)
    if head.startswith(b"PK"):
        sheets = _xlsx(stream)
    elif head == OLE or head.startswith(BIFF):
        sheets = _xls(stream)
    elif head.lstrip(b"\xef\xbb\xbf\xff\xfe\0\r\n\t ").startswith(b"<"):
        sheets = _html(stream, options)
    else:
        yield from open_tsv(stream, options)
        return
    filled: list[Table] = []
    # Whether a sheet stands alone is known when the second one with a cell is met, or none.
    for name, rows in sheets:
        first = next((row for row in rows if any(cell not in (None, "") for cell in row.cells)), None)
        if first is not None:
            filled.append(Table(chain([first], rows), name=name))
    if len(filled) == 1:
        filled = [Table(filled[0].rows)]
    yield from filled


def _xlsx(stream: BinaryIO) -> Iterator[tuple[str, Iterator[Row]]]:
    _check_packed(stream)
    stream.seek(0)

    def sheets() -> Iterator[Any]:
        import openpyxl

        yield from openpyxl.load_workbook(stream, read_only=True, data_only=True, keep_links=False).worksheets

    for sheet in guarded(sheets(), "xlsx"):
        sheet.reset_dimensions()  # the file's own word for them may be wrong
        yield sheet.title, guarded(_xlsx_rows(sheet), "xlsx")


def _xlsx_rows(sheet: Any) -> Iterator[Row]:
    # The library gives every row up to the last, and of sheets whose rows were all formatted that is a million.
    for number, row in enumerate(sheet.iter_rows(max_row=MAX_ROWS, values_only=True), 1):
        if any(cell is not None for cell in row):
            yield Row(number, [*map(_unescape, row)])


def _check_packed(stream: BinaryIO) -> None:
    def members() -> Iterator[zipfile.ZipInfo]:
        with zipfile.ZipFile(stream) as archive:
            yield from archive.infolist()

    for member in guarded(members(), "xlsx"):
        if member.file_size > max(MAX_PACKED, 100 * member.compress_size):
            raise ReadError("file_damaged", detail="a part of it is packed to less than a hundredth")
        if member.file_size > MAX_SHARED and member.filename.lower().endswith("sharedstrings.xml"):
            raise ReadError("table_too_large", megabytes=member.file_size // 1_000_000)


def _unescape(cell: object) -> object:
    if not isinstance(cell, str) or "_x" not in cell:
        return cell
    return ESCAPE.sub(lambda match: chr(int(match[1], 16)), cell)


def _xls(stream: BinaryIO) -> Iterator[tuple[str, Iterator[Row]]]:
    data = stream.read(MAX_XLS + 1)
    if len(data) > MAX_XLS:
        raise ReadError("table_too_large", megabytes=stream.seek(0, io.SEEK_END) // 1_000_000)
    if ENCRYPTED in data:
        raise ReadError("file_damaged", detail="it is protected by a password")

    def sheets() -> Iterator[tuple[str, Iterator[Row]]]:
        import xlrd

        book = xlrd.open_workbook(file_contents=data, logfile=io.StringIO(), on_demand=True, ragged_rows=True)
        for name in book.sheet_names():
            yield name, guarded(_xls_rows(book, name), "xls")

    yield from guarded(sheets(), "xls")


def _xls_rows(book: Any, name: str) -> Iterator[Row]:
    import xlrd

    sheet = book.sheet_by_name(name)
    for at in range(sheet.nrows):
        cells = []
        for cell in sheet.row(at):
            if cell.ctype == xlrd.XL_CELL_DATE:
                cells.append(xlrd.xldate_as_datetime(cell.value, book.datemode))
            elif cell.ctype == xlrd.XL_CELL_BOOLEAN:
                cells.append(bool(cell.value))
            else:
                cells.append(None if cell.ctype == xlrd.XL_CELL_ERROR else cell.value)
        yield Row(at + 1, cells)
    book.unload_sheet(name)


def _html(stream: BinaryIO, options: LoadOptions) -> Iterator[tuple[str, Iterator[Row]]]:
    """A web page, or the XML of Excel 2003: all rows of its tables as one sheet."""
    text = decode(stream.read(), options.encoding).text

    def rows() -> Iterator[Row]:
        from lxml import html

        page = html.document_fromstring(
            re.sub(r"\A\s*<\?xml[^>]*\?>", "", text), parser=html.HTMLParser(huge_tree=True)
        )
        for line in page.iter("br", "p"):
            line.tail = "\n" + (line.tail or "")
        for number, row in enumerate(page.iter("tr", "row"), 1):
            yield Row(number, list(_html_cells(row)))

    yield "", guarded(rows(), "xls")


def _html_cells(row: HtmlElement) -> Iterator[str]:
    at = 0
    for cell in row.iterchildren("td", "th", "cell"):
        index = cell.get("ss:index", "")
        skipped = int(index) - 1 - at if index.isdecimal() else 0
        yield from [""] * min(skipped, 16_384)
        yield cell.text_content().strip()
        at += 1 + max(skipped, 0)
