"""Counting some documents: lengths, hits with their places, and what the rules left out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from textgov.count.match import REASONS, Lost, Match, Matcher, find_matches, make_key, make_matcher
from textgov.count.options import CountOptions
from textgov.normalise.characters import to_codes
from textgov.normalise.structure import BLANK, HAN, WORD, classes, sentence_breaks
from textgov.records import Document, Lexicon, Section

if TYPE_CHECKING:
    import pyarrow as pa
    from numpy.typing import NDArray

# Parts of a work report whose hits and lengths are kept apart.
PARTS = ("review", "plan")
LENGTHS = (
    *("n_chars", "n_han", "n_sents", "n_paras"),
    *("n_han_review", "n_sents_review", "n_han_plan", "n_sents_plan"),
)


class Tally(NamedTuple):
    """Counts of some documents: lengths (n x `LENGTHS`), hits, and occurrences that were no hits."""

    lengths: NDArray[np.int64]
    hits: pa.Table
    lost: pa.Table


class Units(NamedTuple):
    """The units of a stretch (its sentences or paragraphs) that hold a letter, digit or Han character.

    ``breaks`` are the offsets at which one is over, ``kept`` the numbers of those that count.
    """

    breaks: NDArray[np.int64]
    kept: NDArray[np.int64]

    def number(self, offsets: NDArray[np.int64]) -> NDArray[np.int64]:
        """For each offset the number of its unit, from 1; a unit without words belongs to the one before."""
        found: NDArray[np.int64] = np.searchsorted(
            self.kept, np.searchsorted(self.breaks, offsets, side="right"), "right"
        )
        return np.maximum(found, 1)


def _units(breaks: NDArray[np.int64], words: NDArray[np.int64]) -> Units:
    """The units that end at `breaks`, of which those with a letter, digit or Han character (at `words`) count."""
    edges = np.searchsorted(words, breaks)
    return Units(breaks, np.flatnonzero(np.diff(edges, prepend=0, append=len(words))))


def sentence_units(kinds: NDArray[np.uint8]) -> Units:
    """The sentences of a stretch, from the `classes` of its characters."""
    return _units(sentence_breaks(kinds), np.flatnonzero(kinds & WORD))


def tally_documents(documents: Sequence[Document], lexicon: Lexicon, options: CountOptions | None = None) -> Tally:
    """Count a lexicon in some documents; the part of `count_lexicon` that can be done shard by shard."""
    matcher = make_matcher(lexicon, options or CountOptions())
    lengths = np.zeros((len(documents), len(LENGTHS)), dtype=np.int64)
    rows: list[tuple[object, ...]] = []
    lost: Lost = Counter()
    for number, document in enumerate(documents):
        counter = _Counter(number, document, matcher)
        for first, last in document.stretches(matcher.options.section_names):
            counter.add(first, last, rows, lost)
        lengths[number] = counter.lengths
    return Tally(lengths, _table(rows, hit_schema()), _lost_table(lost))


class _Counter:
    """Counts one document, stretch by stretch."""

    def __init__(self, number: int, document: Document, matcher: Matcher) -> None:
        self.number, self.document, self.matcher = number, document, matcher
        self.lengths = np.zeros(len(LENGTHS), dtype=np.int64)
        self.parts = [(PARTS.index(part.name), part) for part in document.sections if part.name in PARTS]

    def add(self, first: int, last: int, rows: list[tuple[object, ...]], lost: Lost) -> None:
        text = self.document.text[first:last]
        kinds = classes(text)
        words = np.flatnonzero(kinds & WORD)
        sentences = _units(sentence_breaks(kinds), words)
        paragraphs = _units(np.flatnonzero(to_codes(text) == ord("\n")) + 1, words)
        before = int(self.lengths[2]), int(self.lengths[3])
        n_blank = int(np.count_nonzero(kinds & BLANK))
        self.lengths[:4] += (
            len(kinds) - n_blank,
            int(np.count_nonzero(kinds & HAN)),
            len(sentences.kept),
            len(paragraphs.kept),
        )
        for at, part in self.parts:
            start, end = max(part.start, first) - first, min(part.end, last) - first
            if start < end:
                inside = words[np.searchsorted(words, start) : np.searchsorted(words, end)]
                n_han = int(np.count_nonzero(kinds[start:end] & HAN))
                self.lengths[4 + 2 * at : 6 + 2 * at] += (n_han, len(_units(sentences.breaks, inside).kept))
        matches = find_matches(make_key(text, kinds), self.matcher, lost)
        if not matches:
            return
        starts, ends = np.array([(match.start, match.end) for match in matches], dtype=np.int64).T
        places = self.document.spans.to_originals(starts + first, ends + first).tolist()
        units = zip(
            (sentences.number(starts) + before[0]).tolist(),
            (paragraphs.number(starts) + before[1]).tolist(),
            strict=True,
        )
        for match, place, numbers in zip(matches, places, units, strict=True):
            rows.append(self._hit(Match(match.entry, match.start + first, match.end + first), place, *numbers))

    def _hit(self, match: Match, place: tuple[int, int], sentence: int, paragraph: int) -> tuple[object, ...]:
        document, context = self.document, self.matcher.options.context
        start, end = place
        original = document.original
        return (
            self.number,
            match.entry,
            start,
            end,
            section_at(document.sections, match.start),
            sentence,
            paragraph,
            " ".join(original[max(start - context, 0) : start].split()),
            original[start:end],
            " ".join(original[end : end + context].split()),
            document.text[match.start : match.end],
        )


def section_at(sections: Sequence[Section], offset: int) -> str:
    """Name of the innermost section that holds an offset of the text; body where there is none."""
    inside = [part for part in sections if part.start <= offset < part.end]
    return min(inside, key=lambda part: (part.end - part.start, part.name)).name if inside else "body"


def hit_schema() -> pa.Schema:
    """Columns of a table of hits: number of the document, number of the entry, where and what."""
    import pyarrow as pa

    columns = {"document": pa.int32(), "entry": pa.int32(), "start": pa.int64(), "end": pa.int64()}
    columns |= {"section": pa.string(), "sentence": pa.int32(), "paragraph": pa.int32()}
    return pa.schema(columns | dict.fromkeys(("left", "hit", "right", "matched"), pa.string()))


def lost_schema() -> pa.Schema:
    """Columns of a table of occurrences that are no hits: entry, reason, the entry that has the characters, number."""
    import pyarrow as pa

    return pa.schema({"entry": pa.int32(), "reason": pa.string(), "winner": pa.int32(), "n": pa.int64()})


def _lost_table(lost: Lost) -> pa.Table:
    rows = [(entry, REASONS[reason], winner, n) for (entry, reason, winner), n in sorted(lost.items())]
    return _table(rows, lost_schema())


def _table(rows: Sequence[tuple[object, ...]], schema: pa.Schema) -> pa.Table:
    import pyarrow as pa

    columns = list(zip(*rows, strict=True)) or [()] * len(schema)
    return pa.table([pa.array(column, kind) for column, kind in zip(columns, schema.types, strict=True)], schema=schema)
