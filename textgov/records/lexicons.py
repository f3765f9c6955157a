"""Lexicons: what is looked for, and when it counts."""

from __future__ import annotations

import hashlib
import json
import math
from dataclasses import dataclass
from functools import cached_property

from textgov.errors import RecordError
from textgov.records.html import few, summary_html


@dataclass(frozen=True, slots=True)
class Category:
    """A category of a lexicon: ``name`` is ASCII and becomes part of the column names; ``parent`` names another one."""

    name: str
    zh: str
    en: str
    parent: str = ""


@dataclass(frozen=True, slots=True)
class Context:
    """Words beside a term: any one of ``terms``, in the same sentence, or at most ``within`` characters away."""

    terms: tuple[str, ...]
    within: int = 0


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry: a term, other spellings that count as it, its category, and when it counts.

    Parameters
    ----------
    term, category : str
    variants : tuple of str
    phase, source, note : str
    exclude : tuple of str
        Longer strings in which the term means something else: 印度尼西亚 for 印度.
    near : Context, optional
        The term counts only where one of these words stands near it.
    not_near : Context, optional
        The term does not count where one of these words stands near it.
    weight : float
    regex : bool
        The term (and each variant) is a regular expression, matched within one sentence.
    """

    term: str
    category: str
    variants: tuple[str, ...] = ()
    phase: str = ""
    source: str = ""
    note: str = ""
    exclude: tuple[str, ...] = ()
    near: Context | None = None
    not_near: Context | None = None
    weight: float = 1.0
    regex: bool = False


@dataclass(frozen=True)
class Lexicon:
    """A tree of categories with entries, a version and a source. ``prefix`` starts the names of its columns.

    ``lists`` are named lists of words that entries share; the entries themselves hold the words.
    """

    # Without slots, so that ``hash`` is found once and goes along to the workers: every shard asks for it.

    name: str
    version: str
    prefix: str
    zh: str
    en: str
    citation: str
    categories: tuple[Category, ...]
    entries: tuple[Entry, ...]
    note: str = ""
    language: str = "zh"
    lists: tuple[tuple[str, tuple[str, ...]], ...] = ()

    def __post_init__(self) -> None:
        if not self.entries:
            raise RecordError("record_bad", what=self.name, detail="the lexicon has no entry")
        known: set[str] = set()
        for category in self.categories:
            if category.name in known or (category.parent and category.parent not in known):
                detail = f"category {category.name!r} is doubled, or stands before its parent {category.parent!r}"
                raise RecordError("record_bad", what=self.name, detail=detail)
            known.add(category.name)
        seen: set[tuple[str, str]] = set()
        for entry in self.entries:
            if not entry.term.strip() or entry.category not in known or (entry.category, entry.term) in seen:
                detail = f"entry {entry.term!r} of {entry.category!r} is empty, doubled or of no category"
                raise RecordError("record_bad", what=self.name, detail=detail)
            if not math.isfinite(entry.weight):
                raise RecordError("record_bad", what=self.name, detail=f"the weight of {entry.term!r} is no number")
            seen.add((entry.category, entry.term))

    def paths(self) -> dict[str, tuple[str, ...]]:
        """For each category its names from the top of the tree down to itself."""
        found: dict[str, tuple[str, ...]] = {}
        for category in self.categories:
            found[category.name] = (*found.get(category.parent, ()), category.name)
        return found

    @property
    def weighted(self) -> bool:
        """Whether any entry has a weight other than 1."""
        return any(entry.weight != 1 for entry in self.entries)

    @cached_property
    def hash(self) -> str:
        """First 16 hex digits of the SHA-256 of all that decides a count, independent of the order of entries."""
        paths = self.paths()
        rows = sorted([list(paths[entry.category]), entry.term, *_deciding(entry)] for entry in self.entries)
        return hashlib.sha256(json.dumps(rows, ensure_ascii=False).encode()).hexdigest()[:16]

    @property
    def label(self) -> str:
        """``name@version``."""
        return f"{self.name}@{self.version}"

    def __repr__(self) -> str:
        return f"<Lexicon {self.label}: {len(self.entries)} entries in {len(self.categories)} categories>"

    def _repr_html_(self) -> str:
        rows: list[tuple[str, object]] = [("hash", self.hash), ("prefix", self.prefix)]
        for category in self.categories:
            terms = [entry.term for entry in self.entries if entry.category == category.name]
            rows.append((f"{category.zh} / {category.en} ({len(terms)})", few(terms)))
        return summary_html(f"{self.zh} / {self.en} ({self.label})", rows)


def _deciding(entry: Entry) -> list[str]:
    """What decides the count of an entry beside its term, as texts that sort."""
    contexts = [context or Context(()) for context in (entry.near, entry.not_near)]
    return [
        json.dumps(part, ensure_ascii=False)
        for part in (
            sorted(entry.variants),
            sorted(entry.exclude),
            *([context.within, sorted(context.terms)] for context in contexts),
            repr(float(entry.weight)),
            entry.regex,
            entry.phase,
        )
    ]
