"""Topics that are no topic of their own: twins of another, and those that every document has in the same share."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from textgov.records import TopicModel
from textgov.topics.stability import jaccard
from textgov.topics.words import TOP, best_terms

if TYPE_CHECKING:
    import pandas as pd
    from numpy.typing import NDArray

# On models of 20 and 40 topics of 2,431 work reports no two topics of different matters come above 0.5.
TWIN_COSINE = 0.6


def find_twins(model: TopicModel, threshold: float = TWIN_COSINE, n_top: int = TOP) -> pd.DataFrame:
    """Pairs of topics that use the same words.

    Returns
    -------
    DataFrame
        ``topic, other, cosine, jaccard, twin``: every topic with the topic that is nearest by the cosine of all words;
        ``jaccard`` is that of the top words; ``twin`` says whether the cosine reaches the threshold.
    """
    import pandas as pd

    unit = model.topics / np.linalg.norm(model.topics, axis=1, keepdims=True)
    cosine = unit @ unit.T
    np.fill_diagonal(cosine, -1)
    other = cosine.argmax(axis=1)
    near = cosine[np.arange(len(model)), other]
    top = best_terms(model.topics, n_top).tolist()
    columns = {
        "topic": model.names,
        "other": [model.names[at] for at in other],
        "cosine": near,
        "jaccard": [jaccard(top[at], top[to]) for at, to in enumerate(other)],
        "twin": near >= threshold,
    }
    return pd.DataFrame(columns)


def measure_spread(shares: NDArray[np.float64], n_words: NDArray[np.int64]) -> NDArray[np.float64]:
    """How unevenly each topic is spread over the documents: 0 where each has it in the same share.

    Jensen-Shannon divergence (base 2) between the words of a topic by document and all words by document, after the
    "background" criterion of AlSumait, Barbara, Gentle and Domeniconi (2009), with documents weighted by their words.

    Parameters
    ----------
    shares : array, n x K
        Of whole documents; rows with missing shares take no part.
    n_words : array, n

    Returns
    -------
    array, K
        From 0 to 1; missing for a topic without words.
    """
    usable = (n_words > 0) & ~np.isnan(shares).any(axis=1)
    words = shares[usable] * n_words[usable, None]
    with np.errstate(divide="ignore", invalid="ignore"):
        topic = words / words.sum(axis=0)
        even = (n_words[usable] / n_words[usable].sum())[:, None]
        middle = (topic + even) / 2
        inward = np.where(topic > 0, topic * np.log2(topic / middle), np.where(np.isnan(topic), np.nan, 0.0))
        outward = np.where(even > 0, even * np.log2(even / middle), 0.0)
    found: NDArray[np.float64] = np.maximum((inward.sum(axis=0) + outward.sum(axis=0)) / 2, 0)
    return found
