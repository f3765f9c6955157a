"""What a text holds twice or only for its pages: repeated titles and leads, lists of contents, page numbers.

Every function yields the numbers of lines, each with a reason.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

Found = Iterator[tuple[int, str]]
# A line that is no longer may be part of a list of contents or hold a page number.
SHORT = 160
# What comes before the text proper: no heading, no list, no greeting, no long line.
TEXT_BEGINS = re.compile(r"[一1]\s*[、.]|第一|[(]一[)]|各位|目 {0,4}[录次]|[-+•] ")
LONGEST_TITLE = 60
STAMP = re.compile(r"((?:19|20)\d\d)[-年/.] ?(\d\d?)[-月/.] ?(\d\d?)日?(?: *\d\d?:\d\d(?::\d\d)?)?(?: *来源:.{0,20})?")
CONTENTS = re.compile(r"[\W_]*(?:<summary>)?(?:目 {0,4}[录次]|CONTENTS|Contents)(?:</summary>)?[\W_]*")
BULLET = re.compile(r"[-*+•] ")
LEADER = re.compile(r"\S.{0,80}?(?:[.·]{4,}|…{2,})\s*-?\s*\d{0,4}\s*-?")
PAGE = re.compile(
    r"[-—–―~·]+ ?\d{1,3} ?[-—–―~·]+|第 ?\d{1,4} ?页(?: ?[,/]? ?共 ?\d{1,4} ?页)?|Page \d{1,4}(?: of \d{1,4})?|\d{1,3}"
)
NUMBER_ENDS = frozenset("0123456789页.·…-—–―~")
# Bare numbers are pages if they climb by one, at least so many of them, each so far from the next, most bare numbers
# of the text among them, and if a third or more cut a line of some length before its sentence ends. Rows of a table
# and numbers set apart by a broken layout fail one of these (tests on the workbook and the Hong Kong files).
PAGES, PAGE_LENGTH, LINE_LENGTH = 3, 250, 15
# The lead of a page lies in so many lines: breadcrumb, source, date and buttons take up to 20.
LEAD, LEAD_LENGTH = 25, 1000


def groups(lines: list[str], numbers: list[int]) -> Iterator[list[int]]:
    """Runs of lines with nothing but empty lines between them."""
    run: list[int] = []
    for number in numbers:
        if run and any(lines[between].strip() for between in range(run[-1] + 1, number)):
            yield run
            run = []
        run.append(number)
    if run:
        yield run


def find_contents(lines: list[str], head: list[int]) -> Found:
    """A list of headings that come again below, behind the words for contents."""
    for number in head:
        listed = _listed_below(lines, number) if CONTENTS.fullmatch(lines[number]) else []
        if len(listed) < 2:
            continue
        first, final = number, listed[-1]
        while final + 1 < len(lines) and BULLET.match(lines[final]) and BULLET.match(lines[final + 1]):
            final += 1
        if first and lines[first - 1].strip() == "<details>":
            first -= 1
            final = next((line for line in range(final, len(lines)) if "</details>" in lines[line]), final)
        for line in range(first, final + 1):
            yield line, "contents"


def _listed_below(lines: list[str], number: int) -> list[int]:
    """Lines that come again further down, up to the first long or the second other line in a row."""
    below = [line for line in range(number + 1, len(lines)) if lines[line].strip()]
    items = [_item(lines[line]) for line in below]
    final = {item: at for at, item in enumerate(items)}
    listed, missed = [], 0
    for at, item in enumerate(items):
        if len(item) > 60 or missed > 1:
            break
        hit = (item != "" and final[item] > at) or bool(LEADER.fullmatch(lines[below[at]]))
        missed = 0 if hit else missed + 1
        if hit:
            listed.append(below[at])
    return listed


def _item(line: str) -> str:
    """A heading without the marks, blanks and page number that it has only in one of its two places."""
    return re.sub(r"^[#*\-+•\s]+|[\s*.·…\d]+$|\s+", "", line)


def find_repeats(lines: list[str], head: list[int]) -> Found:
    """A title or date twice in the head; the lead of the text once more at its end."""
    titles: list[str] = []
    stamps: set[tuple[str, ...]] = set()
    for number in head[:12]:
        line = lines[number].strip(" #*")
        if TEXT_BEGINS.match(line) or line.isdecimal() or len(line) > LONGEST_TITLE:
            break
        stamp = STAMP.fullmatch(line)
        if stamp:
            date = tuple(part.lstrip("0") for part in stamp.group(1, 2, 3))
            if date in stamps:
                yield number, "repeated"
            stamps.add(date)
        elif line in titles and len(line) >= (4 if line == titles[0] else 8):
            yield number, "repeated"
        if len(titles) < 3:
            titles.append(line)
    yield from _lead_again(lines)


def _lead_again(lines: list[str]) -> Found:
    head = "".join(lines[:LEAD])[:LEAD_LENGTH]
    found: list[int] = []
    for number in range(len(lines) - 1, 2 * LEAD, -1):
        line = lines[number].strip(" .…")
        if not line:
            continue
        if line not in head or len(line) < 4:
            break
        found.append(number)
    if any(len(lines[number]) >= 20 for number in found):
        for number in found:
            yield number, "repeated"


def find_page_numbers(lines: list[str]) -> Found:
    """Page numbers, and headings with dots up to the number of their page."""
    some = [number for number, line in enumerate(lines) if line and line[-1] in NUMBER_ENDS and len(line) <= SHORT]
    if not some:
        return
    bare: list[int] = []
    leaders: list[int] = []
    for number in some:
        line = lines[number].strip()
        if PAGE.fullmatch(line):
            if line.isdecimal():
                bare.append(number)
            else:
                yield number, "page_number"
        elif LEADER.fullmatch(line):
            leaders.append(number)
    if len(bare) >= PAGES:
        for number in _climbing(lines, bare):
            yield number, "page_number"
    for group in groups(lines, leaders):
        if len(group) > 1 and any(lines[number][-1].isdecimal() or "......" in lines[number] for number in group):
            for number in group:
                yield number, "contents"


def _climbing(lines: list[str], bare: list[int]) -> Iterator[int]:
    """Bare numbers that climb by one over the length of a page."""
    chain: list[int] = []
    for number in bare:
        between = sum(map(len, lines[chain[-1] + 1 : number])) if chain else 0
        if chain and not (int(lines[number]) == int(lines[chain[-1]]) + 1 and between >= PAGE_LENGTH):
            continue
        chain.append(number)
    before = [next((line for line in reversed(lines[:number]) if line.strip()), "。").rstrip() for number in chain]
    broken = sum(len(line) >= LINE_LENGTH and line[-1] not in "。!?;:" for line in before)
    if len(chain) >= max(PAGES, 0.7 * len(bare)) and broken * 3 >= len(chain):
        yield from chain
