"""What topics are worth: words, coherence, stability, the choice of K, trends, twins, typical rows, similarity."""

from __future__ import annotations

import math
import warnings
from dataclasses import replace
from itertools import pairwise

import numpy as np
import pandas as pd
import pytest
from scipy.sparse import csr_array
from test_topics import corpus, features, planted

from textgov.count import count_terms
from textgov.errors import TopicError, UsageError
from textgov.records import Features, Tokens, TopicModel
from textgov.topics import TopicOptions, assign_topics, fit_topics
from textgov.topics.choose import ChooseOptions, choose_topics, heldout_likelihood, recommend
from textgov.topics.coherence import count_together, measure_coherence, npmi
from textgov.topics.similarity import (
    SimilarityOptions,
    compare_places,
    count_sentences,
    sentence_keys,
    similarity_variables,
    without_sentences,
)
from textgov.topics.stability import (
    jaccard,
    match_topics,
    measure_stability,
    pick_rows,
    refit,
    sample_rows,
)
from textgov.topics.trends import topic_years
from textgov.topics.twins import find_twins, measure_spread
from textgov.topics.typical import find_typical, from_places, is_boilerplate, measure_likeness, merge_typical
from textgov.topics.words import (
    best_terms,
    frex,
    measure_exclusivity,
    score_words,
    top_words,
    topic_titles,
    word_table,
)


def model_of(topics, counts=None, **given) -> TopicModel:
    topics = np.asarray(topics, dtype=float)
    size, width = topics.shape
    counts = np.ones(width) if counts is None else np.asarray(counts, dtype=float)
    parts = {
        "prior": np.full(size, 0.1),
        "shares": np.full(size, 1 / size),
        "labels": ("",) * size,
        "seed": 1,
        "facts": {"rows": 1, "words": 1},
    }
    names = given.pop("vocabulary", tuple(f"w{number:05d}" for number in range(width)))
    return TopicModel("lda", names, topics, counts=counts, **{**parts, **given})


@pytest.fixture(scope="module")
def small():
    counts, topics, shares = planted(0.1, size=5, rows=240, words=60, width=150)
    return features(counts), topics, shares


@pytest.fixture(scope="module")
def fitted(small) -> TopicModel:
    return fit_topics(small[0], n_topics=5, options=TopicOptions(sweeps=30))


# ---- words: 2 topics x 3 terms, by hand ----

BY_HAND = [[0.6, 0.3, 0.1], [0.2, 0.3, 0.5]]


def test_lift_and_relevance_by_hand():
    model = model_of(BY_HAND, counts=[40, 30, 30])
    scores = score_words(model, weight=0.6)
    # lift: 0.6 / 0.4, 0.3 / 0.3, 0.1 / 0.3; 0.2 / 0.4, 1, 0.5 / 0.3
    lift = [[1.5, 1, 1 / 3], [0.5, 1, 5 / 3]]
    assert np.exp(scores.log_lift) == pytest.approx(np.array(lift))
    assert scores.relevance[0, 0] == pytest.approx(0.6 * math.log(0.6) + 0.4 * math.log(1.5))
    assert scores.relevance[1, 2] == pytest.approx(0.6 * math.log(0.5) + 0.4 * math.log(5 / 3))


def test_frex_by_hand():
    # Ranks of probability, over 3: (3, 2, 1) and (1, 2, 3). Exclusivity 0.75, 0.5, 1/6 and 0.25, 0.5, 5/6: same ranks.
    assert frex(np.array(BY_HAND)) == pytest.approx(np.array([[1, 2 / 3, 1 / 3], [1 / 3, 2 / 3, 1]]))
    # Where the two ranks differ: probability (3, 2, 1) / 3, exclusivity 0.6, 0.6 -> 0.6, 0.5, 0.667 -> ranks (2, 1, 3).
    topics = np.array([[0.6, 0.3, 0.1], [0.4, 0.3, 0.05]])
    found = frex(topics)[0]
    assert found == pytest.approx([1 / (0.5 / (2 / 3) + 0.5 / 1), 1 / (0.5 / (1 / 3) + 0.5 / (2 / 3)), 1 / (0.5 + 1.5)])


def test_exclusivity_by_hand():
    # Top two of the first topic: 0.6 / 0.8 and 0.3 / 0.6; of the second: 0.5 / 0.6 and 0.3 / 0.6.
    assert measure_exclusivity(np.array(BY_HAND), n_top=2) == pytest.approx([(0.75 + 0.5) / 2, (5 / 6 + 0.5) / 2])
    assert measure_exclusivity(np.eye(4), n_top=1) == pytest.approx(1)
    assert measure_exclusivity(np.full((4, 9), 1 / 9)) == pytest.approx(0.25)


def test_equal_words_stand_in_the_order_of_the_vocabulary():
    assert best_terms(np.array([[0.2, 0.4, 0.2, 0.2]]), 3).tolist() == [[1, 0, 2]]


def test_a_term_that_does_not_occur_has_a_finite_lift():
    scores = score_words(model_of(BY_HAND, counts=[50, 50, 0]))
    assert np.isfinite(scores.log_lift).all()
    assert scores.log_lift[0, 2] == pytest.approx(math.log(0.1 / (0.5 / 100)))


def test_the_table_of_words_has_the_best_by_every_score(fitted):
    table = word_table(fitted, n_top=5)
    scores = score_words(fitted)
    for topic, name in enumerate(fitted.names):
        part = table[table["topic"] == name]
        assert part["rank"].is_monotonic_increasing
        assert part["probability"].is_monotonic_decreasing
        words = set(part["word"])
        for score in (fitted.topics, scores.frex, scores.log_lift, scores.relevance):
            assert set(top_words(fitted, score, 5)[topic]) <= words
        again = 0.6 * part["log_p"] + 0.4 * part["log_lift"]
        assert part["relevance"].to_numpy() == pytest.approx(again.to_numpy())
        assert np.exp(part["log_p"]).to_numpy() == pytest.approx(part["probability"].to_numpy())
    with pytest.raises(UsageError):
        score_words(fitted, weight=1.5)


def test_titles_have_the_label_of_a_seeded_topic():
    model = model_of(BY_HAND, labels=("digital", ""), vocabulary=("数据", "政务", "农业"))
    assert topic_titles(model, 2) == ["digital: 数据/政务", "农业/政务"]


# ---- coherence: against gensim ----


@pytest.fixture(scope="module")
def gensim_models(fitted, small):
    """gensim's coherence on the same windows: a row is one window."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from gensim.corpora import Dictionary
        from gensim.models import CoherenceModel

        terms = small[0]
        counts = terms.values.toarray()
        texts = [[name for name, n in zip(terms.names, row, strict=True) for _ in range(n)] for row in counts]
        dictionary = Dictionary(texts)
        found = {}
        for kind in ("c_npmi", "c_v"):
            words = top_words(fitted)
            one = CoherenceModel(
                topics=words, texts=texts, dictionary=dictionary, coherence=kind, window_size=1000, processes=1
            )
            found[kind] = one.get_coherence_per_topic()
    return found


def test_coherence_is_that_of_gensim(fitted, small, gensim_models):
    found = measure_coherence(fitted.topics, small[0].values)
    assert found.npmi == pytest.approx(gensim_models["c_npmi"], abs=1e-9)
    assert found.c_v == pytest.approx(gensim_models["c_v"], abs=1e-6)
    assert np.ptp(found.npmi) > 0.01


def test_npmi_by_hand():
    # D = 1000, 50 and 40 with a word, 20 with both: ln(0.02 / 0.002) / -ln 0.02
    assert npmi(np.array([[50.0, 20], [20, 40]]), 1000)[0, 1] == pytest.approx(0.588591910067779, abs=1e-9)


def test_words_that_always_meet_cohere_and_words_that_never_meet_do_not():
    rows = np.array([[1, 1, 0, 0]] * 10 + [[0, 0, 1, 1]] * 10 + [[0, 0, 0, 0]] * 5)
    topics = np.array([[0.5, 0.5, 0, 0], [0.5, 0, 0.5, 0]])
    found = measure_coherence(topics, csr_array(rows), n_top=2)
    assert found.npmi[0] == pytest.approx(1)
    assert found.npmi[1] < -0.9
    assert count_together(csr_array(rows), np.array([0, 1, 2])).tolist() == [[10, 10, 0], [10, 10, 0], [0, 0, 10]]


def test_coherence_is_missing_where_a_word_does_not_occur():
    rows = csr_array(np.array([[1, 1, 0], [1, 0, 0]]))
    found = measure_coherence(np.array([[0.4, 0.3, 0.3], [0.5, 0.4, 0.1]]), rows, n_top=2)
    assert not np.isnan(found.npmi[1])
    assert np.isnan(measure_coherence(np.array([[0.4, 0.1, 0.5]]), rows, n_top=2).npmi[0])


# ---- stability ----


def test_permuted_topics_are_matched_exactly(fitted):
    order = [3, 0, 4, 2, 1]
    other = replace(fitted, topics=fitted.topics[order])
    found = match_topics(fitted, other)
    assert found.partner.tolist() == [1, 4, 3, 0, 2]
    for scores in (found.cosine, found.jaccard, found.best):
        assert scores == pytest.approx(1, abs=1e-12)


def test_matching_is_one_to_one_where_the_best_cosine_is_not():
    one = model_of([[0.8, 0.2, 0], [0.7, 0.3, 0]])
    other = model_of([[0.8, 0.2, 0], [0, 0.2, 0.8]])
    found = match_topics(one, other)
    assert sorted(found.partner.tolist()) == [0, 1]
    assert found.best.min() > 0.9
    assert found.cosine.min() < 0.2


def test_a_smaller_model_leaves_topics_without_partner():
    one = model_of([[0.8, 0.2, 0], [0, 0.2, 0.8], [0.1, 0.8, 0.1]])
    found = match_topics(one, model_of([[0, 0.2, 0.8], [0.8, 0.2, 0]]))
    assert found.partner.tolist() == [1, 0, -1]
    assert np.isnan(found.cosine[2])
    with pytest.raises(TopicError, match="other words"):
        match_topics(one, model_of([[0.5, 0.5]]))


def test_jaccard_by_hand():
    assert jaccard("xyz", "yzvw") == 0.4
    assert jaccard([], []) == 1


def test_planted_topics_are_stable_and_noise_is_not(small, fitted):
    found = measure_stability(fitted, small[0], [2, 3], share=0.8)
    assert len(found) == 10
    assert found["cosine"].min() > 0.9
    draw = np.random.default_rng(0)
    noise = features(draw.multinomial(60, np.full(150, 1 / 150), size=240))
    model = fit_topics(noise, n_topics=5, options=TopicOptions(sweeps=30))
    assert measure_stability(model, noise, [2, 3], share=0.8)["cosine"].mean() < 0.75


def test_a_model_is_fitted_again_with_its_own_settings(small, fitted):
    again = refit(fitted, small[0], 1)
    assert again.topics.tobytes() == fitted.topics.tobytes()
    assert refit(fitted, small[0], 2).settings == {**fitted.settings, "seed": 2}
    seeds = {"a": small[0].names[:5]}
    for anchor in ("share", "rows"):
        seeded = fit_topics(small[0], "seeded", 5, seeds=seeds, options=TopicOptions(sweeps=10, anchor=anchor))
        assert refit(seeded, small[0], 1).topics.tobytes() == seeded.topics.tobytes()
    years = [number % 3 for number in range(240)]
    dynamic = fit_topics(small[0], "dynamic", 5, periods=years, options=TopicOptions(sweeps=30))
    assert refit(dynamic, small[0], 1).topics.tobytes() == fitted.topics.tobytes()


def test_other_columns_change_no_stability(small, fitted):
    terms = small[0]
    more = Features(
        terms.doc_ids,
        ("aaa", *terms.names),
        csr_array(np.column_stack([np.ones(len(terms), dtype=int), terms.values.toarray()])),
        terms.lengths,
    )
    one, other = (measure_stability(fitted, found, [2]) for found in (terms, more))
    pd.testing.assert_frame_equal(one, other)


def test_faults_of_stability_are_told(small, fitted):
    with pytest.raises(UsageError, match="other seeds"):
        measure_stability(fitted, small[0], [1, 2])
    with pytest.raises(UsageError):
        measure_stability(fitted, small[0], [])
    with pytest.raises(UsageError):
        sample_rows(small[0], 1, 0)
    with pytest.raises(UsageError, match="covariates"):
        refit(replace(fitted, method="dmr"), small[0], 2)


def test_documents_are_sampled_whole():
    terms = features(np.ones((12, 3), dtype=int), parents=tuple("aaabbbcccddd"))
    part = sample_rows(terms, 1, 0.5)
    assert len(part) == 6
    assert len(set(part.parents)) == 2
    assert part.lengths["n_terms"].tolist() == [3] * 6
    assert sample_rows(terms, 1, 0.5).doc_ids == part.doc_ids
    rest = pick_rows(terms, set(part.parents), other=True)
    assert {*rest.doc_ids, *part.doc_ids} == set(terms.doc_ids)
    assert len({sample_rows(terms, seed, 0.5).doc_ids for seed in range(8)}) > 1


# ---- the choice of K ----


@pytest.fixture(scope="module")
def choice(small):
    options = ChooseOptions(topics=TopicOptions(sweeps=20))
    return choose_topics(small[0], [2, 5, 9], [1, 2, 3], options=options)


def test_the_planted_number_of_topics_is_recommended(choice):
    assert choice.recommended == 5
    assert choice.frame["k"].tolist() == [2] * 3 + [5] * 3 + [9] * 3
    assert not choice.frame.isna().any().any()
    by_size = choice.summary.set_index("k")
    assert by_size["heldout"].idxmax() == 5
    assert by_size["stability"].idxmax() in (2, 5)
    assert by_size.loc[5, "stability"] > 0.9 > by_size.loc[9, "stability"]
    assert "5 topics" in choice.reason[0]
    assert "5 个主题" in choice.reason[1]


def test_the_choice_is_the_same_in_whatever_order_models_are_fitted(small, choice):
    def backwards(task, *given):
        return list(reversed([task(*one) for one in reversed(list(zip(*given, strict=True)))]))

    options = ChooseOptions(topics=TopicOptions(sweeps=20))
    again = choose_topics(small[0], [9, 5, 2], [1, 2, 3], options=options, run=backwards)
    pd.testing.assert_frame_equal(again.frame, choice.frame)


def table(k, scores):
    names = ("heldout", "npmi", "c_v", "exclusivity", "stability", "jaccard")
    return pd.DataFrame([{"k": k, "seed": n, **dict(zip(names, row, strict=True))} for n, row in enumerate(scores)])


def test_the_smallest_size_within_a_standard_error_is_recommended():
    low, high = (-9.0, 0.0, 0.0, 0.0, 0.0, 0.0), (-8.0, 1.0, 1.0, 1.0, 1.0, 1.0)
    close = (-8.1, 0.9, 0.9, 0.9, 0.9, 0.9)
    sure = recommend([table(5, [low, low]), table(10, [close, close]), table(20, [high, high])])
    assert sure.summary["score"].tolist() == pytest.approx([0, 0.9, 1])
    assert sure.recommended == 20
    assert "edge" in sure.reason[0]
    apart = [(-7.9, 1.2, 1, 1.2, 1.2, 1), (-8.1, 0.8, 1, 0.8, 0.8, 1)]
    # Scores of 20: held out 1.1 and 0.9, the other three 1.2 and 0.8; so 1.175 and 0.825.
    unsure = recommend([table(5, [low, low]), table(10, [close, close]), table(20, apart)])
    assert unsure.summary["score_se"].iloc[2] == pytest.approx(np.std([1.175, 0.825], ddof=1) / math.sqrt(2))
    assert unsure.recommended == 10
    assert "20 topics have the highest mean score" in unsure.reason[0]


def test_one_seed_tells_nothing_of_stability(small):
    options = ChooseOptions(topics=TopicOptions(sweeps=5))
    found = choose_topics(small[0], [3], [1], options=options)
    assert found.recommended == 3
    assert found.frame["stability"].isna().all()
    assert "nothing to compare" in found.reason[0]
    two = recommend([table(5, [(-8, 1, 1, 1, np.nan, np.nan)]), table(9, [(-9, 0, 0, 0, np.nan, np.nan)])])
    assert two.recommended == 5
    assert "nothing is known of stability" in two.reason[0]


def test_heldout_likelihood_by_brute_force(fitted, small):
    counts = small[0].values[:7]
    shares = assign_topics(fitted, pick_rows(small[0], set(small[0].doc_ids[:7]))).values.toarray()
    dense = counts.toarray()
    total = sum(
        n * math.log(sum(shares[row, topic] * fitted.topics[topic, term] for topic in range(5)))
        for row, line in enumerate(dense)
        for term, n in enumerate(line)
    )
    assert heldout_likelihood(fitted, counts, counts) == pytest.approx(total / dense.sum())


@pytest.mark.parametrize(
    ("counts", "sizes", "given", "code"),
    [
        (np.zeros((4, 9), dtype=int), [2], {}, "topics_no_words"),
        (np.ones((1, 9), dtype=int), [2], {}, "topics_few_documents"),
        (np.ones((2, 9), dtype=int), [2], {}, "topics_few_documents"),
        (np.eye(9, dtype=int) * 6, [2, 30], {"seeds": [1]}, "topics_many"),
        (np.eye(9, dtype=int) * 6, [], {}, "option_bad"),
        (np.eye(9, dtype=int) * 6, [2, 2], {}, "option_bad"),
        (np.eye(9, dtype=int) * 6, [2], {"seeds": []}, "option_bad"),
    ],
)
def test_faults_of_a_choice_are_told(counts, sizes, given, code):
    with pytest.raises((TopicError, UsageError)) as caught:
        choose_topics(features(counts), sizes, **given)
    assert caught.value.code == code


@pytest.mark.parametrize("given", [{"held": 0}, {"held": 1}, {"share": 0}, {"share": 1.5}, {"method": "dmr"}])
def test_faults_of_choose_options_are_told(given):
    with pytest.raises(UsageError):
        ChooseOptions(**given)


# ---- trends ----


def test_a_constant_series_has_intervals_of_no_width():
    shares = np.tile([0.1, 0.2, 0.7], (30, 1))
    words = np.arange(1, 31)
    years = [2019 + number % 3 for number in range(30)]
    found = topic_years(("tp01", "tp02", "tp03"), shares, words, years)
    assert (found["high"] - found["low"]).abs().max() == 0
    assert found["share"].to_numpy() == pytest.approx([0.1] * 3 + [0.2] * 3 + [0.7] * 3)
    assert found["n_docs"].tolist() == [10] * 9


def test_intervals_of_the_bootstrap_are_as_wide_as_theory_says():
    draw = np.random.default_rng(5)
    first = draw.normal(0.5, 0.1, size=400)
    shares = np.column_stack([first, 1 - first])
    found = topic_years(("tp01", "tp02"), shares, np.full(400, 7), [2020] * 400, draws=4000)
    error = first.std(ddof=0) / math.sqrt(400)
    assert found["share"].iloc[0] == pytest.approx(first.mean())
    assert found["low"].iloc[0] == pytest.approx(first.mean() - 1.96 * error, abs=0.1 * error)
    assert found["high"].iloc[0] == pytest.approx(first.mean() + 1.96 * error, abs=0.1 * error)


def test_shares_by_year_are_weighted_and_one_document_has_no_interval():
    shares = np.array([[1.0, 0], [0, 1], [0.5, 0.5], [np.nan, np.nan], [0.3, 0.7]])
    found = topic_years(("tp01", "tp02"), shares, np.array([30, 10, 5, 0, 9]), [2020, 2020, 2021, 2021, None])
    first = found[found["topic"] == "tp01"].set_index("year")
    assert first.loc[2020, "share"] == pytest.approx(0.75)
    assert (first.loc[2020, "low"], first.loc[2020, "high"]) == (0, 1)
    assert first.loc[2021, "n_docs"] == 1
    assert math.isnan(first.loc[2021, "low"])
    assert topic_years(("tp01",), np.full((2, 1), np.nan), np.zeros(2, dtype=int), [2020, 2021]).empty
    with pytest.raises(UsageError):
        topic_years(("tp01",), shares[:, :1], np.ones(5, dtype=int), [1] * 5, draws=0)


def test_the_draws_of_a_year_depend_on_no_other_year():
    draw = np.random.default_rng(1)
    shares, words = draw.dirichlet([1, 1], size=60), draw.integers(1, 90, size=60)
    years = [2019 + number % 2 for number in range(60)]
    both = topic_years(("tp01", "tp02"), shares, words, years)
    one = topic_years(("tp01", "tp02"), shares[::2], words[::2], years[::2])
    assert both[both["year"] == 2019].to_numpy().tolist() == one.to_numpy().tolist()
    assert topic_years(("tp01", "tp02"), shares, words, years, seed=2)["low"].tolist() != both["low"].tolist()


# ---- twins and boilerplate ----


def test_twins_are_found():
    model = model_of([[0.5, 0.4, 0.1, 0], [0.4, 0.5, 0.1, 0], [0, 0, 0.1, 0.9]])
    found = find_twins(model, n_top=2)
    assert found["other"].tolist() == ["tp02", "tp01", "tp01"]
    assert found["twin"].tolist() == [True, True, False]
    # (0.2 + 0.2 + 0.01) / (0.25 + 0.16 + 0.01)
    assert found["cosine"].iloc[0] == pytest.approx(0.41 / 0.42)
    assert found["jaccard"].tolist() == [1, 1, 0]


def test_spread_by_hand():
    words = np.array([10, 10])
    even = np.array([[0.3, 0.7], [0.3, 0.7]])
    assert measure_spread(even, words) == pytest.approx(0)
    # All of a topic in one of two documents: JSD of (1, 0) and (1/2, 1/2), base 2.
    apart = np.array([[1.0, 0.0], [0.0, 1.0]])
    expected = (math.log2(1 / 0.75) + 0.5 * math.log2(0.5 / 0.75) + 0.5 * math.log2(0.5 / 0.25)) / 2
    assert measure_spread(apart, words) == pytest.approx(expected)
    missing = np.array([[0.3, 0.7], [0.3, 0.7], [np.nan, np.nan]])
    assert measure_spread(missing, np.array([10, 10, 0])) == pytest.approx(0)


def formula_corpus():
    """40 documents of two rows: one on a matter of its own, one with the same words everywhere."""
    draw = np.random.default_rng(2)
    own = np.zeros((40, 30), dtype=int)
    for row in range(40):
        own[row, draw.choice(20, size=5, replace=False)] = 4
    same = np.zeros((40, 30), dtype=int)
    same[:, 20:] = 2
    counts = np.stack([own, same], axis=1).reshape(80, 30)
    return features(counts, parents=tuple(f"p{number // 2:02d}" for number in range(80)))


def test_boilerplate_is_told_from_a_matter_that_every_document_has():
    terms = formula_corpus()
    topics = np.zeros((2, 30))
    topics[0, :20], topics[1, 20:] = 1 / 20, 1 / 10
    topics = 0.999 * topics + 0.001 / 30
    model = model_of(topics, facts={"rows": 80, "words": 80 * 20})
    typical = find_typical(model, terms, assign_topics(model, terms))
    places = {f"p{number:02d}": number for number in range(40)}
    likeness = [measure_likeness(rows, places) for rows in typical.rows]
    assert typical.passages == (40, 40)
    assert likeness[1] == pytest.approx(1)
    assert likeness[0] < 0.3
    assert [is_boilerplate(typical, topic, likeness[topic]) for topic in range(2)] == [False, True]


# ---- typical rows ----


def test_typical_rows_are_the_best_of_their_documents(fitted, small):
    terms = small[0]
    parents = tuple(f"p{number // 3:02d}" for number in range(len(terms)))
    parted = replace(terms, parents=parents)
    shares = assign_topics(fitted, parted)
    typical = find_typical(fitted, parted, shares, n_kept=10)
    values = shares.values.toarray()
    for topic, rows in enumerate(typical.rows):
        best = pd.Series(values[:, topic]).groupby(np.array(parents)).max().sort_values(ascending=False)[:10]
        assert [row.share for row in rows] == pytest.approx(best.tolist())
        assert len({row.doc_id for row in rows}) == 10
        assert rows[0].row == terms.doc_ids[values[:, topic].argmax()]
        with_passage = pd.Series(values[:, topic] >= 0.5).groupby(np.array(parents)).any().sum()
        assert typical.passages[topic] == with_passage
    assert typical.n_docs == 80


def test_typical_rows_are_the_same_whatever_the_shards(fitted, small):
    parted = replace(small[0], parents=tuple(f"p{number // 3:02d}" for number in range(240)))
    whole = find_typical(fitted, parted, assign_topics(fitted, parted), n_kept=7)
    for cuts in ([0, 90, 240], [0, 3, 120, 180, 240]):
        parts = []
        for first, last in pairwise(cuts):
            part = pick_rows(parted, set(parted.parents[first:last]))
            parts.append(find_typical(fitted, part, assign_topics(fitted, part), n_kept=7))
        assert merge_typical(parts, n_kept=7) == whole


def test_short_rows_are_not_typical_and_places_come_once():
    counts = np.array([[9, 0], [2, 0], [5, 4], [8, 1], [0, 0]])
    model = model_of([[0.9, 0.1], [0.1, 0.9]], facts={"rows": 4, "words": 28})
    terms = features(counts)
    typical = find_typical(model, terms, assign_topics(model, terms))
    assert [row.row for row in typical.rows[0]] == ["d00000", "d00003", "d00002"]
    assert typical.n_docs == 4
    chosen = from_places(typical.rows[0], {"d00000": "甲", "d00003": "甲", "d00002": "乙"}, 5)
    assert [row.row for row in chosen] == ["d00000", "d00002"]


# ---- similarity ----


def test_similarity_by_brute_force():
    draw = np.random.default_rng(9)
    counts = draw.poisson(0.8, size=(9, 25))
    rows = [("a", 1), ("b", 1), ("c", 1), ("a", 2), ("b", 2), ("b", 2), ("z", 2), None, None]
    nations = [None] * 7 + [1, 2]
    keys = [("a", 1), ("a", 2), ("b", 1), ("b", 2), ("c", 1), ("z", 2)]
    provinces = {"a": "1", "b": "1", "c": "1", "z": "9"}
    found = compare_places(
        features(counts), rows, nations, keys, provinces, SimilarityOptions(weight="counts", min_copies=0)
    )

    def cosine(one, other):
        return one @ other / math.sqrt((one @ one) * (other @ other))

    def unit(one):
        return one / math.sqrt(one @ one)

    text = {key: sum(counts[at] for at, row in enumerate(rows) if row == key) for key in keys}
    assert found.nation[1] == pytest.approx(cosine(text["a", 2], counts[7]))
    assert found.nation[3] == pytest.approx(cosine(text["b", 2], counts[7]))
    assert found.peers[1] == pytest.approx(cosine(text["a", 2], unit(text["b", 1]) + unit(text["c", 1])))
    assert found.peers[3] == pytest.approx(cosine(text["b", 2], unit(text["a", 1]) + unit(text["c", 1])))
    assert np.isnan(found.nation[[0, 2, 4]]).all()
    assert np.isnan(found.peers[[0, 2, 4, 5]]).all()
    assert not np.isnan(found.nation[5])
    same_year = compare_places(
        features(counts), rows, nations, keys, provinces, SimilarityOptions(lag=0, weight="counts", min_copies=0)
    )
    assert same_year.nation[0] == pytest.approx(cosine(text["a", 1], counts[7]))


def test_a_copied_text_is_alike_and_an_empty_one_is_missing():
    counts = np.array([[3, 1, 0], [3, 1, 0], [0, 0, 0], [0, 0, 2]])
    keys = [("a", 2), ("b", 2), ("c", 2)]
    found = compare_places(
        features(counts[[1, 2, 3, 0]]), [*keys, None], [None, None, None, 1], keys, dict.fromkeys("abc", "1")
    )
    assert found.nation[0] == pytest.approx(1)
    assert np.isnan(found.nation[1])
    assert found.nation[2] == pytest.approx(0)


def test_copied_sentences_are_left_out():
    formula = "现在,我代表市人民政府向大会报告工作,请予审议。"
    texts = [f"{formula}本市推进第{number}号数据平台建设工程。" for number in "一二三"]
    documents = corpus(*texts).documents
    counts = count_sentences(documents)
    copied = frozenset(key for key, n in counts.items() if n >= 3)
    assert len(copied) == 1
    left = [without_sentences(document.text, copied) for document in documents]
    assert left == [text.removeprefix(formula) for text in texts]
    assert without_sentences(documents[0].text, frozenset()) == documents[0].text
    halves = [count_sentences(documents[:1]), count_sentences(documents[1:])]
    assert {key: sum(half.get(key, 0) for half in halves) for key in counts} == counts
    assert sentence_keys("短句。") == []


def test_a_sentence_twice_in_one_document_is_no_copy():
    text = "本市推进第一号数据平台建设工程。"
    assert list(count_sentences(corpus(text * 2).documents).values()) == [1]


def test_columns_of_similarity_are_named_and_faults_told():
    plain = similarity_variables(SimilarityOptions(), raw=False)
    kept = similarity_variables(SimilarityOptions(min_copies=0), raw=True)
    assert [one.name for one in (*plain, *kept)] == [
        "sim_nation",
        "sim_province",
        "sim_nation_raw",
        "sim_province_raw",
    ]
    assert "3 documents or more left out" in plain[0].formula
    assert "left out" not in kept[0].formula
    for given in ({"lag": -1}, {"min_copies": 1}, {"weight": "bm25"}):
        with pytest.raises(UsageError):
            SimilarityOptions(**given)


def test_words_of_a_model_are_words_of_texts():
    tokens = Tokens(("a", "b"), (["政务", "数据"], ["农业", "粮食"]))
    terms = count_terms(tokens)
    model = fit_topics(terms, n_topics=2, options=TopicOptions(sweeps=5))
    assert set(top_words(model, n_top=4)[0]) == {"政务", "数据", "农业", "粮食"}
