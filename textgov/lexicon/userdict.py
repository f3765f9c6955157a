"""User dictionaries of jieba, and plain lists of words: a word a line, with a frequency and a part of speech at will.

They have no categories, so that all words are in one, named after the file.
"""

from __future__ import annotations

import re

from textgov.lexicon.build import Draft
from textgov.lexicon.globs import Pattern
from textgov.records import Lexicon

# As jieba 0.42.1 takes a line apart; tabs are common in files of others.
LINE = re.compile(r"(.+?)(?:[ \t]+([0-9]+))?(?:[ \t]+([a-zA-Z]{1,3}))?")
PLAIN_WORD = re.compile(r"[\u4E00-\u9FD5a-zA-Z0-9+#&._%\-]+")  # what jieba does not cut beforehand


def fill_userdict(text: str, draft: Draft) -> None:
    """Enter the words of a user dictionary."""
    category = draft.add_any_category(draft.name, "", 0)
    draft.notes.clear()  # the name of the file is no name of a category that anyone chose
    beside = 0
    for number, line in enumerate(text.splitlines(), 1):
        content = line.strip()
        if not content or content.startswith("#"):
            continue
        found = LINE.fullmatch(content)
        word = found[1] if found else content
        beside += word != content
        draft.add_pattern(Pattern(word, word), category, number)
    if beside:
        draft.remark("note", "lexicon_frequency", 0, n=beside)


def userdict_text(lexicon: Lexicon) -> str:
    """A user dictionary of jieba with every term and variant."""
    words: dict[str, None] = {}
    for entry in lexicon.entries:
        for term in () if entry.regex else (entry.term, *entry.variants):
            found = LINE.fullmatch(term)
            if term == term.strip() and term.isprintable() and found and found[1] == term and term[0] != "#":
                words[term] = None
    return "".join(f"{word}\n" for word in words)


def cut_words(lexicon: Lexicon) -> list[str]:
    """Terms that jieba cuts even if its user dictionary has them."""
    terms = (term for entry in lexicon.entries if not entry.regex for term in (entry.term, *entry.variants))
    return [term for term in terms if not PLAIN_WORD.fullmatch(term)]
