"""The bundled corpus: where it is, and whether a panel of it equals its truth."""

from __future__ import annotations

import csv
from importlib import resources
from pathlib import Path

from textgov.batch import StageOptions
from textgov.errors import TextgovError
from textgov.lexicon import read_lexicon
from textgov.records import Panel
from textgov.run import RunOptions

SHOWN_YEARS = 6


def demo_folder() -> Path:
    """The folder of the demo corpus: inside an installed package, or in the source tree for an editable install."""
    packaged = Path(str(resources.files("textgov") / "data" / "demo"))
    return packaged if packaged.is_dir() else Path(__file__).resolve().parent.parent / "corpora" / "demo"


def demo_options() -> RunOptions:
    """The options of the demo: the default lexicon, and the core terms, whose counts were planted."""
    names = ("digital-government", "digital-government-core")
    return RunOptions(StageOptions(lexicons=tuple(read_lexicon(name) for name in names)))


def check_truth(panel: Panel) -> None:
    """Compare a panel of the demo corpus with the planted counts.

    Raises
    ------
    TextgovError
        Some row or count differs; the message names the first.
    """
    with (demo_folder() / "truth.csv").open(encoding="utf-8", newline="") as file:
        truth = {(row["city_code"], row["year"]): row for row in csv.DictReader(file)}
    found = {
        (str(row["city_code"]), str(row["year"])): {key: str(value) for key, value in row.items()}
        for row in panel.frame.to_dict("records")
    }
    differs = [f"{code} {year}: a row too much" for code, year in sorted(found.keys() - truth.keys())]
    differs += [f"{code} {year}: no row" for code, year in sorted(truth.keys() - found.keys())]
    for key in sorted(truth.keys() & found.keys()):
        for column, value in truth[key].items():
            got = found[key].get(column)
            if got != value and column != "city":
                differs.append(f"{' '.join(key)} {column}: {got}, not {value}")
    if differs:
        raise TextgovError("demo_differs", n=len(differs), detail=differs[0])


def show_panel(panel: Panel) -> str:
    """A small table: the mean rate of all cities, and its lowest and highest city, in the last years."""
    rate = "dg_total_p10k"
    lines = [f"{'year':6}{'cities':>7}{'mean':>8}  {'lowest':<16}{'highest':<16}  ({rate})"]
    for year, part in list(panel.frame.groupby("year", sort=True))[-SHOWN_YEARS:]:
        ranked = part.sort_values([rate, "city_code"])
        low, high = ranked.iloc[0], ranked.iloc[-1]
        lines.append(
            f"{year!s:6}{len(part):7d}{part[rate].mean():8.2f}  "
            f"{low['city']} {low[rate]:.2f}    {high['city']} {high[rate]:.2f}"
        )
    return "\n".join(lines)
