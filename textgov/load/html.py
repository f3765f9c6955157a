"""Web pages: the main content, without menus, buttons and footers."""

from __future__ import annotations

import re

from textgov.errors import ReadError
from textgov.load.encoding import decode
from textgov.load.raw import Contents, LoadOptions, Raw
from textgov.load.text import TITLE_LENGTH

CHARSET = re.compile(rb"<meta[^>]{0,200}charset=[\"']?\s*([\w-]+)", re.IGNORECASE)


def read_html(data: bytes, options: LoadOptions) -> Contents:
    """The main text of a page and its title.

    The page's own charset is not believed, because copied pages often lie about it; the bytes decide. ``original`` is
    the text that was taken out, not the markup.
    """
    import trafilatura

    decoded = decode(data, options.encoding)
    try:
        page = trafilatura.bare_extraction(
            decoded.text, include_comments=False, include_tables=True, favor_recall=True, with_metadata=True
        )
    except (ValueError, TypeError, AttributeError) as error:
        raise ReadError("file_damaged", detail=str(error)) from None
    if page is None or isinstance(page, dict) or not page.text:
        raise ReadError("text_empty")
    title = (page.title or "").strip()
    raw = Raw(page.text, title=title if len(title) <= TITLE_LENGTH else "")
    return Contents((raw,), decoded.encoding, decoded.replaced)
