"""A user's table that says where and when each file belongs (``--metadata``)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path, PurePosixPath
from typing import BinaryIO

from textgov.errors import ReadError, UsageError
from textgov.load.cells import distinct, find_column, plain
from textgov.load.dataset import open_dta, open_parquet, open_sav
from textgov.load.raw import LoadOptions
from textgov.load.sheet import open_sheet
from textgov.load.table import Row, Table, open_csv, open_tsv

# Names of the column that says which file a row is about.
FILE_COLUMNS = ("doc_id", "file", "filename", "file_name", "path", "文件", "文件名", "文件名称", "路径")


# How tables are read, by the ending of the file.
TABLES: Mapping[str, Callable[[BinaryIO, LoadOptions], Iterator[Table]]] = {
    ".csv": open_csv,
    ".tsv": open_tsv,
    ".xlsx": open_sheet,
    ".xlsm": open_sheet,
    ".xls": open_sheet,
    ".et": open_sheet,
    ".dta": open_dta,
    ".sav": open_sav,
    ".zsav": open_sav,
    ".parquet": open_parquet,
}


def read_metadata(path: Path) -> tuple[tuple[str, Mapping[str, str]], ...]:
    """Rows of a table as (file, other columns); of a workbook those of the first sheet that names files.

    The table may be of any kind in `TABLES`; another ending is taken for csv.

    Raises
    ------
    UsageError
        The table cannot be read, or no column names the files.
    """
    if not path.is_file():
        raise UsageError("source_missing", path=path)
    known: list[str] = []
    try:
        with path.open("rb") as stream:
            for table in TABLES.get(path.suffix.lower(), open_csv)(stream, LoadOptions()):
                names, rows = _headed(table)
                column = find_column(names, FILE_COLUMNS)
                if column is not None:
                    return tuple(_files(names, rows, column))
                known += filter(None, names)
    except (OSError, ReadError) as error:
        raise UsageError("project_bad", path=path.name, where="", detail=str(error)) from None
    raise UsageError("column_missing", path=path.name, column=" / ".join(FILE_COLUMNS), known=", ".join(known) or "-")


def _headed(table: Table) -> tuple[list[str], Iterator[Row]]:
    """Names of the columns and the rows below; the header is the first row that names files or has two cells."""
    if table.header is not None:
        return [plain(name).strip() for name in table.header], table.rows
    for row in table.rows:
        names = [plain(cell).strip() for cell in row.cells]
        if sum(map(bool, names)) > 1 or find_column(names, FILE_COLUMNS) is not None:
            return names, table.rows
    return [], iter(())


def _files(names: list[str], rows: Iterator[Row], column: int) -> Iterator[tuple[str, Mapping[str, str]]]:
    keys = distinct(names)
    for row in rows:
        if row.fault and len(row.cells) != len(names):
            raise ReadError("row_damaged", row=row.number, detail=row.fault)
        cells = [plain(cell, name).strip() for cell, name in zip(row.cells, keys, strict=False)]
        if len(cells) > column and cells[column]:
            rest = {key: cell for at, (key, cell) in enumerate(zip(keys, cells, strict=False)) if cell and at != column}
            yield cells[column].replace("\\", "/"), rest


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
