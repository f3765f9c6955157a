"""The numbers of docs/broadband-china.md: does a 宽带中国 city speak more of digital government in its reports?

usage: python tests/benchmarks/broadband.py RUN [--write]

RUN is the folder of a finished run on the government work reports (textgov panel REPORTS --out RUN). Prints the tables
in markdown; --write puts them between the marks of docs/broadband-china.md and the plot beside it. The starts are those
of tests/cases/broadband_starts.csv: whole prefecture-level units and municipalities of the three notices, the year of
the notice.
"""

from __future__ import annotations

import argparse
import re
from pathlib import Path

import pandas as pd

from textgov.estimate import Estimate, EstimateOptions, estimate_panel, read_panel_frame
from textgov.estimate.plots import chart_svg, plot_estimate
from textgov.regions import read_divisions

ROOT = Path(__file__).parents[2]
PAGE, PLOT = ROOT / "docs" / "broadband-china.md", ROOT / "docs" / "broadband-event.svg"
MARKS = re.compile(r"(<!-- numbers -->\n).*?(<!-- end -->)", re.DOTALL)
YEARS = range(2010, 2023)
Y = "dg_total_p10k"
MAIN: dict[str, dict[str, object]] = {
    "two-way fixed effects": {"design": "did"},
    "Callaway and Sant'Anna": {"design": "cs"},
    "Sun and Abraham": {"design": "sunab"},
    "Poisson, exposure n_han": {"design": "ppml", "y": "dg_total_n", "exposure": "n_han"},
    "effects of province and year": {"design": "did", "absorb": ("province_code^year",)},
    "errors clustered by province": {"design": "did", "cluster": "province_code"},
}


def attach(frame: pd.DataFrame) -> pd.DataFrame:
    """The years of the window with first_year and did."""
    starts = pd.read_csv(ROOT / "tests" / "cases" / "broadband_starts.csv", dtype={"city_code": str})
    first = frame["city_code"].map(dict(starts.itertuples(index=False))).fillna(0).astype(int)
    frame = frame.assign(first_year=first, did=((first > 0) & (frame["year"] >= first)).astype(int))
    return frame[frame["year"].isin(YEARS)].reset_index(drop=True)


def grid(frame: pd.DataFrame) -> pd.DataFrame:
    """Every prefecture-level unit and municipality in every year, and whether it has a report."""
    divisions = read_divisions().divisions
    codes = {one.code for one in divisions if one.level == "prefecture" and one.valid_in(2018)}
    codes = {code for code in codes if code.endswith("00") and code < "700000"}
    codes |= {"110000", "120000", "310000", "500000"}
    rows = [(code, code[:2] + "0000", year) for code in sorted(codes) for year in YEARS]
    full = attach(pd.DataFrame(rows, columns=["city_code", "province_code", "year"]))
    seen = set(zip(frame["city_code"], frame["year"], strict=True))
    return full.assign(has_report=[int(key in seen) for key in zip(full["city_code"], full["year"], strict=True)])


def estimate(frame: pd.DataFrame, **options: object) -> Estimate:
    """One estimate of the rate."""
    return estimate_panel(frame, EstimateOptions(**{"y": Y, **options}))


def line(*cells: object) -> str:
    """A row of markdown."""
    return f"| {' | '.join(map(str, cells))} |"


def tables(frame: pd.DataFrame) -> tuple[str, Estimate]:
    """All tables, and the event study that is drawn."""
    full = grid(frame)
    of = frame["first_year"] > 0
    cities = {kind: frame.loc[rows, "city_code"].nunique() for kind, rows in (("pilot", of), ("other", ~of))}
    count = frame.assign(of=(frame["first_year"] > 0)).groupby(["year", "of"]).size().unstack(fill_value=0)
    lines = [line("year", *YEARS), line("---", *["---:"] * len(YEARS))]
    lines += [line(name, *(count.loc[year, of] for year in YEARS)) for of, name in ((True, "pilot"), (False, "other"))]
    pilots = full.loc[full["first_year"] > 0, "city_code"].nunique()
    before = frame[(frame["first_year"] > 0) & (frame["did"] == 0)]["city_code"].nunique()
    lines += [
        "",
        f"{pilots} pilot cities, {cities['pilot']} of them with a report in the window, {before} with one before their "
        f"start; {cities['other']} other cities with a report. {len(frame)} city-years of {len(full)}. Mean rate "
        f"{frame[Y].mean():.2f} per 10,000 characters, standard deviation {frame[Y].std():.2f}.",
        "",
        line("estimate", "effect", "standard error", "p", "rows", "cities"),
        line("---", *["---:"] * 5),
    ]
    for name, options in MAIN.items():
        one = estimate(frame, **options).table.iloc[0]
        values = f"{one['estimate']:.3f}", f"{one['std_error']:.3f}", f"{one['p']:.3f}", one["n"], one["groups"]
        lines.append(line(name, *values))
    placebo = estimate(frame, design="placebo", draws=500, within="province_code")
    left = estimate(frame, design="leave-out").table.iloc[1:]
    covered = estimate(full, y="has_report").table.iloc[0]
    event = estimate(frame, design="event")
    test, other = (one.facts["tests"]["pretrend"] for one in (event, estimate(frame, design="sunab")))
    lines += [
        "",
        f"Placebo: starts permuted within provinces 500 times (seed 1), p = {placebo.facts['permutation_p']:.3f}. "
        f"Without one province at a time the two-way effect lies between {left['estimate'].min():.3f} and "
        f"{left['estimate'].max():.3f}. Coverage: having a report at all, regressed in the same way on all "
        f"{full['city_code'].nunique()} cities, gives {covered['estimate']:.3f} ({covered['std_error']:.3f}, "
        f"p = {covered['p']:.3f}).",
        "",
        line("years from the start", *event.table["term"].str.removeprefix("ev_")),
        line("---", *["---:"] * len(event.table)),
        line("effect", *(f"{value:.2f}" for value in event.table["estimate"])),
        line("standard error", *(f"{value:.2f}" for value in event.table["std_error"])),
        "",
        f"Joint test of the years before the start: p = {test['p']:.3f} here, {other['p']:.3f} by Sun and Abraham.",
        "",
    ]
    return "\n".join(lines), event


def main() -> None:
    """Print or write."""
    parser = argparse.ArgumentParser()
    parser.add_argument("run", type=Path)
    parser.add_argument("--write", action="store_true")
    given = parser.parse_args()
    text, event = tables(attach(read_panel_frame(given.run)))
    if not given.write:
        print(text)
        return
    page = PAGE.read_text("utf-8")
    PAGE.write_text(MARKS.sub(lambda found: f"{found[1]}{text}{found[2]}", page), "utf-8")
    PLOT.write_text(chart_svg(plot_estimate(event)), "utf-8")


if __name__ == "__main__":
    main()
