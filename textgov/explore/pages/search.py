"""The page that searches: keywords in context, where and when they stand."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from textgov.count import PARTS, CountOptions
from textgov.errors import UsageError
from textgov.explore.chart import Curve
from textgov.explore.edit import BETWEEN
from textgov.explore.holdings import Holdings
from textgov.explore.pages.site import Answer, Page, Query, Site, Table
from textgov.explore.search import find_hits, show_hits
from textgov.explore.topics import plain
from textgov.lexicon import match_key
from textgov.normalise import SECTION_NAMES

if TYPE_CHECKING:
    import pandas as pd
    from numpy.typing import NDArray

SHOWN = 50  # hits on a page
MOST_ROWS = 100_000  # of a csv file
TOP = 10
SORTS = ("place", "year", "newest", "text")
FIELDS = ("q", "place", "year", "category", "sections", "sort")
COLUMNS = (
    *("doc_id", "title", "place_code", "place", "year", "category", "term", "section"),
    *("start", "end", "left", "hit", "right"),
)


@dataclass(frozen=True, slots=True, eq=False)
class Result:
    """Hits: how many in each document, the documents in order, and a function that shows some of them."""

    counts: NDArray[np.int64]
    order: NDArray[np.int64]
    wanted: NDArray[np.bool_]
    rows: Any

    @property
    def n_hits(self) -> int:
        """Hits in all."""
        return int(self.counts.sum())


def search_page(site: Site, query: Query) -> Answer:
    """Hits with filters, their trend and the places with most of them."""
    held = site.holdings
    asked = {name: query.get(name) for name in FIELDS}
    values: dict[str, Any] = {
        "asked": asked,
        "categories": held.categories,
        "sections": [(name, titles[query.lang == "en"]) for name, titles in SECTION_NAMES.items()],
        "counted": held.sections,
        "sorts": SORTS,
        "result": None,
        "fault": "",
    }
    if not asked["q"] and not asked["category"]:
        return Page("search", values)
    try:
        found = _find(held, asked)
    except UsageError as error:
        return Page("search", values | {"fault": error.text(query.lang)}, 400)
    result = _shown(held, found, query.number("first"))
    for row in result["rows"]:
        row["section_title"] = SECTION_NAMES.get(row["section"], ("", ""))[query.lang == "en"]
    return Page("search", values | {"result": result})


def search_table(site: Site, query: Query) -> Answer:
    """The hits as a table: all of them, up to `MOST_ROWS`."""
    held = site.holdings
    found = _find(held, {name: query.get(name) for name in FIELDS})
    import pandas as pd

    return Table("hits.csv", pd.DataFrame(found.rows(0, MOST_ROWS), columns=list(COLUMNS)))


def _find(held: Holdings, asked: dict[str, str]) -> Result:
    wanted = held.wanted(asked["place"], asked["year"])
    sections = asked["sections"] or held.sections
    found = _counted(held, asked, wanted) if asked["category"] else _in_texts(held, asked["q"], wanted, sections)
    counts, rows = found
    order = _ordered(held, np.flatnonzero(counts), asked["sort"] or SORTS[0])
    return Result(counts, order, wanted, lambda first, n: rows(order, first, n))


def _in_texts(held: Holdings, text: str, wanted: NDArray[np.bool_], sections: str) -> tuple[NDArray[np.int64], Any]:
    """Hits of patterns in the texts."""
    found = find_hits(held.index, [part for part in BETWEEN.split(text) if part.strip()], wanted, sections)
    entries = found.search.entries

    def rows(order: NDArray[np.int64], first: int, n: int) -> list[dict[str, Any]]:
        return [
            about_document(held, number)
            | {"category": "", "term": entries[line.spot.entry].term, "section": line.spot.section}
            | {"start": line.spot.start, "end": line.spot.end}
            | {"left": line.left, "hit": line.hit, "right": line.right}
            for number, line in show_hits(held.index, found, order, first, n)
        ]

    return found.counts, rows


def _counted(held: Holdings, asked: dict[str, str], wanted: NDArray[np.bool_]) -> tuple[NDArray[np.int64], Any]:
    """Hits that the run counted for a category of a lexicon, of entries or words that hold the pattern."""
    hits = held.hits
    lexicon, _, category = asked["category"].partition("/")
    if (lexicon, category) not in {one[:2] for one in held.categories}:
        raise UsageError("option_bad", name="category", value=asked["category"], detail="no hit is of this category")
    kept = hits[(hits["lexicon"] == lexicon) & (hits["category"] == category) & wanted[hits["document"].to_numpy()]]
    parts = [match_key(part) for part in BETWEEN.split(asked["q"]) if part.strip()]
    if parts:
        words = [match_key(f"{term}\n{hit}") for term, hit in zip(kept["term"], kept["hit"], strict=True)]
        kept = kept[[any(part in word for part in parts) for word in words]]
    if asked["sections"] and "all" not in (names := CountOptions(sections=asked["sections"]).section_names):
        kept = kept[kept["section"].isin([*names, *(PARTS if "body" in names else ())])]
    counts = np.bincount(kept["document"].to_numpy(), minlength=len(held.index))

    def rows(order: NDArray[np.int64], first: int, n: int) -> list[dict[str, Any]]:
        rank = {number: at for at, number in enumerate(order.tolist())}
        ordered = kept.assign(rank=kept["document"].map(rank)).sort_values(["rank", "start"], kind="stable")
        names = ["category", "term", "section", "start", "end", "left", "hit", "right"]
        return [
            about_document(held, int(row["document"])) | {name: row[name] for name in names}
            for row in ordered.iloc[first : first + n].to_dict("records")
        ]

    return counts, rows


def about_document(held: Holdings, number: int) -> dict[str, Any]:
    """What is told of a document beside its text."""
    row = held.documents.iloc[number]
    year = plain(row["year"])
    return {
        "document": number,
        "doc_id": row["doc_id"],
        "title": plain(row["title"]) or row["doc_id"],
        "place_code": plain(row["place_code"]) or "",
        "place": plain(row["place"]) or "",
        "year": None if year is None else int(year),
    }


def _ordered(held: Holdings, numbers: NDArray[np.int64], sort: str) -> NDArray[np.int64]:
    """Documents in an order that is asked for; equal ones stay in that of the corpus."""
    if sort not in SORTS:
        raise UsageError("option_bad", name="sort", value=sort, detail=f"use one of {', '.join(SORTS)}")
    frame: pd.DataFrame = held.documents.iloc[numbers]
    codes = frame["place_code"].fillna("~").astype(str).to_numpy(dtype=str)
    years = frame["year"].fillna(9999).to_numpy(dtype=np.int64)
    keys = {
        "text": (numbers,),
        "place": (numbers, years, codes),
        "year": (numbers, codes, years),
        "newest": (numbers, codes, np.where(years == 9999, 9999, -years)),
    }
    return numbers[np.lexsort(keys[sort])]


def _shown(held: Holdings, found: Result, first: int) -> dict[str, Any]:
    first = min(first, max(found.n_hits - 1, 0)) // SHOWN * SHOWN
    frame = held.documents[["place_code", "place", "year"]].assign(hits=found.counts, some=100.0 * (found.counts > 0))
    frame = frame[found.wanted]
    by_year = frame.dropna(subset=["year"]).groupby("year")["some"].mean()
    shares = dict(zip(by_year.index.astype(int).tolist(), by_year.tolist(), strict=True))
    by_place = frame[frame["hits"] > 0].groupby("place_code").agg(place=("place", "last"), hits=("hits", "sum"))
    top = by_place.sort_values("hits", ascending=False, kind="stable").head(TOP)
    return {
        "n_hits": found.n_hits,
        "n_documents": int(np.count_nonzero(found.counts)),
        "n_searched": int(found.wanted.sum()),
        "first": first,
        "last": min(first + SHOWN, found.n_hits),
        "step": SHOWN,
        "rows": found.rows(first, SHOWN),
        "curves": [Curve("", shares)] if len(shares) > 1 else [],
        "shares": sorted(shares.items()),
        "top": [(str(code), *row) for code, row in zip(top.index, top.itertuples(index=False), strict=True)],
        "most_rows": MOST_ROWS,
    }
