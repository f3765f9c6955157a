"""The bundled corpus and its truth."""

from __future__ import annotations

import csv
import hashlib
import json
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest

from textgov.demo import check_truth, demo_folder, demo_options, show_panel
from textgov.errors import TextgovError
from textgov.run import run_panel


@pytest.fixture(scope="module")
def demo(tmp_path_factory):
    out = tmp_path_factory.mktemp("demo") / "out"
    return run_panel([demo_folder() / "reports"], out, demo_options(), workers=2)


def truth_rows():
    with (demo_folder() / "truth.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_panel_finds_exactly_what_was_planted(demo):
    frame = pd.read_csv(demo.out / "panel.csv", dtype=str, keep_default_na=False)
    columns = list(truth_rows()[0])
    found = frame[columns].drop(columns="city").to_dict("records")
    wanted = [{key: value for key, value in row.items() if key != "city"} for row in truth_rows()]
    assert found == wanted
    check_truth(demo.panel)


def test_corpus_is_as_large_and_as_mixed_as_promised(demo):
    rows = truth_rows()
    assert len({row["city_code"] for row in rows}) >= 30
    assert len({row["year"] for row in rows}) == 12
    documents = demo.corpus.documents
    assert {document.script for document in documents} >= {"simplified", "traditional"}
    encodings = {row.encoding for row in demo.corpus.inputs}
    assert encodings >= {"utf-8", "utf-8-sig", "gb18030", "big5hkscs", "utf-16"}
    assert {Path(row.path).suffix for row in demo.corpus.inputs} >= {".txt", ".md", ".html", ".docx", ".csv", ".jsonl"}


def test_planted_flaws_are_seen(demo):
    failed = [row for row in demo.corpus.inputs if row.status == "failed"]
    assert [row.path for row in failed] == ["广东省/佛山市/2014.docx"]
    assert failed[0].code == "file_damaged"
    doubts = {doc.doc_id: [doubt.code for doubt in doc.doubts] for doc in demo.corpus.documents if doc.doubts}
    assert doubts == {"湖南省/长沙市/2015.txt": ["duplicate_text"]}
    rows = {(row["city_code"], row["year"]) for row in truth_rows()}
    assert ("520300", "2012") not in rows
    assert {year for code, year in rows if code == "420600"} == {str(year) for year in range(2009, 2021)}


def test_a_wrong_count_is_noticed(demo):
    frame = demo.panel.frame.copy()
    frame.loc[3, "dgc_total_n"] += 1
    with pytest.raises(TextgovError, match="dgc_total_n"):
        check_truth(replace(demo.panel, frame=frame))
    with pytest.raises(TextgovError, match="no row"):
        check_truth(replace(demo.panel, frame=demo.panel.frame.iloc[1:]))


def test_table_names_the_last_years(demo):
    lines = show_panel(demo.panel).splitlines()
    assert [line[:4] for line in lines[1:]] == [str(year) for year in range(2015, 2021)]


def test_manifest_of_the_corpus_is_true():
    manifest = json.loads((demo_folder() / "manifest.json").read_text("utf-8"))
    listed = manifest["files"]
    found = {
        path.relative_to(demo_folder()).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in demo_folder().rglob("*")
        if path.is_file() and path.relative_to(demo_folder()).as_posix() in listed
    }
    assert found == listed
    reports = {path.relative_to(demo_folder()).as_posix() for path in (demo_folder() / "reports").rglob("*.*")}
    assert reports <= set(listed)
