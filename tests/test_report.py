"""The page about a run: its numbers are those of the files, hostile text stays text, nothing is asked of a network."""

from __future__ import annotations

import base64
import hashlib
import itertools
import json
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import altair
import openpyxl
import pandas as pd
import pytest
from lxml import html

import textgov as tg
from textgov.batch import StageOptions
from textgov.cli import main
from textgov.demo import demo_folder, demo_options
from textgov.errors import StoreError, UsageError
from textgov.extend import ExtendOptions, extend_files
from textgov.index import IndexOptions
from textgov.lexicon import read_lexicon
from textgov.outside import read_panel
from textgov.records import Panel, Variable
from textgov.report import frames, plot_heatmap, plot_topics, plot_trend, report_sections, write_report
from textgov.report.heads import head_of
from textgov.report.milestones import milestone_marks, read_milestones
from textgov.report.page import LANGUAGES, UNSEEN, json_for_html, kept_bundle, vega_bundle, visible
from textgov.report.trends import phase_rates
from textgov.report.words import read_terms, terms_of
from textgov.run import RunOptions, run_panel
from textgov.run.again import rewrite_report
from textgov.validate.accuracy import COLUMNS as ACCURACY
from textgov.validate.agreement import COLUMNS as AGREEMENT

SCRIPT = "<script>alert(1)</script>"
HOSTILE = (
    SCRIPT,
    '"><img src=x onerror=alert(1)>',
    "</textarea></title></style>",
    "javascript:alert(1)",
    '=HYPERLINK("http://x","y")',
    "a\u202egpj.exe",
    "bell\x07end",
    "]]><!--",
    "{{7*7}}{% raw %}",
    "\u2028line</script>",
)


@pytest.fixture(scope="module")
def run(tmp_path_factory) -> Path:
    """A finished run over two provinces of the demo corpus."""
    folder = tmp_path_factory.mktemp("demo")
    for name in ("湖北省", "湖南省"):
        shutil.copytree(demo_folder() / "reports" / name, folder / "reports" / name)
    run_panel([folder / "reports"], folder / "out", demo_options(), engine="serial")
    return folder / "out"


@pytest.fixture(scope="module")
def page(run: Path) -> html.HtmlElement:
    return parsed(run / "report.html")


def parsed(path: Path) -> html.HtmlElement:
    return html.document_fromstring(path.read_bytes().decode("utf-8"), parser=html.HTMLParser(encoding="utf-8"))


def specs_of(page: html.HtmlElement) -> dict[str, Any]:
    return json.loads(page.get_element_by_id("specs").text)


def values_of(spec: dict[str, Any], part: dict[str, Any] | None = None) -> list[dict[str, Any]]:
    """The rows of a chart, or of one layer of it."""
    return spec["datasets"][(part or spec)["data"]["name"]]


def text_of(element: html.HtmlElement, lang: str = "zh") -> str:
    """The words of one language."""
    other = {"zh": "en", "en": "zh"}[lang]
    return " ".join(
        part.strip()
        for part in element.xpath(f".//text()[not(ancestor::*[@class='{other}'])][not(ancestor::script)]")
        if part.strip()
    )


def rows_of(page: html.HtmlElement, table: str) -> list[list[str]]:
    """The cells of the body of a table, by the id of its caption."""
    (found,) = page.xpath(f"//table[caption/@id='{table}-table']")
    return [[text_of(cell) for cell in row.xpath("./*")] for row in found.xpath("./tbody/tr")]


# ---- one file that runs nothing else ----


def test_the_page_runs_two_scripts_and_forbids_all_others(run, page):
    policy = page.xpath("//meta[@http-equiv='Content-Security-Policy']/@content")[0]
    assert policy.startswith("default-src 'none'; script-src 'sha256-")
    assert "unsafe-eval" not in policy
    assert "unsafe-inline" not in policy.partition("style-src")[0]
    assert "http" not in policy
    scripts = [one for one in page.iter("script") if one.get("type") != "application/json"]
    allowed = set(re.findall(r"'sha256-([^']+)'", policy))
    digests = {base64.b64encode(hashlib.sha256(one.text.encode()).digest()).decode() for one in scripts}
    assert len(scripts) == 2
    assert digests == allowed


def test_the_page_points_to_nothing_outside_and_has_no_handlers(page):
    addresses = page.xpath("//@href | //@src | //@action | //@data | //@srcset | //@poster")
    assert addresses
    assert all(address.startswith("#") for address in addresses)
    assert page.xpath("//iframe | //object | //embed | //form | //link | //base | //img") == []
    assert [name for element in page.iter() for name in element.attrib if name.startswith("on")] == []
    anchors = {address[1:] for address in addresses}
    assert anchors <= set(page.xpath("//@id"))
    assert len(page.xpath("//@id")) == len(set(page.xpath("//@id")))


def test_the_page_is_small_and_has_the_bundle_once(run):
    text = (run / "report.html").read_text("utf-8")
    assert len(text.encode()) < 8_000_000
    assert text.count(vega_bundle()) == 1
    assert "</script" not in vega_bundle()


def test_the_same_run_gives_the_same_bytes(run, tmp_path):
    panel, record = read_panel(run), json.loads((run / "provenance.json").read_bytes())
    # Charts that were made before must leave no trace: altair counts its charts.
    altair.Chart(altair.InlineData(values=[{"a": 1}])).mark_bar().add_params(altair.param()).to_dict()
    again = write_report(run, panel, record, tmp_path / "again.html")
    assert again.read_bytes() == (run / "report.html").read_bytes()
    text = again.read_text("utf-8")
    assert not re.search(r'"(param|view)_\d+"', text.replace(vega_bundle(), ""))


def test_long_lists_read_in_parts_give_the_same_page(run, tmp_path, monkeypatch):
    panel, record = read_panel(run), json.loads((run / "provenance.json").read_bytes())
    assert len((run / "manifest.csv").read_text("utf-8").splitlines()) > 20
    monkeypatch.setattr("textgov.report.inputs.PART_ROWS", 3)
    assert write_report(run, panel, record, tmp_path / "x.html").read_bytes() == (run / "report.html").read_bytes()


def test_scripts_kept_in_the_store_are_used_while_they_are_whole(run, tmp_path):
    store = tmp_path / "store"
    assert kept_bundle(store) == vega_bundle()
    assert not store.exists()
    store.mkdir()
    assert kept_bundle(store) == vega_bundle()
    (kept,) = store.iterdir()
    assert kept.read_bytes() == (run / "store" / kept.name).read_bytes()
    kept.write_text(kept.read_text("utf-8")[:-1], "utf-8")
    assert kept_bundle(store) == vega_bundle()
    assert kept.read_bytes() == (run / "store" / kept.name).read_bytes()
    kept.write_bytes(b"\xff\xfe")
    assert kept_bundle(store) == vega_bundle()


def test_every_chart_is_valid_vega_lite_in_both_languages(run, page):
    sections = report_sections(run, read_panel(run), json.loads((run / "provenance.json").read_bytes()))
    charts = {f"{section.name}-{chart.name}": chart for section in sections for chart in section.charts}
    assert set(charts) == set(specs_of(page)) == set(page.xpath("//@data-chart"))
    assert len(charts) >= 12
    for chart in charts.values():
        for lang in LANGUAGES:
            spec = chart.draw(lang).to_dict(validate=True)
            assert spec["$schema"].startswith("https://vega.github.io/schema/vega-lite/v6")
            assert "http" not in json.dumps(spec | {"$schema": ""})


def test_headings_are_in_order_and_tables_have_captions_and_scopes(page):
    levels = [int(element.tag[1]) for element in page.iter("h1", "h2", "h3", "h4")]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(after - before <= 1 for before, after in itertools.pairwise(levels))
    tables = page.xpath("//table")
    assert len(tables) > 10
    for table in tables:
        assert text_of(table.find("caption"))
        assert table.xpath(".//thead//th[not(@scope='col')]") == []
        assert table.xpath(".//tbody//th[not(@scope='row')]") == []
        assert {len(row.xpath("./*")) for row in table.xpath(".//tr")} == {len(table.xpath(".//thead//th"))}
        assert table.getparent().get("tabindex") == "0"
    assert page.get("lang") == "zh-CN"
    assert page.xpath("//button[@id='switch']/@aria-label")


def test_every_text_stands_in_both_languages(page):
    for element in page.xpath("//*[@class='zh']"):
        other = element.getnext()
        assert other is not None, element.text
        assert (element.get("lang"), other.get("class"), other.get("lang")) == ("zh-CN", "en", "en")
    assert len(page.xpath("//*[@class='zh']")) == len(page.xpath("//*[@class='en']")) > 100


# ---- the numbers are those of the files ----


def test_the_numbers_at_the_top_are_those_of_the_panel(run, page):
    panel = pd.read_csv(run / "panel.csv")
    shown = [text_of(element) for element in page.xpath("//dl//dd")]
    years = f"{panel['year'].min()}–{panel['year'].max()}"
    assert shown == [str(len(panel)), str(panel["city_code"].nunique()), years, str(panel["n_docs"].sum())]


def test_the_kinds_of_inputs_add_up(run, page):
    manifest = pd.read_csv(run / "manifest.csv")
    rows = rows_of(page, "inputs-statuses")
    assert sum(int(n) for _, n in rows) == len(manifest)
    documents = pd.read_parquet(run / "documents.parquet")
    levels = rows_of(page, "inputs-levels")
    assert sum(int(row[1]) for row in levels) == len(documents)
    assert sum(int(row[2]) for row in levels) == documents["in_panel"].sum()


def test_the_trend_is_the_mean_over_places(run, page):
    panel = pd.read_csv(run / "panel.csv")
    rows = {row[0]: row for row in rows_of(page, "trend-dg-years")}
    assert set(rows) == {str(year) for year in panel["year"]}
    for year, part in panel.groupby("year"):
        row = rows[str(year)]
        assert row[1:3] == [str(len(part)), str(part["n_docs"].sum())]
        assert float(row[3]) == pytest.approx(part["dg_total_p10k"].mean(), abs=0.005)
        assert float(row[5]) == pytest.approx(part["dg_total_p10k"].median(), abs=0.005)


def test_coverage_tells_zero_from_missing(run, page):
    panel = read_panel(run)
    coverage = pd.read_csv(run / "coverage.csv").set_index("city_code").drop(columns="city")
    grid = frames.states(panel, "dg_total_p10k")
    assert len(grid) == coverage.size
    for row in grid.itertuples():
        there = coverage.loc[int(row.code), str(row.year)] > 0
        mine = panel.frame[(panel.frame["city_code"] == row.code) & (panel.frame["year"] == row.year)]
        hits = there and mine["dg_total_n"].iloc[0] > 0
        assert row.state == ("positive" if hits else "zero" if there else "missing")
    shown = rows_of(page, "coverage-states")
    counted = grid["state"].value_counts()
    assert [sum(int(row[at]) for row in shown) for at in (1, 2, 3)] == [counted.get(one, 0) for one in frames.STATES]


def test_states_by_hand():
    frame = pd.DataFrame(
        {
            "city_code": ["1", "1", "2"],
            "city": ["甲", "甲", "乙"],
            "year": [2001, 2003, 2003],
            "x": [0.0, 2.0, float("nan")],
        }
    )
    panel = Panel(frame, tuple(Variable(name, name, name) for name in frame.columns), ("city_code", "year"), frame)
    found = [tuple(row) for row in frames.states(panel, "x")[["code", "year", "state"]].itertuples(index=False)]
    assert found == [
        ("1", 2001, "zero"),
        ("1", 2002, "missing"),
        ("1", 2003, "positive"),
        ("2", 2001, "missing"),
        ("2", 2002, "missing"),
        ("2", 2003, "missing"),
    ]


def test_the_ranking_is_by_the_mean_of_the_last_three_years(run, page):
    panel = pd.read_csv(run / "panel.csv", dtype={"city_code": str})
    last = panel[panel["year"] > panel["year"].max() - 3].groupby("city_code")["dg_total_p10k"].mean()
    rows = rows_of(page, "places-dg-ranking")
    assert {row[2]: float(row[4]) for row in rows} == pytest.approx(last.round(2).to_dict(), abs=0.006)
    assert [float(row[4]) for row in rows] == sorted((float(row[4]) for row in rows), reverse=True)


def test_phases_are_counted_from_the_hits(run):
    """The rates that come from shares and sums equal a plain count of the hits of the panel's documents."""
    panel, lexicon = read_panel(run), read_lexicon("digital-government")
    (measured, _) = frames.measured_lexicons(panel)
    found = phase_rates(panel, "dg", terms_of(read_terms(run), measured))
    documents = pd.read_parquet(run / "documents.parquet", columns=["doc_id", "in_panel"])
    inside = set(documents.loc[documents["in_panel"], "doc_id"])
    hits = pd.read_parquet(run / "hits.parquet")
    hits = hits[(hits["lexicon"] == "digital-government") & hits["doc_id"].isin(inside)]
    phase = {(entry.category, entry.term): entry.phase for entry in lexicon.entries}
    hits["phase"] = [phase[key] for key in zip(hits["category"], hits["term"], strict=True)]
    n_han = panel.frame.groupby("year")["n_han"].sum()
    counted = hits.groupby(["phase", "year"]).size()
    assert len(counted) > 10
    rates = {(row.zh, row.year): row.mean for row in found.itertuples() if row.mean > 0}
    wanted = {(of or "未标阶段的词", year): 10_000 * n / n_han[year] for (of, year), n in counted.items()}
    assert rates == pytest.approx(wanted)


def test_hits_in_context_are_hits_of_the_file(run, page):
    hits = pd.read_parquet(run / "hits.parquet")
    known = {(row.term, f"…{row.left}{row.hit}{row.right}…") for row in hits.itertuples()}
    rows = page.xpath("//table[caption/@id='words-dg-hits-table']/tbody/tr")
    assert len(rows) > 10
    for row in rows:
        term, _, quote = row.xpath("./*")
        assert (text_of(term), visible("".join(quote.itertext()).strip())) in {(a, visible(b)) for a, b in known}
        assert len(quote.xpath(".//mark")) == 1


def test_the_commonest_terms_are_those_of_the_lexicon_report(run, page):
    terms = pd.read_csv(run / "lexicon_report.csv")
    mine = terms[terms["lexicon"].str.startswith("digital-government@")]
    rows = rows_of(page, "words-dg-top-terms")
    assert int(rows[0][2]) == mine["hits"].max()
    hits = {row.term: row.hits for row in mine.itertuples()}
    assert [int(row[2]) for row in rows] == [hits[row[0]] for row in rows]


# ---- topics, as the files have them ----


def write_topics(folder: Path, labels: list[str]) -> None:
    folder.mkdir(parents=True)
    topics = [f"tp{at:02d}" for at in range(1, len(labels) + 1)]
    shares = [0.5, 0.3, 0.2][: len(labels)]
    pd.DataFrame(
        {
            "topic": topics,
            "label": labels,
            "share": shares,
            "n_words": [500, 300, 200][: len(labels)],
            "top_words": ["政务 服务", "产业 发展", "数据 共享"][: len(labels)],
        }
    ).to_csv(folder / "topics.csv", index=False)
    rows = [
        {"topic": topic, "year": year, "share": share + 0.01 * (year - 2019), "low": 0.1, "high": 0.6, "n_docs": 4}
        for topic, share in zip(topics, shares, strict=True)
        for year in (2019, 2020)
    ]
    pd.DataFrame(rows).to_csv(folder / "topic_years.csv", index=False)


def test_topic_numbers_names_and_shares_are_those_of_the_files(run, tmp_path):
    copy = tmp_path / "run"
    shutil.copytree(run, copy)
    labels = ["政务服务", "", SCRIPT]
    write_topics(copy / "topics" / "seeded", labels)
    page = parsed(rewrite_report(copy))
    rows = rows_of(page, "topics-seeded-topics")
    assert [row[0] for row in rows] == ["tp01", "tp02", "tp03"]
    assert [row[1] for row in rows] == labels
    assert [row[2] for row in rows] == ["50.00 %", "30.00 %", "20.00 %"]
    for lang in LANGUAGES:
        values = values_of(specs_of(page)["topics-seeded-topics-seeded"][lang])
        found = {(row["name"], row["year"]): row["share"] for row in values}
        wanted = pd.read_csv(copy / "topics" / "seeded" / "topic_years.csv", dtype={"topic": str})
        names = {"tp01": "tp01 政务服务", "tp02": "tp02", "tp03": f"tp03 {SCRIPT}"}
        assert found == {(names[row.topic], row.year): pytest.approx(row.share) for row in wanted.itertuples()}
    chart = plot_topics(copy / "topics" / "seeded", lang="en").to_dict()
    assert [row["name"] for row in values_of(chart)][:2] == ["tp01 政务服务"] * 2


# The columns that commands write, as their files have them.
WRITTEN = (
    "topic,label,share,n_words,top_words,frex_words,relevance_words,npmi,c_v,exclusivity,spread,passages,likeness,"
    "boilerplate,twin,title,seed,partner,cosine,best,jaccard,column,correlation,n,other,"
    "k,heldout,stability,score,"
    "statistic,what,estimate,low,high,test,df,p,reading,spec,lexicon,overlap,sections,measure,segmenter,mean,sd,"
    "pearson,spearman,within,a,b,check,expected,found,verdict,note,group,value,place_years,with_report,"
    "index,method,reference,direction,nonzero,weight,entropy,divergence,share_explained,eigenvalue"
)


def test_tables_have_headings_and_truths_in_both_languages(run, tmp_path):
    names = [*WRITTEN.split(","), *ACCURACY, *AGREEMENT]
    assert [name for name in names if not re.search("[\u4e00-\u9fff]|^p 值", head_of(name).zh)] == []
    assert not [name for name in names if re.search("[\u4e00-\u9fff_]", head_of(name).en.replace("C_v", ""))]
    copy = tmp_path / "run"
    shutil.copytree(run, copy)
    folder = copy / "topics" / "seeded"
    write_topics(folder, ["政务服务", ""])
    topics = pd.read_csv(folder / "topics.csv").assign(
        relevance_words="一网通办", spread=0.5, boilerplate=[True, False]
    )
    topics.to_csv(folder / "topics.csv", index=False)
    pd.DataFrame({"topic": ["tp01"], "other": ["tp02"], "twin": [False]}).to_csv(folder / "twins.csv", index=False)
    page = parsed(rewrite_report(copy))
    for table, zh, en in (
        ("topics-seeded-topics", ["相关词（relevance）", "是", "否"], ["relevant words", "yes", "no"]),
        ("topics-seeded-twins", ["另一主题", "否"], ["other topic", "no"]),
    ):
        (found,) = page.xpath(f"//table[caption/@id='{table}-table']")
        text = found.text_content()
        assert all(word in text for word in (*zh, *en))
        assert not re.search("True|False|relevance_words", text)


def test_what_was_made_after_a_run_enters_and_the_run_still_counts_as_whole(run, tmp_path):
    copy = tmp_path / "demo"
    shutil.copytree(run.parent, copy)
    run_panel([copy / "reports"], copy / "out", demo_options(), engine="serial")
    assert "textgov topics fit RUN" in (copy / "out" / "report.html").read_text("utf-8")
    write_topics(copy / "out" / "topics" / "seeded", ["政务服务"])
    (copy / "out" / "validity").mkdir()
    (copy / "out" / "validity" / "known_groups.csv").write_text(
        "check,expected,verdict\n东部高于西部,>0,yes\n", "utf-8"
    )
    rewrite_report(copy / "out")
    again = run_panel([copy / "reports"], copy / "out", demo_options(), engine="serial")
    assert again.again
    page = parsed(copy / "out" / "report.html")
    assert rows_of(page, "validity-known_groups") == [["东部高于西部", ">0", "yes"]]
    assert rows_of(page, "topics-seeded-topics")[0][0] == "tp01"


def test_weights_and_estimates_are_those_of_the_files(run, tmp_path):
    copy = tmp_path / "run"
    shutil.copytree(run, copy)
    of = "dgi=dg_service_p10k,dg_data_p10k"
    extend_files(copy, ExtendOptions(index=IndexOptions(of=(of,), methods=("ew",))))
    folder = copy / "estimates"
    folder.mkdir()
    terms = ["ev_m2", "ev_0", "ev_p1"]
    table = pd.DataFrame(
        {
            "term": terms,
            "estimate": [0.1, 0.5, -0.25],
            "std_error": 0.1,
            "t": 1.0,
            "p": 0.3,
            "ci_low": [-0.1, 0.3, -0.45],
            "ci_high": [0.3, 0.7, -0.05],
            "n": 40,
            "groups": 5,
        }
    )
    table.to_csv(folder / "event.csv", index=False)
    record = {"options": {"y": SCRIPT, "level": 0.9}, "notes": {"zh": ["样本 <b>"], "en": ["sample <b>"]}}
    (folder / "event.json").write_text(json.dumps(record), "utf-8")
    page = parsed(rewrite_report(copy))
    weights = pd.read_csv(copy / "index_weights.csv")
    bars = values_of(specs_of(page)["index-weights-dgi-ew"]["zh"])
    assert {row["row"]: row["mean"] for row in bars} == pytest.approx(
        dict(zip(weights["column"], weights["weight"], strict=True))
    )
    rows = rows_of(page, "estimates-event")
    assert [row[0] for row in rows] == terms
    assert [[float(cell) for cell in row[1:]] for row in rows] == table[
        ["estimate", "std_error", "p", "ci_low", "ci_high"]
    ].to_numpy().tolist()
    spec = specs_of(page)["estimates-event-event"]["en"]
    inner = [one for layer in spec["layer"] for one in (layer, *layer.get("layer", ()))]
    held = [row for one in inner for row in one.get("data", {}).get("values", ()) if "years" in row]
    points = {row["years"]: row["estimate"] for row in held}
    assert points == {-2: 0.1, -1: 0.0, 0: 0.5, 1: -0.25}
    assert "90 % interval" in json.dumps(spec)
    assert "sample <b>" in text_of(page.get_element_by_id("estimates"), "en")
    assert any(line.startswith("textgov index again") for line in tg.cite_run(copy).commands)


# ---- hostile text ----


@pytest.fixture(scope="module")
def hostile_run(tmp_path_factory) -> Path:
    """Hostile titles, file names, terms, categories and texts, from the files on."""
    folder = tmp_path_factory.mktemp("hostile")
    reports = folder / "reports" / "湖北省" / "武汉市"
    reports.mkdir(parents=True)
    terms = [text for text in HOSTILE if any(map(str.isalnum, text)) and not UNSEEN.search(text)]
    for year, text in zip(range(2005, 2015), HOSTILE, strict=True):
        body = (
            f"{text}\n武汉市{year}年政府工作报告\n各位代表：推进一网通办，{text}，建设数字政府。\n"
            + f"加强{text}管理。\n" * 3
        )
        (reports / f"{year}.txt").write_text(body, "utf-8")
    (folder / "reports" / "&lt;b&gt;'\"'<img src=x onerror=alert(1)>=1+1.txt").write_text(SCRIPT, "utf-8")
    lines = [f"      - {{term: {json.dumps(term, ensure_ascii=False)}}}" for term in terms]
    lexicon = (
        'name: hostile\nversion: "1"\nprefix: hs\ntitle: {zh: "<b>题</b>", en: "<i>title</i>"}\ncategories:\n  bad:\n'
        '    title: {zh: "</script><b>类", en: "=1+1"}\n    entries:\n' + "\n".join(lines) + "\n      - 数字政府\n"
    )
    (folder / "hostile.yaml").write_text(lexicon, "utf-8")
    options = RunOptions(StageOptions(lexicons=(read_lexicon(folder / "hostile.yaml"),)))
    run_panel([folder / "reports"], folder / "out", options, engine="serial")
    return folder / "out"


def elements(page: html.HtmlElement) -> set[str]:
    return {str(element.tag) for element in page.iter() if isinstance(element.tag, str)}


def test_hostile_text_is_text_in_the_page(hostile_run, page):
    hostile = parsed(hostile_run / "report.html")
    assert elements(hostile) <= elements(page) | {"pre", "code"}
    test_the_page_runs_two_scripts_and_forbids_all_others(hostile_run, hostile)
    test_the_page_points_to_nothing_outside_and_has_no_handlers(hostile)
    words = " ".join("".join(hostile.itertext()).split())
    assert SCRIPT in words
    assert "</script><b>类" in words
    assert "javascript:alert(1)" in words
    assert "{{7*7}}" in words
    assert "onerror=alert(1)>=1+1.txt" in words  # the name of a file


def test_unseen_characters_are_spelled_out_in_the_page(hostile_run):
    text = (hostile_run / "report.html").read_text("utf-8").replace(vega_bundle(), "")
    assert not re.search("[\x00-\x08\x0b\x0c\x0e-\x1f\u202a-\u202e\u2066-\u2069\u2028\u2029]", text)


def test_visible_spells_out_what_nobody_sees():
    assert visible("a\x00b\u202ec\ud800\n\t一") == "a[U+0000]b[U+202E]c[U+D800]\n\t一"
    assert visible("政府-naïve ①🙂") == "政府-naïve ①🙂"


@pytest.mark.parametrize("text", HOSTILE)
def test_json_in_a_script_element_cannot_end_it(text):
    packed = json_for_html({text: [text]})
    assert json.loads(packed) == {text: [text]}
    assert not re.search("[<>&\u2028\u2029]", packed)


def hostile_panel() -> Panel:
    """A panel whose place names and labels are hostile."""
    n = len(HOSTILE)
    frame = pd.DataFrame(
        {
            "city_code": [f"42{at:02d}00" for at in range(n)],
            "city": list(HOSTILE),
            "province_code": ["420000"] * n,
            "province": [HOSTILE[0]] * n,
            "year": [2019] * n,
            "n_docs": [1] * n,
            "n_han": [1000] * n,
            "hs_total_n": [2] * n,
            "hs_total_p10k": [float(at) for at in range(n)],
            "hs_bad_p10k": [float(at) for at in range(n)],
        }
    )
    zh, en = f"{SCRIPT}·合计：x", f"{SCRIPT}, total: x"
    labels = {name: Variable(name, name, name) for name in frame.columns}
    for name in ("hs_total_n", "hs_total_p10k"):
        labels[name] = Variable(name, en, zh, SCRIPT, SCRIPT, "=1+1", "hostile@1")
    labels["hs_bad_p10k"] = Variable("hs_bad_p10k", f"{SCRIPT}, =2: x", f"{SCRIPT}·=2：x", "", "", "", "hostile@1")
    coverage = frame[["city_code", "city"]].assign(**{"2019": 1})
    return Panel(frame, tuple(labels.values()), ("city_code", "year"), coverage)


@pytest.fixture(scope="module")
def hostile_out(tmp_path_factory) -> Path:
    out = tmp_path_factory.mktemp("hostile-panel")
    tg.write_panel(hostile_panel(), out)
    return out


def test_hostile_place_names_are_text_in_the_page(tmp_path, page):
    path = write_report(tmp_path, hostile_panel(), {"run_id": SCRIPT, "versions": {SCRIPT: "1"}}, tmp_path / "x.html")
    hostile = parsed(path)
    assert elements(hostile) <= elements(page)
    test_the_page_runs_two_scripts_and_forbids_all_others(tmp_path, hostile)
    test_the_page_points_to_nothing_outside_and_has_no_handlers(hostile)
    rows = rows_of(hostile, "places-hs-ranking")
    assert {row[1] for row in rows} == {" ".join(visible(text).split()) for text in HOSTILE}
    values = values_of(specs_of(hostile)["coverage-coverage"]["zh"])
    assert {row["place"] for row in values} == {visible(text) for text in HOSTILE}


def test_hostile_text_is_no_formula_in_the_excel_csv_and_exact_in_the_plain_one(hostile_out):
    plain = pd.read_csv(hostile_out / "panel.csv", keep_default_na=False, lineterminator="\n")
    assert list(plain["city"]) == list(HOSTILE)
    assert list(pd.read_parquet(hostile_out / "panel.parquet")["city"]) == list(HOSTILE)
    excel = pd.read_csv(
        hostile_out / "panel_excel.csv", keep_default_na=False, lineterminator="\n", encoding="utf-8-sig"
    )
    starts = tuple("=+-@\t\r")
    wanted = ["'" + text if text.startswith(starts) else text for text in HOSTILE]
    assert wanted != list(HOSTILE)
    assert list(excel["city"]) == wanted


def test_hostile_text_is_text_in_the_workbook(hostile_out):
    book = openpyxl.load_workbook(hostile_out / "panel.xlsx")
    cells = [cell for sheet in book for row in sheet.iter_rows() for cell in row]
    assert {cell.data_type for cell in cells} <= {"s", "n", "b"}  # no formula ("f"), no error
    assert [cell.coordinate for cell in cells if cell.hyperlink] == []
    column = [cell.value for cell in book["panel"]["B"]][1:]
    assert column[0] == SCRIPT
    assert column[HOSTILE.index('=HYPERLINK("http://x","y")')].startswith("'=")
    assert column[HOSTILE.index("a\u202egpj.exe")] == "a\u202egpj.exe"
    assert column[HOSTILE.index("bell\x07end")] == "bellend"  # Excel takes no control characters


# ---- charts of a notebook ----


def test_plots_are_altair_charts_of_the_panel(run):
    panel = read_panel(run)
    trend = plot_trend(panel)
    assert isinstance(trend, altair.LayerChart)
    spec = trend.to_dict()
    (line,) = [layer for layer in spec["layer"] if layer["mark"]["type"] == "line"]
    means = {row["year"]: row["mean"] for row in values_of(spec, line)}
    assert means == pytest.approx(panel.frame.groupby("year")["dg_total_p10k"].mean().to_dict())
    two = plot_trend(panel, ["dg_service_p10k", "dg_data_p10k"], lang="en").to_dict()
    labels = {one.name: one.en for one in panel.variables}
    assert {row["en"] for row in values_of(two)} == {labels["dg_service_p10k"], labels["dg_data_p10k"]}
    heat = plot_heatmap(panel, "dg_service_p10k")
    assert isinstance(heat, altair.Chart)
    cells = {(row["row"], row["year"]): row["mean"] for row in values_of(heat.to_dict())}
    wanted = panel.frame.groupby(["province", "year"])["dg_service_p10k"].mean().to_dict()
    assert cells == pytest.approx(wanted)


def test_a_plot_of_what_is_not_there_says_what_is(run, tmp_path):
    panel = read_panel(run)
    with pytest.raises(UsageError, match="no column gdp") as caught:
        plot_trend(panel, "gdp")
    assert "dg_total_n" in str(caught.value)
    with pytest.raises(UsageError, match="use zh or en"):
        plot_heatmap(panel, lang="fr")
    with pytest.raises(UsageError, match=r"topics\.csv"):
        plot_topics(tmp_path)
    with pytest.raises(UsageError, match="no column"):
        plot_trend(panel, [])


def test_a_run_of_one_document_and_one_without_a_hit_have_a_page(tmp_path):
    folder = tmp_path / "reports" / "湖北省" / "武汉市"
    folder.mkdir(parents=True)
    (folder / "2019.txt").write_text("武汉市2019年政府工作报告\n各位代表：现在报告工作。推进一网通办。\n", "utf-8")
    options = RunOptions(StageOptions(lexicons=(read_lexicon("digital-government"),), words=False))
    run_panel([tmp_path / "reports"], tmp_path / "one", options, engine="serial")
    assert rows_of(parsed(tmp_path / "one" / "report.html"), "trend-dg-years")[0][:3] == ["2019", "1", "1"]
    (folder / "2019.txt").write_text("武汉市2019年政府工作报告\n各位代表：现在报告工作。发展农业。\n", "utf-8")
    run_panel([tmp_path / "reports"], tmp_path / "none", options, engine="serial")
    page = parsed(tmp_path / "none" / "report.html")
    assert rows_of(page, "coverage-states") == [["2019", "0", "1", "0"]]
    assert rows_of(page, "words-dg-top-terms") == []


def test_milestones_have_sources_and_marks_number_them():
    miles = read_milestones(2013, 2016)
    assert list(miles["number"]) == list(range(1, len(miles) + 1))
    assert (miles["evidence"] != "").all()
    marks = milestone_marks(miles, "en")
    assert dict(zip(marks["year"], marks["label"], strict=True)) == {2013: "1", 2014: "2", 2015: "3-4", 2016: "5"}
    assert len(read_milestones(1900, 1950)) == 0


# ---- citing, and the command line ----


def test_a_citation_rests_on_the_record(run):
    record = json.loads((run / "provenance.json").read_bytes())
    told = tg.cite_run(run)
    for lang in LANGUAGES:
        for fact in (record["run_id"], record["inputs_sha256"], str(record["n_inputs"])):
            assert fact in told.statements[lang]
        assert record["lexicons"][0]["hash"] in told.software[lang]
    assert "--lexicon digital-government-core" in told.commands[1]
    assert "【请填写" in told.text("zh")


def test_the_command_of_a_citation_makes_the_same_numbers(run, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    command = tg.cite_run(run).commands[1].replace("SOURCE", str(run.parent / "reports"))
    assert leave(monkeypatch, *command.split()[1:], "--engine", "serial", "--quiet") == 0
    assert (tmp_path / "again" / "panel.csv").read_bytes() == (run / "panel.csv").read_bytes()


def test_a_citation_adds_again_what_was_added(run, tmp_path, monkeypatch):
    """Two joins, two indices and a policy, in their order and with their options: the commands give the same panel."""
    monkeypatch.chdir(tmp_path)
    shutil.copytree(run, tmp_path / "out")
    codes = pd.read_parquet(run / "panel.parquet")[["city_code", "year"]]
    for at, name in enumerate(("gdp", "地区 人口"), start=1):
        codes.assign(**{name: range(at, len(codes) + at)}).to_csv(tmp_path / f"{name}.csv", index=False)
    for line in (
        ["join", "out", "gdp.csv"],
        ["index", "out", "--of", "a=gdp,-dg_total_n", "--method", "ew", "--title", "a=甲/first one"],
        ["join", "out", "地区 人口.csv", "--column", "pop=地区 人口"],
        ["index", "out", "--of", "b=pop,gdp", "--method", "eq", "--scope", "year"],
        ["policies", "attach", "out", "broadband_china", "--placebo", "2", "--within-province"],
        ["policies", "attach", "out", "broadband_china", "--placebo", "3", "--replace"],
    ):
        assert leave(monkeypatch, *line, "-q") == 0
    record = json.loads((tmp_path / "out" / "provenance.json").read_bytes())
    assert set(record["tables"]) == {"join 1", "join 2"}
    _, first, *commands, _ = tg.cite_run("out").commands
    assert [line.split()[1] for line in commands] == ["join", "index", "join", "index", "policies", "policies"]
    for line in (first.replace("SOURCE", str(run.parent / "reports")), *commands):
        assert leave(monkeypatch, *shlex.split(line)[1:], "-q") == 0
    panels = [read_panel(tmp_path / name).frame for name in ("out", "again")]
    pd.testing.assert_frame_equal(*panels)
    assert {"gdp", "pop", "a_ew", "b_eq", "bc_did"} <= set(panels[0].columns)


def leave(monkeypatch, *words: object) -> int:
    monkeypatch.setattr(sys, "argv", ["textgov", *map(str, words)])
    with pytest.raises(SystemExit) as left:
        main()
    return left.value.code


def test_the_commands_report_and_cite(run, tmp_path, monkeypatch, capsys):
    assert leave(monkeypatch, "report", run, "--out", tmp_path / "page.html", "--lang", "zh") == 0
    assert (tmp_path / "page.html").read_bytes() == (run / "report.html").read_bytes()
    assert "报告已写好" in capsys.readouterr().err
    assert leave(monkeypatch, "cite", run, "--lang", "en") == 0
    assert capsys.readouterr().out.startswith("## Data availability (draft)")
    assert leave(monkeypatch, "cite", run, "--out", tmp_path / "cite.md") == 0
    both = (tmp_path / "cite.md").read_text("utf-8")
    assert "## Data availability (draft)" in both
    assert "## 数据可得性声明（草稿）" in both
    assert leave(monkeypatch, "cite", run, "--out", tmp_path) == 2
    assert leave(monkeypatch, "report", tmp_path) == 2
    (tmp_path / "provenance.json").write_text("[1]", "utf-8")
    assert leave(monkeypatch, "cite", tmp_path) == 1
    assert "Traceback" not in capsys.readouterr().err
    with pytest.raises(StoreError):
        tg.cite_run(tmp_path)


def test_a_run_without_changes_loads_no_charts(run, tmp_path):
    copy = tmp_path / "demo"
    shutil.copytree(run.parent, copy)
    call = (
        "import sys\nfrom textgov.cli import main\n"
        "try: main()\nexcept SystemExit: pass\n"
        "print(sorted({'altair', 'vl_convert', 'jinja2'} & set(sys.modules)))"
    )
    words = [
        "panel",
        "reports",
        "--out",
        "out",
        "--lexicon",
        "digital-government",
        "--lexicon",
        "digital-government-core",
    ]
    found = []
    for _ in range(2):
        command = [sys.executable, "-X", "utf8", "-c", call, *words, "--engine", "serial", "--quiet"]
        answer = subprocess.run(command, capture_output=True, encoding="utf-8", cwd=copy, check=True, timeout=300)
        found.append(answer.stdout.splitlines()[-1])
    assert found[1] == "[]"
