"""Places: the list, one of them with its series and documents, several side by side."""

from __future__ import annotations

import difflib
import re
from typing import TYPE_CHECKING, Any

import numpy as np

from textgov.errors import UsageError
from textgov.explore.chart import COLOURS, Curve
from textgov.explore.holdings import Holdings
from textgov.explore.pages.search import about_document
from textgov.explore.pages.site import Answer, Page, Query, Site, Table

if TYPE_CHECKING:
    import pandas as pd

BETWEEN = re.compile(r"[,，;；、|\s]+")
TOP_TERMS, MOST_DOCUMENTS = 15, 500


def list_places(site: Site, query: Query) -> Answer:
    """Every place of the panel with its years and its last value."""
    held, measure = site.holdings, site.holdings.measure
    frame = held.panel.frame.sort_values([held.code, "year"])
    rows = []
    for code, part in frame.groupby(held.code, sort=True):
        last = part.iloc[-1]
        known = part[measure].dropna()
        rows.append(
            {
                "code": str(code),
                "name": str(last[held.name]),
                "province": str(last["province"]) if "province" in part and held.code != "province_code" else "",
                "n_docs": int(part["n_docs"].sum()),
                "years": len(part),
                "first": int(part["year"].iloc[0]),
                "last": int(last["year"]),
                "mean": float(known.mean()) if len(known) else None,
                "value": float(known.iloc[-1]) if len(known) else None,
            }
        )
    return Page("places", {"rows": rows, "measure": held.label(measure, query.lang)})


def show_place(site: Site, query: Query) -> Answer:
    """One place: its series beside the mean of all, its rows, its documents, its terms."""
    held = site.holdings
    code = query.path["code"]
    part = _rows_of(held, code)
    measure = _measure(held, query)
    mean = held.panel.frame.groupby("year")[measure].mean()
    years = [int(year) for year in part["year"]]
    own = Curve(held.places[code], _series(part, measure))
    every = Curve(
        query.get("mean_name"), {year: float(mean[year]) for year in years if mean[year] == mean[year]}, faint=True
    )
    columns = [name for name in part.columns if name.endswith("_total_n") or name in ("n_docs", "n_han")]
    columns += [name for name in part.columns if name.endswith("_n") and name not in columns]
    documents = _documents_of(held, code)
    return Page(
        "place",
        {
            "code": code,
            "name": held.places[code],
            "province": str(part["province"].iloc[-1]) if "province" in part else "",
            "curves": [own, every],
            "measure": measure,
            "label": held.label(measure, query.lang),
            "measures": measure_names(held, query.lang),
            "columns": [(name, held.label(name, query.lang)) for name in [measure, *columns]],
            "rows": part.to_dict("records"),
            "documents": documents[:MOST_DOCUMENTS],
            "n_documents": len(documents),
            "terms": _terms_of(held, documents),
        },
    )


def place_table(site: Site, query: Query) -> Answer:
    """The rows of a place in the panel."""
    code = query.path["code"]
    return Table(f"{code}.csv", _rows_of(site.holdings, code))


def compare_places(site: Site, query: Query) -> Answer:
    """One measure of several places."""
    held = site.holdings
    measure = _measure(held, query)
    values: dict[str, Any] = {
        "asked": query.get("places"),
        "measure": measure,
        "label": held.label(measure, query.lang),
        "measures": measure_names(held, query.lang),
        "names": sorted(set(held.places.values())),
        "most": COLOURS,
        "curves": [],
        "years": [],
        "fault": "",
    }
    try:
        codes = _codes(held, query.get("places"))
    except UsageError as error:
        return Page("compare", values | {"fault": error.text(query.lang)}, 400)
    curves = [Curve(held.places[code], _series(_rows_of(held, code), measure)) for code in codes]
    years = sorted({year for curve in curves for year in curve.values})
    return Page("compare", values | {"curves": curves, "codes": codes, "years": years})


def compare_table(site: Site, query: Query) -> Answer:
    """The same as a table: a row a place and year."""
    import pandas as pd

    held, measure = site.holdings, _measure(site.holdings, query)
    parts = [
        _rows_of(held, code)[[held.code, held.name, "year", measure]] for code in _codes(held, query.get("places"))
    ]
    empty = held.panel.frame[[held.code, held.name, "year", measure]].iloc[:0]
    return Table("compare.csv", pd.concat(parts) if parts else empty)


def measure_names(held: Holdings, lang: str) -> list[tuple[str, str]]:
    """The columns that can be drawn, with their titles."""
    return [(name, held.label(name, lang)) for name in held.measures]


def _measure(held: Holdings, query: Query) -> str:
    wanted = query.get("measure") or held.measure
    if wanted not in held.measures:
        raise UsageError("option_bad", name="measure", value=wanted, detail="the panel has no such column of numbers")
    return wanted


def _rows_of(held: Holdings, code: str) -> pd.DataFrame:
    frame = held.panel.frame
    part = frame[frame[held.code].astype(str) == code].sort_values("year")
    if not len(part):
        raise UsageError("option_bad", name="place", value=code, detail="the panel has no such place")
    return part


def _series(part: pd.DataFrame, measure: str) -> dict[int, float]:
    known = part.dropna(subset=[measure])
    return {int(year): float(value) for year, value in zip(known["year"], known[measure], strict=True)}


def _codes(held: Holdings, text: str) -> list[str]:
    """Codes of the places that are named, by code or by name."""
    by_name = {name: code for code, name in held.places.items()}
    found = []
    for part in filter(None, BETWEEN.split(text)):
        code = part if part in held.places else by_name.get(part) or by_name.get(f"{part}市")
        if code is None:
            near = difflib.get_close_matches(part, list(by_name), n=3, cutoff=0) or ["-"]
            detail = f"not a place of the panel; the nearest: {', '.join(near)}"
            raise UsageError("option_bad", name="places", value=part, detail=detail)
        found.append(code)
    return list(dict.fromkeys(found))[:COLOURS]


def _documents_of(held: Holdings, code: str) -> list[dict[str, Any]]:
    """The documents of a place and of what lies in it, the newest first."""
    numbers = np.flatnonzero(held.wanted(code))
    counts = held.hits.groupby("document").size()
    rows = [
        about_document(held, number)
        | {"hits": int(counts.get(number, 0)), "in_panel": bool(held.documents["in_panel"].iloc[number])}
        for number in numbers.tolist()
    ]
    return sorted(rows, key=lambda row: (-(row["year"] or 0), row["document"]))


def _terms_of(held: Holdings, documents: list[dict[str, Any]]) -> list[tuple[str, int]]:
    """The entries with most hits in some documents."""
    hits = held.hits[held.hits["document"].isin([row["document"] for row in documents if row["in_panel"]])]
    return [(str(term), int(n)) for term, n in hits.groupby("term").size().nlargest(TOP_TERMS).items()]
