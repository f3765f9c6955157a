"""Dictionaries of cntext as YAML: ``Name``, ``Desc``, ``Refer``, ``Category`` and, under ``Dictionary``, the words."""

from __future__ import annotations

import yaml

from textgov.lexicon.build import Draft
from textgov.lexicon.globs import Pattern
from textgov.lexicon.own import Node, compose
from textgov.records import Lexicon

KEYS = {"Name": "name", "Desc": "note", "Refer": "citation"}


def fill_cntext(text: str, draft: Draft) -> None:
    """Enter what a dictionary of cntext holds; words are texts without wildcards, a number beside one is its weight."""
    root = compose(text, draft)
    for key, value in root.items():
        with draft.going_on():
            if key in KEYS:
                setattr(draft, KEYS[key], _lines(value))
            elif key == "Dictionary":
                for name, words in value.items():
                    category = draft.add_any_category(name, "", words.line)
                    _add_words(words, category, draft)
            elif key != "Category":  # it repeats the keys of the dictionary
                draft.remark("note", "lexicon_field_unread", value.line, key=key)


def _lines(node: Node) -> str:
    return "; ".join(item.text().strip() for item in node.list()) if node.is_list else node.text().strip()


def _add_words(node: Node, category: str, draft: Draft) -> None:
    if node.is_map:
        for word, value in node.items():
            with draft.going_on():
                draft.add_pattern(Pattern(word.strip(), word.strip()), category, value.line, value.number())
        return
    for item in node.list() if node.node.value else []:
        with draft.going_on():
            word = item.text().strip()
            draft.add_pattern(Pattern(word, word), category, item.line)


def cntext_text(lexicon: Lexicon) -> str:
    """A dictionary of cntext; it has no tree. Where any word has a weight, its category is a map of weights."""
    words: dict[str, dict[str, float]] = {category.name: {} for category in lexicon.categories}
    for entry in lexicon.entries:
        for term in () if entry.regex else (entry.term, *entry.variants):
            words[entry.category][term] = entry.weight
    whole = {
        "Name": lexicon.name,
        "Desc": lexicon.note,
        "Refer": lexicon.citation,
        "Category": list(words),
        "Dictionary": {
            name: of_category if any(weight != 1 for weight in of_category.values()) else list(of_category)
            for name, of_category in words.items()
        },
    }
    text: str = yaml.safe_dump(whole, allow_unicode=True, sort_keys=False, width=118)
    return text
