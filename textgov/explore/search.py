"""Searching the index: hits of patterns by document, and the contexts of those that are shown.

The rules are those of `textgov.count` as `textgov.kwic` applies them to patterns: every occurrence of every pattern is
a hit, also those that overlap. The bytes say where hits are; the contexts come from `textgov.kwic` itself.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from textgov.count import CountOptions
from textgov.errors import StoreError
from textgov.explore.index import Ranges, SearchIndex
from textgov.kwic import KwicOptions
from textgov.kwic.corpora import gather
from textgov.kwic.patterns import Search, search_for
from textgov.kwic.search import Gathering, Line, Place
from textgov.lexicon import match_key

if TYPE_CHECKING:
    from numpy.typing import NDArray


@dataclass(frozen=True, slots=True, eq=False)
class Found:
    """Hits of patterns.

    Parameters
    ----------
    search : Search
        The patterns, made ready.
    documents : array, n
        Number of the document of each hit; documents in their order, hits of one in the order of its text.
    counts : array, one number a document
    sections : str
        The sections that were searched.
    """

    search: Search
    documents: NDArray[np.int64]
    counts: NDArray[np.int64]
    sections: str

    @property
    def n_hits(self) -> int:
        """Hits in all."""
        return len(self.documents)

    @property
    def n_documents(self) -> int:
        """Documents with a hit."""
        return int(np.count_nonzero(self.counts))


def find_hits(index: SearchIndex, patterns: Sequence[str], wanted: NDArray[np.bool_], sections: str = "body") -> Found:
    """Every hit of some patterns in the documents that are wanted.

    Parameters
    ----------
    index : SearchIndex
    patterns : sequence of str
        Plain ones, no expressions.
    wanted : array of bool, one a document
    sections : str
        Names of sections, parted by commas, or ``all``.

    Raises
    ------
    UsageError
        A pattern in which nothing is left to look for.
    """
    search = search_for(list(patterns), KwicOptions())
    ranges = index.ranges(CountOptions(sections=sections).section_names)
    terms = [match_key(entry.term).encode("utf-8", "surrogatepass") for entry in search.entries]
    places = np.concatenate([_inside(_places(index, term, wanted), len(term), ranges) for term in terms])
    documents = np.sort(np.searchsorted(index.key_ends, places, side="right"))
    return Found(search, documents, np.bincount(documents, minlength=len(index)), sections)


def _places(index: SearchIndex, term: bytes, wanted: NDArray[np.bool_]) -> NDArray[np.int64]:
    """Where a term begins in the keys of the wanted documents; overlapping occurrences all count."""
    find = index.keys.find
    edges = np.diff(np.concatenate([[0], wanted.astype(np.int8), [0]]))
    found: list[int] = []
    for first, last in zip(np.flatnonzero(edges == 1).tolist(), np.flatnonzero(edges == -1).tolist(), strict=True):
        end = int(index.key_ends[last - 1])
        at = find(term, int(index.key_starts[first]), end)
        while at >= 0:
            found.append(at)
            at = find(term, at + 1, end)
    return np.array(found, dtype=np.int64)


def _inside(places: NDArray[np.int64], size: int, ranges: Ranges) -> NDArray[np.int64]:
    """The places whose occurrence lies whole in one stretch."""
    at = np.searchsorted(ranges.starts, places, side="right") - 1
    kept = at >= 0
    kept[kept] = places[kept] + size <= ranges.ends[at[kept]]
    return places[kept]


def show_hits(
    index: SearchIndex, found: Found, order: NDArray[np.int64], first: int, n: int, window: int = 40
) -> list[tuple[int, Line]]:
    """Some of the hits with their contexts, and the number of the document of each.

    Parameters
    ----------
    order : array
        The documents with hits, in the order in which they are shown.
    first, n : int
        The hits from the `first` one, `n` of them.
    window : int
        Characters of context on each side.
    """
    ends = np.cumsum(found.counts[order])
    shown: list[tuple[int, Line]] = []
    for at in range(int(np.searchsorted(ends, first, side="right")), len(order)):
        number = int(order[at])
        begins = int(ends[at]) - int(found.counts[number])
        if begins >= first + n:
            break
        lines = lines_of(index, number, found, window)
        if len(lines) != found.counts[number]:
            raise StoreError("store_bad", path=index.doc_ids[number], detail="the index and the texts differ")
        shown += [(number, line) for line in lines[max(first - begins, 0) : first + n - begins]]
    return shown


def lines_of(index: SearchIndex, number: int, found: Found, window: int) -> list[Line]:
    """All hits of one document, in the order of its text."""
    gathering = Gathering(window, "text", None)
    document = index.document(number)
    gather(gathering, number, Place(document.doc_id, None, "", None), document, found.search, found.sections)
    return gathering.lines
