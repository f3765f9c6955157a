"""Which reader a file needs: its content decides where its ending lies."""

from __future__ import annotations

from pathlib import PurePosixPath
from typing import BinaryIO

from textgov.errors import ReadError


def reader_name(name: str, stream: BinaryIO) -> str:
    """The key of `READERS` for a file; the stream is left at its beginning.

    Raises
    ------
    ReadError
        The file is empty.
    """
    head = stream.read(4096)
    stream.seek(0)
    if not head.strip():
        raise ReadError("file_empty")
    return PurePosixPath(name).suffix.lower()
