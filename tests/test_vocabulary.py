"""Words of Taiwan and Hong Kong: the listed map, the names it leaves alone, and which texts get it."""

from __future__ import annotations

import csv
import json
from importlib import resources
from pathlib import Path

import opencc
import pytest
from conftest import iter_reports
from hypothesis import given
from hypothesis import strategies as st

from textgov.errors import UsageError
from textgov.normalise.script import OTHER_SCRIPTS, detect_script, map_vocabulary, read_vocabulary, simplify

CASES = json.loads((Path(__file__).parent / "cases" / "vocabulary.json").read_text("utf-8"))


def to_mainland(text: str) -> str:
    """As a document: the script before the characters are converted decides."""
    script = detect_script(text)
    text = simplify(text).text
    return map_vocabulary(text).text if script in OTHER_SCRIPTS else text


@pytest.mark.parametrize("case", [pytest.param(case, id=case["label"]) for case in CASES])
def test_case(case: dict[str, str]):
    # A few words may be written alike in both scripts; the document around them is not.
    other = "" if detect_script(case["input"]) else "\n這個"
    assert to_mainland(case["input"] + other).removesuffix("\n这个") == case["expected"]
    assert to_mainland(case["expected"]) == case["expected"]


def test_table():
    table = resources.files("textgov") / "data" / "vocabulary.csv"
    rows = list(csv.DictReader(table.read_text("utf-8").splitlines()))
    assert [row["term"] for row in rows if row["region"] not in ("TW", "HK", "both") or not row["note"]] == []
    assert len({row["term"] for row in rows}) == len(rows)
    converter = opencc.OpenCC("t2s")
    vocabulary = read_vocabulary()
    words = dict(zip(vocabulary.terms, vocabulary.mapped, strict=True))
    for row in rows:
        term = converter.convert(row["term"])
        assert words[term] == (row["mapped"] or term)
        assert converter.convert(row["mapped"]) == row["mapped"]
        # A protected term would change without its row: it holds a shorter one that is mapped, or stands for itself.
        assert map_vocabulary(words[term], vocabulary).text == words[term]


@given(st.lists(st.sampled_from((*read_vocabulary().terms, "的", "与", "\n", "城市")), max_size=6).map("".join))
def test_second_pass_as_a_document_changes_nothing(text: str):
    once = to_mainland("這個" + text)
    assert to_mainland(once) == once


def test_spans_lead_back():
    text = simplify("推進資料庫與人工智慧").text
    change = map_vocabulary(text)
    assert change.text == "推进数据库与人工智能"
    assert change.places == 2
    at = change.text.index("人工智能")
    start, end = change.spans.to_original(at, at + 4)
    assert text[start:end] == "人工智慧"


def test_a_map_of_the_user(tmp_path: Path):
    path = tmp_path / "words.csv"
    path.write_text("term,mapped,source\n數位,数码,me\n數位政府,,me\n", "utf-8-sig")
    vocabulary = read_vocabulary(path)
    assert map_vocabulary("数位政府与数位城市,资讯", vocabulary).text == "数位政府与数码城市,资讯"
    path.write_bytes("term,mapped\n資訊,信息\n".encode("gb18030"))
    assert map_vocabulary("资讯", read_vocabulary(path)).text == "信息"
    path.write_text("term,mapped\n", "utf-8")
    assert map_vocabulary("资讯", read_vocabulary(path)).text == "资讯"


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("word,other\n數位,数字\n", "columns term and mapped"),
        ("term,mapped\n,数字\n", "line 2: no term"),
        ("term,mapped\n數位,数字\n数位,数码\n", "line 3"),
        ("term,mapped\n資訊,信息\n信息,消息\n", "mapped again"),
    ],
)
def test_a_bad_map_is_refused(tmp_path: Path, content: str, said: str):
    path = tmp_path / "words.csv"
    path.write_text(content, "utf-8")
    with pytest.raises(UsageError, match=said):
        read_vocabulary(path)
    with pytest.raises(UsageError):
        read_vocabulary(tmp_path / "none.csv")


@pytest.mark.real
def test_simplified_reports_get_no_vocabulary(real_data: Path):
    other = [name for name, text in iter_reports(real_data) if detect_script(text) in OTHER_SCRIPTS]
    assert other == []


@pytest.mark.real
def test_what_changes_in_real_texts(real_data: Path):
    statutes = "\n".join(path.read_text("utf-8-sig") for path in sorted((real_data / "tw-law-json").glob("*.json")))
    text = to_mainland(statutes)
    left = ("资讯", "网路", "软体", "硬体", "资料库", "人工智慧", "行动通讯", "网际网路")
    names = ("政府资讯公开法", "行政资讯公开办法", "资讯工业策进会")
    for name in names:
        text = text.replace(name, "")
    assert {word: text.count(word) for word in left} == dict.fromkeys(left, 0)
    assert text.count("数位发展部") > 90
    assert "公文程序" not in text
    folder = real_data / "hk-policy-address"
    addresses = "".join((folder / f"pa{year}.xml").read_text("utf-8-sig") for year in (1997, 1998, 2000, 2017))
    found = to_mainland(addresses)
    assert found.count("信息技术") > 40
    assert found.count("智慧城市") == simplify(addresses).text.count("智慧城市") > 0
    assert "个人信息助" not in found
