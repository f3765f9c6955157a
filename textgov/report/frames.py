"""From a panel to the small tables behind the charts: by year, category, province, place."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from textgov.errors import UsageError
from textgov.records import Panel, Variable

if TYPE_CHECKING:
    import pandas as pd

# The measure that the page speaks of: the first of these that the panel has.
PREFERRED = ("p10k", "n", "sent", "docs", "ln")
RECENT_YEARS = 3  # a ranking by one year moves too much: a report has some 10 to 40 hits


@dataclass(frozen=True, slots=True)
class Measured:
    """A lexicon as a panel measures it: its title, the column of its total, and those of its categories."""

    prefix: str
    zh: str
    en: str
    total: Variable
    categories: tuple[tuple[Variable, str, str], ...]

    @property
    def suffix(self) -> str:
        """Which measure it is: ``p10k`` and so on."""
        return self.total.name.removeprefix(f"{self.prefix}_total_")


def measured_lexicons(panel: Panel) -> tuple[Measured, ...]:
    """The lexicons whose totals the panel has, in the order of its columns."""
    by_name = {one.name: one for one in panel.variables}
    prefixes = dict.fromkeys(name.partition("_total_")[0] for name in by_name if "_total_" in name)
    found = []
    for prefix in prefixes:
        suffix = next((one for one in PREFERRED if f"{prefix}_total_{one}" in by_name), None)
        if suffix is not None:
            found.append(_measured(prefix, suffix, by_name))
    return tuple(found)


def _measured(prefix: str, suffix: str, by_name: dict[str, Variable]) -> Measured:
    total = by_name[f"{prefix}_total_{suffix}"]
    zh, en = _title(total)
    categories = []
    for name, one in by_name.items():
        if name.startswith(f"{prefix}_") and name.endswith(f"_{suffix}") and one.lexicon and one is not total:
            own_zh, own_en = one.zh.partition("：")[0], one.en.rpartition(": ")[0]
            short = own_zh.removeprefix(f"{zh}·"), own_en.removeprefix(f"{en}, ")
            categories.append((one, short[0] or name, short[1] or name))
    return Measured(prefix, zh, en, total, tuple(categories))


def _title(total: Variable) -> tuple[str, str]:
    """The title of a lexicon, from the label of its total."""
    zh, en = total.zh.partition("：")[0], total.en.rpartition(": ")[0]
    return zh.removesuffix("·合计") or total.name, en.removesuffix(", total") or total.name


def main_column(panel: Panel, column: str | None) -> Variable:
    """The variable of a column, or of the total of the first lexicon.

    Raises
    ------
    UsageError
        There is no such column, or none was given and the panel has no total of a lexicon.
    """
    by_name = {one.name: one for one in panel.variables}
    if column is None:
        found = measured_lexicons(panel)
        if found:
            return found[0].total
    elif column in by_name:
        return by_name[column]
    known = ", ".join(name for name in by_name if name not in panel.keys)
    raise UsageError("plot_column", column=column or "*_total_*", known=known)


def each_row(frame: pd.DataFrame) -> list[dict[str, Any]]:
    """The rows of a table as mappings by column name."""
    rows: list[dict[str, Any]] = frame.to_dict("records")  # type: ignore[assignment]  # names of columns are texts
    return rows


def place_name(panel: Panel) -> str:
    """The column with the names of the places, or their codes where it has none."""
    name = panel.keys[0].removesuffix("_code")
    return name if name in panel.frame.columns else panel.keys[0]


def _values(panel: Panel, column: str) -> pd.Series[Any]:
    return panel.frame[column].astype("float64")


def by_year(panel: Panel, column: str) -> pd.DataFrame:
    """For each year: places with a value, mean, and the 5, 25, 50, 75 and 95 % quantiles over places."""
    import pandas as pd

    groups = _values(panel, column).dropna().groupby(panel.frame["year"])
    parts = {"places": groups.size(), "mean": groups.mean()}
    parts |= {f"q{share:02d}": groups.quantile(share / 100) for share in (5, 25, 50, 75, 95)}
    return pd.DataFrame(parts).rename_axis("year").reset_index().astype({"year": "int64", "places": "int64"})


def by_category(panel: Panel, measured: Measured) -> pd.DataFrame:
    """Mean over places by year and category: ``year, column, zh, en, mean``."""
    import pandas as pd

    parts = [
        by_year(panel, variable.name)[["year", "mean"]].assign(column=variable.name, zh=zh, en=en)
        for variable, zh, en in measured.categories
    ]
    return (
        pd.concat(parts, ignore_index=True) if parts else pd.DataFrame(columns=["year", "mean", "column", "zh", "en"])
    )


def by_province(panel: Panel, column: str) -> pd.DataFrame:
    """Mean over places by province and year: ``code, province, year, places, mean``."""
    given = "province_code" if {"province_code", "province"} <= set(panel.frame.columns) else panel.keys[0]
    name = "province" if given == "province_code" else place_name(panel)
    frame = panel.frame.assign(value=_values(panel, column)).dropna(subset=["value"])
    frame = frame.assign(code=frame[given].astype(str), province=frame[name].astype(str))
    groups = frame.groupby(["code", "province", "year"], sort=True)["value"]
    return groups.agg(places="size", mean="mean").reset_index().astype({"year": "int64"})


def ranking(panel: Panel, column: str) -> pd.DataFrame:
    """Places by their mean of the last years of the panel: ``rank, code, place, years, mean``; ties share a rank."""
    name, last = place_name(panel), int(panel.frame["year"].max())
    frame = panel.frame.assign(value=_values(panel, column)).dropna(subset=["value"])
    frame = frame[frame["year"] > last - RECENT_YEARS]
    frame = frame.assign(code=frame[panel.keys[0]].astype(str), place=frame[name].astype(str))
    found = frame.groupby("code").agg(place=("place", "last"), years=("value", "size"), mean=("value", "mean"))
    found = found.reset_index().sort_values(["mean", "code"], ascending=[False, True], ignore_index=True)
    found.insert(0, "rank", found["mean"].rank(method="min", ascending=False).astype("int64"))
    return found


STATES = ("missing", "zero", "positive")


def states(panel: Panel, column: str) -> pd.DataFrame:
    """What each place and year of the grid is: no document, none of the words, or some: ``code, place, year, state``.

    The grid has the places of the panel and every year between its first and last one.
    """
    import pandas as pd

    name = place_name(panel)
    frame = panel.frame.assign(value=_values(panel, column))
    known = {
        (str(code), int(year)): value
        for code, year, value in zip(frame[panel.keys[0]], frame["year"], frame["value"], strict=True)
    }
    names = dict(zip(frame[panel.keys[0]].astype(str), frame[name].astype(str), strict=True))
    years = range(int(frame["year"].min()), int(frame["year"].max()) + 1) if len(frame) else range(0)
    rows = []
    for code, place in sorted(names.items()):
        for year in years:
            value = known.get((code, year))
            missing = value is None or math.isnan(value)
            rows.append((code, place, year, STATES[0] if missing else STATES[1 if value == 0 else 2]))
    return pd.DataFrame(rows, columns=["code", "place", "year", "state"])
