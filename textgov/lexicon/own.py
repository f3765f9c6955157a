"""The own format: YAML, with the line of every fault."""

from __future__ import annotations

import yaml

from textgov.errors import LexiconError
from textgov.lexicon.build import Draft, bad_lexicon, check_name
from textgov.records import Context, Entry, Lexicon

TEXT_KEYS = ("name", "version", "prefix", "citation", "note", "language")
LEXICON_KEYS = (*TEXT_KEYS, "title", "lists", "categories")
CATEGORY_KEYS = ("title", "column", "entries", "categories")
ENTRY_KEYS = ("term", "variants", "exclude", "near", "not_near", "weight", "regex", "phase", "source", "note")
CONTEXT_KEYS = ("any", "within")


class _Node:
    """A YAML node with its line, so that a fault can be pointed at."""

    def __init__(self, node: yaml.Node, path: str, key: yaml.Node | None = None) -> None:
        self.node, self.path, self.line = node, path, (key or node).start_mark.line + 1

    def bad(self, detail: str) -> LexiconError:
        return bad_lexicon(self.path, self.line, detail)

    def items(self, known: tuple[str, ...] | None = None) -> list[tuple[str, _Node]]:
        if not isinstance(self.node, yaml.MappingNode):
            raise self.bad("a map of keys and values is needed here")
        pairs = [(_Node(key, self.path).text(), _Node(value, self.path, key)) for key, value in self.node.value]
        for number, (key, value) in enumerate(pairs):
            if known is not None and key not in known:
                raise value.bad(f"unknown key {key!r}; known here: {', '.join(known)}")
            if key in (name for name, _ in pairs[:number]):
                raise value.bad(f"the key {key!r} stands twice")
        return pairs

    def list(self) -> list[_Node]:
        if not isinstance(self.node, yaml.SequenceNode):
            raise self.bad("a list is needed here")
        return [_Node(value, self.path) for value in self.node.value]

    def text(self) -> str:
        if not isinstance(self.node, yaml.ScalarNode):
            raise self.bad("a text is needed here")
        return str(self.node.value)

    def number(self) -> float:
        try:
            return float(self.text())
        except ValueError:
            raise self.bad(f"{self.text()!r} is no number") from None

    def truth(self) -> bool:
        if self.text() not in ("true", "false"):
            raise self.bad(f"{self.text()!r} is neither true nor false")
        return self.text() == "true"


def read_own(text: str, name: str, path: str) -> Lexicon:
    """The lexicon that a YAML text holds; `name` is that of the file."""
    try:
        node = yaml.compose(text, Loader=yaml.CBaseLoader)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        detail = f"not valid YAML: {getattr(error, 'problem', error)}"
        raise bad_lexicon(path, mark.line + 1 if mark else 0, detail) from None
    if node is None:
        raise bad_lexicon(path, 0, "the file is empty")
    root = _Node(node, path)
    parts = dict(root.items(LEXICON_KEYS))
    if "prefix" in parts and parts["prefix"].text():
        check_name(parts["prefix"].text(), path, parts["prefix"].line)
    if "categories" not in parts:
        raise root.bad("the key 'categories' is missing")
    draft = Draft(path, name)
    for key in TEXT_KEYS:
        if key in parts:
            setattr(draft, key, parts[key].text())
    draft.title = _titles(parts["title"], name) if "title" in parts else (name, name)
    for key, words in parts["lists"].items() if "lists" in parts else []:
        draft.lists[key] = _words(words, draft)
    _add_categories(parts["categories"], draft, "")
    return draft.lexicon()


def _add_categories(node: _Node, draft: Draft, parent: str) -> None:
    for key, category in node.items():
        inner = dict(category.items(CATEGORY_KEYS))
        title = _titles(inner["title"], key) if "title" in inner else None
        column = inner["column"].text() if "column" in inner else ""
        name = draft.add_category(key, title, parent, category.line, column)
        for item in inner["entries"].list() if "entries" in inner else []:
            draft.add_entry(_entry(item, name, draft), item.line)
        if "categories" in inner:
            _add_categories(inner["categories"], draft, name)


def _titles(node: _Node, default: str) -> tuple[str, str]:
    titles = {key: value.text() for key, value in node.items(("zh", "en"))}
    return titles.get("zh", default), titles.get("en", default)


def _words(node: _Node, draft: Draft) -> tuple[str, ...]:
    """A list of words, in which ``@name`` stands for a list of the lexicon."""
    words: list[str] = []
    for item in node.list():
        word = item.text()
        if word.startswith("@"):
            if word[1:] not in draft.lists:
                known = ", ".join(draft.lists) or "none"
                raise item.bad(f"no list {word[1:]!r}; the lists above are: {known}")
            words += draft.lists[word[1:]]
        elif not word.strip():
            raise item.bad("an empty word")
        else:
            words.append(word)
    return tuple(dict.fromkeys(words))


def _context(node: _Node, draft: Draft) -> Context:
    """``[words]`` (in the same sentence), or ``{any: [words], within: characters}``."""
    if isinstance(node.node, yaml.SequenceNode):
        terms, within = _words(node, draft), 0
    else:
        parts = dict(node.items(CONTEXT_KEYS))
        if "any" not in parts:
            raise node.bad("the key 'any' is missing: the words of which one must stand near")
        terms = _words(parts["any"], draft)
        value = parts["within"].text() if "within" in parts else "sentence"
        if value != "sentence" and not (value.isdecimal() and int(value)):
            raise parts["within"].bad(f"{value!r}: use sentence, or a number of characters from 1")
        within = 0 if value == "sentence" else int(value)
    if not terms:
        raise node.bad("at least one word is needed here")
    return Context(terms, within)


def _entry(node: _Node, category: str, draft: Draft) -> Entry:
    if isinstance(node.node, yaml.ScalarNode):
        return Entry(node.text(), category)
    parts = dict(node.items(ENTRY_KEYS))
    if "term" not in parts:
        raise node.bad("an entry needs the key 'term'")
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
