"""Which documents make a row."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass

from textgov.errors import UsageError
from textgov.measures import DEFAULTS, KEYS, OPTIONS
from textgov.records import Corpus, Document, Index, index_of
from textgov.regions import Division, Gazetteer, at_code, panel_units

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
    measures : str
        Names of measures, parted by commas, or ``all`` (see `textgov.measures.OPTIONS`).
    control : str
        Name or prefix of a lexicon of the run; the others get a column of attention relative to it.
    """

    level: str = "prefecture"
    include_direct: bool = False
    codes: str = "year"
    balanced: bool = False
    complete: tuple[Row, ...] = ()
    measures: str = ",".join(DEFAULTS)
    control: str = ""

    def __post_init__(self) -> None:
        if self.level not in KEYS:
            raise UsageError("option_bad", name="level", value=self.level, detail=f"use one of {', '.join(KEYS)}")
        if self.codes not in ("year", "2024"):
            raise UsageError("option_bad", name="codes", value=self.codes, detail="use year or 2024")
        for name in self.measure_names:
            if name not in OPTIONS:
                detail = f"known measures: {', '.join(OPTIONS)}, all"
                raise UsageError("option_bad", name="measures", value=name, detail=detail)

    @property
    def measure_names(self) -> tuple[str, ...]:
        """The names in ``measures``."""
        names = tuple(name.strip() for name in self.measures.split(","))
        return OPTIONS if names == ("all",) else names


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


def check_complete(options: PanelOptions, gazetteer: Gazetteer) -> None:
    """Refuse a complete place-year that is not of the level."""
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


def all_rows(pooled: Collection[Row], options: PanelOptions, gazetteer: Gazetteer) -> list[Row]:
    """The rows of a panel, sorted: those with documents, those known to be complete, and the balanced ones."""
    rows = set(pooled) | set(options.complete)
    if options.balanced and rows:
        years = [year for _, year in rows]
        grid = ((code, year) for code in {code for code, _ in rows} for year in range(min(years), max(years) + 1))
        rows |= {(code, year) for code, year in grid if unit_at(gazetteer, code, year, options)}
    return sorted(rows)


def unit_at(gazetteer: Gazetteer, code: str, year: int, options: PanelOptions) -> Division | None:
    """The division behind a row."""
    # A split area keeps its own code, which the map of 2024 does not have.
    unit = at_code(gazetteer, code, 2024) if options.codes == "2024" else None
    return unit or at_code(gazetteer, code, year)
