"""Files that are written aside, then moved, so that a half-written one never has the real name."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from textgov.errors import OutputError


@contextmanager
def written_aside(path: Path) -> Iterator[Path]:
    """Yield ``.<name>.<process>.part`` in the folder of `path` to write to; moved at the end, removed on any failure.

    The old file, if there is one, stays whole until the new one is complete, also when the user presses Ctrl-C.

    Raises
    ------
    OutputError
        When the system refuses: the target is open in another program, the disk is full, the folder is missing.
    """
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


def remove_file(path: Path) -> None:
    """Delete a file that may be missing.

    Raises
    ------
    OutputError
        When the system refuses: the file is open in another program, the folder may not be written.
    """
    try:
        path.unlink(missing_ok=True)
    except OSError as error:
        raise OutputError("out_failed", path=str(path), detail=error.strerror or str(error)) from error


def sweep_parts(folder: Path) -> None:
    """Delete what a process that was ended left aside in `folder`."""
    for path in folder.glob(".*.part"):
        with suppress(OSError):
            path.unlink()


def make_folder(path: Path) -> Path:
    """Make the folder `path` and its parents if missing, and return it."""
    try:
        path.mkdir(parents=True, exist_ok=True)
    except (FileExistsError, NotADirectoryError):
        raise OutputError("out_is_file", path=str(path)) from None
    except OSError as error:
        raise OutputError("out_failed", path=str(path), detail=error.strerror or str(error)) from error
    return path
