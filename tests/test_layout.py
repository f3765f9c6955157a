"""Indents, lines broken inside sentences, and blanks inside words."""

from __future__ import annotations

import gzip
import json
import lzma
from collections.abc import Callable
from pathlib import Path

import pytest
from conftest import iter_reports
from hypothesis import given
from hypothesis import strategies as st

from textgov.normalise.change import Change
from textgov.normalise.characters import fold_characters, fold_newlines
from textgov.normalise.layout import close_spaces, join_lines, trim_lines
from textgov.normalise.structure import measure

CASES = json.loads((Path(__file__).parent / "cases" / "layout.json").read_text("utf-8"))
RULES: tuple[Callable[[str], Change], ...] = (trim_lines, join_lines, close_spaces)
PARTS = "数字政府 \n 建 设  ,。、1 2.%亿年一(|#-:“”\n\n"


def lay_out(text: str) -> str:
    for rule in RULES:
        text = rule(text).text
    return text


def plain(text: str) -> str:
    return fold_characters(fold_newlines(text).text).text


@pytest.mark.parametrize("case", [pytest.param(case, id=case["label"]) for case in CASES])
def test_case(case: dict[str, str]):
    assert lay_out(case["input"]) == case["expected"]
    assert lay_out(case["expected"]) == case["expected"]


@given(st.text(st.sampled_from(PARTS), max_size=60) | st.text(max_size=30))
def test_only_blanks_and_line_ends_change(text: str):
    for rule in RULES:
        change = rule(text)
        # Digits and Western words may be parted by a blank instead of a line end; nothing else is added or lost.
        assert change.text.replace(" ", "").replace("\n", "") == text.replace(" ", "").replace("\n", "")
        assert rule(change.text).text == change.text
        for at, char in enumerate(change.text):
            start, end = change.spans.to_original(at, at + 1)
            assert char in text[start:end] or (char in " \n" and not text[start:end].strip(" \n"))
        text = change.text


def wrapped(paragraphs: list[str], width: int, between: str) -> str:
    lines = [[text[at : at + width] for at in range(0, len(text), width)] for text in paragraphs]
    return "\n".join(between.join(one) for one in lines)


@pytest.mark.parametrize("width", [24, 30, 38])
def test_a_text_of_fixed_width_comes_back(width: int):
    sentence = "加快建设数字政府,深入推进一网通办改革,优化营商环境和政务服务流程,让数据多跑路群众少跑腿"
    # No paragraph fills its last line, so that the end of each is plain to see.
    paragraphs = [sentence * number + "。" for number in range(2, 9)]
    assert all(len(text) % width for text in paragraphs)
    text = "\n".join(["一、总体要求", wrapped(paragraphs, width, "\n"), "二、主要任务"])
    assert join_lines(text).text == "\n".join(["一、总体要求", *paragraphs, "二、主要任务"])
    every = wrapped(paragraphs, width, "\n\n")
    assert join_lines(every).text == "\n".join(paragraphs)


def test_lists_of_one_width_are_left_alone():
    projects = [
        f"关于建设第{number}批数字政府示范项目和政务服务中心改造工程的通知" for number in "一二三四五六七八九十甲乙"
    ]
    verse = ["白日依山尽,", "黄河入海流。", "欲穷千里目,", "更上一层楼。"] * 5
    for lines in (projects, verse, ["数字政府建设"] * 40):
        text = "\n".join(lines)
        assert join_lines(text).text is text


def test_hard_spaces_are_closed_only_where_they_are_many():
    sentence = "我们要加快建设数字 政府,深入推进政务服务 改革,优化营商环境和政务服务流程,让数据多跑路群众少跑腿。"
    few = sentence + "加快建设数字政府,深入推进政务服务改革。" * 200
    assert close_spaces(few).text is few
    assert close_spaces(sentence * 30).text == sentence.replace(" ", "") * 30
    names = "出席会议的有:" + " ".join(["张三", "李四五", "王六"] * 30) + "。"
    assert close_spaces(names).text is names
    segmented = "我们 要 加快 建设 数字 政府 , 深入 推进 政务 服务 改革 , 优化 营商 环境 和 政务 服务 流程 。" * 30
    assert close_spaces(segmented).text is segmented


def test_a_joined_term_leads_back_over_the_line_end():
    text = "  改革深化。加快建设数\n\n字政 府,提高效率。"
    change = trim_lines(text)
    later = join_lines(change.text)
    spans = change.spans.then(later.spans)
    assert "建设数字政" in later.text
    at = later.text.index("数字政")
    start, end = spans.to_original(at, at + 3)
    assert text[start:end] == "数\n\n字政"


def test_clean_text_is_returned_as_it_is():
    text = "一、总体要求\n\n加快数字政府建设，推进“一网通办”。\n\n——坚持改革\n\n二、任务\n" * 30
    for rule in RULES:
        assert rule(text).text is text


# ---- real texts ----


@pytest.mark.real
def test_reports_are_nearly_unchanged(real_data: Path):
    joined, spaced = [], 0
    for name, text in iter_reports(real_data):
        text_plain = plain(text)
        trimmed = trim_lines(text_plain).text
        change = join_lines(trimmed)
        if change.places:
            joined.append(name)
        closed = close_spaces(change.text)
        spaced += closed.places > 20
        assert lay_out(closed.text) == closed.text, name
    # 85 reports have lines torn inside sentences; 74 of them were found right by eye.
    assert 60 <= len(joined) <= 90
    assert sum("1954" in name or "1964" in name for name in joined) <= 3
    assert 15 <= spaced <= 25  # hard spaces: 天津 2003-2014, 河北 2003-2012, 内蒙古 2000 and a few


@pytest.mark.real
def test_texts_of_fixed_width(real_data: Path):
    with lzma.open(real_data / "city2024" / "texts.jsonl.xz", "rt", encoding="utf-8") as lines:
        texts = {row["id"]: row["text"] for row in map(json.loads, lines)}
    (chengde,) = (plain(text) for name, text in texts.items() if "承德" in name)
    result = lay_out(chengde)
    # 29 characters a line and an empty line after each: as many sentences as full stops and headings are left.
    assert measure(chengde).n_sents > 1.8 * measure(result).n_sents
    ends = [line for line in result.split("\n") if line and line[-1] not in "。!?:;”)"]
    assert len(ends) < 60
    with lzma.open(real_data / "national-plans" / "plans.jsonl.xz", "rt", encoding="utf-8") as lines:
        plans = {row["id"]: row["text"] for row in map(json.loads, lines)}
    (plan,) = (plain(text) for name, text in plans.items() if "1976" in name)
    assert join_lines(trim_lines(plan).text).places > 450


@pytest.mark.real
def test_letter_spaced_texts(real_data: Path):
    with gzip.open(
        real_data / "national-wikisource" / "government_work_reports.jsonl.gz", "rt", encoding="utf-8"
    ) as rows:
        (text,) = (plain(row["content"]) for row in map(json.loads, rows) if "1998年中华人民共和国" in row["title"])
    result = lay_out(text)
    assert "1993年" in result
    assert "74772亿元" in result
    assert "8.8%" in result
    assert "1 9 9 7" not in result
    for year in ("2012", "2013", "2015", "2019"):
        county = plain((real_data / "county-gbk" / f"{year}.txt").read_bytes().decode("gb18030"))
        assert "政府工作报告" in lay_out(county)[:60]
    address = plain((real_data / "hk-policy-address" / "pa1997.xml").read_text("utf-8-sig"))
    assert close_spaces(trim_lines(address).text).places > 500


@pytest.mark.real
def test_page_breaks_of_the_textbook(real_data: Path):
    (seed,) = (real_data.parent / "seeds").glob("004*.txt")
    change = join_lines(trim_lines(plain(seed.read_text("utf-8-sig"))).text)
    assert change.places == 9


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("所作的\n政府工作报告\n。会议同意。", "所作的\n政府工作报告。会议同意。"),
        ("文书\n\n、图画\n、影片", "文书、图画、影片"),
        ("一\n、本届政府五年工作回顾", "一、本届政府五年工作回顾"),
        ("他说:“好\n”。", "他说:“好”。"),
        ("| 甲 |\n、乙", "| 甲 |\n、乙"),
    ],
)
def test_a_line_that_begins_with_a_mark_goes_on(text, expected):
    assert join_lines(text).text == expected
    assert join_lines(expected).text == expected
