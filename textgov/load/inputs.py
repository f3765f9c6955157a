"""Which files a source holds: every one, in a fixed order, each once."""

from __future__ import annotations

import os
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from textgov.errors import UsageError
from textgov.records import ManifestRow


@dataclass(frozen=True, slots=True)
class Input:
    """One file: where it is, and the name it has in all results (relative to its source, POSIX form, NFC)."""

    path: Path
    name: str
    n_bytes: int = 0


@dataclass(frozen=True, slots=True)
class Listing:
    """The files to read, and those passed over with the reason."""

    inputs: tuple[Input, ...]
    passed: tuple[ManifestRow, ...]


def list_inputs(sources: Iterable[Path | str], leave_out: Path | None = None) -> Listing:
    """Every file of the sources, sorted by name.

    A file reached twice (the folder given twice, a link) is read once; two different files with one name cannot both
    be named, so the second is reported as failed. Links to folders are followed unless they lead back to a folder
    above them. Hidden files and the lock files of Office are passed over; `leave_out`, the folder of the results, is
    not looked into, so that a run does not read what an earlier one wrote.

    Raises
    ------
    UsageError
        A source does not exist, or there is no file in any of them.
    """
    passed: list[ManifestRow] = []
    found: list[tuple[str, Path]] = []
    results = os.path.realpath(leave_out) if leave_out else ""
    folders = [Path(source) for source in sources]
    for source in folders:
        if not source.exists():
            raise UsageError("source_missing", path=source)
        if source.is_dir():
            if results == os.path.realpath(source):
                detail = "the folder of the results must not be a SOURCE"
                raise UsageError("option_bad", name="out", value=leave_out, detail=detail)
            files = _walk(source, _Walk(source, results, passed), ())
            found += [(_name(path.relative_to(source)), path) for path in files]
        else:
            found.append((_name(Path(source.name)), source))
    inputs = _once(sorted(found, key=lambda pair: (pair[0], str(pair[1]))), passed)
    if not inputs:
        raise UsageError("source_empty", path=", ".join(str(source) for source in folders))
    return Listing(tuple(inputs), tuple(passed))


def _name(path: Path) -> str:
    return unicodedata.normalize("NFC", path.as_posix())


class _Walk(NamedTuple):
    """What stays the same on a walk through a source."""

    source: Path
    results: str
    passed: list[ManifestRow]

    def pass_over(self, path: Path, status: str, code: str, **facts: str) -> None:
        self.passed.append(ManifestRow(_name(path.relative_to(self.source)), status, code, facts))


def _walk(folder: Path, walk: _Walk, above: tuple[str, ...]) -> Iterator[Path]:
    real = os.path.realpath(folder)
    if real == walk.results:
        return
    if real in above:
        walk.pass_over(folder, "skipped", "link_loop")
        return
    try:
        entries = sorted(os.scandir(folder), key=lambda entry: entry.name)
    except OSError as error:
        walk.pass_over(folder, "failed", "file_unreadable", detail=error.strerror or str(error))
        return
    for entry in entries:
        path = folder / entry.name
        if entry.name.startswith((".", "~$")) or entry.name in ("Thumbs.db", "desktop.ini"):
            walk.pass_over(path, "skipped", "file_hidden")
        elif entry.is_dir():
            yield from _walk(path, walk, (*above, real))
        else:
            yield path


def _once(found: list[tuple[str, Path]], passed: list[ManifestRow]) -> list[Input]:
    inputs: list[Input] = []
    by_real: dict[str, str] = {}
    by_name: dict[str, Path] = {}
    for name, path in found:
        real = os.path.realpath(path)
        if real in by_real:
            passed.append(ManifestRow(name, "skipped", "file_again", {"doc_id": by_real[real]}))
        elif name in by_name:
            facts = {"doc_id": name, "path": by_name[name].as_posix()}
            passed.append(ManifestRow(path.as_posix(), "failed", "doc_id_again", facts))
        else:
            by_real[real], by_name[name] = name, path
            inputs.append(Input(path, name, path.stat().st_size if path.exists() else 0))
    return inputs
