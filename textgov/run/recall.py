"""A finished run remembered: when nothing has changed, what was written is what would be written."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from textgov.batch import STORE, fingerprint
from textgov.panel import coverage_grid
from textgov.records import ManifestRow, Panel, Step, Variable
from textgov.run.options import RunOptions
from textgov.run.provenance import package_versions
from textgov.store import written_aside

if TYPE_CHECKING:
    import pandas as pd

RECORD, PANEL = "outputs.json", "panel.parquet"


@dataclass(frozen=True, slots=True)
class Numbers:
    """Numbers about a run as a whole."""

    n_inputs: int = 0
    n_documents: int = 0
    n_failed: int = 0
    n_held: int = 0
    n_elsewhere: int = 0
    n_doubtful: int = 0


@dataclass(frozen=True, slots=True)
class Remembered:
    """What a run wrote: its files, its numbers, and the decisions that named no document."""

    files: tuple[str, ...]
    numbers: Numbers
    stale: tuple[str, ...] = ()
    made_from: str = field(default="", compare=False)


def outputs_from(
    stages: Sequence[Sequence[str]], passed: Sequence[ManifestRow], options: RunOptions, tables: Mapping[str, str]
) -> str:
    """A hash of all that the outputs of a run depend on; ``stages`` has the fingerprints of each shard."""
    versions = list(package_versions().values())
    lexicons = [(lexicon.label, lexicon.hash) for lexicon in options.stages.lexicons]
    told: tuple[Any, ...] = (options.panel, options.labels, dict(tables), options.extend.told())
    told += (options.topics.told(),) if options.topics else ()
    return fingerprint("outputs", stages, [asdict(row) for row in passed], lexicons, told, versions)


def remember(out: Path, made_from: str, files: Sequence[Path], numbers: Numbers, stale: Sequence[str]) -> None:
    """Keep what was written, with sizes and times, so that `recall` can tell whether it is still there."""
    record = {
        "made_from": made_from,
        "files": {_name(out, path): _stamp(path) for path in files},
        "panel": _stamp(out / STORE / PANEL),
        "numbers": asdict(numbers),
        "stale": list(stale),
    }
    with written_aside(out / STORE / RECORD) as part:
        part.write_text(json.dumps(record, sort_keys=True, ensure_ascii=False), encoding="utf-8")


def restamp(out: Path, path: Path) -> None:
    """Take a file of a run as it is now: written anew from the same results, and `recall` still knows it."""
    try:
        record = json.loads((out / STORE / RECORD).read_bytes())
        if _name(out, path) not in record["files"]:
            return
        record["files"][_name(out, path)] = _stamp(path)
    except (OSError, ValueError, KeyError, TypeError):
        return  # a folder without a finished run
    with written_aside(out / STORE / RECORD) as part:
        part.write_text(json.dumps(record, sort_keys=True, ensure_ascii=False), encoding="utf-8")


def recall(out: Path, made_from: str) -> Remembered | None:
    """What an earlier run wrote, if it was made from the same and every file is as it was left."""
    try:
        record = json.loads((out / STORE / RECORD).read_bytes())
        if record["made_from"] != made_from:
            return None
        if any(_stamp(out / name) != stamp for name, stamp in record["files"].items()):
            return None
        if _stamp(out / STORE / PANEL) != record["panel"]:
            return None
        numbers = Numbers(**record["numbers"])
        return Remembered(tuple(sorted(record["files"])), numbers, tuple(record["stale"]), made_from)
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return None


def _name(out: Path, path: Path) -> str:
    return path.relative_to(out).as_posix()


def _stamp(path: Path) -> list[int]:
    status = path.stat()
    return [status.st_size, status.st_mtime_ns]


def keep_panel(panel: Panel, out: Path) -> None:
    """Write a panel as it is in memory, for `read_kept_panel`."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    table = pa.Table.from_pandas(panel.frame, preserve_index=False)
    about = {
        "variables": [asdict(variable) for variable in panel.variables],
        "keys": list(panel.keys),
        "history": [(step.stage, step.what, dict(step.detail)) for step in panel.history],
    }
    packed = json.dumps(about, sort_keys=True, ensure_ascii=False, default=str)
    table = table.replace_schema_metadata({**(table.schema.metadata or {}), b"textgov": packed.encode()})
    with written_aside(out / STORE / PANEL) as part:
        pq.write_table(table, part)


def read_kept_panel(out: Path) -> Panel:
    """The panel of a finished run."""
    import pyarrow.parquet as pq

    with pq.ParquetFile(out / STORE / PANEL) as file:  # `read_table` would load the package for data sets first
        table = file.read()
    about: Mapping[str, Any] = json.loads(table.schema.metadata[b"textgov"])
    frame: pd.DataFrame = table.to_pandas()
    keys = (about["keys"][0], about["keys"][1])
    variables = tuple(Variable(**one) for one in about["variables"])
    history = tuple(Step(stage, what, detail) for stage, what, detail in about["history"])
    return Panel(frame, variables, keys, coverage_grid(frame, keys), history)
