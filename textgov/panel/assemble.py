"""The frame of a panel."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from textgov.errors import RecordError
from textgov.measures import KEYS, YEAR
from textgov.panel.columns import control_columns, length_columns, measure_columns
from textgov.panel.pool import PanelOptions, Row, unit_at
from textgov.panel.totals import Totals
from textgov.records import Panel, Step
from textgov.regions import Gazetteer, place, province_of, region_of

if TYPE_CHECKING:
    import pandas as pd


def assemble_panel(totals: Totals, history: tuple[Step, ...]) -> Panel:
    """The panel of the sums."""
    import pandas as pd

    options, rows = totals.options, totals.rows
    columns: dict[str, Any] = _place_columns(rows, options, totals.gazetteer)
    variables = [*KEYS[options.level], YEAR]
    of_lexicons = (column for sums in totals.lexicons for column in measure_columns(totals, sums))
    for variable, column in (*length_columns(totals), *of_lexicons, *control_columns(totals)):
        if variable.name in columns:
            detail = (
                f"two columns are called {variable.name}; give a lexicon another prefix or a category another column"
            )
            raise RecordError("record_bad", what="panel", detail=detail)
        variables.append(variable)
        columns[variable.name] = column
    frame = pd.DataFrame(columns)
    keys = (variables[0].name, "year")
    step = Step("panel", options.level, {"rows": len(rows), "documents": int(totals.n_docs.sum())})
    return Panel(frame, tuple(variables), keys, coverage_grid(frame, keys), (*history, step))


def _place_columns(rows: Sequence[Row], options: PanelOptions, gazetteer: Gazetteer) -> dict[str, list[Any]]:
    columns: dict[str, list[Any]] = {variable.name: [] for variable in KEYS[options.level]}
    for code, year in rows:
        unit = unit_at(gazetteer, code, year, options) or place(gazetteer, code, year)
        columns[next(iter(columns))].append(code)
        if options.level in ("prefecture", "county"):
            columns["city" if options.level == "prefecture" else "county"].append(unit.name)
        if options.level == "national":
            columns["country"].append(unit.name)
            continue
        region = region_of(province_of(gazetteer, code))
        if options.level != "province":
            columns["province_code"].append(region.province_code)
        columns["province"].append(region.province)
        columns["region3"].append(region.region3)
        columns["region4"].append(region.region4)
    columns["year"] = [year for _, year in rows]
    return columns


def coverage_grid(frame: pd.DataFrame, keys: tuple[str, str]) -> pd.DataFrame:
    """The place x year grid of document counts; every year between the first and the last has a column."""
    code, year = keys
    name = code.removesuffix("_code")
    if frame.empty:
        return frame[[code, name]]
    years = range(int(frame[year].min()), int(frame[year].max()) + 1)
    last = frame.groupby(code, sort=True)[name].last()
    grid = frame.pivot(index=code, columns=year, values="n_docs").reindex(columns=years).fillna(0).astype("int64")
    grid.columns = [str(column) for column in grid.columns]
    grid.insert(0, name, last)
    return grid.reset_index()
