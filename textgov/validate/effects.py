"""Columns without the effects of places and years: correlations and slopes, many times over."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textgov.estimate.within import Projection

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd
    from numpy.typing import NDArray


def correlate(a: NDArray[np.float64], b: NDArray[np.float64]) -> tuple[float, float, int]:
    """Pearson's and Spearman's correlation over the rows that both have."""
    import numpy as np
    from scipy.stats import rankdata

    both = ~(np.isnan(a) | np.isnan(b))
    n = int(both.sum())
    if n < 3 or a[both].std() == 0 or b[both].std() == 0:
        return float("nan"), float("nan"), n
    pearson = float(np.corrcoef(a[both], b[both])[0, 1])
    spearman = float(np.corrcoef(rankdata(a[both]), rankdata(b[both]))[0, 1])
    return pearson, spearman, n


class Within:
    """Takes the means of places and years out of columns; the work for one set of rows is done once.

    Parameters
    ----------
    rows : DataFrame
        ``code`` and ``year``.
    controls : array, (rows, k), optional
        Columns to take out too.
    effects : {"two-way", "unit", "time", "none"}
    """

    def __init__(
        self, rows: pd.DataFrame, controls: NDArray[np.float64] | None = None, effects: str = "two-way"
    ) -> None:
        self.rows, self.controls, self.effects = rows, controls, effects
        self.known: dict[bytes, Projection] = {}

    def of(self, *columns: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
        """What is left of the columns, (kept rows, columns), and which rows are kept: those without a missing value."""
        import numpy as np

        given = np.column_stack(columns)
        whole = given if self.controls is None else np.column_stack([given, self.controls])
        kept = self._without_singles(np.asarray(~np.isnan(whole).any(axis=1)))
        if not kept.any():
            return np.zeros((0, given.shape[1])), kept
        key = kept.tobytes()
        if key not in self.known:
            codes = [np.unique(self.rows[name].to_numpy()[kept], return_inverse=True)[1] for name in ("code", "year")]
            unit = codes[0] if self.effects in ("two-way", "unit") else None
            others = [codes[1]] if self.effects in ("two-way", "time") else []
            controls = None if self.controls is None else self.controls[kept]
            self.known[key] = Projection(unit, others, controls)
        return self.known[key].residuals(given[kept]), kept

    def _without_singles(self, kept: NDArray[np.bool_]) -> NDArray[np.bool_]:
        """Places and years with one row, which their effects explain completely, are left out."""
        import numpy as np

        wanted = {"two-way": ("code", "year"), "unit": ("code",), "time": ("year",), "none": ()}[self.effects]
        while True:
            before = int(kept.sum())
            for name in wanted:
                _, codes, counts = np.unique(self.rows[name].to_numpy()[kept], return_inverse=True, return_counts=True)
                kept = kept.copy()
                kept[np.flatnonzero(kept)[counts[codes] < 2]] = False
            if int(kept.sum()) == before:
                return kept

    def correlation(self, a: NDArray[np.float64], b: NDArray[np.float64]) -> float:
        """Correlation of what is left of two columns."""
        rest, _ = self.of(a, b)
        return correlate(rest[:, 0], rest[:, 1])[0]

    def slope(self, y: NDArray[np.float64], x: NDArray[np.float64]) -> tuple[float, float, int, int]:
        """Slope of `y` on `x`, its error clustered by place, rows and places: as `estimate_slope`, many times over.

        Small-sample factor of fixest: G / (G - 1) x (n - 1) / (n - k), k without the effects of places, which are
        nested in the clusters.
        """
        import numpy as np

        rest, kept = self.of(y, x)
        n, base = len(rest), float(rest[:, 1] @ rest[:, 1])
        if base == 0:
            return float("nan"), float("nan"), n, 0
        slope = float(rest[:, 1] @ rest[:, 0]) / base
        scores = rest[:, 1] * (rest[:, 0] - slope * rest[:, 1])
        places = np.unique(self.rows["code"].to_numpy()[kept], return_inverse=True)[1]
        groups = int(places.max()) + 1
        years = len(np.unique(self.rows["year"].to_numpy()[kept])) if self.effects in ("two-way", "time") else 0
        k = 1 + (0 if self.controls is None else self.controls.shape[1])
        k += {"two-way": years, "time": years, "unit": 1, "none": 1}[self.effects]
        meat = float((np.bincount(places, scores) ** 2).sum())
        factor = groups / (groups - 1) * (n - 1) / (n - k)
        return slope, float(np.sqrt(factor * meat)) / base, n, groups
