"""Which files a source holds: every one, in a fixed order, each once."""

from __future__ import annotations

import os
import stat
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from textgov.errors import UsageError
from textgov.records import ManifestRow


@dataclass(frozen=True, slots=True)
class Input:
    """One file: where it is, and the name it has in all results (relative to its source, POSIX form, NFC).

    ``stamp`` changes whenever the system knows of a change of the file: times of change of its content and its entry.
    """

    path: Path
    name: str
    n_bytes: int = 0
    stamp: str = ""


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
    # Of a folder and a folder inside it, the longer name of a file says more about its place.
    inputs = _once(sorted(found, key=lambda pair: (-pair[0].count("/"), pair[0], str(pair[1]))), passed)
    inputs.sort(key=lambda item: item.name)
    if not inputs:
        raise UsageError("source_empty", path=", ".join(str(source) for source in folders))
    return Listing(tuple(inputs), tuple(passed))


def _name(path: Path) -> str:
    name = path.as_posix()
    try:
        name.encode()
    except UnicodeEncodeError:
        # A name that is not UTF-8, as an archive made on Chinese Windows unpacks it.
        name = os.fsencode(name).decode("gb18030", "backslashreplace")
    return unicodedata.normalize("NFC", name)


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
    store = folder / "store"
    if (store / "ledger").is_dir() or (store.is_dir() and (folder / "provenance.json").is_file()):
        walk.pass_over(folder, "skipped", "run_folder")
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
            continue
        kind = stat.S_IFMT(_status(path).st_mode)
        if kind == stat.S_IFDIR:
            yield from _walk(path, walk, (*above, real))
        elif kind in (stat.S_IFREG, 0):
            yield path
        else:
            walk.pass_over(path, "failed", "file_unreadable", detail="neither a file nor a folder")


def _status(path: Path) -> os.stat_result:
    """Size and kind of a file; zeros when the system refuses to tell (reading it will say why)."""
    try:
        return path.stat()
    except OSError:
        return os.stat_result((0,) * 10)


def _once(found: list[tuple[str, Path]], passed: list[ManifestRow]) -> list[Input]:
    inputs: list[Input] = []
    by_real: dict[str, str] = {}
    by_name: dict[str, Path] = {}
    for name, path in found:
        real = os.path.realpath(path)
        if real in by_real:
            passed.append(ManifestRow(name, "skipped", "file_again", {"doc_id": by_real[real]}))
        elif name in by_name:
            facts = {"doc_id": name, "path": _name(by_name[name])}
            passed.append(ManifestRow(_name(path), "failed", "doc_id_again", facts))
        else:
            by_real[real], by_name[name] = name, path
            status = _status(path)
            inputs.append(Input(path, name, status.st_size, f"{status.st_mtime_ns}-{status.st_ctime_ns}"))
    return inputs
