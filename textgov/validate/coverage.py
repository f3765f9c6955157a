"""Who is missing: shares of place-years with a document, tests of missingness, the balanced subsample."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from textgov.errors import UsageError
from textgov.estimate import EstimateOptions, estimate_panel
from textgov.export.delimited import write_csv
from textgov.outside import find_name, read_panel
from textgov.policies import read_policy
from textgov.regions import panel_units, province_of, read_divisions, region_of
from textgov.store import make_folder, written_aside
from textgov.validate.options import CoverageOptions
from textgov.validate.runs import FOLDER, RunFacts, read_run

if TYPE_CHECKING:
    import pandas as pd

SIZES = ("smallest third", "middle third", "largest third")


@dataclass(frozen=True, slots=True, eq=False)
class Coverage:
    """Coverage of a panel.

    Parameters
    ----------
    table : DataFrame
        ``group``, ``value``, ``place_years``, ``with_report``, ``share``.
    tests : DataFrame
        ``test``, ``what``, ``statistic``, ``df``, ``p``, ``n``, ``reading``.
    results : DataFrame
        ``what``, ``sample`` (full, balanced), ``estimate``, ``std_error``, ``low``, ``high``, ``n``, ``places``.
    """

    table: pd.DataFrame
    tests: pd.DataFrame
    results: pd.DataFrame


def check_coverage(run: Path | str, options: CoverageOptions | None = None) -> Coverage:
    """Which place-years have a document, whether that is by chance, and what the balanced places say.

    The population is every prefecture-level unit and municipality (or province) on the map of each year, from the first
    to the last year of the panel or over ``years``. Tests compare places, not place-years: a place that is missing in
    many years counts once.
    """
    import pandas as pd

    options = options or CoverageOptions()
    facts = read_run(run)
    grid = _grid(facts, options)
    table = pd.DataFrame(list(_shares(grid)), columns=["group", "value", "place_years", "with_report", "share"])
    names = ["test", "what", "statistic", "df", "p", "n", "reading"]
    tests = pd.DataFrame(list(_tests(grid)), columns=names)
    return Coverage(table, tests, _results(facts, options))


def _grid(run: RunFacts, options: CoverageOptions) -> pd.DataFrame:
    """Every place-year that could have a document: its province, region, size, treatment, and ``has_report``."""
    import pandas as pd

    if run.level not in ("prefecture", "province"):
        detail = f"coverage is known for prefecture and province; the run has {run.level}"
        raise UsageError("option_bad", name="level", value=run.level, detail=detail)
    panel = run.table("panel.parquet")
    key = str(panel.columns[0])
    have = set(zip(panel.loc[panel["n_docs"] > 0, key], panel.loc[panel["n_docs"] > 0, "year"], strict=True))
    if not have:
        raise UsageError("validity_empty", what="place-years with a document")
    first, last = options.years or (int(panel["year"].min()), int(panel["year"].max()))
    gazetteer = read_divisions()
    rows = []
    for year in range(first, last + 1):
        for code, name, province in _units(run.level, year):
            region = region_of(province)
            told = {"code": code, "place": name, "year": year, "province": region.province, "region3": region.region3}
            rows.append({**told, "has_report": (code, year) in have})
    grid = pd.DataFrame(rows)
    if not len(grid) or not grid["has_report"].any():
        detail = f"no place has a document in these years; the panel has {panel['year'].min()}-{panel['year'].max()}"
        raise UsageError("option_bad", name="years", value=f"{first}-{last}", detail=detail)
    if options.size:
        grid = _with_sizes(grid, options)
    if options.policy:
        treated = {
            unit.code for one in read_policy(options.policy).units for unit in panel_units(gazetteer, one.code, last)
        }
        grid = grid.assign(treated=grid["code"].isin(treated).map({True: "treated", False: "untreated"}))
    return grid


def _units(level: str, year: int) -> Iterator[tuple[str, str, str]]:
    """Code, name and province of the units of a level on the map of a year (of 2000 before it, of 2024 after it)."""
    gazetteer = read_divisions()
    year = min(max(year, 2000), 2024)
    for division in gazetteer.divisions:
        if not division.valid_in(year) or division.code == "000000":
            continue
        province = province_of(gazetteer, division.code)
        municipality = division.level == "province" and division.panel_code == division.code
        fits = division.level == "province" if level == "province" else division.level == "prefecture" or municipality
        if fits and region_of(province).region3:
            yield division.code, division.name, province


def _with_sizes(grid: pd.DataFrame, options: CoverageOptions) -> pd.DataFrame:
    """Thirds of the places by their mean size."""
    import pandas as pd

    outside = read_panel(options.size)
    column = find_name(outside, options.size_column)
    means = outside.frame.groupby(outside.keys[0])[column].mean().astype("float64")
    size = grid["code"].map(means)
    ranks = size.groupby(grid["code"]).first().rank(pct=True)
    third = ranks.map(lambda one: SIZES[min(int(one * 3 - 1e-9), 2)] if not math.isnan(one) else "unknown")
    return grid.assign(size=size, size_third=grid["code"].map(pd.Series(third)))


def _shares(grid: pd.DataFrame) -> Iterator[tuple[Any, ...]]:
    groups = [("all", None), ("year", "year"), ("region3", "region3"), ("province", "province")]
    groups += [(name, name) for name in ("size_third", "treated") if name in grid.columns]
    for group, column in groups:
        parts = [("all", grid)] if column is None else list(grid.groupby(column, sort=True))
        for value, part in parts:
            n, have = len(part), int(part["has_report"].sum())
            yield group, str(value), n, have, have / n


def _tests(grid: pd.DataFrame) -> Iterator[tuple[Any, ...]]:
    """Tests that documents are missing alike: over years, regions, provinces, sizes, treatment."""
    from scipy import stats

    counts = grid.groupby("year")["has_report"].agg(["sum", "size"])
    table = [counts["sum"].to_numpy(), (counts["size"] - counts["sum"]).to_numpy()]
    if min(sum(one) for one in table) > 0 and len(counts) > 1:
        yield _test("chi-squared", "years", stats.chi2_contingency(table), len(grid), len(counts) - 1)
    places = grid.groupby("code").agg(
        share=("has_report", "mean"), region3=("region3", "last"), province=("province", "last")
    )
    if places["share"].nunique() < 2:
        return
    for column in ("region3", "province"):
        parts = [part["share"].to_numpy() for _, part in places.groupby(column)]
        if len(parts) > 1:
            yield _test("Kruskal-Wallis", column, stats.kruskal(*parts), len(places), len(parts) - 1)
    if "size" in grid.columns:
        sized = places.assign(size=grid.groupby("code")["size"].first()).dropna()
        if len(sized) > 2:
            yield _test("Spearman", "size", stats.spearmanr(sized["share"], sized["size"]), len(sized))
    if "treated" in grid.columns:
        status = grid.groupby("code")["treated"].first()
        one, other = (places.loc[status == name, "share"].to_numpy() for name in ("treated", "untreated"))
        if len(one) and len(other):
            yield _test("Mann-Whitney", "treatment", stats.mannwhitneyu(one, other), len(places))


def _test(test: str, what: str, found: Any, n: int, df: int | None = None) -> tuple[Any, ...]:
    reading = "missing alike is rejected" if found.pvalue < 0.05 else "no evidence against missing alike"
    return (test, what, float(found.statistic), df, float(found.pvalue), n, reading)


def balanced_window(panel: pd.DataFrame, key: str) -> tuple[int, int, set[str]]:
    """The years for which the most place-years have a document in every year, of windows of three years or more."""
    have = {code: set(part["year"]) for code, part in panel.groupby(key)}
    years = sorted(set(panel["year"]))
    best: tuple[int, int, int, set[str]] = (0, years[0], years[-1], set())
    for first in range(years[0], years[-1] + 1):
        for last in range(first + 2, years[-1] + 1):
            window = set(range(first, last + 1))
            places = {str(code) for code, known in have.items() if window <= known}
            size = len(places) * len(window)
            if size > best[0]:
                best = (size, first, last, places)
    return best[1], best[2], best[3]


def _results(run: RunFacts, options: CoverageOptions) -> pd.DataFrame:
    """Mean of the measure, its trend, and with an outcome or treatment the slope, full beside balanced."""
    import pandas as pd

    prefix = run.lexicon(options.lexicon)["prefix"]
    measure = f"{prefix}_total_p10k"
    panel = run.table("panel.parquet").dropna(subset=[measure])
    key = str(panel.columns[0])
    first, last, places = balanced_window(panel, key)
    if options.years:
        first, last = options.years
    inside = panel[panel["year"].between(first, last)]
    if options.years:
        counts = inside.groupby(key)["year"].nunique()
        places = {str(code) for code in counts.index[counts == last - first + 1]}
    samples = {"full": inside, "balanced": inside[inside[key].isin(places)]}
    rows = [
        {"what": what, "sample": f"{name} {first}-{last}", **row}
        for name, frame in samples.items()
        if len(frame)
        for what, row in _figures(frame, key, measure, options)
    ]
    names = ["what", "sample", "estimate", "std_error", "low", "high", "n", "places"]
    return pd.DataFrame(rows, columns=names)


def _figures(
    frame: pd.DataFrame, key: str, measure: str, options: CoverageOptions
) -> Iterator[tuple[str, dict[str, Any]]]:
    """Each result with its error, clustered by place."""
    means = frame.groupby(key)[measure].mean()
    sums, sizes = frame.groupby(key)[measure].sum(), frame.groupby(key).size()
    mean, places = float(frame[measure].mean()), len(means)
    spread = float(((sums - mean * sizes) ** 2).sum())
    error = math.sqrt(spread * places / (places - 1)) / len(frame) if places > 1 else float("nan")
    base = {"n": len(frame), "places": places}
    ends = {"low": mean - 1.96 * error, "high": mean + 1.96 * error}
    yield f"mean of {measure}", {"estimate": mean, "std_error": error, **ends, **base}
    for y, x in ((options.outcome, measure), (measure, options.treat)):
        if not y or not x:
            continue
        for name in (y, x):
            if name not in frame.columns:
                raise UsageError("column_missing", path="panel.parquet", column=name, known=", ".join(frame.columns))
        if places < 3:
            continue
        given = EstimateOptions(y=y, treat=x, controls=options.controls, unit=key)
        row = estimate_panel(frame, given).table.iloc[0]
        told = {
            "estimate": row["estimate"],
            "std_error": row["std_error"],
            "low": row["ci_low"],
            "high": row["ci_high"],
        }
        yield (
            f"{y} on {x}",
            {**{name: float(value) for name, value in told.items()}, "n": int(row["n"]), "places": places},
        )


def write_coverage(coverage: Coverage, run: Path | str) -> tuple[Path, ...]:
    """Write ``coverage.csv``, ``coverage_tests.csv`` and ``coverage_results.csv`` below ``validity``."""
    folder = make_folder(Path(run) / FOLDER)
    tables = {"coverage.csv": coverage.table, "coverage_tests.csv": coverage.tests}
    tables["coverage_results.csv"] = coverage.results
    for name, frame in tables.items():
        with written_aside(folder / name) as part:
            write_csv(frame, part)
    return tuple(folder / name for name in tables)
