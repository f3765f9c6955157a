"""One document: its text with every hit marked."""

from __future__ import annotations

from collections import Counter
from itertools import pairwise
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from textgov.errors import UsageError
from textgov.explore.chart import COLOURS
from textgov.explore.edit import BETWEEN
from textgov.explore.holdings import Holdings
from textgov.explore.pages.search import about_document
from textgov.explore.pages.site import Answer, Page, Query, Site
from textgov.explore.search import find_hits, lines_of
from textgov.explore.topics import plain

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence


class Mark(NamedTuple):
    """A marked stretch of the original: what it is a hit of, and the class of its colour."""

    start: int
    end: int
    what: str
    kind: str


class Piece(NamedTuple):
    """A stretch of the text from `start` on; `number` is that of a mark that begins here, from 1."""

    start: int
    text: str
    what: str
    kind: str
    number: int


def show_document(site: Site, query: Query) -> Answer:
    """The original text of a document, the hits that the run counted and those of a search marked."""
    held = site.holdings
    number = int(query.path["number"]) if query.path["number"].isdecimal() else -1
    if not 0 <= number < len(held.index):
        raise UsageError(
            "option_bad", name="document", value=query.path["number"], detail="the run has no such document"
        )
    document = held.index.document(number)
    hits = held.hits[held.hits["document"] == number].sort_values(["start", "end"])
    titles = {one[:2]: one[3 if query.lang == "en" else 2] for one in held.categories}
    kinds = {pair: f"m{at % COLOURS}" for at, pair in enumerate(titles)}
    columns = (hits[name].tolist() for name in ("start", "end", "term", "lexicon", "category"))
    marks = [
        Mark(start, end, f"{term} · {titles[lexicon, category]}", kinds[lexicon, category])
        for start, end, term, lexicon, category in zip(*columns, strict=True)
    ]
    marks += _searched(held, number, query.get("q"))
    counts = Counter(zip(hits["lexicon"], hits["category"], strict=True))
    row = held.documents.iloc[number]
    return Page(
        "document",
        {
            "about": about_document(held, number),
            "facts": [(name, _plain(row[name])) for name in ("date", "issuer", "level", "doc_type", "doubts")],
            "in_panel": bool(row["in_panel"]),
            "numbers": [(name, int(row[name])) for name in ("n_han", "n_sents", "n_words") if name in row],
            "pieces": cut_text(document.original, marks),
            "n_marks": len({(mark.start, mark.end) for mark in marks}),
            "q": query.get("q"),
            "legend": [(titles[pair], kinds[pair], counts[pair]) for pair in titles if pair in counts],
        },
    )


def _plain(value: Any) -> str:
    return "" if (known := plain(value)) is None else str(known)


def _searched(held: Holdings, number: int, text: str) -> list[Mark]:
    patterns = [part for part in BETWEEN.split(text) if part.strip()]
    if not patterns:
        return []
    wanted = np.zeros(len(held.index), dtype=bool)
    wanted[number] = True
    found = find_hits(held.index, patterns, wanted, "all")
    lines = lines_of(held.index, number, found, 0) if found.n_hits else []
    return [Mark(line.spot.start, line.spot.end, found.search.entries[line.spot.entry].term, "mq") for line in lines]


def cut_text(text: str, marks: Sequence[Mark]) -> list[Piece]:
    """A text in pieces, each marked or not; where marks overlap, a piece is of all of them.

    Examples
    --------
    >>> [piece[1:3] for piece in cut_text("abcd", [Mark(1, 3, "x", "m0"), Mark(2, 4, "y", "m1")])]
    [('a', ''), ('b', 'x'), ('c', 'x; y'), ('d', 'y')]
    """
    edges = sorted({0, len(text), *_edges(marks)})
    ordered = sorted(marks, key=lambda mark: (mark.start, -mark.end))
    begins = {start: at for at, start in enumerate(dict.fromkeys(mark.start for mark in ordered), 1)}
    pieces, open_, at = [], [], 0
    for first, last in pairwise(edges):
        while at < len(ordered) and ordered[at].start <= first:
            open_.append(ordered[at])
            at += 1
        open_ = [mark for mark in open_ if mark.end > first]
        what = "; ".join(dict.fromkeys(mark.what for mark in open_))
        kind = next((mark.kind for mark in open_ if mark.kind == "mq"), open_[0].kind if open_ else "")
        pieces.append(Piece(first, text[first:last], what, kind, begins.get(first, 0) if open_ else 0))
    return pieces


def _edges(marks: Iterable[Mark]) -> set[int]:
    return {edge for mark in marks for edge in (mark.start, mark.end)}
