"""Charts for a notebook: the charts of the page, of a panel or of topics at hand."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from textgov.errors import UsageError
from textgov.records import Panel, Variable
from textgov.report import charts, frames
from textgov.report.blocks import Said
from textgov.report.milestones import milestone_marks, read_milestones
from textgov.report.topics import topic_trends

if TYPE_CHECKING:
    import altair


def _check_lang(lang: str) -> None:
    if lang not in ("zh", "en"):
        raise UsageError("option_bad", name="lang", value=lang, detail="use zh or en")


def _unit(variable: Variable) -> Said:
    return Said(variable.unit_zh or variable.zh, variable.unit_en or variable.en)


def plot_trend(panel: Panel, columns: str | Sequence[str] | None = None, *, lang: str = "zh") -> altair.LayerChart:
    """Mean over places by year, as a chart.

    Parameters
    ----------
    panel : Panel
    columns : str or sequence of str, optional
        One column: with the middle half of the places and the national milestones. Several: one line each. The total of
        the first lexicon when not given.
    lang : {"zh", "en"}

    Returns
    -------
    altair.LayerChart
        Places without a value in a year do not count there.

    Raises
    ------
    UsageError
        No such column.
    """
    _check_lang(lang)
    if columns is None or isinstance(columns, str):
        variable = frames.main_column(panel, columns)
        yearly = frames.by_year(panel, variable.name)
        marks = milestone_marks(read_milestones(*_span(panel)), lang)
        trend: altair.LayerChart = charts.trend_chart(
            yearly, marks, Said(variable.zh, variable.en), _unit(variable), lang
        )
        return trend
    import pandas as pd

    chosen = [frames.main_column(panel, column) for column in columns]
    parts = [frames.by_year(panel, one.name)[["year", "mean"]].assign(zh=one.zh, en=one.en) for one in chosen]
    if not parts:
        raise UsageError("plot_column", column="-", known=", ".join(panel.frame.columns))
    lines: altair.LayerChart = charts.lines_chart(
        pd.concat(parts, ignore_index=True), Said("各年均值", "Means by year"), _unit(chosen[0]), lang
    )
    return lines


def _span(panel: Panel) -> tuple[int, int]:
    years = panel.frame["year"]
    return (int(years.min()), int(years.max())) if len(years) else (0, 0)


def plot_heatmap(panel: Panel, column: str | None = None, *, lang: str = "zh") -> altair.Chart:
    """Mean by province and year as coloured cells; a cell that is not there has no document.

    Parameters
    ----------
    panel : Panel
    column : str, optional
        The total of the first lexicon when not given.
    lang : {"zh", "en"}

    Raises
    ------
    UsageError
        No such column.
    """
    _check_lang(lang)
    variable = frames.main_column(panel, column)
    heat = frames.by_province(panel, variable.name).rename(columns={"province": "row"})
    chart: altair.Chart = charts.heat_chart(heat, Said(variable.zh, variable.en), _unit(variable), lang)
    return chart


def plot_topics(model_folder: Path | str, *, lang: str = "zh") -> altair.FacetChart:
    """Share by year of each topic of a folder ``RUN/topics/NAME``, with the numbers and names of its files.

    Raises
    ------
    UsageError
        The folder has no ``topics.csv`` and ``topic_years.csv``.
    """
    _check_lang(lang)
    frame, names = topic_trends(Path(model_folder))
    topics: altair.FacetChart = charts.topics_chart(
        frame, names, Said("主题占比的变化", "Shares of topics by year"), lang
    )
    return topics


def plot_event_study(estimate: Any, *, lang: str = "zh") -> altair.LayerChart:
    """Coefficients by years from the start with their intervals.

    Parameters
    ----------
    estimate : Estimate
        Of a design with event time: ``event``, ``cs`` or ``sunab``.
    lang : {"zh", "en"}

    Raises
    ------
    UsageError
        The estimate has no event time.
    """
    from textgov.estimate.plots import event_chart

    _check_lang(lang)
    if not estimate.table["term"].astype(str).str.startswith("ev_").any():
        raise UsageError("plot_no_event", design=estimate.options.design)
    event: altair.LayerChart = event_chart(
        estimate.table, estimate.options.level, f"{estimate.options.y}: {estimate.options.label}", lang
    )
    return event
