"""Dictionaries of quanteda as YAML: nested maps that end in lists.

A node with both words and sub-categories keeps its words under ``__``.
"""

from __future__ import annotations

import yaml

from textgov.lexicon.build import Draft, own_keys
from textgov.lexicon.globs import read_glob, write_glob
from textgov.lexicon.own import Node, compose
from textgov.records import Lexicon

OWN = "__"  # the words of a node that has sub-categories


def fill_quanteda(text: str, draft: Draft) -> None:
    """Enter what a dictionary of quanteda holds."""
    _add_keys(compose(text, draft), "", draft)


def _add_keys(node: Node, parent: str, draft: Draft) -> None:
    for key, value in node.items():
        with draft.going_on():
            if key == OWN:
                if not parent:
                    value.fail_here("lexicon_word_alone", word=key)
                _add_words(value, parent, draft)
                continue
            category = draft.add_any_category(key, parent, value.line)
            if value.is_map:
                _add_keys(value, category, draft)
            else:
                _add_words(value, category, draft)


def _add_words(node: Node, category: str, draft: Draft) -> None:
    # quanteda writes a single word without a list.
    for item in node.list() if node.is_list else [node]:
        with draft.going_on():
            if item.is_map:
                _add_keys(item, category, draft)
            else:
                draft.add_pattern(read_glob(item.text()), category, item.line)


def quanteda_text(lexicon: Lexicon) -> str:
    """A dictionary of quanteda."""
    tree: dict[str, object] = {}
    keys = own_keys(lexicon)
    nodes: dict[str, dict[str, object]] = {"": tree}
    for category in lexicon.categories:
        nodes[category.name] = {}
        nodes[category.parent][keys[category.name]] = nodes[category.name]
    for category in lexicon.categories:
        words = [
            word
            for entry in lexicon.entries
            if entry.category == category.name
            for term in (entry.term, *entry.variants)
            if (word := write_glob(term, entry.regex)) and word.isprintable()
        ]
        if words or not nodes[category.name]:
            nodes[category.name][OWN] = words

    def plain(node: dict[str, object]) -> object:
        if set(node) == {OWN}:
            return node[OWN]
        ordered = sorted(node.items(), key=lambda pair: pair[0] != OWN)
        return {key: plain(value) if isinstance(value, dict) else value for key, value in ordered}

    whole = {key: plain(value) for key, value in tree.items() if isinstance(value, dict)}
    text: str = yaml.safe_dump(whole, allow_unicode=True, sort_keys=False, width=118)
    return text
