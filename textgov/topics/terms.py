"""Words for topics: which stretches are cut, which words stay whole, which are left out.

1. A text is taken in units: whole documents, sections (review, plan, the rest), paragraphs or sentences. A line of
   fewer than `SHORT_LINE` characters, such as a heading, belongs to the paragraph behind it.
2. Terms that the lexicons count wherever they stand (`stays_whole`), full names of places and stop phrases are found in
   the text and stay whole; what lies between them is cut by the segmenter. No dictionary is changed. A variant becomes
   its term.
3. Words are left out that are shorter than ``min_chars``, are stop words, name a place, or have a tag that is not kept.
   The tag of a word is that of the dictionary, not that of the sentence; words whose tag is misleading there, such as
   智慧 (a person) and 城市 (a place), are listed and stay. Terms of a lexicon always stay.
4. Stop words pass through the segmenter: one that it would cut into several words is found in the text as a whole.
5. Pairs of neighbours can be joined (`find_collocations`); nothing is joined across a word that is left out.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cache
from importlib import resources
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any

from textgov.errors import UsageError
from textgov.lexicon import lower_case, match_key
from textgov.normalise import read_section_names
from textgov.normalise.structure import sentence_spans
from textgov.records import Corpus, Document, Entry, Lexicon, Step, Tokens
from textgov.regions import read_divisions
from textgov.segment import SegmentOptions, make_segmenter

if TYPE_CHECKING:
    import ahocorasick_rs

UNITS = ("document", "section", "paragraph", "sentence")
# Headings of the 2,431 work reports are shorter than this, nine in ten of their paragraphs longer.
SHORT_LINE = 30
Pairs = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class TermOptions:
    """How words for topics are made.

    Parameters
    ----------
    unit : {"document", "section", "paragraph", "sentence"}
        What a row is. Seeded topics that are rare are found best in sentences.
    sections : str
        Names of the sections that count, parted by commas, or ``all``.
    lexicons : tuple of Lexicon
        Their terms stay whole, but for regular expressions and those that count only near other words.
    places : bool
        Keep names of places.
    min_chars : int
        Shortest word that is kept.
    tags, stopwords : str, optional
        Your own tables instead of the packaged ones: a CSV file with the columns ``tag`` and ``keep`` (1 or 0), and a
        text file with one stop word a line, ``#`` before a note; both in UTF-8.
    joined : tuple of pairs
        Neighbours that become one word (`find_collocations`).
    segment : SegmentOptions
    """

    unit: str = "document"
    sections: str = "body"
    lexicons: tuple[Lexicon, ...] = ()
    places: bool = False
    min_chars: int = 2
    tags: str | None = None
    stopwords: str | None = None
    joined: Pairs = ()
    segment: SegmentOptions = field(default_factory=SegmentOptions)

    def __post_init__(self) -> None:
        if self.unit not in UNITS:
            raise UsageError("option_bad", name="unit", value=self.unit, detail=f"use one of {', '.join(UNITS)}")
        if self.min_chars < 1:
            raise UsageError("option_bad", name="min_chars", value=self.min_chars, detail="use 1 or more")
        read_section_names(self.sections)

    @property
    def section_names(self) -> tuple[str, ...]:
        """The names in ``sections``."""
        return read_section_names(self.sections)


def cut_terms(corpus: Corpus, options: TermOptions | None = None) -> Tokens:
    """Words for topics of every unit, in order.

    Parameters
    ----------
    corpus : Corpus
        Normalised.
    options : TermOptions, optional

    Returns
    -------
    Tokens
        One row a unit, named by its document and, if it is a part of it, ``:start-end``, offsets into the text. A
        document without any word has one empty row, so that none is lost.
    """
    options = options or TermOptions()
    cut, join = _cutter(options), _joiner(options.joined)
    doc_ids: list[str] = []
    words: list[list[str]] = []
    parents: list[str] = []
    for document in corpus.documents:
        for doc_id, runs in _rows(document, options, cut):
            doc_ids.append(doc_id)
            words.append([word for run in runs for word in join(run)])
            parents.append(document.doc_id)
    detail = {"unit": options.unit, "sections": options.sections, "joined": len(options.joined)}
    step = Step("topics", "terms", detail)
    return Tokens(tuple(doc_ids), tuple(words), (*corpus.history, step), tuple(parents) if _parted(options) else ())


def find_collocations(
    documents: Iterable[Document], options: TermOptions | None = None, min_count: int = 50, threshold: float = 0.5
) -> Pairs:
    """Neighbouring words that belong together, for ``TermOptions.joined``.

    Parameters
    ----------
    documents : iterable of Document
        All documents; they are read once.
    options : TermOptions, optional
    min_count : int
        Least number of occurrences of a pair.
    threshold : float
        Least normalised pointwise mutual information (Bouma 2009), from -1 to 1.

    Returns
    -------
    tuple of pairs
        Sorted.
    """
    from gensim.models.phrases import Phrases

    options = options or TermOptions()
    cut = _cutter(options)
    runs = (run for document in documents for _, runs in _rows(document, options, cut) for run in runs)
    phrases = Phrases(runs, min_count=min_count, threshold=threshold, scoring="npmi", delimiter="\t")
    return tuple(sorted(tuple(pair.split("\t")) for pair in phrases.export_phrases()))


def unit_spans(document: Document, unit: str, sections: Sequence[str]) -> list[tuple[int, int]]:
    """Where the units of a document stand in its text."""
    spans: list[tuple[int, int]] = []
    marks = sorted({edge for part in document.sections for edge in (part.start, part.end)})
    for start, end in document.stretches(sections):
        if unit == "paragraph":
            spans += _paragraphs(document.text, start, end)
        elif unit == "sentence":
            found = (start + sentence_spans(document.text[start:end])).tolist()
            spans += [(first, last) for first, last in found]
        else:
            edges = [start, *(mark for mark in marks if start < mark < end), end] if unit == "section" else [start, end]
            spans += list(pairwise(edges))
    return spans


def _paragraphs(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    first, place = start, start
    while place < end:
        stop = text.find("\n", place, end) + 1 or end
        # A short line goes with what follows.
        if len(text[place:stop].strip()) >= SHORT_LINE or stop == end:
            if text[first:stop].strip():
                yield first, stop
            first = stop
        place = stop


def _parted(options: TermOptions) -> bool:
    return options.unit != "document"


Runs = list[list[str]]
Cut = Callable[[str], Runs]


def _rows(document: Document, options: TermOptions, cut: Cut) -> Iterator[tuple[str, Runs]]:
    spans = unit_spans(document, options.unit, options.section_names)
    if not _parted(options):
        yield document.doc_id, [run for start, end in spans for run in cut(document.text[start:end])]
        return
    found = ((start, end, cut(document.text[start:end])) for start, end in spans)
    rows = [(f"{document.doc_id}:{start}-{end}", runs) for start, end, runs in found if runs]
    yield from rows or [(f"{document.doc_id}:0-0", [])]


def _joiner(pairs: Pairs) -> Callable[[list[str]], list[str]]:
    known = set(pairs)

    def join(run: list[str]) -> list[str]:
        joined: list[str] = []
        at = 0
        while at < len(run):
            pair = at + 1 < len(run) and (run[at], run[at + 1]) in known
            joined.append(run[at] + run[at + 1] if pair else run[at])
            at += 2 if pair else 1
        return joined

    return join if known else lambda run: run


class _Kept(dict[str, str]):
    """For each word of the segmenter the word that is kept, or "" for none."""

    def __init__(self, options: TermOptions, stop: frozenset[str]) -> None:
        super().__init__()
        self.options, self.stop = options, stop
        self.tags = _read_tags(options.tags)
        self.always = _read_words(None, "keepwords.txt") if options.tags is None else frozenset()
        self.places = frozenset() if options.places else _place_names()
        self.tagger = _tagger()

    def __missing__(self, word: str) -> str:
        lower = lower_case(word)
        self[word] = kept = lower if self._keep(word, lower) else ""
        return kept

    def _keep(self, word: str, lower: str) -> bool:
        if len(word) < self.options.min_chars or not any(map(str.isalpha, word)) or lower in self.stop:
            return False
        if word in self.places:
            return False
        if lower in self.always:
            return True
        tag = self.tagger(word)
        return tag in self.tags or (self.options.places and tag == "ns")


def _cutter(options: TermOptions) -> Cut:
    """A function that gives the kept words of a text in runs of neighbours."""
    segmenter = make_segmenter(options.segment)
    stops = _read_stopwords(options.stopwords)
    single = frozenset(word for word in stops if len(next(segmenter.cut_texts([word]))) == 1)
    kept = _Kept(options, single)
    whole = _whole_terms(options, stops - single)
    automaton = _automaton(list(whole))
    values = list(whole.values())

    def add(text: str, runs: Runs) -> None:
        for token in segmenter.raw(text):
            for piece in segmenter.pieces[token]:
                word = kept[piece]
                if word:
                    runs[-1].append(word)
                elif runs[-1]:
                    runs.append([])

    def cut(text: str) -> Runs:
        runs: Runs = [[]]
        at = 0
        for pattern, start, end in automaton.find_matches_as_indexes(lower_case(text)):
            add(text[at:start], runs)
            if values[pattern]:
                runs[-1].append(values[pattern])
            else:
                runs.append([])
            at = end
        add(text[at:], runs)
        return [run for run in runs if run]

    return cut


def stays_whole(entry: Entry) -> bool:
    """Whether an entry of a lexicon is a word, and a seed, of topics: a term that the lexicon counts by itself.

    What it counts only near other words (平台 near 审批) is a word like any other: it is left out if it is a stop
    word. Regular expressions have no one word.
    """
    return not entry.regex and entry.near is None


def _whole_terms(options: TermOptions, phrases: frozenset[str]) -> dict[str, str]:
    """What stays whole in a text, and the word that it becomes ("": left out)."""
    whole = dict.fromkeys(sorted(phrases), "")
    whole |= {name: name if options.places else "" for name in sorted(_place_names()) if len(name) > 2}
    for lexicon in options.lexicons:
        for entry in lexicon.entries:
            if stays_whole(entry):
                term = match_key(entry.term)
                whole |= dict.fromkeys([term, *map(match_key, entry.variants)], term)
    return {key: value for key, value in whole.items() if key}


def _automaton(patterns: list[str]) -> ahocorasick_rs.AhoCorasick:
    import ahocorasick_rs as ac

    kind = ac.Implementation.ContiguousNFA
    return ac.AhoCorasick(patterns, matchkind=ac.MatchKind.LeftmostLongest, implementation=kind)


@cache
def _place_names() -> frozenset[str]:
    """Full names of all divisions, and the short names of provinces and prefectures."""
    names = set()
    for division in read_divisions().divisions:
        names.add(division.name)
        if division.level in ("province", "prefecture"):
            names |= {division.short_name, *division.aliases}
    return frozenset(name for name in names if len(name) > 1)


@cache
def _tagger() -> Callable[[str], str]:
    import rjieba

    tokenizer: Any = rjieba.Jieba()
    # Of a word that the dictionary does not know, the last part decides, as it does in Chinese.
    return lambda word: str(tokenizer.tag(word, True)[-1][1])


def _read_tags(path: str | None) -> frozenset[str]:
    rows = list(csv.DictReader(io.StringIO(_read(path, "tags.csv"), newline="")))
    if not rows or not {"tag", "keep"} <= set(rows[0]):
        raise UsageError("column_missing", path=path, column="tag, keep", known=", ".join(rows[0]) if rows else "")
    return frozenset(row["tag"] for row in rows if row["keep"] == "1")


def _read_stopwords(path: str | None) -> frozenset[str]:
    return _read_words(path, "stopwords.txt")


def _read_words(path: str | None, packaged: str) -> frozenset[str]:
    lines = (line.strip() for line in _read(path, packaged).splitlines())
    return frozenset(key for line in lines if line and not line.startswith("#") for key in [match_key(line)] if key)


def _read(path: str | None, packaged: str) -> str:
    if path is None:
        return (resources.files("textgov") / "data" / "topics" / packaged).read_text("utf-8")
    if not Path(path).is_file():
        raise UsageError("source_missing", path=path)
    try:
        return Path(path).read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError as error:
        detail = f"not UTF-8 (byte {error.start}); save the file as UTF-8"
        raise UsageError("option_bad", name="file", value=path, detail=detail) from None
