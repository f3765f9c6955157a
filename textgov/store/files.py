"""Files that are written aside, then moved, so that a half-written one never has the real name."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TypeVar

from textgov.errors import OutputError, RemoteError
from textgov.remote import RemotePath


@contextmanager
def written_aside(path: Path | RemotePath) -> Iterator[Path]:
    """Yield ``.<name>.<process>.part`` in the folder of `path` to write to; moved at the end, removed on any failure.

    The old file, if there is one, stays whole until the new one is complete, also when the user presses Ctrl-C. What
    goes to a storage is written into a temporary file of this machine and taken there in one piece.

    Raises
    ------
    OutputError
        When the system refuses: the target is open in another program, the disk is full, the folder is missing.
    RemoteError
        When the storage refuses or does not answer.
    """
    if isinstance(path, RemotePath):
        with _uploaded(path) as part:
            yield part
        return
    # The number of the process is in the name: a worker that outlives its run must not write into the file of another.
    part = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        yield part
        part.replace(path)
    except OSError as error:
        raise OutputError("out_failed", path=str(path), detail=error.strerror or str(error)) from error
    finally:
        with suppress(OSError):  # after a success there is nothing left; a failure here must not hide the first one
            part.unlink(missing_ok=True)


@contextmanager
def _uploaded(path: RemotePath) -> Iterator[Path]:
    try:
        with tempfile.TemporaryDirectory(prefix="textgov-") as folder:
            part = Path(folder, path.name)
            yield part
            path.upload(part)
    except FileNotFoundError as error:
        detail = f"no such bucket, or no folder above: {error}"
        raise RemoteError("remote_failed", path=str(path), detail=detail) from error
    except OSError as error:
        folder = tempfile.gettempdir()
        raise OutputError("out_failed", path=folder, detail=error.strerror or str(error)) from error


def file_size(path: Path | RemotePath) -> int:
    """The size of a file that was written.

    Raises
    ------
    OSError
        It is not there.
    RemoteError
        The storage does not answer.
    """
    return int(path.info().get("size") or 0) if isinstance(path, RemotePath) else path.stat().st_size


def remove_file(path: Path | RemotePath) -> None:
    """Delete a file that may be missing.

    Raises
    ------
    OutputError
        When the system refuses: the file is open in another program, the folder may not be written.
    RemoteError
        When the storage refuses or does not answer.
    """
    try:
        if isinstance(path, RemotePath):
            path.remove()
        else:
            path.unlink(missing_ok=True)
    except OSError as error:
        raise OutputError("out_failed", path=str(path), detail=error.strerror or str(error)) from error


def sweep_parts(folder: Path) -> None:
    """Delete what a process that was ended left aside in `folder`."""
    for path in folder.glob(".*.part"):
        with suppress(OSError):
            path.unlink()


P = TypeVar("P", Path, Path | RemotePath)


def make_folder(path: P) -> P:
    """Make the folder `path` and its parents if missing, and return it; a storage makes its own with the first file."""
    if isinstance(path, RemotePath):
        return path
    try:
        path.mkdir(parents=True, exist_ok=True)
    except (FileExistsError, NotADirectoryError):
        raise OutputError("out_is_file", path=str(path)) from None
    except OSError as error:
        raise OutputError("out_failed", path=str(path), detail=error.strerror or str(error)) from error
    return path
