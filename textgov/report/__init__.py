"""One self-contained html page about a run, its figures for papers, and charts for a notebook."""

from textgov.report.figures import write_figures
from textgov.report.page import report_sections, write_report
from textgov.report.plots import plot_event_study, plot_heatmap, plot_topics, plot_trend

__all__ = [
    "plot_event_study",
    "plot_heatmap",
    "plot_topics",
    "plot_trend",
    "report_sections",
    "write_figures",
    "write_report",
]
