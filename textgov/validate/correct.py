"""What error in a measure does to a coefficient, and what can be done about it.

Attenuation (classical error), obviously related instrumental variables (Gillen, Snowberg and Yariv 2019), and
design-based supervised learning (Egami, Hinck, Stewart and Wei 2023).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from textgov.errors import UsageError
from textgov.estimate import EstimateOptions, estimate_panel

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd
    from numpy.typing import NDArray


def reliability_of(r: float) -> float:
    """Reliability of the sum of two halves whose correlation is `r` (Spearman 1910, Brown 1910).

    Examples
    --------
    >>> round(reliability_of(0.6), 4)
    0.75
    """
    return 2 * r / (1 + r)


def disattenuate(slope: float, reliability: float) -> float:
    """A slope on a measure with classical error, divided by its reliability.

    Examples
    --------
    >>> disattenuate(0.35, 0.7)
    0.5
    """
    if not 0 < reliability <= 1:
        detail = "a reliability lies between 0 and 1"
        raise UsageError("option_bad", name="reliability", value=f"{reliability:.3f}", detail=detail)
    return slope / reliability


def stack_measures(frame: pd.DataFrame, first: str, second: str, keys: tuple[str, str]) -> pd.DataFrame:
    """The stacked rows of ORIV: each measure once as regressor (``measure``) with the other as instrument.

    ``other_1`` and ``other_2`` are the instruments, 0 in the copy in which they do not serve; ``copy`` is 1 or 2 and
    ``copy_unit`` names a place in a copy, so that each copy has effects and a constant of its own.
    """
    import pandas as pd

    complete = frame.dropna(subset=[first, second])
    copies = []
    for copy, (name, other) in enumerate(((first, second), (second, first)), 1):
        columns: dict[str, Any] = {"copy": copy, "measure": complete[name], "other_1": 0.0, "other_2": 0.0}
        columns[f"other_{copy}"] = complete[other]
        units = complete[keys[0]].astype(str) + f"#{copy}"
        copies.append(complete.assign(**columns, copy_unit=units))
    return pd.concat(copies, ignore_index=True)


def estimate_oriv(
    frame: pd.DataFrame,
    measures: tuple[str, str],
    y: str,
    keys: tuple[str, str],
    controls: Sequence[str] = (),
    effects: str = "two-way",
) -> dict[str, float]:
    """The slope of `y` on what two measures have in common (ORIV), with errors clustered by place.

    Both measures must be in the same unit and their errors independent of one another; then the slope is consistent
    where that on either measure is attenuated.

    Returns
    -------
    dict
        ``estimate``, ``std_error``, ``p``, ``low``, ``high``, ``n`` (rows before stacking).
    """
    stacked = stack_measures(frame, *measures, keys)
    years = (f"copy^{keys[1]}",) if effects in ("two-way", "time") else ("copy",)
    options = EstimateOptions(
        design="iv",
        y=y,
        treat="measure",
        controls=tuple(controls),
        unit="copy_unit",
        time=keys[1],
        effects="unit" if effects in ("two-way", "unit") else "none",
        absorb=years if effects in ("two-way", "time", "none") else (),
        cluster=keys[0],
        instruments=("other_1", "other_2"),
    )
    row = estimate_panel(stacked, options).table.iloc[0]
    return {**_figures(row), "n": int(row["n"]) // 2}


def estimate_slope(
    frame: pd.DataFrame,
    y: str,
    x: str,
    keys: tuple[str, str],
    controls: Sequence[str] = (),
    effects: str = "two-way",
) -> dict[str, float]:
    """The slope of `y` on a column, with fixed effects and errors clustered by place."""
    options = EstimateOptions(
        design="did", y=y, treat=x, controls=tuple(controls), unit=keys[0], time=keys[1], effects=effects
    )
    row = estimate_panel(frame, options).table.iloc[0]
    return {**_figures(row), "n": int(row["n"])}


def _figures(row: pd.Series[Any]) -> dict[str, float]:
    return {
        "estimate": float(row["estimate"]),
        "std_error": float(row["std_error"]),
        "p": float(row["p"]),
        "low": float(row["ci_low"]),
        "high": float(row["ci_high"]),
    }


def correct_labels(
    predicted: NDArray[np.float64], label: NDArray[np.float64], probability: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Pseudo-outcomes of design-based supervised learning: prediction + (label - prediction) / probability.

    ``label`` is nan where nobody coded; the pseudo-outcome is then the prediction. Their mean, or a regression on them,
    is unbiased whatever the errors of the predictions, as the probability of being coded is known.

    Examples
    --------
    >>> import numpy as np
    >>> predicted = np.array([1.0, 1, 0, 1, 0, 0, 1, 0, 1, 1])
    >>> label = np.array([1.0, 0, 0, 1] + [np.nan] * 6)
    >>> float(correct_labels(predicted, label, np.full(10, 0.4)).mean().round(12))
    0.35
    """
    import numpy as np

    gap = np.where(np.isnan(label), 0.0, (np.nan_to_num(label) - predicted) / probability)
    return np.asarray(predicted + gap, dtype=np.float64)


def correct_panel(found: pd.DataFrame, labels: pd.DataFrame) -> pd.DataFrame:
    """The share of sentences of each place-year as it is and corrected by labels.

    Parameters
    ----------
    found : DataFrame
        ``code``, ``year``, ``n_sents``, ``n_found`` (sentences with a hit), a row a place-year.
    labels : DataFrame
        As `settle_labels` gives them; strata that lost sentences keep their size.

    Returns
    -------
    DataFrame
        ``code``, ``year``, ``n_sents``, ``sent`` (the measure), ``dsl`` (corrected; unbiased, but noisy: it may leave 0
        to 1), ``n_labels``.
    """
    n = labels.groupby("stratum")["id"].transform("size")
    # Over all sentences of a place-year, the pseudo-outcomes of those without a label are what the lexicon says.
    moved = labels.assign(moved=(labels["label"] - labels["found"]) * labels["n_stratum"] / n)
    sums = moved.groupby(["code", "year"]).agg(moved=("moved", "sum"), n_labels=("id", "size")).reset_index()
    frame = found.merge(sums, on=["code", "year"], how="left").fillna({"moved": 0.0, "n_labels": 0})
    frame = frame.assign(sent=frame["n_found"] / frame["n_sents"], n_labels=frame["n_labels"].astype("int64"))
    frame = frame.assign(dsl=frame["sent"] + frame["moved"] / frame["n_sents"])
    return frame[["code", "year", "n_sents", "sent", "dsl", "n_labels"]]
