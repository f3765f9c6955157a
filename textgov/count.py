r"""When a term matches, and how often: every matching rule stands here.

1. Terms and texts are compared in normalised form (NFKC, simplified script): ``互联网＋政务服务`` in a text is the term
   ``互联网+政务服务``.
2. Blanks and line breaks do not count, and Latin letters match in either case: ``数字\n政府`` is ``数字政府``,
   ``APP`` is ``app``.
3. By default (``overlap="longest"``) the text is read from left to right; at each place the longest term wins and
   reading goes on behind it, so no character is counted twice: ``数字政府建设`` is one hit of ``数字政府建设`` and none
   of ``数字政府``.
4. With ``overlap="all"`` every occurrence of every term counts: ``数字政府建设`` is a hit of both.
5. A term listed in two categories counts once in each, and once in the total.
6. A hit belongs to the sentence in which it begins.
7. Only the body of a document counts (``sections="body"``): a title, a glossary, annexes, references and the like are
   neither matched nor part of a length. ``sections="body,glossary"`` names others, ``sections="all"`` takes the whole
   text. A document that was not taken apart is all body.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, NamedTuple

import numpy as np

from textgov.errors import RecordError, UsageError
from textgov.lexicon import lower_case, match_key
from textgov.normalise import SECTION_NAMES
from textgov.normalise.characters import to_codes, to_text
from textgov.normalise.structure import BLANK, classes, measure_kinds, sentence_breaks
from textgov.records import Corpus, Document, Features, Lexicon, Step, Tokens
from textgov.segment import count_words

if TYPE_CHECKING:
    import ahocorasick_rs
    import pyarrow as pa
    from numpy.typing import NDArray

Overlap = Literal["longest", "all"]
# Up to this many terms the larger automaton is the faster one, above it the smaller one (both find the same).
DFA_TERMS = 1000


@dataclass(frozen=True, slots=True)
class CountOptions:
    """How terms are matched.

    Parameters
    ----------
    overlap : {"longest", "all"}
        What happens where terms overlap; see the rules above.
    context : int
        Characters of context on each side of a hit.
    sections : str
        Names of the sections that count, parted by commas (see `textgov.normalise.SECTION_NAMES`), or ``all``.
    """

    overlap: Overlap = "longest"
    context: int = 20
    sections: str = "body"

    def __post_init__(self) -> None:
        if self.overlap not in ("longest", "all"):
            raise UsageError("option_bad", name="overlap", value=self.overlap, detail="use longest or all")
        if self.context < 0:
            raise UsageError("option_bad", name="context", value=self.context, detail="use 0 or more")
        for name in self.section_names:
            if name not in SECTION_NAMES and name != "all":
                detail = f"known sections: {', '.join(SECTION_NAMES)}, all"
                raise UsageError("option_bad", name="sections", value=self.sections, detail=detail)

    @property
    def section_names(self) -> tuple[str, ...]:
        """The names in ``sections``."""
        return tuple(name.strip() for name in self.sections.split(","))


class Matcher(NamedTuple):
    """A lexicon made ready: the automaton, and for each of its patterns the entries that it stands for."""

    automaton: ahocorasick_rs.AhoCorasick
    entries: tuple[tuple[int, ...], ...]
    overlapping: bool


class Match(NamedTuple):
    """One occurrence in a normalised text: pattern number, and the slice ``text[start:end]``."""

    pattern: int
    start: int
    end: int


class Tally(NamedTuple):
    """Counts of some documents: lengths (n x 3), sentences (n x categories + 1), hits."""

    lengths: NDArray[np.int64]
    sentences: NDArray[np.int64]
    hits: pa.Table


def make_matcher(lexicon: Lexicon, options: CountOptions) -> Matcher:
    """Build the automaton of a lexicon."""
    import ahocorasick_rs as ac

    entries: dict[str, list[int]] = {}
    for number, entry in enumerate(lexicon.entries):
        for term in (entry.term, *entry.variants):
            entries.setdefault(match_key(term), []).append(number)
    everything = options.overlap == "all"
    automaton = ac.AhoCorasick(
        list(entries),
        matchkind=ac.MatchKind.Standard if everything else ac.MatchKind.LeftmostLongest,
        implementation=ac.Implementation.DFA if len(entries) <= DFA_TERMS else ac.Implementation.ContiguousNFA,
    )
    return Matcher(automaton, tuple(tuple(numbers) for numbers in entries.values()), everything)


def find_matches(text: str, matcher: Matcher, kinds: NDArray[np.uint8] | None = None) -> list[Match]:
    """Every match in a normalised text, by its start, then its end."""
    kinds = classes(text) if kinds is None else kinds
    solid = np.flatnonzero((kinds & BLANK) == 0)
    key = text if len(solid) == len(text) else to_text(to_codes(text)[solid])
    found = matcher.automaton.find_matches_as_indexes(lower_case(key), overlapping=matcher.overlapping)
    matches = [Match(pattern, int(solid[start]), int(solid[end - 1]) + 1) for pattern, start, end in found]
    return sorted(matches, key=lambda match: (match.start, match.end)) if matcher.overlapping else matches


def tally_documents(documents: Sequence[Document], lexicon: Lexicon, options: CountOptions | None = None) -> Tally:
    """Count a lexicon in some documents; the part of `count_lexicon` that can be done shard by shard."""
    options = options or CountOptions()
    matcher = make_matcher(lexicon, options)
    columns = {category.name: number for number, category in enumerate(lexicon.categories)}
    category_of = [columns[entry.category] for entry in lexicon.entries]
    n_sets = len(columns) + 1
    lengths = np.zeros((len(documents), 3), dtype=np.int64)
    sentences = np.zeros((len(documents), n_sets), dtype=np.int64)
    rows: list[tuple[object, ...]] = []
    for number, document in enumerate(documents):
        for first, last in document.stretches(options.section_names):
            text = document.text[first:last]
            kinds = classes(text)
            lengths[number] += measure_kinds(kinds)
            matches = find_matches(text, matcher, kinds)
            if not matches:
                continue
            starts = np.array([match.start for match in matches])
            in_sentence = np.searchsorted(sentence_breaks(kinds), starts, side="right").tolist()
            touched: list[set[int]] = [set() for _ in range(n_sets)]
            for match, sentence in zip(matches, in_sentence, strict=True):
                touched[-1].add(sentence)
                moved = Match(match.pattern, match.start + first, match.end + first)
                for entry in matcher.entries[match.pattern]:
                    touched[category_of[entry]].add(sentence)
                    rows.append(_hit(number, document, moved, entry, options.context))
            sentences[number] += [len(found) for found in touched]
    return Tally(lengths, sentences, _hit_table(rows))


def _hit(number: int, document: Document, match: Match, entry: int, context: int) -> tuple[object, ...]:
    start, end = document.spans.to_original(match.start, match.end)
    original = document.original
    return (
        number,
        entry,
        start,
        end,
        " ".join(original[max(start - context, 0) : start].split()),
        original[start:end],
        " ".join(original[end : end + context].split()),
        document.text[match.start : match.end],
    )


def hit_schema() -> pa.Schema:
    """Columns of a table of hits: number of the document, number of the entry, where and what."""
    import pyarrow as pa

    numbers = {"document": pa.int32(), "entry": pa.int32(), "start": pa.int64(), "end": pa.int64()}
    return pa.schema(numbers | dict.fromkeys(("left", "hit", "right", "matched"), pa.string()))


def _hit_table(rows: list[tuple[object, ...]]) -> pa.Table:
    import pyarrow as pa

    schema = hit_schema()
    columns = list(zip(*rows, strict=True)) or [()] * len(schema)
    return pa.table([pa.array(column, kind) for column, kind in zip(columns, schema.types, strict=True)], schema=schema)


def full_hits(hits: pa.Table, documents: Sequence[Document], lexicon: Lexicon) -> pa.Table:
    """A table of hits with the document, its place and year, category and term written out."""
    import pyarrow as pa

    of_document = {
        "doc_id": pa.array([document.doc_id for document in documents], pa.string()),
        "city_code": pa.array([document.place_code for document in documents], pa.string()),
        "city": pa.array([document.place for document in documents], pa.string()),
        "year": pa.array([document.year for document in documents], pa.int32()),
    }
    of_entry = {
        "category": pa.array([entry.category for entry in lexicon.entries], pa.string()),
        "term": pa.array([entry.term for entry in lexicon.entries], pa.string()),
    }
    columns = {name: values.take(hits["document"].combine_chunks()) for name, values in of_document.items()}
    columns |= {name: values.take(hits["entry"].combine_chunks()) for name, values in of_entry.items()}
    columns |= {name: hits[name] for name in ("start", "end", "left", "hit", "right", "matched")}
    columns["lexicon"] = pa.array([lexicon.name] * len(hits), pa.string())
    return pa.table(columns)


def count_lexicon(
    corpus: Corpus, lexicon: Lexicon, options: CountOptions | None = None, tokens: Tokens | None = None
) -> Features:
    """Count the entries of a lexicon in every document.

    Parameters
    ----------
    corpus : Corpus
        Normalised.
    lexicon : Lexicon
    options : CountOptions, optional
    tokens : Tokens, optional
        Words of the same documents, for the denominator ``n_words``; keywords are never matched on words.

    Returns
    -------
    Features
        Documents x entries; ``.hits`` has every hit.

    Raises
    ------
    RecordError
        The tokens are not of the documents of the corpus.
    """
    options = options or CountOptions()
    if tokens is not None and tokens.doc_ids != corpus.doc_ids:
        raise RecordError("record_bad", what="count_lexicon", detail="tokens and corpus hold other documents")
    tally = tally_documents(corpus.documents, lexicon, options)
    n_words = None
    if tokens is not None:
        stretches = [document.stretches(options.section_names) for document in corpus.documents]
        n_words = count_words(tokens.words, stretches)
    detail = {"hash": lexicon.hash, "overlap": options.overlap, "sections": options.sections}
    step = Step("count", lexicon.label, detail)
    return features_of(corpus.documents, lexicon, tally, n_words, (*corpus.history, step))


def features_of(
    documents: Sequence[Document],
    lexicon: Lexicon,
    tally: Tally,
    n_words: NDArray[np.int64] | None,
    history: tuple[Step, ...],
) -> Features:
    """The features that a tally of all documents stands for."""
    from scipy.sparse import coo_array

    doc_ids = tuple(document.doc_id for document in documents)
    shape = (len(doc_ids), len(lexicon.entries))
    rows = tally.hits["document"].to_numpy()
    columns = tally.hits["entry"].to_numpy()
    values = coo_array((np.ones(len(rows), dtype=np.int64), (rows, columns)), shape=shape).tocsr()
    lengths = dict(zip(("n_chars", "n_han", "n_sents"), tally.lengths.T, strict=True))
    if n_words is not None:
        lengths["n_words"] = n_words
    names = tuple(f"{entry.category}/{entry.term}" for entry in lexicon.entries)
    table = full_hits(tally.hits, documents, lexicon)
    return Features(doc_ids, names, values, lengths, lexicon, tally.sentences, table, history)
