"""Whether a term is negated: a negator before it in its clause."""

from __future__ import annotations

import csv
import re
from collections.abc import Sequence
from functools import cache
from importlib import resources

# A clause ends at these marks; an enumeration comma does not end it (尚未建成网上办事、移动办公系统).
CLAUSE_END = re.compile("[，,；;：:。！？!?…]")
# No clause is longer; it keeps the search short in a text without marks.
LONGEST_CLAUSE = 200


@cache
def _words() -> tuple[re.Pattern[str], frozenset[str]]:
    """An expression that finds negators and the words that only look like some, and the negators."""
    text = (resources.files("textgov") / "data" / "negation.csv").read_text("utf-8")
    rows = list(csv.DictReader(text.splitlines()))
    words = sorted((row["word"] for row in rows), key=lambda word: (-len(word), word))
    return re.compile("|".join(map(re.escape, words))), frozenset(row["word"] for row in rows if row["negates"] == "1")


def is_negated(text: str, start: int, terms: Sequence[tuple[int, int]]) -> bool:
    """Whether a negator stands in the clause of the term that begins at `start`, before it.

    Parameters
    ----------
    text : str
        Without blanks.
    start : int
    terms : sequence of (start, end)
        Where terms of the lexicon stand: a negator inside one (不见面审批) denies nothing.

    Examples
    --------
    >>> is_negated("尚未建成电子政务系统", 4, [(4, 8)])
    True
    >>> is_negated("不断完善电子政务系统", 4, [(4, 8)])
    False
    """
    clause = max(start - LONGEST_CLAUSE, 0)
    for mark in CLAUSE_END.finditer(text, clause, start):
        clause = mark.end()
    words, negators = _words()
    for found in words.finditer(text, clause, start):
        inside = any(first <= found.start() and found.end() <= last for first, last in terms)
        if found.group() in negators and not inside:
            return True
    return False
