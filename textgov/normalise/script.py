"""Which script a text is written in, and traditional characters to simplified ones."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

import numpy as np
import opencc

from textgov.normalise.change import Change, unchanged
from textgov.normalise.characters import to_codes
from textgov.spans import Spans

if TYPE_CHECKING:
    from numpy.typing import NDArray

# Han characters that can decide the script or start a conversion: those of the basic plane. The rare characters of
# the other planes follow when one of these is present.
HAN_BLOCK = range(0x3400, 0xA000)
# Division names that the conversion table would change although they are written so in simplified text; found by
# converting every name of the divisions table (a test repeats that).
PROTECTED_NAMES = ("乾县", "乾安")
MIXED_SHARE = 0.05  # a script below this share of the deciding characters is quotation, not the script of the text
SIMPLIFIED_ONLY, TRADITIONAL_ONLY, CONVERTIBLE = 1, 2, 4


@cache
def _converter(config: str) -> opencc.OpenCC:
    return opencc.OpenCC(config)


def _convert(text: str) -> str:
    new: str = _converter("t2s").convert(text)
    # 薴 becomes 苧, which is also the full form of 苎: once more, so that a second pass changes nothing.
    return _converter("t2s").convert(new) if "薴" in text else new


@cache
def _table() -> NDArray[np.uint8]:
    """For each code point: can it be converted, and does it decide the script?"""
    chars = [chr(code) for code in HAN_BLOCK]
    # One character a line: neighbours must not be read as a phrase.
    simplified = _converter("t2s").convert("\n".join(chars)).split("\n")
    traditional = _converter("s2t").convert("\n".join(chars)).split("\n")
    table = np.zeros(0x110000, dtype=np.uint8)
    for char, simple, full in zip(chars, simplified, traditional, strict=True):
        if simple != char:
            table[ord(char)] = CONVERTIBLE | (TRADITIONAL_ONLY if full == char else 0)
        elif full != char:
            table[ord(char)] = SIMPLIFIED_ONLY
    return table


def detect_script(text: str) -> str:
    """``simplified``, ``traditional``, ``mixed``, or "" when no character decides.

    Only characters that exist in one script count. A text is mixed when both scripts have more than 5 % of them.
    """
    kinds = np.bincount(_table()[to_codes(text)] & 3, minlength=4)
    simplified, traditional = int(kinds[SIMPLIFIED_ONLY]), int(kinds[TRADITIONAL_ONLY])
    total = simplified + traditional
    if not total:
        return ""
    if min(simplified, traditional) > MIXED_SHARE * total:
        return "mixed"
    return "traditional" if traditional > simplified else "simplified"


def simplify(text: str) -> Change:
    """Traditional characters become simplified ones (OpenCC t2s); names of divisions that keep them are left alone.

    Characters only: 數位政府 becomes 数位政府, not 数字政府.

    Examples
    --------
    >>> simplify("推進數字政府建設").text
    '推进数字政府建设'
    """
    if not (_table()[to_codes(text)] & CONVERTIBLE).any():
        return unchanged(text)
    new = _convert(text)
    if len(new) == len(text):
        new = _restore_names(text, new)
        count = sum(a != b for a, b in zip(text, new, strict=True))
        return Change(new, Spans.identity(), count)
    return _by_line(text)


def _restore_names(text: str, new: str) -> str:
    for name in PROTECTED_NAMES:
        at = text.find(name)
        while at >= 0:
            new = new[:at] + name + new[at + len(name) :]
            at = text.find(name, at + len(name))
    return new


def _by_line(text: str) -> Change:
    """As `simplify`, for the rare text that a phrase of the table makes longer or shorter."""
    pieces, rows, count, old_at, new_at = [], [], 0, 0, 0
    for line in text.split("\n"):
        new = _convert(line)
        if len(new) == len(line):
            new = _restore_names(line, new)
        else:
            rows.append((new_at, new_at + len(new), old_at, old_at + len(line)))
        count += new != line
        pieces.append(new)
        old_at += len(line) + 1
        new_at += len(new) + 1
    return Change("\n".join(pieces), Spans(np.array(rows, dtype=np.int64)), count)
