"""The ledger: which stage of which shard is done, with which inputs and options, in which files."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from textgov.errors import OutputError, UsageError
from textgov.records import Step
from textgov.store import PLAN, STORE, ShardFiles, make_folder, read_plan, remove_file, shard_folder, written_aside

PATIENCE = 1.0  # seconds: `is_locked` holds the lock for less than a thousandth of one
LEDGER, LOCK = "ledger", "lock"
# Raised when what a stage writes changes its meaning, so that results of an older textgov are made anew.
STAGE_FORMAT = 1


@dataclass(frozen=True, slots=True)
class Entry:
    """What is known of a finished stage of a shard: from what it was made, its files with their sizes, its history."""

    fingerprint: str
    files: tuple[tuple[str, int], ...]
    n_documents: int = 0
    n_failed: int = 0
    history: tuple[Step, ...] = ()


@dataclass(frozen=True, slots=True)
class ShardState:
    """The finished stages of a shard."""

    shard_id: str
    stages: Mapping[str, Entry] = field(default_factory=dict)


def fingerprint(*parts: Any) -> str:
    """A hash of all that a result depends on; plain values, records, paths by their name."""
    text = json.dumps([STAGE_FORMAT, *parts], sort_keys=True, ensure_ascii=True, default=_plain)
    return hashlib.sha256(text.encode()).hexdigest()[:32]


def _plain(value: Any) -> Any:
    if hasattr(value, "__dataclass_fields__"):
        return asdict(value)
    if isinstance(value, Path):
        return value.name
    if isinstance(value, (set, frozenset)):
        return sorted(value)
    return dict(value) if isinstance(value, Mapping) else str(value)


def read_state(out: Path, shard_id: str, files: ShardFiles | None = None) -> ShardState:
    """What the ledger says of a shard; an entry that cannot be read, or whose files are not as written, is none.

    Parameters
    ----------
    files : ShardFiles, optional
        The files of the store; who reads many shards gives them, so that a storage is listed once.
    """
    path = out / STORE / LEDGER / f"{shard_id}.json"
    try:
        digest, _, text = path.read_bytes().partition(b"\n")
        if digest.decode() != hashlib.sha256(text).hexdigest():
            return ShardState(shard_id)
        stages = json.loads(text)
        entries = {name: _entry(about) for name, about in stages.items()}
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return ShardState(shard_id)
    if not entries:
        return ShardState(shard_id)
    files = files or ShardFiles(shard_folder(out))
    return ShardState(shard_id, {name: entry for name, entry in entries.items() if _whole(files, entry)})


def _entry(about: Mapping[str, Any]) -> Entry:
    history = tuple(Step(stage, what, detail) for stage, what, detail in about["history"])
    files = tuple((str(name), int(size)) for name, size in about["files"])
    return Entry(about["fingerprint"], files, about["n_documents"], about["n_failed"], history)


def _whole(files: ShardFiles, entry: Entry) -> bool:
    return all(files.size(name) == size for name, size in entry.files)


def write_state(out: Path, state: ShardState) -> ShardState:
    """Enter the stages of a shard; the entry of before stays until the new one is whole.

    Returns the state as it will be read again, so that a run that goes on knows the same as one that was not stopped.
    """
    stages = {
        name: {
            **{key: getattr(entry, key) for key in ("fingerprint", "files", "n_documents", "n_failed")},
            "history": [(step.stage, step.what, dict(step.detail)) for step in entry.history],
        }
        for name, entry in state.stages.items()
    }
    with written_aside(make_folder(out / STORE / LEDGER) / f"{state.shard_id}.json") as part:
        text = json.dumps(stages, sort_keys=True, default=_plain)
        part.write_bytes(f"{hashlib.sha256(text.encode()).hexdigest()}\n{text}".encode())
    return ShardState(state.shard_id, {name: _entry(about) for name, about in json.loads(text).items()})


def drop_stages(out: Path, shard_id: str, stages: Iterable[str], files: ShardFiles) -> None:
    """Take stages out of the ledger before their files are written over: before a worker hears of them.

    A run that is killed between the files and the entry must not leave the old entry beside new files.
    """
    if (out / STORE / LEDGER / f"{shard_id}.json").exists():
        kept = read_state(out, shard_id, files).stages
        gone = set(stages)
        write_state(out, ShardState(shard_id, {name: entry for name, entry in kept.items() if name not in gone}))


def read_status(out: Path) -> dict[str, Any]:
    """How far a run is: shards, those done, documents, failed inputs, shards by stage, whether it runs now.

    While it runs, also the seconds left (None before two shards are done).

    Raises
    ------
    UsageError
        The folder holds no run.
    """
    shard_ids, stages = read_plan(out)
    files = ShardFiles(shard_folder(out))
    states = [read_state(out, shard_id, files) for shard_id in shard_ids]
    read = [state.stages["read"] for state in states if "read" in state.stages]
    done = sum(all(stage in state.stages for stage in stages) for state in states)
    running = is_locked(out)
    return {
        "shards": len(states),
        "done": done,
        "documents": sum(entry.n_documents for entry in read),
        "failed": sum(entry.n_failed for entry in read),
        "stages": {stage: sum(stage in state.stages for state in states) for stage in stages},
        "running": running,
        "seconds_left": _seconds_left(out, len(states) - done) if running else None,
    }


RECENT = 50  # shards whose pace tells the time left


def _seconds_left(out: Path, n_left: int) -> float | None:
    """Seconds that the shards left will take at the pace of the last ones that this run did."""
    began = (out / STORE / PLAN).stat().st_mtime
    times = sorted(path.stat().st_mtime for path in (out / STORE / LEDGER).glob("*.json"))
    times = [time for time in times if time >= began][-RECENT:]
    if len(times) < 2:
        return None
    return round(n_left * (times[-1] - times[0]) / (len(times) - 1), 1)


def is_locked(out: Path) -> bool:
    """Whether a run writes into the folder now; a run that begins at this moment waits, see `locked`."""
    import filelock

    lock = filelock.FileLock(out / STORE / LOCK, timeout=0)
    try:
        lock.acquire()
    except (filelock.Timeout, OSError):
        return True
    lock.release()
    return False


def forget_shards(out: Path, files: ShardFiles, keep: Collection[str], folders: Collection[str]) -> None:
    """Delete what belongs to shards that are no more, and files of stages that are no longer asked for.

    ``folders`` are those of the store in which each shard of ``keep`` has a file.
    """
    for path in (out / STORE / LEDGER).glob("*.json"):
        if path.stem not in keep:
            remove_file(path)
    for name in files.tables():
        folder, _, file = name.rpartition("/")
        if folder not in folders or file.removesuffix(".parquet") not in keep:
            files.remove(name)


def merge_steps(histories: Iterable[Sequence[Step]]) -> tuple[Step, ...]:
    """Steps of several parts, equal ones once, their counts added up."""
    merged: dict[tuple[str, str], dict[str, Any]] = {}
    for history in histories:
        for step in history:
            detail = merged.setdefault((step.stage, step.what), {})
            for key, value in step.detail.items():
                adds = isinstance(value, int) and not isinstance(value, bool)
                detail[key] = detail.get(key, 0) + value if adds else value
    return tuple(Step(stage, what, detail) for (stage, what), detail in merged.items())


@contextmanager
def locked(out: Path) -> Iterator[None]:
    """Hold the lock of a run folder; a second run into it is refused. The system frees the lock of a dead process.

    Raises
    ------
    UsageError
        Another run holds the lock.
    OutputError
        The lock cannot be made.
    """
    import filelock

    path = make_folder(out / STORE) / LOCK
    lock = filelock.FileLock(path, timeout=PATIENCE)
    try:
        lock.acquire()
    except filelock.Timeout:
        raise UsageError("run_locked", path=out) from None
    except OSError as error:
        raise OutputError("out_failed", path=str(path), detail=error.strerror or str(error)) from error
    try:
        yield
    finally:
        lock.release()
