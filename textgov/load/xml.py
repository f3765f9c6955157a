"""XML: DocBook, translation memories (TMX), and any other kind as its text."""

from __future__ import annotations

import io
from collections.abc import Iterator
from typing import Any, BinaryIO

from textgov.errors import ReadError
from textgov.load.blocks import Blocks, fold_blanks
from textgov.load.docx import safe_parser
from textgov.load.raw import LoadOptions, Part, Raw
from textgov.load.text import TITLE_LENGTH, first_line, read_txt

# The tree of a file takes up to thirty times its size. A policy address of 38,000 characters has 0.2 MB.
MAX_BYTES = 15_000_000
LANG = "{http://www.w3.org/XML/1998/namespace}lang"
# DocBook: what stands within a line, what tells about the document, and what is not for reading.
INLINE = frozenset(
    "emphasis link ulink xref phrase quote superscript subscript literal citetitle foreignphrase trademark email uri "
    "abbrev acronym anchor indexterm footnoteref firstterm personname orgname date".split()
)
ABOUT = frozenset(("info", "articleinfo", "bookinfo", "chapterinfo", "sectioninfo", "indexterm", "remark"))
DOCBOOK = frozenset(("article", "book", "chapter", "part", "section", "sect1", "set"))


def read_xml(stream: BinaryIO, options: LoadOptions) -> Iterator[Part]:
    """The text of an XML file, a block element a line.

    Of a translation memory the segments in the wanted language. A file that is no XML although its name says so is
    read as plain text. Entities and document types from outside are not followed.
    """
    data = stream.read(MAX_BYTES + 1)
    if len(data) > MAX_BYTES:
        raise ReadError("file_large", limit=MAX_BYTES // 1_000_000)
    if not _looks_like_xml(data[:400]):
        yield from read_txt(io.BytesIO(data), options)
        return
    root = _parse(data)
    kind = _tag(root)
    if kind == "tmx":
        title, lines = "", _tmx_lines(root, options.language)
    elif kind in DOCBOOK:
        title, lines = _docbook_title(root), _block_lines(root, True)
        if title and title not in lines[:1]:
            lines.insert(0, title)
    else:
        title, lines = "", _block_lines(root, False)
    text = "\n".join(lines)
    if not text.strip():
        raise ReadError("text_empty")
    declared = (root.getroottree().docinfo.encoding or "utf-8").lower()
    yield Raw(text, title=title if 0 < len(title) <= TITLE_LENGTH else first_line(text), encoding=declared)


def _looks_like_xml(head: bytes) -> bool:
    """Whether the bytes begin as XML does, in UTF-8 or any encoding of one byte, or in UTF-16."""
    plain = head.removeprefix(b"\xef\xbb\xbf").lstrip()
    return plain.startswith(b"<") or head[:4] in (b"\xff\xfe<\0", b"\xfe\xff\0<", b"<\0?\0", b"\0<\0?")


def _parse(data: bytes) -> Any:
    from lxml import etree

    try:
        return etree.fromstring(data, safe_parser())
    except (etree.XMLSyntaxError, ValueError) as error:
        raise ReadError("file_damaged", detail=f"not well-formed XML: {error}") from None


def _tag(element: Any) -> str:
    return element.tag.rpartition("}")[2] if isinstance(element.tag, str) else ""


def _tmx_lines(root: Any, language: str) -> list[str]:
    """Segments of a language, in their order; ``zh`` also takes ``zh-CN`` and ``ZH_TW``."""
    wanted = language.replace("_", "-").lower()
    lines = []
    for variant in root.iter("{*}tuv"):
        given = (variant.get(LANG) or variant.get("lang") or "").replace("_", "-").lower()
        if given == wanted or given.startswith(wanted + "-"):
            for segment in variant.iterfind("{*}seg"):
                lines.append(fold_blanks("".join(segment.itertext())).strip(" "))
    return [line for line in lines if line]


def _docbook_title(root: Any) -> str:
    for child in root:
        if _tag(child) == "title":
            return fold_blanks("".join(child.itertext())).strip(" ")
        if _tag(child) in ABOUT:
            for below in child:
                if _tag(below) == "title":
                    return fold_blanks("".join(below.itertext())).strip(" ")
    return ""


def _is_mixed(element: Any) -> bool:
    """Whether an element has text of its own beside its children, which then stand within its line."""
    return bool((element.text or "").strip()) or any((child.tail or "").strip() for child in element)


def _block_lines(root: Any, docbook: bool) -> list[str]:
    """All text below an element in its order; blocks begin and end lines, rows of tables are lines."""
    from lxml import etree

    blocks = Blocks(folded=True)
    walker = etree.iterwalk(root, events=("start", "end", "comment", "pi"))
    opened: list[tuple[bool, bool]] = []  # of each element above: stands within a line, has mixed content
    for event, element in walker:
        tag = _tag(element)
        if element.tag is etree.Entity:
            raise ReadError("file_damaged", detail=f"the entity {element.text} is not followed")
        if event == "start":
            left_out = docbook and tag in ABOUT
            inline = left_out or (tag in INLINE if docbook else bool(opened) and opened[-1][1])
            opened.append((inline, not docbook and (inline or _is_mixed(element))))
            if left_out:
                walker.skip_subtree()
            else:
                _begin(blocks, "" if inline else tag)
                blocks.write(element.text or "")
        else:
            if event == "end" and not opened.pop()[0]:
                _finish(blocks, tag)
            blocks.write(element.tail or "" if element is not root else "")
    return blocks.lines


def _begin(blocks: Blocks, tag: str) -> None:
    if not tag:
        return
    blocks.end_line()
    if tag in ("table", "informaltable"):
        blocks.open_table()
    elif tag in ("row", "tr"):
        blocks.open_row()
    elif tag in ("entry", "td", "th"):
        blocks.open_cell()


def _finish(blocks: Blocks, tag: str) -> None:
    blocks.end_line()
    if tag in ("table", "informaltable"):
        blocks.close_table()
    elif tag in ("entry", "td", "th"):
        blocks.close_cell()
