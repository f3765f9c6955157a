"""Deadlines in a normalised text: by when something is to be done, and in which year that is."""

from __future__ import annotations

import math
import re
from functools import cache
from typing import NamedTuple

from textgov.quantities.numbers import DIGITS, read_numeral

# Last years of the five-year plans: the sixth ended in 1985.
PLAN_NAMES = "六五 七五 八五 九五 十五 十一五 十二五 十三五 十四五 十五五".split()
PLANS = {name: 1985 + 5 * number for number, name in enumerate(PLAN_NAMES)}
CHINESE_DIGITS = {sign: str(value) for value, signs in enumerate(["〇零○", *"一二三四五六七八九"]) for sign in signs}


class Deadline(NamedTuple):
    """``text[start:end]``; ``year`` is None where the words leave it open (本届政府任期内) or the document has none."""

    start: int
    end: int
    year: int | None


@cache
def deadline_pattern() -> re.Pattern[str]:
    """Pattern of all that may be a deadline; `find_deadlines` decides.

    The first character is consumed by one set, so that the search is fast, and looked back at.
    """
    signs = "一二两三四五六七八九十"
    year = rf"(?P<year>(?:(?<=[12])[09]\d\d|(?<=[一二])[〇零○九][{DIGITS}]{{2}}))年"
    month = "月(?:\\d{1,2}日|[份底末]|[上中下]旬)?"
    part = rf"(?:(?:\d{{1,2}}|[{signs}]{{1,2}}){month}|上半年|第?[一二三四]季度|年?[底末中])"
    before = "(?:[之以]?前|[底末])"
    count = rf"(?:\d{{1,2}}|[{signs}]{{1,2}})"
    more = rf"(?:[至到~—\-]{count})?"
    return re.compile(
        rf"[0-9{signs}今本明来上年未任](?:{year}(?P<tail>{part}?{before}?)"
        rf"|(?<=[六七八九十])(?P<plan>五|[一二三四五]五)”?(?:规划)?(?:时期|期)?(?:末|结束|收官|期满)"
        rf"|(?P<this>(?<=[今本明来])年(?:{part}{before}|年?[内底末]))"
        rf"|(?P<part>(?<=[0-9{signs}])[0-9{signs}]?{month}{before}|(?<=[一二三四])季度{before}|(?<=上)半年{before}"
        rf"|(?<=年)(?:内|[底末]前?))"
        rf"|(?P<open>(?<=本)届(?:政府)?(?:任期)?(?:之?内|期满|末)|(?<=任)期(?:之?内|届?末|届?满))"
        rf"|(?<=[未今])[来后]的?(?P<coming>{count}{more})年"
        rf"|(?<=[0-9{signs}])(?P<count>[0-9{signs}]?{more})年(?:[之以]?内|左右(?:的)?时间|时间))"
    )


def find_deadlines(text: str, year: int | None = None) -> list[Deadline]:
    """Every deadline of a text, in order.

    Named are: a year with 到 or with 底, 末, 前 behind it; the end of a five-year plan; a day, month or the end of this
    or the next year (年内, 今年底, 6月底前); n years from now (三年内, 未来五年); the term of the government.

    Parameters
    ----------
    text : str
        Normalised.
    year : int, optional
        Year of the document. The relative ones count from it: n years end in ``year + n - 1``, as the plan for
        five years that a report of 2022 presents ends in 2026. A deadline that lies before it is none.

    Examples
    --------
    >>> [found.year for found in find_deadlines("到2025年,二〇三〇年底前,“十四五”末,年内,截至2020年底", 2021)]
    [2025, 2030, 2025, 2021]
    """
    found = []
    for match in deadline_pattern().finditer(text):
        ends = _year_of(text, match, year)
        if ends == 0 or (ends is not None and year is not None and ends < year):
            continue
        opens = match.start() and text[match.start() - 1] in "到至“"
        found.append(Deadline(match.start() - bool(opens), match.end(), ends))
    return found


def _year_of(text: str, match: re.Match[str], year: int | None) -> int | None:
    """Year of a match, None where it is open, 0 where the match is no deadline."""
    start, kind = match.start(), match.lastgroup
    before = text[start - 1] if start else ""
    if kind == "tail":
        return _named_year(text, match)
    if kind == "plan":
        return PLANS.get(text[start : match.end("plan")], 0)
    if (kind == "part" and before in NOT_BEFORE_PART) or (kind == "count" and before not in FORWARD):
        return 0
    if kind == "open" or year is None:
        return None
    if kind in ("this", "part"):
        return year + (text[start] in "明来")
    written = match["coming"] or text[start : match.end("count")]
    last = re.split("[至到~—-]", written)[-1]
    years = float(last) if last.isascii() else read_numeral(last)[2]
    return None if math.isnan(years) else year + int(years) - 1


def _named_year(text: str, match: re.Match[str]) -> int:
    start = match.start()
    before = text[start - 1] if start else ""
    named = int("".join(CHINESE_DIGITS.get(sign, sign) for sign in text[start : match.end("year")]))
    # 截至2020年 looks back; 2021年至2025年 is a period, 2021年底 the end of one.
    back = start > 1 and text[start - 2] in "截止年0123456789"
    by = before in ("到", "至") and not back
    ends = match["tail"][-1:] in ("前", "底", "末") and not (before in "到至止从自" and back)
    return named if by or ends else 0


# 去年底, 当年内, 每年底, 2020年底 (found with its year), 截至6月底 are none; so are 近三年内 and 离校2年内.
NOT_BEFORE_PART = frozenset("去上当每历同前近至止0123456789一二两三四五六七八九十整全半往几多数年")
FORWARD = frozenset([*"用在争保再力划,;。:!、 \n(”", ""])
