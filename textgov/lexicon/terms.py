"""How terms are compared."""

from __future__ import annotations

from functools import lru_cache

from textgov.normalise import normalise_term
from textgov.records import Entry


@lru_cache(maxsize=100_000)
def match_key(term: str) -> str:
    """A term as it is looked for: normalised, without blanks, Latin letters in lower case.

    Examples
    --------
    >>> match_key("互聯網 ＋ 政務服務")
    '互联网+政务服务'
    """
    return lower_case("".join(normalise_term(term).split()))


def match_keys(entry: Entry) -> frozenset[str]:
    """All that counts as an entry: `match_key` of its term and its variants; expressions between slashes."""
    spellings = (entry.term, *entry.variants)
    return frozenset(f"/{text}/" for text in spellings) if entry.regex else frozenset(map(match_key, spellings))


def conditions(entry: Entry) -> tuple[object, ...]:
    """When an entry counts, and how much, in a form that compares equal for entries that count alike."""
    contexts = (
        (context.within, frozenset(map(match_key, context.terms))) if context else None
        for context in (entry.near, entry.not_near)
    )
    return frozenset(map(match_key, entry.exclude)), *contexts, entry.weight


def lower_case(text: str) -> str:
    """Lower case of the same length; the few letters that become two (İ) stay as they are."""
    lower = text.lower()
    if len(lower) == len(text):
        return lower
    return "".join(char.lower() if len(char.lower()) == 1 else char for char in text)
