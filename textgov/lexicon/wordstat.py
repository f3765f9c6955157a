"""WordStat dictionaries (``.cat``): categories and words indented by tabs, a weight in parentheses behind a word.

Lines that begin with ``@`` are rules of nearness between words or categories; they have no meaning here and are
reported. An underscore joins the words of a phrase.
"""

from __future__ import annotations

import re

from textgov.lexicon.build import Draft, in_tree_order, own_keys
from textgov.lexicon.globs import read_glob, write_glob
from textgov.records import Lexicon

WORD = re.compile(r"(.+?)\s*\(\s*([+-]?[\d.]+)\s*\)")


def fill_wordstat(text: str, draft: Draft) -> None:
    """Enter what a WordStat dictionary holds."""
    above: list[str] = []
    for number, line in enumerate(text.splitlines(), 1):
        content = line.strip()
        depth = len(line) - len(line.lstrip("\t"))
        if not content:
            continue
        if content.startswith("@"):
            draft.remark("warning", "lexicon_unsupported", number, text=content)
            continue
        found = WORD.fullmatch(content)
        if not found:
            del above[depth:]
            above.append(draft.add_any_category(content, above[-1] if above else "", number))
            continue
        with draft.going_on():
            if not above[:depth]:
                draft.fail(number, "lexicon_word_alone", word=found[1])
            try:
                weight = float(found[2])
            except ValueError:
                draft.fail(number, "lexicon_no_number", value=found[2])
            word = found[1].replace("_", " ")
            draft.add_pattern(read_glob(word), above[:depth][-1], number, weight)


def wordstat_text(lexicon: Lexicon) -> str:
    """A WordStat dictionary."""
    lines: list[str] = []
    paths, keys = lexicon.paths(), own_keys(lexicon)
    for category in in_tree_order(lexicon.categories):
        depth = len(paths[category.name]) - 1
        lines.append("\t" * depth + keys[category.name])
        for entry in lexicon.entries:
            if entry.category != category.name:
                continue
            for term in (entry.term, *entry.variants):
                word = write_glob(term, entry.regex)
                if word and word.isprintable() and not word.startswith("@"):
                    lines.append("\t" * (depth + 1) + f"{word} ({_weight(entry.weight)})")
    return "\n".join(lines) + "\n"


def _weight(weight: float) -> str:
    from decimal import Decimal

    return f"{Decimal(repr(float(weight))).normalize():f}"
