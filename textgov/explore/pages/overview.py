"""The first page: what the run holds, and the way into it."""

from __future__ import annotations

from typing import Any

from textgov.explore.chart import Curve
from textgov.explore.holdings import Holdings
from textgov.explore.pages.site import Answer, Page, Query, Site

TOP = 10


def show_overview(site: Site, query: Query) -> Answer:
    """Numbers of the run, the mean of all places over the years, and the first places of the last year."""
    held = site.holdings
    frame, measure = held.panel.frame, held.measure
    values = frame.dropna(subset=[measure])
    grouped = values.groupby("year")[measure]
    low, high = grouped.quantile(0.25), grouped.quantile(0.75)
    band = {int(year): (float(low[year]), float(high[year])) for year in low.index}
    years = low.index.astype(int).tolist()
    mean = dict(zip(years, grouped.mean().astype(float).tolist(), strict=True))
    counts = dict(zip(years, grouped.size().tolist(), strict=True))
    last = max(mean) if mean else None
    top = values[values["year"] == last].sort_values([measure, held.code], ascending=[False, True]).head(TOP)
    return Page(
        "overview",
        {
            "facts": _facts(held),
            "curves": [Curve("", mean, band)],
            "means": [(year, mean[year], *band[year], counts[year]) for year in sorted(mean)],
            "measure": held.label(measure, query.lang),
            "last": last,
            "top": [(str(row[held.code]), str(row[held.name]), float(row[measure])) for _, row in top.iterrows()],
            "lexicons": held.record.get("lexicons", []),
        },
    )


def _facts(held: Holdings) -> dict[str, Any]:
    documents, frame = held.documents, held.panel.frame
    years = documents["year"].dropna()
    return {
        "documents": len(documents),
        "in_panel": int(documents["in_panel"].sum()),
        "doubtful": int((documents["doubts"].fillna("") != "").sum()),
        "places": len(held.places),
        "rows": len(frame),
        "hits": len(held.hits),
        "first": int(years.min()) if len(years) else None,
        "last": int(years.max()) if len(years) else None,
    }
