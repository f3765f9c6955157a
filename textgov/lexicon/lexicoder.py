"""Lexicoder dictionaries as text (``.lc3``, and some ``.lcd``): a line ``+Category``, then a pattern a line."""

from __future__ import annotations

from textgov.lexicon.build import Draft
from textgov.lexicon.globs import read_glob, write_glob
from textgov.records import Lexicon


def fill_lexicoder(text: str, draft: Draft) -> None:
    """Enter what a Lexicoder dictionary holds."""
    category = ""
    for number, line in enumerate(text.splitlines(), 1):
        content = line.strip()
        if content.startswith("+"):
            category = draft.add_any_category(content[1:].strip(), "", number)
        elif content:
            with draft.going_on():
                if not category:
                    draft.fail(number, "lexicon_word_alone", word=content)
                draft.add_pattern(read_glob(content), category, number)


def lexicoder_text(lexicon: Lexicon) -> str:
    """A Lexicoder dictionary; it has no tree."""
    lines: list[str] = []
    for category in lexicon.categories:
        lines.append(f"+{category.name}")
        for entry in lexicon.entries:
            if entry.category == category.name:
                for term in (entry.term, *entry.variants):
                    word = write_glob(term, entry.regex)
                    if word and word.isprintable() and not word.startswith("+"):
                        lines.append(word)
    return "\n".join(lines) + "\n"
