"""Least squares within fixed effects, on arrays: what permutations and bootstraps repeat many times.

One regression is estimated by pyfixest. Thousands of them on the same sample share their fixed effects, and here those
are taken out once: places by their means, everything else by an orthonormal basis of its dummies.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

# A column whose part outside the columns before it is smaller than this share of its own length is explained by them.
# Exact dependence leaves about 1e-13 in double precision; a correlation of 0.999999 leaves 1e-3.
EXPLAINED = 1e-8


def demean(values: NDArray[np.float64], codes: NDArray[np.int64]) -> NDArray[np.float64]:
    """Columns of `values` (rows, columns) minus their means in each group of `codes`."""
    import numpy as np
    from scipy.sparse import csr_array

    n, groups = len(codes), int(codes.max()) + 1
    member = csr_array((np.ones(n), (codes, np.arange(n))), shape=(groups, n))
    sums = np.asarray(member @ values, dtype=np.float64)
    means = sums / np.bincount(codes, minlength=groups)[:, None]
    return np.asarray(values - means[codes], dtype=np.float64)


def dummies(codes: NDArray[np.int64]) -> NDArray[np.float64]:
    """Indicator columns (rows, groups) of all groups but the first."""
    import numpy as np

    return np.asarray(codes[:, None] == np.arange(1, int(codes.max()) + 1), dtype=np.float64)


class Projection:
    """Takes fixed effects and columns out of others.

    Parameters
    ----------
    unit : array of int, (rows,), or None
        Codes of the places whose effects are taken out by their means.
    others : sequence of arrays of int
        Codes of further fixed effects; each becomes dummies.
    columns : array, (rows, k), optional
        Controls to take out too.
    """

    def __init__(
        self,
        unit: NDArray[np.int64] | None,
        others: Sequence[NDArray[np.int64]],
        columns: NDArray[np.float64] | None = None,
    ) -> None:
        import numpy as np
        from scipy.linalg import qr

        self.unit = unit
        parts = [dummies(codes) for codes in others] + ([] if columns is None else [columns])
        self.basis: NDArray[np.float64] | None = None
        parts = [part for part in parts if part.shape[1]]
        if parts:
            inside = self._centred(np.hstack(parts))
            scale = np.linalg.norm(inside, axis=0)
            inside = inside[:, scale > 0] / scale[scale > 0]
            basis, upper, _ = qr(inside, mode="economic", pivoting=True)
            self.basis = basis[:, np.abs(np.diag(upper)) > EXPLAINED]

    def _centred(self, values: NDArray[np.float64]) -> NDArray[np.float64]:
        import numpy as np

        codes = np.zeros(len(values), dtype=np.int64) if self.unit is None else self.unit
        return demean(values, codes)

    def residuals(self, values: NDArray[np.float64]) -> NDArray[np.float64]:
        """What is left of the columns of `values` (rows, columns)."""
        inside = self._centred(values)
        if self.basis is None:
            return inside
        rest: NDArray[np.float64] = inside - self.basis @ (self.basis.T @ inside)
        return rest


def explained(columns: NDArray[np.float64], projection: Projection) -> list[int]:
    """Numbers of the columns (rows, k) that the fixed effects and the columns before them explain completely."""
    import numpy as np

    rest, lengths = projection.residuals(columns), np.linalg.norm(columns - columns.mean(axis=0), axis=0)
    basis: list[NDArray[np.float64]] = []
    found = []
    for number in range(columns.shape[1]):
        part = rest[:, number].copy()
        for _ in range(2):  # twice is enough (Kahan; Parlett 1980)
            for known in basis:
                part -= known * (known @ part)
        length = float(np.linalg.norm(part))
        if length <= EXPLAINED * float(lengths[number]) or lengths[number] == 0:
            found.append(number)
        else:
            basis.append(part / length)
    return found
