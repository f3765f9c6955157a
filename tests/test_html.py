"""How the nouns look in a notebook: small, true, escaped."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from lxml import html

import textgov as tg
from textgov.records import Corpus, Lexicon, Panel, TopicModel, Variable
from textgov.records.html import few, span, summary_html
from textgov.records.lexicons import Category, Entry

SCRIPT = "<script>alert(1)</script>"
TEXT = f"推进一网通办，建设数字政府。{SCRIPT}" * 400


@pytest.fixture(scope="module")
def nouns() -> dict[str, object]:
    frame = pd.DataFrame({"text": [TEXT, TEXT + "完"], "city": ["武汉市", "宜昌市"], "year": [2018, 2019]})
    corpus = tg.locate_corpus(tg.normalise_corpus(tg.corpus_from_frame(frame, text="text", place="city", year="year")))
    lexicon = tg.read_lexicon("digital-government")
    tokens = tg.segment_corpus(corpus)
    counts = tg.count_lexicon(corpus, lexicon, tokens=tokens)
    return {
        "corpus": corpus,
        "lexicon": lexicon,
        "tokens": tokens,
        "counts": counts,
        "panel": tg.build_panel(corpus, counts),
    }


def rows(noun: object) -> dict[str, str]:
    (table,) = html.fragments_fromstring(noun._repr_html_())
    assert table.find("caption").text
    return {row.find("th").text: row.find("td").text for row in table.iter("tr")}


@pytest.mark.parametrize("name", ["corpus", "lexicon", "tokens", "counts", "panel"])
def test_a_noun_is_a_summary_and_no_dump(nouns, name):
    page = nouns[name]._repr_html_()
    assert len(page) < 4000
    assert "<script" not in page
    assert TEXT[:40] not in page


def test_the_numbers_are_true(nouns):
    corpus, panel, counts = nouns["corpus"], nouns["panel"], nouns["counts"]
    told = rows(corpus)
    assert (told["documents"], told["places"], told["years"]) == ("2", "2", "2018–2019")
    assert told["characters"] == f"{sum(map(len, corpus.frame['text'])):,}"
    assert rows(nouns["tokens"])["tokens"] == f"{sum(map(len, nouns['tokens'].words)):,}"
    assert rows(panel)["place-years"] == str(len(panel.frame))
    mean = panel.frame["dg_total_n"].mean()
    assert rows(panel)["mean of dg_total_n"].startswith(f"{mean:.4g} ")
    assert rows(counts)["sum of values"] == f"{counts.values.sum():,.6g}"
    assert rows(nouns["lexicon"])["hash"] == nouns["lexicon"].hash


def test_hostile_names_are_text():
    category = Category("bad", SCRIPT, '"><img src=x onerror=alert(1)>')
    lexicon = Lexicon(SCRIPT, "1", "hs", SCRIPT, SCRIPT, "", (category,), (Entry(SCRIPT, "bad"),))
    page = lexicon._repr_html_()
    tags = {element.tag for element in html.fragments_fromstring(page)[0].iter()}
    assert tags == {"table", "caption", "tbody", "tr", "th", "td"}
    assert "&lt;script&gt;" in page


def test_empty_nouns_pass():
    assert rows(Corpus(()))["years"] == "–"
    frame = pd.DataFrame({"city_code": pd.Series(dtype=str), "year": pd.Series(dtype="int64")})
    keys = tuple(Variable(name, name, name) for name in frame.columns)
    assert rows(Panel(frame, keys, ("city_code", "year"), frame))["place-years"] == "0"


def test_the_small_parts():
    assert few(["a", "b"]) == "a, b"
    assert few(range(12)) == "0, 1, 2, 3, 4, 5, 6, 7 … (+4)"
    assert (span([2003, 2001]), span([])) == ("2001–2003", "–")
    assert summary_html("<b>", [("&", 1234567)]).count("&lt;b&gt;") == 1
    assert "1,234,567" in summary_html("x", [("&", 1234567)])


def test_a_topic_model_shows_its_words():
    words = ("数字", "政府", SCRIPT)
    topics = np.array([[0.6, 0.3, 0.1], [0.1, 0.2, 0.7]])
    model = TopicModel(
        "lda", words, topics, np.ones(2), np.array([0.75, 0.25]), np.array([3.0, 2.0, 1.0]), ("政务", ""), 1
    )
    told = rows(model)
    assert told["tp01 政务"] == f"75.00 %  数字 政府 {SCRIPT}"
    assert told["tp02"].startswith(f"25.00 %  {SCRIPT}")
