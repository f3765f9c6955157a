"""What is summed over the documents of a row."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from textgov.authority import authority_scores
from textgov.count import LENGTHS, PARTS, Sets, make_sets
from textgov.errors import RecordError
from textgov.panel.pool import PanelOptions, Row, all_rows, check_complete
from textgov.records import Document, Features, Lexicon, Variable
from textgov.regions import Gazetteer

if TYPE_CHECKING:
    import pyarrow as pa
    from numpy.typing import NDArray
    from scipy.sparse import csr_array

# Cells that wait before they are added up: 8 MB, and rarely enough that adding costs little.
PENDING = 1_000_000


class SparseSum:
    """A sparse matrix of sums to which cells are added."""

    def __init__(self, shape: tuple[int, int]) -> None:
        from scipy.sparse import csr_array

        self.total = csr_array(shape, dtype=np.float64)
        self.cells: list[tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.float64]]] = []
        self.n_cells = 0

    def add(self, rows: Any, columns: Any, values: Any) -> None:
        """Add values to cells."""
        self.cells.append((rows, columns, values))
        self.n_cells += len(rows)
        if self.n_cells > max(PENDING, self.total.nnz):
            self.matrix()

    def matrix(self) -> csr_array:
        """The sums so far."""
        from scipy.sparse import coo_array

        if self.cells:
            rows, columns, values = (np.concatenate(parts) for parts in zip(*self.cells, strict=True))
            self.total = (self.total + coo_array((values, (rows, columns)), shape=self.total.shape)).tocsr()
            self.cells, self.n_cells = [], 0
        return self.total


class LexiconTotals:
    """Sums of one lexicon: sparse ones by entry, dense ones by category."""

    def __init__(self, lexicon: Lexicon, n_rows: int) -> None:
        self.lexicon = lexicon
        self.sets = make_sets(lexicon)
        shape = (n_rows, len(lexicon.entries))
        # Hits, documents with the term, hits of either part, hits times the authority of their document.
        self.hits, self.first, self.authority = SparseSum(shape), SparseSum(shape), SparseSum(shape)
        self.parts = {part: SparseSum(shape) for part in PARTS}
        self.sents, self.paras, self.docs = (np.zeros((n_rows, len(self.sets.names)), dtype=np.int64) for _ in range(3))
        self.mixed = np.zeros(n_rows, dtype=np.int64)  # sentences with two top categories or more
        tops = [category.name for category in lexicon.categories if not category.parent]
        order = {name: number for number, name in enumerate(tops)}
        self.tops = [self.sets.names.index(name) for name in tops]
        self.top_of = np.array([order[lexicon.paths()[entry.category][0]] for entry in lexicon.entries])
        self.pairs: Counter[tuple[int, int, int]] = Counter()  # year and two top categories -> sentences with both
        self.own: dict[str, Variable] = {}  # the columns, where the features name them


class Totals:
    """Sums over the documents of each row, added shard by shard.

    Parameters
    ----------
    of_document : iterable of (code, year) or None
        The row of every document of the corpus.
    lexicons : sequence of Lexicon
    options : PanelOptions
    gazetteer : Gazetteer
    """

    def __init__(
        self,
        of_document: Iterable[Row | None],
        lexicons: Sequence[Lexicon],
        options: PanelOptions,
        gazetteer: Gazetteer,
    ) -> None:
        check_complete(options, gazetteer)
        n_docs = Counter(row for row in of_document if row is not None)
        self.options, self.gazetteer = options, gazetteer
        self.rows = all_rows(n_docs, options, gazetteer)
        self.number = {row: number for number, row in enumerate(self.rows)}
        complete = set(options.complete)
        self.n_docs = np.array([n_docs[row] for row in self.rows], dtype=np.int64)
        # Where the documents are known to be complete, no document is a true zero.
        self.known = np.array([row in n_docs or row in complete for row in self.rows], dtype=bool)
        self.lengths: dict[str, NDArray[np.int64]] = {}
        self.lexicons = [LexiconTotals(lexicon, len(self.rows)) for lexicon in lexicons]
        # Documents with an authority score, and their Han characters times the score.
        self.n_authority, self.han_authority = (np.zeros(len(self.rows), dtype=np.int64) for _ in range(2))

    def add(
        self, documents: Sequence[Document], of_document: Sequence[Row | None], features: Sequence[Features]
    ) -> None:
        """Add some documents: the row of each, and their features, one block a lexicon."""
        inside = np.array([at for at, row in enumerate(of_document) if row is not None], dtype=np.int64)
        rows = np.array([self.number[row] for row in of_document if row is not None], dtype=np.int64)
        for name, values in (features[0].lengths if features else {}).items():
            total = self.lengths.setdefault(name, np.zeros(len(self.rows), dtype=np.int64))
            np.add.at(total, rows, values[inside])
        row_of = np.full(len(of_document), -1, dtype=np.int64)
        row_of[inside] = rows
        scores = None
        if features and "authority" in self.options.measure_names:
            scores = authority_scores(documents)
            np.add.at(self.n_authority, rows, (scores[inside] > 0).astype(np.int64))
            np.add.at(self.han_authority, rows, scores[inside] * features[0].lengths["n_han"][inside])
        for sums, block in zip(self.lexicons, features, strict=True):
            self._add_block(sums, block, row_of, inside)
            if scores is not None:
                cells = block.values.tocoo()
                kept = row_of[cells.coords[0]] >= 0
                of_cell = cells.coords[0][kept]
                sums.authority.add(row_of[of_cell], cells.coords[1][kept], cells.data[kept] * scores[of_cell])

    def _add_block(
        self, sums: LexiconTotals, block: Features, row_of: NDArray[np.int64], inside: NDArray[np.int64]
    ) -> None:
        if block.sentences is None:
            raise RecordError("record_bad", what="Totals", detail="these features are not counts of a lexicon")
        sums.own = {variable.name: variable for variable in block.variables}
        cells = block.values.tocoo()
        kept = row_of[cells.coords[0]] >= 0
        place = row_of[cells.coords[0][kept]], cells.coords[1][kept]
        sums.hits.add(*place, cells.data[kept].astype(np.float64))
        sums.first.add(*place, np.ones(int(kept.sum())))
        rows = row_of[inside]
        np.add.at(sums.docs, rows, (category_counts(block, sums.sets)[inside] > 0).astype(np.int64))
        np.add.at(sums.sents, rows, block.sentences[inside])
        if block.paragraphs is not None:
            np.add.at(sums.paras, rows, block.paragraphs[inside])
        if block.hit_table is not None and len(block.hit_table) and not sums.own:
            self._add_hits(sums, block, row_of)

    def _add_hits(self, sums: LexiconTotals, block: Features, row_of: NDArray[np.int64]) -> None:
        """What needs the hits themselves: parts of the text, and categories that meet in a sentence."""
        hits = numbered_hits(block)
        wanted = self.options.measure_names
        documents, entries = hits["document"], hits["entry"]
        rows = row_of[documents]
        for part in PARTS:
            if part in wanted:
                kept = (hits["section"] == part) & (rows >= 0)
                sums.parts[part].add(rows[kept], entries[kept], np.ones(int(kept.sum())))
        kept = rows >= 0
        if "cooccurrence" not in wanted or not kept.any():
            return
        met = np.unique(np.stack([documents[kept], hits["sentence"][kept], sums.top_of[entries[kept]]]), axis=1)
        same = (met[0, 1:] == met[0, :-1]) & (met[1, 1:] == met[1, :-1])
        starts = np.flatnonzero(np.append(True, ~same))
        for first, last in zip(starts, np.append(starts[1:], met.shape[1]), strict=True):
            if last - first > 1:
                row = row_of[met[0, first]]
                sums.mixed[row] += 1
                tops = met[2, first:last].tolist()
                year = self.rows[row][1]
                sums.pairs.update((year, a, b) for at, a in enumerate(tops) for b in tops[at + 1 :])

    def integers(self, values: Any, known: NDArray[np.bool_] | None = None) -> Any:
        """A column of sums, missing where nothing is known."""
        import pandas as pd

        whole = np.asarray(values).astype(np.int64)
        return pd.arrays.IntegerArray(whole, ~(self.known if known is None else known & self.known))

    def length(self, name: str) -> NDArray[np.int64]:
        """Sums of a length, zero where it was not counted."""
        return self.lengths.get(name, np.zeros(len(self.rows), dtype=np.int64))


def numbered_hits(block: Features) -> dict[str, Any]:
    """Columns of the hits of a block as arrays: number of the document and of the entry, section, sentence."""
    table: pa.Table = block.hit_table
    order = {doc_id: number for number, doc_id in enumerate(block.doc_ids)}
    names = {name: number for number, name in enumerate(block.names)}
    keys = zip(table["category"].to_pylist(), table["term"].to_pylist(), strict=True)
    return {
        "document": np.array([order[doc_id] for doc_id in table["doc_id"].to_pylist()], dtype=np.int64),
        "entry": np.array([names[f"{category}/{term}"] for category, term in keys], dtype=np.int64),
        "section": np.array(table["section"].to_pylist(), dtype=object),
        "sentence": table["sentence"].to_numpy().astype(np.int64),
    }


def category_counts(block: Features, sets: Sets | None = None) -> NDArray[np.int64]:
    """Hits by document: one column a category in the order of the lexicon, the last one the total.

    A category counts what stands below it; the total counts a hit of a term that is listed in two categories once.
    """
    if block.lexicon is None:
        raise RecordError("record_bad", what="category_counts", detail="these features are not counts of a lexicon")
    counts: NDArray[np.int64] = np.asarray(block.values @ (sets or make_sets(block.lexicon)).member)
    return counts


__all__ = ["LENGTHS", "LexiconTotals", "SparseSum", "Totals", "category_counts"]
