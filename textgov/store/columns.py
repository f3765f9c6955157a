"""What a run keeps of every document while it lasts: in files that go away with it, not in memory."""

from __future__ import annotations

import tempfile
import weakref
from array import array
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


class TextColumn(Sequence[str]):
    """A text for each document, in a file; 8 bytes of each are in memory."""

    def __init__(self, folder: Path | None = None) -> None:
        self.scratch, self.ends = Scratch(folder), array("q", [0])

    def extend(self, texts: Iterable[str]) -> None:
        """Append texts."""
        packed = [text.encode("utf-8", "surrogatepass") for text in texts]
        self.scratch.append(b"".join(packed))
        self.ends.extend((np.cumsum([len(one) for one in packed], dtype=np.int64) + self.ends[-1]).tolist())

    def __len__(self) -> int:
        return len(self.ends) - 1

    @overload
    def __getitem__(self, at: int) -> str: ...
    @overload
    def __getitem__(self, at: slice) -> list[str]: ...
    def __getitem__(self, at: int | slice) -> str | list[str]:
        if not isinstance(at, slice):
            at = range(len(self))[at]
            return self.scratch.read(self.ends[at], self.ends[at + 1]).decode("utf-8", "surrogatepass")
        numbers = range(len(self))[at]
        return [self[number] for number in numbers]

    def __iter__(self) -> Iterator[str]:
        for first in range(0, len(self), BATCH):
            ends = self.ends[first : first + BATCH + 1]
            data = self.scratch.read(ends[0], ends[-1])
            for start, end in pairwise(ends):
                yield data[start - ends[0] : end - ends[0]].decode("utf-8", "surrogatepass")
