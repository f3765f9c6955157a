"""Hits with their context, gathered document by document and put in order."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NamedTuple

from textgov.records import Entry

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow as pa

# With a limit, so many more hits are held before those beyond it are dropped: sorting is rare, memory stays small.
SPARE = 50_000


class Place(NamedTuple):
    """What is told of a document beside its text."""

    doc_id: str
    code: str | None
    name: str
    year: int | None


class Spot(NamedTuple):
    """Where a hit is: number of the entry, slice of the original, number of the sentence, name of the section."""

    entry: int
    start: int
    end: int
    sentence: int
    section: str


class Line(NamedTuple):
    """A hit with what stands around it; ``order`` is that of the documents."""

    order: int
    place: Place
    spot: Spot
    left: str
    hit: str
    right: str


KINDS = {
    **dict.fromkeys(("doc_id", "city_code", "city"), "string"),
    "year": "int32",
    **dict.fromkeys(("category", "term"), "string"),
    **dict.fromkeys(("start", "end"), "int64"),
    **dict.fromkeys(("left", "hit", "right"), "string"),
    "sentence_no": "int32",
    "section": "string",
}


@dataclass(frozen=True, slots=True, eq=False)
class Contexts:
    """Hits with their context, in the order asked for, and how many there are in all.

    Parameters
    ----------
    lines : tuple of Line
        The hits that are shown.
    entries : tuple of Entry
        What the lines name by number.
    n_hits, n_documents : int
        Hits before ``limit``, and the documents that have any.
    n_searched : int
        Documents that were searched.
    """

    lines: tuple[Line, ...]
    entries: tuple[Entry, ...]
    n_hits: int
    n_documents: int
    n_searched: int

    def rows(self) -> Iterator[dict[str, Any]]:
        """The hits one by one; the keys are the columns of `keywords_in_context`."""
        for line in self.lines:
            entry, spot = self.entries[line.spot.entry], line.spot
            values = (*line.place, entry.category, entry.term, spot.start, spot.end, line.left, line.hit, line.right)
            yield dict(zip(KINDS, (*values, spot.sentence, spot.section), strict=True))

    @property
    def table(self) -> pa.Table:
        """The hits as a table of pyarrow."""
        import pyarrow as pa

        return pa.Table.from_pylist(list(self.rows()), schema=pa.schema(list(KINDS.items())))

    @property
    def frame(self) -> pd.DataFrame:
        """The hits as a DataFrame; a year that is not known is missing."""
        frame: pd.DataFrame = self.table.to_pandas().astype({"year": "Int64"})
        return frame


def _by_place(line: Line) -> tuple[object, ...]:
    return line.place.code or "~", line.place.year or 9999, line.order, line.spot.start


def _by_year(line: Line) -> tuple[object, ...]:
    return line.place.year or 9999, line.place.code or "~", line.order, line.spot.start


ORDERS: dict[str, Callable[[Line], Any]] = {
    "text": lambda line: (line.order, line.spot.start),
    "left": lambda line: (line.left[::-1], line.order, line.spot.start),
    "right": lambda line: (line.right, line.order, line.spot.start),
    "place": _by_place,
    "year": _by_year,
}


@dataclass(slots=True)
class Gathering:
    """Hits as they are gathered; with a limit only as many lines are held as may be shown."""

    window: int
    sort: str
    limit: int | None
    lines: list[Line] = field(default_factory=list)
    n_hits: int = 0
    n_documents: int = 0
    n_searched: int = 0

    @property
    def full(self) -> bool:
        """Whether no further document has a hit that is shown, so that its hits need only be counted."""
        return self.sort == "text" and self.limit is not None and len(self.lines) >= self.limit

    def count(self, n_hits: int) -> None:
        """Take in how many hits a document has."""
        self.n_hits += n_hits
        self.n_documents += bool(n_hits)

    def add(self, order: int, place: Place, original: str, spots: Sequence[Spot]) -> None:
        """Take in the hits of a document, given by their start; documents come in the order of the corpus."""
        self.count(len(spots))
        if self.limit is not None and self.sort == "text":
            spots = spots[: max(self.limit - len(self.lines), 0)]
        window = self.window
        for spot in spots:
            left = " ".join(original[max(spot.start - window, 0) : spot.start].split())
            right = " ".join(original[spot.end : spot.end + window].split())
            self.lines.append(Line(order, place, spot, left, original[spot.start : spot.end], right))
        if self.limit is not None and len(self.lines) > self.limit + SPARE:
            self.lines = self.ordered()

    def ordered(self) -> list[Line]:
        """The lines in order, up to the limit."""
        return sorted(self.lines, key=ORDERS[self.sort])[: self.limit]

    def contexts(self, entries: Sequence[Entry]) -> Contexts:
        """What was gathered."""
        return Contexts(tuple(self.ordered()), tuple(entries), self.n_hits, self.n_documents, self.n_searched)
