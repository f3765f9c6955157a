"""What each entry of a lexicon did in a run: hits, losses, share of its category by year, weight in the total."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from textgov.count import REASONS
from textgov.panel.totals import LexiconTotals, Totals

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow as pa
    from numpy.typing import NDArray

# Columns before the shares by year; the command line and the README use the same words.
COLUMNS = (
    *(
        "lexicon",
        "lexicon_hash",
        "category",
        "term",
        "phase",
        "weight",
        "hits",
        "mentions",
        "place_years",
        "first_year",
        "last_year",
    ),
    *("category_share", *REASONS, "shadowed_by", "rate_without", "correlation_without"),
)


class Losses:
    """Occurrences that were no hits, added up over shards: one table a lexicon."""

    def __init__(self, n_lexicons: int) -> None:
        self.counts: list[dict[tuple[int, str, int], int]] = [{} for _ in range(n_lexicons)]

    def add(self, tables: Sequence[pa.Table | None]) -> None:
        """Add the lost occurrences of some documents, one table a lexicon."""
        for counts, table in zip(self.counts, tables, strict=True):
            for row in table.to_pylist() if table is not None else []:
                key = row["entry"], row["reason"], row["winner"]
                counts[key] = counts.get(key, 0) + row["n"]


def lexicon_report(totals: Totals, losses: Losses) -> pd.DataFrame:
    """One row an entry.

    Parameters
    ----------
    totals : Totals
        Sums over the documents of the panel.
    losses : Losses
        Occurrences that were no hits, over all documents that were read.

    Returns
    -------
    DataFrame
        ``hits`` and ``mentions`` (documents with a hit) in the panel; ``category_share``: share in the hits of its
        category; ``excluded``, ``context``, ``negated``, ``shadowed``: occurrences that the rules left out, and the
        entry that took most of the shadowed ones; ``rate_without`` and ``correlation_without``: mean of the total rate
        per 10,000 Han characters when the entry is left out, and its correlation with the whole rate over place-years;
        ``share_YYYY``: share in the hits of its category in that year, missing where the category has none.
    """
    import pandas as pd

    parts = [_report_of(totals, sums, counts) for sums, counts in zip(totals.lexicons, losses.counts, strict=True)]
    return pd.concat(parts, ignore_index=True) if parts else pd.DataFrame(columns=list(COLUMNS))


def _report_of(totals: Totals, sums: LexiconTotals, lost: dict[tuple[int, str, int], int]) -> pd.DataFrame:
    import pandas as pd

    entries = sums.lexicon.entries
    matrix = sums.hits.matrix()
    hits = np.asarray(matrix.sum(axis=0)).ravel().astype(np.int64)
    years = np.array([year for _, year in totals.rows], dtype=np.int64)
    by_year = _by_year(matrix, years)
    without = _without(totals, sums)
    columns: dict[str, Any] = {
        "lexicon": [sums.lexicon.label] * len(entries),
        "lexicon_hash": [sums.lexicon.hash] * len(entries),
        "category": [entry.category for entry in entries],
        "term": [entry.term for entry in entries],
        "phase": [entry.phase for entry in entries],
        "weight": [entry.weight for entry in entries],
        "hits": hits,
        "mentions": np.asarray(sums.first.matrix().sum(axis=0)).ravel().astype(np.int64),
        "place_years": np.asarray((matrix > 0).sum(axis=0)).ravel().astype(np.int64),
        **_first_and_last(by_year),
        "category_share": _share(hits[None, :], entries)[0],
        **_losses_of(lost, entries),
        **without,
    }
    shares = _share(np.array([by_year[year] for year in by_year]).reshape(len(by_year), len(entries)), entries)
    columns |= {f"share_{year}": shares[at] for at, year in enumerate(by_year)}
    return pd.DataFrame(columns)


def _by_year(matrix: Any, years: NDArray[np.int64]) -> dict[int, NDArray[np.float64]]:
    """Hits of each entry by year; every year that has a row."""
    return {
        int(year): np.asarray(matrix[np.flatnonzero(years == year)].sum(axis=0)).ravel() for year in np.unique(years)
    }


def _first_and_last(by_year: dict[int, NDArray[np.float64]]) -> dict[str, Any]:
    import pandas as pd

    found = {"first_year": min, "last_year": max}
    n_entries = len(next(iter(by_year.values()), []))
    present = [[year for year, hits in by_year.items() if hits[at]] for at in range(n_entries)]
    return {
        name: pd.array([pick(years) if years else pd.NA for years in present], dtype="Int64")
        for name, pick in found.items()
    }


def _share(hits: NDArray[Any], entries: Sequence[Any]) -> NDArray[np.float64]:
    """Share of each entry in the hits of its category: rows x entries."""
    names = {name: at for at, name in enumerate(dict.fromkeys(entry.category for entry in entries))}
    of = np.array([names[entry.category] for entry in entries])
    sums = np.zeros((len(hits), len(names)))
    for at in range(len(names)):
        sums[:, at] = hits[:, of == at].sum(axis=1)
    below = sums[:, of]
    return np.where(below > 0, hits / np.where(below > 0, below, 1), np.nan)


def _losses_of(lost: dict[tuple[int, str, int], int], entries: Sequence[Any]) -> dict[str, Any]:
    found = {reason: np.zeros(len(entries), dtype=np.int64) for reason in REASONS}
    winners: list[dict[int, int]] = [{} for _ in entries]
    for (entry, reason, winner), n in lost.items():
        found[reason][entry] += n
        if winner >= 0:
            winners[entry][winner] = winners[entry].get(winner, 0) + n
    # Of equally frequent winners the one whose term comes first, whatever the order of entries.
    best = [
        entries[min(one, key=lambda at: (-one[at], entries[at].term, entries[at].category))].term if one else ""
        for one in winners
    ]
    return {**found, "shadowed_by": best}


def _without(totals: Totals, sums: LexiconTotals) -> dict[str, Any]:
    """The total rate with each entry left out: its mean, and its correlation with the whole."""
    n_han = totals.length("n_han")
    kept = np.flatnonzero(n_han > 0)
    per = 10_000 / n_han[kept] if len(kept) else np.zeros(0)
    distinct = sums.sets.member[:, -1].astype(np.float64)
    rates = sums.hits.matrix()[kept].multiply(per[:, None]).tocsr()
    total = np.asarray(rates @ distinct)
    n = max(len(kept), 1)
    means = np.asarray(rates.sum(axis=0)).ravel() / n * distinct
    squares = np.asarray(rates.multiply(rates).sum(axis=0)).ravel() / n * distinct
    joint = np.asarray(rates.T @ total).ravel() / n * distinct - means * total.mean() if len(kept) else means * 0
    variance = float(total.var()) if len(kept) else 0.0
    rest = np.maximum(variance - 2 * joint + squares - means**2, 0)
    scale = np.sqrt(variance * rest)
    # Below the rounding of the sums a rate does not vary, and has no correlation.
    steady = scale <= 1e-12 * max(variance, 1)
    correlation = np.where(steady, np.nan, (variance - joint) / np.where(steady, 1, scale))
    return {
        "rate_without": (total.mean() if len(kept) else np.nan) - means,
        "correlation_without": np.minimum(correlation, 1.0),
    }


def cooccurrence_table(totals: Totals) -> pd.DataFrame:
    """How often top categories meet: lexicon, year, two categories, sentences of the panel's documents with both."""
    import pandas as pd

    rows: list[tuple[str, int, str, str, int]] = []
    for sums in totals.lexicons:
        tops = [sums.sets.names[at] for at in sums.tops]
        pairs: Iterable[tuple[tuple[int, int, int], int]] = sorted(sums.pairs.items())
        rows += [(sums.lexicon.label, year, tops[a], tops[b], n) for (year, a, b), n in pairs]
    return pd.DataFrame(rows, columns=["lexicon", "year", "category_a", "category_b", "sentences"])
