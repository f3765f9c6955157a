"""Words are exactly those of jieba, whatever cuts them, and lose no character."""

from __future__ import annotations

import json
import marshal
import random
import subprocess
import sys
from pathlib import Path

import jieba
import pytest
from conftest import iter_reports
from hypothesis import given
from hypothesis import strategies as st

from textgov.errors import RecordError, UsageError
from textgov.normalise import normalise_text
from textgov.records import Corpus, Document, Tokens
from textgov.segment import SegmentOptions, count_words, make_segmenter, segment_corpus
from textgov.spans import Spans

CASES = [
    pytest.param(case["input"], id=case["label"])
    for case in json.loads((Path(__file__).parent / "cases" / "segment.json").read_text("utf-8"))
]
FAST = {hmm: SegmentOptions("rjieba", hmm) for hmm in (True, False)}
MIXED = (
    "数字政府 一网通办 的 建设 人民政府 粤省事 欧阳锋 二〇二一年 數位 ， 。 “ … 㐀 䶮 𠮷 𪚥 鿫 "
    "\uf98e \ufa01 ア 데 α é 👍 １ Ａ ＋ a Z 9 0.5 % + # & . _ - C++ www.gov.cn 19-31 50%"
)
PIECES = st.sampled_from([*MIXED.split(), "\u200b", "\u3000", " ", "\n", "\r\n"])
TEXTS = st.lists(PIECES, max_size=12).map("".join) | st.text(max_size=15)


@pytest.fixture(scope="module")
def reference(tmp_path_factory: pytest.TempPathFactory) -> jieba.Tokenizer:
    """A jieba of the test's own, without the cache that jieba shares between programs."""
    tokenizer = jieba.Tokenizer()
    tokenizer.cache_file = str(tmp_path_factory.mktemp("jieba") / "jieba.cache")
    tokenizer.initialize()
    return tokenizer


def corpus_of(*texts: str) -> Corpus:
    return Corpus(tuple(Document(f"{at}.txt", text, text, Spans.identity()) for at, text in enumerate(texts)))


def words_of(text: str, options: SegmentOptions) -> list[str]:
    (words,) = make_segmenter(options).cut_texts([text])
    return words


@pytest.mark.parametrize("hmm", [True, False])
@pytest.mark.parametrize("text", CASES)
def test_words_of_a_case_are_those_of_jieba(reference: jieba.Tokenizer, text: str, hmm: bool):
    expected = reference.lcut(text, HMM=hmm)
    assert words_of(text, FAST[hmm]) == expected
    assert words_of(text, SegmentOptions("jieba", hmm)) == expected
    assert "".join(expected) == text


@pytest.mark.parametrize("hmm", [True, False])
@given(text=TEXTS)
def test_words_of_any_text_are_those_of_jieba(reference: jieba.Tokenizer, hmm: bool, text: str):
    text = text.encode("utf-8", "replace").decode()
    assert words_of(text, FAST[hmm]) == reference.lcut(text, HMM=hmm)


def test_known_words():
    assert words_of("推进一网通办", SegmentOptions()) == ["推进", "一网通", "办"]
    assert words_of("工作日19-31天", SegmentOptions()) == ["工作日", "19", "-", "31", "天"]
    # The example of jieba's own documentation: only the model knows the name.
    assert words_of("他来到了网易杭研大厦", SegmentOptions()) == ["他", "来到", "了", "网易", "杭研", "大厦"]
    assert words_of("杭研大厦", SegmentOptions(hmm=False)) == ["杭", "研", "大厦"]


def test_tokens_are_lossless_and_in_the_order_of_the_documents():
    texts = ["加快 数字政府\n建设。", "", "  \n", "E-gov 19-31"]
    corpus = corpus_of(*texts)
    tokens = segment_corpus(corpus)
    assert tokens.doc_ids == corpus.doc_ids
    assert ["".join(words) for words in tokens.words] == texts
    assert (tokens.history[-1].stage, tokens.history[-1].what) == ("segment", "rjieba")


def test_no_documents():
    assert len(segment_corpus(Corpus(()))) == 0
    assert count_words(()).tolist() == []


@pytest.mark.parametrize(
    ("words", "number"),
    [
        ([], 0),
        (["数字", "政府", "。"], 2),
        (["，", " ", "\n", "“", "…", "+", "👍"], 0),
        (["19", "-", "31", "a", "é", "３", "〇"], 6),
        (["数字", "数字", "50%"], 3),
    ],
)
def test_a_word_has_a_letter_a_digit_or_a_han_character(words: list[str], number: int):
    assert count_words([words]).tolist() == [number]


@pytest.mark.parametrize("hmm", [True, False])
@given(st.lists(TEXTS, max_size=4))
def test_words_are_counted_without_making_them(hmm: bool, texts: list[str]):
    segmenter = make_segmenter(FAST[hmm])
    expected = [sum(any(map(str.isalnum, word)) for word in words) for words in segmenter.cut_texts(texts)]
    assert segmenter.count_texts(texts).tolist() == expected
    assert count_words(segmenter.cut_texts(texts)).tolist() == expected


def test_unknown_engine():
    with pytest.raises(UsageError, match="engine = pkuseg: known engines: rjieba, jieba"):
        SegmentOptions(engine="pkuseg")


def test_words_added_to_the_shared_jieba_change_nothing():
    code = (
        "import jieba, logging; jieba.setLogLevel(logging.ERROR); jieba.add_word('推进一网通办', 10**9)\n"
        "from textgov.segment import SegmentOptions, make_segmenter\n"
        "for engine in ('rjieba', 'jieba'):\n"
        "    print(*make_segmenter(SegmentOptions(engine)).cut_texts(['推进一网通办']))\n"
        "print(jieba.lcut('推进一网通办'))"
    )
    run = subprocess.run([sys.executable, "-X", "utf8", "-c", code], capture_output=True, encoding="utf-8", check=True)
    assert run.stdout.splitlines() == ["['推进', '一网通', '办']"] * 2 + ["['推进一网通办']"]


@pytest.mark.parametrize("foreign", [b"not a cache", None])
def test_shared_cache_of_jieba_is_not_read(tmp_path: Path, foreign: bytes | None):
    """Another user's file in the shared temporary folder must not decide words."""
    cache = tmp_path / "jieba.cache"
    if foreign is None:
        cache.write_bytes(marshal.dumps(({"推": 1, "推进一网通办": 10**6, "推进": 0}, 10**6)))
    else:
        cache.write_bytes(foreign)
    before = cache.read_bytes()
    code = (
        "from textgov.segment import SegmentOptions, make_segmenter\n"
        "print(*make_segmenter(SegmentOptions('jieba', False)).cut_texts(['推进一网通办']))"
    )
    command = [sys.executable, "-X", "utf8", "-c", code]
    paths = {"TMPDIR": str(tmp_path), "TEMP": str(tmp_path), "PATH": "", "PYTHONPATH": ":".join(filter(None, sys.path))}
    run = subprocess.run(command, capture_output=True, encoding="utf-8", check=True, env=paths)
    assert run.stdout.strip() == "['推进', '一网通', '办']"
    assert cache.read_bytes() == before
    assert [path.name for path in tmp_path.iterdir()] == ["jieba.cache"]


def test_tokens_keep_their_promise():
    with pytest.raises(RecordError, match="one list of words"):
        Tokens(("a", "b"), (["x"],))
    with pytest.raises(RecordError, match="occurs twice"):
        Tokens(("a", "a"), (["x"], ["y"]))


@pytest.mark.real
@pytest.mark.parametrize("hmm", [True, False])
def test_words_of_real_reports_are_those_of_jieba(real_data: Path, reference: jieba.Tokenizer, hmm: bool):
    texts = [text for _, text in iter_reports(real_data, ("municipality", "province"))]
    for text in random.Random(5).sample(texts, 40):
        for form in (text[:3000], normalise_text(text)):
            assert words_of(form, FAST[hmm]) == reference.lcut(form, HMM=hmm)
