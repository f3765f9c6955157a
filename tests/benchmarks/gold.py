"""Score the built-in lexicons on the hand-coded sentences: design-weighted precision and recall of sentences.

``python tests/benchmarks/gold.py [LEXICON ...]`` prints a table: both halves of the cities, each bin, and the stratum
``none`` apart. The rules of the lexicons were written with an eye on the tuning half only; a city is in it by the
parity of the first byte of the SHA-256 of its name, which nobody can choose. Intervals: 2,000 bootstrap samples of
sentences within stratum and bin, as they were drawn.
"""

from __future__ import annotations

import csv
import hashlib
import sys
from pathlib import Path
from typing import NamedTuple

import numpy as np

from textgov import read_lexicon
from textgov.count import CountOptions, find_matches, make_key, make_matcher
from textgov.normalise import normalise_term
from textgov.normalise.structure import classes

GOLD = Path(__file__).resolve().parents[3] / "shared" / "reference" / "gold" / "sentences.csv"
SAMPLES = 2000
DRAWN = ("hit", "near")  # the stratum none has one positive, which stands for 9,263 sentences


class Sentence(NamedTuple):
    """A coded sentence of the sample."""

    text: str
    cell: tuple[str, int]
    half: str
    weight: float
    label: bool


class Score(NamedTuple):
    """Precision and recall with the ends of their 95 % intervals."""

    precision: float
    recall: float
    precision_ends: tuple[float, float]
    recall_ends: tuple[float, float]


def half_of(city: str) -> str:
    """The half that a city belongs to: ``tuning`` or ``held out``."""
    return "held out" if hashlib.sha256(city.encode()).digest()[0] % 2 else "tuning"


def read_gold(path: Path = GOLD) -> list[Sentence]:
    """The coded sentences."""
    with path.open(encoding="utf-8", newline="") as stream:
        return [
            Sentence(
                row["sentence"],
                (row["stratum"], int(row["bin"])),
                half_of(row["file"].split("/")[1]),
                float(row["weight"]),
                row["label"] == "1",
            )
            for row in csv.DictReader(stream)
        ]


def predict(sentences: list[Sentence], lexicon: str) -> np.ndarray:
    """Which sentences hold a hit."""
    matcher = make_matcher(read_lexicon(lexicon), CountOptions())
    texts = [normalise_term(sentence.text) for sentence in sentences]
    return np.array([bool(find_matches(make_key(text, classes(text)), matcher)) for text in texts])


def score(sentences: list[Sentence], found: np.ndarray) -> Score:
    """Weighted precision and recall; the bootstrap draws within stratum and bin."""
    weight = np.array([sentence.weight for sentence in sentences])
    label = np.array([sentence.label for sentence in sentences])
    cells: dict[tuple[str, int], list[int]] = {}
    for number, sentence in enumerate(sentences):
        cells.setdefault(sentence.cell, []).append(number)
    random = np.random.default_rng(20260101)
    times = np.zeros((SAMPLES, len(sentences)))
    for numbers in cells.values():
        times[:, numbers] = random.multinomial(len(numbers), np.full(len(numbers), 1 / len(numbers)), SAMPLES)
    times = np.vstack([np.ones(len(sentences)), times])
    both, hits, true = (times @ (weight * part) for part in (label & found, found, label))
    with np.errstate(invalid="ignore"):
        shares = both / hits, both / true
    ends = [tuple(np.nanquantile(share[1:], (0.025, 0.975)).round(3).tolist()) for share in shares]
    return Score(float(shares[0][0]), float(shares[1][0]), *ends)


def report(lexicon: str, sentences: list[Sentence]) -> list[str]:
    """The lines of the table of one lexicon."""
    found = predict(sentences, lexicon)
    drawn = np.array([sentence.cell[0] in DRAWN for sentence in sentences])
    parts = {"both halves": drawn}
    for half in ("tuning", "held out"):
        parts[half] = drawn & np.array([sentence.half == half for sentence in sentences])
    for number, name in enumerate(("before 2015", "2015-2019", "2020 and later")):
        parts[name] = drawn & np.array([sentence.cell[1] == number for sentence in sentences])
    lines = [f"{lexicon}"]
    for name, mask in parts.items():
        chosen = [sentence for sentence, inside in zip(sentences, mask, strict=True) if inside]
        one = score(chosen, found[mask])
        lines.append(
            f"  {name:15} n {len(chosen):3}  precision {one.precision:.3f} {list(one.precision_ends)}"
            f"  recall {one.recall:.3f} {list(one.recall_ends)}"
        )
    none = ~drawn
    label = np.array([sentence.label for sentence in sentences])
    lines.append(
        f"  stratum none: {none.sum()} sentences, {(none & found).sum()} with a hit, {(none & label).sum()} true"
    )
    return lines


if __name__ == "__main__":
    gold = read_gold()
    for name in sys.argv[1:] or ("digital-government", "digital-government-broad", "digital-government-core"):
        print("\n".join(report(name, gold)))
