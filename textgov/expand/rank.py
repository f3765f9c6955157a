"""From scores to ranks, and from the ranks of several methods to one."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

RRF = 60  # of Cormack, Clarke and Buettcher (2009)


class Ranking(NamedTuple):
    """A method's rank: the column of scores that decides it (higher is better), and its weight in the combined rank."""

    score: str
    method: str
    weight: float


# The weights are about those of the best of nine combinations on the first half of the terms. With the defaults of
# options.py 26, 48, 74 and 80 % of its 50 terms without a seed stand among the first 100, 200, 500 and 1,000, of the 55
# of the other half, which was not looked at before, 40, 49, 71 and 78 %; the best single methods 26, 40, 64, 84 and 35,
# 51, 67, 76 %. npmi resembles the keyness of sentences with a seed, so it has half its weight. New words are found
# without the seeds: no weight.
RANKINGS: dict[str, Ranking] = {
    "rank_w2v_mean": Ranking("w2v_mean", "word2vec", 0.0),
    "rank_w2v_centroid": Ranking("w2v_centroid", "word2vec", 0.5),
    "rank_w2v_category": Ranking("w2v_category", "word2vec", 1.0),
    "rank_ft_mean": Ranking("ft_mean", "fasttext", 0.5),
    "rank_ft_centroid": Ranking("ft_centroid", "fasttext", 0.0),
    "rank_ft_category": Ranking("ft_category", "fasttext", 0.0),
    "rank_npmi": Ranking("npmi", "npmi", 0.5),
    "rank_keyness": Ranking("keyness_z", "keyness", 1.0),
    "rank_newword": Ranking("newword", "newword", 0.0),
}


def rank_scores(scores: NDArray[np.float64]) -> NDArray[np.float64]:
    """Ranks from 1, the highest score first; equal scores share the lowest rank; missing scores have none (NaN)."""
    known = np.sort(scores[~np.isnan(scores)])
    above = len(known) - np.searchsorted(known, scores, side="right")
    return np.where(np.isnan(scores), np.nan, above + 1.0)


def combine_ranks(ranks: Mapping[str, NDArray[np.float64]], weights: Mapping[str, float]) -> NDArray[np.float64]:
    """Weighted reciprocal rank fusion: the sum of w / (60 + rank) over the rankings that know a candidate.

    Cormack, Clarke and Buettcher (2009), SIGIR: robust, because only ranks count and no scores of different kinds are
    added.
    """
    parts = [weights[name] / (RRF + ranks[name]) for name in ranks]
    return np.nansum(parts, axis=0) if parts else np.empty(0)
