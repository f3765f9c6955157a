"""Candidates for a lexicon from the corpus itself, for two people to judge."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from textgov.expand.association import Association, associate
from textgov.expand.candidates import Candidates, phrases, score_candidates, seed_terms
from textgov.expand.examples import EXAMPLES, Example, find_examples
from textgov.expand.keyness import Keyness, corpus_prior, log_odds
from textgov.expand.merge import Agreement, Merged, measure_agreement, merge_sheets
from textgov.expand.newwords import NewWords, UnitCoder, discover_units, discover_words
from textgov.expand.options import METHODS, ExpandOptions, NewWordOptions, VectorOptions
from textgov.expand.rank import RANKINGS, combine_ranks, rank_scores
from textgov.expand.sheet import candidate_id, read_sheet, write_sheet
from textgov.expand.stream import Stream, chosen, read_stream, whole_words
from textgov.expand.vectors import Nearness, Vectors, nearness, train_vectors
from textgov.lexicon import match_key
from textgov.records import Corpus, Document, Lexicon

if TYPE_CHECKING:
    import pandas as pd

__all__ = [
    "METHODS",
    "Agreement",
    "Association",
    "ExpandOptions",
    "Expansion",
    "Keyness",
    "Merged",
    "Nearness",
    "NewWordOptions",
    "NewWords",
    "VectorOptions",
    "Vectors",
    "associate",
    "corpus_prior",
    "discover_words",
    "expand_lexicon",
    "log_odds",
    "measure_agreement",
    "merge_sheets",
    "nearness",
    "read_sheet",
    "read_words",
    "train_vectors",
    "write_sheet",
]
TERMS_NAMED = 3  # entries that are named where a candidate overlaps with more


@dataclass(frozen=True, slots=True, eq=False)
class Expansion:
    """The candidates for a lexicon, the best first, and what they were made from.

    Parameters
    ----------
    frame : DataFrame
        One row a candidate. ``id`` is tied to the lexicon and the word; ``n`` and ``documents`` count it in the stream
        of words, in which terms of the lexicon are taken out; a column for each score (missing where the method does
        not know the word), ``rank_*`` for each method, ``rank`` for all together; ``known`` says ``entry`` where the
        lexicon has the word already; ``inside`` and ``contains`` name its terms that hold the word or stand in it;
        ``example_1_left`` and so on show it in the original.
    lexicon : Lexicon
    options : ExpandOptions
    n_seeds, n_documents, n_left_out, n_words : int
        Seeds that stand in the corpus, documents that were read or left out (equal texts, too large a corpus), words.
    """

    frame: pd.DataFrame
    lexicon: Lexicon
    options: ExpandOptions
    n_seeds: int
    n_documents: int
    n_left_out: int
    n_words: int

    def __repr__(self) -> str:
        return f"<Expansion of {self.lexicon.label}: {len(self.frame)} candidates from {self.n_documents} documents>"


def expand_lexicon(
    corpus: Corpus | Iterable[Document],
    lexicon: Lexicon,
    options: ExpandOptions | None = None,
    groups: Mapping[str, str] | None = None,
) -> Expansion:
    """Look for terms that a lexicon lacks, by vectors, company, keyness and new words.

    Parameters
    ----------
    corpus : Corpus or iterable of Document
        Normalised. The iterable is gone through four times, so it must not be a generator.
    lexicon : Lexicon
        Its terms are the seeds (see ``categories`` of the options).
    options : ExpandOptions, optional
    groups : mapping of str to str, optional
        Group of each document by ``doc_id``: years, regions, treated or not. The keyness of a candidate is then that
        between groups; without, between sentences with a seed and those without.

    Returns
    -------
    Expansion

    Raises
    ------
    UsageError
        No seed stands in the corpus, a category or group is unknown.
    """
    options = options or ExpandOptions()
    documents = corpus.documents if isinstance(corpus, Corpus) else corpus
    seeds = seed_terms(lexicon, options.categories)
    stream, new = read_words(documents, lexicon, options)
    found = score_candidates(stream, seeds, new, options, groups)
    frame = _frame(documents, stream, found, lexicon, options)
    n_seeds = len(set(seeds).intersection(stream.words))
    return Expansion(frame, lexicon, options, n_seeds, len(stream.doc_ids), stream.n_left_out, len(stream.tokens))


def read_words(
    documents: Iterable[Document], lexicon: Lexicon, options: ExpandOptions
) -> tuple[Stream, NewWords | None]:
    """The words of some documents, terms of a lexicon and new words kept whole; and the new words, if asked for."""
    wanted, _ = chosen(documents, options.section_names, options.max_chars)
    new = None
    if "newword" in options.methods:
        coder = UnitCoder()
        encoded = [
            coder.encode(document.text[first:last])
            for document in documents
            if document.doc_id in wanted
            for first, last in document.stretches(options.section_names)
        ]
        new = discover_units(encoded, coder, options.words)
    whole = whole_words(lexicon, phrases(new.words) if new is not None else ())
    return read_stream(documents, whole, options.section_names, wanted), new


def _frame(
    documents: Iterable[Document], stream: Stream, found: Candidates, lexicon: Lexicon, options: ExpandOptions
) -> pd.DataFrame:
    """The best candidates with everything that is told of them."""
    import pandas as pd

    used = {name: one for name, one in RANKINGS.items() if one.score in found.scores}
    ranks = {name: rank_scores(found.scores[one.score]) for name, one in used.items()}
    combined = combine_ranks(ranks, {name: one.weight for name, one in used.items()})
    words = np.array([stream.words[number] for number in found.numbers.tolist()], dtype=object)
    # A method that has no weight decides only among equals, so that new words alone can be asked for too.
    blind = combine_ranks(ranks, dict.fromkeys(ranks, 1.0))
    order = np.lexsort((np.arange(len(words)), -blind, -combined))[: options.top]
    shown = words[order].tolist()
    columns: dict[str, object] = {
        "rank": np.arange(1, len(order) + 1),
        "id": [candidate_id(lexicon, word) for word in shown],
        "candidate": shown,
        "n": found.counts[order],
        "documents": found.documents[order],
        "suggested_category": [found.category[at] for at in order.tolist()] if found.category else "",
        "nearest": [found.nearest[at] for at in order.tolist()] if found.nearest else "",
        **_relations(shown, lexicon),
    }
    columns |= {name: pd.array(values[order], dtype="Float64").astype("Int64") for name, values in ranks.items()}
    columns |= {name: values[order] for name, values in found.scores.items()}
    if found.group:
        columns["keyness_group"] = [found.group[at] for at in order.tolist()]
    examples = find_examples(documents, stream, found.numbers[order], options.context)
    padded = [[*some, *[Example()] * (EXAMPLES - len(some))] for some in examples]
    for number in range(EXAMPLES):
        for name in Example._fields:
            values = [getattr(some[number], name) for some in padded]
            columns[f"example_{number + 1}_{name}"] = pd.array(values, dtype="Int64") if name == "year" else values
    return pd.DataFrame(columns)


def _relations(words: list[str], lexicon: Lexicon) -> dict[str, list[str]]:
    """For each word whether the lexicon has it, and which of its terms hold it or stand in it."""
    terms = {
        match_key(term): term for entry in lexicon.entries if not entry.regex for term in (entry.term, *entry.variants)
    }
    inside = [[term for key, term in terms.items() if word != key and word in key] for word in words]
    contains = [[term for key, term in terms.items() if word != key and key in word] for word in words]
    return {
        "known": ["entry" if word in terms else "" for word in words],
        "inside": [" ".join(some[:TERMS_NAMED]) for some in inside],
        "contains": [" ".join(some[:TERMS_NAMED]) for some in contains],
    }
