"""A corpus without its texts, column by column: what can be held for millions of documents at once."""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Generic, TypeVar, overload

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

    def row_groups(self) -> tuple[NDArray[np.int64], NDArray[np.int32]]:
        """The first document of each place, year and level, in the order of `row_codes`; for each document which one.

        Beside a few bytes a document a table of all places, levels and years is held.
        """
        lowest = int(self.year.min(initial=0))
        present = np.bincount(self.year - lowest) > 0
        n_years, year = int(present.sum()), (np.cumsum(present, dtype=np.int32) - 1)[self.year - lowest]
        n_levels = len(self.level.values)
        cells = (self.place_code.codes * n_levels + self.level.codes) * n_years + year
        first = np.full(len(self.place_code.values) * n_levels * n_years, -1, dtype=np.int64)
        for start in reversed(range(0, len(self), BATCH)):  # the first of equals is written last
            some = cells[start : start + BATCH]
            first[some[::-1]] = np.arange(start, start + len(some))[::-1]
        there = np.flatnonzero(first >= 0)
        number = np.zeros(len(first), dtype=np.int32)
        number[there] = np.arange(len(there))
        return first[there], number[cells]

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


class Growing:
    """Numbers of one type, appended part by part to one piece of memory: many small pieces would leave holes."""

    def __init__(self, kind: str) -> None:
        self.dtype, self.data = np.dtype(kind), array(kind)

    def extend(self, values: Sequence[Any] | NDArray[Any]) -> None:
        """Append numbers."""
        self.data.frombytes(np.asarray(values, dtype=self.dtype).tobytes())

    def values(self) -> NDArray[Any]:
        """All numbers, without a copy: nothing can be appended while they are in use."""
        return np.frombuffer(self.data, dtype=self.dtype) if self.data else np.zeros(0, dtype=self.dtype)


class IndexBuilder:
    """An index that grows part by part; a document takes 15 bytes and its id.

    Parameters
    ----------
    doc_ids : sequence with ``extend``, optional
        Takes the ids; a list when not given.
    """

    def __init__(self, doc_ids: list[str] | None = None) -> None:
        self.doc_ids: list[str] = [] if doc_ids is None else doc_ids
        self.known: tuple[dict[str | None, int], ...] = ({}, {}, {})
        self.codes = tuple(Growing("i") for _ in self.known)
        self.years, self.held = Growing("h"), Growing("b")

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
            codes.extend([known.setdefault(value, len(known)) for value in column])
        self.years.extend([number or 0 for number in year])
        self.held.extend(list(held))

    def index(self) -> Index:
        """The index of all that was added."""
        place_code, level, doc_type = (
            Coded(codes.values(), tuple(known)) for known, codes in zip(self.known, self.codes, strict=True)
        )
        held = self.held.values().view(bool)
        return Index(self.doc_ids, place_code, level, self.years.values(), doc_type, held)  # type: ignore[arg-type]


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
