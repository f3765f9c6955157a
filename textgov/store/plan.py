"""Which shards a run has, and in which order."""

from __future__ import annotations

import json
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from textgov.errors import UsageError
from textgov.store.files import make_folder, written_aside

STORE, PLAN = "store", "plan.json"


def write_plan(out: Path, shard_ids: Sequence[str], stages: Sequence[str]) -> None:
    """Keep what the run is to do, for `read_status`; the time of the file is when the run began."""
    path = make_folder(out / STORE) / PLAN
    text = json.dumps({"shards": list(shard_ids), "stages": list(stages)})
    if not path.is_file() or path.read_bytes() != text.encode():
        with written_aside(path) as part:
            part.write_text(text, encoding="utf-8")
    with suppress(OSError):
        path.touch()


def read_plan(out: Path) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The shards of the run that was begun last in a folder, in their order, and its stages.

    Raises
    ------
    UsageError
        The folder holds no run.
    """
    try:
        plan = json.loads((out / STORE / PLAN).read_bytes())
        return tuple(plan["shards"]), tuple(plan["stages"])
    except (OSError, ValueError, KeyError, TypeError):
        raise UsageError("run_missing", path=out) from None
