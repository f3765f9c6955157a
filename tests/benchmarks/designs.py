"""Whether the designs find planted effects, and reject a null effect as often as they should.

usage: python tests/benchmarks/designs.py [--draws 200] [--seed 1]

Panels like those of the papers: 31 provinces 2015-2021 with one start; 280 cities 2008-2021 with the starts of the
宽带中国 batches (whole prefecture-level units: 112 cities in 2014, 2015 and 2016; see tests/cases/broadband_starts.csv,
from the three notices of the ministries). Errors of a place follow an AR(1) with coefficient 0.5. For every term the
share of draws in which the truth lies within two standard errors, and within the 95 % interval; for a null effect the
share of draws with p < 0.05.
"""

from __future__ import annotations

import argparse
import csv
import sys
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from textgov.estimate import EstimateOptions, estimate_panel
from textgov.regions import read_divisions

STARTS = Path(__file__).parents[1] / "cases" / "broadband_starts.csv"
CITIES = 280
GROWTH = {0: 0.3, 1: 0.5, 2: 0.7, 3: 0.9, 4: 1.1}  # effect by years from the start, the last one for later years too


@dataclass(frozen=True)
class Found:
    """One term of one draw against its truth."""

    design: str
    term: str
    truth: float
    estimate: float
    std_error: float
    covered: bool
    p: float


def ar1(random: np.random.Generator, units: int, years: int, rho: float = 0.5) -> np.ndarray:
    """Errors (units, years) with variance 1."""
    shocks = random.normal(size=(units, years)) * np.sqrt(1 - rho**2)
    shocks[:, 0] = random.normal(size=units)
    for year in range(1, years):
        shocks[:, year] += rho * shocks[:, year - 1]
    return shocks


def city_starts() -> dict[str, int]:
    """280 codes of prefecture-level units and municipalities of 2014; 0 for those in no batch."""
    with STARTS.open(encoding="utf-8") as file:
        starts = {row["city_code"]: int(row["first_year"]) for row in csv.DictReader(file)}
    divisions = read_divisions().divisions
    level = {"prefecture"}
    codes = sorted({one.code for one in divisions if one.level in level and one.code.endswith("00")} - set(starts))
    return dict(sorted((starts | dict.fromkeys(codes[: CITIES - len(starts)], 0)).items()))


def panel(
    random: np.random.Generator, starts: dict[str, int], years: range, effect: Callable[[int], float]
) -> pd.DataFrame:
    """y = place + year + effect of the years from the start + error."""
    places, n = list(starts), len(years)
    error = ar1(random, len(places), n)
    level, trend = random.normal(size=len(places)) * 2, np.cumsum(random.normal(size=n) * 0.3)
    rows = []
    for at, code in enumerate(places):
        first = starts[code]
        for number, year in enumerate(years):
            did = int(first > 0 and year >= first)
            gain = effect(year - first) if did else 0.0
            rows.append(
                (code, code[:2] + "0000", year, first, did, level[at] + trend[number] + gain + error[at, number])
            )
    return pd.DataFrame(rows, columns=["city_code", "province_code", "year", "first_year", "did", "y"])


def grown(years: int) -> float:
    """The effect that grows."""
    return GROWTH[min(years, 4)]


def mean_effect(data: pd.DataFrame) -> float:
    """Mean planted effect of the treated place-years."""
    treated = data[data["did"] == 1]
    return float(np.mean([grown(years) for years in treated["year"] - treated["first_year"]]))


def compare(data: pd.DataFrame, truths: dict[str, float], label: str = "", **options: object) -> Iterator[Found]:
    """Estimate and set the terms against their truths."""
    result = estimate_panel(data, EstimateOptions(**{"y": "y", **options}))
    for term, truth in truths.items():
        row = result.row(term)
        covered = bool(row["ci_low"] <= truth <= row["ci_high"])
        name = label or str(options["design"])
        yield Found(name, term, truth, row["estimate"], row["std_error"], covered, row["p"])


def draw(seed: int) -> Iterator[Found]:
    """Every design on new panels."""
    random = np.random.default_rng(seed)
    codes = sorted({one.code for one in read_divisions().divisions if one.level == "province"})[:31]
    chosen = set(random.permutation(codes)[:12].tolist())
    provinces = panel(random, {code: 2018 * (code in chosen) for code in codes}, range(2015, 2022), lambda _: 0.5)
    yield from compare(provinces, {"did": 0.5}, "did, 31 provinces", design="did")
    starts, years = city_starts(), range(2008, 2022)
    yield from compare(panel(random, starts, years, lambda _: 0.3), {"did": 0.3}, "did, 280 cities", design="did")
    cities = panel(random, starts, years, grown)
    events = {f"ev_{'p' * bool(k)}{k}": value for k, value in GROWTH.items()} | {"ev_m2": 0.0, "ev_m3": 0.0}
    yield from compare(cities, events, design="event")
    yield from compare(cities, {"att": mean_effect(cities)} | events, design="cs")
    yield from compare(cities, {"att": mean_effect(cities)} | events, design="sunab")
    null = panel(random, starts, years, lambda _: 0.0)
    yield from compare(null, {"did": 0.0}, "null: did", design="did")
    yield from compare(null, {"att": 0.0}, "null: cs", design="cs")
    yield from compare(null, {"did": 0.0}, "null: did, clusters are provinces", design="did", cluster="province_code")
    yield from counts(random, starts, years)
    yield from running(random)
    yield from channel(random, starts, years)
    yield from instrument(random, starts, years)


def counts(random: np.random.Generator, starts: dict[str, int], years: range) -> Iterator[Found]:
    """Counts of a lexicon in reports of different lengths: the rate of treated places is exp(0.25) times as high."""
    data = panel(random, starts, years, lambda _: 0.0)
    length = random.integers(8_000, 25_000, size=len(data))
    gamma = random.gamma(5, 1 / 5, size=len(data))
    rate = np.exp(-7 + 0.3 * data["y"] / data["y"].std() + 0.25 * data["did"])
    data = data.assign(hits=random.poisson(length * rate * gamma), n_han=length)
    yield from compare(data, {"did": 0.25}, design="ppml", y="hits", exposure="n_han")


def running(random: np.random.Generator) -> Iterator[Found]:
    """A jump of 0.8 in 1,000 rows."""
    x = random.uniform(-1, 1, 1000)
    y = 0.5 * x + 0.4 * x**2 + 0.8 * (x >= 0) + random.normal(size=1000) * 0.4
    yield from compare(pd.DataFrame({"x": x, "y": y}), {"rd_robust": 0.8}, design="rd", running="x")


def channel(random: np.random.Generator, starts: dict[str, int], years: range) -> Iterator[Found]:
    """a = 0.5, b = 0.4, c' = 0.2; nothing else moves both mediator and outcome, which only a simulation can know."""
    data = panel(random, starts, years, lambda _: 0.5)
    y = 0.4 * data["y"] + 0.2 * data["did"] + ar1(random, len(starts), len(years)).ravel()
    data = data.rename(columns={"y": "m"}).assign(y=y)
    truths = {"a": 0.5, "b": 0.4, "direct": 0.2, "ab": 0.2, "total": 0.4}
    yield from compare(data, truths, design="mediation", mediator="m", draws=200)


def instrument(random: np.random.Generator, starts: dict[str, int], years: range) -> Iterator[Found]:
    """x is moved by z and by the error of y; effect 0.6."""
    data = panel(random, starts, years, lambda _: 0.0)
    error = data["y"].to_numpy() + ar1(random, len(starts), len(years)).ravel()
    z = ar1(random, len(starts), len(years)).ravel()
    x = 0.5 * z + 0.5 * error + random.normal(size=len(data))
    data = data.assign(z=z, x=x, y=0.6 * x + error)
    yield from compare(data, {"x": 0.6}, design="iv", treat="x", instruments=("z",))


def run(draws: int, seed: int = 1) -> dict[tuple[str, str], list[Found]]:
    """All terms of all draws."""
    found: dict[tuple[str, str], list[Found]] = defaultdict(list)
    for number in range(draws):
        for one in draw(1000 * seed + number):
            found[one.design, one.term].append(one)
    return dict(found)


def within_two(found: list[Found]) -> float:
    """Share of draws with the truth within two standard errors."""
    return float(np.mean([abs(one.estimate - one.truth) <= 2 * one.std_error for one in found]))


def main() -> None:
    """Print a table."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--draws", type=int, default=200)
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    begin = time.process_time()
    print(f"{'design':36} {'term':10} {'truth':>7} {'mean':>8} {'2 s.e.':>7} {'95 %':>6} {'p<.05':>6}")
    for (design, term), found in run(given.draws, given.seed).items():
        mean, truth = (np.mean([getattr(one, name) for one in found]) for name in ("estimate", "truth"))
        inside, rejected = np.mean([one.covered for one in found]), np.mean([one.p < 0.05 for one in found])
        print(f"{design:36} {term:10} {truth:7.3f} {mean:8.4f} {within_two(found):7.3f} {inside:6.3f} {rejected:6.3f}")
    print(f"{given.draws} draws, {time.process_time() - begin:.0f} CPU s", file=sys.stderr)


if __name__ == "__main__":
    main()
