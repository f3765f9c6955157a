"""What a rule makes of a text: the new text, where each stretch of it stood, and what was left out."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from typing import NamedTuple

import numpy as np

from textgov.spans import Spans


class Removal(NamedTuple):
    """A stretch ``text[start:end]`` of the text that a rule was given, which it left out, and why."""

    reason: str
    start: int
    end: int


class Change(NamedTuple):
    """The new text, its spans into the text that the rule was given, how many places changed, what was left out."""

    text: str
    spans: Spans
    places: int
    removed: tuple[Removal, ...] = ()


class Edit(NamedTuple):
    """Put ``new`` in place of ``text[start:end]``; with a reason, the stretch is reported as left out."""

    start: int
    end: int
    new: str
    reason: str = ""


@lru_cache(maxsize=1)
def lines_of(text: str) -> list[str]:
    r"""The text cut at ``\n``: several rules in a row ask for the same lines, which nobody may change.

    To find the text again, its hash is computed once, which takes half the time of cutting it.
    """
    return text.split("\n")


_IDENTITY = Spans.identity()  # made once: most rules leave most texts as they are


def unchanged(text: str) -> Change:
    """The text as it was."""
    return Change(text, _IDENTITY, 0)


def apply_edits(text: str, edits: Iterable[Edit]) -> Change:
    """Make some replacements, given in the order of the text and without overlap.

    Examples
    --------
    >>> apply_edits("數(shù)字", [Edit(1, 6, "")]).text
    '數字'
    """
    pieces: list[str] = []
    rows: list[tuple[int, int, int, int]] = []
    removed: list[Removal] = []
    done = length = places = 0
    for start, end, new, reason in edits:
        pieces += (text[done:start], new)
        length += start - done
        if len(new) != end - start:
            rows.append((length, length + len(new), start, end))
        length += len(new)
        done, places = end, places + 1
        if reason:
            removed.append(Removal(reason, start, end))
    if not places:
        return unchanged(text)
    pieces.append(text[done:])
    spans = Spans(np.array(rows, dtype=np.int64)) if rows else Spans.identity()
    return Change("".join(pieces), spans, places, tuple(removed))
