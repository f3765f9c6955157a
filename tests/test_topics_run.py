"""Topic models of a run: the sample, shards, workers, the folder of a model, the panel; commands and functions."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import textgov as tg
from textgov.batch import StageOptions
from textgov.errors import TopicError, UsageError
from textgov.run import RunOptions, run_panel
from textgov.run.topics import FitOptions, assign_run, attach_run, find_model, fit_run
from textgov.run.topics.panel import topic_diversity
from textgov.run.topics.shards import choose_documents
from textgov.store import read_model, read_plan
from textgov.topics.fit import row_key

PROVINCE = Path(__file__).resolve().parents[1] / "corpora" / "demo" / "reports" / "湖北省"
OPTIONS = FitOptions(n_topics=4, sweeps=15, min_docs=2)


def make_run(out: Path, shard_files: int | None = None) -> Path:
    """A run of one province of the demo corpus, in shards of so many files or in one."""
    stages = StageOptions(lexicons=(tg.read_lexicon("digital-government"),))
    with pytest.MonkeyPatch.context() as patch:
        if shard_files:
            patch.setattr("textgov.batch.shards.SHARD_FILES", shard_files)
        run_panel((PROVINCE,), out, RunOptions(stages), engine="serial")
    assert (len(read_plan(out)[0]) > 1) == bool(shard_files)
    return out


@pytest.fixture(scope="module")
def finished(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run in several shards, with a model and its shares."""
    run = make_run(tmp_path_factory.mktemp("topics") / "run", 5)
    assign_run(run, fit_run(run, OPTIONS).folder)
    return run


@pytest.fixture
def run(finished: Path, tmp_path: Path) -> Path:
    """A copy that a test may change."""
    return shutil.copytree(finished, tmp_path / "run")


def hashes(folder: Path) -> dict[str, str]:
    return {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in sorted(folder.iterdir())}


def textgov(*words: object, **env: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-c", "from textgov.cli import main; main()", *map(str, words)]
    full = {**os.environ, "PYTHONUTF8": "1", **env}
    return subprocess.run(command, capture_output=True, encoding="utf-8", env=full, check=False, timeout=300)


# ---- the same bytes ----


def test_one_shard_two_workers_and_another_hash_seed_give_the_same_bytes(finished, tmp_path):
    whole = make_run(tmp_path / "whole")
    assert len(read_plan(whole)[0]) == 1
    assign_run(whole, fit_run(whole, OPTIONS).folder)
    assert hashes(whole / "topics" / "seeded") == hashes(finished / "topics" / "seeded")
    other = shutil.copytree(finished, tmp_path / "other")
    shutil.rmtree(other / "topics")
    words = ("topics", "fit", other, "--k", 4, "--sweeps", 15, "--min-docs", 2, "--workers", 2)
    fitted = textgov(*words, "--lang", "en", PYTHONHASHSEED="7")
    assert fitted.returncode == 0, fitted.stderr
    assert (other / "topics" / "seeded" / "model.npz").as_posix() in fitted.stdout.splitlines()
    assert "4 topics of" in fitted.stderr
    assigned = textgov("topics", "assign", other, "--workers", 2, "--quiet", PYTHONHASHSEED="8")
    assert (assigned.returncode, assigned.stderr) == (0, "")
    assert hashes(other / "topics" / "seeded") == hashes(finished / "topics" / "seeded")


def test_the_sample_is_that_of_the_smallest_hashes(finished):
    shard_ids, _ = read_plan(finished)
    everything = list(choose_documents(finished, shard_ids, 0, 3))
    assert everything == pd.read_parquet(finished / "documents.parquet")["doc_id"].tolist()
    first = set(sorted(everything, key=lambda doc_id: row_key(doc_id, 3))[:7])
    for ids in (shard_ids, shard_ids[::-1]):
        assert set(choose_documents(finished, ids, 7, 3)) == first
    assert set(choose_documents(finished, shard_ids, 7, 4)) != first


def test_a_sample_fits_to_fewer_words_and_every_document_is_assigned(run):
    fitted = fit_run(run, FitOptions("lda", 3, sweeps=5, min_docs=1, sample=6, unit="document", name="small"))
    assert fitted.model.facts["rows"] == 6
    assert fitted.folder == run / "topics" / "small"
    shares = pd.read_parquet(assign_run(run, fitted.folder))
    assert shares["doc_id"].tolist() == pd.read_parquet(run / "documents.parquet")["doc_id"].tolist()
    assert shares.iloc[:, 2:].sum(axis=1).to_numpy() == pytest.approx(1)


# ---- as a part of a run ----


def test_a_run_with_topics_is_the_run_and_then_the_commands(run, tmp_path):
    stages = StageOptions(lexicons=(tg.read_lexicon("digital-government"),))
    options = RunOptions(stages, topics=OPTIONS)
    whole = tmp_path / "whole"
    done = run_panel((PROVINCE,), whole, options, engine="serial")
    assert [code for code, _ in done.notes] == ["topics_attached"]
    assert {path.relative_to(whole).as_posix() for path in done.files} >= {"panel.csv", "topics/seeded/typical.csv"}
    attach_run(run, run / "topics" / "seeded")
    for name in ("panel.csv", "panel.dta", "codebook.csv", "topics/seeded/doc_topics.parquet"):
        assert (whole / name).read_bytes() == (run / name).read_bytes()
    assert "dg_topic" in done.panel.frame
    assert 'id="topics-seeded' in (whole / "report.html").read_text("utf-8")
    before = {path: path.stat().st_mtime_ns for path in done.files}
    again = run_panel((PROVINCE,), whole, options, engine="serial")
    assert again.again
    assert again.files == done.files
    assert {path: path.stat().st_mtime_ns for path in again.files} == before
    assert again.panel.frame.equals(done.panel.frame)
    other = run_panel((PROVINCE,), whole, replace(options, topics=replace(OPTIONS, n_topics=3)), engine="serial")
    assert not other.again
    assert [name for name in other.panel.frame if name.startswith("tp0")] == ["tp01", "tp02", "tp03"]
    without = run_panel((PROVINCE,), whole, RunOptions(stages), engine="serial")
    assert not without.again
    assert not [name for name in pd.read_csv(whole / "panel.csv") if name.startswith("tp")]


# ---- shares, against the functions and by hand ----


@pytest.mark.parametrize("by", ["document", "unit"])
def test_shares_of_a_run_are_those_of_the_functions(by, run):
    corpus = tg.locate_corpus(tg.normalise_corpus(tg.load_corpus(PROVINCE)))
    model = read_model(run / "topics" / "seeded")
    unit = "sentence" if by == "unit" else "document"
    options = tg.TermOptions(unit=unit, lexicons=(tg.read_lexicon("digital-government"),))
    parts = tg.assign_topics(model, tg.count_terms(tg.cut_terms(corpus, options)))
    expected = tg.pool_shares(parts).frame.set_index("doc_id")
    found = pd.read_parquet(assign_run(run, find_model(run), by=by)).set_index("doc_id")
    assert set(found.index) == set(expected.index)
    assert found[list(model.names)].equals(expected.loc[found.index, list(model.names)])


def test_shares_are_those_of_sentences_where_rows_hold_the_topic(run):
    assert read_model(run / "topics" / "seeded").settings["anchor"] == "rows"
    told = assign_run(run, find_model(run)).read_bytes()
    assert assign_run(run, find_model(run), by="unit").read_bytes() == told
    assert assign_run(run, find_model(run), by="document").read_bytes() != told
    held = fit_run(run, replace(OPTIONS, seed_share=0.4, name="held"))
    assert (held.model.settings["seed_share"], "anchor" in held.model.settings) == (0.4, False)
    told = assign_run(run, held.folder).read_bytes()
    assert assign_run(run, held.folder, by="document").read_bytes() == told


def test_the_panel_has_the_mean_shares_weighted_by_words(run):
    before = pd.read_parquet(run / "panel.parquet")
    attached = attach_run(run, find_model(run))
    panel = pd.read_parquet(run / "panel.parquet")
    model = read_model(run / "topics" / "seeded")
    assert panel[before.columns].equals(before)
    assert list(panel.columns[len(before.columns) :]) == [*model.names, "dg_topic", "tp_diversity", "tp_n_words"]
    documents = pd.read_parquet(run / "documents.parquet")
    shares = pd.read_parquet(run / "topics" / "seeded" / "doc_topics.parquet")
    inside = shares[documents["in_panel"]].assign(
        city_code=documents["place_code"].astype(str), year=documents["year"].astype(int)
    )
    for (code, year), group in inside.groupby(["city_code", "year"]):
        (row,) = panel[(panel["city_code"].astype(str) == code) & (panel["year"] == year)].to_dict("records")
        for name in model.names:
            assert row[name] == pytest.approx(np.average(group[name], weights=group["n_words"]))
        p = np.array([row[name] for name in model.names])
        assert row["tp_diversity"] == pytest.approx(-(p * np.log(p)).sum() / np.log(4))
        assert row["tp_n_words"] == group["n_words"].sum()
    seeded = model.names[model.labels.index("digital-government")]
    assert (panel["dg_topic"] == panel[seeded]).all()
    assert attached.n_rows == len(panel)


def test_the_codebook_names_words_formula_and_lexicon_of_the_columns(run):
    attach_run(run, find_model(run))
    book = pd.read_csv(run / "codebook.csv").set_index("name")
    model = read_model(run / "topics" / "seeded")
    assert "n_words * share" in book.loc["tp01", "formula"]
    top = model.vocabulary[int(np.argmax(model.topics[0]))]
    assert top in book.loc["tp01", "label_zh"]
    assert top in book.loc["tp01", "label_en"]
    assert book.loc["dg_topic", "lexicon"].startswith("digital-government@")
    options = json.loads((run / "provenance.json").read_text("utf-8"))["options"]
    assert options["topics"]["seeded"]["n_topics"] == 4
    import pyreadstat

    _, meta = pyreadstat.read_dta(run / "panel.dta")
    assert meta.column_names_to_labels["tp_diversity"].startswith("主题多样性")


def test_columns_of_an_earlier_model_are_replaced_only_when_asked(run):
    attach_run(run, find_model(run))
    before = (run / "panel.csv").read_bytes()
    fitted = fit_run(run, FitOptions("lda", 3, sweeps=5, min_docs=2))
    assign_run(run, fitted.folder)
    with pytest.raises(UsageError) as caught:
        attach_run(run, fitted.folder)
    assert caught.value.code == "columns_taken"
    assert (run / "panel.csv").read_bytes() == before
    attach_run(run, fitted.folder, replace=True)
    columns = pd.read_parquet(run / "panel.parquet").columns
    assert [name for name in columns if name.startswith("tp")] == ["tp01", "tp02", "tp03", "tp_diversity", "tp_n_words"]


def test_topic_diversity_of_measures():
    # 0.9372305632161295 is the normalised entropy of (0.5, 0.3, 0.2).
    found = topic_diversity(np.array([[0.5, 0.3, 0.2], [1 / 3, 1 / 3, 1 / 3], [0.0, 1.0, 0.0], [np.nan] * 3]))
    assert found[:3] == pytest.approx([0.9372305632161295, 1, 0])
    assert np.isnan(found[3])


# ---- methods ----


@pytest.mark.parametrize("method", ["nmf", "dmr", "dynamic"])
def test_other_methods_take_what_they_need_from_the_run(method, run):
    own = {"covariates": ("year", "province")} if method == "dmr" else {}
    fitted = fit_run(run, FitOptions(method, 3, sweeps=5, min_docs=2, **own))
    assert fitted.model.method == method
    if method == "dmr":
        assert "effect:province=42" in fitted.model.facts
    if method == "dynamic":
        years = pd.read_parquet(run / "documents.parquet")["year"].dropna().astype(int).astype(str)
        assert fitted.model.periods == tuple(sorted(set(years)))
    table = pd.read_csv(fitted.folder / "topics.csv", keep_default_na=False)
    assert table["topic"].tolist() == list(fitted.model.names)
    assert abs(table["n_words"].sum() - fitted.model.facts["words"]) <= 3


@pytest.mark.parametrize(
    ("method", "given"),
    [
        ("lda", {"covariates": ("year",)}),
        ("seeded", {"covariates": ("year", "level")}),
        ("lda", {"seed_share": 0.5}),
        ("nmf", {"by_category": True}),
        ("seeded", {"encoder": "folder"}),
        ("bertopic", {"encoder": "folder", "sweeps": 20}),
    ],
)
def test_options_of_another_method_are_refused(method, given):
    with pytest.raises(UsageError, match=f"{list(given)[-1]} = .*the method is {method}"):
        FitOptions(method, **given)


def test_clusters_get_the_texts_of_their_rows(run, tmp_path, monkeypatch):
    seen: list[str] = []

    class Encoder:
        def encode(self, sentences):
            seen.extend(sentences)
            return np.zeros((len(sentences), 2))

    def cluster(words, vectors, n_topics, seed):
        return np.array([int("政务" in line) for line in words])

    monkeypatch.setattr("textgov.run.topics.fit.open_encoder", lambda folder: Encoder())
    monkeypatch.setattr("textgov.topics.clusters._clusters", cluster)
    fitted = fit_run(run, FitOptions("bertopic", 4, encoder="here", min_docs=1, max_rows=50))
    assert fitted.folder.name == "bertopic"
    assert (len(fitted.model), len(seen), min(map(len, seen)) > 0) == (2, 50, True)
    shares = pd.read_parquet(assign_run(run, fitted.folder))
    assert shares[["tp01", "tp02"]].sum(axis=1).to_numpy() == pytest.approx(1)


def test_a_topic_for_each_category(run):
    lexicon = tg.read_lexicon("digital-government")
    with pytest.raises(TopicError) as caught:
        fit_run(run, FitOptions(n_topics=5, by_category=True, min_docs=1, sweeps=5))
    assert caught.value.code in ("topics_seeds_many", "topics_seeds_unknown")
    own = run / "own.csv"
    # A category of terms that count only near other words has no seed, and no topic.
    own.write_text("term,category,near\n一网通办,service,\n数字政府,whole,\n平台,other,审批\n", "utf-8")
    fitted = fit_run(run, FitOptions(n_topics=5, by_category=True, min_docs=1, sweeps=5, lexicon=str(own)))
    assert set(fitted.model.labels) == {"own/service", "own/whole", ""}
    own.unlink()  # the model keeps a copy
    assign_run(run, fitted.folder)
    attach_run(run, fitted.folder)
    columns = pd.read_parquet(run / "panel.parquet").columns
    assert {name for name in columns if name.endswith("_topic")} == {"own_service_topic", "own_whole_topic"}
    assert lexicon.name not in fitted.model.labels


# ---- faults ----


def test_a_changed_list_beside_the_model_is_refused(run):
    file = run / "topics" / "seeded" / "lexicon.yaml"
    file.write_text(file.read_text("utf-8").replace("一网通办", "一网统办"), "utf-8")
    before = hashes(run / "topics" / "seeded")
    with pytest.raises(TopicError, match="missing or was changed"):
        assign_run(run, find_model(run))
    assert hashes(run / "topics" / "seeded") == before


def test_a_model_of_other_texts_is_refused_and_nothing_is_written(run, tmp_path):
    reports = tmp_path / "reports" / "武汉市"
    reports.mkdir(parents=True)
    for year in range(2010, 2016):
        (reports / f"{year}.txt").write_text("钓鱼岛渔民捕捞带鱼章鱼鲳鱼海参扇贝。\n" * 30, "utf-8")
    other = tmp_path / "other"
    run_panel((reports.parent,), other, RunOptions(StageOptions(lexicons=(tg.read_lexicon("digital-government"),))))
    with pytest.raises(TopicError) as caught:
        assign_run(other, find_model(run))
    assert caught.value.code == "topics_other_vocabulary"
    assert not list(other.glob("topics/*/*"))


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("fit", "none"), "no run"),
        (("fit", "RUN", "--method", "plsa"), "no topic model named plsa; known: lda, seeded"),
        (("fit", "RUN", "--k", "100000"), "100000 topics are more than"),
        (("fit", "RUN", "--k", "1"), "k = 1: use 2 or more"),
        (("fit", "RUN", "--seed", "-1"), "--seed = -1: use a whole number from 0"),
        (("fit", "RUN", "--seed", "4294967296"), "seed = 4294967296: use a whole number from 0"),
        (("fit", "RUN", "--min-docs", "0"), "--min-docs = 0: use 1 or more"),
        (("fit", "RUN", "--max-share", "2"), "--max-share = 2.0: use a share"),
        (("fit", "RUN", "--unit", "page"), "use one of document"),
        (("fit", "RUN", "--name", "a/b"), "use letters"),
        (("fit", "RUN", "--method", "dmr", "--covariate", "colour"), "use year"),
        (("fit", "RUN", "--sample", "1", "--unit", "document", "--min-docs", "1"), "only"),
        (("fit", "RUN", "--lexicon", "none.yaml"), "none.yaml"),
        (("fit", "RUN", "--method", "bertopic"), "needs encoder"),
        (("fit", "RUN", "--method", "bertopic", "--encoder", "some/model"), "nothing is downloaded"),
        (("fit", "RUN", "--seed-share", "2"), "--seed-share = 2.0"),
        (("assign", "none"), "no run"),
        (("assign", "RUN", "--model", "none"), "no topic model"),
        (("report", "RUN", "--seed", "-1"), "--seed = -1: use a whole number from 0"),
        (("report", "none"), "no run"),
        (("show", "demo", "--words", "0"), "--words = 0: use 1 or more"),
        (("assign", "RUN", "--by", "word"), "use document or unit"),
        (("attach", "RUN", "--labels", "fr"), "use zh or en"),
    ],
)
def test_faults_are_one_line_and_write_nothing(words, said, finished, monkeypatch, capsys):
    from textgov.cli import main

    before = hashes(finished / "topics" / "seeded"), sorted((finished / "topics").iterdir())
    given = [str(finished) if word == "RUN" else word for word in words]
    monkeypatch.setattr(sys, "argv", ["textgov", "topics", *given, "--lang", "en"])
    with pytest.raises(SystemExit) as left:
        main()
    assert left.value.code in (1, 2)
    lines = capsys.readouterr().err.strip().splitlines()
    assert len(lines) == 1
    assert said in lines[0]
    assert (hashes(finished / "topics" / "seeded"), sorted((finished / "topics").iterdir())) == before


def test_which_model_is_meant_must_be_clear(run):
    shutil.copytree(run / "topics" / "seeded", run / "topics" / "other")
    with pytest.raises(TopicError, match="other, seeded"):
        find_model(run)
    assert find_model(run, "other") == run / "topics" / "other"
    shutil.rmtree(run / "topics")
    with pytest.raises(TopicError) as caught:
        find_model(run)
    assert caught.value.code == "topics_which"


def test_a_model_from_elsewhere_is_assigned_and_attached(run, tmp_path):
    outside = shutil.move(run / "topics" / "seeded", tmp_path / "seeded")
    (outside / "doc_topics.parquet").unlink()
    shares = pd.read_parquet(assign_run(run, outside))
    attach_run(run, outside)
    panel = pd.read_parquet(run / "panel.parquet")
    assert panel["tp_n_words"].sum() == shares["n_words"].sum()
    assert not (outside / "doc_topics.parquet").exists()


def test_a_model_from_elsewhere_with_the_name_of_an_own_one_is_refused(run, tmp_path):
    """Its shares would replace those of the own model, or those of the own would stand under its labels."""
    from textgov.run.topics import make_intrusion, report_run

    own = run / "topics" / "seeded"
    other = fit_run(run, FitOptions("lda", 3, sweeps=3, min_docs=2, name="other")).folder
    outside = Path(shutil.move(other, tmp_path / "seeded"))
    before = hashes(own)
    for use in (assign_run, attach_run, make_intrusion, report_run):
        with pytest.raises(TopicError, match="another model of this run"):
            use(run, outside)
    assert hashes(own) == before
    # A copy of the own model is the own model.
    copy = shutil.copytree(own, tmp_path / "copy" / "seeded")
    assert assign_run(run, copy) == own / "doc_topics.parquet"
    assert hashes(own) == before


def test_shares_that_are_missing_or_of_another_run_are_told(run):
    folder = find_model(run)
    shares = pd.read_parquet(folder / "doc_topics.parquet")
    shares.iloc[1:].to_parquet(folder / "doc_topics.parquet")
    with pytest.raises(TopicError) as caught:
        attach_run(run, folder)
    assert caught.value.code == "topics_run_changed"
    (folder / "doc_topics.parquet").unlink()
    with pytest.raises(TopicError) as caught:
        attach_run(run, folder)
    assert caught.value.code == "topics_unassigned"
