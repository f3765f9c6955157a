"""Papers and chapters taken apart: every kind of section on texts written for the purpose."""

import pytest
from conftest import iter_reports
from hypothesis import given
from hypothesis import strategies as st

from textgov.normalise import normalise_text
from textgov.normalise.papers import paper_key, split_paper

ABSTRACT = "本文研究县级平台怎样缩短办事时间,并用两期数据检验。结果是平均缩短三天。"
BODY = "平台上线以后,窗口的排队人数明显下降[1]。问卷也这样说(李一,2019)。"
REFERENCES = """[1]李一,王二.窗口服务研究[J].行政论坛,2019(3).
[2]Smith J. Counters[M].London:Press,2001.
[3]赵三.平台[D].北京大学,2018."""


def split(text):
    parts = split_paper(text)
    assert parts is not None
    return parts


def words(text, name):
    return "\n".join(text[one.start : one.end].strip() for one in split(text).sections if one.name == name)


def names(text):
    return [one.name for one in split(text).sections]


def check_cover(text, parts):
    """Sections follow one another without a gap from the first character to the last."""
    edges = [one.start for one in parts.sections] + [len(text)]
    assert edges[0] == 0
    assert [one.end for one in parts.sections] == edges[1:]
    assert all(one.start < one.end for one in parts.sections)


def paper(abstract="摘要:", keywords="关键词:", references="参考文献"):
    return f"""县级政务平台的时间效应
——以某县为例
李一1,2 王二丁2*
(1.甲州大学 管理学院,甲州 100001;2.乙州学院 法学院,乙州 200002)
{abstract}{ABSTRACT}
{keywords}政务平台;办事时间;县级政府
中图分类号:D63 文献标识码:A 文章编号:1234-567X(2021)03-0012-08
一、引言
{BODY}
表1 变量的定义
二、结论
平台有用。
{references}
{REFERENCES}
[收稿日期]2020-11-02
[作者简介]李一,男,甲州大学管理学院教授;王二丁(通讯作者),乙州学院法学院讲师。
"""


# ---- labels in all their forms ----


ABSTRACT_FORMS = (
    "摘要:",
    "【摘要】",
    "[摘 要]",
    "[摘要]:",
    "摘 要 ",
    "摘要\n",
    "内容提要:",
    "〔摘 要〕",
    "## 摘要\n\n",
    "<摘要>",
)
KEYWORD_FORMS = ("关键词:", "【关键词】", "[关 键 词]", "关键词 ", "关键词\n", "[关键字]:")


@pytest.mark.parametrize("abstract", ABSTRACT_FORMS)
@pytest.mark.parametrize("keywords", KEYWORD_FORMS)
def test_forms_of_the_chinese_labels(abstract, keywords):
    text = paper(abstract, keywords)
    assert words(text, "abstract").endswith(ABSTRACT)
    assert split(text).meta["keywords"] == "政务平台;办事时间;县级政府"
    assert words(text, "body") == f"一、引言\n{BODY}\n二、结论\n平台有用。"


REFERENCE_FORMS = """参考文献|参考文献:|【参考文献】|[ 参 考 文 献 ]|注释及参考文献|注释与参考文献:|六、参考文献
主要参考文献|References|## 参考文献|引用文献""".replace("\n", "|").split("|")


@pytest.mark.parametrize("heading", REFERENCE_FORMS)
def test_forms_of_the_heading_of_references(heading):
    text = paper(references=heading)
    assert words(text, "references") == f"{heading}\n{REFERENCES}"
    assert split(text).meta["n_references"] == "3"
    assert "[J]" not in words(text, "body")


def test_full_width_forms_fold_to_the_same():
    wide = normalise_text(paper("摘　要：", "关键词：").replace(",", "，").replace("(", "（").replace(")", "）"))
    parts, plain = split(wide), split(paper("摘要:", "关键词:"))
    assert [one.name for one in parts.sections] == [one.name for one in plain.sections]
    assert dict(parts.meta) == dict(plain.meta)


# ---- what a paper says about itself ----


def test_front_matter_of_a_chinese_paper():
    text = paper()
    parts = split(text)
    check_cover(text, parts)
    assert parts.title == "县级政务平台的时间效应——以某县为例"
    assert {key: value for key, value in parts.meta.items() if key != "paper_id"} == {
        "title": "县级政务平台的时间效应——以某县为例",
        "authors": "李一;王二丁",
        "author_affiliations": "1,2;2",
        "affiliations": "1.甲州大学 管理学院,甲州 100001;2.乙州学院 法学院,乙州 200002",
        "keywords": "政务平台;办事时间;县级政府",
        "clc": "D63",
        "article_id": "1234-567X(2021)03-0012-08",
        "year": "2021",
        "issue": "3",
        "corresponding": "王二丁",
        "n_references": "3",
        "headings": "一、引言\n二、结论",
    }
    want = "title authors affiliations abstract keywords metadata body captions body references metadata"
    assert names(text) == want.split()


def test_citation_markers_stay_in_the_body():
    assert "[1]" in words(paper(), "body")
    assert "(李一,2019)" in words(paper(), "body")


ENGLISH = """Journal of Public Counters ›› 2019, Vol. 7 ›› Issue (2): 10-31.doi: 10.1234/JPC.2019.007
Queues at the Counter: How Portals Change Waiting
Anna Bell1, Carl de Vries2 and Dora Lee1*
1. School of Government, University of Northtown, Northtown 12345
2. Department of Economics, College of Southport
Received: 2018-05-01 Accepted: 2018-12-11 Published: 2019-03-04
Abstract: We ask whether portals shorten waiting. They do, by three days.
Keywords: portals; waiting time; local government
1. Introduction
Waiting is costly (Bell, 2010). Table 1 shows the design.
Table 1. Variables
Figure 2: Waiting by year
2. Results
Portals shorten waiting by three days.
Acknowledgements: We thank the counters.
References
Bell, A. (2010). Waiting. Journal of Queues, 3(1), 1-9.
Lee, D. (2012). Portals. https://example.org/portals
Vries, C. (2014). Counters. Northtown Press, 2014.
"""


def test_an_english_paper():
    parts = split(ENGLISH)
    check_cover(ENGLISH, parts)
    assert parts.title == parts.meta["title_en"] == "Queues at the Counter: How Portals Change Waiting"
    want = {
        "authors": "Anna Bell;Carl de Vries;Dora Lee",
        "author_affiliations": "1;2;1",
        "journal": "Journal of Public Counters",
        "volume": "7",
        "issue": "2",
        "pages": "10-31",
        "year": "2019",
        "doi": "10.1234/jpc.2019.007",
        "date": "2019-03-04",
        "keywords": "portals;waiting time;local government",
        "n_references": "3",
    }
    assert {key: parts.meta.get(key) for key in want} == want
    assert parts.meta["affiliations"].startswith("1.School of Government, University of Northtown")
    assert words(ENGLISH, "body").split("\n") == [
        "1. Introduction",
        "Waiting is costly (Bell, 2010). Table 1 shows the design.",
        "2. Results",
        "Portals shorten waiting by three days.",
    ]
    assert words(ENGLISH, "captions") == "Table 1. Variables\nFigure 2: Waiting by year"


def test_the_english_part_may_stand_behind_the_references():
    text = paper() + (
        "The Time Effect of County Portals\nLI Yi, WANG Erding\n"
        "(1. School of Management, Jia University, Jiazhou 100001)\n"
        "Abstract: Portals shorten waiting.\nKey words: portals; waiting time\n(责任编辑:赵三)\n"
    )
    parts = split(text)
    check_cover(text, parts)
    assert names(text)[-8:] == [
        "references", "metadata", "title_en", "authors", "affiliations", "abstract_en", "keywords_en", "metadata"
    ]  # fmt: skip
    assert parts.meta["title_en"] == "The Time Effect of County Portals"
    assert parts.meta["authors_en"] == "LI Yi;WANG Erding"
    assert parts.meta["keywords_en"] == "portals;waiting time"
    assert parts.meta["title"].startswith("县级政务平台")


def test_an_abstract_in_several_paragraphs_and_one_cut_by_line_ends():
    several = paper("摘要\n目的:看时间。\n方法:两期数据。\n结果:")
    assert words(several, "abstract") == f"摘要\n目的:看时间。\n方法:两期数据。\n结果:{ABSTRACT}"
    wrapped = paper(f"摘要:{ABSTRACT[:12]}\n{ABSTRACT[12:20]}\n", "\n关键词:").replace("\n\n", "\n")
    assert BODY not in words(wrapped, "abstract")
    assert words(wrapped, "body").startswith("一、引言")


def test_an_abstract_without_keywords_ends_with_its_paragraph():
    text = f"题目在这里\n李一 王二\n摘要:{ABSTRACT}\n{BODY}\n{BODY}\n参考文献\n{REFERENCES}\n"
    assert words(text, "abstract") == f"摘要:{ABSTRACT}"
    assert words(text, "body") == f"{BODY}\n{BODY}"


def test_a_page_with_an_abstract_alone_has_no_body():
    text = f"题目在这里\n李一 王二\n摘要:{ABSTRACT}\n关键词:平台;时间\nDOI:10.1234/abc.5\n"
    assert names(text) == ["title", "authors", "abstract", "keywords", "metadata"]
    assert split(text).meta["doi"] == "10.1234/abc.5"


def test_a_paper_in_one_line():
    text = f"题目在这里 【摘要】{ABSTRACT}【关键词】平台;时间 一、引言 {BODY} 参考文献: {REFERENCES}".replace("\n", " ")
    assert names(text) == ["title", "abstract", "keywords", "body", "references"]
    assert words(text, "body") == f"一、引言 {BODY}"
    assert split(text).meta["n_references"] == "3"


def test_a_paper_without_an_abstract_is_known_by_its_references():
    text = f"题目在这里\n李一 王二\n{BODY}\n{BODY}\n参考文献\n{REFERENCES}\n"
    assert names(text) == ["title", "authors", "body", "references"]
    assert split(text).meta["authors"] == "李一;王二"
    bare = f"题目在这里\n李一 王二\n{BODY}\n{BODY}\n{REFERENCES}\n"
    assert words(bare, "references") == REFERENCES


def test_a_guideline_with_a_few_works_is_no_paper_but_one_with_many_articles_is():
    guideline = f"{BODY * 4}\n一、适用范围\n{BODY}\n六、参考文献\n"
    assert split_paper(guideline + REFERENCES) is None
    text = guideline + REFERENCES.replace("[M]", "[J]").replace("[D]", "[J]")
    assert names(text) == ["body", "references"]
    headless = guideline.replace("六、参考文献\n", "") + REFERENCES.replace("[M]", "[J]").replace("[D]", "[J]")
    assert names(headless) == ["body", "references"]


def test_a_doi_of_a_reference_is_not_that_of_the_paper():
    text = paper().replace("行政论坛,2019(3).", "行政论坛,2019(3). doi: 10.5555/other.1")
    assert "doi" not in split(text).meta


def test_notes_captions_citing_works_and_counters():
    works = "施引文献(2)\n1. 孙四. 甲. 乙学报. 2022(01): 1-9 .\n2. 周五. 丙. 丁学报. 2023(02): 3-8 .\n"
    page = "图(1)\n计量\n文章访问数: 12\nPDF下载量: 3\n"
    text = paper().replace("[收稿日期]", works + page + "[收稿日期]")
    text = text.replace("参考文献\n", "① 这是第一条注。\n② 这是第二条注。\n图 1 平台\n参考文献\n")
    parts = split(text)
    check_cover(text, parts)
    assert words(text, "notes") == "① 这是第一条注。\n② 这是第二条注。"
    assert words(text, "captions") == "表1 变量的定义\n图 1 平台\n图(1)"
    assert words(text, "counters") == "计量\n文章访问数: 12\nPDF下载量: 3"
    assert (parts.meta["n_citing"], parts.meta["n_references"]) == ("2", "3")
    assert words(text, "body") == f"一、引言\n{BODY}\n二、结论\n平台有用。"


def test_circled_numbers_inside_the_body_are_no_notes():
    text = paper().replace("二、结论\n", "① 第一点。\n② 第二点。\n二、结论\n")
    assert "notes" not in names(text)
    assert "② 第二点。" in words(text, "body")


@pytest.mark.parametrize(
    ("line", "caption"),
    [
        ("图1 数字平台的框架", True),
        ("表 2-1 回归结果", True),
        ("图3:时间", True),
        ("Figure 4. Waiting", True),
        ("Table 1 shows the results", False),
        ("图1显示了平台的框架", False),
        ("表2中的系数都是正的。", False),
        ("表示同意", False),
        ("资料来源:作者整理", True),
    ],
)
def test_what_is_a_caption(line, caption):
    text = paper().replace("表1 变量的定义", line)
    assert (line in words(text, "body")) is not caption


# ---- the same paper twice, and two forms that disagree ----


def test_the_key_of_a_paper():
    assert paper_key({"doi": "10.1/A", "title": "甲"}) == paper_key({"doi": "10.1/a", "title": "乙"}) == "10.1/a"
    same = paper_key({"title": "数字政府: 一个框架", "year": "2020"})
    assert same == paper_key({"title": "数字政府——一个框架", "year": "2020"})
    assert same != paper_key({"title": "数字政府: 一个框架", "year": "2021"})
    assert paper_key({"year": "2020"}) == paper_key({}) == ""


@pytest.mark.parametrize(
    ("place", "conflicts"),
    [
        ("School of Management, Jia University, Jiazhou 100001", None),
        ("School of Politics, Jia University, Jiazhou 100001", "affiliation 1"),
        ("School of Management, Jia University, Jiazhou 100009", "affiliation 1"),
    ],
)
def test_affiliations_that_disagree_are_reported(place, conflicts):
    text = (
        f"题目在这里\n李一1 王二1\n1.甲州大学管理学院,甲州 100001\nThe Title Is Here\nLi Yi1 Wang Er1\n1. {place}\n"
        f"摘要:{ABSTRACT}\n关键词:平台;时间\n{BODY}\n"
    )
    meta = split(text).meta
    assert meta["affiliations"] == "1.甲州大学管理学院,甲州 100001"
    assert meta["affiliations_en"] == f"1.{place}"
    assert meta.get("conflicts") == conflicts


# ---- textbooks ----

CHAPTER = """第三章 平台与窗口
学习目标
1. 了解平台。
2. 掌握窗口。
导入案例
某县的窗口排起了长队。
思考题
1. 为什么排队?
第一节 平台
平台把事项放到网上。
(一)事项
事项有三类。
本章小结
平台和窗口互相补充。
复习思考题
1. 什么是平台?
2. 什么是窗口?
参考文献
[1]李一.平台[M].北京:出版社,2019.
"""


@pytest.mark.parametrize("marks", ["", "## "])
def test_a_chapter_of_a_textbook(marks):
    frame = ("学习目标", "导入案例", "思考题", "第一节 平台", "本章小结", "复习思考题", "参考文献", "第三章 平台与窗口")
    lines = [f"{marks}{line}" if line in frame else line for line in CHAPTER.split("\n")]
    text = "\n".join(lines)
    parts = split(text)
    check_cover(text, parts)
    assert names(text) == ["title", "goals", "body", "questions", "body", "exercises", "references"]
    assert words(text, "body").replace("## ", "").split("\n") == [
        "导入案例", "某县的窗口排起了长队。", "第一节 平台", "平台把事项放到网上。", "(一)事项", "事项有三类。",
        "本章小结", "平台和窗口互相补充。",
    ]  # fmt: skip
    assert (parts.title, parts.meta["chapter"]) == ("平台与窗口", "第三章")
    assert parts.meta["headings"].split("\n") == ["第一节 平台", "(一)事项"] if not marks else True


# ---- what is no paper ----


@pytest.mark.parametrize(
    "text",
    [
        "",
        "\n\n",
        "政府工作报告(摘要)\n各位代表:\n现在,我代表市人民政府作报告。",
        "关于印发方案的通知\n各县人民政府:\n摘要发布信息。关键词是落实。",
        "第一章 总则\n第一条 为了规范数据,制定本法。\n第二章 目标\n第二条 学习目标由学校确定。",
        "关于文献保护的意见\n一、总体要求\n保护参考文献。\n二、措施\n整理文献。",
        "Abstract thinking is useful.\nIt is.",
        "新闻\n今天开会。\n[1] 一\n[2] 二",
    ],
)
def test_other_texts_are_left_alone(text):
    assert split_paper(text) is None


@pytest.mark.real
def test_no_real_report_is_a_paper(real_data):
    found = [name for name, text in iter_reports(real_data) if split_paper(normalise_text(text))]
    assert found == []


@pytest.mark.real
def test_no_real_notice_address_or_statute_is_a_paper(real_data):
    folders = ("gov-cn-html", "hk-policy-address", "tw-law-json", "pkulaw-txt", "county-gbk", "national-wikisource")
    seen = 0
    for path in sorted(path for folder in folders for path in (real_data / folder).rglob("*")):
        if path.is_dir() or path.suffix == ".pdf":
            continue
        data = path.read_bytes()
        text = data.decode("gb18030" if "gbk" in str(path.parent) else "utf-8", "replace")
        assert split_paper(normalise_text(text)) is None, path.name
        seen += 1
    assert seen > 150


# ---- any text ----

LINES = """摘要:|Abstract: We ask.|关键词:甲;乙|参考文献|[1]李一.窗口[J].论坛,2019(3).|[2]|① 注|② 注|图 1 框架|学习目标
1. 了解。|第 1 章|## 1.1 节|思考题|一、引言|李一 王二||  |正文一句。|计量|DOI:10.1/a|基金项目:|目录|#|•|1.甲大学,100000
The Title of It|Li Yi1 Wang Er2|附录|期刊类型引用(2)""".replace("\n", "|").split("|")


@given(st.lists(st.sampled_from(LINES) | st.text(max_size=20), max_size=40), st.sampled_from(["\n", "\n\n", " "]))
def test_any_lines_are_covered_and_nothing_is_raised(lines, glue):
    text = glue.join(lines)
    parts = split_paper(text)
    if parts is not None:
        check_cover(text, parts)
        assert all(isinstance(value, str) and value for value in parts.meta.values())
        assert split_paper(text) == parts


@given(st.text(alphabet="摘要:关键词[]参考文献Abstract1.①图\n •#,;()大学 \u3000", max_size=300))
def test_any_characters_are_covered(text):
    parts = split_paper(text)
    if parts is not None:
        check_cover(text, parts)


@pytest.mark.parametrize(
    "unit", [" ", "\n", "[ ", "摘 ", "• ", "王 ", "1. ", "(1", "››", "; ", "甲大学,", "Li Yi, ", "① "]
)
@pytest.mark.parametrize("place", ["题目在这里\n", "一、引言\n", "关键词:", "[作者简介]", "参考文献\n", "[收稿日期]"])
def test_long_runs_do_not_stop_the_splitter(unit, place):
    """No clock here: a pattern that takes the square or cube of such a run would not end."""
    text = ("题目在这里\n" + paper()).replace(place, place + unit * (60_000 // len(unit)), 1)
    parts = split_paper(text)
    if parts is not None:
        check_cover(text, parts)
