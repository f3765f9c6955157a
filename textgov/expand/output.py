"""What an expansion leaves in a folder: the sheet, and what it was made from."""

from __future__ import annotations

import json
from dataclasses import asdict
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING

from textgov.expand.rank import RANKINGS, RRF
from textgov.expand.sheet import write_sheet
from textgov.export.delimited import write_text
from textgov.store import written_aside

if TYPE_CHECKING:
    from textgov.expand import Expansion
    from textgov.expand.merge import Merged

PACKAGES = ("textgov", "gensim", "numpy", "rjieba")


def write_expansion(expansion: Expansion, out: Path | str, about: dict[str, str] | None = None) -> tuple[Path, ...]:
    """Write ``candidates.xlsx``, ``candidates.csv`` and ``expand.json`` (options, lexicon, weights, versions, counts).

    Parameters
    ----------
    expansion : Expansion
    out : path
    about : dict of str to str, optional
        More to tell in ``expand.json``, such as the column that the groups are of.

    Raises
    ------
    OutputError
        A file cannot be written.
    UsageError
        A sheet in the folder holds answers.
    """
    paths = write_sheet(expansion, out)
    facts = {
        "lexicon": expansion.lexicon.label,
        "lexicon_hash": expansion.lexicon.hash,
        "options": asdict(expansion.options),
        "rank_weights": {name: ranking.weight for name, ranking in RANKINGS.items()},
        "rank_constant": RRF,
        "n_seeds": expansion.n_seeds,
        "n_documents": expansion.n_documents,
        "n_left_out": expansion.n_left_out,
        "n_words": expansion.n_words,
        "versions": {name: version(name) for name in PACKAGES},
        **(about or {}),
    }
    path = Path(out) / "expand.json"
    with written_aside(path) as part:
        write_text(json.dumps(facts, ensure_ascii=False, indent=2, sort_keys=True) + "\n", part)
    return (*paths, path)


def write_changelog(merged: Merged, path: Path | str) -> Path:
    """Write what a merge did beside the new lexicon, as ``<name>.changelog.md``."""
    target = Path(path).with_suffix(".changelog.md")
    with written_aside(target) as part:
        write_text(merged.changelog, part)
    return target
