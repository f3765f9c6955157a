"""Which words stand in the same sentences as the seeds."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray


class Association(NamedTuple):
    """Pointwise mutual information in natural logarithms, and the same divided by its greatest value (-1 to 1)."""

    pmi: NDArray[np.float64]
    npmi: NDArray[np.float64]


def associate(together: NDArray[np.int64], with_word: NDArray[np.int64], with_seed: int, sentences: int) -> Association:
    """PMI and normalised PMI (Bouma 2009) of words with the seeds.

    Parameters
    ----------
    together : array
        Sentences with the word and any seed.
    with_word : array
        Sentences with the word.
    with_seed, sentences : int
        Sentences with any seed, and all sentences.

    Returns
    -------
    Association
        Missing (NaN) where the word, or every seed, stands in no sentence; -inf and -1 where they never meet; PMI 0
        and NPMI 1 where both stand in every sentence.

    Examples
    --------
    >>> found = associate(np.array([20]), np.array([40]), 50, 1000)
    >>> round(float(found.pmi[0]), 6), round(float(found.npmi[0]), 6)
    (2.302585, 0.588592)
    """
    joint, words = np.asarray(together, dtype=np.float64), np.asarray(with_word, dtype=np.float64)
    known, met = (words > 0) & (with_seed > 0), joint > 0
    pmi = np.where(known, -np.inf, np.nan)
    npmi = np.where(known, -1.0, np.nan)
    logs = np.log(joint[met])
    pmi[met] = logs + np.log(sentences) - np.log(words[met]) - np.log(with_seed)
    greatest = np.log(sentences) - logs
    npmi[met] = np.where(greatest > 0, pmi[met] / np.where(greatest > 0, greatest, 1), 1.0)
    return Association(pmi, npmi)
