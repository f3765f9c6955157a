"""Patterns as they are counted: a pattern is a lexicon of its own, and the rules of `textgov.count` decide."""

from __future__ import annotations

import difflib
import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from functools import cache

from textgov.count import CountOptions, Matcher, make_matcher
from textgov.errors import UsageError
from textgov.kwic.options import KwicOptions
from textgov.lexicon import match_key
from textgov.records import Category, Entry, Lexicon

# Above this many keys the expression that looks for candidates costs more than it saves.
MOST_KEYS = 50
ALL_I = "iIıİ"  # the same letter to Python where case does not count, and not to RE2


@dataclass(frozen=True, slots=True, eq=False)
class Search:
    """What is looked for, made ready.

    ``shown`` says for each entry whether its hits are asked for; ``candidates`` is an expression in the syntax of RE2
    that every text with a hit matches, empty where there is none.
    """

    entries: tuple[Entry, ...]
    shown: tuple[bool, ...]
    matcher: Matcher
    candidates: str


def search_for(pattern: str | Sequence[str] | Lexicon, options: KwicOptions) -> Search:
    """Make patterns, or the entries of a lexicon, ready.

    Patterns do not hide one another: each occurrence of each is found. In a lexicon the longest term wins, also where
    only some of its hits are shown.
    """
    if isinstance(pattern, Lexicon):
        matcher = make_matcher(pattern, CountOptions())
        shown = tuple(_asked_for(pattern, options))
        return Search(pattern.entries, shown, matcher, _candidates(pattern))
    for name in ("category", "term", "lexicon"):
        if (value := getattr(options, name)) is not None:
            raise UsageError("option_bad", name=name, value=value, detail="for hits of a lexicon; leave PATTERN out")
    lexicon = _own(pattern, options.regex)
    matcher = make_matcher(lexicon, CountOptions(overlap="all"))
    return Search(lexicon.entries, (True,) * len(lexicon.entries), matcher, _candidates(lexicon))


def _asked_for(lexicon: Lexicon, options: KwicOptions) -> list[bool]:
    paths = lexicon.paths()
    check_known("category", options.category, paths)
    check_known("term", options.term, [entry.term for entry in lexicon.entries])
    return [
        options.category in (None, *paths[entry.category]) and options.term in (None, entry.term)
        for entry in lexicon.entries
    ]


def check_known(name: str, value: str | None, known: Collection[str]) -> None:
    """Refuse a name that does not exist, and say which one is the nearest."""
    if value is not None and value not in known:
        near = difflib.get_close_matches(value, list(known), n=3, cutoff=0) or ["-"]
        raise UsageError("option_bad", name=name, value=value, detail=f"not known here; the nearest: {', '.join(near)}")


def _own(pattern: str | Sequence[str], regex: bool) -> Lexicon:
    """A lexicon of the patterns; their category has no name."""
    terms = [pattern] if isinstance(pattern, str) else list(pattern)
    entries: dict[str, Entry] = {}
    for term in terms:
        key = term if regex else match_key(term)
        if not key:
            raise UsageError("option_bad", name="PATTERN", value=repr(term), detail="nothing to look for")
        if regex:
            _check(term)
        entries.setdefault(key, Entry(term, "", regex=regex))
    if not entries:
        raise UsageError("option_bad", name="PATTERN", value=repr(pattern), detail="nothing to look for")
    return Lexicon("kwic", "0", "kwic", "", "", "", (Category("", "", ""),), tuple(entries.values()))


def _check(pattern: str) -> None:
    try:
        expression = re.compile(pattern)
    except re.error as error:
        detail = f"not a regular expression: {error}"
        raise UsageError("option_bad", name="PATTERN", value=pattern, detail=detail) from None
    if expression.match(""):
        detail = "the expression matches nothing at all everywhere"
        raise UsageError("option_bad", name="PATTERN", value=pattern, detail=detail)


# Parts of an expression that say the same in RE2: a class, a character, a quantifier, a group, an alternative.
PART = re.compile(
    r"(?P<atom>\[[^\]\[\\^]+\]|\.|[^\\^$.*+?{}()\[\]|])|(?:[*+?]|\{\d{1,2}(?:,\d{0,2})?\})\??(?![*+?{])|\((?!\?)|\(\?:|\)|\|"
)


def _candidates(lexicon: Lexicon) -> str:
    parts: set[str] = set()
    for entry in lexicon.entries:
        for term in (entry.term, *entry.variants):
            parts.add(_loose(term) if entry.regex else "".join(map(_spaced, match_key(term))))
    if "" in parts or len(parts) > MOST_KEYS:
        return ""
    return _compiled("(?is)" + "|".join(f"(?:{part})" for part in sorted(parts)))


def _loose(expression: str) -> str:
    """An expression with blanks allowed behind every character; empty if it may say something else in RE2."""
    found, at = "", 0
    while at < len(expression):
        part = PART.match(expression, at)
        if part is None:
            return ""
        atom = part["atom"]
        found += (
            part[0] if atom is None else _spaced(atom) if len(atom) == 1 and atom != "." else f"(?:{atom}{_blanks()}*)"
        )
        at = part.end()
    return found


def _compiled(expression: str) -> str:
    """The expression, or nothing if RE2 refuses it."""
    import pyarrow as pa
    import pyarrow.compute as pc

    try:
        pc.match_substring_regex(pa.nulls(1, pa.string()), expression)
    except pa.ArrowInvalid:
        return ""
    return expression


def _spaced(char: str) -> str:
    either = f"[{''.join(map(_quoted, ALL_I))}]" if char in ALL_I else _quoted(char)
    return f"(?:{either}{_blanks()}*)"


@cache
def _blanks() -> str:
    """All blanks, as `str.isspace` knows them; RE2's own class has only those of ASCII."""
    return "[" + "".join(_quoted(chr(code)) for code in range(0x3001) if chr(code).isspace()) + "]"


def _quoted(char: str) -> str:
    return f"\\x{{{ord(char):x}}}"
