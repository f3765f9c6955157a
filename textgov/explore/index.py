"""The search index of a run: its texts as terms see them, in one file that is searched where it lies.

Matching compares normalised characters without blanks, in lower case (`textgov.count`). The index holds that key of
every document, one behind the other, so that a search is one pass over bytes: no words, no n-grams, and a term of one
or two characters costs no more than a long one. Beside it lie the documents, packed one by one, for the contexts.
It is made from the texts of the run and made anew when they changed; no file of the run is written.
"""

from __future__ import annotations

import hashlib
import json
import mmap
import shutil
import struct
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

import numpy as np

from textgov.batch import LEDGER, locked
from textgov.count import make_key
from textgov.errors import OutputError, StoreError, UsageError
from textgov.normalise.structure import classes
from textgov.records import Document, Section
from textgov.spans import Spans
from textgov.store import PLAN, STORE, iter_corpus, make_folder, read_plan, shard_folder

if TYPE_CHECKING:
    from numpy.typing import NDArray

INDEX_FORMAT = "textgov search 1"  # raised when an index of before could not be read
FOLDER, ABOUT, KEYS, PACKED, PLACES = "search", "about.json", "keys", "packed", "places.npz"
HEADER = struct.Struct("<4q")


@dataclass(frozen=True, slots=True)
class Ranges:
    """Stretches of the keys, in order: bytes ``starts`` to ``ends``, each of the document ``documents``."""

    starts: NDArray[np.int64]
    ends: NDArray[np.int64]
    documents: NDArray[np.int64]


class SearchIndex:
    """An index that was read: where each document's key, sections and packed text lie."""

    def __init__(self, folder: Path) -> None:
        try:
            about = json.loads((folder / ABOUT).read_bytes())
            with np.load(folder / PLACES) as arrays:
                self.key_ends, self.packed_ends, self.sizes, self.sections = (
                    arrays[name] for name in ("key_ends", "packed_ends", "sizes", "sections")
                )
            self.names: list[str] = about["sections"]
            self.doc_ids: list[str] = about["doc_ids"]
            self.keys, self.packed = (_mapped(folder / name) for name in (KEYS, PACKED))
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise StoreError("store_bad", path=folder, detail=str(error)) from None
        if len(self.keys) < self._last(self.key_ends) or len(self.packed) < self._last(self.packed_ends):
            raise StoreError("store_bad", path=folder, detail="cut")
        self.key_starts = np.concatenate([[0], self.key_ends[:-1]]).astype(np.int64)[: len(self.key_ends)]
        self._ranges: dict[tuple[str, ...], Ranges] = {}

    @staticmethod
    def _last(ends: NDArray[np.int64]) -> int:
        return int(ends[-1]) if len(ends) else 0

    def __len__(self) -> int:
        return len(self.doc_ids)

    @cached_property
    def numbers(self) -> dict[str, int]:
        """The number of each document."""
        return {doc_id: number for number, doc_id in enumerate(self.doc_ids)}

    def document(self, number: int) -> Document:
        """A document with its text, original, spans and sections, and nothing else."""
        import pyarrow as pa

        start = int(self.packed_ends[number - 1]) if number else 0
        data = pa.decompress(
            self.packed[start : int(self.packed_ends[number])], int(self.sizes[number]), codec="zstd", asbytes=True
        )
        sizes = HEADER.unpack_from(data)
        parts, at = [], HEADER.size
        for size in sizes:
            parts.append(data[at : at + max(size, 0)])
            at += max(size, 0)
        text = parts[0].decode("utf-8", "surrogatepass")
        original = text if sizes[1] < 0 else parts[1].decode("utf-8", "surrogatepass")
        spans = Spans(np.frombuffer(parts[2], dtype=np.int64).reshape(-1, 4))
        sections = tuple(Section(*part) for part in json.loads(parts[3]))
        return Document(self.doc_ids[number], text, original, spans, sections=sections)

    def ranges(self, names: Collection[str]) -> Ranges:
        """Where the sections of these names lie in the keys; as `Document.stretches` joins them.

        ``all`` stands for whole documents, and a document that was not taken apart is whole.
        """
        wanted = tuple(sorted(names))
        if wanted not in self._ranges:
            numbers = [number for number, name in enumerate(self.names) if name in wanted]
            rows = self.sections if "all" not in wanted else self.sections[:0]
            apart = np.isin(np.arange(len(self)), np.unique(rows[:, 0]))
            whole = np.flatnonzero(~apart)
            rows = rows[np.isin(rows[:, 1], numbers)][:, [0, 2, 3, 4, 5]]
            full = np.stack([whole, self.key_starts[whole], self.key_ends[whole] - 1, whole * 0, whole * 0], 1)
            found = np.concatenate([rows, full])
            self._ranges[wanted] = _joined(found[np.lexsort((found[:, 4], found[:, 3], found[:, 0]))])
        return self._ranges[wanted]


def _mapped(path: Path) -> mmap.mmap | bytes:
    with path.open("rb") as file:
        # An empty file cannot be mapped.
        return mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) if path.stat().st_size else b""


def _joined(rows: NDArray[np.int64]) -> Ranges:
    """Stretches (document, start, end, and both in its text) in order; those that touch in the text are joined."""
    if not len(rows):
        return Ranges(*(np.zeros(0, dtype=np.int64) for _ in range(3)))
    documents, starts, ends, first, last = rows.T
    # Stretches of later documents lie behind, so the furthest end so far is that of the document.
    apart = documents << 40
    new = np.concatenate([[True], (first + apart)[1:] > np.maximum.accumulate(last + apart)[:-1]])
    opens = np.flatnonzero(new)
    reach = np.maximum.accumulate(ends)[np.concatenate([opens[1:] - 1, [len(rows) - 1]])]
    return Ranges(starts[opens], reach, documents[opens])


def state_of(run: Path) -> str:
    """A hash of what the index is made from: the plan of the run and what its ledger says of the texts."""
    shard_ids, _ = read_plan(run)
    found = hashlib.sha256(INDEX_FORMAT.encode())
    found.update((run / STORE / PLAN).read_bytes())
    for shard_id in shard_ids:
        try:
            stages = json.loads((run / STORE / LEDGER / f"{shard_id}.json").read_bytes().partition(b"\n")[2])
            found.update(json.dumps([stages[name] for name in ("read", "locate")], sort_keys=True).encode())
        except (OSError, ValueError, KeyError):
            raise UsageError("run_unfinished", path=run) from None
    return found.hexdigest()[:32]


def folder_of(run: Path, cache: Path | None) -> Path:
    """Where the index of a run lies."""
    return cache if cache is not None else run / STORE / FOLDER


def holds_index(run: Path, cache: Path | None = None) -> bool:
    """Whether the index is there and of the run as it is now."""
    try:
        about = json.loads((folder_of(run, cache) / ABOUT).read_bytes())
        return bool(about["state"] == state_of(run))
    except (OSError, ValueError, KeyError, TypeError):
        return False


def build_index(run: Path, cache: Path | None = None) -> Path:
    """Make the index of a run, aside first, then moved; the one of before goes away.

    Raises
    ------
    UsageError
        The folder holds no finished run, or a run is writing into it; ``cache`` is a file or holds other files.
    OutputError
        The folder cannot be written; name another one as ``cache``.
    """
    target = folder_of(run, cache)
    if target.is_file():
        raise UsageError("option_bad", name="cache", value=target, detail="it is a file; name a folder")
    if target.exists() and not (target / ABOUT).is_file() and any(target.iterdir()):
        raise UsageError("option_bad", name="cache", value=target, detail="the folder holds other files")
    state = state_of(run)
    part = target.with_name(f".{target.name}.part")
    try:
        make_folder(target.parent)
        shutil.rmtree(part, ignore_errors=True)
        part.mkdir()
        if cache is None:
            with locked(run):
                _write_index(run, state, part)
        else:
            _write_index(run, state, part)
        shutil.rmtree(target, ignore_errors=True)
        part.replace(target)
    except OSError as error:
        raise OutputError("explore_cache", path=str(target), detail=error.strerror or str(error)) from error
    finally:
        shutil.rmtree(part, ignore_errors=True)
    return target


def open_index(run: Path, cache: Path | None = None) -> SearchIndex:
    """The index of a run, made if it is missing or of an older state of the run."""
    if not holds_index(run, cache):
        build_index(run, cache)
    return SearchIndex(folder_of(run, cache))


def _write_index(run: Path, state: str, part: Path) -> None:
    key_ends, packed_ends, sizes, doc_ids = [], [], [], []
    names: dict[str, int] = {}
    sections: list[tuple[int, ...]] = []
    with (part / KEYS).open("wb") as keys, (part / PACKED).open("wb") as packed:
        for number, document in enumerate(_documents(run)):
            for section, start, end in _write_key(document, keys):
                name = names.setdefault(section.name, len(names))
                sections.append((number, name, start, end, section.start, section.end))
            key_ends.append(keys.tell())
            sizes.append(_write_packed(document, packed))
            packed_ends.append(packed.tell())
            doc_ids.append(document.doc_id)
    rows = np.array(sections, dtype=np.int64).reshape(-1, 6)
    ends, packed_to, lengths = (np.array(values, dtype=np.int64) for values in (key_ends, packed_ends, sizes))
    np.savez(part / PLACES, key_ends=ends, packed_ends=packed_to, sizes=lengths, sections=rows)
    about = {"format": INDEX_FORMAT, "state": state, "sections": list(names), "doc_ids": doc_ids}
    (part / ABOUT).write_text(json.dumps(about), "utf-8")


def _documents(run: Path) -> Iterator[Document]:
    store = shard_folder(run)
    for shard_id in read_plan(run)[0]:
        for group in iter_corpus(store / "corpus" / f"{shard_id}.parquet"):
            yield from group


def _write_key(document: Document, keys: BinaryIO) -> list[tuple[Section, int, int]]:
    """Append the key of a document, and a line end that no term holds; its sections and where they lie."""
    key = make_key(document.text, classes(document.text))
    edges = sorted({edge for part in document.sections for edge in (part.start, part.end)})
    at = {0: keys.tell()}
    last = 0
    for place in np.searchsorted(key.solid, edges).tolist():
        if place > last:
            keys.write(key.text[last:place].encode("utf-8", "surrogatepass"))
        at[place] = keys.tell()
        last = max(place, last)
    keys.write(key.text[last:].encode("utf-8", "surrogatepass") + b"\n")
    places = dict(zip(edges, np.searchsorted(key.solid, edges).tolist(), strict=True))
    return [(part, at[places[part.start]], at[places[part.end]]) for part in document.sections]


def _write_packed(document: Document, packed: BinaryIO) -> int:
    """Append what the contexts of a document are taken from; the number of bytes before they were packed."""
    import pyarrow as pa

    same = document.original == document.text
    parts = [
        document.text.encode("utf-8", "surrogatepass"),
        b"" if same else document.original.encode("utf-8", "surrogatepass"),
        np.ascontiguousarray(document.spans.blocks, dtype=np.int64).tobytes(),
        json.dumps([(part.name, part.start, part.end) for part in document.sections]).encode(),
    ]
    sizes = [len(part) for part in parts]
    if same:
        sizes[1] = -1
    data = HEADER.pack(*sizes) + b"".join(parts)
    packed.write(pa.compress(data, codec="zstd", asbytes=True))
    return len(data)
