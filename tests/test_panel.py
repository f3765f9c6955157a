"""Documents to place-years: formulas against hand-worked numbers, and no row that should not be there."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.sparse import csr_array

from textgov.errors import RecordError, UsageError
from textgov.measures import KEYS
from textgov.panel import PanelOptions, build_panel, pool_documents
from textgov.records import Category, Corpus, Document, Doubt, Entry, Features, Lexicon, Panel
from textgov.regions import read_divisions
from textgov.spans import Spans

LEXICON = Lexicon(
    "words",
    "1.0",
    "w",
    "词",
    "words",
    "",
    (Category("one", "甲类", "first"), Category("two", "乙类", "second")),
    (Entry("甲", "one"), Entry("乙", "two"), Entry("丙", "two")),
)
MEASURES = ["n", "p10k", "ln", "sent", "docs"]


def document(doc_id: str, code: str | None, year: int | None, level: str = "prefecture") -> Document:
    return Document(doc_id, "", "", Spans.identity(), place_code=code, year=year, level=level, place=f"place {code}")


def corpus_of(*rows: tuple[object, ...]) -> Corpus:
    return Corpus(tuple(document(f"{at:03}", *row) for at, row in enumerate(rows)))


def features_of(corpus: Corpus, values: list[list[int]], *, han=None, sents=None, touched=None, lexicon=LEXICON):
    """Counts as they would come from texts of the given lengths."""
    n = len(corpus)
    counts = np.array(values, dtype=np.int64).reshape(n, len(lexicon.entries))
    lengths = {
        "n_chars": np.array([10] * n),
        "n_han": np.array(han or [1000] * n),
        "n_sents": np.array(sents or [10] * n),
    }
    sentences = np.array(touched or [[0, 0, 0]] * n, dtype=np.int64).reshape(n, len(lexicon.categories) + 1)
    names = tuple(f"{entry.category}/{entry.term}" for entry in lexicon.entries)
    return Features(corpus.doc_ids, names, csr_array(counts), lengths, lexicon, sentences)


def ones(corpus: Corpus) -> Features:
    return features_of(corpus, [[1, 0, 0]] * len(corpus))


def rows_of(panel: Panel) -> list[tuple[str, int, int]]:
    frame = panel.frame
    return list(zip(frame[panel.keys[0]], frame["year"], frame["n_docs"], strict=True))


# ---- formulas ----


def test_oracle_a_and_b():
    corpus = corpus_of(("320100", 2020), ("320200", 2020))
    features = features_of(
        corpus, [[12, 0, 0], [3, 0, 0]], han=[15_000, 9_000], sents=[300, 180], touched=[[6, 0, 6], [3, 0, 3]]
    )
    frame = build_panel(corpus, features).frame.set_index("city_code")
    for name in ("one", "total"):
        a, b = (frame.loc[code, [f"w_{name}_{measure}" for measure in MEASURES]].tolist() for code in frame.index)
        assert a == pytest.approx([12, 8.0, 2.5649493574615367, 0.02, 1.0], rel=1e-12)
        assert b == pytest.approx([3, 3.3333333333333335, 1.3862943611198906, 0.016666666666666666, 1.0], rel=1e-12)
    assert frame["w_two_n"].tolist() == [0, 0]
    assert frame["w_two_p10k"].tolist() == [0.0, 0.0]
    assert frame["w_two_docs"].tolist() == [0.0, 0.0]


def test_documents_of_a_row_are_pooled_not_averaged():
    corpus = corpus_of(("320100", 2020), ("320100", 2020))
    features = features_of(
        corpus, [[12, 0, 0], [0, 1, 2]], han=[15_000, 9_000], sents=[300, 180], touched=[[6, 0, 6], [0, 3, 3]]
    )
    (row,) = build_panel(corpus, features).frame.to_dict("records")
    assert row["n_docs"] == 2
    assert (row["n_han"], row["n_sents"], row["n_chars"]) == (24_000, 480, 20)
    assert row["w_total_n"] == 15
    assert row["w_total_p10k"] == 6.25  # the mean of the two rates would be 5.67
    assert row["w_total_ln"] == pytest.approx(math.log(16))
    assert row["w_total_sent"] == 9 / 480
    assert (row["w_one_n"], row["w_two_n"]) == (12, 3)
    assert (row["w_one_docs"], row["w_two_docs"], row["w_total_docs"]) == (0.5, 0.5, 1.0)


def test_rate_of_nothing_is_missing():
    corpus = corpus_of(("320100", 2020))
    features = features_of(corpus, [[0, 0, 0]])
    features = replace(features, lengths={name: np.array([0]) for name in features.lengths})
    row = build_panel(corpus, features).frame.iloc[0]
    assert row["w_total_n"] == 0
    assert row["w_total_ln"] == 0
    assert math.isnan(row["w_total_p10k"])
    assert math.isnan(row["w_total_sent"])
    assert row["w_total_docs"] == 0


def test_term_of_two_categories_is_once_in_the_total():
    lexicon = replace(LEXICON, entries=(Entry("甲", "one"), Entry("甲", "two"), Entry("乙", "two")))
    corpus = corpus_of(("320100", 2020))
    row = build_panel(corpus, features_of(corpus, [[5, 5, 1]], lexicon=lexicon)).frame.iloc[0]
    assert (row["w_one_n"], row["w_two_n"], row["w_total_n"]) == (5, 6, 6)


PLACES = st.tuples(st.sampled_from(["320100", "320200", "110000", "420600"]), st.integers(2008, 2012))
COUNTED = st.lists(
    st.tuples(PLACES, st.lists(st.integers(0, 4), min_size=3, max_size=3), st.integers(1, 9999), st.integers(1, 99)),
    min_size=1,
    max_size=8,
)


def frame_of(found: list, order: list[int]) -> pd.DataFrame:
    rows = [(*place, "province" if place[0] == "110000" else "prefecture") for place, *_ in found]
    documents = [document(f"{at:03}", *rows[at]) for at in order]
    corpus = Corpus(tuple(documents))
    features = features_of(
        corpus,
        [found[at][1] for at in order],
        han=[found[at][2] for at in order],
        sents=[found[at][3] for at in order],
        touched=[[min(found[at][1][0], 1), 0, min(sum(found[at][1]), 1)] for at in order],
    )
    return build_panel(corpus, features).frame


@given(COUNTED, st.randoms(use_true_random=False))
def test_panel_equals_a_plain_loop_in_any_order(found: list, chance):
    frame = frame_of(found, list(range(len(found))))
    expected = {}
    for place, values, han, sents in found:
        row = expected.setdefault(place, dict.fromkeys(("docs", "han", "sents", "one", "all", "touched", "with"), 0))
        sums = (1, han, sents, values[0], sum(values), min(sum(values), 1), sum(values) > 0)
        for name, value in zip(row, sums, strict=True):
            row[name] += value
    assert list(zip(frame["city_code"], frame["year"], strict=True)) == sorted(expected)
    for (_, row), place in zip(frame.iterrows(), sorted(expected), strict=True):
        want = expected[place]
        assert (row["n_docs"], row["n_han"], row["n_sents"]) == (want["docs"], want["han"], want["sents"])
        assert (row["w_one_n"], row["w_total_n"]) == (want["one"], want["all"])
        assert row["w_total_p10k"] == pytest.approx(10_000 * want["all"] / want["han"])
        assert row["w_total_sent"] == pytest.approx(want["touched"] / want["sents"])
        assert row["w_total_docs"] == pytest.approx(want["with"] / want["docs"])
    pd.testing.assert_frame_equal(frame, frame_of(found, chance.sample(range(len(found)), len(found))))


# ---- which documents make a row ----

EVERY_LEVEL = (
    ("000000", 2020, "national"),
    ("320000", 2020, "province"),
    ("110000", 2020, "province"),
    ("320100", 2020, "prefecture"),
    ("320115", 2020, "county"),
    ("110105", 2020, "county"),
    ("429004", 2020, "county"),
    ("659001", 2020, "county"),
)


@pytest.mark.parametrize(
    ("options", "codes"),
    [
        (PanelOptions(), ["110000", "320100"]),
        (PanelOptions(include_direct=True), ["110000", "320100", "429004", "659001"]),
        (PanelOptions(level="province"), ["110000", "320000"]),
        (PanelOptions(level="county"), ["110105", "320115", "429004", "659001"]),
        (PanelOptions(level="national"), ["000000"]),
        (PanelOptions(codes="2024"), ["110000", "320100"]),
    ],
    ids=["prefecture", "direct", "province", "county", "national", "codes of 2024"],
)
def test_no_level_leaks_into_another(options: PanelOptions, codes: list[str]):
    corpus = corpus_of(*EVERY_LEVEL)
    panel = build_panel(corpus, ones(corpus), options=options)
    assert rows_of(panel) == [(code, 2020, 1) for code in codes]
    assert panel.frame["w_total_n"].tolist() == [1] * len(codes)
    assert panel.keys == (KEYS[options.level][0].name, "year")


def test_document_without_a_level_enters_no_row():
    corpus = corpus_of(("320100", 2020, ""), ("320100", 2020, "prefecture"))
    assert rows_of(build_panel(corpus, ones(corpus))) == [("320100", 2020, 1)]


def test_held_and_unplaced_documents_enter_no_row():
    corpus = corpus_of(("320100", 2020), ("320100", None), (None, 2020), ("320100", 2020), ("320200", 2020))
    documents = list(corpus.documents)
    documents[3] = replace(documents[3], doubts=(Doubt("text_short"),))  # doubtful, yet not held
    documents[4] = replace(documents[4], doubts=(Doubt("place_conflict", held=True),))
    corpus = replace(corpus, documents=tuple(documents))
    assert rows_of(build_panel(corpus, ones(corpus))) == [("320100", 2020, 2)]


def test_names_and_regions_are_those_of_the_year():
    corpus = corpus_of(("420600", 2009), ("420600", 2012), ("110000", 2012, "province"), ("210100", 2012))
    frame = build_panel(corpus, ones(corpus)).frame
    columns = ["city_code", "city", "province_code", "province", "region3", "region4", "year"]
    assert frame[columns].to_numpy().tolist() == [
        ["110000", "北京市", "110000", "北京市", "east", "east", 2012],
        ["210100", "沈阳市", "210000", "辽宁省", "east", "northeast", 2012],
        ["420600", "襄樊市", "420000", "湖北省", "central", "central", 2009],
        ["420600", "襄阳市", "420000", "湖北省", "central", "central", 2012],
    ]


def test_codes_of_2024_put_old_units_into_those_of_today():
    corpus = corpus_of(("371200", 2015), ("370100", 2015), ("542300", 2010), ("341400", 2009))
    frame = build_panel(corpus, ones(corpus), options=PanelOptions(codes="2024")).frame
    # 莱芜 is part of 济南 today, 日喀则 has another code, 巢湖 was split and keeps its own.
    assert frame[["city_code", "city", "year", "n_docs"]].to_numpy().tolist() == [
        ["341400", "巢湖市", 2009, 1],
        ["370100", "济南市", 2015, 2],
        ["540200", "日喀则市", 2010, 1],
    ]
    old = build_panel(corpus, ones(corpus)).frame
    assert old["city_code"].tolist() == ["341400", "370100", "371200", "542300"]


# ---- missing is never 0 ----


def test_balanced_rows_are_empty_not_zero():
    corpus = corpus_of(("320100", 2018), ("320200", 2020))
    assert len(build_panel(corpus, ones(corpus)).frame) == 2
    panel = build_panel(corpus, ones(corpus), options=PanelOptions(balanced=True))
    assert rows_of(panel) == [
        ("320100", 2018, 1),
        ("320100", 2019, 0),
        ("320100", 2020, 0),
        ("320200", 2018, 0),
        ("320200", 2019, 0),
        ("320200", 2020, 1),
    ]
    empty = panel.frame[panel.frame["n_docs"] == 0]
    measured = [name for name in panel.frame.columns if name.startswith(("w_", "n_")) and name != "n_docs"]
    assert len(measured) == 3 + 15
    assert empty[measured].isna().all(axis=None)
    assert empty[["city", "province", "region3", "region4"]].notna().all(axis=None)
    assert panel.frame[panel.frame["n_docs"] > 0][measured].notna().all(axis=None)


def test_balanced_rows_only_while_a_place_is_a_division():
    corpus = corpus_of(("371200", 2015), ("460300", 2014), ("320100", 2010), ("320100", 2021))
    frame = build_panel(corpus, ones(corpus), options=PanelOptions(balanced=True)).frame
    years = frame.groupby("city_code")["year"].agg(["min", "max", "size"])
    # 莱芜 was dissolved in 2018 (reports of that year still bear its name), 三沙 founded in 2012.
    assert years.loc["371200"].tolist() == [2010, 2018, 9]
    assert years.loc["460300"].tolist() == [2012, 2021, 10]
    assert years.loc["320100"].tolist() == [2010, 2021, 12]


def test_complete_place_years_are_true_zeros():
    corpus = corpus_of(("320100", 2018))
    options = PanelOptions(balanced=True, complete=(("320100", 2019), ("320200", 2018)))
    frame = build_panel(corpus, ones(corpus), options=options).frame.set_index(["city_code", "year"])
    for row in (("320100", 2019), ("320200", 2018)):
        assert frame.loc[row, ["n_docs", "n_han", "w_total_n", "w_one_n"]].tolist() == [0, 0, 0, 0]
        assert frame.loc[row, "w_total_ln"] == 0.0
        assert math.isnan(frame.loc[row, "w_total_p10k"])  # a rate of no text
    assert pd.isna(frame.loc[("320200", 2019), "w_total_n"])
    assert math.isnan(frame.loc[("320200", 2019), "w_total_ln"])


@pytest.mark.parametrize(
    ("options", "code"),
    [
        (PanelOptions(), "320000"),
        (PanelOptions(), "320115"),
        (PanelOptions(), "429004"),
        (PanelOptions(), "000000"),
        (PanelOptions(level="province"), "320100"),
        (PanelOptions(level="county"), "320100"),
        (PanelOptions(), "990000"),
        (PanelOptions(), "371200"),
    ],
)
def test_complete_place_year_of_another_level_is_an_error(options: PanelOptions, code: str):
    corpus = corpus_of(("320100", 2020))
    with pytest.raises(UsageError, match=code):
        build_panel(corpus, ones(corpus), options=replace(options, complete=((code, 2021),)))


def test_complete_place_years_of_the_level_are_taken():
    corpus = corpus_of(("320100", 2020))
    for options, code in (
        (PanelOptions(), "110000"),
        (PanelOptions(include_direct=True), "429004"),
        (PanelOptions(level="province"), "110000"),
        (PanelOptions(level="county"), "320115"),
    ):
        panel = build_panel(corpus, ones(corpus), options=replace(options, complete=((code, 2021),)))
        assert (code, 2021, 0) in rows_of(panel)


def test_coverage_is_the_grid_of_document_counts():
    corpus = corpus_of(("420600", 2009), ("420600", 2012), ("420600", 2012), ("320100", 2010))
    for balanced in (False, True):
        coverage = build_panel(corpus, ones(corpus), options=PanelOptions(balanced=balanced)).coverage
        assert coverage.columns.tolist() == ["city_code", "city", "2009", "2010", "2011", "2012"]
        assert coverage.to_numpy().tolist() == [
            ["320100", "南京市", 0, 1, 0, 0],
            ["420600", "襄阳市", 1, 0, 0, 2],
        ]


def test_no_rows_at_all():
    corpus = corpus_of(("320000", 2020, "province"))
    for options in (PanelOptions(), PanelOptions(balanced=True)):
        panel = build_panel(corpus, ones(corpus), options=options)
        assert len(panel.frame) == 0
        assert list(panel.frame.columns) == [variable.name for variable in panel.variables]
    assert len(build_panel(Corpus(()), ones(Corpus(()))).frame) == 0


# ---- duplicates and several documents ----


def test_duplicate_that_waits_counts_once():
    corpus = corpus_of(("320100", 2020), ("320100", 2020), ("320100", 2020))
    waiting = replace(corpus.documents[1], doubts=(Doubt("duplicate_text", {"doc_id": "000"}, held=True),))
    corpus = replace(corpus, documents=(corpus.documents[0], waiting, corpus.documents[2]))
    panel = build_panel(corpus, features_of(corpus, [[1, 0, 0], [10, 0, 0], [100, 0, 0]]))
    assert rows_of(panel) == [("320100", 2020, 2)]
    assert panel.frame["w_total_n"].tolist() == [101]


def test_documents_of_each_row_are_known():
    rows = [("320200", 2020), ("320100", 2021), ("320100", 2020), ("320200", 2020)]
    corpus = corpus_of(*rows, ("320000", 2020, "province"))
    pooled = pool_documents(corpus, PanelOptions(), read_divisions())
    assert list(pooled.items()) == [(("320100", 2020), [2]), (("320100", 2021), [1]), (("320200", 2020), [0, 3])]


# ---- several lexicons, wrong calls, labels ----


def test_two_lexicons_side_by_side():
    corpus = corpus_of(("320100", 2020))
    other = replace(LEXICON, name="others", prefix="o")
    panel = build_panel(corpus, features_of(corpus, [[1, 2, 3]]), features_of(corpus, [[4, 0, 0]], lexicon=other))
    row = panel.frame.iloc[0]
    assert (row["w_total_n"], row["o_total_n"]) == (6, 4)
    assert [name for name in panel.frame.columns if name == "n_han"] == ["n_han"]


def test_two_lexicons_with_one_prefix():
    corpus = corpus_of(("320100", 2020))
    other = replace(LEXICON, name="others")
    with pytest.raises(UsageError, match="words and others both use the prefix w"):
        build_panel(corpus, ones(corpus), features_of(corpus, [[0, 0, 0]], lexicon=other))


def test_features_of_other_documents():
    with pytest.raises(RecordError, match="other documents"):
        build_panel(corpus_of(("320100", 2020)), ones(corpus_of(("320100", 2020), ("320100", 2021))))
    with pytest.raises(RecordError, match="not counts of a lexicon"):
        corpus = corpus_of(("320100", 2020))
        build_panel(corpus, replace(ones(corpus), lexicon=None))


@pytest.mark.parametrize("wrong", [{"level": "city"}, {"codes": "2000"}])
def test_unknown_options(wrong: dict[str, str]):
    corpus = corpus_of(("320100", 2020))
    with pytest.raises(UsageError, match=f"{next(iter(wrong))} = {next(iter(wrong.values()))}"):
        build_panel(corpus, ones(corpus), options=PanelOptions(**wrong))


def test_words_are_a_column_when_they_were_cut():
    corpus = corpus_of(("320100", 2020), ("320100", 2020))
    features = ones(corpus)
    assert "n_words" not in build_panel(corpus, features).frame
    features = replace(features, lengths={**features.lengths, "n_words": np.array([3, 4])})
    assert build_panel(corpus, features).frame["n_words"].tolist() == [7]


@pytest.mark.parametrize("level", list(KEYS))
def test_every_column_is_described_in_two_languages(level: str):
    corpus = corpus_of(*EVERY_LEVEL)
    panel = build_panel(corpus, ones(corpus), options=PanelOptions(level=level))
    assert [variable.name for variable in panel.variables] == list(panel.frame.columns)
    for variable in panel.variables:
        assert variable.name.isascii()
        assert len(variable.name) <= 32
        assert variable.en.isascii()
        assert any("\u4e00" <= char <= "\u9fff" for char in variable.zh)
    measures = [variable for variable in panel.variables if variable.name.startswith("w_")]
    assert [variable.name for variable in measures] == [
        f"w_{name}_{measure}" for name in ("one", "two", "total") for measure in MEASURES
    ]
    assert {variable.lexicon for variable in measures} == {"words@1.0"}
    assert {variable.lexicon_hash for variable in measures} == {LEXICON.hash}


def test_counts_are_nullable_integers_and_rates_floats():
    corpus = corpus_of(("320100", 2018), ("320100", 2020))
    frame = build_panel(corpus, ones(corpus), options=PanelOptions(balanced=True)).frame
    assert {str(frame[name].dtype) for name in ("n_docs", "n_chars", "n_han", "n_sents", "w_one_n")} == {"Int64"}
    assert {str(frame[f"w_one_{name}"].dtype) for name in MEASURES[1:]} == {"float64"}
    assert str(frame["year"].dtype) == "int64"
