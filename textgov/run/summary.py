"""Numbers and samples of a run as a whole, gathered while its documents pass by."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import fields
from typing import TYPE_CHECKING, Any

import numpy as np

from textgov.panel import Row, category_counts
from textgov.records import CORPUS_COLUMNS, REVIEW_COLUMNS, Corpus, Document, Features, ManifestRow
from textgov.regions import MAP_FIRST_YEAR
from textgov.run.recall import Numbers
from textgov.run.shelf import Counted, Shelf

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow as pa

# A workbook is for people: it holds this many doubts, the csv file all of them.
MOST_REVIEWED = 50_000
PARTS = 256  # frames of doubts, one a shard, before they are joined: each takes 20 kB beside its rows


class Summary:
    """What the command line and the page say of a run."""

    def __init__(self, shelf: Shelf) -> None:
        self.shelf = shelf
        self.n_inputs = self.n_documents = self.n_failed = self.n_held = self.n_doubtful = self.n_elsewhere = 0
        self.n_reviewed = 0
        self.reviews: list[pd.DataFrame] = []

    def add_inputs(self, rows: Sequence[ManifestRow]) -> None:
        """Take rows of the manifest in."""
        self.n_inputs += len(rows)
        self.n_failed += sum(row.status == "failed" for row in rows)

    def add_documents(
        self, documents: Sequence[Document], rows: Sequence[Row | None], counted: Counted, review: pd.DataFrame | None
    ) -> None:
        """Take the documents of a shard in, and what is to be reviewed of them, if anything is."""
        self.n_documents += len(documents)
        self.n_held += sum(document.held for document in documents)
        self.n_doubtful += sum(bool(document.doubts) for document in documents)
        self.n_elsewhere += sum(
            row is None and not document.held for document, row in zip(documents, rows, strict=True)
        )
        if review is not None:
            if self.n_reviewed < MOST_REVIEWED:
                self.reviews.append(review.iloc[: MOST_REVIEWED - self.n_reviewed])
            self.n_reviewed += len(review)
            if len(self.reviews) > PARTS:
                self.review_frame()

    def numbers(self) -> Numbers:
        """The numbers alone."""
        return Numbers(**{item.name: getattr(self, item.name) for item in fields(Numbers)})

    def review_frame(self) -> pd.DataFrame:
        """The doubts, as many as a workbook takes."""
        import pandas as pd

        parts = [part for part in self.reviews if len(part)]
        if len(parts) > 1:
            parts = [pd.concat(parts, ignore_index=True)]
        self.reviews = parts  # joined, so that they are in memory once
        return parts[0] if parts else Corpus(()).review[list(REVIEW_COLUMNS)]

    def notes(self) -> tuple[tuple[str, Mapping[str, Any]], ...]:
        """What the user should know of the outputs."""
        if self.n_reviewed <= MOST_REVIEWED:
            return ()
        return (("review_cut", {"n": MOST_REVIEWED, "total": self.n_reviewed}),)


def documents_table(
    documents: Sequence[Document], rows: Sequence[Row | None], features: Sequence[Features]
) -> pa.Table:
    """One row a document: the columns of ``corpus.frame`` but the text, how it was placed, lengths and measures."""
    import pandas as pd
    import pyarrow as pa

    columns: dict[str, Any] = {
        name: [getattr(document, name) for document in documents] for name in CORPUS_COLUMNS if name != "text"
    }
    columns["year"] = pd.array(columns["year"], dtype="Int64")
    columns["language"] = [document.language for document in documents]
    columns["content_hash"] = [document.content_hash for document in documents]
    columns["confidence"] = np.array([document.confidence for document in documents], dtype=float)
    columns["evidence"] = [document.explanation for document in documents]
    columns["in_panel"] = np.array([row is not None for row in rows], dtype=bool)
    # The table of divisions begins with the map of 2000: an older document is read on that map.
    old = [bool(doc.place_code and doc.year and doc.year < MAP_FIRST_YEAR) for doc in documents]
    columns["map_of_2000"] = np.array(old, dtype=bool)
    columns["doubts"] = [";".join(doubt.code for doubt in document.doubts) for document in documents]
    for name in ("n_chars", "n_han", "n_words", "n_sents"):
        if features and name in features[0].lengths:
            columns[name] = features[0].lengths[name]
    for block in features:
        columns |= _measures(block)
    frame = pd.DataFrame(columns)
    table = pa.Table.from_pandas(frame, preserve_index=False)
    # The first shard may have no value in a column of texts, which pandas would then call a column of nothing.
    fields = [field.with_type(pa.string()) if pa.types.is_null(field.type) else field for field in table.schema]
    texts = [field.with_type(pa.string()) if pa.types.is_large_string(field.type) else field for field in fields]
    # What pandas keeps of itself in the file is told by the types of the columns alone.
    return table.cast(pa.Table.from_pandas(frame.head(0), schema=pa.schema(texts), preserve_index=False).schema)


def _measures(block: Features) -> dict[str, Any]:
    if block.lexicon is None:
        return {}
    counts, n_han = category_counts(block), block.lengths["n_han"]
    prefix = block.lexicon.prefix
    names = [*(category.name for category in block.lexicon.categories), "total"]
    columns: dict[str, Any] = {f"{prefix}_{name}_n": counts[:, number] for number, name in enumerate(names)}
    columns[f"{prefix}_total_p10k"] = np.where(n_han > 0, 10_000 * counts[:, -1] / np.maximum(n_han, 1), np.nan)
    return columns
