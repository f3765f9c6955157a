"""Quantities, targets, deadlines. Expected values were written by hand, those of the seeds found with a text editor."""

import json
import math
import re
from itertools import pairwise
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

import textgov
from textgov.cli import main
from textgov.errors import UsageError
from textgov.normalise import normalise_corpus
from textgov.quantities import quantity_lexicon, quantity_variables
from textgov.quantities.deadlines import find_deadlines
from textgov.quantities.numbers import find_numbers, read_numeral
from textgov.quantities.targets import Setting, judge_numbers
from textgov.quantities.units import KINDS
from textgov.spans import Spans

CASES = json.loads((Path(__file__).parent / "cases" / "quantities.json").read_text("utf-8"))


def cases(name):
    return pytest.mark.parametrize(
        "case", CASES[name], ids=[case.get("label", case.get("file")) for case in CASES[name]]
    )


def same(one, other):
    return math.isnan(one) if other is None else one == pytest.approx(other, rel=1e-12)


def corpus_of(*texts, **columns):
    frame = pd.DataFrame({"text": list(texts), **columns})
    return normalise_corpus(textgov.corpus_from_frame(frame, text="text"))


# ---- numbers ----


@cases("numbers")
def test_numbers(case):
    text = case["input"]
    found = find_numbers(text)
    assert [text[one.start : one.end] for one in found] == [one["matched"] for one in case["expected"]]
    for one, expected in zip(found, case["expected"], strict=True):
        assert (one.unit, one.kind, one.qualifier) == (expected["unit"], expected["kind"], expected["qualifier"])
        assert all(same(getattr(one, name), expected[name]) for name in ("value", "low", "high"))


SIGNS = "零一二三四五六七八九"


def in_characters(number):
    """A number below 10 ** 16 in Chinese characters, by the rules of a schoolbook."""

    def below_ten_thousand(part):
        signs, gap = "", False
        for size, name in ((1000, "千"), (100, "百"), (10, "十"), (1, "")):
            digit = part // size % 10
            if digit:
                signs += ("零" if gap and signs else "") + SIGNS[digit] + name
                gap = False
            else:
                gap = True
        return signs

    if number >= 10**8:
        head, rest = divmod(number, 10**8)
        gap = "零" if rest and rest < 10**7 else ""
        return in_characters(head) + "亿" + gap + (in_characters(rest) if rest else "")
    if number >= 10**4:
        head, rest = divmod(number, 10**4)
        return below_ten_thousand(head) + "万" + ("零" if 0 < rest < 1000 else "") + below_ten_thousand(rest)
    return below_ten_thousand(number) or "零"


@given(st.integers(2, 10**12 - 1))
def test_chinese_numerals_round_trip(number):
    assert read_numeral(in_characters(number))[0] == number


@given(st.integers(2, 10**9 - 1))
def test_chinese_numerals_are_found_whole(number):
    text = f"新建{in_characters(number)}公里"
    (found,) = find_numbers(text)
    assert (text[found.start : found.end], found.value) == (text[2:], number)


@given(st.integers(0, 10**12), st.integers(0, 99), st.sampled_from(["个", "万人", "亿元", "%", "公里"]))
def test_digits_round_trip(whole, part, unit):
    size = {"万人": 10**4, "亿元": 10**8}.get(unit, 1)
    (found,) = find_numbers(f"共有{whole}.{part:02}{unit}。")
    assert found.value == pytest.approx((whole + part / 100) * size, rel=1e-12)


@given(st.text("一二三五十百千万亿两几数第约近超至到-~%.,个元年月日0123 多余以上左右内分之“”、。\n项达", max_size=60))
def test_any_text_is_read_in_order_and_without_overlap(text):
    found = find_numbers(text)
    assert all(one.start <= one.core < one.end <= len(text) for one in found)
    assert all(one.end <= other.start for one, other in pairwise(found))
    assert all(one.low <= one.high for one in found if not math.isnan(one.low) and not math.isnan(one.high))
    find_deadlines(text, 2020)


def test_every_unit_is_of_one_kind():
    units = [unit for _, _, units in KINDS.values() for unit in units.split()]
    assert len(units) == len(set(units))


# ---- deadlines and targets ----


@cases("deadlines")
def test_deadlines(case):
    text = case["input"]
    found = find_deadlines(text, case["year"])
    assert [[text[one.start : one.end], one.year] for one in found] == case["expected"]


@cases("targets")
def test_targets(case):
    text = case["input"]
    plan = [(0, len(text))] if case["plan"] else []
    ends = [match.end() for match in re.finditer("。", text)]
    setting = Setting(text, ends, plan, [], case["year"])
    verdicts = judge_numbers(find_numbers(text), find_deadlines(text, case["year"]), setting)
    assert [int(one.target) for one in verdicts] == case["target"]
    assert [one.deadline.year if one.deadline else None for one in verdicts] == case["deadline"]


def test_nothing_in_the_review_is_a_target():
    text = "到2025年新增基站100个。"
    setting = Setting(text, [len(text)], [], [(0, len(text))], 2021)
    assert not judge_numbers(find_numbers(text), find_deadlines(text, 2021), setting)[0].target


# ---- documents ----


@given(
    st.lists(
        st.sampled_from(["１２０", " ", "\u2009", "893", "个", "近", "％", "數", "万", "，", "。", "&nbsp;", "元"]),
        max_size=30,
    )
)
def test_spans_lead_to_the_original(parts):
    corpus = corpus_of("".join(["共有", *parts, "三个"]))
    (document,) = corpus.documents
    for one in textgov.find_quantities(document):
        assert 0 <= one.start < one.end <= len(document.original)
        again = textgov.normalise_text(document.original[one.start : one.end])
        assert again.replace(" ", "") == one.matched.replace(" ", "")


@given(st.lists(st.tuples(st.integers(0, 4), st.integers(0, 4), st.integers(1, 3)), max_size=5), st.integers(0, 2))
def test_many_spans_are_mapped_as_one_by_one(steps, tail):
    blocks, at, original = [], 0, 0
    for new, old, gap in steps:
        at, original = at + gap, original + gap
        blocks.append((at, at + new, original, original + old))
        at, original = at + new, original + old
    spans = Spans(np.array(blocks, dtype=np.int64).reshape(-1, 4))
    pairs = [(start, end) for start in range(at + tail + 1) for end in range(start, at + tail + 1)]
    starts, ends = np.array(pairs, dtype=np.int64).T
    assert spans.to_originals(starts, ends).tolist() == [list(spans.to_original(*pair)) for pair in pairs]


def test_a_full_width_comma_does_not_join_numbers():
    (document,) = corpus_of("达到120，300个").documents
    assert [one.matched for one in textgov.find_quantities(document)] == ["300个"]


def test_counts_add_up_and_reach_the_panel():
    texts = ["政府工作报告\n到2025年,新增基站100个,投资5亿元。\n力争改造小区3个。\n已建成5G基站20个。"] * 2
    frame = pd.DataFrame({"text": texts, "city": ["武汉市", "长沙市"], "year": [2021, 2022]})
    corpus = textgov.corpus_from_frame(frame, text="text", place="city", year="year")
    corpus = textgov.locate_corpus(textgov.normalise_corpus(corpus))
    counts = textgov.count_quantities(corpus)
    table = textgov.tabulate_documents(corpus, counts)
    assert table[["qt_number_n", "qt_target_n", "qt_deadline_n"]].to_numpy().tolist() == [[4, 3, 2]] * 2
    assert table["qt_target_sent"].to_numpy() == pytest.approx(2 / counts.lengths["n_sents"])
    assert counts.hits["category"].tolist() == ["deadline", "deadline", "target", "number"] * 2
    panel = textgov.build_panel(corpus, counts)
    assert panel.frame["qt_target_n"].tolist() == [3, 3]
    assert panel.frame["qt_number_n"].tolist() == [4, 4]
    assert next(one.en for one in panel.variables if one.name == "qt_target_n") == "number of quantified targets"
    labelled = [variable.name for variable in quantity_variables()]
    assert labelled == [name for name in panel.frame.columns if name.startswith("qt_")]
    assert list(quantity_lexicon().paths()) == ["number", "target", "deadline"]


def test_documents_are_counted_one_by_one():
    texts = ["到2025年,新增基站100个。", "没有数字。", "约3万人"]
    together = textgov.count_quantities(corpus_of(*texts)).values.toarray()
    alone = [textgov.count_quantities(corpus_of(text)).values.toarray()[0] for text in texts]
    assert (together == np.array(alone)).all()


def test_no_documents():
    counts = textgov.count_quantities(textgov.Corpus(()))
    assert (len(counts), len(counts.hits)) == (0, 0)
    assert len(textgov.compare_quantities([])) == 0


def test_an_unknown_section_is_refused():
    with pytest.raises(UsageError, match="known sections"):
        textgov.QuantityOptions("bodies")


def test_conflicting_values_are_kept_with_their_positions():
    (document,) = corpus_of(
        "联通46个职能部门。全区44个职能部门实现联动,转办率达98%,另有222个社区、222个社区。"
    ).documents
    found = textgov.compare_quantities(textgov.find_quantities(document))
    assert found["value"].tolist() == [46, 44]
    assert set(found["subject"]) == {"职能部门"}
    assert [document.original[start:end] for start, end in zip(found["start"], found["end"], strict=True)] == [
        "46个",
        "44个",
    ]


# ---- the seeds and the real reports ----


@pytest.mark.real
@cases("seeds")
def test_figures_of_the_seeds(case, real_data):
    path = real_data.parent / "seeds" / case["file"]
    if not path.is_file():
        pytest.skip("no seeds beside the real corpora")
    (document,) = normalise_corpus(textgov.load_corpus(path)).documents
    found = textgov.find_quantities(document)
    for figure in case["found"]:
        matches = [one for one in found if one.matched == figure["matched"]]
        assert {(one.value, one.unit, one.qualifier) for one in matches} == {
            (figure["value"], figure["unit"], figure["qualifier"])
        }
        if "starts" in figure:
            assert [one.start for one in matches] == figure["starts"]
        else:
            assert len(matches) == figure["times"]
    table = textgov.compare_quantities(found)
    groups = (
        table.groupby(["unit", "subject"], sort=True)["value"].apply(list) if len(table) else pd.Series(dtype=object)
    )
    assert [[*key, values] for key, values in groups.items()] == case["conflicts"]


def test_the_command_writes_a_row_for_each_quantity_and_document(tmp_path, monkeypatch, capsys):
    reports = tmp_path / "reports"
    reports.mkdir()
    for year in (2021, 2022):
        text = f"武汉市人民政府工作报告\n{year}年,力争新增基站100个,年内改造小区3个。\n去年建成公园2个。\n"
        (reports / f"武汉市{year}.txt").write_text(text, encoding="utf-8")
    corpus = textgov.locate_corpus(normalise_corpus(textgov.load_corpus(reports)))
    wanted = textgov.count_quantities(corpus)
    arguments = ["panel", str(reports), "--out", str(tmp_path / "out"), "--no-words", "-q", "--workers", "1"]
    for words in (arguments, ["quantities", str(tmp_path / "out")]):
        monkeypatch.setattr("sys.argv", ["textgov", *words])
        with pytest.raises(SystemExit) as ended:
            main()
        assert ended.value.code == 0
    paths = [Path(line) for line in capsys.readouterr().out.split("\n") if "quantities." in line]
    rows, documents = pd.read_parquet(paths[0]), pd.read_csv(paths[1])
    pd.testing.assert_frame_equal(rows, wanted.hits)
    assert documents["doc_id"].tolist() == list(corpus.doc_ids)
    assert documents["qt_number_n"].tolist() == [3, 3]
    assert documents["qt_target_n"].tolist() == [2, 2]
