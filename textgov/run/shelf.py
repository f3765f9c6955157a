"""What the stages left in the store of a run, read back shard by shard."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from heapq import merge
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from textgov.batch import SIGNS_FORMAT, TALLY_FORMAT, WORDS_FORMAT, tally_schema
from textgov.count import Tally, features_of, hit_schema, lost_schema
from textgov.records import Document, Doubt, Features, Lexicon, ManifestRow
from textgov.remote import RemotePath
from textgov.store import count_rows, read_index, read_inputs, read_places, read_store_table

if TYPE_CHECKING:
    import pyarrow as pa
    from numpy.typing import NDArray
    from scipy.sparse import csr_array

MANIFEST_ROWS = 10_000  # of a part of the manifest


class Counted(NamedTuple):
    """Counts of one shard: features by lexicon, all hits by document, all counts side by side."""

    features: tuple[Features, ...]
    hits: pa.Table
    values: csr_array


@dataclass(frozen=True, slots=True)
class Shelf:
    """The shards of a run in their order, where they lie, and what was counted."""

    out: Path
    shard_ids: tuple[str, ...]
    lexicons: tuple[Lexicon, ...]
    words: bool
    store: Path | RemotePath

    def _path(self, folder: str, shard_id: str) -> Path | RemotePath:
        return self.store / folder / f"{shard_id}.parquet"

    def documents(self, shard_id: str, *, evidence: bool = False) -> tuple[Document, ...]:
        """The documents of a shard without their texts, and if not asked for without their evidence."""
        return read_places(self._path("places", shard_id), evidence=evidence)

    def inputs(self, shard_id: str) -> tuple[ManifestRow, ...]:
        """The manifest rows of a shard, in the order of reading."""
        return read_inputs(self._path("inputs", shard_id))

    def index(self, shard_id: str) -> dict[str, list[Any]]:
        """Where the documents of a shard belong: columns for `IndexBuilder`, and ``place``."""
        return read_index(self._path("places", shard_id))

    def signatures(self, shard_id: str) -> tuple[list[str], list[bytes]]:
        """The signatures of the texts of a shard, as two columns."""
        table = read_store_table(self._path("signs", shard_id), SIGNS_FORMAT)
        return table["exact"].to_pylist(), table["near"].to_pylist()

    def n_han(self, shard_id: str) -> NDArray[np.int64]:
        """Han characters of each document of a shard."""
        folder = f"tallies-{self.lexicons[0].prefix}"
        table = read_store_table(self._path(folder, shard_id), TALLY_FORMAT, tally_schema(), ["n_han"])
        values: NDArray[np.int64] = table["n_han"].to_numpy()
        return values

    def manifest(self, passed: Sequence[ManifestRow]) -> Iterator[tuple[ManifestRow, ...]]:
        """The manifest in parts: the rows of every shard, and those passed over where their paths belong."""
        rows = merge(
            (row for shard_id in self.shard_ids for row in self.inputs(shard_id)),
            sorted(passed, key=lambda row: row.path),
            key=lambda row: row.path,
        )
        while part := tuple(islice(rows, MANIFEST_ROWS)):
            yield part

    def n_hits(self) -> list[int]:
        """Number of hits of each lexicon in the whole run."""
        return [
            sum(count_rows(self._path(f"hits-{lexicon.prefix}", one)) for one in self.shard_ids)
            for lexicon in self.lexicons
        ]

    def counted(self, shard_id: str, documents: Sequence[Document]) -> Counted:
        """The counts of every lexicon in a shard."""
        import pyarrow as pa
        from scipy.sparse import csr_array, hstack

        n_words = None
        if self.words:
            n_words = read_store_table(self._path("words", shard_id), WORDS_FORMAT)["n_words"].to_numpy()
        tallies = [self._tally(shard_id, lexicon) for lexicon in self.lexicons]
        features = tuple(
            features_of(documents, lexicon, tally, n_words, ())
            for lexicon, tally in zip(self.lexicons, tallies, strict=True)
        )
        hits = pa.concat_tables([block.hit_table for block in features])
        if len(tallies) > 1:
            # By document, then by lexicon, so that the order does not depend on where a shard ends.
            of_document = np.concatenate([tally.hits["document"].to_numpy() for tally in tallies])
            hits = hits.take(pa.array(np.argsort(of_document, kind="stable")))
        return Counted(features, hits, csr_array(hstack([block.values for block in features], format="csr")))

    def _tally(self, shard_id: str, lexicon: Lexicon) -> Tally:
        table, hits, lost = (
            read_store_table(self._path(f"{name}-{lexicon.prefix}", shard_id), TALLY_FORMAT, schema)
            for name, schema in (("tallies", tally_schema()), ("hits", hit_schema()), ("lost", lost_schema()))
        )
        return Tally(np.stack([column.to_numpy() for column in table.columns], axis=1), hits, lost)


class Doubts:
    """Doubts of several kinds about documents, given by their numbers."""

    def __init__(self, *kinds: Mapping[int, Sequence[Doubt]]) -> None:
        self.kinds = kinds
        self.numbers = np.unique(np.array([number for kind in kinds for number in kind], dtype=np.int64))

    def __getitem__(self, number: int) -> tuple[Doubt, ...]:
        return tuple(doubt for kind in self.kinds for doubt in kind.get(number, ()))

    def between(self, first: int, end: int) -> list[int]:
        """Numbers of the documents with a doubt, from one number up to another."""
        found: list[int] = self.numbers[slice(*np.searchsorted(self.numbers, (first, end)))].tolist()
        return found


class Walk:
    """Goes through the documents of a run in their order, with the doubts that only the whole corpus shows."""

    def __init__(self, shelf: Shelf, doubts: Doubts, *, evidence: bool = False) -> None:
        self.shelf, self.doubts, self.evidence = shelf, doubts, evidence

    def __iter__(self) -> Iterator[tuple[str, int, tuple[Document, ...]]]:
        """Yield each shard: its id, the number of its first document, its documents."""
        first = 0
        for shard_id in self.shelf.shard_ids:
            documents = list(self.shelf.documents(shard_id, evidence=self.evidence))
            end = first + len(documents)
            for number in self.doubts.between(first, end):
                document = documents[number - first]
                more = self.doubts[number]
                documents[number - first] = replace(document, doubts=(*document.doubts, *more))
            yield shard_id, first, tuple(documents)
            first = end
