"""Time the main job against the notebook recipe that it replaces, in one run, on the same files.

usage: python tests/benchmarks/main_job.py FOLDER [--runs 1] [--workers 2] [--limit N]

FOLDER holds reports as <...>/<city>/<year>.md. The recipe is what people copy today: read each file, cut it by
``jieba.lcut`` for the number of words, count an alternation of the terms by ``str.count``-like scanning, divide, and
pivot. Both are run as whole processes; the ratio of their wall times is what counts, since absolute times depend on the
machine. Peak memory is that of the largest process.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

RECIPE = """
import re, sys
from pathlib import Path
import jieba, logging
import pandas as pd
jieba.setLogLevel(logging.WARNING)
terms = Path(sys.argv[2]).read_text("utf-8").split()
pattern = re.compile("|".join(map(re.escape, terms)))
rows = []
for path in sorted(Path(sys.argv[1]).rglob("*.md")):
    text = path.read_text("utf-8")
    words = jieba.lcut(text)
    hits = sum(text.count(term) for term in terms)
    rows.append((path.parent.name, path.stem[:4], hits, len(pattern.findall(text)), len(words)))
frame = pd.DataFrame(rows, columns=["city", "year", "hits", "found", "words"])
frame["rate"] = frame["hits"] / frame["words"]
frame.pivot_table(index="city", columns="year", values="rate").to_csv(sys.argv[3], encoding="utf-8-sig")
"""


def timed(command: list[str]) -> tuple[float, float]:
    """Wall seconds, and peak memory of the largest process in MB."""
    start = time.perf_counter()
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    if status:
        raise SystemExit(f"{command[:3]} failed with status {status}")
    return time.perf_counter() - start, usage.ru_maxrss / 1024


def subset(folder: Path, limit: int | None, work: Path) -> Path:
    """The folder itself, or every k-th of its files so that about `limit` are left."""
    files = sorted(folder.rglob("*.md"))
    if limit is None or limit >= len(files):
        return folder
    for path in files[:: len(files) // limit]:
        target = work / "some" / path.relative_to(folder)
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(path, target)
    return work / "some"


def main() -> None:
    """Run both, print times, memory and the ratio."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--runs", type=int, default=1)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--limit", type=int)
    args = parser.parse_args()
    from textgov import read_lexicon

    with tempfile.TemporaryDirectory() as name:
        work = Path(name)
        folder = subset(args.folder, args.limit, work)
        terms = work / "terms.txt"
        terms.write_text("\n".join(entry.term for entry in read_lexicon("digital-government-core").entries), "utf-8")
        recipe = [sys.executable, "-c", RECIPE, str(folder), str(terms), str(work / "pivot.csv")]
        ours = [sys.executable, "-c", "from textgov.cli import main; main()", "panel", str(folder)]
        ours += ["--out", str(work / "out"), "--workers", str(args.workers), "--quiet"]
        n_files = sum(1 for _ in folder.rglob("*.md"))
        print(f"{n_files} files, {args.workers} workers")
        ratios = []
        for _ in range(args.runs):
            mine, my_peak = timed(ours)
            theirs, their_peak = timed(recipe)
            ratios.append(theirs / mine)
            print(
                f"textgov panel {mine:8.2f} s {my_peak:6.0f} MB   recipe {theirs:8.2f} s {their_peak:6.0f} MB", end=""
            )
            print(f"   ratio {theirs / mine:.1f}")
        print(f"median ratio {sorted(ratios)[len(ratios) // 2]:.1f}")


if __name__ == "__main__":
    main()
