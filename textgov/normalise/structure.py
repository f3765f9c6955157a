"""Where sentences begin and end, and how long a text is."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from textgov.normalise.characters import look_up, to_narrow_codes

if TYPE_CHECKING:
    from numpy.typing import NDArray

HAN, BLANK, WORD, END, CLOSER = 1, 2, 4, 8, 16
# A sentence ends at these marks or at a line break; a semicolon does not end it.
SENTENCE_ENDS = "。!?！？\n"
CLOSERS = "”’」』》)）]】\"'"
# CJK unified ideographs with extensions A to I, compatibility ideographs, and 〇.
HAN_RANGES = (
    (0x3007, 0x3008),
    (0x3400, 0x4DC0),
    (0x4E00, 0xA000),
    (0xF900, 0xFB00),
    (0x20000, 0x2A6E0),
    (0x2A700, 0x2EBF0),
    (0x2EBF0, 0x2EE5E),
    (0x2F800, 0x2FA20),
    (0x30000, 0x323B0),
)


class Lengths(NamedTuple):
    """Lengths of one text: characters other than blanks, Han characters, sentences."""

    n_chars: int
    n_han: int
    n_sents: int


@cache
def _table() -> NDArray[np.uint8]:
    table = np.zeros(0x110000, dtype=np.uint8)
    for code in (*range(0x3400), *range(0xA000, 0x20000)):
        char = chr(code)
        table[code] = BLANK * char.isspace() | WORD * char.isalnum()
    for start, stop in HAN_RANGES:
        table[start:stop] |= HAN | WORD
    for char in SENTENCE_ENDS:
        table[ord(char)] |= END
    for char in CLOSERS:
        table[ord(char)] |= CLOSER
    return table


def classes(text: str) -> NDArray[np.uint8]:
    """For each character the kinds it is of: HAN, BLANK, WORD, END, CLOSER (bits)."""
    return look_up(_table(), to_narrow_codes(text))


def sentence_breaks(kinds: NDArray[np.uint8]) -> NDArray[np.int64]:
    """Offsets at which a sentence is over: after its end marks and the closing quotes or brackets behind them.

    Examples
    --------
    >>> sentence_breaks(classes("他说：“好！”再见。")).tolist()
    [7, 10]
    """
    over = (kinds & END) != 0
    closer = (kinds & CLOSER) != 0
    if closer.any():
        behind = over.copy()
        for _ in range(2):  # two closers deep: ！”）
            behind[1:] = closer[1:] & behind[:-1]
            behind[0] = False
            over = over | behind
    ends = np.flatnonzero(over)
    if not len(ends):
        return ends
    last = np.append(np.diff(ends) != 1, True)
    breaks: NDArray[np.int64] = ends[last] + 1
    return breaks


def sentence_spans(text: str) -> NDArray[np.int64]:
    """``(n, 2)`` offsets of the sentences that hold at least one letter, digit or Han character."""
    kinds = classes(text)
    edges = np.unique(np.concatenate([[0], sentence_breaks(kinds), [len(text)]]))
    spans = np.stack([edges[:-1], edges[1:]], axis=1)
    words = np.concatenate([[0], np.cumsum((kinds & WORD) != 0)])
    kept: NDArray[np.int64] = spans[words[spans[:, 1]] > words[spans[:, 0]]]
    return kept


def measure(text: str) -> Lengths:
    """Lengths of a normalised text; a sentence without a letter, digit or Han character does not count."""
    return measure_kinds(classes(text))


def measure_kinds(kinds: NDArray[np.uint8]) -> Lengths:
    """As `measure`, from the kinds of the characters."""
    words = np.flatnonzero(kinds & WORD)
    number = np.searchsorted(sentence_breaks(kinds), words, side="right")
    n_sents = int(np.count_nonzero(np.diff(number))) + 1 if len(words) else 0
    n_blank = int(np.count_nonzero(kinds & BLANK))
    return Lengths(len(kinds) - n_blank, int(np.count_nonzero(kinds & HAN)), n_sents)
