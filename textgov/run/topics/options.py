"""All that a topic model of a run can be told."""

from __future__ import annotations

import hashlib
import re
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from textgov.errors import UsageError
from textgov.errors.options import check_only_of
from textgov.records import Lexicon
from textgov.topics import METHODS, TermOptions, TopicOptions
from textgov.topics.clusters import CLUSTERS
from textgov.topics.fit import check_seed

COVARIATES = ("year", "place_code", "province", "level")
# Options that only some methods use: given to another one they are refused, not passed over.
ONLY_OF = {
    "by_category": ("seeded",),
    "seed_share": ("seeded",),
    "anchor": ("seeded",),
    "covariates": ("dmr",),
    "encoder": (CLUSTERS,),
    "sweeps": tuple(METHODS),
}
SEED_SHARE = 0.5


@dataclass(frozen=True, slots=True)
class FitOptions:
    """How a topic model is fitted to a run.

    Parameters
    ----------
    method : str
        One of `textgov.topics.METHODS`, or ``bertopic`` (`textgov.topics.cluster_topics`).
    n_topics : int
        All topics, the seeded ones included.
    seed : int
    unit : {"document", "section", "paragraph", "sentence"}
        What a row of the model is; when empty, sentences for ``seeded``, else paragraphs.
    lexicon : str
        Name or file: its terms stay whole, and are the seeds of ``seeded``.
    by_category : bool
        For ``seeded``: a topic for each category of the lexicon, not one for all.
    sample : int
        Fit to so many documents at most, those with the smallest hashes of id and seed; 0 for all.
    max_rows : int
        Fit to so many of their rows (sentences ...) at most, chosen likewise; 0 for all.
    min_docs, max_share
        See `textgov.count.trim_terms`.
    seed_share : float, optional
        For ``seeded``: see `textgov.topics.TopicOptions`; 0.5 when not given.
    anchor : {"", "rows", "share"}
        For ``seeded``, likewise; when empty, ``rows`` for sentences without ``seed_share``, else ``share``.
    sections : str
        Sections that are read.
    stopwords, tags : str
        Files of your own instead of the packaged lists; see `textgov.topics.TermOptions`.
    sweeps : int
        Passes; 0 for what the method needs.
    covariates : tuple of str
        For ``dmr``: any of ``year``, ``place_code``, ``province``, ``level``; the year when empty.
    encoder : str
        For ``bertopic``: the folder of a sentence model on this machine.
    name : str
        Of the folder of the model; that of the method when empty.
    """

    method: str = "seeded"
    n_topics: int = 20
    seed: int = 1
    unit: str = ""
    lexicon: str = "digital-government"
    by_category: bool = False
    sample: int = 5_000
    max_rows: int = 60_000
    min_docs: int = 10
    max_share: float = 0.2
    seed_share: float | None = None
    anchor: str = ""
    sections: str = "body"
    stopwords: str = ""
    tags: str = ""
    sweeps: int = 0
    covariates: tuple[str, ...] = ()
    encoder: str = ""
    name: str = ""

    def __post_init__(self) -> None:
        if self.method not in (*METHODS, CLUSTERS):
            raise UsageError("topics_method", name=self.method, known=", ".join((*METHODS, CLUSTERS)))
        check_only_of(self, "method", ONLY_OF)
        if self.method == CLUSTERS and not self.encoder:
            raise UsageError("topics_needs", name=self.method, need="encoder")
        if self.anchor == "rows" and self.seed_share is not None:
            detail = "the anchor rows has no least share; give the anchor share, or no share"
            raise UsageError("option_bad", name="seed_share", value=self.seed_share, detail=detail)
        for name in ("sample", "max_rows", "sweeps"):
            if getattr(self, name) < 0:
                raise UsageError("option_bad", name=name, value=getattr(self, name), detail="use 0 or more")
        if self.name and not re.fullmatch(r"\w[\w.-]*", self.name):
            raise UsageError("option_bad", name="name", value=self.name, detail="use letters, digits, - and _")
        for one in self.covariates:
            if one not in COVARIATES:
                raise UsageError("option_bad", name="covariates", value=one, detail=f"use {', '.join(COVARIATES)}")
        if self.n_topics < 2:
            raise UsageError("option_bad", name="k", value=self.n_topics, detail="use 2 or more")
        if self.min_docs < 1:
            raise UsageError("option_bad", name="min_docs", value=self.min_docs, detail="use 1 or more")
        if not 0 < self.max_share <= 1:
            raise UsageError("option_bad", name="max_share", value=self.max_share, detail="use a share in (0, 1]")
        check_seed(self.seed)
        self.terms(())
        self.chain()

    def told(self) -> dict[str, Any]:
        """What the results depend on: the options, and the contents of the files that they name."""
        files = {name: Path(value) for name in ("lexicon", "stopwords", "tags") if (value := getattr(self, name))}
        hashes = {name: hashlib.sha256(path.read_bytes()).hexdigest() for name, path in files.items() if path.is_file()}
        return {**asdict(self), "hashes": hashes}

    @property
    def folder(self) -> str:
        """Name of the folder of the model."""
        return self.name or self.method

    @property
    def row_unit(self) -> str:
        """What a row of the model is."""
        return self.unit or ("sentence" if self.method == "seeded" else "paragraph")

    def terms(self, lexicons: tuple[Lexicon, ...]) -> TermOptions:
        """How words are made."""
        return TermOptions(
            unit=self.row_unit,
            sections=self.sections,
            lexicons=lexicons,
            stopwords=self.stopwords or None,
            tags=self.tags or None,
        )

    def chain(self) -> TopicOptions:
        """How the model is fitted."""
        share = SEED_SHARE if self.seed_share is None else self.seed_share
        by_rows = self.row_unit == "sentence" and self.seed_share is None
        anchor = self.anchor or ("rows" if by_rows else "share")
        return TopicOptions(self.sweeps or None, max_rows=self.max_rows or None, seed_share=share, anchor=anchor)
