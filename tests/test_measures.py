"""Measures that can be asked for, against the worked numbers of the literature, other packages and plain loops."""

from __future__ import annotations

import math
import random
from collections import Counter
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from scipy.sparse import csr_array

from textgov.authority import authority_of, authority_rules
from textgov.count import CountOptions, count_lexicon, make_sets
from textgov.errors import RecordError, UsageError
from textgov.measures import DEFAULTS, LEXICON_MEASURES, MEASURES, OPTIONS
from textgov.normalise import normalise_corpus
from textgov.panel import Losses, PanelOptions, Totals, build_panel, cooccurrence_table, lexicon_report, rows_of
from textgov.records import Category, Corpus, Document, Entry, Features, Lexicon, Section, index_of
from textgov.regions import read_divisions
from textgov.spans import Spans

CODES = ("320100", "320200", "320300", "320400", "320500")


def lexicon_of(*entries: Entry, categories: tuple[Category, ...] = ()) -> Lexicon:
    names = dict.fromkeys(entry.category for entry in entries)
    return Lexicon("w", "1", "w", "w", "w", "", categories or tuple(Category(n, n, n) for n in names), entries)


def corpus_of(*texts: str, years: tuple[int, ...] = ()) -> Corpus:
    documents = tuple(
        Document(
            f"{at:03}",
            text,
            text,
            Spans.identity(),
            place_code=CODES[at % 5],
            place="x",
            level="prefecture",
            year=years[at] if years else 2020,
        )
        for at, text in enumerate(texts)
    )
    return normalise_corpus(Corpus(documents))


def panel_of(corpus: Corpus, lexicon: Lexicon, measures: str = "all", **options) -> pd.DataFrame:
    features = count_lexicon(corpus, lexicon, CountOptions(**options))
    return build_panel(corpus, features, options=PanelOptions(measures=measures)).frame


def of_numbers(tf: list[list[int]], han: tuple[int, ...], lexicon: Lexicon) -> tuple[Corpus, Features]:
    """Features with given counts and lengths."""
    corpus = corpus_of(*["x"] * len(han))
    n = len(han)
    lengths = {"n_chars": np.array(han), "n_han": np.array(han), "n_sents": np.ones(n, int), "n_paras": np.ones(n, int)}
    zeros = np.zeros((n, len(lexicon.categories) + 1), dtype=np.int64)
    names = tuple(f"{entry.category}/{entry.term}" for entry in lexicon.entries)
    return corpus, Features(corpus.doc_ids, names, csr_array(np.array(tf)), lengths, lexicon, zeros, zeros)


# ---- tf-idf ----

TF = [[4, 1, 0], [0, 2, 1], [0, 0, 3], [0, 0, 1]]


def test_tf_idf_textbook_is_the_worked_example():
    corpus, features = of_numbers(TF, (100, 200, 150, 50), lexicon_of(*(Entry(term, "a") for term in "甲乙丙")))
    frame = build_panel(corpus, features, options=PanelOptions(measures="tfidf")).frame
    expected = [623.8324625, 83.69882168, 57.53641449, 57.53641449]
    assert frame["w_total_tfidf"].tolist() == pytest.approx(expected, abs=1e-8)


def test_smooth_tf_idf_is_that_of_scikit_learn():
    from sklearn.feature_extraction.text import TfidfTransformer

    lexicon = lexicon_of(Entry("甲", "a"), Entry("乙", "b"), Entry("丙", "c"))
    corpus, features = of_numbers(TF, (100, 200, 150, 50), lexicon)
    frame = build_panel(corpus, features, options=PanelOptions(measures="tfidf2")).frame
    rows = TfidfTransformer().fit_transform(np.array(TF)).toarray()
    assert frame[["w_a_tfidf2", "w_b_tfidf2", "w_c_tfidf2"]].to_numpy() == pytest.approx(rows, abs=1e-12)
    assert frame["w_total_tfidf2"].tolist() == pytest.approx(rows.sum(axis=1), abs=1e-12)
    assert frame.loc[0, ["w_a_tfidf2", "w_b_tfidf2"]].tolist() == pytest.approx([0.98112349, 0.19338226], abs=1e-8)


def test_a_term_of_two_categories_is_one_feature():
    one = lexicon_of(Entry("甲", "a"), Entry("乙", "a"))
    two = lexicon_of(Entry("甲", "a"), Entry("乙", "a"), Entry("甲", "b"))
    corpus = corpus_of("甲甲乙", "乙", "丙")
    names = ["w_total_tfidf", "w_total_tfidf2", "w_total_types", "w_total_first"]
    pd.testing.assert_frame_equal(panel_of(corpus, one)[names], panel_of(corpus, two)[names])


# ---- weights, types, mentions, shares ----


def test_breadth_and_concentration_are_the_worked_example():
    lexicon = lexicon_of(Entry("甲", "a"), Entry("乙", "b"), Entry("丙", "c"))
    frame = panel_of(corpus_of("甲" * 5 + "乙" * 3 + "丙" * 2, "无"), lexicon, "breadth,share")
    assert frame.loc[0, ["w_breadth", "w_hhi"]].tolist() == pytest.approx([1, 0.38])
    assert frame.loc[0, "w_entropy"] == pytest.approx(0.9372305632161295, abs=1e-12)
    assert frame.loc[0, ["w_a_share", "w_b_share", "w_c_share"]].tolist() == pytest.approx([0.5, 0.3, 0.2])
    assert frame.loc[1, "w_breadth"] == 0
    assert frame.loc[1, ["w_hhi", "w_entropy", "w_a_share"]].isna().all()
    assert "w_total_share" not in frame


def test_types_count_terms_and_first_counts_mentions():
    corpus = corpus_of(*["甲甲乙", "", "", "", "", "甲丙"])  # the first and the last are of one place
    frame = panel_of(corpus, lexicon_of(*(Entry(term, "a") for term in "甲乙丙丁")), "n,types,first")
    assert frame.loc[0, ["w_total_n", "w_total_types", "w_total_first"]].tolist() == [5, 3, 4]


def test_weights_of_one_change_nothing_and_others_only_what_is_weighted():
    corpus = corpus_of("甲甲乙。", "丙")
    plain = lexicon_of(Entry("甲", "a"), Entry("乙", "a"))
    heavy = lexicon_of(Entry("甲", "a", weight=2.5), Entry("乙", "a"))
    assert "w_total_w" not in panel_of(corpus, plain, "n")
    frame = panel_of(corpus, heavy, "n")
    assert frame["w_total_w"].tolist() == [6.0, 0.0]
    assert frame["w_total_w10k"].tolist() == [20_000.0, 0.0]
    assert frame["w_total_n"].tolist() == [3, 0]
    ones = panel_of(corpus, plain)
    assert ones["w_total_w"].tolist() == ones["w_total_n"].tolist()
    assert plain.hash != heavy.hash


def test_phases_share_the_hits_of_terms_with_a_phase():
    lexicon = lexicon_of(Entry("甲", "a", phase="一"), Entry("乙", "a", phase="二"), Entry("丙", "a"))
    corpus = corpus_of("甲乙乙乙丙丙", "丙")
    panel = build_panel(corpus, count_lexicon(corpus, lexicon), options=PanelOptions(measures="phases"))
    assert panel.frame.loc[0, ["w_phase1_share", "w_phase2_share"]].tolist() == [0.25, 0.75]
    assert panel.frame.loc[1, ["w_phase1_share", "w_phase2_share"]].isna().all()
    assert "阶段 二" in next(one.zh for one in panel.variables if one.name == "w_phase2_share")


def test_a_parent_counts_what_is_below_it_once():
    categories = (Category("s", "s", "s"), Category("s_a", "a", "a", "s"), Category("s_b", "b", "b", "s"))
    lexicon = lexicon_of(Entry("甲", "s_a"), Entry("甲", "s_b"), Entry("乙", "s_b"), categories=categories)
    frame = panel_of(corpus_of("甲乙。甲。"), lexicon, "n,sent,breadth")
    assert frame.loc[0, ["w_s_n", "w_s_a_n", "w_s_b_n", "w_total_n"]].tolist() == [3, 2, 3, 3]
    assert frame.loc[0, ["w_s_sent", "w_s_b_sent", "w_breadth"]].tolist() == [1, 1, 1]


# ---- parts, paragraphs, categories that meet ----


def with_parts(text: str, review: int, plan: int) -> Corpus:
    corpus = corpus_of(text)
    parts = (Section("body", 0, len(text)), Section("review", 0, review), Section("plan", review, plan))
    return replace(corpus, documents=(replace(corpus.documents[0], sections=parts),))


def test_review_and_plan_are_counted_apart():
    text = "去年甲乙。明年甲甲甲。以后丙。"
    frame = panel_of(with_parts(text, 5, 11), lexicon_of(Entry("甲", "a"), Entry("丙", "a")), "n,review,plan")
    names = ["w_total_n", "w_total_n_review", "w_total_n_plan", "n_han_review", "n_han_plan"]
    assert frame.loc[0, names].tolist() == [5, 1, 3, 4, 5]
    assert frame.loc[0, ["w_total_p10k_review", "w_total_p10k_plan"]].tolist() == [2_500, 6_000]


def test_a_text_without_parts_has_missing_parts_not_zero():
    frame = panel_of(corpus_of("甲甲"), lexicon_of(Entry("甲", "a")), "review,plan")
    assert frame[["w_total_n_review", "w_total_p10k_plan"]].isna().all(axis=None)


def test_categories_that_meet_in_a_sentence_are_those_of_a_plain_loop():
    chance = random.Random(4)
    letters = "甲乙丙无。\n"
    texts = ["".join(chance.choices(letters, k=60)) for _ in range(40)]
    years = tuple(2015 + at % 3 for at in range(40))
    corpus = corpus_of(*texts, years=years)
    lexicon = lexicon_of(Entry("甲", "a"), Entry("乙", "b"), Entry("丙", "c"))
    features = count_lexicon(corpus, lexicon, CountOptions(sections="all"))
    options, places = PanelOptions(measures="cooccurrence,para,n"), read_divisions()
    rows = rows_of(index_of(corpus), options, places)
    totals = Totals(rows, [lexicon], options, places)
    totals.add(corpus.documents, rows, [features])
    expected: Counter[tuple[int, str, str]] = Counter()
    for document, year in zip(corpus.documents, years, strict=True):
        for sentence in document.text.replace("。", "\n").split("\n"):
            met = [name for name, letter in zip("abc", "甲乙丙", strict=True) if letter in sentence]
            expected.update((year, x, y) for at, x in enumerate(met) for y in met[at + 1 :])
    table = cooccurrence_table(totals)
    found = {(row.year, row.category_a, row.category_b): row.sentences for row in table.itertuples()}
    assert found == dict(expected)
    panel = build_panel(corpus, features, options=options)
    one = panel.frame.iloc[0]
    mine = [
        document.text
        for document, year in zip(corpus.documents, years, strict=True)
        if (document.place_code, year) == (one["city_code"], one["year"])
    ]
    sentences = [part for text in mine for part in text.replace("。", "\n").split("\n") if part.strip()]
    mixed = sum(len({letter for letter in "甲乙丙" if letter in part}) > 1 for part in sentences)
    assert one["w_co_sent"] == pytest.approx(mixed / len(sentences))
    paragraphs = [part for text in mine for part in text.split("\n") if part.strip("。 ")]
    assert one["w_a_para"] == pytest.approx(sum("甲" in part for part in paragraphs) / len(paragraphs))


# ---- control and authority ----


def test_relative_attention_is_missing_where_the_control_has_no_hit():
    corpus = corpus_of("甲甲乙", "甲")
    ours, control = lexicon_of(Entry("甲", "a")), replace(lexicon_of(Entry("乙", "a")), name="c", prefix="c")
    features = [count_lexicon(corpus, one) for one in (ours, control)]
    frame = build_panel(corpus, *features, options=PanelOptions(measures="n", control="c")).frame
    assert frame["w_rel_c"].tolist()[0] == 2
    assert math.isnan(frame["w_rel_c"].tolist()[1])
    assert "c_rel_c" not in frame
    with pytest.raises(UsageError, match="control = gone: the lexicons of this run are w, c"):
        build_panel(corpus, *features, options=PanelOptions(control="gone"))


def scored(number: str = "", level: str = "prefecture", kind: str = "", title: str = "") -> Document:
    return Document("x", "", "", Spans.identity(), doc_number=number, level=level, doc_type=kind, title=title)


@pytest.mark.parametrize(
    ("document", "score"),
    [
        (scored("国发〔2022〕14号", "national", "意见"), 3),
        (scored("", "national", "", "中华人民共和国数据安全法"), 5),
        (scored("", "national", "条例", "优化营商环境条例"), 4),
        (scored("", "national", "条例", "某某暂行条例"), 3),
        (scored("工信部通信〔2014〕1号", "national", "通知", "关于某事的通知"), 1),
        (scored("发改高技〔2016〕2123号", "national", "意见", "关于某事的意见"), 2),
        (scored("", "prefecture", "条例", "某市数字经济促进条例"), 5),
        (scored("市政府令第12号", "prefecture", "办法"), 4),
        (scored("杭政发〔2021〕3号"), 3),
        (scored("包府办发〔2022〕43号"), 2),
        (scored("皖政办秘〔2021〕82号", "province"), 2),
        (scored("", "prefecture", "通知"), 1),
        (scored("", "prefecture", "政府工作报告"), 0),
        (scored(), 0),
    ],
)
def test_authority_of_a_document(document: Document, score: int):
    assert authority_of(document) == score


def test_the_scale_of_authority_names_its_source():
    assert {rule.scale for rule in authority_rules()} >= {"Peng et al. 2008", "city scale"}
    assert all(0 <= rule.score <= 5 and rule.meaning for rule in authority_rules())


def test_authority_weighted_rate_is_the_worked_example():
    # p = (5, 4, 2), hits (10, 6, 4), characters (8000, 6000, 2000), one place-year
    texts = ["甲" * 10 + "无" * 7990, "甲" * 6 + "无" * 5994, "甲" * 4 + "无" * 1996]
    corpus = corpus_of(*texts)
    about = [("", "条例", "某市某条例"), ("市政府令第1号", "办法", ""), ("某府办发〔2020〕1号", "通知", "")]
    documents = tuple(
        replace(document, place_code="320100", doc_number=number, doc_type=kind, title=title, sections=())
        for document, (number, kind, title) in zip(corpus.documents, about, strict=True)
    )
    frame = panel_of(replace(corpus, documents=documents), lexicon_of(Entry("甲", "a")), "authority")
    assert frame.loc[0, "w_total_a10k"] == pytest.approx(12.058823529411764, rel=1e-12)
    assert frame.loc[0, "n_docs_authority"] == 3


# ---- options ----


def test_every_measure_can_be_asked_for_alone():
    corpus = with_parts("去年甲。明年乙。", 4, 8)
    lexicon = lexicon_of(Entry("甲", "a", phase="一"), Entry("乙", "b", phase="二"))
    everything = set(panel_of(corpus, lexicon).columns)
    together: set[str] = set()
    for name in OPTIONS:
        columns = set(panel_of(corpus, lexicon, name).columns)
        assert any(column.startswith("w_") for column in columns), name
        together |= columns
    assert together == everything
    assert set(DEFAULTS) <= set(OPTIONS)
    assert len({one.suffix for one in (*MEASURES, *LEXICON_MEASURES)}) == len(MEASURES) + len(LEXICON_MEASURES)


def test_an_unknown_measure():
    with pytest.raises(UsageError, match="measures = rate: known measures: n, p10k"):
        PanelOptions(measures="n,rate")


def test_two_columns_of_one_name():
    categories = (Category("a", "a", "a"), Category("a_n", "b", "b"))
    first = replace(lexicon_of(Entry("甲", "a")), prefix="w_a")
    second = lexicon_of(Entry("乙", "a"), Entry("丙", "a_n"), categories=categories)
    corpus = corpus_of("甲乙丙")
    features = [count_lexicon(corpus, one) for one in (first, second)]
    assert build_panel(corpus, *features) is not None
    clash = replace(lexicon_of(Entry("丁", "n")), prefix="w_a")
    other = replace(second, categories=(Category("a_n", "b", "b"),), entries=(Entry("丙", "a_n"),), prefix="w")
    with pytest.raises(RecordError, match="two columns are called w_a_n_n"):
        build_panel(corpus, *(count_lexicon(corpus, one) for one in (clash, other)))


# ---- the lexicon report ----


def test_the_lexicon_report_is_that_of_plain_loops():
    chance = random.Random(7)
    texts = ["".join(chance.choices(["甲", "甲乙", "丙", "无", "。"], k=30)) for _ in range(30)]
    years = tuple(2015 + at % 4 for at in range(30))
    corpus = corpus_of(*texts, years=years)
    lexicon = lexicon_of(Entry("甲", "a"), Entry("甲乙", "a"), Entry("丙", "b"), Entry("丁", "b"))
    features = count_lexicon(corpus, lexicon, CountOptions(sections="all"))
    options, places = PanelOptions(), read_divisions()
    rows = rows_of(index_of(corpus), options, places)
    totals, losses = Totals(rows, [lexicon], options, places), Losses(1)
    totals.add(corpus.documents, rows, [features])
    losses.add([features.lost_table])
    report = lexicon_report(totals, losses).set_index("term")
    counts = pd.DataFrame(features.values.toarray(), columns=["甲", "甲乙", "丙", "丁"])
    counts["year"] = years
    counts["place"] = [document.place_code for document in corpus.documents]
    counts["han"] = features.lengths["n_han"]
    terms = ["甲", "甲乙", "丙", "丁"]
    assert report["hits"].tolist() == counts[terms].sum().tolist()
    assert report["mentions"].tolist() == (counts[terms] > 0).sum().tolist()
    assert report.loc["甲", "shadowed"] == counts["甲乙"].sum()
    assert report.loc["甲", "shadowed_by"] == "甲乙"
    by_year = counts.groupby("year")[terms].sum()
    for year in by_year.index:
        a = by_year.loc[year, "甲"] + by_year.loc[year, "甲乙"]
        assert report.loc["甲", f"share_{year}"] == pytest.approx(by_year.loc[year, "甲"] / a)
    pooled = counts.groupby(["place", "year"])[[*terms, "han"]].sum()
    rates = pooled[terms].div(pooled["han"], axis=0) * 10_000
    whole = rates.sum(axis=1)
    for term in terms:
        rest = whole - rates[term]
        assert report.loc[term, "rate_without"] == pytest.approx(rest.mean())
        assert report.loc[term, "correlation_without"] == pytest.approx(whole.corr(rest))
    assert report["first_year"].isna().tolist() == [False, False, False, True]
    assert int(report.loc["丙", "first_year"]) == min(by_year.index[by_year["丙"] > 0])


def test_sets_of_the_total_count_every_entry_once():
    lexicon = lexicon_of(Entry("甲", "a"), Entry("甲", "b"), Entry("乙", "b"))
    assert make_sets(lexicon).member[:, -1].tolist() == [1, 0, 1]
