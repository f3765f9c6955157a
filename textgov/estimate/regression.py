"""Regressions with fixed effects: difference in differences, Poisson, instruments, heterogeneity (pyfixest)."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from textgov.errors import RecordError
from textgov.estimate.result import Fit, Remark, rounded, spoken_rows, wald
from textgov.estimate.sample import Sample, check_treatment
from textgov.estimate.timing import event_columns, forbidden_share, start_remarks
from textgov.optional import need

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd
    from numpy.typing import NDArray


def fit_did(sample: Sample) -> Fit:
    """Two-way fixed effects: y = b treat + controls + effects of places and years.

    With staggered starts and effects that change over time b is a weighted mean with some negative weights
    (Goodman-Bacon 2021); a remark gives the share of the comparisons with places treated earlier.
    """
    options = sample.options
    treat = sample.column(options.treat)
    check_treatment(sample, treat[:, None], [options.treat])
    fit = fit_linear(sample, {options.treat: treat})
    return add_remarks(fit, *_treatment_remarks(sample, treat))


def fit_event(sample: Sample) -> Fit:
    """Event study: one coefficient for each year from the start, the year before it the reference (0).

    The first and the last coefficient hold all years beyond ``leads`` and ``lags``. Columns ``ev_m2``, ``ev_0`` ...
    are in the sample.
    """
    import numpy as np

    columns, leads, remarks = event_columns(sample)
    check_treatment(sample, np.column_stack(list(columns.values())), list(columns))
    fit = fit_linear(sample, columns)
    remarks += start_remarks(sample)
    contrasts = np.eye(len(fit.terms))[[fit.terms.index(name) for name in leads]]
    if len(contrasts):
        test = wald(fit, contrasts)
        fit = with_test(fit, "pretrend", test)
        facts = {"k": len(leads), "statistic": rounded(test["statistic"]), "p": rounded(test["p"])}
        remarks += (Remark("remark_pretrend", facts),)
    return add_remarks(replace(fit, columns=columns), *remarks)


def fit_ppml(sample: Sample) -> Fit:
    """Poisson with fixed effects for counts: E[y] = exposure x exp(b treat + controls + effects).

    Coefficients are semi-elasticities: exp(b) - 1 is the relative change of the rate.
    """
    import numpy as np

    options = sample.options
    for name, role, least in ((options.y, "y", 0.0), (options.exposure, "exposure", np.nextafter(0, 1))):
        wrong = np.flatnonzero(sample.column(name) < least) if name else np.empty(0, dtype=np.int64)
        if wrong.size:
            rows = sample.frame.iloc[wrong]
            said = [" ".join(map(str, row)) for row in rows[[options.unit, options.time]].itertuples(index=False)]
            raise RecordError("estimate_negative", name=name, role=role, rows=spoken_rows(said))
    treat = sample.column(options.treat)
    check_treatment(sample, treat[:, None], [options.treat])
    extra = {"log_exposure": np.log(sample.column(options.exposure))} if options.exposure else {}
    model, names = _fitted(sample, {options.treat: treat}, extra, poisson=True)
    fit = _read(sample, model, names)
    lost = len(sample.frame) - int(model._N)
    separated = (Remark("remark_separated", {"n": lost}),) if lost else ()
    return add_remarks(fit, *_treatment_remarks(sample, treat), *separated)


def fit_iv(sample: Sample) -> Fit:
    """Two-stage least squares: treat is moved by the instruments; first stage and reduced form stand below.

    Terms ``first:z`` are the coefficients of the instruments on treat, ``reduced:z`` those on y.
    """
    import numpy as np
    from scipy.linalg import block_diag

    options = sample.options
    treat = sample.column(options.treat)
    instruments = {name: sample.column(name) for name in options.instruments}
    check_treatment(sample, np.column_stack(list(instruments.values())), list(instruments))
    check_treatment(sample, treat[:, None], [options.treat])
    model, names = _fitted(sample, {options.treat: treat}, instruments, instrumented=True)
    main = _read(sample, model, names)
    first = fit_linear(sample, instruments, y=options.treat)
    reduced = fit_linear(sample, instruments)
    k = len(instruments)
    f = wald(first, np.eye(len(first.terms))[:k])
    model.IV_Diag()
    effective = float(model._eff_F)
    terms = (*main.terms, *(f"first:{name}" for name in instruments), *(f"reduced:{name}" for name in instruments))
    blocks = [main.covariance, first.covariance[:k, :k], reduced.covariance[:k, :k]]
    facts = {**main.facts, "tests": {"first_stage": f}, "effective_f": effective}
    remark = Remark("remark_first_stage", {"f": rounded(f["statistic"]), "effective": rounded(effective)})
    beta = np.concatenate([main.beta, first.beta[:k], reduced.beta[:k]])
    return Fit(terms, beta, block_diag(*blocks), main.df, facts, (remark,), joint=False)


def fit_heterogeneity(sample: Sample) -> Fit:
    """The treatment in each group of places, in one regression, with the test that the effects are equal.

    Terms are ``did:east`` and so on. Years have common effects; ``absorb`` = ``region3^year`` gives each group its own.
    """
    import numpy as np

    options = sample.options
    treat, labels = sample.column(options.treat), sample.frame[options.group].astype(str)
    groups = sorted(set(labels))
    columns = {f"{options.treat}:{group}": treat * (labels == group).to_numpy() for group in groups}
    check_treatment(sample, np.column_stack(list(columns.values())), list(columns))
    fit = fit_linear(sample, columns)
    k = len(groups)
    contrasts = np.zeros((k - 1, len(fit.terms)))
    contrasts[:, 0], contrasts[range(k - 1), range(1, k)] = 1, -1
    if k < 2:
        return fit
    fit = with_test(replace(fit, columns=columns), "equality", wald(fit, contrasts))
    for at in range(k):
        for other in range(at + 1, k):
            gap = np.zeros((1, len(fit.terms)))
            gap[0, at], gap[0, other] = 1, -1
            fit = with_test(fit, f"{groups[at]} = {groups[other]}", wald(fit, gap))
    test = fit.facts["tests"]["equality"]
    facts = {"groups": ", ".join(groups), "statistic": rounded(test["statistic"]), "p": rounded(test["p"])}
    return add_remarks(fit, Remark("remark_equality", facts))


# ---- one regression ----


def fit_linear(sample: Sample, columns: dict[str, NDArray[np.float64]], y: str = "") -> Fit:
    """Least squares of `y` (the outcome when not given) on `columns`, the controls and the fixed effects."""
    model, names = _fitted(sample, columns, {}, y=y)
    return _read(sample, model, names)


def _fitted(
    sample: Sample,
    columns: dict[str, NDArray[np.float64]],
    extra: dict[str, NDArray[np.float64]],
    *,
    y: str = "",
    poisson: bool = False,
    instrumented: bool = False,
) -> tuple[Any, dict[str, str]]:
    """The model of pyfixest, and the real name of each of its short names (a formula takes no Chinese, no spaces)."""
    options = sample.options
    data, names = _short_names(sample, columns, y)
    second = [f"z{number}" for number in range(len(extra))]
    data = data.assign(**dict(zip(second, extra.values(), strict=True)))
    effects = {"two-way": ["unit", "time"], "unit": ["unit"], "time": ["time"], "none": []}[options.effects]
    effects += [f"fe{number}" for number in range(len(sample.absorbed))]
    taken = f" | {' + '.join(effects)}" if effects else ""
    right = f"{' + '.join(names)}{taken}"
    if instrumented:
        right = f"{' + '.join(list(names)[1:]) or '1'}{taken} | d0 ~ {' + '.join(second)}"
    vcov = {"cluster": {"CRV1": "cluster"}, "hetero": "hetero", "iid": "iid"}[options.errors]
    package = need("pyfixest")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # what they say is in the remarks
        try:
            if poisson:
                more = {"offset": second[0]} if second else {}
                separation = {"separation_check": ["fe"]} if effects else {}
                return package.fepois(f"y ~ {right}", data, vcov=vcov, fixef_rm="none", **more, **separation), names
            return package.feols(f"y ~ {right}", data, vcov=vcov, fixef_rm="none"), names
        except (ValueError, RuntimeError, ZeroDivisionError, FloatingPointError) as error:
            detail = str(error).splitlines()[0] if str(error) else type(error).__name__
            raise RecordError("estimate_failed", design=options.design, detail=detail) from error


def _short_names(
    sample: Sample, columns: dict[str, NDArray[np.float64]], y: str
) -> tuple[pd.DataFrame, dict[str, str]]:
    import pandas as pd

    options = sample.options
    names = {f"d{number}": name for number, name in enumerate(columns)}
    names |= {f"x{number}": name for number, name in enumerate(options.controls)}
    data: dict[str, Any] = {"y": sample.column(y or options.y)}
    data |= dict(zip(names, [*columns.values(), *(sample.column(name) for name in options.controls)], strict=True))
    data |= {"unit": sample.unit, "time": sample.time, "cluster": sample.cluster}
    data |= {f"fe{number}": codes for number, codes in enumerate(sample.absorbed.values())}
    return pd.DataFrame(data), names


def _read(sample: Sample, model: Any, names: dict[str, str]) -> Fit:
    """Coefficients in the order of `names`, then the constant."""
    import numpy as np

    found = [str(name) for name in model._coefnames]
    missing = [name for short, name in names.items() if short not in found]
    if missing:
        effects = ", ".join((sample.options.effects, *sample.absorbed))
        raise RecordError("estimate_still", name=", ".join(missing), effects=effects)
    order = [found.index(short) for short in names]
    order += [at for at in range(len(found)) if at not in order]
    terms = tuple(names.get(found[at], "constant") for at in order)
    covariance = np.asarray(model._vcov, dtype=np.float64)[np.ix_(order, order)]
    clustered = sample.options.errors == "cluster"
    facts: dict[str, Any] = {"n": int(model._N)}
    for fact, attribute in (("r2", "_r2"), ("r2_within", "_r2_within")):
        value = getattr(model, attribute, None)
        if value is not None and np.isfinite(value):
            facts[fact] = float(value)
    if clustered:
        facts["clusters"] = int(sample.cluster.max()) + 1
    df = float(model._df_t)
    normal = type(model).__name__ == "Fepois"
    return Fit(terms, np.asarray(model._beta_hat, dtype=np.float64)[order], covariance, None if normal else df, facts)


# ---- remarks ----


def add_remarks(fit: Fit, *remarks: Remark) -> Fit:
    """The fit with more remarks."""
    return replace(fit, remarks=(*fit.remarks, *remarks))


def with_test(fit: Fit, name: str, test: dict[str, float]) -> Fit:
    """The fit with one more test among its facts."""
    tests = {**fit.facts.get("tests", {}), name: test}
    return replace(fit, facts={**fit.facts, "tests": tests})


def _treatment_remarks(sample: Sample, treat: NDArray[np.float64]) -> Sequence[Remark]:
    import numpy as np

    if not np.isin(treat, (0.0, 1.0)).all():
        return (Remark("remark_continuous", {"name": sample.options.treat}),)
    if sample.options.effects != "two-way":
        return ()
    starts = np.full(sample.groups, np.inf)
    np.minimum.at(starts, sample.unit, np.where(treat == 1, sample.time, np.inf))
    remarks = [] if np.isinf(starts).any() else [Remark("remark_no_never", {})]
    later = np.unique(starts[np.isfinite(starts) & (starts > 0)])
    stays = bool((treat == (sample.time >= starts[sample.unit])).all())
    if later.size > 1 and stays:
        remarks.append(Remark("remark_staggered", {"n": int(later.size)}))
        share = forbidden_share(sample, starts)
        if share is not None:
            remarks.append(Remark("remark_forbidden", {"share": f"{100 * share:.1f}"}))
    return remarks
