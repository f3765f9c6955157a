"""Outside indicators joined to a panel by place and year: a yearbook in csv, xlsx or dta.

The rows of the panel stay as they are. Names become the codes of their year, codes of another year those of the panel
where both are one unit (毕节地区 522400 is 毕节市 520500), never where an area was merged or split. What fits nowhere
is listed with its reason, on both sides.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from textgov.errors import UsageError
from textgov.load.cells import find_column
from textgov.outside import (
    CODE_COLUMNS,
    MOST_SHOWN,
    NAME_COLUMNS,
    PROVINCE_COLUMNS,
    YEAR_COLUMNS,
    OutsideTable,
    column_name,
    free_name,
    read_code,
    read_column,
    read_outside,
    read_year,
    typed,
    variable_of,
    with_columns,
)
from textgov.panel import MUNICIPALITIES
from textgov.records import Panel, Step, Variable
from textgov.regions import Division, Gazetteer, at_year, find_places, read_divisions

if TYPE_CHECKING:
    import pandas as pd

Key = tuple[str, int]  # code ("" in a series of years only), year (0 in a table of places only)


@dataclass(frozen=True, slots=True)
class JoinOptions:
    """How an outside table is joined.

    Parameters
    ----------
    files : tuple of str
        Paths of the tables.
    columns : tuple of str
        Headers to take, or ``name=header`` to choose the name of the column; all but the keys when empty. With several
        files each header is taken where it is found.
    prefix : str
        Put before the names of the new columns.
    code_column, name_column, province_column, year_column : str
        Headers of the keys; found by their usual names when empty. A table without years is joined by place to every
        year, one without places by year to every place.
    """

    files: tuple[str, ...] = ()
    columns: tuple[str, ...] = ()
    prefix: str = ""
    code_column: str = ""
    name_column: str = ""
    province_column: str = ""
    year_column: str = ""


@dataclass(frozen=True, slots=True, eq=False)
class Joined:
    """A panel with more columns.

    Parameters
    ----------
    panel : Panel
    file : str
        Name of the table.
    variables : tuple of Variable
        The new columns.
    unmatched : DataFrame
        ``side`` (file or panel), ``row`` of the file, ``code``, ``name``, ``year``, ``reason``.
    matched : int
        Rows of the panel that got values.
    mapped : int
        Rows of the file whose code or name of another year became the code of the panel.
    """

    panel: Panel
    file: str
    variables: tuple[Variable, ...]
    unmatched: pd.DataFrame
    matched: int
    mapped: int


def join_tables(
    panel: Panel, options: JoinOptions, gazetteer: Gazetteer | None = None, *, replace: bool = False
) -> tuple[Joined, ...]:
    """Read the tables of the options and join them one after the other; see `join_outside`.

    Raises
    ------
    UsageError
        Also when a column that was asked for is in none of the files.
    """
    tables = [read_outside(Path(file)) for file in options.files]
    done = []
    left = list(options.columns)
    for table in tables:
        here = [one for one in options.columns if _has(table, one)]
        left = [one for one in left if one not in here]
        if here or not options.columns:
            mine = dataclasses.replace(options, columns=tuple(here))
            done.append(join_outside(panel, table, mine, gazetteer, replace=replace))
            panel = done[-1].panel
    if left:
        known = ", ".join(name for table in tables for name in table.names)
        raise UsageError("column_missing", path=", ".join(one.name for one in tables), column=left[0], known=known)
    return tuple(done)


def _has(table: OutsideTable, text: str) -> bool:
    header = text if text in table.names else text.partition("=")[2] or text
    return header in table.names or find_column(table.names, (header,)) is not None


def join_outside(
    panel: Panel,
    table: OutsideTable,
    options: JoinOptions | None = None,
    gazetteer: Gazetteer | None = None,
    *,
    replace: bool = False,
) -> Joined:
    """Add the columns of an outside table to the rows of a panel with the same place and year.

    Missing marks of yearbooks (blank, -, …) are missing, never 0; so is every row of the panel that the table lacks.

    Raises
    ------
    UsageError
        No key column, two rows of the table for one place and year (named), a column that mixes numbers and other
        text (rows named), a name that the panel has already, or no row that fits.
    """
    options = options or JoinOptions()
    keys = _find_keys(panel, table, options)
    rows = _match_rows(panel, table, keys, gazetteer or read_divisions())
    of_panel = _panel_keys(panel, keys)
    taken = {row.key: at for at, row in enumerate(rows) if row.key is not None}
    order = [taken.get(key) for key in of_panel]
    matched = sum(at is not None for at in order)
    if not matched:
        shown = "; ".join(f"row {row.number}: {row.reason}" for row in rows if row.reason)
        raise UsageError("join_nothing", path=table.name, detail=shown[:300])
    columns, variables = _new_columns(table, keys, options, order, panel)
    joined = with_columns(panel, columns, variables, replace=replace)
    present = set(of_panel)
    mapped = sum(row.mapped and row.key in present for row in rows)
    detail = {"columns": [one.name for one in variables], "matched": matched, "mapped": mapped}
    history = (*panel.history, Step("join", table.name, detail))
    joined = Panel(joined.frame, joined.variables, joined.keys, joined.coverage, history)
    return Joined(joined, table.name, tuple(variables), _unmatched(panel, rows, order, keys), matched, mapped)


# ---- keys ----


class _Keys(NamedTuple):
    """Which columns of the table name its rows; None where there is none."""

    level: str
    code: int | None
    name: int | None
    province: int | None
    year: int | None

    @property
    def columns(self) -> set[int]:
        return {at for at in self[1:] if isinstance(at, int)}

    @property
    def places(self) -> bool:
        return self.code is not None or self.name is not None


def _find_keys(panel: Panel, table: OutsideTable, options: JoinOptions) -> _Keys:
    level = panel.keys[0]
    code = table.column(CODE_COLUMNS.get(level, (level,)), options.code_column)
    name = table.column(NAME_COLUMNS.get(level, ()), options.name_column)
    province = table.column(PROVINCE_COLUMNS, options.province_column)
    keys = _Keys(
        level, code, name, None if province == name else province, table.column(YEAR_COLUMNS, options.year_column)
    )
    if not keys.places and keys.year is None:
        raise UsageError(
            "join_keys_missing",
            path=table.name,
            places=", ".join(CODE_COLUMNS.get(level, (level,))[:4] + NAME_COLUMNS.get(level, ())[:4]),
            years=", ".join(YEAR_COLUMNS[:3]),
            known=", ".join(table.names),
        )
    return keys


def _panel_keys(panel: Panel, keys: _Keys) -> list[Key]:
    codes, years = (panel.frame[name].tolist() for name in panel.keys)
    return [
        (str(code) if keys.places else "", int(year) if keys.year is not None else 0)
        for code, year in zip(codes, years, strict=True)
    ]


class _Row(NamedTuple):
    """A row of the table: its number, what it says of itself, the key of the panel or why it has none."""

    number: int
    code: str
    name: str
    year: int
    key: Key | None
    mapped: bool
    reason: str


def _match_rows(panel: Panel, table: OutsideTable, keys: _Keys, gazetteer: Gazetteer) -> list[_Row]:
    known = set(_panel_keys(panel, keys))
    codes = {code for code, _ in known}
    rows = []
    for number, cells in table.rows:
        code = read_code(cells[keys.code]) if keys.code is not None else ""
        name = cells[keys.name] if keys.name is not None else ""
        province = cells[keys.province] if keys.province is not None else ""
        year = read_year(cells[keys.year]) or 0 if keys.year is not None else 0
        reason, found = "", tuple[str, ...]()
        if keys.year is not None and not year:
            reason = f"no year in {cells[keys.year]!r}"
        elif not keys.places:
            found = ("",)
        else:
            reason, found = _codes_of(gazetteer, keys.level, (code, name, province), year)
        fits = [one for one in found if (one, year) in known]
        if not reason and not fits:
            reason = "the panel has no such year of this place" if codes & set(found) else "not a place of the panel"
        key = (fits[0], year) if len(fits) == 1 else None
        if len(fits) > 1:
            reason = f"fits several places of the panel: {', '.join(fits)}"
        rows.append(_Row(number, code, name, year, key, bool(key and code and code != key[0]), reason))
    return _settle(table, rows)


def _codes_of(gazetteer: Gazetteer, level: str, said: tuple[str, str, str], year: int) -> tuple[str, tuple[str, ...]]:
    """Why a row has no place, or the codes under which the panel may have it: as given, of its year, of 2024."""
    code, name, province = said
    if code:
        spells = gazetteer.by_code.get(code, ())
        direct: tuple[str, ...] = (code,)
        # The last spell in force in the year, else the last of all.
        units = [next((one for one in reversed(spells) if one.accepted_in(year)), spells[-1])] if spells else []
    elif name:
        units = _units_named(gazetteer, level, name, province, year)
        direct = ()
        if not units:
            return f"no division is called {name!r}" + (f" in {province}" if province else ""), ()
        if len(units) > 1:
            return f"{name!r} can be {', '.join(f'{one.code} {one.name}' for one in units)}", ()
    else:
        return "no code and no name", ()
    codes = [*direct, *(one.code for one in units)]
    for unit in units:
        for moment in (year, 2024) if year else (2024,):
            same = at_year(gazetteer, unit, moment)
            if same is not None:
                codes.append(same.code)
    found = tuple(dict.fromkeys(codes))
    return ("", (code,)) if code and not units else ("", found)


def _units_named(gazetteer: Gazetteer, level: str, name: str, province: str, year: int) -> list[Division]:
    """Units of the level of a panel that a name means in a year, else in any year."""
    fits: Mapping[str, Callable[[Division], bool]] = {
        "city_code": lambda one: (
            one.level == "prefecture"
            or one.code in MUNICIPALITIES
            or (one.level == "county" and one.panel_code == one.code)
        ),
        "province_code": lambda one: one.level == "province",
        "county_code": lambda one: one.level == "county",
    }
    fit = fits.get(level)
    for moment in (year, None) if year else (None,):
        for parent in (province, None) if province and province != name else (None,):
            found = [one for one in find_places(gazetteer, name, moment, parent) if fit is None or fit(one)]
            if len(found) > 1 and moment:  # in the year of a change the unit of its end
                found = [one for one in found if one.valid_in(moment)] or found
            if found:
                return found
            if parent and find_places(gazetteer, parent):
                break  # a known province without such a place is no reason to look elsewhere
    return []


def _settle(table: OutsideTable, rows: Sequence[_Row]) -> list[_Row]:
    """One row a key: the row with the very code goes before one that was mapped; two of a kind are an error."""
    by_key: dict[Key, list[_Row]] = {}
    for row in rows:
        if row.key is not None:
            by_key.setdefault(row.key, []).append(row)
    refused: dict[int, str] = {}
    doubled = []
    for key, found in by_key.items():
        said = {(row.code, row.name) for row in found}
        direct = [row for row in found if not row.mapped]
        if len(found) == 1:
            continue
        if len(direct) == 1 and len(said) == len(found):
            refused |= {row.number: f"row {direct[0].number} has {key[0]} itself" for row in found if row.mapped}
        else:
            shown = f"{key[0] or 'all places'} {key[1] or ''}".strip()
            doubled.append(f"{shown}: rows {' and '.join(str(row.number) for row in found)}")
    if doubled:
        raise UsageError("keys_twice", path=table.name, n=len(doubled), detail="; ".join(doubled[:MOST_SHOWN]))
    _refuse_doubles(table, [row for row in rows if row.key is None])
    return [row._replace(key=None, reason=refused[row.number]) if row.number in refused else row for row in rows]


def _refuse_doubles(table: OutsideTable, rows: Sequence[_Row]) -> None:
    """Two rows that say the same of themselves are an error even where the panel has no such place."""
    seen: dict[tuple[str, str, int], int] = {}
    doubled = []
    for row in rows:
        said = (row.code, "" if row.code else row.name, row.year)
        if row.year and any(said[:2]) and seen.setdefault(said, row.number) != row.number:
            doubled.append(f"{row.code or row.name} {row.year}: rows {seen[said]} and {row.number}")
    if doubled:
        raise UsageError("keys_twice", path=table.name, n=len(doubled), detail="; ".join(doubled[:MOST_SHOWN]))


# ---- columns and lists ----


def _new_columns(
    table: OutsideTable, keys: _Keys, options: JoinOptions, order: Sequence[int | None], panel: Panel
) -> tuple[dict[str, Any], list[Variable]]:
    chosen = [_chosen(table, one) for one in options.columns]
    if not chosen:
        same = {one.name for one in panel.variables[: list(panel.frame.columns).index("year") + 1]}
        chosen = [("", at) for at, name in enumerate(table.names) if at not in keys.columns and name not in same]
    by = "place and year" if keys.places and keys.year is not None else "place" if keys.places else "year"
    columns: dict[str, Any] = {}
    variables, used = [], set[str]()
    for asked, at in chosen:
        values = read_column(table, at)
        text = any(isinstance(value, str) for value in values)
        nothing: Any = "" if text else float("nan")
        found = [nothing if row is None else values[row] for row in order]
        name = free_name((options.prefix + (asked or column_name(table.names[at])))[:32], used)
        columns[name] = typed(found)
        formula = f"column {table.names[at]} of {table.name}, joined by {by}"
        variables.append(variable_of(table.names[at], name, table.labels[at], formula))
    return columns, variables


def _chosen(table: OutsideTable, text: str) -> tuple[str, int]:
    """The name that was asked for and the number of the column, of ``header`` or ``name=header``."""
    name, equals, header = text.partition("=") if text not in table.names else ("", "", text)
    at = table.column((), header if equals or not name else name)
    assert at is not None  # `column` raises where there is none
    return (name if equals else ""), at


def _unmatched(panel: Panel, rows: Sequence[_Row], order: Sequence[int | None], keys: _Keys) -> pd.DataFrame:
    import pandas as pd

    listed: list[dict[str, Any]] = [
        {"side": "file", "row": row.number, "code": row.code, "name": row.name, "year": row.year, "reason": row.reason}
        for row in rows
        if row.key is None
    ]
    frame = panel.frame
    named = panel.keys[0].removesuffix("_code")
    names = frame[named] if named in frame.columns else frame[panel.keys[0]]
    for at, found in enumerate(order):
        if found is None:
            code, year = frame[panel.keys[0]].iloc[at], int(frame[panel.keys[1]].iloc[at])
            reason = "the file has no row for this place and year" if keys.year is not None else "not in the file"
            listed.append(
                {"side": "panel", "row": 0, "code": code, "name": names.iloc[at], "year": year, "reason": reason}
            )
    return pd.DataFrame(listed, columns=["side", "row", "code", "name", "year", "reason"])
