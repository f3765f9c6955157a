"""When a term matches: candidates, their conditions, and what happens where they overlap."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections import Counter
from collections.abc import Iterable
from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from textgov.count.negation import is_negated
from textgov.count.options import CountOptions
from textgov.lexicon import lower_case, match_key
from textgov.normalise.characters import to_codes, to_text
from textgov.normalise.structure import BLANK, sentence_breaks
from textgov.records import Context, Entry, Lexicon

if TYPE_CHECKING:
    import ahocorasick_rs
    from numpy.typing import NDArray

# Up to this many terms the larger automaton is the faster one, above it the smaller one (both find the same).
DFA_TERMS = 1000
# Why an occurrence of a term is no hit: an `exclude` string holds it, its context is wrong, it is negated, or another
# match has the characters.
REASONS = ("excluded", "context", "negated", "shadowed")

Lost = Counter[tuple[int, int, int]]  # (entry, number of the reason, entry that has the characters or -1) -> how often


class Rule(NamedTuple):
    """The conditions of an entry, ready to be checked."""

    exclude: tuple[str, ...]
    near: Context | None
    not_near: Context | None


class Matcher(NamedTuple):
    """A lexicon made ready: an automaton, for each of its patterns the entries it stands for, expressions, rules."""

    automaton: ahocorasick_rs.AhoCorasick
    entries: tuple[tuple[int, ...], ...]
    expressions: tuple[tuple[re.Pattern[str], int], ...]
    rules: tuple[Rule | None, ...]
    groups: tuple[str, ...]
    ranks: tuple[int, ...]
    options: CountOptions


class Key(NamedTuple):
    """A normalised text as terms see it: without blanks, in lower case.

    ``solid`` leads back to the text; ``edges`` are the ends of the sentences in the key.
    """

    text: str
    solid: NDArray[np.int64]
    edges: list[int]

    def sentence(self, at: int) -> tuple[int, int]:
        """Where the sentence that holds position `at` begins and ends."""
        number = bisect_right(self.edges, at)
        first = self.edges[number - 1] if number else 0
        return first, self.edges[number] if number < len(self.edges) else len(self.text)


class Match(NamedTuple):
    """One occurrence of an entry: ``text[start:end]`` of the normalised text."""

    entry: int
    start: int
    end: int


class _Found(NamedTuple):
    """A candidate in the key."""

    start: int
    end: int
    entry: int


def make_matcher(lexicon: Lexicon, options: CountOptions) -> Matcher:
    """Build the automaton of a lexicon, and its conditions."""
    import ahocorasick_rs as ac

    patterns: dict[str, list[int]] = {}
    expressions: list[tuple[re.Pattern[str], int]] = []
    for number, entry in enumerate(lexicon.entries):
        for term in (entry.term, *entry.variants):
            if entry.regex:
                expressions.append((re.compile(term, re.IGNORECASE), number))
            elif number not in (known := patterns.setdefault(match_key(term), [])):
                known.append(number)
    automaton = ac.AhoCorasick(
        list(patterns),
        matchkind=ac.MatchKind.Standard,
        implementation=ac.Implementation.DFA if len(patterns) <= DFA_TERMS else ac.Implementation.ContiguousNFA,
    )
    # Of two entries of a category that match the same characters the one counts that does not depend on the order.
    by_name = sorted(range(len(lexicon.entries)), key=lambda at: (lexicon.entries[at].regex, lexicon.entries[at].term))
    ranks = {number: rank for rank, number in enumerate(by_name)}
    return Matcher(
        automaton,
        tuple(tuple(numbers) for numbers in patterns.values()),
        tuple(expressions),
        tuple(map(_rule, lexicon.entries)),
        tuple(entry.category for entry in lexicon.entries),
        tuple(ranks[number] for number in range(len(lexicon.entries))),
        options,
    )


def _rule(entry: Entry) -> Rule | None:
    if not (entry.exclude or entry.near or entry.not_near):
        return None
    near, not_near = (
        Context(tuple(dict.fromkeys(map(match_key, context.terms))), context.within) if context else None
        for context in (entry.near, entry.not_near)
    )
    return Rule(tuple(dict.fromkeys(map(match_key, entry.exclude))), near, not_near)


def make_key(text: str, kinds: NDArray[np.uint8]) -> Key:
    """A normalised text as terms see it; `kinds` are its `classes`."""
    solid = np.flatnonzero((kinds & BLANK) == 0)
    key = text if len(solid) == len(text) else to_text(to_codes(text)[solid])
    return Key(lower_case(key), solid, np.searchsorted(solid, sentence_breaks(kinds)).tolist())


def find_matches(key: Key, matcher: Matcher, lost: Lost | None = None) -> list[Match]:
    """Every match in a text, by its start, then its end, then its entry; `lost` takes the occurrences that are none."""
    lost = Counter() if lost is None else lost
    found = [
        _Found(start, end, entry)
        for pattern, start, end in matcher.automaton.find_matches_as_indexes(key.text, overlapping=True)
        for entry in matcher.entries[pattern]
    ]
    found += _expression_matches(key, matcher)
    if not found:
        return []
    found = [one for one in found if _counts(one, key, matcher, lost)]
    if matcher.options.negation == "drop":
        found = _without_negated(found, key, lost)
    kept = _settle(found, matcher, lost)
    solid = key.solid
    return [Match(one.entry, int(solid[one.start]), int(solid[one.end - 1]) + 1) for one in sorted(kept)]


def _expression_matches(key: Key, matcher: Matcher) -> list[_Found]:
    """Matches of the expressions, sentence by sentence so that none runs into the next one."""
    found: list[_Found] = []
    if not matcher.expressions:
        return found
    edges = sorted({0, *key.edges, len(key.text)})
    for first, last in pairwise(edges):
        for pattern, entry in matcher.expressions:
            found += [_Found(*one.span(), entry) for one in pattern.finditer(key.text, first, last) if one.group()]
    return list(dict.fromkeys(found))


def _counts(found: _Found, key: Key, matcher: Matcher, lost: Lost) -> bool:
    rule = matcher.rules[found.entry]
    if rule is None:
        return True
    if any(_is_inside(found, word, key.text) for word in rule.exclude):
        lost[found.entry, REASONS.index("excluded"), -1] += 1
        return False
    near = rule.near is None or _stands_near(found, rule.near, key)
    if near and (rule.not_near is None or not _stands_near(found, rule.not_near, key)):
        return True
    lost[found.entry, REASONS.index("context"), -1] += 1
    return False


def _is_inside(found: _Found, word: str, text: str) -> bool:
    """Whether an occurrence of `word` holds the whole match."""
    at = text.find(word, max(found.end - len(word), 0))
    while 0 <= at <= found.start:
        if at + len(word) >= found.end:
            return True
        at = text.find(word, at + 1)
    return False


def _stands_near(found: _Found, context: Context, key: Key) -> bool:
    """Whether a word of the context stands before or behind the match, not in it."""
    first, last = key.sentence(found.start) if not context.within else (0, len(key.text))
    text = key.text
    for word in context.terms:
        reach = context.within + len(word) if context.within else len(text)
        if text.find(word, max(first, found.start - reach), found.start) >= 0:
            return True
        if text.find(word, found.end, min(last, found.end + reach)) >= 0:
            return True
    return False


def _without_negated(found: list[_Found], key: Key, lost: Lost) -> list[_Found]:
    terms = [(one.start, one.end) for one in found]
    kept = []
    for one in found:
        if is_negated(key.text, one.start, terms):
            lost[one.entry, REASONS.index("negated"), -1] += 1
        else:
            kept.append(one)
    return kept


def _settle(found: list[_Found], matcher: Matcher, lost: Lost) -> list[_Found]:
    """What is left where candidates overlap."""
    options = matcher.options
    if options.overlap == "all":
        return _once(found, matcher)
    settle = _leftmost if options.overlap == "longest" else _longest_first
    if options.scope == "lexicon" or options.overlap == "nested":
        return _once(settle(found, matcher, lost), matcher)
    groups: dict[str, list[_Found]] = {}
    for one in found:
        groups.setdefault(matcher.groups[one.entry], []).append(one)
    return _once((one for group in groups.values() for one in settle(group, matcher, lost)), matcher)


def _once(found: Iterable[_Found], matcher: Matcher) -> list[_Found]:
    """The same characters count once in a category."""
    best: dict[tuple[int, int, str], _Found] = {}
    for one in found:
        place = one.start, one.end, matcher.groups[one.entry]
        if place not in best or matcher.ranks[one.entry] < matcher.ranks[best[place].entry]:
            best[place] = one
    return list(best.values())


def _leftmost(found: list[_Found], matcher: Matcher, lost: Lost) -> list[_Found]:
    """From left to right; at each place the longest one wins and reading goes on behind it."""
    kept: list[_Found] = []
    winner = _Found(-1, -1, -1)
    for one in sorted(found, key=lambda one: (one.start, -one.end, matcher.ranks[one.entry])):
        if one.start >= winner.end:
            winner = one
        elif one[:2] != winner[:2]:
            lost[one.entry, REASONS.index("shadowed"), winner.entry] += 1
            continue
        kept.append(one)
    return kept


def _longest_first(found: list[_Found], matcher: Matcher, lost: Lost) -> list[_Found]:
    """The rule of quanteda's `tokens_lookup`, on characters.

    Longer matches come first, then those further left. In one category a character is used once. With the scope
    ``lexicon`` a match whose every character is covered by earlier ones is dropped too; those that overlap in part both
    count.
    """
    whole = matcher.options.scope == "lexicon"
    used: dict[str, dict[int, int]] = {}
    covered: dict[int, int] = {}
    kept: list[_Found] = []
    spans: set[tuple[int, int]] = set()
    for one in sorted(found, key=lambda one: (one.start - one.end, one.start, matcher.ranks[one.entry])):
        mine = used.setdefault(matcher.groups[one.entry], {})
        span = range(one.start, one.end)
        taken = next((mine[place] for place in span if place in mine), None)
        # The same characters may count in two categories.
        if taken is None and whole and one[:2] not in spans and all(place in covered for place in span):
            taken = covered[one.start]
        if taken is not None:
            lost[one.entry, REASONS.index("shadowed"), taken] += 1
            continue
        for place in span:
            mine[place] = one.entry
            covered.setdefault(place, one.entry)
        spans.add(one[:2])
        kept.append(one)
    return kept
