"""How fast reports are loaded and normalised, against NFKC alone, a plain read and ``wc -m``, in one run.

usage: python tests/benchmarks/loading.py FOLDER [--runs 3] [--limit N]

FOLDER holds reports in UTF-8 as .md or .txt files. Each way is timed in turn, several times on one core; the best time
of each counts, since other work on the machine only adds to it. MB are those of the files. Below that, what each rule
of `normalise` costs on these texts, in the order in which they run, and what reading costs in other encodings.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import tempfile
import time
import unicodedata
from collections.abc import Callable
from functools import partial
from pathlib import Path

from textgov.load import load_corpus
from textgov.load.encoding import decode
from textgov.normalise import RULES, normalise_corpus
from textgov.normalise.script import detect_script

SUFFIXES = (".md", ".txt")
GOAL = 1.5  # times as fast as NFKC alone


def subset(folder: Path, limit: int | None, work: Path) -> Path:
    """The folder itself, or a copy of every k-th of its files so that about `limit` are left."""
    paths = sorted(path for path in folder.rglob("*") if path.suffix in SUFFIXES)
    if limit is None or limit >= len(paths):
        return folder
    for path in paths[:: len(paths) // limit]:
        target = work / path.relative_to(folder)
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(path, target)
    return work


def timed(work: Callable[[], object]) -> float:
    """Seconds that some work takes."""
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def run_all(work: Callable[[object], object], items: list[object]) -> None:
    """Do some work on every item."""
    for item in items:
        work(item)


def count_by_wc(paths: list[Path]) -> None:
    """Characters of all files by ``wc -m``."""
    names = b"\0".join(os.fsencode(path) for path in paths)
    environment = {**os.environ, "LC_ALL": "C.UTF-8"}
    subprocess.run(["wc", "-m", "--files0-from=-"], input=names, stdout=subprocess.DEVNULL, env=environment, check=True)


def time_ways(folder: Path, paths: list[Path], runs: int) -> dict[str, float]:
    """Best seconds of each way."""
    texts = [path.read_text("utf-8") for path in paths]
    corpus = load_corpus(folder)
    normalise_corpus(corpus)  # the tables are built once for a process
    ways: dict[str, Callable[[], object]] = {
        "plain read": lambda: [path.read_bytes().decode("utf-8") for path in paths],
        "wc -m": lambda: count_by_wc(paths),
        "NFKC alone": lambda: [unicodedata.normalize("NFKC", text) for text in texts],
        "load": lambda: load_corpus(folder),
        "normalise": lambda: normalise_corpus(corpus),
        "load and normalise": lambda: normalise_corpus(load_corpus(folder)),
    }
    times: dict[str, list[float]] = {name: [] for name in ways}
    for _ in range(runs):
        for name, work in ways.items():
            times[name].append(timed(work))
    return {name: min(seconds) for name, seconds in times.items()}


def time_rules(texts: list[str], runs: int) -> dict[str, tuple[float, int]]:
    """Best seconds of each rule on what the rules before it left, and how many texts it changed."""
    found = {}
    for name, rule in RULES:
        if name == "script":
            found["script: detect"] = (min(timed(partial(run_all, detect_script, texts)) for _ in range(runs)), 0)
        changes = list(map(rule, texts))
        seconds = min(timed(partial(run_all, rule, texts)) for _ in range(runs))
        found[name] = (seconds, sum(change.places > 0 for change in changes))
        texts = [change.text for change in changes]
    return found


def time_encodings(texts: list[str], runs: int) -> dict[str, float]:
    """Best MB a second of `decode` in each encoding, the MB being those of that encoding."""
    found = {}
    for name in ("utf-8", "gb18030", "big5hkscs", "utf-16-le"):
        written = [text.encode(name, "ignore") for text in texts]
        seconds = min(timed(partial(run_all, decode, written)) for _ in range(runs))
        found[name] = sum(map(len, written)) / 1e6 / seconds
    return found


def main() -> None:
    """Time everything and print it."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--limit", type=int)
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as work:
        folder = subset(args.folder, args.limit, Path(work))
        paths = sorted(path for path in folder.rglob("*") if path.suffix in SUFFIXES)
        size = sum(path.stat().st_size for path in paths) / 1e6
        print(f"{len(paths)} files, {size:.1f} MB")
        times = time_ways(folder, paths, args.runs)
        texts = [path.read_text("utf-8") for path in paths]
    for name, seconds in times.items():
        print(f"{name:20s} {seconds:7.3f} s {size / seconds:7.1f} MB/s {seconds / size * 1e3:7.2f} ms/MB")
    ratio = times["NFKC alone"] / times["load and normalise"]
    print(f"load and normalise is {ratio:.2f} times as fast as NFKC alone (goal {GOAL})")
    print("\nrule                    ms/MB   texts changed")
    for name, (seconds, changed) in time_rules(texts, args.runs).items():
        print(f"{name:20s} {seconds / size * 1e3:8.2f} {changed:10d}")
    print("\ndecode")
    for name, speed in time_encodings(texts[:: max(1, len(texts) // 200)], args.runs).items():
        print(f"{name:20s} {speed:7.1f} MB/s")


if __name__ == "__main__":
    main()
