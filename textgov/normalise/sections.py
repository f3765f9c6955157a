"""Sections of government documents: title, number, addressee, body, signature, annexes, and those of a work report.

Every character belongs to exactly one section of the first level; ``review`` and ``plan`` lie inside the body. What is
not sure is body, which may come in several stretches.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from itertools import accumulate
from typing import NamedTuple

from textgov.errors import UsageError
from textgov.normalise.change import lines_of
from textgov.normalise.reports import core, find_glossary, find_plan
from textgov.records import Section

# Name of a section: its Chinese and its English label.
SECTION_NAMES: dict[str, tuple[str, str]] = {
    "title": ("标题", "title"),
    "title_en": ("英文标题", "title in English"),
    "metadata": ("元数据", "source, dates and other facts"),
    "doc_number": ("文号", "document number"),
    "front": ("题注", "session, date and speaker"),
    "addressee": ("主送机关", "addressee"),
    "body": ("正文", "body"),
    "review": ("工作回顾", "review of the past year"),
    "plan": ("工作安排", "plan for the coming year"),
    "signature": ("落款", "signature and date"),
    "annex": ("附件", "annex"),
    "glossary": ("名词解释", "glossary"),
    "authors": ("作者", "authors"),
    "affiliations": ("作者单位", "affiliations"),
    "abstract": ("摘要", "abstract"),
    "abstract_en": ("英文摘要", "abstract in English"),
    "keywords": ("关键词", "keywords"),
    "keywords_en": ("英文关键词", "keywords in English"),
    "notes": ("注释", "notes"),
    "references": ("参考文献", "references"),
    "captions": ("图表标题", "captions"),
    "citing": ("引证文献", "works that cite this one"),
    "counters": ("计量", "page counters"),
    "goals": ("学习目标", "learning goals"),
    "questions": ("思考题", "questions"),
    "exercises": ("练习", "exercises"),
    "case": ("案例", "case"),
    "contents": ("目录", "contents"),
}
INSIDE_BODY = ("review", "plan")

YEAR = "(?:19|20)[0-9]{2}|[一二][〇零○Oo九][〇零○Oo一二三四五六七八九]{2}"
NUMBER = "[0-9]{1,2}|[一二三四五六七八九十元]{1,3}"
DATE = rf"(?:{YEAR}) ?年 ?(?:{NUMBER}) ?月 ?(?:{NUMBER}) ?日"
OPENING = r"[〔\[(【<﹝]"
CLOSING = r"[〕\])】>﹞]"
DOC_NUMBER = re.compile(
    rf"[(\[]?[\u4e00-\u9fff]{{1,16}}{OPENING} ?(?:19|20)\d\d ?{CLOSING} ?第? ?\d{{1,5}} ?号[)\]]?|"
    r"[\u4e00-\u9fff]{0,20}(?:令|公告|第) ?第? ?[\d一二三四五六七八九十百〇○]{1,6} ?号"
)
TITLE_END = re.compile(
    r".*(?:报告|通知|意见|办法|方案|规划|决定|批复|函|公告|条例|规定|细则|纲要|计划|通报|命令|令|决议|讲话|致辞|指南|措施|要点|规则|"
    r"章程|准则|清单|指引|公报|通告|指示|议案|纪要|规范|规程|白皮书|提纲|答复)(?:[(〔\[].{1,30}[)〕\]])?》?"
)
OFFICE = "省长|市长|主席|州长|区长|县长|盟长|旗长|总理|专员|主任|书记|秘书长|部长|局长"
HAN_NAME = r"[\u4e00-\u9fff](?:[ ·]{0,3}[\u4e00-\u9fff]){1,3}|\S{1,14}·\S{1,14}"
# Where and when a speech was given, and by whom; a long line of it may be broken in two.
SESSION = re.compile(
    rf"[—–\-―~(\s]*{DATE}.{{0,40}}(?:大会|会议|人大).{{0,40}}|[—–\-―~(\s]*在?[^。]{{0,40}}会议上.{{0,16}}|"
    rf"[—–\-―~(\s]*(?:{DATE}|(?:{YEAR})年)[^。]{{0,16}}[)]?|[—–\-―~(]+\s*(?:{DATE})?在[^。]{{4,40}}"
)
SPEAKER = re.compile(rf"(?!关于)[(]?(?:\S{{0,24}} ?(?:{OFFICE})|报告人):?\s*(?:{HAN_NAME}|\S{{2,8}})?[)]?")
NAME = re.compile(HAN_NAME)
FACTS = (
    "发布时间|发布日期|发表时间|成文日期|公布日期|实施日期|施行日期|生效日期|时间|日期|来源|信息来源|文章来源|"
    "索 ?引 ?号|主题分类|发文机关|发布部门|发文字号|主 ?题 ?词|标 ?题|时效性|有 ?效 ?性|效力级别|效力位阶|"
    "法规类别|分类|公开方式|原标题|原文链接|浏览次数|点击数"
)
FACT = re.compile(
    rf"(?:{FACTS}) ?:.*|【.{{2,8}}】.*|\|.*\||新华社.*电|"
    r"(?:19|20)\d\d[-./年]\d\d?[-./月]\d\d?日? *(?:\d\d?[:时]\d\d(?:分|:\d\d)?)? *(?:来源.*)?"
)
ADDRESSEE = re.compile(
    r"各位(?:代表|委员|领导|同志|来宾|议员|市民)[^。;]{0,40}[:,!]|主席(?:女士|先生)[:,]|"
    r"(?:各|有关|国务院|中央|最高|省|市|自治|[\u4e00-\u9fff()]{2,16}(?:政府|局|委|部|厅|办公室|委员会|集团|公司|院|会|大学|省|市))"
    r"[^。;!?]{0,300}:"
)
NOT_ADDRESSEE = re.compile("如下|以下|下列|报告|为了|根据")
PART = re.compile(
    r"(?:第?[一二三四五六七八九十]{1,3}(?:部分|[章编篇节条])?[、.:, ]|[(][一二三四五六七八九十]{1,3}[)]|"
    r"第[一二三四五六七八九十百]{1,4}[章编篇节条])"
)
LONGEST_FRONT_LINE, TITLE_LINES = 80, 5
# Headings, signatures and labels of annexes are shorter than this.
SHORT = 64
# The front of a document ends within so many lines that hold something (a page of gov.cn opens with 10 of facts).
FRONT_LINES = 24
SIGNED = re.compile(rf"(?P<issuer>.{{2,40}}?)?[\s(]*{DATE}\s*[)]?")
ISSUER = re.compile("[^。;:!?,《》]{2,40}")
OFFICE_END = re.compile("(?:部|委|局|厅|院|会|府|室|办|行|社|署|司|组|中心|集团|公司|总队|联|团)$")
COPY = re.compile(
    r"[(\[]?此件.{0,12}(?:公开|发布).{0,8}[)\]]?|[(\[]?(?:本文|此件)?有删减[)\]]?|(?:抄送|抄报|主题词|印发|分送) ?:.*|"
    r"[(]?(?:联系人|联系电话)\S{0,4}:.*"
)
ANNEX = re.compile(r"附(?:件|表|录|图)(?: ?[\d一二三四五六七八九十]{1,3})?(?: ?[:.、] ?| |$).{0,60}|附:.{0,60}")
ISSUED = re.compile("印发|发布|转发|颁布|公布|批转|下发")
# A note that only passes a text on is shorter than this (those of the 49 pages of gov.cn have 30 to 320 characters);
# the text behind it is then the body.
COVER = 600
SHORTEST_ANNEX, LONGEST_LABEL = 100, 40
WORK_REPORT = re.compile(r"政府\s*工作\s*报告|工作报告|各位代表|人民代表大会")


class _Text(NamedTuple):
    """A text, its lines, where they begin, and the numbers of those short enough for a heading or a signature."""

    text: str
    lines: list[str]
    starts: list[int]
    short: list[int]

    def after(self, number: int) -> int | None:
        """The next line that holds anything."""
        for at in range(number + 1, len(self.lines)):
            if self.lines[at].strip():
                return at
        return None

    def before(self, number: int) -> int | None:
        """The line before that holds anything."""
        for at in range(number - 1, -1, -1):
            if self.lines[at].strip():
                return at
        return None

    def short_from(self, number: int) -> list[int]:
        """Short lines from a given one on."""
        return self.short[bisect_left(self.short, number) :]


Marks = dict[int, str]


def read_section_names(value: str) -> tuple[str, ...]:
    """The names in an option such as ``body,glossary``.

    Raises
    ------
    UsageError
        A name that is neither one of `SECTION_NAMES` nor ``all``.
    """
    names = tuple(name.strip() for name in value.split(","))
    for name in names:
        if name not in SECTION_NAMES and name != "all":
            detail = f"known sections: {', '.join(SECTION_NAMES)}, all"
            raise UsageError("option_bad", name="sections", value=value, detail=detail)
    return names


def split_sections(text: str) -> tuple[Section, ...]:
    r"""Take a government document apart.

    The title, number, session and addressee open it, the body follows up to the signature, annexes and glossary. Text
    that a short cover note passes on (印发) is body as well; what a label calls an annex is ``annex``; the list of
    annexes before the signature stays with the body.

    Examples
    --------
    >>> found = split_sections("关于做好某项工作的通知\n各县人民政府:\n请照办。\n某市人民政府\n2020年1月2日")
    >>> [section.name for section in found]
    ['title', 'addressee', 'body', 'signature']
    """
    if not text.strip():
        return (Section("body", 0, len(text)),) if text else ()
    lines = lines_of(text)
    lengths = list(map(len, lines))
    starts = list(accumulate([length + 1 for length in lengths[:-1]], initial=0))
    page = _Text(text, lines, starts, [number for number, length in enumerate(lengths) if 0 < length <= SHORT])
    marks, first = _front(page)
    if first is None:
        return _sections(page, marks)
    marks[first] = "body"
    report = bool(WORK_REPORT.search(text, 0, starts[first] + 300))
    stop = _back(page, marks, first, report)
    sections = _sections(page, marks)
    if report:
        plan = find_plan(lines, starts, first, stop, _planned_year(text[: starts[first]]))
        if plan is not None:
            end = starts[stop] if stop < len(starts) else len(text)
            body = next(section.start for section in sections if section.name == "body")
            inside = (Section("review", body, starts[plan]), Section("plan", starts[plan], end))
            sections = tuple(sorted((*sections, *inside), key=lambda section: (section.start, -section.end)))
    return sections


def title_of(text: str, sections: tuple[Section, ...]) -> str:
    """The lines of the first title, joined; "" where there is none."""
    for section in sections:
        if section.name == "title":
            return "".join(core(line) for line in text[section.start : section.end].split("\n"))
    return ""


def _sections(page: _Text, marks: Marks) -> tuple[Section, ...]:
    """Sections that begin at the marked lines; neighbours of one name are one."""
    found: list[Section] = []
    for number in sorted(marks):
        start = page.starts[number] if found else 0
        if not found or found[-1].name != marks[number]:
            found.append(Section(marks[number], start, start))
    ends = [section.start for section in found[1:]] + [len(page.text)]
    return tuple(Section(section.name, section.start, end) for section, end in zip(found, ends, strict=True))


def _front(page: _Text) -> tuple[Marks, int | None]:
    """Lines of the front with their names, and the first line of the body."""
    marks: Marks = {}
    number = page.after(-1)
    while number is not None and len(marks) < FRONT_LINES:
        name = _front_name(core(page.lines[number]), list(marks.values()))
        if not name and not _subtitle(page, number, list(marks.values())):
            break
        marks[number] = name or "title"
        number = page.after(number)
        if name == "addressee":
            break
    titles = [core(page.lines[at]) for at in marks if marks[at] == "title"]
    if len(titles) == len(marks) and (len(titles) > 3 or not titles or not TITLE_END.fullmatch(titles[-1])):
        return {}, page.after(-1)
    return marks, number


def _front_name(words: str, names: list[str]) -> str:
    """What a line of the front is, given the names of those before it; "" where the body begins."""
    if ADDRESSEE.fullmatch(words) and not NOT_ADDRESSEE.search(words):
        return "addressee"
    if not words or FACT.fullmatch(words):
        return "metadata"
    if DOC_NUMBER.fullmatch(words):
        return "doc_number"
    if len(words) > LONGEST_FRONT_LINE or words[-1] in "。;,:!" or PART.match(words):
        return ""
    title = TITLE_END.fullmatch(words) and not re.search(DATE, words)
    speaker = names and (SPEAKER.fullmatch(words) or ("front" in names and NAME.fullmatch(words)))
    if not title and (SESSION.fullmatch(words) or speaker):
        return "front"
    last = names[-1] if names else ""
    fits = last in ("", "metadata") or (last == "title" and names.count("title") < TITLE_LINES)
    return "title" if title or (fits and "front" not in names and "," not in words) else ""


def _subtitle(page: _Text, number: int, names: list[str]) -> bool:
    """Whether a line is a motto between the title and the session of a report."""
    after = page.after(number)
    short = len(page.lines[number]) <= SHORT and names[-1:] == ["title"]
    return short and after is not None and bool(SESSION.fullmatch(core(page.lines[after])))


def _planned_year(front: str) -> int:
    """The year that a report plans for; one given from October on plans for the next. 0 where the front has no year."""
    date = re.search(r"((?:19|20)\d\d)年(?: ?(\d{1,2}) ?月)?", front)
    return int(date[1]) + (int(date[2] or 1) >= 10) if date else 0


def _back(page: _Text, marks: Marks, first: int, report: bool) -> int:
    """Mark what follows the body; return the line with which its first stretch ends."""
    stop, rest = len(page.lines), first
    glossary = find_glossary(page.lines, page.starts, page.short, first, report)
    signed = _signature(page, first, glossary or stop)
    if signed:
        stop, last = signed
        marks[stop] = "signature"
        after = page.after(last)
        if after is not None and after != glossary:
            title = "".join(core(page.lines[number]) for number in marks if marks[number] == "title")
            passes_on = ISSUED.search(title) or page.starts[stop] - page.starts[first] <= COVER
            marks[after] = "body" if passes_on and not ANNEX.fullmatch(core(page.lines[after])) else "annex"
        rest = after if after is not None and marks.get(after) == "body" else len(page.lines)
    annex = _annex(page, rest, glossary or len(page.lines))
    if annex is not None:
        marks[annex] = "annex"
        stop = min(stop, annex)
    if glossary is not None:
        above = page.before(glossary)
        if above is not None and above > first and ANNEX.fullmatch(core(page.lines[above])):  # 附件2, then 名词解释
            glossary = above
        if annex is not None and 0 <= page.starts[glossary] - page.starts[annex] <= LONGEST_LABEL:
            del marks[annex]
            glossary = annex
        marks[glossary] = "glossary"
        stop = min(stop, glossary)
    return stop


def _signature(page: _Text, first: int, stop: int) -> tuple[int, int] | None:
    """First and last line of issuer, date and what is said about copies."""
    for number in page.short_from(first):
        if number >= stop:
            break
        line = page.lines[number]
        date = SIGNED.fullmatch(core(line)) if "日" in line[-4:] else None
        top = _issuer(page, number, date["issuer"] or "", first) if date else None
        if top is not None:
            last, after = number, page.after(number)
            while after is not None and COPY.fullmatch(core(page.lines[after])):
                last, after = after, page.after(after)
            return top, last
    return None


def _issuer(page: _Text, number: int, issuer: str, first: int) -> int | None:
    """The first line of the issuers of a date, which stand before it in the same line or above."""
    if issuer.strip():
        return number if OFFICE_END.search(issuer.strip()) and number > first else None
    top = None
    above = page.before(number)
    while above is not None and above > first:
        words = core(page.lines[above])
        if not ISSUER.fullmatch(words) or PART.match(words) or (top is not None and not OFFICE_END.search(words)):
            break
        if top is None and not OFFICE_END.search(words) and len(words) > 12:
            break
        top, above = above, page.before(above)
    return top


def _annex(page: _Text, first: int, stop: int) -> int | None:
    """The heading of an annex; a list of annexes, which stands before a signature or at the end, is none."""
    for number in page.short_from(first + 1):
        if number >= stop:
            return None
        line = page.lines[number]
        if line[0] not in "附*#" or "附" not in line:
            continue
        words, after = core(line), page.after(number)
        if after is None or not ANNEX.fullmatch(words) or words[-1] in "。;":
            continue
        behind = [core(line) for line in page.lines[number + 1 : number + 12] if line.strip()][:4]
        listed = re.match(r"\d{1,2}[.、]", behind[0]) or ANNEX.fullmatch(behind[0])
        signed = any(SIGNED.fullmatch(line) for line in behind)
        if not listed and not signed and len(page.text) - page.starts[after] >= SHORTEST_ANNEX:
            return number
    return None
