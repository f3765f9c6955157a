"""Where candidates stand: a few examples in context."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from textgov.expand.stream import Stream
from textgov.records import Document

if TYPE_CHECKING:
    from numpy.typing import NDArray

EXAMPLES = 3


class Example(NamedTuple):
    """An occurrence: the words of the original, those before and behind, place and year of the document."""

    left: str = ""
    hit: str = ""
    right: str = ""
    place: str = ""
    year: int | None = None
    doc_id: str = ""


def find_examples(
    documents: Iterable[Document], stream: Stream, numbers: NDArray[np.int64], context: int
) -> list[list[Example]]:
    """Up to three examples of each word, from documents that are spread evenly over those that have it.

    Parameters
    ----------
    documents : iterable of Document
        The documents of the stream, in its order; others may stand between them.
    stream : Stream
    numbers : int64 array
        Words by their number in the vocabulary.
    context : int
        Characters on each side.

    Returns
    -------
    list of lists of Example
        One list a word, in the order of the corpus.
    """
    wanted: defaultdict[str, list[tuple[int, int]]] = defaultdict(list)  # by document: row, word of the stream
    rows = np.full(len(stream.words), -1)
    rows[numbers] = np.arange(len(numbers))
    at = np.flatnonzero(rows[stream.tokens] >= 0)
    at = at[np.argsort(rows[stream.tokens[at]], kind="stable")]
    edges = np.searchsorted(rows[stream.tokens[at]], np.arange(len(numbers) + 1))
    sentences = np.searchsorted(stream.sentences, at, side="right") - 1
    of_document = stream.documents[sentences]
    for row in range(len(numbers)):
        some = slice(edges[row], edges[row + 1])
        _, first = np.unique(of_document[some], return_index=True)
        for step in dict.fromkeys((2 * k + 1) * len(first) // (2 * EXAMPLES) for k in range(EXAMPLES)):
            place = int(edges[row] + first[step])
            wanted[stream.doc_ids[of_document[place]]].append((row, int(at[place])))
    found: list[list[Example]] = [[] for _ in numbers]
    for document in documents:
        for row, word in wanted.pop(document.doc_id, ()):
            found[row].append(_example(document, int(stream.starts[word]), int(stream.ends[word]), context))
    return found


def _example(document: Document, start: int, end: int, context: int) -> Example:
    start, end = document.spans.to_original(start, end)
    original = document.original
    return Example(
        " ".join(original[max(start - context, 0) : start].split()),
        " ".join(original[start:end].split()),
        " ".join(original[end : end + context].split()),
        document.place,
        document.year,
        document.doc_id,
    )
