"""Web pages saved as one file (mhtml, mht): the page among the parts of a mail."""

from __future__ import annotations

import email
import email.header
import io
import re
from collections.abc import Iterator
from dataclasses import replace
from email.message import Message
from typing import BinaryIO

from textgov.errors import ReadError
from textgov.load.html import read_html
from textgov.load.raw import LoadOptions, Part, Raw
from textgov.load.text import TITLE_LENGTH

HAN = re.compile(r"[\u3400-\u9fff]")
MAX_FRAMES = 30  # pages inside a page that are looked at when the outer one has no text
# What the email package raises on headers and bodies that are damaged.
DAMAGE = (AttributeError, AssertionError, IndexError, KeyError, LookupError, TypeError, ValueError, RecursionError)


def read_mhtml(stream: BinaryIO, options: LoadOptions) -> Iterator[Part]:
    """The main content of the page; of a page made of frames that of the frame with the most text.

    The title is that of the page, else the subject; the address of the page goes into the metadata.
    """
    try:
        message = email.message_from_binary_file(stream)
        pages = _pages(message)
        address = _header(message, "Snapshot-Content-Location") or _header(message, "Content-Location")
        subject = _header(message, "Subject")
    except DAMAGE as error:
        raise ReadError("file_damaged", detail=f"not a complete mhtml file: {error}") from None
    if not pages:
        raise ReadError("file_damaged", detail="no web page in the mhtml file")
    raw = _best(pages, options)
    meta = dict(raw.meta)
    if address.startswith(("http:", "https:")):
        meta.setdefault("网址", address)
    title = raw.title or (subject if len(subject) <= TITLE_LENGTH else "")
    yield replace(raw, title=title, meta=meta)


def _pages(message: Message) -> list[bytes]:
    """Bodies of the pages: the one that the message names as its start, then the others in their order."""
    start = str(message.get_param("start") or "").strip("<> ")
    found = []
    for part in message.walk():
        if part.get_content_type() in ("text/html", "application/xhtml+xml"):
            body = part.get_payload(decode=True)
            if isinstance(body, bytes) and body.strip():
                first = bool(start) and str(part.get("Content-ID", "")).strip("<> ") == start
                found.append((not first, body))
    return [body for _, body in sorted(found, key=lambda each: each[0])][:MAX_FRAMES]


def _best(pages: list[bytes], options: LoadOptions) -> Raw:
    fault = ReadError("text_empty")
    frames = []
    for at, body in enumerate(pages):
        try:
            raws = [raw for raw in read_html(io.BytesIO(body), options) if isinstance(raw, Raw)]
        except ReadError as error:
            fault = fault if at else error
            continue
        if at == 0 and raws and HAN.search(raws[0].original):
            return raws[0]
        frames += raws
    if not frames:
        raise fault
    return max(frames, key=lambda raw: len(HAN.findall(raw.original)))


def _header(message: Message, name: str) -> str:
    pieces = email.header.decode_header(str(message.get(name, "")))
    text = "".join(
        piece.decode(charset or "ascii", "replace") if isinstance(piece, bytes) else piece for piece, charset in pieces
    )
    return " ".join(text.split())
