"""Documents to place-years: which documents make a row, and what is summed and divided.

Several documents of a place and year are pooled: counts are added, then rates are taken of the sums. A place-year
without a document is missing, never 0. A document enters only the level of government that issued it: a report of a
province, a county or the nation never counts for a city.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from textgov.count import make_sets
from textgov.errors import RecordError, UsageError
from textgov.lexicon import check_prefixes
from textgov.measures import KEYS, LENGTHS, MEASURES, YEAR, Measure
from textgov.records import Corpus, Document, Features, Index, Lexicon, Panel, Step, Variable, index_of
from textgov.regions import Division, Gazetteer, at_code, panel_units, place, province_of, read_divisions, region_of

if TYPE_CHECKING:
    import pandas as pd
    from numpy.typing import NDArray

Row = tuple[str, int]  # code of the place, year
MUNICIPALITIES = ("110000", "120000", "310000", "500000")


@dataclass(frozen=True, slots=True)
class PanelOptions:
    """What makes a row.

    Parameters
    ----------
    level : {"prefecture", "province", "county", "national"}
        ``prefecture`` has the prefecture-level units and the four municipalities.
    include_direct : bool
        At prefecture level, also county-level units that a province administers directly (仙桃市 ...).
    codes : {"year", "2024"}
        Codes as of the document's year, or those of the units that hold the same area on the map of 2024. An area
        that was split has no single unit in 2024 and keeps its own code.
    balanced : bool
        Add a row for every place in every year between the first and the last in which the place was a division;
        ``n_docs`` is 0 there and every measure is missing.
    complete : tuple of (code, year)
        Place-years whose documents are known to be complete: there, and only there, no document means a count of 0.
    """

    level: str = "prefecture"
    include_direct: bool = False
    codes: str = "year"
    balanced: bool = False
    complete: tuple[Row, ...] = ()

    def __post_init__(self) -> None:
        if self.level not in KEYS:
            raise UsageError("option_bad", name="level", value=self.level, detail=f"use one of {', '.join(KEYS)}")
        if self.codes not in ("year", "2024"):
            raise UsageError("option_bad", name="codes", value=self.codes, detail="use year or 2024")


def unit_of(document: Document, options: PanelOptions, gazetteer: Gazetteer) -> str | None:
    """Code of the panel unit that a document counts for, or None if it waits or belongs to another level."""
    if document.held or document.place_code is None or document.year is None:
        return None
    return _unit_of(document.place_code, document.level, document.year, options, gazetteer)


def _unit_of(code: str, level: str, year: int, options: PanelOptions, gazetteer: Gazetteer) -> str | None:
    if options.level != "prefecture":
        return code if level == options.level else None
    if level == "province" and code not in MUNICIPALITIES:
        return None
    if level not in ("prefecture", "province", "county"):
        return None
    found = panel_units(gazetteer, code, year, options.codes)
    if len(found) != 1:
        found = panel_units(gazetteer, code, year)
    unit = found[0] if found else None
    if unit is None or (level == "county" and not (options.include_direct and unit.code == code)):
        return None
    return unit.code


def rows_of(index: Index, options: PanelOptions, gazetteer: Gazetteer) -> list[Row | None]:
    """For each document of an index the row that it counts for, or None."""
    known: dict[tuple[str | None, int, str], Row | None] = {}
    rows: list[Row | None] = []
    for number, held in enumerate(index.held.tolist()):
        key = code, year, level = index.row_of(number)
        if key not in known:
            unit = _unit_of(code, level, year, options, gazetteer) if code and year else None
            known[key] = (unit, year) if unit else None
        rows.append(None if held else known[key])
    return rows


def pool_rows(rows: Iterable[Row | None]) -> dict[Row, list[int]]:
    """Numbers of the documents that make each row, rows sorted."""
    pooled: dict[Row, list[int]] = defaultdict(list)
    for number, row in enumerate(rows):
        if row is not None:
            pooled[row].append(number)
    return dict(sorted(pooled.items()))


def pool_documents(corpus: Corpus, options: PanelOptions, gazetteer: Gazetteer) -> dict[Row, list[int]]:
    """Numbers of the documents of a corpus that make each row, rows sorted."""
    return pool_rows(rows_of(index_of(corpus), options, gazetteer))


def build_panel(
    corpus: Corpus, *features: Features, options: PanelOptions | None = None, gazetteer: Gazetteer | None = None
) -> Panel:
    """Pool the documents of each place and year.

    Parameters
    ----------
    corpus : Corpus
        Located. Documents with a held doubt, or without place or year, enter no row.
    *features : Features
        Counts of one or more lexicons for the same documents, each lexicon with its own prefix.
    options : PanelOptions, optional
    gazetteer : Gazetteer, optional
        The table of divisions with which the corpus was located; the packaged one when not given.

    Returns
    -------
    Panel
        Sorted by its keys. Integer columns are nullable integers, rates are floats; a rate whose denominator is 0 is
        missing.

    Raises
    ------
    RecordError
        The features are not of the documents of the corpus.
    UsageError
        An unknown level, two lexicons with one prefix, or a complete place-year that is not of the level.
    """
    options = options or PanelOptions()
    _check_features(corpus, features)
    gazetteer = gazetteer or read_divisions()
    of_document = rows_of(index_of(corpus), options, gazetteer)
    totals = Totals(of_document, [block.lexicon for block in features if block.lexicon], options, gazetteer)
    totals.add(of_document, features)
    return assemble_panel(totals, corpus.history)


class Totals:
    """Sums over the documents of each row, added shard by shard.

    Parameters
    ----------
    of_document : iterable of (code, year) or None
        The row of every document of the corpus.
    lexicons : sequence of Lexicon
    options : PanelOptions
    gazetteer : Gazetteer
    """

    def __init__(
        self,
        of_document: Iterable[Row | None],
        lexicons: Sequence[Lexicon],
        options: PanelOptions,
        gazetteer: Gazetteer,
    ) -> None:
        _check_complete(options, gazetteer)
        n_docs = Counter(row for row in of_document if row is not None)
        self.options, self.gazetteer, self.lexicons = options, gazetteer, lexicons
        self.rows = _all_rows(n_docs, options, gazetteer)
        self.number = {row: number for number, row in enumerate(self.rows)}
        complete = set(options.complete)
        self.n_docs = np.array([n_docs[row] for row in self.rows], dtype=np.int64)
        # Where the documents are known to be complete, no document is a true zero.
        self.known = np.array([row in n_docs or row in complete for row in self.rows], dtype=bool)
        self.lengths: dict[str, NDArray[np.int64]] = {}
        # For each lexicon hits, sentences and documents with a hit: rows x (categories + 1).
        shapes = [(len(self.rows), len(lexicon.categories) + 1) for lexicon in lexicons]
        self.hits, self.sents, self.docs = ([np.zeros(shape, dtype=np.int64) for shape in shapes] for _ in range(3))

    def add(self, of_document: Sequence[Row | None], features: Sequence[Features]) -> None:
        """Add some documents: the row of each, and their features, one block a lexicon."""
        inside = np.array([at for at, row in enumerate(of_document) if row is not None], dtype=np.int64)
        rows = np.array([self.number[row] for row in of_document if row is not None], dtype=np.int64)
        for name, values in (features[0].lengths if features else {}).items():
            total = self.lengths.setdefault(name, np.zeros(len(self.rows), dtype=np.int64))
            np.add.at(total, rows, values[inside])
        for at, block in enumerate(features):
            if block.sentences is None:
                raise RecordError("record_bad", what="Totals", detail="these features are not counts of a lexicon")
            counts = category_counts(block)[inside]
            np.add.at(self.hits[at], rows, counts)
            np.add.at(self.docs[at], rows, (counts > 0).astype(np.int64))
            np.add.at(self.sents[at], rows, block.sentences[inside])

    def integers(self, values: NDArray[np.int64]) -> Any:
        """A column of sums, missing where nothing is known."""
        import pandas as pd

        return pd.arrays.IntegerArray(values, ~self.known)


def assemble_panel(totals: Totals, history: tuple[Step, ...]) -> Panel:
    """The panel of the sums."""
    import pandas as pd

    options, rows = totals.options, totals.rows
    columns: dict[str, Any] = _place_columns(rows, options, totals.gazetteer)
    variables = [*KEYS[options.level], YEAR]
    for variable in LENGTHS:
        if variable.name == "n_docs":
            columns["n_docs"] = pd.array(totals.n_docs, dtype="Int64")
        elif variable.name in totals.lengths:
            columns[variable.name] = totals.integers(totals.lengths[variable.name])
        else:
            continue
        variables.append(variable)
    for number in range(len(totals.lexicons)):
        for variable, column in _measure_columns(totals, number):
            variables.append(variable)
            columns[variable.name] = column
    frame = pd.DataFrame(columns)
    keys = (variables[0].name, "year")
    step = Step("panel", options.level, {"rows": len(rows), "documents": int(totals.n_docs.sum())})
    return Panel(frame, tuple(variables), keys, coverage_grid(frame, keys), (*history, step))


def _check_features(corpus: Corpus, features: Sequence[Features]) -> None:
    for block in features:
        if block.doc_ids != corpus.doc_ids:
            raise RecordError("record_bad", what="build_panel", detail="features and corpus hold other documents")
        if block.lexicon is None:
            raise RecordError("record_bad", what="build_panel", detail="these features are not counts of a lexicon")
    check_prefixes([block.lexicon for block in features if block.lexicon is not None])


def _check_complete(options: PanelOptions, gazetteer: Gazetteer) -> None:
    for code, year in options.complete:
        unit = at_code(gazetteer, code, 2024 if options.codes == "2024" else year)
        if unit is None:
            raise UsageError("place_unknown", name=code, year=year)
        if options.level == "prefecture":
            direct = unit.level == "county" and unit.panel_code == code
            fits = unit.level == "prefecture" or code in MUNICIPALITIES or (direct and options.include_direct)
        else:
            fits = unit.level == options.level
        if not fits:
            detail = f"{unit.name} is no row of --level {options.level}"
            raise UsageError("option_bad", name="complete_coverage", value=f"{code} {year}", detail=detail)


def _all_rows(pooled: Collection[Row], options: PanelOptions, gazetteer: Gazetteer) -> list[Row]:
    rows = set(pooled) | set(options.complete)
    if options.balanced and rows:
        years = [year for _, year in rows]
        grid = ((code, year) for code in {code for code, _ in rows} for year in range(min(years), max(years) + 1))
        rows |= {(code, year) for code, year in grid if _unit(gazetteer, code, year, options)}
    return sorted(rows)


def _place_columns(rows: Sequence[Row], options: PanelOptions, gazetteer: Gazetteer) -> dict[str, list[Any]]:
    columns: dict[str, list[Any]] = {variable.name: [] for variable in KEYS[options.level]}
    for code, year in rows:
        unit = _unit(gazetteer, code, year, options) or place(gazetteer, code, year)
        columns[next(iter(columns))].append(code)
        if options.level in ("prefecture", "county"):
            columns["city" if options.level == "prefecture" else "county"].append(unit.name)
        if options.level == "national":
            columns["country"].append(unit.name)
            continue
        region = region_of(province_of(gazetteer, code))
        if options.level != "province":
            columns["province_code"].append(region.province_code)
        columns["province"].append(region.province)
        columns["region3"].append(region.region3)
        columns["region4"].append(region.region4)
    columns["year"] = [year for _, year in rows]
    return columns


def _unit(gazetteer: Gazetteer, code: str, year: int, options: PanelOptions) -> Division | None:
    # A split area keeps its own code, which the map of 2024 does not have.
    unit = at_code(gazetteer, code, 2024) if options.codes == "2024" else None
    return unit or at_code(gazetteer, code, year)


def _measure_columns(totals: Totals, number: int) -> list[tuple[Variable, Any]]:
    lexicon = totals.lexicons[number]
    nothing = np.zeros(len(totals.rows), dtype=np.int64)
    n_han, n_sents = (totals.lengths.get(name, nothing) for name in ("n_han", "n_sents"))
    columns = []
    sets = [(category.name, category.en, category.zh) for category in lexicon.categories]
    for at, (name, en, zh) in enumerate([*sets, ("total", "total", "合计")]):
        hits = totals.hits[number][:, at]
        values = {
            "n": totals.integers(hits),
            "p10k": _ratio(10_000 * hits, n_han),
            "ln": np.where(totals.known, np.log1p(hits), np.nan),
            "sent": _ratio(totals.sents[number][:, at], n_sents),
            "docs": _ratio(totals.docs[number][:, at], totals.n_docs),
        }
        for measure in MEASURES:
            variable = _variable(lexicon, name, en, zh, measure)
            columns.append((variable, values[measure.suffix]))
    return columns


def _variable(lexicon: Lexicon, name: str, en: str, zh: str, measure: Measure) -> Variable:
    return Variable(
        f"{lexicon.prefix}_{name}_{measure.suffix}",
        f"{lexicon.en}, {en}: {measure.en}",
        f"{lexicon.zh}·{zh}：{measure.zh}",
        measure.unit_en,
        measure.unit_zh,
        measure.formula,
        lexicon.label,
        lexicon.hash,
    )


def _ratio(numerator: NDArray[np.int64], denominator: NDArray[np.int64]) -> NDArray[np.float64]:
    safe = np.where(denominator > 0, denominator, 1)
    return np.where(denominator > 0, numerator / safe, np.nan)


def category_counts(block: Features) -> NDArray[np.int64]:
    """Hits by document: one column a category in the order of the lexicon, the last one the total.

    The total counts a hit of a term that is listed in two categories once.
    """
    if block.lexicon is None:
        raise RecordError("record_bad", what="category_counts", detail="these features are not counts of a lexicon")
    counts: NDArray[np.int64] = np.asarray(block.values @ make_sets(block.lexicon).member)
    return counts


def coverage_grid(frame: pd.DataFrame, keys: tuple[str, str]) -> pd.DataFrame:
    """The place x year grid of document counts; every year between the first and the last has a column."""
    code, year = keys
    name = code.removesuffix("_code")
    if frame.empty:
        return frame[[code, name]]
    years = range(int(frame[year].min()), int(frame[year].max()) + 1)
    last = frame.groupby(code, sort=True)[name].last()
    grid = frame.pivot(index=code, columns=year, values="n_docs").reindex(columns=years).fillna(0).astype("int64")
    grid.columns = [str(column) for column in grid.columns]
    grid.insert(0, name, last)
    return grid.reset_index()
