"""How far a measure depends on choices: a multiverse of specifications, halves of the lexicon, single terms."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path
from typing import TYPE_CHECKING, Any

from textgov.errors import UsageError
from textgov.export.delimited import write_csv
from textgov.store import make_folder, written_aside
from textgov.validate.correct import (
    correct_panel,
    disattenuate,
    estimate_oriv,
    estimate_slope,
    reliability_of,
)
from textgov.validate.effects import Within, correlate
from textgov.validate.grid import Counts, Spec, count_grid
from textgov.validate.options import ReliabilityOptions
from textgov.validate.runs import FOLDER, RunFacts, read_run

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd
    from numpy.typing import NDArray

ORIV_SPLITS = 15  # random halves for ORIV; the median of 15 moves by less than a tenth of the standard error


@dataclass(frozen=True, slots=True, eq=False)
class Reliability:
    """How far a measure depends on choices.

    Parameters
    ----------
    table : DataFrame
        ``statistic``, ``what``, ``estimate``, ``low``, ``high``, ``n``: halves, parallel lexicons, terms left out.
    multiverse : DataFrame
        A row a specification: what it is, n, mean, sd, correlations with the first one, and with an outcome the slope
        for one standard deviation.
    correlation : DataFrame
        Each pair of specifications: ``a``, ``b``, ``pearson``, ``spearman``, ``n``.
    corrections : DataFrame
        The slope as it is, corrected for attenuation, by ORIV and by labels; empty without an outcome or labels.
    """

    table: pd.DataFrame
    multiverse: pd.DataFrame
    correlation: pd.DataFrame
    corrections: pd.DataFrame


def measure_reliability(
    run: Path | str, options: ReliabilityOptions | None = None, labels: pd.DataFrame | None = None
) -> Reliability:
    """A measure in all specifications, its halves, its terms, and the slopes that follow.

    Parameters
    ----------
    run : path
    options : ReliabilityOptions, optional
        With ``outcome`` or ``treat`` regressions are run; they need the extra ``econ``.
    labels : DataFrame, optional
        Settled labels of a sample (`settle_labels`), for the correction by labels.
    """
    import pandas as pd

    options = options or ReliabilityOptions()
    facts = read_run(run)
    counts = count_grid(facts, options)
    panel = _panel(facts, counts, options)
    terms = _term_rates(facts, counts, options)
    rows = [*_halves(counts, terms, options), *_parallel(counts), *_without_terms(counts, terms, panel, options)]
    table = pd.DataFrame(rows, columns=["statistic", "what", "estimate", "low", "high", "n"])
    corrections = [*_corrections(counts, terms, panel, options), *_by_labels(counts, panel, options, labels)]
    names = ["correction", "y", "x", "estimate", "std_error", "p", "low", "high", "n", "note"]
    return Reliability(
        table, _multiverse(counts, panel, options), _correlation(counts), pd.DataFrame(corrections, columns=names)
    )


def _panel(run: RunFacts, counts: Counts, options: ReliabilityOptions) -> pd.DataFrame:
    """The rows of the counts with the columns of the panel that are asked for; ``code`` and ``year`` are the keys."""
    panel = run.table("panel.parquet")
    key = str(panel.columns[0])
    wanted = [name for name in (options.outcome, *options.controls, options.treat) if name]
    for name in wanted:
        if name not in panel.columns:
            known = ", ".join(panel.columns)
            raise UsageError("column_missing", path="panel.parquet", column=name, known=known)
    kept = panel[[key, "year", *dict.fromkeys(wanted)]].rename(columns={key: "code"})
    merged = counts.rows.merge(kept, on=["code", "year"], how="left", validate="one_to_one")
    return merged.astype(dict.fromkeys(wanted, "float64"))


def _term_rates(run: RunFacts, counts: Counts, options: ReliabilityOptions) -> pd.DataFrame:
    """Hits per 10,000 characters of each (category, term), a row a place-year, as in the run."""
    lexicon = run.lexicon(options.lexicon)
    from textgov.validate.runs import panel_documents

    hits = run.table("hits.parquet", ("doc_id", "category", "term", "lexicon_hash"))
    hits = hits[hits["lexicon_hash"] == lexicon["hash"]]
    places = panel_documents(run)[["doc_id", "code", "year"]]
    joined = hits.merge(places, on="doc_id", suffixes=("_hit", ""))
    table = joined.pivot_table(index=["code", "year"], columns=["category", "term"], aggfunc="size", fill_value=0)
    rows = list(zip(counts.rows["code"], counts.rows["year"], strict=True))
    n_han = counts.lengths["n_han", "counted"].astype(float)
    rates: pd.DataFrame = 1e4 * table.reindex(rows, fill_value=0).div(n_han, axis=0)
    return rates


# ---- correlations ----


def _correlation(counts: Counts) -> pd.DataFrame:
    """Pearson's and Spearman's correlation of each pair of specifications, over the rows that both have."""
    import pandas as pd

    frame = pd.DataFrame({spec.name: counts.values(spec) for spec in counts.specs})
    known = frame.notna().to_numpy(dtype=float)
    n, pearson, spearman = known.T @ known, frame.corr().to_numpy(), frame.corr(method="spearman").to_numpy()
    rows = [
        (one.name, other.name, pearson[i, j], spearman[i, j], int(n[i, j]))
        for (i, one), (j, other) in combinations(enumerate(counts.specs), 2)
    ]
    return pd.DataFrame(rows, columns=["a", "b", "pearson", "spearman", "n"])


def _multiverse(counts: Counts, panel: pd.DataFrame, options: ReliabilityOptions) -> pd.DataFrame:
    import numpy as np
    import pandas as pd

    main = counts.values(counts.specs[0])
    rest, slopes = Within(counts.rows), _slopes(panel, options)
    rows = []
    for spec in counts.specs:
        values = counts.values(spec)
        pearson, spearman, n = correlate(main, values)
        inside = rest.correlation(main, values)
        row: dict[str, Any] = {"spec": spec.name, **spec._asdict(), "n": n}
        known = values[~np.isnan(values)]
        row |= (
            {"mean": float(known.mean()), "sd": float(known.std(ddof=1))} if n > 1 else {"mean": np.nan, "sd": np.nan}
        )
        row |= {"pearson": pearson, "spearman": spearman, "within": inside}
        if options.outcome:
            row |= _slope(panel, values, slopes, options)
        rows.append(row)
    return pd.DataFrame(rows)


def _slopes(panel: pd.DataFrame, options: ReliabilityOptions) -> Within:
    """The regression of every specification, with its effects and controls."""
    import numpy as np

    controls = np.asarray(panel[list(options.controls)], dtype=np.float64) if options.controls else None
    return Within(panel, controls, options.effects)


def _slope(
    panel: pd.DataFrame, values: NDArray[np.float64], slopes: Within, options: ReliabilityOptions
) -> dict[str, float]:
    """The slope of the outcome for one standard deviation of a measure."""
    import numpy as np
    from scipy.stats import t

    known = values[~np.isnan(values)]
    if len(known) < 3 or known.std() == 0:
        return dict.fromkeys(("estimate", "std_error", "p", "low", "high"), float("nan")) | {"n_slope": 0}
    scaled = (values - known.mean()) / known.std(ddof=1)
    slope, error, n, groups = slopes.slope(panel[options.outcome].to_numpy(dtype=np.float64), scaled)
    half = float(t.ppf(0.5 + options.level / 2, max(groups - 1, 1))) * error
    p = float(2 * t.sf(abs(slope) / error, groups - 1)) if error > 0 else float("nan")
    told = {"estimate": slope, "std_error": error, "p": p, "low": slope - half, "high": slope + half}
    return {**told, "n_slope": n}


# ---- halves, parallel lexicons, single terms ----

Row = tuple[str, str, float, float | None, float | None, int]


def split_terms(terms: pd.DataFrame, random: np.random.Generator) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Rates of two random halves of the terms of each category, each blown up to the mean of the whole."""
    import numpy as np

    order = random.permutation(terms.shape[1])
    categories = terms.columns.get_level_values(0).to_numpy()[order]
    halves = np.empty(len(order), dtype=bool)
    turn = 0
    for category in sorted(set(categories)):
        at = np.flatnonzero(categories == category)
        halves[order[at]] = (np.arange(len(at)) + turn) % 2 == 0
        turn += len(at)
    values = terms.to_numpy()
    whole = values.sum(axis=1).mean()
    one, other = values[:, halves].sum(axis=1), values[:, ~halves].sum(axis=1)
    return one * (whole / one.mean()), other * (whole / other.mean())


def _halves(counts: Counts, terms: pd.DataFrame, options: ReliabilityOptions) -> Iterator[Row]:
    """Correlation of random halves of the terms, and the reliability of the whole (Spearman-Brown)."""
    import numpy as np

    if terms.shape[1] < 4:
        return
    random = np.random.default_rng(options.seed)
    rest = Within(counts.rows)
    found = []
    for _ in range(options.halves):
        one, other = split_terms(terms, random)
        r, inside = correlate(one, other)[0], rest.correlation(one, other)
        found.append((r, reliability_of(r), inside, reliability_of(inside)))
    tail = (1 - options.level) / 2
    names = ("split_half_r", "spearman_brown", "split_half_r_within", "spearman_brown_within")
    for name, values in zip(names, np.array(found).T, strict=True):
        low, high = np.quantile(values, (tail, 1 - tail))
        yield name, f"{terms.shape[1]} terms", float(np.median(values)), float(low), float(high), len(terms)


def _parallel(counts: Counts) -> Iterator[Row]:
    """Correlation of the rate of the lexicon with that of each parallel one."""
    main, rest = counts.specs[0], Within(counts.rows)
    for name in dict.fromkeys(spec.lexicon for spec in counts.specs):
        if name == main.lexicon:
            continue
        a, b = counts.values(main), counts.values(main._replace(lexicon=name))
        pearson, spearman, n = correlate(a, b)
        yield "parallel_pearson", name, pearson, None, None, n
        yield "parallel_spearman", name, spearman, None, None, n
        yield "parallel_within", name, rest.correlation(a, b), None, None, n


def _without_terms(
    counts: Counts, terms: pd.DataFrame, panel: pd.DataFrame, options: ReliabilityOptions
) -> Iterator[Row]:
    """Correlation of the measure with itself without each term, and the slope without it."""
    values = terms.to_numpy()
    whole, slopes = values.sum(axis=1), _slopes(panel, options)
    names = [f"{category}/{term}" for category, term in zip(*map(terms.columns.get_level_values, (0, 1)), strict=True)]
    for at, name in enumerate(names):
        rest = whole - values[:, at]
        yield "without_term_r", name, correlate(whole, rest)[0], None, None, len(terms)
        if options.outcome and rest.std() > 0:
            found = _slope(panel, rest, slopes, options)
            yield "without_term_slope", name, found["estimate"], found["low"], found["high"], int(found["n_slope"])


# ---- corrections ----


def _corrections(
    counts: Counts, terms: pd.DataFrame, panel: pd.DataFrame, options: ReliabilityOptions
) -> Iterator[dict[str, Any]]:
    """The slope on the measure as it is, corrected for attenuation, and by ORIV of random halves."""
    import numpy as np

    if not options.outcome:
        return
    keys = ("code", "year")
    main = counts.specs[0]
    frame = panel.assign(measure=counts.values(main))
    about = {"y": options.outcome, "x": main.name, "note": ""}
    naive = estimate_slope(frame, options.outcome, "measure", keys, options.controls, options.effects)
    yield {"correction": "none", **about, **naive}
    if terms.shape[1] < 4:
        return
    random, rest = np.random.default_rng(options.seed), _slopes(panel, options)
    slopes, reliabilities = [], []
    for _ in range(ORIV_SPLITS):
        one, other = split_terms(terms, random)
        reliabilities.append(reliability_of(rest.correlation(one, other)))
        halves = panel.assign(first=one, second=other)
        slopes.append(
            estimate_oriv(halves, ("first", "second"), options.outcome, keys, options.controls, options.effects)
        )
    reliability = float(np.median(reliabilities))
    if 0 < reliability <= 1:
        scaled = {name: disattenuate(naive[name], reliability) for name in ("estimate", "std_error", "low", "high")}
        yield {
            "correction": "attenuation",
            **about,
            **naive,
            **scaled,
            "note": f"reliability {reliability:.3f} taken as known",
        }
    yield {"correction": "oriv", **about, **median_estimate(slopes), "note": f"median of {ORIV_SPLITS} random halves"}


def median_estimate(found: Sequence[Mapping[str, float]]) -> dict[str, float]:
    """The median of estimates from random splits; its error holds what splits add (Chernozhukov et al. 2018, 3.3)."""
    import numpy as np
    from scipy.stats import norm

    slopes, errors = (np.array([one[name] for one in found]) for name in ("estimate", "std_error"))
    middle = float(np.median(slopes))
    error = float(np.sqrt(np.median(errors**2 + (slopes - middle) ** 2)))
    half = float(norm.ppf(0.975)) * error
    p = float(2 * norm.sf(abs(middle) / error)) if error > 0 else float("nan")
    ends = {"low": middle - half, "high": middle + half}
    return {"estimate": middle, "std_error": error, "p": p, **ends, "n": found[0]["n"]}


def _by_labels(
    counts: Counts, panel: pd.DataFrame, options: ReliabilityOptions, labels: pd.DataFrame | None
) -> Iterator[dict[str, Any]]:
    """The share of sentences regressed on a treatment, as it is and corrected by labels."""
    if labels is None or not options.treat:
        return
    keys = ("code", "year")
    frame = panel.merge(label_panel(counts, labels), on=["code", "year"])
    for correction, y in (("none", "sent"), ("dsl", "dsl")):
        found = estimate_slope(frame, y, options.treat, keys, options.controls, options.effects)
        note = f"{len(labels)} labelled sentences" if correction == "dsl" else ""
        yield {"correction": correction, "y": "share of sentences", "x": options.treat, **found, "note": note}


def label_panel(counts: Counts, labels: pd.DataFrame) -> pd.DataFrame:
    """The share of sentences of each place-year, as it is and corrected by labels."""
    main = counts.specs[0]
    n_found = counts.sentences[main.lexicon, main.overlap, main.sections]
    found = counts.rows.assign(n_sents=counts.lengths["n_sents", main.sections], n_found=n_found)
    return correct_panel(found, labels)


def write_reliability(reliability: Reliability, run: Path | str) -> tuple[Path, ...]:
    """Write ``reliability.csv``, ``multiverse.csv``, ``multiverse_correlation.csv``, ``corrections.csv`` if any."""
    folder = make_folder(Path(run) / FOLDER)
    tables = {"reliability.csv": reliability.table, "multiverse.csv": reliability.multiverse}
    tables["multiverse_correlation.csv"] = reliability.correlation
    if len(reliability.corrections):
        tables["corrections.csv"] = reliability.corrections
    for name, frame in tables.items():
        with written_aside(folder / name) as part:
            write_csv(frame, part)
    return tuple(folder / name for name in tables)


__all__ = ["Reliability", "Spec", "label_panel", "measure_reliability", "write_reliability"]
