"""Names of divisions in a text, and what the words around them make of each: an issuer or a mention."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, NamedTuple

import ahocorasick_rs

from textgov.locate.dates import NUMERALS
from textgov.records import Evidence
from textgov.regions import Division, Gazetteer, ancestors, at_year

# 郊区, 城区, 新区 are units in some cities and plain words everywhere: they count only right after their parent.
COMMON_WORDS = re.compile(r"[郊城新矿市东西南北]区|大堂区")
# Short names of counties that are words: found in more than a tenth of the real reports of other provinces.
WORDS = re.compile(
    "合作|资源|动力|新建|和政|平安|新兴|解放|惠民|振兴|通道|公安|和安|新平|友好|安居|前进|新和|富裕|"
    "青山|大新|港口|富民|大城|同心|大安|平和|大通|金山|安定|延长|宏伟|大关|惠农|民和|互助|中西|复兴|"
    "南部|乐业|古城|大兴|迁安|和平|利通|同德|滨海|温泉|东方|新市|小河|清水|运河|上高|高要|江南|凤凰|"
    "清新|四方|三江|杂多|海港|安宁|双城|滨江|政和|平原|老城|小金|新华|兴业|增城|共和"
)
# 示范县 holds 范县 (in 38 % of those reports), 各市和县 holds 和县: a name of two characters begins a phrase or stands
# behind one of these.
BEFORE_SHORT_NAME = frozenset("在共表由为任是与及向")
# A name with one of these behind it is part of another name (山西路, 中山大学) or of a word (和县域).
NOT_A_PLACE = re.compile(
    r"大学|学院|大学城|附中|中学|小学|医院|医科|师范|银行|公司|集团|路|街|大道|大街|大厦|广场|公园|体育|"
    r"机场|车站|东站|南站|西站|北站|火车站|地铁|高速|铁路|高铁|域|级|乡|镇|菜|人(?!民|大)|话|籍|省?商会|日报|晚报|卫视"
)
ORGAN = (
    r"(?:人民政府|人民代表大会|人大|政协|政府|行政公署|行署|管理委员会|管委会|委员会|办公厅|办公室|领导小组|指挥部|"
    r"[一-鿿]{1,16}?(?:委员会|领导小组|办公室|局|厅|委)(?:关于|等|印发|$|\s)|市委|省委|县委|区委|州委|党委)"
)
_ORDINAL = rf"第?\s*[一二三四五六七八九十百{NUMERALS}]{{1,4}}\s*届"
SESSION = re.compile(rf"\s*(?:{_ORDINAL}\s*(?:人民代表大会|人大(?!常))|人民代表大会|人大\s*{_ORDINAL})")
GOVERNMENT = re.compile(r"\s*(?:人民政府|政府|行政公署|行署|特区政府)")
OFFICE = re.compile(
    r"\s*(?:人民政府|政府|行政公署|行署)?\s*(?:代理|代|常务副|副)?\s*(?:省长|市长|州长|区长|县长|旗长|盟长|主席|专员|行政长官)"
)
OFFICE_WEIGHT = 0.9
REPORT = re.compile(
    rf"\s*(?:[{NUMERALS}]{{4}}\s*年(?:度)?)?\s*(?:市|省|州|县|区|自治区)?\s*(?:人民)?(?:政府)?\s*工作报告|\s*施政报告"
)
YEAR_NEXT = re.compile(rf"\s*[{NUMERALS}]{{4}}\s*年")
PARTY = re.compile(r"(?:市委|省委|州委|区委|县委|旗委|盟委|地委|自治区党委|委(?!员))")


class Mention(NamedTuple):
    """A name, or several in a row (呼伦贝尔市海拉尔区), and every unit that the last of them can be."""

    units: tuple[Division, ...]
    start: int
    end: int
    full: bool


@dataclass(frozen=True, slots=True)
class Claim:
    """An `Evidence` for a place before the year is known: the units that it can mean."""

    kind: str
    units: tuple[Division, ...]
    quote: str
    weight: float
    start: int = -1
    end: int = -1

    def as_evidence(self, value: str) -> Evidence:
        """The evidence, once a code is decided."""
        return Evidence("place", self.kind, value, self.quote, self.weight, self.start, self.end)


class Names(NamedTuple):
    """The automaton of a gazetteer and what each of its patterns means."""

    automaton: Any
    units: tuple[tuple[Division, ...], ...]
    full: tuple[bool, ...]
    plain: tuple[bool, ...]
    brief: tuple[bool, ...]


@lru_cache(maxsize=4)
def names_of(gazetteer: Gazetteer, *, counties: bool = False) -> Names:
    """Full names of every level; short names of provinces and prefectures; short forms with their level (恩施州).

    With ``counties`` the short names of counties too, many of which are also words: for counting only.
    """
    meaning: dict[str, tuple[tuple[Division, ...], bool]] = {}
    for name, units in gazetteer.by_short.items():
        rows = tuple(row for row in units if _in_running_text(name, row, counties=counties))
        if rows:
            meaning[name] = (rows, False)
    for name, units in gazetteer.by_name.items():
        if units[0].level != "national":
            meaning[name] = (units, True)
    patterns = list(meaning)
    automaton = ahocorasick_rs.AhoCorasick(patterns, matchkind=ahocorasick_rs.MATCHKIND_LEFTMOST_LONGEST)
    return Names(
        automaton,
        tuple(rows for rows, _ in meaning.values()),
        tuple(full for _, full in meaning.values()),
        tuple(not COMMON_WORDS.fullmatch(name) for name in patterns),
        tuple(len(name) == 2 and full for name, (_, full) in meaning.items()),
    )


def _in_running_text(name: str, row: Division, *, counties: bool) -> bool:
    if len(name) < 2 or row.level == "national":
        return False
    if row.level == "county":
        return (len(name) > 2 and name[-1] in "州县区市旗") or (counties and not WORDS.fullmatch(name))
    return True


def _inside_word(names: Names, pattern: int, text: str, start: int) -> bool:
    """Whether a name of two characters such as 范县 is the end of a longer word."""
    if not names.brief[pattern] or start == 0:
        return False
    return "一" <= text[start - 1] <= "鿿" and text[start - 1] not in BEFORE_SHORT_NAME


def find_mentions(gazetteer: Gazetteer, text: str) -> list[Mention]:
    """Every place named in a text; names in a row that stand one under the other are one mention.

    Examples
    --------
    >>> from textgov.regions import read_divisions
    >>> [mention.units[0].code for mention in find_mentions(read_divisions(), "呼伦贝尔市海拉尔区；山西路")]
    ['150702']
    """
    names = names_of(gazetteer)
    mentions: list[Mention] = []
    for pattern, start, end in names.automaton.find_matches_as_indexes(text):
        units = names.units[pattern]
        last = mentions[-1] if mentions and mentions[-1].end == start else None
        if last is not None:
            above = {unit.code for unit in last.units}
            below = tuple(unit for unit in units if not above.isdisjoint(ancestors(gazetteer, unit)))
            if below:
                mentions[-1] = Mention(below, last.start, end, names.full[pattern])
                continue
        if names.plain[pattern] and not NOT_A_PLACE.match(text, end) and not _inside_word(names, pattern, text, start):
            mentions.append(Mention(units, start, end, names.full[pattern]))
    return mentions


def weigh_in_head(text: str, mention: Mention) -> tuple[float, int]:
    """How surely a place in the opening is the issuer, 0 for a mere mention; and where the words that say so end.

    "我代表武汉市人民政府" 0.97, "在武汉市第十四届人民代表大会" 0.95, "武汉市市长" 0.9, "武汉市2012年政府工作报告" 0.95,
    "中共武汉市委" 0.5, "与武汉市的合作" 0.
    """
    start, end = mention.start, mention.end
    before = text[max(0, start - 8) : start].rstrip()
    government = GOVERNMENT.match(text, end)
    if government and before.endswith("代表"):
        return 0.97, government.end()
    for pattern, weight in ((SESSION, 0.95), (REPORT, 0.95), (OFFICE, OFFICE_WEIGHT)):
        match = pattern.match(text, end)
        if match:
            return weight, match.end()
    party = PARTY.match(text, end)
    return (0.5, party.end()) if party and before.endswith("中共") else (0.0, end)


ORGAN_NEXT = re.compile(rf"\s*{ORGAN}")
OWN_PAPER = re.compile(r"\s*(?:关于)?(?:印发|公布|发布|修改|修订|废止)[《\s]*")  # who issues 武汉市…规划 is 武汉市
FRAGMENT_START = re.compile(rf"[\s(\[【《<*_#—―–-]*(?:中共|中国共产党)?(?:[{NUMERALS}]{{4}}\s*年度?\s*)?")


def weigh_in_title(text: str, mention: Mention) -> float:
    """How surely a place in a title, or in a line of its own, is the issuer of the document.

    The place that the title starts with (武汉市人民政府关于…, 2012年武汉市…) or that stands right before 工作报告;
    a place further on (深化与北京市的合作) is only mentioned.
    """
    end = mention.end
    at_start = FRAGMENT_START.match(text)
    first = at_start is not None and at_start.end() == mention.start
    if REPORT.match(text, end) or (SESSION.match(text, end) and first):
        return 0.95
    if first and ORGAN_NEXT.match(text, end):
        return 0.95
    if SESSION.match(text, end) or OFFICE.match(text, end):
        return 0.9
    if mention.full and OWN_PAPER.fullmatch(text, 0, mention.start):
        return 0.5
    if first:
        return 0.8 if mention.full or YEAR_NEXT.match(text, end) else 0.35
    return 0.0


def count_places(gazetteer: Gazetteer, text: str, suffix: str, year: int) -> Counter[str]:
    """How often each unit of the kind of `suffix` is named in a text, by full or short name.

    ``suffix`` is the word by which the issuer calls itself (市人民政府, 我省): 市, 省, 州 and so on. Without it short
    names of counties are not counted: 比如, 会同 and 合水 (结合水体) are words or parts of them in any text.
    """
    text = text.replace("人民共和国", "\n" * 5)  # 共和县 is not meant
    counts: Counter[str] = Counter()
    names = names_of(gazetteer, counties=bool(suffix))
    meant: dict[int, set[str]] = {}
    for pattern, start, end in names.automaton.find_matches_as_indexes(text):
        if not names.plain[pattern] or NOT_A_PLACE.match(text, end) or _inside_word(names, pattern, text, start):
            continue
        if pattern not in meant:
            units = (at_year(gazetteer, unit, year) for unit in names.units[pattern])
            meant[pattern] = {unit.code for unit in units if unit is not None and fits_suffix(unit, suffix)}
        counts.update(meant[pattern])
    return counts


def fits_suffix(unit: Division, suffix: str) -> bool:
    """Whether a unit can call itself 市, 省, 自治区, 州, 盟, 地区, 县, 区, 旗 or 特区.

    Examples
    --------
    >>> from textgov.regions import place, read_divisions
    >>> fits_suffix(place(read_divisions(), "恩施州"), "市")
    False
    """
    if not suffix:
        return True
    if suffix == "区":
        return unit.level == "county" and unit.name.endswith("区")
    if suffix == "行署":
        return unit.type in ("地区", "盟")
    if suffix == "特区":
        return unit.type in ("SAR", "特区")
    return unit.name.endswith(suffix)
