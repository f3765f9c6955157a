"""One measure in many specifications, counted in one pass over the texts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise, product
from typing import TYPE_CHECKING, NamedTuple

from textgov.count import CountOptions, Matcher, find_matches, make_key, make_matcher
from textgov.count.options import Overlap
from textgov.errors import UsageError
from textgov.lexicon import builtin_lexicons, counted_lexicon, read_lexicon
from textgov.normalise.structure import BLANK, HAN, classes, measure_kinds, sentence_breaks
from textgov.records import Document, Lexicon
from textgov.segment import SegmentOptions, make_segmenter
from textgov.validate.options import ReliabilityOptions
from textgov.validate.runs import RunFacts, panel_documents, read_documents

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd
    from numpy.typing import NDArray

COUNTED, PLAN, ALL = "counted", "plan", "all"
SECTIONS = (COUNTED, PLAN, ALL)
OVERLAPS: tuple[Overlap, ...] = ("longest", "all")
LENGTHS = ("n_han", "n_chars", "n_sents")
RATES = ("p10k", "per_10k_chars", "per_10k_words", "sent", "ln", "lnp")


class Spec(NamedTuple):
    """One specification. ``segmenter`` is empty where words do not matter."""

    lexicon: str
    overlap: str
    sections: str
    measure: str
    segmenter: str = ""

    @property
    def name(self) -> str:
        """One text for the tables."""
        return "/".join(filter(None, self))


@dataclass(frozen=True, slots=True, eq=False)
class Counts:
    """What all specifications are made of, by place and year.

    Parameters
    ----------
    rows : DataFrame
        The two keys of the panel, sorted.
    hits, sentences : mapping
        (lexicon, overlap, sections) -> hits, and sentences with a hit.
    lengths : mapping
        (name, sections) -> length; the names of words are ``n_words`` and the segmenter.
    specs : tuple of Spec
        The first is that of the run.
    """

    rows: pd.DataFrame
    hits: dict[tuple[str, str, str], NDArray[np.int64]]
    sentences: dict[tuple[str, str, str], NDArray[np.int64]]
    lengths: dict[tuple[str, str], NDArray[np.int64]]
    specs: tuple[Spec, ...]

    def values(self, spec: Spec) -> NDArray[np.float64]:
        """The measure in one specification; missing where there is no such text."""
        import numpy as np

        key = (spec.lexicon, spec.overlap, spec.sections)
        n = self.hits[key].astype(float)
        if spec.measure == "ln":
            return np.where(self.lengths["n_chars", spec.sections] > 0, np.log1p(n), np.nan)
        name = {"per_10k_chars": "n_chars", "per_10k_words": f"n_words {spec.segmenter}", "sent": "n_sents"}
        length = self.lengths[name.get(spec.measure, "n_han"), spec.sections].astype(float)
        length[length == 0] = np.nan
        if spec.measure == "sent":
            return np.asarray(self.sentences[key] / length)
        rate = 1e4 * n / length
        return np.asarray(np.log1p(rate) if spec.measure == "lnp" else rate)


def parallel_lexicons(run: RunFacts, options: ReliabilityOptions) -> list[Lexicon]:
    """The lexicon of the run and those beside it; without names the built-in ones whose names begin with its own."""
    main = run.lexicon(options.lexicon)
    name = main["lexicon"].rpartition("@")[0]
    others = options.parallel or tuple(one for one in builtin_lexicons() if one.startswith(f"{name}-"))
    first = read_lexicon(options.lexicon_file) if options.lexicon_file else counted_lexicon(run.out, main)
    if first is None:
        raise UsageError("validity_no_lexicon", path=run.out, counted=main["lexicon"])
    if first.hash != main["hash"]:
        raise UsageError(
            "validity_other_lexicon", path=options.lexicon_file, counted=main["lexicon"], found=first.label
        )
    return [first, *(read_lexicon(one) for one in others)]


def count_grid(run: RunFacts, options: ReliabilityOptions) -> Counts:
    """Count every specification of a run.

    Hits of the run are taken as they are; texts are read for other lexicons, overlaps, sections and words. The sections
    that were counted and the rest of a text are matched one after the other, so that ``all`` is their sum.
    """
    import numpy as np

    documents = panel_documents(run)
    lexicons = parallel_lexicons(run, options)
    tally = _Tally(run, documents, lexicons)
    for at, (_, document) in enumerate(read_documents(run, documents["number"].tolist())):
        tally.add(at, document)
    keys = documents[["code", "year"]].drop_duplicates().sort_values(["code", "year"], ignore_index=True)
    place = {key: at for at, key in enumerate(zip(keys["code"], keys["year"], strict=True))}
    row_of = np.array([place[key] for key in zip(documents["code"], documents["year"], strict=True)])

    def pool(values: NDArray[np.int64]) -> NDArray[np.int64]:
        return np.bincount(row_of, values, minlength=len(keys)).round().astype(np.int64)

    hits, sentences, lengths = ({key: pool(one) for key, one in table.items()} for table in tally.tables)
    return Counts(keys, hits, sentences, lengths, _specs(lexicons, tally))  # type: ignore[arg-type]


def _specs(lexicons: Sequence[Lexicon], tally: _Tally) -> tuple[Spec, ...]:
    specs = []
    for lexicon, overlap, sections, measure in product(lexicons, tally.overlaps, SECTIONS, RATES):
        words = tally.segmenters if measure == "per_10k_words" else {"": None}
        specs += [Spec(lexicon.name, overlap, sections, measure, one) for one in words]
    return tuple(specs)


class _Tally:
    """Counts and lengths of each document, by specification."""

    def __init__(self, run: RunFacts, documents: pd.DataFrame, lexicons: Sequence[Lexicon]) -> None:
        import numpy as np

        given = run.about["options"]
        counting = CountOptions(**{**given["count"], "context": 0})
        self.names = counting.section_names
        first: tuple[Overlap, ...] = (counting.overlap, *(one for one in OVERLAPS if one != counting.overlap))
        self.overlaps = first[:2]
        cut = SegmentOptions(**given["segment"])
        twin = replace(cut, hmm=not cut.hmm)
        self.segmenters = {f"{one.engine}{'' if one.hmm else '-no-hmm'}": make_segmenter(one) for one in (cut, twin)}
        n = len(documents)

        def zero() -> NDArray[np.int64]:
            return np.zeros(n, dtype=np.int64)

        self.hits: dict[tuple[str, str, str], NDArray[np.int64]] = {}
        self.sentences: dict[tuple[str, str, str], NDArray[np.int64]] = {}
        self.lengths: dict[tuple[str, str], NDArray[np.int64]] = {}
        self.matchers: dict[tuple[str, str], Matcher] = {}
        self.known: set[tuple[str, str]] = set()
        for lexicon, overlap in product(lexicons, self.overlaps):
            self.matchers[lexicon.name, overlap] = make_matcher(lexicon, replace(counting, overlap=overlap))
            for sections in SECTIONS:
                self.hits[lexicon.name, overlap, sections] = zero()
                self.sentences[lexicon.name, overlap, sections] = zero()
        for name, sections in product((*LENGTHS, *(f"n_words {one}" for one in self.segmenters)), SECTIONS):
            self.lengths[name, sections] = zero()
        for lexicon in lexicons:
            if any(lexicon.hash == one["hash"] for one in run.about["lexicons"]):
                self._take_hits(run, documents, lexicon, counting.overlap)

    @property
    def tables(self) -> tuple[dict[tuple[str, ...], NDArray[np.int64]], ...]:
        return self.hits, self.sentences, self.lengths  # type: ignore[return-value]

    def _take_hits(self, run: RunFacts, documents: pd.DataFrame, lexicon: Lexicon, overlap: str) -> None:
        """The hits that the run has counted, in the sections that it counted and in the plan part."""
        import numpy as np

        hits = run.table("hits.parquet", ("doc_id", "sentence", "section", "lexicon_hash"))
        hits = hits[hits["lexicon_hash"] == lexicon.hash]
        row_of = {doc_id: at for at, doc_id in enumerate(documents["doc_id"])}
        hits = hits[hits["doc_id"].isin(row_of)]
        rows = hits["doc_id"].map(row_of).to_numpy(dtype=np.int64)
        for sections, inside in (
            (COUNTED, np.ones(len(hits), dtype=bool)),
            (PLAN, (hits["section"] == PLAN).to_numpy()),
        ):
            pairs = np.unique(np.stack([rows[inside], hits["sentence"].to_numpy()[inside]]), axis=1)[0]
            for table, where in ((self.hits, rows[inside]), (self.sentences, pairs)):
                table[lexicon.name, overlap, sections] += np.bincount(where, minlength=len(documents))
                if sections == COUNTED:
                    table[lexicon.name, overlap, ALL] += np.bincount(where, minlength=len(documents))
        self.known.add((lexicon.name, overlap))

    def add(self, at: int, document: Document) -> None:
        """Count one document."""
        counted = document.stretches(self.names)
        plans = [(part.start, part.end) for part in document.sections if part.name == PLAN]
        for first, last in counted:
            self._match(at, document.text[first:last], (COUNTED, ALL), [(a - first, b - first) for a, b in plans])
            for a, b, inside in _pieces(first, last, plans):
                self._measure(at, document.text[a:b], (COUNTED, ALL, PLAN) if inside else (COUNTED, ALL))
        for first, last in _others(counted, len(document.text)):
            self._match(at, document.text[first:last], (ALL,), [])
            self._measure(at, document.text[first:last], (ALL,))

    def _measure(self, at: int, text: str, sections: Sequence[str]) -> None:
        import numpy as np

        kinds = classes(text)
        found = {
            "n_han": int(np.count_nonzero(kinds & HAN)),
            "n_chars": len(kinds) - int(np.count_nonzero(kinds & BLANK)),
            "n_sents": measure_kinds(kinds).n_sents,
        }
        found |= {f"n_words {name}": int(one.count_texts([text])[0]) for name, one in self.segmenters.items()}
        for (name, n), where in product(found.items(), sections):
            self.lengths[name, where][at] += n

    def _match(self, at: int, text: str, sections: Sequence[str], plans: Sequence[tuple[int, int]]) -> None:
        import numpy as np

        kinds = classes(text)
        key, breaks = make_key(text, kinds), sentence_breaks(kinds)
        for (lexicon, overlap), matcher in self.matchers.items():
            if COUNTED in sections and (lexicon, overlap) in self.known:
                continue
            starts = np.array([match.start for match in find_matches(key, matcher)], dtype=np.int64)
            if not len(starts):
                continue
            inside = np.zeros(len(starts), dtype=bool)
            for a, b in plans:
                inside |= (a <= starts) & (starts < b)
            units = np.searchsorted(breaks, starts, side="right")
            for where in sections:
                self.hits[lexicon, overlap, where][at] += len(starts)
                self.sentences[lexicon, overlap, where][at] += len(np.unique(units))
            if COUNTED in sections:
                self.hits[lexicon, overlap, PLAN][at] += int(inside.sum())
                self.sentences[lexicon, overlap, PLAN][at] += len(np.unique(units[inside]))


def _pieces(first: int, last: int, plans: Sequence[tuple[int, int]]) -> list[tuple[int, int, bool]]:
    """A stretch cut at the edges of the plan parts: start, end, whether it is plan."""
    edges = sorted({first, last, *(edge for plan in plans for edge in plan if first < edge < last)})
    return [(a, b, any(start <= a and b <= end for start, end in plans)) for a, b in pairwise(edges)]


def _others(stretches: Sequence[tuple[int, int]], length: int) -> list[tuple[int, int]]:
    """What lies between some stretches of a text."""
    edges = [0, *(edge for stretch in stretches for edge in stretch), length]
    return [(a, b) for a, b in zip(edges[::2], edges[1::2], strict=True) if a < b]
