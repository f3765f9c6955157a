"""What only the whole corpus shows: texts that stand twice, short ones, rows of several documents."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass

import numpy as np

from textgov.duplicates import Signature, doubt_duplicates
from textgov.panel import PanelOptions, Row, pool_rows, rows_of
from textgov.records import Doubt, Index, index_documents, join_indexes
from textgov.regions import Gazetteer
from textgov.run.shelf import Shelf
from textgov.screen import doubt_pooled, doubt_short


@dataclass(frozen=True, slots=True, eq=False)
class Screened:
    """Where each document belongs after screening, the row of each, and the doubts that were added."""

    index: Index
    rows: list[Row | None]
    doubts: dict[int, list[Doubt]]


def screen_run(shelf: Shelf, settled: Collection[str], options: PanelOptions, gazetteer: Gazetteer) -> Screened:
    """Screen a run; of each document only its place, its length and its signature are held."""
    parts: list[Index] = []
    signatures: list[Signature] = []
    lengths = [np.zeros(0, dtype=np.int64)]
    names: dict[str, str] = {}
    for shard_id in shelf.shard_ids:
        documents = shelf.documents(shard_id)
        parts.append(index_documents(documents))
        signatures += shelf.signatures(shard_id)
        lengths.append(shelf.n_han(shard_id))
        names.update((document.place_code, document.place) for document in documents if document.place_code)
    index = join_indexes(parts)
    doubts: dict[int, list[Doubt]] = defaultdict(list)
    for found in (doubt_duplicates(index, signatures, settled), doubt_short(index, np.concatenate(lengths))):
        _add(doubts, found)
    index = index.hold(number for number, more in doubts.items() if any(doubt.held for doubt in more))
    rows = rows_of(index, options, gazetteer)
    pooled = {row: numbers for row, numbers in pool_rows(rows).items() if len(numbers) > 1}
    _add(doubts, doubt_pooled(index, names, pooled))
    return Screened(index, rows, dict(doubts))


def _add(doubts: dict[int, list[Doubt]], found: dict[int, list[Doubt]]) -> None:
    for number, more in found.items():
        doubts[number] += more
