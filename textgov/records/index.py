"""A corpus without its texts, column by column: what can be held for millions of documents at once."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Generic, TypeVar, overload

import numpy as np

from textgov.errors import RecordError
from textgov.records.documents import Corpus, Document, Doubt

if TYPE_CHECKING:
    from numpy.typing import NDArray

T = TypeVar("T")
BATCH = 65_536  # values that are taken out of a column at once


@dataclass(frozen=True, slots=True, eq=False)
class Coded(Sequence[T], Generic[T]):
    """A column with few different values: a number for each document, ``values`` has what it stands for."""

    codes: NDArray[np.int32]
    values: Sequence[T]

    def __len__(self) -> int:
        return len(self.codes)

    @overload
    def __getitem__(self, at: int) -> T: ...
    @overload
    def __getitem__(self, at: slice) -> list[T]: ...
    def __getitem__(self, at: int | slice) -> T | list[T]:
        if isinstance(at, slice):
            return [self.values[code] for code in self.codes[at].tolist()]
        return self.values[int(self.codes[at])]

    def __iter__(self) -> Iterator[T]:
        for first in range(0, len(self), BATCH):
            yield from self[first : first + BATCH]


@dataclass(frozen=True, slots=True, eq=False)
class Index:
    """Where each document belongs, in the order of the corpus.

    ``place_code`` and ``level`` hold strings or None, ``year`` integers with 0 for a missing one, ``held`` whether the
    document waits for a decision.
    """

    doc_ids: Sequence[str]
    place_code: Coded[str | None]
    level: Coded[str]
    year: NDArray[np.int16]
    doc_type: Coded[str]
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

    def row_codes(self) -> NDArray[np.int64]:
        """For each document a number; those of documents with one place, year and level are equal."""
        place, level = self.place_code.codes.astype(np.int64), self.level.codes
        codes: NDArray[np.int64] = (place << 32) | (level.astype(np.int64) << 16) | self.year.astype(np.int64)
        return codes

    def take(self, numbers: NDArray[np.int64]) -> Index:
        """Some documents."""
        coded = (Coded(one.codes[numbers], one.values) for one in (self.place_code, self.level, self.doc_type))
        place_code, level, doc_type = coded
        doc_ids = [self.doc_ids[number] for number in numbers.tolist()]
        return Index(doc_ids, place_code, level, self.year[numbers], doc_type, self.held[numbers])  # type: ignore[arg-type]

    def free(self) -> Index:
        """The index with no document held."""
        return replace(self, held=np.zeros(len(self), dtype=bool))

    def hold(self, numbers: Iterable[int]) -> Index:
        """The index with more documents held."""
        held = self.held.copy()
        held[list(numbers)] = True
        return replace(self, held=held)


class IndexBuilder:
    """An index that grows part by part; a document takes some 20 bytes and its id.

    Parameters
    ----------
    doc_ids : sequence with ``extend``, optional
        Takes the ids; a list when not given.
    """

    def __init__(self, doc_ids: list[str] | None = None) -> None:
        self.doc_ids: list[str] = [] if doc_ids is None else doc_ids
        self.known: tuple[dict[str | None, int], ...] = ({}, {}, {})
        self.codes: tuple[list[NDArray[np.int32]], ...] = ([], [], [])
        self.years: list[NDArray[np.int16]] = []
        self.held: list[NDArray[np.bool_]] = []

    def add(
        self,
        doc_ids: Iterable[str],
        place_code: Iterable[str | None],
        level: Iterable[str],
        year: Iterable[int | None],
        doc_type: Iterable[str],
        held: Iterable[bool],
    ) -> None:
        """Append documents, given by their columns."""
        self.doc_ids.extend(doc_ids)
        for known, codes, column in zip(self.known, self.codes, (place_code, level, doc_type), strict=True):
            codes.append(np.array([known.setdefault(value, len(known)) for value in column], dtype=np.int32))
        self.years.append(np.array([number or 0 for number in year], dtype=np.int16))
        self.held.append(np.array(list(held), dtype=bool))

    def index(self) -> Index:
        """The index of all that was added."""
        place_code, level, doc_type = (
            Coded(np.concatenate([np.zeros(0, dtype=np.int32), *codes]), tuple(known))
            for known, codes in zip(self.known, self.codes, strict=True)
        )
        years = np.concatenate([np.zeros(0, dtype=np.int16), *self.years])
        held = np.concatenate([np.zeros(0, dtype=bool), *self.held])
        return Index(self.doc_ids, place_code, level, years, doc_type, held)  # type: ignore[arg-type]


def index_of(corpus: Corpus) -> Index:
    """The index of a corpus."""
    return index_documents(corpus.documents)


def index_documents(documents: Sequence[Document]) -> Index:
    """The index of some documents."""
    index = IndexBuilder()
    names = ("doc_id", "place_code", "level", "year", "doc_type", "held")
    index.add(*([getattr(document, name) for document in documents] for name in names))
    return index.index()


def add_doubts(corpus: Corpus, doubts: Mapping[int, Sequence[Doubt]]) -> Corpus:
    """The corpus with more doubts, given by the number of the document."""
    if not doubts:
        return corpus
    documents = list(corpus.documents)
    for number, more in doubts.items():
        documents[number] = replace(documents[number], doubts=(*documents[number].doubts, *more))
    return replace(corpus, documents=tuple(documents))
