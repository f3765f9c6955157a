"""Keywords in context: against quanteda's answers, a search by brute force, and the hits that a run counted."""

from __future__ import annotations

import csv
import io
import json
import random
import re
import shutil
from pathlib import Path

import pandas as pd
import pyarrow.parquet as pq
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

import textgov as tg
from textgov.count import section_at
from textgov.errors import StoreError, UsageError
from textgov.kwic import KwicOptions, align_lines, find_contexts, keywords_in_context, parse_year
from textgov.kwic.corpora import _section_names
from textgov.kwic.patterns import search_for
from textgov.records import Category, Corpus, Document, Entry, Lexicon, Section
from textgov.spans import Spans

ROOT = Path(__file__).resolve().parents[1]
QUANTEDA = ROOT.parent / "shared" / "reference" / "quanteda"
PROVINCE = ROOT / "corpora" / "demo" / "reports" / "湖北省"
COLUMNS = "doc_id city_code city year category term start end left hit right sentence_no section".split()


def document(text: str, doc_id: str = "a.txt", **facts) -> Document:
    return Document(doc_id, text, text, Spans.identity(), **facts)


def corpus_of(*texts: str) -> Corpus:
    return tg.normalise_corpus(Corpus(tuple(document(text, f"{at:02}.txt") for at, text in enumerate(texts))))


def hits(frame: pd.DataFrame, *columns: str) -> list:
    return frame[list(columns)].values.tolist() if len(columns) > 1 else frame[columns[0]].tolist()


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run of one province of the demo corpus, with two lexicons."""
    from textgov.batch import StageOptions
    from textgov.run import RunOptions, run_panel

    out = tmp_path_factory.mktemp("kwic") / "out"
    names = ("digital-government", "digital-economy")
    options = RunOptions(StageOptions(lexicons=tuple(map(tg.read_lexicon, names))))
    run_panel((PROVINCE,), out, options, engine="serial")
    return out


@pytest.fixture(scope="module")
def corpus() -> Corpus:
    """The same documents, by the functions."""
    return tg.locate_corpus(tg.normalise_corpus(tg.load_corpus(PROVINCE)))


# ---- what is found ----


def test_answers_of_quanteda():
    """Tokens there are parted by blanks, which do not count here; every overlapping hit stays in both."""
    if not QUANTEDA.is_dir():
        pytest.skip("no reference answers beside the repository")
    read = {
        name: list(csv.DictReader(io.StringIO((QUANTEDA / f"{name}.csv").read_text("utf-8"))))
        for name in ("documents", "dictionary", "kwic")
    }
    terms = [row["value"] for row in read["dictionary"] if row["level1"] == "platform"]
    texts = {row["doc_id"]: row["text"] for row in read["documents"]}
    raw = Corpus(tuple(document(text, doc_id) for doc_id, text in texts.items()))
    expected = []
    for row in read["kwic"]:
        tokens = texts[row["docname"]].split(" ")
        first, last = int(row["from"]) - 1, int(row["to"])
        start = len(" ".join([*tokens[:first], ""]))
        expected.append((row["docname"], start, start + len(" ".join(tokens[first:last])), row["keyword"]))
        assert tokens[max(first - 2, 0) : first] == row["pre"].split()
    found = keywords_in_context(raw, terms)
    assert sorted(map(tuple, hits(found, "doc_id", "start", "end", "hit"))) == sorted(expected)
    assert len(expected) == 81


PIECES = [
    "数字",
    "政府",
    "数字政府",
    "數字",
    "ＡＰＰ",
    "app",
    "Ａ",
    "a",
    " ",
    "\n",
    "\u3000",
    "。",
    "，",
    "的",
    "\u0394",
    "İ",
    "字",
]


@given(
    st.lists(st.sampled_from(PIECES), max_size=25),
    st.sampled_from(["数字政府", "app", "字政", "a", "数字", "δ", ",", "。数"]),
)
def test_a_search_by_brute_force_finds_the_same(parts, pattern):
    """Every stretch of the text that says the pattern when blanks are left out and letters are small."""
    text = "".join(parts)
    normalised = tg.normalise_text(text)
    expected = []
    for start in range(len(normalised)):
        for end in range(start + 1, len(normalised) + 1):
            piece = normalised[start:end]
            if piece[0].isspace() or piece[-1].isspace():
                continue
            if "".join(piece.split()).lower() == pattern:
                expected.append(piece)
    found = keywords_in_context(corpus_of(text), pattern, KwicOptions(sections="all"))
    assert [tg.normalise_text(hit) for hit in found["hit"]] == [tg.normalise_text(hit) for hit in expected]
    for row in found.itertuples():
        assert text[row.start : row.end] == row.hit


def test_a_hit_and_its_context_are_of_the_original():
    (found,) = keywords_in_context(corpus_of("推進“數字\n政府”建設。後來", "數字"), "数字政府").itertuples()
    assert (found.left, found.hit, found.right) == ("推進“", "數字\n政府", "”建設。後來")


def test_context_never_crosses_into_another_document():
    found = keywords_in_context(corpus_of("甲甲数字政府", "数字政府乙乙"), "数字政府", KwicOptions(window=100))
    assert hits(found, "left", "right") == [["甲甲", ""], ["", "乙乙"]]


@pytest.mark.parametrize("window", [0, 1, 3, 1000])
def test_the_window_is_in_characters(window):
    text = "一二三四五数字政府六七八九十"
    (found,) = keywords_in_context(corpus_of(text), "数字政府", KwicOptions(window=window)).itertuples()
    assert (found.left, found.right) == (text[max(5 - window, 0) : 5], text[9 : 9 + window])


def test_columns_and_kinds():
    empty = keywords_in_context(corpus_of("农业"), "数字政府")
    assert list(empty.columns) == COLUMNS
    assert len(empty) == 0
    found = keywords_in_context(corpus_of("数字政府"), "数字政府")
    assert list(found.columns) == COLUMNS
    assert found.dtypes.astype(str).to_dict() == empty.dtypes.astype(str).to_dict()
    assert found["year"].dtype == "Int64"
    assert found["year"].isna().all()
    assert hits(found, "category", "term") == [["", "数字政府"]]


def test_several_patterns_do_not_hide_one_another():
    found = keywords_in_context(corpus_of("数字政府建设"), ["数字政府建设", "政府", "數字政府", "数字政府"])
    assert hits(found, "term", "start") == [["數字政府", 0], ["数字政府建设", 0], ["政府", 2]]


def test_an_expression_stays_in_a_sentence():
    corpus = corpus_of("数字政府。数字 经济，数字APP")
    found = keywords_in_context(corpus, "数字(政府|经济|app)", KwicOptions(regex=True))
    assert hits(found, "hit") == ["数字政府", "数字 经济", "数字APP"]
    assert hits(keywords_in_context(corpus, "政府.*经济", KwicOptions(regex=True)), "hit") == []


def test_sentences_and_sections():
    text = "某市政府工作报告\n\n各位代表：\n\n数字政府一。二三数字政府！\n四。数字政府"
    found = keywords_in_context(corpus_of(text), "数字政府", KwicOptions(sections="all"))
    numbers = found["sentence_no"].tolist()
    assert [number - numbers[0] for number in numbers] == [0, 1, 3]
    sections = (Section("title", 0, 4), Section("body", 4, 20), Section("plan", 8, 12))
    assert _section_names(sections, list(range(22))) == [section_at(sections, at) for at in range(22)]


def test_only_the_sections_that_count_unless_others_are_named():
    parts = (Section("title", 0, 4), Section("body", 4, 8), Section("glossary", 8, 12))
    corpus = Corpus((document("数字政府" * 3, sections=parts),))
    assert hits(keywords_in_context(corpus, "数字政府"), "start", "section") == [[4, "body"]]
    both = keywords_in_context(corpus, "数字政府", KwicOptions(sections="body,glossary"))
    assert hits(both, "start", "section") == [[4, "body"], [8, "glossary"]]
    assert len(keywords_in_context(corpus, "数字政府", KwicOptions(sections="all"))) == 3


LEXICON = Lexicon(
    "w", "1", "w", "w", "w", "",
    (Category("top", "顶", "top"), Category("top_low", "底", "low", "top"), Category("other", "他", "other")),
    (Entry("数字政府", "top"), Entry("数字政府建设", "top_low"), Entry("农业", "other")),
)  # fmt: skip


def test_a_lexicon_counts_as_in_count_lexicon():
    corpus = corpus_of("数字政府建设，数字政府，农业", "农业")
    counted = tg.count_lexicon(corpus, LEXICON).hits
    found = keywords_in_context(corpus, LEXICON)
    same = ["doc_id", "category", "term", "start", "end", "left", "hit", "right", "section"]
    assert hits(found, *same) == hits(counted, *same)
    assert hits(found, "sentence_no") == hits(counted, "sentence")
    assert hits(keywords_in_context(corpus, LEXICON, KwicOptions(category="top")), "start") == [0, 7]
    assert hits(keywords_in_context(corpus, LEXICON, KwicOptions(category="top_low")), "start") == [0]
    assert hits(keywords_in_context(corpus, LEXICON, KwicOptions(term="数字政府")), "start") == [7]


@pytest.mark.parametrize("name", ["category", "term", "lexicon"])
def test_a_pattern_has_no_category_term_or_lexicon(name: str):
    with pytest.raises(UsageError, match="leave PATTERN out"):
        search_for("数字政府", KwicOptions(**{name: "x"}))


# ---- filters, order, limit ----


def placed_corpus() -> Corpus:
    rows = [
        ("420100", "武汉市", 2015),
        ("420600", "襄阳市", 2008),
        ("440100", "广州市", 2015),
        ("420000", "湖北省", 2016),
        (None, "", None),
    ]
    texts = ["丙数字政府乙", "乙数字政府丙", "丁甲数字政府甲", "甲数字政府丁", "数字政府"]
    return Corpus(tuple(
        document(text, f"{at}", place_code=code, place=name, year=year)
        for at, (text, (code, name, year)) in enumerate(zip(texts, rows, strict=True))
    ))  # fmt: skip


@pytest.mark.parametrize(
    ("changes", "doc_ids"),
    [
        ({}, "01234"),
        ({"place": "湖北省"}, "013"),
        ({"place": "420000"}, "013"),
        ({"place": "武汉"}, "0"),
        ({"place": "襄樊市"}, "1"),
        ({"place": "襄阳市"}, "1"),
        ({"place": "北京市"}, ""),
        ({"year": 2015}, "02"),
        ({"year": (2008, 2015)}, "012"),
        ({"year": (2016, 2020), "place": "湖北"}, "3"),
        ({"sort": "left"}, "40132"),
        ({"sort": "right"}, "43102"),
        ({"sort": "place"}, "30124"),
        ({"sort": "year"}, "10234"),
        ({"sort": "year", "limit": 2}, "10"),
        ({"limit": 3}, "012"),
        ({"limit": 99}, "01234"),
    ],
)
def test_filters_orders_and_limits(changes, doc_ids):
    found = find_contexts(placed_corpus(), "数字政府", KwicOptions(**changes))
    assert "".join(found.frame["doc_id"]) == doc_ids
    if "limit" in changes:
        assert (found.n_hits, found.n_documents, found.n_searched) == (5, 5, 5)


def test_left_context_is_sorted_from_the_hit_outwards(monkeypatch):
    rng = random.Random(1)
    texts = ["".join(rng.choices("甲乙丙", k=4)) + "数字政府" + "".join(rng.choices("甲乙丙", k=4)) for _ in range(60)]
    corpus = corpus_of(*texts)
    monkeypatch.setattr("textgov.kwic.search.SPARE", 3)  # lines beyond the limit are dropped on the way
    for limit in (None, 1, 7, 60):
        lefts = keywords_in_context(corpus, "数字政府", KwicOptions(sort="left", limit=limit))["left"].tolist()
        assert lefts == sorted((text[:4] for text in texts), key=lambda text: text[::-1])[:limit]
        rights = keywords_in_context(corpus, "数字政府", KwicOptions(sort="right", limit=limit))["right"].tolist()
        assert rights == sorted(text[-4:] for text in texts)[:limit]


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"sort": "size"}, "sort = size"),
        ({"window": -1}, "window = -1"),
        ({"limit": 0}, "limit = 0"),
        ({"sections": "boddy"}, "known sections"),
        ({"year": 15}, "year = 15"),
        ({"year": (2020, 2015)}, "year ="),
        ({"place": "没有这个地方"}, "没有这个地方"),
        ({"place": "吉林"}, "220000"),
    ],
)
def test_wrong_options_are_told(changes, said):
    with pytest.raises(UsageError, match=said):
        keywords_in_context(placed_corpus(), "数字政府", KwicOptions(**changes))


@pytest.mark.parametrize("pattern", ["", "  ", [], [""], None])
def test_nothing_to_look_for_is_told(pattern):
    with pytest.raises(UsageError, match="PATTERN"):
        keywords_in_context(placed_corpus(), pattern)


@pytest.mark.parametrize("pattern", ["(数字", "数*", "a{2,1}"])
def test_a_bad_expression_is_told(pattern):
    with pytest.raises(UsageError, match="PATTERN"):
        keywords_in_context(placed_corpus(), pattern, KwicOptions(regex=True))


@pytest.mark.parametrize(("changes", "said"), [({"category": "tip"}, "top"), ({"term": "数字政"}, "数字政府")])
def test_an_unknown_name_is_told_with_the_nearest(changes, said):
    with pytest.raises(UsageError, match=said):
        keywords_in_context(placed_corpus(), LEXICON, KwicOptions(**changes))


@pytest.mark.parametrize(
    ("text", "year"), [("2015", 2015), ("2015-2020", (2015, 2020)), (" 2015 - 2020 ", (2015, 2020))]
)
def test_years_as_one_writes_them(text, year):
    assert parse_year(text) == year


@pytest.mark.parametrize("text", ["", "soon", "2015-", "-2015", "2015-2016-2017"])
def test_what_is_no_year_is_told(text):
    with pytest.raises(UsageError, match="year"):
        parse_year(text)


# ---- a run ----


@pytest.mark.parametrize(
    "pattern", ["数字政府", "发展", "互联网＋政务服务", "APP", "。", ["政务", "一网通办"], "水\u3000利"]
)
@pytest.mark.parametrize(
    "changes", [{}, {"sections": "all"}, {"sort": "right", "limit": 20}, {"limit": 5}, {"place": "武汉市"}]
)
def test_a_run_gives_what_its_corpus_gives(run, corpus, pattern, changes):
    options = KwicOptions(**changes)
    one, other = find_contexts(run, pattern, options), find_contexts(corpus, pattern, options)
    assert one.table.equals(other.table)
    assert (one.n_hits, one.n_documents, one.n_searched) == (other.n_hits, other.n_documents, other.n_searched)


@pytest.mark.parametrize(
    "pattern",
    [
        "数字(政府|经济)",
        "[数智][字慧]..",
        "推.{0,5}政务",
        r"\d+项",
        "^数",
        "a+?pp|一网",
        "数{1,2}字",
        "(?i)APP",
        "(?<=数)字",
    ],
)
def test_expressions_in_a_run(run, corpus, pattern):
    options = KwicOptions(regex=True)
    assert find_contexts(run, pattern, options).table.equals(find_contexts(corpus, pattern, options).table)


@given(st.lists(st.sampled_from(PIECES), max_size=20), st.sampled_from(["数字政府", "app", "δ", "a", "i", "。数"]))
@example(["İ"], "i")
@example(["ı"], "i")
def test_no_text_with_a_hit_is_passed_over(parts, pattern):
    """The expression that looks for candidates matches every text that has a hit."""
    import pyarrow as pa
    import pyarrow.compute as pc

    (text,) = [one.text for one in corpus_of("".join(parts)).documents]
    for regex in (False, True):
        options = KwicOptions(regex=regex, sections="all")
        search = search_for(pattern, options)
        assert search.candidates
        if len(keywords_in_context(Corpus((document(text),)), pattern, options)):
            assert pc.match_substring_regex(pa.array([text]), search.candidates).to_pylist() == [True]


def test_without_a_pattern_a_run_shows_what_it_counted(run):
    counted = pq.read_table(run / "hits.parquet").to_pandas().sort_values(["doc_id", "start", "end"], kind="stable")
    found = keywords_in_context(run)
    same = [
        "doc_id",
        "city_code",
        "city",
        "year",
        "category",
        "term",
        "start",
        "end",
        "left",
        "hit",
        "right",
        "section",
    ]
    key = ["doc_id", "start", "end", "category"]
    assert len(counted) > 100
    assert hits(found.sort_values(key), *same) == hits(counted.sort_values(key), *same)
    only = keywords_in_context(run, options=KwicOptions(category="service", lexicon="digital-government", year=2019))
    wanted = counted.query("category == 'service' and lexicon == 'digital-government' and year == 2019")
    assert sorted(hits(only, "doc_id", "start")) == sorted(hits(wanted, "doc_id", "start"))
    term = keywords_in_context(run, options=KwicOptions(term="一网通办", sections="body", limit=2))
    assert hits(term, "term") == ["一网通办"] * 2


def test_a_lexicon_in_a_run(run, corpus):
    lexicon = tg.read_lexicon("digital-government")
    assert find_contexts(run, lexicon).table.equals(find_contexts(corpus, lexicon).table)


@pytest.mark.parametrize(
    ("changes", "said"),
    [({"category": "servce"}, "service"), ({"term": "一网"}, "一网通办"), ({"lexicon": "x"}, "lexicon = x")],
)
def test_a_name_that_has_no_counted_hit_is_told(run, changes, said):
    with pytest.raises(UsageError, match=said):
        keywords_in_context(run, options=KwicOptions(**changes))


def test_a_folder_without_a_finished_run_is_told(run, tmp_path):
    with pytest.raises(UsageError, match="no run is kept"):
        keywords_in_context(tmp_path, "数字政府")
    shutil.copytree(run, tmp_path / "out")
    (tmp_path / "out" / "provenance.json").unlink()
    with pytest.raises(UsageError, match="not finished"):
        keywords_in_context(tmp_path / "out", "数字政府")


def test_a_damaged_store_is_told(run, tmp_path):
    shutil.copytree(run, tmp_path / "out")
    for path in (tmp_path / "out" / "store" / "corpus").iterdir():
        path.write_bytes(path.read_bytes()[:-100] + b"x" * 100)
    with pytest.raises(StoreError, match="damaged"):
        keywords_in_context(tmp_path / "out", "数字政府")


# ---- the command ----


def command(*words: object, capsys) -> tuple[int, str, str]:
    from textgov.cli import app

    status = app([str(word) for word in ("kwic", *words)], standalone_mode=False)
    said = capsys.readouterr()
    return status or 0, said.out, said.err


def test_lines_are_aligned(run, capsys, monkeypatch):
    from rich.cells import cell_len

    monkeypatch.setenv("NO_COLOR", "1")
    status, out, err = command(run, "政府", "--sort", "right", "--lang", "en", capsys=capsys)
    lines = out.splitlines()
    assert status == 0
    assert len(lines) == 50
    columns = {cell_len(line[: re.search(r"(?<= )政府(?= |$)", line).start()]) for line in lines}
    assert len(columns) == 1
    found = find_contexts(run, "政府")
    assert err.splitlines()[0] == f"{found.n_hits} hits in {found.n_documents} of {found.n_searched} documents"
    assert "50 of them are shown" in err


@pytest.mark.parametrize("width", [40, 60, 80, 200])
def test_lines_fit_the_terminal(run, width):
    from rich.cells import cell_len

    lines = list(align_lines(find_contexts(run, "政府", KwicOptions(limit=30)), width))
    assert len(lines) == 30
    assert all(cell_len("".join(line)) <= width for line in lines)
    assert len({cell_len(line.before) for line in lines}) == 1


def test_all_hits_go_into_a_file(run, tmp_path, capsys):
    path = tmp_path / "hits.csv"
    status, out, _ = command(run, "数字政府", "--out", path, capsys=capsys)
    assert (status, out) == (0, f"{path.as_posix()}\n")
    written = pd.read_csv(path, dtype={"city_code": str}, keep_default_na=False)
    found = keywords_in_context(run, "数字政府")
    assert list(written.columns) == COLUMNS
    assert written.astype(str).values.tolist() == found.astype(str).values.tolist()
    originals = {one.doc_id: one.original for one in tg.load_corpus(PROVINCE).documents}
    for row in found.itertuples():
        assert originals[row.doc_id][row.start : row.end] == row.hit


def test_hits_as_json(run, capsys):
    _, out, _ = command(run, "数字政府", "--json", "--limit", "3", "--quiet", capsys=capsys)
    rows = json.loads(out)
    assert [list(row) for row in rows] == [COLUMNS] * 3


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["数字政府", "--year", "soon"], "year = soon"),
        (["数字政府", "--out", "x.docx"], "ends in .csv"),
        (["(", "--regex"], "not a regular expression"),
        (["数字政府", "--limit", "-1"], "limit = -1"),
    ],
)
def test_faults_on_the_command_line(run, words, said, capsys):
    with pytest.raises(UsageError, match=said):
        command(run, *words, capsys=capsys)


# ---- spans ----


@given(st.lists(st.tuples(st.integers(0, 3), st.integers(0, 3), st.integers(0, 3)), max_size=8), st.integers(0, 5))
def test_many_slices_at_once_lead_to_the_same_place(steps, rest):
    import numpy as np

    rows, text, original = [], 0, 0
    for gap, new, old in steps:
        text, original = text + gap + 1, original + gap + 1
        if new != old:
            rows.append((text, text + new, original, original + old))
        text, original = text + new, original + old
    spans = Spans(np.array(rows, dtype=np.int64).reshape(-1, 4))
    pairs = [(start, end) for start in range(text + rest) for end in range(start + 1, text + rest + 1)]
    starts, ends = (np.array([pair[at] for pair in pairs], dtype=np.int64) for at in (0, 1))
    first, last = spans.to_originals(starts, ends).T
    assert list(zip(first.tolist(), last.tolist(), strict=True)) == [spans.to_original(*pair) for pair in pairs]
