"""What is written is read back equal, by the readers that users have, and the same panel gives the same bytes."""

from __future__ import annotations

import json
import logging
import os
import re
import statistics
import struct
import subprocess
import sys
import zipfile
from dataclasses import replace
from pathlib import Path

import numpy as np
import openpyxl
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pyreadstat
import pytest
from pandas.io.stata import StataParser
from scipy.io import mmread
from scipy.sparse import csr_array

from textgov.codebook import STATA_RESERVED, build_codebook, data_label, full_label, options_text, stata_label
from textgov.errors import OutputError, RecordError, UsageError
from textgov.export import ExportExtras, write_csv_excel, write_json, write_panel, write_table, write_term_counts
from textgov.records import Category, Entry, Features, Lexicon, Panel, Variable
from textgov.store import make_folder, written_aside

LONG = "数字政府建设力度" * 12  # 96 characters, 16 more than Stata keeps
HASH = "0123456789abcdef"
# pandas before 3 reads floats in csv to the last digit only when asked to; pandas 3 always does
EXACT = {"float_precision": "round_trip"} if pd.__version__ < "3" else {}
CODES = {"city_code": "str", "province_code": "str"}
NAMES = [
    "panel.csv",
    "panel_excel.csv",
    "panel.dta",
    "panel.do",
    "panel.parquet",
    "panel.xlsx",
    "codebook.csv",
    "codebook.md",
    "coverage.csv",
]


def small_panel() -> Panel:
    frame = pd.DataFrame(
        {
            "city_code": ["320100", "320100", "420600", "420600"],
            "city": ["南京市", "南京市", "襄樊市", "襄阳市"],
            "province_code": ["320000", "320000", "420000", "420000"],
            "province": ["江苏省", "江苏省", "湖北省", "湖北省"],
            "region3": ["east", "east", "central", "central"],
            "year": [2019, 2020, 2010, 2011],
            "n_docs": pd.array([1, 0, 2, 1], dtype="Int64"),
            "dg_total_n": pd.array([3, None, 40_000, 12], dtype="Int64"),
            "dg_big_n": pd.array([100, 101, -127, 0], dtype="Int64"),
            "dg_total_p10k": [0.1 + 0.2, float("nan"), 1e-7, 8.0],
            "note": ['=1+1, "引号"', "线\r行", None, "-"],
        }
    )
    words = {
        "dg_total_n": Variable("dg_total_n", "Hits", "词频", "hits", "次", "sum of n", "dg@1.0", HASH),
        "dg_total_p10k": Variable(
            "dg_total_p10k", "Rate | *", LONG, "per 10,000 Han", "每万字", "10000 $n / `n_han' // x", "dg@1.0", HASH
        ),
    }
    variables = tuple(words.get(name, Variable(name, f"{name} en", f"{name} 中")) for name in frame.columns)
    coverage = pd.DataFrame(
        {"code": ["320100", "420600"], "name": ["南京市", "襄阳市"], 2010: [np.nan, 2.0], 2011: [0.0, 1.0]}
    )
    return Panel(frame, variables, ("city_code", "year"), coverage)


def extras() -> ExportExtras:
    review = pd.DataFrame(
        {
            "doc_id": ["a/甲.txt", "a/乙.txt"],
            "held": [True, False],
            "year": pd.array([2019, None], dtype="Int64"),
            "evidence": ["数" * 40_000, "a\x01b\x02c"],
        }
    )
    return ExportExtras(review, "run123", {"panel": {"level": "prefecture"}, "count": {"overlap": "longest"}})


def two_features() -> list[Features]:
    lexicons = [
        Lexicon(
            name, "1", name, "", "", "", (Category("c", "", ""),), (Entry("政务/服务", "c"), Entry("一网通办", "c"))
        )
        for name in ("a", "b")
    ]
    counts = [csr_array(np.array([[1, 0], [0, 2], [0, 0]])), csr_array(np.array([[0, 3], [0, 0], [4, 5]]))]
    ids = ("甲.txt", "乙.txt", "丙.txt")
    names = ("c/政务/服务", "c/一网通办")
    return [Features(ids, names, count, {}, lexicon) for count, lexicon in zip(counts, lexicons, strict=True)]


def write_everything(out: Path) -> None:
    logging.disable()
    write_panel(small_panel(), out, extra=extras())
    write_term_counts(two_features(), out)
    write_json({"乙": 1, "甲": [0.1 + 0.2]}, out / "provenance.json")
    for ending in ("csv", "parquet", "xlsx"):
        write_table(extras().review, out / f"review.{ending}")


@pytest.fixture
def out(tmp_path):
    write_panel(small_panel(), tmp_path, extra=extras())
    return tmp_path


def same(found: pd.DataFrame, frame: pd.DataFrame | None = None) -> None:
    """Equal values to the last digit; a csv file cannot tell int64 from Int64."""
    frame = small_panel().frame if frame is None else frame
    pd.testing.assert_frame_equal(found, frame, check_dtype=False, check_exact=True)


def test_writes_its_files_and_nothing_else(tmp_path):
    folder = tmp_path / "新" / "out"
    assert [path.name for path in write_panel(small_panel(), str(folder))] == NAMES
    assert sorted(path.name for path in folder.iterdir()) == sorted(NAMES)


# ---- csv ----


def test_csv_reads_back(out):
    data = (out / "panel.csv").read_bytes()
    assert not data.startswith(b"\xef\xbb\xbf")
    assert b"\r\n" not in data
    assert b"0.30000000000000004" in data
    assert b"2019,1,3," in data  # integers with missing values have no .0
    same(pd.read_csv(out / "panel.csv", dtype=CODES, **EXACT))


def test_excel_csv_has_bom_and_no_formula(out):
    assert (out / "panel_excel.csv").read_bytes().startswith(b"\xef\xbb\xbf")
    found = pd.read_csv(out / "panel_excel.csv", dtype=CODES, encoding="utf-8-sig", **EXACT)
    same(found, small_panel().frame.assign(note=['\'=1+1, "引号"', "线\r行", None, "'-"]))


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r"])
def test_formula_starts_are_escaped_for_excel_only(tmp_path, start):
    frame = pd.DataFrame({"x": [start + "1"], "y": [-1]})
    write_csv_excel(frame, tmp_path / "e.csv")
    write_table(frame, tmp_path / "p.csv")
    write_table(frame, tmp_path / "x.xlsx")
    assert pd.read_csv(tmp_path / "e.csv").loc[0, "x"] == "'" + start + "1"
    same(pd.read_csv(tmp_path / "p.csv", dtype={"x": "str"}), frame)
    assert pd.read_excel(tmp_path / "x.xlsx").loc[0].tolist() == ["'" + start.replace("\r", "\n") + "1", -1]


def test_csv_of_awkward_values(tmp_path):
    frame = pd.DataFrame({"x": ["a,b", 'a"b', "a\nb", "a\rb", "a\r\nb", " 空 ", "　"]})
    write_table(frame, tmp_path / "x.csv")
    same(pd.read_csv(tmp_path / "x.csv", lineterminator="\n"), frame)
    lone = pd.DataFrame({"x": ["a", None, "b"]})
    write_table(lone, tmp_path / "y.csv")
    same(pd.read_csv(tmp_path / "y.csv"), lone)
    names = pd.DataFrame({"x": ["\udcd6\udcd0.txt"]}, dtype="object")  # a GBK file name as Python sees it
    for ending in ("csv", "parquet", "xlsx"):
        write_table(names, tmp_path / f"z.{ending}")
    for found in (
        pd.read_csv(tmp_path / "z.csv"),
        pd.read_parquet(tmp_path / "z.parquet"),
        pd.read_excel(tmp_path / "z.xlsx"),
    ):
        assert found["x"].tolist() == ["\\udcd6\\udcd0.txt"]


# ---- Stata ----


def test_dta_reads_back_in_pandas(out):
    frame = small_panel().frame
    found = pd.read_stata(out / "panel.dta", convert_categoricals=False)
    assert found["city_code"].tolist() == [320100, 320100, 420600, 420600]
    assert found["region3"].tolist() == [1, 1, 2, 2]
    rest = [name for name in frame.columns if not name.endswith("_code") and name not in ("region3", "note")]
    same(found[rest], frame[rest])
    assert found["note"].tolist() == frame["note"].fillna("").tolist()
    assert not found.duplicated(["city_code", "year"]).any()
    types = {name: str(found[name].dtype) for name in ("city_code", "year", "n_docs", "dg_big_n", "dg_total_p10k")}
    assert list(types.values()) == ["int32", "int16", "int8", "int16", "float64"]
    named = pd.read_stata(out / "panel.dta")
    assert named["city_code"].tolist() == ["南京市", "南京市", "襄阳市", "襄阳市"]  # the latest name
    assert named["province_code"].tolist() == frame["province"].tolist()
    assert named["region3"].tolist() == frame["region3"].tolist()


def test_dta_reads_back_in_readstat(out):
    found, meta = pyreadstat.read_dta(out / "panel.dta")
    assert found["city"].tolist() == ["南京市", "南京市", "襄樊市", "襄阳市"]
    assert meta.file_encoding in (None, "UTF-8")  # format 118 is UTF-8 by definition; readstat guesses none
    assert meta.file_label == "textgov dg@1.0; run run123"
    assert meta.column_names_to_labels["dg_total_n"] == "词频（次）"
    label = meta.column_names_to_labels["dg_total_p10k"]
    assert len(label) == 80
    assert label == LONG[:79] + "…"
    assert meta.variable_value_labels["city_code"] == {320100: "南京市", 420600: "襄阳市"}
    assert meta.variable_value_labels["province_code"] == {320000: "江苏省", 420000: "湖北省"}
    assert meta.variable_value_labels["region3"] == {1: "east", 2: "central"}
    assert found["dg_total_n"].isna().tolist() == [False, True, False, False]
    assert found["dg_total_n"].dropna().tolist() == [3, 40_000, 12]
    assert found["dg_total_p10k"].tolist()[0] == 0.1 + 0.2


def test_dta_is_format_118_with_a_fixed_time(out):
    data = (out / "panel.dta").read_bytes()
    assert data.startswith(b"<stata_dta><header><release>118</release><byteorder>LSF</byteorder>")
    assert b"01 Jan 2000 00:00" in data[:1000]


def test_english_labels(tmp_path):
    write_panel(small_panel(), tmp_path, labels="en")
    _, meta = pyreadstat.read_dta(tmp_path / "panel.dta")
    assert meta.column_names_to_labels["dg_total_p10k"] == "Rate | * (per 10,000 Han)"
    script = (tmp_path / "panel.do").read_text("utf-8")
    assert 'label variable dg_total_n `"词频（次）"\'' in script
    with pytest.raises(UsageError, match="labels = fr"):
        write_panel(small_panel(), tmp_path, labels="fr")


def test_the_panel_is_sorted_on_its_keys(tmp_path):
    panel = small_panel()
    write_panel(replace(panel, frame=panel.frame.iloc[[2, 1, 3, 0]]), tmp_path)
    same(pd.read_csv(tmp_path / "panel.csv", dtype=CODES, **EXACT))
    keys = pd.read_stata(tmp_path / "panel.dta", convert_categoricals=False)[["city_code", "year"]]
    assert keys.apply(tuple, axis=1).is_monotonic_increasing


def panel_of(column: str, values: object, **more: object) -> Panel:
    frame = pd.DataFrame({"city_code": ["110000", "120000"], "year": [2020, 2020], column: values, **more})
    variables = tuple(Variable(name, name, name) for name in frame.columns)
    return Panel(frame, variables, ("city_code", "year"), pd.DataFrame({"code": [], "name": []}))


@pytest.mark.parametrize(
    ("values", "kind"),
    [
        ([100, -127], "int8"),
        ([101, 0], "int16"),
        ([32_740, None], "int16"),
        ([32_741, None], "int32"),
        ([2_147_483_620, -2_147_483_647], "int32"),
        ([2_147_483_621, None], "float64"),
        ([None, None], "int8"),
    ],
)
def test_smallest_stata_integer(tmp_path, values, kind):
    write_panel(panel_of("x", pd.array(values, dtype="Int64")), tmp_path)
    path = tmp_path / "panel.dta"
    found = pd.read_stata(path, convert_categoricals=False)["x"]
    assert [None if pd.isna(value) else value for value in found] == values
    types = struct.unpack("<3H", re.search(b"<variable_types>(.{6})", path.read_bytes(), re.DOTALL).group(1))
    assert types[2] == {"int8": 65530, "int16": 65529, "int32": 65528, "float64": 65526}[kind]  # codes of format 118


def test_regions_have_the_same_number_in_every_panel(tmp_path):
    write_panel(panel_of("region4", ["west", "other"]), tmp_path)
    found, meta = pyreadstat.read_dta(tmp_path / "panel.dta")
    assert found["region4"].tolist() == [3, 9]
    assert meta.variable_value_labels["region4"] == {3: "west", 9: "other"}


def test_two_places_of_one_name_keep_their_codes(tmp_path):
    write_panel(panel_of("city", ["鼓楼区", "鼓楼区"]), tmp_path)
    assert pd.read_stata(tmp_path / "panel.dta")["city_code"].tolist() == ["鼓楼区 110000", "鼓楼区 120000"]


def test_the_code_of_the_nation_is_a_number_with_a_name(tmp_path):
    write_panel(panel_of("country_code", ["000000"] * 2, country=["全国"] * 2), tmp_path)
    found, meta = pyreadstat.read_dta(tmp_path / "panel.dta")
    assert found["country_code"].tolist() == [0, 0]
    assert meta.variable_value_labels["country_code"] == {0: "全国"}


def test_missing_codes_and_long_texts(tmp_path):
    long = "数字" * 3000  # 18,000 bytes, more than a str2045 holds
    write_panel(panel_of("province_code", ["110000", None], province=["北京市", None], note=[long, None]), tmp_path)
    found = pd.read_stata(tmp_path / "panel.dta", convert_categoricals=False)
    assert found["province_code"].tolist()[0] == 110000
    assert found["province_code"].isna().tolist() == [False, True]
    assert found["note"].tolist() == [long, ""]


@pytest.mark.parametrize("name", ["词频", "x" * 33, "1st", "a-b", "int", "_n", "str7", "export", ""])
def test_a_name_that_stata_refuses_is_an_error(tmp_path, name):
    with pytest.raises(RecordError, match="Stata does not take") as caught:
        write_panel(panel_of(name, [1, 2]), tmp_path / "out")
    assert name in str(caught.value)
    assert "Stata 不接受" in caught.value.text("zh")
    assert not (tmp_path / "out").exists()


def test_pandas_renames_no_other_name():
    assert set(STATA_RESERVED.split()) >= StataParser().RESERVED_WORDS - {"str#"}


@pytest.mark.parametrize("bad", [float("inf"), float("-inf"), 1e308])
def test_infinity_is_an_error(tmp_path, bad):
    with pytest.raises(RecordError, match="infinite values in x;"):
        write_panel(panel_of("x", [1.0, bad]), tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_a_row_without_key_is_an_error(tmp_path):
    panel = panel_of("x", [1, 2])
    with pytest.raises(RecordError, match="a row has no"):
        write_panel(replace(panel, frame=panel.frame.assign(city_code=["110000", None])), tmp_path)


def test_script_for_stata(out):
    text = (out / "panel.do").read_text("utf-8")
    lines = text.splitlines()
    assert {"version 14", "use panel.dta, clear", "xtset city_code year", "describe", "summarize"} <= set(lines)
    assert 'label variable dg_total_n `"Hits (hits)"\'' in lines
    assert f'char dg_total_p10k[label_zh] `"{LONG}（每万字）"\'' in lines
    assert lines.count(f"notes: lexicon dg@1.0 {HASH}") == 1
    assert "notes: run id run123" in lines
    assert "notes dg_total_p10k: 10000 ＄n / ‘n_han’ / / x" in lines
    # quotes: nothing that Stata would expand, close or take for a comment
    for line in lines[4:]:
        inner = re.fullmatch(r".*? `\"(.*)\"'", line)
        assert not re.search(r"[`'$]|/\*|(^|\s)//", inner.group(1) if inner else line), line


# ---- parquet ----


def test_parquet_reads_back_with_labels(out):
    found = pd.read_parquet(out / "panel.parquet")
    pd.testing.assert_frame_equal(found, small_panel().frame, check_exact=True)
    said = pq.read_schema(out / "panel.parquet").field("dg_total_p10k").metadata
    assert said[b"label_zh"].decode() == LONG
    assert said[b"unit_en"] == b"per 10,000 Han"
    assert said[b"lexicon"] == b"dg@1.0"


def test_arrow_table_goes_to_parquet_as_it_is(tmp_path):
    table = pa.table({"hit": ["数字政府"], "start": pa.array([3], pa.int32())})
    assert write_table(table, tmp_path / "hits.parquet") == tmp_path / "hits.parquet"
    assert pq.read_table(tmp_path / "hits.parquet").equals(table)


# ---- Excel ----


def test_xlsx_reads_back(out):
    found = pd.read_excel(out / "panel.xlsx", dtype=CODES)
    same(found, small_panel().frame.assign(note=['\'=1+1, "引号"', "线\n行", None, "'-"]))


def test_xlsx_sheets_and_views(out):
    book = openpyxl.load_workbook(out / "panel.xlsx")
    assert book.sheetnames == ["panel", "codebook", "coverage", "review"]
    panel = book["panel"]
    assert panel.freeze_panes == "G2"  # header, and all columns up to the later key
    assert book["coverage"].freeze_panes == "C2"
    assert panel.auto_filter.ref == "A1:K5"
    assert [cell.data_type for cell in panel[2]] == list("sssss") + list("nnnnn") + ["s"]
    assert panel.column_dimensions["A"].width >= len("city_code")
    assert book["codebook"].column_dimensions["C"].width == pytest.approx(60, abs=1)  # the long Chinese label, capped
    assert book.properties.created.isoformat() == "2000-01-01T00:00:00"
    with zipfile.ZipFile(out / "panel.xlsx") as archive:
        assert {info.date_time for info in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}


def test_xlsx_says_what_it_cuts_and_cleans(tmp_path, caplog):
    write_panel(small_panel(), tmp_path, extra=extras())
    page = openpyxl.load_workbook(tmp_path / "panel.xlsx")["review"]
    assert page["A2"].value == "a/甲.txt"
    assert [page["B2"].value, page["B3"].value, page["C2"].value, page["C3"].value] == [True, False, 2019, None]
    assert page["D2"].value.endswith("…[cut, 40000 characters; full text in review.csv]")
    assert len(page["D2"].value) == 32_767
    assert page["D3"].value == "abc"
    assert "review: 1 texts are longer" in caplog.text
    assert "review: 2 control characters" in caplog.text


def test_xlsx_counts_utf_16_units(tmp_path):
    frame = pd.DataFrame({"x": ["𠀀" * 16_383 + "a", "𠀀" * 16_384]})
    write_table(frame, tmp_path / "x.xlsx")
    found = pd.read_excel(tmp_path / "x.xlsx")["x"]
    assert found[0] == frame.loc[0, "x"]
    assert found[1].endswith("[cut, 16384 characters; full text in x.csv]")
    assert len(found[1].encode("utf-16-le")) <= 2 * 32_767


def test_xlsx_keeps_long_numbers_and_links_as_text(tmp_path):
    frame = pd.DataFrame({"a": ["123456789012345678", "https://example.org"], "b": [10**17 + 1, 5]})
    write_table(frame, tmp_path / "x.xlsx")
    page = openpyxl.load_workbook(tmp_path / "x.xlsx").active
    assert [page["A2"].value, page["A3"].value, page["A3"].hyperlink] == [*frame["a"], None]
    assert [page["B2"].value, page["B3"].value] == ["100000000000000001", 5]


def test_a_sheet_too_long_for_excel_is_an_error(tmp_path):
    frame = pd.DataFrame({"x": np.zeros(1_048_576, dtype="int8")})
    with pytest.raises(OutputError, match=r"x\.xlsx would have 1048577 rows"):
        write_table(frame, tmp_path / "x.xlsx")
    assert list(tmp_path.iterdir()) == []


# ---- codebook and coverage ----


def test_codebook_statistics(tmp_path):
    values = [2.0, 4.0, 4.0, 4.0, 5.0, 5.0, 7.0, 9.0]  # mean 5, sum of squares about it 32
    frame = pd.DataFrame({"city_code": ["110000"] * 10, "year": range(2001, 2011), "x": [*values, np.nan, np.nan]})
    variables = tuple(Variable(name, name, name) for name in frame.columns)
    panel = Panel(frame, variables, ("city_code", "year"), pd.DataFrame())
    row = build_codebook(panel, {}).set_index("name").loc["x"]
    assert [row["n"], row["missing"], row["mean"], row["min"], row["max"]] == [8, 2, 5.0, 2.0, 9.0]
    assert row["sd"] == pytest.approx((32 / 7) ** 0.5, rel=1e-15)
    assert row["sd"] == pytest.approx(statistics.stdev(values), rel=1e-15)
    assert [row["p25"], row["p50"], row["p75"]] == [4.0, 4.5, 5.5]
    assert [row["p25"], row["p50"], row["p75"]] == statistics.quantiles(values, n=4, method="inclusive")


def test_codebook_csv(out):
    book = pd.read_csv(out / "codebook.csv").set_index("name")
    assert list(book.index) == list(small_panel().frame.columns)
    assert list(book.columns) == [
        "label_en",
        "label_zh",
        "unit_en",
        "unit_zh",
        "formula",
        "lexicon",
        "lexicon_hash",
        "options",
        "n",
        "missing",
        "mean",
        "sd",
        "min",
        "p25",
        "p50",
        "p75",
        "max",
    ]
    assert book.loc["dg_total_p10k", "label_zh"] == LONG  # the whole label
    assert book.loc["dg_total_n", ["n", "missing", "lexicon_hash"]].tolist() == [3, 1, HASH]
    assert book.loc["note", ["n", "missing"]].tolist() == [3, 1]
    assert book.loc[["note", "city_code", "city"], "mean":"max"].isna().all(axis=None)
    assert set(book["options"]) == {'count.overlap="longest"; panel.level="prefecture"'}


def test_codebook_page(out):
    text = (out / "codebook.md").read_text("utf-8")
    tables = [line for line in text.splitlines() if line.startswith("| dg_total_p10k |")]
    assert len(tables) == 2
    assert "Rate \\| \\*" in tables[0]
    assert text.count("| --- |") > 0
    assert all(len(re.findall(r"(?<!\\)\|", line)) == 8 for line in tables[:1])
    assert tables[1].startswith("| dg_total_p10k | 3 | 1 | 2.76667 |")


def test_coverage(out):
    assert (out / "coverage.csv").read_text("utf-8").splitlines() == [
        "code,name,2010,2011",
        "320100,南京市,0,0",
        "420600,襄阳市,2,1",
    ]
    panel = small_panel()
    indexed = replace(panel, coverage=panel.coverage.set_index(["code", "name"]))
    before = (out / "coverage.csv").read_bytes()
    write_panel(indexed, out)
    assert (out / "coverage.csv").read_bytes() == before


def test_labels():
    assert full_label(Variable("x", "Hits", "词频", "hits", "次"), "zh") == "词频（次）"
    assert full_label(Variable("x", "Share (%)", "", "%", "百分比"), "en") == "Share (%)"
    assert full_label(Variable("x", "", ""), "zh") == "x"
    assert stata_label("a" * 80) == "a" * 80
    assert stata_label("a\nb " + "c" * 80) == "a b " + "c" * 75 + "…"
    panel = small_panel()
    many = replace(panel, variables=tuple(replace(v, lexicon="l" * 50 + v.name) for v in panel.variables))
    assert len(data_label(many, "0123456789abcdef")) == 80
    assert data_label(many, "0123456789abcdef").endswith("…; run 0123456789abcdef")
    assert options_text({"b": 1, "a": {"y": None, "x": ["数"]}}) == 'a.x=["数"]; a.y=null; b=1'


# ---- nothing, and nothing but missing ----


def test_a_panel_without_rows(tmp_path):
    panel = small_panel()
    empty = replace(panel, frame=panel.frame.iloc[:0], coverage=panel.coverage.iloc[:0])
    write_panel(empty, tmp_path)
    same(pd.read_parquet(tmp_path / "panel.parquet"), empty.frame)
    for found in (
        pd.read_csv(tmp_path / "panel.csv"),
        pd.read_stata(tmp_path / "panel.dta"),
        pd.read_excel(tmp_path / "panel.xlsx"),
    ):
        assert list(found.columns) == list(panel.frame.columns)
        assert len(found) == 0
    assert pd.read_csv(tmp_path / "codebook.csv")["n"].tolist() == [0] * len(panel.variables)


def test_columns_without_a_value(tmp_path):
    write_panel(panel_of("x", [None, None], y=[np.nan] * 2, region3=[None, None], city=[None, None]), tmp_path)
    found = pd.read_stata(tmp_path / "panel.dta", convert_categoricals=False)
    assert found[["y", "region3"]].isna().all(axis=None)


# ---- term counts and json ----


def test_term_counts_stand_side_by_side(tmp_path):
    paths = write_term_counts(two_features(), tmp_path)
    assert [path.name for path in paths] == [
        "term_counts.mtx",
        "term_counts_documents.csv",
        "term_counts_terms.csv",
    ]
    assert mmread(paths[0]).toarray().tolist() == [[1, 0, 0, 3], [0, 2, 0, 0], [0, 0, 4, 5]]
    head = paths[0].read_text("utf-8").splitlines()
    assert head[0] == "%%MatrixMarket matrix coordinate integer general"
    assert "3 4 5" in head
    documents, terms = pd.read_csv(paths[1]), pd.read_csv(paths[2])
    assert documents.to_dict("list") == {"row": [1, 2, 3], "doc_id": ["甲.txt", "乙.txt", "丙.txt"]}
    assert terms.to_dict("list") == {
        "column": [1, 2, 3, 4],
        "lexicon": ["a@1", "a@1", "b@1", "b@1"],
        "lexicon_hash": [one.lexicon.hash for one in two_features() for _ in range(2)],
        "category": ["c"] * 4,
        "term": ["政务/服务", "一网通办"] * 2,
    }


def test_term_counts_of_one_and_of_none(tmp_path):
    one = two_features()[0]
    (path, *_) = write_term_counts(one, tmp_path)
    assert mmread(path).toarray().tolist() == one.values.toarray().tolist()
    nothing = Features((), one.names, csr_array((0, 2), dtype="int64"), {}, one.lexicon)
    (path, *_) = write_term_counts(nothing, tmp_path)
    assert mmread(path).shape == (0, 2)
    with pytest.raises(RecordError, match="other documents"):
        write_term_counts([one, nothing], tmp_path)


def test_json_is_sorted_and_readable(tmp_path):
    obj = {"乙": {"b": 0.1 + 0.2, "a": None}, "甲": ["数字政府", "\udcd6.txt"]}
    path = write_json(obj, tmp_path / "provenance.json")
    text = path.read_bytes().decode("utf-8")
    assert text.endswith("}\n")
    assert "数字政府" in text
    assert text.index('"a"') < text.index('"b"')
    assert json.loads(text) == obj
    before = path.read_bytes()
    write_json(dict(reversed(obj.items())), path)
    assert path.read_bytes() == before


# ---- same bytes, whole files ----


def test_same_bytes_in_another_process(tmp_path):
    """Another hash seed, and later by the clock."""
    runs = []
    for seed in ("1", "2"):
        folder = tmp_path / seed
        env = {**os.environ, "PYTHONHASHSEED": seed, "PYTHONPATH": os.pathsep.join(sys.path), "TZ": f"UTC-{seed}"}
        subprocess.run([sys.executable, "-W", "error", __file__, str(folder)], check=True, env=env)
        runs.append({path.name: path.read_bytes() for path in folder.iterdir()})
    assert set(NAMES) < set(runs[0])
    assert runs[0] == runs[1]


def test_a_target_that_cannot_be_replaced_is_named_and_the_rest_is_written(tmp_path):
    (tmp_path / "panel.xlsx").mkdir()  # os.replace refuses a folder, as Windows does a file that is open
    with pytest.raises(OutputError, match=r"panel\.xlsx cannot be written") as caught:
        write_panel(small_panel(), tmp_path)
    assert caught.value.code == "out_failed"
    assert "无法写入" in caught.value.text("zh")
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted(NAMES)
    same(pd.read_csv(tmp_path / "panel.csv", dtype=CODES, **EXACT))


def test_all_targets_that_cannot_be_replaced_are_named(tmp_path, monkeypatch):
    (tmp_path / "panel.dta").write_text("old")
    move = Path.replace

    def locked(self, target):
        if Path(target).name in ("panel.dta", "codebook.csv"):
            raise PermissionError(13, "Permission denied")
        return move(self, target)

    monkeypatch.setattr(Path, "replace", locked)
    with pytest.raises(OutputError, match="2 files cannot be written") as caught:
        write_panel(small_panel(), tmp_path)
    assert "panel.dta (Permission denied)" in str(caught.value)
    assert "codebook.csv (Permission denied)" in str(caught.value)
    assert caught.value.facts["path"] == f"{tmp_path / 'panel.dta'}; {tmp_path / 'codebook.csv'}"
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted(set(NAMES) - {"codebook.csv"})
    assert (tmp_path / "panel.dta").read_text() == "old"


def test_a_full_disk_is_named(tmp_path, monkeypatch):
    def full(self, data):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "write_bytes", full)
    with pytest.raises(OutputError, match=r"x\.csv cannot be written \(No space left on device\)"):
        write_table(pd.DataFrame({"x": [1]}), tmp_path / "x.csv")


@pytest.mark.parametrize("fault", [KeyboardInterrupt, ValueError])
def test_an_interruption_leaves_the_old_file_and_no_part(tmp_path, fault):
    path = tmp_path / "x.csv"
    path.write_text("old")

    def stopped():
        with written_aside(path) as part:
            part.write_text("half")
            raise fault

    with pytest.raises(fault):
        stopped()
    assert path.read_text() == "old"
    assert [path.name for path in tmp_path.iterdir()] == ["x.csv"]


def test_a_folder_that_is_a_file(tmp_path):
    (tmp_path / "out").write_text("")
    for path in (tmp_path / "out", tmp_path / "out" / "deeper"):
        with pytest.raises(OutputError, match="is a file") as caught:
            make_folder(path)
        assert caught.value.code == "out_is_file"


def test_only_known_endings(tmp_path):
    with pytest.raises(RecordError, match=r"\.csv, \.parquet or \.xlsx"):
        write_table(pd.DataFrame({"x": [1]}), tmp_path / "x.sav")


if __name__ == "__main__":
    write_everything(Path(sys.argv[1]))
