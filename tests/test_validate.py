"""Samples of sentences, agreement of coders, accuracy: oracles of the literature, brute force, simulated coders."""

from __future__ import annotations

import csv
import itertools
import json
import shutil
import subprocess
import sys
from collections import Counter
from pathlib import Path

import numpy as np
import openpyxl
import pandas as pd
import pytest
from validity_runs import make_run

import textgov as tg
from textgov.cli import main
from textgov.coding import cohen_kappa, krippendorff_alpha, pair_agreement, value_counts
from textgov.errors import UsageError
from textgov.store import RunDocuments
from textgov.validate import (
    AccuracyOptions,
    AgreementOptions,
    ClassifyOptions,
    SampleOptions,
    classify_sentences,
    import_labels,
    measure_accuracy,
    measure_agreement,
    read_answers,
    sample_sentences,
    score_labels,
    write_accuracy,
    write_agreement,
    write_sample,
)
from textgov.validate.runs import read_run
from textgov.validate.strata import build_frame, draw_sentences
from textgov.validate.survey import Design, allocate, sample_size, wilson

SMALL = SampleOptions(n=60, seed=3)


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_run(tmp_path_factory.mktemp("validity") / "out")


@pytest.fixture(scope="module")
def written(run: Path):
    """A sample and the folder that it was written to."""
    sample = sample_sentences(run, SMALL)
    paths = write_sample(sample, run)
    return sample, paths[0].parent


@pytest.fixture
def filled(written, tmp_path: Path) -> Path:
    """The workbook with the same answer of both coders to every sentence: what the lexicon says."""
    sample, folder = written
    shutil.copy(folder / "coding.xlsx", tmp_path / "coding.xlsx")
    found = dict(zip(sample.key["id"], sample.key["found"], strict=True))

    def fill(pages):
        for page in pages:
            for row in rows_of(page):
                row["label"].value = "yes" if found[row["id"].value] else "no"

    change(tmp_path / "coding.xlsx", fill)
    return tmp_path / "coding.xlsx"


def rows_of(page) -> list[dict]:
    header = [cell.value for cell in page[1]]
    return [dict(zip(header, row, strict=True)) for row in page.iter_rows(min_row=2)]


def change(path: Path, edit) -> Path:
    """Open a workbook as a coder would, change the sheets of the coders, save it."""
    book = openpyxl.load_workbook(path)
    edit([book["coder_1"], book["coder_2"]])
    book.save(path)
    return path


# ---- formulas: oracles of the literature ----

# Krippendorff's data "C": four observers, twelve units; 0 is missing.
DATA_C = (
    (1, 2, 3, 3, 2, 1, 4, 1, 2, 0, 0, 0),
    (1, 2, 3, 3, 2, 2, 4, 1, 2, 5, 0, 3),
    (0, 3, 3, 3, 2, 3, 4, 2, 2, 5, 1, 0),
    (1, 2, 3, 3, 2, 4, 4, 1, 2, 5, 1, 0),
)
ALPHA_C = {
    "nominal": 0.743421052631579,
    "ordinal": 0.8153875037548813,
    "interval": 0.8491071428571428,
    "ratio": 0.797402774711612,
}


@pytest.mark.parametrize("level", ALPHA_C)
def test_alpha_of_the_data_of_krippendorff(level):
    counts = value_counts([[value or None for value in row] for row in DATA_C], (1, 2, 3, 4, 5))
    assert krippendorff_alpha(counts, (1, 2, 3, 4, 5), level) == pytest.approx(ALPHA_C[level], abs=1e-12)


def test_kappa_and_agreement_of_a_table():
    pairs = [("yes", "yes")] * 40 + [("yes", "no")] * 5 + [("no", "yes")] * 10 + [("no", "no")] * 45
    a, b = zip(*pairs, strict=True)
    assert cohen_kappa(a, b, ("yes", "no")) == pytest.approx(0.7, abs=1e-12)
    assert pair_agreement(value_counts([a, b], ("yes", "no"))) == pytest.approx(0.85)


def test_nothing_is_said_where_nothing_is_left_to_chance():
    counts = value_counts([["yes"] * 4, ["yes"] * 4], ("yes", "no"))
    assert krippendorff_alpha(counts, ("yes", "no")) is None
    assert cohen_kappa(["yes"] * 4, ["yes"] * 4, ("yes", "no")) is None
    assert pair_agreement(counts) == 1


def test_precision_recall_and_f1_of_a_table():
    """tp 40, fp 5, fn 10, tn 45, all with the same weight."""
    found = np.array([1] * 45 + [0] * 55, dtype=bool)
    true = np.array([1] * 40 + [0] * 5 + [1] * 10 + [0] * 45, dtype=bool)
    design = Design.of(["one"] * 100, ["one"] * 100, [10_000] * 100)
    scores = {name: row for name, *row in score_labels(design, found, true, np.ones(100, dtype=bool))}
    assert scores["precision"][0] == pytest.approx(0.8888888888888888, abs=1e-12)
    assert scores["recall"][0] == pytest.approx(0.8, abs=1e-12)
    assert scores["f1"][0] == pytest.approx(0.8421052631578947, abs=1e-12)
    assert scores["bias"][0] == pytest.approx(-0.05)
    for value, low, high, *_ in scores.values():
        assert low < value < high


def test_sample_sizes_are_those_of_cochran():
    """384.16 for half and five points in a large population; 370 in one of 10,000, a figure of many tables."""
    assert sample_size(10**9, 0.05) == 385
    assert sample_size(10_000, 0.05) == 370
    assert sample_size(5, 0.05) == 5
    assert sample_size(0, 0.05) == 0
    assert sample_size(10**9, 0.03, expect=0.1) == 385


def test_draws_are_shared_out_by_square_roots():
    sizes = {"a": 10_000, "b": 2_500, "c": 100, "d": 1}
    shares = allocate(sizes, 161)
    assert sum(shares.values()) == 161
    assert shares == {"a": 100, "b": 50, "c": 10, "d": 1}
    assert allocate({"a": 3, "b": 2}, 100) == {"a": 3, "b": 2}


def test_the_variance_is_right_on_average_over_all_samples():
    """Every sample of 2 of 4 and 2 of 5: the mean of the estimated variances is the variance of the estimates."""
    values = (np.array([1.0, 0, 1, 1]), np.array([0.0, 0, 1, 0, 1]))
    totals, variances = [], []
    for one in itertools.combinations(range(4), 2):
        for other in itertools.combinations(range(5), 2):
            score = np.concatenate([values[0][list(one)], values[1][list(other)]])
            design = Design.of(["a", "a", "b", "b"], ["x"] * 4, [4, 4, 5, 5])
            totals.append(float(design.weight @ score))
            variances.append(design.variance(score))
    assert np.mean(totals) == pytest.approx(5)
    assert np.mean(variances) == pytest.approx(np.var(totals))


def test_single_draws_are_joined_and_a_whole_stratum_has_no_variance():
    design = Design.of(["a", "b", "c", "c"], ["x", "x", "y", "y"], [10, 20, 2, 2])
    assert design.stratum[0] == design.stratum[1] != design.stratum[2]
    assert design.weight.tolist() == [10, 20, 1, 1]
    assert design.variance(np.array([0.0, 0, 1, 0])) == 0
    assert design.variance(np.array([1.0, 0, 0, 0])) > 0


# (share of sentences with a hit, share of true ones among them, share of true ones among the others) of each stratum
STRATA = {"a": (2000, 1.0, 0.9), "b": (600, 1.0, 0.75), "c": (20_000, 0.0, 0.02), "d": (4000, 0.0, 0.1)}
DRAWN = {"a": 120, "b": 60, "c": 160, "d": 140}


def test_planted_accuracy_lies_in_the_interval_at_its_rate():
    """500 samples from one population of 26,600 sentences whose precision, recall and F1 are known."""
    random = np.random.default_rng(20261128)
    population = {
        name: np.arange(size) < round(size * share) for name, (size, _, share) in STRATA.items()
    }  # which sentences are true
    hit = {name: bool(found) for name, (_, found, _) in STRATA.items()}
    both = sum(true.sum() for name, true in population.items() if hit[name])
    n_hits = sum(len(true) for name, true in population.items() if hit[name])
    n_true = sum(true.sum() for true in population.values())
    planted = {"precision": both / n_hits, "recall": both / n_true, "f1": 2 * both / (n_hits + n_true)}
    inside = Counter()
    names = [name for name, n in DRAWN.items() for _ in range(n)]
    sizes = [STRATA[name][0] for name in names]
    found = np.array([hit[name] for name in names])
    design = Design.of(names, names, sizes)
    for _ in range(500):
        true = np.concatenate([random.choice(population[name], n, replace=False) for name, n in DRAWN.items()])
        for name, _, low, high, *_ in score_labels(design, found, true, np.ones(len(true), dtype=bool)):
            inside[name] += name in planted and low <= planted[name] <= high
    for name in planted:
        assert 0.93 <= inside[name] / 500 <= 0.98, (name, inside[name])


def test_the_interval_of_wilson_near_one():
    """Wilson (1927), as other packages have it: 20 of 20 at 95 %."""
    assert wilson(1.0, 20) == pytest.approx((0.8388748419, 1.0), abs=1e-9)


# ---- samples ----


def test_weights_add_up_to_all_sentences_of_the_panel(run, written):
    sample, _ = written
    documents = pd.read_parquet(run / "documents.parquet")
    total = documents.loc[documents["in_panel"], "n_sents"].sum()
    assert sum(sample.strata.values()) == total
    assert sample.key["weight"].sum() == pytest.approx(total)
    assert (sample.key["probability"] * sample.key["n_stratum"]).tolist() == pytest.approx(
        sample.key["n_drawn"].tolist()
    )
    drawn = Counter(sample.key["stratum"])
    assert all(drawn[row["stratum"]] == row["n_drawn"] for row in sample.key.to_dict("records"))


def test_sentences_are_where_the_key_says_and_have_a_hit_or_none(run, written):
    sample, _ = written
    originals = {document.doc_id: document for document in RunDocuments(run)}
    rows = sample.key.to_dict("records")
    texts = [originals[row["doc_id"]].original[row["start"] : row["end"]] for row in rows]
    assert all(
        (originals[row["doc_id"]].place_code, originals[row["doc_id"]].year) == (row["code"], row["year"])
        for row in rows
    )
    counted = tg.count_lexicon(
        tg.normalise_corpus(tg.corpus_from_frame(pd.DataFrame({"text": texts}), text="text")),
        tg.read_lexicon("digital-government"),
        tg.CountOptions(sections="all"),
    )
    for row, text, counts in zip(rows, texts, counted.values.toarray(), strict=True):
        assert "".join(tg.normalise_text(text).split()) == "".join(row["sentence"].split())
        terms = {name.split("/")[1] for name, n in zip(counted.names, counts, strict=True) if n}
        assert terms == set(filter(None, row["terms"].split(";")))
        assert bool(terms) == bool(row["found"])
    assert sample.key["found"].sum() == 30
    assert sample.key["id"].is_unique


def test_strata_are_those_of_a_count_by_hand(run, written):
    """Sentences with a hit, by period and category of the first hit: from the table of hits alone."""
    sample, _ = written
    assert sample.by == ("year", "category")
    hits = pd.read_parquet(run / "hits.parquet").query("lexicon == 'digital-government'")
    first = hits.drop_duplicates(["doc_id", "sentence"])
    documents = pd.read_parquet(run / "documents.parquet").query("in_panel")
    first = first[first["doc_id"].isin(documents["doc_id"])]
    by_category = Counter()
    for stratum, n in sample.strata.items():
        by_category[stratum.category] += n
    del by_category["none"]
    assert dict(by_category) == first["category"].value_counts().to_dict()


def test_a_seed_draws_the_same_and_another_one_others(run, written):
    sample, _ = written
    again, other = sample_sentences(run, SMALL), sample_sentences(run, SampleOptions(n=60, seed=4))
    assert again.key.equals(sample.key)
    assert again.sheet.equals(sample.sheet)
    assert not other.key["id"].equals(sample.key["id"])


def test_each_sentence_of_a_stratum_is_drawn_equally_often(run):
    """Among 1,200 draws of one stratum the counts by year vary as those of a fair draw do."""
    frame = build_frame(read_run(run), SampleOptions())
    draws = [draw_sentences(frame, SampleOptions(n=40, by=(), seed=seed))[0] for seed in range(60)]
    rows = [one.document for drawn in draws for one in drawn if one.stratum.category == "none"]
    years = Counter(frame.documents["year"].iloc[rows].tolist())
    documents = pd.read_parquet(run / "documents.parquet").query("in_panel")
    hits = pd.read_parquet(run / "hits.parquet").query("lexicon == 'digital-government'")
    with_hit = hits.drop_duplicates(["doc_id", "sentence"]).groupby("doc_id").size()
    plain = documents["n_sents"] - documents["doc_id"].map(with_hit).fillna(0)
    share = plain.groupby(documents["year"]).sum() / plain.sum()
    n = sum(years.values())
    chi2 = sum((years[int(year)] - n * one) ** 2 / (n * one) for year, one in share.items())
    assert chi2 < 2.5 * len(share)  # mean len - 1; far in the tail


def test_near_misses_are_a_stratum_of_their_own(run, tmp_path):
    words = "name: near\nversion: '1'\nprefix: nr\ncategories:\n  loose:\n    entries: [经济]\n"
    (tmp_path / "near.yaml").write_text(words, "utf-8")
    sample = sample_sentences(run, SampleOptions(n=80, near=(str(tmp_path / "near.yaml"),), seed=1))
    near = sample.key.query("category == 'near'")
    assert len(near) == 20
    assert not near["found"].any()
    assert near["sentence"].str.contains("经济").all()
    none = sample.key.query("category == 'none'")
    assert len(none) == 20
    assert not none["sentence"].str.contains("经济").any()


def test_coders_see_no_place_year_or_hit(written):
    sample, folder = written
    book = openpyxl.load_workbook(folder / "coding.xlsx")
    assert [page.title for page in book.worksheets if page.sheet_state == "visible"] == [
        "instructions",
        "coder_1",
        "coder_2",
    ]
    page = book["coder_1"]
    assert [cell.value for cell in page[1]] == ["id", "before", "sentence", "after", "label", "category", "comment"]
    assert page.protection.sheet
    row = rows_of(page)[0]
    assert row["id"].protection.locked
    assert row["sentence"].protection.locked
    assert not row["label"].protection.locked
    lists = {str(one.sqref): one.formula1 for one in page.data_validations.dataValidation}
    assert set(lists) == {f"E2:E{len(sample.sheet) + 1}", f"F2:F{len(sample.sheet) + 1}"}
    offered = [cell.value for cell in book["choices"]["A"]]
    assert offered[:3] == ["yes", "no", "unsure"]
    assert not any(offered[3:])
    heights = [page.row_dimensions[at].height for at in range(2, len(sample.sheet) + 2)]
    longest = sample.sheet["sentence"].str.len().to_numpy().argmax()
    assert heights[longest] >= 15 * 2 * len(sample.sheet["sentence"].iloc[longest]) / 60
    assert min(heights) >= 15
    words = " ".join(str(cell.value) for row in book["instructions"].iter_rows() for cell in row)
    assert "Do not talk" in words
    assert "独立" in words


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"margin": 0}, "margin = 0"),
        ({"by": ("town",)}, "by = town"),
        ({"coders": ("a", "a")}, "coders = a, a"),
        ({"coders": ("choices",)}, "coders = choices"),
        ({"labels": ("yes",)}, "labels = yes"),
        ({"name": "../x"}, "name = ../x"),
        ({"lexicon": "nope"}, "the run counted digital-government"),
    ],
)
def test_wrong_options_are_told(run, options, said):
    with pytest.raises(UsageError, match=said):
        sample_sentences(run, SampleOptions(**options))


# ---- the round trip of the workbook ----


def test_a_filled_workbook_is_read_back(run, filled, written):
    sample, _ = written
    coded = read_answers(run, [filled])
    assert coded.coders == ("coder_1", "coder_2")
    assert len(coded.answers["coder_1"]) == len(sample.key)


def test_an_empty_or_half_filled_workbook_names_what_is_open(run, written, filled):
    _, folder = written
    with pytest.raises(UsageError, match="coder_1 has not answered 60 of 60"):
        read_answers(run, [folder / "coding.xlsx"])

    def blank(pages):
        for row in rows_of(pages[1])[:7]:
            row["label"].value = None

    change(filled, blank)
    with pytest.raises(UsageError, match="coder_2 has not answered 7 of 60"):
        read_answers(run, [filled])
    assert len(read_answers(run, [filled], partial=True).answers["coder_2"]) == 53


def test_reordered_rows_and_columns_are_the_same(run, filled):
    before = read_answers(run, [filled])

    def turn(pages):
        for page in pages:
            rows = [[cell.value for cell in row] for row in page.iter_rows()]
            turned = [list(reversed(row)) for row in (rows[0], *reversed(rows[1:]))]
            for at, row in enumerate(turned, 1):
                for column, value in enumerate(row, 1):
                    page.cell(at, column).value = value

    after = read_answers(run, [change(filled, turn)])
    for coder in before.coders:
        labels = [{key: one.label for key, one in coded.answers[coder].items()} for coded in (before, after)]
        assert labels[0] == labels[1]


def alter_id(rows):
    rows[3]["id"].value = "s0000000000"


def alter_sentence(rows):
    rows[3]["sentence"].value += "。"


def double_row(rows):
    for name, cell in rows[3].items():
        cell.value = rows[4][name].value


def lose_id(rows):
    rows[3]["id"].value = None


def other_label(rows):
    rows[3]["label"].value = "maybe"


@pytest.mark.parametrize(
    ("edit", "said"),
    [
        (alter_id, "row 5: id s0000000000 is not of this sample"),
        (alter_sentence, "row 5: the sentence of id .* was changed"),
        (double_row, "row 6: id .* already stands in row 5"),
        (lose_id, "row 5: no id"),
        (other_label, "row 5: label maybe is none of yes, no, unsure"),
    ],
)
def test_altered_rows_are_refused_with_their_number(run, filled, edit, said):
    change(filled, lambda pages: edit(rows_of(pages[0])))
    for partial in (False, True):
        with pytest.raises(UsageError, match=said):
            read_answers(run, [filled], partial=partial)


def test_merged_cells_are_refused(run, filled):
    change(filled, lambda pages: pages[0].merge_cells("E3:E5"))
    with pytest.raises(UsageError, match="coder_1: the cells E3:E5 are merged"):
        read_answers(run, [filled], partial=True)


def test_deleted_rows_and_renamed_sheets_are_told(run, filled, tmp_path):
    def delete(pages):
        pages[0].delete_rows(10, 2)

    shutil.copy(filled, tmp_path / "renamed.xlsx")
    change(filled, delete)
    with pytest.raises(UsageError, match="2 sentences of the sample are missing"):
        read_answers(run, [filled])
    change(tmp_path / "renamed.xlsx", lambda pages: setattr(pages[0], "title", "Anna"))
    with pytest.raises(UsageError, match="the sheet Anna is of no coder"):
        read_answers(run, [tmp_path / "renamed.xlsx"])


def test_copies_of_coders_are_put_together_unless_they_contradict(run, filled, written, tmp_path):
    copies = [tmp_path / "one.xlsx", tmp_path / "two.xlsx"]
    for at, path in enumerate(copies):
        shutil.copy(filled, path)

        def blank(pages, at=at):
            for row in rows_of(pages[1 - at]):
                row["label"].value = None

        change(path, blank)
    together = read_answers(run, copies)
    whole = read_answers(run, [filled])
    for coder in whole.coders:
        assert {one: a.label for one, a in together.answers[coder].items()} == {
            one: a.label for one, a in whole.answers[coder].items()
        }

    def contradict(pages):
        for row in rows_of(pages[0]):
            row["label"].value = "unsure"

    shutil.copy(filled, tmp_path / "three.xlsx")
    with pytest.raises(UsageError, match=r"the same coder answers .* with .* and with unsure"):
        read_answers(run, [filled, change(tmp_path / "three.xlsx", contradict)])


def test_csv_files_as_excel_saves_them(run, filled, written, tmp_path):
    _, folder = written
    whole = read_answers(run, [filled])
    paths = []
    for coder, encoding in (("coder_1", "gb18030"), ("coder_2", "utf-8-sig")):
        rows = list(csv.DictReader((folder / f"{coder}.csv").read_text("utf-8-sig").splitlines()))
        for row in rows:
            row["label"] = {"yes": "是", "no": "N"}[whole.answers[coder][row["id"]].label]
        with (tmp_path / f"{coder}.csv").open("w", encoding=encoding, newline="") as stream:
            writer = csv.DictWriter(stream, list(rows[0]))
            writer.writeheader()
            writer.writerows(rows)
        paths.append(tmp_path / f"{coder}.csv")
    read = read_answers(run, paths)
    for coder in whole.coders:
        assert {one: a.label for one, a in read.answers[coder].items()} == {
            one: a.label for one, a in whole.answers[coder].items()
        }


def test_answers_are_not_overwritten(run, written, filled):
    sample, folder = written
    kept = (folder / "coding.xlsx").read_bytes()
    shutil.copy(filled, folder / "coding.xlsx")
    try:
        with pytest.raises(UsageError, match="holds answers of coders"):
            write_sample(sample, run)
    finally:
        (folder / "coding.xlsx").write_bytes(kept)


@pytest.mark.skipif(not shutil.which("soffice"), reason="LibreOffice (soffice) is not installed")
def test_the_workbook_survives_libreoffice(run, filled, tmp_path):
    before = read_answers(run, [filled])
    out = tmp_path / "again"
    home = f"-env:UserInstallation={(tmp_path / 'profile').as_uri()}"
    command = ["soffice", home, "--headless", "--convert-to", "xlsx", "--outdir", str(out), str(filled)]
    subprocess.run(command, check=True, capture_output=True, timeout=120)
    after = read_answers(run, [out / filled.name])
    for coder in before.coders:
        labels = [{key: one.label for key, one in coded.answers[coder].items()} for coded in (before, after)]
        assert labels[0] == labels[1]
    page = openpyxl.load_workbook(out / filled.name)["coder_1"]
    assert page.protection.sheet
    assert page.data_validations.dataValidation


# ---- agreement ----


def disagree(filled: Path, n: int) -> Path:
    """The second coder says the opposite to the first n sentences."""

    def turn(pages):
        for row in rows_of(pages[1])[:n]:
            row["label"].value = "no" if row["label"].value == "yes" else "yes"
            row["comment"].value = "look again"

    return change(filled, turn)


def test_agreement_of_a_filled_workbook(run, filled, written):
    sample, folder = written
    coded = read_answers(run, [disagree(filled, 6)])
    found = measure_agreement(coded, AgreementOptions(draws=100))
    whole = found.table.query("value == 'all'").set_index("statistic")
    assert whole["estimate"]["percent"] == pytest.approx(90)
    # Kappa by hand: both say yes to half of the sentences, or nearly so.
    a = [coded.answers["coder_1"][one].label == "yes" for one in sample.key["id"]]
    b = [coded.answers["coder_2"][one].label == "yes" for one in sample.key["id"]]
    chance = np.mean(a) * np.mean(b) + (1 - np.mean(a)) * (1 - np.mean(b))
    assert whole["estimate"]["kappa"] == pytest.approx((0.9 - chance) / (1 - chance))
    assert (whole["low"] < whole["estimate"]).all()
    assert (whole["estimate"] < whole["high"]).all()
    assert set(found.table["group"]) == {"all", "category", "year", "region3"}
    assert len(found.disagreements) == 6
    assert set(found.disagreements["coder_2_comment"]) == {"look again"}
    paths = write_agreement(found, coded, run)
    assert [path.name for path in paths] == ["agreement.csv", "disagreements.csv", "adjudicate.xlsx"]
    page = openpyxl.load_workbook(folder / "adjudicate.xlsx")["adjudicated"]
    assert [row["coder_1"].value for row in rows_of(page)] == found.disagreements["coder_1"].tolist()
    for path in (folder / "adjudicate.xlsx", folder / "disagreements.csv"):
        path.unlink()


def test_scales_need_numbers(run, filled):
    with pytest.raises(UsageError, match="are no numbers"):
        measure_agreement(read_answers(run, [filled]), AgreementOptions(levels=("ordinal",)))


def test_scales_of_labels_that_are_numbers(run, tmp_path):
    """Data C, answered in a workbook of four coders."""
    options = SampleOptions(n=12, coders=("a", "b", "c", "d"), labels=("1", "2", "3", "4", "5"), name="scale", by=())
    sample = sample_sentences(run, options)
    book_path = write_sample(sample, run)[0]
    book = openpyxl.load_workbook(book_path)
    for coder, answers in zip(options.coders, DATA_C, strict=True):
        for row, answer in zip(rows_of(book[coder]), answers, strict=True):
            row["label"].value = answer or None
    book.save(tmp_path / "scale.xlsx")
    coded = read_answers(run, [tmp_path / "scale.xlsx"], "scale", partial=True)
    levels = ("nominal", "ordinal", "interval", "ratio")
    table = measure_agreement(coded, AgreementOptions(levels, draws=20, by=())).table
    found = table.set_index("statistic")["estimate"]
    for level in levels:
        assert found[f"alpha_{level}"] == pytest.approx(ALPHA_C[level], abs=1e-12)
    with pytest.raises(UsageError, match="needs the labels yes and no"):
        measure_accuracy(coded)


# ---- accuracy ----


def test_disagreements_must_be_settled(run, filled, written, tmp_path):
    sample, folder = written
    coded = read_answers(run, [disagree(filled, 6)])
    with pytest.raises(UsageError, match="6 sentences have no settled label"):
        measure_accuracy(coded)
    agreed = measure_accuracy(coded, AccuracyOptions(rule="agreed"))
    assert len(agreed.labels) == 54
    write_agreement(measure_agreement(coded, AgreementOptions(draws=10)), coded, run)
    book = openpyxl.load_workbook(folder / "adjudicate.xlsx")
    found = dict(zip(sample.key["id"], sample.key["found"], strict=True))
    for row in rows_of(book["adjudicated"]):
        row["label"].value = "no" if found[row["id"].value] else "yes"  # the lexicon is wrong in all six
    book.save(tmp_path / "settled.xlsx")
    (folder / "adjudicate.xlsx").unlink()
    settled = read_answers(run, [filled, tmp_path / "settled.xlsx"])
    accuracy = measure_accuracy(settled)
    assert len(accuracy.errors) == 6
    scores = accuracy.table.query("value == 'all'").set_index("statistic")
    # By hand from the weights.
    key = sample.key
    wrong = key["id"].isin(accuracy.errors.merge(key, on=["doc_id", "start", "end"])["id"])
    true = key["found"].astype(bool) ^ wrong
    both = key["weight"][true & (key["found"] == 1)].sum()
    assert scores["estimate"]["precision"] == pytest.approx(both / key["weight"][key["found"] == 1].sum())
    assert scores["estimate"]["recall"] == pytest.approx(both / key["weight"][true].sum())
    f1 = 2 * both / (key["weight"][key["found"] == 1].sum() + key["weight"][true].sum())
    assert scores["estimate"]["f1"] == pytest.approx(f1)
    assert scores["estimate"]["error"] == pytest.approx(key["weight"][wrong].sum() / key["weight"].sum())
    assert set(accuracy.types["type"]) <= {"missed", "wrongly counted"}
    names = [path.name for path in write_accuracy(accuracy, run)]
    assert names == ["accuracy.csv", "accuracy_errors.csv", "accuracy_types.csv", "labels.csv"]


def test_a_stratum_in_which_nothing_counts_is_told(run, written, filled):
    sample, _ = written
    accuracy = measure_accuracy(read_answers(run, [filled]))
    scores = accuracy.table.query("value == 'all'").set_index("statistic")["estimate"]
    assert scores["recall"] == 1
    (note,) = accuracy.unseen
    assert (note["stratum"], note["n"]) == ("none", 30)
    assert note["most"] == pytest.approx(1 - 0.05 ** (1 / 30))
    hits, rest = (sample.key.query(f"found == {one}")["weight"].sum() for one in (1, 0))
    assert note["recall"] == pytest.approx(hits / (hits + note["most"] * rest))
    assert note["recall"] < 0.6


def test_errors_that_differ_by_treatment_are_seen(run, filled):
    """Half of the places are called treated; only there sentences without a hit count too."""
    coded = read_answers(run, [filled])
    panel = tg.read_panel(run).frame
    codes = sorted(set(panel["city_code"]))
    panel = panel.assign(treat=panel["city_code"].isin(codes[::2]).astype(int))
    treated = dict(zip(panel["city_code"], panel["treat"], strict=True))
    for row in coded.key.to_dict("records"):
        if not row["found"] and treated[row["code"]]:
            for coder in coded.coders:
                coded.answers[coder][row["id"]] = coded.answers[coder][row["id"]]._replace(label="yes")
    table = measure_accuracy(coded, AccuracyOptions(treat="treat", by=()), panel).table
    gaps = table.query("value == 'difference'").set_index("statistic")
    assert gaps["estimate"]["recall"] < -0.5
    assert gaps["p"]["recall"] < 0.001
    assert gaps["estimate"]["error"] == pytest.approx(
        table.query("value == '1' and statistic == 'error'")["estimate"].iloc[0]
        - table.query("value == '0' and statistic == 'error'")["estimate"].iloc[0]
    )
    assert table.query("value == '0' and statistic == 'error'")["estimate"].iloc[0] == 0
    assert gaps["estimate"]["precision"] == 0
    with pytest.raises(UsageError, match="use a column that is 1 for treated"):
        measure_accuracy(coded, AccuracyOptions(treat="n_chars"), panel)
    with pytest.raises(UsageError, match="no column nope"):
        measure_accuracy(coded, AccuracyOptions(treat="nope"), panel)


@pytest.mark.real
def test_accuracy_of_the_hand_coded_sentences_is_that_of_the_benchmark():
    """Another program, with a bootstrap: the same shares, and intervals of about the same ends."""
    from benchmarks.gold import DRAWN as STRATA_DRAWN
    from benchmarks.gold import GOLD, predict, read_gold, score

    if not GOLD.is_file():
        pytest.skip("no hand-coded sentences beside the repository")
    sentences = [one for one in read_gold() if one.cell[0] in STRATA_DRAWN]
    found = predict(sentences, "digital-government")
    true = np.array([one.label for one in sentences])
    expected = score(sentences, found)
    n = Counter(one.cell for one in sentences)
    cells = [one.cell for one in sentences]
    design = Design.of(cells, cells, [round(one.weight * n[one.cell]) for one in sentences])
    rows = {name: row for name, *row in score_labels(design, found, true, np.ones(len(true), dtype=bool))}
    assert rows["precision"][0] == pytest.approx(expected.precision, abs=1e-6)
    assert rows["recall"][0] == pytest.approx(expected.recall, abs=1e-6)
    assert rows["recall"][1:3] == pytest.approx(expected.recall_ends, abs=0.04)
    assert rows["precision"][1:3] == pytest.approx(expected.precision_ends, abs=0.04)


# ---- the command line ----


def call(monkeypatch: pytest.MonkeyPatch, *words: object) -> int:
    monkeypatch.setattr(sys, "argv", ["textgov", *map(str, words)])
    with pytest.raises(SystemExit) as left:
        main()
    return int(left.value.code or 0)


def test_from_the_sample_to_accuracy_on_the_command_line(run, monkeypatch, capsys, tmp_path):
    words = ("--n", 40, "--name", "second", "--coders", "甲,乙", "--lang", "en")
    assert call(monkeypatch, "validate", "sample", run, *words) == 0
    shown = capsys.readouterr()
    assert "40 sentences drawn from" in shown.err
    assert "not split by" in shown.err
    book_path = Path(shown.out.splitlines()[0])
    book = openpyxl.load_workbook(book_path)
    for coder in ("甲", "乙"):
        for at, row in enumerate(rows_of(book[coder])):
            row["label"].value = "yes" if at % 2 else "no"
    book.save(tmp_path / "filled.xlsx")
    files = (run, tmp_path / "filled.xlsx", "--name", "second")
    assert call(monkeypatch, "validate", "agreement", *files, "--draws", 20, "--json", "--quiet") == 0
    rows = json.loads(capsys.readouterr().out)
    assert rows[0]["statistic"] == "percent"
    assert rows[0]["estimate"] == 100
    assert call(monkeypatch, "validate", "accuracy", *files, "--lang", "zh") == 0
    shown = capsys.readouterr()
    assert "精确率" in shown.err
    assert {Path(line).name for line in shown.out.splitlines()} >= {"accuracy.csv", "accuracy_errors.csv"}
    assert call(monkeypatch, "validate", "accuracy", run, tmp_path / "none.xlsx", "--lang", "en") == 2
    assert "none.xlsx" in capsys.readouterr().err
    assert call(monkeypatch, "validate", "sample", tmp_path, "--lang", "en") == 2


# ---- a classifier as second measure, labels of a model ----


@pytest.fixture(scope="module")
def labels(run) -> pd.DataFrame:
    """Labels of a sample, as if what the lexicon says were true."""
    key = sample_sentences(run, SampleOptions(n=240, seed=2)).key
    return key.assign(label=key["found"], coded_category="", comments="")


def test_a_classifier_learns_what_the_labels_say(run, labels):
    found = classify_sentences(run, labels, ClassifyOptions(folds=3))
    scores = found.table.set_index("statistic")["estimate"]
    assert scores["auc"] > 0.9
    assert scores["brier"] < 0.1
    panel = pd.read_parquet(run / "panel.parquet").sort_values(["city_code", "year"])
    assert found.panel["n_sents"].tolist() == panel["n_sents"].tolist()
    assert found.panel["sent"].tolist() == pytest.approx(panel["dg_total_sent"].tolist())
    assert found.panel["clf_sent"].between(0, 1).all()
    assert scores["correlation_pearson"] > 0.3
    again = classify_sentences(run, labels, ClassifyOptions(folds=3, predict=False))
    assert again.labels["probability"].tolist() == found.labels["probability"].tolist()


def test_labels_without_a_pattern_are_not_learned(run, labels):
    """No sentence of a place helps to judge another sentence of it: with random labels nothing is left."""
    random = np.random.default_rng(0).permutation(labels["label"].to_numpy())
    noise = labels.assign(label=random, n_stratum=labels["n_drawn"])
    table = classify_sentences(run, noise, ClassifyOptions(folds=3, predict=False)).table
    assert table.set_index("statistic")["estimate"]["auc"] == pytest.approx(0.5, abs=0.15)


def test_too_few_labels_are_told(run, labels):
    with pytest.raises(UsageError, match="too few for 5 folds"):
        classify_sentences(run, labels.assign(label=1))


def test_labels_of_a_model_need_what_they_came_from(labels, tmp_path):
    rows = labels[["id"]].assign(
        label=labels["label"].map({1: "yes", 0: "no"}), model="m-1", date="2026-01-02", prompt="p", output="o"
    )
    rows.to_csv(tmp_path / "model.csv", index=False)
    table, kept = import_labels(tmp_path / "model.csv", labels)
    scores = table.set_index("statistic")["estimate"]
    assert (scores["precision"], scores["recall"], scores["alpha"], scores["model"]) == (1, 1, 1, "m-1")
    assert kept["prompt"].tolist() == ["p"] * len(labels)
    bad = rows.assign(output=["", *["o"] * (len(rows) - 1)], model=["m-2", *["m-1"] * (len(rows) - 1)]).iloc[:-1]
    bad.to_csv(tmp_path / "bad.csv", index=False)
    with pytest.raises(UsageError, match=r"output is empty in row 2.*1 labelled sentences are missing.*several models"):
        import_labels(tmp_path / "bad.csv", labels)
    rows.drop(columns="prompt").to_csv(tmp_path / "bad.csv", index=False)
    with pytest.raises(UsageError, match="no column prompt"):
        import_labels(tmp_path / "bad.csv", labels)
