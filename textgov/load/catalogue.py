"""The list of files in a temporary data base: sorted, each once, in memory that does not grow with their number."""

from __future__ import annotations

import os
import sqlite3
import tempfile
import weakref
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple, overload

from textgov.errors import OutputError
from textgov.remote import RemotePath, Stream, fetch, is_url

CACHE_KB = 16_000  # what SQLite holds in memory before it goes to disk; some 50,000 files
BATCH = 4_096  # inputs that are read at once


@dataclass(frozen=True, slots=True)
class Input:
    """One file: where it is (a path or a URL), and the name it has in all results (relative to its source, POSIX, NFC).

    ``stamp`` changes whenever the system knows of a change of the file: times of change of its content and its entry,
    or what a storage says of it.
    """

    file: Path | str
    name: str
    n_bytes: int = 0
    stamp: str = ""

    @property
    def place(self) -> Path | RemotePath:
        """Where it is; a path is made when it is asked for, since most of a long list are not."""
        return RemotePath(self.file) if isinstance(self.file, str) and is_url(self.file) else Path(self.file)

    @contextmanager
    def opened(self, held: int) -> Iterator[Stream]:
        """Its bytes, to be read at any place; up to `held` bytes of a storage are in memory.

        Raises
        ------
        OSError
            It cannot be opened.
        ReadError, RemoteError
            As `textgov.remote.fetch`.
        """
        place = self.place
        if isinstance(place, RemotePath):
            stream = fetch(place, self.n_bytes, held)
            try:
                yield stream
            finally:
                stream.close()
        else:
            with place.open("rb") as stream:
                yield stream


class Found(NamedTuple):
    """A file: its name, its path, its path without links, its size, and what changes with it."""

    name: str
    path: str
    real: str
    n_bytes: int
    stamp: str


class Twice(NamedTuple):
    """A file that is left out, and why.

    ``known_as`` is the name under which the same file is in the list already; without it, ``other`` is the path of
    another file that has its name.
    """

    name: str
    path: str
    known_as: str | None
    other: str | None


class Inputs(Sequence[Input]):
    """Files sorted by name, read from the data base a few at a time.

    A slice is a view of the same data base; what is sent to another process becomes a tuple.
    """

    __slots__ = ("_base", "_end", "_first")

    def __init__(self, base: _Base, first: int, end: int) -> None:
        self._base, self._first, self._end = base, first, end

    def __len__(self) -> int:
        return self._end - self._first

    def __iter__(self) -> Iterator[Input]:
        for first in range(self._first, self._end, BATCH):
            yield from self._read(first, min(first + BATCH, self._end))

    @overload
    def __getitem__(self, at: int) -> Input: ...
    @overload
    def __getitem__(self, at: slice) -> Inputs: ...
    def __getitem__(self, at: int | slice) -> Input | Inputs:
        places = range(self._first, self._end)[at]
        if isinstance(places, int):
            return self._read(places, places + 1)[0]
        if places.step != 1:
            raise ValueError("a slice of inputs has no step")
        return Inputs(self._base, places.start, max(places.start, places.stop))

    def __reduce__(self) -> tuple[Any, ...]:
        return tuple, (list(self),)

    def _read(self, first: int, end: int) -> list[Input]:
        # Rows are numbered from 1.
        query = "SELECT path, name, n_bytes, stamp FROM inputs WHERE n > ? AND n <= ?"
        rows = self._base.connection.execute(query, (first, end))
        return [Input(os.fsdecode(path), name.decode(), size, stamp) for path, name, size, stamp in rows]


class _Base:
    """The data base, deleted with the last list that reads it."""

    def __init__(self) -> None:
        # Without a name it is private, and on disk only when it outgrows the cache.
        self.connection = sqlite3.connect("", check_same_thread=False, isolation_level=None)
        weakref.finalize(self, self.connection.close)
        for pragma in (f"cache_size = -{CACHE_KB}", "journal_mode = OFF", "synchronous = OFF"):
            self.connection.execute(f"PRAGMA {pragma}")
        self.connection.executescript(SCHEMA)


SCHEMA = """
CREATE TABLE found (id INTEGER PRIMARY KEY, depth INT, name BLOB, path BLOB, real BLOB, n_bytes INT, stamp TEXT);
CREATE TABLE kept (id INT, depth INT, name BLOB PRIMARY KEY, path BLOB, real BLOB UNIQUE) WITHOUT ROWID;
CREATE TABLE inputs (n INTEGER PRIMARY KEY, name BLOB, path BLOB, n_bytes INT, stamp TEXT);
"""
# Of a folder and a folder inside it, the longer name of a file says more about its place; a file that comes later under
# another name, or a later one with the same name, is not taken.
KEEP = """
INSERT OR IGNORE INTO kept SELECT id, depth, name, path, real FROM found ORDER BY depth DESC, name, path, id
"""
LEFT_OUT = """
SELECT f.name, f.path, r.name, n.path FROM found f
LEFT JOIN kept r ON r.real = f.real AND (-r.depth, r.name, r.path, r.id) < (-f.depth, f.name, f.path, f.id)
LEFT JOIN kept n ON n.name = f.name
WHERE NOT EXISTS (SELECT 1 FROM kept k WHERE k.name = f.name AND k.id = f.id)
ORDER BY f.depth DESC, f.name, f.path, f.id
"""
NUMBER = """
INSERT INTO inputs SELECT NULL, k.name, k.path, f.n_bytes, f.stamp FROM kept k JOIN found f USING (id) ORDER BY k.name
"""


def catalogue(files: Iterable[Found]) -> tuple[Inputs, list[Twice]]:
    """Sort files by name; of those that are one file or have one name all but the first are left out.

    Raises
    ------
    OutputError
        The disk with the temporary files is full.
    """
    with _told():
        base = _Base()
        connection = base.connection
        connection.execute("BEGIN")
        # Bytes of UTF-8 sort as the characters do.
        rows = (
            (one.name.count("/"), one.name.encode(), os.fsencode(one.path), os.fsencode(one.real), *one[3:])
            for one in files
        )
        connection.executemany("INSERT INTO found VALUES (NULL, ?, ?, ?, ?, ?, ?)", rows)
        connection.execute(KEEP)
        connection.execute(NUMBER)
        n_found, n_kept = (
            connection.execute(f"SELECT count(*) FROM {name}").fetchone()[0] for name in ("found", "kept")
        )
        left_out = connection.execute(LEFT_OUT) if n_kept < n_found else ()
        twice = [
            Twice(name.decode(), os.fsdecode(path), known and known.decode(), other and os.fsdecode(other))
            for name, path, known, other in left_out
        ]
        connection.execute("DROP TABLE found")
        connection.execute("DROP TABLE kept")
        connection.execute("COMMIT")
    return Inputs(base, 0, n_kept), twice


@contextmanager
def _told() -> Iterator[None]:
    try:
        yield
    except sqlite3.OperationalError as error:
        raise OutputError("out_failed", path=tempfile.gettempdir(), detail=str(error)) from None
