"""The own format, written: YAML that a person can read, and that reads back equal."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import yaml

from textgov.lexicon.own import TEXT_KEYS
from textgov.records import Category, Context, Entry, Lexicon

WIDTH = 118  # of a line; an entry that is longer goes on in the next one

Lists = Mapping[str, Sequence[str]]


def own_text(lexicon: Lexicon) -> str:
    """A lexicon as YAML: a block a category, a line an entry.

    Words of a context that are those of a list of the lexicon are written as ``@name``.
    """
    lists = dict(lexicon.lists)
    pairs: list[tuple[str, yaml.Node]] = [(key, _text(getattr(lexicon, key))) for key in TEXT_KEYS]
    pairs.insert(3, ("title", _titles(lexicon.zh, lexicon.en)))
    if lists:
        above: dict[str, Sequence[str]] = {}
        rows = []
        for name, words in lists.items():
            rows.append((name, _words(words, above)))
            above[name] = words
        pairs.append(("lists", _map(rows)))
    below: dict[str, list[Category]] = {}
    for category in lexicon.categories:
        below.setdefault(category.parent, []).append(category)
    entries: dict[str, list[Entry]] = {}
    for entry in lexicon.entries:
        entries.setdefault(entry.category, []).append(entry)

    def tree(parent: str) -> yaml.Node:
        rows, taken = [], set[str]()
        for category in below[parent]:
            key, column = _key(category, taken)
            taken.add(key)
            inner: list[tuple[str, yaml.Node]] = []
            if (category.zh, category.en) != (key, key):
                inner.append(("title", _titles(category.zh, category.en)))
            if column:
                inner.append(("column", _text(column)))
            if category.name in entries or category.name not in below:
                inner.append(("entries", _list((_entry(one, lists) for one in entries.get(category.name, ())), False)))
            if category.name in below:
                inner.append(("categories", tree(category.name)))
            rows.append((key, _map(inner)))
        return _map(rows)

    pairs.append(("categories", tree("")))
    text: str = yaml.serialize(_map(pairs), Dumper=yaml.SafeDumper, allow_unicode=True, width=WIDTH)
    return text


def _key(category: Category, taken: set[str]) -> tuple[str, str]:
    """The key of a category in the file, and its name in columns where the key does not lead to it."""
    start = f"{category.parent}_" if category.parent else ""
    key = category.name.removeprefix(start)
    column = "" if start + key == category.name and key not in taken else category.name
    key, number = key or category.name, 1
    while key in taken:
        number += 1
        key = f"{category.name}_{number}"
    return key, column


def _text(text: str) -> yaml.Node:
    # The other styles write some line ends (U+0085) so that they are read as others.
    return yaml.ScalarNode("tag:yaml.org,2002:str", text, style=None if text.isprintable() else '"')


def _map(pairs: Iterable[tuple[str, yaml.Node]], flow: bool = False) -> yaml.Node:
    nodes = [(_text(key), value) for key, value in pairs]
    return yaml.MappingNode("tag:yaml.org,2002:map", nodes, flow_style=flow)


def _list(nodes: Iterable[yaml.Node], flow: bool = True) -> yaml.Node:
    nodes = list(nodes)
    return yaml.SequenceNode("tag:yaml.org,2002:seq", nodes, flow_style=flow or not nodes)


def _titles(zh: str, en: str) -> yaml.Node:
    return _map([("zh", _text(zh)), ("en", _text(en))], flow=True)


def _entry(entry: Entry, lists: Lists) -> yaml.Node:
    pairs: list[tuple[str, yaml.Node]] = []
    if entry.variants:
        pairs.append(("variants", _list(map(_text, entry.variants))))
    if entry.exclude:
        pairs.append(("exclude", _words(entry.exclude, lists)))
    for key, context in (("near", entry.near), ("not_near", entry.not_near)):
        if context is not None:
            pairs.append((key, _context(context, lists)))
    if entry.weight != 1:
        pairs.append(("weight", _number(entry.weight)))
    if entry.regex:
        pairs.append(("regex", yaml.ScalarNode("tag:yaml.org,2002:bool", "true")))
    for key in ("phase", "source", "note"):
        if text := getattr(entry, key):
            pairs.append((key, _text(text)))
    return _map([("term", _text(entry.term)), *pairs], flow=True) if pairs else _text(entry.term)


def _number(number: float) -> yaml.Node:
    if number == int(number) and abs(number) < 1e15:
        return yaml.ScalarNode("tag:yaml.org,2002:int", str(int(number)))
    mantissa, e, exponent = repr(float(number)).partition("e")
    # YAML 1.1 takes 1e-05 for a text.
    whole = f"{mantissa}{'' if '.' in mantissa else '.0'}{e}{exponent}"
    return yaml.ScalarNode("tag:yaml.org,2002:float", whole)


def _context(context: Context, lists: Lists) -> yaml.Node:
    words = _words(context.terms, lists)
    if not context.within:
        return words
    return _map([("any", words), ("within", _number(context.within))], flow=True)


def _words(words: Sequence[str], lists: Lists) -> yaml.Node:
    """Words, with ``@name`` where all words of a list that are not there yet follow one another."""
    nodes, at = [], 0
    while at < len(words):
        before = set(words[:at])
        best, taken = "", 1
        for name, of_list in lists.items():
            rest = [word for word in of_list if word not in before]
            if len(of_list) > 1 and len(rest) > taken and list(words[at : at + len(rest)]) == rest:
                best, taken = name, len(rest)
        word = words[at]
        nodes.append(_text(f"@{best}" if best else f"@{word}" if word.startswith("@") else word))
        at += taken
    return _list(nodes)
