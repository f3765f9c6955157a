"""What several test files need: the real corpora, and how property tests run."""

from __future__ import annotations

import json
import lzma
import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

DATA = Path(__file__).resolve().parents[2] / "shared" / "data"

# Many tests start new processes: the first keeps the compiled modules, and the others need not compile them again.
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)

# The same examples every time; HYPOTHESIS_PROFILE=explore looks for new ones, ten times as many.
settings.register_profile(
    "fixed", deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow], max_examples=100
)
settings.register_profile("explore", settings.get_profile("fixed"), derandomize=False, max_examples=1000)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "fixed"))


@pytest.fixture(scope="session")
def real_data() -> Path:
    """Folder of the real corpora; tests that ask for it are skipped where it is missing."""
    if not (DATA / "gwr-panel").is_dir():
        pytest.skip(f"no real corpora in {DATA.parent.name}/{DATA.name} beside the repository")
    return DATA


def iter_reports(data: Path, kinds: tuple[str, ...] = ()) -> Iterator[tuple[str, str]]:
    """Relative path and whole file of every real report, or of those of some kinds."""
    for source in sorted((data / "gwr-panel").glob("*.jsonl.xz")):
        if kinds and source.name.removesuffix(".jsonl.xz") not in kinds:
            continue
        with lzma.open(source, "rt", encoding="utf-8") as lines:
            for line in lines:
                report = json.loads(line)
                yield report["id"].removeprefix("lawtext/"), report["text"]


@pytest.fixture(scope="session")
def reports(real_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The 2,431 real government work reports as a folder of markdown files, laid out as a researcher has them."""
    folder = tmp_path_factory.mktemp("reports")
    for name, text in iter_reports(real_data):
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text.encode())
    return folder
