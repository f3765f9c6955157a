"""Which reader a file needs: its content decides where its ending lies."""

from __future__ import annotations

import json
import re
import unicodedata
from pathlib import PurePosixPath
from typing import BinaryIO, NamedTuple

from textgov.errors import ReadError
from textgov.load.archive import fits, open_zip
from textgov.load.encoding import decode

HEAD = 8192
CHUNK = 1 << 20
# An ending is short and in ASCII letters; `第三稿` in 通知.第三稿 and `5679380)` in (FBM-CLI.12.5679380) are none.
ENDING = re.compile(r"\.(?=.*[a-z])[a-z0-9_-]{1,10}")
ALIASES = {
    ".text": ".txt",
    ".utf8": ".txt",
    ".utf-8": ".txt",
    ".gbk": ".txt",
    ".gb2312": ".txt",
    ".gb18030": ".txt",
    ".big5": ".txt",
    ".tab": ".tsv",
    ".dbk": ".xml",
    ".docbook": ".xml",
    ".shtml": ".html",
    ".xhtml": ".html",
    ".asp": ".html",
    ".aspx": ".html",
    ".php": ".html",
    ".jsp": ".html",
}
HTML = (".html", ".htm")
JSON = (".json", ".jsonl", ".ndjson")
# Endings of documents that are no text. Text under them was renamed or saved by another program than the ending says.
DOCUMENTS = ("", ".doc", ".docx", ".wps", ".rtf", ".pdf", ".xls", ".xlsx")


class Refusal(NamedTuple):
    """A type that is known and not read: message code and the name of the type."""

    code: str
    kind: str


def _refuse(code: str, *signatures: tuple[str, int, bytes]) -> tuple[tuple[int, bytes, Refusal], ...]:
    return tuple((at, mark, Refusal(code, kind)) for kind, at, mark in signatures)


# Where in the file which bytes stand, and the reader. The longer come before those that they begin with.
SIGNATURES: tuple[tuple[int, bytes, str | Refusal], ...] = (
    (0, b"%PDF-", ".pdf"),
    (0, b"{\\rtf", ".rtf"),
    (0, b"\x1f\x8b\x08", ".gz"),
    (0, b"\xfd7zXZ\0", ".xz"),
    (257, b"ustar", ".tar"),
    (0, b"PAR1", ".parquet"),
    (0, b"$FL2@(#)", ".sav"),
    (0, b"$FL3@(#)", ".sav"),
    (0, b"<stata_dta>", ".dta"),
    (0, b"\xdb\xa5\x2d\0", ".doc"),
    (0, b"\x09\x08\x10\0\0\x06\x05\0", ".xls"),
    *_refuse(
        "archive_unsupported",
        ("7z", 0, b"7z\xbc\xaf\x27\x1c"),
        ("RAR", 0, b"Rar!\x1a\x07"),
        ("zst", 0, b"\x28\xb5\x2f\xfd"),
        ("lz4", 0, b"\x04\x22\x4d\x18"),
        ("lz", 0, b"LZIP\1"),
        ("Z", 0, b"\x1f\x9d"),
        ("cab", 0, b"MSCF\0\0\0\0"),
        ("lzh", 2, b"-lh5-"),
        ("zip (.z01)", 0, b"PK\7\x08"),
        ("iso", 32769, b"CD001"),
    ),
    *_refuse(
        "image_unread",
        ("PNG", 0, b"\x89PNG\r\n\x1a\n"),
        ("JPEG", 0, b"\xff\xd8\xff"),
        ("GIF", 0, b"GIF87a"),
        ("GIF", 0, b"GIF89a"),
        ("TIFF", 0, b"II*\0"),
        ("TIFF", 0, b"MM\0*"),
        ("WebP", 8, b"WEBPVP8"),
        ("HEIC", 4, b"ftyphei"),
        ("HEIC", 4, b"ftypmif1"),
        ("DjVu", 0, b"AT&TFORM"),
        ("PSD", 0, b"8BPS\0\1"),
    ),
    *_refuse(
        "kind_unread",
        ("CAJ", 0, b"CAJ\0"),
        ("KDH (CAJ)", 0, b"KDH "),
        ("SQLite", 0, b"SQLite format 3\0"),
        ("Access", 4, b"Standard Jet DB"),
        ("Access", 4, b"Standard ACE DB"),
        ("SPSS (.por)", 40, b"ASCII SPSS PORT"),
        ("SAS", 16, b"\xc2\xea\x81\x60\xb3\x14\x11\xcf"),
        ("R", 0, b"RDX2\n"),
        ("R", 0, b"RDX3\n"),
        ("R", 0, b"X\n\0\0\0"),
        ("Feather", 0, b"ARROW1\0\0"),
        ("HDF5", 0, b"\x89HDF\r\n\x1a\n"),
        ("CHM", 0, b"ITSF\3\0\0\0"),
        ("MOBI", 60, b"BOOKMOBI"),
        ("MP3", 0, b"ID3\3\0"),
        ("MP3", 0, b"ID3\4\0"),
        ("MP4", 4, b"ftyp"),
        ("WAV", 8, b"WAVEfmt "),
        ("EXE", 0, b"MZ\x90\0"),
        ("ELF", 0, b"\x7fELF"),
    ),
)
# First names in a zip archive that tell what it is.
PACKAGES: tuple[tuple[str, str | Refusal], ...] = (
    ("word/document", ".docx"),
    ("xl/workbook.xml", ".xlsx"),
    ("xl/workbook.bin", Refusal("kind_unread", "XLSB")),
    ("ppt/presentation", Refusal("kind_unread", "PowerPoint")),
    ("OFD.xml", Refusal("kind_unread", "OFD")),
    ("META-INF/container.xml", Refusal("kind_unread", "EPUB")),
    ("META-INF/manifest.xml", Refusal("kind_unread", "OpenDocument")),
    ("Index/Document.iwa", Refusal("kind_unread", "Apple iWork")),
)
# Names of streams in a compound file of old Office programs. A document may have a table inside it and the reverse.
COMPOUND = {"WordDocument": ".doc", "Workbook": ".xls", "Book": ".xls", "PowerPoint Document": "ppt"}
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
PATTERNS: tuple[tuple[re.Pattern[bytes], str | Refusal], ...] = (
    # The version of a Stata file before 117, its byte order, and two fixed bytes.
    (re.compile(rb"\A[\x69\x6c\x6e-\x73][\x01\x02]\x01\x00"), ".dta"),
    (re.compile(rb"\ABZh[1-9](?:1AY&SY|\x17rE8P\x90)"), ".bz2"),
    (re.compile(rb"\ABM.{4}\0{4}.{4}[\x0c\x28\x6c\x7c]\0\0\0", re.DOTALL), Refusal("image_unread", "BMP")),
    # Some programs put bytes before the mark; a text that tells of PDF files does not have it at the head of a line.
    (re.compile(rb"[\r\n]%PDF-\d\.\d"), ".pdf"),
)

PROLOG = re.compile(rb"(?:\s|<\?xml.*?\?>|<!--.*?-->)*", re.DOTALL)
DOCTYPE = re.compile(rb"<!doctype\s+([\w:-]+)")
ROOT = re.compile(rb"<(?:[\w-]+:)?([\w-]+)[\s/>]")
HAN = re.compile(r"[\u3400-\u9fff]")
MIN_HAN = 10  # the shortest of the real documents have hundreds in their first 8,192 bytes
# With what a piece of a page begins that was cut out by a program. Markdown may begin like this too.
PIECES = frozenset(b"body head title div table p span center article section ul h1 h2".split())
TAG = re.compile(rb"</?[a-z][a-z0-9]*[\s/>]|<!--|<!doctype")
MAIL_HEADER = re.compile(rb"(?:from|subject|date|mime-version|content-type|message-id|x-[\w-]+|snapshot-[\w-]+):")


def reader_name(name: str, stream: BinaryIO) -> str:
    """The key of `READERS` for a file; the stream is left at its beginning.

    Raises
    ------
    ReadError
        The file is empty, or of a type that is known and cannot be read.
    """
    ending = _ending(name)
    head = _head(stream)
    found = _by_signature(head, ending, stream)
    if isinstance(found, Refusal):
        raise ReadError(found.code, kind=found.kind)
    return found or _by_text(head, ending, stream)


def _ending(name: str) -> str:
    suffix = PurePosixPath(unicodedata.normalize("NFKC", name).strip().rstrip(".")).suffix.lower()
    return ALIASES.get(suffix, suffix) if ENDING.fullmatch(suffix) else ""


def _head(stream: BinaryIO) -> bytes:
    """The first bytes of a file, from the first that is not blank if they are all blank."""
    head = stream.read(HEAD)
    part = head
    while part and not part.strip():
        part = stream.read(CHUNK)
    stream.seek(0)
    if not part:
        raise ReadError("file_empty")
    return head if head.strip() else part[:HEAD]


# ---- bytes ----


def _by_signature(head: bytes, ending: str, stream: BinaryIO) -> str | Refusal:
    if head.startswith((b"PK\3\4", b"PK\5\6")):
        return _package(head, stream)
    if head.startswith(OLE):
        return _compound(ending, stream)
    for at, mark, found in SIGNATURES:
        if head.startswith(mark, at) if at < HEAD else _at(stream, at, len(mark)) == mark:
            return found
    for pattern, found in PATTERNS:
        if pattern.search(head[:1024]):
            return found
    return Refusal("kind_unread", "CAJ") if ending in (".caj", ".kdh", ".nh") else ""


def _at(stream: BinaryIO, at: int, length: int) -> bytes:
    """Bytes far inside a file, if it is on disk or short: a compressed one is not unpacked for this."""
    if hasattr(stream, "budget"):
        return b""
    stream.seek(at)
    found = stream.read(length)
    stream.seek(0)
    return found


def _package(head: bytes, stream: BinaryIO) -> str | Refusal:
    """What a zip is: a document of an office program, or an archive."""
    try:
        with open_zip(stream) as package:
            names = [name.replace("\\", "/") for name in package.namelist()]
    except ReadError as error:
        if error.code != "file_damaged":
            raise
        names = re.findall(r"PK\x03\x04.{26}([\w/.]+)", head.decode("latin-1"), re.DOTALL)
    finally:
        stream.seek(0)
    return next((found for start, found in PACKAGES if any(name.startswith(start) for name in names)), ".zip")


def _compound(ending: str, stream: BinaryIO) -> str | Refusal:
    """What a compound file is, by the names of its streams."""
    wanted = {name: name.encode("utf-16-le") + b"\0\0" for name in (*COMPOUND, "EncryptedPackage")}
    found = set()
    rest = b""
    while chunk := stream.read(CHUNK):
        window = rest + chunk
        found |= {name for name, mark in wanted.items() if mark in window}
        rest = window[-64:]
    stream.seek(0)
    if "EncryptedPackage" in found:
        raise ReadError("file_encrypted")
    kinds = [kind for name, kind in COMPOUND.items() if name in found]
    kind = (ending if ending in kinds else kinds[0]) if kinds else ""
    if kind == "ppt":
        return Refusal("kind_unread", "PowerPoint")
    if kind == ".doc" and ending == ".wps":
        return ".wps"
    return kind or (ending if ending in (".doc", ".wps", ".xls") else Refusal("kind_unread", "OLE"))


# ---- text ----


def _by_text(head: bytes, ending: str, stream: BinaryIO) -> str:
    start = _ascii(head)
    found = _by_markup(start, ending) or _by_export(start)
    if found:
        return found
    if ending in JSON:
        return _json_kind(head, ending, stream)
    line = start.partition(b"\n")[0]
    if ending == ".csv" and b"\t" in line and b"," not in line:
        return ".tsv"
    if ending in (".xls", ".xlsx") and _is_text(head, ""):
        # What web sites offer as a download for Excel.
        return ".tsv" if b"\t" in line else ".csv"
    if ending in DOCUMENTS and _is_text(head, ending):
        return ".txt"
    if not ending:
        raise ReadError("file_binary", detail="no known type of file")
    return ending


def _ascii(head: bytes) -> bytes:
    """The beginning of a text in lower case for a look at its ASCII letters, also where it is in UTF-16."""
    for mark in (b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff"):
        head = head.removeprefix(mark)
    return head.replace(b"\0", b"").lstrip().lower()


def _by_markup(start: bytes, ending: str) -> str:
    if re.match(rb"warc/[01]\.\d", start):
        return ".warc"
    if MAIL_HEADER.match(start) and b"multipart/related" in start:
        return ".mhtml"
    if start.startswith(b"<"):
        return _by_root(_root(start), ending, start)
    return ".txt" if ending == ".xml" or (ending in HTML and not TAG.search(start)) else ""


def _by_root(root: bytes, ending: str, start: bytes) -> str:
    declared = start.startswith(b"<?xml")
    if root == b"html" or (root in PIECES and not declared and ending in (".txt", *DOCUMENTS)):
        return ending if ending in HTML else ".html"
    if root == b"svg":
        raise ReadError("image_unread", kind="SVG")
    if ending in (".xml", ".tmx") or declared:
        return ".tmx" if root == b"tmx" else ".xml"
    return ""


def _root(start: bytes) -> bytes:
    """The name of the first element, or of the document type."""
    at = PROLOG.match(start)
    begin = at.end() if at else 0
    doctype = DOCTYPE.match(start, begin)
    if doctype:
        return doctype[1]
    root = ROOT.match(start, begin)
    return root[1] if root else b""


def _by_export(start: bytes) -> str:
    """The place for exports of databases that are text under any ending."""
    return ""


def _json_kind(head: bytes, ending: str, stream: BinaryIO) -> str:
    """Whether there is one value in the file, or one a line. A line may be as long as a document."""
    if b"\0" in head[:64]:
        return ending
    line = b""
    while not line and (raw := stream.readline(64 * CHUNK)):
        line = raw.removeprefix(b"\xef\xbb\xbf").strip()
    several = stream.read(HEAD).lstrip().startswith((b"{", b"["))
    stream.seek(0)
    if line.startswith(b"[") or line == b"{":
        return ".json" if not (several and _is_json(line)) else ending
    return ".jsonl" if ending == ".json" and several and _is_json(line) else ending


def _is_json(line: bytes) -> bool:
    codec = "utf-8" if fits(line, "utf-8") else "gb18030"
    try:
        json.loads(line.decode(codec, "replace"))
    except (ValueError, RecursionError):
        return False
    return True


def _is_text(head: bytes, ending: str) -> bool:
    """Whether bytes are a text; under the ending of a document, more than the words of a failed download."""
    try:
        text = decode(head).text
    except ReadError:
        return False
    return not ending or len(HAN.findall(text)) >= MIN_HAN
