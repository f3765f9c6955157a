"""Place and year: the cases, the user's decisions, and the floors on the real reports."""

import csv
import json
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from benchmarks.locate_confusion import run, summarise
from pypinyin import lazy_pinyin

from textgov.cli import main
from textgov.errors import UsageError
from textgov.locate import LocateOptions, locate_corpus, locate_document, read_decisions
from textgov.locate.dates import find_dates, find_year_words, year_of_name
from textgov.records import Corpus, Document, hash_text
from textgov.regions import place, read_divisions
from textgov.spans import Spans

CASES = json.loads((Path(__file__).parent / "cases" / "locate.json").read_text(encoding="utf-8"))
DATA = Path(__file__).parents[1] / "textgov" / "data"
REAL = Path(__file__).parents[2] / "shared" / "data"
GAZETTEER = read_divisions()
REPORT = "——2016年1月18日在淮安市第七届人民代表大会第五次会议上\n\n各位代表:\n\n现在,我代表市人民政府向大会报告工作。\n"


def document(doc_id="x.txt", text="", title="", **fields):
    return Document(doc_id, text, text, Spans.identity(), title=title, content_hash=hash_text(text), **fields)


def of_kind(kind):
    return [pytest.param(case, id=case["label"]) for case in CASES if case["kind"] == kind]


def test_there_are_enough_cases():
    assert len(CASES) >= 150
    assert len({(case["kind"], case["label"]) for case in CASES}) == len(CASES)


@pytest.mark.parametrize("case", of_kind("name"))
def test_name(case):
    given = case["input"]
    try:
        found = place(GAZETTEER, given["name"], given.get("year"), given.get("parent"), given.get("level")).code
    except UsageError as error:
        found = error.code.removeprefix("place_")
    assert found == case["expected"]


@pytest.mark.parametrize("case", of_kind("document"))
def test_document(case):
    given = case["input"]
    options = LocateOptions(**given.get("options", {}))
    unit = document(given["doc_id"], given.get("text", ""), given.get("title", ""), meta=given.get("meta", {}))
    found = locate_document(unit, GAZETTEER, options)
    doubts = [doubt.code for doubt in found.doubts]
    # A case that says nothing of doubts expects none.
    for name, value in {"doubts": [], **case["expected"]}.items():
        if name == "doubts":
            assert doubts == value
        elif name == "candidates":
            assert sorted({code for doubt in found.doubts for code in doubt.candidates}) == value
        else:
            assert getattr(found, name) == value, name


def test_evidence_stands_where_it_says():
    for case in CASES:
        if case["kind"] == "document":
            given = case["input"]
            unit = document(given["doc_id"], given.get("text", ""), given.get("title", ""), meta=given.get("meta", {}))
            for piece in locate_document(unit, GAZETTEER).evidence:
                assert 0 < piece.weight <= 1
                if piece.start >= 0:
                    words = unit.text[piece.start : piece.end]
                    kept = "".join(words.split())
                    assert kept
                    quote = "".join(piece.quote.split())
                    assert kept in quote or quote in kept or piece.quote.startswith(kept), (words, piece)


def test_a_second_pass_changes_nothing():
    corpus = Corpus(
        tuple(
            document(f"{n}/{case['input']['doc_id']}", case["input"].get("text", ""), case["input"].get("title", ""))
            for n, case in enumerate(CASES)
            if case["kind"] == "document"
        )
    )
    once = locate_corpus(corpus)
    twice = locate_corpus(once)
    assert [d.place_code for d in twice.documents] == [d.place_code for d in once.documents]
    assert [d.year for d in twice.documents] == [d.year for d in once.documents]
    assert [d.doubts for d in twice.documents] == [d.doubts for d in once.documents]
    assert [d.evidence for d in twice.documents] == [d.evidence for d in once.documents]


def test_no_documents():
    located = locate_corpus(Corpus(()))
    assert located.documents == ()
    assert located.history[-1].stage == "locate"


def test_fields_given_before_are_metadata():
    found = locate_document(document("a.txt", place="武汉", year=2012), GAZETTEER)
    assert (found.place_code, found.place, found.year, found.doubts) == ("420100", "武汉市", 2012, ())


def test_doubts_of_other_stages_stay():
    from textgov.records import Doubt

    found = locate_document(document("武汉市/2012.txt", doubts=(Doubt("text_short", {"n": 3}),)), GAZETTEER)
    assert [doubt.code for doubt in found.doubts] == ["text_short"]


def test_history_counts_what_is_held():
    corpus = Corpus((document("淮南市/2016.md", REPORT), document("淮安市/2016.md", REPORT), document("x.txt")))
    step = locate_corpus(corpus).history[-1]
    assert step.detail["documents"] == 3
    assert step.detail["held"] == 2
    assert step.detail["place_conflict"] == 1
    assert step.detail["place_missing"] == 1


def test_the_review_can_be_worded():
    corpus = locate_corpus(
        Corpus(
            tuple(
                document(
                    f"{n}/{case['input']['doc_id']}", case["input"].get("text", ""), case["input"].get("title", "")
                )
                for n, case in enumerate(CASES)
                if case["kind"] == "document"
            )
        )
    )
    review = corpus.review
    assert len(review) > 20
    assert review["reason"].str.len().min() > 5
    assert review["reason_zh"].str.len().min() > 3


@pytest.mark.parametrize(
    ("pattern", "words"), [("{town}/{year}", "{town} is not a field"), ("a/b", "no field"), ("{city}{city}", "twice")]
)
def test_bad_patterns(pattern, words):
    with pytest.raises(UsageError, match=words):
        LocateOptions(path_pattern=pattern)


def test_bad_options():
    with pytest.raises(UsageError, match="session, delivered, path"):
        LocateOptions(year="signed")


def test_a_table_of_a_user_is_used(tmp_path):
    path = tmp_path / "own.csv"
    path.write_text(
        "code,name,short_name,level,parent_code,province_code,panel_code,panel_code_2024,valid_from,valid_to\n"
        "420000,湖北省,湖北,province,,420000,,,1990,\n429900,虚构市,虚构,prefecture,420000,420000,429900,429900,2001,\n",
        encoding="utf-8",
    )
    located = locate_corpus(Corpus((document("虚构市/2012.txt"),)), LocateOptions(divisions=str(path)))
    assert located.documents[0].place_code == "429900"
    assert located.history[-1].detail["divisions"] == "own.csv"


# -- dates


def test_dates_as_they_are_written():
    text = (
        "二〇二〇年五月二十六日;二0一四年一月十五日;二OO八年十二月三十一日;1 9 9 3 年3月15日;2013年元月6日;2018-01-15"
    )
    days = ["2020-05-26", "2014-01-15", "2008-12-31", "1993-03-15", "2013-01-06", "2018-01-15"]
    assert [found.day for found in find_dates(text)] == days
    assert all(text[found.start : found.end] == found.quote for found in find_dates(text))


def test_impossible_dates_are_none():
    assert find_dates("2021年2月30日 2021年13月1日 2021-99-01") == []


def test_periods_and_full_dates_are_no_year_words():
    assert find_year_words("2021-2025年规划,2021年至2023年,2021—2025,2019年3月1日") == []
    assert [found.year for found in find_year_words("2019年回顾,二〇二〇年安排")] == [2019, 2020]


@pytest.mark.parametrize(
    ("name", "year"),
    [
        ("2021-08", 2021),
        ("1964-part", 1964),
        ("武汉市2012年政府工作报告", 2012),
        ("pa1998", 1998),
        ("20210901_通知", 2021),
        ("规划(2021—2025年)", None),
        ("2010-2020", None),
        ("2011年总结2012年计划", None),
        ("通知(FBM-CLI.12.2015)", None),
        ("t20240101_123", None),
        ("010-20201234", None),
        ("post_2703384", None),
        ("1890", 1890),
    ],
)
def test_year_of_a_name(name, year):
    found = year_of_name(name)
    assert (found.year if found else None) == year


# -- decisions


def decide(tmp_path, rows, encoding="utf-8", header="doc_id,content_hash,place_code,year,use,note"):
    path = tmp_path / "decisions.csv"
    path.write_bytes("\n".join([header, *rows, ""]).encode(encoding))
    return read_decisions(path)


def located(doc, decisions):
    return locate_corpus(Corpus((doc,)), decisions=decisions).documents[0]


def test_a_decision_settles_a_conflict(tmp_path):
    doc = document("淮南市/2016.md", REPORT)
    assert located(doc, ()).held
    decisions = decide(tmp_path, [f"淮南市/2016.md,{doc.content_hash},320800,2016,yes,按正文"], "gb18030")
    found = located(doc, decisions)
    assert (found.place_code, found.place, found.year, found.held, found.doubts) == (
        "320800",
        "淮安市",
        2016,
        False,
        (),
    )
    assert [piece.value for piece in found.evidence if piece.kind == "decision"] == ["320800", "2016"]
    assert found.confidence == 1.0
    assert str(tmp_path) not in found.explanation


def test_an_empty_row_confirms(tmp_path):
    doc = document("淮南市/2016.md", REPORT)
    found = located(doc, decide(tmp_path, [f"淮南市/2016.md,{doc.content_hash},,,,"], "utf-8-sig"))
    assert (found.place_code, found.year, found.held) == ("320800", 2016, False)


def test_a_decision_for_one_thing_leaves_the_other(tmp_path):
    doc = document("x.txt")
    found = located(doc, decide(tmp_path, [f"x.txt,{doc.content_hash},420100,,,"]))
    assert found.place_code == "420100"
    assert [doubt.code for doubt in found.doubts] == ["year_missing"]
    assert found.held


def test_a_stale_decision_is_shown_and_not_obeyed(tmp_path):
    decisions = decide(tmp_path, ["淮南市/2016.md,0123456789abcdef,340400,2016,,"])
    found = located(document("淮南市/2016.md", REPORT), decisions)
    assert found.place_code == "320800"
    assert [doubt.code for doubt in found.doubts] == ["place_conflict", "decision_stale"]
    assert found.held
    well = located(document("淮安市/2016.md", REPORT), [replace(decisions[0], doc_id="淮安市/2016.md")])
    assert [doubt.code for doubt in well.doubts] == ["decision_stale"]
    assert not well.held


def test_use_no_leaves_a_document_out(tmp_path):
    doc = document("淮安市/2016.md", REPORT)
    found = located(doc, decide(tmp_path, [f"淮安市/2016.md,{doc.content_hash},,,no,重复"]))
    assert [doubt.code for doubt in found.doubts] == ["excluded_by_user"]
    assert found.held


def test_a_note_may_have_commas_and_lines(tmp_path):
    decisions = decide(tmp_path, ['x.txt,,420100,2012,,"一,\n二"', "y.txt,,420100,2013,,"])
    assert [(decision.doc_id, decision.note) for decision in decisions] == [("x.txt", "一,\n二"), ("y.txt", "")]


@pytest.mark.parametrize(
    ("row", "words"),
    [
        ("x.txt,,999999,2012,,", ["row 2", "place_code", "999999"]),
        ("x.txt,,420100,12,,", ["row 2", "year", "12"]),
        ("x.txt,,420100,1890,,", ["row 2", "year", "1949"]),
        ("x.txt,,420100,2012,maybe,", ["row 2", "use", "maybe"]),
        (",,420100,2012,,", ["row 2", "doc_id"]),
        ("x.txt,,371200,2021,,", ["row 2", "371200", "2021"]),
        ("x.txt,,420100,2012,,\nx.txt,,420100,2013,,", ["row 3", "row 2", "x.txt"]),
        ("x.txt,,420100,2012", ["row 2", "4 cells", "6"]),
        ("x.txt,,420100,2012,,a,b", ["row 2", "7 cells", "6"]),
        ('x.txt,,420100,2012,,"a', ["row 2", "end of data"]),
    ],
)
def test_faults_in_decisions(tmp_path, row, words):
    with pytest.raises(UsageError) as caught:
        decide(tmp_path, [row])
    assert all(word in str(caught.value) for word in ["decisions.csv", *words])


def test_a_decision_that_moves_a_document_to_another_level_says_so(tmp_path):
    doc = document("淮安市/2016.md", REPORT)
    found = located(doc, decide(tmp_path, ["淮安市/2016.md,,320000,2016,,"]))
    assert found.level == "province"
    assert "row 2, which moves it from prefecture to province" in found.explanation
    same = located(doc, decide(tmp_path, ["淮安市/2016.md,,320100,2016,,"]))
    assert "which moves it" not in same.explanation


# -- web addresses


@pytest.mark.parametrize(
    ("address", "code"),
    [
        ("https://www.hefei.gov.cn/a/b.html", "340100"),
        ("http://fgw.hefei.gov.cn/", "340100"),
        ("www.gz.gov.cn", "440100"),
        ("来源：https://www.shaanxi.gov.cn/zfxxgk", "610000"),
        ("https://www.gov.hk/tc/", "810000"),
        ("https://www.gov.cn/zhengce/", None),  # the state council's site copies everybody's documents
        ("https://hefei.example.com/www.wuhan.gov.cnx", None),
    ],
)
def test_a_site_supports_its_place(address, code):
    text = "第一条 为推进政务公开，制定本办法。"
    found = locate_document(document("x.txt", text, meta={"source": address, "year": "2020"}), GAZETTEER)
    assert [piece.value for piece in found.evidence if piece.kind == "site"] == ([code] if code else [])
    # Any site copies notices of others: an address alone settles nothing.
    assert found.held
    assert found.place_code == code


def test_a_site_never_beats_the_issuer():
    for address in ("https://www.wuhan.gov.cn/a", "https://www.jiangsu.gov.cn/a", "https://www.huaian.gov.cn/a"):
        found = locate_document(document("2016.md", REPORT, meta={"source": address}), GAZETTEER)
        assert (found.place_code, found.held, found.doubts) == ("320800", False, ())


def test_the_table_of_sites_is_that_of_the_names():
    table = csv.DictReader((DATA / "sites.csv").read_text("utf-8").splitlines())
    names = {row["domain"]: (row["code"], row["source"]) for row in table}
    assert len({code for code, _ in names.values()}) >= 333 + 31
    for domain, (code, source) in names.items():
        unit = GAZETTEER.by_code[code][-1]
        if source == "pinyin":
            assert domain == "".join(lazy_pinyin(unit.short_name or unit.name)) + ".gov.cn"
            assert unit.level == "prefecture"


def test_years_before_the_table_are_read_on_its_first_map():
    found = locate_document(document("武汉市/1996.md", ""), GAZETTEER)
    assert (found.place_code, found.year) == ("420100", 1996)
    assert "武汉市 on the map of 2000 from" in found.explanation
    assert "map of 2000" not in locate_document(document("武汉市/2000.md", ""), GAZETTEER).explanation


def test_decisions_without_a_column_or_a_file(tmp_path):
    with pytest.raises(UsageError, match="no column content_hash"):
        decide(tmp_path, [], header="doc_id,place_code,year")
    with pytest.raises(UsageError, match="no such file"):
        read_decisions(tmp_path / "none.csv")


# -- real reports


@pytest.fixture(scope="module")
def results():
    if not REAL.exists():
        pytest.skip("the real reports (../shared/data) are not here")
    return run(REAL)[0]


@pytest.mark.real
def test_floors_on_the_real_reports(results):
    measured = summarise(results)
    assert measured["reports"] == 2431
    assert measured["sub-national"] == 2372
    assert measured["place right with path"] >= 0.998
    assert measured["national right with path"] == 1.0
    assert measured["year right with path (cities)"] == 1.0
    assert measured["wrong city in doubt"] == measured["wrong city"] == 3
    assert measured["wrong city held"] == 2  # the county report filed under its prefecture is listed, not held
    assert measured["wrong year in doubt"] == 1
    assert measured["good documents with a doubt"] <= 0.03
    assert measured["date as in the index"] >= 0.99
    assert measured["named in the text"] >= 2360
    assert measured["place right without path"] >= 0.98
    assert measured["right above 0.9 without path"] >= 0.9
    assert measured["wrong above 0.9 without path"] == 0


@pytest.mark.real
def test_conflicts_name_both_places(results):
    held = {r.shown.doc_id: r.shown for r in results if any(d.code == "place_conflict" for d in r.shown.doubts)}
    both = {doc_id.split("/")[1]: found.doubts[0].candidates for doc_id, found in held.items()}
    assert both == {
        "淮南市": ("320800", "340400"),
        "沧州市": ("341700", "130900"),
        "文山壮族苗族自治州": ("532600", "532601"),
    }


@pytest.mark.real
def test_county_reports():
    folder = REAL / "county-gbk"
    if not folder.exists():
        pytest.skip("the county reports (../shared/data/county-gbk) are not here")
    for path in sorted(folder.glob("*.txt")):
        text = path.read_text(encoding="gb18030").replace("\u3000", " ")
        found = locate_document(document(path.name, text), GAZETTEER)
        assert (found.place_code, found.level, found.year) == ("150702", "county", int(path.stem))
        assert found.date[:4] == path.stem
        assert found.doubts == ()


@pytest.mark.real
def test_one_year_of_cities():
    """Year in neither name nor text, places in the file name; two files hold the national report."""
    import lzma

    from textgov.normalise import normalise_text

    path = REAL / "city2024" / "texts.jsonl.xz"
    if not path.exists():
        pytest.skip("the city reports (../shared/data/city2024) are not here")
    conflicts, years = [], []
    with lzma.open(path, "rt", encoding="utf-8") as lines:
        for row in map(json.loads, lines):
            name = row["city_in_filename"]
            found = locate_document(document(f"{name}.txt", normalise_text(row["text"])), GAZETTEER)
            if any(doubt.code == "place_conflict" for doubt in found.doubts):
                conflicts.append(name)
                assert found.place_code == "000000"
            else:
                assert found.place.startswith(name)
            years.append((name, found.year))
    assert sorted(conflicts) == ["台州", "贵阳"]
    # 池州 holds the report of 2023 with its head cut; 柳州 says nowhere that it is a report.
    assert [pair for pair in years if pair[1] != 2024] == [("柳州", None), ("池州", 2023)]


def test_the_packaged_tables_are_read_by_name_only():
    """The cases name codes; every code in them is in the tables."""
    folder = Path(__file__).parents[1] / "textgov" / "data"
    known = set()
    for name in ("divisions.csv", "divisions_extra.csv"):
        with (folder / name).open(encoding="utf-8", newline="") as file:
            known |= {row["code"] for row in csv.DictReader(file)}
    for case in CASES:
        code = case["expected"] if case["kind"] == "name" else case["expected"].get("place_code")
        assert code in known | {None, "ambiguous", "unknown"}, case


# -- faults of the user's tables, as the command line tells them

OWN_HEADER = "code,name,short_name,level,parent_code,province_code,panel_code,panel_code_2024,valid_from,valid_to\n"
OWN_ROWS = (
    "420000,湖北省,湖北,province,,420000,,,1990,\n429900,虚构市,虚构,prefecture,420000,420000,429900,429900,2001,\n"
)
OWN_REPORT = (
    "——2012年1月9日在虚构市第一届人民代表大会第一次会议上\n\n各位代表：\n\n现在，我代表市人民政府向大会报告工作。\n"
)


def told(monkeypatch, capsys, *words):
    """Exit status and messages of a command."""
    monkeypatch.setattr(sys, "argv", ["textgov", *map(str, words), "--lang", "en"])
    with pytest.raises(SystemExit) as caught:
        main()
    return caught.value.code, capsys.readouterr().err.strip()


def test_a_run_with_a_table_of_the_user(tmp_path, monkeypatch, capsys):
    (tmp_path / "reports").mkdir()
    (tmp_path / "reports" / "a.txt").write_text(OWN_REPORT + "推进电子政务。" * 80, "utf-8")
    (tmp_path / "own.csv").write_bytes((OWN_HEADER + OWN_ROWS).encode("gb18030"))
    out = tmp_path / "out"
    words = ("panel", tmp_path / "reports", "--out", out, "--engine", "serial", "--divisions", tmp_path / "own.csv")
    assert told(monkeypatch, capsys, *words)[0] == 0
    with (out / "panel.csv").open(encoding="utf-8", newline="") as file:
        (row,) = csv.DictReader(file)
    assert (row["city_code"], row["city"], row["province"], row["year"]) == ("429900", "虚构市", "湖北省", "2012")


@pytest.mark.parametrize(
    ("divisions", "decisions", "words"),
    [
        (OWN_HEADER.replace(",panel_code,", ",") + OWN_ROWS, None, ["own.csv", "no column panel_code", "short_name"]),
        (OWN_HEADER + OWN_ROWS.replace("429900,虚", "4299,虚"), None, ["own.csv", "row 3", "column code", "4299"]),
        (
            OWN_HEADER + OWN_ROWS.replace(",420000,420000,4", ",430000,420000,4"),
            None,
            ["row 3", "parent_code", "430000"],
        ),
        (
            OWN_HEADER + OWN_ROWS.replace("省,湖北,province,,42", "省,湖北,province,,99"),
            None,
            ["row 2", "province_code"],
        ),
        (None, "doc_id,place_code,year\na.txt,420100,2012\n", ["decisions.csv", "no column content_hash"]),
        (None, "doc_id,content_hash,place_code,year\na.txt,,999999,2012\n", ["row 2", "column place_code", "999999"]),
        (None, "doc_id,content_hash,place_code,year\na.txt,,371200,2021\n", ["row 2", "column place_code", "2021"]),
        (None, "doc_id,content_hash,place_code,year\n\na.txt,,420100,甲\n", ["row 3", "column year", "甲"]),
        (None, "doc_id,content_hash,place_code,year,use\na.txt,,420100,2012,ja\n", ["row 2", "column use", "ja"]),
        # The columns of the user's own table hold for the decisions too.
        (OWN_HEADER + OWN_ROWS, "doc_id,content_hash,place_code,year\na.txt,,110000,2012\n", ["row 2", "110000"]),
    ],
)
def test_a_fault_in_a_table_is_one_line(tmp_path, monkeypatch, capsys, divisions, decisions, words):
    (tmp_path / "reports").mkdir()
    (tmp_path / "reports" / "a.txt").write_text(OWN_REPORT, "utf-8")
    out = tmp_path / "out"
    out.mkdir()
    given = ["panel", tmp_path / "reports", "--out", out, "--engine", "serial"]
    if divisions is not None:
        (tmp_path / "own.csv").write_text(divisions, "utf-8")
        given += ["--divisions", tmp_path / "own.csv"]
    if decisions is not None:
        (out / "decisions.csv").write_text(decisions, "utf-8")
    status, said = told(monkeypatch, capsys, *given)
    assert status == 2
    assert len(said.splitlines()) == 1
    assert all(word in said for word in words), said
    assert {path.name for path in out.iterdir()} <= {"decisions.csv"}, "nothing is written before the tables are read"


def test_stale_and_idle_decisions_are_told(tmp_path, monkeypatch, capsys):
    folder = tmp_path / "reports" / "武汉市"
    folder.mkdir(parents=True)
    (folder / "2012.txt").write_text(OWN_REPORT.replace("虚构", "武汉") + "推进电子政务。" * 80, "utf-8")
    out = tmp_path / "out"
    out.mkdir()
    rows = "武汉市/2012.txt,0123456789abcdef,430100,2012\n武汉市/2031.txt,,430100,2012\n"
    (out / "decisions.csv").write_text("doc_id,content_hash,place_code,year\n" + rows, "utf-8")
    status, said = told(monkeypatch, capsys, "panel", tmp_path / "reports", "--out", out, "--engine", "serial")
    assert status == 0
    assert "武汉市/2031.txt" in said
    assert "row 3" in said
    with (out / "review.csv").open(encoding="utf-8-sig", newline="") as file:
        (row,) = [row for row in csv.DictReader(file) if row["code"] == "decision_stale"]
    assert (row["doc_id"], row["place_code"]) == ("武汉市/2012.txt", "420100")
    assert "decisions.csv row 2" in row["reason"]
