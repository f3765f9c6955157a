"""From what a file says to a lexicon: names of columns, terms that say the same."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from textgov.errors import LexiconError, RecordError
from textgov.lexicon.terms import conditions, match_key, match_keys
from textgov.records import Category, Entry, Lexicon

NAME = re.compile(r"[a-z][a-z0-9_]*\Z")


def bad_lexicon(path: str, line: int, detail: str) -> LexiconError:
    """The error for a fault in line `line` (0: of the whole file)."""
    return LexiconError("lexicon_bad", path=path, where=f" line {line}" if line else "", detail=detail)


@dataclass(slots=True)
class Draft:
    """A lexicon while its file is read: what was found, and in which lines."""

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
    lists: dict[str, tuple[str, ...]] = field(default_factory=dict)

    def add_category(self, key: str, title: tuple[str, str] | None, parent: str, line: int, column: str = "") -> str:
        """Enter a category; its name in columns is `column`, or made of its parent's and its own key."""
        name = column or (f"{parent}_" if parent else "") + (key if key.isascii() else column_name(key))
        check_name(name, self.path, line)
        if name in (category.name for category in self.categories):
            detail = f"the category {key!r} would share the column name {name!r} with another one"
            raise bad_lexicon(self.path, line, detail)
        self.categories.append(Category(name, *(title or (key, key)), parent))
        return name

    def add_entry(self, entry: Entry, line: int) -> None:
        """Enter an entry."""
        self.entries.append(entry)
        self.lines.append(line)

    def lexicon(self) -> Lexicon:
        """The checked lexicon.

        Raises
        ------
        LexiconError
            No usable prefix, a term without a letter, the same term twice, or no entry at all.
        """
        prefix = self.prefix or column_name(self.name)
        check_name(prefix, self.path, 0)
        _check_terms(self)
        zh, en = (text or self.name for text in self.title)
        try:
            return Lexicon(
                self.name,
                self.version,
                prefix,
                zh,
                en,
                self.citation,
                tuple(self.categories),
                tuple(self.entries),
                self.note,
                self.language,
                tuple(self.lists.items()),
            )
        except RecordError as error:
            raise bad_lexicon(self.path, 0, str(error.facts["detail"])) from None


def check_name(name: str, path: str, line: int) -> None:
    """Refuse a name that cannot be part of a column name."""
    if not NAME.match(name):
        detail = f"{name!r} becomes part of a column name; use small Latin letters, digits and _, a letter first"
        raise bad_lexicon(path, line, detail)


def column_name(name: str) -> str:
    """A name as part of a column name: ASCII, Chinese in pinyin."""
    from pypinyin import lazy_pinyin

    text = name if name.isascii() else "_".join(lazy_pinyin(name))
    return re.sub(r"[^a-z0-9]+", "_", text.lower()).strip("_")


def _check_terms(draft: Draft) -> None:
    path = draft.path
    seen: dict[tuple[str, str], tuple[int, str]] = {}
    anywhere: dict[str, tuple[int, Entry]] = {}
    for entry, line in zip(draft.entries, draft.lines, strict=True):
        for term in (entry.term, *entry.variants):
            key = _check_term(term, entry.regex, path, line)
            if (entry.category, key) in seen:
                where, other = seen[entry.category, key]
                raise bad_lexicon(path, line, f"{term!r} is the same as {other!r} in line {where}; keep one of them")
            seen[entry.category, key] = (line, term)
            where, other_entry = anywhere.setdefault(key, (line, entry))
            # Otherwise the total, which counts a hit once, could not be told from the counts of the entries.
            if match_keys(entry) != match_keys(other_entry):
                detail = f"{term!r} also stands in line {where}, in another category, with other variants; "
                raise bad_lexicon(path, line, detail + "give it the same variants in both")
            if conditions(entry) != conditions(other_entry):
                detail = f"{term!r} also stands in line {where}, in another category, with other conditions or weight; "
                raise bad_lexicon(path, line, detail + "give it the same in both")


def _check_term(term: str, regex: bool, path: str, line: int) -> str:
    if not regex:
        key = match_key(term)
        if not any(map(str.isalnum, key)):
            raise bad_lexicon(path, line, f"the term {term!r} is empty or has no letter, digit or Han character")
        return key
    try:
        pattern = re.compile(term, re.IGNORECASE)
    except re.error as error:
        raise bad_lexicon(path, line, f"{term!r} is no regular expression: {error}") from None
    if pattern.match(""):
        raise bad_lexicon(path, line, f"the expression {term!r} also matches no text; make it need a character")
    return f"/{term}/"
