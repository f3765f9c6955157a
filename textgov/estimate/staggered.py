"""Estimators for staggered starts that stay right when effects differ by batch and grow over time (diff_diff)."""

from __future__ import annotations

import warnings
from math import isfinite
from typing import TYPE_CHECKING, Any

from textgov.errors import RecordError
from textgov.estimate.result import Fit, Remark, rounded, spoken_rows, wald
from textgov.estimate.sample import Sample, starts_of
from textgov.estimate.timing import event_name, start_remarks
from textgov.optional import need

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd
    from numpy.typing import NDArray


def fit_cs(sample: Sample) -> Fit:
    """Callaway and Sant'Anna (2021): ATT of every batch and year against never or not yet treated places.

    With controls by outcome regression on their values before treatment (Heckman, Ichimura and Todd 1997). Terms:
    ``att`` (all treated place-years), ``att_dynamic`` (mean over the years from the start), ``ev_m2`` ... (by year from
    the start; before it each year is compared with the one before), ``att_2014_2016`` (batch 2014 in 2016).

    Standard errors are those of the influence functions, without a bootstrap; clusters that are larger than a place
    get the factor G / (G - 1).
    """
    options, starts = sample.options, starts_of(sample)
    if options.control == "never" and not (starts == 0).any():
        raise RecordError("estimate_no_never", name=options.treat)
    model = need("diff_diff").CallawaySantAnna(
        control_group={"never": "never_treated", "notyet": "not_yet_treated"}[options.control],
        # With controls the doubly robust estimate of diff-diff 3.13 divides the weights of the untreated by the number
        # of the treated, that of did by their own sum; outcome regression gives the same numbers everywhere.
        estimation_method="reg",
        cluster=_cluster(sample),
        cband=False,
    )
    result = _run(sample, model, _data(sample, starts), aggregate="all")
    cells = {key: cell for key, cell in sorted(result.group_time_effects.items()) if _usable(cell)}
    lost = [f"{int(g)} {int(t)}" for (g, t), cell in sorted(result.group_time_effects.items()) if not _usable(cell)]
    rows = {"att": (result.overall_att, result.overall_se)}
    events = _events(result)
    rows |= {"att_dynamic": _mean_after(result)} | events
    rows |= {f"att_{int(g)}_{int(t)}": (cell["effect"], cell["se"]) for (g, t), cell in cells.items()}
    remarks = list(start_remarks(sample))
    if any(remark.code == "remark_unbalanced" for remark in sample.remarks):
        remarks.append(Remark("remark_pairs", {}))
    if lost:
        remarks.append(Remark("remark_thin", {"n": len(lost), "rows": spoken_rows(lost)}))
    fit = _fit(rows, result, _facts(sample), remarks)
    return _pretrend(fit, {name for name in events if name.startswith("ev_m")})


def fit_sunab(sample: Sample) -> Fit:
    """Sun and Abraham (2021): effects of every batch and year from the start in one regression, averaged by shares.

    Places treated in every year are left out, as they have no year before. Terms: ``att``, then ``ev_m2`` ... with the
    year before the start as reference (0). Without places that were never treated the last batch is the comparison.
    """
    import numpy as np

    starts = starts_of(sample)
    years = sample.column(sample.options.time)
    first = np.full(sample.groups, np.inf)
    np.minimum.at(first, sample.unit, years)
    kept = ~((starts > 0) & (starts <= first[sample.unit]))
    data = _data(sample, starts)[kept]
    if not (data["first"] > 0).any():
        raise RecordError("estimate_constant", name=sample.options.treat)
    never = bool((data["first"] == 0).any())
    if not never and data["first"].nunique() < 2:
        raise RecordError("estimate_at_once", name=sample.options.treat, year=int(data["first"].max()))
    model = need("diff_diff").SunAbraham(
        control_group="never_treated" if never else "not_yet_treated", cluster=_cluster(sample) or "unit"
    )
    result = _run(sample, model, data)
    rows = {"att": (result.overall_att, result.overall_se)} | _events(result)
    facts = {**_facts(sample), "n": len(data), "groups": int(data["unit"].nunique())}
    fit = _fit(rows, result, facts, list(start_remarks(sample)))
    return _pretrend(fit, {name for name in rows if name.startswith("ev_m")})


def _data(sample: Sample, starts: NDArray[np.float64]) -> pd.DataFrame:
    import pandas as pd

    options = sample.options
    columns: dict[str, Any] = {
        "y": sample.column(options.y),
        "unit": sample.unit,
        "time": sample.column(options.time).astype("int64"),
        "first": starts.astype("int64"),
        "cluster": sample.cluster,
    }
    columns |= {f"x{number}": sample.column(name) for number, name in enumerate(options.controls)}
    return pd.DataFrame(columns)


def _cluster(sample: Sample) -> str | None:
    return None if sample.options.cluster == sample.options.unit else "cluster"


def _run(sample: Sample, model: Any, data: pd.DataFrame, **more: Any) -> Any:
    covariates = [f"x{number}" for number in range(len(sample.options.controls))] or None
    names = {"outcome": "y", "unit": "unit", "time": "time", "first_treat": "first", "covariates": covariates}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # what they say is in the remarks
        try:
            return model.fit(data, **names, **more)
        except (ValueError, RuntimeError, ZeroDivisionError, ArithmeticError) as error:
            detail = str(error).splitlines()[0]
            raise RecordError("estimate_failed", design=sample.options.design, detail=detail) from error


def _usable(cell: dict[str, Any]) -> bool:
    return isfinite(cell["effect"]) and not cell.get("skip_reason")


def _events(result: Any) -> dict[str, tuple[float, float]]:
    found = sorted((int(k), cell) for k, cell in result.event_study_effects.items())
    return {
        event_name(k): (float(cell["effect"]), float(cell["se"]))
        for k, cell in found
        if isfinite(cell["effect"]) and cell.get("n_groups", 1)
    }


def _mean_after(result: Any) -> tuple[float, float]:
    """Mean of the effects in the years from the start on, with its standard error."""
    import numpy as np

    years = [int(k) for k in result.event_study_vcov_index]
    effects = np.array([float(result.event_study_effects[k]["effect"]) for k in result.event_study_vcov_index])
    weights = np.array([float(k >= 0) for k in years])
    weights /= weights.sum()
    return float(weights @ effects), float(np.sqrt(weights @ np.asarray(result.event_study_vcov) @ weights))


def _facts(sample: Sample) -> dict[str, Any]:
    return {"clusters": int(sample.cluster.max()) + 1}


def _fit(rows: dict[str, tuple[float, float]], result: Any, facts: dict[str, Any], remarks: list[Remark]) -> Fit:
    """A fit whose covariance holds the event terms; the others have their variance only."""
    import numpy as np

    terms = tuple(rows)
    covariance = np.diag([error**2 if isfinite(error) else 0.0 for _, error in rows.values()])
    joint = getattr(result, "event_study_vcov", None)
    index = [event_name(int(k)) for k in getattr(result, "event_study_vcov_index", None) or ()]
    if joint is not None:
        inside = [number for number, name in enumerate(index) if name in rows]
        at = [terms.index(index[number]) for number in inside]
        covariance[np.ix_(at, at)] = np.asarray(joint)[np.ix_(inside, inside)]
    beta = np.array([effect for effect, _ in rows.values()], dtype=np.float64)
    return Fit(terms, beta, covariance, None, facts, tuple(remarks), joint=joint is not None)


def _pretrend(fit: Fit, leads: set[str]) -> Fit:
    """Joint test that nothing happens before the start."""
    from dataclasses import replace

    import numpy as np

    at = [number for number, name in enumerate(fit.terms) if name in leads and fit.covariance[number, number] > 0]
    if not at or not fit.joint:
        return fit
    test = wald(fit, np.eye(len(fit.terms))[at])
    facts = {"k": len(at), "statistic": rounded(test["statistic"]), "p": rounded(test["p"])}
    remarks = (*fit.remarks, Remark("remark_pretrend", facts))
    return replace(fit, facts={**fit.facts, "tests": {"pretrend": test}}, remarks=remarks)
