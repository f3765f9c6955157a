"""Estimates from a panel: the designs of the papers, by kept packages, with the code to repeat them elsewhere.

Everything here describes a panel under the assumptions of its design. That a text says something is not that it was
done; see docs/estimate.md.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

from textgov.estimate.discontinuity import fit_rd
from textgov.estimate.mediation import fit_mediation
from textgov.estimate.options import DESIGNS, EstimateOptions
from textgov.estimate.permutation import fit_leave_out, fit_placebo
from textgov.estimate.rcode import r_script
from textgov.estimate.regression import fit_did, fit_event, fit_heterogeneity, fit_iv, fit_ppml
from textgov.estimate.result import Estimate, Fit, Remark, tidy_table, versions_of
from textgov.estimate.sample import Sample, draw_sample
from textgov.estimate.staggered import fit_cs, fit_sunab
from textgov.estimate.stata import stata_script
from textgov.estimate.tables import compare_estimates
from textgov.estimate.writing import read_panel_frame, write_estimate, write_estimates
from textgov.records import Panel

if TYPE_CHECKING:
    import pandas as pd

__all__ = [
    "DESIGNS",
    "Estimate",
    "EstimateOptions",
    "Remark",
    "compare_estimates",
    "estimate_panel",
    "read_panel_frame",
    "write_estimate",
    "write_estimates",
]

FITS: dict[str, Callable[[Sample], Fit]] = {
    "did": fit_did,
    "event": fit_event,
    "cs": fit_cs,
    "sunab": fit_sunab,
    "ppml": fit_ppml,
    "iv": fit_iv,
    "rd": fit_rd,
    "mediation": fit_mediation,
    "heterogeneity": fit_heterogeneity,
    "placebo": fit_placebo,
    "leave-out": fit_leave_out,
}
# Packages that compute a design, for the versions in its note; numpy and scipy stand below all of them.
ENGINES: dict[str, tuple[str, ...]] = {"cs": ("diff-diff",), "sunab": ("diff-diff",), "rd": ("rdrobust",)}


def estimate_panel(panel: Panel | pd.DataFrame, options: EstimateOptions) -> Estimate:
    """Estimate one design.

    Parameters
    ----------
    panel : Panel or DataFrame
        One row a place and year. Missing values are left out, never filled; a note names the rows.
    options : EstimateOptions

    Returns
    -------
    Estimate

    Raises
    ------
    UsageError, RecordError
        The panel does not fit the design: see `draw_sample`.
    ExtraError
        The packages of the extra ``econ`` are not installed.
    """
    frame = panel.frame if isinstance(panel, Panel) else panel
    sample = draw_sample(frame, options)
    fit = FITS[options.design](sample)
    used = sample.options
    n, groups = int(fit.facts.get("n", len(sample.frame))), int(fit.facts.get("groups", sample.groups))
    facts = {"effects": used.effects, "cluster": used.cluster, "errors": used.errors, "df": fit.df}
    facts |= {**fit.facts, "n": n, "groups": groups, "n_given": len(frame)}
    table = tidy_table(fit, n, groups, used.level)
    estimate = Estimate(
        used,
        table,
        facts,
        (*sample.remarks, *fit.remarks),
        sample.frame.assign(**fit.columns),
        fit.covariance if fit.joint else None,
        fit.draws,
        versions_of((*ENGINES.get(used.design, ("pyfixest",)), "numpy", "pandas", "scipy")),
    )
    return replace(estimate, stata=stata_script(estimate), r=r_script(estimate))
