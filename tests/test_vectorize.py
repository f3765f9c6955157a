"""Parts of scikit-learn: its own checks, the counts of the main job, pipelines, searches, within CountVectorizer."""

from __future__ import annotations

import copy
import pickle
import subprocess
import sys
import warnings
from pathlib import Path

import jieba
import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.base import clone
from sklearn.compose import ColumnTransformer
from sklearn.exceptions import NotFittedError
from sklearn.feature_extraction.text import CountVectorizer, TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import Pipeline
from sklearn.utils import get_tags
from sklearn.utils.estimator_checks import check_estimator, parametrize_with_checks

import textgov as tg
from textgov.count import CountOptions
from textgov.errors import UsageError
from textgov.panel import category_counts
from textgov.records import Category, Corpus, Document, Entry, Lexicon
from textgov.segment import SegmentOptions, is_word
from textgov.spans import Spans
from textgov.vectorize import ChineseTokenizer, LexiconVectorizer

TEXTS = [
    "加快数字政府建设，推进“互联网＋政务服务”，一网通办。",
    "推进數字政府\n建设和大数据应用，办好APP。",
    "发展农业，修建水库。粮食增产。",
    "发展工业，建设公路，绿化造林。",
    "政务服务一网通办，数据共享。",
    "办好学校和医院，稳定就业。",
]
DIGITAL = [1, 1, 0, 0, 1, 0]
TERMS = ("数字政府", "数字政府建设", "互联网+政务服务", "政务服务", "一网通办", "app")


def lexicon_of(*terms: str) -> Lexicon:
    half = len(terms) // 2
    entries = tuple(Entry(term, "one" if at < half else "two") for at, term in enumerate(terms))
    return Lexicon("w", "1", "w", "w", "w", "", (Category("one", "一", "one"), Category("two", "二", "two")), entries)


LEXICON = lexicon_of(*TERMS)


def corpus_of(texts: list[str]) -> Corpus:
    return Corpus(tuple(Document(f"{at}", text, text, Spans.identity()) for at, text in enumerate(texts)))


# ---- scikit-learn's own checks ----

# They hand over arrays of numbers, and skip an estimator that says that its rows are texts. Told nothing of that, all
# run; those that need numbers to be taken fail, and stand again below with texts.
NUMBERS = "hands over numbers, which are no texts; "
EXPECTED_FAILED = {
    "check_complex_data": NUMBERS + "transform refuses them, fit learns nothing",
    "check_dict_unchanged": NUMBERS + "see test_transform_changes_nothing",
    "check_dtype_object": NUMBERS + "see test_what_is_no_text_is_told",
    "check_estimator_sparse_tag": NUMBERS + "fit learns nothing, also from sparse ones",
    "check_estimators_dtypes": NUMBERS + "texts have no dtype",
    "check_estimators_empty_data_messages": "no text at all is 0 rows, see test_no_text_is_no_row",
    "check_estimators_nan_inf": NUMBERS + "see test_what_is_no_text_is_told",
    "check_estimators_pickle": NUMBERS + "see test_a_copy_does_the_same",
    "check_f_contiguous_array_estimator": NUMBERS + "texts are one column",
    "check_fit1d": "texts are one-dimensional",
    "check_fit2d_predict1d": NUMBERS + "texts are one-dimensional",
    "check_fit_idempotent": NUMBERS + "see test_fitting_again_changes_nothing",
    "check_fit_score_takes_y": NUMBERS + "see test_y_is_taken_and_not_used",
    "check_methods_sample_order_invariance": NUMBERS + "see test_a_row_depends_on_its_text_alone",
    "check_methods_subset_invariance": NUMBERS + "see test_a_row_depends_on_its_text_alone",
    "check_n_features_in": "texts have no number of features",
    "check_n_features_in_after_fitting": "texts have no number of features",
    "check_pipeline_consistency": NUMBERS + "see test_a_pipeline_is_the_steps_one_after_the_other",
    "check_transformer_data_not_an_array": NUMBERS + "see test_every_holder_of_texts_is_taken",
    "check_transformer_general": NUMBERS + "see test_a_pipeline_is_the_steps_one_after_the_other",
    "check_transformers_unfitted_stateless": NUMBERS + "see test_the_tokenizer_needs_no_fit",
}


class _OnNumbers:
    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        tags.input_tags.two_d_array = True
        return tags


class VectorizerOnNumbers(_OnNumbers, LexiconVectorizer):
    pass


class TokenizerOnNumbers(_OnNumbers, ChineseTokenizer):
    pass


@parametrize_with_checks(
    [VectorizerOnNumbers(), TokenizerOnNumbers()], expected_failed_checks=lambda _: EXPECTED_FAILED, xfail_strict=False
)
def test_checks_of_scikit_learn(estimator, check):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # about what the checks themselves do
        check(estimator)


def test_what_is_expected_to_fail_does_fail():
    failed = set()
    for estimator in (VectorizerOnNumbers(), TokenizerOnNumbers()):
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            results = check_estimator(estimator, on_skip=None, on_fail=None)
        failed |= {one["check_name"] for one in results if one["status"] in ("failed", "xfail")}
        assert sum(one["status"] == "passed" for one in results) >= 20
    assert failed == set(EXPECTED_FAILED)


ESTIMATORS = [
    pytest.param(LexiconVectorizer(LEXICON), id="vectorizer"),
    pytest.param(LexiconVectorizer(LEXICON, level="entry", measure="p10k", sparse_output=False), id="rates"),
    pytest.param(ChineseTokenizer(), id="tokenizer"),
    pytest.param(ChineseTokenizer(LEXICON, stop_words=["办好"], min_length=2), id="with-terms"),
]


def rows(values) -> list:
    """Rows of anything that transform gives."""
    return (values.toarray() if hasattr(values, "toarray") else values).tolist()


@pytest.mark.parametrize("estimator", ESTIMATORS)
class TestWithTexts:
    def test_the_tags_say_that_rows_are_texts(self, estimator):
        tags = get_tags(estimator)
        assert tags.input_tags.string
        assert not tags.input_tags.two_d_array

    def test_y_is_taken_and_not_used(self, estimator):
        assert rows(clone(estimator).fit_transform(TEXTS, DIGITAL)) == rows(clone(estimator).fit_transform(TEXTS))

    def test_fitting_again_changes_nothing(self, estimator):
        fitted = clone(estimator).fit(TEXTS)
        before = rows(fitted.transform(TEXTS))
        assert rows(fitted.fit(TEXTS[:2]).transform(TEXTS)) == before

    def test_transform_changes_nothing(self, estimator):
        fitted = clone(estimator).fit(TEXTS)
        before, texts = dict(fitted.__dict__), list(TEXTS)
        fitted.transform(texts)
        assert fitted.__dict__ == before
        assert texts == TEXTS

    def test_a_row_depends_on_its_text_alone(self, estimator):
        fitted = clone(estimator).fit(TEXTS)
        whole = rows(fitted.transform(TEXTS))
        assert rows(fitted.transform(TEXTS[::-1])) == whole[::-1]
        assert [rows(fitted.transform([text]))[0] for text in TEXTS] == whole

    def test_a_copy_does_the_same(self, estimator):
        fitted = clone(estimator).fit(TEXTS)
        before = rows(fitted.transform(TEXTS))
        for other in (pickle.loads(pickle.dumps(fitted)), clone(estimator).fit(TEXTS), copy.deepcopy(fitted)):
            assert rows(other.transform(TEXTS)) == before
        assert clone(estimator).get_params() == estimator.get_params()

    def test_every_holder_of_texts_is_taken(self, estimator):
        fitted = clone(estimator).fit(TEXTS)
        before = rows(fitted.transform(TEXTS))
        frame = pd.DataFrame({"text": TEXTS}, index=list("abcdef"))
        holders = (tuple(TEXTS), iter(TEXTS), np.array(TEXTS), np.array(TEXTS, dtype=object), frame["text"], frame)
        for texts in holders:
            assert rows(fitted.transform(texts)) == before
        normalised = tg.normalise_corpus(corpus_of(TEXTS))
        assert rows(fitted.transform(normalised)) == before
        assert rows(
            clone(estimator).set_params(normalise=False).fit([]).transform([d.text for d in normalised.documents])
        )

    def test_no_text_is_no_row(self, estimator):
        assert len(rows(clone(estimator).fit([]).transform([]))) == 0

    @pytest.mark.parametrize(
        "texts",
        [
            "一段文字",
            b"bytes",
            [None],
            [3.5],
            [["两", "列"]],
            pd.DataFrame({"a": ["甲"], "b": ["乙"]}),
            np.ones((2, 2)),
        ],
    )
    def test_what_is_no_text_is_told(self, estimator, texts):
        with pytest.raises(UsageError, match=r"\AX"):
            clone(estimator).fit([]).transform(texts)

    def test_one_text_in_place_of_many_is_told(self, estimator):
        with pytest.raises(UsageError, match="not one text"):
            clone(estimator).fit("一段文字")


# ---- the vectorizer ----


def test_before_fitting_the_vectorizer_says_so():
    with pytest.raises(NotFittedError):
        LexiconVectorizer().transform(TEXTS)
    with pytest.raises(NotFittedError):
        LexiconVectorizer().get_feature_names_out()


def test_counts_by_hand():
    counts = LexiconVectorizer(LEXICON, level="entry", sparse_output=False).fit_transform(TEXTS)
    #  数字政府 数字政府建设 互联网+政务服务 政务服务 一网通办 app
    assert counts.tolist() == [
        [0, 1, 1, 0, 1, 0],
        [0, 1, 0, 0, 0, 1],
        [0, 0, 0, 0, 0, 0],
        [0, 0, 0, 0, 0, 0],
        [0, 0, 0, 1, 1, 0],
        [0, 0, 0, 0, 0, 0],
    ]
    vectorizer = LexiconVectorizer(LEXICON)
    assert rows(vectorizer.fit_transform(TEXTS)) == [[2, 1], [1, 1], [0, 0], [0, 0], [0, 2], [0, 0]]
    assert vectorizer.get_feature_names_out().tolist() == ["one", "two"]


def test_all_occurrences_where_the_options_say_so():
    options = CountOptions(overlap="all")
    assert rows(LexiconVectorizer(LEXICON, options=options).fit_transform(TEXTS[:1])) == [[3, 2]]


def test_rates_are_per_10000_han_characters_and_missing_where_there_are_none():
    vectorizer = LexiconVectorizer(LEXICON, measure="p10k", sparse_output=False).fit([])
    rates = vectorizer.transform(["推进一网通办", "app", "数字政府"])
    assert rates[0].tolist() == pytest.approx([0, 10_000 / 6])
    assert np.isnan(rates[1]).all()
    assert rates[2].tolist() == pytest.approx([2_500, 0])
    sparse = clone(vectorizer).set_params(sparse_output=True).fit([]).transform(["推进一网通办", "数字政府"])
    assert sparse.toarray().tolist() == [rates[0].tolist(), rates[2].tolist()]


@pytest.mark.parametrize("options", [None, CountOptions(overlap="all"), CountOptions(sections="all")])
@pytest.mark.parametrize("name", ["digital-government", "digital-government-broad"])
def test_the_counts_are_those_of_count_lexicon(name, options):
    folder = Path(__file__).resolve().parents[1] / "corpora" / "demo" / "reports" / "湖北省"
    corpus = tg.load_corpus(folder)
    counted = tg.count_lexicon(tg.normalise_corpus(corpus), tg.read_lexicon(name), options)
    texts = [document.original for document in corpus.documents]
    entries = LexiconVectorizer(name, level="entry", options=options)
    assert (entries.fit_transform(texts) != counted.values).nnz == 0
    assert entries.get_feature_names_out().tolist() == list(counted.names)
    assert counted.values.sum() > 100
    categories = LexiconVectorizer(name, options=options).fit_transform(texts)
    assert (categories.toarray() == category_counts(counted)[:, :-1]).all()


def test_set_output_gives_frames_with_names():
    vectorizer = LexiconVectorizer(LEXICON, sparse_output=False).set_output(transform="pandas")
    frame = vectorizer.fit_transform(pd.DataFrame({"text": TEXTS[:2]}, index=["a", "b"]))
    assert frame.to_dict() == {"one": {"a": 2, "b": 1}, "two": {"a": 1, "b": 1}}
    with pytest.raises(ValueError, match="dense array"):
        LexiconVectorizer(LEXICON).set_output(transform="pandas").fit_transform(TEXTS)


@pytest.mark.parametrize(
    ("changes", "said"),
    [({"level": "word"}, "level = word"), ({"measure": "rate"}, "measure = rate"), ({"lexicon": "nope"}, "nope")],
)
def test_a_wrong_parameter_is_told_when_fitting(changes, said):
    with pytest.raises(UsageError, match=said):
        LexiconVectorizer(**changes).fit(TEXTS)


# ---- the tokenizer ----


def test_words_are_those_of_the_main_job():
    corpus = tg.normalise_corpus(corpus_of(TEXTS))
    words = [[word for word in found if is_word(word)] for found in tg.segment_corpus(corpus).words]
    assert [ChineseTokenizer()(text) for text in TEXTS] == words
    assert ChineseTokenizer().transform(TEXTS).tolist() == [" ".join(found) for found in words]


def test_words_are_those_of_jieba():
    original = jieba.Tokenizer()
    for hmm in (True, False):
        tokenizer = ChineseTokenizer(options=SegmentOptions(hmm=hmm), normalise=False)
        for text in TEXTS:
            assert tokenizer(text) == [word for word in original.cut(text, HMM=hmm) if is_word(word)]


def test_terms_are_kept_whole_and_the_longest_wins():
    tokenizer = ChineseTokenizer(LEXICON)
    assert tokenizer(TEXTS[0]) == ["加快", "数字政府建设", "推进", "互联网+政务服务", "一网通办"]
    assert tokenizer(TEXTS[1]) == ["推进", "数字政府建设", "和", "大", "数据", "应用", "办好", "APP"]


@given(st.lists(st.sampled_from([*TERMS, "推进", "的", "，", "。", "水库", "app", " "]), max_size=12))
def test_every_character_but_marks_and_blanks_is_in_a_word(parts):
    text = "".join(parts)
    for lexicon in (None, LEXICON):
        found = ChineseTokenizer(lexicon, normalise=False)(text)
        assert "".join(found).replace("+", "") == "".join(char for char in text if char.isalnum())


def test_stop_words_and_short_words_are_left_out(tmp_path):
    told = ["推进", "數字政府建設", "App"]
    (tmp_path / "stop.txt").write_text("\ufeff" + "\n".join(told), "utf-8")
    for stop_words in (told, set(told), tmp_path / "stop.txt"):
        assert ChineseTokenizer(LEXICON, stop_words=stop_words, min_length=2)(TEXTS[1]) == ["数据", "应用", "办好"]


def test_a_parameter_that_is_set_later_counts():
    tokenizer = ChineseTokenizer()
    before = tokenizer(TEXTS[0])
    assert tokenizer.set_params(lexicon=LEXICON)(TEXTS[0]) != before
    assert tokenizer.set_params(lexicon=None)(TEXTS[0]) == before


def test_the_tokenizer_needs_no_fit():
    assert ChineseTokenizer().transform(TEXTS).tolist() == ChineseTokenizer().fit(TEXTS).transform(TEXTS).tolist()


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"min_length": 0}, "min_length = 0"),
        ({"stop_words": "的"}, "stop_words"),
        ({"stop_words": Path("none.txt")}, "none.txt"),
        ({"lexicon": "nope"}, "nope"),
    ],
)
def test_a_wrong_parameter_of_the_tokenizer_is_told(changes, said):
    with pytest.raises(UsageError, match=said):
        ChineseTokenizer(**changes).fit(TEXTS)


# ---- in the hands of scikit-learn ----


@pytest.mark.parametrize("kind", [CountVectorizer, TfidfVectorizer])
def test_as_the_tokenizer_of_a_vectorizer(kind):
    vectorizer = kind(tokenizer=ChineseTokenizer(LEXICON), token_pattern=None)
    table = vectorizer.fit_transform(TEXTS)
    words = [word.lower() for text in TEXTS for word in ChineseTokenizer(LEXICON)(text)]
    assert vectorizer.get_feature_names_out().tolist() == sorted(set(words))
    if kind is CountVectorizer:
        assert table.sum() == len(words)
    again = pickle.loads(pickle.dumps(vectorizer))
    assert (again.transform(TEXTS) != table).nnz == 0
    assert (clone(vectorizer).fit_transform(TEXTS) != table).nnz == 0


def test_a_pipeline_is_the_steps_one_after_the_other():
    pipeline = Pipeline([("cut", ChineseTokenizer(LEXICON)), ("tfidf", TfidfVectorizer(token_pattern=r"\S+"))])
    cut = ChineseTokenizer(LEXICON).fit_transform(TEXTS)
    direct = TfidfVectorizer(token_pattern=r"\S+").fit_transform(cut)
    assert (pipeline.fit_transform(TEXTS) != direct).nnz == 0


@pytest.mark.parametrize("n_jobs", [1, 2])
def test_a_grid_search_finds_what_tells_the_classes_apart(n_jobs):
    pipeline = Pipeline([("counts", LexiconVectorizer(LEXICON)), ("classes", LogisticRegression())])
    grid = {
        "counts__lexicon": [lexicon_of("水稻", "小麦"), LEXICON],
        "counts__measure": ["count", "p10k"],
        "counts__options": [None, CountOptions(overlap="all")],
        "classes__C": [0.1, 10.0],
    }
    texts, digital = TEXTS * 4, DIGITAL * 4
    search = GridSearchCV(pipeline, grid, cv=2, n_jobs=n_jobs, error_score="raise").fit(texts, digital)
    assert search.best_params_["counts__lexicon"] == LEXICON
    assert search.score(texts, digital) == 1


def test_a_search_over_the_tokenizer():
    pipeline = Pipeline(
        [
            ("words", CountVectorizer(tokenizer=ChineseTokenizer(), token_pattern=None)),
            ("classes", LogisticRegression()),
        ]
    )
    grid = [
        {"words__tokenizer__min_length": [1, 2]},
        {"words__tokenizer": [ChineseTokenizer(), ChineseTokenizer(LEXICON, min_length=2)]},
    ]
    search = GridSearchCV(pipeline, grid, cv=2, error_score="raise").fit(TEXTS * 2, DIGITAL * 2)
    assert search.score(TEXTS, DIGITAL) == 1


def test_beside_other_columns():
    columns = ColumnTransformer([("counts", LexiconVectorizer(LEXICON), ["text"]), ("rest", "passthrough", ["year"])])
    table = columns.fit_transform(pd.DataFrame({"text": TEXTS, "year": range(2010, 2016)}))
    assert table.tolist()[0] == [2, 1, 2010]
    assert columns.get_feature_names_out().tolist() == ["counts__one", "counts__two", "rest__year"]


def test_importing_the_package_does_not_load_scikit_learn():
    code = "import sys, textgov as tg, textgov.cli; print('sklearn' in sys.modules); tg.LexiconVectorizer"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, encoding="utf-8", check=True)
    assert done.stdout.strip() == "False"
