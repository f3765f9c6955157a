"""Estimates: worked examples, answers of R and csdid, planted effects, and what is said about a panel with faults."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import zipfile
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pandas as pd
import pytest
from benchmarks.designs import draw, within_two
from scipy.stats import chi2, norm

from textgov import EstimateOptions, compare_estimates, estimate_panel, write_estimates
from textgov.cli import main
from textgov.errors import ExtraError, RecordError, UsageError
from textgov.estimate import DESIGNS, Estimate, read_panel_frame
from textgov.estimate.mediation import bootstrap_products
from textgov.estimate.names import legal_names
from textgov.estimate.result import Fit, infer, wald
from textgov.estimate.sample import draw_sample
from textgov.estimate.tables import latex_table, markdown_table
from textgov.estimate.within import Projection, explained
from textgov.optional import need
from textgov.project import read_project

CASES = Path(__file__).parent / "cases" / "estimate"
TEXTS = {"city_code": str, "province_code": str}
PANEL = pd.read_csv(CASES / "panel.csv", dtype=TEXTS)
BALANCED = pd.read_csv(CASES / "balanced.csv", dtype=TEXTS)
R_ANSWERS = pd.read_csv(CASES / "answers_r.csv")
R = {(row.design, row.term, row.what): row.value for row in R_ANSWERS.itertuples()}
# What each design is asked in the answers of R.
ASKED: dict[str, dict[str, object]] = {
    "did": {},
    "event": {"leads": 3, "lags": 3},
    "sunab": {"controls": ()},
    "ppml": {"y": "hits", "exposure": "n_han"},
    "iv": {"treat": "w", "instruments": ("z",)},
    "heterogeneity": {},
    "mediation": {"mediator": "w", "draws": 50},
    "leave-out": {},
}


def estimated(design: str, frame: pd.DataFrame = PANEL, **options: object) -> Estimate:
    given = {"y": "y", "controls": ("x",), **ASKED.get(design, {}), **options}
    return estimate_panel(frame, EstimateOptions(design=design, **given))


def few(design: str, draws: int) -> dict[str, int]:
    """Few draws, for the designs that draw."""
    return {"draws": draws} if design in ("mediation", "placebo") else {}


def codes(estimate: Estimate) -> set[str]:
    return {remark.code for remark in estimate.remarks}


# ---- worked examples ----


def three_units() -> pd.DataFrame:
    """a treated at 2, b at 5, c never; the effect is 1 in the first year and grows by 1 a year."""
    rows = [
        (code, year, first, int(0 < first <= year), at + year + (year - first + 1) * (0 < first <= year))
        for at, (code, first) in enumerate((("a", 2), ("b", 5), ("c", 0)))
        for year in range(1, 7)
    ]
    return pd.DataFrame(rows, columns=["city_code", "year", "first_year", "did", "y"])


def plain(design: str, **options: object) -> Estimate:
    return estimate_panel(three_units(), EstimateOptions(design=design, y="y", **options))


def test_two_way_fixed_effects_miss_the_mean_effect_of_the_example():
    table = three_units()
    assert table.loc[table["did"] == 1, "y"].tolist() == [3, 5, 7, 9, 11, 7, 9]
    found = plain("did")
    assert found.row("did")["estimate"] == pytest.approx(1.2272727272727242, abs=1e-9)
    assert {"remark_staggered", "remark_forbidden", "remark_few_clusters"} <= codes(found)


@pytest.mark.parametrize("control", ["never", "notyet"])
def test_callaway_santanna_finds_every_effect_of_the_example(control):
    found = plain("cs", control=control)
    assert found.row("att")["estimate"] == pytest.approx(2.5714285714285716, abs=1e-9)
    after = {f"att_2_{year}": year - 1 for year in range(2, 7)} | {"att_5_5": 1, "att_5_6": 2}
    events = {"ev_0": 1, "ev_p1": 2, "ev_p2": 3, "ev_p3": 4, "ev_p4": 5}
    for term, value in (after | events).items():
        assert found.row(term)["estimate"] == pytest.approx(value, abs=1e-9)
    assert found.row("att_dynamic")["estimate"] == pytest.approx(3, abs=1e-9)


@pytest.mark.parametrize("design", ["event", "sunab"])
def test_event_time_of_the_example(design):
    found = plain(design)
    events = {"ev_0": 1, "ev_p1": 2, "ev_p2": 3, "ev_p3": 4, "ev_p4": 5, "ev_m2": 0, "ev_m3": 0, "ev_m4": 0}
    assert {term: found.row(term)["estimate"] for term in events} == pytest.approx(events, abs=1e-9)
    if design == "sunab":
        assert found.row("att")["estimate"] == pytest.approx(2.5714285714285716, abs=1e-9)


def test_the_document_explains_the_example_with_its_own_numbers():
    """The three comparisons of docs/estimate.md, made by hand: each a 2 x 2, weights by Goodman-Bacon (2021)."""
    page = (Path(__file__).parents[1] / "docs" / "estimate.md").read_text("utf-8")
    table = three_units().pivot(index="city_code", columns="year", values="y")
    share = {"a": 5 / 6, "b": 2 / 6}  # of the years treated

    def double(one: str, other: str, before: list[int], after: list[int]) -> float:
        means = table[after].mean(axis=1) - table[before].mean(axis=1)
        return float(means[one] - means[other])

    parts = {
        "a, c": (double("a", "c", [1], [2, 3, 4, 5, 6]), share["a"] * (1 - share["a"])),
        "b, c": (double("b", "c", [1, 2, 3, 4], [5, 6]), share["b"] * (1 - share["b"])),
        "a, b": (double("a", "b", [1], [2, 3, 4]), (share["a"] - share["b"]) * (1 - share["a"])),
        "b, a": (double("b", "a", [2, 3, 4], [5, 6]), share["b"] * (share["a"] - share["b"])),
    }
    total = sum(weight for _, weight in parts.values())
    assert sum(effect * weight / total for effect, weight in parts.values()) == pytest.approx(1.2272727272727242)
    for names, (effect, weight) in parts.items():
        line = next(line for line in page.splitlines() if line.startswith(f"| {names} |"))
        assert [float(cell) for cell in line.split("|")[2:4]] == pytest.approx([effect, weight / total], abs=5e-5)
    remark = next(one for one in plain("did").remarks if one.code == "remark_forbidden")
    assert float(remark.facts["share"]) == pytest.approx(100 * parts["b, a"][1] / total, abs=0.05)


@pytest.mark.parametrize("kernel", ["triangular", "uniform"])
def test_regression_discontinuity_of_the_example(kernel):
    frame = pd.DataFrame({"x": [-3, -2, -1, 1, 2, 3], "y": [1, 1.4, 2.1, 4, 4.4, 5.1]})
    found = estimate_panel(frame, EstimateOptions(design="rd", y="y", running="x", bandwidth=4, kernel=kernel))
    assert found.row("rd_conventional")["estimate"] == pytest.approx(0.8, abs=1e-9)
    assert "remark_mass" in codes(found), "six values are too few"


def test_mediation_of_the_example():
    frame = pd.DataFrame({"X": [0, 0, 1, 1, 2, 2], "M": [1, 2, 2, 4, 5, 4], "Y": [2, 3, 4, 6, 8, 8]})
    options = EstimateOptions(design="mediation", y="Y", treat="X", mediator="M", effects="none", errors="iid")
    found = estimate_panel(frame, options)
    wanted = {"a": (1.5, 0.4330127018922193), "b": (0.8333333333333333, 0.23570226039551578)}
    for term, (value, error) in wanted.items():
        row = found.row(term)
        assert (row["estimate"], row["std_error"]) == pytest.approx((value, error), abs=1e-9)
    assert found.row("direct")["estimate"] == pytest.approx(1.5, abs=1e-9)
    assert found.row("total")["estimate"] == pytest.approx(2.75, abs=1e-9)
    assert found.row("ab")["estimate"] == pytest.approx(1.25, abs=1e-9)
    assert found.row("ab_sobel")["t"] == pytest.approx(2.4743582965269675, abs=1e-9)
    assert "remark_mediation" in codes(found)
    assert "江艇，2022" in "".join(found.notes("zh"))


# ---- answers of R ----


def factor(found: Estimate) -> float:
    """What fixest multiplies squared clustered errors with: effects within clusters are not counted, years are."""
    groups, n, years = found.facts["groups"], found.facts["n"], 8
    controls = len(found.options.controls)
    k = {"event": 6, "heterogeneity": 3, "sunab": 21}.get(found.options.design, 1) + controls + years
    return groups / (groups - 1) * (n - 1) / (n - k)


@pytest.mark.parametrize("design", ASKED)
def test_coefficients_are_those_of_r(design):
    found = estimated(design)
    answers = {term: value for (name, term, what), value in R.items() if name == design and what == "estimate"}
    shared = answers.keys() & set(found.table["term"])
    assert len(shared) == len(answers)
    for term in shared:
        assert found.row(term)["estimate"] == pytest.approx(answers[term], abs=1e-9, rel=1e-9), term


@pytest.mark.parametrize("design", [name for name in ASKED if name != "leave-out"])
def test_clustered_errors_are_those_of_r(design):
    found = estimated(design)
    answers = {term: value for (name, term, what), value in R.items() if name == design and what == "hc0"}
    tolerance = 1e-6 if design == "ppml" else 1e-9  # pyfixest stops its iterations at 1e-8
    for term, value in answers.items():
        more = {"mediation": {"b": 1, "direct": 1}}.get(design, {}).get(term, 0)  # the mediator is one column more
        n, k = found.facts["n"], 10
        scale = factor(found) * (n - k) / (n - k - more)
        assert found.row(term)["std_error"] == pytest.approx(value * np.sqrt(scale), rel=tolerance), term


def test_classical_and_robust_errors_are_those_of_r():
    assert estimated("did", errors="iid").row("did")["std_error"] == pytest.approx(R["did", "did", "iid"], rel=1e-9)
    assert estimated("did", errors="hetero").row("did")["std_error"] == pytest.approx(R["did", "did", "hc1"], rel=1e-9)
    assert R["did", "did", "plm"] == pytest.approx(R["did", "did", "estimate"], rel=1e-12)


def test_effects_of_province_and_year_are_those_of_r():
    found = estimated("did", absorb=("province_code^year",))
    assert found.row("did")["estimate"] == pytest.approx(R["did province^year", "did", "estimate"], rel=1e-9)


def test_the_test_of_equal_effects_is_that_of_r():
    found = estimated("heterogeneity")
    test = found.facts["tests"]["equality"]
    wanted = R["heterogeneity", "equality", "chisq_hc0"] / 2 / factor(found)
    assert test["statistic"] == pytest.approx(wanted, rel=1e-9)


@pytest.mark.parametrize("control", ["never", "notyet"])
@pytest.mark.parametrize("formula", ["1", "x"])
def test_group_time_effects_are_those_of_csdid(control, formula):
    answers = pd.read_csv(CASES / "answers_csdid.csv", dtype={"formula": str})
    answers = answers[(answers["control"] == f"{control}treated") & (answers["formula"] == formula)]
    controls = ("x",) if formula == "x" else ()
    found = estimated("cs", BALANCED, controls=controls, control=control)
    assert len(answers) > 20
    for row in answers.itertuples():
        mine = found.row(row.term)
        assert mine["estimate"] == pytest.approx(row.estimate, abs=1e-9), row.term
        assert mine["std_error"] == pytest.approx(row.std_error, abs=1e-9), row.term


def test_instruments_against_linearmodels():
    from linearmodels.iv import IV2SLS

    found = estimated("iv")
    dummies = pd.get_dummies(PANEL[["city_code", "year"]].astype(str), drop_first=True, dtype=float)
    exogenous = pd.concat([PANEL[["x"]], dummies.assign(constant=1.0)], axis=1)
    other = IV2SLS(PANEL["y"], exogenous, PANEL[["w"]], PANEL[["z"]]).fit(cov_type="unadjusted")
    assert found.row("w")["estimate"] == pytest.approx(float(other.params["w"]), abs=1e-9)
    assert found.facts["effective_f"] == pytest.approx(found.facts["tests"]["first_stage"]["statistic"], rel=1e-3)


# ---- arithmetic ----


def test_infer_is_the_usual_interval():
    assert infer(1.0, 0.5, None, 0.95)[2:] == pytest.approx((1 - 1.959963985 * 0.5, 1 + 1.959963985 * 0.5))
    assert infer(1.0, 0.5, None, 0.95)[1] == pytest.approx(2 * norm.sf(2))
    assert infer(1.0, 0.5, 4, 0.9)[2] == pytest.approx(1 - 2.131846786 * 0.5)


def test_wald_of_one_term_is_its_squared_t():
    fit = Fit(("a", "b"), np.array([1.0, 2.0]), np.array([[0.25, 0.1], [0.1, 1.0]]), None)
    assert wald(fit, np.array([[1.0, 0.0]]))["statistic"] == pytest.approx(4)
    both = wald(fit, np.eye(2))
    wanted = fit.beta @ np.linalg.inv(fit.covariance) @ fit.beta
    assert (both["statistic"], both["p"]) == pytest.approx((wanted / 2, chi2.sf(wanted, 2)))


def test_a_projection_leaves_what_least_squares_leaves():
    random = np.random.default_rng(3)
    unit, time = np.repeat(np.arange(6), 4), np.tile(np.arange(4), 6)
    kept = random.random(24) > 0.2
    unit, time, x = unit[kept], time[kept], random.normal(size=(kept.sum(), 2))
    design = np.column_stack([unit[:, None] == np.arange(6), time[:, None] == np.arange(4), x[:, :1]]).astype(float)
    wanted = x[:, 1] - design @ np.linalg.lstsq(design, x[:, 1], rcond=None)[0]
    assert Projection(unit, [time], x[:, :1]).residuals(x[:, 1:])[:, 0] == pytest.approx(wanted, abs=1e-10)
    constant = np.column_stack([x[:, 0], 2 * x[:, 0] + unit, np.where(unit == 2, 1.0, 0.0)])
    assert explained(constant, Projection(unit, [time])) == [1, 2]


def test_a_bootstrap_draw_is_a_regression_on_the_drawn_places():
    """The products of weighted normal equations against regressions on data with the places written out."""
    options = EstimateOptions(design="mediation", y="y", mediator="w", controls=("x",), draws=10, seed=7)
    sample = draw_sample(PANEL, options)
    found = bootstrap_products(sample, 4, 7)
    random, n = np.random.default_rng(7), sample.groups
    for product in found:
        drawn = np.repeat(np.arange(n), random.multinomial(n, np.full(n, 1 / n)))
        parts = [sample.frame[sample.unit == one].assign(city_code=f"{at:04d}") for at, one in enumerate(drawn)]
        frame = pd.concat(parts, ignore_index=True)
        a = estimated("did", frame, y="w").row("did")["estimate"]
        b = estimated("did", frame, treat="w", controls=("did", "x")).row("w")["estimate"]
        assert product == pytest.approx(a * b, abs=1e-9)


def test_placebo_draws_are_regressions_with_other_starts():
    found = estimated("placebo", draws=10, seed=4, within="province_code")
    sample = draw_sample(PANEL, found.options)
    starts = sample.frame.groupby("city_code")["first_year"].first()
    province = sample.frame.groupby("city_code")["province_code"].first()
    random = np.random.default_rng(4)
    for value in found.draws["did"]:
        dealt = starts.copy()
        for name in sorted(set(province)):
            dealt[province == name] = random.permutation(starts[province == name])
        first = sample.frame["city_code"].map(dealt)
        frame = sample.frame.assign(did=((first > 0) & (sample.frame["year"] >= first)).astype(int))
        assert value == pytest.approx(estimated("did", frame).row("did")["estimate"], abs=1e-9)
    at_least = (found.draws["did"].abs() >= abs(found.row("did")["estimate"])).sum()
    assert found.facts["permutation_p"] == pytest.approx((1 + at_least) / 11)


# ---- planted effects ----


def test_designs_recover_planted_effects_and_do_not_find_others():
    """20 fixed seeds; benchmarks/designs.py draws 200. Of 20 draws at least 16 within two errors: with a coverage of
    0.95 fewer come once in 400 terms."""
    found: dict[tuple[str, str], list] = {}
    for seed in range(20):
        for one in draw(90_000 + seed):
            found.setdefault((one.design, one.term), []).append(one)
    assert {"did, 31 provinces", "did, 280 cities", "event", "cs", "sunab", "rd", "mediation"} <= {k for k, _ in found}
    assert {key: within_two(draws) for key, draws in found.items() if within_two(draws) < 0.8} == {}
    for (design, _), draws in found.items():
        if design.startswith("null"):
            assert sum(one.p < 0.05 for one in draws) <= 4
    # The wrong answer is seen: with growing effects two-way fixed effects are far from the mean effect.
    assert np.mean([one.estimate for one in found["cs", "att"]]) == pytest.approx(
        np.mean([one.truth for one in found["cs", "att"]]), abs=0.05
    )


# ---- faults of a panel ----


def changed(**columns: object) -> pd.DataFrame:
    return PANEL.assign(**columns)


FAULTS = {
    "duplicate keys": (pd.concat([PANEL, PANEL.iloc[[5]]]), {}, "estimate_twice", "100100 2018"),
    "missing code": (changed(city_code=PANEL["city_code"].where(PANEL.index != 7)), {}, "estimate_no_key", "rows 9"),
    "blank code": (changed(city_code=PANEL["city_code"].where(PANEL.index != 7, " ")), {}, "estimate_no_key", "rows 9"),
    "text": (changed(y=PANEL["y"].astype(object).where(PANEL.index != 3, "n.a.")), {}, "estimate_text", "row 5"),
    "infinite": (changed(x=PANEL["x"].where(PANEL.index != 3, np.inf)), {}, "estimate_infinite", "rows 5"),
    "no such column": (PANEL, {"y": "yy"}, "estimate_column", "did you mean y"),
    "no treatment": (PANEL.drop(columns="did"), {}, "estimate_no_treat", "textgov policies attach"),
    "all missing": (changed(x=np.nan), {}, "estimate_empty", "most often in x"),
    "all at once": (changed(did=(PANEL["year"] >= 2016).astype(int)), {}, "estimate_at_once", "2016"),
    "never": (changed(did=0), {}, "estimate_constant", "did"),
    "fixed in a place": (changed(did=(PANEL["first_year"] > 0).astype(int)), {}, "estimate_still", "did"),
    "explained": (changed(x=PANEL["did"] * 2), {}, "estimate_still", "did"),
    "start moves": (
        changed(first_year=PANEL["first_year"].where(PANEL.index != 3, 2018)),
        {"design": "cs"},
        "estimate_start_moves",
        "100100",
    ),
    "one start": (changed(first_year=2016), {"design": "event"}, "estimate_at_once", "2016"),
    "no start": (changed(first_year=0), {"design": "sunab"}, "estimate_constant", "first_year"),
    "no never": (PANEL[PANEL["first_year"] > 0], {"design": "cs"}, "estimate_no_never", "notyet"),
    "negative count": (changed(hits=PANEL["hits"] - 500), {"design": "ppml"}, "estimate_negative", "hits"),
    "no exposure": (changed(n_han=0), {"design": "ppml"}, "estimate_negative", "n_han"),
    "one side": (PANEL, {"design": "rd", "running": "n_han"}, "estimate_failed", "0 values below"),
}


@pytest.mark.parametrize("name", FAULTS)
def test_a_fault_of_the_panel_is_named(name):
    frame, options, code, words = FAULTS[name]
    with pytest.raises((RecordError, UsageError), match=re.escape(words)) as raised:
        estimated(**{"design": "did", "frame": frame, **options})
    assert raised.value.code == code
    assert raised.value.text("zh")


def test_missing_rows_singletons_and_holes_are_told_with_their_rows():
    frame = changed(x=PANEL["x"].where(PANEL.index != 10))
    lonely = frame.iloc[[0]].assign(city_code="990100", province_code="990000")
    found = estimated("did", pd.concat([frame, lonely]))
    said = {remark.code: remark.facts for remark in found.remarks}
    missing = " ".join(str(value) for value in PANEL.loc[10, ["city_code", "year"]])
    assert said["remark_missing"] == {"n": 1, "given": 707, "detail": "x 1", "rows": missing}
    assert said["remark_singletons"] == {"n": 1, "rows": f"990100 {lonely['year'].iloc[0]}"}
    assert said["remark_unbalanced"]["n"] == found.facts["n"] == 705
    assert found.row("did") == estimated("did", frame).row("did")


def test_balanced_keeps_complete_places_only():
    found = estimated("did", balanced=True)
    assert found.facts["n"] == len(BALANCED)
    assert found.row("did") == estimated("did", BALANCED).row("did")
    assert "remark_balanced" in codes(found)
    assert "remark_unbalanced" not in codes(found)


def test_collinear_controls_are_left_out_and_told():
    frame = changed(still=PANEL["first_year"] * 1.5, twice=2 * PANEL["x"] + 1)
    found = estimated("did", frame, controls=("x", "still", "twice"))
    assert next(one.facts["names"] for one in found.remarks if one.code == "remark_collinear") == "still, twice"
    assert found.row("did")["estimate"] == pytest.approx(estimated("did").row("did")["estimate"], abs=1e-12)


def test_places_without_comparison_are_told():
    treated = PANEL[PANEL["first_year"] > 0]
    assert "remark_no_never" in codes(estimated("did", treated))
    assert "remark_no_never" in codes(estimated("cs", treated, control="notyet"))
    always = changed(first_year=PANEL["first_year"].replace(2014, 2012))
    found = estimated("sunab", always)
    assert "remark_always" in codes(found)
    assert found.facts["groups"] == 60, "they are not in the estimate"


def test_a_continuous_treatment_and_counts_without_events_are_told():
    assert "remark_continuous" in codes(estimated("did", treat="w", controls=()))
    silent = changed(hits=PANEL["hits"].where(PANEL["city_code"] != "100200", 0))
    found = estimated("ppml", silent)
    assert next(one.facts["n"] for one in found.remarks if one.code == "remark_separated") == 8


def test_names_in_chinese_and_with_blanks_are_columns_like_others():
    frame = PANEL.rename(columns={"y": "数字政府 词频", "x": "人均 GDP（万元）", "did": "处理"})
    found = estimate_panel(frame, EstimateOptions(y="数字政府 词频", treat="处理", controls=("人均 GDP（万元）",)))
    assert found.row("处理") == estimated("did").row("did")
    assert "人均_GDP_万元_" in found.stata
    assert set(legal_names(["a b", "a_b"]).values()) == {"a_b", "a_b_2"}


def test_the_order_of_rows_and_the_type_of_numbers_change_nothing():
    shuffled = PANEL.sample(frac=1, random_state=5).astype({"did": "boolean", "y": "Float64", "year": "Int64"})
    for design in ("did", "cs", "placebo"):
        one, other = (estimated(design, frame, **few(design, 20)) for frame in (PANEL, shuffled))
        pd.testing.assert_frame_equal(one.table, other.table, check_exact=True)


def test_the_panel_is_not_changed():
    before = PANEL.copy()
    for design in DESIGNS:
        if design != "rd":
            estimated(design, **few(design, 10))
    pd.testing.assert_frame_equal(PANEL, before)


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"design": "dd"}, "use one of did, event"),
        ({"design": "iv", "y": "y"}, "--instruments"),
        ({"design": "mediation", "y": "y"}, "--mediator"),
        ({"design": "did"}, "--y"),
        ({"y": "y", "level": 95}, "between 0 and 1"),
        ({"y": "y", "design": "cs", "effects": "unit"}, "places and years"),
        ({"y": "y", "name": "a/b"}, "name of files"),
        ({"y": "y", "design": "placebo", "draws": 0}, "10 or more"),
        ({"y": "y", "design": "rd", "running": "x", "bandwidth": -1.0}, "positive"),
    ],
)
def test_options_that_cannot_be_are_refused(options, words):
    with pytest.raises(UsageError, match=re.escape(words)):
        EstimateOptions(**options)


# ---- tables, plots, code ----


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("estimates")
    designs = {"did": {}, "event": {"leads": 3, "lags": 3}, "placebo": {"draws": 20}, "heterogeneity": {}}
    write_estimates([estimated(design, **options) for design, options in designs.items()], folder, lang="en")
    return folder


def test_every_file_is_written_and_the_same_bytes_again(written: Path, tmp_path: Path):
    names = {path.name for path in written.iterdir()}
    endings = ("csv", "md", "tex", "xlsx", "docx", "svg", "vl.json", "do", "R", "json")
    assert {f"event.{ending}" for ending in endings} | {"event_sample.csv", "placebo_draws.csv"} <= names
    assert {f"estimates.{ending}" for ending in ("md", "tex", "xlsx", "docx")} <= names
    write_estimates([estimated("did"), estimated("event")], tmp_path, lang="en")
    for name in (*(f"did.{ending}" for ending in endings), "event.svg", "event_sample.csv"):
        assert (tmp_path / name).read_bytes() == (written / name).read_bytes(), name


def test_tables_hold_the_numbers(written: Path):
    table, row = pd.read_csv(written / "did.csv"), estimated("did").row("did")
    assert list(table.columns) == ["term", "estimate", "std_error", "t", "p", "ci_low", "ci_high", "n", "groups"]
    assert table.loc[0, "estimate"] == row["estimate"]
    cell, error = f"{row['estimate']:.4f}", f"({row['std_error']:.4f})"
    document = zipfile.ZipFile(written / "estimates.docx").read("word/document.xml")
    words = "".join(ElementTree.fromstring(document).itertext())
    excel = pd.read_excel(written / "did.xlsx", dtype=str).fillna("").to_string()
    markdown, latex = ((written / f"estimates.{ending}").read_text("utf-8") for ending in ("md", "tex"))
    for text in (words, excel, markdown, latex):
        assert cell in text
        assert error in text
        assert "706" in text
    assert latex.count("&") % 4 == 0, "four columns in every row"
    assert re.search(r"dg|region3|city\\_code", latex)


def test_stars_and_signs_in_tables():
    found = estimated("iv")
    table = compare_estimates([found], lang="en", digits=3)
    body = dict(zip([row[0] for row in table.body[::2]], [row[1] for row in table.body[::2]], strict=True))
    assert body["first:z"].endswith("***")
    assert found.row("w")["p"] > 0.1
    assert not body["w"].endswith("*")
    assert "$^{***}$" in latex_table(table)
    assert "\\*\\*\\*" in markdown_table(table)
    assert any("exclusion restriction" in note for note in table.notes)


def test_plots_are_svg_and_vega_lite(written: Path):
    for design in ("did", "event", "placebo", "heterogeneity"):
        root = ElementTree.fromstring((written / f"{design}.svg").read_text("utf-8"))
        assert root.tag.endswith("svg")
        assert "vega-lite" in json.loads((written / f"{design}.vl.json").read_text("utf-8"))["$schema"]
    spec = (written / "event.vl.json").read_text("utf-8")
    values = [row["years"] for row in _values(json.loads(spec)) if "years" in row]
    assert sorted(set(values)) == [-3, -2, -1, 0, 1, 2, 3], "the reference is drawn too"


def _values(spec: object) -> list[dict]:
    if isinstance(spec, dict):
        here = spec.get("values")
        return (here if isinstance(here, list) else []) + [row for one in spec.values() for row in _values(one)]
    return [row for one in spec for row in _values(one)] if isinstance(spec, list) else []


@pytest.mark.parametrize("design", DESIGNS)
def test_every_design_has_stata_and_r_code_on_its_sample(design):
    found = estimated(design, **({"running": "z"} if design == "rd" else few(design, 10)))
    legal = set(legal_names(found.sample.columns).values())
    for code, read in ((found.stata, "import delimited"), (found.r, "read.csv")):
        assert f'{read} using "{design}_sample.csv"' in code or f'{read}("{design}_sample.csv"' in code
        assert f"{found.table['estimate'].iloc[0]:.9g}" in code
        assert "hits" in code or "y" in code
        for pair in ("()", "{}"):
            assert code.count(pair[0]) == code.count(pair[1]), pair
    assert found.options.y in legal
    stata = {"did": "reghdfe", "event": "reghdfe", "cs": "csdid", "sunab": "eventstudyinteract", "ppml": "ppmlhdfe"}
    stata |= {"iv": "ivreghdfe", "rd": "rdrobust", "placebo": "ritest", "mediation": "bootstrap"}
    assert re.search(rf"^{stata.get(design, 'reghdfe')} ", found.stata, re.MULTILINE)
    if design in ("event", "heterogeneity"):
        named = re.search(r"^reghdfe y ([^,]*),", found.stata, re.MULTILINE)[1].split()
        assert set(named) <= legal, "the dummies are columns of the sample file"


def test_the_code_of_a_regression_names_outcome_effects_and_clusters():
    code = estimated("did").r
    assert "m <- feols(y ~ did + x | city_code + year, d, cluster = ~city_code)" in code
    stata = estimated("did", absorb=("province_code^year",), cluster="province_code").stata
    absorbed = "absorb(id_city_code year id_province_code#year)"
    assert f"reghdfe y did x, {absorbed} vce(cluster id_province_code)" in stata


# ---- command line and project files ----


def leave(monkeypatch: pytest.MonkeyPatch, *words: object) -> int:
    monkeypatch.setattr(sys, "argv", ["textgov", *map(str, words)])
    with pytest.raises(SystemExit) as left:
        main()
    return left.value.code


@pytest.mark.parametrize("ending", [".csv", ".parquet", ".dta", ".xlsx"])
def test_a_panel_of_any_kind_is_read(tmp_path: Path, ending: str):
    path = tmp_path / f"panel{ending}"
    frame = PANEL.copy()
    if ending == ".csv":
        frame.to_csv(path, index=False, encoding="utf-8-sig")
    elif ending == ".parquet":
        frame.to_parquet(path)
    elif ending == ".dta":
        frame.to_stata(path, write_index=False, version=118)
    else:
        frame.to_excel(path, index=False)
    again = read_panel_frame(path)
    assert estimated("did", again).row("did") == pytest.approx(estimated("did").row("did"), rel=1e-9)
    assert set(again["city_code"].astype(str)) == set(PANEL["city_code"])


def test_the_command_writes_and_prints(monkeypatch, tmp_path, capsys):
    PANEL.to_parquet(tmp_path / "panel.parquet")
    words = ("--y", "y", "--controls", "x", "--lang", "en")
    assert leave(monkeypatch, "estimate", tmp_path, "--out", tmp_path / "out", *words) == 0
    said = capsys.readouterr()
    assert (tmp_path / "out" / "did.tex").as_posix() in said.out.splitlines()
    row = estimated("did").row("did")
    assert f"did: 706 rows, 90 places; did = {row['estimate']:.4g} ({row['std_error']:.4g})" in said.err
    assert leave(monkeypatch, "estimate", tmp_path, "--out", tmp_path / "out", *words, "--json", "-q") == 0
    said = capsys.readouterr()
    assert json.loads(said.out)[0]["rows"][0]["estimate"] == row["estimate"]
    assert said.err == ""


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("nowhere", "--y", "y"), "a file without an ending"),
        (("nowhere.csv", "--y", "y"), "there is no such file"),
        (("panel.csv", "--y", "z9"), "no column z9"),
        (("panel.csv", "--design", "dd", "--y", "y"), "use one of"),
        (("panel.csv",), "--y"),
        (("panel.txt", "--y", "y"), "a file .txt"),
    ],
)
def test_a_fault_in_the_call_is_one_line(monkeypatch, tmp_path, capsys, words, told):
    monkeypatch.chdir(tmp_path)
    PANEL.to_csv("panel.csv", index=False)
    assert leave(monkeypatch, "estimate", *words, "--out", "out", "--lang", "en") in (1, 2)
    said = capsys.readouterr().err
    assert told in said
    assert len(said.splitlines()) == 1
    assert not Path("out").exists()


PROJECT = """\
sources = ["reports"]
out = "out"

[[estimate]]
y = "y"
controls = ["x"]

[[estimate]]
name = "batches"
design = "cs"
y = "y"
cluster = "province_code"
"""


def test_a_project_lists_estimates(monkeypatch, tmp_path, capsys):
    project = tmp_path / "project.toml"
    project.write_text(PROJECT, "utf-8")
    read = read_project(project)
    assert [one.label for one in read.estimates] == ["did", "batches"]
    (tmp_path / "out").mkdir()
    PANEL.to_parquet(tmp_path / "out" / "panel.parquet")
    assert leave(monkeypatch, "estimate", project, "--out", tmp_path / "made", "-q") == 0
    assert {"did.csv", "batches.csv", "estimates.tex"} <= {path.name for path in (tmp_path / "made").iterdir()}


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ('cluster = "', 'clustr = "', "line 12: unknown key clustr; did you mean cluster"),
        ('controls = ["x"]', "controls = 3", "line 6: controls: 3 is not a list of texts"),
        ('design = "cs"', 'design = "dd"', "line 10: design"),
        ('"cs"\ny = "y"', '"cs"', "--y"),
        ("[[estimate]]", "[estimate]", "[[estimate]]"),
    ],
)
def test_a_fault_in_a_project_is_told_with_its_line(tmp_path, old, new, told):
    project = tmp_path / "project.toml"
    text = PROJECT.replace(old, new) if new != "[estimate]" else PROJECT[: PROJECT.rindex("[[")].replace(old, new)
    project.write_text(text, "utf-8")
    with pytest.raises(UsageError, match=re.escape(told)):
        read_project(project)


def test_without_the_extra_the_message_names_it(monkeypatch):
    monkeypatch.setitem(sys.modules, "pyfixest", None)
    with pytest.raises(ExtraError, match="econ"):
        need("pyfixest")
    with pytest.raises(ExtraError, match="econ"):
        estimated("did")


def test_importing_the_module_loads_no_estimator():
    heavy = "{'altair', 'diff_diff', 'docx', 'matplotlib', 'pandas', 'pyfixest', 'rdrobust', 'scipy', 'vl_convert'}"
    code = f"import sys, textgov.estimate; print(sorted({heavy} & set(sys.modules)))"
    answer = subprocess.run([sys.executable, "-c", code], capture_output=True, encoding="utf-8", check=True)
    assert answer.stdout == "[]\n"
