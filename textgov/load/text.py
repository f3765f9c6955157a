"""Plain text, and Markdown with front matter."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import BinaryIO

import yaml

from textgov.load.cells import fold, plain
from textgov.load.encoding import decode
from textgov.load.legal import without_header
from textgov.load.raw import Fault, LoadOptions, Raw
from textgov.load.reference_formats import references_kind

FRONT = re.compile(r"\A(---|\+\+\+)[ \t]*\r?\n(.*?)^\1(?:(?<=-)-*)?[ \t]*(?:\r?\n|\Z)", re.DOTALL | re.MULTILINE)
FRONT_LENGTH = 20_000  # front matter longer than this is not front matter (and can crash the YAML parser)
ABSTRACTS = ("abstract", "摘要")
TITLE_LENGTH = 80  # a first line longer than this is a paragraph, not a title
SENTENCE_MARK = re.compile(r"[。！？；!?;]|[：:]\Z")


def read_txt(stream: BinaryIO, options: LoadOptions) -> Iterator[Raw | Fault]:
    """The whole file is the text; its first line, if short, the title.

    An export of a bibliographic database has a document a record, and one of a legal database its header as metadata.
    """
    decoded = decode(stream.read(), options.encoding)
    kind = references_kind(decoded.text)
    if kind is not None:
        from textgov.load.references import read_references

        yield from read_references(decoded, kind)
        return
    text, encoding, margin, replaced = decoded
    raw = without_header(Raw(text, encoding=encoding, margin=margin, replaced=replaced))
    yield raw if raw.title else replace(raw, title=first_line(text[raw.start : raw.start + 4 * TITLE_LENGTH]))


def read_md(stream: BinaryIO, options: LoadOptions) -> Iterator[Raw]:
    """The text behind the front matter (YAML or TOML); keys of the front matter become metadata.

    Front matter that is not valid, or not a map, is left in the text. A page with nothing behind it has its abstract
    as text.
    """
    text, encoding, margin, replaced = decode(stream.read(), options.encoding)
    start, meta = front_matter(text)
    title = meta.get("title", "") or first_line(text[start : start + 4 * TITLE_LENGTH]).lstrip("# ")
    end = None
    if start and not text[start:].strip():
        abstract = next((value for key, value in meta.items() if fold(key) in ABSTRACTS and value.strip()), "")
        at = text.find(abstract, 0, start)
        if abstract and at >= 0:
            start, end = at, at + len(abstract)
    yield Raw(text, start, end, title=title, meta=meta, encoding=encoding, margin=margin, replaced=replaced)


def front_matter(text: str) -> tuple[int, dict[str, str]]:
    """Where the text behind the front matter begins, and the front matter as strings.

    A list becomes one string with semicolons between its parts. What is nested deeper is left out, but for the name of
    an author with more about him.
    """
    match = FRONT.match(text)
    if not match or len(match[2]) > FRONT_LENGTH:
        return 0, {}
    try:
        values = yaml.load(match[2], Loader=yaml.CBaseLoader) if match[1] == "---" else _toml(match[2])
    except (yaml.YAMLError, tomllib.TOMLDecodeError, RecursionError):
        return 0, {}
    if not isinstance(values, dict):
        return 0, {}
    cells = ((str(key), _cell(value)) for key, value in values.items())
    return match.end(), {key: value for key, value in cells if value is not None}


def _toml(text: str) -> dict[str, object]:
    return tomllib.loads(text.replace("\r\n", "\n"))


def _cell(value: object) -> str | None:
    if isinstance(value, list):
        parts = [part.get("name", "") if isinstance(part, Mapping) else part for part in value]
        words = [plain(part).strip() for part in parts if not isinstance(part, (list, Mapping))]
        return ";".join(word for word in words if word) or None
    return None if isinstance(value, Mapping) else plain(value)


def first_line(text: str) -> str:
    """The first line that is not blank, if it can be a title: short, and no sentence or greeting."""
    line = next(iter(text[: 4 * TITLE_LENGTH].lstrip().splitlines()), "").strip()
    return "" if len(line) > TITLE_LENGTH or SENTENCE_MARK.search(line) else line
