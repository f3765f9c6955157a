"""What counts as the same character: one pass over a table, equal to NFKC but for the exceptions listed here."""

from __future__ import annotations

import re
import unicodedata
from functools import cache
from typing import TYPE_CHECKING, TypeVar

import numpy as np

from textgov.normalise.change import Change, unchanged
from textgov.spans import Spans

if TYPE_CHECKING:
    from collections.abc import Iterable

    from numpy.typing import NDArray

Entry = TypeVar("Entry", bound=np.generic)

# Left alone although NFKC would change them, because the result would run into the digits beside it or break a
# sentence: the ellipsis (NFKC: three full stops), circled numbers (① would become 1), superscript digits (10² would
# become 102). Spacing accents, which NFKC turns into a blank and a mark, are left alone too (see `_folded`).
EXCEPTIONS = frozenset(
    "…" + "".join(map(chr, range(0x2460, 0x2474))) + "²³¹⁰" + "".join(map(chr, range(0x2074, 0x207A)))
)
# Variation selectors choose a glyph of the character before them.
SELECTORS = frozenset(map(chr, (*range(0xFE00, 0xFE10), *range(0xE0100, 0xE01F0))))
INVISIBLE = frozenset(("Cc", "Cf", "Cs", "Zs", "Zl", "Zp"))  # categories of blanks, controls and lone surrogates
# Characters that end a line in some program; the newline stands for them all.
LINE_ENDS = frozenset("\x0b\x0c\x1c\x1d\x1e\x85\u2028\u2029")
# Stretches of Unicode in which some character has a compatibility form or is invisible; elsewhere a character folds
# to itself (a test walks through all of Unicode).
FOLDING = (
    range(0x3400),
    range(0xA000, 0xAC00),
    range(0xD7B0, 0x20000),
    range(0x2F800, 0x2FA20),
    range(0xE0000, 0xE01F0),
)
# Stands in the table for a character that changes the length of the text or joins the one before it: a surrogate, which
# is the folded form of none.
SLOW = 0xD800
# Texts of these characters alone are as they should be; so are most terms, which then need no table.
PLAIN = re.compile("[\n -~\u4e00-\u9fff]*")


def to_codes(text: str) -> NDArray[np.uint32]:
    """Code points of a text."""
    return np.frombuffer(text.encode("utf-32-le", "surrogatepass"), dtype="<u4")


def to_narrow_codes(text: str) -> NDArray[np.uint16 | np.uint32]:
    """Code points of a text, in 16 bits if that is enough for all of them.

    Looking them up in a table of 65,536 entries takes a third of the time of looking up those of `to_codes`.
    """
    data = text.encode("utf-16-le", "surrogatepass")
    return np.frombuffer(data, dtype="<u2") if len(data) == 2 * len(text) else to_codes(text)


def look_up(table: NDArray[Entry], codes: NDArray[np.uint16 | np.uint32]) -> NDArray[Entry]:
    """The entry of a table for each code point; every code point has one, so that nothing need be checked."""
    return table.take(codes, mode="clip")


def to_text(codes: NDArray[np.uint16 | np.uint32]) -> str:
    """The text of an array of code points."""
    wide = codes.astype(np.uint32, copy=False)
    if not len(wide) or not wide[-1]:  # numpy drops zeros at the end of a string
        return wide.astype("<u4", copy=False).tobytes().decode("utf-32-le", "surrogatepass")
    text: str = wide.view(f"U{len(wide)}").item()
    return text


def _folded(char: str, nfkc: str | None = None) -> str:
    """What one character becomes when it stands alone; `nfkc` saves a look-up when it is known."""
    if char in EXCEPTIONS:
        return char
    if char in LINE_ENDS:
        return "\n"
    if char.isspace():
        return char if char == "\n" else " "
    kind = unicodedata.category(char)
    if kind in ("Cc", "Cf") or char in SELECTORS:
        return ""
    if kind == "Cs":
        return "\ufffd"
    folded = unicodedata.normalize("NFKC", char) if nfkc is None else nfkc
    return char if len(folded) > 1 and folded[0] == " " else folded


@cache
def _alone() -> tuple[list[str], list[str], list[str]]:
    """The characters of `FOLDING`, each with its canonical and its compatibility form."""
    chars = [chr(code) for stretch in FOLDING for code in stretch if chr(code) not in "\n"]
    # One call for all, since a newline never joins its neighbours.
    joined = "\n".join(chars)
    return chars, unicodedata.normalize("NFD", joined).split("\n"), unicodedata.normalize("NFKC", joined).split("\n")


@cache
def _joining() -> frozenset[str]:
    """Characters that normalisation may merge with, or move past, the one before them."""
    joining = {chr(code) for start, stop in ((0x1161, 0x1176), (0x11A8, 0x11C3)) for code in range(start, stop)}
    for char, canonical, _ in zip(*_alone(), strict=True):
        if len(canonical) > 1:
            joining.update(canonical[1:])
        if unicodedata.combining(char):
            joining.add(char)
    return frozenset(joining)


@cache
def _table() -> NDArray[np.uint32]:
    table = np.arange(0x110000, dtype=np.uint32)
    joining = _joining()
    special = joining | SELECTORS
    for char, _, nfkc in zip(*_alone(), strict=True):
        if nfkc == char and unicodedata.category(char) not in INVISIBLE and char not in special:
            continue  # most characters
        folded = _folded(char, nfkc)
        if len(folded) != 1 or folded in joining or char in joining:
            table[ord(char)] = SLOW
        else:
            table[ord(char)] = ord(folded)
    return table


@cache
def _narrow_table() -> NDArray[np.uint16]:
    """The table of the basic plane; the few characters that fold to one outside it take the slow way."""
    table = _table()[:0x10000]
    return np.where(table > 0xFFFF, SLOW, table).astype(np.uint16)


def fold_characters(text: str) -> Change:
    """Compatibility forms to plain ones (NFKC), invisible characters out, every blank a space.

    Examples
    --------
    >>> fold_characters("互联网＋政务服务　２０２１").text
    '互联网+政务服务 2021'
    """
    if PLAIN.fullmatch(text):
        return unchanged(text)
    codes = to_narrow_codes(text)
    table: NDArray[np.uint16 | np.uint32] = _narrow_table() if codes.itemsize == 2 else _table()
    folded = look_up(table, codes)
    count = int(np.count_nonzero(folded != codes))
    slow = folded == SLOW
    if not slow.any():
        return Change(to_text(folded), Spans.identity(), count) if count else unchanged(text)
    pieces, rows, done, length = [], [], 0, 0
    for start, end in _clusters(text, np.flatnonzero(slow).tolist()):
        pieces.append(to_text(folded[done:start]))
        length += start - done
        new = _fold_cluster(text[start:end])
        rows.append((length, length + len(new), start, end))
        pieces.append(new)
        length += len(new)
        done = end
    pieces.append(to_text(folded[done:]))
    return Change("".join(pieces), Spans(np.array(rows, dtype=np.int64)), count)


def _fold_cluster(text: str) -> str:
    """Fold characters that may join one another; those left alone on purpose part the others."""
    pieces = [""]
    for char in text:
        folded = _folded(char)
        if folded == char != unicodedata.normalize("NFKC", char):
            pieces += [char, ""]
        else:
            pieces[-1] += folded
    return "".join(unicodedata.normalize("NFKC", piece) if at % 2 == 0 else piece for at, piece in enumerate(pieces))


def _clusters(text: str, slow: list[int]) -> Iterable[tuple[int, int]]:
    """Stretches to normalise together: a character that joins takes the ones before it along."""
    joining = _joining()
    clusters: list[tuple[int, int]] = []
    for at in slow:
        first = at
        if text[at] in joining or _folded(text[at])[:1] in joining:
            # Back to the character that it joins; invisible ones in between do not part them.
            while first and (first == at or text[first] in joining or not _folded(text[first])):
                first = clusters.pop()[0] if clusters and clusters[-1][1] == first else first - 1
        clusters.append((first, at + 1))
    return clusters


def fold_newlines(text: str) -> Change:
    r"""``\r\n`` and a lone ``\r`` become ``\n``.

    Examples
    --------
    >>> fold_newlines("数字\r\n政府").text
    '数字\n政府'
    """
    if "\r" not in text:
        return unchanged(text)
    pieces = text.split("\r\n")
    starts = np.cumsum([len(piece) + 1 for piece in pieces[:-1]], dtype=np.int64)
    shift = np.arange(len(starts), dtype=np.int64)
    rows = np.stack([starts - 1, starts, starts - 1 + shift, starts + 1 + shift], axis=1)
    new = "\n".join(pieces).replace("\r", "\n")
    return Change(new, Spans(rows) if len(rows) else Spans.identity(), text.count("\r"))
