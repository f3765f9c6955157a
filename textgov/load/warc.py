"""Web archives (WARC): the pages and documents that a crawler kept."""

from __future__ import annotations

import gzip
import re
import unicodedata
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from pathlib import PurePosixPath
from typing import Any, BinaryIO, cast
from urllib.parse import unquote_to_bytes, urlsplit

from textgov.errors import ReadError
from textgov.load.archive import decode_names
from textgov.load.members import CHUNK, Budget, budget_of, damage_told, open_member
from textgov.load.raw import Fault, LoadOptions, Member

# What a server calls the types that we read, and the ending they get when their address has none of these.
TYPES = {
    "text/html": ".html",
    "application/xhtml+xml": ".html",
    "text/plain": ".txt",
    "application/pdf": ".pdf",
    "application/msword": ".doc",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": ".docx",
    "application/kswps": ".wps",
    "application/vnd.ms-works": ".wps",
    "application/rtf": ".rtf",
    "text/rtf": ".rtf",
}
# Types that say nothing; the ending of the address decides. Many government sites send their documents like this.
VAGUE = ("", "application/octet-stream", "application/x-download", "application/download", "application/force-download")
ENDINGS = frozenset(TYPES.values()) | {".htm", ".shtml"}
# The layers in which servers send pages, and how each begins; Brotli has no mark, but does not look like a page.
LAYERS = {
    "chunked": re.compile(rb"[0-9A-Fa-f]{1,8}[ \t]*(?:;[^\r\n]*)?\r?\n"),
    "gzip": re.compile(rb"\x1f\x8b\x08"),
    "deflate": re.compile(rb"\x78[\x01\x5e\x9c\xda]"),
    "br": re.compile(rb"[^\s<%{]"),
    "zstd": re.compile(rb"\x28\xb5\x2f\xfd"),
}
PATH_LENGTH = 150  # a longer address, which is a query, is cut; the number of the record keeps ids apart
ADDRESS = re.compile(r"(?i)https?://")
SCHEME = re.compile(r"(?i)[a-z][a-z0-9+.-]*:/*")
UNSAFE = re.compile(r"[\x00-\x20\x7f!#\ufffd]+")
MARK = re.compile(rb"WARC/[01]\.\d\r?\n")
MAX_DAMAGED = 1000  # each new start reads a block again


def read_warc(stream: BinaryIO, options: LoadOptions) -> Iterator[Member | Fault]:
    """Pages and documents that were fetched with success.

    Other records (requests, revisits, errors, pictures, scripts) are counted in one note. The address goes into the id
    and the metadata (``url``), so that a document can be located by its site; so does the day of the crawl
    (``crawled``), which is not the date of the document.
    """
    budget = budget_of(stream)
    left_out: Counter[str] = Counter()
    number = 0
    for record in _records(stream):
        number += 1
        budget.count_member()
        if isinstance(record, Fault):
            yield record
            continue
        try:
            why = _reason(record)
            if why:
                left_out[why] += 1
                continue
            name = _name(record)
        except ReadError as error:
            yield Fault(f"!{number}", error.code, error.facts)
            continue
        yield from _page(record, f"{number}-{name}", budget)
    if left_out:
        detail = ", ".join(f"{n} {why}" for why, n in sorted(left_out.items(), key=lambda pair: (-pair[1], pair[0])))
        yield Fault("!(left out)", "pages_skipped", {"n": left_out.total(), "detail": detail}, status="skipped")


def _records(stream: BinaryIO) -> Iterator[Any]:
    """Records of the archive; behind a damaged one reading goes on at the next that begins whole."""
    from fastwarc.warc import ArchiveIterator

    start = 0
    for _ in range(MAX_DAMAGED):
        at = start
        stream.seek(start)
        try:
            records = ArchiveIterator(stream, parse_http=False, stream_detect=False, strict_mode=False)
            for record in records:
                at = start + record.stream_pos
                yield record
            return
        except (OSError, ValueError) as error:
            yield Fault(f"!(byte {at})", "file_damaged", {"detail": f"web archive: {error}"})
        start = _next_mark(stream, at + 1)
        if start < 0:
            return
    raise ReadError("file_damaged", detail=f"more than {MAX_DAMAGED} damaged records")


def _next_mark(stream: BinaryIO, start: int) -> int:
    stream.seek(start)
    rest = b""
    while chunk := stream.read(CHUNK):
        window = rest + chunk
        mark = MARK.search(window)
        if mark:
            return start + mark.start()
        rest = window[-12:]
        start += len(window) - len(rest)
    return -1


def _reason(record: Any) -> str:
    """Why a record is left out: its kind, its status or its type; empty for a page or a document."""
    kind = str(record.record_type)
    if kind not in ("response", "resource", "conversion"):
        return kind
    if kind == "response" and (record.is_http or ADDRESS.match(_address(record))):
        with damage_told():
            record.parse_http(strict_mode=False)
        status = record.http_headers and record.http_headers.status_code
        if not status:
            raise ReadError("file_damaged", detail="web archive: a record without the head of a page")
        if status != 200:
            return f"status {status}"
    return "" if _suffix(record) else _type(record) or "of no type"


def _address(record: Any) -> str:
    return (record.headers.get("WARC-Target-URI") or "").strip(" <>")


def _type(record: Any) -> str:
    told = record.http_headers.get("Content-Type") if record.is_http_parsed else record.headers.get("Content-Type")
    kind = (told or "").partition(";")[0].strip().lower()
    return kind if re.fullmatch(r"[\w.+-]+/[\w.+-]+", kind, re.ASCII) else ""


def _suffix(record: Any) -> str:
    """The ending under which the record is read; empty if it is no document."""
    path = urlsplit(_path_only(_address(record))).path
    ending = PurePosixPath(path).suffix.lower()
    kind = _type(record)
    if kind in TYPES:
        # text/plain is what many servers say of anything.
        return ending if ending in ENDINGS and (kind == "text/plain" or TYPES[kind] != ".html") else TYPES[kind]
    return ending if kind in VAGUE and ending in ENDINGS else ""


def _path_only(address: str) -> str:
    return address.partition("?")[0].partition("#")[0].replace("[", "").replace("]", "")


def _name(record: Any) -> str:
    """Host and path of the address, readable, with the ending that decides on the reader."""
    whole = SCHEME.sub("", _address(record), count=1).partition("#")[0]
    (name,) = decode_names([unquote_to_bytes(whole)])
    name = UNSAFE.sub("_", unicodedata.normalize("NFC", name))[:PATH_LENGTH].strip("/") or "page"
    suffix = _suffix(record)
    return name if name.lower().endswith(suffix) else f"{name}{suffix}"


def _page(record: Any, name: str, budget: Budget) -> Iterator[Member | Fault]:
    try:
        with closing(_body(record, budget)) as member:
            meta = {"url": _address(record), "crawled": (record.headers.get("WARC-Date") or "")[:10]}
            yield Member(f"!{name}", name, member, {key: value for key, value in meta.items() if value})
    except ReadError as error:
        if budget.exhausted:
            raise
        yield Fault(f"!{name}", error.code, error.facts)


def _body(record: Any, budget: Budget) -> BinaryIO:
    """What the server sent, out of the layers that it was sent in.

    Crawlers often keep the headers of a layer that they have taken off; bytes that do not begin like it are left alone.
    """
    member = open_member(cast(BinaryIO, record.reader), budget)
    try:
        if member.seek(0, 2) < record.content_length:
            raise ReadError("file_damaged", detail="web archive: the record is cut short")
        for name in _layers(record):
            member.seek(0)
            if name in LAYERS and LAYERS[name].match(member.read(64)):
                member.seek(0)
                packed = member
                with closing(packed):
                    member = open_member(_unpacked(name, packed), budget)
    except ReadError:
        member.close()
        raise
    member.seek(0)
    return member


def _layers(record: Any) -> list[str]:
    """Names of the layers, the outermost first."""
    if not record.is_http_parsed:
        return []
    told = ((record.http_headers.get(f"{kind}-Encoding") or "").lower() for kind in ("Transfer", "Content"))
    return [name.strip().removeprefix("x-") for names in told for name in reversed(names.split(","))]


def _unpacked(name: str, packed: BinaryIO) -> BinaryIO:
    from fastwarc import stream_io

    if name == "gzip":
        # That of fastwarc does not tell when the end is missing.
        return cast(BinaryIO, gzip.GzipFile(fileobj=packed, mode="rb"))
    if name == "deflate":
        return cast(BinaryIO, stream_io.GzipReader(packed, zlib=True))
    readers = {"chunked": stream_io.ChunkedReader, "br": stream_io.BrotliReader, "zstd": stream_io.ZstdReader}
    return cast(BinaryIO, readers[name](packed))
