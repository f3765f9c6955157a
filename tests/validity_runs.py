"""A run of some provinces of the demo corpus, for the tests of validity."""

from __future__ import annotations

from pathlib import Path

import textgov as tg
from textgov.batch import StageOptions
from textgov.run import RunOptions, run_panel

REPORTS = Path(__file__).resolve().parents[1] / "corpora" / "demo" / "reports"
PROVINCES = ("湖北省", "四川省", "江苏省")


def make_run(out: Path, provinces: tuple[str, ...] = PROVINCES) -> Path:
    """A finished run with two lexicons."""
    lexicons = tuple(map(tg.read_lexicon, ("digital-government", "digital-economy")))
    sources = [REPORTS / name for name in provinces]
    run_panel(sources, out, RunOptions(StageOptions(lexicons=lexicons)), engine="serial")
    return out
