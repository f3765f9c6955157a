"""The parts of a work report: where the plan for the coming year begins, and the list of explained words at the end.

Functions take the lines of a text and answer with the number of a line; `sections` knows where a line stands.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator
from itertools import islice
from typing import NamedTuple

YEAR = r"(?:19|20)\d\d"
CHINESE_YEAR = r"[一二][九〇零○][〇零○一二三四五六七八九]{2}年"
PERIOD = (
    rf"{YEAR}|{CHINESE_YEAR}|今年|明年|今后|未来|下一?年|新的?一年|下一步|下一阶段|本届|新一届|"
    "十[一二三四五]五|[五六七八九]五”"
)
AIMS = (
    "任务|安排|重点|目标|要求|思路|部署|建议|意见|打算|考虑|总体|指导|做好|推进|远景|工作|设想|规划|举措|计划|推动|建设"
)
# Headings of the plan name a period and an aim, or use words that are enough alone.
PERIOD_AND_AIM = re.compile(rf"(?:{PERIOD}).*(?:{AIMS})|(?:{AIMS}).*(?:{PERIOD})")
AIM_ALONE = re.compile(
    "(?:主要|目标|工作)任务|重点工作|工作(?:安排|重点|要求|部署|思路|建议|目标)|奋斗目标|总体(?:要求|思路|部署|安排)|指导思想|"
    "(?:主要|预期)目标|构想|愿景"
)
QUOTED = re.compile("“[^”]*”")
REVIEW = re.compile(
    r"回顾|总结|成就|成绩|过去|上年|去年|[一二三四五]年来|以来|执行情况|完成情况|落实情况|工作情况|基本情况|历程|走过|刚刚|即将|"
    r"实现了|迈出|胜利完成|圆满"
)
# Lessons and problems belong to the review; words of success to its subheadings.
LESSONS = re.compile(r"体会|经验|启示|认识|问题|困难|不足")
SUCCESS = re.compile(r"扎实|有力|有效|显著|稳步|成效|完成|不断|持续|明显|顺利|提升|强力|强劲|增强|提高|取得|突破|新")
ACHIEVED = re.compile(r"显著|成效|完成|取得|明显|顺利|圆满|稳步|新突破|新台阶|新进展|新提升")
ORDINALS = "一二三四五六七八九十"
ORDINAL = re.compile(r"(?:([一二三四五六七八九十]{1,3})[、.: ]|第([一二三四五六七八九十])部分[、.: ]?) *")
OPENERS = frozenset("一二三四五六七八九十第*#")
# A longer line is no heading; the second number leaves room for marks around it.
LONGEST_HEADING, MARKS = 45, 12
NO_END = "。;,:!、?"
ALONE = re.compile(rf"(?:(?={YEAR})|[^(\[〔—\-0-9]).{{2,43}}[^{NO_END}]")
# In which share of the body a plan may begin; the reports of the panel have it between 0.07 and 0.78 (0.35 in the
# middle), headings outside belong to something else.
EARLIEST, LATEST = 0.05, 0.85
# Without a heading, the paragraph that sets the aims of the year opens the plan.
AIMS_SET = re.compile(
    rf"(?:各位代表[!,:。] ?)?[^。]{{0,12}}(?:{PERIOD})[^。]{{0,30}}(?:总体要求|总的要求|总体思路|基本思路|"
    rf"工作思路|指导思想|预期目标|主要目标|奋斗目标|目标任务|主要任务|工作重点|工作安排)[^。]{{0,12}}(?:是|为|:)"
)
NEAR = 8
YEAR_OPENS = re.compile(rf"(?:各位代表[!,:。] ?)?({YEAR})年,?是")

OF_REPORT = (
    r"(?:20\d\d年?)?《?(?:\S{0,12}政府工作报告)?》?(?:中的?)?"
    "(?:(?:有关|相关|部分|特定|若干|主要|专业)?(?:内容|情况)?的?)?"
)
WORDS = (
    r"(?:名词|术语|用语|词语|词汇|词条|概念|词)+(?:、?术语)?的?(?:解释|注释|注解|解析|解读|释义|说明|简释|浅释|诠释)"
)
EXPLAINED = re.compile(WORDS)
GLOSSARY = re.compile(
    rf"\W*(?:资料|附录|附件?[一二三四五\d]*)?\W*{OF_REPORT}(?:{WORDS}|(?:解释(?:和|及)?)?说明|注释|注解|附注|尾注|脚注|释义|注)"
    r"(?:(?:和|及)?(?:有关|相关)?(?:情况)?的?说明)?\W*(?:[(\[].{0,24}[)\]]\W*)?"
)
# One of them stands in every such heading.
GLOSSARY_WORD = re.compile("解|注|说明|释")
MARK = r"(?:[\[(〔【]?\^?\d{1,3}[\])〕】]?[.、:: ]*|[①-⑳⑴-⒇] ?|[(]?[一二三四五六七八九十]{1,3}[)、.] ?|[★*#·•◆] ?|\*+)*"
ENTRY = re.compile(rf"{MARK}[^。!?]{{1,48}}?(?:[:]|——|--|(?:主要|通常|一般)?是?指|即|是)")
NUMBERED = re.compile(r"[\[(〔【]?\^?\d{1,3}[\])〕】]?[.、: ]*\D")
ITEM = re.compile(r"[\[(〔【]?(\d{1,3})[\])〕】]?[.、: ]*\D")
# Explanations without a heading: at least so many, numbered down to 1, with at most so many other lines between two.
TAIL_ENTRIES, BETWEEN = 4, 3
CALL = re.compile(r"让我们|奋斗|各位代表|谢谢|[!！]\W*$")
FOOTNOTE = re.compile(r"\[\^\d+\]:")
# A list of explained words shows at least so many of its first lines as entries; fewer is a remark.
ENTRIES, LOOK = 2, 8


class Heading(NamedTuple):
    """A line that opens a part: its number, the ordinal before it (or ""), its words."""

    line: int
    ordinal: str
    words: str


def core(line: str) -> str:
    """A line without the marks of markdown and of comments around it."""
    return line.strip(" \t*#>").removeprefix("<!--").removesuffix("-->").strip(" *#")


def headings(lines: list[str], numbers: Iterable[int]) -> Iterator[Heading]:
    """Numbered parts of the first level, and short lines that stand alone."""
    for number in numbers:
        line = lines[number]
        long = len(line) > 2 * LONGEST_HEADING
        if not line or (long and line[0] not in OPENERS):
            continue
        words = line[: 2 * LONGEST_HEADING].lstrip(" *#") if long else line.strip(" *#\t")
        # The first and the last character tell of most lines that the patterns do not match.
        ordinal = ORDINAL.match(words) if words[:1] in OPENERS else None
        if ordinal:
            # Text may follow in the same line.
            words = re.split(r"[。:!]|\*\*", words[ordinal.end() :], maxsplit=1)[0]
            if len(words) <= LONGEST_HEADING:
                yield Heading(number, ordinal[1] or ordinal[2], words)
        elif len(words) <= LONGEST_HEADING and words[-1:] not in NO_END and ALONE.fullmatch(words):
            yield Heading(number, "", words)


def find_plan(lines: list[str], starts: list[int], first: int, stop: int, year: int = 0) -> int | None:
    """The line with which the plan begins; what stands before it is the review.

    Parameters
    ----------
    lines, starts : list of str, list of int
        The lines of a text and where they begin.
    first, stop : int
        The lines of the body.
    year : int
        The year that the report plans for, or 0.

    Returns
    -------
    int or None
        None where no heading and no paragraph tells.

    Examples
    --------
    >>> find_plan(["一、2020年工作回顾", "去年" * 90, "二、2021年工作安排", "今年" * 200], [0, 12, 193, 205], 0, 4)
    2
    """
    length = starts[stop - 1] + len(lines[stop - 1]) - starts[first]
    low = bisect_left(starts, starts[first] + EARLIEST * length)
    high = bisect_right(starts, starts[first] + LATEST * length)
    before: list[Heading] = []
    reviewed, named = 0, None
    for heading in headings(lines, range(first, high)):
        if REVIEW.search(heading.words):
            reviewed = max(reviewed, _last_year(heading.words))
        elif heading.line >= low and _opens_plan(heading, reviewed or year - 1):
            named = heading
            break
        before.append(heading)
    reviewed = reviewed or year - 1
    if named is None or named.ordinal:
        named = _second_part(before, reviewed) or named
    if named:
        return named.line
    return _paragraph(lines, low, high, reviewed)


def _paragraph(lines: list[str], low: int, high: int, reviewed: int) -> int | None:
    """The paragraph that opens the plan where no heading names it, or the slogan of its part just above."""
    opening = None
    for number in range(low, high):
        if AIMS_SET.match(lines[number]) and not _stale(lines[number][:60], reviewed):
            opening = number
            break
        opened = YEAR_OPENS.match(lines[number])
        if opening is None and opened and 0 < reviewed < int(opened[1]):
            opening = number
    if opening is None:
        return None
    above = headings(lines, range(max(low, opening - NEAR), opening))
    return next((heading.line for heading in above if heading.ordinal in ("二", "三")), opening)


def _second_part(found: list[Heading], reviewed: int) -> Heading | None:
    """The first numbered part behind a review, where a slogan opens the plan and a later part or none names it."""
    parts = [heading for heading in found if heading.ordinal]
    if not parts or parts[0].ordinal != "一" or not REVIEW.search(parts[0].words):
        return None
    for ordinal, heading in zip(ORDINALS[1:], parts[1:], strict=False):
        if heading.ordinal != ordinal:
            return None
        looks_back = REVIEW.search(heading.words) or LESSONS.search(heading.words) or ACHIEVED.search(heading.words)
        if not looks_back and not _stale(heading.words, reviewed):
            return heading
    return None


def _last_year(words: str) -> int:
    return max((int(year) for year in re.findall(YEAR, words)), default=0)


def _stale(words: str, reviewed: int) -> bool:
    """Whether a heading names only years that the report looks back on."""
    latest = _last_year(words)
    return bool(latest) and bool(reviewed) and latest <= reviewed


def _opens_plan(heading: Heading, reviewed: int) -> bool:
    words = heading.words
    if REVIEW.search(words) or LESSONS.search(words) or _stale(words, reviewed):
        return False
    if PERIOD_AND_AIM.search(words):
        return bool(heading.ordinal) or not SUCCESS.search(words) or _last_year(words) > reviewed > 0
    brief = bool(heading.ordinal) or len(words) <= 16
    return brief and not SUCCESS.search(words) and bool(AIM_ALONE.search(QUOTED.sub("", words)))


def find_glossary(lines: list[str], starts: list[int], short: list[int], first: int, report: bool) -> int | None:
    """The line with which the explained words begin: their heading, or the first of them.

    Parameters
    ----------
    lines, starts : list of str, list of int
        The lines of a text and where they begin.
    short : list of int
        The lines short enough for a heading.
    first : int
        The first line of the body.
    report : bool
        Whether the text is a work report. Elsewhere notes may be anything, and only a heading that says that words
        are explained counts.
    """
    middle = bisect_left(starts, starts[first] + (starts[-1] - starts[first]) // 3)
    for number in short[bisect_left(short, middle) :]:
        if GLOSSARY_WORD.search(lines[number]):
            words = core(lines[number]).replace(" ", "")
            named = len(words) <= LONGEST_HEADING and GLOSSARY.fullmatch(words)
            if named and (report or EXPLAINED.search(words)) and _is_list(lines, number, words):
                return number
    if not report:
        return None
    return _footnotes(lines, middle) or _numbered_tail(lines, middle)


def _is_list(lines: list[str], number: int, heading: str) -> bool:
    """Whether explanations follow a heading; one that names words needs less of a proof than one that says notes."""
    look = [core(line) for line in islice(filter(None, islice(lines, number + 1, None)), LOOK)]
    proof = NUMBERED if EXPLAINED.search(heading) else ENTRY
    return sum(bool(proof.match(line) or ENTRY.match(line)) for line in look) >= min(ENTRIES, len(look)) > 0


def _footnotes(lines: list[str], middle: int) -> int | None:
    """Where footnotes of markdown begin that lead to the end of a text."""
    top = None
    for number in range(len(lines) - 1, middle, -1):
        if FOOTNOTE.match(lines[number]):
            top = number
        elif lines[number]:
            break
    return top


def _numbered_tail(lines: list[str], middle: int) -> int | None:
    """Where numbered explanations begin that lead from the last call of a speech to its end."""
    entries = between = 0
    for number in range(len(lines) - 1, middle, -1):
        line = core(lines[number])
        item = ITEM.match(line)
        if item and ENTRY.match(line):
            entries, between = entries + 1, 0
            if int(item[1]) == 1:
                call = next((core(line) for line in reversed(lines[:number]) if line.strip()), "")
                return number if entries >= TAIL_ENTRIES and CALL.search(call) else None
        elif line:
            between += 1
            if between > BETWEEN:
                return None
    return None
