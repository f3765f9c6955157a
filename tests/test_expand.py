"""Candidates for a lexicon: scores against oracles, words of a corpus, sheets that are filled in and read back."""

from __future__ import annotations

import csv
import json
import math
import os
import random
import re
import subprocess
import sys
from collections import Counter, defaultdict
from dataclasses import replace
from itertools import product
from pathlib import Path

import numpy as np
import openpyxl
import pandas as pd
import pytest

import textgov as tg
from textgov.cli import main
from textgov.demo import demo_folder
from textgov.errors import UsageError
from textgov.expand import (
    ExpandOptions,
    NewWordOptions,
    VectorOptions,
    associate,
    discover_words,
    expand_lexicon,
    log_odds,
    measure_agreement,
    merge_sheets,
    nearness,
    newwords,
    read_sheet,
    train_vectors,
    write_sheet,
)
from textgov.expand.candidates import FUNCTION_WORDS, phrases, seed_terms
from textgov.expand.groups import groups_of_column, read_groups, wanted_groups
from textgov.expand.merge import next_version
from textgov.expand.rank import combine_ranks, rank_scores
from textgov.expand.stream import chosen, read_stream, whole_words
from textgov.records import Category, Context, Document, Entry, Lexicon, Section
from textgov.spans import Spans

# ---- formulas (oracles of the literature, computed by hand or in another program) ----


def test_mean_cosine_and_cosine_to_the_centroid_differ():
    found = nearness(np.array([[1, 0], [0.8, 0.6], [0.6, 0.8]]), np.array([0, 1]))
    assert found.centroid[2] == pytest.approx(0.8221921916437787, abs=1e-9)
    assert found.mean[2] == pytest.approx(0.78, abs=1e-9)


def test_a_long_seed_weighs_more_in_the_centroid_only():
    found = nearness(np.array([[10.0, 0], [0, 1], [1, 0], [0, 1]]), np.array([0, 1]))
    assert found.mean[2] == pytest.approx(found.mean[3])
    assert found.centroid[2] > found.centroid[3]


def test_no_seed_no_nearness():
    found = nearness(np.eye(2, dtype=np.float32), np.array([], dtype=np.int64))
    assert np.isnan(found.mean).all()
    assert np.isnan(found.centroid).all()


def test_weighted_log_odds():
    found = log_odds(np.array([12]), np.array([3]), np.array([0.5]), (1000, 1500, 250))
    assert found.delta[0] == pytest.approx(1.617486245616929, abs=1e-9)
    assert found.variance[0] == pytest.approx(0.3657142857142857, abs=1e-9)
    assert found.z[0] == pytest.approx(2.6746664718562077, abs=1e-9)


def test_log_odds_of_the_other_group_are_the_negative():
    r = np.random.default_rng(1)
    here, there = r.integers(0, 50, 30), r.integers(0, 50, 30)
    one, other = (log_odds(a, b, np.full(30, 0.3)) for a, b in ((here, there), (there, here)))
    np.testing.assert_allclose(one.delta, -other.delta, atol=1e-12)
    np.testing.assert_allclose(one.variance, other.variance)


def test_pmi_and_npmi():
    found = associate(np.array([20]), np.array([40]), 50, 1000)
    assert found.pmi[0] == pytest.approx(2.302585092994046, abs=1e-9)
    assert found.npmi[0] == pytest.approx(0.588591910067779, abs=1e-9)


def test_pmi_at_its_edges():
    found = associate(np.array([0, 10, 5, 0]), np.array([4, 10, 5, 0]), 10, 10)
    assert found.pmi.tolist()[:2] == [-math.inf, 0]
    assert found.npmi.tolist()[:2] == [-1, 1]
    assert found.pmi[2] == 0  # the seed is everywhere, so that it says nothing
    assert math.isnan(found.npmi[3])


def test_ranks_share_the_lowest_and_pass_over_the_missing():
    ranks = rank_scores(np.array([0.2, np.nan, 0.9, 0.2, 0.1]))
    np.testing.assert_array_equal(ranks, [2, np.nan, 1, 2, 4])


def test_ranks_are_combined_by_their_reciprocals():
    ranks = {"a": np.array([1.0, np.nan]), "b": np.array([3.0, 1.0])}
    np.testing.assert_allclose(combine_ranks(ranks, {"a": 1, "b": 0.5}), [1 / 61 + 0.5 / 63, 0.5 / 61])


# ---- new words ----


def brute_words(texts: list[str], options: NewWordOptions) -> dict[str, tuple[float, ...]]:
    """All stretches with their count, cohesion and entropies, one by one."""
    runs: list[list[str]] = []
    for text in texts:
        runs.append([])
        for unit in re.findall(r"[a-z0-9]+|.", text.lower(), re.DOTALL):
            if unit.isascii() and unit.isalnum():
                inside = not unit.isdigit() or len(unit) >= 5
            else:
                inside = unit == "+" or "\u4e00" <= unit <= "\u9fff"
            if inside:
                runs[-1].append(unit)
            else:
                runs.append([])
    counts: Counter[tuple[str, ...]] = Counter()
    left, right = defaultdict(Counter), defaultdict(Counter)
    total = sum(map(len, runs))
    for number, run in enumerate(runs):
        for n in range(1, options.longest + 1):
            for at in range(len(run) - n + 1):
                word = tuple(run[at : at + n])
                counts[word] += 1
                left[word][run[at - 1] if at else ("end", number, at)] += 1
                right[word][run[at + n] if at + n < len(run) else ("end", number, at)] += 1
    found = {}
    for word, n in counts.items():
        if len(word) > 1 and n >= options.min_count and "+" not in (word[0], word[-1]):
            cohesion = min(math.log(n * total / (counts[word[:k]] * counts[word[k:]])) for k in range(1, len(word)))
            sides = [-sum(c / n * math.log(c / n) for c in side[word].values()) for side in (left, right)]
            if cohesion >= options.cohesion and min(sides) >= options.entropy:
                found["".join(word)] = (n, cohesion, *sides)
    return found


@pytest.mark.parametrize("seed", range(40))
def test_new_words_are_those_of_brute_force(seed, monkeypatch):
    r = random.Random(seed)
    monkeypatch.setattr(newwords, "BLOCK", r.choice([5, 50, 10_000]))
    units = ["数", "字", "政", "府", "App", "12345", "+", "2023", "，", "5G", "务"]
    texts = ["".join(r.choice(units) for _ in range(r.randint(0, 120))) for _ in range(r.randint(0, 5))]
    options = NewWordOptions(r.randint(2, 6), r.randint(1, 4), r.choice([-5, 0, 0.3]), r.choice([0, 0.5]))
    found, wanted = discover_words(texts, options), brute_words(texts, options)
    assert set(found.words) == set(wanted)
    assert len(set(found.words)) == len(found.words)
    for word, *numbers in zip(found.words, found.counts, found.cohesion, found.left, found.right, strict=True):
        assert numbers == pytest.approx(wanted[word], abs=1e-9)


def test_new_words_do_not_depend_on_the_order_of_texts():
    texts = [f"{a}推进一网通办{b}。" for a in "东西南北中" for b in "好快省新多"]
    one, other = (discover_words(some, NewWordOptions(min_count=3, cohesion=0)) for some in (texts, texts[::-1]))
    assert one.words == other.words
    np.testing.assert_array_equal(one.cohesion, other.cohesion)
    assert "推进一网通办" in one.words
    assert "一网通" not in one.words  # always followed by 办


def test_phrases_have_words_and_no_function_word_at_an_edge():
    assert phrases(["数字政府", "政府", "的数字政府", "数字政府和"]) == ("数字政府",)
    assert "的" in FUNCTION_WORDS


# ---- the stream of words ----


def document(doc_id: str, text: str, **about: object) -> Document:
    return Document(doc_id, text, text, Spans.identity(), **about)


def lexicon(*entries: str | Entry, names: tuple[str, ...] = ("a", "b")) -> Lexicon:
    built = tuple(one if isinstance(one, Entry) else Entry(one, names[0]) for one in entries)
    return Lexicon("mine", "1.0", "my", "", "", "", tuple(Category(name, name, name) for name in names), built)


def words_of(text: str, *entries: str | Entry, new: tuple[str, ...] = ()) -> list[str]:
    stream = read_stream([document("d", text)], whole_words(lexicon(*entries), new), ("body",))
    return [stream.words[number] for number in stream.tokens.tolist()]


def test_terms_of_the_lexicon_stay_whole_and_cut_what_reaches_over_their_edge():
    assert words_of("推进数字政府建设。", "数字政府") == ["推进", "数字政府", "建设"]
    assert words_of("推进数字政府建设。", "经济") == ["推进", "数字", "政府", "建设"]
    assert words_of("办事大厅", "办") == ["办", "事", "大厅"]


def test_longer_terms_win_and_excluded_strings_are_words_of_their_own():
    assert words_of("数字政府建设", "数字政府", "数字政府建设") == ["数字政府建设"]
    entry = Entry("印度", "a", exclude=("印度尼西亚",), near=Context(("投资",)))
    assert words_of("印度尼西亚和印度", entry) == ["印度尼西亚", "和", "印度"]


def test_variants_and_expressions_stay_whole():
    assert words_of("一网通办和不见面审批", Entry("最多跑一次", "a", ("一网通办",)))[0] == "一网通办"
    assert "不见面审批" in words_of("推行不见面审批", Entry("不见面.批", "a", regex=True))


def test_new_words_are_made_only_between_edges_of_words_and_outside_terms():
    assert words_of("数字政府建设", "经济", new=("数字政府",)) == ["数字政府", "建设"]
    assert words_of("数字政府建设", "政府建设", new=("数字政府",)) == ["数字", "政府建设"]
    assert words_of("发展改革委员会", "经济", new=("改革委",)) == words_of("发展改革委员会", "经济")


def test_marks_and_short_numbers_are_left_out():
    assert words_of("2023年，开通12345热线 App。", "经济") == ["年", "开通", "12345", "热线", "app"]


def test_positions_lead_back_to_the_text_and_sentences_hold_their_words():
    texts = ["推进一网通办。数字政府！", "。。", "2023", "电子政务\n数字政府"]
    documents = [document(str(number), text) for number, text in enumerate(texts)]
    stream = read_stream(documents, whole_words(lexicon("一网通办")), ("body",))
    assert np.diff(stream.sentences).min() >= 1
    assert stream.sentences[-1] == len(stream.tokens)
    assert stream.documents.tolist() == [0, 0, 3, 3]
    for number, start, end, sentence in zip(stream.tokens, stream.starts, stream.ends, stream.sentence_of, strict=True):
        assert texts[stream.documents[sentence]][start:end] == stream.words[number]


def test_groups_with_a_word_are_counted_as_by_brute_force():
    r = random.Random(3)
    documents = [document(str(n), "".join(r.choice("政府数字服务平台。，") for _ in range(60))) for n in range(20)]
    stream = read_stream(documents, whole_words(lexicon("平台")), ("body",))
    groups = stream.sentence_of
    wanted = np.array([r.random() < 0.5 for _ in stream.documents])
    pairs = set(zip(groups.tolist(), stream.tokens.tolist(), strict=True))
    assert stream.count_within(groups).tolist() == [sum(w == n for _, w in pairs) for n in range(len(stream.words))]
    assert stream.count_within(groups, wanted).tolist() == [
        sum(w == n and wanted[g] for g, w in pairs) for n in range(len(stream.words))
    ]


def test_equal_texts_are_read_once_and_large_corpora_are_sampled_by_id():
    documents = [document(str(n), "数字政府" * (n % 3 + 1), content_hash=str(n % 3)) for n in range(9)]
    ids, n_left = chosen(documents, ("body",), 10**6)
    assert (len(ids), n_left) == (3, 6)
    assert chosen(documents[::-1], ("body",), 10**6)[0] == ids
    some, n_left = chosen(documents, ("body",), 12)
    assert len(some) < 3
    assert some < ids
    assert n_left == 9 - len(some)
    assert chosen([], ("body",), 5) == (frozenset(), 0)


def test_only_the_sections_asked_for_are_read():
    text = "数字政府。电子政务"
    one = document("d", text, sections=(Section("body", 0, 5), Section("glossary", 5, 9)))
    assert "电子政务" not in read_stream([one], whole_words(lexicon("一网通办")), ("body",)).words
    assert "电子政务" in read_stream([one], whole_words(lexicon("一网通办")), ("all",)).words


# ---- vectors ----


@pytest.fixture(scope="module")
def planted() -> list[Document]:
    """A corpus in which 云脑 stands beside the seeds, 玉米 beside other words, and every document is of a year."""
    r = random.Random(5)
    verbs, seeds, objects = ("推进", "建设"), ("数字政府", "一网通办"), ("云脑平台", "数据共享", "业务系统")
    digital = ["".join(parts) + "。" for parts in product(verbs, seeds, ("", "智慧"), objects)]
    crops = (("种植", "收购"), ("玉米", "小麦", "大豆"), ("增产", "丰收", "补贴"))
    farm = ["".join(parts) + "。" for parts in product(*crops)]
    return [
        document(
            f"{n:03}.txt",
            "".join(r.choice(digital if r.random() < (0.2 if n % 2 else 0.8) else farm) for _ in range(12)),
            year=2010 + n % 4,
            place="武汉市",
            content_hash=str(n),
        )
        for n in range(120)
    ]


# Whole sentences of so few words hold together: their cohesion is up to 3.03.
VECTORS = VectorOptions(size=20, min_count=5, subsample=1e-2, epochs=10)
SMALL = ExpandOptions(
    top=50,
    min_count=5,
    word2vec=VECTORS,
    fasttext=VECTORS,
    words=NewWordOptions(min_count=5, cohesion=3.05, entropy=0.5),
)
SEEDS = lexicon("数字政府", Entry("一网通办", "b"))


@pytest.mark.parametrize("kind", ["word2vec", "fasttext"])
def test_vectors_are_repeatable_and_follow_the_seed(kind, planted):
    stream = read_stream(planted, whole_words(SEEDS), ("body",))
    one, again, other = (train_vectors(stream, kind, VECTORS, seed) for seed in (1, 1, 2))
    np.testing.assert_array_equal(one.numbers, again.numbers)
    np.testing.assert_array_equal(one.matrix, again.matrix)
    assert not np.array_equal(one.matrix, other.matrix)
    assert one.matrix.shape == (len(one.numbers), 20)
    assert np.isfinite(one.matrix).all()
    counts = stream.counts[one.numbers]
    assert (np.diff(counts) <= 0).all()
    assert set(one.numbers.tolist()) == set(np.flatnonzero(stream.counts >= 5).tolist())


HASHED = """
import hashlib, numpy as np
from textgov.expand import VectorOptions, train_vectors
from textgov.expand.stream import Stream
words = tuple("词%d" % n for n in range(30))
tokens = np.random.default_rng(3).integers(0, 30, 3000).astype(np.int32)
nothing = np.zeros(3000, dtype=np.int32)
stream = Stream(words, tokens, nothing, nothing, np.arange(0, 3001, 10), np.zeros(300, dtype=np.int32), ("d",))
for kind in ("word2vec", "fasttext"):
    found = train_vectors(stream, kind, VectorOptions(size=8, min_count=1, epochs=1))
    print(hashlib.sha256(found.matrix.tobytes()).hexdigest())
"""


def test_vectors_do_not_depend_on_the_hash_seed():
    said = [
        subprocess.run(
            [sys.executable, "-c", HASHED], env={**os.environ, "PYTHONHASHSEED": seed}, capture_output=True, check=True
        ).stdout
        for seed in ("0", "1234")
    ]
    assert said[0] == said[1]
    assert len(said[0].split()) == 2


def test_no_frequent_word_no_vectors(planted):
    stream = read_stream(planted[:1], whole_words(SEEDS), ("body",))
    assert train_vectors(stream, "word2vec", VectorOptions(min_count=10**6)).matrix.shape == (0, 100)


# ---- candidates ----


@pytest.fixture(scope="module")
def expansion(planted):
    return expand_lexicon(planted, SEEDS, SMALL)


def test_the_company_of_the_seeds_ranks_first_by_every_method(expansion):
    frame = expansion.frame.set_index("candidate")
    assert "数字政府" not in frame.index
    assert "一网通办" not in frame.index
    for column in ("npmi", "keyness_z", "w2v_mean", "w2v_centroid", "ft_mean", "ft_centroid"):
        assert frame.loc["数据共享", column] > frame.loc["玉米", column], column
    assert frame.loc["数据共享", "rank"] < frame.loc["玉米", "rank"]
    assert (expansion.n_documents, expansion.n_left_out, expansion.n_seeds) == (120, 0, 2)


def test_a_word_that_no_dictionary_knows_is_found_and_scored(expansion):
    frame = expansion.frame.set_index("candidate")
    assert "云脑平台" in frame.index
    assert frame.loc["云脑平台", ["npmi", "keyness_z", "w2v_mean", "cohesion", "entropy"]].notna().all()


def test_columns_agree_with_one_another(expansion, planted):
    frame = expansion.frame
    assert frame["rank"].tolist() == list(range(1, len(frame) + 1))
    assert frame["id"].is_unique
    assert frame["candidate"].is_unique
    assert (frame["n"] >= 5).all()
    assert (frame["documents"] >= 3).all()
    counts = {word: sum(one.text.count(word) for one in planted) for word in ("玉米", "云脑平台", "数据共享")}
    assert {word: frame.set_index("candidate").loc[word, "n"] for word in counts} == counts
    assert set(frame["suggested_category"]) <= {"a", "b"}
    assert all(set(text.split()) <= {"数字政府", "一网通办"} for text in frame["nearest"])


def test_examples_show_the_word_in_its_document(expansion, planted):
    texts = {one.doc_id: one for one in planted}
    for row in expansion.frame.to_dict("records"):
        places = set()
        for number in (1, 2, 3):
            left, hit, right, place, year, doc_id = (
                row[f"example_{number}_{name}"] for name in ("left", "hit", "right", "place", "year", "doc_id")
            )
            assert hit.lower() == row["candidate"]
            assert left + hit + right in texts[doc_id].text
            assert (place, year) == ("武汉市", texts[doc_id].year)
            places.add(doc_id)
        assert len(places) == 3


def test_two_expansions_are_equal(expansion, planted):
    pd.testing.assert_frame_equal(expansion.frame, expand_lexicon(planted, SEEDS, SMALL).frame)


def test_what_the_lexicon_has_already_is_said(planted):
    known = lexicon("数字政府", Entry("数据共享", "b"), Entry("玉米丰收", "b"), Entry("网上办事", "b"))
    options = replace(SMALL, categories=("a",), methods=("npmi", "keyness"))
    frame = expand_lexicon(planted, known, options).frame.set_index("candidate")
    assert frame.loc["数据共享", "known"] == "entry"
    assert frame.loc["小麦", "known"] == ""
    assert frame.loc["玉米", "inside"] == "玉米丰收"
    assert "rank_w2v_mean" not in frame.columns
    assert (frame["suggested_category"] == "").all()


def test_seeds_of_a_category_are_those_below_it_too():
    tree = replace(
        lexicon("数字政府", Entry("一网通办", "c"), names=("a", "b", "c")),
        categories=(Category("a", "", ""), Category("b", "", ""), Category("c", "", "", "b")),
    )
    assert seed_terms(tree, ("b",)) == {"一网通办": "c"}
    with pytest.raises(UsageError, match="known: a, b, c"):
        seed_terms(tree, ("d",))


def test_keyness_between_groups_of_documents(planted):
    groups = {one.doc_id: "digital" if int(one.doc_id[:3]) % 2 == 0 else "farm" for one in planted}
    options = replace(SMALL, methods=("keyness",))
    both = expand_lexicon(planted, SEEDS, options, groups).frame.set_index("candidate")
    assert both.loc["玉米", "keyness_group"] == "farm"
    assert both.loc["数据共享", "keyness_group"] == "digital"
    one = expand_lexicon(planted, SEEDS, replace(options, group=("digital",)), groups).frame.set_index("candidate")
    assert one.loc["玉米", "keyness_z"] < 0 < one.loc["数据共享", "keyness_z"]
    with pytest.raises(UsageError, match="the groups are: digital, farm"):
        expand_lexicon(planted, SEEDS, replace(options, group=("east",)), groups)
    with pytest.raises(UsageError, match="in a group and outside"):
        expand_lexicon(planted, SEEDS, options, dict.fromkeys(groups, "all"))


def test_groups_come_from_a_column_or_a_file(tmp_path):
    frame = pd.DataFrame({"doc_id": ["x", "y", "z"], "year": pd.array([2019, None, 2020], dtype="Int64")})
    assert groups_of_column(frame, "year") == {"x": "2019", "z": "2020"}
    with pytest.raises(UsageError, match="no column region3"):
        groups_of_column(frame, "region3")
    path = tmp_path / "groups.csv"
    path.write_bytes("doc_id,group\n甲.txt,东部\n乙.txt,西部\n".encode("gb18030"))
    assert read_groups(path) == {"甲.txt": "东部", "乙.txt": "西部"}
    path.write_text("x,1\nx,2\n", "utf-8")
    with pytest.raises(UsageError, match="row 2"):
        read_groups(path)
    assert wanted_groups(["2019-2024", "x"], ["2018", "2019", "2024", "x"]) == ("2019", "2024", "x")
    assert wanted_groups(["1990-1991"], ["2018"]) == ("1990-1991",)


def test_a_lexicon_whose_terms_are_not_there_is_refused(planted):
    with pytest.raises(UsageError, match="none of the 1 seeds"):
        expand_lexicon(planted, lexicon("火星移民"), SMALL)


@pytest.mark.parametrize(
    "faults", [{"methods": ("glove",)}, {"top": 0}, {"prior": 0}, {"sections": "bdy"}, {"min_count": 0}]
)
def test_bad_options_are_refused(faults):
    with pytest.raises(UsageError):
        ExpandOptions(**faults)
    with pytest.raises(UsageError):
        VectorOptions(epochs=0)
    with pytest.raises(UsageError):
        NewWordOptions(longest=1)


# ---- sheets ----


def fill(source: Path, target: Path, **answers: dict[str, str]) -> Path:
    """A copy of a csv sheet with answers by candidate; "*" stands for every other row."""
    with source.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    for row in rows:
        for column, given in answers.items():
            row[column] = given.get(row["candidate"], given.get("*", row[column]))
    with target.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    return target


@pytest.fixture
def sheet(expansion, tmp_path) -> Path:
    return write_sheet(replace(expansion, frame=expansion.frame.head(8)), tmp_path / "sheets")[1]


def test_the_workbook_and_the_csv_hold_the_same_rows(expansion, tmp_path):
    book, plain = write_sheet(expansion, tmp_path)
    one, other = read_sheet(book), read_sheet(plain)
    assert [row.candidate for row in one] == expansion.frame["candidate"].tolist()
    assert [replace(row, path="") for row in one] == [replace(row, path="") for row in other]


def test_the_workbook_has_drop_down_lists_and_instructions_in_both_languages(expansion, tmp_path):
    book = openpyxl.load_workbook(write_sheet(expansion, tmp_path)[0])
    page = book["candidates"]
    header = [cell.value for cell in page[1]]
    offered = {}
    for rule in page.data_validations.dataValidation:
        column = next(iter(rule.sqref.ranges)).min_col
        letter = re.search(r"\$([A-Z])\$1", rule.formula1)[1]
        offered[header[column - 1]] = [cell.value for cell in book["choices"][letter] if cell.value]
        assert next(iter(rule.sqref.ranges)).max_row == len(expansion.frame) + 1
    answers = ["yes", "no", "unsure"]
    assert offered == {"coder_a": answers, "coder_b": answers, "adjudicated": ["yes", "no"], "category": ["a", "b"]}
    assert header.index("coder_a") < 5
    assert book["instructions"]["A1"].value == "English"
    assert "编码员" in book["instructions"]["B3"].value


def test_a_filled_sheet_is_not_overwritten(expansion, sheet):
    fill(sheet, sheet, coder_a={"*": "yes"})
    with pytest.raises(UsageError, match="not overwritten"):
        write_sheet(expansion, sheet.parent)


def test_only_what_both_accept_is_merged(sheet, expansion):
    first, second, third = expansion.frame["candidate"][:3]
    fill(sheet, sheet, coder_a={first: "是", second: "yes", "*": "no"}, coder_b={first: "yes", third: "Y", "*": "否"})
    fill(sheet, sheet, category={first: "b"})
    merged = merge_sheets([sheet], SEEDS)
    assert [(one.term, one.category, one.source) for one in merged.added] == [(first, "b", "expand")]
    assert merged.lexicon.entries == (*SEEDS.entries, *merged.added)
    assert (merged.lexicon.version, merged.lexicon.name) == ("1.1", "mine")
    assert "1 entries added" in merged.lexicon.note
    assert merged.lexicon.hash in merged.changelog
    assert f"- {first} (b; coders: yes, yes)" in merged.changelog
    assert len(merged.refused) == 7
    either = merge_sheets([sheet], SEEDS, "any")
    assert {one.term for one in either.added} == {first, second, third}


def test_adjudication_settles_what_the_coders_do_not(sheet, expansion):
    first, second, third = expansion.frame["candidate"][:3]
    fill(sheet, sheet, coder_a={first: "yes", second: "yes", third: "unsure", "*": "no"})
    fill(sheet, sheet, coder_b={first: "yes", third: "unsure", "*": "no"})
    with pytest.raises(UsageError, match="2 rows on which the coders differ"):
        merge_sheets([sheet], SEEDS, "adjudicated")
    fill(sheet, sheet, adjudicated={second: "no", third: "yes"})
    assert [one.term for one in merge_sheets([sheet], SEEDS, "adjudicated").added] == [first, third]


def test_the_copies_of_two_coders_are_joined(sheet, tmp_path):
    one = fill(sheet, tmp_path / "a.csv", coder_a={"*": "yes"})
    other = fill(sheet, tmp_path / "b.csv", coder_b={"*": "yes"})
    assert len(merge_sheets([one, other], SEEDS).added) == 8
    fill(one, other, coder_a={"*": "no"}, coder_b={"*": "yes"})
    with pytest.raises(UsageError, match="coder_a is no, but yes in row 2 of a"):
        merge_sheets([one, other], SEEDS)


def test_a_half_filled_sheet_is_refused(sheet):
    fill(sheet, sheet, coder_a={"*": "yes"})
    with pytest.raises(UsageError, match="8 of 8 rows are not judged by both"):
        merge_sheets([sheet], SEEDS)


def test_an_altered_row_is_refused(sheet, expansion):
    first = expansion.frame["candidate"][0]
    fill(sheet, sheet, coder_a={"*": "no"}, coder_b={"*": "no"}, candidate={first: "火星"})
    with pytest.raises(UsageError, match="row 2: id and candidate do not belong together"):
        merge_sheets([sheet], SEEDS)


def test_a_sheet_of_another_lexicon_is_refused(sheet):
    fill(sheet, sheet, coder_a={"*": "no"}, coder_b={"*": "no"})
    with pytest.raises(UsageError, match=r"not made for mine@1\.0"):
        merge_sheets([sheet], lexicon("数字政府"))


def test_a_wrong_answer_category_or_rule_is_refused(sheet):
    with pytest.raises(UsageError, match="use both, any, adjudicated"):
        merge_sheets([sheet], SEEDS, "most")
    fill(sheet, sheet, coder_a={"*": "yes"}, coder_b={"*": "yes"}, category={"*": "elsewhere"})
    with pytest.raises(UsageError, match="row 2: category = elsewhere"):
        merge_sheets([sheet], SEEDS)
    fill(sheet, sheet, coder_a={"*": "maybe"})
    with pytest.raises(UsageError, match="row 2: coder_a = maybe"):
        merge_sheets([sheet], SEEDS)


def test_a_row_that_stands_twice_is_refused(sheet):
    lines = sheet.read_text("utf-8-sig").splitlines(keepends=True)
    sheet.write_text("".join([*lines, lines[1]]), "utf-8-sig")
    with pytest.raises(UsageError, match="already stands in row 2"):
        merge_sheets([sheet], SEEDS)


def test_files_that_are_no_sheets_are_refused(tmp_path):
    with pytest.raises(UsageError, match="no such file"):
        read_sheet(tmp_path / "none.xlsx")
    (tmp_path / "x.xlsx").write_bytes(b"x")
    with pytest.raises(UsageError, match="no Excel workbook"):
        read_sheet(tmp_path / "x.xlsx")
    (tmp_path / "x.csv").write_text("id,candidate\n", "utf-8")
    with pytest.raises(UsageError, match="no column coder_a"):
        read_sheet(tmp_path / "x.csv")


def test_agreement_by_hand():
    # 20 both yes, 5 only a, 10 only b, 15 both no: po = 0.7, pe = 0.5 * 0.6 + 0.5 * 0.4 = 0.5
    a = ["yes"] * 25 + ["no"] * 25
    b = ["yes"] * 20 + ["no"] * 5 + ["yes"] * 10 + ["no"] * 15
    found = measure_agreement(a, b)
    assert (found.n, found.percent) == (50, 70)
    assert found.kappa == pytest.approx(0.4)
    # nominal alpha: 1 - (n - 1) * disagreeing pairs / (n_yes * n_no), with n = 100 answers, 55 yes, 45 no
    assert found.alpha == pytest.approx(1 - 99 * 30 / (2 * 55 * 45))
    same = measure_agreement(["yes"], ["yes"])
    assert (same.percent, same.kappa, same.alpha) == (100, None, None)


@pytest.mark.parametrize(
    ("before", "after"), [("1.0", "1.1"), ("2", "3"), ("1.9", "1.10"), ("v09", "v10"), ("draft", "draft.1"), ("", "1")]
)
def test_versions_go_up(before, after):
    assert next_version(before) == after


# ---- the command line ----


def run(monkeypatch: pytest.MonkeyPatch, *words: object) -> int:
    monkeypatch.setattr(sys, "argv", ["textgov", *map(str, words)])
    with pytest.raises(SystemExit) as left:
        main()
    return left.value.code


def test_a_run_is_expanded_judged_and_merged(tmp_path, monkeypatch, capsys):
    source = demo_folder() / "reports" / "湖北省"
    assert run(monkeypatch, "panel", source, "--out", tmp_path / "run", "--engine", "serial", "--quiet") == 0
    words = ("--lexicon", "digital-government", "--min-count", 3, "--top", 40, "--lang", "en")
    methods = ("--method", "npmi", "--method", "keyness", "--method", "word2vec")
    by = ("--by", "year", "--group", "2016-2030")
    assert run(monkeypatch, "lexicon", "expand", tmp_path / "run", "--out", tmp_path / "x", *words, *methods, *by) == 0
    said = capsys.readouterr()
    assert "40 candidates for digital-government@2.1" in said.err
    assert run(monkeypatch, "lexicon", "expand", source, "--out", tmp_path / "y", *words, *methods, *by) == 0
    assert (tmp_path / "x" / "candidates.csv").read_bytes() == (tmp_path / "y" / "candidates.csv").read_bytes()
    about = json.loads((tmp_path / "x" / "expand.json").read_text("utf-8"))
    assert about["options"]["group"][0] == "2016"
    assert about["groups"] == "year"
    sheet = tmp_path / "x" / "candidates.csv"
    fill(sheet, sheet, coder_a={"*": "yes"}, coder_b={"*": "yes"})
    new = tmp_path / "new.yaml"
    merge = ("lexicon", "merge", sheet, "--lexicon", "digital-government", "--out", new, "--lang", "en")
    assert run(monkeypatch, *merge) == 0
    assert "entries added, 0 refused" in capsys.readouterr().err
    old, larger = tg.read_lexicon("digital-government"), tg.read_lexicon(new)
    assert [one for one in larger.entries if one.source != "expand"] == list(old.entries)
    assert len(larger.entries) - len(old.entries) == sum(one.source == "expand" for one in larger.entries) > 0
    assert (tmp_path / "new.changelog.md").read_text("utf-8").startswith(f"# {larger.label}\n")
    assert run(monkeypatch, *merge) == 2


def test_faults_of_the_call_are_told(tmp_path, monkeypatch, capsys):
    words = ("lexicon", "expand", tmp_path, "--lexicon", "digital-government", "--out", tmp_path / "x", "--lang", "en")
    assert run(monkeypatch, *words, "--group", "2016") == 2
    assert "needs --by or --groups" in capsys.readouterr().err
    assert run(monkeypatch, *words) == 2
    assert not (tmp_path / "x").exists()
