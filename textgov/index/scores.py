"""Scores that are no weighted sum of columns: coupling coordination, the PMC index, strength of policies."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from textgov.errors import UsageError

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

    Array = NDArray[np.float64]

COUPLING = ("geometric", "power")


class Coupling(NamedTuple):
    """Coupling degree C, comprehensive index T and coordination degree D, an array of rows each."""

    degree: Array
    comprehensive: Array
    coordination: Array


def couple_systems(systems: ArrayLike, weights: Sequence[float] | None = None, variant: str = "geometric") -> Coupling:
    """Coupling coordination of k systems.

    C = (product of U)^(1/k) / mean of U, T = sum of weight times U, D = sqrt(C T). For two systems C is
    2 sqrt(U1 U2) / (U1 + U2). The variant ``power`` raises C to the power k: the formula without the root.

    Parameters
    ----------
    systems : array, rows x k
        Scores of the systems, 0 or above; nan is missing.
    weights : sequence of float, optional
        Sum to 1; equal when not given.
    variant : {"geometric", "power"}

    Returns
    -------
    Coupling
        nan in rows with a missing score, and C and D where all scores are 0.

    Raises
    ------
    UsageError
        A score below 0, fewer than two systems, an unknown variant, weights that do not sum to 1.
    """
    u = np.asarray(systems, dtype=np.float64)
    k = u.shape[1] if u.ndim == 2 else 0
    if k < 2:
        raise UsageError("option_bad", name="coupling", value=k, detail="two systems or more are needed")
    if variant not in COUPLING:
        raise UsageError("option_bad", name="coupling", value=variant, detail=f"use one of {', '.join(COUPLING)}")
    if (u < 0).any():
        detail = "a score is below 0 (a PCA score?); couple entropy, equal or CRITIC indices"
        raise UsageError("option_bad", name="coupling", value=float(np.nanmin(u)), detail=detail)
    shares = np.full(k, 1.0 / k) if weights is None else np.asarray(weights, dtype=np.float64)
    if len(shares) != k or (shares < 0).any() or abs(shares.sum() - 1.0) > 1e-9:
        raise UsageError("option_bad", name="weights", value=list(shares), detail=f"give {k} weights that sum to 1")
    mean = u.mean(axis=1)
    product = np.prod(u, axis=1) ** (1.0 / k)
    degree = np.divide(product, mean, out=np.full(len(u), np.nan), where=mean > 0)
    degree = degree**k if variant == "power" else degree
    index = np.asarray(u @ shares)
    return Coupling(degree, index, np.sqrt(degree * index))


def score_pmc(groups: Sequence[Sequence[float]]) -> tuple[tuple[float, ...], float]:
    """The PMC index (policy modelling consistency, Ruiz Estrada 2011) of one document.

    Parameters
    ----------
    groups : sequence of sequences
        First-level variables, each with its second-level variables, 0 or 1.

    Returns
    -------
    tuple of float, float
        The value of each first-level variable (share of its second-level variables that are 1), and their sum.

    Raises
    ------
    UsageError
        An empty group, or a value other than 0 and 1.

    Examples
    --------
    >>> score_pmc([[1, 0], [1, 1, 1, 0]])
    ((0.5, 0.75), 1.25)
    """
    for number, group in enumerate(groups, 1):
        if not len(group) or any(value not in (0, 1) for value in group):
            detail = "give at least one second-level variable, each 0 or 1"
            raise UsageError("option_bad", name=f"X{number}", value=list(group), detail=detail)
    values = tuple(sum(group) / len(group) for group in groups)
    return values, float(sum(values))


def pmc_surface(values: Sequence[float]) -> Array:
    """The 3 x 3 grid of the PMC surface, row by row.

    Raises
    ------
    UsageError
        There are not exactly nine first-level variables.
    """
    if len(values) != 9:
        detail = "the PMC surface needs exactly nine first-level variables"
        raise UsageError("option_bad", name="pmc", value=len(values), detail=detail)
    return np.asarray(values, dtype=np.float64).reshape(3, 3)


def grade(value: float, grades: Mapping[str, float]) -> str:
    """The name of the highest grade whose lower bound `value` reaches; "" below all. Papers differ: give your own."""
    reached = [(bound, name) for name, bound in grades.items() if value >= bound]
    return max(reached)[1] if reached else ""


class Strength(NamedTuple):
    """Strength of the documents of one place and year.

    ``total`` is the sum over documents of power times (measures + goals), or of power times measures times goals;
    ``goals`` and ``measures`` the same with each goal or measure alone; ``mean_power`` the mean power.
    """

    total: float
    mean_power: float
    goals: tuple[float, ...]
    measures: tuple[float, ...]


def score_strength(power: ArrayLike, goals: ArrayLike, measures: ArrayLike, combine: str = "sum") -> Strength:
    """Strength of a set of policies: 力度 x (目标, 措施), in the tradition of 彭纪生, 仲为国, 孙文祥 (2008).

    Parameters
    ----------
    power : array of n
        Authority of each document, usually 1 to 5.
    goals, measures : array of n, or n x many
        Scores of its goals and measures, usually 1 to 5; the scores of one document are added up.
    combine : {"sum", "product"}
        ``sum``: total = sum of p (m + g). ``product``: total = sum of p m g.

    Raises
    ------
    UsageError
        Shapes that do not fit, a missing or negative score, an unknown `combine`.
    """
    p = np.asarray(power, dtype=np.float64)
    g, m = (np.asarray(one, dtype=np.float64).reshape(len(p), -1) for one in (goals, measures))
    if combine not in ("sum", "product"):
        raise UsageError("option_bad", name="combine", value=combine, detail="use sum or product")
    if not all(np.isfinite(one).all() and (one >= 0).all() for one in (p, g, m)):
        raise UsageError("option_bad", name="strength", value="score", detail="a score is missing or below 0")
    g_sum, m_sum = g.sum(axis=1), m.sum(axis=1)
    each = p * (g_sum + m_sum) if combine == "sum" else p * g_sum * m_sum
    mean = float(p.mean()) if len(p) else float("nan")
    return Strength(float(each.sum()), mean, tuple((p @ g).tolist()), tuple((p @ m).tolist()))


def weighted_hits(power: ArrayLike, hits: ArrayLike, characters: ArrayLike) -> tuple[float, float]:
    """Hits weighted by authority: sum of p h, and 10,000 times sum of p h / sum of p N (nan without characters).

    Weights and lengths stand in numerator and denominator alike, so that a long weak document does not count as a
    strong one.
    """
    p, h, n = (np.asarray(one, dtype=np.float64) for one in (power, hits, characters))
    total, length = float(p @ h), float(p @ n)
    return total, 10_000 * total / length if length > 0 else float("nan")
