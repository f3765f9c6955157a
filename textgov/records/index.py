"""A corpus without its texts, column by column: what can be held for millions of documents at once."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from textgov.errors import RecordError
from textgov.records.documents import Corpus, Document, Doubt

if TYPE_CHECKING:
    from numpy.typing import NDArray


@dataclass(frozen=True, slots=True, eq=False)
class Index:
    """Where each document belongs, in the order of the corpus.

    ``place_code`` and ``level`` hold strings or None, ``year`` integers with 0 for a missing one, ``held`` whether the
    document waits for a decision.
    """

    doc_ids: Sequence[str]
    place_code: Sequence[str | None]
    level: Sequence[str]
    year: NDArray[np.int64]
    doc_type: Sequence[str]
    held: NDArray[np.bool_]

    def __post_init__(self) -> None:
        n = len(self.doc_ids)
        if any(len(column) != n for column in (self.place_code, self.level, self.year, self.doc_type, self.held)):
            raise RecordError("record_bad", what="Index", detail="the columns have different lengths")

    def __len__(self) -> int:
        return len(self.doc_ids)

    def row_of(self, number: int) -> tuple[str | None, int, str]:
        """Place, year and level of a document."""
        return self.place_code[number], int(self.year[number]), self.level[number]

    def hold(self, numbers: Iterable[int]) -> Index:
        """The index with more documents held."""
        held = self.held.copy()
        held[list(numbers)] = True
        return replace(self, held=held)


def index_of(corpus: Corpus) -> Index:
    """The index of a corpus."""
    return index_documents(corpus.documents)


def index_documents(documents: Sequence[Document]) -> Index:
    """The index of some documents."""
    return Index(
        [document.doc_id for document in documents],
        [document.place_code for document in documents],
        [document.level for document in documents],
        np.array([document.year or 0 for document in documents], dtype=np.int64),
        [document.doc_type for document in documents],
        np.array([document.held for document in documents], dtype=bool),
    )


def join_indexes(parts: Sequence[Index]) -> Index:
    """One index of several, one after the other."""
    return Index(
        [doc_id for part in parts for doc_id in part.doc_ids],
        [code for part in parts for code in part.place_code],
        [level for part in parts for level in part.level],
        np.concatenate([np.zeros(0, dtype=np.int64), *(part.year for part in parts)]),
        [doc_type for part in parts for doc_type in part.doc_type],
        np.concatenate([np.zeros(0, dtype=bool), *(part.held for part in parts)]),
    )


def add_doubts(corpus: Corpus, doubts: Mapping[int, Sequence[Doubt]]) -> Corpus:
    """The corpus with more doubts, given by the number of the document."""
    if not doubts:
        return corpus
    documents = list(corpus.documents)
    for number, more in doubts.items():
        documents[number] = replace(documents[number], doubts=(*documents[number].doubts, *more))
    return replace(corpus, documents=tuple(documents))
