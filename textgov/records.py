"""The nouns of textgov: read this file first.

Every noun is frozen and checked when it is built; a verb takes one and returns a new one. Rows are documents, named by
``doc_id``, in one fixed order from the first step to the last. pandas is imported only when a ``frame`` is asked for.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from textgov.errors import RecordError, wording
from textgov.spans import Spans

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd
    import pyarrow as pa
    from numpy.typing import NDArray
    from scipy.sparse import csr_array

LEVELS = ("national", "province", "prefecture", "county")
FIRST_YEAR, LAST_YEAR = 1949, 2100


@dataclass(frozen=True, slots=True)
class Step:
    """One line of history: the stage, what it did, and the options or counts that belong to it."""

    stage: str
    what: str
    detail: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Evidence:
    """One reason to place a document: what it says, where it stands, how much it weighs.

    ``about`` is ``place``, ``year``, ``date``, ``issuer``, ``level``, ``doc_number`` or ``doc_type``; ``kind`` is the
    source: ``decision``, ``metadata``, ``path``, ``title``, ``opening``, ``number`` or ``signature``; ``value`` is the
    six-digit code, the year and so on; ``quote`` the words themselves. ``start`` and ``end`` are offsets into the
    normalised text, or -1 where the quote stands outside it. ``weight`` runs from 0 to 1.
    """

    about: str
    kind: str
    value: str
    quote: str
    weight: float
    start: int = -1
    end: int = -1


@dataclass(frozen=True, slots=True)
class Doubt:
    """Something a person should look at: a message code of `errors`, its facts, and whether the document waits.

    A document with a doubt that is ``held`` enters no panel row until a decision names its place and year.
    """

    code: str
    facts: Mapping[str, Any] = field(default_factory=dict)
    held: bool = False
    candidates: tuple[str, ...] = ()


def hash_text(text: str) -> str:
    """First 16 hex digits of the SHA-256 of a text; decisions are tied to that of the original."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:16]


@dataclass(frozen=True, slots=True)
class Section:
    """A named stretch ``text[start:end]`` of a document."""

    name: str
    start: int
    end: int


@dataclass(frozen=True, slots=True, eq=False)
class Document:
    """One document.

    ``text`` is what is counted. ``original`` is the decoded text as it came from the file (for txt and md the whole
    file, for other formats the text that the reader took out), and ``spans`` leads from one to the other.
    ``place_code`` is a six-digit code or None, ``year`` an integer or None, ``date`` an ISO date or "".
    ``content_hash`` is that of the original (`hash_text`).
    """

    doc_id: str
    text: str
    original: str
    spans: Spans
    source: str = ""
    title: str = ""
    place_code: str | None = None
    place: str = ""
    level: str = ""
    year: int | None = None
    date: str = ""
    issuer: str = ""
    doc_number: str = ""
    doc_type: str = ""
    script: str = ""
    encoding: str = ""
    meta: Mapping[str, str] = field(default_factory=dict)
    sections: tuple[Section, ...] = ()
    evidence: tuple[Evidence, ...] = ()
    confidence: float | None = None
    explanation: str = ""
    doubts: tuple[Doubt, ...] = ()
    content_hash: str = ""

    def __post_init__(self) -> None:
        code = self.place_code
        if code is not None and not (len(code) == 6 and code.isdigit()):
            raise RecordError("record_bad", what=self.doc_id, detail=f"place_code {code!r} is not six digits")
        if self.spans.to_original(0, len(self.text))[1] > len(self.original):
            raise RecordError("record_bad", what=self.doc_id, detail="spans reach beyond the original text")

    @property
    def held(self) -> bool:
        """Whether the document waits for a decision, or has no place or year."""
        return self.place_code is None or self.year is None or any(doubt.held for doubt in self.doubts)


@dataclass(frozen=True, slots=True)
class ManifestRow:
    """What became of one input file: ``done``, ``skipped`` or ``failed``, and why (a message code and its facts)."""

    path: str
    status: str
    code: str = ""
    facts: Mapping[str, Any] = field(default_factory=dict)
    encoding: str = ""
    replaced: int = 0
    n_bytes: int = 0
    sha256: str = ""
    doc_ids: tuple[str, ...] = ()


def _check_ids(doc_ids: Iterable[str]) -> None:
    seen: set[str] = set()
    for doc_id in doc_ids:
        if doc_id in seen:
            raise RecordError("record_bad", what=doc_id, detail="this doc_id occurs twice")
        seen.add(doc_id)


@dataclass(frozen=True, slots=True, eq=False)
class Corpus:
    """Documents in a fixed order, and the account of every input file."""

    documents: tuple[Document, ...]
    inputs: tuple[ManifestRow, ...] = ()
    history: tuple[Step, ...] = ()

    def __post_init__(self) -> None:
        _check_ids(self.doc_ids)

    def __len__(self) -> int:
        return len(self.documents)

    def __repr__(self) -> str:
        places = {doc.place_code for doc in self.documents if doc.place_code}
        years = sorted({doc.year for doc in self.documents if doc.year})
        span = f", {years[0]}-{years[-1]}" if years else ""
        return f"<Corpus: {len(self)} documents, {len(places)} places{span}>"

    @property
    def doc_ids(self) -> tuple[str, ...]:
        """Ids in order."""
        return tuple(doc.doc_id for doc in self.documents)

    @property
    def frame(self) -> pd.DataFrame:
        """One row a document; places and years that are not known are missing values."""
        import pandas as pd

        names = CORPUS_COLUMNS
        data = {name: [getattr(doc, name) for doc in self.documents] for name in names}
        frame = pd.DataFrame(data, columns=list(names))
        frame["year"] = pd.array([doc.year for doc in self.documents], dtype="Int64")
        return frame

    @property
    def manifest(self) -> pd.DataFrame:
        """One row an input file: status, reason, encoding, replaced characters, ids of its documents."""
        import pandas as pd

        plain = ("path", "status", "code", "encoding", "replaced", "n_bytes", "sha256")
        rows = [
            {
                **{name: getattr(row, name) for name in plain},
                "reason": wording(row.code, "en", **row.facts) if row.code else "",
                "reason_zh": wording(row.code, "zh", **row.facts) if row.code else "",
                "n_docs": len(row.doc_ids),
                "doc_ids": ";".join(row.doc_ids),
            }
            for row in self.inputs
        ]
        return pd.DataFrame(rows, columns=list(MANIFEST_COLUMNS))

    @property
    def review(self) -> pd.DataFrame:
        """One row a doubt, for a person to decide; the answer goes into ``decisions.csv``."""
        import pandas as pd

        rows = [
            {
                **{name: getattr(doc, name) for name in ("doc_id", "content_hash", "place", "year")},
                "place_code": doc.place_code or "",
                "code": doubt.code,
                "held": doubt.held,
                "candidates": ";".join(doubt.candidates),
                "reason": wording(doubt.code, "en", **doubt.facts),
                "reason_zh": wording(doubt.code, "zh", **doubt.facts),
                "evidence": doc.explanation,
            }
            for doc in self.documents
            for doubt in doc.doubts
        ]
        frame = pd.DataFrame(rows, columns=list(REVIEW_COLUMNS))
        return frame.astype({"held": "bool", "year": "Int64"})


MANIFEST_COLUMNS = tuple("path status code reason reason_zh encoding replaced n_bytes sha256 n_docs doc_ids".split())
REVIEW_COLUMNS = tuple(
    "doc_id content_hash code held place_code place year candidates reason reason_zh evidence".split()
)
CORPUS_COLUMNS = tuple(
    ("doc_id text title source place_code place year date issuer doc_number doc_type level script encoding").split()
)


@dataclass(frozen=True, slots=True, eq=False)
class Tokens:
    """Words of every document; joined, they give the text back."""

    doc_ids: tuple[str, ...]
    words: tuple[list[str], ...]
    history: tuple[Step, ...] = ()

    def __post_init__(self) -> None:
        _check_ids(self.doc_ids)
        if len(self.words) != len(self.doc_ids):
            raise RecordError("record_bad", what="Tokens", detail="one list of words a document is needed")

    def __len__(self) -> int:
        return len(self.doc_ids)

    def __repr__(self) -> str:
        return f"<Tokens: {len(self)} documents, {sum(map(len, self.words))} tokens>"


@dataclass(frozen=True, slots=True)
class Category:
    """A category of a lexicon: ``name`` is ASCII and becomes part of the column names."""

    name: str
    zh: str
    en: str


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry: a term, other spellings that count as it, its category, and what is known about it."""

    term: str
    category: str
    variants: tuple[str, ...] = ()
    phase: str = ""
    source: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class Lexicon:
    """Categories of entries, with a version and a source. ``prefix`` starts the names of its columns."""

    name: str
    version: str
    prefix: str
    zh: str
    en: str
    citation: str
    categories: tuple[Category, ...]
    entries: tuple[Entry, ...]
    note: str = ""

    def __post_init__(self) -> None:
        if not self.entries:
            raise RecordError("record_bad", what=self.name, detail="the lexicon has no entry")
        known = {category.name for category in self.categories}
        seen: set[tuple[str, str]] = set()
        for entry in self.entries:
            if not entry.term.strip() or entry.category not in known or (entry.category, entry.term) in seen:
                detail = f"entry {entry.term!r} of {entry.category!r} is empty, doubled or of no category"
                raise RecordError("record_bad", what=self.name, detail=detail)
            seen.add((entry.category, entry.term))

    @property
    def hash(self) -> str:
        """First 16 hex digits of the SHA-256 of all that decides a count, independent of the order of entries."""
        rows = sorted([entry.category, entry.term, *sorted(entry.variants)] for entry in self.entries)
        return hashlib.sha256(json.dumps(rows, ensure_ascii=False).encode()).hexdigest()[:16]

    @property
    def label(self) -> str:
        """``name@version``."""
        return f"{self.name}@{self.version}"

    def __repr__(self) -> str:
        return f"<Lexicon {self.label}: {len(self.entries)} entries in {len(self.categories)} categories>"


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
        ``n_chars`` (characters other than white space), ``n_han``, ``n_sents``, and ``n_words`` when words were cut.
    lexicon : Lexicon, for keyword counts
    sentences : array, n x (categories + 1), for keyword counts
        Number of sentences with a hit, by category; the last column for any category.
    hit_table : pyarrow.Table, for keyword counts
    """

    doc_ids: tuple[str, ...]
    names: tuple[str, ...]
    values: csr_array
    lengths: Mapping[str, NDArray[np.int64]]
    lexicon: Lexicon | None = None
    sentences: NDArray[np.int64] | None = None
    hit_table: pa.Table | None = None
    history: tuple[Step, ...] = ()

    def __post_init__(self) -> None:
        _check_ids(self.doc_ids)
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
