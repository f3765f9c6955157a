"""Shares of topics by year, with intervals by the bootstrap over documents."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from textgov.errors import UsageError

if TYPE_CHECKING:
    import pandas as pd
    from numpy.typing import NDArray

# Percentile intervals of Efron and Tibshirani (1993, chapter 13), which advise 1,000 draws or more.
DRAWS, LEVEL = 1000, 0.95


def topic_years(
    names: Sequence[str],
    shares: NDArray[np.float64],
    n_words: NDArray[np.int64],
    years: Sequence[int | None],
    *,
    seed: int = 1,
    draws: int = DRAWS,
    level: float = LEVEL,
) -> pd.DataFrame:
    """Mean shares by year, weighted by words, with percentile intervals over resampled documents.

    Parameters
    ----------
    names : sequence of str, length K
    shares : array, n x K
        Of documents; a row with missing shares takes no part, nor does a document without a year.
    n_words : array, n
    years : sequence of int or None, length n
    seed : int
        The draws of a year depend on it and the year alone, not on what other years there are.
    draws : int
    level : float

    Returns
    -------
    DataFrame
        ``topic, year, share, low, high, n_docs``, by topic and year. ``low`` and ``high`` are missing for a year with
        one document, which says nothing about others.
    """
    import pandas as pd

    if draws < 1 or not 0 < level < 1:
        raise UsageError(
            "option_bad", name="draws", value=f"{draws}, {level}", detail="use 1 or more, a level in (0, 1)"
        )
    of_year = np.array([-1 if year is None else year for year in years], dtype=np.int64)
    usable = (of_year >= 0) & (n_words > 0) & ~np.isnan(shares).any(axis=1)
    parts = []
    for year in np.unique(of_year[usable]).tolist():
        rows = np.flatnonzero(usable & (of_year == year))
        mean, low, high = _interval(shares[rows], n_words[rows], (seed, year), draws, level)
        columns = {"topic": list(names), "year": year, "share": mean, "low": low, "high": high, "n_docs": len(rows)}
        parts.append(pd.DataFrame(columns))
    if not parts:
        return pd.DataFrame(columns=["topic", "year", "share", "low", "high", "n_docs"])
    return pd.concat(parts).sort_values(["topic", "year"], kind="stable", ignore_index=True)


def _interval(
    shares: NDArray[np.float64], n_words: NDArray[np.int64], key: tuple[int, int], draws: int, level: float
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
    mean = n_words @ shares / n_words.sum()
    size = len(n_words)
    if size < 2:
        missing = np.full(shares.shape[1], np.nan)
        return mean, missing, missing
    draw = np.random.Generator(np.random.PCG64(key))
    weight = draw.multinomial(size, np.full(size, 1 / size), size=draws) * n_words
    # Shares are moved to their mean first, so that equal ones give an interval of no width, whatever the rounding.
    found = mean + weight @ (shares - mean) / weight.sum(axis=1, keepdims=True)
    low, high = np.quantile(found, [(1 - level) / 2, (1 + level) / 2], axis=0)
    return mean, low, high
