"""Exports of bibliographic and legal databases, and front matter."""

from __future__ import annotations

import hashlib
import io
import random
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import rispy
from hypothesis import given
from hypothesis import strategies as st

from tests.conftest import iter_reports
from textgov.errors import ReadError
from textgov.load import READERS, LoadOptions, load_corpus
from textgov.load.legal import legal_header, without_header
from textgov.load.raw import Fault, Raw
from textgov.load.reference_formats import references_kind
from textgov.load.references import (
    join_lines,
    read_bibtex,
    read_cnki,
    read_endnote,
    read_noteexpress,
    read_refworks,
    read_ris,
    unlatex,
)
from textgov.load.text import read_md, read_txt
from textgov.locate import locate_corpus
from textgov.normalise import normalise_corpus

ABSTRACT = "本文考察某市的数字政府建设：数据共享使办理时间缩短50%。"

NOTEEXPRESS = f"""{{Reference Type}}: Journal Article
{{Title}}: 数字政府：从“{{互联网+}}”到数据共享
{{Translated Title}}: Digital government
{{Author}}: 王某某;李某;
{{Author Address}}: 某大学公共管理学院;某市大数据局 某省某市100000
,某省某市
{{Journal}}: 某某学报(社会科学版)
{{Year}}: 2021
{{Issue}}: 03
{{Pages}}: 12-19+88
{{Keywords}}: 数字政府;;数据共享;;办理时间
{{Abstract}}: {ABSTRACT}
{{ISBN/ISSN}}: 1234-5678
{{Database Provider}}: CNKI


{{Reference Type}}: Thesis
{{Title}}: 基层治理研究
{{Author}}: 赵 某
{{Publisher}}: 某大学
{{Type of Work}}: 博士
{{Year}}: 2019
{{Keywords}}: 治理,基层,数据,
{{Abstract}}：<正>研究&lt;基层&gt;治理。
{{Language}}：chi

{{Reference Type}}: Newspaper Article
{{Title}}: 让数据多跑路
{{Author}}: 本报评论员
{{Secondary Title}}: 某日报
{{Date}}: 2019-01-09

{{Reference Type}}: Journal Article
{{Title}}: Cities and data
{{Author}}: Smith, John;;Doe, Jane
{{Abstract}}: Abstract(#br)First line of it,
second line of it.
{{URL}}: https://doi.org/10.1234/ABC.2020.01

"""
ENDNOTE = f"""%0 Journal Article
%A 王某某%A 李某
%+ 某大学;某市大数据局;
%T 数字政府：从互联网到数据共享
%J 某某学报
%D 2021
%V 05
%N S2
%K 数字政府;数据共享
%X {ABSTRACT}
%P 12-19
%@ 1234-5678
%U https://link.example.org/doi/10.1234/j.x.2021.03
%R 10.1234/J.X.2021.03
%W CNKI

%0 Conference Proceedings
%A Zhang, San
%A Li, Si
%T A title
 over two lines
%B Some meeting
%8 2020/5/1
"""
REFWORKS = f"""RT Journal Article
SR 1
A1 王某某;李某;
AD 某大学;
T1 数字政府：从互联网到数据共享
JF 某某学报
YR 2021
IS 03
OP 12-19
K1 数字政府;数据共享
AB {ABSTRACT}
NO
SN 1234-5678
LA 中文;
DS CNKI
LK https://example.org/a?v=1

RT Dissertation/Thesis
A1 赵某
T1 基层治理
PB 某大学
YR 2019
AB IT governance in cities.
"""
RIS = f"""Provider: Some Site
Content: text/plain; charset="UTF-8"

TY  - JOUR
AU  - 王某某
AU  - 李某
TI  - 数字政府：从互联网到数据共享
T2  - 某某学报
PY  - 2021/03/05/
VL  - 5
IS  - 3
SP  - 12
EP  - 19
KW  - 数字政府
KW  - data, shared
AB  - {ABSTRACT}
DO  - https://doi.org/10.1234/J.X.2021.03.
LA  - chi
ER  -

TY  - THES
A1  - 赵某
T1  - 基层治理
Y1  - 2019
N2  - 研究
基层治理。
ER  -
"""
BIBTEX = """% Encoding: UTF-8
@comment{nothing}
@string{xb = "某某学报"}
@article{王某某:2021 数字,
  author = {王某某 and {国务院办公厅} and M{\\"u}ller, J},
  title = "{数字政府}：从互联网到数据共享",
  journal = xb,
  year = 2021,
  number = {3},
  pages = {12--19},
  keywords = {数字政府, 数据共享},
  abstract = {本文考察某市（{a city}）的数据共享，提高50\\% 以上，
     即 30% 到 45%。},
  doi = {10.1234/J.X.2021.03},
}
@article{broken, title={没有右括号, year=2020

@mastersthesis{王某某:2021 数字, title={键重复}, school={某大学}, year={2019}, abstract={甲}}
@misc{twice, title={一}, title={二}, abstract={乙}}
"""
CNKI = f"""SrcDatabase-来源库: 期刊
Title-题名: 数字政府：从互联网到数据共享
Author-作者:王某某;李某;
Organ-单位: 某大学;
Source-文献来源: 某某学报
Keyword-关键词: 数字政府;;数据共享
Summary-摘要: {ABSTRACT}
PubTime-发表时间: 2021-03-05 00:00:00
FirstDuty-第一责任人: 王某某;
Fund-基金: 某基金(2020A01);某省基金
Year-年: 2021
Volume-卷:
Period-期: 03
PageCount-页码: 12-19
CLC-中图分类号: D63;F49
DOI-DOI: 10.1234/j.x.2021.03

SrcDatabase-来源库: 报纸
Title-题名: 让数据多跑路
Author-作者: 本报记者
Summary-摘要: 无
Year-年: 2019
"""
ESTUDY = f"""DataType: 1
Title-题名: 数字政府
Author-作者: 王某某;
Source-刊名: 某某学报
Year-年: 2021
PubTime-出版时间: 2021-03-05
Summary-摘要: {ABSTRACT}
Period-期: 07
PageCount-页数: 8
Page-页码: 12-19
SrcDatabase-来源库: 期刊
Organ-机构: 某大学;
Link-链接: https://example.org/x?y=1
DataType: 1
Title-题名: 第二篇
Summary-摘要: 第二个摘要
"""
EXPORTS: dict[str, tuple[Callable[..., Iterator[Raw | Fault]], str]] = {
    "noteexpress": (read_noteexpress, NOTEEXPRESS),
    "endnote": (read_endnote, ENDNOTE),
    "refworks": (read_refworks, REFWORKS),
    "ris": (read_ris, RIS),
    "bibtex": (read_bibtex, BIBTEX),
    "cnki": (read_cnki, CNKI),
}


def read(reader: Callable[..., Iterator[Raw | Fault]], text: str | bytes) -> list[Raw | Fault]:
    data = text if isinstance(text, bytes) else text.encode()
    return list(reader(io.BytesIO(data), LoadOptions()))


# ---- bibliographic exports ----


@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"])
def test_noteexpress(newline: str):
    first, thesis, news, english = read(read_noteexpress, NOTEEXPRESS.replace("\n", newline))
    assert [raw.key for raw in (first, thesis, news, english)] == ["#1", "#2", "#3", "#4"]
    assert (first.title, first.original) == ("数字政府：从“{互联网+}”到数据共享", ABSTRACT)
    assert dict(first.meta) == {
        "type": "journal",
        "title_en": "Digital government",
        "authors": "王某某;李某",
        "affiliations": "某大学公共管理学院;某市大数据局 某省某市100000,某省某市",
        "journal": "某某学报(社会科学版)",
        "year": "2021",
        "issue": "3",
        "pages": "12-19+88",
        "keywords": "数字政府;数据共享;办理时间",
        "issn": "1234-5678",
        "database": "CNKI",
    }
    assert thesis.original == "研究<基层>治理。"
    assert dict(thesis.meta) == {
        "type": "thesis",
        "authors": "赵某",
        "publisher": "某大学",
        "year": "2019",
        "keywords": "治理;基层;数据",
        "language": "zh",
    }
    assert (news.original, news.title) == ("让数据多跑路", "让数据多跑路")
    assert dict(news.meta) == {
        "type": "newspaper",
        "authors": "本报评论员",
        "journal": "某日报",
        "date": "2019-01-09",
        "year": "2019",
        "no_abstract": "1",
    }
    assert english.original == "First line of it, second line of it."
    assert english.meta["authors"] == "Smith, John;Doe, Jane"
    assert english.meta["doi"] == "10.1234/abc.2020.01"


def test_endnote():
    first, second = read(read_endnote, ENDNOTE)
    assert (first.title, first.original) == ("数字政府：从互联网到数据共享", ABSTRACT)
    assert dict(first.meta) == {
        "type": "journal",
        "authors": "王某某;李某",
        "affiliations": "某大学;某市大数据局",
        "journal": "某某学报",
        "year": "2021",
        "volume": "5",
        "issue": "S2",
        "pages": "12-19",
        "keywords": "数字政府;数据共享",
        "doi": "10.1234/j.x.2021.03",
        "issn": "1234-5678",
        "database": "CNKI",
        "url": "https://link.example.org/doi/10.1234/j.x.2021.03",
    }
    assert second.title == second.original == "A title over two lines"
    assert second.meta["authors"] == "Zhang, San;Li, Si"
    assert (second.meta["year"], second.meta["date"], second.meta["journal"]) == ("2020", "2020-05-01", "Some meeting")


def test_refworks():
    first, second = read(read_refworks, REFWORKS)
    assert (first.title, first.original) == ("数字政府：从互联网到数据共享", ABSTRACT)
    assert dict(first.meta) == {
        "type": "journal",
        "authors": "王某某;李某",
        "affiliations": "某大学",
        "journal": "某某学报",
        "year": "2021",
        "issue": "3",
        "pages": "12-19",
        "keywords": "数字政府;数据共享",
        "issn": "1234-5678",
        "language": "zh",
        "database": "CNKI",
        "url": "https://example.org/a?v=1",
    }
    assert (second.meta["type"], second.meta["publisher"], second.original) == (
        "thesis",
        "某大学",
        "IT governance in cities.",
    )


def test_ris():
    first, second = read(read_ris, RIS)
    assert (first.title, first.original) == ("数字政府：从互联网到数据共享", ABSTRACT)
    assert dict(first.meta) == {
        "type": "journal",
        "authors": "王某某;李某",
        "journal": "某某学报",
        "year": "2021",
        "date": "2021-03-05",
        "volume": "5",
        "issue": "3",
        "pages": "12-19",
        "keywords": "数字政府;data, shared",
        "doi": "10.1234/j.x.2021.03",
        "language": "zh",
    }
    assert (second.original, second.meta["year"], second.meta["type"]) == ("研究基层治理。", "2019", "thesis")


def test_bibtex(caplog: pytest.LogCaptureFixture):
    first, broken, again, twice = read(read_bibtex, BIBTEX)
    assert (first.title, first.key) == ("数字政府：从互联网到数据共享", "#1")
    assert first.original == "本文考察某市（a city）的数据共享，提高50% 以上，即 30% 到 45%。"
    assert dict(first.meta) == {
        "type": "journal",
        "authors": "王某某;国务院办公厅;Müller, J",
        "journal": "某某学报",
        "year": "2021",
        "issue": "3",
        "pages": "12-19",
        "keywords": "数字政府;数据共享",
        "doi": "10.1234/j.x.2021.03",
    }
    assert broken == Fault("#2", "record_damaged", {"record": 2, "line": 16})
    assert (again.title, again.original, again.meta["publisher"]) == ("键重复", "甲", "某大学")
    assert (twice.title, twice.original) == ("一", "乙")
    assert caplog.records == []


def test_cnki():
    first, second = read(read_cnki, CNKI)
    assert (first.title, first.original) == ("数字政府：从互联网到数据共享", ABSTRACT)
    assert dict(first.meta) == {
        "type": "journal",
        "authors": "王某某;李某",
        "affiliations": "某大学",
        "journal": "某某学报",
        "keywords": "数字政府;数据共享",
        "date": "2021-03-05",
        "funding": "某基金(2020A01);某省基金",
        "year": "2021",
        "issue": "3",
        "pages": "12-19",
        "clc": "D63;F49",
        "doi": "10.1234/j.x.2021.03",
        "database": "CNKI",
    }
    assert (second.original, second.meta["no_abstract"], second.meta["type"]) == ("让数据多跑路", "1", "newspaper")
    first, second = read(read_cnki, ESTUDY)
    assert (first.meta["pages"], first.meta["url"]) == ("12-19", "https://example.org/x?y=1")
    assert (second.title, second.original) == ("第二篇", "第二个摘要")


def test_cnki_fields_of_the_users_choice():
    chosen = "Title-题名: 甲：一：二\nSummary-摘要: 甲的摘要\n说明：续行\n\nTitle-题名: 乙\nSummary-摘要: 乙的摘要\n"
    assert references_kind(chosen) == "cnki"
    assert [(raw.title, raw.original) for raw in read(read_cnki, chosen)] == [
        ("甲：一：二", "甲的摘要说明：续行"),
        ("乙", "乙的摘要"),
    ]


def test_abstracts_in_two_languages_are_parted():
    (raw,) = read(read_ris, "TY  - JOUR\nTI  - 题\nAB  - 中文摘要。\nAB  - In English.\nER  - \n")
    assert (raw.original, raw.meta["abstract_en"]) == ("中文摘要。", "In English.")


@pytest.mark.parametrize("label", ["摘要：", "摘　要: ", "[摘要]", "【摘要】", "内容提要：", "Abstract: "])
def test_the_word_that_announces_an_abstract_is_no_part_of_it(label: str):
    (raw,) = read(read_refworks, f"RT Journal Article\nT1 题\nAB {label}内容\n")
    assert raw.original == "内容"


def test_a_record_without_words_is_accounted_for():
    assert read(read_ris, "TY  - JOUR\nPY  - 2020\nER  - \n") == [Fault("#1", "text_empty")]


@pytest.mark.parametrize("kind", EXPORTS)
def test_an_export_is_known_by_its_content(tmp_path: Path, kind: str):
    reader, text = EXPORTS[kind]
    direct = [part for part in read(reader, text) if isinstance(part, Raw)]
    assert references_kind(text[:8000]) == kind
    for name, data in {
        "a.txt": text.encode(),
        "b.txt": text.encode("utf-8-sig"),
        "c.txt": text.replace("\n", "\r\n").encode("gb18030") if kind != "bibtex" else text.encode(),
    }.items():
        path = tmp_path / name
        path.write_bytes(data)
        corpus = load_corpus(path)
        assert [document.text for document in corpus.documents] == [raw.original for raw in direct]
        assert [document.doc_id for document in corpus.documents] == [name + raw.key for raw in direct]
        assert [dict(document.meta) for document in corpus.documents] == [dict(raw.meta) for raw in direct]
    # The readers of other endings go by the content too.
    assert read(read_ris, text) == read(reader, text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "政府工作报告\n各位代表：现在，我代表市人民政府，向大会报告工作。",
        "Title: a report\nAuthor: someone\n\nText.",
        "标题：某市通知\n作者：某某\n摘要：无\n正文开始。",
        "@某某 你好，article{",
        "RT the meeting was held\nIS it?",
        "%0 only\nnothing else",
        "Source-文献来源: 某\n正文",
        "TY  - and then text",
        "{标题}：某\n{正文}：某",
    ],
)
def test_other_texts_are_no_exports(text: str):
    assert references_kind(text) is None


@pytest.mark.real
def test_no_report_is_taken_for_an_export(real_data: Path):
    n_reports = 0
    for name, text in iter_reports(real_data):
        assert references_kind(text) is None, name
        start, end, meta = legal_header(text)
        assert (start, end, meta) == (0, len(text), {}), name
        n_reports += 1
    assert n_reports == 2431


@pytest.mark.parametrize("reader", [reader for reader, _ in EXPORTS.values()])
def test_a_file_without_records_is_refused(reader: Callable[..., Iterator[Raw | Fault]]):
    with pytest.raises(ReadError) as error:
        read(reader, "*Vertices 3\n1 a\n2 b\n")
    assert error.value.code == "file_damaged"


WORDS = st.lists(st.text("数据政府共享abcZ%,:：", min_size=1, max_size=9), min_size=1, max_size=6).map(" ".join)


@given(
    st.lists(
        st.fixed_dictionaries(
            {
                "title": WORDS,
                "abstract": WORDS,
                "authors": st.lists(st.sampled_from(["王某", "Smith, J.", "某市人民政府"]), min_size=1, max_size=3),
                "year": st.integers(1900, 2029).map(str),
            }
        ),
        min_size=1,
        max_size=4,
    )
)
def test_what_another_program_writes_as_ris_is_read_back(records: list[dict[str, str | list[str]]]):
    text = rispy.dumps([{"type_of_reference": "JOUR", **record} for record in records])
    found = read(read_ris, text)
    assert [raw.original for raw in found] == [record["abstract"] for record in records]
    assert [raw.meta["authors"] for raw in found] == [";".join(record["authors"]) for record in records]
    assert [raw.meta["year"] for raw in found] == [record["year"] for record in records]
    assert [raw.title for raw in found] == [record["title"] for record in records]


def test_rispy_reads_the_same_records_out_of_the_example():
    ours = read(read_ris, RIS)
    theirs = rispy.loads(RIS[RIS.index("TY  -") :])
    assert [raw.meta["authors"].split(";") for raw in ours] == [
        record.get("authors") or record["first_authors"] for record in theirs
    ]
    assert ours[0].title == theirs[0]["title"]
    assert ours[0].original == theirs[0]["abstract"]


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (r"{M{\"u}ller}", "Müller"),
        (r"Erd\H{o}s, P\'al", "Erdős, Pál"),
        (r"\v{S}koda {\c c}a", "Škoda ça"),
        (r"50\% \& 30% \_x", "50% & 30% _x"),
        (r"\emph{数字}政府", "数字政府"),
        (r"\{集合\}", "{集合}"),
        ("一行\n   二行", "一行二行"),
    ],
)
def test_unlatex(value: str, expected: str):
    assert unlatex(value) == expected


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        (["数字", "政府"], "数字政府"),
        (["digital", "government"], "digital government"),
        (["政府", "data"], "政府data"),
        (["a", ", b"], "a, b"),
        (["", "a"], "a"),
        ([], ""),
    ],
)
def test_join_lines(lines: list[str], expected: str):
    assert join_lines(lines) == expected


@pytest.mark.real
def test_real_exports(real_data: Path):
    folder = real_data / "paper-meta" / "noteexpress"
    found = {path.name: read(read_noteexpress, path.read_bytes()) for path in sorted(folder.iterdir())}
    assert {name: len(raws) for name, raws in found.items()} == {
        "ChineseColon.net": 1,
        "Classic5Test.net": 5,
        "CoverAllTest15Entries.net": 15,
        "withLineBreakInAddress.net": 1,
    }
    # Read off the files: year, records without an abstract, numbers of authors.
    assert [raw.meta.get("year", "") for raw in found["CoverAllTest15Entries.net"]] == (
        ["2019", "2019", "2018", "2018", "2018", "2019", "2020", "", "", "2018", "1996", "", "2018", "2018", "2019"]
    )
    assert [raw.meta.get("no_abstract", "") for raw in found["CoverAllTest15Entries.net"]] == [
        *[""] * 5,
        *["1"] * 4,
        "",
        *["1"] * 2,
        *[""] * 3,
    ]
    (colon,) = found["ChineseColon.net"]
    assert colon.meta["authors"] == "中国抗癌协会肉瘤专业委员会;中国临床肿瘤学会"
    assert (colon.meta["year"], colon.meta["language"], colon.original[:2], colon.original[-1]) == (
        "2016",
        "zh",
        "软组",
        "。",
    )
    (address,) = found["withLineBreakInAddress.net"]
    assert address.meta["authors"] == "谢昕;王小增"
    assert address.meta["affiliations"].endswith("湖北武汉430074,湖北武汉430074")
    assert [len(raw.meta["authors"].split(";")) for raw in found["Classic5Test.net"]] == [3, 4, 7, 6, 4]
    assert not any(mark in raw.original for raws in found.values() for raw in raws for mark in ("#br", "<正>", "{"))
    titles = "\n".join(raw.title for raw in found["Classic5Test.net"])
    lines = (folder / "Classic5Test.net").read_text("utf-8").splitlines()
    assert titles == "\n".join(line.removeprefix("{Title}: ") for line in lines if line.startswith("{Title}"))


# ---- legal databases ----

BODY = "某市数据管理办法\n某政发〔2021〕5号\n各县人民政府：\n现印发给你们。\n某市人民政府\n2021年3月5日\n"
HEADER = "    【法宝引证码】 CLI.12.2015678\r\n原文链接：https://www.pkulaw.com/lar/abc123.html\r\n"


def test_a_legal_header_is_metadata():
    text = HEADER + "某市数据管理办法(试行)\r\n某市数据管理办法（试行）\r\n" + BODY[9:]
    start, end, meta = legal_header(text)
    assert text[start:].startswith("某市数据管理办法（试行）")
    assert end == len(text)
    assert meta == {
        "database_id": "CLI.12.2015678",
        "url": "https://www.pkulaw.com/lar/abc123.html",
        "title": "某市数据管理办法(试行)",
    }


FIELDS = {
    "issuer": "某市人民政府",
    "doc_number": "某政发〔2021〕5号",
    "date": "2021.03.05",
    "effective": "2021.04.01",
    "validity": "现行有效",
    "rank": "地方规范性文件",
    "category": "机关工作综合规定",
}


@pytest.mark.parametrize(
    "header",
    [
        "【发布部门】 某市人民政府 【发文字号】 某政发〔2021〕5号\n【发布日期】 2021.03.05 【实施日期】 2021.04.01\n"
        "【时效性】 现行有效 【效力级别】 地方规范性文件\n【法规类别】 机关工作综合规定\n",
        "某市数据管理办法\n【法宝引证码】CLI.12.1\n制定机关：某市人民政府\n发文字号：某政发〔2021〕5号\n公布日期：2021.03.05\n"
        "施行日期：2021.04.01\n时 效 性：现行有效\n效力位阶：地方规范性文件\n法规类别：机关工作综合规定\n",
        "\ufeff北大法宝\n某市数据管理办法\n来源：北大法宝\n发文机关：\n某市人民政府\n文号：某政发〔2021〕5号\n颁布日期：2021.03.05\n"
        "生效日期：2021.04.01\n效力状态：\n现行有效\n效力层级：地方规范性文件\n法规分类：机关工作综合规定\n\n",
    ],
    ids=["brackets", "lines", "copied"],
)
def test_labels_of_legal_databases(header: str):
    start, _, meta = legal_header(header + BODY)
    assert start == len(header.rstrip("\n")) + 1
    assert {key: meta[key] for key in FIELDS} == FIELDS


@pytest.mark.parametrize(
    "text",
    [
        BODY,
        "发布机构：某市人民政府\n发文字号：某政发〔2021〕5号\n发布日期：2021-03-05\n" + BODY,
        "【导语】某市近日印发办法。\n" + BODY,
        BODY + "附件：名单\n联系人：某某",
        "",
        "一行",
    ],
    ids=["plain", "site", "news", "annex", "empty", "line"],
)
def test_other_texts_keep_all_their_lines(text: str):
    assert legal_header(text) == (0, len(text), {})


def test_text_behind_its_label_stays():
    text = "【法规标题】某办法\n【时效性】现行有效\n【全文】第一条 为了管理数据。\n第二条 本办法适用于某市。"
    start, end, meta = legal_header(text)
    assert text[start:end].startswith("【全文】第一条")
    assert (meta["title"], meta["validity"]) == ("某办法", "现行有效")


@pytest.mark.parametrize(
    "footer",
    [
        "原文链接：https://www.pkulaw.com/lar/abc123.html\n",
        "©北大法宝：（www.pkulaw.com）专业提供法律信息。\n\n",
        "【法宝引证码】CLI.12.1\n北大法宝1985年创始\nhttps://www.pkulaw.com/x.html",
    ],
)
def test_the_footer_of_a_database_is_cut(footer: str):
    start, end, _ = legal_header(BODY + footer)
    assert (start, end) == (0, len(BODY))
    whole = BODY + "本办法由北大法宝解释。\n"
    assert legal_header(whole)[1] == len(whole)


def test_a_document_keeps_offsets_and_its_own_metadata():
    raw = without_header(Raw(HEADER + BODY, title="旧", meta={"url": "https://example.org"}))
    assert raw.original == HEADER + BODY
    assert raw.original[raw.start : raw.end] == BODY
    assert (raw.title, raw.meta["url"], raw.meta["database_id"]) == ("旧", "https://example.org", "CLI.12.2015678")
    part = Raw(HEADER + BODY, start=3)
    assert without_header(part) is part


def test_the_number_of_a_database_is_no_year(tmp_path: Path):
    body = BODY.replace("2021年3月5日", "").replace("〔2021〕5号", "5号")
    (tmp_path / "办法(FBM-CLI.12.2015678).txt").write_text(HEADER + body, "utf-8")
    (tmp_path / "办法(CLI.2.2016).md").write_text(HEADER.replace("12.2015678", "2.2016") + body, "utf-8")
    corpus = locate_corpus(normalise_corpus(load_corpus(tmp_path)))
    assert [document.year for document in corpus.documents] == [None, None]


@pytest.mark.real
def test_real_legal_exports(real_data: Path):
    paths = sorted((real_data / "pkulaw-txt").glob("*.txt"))
    corpus = locate_corpus(normalise_corpus(load_corpus(paths)))
    facts = {
        document.meta["database_id"]: (document.place_code, document.year, document.date, document.level)
        for document in corpus.documents
    }
    # Read off the documents' own signatures.
    assert facts == {
        "CLI.12.5679380": ("110000", 2022, "2022-11-21", "province"),
        "CLI.12.4638041": ("340000", 2021, "2021-09-02", "province"),
        "CLI.12.6476457": ("340000", 2022, "2022-03-23", "province"),
        "CLI.12.4792728": ("513200", 2021, "2021-10-11", "prefecture"),
    }
    for document in corpus.documents:
        assert document.meta["url"].startswith("https://www.pkulaw.com/lar/")
        assert "法宝" not in document.text
        assert document.text.count(document.title[:12]) < document.original.count(document.title[:12])
    digests = {hashlib.sha256(document.title.encode()).hexdigest()[:8] for document in corpus.documents}
    assert len(digests) == 4


# ---- front matter ----


@pytest.mark.parametrize(
    ("front", "meta"),
    [
        (
            '+++\ntitle = "某办法"\nyear = 2021\ndate = 2021-03-05\nauthors = ["甲", "乙"]\ndraft = false\nx = 1.5\n'
            '[nested]\na = "b"\n+++\n',
            {"title": "某办法", "year": "2021", "date": "2021-03-05", "authors": "甲;乙", "draft": "false", "x": "1.5"},
        ),
        (
            "---\ntitle: 某办法\nyear: 2021\ndate: 2021-03-05\nauthors: [甲, 乙]\ntags:\n  - 一\n  - 二\nempty: []\n"
            "nested: {a: b}\npeople:\n  - name: 丙\n    at: 某大学\n---\n",
            {
                "title": "某办法",
                "year": "2021",
                "date": "2021-03-05",
                "authors": "甲;乙",
                "tags": "一;二",
                "people": "丙",
            },
        ),
    ],
    ids=["toml", "yaml"],
)
@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_front_matter(front: str, meta: dict[str, str], newline: str):
    (raw,) = read(read_md, (front + "正文。\n").replace("\n", newline))
    assert dict(raw.meta) == meta
    assert raw.original[raw.start : raw.end] == "正文。" + newline
    assert raw.title == "某办法"


@pytest.mark.parametrize("front", ["+++\ntitle = 某\n+++\n", "+++\na = 1\n---\n", "+++ title\n", "+++\nx = 1"])
def test_what_is_no_toml_stays_in_the_text(front: str):
    (raw,) = read(read_md, front + "正文。\n")
    assert (raw.start, dict(raw.meta)) == (0, {})


def test_a_page_with_nothing_but_front_matter_has_its_abstract_as_text():
    (raw,) = read(read_md, f'+++\ntitle = "某文"\nabstract = "{ABSTRACT}"\n+++\n')
    assert raw.original[raw.start : raw.end] == ABSTRACT
    (raw,) = read(read_md, f"---\ntitle: 某文\nabstract: {ABSTRACT}\n---\n正文。\n")
    assert raw.original[raw.start : raw.end] == "正文。\n"


@pytest.mark.real
def test_real_front_matter(real_data: Path):
    folder = real_data / "paper-meta" / "abstract-pages"
    (toml,) = read(read_md, next(folder.glob("toml-*.md")).read_bytes())
    assert toml.meta["authors"] == "王娟;张一;黄晶;李由君;宋洁;张平文"
    assert (toml.meta["date"], toml.meta["publication_short"], len(toml.title)) == ("2022-01-01", "电子政务", 14)
    assert toml.original[toml.start : toml.end] == toml.meta["abstract"]
    (yaml,) = read(read_md, next(folder.glob("yaml-*.md")).read_bytes())
    assert (yaml.meta["author"], yaml.meta["date"]) == ("Xiang Wang and Qin Huang", "2023-04-01")
    assert yaml.original[yaml.start :].strip().startswith("在中央")


# ---- bad input ----


PIECES = [b"{", b"}", b"\n\n", b"@article{", b"TY  - ", b"%0 ", b'"', b"\\", b"[", b"+++\n"]


def mutated(data: bytes, chance: random.Random) -> bytes:
    found = bytearray(data)
    for _ in range(chance.randint(1, 8)):
        at, n = chance.randrange(len(found) + 1), chance.randint(1, 40)
        what = chance.randrange(4)
        if what == 0:
            found[at : at + n] = chance.randbytes(n)
        elif what == 1:
            del found[at : at + n]
        elif what == 2:
            found[at:at] = found[max(0, at - 300) : at]
        else:
            found[at:at] = chance.choice(
                [b"{", b"}", b"\n\n", b"@article{", b"TY  - ", b"%0 ", b'"', b"\\", b"[", b"+++\n"]
            )
    return bytes(found)


def test_mutated_exports_are_read_or_refused():
    chance = random.Random(7)
    seeds = [*(text for _, text in EXPORTS.values()), ESTUDY, HEADER + BODY]
    refused = 0
    for number in range(600):
        data = mutated(seeds[number % len(seeds)].encode(), chance)
        for reader in (EXPORTS[list(EXPORTS)[number % len(EXPORTS)]][0], read_txt, read_md):
            try:
                parts = read(reader, data)
            except ReadError:
                refused += 1
                continue
            assert all(isinstance(part, (Raw, Fault)) for part in parts)
            keys = [part.key for part in parts]
            assert len(set(keys)) == len(keys)
    assert refused < 600


@pytest.mark.parametrize(
    "text",
    [
        "TY  - JOUR\nTI  - a\nAB  - " + " " * 300_000 + "b\nER  - \n",
        "TY  - JOUR\nTI  - a\nAB  - b" + "\n" * 300_000 + "c\nER  - \n",
        "TY  - JOUR\nKW  - " + "数 " * 200_000 + "\nER  - \n",
        "TY  - JOUR\nAU  - " + "数," * 200_000 + "\nER  - \n",
        "%0 a\n%T b\n%X " + "<i " * 100_000,
        "RT A\nT1 " + "(#br) " * 100_000,
        "{Reference Type}: a\n" + "{Title}: a\n" * 100_000,
        "TY  - JOUR\nTI  - a\n" * 20_000,
        "@article{a, title={" + "{" * 200_000,
        "@article{a, author={" + "a and " * 100_000 + "b}}",
        '@article{a, title="' + '\\"{' * 100_000,
        "@article{a," * 5_000,
        "【时效性】" * 50_000,
        "来源：北大法宝\n" * 50_000,
        "\n" * 300_000,
        "+++\n" + "a = [" * 4_000 + "\n+++\n",
    ],
    ids=range(16),
)
def test_no_input_takes_long(text: str):
    began = time.process_time()
    for reader in (read_txt, read_ris, read_bibtex, read_md):
        try:
            read(reader, text)
        except ReadError:
            continue
    assert time.process_time() - began < 5


def test_exports_have_a_line_in_the_table_of_file_types():
    expected = {".ris": read_ris, ".bib": read_bibtex, ".enw": read_endnote, ".net": read_noteexpress}
    assert {name: READERS.get(name) for name in expected} == expected
