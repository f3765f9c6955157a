"""What a person should look at before trusting a row."""

from __future__ import annotations

import numpy as np
import pytest

from textgov.records import Corpus, Document
from textgov.screen import flag_cut, flag_pooled, flag_short
from textgov.spans import Spans

BODY = "今年要推进数字政府建设,加快一网通办。\n" * 20


def report(text: str, doc_type: str = "政府工作报告", doc_id: str = "a", level: str = "prefecture") -> Document:
    kept = {"place_code": "420100", "place": "武汉市", "level": level, "year": 2020}
    return Document(doc_id, text, text, Spans.identity(), doc_type=doc_type, **kept)


@pytest.mark.parametrize(
    ("tail", "cut"),
    [
        ("让我们更加紧密地团结起来,为建设更加美好的城市而努力奋斗,为", True),
        ("让我们更加紧密地团结起来,为建设更加美好的城市而努力奋斗,不断开创新的", True),
        ("让我们更加紧密地团结起来,为建设更加美好的城市而努力奋斗!", False),
        ("让我们更加紧密地团结起来,为建设更加美好的城市而努力奋斗!”", False),
        ("为建设更加美好的城市而努力奋斗!\n\n<!-- (某某日报) -->", False),
        ("为建设更加美好的城市而努力奋斗!\n\n— 23 —", False),
        ("为建设更加美好的城市而努力奋斗!\n某市人民代表大会会议秘书处 2020年1月9日印发", False),
        ("为建设更加美好的城市而努力奋斗!\n市长 某某", False),
        ("为建设更加美好的城市,让我们更加紧密地团结起来,努力奋斗,开创\n\n— 23 —", True),
    ],
)
def test_a_report_that_breaks_off(tail, cut):
    assert [doubt.code for doubt in flag_cut(report(BODY + tail)).doubts] == (["text_cut"] if cut else [])


def test_other_documents_may_end_as_they_like():
    assert flag_cut(report(BODY + "让我们更加紧密地团结起来,为建设更加美好的城市而努力奋斗,为", "通知")).doubts == ()


def test_a_short_report_among_long_ones():
    documents = tuple(report(BODY, doc_id=f"{number:02}") for number in range(25))
    lengths = np.array([10_000] * 24 + [3_900])
    flagged = flag_short(Corpus(documents), lengths)
    assert [doc.doc_id for doc in flagged.documents if doc.doubts] == ["24"]
    assert flagged.documents[24].doubts[0].facts == {"n": 3_900, "usual": 10_000}
    assert not flagged.documents[24].held
    few = Corpus(documents[10:])
    assert not any(doc.doubts for doc in flag_short(few, lengths[10:]).documents)


def test_levels_are_compared_with_themselves():
    cities = tuple(report(BODY, doc_id=f"c{number:02}") for number in range(20))
    provinces = tuple(report(BODY, doc_id=f"p{number:02}", level="province") for number in range(20))
    flagged = flag_short(Corpus(cities + provinces), np.array([3_000] * 20 + [20_000] * 20))
    assert not any(doc.doubts for doc in flagged.documents)


def test_pooled_documents_are_listed_with_each_other():
    corpus = Corpus((report(BODY, doc_id="a"), report(BODY, doc_id="b"), report(BODY, doc_id="c")))
    flagged = flag_pooled(corpus, {("420100", 2020): [0, 2], ("420100", 2021): [1]})
    assert [len(doc.doubts) for doc in flagged.documents] == [1, 0, 1]
    assert flagged.documents[0].doubts[0].facts["doc_ids"] == "a; c"
