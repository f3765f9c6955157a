"""From files to outputs: determinism, and every file of a run folder."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pandas as pd
import pyarrow.parquet as pq
import pytest

from textgov.batch import Shard, ShardState, StageOptions, cut_shards, plan_shard, process_shard
from textgov.demo import demo_folder, demo_options
from textgov.errors import OutputError, StoreError, TextgovError, UsageError
from textgov.lexicon import counted_lexicon, read_lexicon
from textgov.load import Input, list_inputs
from textgov.run import RunOptions, read_complete, run_panel
from textgov.store import read_corpus

OUTPUTS = {
    "panel.csv",
    "panel_excel.csv",
    "panel.dta",
    "panel.do",
    "panel.parquet",
    "panel.xlsx",
    "codebook.csv",
    "codebook.md",
    "coverage.csv",
    "documents.parquet",
    "hits.parquet",
    "lexicon_report.csv",
    "manifest.csv",
    "review.csv",
    "review.xlsx",
    "term_counts.mtx",
    "term_counts_documents.csv",
    "term_counts_terms.csv",
    "provenance.json",
    "report.html",
}


@pytest.fixture(scope="module")
def source(tmp_path_factory) -> Path:
    """Three provinces of the demo corpus, among them the duplicate and the broken file."""
    folder = tmp_path_factory.mktemp("source")
    for name in ("湖北省", "湖南省", "广东省", "tables"):
        shutil.copytree(demo_folder() / "reports" / name, folder / name)
    return folder


@pytest.fixture(scope="module")
def result(source, tmp_path_factory):
    return run_panel([source], tmp_path_factory.mktemp("run") / "out", demo_options(), workers=1)


def digests(folder: Path) -> dict[str, str]:
    # The ledger knows when inputs and outputs were changed; all else depends on what is in them.
    timed = ("ledger", "outputs.json")
    files = sorted(path for path in folder.rglob("*") if path.is_file() and not {*path.parts[-2:]} & {*timed})
    return {path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


def test_every_promised_file_is_written_and_none_half(result):
    written = {path.name for path in result.out.iterdir() if path.is_file()}
    assert written == OUTPUTS == {path.name for path in result.files}
    assert not list(result.out.rglob(".*"))


def test_same_bytes_with_other_workers_hash_seed_zone_and_order(source, result, tmp_path):
    # The same files, created in the opposite order, so that the folder lists them otherwise.
    other = tmp_path / "other order"
    for path in sorted((path for path in source.rglob("*") if path.is_file()), reverse=True):
        target = other / path.relative_to(source)
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(path, target)
    out = tmp_path / "出 结果"
    command = [
        sys.executable,
        "-c",
        "from textgov.cli import main; main()",
        "panel",
        str(other),
        "--out",
        str(out),
        "--lexicon",
        "digital-government",
        "--lexicon",
        "digital-government-core",
        "--workers",
        "2",
        "-q",
    ]
    env = {**os.environ, "PYTHONHASHSEED": "7", "TZ": "Asia/Tokyo", "LC_ALL": "C"}
    done = subprocess.run(command, env=env, capture_output=True, check=False)
    assert done.returncode == 3, done.stderr.decode()
    assert digests(out) == digests(result.out)


def test_running_again_gives_the_same_and_forgets_old_shards(source, tmp_path):
    out = tmp_path / "out"
    run_panel([source / "湖北省"], out, demo_options(), workers=1)
    first = digests(out)
    (out / "store" / "corpus" / "0123456789ab.parquet").write_bytes(b"left over")
    run_panel([source / "湖北省"], out, demo_options(), workers=1)
    assert digests(out) == first


def test_the_lexicons_of_a_run_are_kept_and_given_back(source, tmp_path):
    out = tmp_path / "out"
    options = demo_options()
    run_panel([source / "湖北省"], out, options, workers=1)
    folder = out / "store" / "lexicons"
    kept = {path.name: path.read_bytes() for path in folder.iterdir()}
    assert set(kept) == {"dg.yaml", "dgc.yaml"}
    record = json.loads((out / "provenance.json").read_bytes())
    for about, lexicon in zip(record["lexicons"], options.stages.lexicons, strict=True):
        assert counted_lexicon(out, about) == lexicon

    # A run of before, which nothing else has changed, keeps them too; files of other lexicons go.
    (folder / "dg.yaml").unlink()
    (folder / "dgc.yaml").write_text("damaged")
    (folder / "old.yaml").write_bytes(kept["dg.yaml"])
    assert run_panel([source / "湖北省"], out, options, workers=1).again
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == kept
    times = {path.name: path.stat().st_mtime_ns for path in folder.iterdir()}
    assert run_panel([source / "湖北省"], out, options, workers=1).again
    assert {path.name: path.stat().st_mtime_ns for path in folder.iterdir()} == times


def test_a_kept_lexicon_is_what_was_counted_or_refused(source, tmp_path):
    path = tmp_path / "mine.yaml"
    path.write_text("name: mine\nversion: '1'\nprefix: my\ncategories:\n  one: {entries: [一网通办]}\n", "utf-8")
    out, options = tmp_path / "out", RunOptions(StageOptions(lexicons=(read_lexicon(path),)))
    run_panel([source / "湖北省"], out, options, workers=1)
    (about,) = json.loads((out / "provenance.json").read_bytes())["lexicons"]
    path.unlink()
    assert counted_lexicon(out, about).entries[0].term == "一网通办"
    kept = out / "store" / "lexicons" / "my.yaml"
    text = kept.read_text("utf-8")
    for other in (text.replace("一网通办", "一网统管"), text[: len(text) // 2], "\0"):
        kept.write_text(other, "utf-8")
        with pytest.raises(StoreError, match=r"my\.yaml"):
            counted_lexicon(out, about)
    kept.unlink()
    assert counted_lexicon(out, about) is None
    # A built-in lexicon that is still the same needs no copy; one that has changed since is not had.
    built_in = read_lexicon("digital-government")
    told = {"lexicon": built_in.label, "hash": built_in.hash, "prefix": built_in.prefix}
    assert counted_lexicon(out, told) == built_in
    assert counted_lexicon(out, told | {"hash": "0" * 16}) is None


def test_results_inside_the_source_are_not_read(source, tmp_path):
    inside = tmp_path / "reports"
    shutil.copytree(source / "湖北省", inside)
    first = run_panel([inside], inside / "out", demo_options(), workers=1)
    again = run_panel([inside], inside / "out", demo_options(), workers=1)
    assert len(first.corpus.inputs) == len(again.corpus.inputs) == sum(1 for _ in (source / "湖北省").rglob("*.*"))
    with pytest.raises(UsageError, match="must not be a SOURCE"):
        run_panel([inside], inside, demo_options(), workers=1)


def test_hits_are_slices_of_the_files(source, result):
    hits = pq.read_table(result.out / "hits.parquet").to_pylist()
    plain = [hit for hit in hits if hit["doc_id"].endswith((".txt", ".md"))]
    encodings = {row.path: row.encoding for row in result.corpus.inputs}
    assert len(plain) > 200
    for hit in plain:
        text = (source / hit["doc_id"]).read_bytes().decode(encodings[hit["doc_id"]])
        assert text[hit["start"] : hit["end"]] == hit["hit"]


def test_manifest_accounts_for_every_file(source, result):
    manifest = pd.read_csv(result.out / "manifest.csv")
    assert sorted(manifest.path) == sorted(
        path.relative_to(source).as_posix() for path in source.rglob("*") if path.is_file()
    )
    assert set(manifest.status) <= {"done", "skipped", "failed"}
    assert manifest.n_docs.sum() == len(result.corpus)


def test_documents_table_agrees_with_the_panel(result):
    documents = pd.read_parquet(result.out / "documents.parquet")
    inside = documents[documents.in_panel]
    sums = inside.groupby(["place_code", "year"])[["n_han", "dg_total_n"]].sum()
    panel = result.panel.frame.set_index(["city_code", "year"])[["n_han", "dg_total_n"]]
    assert (sums.to_numpy() == panel.to_numpy().astype("int64")).all()
    assert "text" not in documents.columns


def test_store_gives_the_documents_back(source, result):
    folder = result.out / "store" / "corpus"
    stored = [doc for name in result.shelf.shard_ids for doc in read_corpus(folder / f"{name}.parquet")]
    assert [doc.doc_id for doc in stored] == list(result.corpus.doc_ids)
    assert all(doc.text for doc in stored)


def test_provenance_names_all_that_matters_and_nothing_of_the_machine(source, result):
    text = (result.out / "provenance.json").read_text("utf-8")
    record = json.loads(text)
    assert record["lexicons"][0]["lexicon"] == "digital-government@2.1"
    assert {row["path"] for row in record["inputs"]} == {row.path for row in result.corpus.inputs}
    assert str(source) not in text
    assert "workers" not in text
    assert record["versions"]["textgov"]


def test_changing_an_option_changes_the_run_id(source, result, tmp_path):
    stages = StageOptions(lexicons=(read_lexicon("digital-government"),), words=False)
    other = run_panel([source / "湖北省"], tmp_path / "out", RunOptions(stages), workers=1)
    first = json.loads((result.out / "provenance.json").read_text("utf-8"))["run_id"]
    assert json.loads((other.out / "provenance.json").read_text("utf-8"))["run_id"] != first
    assert "n_words" not in other.panel.frame.columns


def test_a_decision_is_obeyed_and_kept(tmp_path):
    folder = tmp_path / "reports"
    folder.mkdir()
    text = "各位代表：现在报告政府工作。\n今年要推进数字政府建设，加快一网通办。\n" * 20
    (folder / "朝阳区2015.txt").write_text(text, "utf-8")
    (folder / "武汉市2015.txt").write_text(text.replace("今年", "明年"), "utf-8")
    out = tmp_path / "out"
    first = run_panel([folder], out, demo_options(), workers=1)
    assert list(first.panel.frame.city_code) == ["420100"]
    review = pd.read_csv(out / "review.csv", dtype=str)
    assert "朝阳区2015.txt" in set(review.doc_id)
    row = review[review.doc_id == "朝阳区2015.txt"].iloc[0]
    answer = (
        f"doc_id,content_hash,place_code,year,use,note\n朝阳区2015.txt,{row.content_hash},420200,2015,yes,看过原文\n"
    )
    (out / "decisions.csv").write_bytes(answer.encode("gb18030"))
    second = run_panel([folder], out, demo_options(), workers=1)
    assert list(second.panel.frame.city_code) == ["420100", "420200"]
    assert (out / "decisions.csv").read_bytes() == answer.encode("gb18030")


def test_metadata_table_places_files(tmp_path):
    folder = tmp_path / "reports"
    folder.mkdir()
    for name in ("a.txt", "b.txt"):
        (folder / name).write_text(f"{name} 推进数字政府建设。" * 50, "utf-8")
    table = tmp_path / "where.csv"
    table.write_bytes("文件,城市,年份\na.txt,武汉市,2015\nb,黄石市,2016\nzzz,武汉市,2017\n".encode("gb18030"))
    options = RunOptions(demo_options().stages, metadata=table)
    done = run_panel([folder], tmp_path / "out", options, workers=1)
    assert list(zip(done.panel.frame.city_code, done.panel.frame.year, strict=True)) == [
        ("420100", 2015),
        ("420200", 2016),
    ]
    assert done.unmatched == ("zzz",)


def test_an_output_that_cannot_be_written_is_named_and_the_rest_is_there(source, tmp_path):
    out = tmp_path / "out"
    (out / "hits.parquet").mkdir(parents=True)
    with pytest.raises(OutputError, match=r"hits\.parquet"):
        run_panel([source / "湖北省"], out, demo_options(), workers=1)
    assert (out / "panel.dta").is_file()
    assert (out / "report.html").is_file()


def test_no_place_anywhere_is_an_error_that_leaves_the_review(tmp_path):
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "x.txt").write_text("推进数字政府建设。" * 30, "utf-8")
    with pytest.raises(TextgovError, match="none of the 1 input files"):
        run_panel([tmp_path / "in"], tmp_path / "out", demo_options(), workers=1)
    review = pd.read_csv(tmp_path / "out" / "review.csv")
    assert set(review.code) == {"place_missing", "year_missing"}


def test_several_lexicons_side_by_side(source, tmp_path):
    names = ("digital-government", "digital-government-broad", "digital-economy")
    options = RunOptions(StageOptions(lexicons=tuple(read_lexicon(name) for name in names)))
    done = run_panel([source / "湖北省"], tmp_path / "out", options, workers=1)
    frame = done.panel.frame
    assert {"dg_total_n", "dgb_total_n", "de_total_n", "dgb_technology_p10k"} <= set(frame.columns)
    assert (frame["dgb_total_n"] >= frame["dg_total_n"]).all()
    hits = pd.read_parquet(tmp_path / "out" / "hits.parquet")
    assert hits.groupby("lexicon").size()["digital-government"] == frame["dg_total_n"].sum()


def test_complete_place_years_are_true_zeros(source, tmp_path):
    table = tmp_path / "complete.csv"
    table.write_text("city_code,year\n420100,1999\n", "utf-8")
    from textgov.panel import PanelOptions

    options = RunOptions(demo_options().stages, PanelOptions(complete=read_complete(table)))
    frame = run_panel([source / "湖北省"], tmp_path / "out", options, workers=1).panel.frame
    row = frame[(frame.city_code == "420100") & (frame.year == 1999)].iloc[0]
    assert (row.n_docs, row.dg_total_n) == (0, 0)
    assert pd.isna(row.dg_total_p10k)
    table.write_text("city_code,year\n4201,1999\n", "utf-8")
    with pytest.raises(UsageError, match="row 2"):
        read_complete(table)


@pytest.mark.parametrize("n_files", [1, 3])
def test_shards_cover_all_inputs_in_order(source, n_files, monkeypatch):
    inputs = list_inputs([source]).inputs
    monkeypatch.setattr("textgov.batch.shards.SHARD_FILES", n_files)
    shards = cut_shards(inputs)
    assert [item for shard in shards for item in shard.inputs] == list(inputs)
    assert max(len(shard.inputs) for shard in shards) <= 8 * n_files
    assert len({shard.shard_id for shard in shards}) == len(shards)


def test_one_more_file_changes_one_shard(source, monkeypatch):
    monkeypatch.setattr("textgov.batch.shards.SHARD_FILES", 5)
    inputs = tuple(list_inputs([source]).inputs)
    before = cut_shards(inputs)
    for at in range(0, len(inputs), 7):
        more = Input(Path("x"), inputs[at].name + "x", 100)
        after = cut_shards(tuple(sorted([*inputs, more], key=lambda item: item.name)))
        changed = {shard.inputs for shard in before} ^ {shard.inputs for shard in after}
        assert len(changed) <= 3  # one shard, or one that is cut in two


def test_the_number_of_shards_changes_no_result(source, result, tmp_path, monkeypatch):
    counts = set()
    for n_files in (1, 7, 100_000):
        monkeypatch.setattr("textgov.batch.shards.SHARD_FILES", n_files)
        monkeypatch.setattr("textgov.batch.shards.SHARD_BYTES", 10**12)
        other = run_panel([source], tmp_path / str(n_files), demo_options(), workers=1)
        ours, theirs = digests(other.out), digests(result.out)
        assert {k: v for k, v in ours.items() if "store/" not in k} == {
            k: v for k, v in theirs.items() if "store/" not in k
        }
        counts.add(len(other.shelf.shard_ids))
    assert len(counts) == 3


def test_the_size_of_a_group_changes_no_result(source, result, tmp_path, monkeypatch):
    monkeypatch.setattr("textgov.batch.stages.GROUP_CHARS", 3_000)
    monkeypatch.setattr("textgov.export.streams.GROUP_ROWS", 65_536)
    other = run_panel([source], tmp_path / "out", demo_options(), workers=1)
    ours, theirs = digests(other.out), digests(result.out)
    assert {k: v for k, v in ours.items() if "store/" not in k} == {
        k: v for k, v in theirs.items() if "store/" not in k
    }


def test_a_workbook_holds_some_doubts_and_says_so(source, tmp_path, monkeypatch):
    monkeypatch.setattr("textgov.run.summary.MOST_REVIEWED", 2)
    monkeypatch.setattr("textgov.run.summary.PARTS", 1)
    monkeypatch.setattr("textgov.batch.shards.SHARD_FILES", 1)
    folder = tmp_path / "source"
    shutil.copytree(source / "湖南省" / "长沙市", folder / "湖南省" / "长沙市")
    for name in ("甲", "乙", "丙", "丁"):
        (folder / f"{name}.txt").write_text(f"{name}处没有写明地点。\n", "utf-8")
    done = run_panel([folder], tmp_path / "out", demo_options(), workers=1)
    every = pd.read_csv(done.out / "review.csv", dtype=str)
    assert len(every) >= 4
    for name, sheet in (("review.xlsx", 0), ("panel.xlsx", "review")):
        found = pd.read_excel(done.out / name, sheet_name=sheet, dtype=str)
        assert found["doc_id"].tolist() == every["doc_id"].tolist()[:2]
    assert done.notes == (("review_cut", {"n": 2, "total": len(every)}),)


def test_a_shard_without_documents_passes(tmp_path):
    broken = tmp_path / "2014.docx"
    broken.write_bytes(b"PK\x03\x04 not a document")
    shard = Shard("0" * 12, (Input(broken, "2014.docx", 20),))
    job, verdicts = plan_shard(shard, ShardState(shard.shard_id), tmp_path / "out", demo_options().stages)
    assert set(verdicts.values()) == {"missing"}
    state = process_shard(job)
    assert {entry.n_documents for entry in state.stages.values()} == {0}
    assert state.stages["read"].n_failed == 1


def test_a_place_that_is_only_mentioned_makes_no_row(tmp_path):
    folder = tmp_path / "in"
    folder.mkdir()
    (folder / "2016.txt").write_text("我们学习上海经验，推进数字政府建设。\n" * 9, "utf-8")
    (folder / "2017.txt").write_text("中华人民共和国的规划，推进数字政府建设。\n" * 9, "utf-8")
    (folder / "武汉市2018.txt").write_text("推进数字政府建设。\n" * 9, "utf-8")
    done = run_panel([folder], tmp_path / "out", demo_options(), workers=1)
    assert list(done.panel.frame.city_code) == ["420100"]
    codes = {doc.doc_id: [doubt.code for doubt in doc.doubts if doubt.held] for doc in done.corpus.documents}
    assert codes["2016.txt"] == ["place_mentioned"]
    assert done.corpus.documents[1].place != "共和县"
    assert done.corpus.documents[1].held


def test_tables_of_the_user_are_part_of_the_run_id(tmp_path):
    folder = tmp_path / "in"
    folder.mkdir()
    for name in ("a.txt", "b.txt"):
        (folder / name).write_text(f"{name} 推进数字政府建设。" * 50, "utf-8")
    ids = set()
    table = tmp_path / "m.csv"
    for first, second in (("武汉市", "长沙市"), ("长沙市", "武汉市")):
        table.write_text(f"file,city,year\na.txt,{first},2012\nb.txt,{second},2013\n", "utf-8")
        out = tmp_path / "out"
        run_panel([folder], out, RunOptions(demo_options().stages, metadata=table), workers=1)
        ids.add(json.loads((out / "provenance.json").read_text("utf-8"))["run_id"])
    (out / "decisions.csv").write_text("doc_id,content_hash,place_code,year\na.txt,,420100,2014\n", "utf-8")
    run_panel([folder], out, RunOptions(demo_options().stages, metadata=table), workers=1)
    ids.add(json.loads((out / "provenance.json").read_text("utf-8"))["run_id"])
    assert len(ids) == 3


def test_metadata_that_contradicts_itself_or_names_no_place(tmp_path):
    folder = tmp_path / "in"
    folder.mkdir()
    text = "——2012年1月20日在武汉市第十三届人民代表大会第一次会议上\n" + "推进数字政府建设。" * 50
    (folder / "a.txt").write_text(text, "utf-8")
    (folder / "2012.txt").write_text(text.replace("推进", "加快"), "utf-8")
    table = tmp_path / "m.csv"
    options = RunOptions(demo_options().stages, metadata=table)
    table.write_text("file,city,year\na.txt,武汉市,2012\na.txt,长沙市,2012\n", "utf-8")
    with pytest.raises(UsageError, match=r"a\.txt"):
        run_panel([folder], tmp_path / "out", options, workers=1)
    table.write_text("file,city,year\na.txt,不存在市,2012\n", "utf-8")
    done = run_panel([folder], tmp_path / "out", options, workers=1)
    held = {doc.doc_id: [doubt.code for doubt in doc.doubts if doubt.held] for doc in done.corpus.documents}
    assert held == {"a.txt": ["place_unknown"], "2012.txt": []}


def test_a_level_without_documents_says_so(source, tmp_path):
    from textgov.panel import PanelOptions

    options = RunOptions(demo_options().stages, PanelOptions(level="county"))
    with pytest.raises(UsageError, match="none is of level county"):
        run_panel([source / "湖北省"], tmp_path / "out", options, workers=1)
    assert set(pd.read_parquet(tmp_path / "out" / "documents.parquet").level) == {"prefecture"}


def test_documents_of_other_levels_are_counted(source, tmp_path):
    from textgov.panel import PanelOptions

    folder = tmp_path / "in"
    folder.mkdir()
    text = "推进数字政府建设。" * 50
    for number, name in enumerate(("武汉市2012", "湖北省2012", "湖北省1999")):
        (folder / f"{name}.txt").write_text(f"{text}{number}", "utf-8")
    cities = run_panel([folder], tmp_path / "out", RunOptions(demo_options().stages), workers=1)
    assert (cities.summary.n_elsewhere, len(cities.panel.frame)) == (2, 1)
    documents = pd.read_parquet(tmp_path / "out" / "documents.parquet").set_index("doc_id")
    assert documents.map_of_2000.to_dict() == {"武汉市2012.txt": False, "湖北省1999.txt": True, "湖北省2012.txt": False}
    options = RunOptions(demo_options().stages, PanelOptions(level="province"))
    provinces = run_panel([folder], tmp_path / "out", options, workers=1)
    assert (provinces.summary.n_elsewhere, len(provinces.panel.frame)) == (1, 2)


def test_results_of_an_earlier_run_below_the_source_are_no_documents(source, tmp_path):
    folder = tmp_path / "reports"
    shutil.copytree(source / "湖北省", folder)
    first = run_panel([folder], folder / "run1", demo_options(), workers=1)
    second = run_panel([folder], folder / "run2", demo_options(), workers=1)
    assert second.corpus.doc_ids == first.corpus.doc_ids
    assert [row.path for row in second.corpus.inputs if row.code == "run_folder"] == ["run1"]
