"""What a concordance is asked for."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import Literal

from textgov.count import CountOptions
from textgov.errors import UsageError
from textgov.records import FIRST_YEAR, LAST_YEAR
from textgov.regions import Gazetteer, ancestors, at_code, at_year, place

Sort = Literal["text", "left", "right", "place", "year"]
SORTS = ("text", "left", "right", "place", "year")
Wanted = Callable[[str | None, int | None], bool]


@dataclass(frozen=True, slots=True)
class KwicOptions:
    """Which hits are shown, in which order, with how much context.

    Parameters
    ----------
    regex : bool
        The pattern is a regular expression, as in an entry of a lexicon.
    category, term, lexicon : str, optional
        Of the hits of lexicons only those of a category (with the categories below it), of a term, of a lexicon.
    place : str, optional
        Name or code of a division: its documents and those of the divisions in it, under older names and codes too.
    year : int or (int, int), optional
        A year, or the first and the last one.
    sections : str, optional
        Names of sections, parted by commas, or ``all``; by default those that count (``body``, or those of the run).
    window : int
        Characters of context on each side.
    sort : {"text", "left", "right", "place", "year"}
        ``text`` is the order of the corpus; ``left`` sorts by the characters before the hit, the nearest first;
        ``place`` by code, then year; ``year`` by year, then code. Equal ones stay in the order of the corpus.
    limit : int, optional
        At most so many hits, the first ones in that order.
    """

    regex: bool = False
    category: str | None = None
    term: str | None = None
    lexicon: str | None = None
    place: str | None = None
    year: int | tuple[int, int] | None = None
    sections: str | None = None
    window: int = 20
    sort: Sort = "text"
    limit: int | None = None

    def __post_init__(self) -> None:
        if self.sort not in SORTS:
            raise UsageError("option_bad", name="sort", value=self.sort, detail=f"use one of {', '.join(SORTS)}")
        if self.window < 0:
            raise UsageError("option_bad", name="window", value=self.window, detail="use 0 or more")
        if self.limit is not None and self.limit < 1:
            raise UsageError("option_bad", name="limit", value=self.limit, detail="use 1 or more")
        if self.sections is not None:
            CountOptions(sections=self.sections)
        first, last = self.years
        if not FIRST_YEAR <= first <= last <= LAST_YEAR:
            detail = f"use a year, or the first and the last one, from {FIRST_YEAR} to {LAST_YEAR}"
            raise UsageError("option_bad", name="year", value=self.year, detail=detail)

    @property
    def years(self) -> tuple[int, int]:
        """The first and the last year."""
        if self.year is None:
            return FIRST_YEAR, LAST_YEAR
        return (self.year, self.year) if isinstance(self.year, int) else self.year


def parse_year(text: str) -> int | tuple[int, int]:
    """A year or two, as one writes them: ``2015``, ``2015-2020``.

    Raises
    ------
    UsageError
        The text is neither.

    Examples
    --------
    >>> parse_year("2015-2020")
    (2015, 2020)
    """
    first, dash, last = (part.strip() for part in text.partition("-"))
    if not first.isdecimal() or not (last.isdecimal() if dash else True):
        raise UsageError("option_bad", name="year", value=text, detail="use 2015 or 2015-2020")
    return (int(first), int(last)) if dash else int(first)


def wanted_documents(options: KwicOptions, gazetteer: Callable[[], Gazetteer]) -> Wanted:
    """A function that tells from place and year whether a document is asked for.

    Raises
    ------
    UsageError
        There is no such place, or several.
    """
    first, last = options.years
    if options.place is None:
        return lambda _, year: options.year is None or (year is not None and first <= year <= last)
    table = gazetteer()
    unit = place(table, options.place)

    @cache
    def inside(code: str, year: int) -> bool:
        same = at_year(table, unit, year)
        codes = {unit.code} if same is None else {unit.code, same.code}
        division = at_code(table, code, year)
        return code in codes or (division is not None and not codes.isdisjoint(ancestors(table, division)))

    def wanted(code: str | None, year: int | None) -> bool:
        in_years = options.year is None or (year is not None and first <= year <= last)
        return in_years and code is not None and inside(code, year or LAST_YEAR)

    return wanted
