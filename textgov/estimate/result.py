"""The result of an estimate: one tidy table, what was done with the sample, and with which packages."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from textgov.errors import wording
from textgov.estimate.options import EstimateOptions
from textgov.records.html import summary_html

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd
    from numpy.typing import NDArray

TIDY = ("term", "estimate", "std_error", "t", "p", "ci_low", "ci_high", "n", "groups")


@dataclass(frozen=True, slots=True)
class Remark:
    """Something a reader of a result must know: a message code of `errors` and its facts."""

    code: str
    facts: Mapping[str, Any] = field(default_factory=dict)

    def text(self, lang: str = "en") -> str:
        """The words, in English or Chinese."""
        return wording(self.code, lang, **self.facts)


@dataclass(frozen=True, slots=True, eq=False)
class Estimate:
    """What an estimate found.

    Parameters
    ----------
    options : EstimateOptions
    table : DataFrame
        One row a term, columns `TIDY`: ``t`` is the statistic (normal where ``facts["df"]`` is missing), ``n`` the
        rows used, ``groups`` the places.
    facts : mapping
        ``n``, ``groups``, ``clusters``, ``cluster``, ``effects``, ``r2``, ``r2_within``, ``df`` and what the design
        adds (``tests``: name -> statistic and p).
    remarks : tuple of Remark
        Rows that were left out, and limits of the design.
    sample : DataFrame
        The rows used, with the columns that the Stata and R code reads.
    covariance : array, (terms, terms), or None
        Of the terms of the table, in its order; None where the parts come from several equations.
    draws : DataFrame, optional
        Each draw of a bootstrap or a permutation.
    versions : mapping
        Packages that computed it.
    stata, r : str
        Code that makes the same estimate.
    """

    options: EstimateOptions
    table: pd.DataFrame
    facts: Mapping[str, Any]
    remarks: tuple[Remark, ...]
    sample: pd.DataFrame
    covariance: NDArray[np.float64] | None = None
    draws: pd.DataFrame | None = None
    versions: Mapping[str, str] = field(default_factory=dict)
    stata: str = ""
    r: str = ""

    def _repr_html_(self) -> str:
        rows = [
            (str(row["term"]), f"{row['estimate']:.4g} ({row['std_error']:.4g}), p = {row['p']:.3g}")
            for row in self.table.to_dict("records")
        ]
        about = [("rows", int(self.facts["n"])), ("places", int(self.facts["groups"]))]
        return summary_html(f"Estimate {self.options.label}: {self.options.y}", [*rows, *about])

    def row(self, term: str) -> dict[str, float]:
        """The numbers of one term."""
        found = self.table[self.table["term"] == term]
        return {str(name): value for name, value in found.drop(columns="term").iloc[0].items()}

    def notes(self, lang: str = "en") -> tuple[str, ...]:
        """Sample, standard errors and every remark, a line each."""
        return tuple(remark.text(lang) for remark in self.remarks)


@dataclass(frozen=True, slots=True, eq=False)
class Fit:
    """Coefficients of one design: terms, (terms,) estimates, (terms, terms) covariance, degrees of freedom.

    ``df`` is None where the normal distribution is used. ``intervals`` replaces the symmetric intervals of some terms.
    """

    terms: tuple[str, ...]
    beta: NDArray[np.float64]
    covariance: NDArray[np.float64]
    df: float | None
    facts: Mapping[str, Any] = field(default_factory=dict)
    remarks: tuple[Remark, ...] = ()
    intervals: Mapping[str, tuple[float, float, float]] = field(default_factory=dict)
    joint: bool = True
    draws: pd.DataFrame | None = None
    columns: Mapping[str, NDArray[np.float64]] = field(default_factory=dict)


def tidy_table(fit: Fit, n: int, groups: int, level: float) -> pd.DataFrame:
    """The tidy table of a fit.

    Parameters
    ----------
    fit : Fit
    n, groups : int
        Rows and places used.
    level : float
        Of the intervals. ``fit.intervals`` holds p, low and high of the terms whose interval is not symmetric.
    """
    import numpy as np
    import pandas as pd

    errors = np.sqrt(np.clip(np.diag(fit.covariance), 0, None))
    rows = []
    for term, estimate, error in zip(fit.terms, fit.beta.tolist(), errors.tolist(), strict=True):
        statistic, p, low, high = infer(estimate, error, fit.df, level)
        if term in fit.intervals:
            p, low, high = fit.intervals[term]
        rows.append((term, estimate, error, statistic, p, low, high, n, groups))
    return pd.DataFrame(rows, columns=list(TIDY))


def infer(estimate: float, error: float, df: float | None, level: float) -> tuple[float, float, float, float]:
    """Statistic, two-sided p and interval by Student's t, or by the normal distribution without `df`."""
    from scipy.stats import norm, t

    if not error > 0:
        return float("nan"), float("nan"), estimate, estimate
    law = norm() if df is None else t(df)
    statistic, half = estimate / error, float(law.ppf(0.5 + level / 2)) * error
    return statistic, float(2 * law.sf(abs(statistic))), estimate - half, estimate + half


def wald(fit: Fit, contrasts: NDArray[np.float64]) -> dict[str, float]:
    """Test that ``contrasts @ beta`` is 0: F with its degrees of freedom, or chi2 / q without.

    Parameters
    ----------
    fit : Fit
    contrasts : array, (q, terms)

    Returns
    -------
    dict
        ``statistic``, ``p``, ``q`` (its rank). A covariance that is singular in these directions, as with fewer
        clusters than contrasts, is tested in the directions that it has.
    """
    import numpy as np
    from scipy.stats import chi2, f

    gap, spread = contrasts @ fit.beta, contrasts @ fit.covariance @ contrasts.T
    q = int(np.linalg.matrix_rank(spread, hermitian=True))
    if q == 0:
        return {"statistic": float("nan"), "p": float("nan"), "q": 0}
    statistic = float(gap @ np.linalg.pinv(spread, hermitian=True) @ gap) / q
    p = float(chi2.sf(q * statistic, q) if fit.df is None else f.sf(statistic, q, fit.df))
    return {"statistic": statistic, "p": p, "q": q}


def versions_of(packages: Sequence[str]) -> dict[str, str]:
    """Versions of textgov and of the packages that computed a result."""
    from importlib.metadata import version

    return {name: version(name) for name in ("textgov", *packages)}


def spoken_rows(rows: Sequence[object], most: int = 5) -> str:
    """The first few names of many."""
    shown = ", ".join(map(str, rows[:most]))
    return shown if len(rows) <= most else f"{shown} ... (+{len(rows) - most})"


def rounded(value: float) -> str:
    """Four significant digits, for sentences."""
    return f"{value:.4g}"
