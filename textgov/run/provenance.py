"""The record of a run: all that its numbers depend on."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from functools import cache
from importlib.metadata import version
from pathlib import Path
from typing import Any

from textgov.records import ManifestRow, Step, hash_text
from textgov.run.options import RunOptions

# The packages whose version can change a number.
PACKAGES = (
    "textgov",
    "ahocorasick-rs",
    "fastwarc",
    "ftfy",
    "jieba",
    "lxml",
    "numpy",
    "opencc",
    "openpyxl",
    "pandas",
    "pyarrow",
    "pypdfium2",
    "pypinyin",
    "pyreadstat",
    "rensa",
    "rjieba",
    "trafilatura",
    "xlrd",
)
# A record with more inputs than this does not list them: the manifest does, and its hash is in the record.
MOST_INPUTS = 20_000


@cache
def package_versions() -> Mapping[str, str]:
    """The versions of the packages that can change a number; looked up once, since each takes a search of the disk."""
    return {name: version(name) for name in PACKAGES}


class InputHash:
    """What a record says of the inputs, gathered one by one."""

    def __init__(self) -> None:
        self.n, self.listed, self.digest = 0, list[dict[str, str]](), hashlib.sha256()

    def add(self, row: ManifestRow) -> None:
        """Take one row of the manifest in."""
        self.n += 1
        self.digest.update(f"{row.path}\0{row.status}\0{row.sha256}\n".encode("utf-8", "surrogatepass"))
        if self.n <= MOST_INPUTS:
            self.listed.append({"path": row.path, "status": row.status, "sha256": row.sha256})

    def told(self) -> dict[str, Any]:
        """Number and hash of the inputs, and the inputs themselves if they are not too many."""
        about: dict[str, Any] = {"n_inputs": self.n, "inputs_sha256": self.digest.hexdigest()}
        return about | ({"inputs": self.listed} if self.n <= MOST_INPUTS else {})


def provenance(
    inputs: Mapping[str, Any], history: Sequence[Step], options: RunOptions, tables: Mapping[str, str]
) -> dict[str, Any]:
    """All that the numbers depend on: inputs, options, lexicons, versions; no path, clock, worker or engine.

    ``inputs`` is what `InputHash` tells of them.
    """
    stages = options.stages
    told = {
        "load": asdict(stages.load),
        "normalise": asdict(stages.normalise) | {"vocabulary": Path(stages.normalise.vocabulary or "").name or None},
        "locate": asdict(stages.locate) | {"divisions": Path(stages.locate.divisions or "").name or None},
        "segment": asdict(stages.segment) if stages.words else None,
        "count": asdict(stages.count),
        "panel": asdict(options.panel),
        "metadata": options.metadata.name if options.metadata else None,
        **options.extend.told(),
    }
    lexicons = [
        {"lexicon": lexicon.label, "hash": lexicon.hash, "prefix": lexicon.prefix} for lexicon in stages.lexicons
    ]
    record = {
        **inputs,
        "lexicons": lexicons,
        "options": told,
        "tables": dict(tables),
        "steps": [asdict(step) for step in history],
        "versions": dict(package_versions()),
    }
    return record | {"run_id": hash_text(repr(sorted(record.items())))}


def user_tables(options: RunOptions, out: Path) -> dict[str, str]:
    """Hashes of the tables that the user gave."""
    tables = {
        "metadata": options.metadata,
        "decisions": out / "decisions.csv",
        "divisions": options.stages.locate.divisions,
        "vocabulary": options.stages.normalise.vocabulary,
    }
    found = {
        name: hashlib.sha256(Path(table).read_bytes()).hexdigest()
        for name, table in tables.items()
        if table is not None and Path(table).is_file()
    }
    return found | options.extend.hashes()
