"""When a term matches: candidates, their conditions, and what happens where they overlap."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections import Counter
from itertools import pairwise
from typing import TYPE_CHECKING, Any, NamedTuple

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
DFA_TERMS = 4000
# Why an occurrence of a term is no hit: an `exclude` string holds it, its context is wrong, it is negated, or another
# match has the characters.
REASONS = ("excluded", "context", "negated", "shadowed")
SHADOWED = REASONS.index("shadowed")

Lost = Counter[tuple[int, int, int]]  # (entry, number of the reason, entry that has the characters or -1) -> how often


class Words(NamedTuple):
    """The words of a context: an automaton of them, the length of the longest, and how far away they may stand."""

    automaton: ahocorasick_rs.AhoCorasick
    longest: int
    within: int


class Rule(NamedTuple):
    """The conditions of an entry, ready to be checked."""

    exclude: tuple[str, ...]
    near: Words | None
    not_near: Words | None


class Matcher(NamedTuple):
    """A lexicon made ready: an automaton, for each of its patterns the entries it stands for, expressions, rules.

    ``distinct``: no two entries of a category can match the same characters.
    """

    automaton: ahocorasick_rs.AhoCorasick
    entries: tuple[tuple[int, ...], ...]
    expressions: tuple[tuple[re.Pattern[str], int], ...]
    rules: dict[int, Rule]
    groups: tuple[str, ...]
    ranks: tuple[int, ...]
    distinct: bool
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
    """A candidate in the key. In their own order the longest one comes first at each place."""

    start: int
    back: int  # minus the end
    rank: int
    entry: int

    @property
    def end(self) -> int:
        return -self.back


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
    contexts: dict[Context, Words] = {}
    # Of two entries of a category that match the same characters the one counts that does not depend on the order.
    by_name = sorted(range(len(lexicon.entries)), key=lambda at: (lexicon.entries[at].regex, lexicon.entries[at].term))
    ranks = {number: rank for rank, number in enumerate(by_name)}
    return Matcher(
        automaton,
        tuple(tuple(numbers) for numbers in patterns.values()),
        tuple(expressions),
        {number: rule for number, entry in enumerate(lexicon.entries) if (rule := _rule(entry, contexts))},
        tuple(entry.category for entry in lexicon.entries),
        tuple(ranks[number] for number in range(len(lexicon.entries))),
        not expressions and all(_in_distinct_categories(numbers, lexicon) for numbers in patterns.values()),
        options,
    )


def _in_distinct_categories(numbers: list[int], lexicon: Lexicon) -> bool:
    return len({lexicon.entries[number].category for number in numbers}) == len(numbers)


def _rule(entry: Entry, known: dict[Context, Words]) -> Rule | None:
    if not (entry.exclude or entry.near or entry.not_near):
        return None
    near, not_near = (_words(context, known) if context else None for context in (entry.near, entry.not_near))
    return Rule(tuple(dict.fromkeys(map(match_key, entry.exclude))), near, not_near)


def _words(context: Context, known: dict[Context, Words]) -> Words:
    """A context made ready; entries that share one share the automaton."""
    import ahocorasick_rs as ac

    if context not in known:
        terms = list(dict.fromkeys(map(match_key, context.terms)))
        automaton = ac.AhoCorasick(terms, matchkind=ac.MatchKind.Standard, implementation=ac.Implementation.DFA)
        known[context] = Words(automaton, max(map(len, terms)), context.within)
    return known[context]


def make_key(text: str, kinds: NDArray[np.uint8]) -> Key:
    """A normalised text as terms see it; `kinds` are its `classes`."""
    solid = np.flatnonzero((kinds & BLANK) == 0)
    key = text if len(solid) == len(text) else to_text(to_codes(text)[solid])
    return Key(lower_case(key), solid, np.searchsorted(solid, sentence_breaks(kinds)).tolist())


def find_matches(key: Key, matcher: Matcher, lost: Lost | None = None) -> list[Match]:
    """Every match in a text, by its start, then its end, then its entry; `lost` takes the occurrences that are none."""
    lost = Counter() if lost is None else lost
    kept = settle_candidates(find_candidates(key, matcher, lost), matcher, lost)
    starts, ends = np.array([(one[0], -one[1] - 1) for one in kept], dtype=np.int64).reshape(-1, 2).T
    places = zip(key.solid[starts].tolist(), (key.solid[ends] + 1).tolist(), strict=True)
    return sorted((Match(one[3], *place) for one, place in zip(kept, places, strict=True)), key=_place_of)


def find_candidates(key: Key, matcher: Matcher, lost: Lost | None = None) -> list[Any]:
    """Every occurrence of an entry that its own conditions allow, before those that overlap are settled.

    Returns
    -------
    list of (start, -end, rank, entry)
        Places in the text of the key. But for ``negation="drop"`` each depends on its own entry alone.
    """
    lost = Counter() if lost is None else lost
    entries, ranks = matcher.entries, matcher.ranks
    # Plain tuples: there may be hundreds of thousands of candidates.
    found: list[Any] = [
        (start, -end, ranks[entry], entry)
        for pattern, start, end in matcher.automaton.find_matches_as_indexes(key.text, overlapping=True)
        for entry in entries[pattern]
    ]
    if matcher.expressions:
        found += _expression_matches(key, matcher)
    if found and matcher.rules:
        found = [one for one in found if one[3] not in matcher.rules or _counts(_Found(*one), key, matcher, lost)]
    if found and matcher.options.negation == "drop":
        found = _without_negated(found, key, lost)
    return found


def settle_candidates(found: list[Any], matcher: Matcher, lost: Lost | None = None) -> list[Any]:
    """What counts of the candidates where they overlap, in the same form."""
    return _settle(found, matcher, Counter() if lost is None else lost) if found else []


def _place_of(match: Match) -> tuple[int, int, int]:
    return match.start, match.end, match.entry


def _expression_matches(key: Key, matcher: Matcher) -> list[_Found]:
    """Matches of the expressions, sentence by sentence so that none runs into the next one."""
    found: list[_Found] = []
    if not matcher.expressions:
        return found
    edges = sorted({0, *key.edges, len(key.text)})
    for first, last in pairwise(edges):
        for pattern, entry in matcher.expressions:
            for one in pattern.finditer(key.text, first, last):
                if one.group():
                    found.append(_Found(one.start(), -one.end(), matcher.ranks[entry], entry))
    return list(dict.fromkeys(found))


def _counts(found: _Found, key: Key, matcher: Matcher, lost: Lost) -> bool:
    rule = matcher.rules[found.entry]
    if rule.exclude and _is_inside(found, rule.exclude, key.text):
        lost[found.entry, REASONS.index("excluded"), -1] += 1
        return False
    near = rule.near is None or _stands_near(found, rule.near, key)
    if near and (rule.not_near is None or not _stands_near(found, rule.not_near, key)):
        return True
    lost[found.entry, REASONS.index("context"), -1] += 1
    return False


def _is_inside(found: _Found, words: tuple[str, ...], text: str) -> bool:
    """Whether an occurrence of a word holds the whole match."""
    start, end = found.start, found.end
    # Such an occurrence begins at the match or before it and ends at its end or behind it: no more is searched.
    return any(text.find(word, max(end - len(word), 0), start + len(word)) >= 0 for word in words)


def _stands_near(found: _Found, words: Words, key: Key) -> bool:
    """Whether a word of the context stands before or behind the match, not in it."""
    text, within, start, end = key.text, words.within, found.start, found.end
    if within:
        reach = within + words.longest
        before, behind = text[max(0, start - reach) : start], text[end : end + reach]
    else:
        first, last = key.sentence(start)
        before, behind = text[first:start], text[end:last]
    # A line break stands for the match: no word holds one.
    matches = words.automaton.find_matches_as_indexes(f"{before}\n{behind}", overlapping=bool(within))
    if not within:
        return bool(matches)
    middle = len(before)
    return any(at - middle - 1 <= within if at > middle else middle - to <= within for _, at, to in matches)


def _without_negated(found: list[_Found], key: Key, lost: Lost) -> list[_Found]:
    terms = [(one[0], -one[1]) for one in found]
    kept = []
    for one in found:
        if is_negated(key.text, one[0], terms):
            lost[one[3], REASONS.index("negated"), -1] += 1
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
        groups.setdefault(matcher.groups[one[3]], []).append(one)
    return _once([one for group in groups.values() for one in settle(group, matcher, lost)], matcher)


def _once(found: list[_Found], matcher: Matcher) -> list[_Found]:
    """The same characters count once in a category."""
    if matcher.distinct:
        return found
    best: dict[tuple[int, int, str], _Found] = {}
    for one in found:
        place = one[0], one[1], matcher.groups[one[3]]
        if place not in best or one[2] < best[place][2]:
            best[place] = one
    return list(best.values())


def _leftmost(found: list[_Found], matcher: Matcher, lost: Lost) -> list[_Found]:
    """From left to right; at each place the longest one wins and reading goes on behind it."""
    kept: list[_Found] = []
    first = last = winner = -1
    for one in sorted(found):
        start, back, _, entry = one
        if start >= last:
            first, last, winner = start, -back, entry
        elif (start, -back) != (first, last):
            lost[entry, SHADOWED, winner] += 1
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
    for one in sorted(found, key=lambda one: (one[0] + one[1], one[0], one[2])):
        start, back, _, entry = one
        mine = used.setdefault(matcher.groups[entry], {})
        span = range(start, -back)
        taken = next((mine[place] for place in span if place in mine), None)
        # The same characters may count in two categories.
        if taken is None and whole and (start, back) not in spans and all(place in covered for place in span):
            taken = covered[start]
        if taken is not None:
            lost[entry, SHADOWED, taken] += 1
            continue
        for place in span:
            mine[place] = entry
            covered.setdefault(place, entry)
        spans.add((start, back))
        kept.append(one)
    return kept
