"""Years and dates as Chinese documents write them, and what only looks like one."""

from __future__ import annotations

import re
from datetime import date
from typing import NamedTuple

# Zero is written 〇, ○, 零, 0 or a Latin O: 二〇一四年, 二○一四年, 二0一四年, 二OO八年.
NUMERALS = "0-9〇○◯零OoΟ一二三四五六七八九"
VALUES = {**dict.fromkeys("〇○◯零OoΟ", "0"), **{char: str(n) for n, char in enumerate("一二三四五六七八九", 1)}}
# One blank between the digits: letter-spaced titles, 1 9 9 3 年.
_FOUR = rf"[12一二][ \t]?[{NUMERALS}][ \t]?[{NUMERALS}][ \t]?[{NUMERALS}]"
_YEAR = rf"(?<![{NUMERALS}.]){_FOUR}"
_MONTH = r"[0-9]{1,2}|[元正一二三四五六七八九十]{1,3}"
_DAY = r"[0-9]{1,2}|[初一二三四五六七八九十廿卅]{1,3}"
DATE = re.compile(
    rf"(?P<year>{_YEAR})\s*年\s*(?P<month>{_MONTH})\s*月\s*(?P<day>{_DAY})\s*日"
    r"|(?<![0-9.])(?P<iso_year>(?:19|20)[0-9]{2})(?P<dash>[-/.])"
    r"(?P<iso_month>[0-9]{1,2})(?P=dash)(?P<iso_day>[0-9]{1,2})(?![0-9])"
)
YEAR_WORD = re.compile(rf"(?P<year>{_YEAR})\s*年")
# Periods are names of plans: 2021-2025年, 2021—2023, 2021年至2025年; 2021-08 is a month.
PERIOD = re.compile(rf"{_FOUR}\s*年?\s*(?:[-—–―~～至到]|--|——)\s*(?:{_FOUR}\s*年?|[0-9]{{2}}\s*年)")
# The session of a legislature: 二零零七至零八年施政报告, 2007-08年度; it begins in the first of the two years.
SESSION_YEARS = re.compile(rf"({_YEAR})\s*(?:年|年度)?\s*[-—–至]\s*[{NUMERALS}]{{2}}\s*年(?=度?\s*施政)")
# Years of the Republic, which Taiwan counts from 1912: 中华民国一百零二年八月二十一日, 民国 113 年 1 月 31 日.
ROC_DATE = re.compile(
    rf"民国\s*(?P<year>[0-9]{{1,3}}|[{NUMERALS}百十]{{1,6}}|元)\s*年\s*(?P<month>{_MONTH})\s*月\s*(?P<day>{_DAY})\s*日"
)
# Numbers of databases, phones, records: never a year.
IDS = re.compile(r"CLI\.[0-9.]+(?:\([0-9]+\))?|[0-9]{3,4}-[0-9]{7,8}|[A-Za-z=][0-9]{4,}(?![0-9年])|_[0-9]{5,}")
LETTERS_YEAR = re.compile(r"[A-Za-z]+(?:[ _-][A-Za-z]+)*[ _-]?((?:19|20)[0-9]{2})")  # pa1998, report_2016
COMPACT = re.compile(r"(?<![0-9])((?:19|20)[0-9]{2})(?:0[1-9]|1[0-2])(?:0[1-9]|[12][0-9]|3[01])(?![0-9])")
PLAIN_YEAR = re.compile(r"(?<![0-9.])((?:1[89]|20|21)[0-9]{2})(?![0-9])")


class Found(NamedTuple):
    """A year or a date (with ``day``) in a text, and where it stands."""

    year: int
    day: str
    start: int
    end: int
    quote: str

    @property
    def month(self) -> int:
        """Month of the date, 0 without one."""
        return int(self.day[5:7]) if self.day else 0


def read_year(text: str) -> int | None:
    """The number that four numerals stand for, with or without blanks; None for anything else."""
    digits = "".join(VALUES.get(char, char) for char in text if not char.isspace())
    return int(digits) if len(digits) == 4 and digits.isascii() and digits.isdigit() else None


def read_small(text: str) -> int:
    """A month or a day: 9, 09, 十二, 二十一, 廿一, 元; 0 when it is none of these."""
    if text.isascii():
        return int(text)
    text = text.replace("元", "一").replace("正", "一").replace("初", "").replace("廿", "二十").replace("卅", "三十")
    tens, ten, ones = text.rpartition("十")
    units = {char: n for n, char in enumerate("一二三四五六七八九", 1)}
    if any(char not in units for char in tens + ones) or len(tens) > 1 or len(ones) > 1:
        return 0
    return (units.get(tens, 1) * 10 if ten else 0) + units.get(ones, 0)


def read_number(text: str) -> int:
    """A number below two hundred: 102, 十四, 九十九, 一百零二; 0 when it is none."""
    if text.isascii():
        return int(text) if text.isdigit() else 0
    hundreds, hundred, rest = text.rpartition("百")
    rest = re.sub("[〇○零]", "", rest)
    small = read_small(rest) if rest else 0
    if not hundred:
        return small
    return 100 + small if hundreds in ("", "一") and (small or not rest) else 0


def _roc_dates(text: str) -> list[Found]:
    dates = []
    for match in ROC_DATE.finditer(text):
        number = read_number(match["year"].replace("元", "一"))
        try:
            iso = date(1911 + number, read_small(match["month"]), read_small(match["day"])).isoformat()
        except ValueError:
            continue
        if number:
            dates.append(Found(1911 + number, iso, match.start(), match.end(), match[0]))
    return dates


def _found(match: re.Match[str]) -> Found | None:
    if match["iso_year"]:
        year, month, day = int(match["iso_year"]), int(match["iso_month"]), int(match["iso_day"])
    else:
        year, month, day = read_year(match["year"]) or 0, read_small(match["month"]), read_small(match["day"])
    try:
        iso = date(year, month, day).isoformat()
    except ValueError:
        return None
    return Found(year, iso, match.start(), match.end(), match[0])


def find_dates(text: str) -> list[Found]:
    """Every full date, in order.

    Examples
    --------
    >>> [found.day for found in find_dates("二〇二〇年五月二十六日，1 9 9 3 年3月15日，2024-1-9")]
    ['2020-05-26', '1993-03-15', '2024-01-09']
    """
    found = [found for match in DATE.finditer(text) if (found := _found(match))]
    return sorted((*found, *_roc_dates(text)), key=lambda one: one.start) if "民国" in text else found


def find_year_words(text: str) -> list[Found]:
    """Every year written with 年 that is neither part of a full date nor of a period."""
    taken = [match.span() for pattern in (PERIOD, DATE) for match in pattern.finditer(text)]
    years = []
    for match in YEAR_WORD.finditer(text):
        year = read_year(match["year"])
        if year and not any(start <= match.start() < end for start, end in taken):
            years.append(Found(year, "", match.start(), match.end(), match[0]))
    return years


def year_of_name(name: str) -> Found | None:
    """The one year that a file name or a folder carries; None when it carries none or several.

    ``2021-08`` and ``1964-part`` carry their year; a period (2021-2025年), a number of a database (CLI.12.4201568)
    or a telephone carries none.

    Examples
    --------
    >>> year_of_name("武汉市2012年政府工作报告").year
    2012
    >>> year_of_name("大数据发展规划（2021—2025年）") is None
    True
    """
    lone = LETTERS_YEAR.fullmatch(name)
    if lone:
        return Found(int(lone[1]), "", lone.start(1), lone.end(1), lone[1])
    for match in PERIOD.finditer(name):
        name = name.replace(match[0], "#" * len(match[0]))
    name = IDS.sub(lambda match: "#" * len(match[0]), name)
    words = find_year_words(name)
    if len({word.year for word in words}) == 1:
        return words[0]
    if words:
        return None
    dates = find_dates(name)
    if dates:
        return dates[0] if len({found.year for found in dates}) == 1 else None
    plain = [*COMPACT.finditer(name), *PLAIN_YEAR.finditer(name)]
    if len({match[1] for match in plain}) != 1:
        return None
    return Found(int(plain[0][1]), "", plain[0].start(1), plain[0].end(1), plain[0][1])


def iso_of(text: str) -> str:
    """The ISO date that a metadata cell holds, or ""."""
    found = find_dates(text)
    if found:
        return found[0].day
    compact = COMPACT.search(text)
    if compact:
        try:
            return date.fromisoformat(compact[0]).isoformat()
        except ValueError:
            return ""
    return ""
