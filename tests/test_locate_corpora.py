"""Place, level and date on the other real corpora, read as a user's folders are."""

from __future__ import annotations

import csv
import json
import lzma
import re

import pytest

import textgov as tg

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


def test_policy_addresses_belong_to_hong_kong(real_data):
    found = located(real_data / "hk-policy-address" / "upstream-simplified")
    assert {(doc.place, doc.level) for doc in found.values()} == {("香港特别行政区", "province")}
    assert sorted(doc.year for doc in found.values()) == [1997, 2000, 2017]
