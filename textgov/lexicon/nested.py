"""Terms inside longer terms: which one gets the hit."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from textgov.lexicon.findings import Finding
from textgov.lexicon.terms import match_key
from textgov.records import Entry

SHOWN = 5  # longer terms that a finding names


def lint_nested(entries: Sequence[Entry], lines: Sequence[int]) -> Iterator[Finding]:
    """A finding for each plain entry inside others, of its own category (a note) or of another one (a warning)."""
    import ahocorasick_rs as ac

    spellings: dict[str, list[int]] = {}
    for number, entry in enumerate(entries):
        for term in () if entry.regex else (entry.term, *entry.variants):
            if key := match_key(term):
                spellings.setdefault(key, []).append(number)
    if not spellings:
        return
    keys = list(spellings)
    automaton = ac.AhoCorasick(keys, implementation=ac.Implementation.ContiguousNFA)
    longer: dict[int, set[int]] = {}
    excluded = [set(map(match_key, entry.exclude)) for entry in entries]
    for key, owners in spellings.items():
        for pattern in {found[0] for found in automaton.find_matches_as_indexes(key, overlapping=True)}:
            for inner in spellings[keys[pattern]] if keys[pattern] != key else ():
                if key not in excluded[inner]:
                    longer.setdefault(inner, set()).update(one for one in owners if one != inner)
    for number in sorted(longer):
        entry = entries[number]
        own = {one for one in longer[number] if entries[one].category == entry.category}
        for code, inside in (("lexicon_nested", own), ("lexicon_nested_apart", longer[number] - own)):
            if inside:
                facts = {
                    "term": entry.term,
                    "longer": _named([(entries[one].term, lines[one]) for one in sorted(inside)]),
                }
                yield Finding("note" if inside is own else "warning", code, lines[number], facts)


def _named(terms: Sequence[tuple[str, int]]) -> str:
    more = f" (+{len(terms) - SHOWN})" if len(terms) > SHOWN else ""
    return ", ".join(f"{term!r} ({line})" if line else repr(term) for term, line in terms[:SHOWN]) + more
