"""Numbers and samples of a run as a whole, gathered while its documents pass by."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import fields
from functools import cache
from operator import attrgetter
from typing import TYPE_CHECKING, Any

import numpy as np

from textgov.panel import Row, category_counts
from textgov.records import CORPUS_COLUMNS, REVIEW_COLUMNS, Corpus, Document, Features
from textgov.regions import MAP_FIRST_YEAR
from textgov.run.recall import Numbers
from textgov.run.shelf import Counted, Shelf

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow as pa

# A workbook is for people: it holds this many doubts, the csv file all of them.
MOST_REVIEWED = 50_000
# Columns of documents.parquet that are a text of the document.
TEXTS = (*(name for name in CORPUS_COLUMNS if name not in ("text", "year")), "language", "content_hash")
PARTS = 256  # frames of doubts, one a shard, before they are joined: each takes 20 kB beside its rows


class Summary:
    """What the command line and the page say of a run."""

    def __init__(self, shelf: Shelf) -> None:
        self.shelf = shelf
        self.n_inputs = self.n_documents = self.n_failed = self.n_held = self.n_doubtful = self.n_elsewhere = 0
        self.n_reviewed = 0
        self.reviews: list[pd.DataFrame] = []

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
    import pyarrow as pa

    texts = {name: [getattr(document, name) for document in documents] for name in TEXTS}
    # The table of divisions begins with the map of 2000: an older document is read on that map.
    old = [bool(doc.place_code and doc.year and doc.year < MAP_FIRST_YEAR) for doc in documents]
    columns = {
        **{name: pa.array(values, pa.string()) for name, values in texts.items()},
        "year": pa.array([document.year for document in documents], pa.int64()),
        "evidence": pa.array([document.explanation for document in documents], pa.string()),
        "confidence": pa.array([document.confidence for document in documents], pa.float64()),
        "in_panel": pa.array([row is not None for row in rows], pa.bool_()),
        "map_of_2000": pa.array(old, pa.bool_()),
        "doubts": pa.array([";".join(map(attrgetter("code"), document.doubts)) for document in documents], pa.string()),
    }
    for name in ("n_chars", "n_han", "n_words", "n_sents"):
        if features and name in features[0].lengths:
            columns[name] = pa.array(features[0].lengths[name])
    for block in features:
        columns |= _measures(block)
    schema = _documents_schema(tuple((name, columns[name].type) for name in _in_order(columns)))
    return pa.table([columns[name] for name in schema.names], schema=schema)


def _in_order(columns: Mapping[str, Any]) -> list[str]:
    first = [name for name in CORPUS_COLUMNS if name != "text"]
    first += ["language", "content_hash", "confidence", "evidence", "in_panel", "map_of_2000", "doubts"]
    return [*first, *(name for name in columns if name not in first)]


@cache
def _documents_schema(columns: tuple[tuple[str, pa.DataType], ...]) -> pa.Schema:
    """The schema with what pandas keeps of itself in a file, which depends on the types of the columns alone."""
    import pandas as pd
    import pyarrow as pa

    kinds: dict[pa.DataType, Any] = {
        pa.string(): "str",
        pa.int64(): "int64",
        pa.float64(): "float64",
        pa.bool_(): "bool",
    }
    frame = pd.DataFrame({name: pd.array([], "Int64" if name == "year" else kinds[kind]) for name, kind in columns})
    return pa.Table.from_pandas(frame, schema=pa.schema(columns), preserve_index=False).schema


def _measures(block: Features) -> dict[str, pa.Array]:
    import pyarrow as pa

    if block.lexicon is None:
        return {}
    counts, n_han = category_counts(block), block.lengths["n_han"]
    prefix = block.lexicon.prefix
    names = [*(category.name for category in block.lexicon.categories), "total"]
    columns = {
        f"{prefix}_{name}_n": pa.array(np.ascontiguousarray(counts[:, number])) for number, name in enumerate(names)
    }
    rates = 10_000 * counts[:, -1] / np.maximum(n_han, 1)
    columns[f"{prefix}_total_p10k"] = pa.array(rates, mask=n_han <= 0)
    return columns
