"""A user's table that says where and when each file belongs (``--metadata``)."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping
from pathlib import Path, PurePosixPath

from textgov.errors import ReadError, UsageError
from textgov.load.encoding import decode

# Names of the column that says which file a row is about.
FILE_COLUMNS = ("doc_id", "file", "filename", "file_name", "path", "文件", "文件名", "文件名称", "路径")


def read_metadata(path: Path) -> tuple[tuple[str, Mapping[str, str]], ...]:
    """Rows of a ``.csv`` or ``.xlsx`` table as (file, other columns).

    Raises
    ------
    UsageError
        The table cannot be read, or no column names the files.
    """
    if not path.is_file():
        raise UsageError("source_missing", path=path)
    rows = _xlsx_rows(path) if path.suffix.lower() == ".xlsx" else _csv_rows(path)
    header = [name.strip() for name in rows[0]] if rows else []
    known = {name.casefold(): number for number, name in enumerate(header)}
    column = next((known[name] for name in FILE_COLUMNS if name in known), None)
    if column is None:
        names = " / ".join(FILE_COLUMNS)
        raise UsageError("column_missing", path=path.name, column=names, known=", ".join(header) or "-")
    found = []
    for row in rows[1:]:
        cells = dict(zip(header, (cell.strip() for cell in row), strict=False))
        if len(row) > column and row[column].strip():
            rest = {name: cell for name, cell in cells.items() if cell and name != header[column]}
            found.append((row[column].strip().replace("\\", "/"), rest))
    return tuple(found)


def _csv_rows(path: Path) -> list[list[str]]:
    try:
        text = decode(path.read_bytes()).text
    except (OSError, ReadError) as error:
        raise UsageError("project_bad", path=path.name, where="", detail=str(error)) from None
    return [row for row in csv.reader(io.StringIO(text, newline="")) if any(row)]


def _xlsx_rows(path: Path) -> list[list[str]]:
    import zipfile

    import openpyxl

    try:
        sheet = openpyxl.load_workbook(path, read_only=True, data_only=True).worksheets[0]
    except (OSError, KeyError, ValueError, zipfile.BadZipFile) as error:
        raise UsageError("project_bad", path=path.name, where="", detail=str(error)) from None
    rows = ([_plain(cell) for cell in row] for row in sheet.iter_rows(values_only=True))
    return [row for row in rows if any(row)]


def _plain(cell: object) -> str:
    if cell is None:
        return ""
    if hasattr(cell, "isoformat"):
        return str(cell.isoformat())[:10]
    # Excel keeps 2015 as the number 2015.0.
    return str(int(cell)) if isinstance(cell, float) and cell.is_integer() else str(cell)


def join_metadata(
    rows: Iterable[tuple[str, Mapping[str, str]]], names: Iterable[str]
) -> tuple[dict[str, Mapping[str, str]], list[str]]:
    """For each input its row, and the rows that fit no input or several.

    A row fits the input with its path; else the one with its file name, with or without the ending.

    Raises
    ------
    UsageError
        Two rows say different things about one input.
    """
    by_key: dict[str, set[str]] = {}
    for name in names:
        for key in {name, PurePosixPath(name).name, PurePosixPath(name).stem}:
            by_key.setdefault(key, set()).add(name)
    joined: dict[str, Mapping[str, str]] = {}
    unmatched = []
    for file, values in rows:
        fits = {file} if file in by_key.get(file, ()) else by_key.get(file, set())
        if len(fits) == 1:
            name = next(iter(fits))
            if joined.get(name, values) != values:
                raise UsageError("metadata_twice", path="metadata", name=name)
            joined[name] = values
        else:
            unmatched.append(file)
    return joined, unmatched
