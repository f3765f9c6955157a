"""When treatment starts: years from the start, their dummies, and what staggered starts do to two-way fixed effects."""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING

from textgov.estimate.result import Remark, spoken_rows
from textgov.estimate.sample import Sample, starts_of
from textgov.optional import need

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


def event_name(years: int) -> str:
    """Name of the dummy of a year from the start: ``ev_m2``, ``ev_0``, ``ev_p3``."""
    return f"ev_{'m' if years < 0 else 'p' if years else ''}{abs(years)}"


def event_years(term: str) -> int:
    """Years from the start of a dummy, the other way round.

    >>> [event_years(event_name(k)) for k in (-2, 0, 3)]
    [-2, 0, 3]
    """
    number = term.removeprefix("ev_")
    return -int(number[1:]) if number[0] == "m" else int(number.removeprefix("p"))


def event_columns(sample: Sample) -> tuple[dict[str, NDArray[np.float64]], tuple[str, ...], tuple[Remark, ...]]:
    """Dummies of the years from the start without the year before it, those before the start, and remarks.

    Only years that occur have a dummy; those beyond ``leads`` and ``lags`` are in the first and last one.
    """
    import numpy as np

    options, starts = sample.options, starts_of(sample)
    years = sample.column(options.time)
    since = np.where(starts > 0, np.clip(years - starts, -options.leads, options.lags), np.nan)
    seen = sorted(int(value) for value in np.unique(since[np.isfinite(since)]))
    columns = {event_name(value): (since == value).astype(np.float64) for value in seen if value != -1}
    leads = tuple(event_name(value) for value in seen if value < -1)
    window = Remark("remark_window", {"leads": options.leads, "lags": options.lags})
    return columns, leads, (window,)


def start_remarks(sample: Sample) -> tuple[Remark, ...]:
    """Remarks on places that are treated always or of which none was never treated."""
    import numpy as np

    options, starts = sample.options, starts_of(sample)
    years = sample.column(options.time)
    remarks: tuple[Remark, ...] = () if (starts == 0).any() else (Remark("remark_no_never", {}),)
    first = np.full(sample.groups, np.inf)
    np.minimum.at(first, sample.unit, years)
    always = (starts > 0) & (starts <= first[sample.unit])
    if always.any():
        places = sorted(set(map(str, sample.frame.loc[always, options.unit])))
        remarks += (Remark("remark_always", {"n": len(places), "rows": spoken_rows(places)}),)
    return remarks


def forbidden_share(sample: Sample, starts: NDArray[np.float64]) -> float | None:
    """Weight of the comparisons of later with earlier treated places in two-way fixed effects, 0 to 1.

    Parameters
    ----------
    sample : Sample
    starts : array, (units,)
        Number of the first treated year, inf for never.

    Returns
    -------
    float or None
        By the decomposition of Goodman-Bacon (2021), which holds for a balanced panel without controls; None for
        another one.
    """
    import numpy as np
    import pandas as pd

    years = int(sample.time.max()) + 1
    if len(sample.frame) < sample.groups * years or sample.options.controls or sample.absorbed:
        return None
    first = np.where(np.isfinite(starts), starts + 1, 0)[sample.unit]
    y = sample.column(sample.options.y)
    data = pd.DataFrame({"y": y, "unit": sample.unit, "time": sample.time + 1, "first": first.astype(np.int64)})
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        found = (
            need("diff_diff").BaconDecomposition().fit(data, outcome="y", unit="unit", time="time", first_treat="first")
        )
    return float(found.total_weight_later_vs_earlier)
