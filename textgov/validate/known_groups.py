"""Known groups: does a corpus show what is known from elsewhere, in order and place?"""

from __future__ import annotations

import csv
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from importlib import resources
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from textgov.count import CountOptions, tally_documents
from textgov.errors import UsageError
from textgov.export.delimited import write_csv
from textgov.lexicon import read_lexicon
from textgov.outside import find_name, read_panel
from textgov.records import Category, Entry, Lexicon
from textgov.regions import province_of, read_divisions
from textgov.store import make_folder, written_aside
from textgov.validate.effects import correlate
from textgov.validate.options import KnownGroupsOptions
from textgov.validate.runs import FOLDER, RunFacts, panel_documents, read_documents, read_run

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd
    from numpy.typing import NDArray

AS_EXPECTED, DIFFERS, NO_DATA, NOTED = "as expected", "differs", "no data", "noted"
PHASES = "historical-phases"
PIONEER_YEARS = 3  # a slogan takes two to four years from its province to the national report
# Correlations of two measures of one thing and of two things: Campbell and Fiske (1959) ask for more and for less;
# 0.85 is the usual limit of discriminant validity (Henseler, Ringle and Sarstedt 2015), 0.3 a small correlation.
DISCRIMINANT, SMALL = 0.85, 0.3
COLUMNS = ("check", "what", "expected", "found", "verdict", "n", "note")


class Slogan(NamedTuple):
    """A slogan: its first year in the national report, and the province that began it, where known."""

    term: str
    variants: tuple[str, ...]
    national_year: int | None
    pioneer: str
    pioneer_code: str


@dataclass(frozen=True, slots=True, eq=False)
class KnownGroups:
    """``table`` has expected, found and verdict of each check; ``slogans`` the share of documents by year and level."""

    table: pd.DataFrame
    slogans: pd.DataFrame


def check_known_groups(run: Path | str, options: KnownGroupsOptions | None = None) -> KnownGroups:
    """First mentions, pioneers, order of phases, convergence and discrimination, each with expected, found, verdict.

    Documents of all levels with a place and a year are read, in the sections that were counted. ``no data`` says that
    the corpus cannot tell, which is no failure of the measure.
    """
    import pandas as pd

    options = options or KnownGroupsOptions()
    facts = read_run(run)
    slogans = read_slogans(options.slogans)
    phases, control = read_lexicon(PHASES), read_lexicon(options.control)
    documents = _documents(facts)
    counts = _counts(facts, documents, [_lexicon_of(slogans), phases, control])
    rows = [
        *_first_mentions(slogans, documents, counts[0]),
        *_pioneers(slogans, documents, counts[0]),
        *_phases(phases, documents, counts[1]),
        *_discrimination(facts, documents, counts[2], options),
        *_convergence(facts, options),
    ]
    table = pd.DataFrame(rows, columns=list(COLUMNS))
    return KnownGroups(table, _slogan_years(slogans, documents, counts[0]))


def read_slogans(path: str = "") -> tuple[Slogan, ...]:
    """The packaged slogans, or those of a csv file with the same columns (only ``slogan`` is needed)."""
    if path and not Path(path).is_file():
        raise UsageError("source_missing", path=path)
    packaged = resources.files("textgov") / "data" / "known_groups.csv"
    text = Path(path).read_text("utf-8-sig") if path else packaged.read_text("utf-8")
    rows = list(csv.DictReader(text.splitlines()))
    if not rows or "slogan" not in rows[0]:
        raise UsageError("column_missing", path=path, column="slogan", known=", ".join(rows[0]) if rows else "-")
    found = []
    for number, row in enumerate(rows, start=2):
        year = (row.get("national_year") or "").strip()
        if year and not year.isdigit():
            raise UsageError("option_bad", name=f"{path} row {number}, national_year", value=year, detail="use a year")
        variants = tuple(filter(None, (row.get("variants") or "").split(";")))
        told = ((row.get(name) or "").strip() for name in ("pioneer", "pioneer_code"))
        found.append(Slogan(row["slogan"].strip(), variants, int(year) if year else None, *told))
    return tuple(found)


def _lexicon_of(slogans: Sequence[Slogan]) -> Lexicon:
    """The slogans as a lexicon, each counted wherever it stands."""
    entries = tuple(Entry(one.term, "slogan", one.variants) for one in slogans)
    return Lexicon("slogans", "1", "sl", "", "", "", (Category("slogan", "口号", "slogans"),), entries)


def _documents(run: RunFacts) -> pd.DataFrame:
    """Documents of any level with a place and a year: those of the panel, and others that are not held back."""
    frame = run.table("documents.parquet").assign(number=lambda one: range(len(one)))
    frame = frame[frame["place_code"].fillna("").ne("") & frame["year"].notna()]
    frame = frame.astype({"year": "int64"}).reset_index(drop=True)
    gazetteer = read_divisions()
    codes = {code: province_of(gazetteer, code) for code in set(frame["place_code"])}
    return frame.assign(province_code=[codes[code] for code in frame["place_code"]])


def _counts(run: RunFacts, documents: pd.DataFrame, lexicons: Sequence[Lexicon]) -> list[NDArray[np.int64]]:
    """Hits of the entries of each lexicon, (documents, entries); every occurrence of slogans, longest for others."""
    import numpy as np

    found = [np.zeros((len(documents), len(one.entries)), dtype=np.int64) for one in lexicons]
    for at, (_, document) in enumerate(read_documents(run, documents["number"].tolist())):
        for lexicon, table in zip(lexicons, found, strict=True):
            options = CountOptions(
                sections=run.sections, context=0, overlap="all" if lexicon.name == "slogans" else "longest"
            )
            entries = tally_documents([document], lexicon, options).hits["entry"].to_numpy()
            table[at] = np.bincount(entries, minlength=len(lexicon.entries))
    return found


Row = tuple[str, str, str, str, str, int, str]


def _first_mentions(slogans: Sequence[Slogan], documents: pd.DataFrame, counts: NDArray[np.int64]) -> Iterator[Row]:
    """First national and first local document with each slogan."""
    national = (documents["level"] == "national").to_numpy()
    for at, slogan in enumerate(slogans):
        with_it = counts[:, at] > 0
        for check, inside in (("first national mention", national), ("first local mention", ~national)):
            part = documents[inside & with_it]
            found = int(part["year"].min()) if len(part) else None
            places = sorted(set(part.loc[part["year"] == found, "place"])) if found else []
            told = f"{found}" if check.startswith("first national") else f"{found} {'、'.join(places[:5])}"
            wanted = str(slogan.national_year or "") if check.startswith("first national") else ""
            first = int(documents.loc[inside, "year"].min()) if inside.any() else 0
            note = f"documents from {first} on" if inside.any() else "no such documents"
            if found is None or not wanted:
                verdict = NO_DATA if found is None else NOTED
            else:
                verdict = AS_EXPECTED if str(found) == wanted else DIFFERS
            yield (check, slogan.term, wanted or "-", told if found else "-", verdict, int(inside.sum()), note)


def _pioneers(slogans: Sequence[Slogan], documents: pd.DataFrame, counts: NDArray[np.int64]) -> Iterator[Row]:
    """Whether the province that began a slogan uses it more than others before the nation does.

    The years are the `PIONEER_YEARS` that end with the first national report (or begin with the first local use, where
    no national year is given): a stray use years before would say nothing.
    """
    local = (documents["level"] != "national").to_numpy()
    for at, slogan in enumerate(slogans):
        if not slogan.pioneer_code:
            continue
        with_it = local & (counts[:, at] > 0)
        own = (documents["province_code"] == slogan.pioneer_code).to_numpy()
        begun = int(documents.loc[with_it, "year"].min()) if with_it.any() else 0
        last = slogan.national_year or begun + PIONEER_YEARS - 1
        early = local & documents["year"].between(last - PIONEER_YEARS + 1, last).to_numpy()
        note = f"share of documents of {last - PIONEER_YEARS + 1}-{last}"
        wanted = f"{slogan.pioneer} ahead"
        if not (early & own).any() or not (early & ~own).any():
            yield ("pioneer", slogan.term, wanted, "-", NO_DATA, int(early.sum()), note)
            continue
        share, others = (float(with_it[early & part].mean()) for part in (own, ~own))
        verdict = AS_EXPECTED if share > others else DIFFERS
        told = f"{share:.2f} of {int((early & own).sum())}, {others:.2f} of {int((early & ~own).sum())} others"
        yield ("pioneer", slogan.term, wanted, told, verdict, int(early.sum()), note)


def _phases(phases: Lexicon, documents: pd.DataFrame, counts: NDArray[np.int64]) -> Iterator[Row]:
    """Mean year of the words of each phase, every year with the same weight, in the order of the textbook."""
    import numpy as np

    years = documents["year"].to_numpy(dtype=np.int64)
    lengths = np.maximum(documents["n_han"].to_numpy(dtype=np.int64), 0)
    known = sorted(set(years.tolist()))
    means: list[tuple[str, float, int]] = []
    for category in phases.categories:
        inside = np.array([entry.category == category.name for entry in phases.entries])
        hits = counts[:, inside].sum(axis=1)
        total = {year: max(int(lengths[years == year].sum()), 1) for year in known}
        rates = np.array([hits[years == year].sum() / total[year] for year in known])
        if rates.sum() > 0:
            means.append((category.zh or category.name, float(np.average(known, weights=rates)), int(hits.sum())))
    for (one, early, n), (other, late, m) in pairwise(means):
        told = f"{early:.1f}, {late:.1f}"
        verdict = AS_EXPECTED if early < late else DIFFERS
        yield (
            "phases",
            f"{one} < {other}",
            "earlier words before later ones",
            told,
            verdict,
            n + m,
            "mean year of use",
        )


def _discrimination(
    run: RunFacts, documents: pd.DataFrame, counts: NDArray[np.int64], options: KnownGroupsOptions
) -> Iterator[Row]:
    """Correlations, between places of one year, with the rate of a control lexicon and with the length of the text."""
    prefix = run.lexicon(options.lexicon)["prefix"]
    control = dict(zip(documents["doc_id"], counts.sum(axis=1).tolist(), strict=True))
    placed = panel_documents(run)
    placed = placed.assign(control=placed["doc_id"].map(control))
    hits = f"{prefix}_total_n"
    pooled = placed.groupby(["code", "year"])[["control", hits, "n_han"]].sum().reset_index()
    pooled = pooled[pooled["n_han"] > 0]
    pooled = pooled.assign(rate=1e4 * pooled[hits] / pooled["n_han"], control=1e4 * pooled["control"] / pooled["n_han"])
    checks = (
        ("discrimination", f"rate and {options.control}", "rate", "control", DISCRIMINANT),
        ("discrimination", "rate and length", "rate", "n_han", SMALL),
        ("length of counts", "raw count and length", hits, "n_han", None),
    )
    for check, what, a, b, limit in checks:
        r, n, by_year = _within_years(pooled, a, b)
        ends = ", ".join(f"{year} {one:.2f}" for year, one in by_year)
        expected = "more than the rate" if limit is None else f"below {limit}"
        if math.isnan(r):  # fewer than three place-years, or one of the two never varies
            yield (check, what, expected, "-", NO_DATA, n, "fewer than three place-years, or no variation")
            continue
        if limit is None:
            verdict = AS_EXPECTED if r > _within_years(pooled, "rate", "n_han")[0] else DIFFERS
        else:
            verdict = AS_EXPECTED if abs(r) < limit else DIFFERS
        yield (check, what, expected, f"{r:.2f}", verdict, n, ends)


def _within_years(frame: pd.DataFrame, a: str, b: str) -> tuple[float, int, list[tuple[int, float]]]:
    """Correlation over all rows, each year taken from its mean; and that of each year with ten rows or more."""
    import numpy as np

    kept = frame.dropna(subset=[a, b])
    means = kept.groupby("year")[[a, b]].transform("mean")
    rest = [(kept[name] - means[name]).to_numpy(dtype=np.float64) for name in (a, b)]
    r, _, n = correlate(*rest)
    by_year = [
        (int(str(year)), correlate(part[a].to_numpy(dtype=np.float64), part[b].to_numpy(dtype=np.float64))[0])
        for year, part in kept.groupby("year")
        if len(part) >= 10
    ]
    return r, n, by_year


def _convergence(run: RunFacts, options: KnownGroupsOptions) -> Iterator[Row]:
    """Correlation with an outside index of the same thing."""
    from scipy.stats import spearmanr

    if not options.index:
        return
    outside = read_panel(options.index)
    column = find_name(outside, options.index_column) if options.index_column else _only_number(outside.frame)
    prefix = run.lexicon(options.lexicon)["prefix"]
    panel = run.table("panel.parquet")
    key = str(panel.columns[0])
    given = outside.frame.rename(columns={outside.keys[0]: key, column: "outside"})[[key, "year", "outside"]]
    both = panel.merge(given, on=[key, "year"]).dropna(subset=["outside", f"{prefix}_total_p10k"])
    what = f"rate and {column} of {Path(options.index).name}"
    if len(both) < 3:
        yield ("convergence", what, "above 0", "-", NO_DATA, len(both), "fewer than three common place-years")
        return
    r, n, _ = _within_years(both, f"{prefix}_total_p10k", "outside")
    means = both.groupby(key)[[f"{prefix}_total_p10k", "outside"]].mean()
    told = f"{r:.2f} within years"
    good = r > 0
    if len(means) >= 3 and (means.nunique() > 1).all():
        between = spearmanr(*means.to_numpy(dtype="float64").T)
        told += f"; places {between.statistic:.2f} (p {between.pvalue:.3f})"
        good = good and between.statistic > 0 and between.pvalue < 0.05
    verdict = AS_EXPECTED if good else DIFFERS
    yield ("convergence", what, "above 0", told, verdict, n, f"{len(means)} places; Spearman between their means")


def _only_number(frame: pd.DataFrame) -> str:
    numbers = [str(name) for name in frame.select_dtypes("number").columns if name != "year"]
    if len(numbers) != 1:
        detail = f"name one of {', '.join(numbers) or '-'}"
        raise UsageError("option_bad", name="index-column", value="", detail=detail)
    return numbers[0]


def _slogan_years(slogans: Sequence[Slogan], documents: pd.DataFrame, counts: NDArray[np.int64]) -> pd.DataFrame:
    """Share of the documents of a level and year that hold each slogan."""
    import pandas as pd

    parts = []
    for at, slogan in enumerate(slogans):
        frame = documents[["level", "year"]].assign(slogan=slogan.term, with_it=counts[:, at] > 0)
        shares = frame.groupby(["slogan", "level", "year"])["with_it"].agg(share="mean", n_docs="size").reset_index()
        parts.append(shares)
    return pd.concat(parts, ignore_index=True)


def write_known_groups(found: KnownGroups, run: Path | str) -> tuple[Path, ...]:
    """Write ``known_groups.csv`` and ``slogan_years.csv``."""
    folder = make_folder(Path(run) / FOLDER)
    tables: dict[str, Any] = {"known_groups.csv": found.table, "slogan_years.csv": found.slogans}
    for name, frame in tables.items():
        with written_aside(folder / name) as part:
            write_csv(frame, part)
    return tuple(folder / name for name in tables)
