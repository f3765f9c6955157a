r"""Wildcards of other programs: ``*`` is any number of characters, ``?`` is one.

Those programs look at words, we look at the text. Beside a Latin letter or a digit a ``*`` at an end takes in the rest
of the word. Beside a Han character it is dropped: nothing ends a Chinese word, and 数字 is found wherever it stands. In
the middle ``*`` is as little as possible without a punctuation mark, ``?`` one character.
"""

from __future__ import annotations

import re
from typing import NamedTuple

REST = "[0-9a-z]*"  # of a Latin word; expressions are matched in either case
BETWEEN, ONE = r"\w*?", r"\w"
_SPECIAL = re.compile(r"[\\\[\](){}.^$*+?|]")
_ESCAPED = re.compile(r"\\(.)|([^\\\[\](){}.^$*+?|])", re.DOTALL)


class Pattern(NamedTuple):
    """A word of another program and what it becomes here; ``widened`` where a wildcard was dropped."""

    word: str
    text: str
    regex: bool = False
    widened: bool = False


def read_glob(word: str, wildcards: str = "*?") -> Pattern:
    r"""A word with wildcards as a term or an expression; blanks do not count in expressions, as in terms.

    Examples
    --------
    >>> read_glob("e-gov*").text
    'e-gov[0-9a-z]*'
    >>> read_glob("推进*改革").text
    '推进\\w*?改革'
    >>> read_glob("数字*")
    Pattern(word='数字*', text='数字', regex=False, widened=True)
    """
    word = word.strip()
    if not any(char in word for char in wildcards):
        return Pattern(word, word)
    solid = re.sub(r"\*+", "*", "".join(word.split())) if "*" in wildcards else "".join(word.split())
    pieces, widened = [], False
    for at, char in enumerate(solid):
        if char not in wildcards:
            pieces.append(_SPECIAL.sub(r"\\\g<0>", char))
        elif char == "?":
            pieces.append(ONE)
        elif 0 < at < len(solid) - 1:
            pieces.append(BETWEEN)
        elif _is_latin(solid[1:2] if at == 0 else solid[at - 1]):
            pieces.append(REST)
        else:
            widened = True
    text = "".join(pieces)
    if any(piece in (REST, BETWEEN, ONE) for piece in pieces):
        return Pattern(word, text, True, widened)
    return Pattern(word, word.strip("*").strip(), False, widened)


def write_glob(term: str, regex: bool, wildcards: str = "*?") -> str | None:
    """The word with wildcards that `read_glob` reads as this term or expression; None if there is none.

    Examples
    --------
    >>> write_glob("e-gov[0-9a-z]*", regex=True)
    'e-gov*'
    >>> write_glob("政务(云|网)", regex=True) is None
    True
    """
    word = _unescaped(term) if regex else term
    if word is None or not word.strip():
        return None
    found = read_glob(word, wildcards)
    return word if (found.text, found.regex) == (term, regex) else None


def _unescaped(text: str) -> str | None:
    """An expression made of letters and our own pieces, as a word with wildcards."""
    pieces, at = [], 0
    while at < len(text):
        for piece, wildcard in ((REST, "*"), (BETWEEN, "*"), (ONE, "?")):
            if text.startswith(piece, at):
                pieces.append(wildcard)
                at += len(piece)
                break
        else:
            found = _ESCAPED.match(text, at)
            if not found:
                return None
            pieces.append(found[1] or found[2])
            at = found.end()
    return "".join(pieces)


def _is_latin(char: str) -> bool:
    return char.isascii() and char.isalnum()
