"""Panels read back: of a run folder, or from any table."""

from __future__ import annotations

import difflib
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from textgov.errors import UsageError
from textgov.measures import KEYS, YEAR
from textgov.outside.tables import (
    CODE_COLUMNS,
    MOST_SHOWN,
    NAME_COLUMNS,
    PROVINCE_COLUMNS,
    YEAR_COLUMNS,
    OutsideTable,
    column_name,
    read_code,
    read_column,
    read_outside,
    read_year,
    variable_of,
)
from textgov.panel import coverage_grid
from textgov.records import Panel, Variable

if TYPE_CHECKING:
    import pandas as pd


def read_panel(path: Path | str) -> Panel:
    """Read a panel: of a run folder (``panel.parquet`` with ``codebook.csv``), or any csv, xlsx or dta table.

    Parameters
    ----------
    path : path
        A folder that `write_panel` filled, or a table with a column of codes (``city_code``, 行政区划代码 ...) and
        one of years. Column names become ASCII; the headers stay as labels.

    Returns
    -------
    Panel
        Sorted by its keys; numbers are float64 or nullable integers, other columns text.

    Raises
    ------
    UsageError
        No code or year column, a row without code or year, or two rows of one place and year: the message names them.
    """
    path = Path(path)
    if path.is_dir():
        return _run_panel(path)
    return _file_panel(read_outside(path))


def _run_panel(folder: Path) -> Panel:
    import pandas as pd

    file = folder / "panel.parquet"
    if not file.is_file():
        raise UsageError("run_missing", path=folder)
    frame = pd.read_parquet(file)
    about: dict[str, Variable] = {}
    if (folder / "codebook.csv").is_file():
        for row in pd.read_csv(folder / "codebook.csv", dtype=str, keep_default_na=False).to_dict("records"):
            given = ("name", "label_en", "label_zh", "unit_en", "unit_zh", "formula", "lexicon", "lexicon_hash")
            about[row["name"]] = Variable(*(str(row[name]) for name in given))
    variables = tuple(about.get(name, Variable(name, name, name)) for name in frame.columns)
    key = next((key for key in CODE_COLUMNS if frame.columns[0] == key), None)
    if key is None or "year" not in frame.columns:
        raise UsageError("keys_missing", path=file, known=", ".join(frame.columns))
    return Panel(frame, variables, (key, "year"), _coverage(frame, (key, "year")))


def _file_panel(table: OutsideTable) -> Panel:
    import pandas as pd

    key = next((key for key in CODE_COLUMNS if table.column((key,)) is not None), None)
    key = key or next((key for key in CODE_COLUMNS if table.column(CODE_COLUMNS[key]) is not None), None)
    year = table.column(YEAR_COLUMNS)
    if key is None or year is None:
        raise UsageError("keys_missing", path=table.name, known=", ".join(table.names))
    code = table.column((key,))
    code = table.column(CODE_COLUMNS[key]) if code is None else code
    assert code is not None  # found above
    rows = _keyed(table, code, year)
    ours = {one.name: one for group in KEYS.values() for one in group}
    columns: dict[str, Any] = {key: pd.Series([code for code, _ in rows], dtype=object)}
    variables = [ours[key]]
    used = {key, "year"}
    names = _place_names(table, key, {code, year})
    for at, header in enumerate(table.names):
        if at in (code, year):
            continue
        name = free_name(names.get(at) or column_name(header), used)
        columns[name] = typed(read_column(table, at))
        of = variable_of(header, name, table.labels[at], f"column {header} of {table.name}")
        variables.append(ours[name] if at in names and name in ours else of)
    columns["year"] = pd.Series([year for _, year in rows], dtype="int64")
    frame = pd.DataFrame(columns).sort_values([key, "year"], kind="stable", ignore_index=True)
    return Panel(frame, (*variables, YEAR), (key, "year"), _coverage(frame, (key, "year")))


def _place_names(table: OutsideTable, key: str, taken: set[int]) -> dict[int, str]:
    """Columns that hold the names of the places and of their provinces, and what they are called here."""
    found: dict[int, str] = {}
    for name, wanted in ((key.removesuffix("_code"), NAME_COLUMNS[key]), ("province", PROVINCE_COLUMNS)):
        at = table.column((name,))
        at = table.column(wanted) if at is None else at
        if at is not None and at not in taken and at not in found and name not in found.values():
            found[at] = name
    return found


def _keyed(table: OutsideTable, code: int, year: int) -> list[tuple[str, int]]:
    """Code and year of every row; faults of all rows are told at once."""
    rows, bad, seen, doubled = [], [], dict[tuple[str, int], int](), []
    for number, cells in table.rows:
        key = (read_code(cells[code]), read_year(cells[year]) or 0)
        if not key[0] or not key[1]:
            bad.append(f"row {number}: {cells[code]!r}, {cells[year]!r}")
        elif key in seen:
            doubled.append(f"{key[0]} {key[1]}: rows {seen[key]} and {number}")
        else:
            seen[key] = number
        rows.append(key)
    if bad:
        raise UsageError("keys_bad", path=table.name, n=len(bad), detail="; ".join(bad[:MOST_SHOWN]))
    if doubled:
        raise UsageError("keys_twice", path=table.name, n=len(doubled), detail="; ".join(doubled[:MOST_SHOWN]))
    return rows


def typed(values: Sequence[float | str]) -> pd.Series[Any]:
    """Values as a column: whole numbers as nullable integers, other numbers as floats, texts as they are."""
    import pandas as pd

    if any(isinstance(value, str) for value in values):
        return pd.Series(list(values), dtype=object)
    column = pd.Series(list(values), dtype="float64")
    known = column.dropna()
    whole = bool(len(known)) and bool((known % 1 == 0).all()) and bool((known.abs() < 2**53).all())
    return column.astype("Int64") if whole else column


def free_name(name: str, used: set[str]) -> str:
    """The name, or with a number behind it where it is taken; it is then taken."""
    found, number = name, 2
    while found in used:
        found, number = f"{name[:29]}_{number}", number + 1
    used.add(found)
    return found


def _coverage(frame: pd.DataFrame, keys: tuple[str, str]) -> pd.DataFrame:
    """The grid of document counts, or of rows where the panel does not say how many documents it has."""
    name = keys[0].removesuffix("_code")
    given = frame if "n_docs" in frame.columns else frame.assign(n_docs=1)
    return coverage_grid(given if name in given.columns else given.assign(**{name: given[keys[0]]}), keys)


def find_name(panel: Panel, text: str) -> str:
    """Name of the column that a name or a label means: ``gdp``, or 地区生产总值 where one column has that label.

    Raises
    ------
    UsageError
        No column has this name or label, or several have the label.
    """
    if text in panel.frame.columns:
        return text
    found = [one.name for one in panel.variables if text in (one.zh, one.en)]
    if len(found) == 1:
        return found[0]
    known = {word.casefold(): word for one in panel.variables for word in (one.name, one.zh, one.en)}
    close = difflib.get_close_matches(text.casefold(), known, n=MOST_SHOWN, cutoff=0.3)
    near = found or [known[word] for word in close]
    raise UsageError("panel_column_missing", column=text, nearest=", ".join(near) or "-")


def with_columns(
    panel: Panel, columns: Mapping[str, Any], variables: Sequence[Variable], *, replace: bool = False
) -> Panel:
    """The panel with more columns, in the order of `variables`.

    Raises
    ------
    UsageError
        A column of this name exists and `replace` is false, or it is a key.
    """
    taken = [one.name for one in variables if one.name in panel.frame.columns]
    fixed = [name for name in taken if name in panel.keys]
    if fixed or (taken and not replace):
        raise UsageError("columns_taken", names=", ".join(fixed or taken))
    frame = panel.frame.drop(columns=taken)
    old = tuple(one for one in panel.variables if one.name not in taken)
    added = {one.name: columns[one.name] for one in variables}
    import pandas as pd

    new = pd.DataFrame({name: pd.Series(values).array for name, values in added.items()}, index=frame.index)
    return Panel(pd.concat([frame, new], axis=1), (*old, *variables), panel.keys, panel.coverage, panel.history)


def run_about(path: Path) -> dict[str, Any]:
    """``provenance.json`` of a run folder; empty where there is none."""
    file = path / "provenance.json"
    return dict(json.loads(file.read_bytes())) if file.is_file() else {}
