"""The rows (paragraphs, sentences ...) that are most of all about a topic, and whether they say the same everywhere."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

import numpy as np

from textgov.records import Features, TopicModel
from textgov.topics.assign import match_vocabulary

# So many rows a topic are kept on the way; of these, so many from different places are compared.
KEPT, COMPARED = 200, 50
# Known words of a paragraph that is shown for a model of whole documents; three in four of those of work reports have
# more.
PARAGRAPH_WORDS = 15
# A row with this share of a topic is a passage about it.
PASSAGE = 0.5
# A topic is boilerplate where nearly every document has a passage about it and these passages use the same words. Found
# on models of 20 and 40 topics of 2,431 work reports: the thanks at the end, the table of targets and the paragraph on
# supervision by the congress lie above both, all topics of policy below one.
BOILERPLATE_DOCUMENTS, BOILERPLATE_LIKENESS = 0.8, 0.3


class TypicalRow(NamedTuple):
    """A row of a topic: its share, the number of known words, its id, its document, and the columns of its terms."""

    share: float
    n_words: int
    row: str
    doc_id: str
    terms: tuple[int, ...]


class Typical(NamedTuple):
    """For each topic its best rows, one a document, the best first, and the documents with a passage about it.

    ``n_docs`` is the number of all documents with a word.
    """

    rows: tuple[tuple[TypicalRow, ...], ...]
    passages: tuple[int, ...]
    n_docs: int


def find_typical(
    model: TopicModel, terms: Features, shares: Features, least: float | None = None, n_kept: int = KEPT
) -> Typical:
    """The best rows of each topic.

    Parameters
    ----------
    model : TopicModel
    terms : Features
        Of whole documents, or of all parts of some.
    shares : Features
        From `assign_topics`, of the same rows.
    least : float, optional
        Known words that a row needs; as many as rows had on average when the model was fitted, if not given.
    n_kept : int

    Returns
    -------
    Typical
        In order of share, then of words, then of ids.
    """
    counts = match_vocabulary(model, terms)
    values, n_words = shares.values.toarray(), shares.lengths["n_terms"]
    least = model.facts["words"] / model.facts["rows"] if least is None else least
    names = terms.parents or terms.doc_ids
    full = np.flatnonzero(n_words > 0)
    rows: list[tuple[TypicalRow, ...]] = []
    passages = []
    for topic in range(len(model)):
        about = full[values[full, topic] >= PASSAGE]
        passages.append(len({names[row] for row in about}))
        able = np.flatnonzero(n_words >= least)
        order = able[np.lexsort((-n_words[able], -values[able, topic]))]
        found = _first_of_each(
            TypicalRow(
                float(values[row, topic]),
                int(n_words[row]),
                terms.doc_ids[row],
                names[row],
                tuple(counts.indices[counts.indptr[row] : counts.indptr[row + 1]].tolist()),
            )
            for row in order.tolist()
        )
        rows.append(tuple(_take(found, n_kept)))
    return Typical(tuple(rows), tuple(passages), len({names[row] for row in full}))


def merge_typical(parts: Sequence[Typical], n_kept: int = KEPT) -> Typical:
    """The best rows of several shards; the same whatever the shards."""
    rows = []
    for topic in range(len(parts[0].rows)):
        found = sorted((row for part in parts for row in part.rows[topic]), key=_rank)
        rows.append(tuple(found[:n_kept]))
    passages = np.sum([part.passages for part in parts], axis=0)
    return Typical(tuple(rows), tuple(passages.tolist()), sum(part.n_docs for part in parts))


def _rank(row: TypicalRow) -> tuple[float, int, str]:
    return -row.share, -row.n_words, row.row


def _first_of_each(rows: Iterable[TypicalRow]) -> Iterator[TypicalRow]:
    """Of each document the first row."""
    seen: set[str] = set()
    for row in rows:
        if row.doc_id not in seen:
            seen.add(row.doc_id)
            yield row


def _take(rows: Iterator[TypicalRow], n: int) -> list[TypicalRow]:
    """The first n in full order: ids decide where shares and words are equal."""
    taken: list[TypicalRow] = []
    for row in rows:
        if len(taken) >= n and _rank(row)[:2] > _rank(taken[-1])[:2]:
            break
        taken.append(row)
    return sorted(taken, key=_rank)[:n]


def from_places(rows: Sequence[TypicalRow], places: Mapping[str, object], n: int) -> list[TypicalRow]:
    """The best rows of different places; documents without a place count as one each."""
    seen: set[object] = set()
    chosen: list[TypicalRow] = []
    for row in rows:
        place = places.get(row.doc_id) or row.doc_id
        if place not in seen and len(chosen) < n:
            seen.add(place)
            chosen.append(row)
    return chosen


def measure_likeness(rows: Sequence[TypicalRow], places: Mapping[str, object], n: int = COMPARED) -> float:
    """How alike the best rows of a topic from different places are.

    Mean cosine of all pairs, by which terms they have (not how often); missing with fewer than two rows.
    """
    chosen = [set(row.terms) for row in from_places(rows, places, n)]
    pairs = [
        len(one & other) / np.sqrt(len(one) * len(other))
        for at, one in enumerate(chosen)
        for other in chosen[at + 1 :]
        if one and other
    ]
    return float(np.mean(pairs)) if pairs else float("nan")


def is_boilerplate(typical: Typical, topic: int, likeness: float) -> bool:
    """Whether nearly every document has a passage about a topic, and these passages say the same."""
    every = typical.passages[topic] >= BOILERPLATE_DOCUMENTS * max(typical.n_docs, 1)
    return bool(every and likeness >= BOILERPLATE_LIKENESS)
