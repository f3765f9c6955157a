"""Weights of indicators: what each method takes from a reference set of rows.

A reference set has n rows (units, or unit-years) and m columns (indicators), without missing cells. A column without
variation says nothing: its scaled values and its weight are 0.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from textgov.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from numpy.typing import NDArray

    Array = NDArray[np.float64]
    Flags = NDArray[np.bool_]


@dataclass(frozen=True, slots=True, eq=False)
class Weights:
    """What a method found.

    Parameters
    ----------
    weights : array of m
        Sum to 1; for PCA the loadings of the first component, whose squares sum to 1. 0 for a column without variation.
    details : mapping of str to array of m
        What the weights were made of: ``entropy`` and ``divergence``, ``deviation`` and ``conflict``, ...
    share : float
        Share of the variance that the first component explains (PCA); nan otherwise.
    """

    weights: Array
    details: Mapping[str, Array]
    share: float = float("nan")


@dataclass(frozen=True, slots=True, eq=False)
class Scale:
    """Lowest and highest value of each column in a reference set, and which columns are costs (smaller is better)."""

    low: Array
    high: Array
    cost: Flags

    @property
    def varies(self) -> Flags:
        """Which columns have more than one value."""
        return np.asarray(self.high > self.low)

    def apply(self, x: Array) -> Array:
        """Min-max values, rows of `x` by m; a column without variation is 0. Other rows may leave [0, 1]."""
        x = np.asarray(x, dtype=np.float64)
        span = np.where(self.varies, self.high - self.low, 1.0)
        z = np.where(self.cost, self.high - x, x - self.low) / span
        return np.asarray(np.where(self.varies, z, 0.0))


def fit_scale(x: Array, cost: Sequence[bool] | Flags | None = None) -> Scale:
    """The scale of a reference set, n x m; `cost` has a flag a column."""
    x = np.asarray(x, dtype=np.float64)
    flags = np.zeros(x.shape[1], dtype=bool) if cost is None else np.asarray(cost, dtype=bool)
    return Scale(x.min(axis=0), x.max(axis=0), flags)


def entropy_weights(z: Array, shift: float = 0.0) -> Weights:
    """Entropy weights (the entropy value method of Shannon's entropy over the units).

    p = z / sum of z, e = -sum of p ln p / ln n with 0 ln 0 = 0, d = 1 - e, w = d / sum of d.

    Parameters
    ----------
    z : array, n x m
        Min-max values (`Scale.apply`).
    shift : float
        Added to all of z before anything else, as many papers do to avoid ln 0; 0 takes the exact limit.

    Returns
    -------
    Weights
        ``entropy`` (1 for a column without variation) and ``divergence`` (0 there).

    Raises
    ------
    UsageError
        Fewer than two rows, or no column varies.
    """
    z = np.asarray(z, dtype=np.float64)
    varies = _varying(z)
    p = np.where(varies, z + shift, 1.0)
    p = p / p.sum(axis=0)
    logs = np.log(p, out=np.zeros_like(p), where=p > 0)
    entropy = np.where(varies, -(p * logs).sum(axis=0) / np.log(len(z)), 1.0)
    # Rounding can leave an entropy a hair above 1 where the values are all but equal.
    divergence = np.where(varies, np.maximum(1.0 - entropy, 0.0), 0.0)
    if not divergence.sum() > 0:
        raise UsageError("index_constant")
    return Weights(divergence / divergence.sum(), {"entropy": entropy, "divergence": divergence})


def critic_weights(z: Array) -> Weights:
    """CRITIC weights (Diakoulaki, Mavrotas, Papayannakis 1995): contrast times conflict.

    w is proportional to the standard deviation of a column (ddof 1) times the sum of 1 - r over the other columns, r
    Pearson's correlation of the min-max values. Columns without variation take no part.

    Raises
    ------
    UsageError
        Fewer than two rows, no column varies, or all columns move as one.
    """
    z = np.asarray(z, dtype=np.float64)
    varies = _varying(z)
    deviation = np.where(varies, z.std(axis=0, ddof=1), 0.0)
    conflict = np.zeros(z.shape[1])
    if varies.sum() > 1:
        r = np.atleast_2d(np.corrcoef(z[:, varies], rowvar=False))
        conflict[varies] = np.maximum((1.0 - r).sum(axis=0), 0.0)
    elif varies.sum() == 1:
        conflict[varies] = 1.0
    content = deviation * conflict
    if not content.sum() > 1e-12:  # columns that are copies of one another differ by rounding only
        raise UsageError("index_constant")
    return Weights(content / content.sum(), {"deviation": deviation, "conflict": conflict})


def equal_weights(z: Array) -> Weights:
    """1 / the number of columns that vary; 0 for the others.

    Raises
    ------
    UsageError
        Fewer than two rows, or no column varies.
    """
    varies = _varying(np.asarray(z, dtype=np.float64))
    return Weights(np.where(varies, 1.0 / varies.sum(), 0.0), {})


def pca_weights(x: Array, cost: Sequence[bool] | Flags | None = None) -> Weights:
    """Loadings of the first principal component of the correlation matrix.

    Costs are turned round first. The sign is fixed: the loadings sum to more than 0, or, where they cancel out, the
    first of them is above 0.

    Parameters
    ----------
    x : array, n x m
        Raw values; they are standardised with ddof 1.

    Returns
    -------
    Weights
        ``eigenvalue``: all eigenvalues, largest first, one a column that varies (0 for the rest).

    Raises
    ------
    UsageError
        Fewer than two rows, or no column varies.
    """
    x = np.asarray(x, dtype=np.float64)
    flags = np.zeros(x.shape[1], dtype=bool) if cost is None else np.asarray(cost, dtype=bool)
    varies = _varying(x)
    signed = np.where(flags, -x, x)[:, varies]
    r = np.atleast_2d(np.corrcoef(signed, rowvar=False))
    values, vectors = np.linalg.eigh(r)
    first = vectors[:, -1]
    total = first.sum()
    head = next((value for value in first if abs(value) > 1e-9), 1.0)
    first = first * np.sign(total if abs(total) > 1e-9 else head)
    loadings, eigenvalues = np.zeros(x.shape[1]), np.zeros(x.shape[1])
    loadings[varies] = first
    eigenvalues[: len(values)] = values[::-1]
    return Weights(loadings, {"eigenvalue": eigenvalues}, float(values[-1] / values.sum()))


def pca_scores(x: Array, reference: Array, loadings: Array, cost: Sequence[bool] | Flags | None = None) -> Array:
    """The first component of rows `x`, standardised by mean and standard deviation (ddof 1) of the reference rows."""
    reference = np.asarray(reference, dtype=np.float64)
    flags = np.zeros(reference.shape[1], dtype=bool) if cost is None else np.asarray(cost, dtype=bool)
    varies = np.ptp(reference, axis=0) > 0
    spread = np.where(varies, reference.std(axis=0, ddof=1), 1.0)
    z = (np.asarray(x, dtype=np.float64) - reference.mean(axis=0)) / spread * np.where(flags, -1.0, 1.0)
    return np.asarray((np.where(varies, z, 0.0) * loadings).sum(axis=1))


def topsis_scores(v: Array, reference: Array | None = None) -> Array:
    """TOPSIS: nearness to the best point, D- / (D+ + D-), Euclidean (Hwang, Yoon 1981).

    Parameters
    ----------
    v : array, rows x m
        Weighted min-max values, larger is better.
    reference : array, optional
        Rows whose best and worst values are the ideal points; `v` itself when not given.

    Returns
    -------
    array
        In [0, 1]; nan where best and worst are the same point.
    """
    v = np.asarray(v, dtype=np.float64)
    reference = v if reference is None else np.asarray(reference, dtype=np.float64)
    best = np.sqrt(((v - reference.max(axis=0)) ** 2).sum(axis=1))
    worst = np.sqrt(((v - reference.min(axis=0)) ** 2).sum(axis=1))
    total = best + worst
    return np.asarray(np.divide(worst, total, out=np.full(len(v), np.nan), where=total > 0))


def _varying(x: Array) -> Flags:
    """Which columns vary; an error where nothing can be weighed."""
    if len(x) < 2:
        raise UsageError("index_single", n=len(x))
    if not np.isfinite(x).all():
        raise UsageError("index_missing", n=int((~np.isfinite(x)).any(axis=1).sum()), detail="nan or inf")
    varies = np.asarray(np.ptp(x, axis=0) > 0)
    if not varies.any():
        raise UsageError("index_constant")
    return varies


WEIGHTS: Mapping[str, Callable[[Array], Weights]] = {
    "ew": entropy_weights,
    "critic": critic_weights,
    "eq": equal_weights,
}
