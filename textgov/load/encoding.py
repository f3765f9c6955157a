"""How bytes become text: which encoding a file is in, judged by how plausible the Chinese is."""

from __future__ import annotations

import codecs
import io
import re
from contextlib import suppress
from functools import cache
from typing import TYPE_CHECKING, BinaryIO, NamedTuple

import numpy as np

from textgov.errors import ReadError, UsageError
from textgov.normalise.characters import look_up, to_narrow_codes

if TYPE_CHECKING:
    from numpy.typing import NDArray

# The 500 Han characters used most in 2,431 government work reports of 1954-2026, which are 87 % of all Han characters
# there, and the traditional forms (OpenCC s2tw) of those that have one.
COMMON = frozenset(
    "业建的和发展化全新大进设工市实加产力推区一国动政城中人生民高成增作制务强会体改等保重地项开资持提行经"
    "农合创年理以施社个企快能目公入家水平济治上点基长好为面服村现有完造省在深用要度坚主机心育三文革不规万"
    "代技升管级品出程质定元量府安法系优通投善学科支环各事标是步效到场亿续金态性方范对总商活落乡共域路划我"
    "教五分集源园位融部型境构稳本防整医群放办批更镇结立积达收领电色向口决打外引十利转统策营与特做小计精抓"
    "极示费四运自交综同争监关流县物信居导就下战期线了台率调道二护健明取多促准第众海术风协网任障联解们扩内"
    "时游得数党消际培旅专广试式山题突院值应老及绿控权委础险局表格严先州件确养问模速南干接均义户势员次两贫"
    "江过供前兴房东求意断清形着贸团督配来河果把西比节污预处略车条住研康美职指组带功固林才困难所低扶财于破"
    "气子之责港议头百卫类疗筹校智聚空益土依核减排神继易食央验审间单名招备思铁认切北正贯案层习双链复药六额"
    "努别置变列届助里攻围可真种补最价获近首显息查天启彻盖紧扎字想超覆常执后需情湖评记降牌门染惠措使千让识"
    "挥拓举都传族移军税约并段八励织套其奋站装布普亩互承素日算龙报参至然阳零界起充福牢连从身受景振观维良占"
    "業發進設實產區國動務強會體項開資經農創個濟點長為現堅機規萬級質優學環標場億續態範對總鄉劃園構穩醫辦鎮"
    "結積達領電決轉統營與計極費運綜爭監關縣導戰線臺調護準眾術風協網聯們擴內時遊數黨際專廣試題應綠權礎險嚴"
    "確養問幹義戶勢員兩貧過興東斷著貿團來節汙預處車條職組帶難財於氣責議頭衛類療籌減繼驗審間單備鐵認貫層習"
    "雙鏈復藥額別變屆裡圍種補價獲顯啟徹蓋緊執後評記門讓識揮舉傳軍稅約並勵織奮裝畝龍報參陽連從觀維佔"
)
BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
CANDIDATES = ("utf-8", "gb18030", "big5hkscs", "utf-16-le", "utf-16-be")
SAMPLE = 16384  # bytes that decide; an even number, so that UTF-16 is not cut in two
HEAD = 1024  # bytes of the sample that tell whether its first byte belongs to a lost character
CHUNK = 1 << 20  # bytes of a stream that are read at a time
# A text with more replaced or control characters than this is not text. Damaged files of the real corpora stay far
# below it, random bytes far above (0.3 and more). A character that was cut at the end of a file leaves up to three.
MAX_NOISE, CUT = 0.05, 3
# The plausibility that is asked for rises with the number n of characters that are not ASCII, up to this; it is half
# of it at n = 8. Of 194,000 stretches of real documents 0.65 % lie below: two thirds of these hold one or two such
# characters, none more than 57. Legacy files of other languages have 0.2 at most from 32 characters on.
ASKED, ASKED_HALF = 0.25, 8
# A text whose only characters beside ASCII are punctuation says nothing, but if it is clean it is a text.
CLEAN = 0.1
# UTF-8 without a fault is UTF-8, unless all it holds beside ASCII are characters of two bytes, such as accented
# letters, which are this plausible as GB18030.
SURE = 0.5
# A first byte without its character, which shifts all that follow, is left out when that turns so many more characters
# from rare to common. Without such a byte, 2 of 60,000 stretches of real documents gain two and none three.
SHIFTED = 3
# Marks that the table of Python's Big5-HKSCS has from the standard, and what Windows, which wrote the files, means.
WINDOWS_MARKS = tuple(zip("•､∼♁☉¥¢£", "‧﹑～⊕⊙￥￠￡", strict=True))
# The euro sign of Windows, which the standards lack.
EUROS = {"gb18030": b"\x80", "gbk": b"\x80", "big5hkscs": b"\xa3\xe1"}
FOREIGN = re.compile(rb"[\0\x80-\xff]")  # not ASCII text; a zero byte is half of a character in UTF-16
HALF = re.compile(rb"\A[\x80-\xbf]{1,3}")  # the rest of a UTF-8 character
# Kinds of characters (bits): neither ASCII nor punctuation; common; outside the everyday Han characters; no text;
# ASCII; Latin letters of ASCII.
WEIGHED, IS_COMMON, RARE, FAULT, ASCII, LETTER = 1, 2, 4, 8, 16, 32
# Blocks of punctuation and symbols, which are neither for nor against.
NEUTRAL = (
    *(0xA0, 0xA7, 0xA9, 0xAE, 0xB0, 0xB1, 0xB7, 0xD7, 0xF7),
    *range(0x2000, 0x2800),
    *range(0x3000, 0x3040),
    *range(0xFF00, 0xFF5F),
)


class Decoded(NamedTuple):
    """A text, its encoding, how far ahead of the second choice it was (1 = certain), and replaced characters."""

    text: str
    encoding: str
    margin: float
    replaced: int


class OpenText(NamedTuple):
    """A text to be read piece by piece, its encoding and margin as in `Decoded`."""

    stream: TextStream
    encoding: str
    margin: float


class _Choice(NamedTuple):
    """An encoding, its margin, bytes to pass over at the beginning, and whether the bytes are known to be clean."""

    encoding: str
    margin: float
    skip: int = 0
    clean: bool = False


class _Weight(NamedTuple):
    """Of the characters that are not ASCII: how many, common less rare ones; and the share of faults in the text."""

    n: int
    points: int
    noise: float

    @property
    def score(self) -> float:
        return (self.points / self.n if self.n else CLEAN) - self.noise


@cache
def _kinds() -> NDArray[np.uint8]:
    table = np.zeros(0x110000, dtype=np.uint8)
    table[:0x80] = ASCII
    table[0x80:] = WEIGHED
    table[0x2E80:] |= RARE
    # Everyday characters are those of the first level of GB2312 (3,755, by pronunciation) and of Big5 (5,401).
    for name, leads in (("gb2312", range(0xB0, 0xD8)), ("big5", range(0xA4, 0xC7))):
        pairs = b" ".join(bytes((lead, trail)) for lead in leads for trail in range(0x40, 0xFF))
        table[[ord(char) for char in pairs.decode(name, "ignore") if char > "\x7f"]] = WEIGHED
    table[[ord(char) for char in COMMON]] = WEIGHED | IS_COMMON
    table[list(NEUTRAL)] = 0
    table[[*range(9), *range(14, 32)]] = FAULT  # not tab and line ends
    table[0xFFFD] |= FAULT
    table[0xE000:0xF900] |= FAULT
    table[[*range(ord("A"), ord("Z") + 1), *range(ord("a"), ord("z") + 1)]] |= LETTER
    return table


def _weigh(text: str, wide: bool = False) -> _Weight:
    """Weigh a text; `wide` counts ASCII as common characters, since in two bytes each it is hardly there by chance."""
    kinds = look_up(_kinds(), to_narrow_codes(text))
    weighed, letters = (kinds & WEIGHED) != 0, (kinds & LETTER) != 0
    # An accented letter inside a word, read together with the letter after it, looks like a Han character.
    inside = np.count_nonzero(weighed[1:-1] & letters[:-2] & letters[2:])
    points = np.count_nonzero(kinds & IS_COMMON) - np.count_nonzero(kinds & RARE) - inside
    noise = int(np.count_nonzero(kinds & FAULT)) / max(len(text), 1)
    n_ascii = np.count_nonzero(kinds & ASCII) if wide else 0
    return _Weight(int(np.count_nonzero(weighed) + n_ascii), int(points + n_ascii), noise)


def plausibility(text: str) -> float:
    """How much a text looks like Chinese: 1 if all its characters beside ASCII and punctuation are common ones.

    Common characters count 1, those that are everyday in neither script -1, as does each that stands alone inside a
    word of Latin letters; replaced and control characters are subtracted with their share of the text.
    """
    return _weigh(text).score


def decode(data: bytes, encoding: str | None = None) -> Decoded:
    """Decode the bytes of one text file.

    A byte order mark decides; then strict UTF-8; then the candidate under which the text looks most like Chinese
    (GB18030, Big5 with the Hong Kong supplement, UTF-16 without a mark). A half character at the beginning, as of a
    file that was cut, becomes a replaced character.

    Parameters
    ----------
    data : bytes
    encoding : str, optional
        Use this encoding and no other.

    Returns
    -------
    Decoded

    Raises
    ------
    ReadError
        The bytes are no text in any of these encodings.
    UsageError
        Python knows no encoding of this name.
    """
    choice, text = _given(data[:4], encoding), None
    if choice is None:
        try:
            text = data.decode("utf-8")
        except UnicodeDecodeError:
            clean = False
        else:
            clean = _controls(data) <= MAX_NOISE * len(data)
        start = _first_foreign(data)
        choice = _choose(data[start : start + SAMPLE], start, clean)
        if choice.clean and text is not None:
            return Decoded(text, choice.encoding, choice.margin, 0)
    text = _finish(data[choice.skip :].decode(choice.encoding, _errors(choice.encoding)), choice)
    _check(text[:SAMPLE], choice.encoding)
    return Decoded(text, choice.encoding, choice.margin, text.count("\ufffd"))


def open_text(stream: BinaryIO, encoding: str | None = None) -> OpenText:
    """Decode a text file piece by piece: the same text, encoding and margin as `decode` gives for its bytes.

    Parameters
    ----------
    stream : binary file
        Can be wound back. It is read to its end once, unless it has a byte order mark or an encoding is given, and then
        again by the reader.
    encoding : str, optional
        Use this encoding and no other.

    Returns
    -------
    OpenText
        Its stream leaves line ends as they are and counts replaced characters in ``replaced``.

    Raises
    ------
    ReadError
        As `decode`; what comes after the first 16,384 characters raises nothing.
    UsageError
        As `decode`.
    """
    choice = _given(stream.read(4), encoding)
    if choice is None:
        clean, start = _scan(stream)
        stream.seek(start)
        choice = _choose(stream.read(SAMPLE), start, clean)
    if not choice.clean:
        stream.seek(choice.skip)
        head = stream.read(4 * SAMPLE + 4)  # a character has four bytes at most, and so has a mark
        decoder = codecs.getincrementaldecoder(choice.encoding)(_errors(choice.encoding))
        text = decoder.decode(head, final=len(head) < 4 * SAMPLE)
        _check(_finish(text, choice)[:SAMPLE], choice.encoding)
    stream.seek(choice.skip)
    return OpenText(TextStream(stream, choice), choice.encoding, choice.margin)


class TextStream(io.TextIOWrapper):
    """A decoding reader that counts replaced characters; made by `open_text`, for reading from front to back.

    The binary file under it belongs to the caller, and stays open when the reader is dropped.
    """

    def __init__(self, stream: BinaryIO, choice: _Choice) -> None:
        super().__init__(stream, choice.encoding, _errors(choice.encoding), newline="")
        self.replaced = 0
        self._choice = choice

    def __del__(self) -> None:
        with suppress(ValueError, AttributeError):  # closed already, or never opened
            self.detach()

    def read(self, size: int | None = -1, /) -> str:
        """Some characters, one more than asked for where the first one of the file was cut."""
        return self._seen(super().read(size))

    def readline(self, size: int = -1, /) -> str:  # type: ignore[override]
        """A line with its end."""
        return self._seen(super().readline(size))

    def __next__(self) -> str:  # type: ignore[override]
        line = self.readline()
        if not line:
            raise StopIteration
        return line

    def _seen(self, text: str) -> str:
        choice = self._choice
        if choice.clean:
            return text
        text = _finish(text, choice)
        self._choice = choice._replace(skip=0)
        self.replaced += text.count("\ufffd")
        return text


def _given(head: bytes, encoding: str | None) -> _Choice | None:
    """The choice that the user or a byte order mark has made."""
    if encoding is not None:
        try:
            b" ".decode(encoding, "replace")
        except (LookupError, UnicodeError):
            raise UsageError("encoding_unknown", name=encoding) from None
        name = codecs.lookup(encoding).name
        marked = any(name == other and head.startswith(mark) for mark, other in BOMS)
        # Without a mark, Python would take the order of bytes from the machine.
        return _Choice(f"{name}-le" if name in ("utf-16", "utf-32") and not marked else name, 1.0)
    return next((_Choice(name, 1.0) for mark, name in BOMS if head.startswith(mark)), None)


@cache
def _errors(encoding: str) -> str:
    """Name of the error handler: a replacement character, but for a euro sign where only Windows has one."""
    if encoding not in EUROS:
        return "replace"
    codecs.register_error("textgov.euro", _replace)
    return "textgov.euro"


def _replace(error: UnicodeError) -> tuple[str, int]:
    assert isinstance(error, UnicodeDecodeError)
    euro = EUROS[error.encoding]
    if error.object.startswith(euro, error.start):
        return "€", error.start + len(euro)
    return "\ufffd", error.end


def _finish(text: str, choice: _Choice) -> str:
    if choice.encoding == "big5hkscs":
        for mark, meant in WINDOWS_MARKS:
            text = text.replace(mark, meant)
    return "\ufffd" * choice.skip + text


def _check(text: str, encoding: str) -> None:
    faults = int(np.count_nonzero(look_up(_kinds(), to_narrow_codes(text)) & FAULT))
    if faults > MAX_NOISE * len(text) + CUT:
        detail = f"{faults / len(text):.0%} of the characters are no text under {encoding}"
        raise ReadError("file_binary", detail=detail)


def _controls(data: bytes) -> float:
    """How many control bytes other than tabs and line ends; a zero byte is enough to tell that this is no UTF-8."""
    if b"\0" in data:
        return np.inf
    codes = np.frombuffer(data, dtype=np.uint8)
    return int(np.count_nonzero(codes < 32)) - int(np.count_nonzero(codes - np.uint8(9) < 5))


def _first_foreign(data: bytes) -> int:
    """Where the sample begins: what comes before the first byte that is not ASCII, such as scripts, decides nothing."""
    foreign = FOREIGN.search(data)
    return foreign.start() // 2 * 2 if foreign else 0


def _scan(stream: BinaryIO) -> tuple[bool, int]:
    """Whether the stream is UTF-8 with few control characters, and where the sample begins."""
    stream.seek(0)
    decoder = codecs.getincrementaldecoder("utf-8")("strict")
    length, controls = 0, 0.0
    start: int | None = None
    try:
        while chunk := stream.read(CHUNK):
            if start is None and (at := FOREIGN.search(chunk)):
                start = (length + at.start()) // 2 * 2
            decoder.decode(chunk)
            controls += _controls(chunk)
            length += len(chunk)
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False, start or 0
    return controls <= MAX_NOISE * length, start or 0


def _choose(sample: bytes, start: int, clean: bool) -> _Choice:
    """Choose by the sample, which begins at `start`, and by whether the whole is clean UTF-8."""
    if clean and not _may_be_pairs(sample):
        return _Choice("utf-8", 1.0, clean=True)
    found = [_weigh_both(sample, name, start) for name in CANDIDATES]
    # English in UTF-16 reads the same in both orders of bytes, but for a byte too many.
    order = sorted(range(len(CANDIDATES)), key=lambda at: (-found[at][0].score, found[at][1], at))
    (best, skip), second = found[order[0]], found[order[1]][0]
    if clean and (CANDIDATES[order[0]] != "gb18030" or best.score < SURE):
        return _Choice("utf-8", 1.0, clean=True)
    if best.score < ASKED * best.n / (best.n + ASKED_HALF):
        raise ReadError("file_binary", detail="no encoding of Chinese gives readable text")
    return _Choice(CANDIDATES[order[0]], round(best.score - second.score, 4), skip)


def _may_be_pairs(sample: bytes) -> bool:
    """Is every character that is not ASCII one of two bytes, as those of GB18030 are?"""
    foreign = FOREIGN.search(sample)
    return foreign is not None and foreign[0] < b"\xe0" and max(sample.decode("utf-8", "ignore")) < "\u0800"


def _weigh_both(sample: bytes, name: str, start: int) -> tuple[_Weight, int]:
    """The weight of the sample in one encoding, and 1 if its first byte is better left out."""
    if name == "utf-8":
        tail = b"" if start else HALF.sub(b"", sample)
        return _weigh_sample(tail if FOREIGN.search(tail) else sample, name), 0
    shifted = 0
    if not start or name.startswith("utf-16"):  # elsewhere, the ASCII before the sample ends any shift
        head = sample[:HEAD]
        gain = _weigh_sample(head[1:], name).points - _weigh_sample(head, name).points
        shifted = int(gain >= SHIFTED)
    return _weigh_sample(sample[shifted:], name), shifted


def _weigh_sample(sample: bytes, name: str) -> _Weight:
    # An incomplete character at the end of the sample is no fault.
    return _weigh(codecs.getincrementaldecoder(name)("replace").decode(sample), wide=name.startswith("utf-16"))
