"""The tree of a web page: what is hidden or furniture, what only lays out, the rows about the document, its lines."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from textgov.load.blocks import LAYOUT_SHARE, Blocks, fold_blanks

# Never text of the document. `form` is not here: whole pages stand in one.
UNSHOWN = frozenset(
    "script style noscript template head iframe object embed svg canvas audio video map select option datalist button "
    "input textarea nav footer rt rp".split()
)
INLINE = frozenset(
    "a abbr acronym b bdi bdo big cite code data del dfn em font i img ins kbd label mark o:p q ruby rb s samp small "
    "span strike strong sub sup time tt u var wbr".split()
)
NO_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
HIDDEN = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden", re.IGNORECASE)
# Names that pages of Chinese governments give to what surrounds the text: the place on the site (面包屑, 当前位置),
# buttons for font, print and sharing, related pages, codes to scan, copyright.
FURNITURE = re.compile(
    r"(?:^|[\s_-])(?:bread|breadcrumbs?|crumbs?|mbx|dqwz|weizhi|location|curpos|position|pos|nav|navbar|menu|topbar|"
    r"toolbar|tools|share|bshare|sharebox|bdsharebuttonbox|bdshare|fontsize|zihao|print|printbtn|related|relate|"
    r"xgwj|xgyd|xgxx|xglink|recommend|hot|sidebar|qrcode|ewm|erweima|copyright|bottom|footer|foot|login|search|"
    r"comments?|prevnext|pages?nav|pager)(?:[\s_-]|$)",
    re.IGNORECASE,
)
MAX_FURNITURE = 0.2  # of a page's text; an element with such a name that holds more holds the document
# What pages state about a document, under the names that they use.
LABELS = (
    "索引号|主题分类|信息分类|体裁分类|公文种类|发文机关|发文单位|发布机构|发布机关|发布单位|制发机关|责任部门|"
    "成文日期|发文日期|生成日期|发布日期|发布时间|公开日期|公开时间|实施日期|生效日期|失效日期|废止日期|标题|名称|"
    "信息名称|文件名称|发文字号|文号|文件编号|统一编号|统一登记号|主题词|关键词|有效性|效力状态|是否有效|时效性|来源"
)
LABEL = re.compile(rf"({LABELS})(?:[:：](.*)|\Z)", re.DOTALL)
SAME_LABEL = {"生成日期": "成文日期", "公开日期": "发布日期", "公开时间": "发布日期", "发布时间": "发布日期"}
# Lines that a site sets around a document. Above it: when, whence, how often read; below it: who runs the site.
ABOVE = re.compile(
    r"(?:发布时间|发布日期|更新时间|更新日期|(?:信息|文章|稿件)?来源|浏览次数|浏览量|阅读次数|访问次数|点击数|点击率|责任编辑|字体|字号)"
    r"[:：]"
)
BELOW = re.compile(
    r"网站标识码|公网安备|ICP备|版权所有|技术支持[:：]|主办(?:单位)?[:：].{2,40}(?:承办|维护|协办)|建议使用.{0,30}(?:浏览器|分辨率)|"
    r"扫一扫在手机打开"
)
ABOVE_LENGTH, BELOW_LENGTH = 120, 300
MIN_LABELS = 3  # a table with fewer rows about the document may be one of its own
MAX_LABEL_CELLS = 80
CELLS = {"table": ("td", "th"), "ul": ("li",), "dl": ("dt", "dd"), "div": ("p", "div", "span"), "tr": ("td", "th")}


def squeeze(text: str) -> str:
    """The text without any blank, as texts are compared."""
    return "".join(text.split())


def tag_of(element: Any) -> str:
    """The name of an element; nothing for a comment."""
    return element.tag.lower() if isinstance(element.tag, str) else ""


def remove(element: Any) -> None:
    """Take an element out of its tree; the text behind it stays."""
    parent = element.getparent()
    if parent is None:
        return
    before = element.getprevious()
    if element.tail:
        if before is None:
            parent.text = _settable((parent.text or "") + element.tail)
        else:
            before.tail = _settable((before.tail or "") + element.tail)
    parent.remove(element)


def _settable(text: str) -> str:
    """A text without what lxml reads, as in ``&#11;``, but refuses to be given."""
    return NO_XML.sub("\ufffd", text)


def text_of(element: Any) -> str:
    """All text in an element."""
    return "".join(element.itertext())


def clean(root: Any) -> None:
    """Take out what is not shown, and what its name says is furniture."""
    for element in list(root.iter()):
        if element is root:
            continue
        shown = isinstance(element.tag, str) and tag_of(element) not in UNSHOWN and element.get("hidden") is None
        if not shown or HIDDEN.search(element.get("style") or ""):
            remove(element)
    total = len(squeeze(text_of(root)))
    for element in list(root.iter("div", "p", "ul", "ol", "span", "td", "table", "section", "aside", "dl", "center")):
        name = f"{element.get('class') or ''} {element.get('id') or ''}"
        if FURNITURE.search(name) and len(squeeze(text_of(element))) < MAX_FURNITURE * total:
            remove(element)


def unfold_layout(root: Any) -> None:
    """Make blocks out of the tables that only lay out a page; the tables of data stay."""
    tables = list(root.iter("table"))
    outer = {above for table in tables for above in table.iterancestors("table")}
    for table in reversed(tables):
        rows = [row for row in table.iter("tr") if _table_of(row) is table]
        cells = [cell for row in rows for cell in row if tag_of(cell) in ("td", "th")]
        sizes = [len(squeeze(text_of(cell))) for cell in cells]
        largest = max(sizes, default=0)
        pages = [
            size == largest and any(tag_of(each) not in INLINE for each in cell)
            for cell, size in zip(cells, sizes, strict=True)
        ]
        single = all(sum(tag_of(cell) in ("td", "th") for cell in row) < 2 for row in rows)
        if table in outer or single or (any(pages) and largest > LAYOUT_SHARE * sum(sizes)):
            parts = table.iterdescendants("tbody", "thead", "tfoot", "tr", "td", "th", "caption", "colgroup")
            for part in [table, *(part for part in parts if _table_of(part) is table)]:
                part.tag = "div"


def _table_of(element: Any) -> Any:
    return next(element.iterancestors("table"), None)


def take_labels(root: Any) -> dict[str, str]:
    """Take the rows about the document (number, issuer, dates) out of a page and return them.

    Of two dates the one of the document comes before the one of the page.
    """
    found: dict[str, str] = {}
    for element in list(root.iter(*CELLS)):
        if element is not root and _is_inside(element, root):
            pairs, only = _labels_in(element)
            if pairs is not None and (len(pairs) >= MIN_LABELS or only):
                for label, value in pairs.items():
                    found.setdefault(SAME_LABEL.get(label, label), value)
                remove(element)
    ordered = sorted(found, key=lambda label: (label == "发布日期", label not in ("成文日期", "发文日期")))
    return {label: found[label] for label in ordered if found[label] not in ("", "无", "-", "—")}


def take_lines_of_the_site(root: Any) -> None:
    """Take out the short blocks that state when a page was published and read, and who runs the site."""
    for element in reversed(list(root.iter("p", "div", "td", "li", "h4", "h5", "h6", "section", "center"))):
        if element is root or not _is_inside(element, root):
            continue
        text = squeeze(text_of(element)) if sum(1 for _ in element.iter()) < 40 else ""
        if (len(text) <= BELOW_LENGTH and BELOW.search(text)) or (
            len(text) <= ABOVE_LENGTH and ABOVE.match(text) and len(ABOVE.findall(text)) > 1
        ):
            remove(element)


def _is_inside(element: Any, root: Any) -> bool:
    return any(above is root for above in element.iterancestors())


def _labels_in(element: Any) -> tuple[dict[str, str] | None, bool]:
    """Labels and values of an element that holds nothing else, and whether it has any; None when it holds more."""
    if tag_of(element) == "div" and len(element) < 2:
        return None, False
    own = CELLS[tag_of(element)]
    inner = [each for each in (element.iter(*own) if tag_of(element) != "div" else element) if each is not element]
    if len(inner) > MAX_LABEL_CELLS or next(element.iterdescendants("table"), None) is not None:
        return None, False
    cells = [fold_blanks(text_of(each)).strip() for each in inner]
    pairs: dict[str, str] = {}
    at, rest = 0, 0
    while at < len(cells):
        match = LABEL.match(squeeze(cells[at]))
        if match is None:
            rest += len(cells[at])
        elif match[2]:
            pairs[match[1]] = re.split("[:：]", cells[at], maxsplit=1)[1].strip()
        else:
            at += 1
            pairs[match[1]] = cells[at] if at < len(cells) else ""
        at += 1
    stray = len(squeeze(element.text or "")) + sum(len(squeeze(child.tail or "")) for child in element)
    if not pairs or rest + stray > 10:
        return None, False
    return pairs, tag_of(element) == "table"


def render(node: Any, skip: Iterable[Any] = ()) -> list[str]:
    """The lines of an element: blocks begin and end lines, rows of a table are lines with tabs between the cells."""
    from lxml import etree

    skipped = set(skip)
    blocks = Blocks(folded=True)
    walker = etree.iterwalk(node, events=("start", "end", "comment", "pi"))
    for event, element in walker:
        tag = tag_of(element)
        if event == "start":
            if element in skipped:
                walker.skip_subtree()
                continue
            _begin(blocks, tag)
            blocks.write(element.text or "")
            continue
        if event == "end" and element not in skipped:
            _finish(blocks, tag)
        if element is not node:
            blocks.write(element.tail or "")
    return blocks.lines


def _begin(blocks: Blocks, tag: str) -> None:
    if tag in INLINE:
        return
    if tag == "table":
        blocks.open_table()
    elif tag == "tr":
        blocks.end_line()
        blocks.open_row()
    elif tag in ("td", "th"):
        blocks.open_cell()
    else:
        blocks.end_line()


def _finish(blocks: Blocks, tag: str) -> None:
    if tag in INLINE:
        return
    if tag == "table":
        blocks.close_table()
    elif tag in ("td", "th"):
        blocks.close_cell()
    else:
        blocks.end_line()
