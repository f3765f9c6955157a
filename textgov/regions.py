"""Administrative divisions of China: codes, names and how they change over the years.

The table has one row a spell of (code, name, parent), by the map of 31 December of each year. A renamed or dissolved
unit keeps its old name through the year of the change, because documents of that year still use it. Before 2000 the
table holds only units that lasted at least into 2000; older years are read on the map of 2000, and
`Division.valid_in` then says False.

Names may be full, short (武汉), without the ethnic part (恩施州), or in traditional script. A name that several units
share stays ambiguous until a parent, a level or a year decides: no unit is ever chosen because it is larger.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib import resources
from pathlib import Path
from typing import NamedTuple

from textgov.errors import UsageError

NATIONAL = "000000"
MAP_FIRST_YEAR = 2000  # the earliest 31 December for which the table is complete
NEEDED = (
    "code",
    "name",
    "short_name",
    "level",
    "parent_code",
    "province_code",
    "panel_code",
    "panel_code_2024",
    "valid_from",
    "valid_to",
)
OPTIONAL = ("aliases", "type", "successor_codes", "source")
LEVELS = ("national", "province", "prefecture", "county")
# What stays of a type when a name drops its ethnic part: 彭水苗族土家族自治县 is also 彭水县.
PLAIN_SUFFIX = {"自治州": "州", "自治县": "县", "自治旗": "旗", "autonomous_region": "自治区", "SAR": "特区"}


class Division(NamedTuple):
    """One spell of a unit.

    ``panel_code`` is the unit of a prefecture-level panel in that spell ("" for provinces), ``panel_codes_2024`` the
    units that hold the area on the map of 2024: more than one where the area was split. ``successors`` took over the
    area when the spell ended. ``valid_to`` and ``change_year`` are None while the spell lasts.
    """

    code: str
    name: str
    short_name: str
    aliases: tuple[str, ...]
    level: str
    type: str
    parent_code: str
    province_code: str
    panel_code: str
    panel_codes_2024: tuple[str, ...]
    valid_from: int
    valid_to: int | None
    successors: tuple[str, ...]
    source: str

    @property
    def change_year(self) -> int | None:
        """The year in which the unit was renamed, moved or dissolved."""
        return None if self.valid_to is None else self.valid_to + 1

    def valid_in(self, year: int) -> bool:
        """Whether the spell is on the map of 31 December of `year`."""
        return self.valid_from <= year and (self.valid_to is None or year <= self.valid_to)

    def accepted_in(self, year: int) -> bool:
        """As `valid_in`, and also in the year of the change."""
        return self.valid_from <= year and (self.valid_to is None or year <= self.valid_to + 1)


class Region(NamedTuple):
    """The regions of a province.

    ``region3`` is the division since the Western Development policy of 2000 (east 11, central 8, west 12),
    ``region4`` that of the National Bureau of Statistics of 2011 (east, central, west, northeast), ``region3_1986``
    that of the Seventh Plan (广西 east, 内蒙古 central). Hong Kong, Macau and Taiwan belong to none.
    """

    province_code: str
    province: str
    region3: str
    region4: str
    region3_1986: str


@dataclass(frozen=True, slots=True, eq=False)
class Gazetteer:
    """The spells of all units, and the tables that find them by code, by full name and by any other name."""

    divisions: tuple[Division, ...]
    by_code: Mapping[str, tuple[Division, ...]] = field(repr=False)
    by_name: Mapping[str, tuple[Division, ...]] = field(repr=False)
    by_short: Mapping[str, tuple[Division, ...]] = field(repr=False)
    by_group: Mapping[tuple[str, str], tuple[Division, ...]] = field(repr=False)  # by province and level

    @classmethod
    def of(cls, divisions: Iterable[Division]) -> Gazetteer:
        """Build the tables."""
        rows = tuple(divisions)
        codes: dict[str, list[Division]] = {}
        names: dict[str, list[Division]] = {}
        shorts: dict[str, list[Division]] = {}
        groups: dict[tuple[str, str], list[Division]] = {}
        for row in rows:
            codes.setdefault(row.code, []).append(row)
            names.setdefault(row.name, []).append(row)
            groups.setdefault((row.province_code, row.level), []).append(row)
            for name in other_names(row):
                shorts.setdefault(name, []).append(row)
        by_code, by_name, by_short = ({key: tuple(value) for key, value in t.items()} for t in (codes, names, shorts))
        by_group = {group: tuple(value) for group, value in groups.items()}
        return cls(rows, by_code, by_name, by_short, by_group)


def other_names(division: Division) -> list[str]:
    """Every name of a unit but the full one: short name, aliases, and the short name with its plain suffix."""
    names = [division.short_name, *division.aliases]
    if division.type in PLAIN_SUFFIX:
        names.append(division.short_name + PLAIN_SUFFIX[division.type])
    return [name for name in dict.fromkeys(names) if name and name != division.name]


def read_divisions(path: Path | None = None) -> Gazetteer:
    """Read a table of divisions, or the packaged one.

    Parameters
    ----------
    path : Path, optional
        A CSV file in UTF-8 with the columns of the packaged ``divisions.csv``; ``aliases``, ``type``,
        ``successor_codes`` and ``source`` may be missing. It replaces the packaged table; new areas and the cities of
        Taiwan are added where their codes are free.

    Raises
    ------
    UsageError
        When a column is missing or a cell is not what it should be; the message names row and column.
    """
    if path is None:
        return _packaged()
    if not path.is_file():
        raise UsageError("source_missing", path=path)
    try:
        text = path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        detail = f"not UTF-8 ({error.reason} at byte {error.start}); save the file as CSV UTF-8"
        raise UsageError("divisions_bad", path=path, row=1, column="code", detail=detail) from None
    rows = _parse(text, str(path))
    own = {row.code for row in rows}
    return Gazetteer.of([*rows, *(row for row in _extra() if row.code not in own)])


@cache
def _packaged() -> Gazetteer:
    return Gazetteer.of([*_parse(_data("divisions.csv"), "divisions.csv"), *_extra()])


@cache
def _extra() -> tuple[Division, ...]:
    return tuple(_parse(_data("divisions_extra.csv"), "divisions_extra.csv"))


def _data(name: str) -> str:
    return (resources.files("textgov") / "data" / name).read_text(encoding="utf-8")


def _parse(text: str, path: str) -> list[Division]:
    lines = csv.reader(text.splitlines())
    header = next(lines, [])
    missing = [name for name in NEEDED if name not in header]
    if missing:
        raise UsageError("column_missing", path=path, column=", ".join(missing), known=", ".join(header))
    at = {name: header.index(name) for name in (*NEEDED, *OPTIONAL) if name in header}
    divisions = []
    for row, cells in enumerate(lines, start=2):
        if not any(cells):
            continue
        if len(cells) != len(header):
            detail = f"{len(cells)} cells where the header has {len(header)}"
            raise UsageError("divisions_bad", path=path, row=row, column=header[0], detail=detail)
        divisions.append(_division({name: cells[place] for name, place in at.items()}, path, row))
    if not divisions:
        raise UsageError("divisions_bad", path=path, row=2, column="code", detail="the table has no row")
    return divisions


def _division(cell: dict[str, str], path: str, row: int) -> Division:
    def bad(column: str, detail: str) -> UsageError:
        return UsageError("divisions_bad", path=path, row=row, column=column, detail=detail)

    for column in ("code", "parent_code", "province_code", "panel_code"):
        value = cell[column]
        if not (len(value) == 6 and value.isascii() and value.isdigit()) and (value or column == "code"):
            raise bad(column, f"{value!r} is not a six-digit code; keep the column as text")
    if not cell["name"]:
        raise bad("name", "the name is empty")
    if cell["level"] not in LEVELS:
        raise bad("level", f"{cell['level']!r} is not one of {', '.join(LEVELS)}")
    for column in ("valid_from", "valid_to"):
        value = cell[column]
        if not (len(value) == 4 and value.isascii() and value.isdigit()) and (value or column == "valid_from"):
            raise bad(column, f"{value!r} is not a year")
    return Division(
        cell["code"],
        cell["name"],
        cell["short_name"],
        _split(cell.get("aliases", "")),
        cell["level"],
        cell.get("type", ""),
        cell["parent_code"],
        cell["province_code"],
        cell["panel_code"],
        _split(cell["panel_code_2024"]),
        int(cell["valid_from"]),
        int(cell["valid_to"]) if cell["valid_to"] else None,
        # A code with a year in brackets is a partial transfer and no successor.
        tuple(code for code in _split(cell.get("successor_codes", "")) if "[" not in code),
        cell.get("source", ""),
    )


def _split(value: str) -> tuple[str, ...]:
    return tuple(value.split(";")) if value else ()


@cache
def _simplified(name: str) -> str:
    # Only names that no table knows as they are come here, so that 乾县 is found before it could become 干县.
    import opencc

    return str(opencc.OpenCC("t2s").convert(name))


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
        A six-digit code, or a name in any form; a full name is not also tried as a short one.
    year : int, optional
        Only units of that year, old names through the year of change. Before 2000, where no spell is known to reach
        back so far, units of the map of 2000. Without a year: of each unit its latest spell under this name.
    parent : str, optional
        Name or code of a unit above, at any height.
    level : str, optional
        ``national``, ``province``, ``prefecture`` or ``county``.
    """
    text = "".join(name_or_code.split())
    rows = _named(gazetteer, text) or _named(gazetteer, _simplified(text))
    if level is not None:
        rows = tuple(row for row in rows if row.level == level)
    if parent is not None:
        above = {row.code for row in (_named(gazetteer, parent) or _named(gazetteer, _simplified(parent)))}
        rows = tuple(row for row in rows if above & set(ancestors(gazetteer, row)))
    if year is not None:
        accepted = tuple(row for row in rows if row.accepted_in(year))
        if not accepted and year < MAP_FIRST_YEAR:
            accepted = tuple(row for row in rows if row.valid_in(MAP_FIRST_YEAR))
        rows = accepted
    return _latest(rows)


def _named(gazetteer: Gazetteer, text: str) -> tuple[Division, ...]:
    if len(text) == 6 and text.isascii() and text.isdigit():
        return gazetteer.by_code.get(text, ())
    return gazetteer.by_name.get(text) or gazetteer.by_short.get(text, ())


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


@cache
def _regions() -> Mapping[str, Region]:
    rows = csv.DictReader(_data("regions.csv").splitlines())
    return {
        row["province_code"]: Region(
            row["province_code"], row["province"], row["region3"], row["region4"], row["region3_1986"]
        )
        for row in rows
    }


def region_of(province_code: str) -> Region:
    """The regions and the full name of a province."""
    region = _regions().get(province_code)
    if region is None:
        raise UsageError("place_unknown", name=province_code, year="1949-2100")
    return region
