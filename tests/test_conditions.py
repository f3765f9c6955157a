"""Conditions, scopes, nested terms and negation: hand-made cases, a slow oracle, and the answers of quanteda."""

from __future__ import annotations

import csv
import json
import re
from collections import Counter
from pathlib import Path

import numpy as np
import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from textgov.count import CountOptions, at_levels, count_lexicon, make_sets
from textgov.errors import LexiconError, UsageError
from textgov.lexicon import read_lexicon
from textgov.normalise import normalise_corpus
from textgov.panel import category_counts
from textgov.records import Category, Context, Corpus, Document, Entry, Lexicon
from textgov.spans import Spans

CASES = json.loads((Path(__file__).parent / "cases" / "counting.json").read_text("utf-8"))
QUANTEDA = Path(__file__).resolve().parents[2] / "shared" / "reference" / "quanteda"


def corpus_of(*texts: str) -> Corpus:
    return normalise_corpus(
        Corpus(tuple(Document(f"{at:03}", text, text, Spans.identity()) for at, text in enumerate(texts)))
    )


def tree(categories: dict) -> dict:
    """The short form of the cases as a lexicon file has it."""
    return {
        name: {"entries": inner} if isinstance(inner, list) else {**inner, "categories": tree(inner["categories"])}
        for name, inner in categories.items()
    }


def lexicon_of(tmp_path: Path, categories: dict) -> Lexicon:
    path = tmp_path / "w.yaml"
    path.write_text(yaml.safe_dump({"categories": tree(categories)}, allow_unicode=True), "utf-8")
    return read_lexicon(path)


@pytest.mark.parametrize("case", [pytest.param(case, id=case["label"]) for case in CASES])
def test_case(tmp_path: Path, case: dict):
    features = count_lexicon(
        corpus_of(case["text"]), lexicon_of(tmp_path, case["categories"]), CountOptions(**case["options"])
    )
    found = Counter(features.hits["term"])
    if "sets" not in case:
        assert {term: found[term] for term in case["counts"]} == case["counts"]
        assert sum(found.values()) == sum(case["counts"].values())
        return
    assert set(found) == set(case["counts"])
    names = make_sets(features.lexicon).names
    assert dict(zip(names, category_counts(features)[0].tolist(), strict=True)) == case["sets"]


def test_every_option_has_a_case():
    used = {(name, value) for case in CASES for name, value in case["options"].items()}
    assert {("overlap", "all"), ("overlap", "nested"), ("scope", "category"), ("negation", "drop")} <= used
    assert {name for name, _ in used} >= {"levels"}


def test_what_was_lost_is_said_with_its_reason(tmp_path: Path):
    categories = {
        "a": [
            {"term": "印度", "exclude": ["印度洋"]},
            {"term": "平台", "near": ["政务"]},
            "数字政府",
            "数字政府建设",
            "电子政务",
        ]
    }
    text = "印度洋上。平台。数字政府建设。尚未建成电子政务。印度。"
    lexicon = lexicon_of(tmp_path, categories)
    lost = count_lexicon(corpus_of(text), lexicon, CountOptions(negation="drop")).lost_table.to_pylist()
    terms = [entry.term for entry in lexicon.entries]
    told = {(terms[row["entry"]], row["reason"], row["winner"], row["n"]) for row in lost}
    winner = terms.index("数字政府建设")
    assert told == {
        ("印度", "excluded", -1, 1),
        ("平台", "context", -1, 1),
        ("数字政府", "shadowed", winner, 1),
        ("电子政务", "negated", -1, 1),
    }


def test_hits_know_section_sentence_and_paragraph(tmp_path: Path):
    corpus = corpus_of("一网通办。无。一网通办！\n\n无\n一网通办")
    hits = count_lexicon(corpus, lexicon_of(tmp_path, {"a": ["一网通办"]}), CountOptions(sections="all")).hits
    assert hits["sentence"].tolist() == [1, 3, 5]
    assert hits["paragraph"].tolist() == [1, 1, 3]
    assert set(hits["section"]) <= {"body", "title"}


@pytest.mark.parametrize("levels", ["0", "a", "", "1,,2", "3"])
def test_a_depth_that_is_none(tmp_path: Path, levels: str):
    with pytest.raises(UsageError, match="levels"):
        at_levels(lexicon_of(tmp_path, {"a": ["甲"]}), levels)


@pytest.mark.parametrize(
    ("categories", "said"),
    [
        ({"a": [{"term": "甲", "weight": "heavy"}]}, "'heavy' is no number"),
        ({"a": [{"term": "甲", "weight": ".nan"}]}, "no number"),
        ({"a": [{"term": "(", "regex": True}]}, "is no regular expression"),
        ({"a": [{"term": "甲*", "regex": True}]}, "also matches no text"),
        ({"a": [{"term": "甲", "near": ["@gone"]}]}, "no list 'gone'"),
        ({"a": [{"term": "甲", "near": []}]}, "at least one word"),
        ({"a": [{"term": "甲", "near": {"any": ["乙"], "within": "far"}}]}, "use sentence, or a number"),
        ({"a": [{"term": "甲", "near": {"within": "3"}}]}, "the key 'any' is missing"),
        ({"a": [{"term": "甲", "exclude": [" "]}]}, "an empty word"),
        ({"a": [{"term": "甲", "exclude": ["甲乙"]}], "b": ["甲"]}, "other conditions or weight"),
    ],
)
def test_a_broken_condition_is_one_error_with_its_line(tmp_path: Path, categories: dict, said: str):
    with pytest.raises(LexiconError, match=re.escape(said)) as caught:
        lexicon_of(tmp_path, categories)
    assert "line" in str(caught.value)


def test_lists_are_written_out(tmp_path: Path):
    text = "lists:\n  gov: [政务, 政府]\ncategories:\n  a:\n    entries:\n      - {term: 平台, near: ['@gov', 审批]}\n"
    (tmp_path / "l.yaml").write_text(text, "utf-8")
    lexicon = read_lexicon(tmp_path / "l.yaml")
    assert lexicon.entries[0].near == Context(("政务", "政府", "审批"))
    assert lexicon.lists == (("gov", ("政务", "政府")),)


# ---- a slow oracle: every position, every rule written out once more ----

LETTERS = "甲乙丙丁。"
words = st.text("甲乙丙丁", min_size=1, max_size=3)
contexts = st.none() | st.builds(
    Context, st.lists(words, min_size=1, max_size=2).map(tuple), st.sampled_from([0, 1, 3])
)
entries = st.lists(
    st.builds(
        Entry,
        words,
        st.sampled_from(["a", "b"]),
        exclude=st.lists(words, max_size=2).map(tuple),
        near=contexts,
        not_near=contexts,
    ),
    min_size=1,
    max_size=5,
    unique_by=lambda entry: entry.term,
)


def occurs_beside(text: str, start: int, end: int, context: Context) -> bool:
    sentence = sum(text[at] == "。" for at in range(start))
    for word in context.terms:
        for at in range(len(text) - len(word) + 1):
            stop = at + len(word)
            if text[at:stop] != word or not (stop <= start or at >= end):
                continue
            if context.within:
                gap = start - stop if stop <= start else at - end
                if gap <= context.within:
                    return True
            elif sum(text[i] == "。" for i in range(at)) == sentence:
                return True
    return False


def allowed(text: str, start: int, end: int, entry: Entry) -> bool:
    for word in entry.exclude:
        for at in range(len(text)):
            if text[at : at + len(word)] == word and at <= start and end <= at + len(word):
                return False
    if entry.near and not occurs_beside(text, start, end, entry.near):
        return False
    return not (entry.not_near and occurs_beside(text, start, end, entry.not_near))


def slow(text: str, lexicon: list[Entry], overlap: str, scope: str) -> Counter[str]:
    found = [
        (start, start + len(entry.term), entry)
        for entry in lexicon
        for start in range(len(text))
        if text.startswith(entry.term, start) and allowed(text, start, start + len(entry.term), entry)
    ]
    if overlap == "all":
        return Counter(entry.term for _, _, entry in found)
    kept: list[tuple[int, int, Entry]] = []
    if overlap == "longest":
        for group in [["a", "b"]] if scope == "lexicon" else [["a"], ["b"]]:
            at = 0
            while at < len(text):
                here = [one for one in found if one[0] == at and one[2].category in group]
                best = max(here, key=lambda one: one[1], default=None)
                if best:
                    kept.append(best)
                at = best[1] if best else at + 1
    else:
        for one in sorted(found, key=lambda one: (one[0] - one[1], one[0])):
            span = set(range(one[0], one[1]))
            mine = {at for start, end, entry in kept if entry.category == one[2].category for at in range(start, end)}
            others = {at for start, end, _ in kept for at in range(start, end)}
            if not (span & mine) and not (scope == "lexicon" and span <= others):
                kept.append(one)
    return Counter(entry.term for _, _, entry in kept)


@given(st.text(LETTERS, max_size=14), entries, st.sampled_from(["longest", "nested", "all"]), st.booleans())
def test_counts_are_those_of_the_slow_oracle(text: str, found: list[Entry], overlap: str, whole: bool):
    scope = "lexicon" if whole else "category"
    lexicon = Lexicon("w", "1", "w", "w", "w", "", (Category("a", "a", "a"), Category("b", "b", "b")), tuple(found))
    corpus = Corpus((Document("x", text, text, Spans.identity()),))
    features = count_lexicon(corpus, lexicon, CountOptions(overlap, scope=scope))
    assert Counter(features.hits["term"]) == slow(text, found, overlap, scope)
    backwards = Lexicon("w", "1", "w", "w", "w", "", lexicon.categories, tuple(reversed(found)))
    again = count_lexicon(corpus, backwards, CountOptions(overlap, scope=scope))
    assert Counter(again.hits["term"]) == Counter(features.hits["term"])


@given(st.text("甲乙丙", max_size=12), st.lists(words, min_size=1, max_size=4, unique=True))
def test_a_longer_match_adds_nothing_to_the_shorter(text: str, terms: list[str]):
    lexicon = Lexicon("w", "1", "w", "w", "w", "", (Category("a", "a", "a"),), tuple(Entry(t, "a") for t in terms))
    corpus = Corpus((Document("x", text, text, Spans.identity()),))
    hits = count_lexicon(corpus, lexicon).hits
    taken = [at for row in hits.itertuples() for at in range(row.start, row.end)]
    assert len(taken) == len(set(taken))


# ---- quanteda ----


def glob(value: str) -> tuple[str, bool]:
    """A value of the dictionary: tokens joined by ·; with * or ? an expression that stays within one token."""
    joined = value.replace(" ", "·")
    if not set("*?") & set(joined):
        return joined, False
    inner = re.escape(joined).replace(r"\*", "[^·]*").replace(r"\?", "[^·]")
    return rf"(?<![^·]){inner}(?![^·])", True


@pytest.mark.real
def test_nested_terms_are_those_of_quanteda():
    if not QUANTEDA.is_dir():
        pytest.skip("no answers of quanteda beside the repository")
    values, documents, configs, counts = (
        list(csv.DictReader((QUANTEDA / f"{name}.csv").read_text("utf-8").splitlines()))
        for name in ("dictionary", "documents", "configs", "counts")
    )
    texts = [(row["doc_id"], row["text"].replace(" ", "·")) for row in documents]
    corpus = Corpus(tuple(Document(doc_id, text, text, Spans.identity()) for doc_id, text in texts))
    answers = {(row["config"], row["doc_id"], row["feature"]): int(row["count"]) for row in counts}
    checked = 0
    for config in configs:
        if config["exclusive"] != "TRUE" or config["nomatch"]:
            continue
        levels = config["levels"].replace(":", ",")
        scope = "lexicon" if config["nested_scope"] == "dictionary" else "category"
        features = count_lexicon(corpus, of_quanteda(values, levels), CountOptions("nested", scope=scope, levels="all"))
        keys = {one.name: one.zh for one in features.lexicon.categories}
        found = Counter((row.doc_id, keys[row.category]) for row in features.hits.itertuples())
        expected = {(doc, feature): n for (one, doc, feature), n in answers.items() if one == config["config"]}
        assert found == expected, config
        checked += 1
    assert checked == 6


def of_quanteda(values: list[dict[str, str]], levels: str) -> Lexicon:
    """The dictionary at some levels; quanteda takes keys of one name for one key, whatever stands above them."""
    found: dict[str, list[Entry]] = {}
    for row in values:
        key = ".".join(filter(None, (row[f"level{depth}"] for depth in levels.split(","))))
        if key:
            term, regex = glob(row["value"])
            found.setdefault(key, []).append(Entry(term, key.replace(".", "_"), regex=regex))
    categories = tuple(Category(key.replace(".", "_"), key, key) for key in found)
    return Lexicon("q", "1", "q", "q", "q", "", categories, tuple(entry for group in found.values() for entry in group))


# ---- what a set holds ----


@given(entries)
def test_categories_add_up_to_the_total(found: list[Entry]):
    lexicon = Lexicon("w", "1", "w", "w", "w", "", (Category("a", "a", "a"), Category("b", "b", "b")), tuple(found))
    text = "甲乙丙丁。" * 3
    counts = category_counts(count_lexicon(Corpus((Document("x", text, text, Spans.identity()),)), lexicon))
    assert counts[0, :-1].sum() == counts[0, -1]  # no term stands in two categories
    assert np.all(counts >= 0)
