"""Numbers with their units in a normalised text: where each begins and ends, and what it is worth."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from decimal import Decimal
from functools import cache, lru_cache
from itertools import compress
from typing import NamedTuple

from textgov.quantities.names import is_name, outside_names
from textgov.quantities.units import FRACTIONS, alternatives, kind_of, unit_pattern

NAN = math.nan
DIGITS = "〇零○一二两三四五六七八九"
NUMERAL = DIGITS + "十百千万亿廿"
SIZES = {"十": 10, "百": 100, "千": 1000, "万": 10**4, "亿": 10**8, "万亿": 10**12}
SEPARATORS = frozenset(["-", "~", "—", "–", "--", "——", "―", "至", "到", "−"])
# Words before and after a number, and which bound each of them sets on the value.
BEFORE = {
    "不少于 不低于 不小于 不得少于 不得低于 至少 最少 起码": "least",
    "不超过 不高于 不多于 不大于 不得超过 不得高于 至多 最多 不足 不到 低于 小于 少于": "most",
    "超 超过 超出 逾 突破 高于 大于 多于 破": "least",
    "近 将近 接近": "most",
    "约 大约 大概 约为 约占": "about",
}
AFTER = {"以上 及以上 余 多": "least", "以下 及以下 以内 之内 内": "most", "左右 上下": "about"}
BOUND_BEFORE = {word: bound for words, bound in BEFORE.items() for word in words.split()} | {"上": "least"}
BOUND_AFTER = {word: bound for words, bound in AFTER.items() for word in words.split()}
LAST_OF_BEFORE = frozenset(word[-1] for word in BOUND_BEFORE)
FIRST_OF_AFTER = frozenset(word[0] for word in BOUND_AFTER)
# 多 and 余 inside a number: 760多万, 十余; 几 adds one digit: 十几, 几十.
INSIDE = {"多": "least", "余": "least", "来": "about", "几": "least"}


class Number(NamedTuple):
    """``text[start:end]`` with the words that qualify it; ``core`` is where the digits begin.

    ``value`` is not a number (NaN) where no digit is written (数十个); ``low`` and ``high`` are the bounds that the
    words set, NaN where a side is open.
    """

    start: int
    core: int
    end: int
    value: float
    low: float
    high: float
    unit: str
    kind: str
    qualifier: str


class Token(NamedTuple):
    """One number before ranges are joined: bounds, value without its size, size, unit, words inside."""

    start: int
    end: int
    value: float
    low: float
    high: float
    size: float
    unit: str
    inside: str


@cache
def number_pattern() -> re.Pattern[str]:
    """Pattern of a number; its first character is consumed by one set so that the search is fast."""
    sizes = "万亿|[百千]?[万亿]|千(?![克米瓦伏字])|百(?![强年分])"
    arabic = (
        r"(?P<digits>(?:\d{0,2}(?:[ ,]\d{3})+(?!\d)|\d*)(?:\.\d+)?) ?"
        rf"(?P<many>[多余来])?(?P<size>{sizes})?(?P<more>[多余])? ?(?P<unit>{unit_pattern(False)}|[%‰‱])?"
    )
    numeral = f"[{NUMERAL}]"
    chinese = (
        rf"(?P<numeral>{numeral}*(?:点[{DIGITS}]+)?)"
        rf"(?:分之(?P<part>{numeral}+(?:点[{DIGITS}]+)?|\d+(?:\.\d+)?)(?P<part_more>[多余])?(?:[至到~—\-]{{1,2}}(?:百分之)?(?P<to>{numeral}+(?:点[{DIGITS}]+)?|\d+(?:\.\d+)?)(?![个%]))?"
        rf"|(?P<cmany>[多余来几])?(?P<csize>万亿|[万亿])?(?P<cmore>[多余])?(?:(?P<cunit>{unit_pattern(True)})"
        rf"|(?=[至到~—\-]{{1,2}}{numeral}))|(?P<half>半(?![年天]))|(?P<currency>(?<=亿)(?!级)))"
    )
    vague = rf"(?P<vague>[十百千万亿]+)(?P<vunit>{unit_pattern(True)})"
    double = "(?P<double>[一二两三四]?)番"
    return re.compile(
        rf"[0-9{NUMERAL}几数翻](?:(?<=[0-9]){arabic}|(?<=[{NUMERAL}]){chinese}|(?<=[几数]){vague}|(?<=翻){double})"
    )


@lru_cache(maxsize=1 << 14)
def read_numeral(numeral: str) -> tuple[float, float, float]:
    """Value, low and high of a Chinese numeral; NaN where it is none.

    Neighbouring digits are a range (七八 is 7 to 8, 二三十 is 20 to 30); its value is the middle. The parser is cn2an
    in its mode ``normal``, which reads spoken forms (三万五) and refuses what is no number; sizes beyond 亿 with a
    fraction (一点二万亿) are taken off first.

    Examples
    --------
    >>> read_numeral("三万五"), read_numeral("一点二万亿")
    ((35000.0, 35000.0, 35000.0), (1200000000000.0, 1200000000000.0, 1200000000000.0))
    >>> read_numeral("七八十")
    (75.0, 70.0, 80.0)
    """
    text = numeral.replace("○", "零").replace("〇", "零")
    if near := NEIGHBOURS.fullmatch(text):
        head, low, high, tail = near.groups()
        ends = [read_numeral(f"{head}{digit}{tail}")[0] for digit in (low, high)]
        return sum(ends) / 2, ends[0], ends[1]
    size = 1
    if "点" in text:
        stem = text.rstrip("十百千万亿")
        for sign in text[len(stem) :]:
            size *= SIZES[sign]
        text = stem
    elif text[0] in "百千万亿":
        text = f"一{text}"
    value = float(Decimal(str(_parse(text))) * size)
    return value, value, value


NEIGHBOURS = re.compile(
    "(十?)(?:(?=一二|二三|两三|三四|四五|五六|六七|七八|八九|三五)([一二两三四五六七八])([二三四五六七八九]))([十百千万亿]*)"
)


def _parse(numeral: str) -> float:
    import cn2an

    try:
        return float(cn2an.cn2an(numeral, "normal"))
    except ValueError:
        return NAN


def read_digits(digits: str, size: str) -> float:
    """Value of Arabic digits with a size: ``1 893``, ``1.2`` and ``万亿``.

    Examples
    --------
    >>> read_digits("1 893", ""), read_digits("7.853", "万"), read_digits("3", "百万")
    (1893.0, 78530.0, 3000000.0)
    """
    if not size:
        return float(digits.replace(" ", "").replace(",", ""))
    return float(Decimal(digits.replace(" ", "").replace(",", "")) * _size(size))


@lru_cache(maxsize=64)
def _size(words: str) -> int:
    size = 1
    for sign in words:
        size *= SIZES[sign]
    return size


def find_tokens(text: str) -> Iterator[Token]:
    """Every number of a text that may be a quantity, ranges not yet joined."""
    for match in number_pattern().finditer(text):
        last = match.lastgroup
        if last is None or (text[match.start()].isdigit() and text[match.start()].isascii()):
            token = _arabic(text, match)
        elif match["double"] is not None:
            value = read_numeral(match["double"] or "一")[0]
            token = Token(match.start(), match.end(), value, value, value, 1, "番", "")
        elif match["vague"] is not None:
            token = _vague(text, match)
        else:
            token = _chinese(text, match)
        if token is not None:
            yield token


def _arabic(text: str, match: re.Match[str]) -> Token | None:
    start, end = match.span()
    before = text[start - 1] if start else ""
    if before == "第" or (before.isascii() and before.isalpha()):
        return None
    digits = text[start : match.end("digits")]
    unit, size = match["unit"] or "", match["size"] or ""
    if not (unit or size) and text[end - 1] == " ":
        end = match.end("digits")
    value = read_digits(digits, size)
    inside = (match["many"] or "") + (match["more"] or "")
    return Token(start, end, value, value, value, _size(size) if size else 1, unit, inside)


def _vague(text: str, match: re.Match[str]) -> Token | None:
    """数十个, 几百万: between two and ten times the size, no value."""
    before = text[match.start() - 1] if match.start() else ""
    if text[match.start()] == "数" and before in COUNT_WORDS:
        return None
    size = _size(match["vague"])
    return Token(match.start(), match.end(), NAN, 2.0 * size, 10.0 * size, 1, match["vunit"], match.group()[0])


NOT_BEFORE_NUMERAL = frozenset(f"第几{DIGITS}")
# 总数, 人数, 指数 ... end in 数 and are no 数十.
COUNT_WORDS = frozenset("总人次基指户件倍分个少多系因变常位参函计岁天级")


def _chinese(text: str, match: re.Match[str]) -> Token | None:
    start, end = match.span()
    before = text[start - 1] if start else ""
    numeral = text[start : match.end("numeral")]
    if before in NOT_BEFORE_NUMERAL:
        return None
    if match["part"]:
        return _fraction(match, numeral)
    if match["half"] and numeral == "一":
        return Token(start, end, 0.5, 0.5, 0.5, 1, "分之", "")
    value, low, high = read_numeral(numeral)
    size = _size(match["csize"]) if match["csize"] else 1
    value, low, high = value * size, low * size, high * size
    inside = (match["cmany"] or "") + (match["cmore"] or "")
    unit = match["cunit"] or ""
    # 一个, 一批 are articles; 百家, 千亩 without a word before them are figures of speech.
    article = numeral in ("一", "〇", "零") and unit not in ("倍", "成", "%", "百分点", "个百分点")
    if article or (numeral[0] in "百千万亿" and before not in LAST_OF_BEFORE) or math.isnan(value):
        return None
    if unit == "成":
        value, low, high = value / 10, low / 10, high / 10
    return Token(start, end, value, low, high, size if unit else SIZES["亿"], unit, inside)


def _fraction(match: re.Match[str], whole: str) -> Token | None:
    """百分之六十 is 60 %, 三分之二 two thirds."""
    part = match["part"]
    values = (float(part), float(part), float(part)) if part[0].isascii() else read_numeral(part)
    if match["to"]:
        high = float(match["to"]) if match["to"][0].isascii() else read_numeral(match["to"])[0]
        values = (values[0] + high) / 2, values[0], high
    inside = match["part_more"] or ""
    if whole in FRACTIONS:
        value, low, high = values
        return Token(match.start(), match.end(), value, low, high, 1, FRACTIONS[whole], inside)
    base = read_numeral(whole)[0]
    if not base or any(map(math.isnan, (base, *values))):
        return None
    value, low, high = (value / base for value in values)
    return Token(match.start(), match.end(), value, low, high, 1, "分之", inside)


def find_numbers(text: str) -> list[Number]:
    """Every quantity of a normalised text, in order and without overlap.

    Ordinals (第三), years and dates, names (“四个意识”, 三年行动, 5G, 220千伏输电线路) and bare numbers are none; a
    bare number counts where a verb such as 达到 stands before it and the clause ends behind it.
    """
    found: list[Number] = []
    waiting: Token | None = None
    for token in find_tokens(text):
        if waiting is not None:
            joined = _join(text, waiting, token)
            _keep(found, text, joined or waiting)
            waiting = None
            if joined:
                continue
        waiting = token
        # Nothing that follows can be the other end of a range: the common case.
        if text[token.end : token.end + 1] not in SEPARATOR_STARTS:
            _keep(found, text, token)
            waiting = None
    if waiting is not None:
        _keep(found, text, waiting)
    return list(compress(found, outside_names([number.core for number in found], text)))


SEPARATOR_STARTS = frozenset(sign[0] for sign in SEPARATORS)


def _join(text: str, first: Token, second: Token) -> Token | None:
    """The range of two numbers, or None where they are none: 从5%到8% is a change, 2021-2025年 are years."""
    if text[first.end : second.start] not in SEPARATORS or not (second.unit or second.size > 1):
        return None
    if first.unit and first.unit != second.unit:
        return None
    if text[first.start - 1 : first.start] in ("由", "从") or _is_year(text, first) or _is_year(text, second):
        return None
    scale = second.size if first.size == 1 and not first.unit else 1
    low, high = first.low * scale, second.high
    if not low < high:
        return None
    return Token(first.start, second.end, (low + high) / 2, low, high, second.size, second.unit, "")


def _is_year(text: str, token: Token) -> bool:
    return token.size == 1 and 1900 <= token.value <= 2100 and FOUR_DIGITS.match(text, token.start) is not None


FOUR_DIGITS = re.compile(rf"[0-9]{{4}}(?![.0-9])|[{DIGITS}]{{4}}")


def _keep(found: list[Number], text: str, token: Token) -> None:
    number = _qualified(text, token)
    if number is not None:
        found.append(number)


def _qualified(text: str, token: Token) -> Number | None:
    """A number with the words around it, or None if it is no quantity."""
    unit, end = token.unit, token.end
    if unit:
        if is_name(text, token.start, end, unit, _is_year(text, token)):
            return None
    elif token.size == 1 and not _is_bare(text, token):
        return None
    start, words, bounds = token.start, [], []
    if text[start - 1 : start] in LAST_OF_BEFORE and (match := BEFORE_NUMBER.search(text, max(start - 4, 0), start)):
        word = match.group()
        if word != "上" or text[start] in "百千万亿":
            start = match.start()
            words.append(word)
            bounds.append(BOUND_BEFORE[word])
    if token.inside:
        words.append(token.inside)
        # 数十 and 几百 have their bounds already.
        bounds += [] if math.isnan(token.value) else [INSIDE[sign] for sign in token.inside]
    if text[end : end + 1] in FIRST_OF_AFTER and (match := AFTER_NUMBER.match(text, end)):
        end = match.end()
        words.append(match.group())
        bounds.append(BOUND_AFTER[match.group()])
    low, high = _bounded(token, bounds)
    kind = kind_of(unit) if unit else ("money" if token.size >= 10**8 else "index")
    return Number(start, token.start, end, token.value, low, high, unit, kind, " ".join(words))


def _bounded(token: Token, bounds: list[str]) -> tuple[float, float]:
    low, high = token.low, token.high
    if "about" in bounds:
        return (NAN, NAN) if low == high else (low, high)
    if "least" in bounds:
        high = NAN
    if "most" in bounds:
        low = NAN
    return low, high


def _is_bare(text: str, token: Token) -> bool:
    """Whether a number without unit is a quantity: 系数达到0.45, but not the number of a list, a road or a phone."""
    if _is_year(text, token) or not text[token.start].isascii():
        return False
    return bool(BARE_BEFORE.search(text, max(token.start - 3, 0), token.start) and BARE_BEHIND.match(text, token.end))


BEFORE_NUMBER = re.compile(f"(?:{alternatives(BOUND_BEFORE)})$")
AFTER_NUMBER = re.compile(alternatives(BOUND_AFTER))
BARE_BEFORE = re.compile("(?:达到?|[降升增压]至|[降升]到|控制在|超过|保持在|[数率比值]为|不[高低]于)$")
BARE_BEHIND = re.compile("[,;。、!\n]|以[上下内]|左右|$")
