"""Lines and blanks as a writer would set them: no indents, no lines broken inside sentences, no letter-spaced words.

For text whose blanks are plain spaces and whose lines end with a newline; the rules run in the order `trim_lines`,
`join_lines`, `close_spaces`.
"""

from __future__ import annotations

import re
from collections import Counter
from itertools import pairwise
from statistics import median
from typing import TYPE_CHECKING, NamedTuple

from textgov.normalise.change import Change, Edit, apply_edits, lines_of, unchanged
from textgov.spans import Spans

if TYPE_CHECKING:
    from collections.abc import Iterator

HAN = "\u3007\u3400-\u4dbf\u4e00-\u9fff\U00020000-\U0003ffff"
NUMERAL = "一二三四五六七八九十百零"
# Four line ends or more with the blanks around them, and the blanks at one line end.
TRIM = re.compile(r"(?<! ) *+(?:\n *+){4,}+|(?<! ) ++\n *+|\n ++|\A ++|(?<! ) ++\Z")
# A line that begins like this is not the rest of the line before it.
HEAD = re.compile(
    rf"[#|<>*!•●■◆○{{《-]|——|[(〔\[]?[{NUMERAL}]{{1,3}}[)〕、.,:]|[(\[]\d{{1,2}}[)\]]|\d{{1,2}}[.、)](?!\d)|[①-⑳]"
    rf"|第 ?[{NUMERAL}\d]+ ?[章节篇条部编]|专栏|附[件表录注]?[:\d一二三]|[图表] ?\d|注[:\d]|拓展阅读"
    r"|各 ?位(?:代表|委员)|[—\- ]*\d{1,4}[—\- ]*$"
)
HEAD_INSIDE = re.compile(f" [{NUMERAL}]{{1,3}}、")
MARKUP = re.compile(r"[#|<>*!{-]")
OPEN_END = re.compile(f"[{HAN}0-9,、%]")  # the last character of a line whose sentence goes on
SENTENCE_END = re.compile("[。!?]")
PROSE = re.compile("[。!?,;]")
CLOSERS = "”’」』》)]\"'"
MAX_GAP = 3  # a page break leaves one empty line in the middle of a sentence, sometimes two
MAX_ROUNDS = 10
MIN_COMMA = 20  # characters of a line that ends with a comma and goes on; shorter ones may be verse or an address
# A text was broken at a fixed width when three in ten of its lines or more (ten lines at least) end open at that width,
# give or take two Chinese characters, and half of them hold a mark. See the test on real texts.
MIN_LINES, MIN_SHARE, SLACK, MIN_WIDTH = 10, 0.3, 4, 36
# Share of blanks between Chinese characters in long lines, and their number, from which on they are damage; 0.0011 is
# the highest in reports where they part words on purpose. Above the last share a text was cut into words.
HARD_SPACES, MAX_HARD_SHARE = ((0.003, 20), (0.007, 4)), 0.1
LONG_LINE = 40
SEGMENTED = 0.15  # blanks a character; the corpora that were cut into words have 0.35 or more, reports 0.01 or less
SHORT_TOKEN = 6  # a line whose tokens are mostly this short is a list of names or a row of a table
BLANK = re.compile(" +")
HARD_SPACE = re.compile(f"《[^《》]{{1,80}}》|(?<=[{HAN},、;”)]) +(?=[{HAN}“(])")
AFTER_HEAD = re.compile(rf"第 ?[{NUMERAL}\d]+ ?[章节篇条款部编]$|(?:^|[。;!?])[{NUMERAL}]{{1,3}}$")
# 1 9 9 3 年, 1 6.1%, 2 5 0亿元: single digits apart, with a unit behind them.
UNIT = "年月日时分%‰亿万千百十个元人户家项名公平吨亩倍位次件所座条米度届岁台辆处"
DIGITS = re.compile(rf"(?<![\d.,:A-Za-z+-])\d(?: +\d){{1,12}}(?: *\. *\d+)?(?![\d,]) *(?=[{UNIT}])")
NUMBERED = re.compile("[件栏表图录章节第、] ?$")
# 5 . 5%, 8 .8 %, 11. 1%: blanks at a decimal point or before the sign.
POINT = re.compile(r"(?<=\d) +\. *(?=\d)|(?<=\d)\. +(?=\d+ *(?:[%‰亿万倍]|个百分点))")
PERCENT = re.compile(r"(?<=\d) +(?=[%‰])")
# Four Chinese characters or more, each alone between blanks: 参 考 文 献.
SPACED = re.compile(rf"(?<![^ (\[【:])(?:[{HAN}] +){{3,}}[{HAN}](?![^ )\]】:])")
SPACED_LINE = re.compile(rf"(?:[{HAN}\d] +){{2,}}[{HAN}\d]")
COUNTED = frozenset(NUMERAL + "甲乙丙丁年月日时0123456789")  # a row of these is a form or the head of a table


class Grid(NamedTuple):
    """How a text was broken at a fixed width: half-width cells of a full line, newlines after it."""

    width: int
    gap: int


# ---- indents ----


def trim_lines(text: str) -> Change:
    r"""Blanks at both ends of lines go; of three empty lines or more one stays.

    Examples
    --------
    >>> trim_lines("  一、总体要求 \n  建设数字政府").text
    '一、总体要求\n建设数字政府'
    """
    # Line by line this takes half the time of four searches in the text.
    lines = lines_of(text)
    blank = any(line[0] == " " or line[-1] == " " for line in lines if line)
    if not (blank or (lines.count("") > MAX_GAP - 1 and "\n\n\n\n" in text)):
        return unchanged(text)
    edits = []
    for match in TRIM.finditer(text):
        n_ends = match[0].count("\n")
        edits.append(Edit(match.start(), match.end(), "\n" * (2 if n_ends > 3 else n_ends)))
    return apply_edits(text, edits)


# ---- line breaks inside sentences ----


def join_lines(text: str) -> Change:
    r"""Join lines that were broken inside a sentence: by a fixed width, or by a page break.

    A text of a fixed width is known by the widths of its lines. Elsewhere a line goes on in the next one when it ends
    with a comma, or when it holds a finished sentence and then part of another; headings, lists and tables do not.

    Examples
    --------
    >>> join_lines("一是改革。二是加快建设数\n\n字政府,提高效率。").text
    '一是改革。二是加快建设数字政府,提高效率。'
    """
    new, spans, places = text, Spans.identity(), 0
    for _ in range(MAX_ROUNDS):  # a line that was put together may go on itself
        change = _join_once(new)
        if not change.places:
            break
        new, spans, places = change.text, spans.then(change.spans), places + change.places
    return Change(new, spans, places)


def _join_once(text: str) -> Change:
    lines = lines_of(text)
    opened = [at for at, line in enumerate(lines) if line and line[-1] not in "。!?:;|>”)"]
    grid = _find_grid(lines, opened)
    candidates = opened if not grid else [at for at, line in enumerate(lines) if line]
    pairs = list(_joints(lines, candidates, grid))
    if not pairs:
        return unchanged(text)
    starts = [0]
    for line in lines:
        starts.append(starts[-1] + len(line) + 1)
    edits = []
    for one, two in pairs:
        first, second = lines[one].rstrip(" "), lines[two].lstrip(" ")
        end, start = starts[one] + len(first), starts[two + 1] - 1 - len(second)
        edits.append(Edit(end, start, _between(first, second)))
    return apply_edits(text, edits)


# No line begins with one of these: what stands before it was torn off (所作的 / 政府工作报告 / 。, where links stood).
NEVER_FIRST = "。,、;:!?”’」』》"


def _joints(lines: list[str], candidates: list[int], grid: Grid | None) -> Iterator[tuple[int, int]]:
    """Numbers of the lines that go on, each with that of the line in which it does."""
    last, whole = -1, ""
    for one in candidates:
        line = lines[one].strip(" ")
        whole = whole + line if last == one else line
        if not line:
            continue
        two = next((at for at in range(one + 1, min(one + MAX_GAP, len(lines) - 1) + 1) if lines[at].strip(" ")), 0)
        if not two:
            continue
        behind = lines[two].strip(" ")
        if behind[0] in NEVER_FIRST and not MARKUP.match(whole):
            yield one, two
            last = two
            continue
        if not grid and not (len(whole) >= MIN_COMMA or SENTENCE_END.search(whole)):
            continue
        if HEAD.match(behind) or MARKUP.match(whole):
            continue
        if (grid and _is_full(line, two - one, grid)) or _is_torn(whole, behind):
            yield one, two
            last = two


def _is_full(line: str, gap: int, grid: Grid) -> bool:
    open_end = line.rstrip(CLOSERS)[-1:] not in ("", *"。!?:;…")
    return gap == grid.gap and open_end and abs(_width(line) - grid.width) <= SLACK


def _is_torn(line: str, behind: str) -> bool:
    """Whether a line ends inside a sentence that the next one goes on with."""
    if not OPEN_END.match(line[-1]) or not PROSE.search(behind):
        return False
    if line[-1] in ",、":
        return len(line) >= MIN_COMMA
    cut = max(line.rfind(mark) for mark in "。!?")
    tail = line[cut + 1 :].lstrip(CLOSERS)
    return cut >= 0 and tail[:1] not in ("", " ") and not HEAD.match(tail) and not HEAD_INSIDE.search(tail)


def _width(line: str) -> int:
    """Half-width cells of a line as it was printed: marks were full-width before they were folded."""
    return len(line) + sum(char > "\x7f" or char in ",;:!?()" for char in line)


def _find_grid(lines: list[str], opened: list[int]) -> Grid | None:
    if len(opened) < MIN_LINES * MIN_SHARE:
        return None
    long = [at for at in opened if len(lines[at]) * 2 >= MIN_WIDTH]
    n_lines = sum(1 for line in lines if line)
    if n_lines < MIN_LINES or len(long) < MIN_SHARE * n_lines:
        return None
    widths = {at: _width(lines[at].strip(" ")) for at in long}
    ((width, _),) = Counter(widths.values()).most_common(1)
    full = [at for at in long if abs(widths[at] - width) <= SLACK]
    n_prose = sum(1 for at in full if PROSE.search(lines[at]))
    if width < MIN_WIDTH or len(full) < MIN_SHARE * n_lines or n_prose * 2 < len(full):
        return None
    filled = [at for at, line in enumerate(lines) if line.strip(" ")]
    gaps = Counter(two - one for one, two in pairwise(filled) if one in widths)
    return Grid(width, gaps.most_common(1)[0][0]) if gaps else None


def _between(first: str, second: str) -> str:
    """What stands between the two halves: a blank between Western words, nothing otherwise."""
    one, two = first[-1:], second[:1]
    if not (one.isascii() and one.isalnum() and two.isascii() and two.isalnum()):
        return ""
    # Thin spaces group digits by three, and some programs break lines there.
    grouped = re.search(r"(?<!\d)\d{1,3}$", first) and re.match(r"\d{3}(?!\d)", second)
    return "" if grouped else " "


# ---- blanks inside words ----


def close_spaces(text: str) -> Change:
    r"""Take out blanks inside numbers, letter-spaced titles and, in a text that is full of them, between words.

    Examples
    --------
    >>> close_spaces("政 府 工 作 报 告\n1 9 9 3 年增长5 . 5%").text
    '政府工作报告\n1993年增长5.5%'
    """
    spaced = list(_spaced_lines(text))
    if not spaced:
        return unchanged(text)
    share = text.count(" ") / len(text)
    # Most texts have too few blanks of any kind.
    hard = _hard_spaces(text, spaced) if share >= HARD_SPACES[0][0] else []
    words = share >= SEGMENTED and _is_segmented(text)
    edits: list[Edit] = []
    for start, end in spaced:
        line = text[start:end]
        if _is_suspect(line):
            edits += _closings(line, start, words=words)
    edits += [Edit(start, end, "") for start, end in hard]
    return apply_edits(text, _merged(edits))


def _spaced_lines(text: str) -> Iterator[tuple[int, int]]:
    """Where the lines stand that have a blank inside."""
    at = text.find(" ")
    while at >= 0:
        start = text.rfind("\n", 0, at) + 1
        end = text.find("\n", at)
        end = len(text) if end < 0 else end
        if " " in text[start:end].strip(" "):
            yield start, end
        at = text.find(" ", end)


def _is_suspect(line: str) -> bool:
    """Whether some blank stands beside a digit and a digit, point or sign, or between two single characters."""
    for match in BLANK.finditer(line):
        start, end = match.span()
        before, behind = line[start - 1 : start], line[end : end + 1]
        if (before.isdigit() or before == ".") and (behind.isdigit() or behind in (".", "%", "‰")):
            return True
        if line[start - 2 : start - 1] in ("", " ", "(", "[", "【", ":") or start == 1:
            return True
    return False


def _is_segmented(text: str) -> bool:
    """Whether blanks part the words of a text that has many: most of them not between single characters."""
    tokens = text.split()
    return sum(len(token) == 1 for token in tokens) < 0.7 * len(tokens)


def _closings(line: str, start: int, *, words: bool) -> Iterator[Edit]:
    body = line.strip(" ")
    if SPACED_LINE.fullmatch(body) and not set(body) <= COUNTED | {" "}:
        at = start + line.index(body)
        yield from _blanks(body, at)
        return
    for match in SPACED.finditer(line) if not words else ():
        if not set(match[0]) <= COUNTED | {" "}:
            yield from _blanks(match[0], start + match.start())
    for match in DIGITS.finditer(line):
        if not NUMBERED.search(line[max(match.start() - 3, 0) : match.start()]) and _is_number(line, match):
            yield from _blanks(match[0], start + match.start())
    for pattern in (POINT, PERCENT):
        for match in pattern.finditer(line):
            if line[: match.start()].strip("0123456789 "):  # not the number of the line
                yield from _blanks(match[0], start + match.start())


def _is_number(line: str, match: re.Match[str]) -> bool:
    """Two digits may be two columns at the start of a line, and 2 3个 two or three; a longer number is one."""
    digits = match[0].replace(" ", "")
    if len(digits) > 2 or line[match.end()] in "%‰":
        return True
    return bool(line[: match.start()].strip(" ")) and int(digits[1]) != int(digits[0]) + 1


def _blanks(part: str, start: int) -> Iterator[Edit]:
    for match in BLANK.finditer(part):
        yield Edit(start + match.start(), start + match.end(), "")


def _merged(edits: list[Edit]) -> Iterator[Edit]:
    """In the order of the text; the patterns may find the same blank."""
    done = -1
    for edit in sorted(edits):
        if edit.start >= done:
            yield edit
            done = edit.end


def _hard_spaces(text: str, spaced: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """Blanks inside sentences, when a text has so many that they cannot be meant."""
    found: list[tuple[int, int]] = []
    for start, end in spaced:
        line = text[start:end]
        if len(line) < LONG_LINE or median(map(len, line.split())) <= SHORT_TOKEN:
            continue
        for match in HARD_SPACE.finditer(line):
            if match[0][0] == " " and not AFTER_HEAD.search(line[max(match.start() - 12, 0) : match.start()]):
                found.append((start + match.start(), start + match.end()))
    share = len(found) / len(text)
    damaged = any(share >= least and len(found) >= number for least, number in HARD_SPACES)
    return found if damaged and share < MAX_HARD_SHARE else []
