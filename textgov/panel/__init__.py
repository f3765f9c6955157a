"""Documents to place-years: which documents make a row, and what is summed and divided.

Several documents of a place and year are pooled: counts are added, then rates are taken of the sums. A place-year
without a document is missing, never 0. A document enters only the level of government that issued it: a report of a
province, a county or the nation never counts for a city.
"""

from __future__ import annotations

from collections.abc import Sequence

from textgov.errors import RecordError
from textgov.lexicon import check_prefixes
from textgov.panel.assemble import assemble_panel, coverage_grid
from textgov.panel.lexicon_report import Losses, cooccurrence_table, lexicon_report
from textgov.panel.pool import MUNICIPALITIES, PanelOptions, Row, pool_documents, pool_rows, rows_of, unit_of
from textgov.panel.totals import Totals, category_counts
from textgov.records import Corpus, Features, Panel, index_of
from textgov.regions import Gazetteer, read_divisions

__all__ = [
    "MUNICIPALITIES",
    "Losses",
    "PanelOptions",
    "Row",
    "Totals",
    "assemble_panel",
    "build_panel",
    "category_counts",
    "cooccurrence_table",
    "coverage_grid",
    "lexicon_report",
    "pool_documents",
    "pool_rows",
    "rows_of",
    "unit_of",
]


def build_panel(
    corpus: Corpus, *features: Features, options: PanelOptions | None = None, gazetteer: Gazetteer | None = None
) -> Panel:
    """Pool the documents of each place and year.

    Parameters
    ----------
    corpus : Corpus
        Located. Documents with a held doubt, or without place or year, enter no row.
    *features : Features
        Counts of one or more lexicons for the same documents, each lexicon with its own prefix.
    options : PanelOptions, optional
    gazetteer : Gazetteer, optional
        The table of divisions with which the corpus was located; the packaged one when not given.

    Returns
    -------
    Panel
        Sorted by its keys. Integer columns are nullable integers, rates are floats; a rate whose denominator is 0 is
        missing.

    Raises
    ------
    RecordError
        The features are not of the documents of the corpus.
    UsageError
        An unknown level, two lexicons with one prefix, or a complete place-year that is not of the level.
    """
    options = options or PanelOptions()
    _check_features(corpus, features)
    gazetteer = gazetteer or read_divisions()
    of_document = rows_of(index_of(corpus), options, gazetteer)
    totals = Totals(of_document, [block.lexicon for block in features if block.lexicon], options, gazetteer)
    totals.add(corpus.documents, of_document, features)
    return assemble_panel(totals, corpus.history)


def _check_features(corpus: Corpus, features: Sequence[Features]) -> None:
    for block in features:
        if block.doc_ids != corpus.doc_ids:
            raise RecordError("record_bad", what="build_panel", detail="features and corpus hold other documents")
        if block.lexicon is None:
            raise RecordError("record_bad", what="build_panel", detail="these features are not counts of a lexicon")
    check_prefixes([block.lexicon for block in features if block.lexicon is not None])
