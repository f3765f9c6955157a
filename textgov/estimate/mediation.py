"""Mediation: the effect of treatment on a mediator, of the mediator on the outcome, and their product."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textgov.errors import RecordError
from textgov.estimate.regression import fit_linear
from textgov.estimate.result import Fit, Remark, infer
from textgov.estimate.sample import Sample, check_treatment
from textgov.estimate.within import demean, dummies

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

TERMS = ("total", "a", "b", "direct", "ab", "ab_sobel")


def fit_mediation(sample: Sample) -> Fit:
    """Outcome and mediator equations and the product a b, with a bootstrap of whole clusters.

    Terms: ``total`` (c: treat on y), ``a`` (treat on the mediator), ``b`` (mediator on y, given treat), ``direct`` (c':
    treat on y, given the mediator), ``ab`` (bootstrap error and percentile interval), ``ab_sobel`` (normal, Sobel
    1982). With least squares c = c' + ab exactly.

    The remark says what Jiang Ting (2022, China Industrial Economics) objects to: b is not identified.
    """
    import numpy as np
    import pandas as pd

    options = sample.options
    if sample.absorbed:
        detail = "mediation takes fixed effects of places and years only"
        raise RecordError("estimate_failed", design="mediation", detail=detail)
    treat, mediator = sample.column(options.treat), sample.column(options.mediator)
    check_treatment(sample, np.column_stack([treat, mediator]), [options.treat, options.mediator])
    columns = {options.treat: treat}
    total, first = fit_linear(sample, columns), fit_linear(sample, columns, y=options.mediator)
    second = fit_linear(sample, {**columns, options.mediator: mediator})
    a, b = float(first.beta[0]), float(second.beta[1])
    se_a, se_b = float(np.sqrt(first.covariance[0, 0])), float(np.sqrt(second.covariance[1, 1]))
    draws = bootstrap_products(sample, options.draws, options.seed)
    usable = draws[np.isfinite(draws)]
    sobel = float(np.hypot(a * se_b, b * se_a))
    beta = np.array([total.beta[0], a, b, second.beta[0], a * b, a * b])
    variances = [total.covariance[0, 0], se_a**2, se_b**2, second.covariance[0, 0], usable.var(ddof=1), sobel**2]
    intervals = {"ab": _percentiles(usable, options.level), "ab_sobel": infer(a * b, sobel, None, options.level)[1:]}
    share = float(a * b / total.beta[0]) if total.beta[0] else float("nan")
    facts = {**second.facts, "share_mediated": share, "draws_failed": len(draws) - len(usable)}
    remarks = (
        Remark("remark_mediation", {"m": options.mediator, "y": options.y}),
        Remark("remark_draws", {"n": len(draws), "seed": options.seed, "failed": len(draws) - len(usable)}),
    )
    frame = pd.DataFrame({"draw": range(1, len(draws) + 1), "ab": draws})
    return Fit(TERMS, beta, np.diag(variances), second.df, facts, remarks, intervals, joint=False, draws=frame)


def bootstrap_products(sample: Sample, draws: int, seed: int) -> NDArray[np.float64]:
    """The product a b in samples of whole clusters drawn with replacement, nan where it cannot be computed.

    A place that is drawn twice is two places, with the same effect; so a draw is a regression in which each cluster
    weighs as often as it was drawn, and its normal equations are sums of those of the clusters.
    """
    import numpy as np

    options = sample.options
    names = [options.treat, options.mediator, options.y, *options.controls]
    columns = sample.columns(names)
    unit = options.effects in ("two-way", "unit")
    if unit and not _nested(sample.unit, sample.cluster):
        detail = f"a place lies in several clusters of {options.cluster}"
        raise RecordError("estimate_failed", design="mediation", detail=detail)
    parts = [columns]
    if options.effects in ("two-way", "time"):
        parts.append(dummies(sample.time))
    if not unit:
        parts.append(np.ones((len(columns), 1)))
    whole: NDArray[np.float64] = np.hstack(parts)
    if unit:
        whole = demean(whole, sample.unit)
    scale = np.linalg.norm(whole, axis=0)
    whole = np.asarray(
        whole / np.where(scale > 0, scale, 1), dtype=np.float64
    )  # as much alike as can be, so that solving is exact
    n = int(sample.cluster.max()) + 1
    k = whole.shape[1]
    products = np.zeros((n, k, k))
    for number in range(n):
        rows = whole[sample.cluster == number]
        products[number] = rows.T @ rows
    random = np.random.default_rng(seed)
    found = np.empty(draws)
    others = [at for at in range(k) if at > 2]
    for draw in range(draws):
        weights = random.multinomial(n, np.full(n, 1 / n)).astype(np.float64)
        found[draw] = _product(np.tensordot(weights, products, axes=1), others)
    return np.asarray(found * scale[2] / scale[0], dtype=np.float64)


def _product(cross: NDArray[np.float64], others: list[int]) -> float:
    """A b from the cross products of treat (0), mediator (1), y (2) and the others; nan without variation."""
    import numpy as np

    def coefficients(right: list[int], left: int) -> NDArray[np.float64]:
        found = np.linalg.lstsq(cross[np.ix_(right, right)], cross[right, left], rcond=1e-12)[0]
        return np.asarray(found, dtype=np.float64)

    if cross[0, 0] <= 0 or cross[1, 1] <= 0:
        return float("nan")
    return float(coefficients([0, *others], 1)[0] * coefficients([0, 1, *others], 2)[1])


def _nested(unit: NDArray[np.int64], cluster: NDArray[np.int64]) -> bool:
    import numpy as np

    of_unit = np.zeros(int(unit.max()) + 1, dtype=np.int64)
    of_unit[unit] = cluster
    return bool((of_unit[unit] == cluster).all())


def _percentiles(draws: NDArray[np.float64], level: float) -> tuple[float, float, float]:
    """Two-sided p, low and high of bootstrap draws."""
    import numpy as np

    low, high = np.quantile(draws, [0.5 - level / 2, 0.5 + level / 2])
    below = min(int((draws <= 0).sum()), int((draws >= 0).sum()))
    return min(1.0, 2 * (1 + below) / (1 + len(draws))), float(low), float(high)
