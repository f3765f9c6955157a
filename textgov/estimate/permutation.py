"""What would be found without the treatment (placebo), and without one province (leave-out)."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from textgov.errors import RecordError, TextgovError
from textgov.estimate.regression import add_remarks, fit_linear
from textgov.estimate.result import Fit, Remark, rounded
from textgov.estimate.sample import Sample, check_treatment, codes_of, starts_of

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

CHUNK = 200  # permuted columns that are residualised at once; bounds the memory, changes no number


def fit_placebo(sample: Sample) -> Fit:
    """The difference in differences of the real starts against that of starts dealt out at random.

    The first treated years are permuted among the places, so that every draw has the true number of treated places in
    each batch; with ``within`` among the places of one group only. The p of the term is
    (1 + draws at least as large) / (1 + draws).
    """
    import numpy as np
    import pandas as pd

    options, starts = sample.options, starts_of(sample)
    years = sample.column(options.time)
    real = ((starts > 0) & (years >= starts)).astype(np.float64)
    check_treatment(sample, real[:, None], [options.treat])
    fit = fit_linear(sample, {"did": real})
    of_unit = np.zeros(sample.groups)
    of_unit[sample.unit] = starts
    blocks = _blocks(sample)
    random = np.random.default_rng(options.seed)
    dealt = np.stack([_dealt(of_unit, blocks, random) for _ in range(options.draws)])
    found = _effects(sample, dealt, years)
    usable = found[np.isfinite(found)]
    at_least = int((np.abs(usable) >= abs(fit.beta[0]) * (1 - 1e-12)).sum())
    p = (1 + at_least) / (1 + len(usable))
    facts = {"n": len(usable), "share": rounded(at_least / len(usable)), "estimate": rounded(fit.beta[0])}
    remarks = (
        Remark("remark_draws", {"n": options.draws, "seed": options.seed, "failed": options.draws - len(usable)}),
        Remark("remark_placebo", {**facts, "p": rounded(p)}),
    )
    more = {"placebo_mean": float(usable.mean()), "placebo_sd": float(usable.std(ddof=1)), "permutation_p": p}
    draws = pd.DataFrame({"draw": range(1, options.draws + 1), "did": found})
    return add_remarks(replace(fit, facts={**fit.facts, **more}, draws=draws, columns={"did": real}), *remarks)


def _blocks(sample: Sample) -> list[NDArray[np.int64]]:
    """Numbers of the places among which starts are permuted."""
    import numpy as np

    within = sample.options.within
    if not within:
        return [np.arange(sample.groups)]
    group = np.zeros(sample.groups, dtype=np.int64)
    group[sample.unit] = codes_of(sample.frame[within].astype(str))
    return [np.flatnonzero(group == number) for number in range(int(group.max()) + 1)]


def _dealt(
    starts: NDArray[np.float64], blocks: list[NDArray[np.int64]], random: np.random.Generator
) -> NDArray[np.float64]:
    dealt = starts.copy()
    for block in blocks:
        dealt[block] = random.permutation(starts[block])
    return dealt


def _effects(sample: Sample, dealt: NDArray[np.float64], years: NDArray[np.float64]) -> NDArray[np.float64]:
    """The coefficient of each draw (Frisch, Waugh and Lovell), nan where the draw has no variation."""
    import numpy as np

    projection = sample.projection()
    y = projection.residuals(sample.column(sample.options.y)[:, None])[:, 0]
    found = np.full(len(dealt), np.nan)
    for begin in range(0, len(dealt), CHUNK):
        first = dealt[begin : begin + CHUNK][:, sample.unit].T
        rest = projection.residuals(((first > 0) & (years[:, None] >= first)).astype(np.float64))
        squares = (rest**2).sum(axis=0)
        good = squares > 1e-9
        found[begin : begin + CHUNK][good] = (y @ rest[:, good]) / squares[good]
    return found


def fit_leave_out(sample: Sample) -> Fit:
    """The difference in differences with all, then without one group at a time: terms ``without:440000`` and so on."""
    import numpy as np
    from scipy.linalg import block_diag

    options = sample.options
    treat = sample.column(options.treat)
    check_treatment(sample, treat[:, None], [options.treat])
    whole = fit_linear(sample, {options.treat: treat})
    labels = sample.frame[options.group].astype(str).to_numpy()
    rows: dict[str, tuple[float, float]] = {}
    for label in sorted(set(labels)):
        part = _part(sample, labels != label)
        try:
            if part is None:
                continue
            check_treatment(part, part.column(options.treat)[:, None], [options.treat])
            fit = fit_linear(part, {options.treat: part.column(options.treat)})
        except TextgovError:
            continue  # without this group nothing is left to compare; the row is missing
        rows[label] = float(fit.beta[0]), float(fit.covariance[0, 0])
    if not rows:
        raise RecordError("estimate_failed", design="leave-out", detail=f"{options.group} has one value only")
    low, high = (pick(rows, key=lambda label: rows[label][0]) for pick in (min, max))
    facts = {"low": rounded(rows[low][0]), "low_name": low, "high": rounded(rows[high][0]), "high_name": high}
    remark = Remark("remark_leave_out", {**facts, "name": options.group, "estimate": rounded(whole.beta[0])})
    terms = (options.treat, *(f"without:{label}" for label in rows))
    beta = np.array([whole.beta[0], *(beta for beta, _ in rows.values())])
    covariance = block_diag(whole.covariance[:1, :1], *(np.array([[variance]]) for _, variance in rows.values()))
    found = Fit(terms, beta, covariance, whole.df, whole.facts, whole.remarks, joint=False)
    return add_remarks(found, remark)


def _part(sample: Sample, kept: NDArray[np.bool_]) -> Sample | None:
    """The sample without some rows, codes numbered anew."""
    import numpy as np

    if not kept.any():
        return None
    numbered = [np.unique(codes[kept], return_inverse=True)[1] for codes in (sample.unit, sample.time, sample.cluster)]
    absorbed = {name: np.unique(codes[kept], return_inverse=True)[1] for name, codes in sample.absorbed.items()}
    unit, time, cluster = numbered
    frame = sample.frame[kept].reset_index(drop=True)
    return replace(sample, frame=frame, unit=unit, time=time, cluster=cluster, absorbed=absorbed)
