"""One self-contained html page about a run: what was read, what was counted, what to look at."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from textgov.records import Corpus, Features, Panel
from textgov.store import written_aside

if TYPE_CHECKING:
    from jinja2 import Template

TOP_TERMS, EXAMPLES = 20, 12


def write_report(
    corpus: Corpus, features: Sequence[Features], panel: Panel, record: Mapping[str, Any], path: Path
) -> Path:
    """Write the page; it asks for nothing from any network, and all text in it is escaped."""
    page = _template().render(
        corpus=corpus,
        panel=panel,
        record=record,
        statuses=sorted(Counter(row.status for row in corpus.inputs).items()),
        failed=[row for row in corpus.manifest.to_dict("records") if row["status"] == "failed"],
        review=corpus.review.to_dict("records"),
        held=sum(document.held for document in corpus.documents),
        scripts=sorted(Counter(document.script or "?" for document in corpus.documents).items()),
        lexicons=[_about(block, panel) for block in features],
        years=_by_year(panel),
    )
    with written_aside(path) as part:
        part.write_bytes(page.encode("utf-8"))
    return path


def _template() -> Template:
    import jinja2

    source = (resources.files("textgov") / "data" / "report.html.j2").read_text("utf-8")
    environment = jinja2.Environment(autoescape=True, trim_blocks=True, lstrip_blocks=True)
    return environment.from_string(source)


def _about(block: Features, panel: Panel) -> dict[str, Any]:
    """Totals, commonest terms, terms never found and some hits of one lexicon."""
    lexicon = block.lexicon
    if lexicon is None or block.hit_table is None:
        return {}
    totals = np.asarray(block.values.sum(axis=0)).ravel()
    ranked = sorted(zip(totals.tolist(), lexicon.entries, strict=True), key=lambda pair: (-pair[0], pair[1].term))
    table = block.hit_table
    step = max(len(table) // EXAMPLES, 1)
    return {
        "lexicon": lexicon,
        "n_hits": int(totals.sum()),
        "top": [(count, entry.term, entry.category) for count, entry in ranked[:TOP_TERMS] if count],
        "never": [entry.term for count, entry in ranked if not count],
        "examples": table.take(list(range(0, len(table), step))[:EXAMPLES]).to_pylist() if len(table) else [],
        "rate": f"{lexicon.prefix}_total_p10k",
    }


def _by_year(panel: Panel) -> list[dict[str, Any]]:
    """For each year: rows, documents, and the mean over places of each total rate."""
    rates = [variable.name for variable in panel.variables if variable.name.endswith("_total_p10k")]
    rows = []
    for year, part in panel.frame.groupby("year", sort=True):
        means = {name: float(part[name].mean()) for name in rates}
        places, documents = int((part["n_docs"] > 0).sum()), int(part["n_docs"].sum())
        rows.append({"year": int(str(year)), "places": places, "documents": documents, "means": means})
    return rows
