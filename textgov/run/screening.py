"""What only the whole corpus shows: texts that stand twice, short ones, rows of several documents."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from textgov.batch import STORE
from textgov.duplicates import Signatures, doubt_duplicates
from textgov.panel import PanelOptions, Row, rows_of
from textgov.records import Coded, Growing, Index, IndexBuilder
from textgov.regions import Gazetteer
from textgov.run.shelf import Doubts, Shelf
from textgov.screen import WORK_REPORT, doubt_pooled, doubt_short
from textgov.store import TextColumn

if TYPE_CHECKING:
    pass

COLUMNS = ("doc_id", "place_code", "level", "year", "doc_type", "held")


@dataclass(frozen=True, slots=True, eq=False)
class Screened:
    """Where each document belongs after screening, the row of each, and the doubts that were added."""

    index: Index
    rows: Coded[Row | None]
    doubts: Doubts


def screen_run(shelf: Shelf, settled: Collection[str], options: PanelOptions, gazetteer: Gazetteer) -> Screened:
    """Screen a run; some 60 bytes a document are held in memory, ids and signatures in files beside the store."""
    folder = shelf.out / STORE
    ids: Any = TextColumn(folder)
    builder, signatures = IndexBuilder(ids), Signatures(folder)
    lengths = Growing("i")
    names: dict[str, str] = {}
    for shard_id in shelf.shard_ids:
        columns = shelf.index(shard_id)
        builder.add(*(columns[name] for name in COLUMNS))
        signatures.add(*shelf.signatures(shard_id))
        lengths.extend(shelf.n_han(shard_id))
        names.update((code, place) for code, place in zip(columns["place_code"], columns["place"], strict=True) if code)
    index = builder.index()
    twins = doubt_duplicates(index, signatures, settled)
    signatures.close()
    short = doubt_short(index, lengths.values())
    index = index.hold(twins.held)
    rows = _rows(index, options, gazetteer)
    return Screened(index, rows, Doubts(twins, short, doubt_pooled(index, names, _pooled_reports(index, rows))))


def _rows(index: Index, options: PanelOptions, gazetteer: Gazetteer) -> Coded[Row | None]:
    """The row of each document, found once for each place, year and level."""
    first, codes = index.row_groups()
    some = index.take(first)
    # A document that waits has no row; others of its place and year may have one.
    values = rows_of(some.free(), options, gazetteer)
    return Coded(np.where(index.held, len(values), codes).astype(np.int32), (*values, None))


def _pooled_reports(index: Index, rows: Coded[Row | None]) -> dict[Row, list[int]]:
    """Rows of several documents, all of them work reports, with the numbers of these."""
    known = {row: at for at, row in enumerate(dict.fromkeys(rows.values))}
    codes = np.array([known[row] for row in rows.values])[rows.codes]
    is_report = np.array([kind == WORK_REPORT for kind in index.doc_type.values], dtype=bool)[index.doc_type.codes]
    n_all, n_other = np.bincount(codes, minlength=len(known)), np.bincount(codes[~is_report], minlength=len(known))
    wanted = (n_all > 1) & (n_other == 0)
    wanted[known[None]] = False
    found: dict[Row, list[int]] = {}
    values = list(known)
    for number in np.flatnonzero(wanted[codes]).tolist():
        row = values[codes[number]]
        if row is not None:
            found.setdefault(row, []).append(number)
    return found
