"""Which words one group of texts uses more than the others."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray


class Keyness(NamedTuple):
    """Difference of two log-odds, its variance, and the one divided by the root of the other."""

    delta: NDArray[np.float64]
    variance: NDArray[np.float64]
    z: NDArray[np.float64]


def log_odds(
    here: NDArray[np.int64],
    there: NDArray[np.int64],
    prior: NDArray[np.float64],
    totals: tuple[float, float, float] | None = None,
) -> Keyness:
    """Weighted log-odds with an informative Dirichlet prior (Monroe, Colaresi and Quinn 2008, *Political Analysis* 16).

    With y words of n in a group and a prior of a_w of a_0 in all, the log-odds of a word are
    ln((y + a_w) / (n + a_0 - y - a_w)); delta is their difference between the groups, and its variance about
    1 / (y_i + a_w) + 1 / (y_j + a_w). A |z| of 1.96 is the usual mark.

    Parameters
    ----------
    here, there : arrays
        Occurrences of each word in the group and outside.
    prior : array
        Pseudo-occurrences a_w of each word, all above 0.
    totals : (float, float, float), optional
        n_i, n_j and a_0, if the arrays do not hold all words; else their sums are taken.

    Examples
    --------
    >>> found = log_odds(np.array([12]), np.array([3]), np.array([0.5]), totals=(1000, 1500, 250))
    >>> round(float(found.z[0]), 9)
    2.674666472
    """
    y_i, y_j, a_w = (np.asarray(one, dtype=np.float64) for one in (here, there, prior))
    n_i, n_j, a_0 = totals or (float(y_i.sum()), float(y_j.sum()), float(a_w.sum()))
    delta = np.log(y_i + a_w) - np.log(n_i + a_0 - y_i - a_w)
    delta -= np.log(y_j + a_w) - np.log(n_j + a_0 - y_j - a_w)
    variance = 1 / (y_i + a_w) + 1 / (y_j + a_w)
    return Keyness(delta, variance, delta / np.sqrt(variance))


def corpus_prior(counts: NDArray[np.int64], size: float) -> NDArray[np.float64]:
    """Pseudo-occurrences that are spread over the words as the whole corpus is, ``size`` in all."""
    return counts.astype(np.float64) * np.float64(size / max(int(counts.sum()), 1))
