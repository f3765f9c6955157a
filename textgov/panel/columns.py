"""The columns of a panel, from the sums."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from textgov.count import PARTS
from textgov.errors import UsageError
from textgov.measures import CONTROL, LENGTHS, LEXICON_MEASURES, MEASURES, PART_LENGTHS, PHASE, Measure
from textgov.panel.totals import LexiconTotals, Totals
from textgov.records import Lexicon, Variable

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from scipy.sparse import csr_array

Column = tuple[Variable, Any]


def length_columns(totals: Totals) -> Iterator[Column]:
    """Numbers of documents, characters and so on; those of parts of a text where a measure needs them."""
    import pandas as pd

    for variable in LENGTHS:
        if variable.name == "n_docs":
            yield variable, pd.array(totals.n_docs, dtype="Int64")
        elif variable.name in totals.lengths:
            yield variable, totals.integers(totals.lengths[variable.name])
    wanted = totals.options.measure_names
    needed = {"para": "n_paras", "review": "n_han_review", "plan": "n_han_plan"}
    for option, name in needed.items():
        if option in wanted:
            yield PART_LENGTHS[name], totals.integers(totals.length(name))
    if "authority" in wanted:
        yield PART_LENGTHS["n_docs_authority"], totals.integers(totals.n_authority)


def measure_columns(totals: Totals, sums: LexiconTotals) -> Iterator[Column]:
    """The columns of one lexicon; only those that its features name, where they name some."""
    for variable, column in _measure_columns(totals, sums):
        if not sums.own:
            yield variable, column
        elif variable.name in sums.own:
            yield sums.own[variable.name], column


def _measure_columns(totals: Totals, sums: LexiconTotals) -> Iterator[Column]:
    """Every measure of every category, then those of the lexicon as a whole."""
    wanted = set(totals.options.measure_names) | ({"w"} if sums.lexicon.weighted else set())
    values = _values(totals, sums, wanted)
    measures = [measure for measure in MEASURES if measure.suffix in values]
    for at, (name, (zh, en)) in enumerate(zip(sums.sets.names, sums.sets.titles, strict=True)):
        for measure in measures:
            column = values[measure.suffix]
            if measure.suffix == "share" and name == "total":
                continue
            yield _variable(sums.lexicon, f"{name}_{measure.suffix}", (zh, en), measure), column.of(at)
    whole = _whole(totals, sums)
    for measure in LEXICON_MEASURES:
        if measure.option in wanted:
            yield _variable(sums.lexicon, measure.suffix, None, measure), whole[measure.suffix]
    if "phases" in wanted:
        yield from _phases(totals, sums)


def control_columns(totals: Totals) -> Iterator[Column]:
    """Attention relative to the control lexicon, for every other lexicon."""
    name = totals.options.control
    if not name:
        return
    control = next((one for one in totals.lexicons if name in (one.lexicon.name, one.lexicon.prefix)), None)
    if control is None:
        known = ", ".join(one.lexicon.name for one in totals.lexicons)
        raise UsageError("option_bad", name="control", value=name, detail=f"the lexicons of this run are {known}")
    below = _of_sets(control.hits.matrix(), control)[:, -1]
    for sums in totals.lexicons:
        if sums is control:
            continue
        hits = _of_sets(sums.hits.matrix(), sums)[:, -1]
        variable = _variable(sums.lexicon, f"{CONTROL.suffix}_{control.lexicon.prefix}", None, CONTROL)
        yield variable, _known(totals, _ratio(hits, below))


class _Column(NamedTuple):
    """A measure of every category: values (rows x sets), and where whole numbers are known (None: not whole)."""

    values: NDArray[Any]
    totals: Totals
    whole: NDArray[np.bool_] | None = None

    def of(self, at: int) -> Any:
        """The column of one set."""
        if self.whole is not None:
            return self.totals.integers(self.values[:, at], self.whole)
        return self.values[:, at].astype(np.float64)


def _of_sets(matrix: csr_array, sums: LexiconTotals) -> NDArray[np.float64]:
    """Sums by entry as sums by category."""
    return np.asarray(matrix @ sums.sets.member.astype(np.float64))


def _values(totals: Totals, sums: LexiconTotals, wanted: set[str]) -> dict[str, _Column]:
    """The measures that were asked for, each as rows x sets."""
    n_han, n_sents, n_paras, n_docs, han_authority = (
        values[:, None]
        for values in (
            *(totals.length(name) for name in ("n_han", "n_sents", "n_paras")),
            totals.n_docs,
            totals.han_authority,
        )
    )
    hits = _of_sets(sums.hits.matrix(), sums)
    makers: dict[str, Callable[[], NDArray[Any]]] = {
        "n": lambda: hits,
        "p10k": lambda: _ratio(10_000 * hits, n_han),
        "ln": lambda: _known(totals, np.log1p(hits)),
        "sent": lambda: _ratio(sums.sents, n_sents),
        "docs": lambda: _ratio(sums.docs, n_docs),
        "lnp": lambda: np.log1p(_ratio(10_000 * hits, n_han)),
        "para": lambda: _ratio(sums.paras, n_paras),
        "types": lambda: _of_sets((sums.hits.matrix() > 0).astype(np.float64), sums),
        "first": lambda: _of_sets(sums.first.matrix(), sums),
        "share": lambda: _ratio(hits, hits[:, -1:]),
        "w": lambda: _known(totals, _weighted(sums)),
        "w10k": lambda: _ratio(10_000 * _weighted(sums), n_han),
        "tfidf": lambda: _known(totals, _tf_idf(totals, sums)),
        "tfidf2": lambda: _known(totals, _smooth_tf_idf(totals, sums)),
        "a10k": lambda: _ratio(10_000 * _of_sets(sums.authority.matrix(), sums), han_authority),
    }
    for part in PARTS:
        makers[f"n_{part}"] = partial(_of_part, sums, part)
        makers[f"p10k_{part}"] = partial(_rate_of_part, totals, sums, part)
    whole = dict.fromkeys(("n", "types", "first"), totals.known)
    whole |= {f"n_{part}": totals.length(f"n_han_{part}") > 0 for part in PARTS}
    return {
        measure.suffix: _Column(makers[measure.suffix](), totals, whole.get(measure.suffix))
        for measure in MEASURES
        if measure.option in wanted
    }


def _weighted(sums: LexiconTotals) -> NDArray[np.float64]:
    weights = np.array([entry.weight for entry in sums.lexicon.entries])
    return np.asarray(sums.hits.matrix() @ (sums.sets.member * weights[:, None]))


def _of_part(sums: LexiconTotals, part: str) -> NDArray[np.float64]:
    return _of_sets(sums.parts[part].matrix(), sums)


def _rate_of_part(totals: Totals, sums: LexiconTotals, part: str) -> NDArray[np.float64]:
    return _ratio(10_000 * _of_part(sums, part), totals.length(f"n_han_{part}")[:, None])


def _tf_idf(totals: Totals, sums: LexiconTotals) -> NDArray[np.float64]:
    """Textbook variant: (tf / L) * ln(D / df), the place-years being the documents; times 10,000."""
    n_han = totals.length("n_han")
    rates = sums.hits.matrix().multiply((10_000 / np.where(n_han > 0, n_han, 1))[:, None]).tocsr()
    df = _documents_with(sums)
    n_rows = int(np.count_nonzero(n_han))
    idf = np.log(n_rows / np.where(df > 0, df, n_rows))
    return np.where(n_han[:, None] > 0, np.asarray(rates @ (sums.sets.member * idf[:, None])), np.nan)


def _smooth_tf_idf(totals: Totals, sums: LexiconTotals) -> NDArray[np.float64]:
    """The default of scikit-learn: tf * (ln((1 + D) / (1 + df)) + 1), each row scaled to unit length."""
    n_han = totals.length("n_han")
    idf = np.log((1 + int(np.count_nonzero(n_han))) / (1 + _documents_with(sums))) + 1
    distinct = sums.sets.member[:, -1]  # a term in two categories is one feature
    weighted = sums.hits.matrix().multiply(idf[None, :]).tocsr()
    norms = np.sqrt(np.asarray(weighted.multiply(weighted) @ distinct))
    scaled = weighted.multiply((1 / np.where(norms > 0, norms, 1))[:, None]).tocsr()
    return np.where(n_han[:, None] > 0, np.asarray(scaled @ sums.sets.member.astype(np.float64)), np.nan)


def _documents_with(sums: LexiconTotals) -> NDArray[np.int64]:
    """For each entry the number of place-years that have it."""
    found: NDArray[np.int64] = np.asarray((sums.hits.matrix() > 0).sum(axis=0)).ravel().astype(np.int64)
    return found


def _whole(totals: Totals, sums: LexiconTotals) -> dict[str, NDArray[np.float64]]:
    """Measures of the lexicon as a whole."""
    hits = _of_sets(sums.hits.matrix(), sums)[:, sums.tops]
    p = _ratio(hits, hits.sum(axis=1, keepdims=True))
    n_tops = len(sums.tops)
    spread = -np.sum(p * np.log(np.where(p > 0, p, 1)), axis=1)
    return {
        "breadth": _known(totals, np.mean(hits > 0, axis=1)),
        "hhi": np.sum(p * p, axis=1),
        "entropy": np.abs(spread) / np.log(n_tops) if n_tops > 1 else np.full(len(spread), np.nan),
        "co_sent": _ratio(sums.mixed, totals.length("n_sents")),
    }


def _phases(totals: Totals, sums: LexiconTotals) -> Iterator[Column]:
    """The share of each phase in the hits of all terms that belong to one; phases in the order of the lexicon."""
    entries = sums.lexicon.entries
    distinct = sums.sets.member[:, -1]
    phases = list(dict.fromkeys(entry.phase for entry in entries if entry.phase))
    member = np.array([[entry.phase == phase for phase in phases] for entry in entries], dtype=np.float64)
    hits = np.asarray(sums.hits.matrix() @ (member.reshape(len(entries), -1) * distinct[:, None]))
    shares = _ratio(hits, hits.sum(axis=1, keepdims=True))
    for at, phase in enumerate(phases):
        titles = f"阶段 {phase}", f"phase {at + 1}"
        yield _variable(sums.lexicon, f"phase{at + 1}_share", titles, PHASE), shares[:, at]


def _variable(lexicon: Lexicon, name: str, titles: tuple[str, str] | None, measure: Measure) -> Variable:
    zh, en = (f"{lexicon.zh}·{titles[0]}", f"{lexicon.en}, {titles[1]}") if titles else (lexicon.zh, lexicon.en)
    return Variable(
        f"{lexicon.prefix}_{name}",
        f"{en}: {measure.en}",
        f"{zh}：{measure.zh}",
        measure.unit_en,
        measure.unit_zh,
        measure.formula,
        lexicon.label,
        lexicon.hash,
    )


def _known(totals: Totals, values: NDArray[Any]) -> NDArray[np.float64]:
    """Values where something is known of the row, else missing."""
    known = totals.known.reshape(-1, *[1] * (values.ndim - 1))
    return np.where(known, values, np.nan)


def _ratio(numerator: NDArray[Any], denominator: NDArray[Any]) -> NDArray[np.float64]:
    safe = np.where(denominator > 0, denominator, 1)
    return np.where(denominator > 0, numerator / safe, np.nan)
