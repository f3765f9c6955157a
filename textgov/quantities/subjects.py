"""What a quantity is of: a few characters for a person who reads a table, and for finding values that differ."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Sequence
from typing import NamedTuple

from textgov.quantities.numbers import Number

LONGEST = 12
# Verbs and particles between a subject and its number, as in 转办率[已达]98%.
LINK = re.compile(
    "(?:[,、:和及与各均都也已共约分别累计全年其中总计新增达到为至有是占近超过突破实完成现]|达到|增加|提高|上升|下降|降低|减少|分别)+$"
)
CLAUSE = re.compile("[^,;:。!?！？\n、()“”0-9%]*$")
# A counted noun ends at a particle, a mark or a verb.
NOUN = re.compile(
    "(?:的|左右|以上)?(?P<noun>(?:(?!实现|完成|建设|开展|参与|通过|列入|投入|入选|落地|开工|上线|进行|覆盖|享受|建成|投产|晋升|达到|开展|主动|获|被|把|将)"
    "[\u4e00-\u9fffA-Za-z](?<![的了与和及或在等以并同按均已至为是有可到由从向对])){2,12})"
)
COUNTED = frozenset(["count", "people"])


class Subject(NamedTuple):
    """Words, and whether they stand behind the number (a counted noun) or before it."""

    words: str
    behind: bool


def find_subject(text: str, number: Number) -> Subject:
    """What a number is of: the noun that it counts (46个[职能部门]), or else what stands before it ([转办率]达98%).

    At most 12 characters; "" where the number opens its clause and counts nothing.

    Examples
    --------
    >>> from textgov.quantities.numbers import find_numbers
    >>> text = "联通46个职能部门、18条街道,转办率达98%"
    >>> [find_subject(text, number).words for number in find_numbers(text)]
    ['职能部门', '街道', '转办率']
    """
    if number.kind in COUNTED and (match := NOUN.match(text, number.end)):
        return Subject(match["noun"], True)
    before = text[max(number.start - 2 * LONGEST, 0) : number.start]
    clause = CLAUSE.search(LINK.sub("", before))
    return Subject(clause.group().strip()[-LONGEST:] if clause else "", False)


def group_subjects(subjects: Sequence[Subject], units: Sequence[str]) -> dict[tuple[str, str], list[int]]:
    """Numbers of the quantities that share a unit and a subject, by unit and subject.

    Counted nouns share one where the shorter opens the longer (职能部门, 职能部门事项); others must be equal.
    """
    groups: dict[tuple[str, str], list[int]] = defaultdict(list)
    behind: dict[str, list[int]] = defaultdict(list)
    for number, (subject, unit) in enumerate(zip(subjects, units, strict=True)):
        if subject.behind:
            behind[unit].append(number)
        elif len(subject.words) > 1:
            groups[unit, subject.words].append(number)
    for unit, numbers in behind.items():
        head = ""
        for number in sorted(numbers, key=lambda number: (subjects[number].words, number)):
            if not head or not subjects[number].words.startswith(head):
                head = subjects[number].words
            groups[unit, head].append(number)
    return {key: sorted(numbers) for key, numbers in groups.items()}
