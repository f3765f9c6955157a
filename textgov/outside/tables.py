"""Outside tables as texts, and what their cells and headers mean."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

from textgov.errors import ReadError, UsageError
from textgov.load.cells import FORMULA_ERRORS, distinct, find_column, plain
from textgov.load.metadata import TABLES
from textgov.load.raw import LoadOptions
from textgov.load.table import Table, open_csv
from textgov.records import Variable

if TYPE_CHECKING:
    pass

# Names of key columns; upper case, blanks and underscores make no difference.
YEAR_COLUMNS = ("year", "年份", "年度", "年", "yr", "统计年度", "时间")
PROVINCE_COLUMNS = (
    "province",
    "省份",
    "省",
    "所属省份",
    "省级",
    "省名",
    "省份名称",
    "prov",
    "provname",
    "provincename",
)
CODE_COLUMNS: Mapping[str, tuple[str, ...]] = {
    "city_code": (
        *("city_code", "citycode", "城市代码", "地级市代码", "市代码", "行政区划代码", "行政区划编码", "区划代码"),
        *("行政代码", "地区代码", "place_code", "adcode", "code", "代码", "city_id", "所属城市代码"),
    ),
    "province_code": (
        *("province_code", "provincecode", "省份代码", "省级行政区划代码", "省代码", "行政区划代码", "行政区划编码"),
        *("区划代码", "地区代码", "place_code", "adcode", "code", "代码", "prov_id", "province_id"),
    ),
    "county_code": (
        "county_code",
        "区县代码",
        "县代码",
        "行政区划代码",
        "区划代码",
        "place_code",
        "adcode",
        "code",
        "代码",
    ),
    "country_code": ("country_code",),
}
NAME_COLUMNS: Mapping[str, tuple[str, ...]] = {
    "city_code": (
        *(
            "city",
            "城市",
            "城市名称",
            "地级市",
            "地级市名称",
            "市",
            "市名",
            "所属城市",
            "cityname",
            "prefecture",
            "地区",
        ),
        *("地区名称", "place", "name", "名称", "单位"),
    ),
    "province_code": (*PROVINCE_COLUMNS, "地区", "地区名称", "place", "name", "名称"),
    "county_code": ("county", "区县", "县", "县域", "区县名称", "县名", "地区", "place", "name", "名称"),
    "country_code": ("country", "国家"),
}
# Cells that say that there is no number. A yearbook leaves a cell blank or draws a line where nothing is known; a
# true zero is printed as 0.
MISSING = frozenset(("", ".", "-", "--", "—", "——", "…", "……", "/", "na", "n/a", "nan", "null", "none", "缺失", "无"))
THOUSANDS = re.compile(r"[-+]?[0-9]{1,3}(?:,[0-9]{3})+(?:\.[0-9]+)?")
NUMBER = re.compile(r"[-+]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][-+]?[0-9]+)?")
UNIT = re.compile(r"^(.+?)\s*[（(\[]([^（）()\[\]]+)[）)\]]$")
HEADER_ROWS = 10  # above the header of a yearbook stand its title and the unit, each alone in its row
MOST_SHOWN = 5


@dataclass(frozen=True, slots=True, eq=False)
class OutsideTable:
    """A table of texts: name of the file, header, labels (of a Stata file), rows with their numbers in the file."""

    name: str
    names: tuple[str, ...]
    labels: tuple[str, ...]
    rows: tuple[tuple[int, tuple[str, ...]], ...]

    def column(self, wanted: Sequence[str], asked: str = "") -> int | None:
        """Number of the column that was `asked` for, or of the first usual name that there is.

        Raises
        ------
        UsageError
            There is no column of the name asked for.
        """
        if not asked:
            return find_column(self.names, wanted)
        found = self.names.index(asked) if asked in self.names else find_column(self.names, (asked,))
        if found is None:
            raise UsageError("column_missing", path=self.name, column=asked, known=", ".join(self.names))
        return found


def read_outside(path: Path) -> OutsideTable:
    """Read a table of any kind that `load` reads (csv, tsv, xlsx, xls, dta, sav, parquet), all cells as text.

    Of a workbook the first sheet with a header and a row; the header is the first row with two filled cells.

    Raises
    ------
    UsageError
        The file is missing or cannot be read, or has no row below a header.
    """
    if not path.is_file():
        raise UsageError("source_missing", path=path)
    try:
        with path.open("rb") as stream:
            for table in TABLES.get(path.suffix.lower(), open_csv)(stream, LoadOptions()):
                found = _texts(table, path)
                if found is not None:
                    return found
    except (OSError, ReadError) as error:
        raise UsageError("project_bad", path=path.name, where="", detail=str(error)) from None
    raise UsageError("project_bad", path=path.name, where="", detail="no table with a header and a row below it")


def _texts(table: Table, path: Path) -> OutsideTable | None:
    header = list(table.header) if table.header is not None else None
    if header is None:
        for row in islice(table.rows, HEADER_ROWS):
            cells = [plain(cell).strip().strip("\ufeff") for cell in row.cells]
            if sum(map(bool, cells)) > 1:
                header = cells
                break
    if header is None:
        return None
    names = distinct([" ".join(str(name).split()) for name in header])
    rows = []
    for row in table.rows:
        if row.fault or len(row.cells) > len(names):
            detail = row.fault or f"{len(row.cells)} cells where the header has {len(names)}"
            raise ReadError("row_damaged", row=row.number, detail=detail)
        cells = [plain(cell, name).strip() for cell, name in zip(row.cells, names, strict=False)]
        if any(cells):
            rows.append((row.number, tuple(cells + [""] * (len(names) - len(cells)))))
    if path.suffix.lower() == ".dta":
        rows = _with_codes(rows, names, path)
    labels = [plain(label).strip() for label in table.labels] or [""] * len(names)
    return OutsideTable(path.name, tuple(names), tuple(labels), tuple(rows)) if rows else None


def _with_codes(
    rows: list[tuple[int, tuple[str, ...]]], names: Sequence[str], path: Path
) -> list[tuple[int, tuple[str, ...]]]:
    """Rows of a Stata file with the numbers of its code columns, for which value labels (names of cities) had stood."""
    import pandas as pd

    wanted = {name for names_ in CODE_COLUMNS.values() for name in names_}
    codes = [at for at, name in enumerate(names) if find_column([name], tuple(wanted)) is not None]
    if not codes:
        return rows
    raw = pd.read_stata(path, convert_categoricals=False, columns=[names[at] for at in codes])
    columns = {at: [plain(value) for value in raw[names[at]].tolist()] for at in codes}
    return [
        (number, tuple(columns[at][number - 1] if at in columns else cell for at, cell in enumerate(cells)))
        for number, cells in rows
    ]


# ---- cells and columns ----


def read_number(text: str) -> float | None:
    """A cell as a number: thousands separated by commas and full-width digits are read; None where there is none.

    Raises
    ------
    ValueError
        The cell holds something else.

    Examples
    --------
    >>> read_number("1,234.5"), read_number("—"), read_number("３")
    (1234.5, None, 3.0)
    """
    plain_text = unicodedata.normalize("NFKC", text).strip()
    if plain_text.casefold() in MISSING or text in MISSING or plain_text in FORMULA_ERRORS:
        return None
    if THOUSANDS.fullmatch(plain_text):
        plain_text = plain_text.replace(",", "")
    if not NUMBER.fullmatch(plain_text):
        raise ValueError(text)
    return float(plain_text)


def read_column(table: OutsideTable, at: int) -> list[float] | list[str]:
    """A column as numbers (nan where missing), or as texts where no cell is a number.

    Raises
    ------
    UsageError
        Some cells are numbers and others are not; the message names the rows.
    """
    values, bad = [], []
    for number, cells in table.rows:
        try:
            found = read_number(cells[at])
            values.append(float("nan") if found is None else found)
        except ValueError:
            bad.append((number, cells[at]))
    if not bad:
        return values
    if not any(value == value for value in values):  # noqa: PLR0124  # nan is not itself
        return [cells[at] for _, cells in table.rows]
    shown = "; ".join(f"row {number}: {text!r}" for number, text in bad[:MOST_SHOWN])
    raise UsageError("cells_bad", path=table.name, column=table.names[at], n=len(bad), detail=shown)


def read_code(text: str) -> str:
    """A division code as six digits: 4201 and 420100000000 are 420100; "" where the cell holds no code.

    Examples
    --------
    >>> read_code("4201"), read_code("420100.0"), read_code("武汉")
    ('420100', '420100', '')
    """
    digits = unicodedata.normalize("NFKC", text).strip().removesuffix(".0")
    if not digits.isascii() or not digits.isdigit():
        return ""
    if len(digits) in (2, 4):
        return digits.ljust(6, "0")
    return digits[:6] if len(digits) == 6 or (len(digits) in (9, 12) and not digits[6:].strip("0")) else ""


def read_year(text: str) -> int | None:
    """A year out of a cell such as ``2019``, ``2019年`` or ``2019-12-31``; None where it holds none."""
    match = re.match(r"(?:19|20)[0-9]{2}(?![0-9])", unicodedata.normalize("NFKC", text).strip())
    return int(match[0]) if match else None


def column_name(text: str) -> str:
    """A header as the name of a column that Stata takes: Latin letters stay, Chinese becomes pinyin.

    Examples
    --------
    >>> column_name("人均GDP（元）"), column_name("Fiscal revenue")
    ('renjungdp', 'fiscal_revenue')
    """
    from pypinyin import lazy_pinyin

    label = split_unit(text)[0]
    name = label if label.isascii() else "".join(lazy_pinyin(label))
    name = re.sub(r"[^A-Za-z0-9_]+", "_", name).strip("_")
    name = name if re.fullmatch(r"[A-Za-z_]\w*", name) and label.isascii() and name == label else name.lower()
    return (f"v_{name}" if not name or name[0].isdigit() else name)[:32]


def split_unit(text: str) -> tuple[str, str]:
    """A header and its unit in parentheses: 地区生产总值（万元） is 地区生产总值 and 万元."""
    match = UNIT.match(" ".join(text.split()))
    return (match[1], match[2]) if match else (" ".join(text.split()), "")


def variable_of(header: str, name: str, label: str, formula: str) -> Variable:
    """The variable of an outside column: labels from its header, or from its label in a Stata file."""
    text, unit = split_unit(label or header)
    return Variable(name, text, text, unit, unit, formula)
