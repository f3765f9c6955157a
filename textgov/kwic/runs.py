"""Hits in a finished run: texts without a candidate are never decoded."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from textgov.count import PARTS, CountOptions
from textgov.errors import StoreError, UsageError
from textgov.kwic.corpora import gather
from textgov.kwic.options import KwicOptions, wanted_documents
from textgov.kwic.patterns import check_known, search_for
from textgov.kwic.search import Contexts, Gathering, Place, Spot
from textgov.records import Document, Entry, Lexicon
from textgov.regions import read_divisions
from textgov.remote import RemotePath
from textgov.store import TextGroup, read_place_columns, read_plan, scan_texts, shard_folder

if TYPE_CHECKING:
    import pyarrow as pa

RECORD, HITS = "provenance.json", "hits.parquet"


def find_in_run(out: Path, pattern: str | Sequence[str] | Lexicon | None, options: KwicOptions) -> Contexts:
    """Hits of a pattern in the texts of a run, or, without a pattern, the hits that it counted.

    Raises
    ------
    UsageError
        The folder holds no finished run.
    """
    shard_ids, _ = read_plan(out)
    sections = options.sections or _counted_sections(out)
    if pattern is None:
        return _find_counted(out, shard_ids, options)
    search = search_for(pattern, options)
    found = Gathering(options.window, options.sort, options.limit)
    for shard in _shards(out, shard_ids, options):
        found.n_searched += sum(place is not None for place in shard.places)
        for order, place, document in _candidates(shard, search.candidates):
            gather(found, order, place, document, search, sections)
    return found.contexts(search.entries)


def _counted_sections(out: Path) -> str:
    try:
        record = json.loads((out / RECORD).read_bytes())
        return str(record["options"]["count"]["sections"])
    except (OSError, ValueError, KeyError, TypeError):
        raise UsageError("run_unfinished", path=out) from None


class _Shard(NamedTuple):
    """The file with the texts of a shard, the number of its first document, its documents (None: not asked for)."""

    path: Path | RemotePath
    first: int
    places: list[Place | None]


def _shards(out: Path, shard_ids: Sequence[str], options: KwicOptions) -> Iterator[_Shard]:
    """The shards that have documents that are asked for."""
    wanted = wanted_documents(options, read_divisions)
    store, first = shard_folder(out), 0
    for shard_id in shard_ids:
        name = f"{shard_id}.parquet"
        columns = read_place_columns(store / "places" / name).to_pydict()
        rows = [Place(*row) for row in zip(*columns.values(), strict=True)]
        places = [place if wanted(place.code, place.year) else None for place in rows]
        if any(places):
            yield _Shard(store / "corpus" / name, first, places)
        first += len(rows)


def _candidates(shard: _Shard, expression: str) -> Iterator[tuple[int, Place, Document]]:
    """The documents of a shard that are asked for and may have a hit."""
    import pyarrow.compute as pc

    done = 0
    for group in scan_texts(shard.path):
        mask = np.array([place is not None for place in shard.places[done : done + len(group.doc_ids)]])
        if expression and mask.any():
            # As a list: pyarrow loads pandas to make an array of it, which takes longer than the search.
            mask &= np.array(pc.match_substring_regex(group.texts(), expression).to_pylist(), dtype=bool)
        yield from _read_documents(group, np.flatnonzero(mask).tolist(), shard, done)
        done += len(group.doc_ids)


def _read_documents(
    group: TextGroup, numbers: list[int], shard: _Shard, done: int
) -> Iterator[tuple[int, Place, Document]]:
    if numbers:
        for number, document in zip(numbers, group.documents(numbers), strict=True):
            place = shard.places[done + number]
            if place is not None:
                yield shard.first + done + number, place, document


def _find_counted(out: Path, shard_ids: Sequence[str], options: KwicOptions) -> Contexts:
    """The hits that a run counted, those of a category, term or lexicon only if one is named."""
    entries, spots = _counted_spots(out, options)
    found = Gathering(options.window, options.sort, options.limit)
    for shard in _shards(out, shard_ids, options):
        found.n_searched += sum(place is not None for place in shard.places)
        places = [place if place and place.doc_id in spots else None for place in shard.places]
        if any(places):
            for order, place, document in _candidates(shard._replace(places=places), ""):
                found.add(order, place, document.original, sorted(spots[place.doc_id], key=lambda spot: spot[1:3]))
    return found.contexts(entries)


def _counted_spots(out: Path, options: KwicOptions) -> tuple[list[Entry], dict[str, list[Spot]]]:
    """The entries of the hits of a run, and the hits that are asked for by document."""
    table = _hits(out)
    for name in ("lexicon", "term"):
        wanted = getattr(options, name)
        if wanted is not None:
            table = _only(table, name, [one for one in table[name].unique().to_pylist() if one == wanted], wanted)
    if options.category is not None:
        known = table["category"].unique().to_pylist()
        # A category that has no entries itself stands for those below it, whose names begin with its own.
        below = [one for one in known if one.startswith(f"{options.category}_")]
        table = _only(table, "category", [options.category] if options.category in known else below, options.category)
    if options.sections is not None and "all" not in (names := CountOptions(sections=options.sections).section_names):
        table = _within(table, "section", [*names, *(PARTS if "body" in names else ())])
    entries: dict[tuple[str, str], int] = {}
    spots: dict[str, list[Spot]] = {}
    rows = table.select(["doc_id", "category", "term", "start", "end", "sentence", "section"]).to_pydict()
    for doc_id, category, term, *where in zip(*rows.values(), strict=True):
        number = entries.setdefault((category, term), len(entries))
        spots.setdefault(doc_id, []).append(Spot(number, *where))
    return [Entry(term, category) for category, term in entries], spots


def _only(table: pa.Table, column: str, values: list[str], wanted: str) -> pa.Table:
    if not values:
        check_known(column, wanted, table[column].unique().to_pylist())
    return _within(table, column, values)


def _within(table: pa.Table, column: str, values: list[str]) -> pa.Table:
    import pyarrow as pa
    import pyarrow.compute as pc

    return table.filter(pc.is_in(table[column], pa.array(values, pa.string())))


def _hits(out: Path) -> pa.Table:
    import pyarrow as pa
    import pyarrow.parquet as pq

    columns = ["doc_id", "category", "term", "start", "end", "section", "sentence", "lexicon"]
    try:
        return pq.read_table(out / HITS, columns=columns)
    except FileNotFoundError:
        raise UsageError("run_unfinished", path=out) from None
    except (OSError, pa.ArrowException) as error:
        raise StoreError("store_bad", path=out / HITS, detail=str(error)) from None
