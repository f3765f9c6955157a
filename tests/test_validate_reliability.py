"""Reliability, corrections, known groups, coverage: oracles of the literature, brute force, other packages."""

from __future__ import annotations

import shutil
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from validity_runs import make_run

import textgov as tg
from textgov.batch import StageOptions
from textgov.cli import main
from textgov.errors import UsageError
from textgov.run import RunOptions, run_panel
from textgov.store import RunDocuments
from textgov.validate import (
    CoverageOptions,
    KnownGroupsOptions,
    ReliabilityOptions,
    SampleOptions,
    check_coverage,
    check_known_groups,
    correct_labels,
    correct_panel,
    disattenuate,
    estimate_oriv,
    measure_reliability,
    reliability_of,
    sample_sentences,
    write_coverage,
    write_known_groups,
    write_page,
)
from textgov.validate.correct import estimate_slope
from textgov.validate.coverage import balanced_window
from textgov.validate.effects import Within
from textgov.validate.grid import Spec, count_grid, parallel_lexicons
from textgov.validate.reliability import label_panel, median_estimate, split_terms
from textgov.validate.runs import read_run

KEYS = ("code", "year")


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_run(tmp_path_factory.mktemp("reliability") / "out")


@pytest.fixture(scope="module")
def counts(run: Path):
    return count_grid(read_run(run), ReliabilityOptions())


# ---- corrections: oracles ----


def test_attenuation():
    """A slope of 0.5 on a measure of reliability 0.7 is seen as 0.35."""
    assert disattenuate(0.5 * 0.7, 0.7) == pytest.approx(0.5, abs=1e-15)
    assert reliability_of(0.5) == pytest.approx(2 / 3)
    with pytest.raises(UsageError, match="between 0 and 1"):
        disattenuate(1.0, 0.0)


def test_correction_by_labels():
    predicted = np.array([1.0, 1, 0, 1, 0, 0, 1, 0, 1, 1])
    label = np.array([1.0, 0, 0, 1, *[np.nan] * 6])
    assert predicted.mean() == 0.6
    assert correct_labels(predicted, label, np.full(10, 0.4)).mean() == pytest.approx(0.35, abs=1e-15)


def test_correction_by_labels_is_unbiased_where_the_prediction_is_not():
    """Errors depend on x; the slope on predictions is wrong, that on pseudo-outcomes right on average."""
    random = np.random.default_rng(5)
    n, probability = 4000, 0.2
    x = np.repeat([0.0, 1.0], n // 2)
    true = (random.random(n) < 0.3 + 0.2 * x).astype(float)
    predicted = np.where(random.random(n) < 0.3 * x, 0.0, true)  # misses more where x is 1
    naive = predicted[x == 1].mean() - predicted[x == 0].mean()
    wanted = true[x == 1].mean() - true[x == 0].mean()
    corrected = []
    for _ in range(300):
        label = np.where(random.random(n) < probability, true, np.nan)
        pseudo = correct_labels(predicted, label, np.full(n, probability))
        corrected.append(pseudo[x == 1].mean() - pseudo[x == 0].mean())
    assert naive < wanted - 0.1
    assert np.mean(corrected) == pytest.approx(wanted, abs=4 * np.std(corrected) / np.sqrt(300))


def test_corrected_shares_of_place_years_by_hand():
    found = pd.DataFrame({"code": ["a", "b"], "year": [1, 1], "n_sents": [100, 50], "n_found": [10, 5]})
    labels = pd.DataFrame(
        {
            "id": list("uvwx"),
            "stratum": ["hit", "hit", "none", "none"],
            "n_stratum": [15, 15, 135, 135],
            "code": ["a", "b", "a", "a"],
            "year": 1,
            "found": [1, 1, 0, 0],
            "label": [0, 1, 0, 1],
        }
    )
    table = correct_panel(found, labels)
    # a: one of two drawn hits is wrong, 15 / 2 sentences; one of two drawn others counts, 135 / 2 sentences.
    assert table["dsl"].tolist() == pytest.approx([0.1 + (67.5 - 7.5) / 100, 0.1])
    assert table["n_labels"].tolist() == [3, 1]


def noisy_panel(seed: int, places: int = 150, years: int = 8) -> pd.DataFrame:
    random = np.random.default_rng(seed)
    n = places * years
    frame = pd.DataFrame(
        {"code": np.repeat(np.arange(places), years).astype(str), "year": np.tile(range(years), places)}
    )
    true = random.normal(size=n) + np.repeat(random.normal(size=places), years)
    y = 0.5 * true + np.repeat(random.normal(size=places), years) + random.normal(scale=0.5, size=n)
    noise = {name: true + random.normal(size=n) for name in ("one", "two")}
    return frame.assign(y=y, true=true, **noise)


def test_oriv_is_the_stacked_two_stage_least_squares_of_another_package():
    from linearmodels.iv import IV2SLS

    frame = noisy_panel(1, places=40, years=5)
    found = estimate_oriv(frame, ("one", "two"), "y", KEYS, effects="none")
    stacked = pd.concat([frame, frame], ignore_index=True)
    first = np.repeat([1.0, 0.0], len(frame))
    x = np.concatenate([frame["one"], frame["two"]])
    z = np.column_stack(
        [np.concatenate([frame["two"], frame["two"] * 0]), np.concatenate([frame["one"] * 0, frame["one"]])]
    )
    exogenous = np.column_stack([first, 1 - first])
    other = IV2SLS(stacked["y"], exogenous, x, z).fit(cov_type="clustered", clusters=stacked["code"].astype(int))
    assert found["estimate"] == pytest.approx(float(other.params.iloc[-1]), abs=1e-9)
    assert found["std_error"] == pytest.approx(
        float(other.std_errors.iloc[-1]), rel=0.03
    )  # small-sample factors differ
    assert found["n"] == 200


def test_oriv_finds_the_slope_that_noise_hides():
    """Reliability 0.5 within places: the slope on one measure is half of it, that of ORIV is whole."""
    frame = noisy_panel(2)
    naive = estimate_slope(frame, "y", "one", KEYS)
    found = estimate_oriv(frame, ("one", "two"), "y", KEYS)
    assert naive["estimate"] == pytest.approx(0.25, abs=0.03)
    assert found["estimate"] == pytest.approx(0.5, abs=3 * found["std_error"])
    assert found["std_error"] < 0.05
    assert found["low"] < 0.5 < found["high"]


def test_the_median_of_splits():
    splits = [{"estimate": one, "std_error": 1.0, "n": 9} for one in (1.0, 2.0, 4.0)]
    found = median_estimate(splits)
    assert found["estimate"] == 2
    assert found["std_error"] == pytest.approx(np.sqrt(2))  # the median of 1 + 1, 1 + 0, 1 + 4


@pytest.mark.parametrize("effects", ["two-way", "unit", "time"])
def test_quick_slopes_are_those_of_the_estimates(effects):
    frame = noisy_panel(3, places=30, years=6)
    frame.loc[[3, 50], "one"] = np.nan
    frame = pd.concat([frame, pd.DataFrame([{"code": "alone", "year": 2, "y": 9.0, "one": 3.0, "two": 1.0}])])
    frame = frame.reset_index(drop=True)
    slow = estimate_slope(frame, "y", "one", KEYS, ("two",), effects)
    within = Within(frame, frame[["two"]].to_numpy(), effects)
    slope, error, n, _ = within.slope(frame["y"].to_numpy(), frame["one"].to_numpy())
    assert slope == pytest.approx(slow["estimate"], abs=1e-9)
    assert error == pytest.approx(slow["std_error"], rel=1e-6)
    assert n == slow["n"]


# ---- the multiverse ----


def test_the_first_specification_is_the_measure_of_the_run(run, counts):
    panel = pd.read_parquet(run / "panel.parquet").sort_values(["city_code", "year"])
    assert counts.specs[0] == Spec("digital-government", "longest", "counted", "p10k")
    assert counts.values(counts.specs[0]) == pytest.approx(panel["dg_total_p10k"].to_numpy(), abs=1e-12)
    for measure, column in (("ln", "dg_total_ln"), ("sent", "dg_total_sent")):
        values = counts.values(counts.specs[0]._replace(measure=measure))
        assert values == pytest.approx(panel[column].to_numpy(), abs=1e-12)
    for name, column in (("n_han", "n_han"), ("n_chars", "n_chars"), ("n_words rjieba", "n_words")):
        assert counts.lengths[name, "counted"].tolist() == panel[column].tolist()
    assert len(counts.specs) >= 48
    assert len(set(counts.specs)) == len(counts.specs)


@pytest.mark.parametrize("overlap", ["longest", "all"])
@pytest.mark.parametrize("name", ["digital-government", "digital-government-core"])
def test_other_specifications_are_those_of_a_run_with_these_options(run, counts, name, overlap):
    """Counted anew by the functions, from the documents of the run."""
    documents = pd.read_parquet(run / "documents.parquet").query("in_panel")
    kept = tuple(one for one in RunDocuments(run) if one.doc_id in set(documents["doc_id"]))
    corpus = tg.Corpus(kept)
    options = tg.PanelOptions(measures="n,p10k,sent,plan")
    lexicon = tg.read_lexicon(name)
    counted = tg.count_lexicon(corpus, lexicon, tg.CountOptions(overlap=overlap))
    panel = tg.build_panel(corpus, counted, options=options).frame.sort_values(["city_code", "year"])
    spec = Spec(name, overlap, "counted", "p10k")
    total = f"{lexicon.prefix}_total"
    assert counts.hits[spec[:3]].tolist() == panel[f"{total}_n"].tolist()
    assert counts.values(spec) == pytest.approx(panel[f"{total}_p10k"].to_numpy(dtype=float))
    assert counts.values(spec._replace(measure="sent")) == pytest.approx(panel[f"{total}_sent"].to_numpy(dtype=float))
    plan = counts.values(spec._replace(sections="plan"))
    assert plan == pytest.approx(panel[f"{total}_p10k_plan"].to_numpy(dtype=float), nan_ok=True)
    whole = counts.hits[name, overlap, "all"]
    assert (whole >= counts.hits[spec[:3]]).all()


def test_reliability_of_a_run(run):
    options = ReliabilityOptions(halves=20, outcome="n_sents")
    found = measure_reliability(run, options)
    assert len(found.multiverse) >= 48
    assert found.multiverse["pearson"].iloc[0] == pytest.approx(1)
    pairs = found.correlation.set_index(["a", "b"])
    row = found.multiverse.iloc[5]
    assert pairs.loc[(found.multiverse["spec"].iloc[0], row["spec"]), "pearson"] == pytest.approx(row["pearson"])
    assert pairs.loc[(found.multiverse["spec"].iloc[0], row["spec"]), "spearman"] == pytest.approx(row["spearman"])
    assert len(pairs) == len(found.multiverse) * (len(found.multiverse) - 1) // 2
    # The slope of the first specification is that of the estimate, for one standard deviation.
    naive = found.corrections.query("correction == 'none'").iloc[0]
    first = found.multiverse.iloc[0]
    assert first["estimate"] == pytest.approx(naive["estimate"] * first["sd"])
    assert set(found.corrections["correction"]) >= {"none", "oriv"}
    # One term left out, by hand.
    hits = pd.read_parquet(run / "hits.parquet").query("lexicon == 'digital-government'")
    panel = pd.read_parquet(run / "panel.parquet").set_index(["city_code", "year"])
    term = hits["term"].value_counts().index[0]
    category = hits.query("term == @term")["category"].iloc[0]
    own = hits.query("term == @term and category == @category").groupby(["city_code", "year"]).size()
    rest = panel["dg_total_n"] - own.reindex(panel.index, fill_value=0)
    expected = np.corrcoef(panel["dg_total_p10k"], 1e4 * rest / panel["n_han"])[0, 1]
    table = found.table.query("statistic == 'without_term_r'").set_index("what")["estimate"]
    assert table[f"{category}/{term}"] == pytest.approx(expected)
    assert measure_reliability(run, options).table.equals(found.table)


def test_slopes_corrected_by_labels(run, counts):
    """Labels that agree with the lexicon change nothing; missed sentences move the share of their place-year."""
    key = sample_sentences(run, SampleOptions(n=60, seed=3)).key
    labels = key.assign(label=key["found"])
    options = ReliabilityOptions(halves=2, treat="n_words")
    found = measure_reliability(run, options, labels).corrections.set_index("correction")
    assert found.index.tolist() == ["none", "dsl"]
    assert found["estimate"]["dsl"] == pytest.approx(found["estimate"]["none"])
    panel = pd.read_parquet(run / "panel.parquet").sort_values(["city_code", "year"])
    same = label_panel(counts, labels)
    assert same["sent"].tolist() == pytest.approx(panel["dg_total_sent"].tolist())
    assert same["dsl"].tolist() == pytest.approx(same["sent"].tolist())
    missed = labels.assign(label=labels["label"].where(labels["id"] != labels.query("found == 0")["id"].iloc[0], 1))
    moved = label_panel(counts, missed)
    gap = (moved["dsl"] - moved["sent"]) * moved["n_sents"]
    one = labels.query("found == 0").iloc[0]
    assert gap.sum() == pytest.approx(one["weight"])
    assert moved[gap.abs() > 1e-6][["code", "year"]].to_numpy().tolist() == [[one["code"], one["year"]]]


def test_halves_of_the_terms_add_up():
    terms = pd.DataFrame(
        np.arange(24.0).reshape(4, 6) % 7,
        columns=pd.MultiIndex.from_tuples([("a", "1"), ("a", "2"), ("a", "3"), ("b", "4"), ("b", "5"), ("c", "6")]),
    )
    one, other = split_terms(terms, np.random.default_rng(0))
    whole = terms.to_numpy().sum(axis=1)
    assert one.mean() == pytest.approx(whole.mean())
    assert other.mean() == pytest.approx(whole.mean())


def test_split_halves_find_a_planted_reliability():
    """Forty terms that measure one thing with equal noise: halves of twenty correlate at 20 v / (20 v + 1)."""
    random = np.random.default_rng(9)
    signal = random.normal(size=3000)
    values = 10 + 0.3 * signal[:, None] + random.normal(size=(3000, 40))
    columns = pd.MultiIndex.from_tuples([("a", str(number)) for number in range(40)])
    one, other = split_terms(pd.DataFrame(values, columns=columns), random)
    expected = 20 * 0.09 / (20 * 0.09 + 1)
    r = np.corrcoef(one, other)[0, 1]
    assert r == pytest.approx(expected, abs=0.03)
    assert reliability_of(r) == pytest.approx(40 * 0.09 / (40 * 0.09 + 1), abs=0.03)


# ---- known groups ----


def write_reports(folder: Path, rows: list[tuple[str, int, str]]) -> None:
    for place, year, sentence in rows:
        path = folder / place / f"{year}.txt"
        path.parent.mkdir(parents=True, exist_ok=True)
        filler = "".join(f"推进第{number}项工作，发展农业和工业，改善人民生活。" for number in range(year % 7 + 12))
        path.write_text(f"{year}年政府工作报告\n\n各位代表：\n\n{sentence}{filler}\n", "utf-8")


@pytest.fixture(scope="module")
def slogan_run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two cities of two provinces and ten years: 杭州市 says 最多跑一次 from 2017, 武汉市 from 2018."""
    folder = tmp_path_factory.mktemp("slogans")
    rows = []
    for year in range(2012, 2022):
        for place, first in (("浙江省/杭州市", 2017), ("湖北省/武汉市", 2018)):
            slogan = "深化最多跑一次改革。" if year >= first else "推进电子政务。"
            rows.append((place, year, slogan + "建设数字政府。" * (year >= 2019)))
    write_reports(folder / "reports", rows)
    run_panel(
        [folder / "reports"],
        folder / "out",
        RunOptions(StageOptions(lexicons=(tg.read_lexicon("digital-government"),))),
        engine="serial",
    )
    return folder / "out"


def test_known_groups_of_a_corpus_with_known_answers(slogan_run, tmp_path):
    index = pd.DataFrame([(code, year, year - 2000) for code in ("330100", "420100") for year in range(2012, 2022)])
    index.set_axis(["city_code", "year", "score"], axis=1).to_csv(tmp_path / "index.csv", index=False)
    found = check_known_groups(slogan_run, KnownGroupsOptions(index=str(tmp_path / "index.csv")))
    table = found.table.set_index(["check", "what"])
    assert table["found"]["first local mention", "最多跑一次"] == "2017 杭州市"
    assert table["verdict"]["first national mention", "最多跑一次"] == "no data"
    pioneer = table.loc[("pioneer", "最多跑一次")]
    assert pioneer["found"] == "0.67 of 3, 0.33 of 3 others"
    assert pioneer["verdict"] == "as expected"
    assert table["verdict"]["pioneer", "一网通办"] == "no data"
    assert table["verdict"]["phases", "电子政务 < 数字政府"] == "as expected"
    assert table["n"]["convergence", "rate and score of index.csv"] == 20
    share = found.slogans.query("slogan == '最多跑一次' and year == 2017")["share"]
    assert share.tolist() == [0.5]
    names = [path.name for path in write_known_groups(found, slogan_run)]
    assert names == ["known_groups.csv", "slogan_years.csv"]


def test_a_control_that_never_varies_is_no_data(slogan_run):
    table = check_known_groups(slogan_run, KnownGroupsOptions(control="digital-economy")).table
    row = table.set_index("what").loc["rate and digital-economy"]
    assert (row["found"], row["verdict"], row["n"]) == ("-", "no data", 20)


def test_own_slogans_with_another_order_differ(slogan_run, tmp_path):
    (tmp_path / "own.csv").write_text(
        "slogan,national_year,pioneer,pioneer_code\n最多跑一次,2018,湖北省,420000\n", "utf-8"
    )
    table = check_known_groups(slogan_run, KnownGroupsOptions(slogans=str(tmp_path / "own.csv"))).table
    assert table.query("check == 'pioneer'")["verdict"].tolist() == ["differs"]
    (tmp_path / "own.csv").write_text("slogan,national_year\n最多跑一次,soon\n", "utf-8")
    with pytest.raises(UsageError, match=r"row 2, national_year = soon"):
        check_known_groups(slogan_run, KnownGroupsOptions(slogans=str(tmp_path / "own.csv")))
    with pytest.raises(UsageError, match="no such file"):
        check_known_groups(slogan_run, KnownGroupsOptions(slogans="none.csv"))


# ---- coverage ----


def test_coverage_counts_every_unit_on_the_map(slogan_run):
    found = check_coverage(slogan_run, CoverageOptions(policy="broadband_china"))
    table = found.table.set_index(["group", "value"])
    assert table["with_report"]["all", "all"] == 20
    assert table["place_years"]["year", "2020"] == 337  # 333 prefecture-level units and 4 municipalities
    assert table["with_report"]["year", "2015"] == 2
    assert table["with_report"]["province", "浙江省"] == 10
    assert table["place_years"]["province", "浙江省"] == 110  # eleven cities
    assert table["share"]["province", "浙江省"] == pytest.approx(1 / 11)
    assert table["with_report"]["treated", "treated"] + table["with_report"]["treated", "untreated"] == 20
    tests = found.tests.set_index("what")
    assert tests["p"]["years"] == pytest.approx(1, abs=0.01)
    assert tests["n"]["region3"] >= 337
    results = found.results.set_index(["what", "sample"])
    assert results["n"]["mean of dg_total_p10k", "full 2012-2021"] == 20
    assert results["n"]["mean of dg_total_p10k", "balanced 2012-2021"] == 20
    assert next(path.name for path in write_coverage(found, slogan_run)) == "coverage.csv"


def test_missing_by_size_is_seen(slogan_run, tmp_path):
    """Only the two largest of some places have reports."""
    codes = ["330100", "420100", "330200", "330300", "420200", "420300", "330400", "330500"]
    rows = [(code, 2015, 100 - 10 * at) for at, code in enumerate(codes)]
    pd.DataFrame(rows, columns=["city_code", "year", "people"]).to_csv(tmp_path / "size.csv", index=False)
    options = CoverageOptions(size=str(tmp_path / "size.csv"), size_column="people")
    found = check_coverage(slogan_run, options)
    row = found.tests.set_index("what").loc["size"]
    assert row["n"] == 8
    assert row["statistic"] > 0.7
    assert row["p"] < 0.05
    shares = found.table.set_index(["group", "value"])["share"]
    assert shares["size_third", "largest third"] > 0
    assert shares["size_third", "smallest third"] == 0


def test_the_balanced_window_has_the_most_place_years():
    years = {"a": range(2000, 2010), "b": range(2004, 2010), "c": (2001, 2005, 2009)}
    panel = pd.DataFrame([(code, year) for code, known in years.items() for year in known], columns=["code", "year"])
    assert balanced_window(panel, "code") == (2004, 2009, {"a", "b"})


def test_wrong_options_are_told(slogan_run):
    with pytest.raises(UsageError, match="size"):
        CoverageOptions(size="x.csv")
    with pytest.raises(UsageError, match="years"):
        CoverageOptions(years=(2020, 2010))
    with pytest.raises(UsageError, match="no column nope"):
        check_coverage(slogan_run, CoverageOptions(outcome="nope"))
    with pytest.raises(UsageError, match="no column nope"):
        measure_reliability(slogan_run, ReliabilityOptions(outcome="nope"))
    with pytest.raises(UsageError, match="halves = 1"):
        ReliabilityOptions(halves=1)


def test_a_lexicon_that_has_changed_since_is_taken_from_the_run(tmp_path):
    """A run counted an older built-in lexicon: its copy is used; without one the run is refused."""
    now = tg.read_lexicon("digital-government")
    old = replace(now, version="0.9", entries=tuple(one for one in now.entries if one.term != "数字政府"))
    assert old.hash != now.hash
    write_reports(tmp_path / "reports", [("浙江省/杭州市", 2019, "建设数字政府。推进一网通办。推进电子政务。")])
    out = tmp_path / "out"
    run_panel([tmp_path / "reports"], out, RunOptions(StageOptions(lexicons=(old,))), engine="serial")
    facts = read_run(out)
    first, *others = parallel_lexicons(facts, ReliabilityOptions())
    assert (first.label, first.hash) == ("digital-government@0.9", old.hash)
    assert [one.name for one in others] == ["digital-government-broad", "digital-government-core"]
    with pytest.raises(UsageError, match="holds digital-government@2"):
        parallel_lexicons(facts, ReliabilityOptions(lexicon_file="digital-government"))
    (out / "store" / "lexicons" / "dg.yaml").unlink()
    with pytest.raises(UsageError, match="run textgov panel again, which keeps one"):
        parallel_lexicons(facts, ReliabilityOptions())


# ---- the page and the command line ----


def call(monkeypatch: pytest.MonkeyPatch, *words: object) -> int:
    monkeypatch.setattr(sys, "argv", ["textgov", *map(str, words)])
    with pytest.raises(SystemExit) as left:
        main()
    return int(left.value.code or 0)


def test_the_page_tells_what_was_made_and_what_was_not(slogan_run, monkeypatch, capsys, tmp_path):
    out = tmp_path / "out"
    shutil.copytree(slogan_run, out, ignore=shutil.ignore_patterns("validity"))
    with pytest.raises(UsageError, match="no check was made yet"):
        write_page(out)
    assert call(monkeypatch, "validate", "known-groups", out, "--lang", "en") == 0
    assert "pioneer, 最多跑一次: expected 浙江省 ahead" in capsys.readouterr().err
    assert call(monkeypatch, "validate", "coverage", out, "--years", "2015-2020", "--lang", "zh") == 0
    assert "个地区—年份中有 12 个有文档" in capsys.readouterr().err
    assert call(monkeypatch, "validate", "reliability", out, "--halves", 5, "--lang", "en") == 0
    assert "specifications; correlation with the first one" in capsys.readouterr().err
    assert call(monkeypatch, "validate", "report", out) == 0
    assert capsys.readouterr().out.strip() == (out / "validity" / "validity.md").as_posix()
    page = (out / "validity" / "validity.md").read_text("utf-8")
    assert "Not checked: agreement, accuracy." in page
    assert "未检验：agreement, accuracy。" in page
    assert "| pioneer | 最多跑一次 | 浙江省 ahead | 0.67 of 3, 0.33 of 3 others | as expected |" in page
    assert "12 of" in page


# ---- real reports ----


@pytest.mark.real
def test_known_groups_of_the_real_reports(reports, tmp_path):
    """The first year of each slogan in the national reports, and the pioneers, as they are known."""
    folder = tmp_path / "some"
    for name in ("国务院", "浙江", "上海", "广东", "杭州", "武汉", "成都"):
        for path in sorted(reports.rglob("*.md")):
            if name in path.relative_to(reports).as_posix() and int(path.stem[:4]) >= 2012:
                target = folder / path.relative_to(reports)
                target.parent.mkdir(parents=True, exist_ok=True)
                shutil.copy(path, target)
    lexicons = (tg.read_lexicon("digital-government"),)
    run_panel([folder], tmp_path / "out", RunOptions(StageOptions(lexicons=lexicons)), engine="serial")
    table = check_known_groups(tmp_path / "out").table
    first = table.query("check == 'first national mention'").set_index("what")
    known = {"大数据": 2014, "互联网+政务服务": 2016, "最多跑一次": 2018, "一网通办": 2019, "数字政府": 2021}
    assert {slogan: first["found"][slogan] for slogan in known} == {slogan: str(year) for slogan, year in known.items()}
    assert first["found"]["高效办成一件事"] == "2024"
    assert (first["verdict"] == "as expected").all()
    # 上海市 has one report in three with 一网通办 before the nation, too few to tell among some cities.
    pioneers = table.query("check == 'pioneer'").set_index("what")["verdict"]
    assert pioneers[["最多跑一次", "数字政府"]].tolist() == ["as expected", "as expected"]
