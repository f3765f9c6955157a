"""What a page put around a text goes, with a reason; nothing of the text itself does."""

from __future__ import annotations

import csv
import gzip
import hashlib
import json
import lzma
from collections import Counter
from pathlib import Path

import pytest
from conftest import iter_reports
from hypothesis import given
from hypothesis import strategies as st

from textgov.normalise import NormaliseOptions, normalise_text
from textgov.normalise.furniture import remove_furniture

CASES = Path(__file__).parent / "cases"
REASONS = frozenset(
    "breadcrumb buttons source counter caption footer links spam licence contents repeated page_number".split()
)


# The rules that run before the furniture goes.
BEFORE = NormaliseOptions(skip="lines,furniture,joins,spaces")


def read_cases() -> list[object]:
    return [pytest.param(case, id=case["label"]) for case in json.loads((CASES / "furniture.json").read_text("utf-8"))]


def trimmed(text: str) -> str:
    """A text as the rule is given it: other rules done, lines without blanks at their ends."""
    return "\n".join(line.strip() for line in normalise_text(text, BEFORE).split("\n"))


@pytest.mark.parametrize("case", read_cases())
def test_cases(case: dict[str, object]) -> None:
    change = remove_furniture(str(case["input"]))
    assert change.text == case["expected"]
    assert [removal.reason for removal in change.removed] == case["reasons"]
    assert remove_furniture(change.text).text == change.text


def check_account(text: str) -> str:
    """What is left and what is reported as left out make up the text, and nothing else changed."""
    change = remove_furniture(text)
    pieces, done = [], 0
    for reason, start, end in change.removed:
        assert reason in REASONS
        assert done <= start < end <= len(text)
        pieces.append(text[done:start])
        done = end
    assert "".join([*pieces, text[done:]]) == change.text
    assert change.places == len(change.removed)
    for at in range(0, len(change.text), 997):
        start, end = change.spans.to_original(at, at + 1)
        assert text[start:end] == change.text[at]
    again = remove_furniture(change.text)
    assert (again.text, again.places) == (change.text, 0)
    return change.text


LINES = st.sampled_from(
    (
        "当前位置:|首页|>|要闻|【字体:|大|中|小|】|打印 关闭|来源:|来源:某报|某日报|编辑:王五|阅读量:|12|1|2|"
        "3|- 4 -|目录|一、现状|二、目标|一、现状......1|政府工作报告|政府工作报告|2021-02-03 10:51|"
        "2021年2月3日 10:51|各位代表:|现在报告工作,请审议。|相关链接>>|(某日报)|"
        "某人作政府工作报告。 记者 王五 摄|<!-- 王五作政府工作报告 -->|主办单位:某某|某ICP备1号|"
        "本作品属于公有领域|false|- 名单.docx||在线观看,自拍视频,亚洲精品,成人|上一篇:通知|附件|"
        "第 1 页 共 2 页"
    ).split("|")
)
LONG = st.sampled_from(["过去一年,全县上下团结一心。" * 30, "没有写完的一句" * 60])


@given(st.lists(LINES | LINES | LONG, max_size=40), st.sampled_from(["", "\n"]))
def test_every_character_is_accounted_for(lines: list[str], end: str) -> None:
    check_account("\n".join(lines) + end)


@given(st.text(st.sampled_from("甲:>大小打印关闭来源目录123-.摄\n\n "), max_size=200))
def test_any_text(text: str) -> None:
    check_account(text)


def test_a_text_is_never_emptied() -> None:
    for text in ("打印", "来源:某报", "- 1 -", "\n\n"):
        assert remove_furniture(text).text == text


# ---- real pages ----


@pytest.fixture(scope="module")
def removed(real_data: Path) -> dict[str, list[tuple[str, str, float]]]:
    """Reason, stretch and place (as a share of the text) of all that goes from each of the 2,431 reports."""
    found = {}
    for name, raw in iter_reports(real_data):
        text = trimmed(raw.split("---\n", 2)[-1] if raw.startswith("---\n") else raw)
        check_account(text)
        change = remove_furniture(text)
        found[name] = [(item.reason, text[item.start : item.end], item.start / len(text)) for item in change.removed]
    return found


@pytest.mark.real
def test_reports_lose_chrome_only(removed: dict[str, list[tuple[str, str, float]]]) -> None:
    """All that goes was looked at: 158 captions, 19 repeats, 18 sources, 9 lists of files, one list of contents."""
    assert len(removed) == 2431
    items = [item for found in removed.values() for item in found]
    counts = Counter(reason for reason, _, _ in items)
    assert counts == {"caption": 158, "repeated": 19, "source": 18, "links": 9, "contents": 1}
    for reason, stretch, share in items:
        # Nothing goes from the middle of a text but comments, and nothing that is long but contents.
        assert share < 0.06 or share > 0.94 or stretch.lstrip().startswith("<!--")
        assert len(stretch) < 130 or reason == "contents"
        assert "让我们" not in stretch


@pytest.mark.real
def test_provinces_of_2026(real_data: Path) -> None:
    """The six pages with breadcrumbs, buttons, captions and a lead that comes again."""
    expected = {
        "云南": (Counter(breadcrumb=1, source=1, buttons=2, links=1), "2026年政府工作报告\n2026-02-03 09:02", "实景!"),
        "四川": (
            Counter(source=2, buttons=3, links=1, repeated=1),
            "2026年四川省人民政府工作报告\n2026年02月",
            "治理。",
        ),
        "宁夏": (Counter(breadcrumb=1, source=1, counter=1, buttons=2, caption=1), "2026年宁夏回族自治区", "奋斗!"),
        "广东": (Counter(), "政府工作报告\n——2026年1月26日", "宗海。"),
        "贵州": (Counter(caption=1), "政府工作报告\n(2026年1月27日", "贡献!"),
        "青海": (Counter(source=2), "政府工作报告\n", "奋斗!"),
    }
    csv.field_size_limit(10**7)
    for path in sorted((real_data / "province2026-csv").glob("*.csv")):
        with path.open(encoding="utf-8-sig", newline="") as file:
            text = max((cell for row in csv.reader(file) for cell in row), key=len)
        reasons, opening, ending = next(value for key, value in expected.items() if key in path.name)
        change = remove_furniture(trimmed(text))
        assert Counter(removal.reason for removal in change.removed) == reasons, path.name
        assert change.text.startswith(opening), path.name
        assert change.text.rstrip().endswith(ending), path.name
        for word in ("打印本页", "字体", "扫一扫", "责任编辑", "相关链接", "位置:"):
            assert word not in change.text, path.name


@pytest.mark.real
def test_licence_of_wikisource(real_data: Path) -> None:
    """65 of 72 texts carry one; what stays never speaks of it."""
    source = real_data / "national-wikisource" / "government_work_reports.jsonl.gz"
    found = 0
    with gzip.open(source, "rt", encoding="utf-8") as lines:
        for line in lines:
            text = trimmed(json.loads(line)["content"])
            left = check_account(text)
            found += left != text
            assert "公有领域" not in left
            assert not left.endswith("false")
    assert found == 65


@pytest.mark.real
@pytest.mark.parametrize("source", ["city2024/texts.jsonl.xz", "national-plans/plans.jsonl.xz"])
def test_other_corpora(real_data: Path, source: str) -> None:
    """Page numbers of Chengde, the foot of Yiyang, 12 lists of contents: never more than 4 % but for folded lists."""
    with lzma.open(real_data / source, "rt", encoding="utf-8") as lines:
        for line in lines:
            document = json.loads(line)
            text = trimmed(document["text"])
            lost = len(text) - len(check_account(text))
            if "承德" in document["id"]:
                assert Counter(item.reason for item in remove_furniture(text).removed) == {"page_number": 22}
            elif "益阳" in document["id"]:
                assert 200 < lost < 300
            else:
                assert lost == 0 or "<summary>" in text or lost < 30, document["id"]


@pytest.mark.real
def test_spam_and_repeats_of_a_seed(real_data: Path) -> None:
    """002 opens with spam, shows its title and date twice and ends with the heading of a gallery."""
    path = next((real_data.parent / "seeds").glob("002_*.txt"))
    text = trimmed(path.read_text("utf-8"))
    change = remove_furniture(text)
    assert change.removed[0].reason == "spam"
    first = text[: change.removed[0].end]
    assert hashlib.sha256(first.strip().encode()).hexdigest()[:16] == SPAM_HASH
    assert sum(line.startswith("2024") for line in change.text.split("\n")[:8]) == 1
    assert {"spam", "buttons", "repeated"} <= {removal.reason for removal in change.removed}


# First 16 hex digits of the SHA-256 of its first line, normalised.
SPAM_HASH = "293c50d3a5966eef"
