"""Which script a text is written in; traditional characters and the words of Taiwan and Hong Kong to mainland ones."""

from __future__ import annotations

import csv
from functools import cache
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import opencc

from textgov.errors import UsageError
from textgov.normalise.change import Change, Edit, apply_edits, unchanged
from textgov.normalise.characters import fold_characters, look_up, to_codes, to_narrow_codes
from textgov.spans import Spans

if TYPE_CHECKING:
    from ahocorasick_rs import AhoCorasick
    from numpy.typing import NDArray

# Han characters that can decide the script or start a conversion: those of the basic plane. The rare characters of
# the other planes follow when one of these is present.
HAN_BLOCK = range(0x3400, 0xA000)
# Division names that the conversion table would change although they are written so in simplified text; found by
# converting every name of the divisions table (a test repeats that).
PROTECTED_NAMES = ("乾县", "乾安")
MIXED_SHARE = 0.05  # a script below this share of the deciding characters is quotation, not the script of the text
OTHER_SCRIPTS = ("traditional", "mixed")  # the scripts whose texts get the vocabulary of the mainland
SIMPLIFIED_ONLY, TRADITIONAL_ONLY, CONVERTIBLE = 1, 2, 4


@cache
def _converter(config: str) -> opencc.OpenCC:
    return opencc.OpenCC(config)


def _convert(text: str) -> str:
    new: str = _converter("t2s").convert(text)
    # Once more where a second pass would change something: 薴 becomes 苧, which is also the full form of 苎, and the
    # table holds a name, 於單, that makes 於單一 into 於单一.
    return _converter("t2s").convert(new) if "薴" in text or "於單" in text else new


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


def _kinds(text: str) -> NDArray[np.uint8]:
    return look_up(_table(), to_narrow_codes(text))


@cache
def settled_characters() -> frozenset[str]:
    """Common Han characters that no conversion touches: most terms are made of them alone."""
    codes = np.arange(0x4E00, 0xA000)
    touched = _table()[codes] & np.uint8(CONVERTIBLE | TRADITIONAL_ONLY)
    return frozenset(map(chr, codes[touched == 0].tolist()))


class Look(NamedTuple):
    """The script of a text as `detect_script` names it, and whether `simplify` would have anything to do."""

    script: str
    convertible: bool


def look_at_script(text: str) -> Look:
    """One look at the characters of a text for both questions."""
    kinds = _kinds(text)
    return Look(_script_of(kinds), bool((kinds & np.uint8(CONVERTIBLE)).any()))


def detect_script(text: str) -> str:
    """``simplified``, ``traditional``, ``mixed``, or "" when no character decides.

    Only characters that exist in one script count. A text is mixed when both scripts have more than 5 % of them.
    """
    return _script_of(_kinds(text))


def _script_of(kinds: NDArray[np.uint8]) -> str:
    simplified = int(np.count_nonzero(kinds & np.uint8(SIMPLIFIED_ONLY)))
    traditional = int(np.count_nonzero(kinds & np.uint8(TRADITIONAL_ONLY)))
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
    if not (_kinds(text) & np.uint8(CONVERTIBLE)).any():
        return unchanged(text)
    new = _convert(text)
    if len(new) == len(text):
        new = _restore_names(text, new)
        count = int(np.count_nonzero(to_codes(text) != to_codes(new)))
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


# ---- vocabulary ----


class Vocabulary(NamedTuple):
    """Words of Taiwan and Hong Kong in simplified characters, and what the mainland calls the thing.

    Attributes
    ----------
    terms : tuple of str
    mapped : tuple of str
        As long as ``terms``. A term that equals its mapped word is protected: a name, or a word with another meaning,
        that holds a shorter term.
    """

    terms: tuple[str, ...]
    mapped: tuple[str, ...]


@cache
def _builtin_vocabulary() -> Vocabulary:
    table = resources.files("textgov") / "data" / "vocabulary.csv"
    return _parse_vocabulary(table.read_bytes(), "vocabulary.csv")


def read_vocabulary(path: str | Path | None = None) -> Vocabulary:
    """Read a vocabulary map: a CSV file with the columns ``term`` and ``mapped``; other columns are notes.

    Parameters
    ----------
    path : str or Path, optional
        The map that comes with the package when not given. ``term`` may be in either script; an empty ``mapped``
        protects the term.

    Raises
    ------
    UsageError
        When the file cannot be read, lacks a column, names a term twice, or maps a word to one that is mapped again.
    """
    if path is None:
        return _builtin_vocabulary()
    try:
        data = Path(path).read_bytes()
    except OSError as error:
        raise _bad_vocabulary(str(path), error.strerror or str(error)) from None
    return _parse_vocabulary(data, str(path))


def _bad_vocabulary(path: str, detail: str) -> UsageError:
    return UsageError("option_bad", name="vocabulary", value=path, detail=detail)


def _parse_vocabulary(data: bytes, path: str) -> Vocabulary:
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = data.decode("gb18030", "replace")  # as Excel saves a table in China
    rows = csv.DictReader(text.splitlines(), strict=True)
    try:
        cells = [(rows.line_num, row) for row in rows]
    except csv.Error as error:
        raise _bad_vocabulary(path, f"line {rows.line_num}: {error}") from None
    if not {"term", "mapped"} <= set(rows.fieldnames or ()):
        raise _bad_vocabulary(path, "needs the columns term and mapped")
    words: dict[str, str] = {}
    for number, row in cells:
        term = _plain(row["term"] or "")
        mapped = _plain(row["mapped"] or "") or term
        if not term or row["mapped"] is None:
            raise _bad_vocabulary(path, f"line {number}: no term, or a cell is missing")
        if words.setdefault(term, mapped) != mapped:
            raise _bad_vocabulary(path, f"line {number}: {term} is mapped twice")
    vocabulary = Vocabulary(tuple(words), tuple(words.values()))
    for term, mapped in words.items():
        if map_vocabulary(mapped, vocabulary).text != mapped:
            raise _bad_vocabulary(path, f"{term}: {mapped} is mapped again")
    return vocabulary


def _plain(word: str) -> str:
    return simplify(fold_characters(word).text).text.strip()


@cache
def _matcher(terms: tuple[str, ...]) -> AhoCorasick:
    from ahocorasick_rs import AhoCorasick, MatchKind

    return AhoCorasick(terms, matchkind=MatchKind.LeftmostLongest)


def map_vocabulary(text: str, vocabulary: Vocabulary | None = None) -> Change:
    """Words of Taiwan and Hong Kong become those of the mainland, by a listed map, the longest term first.

    For texts that were traditional or mixed before `simplify`: in a simplified text 资讯 is a word of its own.

    Examples
    --------
    >>> map_vocabulary("数位政府与智慧城市的资料开放").text
    '数字政府与智慧城市的数据开放'
    """
    terms, mapped = vocabulary or _builtin_vocabulary()
    edits = (
        Edit(start, end, mapped[row])
        for row, start, end in (_matcher(terms).find_matches_as_indexes(text) if terms else ())
        if mapped[row] != terms[row]
    )
    return apply_edits(text, edits)
