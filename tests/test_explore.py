"""The local page without a browser: the index against kwic, edits against a full count, who may ask, hostile texts."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import re
import socket
import string
from dataclasses import replace
from pathlib import Path
from urllib.parse import quote

import lxml.html
import numpy as np
import pandas as pd
import pytest
from site_runs import FIRE, HOSTILE, ask, make_hostile_run, make_run
from typer.testing import CliRunner

from textgov.cli import app as command
from textgov.count import CountOptions, make_sets, tally_documents
from textgov.errors import OutputError, TextgovError, UsageError
from textgov.explore import ExploreOptions, Holdings, build_index, explore_run, holds_index, make_app, open_index
from textgov.explore.app import VIEWS
from textgov.explore.chart import Curve, draw_lines
from textgov.explore.edit import Edit, Editor, open_editors
from textgov.explore.render import words
from textgov.explore.search import find_hits, show_hits
from textgov.explore.topics import find_topics
from textgov.kwic import KwicOptions, find_contexts
from textgov.lexicon import read_lexicon
from textgov.normalise import SECTION_NAMES
from textgov.records import Entry
from textgov.store import STORE, read_corpus, read_plan

PACKAGE = Path(__file__).resolve().parents[1] / "textgov"
TEMPLATES = PACKAGE / "data" / "explore"


def digests(folder: Path) -> dict[str, str]:
    files = (path for path in sorted(folder.rglob("*")) if path.is_file() and "search" not in path.parts)
    return {path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_run(tmp_path_factory.mktemp("explore") / "out")


@pytest.fixture(scope="module")
def held(run: Path) -> Holdings:
    before = digests(run)
    found = Holdings(run, open_index(run))
    assert digests(run) == before, "making the index changes no file of the run"
    return found


@pytest.fixture(scope="module")
def site(held: Holdings):
    return make_app(held, ExploreOptions(lang="en"))


@pytest.fixture(scope="module")
def hostile(tmp_path_factory: pytest.TempPathFactory):
    run = make_hostile_run(tmp_path_factory.mktemp("hostile"))
    options = ExploreOptions(lexicons=(str(run.parent / "hostile.yaml"),))
    return make_app(Holdings(run, open_index(run)), options)


# ---- the index ----


@pytest.mark.parametrize("sections", ["body", "all", "title", "plan", "review,title"])
@pytest.mark.parametrize(
    "patterns", [["政务"], ["一网通办"], ["办"], ["数字政府", "政府", "APP"], ["的的"], ["无此词语"]]
)
def test_a_search_finds_what_kwic_finds(held: Holdings, run: Path, patterns: list[str], sections: str):
    everywhere = np.ones(len(held.index), dtype=bool)
    found = find_hits(held.index, patterns, everywhere, sections)
    shown = show_hits(held.index, found, np.flatnonzero(found.counts), 0, found.n_hits, 20)
    expected = find_contexts(run, patterns, KwicOptions(sections=sections))
    assert (found.n_hits, found.n_documents) == (expected.n_hits, expected.n_documents)
    mine = [(held.index.doc_ids[n], line.left, line.hit, line.right, line.spot) for n, line in shown]
    assert mine == [(line.place.doc_id, line.left, line.hit, line.right, line.spot) for line in expected.lines]


def test_a_search_counts_what_a_plain_count_counts(held: Holdings, run: Path):
    texts = [d.text for shard in read_plan(run)[0] for d in read_corpus(run / STORE / "corpus" / f"{shard}.parquet")]
    found = find_hits(held.index, ["政务"], np.ones(len(texts), dtype=bool), "all")
    assert found.counts.tolist() == ["".join(text.split()).count("政务") for text in texts]
    assert found.n_hits > 20


def test_filters_of_place_and_year_are_those_of_kwic(held: Holdings, run: Path):
    wanted = held.wanted("武汉市", "2015-2018")
    expected = find_contexts(run, "政府", KwicOptions(place="武汉市", year=(2015, 2018)))
    found = find_hits(held.index, ["政府"], wanted)
    assert (found.n_hits, int(wanted.sum())) == (expected.n_hits, expected.n_searched)
    assert found.n_hits > 0


def test_pages_of_hits_are_the_hits_in_their_order(held: Holdings):
    found = find_hits(held.index, ["政府"], np.ones(len(held.index), dtype=bool))
    order = np.flatnonzero(found.counts)[::-1]
    whole = show_hits(held.index, found, order, 0, found.n_hits)
    parts = [one for first in range(0, found.n_hits, 7) for one in show_hits(held.index, found, order, first, 7)]
    assert parts == whole
    assert len(whole) == found.n_hits > 50


def test_a_document_comes_back_from_the_index(held: Holdings, run: Path):
    stored = [d for shard in read_plan(run)[0] for d in read_corpus(run / STORE / "corpus" / f"{shard}.parquet")]
    for number, document in enumerate(stored):
        again = held.index.document(number)
        assert (again.doc_id, again.text, again.original) == (document.doc_id, document.text, document.original)
        assert again.sections == document.sections
        assert np.array_equal(again.spans.blocks, document.spans.blocks)


def test_the_index_is_of_the_run_as_it_is(tmp_path: Path, run: Path):
    cache = tmp_path / "cache"
    assert not holds_index(run, cache)
    build_index(run, cache)
    assert holds_index(run, cache)
    plan = run / STORE / "plan.json"
    before = plan.read_bytes()
    try:
        plan.write_bytes(before + b" ")
        assert not holds_index(run, cache)
    finally:
        plan.write_bytes(before)
    assert holds_index(run, cache)


def test_the_index_takes_no_folder_of_the_user(tmp_path: Path, run: Path):
    (tmp_path / "thesis.docx").write_text("x")
    with pytest.raises(UsageError, match="holds other files"):
        build_index(run, tmp_path)
    assert (tmp_path / "thesis.docx").is_file()


def test_a_folder_without_a_run_is_refused(tmp_path: Path):
    with pytest.raises(UsageError, match="no run is kept here"):
        open_index(tmp_path)


# ---- who may ask ----


@pytest.mark.parametrize("host", ["evil.example", "evil.example:8753", "127.0.0.1.evil.example", "10.0.0.1:8753", ""])
def test_another_host_is_refused(site, host: str):
    reply = ask(site, "/", headers={"host": host})
    assert reply.status == 400
    assert "政" not in reply.text


@pytest.mark.parametrize("host", ["127.0.0.1:8753", "localhost:1", "localhost"])
def test_this_machine_is_answered(site, host: str):
    assert ask(site, "/", headers={"host": host}).status == 200


def token_of(site) -> str:
    return re.search(r'data-token="([^"]+)"', ask(site, "/lexicon").text)[1]


EDIT = json.dumps({"lexicon": "digital-government", "off": [], "added": []}).encode()


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({}, 403),
        ({"x-textgov-token": "wrong"}, 403),
        ({"x-textgov-token": "TOKEN", "origin": "http://evil.example"}, 403),
        ({"x-textgov-token": "TOKEN", "origin": "null"}, 403),
        ({"x-textgov-token": "TOKEN", "host": "evil.example"}, 400),
        ({"x-textgov-token": "TOKEN", "origin": "http://127.0.0.1:8753"}, 200),
        ({"x-textgov-token": "TOKEN"}, 200),
    ],
)
@pytest.mark.parametrize("address", ["/lexicon/series", "/lexicon/save"])
def test_a_change_needs_the_secret_and_our_own_page(site, address, headers, status):
    given = {name: value.replace("TOKEN", token_of(site)) for name, value in headers.items()}
    body = json.dumps({**json.loads(EDIT), "version": "9"}).encode()
    assert ask(site, address, method="POST", headers=given, body=body).status == status


def test_what_is_sent_is_checked(site):
    def send(body: bytes) -> tuple[int, str]:
        reply = ask(site, "/lexicon/series", method="POST", headers={"x-textgov-token": token_of(site)}, body=body)
        return reply.status, json.loads(reply.text)["fault"] if reply.status == 200 else ""

    assert send(b"no json")[0] == 400
    assert send(b"[]")[0] == 400
    assert send(b"x" * 2_000_001)[0] == 413
    for change in ({"off": [10**6]}, {"off": "x"}, {"added": [1]}, {"added": [{"term": " ", "category": "data"}]}):
        status, fault = send(json.dumps({**json.loads(EDIT), **change}).encode())
        assert (status, fault[:8]) == (200, "this edi"), change
    assert "keeps no copy of the lexicon none" in send(json.dumps({"lexicon": "none"}).encode())[1]
    assert ask(site, "/lexicon/series").status == 405


def pages(app) -> list[str]:
    """An address of every page, found by following the links of the pages themselves."""
    seen, todo = [], ["/", "/search?q=" + quote("政府"), "/compare?places=420100", "/topics"]
    kinds: dict[str, int] = {}
    while todo:
        address = todo.pop(0)
        kind = re.sub(r"\d+", "0", address.partition("?")[0]) + ("?" if "?" in address else "")
        if address in seen or kinds.get(kind, 0) >= 3:
            continue
        kinds[kind] = kinds.get(kind, 0) + 1
        seen.append(address)
        reply = ask(app, address)
        assert reply.status == 200, (address, reply.text[:300])
        if reply.headers["content-type"].startswith("text/html"):
            page = lxml.html.fromstring(reply.text)
            links = [link for link in page.xpath("//a/@href") if link.startswith("/")]
            todo += [link.partition("#")[0] for link in links]
    return seen


def test_every_page_is_reached_and_asks_for_nothing_elsewhere(site):
    found = pages(site)
    patterns = [re.sub(r"\{\w+\}", "[^/]+", view.replace(".", r"\.")) for view in VIEWS]
    for pattern in patterns:
        assert any(re.fullmatch(pattern, address.partition("?")[0]) for address in found), pattern
    for address in found:
        reply = ask(site, address)
        policy = reply.headers["content-security-policy"]
        assert "default-src 'none'" in policy
        assert "unsafe" not in policy
        assert reply.headers["x-content-type-options"] == "nosniff"
        if reply.headers["content-type"].startswith("text/html"):
            page = lxml.html.fromstring(reply.text)
            assert all(link.startswith(("/", "?", "#")) for link in page.xpath("//@href|//@src|//@action") if link)
            assert not page.xpath("//@style|//style|//*[@*[starts-with(name(), 'on')]]"), address


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_pages_speak_one_language(site, lang):
    han = re.compile("[\u4e00-\u9fff]")
    for address in ("/", "/search", "/compare", "/nope"):
        page = lxml.html.fromstring(ask(site, f"{address}?lang={lang}").text)
        assert page.get("lang") == ("zh-CN" if lang == "zh" else "en")
        told = " ".join(page.xpath("//nav//text()|//h1//text()|//h2//text()|//button//text()"))
        assert bool(han.search(told)) == (lang == "zh")
    reply = ask(site, "/?lang=zh")
    assert reply.headers["set-cookie"].startswith("textgov_lang=zh;")
    assert 'lang="zh-CN"' in ask(site, "/", headers={"cookie": "textgov_lang=zh"}).text


# ---- what the pages say ----


def test_a_search_page_tells_the_numbers_of_kwic(site, run: Path):
    expected = find_contexts(run, "政务", KwicOptions())
    page = lxml.html.fromstring(ask(site, "/search?q=" + quote("政务")).text)
    said = page.xpath("string(//p[@role='status'])")
    assert said.startswith(f"{expected.n_hits:,} hits in {expected.n_documents:,} of {expected.n_searched:,} documents")
    assert len(page.xpath("//ol[@class='hits']/li")) == min(50, expected.n_hits)
    rows = list(csv.DictReader(io.StringIO(ask(site, "/search.csv?q=" + quote("政务")).text.removeprefix("\ufeff"))))
    assert len(rows) == expected.n_hits
    key = ("doc_id", "left", "hit", "right")
    wide = find_contexts(run, "政务", KwicOptions(window=40)).rows()
    assert sorted(tuple(row[name] for name in key) for row in rows) == sorted(
        tuple(row[name] for name in key) for row in wide
    )


def test_a_category_shows_the_hits_that_were_counted(site, run: Path):
    hits = pd.read_parquet(run / "hits.parquet")
    kept = hits[(hits["lexicon"] == "digital-government") & (hits["category"] == "service")]
    address = "/search?category=digital-government/service"
    said = lxml.html.fromstring(ask(site, address).text).xpath("string(//p[@role='status'])")
    assert said.startswith(f"{len(kept):,} hits in {kept['doc_id'].nunique():,} of")
    some = kept[kept["term"].str.contains("一网通办") | kept["hit"].str.contains("一网通办")]
    said = lxml.html.fromstring(ask(site, f"{address}&q={quote('一网通办')}").text).xpath("string(//p[@role='status'])")
    assert said.startswith(f"{len(some):,} hits in")
    assert 0 < len(some) < len(kept)


def test_a_search_that_is_wrong_says_so(site):
    for address in ("place=天府之国", "year=20x5", "sections=nonsense", "sort=colour", "category=a/b"):
        name, _, value = address.partition("=")
        reply = ask(site, f"/search?q={quote('政府')}&{name}={quote(value)}")
        assert reply.status == 400
        assert lxml.html.fromstring(reply.text).xpath("//p[@role='alert']"), address


def test_a_place_has_its_rows_and_documents(site, run: Path, held: Holdings):
    panel = pd.read_parquet(run / "panel.parquet")
    code = panel["city_code"].iloc[0]
    part = panel[panel["city_code"] == code]
    page = lxml.html.fromstring(ask(site, f"/places/{code}").text)
    rows = page.xpath("//table/tbody/tr")
    assert [row.xpath("string(th)") for row in rows] == part["year"].astype(str).tolist()
    assert [row.xpath("string(td[1])") for row in rows] == [
        f"{value:.2f}" if value else "0" for value in part["dg_total_p10k"]
    ]
    documents = pd.read_parquet(run / "documents.parquet")
    assert len(page.xpath("//ul[@class='documents']/li")) == (documents["place_code"] == code).sum()


def test_every_hit_of_a_document_is_marked(site, run: Path, held: Holdings):
    hits = pd.read_parquet(run / "hits.parquet")
    doc_id = hits["doc_id"].value_counts().index[0]
    number = held.index.numbers[doc_id]
    page = lxml.html.fromstring(ask(site, f"/documents/{number}").text)
    own = hits[hits["doc_id"] == doc_id]
    assert page.xpath("string(//article)") == held.index.document(number).original
    starts = {int(mark.get("id").removeprefix("at-")) for mark in page.xpath("//article/mark[@id]")}
    assert starts == set(own["start"])
    marked = sum(len(mark.text_content()) for mark in page.xpath("//article/mark"))
    assert marked == len({at for row in own.itertuples() for at in range(row.start, row.end)})


def test_topics_have_the_numbers_of_the_files(site, run: Path):
    files = pd.read_csv(run / "topics" / "seeded" / "topics.csv")
    page = lxml.html.fromstring(ask(site, "/topics").text)
    items = page.xpath("//ol[@class='topics']/li")
    assert [item.xpath("string(.//a/span)") for item in items] == files["topic"].tolist()
    assert [item.xpath("string(.//a/bdi)") for item in items] == files["label"].tolist()
    assert [float(item.xpath("string(.//@data-share)")) for item in items] == files["share"].tolist()
    topic = lxml.html.fromstring(ask(site, "/topics/seeded/tp01").text)
    assert topic.xpath("string(//h1)").split() == ["tp01", "政务服务", "62.35", "%"]
    assert float(topic.xpath("string(//h1//@data-share)")) == files["share"][0]
    assert "推进一网通办。" in topic.xpath("//blockquote/text()")


def test_a_model_without_a_table_of_words_shows_those_of_its_list(held: Holdings, tmp_path: Path):
    folder = tmp_path / "topics" / "plain"
    folder.mkdir(parents=True)
    row = {"topic": ["tp01"], "label": [""], "share": [1.0], "n_words": [9], "top_words": ["政府 服务"]}
    row |= {"spread": [0.5], "flagged": [True]}
    pd.DataFrame({**row, "boilerplate": [True], "twin": ["tp02"]}).to_csv(folder / "topics.csv", index=False)
    other = Holdings(held.run, held.index)
    other.topic_models = find_topics(tmp_path)
    chinese = make_app(other, ExploreOptions(lang="zh"))
    table = lxml.html.fromstring(ask(chinese, "/topics").text).xpath("//table")[0]
    assert table.xpath(".//thead//th/text()") == ["主题", "词数", "文档间不均匀度", "flagged"]
    assert table.xpath("string(.//td[3])").strip() == "是"
    facts = lxml.html.fromstring(ask(chinese, "/topics/plain/tp01").text).xpath("//dl[@class='about']/dt/text()")
    assert facts == ["词数", "文档间不均匀度", "flagged"]
    app = make_app(other, ExploreOptions(lang="en"))
    assert ask(app, "/topics").text.count("boilerplate</span>") == 1
    page = lxml.html.fromstring(ask(app, "/topics/plain/tp01").text)
    assert page.xpath("//ol[@class='ranking words']//bdi/text()") == ["政府", "服务"]
    assert page.xpath("//h1//span[@class='tag']/text()|//h1//span[@class='tag']/bdi/text()") == [
        "boilerplate",
        "twin of ",
        "tp02",
    ]
    assert not page.xpath("//input[@type='range']|//svg")


@pytest.mark.parametrize(
    ("weight", "expected"),
    [(1, ["政府", "服务", "一网通办"]), (0, ["一网通办", "服务", "政府"]), (0.6, ["政府", "服务", "一网通办"])],
)
def test_words_of_a_topic_by_relevance(site, weight, expected):
    # 0.6: -1.16 (政府: -2 * 0.6 + 0.1 * 0.4), -1.18 (服务), -1.8 (一网通办), by hand.
    page = lxml.html.fromstring(ask(site, f"/topics/seeded/tp01?weight={weight}").text)
    assert page.xpath("//ol[@id='words']/li//bdi/text()") == expected
    table = ask(site, f"/topics/seeded/tp01/words.csv?weight={weight}").text.removeprefix("\ufeff")
    assert pd.read_csv(io.StringIO(table))["word"].tolist() == expected


def test_a_chart_breaks_where_a_year_is_missing():
    chart = lxml.html.fromstring(str(draw_lines([Curve("<b>", {2001: 1.0, 2002: 2.0, 2004: 0.0})], "<i>")))
    assert len(chart.xpath("//polyline")) == 2
    assert [title.text for title in chart.xpath("//circle/title")] == ["<b> 2001: 1", "<b> 2002: 2", "<b> 2004: 0"]
    assert chart.get("aria-label") == "<i>"
    assert draw_lines([], "") == ""


# ---- the editor ----


@pytest.fixture(scope="module")
def editor(held: Holdings) -> Editor:
    found = open_editors(held, ExploreOptions())["digital-government"]
    assert isinstance(found, Editor)
    return found


def full_count(editor: Editor, edit: Edit) -> list[list[int]]:
    """Every document counted anew: rows x sets."""
    run = editor.holdings.run
    documents = [d for shard in read_plan(run)[0] for d in read_corpus(run / STORE / "corpus" / f"{shard}.parquet")]
    lexicon = editor.edited(edit)
    hits = tally_documents(documents, lexicon, CountOptions()).hits.to_pydict()
    counts = np.zeros((len(documents), len(lexicon.entries)), dtype=np.int64)
    np.add.at(counts, (hits["document"], hits["entry"]), 1)
    found = np.zeros((len(editor.rows), len(make_sets(lexicon).names)), dtype=np.int64)
    for number, row in enumerate(editor.row_of.tolist()):
        if row >= 0:
            found[row] += counts[number] @ make_sets(lexicon).member
    return found.tolist()


def numbers_of(editor: Editor, *terms: str) -> frozenset[int]:
    return frozenset(at for at, entry in enumerate(editor.lexicon.entries) if entry.term in terms)


@pytest.mark.parametrize(
    ("off", "added"),
    [
        ((), ()),
        (("一网通办",), ()),
        (("数字政府建设", "数字政府", "政务服务"), ()),
        ((), (Entry("政府", "data"),)),
        ((), (Entry("政务", "data", variants=("政务服务",), exclude=("电子政务",)),)),
        (("一网通办",), (Entry("一网", "service"), Entry("通办", "service"))),
    ],
)
def test_an_edit_counts_what_a_full_count_counts(editor: Editor, off, added):
    edit = Edit(numbers_of(editor, *off), added)
    assert len(edit.off) >= len(off) > -1
    found = editor.recount(edit)
    assert found.after.tolist() == full_count(editor, edit)
    assert found.before.tolist() == full_count(editor, Edit())
    assert bool((found.after != found.before).any()) == bool(off or added)


def test_half_of_the_lexicon_switched_off(editor: Editor):
    edit = Edit(frozenset(range(0, len(editor.lexicon.entries), 2)))
    assert editor.recount(edit).after.tolist() == full_count(editor, edit)


def test_counts_of_before_are_those_of_the_panel(editor: Editor, run: Path):
    panel = pd.read_parquet(run / "panel.parquet")
    before = editor.recount(Edit()).before
    for at, name in enumerate(editor.sets.names):
        assert before[:, at].tolist() == panel[f"dg_{name}_n"].tolist()


def test_an_edit_is_kept_as_a_new_version(editor: Editor, tmp_path: Path):
    edit = Edit(numbers_of(editor, "一网通办"), (Entry("城市大脑平台", "scene", exclude=("工业",)),))
    name, data = editor.save(edit, "99.1", tmp_path)
    assert name == "digital-government-99.1.yaml"
    assert (tmp_path / name).read_bytes() == data == editor.save(edit, "99.1", None)[1]
    again = read_lexicon(tmp_path / name)
    assert (again.name, again.version, again.prefix) == ("digital-government", "99.1", "dg")
    assert again.hash == replace(editor.edited(edit), version="99.1").hash
    with pytest.raises(OutputError):
        editor.save(edit, "99.1", tmp_path)
    for version in ("", editor.lexicon.version, "../x", "a b", "x" * 41):
        with pytest.raises(UsageError):
            editor.save(edit, version, tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == [name]


def test_an_edit_that_leaves_nothing_or_doubles_an_entry_is_refused(editor: Editor):
    first = editor.lexicon.entries[0]
    for edit in (Edit(frozenset(range(len(editor.lexicon.entries)))), Edit(added=(Entry(first.term, first.category),))):
        with pytest.raises(UsageError, match="not possible"):
            editor.recount(edit)


def test_a_lexicon_that_is_not_at_hand_cannot_be_edited(tmp_path: Path, hostile, held: Holdings):
    altered = {**held.record, "lexicons": [{"lexicon": "mine@1", "hash": "0", "prefix": "my"}]}
    other = Holdings(held.run, held.index)
    other.record = altered
    assert open_editors(other, ExploreOptions()) == {"mine": "explore_lexicon_missing"}


def test_a_lexicon_of_the_user_is_edited_without_its_file(tmp_path: Path):
    """The copy in the run is enough; a file that the run did not count is refused, before an index is made."""
    run = make_hostile_run(tmp_path)
    lexicon = read_lexicon(tmp_path / "hostile.yaml")
    (tmp_path / "hostile.yaml").unlink()
    for name, said in (("nosuch", "no lexicon named nosuch"), ("digital-economy", "the run counted hostile@1")):
        answer = CliRunner().invoke(command, ["explore", str(run), "--lexicon", name, "--index"])
        assert isinstance(answer.exception, UsageError)
        assert said in str(answer.exception)
    assert not holds_index(run)
    editors = open_editors(Holdings(run, open_index(run)), ExploreOptions())
    assert editors["hostile"].lexicon == lexicon


# ---- hostile texts ----


def test_hostile_texts_are_shown_as_text(hostile):
    found = [
        *pages(hostile),
        "/search?q=" + quote(FIRE),
        "/search?q=" + quote('"><b>'),
        "/compare?places=" + quote(FIRE),
    ]
    assert len(found) > 20
    texts = ""
    for address in found:
        reply = ask(hostile, address)
        if not reply.headers["content-type"].startswith("text/html"):
            continue
        page = lxml.html.fromstring(reply.text)
        scripts = page.xpath("//script")
        assert [(one.get("src"), one.text) for one in scripts] == [("/static/explore.js", None)], address
        assert not page.xpath("//img|//textarea|//style|//iframe|//*[@onload]|//*[@onerror]|//svg[not(@class='chart')]")
        assert not [link for link in page.xpath("//@href|//@src") if "javascript:" in link.lower()]
        assert not re.search("[\u202a-\u202e\u2066-\u2069\x00-\x08\x0b\x0c\x0e-\x1f]", reply.text), address
        texts += page.text_content()
    for bad in HOSTILE:
        assert bad.translate({0x202E: "[U+202E]", 0x2066: "[U+2066]", 0x07: "␇"}) in texts
    assert "49" not in re.sub(r"\d{3,}", "", texts[texts.index("{{ 7*7 }}") : texts.index("{{ 7*7 }}") + 20])


def test_tables_for_excel_hold_no_formula(hostile):
    for address in (
        "/search.csv?q=" + quote("数字政府"),
        "/search.csv?category=hostile/one",
        "/places/420100/rows.csv",
    ):
        reply = ask(hostile, address)
        assert reply.text.startswith("\ufeff")
        assert reply.headers["content-disposition"].startswith("attachment")
        rows = list(csv.reader(io.StringIO(reply.text.removeprefix("\ufeff"))))
        assert len(rows) > 2
        assert [cell for row in rows for cell in row if cell.startswith(("=", "+", "@", "\t", "\r"))] == []
        assert [cell for row in rows for cell in row if re.match(r"-(?!\d+(\.\d+)?$)", cell)] == []
    right = [row[-1] for row in rows]
    assert right


def test_formula_like_contexts_are_behind_an_apostrophe(hostile):
    rows = list(
        csv.DictReader(io.StringIO(ask(hostile, "/search.csv?q=" + quote("数字政府")).text.removeprefix("\ufeff")))
    )
    assert any(row["right"].startswith("'=HYPERLINK") for row in rows)
    assert any(row["right"].startswith("'+1+1") for row in rows)


# ---- words, command ----


def test_every_word_of_the_pages_is_there_in_both_languages():
    table = words()
    sources = "".join(path.read_text("utf-8") for path in TEMPLATES.glob("*.j2"))
    sources += "".join(path.read_text("utf-8") for path in (PACKAGE / "explore").rglob("*.py"))
    for code, pair in table.items():
        assert not re.search("[\u4e00-\u9fff]", pair["en"]) or code in ("search_hint", "place_hint"), code
        assert re.search("[\u4e00-\u9fff]", pair["zh"]), code
        named = [{name for _, name, _, _ in string.Formatter().parse(pair[lang]) if name} for lang in ("en", "zh")]
        assert named[0] == named[1], code
        prefix = next((one for one in ("fact_", "sort_") if code.startswith(one)), "")
        assert f'"{code}"' in sources or f"'{code}'" in sources or (prefix and f'"{prefix}"' in sources), code
    asked = set(re.findall(r"""\bt\(["'](\w+)["']""", sources)) | set(re.findall(r'\bsay\("(\w+)"', sources))
    assert asked - {"fact_", "sort_"} <= table.keys()
    assert len(table) > 100


def test_every_section_has_its_words():
    assert all(len(pair) == 2 and all(pair) for pair in SECTION_NAMES.values())


def test_the_command_makes_the_index_alone(run: Path, tmp_path: Path):
    said = CliRunner().invoke(command, ["explore", str(run), "--index", "--cache", str(tmp_path / "x"), "--lang", "en"])
    assert said.exit_code == 0, said.output
    assert (tmp_path / "x").as_posix() in said.output
    assert holds_index(run, tmp_path / "x")


def test_a_file_in_place_of_the_cache_is_told(run: Path, tmp_path: Path):
    file = tmp_path / "x"
    file.write_text("notes", "utf-8")
    with pytest.raises(UsageError, match="it is a file; name a folder"):
        build_index(run, file)
    with pytest.raises(UsageError, match="it is a file; name a folder"):
        open_index(run, file)
    assert file.read_text("utf-8") == "notes"


def test_a_port_that_is_taken_is_an_error(run: Path):
    with socket.socket() as door:
        door.bind(("127.0.0.1", 0))
        door.listen()
        port = door.getsockname()[1]
        with pytest.raises(UsageError, match=f"port {port} cannot be used"):
            explore_run(run, ExploreOptions(port=port), lambda _: None)
    with pytest.raises(TextgovError):
        ExploreOptions(port=70000)
