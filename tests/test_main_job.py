"""The main job on 2,431 real reports, as a user runs it."""

from __future__ import annotations

import csv
import random
import subprocess
import sys
import unicodedata

import opencc
import pandas as pd
import pytest

from textgov import read_lexicon

pytestmark = pytest.mark.real
# The city's reports that upstream mislabelled: another city's text under its name.
MISLABELLED = {("淮南市", 2016), ("沧州市", 2016)}


@pytest.fixture(scope="module")
def run(reports, tmp_path_factory):
    out = tmp_path_factory.mktemp("real") / "out"
    code = "from textgov.cli import main; main()"
    command = [sys.executable, "-c", code, "panel", str(reports), "--out", str(out), "--lang", "en"]
    command += ["--lexicon", "digital-government", "--lexicon", "digital-government-core"]
    done = subprocess.run(command, capture_output=True, encoding="utf-8", check=False)
    assert done.returncode == 0, done.stderr
    return out, done


@pytest.fixture(scope="module")
def whole(reports, tmp_path_factory):
    """A run that counts every line of the files, as the published figures do."""
    folder = tmp_path_factory.mktemp("whole")
    lines = (
        f"sources = [{str(reports)!r}]",
        'out = "out"',
        'lexicons = ["digital-government-core"]',
        "words = false",
        "[normalise]",
        'skip = "furniture"',
        "[count]",
        'sections = "all"',
    )
    (folder / "project.toml").write_text("\n".join(lines), "utf-8")
    code = "from textgov.cli import main; main()"
    command = [sys.executable, "-c", code, "run", str(folder / "project.toml"), "-q"]
    done = subprocess.run(command, capture_output=True, encoding="utf-8", check=False)
    assert done.returncode == 0, done.stderr
    return folder / "out"


@pytest.fixture(scope="module")
def index(real_data):
    with (real_data / "index.csv").open(encoding="utf-8", newline="") as file:
        return [row for row in csv.DictReader(file) if row["file"].startswith("gwr-panel/")]


@pytest.fixture(scope="module")
def panel(run):
    return pd.read_csv(run[0] / "panel.csv", dtype={"city_code": str, "province_code": str})


def test_every_file_is_accounted_for(run, index):
    manifest = pd.read_csv(run[0] / "manifest.csv")
    assert sorted(manifest.path) == sorted(row["id"].removeprefix("lawtext/") for row in index)
    assert set(manifest.status) == {"done"}
    assert "2431 documents from 2431 files" in run[1].stderr
    assert "608 documents belong to other levels" in run[1].stderr  # 549 of provinces, 59 of the nation


def test_every_city_year_is_a_row_with_the_right_code(panel, index, real_data):
    table = real_data.parent / "reference" / "divisions.csv"
    with table.open(encoding="utf-8", newline="") as file:
        codes = {
            row["name"]: row["code"]
            for row in csv.DictReader(file)
            if row["level"] == "prefecture" or row["type"] == "municipality"
        }
    wanted = {
        (codes[row["city"] or row["province"]], int(row["year"]))
        for row in index
        if row["level"] in ("prefecture", "municipality") and (row["city"], int(row["year"])) not in MISLABELLED
    }
    assert set(zip(panel.city_code, panel.year, strict=True)) == wanted
    assert panel.n_docs.sum() == 1823 - len(MISLABELLED)


def test_flaws_are_listed_for_review(run):
    review = pd.read_csv(run[0] / "review.csv")
    conflicts = review[review.code == "place_conflict"].set_index("doc_id")
    assert conflicts.held["政府工作报告-其他地市/淮南市/2016.md"]
    assert conflicts.held["政府工作报告-其他地市/沧州市/2016.md"]
    pooled = set(review[review.code == "several_in_year"].doc_id.str.split("/").str[1])
    assert pooled == {"南昌市", "邢台市", "西宁市"}
    assert "政府工作报告-省自治区/四川省/2019.md" in set(review[review.code == "year_conflict"].doc_id)
    assert len(review) < 40


def brute_force(text: str, terms: set[str]) -> int:
    """Longest match by trying every position, on text without blanks, in NFKC, simplified, lower case."""
    plain = opencc.OpenCC("t2s").convert(unicodedata.normalize("NFKC", text))
    plain = "".join(plain.split()).lower()
    longest = max(map(len, terms))
    at = hits = 0
    while at < len(plain):
        length = next((n for n in range(longest, 0, -1) if plain[at : at + n] in terms), 0)
        hits += bool(length)
        at += length or 1
    return hits


def test_totals_equal_brute_force_on_200_reports(whole, reports):
    panel = pd.read_csv(whole / "panel.csv", dtype={"city_code": str, "province_code": str})
    documents = pd.read_parquet(whole / "documents.parquet")
    documents = documents[documents.in_panel & ~documents.doubts.str.contains("several")]
    sample = documents.iloc[sorted(random.Random(20).sample(range(len(documents)), 200))]
    terms = {"".join(unicodedata.normalize("NFKC", entry.term).split()).lower() for entry in lexicon_entries()}
    totals = panel.set_index(["city_code", "year"]).dgc_total_n
    for row in sample.itertuples():
        text = (reports / row.doc_id).read_text("utf-8")
        body = text.split("\n---", 1)[1] if text.startswith("---\n") else text
        assert brute_force(body, terms) == totals[row.place_code, row.year] == row.dgc_total_n, row.doc_id


def lexicon_entries():
    return read_lexicon("digital-government-core").entries


def test_hits_point_into_the_files(run, reports):
    hits = pd.read_parquet(run[0] / "hits.parquet")
    for row in hits.sample(300, random_state=4).itertuples():
        text = (reports / row.doc_id).read_bytes().decode("utf-8")
        assert text[row.start : row.end] == row.hit


def test_hits_of_the_whole_text_and_of_the_body(run, whole):
    counts = []
    for folder in (whole, run[0]):
        hits = pd.read_parquet(folder / "hits.parquet", columns=["doc_id", "lexicon"])
        hits = hits[hits.lexicon == "digital-government-core"]
        counts.append(int(hits.doc_id.str.contains("主要城市|其他地市").sum()))
    assert abs(counts[0] - 21_097) <= 0.005 * 21_097  # the count published with the term list
    # 380 of the 1,823 reports end with a glossary, and 953 of the hits stand there.
    assert 0.945 < counts[1] / counts[0] < 0.957


def test_other_levels_hold_other_reports(reports, tmp_path):
    expected = {"province": ("province_code", 549 + 101), "national": ("country_code", 59)}
    for level, (key, n_docs) in expected.items():
        code = "from textgov.cli import main; main()"
        command = [sys.executable, "-c", code, "panel", str(reports), "--out", str(tmp_path / level), "--level", level]
        done = subprocess.run([*command, "--no-words", "-q"], capture_output=True, encoding="utf-8", check=False)
        assert done.returncode == 0, done.stderr
        frame = pd.read_csv(tmp_path / level / "panel.csv", dtype={key: str})
        assert frame.n_docs.sum() == n_docs
        assert not frame.duplicated([key, "year"]).any()
