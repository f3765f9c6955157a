"""LIWC dictionaries (``.dic``): a numbered list of categories between two lines with ``%``, then words with numbers.

Of the editions: 2007 has a flat list; in 2015 tabs before a number say how deep a category is, and a word names the
categories above its own too. Here a word belongs to its deepest category, since that counts for those above it. Words
with ``<of>`` or conditions in parentheses have no meaning here and are reported.
"""

from __future__ import annotations

import re

from textgov.lexicon.build import Draft, own_keys
from textgov.lexicon.globs import read_glob, write_glob
from textgov.records import Lexicon

LEGEND = re.compile(r"(\t*) *(\d+)\s+(\S.*)")
CONDITION = re.compile(r"<[^>]*>|\(.*\)")
NUMBERS = re.compile(r"(.*?)((?:\s+\d+)+)\s*\Z")


def fill_liwc(text: str, draft: Draft) -> None:
    """Enter what a LIWC dictionary holds."""
    lines = [(number, line.rstrip()) for number, line in enumerate(text.splitlines(), 1) if line.strip()]
    marks = [at for at, (_, line) in enumerate(lines) if line.strip() == "%"]
    if len(marks) < 2:
        draft.fail(lines[0][0] if lines else 0, "lexicon_no_legend")
    names: dict[int, str] = {}
    above: list[str] = []
    for number, line in lines[marks[0] + 1 : marks[1]]:
        found = LEGEND.fullmatch(line)
        if not found:
            draft.remark("warning", "lexicon_id_bad", number, text=line.strip())
            continue
        del above[len(found[1]) :]
        key = found[3].split("\t")[0].strip()
        above.append(draft.add_any_category(key, above[-1] if above else "", number))
        names[int(found[2])] = above[-1]
    paths = {name: _path(name, draft) for name in names.values()}
    for number, line in lines[marks[1] + 1 :]:
        _add_word(line.strip(), number, names, paths, draft)


def _path(name: str, draft: Draft) -> tuple[str, ...]:
    """The categories above one."""
    parents = {category.name: category.parent for category in draft.categories}
    path = []
    while name := parents[name]:
        path.append(name)
    return tuple(path)


def _add_word(line: str, number: int, names: dict[int, str], paths: dict[str, tuple[str, ...]], draft: Draft) -> None:
    word, _, ids = line.partition("\t")
    if not ids and (found := NUMBERS.fullmatch(line)):  # some files have blanks where tabs belong
        word, ids = found[1], found[2]
    word = word.strip()
    if not ids or CONDITION.search(line) or not all(one.isdecimal() for one in ids.split()):
        draft.remark("warning", "lexicon_unsupported", number, text=line)
        return
    categories = []
    for one in dict.fromkeys(map(int, ids.split())):
        if one in names:
            categories.append(names[one])
        else:
            draft.remark("warning", "lexicon_id_undefined", number, word=word, key=one)
    covered = {name for category in categories for name in paths[category]}
    for category in categories:
        if category not in covered:
            draft.add_pattern(read_glob(word, "*"), category, number)


def liwc_text(lexicon: Lexicon) -> str:
    """A LIWC dictionary; a word names its category and those above it."""
    paths = lexicon.paths()
    ids = {category.name: number for number, category in enumerate(lexicon.categories, 1)}
    keys = own_keys(lexicon)
    lines = ["%"]
    for name, path in paths.items():
        lines.append("\t" * (len(path) - 1) + f"{ids[name]}\t{keys[name]}")
    lines.append("%")
    words: dict[str, list[int]] = {}
    for entry in lexicon.entries:
        for term in (entry.term, *entry.variants):
            word = write_glob(term, entry.regex, "*")
            if word and word.isprintable() and not CONDITION.search(word) and word != "%":
                words.setdefault(word, []).extend(ids[name] for name in paths[entry.category])
    lines += ["\t".join([word, *map(str, dict.fromkeys(numbers))]) for word, numbers in words.items()]
    return "\n".join(lines) + "\n"
