"""Word documents (docx): body in reading order, then the notes. Read as what they are, a zip of XML parts."""

from __future__ import annotations

import io
import posixpath
import re
import zipfile
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import IO, Any, BinaryIO

from textgov.errors import ReadError
from textgov.load.blocks import Blocks
from textgov.load.numbering import Numbering, read_numbering
from textgov.load.raw import LoadOptions, Part, Raw
from textgov.load.text import TITLE_LENGTH, first_line

# What the libraries raise when a package is cut short, altered, encrypted or packed in an unusual way.
DAMAGE = (
    zipfile.BadZipFile,
    zlib.error,
    AttributeError,
    EOFError,
    KeyError,
    OSError,
    RuntimeError,  # also NotImplementedError
    ValueError,
)
# One XML part at most; the largest of 32 city reports has 0.12 MB. It is read as a stream, so that this is no memory.
PART_BYTES = 200_000_000
# Parts that are held in memory: relations, numbering, notes in other formats.
HELD_PART_BYTES = 20_000_000
# What a reader of the page does not see, or sees a second time: deleted text, moved text at its old place, settings,
# the older twin of a drawing, pinyin above characters.
UNSEEN = frozenset(("del", "moveFrom", "pPr", "rPr", "sectPr", "tblPr", "tblGrid", "Fallback", "rt", "instrText"))
NOTE_KINDS = ("footnotes", "endnotes")
DOC_NUMBER = re.compile(r"[一-鿿]{1,12}[〔\[(（【](?:19|20)\d\d[〕\])）】]\s*第?\s*\d+\s*号")


def read_docx(stream: BinaryIO, options: LoadOptions) -> Iterator[Part]:
    """Paragraphs and table rows in reading order, one a line; cells of a row are parted by a tab.

    Text boxes follow the paragraph that holds them, footnotes and endnotes the body. Inserted text counts, deleted and
    hidden text does not. Page headers and footers are left out; a document number that stands only there goes into
    the metadata.
    """
    from lxml.etree import LxmlError

    try:
        with zipfile.ZipFile(stream) as package:
            found = _read_package(package)
    except (LxmlError, *DAMAGE) as error:
        raise ReadError("file_damaged", detail=f"not a complete Word document: {error}") from None
    for data in found.embedded:
        found.lines.extend(_embedded_lines(data, options))
    text = "\n".join(found.lines)
    number = next((n for n in found.numbers if "".join(n.split()) not in "".join(text.split())), "")
    yield Raw(text, title=_title(found.title, text), meta={"发文字号": number} if number else {})


@dataclass(slots=True)
class _Found:
    lines: list[str] = field(default_factory=list)
    numbers: list[str] = field(default_factory=list)
    embedded: list[bytes] = field(default_factory=list)
    title: str = ""


def _read_package(package: zipfile.ZipFile) -> _Found:
    main = next((path for kind, path in _relations(package, "").values() if kind == "officeDocument"), "")
    if not main:
        raise ValueError("no part of it is a document")
    relations = _relations(package, main)
    settings = {kind: path for kind, path in relations.values() if kind in ("numbering", "styles")}
    numbering = Numbering({})
    if "numbering" in settings:
        styles = parse_xml(_held(package, settings["styles"])) if "styles" in settings else None
        numbering = read_numbering(parse_xml(_held(package, settings["numbering"])), styles)
    walk = _walk_part(package, main, numbering)
    found = _Found(walk.blocks.lines)
    for name in NOTE_KINDS:
        for path in (path for kind, path in relations.values() if kind == name):
            notes = _walk_part(package, path).blocks.lines
            found.lines += [line.strip() for line in notes if line.strip()]
    for path in (path for kind, path in relations.values() if kind == "header"):
        found.numbers += DOC_NUMBER.findall("\n".join(_walk_part(package, path).blocks.lines))
    found.embedded = [_held(package, relations[key][1]) for key in walk.chunks if key in relations]
    found.title = _core_title(package)
    return found


def _walk_part(package: zipfile.ZipFile, path: str, numbering: Numbering | None = None) -> _Walk:
    if package.getinfo(path).file_size > PART_BYTES:
        raise ReadError("file_large", limit=PART_BYTES // 1_000_000)
    walk = _Walk(Blocks(folded=False), numbering or Numbering({}))
    with package.open(path) as part:
        walk.read(part)
    return walk


def _held(package: zipfile.ZipFile, path: str) -> bytes:
    if package.getinfo(path).file_size > HELD_PART_BYTES:
        raise ReadError("file_large", limit=HELD_PART_BYTES // 1_000_000)
    return package.read(path)


def _relations(package: zipfile.ZipFile, path: str) -> dict[str, tuple[str, str]]:
    """Relations of a part: id to kind and path. Those that lead outside the package are left alone."""
    folder, name = posixpath.split(path)
    place = posixpath.join(folder, "_rels", f"{name}.rels")
    if place not in package.NameToInfo:
        return {}
    found = {}
    for element in parse_xml(_held(package, place)):
        target = element.get("Target") or ""
        if element.get("TargetMode") != "External" and target:
            inside = posixpath.normpath(posixpath.join("/", folder, target)).lstrip("/")
            if inside in package.NameToInfo:
                found[element.get("Id") or ""] = ((element.get("Type") or "").rpartition("/")[2], inside)
    return found


def parse_xml(data: bytes) -> Any:
    """The root element of XML that nobody vouches for: no entities, no network, no document type loaded."""
    from lxml import etree

    return etree.fromstring(data, safe_parser())


def safe_parser() -> Any:
    """A parser for XML that nobody vouches for."""
    from lxml import etree

    return etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, dtd_validation=False, huge_tree=False
    )


def _core_title(package: zipfile.ZipFile) -> str:
    if "docProps/core.xml" not in package.NameToInfo:
        return ""
    root = parse_xml(_held(package, "docProps/core.xml"))
    return next((" ".join((e.text or "").split()) for e in root if str(e.tag).endswith("}title")), "")


def _title(named: str, text: str) -> str:
    """The title that the file names, if the text has it too: many files carry that of the document they grew from."""
    shown = first_line(text)
    if named and (not text.strip() or "".join(named.split()) in "".join(text[:4000].split())):
        return named if len(named) <= TITLE_LENGTH else shown
    return shown


def _embedded_lines(data: bytes, options: LoadOptions) -> list[str]:
    """The text of a document of another format that the Word file holds whole, as some programs export pages."""
    from textgov.load.html import read_html
    from textgov.load.mhtml import read_mhtml

    head = data[:2000].lower()
    read = read_mhtml if b"mime-version:" in head or b"content-type:" in head.split(b"<", 1)[0] else read_html
    return [
        line for raw in read(io.BytesIO(data), options) if isinstance(raw, Raw) for line in raw.original.split("\n")
    ]


class _Walk:
    """Goes through a part once, element after element, and forgets what it has read."""

    def __init__(self, blocks: Blocks, numbering: Numbering) -> None:
        self.blocks = blocks
        self.numbering = numbering
        self.chunks: list[str] = []
        self._unseen = 0
        self._merged: list[bool] = []
        self._boxes: list[str] = []
        self._paragraphs = 0
        self._cells = 0
        self._begins: dict[str, Callable[[Any], None]] = {
            "p": self._begin_paragraph,
            "tbl": lambda element: blocks.open_table(),
            "tr": lambda element: blocks.open_row(),
            "tc": self._begin_cell,
            "txbxContent": self._begin_box,
            "altChunk": self._begin_chunk,
        }
        self._ends: dict[str, Callable[[Any], None]] = {
            "t": lambda element: blocks.write(element.text or ""),
            "tab": lambda element: blocks.write("\t"),
            "br": lambda element: blocks.write("\n"),
            "cr": lambda element: blocks.write("\n"),
            "noBreakHyphen": lambda element: blocks.write("-"),
            "p": self._end_paragraph,
            "tbl": lambda element: blocks.close_table(),
            "tc": self._end_cell,
            "txbxContent": self._end_box,
        }

    def read(self, part: IO[bytes]) -> None:
        """Read all of a part."""
        from lxml import etree

        options = {"resolve_entities": False, "no_network": True, "load_dtd": False, "huge_tree": False}
        for event, element in etree.iterparse(part, events=("start", "end"), **options):
            tag = element.tag.rpartition("}")[2] if isinstance(element.tag, str) else ""
            if event == "start":
                self._start(tag, element)
            else:
                self._end(tag, element)

    def _start(self, tag: str, element: Any) -> None:
        if self._unseen or tag in UNSEEN or _is_separator(tag, element):
            self._unseen += 1
        elif tag in self._begins:
            self._begins[tag](element)

    def _end(self, tag: str, element: Any) -> None:
        if self._unseen:
            self._unseen -= 1
            if self._unseen == 0:
                self._setting(tag, element)
            return
        if tag in self._ends and not _is_hidden(element):
            self._ends[tag](element)
        if tag in ("p", "r", "tbl"):
            element.clear()

    def _setting(self, tag: str, element: Any) -> None:
        """Settings come before what they are about: the label of a numbered paragraph is written first."""
        if tag == "pPr":
            self.blocks.write(self.numbering.label(element))

    def _begin_paragraph(self, element: Any) -> None:
        if self._paragraphs == 0 or self._cells:
            self.blocks.end_line()
        self._paragraphs += 1

    def _end_paragraph(self, element: Any) -> None:
        self._paragraphs -= 1
        self.blocks.end_line(keep_empty=not self._cells)
        if self._boxes and not self._paragraphs:
            self.blocks.add(self._boxes)
            self._boxes = []

    def _begin_cell(self, element: Any) -> None:
        self._cells += 1
        self.blocks.open_cell()

    def _end_cell(self, element: Any) -> None:
        self._cells -= 1
        self.blocks.close_cell(keep=not _continues(element))

    def _begin_box(self, element: Any) -> None:
        self.blocks.hold()

    def _end_box(self, element: Any) -> None:
        self._boxes += [line for line in self.blocks.release() if line.strip()]

    def _begin_chunk(self, element: Any) -> None:
        self.chunks.append(next((str(v) for k, v in element.attrib.items() if k.endswith("}id")), ""))


def _is_separator(tag: str, element: Any) -> bool:
    """The line above footnotes is kept as a footnote of its own."""
    return tag in ("footnote", "endnote") and any(str(key).endswith("}type") for key in element.attrib)


def _is_hidden(element: Any) -> bool:
    """Whether the run of a piece of text is hidden."""
    run = element.getparent()
    if run is None or len(run) == 0 or not str(run[0].tag).endswith("}rPr"):
        return False
    return any(
        str(setting.tag).endswith("}vanish") and not {"0", "false"} & {str(value) for value in setting.attrib.values()}
        for setting in run[0]
    )


def _continues(cell: Any) -> bool:
    """Whether a cell is the lower part of a merged one, which is read where it begins."""
    for settings in (child for child in cell if str(child.tag).endswith("}tcPr")):
        for setting in settings:
            if str(setting.tag).endswith("}vMerge"):
                return "restart" not in {str(value) for value in setting.attrib.values()}
    return False
