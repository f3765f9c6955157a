"""Which files a source holds: every one, in a fixed order, each once."""

from __future__ import annotations

import os
import stat
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from textgov.errors import UsageError
from textgov.load.buckets import find_objects
from textgov.load.catalogue import Found, Input, catalogue
from textgov.load.names import clean_name, is_hidden
from textgov.records import ManifestRow
from textgov.remote import RemotePath, place_of
from textgov.store import MARK, STORE


@dataclass(frozen=True, slots=True)
class Listing:
    """The files to read, and those passed over with the reason."""

    inputs: Sequence[Input]
    passed: tuple[ManifestRow, ...]


def list_inputs(
    sources: Iterable[Path | str], leave_out: Path | None = None, store: Path | RemotePath | None = None
) -> Listing:
    """Every file of the sources, sorted by name.

    A file reached twice (the folder given twice, a link) is read once; two different files with one name cannot both
    be named, so the second is reported as failed. Links to folders are followed unless they lead back to a folder
    above them. Hidden files and the lock files of Office are passed over; `leave_out`, the folder of the results, and
    `store`, that of the shards, are not looked into, so that a run does not read what an earlier one wrote.

    Raises
    ------
    UsageError
        A source does not exist, or there is no file in any of them.
    RemoteError
        The storage behind a URL does not answer.
    """
    places = [place_of(source) for source in sources]
    own = {"out": leave_out, "store": store if isinstance(store, Path) else None}
    results = {os.path.realpath(path): (name, str(path)) for name, path in own.items() if path is not None}
    passed: list[ManifestRow] = []
    inputs, twice = catalogue(_find(places, results, store if isinstance(store, RemotePath) else None, passed))
    for one in twice:
        if one.known_as is not None:
            passed.append(ManifestRow(one.name, "skipped", "file_again", {"doc_id": one.known_as}))
        else:
            facts = {"doc_id": one.name, "path": clean_name(one.other or "")}
            passed.append(ManifestRow(clean_name(one.path), "failed", "doc_id_again", facts))
    if not inputs:
        raise UsageError("source_empty", path=", ".join(str(place) for place in places))
    return Listing(inputs, tuple(passed))


def _find(
    places: Iterable[Path | RemotePath],
    results: Mapping[str, tuple[str, str]],
    store: RemotePath | None,
    passed: list[ManifestRow],
) -> Iterator[Found]:
    for source in places:
        if isinstance(source, RemotePath):
            yield from find_objects(source, store, passed)
            continue
        if not source.exists():
            raise UsageError("source_missing", path=source)
        path = os.fspath(source.absolute())  # workers on other machines have other working folders
        if source.is_dir():
            real = os.path.realpath(source)
            if real in results:
                name, value = results[real]
                detail = "the folder of the results must not be a SOURCE"
                raise UsageError("option_bad", name=name, value=value, detail=detail)
            walk = _Walk(results, [])
            yield from _walk(_Folder(path, "", real, ()), walk)
            passed += sorted(walk.passed, key=lambda row: row.path)
        else:
            yield _found(source.name, path, os.path.realpath(source), _status(source))


def _found(name: str, path: str, real: str, status: os.stat_result) -> Found:
    return Found(clean_name(name), path, real, status.st_size, f"{status.st_mtime_ns}-{status.st_ctime_ns}")


class _Folder(NamedTuple):
    """A folder: its path, its name in the source ("" for the source), its path without links, those above it."""

    path: str
    name: str
    real: str
    above: tuple[str, ...]


class _Walk(NamedTuple):
    """What stays the same on a walk through a source."""

    results: Collection[str]
    passed: list[ManifestRow]

    def pass_over(self, name: str, status: str, code: str, **facts: str) -> None:
        self.passed.append(ManifestRow(clean_name(name) or ".", status, code, facts))


def _walk(folder: _Folder, walk: _Walk) -> Iterator[Found]:
    """The files of a folder and of those below it, in the order of the system: they are sorted later."""
    if folder.real in walk.results:
        return
    if folder.real in folder.above:
        walk.pass_over(folder.name, "skipped", "link_loop")
        return
    try:
        if _holds_a_run(Path(folder.path)):
            walk.pass_over(folder.name, "skipped", "run_folder")
            return
        with os.scandir(folder.path) as entries:
            for entry in entries:
                yield from _look_at(entry, folder, walk)
    except OSError as error:
        walk.pass_over(folder.name, "failed", "file_unreadable", detail=error.strerror or str(error))


def _look_at(entry: os.DirEntry[str], folder: _Folder, walk: _Walk) -> Iterator[Found]:
    name = f"{folder.name}{os.sep}{entry.name}" if folder.name else entry.name
    if is_hidden(entry.name):
        walk.pass_over(name, "skipped", "file_hidden")
        return
    status = _status(entry)
    kind = stat.S_IFMT(status.st_mode)
    # Windows has links to folders that are not called links.
    linked = entry.is_symlink() or (os.name == "nt" and kind == stat.S_IFDIR)
    real = os.path.realpath(entry.path) if linked else f"{folder.real}{os.sep}{entry.name}"
    if kind == stat.S_IFDIR:
        yield from _walk(_Folder(entry.path, name, real, (*folder.above, folder.real)), walk)
    elif kind in (stat.S_IFREG, 0):
        yield _found(name, entry.path, real, status)
    else:
        walk.pass_over(name, "failed", "file_unreadable", detail="neither a file nor a folder")


def _holds_a_run(folder: Path) -> bool:
    store = folder / STORE
    if (folder / MARK).is_file():
        return True
    return store.is_dir() and ((store / "ledger").is_dir() or (folder / "provenance.json").is_file())


def _status(path: Path | os.DirEntry[str]) -> os.stat_result:
    """Size and kind of a file; zeros when the system refuses to tell (reading it will say why)."""
    try:
        return path.stat()
    except OSError:
        return os.stat_result((0,) * 10)
