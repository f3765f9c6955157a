"""What a topic is about: its words by probability, lift, relevance and FREX, and how exclusive they are."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from textgov.errors import UsageError
from textgov.records import TopicModel

if TYPE_CHECKING:
    import pandas as pd
    from numpy.typing import NDArray

# Words of a topic by which it is judged and named; the number that coherence measures are usually given with.
TOP = 10
# The weight of the probability that users of LDAvis found best (Sievert and Shirley 2014, section 4).
RELEVANCE_WEIGHT = 0.6
# Of the two ranks of FREX each counts half, as the package stm (Roberts, Stewart and Tingley 2019) has it by default.
FREX_WEIGHT = 0.5
# A table of words has the best by relevance at each of these weights, so that a reader can move between them.
STEPS = (0.0, 0.2, 0.4, 0.6, 0.8, 1.0)


class WordScores(NamedTuple):
    """Scores of V terms in K topics, each K x V.

    ``frex`` lies in (0, 1]; ``log_p`` and ``log_lift`` are natural logarithms; ``relevance`` is a weighted mean of the
    two.
    """

    frex: NDArray[np.float64]
    log_p: NDArray[np.float64]
    log_lift: NDArray[np.float64]
    relevance: NDArray[np.float64]


def score_words(model: TopicModel, weight: float = RELEVANCE_WEIGHT) -> WordScores:
    """Scores of every term in every topic.

    Lift (Taddy 2012) is the probability of a term in the topic over its share in the corpus; relevance (Sievert and
    Shirley 2014) is ``weight * log p + (1 - weight) * log lift``; FREX (Bischof and Airoldi 2012) is the harmonic mean
    of two ranks within the topic, each as a share of the terms: that of the probability, and that of the exclusivity,
    ``p`` over the sum of ``p`` in all topics.

    Parameters
    ----------
    model : TopicModel
    weight : float
        From 0 (lift alone) to 1 (probability alone).

    Returns
    -------
    WordScores
        A term that does not occur in the corpus has the lift of a term that occurs half a time.

    Raises
    ------
    UsageError
        The weight is no share.
    """
    if not 0 <= weight <= 1:
        raise UsageError("option_bad", name="weight", value=weight, detail="use a share from 0 to 1")
    counts = np.maximum(model.counts, 0.5)
    log_p = np.log(model.topics)
    log_lift = log_p - np.log(counts / model.counts.sum())
    return WordScores(frex(model.topics), log_p, log_lift, weight * log_p + (1 - weight) * log_lift)


def frex(topics: NDArray[np.float64], weight: float = FREX_WEIGHT) -> NDArray[np.float64]:
    """FREX of every term, K x V; ``weight`` is that of the exclusivity.

    Examples
    --------
    >>> frex(np.array([[0.6, 0.3, 0.1], [0.1, 0.3, 0.6]])).round(4).tolist()
    [[1.0, 0.6667, 0.3333], [0.3333, 0.6667, 1.0]]
    """
    from scipy.stats import rankdata

    width = topics.shape[1]
    often = rankdata(topics, axis=1) / width
    only = rankdata(topics / topics.sum(axis=0), axis=1) / width
    found: NDArray[np.float64] = 1 / (weight / only + (1 - weight) / often)
    return found


def measure_exclusivity(topics: NDArray[np.float64], n_top: int = TOP) -> NDArray[np.float64]:
    """How much the top words of each topic belong to it alone.

    The mean over the ``n_top`` most probable words of ``p`` over the sum of ``p`` in all topics: 1 where no other topic
    has them, 1 / K where all topics are the same. On work reports it falls with K, as topics divide a matter.
    """
    own = topics / topics.sum(axis=0)
    top = best_terms(topics, n_top)
    found: NDArray[np.float64] = np.take_along_axis(own, top, axis=1).mean(axis=1)
    return found


def best_terms(scores: NDArray[np.float64], n_top: int = TOP) -> NDArray[np.int64]:
    """Columns of the highest scores in each row, the highest first; equal ones in the order of the columns."""
    return np.argsort(-scores, axis=1, kind="stable")[:, :n_top].astype(np.int64)


def top_words(model: TopicModel, scores: NDArray[np.float64] | None = None, n_top: int = TOP) -> list[list[str]]:
    """The terms of each topic with the highest scores; without scores by probability."""
    best = best_terms(model.topics if scores is None else scores, n_top)
    return [[model.vocabulary[column] for column in row] for row in best]


def topic_titles(model: TopicModel, n_words: int = 3) -> list[str]:
    """A name for each topic: its label, if it has one, and its first words."""
    return [
        f"{label}: {'/'.join(words)}" if label else "/".join(words)
        for label, words in zip(model.labels, top_words(model, n_top=n_words), strict=True)
    ]


def word_table(model: TopicModel, n_top: int = 30, steps: Sequence[float] = STEPS) -> pd.DataFrame:
    """The words of all topics with their scores.

    Returns
    -------
    DataFrame
        ``topic, rank, word, n, probability, frex, lift, relevance, log_p, log_lift``: for each topic the ``n_top`` best
        words by probability, by FREX and by relevance at each weight of ``steps``, ranked by probability. ``n`` is how
        often the word occurs in the corpus.
    """
    import pandas as pd

    scores = score_words(model)
    of_steps = [best_terms(step * scores.log_p + (1 - step) * scores.log_lift, n_top) for step in steps]
    best = np.concatenate([best_terms(model.topics, n_top), best_terms(scores.frex, n_top), *of_steps], axis=1)
    order = np.argsort(-model.topics, axis=1, kind="stable")
    parts = []
    for topic, name in enumerate(model.names):
        wanted = set(best[topic].tolist())
        ranked = [(rank, column) for rank, column in enumerate(order[topic].tolist(), 1) if column in wanted]
        columns = [column for _, column in ranked]
        part = {
            "topic": name,
            "rank": [rank for rank, _ in ranked],
            "word": [model.vocabulary[column] for column in columns],
            "n": model.counts[columns].astype(int),
            "probability": model.topics[topic, columns],
            "frex": scores.frex[topic, columns],
            "lift": np.exp(scores.log_lift[topic, columns]),
            "relevance": scores.relevance[topic, columns],
            "log_p": scores.log_p[topic, columns],
            "log_lift": scores.log_lift[topic, columns],
        }
        parts.append(pd.DataFrame(part))
    return pd.concat(parts, ignore_index=True)
