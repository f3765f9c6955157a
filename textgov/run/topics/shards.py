"""The documents of a run, shard by shard, and work on them wherever it runs."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from concurrent.futures import Future
from pathlib import Path
from typing import NamedTuple, TypeVar

from textgov.engine import EngineOptions, open_engine
from textgov.records import Corpus
from textgov.store import iter_corpus, read_index, shard_folder
from textgov.topics.fit import row_key

J = TypeVar("J")
T = TypeVar("T")
AHEAD = 2  # for each worker so many shards are under way


class Place(NamedTuple):
    """What is known of a document without its text."""

    year: int | None
    place_code: str | None
    level: str

    @property
    def province(self) -> str | None:
        """The first two digits of the code of the place."""
        return self.place_code[:2] if self.place_code else None


def choose_documents(run: Path, shard_ids: Sequence[str], limit: int, seed: int) -> dict[str, Place]:
    """The documents with the smallest hashes of id and seed, at most so many (0: all), in the order of the run."""
    chosen: dict[str, Place] = {}
    store = shard_folder(run)
    for shard_id in shard_ids:
        columns = read_index(store / "places" / f"{shard_id}.parquet")
        rows = zip(*(columns[name] for name in ("year", "place_code", "level")), strict=True)
        chosen |= {doc_id: Place(*row) for doc_id, row in zip(columns["doc_id"], rows, strict=True)}
        if limit and len(chosen) > 2 * limit:
            chosen = _smallest(chosen, limit, seed)
    return _smallest(chosen, limit, seed) if limit and len(chosen) > limit else chosen


def _smallest(places: dict[str, Place], limit: int, seed: int) -> dict[str, Place]:
    first = set(sorted(places, key=lambda doc_id: row_key(doc_id, seed))[:limit])
    return {doc_id: place for doc_id, place in places.items() if doc_id in first}


def read_groups(run: Path, shard_id: str, wanted: Collection[str] | None = None) -> Iterator[Corpus]:
    """The documents of a shard that are wanted (None: all), group by group."""
    for group in iter_corpus(shard_folder(run) / "corpus" / f"{shard_id}.parquet"):
        chosen = tuple(one for one in group if wanted is None or one.doc_id in wanted)
        if chosen:
            yield Corpus(chosen)


def map_shards(task: Callable[[J], T | None], jobs: Iterable[J], where: EngineOptions | None) -> Iterator[T]:
    """What a task gives for each job, in their order; few are under way at a time."""
    with open_engine(where or EngineOptions("serial", 1)) as pools:
        pool, waiting = pools.open_pool(), deque[Future[T | None]]()
        for job in jobs:
            waiting.append(pool.submit(task, job))
            if len(waiting) >= AHEAD * pools.workers:
                yield from _result(waiting)
        while waiting:
            yield from _result(waiting)


def _result(waiting: deque[Future[T | None]]) -> Iterator[T]:
    found = waiting.popleft().result()
    if found is not None:
        yield found
