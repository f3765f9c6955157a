"""The nouns keep their promises when they are built, and show themselves as tables."""

from __future__ import annotations

import dataclasses
import hashlib

import numpy as np
import pandas as pd
import pytest
from scipy.sparse import csr_array

from textgov.errors import RecordError
from textgov.records import (
    CORPUS_COLUMNS,
    MANIFEST_COLUMNS,
    REVIEW_COLUMNS,
    Corpus,
    Document,
    Doubt,
    Features,
    Growing,
    IndexBuilder,
    ManifestRow,
    Panel,
    Tokens,
    Variable,
    hash_text,
)
from textgov.spans import Spans


def document(doc_id: str = "a", text: str = "数字", **more: object) -> Document:
    return Document(doc_id, text, text, Spans.identity(), **more)  # type: ignore[arg-type]


@pytest.mark.parametrize("code", ["", "32010", "3201000", "32010a", "南京市南京市"])
def test_place_code_has_six_digits(code: str):
    with pytest.raises(RecordError, match="is not six digits"):
        document(place_code=code)


def test_spans_stay_inside_the_original():
    with pytest.raises(RecordError, match="beyond the original"):
        Document("a", "数字政府", "数字", Spans.identity())
    with pytest.raises(RecordError, match="beyond the original"):
        Document("a", "数字", "数字", Spans(np.array([[0, 0, 0, 1]])))


def test_ids_are_unique():
    for make in (
        lambda: Corpus((document("a"), document("b"), document("a"))),
        lambda: Tokens(("a", "a"), ([], [])),
        lambda: Features(("a", "a"), (), csr_array((2, 0)), {}),
    ):
        with pytest.raises(RecordError, match="a: this doc_id occurs twice"):
            make()


def test_records_are_frozen():
    with pytest.raises(dataclasses.FrozenInstanceError):
        document().text = "other"  # type: ignore[misc]
    with pytest.raises(dataclasses.FrozenInstanceError):
        Corpus(()).documents = ()  # type: ignore[misc]


@pytest.mark.parametrize(
    ("found", "held"),
    [
        (document(), True),
        (document(place_code="320100"), True),
        (document(year=2020), True),
        (document(place_code="320100", year=2020), False),
        (document(place_code="320100", year=2020, doubts=(Doubt("text_short"),)), False),
        (document(place_code="320100", year=2020, doubts=(Doubt("a"), Doubt("b", held=True))), True),
    ],
)
def test_held(found: Document, held: bool):
    assert found.held is held


def test_hash_is_that_of_the_bytes():
    assert hash_text("数字") == hashlib.sha256("数字".encode()).hexdigest()[:16]
    assert len(hash_text("\ud800")) == 16


def test_frames_of_a_corpus():
    doubts = (
        Doubt("duplicate_text", {"doc_id": "甲.txt"}),
        Doubt("place_missing", held=True, candidates=("320100", "320200")),
    )
    corpus = Corpus(
        (document("a", place_code="320100", year=2020, place="南京市"), document("b", doubts=doubts)),
        (
            ManifestRow("a", "done", doc_ids=("a",), encoding="utf-8", n_bytes=6),
            ManifestRow("c", "failed", "file_unreadable", {"detail": "locked"}),
        ),
    )
    assert list(corpus.frame.columns) == list(CORPUS_COLUMNS)
    assert corpus.frame["year"].tolist() == [2020, pd.NA]
    assert corpus.frame["place_code"].iloc[0] == "320100"
    assert corpus.frame["place_code"].isna().tolist() == [False, True]
    assert list(corpus.manifest.columns) == list(MANIFEST_COLUMNS)
    assert corpus.manifest["n_docs"].tolist() == [1, 0]
    assert corpus.manifest["reason"].tolist()[0] == ""
    assert "locked" in corpus.manifest["reason"].tolist()[1]
    assert list(corpus.review.columns) == list(REVIEW_COLUMNS)
    assert corpus.review["doc_id"].tolist() == ["b", "b"]
    assert corpus.review["held"].tolist() == [False, True]
    assert corpus.review["candidates"].tolist() == ["", "320100;320200"]
    assert "甲.txt" in corpus.review["reason"].tolist()[0]
    assert "甲.txt" in corpus.review["reason_zh"].tolist()[0]
    assert repr(corpus) == "<Corpus: 2 documents, 1 places, 2020-2020>"


def test_frames_of_an_empty_corpus():
    corpus = Corpus(())
    assert list(corpus.frame.columns) == list(CORPUS_COLUMNS)
    assert list(corpus.manifest.columns) == list(MANIFEST_COLUMNS)
    assert list(corpus.review.columns) == list(REVIEW_COLUMNS)
    assert len(corpus.frame) == len(corpus.manifest) == len(corpus.review) == len(corpus) == 0
    assert repr(corpus) == "<Corpus: 0 documents, 0 places>"


def test_features_fit_their_documents_and_names():
    good = Features(("a", "b"), ("x",), csr_array([[1], [0]]), {"n_han": np.array([3, 4])})
    assert good.frame.to_dict("records") == [{"doc_id": "a", "x": 1}, {"doc_id": "b", "x": 0}]
    with pytest.raises(RecordError, match="values do not fit"):
        Features(("a",), ("x",), csr_array([[1], [0]]), {})
    with pytest.raises(RecordError, match="n_han has another number"):
        Features(("a",), ("x",), csr_array([[1]]), {"n_han": np.array([3, 4])})
    with pytest.raises(RecordError, match="these features have no hits"):
        _ = good.hits


def test_panel_has_one_row_a_place_year_and_a_variable_a_column():
    variables = (Variable("city_code", "", ""), Variable("year", "", ""))
    frame = pd.DataFrame({"city_code": ["320100", "320100"], "year": [2020, 2021]})
    panel = Panel(frame, variables, ("city_code", "year"), pd.DataFrame())
    assert repr(panel) == "<Panel: 2 place-years, 1 places, 2 variables>"
    with pytest.raises(RecordError, match="do not describe the columns"):
        Panel(frame, variables[::-1], ("city_code", "year"), pd.DataFrame())
    with pytest.raises(RecordError, match="has two rows"):
        Panel(frame.assign(year=2020), variables, ("city_code", "year"), pd.DataFrame())


# ---- columns ----


@pytest.mark.parametrize("n", [0, 1, 50, 200_000])
def test_groups_of_rows_are_those_of_a_sort(n: int):
    draw = np.random.default_rng(n)
    places = [None if code == 0 else f"4201{code:02}" for code in draw.integers(0, 30, n).tolist()]
    years = [None if year == 2000 else year for year in draw.integers(2000, 2012, n).tolist()]
    levels = draw.choice(["", "prefecture", "county"], n).tolist()
    builder = IndexBuilder()
    for start in range(0, n, 70_000):
        part = slice(start, start + 70_000)
        rows = [places[part], levels[part], years[part]]
        held = [True] * len(rows[0])
        builder.add([f"{start}-{at}" for at in range(len(held))], *rows, ["x"] * len(held), held)
    index = builder.index()
    assert [index.row_of(at) for at in range(n)] == list(
        zip(places, [year or 0 for year in years], levels, strict=True)
    )
    assert index.held.all()
    _, first, group = np.unique(index.row_codes(), return_index=True, return_inverse=True)
    found = index.row_groups()
    assert found[0].tolist() == first.tolist()
    assert found[1].tolist() == group.tolist()


def test_numbers_that_grow_are_the_numbers():
    column = Growing("h")
    assert column.values().tolist() == []
    column.extend([1, -2])
    column.extend(np.array([], dtype=np.int64))
    column.extend(np.array([300]))
    assert column.values().tolist() == [1, -2, 300]
    with pytest.raises(OverflowError):
        column.extend([40_000])
