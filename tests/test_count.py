"""When a term matches, and how often: against oracles that try every position."""

from __future__ import annotations

import csv
import random
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

import jieba
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from textgov.count import DFA_TERMS, CountOptions, count_lexicon
from textgov.errors import RecordError, UsageError
from textgov.lexicon import read_lexicon
from textgov.load import load_corpus
from textgov.normalise import NormaliseOptions, normalise_corpus
from textgov.panel import category_counts
from textgov.records import Category, Corpus, Document, Entry, Features, Lexicon, Section, Tokens
from textgov.segment import segment_corpus
from textgov.spans import Spans

ORACLE_TEXT = "加快数字政府建设，数字政府改革走在前列，推进互联网＋政务服务“一网通办”"
ORACLE_TERMS = ("数字政府", "数字政府建设", "政务服务", "互联网+政务服务", "一网通办")
ALL = CountOptions(overlap="all")


def corpus_of(*texts: str) -> Corpus:
    documents = tuple(Document(f"{at:03}.txt", text, text, Spans.identity()) for at, text in enumerate(texts))
    return normalise_corpus(Corpus(documents))


def lexicon_of(*entries: Entry | str) -> Lexicon:
    found = tuple(entry if isinstance(entry, Entry) else Entry(entry, "core") for entry in entries)
    names = dict.fromkeys(entry.category for entry in found)
    return Lexicon("w", "1", "w", "w", "w", "", tuple(Category(name, name, name) for name in names), found)


def counted(features: Features, row: int = 0) -> dict[str, int]:
    """Terms that were found, and how often."""
    counts = features.values.toarray()[row].tolist()
    names = [name.split("/", 1)[1] for name in features.names]
    return {name: count for name, count in zip(names, counts, strict=True) if count}


def total(features: Features) -> int:
    return int(category_counts(features)[:, -1].sum())


# ---- the oracle of the literature note ----


def test_oracle_longest():
    features = count_lexicon(corpus_of(ORACLE_TEXT), lexicon_of(*ORACLE_TERMS))
    assert counted(features) == {"数字政府建设": 1, "数字政府": 1, "互联网+政务服务": 1, "一网通办": 1}
    assert total(features) == 4
    assert int(features.lengths["n_han"][0]) == 31
    assert list(features.hits["hit"]) == ["数字政府建设", "数字政府", "互联网＋政务服务", "一网通办"]
    assert list(features.hits["matched"]) == ["数字政府建设", "数字政府", "互联网+政务服务", "一网通办"]


def test_oracle_all():
    features = count_lexicon(corpus_of(ORACLE_TEXT), lexicon_of(*ORACLE_TERMS), ALL)
    assert counted(features) == {
        "数字政府": 2,
        "数字政府建设": 1,
        "政务服务": 1,
        "互联网+政务服务": 1,
        "一网通办": 1,
    }
    assert total(features) == 6


# ---- rules, one example each ----


@pytest.mark.parametrize(
    ("text", "terms", "longest", "every"),
    [
        ("电子政务", ["政务", "电子政务"], {"电子政务": 1}, {"政务": 1, "电子政务": 1}),
        ("甲乙丙丁", ["甲乙", "乙丙丁"], {"甲乙": 1}, {"甲乙": 1, "乙丙丁": 1}),
        ("甲乙丙丁", ["乙丙", "甲乙丙丁", "丙丁"], {"甲乙丙丁": 1}, {"乙丙": 1, "甲乙丙丁": 1, "丙丁": 1}),
        ("甲乙丙", ["甲乙丙丁", "乙丙"], {"乙丙": 1}, {"乙丙": 1}),
        ("甲乙丙", ["甲乙丙丁", "甲", "丙"], {"甲": 1, "丙": 1}, {"甲": 1, "丙": 1}),
        ("哈哈哈", ["哈哈"], {"哈哈": 1}, {"哈哈": 2}),
        ("哈哈哈哈", ["哈哈"], {"哈哈": 2}, {"哈哈": 3}),
        ("一网通办", ["一网通办"], {"一网通办": 1}, {"一网通办": 1}),
        ("数 字\r\n政　府", ["数字政府"], {"数字政府": 1}, {"数字政府": 1}),
        ("數字政府", ["数字政府"], {"数字政府": 1}, {"数字政府": 1}),
        ("数字政府", ["數字政府"], {"數字政府": 1}, {"數字政府": 1}),
        ("數位政府", ["数字政府"], {"数字政府": 1}, {"数字政府": 1}),
        ("数位政府", ["数字政府"], {}, {}),
        ("智慧城市与智能城市", ["智慧城市"], {"智慧城市": 1}, {"智慧城市": 1}),
        ("政务ＡＰＰ、政务App", ["政务 app"], {"政务 app": 2}, {"政务 app": 2}),
        ("App", ["AP"], {"AP": 1}, {"AP": 1}),
        ("C.W", ["c.w"], {"c.w": 1}, {"c.w": 1}),
        ("CxW", ["c.w"], {}, {}),
        ("İ政务İ", ["İ"], {"İ": 2}, {"İ": 2}),
        ("数字，政府", ["数字政府"], {}, {}),
        ("数字。政府", ["字。政"], {"字。政": 1}, {"字。政": 1}),
        ("", ["数字"], {}, {}),
        (" \n", ["数字"], {}, {}),
        ("数字", ["数字政府"], {}, {}),
    ],
)
def test_rule(text: str, terms: list[str], longest: dict[str, int], every: dict[str, int]):
    corpus, lexicon = corpus_of(text), lexicon_of(*terms)
    assert counted(count_lexicon(corpus, lexicon)) == longest
    assert counted(count_lexicon(corpus, lexicon, ALL)) == every


def test_variants_count_for_their_entry():
    lexicon = lexicon_of(Entry("一网通办", "core", ("一网通", "壹网通办")), "数字政府")
    features = count_lexicon(corpus_of("一网通办、一网通、壹网通办"), lexicon)
    assert counted(features) == {"一网通办": 3}
    assert list(features.hits["term"]) == ["一网通办"] * 3
    assert list(features.hits["hit"]) == ["一网通办", "一网通", "壹网通办"]


def test_term_of_two_categories_counts_in_each_and_once_in_the_total():
    lexicon = lexicon_of(Entry("数字政府", "a"), Entry("數字政府", "b"), Entry("政务", "b"))
    features = count_lexicon(corpus_of("数字政府。政务。数字政府。别的。"), lexicon)
    assert category_counts(features).tolist() == [[2, 3, 3]]
    assert features.sentences.tolist() == [[2, 3, 3]]
    assert sorted(features.hits["category"]) == ["a", "a", "b", "b", "b"]


def test_variants_of_a_term_in_two_categories_are_in_the_total():
    entries = (Entry("数字政府", "a", ("数码政府",)), Entry("数码政府", "b", ("数字政府",)))
    features = count_lexicon(corpus_of("数字政府，数码政府，数码政府"), lexicon_of(*entries))
    assert category_counts(features).tolist() == [[3, 3, 3]]


def test_sentences_with_a_hit():
    text = "数字政府和数字政府。没有。\n数字\n政府在行间。电子政务；数字政府！"
    features = count_lexicon(corpus_of(text), lexicon_of(Entry("数字政府", "a"), Entry("电子政务", "b")))
    # A hit over a line break belongs to the line in which it begins.
    assert features.sentences.tolist() == [[3, 1, 3]]
    assert features.lengths["n_sents"].tolist() == [5]


def test_context_of_a_hit():
    text = "前文" * 30 + "数字政府" + "\r\n　后文" * 30
    (hit,) = count_lexicon(corpus_of(text), lexicon_of("数字政府")).hits.to_dict("records")
    assert hit["left"] == "前文" * 10
    assert hit["right"] == "后文 " * 3 + "后文"
    assert (hit["start"], hit["end"]) == (60, 64)
    (hit,) = count_lexicon(corpus_of("甲乙数字政府丙丁"), lexicon_of("数字政府"), CountOptions(context=1)).hits.to_dict(
        "records"
    )
    assert (hit["left"], hit["right"]) == ("乙", "丙")
    (hit,) = count_lexicon(corpus_of("甲数字政府丙"), lexicon_of("数字政府"), CountOptions(context=0)).hits.to_dict(
        "records"
    )
    assert (hit["left"], hit["right"]) == ("", "")
    (hit,) = count_lexicon(corpus_of("数字政府"), lexicon_of("数字政府")).hits.to_dict("records")
    assert (hit["left"], hit["right"]) == ("", "")


def test_hit_names_its_document_place_and_year():
    corpus = corpus_of("数字政府")
    located = replace(corpus.documents[0], place_code="320100", place="南京市", year=2020)
    features = count_lexicon(replace(corpus, documents=(located,)), lexicon_of("数字政府"))
    hit = features.hits.iloc[0]
    assert list(features.hits.columns) == [
        "doc_id",
        "city_code",
        "city",
        "year",
        "category",
        "term",
        "start",
        "end",
        "section",
        "sentence",
        "paragraph",
        "left",
        "hit",
        "right",
        "matched",
        "lexicon",
        "lexicon_hash",
    ]
    assert (hit["doc_id"], hit["city_code"], hit["city"], hit["year"]) == ("000.txt", "320100", "南京市", 2020)


def test_front_matter_is_not_counted_but_offsets_lead_into_the_whole_file(tmp_path: Path):
    whole = "---\ntitle: 数字政府\n---\n推进数字　政府。"
    (tmp_path / "a.md").write_bytes(whole.encode())
    features = count_lexicon(normalise_corpus(load_corpus(tmp_path)), lexicon_of("数字政府"))
    (hit,) = features.hits.to_dict("records")
    assert whole[hit["start"] : hit["end"]] == hit["hit"] == "数字　政府"
    assert hit["matched"] == "数字 政府"


# ---- nothing to count, wrong options ----


@pytest.mark.parametrize("options", [CountOptions(), ALL])
def test_empty_corpus_and_empty_documents(options: CountOptions):
    lexicon = read_lexicon("digital-government-core")
    features = count_lexicon(Corpus(()), lexicon, options)
    assert features.values.shape == (0, 183)
    assert len(features.hits) == 0
    features = count_lexicon(corpus_of("", "\n", "别的"), lexicon, options)
    assert features.values.sum() == 0
    assert features.lengths["n_chars"].tolist() == [0, 0, 2]
    assert features.lengths["n_sents"].tolist() == [0, 0, 1]
    assert features.sentences.shape == (3, 8)
    assert "hit" in features.hits.columns


def test_unknown_overlap():
    with pytest.raises(UsageError, match="overlap = shortest: use longest or nested or all"):
        count_lexicon(corpus_of("a"), lexicon_of("a"), CountOptions(overlap="shortest"))  # type: ignore[arg-type]


def test_words_are_the_denominator_only():
    corpus = corpus_of("一网通办！", "")
    tokens = Tokens(corpus.doc_ids, (["一网通", "办", "!"], []))
    features = count_lexicon(corpus, lexicon_of("一网通办"), tokens=tokens)
    assert features.lengths["n_words"].tolist() == [2, 0]
    assert counted(features) == {"一网通办": 1}


# a title, the first half of the body, a glossary, the second half of the body with its plan part
PARTS = ("数字政府\n", "推进电子政务。\n", "数字政府指数字政府。\n", "建设数字政府。数字政府。\n")


def document_in_sections() -> Document:
    text = "".join(PARTS)
    edges = np.cumsum([0, *map(len, PARTS)]).tolist()
    names = ("title", "body", "glossary", "body")
    sections = [Section(name, start, end) for name, start, end in zip(names, edges[:-1], edges[1:], strict=True)]
    plan = Section("plan", edges[3] + 7, edges[4])
    return Document("a.txt", text, text, Spans.identity(), sections=(*sections, plan))


@pytest.mark.parametrize(
    ("sections", "parts"),
    [("body", (1, 3)), ("body,plan", (1, 3)), ("body, glossary", (1, 2, 3)), ("glossary", (2,)), ("all", (0, 1, 2, 3))],
)
def test_only_the_sections_asked_for_count(sections: str, parts: tuple[int, ...]):
    corpus = Corpus((document_in_sections(),))
    tokens = segment_corpus(corpus)
    options = CountOptions(sections=sections)
    found = count_lexicon(corpus, lexicon_of("数字政府", "电子政务"), options, tokens)
    kept = [PARTS[number] for number in parts]
    assert counted(found)["数字政府"] == sum(part.count("数字政府") for part in kept)
    assert counted(found).get("电子政务", 0) == sum(part.count("电子政务") for part in kept)
    assert found.lengths["n_chars"].tolist() == [sum(len(part.strip()) for part in kept)]
    n_words = sum(any(map(str.isalnum, word)) for part in kept for word in jieba.lcut(part))
    assert found.lengths["n_words"].tolist() == [n_words]
    for row in found.hits.itertuples():
        assert "".join(PARTS)[row.start : row.end] == row.hit == row.term


def test_a_sentence_of_two_stretches_counts_in_each():
    found = count_lexicon(Corpus((document_in_sections(),)), lexicon_of("数字政府", "电子政务"))
    assert found.lengths["n_sents"].tolist() == [3]
    assert found.sentences.tolist() == [[3, 3]]


def test_a_document_without_a_body_has_no_length():
    text = "数字政府"
    document = Document("a.txt", text, text, Spans.identity(), sections=(Section("abstract", 0, 4),))
    found = count_lexicon(Corpus((document,)), lexicon_of("数字政府"))
    assert (total(found), found.lengths["n_han"].tolist()) == (0, [0])


def test_unknown_section():
    with pytest.raises(UsageError, match=r"boddy.*known sections: title"):
        CountOptions(sections="boddy")


def test_tokens_of_other_documents():
    with pytest.raises(RecordError, match="other documents"):
        count_lexicon(corpus_of("a"), lexicon_of("a"), tokens=Tokens(("b",), (["a"],)))


# ---- a brute-force oracle on texts with known noise ----


class Char(NamedTuple):
    """One piece of a text as it is written, and the character that it stands for ("" for noise)."""

    written: str
    clean: str


PLAIN = [Char(char, char) for char in "数字政府网a+1。"]
OTHER = [Char("數", "数"), Char("網", "网"), Char("A", "a"), Char("Ａ", "a"), Char("ａ", "a"), Char("＋", "+")]
NOISE = [Char(char, "") for char in (" ", "\r\n", "\n", "　", "\u200b", "\t", "\u00ad")]
WRITTEN = st.lists(st.sampled_from(PLAIN * 4 + OTHER * 3 + NOISE), max_size=40)
TERM = st.from_regex("[数字政府网a1][数字政府网a1+]{0,3}", fullmatch=True)


class Case(NamedTuple):
    text: str
    key: str  # the text without noise
    places: list[tuple[int, int]]  # where each character of the key is written
    sentences: list[int]  # number of the sentence of each character of the key


def case_of(chars: list[Char]) -> Case:
    text, key, places, sentences, over = "", "", [], [], 0
    for char in chars:
        if char.clean:
            key += char.clean
            places.append((len(text), len(text) + len(char.written)))
            sentences.append(over)
        over += char.clean == "。" or "\n" in char.written
        text += char.written
    return Case(text, key, places, sentences)


@st.composite
def problems(draw: st.DrawFn) -> tuple[list[Case], list[Entry]]:
    """Texts, and terms of two categories: cut from the texts or made up, some in both categories or with a variant."""
    cases = [case_of(chars) for chars in draw(st.lists(WRITTEN, min_size=1, max_size=3))]
    key, terms = "".join(case.key for case in cases), draw(st.lists(TERM, min_size=1, max_size=3))
    for at, size in draw(st.lists(st.tuples(st.integers(0, 60), st.integers(1, 5)), max_size=6)):
        terms.append(key[at : at + size].strip("。+") or "数字")
    terms, entries = list(dict.fromkeys(terms)), []
    while terms:
        term, variants = terms.pop(), ()
        if terms and draw(st.booleans()):
            variants = (terms.pop(),)
        for category in draw(st.sampled_from([("a",), ("b",), ("a", "b")])):
            entries.append(Entry(term, category, variants))
    return cases, entries


def find_slowly(key: str, terms: list[str], overlap: str) -> list[tuple[int, int, str]]:
    """Every match by trying each term at each position."""
    by_first = {char: {term for term in terms if term[0] == char} for char in {term[0] for term in terms}}
    found, at = [], 0
    while at < len(key):
        here = sorted((term for term in by_first.get(key[at], ()) if key.startswith(term, at)), key=len)
        if overlap == "all":
            found += [(at, at + len(term), term) for term in here]
        elif here:
            found.append((at, at + len(here[-1]), here[-1]))
            at += len(here[-1]) - 1
        at += 1
    return found


@pytest.mark.parametrize("overlap", ["longest", "all"])
@given(problems())
def test_counts_are_those_of_the_slow_oracle(overlap: str, problem: tuple[list[Case], list[Entry]]):
    cases, entries = problem
    corpus = corpus_of(*(case.text for case in cases))
    lexicon = lexicon_of(*entries)
    features = count_lexicon(corpus, lexicon, CountOptions(overlap=overlap))
    categories = [category.name for category in lexicon.categories]
    hits, counts, sentences, totals = [], [], [], []
    for case, document in zip(cases, corpus.documents, strict=True):
        found = find_slowly(case.key, [term for entry in entries for term in (entry.term, *entry.variants)], overlap)
        totals.append(len(found))
        by_entry = [[one for one in found if one[2] in (entry.term, *entry.variants)] for entry in entries]
        counts.append([len(matches) for matches in by_entry])
        touched = {name: set() for name in (*categories, "any")}
        for entry, matches in zip(entries, by_entry, strict=True):
            for start, end, _ in matches:
                first, last = case.places[start][0], case.places[end - 1][1]
                hits.append((document.doc_id, entry.category, entry.term, first, last, case.text[first:last]))
                touched[entry.category].add(case.sentences[start])
                touched["any"].add(case.sentences[start])
        sentences.append([len(touched[name]) for name in (*categories, "any")])
    assert features.values.toarray().tolist() == counts
    assert category_counts(features)[:, -1].tolist() == totals
    assert features.sentences.tolist() == sentences
    table = features.hits[["doc_id", "category", "term", "start", "end", "hit"]]
    assert sorted(map(tuple, table.itertuples(index=False))) == sorted(hits)


@pytest.mark.parametrize("overlap", ["longest", "all"])
@given(problems())
def test_hits_are_slices_of_both_texts(overlap: str, problem: tuple[list[Case], list[Entry]]):
    cases, entries = problem
    corpus = corpus_of(cases[0].text)
    (document,) = corpus.documents
    for hit in count_lexicon(corpus, lexicon_of(*entries), CountOptions(overlap=overlap)).hits.itertuples():
        assert hit.hit == document.original[hit.start : hit.end]
        assert document.text.count(hit.matched)
        clean = "".join(hit.matched.split()).lower()
        assert clean in {term for entry in entries for term in (entry.term, *entry.variants)}
        assert corpus_of(hit.hit).documents[0].text == hit.matched
        assert not hit.hit[0].isspace()
        assert not hit.hit[-1].isspace()
        assert "".join(hit.left.split()) == "".join(document.original[max(hit.start - 20, 0) : hit.start].split())
        assert "".join(hit.right.split()) == "".join(document.original[hit.end : hit.end + 20].split())


@given(problems(), st.randoms(use_true_random=False))
def test_order_of_terms_and_documents_does_not_matter(problem: tuple[list[Case], list[Entry]], chance: random.Random):
    cases, entries = problem
    corpus, shuffled = corpus_of(*(case.text for case in cases)), chance.sample(entries, len(entries))
    one = count_lexicon(corpus, lexicon_of(*entries)).frame
    documents = chance.sample(corpus.documents, len(corpus))
    other = count_lexicon(replace(corpus, documents=tuple(documents)), lexicon_of(*shuffled)).frame
    other = other.sort_values("doc_id", ignore_index=True)
    assert one.equals(other[one.columns])


def test_documents_are_counted_one_by_one():
    texts = [ORACLE_TEXT, "", "数字政府" * 3]
    together = count_lexicon(corpus_of(*texts), lexicon_of(*ORACLE_TERMS))
    for at, text in enumerate(texts):
        assert counted(together, at) == counted(count_lexicon(corpus_of(text), lexicon_of(*ORACLE_TERMS)))


def test_many_terms_use_the_other_automaton_and_find_the_same():
    chance = random.Random(4)
    terms = sorted({"".join(chance.choices("数字政府网", k=chance.randrange(1, 7))) for _ in range(4 * DFA_TERMS)})
    assert len(terms) > DFA_TERMS
    text = "".join(chance.choices("数字政府网，", k=3000))
    corpus, lexicon = corpus_of(text), lexicon_of(*terms)
    for overlap in ("longest", "all"):
        found = count_lexicon(corpus, lexicon, CountOptions(overlap=overlap)).hits
        expected = find_slowly(text, terms, overlap)
        assert sorted(zip(found["start"], found["end"], found["term"], strict=True)) == sorted(expected)


# ---- real reports ----


@pytest.fixture(scope="module")
def city_reports(reports: Path) -> Corpus:
    folders = [reports / "政府工作报告-主要城市", reports / "政府工作报告-其他地市"]
    # The published counts take every line, captions and sources included.
    return normalise_corpus(load_corpus(folders), NormaliseOptions(skip="furniture"))


@pytest.mark.real
def test_real_totals_are_those_of_the_note(city_reports: Corpus):
    assert len(city_reports) == 1823
    lexicon = read_lexicon("digital-government-core")
    # The published counts take the whole text, glossaries included.
    longest = count_lexicon(city_reports, lexicon, CountOptions(sections="all"))
    every = count_lexicon(city_reports, lexicon, replace(ALL, sections="all"))
    assert total(longest) == pytest.approx(21_097, rel=0.005)
    assert total(every) == pytest.approx(25_326, rel=0.005)


@pytest.mark.real
def test_real_counts_of_each_term_are_those_of_the_reference_table(city_reports: Corpus, real_data: Path):
    path = real_data.parent / "reference" / "lexicon.csv"
    if not path.is_file():
        pytest.skip("no reference table beside the repository")
    rows = {row["term"]: row for row in csv.DictReader(path.read_text("utf-8-sig").splitlines())}
    scored = [row for row in rows.values() if row["category"] not in ("economy", "barrier", "function")]
    categories = tuple(Category(name, name, name) for name in dict.fromkeys(row["category"] for row in scored))
    entries = tuple(Entry(row["term"], row["category"]) for row in scored)
    assert len(entries) == 287
    lexicon = Lexicon("reference", "1", "r", "r", "r", "", categories, entries)
    features = count_lexicon(city_reports, lexicon, replace(ALL, sections="all"))
    hits = features.values.sum(axis=0)
    documents = (features.values > 0).sum(axis=0)
    for name, n_hits, n_documents in zip(features.names, hits, documents, strict=True):
        row = rows[name.split("/", 1)[1]]
        assert (n_hits, n_documents) == (int(row["city_hits"]), int(row["city_reports_with_term"])), name


@pytest.mark.real
def test_real_hits_are_verbatim_and_equal_the_slow_oracle(city_reports: Corpus):
    lexicon = read_lexicon("digital-government-core")
    terms = [entry.term for entry in lexicon.entries]
    sample = random.Random(2).sample(city_reports.documents, 200)
    corpus = replace(city_reports, documents=tuple(sorted(sample, key=lambda document: document.doc_id)))
    for options in (CountOptions(sections="all"), replace(ALL, sections="all")):
        features = count_lexicon(corpus, lexicon, options)
        expected = [find_slowly("".join(doc.text.split()), terms, options.overlap) for doc in corpus.documents]
        assert category_counts(features)[:, -1].tolist() == [len(found) for found in expected]
        counts = np.array([[sum(one[2] == term for one in found) for term in terms] for found in expected])
        assert np.array_equal(features.values.toarray(), counts)
        originals = {document.doc_id: document.original for document in corpus.documents}
        for hit in features.hits.itertuples():
            assert originals[hit.doc_id][hit.start : hit.end] == hit.hit


@pytest.mark.real
def test_facts_about_words_beside_the_hits(city_reports: Corpus):
    """Published: 55 of 60 islands of data beside a verb of solving; deficiency 2.1 % of hits, hedges 9.4 %.

    The lists of deficiency words and hedges behind the published figures are not printed in full; ours are close.
    """
    whole = CountOptions(sections="all")
    barriers = count_lexicon(city_reports, read_lexicon("problem-words"), whole).hits
    words = barriers[barriers.matched.isin(["信息孤岛", "数据孤岛", "信息烟囱", "数据壁垒"])]
    # One verb begins within ten characters and ends beyond them.
    assert words.groupby("category").size().to_dict() == {"barrier_named": 4, "barrier_solving": 56}
    core = count_lexicon(city_reports, read_lexicon("digital-government-core"), whole).hits
    for name, low, high in (("deficiency-words", 0.018, 0.027), ("hedges", 0.085, 0.1)):
        beside = count_lexicon(city_reports, read_lexicon(name), whole).hits
        places = set(zip(beside.doc_id, beside.sentence, strict=True))
        share = sum(place in places for place in zip(core.doc_id, core.sentence, strict=True)) / len(core)
        assert low < share < high, (name, share)
