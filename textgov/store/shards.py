"""Where the shards of a run lie: in its folder, or in a store of their own that other machines reach too."""

from __future__ import annotations

import json
import os
import re
import secrets
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from textgov.errors import StoreError, UsageError
from textgov.remote import RemotePath, place_of
from textgov.store.files import make_folder, remove_file, written_aside
from textgov.store.plan import PLAN, STORE

WHERE = "shards.json"  # in the folder of the run: where its shards lie
MARK = "textgov-store.json"  # beside the shards: whose they are
PASSWORD = re.compile(r"://[^/@]*:[^/@]*@")


def shard_folder(out: Path) -> Path | RemotePath:
    """The folder of the shards of a run: the only place that knows where they are.

    Raises
    ------
    StoreError
        The file of the run that tells it is damaged.
    """
    kept = _remembered(out)
    return place_of(kept["store"]) if kept else out / STORE


def choose_store(out: Path, store: Path | str | None) -> Path | RemotePath:
    """Where the shards of a run lie or will lie; nothing is written.

    Parameters
    ----------
    out : Path
        Folder of the run.
    store : path or str, optional
        What the user wants: a folder or a URL; what an earlier run into the folder was told if not given.

    Raises
    ------
    UsageError
        The shards of this run lie elsewhere, or the store is that of another run or holds other files.
    """
    kept = _remembered(out)
    if store is None:
        return place_of(kept["store"]) if kept else out / STORE
    if PASSWORD.search(str(store)):
        raise UsageError("option_bad", name="store", value="***", detail="keep the password out of the URL")
    place = place_of(store)
    place = place.absolute() if isinstance(place, Path) else place
    if place == (out / STORE).absolute():
        place = out / STORE
    if kept or place == out / STORE or (out / STORE / PLAN).is_file():
        known = place_of(kept["store"]) if kept else out / STORE
        if known != place:
            raise UsageError("store_moved", path=out, store=known, asked=place)
        return place
    mark = _read_mark(place)
    if mark is not None:
        raise UsageError("store_taken", path=place, mark=MARK)
    if _holds_files(place):
        raise UsageError("store_filled", path=place)
    return place


def claim_store(out: Path, store: Path | str | None) -> Path | RemotePath:
    """As `choose_store`, and keep the answer: in the run folder where they are, beside the shards whose they are.

    Raises
    ------
    UsageError
        As `choose_store`; also when the store was taken by another run since.
    """
    place = choose_store(out, store)
    if place == out / STORE:
        return place
    kept = _remembered(out)
    if kept is None:
        kept = {"store": str(place), "run": secrets.token_hex(8)}
        _write(make_folder(out / STORE) / WHERE, kept)
    mark = _read_mark(place)
    if mark is None:
        make_folder(place)
        _write(place / MARK, {"format": "textgov store 1", "run": kept["run"]})
    elif mark.get("run") != kept["run"]:
        raise UsageError("store_taken", path=place, mark=MARK)
    return place


def _write(path: Path | RemotePath, content: dict[str, Any]) -> None:
    with written_aside(path) as part:
        part.write_text(json.dumps(content, ensure_ascii=False, sort_keys=True), encoding="utf-8")


def _remembered(out: Path) -> dict[str, Any] | None:
    path = out / STORE / WHERE
    try:
        kept = json.loads(path.read_bytes())
        return {"store": str(kept["store"]), "run": str(kept["run"])}
    except (FileNotFoundError, NotADirectoryError):
        return None
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise StoreError("store_bad", path=path, detail=str(error)) from None


def _read_mark(place: Path | RemotePath) -> dict[str, Any] | None:
    path = place / MARK
    try:
        mark = json.loads(path.read() if isinstance(path, RemotePath) else path.read_bytes())
        return dict(mark)
    except (FileNotFoundError, NotADirectoryError):
        return None
    except (OSError, ValueError, TypeError) as error:
        raise StoreError("store_bad", path=path, detail=str(error)) from None


def _holds_files(place: Path | RemotePath) -> bool:
    if isinstance(place, RemotePath):
        return bool(place.find())
    return place.is_file() or (place.is_dir() and any(place.iterdir()))


class ShardFiles:
    """The files of a store and their sizes: of a disk asked one by one, of a storage listed in one go when first asked.

    A listing is that of its moment; who has changed the files takes a new one.
    """

    def __init__(self, store: Path | RemotePath) -> None:
        self.store = store
        self._listed: dict[str, int] | None = None

    def size(self, name: str) -> int | None:
        """Size of a file by its name in the store; None if it is not there."""
        if isinstance(self.store, RemotePath):
            return self._sizes().get(name)
        try:
            return (self.store / name).stat().st_size
        except OSError:
            return None

    def tables(self) -> Iterator[str]:
        """Names of all parquet files in folders of the store."""
        if isinstance(self.store, RemotePath):
            yield from (name for name in self._sizes() if name.endswith(".parquet") and "/" in name)
            return
        for folder in [path for path in self.store.iterdir() if path.is_dir()]:
            start = len(str(folder)) - len(folder.name)
            yield from (str(path)[start:].replace(os.sep, "/") for path in folder.rglob("*.parquet"))

    def remove(self, name: str) -> None:
        """Delete a file.

        Raises
        ------
        OutputError, RemoteError
            It cannot be deleted.
        """
        remove_file(self.store / name)

    def _sizes(self) -> dict[str, int]:
        if self._listed is None and isinstance(self.store, RemotePath):
            self._listed = {name: int(about.get("size") or 0) for name, about in self.store.find()}
        return self._listed or {}


def is_inside(path: Path | RemotePath, store: Path | RemotePath) -> bool:
    """Whether a file lies in a store."""
    if isinstance(path, RemotePath) or isinstance(store, RemotePath):
        return isinstance(path, RemotePath) and isinstance(store, RemotePath) and path.below(store) != ""
    return store.absolute() in path.absolute().parents
