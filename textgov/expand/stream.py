"""A corpus as one stream of words: terms of the lexicon and new words are kept whole.

Words are those of jieba's dictionary (`textgov.segment`), without a user dictionary that would change every later cut.
Where a term of the lexicon stands, the words that it covers become one word, and a word that reaches over its edge is
cut there. A new word (`newwords`) is made whole only where both its edges are edges of words, so that 发展改革 is never
taken out of 发展改革委员会 if that is one word. Marks, and numbers of fewer than five digits, are left out.
"""

from __future__ import annotations

import re
import zlib
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from textgov.expand.newwords import NAME_DIGITS
from textgov.lexicon import lower_case, match_key
from textgov.normalise.structure import classes, sentence_breaks
from textgov.records import Document, Lexicon
from textgov.segment import SegmentOptions, make_segmenter

if TYPE_CHECKING:
    from numpy.typing import NDArray

DIGITS = re.compile(r"\d+\Z", re.ASCII)


@dataclass(frozen=True, slots=True, eq=False)
class Stream:
    """The words of some documents, in order.

    Parameters
    ----------
    words : tuple of str
        The vocabulary; its order has no meaning.
    tokens : int32 array, length n
        Number of each word in the vocabulary.
    starts, ends : int32 arrays, length n
        The slice of the document's text that each word covers.
    sentences : int64 array, length s + 1
        Where each sentence begins in ``tokens``; sentences without a word are left out.
    documents : int32 array, length s
        Number of the document of each sentence.
    doc_ids : tuple of str
    n_left_out : int
        Documents that were not taken, because they equal one that was or because the corpus is too large.
    """

    words: tuple[str, ...]
    tokens: NDArray[np.int32]
    starts: NDArray[np.int32]
    ends: NDArray[np.int32]
    sentences: NDArray[np.int64]
    documents: NDArray[np.int32]
    doc_ids: tuple[str, ...]
    n_left_out: int = 0

    @property
    def sentence_of(self) -> NDArray[np.int32]:
        """Number of the sentence of each word."""
        return np.repeat(np.arange(len(self.documents), dtype=np.int32), np.diff(self.sentences))

    @property
    def counts(self) -> NDArray[np.int64]:
        """How often each word of the vocabulary stands in the corpus."""
        return np.bincount(self.tokens, minlength=len(self.words))

    def count_within(self, groups: NDArray[np.int32], wanted: NDArray[np.bool_] | None = None) -> NDArray[np.int64]:
        """In how many groups of words each word of the vocabulary stands.

        ``groups`` has the number of the group of each token, rising; with ``wanted`` (one a group) only these count.
        """
        found = np.zeros(len(self.words), dtype=np.int64)
        step = 2_000_000  # words that are sorted at once
        at = 0
        while at < len(self.tokens):
            to = int(np.searchsorted(groups, groups[min(at + step, len(groups)) - 1], side="right"))
            keys = groups[at:to].astype(np.int64) * len(self.words) + self.tokens[at:to]
            if wanted is not None:
                keys = keys[wanted[groups[at:to]]]
            found += np.bincount(np.unique(keys) % len(self.words), minlength=len(self.words))
            at = to
        return found


class Whole(NamedTuple):
    """What is kept whole: strings of the lexicon, its expressions, and new words."""

    terms: tuple[str, ...]
    expressions: tuple[re.Pattern[str], ...]
    new: tuple[str, ...]


def whole_words(lexicon: Lexicon, new: Iterable[str] = ()) -> Whole:
    """What is kept whole in the words of a corpus.

    Terms, variants, and the longer strings in which a term means something else; conditions on the words around a term
    are not looked at.
    """
    plain: dict[str, None] = {}
    expressions: dict[str, None] = {}
    for entry in lexicon.entries:
        if entry.regex:
            expressions |= dict.fromkeys((entry.term, *entry.variants))
            continue
        plain |= dict.fromkeys(match_key(term) for term in (entry.term, *entry.variants, *entry.exclude))
    patterns = tuple(re.compile(one, re.IGNORECASE) for one in expressions)
    return Whole(tuple(plain), patterns, tuple(word for word in new if word not in plain))


def chosen(documents: Iterable[Document], sections: Collection[str], limit: int) -> tuple[frozenset[str], int]:
    """Ids of the documents to use, and how many are left out.

    One of each set of equal texts, and of these as many as have ``limit`` characters at most: those whose ids have the
    smallest hashes, whatever their order.
    """
    sizes: dict[str, tuple[int, str, int]] = {}
    n_documents = 0
    for document in documents:
        n_documents += 1
        size = sum(last - first for first, last in document.stretches(sections))
        row = (zlib.crc32(document.doc_id.encode("utf-8", "surrogatepass")), document.doc_id, size)
        key = document.content_hash or document.doc_id
        sizes[key] = min(row, sizes.get(key, row))
    rows = sorted(sizes.values())
    fitting = int(np.searchsorted(np.cumsum([size for *_, size in rows]), limit, side="right")) if rows else 0
    ids = frozenset(doc_id for _, doc_id, _ in rows[: max(fitting, 1)])
    return ids, n_documents - len(ids)


def read_stream(
    documents: Iterable[Document],
    whole: Whole,
    sections: Collection[str],
    wanted: Collection[str] | None = None,
    segment: SegmentOptions | None = None,
) -> Stream:
    """Cut documents into words; memory is about 12 bytes a word.

    Parameters
    ----------
    documents : iterable of Document
        Normalised.
    whole : Whole
    sections : collection of str
        Names of the sections to read.
    wanted : collection of str, optional
        Ids of the documents to use; all of them if not given.
    segment : SegmentOptions, optional
    """
    vocabulary: defaultdict[str, int] = defaultdict()
    vocabulary.default_factory = vocabulary.__len__
    cut = _cutter(whole, segment or SegmentOptions())
    parts: list[tuple[NDArray[np.int32], ...]] = []
    lengths: list[NDArray[np.int64]] = []
    numbers: list[NDArray[np.int32]] = []
    doc_ids: list[str] = []
    n_left_out = 0
    for document in documents:
        if wanted is not None and document.doc_id not in wanted:
            n_left_out += 1
            continue
        for first, last in document.stretches(sections):
            text = document.text[first:last]
            words, starts, ends = cut(text)
            ids = np.fromiter(map(vocabulary.__getitem__, words), dtype=np.int32, count=len(words))
            parts.append((ids, (starts + first).astype(np.int32), (ends + first).astype(np.int32)))
            sentence = np.searchsorted(sentence_breaks(classes(text)), starts, side="right")
            filled = np.unique(sentence, return_counts=True)[1]
            lengths.append(filled)
            numbers.append(np.full(len(filled), len(doc_ids), dtype=np.int32))
        doc_ids.append(document.doc_id)
    tokens, begins, stops = (_joined([part[at] for part in parts]) for at in range(3))
    offsets = np.concatenate([np.zeros(1, dtype=np.int64), *lengths]).cumsum()
    return Stream(tuple(vocabulary), tokens, begins, stops, offsets, _joined(numbers), tuple(doc_ids), n_left_out)


def _joined(parts: list[NDArray[np.int32]]) -> NDArray[np.int32]:
    return np.concatenate([np.empty(0, dtype=np.int32), *parts])


Cut = Callable[[str], tuple[list[str], "NDArray[np.int64]", "NDArray[np.int64]"]]


def _cutter(whole: Whole, options: SegmentOptions) -> Cut:
    """A function that cuts a text: the words, and where each begins and ends."""
    segmenter = make_segmenter(options)
    find_terms, find_new = _finder(whole.terms), _finder(whole.new)
    known: dict[str, bool] = {}

    def cut(text: str) -> tuple[list[str], NDArray[np.int64], NDArray[np.int64]]:
        (tokens,) = segmenter.cut_texts([text])
        edge = np.zeros(len(text) + 1, dtype=bool)
        edge[np.cumsum(np.fromiter(map(len, tokens), dtype=np.int64, count=len(tokens)))] = True
        edge[0] = True
        key = lower_case(text)
        spans = list(find_terms(key))
        for expression in whole.expressions:
            spans += [match.span() for match in expression.finditer(text)]
        taken = np.zeros(len(text) + 1, dtype=bool)
        for start, end in spans:
            taken[start:end] = True
            edge[start + 1 : end] = False
            edge[[start, end]] = True
        for start, end in find_new(key):
            if edge[start] and edge[end] and not taken[start:end].any():
                edge[start + 1 : end] = False
        edges = np.flatnonzero(edge)
        starts, ends = edges[:-1], edges[1:]
        words = [key[start:end] for start, end in zip(starts.tolist(), ends.tolist(), strict=True)]
        for word in words:
            if word not in known:
                known[word] = is_candidate_word(word)
        kept = np.fromiter(map(known.__getitem__, words), dtype=bool, count=len(words))
        return [word for word, keep in zip(words, kept.tolist(), strict=True) if keep], starts[kept], ends[kept]

    return cut


def is_candidate_word(word: str) -> bool:
    """Whether a token is a word of the stream: it has a letter or Han character, or is a number that is a name."""
    if DIGITS.match(word):
        return len(word) >= NAME_DIGITS
    return any(map(str.isalpha, word))


def _finder(strings: tuple[str, ...]) -> Callable[[str], Iterator[tuple[int, int]]]:
    """A function that finds strings in a text: from left to right, the longest at each place, without overlap."""
    if not strings:
        return lambda text: iter(())
    import ahocorasick_rs as ac

    automaton = ac.AhoCorasick(list(strings), matchkind=ac.MatchKind.LeftmostLongest)
    return lambda text: ((start, end) for _, start, end in automaton.find_matches_as_indexes(text))
