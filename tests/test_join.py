"""Outside indicators: keys by code and name of any year, every file kind, faults with their rows, nothing lost."""

from __future__ import annotations

import itertools
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from textgov.errors import UsageError
from textgov.export import write_panel
from textgov.extend import ExtendOptions, extend_files, extend_panel
from textgov.join import JoinOptions, join_outside, join_tables
from textgov.outside import (
    OutsideTable,
    column_name,
    find_name,
    read_code,
    read_number,
    read_outside,
    read_panel,
    read_year,
    split_unit,
)
from textgov.panel import coverage_grid
from textgov.records import Panel, Variable

ROWS = [("420100", "武汉市", 2019), ("420100", "武汉市", 2020), ("420600", "襄阳市", 2019), ("520500", "毕节市", 2019)]


def make_panel(rows: list[tuple[str, str, int]] = ROWS, key: str = "city_code") -> Panel:
    name = key.removesuffix("_code")
    frame = pd.DataFrame(sorted(rows), columns=[key, name, "year"])
    variables = tuple(Variable(one, one, one) for one in frame.columns)
    return Panel(frame, variables, (key, "year"), coverage_grid(frame.assign(n_docs=1), (key, "year")))


def table(header: str, *rows: str) -> OutsideTable:
    names = tuple(header.split(","))
    cells = tuple((number, tuple(row.split(","))) for number, row in enumerate(rows, 2))
    return OutsideTable("yearbook.csv", names, ("",) * len(names), cells)


def values(panel: Panel, name: str) -> list[float | None]:
    return [None if pd.isna(one) else float(one) for one in panel.frame[name]]


# ---- keys ----


def test_rows_meet_by_code_and_year_and_what_fits_nowhere_is_listed():
    outside = table("city_code,year,gdp", "420100,2019,10", "420600,2019,30", "420100,2021,9", "999999,2019,1")
    found = join_outside(make_panel(), outside)
    assert values(found.panel, "gdp") == [10, None, 30, None]
    assert (found.matched, found.mapped) == (2, 0)
    listed = found.unmatched.to_dict("records")
    assert [(one["side"], one["row"], one["code"], one["year"]) for one in listed] == [
        ("file", 4, "420100", 2021),
        ("file", 5, "999999", 2019),
        ("panel", 0, "420100", 2020),
        ("panel", 0, "520500", 2019),
    ]
    assert listed[0]["reason"] == "the panel has no such year of this place"
    assert listed[1]["reason"] == "not a place of the panel"
    assert list(found.panel.frame["city_code"]) == [code for code, _, _ in sorted(ROWS)]


def test_names_become_the_codes_of_their_year():
    panel = make_panel([("420600", "襄樊市", 2009), ("420600", "襄阳市", 2019), ("520500", "毕节市", 2019)])
    outside = table("城市,年份,x", "襄樊,2009年,1", "襄阳市,2019,2", "毕节地区,2019,3", "江城市,2019,4")
    found = join_outside(panel, outside)
    assert values(found.panel, "x") == [1, 2, 3]
    assert found.unmatched["reason"].tolist() == ["no division is called '江城市'"]


def test_a_modern_name_is_found_in_an_old_year_and_the_other_way_round():
    panel = make_panel([("420600", "襄樊市", 2005), ("522400", "毕节地区", 2008)])
    found = join_outside(panel, table("city,year,x", "襄阳市,2005,1", "毕节市,2008,2"))
    assert values(found.panel, "x") == [1, 2]


def test_in_the_year_of_a_change_a_name_is_the_unit_of_its_end():
    panel = make_panel([("460400", "儋州市", 2015)])
    assert values(join_outside(panel, table("city,year,x", "儋州市,2015,1")).panel, "x") == [1]


@pytest.mark.parametrize(
    ("code", "year", "of_file"), [("522400", 2008, "520500"), ("520500", 2008, "522400"), ("632100", 2010, "630200")]
)
def test_codes_of_another_year_are_mapped_where_the_unit_is_one(code, year, of_file):
    panel = make_panel([(code, "某市", year), ("420100", "武汉市", year)])
    found = join_outside(panel, table("adcode,year,x", f"{of_file},{year},7", f"420100,{year},8"))
    assert sorted(values(found.panel, "x")) == [7, 8]
    assert (found.matched, found.mapped) == (2, 1)


def test_an_area_that_was_merged_is_never_put_on_another_unit():
    panel = make_panel([("370100", "济南市", 2020), ("340100", "合肥市", 2015)])
    outside = table("code,year,x", "371200,2020,5", "341400,2015,6", "370100,2020,1")
    found = join_outside(panel, outside)
    assert values(found.panel, "x") == [None, 1]
    assert found.unmatched[found.unmatched["side"] == "file"]["code"].tolist() == ["371200", "341400"]


def test_the_very_code_goes_before_one_that_is_mapped():
    panel = make_panel([("520500", "毕节市", 2015)])
    found = join_outside(panel, table("code,year,x", "522400,2015,1", "520500,2015,2"))
    assert values(found.panel, "x") == [2]
    assert found.unmatched["reason"].tolist() == ["row 3 has 520500 itself"]


def test_a_name_of_several_units_needs_its_province():
    panel = make_panel([("220200", "吉林市", 2019), ("211300", "朝阳市", 2019)])
    found = join_outside(panel, table("城市,年份,x", "吉林,2019,1", "朝阳,2019,2"))
    assert values(found.panel, "x") == [2, 1]  # 吉林省 and 朝阳区 are no rows of this panel
    counties = make_panel([("110105", "朝阳区", 2019), ("220104", "朝阳区", 2019)], "county_code")
    alone = table("区县,年份,x", "朝阳区,2019,1", "海淀区,2019,2")
    with pytest.raises(UsageError, match="can be 110105 朝阳区, 220104 朝阳区"):
        join_outside(counties, alone)
    both = table("省份,区县,年份,x", "吉林省,朝阳区,2019,1", "北京,朝阳区,2019,2")
    assert values(join_outside(counties, both).panel, "x") == [2, 1]


def test_municipalities_provinces_and_directly_administered_units():
    panel = make_panel([("110000", "北京市", 2019), ("429004", "仙桃市", 2019)])
    assert values(join_outside(panel, table("城市,年份,x", "北京,2019,1", "仙桃,2019,2")).panel, "x") == [1, 2]
    provinces = make_panel([("110000", "北京市", 2019), ("220000", "吉林省", 2019)], "province_code")
    found = join_outside(provinces, table("省份,年份,x", "北京,2019,1", "吉林,2019,2"))
    assert values(found.panel, "x") == [1, 2]


def test_tables_of_places_only_and_of_years_only():
    panel = make_panel()
    posts = join_outside(panel, table("城市,邮局数", "武汉市,40", "襄阳市,8"))
    assert values(posts.panel, "youjushu") == [40, 40, 8, None]
    assert "joined by place" in posts.variables[0].formula
    users = join_outside(panel, table("年份,全国网民", "2019,9", "2018,8"))
    assert values(users.panel, "quanguowangmin") == [9, None, 9, 9]


def test_duplicate_keys_are_refused_with_their_rows():
    for rows in (("420100,2019,1", "420100,2019,2"), ("110100,2019,1", "420600,2019,3", "110100,2019,2")):
        with pytest.raises(UsageError) as raised:
            join_outside(make_panel(), table("code,year,x", *rows))
        assert raised.value.code == "keys_twice"
        assert "rows 2 and" in str(raised.value)
    with pytest.raises(UsageError, match="rows 2 and 3"):
        join_outside(make_panel(), table("city,year,x", "武汉,2019,1", "武汉市,2019,2"))


def test_a_table_that_fits_nowhere_or_has_no_keys_is_an_error():
    with pytest.raises(UsageError) as raised:
        join_outside(make_panel(), table("code,year,x", "420100,1999,1"))
    assert raised.value.code == "join_nothing"
    with pytest.raises(UsageError) as raised:
        join_outside(make_panel(), table("a,b", "1,2"))
    assert raised.value.code == "join_keys_missing"
    with pytest.raises(UsageError, match="no column 地市"):
        join_outside(make_panel(), table("code,year,x", "420100,2019,1"), JoinOptions(name_column="地市"))


def test_a_row_without_a_year_or_place_is_listed():
    outside = table("city_code,year,gdp", "420100,2019,10", "420600,,30", ",2019,1")
    found = join_outside(make_panel(), outside)
    assert found.unmatched["reason"].tolist()[:2] == ["no year in ''", "no code and no name"]


# ---- columns ----


def test_columns_keep_their_headers_as_labels_and_units():
    outside = table("城市,年份,地区生产总值（亿元）,人口,简称", "武汉市,2019,'x',1,鄂".replace("'x'", "16223.21"))
    found = join_outside(make_panel(), outside, JoinOptions(columns=("gdp=地区生产总值（亿元）", "人口", "简称")))
    gdp = found.variables[0]
    assert (gdp.name, gdp.zh, gdp.unit_zh) == ("gdp", "地区生产总值", "亿元")
    assert [one.name for one in found.variables] == ["gdp", "renkou", "jiancheng"]
    assert found.panel.frame["jiancheng"].tolist() == ["鄂", "", "", ""]
    assert str(found.panel.frame["renkou"].dtype) == "Int64"
    assert find_name(found.panel, "地区生产总值") == "gdp"


def test_a_prefix_and_taken_names():
    outside = table("code,year,x", "420100,2019,1")
    once = join_outside(make_panel(), outside, JoinOptions(prefix="yb_")).panel
    assert "yb_x" in once.frame
    with pytest.raises(UsageError) as raised:
        join_outside(once, outside, JoinOptions(prefix="yb_"))
    assert raised.value.code == "columns_taken"
    again = join_outside(once, table("code,year,x", "420100,2019,5"), JoinOptions(prefix="yb_"), replace=True).panel
    assert values(again, "yb_x") == [5, None, None, None]


def test_a_cell_that_is_no_number_is_named_with_its_row():
    with pytest.raises(UsageError) as raised:
        join_outside(make_panel(), table("code,year,x", "420100,2019,1", "420600,2019,约30"))
    assert raised.value.code == "cells_bad"
    assert "row 3: '约30'" in str(raised.value)


@pytest.mark.parametrize("mark", ["", "-", "—", "…", "NA", "n/a", ".", "#N/A", "缺失"])
def test_missing_marks_are_missing_and_never_zero(mark):
    found = join_outside(make_panel(), table("code,year,x", "420100,2019,0", f"420600,2019,{mark}"))
    assert values(found.panel, "x") == [0, None, None, None]


def test_cells_and_headers():
    assert [read_number(text) for text in ("1,234.5", "１２", "-3e2", "+.5")] == [1234.5, 12, -300, 0.5]
    for text in ("12%", "1,23", "约3", "3人"):
        with pytest.raises(ValueError, match=text):
            read_number(text)
    assert [read_code(text) for text in ("42", "4201", "420100", "420100000000", "420100123", "4201001", "x")] == [
        *("420000", "420100", "420100", "420100", "", "", "")
    ]
    assert [read_year(text) for text in ("2019年", "2019-01-02", "２０１９", "19", "20190", "")] == [
        *(2019, 2019, 2019, None, None, None)
    ]
    assert split_unit("GDP (10,000 yuan)") == ("GDP", "10,000 yuan")
    assert column_name("2019年收入") == "v_2019nianshouru"
    assert len(column_name("地区生产总值增长率与一般公共预算支出之比")) == 32


# ---- files ----

KINDS = ("csv", "gb.csv", "xlsx", "dta", "parquet")


def write_kind(folder: Path, kind: str, frame: pd.DataFrame) -> Path:
    path = folder / f"yearbook.{kind}"
    if kind == "csv":
        frame.to_csv(path, index=False)
    elif kind == "gb.csv":
        frame.to_csv(path, index=False, encoding="gb18030")
    elif kind == "xlsx":
        with pd.ExcelWriter(path, engine="openpyxl") as book:
            frame.to_excel(book, index=False, startrow=2)
            book.sheets["Sheet1"].cell(1, 1, "城市统计年鉴")
    elif kind == "dta":
        frame.to_stata(path, write_index=False, version=118)
    else:
        frame.to_parquet(path)
    return path


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_of_file_gives_the_same(tmp_path, kind):
    frame = pd.DataFrame({"city": ["武汉市", "襄阳市"], "year": [2019, 2019], "gdp": [16223.21, 0.125]})
    path = write_kind(tmp_path, kind, frame)
    (found,) = join_tables(make_panel(), JoinOptions((str(path),)))
    assert values(found.panel, "gdp") == [16223.21, None, 0.125, None]


def test_several_files_each_give_their_columns(tmp_path):
    (tmp_path / "a.csv").write_text("code,year,gdp,extra\n420100,2019,1,5\n", "utf-8")
    (tmp_path / "b.csv").write_text("code,year,pop\n420600,2019,2\n", "utf-8")
    files = tuple(str(tmp_path / name) for name in ("a.csv", "b.csv"))
    found = join_tables(make_panel(), JoinOptions(files, columns=("gdp", "people=pop")))
    assert [[one.name for one in part.variables] for part in found] == [["gdp"], ["people"]]
    with pytest.raises(UsageError, match="no column wage"):
        join_tables(make_panel(), JoinOptions(files, columns=("gdp", "wage")))


def test_a_damaged_row_and_an_empty_file_are_errors(tmp_path):
    (tmp_path / "a.csv").write_text("code,year,x\n420100,2019,1,2\n", "utf-8")
    with pytest.raises(UsageError, match="row 2"):
        read_outside(tmp_path / "a.csv")
    (tmp_path / "b.csv").write_text("code,year,x\n", "utf-8")
    with pytest.raises(UsageError, match="no table"):
        read_outside(tmp_path / "b.csv")
    with pytest.raises(UsageError) as raised:
        read_outside(tmp_path / "c.csv")
    assert raised.value.code == "source_missing"


@given(st.permutations(range(4)), st.permutations(range(4)))
def test_the_order_of_rows_on_either_side_does_not_matter(of_file, of_panel):
    rows = [f"{code},{year},{number}" for number, (code, _, year) in enumerate(ROWS)]
    outside = table("code,year,x", *(rows[at] for at in of_file))
    found = join_outside(make_panel([ROWS[at] for at in of_panel]), outside)
    assert values(found.panel, "x") == [0, 1, 2, 3]


# ---- panels ----


def panel_file(folder: Path, kind: str) -> Path:
    panel = make_panel()
    values_ = pd.array([1, None, 3, 4], dtype="Int64")
    frame = panel.frame.assign(n_docs=values_, rate=[0.1, np.nan, 0.3, 1e-7])
    more = (Variable("n_docs", "documents", "文档数", "", "份"), Variable("rate", "rate", "比率"))
    whole = Panel(frame, (*panel.variables, *more), panel.keys, panel.coverage)
    write_panel(whole, folder)
    return folder if kind == "folder" else folder / f"panel.{kind}"


@pytest.mark.parametrize("kind", ["folder", "csv", "dta", "xlsx"])
def test_a_panel_is_read_back_from_any_of_its_files(tmp_path, kind):
    found = read_panel(panel_file(tmp_path, kind))
    assert found.keys == ("city_code", "year")
    assert found.frame["city_code"].tolist() == [code for code, _, _ in sorted(ROWS)]
    assert found.frame["year"].tolist() == [year for _, _, year in sorted(ROWS)]
    assert values(found, "n_docs") == [1, None, 3, 4]
    assert values(found, "rate") == [0.1, None, 0.3, 1e-7]
    if kind == "folder":
        assert next(one for one in found.variables if one.name == "n_docs").unit_zh == "份"


def test_any_table_can_be_a_panel_and_its_faults_name_rows(tmp_path):
    path = tmp_path / "mine.csv"
    text = "年份,省份,行政区划代码,城市,地区生产总值(亿元)\n2020,湖北省,420100,武汉市,2\n2019,湖北省,420100,武汉市,1\n"
    path.write_text(text, "utf-8")
    found = read_panel(path)
    assert (found.keys, found.frame["year"].tolist()) == (("city_code", "year"), [2019, 2020])
    assert list(found.frame.columns) == ["city_code", "province", "city", "diqushengchanzongzhi", "year"]
    assert (found.variables[3].zh, found.variables[3].unit_zh) == ("地区生产总值", "亿元")
    assert found.coverage["city"].tolist() == ["武汉市"]
    with pytest.raises(UsageError, match="nearest: diqushengchanzongzhi"):
        find_name(found, "DiqushengchanZongzhi")
    for text, code in (
        ("年份,行政区划代码,x\n2020,420100,2\n2020,420100,1\n", "keys_twice"),
        ("年份,行政区划代码,x\n2020,武汉,2\n", "keys_bad"),
        ("年份,城市,x\n2020,武汉,2\n", "keys_missing"),
    ):
        path.write_text(text, "utf-8")
        with pytest.raises(UsageError) as raised:
            read_panel(path)
        assert raised.value.code == code


def test_the_files_of_an_extended_folder_are_all_anew_and_the_same_every_time(tmp_path):
    panel_file(tmp_path / "run", "folder")
    (tmp_path / "yearbook.csv").write_text("code,year,gdp（亿元）\n420100,2019,1\n", "utf-8")
    options = ExtendOptions(JoinOptions((str(tmp_path / "yearbook.csv"),)))
    for out in ("a", "b"):
        extend_files(tmp_path / "run", options, out=tmp_path / out)
    names = sorted(path.name for path in (tmp_path / "a").iterdir())
    assert names == sorted(path.name for path in (tmp_path / "b").iterdir())
    for name in names:
        assert (tmp_path / "a" / name).read_bytes() == (tmp_path / "b" / name).read_bytes(), name
    assert "join_unmatched.csv" in names
    record = (tmp_path / "a" / "provenance.json").read_text("utf-8")
    assert "yearbook.csv" in record
    assert str(tmp_path) not in record
    with pd.io.stata.StataReader(tmp_path / "a" / "panel.dta") as reader:
        labels = reader.variable_labels()
    assert labels["gdp"] == "gdp（亿元）"
    with pytest.raises(UsageError, match="--replace"):
        extend_files(tmp_path / "a", options)
    extend_files(tmp_path / "a", options, replace=True)
    assert (tmp_path / "a" / "panel.csv").read_bytes() == (tmp_path / "b" / "panel.csv").read_bytes()


def test_a_table_is_not_overwritten_and_a_missing_file_is_told_first(tmp_path):
    path = panel_file(tmp_path, "csv")
    with pytest.raises(UsageError, match="--out"):
        extend_files(path, ExtendOptions(JoinOptions(("x.csv",))))
    with pytest.raises(UsageError) as raised:
        extend_files(path, ExtendOptions(JoinOptions(("x.csv",))), out=tmp_path / "out")
    assert raised.value.code == "source_missing"
    assert not (tmp_path / "out").exists()


def test_notes_say_what_was_joined(tmp_path):
    (tmp_path / "yearbook.csv").write_text("code,year,gdp\n420100,2019,1\n999999,2019,1\n", "utf-8")
    extended = extend_panel(make_panel(), ExtendOptions(JoinOptions((str(tmp_path / "yearbook.csv"),))))
    ((code, facts),) = extended.notes
    assert (code, facts["matched"], facts["rows"], facts["unmatched"]) == ("join_said", 1, 4, 1)
    assert list(itertools.chain(extended.tables)) == ["join_unmatched.csv"]
