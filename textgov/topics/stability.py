"""Whether another seed, or a part of the rows, finds the same topics."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from textgov.errors import TopicError, UsageError
from textgov.records import Features, TopicModel
from textgov.topics.assign import match_vocabulary
from textgov.topics.fit import TopicOptions, fit_topics, row_key
from textgov.topics.words import TOP, best_terms, topic_titles

if TYPE_CHECKING:
    import pandas as pd
    from numpy.typing import NDArray

# Does a list of tasks, in this process (`map`) or elsewhere (``Executor.map``); results come in order.
Mapper = Callable[..., Iterable[Any]]


class Matched(NamedTuple):
    """For each of K topics its partner in another model, one to one, and how alike the two are.

    ``partner`` has numbers of topics, -1 where the other model has too few; ``cosine`` and ``jaccard`` are those of the
    partner (of all words, and of the top words), ``best`` the highest cosine with any topic of the other model.
    """

    partner: NDArray[np.int64]
    cosine: NDArray[np.float64]
    jaccard: NDArray[np.float64]
    best: NDArray[np.float64]


def match_topics(one: TopicModel, other: TopicModel, n_top: int = TOP) -> Matched:
    """Partners of the topics of one model in another: the assignment with the highest sum of cosines (Kuhn 1955).

    Raises
    ------
    TopicError
        The vocabularies differ.
    """
    from scipy.optimize import linear_sum_assignment

    if one.vocabulary != other.vocabulary:
        raise TopicError("topics_vocabularies_differ", n=len(one.vocabulary), other=len(other.vocabulary))
    cosine = _unit(one.topics) @ _unit(other.topics).T
    rows, columns = linear_sum_assignment(-cosine)
    partner = np.full(len(one), -1)
    partner[rows] = columns
    alike = np.full(len(one), np.nan)
    alike[rows] = cosine[rows, columns]
    shared = np.full(len(one), np.nan)
    mine, theirs = best_terms(one.topics, n_top), best_terms(other.topics, n_top)
    for row, column in zip(rows.tolist(), columns.tolist(), strict=True):
        shared[row] = jaccard(mine[row].tolist(), theirs[column].tolist())
    return Matched(partner, np.minimum(alike, 1), shared, np.minimum(cosine.max(axis=1), 1))


def jaccard(one: Iterable[object], other: Iterable[object]) -> float:
    """Shared members of two sets over all of them.

    Examples
    --------
    >>> jaccard("xyz", "yzvw")
    0.4
    """
    a, b = set(one), set(other)
    return len(a & b) / len(a | b) if a | b else 1.0


def _unit(rows: NDArray[np.float64]) -> NDArray[np.float64]:
    found: NDArray[np.float64] = rows / np.linalg.norm(rows, axis=1, keepdims=True)
    return found


def refit(model: TopicModel, terms: Features, seed: int, share: float = 1.0) -> TopicModel:
    """The same model with another seed, on all rows or on a sample of them.

    Parameters
    ----------
    model : TopicModel
    terms : Features
        The words that the model was fitted to; only its own vocabulary is used.
    seed : int
    share : float
        Share of the rows, chosen by a hash of their ids and the seed.

    Raises
    ------
    UsageError
        The model has covariates, which it does not keep.
    """
    settings = model.settings
    if model.method == "dmr":
        raise UsageError(
            "option_bad", name="method", value="dmr", detail="it cannot be fitted again without covariates"
        )
    names = ("sweeps", "alpha", "eta", "max_rows", "seed_share", "anchor")
    kept = {name: settings[name] for name in names if name in settings}
    method = "lda" if model.method == "dynamic" else model.method  # the topics of all periods are those of lda
    chosen = sample_rows(terms, seed, share)
    return fit_topics(
        chosen, method, len(model), seed=seed, seeds=settings.get("seeds") or None, options=TopicOptions(**kept)
    )


def check_share(share: float) -> None:
    """Refuse what is no share of the documents."""
    if not 0 < share <= 1:
        raise UsageError("option_bad", name="share", value=share, detail="use a share in (0, 1]")


def sample_rows(terms: Features, seed: int, share: float) -> Features:
    """A share of the rows, whole documents together: those whose ids have the smallest hashes."""
    check_share(share)
    if share == 1:
        return terms
    names = terms.parents or terms.doc_ids
    ranked = sorted(set(names), key=lambda name: row_key(name, seed))
    return pick_rows(terms, set(ranked[: max(round(share * len(ranked)), 1)]))


def pick_rows(terms: Features, wanted: set[str], *, other: bool = False) -> Features:
    """The rows of some documents, or of all others."""
    names = terms.parents or terms.doc_ids
    rows = [number for number, name in enumerate(names) if (name in wanted) != other]
    lengths = {name: values[rows] for name, values in terms.lengths.items()}
    parents = tuple(terms.parents[row] for row in rows) if terms.parents else ()
    doc_ids = tuple(terms.doc_ids[row] for row in rows)
    return replace(terms, doc_ids=doc_ids, values=terms.values[rows], lengths=lengths, parents=parents)


def measure_stability(
    model: TopicModel, terms: Features, seeds: Sequence[int], *, share: float = 1.0, run: Mapper = map
) -> pd.DataFrame:
    """How each topic of a model fares when it is fitted again with other seeds.

    Parameters
    ----------
    model : TopicModel
    terms : Features
        The words that it was fitted to.
    seeds : sequence of int
    share : float
        Each fit gets this share of the documents, chosen by its seed (Greene, O'Callaghan and Cunningham 2014). With 1,
        only the chain differs: it starts from nearly the same factorisation whatever the seed, so this says less.
    run : callable
        Like `map`; ``Executor.map`` fits the models elsewhere.

    Returns
    -------
    DataFrame
        ``topic, title, seed, partner, cosine, best, jaccard``: one row a topic and seed; see `Matched`.

    Raises
    ------
    UsageError
        No seed, or that of the model itself among them while all rows are used.
    """
    import pandas as pd

    if not seeds or (share == 1 and model.seed in seeds):
        detail = "give other seeds than that of the model"
        raise UsageError("option_bad", name="seeds", value=", ".join(map(str, seeds)), detail=detail)
    titles = topic_titles(model)
    own = keep_terms(model, terms)
    parts = []
    for seed, found in zip(seeds, run(partial(refit, model, own, share=share), seeds), strict=True):
        matched = match_topics(model, found)
        part = {"topic": model.names, "title": titles, "seed": seed}
        part["partner"] = [found.names[number] if number >= 0 else "" for number in matched.partner]
        scores = {"cosine": matched.cosine, "best": matched.best, "jaccard": matched.jaccard}
        parts.append(pd.DataFrame({**part, **scores}))
    return pd.concat(parts, ignore_index=True)


def keep_terms(model: TopicModel, terms: Features) -> Features:
    """Counts with one column for each term of a model, in its order."""
    if terms.names == model.vocabulary:
        return terms
    values = match_vocabulary(model, terms)
    words = np.asarray(values.sum(axis=1)).ravel().astype(np.int64)
    return replace(terms, names=model.vocabulary, values=values, lengths={**terms.lengths, "n_terms": words})
