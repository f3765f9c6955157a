"""What the lines of a paper or a textbook chapter say they are: labels, headings, captions, names, affiliations."""

from __future__ import annotations

import itertools
import re
from typing import NamedTuple

# Every label word by what it announces. A blank in a word stands for any run of blanks ("摘 要", "Key words").
LABEL_WORDS: dict[str, str] = {
    "abstract": "中文摘 要|内容摘 要|内容提 要|论文摘 要|摘 要|提 要",
    "abstract_en": "英文摘 要|Abstract|ABSTRACT|A B S T R A C T",
    "keywords": "中文关 键 词|关 键 词|关 键 字",
    "keywords_en": "英文关键词|Key words?|Key Words?|KEY WORDS?|Index Terms",
    "clc": "中图分类号|中图法分类号|CLC Number|CLC number|CLC",
    "article_id": "文章编号|Article ID|Article id",
    "doi": "DOI|doi|Doi",
    "funding": "基金项目|基金资助|资助项目|项目基金|项目来源|Supported by|Funding|Foundation items?",
    "bio": "作者简介|作者单位|第一作者|About the authors?|About authors?|Author biograph(?:y|ies)|Biograph(?:y|ies)",
    "corresponding": "通[讯信]作者|Corresponding [Aa]uthors?|Correspondence",
    "published": "出版日期|发布日期|网络出版日期|网络首发日期|刊出日期|Published online|Published|Online",
    "dates": "收稿日期|修回日期|修订日期|录用日期|Received|Accepted|Revised",
    "citation": "引用本文|本文引用格式|引用格式|Citation|Cite this article|To cite this article",
    "source": "文章来源|来源|原文出处",
    "other": (
        "文献标[识志]码|Document code|JEL [Cc]lassification|JEL|责任编辑|责编|E-?mail|详细信息|出版历程|利益冲突|致谢"
        "|Acknowledge?ments?|投稿邮箱"
    ),
    "references": (
        "主要参 考 文 献|参 考 文 献|注 释 ?[及与和] ?参 考 文 献|参 考 文 献 ?[及与和] ?注 释|引用文献|References?"
        "|REFERENCES|Bibliography|Works Cited"
    ),
    "notes": "注 释|尾 注|附 注|Notes|NOTES|Endnotes",
    "citing": "期刊类型引用|其他类型引用|施引文献|引证文献|被引文献|Cited by",
    "counters": (
        "计 量|文章访问数|HTML ?全文浏览量|PDF ?下载量|被引次数|浏览次数|阅读次数|下载次数|访问次数|点击次数|Metrics"
        "|Article views|Views|Downloads"
    ),
    "contents": "目 录|目 次|Contents|CONTENTS|Table of Contents",
    "appendix": r"附 录 ?[A-Z一二三四五六七八九十\d]*|Appendix(?: [A-Z\d])?",
}
# Labels after which the words may follow without a colon or bracket: "摘 要 本文…", "Keywords digital government".
LOOSE = frozenset(("abstract", "abstract_en", "keywords", "keywords_en"))
# Labels that stand on a line of their own (with a count behind them or a number before them).
ALONE = frozenset(("references", "notes", "citing", "contents", "appendix"))
FRONT = frozenset(
    "abstract abstract_en keywords keywords_en clc article_id doi funding bio corresponding published dates citation "
    "source other".split()
)
METADATA = FRONT - LOOSE
OPEN, CLOSE = r"[\[【〔(<《]", r"[\]】〕)>》]"


def _words(*keys: str) -> str:
    return "|".join(LABEL_WORDS[key] for key in keys).replace(" ?", r"\s*").replace(" ", r"[^\S\n]*")


LABEL = re.compile(
    rf"(?P<open>{OPEN}?)\s*(?:"
    + "|".join(f"(?P<{key}>{_words(key)})" for key in LABEL_WORDS)
    + rf")\s*(?P<count>\(\d+\))?(?P<close>{CLOSE}?)\s*(?P<colon>:?)"
)
# Labels inside a line, as in a table cell that lost its line breaks.
INNER = re.compile(
    rf"{OPEN}\s*(?:{_words('abstract', 'abstract_en', 'keywords', 'keywords_en', 'references')})\s*{CLOSE}"
    rf"|(?<=[。.;!?\s])(?:{_words('abstract', 'abstract_en', 'keywords', 'keywords_en', 'clc', 'references')})\s*:"
)
# Keywords end where the body begins, even on the same line.
AFTER_KEYWORDS = re.compile(r"[ \t](?=一、|引\s*言|[01][ .、]*(?:引\s*言|问题)|1\.? Introduction)")
BULLETS = " \t•●○▪◆■*#>_"
MARKS = BULLETS + "-–—"

HEADING = re.compile(
    r"第\s*[一二三四五六七八九十百\d]+\s*[章节篇编]|[一二三四五六七八九十]{1,3}\s*、|\([一二三四五六七八九十]{1,3}\)"
    r"|\d{1,2}(?:\.\d{1,2}){1,3}(?![\d.%])|\d{1,2}\s*[.、]?\s+\S|\d{1,2}[.、]\S|[IVX]{1,4}\.\s"
    r"|(?:引\s*言|前\s*言|导\s*[言论]|绪\s*论|问题的提出|结\s*[语论]|Introduction|INTRODUCTION)\s*$"
)
CAPTION = re.compile(
    r"(?:附?[图表]\s*\d{1,2}(?:[-.]\d{1,2})?|(?:Fig(?:ure)?|FIGURE|Table|TABLE)\.?\s*\d{1,2})(?P<rest>.*)"
    r"|[图表]\s*\(\d+\)\s*$|拓展阅读\s*\d+(?:\.\d+)*\s*$|(?:资料|数据)来源\s*:[^。]{0,60}。?\s*$",
    re.DOTALL,
)
# A sentence that begins with a figure, not the caption of one.
NO_CAPTION = re.compile(r"[显所中为给表展报列可是的和与及、,至~—-]|(?:shows?|presents?|reports?|and|is|gives?)\b")
LONGEST_CAPTION, LONGEST_HEADING, LONGEST_LINE = 80, 60, 400

SURNAMES = (
    "王李张刘陈杨黄赵吴周徐孙马朱胡郭何高林罗郑梁谢宋唐许韩冯邓曹彭曾肖萧田董袁潘于蒋蔡余杜叶程苏魏吕丁任沈姚卢姜"
    "崔钟谭陆汪范金石廖贾夏韦付傅方白邹孟熊秦邱江尹薛闫阎段雷侯龙史陶黎贺顾毛郝龚邵万钱严覃武戴莫孔向汤温康施文"
    "牛樊葛邢安齐易乔伍庞颜倪庄聂章鲁岳翟殷詹申欧耿关兰焦俞左柳甘祝包宁尚符舒阮柯纪梅童凌毕单季裴霍涂成苗谷盛曲"
    "翁冉骆蓝路游辛靳管柴蒙鲍华喻祁蒲房滕屈饶解牟艾尤阳时穆农司卓古吉缪简车项连芦麦褚娄窦戚岑景党宫费卜冷晏席卫"
    "米柏宗瞿桂全佟应臧闵苟邬边卞姬师仇栾隋商刁沙荣巫寇桑郎甄丛仲虞敖巩明佘池查麻苑迟邝官封谈匡鞠惠荆乐冀郁胥南"
    "班储原栗燕楚鄢劳谌奚皮粟冼蔺楼满闻厉伊区郜海阚花权强帅屠豆朴盖练廉禹井祖漆巴丰支狄平计索宣晋相云容敬扈晁芮"
    "上诸东皇令尉公慕竺"
)
_NAME = rf"(?:[{SURNAMES}][\u4e00-\u9fff·]{{1,3}}|[{SURNAMES}] [\u4e00-\u9fff](?![\u4e00-\u9fff]))"
_FLAG = r"(?:[ ]?[\d¹²³⁴-⁹*†‡#①-⑳](?:,(?=\d))?)*"
AUTHORS = re.compile(rf"{_NAME}{_FLAG}(?:[\s,;、/]+{_NAME}{_FLAG}){{0,20}}[\s,;]*")
AUTHOR = re.compile(rf"({_NAME})({_FLAG})")
NAME_WORD = re.compile(r"[A-Z][\w'’.-]*|de|van|von|der")
# Also "Li Junrong1 Liu Zhiyong1", with nothing but a number between the names.
BETWEEN_NAMES = re.compile(
    r"\s*;\s*|\s*,?\s+and\s+|\s*&\s*|,\s+|,(?=[A-Z])|(?<=[\d*†‡¹²³])\s+(?=[A-Z])",
)
ORGANISATION = re.compile(
    r"大学|学院|研究院|研究所|研究中心|党校|科学院|委员会|\b(?:University|School|Institute|College|Department|Academy"
    r"|Faculty|Centre|Center|Ministry)\b"
)
AFFILIATION = re.compile(
    r"[\[(]?\d{1,2}\s*[\]).、 ]\s*\S|[\[(]|[^,]*,|.*(?:\d{6}|大学|学院|院|所|中心|系|党校)[\s;).]*$",
)
# Lines of a journal's page that are neither title nor authors.
PAGE_LINE = re.compile(
    r"››|\bVol\b|\bISSN\b|\bCN\s?\d\d-|\[J(?:/OL)?\]|https?://|\b10\.\d{4,9}/|\d{4}\s*年\s*第\s*\d+\s*期|第\s*\d+\s*卷"
    r"|^\d{4}\s*[-年/.]\s*\d|上一篇|下一篇|研究论文|Previous Article|Next Article|查看余下全文|下载|^PDF|首页|返回"
    r"|^\W*$|^来源|点击|浏览"
)
SUBTITLE = re.compile(r"\s*[—–-]{1,2}\s*\S")
ENTRY = re.compile(r"\[(?P<square>\d{1,3})\]|(?P<plain>\d{1,3})[.、](?!\d)|\((?P<round>\d{1,3})\)\s")
CITED = re.compile(r"\[(?:J|M|N|D|C|R|S|P|A|Z|G|J/OL|EB/OL|N/OL|M/OL|DB/OL|EB|OL)\]|\b10\.\d{4,9}/|(?:19|20)\d\d")


class Piece(NamedTuple):
    """A line, or a part of one that begins with a label; ``text`` is without bullets and marks of headings."""

    start: int
    end: int
    text: str
    marked: bool  # it was written as a heading in markdown


class Label(NamedTuple):
    """What a piece announces, and where in its text the words begin."""

    key: str
    content: str


def cut_pieces(text: str) -> list[Piece]:
    """The lines of a text, cut once more where a label stands inside one; together they are the text."""
    pieces = []
    start = 0
    for line in text.split("\n"):
        end = min(start + len(line) + 1, len(text))
        cuts = [start, *_inner_cuts(line, start), end]
        for left, right in itertools.pairwise(cuts):
            raw = text[left:right].strip()
            pieces.append(Piece(left, right, raw.strip(BULLETS).strip(), raw.startswith("#")))
        start = end
    return pieces


def _inner_cuts(line: str, start: int) -> list[int]:
    lead = len(line) - len(line.lstrip(MARKS))
    inner = list(INNER.finditer(line)) if len(line) > 20 else []
    cuts = {match.start() for match in inner if match.start() > lead}
    first = LABEL.match(line, lead) if cuts or len(line) > LONGEST_CAPTION else None
    words = [match.end() for match in inner if "词" in match[0] or "ey" in match[0]]
    if words or (first and (first["keywords"] or first["keywords_en"])):
        cuts |= {match.end() for match in itertools.islice(AFTER_KEYWORDS.finditer(line, *words[-1:]), 1)}
    return [start + cut for cut in sorted(cuts)]


def read_label(piece: Piece) -> Label | None:
    """The label that a piece begins with.

    Examples
    --------
    >>> read_label(Piece(0, 8, "[摘 要] 本文", False))
    Label(key='abstract', content='本文')
    >>> read_label(Piece(0, 7, "摘要写得很好。", False)) is None
    True
    """
    text = piece.text
    match = LABEL.match(text.lstrip("—-"))
    if match is None:
        number = re.match(r"(?:[一二三四五六七八九十]{1,3}、|\d{1,2}[.、]?\s*)(?=\S{2,12}$)", text)
        match = LABEL.match(text, number.end()) if number else None
        if match is None or not (match["references"] or match["notes"]) or match.end() != len(text):
            return None
    key = next(key for key in LABEL_WORDS if match[key])
    content = match.string[match.end() :].strip()
    closed = bool(match["open"] and match["close"]) or bool(match["colon"])
    if content and not closed and not _loose(key, match, content):
        return None
    if key in ALONE and content and not ENTRY.match(content):
        return None
    # "(doi: 10.…)" and "(责任编辑:某某)" close behind their words.
    return Label(key, content.rstrip(")") if match["open"] and not match["close"] else content)


def _loose(key: str, match: re.Match[str], content: str) -> bool:
    """Whether a label without colon or bracket is one: a blank behind it, and the words begin as a sentence does."""
    blank = match.string[match.end() - 1 : match.end()].isspace() or content[0] in "—-–"
    return key in LOOSE and blank and not content[0].islower()


def is_heading(piece: Piece) -> bool:
    """Whether a piece is a numbered or marked heading."""
    text = piece.text
    if not text or len(text) > LONGEST_HEADING or text[-1] in "。;,":
        return False
    return piece.marked or (HEADING.match(text) is not None and not ORGANISATION.search(text))


def is_caption(text: str) -> bool:
    """Whether a line is the caption of a figure or table, or the line below it that says where it comes from."""
    if len(text) > LONGEST_CAPTION:
        return False
    match = CAPTION.match(text)
    if match is None:
        return False
    rest = match["rest"]
    if rest is None or not rest.strip():
        return True
    parted = rest[0].isspace() or rest[0] in ":.、"
    rest = rest.strip(" \t:.、")
    short = parted or len(rest) <= LONGEST_CAPTION / 2
    return short and not rest.endswith(("。", ";", ",")) and not NO_CAPTION.match(rest)


def is_latin(text: str) -> bool:
    """Whether a line is in Latin letters rather than Han characters."""
    latin = sum(char.isascii() and char.isalpha() for char in text)
    han = sum("\u4e00" <= char <= "\u9fff" for char in text)
    return latin > 3 * han


def is_affiliation(text: str) -> bool:
    """Whether a line names the place where an author works."""
    if len(text) > LONGEST_LINE:
        return False
    return ORGANISATION.search(text) is not None and AFFILIATION.match(text) is not None


def read_authors(text: str) -> list[tuple[str, str]]:
    """Names of a line that is a list of Chinese names, each with the numbers of its affiliations; else nothing.

    Examples
    --------
    >>> read_authors("王 芳1,2 李小明2")
    [('王芳', '1,2'), ('李小明', '2')]
    """
    if len(text) > LONGEST_LINE or not AUTHORS.fullmatch(text):
        return []
    return [(name.replace(" ", ""), _numbers(flag)) for name, flag in AUTHOR.findall(text)]


def read_authors_en(text: str) -> list[tuple[str, str]]:
    """As `read_authors`, for names in Latin letters."""
    found = []
    for part in BETWEEN_NAMES.split(text.strip(" ,;")) if len(text) <= LONGEST_LINE else ():
        name = re.split(r"[\d*†‡#,¹²³]", part, maxsplit=1)[0]
        words = name.split()
        if not 2 <= len(words) <= 4 or not all(NAME_WORD.fullmatch(word) for word in words):
            return []
        found.append((" ".join(words), _numbers(part[len(name) :])))
    return found


def _numbers(flag: str) -> str:
    return ",".join(re.findall(r"\d", flag.translate(str.maketrans("¹²³⁴⁵⁶⁷⁸⁹", "123456789"))))
