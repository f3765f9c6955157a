"""The own format, read: YAML, with the line of every fault."""

from __future__ import annotations

import math
from typing import NoReturn

import yaml

from textgov.lexicon.build import Draft, check_name
from textgov.records import Context, Entry

TEXT_KEYS = ("name", "version", "prefix", "citation", "note", "language")
LEXICON_KEYS = (*TEXT_KEYS, "title", "lists", "categories")
CATEGORY_KEYS = ("title", "column", "entries", "categories")
ENTRY_KEYS = ("term", "variants", "exclude", "near", "not_near", "weight", "regex", "phase", "source", "note")
CONTEXT_KEYS = ("any", "within")


class Node:
    """A YAML node with its line, so that a fault can be pointed at."""

    def __init__(self, node: yaml.Node, draft: Draft, key: yaml.Node | None = None) -> None:
        self.node, self.draft, self.line = node, draft, (key or node).start_mark.line + 1

    def fail_here(self, code: str, **facts: object) -> NoReturn:
        """Raise the error for a fault here."""
        self.draft.fail(self.line, code, **facts)

    def items(self, known: tuple[str, ...] | None = None) -> list[tuple[str, Node]]:
        """The pairs of a map; `known` are the keys that it may have."""
        if not isinstance(self.node, yaml.MappingNode):
            self.fail_here("lexicon_needs_map")
        pairs: dict[str, Node] = {}
        for first, second in self.node.value:
            with self.draft.going_on():
                key, value = Node(first, self.draft).text(), Node(second, self.draft, first)
                if known is not None and key not in known:
                    value.fail_here("lexicon_key_unknown", key=key, known=", ".join(known))
                if key in pairs:
                    value.fail_here("lexicon_key_twice", key=key)
                pairs[key] = value
        return list(pairs.items())

    def list(self) -> list[Node]:
        """The items of a list."""
        if not isinstance(self.node, yaml.SequenceNode):
            self.fail_here("lexicon_needs_list")
        return [Node(value, self.draft) for value in self.node.value]

    def text(self) -> str:
        """What a plain value says, as it is written."""
        if not isinstance(self.node, yaml.ScalarNode):
            self.fail_here("lexicon_needs_text")
        return str(self.node.value)

    def number(self) -> float:
        """A finite number."""
        try:
            number = float(self.text())
        except ValueError:
            number = math.nan
        if not math.isfinite(number):
            self.fail_here("lexicon_no_number", value=self.text())
        return number

    def truth(self) -> bool:
        """Whether it says true."""
        if self.text() not in ("true", "false"):
            self.fail_here("lexicon_no_truth", value=self.text())
        return self.text() == "true"

    @property
    def is_list(self) -> bool:
        """Whether it is a list."""
        return isinstance(self.node, yaml.SequenceNode)

    @property
    def is_map(self) -> bool:
        """Whether it is a map."""
        return isinstance(self.node, yaml.MappingNode)


def compose(text: str, draft: Draft) -> Node:
    """The root of a YAML text; every plain value is a text."""
    try:
        node = yaml.compose(text, Loader=yaml.CBaseLoader)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        detail = getattr(error, "problem", None) or str(error)
        draft.fail(mark.line + 1 if mark else 0, "lexicon_not_yaml", detail=detail)
    if node is None:
        draft.fail(0, "lexicon_file_empty")
    return Node(node, draft)


def fill_own(text: str, draft: Draft) -> None:
    """Enter what a text in the own format holds."""
    root = compose(text, draft)
    parts = dict(root.items(LEXICON_KEYS))
    with draft.going_on():
        if "prefix" in parts and parts["prefix"].text():
            check_name(parts["prefix"].text(), draft.path, parts["prefix"].line)
    for key in TEXT_KEYS:
        if key in parts:
            with draft.going_on():
                setattr(draft, key, parts[key].text())
    with draft.going_on():
        draft.title = _titles(parts["title"], draft.name) if "title" in parts else (draft.name, draft.name)
    with draft.going_on():
        for key, words in parts["lists"].items() if "lists" in parts else []:
            with draft.going_on():
                draft.lists[key] = _words(words, draft)
    if "categories" not in parts:
        root.fail_here("lexicon_no_categories")
    _add_categories(parts["categories"], draft, "")


def _add_categories(node: Node, draft: Draft, parent: str) -> None:
    for key, category in node.items():
        with draft.going_on():
            inner = dict(category.items(CATEGORY_KEYS))
            title = _titles(inner["title"], key) if "title" in inner else None
            column = inner["column"].text() if "column" in inner else ""
            name = draft.add_category(key, title, parent, category.line, column)
            with draft.going_on():
                for item in inner["entries"].list() if "entries" in inner else []:
                    with draft.going_on():
                        draft.add_entry(_entry(item, name, draft), item.line)
            if "categories" in inner:
                _add_categories(inner["categories"], draft, name)


def _titles(node: Node, default: str) -> tuple[str, str]:
    titles = {key: value.text() for key, value in node.items(("zh", "en"))}
    return titles.get("zh", default), titles.get("en", default)


def _words(node: Node, draft: Draft) -> tuple[str, ...]:
    """A list of words, in which ``@name`` stands for a list of the lexicon (and ``@@`` for ``@`` at the beginning)."""
    words: list[str] = []
    for item in node.list():
        word = item.text()
        if word.startswith("@@"):
            words.append(word[1:])
        elif word.startswith("@"):
            if word[1:] not in draft.lists:
                item.fail_here("lexicon_no_list", name=word[1:], known=", ".join(draft.lists) or "-")
            words += draft.lists[word[1:]]
        elif not word.strip():
            item.fail_here("lexicon_empty_word")
        else:
            words.append(word)
    return tuple(dict.fromkeys(words))


def _context(node: Node, draft: Draft) -> Context:
    """``[words]`` (in the same sentence), or ``{any: [words], within: characters}``."""
    if node.is_list:
        terms, within = _words(node, draft), 0
    else:
        parts = dict(node.items(CONTEXT_KEYS))
        if "any" not in parts:
            node.fail_here("lexicon_no_any")
        terms = _words(parts["any"], draft)
        value = parts["within"].text() if "within" in parts else "sentence"
        if value != "sentence" and not is_within(value):
            parts["within"].fail_here("lexicon_within", value=value)
        within = 0 if value == "sentence" else int(value)
    if not terms:
        node.fail_here("lexicon_no_word")
    return Context(terms, within)


def is_within(value: str) -> bool:
    """Whether a text is a number of characters from 1."""
    return value.isascii() and value.isdecimal() and int(value[:10]) > 0 and len(value) < 10


def _entry(node: Node, category: str, draft: Draft) -> Entry:
    if not node.is_map and not node.is_list:
        return Entry(node.text(), category)
    parts = dict(node.items(ENTRY_KEYS))
    if "term" not in parts:
        node.fail_here("lexicon_no_term")
    texts = {key: parts[key].text() for key in ("phase", "source", "note") if key in parts}
    return Entry(
        parts["term"].text(),
        category,
        tuple(item.text() for item in parts["variants"].list()) if "variants" in parts else (),
        exclude=_words(parts["exclude"], draft) if "exclude" in parts else (),
        weight=parts["weight"].number() if "weight" in parts else 1.0,
        regex=parts["regex"].truth() if "regex" in parts else False,
        near=_context(parts["near"], draft) if "near" in parts else None,
        not_near=_context(parts["not_near"], draft) if "not_near" in parts else None,
        phase=texts.get("phase", ""),
        source=texts.get("source", ""),
        note=texts.get("note", ""),
    )
