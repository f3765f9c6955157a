"""Lexicons: the built-in ones, files of the user, and one clear line for each fault."""

from __future__ import annotations

import csv
import json
import random
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

import textgov as tg
from textgov.errors import LexiconError, RecordError
from textgov.lexicon import builtin_lexicons, lower_case, match_key, read_lexicon
from textgov.records import Category, Entry, Lexicon

CASES = Path(__file__).parent / "cases"
REFERENCE = Path(__file__).resolve().parents[2] / "shared" / "reference" / "lexicon.csv"
# Counted by hand: entries, categories, prefix.
BUILT_IN = {
    "digital-government": (124, 9, "dg"),
    "digital-government-broad": (143, 9, "dgb"),
    "digital-government-core": (183, 7, "dgc"),
    "problem-words": (14, 3, "pb"),
    "governance-effectiveness": (45, 5, "ge"),
    "digital-economy": (9, 1, "de"),
    "digital-empowerment": (67, 11, "dem"),
    "two-way-activation": (73, 11, "twa"),
    "platform-entities": (43, 4, "pe"),
    "historical-phases": (17, 4, "hp"),
    "policy-tools": (64, 16, "pt"),
    "hedges": (7, 1, "hd"),
    "deficiency-words": (10, 1, "df"),
}


def read_text(tmp_path: Path, text: str, name: str = "mine.yaml") -> Lexicon:
    path = tmp_path / name
    path.write_bytes(text.encode())
    return read_lexicon(path)


def test_built_in_lexicons():
    found = {name: read_lexicon(name) for name in builtin_lexicons()}
    sizes = {name: (len(one.entries), len(one.categories), one.prefix) for name, one in found.items()}
    assert sizes == BUILT_IN
    assert builtin_lexicons() == tuple(sorted(BUILT_IN))
    assert len({one.prefix for one in found.values()}) == len(found)


def test_categories_of_the_main_lexicon():
    lexicon = read_lexicon("digital-government")
    assert lexicon.categories[0].name == "overall_concept"
    assert all(category.name.isascii() and category.zh and category.en for category in lexicon.categories)
    assert {entry.category for entry in lexicon.entries} == {category.name for category in lexicon.categories}
    assert {entry.phase for entry in lexicon.entries} >= {"政府信息化", "电子政务", "数字政府", "数字治理"}


def test_narrow_terms_are_a_part_of_the_broad_ones():
    narrow, broad = read_lexicon("digital-government"), read_lexicon("digital-government-broad")
    assert {entry.term for entry in narrow.entries} < {entry.term for entry in broad.entries}
    spellings = [{word for entry in one.entries for word in (entry.term, *entry.variants)} for one in (narrow, broad)]
    assert spellings[0] < spellings[1]


def test_every_built_in_lexicon_says_whose_it_is_and_how_it_was_made():
    for name in builtin_lexicons():
        lexicon = read_lexicon(name)
        assert "(20" in lexicon.citation, name
        assert "SOURCES.md" in lexicon.citation, name
        assert len(lexicon.note) > 40, name
        assert lexicon.zh != name, name
        assert lexicon.en != name, name
        assert all(category.zh != category.name for category in lexicon.categories), name


def test_problem_words_and_economy_are_in_no_score():
    score = {entry.term for entry in read_lexicon("digital-government-broad").entries}
    for name in ("problem-words", "digital-economy", "hedges", "deficiency-words"):
        assert score.isdisjoint(entry.term for entry in read_lexicon(name).entries)


def counted(lexicon: str, *texts: str) -> list[dict[str, int]]:
    """Hits of each category in each text."""
    corpus = tg.normalise_corpus(tg.corpus_from_frame(pd.DataFrame({"text": texts})))
    hits = tg.count_lexicon(corpus, read_lexicon(lexicon)).hits
    return [hits[hits.doc_id == doc_id].groupby("category").size().to_dict() for doc_id in corpus.doc_ids]


def test_two_kinds_of_empowerment_are_never_merged():
    entries = [entry for entry in read_lexicon("digital-empowerment").entries if "赋能" in entry.term]
    assert [entry.term for entry in entries] == ["数字赋能", "数据赋能"]
    assert entries[0].category != entries[1].category
    assert set(entries[0].variants).isdisjoint(entries[1].variants)
    texts = "数字赋能基层治理。", "数据赋能基层治理。", "数字赋能与数据赋能不同。", "大数据赋能和数字技术赋能。"
    digital, data = {"named_digital": 1}, {"named_data": 1}
    assert counted("digital-empowerment", *texts) == [digital, data, digital | data, digital | data]


def test_barriers_with_and_without_a_verb_of_solving():
    texts = (
        "打破信息孤岛。",
        "信息孤岛现象突出。",
        "数据壁垒要逐步打通。",
        "破除数据壁垒，推动各项政策落地见效，但是平台碎片化仍然明显。",
    )
    solving, named = {"barrier_solving": 1}, {"barrier_named": 1}
    assert counted("problem-words", *texts) == [solving, named, solving, solving | named]


# What a reader of the codebook would say: True where the sentence speaks of the government's own use of digital means.
KINDS = {
    "全面推行政务服务网上办理。": True,
    "建成市政务服务中心，实行一站式服务。": False,
    "加快教育信息化建设。": True,
    "提高乡镇卫生院信息化水平。": True,
    "推进工业化和信息化深度融合。": False,
    "构建立体化、智能化社会治安防控体系。": True,
    "支持企业智能化改造。": False,
    "运用大数据提升城市管理水平。": True,
    "大力发展大数据产业。": False,
    "推进各部门信息共享、业务协同。": True,
    "推进区域基础设施互联互通。": False,
    "建设政务大数据中心。": True,
    "中国移动数据中心项目开工。": False,
    "发展互联网经济，建设“智慧通辽”。": True,
    "凝聚全市人民的智慧和力量。": False,
    "发展智慧物流和智慧农业。": False,
    "开通智慧停车、智慧公交应用。": True,
    "落实网络安全工作责任制。": False,
    "建设网络与信息安全应急基础平台。": True,
    "持续深化“最多跑一次”改革。": True,
    "完善大数据+网格化防控机制。": True,
    "加强公共数据安全管理。": True,
    # General words of 2.1, each where it speaks of government and where it does not.
    "开展信用惠企平台建设。": True,
    "搭建全市投融资平台。": False,
    "建成行政权力阳光运行平台。": True,
    "推动海关特殊监管区等平台建设。": False,
    "推行药品网上集中采购。": True,
    "扩大农产品网上销售。": False,
    "让城市治理更加智慧。": True,
    "以更大的智慧和勇气推进城市建设。": False,
    "建设人工智能城市产业带。": False,
    "完成一百所中小学信息化改造。": True,
    "推动制造企业智能化改造。": False,
    "对企业实行数字化监管。": True,
    "用好12345热线。": True,
    "实施农业“12345”工程。": False,
    "在主要路口安装高清摄像头。": True,
    "引进手机摄像头模组项目。": False,
    "建立食品安全追溯平台。": True,
    "推进国际贸易“单一窗口”建设。": True,
    "开发智慧旅游新产品。": False,
    "完善覆盖城乡的政务服务网络。": False,
}


@pytest.mark.parametrize(("text", "wanted"), KINDS.items())
def test_what_the_main_lexicon_takes_for_digital_government(text: str, wanted: bool):
    assert bool(counted("digital-government", text)[0]) == wanted


def test_platforms_of_the_case_stand_in_the_table():
    path = Path(tg.__file__).parent / "data" / "platforms.csv"
    rows = {row["platform"]: row for row in csv.DictReader(path.read_text("utf-8").splitlines())}
    known = {entry.term for entry in read_lexicon("platform-entities").entries}
    assert rows.keys() <= known
    assert len(rows) == 10
    assert rows["越秀人家"]["base"].split(";") == ["粤省事", "穗好办"]
    assert rows["越秀越有数"]["alias"] == "越有数"
    assert {row["level"] for row in rows.values()} == {"county", "prefecture", "province"}
    for row in rows.values():
        assert {base for base in row["base"].split(";") if base.endswith(("办", "事", "通", "易"))} <= known


@pytest.mark.real
def test_built_in_lexicons_are_those_of_the_reference_table():
    if not REFERENCE.is_file():
        pytest.skip("no reference table beside the repository")
    terms = {row["term"] for row in csv.DictReader(REFERENCE.read_text("utf-8-sig").splitlines())}
    found = {
        entry.term for name in ("digital-government-core", "digital-economy") for entry in read_lexicon(name).entries
    }
    assert found <= terms
    assert len(found) == 183 + 9


def test_every_built_in_term_is_written_as_it_is_matched():
    for name in builtin_lexicons():
        for entry in read_lexicon(name).entries:
            assert match_key(entry.term) == "".join(entry.term.split()).lower(), entry.term


# ---- files ----

FULL = """\
name: my-words
version: "2.1"
prefix: mw
title: {zh: 我的词典, en: my words}
citation: me (2024)
note: only a test
categories:
  online:
    title: {zh: 在线, en: online}
    entries:
      - 一网通办
      - {term: 互联网+政务服务, variants: [互联网政务, e-gov], phase: 数字政府, source: S1, note: with a plus}
  offline:
    entries: [窗口]
"""


def test_yaml_file_holds_everything(tmp_path: Path):
    lexicon = read_text(tmp_path, FULL, "file.yaml")
    assert lexicon == Lexicon(
        name="my-words",
        version="2.1",
        prefix="mw",
        zh="我的词典",
        en="my words",
        citation="me (2024)",
        note="only a test",
        categories=(Category("online", "在线", "online"), Category("offline", "offline", "offline")),
        entries=(
            Entry("一网通办", "online"),
            Entry("互联网+政务服务", "online", ("互联网政务", "e-gov"), "数字政府", "S1", "with a plus"),
            Entry("窗口", "offline"),
        ),
    )
    assert lexicon.label == "my-words@2.1"


def test_yaml_file_with_the_least(tmp_path: Path):
    lexicon = read_text(tmp_path, "categories:\n  core:\n    entries: [数字政府]\n", "My Words-2.yml")
    assert (lexicon.name, lexicon.version, lexicon.prefix) == ("My Words-2", "0", "my_words_2")


def test_words_that_yaml_would_read_as_other_types(tmp_path: Path):
    lexicon = read_text(tmp_path, "categories:\n  core:\n    entries: [12345, 2020-01-01, no, 1.0, null]\n")
    assert [entry.term for entry in lexicon.entries] == ["12345", "2020-01-01", "no", "1.0", "null"]


@pytest.mark.parametrize("newline", ["\n", "\r\n"])
@pytest.mark.parametrize("mark", ["", "\ufeff"])
def test_csv_file(tmp_path: Path, newline: str, mark: str):
    lines = ["term,category,variants,phase", "一网通办,online, 一网通 ; ,", '"政务,服务",offline,,数字政府', ""]
    lexicon = read_text(tmp_path, mark + newline.join(lines), "mine.csv")
    assert lexicon.entries == (
        Entry("一网通办", "online", ("一网通",)),
        Entry("政务,服务", "offline", (), "数字政府"),
    )
    assert [category.name for category in lexicon.categories] == ["online", "offline"]


def test_one_term_in_two_categories(tmp_path: Path):
    text = "categories:\n  one:\n    entries: [数字政府]\n  two:\n    entries: [數字政府, 电子政务]\n"
    assert [entry.category for entry in read_text(tmp_path, text).entries] == ["one", "two", "two"]


@pytest.mark.parametrize(
    "case",
    [pytest.param(case, id=case["label"]) for case in json.loads((CASES / "lexicon_broken.json").read_text("utf-8"))],
)
def test_broken_file_is_one_error_with_its_line(tmp_path: Path, case: dict[str, str]):
    with pytest.raises(LexiconError) as caught:
        read_text(tmp_path, case["input"], case["file"])
    error = caught.value
    assert str(error).startswith(f"{case['file']}{case['where']}: ")
    assert case["detail"] in str(error)
    for lang in ("en", "zh"):
        assert "\n" not in error.text(lang)
        assert error.text(lang).startswith(case["file"] + case["where"])


def test_own_file_that_is_not_utf8(tmp_path: Path):
    path = tmp_path / "mine.yaml"
    path.write_bytes("categories:\n  core:\n    entries: [数字政府建设]\n".encode("gb18030"))
    with pytest.raises(LexiconError, match="save the file as UTF-8"):
        read_lexicon(path)
    assert [entry.term for entry in read_lexicon(path, encoding="gb18030").entries] == ["数字政府建设"]


def test_lexicon_that_does_not_exist_names_those_that_do(tmp_path: Path):
    for source in ("digital-goverment", tmp_path / "gone.yaml", tmp_path, "gone.csv", "terms.txt"):
        with pytest.raises(LexiconError, match="digital-government-broad"):
            read_lexicon(source)


# ---- the record ----


def words(*entries: Entry) -> Lexicon:
    names = dict.fromkeys(entry.category for entry in entries)
    return Lexicon("w", "1", "w", "w", "w", "", tuple(Category(name, name, name) for name in names), entries)


def test_hash_does_not_depend_on_the_order_nor_on_notes():
    lexicon = read_lexicon("digital-government-broad")
    entries = list(lexicon.entries)
    random.Random(1).shuffle(entries)
    assert replace(lexicon, entries=tuple(entries)).hash == lexicon.hash
    assert replace(lexicon, version="9", note="x").hash == lexicon.hash
    assert words(Entry("a", "c", ("x", "y"))).hash == words(Entry("a", "c", ("y", "x"), note="n")).hash


def test_hash_changes_with_every_part_that_decides_a_count():
    base = words(Entry("a", "c", ("x",)), Entry("b", "c"))
    others = [
        words(Entry("a", "c", ("x",))),
        words(Entry("a", "c"), Entry("b", "c")),
        words(Entry("a", "c", ("z",)), Entry("b", "c")),
        words(Entry("a", "c", ("x",)), Entry("b", "d")),
        words(Entry("a", "c", ("x", "b"))),
    ]
    assert len({base.hash, *(other.hash for other in others)}) == 6


@pytest.mark.parametrize(
    "entries",
    [(), (Entry("", "c"),), (Entry(" ", "c"),), (Entry("a", "c"), Entry("a", "c"))],
    ids=["none", "empty", "blank", "twice"],
)
def test_lexicon_keeps_its_promise(entries: tuple[Entry, ...]):
    with pytest.raises(RecordError):
        words(*entries)


def test_entry_of_no_category():
    with pytest.raises(RecordError, match="of no category"):
        Lexicon("w", "1", "w", "w", "w", "", (Category("a", "a", "a"),), (Entry("x", "b"),))


# ---- how a term is looked for ----


@pytest.mark.parametrize(
    ("term", "key"),
    [
        ("數字政府", "数字政府"),
        ("互聯網 ＋ 政務服務", "互联网+政务服务"),
        ("政务 APP", "政务app"),
        ("Ｅ－ＧＯＶ", "e-gov"),
        (" 数字\n政府\u200b ", "数字政府"),
        ("12345热线", "12345热线"),
        ("İ", "İ"),
    ],
)
def test_match_key(term: str, key: str):
    assert match_key(term) == key


@given(st.text(st.sampled_from("AaÅİßΣǅ数ﬁ 9"), max_size=8) | st.text(max_size=8))
def test_lower_case_keeps_the_length(text: str):
    lower = lower_case(text)
    assert len(lower) == len(text)
    assert all(new in (old, old.lower()) or old == "Σ" for old, new in zip(text, lower, strict=True))
    assert lower_case(lower) == lower
