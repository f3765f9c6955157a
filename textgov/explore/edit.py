"""Editing a lexicon and seeing the series change: hits are counted again by the rules of `textgov.count`.

What an edit can change is known beforehand: an occurrence depends on its own entry alone, and overlapping ones are
settled within a document. So the occurrences of the run's lexicon are found once, and an edit settles those of the
documents in which an entry stands that was switched off or added. The result is that of a full count.
"""

from __future__ import annotations

import re
import tempfile
import threading
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from textgov.count import (
    CountOptions,
    Key,
    Matcher,
    find_candidates,
    make_key,
    make_matcher,
    make_sets,
    settle_candidates,
)
from textgov.errors import OutputError, TextgovError, UsageError
from textgov.explore.holdings import Holdings
from textgov.explore.options import ExploreOptions
from textgov.explore.search import find_hits
from textgov.explore.topics import plain
from textgov.lexicon import counted_lexicon, read_lexicon, write_lexicon
from textgov.normalise.structure import classes
from textgov.panel import PanelOptions, rows_of
from textgov.records import Entry, IndexBuilder, Lexicon
from textgov.regions import read_divisions

if TYPE_CHECKING:
    from numpy.typing import NDArray

VERSION = re.compile(r"[0-9A-Za-z][0-9A-Za-z._+-]{0,39}")
BETWEEN = re.compile(r"[,，;；、|\n]+")  # parts several terms that are typed into one field
Row = tuple[str, int]


@dataclass(frozen=True, slots=True)
class Edit:
    """What is changed: numbers of entries that are switched off, and entries that are added."""

    off: frozenset[int] = frozenset()
    added: tuple[Entry, ...] = ()


@dataclass(frozen=True, slots=True, eq=False)
class Recount:
    """Hits of each set of categories (the last is the total) by row of the panel: rows x sets, as they were and are."""

    before: NDArray[np.int64]
    after: NDArray[np.int64]
    n_documents: int


class Editor:
    """A lexicon of a run, and what is needed to count it again.

    Parameters
    ----------
    holdings : Holdings
    lexicon : Lexicon
        As the run counted it.
    """

    def __init__(self, holdings: Holdings, lexicon: Lexicon) -> None:
        self.holdings, self.lexicon = holdings, lexicon
        count = holdings.record["options"]["count"]
        self.options = CountOptions(**{name: count[name] for name in ("overlap", "sections", "scope", "negation")})
        self.sets = make_sets(lexicon)
        self._lock = threading.Lock()

    @cached_property
    def rows(self) -> list[Row]:
        """The rows of the panel: code and year."""
        frame = self.holdings.panel.frame
        return list(zip(frame[self.holdings.code].astype(str), frame["year"].astype(int), strict=True))

    @cached_property
    def row_of(self) -> NDArray[np.int64]:
        """For each document the number of its row of the panel, or -1."""
        held = self.holdings
        frame, about = held.documents, held.record["options"]["panel"]
        builder = IndexBuilder()
        codes = [plain(code) for code in frame["place_code"].tolist()]
        years = frame["year"].fillna(0).astype(int).tolist()
        kinds = frame["doc_type"].fillna("").astype(str)
        builder.add(frame["doc_id"], codes, frame["level"].fillna(""), years, kinds, ~frame["in_panel"])
        options = PanelOptions(about["level"], about["include_direct"], about["codes"])
        numbers = {row: number for number, row in enumerate(self.rows)}
        found = rows_of(builder.index(), options, read_divisions())
        return np.array([numbers.get(row, -1) if row else -1 for row in found], dtype=np.int64)

    @cached_property
    def candidates(self) -> NDArray[np.int64]:
        """Every occurrence of an entry: document, start, minus its end, rank, entry; n x 5."""
        matcher, names = make_matcher(self.lexicon, self.options), self.options.section_names
        found: list[tuple[int, ...]] = []
        for number in range(len(self.holdings.index)):
            document = self.holdings.index.document(number)
            before = 0
            for first, last in document.stretches(names):
                text = document.text[first:last]
                key = make_key(text, classes(text))
                for start, back, *rest in find_candidates(key, matcher):
                    found.append((number, start + before, back - before, *rest))
                before += len(key.text) + 1
        return np.array(found, dtype=np.int64).reshape(-1, 5)

    @cached_property
    def base(self) -> NDArray[np.int64]:
        """Hits of the lexicon as it was: documents x entries."""
        found = np.zeros((len(self.holdings.index), len(self.lexicon.entries)), dtype=np.int64)
        matcher = make_matcher(self.lexicon, self.options)
        for number, group in _by_document(self.candidates):
            for one in settle_candidates([tuple(row) for row in group], matcher):
                found[number, one[3]] += 1
        return found

    @cached_property
    def before(self) -> NDArray[np.int64]:
        """Hits of the lexicon as it was: rows x sets.

        Raises
        ------
        UsageError
            They are not those of the panel.
        """
        found = self._summed(self.base @ self.sets.member)
        known = self.holdings.panel.frame[f"{self.lexicon.prefix}_total_n"]
        if not np.array_equal(found[:, -1], known.fillna(0).to_numpy(dtype=np.int64)):
            raise UsageError("explore_differs", name=self.lexicon.label)
        return found

    def _summed(self, counts: NDArray[np.int64]) -> NDArray[np.int64]:
        """Counts by document added up by row of the panel."""
        found = np.zeros((len(self.rows), counts.shape[1]), dtype=np.int64)
        inside = self.row_of >= 0
        np.add.at(found, self.row_of[inside], counts[inside])
        return found

    def edited(self, edit: Edit) -> Lexicon:
        """The lexicon with an edit; its categories stay.

        Raises
        ------
        UsageError
            Nothing is left, or an entry is added that is there.
        """
        kept = [entry for number, entry in enumerate(self.lexicon.entries) if number not in edit.off]
        order = {category.name: at for at, category in enumerate(self.lexicon.categories)}
        entries = sorted([*kept, *edit.added], key=lambda entry: order.get(entry.category, -1))
        try:
            return replace(self.lexicon, entries=tuple(entries))
        except TextgovError as error:
            raise UsageError("explore_edit", detail=str(error.facts.get("detail", error))) from None

    def recount(self, edit: Edit) -> Recount:
        """Count an edited lexicon.

        Parameters
        ----------
        edit : Edit
            Added entries have no context words and are no expressions.
        """
        with self._lock:  # what is found once is not found twice at the same time
            before = self.before
        lexicon = self.edited(edit)
        matcher = make_matcher(lexicon, self.options)
        number_of = {(entry.category, entry.term): at for at, entry in enumerate(lexicon.entries)}
        moved = np.array([number_of.get((one.category, one.term), -1) for one in self.lexicon.entries])
        # A new entry may bear the name of one that was switched off.
        moved[list(edit.off)] = -1
        candidates = self.candidates
        found = self._added(edit.added, matcher, number_of)
        touched = np.unique(candidates[moved[candidates[:, 4]] < 0, 0])
        documents = np.union1d(touched, found[:, 0])
        base = np.zeros((len(self.holdings.index), len(lexicon.entries)), dtype=np.int64)
        base[:, moved[moved >= 0]] = self.base[:, moved >= 0]
        base[documents] = 0
        kept = candidates[np.isin(candidates[:, 0], documents) & (moved[candidates[:, 4]] >= 0)].copy()
        kept[:, 4] = moved[kept[:, 4]]
        kept[:, 3] = np.array(matcher.ranks, dtype=np.int64)[kept[:, 4]]
        both = np.concatenate([kept, found])
        for number, group in _by_document(both[np.argsort(both[:, 0], kind="stable")]):
            for one in settle_candidates([tuple(row) for row in group], matcher):
                base[number, one[3]] += 1
        return Recount(before, self._summed(base @ make_sets(lexicon).member), len(documents))

    def _added(
        self, entries: Sequence[Entry], matcher: Matcher, number_of: Mapping[tuple[str, str], int]
    ) -> NDArray[np.int64]:
        """Occurrences of new entries, as `candidates` has them."""
        if not entries:
            return np.zeros((0, 5), dtype=np.int64)
        index, names = self.holdings.index, self.options.section_names
        terms = [term for entry in entries for term in (entry.term, *entry.variants)]
        hits = find_hits(index, terms, np.ones(len(index), dtype=bool), self.options.sections)
        own = make_matcher(replace(self.lexicon, entries=tuple(entries)), self.options)
        numbers = [number_of[entry.category, entry.term] for entry in entries]
        ranges, found = index.ranges(names), []
        for number in np.flatnonzero(hits.counts).tolist():
            first, last = np.searchsorted(ranges.documents, [number, number + 1]).tolist()
            before = 0
            for start, end in zip(ranges.starts[first:last].tolist(), ranges.ends[first:last].tolist(), strict=True):
                text = index.keys[start:end].decode("utf-8", "surrogatepass")
                # Without context words nothing asks for the edges of sentences, nor for places in the text.
                for at, back, _, entry in find_candidates(Key(text, np.zeros(0, dtype=np.int64), []), own):
                    found.append((number, at + before, back - before, matcher.ranks[numbers[entry]], numbers[entry]))
                before += len(text) + 1
        return np.array(found, dtype=np.int64).reshape(-1, 5)

    def save(self, edit: Edit, version: str, folder: Path | None) -> tuple[str, bytes]:
        """The edited lexicon as a file of ours, written into a folder if one is given.

        Returns
        -------
        tuple of str, bytes
            The name of the file and what it holds.

        Raises
        ------
        UsageError
            Not a version, or that of the lexicon as it is.
        OutputError
            The file exists already.
        """
        if not VERSION.fullmatch(version) or version == self.lexicon.version:
            detail = f"use letters, digits, dots and dashes, and another version than {self.lexicon.version}"
            raise UsageError("option_bad", name="version", value=version, detail=detail)
        edited = _without_empty(self.edited(edit))
        lexicon = replace(edited, version=version)
        name = f"{re.sub(r'[^0-9A-Za-z._-]+', '-', lexicon.name).strip('.-') or 'lexicon'}-{version}.yaml"
        if folder is not None:
            if (folder / name).exists():
                raise OutputError("out_exists", path=folder / name)
            write_lexicon(lexicon, folder / name)
            return name, (folder / name).read_bytes()
        with tempfile.TemporaryDirectory() as aside:
            write_lexicon(lexicon, Path(aside) / name)
            return name, (Path(aside) / name).read_bytes()


def _by_document(candidates: NDArray[np.int64]) -> list[tuple[int, list[list[int]]]]:
    """The occurrences of each document; those of one stand together."""
    if not len(candidates):
        return []
    edges = np.flatnonzero(np.diff(candidates[:, 0])) + 1
    return [(int(group[0, 0]), group[:, 1:].tolist()) for group in np.split(candidates, edges)]


def _without_empty(lexicon: Lexicon) -> Lexicon:
    """A lexicon without the categories in and below which no entry is left."""
    paths = lexicon.paths()
    used = {name for entry in lexicon.entries for name in paths[entry.category]}
    return replace(lexicon, categories=tuple(one for one in lexicon.categories if one.name in used))


def open_editors(holdings: Holdings, options: ExploreOptions) -> dict[str, Editor | str]:
    """For each lexicon of a run its editor, or the code of the message that says why there is none.

    Raises
    ------
    UsageError
        A file of `options` is none of the lexicons that the run counted.
    StoreError
        A lexicon that is kept with the run is damaged.
    """
    files = given_lexicons(holdings.record, options)
    found: dict[str, Editor | str] = {}
    for about in _counted(holdings.record):
        name = str(about["lexicon"]).rpartition("@")[0]
        lexicon = files.get(about["hash"]) or counted_lexicon(holdings.run, about)
        count = holdings.record["options"]["count"]
        if lexicon is None:
            found[name] = "explore_lexicon_missing"
        elif count["negation"] != "keep" or count["levels"] != "all":
            found[name] = "explore_lexicon_options"
        else:
            found[name] = Editor(holdings, lexicon)
    return found


def given_lexicons(record: Mapping[str, Any], options: ExploreOptions) -> dict[str, Lexicon]:
    """The lexicons of the user by their hashes; each must be one that the run of a record counted."""
    counted = {str(about["hash"]): str(about["lexicon"]) for about in _counted(record)}
    found = {}
    for path in options.lexicons:
        lexicon = read_lexicon(path)
        if lexicon.hash not in counted:
            detail = f"the run counted {', '.join(counted.values())}, and this is {lexicon.label}, which differs"
            raise UsageError("option_bad", name="lexicon", value=path, detail=detail)
        found[lexicon.hash] = lexicon
    return found


def _counted(record: Mapping[str, Any]) -> Collection[Mapping[str, Any]]:
    found: Collection[Mapping[str, Any]] = record.get("lexicons", [])
    return found
