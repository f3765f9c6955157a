"""One self-contained html page about a run: what was read, what was counted, what to look at."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING, Any

from textgov.records import Lexicon, Panel
from textgov.store import written_aside

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd
    from jinja2 import Template
    from numpy.typing import NDArray

TOP_TERMS, EXAMPLES = 20, 12


@dataclass(frozen=True, slots=True, eq=False)
class LexiconFacts:
    """Hits of each entry of a lexicon in a run, and some hits in context."""

    lexicon: Lexicon
    totals: NDArray[np.int64]
    examples: tuple[Mapping[str, Any], ...]


@dataclass(frozen=True, slots=True, eq=False)
class ReportFacts:
    """What the page says of the documents: numbers, and the first rows of the manifest and the review."""

    n_documents: int
    n_held: int
    n_failed: int
    n_reviewed: int
    statuses: Sequence[tuple[str, int]]
    scripts: Sequence[tuple[str, int]]
    failed: Sequence[Mapping[Any, Any]]
    review: Sequence[Mapping[Any, Any]]
    lexicons: Sequence[LexiconFacts]


def write_report(facts: ReportFacts, panel: Panel, record: Mapping[str, Any], terms: pd.DataFrame, path: Path) -> Path:
    """Write the page; it asks for nothing from any network, and all text in it is escaped."""
    abouts = [_about(one, terms[terms["lexicon"] == one.lexicon.label]) for one in facts.lexicons]
    page = _template().render(facts=facts, panel=panel, record=record, lexicons=abouts, years=_by_year(panel))
    with written_aside(path) as part:
        part.write_bytes(page.encode("utf-8"))
    return path


def _template() -> Template:
    import jinja2

    source = (resources.files("textgov") / "data" / "report.html.j2").read_text("utf-8")
    environment = jinja2.Environment(autoescape=True, trim_blocks=True, lstrip_blocks=True)
    return environment.from_string(source)


def _about(facts: LexiconFacts, terms: pd.DataFrame) -> dict[str, Any]:
    """Totals, commonest terms, terms never found and some hits of one lexicon."""
    lexicon = facts.lexicon
    pairs = zip(facts.totals.tolist(), lexicon.entries, strict=True)
    ranked = sorted(pairs, key=lambda pair: (-pair[0], pair[1].term))
    rates, links = terms["rate_without"], terms["correlation_without"].dropna()
    return {
        "without": (float(rates.min()), float(rates.max()), float(links.min()) if len(links) else None),
        "drift": _drift(terms),
        "shadowed": terms[terms["shadowed"] > 0].nlargest(TOP_TERMS, "shadowed", keep="all").to_dict("records"),
        "lexicon": lexicon,
        "n_hits": int(facts.totals.sum()),
        "top": [(count, entry.term, entry.category) for count, entry in ranked[:TOP_TERMS] if count],
        "never": [entry.term for count, entry in ranked if not count],
        "examples": facts.examples,
        "rate": f"{lexicon.prefix}_total_p10k",
    }


def _drift(terms: pd.DataFrame) -> list[dict[str, Any]]:
    """The entries whose share in their category moved most between two years, with the lowest and highest one."""
    shares = terms[[name for name in terms.columns if name.startswith("share_")]]
    moved = (shares.max(axis=1) - shares.min(axis=1)).dropna()
    rows = []
    for at in moved[moved > 0].sort_values(ascending=False, kind="stable").index[:TOP_TERMS]:
        known = shares.loc[at].dropna()
        low, high = (str(name).removeprefix("share_") for name in (known.idxmin(), known.idxmax()))
        place = {"term": terms.loc[at, "term"], "category": terms.loc[at, "category"]}
        rows.append(place | {"low": float(known.min()), "low_year": low, "high": float(known.max()), "high_year": high})
    return rows


def _by_year(panel: Panel) -> list[dict[str, Any]]:
    """For each year: rows, documents, and the mean over places of each total rate."""
    rates = [variable.name for variable in panel.variables if variable.name.endswith("_total_p10k")]
    rows = []
    for year, part in panel.frame.groupby("year", sort=True):
        means = {name: float(part[name].mean()) for name in rates}
        places, documents = int((part["n_docs"] > 0).sum()), int(part["n_docs"].sum())
        rows.append({"year": int(str(year)), "places": places, "documents": documents, "means": means})
    return rows
