"""Web pages: the main content, without menus, buttons and footers."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, BinaryIO

from textgov.errors import ReadError
from textgov.load.encoding import decode
from textgov.load.page import (
    clean,
    render,
    squeeze,
    tag_of,
    take_labels,
    take_lines_of_the_site,
    text_of,
    unfold_layout,
)
from textgov.load.raw import LoadOptions, Raw
from textgov.load.text import TITLE_LENGTH

# A page of this size takes 300 MB of memory; the largest of 49 has 0.3 MB.
MAX_BYTES = 10_000_000
# A child that holds this share of the votes holds the document; the rest are words that stand elsewhere by chance.
HOLDS = 0.97
MIN_VOTE = 8  # characters of a stretch that can vote: shorter ones stand in menus as well as in the text
OWN_VOTE = 0.5  # of a sentence that trafilatura left out
SENTENCE_END = re.compile(r"[。；！？]")
SENTENCE_LENGTH = 10
# A page of more elements is a table of data (the largest of 49 has 8,000); trafilatura would need seconds for it, and
# the sentences alone decide.
MAX_ELEMENTS = 20_000
MAX_LINKS = 0.5  # share of links in a part of the document; lists of links have more
# The names that 《政府网站发展指引》 (国办发〔2017〕47号) prescribes for pages of governments.
NAMED = {
    "pubdate": "发布日期",
    "contentsource": "来源",
    "author": "作者",
    "columnname": "栏目",
    "sitename": "网站",
    "keywords": "关键词",
}
PRINTED = (
    (
        "发布日期",
        re.compile(r"(?:发布|发表|公开)?(?:时间|日期)[:：]\s*(\d{4}\s*[-年/.]\s*\d{1,2}\s*[-月/.]\s*\d{1,2}日?)"),
    ),
    ("来源", re.compile(r"来源[:：]\s*([^\s|【\[丨]{2,30})")),
)
SITE_PART = re.compile(r"\s*[_|｜]\s*|\s+[-–—]+\s+|-{2,}|(?<=[\u3400-\u9fff）”])[-–](?=[\u3400-\u9fff])")


def read_html(stream: BinaryIO, options: LoadOptions) -> Iterator[Raw]:
    """The main text of a page, its title, and what the page states about the document.

    The page's own charset is not believed, because copied pages often lie about it; the bytes decide. ``original`` is
    the text that was taken out, not the markup. Rows such as 发文字号 and 成文日期 go from the text into the metadata.
    """
    data = stream.read(MAX_BYTES + 1)
    if len(data) > MAX_BYTES:
        raise ReadError("file_large", limit=MAX_BYTES // 1_000_000)
    text, encoding, margin, replaced = decode(data, options.encoding)
    root = _parse(text)
    metas = _metas(root)
    named = fold(root.findtext(".//title") or "")
    body = next(root.iter("body"), root)
    clean(body)
    labels = take_labels(body)
    whole = render(body)
    unfold_layout(body)
    take_lines_of_the_site(body)
    node, skipped = _main_node(body)
    lines = render(node, skipped)
    if not lines:
        raise ReadError("text_empty")
    title = labels.pop("标题", "") or labels.get("文件名称", "") or metas.pop("articletitle", "")
    title = title or _title(root, named, whole)
    if _is_heading(title, lines, whole):
        lines.insert(0, title)
    meta = labels | {key: metas[name] for name, key in NAMED.items() if metas.get(name) and key not in labels}
    for key, pattern in PRINTED:
        match = pattern.search("\n".join(whole[:60]))
        if match and key not in meta:
            meta[key] = match[1]
    title = title if len(title) <= TITLE_LENGTH else ""
    yield Raw("\n".join(lines), title=title, meta=meta, encoding=encoding, margin=margin, replaced=replaced)


def fold(text: str) -> str:
    """The text in one line."""
    return " ".join(text.split())


def _parse(text: str) -> Any:
    from lxml import etree, html

    parser = html.HTMLParser(encoding="utf-8", huge_tree=False, no_network=True)
    data = re.sub(r"[\x00-\x08\x0e-\x1f]", "\ufffd", text).encode("utf-8", "replace")
    try:
        return html.document_fromstring(data, parser=parser, ensure_head_body=True)
    except (etree.LxmlError, ValueError, AssertionError, TypeError) as error:
        raise ReadError("file_damaged", detail=f"no web page: {error}") from None


def _metas(root: Any) -> dict[str, str]:
    found: dict[str, str] = {}
    for element in root.iter("meta"):
        name = (element.get("name") or element.get("property") or "").lower()
        value = fold(element.get("content") or "")
        if name and value:
            found.setdefault(name, value)
    return found


def _main_node(body: Any) -> tuple[Any, list[Any]]:
    """The element that holds the document, and the parts of it that are not of the document."""
    elements = list(body.iter())
    main = squeeze(_main_text(body)) if len(elements) <= MAX_ELEMENTS else ""
    votes, voted, linked, sizes = (dict[Any, float]() for _ in range(4))
    for element in reversed(elements):  # children before their parents
        for owner, text in _own_texts(element):
            size = len(text)
            vote = size if text in main else 0
            sizes[owner] = sizes.get(owner, 0) + size
            voted[owner] = voted.get(owner, 0) + vote
            linked[owner] = linked.get(owner, 0) + (size if tag_of(owner) == "a" else 0)
            sentence = any(len(part) > SENTENCE_LENGTH for part in SENTENCE_END.split(text)[:-1])
            # Links do not vote: related pages are as long as the document, and stand in lists of their own.
            if size >= MIN_VOTE and (sentence or next(owner.iterancestors("a"), owner).tag != "a"):
                votes[owner] = votes.get(owner, 0) + (vote or OWN_VOTE * size * sentence)
        parent = element.getparent()
        if parent is not None and element is not body:
            inside = sizes.get(element, 0) if tag_of(element) == "a" else linked.get(element, 0)
            linked[parent] = linked.get(parent, 0) + inside
            for table in (sizes, voted, votes):
                table[parent] = table.get(parent, 0) + table.get(element, 0)
    node = body
    while votes.get(body):
        child = next((each for each in node if votes.get(each, 0) >= HOLDS * votes[body]), None)
        if child is None or tag_of(child) in ("table", "p"):
            break
        node = child
    skipped = [
        each
        for each in node.iterdescendants()
        if sizes.get(each) and voted.get(each, 0) < sizes[each] / 10 and linked.get(each, 0) > MAX_LINKS * sizes[each]
    ]
    return node, skipped


def _own_texts(element: Any) -> list[tuple[Any, str]]:
    """Stretches of text and the element they stand in: the beginning of this one, and what follows its children."""
    texts = [squeeze(element.text or "")] if isinstance(element.tag, str) else []
    texts += [squeeze(child.tail or "") for child in element]
    return [(element, text) for text in texts if text]


def _main_text(body: Any) -> str:
    """What trafilatura takes for the main text."""
    import trafilatura
    from lxml import etree

    page = etree.tostring(body, encoding="unicode", method="html", with_tail=False)
    try:
        found = trafilatura.bare_extraction(
            f"<html>{page}</html>", include_comments=False, include_tables=True, favor_recall=True
        )
    except (ValueError, TypeError, AttributeError, IndexError, KeyError, RecursionError, etree.LxmlError):
        return ""
    return "" if found is None or isinstance(found, dict) else found.text or ""


def _title(root: Any, named: str, lines: list[str]) -> str:
    """The heading that the page's name begins with, else the part of that name which the page shows, else its first."""
    headings = [fold(text_of(each)) for each in root.iter("h1", "h2")]
    for heading in headings:
        if len(heading) > 3 and squeeze(heading) in squeeze(named):
            return heading
    if not named:
        return next((heading for heading in headings if len(heading) > 3), "")
    parts = [part for part in SITE_PART.split(named) if part]
    shown = {squeeze(line) for line in lines}
    return next((part for part in parts if squeeze(part) in shown), parts[0] if parts else "")


def _is_heading(title: str, lines: list[str], whole: list[str]) -> bool:
    """Whether the page shows the title as a line above the document that the lines lack."""
    bare = squeeze(title)
    if not bare or bare in squeeze("".join(lines[:8])):
        return False
    return any(squeeze(line) == bare for line in whole)
