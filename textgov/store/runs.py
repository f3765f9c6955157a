"""The documents of a finished run, with their texts, places and years."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from textgov.records import Document
from textgov.store.documents import iter_corpus, iter_places, placed
from textgov.store.plan import STORE, read_plan
from textgov.store.shards import shard_folder


class RunDocuments:
    """The documents of a run in their order, read group by group each time that they are gone through.

    Parameters
    ----------
    out : Path
        Folder of the run.

    Raises
    ------
    UsageError
        The folder holds no run.
    StoreError
        While they are read: a file is missing or damaged.
    """

    def __init__(self, out: Path) -> None:
        self.store = shard_folder(out)
        self.shard_ids, _ = read_plan(out)

    def __iter__(self) -> Iterator[Document]:
        for shard_id in self.shard_ids:
            texts, places = (self.store / folder / f"{shard_id}.parquet" for folder in ("corpus", "places"))
            for group, where in zip(iter_corpus(texts), iter_places(places), strict=True):
                yield from placed(group, where)


def holds_run(path: Path) -> bool:
    """Whether a folder is that of a run."""
    return (path / STORE).is_dir()
