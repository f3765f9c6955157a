"""Chapters of textbooks: learning goals, questions and exercises stand apart from what the chapter says."""

from __future__ import annotations

import re
from typing import NamedTuple

from textgov.normalise.paper_labels import LONGEST_HEADING, Piece, cut_pieces, is_caption, is_heading

# What a heading of a chapter's frame says. The opening case and the summary are prose of the chapter and belong to its
# body; a case set for discussion is an exercise of another kind.
FRAME_WORDS = {
    "goals": (
        "(?:本章)?(?:学习|教学|思政|课程思政|能力|知识|素质|素养|德育)目标|本章(?:目标|要点|重点|导读)|(?:学习|教学)(?:要点|要求|重点|难点|指南)"
        "|Learning (?:goals|objectives|outcomes)|Chapter objectives"
    ),
    "contents": "(?:本章)?(?:思维导图|知识(?:结构图?|框架|导图|图谱)|内容框架|结构导图)|Chapter outline",
    "questions": (
        "(?:导入|引导)?(?:思考题?|思考与讨论|讨论题|问题与思考|思考问题)|Discussion questions|Questions to consider"
    ),
    "exercises": (
        "即测即练|复习思考题|思考与练习|课后(?:练习|习题|思考题)|(?:本章)?(?:练习题?|习题|复习题|自测题|测试题)|实训(?:项目|练习)?|关键术语|本章关键词"
        "|Exercises|Review questions|Problems|Key terms"
    ),
    "body": "(?:导入|引导|开篇|引入)案例|案例导入|本章(?:小结|总结)|Opening case|Chapter summary|Summary",
    "case": "案例(?:讨论|分析题?|思考)(?:\\s*\\d+)?|讨论案例|Case (?:discussion|for discussion)",
}
FRAME = re.compile(
    r"(?:[一二三四五六七八九十]{1,3}、|\d{1,2}(?:\.\d{1,2})*[.、]?\s*)?[\[【<]?(?:"
    + "|".join(f"(?P<{name}>{words})" for name, words in FRAME_WORDS.items())
    + r")[\]】>]?\s*(?:[::]\s*(?P<content>.*))?",
    re.IGNORECASE,
)
CHAPTER = re.compile(r"第\s*[一二三四五六七八九十百\d]+\s*章|Chapter \d+", re.IGNORECASE)
ITEM = re.compile(r"\d{1,2}[.、)](?!\d)|\(\d{1,2}\)|[①-⑳]|\([一二三四五六七八九十]\)|[A-D][.、]")
NO_HEADING = re.compile(r"[①-⑳]|[A-D][.、]|\d.*[?!]$")  # an item of a list, a question
NUMBERED = re.compile(
    r"第\s*[一二三四五六七八九十百\d]+\s*[章节篇]|\d{1,2}\.\d{1,2}(?![\d%])|[一二三四五六七八九十]{1,3}、"
)


class Heading(NamedTuple):
    """A heading line ``text[start:end]``: its level (1 is a chapter) and its words with their number."""

    level: int
    words: str
    start: int
    end: int


def read_frame(piece: Piece) -> str:
    """The section that a heading of a chapter's frame opens, or "".

    Examples
    --------
    >>> read_frame(Piece(0, 4, "学习目标", True)), read_frame(Piece(0, 4, "学习方法", True))
    ('goals', '')
    """
    if len(piece.text) > LONGEST_HEADING:
        return ""
    match = FRAME.fullmatch(piece.text)
    return next(name for name in FRAME_WORDS if match[name]) if match else ""


def is_chapter(pieces: list[Piece], frames: list[str], head: int) -> bool:
    """Whether a text is a chapter of a textbook: learning goals near its start, and a chapter number or exercises."""
    goals = any(frame == "goals" for frame, piece in zip(frames, pieces, strict=True) if piece.start < head)
    chapter = any(CHAPTER.match(piece.text) and is_heading(piece) for piece in pieces if piece.start < head)
    return goals and (chapter or bool({"questions", "exercises"} & set(frames)))


def mark_chapter(pieces: list[Piece], frames: list[str], closed: list[bool], names: list[str]) -> None:
    """Write into ``names`` which pieces belong to the frame of a chapter; the others are left as they are.

    A part of the frame ends at a heading, where a list of items is over, or at a piece that is ``closed`` (references
    and the like); exercises end at a numbered or marked heading only.
    """
    state, items = "", 0
    for number, (piece, frame) in enumerate(zip(pieces, frames, strict=True)):
        if frame:
            state, items = frame, 0
        elif not piece.text or not state:
            continue
        elif ITEM.match(piece.text) and not NUMBERED.match(piece.text):
            items += 1
        else:
            exercise = state in ("exercises", "case")
            heading = is_heading(piece) and (not exercise or piece.marked or NUMBERED.match(piece.text))
            if heading or (items and not exercise):
                state = ""
        if closed[number]:
            state = ""
        if state:
            names[number] = state


def find_headings(text: str) -> tuple[Heading, ...]:
    r"""The headings of a chapter or paper, each with its level.

    A number decides the level (第一章, 1.1, 1.1.1, 一、, (一), 1.); where none stands, the marks of markdown do. A line
    that is only a number (``第 1 章``) takes the next heading of its kind along.

    Examples
    --------
    >>> [(one.level, one.words) for one in find_headings("# 第 1 章\n## 治理\n\n## 1.1 起源\n正文很长。")]
    [(1, '第1章 治理'), (2, '1.1 起源')]
    """
    found: list[Heading] = []
    for piece in cut_pieces(text):
        if not is_heading(piece) or is_caption(piece.text) or NO_HEADING.match(piece.text):
            continue
        bare = CHAPTER.fullmatch(found[-1].words) if found else None
        if bare and piece.marked and not NUMBERED.match(piece.text):
            found[-1] = Heading(1, f"{found[-1].words} {piece.text}", found[-1].start, piece.end)
            continue
        words = re.sub(r"^第\s*(\S+?)\s*([章节篇])", r"第\1\2", piece.text)
        raw = text[piece.start : piece.end].strip()
        found.append(Heading(_level(words, len(raw) - len(raw.lstrip("#"))), words, piece.start, piece.end))
    return tuple(found)


def _level(words: str, marks: int) -> int:
    if re.match(r"第\S+[章篇]", words):
        return 1
    number = re.match(r"\d{1,2}(?:\.\d{1,2})+(?![\d%])", words)
    if number:
        return number[0].count(".") + 1
    for level, pattern in (
        (2, r"第\S+节|[一二三四五六七八九十]{1,3}、"),
        (3, r"\([一二三四五六七八九十]{1,3}\)"),
        (4, r"\d{1,2}[.、]"),
        (5, r"\d{1,2}\)"),
    ):
        if re.match(pattern, words):
            return level
    return marks or 2
