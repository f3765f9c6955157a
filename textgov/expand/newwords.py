"""Words that no dictionary knows: stretches whose parts hold together and whose neighbours are free.

A stretch of 2 to 8 characters is a word if its weakest split in two has a high pointwise mutual information (its parts
do not meet by chance) and if many different characters stand on either side of it (it is not a part of a longer word).
Text ends at marks, blanks and numbers, and a stretch never reaches across. Each end of the text beside a stretch counts
as a neighbour of its own, as in the accessor variety of Feng, Chen, Deng and Zheng (2004), *Computational Linguistics*
30(1); cohesion and entropy together are those of Luo and Sun (2003) and of the new-word programs built on them.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from textgov.expand.options import NewWordOptions
from textgov.lexicon import lower_case
from textgov.normalise.characters import look_up, to_codes
from textgov.normalise.structure import HAN, classes

if TYPE_CHECKING:
    from numpy.typing import NDArray

# A run with a Latin letter (app, 5g) is one unit, and so is one of five digits or more (12345, a hotline): numbers that
# large are written with 万. Shorter numbers are quantities, at which text ends.
RUN = re.compile(r"[a-z0-9]+")
NAME_DIGITS = 5
PLUS = ord("+")  # 互联网+政务服务 is one word; no word begins or ends with the mark
FIRST_RUN, N_RUNS = 0xF0000, 0xFFFE  # private characters that stand for runs
BLOCK = 4_000_000  # pairs that are sorted at once: about 200 MB


@dataclass(frozen=True, slots=True, eq=False)
class NewWords:
    """Stretches that pass, by falling frequency, then by their characters; arrays of one length.

    ``cohesion`` is the mutual information of the weakest split, ``left`` and ``right`` are the entropies of the
    neighbours, all in natural logarithms.
    """

    words: tuple[str, ...]
    counts: NDArray[np.int64]
    cohesion: NDArray[np.float64]
    left: NDArray[np.float64]
    right: NDArray[np.float64]


class _Level(NamedTuple):
    """Frequent stretches of one length: how often, without the last unit, without the first, where one stands."""

    counts: NDArray[np.int64]
    prefix: NDArray[np.int64]
    suffix: NDArray[np.int64]
    position: NDArray[np.int64]


class UnitCoder:
    """Texts as arrays of units: a Han character, a run of Latin letters; 0 stands for an end of the text."""

    def __init__(self) -> None:
        self.runs: dict[str, str] = {}

    def encode(self, text: str) -> NDArray[np.uint32]:
        """Units of one text, with an end behind it."""
        plain = RUN.sub(self._stand_in, lower_case(text))
        codes = to_codes(plain).astype(np.uint32)
        units = ((classes(plain) & HAN) != 0) | (codes == PLUS)
        units |= (codes >= FIRST_RUN) & (codes < FIRST_RUN + N_RUNS)
        return np.append(np.where(units, codes, 0), np.uint32(0)).astype(np.uint32)

    def decode(self, codes: Iterable[int]) -> str:
        """The text that units stand for."""
        names = {char: run for run, char in self.runs.items()}
        return "".join(names.get(char, char) for char in map(chr, codes))

    def _stand_in(self, match: re.Match[str]) -> str:
        run = match[0]
        if run.isdigit() and len(run) < NAME_DIGITS:
            return "\n"
        if run not in self.runs:
            if len(self.runs) == N_RUNS:
                return "\n"
            self.runs[run] = chr(FIRST_RUN + len(self.runs))
        return self.runs[run]


def discover_words(texts: Iterable[str], options: NewWordOptions | None = None) -> NewWords:
    """Find the words of some normalised texts by cohesion and freedom of neighbours, without any dictionary.

    Memory is about 12 bytes a character of the texts, and 200 MB.

    Parameters
    ----------
    texts : iterable of str
        Normalised; Latin letters are compared in lower case.
    options : NewWordOptions, optional

    Returns
    -------
    NewWords
        Those of at least ``min_count`` occurrences that reach both thresholds. Their order does not depend on that of
        the texts.
    """
    coder = UnitCoder()
    return discover_units([coder.encode(text) for text in texts], coder, options)


def discover_units(
    encoded: list[NDArray[np.uint32]], coder: UnitCoder, options: NewWordOptions | None = None
) -> NewWords:
    """As `discover_words`, from texts that were encoded by one coder; the list is emptied to save memory."""
    options = options or NewWordOptions()
    codes = np.concatenate([np.zeros(1, dtype=np.uint32), *encoded, np.zeros(1, dtype=np.uint32)])
    encoded.clear()
    units, alphabet = _compact(codes)
    del codes
    spelled = [coder.decode([code]) for code in alphabet.tolist()]
    found: list[tuple[str, int, float, float, float]] = []
    for n, level, ids, cohesion in _levels(units, options):
        good = cohesion >= options.cohesion
        good &= (units[level.position] != _code_of(alphabet, PLUS)) & (
            units[level.position + n - 1] != _code_of(alphabet, PLUS)
        )
        left, right = (_entropies(units, ids, step, good, level.counts) for step in (-1, n))
        good &= np.minimum(left, right) >= options.entropy
        for one in np.flatnonzero(good).tolist():
            at = int(level.position[one])
            word = "".join(spelled[unit] for unit in units[at : at + n].tolist())
            found.append((word, int(level.counts[one]), float(cohesion[one]), float(left[one]), float(right[one])))
    found.sort(key=lambda row: (-row[1], row[0]))
    words, *numbers = zip(*found, strict=True) if found else ((), (), (), (), ())
    return NewWords(tuple(words), np.array(numbers[0], dtype=np.int64), *(np.array(one) for one in numbers[1:]))


def _compact(codes: NDArray[np.uint32]) -> tuple[NDArray[np.int32], NDArray[np.int64]]:
    """Units numbered from 1 in the order of their codes, and the code of each number; 0 stays 0."""
    seen = np.zeros(0x110000, dtype=bool)
    seen[codes] = True
    seen[0] = True
    alphabet = np.flatnonzero(seen)
    table = np.zeros(0x110000, dtype=np.int32)
    table[alphabet] = np.arange(len(alphabet), dtype=np.int32)
    return look_up(table, codes), alphabet


def _code_of(alphabet: NDArray[np.int64], code: int) -> int:
    at = int(np.searchsorted(alphabet, code))
    return at if at < len(alphabet) and alphabet[at] == code else -1


def _levels(
    units: NDArray[np.int32], options: NewWordOptions
) -> Iterator[tuple[int, _Level, NDArray[np.int32], NDArray[np.float64]]]:
    """Frequent stretches of 2 units, of 3 and so on: length, level, number of the stretch at each place, cohesion.

    A stretch is frequent only if both stretches that are one unit shorter are, so only these are ever paired.
    """
    counts = np.bincount(units)
    counts[0] = 0
    total = int(counts.sum())
    nothing = np.empty(0, dtype=np.int64)
    levels = [_Level(counts, nothing, nothing, nothing)]
    ids = np.where(counts[units] >= options.min_count, units, np.int32(-1)).astype(np.int32)
    for n in range(2, options.longest + 1):
        ids, level = _pair(ids, levels[-1].counts, options.min_count)
        if not len(level.counts):
            return
        levels.append(level)
        yield n, level, ids, _cohesion(levels, total)


def _pair(ids: NDArray[np.int32], counts: NDArray[np.int64], min_count: int) -> tuple[NDArray[np.int32], _Level]:
    """Stretches one unit longer: the stretch at a place together with the one at the next place."""
    longer = np.full(len(ids), -1, dtype=np.int32)
    parts: list[tuple[NDArray[np.int64], ...]] = []
    n_kept = 0
    for low, high in _blocks(counts):
        at = np.flatnonzero((ids >= low) & (ids < high))
        at = at[at + 1 < len(ids)]
        at = at[ids[at + 1] >= 0]
        keys = ids[at].astype(np.int64) * len(counts) + ids[at + 1]
        pairs, first, number, found = np.unique(keys, return_index=True, return_inverse=True, return_counts=True)
        kept = found >= min_count
        names = np.where(kept, np.cumsum(kept) - 1 + n_kept, -1)
        longer[at] = names[number]
        n_kept += int(kept.sum())
        parts.append((found[kept], pairs[kept] // len(counts), pairs[kept] % len(counts), at[first[kept]]))
    return longer, _Level(*(np.concatenate(column) for column in zip(*parts, strict=True)))


def _blocks(counts: NDArray[np.int64]) -> Iterator[tuple[int, int]]:
    """Ranges of stretches that together stand at no more than `BLOCK` places (or one stretch that alone has more)."""
    ends = np.cumsum(counts)
    low = 0
    while low < len(counts):
        before = int(ends[low - 1]) if low else 0
        high = max(int(np.searchsorted(ends, before + BLOCK, side="right")), low + 1)
        yield low, high
        low = high


def _cohesion(levels: list[_Level], total: int) -> NDArray[np.float64]:
    """Mutual information of the weakest split of each stretch of the last level."""
    n, here = len(levels), levels[-1]
    prefix, suffix = [here.prefix], [here.suffix]  # of n-1, n-2, ... units
    for level in reversed(levels[1:-1]):
        prefix.append(level.prefix[prefix[-1]])
        suffix.append(level.suffix[suffix[-1]])
    weakest = np.full(len(here.counts), np.inf)
    for k in range(1, n):
        a = levels[k - 1].counts[prefix[n - 1 - k]].astype(np.float64)
        b = levels[n - k - 1].counts[suffix[k - 1]].astype(np.float64)
        weakest = np.minimum(weakest, np.log(here.counts) + np.log(total) - np.log(a) - np.log(b))
    return weakest


def _entropies(
    units: NDArray[np.int32],
    ids: NDArray[np.int32],
    step: int,
    wanted: NDArray[np.bool_],
    counts: NDArray[np.int64],
) -> NDArray[np.float64]:
    """Entropy of the units at a distance of ``step`` from each wanted stretch; 0 for the others.

    With c_x occurrences of neighbour x among f it is ln f - sum(c_x ln c_x) / f; an end of the text has c = 1.
    """
    n_units = int(units.max()) + 1
    logs = np.zeros(len(counts))
    for low, high in _blocks(np.where(wanted, counts, 0)):
        at = np.flatnonzero((ids >= low) & (ids < high))
        at = at[wanted[ids[at]]]
        beside = units[at + step]
        pairs, found = np.unique(ids[at].astype(np.int64) * n_units + beside, return_counts=True)
        inside = pairs % n_units != 0
        values = found[inside] * np.log(found[inside])
        logs += np.bincount(pairs[inside] // n_units, weights=values, minlength=len(counts))
    return np.where(wanted, np.log(counts) - logs / counts, 0.0)
