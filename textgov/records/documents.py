"""Documents and words: what is read, with the evidence for its place and year."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from textgov.errors import RecordError, wording
from textgov.records.html import few, span, summary_html
from textgov.spans import Spans

if TYPE_CHECKING:
    import pandas as pd

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
    source: ``decision``, ``metadata``, ``path``, ``site``, ``title``, ``opening``, ``number`` or ``signature``;
    ``value`` is the six-digit code, the year and so on; ``quote`` the words themselves. ``start`` and ``end`` are
    offsets into the normalised text, or -1 where the quote stands outside it. ``weight`` runs from 0 to 1.
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
    ``content_hash`` is that of the original (`hash_text`). ``sections`` are stretches of ``text``; ``removed`` are the
    stretches of ``original`` that were left out of the text, each named by the reason. ``language`` is ``zh``, ``en``
    or "".
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
    language: str = ""
    removed: tuple[Section, ...] = ()

    def __post_init__(self) -> None:
        code = self.place_code
        if code is not None and not (len(code) == 6 and code.isdigit()):
            raise RecordError("record_bad", what=self.doc_id, detail=f"place_code {code!r} is not six digits")
        if self.spans.to_original(0, len(self.text))[1] > len(self.original):
            raise RecordError("record_bad", what=self.doc_id, detail="spans reach beyond the original text")

    def stretches(self, sections: Collection[str]) -> tuple[tuple[int, int], ...]:
        """Where the sections of these names stand in the text, in order, joined where they touch.

        ``all`` stands for the whole text, and a document that was not taken apart is whole.
        """
        if "all" in sections or not self.sections:
            return ((0, len(self.text)),)
        found: list[tuple[int, int]] = []
        for start, end in sorted((part.start, part.end) for part in self.sections if part.name in sections):
            if found and start <= found[-1][1]:
                found[-1] = (found[-1][0], max(found[-1][1], end))
            else:
                found.append((start, end))
        return tuple(found)

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
    margin: float = 1.0


def check_ids(doc_ids: Iterable[str]) -> None:
    """Raise an error if an id occurs twice."""
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
        check_ids(self.doc_ids)

    def __len__(self) -> int:
        return len(self.documents)

    def __repr__(self) -> str:
        places = {doc.place_code for doc in self.documents if doc.place_code}
        years = sorted({doc.year for doc in self.documents if doc.year})
        span = f", {years[0]}-{years[-1]}" if years else ""
        return f"<Corpus: {len(self)} documents, {len(places)} places{span}>"

    def _repr_html_(self) -> str:
        held = sum(doc.held for doc in self.documents)
        counted = Counter(row.status for row in self.inputs)
        rows = [
            ("documents", len(self)),
            ("places", len({doc.place_code for doc in self.documents if doc.place_code})),
            ("years", span(doc.year for doc in self.documents if doc.year)),
            ("waiting for a decision", held),
            ("characters", sum(len(doc.text) for doc in self.documents)),
            ("files", ", ".join(f"{status} {n:,}" for status, n in sorted(counted.items())) or "–"),
            ("steps", few(list(dict.fromkeys(step.stage for step in self.history))) or "–"),
        ]
        return summary_html("Corpus", rows)

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

        plain = ("path", "status", "code", "encoding", "margin", "replaced", "n_bytes", "sha256")
        rows = self.inputs
        columns: dict[str, list[Any]] = {name: [getattr(row, name) for row in rows] for name in plain}
        for name, lang in (("reason", "en"), ("reason_zh", "zh")):
            columns[name] = [wording(row.code, lang, **row.facts) if row.code else "" for row in rows]
        columns["n_docs"] = [len(row.doc_ids) for row in rows]
        columns["doc_ids"] = [";".join(row.doc_ids) for row in rows]
        return pd.DataFrame(columns, columns=list(MANIFEST_COLUMNS))

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


MANIFEST_COLUMNS = tuple(
    "path status code reason reason_zh encoding margin replaced n_bytes sha256 n_docs doc_ids".split()
)
REVIEW_COLUMNS = tuple(
    "doc_id content_hash code held place_code place year candidates reason reason_zh evidence".split()
)
CORPUS_COLUMNS = tuple(
    ("doc_id text title source place_code place year date issuer doc_number doc_type level script encoding").split()
)


@dataclass(frozen=True, slots=True, eq=False)
class Tokens:
    """Words of every document: all of them, so that they give the text back, or those kept for topics.

    Where the rows are parts of documents (paragraphs, sections), ``parents`` names the document that each belongs to.
    """

    doc_ids: tuple[str, ...]
    words: tuple[list[str], ...]
    history: tuple[Step, ...] = ()
    parents: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        check_ids(self.doc_ids)
        if len(self.words) != len(self.doc_ids):
            raise RecordError("record_bad", what="Tokens", detail="one list of words a document is needed")
        if self.parents and len(self.parents) != len(self.doc_ids):
            raise RecordError("record_bad", what="Tokens", detail="one parent a row is needed")

    def __len__(self) -> int:
        return len(self.doc_ids)

    def __repr__(self) -> str:
        return f"<Tokens: {len(self)} documents, {sum(map(len, self.words))} tokens>"

    def _repr_html_(self) -> str:
        kinds = len({word for words in self.words for word in words})
        rows = [("documents", len(self)), ("tokens", sum(map(len, self.words))), ("different words", kinds)]
        return summary_html("Tokens", rows)
