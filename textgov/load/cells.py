"""What the columns of a table mean by their names, and what a cell says as text."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import date, datetime, time

# Names under which people keep the text, tried in this order; upper case, blanks and underscores make no difference.
TEXT_COLUMNS = (
    *("text", "content", "doc", "body", "fulltext", "正文", "全文", "内容", "文本", "內容", "文档", "文檔"),
    *("正文内容", "全文内容", "文本内容", "政策全文", "政策正文", "政策内容", "政策文本", "文件全文", "文件正文"),
    *("文件内容", "文件內容", "报告全文", "报告正文", "报告内容", "报告文本", "法规内容", "法規內容", "条文", "條文"),
    *("document", "textcontent", "documenttext", "policytext", "policycontent", "reporttext", "maintext", "article"),
)
TITLE_COLUMNS = (
    *("title", "标题", "標題", "题目", "題目", "题名", "篇名", "名称", "名稱", "文件名称", "文件标题", "政策名称"),
    *(
        "政策标题",
        "报告名称",
        "报告标题",
        "法规名称",
        "法規名稱",
        "headline",
        "doctitle",
        "documenttitle",
        "policytitle",
    ),
)
# Columns that `locate` reads under the key on the left; it knows more names by itself.
ALIASES = {
    "date": (
        *("releasetime", "releasedate", "issuedate", "dateissued", "issuetime", "publicationdate", "publisheddate"),
        *("publishtime", "pubdate", "pubtime", "印发日期", "印发时间", "发文时间", "成文时间", "公布日期", "公布时间"),
        *("颁布日期", "颁布时间", "出台时间", "發布日期", "公布日", "發文日期", "最新異動日期"),
    ),
    "issuer": (
        *("releasedepartment", "policyreleasedepartment", "issuingbody", "issuingagency", "issuingauthority"),
        *("印发机关", "印发机构", "印发单位", "颁布机关", "颁布机构", "颁布单位", "颁布部门", "发布部门", "发文机构"),
        *("发文部门", "发布主体", "发文主体", "制定机构", "發文機關", "發布機關"),
    ),
    "doc_number": ("发文号", "文件号", "文件字号", "文件编号", "發文字號", "文號", "documentnumber"),
    "place_code": ("行政区划编码", "区划编码", "行政区代码", "行政代码", "divisioncode", "regioncode", "areacode"),
    "county": ("countyname", "区县名称", "县名", "县域", "縣"),
    "city": ("cityname", "地级市名称", "城市名", "市名", "地市名称", "所属城市", "所在城市", "縣市"),
    "place": ("location", "所属地区", "所在地区", "发布地区", "地域"),
    "province": ("prov", "provname", "provincename", "省份名称", "省名", "省级"),
    "year": ("yr", "报告年份", "发布年份", "报告年度", "发文年份", "統計年度"),
}
_CANONICAL = {name: key for key, names in ALIASES.items() for name in names}
_YEARS = frozenset(("year", "年份", "年度", "年", *ALIASES["year"]))
# What a spreadsheet shows for a formula without a result.
FORMULA_ERRORS = frozenset(("#N/A", "#REF!", "#VALUE!", "#DIV/0!", "#NAME?", "#NULL!", "#NUM!"))
NOTHING = frozenset(("nan", "NaT", "<NA>"))  # how libraries spell an empty cell
SURROGATE = re.compile("[\ud800-\udfff]")


def fold(name: str) -> str:
    """A column name as it is compared.

    Examples
    --------
    >>> fold(" Full_Text ")
    'fulltext'
    """
    return "".join(name.split()).replace("_", "").strip("\ufeff").casefold()


def find_column(names: Sequence[str], wanted: Sequence[str]) -> int | None:
    """The first column that has the first possible of the wanted names."""
    places: dict[str, int] = {}
    for at, name in enumerate(names):
        places.setdefault(fold(name), at)
    return next((places[key] for name in wanted if (key := fold(name)) in places), None)


def distinct(names: Sequence[str]) -> list[str]:
    """Names that tell the columns apart: one without a name gets its number, a second ``a`` is ``a_2``.

    Examples
    --------
    >>> distinct(["a", "", "a", "a_2"])
    ['a', 'column_2', 'a_3', 'a_2']
    """
    given = set(names)
    numbers: dict[str, int] = {}
    found: list[str] = []
    for at, name in enumerate(names, 1):
        number = numbers.get(name, 0) + 1
        new = name if number == 1 else f"{name}_{number}"
        if not name:
            new = f"column_{at}"
        while new in given and (number > 1 or not name):
            number += 1
            new = f"{name or 'column'}_{number if name else at + number}"
        numbers[name] = number if name else 0
        given.add(new)
        found.append(new)
    return found


def meta_names(names: Sequence[str]) -> list[str]:
    """Names of the columns as metadata: those that `locate` does not know get the one that it does."""
    known = {fold(name) for name in names}
    found = []
    for name in names:
        key = _CANONICAL.get(fold(name))
        found.append(key if key and fold(key) not in known else name)
        known.add(fold(found[-1]))
    return found


def plain(value: object, name: str = "") -> str:
    """A cell as text: 2015.0 is 2015, a date its ISO form, and nothing stays empty.

    ``name`` is the column; a date in a column of years is its year. Half a surrogate pair, which no file can hold,
    becomes ``?``.
    """
    if isinstance(value, str):
        text = value
    elif value is None:
        text = ""
    elif isinstance(value, float):
        text = str(int(value)) if value.is_integer() else str(value)
    elif isinstance(value, bytes):
        text = value.decode("utf-8", "replace")
    elif isinstance(value, (date, time)):
        text = _day(value, name)
    elif isinstance(value, (list, tuple, Mapping)):
        text = "\n".join(lines_of(value))
    else:
        text = str(value).lower() if isinstance(value, bool) else str(value)
    return SURROGATE.sub("?", "" if not isinstance(value, str) and text in NOTHING else text)


def _day(value: date | time, name: str) -> str:
    if str(value) in NOTHING:  # pandas has a date that is none
        return ""
    if isinstance(value, date) and fold(name) in _YEARS:
        return str(value.year)
    if not isinstance(value, datetime):
        return value.isoformat()
    try:
        return value.date().isoformat() if value.time() == time() else value.isoformat(" ", "seconds")
    except (OverflowError, ValueError):  # a date of pandas that no calendar has
        return str(value)


def lines_of(value: object) -> list[str]:
    """A text kept in pieces, one piece a line.

    A list has a line a piece; a piece that is an object is its title and text, or all strings in it, parted by a
    blank (``{"條號": "第 1 條", "條文內容": "本法…"}``).
    """
    lines: list[str] = []
    stack = [value]
    while stack:
        piece = stack.pop()
        if isinstance(piece, (list, tuple)):
            stack.extend(reversed(piece))
        elif isinstance(piece, Mapping):
            lines.append(_line(piece))
        else:
            lines.append(plain(piece))
    return [line for line in lines if line]


def _line(piece: Mapping[str, object]) -> str:
    names = list(piece)
    text = find_column(names, TEXT_COLUMNS)
    if text is None:
        words = [value for value in piece.values() if isinstance(value, str)]
        nested = [value for value in piece.values() if isinstance(value, (list, Mapping))]
        return "\n".join([" ".join(map(plain, words)), *lines_of(nested)]).strip("\n")
    title = find_column(names, TITLE_COLUMNS)
    chosen = [piece[names[at]] for at in (title, text) if at is not None]
    return " ".join(filter(None, map(plain, chosen)))
