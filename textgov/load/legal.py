"""What legal databases write above and below the documents that they export."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import replace

from textgov.load.raw import Raw

# The labels of the databases by the key of the metadata; the first five are those that places and years are read from.
LABELS = {
    "title": "法规标题|法规名称|标题|题名|文件名称",
    "issuer": "发布部门|制定机关|发布机关|发文机关|颁布机关|颁布部门|颁布单位|发文单位|发布单位",
    "doc_number": "发文字号|发布文号|文号|发文文号|文件编号",
    "date": "发布日期|公布日期|颁布日期|发文日期|签署日期",
    "effective": "实施日期|施行日期|生效日期",
    "database_id": "法宝引证码|本篇法宝引证码|本法变迁史引证码|CLI Code|唯一标志|全文引证码|法规编号",
    "url": "原文链接|链接|网址",
    "validity": "时效性|效力状态|有效性|时效",
    "rank": "效力级别|效力位阶|效力层级|法规层级|位阶",
    "category": "法规类别|法规分类|主题分类|类别|专题分类|行业分类",
    "region": "地域分类|适用区域|适用地区|地域",
    "approved_by": "批准部门|批准机关",
    "approved": "批准日期",
    "expired": "失效日期|废止日期",
    "expired_by": "失效依据|废止依据",
    "revised_by": "修改依据|修订依据",
    "database": "来源|信息来源|数据来源|所属库",
    "": "全文|正文|法规全文|法宝联想|法宝提示|下载日期|下载时间|打印日期|检索日期|收藏",
}
KEYS = {"".join(name.split()): key for key, names in LABELS.items() for name in names.split("|")}
HEAD, TAIL = 4000, 2000  # characters in which header and footer lie; the longest header of the real files has 400
BLANK = "\ufeff \t\r\n\u3000\xa0"
LONGEST = 120  # characters of a title; the longest of the real files has 83
LINES = 40  # lines of a header at most: all labels with their titles
BRACKETED = re.compile(r"【([^【】\n]{2,16})】[ \t\u3000]*[:：]?([^【\n]*)")
PLAIN = re.compile(r"([\u4e00-\u9fff][\u4e00-\u9fff \u3000]{1,11})[ \u3000]*[:：\t][ \t\u3000]*(.*)")
# Only databases write these; a government site has fields such as 发布日期： too, and they are left to its own rules.
SIGN = re.compile(
    r"法宝引证码|\[CLI Code\]|\bCLI\.[A-Z\d]{1,4}\.\d{3,}|pkulaw\.c|chinalawinfo\.c|lawinfochina\.c|wkinfo\.c|"
    r"law-lib\.com|北大法宝|北大法律信息网|威科先行|法律之星|法律图书馆|【效力级别】|【效力位阶】|【时效性】|【法规类别】|【法规标题】"
)
NUMBER = re.compile(r"CLI\.[\w.]+(?:\(\w+\))?|[\w.()-]+")
FOOTER = re.compile(
    r"(?:[©◎@]\s*|本篇|来源\s*[:：]\s*|摘自\s*|资料来源\s*[:：]\s*)?(?:【法宝引证码】|北大法宝|北大法律信息网|北大法律英文网|威科先行|"
    r"法律图书馆|法律之星)|原文链接\s*[:：]\s*(?:https?://)?[\w.]*(?:pkulaw|lawinfochina|chinalawinfo|wkinfo|law-lib)\.|"
    r"(?:https?://)?[\w.]*(?:pkulaw|lawinfochina|chinalawinfo|wkinfo|law-lib)\.c\S*\Z|扫(?:描|一扫)二维码阅读原文\Z|法宝快讯[:：]|"
    r"(?:下载|打印)(?:日期|时间)\s*[:：]\s*\d{4}\D"
)


def legal_header(text: str) -> tuple[int, int, dict[str, str]]:
    """Where the document in an export of a legal database begins and ends, and what its header says.

    The title that the database puts above the document's own is part of the header. A text without the marks of a
    database, such as 【法宝引证码】, is its own document from beginning to end.

    Returns
    -------
    tuple
        Start, end, and metadata under the keys of `LABELS`.
    """
    start, meta = _read_header(_lines(text), text) if SIGN.search(text, 0, HEAD) else (0, {})
    end = _footer(text, start)
    return start, end, meta


def without_header(raw: Raw) -> Raw:
    """A document of any format without what a legal database wrote around it."""
    if raw.start or raw.end is not None:
        return raw
    start, end, meta = legal_header(raw.original)
    if not start and end == len(raw.original):
        return raw
    title = meta.pop("title", "") or raw.title
    return replace(raw, start=start, end=end, title=title, meta={**meta, **raw.meta})


def _lines(text: str) -> list[tuple[int, int, str]]:
    """Start, end behind the line end, and words of the first lines that are not blank."""
    found = []
    at = 0
    for line in text[:HEAD].splitlines(keepends=True)[: 3 * LINES]:
        if line.strip(BLANK):
            found.append((at, at + len(line), line.strip(BLANK)))
        at += len(line)
    return found[:LINES]


def _read_header(lines: list[tuple[int, int, str]], text: str) -> tuple[int, dict[str, str]]:
    """The fields from the first line on, or behind a title; a line that is none ends them."""
    meta: dict[str, str] = {}
    titles: list[str] = []
    last, open_key = -1, ""
    for number, (_, _, line) in enumerate(lines):
        fields = _fields(line)
        if not fields and open_key and len(line) <= LONGEST:
            fields = [(open_key, line)]  # a page that was copied has the value below its label
        if fields:
            for key, value in fields:
                if key and value:
                    meta.setdefault(key, value)
            open_key = "" if fields[-1][1] else fields[-1][0]
            last = number
        elif last < 0 and len(titles) < 2 and len(line) <= LONGEST:
            titles.append(line)
        else:
            break
    if last < 0 or not SIGN.search(text, 0, lines[last][1]):
        return 0, {}
    if titles:
        meta.setdefault("title", titles[-1] if len(titles) == 1 or _same(*titles) else "".join(titles))
    start = lines[last][1]
    behind = lines[last + 1 : last + 3]
    if len(behind) == 2 and _same(behind[0][2], behind[1][2]):
        meta.setdefault("title", behind[0][2])
        start = behind[0][1]
    number_found = NUMBER.match(meta.get("database_id", ""))
    return start, {**meta, "database_id": number_found[0]} if number_found else meta


def _fields(line: str) -> list[tuple[str, str]]:
    """The fields of a line, several if they stand in brackets; none if any of it is something else."""
    if line.startswith(("【", "[CLI Code]")):
        line = line.replace("[CLI Code]", "【CLI Code】", 1)
        pairs = [(found[1], found[2]) for found in BRACKETED.finditer(line)]
    else:
        plain = PLAIN.fullmatch(line)
        pairs = [(plain[1], plain[2])] if plain else []
    fields = []
    for name, words in pairs:
        key, value = KEYS.get("".join(name.split())), words.strip(BLANK)
        if key is None or (value and "文" in name and not key):  # unknown, or the text begins behind 【全文】
            return []
        fields.append((key, value))
    return fields


def _same(one: str, other: str) -> bool:
    """Whether two titles differ in blanks and punctuation alone."""
    bare = (re.sub(r"[\W_]", "", unicodedata.normalize("NFKC", title)) for title in (one, other))
    first, second = bare
    return first == second and len(first) > 3


def _footer(text: str, start: int) -> int:
    """Where the lines of the database at the end begin."""
    end = len(text)
    floor = max(start, end - TAIL)
    at = end
    while at > floor:
        begin = max(text.rfind("\n", floor, at - 1) + 1, floor)
        line = text[begin:at].strip(BLANK)
        if line and not (FOOTER.match(line) and begin > floor):
            break
        if line:
            end = begin
        at = begin
    return end
