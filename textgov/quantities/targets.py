"""Which quantities are targets: what a government says it will do, and by when.

A quantity of a sentence is a target when

1. it does not lie in the review of the past year, and neither its clause nor the opening of its sentence looks back
   (已, 了, 去年, 同比, 截至, a year before that of the document);
2. it is no time span in years, no age (but 预期寿命), no threshold that only says which things are meant
   (投资5亿元以上项目), no value to start from (由2.08个上升到3.2个), no voltage, and does not sum up a list of names
   (横琴、前海两个合作区);
3. and, in the plan part of a work report, nothing else is asked. Elsewhere, where nothing tells plan from review, the
   clause needs a word of aiming (力争, 确保, 控制在, 不低于 ...) or the sentence a deadline.

It is a target with a deadline when a deadline (`find_deadlines`) stands before it in its sentence, or behind it in its
clause.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Sequence
from typing import NamedTuple

from textgov.quantities.deadlines import Deadline
from textgov.quantities.numbers import Number

CLAUSE_ENDS = re.compile("[,;:。!?！？\n]")
PAST = re.compile(
    "已[^经]|已经|[^为除]了|去年|上年|上一年|过去|以来|同比|比上年|原来|此前|截[至止]|曾|历史|现有|目前|现已|建国|回顾|经验"
)
PAST_OPENING = re.compile(
    "(?:各位代表[!,:。 ]*)?(?:去年|上年|过去|截[至止]|[一二三四五两近]年来|回顾|(?P<year>20[0-9]{2})年)"
)
AIM = re.compile(
    "力争|争取|确保|保证|目标|预期|计划|拟|要求|[提增][高升加]到|提升至|降[低到至]|控制在|压[减缩][到至]|不[低少高]于|不得?超过|至少|"
    "(?:达到?|建成|新增|培育|完成|实现|新建).*(?:以上|左右)"
)
THRESHOLDS = frozenset(["money", "area", "degree", "people", "energy", "volume", "mass"])
# 浮梁、昌江2个园区 sums up names; 改造小区、新建2个公园 does not: a verb stands between.
LISTED = re.compile("[、和及与][^,;。:等、新建改造创培增打实施推引开启整治扩购申争达到为各成]{1,8}$")
FEW = 10
HAN = re.compile("[\u4e00-\u9fff]")
NOT_AFTER_THRESHOLD = re.compile("[和及与或、,;。!\n]")


class Verdict(NamedTuple):
    """Whether a quantity is a target, and its deadline."""

    target: bool
    deadline: Deadline | None


class Setting(NamedTuple):
    """What surrounds the quantities of a document: where sentences and clauses end, parts, year."""

    text: str
    sentence_ends: Sequence[int]
    plan: Sequence[tuple[int, int]]
    review: Sequence[tuple[int, int]]
    year: int | None


def judge_numbers(numbers: Sequence[Number], deadlines: Sequence[Deadline], setting: Setting) -> list[Verdict]:
    """A verdict on each number of a document, in order."""
    clauses = [match.end() for match in CLAUSE_ENDS.finditer(setting.text)]
    starts = [deadline.start for deadline in deadlines]
    return [_judge(number, deadlines, starts, clauses, setting) for number in numbers]


def _inside(at: int, parts: Sequence[tuple[int, int]]) -> bool:
    return any(start <= at < end for start, end in parts)


def _around(at: int, ends: Sequence[int], length: int) -> tuple[int, int]:
    """The stretch between two ends that holds a position."""
    number = bisect_right(ends, at)
    return (ends[number - 1] if number else 0), (ends[number] if number < len(ends) else length)


def _judge(
    number: Number, deadlines: Sequence[Deadline], starts: Sequence[int], clauses: Sequence[int], setting: Setting
) -> Verdict:
    text = setting.text
    if _inside(number.start, setting.review) or _is_no_aim(number, text):
        return Verdict(False, None)
    clause = _around(number.start, clauses, len(text))
    if PAST.search(text, *clause):
        return Verdict(False, None)
    sentence = _around(number.start, setting.sentence_ends, len(text))
    if opening := PAST_OPENING.match(text, sentence[0]):
        named = opening["year"]
        if named is None or (setting.year is not None and int(named) < setting.year):
            return Verdict(False, None)
    deadline = _deadline_of(number, deadlines, starts, clause, sentence)
    if not _inside(number.start, setting.plan) and deadline is None and not AIM.search(text, *clause):
        return Verdict(False, None)
    return Verdict(True, deadline)


def _is_no_aim(number: Number, text: str) -> bool:
    """Whether a number is a span of years, an age, a value to start from, the sum of a list, or a threshold."""
    if number.unit in ("岁", "周岁"):
        return "寿命" not in text[max(number.start - 8, 0) : number.start]
    if number.unit == "年" or text[number.start - 1 : number.start] in ("由", "从"):
        return True
    if number.unit in ("千伏", "伏"):
        return True
    if number.kind == "count" and number.value <= FEW and HAN.match(text, number.end):
        return LISTED.search(text, max(number.start - 12, 0), number.start) is not None
    if number.kind not in THRESHOLDS or not number.qualifier.endswith(("以上", "以下", "以内")):
        return False
    follows = text[number.end : number.end + 1]
    return HAN.match(follows) is not None and NOT_AFTER_THRESHOLD.match(follows) is None


def _deadline_of(
    number: Number,
    deadlines: Sequence[Deadline],
    starts: Sequence[int],
    clause: tuple[int, int],
    sentence: tuple[int, int],
) -> Deadline | None:
    """The last deadline before a number in its sentence, or else the first one behind it in its clause."""
    at = bisect_right(starts, number.start)
    if at and starts[at - 1] >= sentence[0]:
        return deadlines[at - 1]
    if at < len(starts) and starts[at] < clause[1]:
        return deadlines[at]
    return None
