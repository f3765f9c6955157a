"""The list of the inputs, which needs nothing but the store: it is written while the rest is still worked out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from textgov.errors import OutputError
from textgov.export.streams import csv_stream
from textgov.records import Corpus, ManifestRow
from textgov.run.provenance import InputHash
from textgov.run.shelf import Shelf


class Manifested(NamedTuple):
    """What the record says of the inputs, how many there are and how many failed, the file or why there is none."""

    inputs: Mapping[str, Any]
    n_inputs: int
    n_failed: int
    files: tuple[Path, ...]
    faults: tuple[OutputError, ...] = ()


def write_manifest(shelf: Shelf, passed: Sequence[ManifestRow]) -> Manifested:
    """Write ``manifest.csv``: the rows of every shard, and those passed over."""
    path = shelf.out / "manifest.csv"
    try:
        with csv_stream(path) as write:
            return _account(shelf, passed, write)._replace(files=(path,))
    except OutputError as error:
        return _account(shelf, passed, None)._replace(faults=(error,))


def _account(shelf: Shelf, passed: Sequence[ManifestRow], write: Any) -> Manifested:
    inputs = InputHash()
    n_failed = 0
    for part in shelf.manifest(passed):
        for row in part:
            inputs.add(row)
            n_failed += row.status == "failed"
        if write is not None:
            write(Corpus((), part).manifest)
    return Manifested(inputs.told(), inputs.n, n_failed, ())
