"""Divisions: every spell of the table is found in every year, and the table of a user is checked."""

import csv
from collections import Counter
from pathlib import Path

import opencc
import pytest

from textgov.errors import UsageError
from textgov.regions import (
    NATIONAL,
    at_year,
    find_places,
    full_name,
    panel_unit,
    panel_units,
    place,
    province_of,
    read_divisions,
    region_of,
)

DATA = Path(__file__).parents[1] / "textgov" / "data"
LAST = 2024
GAZETTEER = read_divisions()


def read(name):
    with (DATA / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


ROWS = read("divisions.csv")


def years_of(row):
    return range(int(row["valid_from"]), int(row["valid_to"] or LAST) + 1)


def test_the_table_is_whole():
    assert len(ROWS) == 3996
    assert Counter(row["level"] for row in ROWS if not row["valid_to"]) == {
        "province": 34,
        "prefecture": 333,
        "county": 2846,
    }
    assert len(GAZETTEER.divisions) == len(ROWS) + len(read("divisions_extra.csv"))


def test_every_division_is_found_by_name_parent_and_year():
    missed = []
    for row in ROWS:
        for year in years_of(row):
            found = find_places(GAZETTEER, row["name"], year, row["parent_code"] or None)
            if row["code"] not in {unit.code for unit in found}:
                missed.append((row["code"], row["name"], year))
    assert missed == []


def test_name_parent_and_year_name_one_division():
    several = set()
    for row in ROWS:
        year = int(row["valid_to"] or LAST)
        found = find_places(GAZETTEER, row["name"], year, row["parent_code"] or None, row["level"])
        if [unit.code for unit in found] != [row["code"]]:
            several.add((row["name"], year, tuple(unit.code for unit in found)))
    assert several == set()


@pytest.mark.parametrize(("flag", "column"), [("ambiguous_name", "name"), ("ambiguous_short", "short_name")])
def test_every_unambiguous_name_is_enough(flag, column):
    # The flags look at the map of 2024: 宣化区 and 宣化县, one area by then, were two units that a short name meant.
    together, together_by_name = {}, {}
    for row in ROWS:
        together.setdefault((row["level"], row["short_name"]), []).append(row)
        together_by_name.setdefault((row["level"], row["name"]), set()).add(row["code"])
    wrong = []
    for row in ROWS:
        if row[flag] != "0" or not row[column]:
            continue
        for year in (int(row["valid_from"]), int(row["valid_to"] or LAST)):
            named = together[row["level"], row["short_name"]]
            several = {other["code"] for other in named if year in years_of(other) or other["change_year"] == str(year)}
            found = {unit.code for unit in find_places(GAZETTEER, row[column], year, level=row["level"])}
            # 北区, 连江县 ...: Hong Kong's districts and Taiwan's counties are not in the flags either.
            found = {code for code in found if code[:2] not in ("71", "81", "82")} | ({row["code"]} & found)
            full = together_by_name.get((row["level"], row[column]), set())  # 沙县 in 2021 is still the county
            if found != {row["code"]} and not (column == "short_name" and found and found <= several | full):
                wrong.append((row["code"], row[column], year, sorted(found)))
    assert wrong == []


def test_ambiguous_names_stay_ambiguous():
    """Whenever two units of a year share a full name, the name alone is refused."""
    for year in (2000, 2010, 2020):
        names = Counter(row["name"] for row in ROWS if year in years_of(row))
        for name, count in names.items():
            if count > 1:
                with pytest.raises(UsageError, match="can be"):
                    place(GAZETTEER, name, year)


def test_traditional_names_are_found():
    converter = opencc.OpenCC("s2t")
    lost = []
    for row in ROWS:
        year = int(row["valid_to"] or LAST)
        found = find_places(GAZETTEER, converter.convert(row["name"]), year, row["parent_code"] or None)
        if row["code"] not in {unit.code for unit in found}:
            lost.append(row["name"])
    assert lost == []


def test_panel_units_are_those_of_the_table():
    for row in ROWS:
        year = int(row["valid_to"] or LAST)
        now = [unit.code for unit in panel_units(GAZETTEER, row["code"], year)]
        then = [unit.code for unit in panel_units(GAZETTEER, row["code"], year, "2024")]
        assert now == ([row["panel_code"]] if row["panel_code"] else [])
        assert then == (row["panel_code_2024"].split(";") if row["panel_code_2024"] else [])


def test_panel_unit_of_a_split_area():
    assert panel_unit(GAZETTEER, "341400", 2009).name == "巢湖市"
    assert panel_unit(GAZETTEER, "341400", 2009, "2024") is None
    assert [unit.name for unit in panel_units(GAZETTEER, "341400", 2009, "2024")] == ["合肥市", "芜湖市", "马鞍山市"]
    assert panel_unit(GAZETTEER, "420600", 2005).name == "襄樊市"
    assert panel_unit(GAZETTEER, "420600", 2005, "2024").name == "襄阳市"
    assert panel_unit(GAZETTEER, "371200", 2015, "2024").name == "济南市"
    assert panel_unit(GAZETTEER, "110105", 2015).code == "110000"
    assert panel_unit(GAZETTEER, "429004", 2015).code == "429004"
    assert panel_unit(GAZETTEER, "420000", 2015) is None
    assert panel_unit(GAZETTEER, NATIONAL, 2015) is None
    with pytest.raises(UsageError, match="codes = 2020"):
        panel_units(GAZETTEER, "420000", 2015, "2020")
    with pytest.raises(UsageError, match="123456 is not a division"):
        panel_units(GAZETTEER, "123456", 2015)


@pytest.mark.parametrize(
    ("name", "year", "then"),
    [
        ("普洱市", 2004, "思茅市"),
        ("普洱市", 2001, "思茅地区"),
        ("思茅地区", 2020, "普洱市"),
        ("海东市", 2010, "海东地区"),
        ("海东地区", 2020, "海东市"),
        ("襄阳市", 2005, "襄樊市"),
        ("鄂尔多斯市", 2000, "伊克昭盟"),
        ("鄞州区", 2000, "鄞县"),
        ("武汉市", 1985, "武汉市"),
        ("莱芜市", 2021, None),
        ("儋州市", 2010, None),
    ],
)
def test_a_unit_in_another_year(name, year, then):
    unit = find_places(GAZETTEER, name)[0]
    found = at_year(GAZETTEER, unit, year)
    assert (found.name if found else None) == then


def test_prefectures_have_one_predecessor_at_most():
    """Going back and forth ends at the same unit."""
    for row in ROWS:
        if row["level"] == "prefecture" and not row["valid_to"]:
            unit = find_places(GAZETTEER, row["code"])[-1]
            for year in (2000, 2005, 2010, 2015):
                then = at_year(GAZETTEER, unit, year)
                if then is not None:
                    assert at_year(GAZETTEER, then, LAST) == unit


def test_years_before_the_table_are_flagged():
    unit = place(GAZETTEER, "重庆市", 1990)
    assert unit.code == "500000"
    assert not unit.valid_in(1990)
    assert place(GAZETTEER, "武汉市", 1990).valid_in(1990)


def test_county_prefecture_province():
    haikou = place(GAZETTEER, "海拉尔区", 2020)
    assert full_name(GAZETTEER, haikou) == "内蒙古自治区呼伦贝尔市海拉尔区"
    assert province_of(GAZETTEER, "150702") == "150000"
    assert full_name(GAZETTEER, place(GAZETTEER, "朝阳区", 2020, "北京市")) == "北京市朝阳区"
    assert full_name(GAZETTEER, place(GAZETTEER, "仙桃市", 2020)) == "湖北省仙桃市"


def test_regions_have_their_published_sizes():
    mainland = [region_of(row["code"]) for row in ROWS if row["level"] == "province" and row["code"] < "700000"]
    assert Counter(region.region4 for region in mainland) == {"east": 10, "central": 6, "west": 12, "northeast": 3}
    assert Counter(region.region3 for region in mainland) == {"east": 11, "central": 8, "west": 12}
    assert region_of("450000") == ("450000", "广西壮族自治区", "west", "west", "east")
    with pytest.raises(UsageError, match="420100"):
        region_of("420100")


def test_extra_rows_fit_the_table():
    codes = {row["code"] for row in ROWS}
    seen = set()
    for row in read("divisions_extra.csv"):
        assert row["code"] not in codes
        assert row["source"]
        assert (row["code"], row["valid_from"]) not in seen
        seen.add((row["code"], row["valid_from"]))
        for column in ("parent_code", "province_code"):
            assert row[column] in codes | {""}


def test_errors_name_the_candidates():
    with pytest.raises(UsageError) as caught:
        place(GAZETTEER, "朝阳区", 2020)
    assert caught.value.code == "place_ambiguous"
    assert "110105 北京市朝阳区" in str(caught.value)
    assert "220104 吉林省长春市朝阳区" in str(caught.value)
    with pytest.raises(UsageError, match="襄樊市 is not a division in 2015"):
        place(GAZETTEER, "襄樊市", 2015)


HEADER = "code,name,short_name,level,parent_code,province_code,panel_code,panel_code_2024,valid_from,valid_to\n"
GOOD = "420000,湖北省,湖北,province,,420000,,,1990,\n429900,虚构市,虚构,prefecture,420000,420000,429900,429900,2001,\n"


def test_a_table_of_a_user(tmp_path):
    path = tmp_path / "own.csv"
    path.write_text(HEADER + GOOD, encoding="utf-8-sig")
    own = read_divisions(path)
    assert place(own, "虚构", 2010).code == "429900"
    assert place(own, "雄安新区", 2020).code == "130699"
    assert find_places(own, "武汉市") == ()


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (HEADER.replace("panel_code_2024,", "") + GOOD, ["panel_code_2024", "code, name"]),
        (HEADER + GOOD.replace("429900,虚构市", "42990,虚构市"), ["row 3", "column code", "'42990'"]),
        (HEADER + GOOD.replace("2001", "二〇〇一"), ["row 3", "column valid_from", "'二〇〇一'"]),
        (HEADER + GOOD.replace("prefecture", "city"), ["row 3", "column level", "'city'"]),
        (HEADER + GOOD.replace("湖北省", ""), ["row 2", "column name"]),
        (HEADER + GOOD.replace("429900,2001,", "429900,2001"), ["row 3", "9 cells"]),
        (HEADER + GOOD.replace("prefecture,420000", "prefecture,410000"), ["row 3", "column parent_code", "410000"]),
        (HEADER + GOOD.replace("420000,429900", "990000,429900"), ["row 3", "column province_code", "990000"]),
        (HEADER + GOOD.replace("429900,429900", "429901,429900"), ["row 3", "column panel_code", "429901"]),
        (HEADER + GOOD.replace("429900,2001", "429900;429902,2001"), ["row 3", "column panel_code_2024", "429902"]),
        (HEADER + GOOD + GOOD.splitlines()[1] + "\n", ["row 4", "column code", "row 3", "2001"]),
        (HEADER + GOOD.replace("2001,", "2001,1999"), ["row 3", "column valid_to", "1999"]),
        (HEADER, ["row 2", "no row"]),
        ("", ["no column code"]),
    ],
)
def test_faults_in_a_table_of_a_user(tmp_path, text, words):
    path = tmp_path / "own.csv"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(UsageError) as caught:
        read_divisions(path)
    assert all(word in str(caught.value) for word in ["own.csv", *words])


def test_a_table_in_another_encoding_or_missing(tmp_path):
    path = tmp_path / "own.csv"
    path.write_bytes((HEADER + GOOD).encode("gb18030"))
    assert place(read_divisions(path), "虚构市").code == "429900"
    path.write_bytes((HEADER + GOOD).encode("utf-16"))
    with pytest.raises(UsageError, match="neither UTF-8 nor GB18030"):
        read_divisions(path)
    with pytest.raises(UsageError, match="no such file"):
        read_divisions(tmp_path / "none.csv")
