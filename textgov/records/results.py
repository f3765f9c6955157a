"""Counts and panels: what is measured."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from textgov.errors import RecordError
from textgov.records.documents import Step, check_ids
from textgov.records.html import few, span, summary_html
from textgov.records.lexicons import Lexicon

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd
    import pyarrow as pa
    from numpy.typing import NDArray
    from scipy.sparse import csr_array


@dataclass(frozen=True, slots=True)
class Variable:
    """A column of a panel: labels, units, how it is computed, and the lexicon behind it."""

    name: str
    en: str
    zh: str
    unit_en: str = ""
    unit_zh: str = ""
    formula: str = ""
    lexicon: str = ""
    lexicon_hash: str = ""


@dataclass(frozen=True, slots=True, eq=False)
class Features:
    """Documents x names, sparse: keyword counts, term counts or topic shares.

    Parameters
    ----------
    doc_ids : tuple of str, length n
    names : tuple of str, length m
        For keyword counts ``category/term``, in the order of ``lexicon.entries``.
    values : csr_array, n x m
    lengths : dict of arrays of length n
        ``n_chars`` (characters other than white space), ``n_han``, ``n_sents``, ``n_paras``, for keyword counts the Han
        characters and sentences of the review and the plan part, and ``n_words`` when words were cut.
    lexicon : Lexicon, for keyword counts
    sentences : array, n x (categories + 1), for keyword counts
        Number of sentences with a hit, by category; the last column for any category.
    paragraphs : array, n x (categories + 1), for keyword counts
        The same for paragraphs.
    hit_table : pyarrow.Table, for keyword counts
    lost_table : pyarrow.Table, for keyword counts
        Occurrences of terms that are no hits: entry, reason, the entry that has the characters, how often.
    variables : tuple of Variable
        The columns that these features give to a panel, where those of keyword counts would not fit.
    parents : tuple of str, length n or 0
        Where the rows are parts of documents (paragraphs, sections): the document that each belongs to, else empty.
    """

    doc_ids: tuple[str, ...]
    names: tuple[str, ...]
    values: csr_array
    lengths: Mapping[str, NDArray[np.int64]]
    lexicon: Lexicon | None = None
    sentences: NDArray[np.int64] | None = None
    paragraphs: NDArray[np.int64] | None = None
    hit_table: pa.Table | None = None
    lost_table: pa.Table | None = None
    history: tuple[Step, ...] = ()
    variables: tuple[Variable, ...] = ()
    parents: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        check_ids(self.doc_ids)
        if self.parents and len(self.parents) != len(self.doc_ids):
            raise RecordError("record_bad", what="Features", detail="one parent a row is needed")
        if self.values.shape != (len(self.doc_ids), len(self.names)):
            raise RecordError("record_bad", what="Features", detail="values do not fit doc_ids and names")
        for name, length in self.lengths.items():
            if len(length) != len(self.doc_ids):
                raise RecordError("record_bad", what="Features", detail=f"{name} has another number of documents")

    def __len__(self) -> int:
        return len(self.doc_ids)

    def __repr__(self) -> str:
        of = f" of {self.lexicon.label}" if self.lexicon else ""
        return f"<Features{of}: {len(self)} documents x {len(self.names)} names>"

    def _repr_html_(self) -> str:
        rows: list[tuple[str, object]] = [("documents", len(self)), ("names", len(self.names))]
        rows += [("sum of values", f"{float(self.values.sum()):,.6g}"), ("cells that are not 0", int(self.values.nnz))]
        if self.lexicon is not None:
            rows.append(("lexicon", f"{self.lexicon.label} {self.lexicon.hash}"))
            rows.append(("documents without a hit", int((self.values.sum(axis=1) == 0).sum())))
        return summary_html("Features", [*rows, ("first names", few(self.names))])

    @property
    def frame(self) -> pd.DataFrame:
        """One row a document, one column a name."""
        import pandas as pd

        frame = pd.DataFrame(self.values.toarray(), columns=list(self.names))
        frame.insert(0, "doc_id", list(self.doc_ids))
        return frame

    @property
    def hits(self) -> pd.DataFrame:
        """Every hit: document, entry, offsets into the original, the words and their context."""
        if self.hit_table is None:
            raise RecordError("record_bad", what="Features", detail="these features have no hits")
        frame: pd.DataFrame = self.hit_table.to_pandas()
        return frame


@dataclass(frozen=True, slots=True, eq=False)
class Panel:
    """One row a place and year, sorted; measures with labels and units. No document is missing, never 0.

    ``keys`` are the two columns that name a row: ``city_code`` and ``year``, or ``province_code`` and ``year``.
    ``coverage`` is the place x year grid of document counts.
    """

    frame: pd.DataFrame
    variables: tuple[Variable, ...]
    keys: tuple[str, str]
    coverage: pd.DataFrame
    history: tuple[Step, ...] = ()

    def __post_init__(self) -> None:
        names = [variable.name for variable in self.variables]
        if list(self.frame.columns) != names:
            raise RecordError("record_bad", what="Panel", detail="the variables do not describe the columns")
        if self.frame.duplicated(list(self.keys)).any():
            raise RecordError("record_bad", what="Panel", detail="a place and year has two rows")

    def __repr__(self) -> str:
        places = self.frame[self.keys[0]].nunique()
        return f"<Panel: {len(self.frame)} place-years, {places} places, {len(self.variables)} variables>"

    def _repr_html_(self) -> str:
        totals = [one for one in self.variables if "_total_" in one.name]
        means = [(one.name, f"{float(self.frame[one.name].mean()):.4g}  ({one.zh} / {one.en})") for one in totals]
        rows = [
            ("place-years", len(self.frame)),
            ("places", int(self.frame[self.keys[0]].nunique())),
            ("years", span(map(int, self.frame[self.keys[1]]))),
            ("variables", len(self.variables)),
            *(("mean of " + name, said) for name, said in means),
        ]
        return summary_html("Panel", rows)
