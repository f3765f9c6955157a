"""Sections of government documents: hand-made cases, the reports of the panel, notices of the State Council."""

from __future__ import annotations

import html
import json
import random
import re
from pathlib import Path

import pytest
from conftest import iter_reports
from hypothesis import given
from hypothesis import strategies as st

from textgov.lexicon import read_lexicon
from textgov.normalise import NormaliseOptions, normalise_text
from textgov.normalise.furniture import remove_furniture
from textgov.normalise.sections import INSIDE_BODY, SECTION_NAMES, split_sections, title_of
from textgov.records import Section

CASES = Path(__file__).parent / "cases"


def read_cases() -> list[object]:
    return [pytest.param(case, id=case["label"]) for case in json.loads((CASES / "sections.json").read_text("utf-8"))]


def tiling(text: str, sections: tuple[Section, ...]) -> list[tuple[str, str]]:
    """Name and text of the sections of the first level, which must cover the text without gap or overlap."""
    outer = [section for section in sections if section.name not in INSIDE_BODY]
    at = 0
    for section in outer:
        assert section.name in SECTION_NAMES
        assert section.start == at < section.end
        at = section.end
    assert at == len(text)
    inner = [section for section in sections if section.name in INSIDE_BODY]
    bodies = [section for section in outer if section.name == "body"]
    if inner:
        review, plan = inner
        assert (review.name, plan.name) == INSIDE_BODY
        assert review.end == plan.start
        assert (review.start, plan.end) == (bodies[0].start, bodies[0].end)
        assert review.start < review.end < plan.end
    starts = [(section.start, -section.end) for section in sections]
    assert starts == sorted(starts)
    return [(section.name, text[section.start : section.end]) for section in outer]


@pytest.mark.parametrize("case", read_cases())
def test_cases(case: dict[str, list[list[str]]]) -> None:
    text = "".join(part for _, part in case["parts"])
    sections = split_sections(text)
    assert [list(part) for part in tiling(text, sections)] == case["parts"]
    inner = [[item.name, text[item.start : item.end]] for item in sections if item.name in INSIDE_BODY]
    assert inner == case["inside"]


def test_names_are_ascii_and_labelled() -> None:
    for name, (zh, en) in SECTION_NAMES.items():
        assert re.fullmatch("[a-z_]+", name)
        assert zh
        assert not zh.isascii()
        assert en.isascii()


def test_title() -> None:
    text = "# 某省人民政府关于做好\n# 某项工作的通知\n某政发〔2021〕3号\n正文。"
    assert title_of(text, split_sections(text)) == "某省人民政府关于做好某项工作的通知"
    assert title_of("正文。", split_sections("正文。")) == ""


LINES = st.sampled_from(
    (
        "政府工作报告|关于某项工作的通知|某政发〔2021〕3号|"
        "——2021年1月2日在某县第十届人民代表大会第五次会议上|县长 王小二|各位代表:|各县人民政府:|"
        "一、2020年工作回顾|二、2021年工作安排|三、其他|2021年主要任务|名词解释|1.一网:指一张网。|"
        "2.一次:指一次。|附件|附件1:清单|某县人民政府|2021年3月4日|(此件公开发布)|现印发给你们。||"
        "[^1]: 词:指词。|让我们努力奋斗!|今年工作的总体要求是:稳中求进。"
    ).split("|")
)
LONG = st.sampled_from(["过去一年成绩很大。" * 30, "今年要做的事很多。" * 40])


@given(st.lists(LINES | LINES | LONG, max_size=30))
def test_sections_cover_every_text(lines: list[str]) -> None:
    text = "\n".join(lines)
    tiling(text, split_sections(text))


@given(st.text(st.sampled_from("一二、。:附件名词解释2021年月日号〔〕\n  *#"), max_size=150))
def test_sections_cover_any_text(text: str) -> None:
    tiling(text, split_sections(text))


# ---- real documents ----


# The rules that run before the furniture goes.
BEFORE = NormaliseOptions(skip="lines,furniture,joins,spaces")


def prepared(raw: str) -> str:
    """A text as it reaches the sections: normalised, lines trimmed, without furniture."""
    text = "\n".join(line.strip() for line in normalise_text(raw, BEFORE).split("\n"))
    return remove_furniture(text).text


@pytest.fixture(scope="module")
def cities(real_data: Path) -> dict[str, tuple[str, tuple[Section, ...]]]:
    """Texts and sections of the 1,823 reports of cities."""
    found = {}
    for name, raw in iter_reports(real_data, ("prefecture", "municipality")):
        text = prepared(raw.split("---\n", 2)[-1] if raw.startswith("---\n") else raw)
        found[name] = (text, split_sections(text))
        tiling(*found[name])
    assert len(found) == 1823
    return found


def share_inside(sections: tuple[Section, ...], name: str, hits: list[int]) -> tuple[int, int]:
    inside = [section for section in sections if section.name == name]
    return sum(section.start <= at < section.end for section in inside for at in hits), len(hits)


@pytest.mark.real
def test_floors_on_the_panel(cities: dict[str, tuple[str, tuple[Section, ...]]]) -> None:
    """A published count found 269 glossaries and split 1,477 of these reports at a median of 35.7 %."""
    names = [{section.name for section in sections} for _, sections in cities.values()]
    assert sum("glossary" in found for found in names) >= 375
    assert sum("plan" in found for found in names) >= 1800
    assert sum("addressee" in found for found in names) >= 1750
    assert sum("front" in found for found in names) >= 1740
    places = sorted(
        section.start / len(text)
        for text, sections in cities.values()
        for section in sections
        if section.name == "plan"
    )
    assert 0.33 < places[len(places) // 2] < 0.37
    assert places[0] > 0.05
    assert places[-1] < 0.75


@pytest.mark.real
def test_where_the_keywords_stand(cities: dict[str, tuple[str, tuple[Section, ...]]]) -> None:
    """Published: 70.9 % of the hits lie in the plan; 656 of 4,287 in the glossaries of 269 reports."""
    lexicon = read_lexicon("digital-government-core")
    terms = sorted({word for entry in lexicon.entries for word in (entry.term, *entry.variants)}, key=len, reverse=True)
    pattern = re.compile("|".join(map(re.escape, terms)))
    plan = split = glossary = 0
    for text, sections in cities.values():
        hits = [match.start() for match in pattern.finditer(text)]
        in_plan, in_review = share_inside(sections, "plan", hits)[0], share_inside(sections, "review", hits)[0]
        plan, split = plan + in_plan, split + in_plan + in_review
        glossary += share_inside(sections, "glossary", hits)[0]
    assert 0.69 < plan / split < 0.73
    assert glossary >= 900


@pytest.mark.real
def test_no_glossary_by_name_is_missed(cities: dict[str, tuple[str, tuple[Section, ...]]]) -> None:
    """Whatever is headed 名词解释 in the second half of a report is found, wherever it stands."""
    for name, (text, sections) in cities.items():
        heading = re.compile(r"^\W*名\s*词\s*解\s*释\W*$", re.MULTILINE).search(text, len(text) // 2)
        if heading:
            inside = [section for section in sections if section.name == "glossary"]
            assert inside, name
            assert inside[0].start <= heading.end(), name


@pytest.mark.real
def test_plans_open_with_the_coming_year(cities: dict[str, tuple[str, tuple[Section, ...]]]) -> None:
    """An independent look: the first 400 characters of a plan speak of the time to come, those of a review do not."""
    coming = re.compile(
        "今年|明年|今后|未来|新的一年|总体要求|十[一二三四五]五|20[0-3][0-9]年|时期|本届|新一届|下一步|新征程"
    )
    plans = [(text, item) for text, sections in cities.values() for item in sections if item.name == "plan"]
    chosen = random.Random(7).sample(plans, 600)
    assert sum(bool(coming.search(text[item.start : item.start + 400])) for text, item in chosen) >= 594


@pytest.mark.real
@pytest.mark.parametrize(
    ("report", "plan", "glossary"),
    [
        ("十堰市/2016", "二、“十三五”时期", 0.93),
        ("韶关市/2014", "2014年工作安排", None),
        ("资阳市/2021", "“十四五”规划和2035", 0.75),
        ("随州市/2021", "二、奋力开启", None),
        ("厦门市/2014", "二、努力为建设", None),
        ("常德市/2015", "今年政府工作的总体要求", None),
        ("成都市/2015", "2015年工作安排", 0.93),
        ("武威市/2022", "今后五年发展重点", None),
        ("梅州市/2014", "2014年工作安排", None),
        ("安阳市/2023", "二、今后五年", None),
        ("保山市/2014", "二、2014:改革", None),
        ("佛山市/2016", None, 0.88),
        ("西宁市/2021", "二、携手奋进", 0.89),
        ("四平市/2014", None, 0.75),
        ("乌海市/2021", None, 0.97),
        ("北京市/1998", "二、把首都改革", None),
    ],
)
def test_reports_read_by_hand(
    cities: dict[str, tuple[str, tuple[Section, ...]]], report: str, plan: str | None, glossary: float | None
) -> None:
    text, sections = next(value for name, value in cities.items() if f"{report}.md" in name)
    found = {section.name: section for section in sections}
    if plan:
        assert text[found["plan"].start :].lstrip("*").startswith(plan)
    if glossary:
        assert round(found["glossary"].start / len(text), 2) == pytest.approx(glossary, abs=0.011)
    elif plan:
        assert "glossary" not in found


def paragraphs(page: str) -> str:
    """The text of an HTML page, a paragraph a line."""
    text = re.sub(r"(?is)<(script|style).*?</\1>", "", page)
    text = re.sub(r"(?i)</p>|<br[^>]*>|</tr>|</h\d>|</div>", "\n", re.sub(r"\s+", " ", text))
    return re.sub(r"\n\s*", "\n", html.unescape(re.sub(r"<[^>]+>", " ", text)))


@pytest.mark.real
def test_notices_of_the_state_council(real_data: Path) -> None:
    """Every page has facts, title, number, body and signature; title and number agree with the table of the page."""
    pages = sorted((real_data / "gov-cn-html").glob("*.html"))
    assert len(pages) == 49
    annexes = 0
    for path in pages:
        raw = path.read_text("utf-8")
        text = prepared(paragraphs(raw))
        sections = split_sections(text)
        parts = tiling(text, sections)
        names = [name for name, _ in parts]
        assert {"metadata", "title", "doc_number", "body", "signature"} <= set(names), path.name
        facts = " ".join(part for name, part in parts if name == "metadata")
        number = next(part for name, part in parts if name == "doc_number")
        assert re.sub(r"\s", "", number).removeprefix("中华人民共和国国务院令") in re.sub(r"\s", "", facts), path.name
        stated = re.search(r"标\s*题:\s*(\S+)", facts)
        title = re.sub(r"\s", "", title_of(text, sections))
        # The table of a decree names the regulation that it issues.
        assert stated is None or stated[1][:6] in title or (title.endswith("令") and stated[1] in text), path.name
        annexes += "annex" in names
    assert annexes >= 6


@pytest.mark.real
def test_exports_of_a_database(real_data: Path) -> None:
    """Three of four give title, number and addressee, all a signature; the issued text is body."""
    found = []
    for path in sorted((real_data / "pkulaw-txt").glob("*.txt")):
        text = prepared(path.read_text("utf-8"))
        sections = split_sections(text)
        tiling(text, sections)
        found.append([section.name for section in sections])
        body = sum(section.end - section.start for section in sections if section.name == "body")
        assert body > 0.9 * len(text)
    assert sum({"title", "doc_number", "addressee"} <= set(names) for names in found) == 3
    assert all(names.count("signature") == 1 and names.count("body") == 2 for names in found)
