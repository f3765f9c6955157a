"""What may be read out of one file, however deep archives lie in one another, and the streams of members."""

from __future__ import annotations

import io
import lzma
import struct
import tarfile
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, BinaryIO

from textgov.errors import ReadError

# A member up to this size is held in memory; a larger one too, unless its reader goes through it from front to end.
HELD_BYTES = 32_000_000
# Held at one time, in all members that lie in one another; and the most that is read in one piece. Reading a text of
# 120 MB out of a zip took 584 MB in all, of which 75 MB are the program, so that this stays below 500 MB.
MEMBER_BYTES = 80_000_000
# Everything that is read out of one file. 20,000 scanned pages of 0.3 MB stay below it.
TOTAL_BYTES = 8_000_000_000
# How many times its own size a file may hold, beyond the first bytes. The real corpora hold 3 to 5 times theirs, web
# pages 11 times (xz); bombs hold 1,000 times and more.
MAX_RATIO = 200
FREE_BYTES = 10_000_000
MAX_MEMBERS = 100_000
CHUNK = 1 << 20
# What the libraries raise when an archive is cut short or altered.
DAMAGE = (
    zipfile.BadZipFile,
    tarfile.TarError,
    zlib.error,
    lzma.LZMAError,
    struct.error,
    AttributeError,
    EOFError,
    LookupError,
    MemoryError,
    OSError,
    OverflowError,
    RuntimeError,  # also NotImplementedError and RecursionError
    TypeError,
    ValueError,
)


@contextmanager
def damage_told() -> Iterator[None]:
    """Turn what the libraries raise into an error of ours."""
    try:
        yield
    except DAMAGE as error:
        raise ReadError("file_damaged", detail=str(error) or type(error).__name__) from None


@dataclass(slots=True, eq=False)
class Budget:
    """What may still be read out of one file on disk: shared by all archives inside it.

    ``allowed`` and ``spent`` are bytes after decompression, counted as they are read, whatever the headers claim; bytes
    that are decompressed twice count twice. ``held`` is what lies in memory now.
    """

    allowed: int
    spent: int = 0
    held: int = 0
    members: int = 0

    def spend(self, n_bytes: int) -> None:
        """Count bytes that were decompressed.

        Raises
        ------
        ReadError
            They are more than the file may hold.
        """
        self.spent += n_bytes
        if self.exhausted:
            raise ReadError("archive_limit", detail=f"it holds more than {self.allowed / 1e6:.0f} MB")

    def hold(self, n_bytes: int) -> None:
        """Count bytes that are kept in memory.

        Raises
        ------
        ReadError
            They are too many.
        """
        if self.held + n_bytes > MEMBER_BYTES:
            raise ReadError("archive_limit", detail=f"a member has more than {MEMBER_BYTES / 1e6:.0f} MB")
        self.held += n_bytes

    def count_member(self) -> None:
        """Count a member.

        Raises
        ------
        ReadError
            There are too many.
        """
        self.members += 1
        if self.members > MAX_MEMBERS:
            raise ReadError("archive_limit", detail=f"more than {MAX_MEMBERS:,} members")

    @property
    def exhausted(self) -> bool:
        """Nothing more may be read."""
        return self.spent > self.allowed


def budget_of(stream: BinaryIO) -> Budget:
    """The budget that a member brings with it, or a new one for a file on disk."""
    budget = getattr(stream, "budget", None)
    if isinstance(budget, Budget):
        return budget
    size = stream.seek(0, io.SEEK_END)
    stream.seek(0)
    return Budget(min(TOTAL_BYTES, FREE_BYTES + MAX_RATIO * size))


class Held(io.BytesIO):
    """A member in memory; closing gives the memory back."""

    def __init__(self, budget: Budget) -> None:
        super().__init__()
        self.budget = budget
        self.size = 0

    def fill(self, source: BinaryIO, limit: int) -> bool:
        """Append from the source until it ends (then True) or there are `limit` bytes; the position goes to 0."""
        self.seek(0, io.SEEK_END)
        whole = False
        while self.size < limit and not whole:
            with damage_told():
                chunk = source.read(min(CHUNK, limit - self.size))
            self.budget.spend(len(chunk))
            self.budget.hold(len(chunk))
            self.size += len(chunk)
            self.write(chunk)
            whole = not chunk
        self.seek(0)
        return whole

    def close(self) -> None:
        """Give the memory back."""
        self.budget.held -= self.size
        self.size = 0
        super().close()


class _Rest(io.RawIOBase):
    """A long member: its beginning in memory, what follows decompressed when it is asked for."""

    def __init__(self, start: Held, source: BinaryIO) -> None:
        super().__init__()
        self._start = start
        self._source = source
        self._at = 0
        self._source_at = start.size

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        data = self._read(len(buffer))
        buffer[: len(data)] = data
        self._at += len(data)
        return len(data)

    def _read(self, size: int) -> bytes:
        if self._at < self._start.size:
            self._start.seek(self._at)
            return self._start.read(size)
        self._reach()
        return self._take(size) if self._source_at == self._at else b""

    def _reach(self) -> None:
        """Bring the source to the position; going back means to decompress again."""
        if self._at < self._source_at:
            self._start.budget.spend(self._at)
            with damage_told():
                self._source_at = self._source.seek(self._at)
        while self._source_at < self._at and self._take(min(CHUNK, self._at - self._source_at)):
            pass

    def _take(self, size: int) -> bytes:
        with damage_told():
            data = self._source.read(size)
        self._source_at += len(data)
        self._start.budget.spend(len(data))
        return data

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        if whence == io.SEEK_END:
            self._at = self._source_at
            self._reach()
            while chunk := self._take(CHUNK):
                self._at += len(chunk)
        base = 0 if whence == io.SEEK_SET else self._at
        self._at = max(0, base + offset)
        return self._at

    def close(self) -> None:
        self._start.close()
        super().close()


class Streamed(io.BufferedReader):
    """A long member that is decompressed as it is read; what is read in one piece is limited."""

    def __init__(self, start: Held, source: BinaryIO) -> None:
        super().__init__(_Rest(start, source), 65536)
        self.budget = start.budget

    def read(self, size: int | None = -1, /) -> bytes:
        """Bytes up to `size`; memory is taken for those that exist, not for those asked for."""
        wanted = MEMBER_BYTES + 1 if size is None or size < 0 else size
        if wanted <= CHUNK:
            return super().read(wanted)
        data = bytearray()
        while len(data) < wanted and (chunk := super().read(min(CHUNK, wanted - len(data)))):
            data += chunk
            if len(data) > MEMBER_BYTES:
                raise ReadError("archive_limit", detail=f"a part has more than {MEMBER_BYTES / 1e6:.0f} MB")
        return bytes(data)


def open_member(source: BinaryIO, budget: Budget, *, streamed: bool = False) -> BinaryIO:
    """A seekable stream of a member, to be closed by the caller.

    Parameters
    ----------
    source : binary stream
        The member as the library decompresses it; its size and its data are not trusted.
    budget : Budget
    streamed : bool
        The reader of the member goes through it from front to end, so that a long one need not be held.

    Raises
    ------
    ReadError
        The member is damaged or larger than allowed.
    """
    held = Held(budget)
    try:
        if held.fill(source, HELD_BYTES):
            return held
        if streamed:
            return Streamed(held, source)
        held.fill(source, MEMBER_BYTES + 1)
    except ReadError:
        held.close()
        raise
    return held
