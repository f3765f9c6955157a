"""Regression discontinuity (rdrobust: Calonico, Cattaneo and Titiunik 2014)."""

from __future__ import annotations

import warnings
from typing import Any

from textgov.errors import RecordError
from textgov.estimate.result import Fit, Remark, rounded
from textgov.estimate.sample import Sample
from textgov.optional import need

# Fewer different values of the running variable on a side than this leave no local neighbourhood: rdrobust needs
# p + 1 = 2 for a line and 3 for its bias at each bandwidth, and the packages warn about mass points below ten.
FEW_VALUES = 10
TERMS = ("rd_conventional", "rd_bias_corrected", "rd_robust")


def fit_rd(sample: Sample) -> Fit:
    """The jump of y at the cut-off of the running variable: local lines on both sides.

    Terms: ``rd_conventional`` (the jump), ``rd_bias_corrected`` and ``rd_robust`` (corrected, with the standard error
    to use). Errors are those of nearest neighbours, or clustered when ``cluster`` names a column. Fixed effects are
    not used.
    """
    import numpy as np

    options = sample.options
    x, y = sample.column(options.running), sample.column(options.y)
    left, right = (np.unique(x[side]).size for side in (x < options.cutoff, x >= options.cutoff))
    if min(left, right) < 2:
        detail = f"{options.running} has {left} values below and {right} above {options.cutoff:g}"
        raise RecordError("estimate_failed", design="rd", detail=detail)
    more: dict[str, Any] = {"h": options.bandwidth} if options.bandwidth is not None else {}
    if options.controls:
        more["covs"] = sample.columns(options.controls)
    if options.cluster:
        more["cluster"] = sample.cluster
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            found = need("rdrobust").rdrobust(
                y, x, c=options.cutoff, p=1, kernel=options.kernel[:3], level=100 * options.level, **more
            )
        except Exception as error:  # rdrobust raises bare exceptions
            detail = (str(error) or type(error).__name__).splitlines()[0]
            raise RecordError("estimate_failed", design="rd", detail=detail) from error
    h = [float(value) for value in found.bws.loc["h"]]
    counts = [int(value) for value in found.N_h]
    said = " / ".join(dict.fromkeys(map(rounded, h)))
    remarks = [Remark("remark_bandwidth", {"h": said, "left": counts[0], "right": counts[1]})]
    if min(left, right) < FEW_VALUES:
        facts = {"name": options.running, "left": left, "right": right}
        remarks.insert(0, Remark("remark_mass", facts))
    beta = np.asarray(found.coef, dtype=np.float64).ravel()
    errors = np.asarray(found.se, dtype=np.float64).ravel()
    facts = {"bandwidth_left": h[0], "bandwidth_right": h[1], "n_left": counts[0], "n_right": counts[1]}
    return Fit(TERMS, beta, np.diag(errors**2), None, facts, tuple(remarks), joint=False)
