"""Documents with the same text, or nearly."""

from __future__ import annotations

import random
from dataclasses import replace

import numpy as np
import pytest

from textgov.duplicates import NEAR, Signature, find_duplicates, flag_duplicates, sign_text
from textgov.records import Corpus, Document, Doubt
from textgov.spans import Spans

WORDS = "经济社会发展产业创新改革开放民生教育医疗交通环境治理城市乡村农业工业服务市场企业投资".split() + list(
    "推进加快完善深化落实建设提升优化扩大保障"
)


def make_text(seed: int, n: int = 60) -> list[str]:
    chooser = random.Random(seed)
    return ["".join(chooser.choices(WORDS, k=12)) + f"第{chooser.randrange(10**6)}项" for _ in range(n)]


def document(doc_id: str, sentences: list[str], code: str, year: int = 2020, held: bool = False) -> Document:
    text = "。".join(sentences) + "。"
    doubts = (Doubt("place_conflict", {"detail": "x"}, held=True),) if held else ()
    return Document(
        doc_id, text, text, Spans.identity(), place_code=code, place="x", year=year, level="prefecture", doubts=doubts
    )


def flagged(*documents: Document, settled: tuple[str, ...] = ()) -> dict[str, list[tuple[str, bool]]]:
    corpus = flag_duplicates(Corpus(documents), [sign_text(one.text) for one in documents], settled)
    return {doc.doc_id: [(doubt.code, doubt.held) for doubt in doc.doubts] for doc in corpus.documents}


def jaccard(a: list[str], b: list[str]) -> float:
    return len(set(a) & set(b)) / len(set(a) | set(b))


@pytest.mark.parametrize("changed", [0, 3, 6, 30, 45, 60])
def test_estimate_agrees_with_the_true_share(changed):
    one = make_text(1)
    two = make_text(2)[:changed] + one[changed:]
    pairs = list(zip(*find_duplicates([sign_text("。".join(one)), sign_text("。".join(two))]), strict=True))
    true = jaccard(one, two)
    if true > NEAR + 0.2:
        assert [(a, b) for a, b, _ in pairs] == [(0, 1)]
        assert abs(pairs[0][2] - true) < 0.2
    elif true < NEAR - 0.2:
        assert pairs == []


def test_exact_duplicate_of_one_row_waits_and_blanks_do_not_matter():
    sentences = make_text(3)
    text = "  " + "。\n\n".join(sentences) + "。"
    other = replace(document("b", sentences, "420100"), text=text, original=text)
    assert flagged(document("a", sentences, "420100"), other) == {"a": [], "b": [("duplicate_text", True)]}


def test_same_text_of_two_cities_is_listed_for_both_and_held_for_none():
    sentences = make_text(4)
    near = sentences[:-2] + make_text(5)[:2]
    found = flagged(document("a", sentences, "420100"), document("b", near, "430100"))
    assert found == {"a": [("duplicate_near", False)], "b": [("duplicate_near", False)]}


def test_the_document_that_waits_already_is_not_the_one_that_counts():
    sentences = make_text(6)
    found = flagged(document("a", sentences, "420100", held=True), document("b", sentences, "420100"))
    assert found == {"a": [("place_conflict", True), ("duplicate_text", True)], "b": []}


def test_a_decision_settles_it():
    sentences = make_text(7)
    pair = (document("a", sentences, "420100"), document("b", sentences, "420100"))
    assert flagged(*pair, settled=("b",)) == {"a": [], "b": []}


def test_other_texts_and_short_texts_are_left_alone():
    found = flagged(
        document("a", make_text(8), "420100"),
        document("b", make_text(9), "420100"),
        document("c", make_text(10, 3), "420100"),
        document("d", [*make_text(10, 3), "又及"], "430100"),
    )
    assert found == {"a": [], "b": [], "c": [], "d": []}


def test_pairs_do_not_depend_on_how_many_documents_there_are():
    texts = [sign_text("。".join(make_text(seed))) for seed in range(200)]
    texts.append(sign_text("。".join(make_text(77)[2:])))
    assert [(a, b) for a, b, _ in zip(*find_duplicates(texts), strict=True)] == [(77, 200)]


def test_three_equal_texts_in_two_rows_leave_one_in_each_row():
    sentences = make_text(11)
    found = flagged(
        document("a", sentences, "420100"), document("b", sentences, "430100"), document("c", sentences, "430100")
    )
    held = {doc_id: any(waits for _, waits in doubts) for doc_id, doubts in found.items()}
    assert held == {"a": False, "b": False, "c": True}
    assert all(found.values())


def naive_pairs(signatures: list[Signature]) -> list[tuple[int, int, float]]:
    """Every pair looked at: equal ones first, then those that agree in a whole band and in enough of all."""
    equal, near = [], []
    for number, one in enumerate(signatures):
        before = [at for at in range(number) if signatures[at].exact == one.exact]
        equal += [(at, number, 1.0) for at in before]
        if before or not one.near:
            continue
        mine, found = np.frombuffer(one.near, "<u4"), []
        for at, other in enumerate(signatures[:number]):
            if other.near and not any(earlier.exact == other.exact for earlier in signatures[:at]):
                same = np.frombuffer(other.near, "<u4") == mine
                if same.reshape(16, 4).all(axis=1).any() and same.mean() >= NEAR:
                    found.append((-same.mean(), at))
        near += [(at, number, min(-share, 0.99)) for share, at in sorted(found)]
    return equal + near


@pytest.mark.parametrize("part", [3, 250_000])
def test_pairs_are_those_of_a_search_through_all(part, monkeypatch):
    monkeypatch.setattr("textgov.duplicates.PART", part)
    chooser = random.Random(3)
    signatures = []
    for _ in range(80):
        text = make_text(chooser.randrange(6), 40)
        for _ in range(chooser.choice((0, 0, 1, 5))):
            text[chooser.randrange(40)] = make_text(chooser.randrange(100, 10**6), 1)[0]
        signatures.append(sign_text("。".join(text[: chooser.choice((40, 40, 5))])))
    found = [(int(a), int(b), float(share)) for a, b, share in zip(*find_duplicates(signatures), strict=True)]
    assert found == naive_pairs(signatures)
    assert {share == 1.0 for _, _, share in found} == {True, False}
