"""Administrative divisions of China: codes, names and how they change over the years.

The table has one row a spell of (code, name, parent), by the map of 31 December of each year. A renamed or dissolved
unit keeps its old name through the year of the change, because documents of that year still use it. Before 2000 the
table holds only units that lasted at least into 2000; older years are read on the map of 2000, and
`Division.valid_in` then says False.

Names may be full, short (武汉), without the ethnic part (恩施州), or in traditional script. A name that several units
share stays ambiguous until a parent, a level or a year decides: no unit is ever chosen because it is larger.
"""

from __future__ import annotations

from functools import cache
from typing import Any

from textgov.errors import UsageError
from textgov.records import LEVELS
from textgov.regions.table import NATIONAL, Division, Gazetteer, Region, read_divisions, region_of

__all__ = [
    "MAP_FIRST_YEAR",
    "NATIONAL",
    "Division",
    "Gazetteer",
    "Region",
    "ancestors",
    "at_code",
    "at_year",
    "find_places",
    "full_name",
    "panel_unit",
    "panel_units",
    "place",
    "province_of",
    "read_divisions",
    "region_of",
]

MAP_FIRST_YEAR = 2000  # the earliest 31 December for which the table is complete
# Variants in names that the conversion to simplified script leaves alone: 濬縣, 澂江縣. Found by converting every name.
VARIANTS = {ord("濬"): "浚", ord("澂"): "澄"}


@cache
def _converter() -> Any:
    import opencc

    return opencc.OpenCC("t2s")


def _simplified(name: str) -> str:
    # Only names that no table knows as they are come here, so that 乾县 is found before it could become 干县.
    return name if name.isascii() else str(_converter().convert(name)).translate(VARIANTS)


def find_places(
    gazetteer: Gazetteer,
    name_or_code: str,
    year: int | None = None,
    parent: str | None = None,
    level: str | None = None,
) -> tuple[Division, ...]:
    """All units that a name or a code can mean.

    Parameters
    ----------
    gazetteer : Gazetteer
        The table.
    name_or_code : str
        A six-digit code, or a name in any form. Units that have it as their full name come first; only when none of
        them fits are short names tried: 沙县 is the county until 2021 and 沙县区 after.
    year : int, optional
        Only units of that year, old names through the year of change. Before 2000, where no spell is known to reach
        back so far, units of the map of 2000. Without a year: of each unit its latest spell under this name.
    parent : str, optional
        Name or code of a unit above, at any height.
    level : str, optional
        ``national``, ``province``, ``prefecture`` or ``county``.
    """
    text = "".join(name_or_code.split())
    above = None if parent is None else {row.code for rows in _meanings(gazetteer, parent) for row in rows}
    for rows in _meanings(gazetteer, text):
        found = [row for row in rows if level is None or row.level == level]
        if above is not None:
            found = [row for row in found if not above.isdisjoint(ancestors(gazetteer, row))]
        if year is not None:
            # Before the table begins, the map of 2000 stands in where no spell is known to reach back so far.
            found = [row for row in found if row.accepted_in(year)] or [
                row for row in found if year < MAP_FIRST_YEAR and row.valid_in(MAP_FIRST_YEAR)
            ]
        if found:
            return _latest(tuple(found))
    return ()


def _meanings(gazetteer: Gazetteer, text: str) -> list[tuple[Division, ...]]:
    """What a text can mean, best first: a code; a full name; another name; both again in simplified script."""
    if len(text) == 6 and text.isascii() and text.isdigit():
        return [gazetteer.by_code.get(text, ())]
    found = [gazetteer.by_name.get(text, ()), gazetteer.by_short.get(text, ())]
    if not any(found):
        simple = _simplified(text)
        found = [gazetteer.by_name.get(simple, ()), gazetteer.by_short.get(simple, ())]
    return [rows for rows in found if rows]


def _latest(rows: tuple[Division, ...]) -> tuple[Division, ...]:
    """Of spells that follow one another in one place, the last."""
    if len(rows) < 2:
        return rows
    kept: list[Division] = []
    for row in sorted(rows, key=lambda row: row.valid_to or 9999, reverse=True):
        if not any(_succeeds(other, row) for other in kept):
            kept.append(row)
    return tuple(sorted(kept, key=lambda row: (LEVELS.index(row.level), row.code)))


def _succeeds(later: Division, row: Division) -> bool:
    if later.code == row.code:
        return True
    apart = row.valid_to is not None and row.valid_to < later.valid_from
    return apart and later.level == row.level and bool(set(later.panel_codes_2024) & set(row.panel_codes_2024))


def place(
    gazetteer: Gazetteer,
    name_or_code: str,
    year: int | None = None,
    parent: str | None = None,
    level: str | None = None,
) -> Division:
    """The one unit that a name or a code means; arguments as for `find_places`.

    Raises
    ------
    UsageError
        ``place_unknown`` or ``place_ambiguous``, the latter with the candidates.

    Examples
    --------
    >>> place(read_divisions(), "襄樊", 2008).code
    '420600'
    """
    found = find_places(gazetteer, name_or_code, year, parent, level)
    if len(found) == 1:
        return found[0]
    name = f"{name_or_code} ({parent})" if parent else name_or_code
    if not found:
        raise UsageError("place_unknown", name=name, year=year or "1949-2100")
    candidates = ", ".join(f"{row.code} {full_name(gazetteer, row)}" for row in found)
    raise UsageError("place_ambiguous", name=name, candidates=candidates)


def ancestors(gazetteer: Gazetteer, division: Division) -> tuple[str, ...]:
    """Codes of the units above, nearest first, down from the spell's own parent to the province and the nation."""
    codes = [division.parent_code, division.province_code]
    if division.level == "county" and division.panel_code:
        codes.insert(1, division.panel_code)
    above = [code for code in dict.fromkeys(codes) if code and code != division.code]
    return (*above, NATIONAL) if division.code != NATIONAL else ()


def full_name(gazetteer: Gazetteer, division: Division) -> str:
    """The name with those of the units above, as 吉林省长春市朝阳区."""
    names = [division.name]
    for code in ancestors(gazetteer, division):
        above = at_code(gazetteer, code, division.valid_to or division.valid_from)
        if above is not None and above.level != "national":
            names.insert(0, above.name)
    return "".join(names)


def at_code(gazetteer: Gazetteer, code: str, year: int) -> Division | None:
    """The spell of a code in a year, else in the year of its change, else on the map of 2000, else None."""
    spells = gazetteer.by_code.get(code, ())
    for year_ in (year, max(year, MAP_FIRST_YEAR)):
        for test in (Division.valid_in, Division.accepted_in):
            for spell in reversed(spells):
                if test(spell, year_):
                    return spell
    return None


def at_year(gazetteer: Gazetteer, division: Division, year: int) -> Division | None:
    """The unit that stood for a division in a year: 普洱市 in 2004 is 思茅市, 海东市 in 2010 is 海东地区.

    None where the area had no unit of its own on that level: 莱芜市 in 2021, 巢湖市 (the prefecture) in 2015.
    """
    same = at_code(gazetteer, division.code, year)
    if same is not None:
        return same
    day = max(year, MAP_FIRST_YEAR)
    group = gazetteer.by_group[division.province_code, division.level]
    rows = [row for row in group if row.valid_in(day) and _one_unit(row, division)]
    return rows[0] if len(rows) == 1 else None


def _one_unit(row: Division, division: Division) -> bool:
    """Whether two spells of one province and level, one ended before the other began, are one unit."""
    first, second = sorted((row, division), key=lambda spell: spell.valid_from)
    if first.valid_to is None or first.valid_to >= second.valid_from:
        return False
    if row.level == "prefecture" and first.panel_codes_2024 == second.panel_codes_2024:
        return len(first.panel_codes_2024) == 1
    return second.code in first.successors or first.short_name == second.short_name


def panel_units(gazetteer: Gazetteer, code: str, year: int, codes: str = "year") -> tuple[Division, ...]:
    """The units of a prefecture-level panel that hold the area of a code.

    Parameters
    ----------
    gazetteer : Gazetteer
        The table.
    code : str
        Six digits, valid in the year.
    year : int
        The year of the document.
    codes : str
        ``year``: the unit of the document's own year. ``2024``: the units that hold the same area on the map of 2024,
        several where it was split.

    Returns
    -------
    tuple of Division
        The prefecture; the municipality for its districts; the unit itself when the province administers it directly.
        Empty for the nation and for provinces other than municipalities.
    """
    unit = at_code(gazetteer, code, year)
    if unit is None:
        raise UsageError("place_unknown", name=code, year=year)
    if codes not in ("year", "2024"):
        raise UsageError("option_bad", name="codes", value=codes, detail="use year or 2024")
    wanted = unit.panel_codes_2024 if codes == "2024" else ((unit.panel_code,) if unit.panel_code else ())
    found = (at_code(gazetteer, panel, 2024 if codes == "2024" else year) for panel in wanted)
    return tuple(row for row in found if row is not None)


def panel_unit(gazetteer: Gazetteer, code: str, year: int, codes: str = "year") -> Division | None:
    """As `panel_units`, when there is exactly one; else None."""
    units = panel_units(gazetteer, code, year, codes)
    return units[0] if len(units) == 1 else None


def province_of(gazetteer: Gazetteer, code: str) -> str:
    """The code of the province that a code belongs to; "" for the nation."""
    spells = gazetteer.by_code.get(code)
    if not spells:
        raise UsageError("place_unknown", name=code, year="1949-2100")
    return spells[-1].province_code
