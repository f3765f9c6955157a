"""What a document says about itself: title, opening, header, number and signature."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from textgov.locate.dates import (
    NUMERALS,
    SESSION_YEARS,
    Found,
    find_dates,
    find_year_words,
    read_year,
    year_of_name,
)
from textgov.locate.mentions import OFFICE_WEIGHT, Claim, Mention, find_mentions, weigh_in_head, weigh_in_title
from textgov.locate.nation import (
    NATIONAL_BEHALF,
    NATIONAL_NUMBER,
    NATIONAL_ORGAN,
    TAIWAN,
    TAIWAN_WITHIN,
    session_of,
)
from textgov.normalise import simplify
from textgov.records import Evidence
from textgov.regions import NATIONAL, Gazetteer

TAIWAN_CODE = "710000"
TAIWAN_DATE = 40  # characters of the longest date, 中华民国一百二十三年十二月三十一日 with blanks
HEAD, TAIL = 1200, 400  # characters at both ends in which an issuer names itself
LONG_LINE = 90  # a longer line is a paragraph and no title
# The greeting that ends the head of a report; "I report on behalf of ..." follows within this many characters.
GREETING = re.compile(r"位代表[:!,\s]|各位主任|各位委员|各位同志|主席女士|主席先生|立法会主席")
BEHALF = 200
PLAIN_HEAD = 400  # where the head ends when nobody is greeted

WORK_REPORT = re.compile(
    r"代表[^。\n]{0,24}?(?:政府|国务院|行署|行政公署)\s*[,、]?\s*[^。\n]{0,8}?(?:作|报告)[^。\n]{0,10}?工作|作(?:政府)?工作报告"
)
TYPES = (
    "政府工作报告|施政报告|工作报告|实施意见|指导意见|意见|通知|通报|通告|公告|公报|决定|决议|命令|令|批复|复函|函|办法|规定|条例|细则|"
    "规划|行动计划|计划|实施方案|方案|纲要|要点|措施|章程|规则|标准|指南|目录|报告|请示|议案|纪要|解读"
)
DOC_TYPE = re.compile(rf"({TYPES})(?=\s*(?:\(|$|摘要|全文|【|\[|-|—|_|\d{{4}}))")
LAST_TYPE = re.compile(TYPES)
NUMBER = re.compile(
    rf"^[\s(\[]*(?P<number>(?P<organ>[一-鿿]{{1,14}})\s*[〔\[(【]\s*(?P<year>[{NUMERALS}]{{4}})\s*[〕\])】]\s*第?\s*\d{{1,5}}\s*号)"
    r"[\s)\]]*$",
    re.MULTILINE,
)
NUMBER_IN_TITLE = re.compile(NUMBER.pattern.removeprefix("^").removesuffix("$"))
HEADER_FIELDS = {
    **dict.fromkeys(("发文机关", "发布机构", "发布机关", "发布单位", "制定机关"), "issuer"),
    **dict.fromkeys(("成文日期", "发文日期"), "date"),
    **dict.fromkeys(("发文字号", "文号"), "number"),
    "发布日期": "published",
    "标题": "title",
}
# Pages set these words out with blanks: 标  题.
_LABELS = "|".join(r"\s*".join(name) for name in HEADER_FIELDS)
# A line of its own, or a cell of a table whose cells are parted by |.
HEADER = re.compile(rf"(?:^|(?<=\|))[ \t【\[]*({_LABELS})[】\]]?[ \t]*:\s*(?:\|\s*)?([^\s|][^\n|]*)", re.MULTILINE)
# First character of a document number. Cities use the same characters (宁政发 is 宁夏 and 南京): weak evidence only.
PROVINCE_SIGN = {
    sign: f"{code}0000"
    for code, signs in (
        (11, "京"), (12, "津"), (13, "冀"), (14, "晋"), (15, "蒙"), (21, "辽"), (22, "吉"), (23, "黑"), (31, "沪"),
        (32, "苏"), (33, "浙"), (34, "皖"), (35, "闽"), (36, "赣"), (37, "鲁"), (41, "豫"), (42, "鄂"), (43, "湘"),
        (44, "粤"), (45, "桂"), (46, "琼"), (50, "渝"), (51, "川"), (52, "黔"), (53, "滇云"), (54, "藏"), (61, "陕"),
        (62, "甘"), (63, "青"), (64, "宁"), (65, "新"),
    )
    for sign in signs
}  # fmt: skip
SELF = (
    re.compile(
        rf"代表\s*[^,。;\n]{{0,14}}?(自治区|省|市|州|县|区|旗|盟|地区|特区)\s*(?:第?[一二三四五六七八九十{NUMERALS}]{{1,3}}届)?\s*"
        r"(?:人民政府|政府|行政公署|行署)"
    ),
    re.compile(r"代表\s*(行署|行政公署)"),
    re.compile(r"(?<![一-鿿])(省|市|州|区|县|旗|盟)(?:人民政府|政府)?(?:代理|代)?长"),
    re.compile(
        r"(省|市|州|县|自治区)(?:第?[一二三四五六七八九十]{1,3}届)?(?:人大|人民代表大会)[一二三四五六七八九十第]"
    ),
    re.compile(r"(?:中共)?(自治区|省|市|州|县|区|旗|盟)委的?(?:正确|坚强)?领导下"),
)
REVIEW = re.compile(
    rf"(?P<year>[12一二][{NUMERALS}]{{3}})\s*年(?:以来|及[^\n]{{0,12}}?)?(?:主要|政府|重点|全[省市州县区])?工作(?:的)?(?:简要|基本)?"
    r"(?:回顾|总结|情况|完成|进展)"
)

# (1996年3月17日第八届全国人民代表大会第四次会议通过 根据2009年8月27日...修正), a line or the beginning of one.
PASSAGE = re.compile(r"^[ \t*]*\([^()\n]{0,300}", re.MULTILINE)
PASSED = re.compile(r"[^。;,\d]{0,60}?(?:通过|修订|修正|批准|修改|公布|发布)")


@dataclass(slots=True)
class Reading:
    """What was read; filled step by step within this module only."""

    claims: list[Claim] = field(default_factory=list)
    evidence: list[Evidence] = field(default_factory=list)
    delivered: Found | None = None
    signed: Found | None = None
    header_day: Found | None = None
    title_year: Found | None = None
    review_year: Found | None = None
    first_year: Found | None = None
    passed: Found | None = None
    session: Found | None = None
    number_year: int | None = None
    number: str = ""
    issuer: str = ""
    title: str = ""
    doc_type: str = ""
    suffix: str = ""
    says_itself: bool = False
    work_report: bool = False


def plain(text: str) -> str:
    """Simplified script where that keeps every position."""
    simple = simplify(text).text
    return simple if len(simple) == len(text) else text


def close_up(text: str) -> str:
    """Letter-spaced words without their blanks: 政 府 工 作 报 告."""
    return re.sub(r"(?<=[一-鿿〇○])[ \t]+(?=[一-鿿〇○])", "", text)


def read_document(gazetteer: Gazetteer, title: str, text: str, *, taiwan: bool = False) -> Reading:
    """Read the title, the first 1,200 characters and the last 400.

    ``taiwan`` says that its metadata are those of a document of Taiwan, whose ministries have names of their own.
    """
    reading = Reading(title=close_up(plain(title)))
    head = plain(text[:HEAD])
    _read_header(reading, head)
    greeting = GREETING.search(head)
    head_end = greeting.start() if greeting else min(PLAIN_HEAD, len(head))
    _read_kind(reading, head)
    _read_title(reading, gazetteer)
    _read_opening(reading, gazetteer, head, head_end)
    _read_delivery(reading, head[:head_end], greeted=greeting is not None)
    _read_review(reading, head, head_end if greeting else 0)
    _read_signatures(reading, gazetteer, head, 0)
    if len(text) > HEAD:
        start = max(HEAD, len(text) - TAIL)
        _read_signatures(reading, gazetteer, plain(text[start:]), start)
    _read_number(reading, gazetteer, head)
    _read_passage(reading, head)
    taiwan = _read_taiwan(reading, gazetteer, head) or taiwan
    if not taiwan:
        _read_national(reading, gazetteer, head, head_end)
    return reading


def _read_header(reading: Reading, head: str) -> None:
    for match in HEADER.finditer(head):
        name = HEADER_FIELDS["".join(match[1].split())]
        value = match[2].strip()
        if name == "issuer" and not reading.issuer:
            reading.issuer = value
        elif name == "title" and not reading.title:
            reading.title = value
        elif name == "number" and not reading.number:
            reading.number = value
        elif name in ("date", "published") and not (reading.header_day and name == "published"):
            found = find_dates(value)
            if found:
                at = match.start(2)
                reading.header_day = found[0]._replace(start=at + found[0].start, end=at + found[0].end)


def _read_kind(reading: Reading, head: str) -> None:
    ends = list(DOC_TYPE.finditer(reading.title)) or list(LAST_TYPE.finditer(reading.title))
    if not ends and not reading.title:
        # Without a title the first short line that ends as titles do stands for it.
        lines = (line for _, line in _lines(head[:PLAIN_HEAD]) if len(line) <= LONG_LINE)
        ends = next((found for line in lines if (found := list(DOC_TYPE.finditer(line.rstrip())))), [])
    reading.doc_type = ends[-1][0] if ends else ""
    if reading.doc_type in ("", "工作报告", "报告") and (
        "政府工作报告" in close_up(head[:200]) or WORK_REPORT.search(head)
    ):
        reading.doc_type = "政府工作报告"
    if not reading.doc_type and "施政报告" in head[:PLAIN_HEAD]:
        reading.doc_type = "施政报告"
    reading.work_report = reading.doc_type in ("政府工作报告", "施政报告", "工作报告")
    for pattern in SELF:
        match = pattern.search(head)
        if match:
            reading.suffix = "行署" if match[1] in ("行政公署", "地区") else match[1]
            reading.says_itself = pattern in SELF[:2]
            return
    if reading.doc_type == "施政报告":
        reading.suffix = "特区"


HORIZON = re.compile(r"\s*年?\s*远景")


def _read_title(reading: Reading, gazetteer: Gazetteer) -> None:
    title = reading.title
    for mention in find_mentions(gazetteer, title):
        weight = weigh_in_title(title, mention)
        if weight:
            reading.claims.append(Claim("title", mention.units, title[mention.start : mention.end], weight))
    session = SESSION_YEARS.search(title)
    # The year that a plan looks ahead to (2035年远景目标) is not that of the document.
    words = [word for word in find_year_words(title) if not HORIZON.match(title, word.end)]
    if session and (year := read_year(session[1])):
        reading.title_year = Found(year, "", -1, -1, session[0])
    elif len({word.year for word in words}) == 1:
        reading.title_year = words[0]._replace(start=-1, end=-1)
    elif reading.work_report and not words and not find_dates(title) and (found := year_of_name(title)):
        reading.title_year = found._replace(start=-1, end=-1)
    if reading.issuer:
        for mention in find_mentions(gazetteer, reading.issuer)[:1]:
            reading.claims.append(Claim("opening", mention.units, reading.issuer, 0.95))


def _read_opening(reading: Reading, gazetteer: Gazetteer, head: str, head_end: int) -> None:
    for mention in find_mentions(gazetteer, head):
        weight, end = weigh_in_head(head, mention)
        if weight == OFFICE_WEIGHT and not reading.work_report:
            weight = 0.5  # the governor who gives a report issues it; in a notice he is a guest or a member
        if mention.start < head_end:
            weight = max(weight, _weigh_line(head, mention))
        elif mention.start >= head_end + BEHALF or weight < 0.97:
            weight = min(weight, 0.5)
        if weight >= 0.5:
            quote = " ".join(head[mention.start : end].split())
            reading.claims.append(Claim("opening", mention.units, quote, weight, mention.start, end))


def _weigh_line(head: str, mention: Mention) -> float:
    start = head.rfind("\n", 0, mention.start) + 1
    end = head.find("\n", mention.end)
    line = head[start : end if end >= 0 else len(head)]
    if len(line) > LONG_LINE or line.rstrip().endswith(("。", ":", ";")):
        return 0.0
    moved = mention._replace(start=mention.start - start, end=mention.end - start)
    weight = weigh_in_title(line, moved)
    return weight if weight >= 0.9 else min(weight, 0.6)


def _read_delivery(reading: Reading, head: str, *, greeted: bool) -> None:
    """The first date before the greeting, else the date in the title."""
    for found in find_dates(head):
        start = head.rfind("\n", 0, found.start) + 1
        end = head.find("\n", found.end)
        line = head[start : end if end >= 0 else len(head)]
        if reading.work_report and (greeted or len(line) <= LONG_LINE):
            reading.delivered = found
            break
    if reading.delivered is None and reading.work_report:
        in_title = find_dates(reading.title)
        reading.delivered = in_title[0]._replace(start=-1, end=-1) if in_title else None


def _read_review(reading: Reading, head: str, start: int) -> None:
    """The year that a work report reviews: that of its first heading, else the first that its body names."""
    if not reading.work_report:
        return
    review = REVIEW.search(head)
    if review and (year := read_year(review["year"])):
        reading.review_year = Found(year, "", review.start(), review.end(), review[0])
        return
    words = find_year_words(head[start : start + PLAIN_HEAD])
    if words and reading.delivered is None:
        first = words[0]
        reading.first_year = first._replace(start=start + first.start, end=start + first.end)


def _lines(text: str) -> Iterator[tuple[int, str]]:
    at = 0
    for line in text.split("\n"):
        if line.strip():
            yield at, line
        at += len(line) + 1


def _read_signatures(reading: Reading, gazetteer: Gazetteer, text: str, offset: int) -> None:
    """A line that is only a date, with the signer in the line above or before it."""
    above = (0, "")
    for at, line in _lines(text):
        dates = find_dates(line) if len(line) <= LONG_LINE else []
        if dates and len(line.strip()) - (dates[0].end - dates[0].start) <= 30:
            before = line[: dates[0].start].strip(" (\t")
            start, signer = (at, before) if before else above
            mentions = find_mentions(gazetteer, signer) if len(signer.strip()) <= 40 else []
            signs = [mention for mention in mentions if not signer[: mention.start].strip()]
            clean = not line[dates[0].end :].strip(" )\t")
            if clean and signs and not signer.rstrip().endswith((":", "。")):
                mention = signs[0]
                where = (offset + start + mention.start, offset + start + mention.end)
                reading.claims.append(Claim("signature", mention.units, signer.strip(), 0.85, *where))
            if clean and (signs or NATIONAL_ORGAN.match(signer)):
                reading.issuer = reading.issuer or close_up(signer.strip())
                day = dates[0]
                reading.signed = day._replace(start=offset + at + day.start, end=offset + at + day.end)
        above = (at, line)


def _read_number(reading: Reading, gazetteer: Gazetteer, head: str) -> None:
    match = NUMBER_IN_TITLE.search(reading.number) if reading.number else NUMBER.search(head)
    offset = 0 if match and not reading.number else -1
    match = match or NUMBER_IN_TITLE.search(reading.title)
    if match is None:
        return
    reading.number = "".join(match["number"].split())
    reading.number_year = read_year(match["year"])
    start, end = match.span("number") if offset == 0 else (-1, -1)
    reading.evidence.append(Evidence("doc_number", "number", reading.number, reading.number, 0.9, start, end))
    organ = match["organ"]
    if NATIONAL_NUMBER.match(organ):
        units, weight = gazetteer.by_code.get(NATIONAL, ()), 0.9
    else:
        units, weight = gazetteer.by_code.get(PROVINCE_SIGN.get(organ[0], ""), ()), 0.35
    if units:
        reading.claims.append(Claim("number", units, reading.number, weight, start, end))


def _read_passage(reading: Reading, head: str) -> None:
    """The last date on which a law or a resolution was passed, and the session of the congress that it names."""
    for match in PASSAGE.finditer(head):
        days = [day for day in find_dates(match[0]) if PASSED.match(match[0], day.end)]
        if days:
            day = days[-1]
            reading.passed = day._replace(start=match.start() + day.start, end=match.start() + day.end)
            break
    session = session_of(reading.title)
    if session is not None:
        reading.session = session._replace(start=-1, end=-1)
    elif (session := session_of(head)) and not head[: session.start].strip(" \n(*#"):
        reading.session = session


def _read_taiwan(reading: Reading, gazetteer: Gazetteer, head: str) -> bool:
    match = TAIWAN.search(head, 0, TAIWAN_WITHIN)
    if match is None:
        return False
    units = gazetteer.by_code.get(TAIWAN_CODE, ())
    reading.claims.append(Claim("opening", units, match[0], 0.85, match.start(), match.end()))
    days = find_dates(head[match.start() : match.start() + TAIWAN_DATE])
    if reading.passed is None and days and days[0].start <= len("中华"):
        day = days[0]
        reading.passed = day._replace(start=match.start() + day.start, end=match.start() + day.end)
    return True


def _read_national(reading: Reading, gazetteer: Gazetteer, head: str, head_end: int) -> None:
    nation = gazetteer.by_code.get(NATIONAL, ())
    title = NATIONAL_ORGAN.match(reading.title)
    opening = NATIONAL_BEHALF.search(head, 0, head_end + BEHALF)
    line = next(
        (m for at, text in _lines(head[:head_end]) if len(text) <= LONG_LINE and (m := NATIONAL_ORGAN.match(text))),
        None,
    )
    issuer = NATIONAL_ORGAN.match(reading.issuer)
    found = (
        ("title", title, 0.9),
        ("opening", opening, 0.97),
        ("opening", issuer, 0.95),
        ("opening", line, 0.75),
    )
    for kind, match, weight in found:
        if match:
            where = match.span() if match is opening else (-1, -1)
            reading.claims.append(Claim(kind, nation, match[0].strip(), weight, *where))
