"""Web pages: the main content, without menus, buttons and footers."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import BinaryIO

from textgov.errors import ReadError
from textgov.load.encoding import decode
from textgov.load.raw import LoadOptions, Raw
from textgov.load.text import TITLE_LENGTH

CHARSET = re.compile(rb"<meta[^>]{0,200}charset=[\"']?\s*([\w-]+)", re.IGNORECASE)


def read_html(stream: BinaryIO, options: LoadOptions) -> Iterator[Raw]:
    """The main text of a page and its title.

    The page's own charset is not believed, because copied pages often lie about it; the bytes decide. ``original`` is
    the text that was taken out, not the markup.
    """
    import trafilatura

    text, encoding, margin, replaced = decode(stream.read(), options.encoding)
    try:
        page = trafilatura.bare_extraction(
            text, include_comments=False, include_tables=True, favor_recall=True, with_metadata=True
        )
    except (ValueError, TypeError, AttributeError) as error:
        raise ReadError("file_damaged", detail=str(error)) from None
    if page is None or isinstance(page, dict) or not page.text:
        raise ReadError("text_empty")
    title = (page.title or "").strip()
    title = title if len(title) <= TITLE_LENGTH else ""
    yield Raw(page.text, title=title, encoding=encoding, margin=margin, replaced=replaced)
