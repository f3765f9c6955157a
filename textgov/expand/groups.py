"""Groups of documents, between which words are compared."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from textgov.errors import UsageError

if TYPE_CHECKING:
    import pandas as pd

RANGE = re.compile(r"(\d{4})-(\d{4})\Z", re.ASCII)


def groups_of_column(frame: pd.DataFrame, column: str) -> dict[str, str]:
    """The group of each document: its value in a column of ``documents.parquet``; missing values are no group.

    Raises
    ------
    UsageError
        There is no such column.
    """
    if column not in frame.columns:
        known = ", ".join(map(str, frame.columns))
        raise UsageError("column_missing", path="documents.parquet", column=column, known=known)
    known_values = frame[["doc_id", column]].dropna()
    return {
        doc_id: _label(value)
        for doc_id, value in zip(known_values["doc_id"].tolist(), known_values[column].tolist(), strict=True)
    }


def _label(value: object) -> str:
    return str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)


def read_groups(path: Path | str) -> dict[str, str]:
    """The group of each document from a csv file of two columns, ``doc_id`` and the group (UTF-8 or GB18030).

    Raises
    ------
    UsageError
        No such file, not two columns, or a document in two groups; the message names the row.
    """
    path = Path(path)
    if not path.is_file():
        raise UsageError("source_missing", path=path)
    data = path.read_bytes()
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = data.decode("gb18030", "replace")
    found: dict[str, str] = {}
    for row, cells in enumerate(csv.reader(io.StringIO(text, newline="")), start=1):
        if not any(cell.strip() for cell in cells):
            continue
        if len(cells) != 2:
            raise UsageError("sheet_bad", path=path.name, row=row, detail="use two columns: doc_id, group")
        doc_id, group = (cell.strip() for cell in cells)
        if row == 1 and doc_id == "doc_id":
            continue
        if found.setdefault(doc_id, group) != group:
            raise UsageError("sheet_bad", path=path.name, row=row, detail=f"{doc_id} is in the group {found[doc_id]}")
    return found


def wanted_groups(texts: Iterable[str], groups: Iterable[str]) -> tuple[str, ...]:
    """Groups as they are asked for: a name, or years as ``2019-2024``, which stand for those that there are.

    Examples
    --------
    >>> wanted_groups(["2019-2021", "east"], ["2018", "2019", "2020", "east"])
    ('2019', '2020', 'east')
    """
    known = sorted(set(groups))
    found: list[str] = []
    for text in texts:
        years = RANGE.match(text)
        if years and text not in known:
            inside = [one for one in known if one.isdecimal() and int(years[1]) <= int(one) <= int(years[2])]
            found += inside or [text]
        else:
            found.append(text)
    return tuple(dict.fromkeys(found))
