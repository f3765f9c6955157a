r"""When a term matches, and how often: every matching rule stands here.

1. Terms and texts are compared in normalised form (NFKC, simplified script): ``互联网＋政务服务`` in a text is the term
   ``互联网+政务服务``.
2. Blanks and line breaks do not count, and Latin letters match in either case: ``数字\n政府`` is ``数字政府``,
   ``APP`` is ``app``. A regular expression sees the same text, and a match of it stays within one sentence.
3. An occurrence that an entry's own conditions forbid is none, and leaves its characters to other terms: it stands
   inside one of the entry's ``exclude`` strings; no word of ``near``, or a word of ``not_near``, stands in its sentence
   (or within so many characters) outside of it; with ``negation="drop"``, a negator stands before it in its clause.
4. By default (``overlap="longest"``) the text is read from left to right; at each place the longest term wins and
   reading goes on behind it, so no character is counted twice: ``数字政府建设`` is one hit of ``数字政府建设`` and none
   of ``数字政府``. With ``scope="category"`` terms compete only with those of their own category.
5. With ``overlap="nested"`` longer terms come before terms further left, a term whose every character is covered is
   none, and terms of two categories that overlap in part both count: the rule of quanteda's ``tokens_lookup``, whose
   ``nested_scope`` is ``scope``.
6. With ``overlap="all"`` every occurrence of every term counts: ``数字政府建设`` is a hit of both.
7. A category counts what the categories below it count. A term listed in two categories (with the same conditions)
   counts once in each, once in a category above both, and once in the total.
8. A hit belongs to the sentence and the paragraph in which it begins.
9. Only the body of a document counts (``sections="body"``): a title, a glossary, annexes, references and the like are
   neither matched nor part of a length. ``sections="body,glossary"`` names others, ``sections="all"`` takes the whole
   text. A document that was not taken apart is all body.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING

import numpy as np

from textgov.count.match import (
    DFA_TERMS,
    REASONS,
    Key,
    Match,
    Matcher,
    find_candidates,
    find_matches,
    make_key,
    make_matcher,
    settle_candidates,
)
from textgov.count.options import CountOptions
from textgov.count.sets import Sets, at_levels, leaves, make_sets, units_with_hits
from textgov.count.tally import (
    LENGTHS,
    PARTS,
    Tally,
    hit_schema,
    lost_schema,
    section_at,
    sentence_units,
    tally_documents,
)
from textgov.count.terms import count_terms, stack_terms, trim_terms
from textgov.errors import RecordError
from textgov.records import Corpus, Document, Features, Lexicon, Step, Tokens
from textgov.segment import count_words

if TYPE_CHECKING:
    import pyarrow as pa
    from numpy.typing import NDArray

__all__ = [
    "DFA_TERMS",
    "LENGTHS",
    "PARTS",
    "REASONS",
    "CountOptions",
    "Key",
    "Match",
    "Matcher",
    "Sets",
    "Tally",
    "at_levels",
    "count_lexicon",
    "count_terms",
    "features_of",
    "find_candidates",
    "find_matches",
    "full_hits",
    "hit_schema",
    "leaves",
    "lost_schema",
    "make_key",
    "make_matcher",
    "make_sets",
    "section_at",
    "sentence_units",
    "settle_candidates",
    "stack_terms",
    "tally_documents",
    "trim_terms",
    "units_with_hits",
]


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
    columns |= {name: hits[name] for name in hit_schema().names[2:]}
    for name, value in (("lexicon", lexicon.name), ("lexicon_hash", lexicon.hash)):
        columns[name] = pa.array([value] * len(hits), pa.string())
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
    lexicon = at_levels(lexicon, options.levels)
    if tokens is not None and tokens.doc_ids != corpus.doc_ids:
        raise RecordError("record_bad", what="count_lexicon", detail="tokens and corpus hold other documents")
    tally = tally_documents(corpus.documents, lexicon, options)
    n_words = None
    if tokens is not None:
        stretches = [document.stretches(options.section_names) for document in corpus.documents]
        n_words = count_words(tokens.words, stretches)
    step = Step("count", lexicon.label, {"hash": lexicon.hash, **asdict(options)})
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
    lengths = dict(zip(LENGTHS, tally.lengths.T, strict=True))
    if n_words is not None:
        lengths["n_words"] = n_words
    names = tuple(f"{entry.category}/{entry.term}" for entry in lexicon.entries)
    table = full_hits(tally.hits, documents, lexicon)
    sets = make_sets(lexicon)
    sentences, paragraphs = (
        units_with_hits(tally.hits, unit, sets, len(doc_ids)) for unit in ("sentence", "paragraph")
    )
    return Features(doc_ids, names, values, lengths, lexicon, sentences, paragraphs, table, tally.lost, history)
