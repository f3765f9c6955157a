"""What a run keeps of every document while it lasts: in files that go away with it, not in memory."""

from __future__ import annotations

import tempfile
import weakref
from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any, overload

import numpy as np

from textgov.errors import OutputError

IN_MEMORY = 1_000_000  # bytes of one column before it goes to disk
BATCH = 10_000  # texts that are read at once


class Scratch:
    """Bytes that are appended and read again; on disk, in ``folder``, when they are many, and gone with the process."""

    def __init__(self, folder: Path | None = None) -> None:
        self.folder = folder
        self.file: Any = tempfile.SpooledTemporaryFile(max_size=IN_MEMORY, dir=str(folder) if folder else None)  # noqa: SIM115
        weakref.finalize(self, self.file.close)

    def append(self, data: bytes) -> None:
        """Write behind what is there.

        Raises
        ------
        OutputError
            The disk is full.
        """
        try:
            self.file.seek(0, 2)
            self.file.write(data)
        except OSError as error:
            path = str(self.folder or tempfile.gettempdir())
            raise OutputError("out_failed", path=path, detail=error.strerror or str(error)) from error

    def read(self, start: int, end: int) -> bytes:
        """The bytes from one place to another."""
        self.file.seek(start)
        data: bytes = self.file.read(end - start)
        return data

    def close(self) -> None:
        """Delete what was written."""
        self.file.close()


OFFSET = 8  # bytes of the place where a text ends


class TextColumn(Sequence[str]):
    """A text for each document, in files."""

    def __init__(self, folder: Path | None = None) -> None:
        self.scratch, self.ends = Scratch(folder), Scratch(folder)
        self.n = self.end = 0
        self.ends.append(bytes(OFFSET))

    def extend(self, texts: Iterable[str]) -> None:
        """Append texts."""
        packed = [text.encode("utf-8", "surrogatepass") for text in texts]
        self.scratch.append(b"".join(packed))
        ends = np.cumsum([len(one) for one in packed], dtype="<i8") + self.end
        self.ends.append(ends.tobytes())
        self.n, self.end = self.n + len(packed), int(ends[-1]) if packed else self.end

    def _read(self, first: int, end: int) -> list[str]:
        ends = np.frombuffer(self.ends.read(first * OFFSET, (end + 1) * OFFSET), dtype="<i8").tolist()
        data = self.scratch.read(ends[0], ends[-1])
        return [data[a - ends[0] : b - ends[0]].decode("utf-8", "surrogatepass") for a, b in pairwise(ends)]

    def __len__(self) -> int:
        return self.n

    @overload
    def __getitem__(self, at: int) -> str: ...
    @overload
    def __getitem__(self, at: slice) -> list[str]: ...
    def __getitem__(self, at: int | slice) -> str | list[str]:
        if not isinstance(at, slice):
            at = range(self.n)[at]
            return self._read(at, at + 1)[0]
        return [self[number] for number in range(self.n)[at]]

    def __iter__(self) -> Iterator[str]:
        for first in range(0, self.n, BATCH):
            yield from self._read(first, min(first + BATCH, self.n))
