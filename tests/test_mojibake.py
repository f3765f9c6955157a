"""Text that was read in the wrong encoding: what is restored, what is lost, and that real text never changes."""

from __future__ import annotations

import gzip
import json
import lzma
from collections.abc import Iterator
from difflib import SequenceMatcher
from pathlib import Path

import opencc
import pytest
from conftest import iter_reports
from hypothesis import given
from hypothesis import strategies as st

from textgov.normalise.mojibake import count_lost, repair_mojibake

CASES = json.loads((Path(__file__).parent / "cases" / "mojibake.json").read_text("utf-8"))
SIGNS = "鏁板瓧鏀垮簻锛銆鈥�€ÊýÖÎÕþ¸®æ•°å\xad—ÃâÂ\x80い地チ计杅趼淉葬锟斤拷烫屯数字政府，。“”\n a1?\ud800𠀀\ue195"


@pytest.mark.parametrize("case", [pytest.param(case, id=case["label"]) for case in CASES])
def test_case(case: dict[str, str]):
    change = repair_mojibake(case["input"])
    assert change.text == case["expected"]
    assert (change.places > 0) == (case["input"] != case["expected"])
    assert repair_mojibake(change.text).places == 0


@given(st.text(st.sampled_from(SIGNS), max_size=40) | st.text(max_size=20))
def test_second_pass_changes_nothing(text: str):
    once = repair_mojibake(text).text
    assert repair_mojibake(once).text == once
    assert count_lost(once) >= 0


def test_clean_text_is_returned_as_it_is():
    text = "加快数字政府建设，推进“一网通办”。×年×月，泾渭分明。\n" * 50
    assert repair_mojibake(text).text is text
    assert repair_mojibake("").text == ""


@pytest.mark.parametrize(
    ("text", "lost"),
    [
        ("", 0),
        ("数字政府", 0),
        ("数字锟斤拷府", 2),
        ("锟斤拷锟斤拷", 4),
        ("数\ufffd政府\ufffd", 2),
        ("æï¿½å", 1),
        ("烫烫烫烫", 4),
        ("屯屯通公路", 0),
        ("烫烫", 0),
    ],
)
def test_lost_characters_are_counted(text: str, lost: int):
    assert count_lost(text) == lost
    assert repair_mojibake(text).text == text


@pytest.mark.parametrize(
    ("wrong", "right"), [("gb18030", "utf-8"), ("latin-1", "utf-8"), ("latin-1", "gb18030"), ("gb18030", "big5")]
)
def test_each_character_leads_to_its_bytes(wrong: str, right: str):
    """Whatever is found in the repaired text was damaged from it, read from the same bytes."""
    text = "我們加快數位政府建設的發展與推動，各位代表今天討論施政報告"
    damaged = text.encode(right).decode(wrong, "surrogateescape" if right == "utf-8" else "strict")
    damaged = "".join("\ufffd" if "\udc80" <= char <= "\udcff" else char for char in damaged)
    change = repair_mojibake(damaged)
    assert change.text.rstrip("\ufffd") == text[: len(change.text.rstrip("\ufffd"))]
    for at in range(len(text) - 2):
        start, end = change.spans.to_original(at, at + 1)
        # A character of the wrong reading may hold bytes of two, whose neighbours then come along.
        assert 0 < end - start <= 6
        data = damaged[start:end].replace("\ufffd", "\x00").encode(wrong).replace(b"\0", b"\x80")
        assert text[at].encode(right) in data


# ---- real texts ----


def real_texts(data: Path) -> Iterator[tuple[str, str]]:
    yield from iter_reports(data)
    for path in (data / "city2024" / "texts.jsonl.xz", data / "national-plans" / "plans.jsonl.xz"):
        with lzma.open(path, "rt", encoding="utf-8") as lines:
            yield from ((json.loads(line)["id"], json.loads(line)["text"]) for line in lines)
    with gzip.open(data / "national-wikisource" / "government_work_reports.jsonl.gz", "rt", encoding="utf-8") as lines:
        yield from (("wikisource", line) for line in lines)
    for pattern in (
        "hk-policy-address/*.xml",
        "hk-policy-address/*/*.txt",
        "tw-law-json/*",
        "paper-meta/*/*",
        "*/*.txt",
    ):
        for path in sorted(data.glob(pattern)):
            yield path.name, path.read_bytes().decode("gb18030" if "county" in str(path) else "utf-8-sig")


@pytest.mark.real
def test_no_real_text_is_changed(real_data: Path):
    seen = changed = 0
    for name, text in real_texts(real_data):
        seen += 1
        if repair_mojibake(text).places or count_lost(text):
            changed += 1
            print(name)
    assert (seen > 2700, changed) == (True, 0)


@pytest.mark.real
@pytest.mark.parametrize(
    ("wrong", "right", "errors", "least"),
    [
        ("gb18030", "utf-8", "replace", 0.98),
        ("gb18030", "utf-8", "ignore", 0.97),
        ("gbk", "utf-8", "replace", 0.89),
        ("latin-1", "utf-8", "strict", 1.0),
        ("cp1252", "utf-8", "replace", 0.83),
        ("latin-1", "gb18030", "strict", 0.999),
        ("gb18030", "big5", "replace", 0.999),
        ("latin-1", "big5", "strict", 0.98),
    ],
)
def test_damaged_reports_come_back(real_data: Path, wrong: str, right: str, errors: str, least: float):
    full = opencc.OpenCC("s2twp")
    good = total = 0
    reports = [text for _, text in iter_reports(real_data, ("municipality",))]
    for report in reports[::20]:
        text = report.replace("\r", "")[:4000]
        text = (full.convert(text) if right == "big5" else text).encode(right, "ignore").decode(right)
        found = repair_mojibake(text.encode(right).decode(wrong, errors)).text
        assert repair_mojibake(found).text == found
        for one, other in zip(text.split("\n"), found.split("\n"), strict=True):
            blocks = SequenceMatcher(None, one, other, autojunk=False).get_matching_blocks()
            good += len(one) if one == other else sum(block.size for block in blocks)
            total += len(one)
    assert good >= least * total, good / total
