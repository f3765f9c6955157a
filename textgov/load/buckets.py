"""The files of a folder behind a URL: what is read of a folder of this machine is read of it, under the same names."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any
from urllib.parse import unquote

from textgov.errors import UsageError
from textgov.load.catalogue import Found
from textgov.load.names import clean_name, is_hidden
from textgov.records import ManifestRow
from textgov.remote import RemotePath, stamp_of
from textgov.store import MARK, STORE

Listed = tuple[str, Mapping[str, Any]]


def find_objects(source: RemotePath, store: RemotePath | None, passed: list[ManifestRow]) -> Iterator[Found]:
    """Every file of a source behind a URL; rows about what is passed over are appended to `passed`.

    The folders of the first level are listed one after the other, each in one go: as few requests as its length allows,
    and no more in memory than the largest of them. ``store`` is not looked into.

    Raises
    ------
    UsageError
        There is no such file or folder, or it is the store.
    RemoteError
        The storage does not answer.
    """
    try:
        info = source.info()
    except FileNotFoundError:
        raise UsageError("source_missing", path=source) from None
    if info.get("type") != "directory":
        name = unquote(source.name) if source.url.startswith("http") else source.name
        yield _found(name, source, info)
        return
    if store is not None and (store == source or source.below(store)):
        raise UsageError("option_bad", name="store", value=store, detail="the store must not be a SOURCE")
    sift = _Sift(store.below(source) if store is not None else "")
    for files in _groups(source):
        if not sift.learn(name for name, _ in files):
            break
        for name, about in files:
            if sift.keeps(name):
                yield _found(name, source / name, about)
    passed += sorted(sift.rows.values(), key=lambda row: row.path)


def _groups(source: RemotePath) -> Iterator[list[Listed]]:
    """The files of the folder itself and of its ``store``, if there is one; then those of each folder in it."""
    files: list[Listed] = []
    folders: list[str] = []
    for name, about in source.listing():
        if about.get("type") == "directory":
            folders.append(name.rstrip("/"))
        else:
            files.append((name, about))
    yield files + (_inside(source, STORE) if STORE in folders else [])
    for folder in folders:
        if is_hidden(folder):
            yield [(f"{folder}/", {})]
        elif not folder:
            yield [(name, about) for name, about in source.find() if name.startswith("/")]
        elif folder != STORE:
            yield _inside(source, folder)


def _inside(source: RemotePath, folder: str) -> list[Listed]:
    return [(f"{folder}/{name}", about) for name, about in (source / folder).find()]


def _found(name: str, file: RemotePath, about: Mapping[str, Any]) -> Found:
    stamp = stamp_of(about)
    if not stamp and about.get("size") is None:  # a storage whose lists have names only
        about = file.info()
        stamp = stamp_of(about)
    return Found(clean_name(name), file.url, file.url, int(about.get("size") or 0), stamp)


class _Sift:
    """Which files are read; one row for each folder or file that is passed over."""

    def __init__(self, store: str) -> None:
        self.store = f"{store}/" if store else ""
        self.rows: dict[str, ManifestRow] = {}
        self.runs: set[str] = set()

    def learn(self, names: Iterable[str]) -> bool:
        """Look for folders of runs among the names; False if the source itself is one."""
        stores, records = set(), set()
        self.runs = set()
        for name in names:
            *above, last = name.split("/")
            if last == MARK:
                self.runs.add("/".join(above))
            elif last == "provenance.json":
                records.add("/".join(above))
            for at, part in enumerate(above):
                if part == STORE:
                    stores.add("/".join(above[:at]))
                    if above[at + 1 : at + 2] == ["ledger"]:
                        self.runs.add("/".join(above[:at]))
        self.runs |= stores & records
        if "" in self.runs:
            self.pass_over(".", "run_folder")
        return "" not in self.runs

    def keeps(self, name: str) -> bool:
        """Whether a file is read; if not, why is noted."""
        if self.store and name.startswith(self.store):
            return False
        parts = name.split("/")
        for at, part in enumerate(parts, 1):
            if is_hidden(part):
                self.pass_over("/".join(parts[:at]), "file_hidden")
                return False
            if at < len(parts) and "/".join(parts[:at]) in self.runs:
                self.pass_over("/".join(parts[:at]), "run_folder")
                return False
        return bool(parts[-1])  # the mark of an empty folder ends in a slash

    def pass_over(self, name: str, code: str) -> None:
        self.rows.setdefault(name, ManifestRow(clean_name(name), "skipped", code, {}))
