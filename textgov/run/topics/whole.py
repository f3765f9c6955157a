"""A topic model as part of a run: fitted, described, put into the panel, shown on the page."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from textgov.engine import EngineOptions
from textgov.records import Panel
from textgov.run.again import rewrite_report
from textgov.run.topics.assign import assign_run
from textgov.run.topics.fit import fit_run
from textgov.run.topics.options import FitOptions
from textgov.run.topics.panel import attach_run
from textgov.run.topics.report import report_run

if TYPE_CHECKING:
    from textgov.codebook import Language


class Modelled(NamedTuple):
    """The panel with the shares of the topics, every file that was written, and what to tell the user."""

    panel: Panel
    files: tuple[Path, ...]
    notes: tuple[tuple[str, Mapping[str, Any]], ...]


def model_run(run: Path, options: FitOptions, labels: Language, where: EngineOptions | None = None) -> Modelled:
    """What ``topics fit``, ``assign``, ``report`` and ``attach`` do, one after the other; then the page anew.

    Raises
    ------
    TextgovError
        Those of `fit_run`, `assign_run`, `report_run` and `attach_run`.
    """
    fitted = fit_run(run, options, where)
    shares = assign_run(run, fitted.folder, where)
    described = report_run(run, fitted.folder, where=where)
    attached = attach_run(run, fitted.folder, labels=labels, replace=True)
    page = rewrite_report(run)
    files = {*fitted.files, shares, *described.files, *attached.files, page}
    panel = attached.extended.panel
    told = {"columns": attached.n_columns, "n": attached.n_rows, "rows": len(panel.frame)}
    return Modelled(panel, tuple(sorted(files)), (("topics_attached", told),))
