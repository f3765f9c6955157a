"""Tables become one document a row, whatever their format; what cannot be read is said row by row."""

from __future__ import annotations

import csv
import io
import json
import random
import struct
import zipfile
from collections.abc import Callable, Iterator
from datetime import date, datetime
from pathlib import Path

import openpyxl
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pyreadstat
import pytest
import xlwt

from textgov.errors import ReadError, UsageError
from textgov.load import corpus_from_frame, read_metadata, table
from textgov.load.cells import ALIASES, distinct, fold, lines_of, plain
from textgov.load.dataset import read_dta, read_parquet, read_sav
from textgov.load.objects import read_json, read_jsonl
from textgov.load.raw import Fault, LoadOptions, Raw
from textgov.load.sheet import read_sheet
from textgov.load.table import read_csv, read_tsv
from textgov.locate import sources

TEXT = (
    "某市政府工作报告\n各位代表：现在，我代表市人民政府向大会报告工作。\n一年来，全市加快数字政府建设，推进“一网通办”。"
    * 20
)
Reader = Callable[[io.BytesIO, LoadOptions], Iterator[Raw | Fault]]


def read(reader: Reader, data: bytes | str, **options: str) -> list[Raw | Fault]:
    stream = io.BytesIO(data.encode() if isinstance(data, str) else data)
    parts = list(reader(stream, LoadOptions(**options)))  # type: ignore[arg-type]
    assert not stream.closed  # the pipeline asks it for its size afterwards
    return parts


def texts(parts: list[Raw | Fault]) -> dict[str, str]:
    return {part.key: part.original for part in parts if isinstance(part, Raw)}


def faults(parts: list[Raw | Fault]) -> dict[str, str]:
    return {part.key: part.code for part in parts if isinstance(part, Fault)}


def meta(parts: list[Raw | Fault]) -> list[dict[str, str]]:
    return [dict(part.meta) for part in parts if isinstance(part, Raw)]


def failure(reader: Reader, data: bytes | str, **options: str) -> str:
    with pytest.raises(ReadError) as caught:
        read(reader, data, **options)
    return caught.value.code


# ---- files of each kind ----


def as_csv(rows: list[list[object]], **how: str) -> bytes:
    out = io.StringIO(newline="")
    csv.writer(out, **how).writerows(rows)  # type: ignore[arg-type]
    return out.getvalue().encode()


def as_xlsx(*sheets: list[list[object]], names: tuple[str, ...] = ()) -> bytes:
    book = openpyxl.Workbook()
    book.remove(book.active)
    for at, rows in enumerate(sheets):
        sheet = book.create_sheet(names[at] if names else f"Sheet{at + 1}")
        for row in rows:
            sheet.append(row)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def as_xls(rows: list[list[object]]) -> bytes:
    book = xlwt.Workbook()
    sheet = book.add_sheet("a")
    day = xlwt.easyxf(num_format_str="YYYY-MM-DD")
    for at, row in enumerate(rows):
        for column, cell in enumerate(row):
            sheet.write(at, column, cell, *([day] if isinstance(cell, date) else []))
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def as_dta(frame: pd.DataFrame, version: int = 118, **how: object) -> bytes:
    out = io.BytesIO()
    frame.to_stata(out, version=version, write_index=False, **how)  # type: ignore[arg-type]
    return out.getvalue()


def as_sav(frame: pd.DataFrame, folder: Path, **how: object) -> bytes:
    pyreadstat.write_sav(frame, folder / "a.sav", **how)  # type: ignore[arg-type]
    return (folder / "a.sav").read_bytes()


def as_parquet(frame: pd.DataFrame) -> bytes:
    out = io.BytesIO()
    frame.to_parquet(out)
    return out.getvalue()


def as_json(value: object) -> bytes:
    return json.dumps(value, ensure_ascii=False).encode()


@pytest.fixture
def same(tmp_path: Path) -> dict[str, tuple[Reader, bytes]]:
    """One document in every format."""
    frame = pd.DataFrame({"title": ["报告"], "year": [2015.0], "content": [TEXT]})
    rows: list[list[object]] = [["title", "year", "content"], ["报告", 2015.0, TEXT]]
    row = {"title": "报告", "year": 2015, "content": TEXT}
    return {
        "csv": (read_csv, as_csv([["title", "year", "content"], ["报告", 2015, TEXT]])),
        "tsv": (read_tsv, as_csv([["title", "year", "content"], ["报告", 2015, TEXT]], delimiter="\t")),
        "xlsx": (read_sheet, as_xlsx(rows)),
        "xls": (read_sheet, as_xls(rows)),
        "dta": (read_dta, as_dta(frame, convert_strl=["content"])),
        "sav": (read_sav, as_sav(frame, tmp_path)),
        "zsav": (read_sav, as_sav(frame, tmp_path, compress=True)),
        "parquet": (read_parquet, as_parquet(frame)),
        "json": (read_json, as_json([row])),
        "jsonl": (read_jsonl, as_json(row)),
    }


def test_one_report_in_every_kind_of_table(same: dict[str, tuple[Reader, bytes]]):
    for kind, (reader, data) in same.items():
        (part,) = read(reader, data)
        assert isinstance(part, Raw), kind
        assert (part.original, part.title, dict(part.meta)) == (TEXT, "报告", {"year": "2015"}), kind
        assert part.key == ("#2" if kind in ("csv", "tsv", "xlsx", "xls") else "#1")


@pytest.mark.parametrize("seed", range(3))
def test_damaged_tables_never_stop_a_run(same: dict[str, tuple[Reader, bytes]], seed: int):
    for kind, (reader, whole) in same.items():
        chance, codes = random.Random(f"{kind}{seed}"), set()
        for _ in range(60):
            data = bytearray(whole)
            if chance.random() < 0.2:
                del data[chance.randrange(len(data)) :]
            for _ in range(chance.choice((1, 2, 5, 30))):
                if data:
                    data[chance.randrange(len(data))] = chance.choice((0, 127, 255, chance.randrange(256)))
            try:
                read(reader, bytes(data))
            except ReadError as error:
                codes.add(error.code)
        assert codes <= {"file_damaged", "file_binary", "text_column_missing", "column_missing"}
        assert codes or kind in ("csv", "tsv", "jsonl")


def test_damage_inside_the_parts_of_a_workbook():
    whole = zipfile.ZipFile(io.BytesIO(as_xlsx([["年", "正文"], [2015, TEXT]])))
    chance = random.Random(1)
    codes = set()
    for _ in range(150):
        out, hit = io.BytesIO(), chance.choice(whole.namelist())
        with zipfile.ZipFile(out, "w") as archive:
            for name in whole.namelist():
                data = bytearray(whole.read(name))
                for _ in range(chance.choice((1, 3)) if name == hit else 0):
                    data[chance.randrange(len(data))] = chance.randrange(256)
                archive.writestr(name, bytes(data))
        try:
            read(read_sheet, out.getvalue())
        except ReadError as error:
            codes.add(error.code)
    assert "file_damaged" in codes


@pytest.mark.parametrize("reader", [read_sheet, read_dta, read_sav, read_parquet])
def test_something_else_under_the_ending(reader: Reader):
    assert failure(reader, b"PK\3\4" + bytes(100)) == "file_damaged"


# ---- which column ----


@pytest.mark.parametrize(
    "name", ["text", "Text", " content ", "Full_Text", "full text", "正文", "內容", "Policy Content"]
)
def test_a_usual_name_is_the_text_column(name: str):
    assert texts(read(read_csv, as_csv([["id", name], ["1", "数字政府"]]))) == {"#2": "数字政府"}


def test_the_order_of_the_names_and_not_of_the_columns_decides():
    data = as_csv([["内容", "正文", "text"], ["a", "b", "c"]])
    parts = read(read_csv, data)
    assert texts(parts) == {"#2": "c"}
    assert meta(parts) == [{"内容": "a", "正文": "b"}]
    assert texts(read(read_csv, as_csv([["内容", "正文", "text"], ["a", "b", "c"]]), text_column=" 内容")) == {
        "#2": "a"
    }


def test_no_text_column_is_guessed_but_the_longest_is_suggested():
    data = as_csv([["编号", "摘录"], ["1", "一段很长的摘录"], ["2", "另一段"]])
    with pytest.raises(ReadError, match=r"columns are 编号, 摘录, .* longest texts are in 摘录: .* --text-column 摘录"):
        read(read_csv, data)
    assert texts(read(read_csv, data, text_column="摘录")) == {"#2": "一段很长的摘录", "#3": "另一段"}
    with pytest.raises(ReadError, match="no column other; the columns are 编号, 摘录"):
        read(read_csv, data, text_column="other")
    assert failure(read_csv, "编号,摘录\n") == "column_missing"


def test_only_a_lone_cell_may_stand_above_the_header():
    assert texts(read(read_csv, "2020年政策汇总,\n,\n年份,正文\n2020,a\n")) == {"#4": "a"}
    # A list of variables is no table of documents, though one of its cells is a usual name.
    assert failure(read_csv, "name,label\ntitle,标题\ncontent,内容\nx,y\n") == "text_column_missing"


def test_columns_that_locate_does_not_know_get_a_name_that_it_does():
    rows = [["印发机关", "Release Time", "文件字号", "省份名称", "正文"], ["某市", "2020-01-02", "1号", "湖南", "a"]]
    assert meta(read(read_csv, as_csv(rows))) == [
        {"issuer": "某市", "date": "2020-01-02", "doc_number": "1号", "province": "湖南"}
    ]
    # A column that has the name already keeps it, and the other its own.
    assert meta(read(read_csv, "date,印发日期,text\n2020,2021,a\n")) == [{"date": "2020", "印发日期": "2021"}]
    known = {fold(key): field for field, keys in sources.KEYS.items() for key in keys}
    assert {fold(key) for key in ALIASES} <= set(known)
    assert not {name for names in ALIASES.values() for name in names} & set(known)


def test_columns_with_one_name_or_none_are_all_kept():
    parts = read(read_csv, "id,id,,text,text\n1,2,3,x,y\n")
    assert texts(parts) == {"#2": "x"}
    assert meta(parts) == [{"id": "1", "id_2": "2", "column_3": "3", "text_2": "y"}]
    assert distinct(["a", "a_2", "a", "", "column_4"]) == ["a", "a_2", "a_3", "column_6", "column_4"]


def test_cells_as_text():
    cases: list[tuple[object, str]] = [
        (2015.0, "2015"),
        (1.5, "1.5"),
        (True, "true"),
        (None, ""),
        (float("nan"), ""),
        (pd.NaT, ""),
        (pd.NA, ""),
        ("nan", "nan"),
        (datetime(2015, 1, 2), "2015-01-02"),
        (pd.Timestamp("2015-01-02 03:04"), "2015-01-02 03:04:00"),
        (date(2015, 1, 2), "2015-01-02"),
        ("a\ud800b", "a?b"),
        ("数字".encode(), "数字"),
    ]
    assert [plain(value) for value, _ in cases] == [expected for _, expected in cases]
    assert plain(datetime(2015, 1, 1), "年份") == "2015"


def test_text_in_pieces():
    assert lines_of(["a", ["b", None], {"條號": "第 1 條", "條文內容": "c", "n": 1}]) == ["a", "b", "第 1 條 c"]
    assert lines_of([{"id": "7", "title": "总则", "text": ["d", "e"]}]) == ["总则 d\ne"]


def test_a_text_as_long_as_a_cell_can_be_is_marked():
    # Excel counts UTF-16 units, of which a rare character has two.
    whole, cut, rare = "字" * 32_766, "字" * 32_767, "𠀀" * 16_383 + "字"
    parts = read(read_sheet, as_xlsx([["正文"], [whole], [cut], [rare]]))
    assert meta(parts) == [{}, {"cut": "32767"}, {"cut": "32767"}]


# ---- csv and tsv ----


@pytest.mark.parametrize("delimiter", list(",;\t|"))
@pytest.mark.parametrize("reader", [read_csv, read_tsv])
def test_what_stands_between_the_columns_is_found(reader: Reader, delimiter: str):
    data = as_csv([["year", "正文"], [2020, f"a{delimiter}b\n“c”"]], delimiter=delimiter)
    assert texts(read(reader, data)) == {"#2": f"a{delimiter}b\n“c”"}


@pytest.mark.parametrize("codec", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
def test_encodings_of_csv(codec: str):
    (part,) = read(read_csv, as_csv([["年份", "正文"], [2020, TEXT]]).decode().encode(codec))
    assert (part.original, dict(part.meta), part.replaced) == (TEXT, {"年份": "2020"}, 0)


def test_a_row_with_wrong_quotes_is_damaged_and_swallows_no_other():
    parts = read(read_csv, 'id,text\n1,"abc\n2,"def"\n3,"ok\nok"\n4,"never\n5,fine\n')
    assert texts(parts) == {"#3": "def", "#4": "ok\nok", "#6": "fine"}
    assert faults(parts) == {"#2": "row_damaged", "#5": "row_damaged"}


def test_quotes_that_belong_to_the_text():
    assert texts(read(read_csv, 'id,text\n1,"互联网+"行动计划\n2,推进"一网通办"改革\n')) == {
        "#2": '"互联网+"行动计划',
        "#3": '推进"一网通办"改革',
    }
    assert texts(read(read_tsv, 'id\ttext\n1\t"互联网+"行动，计划\n')) == {"#2": '"互联网+"行动，计划'}


def test_endless_lines_and_cells_do_not_fill_the_memory(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(table, "MAX_CELL", 200_000)
    assert failure(read_csv, "text\n" + "a" * 300_000) == "file_damaged"
    assert texts(read(read_csv, "text\n" + "a" * 150_000)) == {"#2": "a" * 150_000}
    monkeypatch.setattr(table, "MAX_REREAD", 1000)
    assert failure(read_csv, 'text\n"a\n' + "b\n" * 1000) == "file_damaged"


def test_zero_bytes_stay_in_their_cell():
    assert texts(read(read_csv, f"id,text\n1,{TEXT[:8]}\0b\n2,c\n"))["#2"].endswith("\0b")


# ---- workbooks ----


def test_sheets_and_what_lies_around_the_table():
    main = [["政策汇总"], ["年份", "正文", "日期"], [2015.0, "甲", datetime(2015, 1, 2)], [], [2016, None, None, "x"]]
    data = as_xlsx(main, [], [["变量", "说明"], ["a", "b"]], names=("山东", "空", "说明"))
    parts = read(read_sheet, data)
    assert texts(parts) == {"#山东/3": "甲", "#山东/5": ""}
    assert meta(parts) == [{"年份": "2015", "日期": "2015-01-02"}, {"年份": "2016"}]
    assert faults(parts) == {"#说明": "sheet_without_text"}
    assert texts(read(read_sheet, as_xlsx(main, [[]]))) == {"#3": "甲", "#5": ""}
    assert failure(read_sheet, as_xlsx([["a", "b"], ["c", "d"]], [["e", "f"]])) == "text_column_missing"


def test_formulas_give_their_values_and_errors_nothing():
    data = as_xlsx([["year", "text", "note"], [2015, "甲", "#N/A"]])
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(out, "w") as new:
        for name in old.namelist():
            part = old.read(name)
            new.writestr(name, part.replace(b"<v>2015</v>", b"<f>2014+1</f><v>2015</v>"))
    assert meta(read(read_sheet, out.getvalue())) == [{"year": "2015"}]


def test_characters_that_excel_writes_as_codes():
    assert texts(read(read_sheet, as_xlsx([["text"], ["a_x000D_\nb_x005F_x000D_"]]))) == {"#2": "a\r\nb_x000D_"}


def test_numbers_of_rows_and_columns_that_are_far_away():
    data = as_xlsx([["text"], ["a"]])
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(out, "w") as new:
        for name in old.namelist():
            part = old.read(name)
            new.writestr(name, part.replace(b'<row r="2"', b'<row r="99999999999"').replace(b'r="A2"', b'r="XFD2"'))
    assert read(read_sheet, out.getvalue()) == []


def test_a_packed_attack_is_not_unpacked():
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/sharedStrings.xml", b" " * 60_000_000)
    with pytest.raises(ReadError, match="packed to less than a hundredth"):
        read(read_sheet, out.getvalue())


def test_xls_of_other_kinds():
    cells = "<tr><td>标题</td><td>正文</td></tr><tr><td>甲</td><td>数字政府<br>建设</td></tr>"
    page = f"<html><meta charset=gbk><body><table>{cells}</table></body></html>"
    assert texts(read(read_sheet, page.encode("gb18030"))) == {"#2": "数字政府\n建设"}
    assert texts(read(read_sheet, "标题\t正文\n甲\t数字政府建设\n".encode("gb18030"))) == {"#2": "数字政府建设"}
    row = '<Row><Cell><Data>年</Data></Cell><Cell><Data>正文</Data></Cell></Row><Row><Cell ss:Index="2">'
    book = (
        f'<?xml version="1.0" encoding="UTF-8"?><Workbook><Table>{row}<Data>甲</Data></Cell></Row></Table></Workbook>'
    )
    assert texts(read(read_sheet, book)) == {"#2": "甲"}


def test_a_locked_workbook_says_so():
    data = as_xls([["正文"], ["甲"]]) + "EncryptedPackage".encode("utf-16-le")
    with pytest.raises(ReadError, match="protected by a password"):
        read(read_sheet, data)


# ---- Stata, SPSS, parquet ----


def gbk(text: str) -> str:
    """As pandas and pyreadstat write bytes: each as the character of Latin-1."""
    return text.encode("gb18030").decode("latin-1")


def test_stata_before_14_in_the_code_page_of_the_computer():
    frame = pd.DataFrame({"content": [gbk("加快数字政府建设"), gbk("短")], "kind": [1, 2]})
    labels = {"kind": {1: gbk("意见"), 2: gbk("通知")}}
    parts = read(read_dta, as_dta(frame, 114, value_labels=labels, variable_labels={"kind": gbk("类型")}))
    assert texts(parts) == {"#1": "加快数字政府建设", "#2": "短"}
    assert meta(parts) == [{"kind": "意见"}, {"kind": "通知"}]
    assert {part.encoding for part in parts if isinstance(part, Raw)} == {"gb18030"}


@pytest.mark.parametrize("version", [117, 118, 119])
@pytest.mark.parametrize("order", ["<", ">"])
def test_long_texts_of_stata_in_any_encoding(version: int, order: str):
    # As after a conversion without "unicode translate": the same bytes in a file that should hold UTF-8.
    data = TEXT.encode("gb18030")
    frame = pd.DataFrame({"content": ["A" * len(data), "b"]})
    file = as_dta(frame, version, convert_strl=["content"], byteorder=order).replace(b"A" * len(data), data)
    assert texts(read(read_dta, file)) == {"#1": TEXT, "#2": "b"}


def test_a_string_cut_inside_a_character():
    data = ("数" * 50).encode()
    file = as_dta(pd.DataFrame({"content": ["A" * 149, TEXT[:40]]})).replace(b"A" * 149, data[:149])
    (cut, whole) = read(read_dta, file)
    assert (cut.original[:49], cut.replaced) == ("数" * 49, 1)
    assert (whole.original, whole.replaced) == (TEXT[:40], 0)


def test_dates_years_and_labels_of_stata():
    frame = pd.DataFrame(
        {"v1": ["甲"], "d": [datetime(2015, 3, 4)], "年份": [datetime(2015, 1, 1)], "n": [None]}
    ).astype({"n": float})
    file = as_dta(frame, convert_dates={"d": "td", "年份": "ty"}, variable_labels={"v1": "正文"})
    parts = read(read_dta, file)
    assert texts(parts) == {"#1": "甲"}
    assert meta(parts) == [{"d": "2015-03-04", "年份": "2015"}]


def test_many_rows_come_in_blocks(tmp_path: Path):
    frame = pd.DataFrame({"text": [f"第{at}份" for at in range(700)], "n": range(700)})
    expected = {f"#{at + 1}": f"第{at}份" for at in range(700)}
    wide = frame.assign(wide="a" * 30_000)
    for reader, data in (
        (read_dta, as_dta(frame)),
        (read_dta, as_dta(frame, convert_strl=["text"])),
        (read_sav, as_sav(wide, tmp_path, row_compress=True)),
        (read_parquet, as_parquet(frame)),
    ):
        parts = read(reader, data)
        assert texts(parts) == expected
        assert [row["n"] for row in meta(parts)] == [str(at) for at in range(700)]


def test_spss_labels_and_old_encodings(tmp_path: Path):
    frame = pd.DataFrame({"v1": ["A" * 16, "b"], "k": [1.0, 2.0], "d": [date(2015, 1, 2), None]})
    labels = {"column_labels": ["正文", "", ""], "variable_value_labels": {"k": {1.0: "BBBB"}}}
    file = as_sav(frame, tmp_path, **labels)
    assert meta(read(read_sav, file)) == [{"k": "BBBB", "d": "2015-01-02"}, {"k": "2"}]
    # An old file has the bytes of the code page in the same places.
    for old, new in (("正文".encode(), b"text.."), (b"A" * 16, "加快数字政府建设"), (b"BBBB", "意见")):
        file = file.replace(old, new if isinstance(new, bytes) else new.encode("gb18030"))
    parts = read(read_sav, file, text_column="v1")
    assert texts(parts) == {"#1": "加快数字政府建设", "#2": "b"}
    assert meta(parts)[0]["k"] == "意见"


def test_types_of_parquet():
    schema = pa.schema(
        {
            "text": pa.dictionary(pa.int8(), pa.string()),
            "pieces": pa.list_(pa.string()),
            "day": pa.date32(),
            "when": pa.timestamp("us"),
            "raw": pa.binary(),
            "dec": pa.decimal128(5, 1),
        }
    )
    row = {
        "text": "甲",
        "pieces": ["a", "b"],
        "day": date(2015, 1, 2),
        "when": datetime(2015, 1, 2),
        "raw": "乙".encode(),
        "dec": None,
    }
    out = io.BytesIO()
    pq.write_table(pa.Table.from_pylist([row], schema), out)
    parts = read(read_parquet, out.getvalue())
    assert texts(parts) == {"#1": "甲"}
    assert meta(parts) == [{"pieces": "a\nb", "day": "2015-01-02", "when": "2015-01-02", "raw": "乙"}]
    frame = pd.DataFrame({"text": ["a"]}, index=[7])
    assert meta(read(read_parquet, as_parquet(frame))) == [{}]


def test_a_string_of_parquet_that_is_no_utf8():
    data = as_parquet(pd.DataFrame({"text": ["甲乙", "丙"]}))
    out = io.BytesIO()
    column = pa.Array.from_buffers(
        pa.string(), 2, [None, pa.py_buffer(struct.pack("<3i", 0, 4, 7)), pa.py_buffer(b"a\xffbc" + "丙".encode())]
    )
    pq.write_table(pa.table({"text": column}), out)
    (bad, good) = read(read_parquet, out.getvalue())
    assert (bad.original, bad.replaced, good.original) == ("a\ufffdbc", 1, "丙")
    assert len(read(read_parquet, data)) == 2


# ---- JSON ----


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ([{"text": "a"}, {"text": "b"}], {"#1": "a", "#2": "b"}),
        ({"code": 0, "data": {"list": [{"正文": "a"}, {"正文": ["b", "c"]}]}, "x": []}, {"#1": "a", "#2": "b\nc"}),
        ({"title": "t", "content": "a", "links": [{"url": "u"}]}, {"": "a"}),
        ({"title": "t", "content": [{"title": "一", "text": "a"}, {"text": "b"}]}, {"": "一 a\nb"}),
        ({"total": 2, "content": [{"title": "一", "text": "a"}, {"text": "b"}]}, {"#1": "a", "#2": "b"}),
        ({"text": {"0": "a", "1": "b"}, "year": {"0": 1, "1": 2}}, {"#1": "a", "#2": "b"}),
        ({"0": {"text": "a"}, "1": {"text": "b"}}, {"#1": "a", "#2": "b"}),
        ({"_id": {"$oid": "1"}, "_source": {"text": "a"}}, {"": "a"}),
        ([], {}),
    ],
)
def test_shapes_of_json(value: object, expected: dict[str, str], monkeypatch: pytest.MonkeyPatch):
    assert texts(read(read_json, as_json(value))) == expected
    # The same when only a few characters are in memory at once.
    monkeypatch.setattr("textgov.load.pieces.CHUNK", 3)
    assert texts(read(read_json, json.dumps(value, indent=1))) == expected


def test_json_as_pandas_writes_it():
    frame = pd.DataFrame({"text": ["甲", "乙"], "year": [2015, None]})
    for orient in ("columns", "index", "records"):
        parts = read(read_json, frame.to_json(orient=orient))
        assert (texts(parts), meta(parts)) == ({"#1": "甲", "#2": "乙"}, [{"year": "2015"}, {}]), orient
    assert texts(read(read_json, frame.to_json(orient="records", lines=True))) == {"#1": "甲", "#2": "乙"}


def test_rows_of_json_that_are_no_documents():
    parts = read(read_json, as_json([{"n": 1}, 3, {"text": "a", "l": [1, "b"], "o": {"city": "某市"}}, {"text": None}]))
    assert texts(parts) == {"#1": "", "#3": "a", "#4": ""}
    assert meta(parts) == [{}, {"l": '[1, "b"]', "city": "某市"}, {}]
    assert faults(parts) == {"#2": "row_damaged"}


@pytest.mark.parametrize(
    ("data", "code"),
    [
        ('{"a": [{"text": "b"}], "c": [{"text": "d"}]}', "json_lists"),
        ('{"summary": "a"}', "text_column_missing"),
        ("{}", "column_missing"),
        ("3", "column_missing"),
        ("[1, 2]", "file_damaged"),
        ('{"text": ' + "[" * 100_000, "file_damaged"),
        ('{"a": ' * 100_000, "file_damaged"),
        ("[" * 100_000, "file_damaged"),
        ('{"text": "a"', "file_damaged"),
        ('[{"text": "a"}] x', "file_damaged"),
        ("{'text': 'a'}", "file_damaged"),
    ],
)
def test_json_that_cannot_be_read(data: str, code: str):
    assert failure(read_json, data) == code


def test_a_list_that_breaks_off_gives_what_was_whole():
    for data in ('[{"text": "a"}, {"text": "b"', '{"d": [{"text": "a"}, {"text": "b"'):
        parts = read_json(io.BytesIO(data.encode()), LoadOptions())
        first = next(parts)
        assert isinstance(first, Raw)
        assert first.original == "a"
        with pytest.raises(ReadError):
            next(parts)


def test_odd_values_of_json():
    data = '{"text": "a", "text": "b\\ud800", "n": NaN, "big": 1' + "0" * 5000 + ', "k\\udfff": 1e400}'
    for reader in (read_json, read_jsonl):
        (part,) = read(reader, data)
        assert part.original == "b?"
        assert {key: len(value) for key, value in part.meta.items()} == {"big": 5001, "k?": 3}


def test_articles_of_a_statute_are_one_document():
    value = {
        "法規名稱": "某法",
        "最新異動日期": "20230426",
        "附件": [{"檔案名稱": "f", "下載網址": "u"}],
        "法規內容": [{"編章節": "第一章 總則"}, {"條號": "第 1 條", "條文內容": "甲。\r\n乙。"}],
    }
    (part,) = read(read_json, as_json(value))
    assert (part.key, part.title, part.original) == ("", "某法", "第一章 總則\n第 1 條 甲。\r\n乙。")
    assert part.meta["date"] == "20230426"


# ---- frames and metadata ----


def test_half_a_surrogate_pair_in_a_frame():
    frame = pd.DataFrame({"text": pd.Series(["a\ud800b"], dtype=object), "k": pd.Series(["v\ud800"], dtype=object)})
    (document,) = corpus_from_frame(frame).documents
    assert (document.text, document.original, dict(document.meta)) == ("a?b", "a?b", {"k": "v?"})


def test_metadata_tables_of_every_kind(tmp_path: Path):
    frame = pd.DataFrame({"file": ["甲.txt", "乙.txt"], "year": [2015.0, 2016.0]})
    rows: list[list[object]] = [["file", "year"], ["甲.txt", 2015.0], ["乙.txt", 2016]]
    files = {
        "a.csv": as_csv([["file", "year"], ["甲.txt", "2015"], ["乙.txt", "2016"]], delimiter=","),
        "a.tsv": as_csv([["file", "year"], ["甲.txt", "2015"], ["乙.txt", "2016"]], delimiter="\t"),
        "a.xlsx": as_xlsx([["说明", "x"]], rows),
        "a.xls": as_xls(rows),
        "a.dta": as_dta(frame),
        "a.sav": as_sav(frame, tmp_path),
        "a.parquet": as_parquet(frame),
    }
    for name, data in files.items():
        (tmp_path / name).write_bytes(data)
        expected = (("甲.txt", {"year": "2015"}), ("乙.txt", {"year": "2016"}))
        assert read_metadata(tmp_path / name) == expected, name
    (tmp_path / "b.csv").write_text('file,year\na,"2015\n', "utf-8")
    with pytest.raises(UsageError, match="row 2 cannot be read"):
        read_metadata(tmp_path / "b.csv")


# ---- real files ----


@pytest.mark.real
def test_real_workbook_of_policies(real_data: Path):
    with (real_data / "smart-policy-xlsx" / "Policies Data.xlsx").open("rb") as stream:
        parts = list(read_sheet(stream, LoadOptions()))
    assert not faults(parts)
    sheets = [part.key.split("/")[0] for part in parts]
    assert (sheets.count("#Central Policies Table"), sheets.count("#ShanDong Policies Table")) == (166, 55)
    cut = {part.key for part in parts if isinstance(part, Raw) and "cut" in part.meta}
    assert cut == {"#Central Policies Table/160", "#ShanDong Policies Table/3", "#ShanDong Policies Table/21"}
    assert all(date.fromisoformat(row["date"][:10]).year in range(2012, 2026) for row in meta(parts))
    assert all(row["issuer"] for row in meta(parts))
    assert all(part.title and part.original.strip() for part in parts if isinstance(part, Raw))


@pytest.mark.real
def test_real_csv_files_with_a_report_in_one_field(real_data: Path):
    files = sorted((real_data / "province2026-csv").glob("*.csv"))
    assert len(files) == 6
    for file in files:
        with file.open("rb") as stream:
            (part,) = read_csv(stream, LoadOptions())
        with file.open(encoding="utf-8-sig", newline="") as lines:
            (row,) = csv.DictReader(lines)
        assert (part.original, part.title, part.encoding) == (row["full_text"], row["title"], "utf-8-sig")
        assert (part.meta["province"], part.meta["year"]) == (file.stem.split("_")[1], "2026")


@pytest.mark.real
def test_real_statutes(real_data: Path):
    files = sorted((real_data / "tw-law-json").glob("*.json"))
    assert len(files) == 101
    for file in files:
        value = json.loads(file.read_text("utf-8"))
        with file.open("rb") as stream:
            (part,) = read_json(stream, LoadOptions())
        assert part.original == "\n".join(" ".join(piece.values()) for piece in value["法規內容"])
        assert (part.title, part.meta["date"]) == (value["法規名稱"], value["最新異動日期"])
