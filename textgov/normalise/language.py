"""Which language a text is written in: Chinese, English, or neither."""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING

import numpy as np

from textgov.normalise.characters import look_up, to_narrow_codes

if TYPE_CHECKING:
    from numpy.typing import NDArray

# A long text is judged by stretches taken evenly from it.
STRETCHES, STRETCH = 50, 200
# English takes 4.8 letters for what Chinese says with one character (median over the sentences of four reports with
# their translations). A page with both in full is Chinese with a translation; one whose Chinese part says less than
# half as much is English.
LETTERS_PER_HAN = 9.6
# Japanese text has more kana than Han characters, Chinese text hardly any; the same share serves for hangul.
FOREIGN_SHARE = 0.1
# Kinds of characters: Han, letters of English, kana and hangul, others beyond the extended Latin letters.
HAN, LATIN, FOREIGN, OTHER = 1, 2, 3, 4
# Words that every English text uses and neighbouring languages do not; 17 to 18 % of the words of those translations.
ENGLISH = re.compile(r"\b(?:the|and|to|that|with|by|from|are|this|which)\b", re.IGNORECASE)
WORD = re.compile(r"[A-Za-z]+")
MIN_SHARE, MIN_WORDS = 0.04, 20


@cache
def _table() -> NDArray[np.uint8]:
    """The kind of each character."""
    table = np.zeros(0x110000, dtype=np.uint8)
    table[0x250:] = OTHER
    table[0x3400:0xA000] = table[0x20000:] = HAN
    table[0x3041:0x30FB] = table[0xAC00:0xD7A4] = FOREIGN
    table[0x41:0x5B] = table[0x61:0x7B] = LATIN
    return table


def detect_language(text: str) -> str:
    """``zh``, ``en``, or "" for another language, or where hardly a letter is.

    A rule of thumb for choosing documents, not a model of languages: Chinese is what has enough Han characters beside
    its Latin letters and no kana or hangul to speak of; English is Latin text in which the commonest English words
    are as frequent as they should be (a text of fewer than 20 words is taken at its letters).

    Examples
    --------
    >>> detect_language("加快建设数字政府"), detect_language("Digital government"), detect_language("2021 年度: 12.5 %")
    ('zh', 'en', 'zh')
    """
    sample = _sample(text)
    kinds = look_up(_table(), to_narrow_codes(sample))
    han, latin, foreign, other = (int(np.count_nonzero(kinds == kind)) for kind in (HAN, LATIN, FOREIGN, OTHER))
    if foreign > FOREIGN_SHARE * (han + latin):
        return ""
    if han and latin <= LETTERS_PER_HAN * han:
        return "zh"
    words = WORD.findall(sample)
    if not words or latin < han + foreign + other:
        return ""
    english = len(ENGLISH.findall(sample))
    return "en" if len(words) < MIN_WORDS or english >= MIN_SHARE * len(words) else ""


def _sample(text: str) -> str:
    if len(text) <= STRETCHES * STRETCH:
        return text
    step = (len(text) - STRETCH) // (STRETCHES - 1)
    return "\n".join(text[at * step : at * step + STRETCH] for at in range(STRETCHES))
