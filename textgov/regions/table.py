"""The records of a division and a region, and the tables that they are read from."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib import resources
from pathlib import Path
from typing import NamedTuple

from textgov.errors import UsageError
from textgov.records import LEVELS

NATIONAL = "000000"
NEEDED = "code name short_name level parent_code province_code panel_code panel_code_2024 valid_from valid_to".split()
CHECKED = ("code", "parent_code", "province_code", "panel_code", "level", "valid_from", "valid_to")
_CODE = "(?:[0-9]{6})?"
ROW = re.compile(rf"[0-9]{{6}},{_CODE},{_CODE},{_CODE},(?:{'|'.join(LEVELS)}),[0-9]{{4}},(?:[0-9]{{4}})?")
OPTIONAL = ("aliases", "type", "successor_codes", "source")
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
        A CSV file in UTF-8 or GB18030 with the columns of the packaged ``divisions.csv``; ``aliases``, ``type``,
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
    data = path.read_bytes()
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        try:
            text = data.decode("gb18030")
        except UnicodeDecodeError as error:
            detail = f"neither UTF-8 nor GB18030 (byte {error.start}); save the file as CSV UTF-8"
            raise UsageError("divisions_bad", path=path, row=1, column="code", detail=detail) from None
    numbered = _parse(text, str(path))
    _check_codes(numbered, str(path))
    rows = [row for _, row in numbered]
    own = {row.code for row in rows}
    return Gazetteer.of([*rows, *(row for row in _extra() if row.code not in own)])


@cache
def _packaged() -> Gazetteer:
    return Gazetteer.of([*(row for _, row in _parse(_data("divisions.csv"), "divisions.csv")), *_extra()])


@cache
def _extra() -> tuple[Division, ...]:
    return tuple(row for _, row in _parse(_data("divisions_extra.csv"), "divisions_extra.csv"))


def _data(name: str) -> str:
    return (resources.files("textgov") / "data" / name).read_text(encoding="utf-8")


def _parse(text: str, path: str) -> list[tuple[int, Division]]:
    """The rows of a table with their numbers in the file."""
    lines = csv.reader(io.StringIO(text, newline=""))
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
        divisions.append((row, _division({name: cells[place] for name, place in at.items()}, path, row)))
    if not divisions:
        raise UsageError("divisions_bad", path=path, row=2, column="code", detail="the table has no row")
    return divisions


def _division(cell: dict[str, str], path: str, row: int) -> Division:
    if not (cell["name"] and ROW.fullmatch(",".join([cell[name] for name in CHECKED]))):
        raise _fault(cell, path, row)
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
        tuple([code for code in _split(cell.get("successor_codes", "")) if "[" not in code]),
        cell.get("source", ""),
    )


def _check_codes(rows: Iterable[tuple[int, Division]], path: str) -> None:
    """Whether the codes of a user's table name its own rows, its provinces have regions, and no spell occurs twice."""
    rows = list(rows)
    codes = {division.code for _, division in rows}
    seen: dict[tuple[str, int], int] = {}
    for row, division in rows:
        first = seen.setdefault((division.code, division.valid_from), row)
        if first != row:
            detail = f"{division.code} from {division.valid_from} on already stands in row {first}"
            raise UsageError("divisions_bad", path=path, row=row, column="code", detail=detail)
        if division.valid_to is not None and division.valid_to < division.valid_from:
            detail = f"{division.valid_to} is before {division.valid_from}"
            raise UsageError("divisions_bad", path=path, row=row, column="valid_to", detail=detail)
        named = [("parent_code", division.parent_code), ("panel_code", division.panel_code)]
        named += [("panel_code_2024", code) for code in division.panel_codes_2024]
        for column, code in named:
            if code and code != NATIONAL and code not in codes:
                detail = f"no row of the table has the code {code}"
                raise UsageError("divisions_bad", path=path, row=row, column=column, detail=detail)
        if division.level != "national" and division.province_code not in _regions():
            detail = f"{division.province_code or 'empty'} is not the code of a province; use one such as 420000"
            raise UsageError("divisions_bad", path=path, row=row, column="province_code", detail=detail)


def _fault(cell: dict[str, str], path: str, row: int) -> UsageError:
    """Which cell of a row that cannot be right is wrong, and how."""
    column, detail = "name", "the name is empty"
    for name in CHECKED if cell["name"] else ():
        column, value = name, cell[name]
        if name == "level" and value not in LEVELS:
            detail = f"{value!r} is not one of {', '.join(LEVELS)}"
            break
        if name.startswith("valid") and not re.fullmatch("[0-9]{4}" if name == "valid_from" else "([0-9]{4})?", value):
            detail = f"{value!r} is not a year"
            break
        if name.endswith("code") and not re.fullmatch("[0-9]{6}" if name == "code" else "([0-9]{6})?", value):
            detail = f"{value!r} is not a six-digit code; keep the column as text"
            break
    return UsageError("divisions_bad", path=path, row=row, column=column, detail=detail)


def _split(value: str) -> tuple[str, ...]:
    return tuple(value.split(";")) if value else ()


@cache
def _regions() -> Mapping[str, Region]:
    rows = csv.DictReader(_data("regions.csv").splitlines())
    return {row["province_code"]: Region(*(row[name] for name in Region._fields)) for row in rows}


def region_of(province_code: str) -> Region:
    """The regions and the full name of a province."""
    region = _regions().get(province_code)
    if region is None:
        raise UsageError("place_unknown", name=province_code, year="1949-2100")
    return region
