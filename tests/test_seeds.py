"""Five documents as researchers have them: what must be found in each, and what must not be counted.

``cases/seeds.json`` has facts found by reading the documents; the number of Han characters of each body was counted
from the lines of the file, without the package.
"""

import json
import re
from pathlib import Path
from typing import NamedTuple

import pytest

import textgov
from textgov.normalise import detect_script, normalise_text
from textgov.normalise.language import detect_language
from textgov.normalise.papers import paper_key, split_paper
from textgov.normalise.textbook import find_headings
from textgov.records import hash_text

pytestmark = pytest.mark.real

CASES = json.loads((Path(__file__).parent / "cases" / "seeds.json").read_text("utf-8"))
EACH = pytest.mark.parametrize("case", CASES, ids=[case["file"][:3] for case in CASES])
# Toned letters of the pinyin that a copying site put behind characters: deleting it gives nearly the whole text back.
PINYIN = re.compile(r"\([a-zāáǎàōóǒòêēéěèīíǐìūúǔùǖǘǚǜüńňǹ]+\)")
BROKEN = 40  # characters of a body that such a rough repair may get wrong: 19 places, two or fewer each


class Seen(NamedTuple):
    """What one way of reading makes of a document."""

    text: str
    sections: tuple
    meta: dict
    title: str


@pytest.fixture(scope="session")
def folder(real_data):
    found = real_data.parent / "seeds"
    if not found.is_dir():
        pytest.skip("no seeds beside the real corpora")
    return found


def read_raw(folder, case):
    return (folder / case["file"]).read_text("utf-8")


def by_hand(folder, case):
    """The text prepared in the simplest way, then taken apart."""
    text = normalise_text(PINYIN.sub("", read_raw(folder, case)))
    parts = split_paper(text)
    assert parts is not None
    return Seen(text, parts.sections, dict(parts.meta), parts.title)


@pytest.fixture(scope="session")
def pipeline(folder):
    corpus = textgov.normalise_corpus(textgov.load_corpus([folder / case["file"] for case in CASES]))
    return {Path(document.source).name: document for document in corpus.documents}


def by_pipeline(pipeline, case):
    document = pipeline[case["file"]]
    return Seen(document.text, document.sections, dict(document.meta), document.title)


def stretch(seen, name):
    """All sections of one name, joined."""
    return "\n".join(seen.text[one.start : one.end] for one in seen.sections if one.name == name)


def squeezed(text):
    return re.sub(r"\s", "", text)


def check_meta(seen, case):
    title = case["title"]
    assert seen.title.startswith(title["start"])
    assert seen.title.endswith(title["end"])
    assert (len(seen.title), hash_text(seen.title)) == (title["length"], title["hash"])
    assert seen.meta.get("year", "") == case["year"]
    assert {key: seen.meta.get(key) for key in case["meta"]} == case["meta"]
    for key, snippets in case["meta_contains"].items():
        assert [snippet for snippet in snippets if snippet not in seen.meta[key]] == []
    assert [key for key in case["meta_missing"] if seen.meta.get(key)] == []


def check_sections(seen, case):
    for name, snippets in case["inside"].items():
        assert [snippet for snippet in snippets if squeezed(snippet) not in squeezed(stretch(seen, name))] == [], name
    assert set(case["sections"]) - {"metadata", "contents"} <= {one.name for one in seen.sections}


def check_body(seen, case):
    body = stretch(seen, "body")
    assert [snippet for snippet in case["body_has"] if squeezed(snippet) not in squeezed(body)] == []
    assert [snippet for snippet in case["body_lacks"] if snippet in body] == []
    n_han = len(re.findall("[\u4e00-\u9fff]", body))
    assert abs(n_han - case["body_han"]) <= (BROKEN if case["script"] == "traditional" else 0)


def check_headings(seen, case):
    found = seen.meta.get("headings", "").split("\n")
    # The first heading of a chapter is its title.
    assert [words for level, words in case["headings"] if level > 1 and words not in found] == []


# ---- the splitter on text prepared by hand ----


@EACH
def test_facts_are_found(folder, case):
    check_meta(by_hand(folder, case), case)


@EACH
def test_sections_are_right(folder, case):
    seen = by_hand(folder, case)
    check_sections(seen, case)
    names = [one.name for one in seen.sections]
    # The lines of the page around title and authors of one document are furniture that another rule may remove.
    ignored = {"metadata", "contents"} if case["script"] == "traditional" else {"contents"}
    first = names.index("abstract") if case["script"] == "traditional" else 0
    want = case["sections"]
    assert [name for name in names[first:] if name not in ignored] == [
        name for name in want[want.index("abstract") if first else 0 :] if name not in ignored
    ]


@EACH
def test_the_body_is_the_body_and_nothing_else(folder, case):
    check_body(by_hand(folder, case), case)


@EACH
def test_language_and_script(folder, case):
    text = read_raw(folder, case)
    assert detect_language(normalise_text(text)) == case["language"]
    assert detect_script(text) == case["script"]


@EACH
def test_headings(folder, case):
    seen = by_hand(folder, case)
    found = [[one.level, one.words] for one in find_headings(seen.text)]
    assert [heading for heading in case["headings"] if heading not in found] == []
    order = [found.index(heading) for heading in case["headings"]]
    assert order == sorted(order)
    check_headings(seen, case)


def test_the_chinese_and_the_english_page_are_one_record(folder):
    keys = [paper_key(by_hand(folder, case).meta) for case in CASES]
    assert keys[0] == keys[1] == "10.13365/j.jirm.2025.04.099"
    assert len(set(keys)) == len(CASES) - 1


FURNITURE = re.compile(r"(?m)^.*(?:视频在线|查看余下|上一篇|Previous|返回|精彩).*\n?| \. 百度学术")
SHAPES = {
    "no blank lines": lambda text: re.sub(r"\n\s*\n+", "\n", text),
    "no indents": lambda text: re.sub(r"(?m)^[ \t]+", "", text),
    "no bullets": lambda text: re.sub(r"(?m)^[ \t]*[•#]+[ \t]*", "", text),
    "bare": lambda text: re.sub(r"(?m)^[ \t•#]+", "", re.sub(r"\n\s*\n+", "\n", text)).strip(),
    "double spaced": lambda text: text.replace("\n", "\n\n"),
    "no furniture": lambda text: FURNITURE.sub("", text),
}


@EACH
@pytest.mark.parametrize("shape", SHAPES)
def test_the_layout_of_the_lines_does_not_matter(folder, case, shape):
    changed = SHAPES[shape](normalise_text(PINYIN.sub("", read_raw(folder, case))))
    parts = split_paper(changed)
    assert parts is not None
    seen = Seen(changed, parts.sections, dict(parts.meta), parts.title)
    check_meta(seen, case)
    check_sections(seen, case)
    check_body(seen, case)


# ---- the whole pipeline ----


@EACH
def test_pipeline_facts(pipeline, case):
    check_meta(by_pipeline(pipeline, case), case)


@EACH
def test_pipeline_sections(pipeline, case):
    check_sections(by_pipeline(pipeline, case), case)


@EACH
def test_pipeline_body(pipeline, case):
    check_body(by_pipeline(pipeline, case), case)


@EACH
def test_pipeline_headings(pipeline, case):
    check_headings(by_pipeline(pipeline, case), case)


@EACH
def test_pipeline_script_and_year(pipeline, case):
    document = pipeline[case["file"]]
    assert document.script == case["script"]
    assert document.year == (int(case["year"]) if case["year"] else None)
    assert document.language == case["language"]


def test_pipeline_gives_both_pages_of_one_paper_one_name(pipeline):
    names = [pipeline[case["file"]].meta.get("paper_id") for case in CASES]
    assert names[0] == names[1] == "10.13365/j.jirm.2025.04.099"
    assert len(set(names)) == len(CASES) - 1
