"""What a run says of its topics: the choice of K, stability, reports, intrusion sheets, similarity; commands too."""

from __future__ import annotations

import csv
import importlib.util
import json
import math
import re
import shutil
import sys
import tomllib
from dataclasses import replace
from pathlib import Path

import numpy as np
import openpyxl
import pandas as pd
import pytest
from test_topics_run import OPTIONS, hashes, make_run
from typer.testing import CliRunner

import textgov as tg
from textgov.batch import StageOptions
from textgov.cli import app, main
from textgov.errors import StoreError, TopicError, UsageError
from textgov.run import RunOptions, run_panel
from textgov.run.topics import (
    FitOptions,
    RunChoice,
    choose_run,
    find_model,
    fit_run,
    make_intrusion,
    read_sizes,
    report_run,
    score_intrusion,
    similarity_run,
    stability_run,
)
from textgov.run.topics.page import topics_page
from textgov.run.topics.report import correlate
from textgov.run.topics.similarity import find_copies
from textgov.store import read_model, read_plan
from textgov.topics import cut_terms
from textgov.topics.builtin import builtin_topics, read_topics
from textgov.topics.intrusion import LEAST_SHARE, IntrusionItem, score_answers, topic_items, word_items
from textgov.topics.intrusion_sheet import read_intrusion, read_key
from textgov.topics.show import show_topics
from textgov.topics.similarity import SimilarityOptions
from textgov.topics.words import top_words

PARAGRAPHS = replace(OPTIONS, method="lda", unit="paragraph", n_topics=6, name="para")
REPORT_FILES = {
    "topics.csv",
    "topic_words.csv",
    "topic_years.csv",
    "typical.csv",
    "twins.csv",
    "lexicon_correlation.csv",
    "topics.md",
}


@pytest.fixture(scope="module")
def finished(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run in several shards, with a model of its paragraphs and its report."""
    run = make_run(tmp_path_factory.mktemp("reports") / "run", 20)
    report_run(run, fit_run(run, PARAGRAPHS).folder)
    return run


@pytest.fixture
def run(finished: Path, tmp_path: Path) -> Path:
    """A copy that a test may change."""
    return shutil.copytree(finished, tmp_path / "run")


@pytest.fixture(scope="module")
def tables(finished: Path) -> dict[str, pd.DataFrame]:
    folder = finished / "topics" / "para"
    return {path.name: pd.read_csv(path, keep_default_na=True) for path in folder.glob("*.csv")}


# ---- reports ----


def test_a_report_has_its_files_with_every_topic(finished, tables):
    folder = finished / "topics" / "para"
    assert {path.name for path in folder.iterdir()} >= REPORT_FILES
    model = read_model(folder)
    for name in ("topics.csv", "topic_words.csv", "topic_years.csv", "typical.csv", "twins.csv"):
        assert list(dict.fromkeys(tables[name]["topic"])) == list(model.names)
    topics = tables["topics.csv"]
    assert topics["share"].to_numpy() == pytest.approx(model.shares)
    assert topics["top_words"].str.split().str[:5].tolist() == top_words(model, n_top=5)
    assert topics[["npmi", "c_v", "exclusivity", "spread", "passages", "likeness"]].notna().all().all()
    page = (folder / "topics.md").read_text("utf-8")
    assert re.findall("^## (tp\\d+)", page, re.MULTILINE) == list(model.names)
    assert "nan" not in page


def test_typical_passages_are_in_their_documents(finished, tables):
    corpus = tg.locate_corpus(
        tg.normalise_corpus(tg.load_corpus(Path(__file__).parents[1] / "corpora/demo/reports/湖北省"))
    )
    documents = {one.doc_id: one for one in corpus.documents}
    typical = tables["typical.csv"]
    for row in typical.to_dict("records"):
        document = documents[row["doc_id"]]
        assert (row["city"], row["year"]) == (document.place, document.year)
        assert " ".join(document.text[row["start"] :].split()).startswith(row["text"].removesuffix("…")[:60])
    assert (typical.groupby("topic")["city"].nunique() == typical.groupby("topic").size()).all()
    assert (typical.groupby("topic")["share"].diff().dropna() <= 0).all()


def test_shares_by_year_are_those_of_the_functions(finished, tables):
    model = read_model(finished / "topics" / "para")
    corpus = tg.locate_corpus(
        tg.normalise_corpus(tg.load_corpus(Path(__file__).parents[1] / "corpora/demo/reports/湖北省"))
    )
    options = tg.TermOptions(unit="paragraph", lexicons=(tg.read_lexicon("digital-government"),))
    shares = tg.pool_shares(tg.assign_topics(model, tg.count_terms(cut_terms(corpus, options))))
    year_of = {one.doc_id: one.year for one in corpus.documents}
    frame = shares.frame.assign(n=shares.lengths["n_terms"], year=[year_of[one] for one in shares.doc_ids])
    for row in tables["topic_years.csv"].to_dict("records"):
        part = frame[frame["year"] == row["year"]]
        assert row["share"] == pytest.approx(np.average(part[row["topic"]], weights=part["n"]))
        assert row["n_docs"] == len(part)
        assert row["low"] <= row["share"] <= row["high"]


def test_correlations_are_those_of_the_panel(finished, tables, tmp_path):
    from textgov.run.topics import assign_run, attach_run

    copy = shutil.copytree(finished, tmp_path / "run")
    assign_run(copy, find_model(copy, "para"), by="unit")
    attach_run(copy, find_model(copy, "para"))
    panel = pd.read_parquet(copy / "panel.parquet")
    found = tables["lexicon_correlation.csv"]
    rates = [name for name in panel.columns if name.endswith("_p10k")]
    assert sorted(set(found["column"])) == sorted(rates)
    for row in found.to_dict("records"):
        expected = panel[row["topic"]].corr(panel[row["column"]])
        if math.isnan(expected):
            assert math.isnan(row["correlation"])
        else:
            assert row["correlation"] == pytest.approx(expected, abs=1e-12)
        assert row["n"] == len(panel)


def test_a_report_tells_the_shares_that_were_assigned(finished, tables, tmp_path):
    from textgov.run.topics import assign_run, attach_run

    copy = shutil.copytree(finished, tmp_path / "run")
    folder = find_model(copy, "para")
    shares = pd.read_parquet(assign_run(copy, folder))
    attach_run(copy, folder)
    report = report_run(copy, folder)
    panel = pd.read_parquet(copy / "panel.parquet")
    for row in report.tables["lexicon_correlation.csv"].to_dict("records"):
        assert row["correlation"] == pytest.approx(
            panel[row["topic"]].corr(panel[row["column"]]), abs=1e-12, nan_ok=True
        )
    years = pd.read_parquet(copy / "documents.parquet").set_index("doc_id")["year"]
    shares = shares.assign(year=shares["doc_id"].map(years))
    by_year = report.tables["topic_years.csv"]
    for row in by_year.to_dict("records"):
        part = shares[shares["year"] == row["year"]]
        assert row["share"] == pytest.approx(np.average(part[row["topic"]], weights=part["n_words"]), abs=1e-12)
    assert not np.allclose(by_year["share"], tables["topic_years.csv"]["share"])


def test_a_new_model_removes_what_was_said_of_the_old_one(finished, tmp_path):
    copy = shutil.copytree(finished, tmp_path / "run")
    folder = copy / "topics" / "para"
    assert {path.name for path in folder.iterdir()} >= REPORT_FILES
    fitted = fit_run(copy, replace(PARAGRAPHS, n_topics=3, sweeps=5))
    assert {path.name for path in folder.iterdir()} == {path.name for path in fitted.files}


def test_correlation_by_hand():
    assert correlate(np.array([1.0, 2, 3]), np.array([3.0, 2, 1])) == (-1.0, 3)
    assert math.isnan(correlate(np.array([1.0, 1, 1]), np.array([3.0, 2, 1]))[0])
    assert correlate(np.array([1.0, np.nan, 3]), np.array([3.0, 2, 1]))[1] == 2


def test_one_shard_gives_the_same_report(finished, tmp_path):
    whole = make_run(tmp_path / "whole")
    assert len(read_plan(whole)[0]) == 1
    report_run(whole, fit_run(whole, PARAGRAPHS).folder)
    assert hashes(whole / "topics" / "para") == hashes(finished / "topics" / "para")


def test_models_of_documents_and_sentences_are_described_too(run):
    for unit in ("document", "sentence"):
        fitted = fit_run(run, FitOptions("lda", 3, unit=unit, sweeps=10, min_docs=2, name=unit))
        found = report_run(run, fitted.folder, n_typical=2)
        assert len(found.tables["topics.csv"]) == 3
        assert (found.tables["typical.csv"].groupby("topic").size() <= 2).all()
        assert len(found.tables["typical.csv"]) >= 1


def test_faults_of_a_report_are_told(run, tmp_path):
    folder = find_model(run, "para")
    with pytest.raises(TopicError, match="no topic model nothing"):
        find_model(run, "nothing")
    (tmp_path / "empty").mkdir()
    with pytest.raises(TopicError, match="holds no topic model"):
        report_run(run, find_model(run, str(tmp_path / "empty")))
    (run / "documents.parquet").unlink()
    with pytest.raises(StoreError, match="missing"):
        report_run(run, folder)
    (folder / "model.npz").write_bytes(b"x")
    with pytest.raises(TopicError, match="was changed"):
        report_run(run, folder)
    with pytest.raises(UsageError):
        report_run(tmp_path, folder)


# ---- choice and stability ----


def test_sizes_are_read():
    assert read_sizes("10:60:5") == tuple(range(10, 61, 5))
    assert read_sizes("4:6") == (4, 5, 6)
    assert read_sizes(" 8, 12") == (8, 12)
    for text in ("", "ten", "10:60:0", "1,2", "60:10", "5,,6", "-3"):
        with pytest.raises(UsageError):
            read_sizes(text)


def test_a_choice_writes_table_picture_and_page(run):
    fit = FitOptions("lda", sweeps=8, min_docs=2, max_rows=200)
    found = choose_run(run, RunChoice((3, 6), (1, 2), fit=fit))
    folder = run / "topics" / "lda"
    assert [path.name for path in found.files] == ["choose.csv", "choose.md", "choose.svg"]
    table = pd.read_csv(folder / "choose.csv")
    assert table["k"].tolist() == [3, 3, 6, 6]
    assert table["seed"].tolist() == [1, 2, 1, 2]
    assert table[["heldout", "npmi", "c_v", "exclusivity", "stability", "jaccard", "score"]].notna().all().all()
    picture = (folder / "choose.svg").read_text("utf-8")
    assert picture.startswith("<svg")
    for word in ("留出似然", "稳定性", "Noto Sans CJK SC", "Microsoft YaHei"):
        assert word in picture
    page = (folder / "choose.md").read_text("utf-8")
    assert f"# Number of topics: {found.choice.recommended}" in page
    assert found.choice.reason[1] in page
    before = hashes(folder)
    choose_run(run, RunChoice((3, 6), (1, 2), fit=fit))
    assert hashes(folder) == before


def test_a_seeded_choice_and_faults(run):
    fit = FitOptions("seeded", sweeps=4, min_docs=2, max_rows=300)
    assert choose_run(run, RunChoice((3,), (1,), fit=fit)).choice.recommended == 3
    with pytest.raises(UsageError, match="choose with lda"):
        choose_run(run, RunChoice((3,), (1,), fit=replace(fit, method="dmr")))
    with pytest.raises(TopicError, match="more than"):
        choose_run(run, RunChoice((50_000,), (1,), fit=replace(fit, method="lda")))
    assert not (run / "topics" / "lda").exists()


def test_stability_is_written_for_every_topic_and_seed(run):
    found = stability_run(run, find_model(run, "para"), [2, 3])
    table = pd.read_csv(found.path)
    assert list(table.columns) == ["topic", "title", "seed", "partner", "cosine", "best", "jaccard"]
    assert len(table) == 12
    assert table["cosine"].between(0, 1).all()
    assert (table.groupby("seed")["partner"].nunique() == 6).all()
    # On all documents and with its own seed the model itself comes back.
    again = stability_run(run, find_model(run, "para"), [1], share=1 - 1e-12)
    assert again.table["cosine"].to_numpy() == pytest.approx(1)


# ---- intrusion ----


@pytest.fixture(scope="module")
def model(finished: Path) -> tg.TopicModel:
    return read_model(finished / "topics" / "para")


def test_word_items_have_five_words_of_the_topic_and_one_of_another(model):
    items = word_items(model, seed=3)
    assert sorted(item.about for item in items) == list(model.names)
    assert word_items(model, seed=3) == items
    assert word_items(model, seed=4) != items
    assert {item.answer for seed in range(6) for item in word_items(model, seed)} == {1, 2, 3, 4, 5, 6}
    words = dict(zip(model.names, top_words(model, n_top=10), strict=True))
    for item in items:
        intruder = item.shown[item.answer - 1]
        own = [word for word in item.shown if word != intruder]
        assert sorted(own) == sorted(words[item.about][:5])
        assert intruder not in words[item.about]
        assert any(intruder in words[other] for other in model.names if other != item.about)
        at = model.vocabulary.index(intruder)
        row = model.topics[model.names.index(item.about)]
        assert (row >= row[at]).sum() > len(row) / 2


def test_a_small_model_has_no_intruders():
    from test_topics_trust import model_of

    with pytest.raises(UsageError, match="vocabulary is too small"):
        word_items(model_of([[0.5, 0.3, 0.2], [0.2, 0.3, 0.5]]))
    with pytest.raises(UsageError, match="6 topics or more"):
        topic_items(model_of([[0.5, 0.3, 0.2], [0.2, 0.3, 0.5]]), (), {})


WORDS = IntrusionItem("word", "w1", "tp01", ("a", "b", "c", "d", "e", "f"), 2)
OTHER = IntrusionItem("word", "w2", "tp02", ("a", "b", "c", "d", "e", "f"), 5)
SHARES = (0.5, 0.0, 0.3, 0.1)
TOPICS = IntrusionItem("topic", "t1", "d1", ("a", "b", "c", "d"), 2, ("tp01", "tp02", "tp03", "tp04"), SHARES)


def test_scores_by_hand():
    items = {item.item_id: item for item in (WORDS, OTHER, TOPICS)}
    scores = {(one.kind, one.about): one for one in score_answers(items, {"w1": [2, 3], "w2": [5, 5], "t1": [2, 3]})}
    assert [scores["word", name].precision for name in ("all", "tp01", "tp02")] == [0.75, 0.5, 1]
    assert scores["word", "all"].chance == 1 / 6
    assert scores["word", "all"].n_answers == 4
    # ln 0.001 - ln 0.001 for the right answer, ln 0.001 - ln 0.3 for the other.
    expected = (0 + math.log(LEAST_SHARE) - math.log(0.3)) / 2
    assert scores["topic", "all"].log_odds == pytest.approx(expected)
    assert scores["topic", "all"].precision == 0.5
    assert math.isnan(scores["word", "all"].log_odds)


@pytest.fixture
def sheets(run: Path) -> Path:
    make_intrusion(run, find_model(run, "para"), n_passages=8)
    return run / "topics" / "para" / "intrusion"


def fill(path: Path, coder: str, answers, out: Path) -> Path:
    """A copy of a csv sheet with the answers of one coder."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    for row in rows:
        row[coder] = str(answers(row))
    with out.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    return out


def test_filled_sheets_are_read_back_with_scores(run, sheets, tmp_path):
    assert sorted(path.name for path in sheets.iterdir()) == [
        "key.csv",
        "topic_intrusion.csv",
        "topic_intrusion.xlsx",
        "word_intrusion.csv",
        "word_intrusion.xlsx",
    ]
    key = read_key(sheets)
    right = lambda row: key[row["id"]].answer  # noqa: E731
    a = fill(sheets / "word_intrusion.csv", "coder_a", right, tmp_path / "a.csv")
    first = next(item_id for item_id in key if item_id.startswith("w"))
    miss = lambda row: key[row["id"]].answer % 6 + 1 if row["id"] == first else key[row["id"]].answer  # noqa: E731
    b = fill(sheets / "word_intrusion.csv", "coder_b", miss, tmp_path / "b.csv")
    c = fill(sheets / "topic_intrusion.csv", "coder_a", right, tmp_path / "c.csv")
    scored = score_intrusion(run, find_model(run, "para"), [a, b, c])
    table = pd.read_csv(scored.path)
    word, topic = (table[(table["kind"] == kind) & (table["about"] == "all")].iloc[0] for kind in ("word", "topic"))
    assert word["n_answers"] == 12
    assert word["precision"] == pytest.approx(11 / 12)
    assert (topic["precision"], topic["log_odds"], topic["n_answers"]) == (1, 0, 8)
    agreement = {one.kind: one for one in scored.found.agreement}
    assert (agreement["word"].n, agreement["word"].percent) == (6, pytest.approx(5 / 6))
    assert (agreement["topic"].n, agreement["topic"].kappa) == (0, None)


def test_the_workbook_is_read_as_the_csv_and_words_are_answers_too(run, sheets, model):
    book = openpyxl.load_workbook(sheets / "word_intrusion.xlsx")
    page = book["word_intrusion"]
    head = [cell.value for cell in page[1]]
    for number, row in enumerate(page.iter_rows(min_row=2), 2):
        page.cell(number, head.index("coder_a") + 1, row[1].value)  # the first word
    path = sheets / "filled.xlsx"
    book.save(path)
    found = read_intrusion([path], read_key(sheets), model)
    key = read_key(sheets)
    expected = np.mean([item.answer == 1 for item in key.values() if item.kind == "word"])
    assert found.scores[0].precision == pytest.approx(expected)
    assert "instructions" in book.sheetnames


def changed(path: Path, out: Path, old: str, new: str) -> Path:
    text = path.read_text("utf-8-sig")
    assert old in text
    out.write_text(text.replace(old, new, 1), "utf-8")
    return out


def test_altered_sheets_are_refused(run, sheets, model, tmp_path):
    key = read_key(sheets)
    good = fill(sheets / "word_intrusion.csv", "coder_a", lambda row: 1, tmp_path / "good.csv")
    with good.open(encoding="utf-8", newline="") as file:
        row = next(csv.DictReader(file))
    cases = {
        "other word": changed(good, tmp_path / "1.csv", row["word_3"], "改动"),
        "swapped": changed(
            good, tmp_path / "2.csv", f"{row['word_1']},{row['word_2']}", f"{row['word_2']},{row['word_1']}"
        ),
        "other id": changed(good, tmp_path / "3.csv", row["id"], "w000000000"),
    }
    for path in cases.values():
        with pytest.raises(UsageError, match="row 2: the id"):
            read_intrusion([path], key, model)
    with pytest.raises(UsageError, match="no answer"):
        read_intrusion([fill(good, "coder_a", lambda row: 7, tmp_path / "4.csv")], key, model)
    with pytest.raises(UsageError, match="no answer of any coder"):
        read_intrusion([sheets / "word_intrusion.csv"], key, model)
    with pytest.raises(UsageError, match="in another copy"):
        read_intrusion([good, fill(good, "coder_a", lambda row: 2, tmp_path / "5.csv")], key, model)
    twice = tmp_path / "6.csv"
    twice.write_text(good.read_text("utf-8") + good.read_text("utf-8").splitlines()[1] + "\n", "utf-8")
    with pytest.raises(UsageError, match="stands twice"):
        read_intrusion([twice], key, model)
    other = replace(model, topics=model.topics[::-1].copy())
    with pytest.raises(UsageError, match="or to this model"):
        read_intrusion([good], key, other)
    passage = fill(sheets / "topic_intrusion.csv", "coder_a", lambda row: 1, tmp_path / "7.csv")
    with passage.open(encoding="utf-8", newline="") as file:
        text = next(csv.DictReader(file))["text"]
    with pytest.raises(UsageError, match="row 2: the id"):
        read_intrusion([changed(passage, tmp_path / "8.csv", text[:8], "别的文本")], key, model)
    (sheets / "key.csv").write_text("kind,item_id\nword,x\n", "utf-8")
    with pytest.raises(UsageError, match="no row of a key"):
        read_key(sheets)


def test_filled_sheets_are_not_overwritten(run, sheets):
    fill(sheets / "word_intrusion.csv", "coder_b", lambda row: 1, sheets / "word_intrusion.csv")
    with pytest.raises(UsageError, match="not overwritten"):
        make_intrusion(run, find_model(run, "para"), n_passages=8)


def test_intrusion_does_not_depend_on_shards(run, sheets, tmp_path):
    whole = make_run(tmp_path / "whole")
    make_intrusion(whole, fit_run(whole, PARAGRAPHS).folder, n_passages=8)
    assert hashes(whole / "topics" / "para" / "intrusion") == hashes(sheets)


# ---- similarity ----

BODY = {
    ("国务院", 2018): "大力发展数字经济和数字政府,深化放管服改革,推动高质量发展,实施乡村振兴战略。",
    ("武汉市", 2018): "建设桥梁隧道,种植水稻小麦,发展旅游业,保障住房供应和养老服务。",
    ("武汉市", 2019): "大力发展数字经济和数字政府,深化放管服改革,推动高质量发展,建设桥梁隧道。",
    ("宜昌市", 2018): "修建水库大坝,种植柑橘茶叶,发展旅游业,保障住房供应。",
    ("宜昌市", 2019): "修建水库大坝,种植柑橘茶叶,发展旅游业,保障住房供应和医疗卫生。",
}
FORMULA = "各位代表,现在报告工业生产和对外贸易工作,请予审议。"


@pytest.fixture(scope="module")
def small_run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Five short reports, one of them national."""
    folder = tmp_path_factory.mktemp("similar")
    for (place, year), text in BODY.items():
        path = folder / "reports" / f"{place}{year}年政府工作报告.txt"
        path.parent.mkdir(exist_ok=True)
        path.write_text(f"{place}{year}年政府工作报告\n\n{FORMULA}\n{text * 3}\n", "utf-8")
    stages = StageOptions(lexicons=(tg.read_lexicon("digital-government"),))
    run_panel((folder / "reports",), folder / "run", RunOptions(stages), engine="serial")
    return folder / "run"


def test_similarity_enters_the_panel(small_run, tmp_path):
    run = shutil.copytree(small_run, tmp_path / "run")
    levels = pd.read_parquet(run / "documents.parquet").set_index("doc_id")["level"]
    assert sorted(levels) == ["national", *["prefecture"] * 4]
    found = similarity_run(run, SimilarityOptions(weight="counts"), sections="all")
    panel = pd.read_parquet(run / "panel.parquet").set_index(["city", "year"])
    names = ["sim_nation", "sim_province", "sim_nation_raw", "sim_province_raw"]
    assert list(panel.columns[-4:]) == names
    assert panel.loc[("武汉市", 2018), names].isna().all()
    assert panel.loc[("武汉市", 2019), "sim_nation"] > panel.loc[("宜昌市", 2019), "sim_nation"]
    # The formula that all have is counted in the raw columns alone.
    assert (panel["sim_nation_raw"] > panel["sim_nation"]).sum() == 2
    assert found.known == dict.fromkeys(names, 2)
    codebook = pd.read_csv(run / "codebook.csv").set_index("name")
    assert "t-1" in codebook.loc["sim_nation", "formula"]
    with pytest.raises(UsageError, match="sim_nation"):
        similarity_run(run)
    again = similarity_run(run, SimilarityOptions(min_copies=0), replace_columns=True)
    assert list(again.known) == ["sim_nation_raw", "sim_province_raw"]


@pytest.mark.parametrize(("lang", "said"), [("en", "sim_nation, sim_nation_raw: empty"), ("zh", "全部为空")])
def test_a_run_without_national_reports_of_the_year_says_so(lang, said, small_run, tmp_path):
    words = ["topics", "similarity", str(small_run), "--out", str(tmp_path / "out"), "--engine", "serial"]
    with_nation = CliRunner().invoke(app, [*words, "--lang", lang])
    assert said not in with_nation.stderr
    without = CliRunner().invoke(app, [*words, "--lag", "5", "--lang", lang])
    assert (with_nation.exit_code, without.exit_code) == (0, 0)
    assert said in without.stderr
    assert (small_run / "documents.parquet").as_posix() in without.stderr


def test_similarity_of_a_run_by_brute_force(small_run, tmp_path):
    run = shutil.copytree(small_run, tmp_path / "run")
    similarity_run(run, SimilarityOptions(weight="counts", min_copies=0), sections="all")
    panel = pd.read_parquet(run / "panel.parquet").set_index(["city", "year"])
    corpus = tg.locate_corpus(tg.normalise_corpus(tg.load_corpus(small_run.parent / "reports")))
    terms = tg.count_terms(cut_terms(corpus, tg.TermOptions(sections="all")))
    row = {(one.place, one.year): at for at, one in enumerate(corpus.documents)}
    counts = terms.values.toarray().astype(float)
    nation = next(at for (place, _), at in row.items() if place not in ("武汉市", "宜昌市"))

    def cosine(one, other):
        return one @ other / np.linalg.norm(one) / np.linalg.norm(other)

    for city, other in (("武汉市", "宜昌市"), ("宜昌市", "武汉市")):
        mine = counts[row[city, 2019]]
        assert panel.loc[(city, 2019), "sim_nation_raw"] == pytest.approx(cosine(mine, counts[nation]))
        assert panel.loc[(city, 2019), "sim_province_raw"] == pytest.approx(cosine(mine, counts[row[other, 2018]]))


def test_copies_are_counted_over_the_run(small_run):
    assert len(find_copies(small_run, 5)) == 1
    assert find_copies(small_run, 6) == frozenset()


# ---- commands ----


@pytest.fixture
def command(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]):
    """The command line in this process: status, stdout, stderr."""

    def call(*words: object) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["textgov", *map(str, words)])
        with pytest.raises(SystemExit) as left:
            main()
        return (left.value.code, *capsys.readouterr())

    return call


def test_commands_write_and_say(run, command):
    status, out, err = command("topics", "report", run, "--model", "para", "--engine", "serial", "--lang", "zh")
    assert status == 0, err
    assert (run / "topics/para/topics.md").as_posix() in out.splitlines()
    assert "已描述 6 个主题" in err
    words = ("--k", "3,5", "--seeds", 2, "--sweeps", 5, "--min-docs", 2, "--max-rows", 150, "--engine", "serial")
    status, out, err = command("topics", "choose", run, *words, "--lang", "en")
    assert status == 0, err
    assert "Each measure by itself is highest at" in err
    words = ("--model", "para", "--seeds", 1, "--engine", "serial", "--lang", "en")
    status, out, err = command("topics", "stability", run, *words)
    assert status == 0, err
    assert "6 topics fitted again with 1 seeds: mean cosine 0." in err
    assert set(pd.read_csv(run / "topics/para/stability.csv")["seed"]) == {2}
    status, out, err = command("topics", "intrusion", run, "--model", "para", "--passages", 0, "--lang", "en")
    assert (status, "topic_intrusion" in out) == (0, False)
    sheet = run / "topics/para/intrusion/word_intrusion.csv"
    fill(sheet, "coder_a", lambda row: 1, sheet)
    status, out, err = command("topics", "intrusion", run, "--model", "para", "--filled", sheet, "--lang", "en")
    assert (status, out.strip()) == (0, (sheet.parent / "scores.csv").as_posix())
    assert "of 6 answers name the intruder (guessing: 0.167)" in err
    status, out, err = command("topics", "similarity", run, "--engine", "serial", "--lang", "en")
    assert "sim_nation: known in 0 of" in err
    status, out, err = command("topics", "show", run / "topics" / "para", "--words", 3)
    assert out.splitlines()[1].startswith("tp01")


@pytest.mark.parametrize(
    ("words", "status", "said"),
    [
        (("choose", "RUN", "--k", "ten"), 2, "from:to:step"),
        (("choose", "RUN", "--k", "3", "--seeds", "0"), 2, "use 1 or more"),
        (("choose", "RUN", "--k", "3", "--method", "plsa"), 2, "no topic model named plsa"),
        (("report", "RUN", "--model", "none"), 1, "no topic model none"),
        (("report", "RUN", "--passages", "0"), 2, "use 1 or more"),
        (("intrusion", "RUN", "--model", "para", "--filled", "missing.csv"), 2, "key.csv: no such file"),
        (("similarity", "RUN", "--weight", "bm25"), 2, "use tfidf, counts"),
        (("similarity", "RUN", "--labels", "fr"), 2, "use zh or en"),
        (("show", "nothing"), 1, "no topic model nothing"),
    ],
)
def test_faults_of_commands_are_one_line(finished, command, words, status, said):
    found, out, err = command("topics", *(finished if word == "RUN" else word for word in words), "--lang", "en")
    assert (found, out) == (status, "")
    assert said in err
    assert len(err.splitlines()) == 1


# ---- the model that comes with the package ----


def test_the_sample_model_is_found_by_name_and_folder(command):
    folder = Path(__file__).parents[1] / "models" / "demo"
    assert builtin_topics() == {"demo": folder}
    model = tg.read_topics("demo")
    assert (len(model), model.method, model.seed) == (12, "seeded", 1)
    assert read_topics(folder).topics.tobytes() == model.topics.tobytes()
    for name in ("demo", folder):
        assert command("topics", "show", name)[:2] == (0, show_topics(model) + "\n")
    assert "digital-government" in show_topics(model)


def test_the_sample_model_goes_into_the_wheel():
    project = tomllib.loads((Path(__file__).parents[1] / "pyproject.toml").read_text("utf-8"))
    targets = project["tool"]["hatch"]["build"]["targets"]
    assert targets["wheel"]["force-include"]["models/demo"] == "textgov/data/models/demo"
    assert "models/demo" in targets["sdist"]["include"]


def test_texts_are_no_markup_on_the_page(tables, model):
    typical = tables["typical.csv"].assign(text="<script>alert(1)</script>")
    page = topics_page(model, {**tables, "typical.csv": typical})
    assert "<script>" not in page
    assert "&lt;script&gt;" in page


def test_the_card_of_the_sample_model_is_true():
    folder = Path(__file__).parents[1] / "models" / "demo"
    model = tg.read_topics("demo")
    card = (folder / "README.md").read_text("utf-8")
    for name, value in (
        ("rows", model.facts["rows"]),
        ("words", model.facts["words"]),
        ("terms", len(model.vocabulary)),
    ):
        assert f"{value:,} {name}" in card
    assert f"seed {model.seed}" in card
    for heading in ("## Data", "## Settings", "## Metrics", "## Limits"):
        assert heading in card
    for words in top_words(model, n_top=3):
        assert " ".join(words) in card


def test_the_sample_model_describes_other_runs(run):
    found = report_run(run, find_model(run, "demo"))
    assert len(found.tables["topics.csv"]) == 12
    assert (run / "topics" / "demo" / "topics.md").is_file()


def test_the_sample_model_is_made_again_with_the_same_bytes():
    """If it differs because the way of making models has changed: python models/make_demo.py"""
    spec = importlib.util.spec_from_file_location("make_demo_model", Path(__file__).parents[1] / "models/make_demo.py")
    script = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(script)
    assert script.check() == []
    manifest = json.loads((script.HERE / "demo" / "manifest.json").read_text("utf-8"))
    found = hashes(script.HERE / "demo")
    assert manifest["files"] == {name: digest for name, digest in found.items() if name != "manifest.json"}
