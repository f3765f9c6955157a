"""Stratified samples: how many, how they are shared out, and estimates of shares with their intervals.

Shares are ratios of weighted totals; their variances come from linearisation within strata with the finite population
correction (Saerndal, Swensson and Wretman 1992, 5.6). Intervals are Wilson's with the effective sample size
(Franco, Little, Louis and Slud 2019), which keep their level where a share is near 0 or 1.
"""

from __future__ import annotations

import math
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from statistics import NormalDist
from typing import TYPE_CHECKING, NamedTuple, TypeVar

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

Key = TypeVar("Key", bound=Hashable)


def sample_size(population: int, margin: float, expect: float = 0.5, level: float = 0.95) -> int:
    """Number of units to draw so that a share `expect` is known within `margin` (Cochran 1977, 4.4 and 4.5).

    Examples
    --------
    >>> sample_size(10**9, 0.05), sample_size(1000, 0.05), sample_size(30, 0.05)
    (385, 278, 28)
    """
    z = NormalDist().inv_cdf(0.5 + level / 2)
    n = z * z * expect * (1 - expect) / margin**2
    return min(population, math.ceil(n / (1 + (n - 1) / population))) if population else 0


def allocate(sizes: Mapping[Key, int], n: int) -> dict[Key, int]:
    """Share `n` draws out: one to each stratum, the rest by the square roots of the sizes (Bankier 1988).

    No stratum gets more than it holds. Ties go to the strata that come first.

    Examples
    --------
    >>> allocate({"a": 100, "b": 400, "c": 1}, 10)
    {'a': 3, 'b': 6, 'c': 1}
    """
    given = {key: min(1, size) for key, size in sizes.items()}
    rest = min(n, sum(sizes.values())) - sum(given.values())
    roots = {key: math.sqrt(size) for key, size in sizes.items()}
    while rest > 0:
        room = [key for key in sizes if given[key] < sizes[key]]
        whole = sum(roots[key] for key in room)
        target = sum(given.values()) + rest
        # The next draw goes where the share so far is smallest against the share that is due (Webster's method).
        key = max(room, key=lambda key: (roots[key] / whole * target) / (2 * given[key] + 1))
        given[key] += 1
        rest -= 1
    return given


class Share(NamedTuple):
    """An estimated share with its interval, the number of sampled units behind it and its standard error."""

    value: float
    low: float
    high: float
    n: int
    std_error: float


@dataclass(frozen=True, slots=True, eq=False)
class Design:
    """A drawn sample: for each unit its weight (1 / probability), stratum and the share of the stratum that was drawn.

    A stratum with one sampled unit has no variance of its own: such strata are joined with the others of ``joined``.
    """

    weight: NDArray[np.float64]
    stratum: NDArray[np.int64]
    fraction: NDArray[np.float64]

    @classmethod
    def of(cls, strata: Sequence[Hashable], joined: Sequence[Hashable], sizes: Sequence[int]) -> Design:
        """From the stratum of each unit, a coarser group of strata, and the number of units of the stratum."""
        import numpy as np

        known: dict[Hashable, int] = {}
        for stratum in strata:
            known[stratum] = known.get(stratum, 0) + 1
        n = np.array([known[stratum] for stratum in strata])
        weight = np.array(sizes, dtype=np.float64) / n
        names = [
            (stratum,) if known[stratum] > 1 or known[stratum] == size else (None, group)
            for stratum, group, size in zip(strata, joined, sizes, strict=True)
        ]
        codes: dict[Hashable, int] = {}
        number = np.array([codes.setdefault(name, len(codes)) for name in names])
        return cls(weight, number, n / np.array(sizes, dtype=np.float64))

    def variance(self, score: NDArray[np.float64]) -> float:
        """Variance of the sum of weight x score over the sampled units."""
        import numpy as np

        u = self.weight * score
        n = np.bincount(self.stratum).astype(np.float64)
        total = np.bincount(self.stratum, u)
        square = np.bincount(self.stratum, u * u)
        open_share = 1 - np.bincount(self.stratum, self.fraction) / np.maximum(n, 1)
        with np.errstate(divide="ignore", invalid="ignore"):
            parts = np.where(n > 1, n / (n - 1) * (square - total**2 / n) * open_share, square * open_share)
        return float(np.maximum(parts, 0).sum())

    def scores(self, value: NDArray[np.float64], inside: NDArray[np.bool_]) -> tuple[float, NDArray[np.float64]]:
        """The weighted mean of `value` over the units `inside`, and what each unit adds to its error."""
        import numpy as np

        base = float(self.weight @ inside)
        if base == 0:
            return float("nan"), np.zeros(len(inside))
        mean = float(self.weight @ (value * inside)) / base
        return mean, np.where(inside, value - mean, 0.0) / base

    def share(self, value: NDArray[np.bool_], inside: NDArray[np.bool_], level: float = 0.95) -> Share:
        """The share of units with `value` among those `inside`; nan where none is."""
        mean, score = self.scores(value.astype(float), inside)
        n = int(inside.sum())
        if n == 0:
            return Share(mean, float("nan"), float("nan"), 0, float("nan"))
        variance = self.variance(score)
        weight = self.weight[inside]
        n_eff = float(weight.sum() ** 2 / (weight**2).sum())  # Kish (1965), where the sample shows no variance
        if variance > 0 and 0 < mean < 1:
            n_eff = mean * (1 - mean) / variance
        return Share(mean, *wilson(mean, min(n_eff, float(n)), level), n, math.sqrt(variance))


def wilson(share: float, n: float, level: float = 0.95) -> tuple[float, float]:
    """Wilson's interval (1927) of a share among `n` units.

    Examples
    --------
    >>> [round(end, 4) for end in wilson(0.9, 10)]
    [0.5958, 0.9821]
    """
    z = NormalDist().inv_cdf(0.5 + level / 2)
    middle = (share + z * z / (2 * n)) / (1 + z * z / n)
    half = z / (1 + z * z / n) * math.sqrt(share * (1 - share) / n + z * z / (4 * n * n))
    return max(0.0, middle - half), min(1.0, middle + half)
