"""Plain text, and Markdown with YAML front matter."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import BinaryIO

import yaml

from textgov.load.encoding import decode
from textgov.load.raw import LoadOptions, Raw

FRONT = re.compile(r"\A---[ \t]*\r?\n(.*?)^---[ \t]*(?:\r?\n|\Z)", re.DOTALL | re.MULTILINE)
FRONT_LENGTH = 20_000  # front matter longer than this is not front matter (and can crash the YAML parser)
TITLE_LENGTH = 80  # a first line longer than this is a paragraph, not a title
SENTENCE_MARK = re.compile(r"[。！？；!?;]|[：:]\Z")


def read_txt(stream: BinaryIO, options: LoadOptions) -> Iterator[Raw]:
    """The whole file is the text; its first line, if short, the title."""
    text, encoding, margin, replaced = decode(stream.read(), options.encoding)
    yield Raw(text, title=first_line(text), encoding=encoding, margin=margin, replaced=replaced)


def read_md(stream: BinaryIO, options: LoadOptions) -> Iterator[Raw]:
    """The text behind the front matter; keys of the front matter become metadata.

    Front matter that is not valid YAML, or not a map, is left in the text.
    """
    text, encoding, margin, replaced = decode(stream.read(), options.encoding)
    start, meta = front_matter(text)
    title = meta.get("title", "") or first_line(text[start : start + 4 * TITLE_LENGTH]).lstrip("# ")
    yield Raw(text, start, title=title, meta=meta, encoding=encoding, margin=margin, replaced=replaced)


def front_matter(text: str) -> tuple[int, dict[str, str]]:
    """Where the text behind the front matter begins, and the front matter as strings."""
    match = FRONT.match(text)
    if not match or len(match[1]) > FRONT_LENGTH:
        return 0, {}
    try:
        values = yaml.load(match[1], Loader=yaml.CBaseLoader)
    except (yaml.YAMLError, RecursionError):
        return 0, {}
    if not isinstance(values, dict):
        return 0, {}
    return match.end(), {str(key): value for key, value in values.items() if isinstance(value, str)}


def first_line(text: str) -> str:
    """The first line that is not blank, if it can be a title: short, and no sentence or greeting."""
    line = next(iter(text[: 4 * TITLE_LENGTH].lstrip().splitlines()), "").strip()
    return "" if len(line) > TITLE_LENGTH or SENTENCE_MARK.search(line) else line
