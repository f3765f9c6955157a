"""From what a file says to a lexicon: names of columns, terms that say the same."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import NoReturn

from textgov.errors import LexiconLineError
from textgov.lexicon.findings import Finding, Level, bad_lexicon
from textgov.lexicon.globs import Pattern
from textgov.lexicon.terms import conditions, match_key, match_keys
from textgov.records import Category, Entry, Lexicon

# Letters of pinyin that a part of a column name may have, so that a prefix, a category and the ending of a measure fit
# into the 32 of Stata.
LONGEST, LONGEST_PREFIX = 16, 8
NAME, KEY = re.compile(r"[a-z][a-z0-9_]*\Z"), re.compile(r"[a-z0-9_]+\Z")


@dataclass(slots=True)
class Draft:
    """A lexicon while its file is read: what was found, in which lines, and what was wrong.

    ``faults`` is None for a reader, which raises the first fault; the check gives a list, and reading goes on behind
    each of them. ``notes`` are remarks on what was left out or changed.
    """

    path: str
    name: str
    version: str = "0"
    prefix: str = ""
    citation: str = ""
    note: str = ""
    language: str = "zh"
    title: tuple[str, str] = ("", "")
    categories: list[Category] = field(default_factory=list)
    entries: list[Entry] = field(default_factory=list)
    lines: list[int] = field(default_factory=list)
    category_lines: dict[str, int] = field(default_factory=dict)
    lists: dict[str, tuple[str, ...]] = field(default_factory=dict)
    notes: list[Finding] = field(default_factory=list)
    faults: list[LexiconLineError] | None = None
    known: dict[tuple[str, str], str] = field(default_factory=dict)

    def fail(self, line: int, code: str, **facts: object) -> NoReturn:
        """Raise the error for a fault in a line."""
        raise bad_lexicon(self.path, line, code, **facts)

    @contextmanager
    def going_on(self) -> Iterator[None]:
        """A part whose fault stops the reader, but is only noted by the check."""
        try:
            yield
        except LexiconLineError as fault:
            if self.faults is None:
                raise
            self.faults.append(fault)

    def remark(self, level: Level, code: str, line: int, **facts: object) -> None:
        """Note what was left out or changed."""
        self.notes.append(Finding(level, code, line, facts))

    def add_category(self, key: str, title: tuple[str, str] | None, parent: str, line: int, column: str = "") -> str:
        """Enter a category; its name in columns is `column`, or made of its parent's and its own key."""
        name = column or (f"{parent}_" if parent else "") + (key if key.isascii() else column_name(key))
        check_name(name, self.path, line)
        if name in self.category_lines:
            self.fail(line, "lexicon_column_twice", key=key, name=name)
        return self._enter(name, title or (key, key), parent, line)

    def add_any_category(self, key: str, parent: str, line: int) -> str:
        """Enter a category of another program, whose keys may hold anything; returns its name in columns."""
        own = key if KEY.match(key) else column_name(key)
        own = own if parent or own[:1].isalpha() else f"c{own}"
        name = first = f"{parent}_{own}" if parent else own
        number = 1
        while name in self.category_lines:
            number += 1
            name = f"{first}_{number}"
        plain = name.removeprefix(f"{parent}_") if parent else name
        if key.isascii() and plain != key:
            self.remark("note", "lexicon_renamed", line, key=key, name=name)
        return self._enter(name, (key, key), parent, line)

    def _enter(self, name: str, title: tuple[str, str], parent: str, line: int) -> str:
        self.categories.append(Category(name, *title, parent))
        self.category_lines[name] = line
        return name

    def add_entry(self, entry: Entry, line: int) -> None:
        """Enter an entry."""
        self.entries.append(entry)
        self.lines.append(line)

    def add_pattern(self, pattern: Pattern, category: str, line: int, weight: float = 1.0) -> None:
        """Enter a word of another program; what cannot be looked for or is there already is left out with a remark."""
        text = pattern.text
        if not any(map(str.isalnum, match_key(pattern.word))):
            self.remark("warning", "lexicon_word_unmatched", line, word=pattern.word)
            return
        if pattern.widened:
            self.remark("note", "lexicon_wildcard", line, word=pattern.word, term=text)
        other = self.known.setdefault((category, _key(text, pattern.regex)), pattern.word)
        if other is not pattern.word:
            self.remark("warning", "lexicon_same_again", line, term=pattern.word, other=other)
            return
        self.add_entry(Entry(text, category, weight=weight, regex=pattern.regex), line)

    @property
    def used_prefix(self) -> str:
        """The prefix that was given, or one made of the name."""
        made = column_name(self.name, LONGEST_PREFIX)
        return self.prefix or (made if made[:1].isalpha() else f"l{made}")

    def lexicon(self) -> Lexicon:
        """The checked lexicon; categories in the order of the tree, entries in that of their categories.

        Raises
        ------
        LexiconLineError
            A term without a letter, the same term twice, or no entry at all.
        """
        self.check_terms()
        if not self.entries:
            self.fail(0, "lexicon_no_entry")
        categories = in_tree_order(self.categories)
        order = {category.name: number for number, category in enumerate(categories)}
        zh, en = (text or self.name for text in self.title)
        return Lexicon(
            self.name,
            self.version,
            self.used_prefix,
            zh,
            en,
            self.citation,
            categories,
            tuple(sorted(self.entries, key=lambda entry: order[entry.category])),
            self.note,
            self.language,
            tuple(self.lists.items()),
        )

    def check_terms(self) -> None:
        """Refuse terms that cannot be looked for, or say the same as another one."""
        seen: dict[tuple[str, str], tuple[int, str]] = {}
        anywhere: dict[str, tuple[int, Entry]] = {}
        for entry, line in zip(self.entries, self.lines, strict=True):
            for term in (entry.term, *entry.variants):
                with self.going_on():
                    key = self._check_term(term, entry.regex, line)
                    if (entry.category, key) in seen:
                        where, other = seen[entry.category, key]
                        self.fail(line, "lexicon_term_twice", term=term, other=other, other_line=where)
                    seen[entry.category, key] = (line, term)
                    where, other_entry = anywhere.setdefault(key, (line, entry))
                    if other_entry is entry:
                        continue
                    # Otherwise the total, which counts a hit once, could not be told from the counts of the entries.
                    if match_keys(entry) != match_keys(other_entry):
                        self.fail(line, "lexicon_other_variants", term=term, other_line=where)
                    if conditions(entry) != conditions(other_entry):
                        self.fail(line, "lexicon_other_conditions", term=term, other_line=where)

    def _check_term(self, term: str, regex: bool, line: int) -> str:
        if not regex:
            key = match_key(term)
            if not any(map(str.isalnum, key)):
                self.fail(line, "lexicon_term_empty", term=term)
            return key
        try:
            pattern = re.compile(term, re.IGNORECASE)
        except (re.error, OverflowError, RecursionError) as error:
            self.fail(line, "lexicon_regex_bad", term=term, detail=str(error))
        if pattern.match(""):
            self.fail(line, "lexicon_regex_empty", term=term)
        return _key(term, regex)


def _key(term: str, regex: bool) -> str:
    return f"/{term}/" if regex else match_key(term)


def in_tree_order(categories: list[Category] | tuple[Category, ...]) -> tuple[Category, ...]:
    """Categories from the top down, each before its own sub-categories and these before its next sibling."""
    below: dict[str, list[Category]] = {}
    for category in categories:
        below.setdefault(category.parent, []).append(category)

    def walk(parent: str) -> Iterator[Category]:
        for category in below.get(parent, ()):
            yield category
            yield from walk(category.name)

    return tuple(walk(""))


def own_keys(lexicon: Lexicon) -> dict[str, str]:
    """What other programs call each category: its name without that of its parent, unless two would agree."""
    keys: dict[str, str] = {}
    taken: set[tuple[str, str]] = set()
    for category in lexicon.categories:
        key = category.name.removeprefix(f"{category.parent}_") if category.parent else category.name
        key = category.name if not key or (category.parent, key) in taken else key
        taken.add((category.parent, key))
        keys[category.name] = key
    return keys


def check_name(name: str, path: str, line: int) -> None:
    """Refuse a name that cannot be part of a column name."""
    if not NAME.match(name):
        raise bad_lexicon(path, line, "lexicon_column_name", name=name)


def column_name(name: str, longest: int = LONGEST) -> str:
    """A name as part of a column name: ASCII; Chinese in pinyin, or its initials where that is longer than `longest`.

    Examples
    --------
    >>> column_name("政务服务"), column_name("数字基础设施"), column_name("Data Sharing")
    ('zheng_wu_fu_wu', 'szjcss', 'data_sharing')
    """
    if name.isascii():
        return _plain(name)
    from pypinyin import lazy_pinyin

    syllables = lazy_pinyin(name)
    whole = _plain("_".join(syllables))
    if len(whole) <= longest:
        return whole
    # What is no Han character comes as it is, in one piece.
    return _plain("".join(part if part in name else part[:1] for part in syllables))


def _plain(name: str) -> str:
    return re.sub(r"[^a-z0-9]+", "_", name.lower()).strip("_")
