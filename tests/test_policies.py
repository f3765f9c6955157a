"""Treatment tables: what is shipped, what is refused, lists of the user, and columns against a few lines by hand."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from textgov.errors import UsageError
from textgov.export import write_panel
from textgov.extend import ExtendOptions, extend_panel, read_policies, split_file
from textgov.panel import coverage_grid
from textgov.policies import (
    Batch,
    Policy,
    PolicyOptions,
    Unit,
    attach_policy,
    builtin_policies,
    check_policy,
    draw_placebos,
    read_date,
    read_policy,
    read_policy_file,
    template_rows,
)
from textgov.records import Panel, Variable
from textgov.regions import at_code, read_divisions

COMPLETE = ("broadband_china", "bigdata_zone", "ngi_demo")
NAMES = {
    "110000": "北京市",
    "320500": "苏州市",
    "411400": "商丘市",
    "420100": "武汉市",
    "422800": "恩施土家族苗族自治州",
    "500000": "重庆市",
    "440600": "佛山市",
    "520100": "贵阳市",
}


def make_panel(codes: dict[str, str] = NAMES, years: range = range(2012, 2019), key: str = "city_code") -> Panel:
    rows = [(code, name, year) for code, name in sorted(codes.items()) for year in years]
    frame = pd.DataFrame(rows, columns=[key, key.removesuffix("_code"), "year"])
    variables = tuple(Variable(one, one, one) for one in frame.columns)
    return Panel(frame, variables, (key, "year"), coverage_grid(frame.assign(n_docs=1), (key, "year")))


def cells(panel: Panel, name: str, code: str) -> list[float | None]:
    rows = panel.frame[panel.frame[panel.keys[0]] == code]
    return [None if pd.isna(one) else float(one) for one in rows[name]]


# ---- what is shipped ----


def test_complete_tables_have_the_number_of_units_of_the_notice_in_every_batch():
    for name in COMPLETE:
        policy = read_policy(name)
        assert policy.complete
        assert policy.n_printed == policy.total
        for batch in policy.batches:
            listed = {unit.printed for unit in policy.units if unit.batch == batch.name}
            assert len(listed) == batch.total, (name, batch.name)
    broadband = read_policy("broadband_china")
    assert [(batch.name, batch.total) for batch in broadband.batches] == [("2014", 39), ("2015", 39), ("2016", 39)]
    assert [batch.announced[:2] for batch in broadband.batches] == [(2014, 10), (2015, 10), (2016, 7)]
    assert len(broadband.units) == 119
    assert sum(unit.level == "county" for unit in broadband.units) == 7
    assert len(read_policy("bigdata_zone").units) == 64
    assert len(read_policy("ngi_demo").units) == 18


def test_incomplete_tables_say_so():
    people, smart = read_policy("xxhm_pilot"), read_policy("smart_city")
    assert (people.complete, people.n_printed, people.total) == (False, 28, 80)
    assert (smart.complete, smart.n_printed, smart.total) == (False, 80, 277)
    assert repr(people) == "<Policy xxhm_pilot: 28 of 80 units, incomplete>"
    assert builtin_policies() == (*COMPLETE, "xxhm_pilot", "smart_city")


@pytest.mark.parametrize("name", ["broadband_china", "bigdata_zone", "ngi_demo", "xxhm_pilot", "smart_city"])
def test_every_code_is_a_division_of_that_name_and_level_in_its_year(name):
    policy = read_policy(name)
    assert policy.units
    for unit in policy.units:
        division = at_code(read_divisions(), unit.code, policy.batch_of(unit).year)
        assert division is not None, unit
        assert (division.name, division.level) == (unit.name, unit.level)
        assert unit.evidence
    keys = [(unit.batch, unit.printed, unit.code) for unit in policy.units]
    assert len(set(keys)) == len(keys)


@pytest.mark.real
def test_the_shipped_tables_are_those_of_the_reference(real_data: Path):
    files = {
        "broadband_china": "broadband_china",
        "bigdata_zone": "bigdata_zone",
        "ngi_demo": "ngi_demo",
        "xxhm_pilot": "xxhm_pilot_partial",
        "smart_city": "smart_city_partial",
    }
    for name, file in files.items():
        path = real_data.parent / "reference" / "policies" / f"{file}.csv"
        with path.open(encoding="utf-8", newline="") as lines:
            rows = list(csv.DictReader(lines))
        policy = read_policy(name)
        assert [unit.code for unit in policy.units] == [row["division_code"] for row in rows]
        for unit, row in zip(policy.units, rows, strict=True):
            said = read_date(row["announced"] or row["batch_year"])
            assert policy.batch_of(unit).announced == said


# ---- what is refused ----


@pytest.mark.parametrize("name", ["xxhm_pilot", "smart_city"])
def test_an_incomplete_list_is_no_treatment(name):
    with pytest.raises(UsageError) as raised:
        attach_policy(make_panel(), read_policy(name))
    assert raised.value.code == "policy_incomplete"
    assert f"only {read_policy(name).n_printed} of {read_policy(name).total}" in str(raised.value)
    assert "textgov policies check" in raised.value.text("zh")


def test_an_unknown_policy_names_the_known_ones():
    with pytest.raises(UsageError, match="broadband_china"):
        read_policy("no_such")


# ---- columns ----


def test_columns_of_the_broadband_batches():
    found = attach_policy(make_panel(), read_policy("broadband_china"))
    panel = found.panel
    years = list(range(2012, 2019))
    assert cells(panel, "bc_treat", "420100") == [1] * 7
    assert cells(panel, "bc_first_year", "420100") == [2014] * 7
    assert cells(panel, "bc_first_next", "420100") == [2015] * 7
    assert cells(panel, "bc_did", "420100") == [float(year >= 2014) for year in years]
    assert cells(panel, "bc_rel_time", "420100") == [year - 2014 for year in years]
    assert cells(panel, "bc_months", "420100") == [12 * (year - 2014) + 2 for year in years]
    assert cells(panel, "bc_exposure", "420100") == [float(year >= 2014) for year in years]
    assert cells(panel, "bc_first_year", "520100") == [2014] * 7
    assert cells(panel, "bc_treat", "440600") == [0] * 7
    assert cells(panel, "bc_first_year", "440600") == [0] * 7
    assert cells(panel, "bc_did", "440600") == [0] * 7
    assert cells(panel, "bc_post", "440600") == [float(year >= 2014) for year in years]
    assert cells(panel, "bc_rel_time", "440600") == [None] * 7
    assert cells(panel, "bc_ev_0", "440600") == [0] * 7


def test_event_dummies_are_binned_and_the_year_before_is_the_base():
    panel = attach_policy(make_panel(years=range(2008, 2021)), read_policy("broadband_china")).panel
    names = [name for name in panel.frame if name.startswith("bc_ev_")]
    assert names == [f"bc_ev_{at}" for at in ("m4", "m3", "m2", "0", "p1", "p2", "p3", "p4")]
    wuhan = panel.frame[panel.frame["city_code"] == "420100"].set_index("year")
    for year, row in wuhan.iterrows():
        at = max(-4, min(4, year - 2014))
        on = [name for name in names if row[name] == 1]
        expected = [] if at == -1 else [f"bc_ev_{'m' if at < 0 else 'p' if at else ''}{abs(at)}"]
        assert on == expected, year
    formulas = {one.name: one.formula for one in panel.variables}
    assert "event time <= -4" in formulas["bc_ev_m4"]
    assert "event time >= 4" in formulas["bc_ev_p4"]
    wide = attach_policy(make_panel(), read_policy("broadband_china"), PolicyOptions(window=1)).panel
    assert [name for name in wide.frame if name.startswith("bc_ev_")] == ["bc_ev_0", "bc_ev_p1"]


def test_the_next_year_can_be_the_first():
    panel = attach_policy(make_panel(), read_policy("broadband_china"), PolicyOptions(coding="next")).panel
    assert cells(panel, "bc_did", "420100") == [0, 0, 0, 1, 1, 1, 1]
    assert cells(panel, "bc_first_year", "420100") == [2014] * 7
    assert cells(panel, "bc_exposure", "420100") == [0, 0, 0, 1, 1, 1, 1]
    assert "year after the announcement" in next(one.formula for one in panel.variables if one.name == "bc_did")


def test_a_place_of_which_a_part_was_named_is_neither_treated_nor_not():
    found = attach_policy(make_panel(), read_policy("broadband_china"))
    # 江津 and 荣昌 in 2015, 九龙坡 and 北碚 in 2016: of the 38 districts and counties of Chongqing in those years
    counties = {
        year: sum(
            one.level == "county" and one.province_code == "500000" and not one.source and one.valid_in(year)
            for one in read_divisions().divisions
        )
        for year in (2015, 2016)
    }
    assert counties == {2015: 38, 2016: 38}
    shares = [0, 0, 0, 2 / 38, 4 / 38, 4 / 38, 4 / 38]
    assert cells(found.panel, "bc_exposure", "500000") == pytest.approx(shares)
    assert cells(found.panel, "bc_partial", "500000") == [1] * 7
    for name in ("treat", "first_year", "post", "did", "ev_0", "months"):
        assert cells(found.panel, f"bc_{name}", "500000") == [None] * 7
    codes = [code for code, _ in found.notes]
    assert "policy_partial" in codes
    # 永城 is a part of 商丘, which was named as a whole as well
    assert cells(found.panel, "bc_partial", "411400") == [0] * 7
    treated = attach_policy(make_panel(), read_policy("broadband_china"), PolicyOptions(partial="treated")).panel
    assert cells(treated, "bc_first_year", "500000") == [2015] * 7
    assert cells(treated, "bc_partial", "500000") == [1] * 7
    not_treated = attach_policy(make_panel(), read_policy("broadband_china"), PolicyOptions(partial="untreated")).panel
    assert cells(not_treated, "bc_treat", "500000") == [0] * 7
    assert cells(not_treated, "bc_exposure", "500000") == pytest.approx(shares)


def test_other_places_of_the_province_stand_for_neighbours():
    codes = {"420100": "武汉市", "420600": "襄阳市", "422800": "恩施州", "420500": "宜昌市"}
    panel = attach_policy(make_panel(codes), read_policy("broadband_china")).panel
    first = {code: cells(panel, "bc_first_year", code)[0] for code in codes}
    for code in codes:
        others = [one for one in codes if one != code]
        expected = [sum(bool(first[one]) and first[one] <= year for one in others) / 3 for year in range(2012, 2019)]
        assert cells(panel, "bc_prov_others", code) == pytest.approx(expected)
    alone = attach_policy(make_panel({"420100": "武汉市"}), read_policy("broadband_china")).panel
    assert cells(alone, "bc_prov_others", "420100") == [None] * 7
    assert "no adjacency" in next(one.formula for one in panel.variables if one.name == "bc_prov_others")


def test_codes_of_other_years_and_other_levels():
    panel = make_panel({"522400": "毕节地区"}, range(2009, 2011))
    assert cells(attach_policy(panel, read_policy("bigdata_zone")).panel, "bd_first_year", "522400") == [2016, 2016]
    provinces = make_panel({"520000": "贵州省", "440000": "广东省", "310000": "上海市"}, key="province_code")
    found = attach_policy(provinces, read_policy("bigdata_zone")).panel
    assert cells(found, "bd_treat", "520000") == [1] * 7
    assert cells(found, "bd_treat", "310000") == [1] * 7
    assert cells(found, "bd_partial", "440000") == [1] * 7
    assert 0 < cells(found, "bd_exposure", "440000")[-1] < 1
    assert "bd_prov_others" not in found.frame
    counties = make_panel({"520102": "南明区", "440983": "信宜市", "419001": "济源市"}, key="county_code")
    found = attach_policy(counties, read_policy("bigdata_zone")).panel
    assert [cells(found, "bd_treat", code)[0] for code in ("520102", "440983", "419001")] == [1, 0, 1]


def test_months_are_missing_where_only_the_year_is_known():
    panel = attach_policy(make_panel(), read_policy("ngi_demo")).panel
    assert cells(panel, "ngi_months", "420100") == [None] * 7
    assert cells(panel, "ngi_first_year", "420100") == [2014] * 7


def test_notes_tell_what_estimators_stumble_on():
    policy = Policy(
        "mine", "mine", "我", "mine", True, "", (Batch("2011", (2011, 3, 0), 1, ""),),
        (Unit("2011", "武汉市", "武汉市", "prefecture", "420100", row=2),),
    )  # fmt: skip
    found = attach_policy(make_panel({"420100": "武汉市"}), policy)
    assert {"policy_no_control", "policy_at_once", "policy_always"} <= {code for code, _ in found.notes}
    assert "1 of 1 places" in found.said[0]
    odd = attach_policy(make_panel({"420100": "武汉市", "999999": "无"}), policy)
    assert any("999999" in str(facts.get("detail")) for _, facts in odd.notes)
    absent = attach_policy(make_panel({"422800": "恩施州"}), policy)
    assert ("policy_absent", "420100 武汉市") in [(code, facts.get("detail")) for code, facts in absent.notes]


def test_names_are_short_and_labelled_and_the_panel_can_be_written(tmp_path: Path):
    panel = make_panel()
    for name in COMPLETE:
        panel = attach_policy(panel, read_policy(name), PolicyOptions(placebo=2)).panel
    for one in panel.variables:
        assert one.name.isascii()
        assert len(one.name) <= 32
        assert one.en
        assert one.zh
    write_panel(panel, tmp_path)
    stata = pd.read_stata(tmp_path / "panel.dta", convert_categoricals=False)
    assert stata["bc_first_year"].iloc[-1] == 2014
    book = pd.read_csv(tmp_path / "codebook.csv").set_index("name")
    assert book.loc["bc_treat", "label_zh"] == "宽带中国示范城市：处理组"
    with pytest.raises(UsageError) as raised:
        attach_policy(panel, read_policy("ngi_demo"))
    assert raised.value.code == "columns_taken"


# ---- placebo ----


def units(n: int = 30) -> pd.DataFrame:
    years = [0, 2014, 2015] * (n // 3)
    codes = [f"{110000 + 100 * at}" for at in range(n)]
    return pd.DataFrame({"city_code": codes, "unit": codes, "province": ["a", "b"] * (n // 2), "first_year": years})


def test_a_draw_keeps_the_number_of_places_of_every_batch():
    found = draw_placebos(units(), PolicyOptions(placebo=50, seed=3))
    draws = found.filter(like="draw_")
    assert draws.shape == (30, 50)
    for name in draws:
        assert sorted(draws[name]) == sorted(found["first_year"])
    assert draws.T.drop_duplicates().shape[0] == 50
    inside = draw_placebos(units(), PolicyOptions(placebo=20, placebo_within="province"))
    for _, part in inside.groupby("province"):
        for name in inside.filter(like="draw_"):
            assert sorted(part[name]) == sorted(part["first_year"])


def test_draws_depend_on_the_seed_alone():
    first = draw_placebos(units(), PolicyOptions(placebo=3, seed=5))
    again = draw_placebos(units().sample(frac=1, random_state=1), PolicyOptions(placebo=3, seed=5))
    pd.testing.assert_frame_equal(first, again.sort_values("city_code", ignore_index=True))
    more = draw_placebos(units(), PolicyOptions(placebo=9, seed=5))
    pd.testing.assert_frame_equal(first, more[first.columns])
    assert not first.equals(draw_placebos(units(), PolicyOptions(placebo=3, seed=6)))


def test_draws_are_uniform():
    found = draw_placebos(units(), PolicyOptions(placebo=3000))
    share = (found.filter(like="draw_") == 2014).mean(axis=1)
    # each of 30 places gets one of 10 treated years in a third of the draws: sd sqrt(2/9/3000) = 0.0086
    assert np.abs(share - 1 / 3).max() < 5 * 0.0086


def test_codes_that_follow_one_another_are_one_place():
    panel = make_panel({"522400": "毕节地区", "520500": "毕节市", "420100": "武汉市", "440600": "佛山市"})
    found = attach_policy(panel, read_policy("bigdata_zone"), PolicyOptions(placebo=30))
    by_code = found.placebo.set_index("city_code").filter(like="draw_")
    assert by_code.loc["522400"].to_list() == by_code.loc["520500"].to_list()
    assert "bd_pl20" in found.panel.frame
    assert "bd_pl21" not in found.panel.frame
    assert cells(found.panel, "bd_pl01", "420100") == [by_code.loc["420100", "draw_001"]] * 7


# ---- lists of the user ----


def write_list(path: Path, text: str) -> Path:
    path.write_text(text, "utf-8-sig")
    return path


def test_a_checker_matches_names_to_codes_and_counts(tmp_path: Path):
    path = write_list(
        tmp_path / "mine.csv",
        "城市,省份,公布日期\n武汉市,,2014-06\n朝阳区,,2014-06\n朝阳区,北京市,2014-06\n重庆市江津区,,2014-06\n"
        "郴州市永兴县,,2014年6月\n江城市,,2014-06\n襄阳,,\n武汉市,,2014-06\n",
    )
    found = check_policy(path, "reform", total=9)
    rows = found.rows.set_index("row")
    assert rows["code"].tolist() == ["420100", "", "110105", "500116", "431023", "", "420600", "420100"]
    assert rows.loc[3, "status"].startswith("'朝阳区' can be 110105")
    assert rows.loc[[2, 4, 5, 6], "status"].tolist() == ["ok"] * 4
    assert "no division is called '江城市'" in rows.loc[7, "status"]
    assert rows.loc[8, "status"] == "no date and no year: fill in announced, such as 2014-06"
    assert rows.loc[9, "status"] == "武汉市 stands in row 2 already"
    assert (found.policy.n_printed, found.total, found.policy.complete) == (4, 9, False)
    with pytest.raises(UsageError) as raised:
        read_policy_file(path, "reform")
    assert raised.value.code == "policy_rows"
    assert "row 3" in str(raised.value)


def test_a_list_is_a_treatment_only_with_the_number_of_the_notice(tmp_path: Path):
    path = write_list(tmp_path / "mine.csv", "unit_name,year\n武汉市,2014\n襄阳市,2015\n")
    with pytest.raises(UsageError) as raised:
        read_policy_file(path, "mine", total=3)
    assert raised.value.code == "policy_total"
    policy = read_policy_file(path, "mine", total=2)
    panel = attach_policy(make_panel(), policy).panel
    assert cells(panel, "mine_first_year", "420100") == [2014] * 7
    assert cells(panel, "mine_months", "420100") == [None] * 7
    with pytest.raises(UsageError) as raised:
        read_policy_file(path, "xxhm_pilot")
    assert raised.value.facts["total"] == 80


def test_the_whole_list_of_a_shipped_incomplete_policy_can_be_used(tmp_path: Path):
    """The 28 known cities and 52 others stand for the list of the notice."""
    known = template_rows("xxhm_pilot")
    assert len(known) == 28
    have = {row["code"] for row in known}
    rows = [one for one in read_divisions().divisions if one.level == "prefecture" and one.valid_in(2014)]
    others = [one.name for one in rows if one.code not in have and one.type == "地级市"][:52]
    frame = pd.concat([pd.DataFrame(known), pd.DataFrame({"printed_name": others, "unit_name": others})]).fillna("")
    frame.to_csv(tmp_path / "list.csv", index=False, encoding="utf-8-sig")
    policy = read_policy_file(tmp_path / "list.csv", "xxhm_pilot")
    assert (policy.complete, policy.n_printed, policy.prefix) == (True, 80, "xxhm")
    assert {batch.announced for batch in policy.batches} == {(2014, 6, 0)}
    panel = attach_policy(make_panel(), policy).panel
    assert cells(panel, "xxhm_months", "440600") == [12 * (year - 2014) + 6 for year in range(2012, 2019)]


def test_shares_and_parts_of_a_list(tmp_path: Path):
    path = write_list(
        tmp_path / "mine.csv",
        "unit_name,announced,share,whole\n昆山市,2014-06,0.4,\n武汉市,2015-01,,0\n佛山市,2015-01,1.5,\n",
    )
    checked = check_policy(path, "mine")
    assert checked.faults == ["row 4: the share '1.5' is not above 0 and at most 1"]
    path.write_text("unit_name,announced,share,whole\n昆山市,2014-06,0.4,\n武汉市,2015-01,,0\n", "utf-8")
    panel = attach_policy(make_panel(), read_policy_file(path, "mine")).panel
    assert cells(panel, "mine_exposure", "320500") == [0, 0, 0.4, 0.4, 0.4, 0.4, 0.4]
    assert cells(panel, "mine_partial", "420100") == [1] * 7
    assert cells(panel, "mine_exposure", "420100") == [0, 0, 0, None, None, None, None]


def test_a_code_that_contradicts_its_name_is_told(tmp_path: Path):
    path = write_list(
        tmp_path / "mine.csv", "unit_name,code,year\n武汉市,420600,2014\n襄阳市,420600,2014\n,999999,2014\n"
    )
    assert check_policy(path).faults == [
        "row 2: the code 420600 is 襄阳市, the name is 武汉市",
        "row 4: no division has the code '999999' in 2014",
    ]


def test_a_group_of_cities_is_one_unit_as_printed(tmp_path: Path):
    path = write_list(
        tmp_path / "mine.csv",
        "printed_name,unit_name,year\n长株潭,长沙市,2014\n长株潭,株洲市,2014\n长株潭,湘潭市,2014\n",
    )
    policy = read_policy_file(path, "mine", total=1)
    assert (policy.n_printed, len(policy.units)) == (1, 3)
    single = write_list(tmp_path / "group.csv", "unit_name,year\n长株潭城市群,2014\n")
    assert "a group of cities needs a row a city" in check_policy(single).faults[0]


def test_a_list_without_names_is_an_error_and_dates_are_read():
    assert [read_date(text) for text in ("2014", "2014-06", "2014年6月3日", "2014/6/3", "x", "2014-13")] == [
        *((2014, 0, 0), (2014, 6, 0), (2014, 6, 3), (2014, 6, 3), (0, 0, 0), (0, 0, 0))
    ]
    assert split_file("a=b.csv") == ("a", "b.csv")


def test_two_policies_with_one_prefix_are_refused(tmp_path: Path):
    path = write_list(tmp_path / "mine.csv", "unit_name,year\n武汉市,2014\n")
    with pytest.raises(UsageError, match="prefix bc"):
        read_policies(PolicyOptions(attach=("broadband_china",), policy=(f"bc={path}",)))


@pytest.mark.parametrize(
    "bad", [{"coding": "later"}, {"partial": "half"}, {"window": 0}, {"placebo": -1}, {"placebo_within": "region"}]
)
def test_options_are_checked_when_they_are_made(bad):
    with pytest.raises(UsageError):
        PolicyOptions(**bad)


def test_everything_in_one_go(tmp_path: Path):
    options = ExtendOptions(policies=PolicyOptions(attach=COMPLETE, placebo=30))
    extended = extend_panel(make_panel(), options)
    assert {"bc_did", "bd_did", "ngi_did"} <= set(extended.panel.frame.columns)
    placebo = extended.tables["policies_placebo.csv"]
    assert set(placebo["policy"]) == set(COMPLETE)
    assert list(placebo.columns)[:4] == ["policy", "city_code", "province", "first_year"]
    assert json.dumps(options.told()) == json.dumps({"policies": {"attach": [*COMPLETE], "placebo": 30}})
