"""Exports of bibliographic databases and reference managers: one document a record, its text the abstract.

A record without an abstract has its title as text and ``no_abstract`` in its metadata, so that it can be left out and
none is lost. The metadata have the keys of papers, whatever the format calls them.
"""

from __future__ import annotations

import html
import io
import logging
import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import BinaryIO

from textgov.errors import ReadError
from textgov.load.encoding import Decoded, decode
from textgov.load.guard import guarded
from textgov.load.raw import Fault, LoadOptions, Raw
from textgov.load.reference_formats import BIBTEX, CNKI_TAGS, FORMATS, LANGUAGES, TYPES, references_kind

Record = dict[str, list[str]]

# CNKI exports 500 records at a time at most, which take about 1 MB.
MAX_BYTES = 64_000_000
# BibTeX is parsed as a whole: 25 million characters took 350 MB.
MAX_BIBTEX = 16_000_000
SEVERAL = ("authors", "affiliations", "keywords", "funding", "clc")
NOTHING = frozenset(("", "无", "无摘要", "暂无", "暂无摘要", "null", "none", "-", "--", "/", "n/a"))

HAN = r"[\u3400-\u9fff\u3007]"
# Beside such a character stands no blank, nor before such a mark.
WIDE = re.compile(r"[\u2e80-\u9fff\uff00-\uffef\u2018-\u201d]")
TIGHT = re.compile(r"[\u2e80-\u9fff\uff00-\uffef\u2018-\u201d,.;:!?)\]]")
HAN_NAME = re.compile(rf"{HAN}[{HAN[1:-1]}·•]{{1,24}}")
MARKS = re.compile(
    r"</?(?:sub|sup|su[bp]\s[^<>]{0,80}|i|b|em|strong|p|span|jats:\w{1,12})>|[<＜]正[>＞]", re.IGNORECASE
)
BLANKS = re.compile(r"\s{3,}")
BREAK = re.compile(r"\s*(?:\(#br\)|<br\s*/?>)\s*", re.IGNORECASE)
LABEL = re.compile(
    r"(?:[\[【<]?\s*(?:摘\s*要|内容提要)\s*[\]】>]?\s*[:：]|[\[【]\s*摘\s*要\s*[\]】]|Abstract(?=\s*[:：]|\s*\n))"
    r"\s*[:：]?\s*",
    re.IGNORECASE,
)
# What parts the keywords where no semicolon does.
WORD_BREAK = re.compile(rf"\s*[,，、\u3000]\s*|\s{{2,}}|(?<={HAN})\s(?={HAN})")
YEAR = re.compile(r"(?<!\d)(?:1[89]|20)\d\d(?!\d)")
DAY = re.compile(r"((?:1[89]|20)\d\d)\s?[-/.年]\s?(\d{1,2})(?:\s?[-/.月]\s?(\d{1,2}))?(?!\d)")
DOI = re.compile(r"10\.\d{4,9}/[^\s;,，；\"<>{}]+")
URL = re.compile(r"https?://[^\s;，；<>{}\"]+")
# The commands of LaTeX for accents, and the combining characters.
MARKS_ABOVE = map(chr, (*range(0x300, 0x305), *range(0x306, 0x309), *range(0x30A, 0x30D), 0x327, 0x328))
ACCENTS = dict(zip("`'^~=u.\"rHvck", MARKS_ABOVE, strict=True))
ACCENT = re.compile(r"\\([`'^\"~=.]|[uvHcrk](?![A-Za-z]))\s*(?:\{\s*\\?([A-Za-z])\s*\}|\\?([A-Za-z]))")
ESCAPED = re.compile(r"\\([&%$#_{}])|[{}]")  # a sign that was kept from LaTeX, or a brace of its own
COMMAND = re.compile(r"\\(?:text\w{2,14}|emph|mbox|url|href|it|bf|em|rm|sf|tt|sc)(?![A-Za-z])\s*")


def read_ris(stream: BinaryIO, options: LoadOptions) -> Iterator[Raw | Fault]:
    """Records of a RIS file (``TY  - JOUR``)."""
    yield from _read(stream, options, "ris")


def read_bibtex(stream: BinaryIO, options: LoadOptions) -> Iterator[Raw | Fault]:
    """Entries of a BibTeX file (``@article{...}``)."""
    yield from _read(stream, options, "bibtex")


def read_endnote(stream: BinaryIO, options: LoadOptions) -> Iterator[Raw | Fault]:
    """Records of an EndNote export (``%0 Journal Article``)."""
    yield from _read(stream, options, "endnote")


def read_noteexpress(stream: BinaryIO, options: LoadOptions) -> Iterator[Raw | Fault]:
    """Records of a NoteExpress export (``{Reference Type}: Journal Article``)."""
    yield from _read(stream, options, "noteexpress")


def read_refworks(stream: BinaryIO, options: LoadOptions) -> Iterator[Raw | Fault]:
    """Records of a RefWorks export (``RT Journal Article``)."""
    yield from _read(stream, options, "refworks")


def read_cnki(stream: BinaryIO, options: LoadOptions) -> Iterator[Raw | Fault]:
    """Records of CNKI's own text exports (``SrcDatabase-来源库: 期刊``), with all fields or those that were chosen."""
    yield from _read(stream, options, "cnki")


def _read(stream: BinaryIO, options: LoadOptions, usual: str) -> Iterator[Raw | Fault]:
    data = stream.read(MAX_BYTES + 1)
    if len(data) > MAX_BYTES:
        raise ReadError("file_large", limit=MAX_BYTES // 1_000_000)
    decoded = decode(data, options.encoding)
    del data
    kind = references_kind(decoded.text) or usual
    found = False
    for part in read_references(decoded, kind):
        found = True
        yield part
    if not found:
        raise ReadError("file_damaged", detail=f"no record in the format of {kind}")


def read_references(decoded: Decoded, kind: str) -> Iterator[Raw | Fault]:
    """The records of an export; their key is their number in the file."""
    if kind == "bibtex":
        if len(decoded.text) > MAX_BIBTEX:
            raise ReadError("file_large", limit=MAX_BIBTEX // 1_000_000)
        yield from _read_bibtex(decoded)
        return
    layout = FORMATS[kind]
    for number, record in enumerate(_records(decoded.text, kind), 1):
        yield _document(f"#{number}", record, layout.fields, decoded, kind)


# ---- tagged formats ----


def _records(text: str, kind: str) -> Iterator[Record]:
    """Tags with their values. A line without a tag goes on with the value before it."""
    layout = FORMATS[kind]
    record: dict[str, list[list[str]]] = {}
    lines: list[str] | None = None
    for line in io.StringIO(text.lstrip("\ufeff"), newline=None):
        found = layout.tag.match(line := line.strip())
        if found is None or (kind == "cnki" and found[1] not in CNKI_TAGS):
            if lines is not None and line:
                lines.append(line)
            continue
        tag, value = found[1], (found[2] or "").strip()
        if tag == "PageCount" and "页数" in line[:20]:  # how many there are, not which
            tag = "Extent"
        if record and (tag == layout.start or (not layout.start and tag in record)):
            yield {tag: [join_lines(parts) for parts in values] for tag, values in record.items()}
            record = {}
        if layout.start and not record and tag != layout.start:
            lines = None
            continue
        lines = [value]
        record.setdefault(tag, []).append(lines)
        if kind == "ris" and tag == "ER":
            lines = None
    if record:
        yield {tag: [join_lines(parts) for parts in values] for tag, values in record.items()}


def join_lines(lines: Sequence[str]) -> str:
    """One line out of those that a program broke: with a blank between them, but not beside Chinese characters.

    Examples
    --------
    >>> join_lines(["数字政府", "建设 of", "cities"])
    '数字政府建设 of cities'
    """
    parts: list[str] = []
    for line in filter(None, lines):
        if parts and not (WIDE.match(parts[-1][-1:]) or TIGHT.match(line)):
            parts.append(" ")
        parts.append(line)
    # Long runs of blanks would cost the patterns below quadratic time.
    return BLANKS.sub("  ", "".join(parts))


# ---- BibTeX ----


def _read_bibtex(decoded: Decoded) -> Iterator[Raw | Fault]:
    for number, block in enumerate(guarded(_blocks(decoded.text), "BibTeX"), 1):
        yield _of_block(block, number, decoded)


def _blocks(text: str) -> Iterator[object]:
    from bibtexparser.entrypoint import parse_string
    from bibtexparser.model import Entry, ParsingFailedBlock

    with _quiet("bibtexparser.splitter"):
        library = parse_string(text)
    yield from (block for block in library.blocks if isinstance(block, (Entry, ParsingFailedBlock)))


def _of_block(block: object, number: int, decoded: Decoded) -> Raw | Fault:
    from bibtexparser.model import Entry, ParsingFailedBlock

    key = f"#{number}"
    if isinstance(block, ParsingFailedBlock) and not isinstance(block.ignore_error_block, Entry):
        line = (block.start_line or 0) + 1
        return Fault(key, "record_damaged", {"record": number, "line": line})
    entry = block.ignore_error_block if isinstance(block, ParsingFailedBlock) else block
    assert isinstance(entry, Entry)
    record: Record = {"entrytype": [entry.entry_type]}
    for field in entry.fields:
        record.setdefault(field.key.lower(), []).append(unlatex(str(field.value)))
    record["author"] = [name for value in record.get("author", []) for name in re.split(r"\s+and\s+", value)]
    return _document(key, record, BIBTEX, decoded, "bibtex")


@contextmanager
def _quiet(name: str) -> Iterator[None]:
    """Without what a library writes to its log about each damaged entry; these have a row in the manifest."""
    logger = logging.getLogger(name)
    before = logger.disabled
    logger.disabled = True
    try:
        yield
    finally:
        logger.disabled = before


def unlatex(value: str) -> str:
    r"""The text of a BibTeX value: without braces, with its accents and escaped signs as characters.

    A bare ``%`` stays: Chinese databases write it into abstracts without a backslash.

    Examples
    --------
    >>> unlatex(r"{M{\"u}ller 50\% \& \emph{more}}")
    'Müller 50% & more'
    """
    if "\\" in value:
        value = ACCENT.sub(_accented, value)
        value = COMMAND.sub("", value)
    value = ESCAPED.sub(lambda found: found[1] or "", value)
    return join_lines([line.strip() for line in value.strip().strip('"').splitlines()]).strip()


def _accented(found: re.Match[str]) -> str:
    return unicodedata.normalize("NFC", (found[2] or found[3]) + ACCENTS[found[1]])


# ---- records to documents ----


def _document(
    key: str, record: Record, fields: Mapping[str, tuple[str, ...]], decoded: Decoded, kind: str
) -> Raw | Fault:
    values = {name: _first(record, tags) for name, tags in fields.items()}
    title = " ".join(clean(" ".join(values["title"][:1])).split())
    abstracts = [words for value in values.pop("abstract") if (words := _abstract(value)).casefold() not in NOTHING]
    meta = _meta(values, kind)
    chinese = [words for words in abstracts if re.search(HAN, words)]
    if chinese and len(chinese) < len(abstracts):
        meta["abstract_en"] = "\n".join(words for words in abstracts if words not in chinese)
    text = "\n".join(chinese or abstracts)
    if not text:
        meta["no_abstract"] = "1"
        text = title
    if not text:
        return Fault(key, "text_empty")
    meta = {name: value for name, value in meta.items() if value}
    return Raw(text, 0, None, key, title, meta, decoded.encoding, decoded.margin, text.count("\ufffd"))


def _first(record: Record, tags: Iterable[str]) -> list[str]:
    return next((values for tag in tags if any(values := [value for value in record.get(tag, ()) if value])), [])


def _meta(values: Mapping[str, list[str]], kind: str) -> dict[str, str]:
    """The fields of a record beside title and abstract, under the same keys for all formats."""
    meta = {name: " ".join(clean(" ".join(found[:1])).split()) for name, found in values.items() if name not in SEVERAL}
    meta |= {name: ";".join(_several(values[name], name)) for name in SEVERAL if name in values}
    found = " ".join((*values["doi"], *values["url"]))
    meta["doi"] = doi[0].rstrip(".").lower() if (doi := DOI.search(found)) else ""
    meta["url"] = url[0] if (url := URL.search(" ".join(values["url"]))) else ""
    days = [day for name in ("date", "year") for value in values[name] if (day := _day(value))]
    years = YEAR.search(" ".join((*values["year"], *values["date"])))
    meta["date"], meta["year"] = (max(days, key=len) if days else ""), (years[0] if years else "")
    pages = "-".join(part for part in (meta["pages"], meta.pop("last", "")) if part)
    meta["pages"] = re.sub(r"\s*[-–—‐]+\s*", "-", pages)
    for name in ("volume", "issue"):
        meta[name] = meta[name].lstrip("0") or meta[name]
    meta["type"] = TYPES.get(meta["type"].casefold(), meta["type"])
    meta["language"] = LANGUAGES.get(meta["language"].casefold(), meta["language"])
    if kind == "cnki":
        meta["database"] = "CNKI"
    del meta["title"]
    return meta


def _day(value: str) -> str:
    """``2019/01/09/`` as 2019-01-09, 2019年1月 as 2019-01."""
    found = DAY.search(value)
    if not found or not 1 <= int(found[2]) <= 12:
        return ""
    day = int(found[3] or 0)
    return f"{found[1]}-{int(found[2]):02}" + (f"-{day:02}" if 1 <= day <= 31 else "")


def _several(values: Sequence[str], name: str) -> list[str]:
    """The names, places or words of a field, however they are parted."""
    parts = [part for value in values for part in re.split(r"\s*(?:[;；]|%A\s)\s*", clean(value).replace("\n", " "))]
    if name == "keywords" and len(values) == 1 == len(parts) - parts.count(""):
        parts = WORD_BREAK.split("".join(parts))
    elif name == "authors":
        parts = [person for part in parts for person in _people(part)]
    parts = [" ".join(part.split()) for part in parts if part.strip()]
    return parts if name == "authors" else list(dict.fromkeys(parts))


def _people(part: str) -> list[str]:
    """谢昕,王小增 are two; in "Smith, John" the comma belongs to the name."""
    people = [person.strip() for person in re.split(r"[,，、]", part)]
    if len(people) > 1 and all(HAN_NAME.fullmatch(person) for person in people if person):
        return people
    return [re.sub(rf"\A({HAN})\s+({HAN})\Z", r"\1\2", part.strip())]


def _abstract(value: str) -> str:
    """An abstract without the word that announces it."""
    value = clean(value)
    label = LABEL.match(value)
    return value[label.end() :] if label else value


def clean(value: str) -> str:
    """A value without what exports leave of a web page: entities, marks, and the signs for line ends."""
    if "&" in value:
        value = html.unescape(value)
    return MARKS.sub("", BREAK.sub("\n", value)).strip()
