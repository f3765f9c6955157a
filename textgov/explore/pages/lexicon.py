"""The editor of lexicons: entries on and off, new ones, the series at once, and a copy to keep."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from textgov.errors import UsageError, wording
from textgov.explore.chart import Curve, draw_lines
from textgov.explore.edit import BETWEEN, Edit, Editor
from textgov.explore.pages.site import Answer, Data, File, Page, Query, Site
from textgov.explore.render import speaker
from textgov.lexicon import match_key
from textgov.records import Entry, Lexicon

MOST_ADDED = 200


def show_lexicon(site: Site, query: Query) -> Answer:
    """The entries of a lexicon of the run with their hits, by category."""
    held, editors = site.holdings, site.editors
    name = query.get("lexicon") or next(iter(editors), "")
    values: dict[str, Any] = {"names": list(editors), "name": name, "editor": None, "fault": ""}
    editor = editors.get(name)
    if not isinstance(editor, Editor):
        fault = wording(editor or "explore_lexicon_missing", query.lang, name=name)
        return Page("lexicon", values | {"fault": fault})
    counts = held.hits[held.hits["lexicon"] == name].groupby(["category", "term"]).size().to_dict()
    groups = [
        (
            category.name,
            category.en if query.lang == "en" else category.zh,
            [
                (number, entry, int(counts.get((entry.category, entry.term), 0)))
                for number, entry in enumerate(editor.lexicon.entries)
                if entry.category == category.name
            ],
        )
        for category in editor.lexicon.categories
    ]
    places = sorted(held.places.items())
    about = {"editor": editor.lexicon, "groups": groups, "places": places, "save_dir": site.options.save_dir}
    return Page("lexicon", values | about)


def recount_page(site: Site, query: Query) -> Answer:
    """The series of an edited lexicon beside that of the run."""
    body = query.body or {}
    editor = _editor(site, body)
    edit = _edit(body, editor.lexicon)
    found = editor.recount(edit)
    say = speaker(query.lang)
    at = _column(editor, body)
    place = str(body.get("place") or "")
    before, after = (_series(editor, counts[:, at], place) for counts in (found.before, found.after))
    curves = [Curve(say("edit_before"), before, faint=True), Curve(say("edit_after"), after)]
    return Data(
        {
            "svg": str(draw_lines(curves, say("edit_chart"))),
            "rows": [[year, before[year], after[year]] for year in sorted(before)],
            "hits": [int(found.before[:, at].sum()), int(found.after[:, at].sum())],
            "documents": found.n_documents,
            "rows_changed": int(np.count_nonzero(found.before[:, at] != found.after[:, at])),
            "fault": "",
        }
    )


def save_page(site: Site, query: Query) -> Answer:
    """The edited lexicon as a file: saved into the folder of ``--save-dir``, else downloaded."""
    body = query.body or {}
    editor = _editor(site, body)
    edit = _edit(body, editor.lexicon)
    name, data = editor.save(edit, str(body.get("version") or "").strip(), site.options.save_dir)
    if site.options.save_dir is not None:
        said = speaker(query.lang)("edit_saved", path=(site.options.save_dir / name).as_posix())
        return Data({"fault": "", "saved": said})
    return File(name, data, "application/yaml")


def _editor(site: Site, body: Mapping[str, Any]) -> Editor:
    editor = site.editors.get(str(body.get("lexicon")))
    if not isinstance(editor, Editor):
        raise UsageError("explore_lexicon_missing", name=body.get("lexicon"))
    return editor


def _edit(body: Mapping[str, Any], lexicon: Lexicon) -> Edit:
    """What a page sent, checked: it comes from outside."""
    off, added = body.get("off", []), body.get("added", [])
    numbers = range(len(lexicon.entries))
    if not isinstance(off, list) or not all(isinstance(one, int) and one in numbers for one in off):
        raise UsageError("explore_edit", detail="off")
    if not isinstance(added, list) or len(added) > MOST_ADDED or not all(isinstance(one, dict) for one in added):
        raise UsageError("explore_edit", detail="added")
    return Edit(frozenset(off), tuple(_entry(one, lexicon) for one in added))


def _entry(about: Mapping[str, Any], lexicon: Lexicon) -> Entry:
    term = str(about.get("term") or "").strip()
    variants, exclude = (
        tuple(dict.fromkeys(part.strip() for part in BETWEEN.split(str(about.get(name) or "")) if match_key(part)))
        for name in ("variants", "exclude")
    )
    if not match_key(term) or about.get("category") not in {entry.category for entry in lexicon.entries}:
        raise UsageError("explore_edit", detail=f"{term or '-'}: {about.get('category')}")
    return Entry(term, str(about["category"]), variants, exclude=exclude)


def _column(editor: Editor, body: Mapping[str, Any]) -> int:
    category = body.get("category") or "total"
    if category not in editor.sets.names:
        raise UsageError("option_bad", name="category", value=category, detail="the lexicon has no such category")
    return editor.sets.names.index(str(category))


def _series(editor: Editor, hits: np.ndarray[Any, Any], place: str) -> dict[int, float]:
    """Hits per 10,000 Han characters by year: of one place, or the mean of all."""
    held = editor.holdings
    frame = held.panel.frame
    n_han = frame["n_han"].to_numpy(dtype=np.float64, na_value=0.0)
    kept = n_han > 0
    if place:
        kept &= (frame[held.code].astype(str) == place).to_numpy()
    rates = 10_000 * hits[kept] / n_han[kept]
    years = frame["year"].to_numpy(dtype=np.int64)[kept]
    return {int(year): float(rates[years == year].mean()) for year in np.unique(years)}
