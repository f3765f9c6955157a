"""Hits in the documents of a corpus."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import TYPE_CHECKING

import numpy as np

from textgov.count import CountOptions, Match, find_matches, make_key, section_at, sentence_units
from textgov.errors import UsageError
from textgov.kwic.options import KwicOptions, wanted_documents
from textgov.kwic.patterns import Search, search_for
from textgov.kwic.search import Contexts, Gathering, Place, Spot
from textgov.normalise.structure import classes
from textgov.records import Corpus, Document, Lexicon, Section
from textgov.regions import read_divisions

if TYPE_CHECKING:
    from numpy.typing import NDArray


def find_in_corpus(corpus: Corpus, pattern: str | Sequence[str] | Lexicon | None, options: KwicOptions) -> Contexts:
    """Hits of a pattern in a corpus.

    Raises
    ------
    UsageError
        No pattern: a corpus has no counted hits.
    """
    if pattern is None:
        raise UsageError("option_bad", name="PATTERN", value="", detail="say what to look for")
    search = search_for(pattern, options)
    wanted = wanted_documents(options, read_divisions)
    found = Gathering(options.window, options.sort, options.limit)
    for order, document in enumerate(corpus.documents):
        if wanted(document.place_code, document.year):
            found.n_searched += 1
            place = Place(document.doc_id, document.place_code, document.place, document.year)
            gather(found, order, place, document, search, options.sections or "body")
    return found.contexts(search.entries)


def gather(found: Gathering, order: int, place: Place, document: Document, search: Search, sections: str) -> None:
    """Take in the hits of a document; those that will not be shown are only counted."""
    names = CountOptions(sections=sections).section_names
    if found.full:
        found.count(sum(len(_find(document.text[first:last], search)[0]) for first, last in document.stretches(names)))
    else:
        found.add(order, place, document.original, _find_spots(document, search, names))


def _find(text: str, search: Search) -> tuple[list[Match], NDArray[np.uint8]]:
    """The hits that are asked for in a stretch of text, and the classes of its characters."""
    kinds = classes(text)
    return [match for match in find_matches(make_key(text, kinds), search.matcher) if search.shown[match.entry]], kinds


def _find_spots(document: Document, search: Search, sections: Collection[str]) -> list[Spot]:
    """Where the hits are in a document, by their start."""
    spots: list[Spot] = []
    n_sentences = 0
    for first, last in document.stretches(sections):
        matches, kinds = _find(document.text[first:last], search)
        units = sentence_units(kinds)
        if matches:
            entries, starts, ends = np.array(matches, dtype=np.int64).T
            from_, to = document.spans.to_originals(starts + first, ends + first).T
            sentences = units.number(starts) + n_sentences
            names = _section_names(document.sections, starts + first)
            rows = zip(entries.tolist(), from_.tolist(), to.tolist(), sentences.tolist(), names, strict=True)
            spots += [Spot(*row) for row in rows]
        n_sentences += len(units.kept)
    return spots


def _section_names(sections: Sequence[Section], offsets: NDArray[np.int64]) -> list[str]:
    """`section_at` for many offsets: between two edges of sections it is the same."""
    edges = sorted({0, *(part.start for part in sections), *(part.end for part in sections)})
    names = [section_at(sections, edge) for edge in edges]
    return [names[at] for at in (np.searchsorted(edges, offsets, side="right") - 1).tolist()]
