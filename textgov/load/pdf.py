"""PDF files: their text layer, if it is one. Scans and layers of wrong characters are refused, never analysed."""

from __future__ import annotations

import io
import re
import unicodedata
import zlib
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, BinaryIO

from textgov.errors import ReadError
from textgov.load.encoding import COMMON
from textgov.load.raw import Fault, LoadOptions, Part, Raw
from textgov.load.text import TITLE_LENGTH, first_line

# A page with fewer letters and digits than this, on which a picture covers more than half, is a scan.
SCAN_LETTERS = 10
SCAN_COVER = 0.5
# Refused when more than this share of the pages with anything on them cannot be read; below it, the pages are listed.
MAX_UNREAD = 0.25
# Share of common characters (`COMMON`) among Han characters: 0.795-0.813 in the five policy addresses kept as PDF,
# 0.633 or more in 2,739 texts of the real corpora, 0.56 or more in 27,194 stretches of 300 characters of them. Text
# whose characters are shifted in the order of Unicode has at most 0.19, in the order of GB 2312 or Big5, which begin
# with common characters, at most 0.43.
MIN_COMMON = 0.3
GOOD_COMMON = 0.5
# Between the two, neighbours decide: the share of PAIRS among them is 0.077 or more in policy texts, 0.045 in novels
# and newspapers, and at most 0.008 in shifted text.
MIN_PAIRS = 0.02
MIN_HAN = 100  # shares of fewer characters say little
# Private-use, unassigned and control characters that a font without a table of characters gives. Bullets are such
# characters too, in at most 0.005 of a real text.
MAX_NOISE = 0.1
# Letters of Western languages with marks, as byte-wise fonts give instead of Chinese; French has 0.04.
MAX_LATIN = 0.2
# The 237 commonest pairs of Han characters in reports, statutes, notices, newspapers and novels (each kind weighing the
# same), and the traditional forms (OpenCC s2t) of those that have one.
PAIRS = (
    "发展建设经济工作社会服务企业政府推进国家产业加强管理我们改革加快人民项目工业实施城市安全机关教育生产计划创新提高推动增长行政技术市场全面文化制度内容政策重点完善工程提升积极科技中心国际环境农业投资支持资源中国农村开展水平"
    "合作落实体系香港机制问题地区促进亿元全国人员坚持基础实现完成综合能力主义规定条号第一部门保障建立基本质量现代一个规划机构产品以上中央群众一步增加稽核进一持续研究重大重要深化其他生态单位设施继续组织大力进行公共开放提供金融"
    "方面保护就业治理五年扩大生活活动标准收入消费事项深入代表行动人才改善事业国务信息务院地方医疗主要改造第二措施强化会主示范达到方式旅游要求业的有关利用法规目标世界不断财政优化监督委员需要一九领导我国必须一批取得科学结构稳定"
    "战略努力开发体制任务相关区域解决精神建成领域健全平台发挥城镇试点百分分之数据特色新增调整打造责任展的关系民生培育城乡系统提出做好加大资通第三维护经营增强作用执行业和处理制造卫生报告中华条件公务农民鼓励业务办理通安规范民族"
    "二十依法资金基地居民包括使用统筹九五公司交通规模力度专业协调健康代化新的發展建設經濟社會服務企業推進國家產業加強我們項目工業實施機關生產計劃創新推動增長技術市場內容重點積極國際環境農業投資資源中國農村開展落實體系機制問題"
    "地區促進億元全國人員堅持基礎實現綜合主義規定條號部門質量現代一個規劃機構產品羣衆稽覈進一持續生態單位設施繼續組織進行開放保護就業擴大活動標準消費事項行動事業國務務院醫療強化會主示範達到旅遊業的有關法規目標不斷財政優化監督"
    "委員領導我國必須科學結構穩定戰略開發體制任務相關區域解決領域平臺發揮城鎮試點數據調整責任關係城鄉系統資通維護經營增強執行業和處理製造衛生報告中華條件公務農民鼓勵業務辦理規範資金統籌規模專業協調"
)
HAN = re.compile(r"[\u3400-\u4dbf\u4e00-\u9fff]")
LATIN = re.compile(r"[\u00a1-\u024f]")
CID = re.compile(r"\(cid:\d+\)")
PASSWORD = 4  # error code of pdfium
MAX_BYTES = 200_000_000
# What one stream of drawing commands may unpack to; the largest of the five policy addresses has 1.0 MB. The library
# unpacks without a limit.
MAX_STREAM = 40_000_000
STREAM = re.compile(rb"(?<!end)stream\r?\n")
MAX_PAGES = 20_000
MAX_CHARS = 20_000_000  # 60 times the longest plan; more is a bomb
# Left by programs that print to PDF instead of a title.
NO_TITLE = re.compile(r"[\\/]|\.\w{2,4}\Z|microsoft|幻灯片|无标题|untitled", re.IGNORECASE)


@dataclass(slots=True)
class _Pages:
    texts: list[str] = field(default_factory=list)
    scanned: list[int] = field(default_factory=list)
    garbled: list[int] = field(default_factory=list)
    filled: int = 0


def read_pdf(stream: BinaryIO, options: LoadOptions) -> Iterator[Part]:
    """The text layer, pages parted by form feeds, lines as they are printed.

    Raises
    ------
    ReadError
        The file is damaged, locked, a scan, or its text layer holds wrong characters.
    """
    import pypdfium2 as pdfium

    data = stream.read(MAX_BYTES + 1)
    if len(data) > MAX_BYTES:
        raise ReadError("file_large", limit=MAX_BYTES // 1_000_000)
    _check_streams(data)
    try:
        document = pdfium.PdfDocument(io.BytesIO(data))
    except pdfium.PdfiumError as error:
        if getattr(error, "err_code", None) == PASSWORD:
            raise ReadError("pdf_locked") from None
        raise ReadError("file_damaged", detail=str(error)) from None
    try:
        named = document.get_metadata_value("Title")
        pages = _read_pages(document)
    except (pdfium.PdfiumError, ValueError, RuntimeError) as error:
        raise ReadError("file_damaged", detail=str(error)) from None
    finally:
        document.close()
    yield from _judge(pages, named)


def _check_streams(data: bytes) -> None:
    """Refuse a file with a packed stream, other than a picture, that unpacks without end."""
    for found in STREAM.finditer(data):
        head = data[max(0, found.start() - 1000) : found.start()].rpartition(b" obj")[2]
        if b"/Fl" not in head or b"/Image" in head:
            continue
        packed = io.BytesIO(data)
        packed.seek(found.end())
        for _ in range(head.count(b"/Fl")):
            packed = _unpack(packed)


def _unpack(packed: io.BytesIO) -> io.BytesIO:
    """What a packed stream holds, as far as it can be unpacked."""
    unpacker = zlib.decompressobj()
    whole = bytearray()
    try:
        while not unpacker.eof and (piece := unpacker.unconsumed_tail or packed.read(1 << 16)):
            whole += unpacker.decompress(piece, 1 << 20)
            if len(whole) > MAX_STREAM:
                raise ReadError("pdf_long", limit=MAX_PAGES)
    except zlib.error:
        pass
    return io.BytesIO(whole)


# A line of the first or last two of a page that so many pages share is a running header or a page number. On five
# policy addresses and six made plans this takes out every page number and header, and nothing else.
EDGE, MIN_RUNNING, RUNNING_SHARE = 2, 3, 0.3


def without_running(pages: list[str]) -> list[str]:
    """Pages without the lines that stand, but for a number, at the top or the foot of many of them."""
    lines = [page.split("\n") for page in pages]
    edges = [_edges(page, number) for number, page in enumerate(lines)]
    counts = Counter(mark for found in edges for mark in set(found.values()))
    least = max(MIN_RUNNING, RUNNING_SHARE * len(pages))
    return [
        "\n".join(line for at, line in enumerate(page) if counts[found.get(at, ("", ""))] < least)
        for page, found in zip(lines, edges, strict=True)
    ]


def _edges(lines: list[str], page: int) -> dict[int, tuple[str, str]]:
    """The first and last filled lines of a page: on which side, and their form with digits masked."""
    filled = [at for at, line in enumerate(lines) if line.strip()]
    sides = [*((at, "foot") for at in filled[-EDGE:]), *((at, "top") for at in filled[:EDGE])]
    return {at: (side, _form(lines[at], page)) for at, side in sides}


def _form(line: str, page: int) -> str:
    """A line without blanks and digits; of a number alone how far it is from that of the page.

    So a page number is the same on every page, and the number of a paragraph is not.
    """
    bare = "".join(line.split())
    number = bare.strip("-—–·")
    return f"#{int(number) - page}" if number.isdecimal() and len(number) < 6 else re.sub(r"\d+", "#", bare)


def _judge(pages: _Pages, named: str) -> Iterator[Part]:
    text = "\f".join(without_running(pages.texts))
    if len(pages.scanned) > MAX_UNREAD * max(pages.filled, 1):
        raise ReadError("pdf_scanned", pages=len(pages.scanned), of=pages.filled)
    reason = find_garble(text)
    if reason or len(pages.garbled) > MAX_UNREAD * max(pages.filled, 1):
        raise ReadError("pdf_garbled", detail=reason or f"{len(pages.garbled)} of {pages.filled} pages")
    if not text.strip():
        raise ReadError("text_empty")
    yield Raw(text, title=_title(named, pages.texts))
    unread = sorted(pages.scanned + pages.garbled)
    if unread:
        yield Fault("#pages", "pdf_pages_unread", {"pages": ", ".join(map(str, unread)), "n": len(unread)})


def _read_pages(document: Any) -> _Pages:
    pages = _Pages()
    size = 0
    if len(document) > MAX_PAGES:
        raise ReadError("pdf_long", limit=MAX_PAGES)
    for number in range(len(document)):
        page = document[number]
        try:
            text = _page_text(page)
            letters = sum(map(str.isalnum, text))
            scanned = letters < SCAN_LETTERS and _is_picture(page)
        finally:
            page.close()
        size += len(text)
        if size > MAX_CHARS:
            raise ReadError("pdf_long", limit=MAX_PAGES)
        pages.filled += bool(letters or scanned)
        if scanned:
            pages.scanned.append(number + 1)
        elif letters >= MIN_HAN and find_garble(text):
            pages.garbled.append(number + 1)
        else:
            pages.texts.append(text)
    return pages


def _page_text(page: Any) -> str:
    layer = page.get_textpage()
    try:
        text: str = layer.get_text_range()
    finally:
        layer.close()
    # The library marks a hyphen at the end of a line by U+FFFE; the halves of the word belong together.
    text = re.sub("[\ufffe\x02]\n?", "", text.replace("\r\n", "\n").replace("\r", "\n"))
    return text.replace("\f", "\n").replace("\0", "\ufffd").strip("\n")


def _is_picture(page: Any) -> bool:
    """Whether a picture covers most of a page."""
    import pypdfium2.raw as pdfium_c

    width, height = page.get_size()
    covered = 0.0
    for piece in page.get_objects(filter=[pdfium_c.FPDF_PAGEOBJ_IMAGE], max_depth=3):
        left, bottom, right, top = piece.get_bounds()
        covered += max(0.0, min(right, width) - max(left, 0)) * max(0.0, min(top, height) - max(bottom, 0))
    return bool(covered > SCAN_COVER * width * height)


def find_garble(text: str) -> str:
    """Why a text layer is no text, or an empty string."""
    shown = [char for char in text if not char.isspace()]
    if not shown:
        return ""
    if len(CID.findall(text)) * 7 > MAX_NOISE * len(shown):
        return "(cid:...)"
    noise = sum(unicodedata.category(char) in ("Co", "Cn", "Cc", "Cs") or char == "\ufffd" for char in shown)
    if noise > MAX_NOISE * len(shown):
        return f"{noise / len(shown):.0%} unknown characters"
    latin = len(LATIN.findall(text))
    if latin > MAX_LATIN * len(shown):
        return f"{latin / len(shown):.0%} Western letters"
    han = HAN.findall(text)
    common = sum(char in COMMON for char in han) / max(len(han), 1)
    if len(han) >= MIN_HAN and (common < MIN_COMMON or (common < GOOD_COMMON and _pair_share(text) < MIN_PAIRS)):
        return f"{common:.0%} common characters"
    return ""


def _pair_share(text: str) -> float:
    """Share of common pairs among neighbouring Han characters; blanks and line ends part nothing."""
    common = frozenset(PAIRS[at : at + 2] for at in range(0, len(PAIRS), 2))
    runs = re.findall(r"[\u3400-\u4dbf\u4e00-\u9fff]{2,}", "".join(text.split()))
    pairs = [run[at : at + 2] for run in runs for at in range(len(run) - 1)]
    return sum(pair in common for pair in pairs) / max(len(pairs), 1)


def _title(named: str, pages: list[str]) -> str:
    """The title that the file names, if its first pages print it; else the first line with Chinese in it."""
    opening = "\n".join(pages[:3])[:4000]
    printed = "".join(opening.split())
    pieces = [piece for piece in re.split(r"[\s\-—–_|:：]+", named) if piece]
    fits = pieces and all(piece in printed for piece in pieces) and HAN.search(named)
    if fits and len(named) <= TITLE_LENGTH and not NO_TITLE.search(named):
        return " ".join(named.split())
    found = HAN.search(opening)
    return first_line(opening[opening.rfind("\n", 0, found.start()) + 1 :]) if found else first_line(opening)
