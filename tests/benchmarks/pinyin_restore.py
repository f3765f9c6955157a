"""How much of pages with pinyin in their GBK bytes is restored, what it costs, and whether clean text stays.

usage: python tests/benchmarks/pinyin_restore.py DATA [--seeds FOLDER] [--texts N]

DATA holds ``gwr-panel/*.jsonl.xz`` and ``hk-policy-address``; FOLDER the damaged page whose set of characters is used
too. Damages N reports of odd years (converted to traditional script) and four policy addresses of Hong Kong with
several sets of annotated characters. Prints, for each set and end of line, the shares of broken places restored
exactly (of those that kept their bytes, of all) and of characters.
"""

from __future__ import annotations

import argparse
import random
import re
import sys
import time
from pathlib import Path

import opencc

sys.path.insert(0, str(Path(__file__).parents[1]))
from conftest import iter_reports
from test_pinyin import SIZES, Score, damage, in_gbk, judge, seed_notes, sets

from textgov.normalise.pinyin import restore_pinyin

# How a line of the page ends: a tag, whose first byte can be swallowed, or a line feed of its own.
LINE_ENDS = {"tag": "</p>\r\n<p>", "line feed": "\n"}
MARKS = str.maketrans("，：；！（）？", ",:;!()?")


def read_texts(data: Path, number: int) -> list[str]:
    """Reports of odd years in traditional script and policy addresses that are written in it."""
    odd = re.compile(r"(?<!\d)\d{3}[13579](?!\d)")
    reports = [text for name, text in iter_reports(data) if odd.search(name)]
    to_full = [opencc.OpenCC("s2t"), opencc.OpenCC("s2tw")]
    chosen = random.Random(1).sample(reports, number)
    texts = [to_full[i % 2].convert(text) for i, text in enumerate(chosen)]
    texts += [(data / "hk-policy-address" / f"pa{year}.xml").read_text("utf-8") for year in (1997, 1998, 2000, 2017)]
    return [in_gbk(text.replace("\r\n", "\n")) for text in texts]


def print_score(label: str, score: Score, seconds: float) -> None:
    """One line of the table."""
    whole, places, chars = score.shares()
    print(
        f"{label:32} {score.places:7,} {score.whole:7,}  {whole:8.2%} {places:8.2%} {chars:9.4%} "
        f"{score.invented:5} {score.chars / max(seconds, 1e-9) / 1e6:6.2f}"
    )


def measure(label: str, texts: list[str], chars: list[tuple[str, str]], line_end: str, *, folded: bool) -> Score:
    """Damage and restore all texts with one set of characters."""
    score, seconds = Score(), 0.0
    for text in texts:
        damaged = damage(text, chars, line_end)
        true = text
        if folded:
            true, damaged = text.translate(MARKS), damaged._replace(text=damaged.text.translate(MARKS))
        start = time.perf_counter()
        change = restore_pinyin(damaged.text)
        seconds += time.perf_counter() - start
        if folded:
            change = change._replace(text=change.text.translate(MARKS))
        score += judge(true, damaged, change)
    print_score(label, score, seconds)
    return score


def measure_short(texts: list[str], chars: list[tuple[str, str]]) -> None:
    """How long a damaged text must be to be recognised."""
    for length in (50, 100, 200, 500, 1000):
        parts = [damage(text[at : at + length], chars).text for text in texts for at in range(0, len(text), 5000)]
        parts = [part for part in parts if "(" in part]
        fired = sum(restore_pinyin(part).places > 0 for part in parts)
        print(f"  {length:5} characters: {fired / max(len(parts), 1):6.1%} of {len(parts)}")


def measure_clean(data: Path) -> None:
    """Text that is not damaged: nothing may change, and it must cost next to nothing."""
    reports = [text for _, text in iter_reports(data)]
    size = sum(len(text.encode()) for text in reports) / 1e6
    start = time.perf_counter()
    changed = sum(restore_pinyin(text).places > 0 for text in reports)
    seconds = time.perf_counter() - start
    print(f"clean: {changed} of {len(reports):,} changed, {1000 * seconds / size:.3f} ms per MB of UTF-8")
    for label, piece in (
        ("all broken notes", "府?dāng)?????"),
        ("all notes", "數(shù)"),
        ("nested notes", "數((((shù)"),
    ):
        text = "數(shù)" * 20 + piece * 4000
        start = time.perf_counter()
        restore_pinyin(text)
        print(f"worst case, {label}: {time.perf_counter() - start:.2f} s for {len(text) / 1e6:.3f} m characters")


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path)
    parser.add_argument("--seeds", type=Path, help="folder of the damaged page 002_*.txt")
    parser.add_argument("--texts", type=int, default=20)
    arguments = parser.parse_args()
    texts = read_texts(arguments.data, arguments.texts)
    labels = [f"{size} of {most}" for size, most in SIZES]
    chosen = dict(zip(labels, sets(texts, 7), strict=True))
    for path in (arguments.seeds or Path("none")).glob("002_*.txt"):
        chosen["of the damaged page"] = seed_notes(path.read_text("utf-8"))
    head = "annotated characters, line end"
    print(f"{head:32} {'places':>7} {'kept':>7}  {'of kept':>8} {'of all':>8} {'chars':>9} {'made':>5} {'Mc/s':>6}")
    start, total = time.perf_counter(), Score()
    for label, chars in chosen.items():
        for name, line_end in LINE_ENDS.items():
            total += measure(f"{label}, {name}", texts, chars, line_end, folded=False)
    print_score("together", total, time.perf_counter() - start)
    for label, chars in chosen.items():
        measure(f"{label}, marks made ASCII", texts, chars, LINE_ENDS["tag"], folded=True)
    print("recognised, by length, annotated characters", labels[1])
    measure_short(texts, chosen[labels[1]])
    measure_clean(arguments.data)


if __name__ == "__main__":
    main()
