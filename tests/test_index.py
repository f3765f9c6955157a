"""Composite indices: worked cases to 1e-9, zeros, constants, single rows, brute force, and what must not matter."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from scipy.stats import spearmanr, zscore

from textgov.errors import UsageError
from textgov.extend import ExtendOptions, extend_files
from textgov.index import (
    IndexOptions,
    build_index,
    couple_systems,
    critic_weights,
    derive_column,
    entropy_weights,
    equal_weights,
    fit_scale,
    grade,
    log_plus_one,
    moving_mean,
    parse_derivation,
    pca_scores,
    pca_weights,
    pmc_surface,
    pmc_table,
    rank_within,
    scale_minmax,
    scale_zscore,
    score_pmc,
    score_strength,
    shift_years,
    spearman,
    strength_table,
    topsis_scores,
    weighted_hits,
    winsorise,
)
from textgov.join import JoinOptions
from textgov.outside import OutsideTable, read_panel
from textgov.panel import coverage_grid
from textgov.records import Panel, Variable

X = np.array([[10, 200, 0.30], [20, 150, 0.10], [30, 400, 0.20], [40, 100, 0.50]])
COST = [False, False, True]
P = np.array([[1, 10], [2, 30], [4, 20], [3, 20], [6, 60], [8, 40.0]])
Y = np.array([[2, 1, 4], [3, 2, 5], [5, 3, 4], [7, 6, 8], [8, 8, 7.0]])


def near(values: object) -> object:
    """Worked cases are printed with ten digits."""
    return pytest.approx(np.asarray(values, dtype=float), abs=1e-9, rel=0)


def make_panel(columns: dict[str, object], years: list[int] | None = None, codes: list[str] | None = None) -> Panel:
    n = len(next(iter(columns.values())))  # type: ignore[arg-type]
    codes = codes or [f"{110000 + 100 * at:06d}" for at in range(n)]
    frame = pd.DataFrame({"city_code": codes, "city": codes, "year": years or [2020] * n} | columns)
    frame = frame.sort_values(["city_code", "year"], ignore_index=True)
    variables = tuple(Variable(name, name, f"标签{name}") for name in frame.columns)
    grid = coverage_grid(frame.assign(n_docs=1), ("city_code", "year"))
    return Panel(frame, variables, ("city_code", "year"), grid)


# ---- worked cases ----


def test_entropy_weights_of_the_worked_case():
    z = fit_scale(X, COST).apply(X)
    third = 1 / 3
    assert z == near([[0, third, 0.5], [third, third / 2, 1], [2 * third, 1, 0.75], [1, 0, 0]])
    found = entropy_weights(z)
    assert found.details["entropy"] == near([0.7295739585, 0.6121972227, 0.7652465284])
    assert found.details["divergence"] == near([0.2704260415, 0.3878027773, 0.2347534716])
    assert found.weights == near([0.3028347196, 0.4342782399, 0.2628870406])
    assert z @ found.weights == near([0.2762029336, 0.4362116537, 0.8333333333, 0.3028347196])


@pytest.mark.parametrize(
    ("shift", "weights"),
    [
        (1e-4, [0.3028362439, 0.4342752003, 0.2628885558]),
        (0.01, [0.3033999188, 0.4328425547, 0.2637575265]),
    ],
)
def test_a_shift_replicates_papers_that_avoid_the_logarithm_of_zero(shift, weights):
    assert entropy_weights(fit_scale(X, COST).apply(X), shift).weights == near(weights)


def test_a_rare_column_takes_most_of_the_entropy_weight():
    found = entropy_weights(fit_scale(x := np.array([[5, 0], [6, 0], [7, 0], [9, 3.0]])).apply(x))
    assert found.details["entropy"] == near([0.6893917467, 0])
    assert found.weights == near([0.2369954962, 0.7630045038])


def test_pooled_panel_and_topsis():
    z = fit_scale(P).apply(P)
    found = entropy_weights(z)
    assert found.details["entropy"] == near([0.7961137967, 0.7948220405])
    assert found.weights == near([0.4984210836, 0.5015789164])
    scores = [0, 0.2718345785, 0.3139248191, 0.2427218072, 0.8575939761, 0.7993684334]
    assert z @ found.weights == near(scores)
    nearness = [0, 0.2894648291, 0.324138243, 0.2451251922, 0.8120027338, 0.7437205623]
    assert topsis_scores(z * found.weights) == near(nearness)
    assert np.isnan(topsis_scores(np.zeros((2, 2)))).all()


def test_scopes_of_a_panel():
    panel = make_panel({"a": P[:, 0], "b": P[:, 1]}, [2019] * 3 + [2020] * 3, ["110000", "120000", "130100"] * 2)
    frame = panel.frame
    by_year = build_index(panel, IndexOptions(of=("x=a,b",), scope="year", methods=("ew",)))
    weights = by_year.weights.set_index(["reference", "column"])["weight"]
    assert weights["2019"].to_numpy() == near([0.5371498706, 0.4628501294])
    assert weights["2020"].to_numpy() == near([0.4860706508, 0.5139293492])
    scores = by_year.panel.frame.sort_values(["year", "city_code"])["x_ew"].to_numpy()
    assert scores == near([0, 0.6419000863, 0.7685749353, 0, 0.8055717397, 0.7430353254])
    base = build_index(panel, IndexOptions(of=("x=a,b",), scope="base", base_year=2019, methods=("ew",)))
    z = (frame[["a", "b"]].to_numpy() - [1, 10]) / [3, 20]
    assert base.panel.frame["x_ew"].to_numpy() == near(z @ weights["2019"].to_numpy())
    assert base.panel.frame["x_ew"].max() > 1
    assert "may leave 0-1" in base.variables[0].formula


def test_the_first_component_of_the_worked_case():
    found = pca_weights(Y)
    assert found.details["eigenvalue"] == near([2.7584311789, 0.2198644141, 0.0217044069])
    assert found.share == pytest.approx(0.9194770596, abs=6e-10)
    assert found.weights == near([0.5840881104, 0.5922048059, 0.5550986823])
    scores = [-1.785583163, -1.0477886171, -0.6920394009, 1.5978177989, 1.9275933821]
    assert pca_scores(Y, Y, found.weights) == near(scores)
    turned = pca_weights(Y * [1, 1, -1], [False, False, True])
    assert turned.weights == near(found.weights)
    assert pca_scores(Y * [1, 1, -1], Y * [1, 1, -1], turned.weights, [False, False, True]) == near(scores)


def test_coupling_coordination():
    two = couple_systems([[0.6, 0.3]])
    assert [*map(float, (two.degree[0], two.comprehensive[0], two.coordination[0]))] == near(
        [0.9428090415820635, 0.45, 0.6513555624326306]
    )
    three = couple_systems([[0.6, 0.3, 0.45]])
    assert (three.degree[0], three.coordination[0]) == near((0.9614997135382723, 0.6577802604914672))
    assert couple_systems([[0.6, 0.3]], variant="power").degree == near([0.9428090415820635**2])
    nothing = couple_systems([[0, 0], [0.5, 0], [np.nan, 1]])
    assert np.isnan(nothing.degree).tolist() == [True, False, True]
    assert (nothing.degree[1], nothing.coordination[1]) == (0, 0)
    assert couple_systems([[0.6, 0.3]], [0.25, 0.75]).comprehensive == near([0.375])
    for bad in ([[-0.1, 1]], [[0.5]]):
        with pytest.raises(UsageError):
            couple_systems(bad)
    with pytest.raises(UsageError):
        couple_systems([[0.1, 0.2]], [0.5, 0.6])


def test_pmc_index():
    values, total = score_pmc([[1, 1, 0, 1], [1, 0, 1], [1, 1], [0, 1, 1, 1, 0]])
    assert values == near((0.75, 2 / 3, 1, 0.6))
    assert total == pytest.approx(3.0166666666666666, abs=1e-12)
    assert pmc_surface(range(9)).tolist() == [[0, 1, 2], [3, 4, 5], [6, 7, 8]]
    for bad in ([[]], [[2]]):
        with pytest.raises(UsageError):
            score_pmc(bad)
    with pytest.raises(UsageError, match="nine"):
        pmc_surface([1, 2])
    assert [grade(value, {"good": 6, "perfect": 8}) for value in (5.9, 6, 7.99, 8)] == ["", "good", "good", "perfect"]


def test_strength_of_policies():
    found = score_strength([5, 4, 2], [3, 1, 2], [4, 2, 1])
    assert (found.total, found.goals, found.mean_power) == (53, (23,), pytest.approx(3.6666666666666665, abs=1e-12))
    assert score_strength([5, 4, 2], [3, 1, 2], [4, 2, 1], "product").total == 5 * 3 * 4 + 4 * 1 * 2 + 2 * 2 * 1
    assert weighted_hits([5, 4, 2], [10, 6, 4], [8000, 6000, 2000]) == near((82, 12.058823529411764))
    assert math.isnan(weighted_hits([1], [1], [0])[1])
    with pytest.raises(UsageError):
        score_strength([1, np.nan], [1, 1], [1, 1])


def test_winsorising_and_scaling_of_the_worked_case():
    x = np.array([1, 2, 2, 3, 3, 4, 5, 6, 8, 50.0])
    trimmed = winsorise(x, 0.05)
    assert (trimmed.min(), trimmed.max()) == near((1.45, 31.1))
    assert (x.mean(), trimmed.mean()) == near((8.4, 6.554999999999995))
    assert scale_zscore(x) == near(zscore(x, ddof=1))
    assert scale_minmax(x) == near((x - 1) / 49)
    assert scale_minmax([3, 3, np.nan])[:2].tolist() == [0, 0]
    assert np.isnan(scale_zscore([3, 3])).all()
    assert np.isnan(scale_zscore([3.0])).all()
    assert log_plus_one([0, 12]) == near([0, 2.5649493574615367])
    with pytest.raises(UsageError):
        log_plus_one([-1])
    with pytest.raises(UsageError):
        winsorise(x, 0.5)


# ---- brute force and properties ----


def slow_entropy(x: np.ndarray, shift: float = 0.0) -> list[float]:
    """The four steps, cell by cell."""
    n, m = x.shape
    d = []
    for j in range(m):
        column = [float(x[i, j]) for i in range(n)]
        low, high = min(column), max(column)
        if high == low:
            d.append(0.0)
            continue
        z = [(value - low) / (high - low) + shift for value in column]
        p = [value / math.fsum(z) for value in z]
        d.append(1 + math.fsum(q * math.log(q) for q in p if q > 0) / math.log(n))
    return [value / math.fsum(d) for value in d]


matrices = hnp.arrays(
    np.float64,
    st.tuples(st.integers(2, 12), st.integers(2, 5)),
    elements=st.integers(-1000, 1000).map(float),
)


@given(matrices, st.sampled_from([0.0, 1e-4, 0.01]))
def test_entropy_weights_are_those_of_the_definition(x, shift):
    assume((np.ptp(x, axis=0) > 0).any())
    d = slow_entropy(x, shift) if any(np.isfinite(slow_entropy_guard(x, shift))) else None
    assume(d is not None)
    assert entropy_weights(fit_scale(x).apply(x), shift).weights == pytest.approx(d, abs=1e-9)


def slow_entropy_guard(x: np.ndarray, shift: float) -> list[float]:
    """nan where all divergences are 0 to rounding: two rows that differ in one direction under a shift."""
    try:
        return slow_entropy(x, shift)
    except ZeroDivisionError:
        return [math.nan]


@given(matrices, st.randoms(use_true_random=False))
def test_order_of_rows_scale_and_a_constant_column_do_not_matter(x, random):
    assume((np.ptp(x, axis=0) > 0).all())
    order = list(range(len(x)))
    random.shuffle(order)
    z = fit_scale(x).apply(x)
    for weigh in (entropy_weights, equal_weights, critic_weights):
        try:
            weights = weigh(z).weights
        except UsageError:
            continue  # columns that are copies of one another have no CRITIC weights
        assert weigh(z[order]).weights == pytest.approx(weights, abs=1e-9)
        other = x * 7.5 - 3
        assert weigh(fit_scale(other).apply(other)).weights == pytest.approx(weights, abs=1e-9)
        more = np.column_stack([x, np.full(len(x), 4.0)])
        assert weigh(fit_scale(more).apply(more)).weights == pytest.approx([*weights, 0.0], abs=1e-9)
        assert weights.sum() == pytest.approx(1)


@given(matrices)
def test_costs_turned_round_are_benefits(x):
    assume((np.ptp(x, axis=0) > 0).all())
    cost = np.arange(x.shape[1]) % 2 == 1
    assert fit_scale(x, cost).apply(x) == pytest.approx(fit_scale(np.where(cost, -x, x)).apply(np.where(cost, -x, x)))


@given(hnp.arrays(np.float64, st.integers(2, 30), elements=st.integers(-5, 5).map(float)), st.data())
def test_rank_correlation_is_that_of_scipy(x, data):
    y = data.draw(hnp.arrays(np.float64, len(x), elements=st.integers(-5, 5).map(float)))
    if np.ptp(x) == 0 or np.ptp(y) == 0:
        assert math.isnan(spearman(x, y))
    else:
        assert spearman(x, y) == pytest.approx(spearmanr(x, y).statistic, abs=1e-12)


def test_critic_weights_are_those_of_the_definition():
    z = fit_scale(Y).apply(Y)
    content = []
    for j in range(3):
        conflict = sum(1 - np.corrcoef(z[:, j], z[:, k])[0, 1] for k in range(3))
        content.append(np.std(z[:, j], ddof=1) * conflict)
    assert critic_weights(z).weights == pytest.approx(np.array(content) / sum(content))
    assert critic_weights(z[:, :1]).weights.tolist() == [1]


def test_columns_that_are_copies_have_no_critic_weights():
    with pytest.raises(UsageError, match="no column"):
        critic_weights(np.column_stack([[0, 0.5, 1], [0, 0.5, 1]]))


@pytest.mark.parametrize("weigh", [entropy_weights, equal_weights, critic_weights, pca_weights])
def test_a_single_row_constant_columns_and_missing_cells_are_errors(weigh):
    for bad, code in (
        (np.ones((1, 2)), "index_single"),
        (np.ones((3, 2)), "index_constant"),
        (np.array([[1, np.nan], [2, 1]]), "index_missing"),
    ):
        with pytest.raises(UsageError) as raised:
            weigh(bad)
        assert raised.value.code == code


def test_the_sign_of_a_component_that_cancels_out_is_fixed():
    x = np.array([[1, -1], [2, -2], [4, -4.0]])
    found = pca_weights(x)
    assert found.weights == near([0.7071067811865476, -0.7071067811865476])
    assert pca_weights(x[::-1]).weights == near(found.weights)


# ---- panels ----


def test_three_versions_stand_side_by_side_and_are_compared():
    panel = make_panel({"a": Y[:, 0], "b": Y[:, 1], "c": Y[:, 2]})
    found = build_index(panel, IndexOptions(of=("de=a,b,-c",), titles=("de=数字赋能/digital empowerment",)))
    assert [one.name for one in found.variables] == ["de_ew", "de_eq", "de_pca"]
    assert found.variables[0].zh == "数字赋能：熵值法"
    assert found.variables[0].en == "digital empowerment: entropy weights"
    assert list(found.weights["direction"])[:3] == ["benefit", "benefit", "cost"]
    frame = found.panel.frame
    pairs = found.agreement.set_index(["a", "b"])["spearman"]
    for a, b in pairs.index:
        assert pairs[a, b] == pytest.approx(spearmanr(frame[a], frame[b]).statistic)
    assert len(pairs) == 3


def test_rows_with_missing_cells_have_no_score_and_are_told_of():
    panel = make_panel({"a": [1, 2, 3, np.nan], "b": [4.0, 2, 9, 1]})
    found = build_index(panel, IndexOptions(of=("x=a,b",)))
    assert np.isnan(found.panel.frame["x_ew"].iloc[3])
    z = fit_scale(m := np.array([[1, 4], [2, 2], [3, 9.0]])).apply(m)
    assert found.panel.frame["x_ew"].iloc[:3].to_numpy() == near(z @ entropy_weights(z).weights)
    assert "WARNING: 1 of 4 rows have a missing cell" in found.variables[0].formula
    with pytest.raises(UsageError, match="110300 2020"):
        build_index(panel, IndexOptions(of=("x=a,b",), missing="error"))


def test_constant_and_rare_columns_are_warned_of_in_the_formula():
    panel = make_panel({"a": [5.0, 6, 7, 9], "rare": [0, 0, 0, 3.0], "same": [1.0] * 4})
    found = build_index(panel, IndexOptions(of=("x=a,rare,same",), methods=("ew", "eq")))
    weights = found.weights.set_index(["method", "column"])["weight"]
    assert weights["ew"].to_numpy() == near([0.2369954962, 0.7630045038, 0])
    assert weights["eq"].to_list() == [0.5, 0.5, 0]
    assert found.warnings == (
        ("index_column_constant", {"name": "x", "column": "same"}),
        ("index_column_heavy", {"name": "x", "column": "rare", "share": "0.763"}),
    )
    assert all("WARNING: same does not vary" in one.formula for one in found.variables)
    left = build_index(panel, IndexOptions(of=("x=a,rare",), rare=0.5, methods=("ew",)))
    assert list(left.weights["column"]) == ["a"]
    assert "rare left out: 0.25 of its cells are not zero" in left.variables[0].formula


def test_a_year_with_a_single_row_has_no_score_and_is_told_of():
    panel = make_panel({"a": [1.0, 2, 3]}, [2019, 2019, 2020], ["110000", "120000", "110000"])
    found = build_index(panel, IndexOptions(of=("x=a",), scope="year", methods=("ew",)))
    assert found.warnings == (("index_year_single", {"name": "x", "year": 2020}),)
    assert found.panel.frame.set_index(["city_code", "year"])["x_ew"].isna()[("110000", 2020)]
    with pytest.raises(UsageError) as raised:
        build_index(make_panel({"a": [1.0]}), IndexOptions(of=("x=a",)))
    assert raised.value.code == "index_single"


def test_columns_are_found_by_name_or_label_and_faults_name_the_nearest():
    panel = make_panel({"gdp": [1.0, 2, 5], "city_name": ["a", "b", "c"]})
    assert build_index(panel, IndexOptions(of=("x=标签gdp",))).panel.frame["x_eq"].tolist() == [0, 0.25, 1]
    with pytest.raises(UsageError, match="nearest: gdp"):
        build_index(panel, IndexOptions(of=("x=gdpp",)))
    with pytest.raises(UsageError, match="holds text"):
        build_index(panel, IndexOptions(of=("x=city_name",)))
    built = build_index(panel, IndexOptions(of=("x=gdp",))).panel
    with pytest.raises(UsageError, match="--replace"):
        build_index(built, IndexOptions(of=("x=gdp",)))
    again = build_index(built, IndexOptions(of=("x=gdp",)), replace=True).panel
    assert list(again.frame.columns) == list(built.frame.columns)


@pytest.mark.parametrize(
    "bad",
    [
        {"of": ("x",)},
        {"of": ("X=a",)},
        {"of": ("x=a,-a",)},
        {"of": ("x=a", "x=b")},
        {"methods": ("topsy",)},
        {"methods": ()},
        {"scope": "base"},
        {"base_year": 2010},
        {"shift": -0.1},
        {"winsor": 0.5},
        {"missing": "zero"},
        {"derive": ("lag:gdp:x",)},
        {"derive": ("ln1p:gdp:2",)},
        {"derive": ("lag:gdp:1:year",)},
        {"titles": ("y=z",)},
        {"grades": ("good",)},
        {"coupling": "square"},
    ],
)
def test_options_are_checked_when_they_are_made(bad):
    with pytest.raises(UsageError) as raised:
        IndexOptions(**bad)
    assert raised.value.code == "option_bad"


# ---- derived columns ----


def test_lags_leads_means_and_differences_go_by_years_and_a_gap_is_missing():
    codes, years = ["a", "a", "a", "a", "b", "b"], [2010, 2011, 2013, 2014, 2011, 2012]
    x = [1.0, 2, 4, 8, 100, 300]
    nan = np.nan
    assert shift_years(codes, years, x, 1) == pytest.approx([nan, 1, nan, 4, nan, 100], nan_ok=True)
    assert shift_years(codes, years, x, -1) == pytest.approx([2, nan, 8, nan, 300, nan], nan_ok=True)
    assert moving_mean(codes, years, x, 2) == pytest.approx([nan, 1.5, nan, 6, nan, 200], nan_ok=True)
    panel = make_panel({"x": x}, years, codes)
    made = {
        spec: derive_column(panel, parse_derivation(spec))
        for spec in ("lag:x", "lead:x:2", "mean:x:2", "diff:x", "ln1p:x", "rank:x", "short=lag:x:2")
    }
    assert [one.name for one, _ in made.values()] == ["x_l1", "x_f2", "x_ma2", "x_d1", "x_ln1p", "x_rk", "short"]
    assert made["diff:x"][1].to_numpy() == pytest.approx([nan, 1, nan, 4, nan, 200], nan_ok=True)
    assert made["rank:x"][1].to_list() == [1, 2, 1, 1, 1, 1]
    assert "1 = largest" in made["rank:x"][0].formula


def test_the_order_of_rows_does_not_matter_for_lags():
    codes, years, x = ["a", "b", "a", "b"], [2010, 2010, 2011, 2011], [1.0, 2, 3, 4]
    order = [3, 0, 2, 1]
    found = shift_years([codes[at] for at in order], [years[at] for at in order], [x[at] for at in order], 1)
    whole = shift_years(codes, years, x, 1)
    assert found == pytest.approx(whole[order], nan_ok=True)


def test_groups_of_a_derived_column():
    panel = make_panel({"x": [1.0, 5, 3, 3]}, [2019, 2020, 2019, 2020], ["a", "a", "b", "b"])
    variable, values = derive_column(panel, parse_derivation("minmax:x:year"))
    assert values.tolist() == [0, 1, 1, 0]
    assert "within year" in variable.formula
    assert rank_within([3, np.nan, 3, 1]) == pytest.approx([1.5, np.nan, 1.5, 3], nan_ok=True)
    winsor = derive_column(panel, parse_derivation("winsor:x:0.25"))[1]
    assert winsor.to_numpy() == near(np.clip([1.0, 5, 3, 3], *np.quantile([1.0, 5, 3, 3], [0.25, 0.75])))


def test_derivations_of_indices_are_made_after_them():
    panel = make_panel({"a": [1.0, 2, 4], "b": [3.0, 1, 2]}, [2018, 2019, 2020], ["110000"] * 3)
    options = IndexOptions(of=("x=a_ln1p,b",), derive=("ln1p:a", "lag:x_ew"), couple=("cc=x_ew,x_eq",))
    found = build_index(panel, options)
    names = [one.name for one in found.variables]
    assert names == ["a_ln1p", "x_ew", "x_eq", "x_pca", "cc_c", "cc_t", "cc_d", "x_ew_l1"]
    frame = found.panel.frame
    assert frame["x_ew_l1"].iloc[1:].to_list() == frame["x_ew"].iloc[:-1].to_list()
    assert frame["cc_t"].to_numpy() == near((frame["x_ew"] + frame["x_eq"]) / 2)


# ---- tables of documents ----


def table(header: str, *rows: str) -> OutsideTable:
    names = tuple(header.split(","))
    cells = tuple((number, tuple(row.split(","))) for number, row in enumerate(rows, 2))
    return OutsideTable("scores.csv", names, ("",) * len(names), cells)


def test_scored_documents_are_added_up_by_place_and_year():
    scored = table(
        "城市,年份,力度,目标1,目标2,措施", "武汉市,2019,5,3,0,4", "武汉市,2019,4,1,1,2", "襄阳市,2019,2,2,0,1"
    )
    found = strength_table(scored, "city_code")
    assert found.names == ("年份", "城市", "ps_n", "ps_total", "ps_power", "ps_goal_1", "ps_goal_2", "ps_measure_1")
    assert found.rows[0][1] == ("2019", "武汉市", "2", "51.0", "4.5", "19.0", "4.0", "28.0")
    assert found.rows[1][1][3] == "6.0"
    with pytest.raises(UsageError, match="no column power"):
        strength_table(table("城市,年份,目标", "武汉市,2019,1"), "city_code")


def test_pmc_of_a_table():
    found = pmc_table(table("title,X1:1,X1-2,X2_1", "a,1,0,1", "b,1,1,1"), {"good": 2})
    assert found[["X1", "X2", "pmc"]].to_numpy().tolist() == [[0.5, 1, 1.5], [1, 1, 2]]
    assert found["grade"].tolist() == ["", "good"]
    with pytest.raises(UsageError, match="row 3"):
        pmc_table(table("title,X1:1", "a,1", "b,2"))


# ---- the indices of the seeds, from a yearbook ----

YEARBOOK = (
    "地级市资料,,,,,,,,,,\n"
    "省份,城市,年份,数字技术（分）,数字组织,数字环境,经济调节,市场监管,社会管理,公共服务,环境污染（吨）\n"
)


def write_yearbook(path: Path, cities: list[str]) -> pd.DataFrame:
    random = np.random.default_rng(7)
    rows, text = [], YEARBOOK
    for city in cities:
        for year in (2019, 2020):
            values = random.gamma(2, 1000, 8).round(2)
            rows.append([city, year, *values])
            text += f"湖北省,{city},{year}年," + ",".join(f'"{value:,.2f}"' for value in values) + "\n"
    path.write_bytes(text.encode("gb18030"))
    return pd.DataFrame(rows).sort_values([0, 1], ignore_index=True)


def test_one_command_builds_the_indices_of_the_seeds_from_a_yearbook(tmp_path: Path):
    names = {"武汉市": "420100", "襄阳市": "420600", "宜昌市": "420500"}
    known = write_yearbook(tmp_path / "yearbook.csv", list(names))
    lines = [f"{code},{name},{year},7" for name, code in names.items() for year in (2019, 2020)]
    (tmp_path / "panel.csv").write_text("city_code,city,year,n_docs\n" + "\n".join(lines) + "\n", "utf-8")
    options = ExtendOptions(
        JoinOptions((str(tmp_path / "yearbook.csv"),)),
        IndexOptions(
            of=("de=数字技术,数字组织,数字环境", "ge=经济调节,市场监管,社会管理,公共服务,-环境污染"),
            couple=("cc=de_ew,ge_ew",),
        ),
    )
    extended, files = extend_files(tmp_path / "panel.csv", options, out=tmp_path / "out")
    written = {path.name for path in files}
    assert {
        "panel.dta",
        "panel.csv",
        "panel.xlsx",
        "codebook.csv",
        "index_weights.csv",
        "join_unmatched.csv",
    } <= written
    panel = read_panel(tmp_path / "out")
    assert panel.frame["de_ew"].to_list() == extended.panel.frame["de_ew"].to_list()
    order = known.set_index([0, 1]).loc[list(zip(panel.frame["city"], panel.frame["year"], strict=True))].to_numpy()
    for name, columns, cost in (("de_ew", order[:, :3], [0, 0, 0]), ("ge_ew", order[:, 3:], [0, 0, 0, 0, 1])):
        signed = np.where(np.array(cost, dtype=bool), -columns, columns)
        z = (signed - signed.min(axis=0)) / np.ptp(signed, axis=0)
        assert panel.frame[name].to_numpy() == pytest.approx(z @ slow_entropy(signed), abs=1e-9)
    stata = pd.read_stata(tmp_path / "out" / "panel.dta", convert_categoricals=False)
    assert stata["ge_ew"].to_numpy() == near(panel.frame["ge_ew"])
    book = pd.read_csv(tmp_path / "out" / "codebook.csv").set_index("name")
    assert book.loc["huanjingwuran", "unit_zh"] == "吨"
    assert "yearbook.csv" in book.loc["shuzijishu", "formula"]
