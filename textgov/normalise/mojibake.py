"""Text that was read in the wrong encoding, put right where its bytes are still there.

UTF-8 read as GBK (鏁板瓧), GBK or Big5 read as Latin-1 (ÊýÖÎ), Big5 read as GBK and GBK read as Big5 are undone here;
UTF-8 read as a Western encoding (æ•°å­—) is left to ftfy. Each stretch is turned back into its bytes and read again; the
result is taken only when it is clearly Chinese, so that real text never changes.
"""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from textgov.normalise.change import Change, Edit, apply_edits, unchanged
from textgov.normalise.characters import look_up, to_narrow_codes
from textgov.spans import Spans

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from numpy.typing import NDArray

# Kinds of characters, as bits: what UTF-8 read as GBK cannot do without, letters of Latin-1, kana, characters of the
# second level of Big5, the common Han characters (first levels of GB 2312 and Big5), all Han characters of the plane,
# what the upper half of Western encodings has, and of that the letters that begin a UTF-8 sequence.
MARKER, LATIN, KANA, SECOND, COMMON, HAN, WEST, LEAD = 1, 2, 4, 8, 16, 32, 64, 128
# Real texts have 0.983 or more of their Han characters in the first levels (3,071 texts), texts read in the wrong
# encoding 0.7 or less.
MIN_COMMON = 0.93
# Shortest stretch of Han characters believed. UTF-8 is strict enough for two; every pair of letters of Latin-1 is some
# character of GBK, so that only a longer stretch of common ones is proof.
MIN_HAN_UTF8, MIN_HAN_DOUBLE, MIN_HAN_BIG5, MIN_HAN_SURE = 2, 4, 8, 2
# Characters without all their bytes for each Han character; a stretch with more is not repaired. Each full stop and
# opening quotation mark of UTF-8 may lose one on its way through GBK.
MAX_LOST = 0.34
# Shares of a text from which on it may be GBK read as Big5 or Big5 read as GBK; 0.0040 and 0.0002 are the highest of
# 3,071 real texts, the damaged forms of reports have 0.5 and 0.05.
SECOND_SHARE = 0.2
KANA_SHARE = 0.02
LAYERS = 8  # text can be damaged more than once; more often than this was not seen
# Bytes 0x80-0x9F as Windows-1252 shows them; the five that it leaves open are controls with the number of the byte.
SPECIAL = "€\x81‚ƒ„…†‡ˆ‰Š‹Œ\x8dŽ\x8f\x90‘’“”•–—˜™š›œ\x9džŸ"
WESTERN = {chr(code): bytes((code,)) for code in range(0x80, 0x100)} | {
    char: bytes((0x80 + at,)) for at, char in enumerate(SPECIAL)
}
NOT_ASCII = re.compile(r"[^\x00-\x7f]+")
MARKS = re.compile("([，。：；、！？“”（）《》【】\u3000])")
SURE = frozenset("，。：；、！？“”‘’（）《》【】—…·\u3000")
GUESSES = (0x80,)
PRIVATE = re.compile("[\ue000-\ue765]")
SHORT = re.compile(rb"[\xe2-\xe9\xef][\x80-\xbf](?=[\xc0-\xff])")  # two bytes of a character of three
# A letter that begins a UTF-8 sequence, and after it what its second byte looks like.
UTF8_AS_WESTERN = re.compile(f"[\xc2-\xf4][\x80-\xbf{SPECIAL}]")
# Words of Western languages have no three such characters in a row.
FOREIGN = re.compile(f"[\x80-\xff{SPECIAL}]{{3}}")
WESTERN_RUN = re.compile(f"(?:[\x80-\xff{SPECIAL}][@-~\x80-\xff{SPECIAL}])+")
CHINESE = re.compile(r"[\u3000-\u303f\u3400-\u9fff\uff00-\uffef]|(?<!â€)[“”‘’—…]")
LOST = re.compile("锟斤拷|\ufffd|ï¿½|烫{3,}|屯{3,}")


class Piece(NamedTuple):
    """One character and the number of bytes that stand for it."""

    char: str
    size: int


def _block(first: range, second: Iterable[int], encoding: str) -> set[str]:
    """The characters of a block of two-byte codes, as far as they are defined."""
    seconds = list(second)
    chars = {bytes((one, two)).decode(encoding, "ignore") for one in first for two in seconds}
    return {char for char in chars if len(char) == 1}


@cache
def _table() -> NDArray[np.uint8]:
    table = np.zeros(0x10000, dtype=np.uint8)
    table[0x3400:0x4DC0] = table[0x4E00:0xA000] = HAN
    table[0x3041:0x30FF] = KANA
    table[0xC0:0xFF] = LATIN
    table[[0xD7, 0xF7]] = 0  # × and ÷
    table[[ord(char) for char in WESTERN]] |= WEST
    table[0xC2:0xF5] |= LEAD
    low = (*range(0x40, 0x7F), *range(0xA1, 0xFF))
    for bit, chars in (
        # 锛 is the full-width comma, 銆 the full stop, 鈥 a quotation mark; the others begin a Han character.
        (MARKER, _block(range(0xE4, 0xEA), range(0x80, 0xC0), "gb18030") | set("锛銆鈥")),
        (SECOND, _block(range(0xC9, 0xFA), low, "big5")),
        (COMMON, _block(range(0xB0, 0xD8), range(0xA1, 0xFF), "gb2312")),
        (COMMON, _block(range(0xA4, 0xC7), low, "big5")),
    ):
        table[[ord(char) for char in chars]] |= bit
    table[(table & COMMON) != 0] &= ~np.uint8(SECOND)
    return table


def _kinds(text: str) -> NDArray[np.uint8]:
    # Characters above the plane get the kind of its last code point, which has none.
    return look_up(_table(), to_narrow_codes(text))


def repair_mojibake(text: str) -> Change:
    """Undo a reading in the wrong encoding, in the stretches where the result is clearly Chinese.

    Examples
    --------
    >>> repair_mojibake("鏁板瓧鏀垮簻").text
    '数字政府'
    >>> repair_mojibake("Êý×ÖÕþ¸®½¨Éè").text
    '数字政府建设'
    """
    new, spans, places = text, Spans.identity(), 0
    for _ in range(LAYERS):
        change = _repair_layer(new)
        if not change.places:
            break
        new, spans, places = change.text, spans.then(change.spans), places + change.places
    return Change(new, spans, places)


def _repair_layer(text: str) -> Change:
    if text.isascii():
        return unchanged(text)
    kinds = _kinds(text)
    signs = np.flatnonzero(kinds & np.uint8(MARKER | LATIN | KANA))
    n_latin, n_kana = (int(np.count_nonzero(kinds[signs] & bit)) for bit in (LATIN, KANA))
    n_second = int(np.count_nonzero(kinds & np.uint8(SECOND)))
    edits: list[Edit] = []
    # UTF-8 has three bytes for a character and GBK two, so that every third character of damaged text is a marker.
    at = signs[(kinds[signs] & MARKER) != 0]
    if len(at) > 1:
        edits = list(_gbk_edits(text, at[1:][np.diff(at) <= 3].tolist()))
    if n_latin and not edits:
        edits = list(_western_edits(text, _western_places(kinds)))
    if n_kana > KANA_SHARE * len(text) and not edits:
        edits = list(_double_edits(text, "gb18030", "big5hkscs"))
    if n_second > SECOND_SHARE * len(text) and not edits:
        edits = list(_double_edits(text, "big5hkscs", "gb18030"))
    return apply_edits(text, edits)


def _good(text: str, min_han: int) -> bool:
    """Whether a stretch is Chinese: nearly all its Han characters are common, little is lost, nothing is odd."""
    kinds = _kinds(text)
    n_han = int(np.count_nonzero(kinds & HAN))
    n_common = int(np.count_nonzero(kinds & COMMON))
    odd = sum("\x80" <= char < "\xa0" or "\ue000" <= char <= "\uf8ff" or char == "\ufffd" for char in text)
    odd += int(np.count_nonzero(kinds & KANA))
    return n_han >= min_han and n_common >= MIN_COMMON * n_han and odd <= max(1, MAX_LOST * n_han)


# ---- from characters to bytes and back ----


def _bytes(run: str, encoding: str, special: dict[str, bytes]) -> tuple[bytes, list[Piece]]:
    """The bytes that a stretch was read from; none where one of its characters has no code."""
    try:
        data = [special.get(char) or char.encode(encoding) for char in run]
    except UnicodeEncodeError:
        return b"", []
    return b"".join(data), [Piece(char, len(one)) for char, one in zip(run, data, strict=True)]


def _characters(data: bytes, encoding: str) -> list[Piece]:
    """The characters of some bytes; in UTF-8 a stretch of bytes that make no character is one lost character."""
    if encoding != "utf-8":
        try:
            return [Piece(char, len(char.encode(encoding))) for char in data.decode(encoding)]
        except UnicodeError:
            return []
    pieces: list[Piece] = []
    for char in data.decode("utf-8", "surrogateescape"):
        if not "\udc80" <= char <= "\udcff":
            pieces.append(Piece(char, len(char.encode())))
        elif pieces and pieces[-1].char == "\ufffd":
            pieces[-1] = Piece("\ufffd", pieces[-1].size + 1)
        else:
            pieces.append(Piece("\ufffd", 1))
    return pieces


def _join(pieces: list[Piece]) -> str:
    return "".join(piece.char for piece in pieces)


def _edits(start: int, old: list[Piece], new: list[Piece]) -> Iterator[Edit]:
    """The shortest edits that lead from the old characters to the new ones, cut where both end at the same byte."""
    first = done = n_old = n_new = 0
    chars: list[str] = []
    for at, piece in enumerate(old, 1):
        n_old += piece.size
        while done < len(new) and n_new + new[done].size <= n_old:
            chars.append(new[done].char)
            n_new += new[done].size
            done += 1
        if (n_old == n_new and chars) or at == len(old):
            joined = "".join(chars)
            if joined != _join(old[first:at]):
                yield Edit(start + first, start + at, joined)
            first, chars = at, []


# ---- the ways to read wrongly ----


def _gbk_edits(text: str, signs: list[int]) -> Iterator[Edit]:
    """UTF-8 that was read as GBK, in the lines where the signs of it stand."""
    if not signs:
        return
    # Python's gbk, unlike gb18030, also gives up the codes for private use, whose first bytes are A1 to AF.
    guesses = GUESSES if PRIVATE.search(text) else (*GUESSES, *range(0xA1, 0xB0))
    for start, end in _lines_with(text, signs):
        for match in NOT_ASCII.finditer(text, start, end):
            yield from _reread_run(text, match, guesses)


def _lines_with(text: str, signs: list[int]) -> Iterator[tuple[int, int]]:
    """Where the lines stand that hold one of the positions."""
    end = -1
    for at in signs:
        if at > end:
            start, end = text.rfind("\n", 0, at) + 1, text.find("\n", at)
            end = len(text) if end < 0 else end
            yield start, end


def _reread_run(text: str, match: re.Match[str], guesses: tuple[int, ...]) -> Iterator[Edit]:
    if not (_kinds(match[0]) & MARKER).any():
        return
    edits = _reread_utf8(text, match.start(), match.end(), guesses)
    yield from edits
    if edits:
        return
    at = match.start()
    for part in MARKS.split(match[0]):  # a damaged stretch between sound ones
        if len(part) > 1 and (_kinds(part) & MARKER).any():
            yield from _reread_utf8(text, at, at + len(part), guesses)
        at += len(part)


def _reread_utf8(text: str, start: int, end: int, guesses: tuple[int, ...]) -> list[Edit]:
    run = text[start:end]
    # The last byte of an odd number made a pair with what follows and was replaced.
    torn = run.endswith("\ufffd") or text.startswith("?", end)
    cut = run.removesuffix("\ufffd")
    # No character of GBK begins with 0x80: Windows shows that byte as a euro sign, others as a lost character or not.
    for euro in (b"\x80", b"\xa2\xe3") if "€" in cut else (b"\x80",):
        data, old = _bytes(cut, "gb18030", {"\ufffd": b"\x80", "€": euro})
        data, old = _refill(data, old, guesses)
        new = _doubt(_characters(data, "utf-8"), old, guesses)
        if not _good(_join(new), MIN_HAN_UTF8):
            continue
        if new[-1].char == "\ufffd" or torn:
            old += [Piece(char, 0) for char in text[start + len(cut) : end + text.startswith("?", end)]]
            line_ends = text[start + len(old) : start + len(old) + 1] in ("", "\n")
            # Of the marks that begin like the full stop only that one ends a line.
            if line_ends and data.endswith((b"\xe3", b"\xe3\x80", b"\xe3\x80\x80")):
                new[-1] = Piece("。", new[-1].size)
        return list(_edits(start, old, new))
    return []


def _only(wholes: Iterable[bytes]) -> bytes:
    """The one code among some that is a common character or mark; empty when none or several are."""
    sure = [whole for whole in wholes if _is_sure(whole.decode("utf-8", "ignore"))]
    return sure[0] if len(sure) == 1 else b""


def _is_sure(char: str) -> bool:
    return len(char) == 1 and (char in SURE or (char < "\U00010000" and bool(_table()[ord(char)] & COMMON)))


def _refill(data: bytes, old: list[Piece], guesses: tuple[int, ...]) -> tuple[bytes, list[Piece]]:
    """Put back the bytes that a reader left out, where one makes a common character and no other does."""
    parts: list[bytes] = []
    added: list[int] = []
    done = 0
    for match in SHORT.finditer(data):
        lead, trail = match[0][:1], match[0][1:]
        both = [(bytes((guess,)) + trail, trail + bytes((guess,))) for guess in guesses]
        whole = _only({lead + rest for pair in both for rest in pair})
        if whole:
            parts += (data[done : match.start()], whole)
            added.append(match.end())
            done = match.end()
    if not added:
        return data, old
    sizes, at, row = [], 0, 0
    for char, size in old:
        at, more = at + size, 0
        while row < len(added) and added[row] <= at:
            row, more = row + 1, more + 1
        sizes.append(Piece(char, size + more))
    return b"".join((*parts, data[done:])), sizes


def _doubt(new: list[Piece], old: list[Piece], guesses: tuple[int, ...]) -> list[Piece]:
    """The characters with a replaced byte: found when only one is common, otherwise lost."""
    starts = np.cumsum([0, *(piece.size for piece in new)])
    at = 0
    for char, size in old:
        if char == "\ufffd":
            row = int(np.searchsorted(starts, at, side="right")) - 1
            raw, hole = new[row].char.encode(), at - int(starts[row])
            whole = _only({raw[:hole] + bytes((guess,)) + raw[hole + 1 :] for guess in guesses})
            new[row] = Piece(whole.decode() if whole else "\ufffd", new[row].size)
        at += size
    return new


def _western_places(kinds: NDArray[np.uint8]) -> list[int]:
    """Where `FOREIGN` matches, and all the places where `UTF8_AS_WESTERN` could."""
    west, lead = (kinds & np.uint8(WEST)) != 0, (kinds & np.uint8(LEAD)) != 0
    pairs = west[:-1] & west[1:]
    found = lead[:-1] & pairs
    found[:-1] |= pairs[:-1] & pairs[1:]
    return np.flatnonzero(found).tolist()


def _western_edits(text: str, places: list[int]) -> Iterator[Edit]:
    """UTF-8, GBK or Big5 that was read as a Western encoding, in the lines where the signs of it stand."""
    lines = [(start, text[start:end]) for start, end in _lines_with(text, places)]
    # One line that is long enough proves the short ones.
    sure = any(_reread_western(line, 0, MIN_HAN_DOUBLE) for _, line in lines if FOREIGN.search(line))
    min_han = MIN_HAN_SURE if sure else MIN_HAN_DOUBLE
    for at, line in lines:
        edits = _reread_western(line, at, min_han) if FOREIGN.search(line) else []
        if not edits and UTF8_AS_WESTERN.search(line):
            edits = _by_ftfy(line, at)
        if not edits:
            for match in WESTERN_RUN.finditer(line) if FOREIGN.search(line) else ():
                edits += _reread_western(match[0], at + match.start(), min_han)
        yield from edits


def _reread_western(run: str, start: int, min_han: int) -> list[Edit]:
    """One stretch read again as UTF-8, GBK or Big5, whichever fits it as a whole and makes most sense."""
    data, old = _bytes(run, "ascii", WESTERN)
    best, best_share = [], 0.0
    for encoding in ("utf-8", "gb18030", "big5hkscs"):
        new = _characters(data, encoding)
        joined = _join(new)
        if "\ufffd" not in joined and _good(joined, MIN_HAN_UTF8 if encoding == "utf-8" else min_han):
            kinds = _kinds(joined)
            share = np.count_nonzero(kinds & COMMON) / np.count_nonzero(kinds & HAN)
            if share > best_share:
                best, best_share = new, share
    return list(_edits(start, old, best)) if best else []


def _by_ftfy(line: str, start: int) -> list[Edit]:
    """What ftfy makes of a line that is damaged in part or lacks bytes."""
    import ftfy

    fixed = ftfy.fix_encoding(line)
    gained = len(CHINESE.findall(fixed)) - len(CHINESE.findall(line))
    if gained <= 0 or fixed.count("\ufffd") > line.count("\ufffd") + MAX_LOST * gained:
        return []
    return [Edit(start, start + len(line), fixed)]


def _double_edits(text: str, wrong: str, right: str) -> Iterator[Edit]:
    """Big5 that was read as GBK, or the other way round, line by line."""
    lines = text.split("\n")
    readings = [() if _good(line, 1) else _bytes(line, wrong, {}) for line in lines]
    results = [_characters(reading[0], right) if reading else [] for reading in readings]
    # One line that is long enough proves the short ones.
    sure = any(_good(_join(new), MIN_HAN_BIG5) for new in results)
    at = 0
    for line, reading, new in zip(lines, readings, results, strict=True):
        if sure and reading and _good(_join(new), 1):
            yield from _edits(at, reading[1], new)
        at += len(line) + 1


def count_lost(text: str) -> int:
    """How many characters of a text are lost for good: their bytes were replaced before the text reached us.

    A replacement character is one; 锟斤拷, which two of them become when they are read as GBK, is two; 烫烫烫 and
    屯屯屯 are memory that was never filled.

    Examples
    --------
    >>> count_lost("数字锟斤拷府")
    2
    """
    # A search for one character is ten times as fast as one for three.
    if not any(sign[0] in text and sign in text for sign in ("锟斤拷", "\ufffd", "ï¿½", "烫烫烫", "屯屯屯")):
        return 0
    sizes = {"锟斤拷": 2, "ï¿½": 1}
    return sum(sizes.get(match[0], len(match[0])) for match in LOST.finditer(text))
