"""Place, level and date on the other real corpora, read as a user's folders are."""

from __future__ import annotations

import csv
import gzip
import json
import lzma
import re

import pytest
from benchmarks.locate_confusion import Result, read_truth, summarise

import textgov as tg
from textgov.records import Corpus
from textgov.spans import Spans

pytestmark = pytest.mark.real


def located(folder) -> dict[str, tg.Document]:
    corpus = tg.locate_corpus(tg.normalise_corpus(tg.load_corpus(folder)))
    return {document.doc_id: document for document in corpus.documents}


@pytest.fixture(scope="module")
def city2024(real_data, tmp_path_factory):
    folder = tmp_path_factory.mktemp("city2024")
    with lzma.open(real_data / "city2024" / "texts.jsonl.xz", "rt", encoding="utf-8") as lines:
        for line in lines:
            row = json.loads(line)
            (folder / row["id"].split("/")[1]).write_text(row["text"], "utf-8")
    return located(folder)


def test_city2024(city2024, real_data):
    with (real_data / "index.csv").open(encoding="utf-8", newline="") as file:
        truth = {
            row["id"].split("/")[1]: row["city"] or row["province"]
            for row in csv.DictReader(file)
            if row["file"].startswith("city2024/")
        }
    wrong = {name for name, place in truth.items() if city2024[name].place != place}
    # Upstream put the national report under two names and county reports under two; 天门 is no city of a prefecture.
    assert wrong == {"台州.txt", "贵阳.txt", "黄山.txt", "恩施.txt", "天门.txt"}
    assert city2024["天门.txt"].place_code == "429006"
    for name in ("台州.txt", "贵阳.txt"):
        assert city2024[name].held
        assert city2024[name].level == "national"
        assert "place_conflict" in {doubt.code for doubt in city2024[name].doubts}
    # 柳州 names no year, 池州 is the report of 2023.
    assert {name: doc.year for name, doc in city2024.items() if doc.year != 2024} == {
        "柳州.txt": None,
        "池州.txt": 2023,
    }


def test_city2024_originals_agree_with_the_texts(city2024, real_data):
    originals = located(real_data / "city2024" / "docx")
    assert len(originals) == 32
    for name, document in originals.items():
        text = city2024[name.replace(".docx", ".txt")]
        assert (document.place_code, document.year) == (text.place_code, text.year), name


def test_county_reports_name_the_county_only_in_the_text(real_data):
    found = located(real_data / "county-gbk")
    days = {
        "2012": "2012-02-29",
        "2013": "2013-02-28",
        "2015": "2015-02-05",
        "2017": "2017-02-11",
        "2019": "2019-03-04",
    }
    for name, day in days.items():
        document = found[f"{name}.txt"]
        assert (document.place, document.level, document.year, document.date) == ("海拉尔区", "county", int(name), day)
        assert document.encoding == "gb18030"


def test_state_council_notices_have_the_date_they_print(real_data):
    folder = real_data / "gov-cn-html"
    found = located(folder)
    assert len(found) == 49
    for name, document in found.items():
        page = re.sub(r"<[^>]+>|\s+", "", (folder / name).read_text("utf-8"))
        printed = re.search(r"成文日期：(\d{4})年(\d+)月(\d+)日", page)
        assert printed
        day = f"{printed[1]}-{int(printed[2]):02}-{int(printed[3]):02}"
        assert (document.level, document.date, document.year) == ("national", day, int(printed[1])), name


# Read by eye: none of them prints the day of its delivery; 1997 and 2003 print no year before their first heading, and
# 1998 none of its own at all. 2007-08 and 2010-11 belong to the year in which their session began.
HONG_KONG = {1997, 1998, 2000, 2003, 2004, 2005, 2007, 2010, 2014, 2017, 2019, 2020, 2022, 2024}
UNDATED_ADDRESSES = {"pa1997.xml", "pa1998.xml", "pa2003.xml"}


def hidden(document: tg.Document) -> tg.Document:
    """The same document under a name that says nothing, located by its text and metadata alone."""
    bare = tg.Document(
        "x.txt", document.text, document.text, Spans.identity(), title=document.title, meta=document.meta
    )
    return tg.locate_corpus(Corpus((bare,))).documents[0]


def test_policy_addresses_belong_to_hong_kong(real_data):
    found = located(real_data / "hk-policy-address")
    assert len(found) == 17
    originals = {name: doc for name, doc in found.items() if "/" not in name}
    assert {int(re.sub(r"\D", "", name)) for name in originals} == HONG_KONG
    for name, document in found.items():
        year = int(re.search(r"\d{4}", name)[0])
        assert (document.place_code, document.level) == ("810000", "province"), name
        assert (document.year, document.date, document.held) == (year, "", False), name
        assert document.issuer == "香港特别行政区政府"
        without = hidden(document)
        assert (without.place_code, without.level) == ("810000", "province"), name
        assert without.year == (None if name in UNDATED_ADDRESSES else year), name


def test_sentence_aligned_reports_of_the_nation(real_data):
    found = located(real_data / "national-tmx")
    assert {name: (doc.place_code, doc.year, doc.date) for name, doc in found.items()} == {
        f"GR{year}.tmx": ("000000", year, f"{year}-03-05") for year in (2008, 2013, 2018, 2022)
    }
    assert {hidden(doc).year for doc in found.values()} == {2008, 2013, 2018, 2022}


def test_national_reports_and_resolutions(real_data):
    found = located(real_data / "national-wikisource")
    with gzip.open(
        real_data / "national-wikisource" / "government_work_reports.jsonl.gz", "rt", encoding="utf-8"
    ) as file:
        rows = [json.loads(line) for line in file]
    assert len(found) == len(rows) == 72
    # The congresses of 1983 and later meet every year for five years; the third session of the second met in 1962.
    first = {"二": 1960, "十": 2003, "十一": 2008, "十二": 2013, "十三": 2018, "十四": 2023}
    for number, row in enumerate(rows, 1):
        document = found[f"government_work_reports.jsonl.gz#{number}"]
        assert (document.place_code, document.level, document.held) == ("000000", "national", False), row["title"]
        session = re.match(r"第(.+)届全国人民代表大会第(.)次会议", row["title"])
        year = first[session[1]] + "一二三四五".index(session[2]) if session else int(row["year"])
        assert document.year == year, row["title"]
        assert not document.date or document.date.startswith(str(year)), row["title"]
    assert sum(row["year"] is None for row in rows) == 20


def test_plans_of_the_nation(real_data, tmp_path):
    with lzma.open(real_data / "national-plans" / "plans.jsonl.xz", "rt", encoding="utf-8") as lines:
        for line in lines:
            row = json.loads(line)
            path = tmp_path / row["id"].removeprefix("lawtext/")
            path.parent.mkdir(exist_ok=True)
            path.write_bytes(row["text"].encode())
    found = located(tmp_path)
    assert len(found) == 22
    for name, document in found.items():
        assert document.year == int(re.search(r"\d{4}", name)[0]), name
    # The summary of 1976 names neither its issuer nor the congress; it waits, with a guess.
    assert {name for name, doc in found.items() if doc.held} <= {"五年规划/1976-五五计划摘要.md"}
    assert {doc.level for doc in found.values() if not doc.held} == {"national"}


def test_provincial_reports_of_one_year(real_data):
    found = located(real_data / "province2026-csv")
    days = {
        "云南省": "02-03",
        "四川省": "02-10",
        "宁夏回族自治区": "02-09",
        "广东省": "01-26",
        "贵州省": "01-27",
        "青海省": "01-27",
    }
    assert {doc.place: (doc.level, doc.year, doc.held) for doc in found.values()} == dict.fromkeys(
        days, ("province", 2026, False)
    )
    # Guangdong, Guizhou and Qinghai print the day of delivery; of the others the day of publication is known.
    assert {doc.place: doc.date for doc in found.values()} == {name: f"2026-{day}" for name, day in days.items()}


def test_exports_of_a_legal_database(real_data):
    found = located(real_data / "pkulaw-txt")
    assert {
        (doc.place_code, doc.level, doc.date, doc.year, doc.doc_number)
        for name, doc in found.items()
        if not name.startswith("known-result")
    } == {
        ("110000", "province", "2022-11-21", 2022, "京经信发〔2022〕87号"),
        ("340000", "province", "2021-09-02", 2021, "皖政办秘〔2021〕82号"),
        ("340000", "province", "2022-03-23", 2022, "皖开放办〔2022〕6号"),
        ("513200", "prefecture", "2021-10-11", 2021, "阿府办发〔2021〕21号"),
    }
    # A dictionary and a list of stop words, which holds 比如, have no place; the result table has no text.
    assert {name: doc.place_code for name, doc in found.items() if name.startswith("known-result")} == {
        "known-result/custom.txt": None,
        "known-result/stopword.txt": None,
    }


# Rows whose issuer is of another place than the other rows of their sheet.
OTHER_ISSUERS = {
    "Central Policies Table/167": "370000",
    "ShanDong Policies Table/27": "000000",
    "ShanDong Policies Table/34": "000000",
}


def test_policies_in_a_workbook(real_data):
    found = located(real_data / "smart-policy-xlsx" / "Policies Data.xlsx")
    rows = {name.split("#")[1]: doc for name, doc in found.items()}
    assert sum(name.startswith("Central") for name in rows) == 166
    assert len(rows) == 221
    city = {"Jinan": "370100", "Qingdao": "370200"}
    for name, document in rows.items():
        sheet = "000000" if name.startswith("Central") else "370000"
        sheet = next((code for word, code in city.items() if word in document.meta["issuer"].split(",")[0]), sheet)
        assert document.place_code == OTHER_ISSUERS.get(name, sheet), name
        assert not document.held, name
    # Signed in another year than the column says: one is an older notice, in the other one of the two is misprinted.
    assert {name: doc.date for name, doc in rows.items() if doc.doubts and doc.doubts[0].code == "year_conflict"} == {
        "Central Policies Table/4": "2013-04-11",
        "Central Policies Table/149": "2016-06-12",
    }
    for name, document in rows.items():
        if name not in ("Central Policies Table/4", "Central Policies Table/149"):
            assert str(document.year) == document.meta["date"][:4], name


def test_statutes_of_taiwan(real_data):
    found = located(real_data / "tw-law-json")
    assert len(found) == 101
    for name, document in found.items():
        row = json.loads((real_data / "tw-law-json" / name).read_text("utf-8-sig"))
        changed = row["最新異動日期"]
        assert (document.place_code, document.level, document.held) == ("710000", "province", False), name
        assert (document.year, document.date.replace("-", "")) == (int(changed[:4]), changed), name


def test_papers_have_a_year_and_no_place(real_data):
    exports = located(real_data / "paper-meta")
    assert len(exports) == 24
    for name, document in exports.items():
        assert document.place_code is None, name
        assert [doubt.code for doubt in document.doubts if doubt.code.startswith("place")] == ["place_missing"], name
        assert str(document.year or "") == (document.meta.get("year") or document.meta.get("date", ""))[:4], name
    seeds = located(real_data.parent / "seeds")
    years = {name[:3]: doc.year for name, doc in seeds.items() if name[:3].isdigit()}
    assert years == {"000": 2025, "001": 2025, "002": 2024, "003": 2021, "004": None}
    assert {doc.place_code for doc in seeds.values()} == {None}  # 越秀区 is the case of 003, Wuhan the home of 000


def test_a_known_result_is_placed_by_its_columns(real_data):
    (path,) = (real_data / "smart-policy-xlsx" / "known-result").glob("*.xlsx")
    corpus = tg.load_corpus(path)
    some = Corpus(corpus.documents[:400], corpus.inputs)
    found = tg.locate_corpus(tg.normalise_corpus(some)).documents
    assert {(doc.place_code, doc.year) for doc in found if not doc.held} == {("000000", 2013)}


def test_floors_hold_for_normalised_reports(real_data, reports, tmp_path):
    """Furniture is out, broken lines are joined, titles come from the sections: the figures stay as they were."""
    truth = read_truth(real_data)
    paths = sorted(path for path in reports.rglob("*.md"))[::8]
    for path in paths:
        (tmp_path / path.relative_to(reports)).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path.relative_to(reports)).write_bytes(path.read_bytes())
    found = located(tmp_path)
    assert len(found) == len(paths) > 300
    results = []
    for name, document in found.items():
        true = truth[name]
        named = not true.short_name or true.short_name in document.title + document.text
        results.append(Result(true, named, document, hidden(document)))
    numbers = summarise(results)
    assert numbers["place right with path"] == 1
    assert numbers["year right with path"] == 1
    assert numbers["place right without path"] == 1
    assert numbers["wrong above 0.9 without path"] == 0
    assert numbers["right above 0.9 without path"] >= 0.99
    assert numbers["good documents with a doubt"] <= 0.03
