"""One function for every method: counts in, a model of plain arrays out."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from textgov.errors import TopicError, UsageError
from textgov.lexicon import match_key
from textgov.records import Features, Lexicon, TopicModel
from textgov.topics.assign import fold_rows
from textgov.topics.engines import METHODS, Fit, Task
from textgov.topics.gibbs import Chain, normal_rows
from textgov.topics.terms import stays_whole

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from scipy.sparse import csr_array

# Every term keeps a trace in every topic, so that no text is impossible.
TRACE = 1e-6
# What holds a seeded topic to its seeds; see `TopicOptions`.
ANCHORS = ("share", "rows")
Seeds = Lexicon | Mapping[str, Sequence[str]]


@dataclass(frozen=True, slots=True)
class TopicOptions:
    """How a model is fitted.

    Parameters
    ----------
    sweeps : int, optional
        Passes over the words; by default what the method needs (`METHODS`).
    alpha, eta : float
        Dirichlet weights of the topics in a row and of the terms in a topic. 0.1 and 0.01 fit rows of a few dozen to a
        few hundred words with a handful of topics each.
    max_rows : int, optional
        Fit to so many rows at most, chosen by a hash of their ids and the seed: the same whatever the shards.
    period_words : float
        For ``dynamic``: how many words of evidence the topic of all periods weighs against those of one period.
    seed_share : float or None
        For ``seeded``: the least share of seed terms among the words of a seeded topic (pi). None sets no limit, as
        keyATM does; a topic that is rare in the texts is then overrun by a frequent neighbour (on the work reports the
        digital-government topic became "administrative reform").
    anchor : {"share", "rows"}
        For ``seeded``: what holds a seeded topic to its seeds. ``share``: ``seed_share``. ``rows``: while the model is
        fitted the topic stands only in rows that hold one of its seeds, all of which are fitted to beside the
        ``max_rows`` (as many more at most); for sentences. The shares are then found with Dirichlet weights in
        proportion to the shares of the topics.
    """

    sweeps: int | None = None
    alpha: float = 0.1
    eta: float = 0.01
    max_rows: int | None = None
    period_words: float = 5000.0
    seed_share: float | None = 0.3
    anchor: str = "share"

    def __post_init__(self) -> None:
        if self.anchor not in ANCHORS:
            raise UsageError("option_bad", name="anchor", value=self.anchor, detail=f"use {' or '.join(ANCHORS)}")
        if self.seed_share is not None and not 0 < self.seed_share < 1:
            raise UsageError("option_bad", name="seed_share", value=self.seed_share, detail="use a share in (0, 1)")
        for name in ("sweeps", "alpha", "eta", "max_rows", "period_words"):
            value = getattr(self, name)
            if value is not None and not value > 0:
                raise UsageError("option_bad", name=name, value=value, detail="use a number above 0")


def fit_topics(  # the eight are what a model is
    terms: Features,
    method: str = "lda",
    n_topics: int = 20,
    *,
    seed: int = 1,
    seeds: Seeds | None = None,
    covariates: Mapping[str, Sequence[object]] | None = None,
    periods: Sequence[object] | None = None,
    options: TopicOptions | None = None,
) -> TopicModel:
    """Fit a topic model; the same input gives the same bytes.

    Parameters
    ----------
    terms : Features
        From `count_terms` and `trim_terms`. Rows without words take no part.
    method : str
        ``lda`` (our collapsed Gibbs sampler), ``seeded`` (the same with topics that start from seed terms; Eshima,
        Imai and Sasaki 2024), ``nmf`` (Kullback-Leibler), ``dmr`` (weights of topics by covariates; Mimno and McCallum
        2008), ``dynamic`` (``lda``, then the words of each topic by period), ``lda-tomotopy``, ``lda-gensim``,
        ``lda-sklearn``.
    n_topics : int
        All topics, the seeded ones included.
    seed : int
    seeds : Lexicon or mapping of name to terms, for ``seeded``
        A lexicon makes one topic; a mapping makes one topic a name. Terms that are not in the vocabulary are left out
        and listed in ``facts``.
    covariates : mapping of name to one value a row, for ``dmr``
        Values are taken as categories; a missing one (None) has no effect.
    periods : one value a row, for ``dynamic``
    options : TopicOptions, optional

    Returns
    -------
    TopicModel

    Raises
    ------
    TopicError
        No words, only one document, more topics than terms, or seed terms that the vocabulary does not have.
    UsageError
        An unknown method, or one without what it needs.
    """
    options = options or TopicOptions()
    check_seed(seed)
    _check_call(method, {"seeds": seeds, "covariates": covariates, "periods": periods})
    rows = choose_rows(terms, seed, options.max_rows)
    check_terms(terms, rows, n_topics)
    sweeps = options.sweeps or METHODS[method].sweeps
    by_rows = seeds is not None and options.anchor == "rows"
    chain = Chain(n_topics, sweeps, options.alpha, options.eta, seed, options.seed_share, by_rows)
    lists, missing = _seed_columns(seeds, terms, n_topics) if seeds is not None else ({}, {})
    counts = whole_counts(terms.values[rows])
    features = _features(covariates or {}, rows)
    seen = whole_counts(terms.values[_with_seeds(terms, rows, lists, chain, options)]) if by_rows else counts
    fit = METHODS[method].fit(Task(seen, chain, tuple(lists.values()), features))
    model = ordered_model(terms.names, counts, fit, tuple(lists), _settings(method, chain, options, terms, lists))
    model = replace(model, facts={**model.facts, **({"seeds_missing": missing} if any(missing.values()) else {})})
    if periods is None:
        return model
    return _by_period(model, counts, [periods[row] for row in rows], options.period_words)


def _settings(
    method: str, chain: Chain, options: TopicOptions, terms: Features, lists: Mapping[str, Sequence[int]]
) -> dict[str, Any]:
    """All that decides the model besides the counts."""
    found: dict[str, Any] = {"method": method, "seed": chain.seed, "n_topics": chain.n_topics, "sweeps": chain.sweeps}
    found |= {"alpha": chain.alpha, "eta": chain.eta}
    if options.max_rows:
        found["max_rows"] = options.max_rows
    if lists:
        found |= {"anchor": options.anchor} if chain.by_rows else {"seed_share": chain.seed_share}
        found["seeds"] = {name: [terms.names[column] for column in columns] for name, columns in lists.items()}
    found["terms"] = [[step.stage, step.what, dict(step.detail)] for step in terms.history if step.what == "terms"]
    return found


def _check_call(method: str, given: Mapping[str, object]) -> None:
    if method not in METHODS:
        raise UsageError("topics_method", name=method, known=", ".join(METHODS))
    need = METHODS[method].needs
    if need and not given[need]:
        raise UsageError("topics_needs", name=method, need=need)
    for name, value in given.items():
        if value is not None and name != need:
            raise UsageError("option_bad", name=name, value="...", detail=f"the method {method} does not use it")


def choose_rows(terms: Features, seed: int, limit: int | None) -> NDArray[np.int64]:
    """Rows with words, at most so many: those with the smallest hashes."""
    rows = np.flatnonzero(np.diff(terms.values.indptr))
    if limit is None or len(rows) <= limit:
        return rows
    keys = np.array([row_key(terms.doc_ids[row], seed) for row in rows])
    return np.sort(rows[np.argsort(keys, kind="stable")[:limit]])


def _with_seeds(
    terms: Features, rows: NDArray[np.int64], lists: Mapping[str, Sequence[int]], chain: Chain, options: TopicOptions
) -> NDArray[np.int64]:
    """The rows of a sample, and all others that hold a seed, at most as many as the sample may have."""
    columns = sorted({column for found in lists.values() for column in found})
    held = np.asarray(terms.values[:, columns].sum(axis=1)).ravel() > 0
    held[rows] = False
    others = np.flatnonzero(held)
    if options.max_rows is not None and len(others) > options.max_rows:
        keys = np.array([row_key(terms.doc_ids[row], chain.seed) for row in others])
        others = others[np.argsort(keys, kind="stable")[: options.max_rows]]
    return np.sort(np.concatenate([rows, others]))


def row_key(doc_id: str, seed: int) -> bytes:
    """Where a row stands in the order of sampling; it depends on nothing but its id and the seed."""
    return hashlib.sha256(f"{seed}\n{doc_id}".encode("utf-8", "surrogatepass")).digest()


def check_seed(seed: int) -> None:
    """Refuse what is no seed for every method: scikit-learn and tomotopy take 32 bits."""
    if not 0 <= seed < 2**32:
        raise UsageError("option_bad", name="seed", value=seed, detail=f"use a whole number from 0 to {2**32 - 1}")


def check_terms(terms: Features, rows: NDArray[np.int64], n_topics: int) -> None:
    """Refuse what no model can be fitted to: no words, one row, more topics than terms."""
    if n_topics < 2:
        raise UsageError("option_bad", name="n_topics", value=n_topics, detail="use 2 or more")
    if not len(rows):
        raise TopicError("topics_no_words", n=len(terms))
    if len(rows) == 1:
        raise TopicError("topics_one_document", doc_id=terms.doc_ids[rows[0]])
    used = len(np.unique(terms.values[rows].indices))
    if n_topics > used:
        raise TopicError("topics_many", k=n_topics, n=used)


def _seed_columns(seeds: Seeds, terms: Features, n_topics: int) -> tuple[dict[str, list[int]], dict[str, list[str]]]:
    """For each seeded topic the columns of its terms, and the terms that have none."""
    if isinstance(seeds, Lexicon):
        seeds = {seeds.name: [entry.term for entry in seeds.entries if stays_whole(entry)]}
    if len(seeds) >= n_topics:
        raise TopicError("topics_seeds_many", n=len(seeds), k=n_topics)
    place = {name: at for at, name in enumerate(terms.names)}
    lists: dict[str, list[int]] = {}
    missing: dict[str, list[str]] = {}
    for name, words in seeds.items():
        keys = {match_key(word) for word in words}
        lists[name] = sorted(place[key] for key in keys if key in place)
        missing[name] = sorted(key for key in keys if key not in place)
        if not lists[name]:
            raise TopicError("topics_seeds_unknown", name=name, n=len(keys), detail=", ".join(missing[name][:5]))
    return lists, missing


def _features(covariates: Mapping[str, Sequence[object]], rows: NDArray[np.int64]) -> list[list[str]]:
    return [
        [f"{name}={values[row]}" for name, values in sorted(covariates.items()) if values[row] is not None]
        for row in rows
    ]


def whole_counts(counts: csr_array) -> csr_array:
    """Counts as integers, each term of a row once, none 0."""
    found = counts.astype(np.int64)
    found.sum_duplicates()
    found.eliminate_zeros()
    return found


def ordered_model(
    names: tuple[str, ...], counts: csr_array, fit: Fit, labels: tuple[str, ...], settings: dict[str, Any]
) -> TopicModel:
    """The model with its topics ordered by their share in the words, the largest first."""
    width = len(names)
    topics = normal_rows((1 - TRACE) * normal_rows(fit.topics) + TRACE / width)
    prior = np.full(len(topics), settings["alpha"])
    length = np.asarray(counts.sum(axis=1)).ravel()
    inside = fold_rows(counts, topics, prior)
    shares = (inside * length[:, None]).sum(axis=0) / length.sum()
    if settings.get("anchor") == "rows":
        prior = settings["alpha"] * len(topics) * shares / shares.sum()
    order = np.argsort(-shares, kind="stable")
    facts = {
        "rows": counts.shape[0],
        "words": int(length.sum()),
        "log_likelihood": word_log_likelihood(counts, topics, inside),
        **fit.facts,
        **{name: [float(value) for value in values[order]] for name, values in fit.by_topic.items()},
    }
    all_labels = (*labels, *[""] * (len(topics) - len(labels)))
    return TopicModel(
        settings["method"],
        names,
        np.ascontiguousarray(topics[order]),
        prior[order],
        shares[order] / shares.sum(),
        np.asarray(counts.sum(axis=0)).ravel().astype(float),
        tuple(all_labels[number] for number in order),
        settings["seed"],
        settings,
        facts,
    )


def word_log_likelihood(counts: csr_array, topics: NDArray[np.float64], shares: NDArray[np.float64]) -> float:
    """Mean logarithm of the probability of a word, given the shares of its row."""
    total = 0.0
    for first in range(0, counts.shape[0], 1000):
        part = counts[first : first + 1000]
        row = np.repeat(np.arange(part.shape[0]), np.diff(part.indptr))
        likely = np.einsum("ik,ki->i", shares[first + row], topics[:, part.indices])
        total += float((part.data * np.log(likely)).sum())
    return total / float(counts.sum())


def _by_period(model: TopicModel, counts: csr_array, periods: Sequence[object], weight: float) -> TopicModel:
    """The words of each topic in each period: those expected from it there, with the whole topic as prior.

    Rows keep the shares that the whole model gives them, so that a topic stays the same topic in all periods.
    """
    from textgov.topics import kernels

    if len({str(period) for period in periods if period is not None}) < 2:
        raise TopicError("topics_periods", n=len({str(period) for period in periods if period is not None}))
    names = tuple(sorted({str(period) for period in periods if period is not None}))
    shares = fold_rows(counts, model.topics, model.prior)
    words = np.ascontiguousarray(model.topics.T)
    found = np.zeros((len(names), *model.topics.shape))
    for number, name in enumerate(names):
        rows = np.flatnonzero([period is not None and str(period) == name for period in periods])
        part, expected = counts[rows], np.zeros(words.shape)
        parts = (part.indptr.astype(np.int64), part.indices.astype(np.int64), part.data.astype(float))
        kernels.expected_words(*parts, words, shares[rows], expected)
        found[number] = normal_rows(expected.T + weight * model.topics)
    settings = {**model.settings, "period_words": weight}
    return replace(model, periods=names, period_topics=found, settings=settings)
