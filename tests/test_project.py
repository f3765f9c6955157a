"""Project files: the template holds the defaults, every fault is named with its line, paths start at the file."""

from __future__ import annotations

import re
import tomllib
from dataclasses import fields
from pathlib import Path

import pytest

from textgov.batch import StageOptions
from textgov.errors import UsageError
from textgov.lexicon import read_lexicon
from textgov.panel import PanelOptions
from textgov.project import KINDS, NOT_IN_FILES, SECTIONS, TEMPLATE, TOP_KEYS, Project, read_project, write_template
from textgov.run import RunOptions
from textgov.run.topics import FitOptions


def read_text(folder: Path, text: str) -> Project:
    path = folder / "project.toml"
    path.write_text(text, "utf-8")
    return read_project(path)


def fault_of(folder: Path, text: str) -> UsageError:
    with pytest.raises(UsageError) as raised:
        read_text(folder, text)
    assert raised.value.status == 2
    return raised.value


def default_options() -> RunOptions:
    return RunOptions(StageOptions(lexicons=(read_lexicon("digital-government"),)))


# ---- the template ----


def test_the_template_reads_back_as_the_defaults(tmp_path: Path):
    path = tmp_path / "my project.toml"
    write_template(path)
    project = read_project(path)
    assert project == Project((tmp_path / "reports",), tmp_path / "out", default_options())
    assert f"textgov run {path.name}" in path.read_text("utf-8")


def test_the_template_equals_a_file_that_says_nothing(tmp_path: Path):
    write_template(tmp_path / "full.toml")
    assert read_text(tmp_path, 'sources = ["reports"]') == read_project(tmp_path / "full.toml")


def test_the_template_holds_every_key_and_every_section():
    sections = re.split(r"^\[(\w+)\]$", TEMPLATE, flags=re.MULTILINE)
    keys = {
        name: set(re.findall(r"^(?:# )?(\w+) = ", text, re.MULTILINE))
        for name, text in zip(["", *sections[1::2]], sections[::2], strict=True)
    }
    assert keys.pop("") == set(TOP_KEYS)
    known = {name: {item.name for item in fields(kind)} - set(NOT_IN_FILES) for name, kind in SECTIONS.items()}
    assert keys == known


def test_every_line_of_the_template_that_is_switched_off_is_valid():
    switched_on = re.sub(r"^# (\w+ = )", r"\1", TEMPLATE.format(name="project.toml"), flags=re.MULTILINE)
    content = tomllib.loads(switched_on)
    assert content["metadata"] == "places.xlsx"
    assert content["locate"]["path_pattern"] == "{province}/{city}/{year}"
    assert content["load"] == {"encoding": "gb18030", "text_column": "正文", "language": "zh"}
    assert content["locate"]["divisions"] == "divisions.csv"


def test_the_template_explains_itself_in_both_languages():
    comments = [line.partition("#")[2] for line in TEMPLATE.splitlines() if re.match(r"(# )?\w+ = ", line)]
    explained = [line for line in comments if " / " in line]
    assert len(explained) >= 15
    assert all(re.search("[\u4e00-\u9fff]", line) for line in explained)


def test_the_template_replaces_no_file(tmp_path: Path):
    path = tmp_path / "project.toml"
    path.write_text("mine", "utf-8")
    with pytest.raises(UsageError) as raised:
        write_template(path)
    assert raised.value.code == "out_exists"
    assert path.read_text("utf-8") == "mine"


def test_a_template_that_cannot_be_written_is_an_error(tmp_path: Path):
    with pytest.raises(UsageError) as raised:
        write_template(tmp_path / "nowhere" / "project.toml")
    assert raised.value.code == "out_failed"


# ---- what a project file says ----

FULL = """
sources = ["reports", "more/notices.csv"]
out = "results"
lexicons = ["digital-government-broad", "problem-words"]
labels = "en"
words = false
metadata = "places.csv"

[load]
encoding = "gb18030"
text_column = "正文"

[normalise]
simplify = false

[locate]
year = "delivered"
path_pattern = "{city}/{year}"
divisions = "divisions.csv"

[segment]
engine = "jieba"
hmm = false

[count]
overlap = "all"
context = 5

[panel]
level = "province"
include_direct = true
codes = "2024"
balanced = true

[join]
files = ["yearbook.xlsx"]
columns = ["gdp=地区生产总值"]
prefix = "yb_"
code_column = "代码"
name_column = "市"
province_column = "省"
year_column = "年"

[index]
of = ["de=a,-b"]
titles = ["de=数字赋能/digital empowerment"]
methods = ["ew"]
scope = "base"
base_year = 2015
shift = 1e-4
winsor = 0.01
rare = 0.1
missing = "error"
couple = ["cc=de_ew,gdp"]
coupling = "power"
derive = ["lag:gdp:2"]
strength = "scores.csv"
combine = "product"
pmc = "pmc.csv"
grades = ["good=6"]

[policies]
attach = ["broadband_china"]
policy = ["xxhm_pilot=list.csv"]
coding = "next"
partial = "treated"
window = 3
placebo = 5
placebo_within = "province"
seed = 9
total = 80
"""
BESIDE = {"divisions", "strength", "pmc"}  # files that lie beside the project file


def test_each_section_fills_the_options_of_its_stage(tmp_path: Path):
    project = read_text(tmp_path, FULL)
    content = tomllib.loads(FULL)
    for name in SECTIONS:
        holders = (project.options, project.options.stages, project.options.extend)
        options = next(getattr(one, name) for one in holders if hasattr(one, name))
        assert type(options) is SECTIONS[name]
        assert name not in ("join", "index", "policies") or set(content[name]) == {one.name for one in fields(options)}
        for key, value in content[name].items():
            wanted = tuple(value) if isinstance(value, list) else value
            wanted = str(tmp_path / value) if key in BESIDE else wanted
            wanted = (str(tmp_path / "yearbook.xlsx"),) if key == "files" else wanted
            wanted = (f"xxhm_pilot={tmp_path / 'list.csv'}",) if key == "policy" else wanted
            assert getattr(options, key) == wanted
            assert getattr(SECTIONS[name](), key) != wanted, f"{name}.{key}: a default shows nothing"
    assert project.options.labels == "en"
    assert project.options.stages.words is False
    assert [lexicon.name for lexicon in project.options.stages.lexicons] == content["lexicons"]


TOPICS_SECTION = """
sources = "reports"
[topics]
method = "seeded"
n_topics = 12
seed_share = 0.4
lexicon = "mine.csv"
stopwords = "lists/stop.txt"
"""


def test_a_section_of_topics_asks_for_a_model(tmp_path: Path):
    topics = read_text(tmp_path, TOPICS_SECTION).options.topics
    wanted = {"n_topics": 12, "seed_share": 0.4, "lexicon": str(tmp_path / "mine.csv")}
    assert topics == FitOptions("seeded", **wanted, stopwords=str(tmp_path / "lists" / "stop.txt"))
    assert read_text(tmp_path, "sources = 'a'\n[topics]\n").options.topics == FitOptions()
    assert read_text(tmp_path, "sources = 'a'\n").options.topics is None


def test_the_template_shows_a_section_of_topics(tmp_path: Path):
    shown = TEMPLATE.format(name="x").partition("# [topics]")[2].partition("\n\n")[0]
    section = "\n".join(line.removeprefix("#   ") for line in shown.splitlines()[1:])
    assert read_text(tmp_path, f"sources = 'a'\n[topics]\n{section}\n").options.topics == FitOptions()
    assert section.count(" = ") == 4


@pytest.mark.parametrize(
    ("text", "line", "said"),
    [
        ("topic = 3", 3, "unknown key topic"),
        ("n_topics = '3'", 3, "n_topics: '3' is not a whole number"),
        ("seed_share = 'x'", 3, "seed_share: 'x' is not a number"),
        ("n_topics = 1", 3, "1"),
        ("covariates = ['year']", 3, "year"),
        ("method = 'lsa'", 3, "lsa"),
    ],
)
def test_a_fault_in_the_section_of_topics_is_named_with_its_line(text: str, line: int, said: str, tmp_path: Path):
    fault = str(fault_of(tmp_path, f"sources = 'a'\n[topics]\n{text}\n"))
    assert fault.startswith(f"project.toml line {line}: ")
    assert said in fault


def test_paths_are_relative_to_the_file_and_not_to_the_working_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "study").mkdir()
    monkeypatch.chdir(tmp_path / "elsewhere")
    project = read_text(tmp_path / "study", FULL)
    assert project.sources == (tmp_path / "study" / "reports", tmp_path / "study" / "more" / "notices.csv")
    assert project.out == tmp_path / "study" / "results"
    assert project.options.metadata == tmp_path / "study" / "places.csv"
    assert project.options.stages.locate.divisions == str(tmp_path / "study" / "divisions.csv")


def test_an_absolute_path_stays_as_it_is(tmp_path: Path):
    away = tmp_path / "away"
    project = read_text(tmp_path, f"sources = ['{away}']\nout = '{away / 'out'}'\n")
    assert (project.sources, project.out) == ((away,), away / "out")


def test_one_source_or_lexicon_may_stand_without_brackets(tmp_path: Path):
    project = read_text(tmp_path, 'sources = "reports"\nlexicons = "problem-words"\n')
    assert project.sources == (tmp_path / "reports",)
    assert [lexicon.name for lexicon in project.options.stages.lexicons] == ["problem-words"]


def test_a_lexicon_file_lies_beside_the_project_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    (tmp_path / "mine.csv").write_text("term,category\n一网通办,service\n", "utf-8")
    (tmp_path / "elsewhere").mkdir()
    monkeypatch.chdir(tmp_path / "elsewhere")
    project = read_text(tmp_path, 'sources = "reports"\nlexicons = ["mine.csv", "digital-economy"]\n')
    mine, economy = project.options.stages.lexicons
    assert [entry.term for entry in mine.entries] == ["一网通办"]
    assert economy == read_lexicon("digital-economy")


def test_the_file_of_complete_coverage_lies_beside_the_project_file(tmp_path: Path):
    (tmp_path / "complete.csv").write_text("\ufeffcity_code,year\n420600,2011\n420100,2010\n420100,2010\n", "utf-8")
    text = 'sources = "reports"\ncomplete_coverage = "complete.csv"\n[panel]\nbalanced = true\nlevel = "county"\n'
    panel = read_text(tmp_path, text).options.panel
    assert panel == PanelOptions(level="county", balanced=True, complete=(("420100", 2010), ("420600", 2011)))


@pytest.mark.parametrize(
    ("content", "code", "where"),
    [
        (None, "project_bad", ""),
        ("city,year\n武汉市,2010\n", "column_missing", ""),
        ("code,year\n420100,2010\n4201,2011\n", "project_bad", " row 3"),
        ("code,year\n420100,二〇一〇\n", "project_bad", " row 2"),
    ],
)
def test_a_wrong_file_of_complete_coverage_is_an_error(tmp_path: Path, content, code, where):
    if content is not None:
        (tmp_path / "complete.csv").write_text(content, "utf-8")
    fault = fault_of(tmp_path, 'sources = "reports"\ncomplete_coverage = "complete.csv"\n')
    assert fault.code == code
    assert fault.facts.get("where", "") == where
    assert "complete.csv" in str(fault)


def test_a_byte_order_mark_and_windows_line_ends_do_no_harm(tmp_path: Path):
    path = tmp_path / "project.toml"
    path.write_bytes(b"\xef\xbb\xbf" + 'sources = "报告"\r\n\r\n[count]\r\noverlop = 1\r\n'.encode())
    with pytest.raises(UsageError) as raised:
        read_project(path)
    assert raised.value.facts["where"] == " line 4"
    path.write_bytes(b"\xef\xbb\xbf" + 'sources = "报告"\r\n'.encode())
    assert read_project(path).sources == (tmp_path / "报告",)


# ---- faults ----

UNKNOWN = [
    pytest.param('sources = "a"\noutt = "b"\n', 2, "outt", "out", id="top"),
    pytest.param('source = "a"\n', 1, "source", "sources", id="top-first-line"),
    pytest.param(
        'sources = "a"\n\n# note\n[count]\noverlap = "all"\ncontxt = 3\n', 6, "contxt", "context", id="section"
    ),
    pytest.param('sources = "a"\n[cuont]\ncontext = 3\n', 2, "cuont", "count", id="section-name"),
    pytest.param('sources = "a"\n[ "cuont" ]\n', 2, "cuont", "count", id="quoted-section-name"),
    pytest.param('sources = "a"\n[load]\n"text-column" = "x"\n', 3, "text-column", "text_column", id="quoted-key"),
    pytest.param('sources = "a"\n[normalize]\nsimplify = true\n', 2, "normalize", "normalise", id="spelling"),
    pytest.param('sources = "a"\ncount.contxt = 3\n', 2, "contxt", "context", id="dotted-key"),
    pytest.param('sources = "a"\ncount = { contxt = 3 }\n', 2, "contxt", "context", id="inline-table"),
    pytest.param('sources = "a"\n[[cuont]]\ncontext = 3\n', 2, "cuont", "count", id="array-of-tables"),
    pytest.param('sources = "a"\n[panel]\ncomplete = []\n', 3, "complete", "level", id="not-for-files"),
    pytest.param('sources = "a"\n[count]\nlevel = "county"\n', 3, "level", "levels", id="key-of-another-section"),
    pytest.param('sources = [\n  "a",\n  "b",\n]\n\nwrods = true\n', 6, "wrods", "words", id="after-a-long-list"),
]


@pytest.mark.parametrize(("text", "line", "key", "nearest"), UNKNOWN)
def test_an_unknown_key_is_named_with_its_line_and_the_nearest_known_key(tmp_path: Path, text, line, key, nearest):
    fault = fault_of(tmp_path, text)
    assert fault.code == "option_unknown"
    assert (fault.facts["key"], fault.facts["nearest"]) == (key, nearest)
    assert str(fault).startswith(f"project.toml line {line}: unknown key {key}; did you mean {nearest}?")
    assert nearest in str(fault.facts["known"]).split(", ")


def test_the_same_key_in_two_sections_is_told_apart(tmp_path: Path):
    text = 'sources = "a"\n[segment]\nengine = "rjieba"\n[load]\nencoding = "gb18030"\n[count]\nencoding = "x"\n'
    assert fault_of(tmp_path, text).facts["where"] == " line 7"


WRONG = [
    pytest.param("sources = 3\n", 1, "sources: write a list of texts", id="sources-number"),
    pytest.param('sources = ["a", 3]\n', 1, "sources: write a list of texts", id="sources-mixed"),
    pytest.param('sources = "a"\nlexicons = [1]\n', 2, "lexicons: write a list of texts", id="lexicons"),
    pytest.param('sources = "a"\nout = 3\n', 2, "out: 3 is not a text", id="out"),
    pytest.param('sources = "a"\nmetadata = ["x"]\n', 2, "metadata: ['x'] is not a text", id="metadata"),
    pytest.param('sources = "a"\nwords = "yes"\n', 2, "words: write true or false", id="words"),
    pytest.param('sources = "a"\nwords = 1\n', 2, "words: write true or false", id="words-number"),
    pytest.param('sources = "a"\nlabels = "fr"\n', 2, "labels: write zh or en", id="labels"),
    pytest.param('sources = "a"\ncount = 3\n', 2, "count: write it as a section: [count]", id="section-number"),
    pytest.param('sources = "a"\n[[count]]\n', 2, "count: write it as a section: [count]", id="section-list"),
    pytest.param(
        'sources = "a"\n[count]\ncontext = "5"\n', 3, "context: '5' is not a whole number", id="text-for-number"
    ),
    pytest.param(
        'sources = "a"\n[count]\ncontext = true\n', 3, "context: True is not a whole number", id="bool-for-number"
    ),
    pytest.param('sources = "a"\n[panel]\nbalanced = 1\n', 3, "balanced: 1 is not true or false", id="number-for-bool"),
    pytest.param('sources = "a"\n[panel]\ncodes = 2024\n', 3, "codes: 2024 is not a text", id="number-for-text"),
    pytest.param('sources = "a"\n[load]\nencoding = 1\n', 3, "encoding: 1 is not a text", id="number-for-none"),
    pytest.param("out = 'b'\n", 0, "sources: at least one file or folder is needed", id="no-sources"),
    pytest.param("sources = []\n", 1, "sources: at least one file or folder is needed", id="empty-sources"),
    pytest.param('sources = "a"\n[join]\nfiles = "x"\n', 3, "files: 'x' is not a list of texts", id="text-for-list"),
    pytest.param('sources = "a"\n[index]\nof = [1]\n', 3, "of: [1] is not a list of texts", id="numbers-for-list"),
    pytest.param('sources = "a"\n[index]\nshift = "x"\n', 3, "shift: 'x' is not a number", id="text-for-float"),
    pytest.param("", 0, "sources: at least one file or folder is needed", id="empty-file"),
]


@pytest.mark.parametrize(("text", "line", "said"), WRONG)
def test_a_value_of_the_wrong_type_is_named_with_its_line(tmp_path: Path, text, line, said):
    fault = fault_of(tmp_path, text)
    assert fault.code == "project_bad"
    assert str(fault) == f"project.toml{f' line {line}' if line else ''}: {said}"


@pytest.mark.parametrize(
    ("section", "line"),
    [
        ("index", 'of = ["x"]'),
        ("index", 'methods = ["ew", "topsy"]'),
        ("index", 'scope = "month"'),
        ("policies", 'partial = "half"'),
    ],
)
def test_an_item_that_a_section_refuses_is_named_with_its_line(tmp_path: Path, section, line):
    fault = fault_of(tmp_path, f'sources = "a"\n[{section}]\n\n{line}\n')
    assert str(fault).startswith(f"project.toml line 4: {line.partition(' ')[0]}: ")


@pytest.mark.parametrize("line", ['year = "fiscal"', 'path_pattern = "{town}/{year}"', 'path_pattern = "{year}{year}"'])
def test_an_option_that_its_stage_refuses_is_named_with_its_line(tmp_path: Path, line):
    fault = fault_of(tmp_path, f'sources = "a"\n[locate]\n\n{line}\n')
    assert str(fault).startswith(f"project.toml line 4: {line.split()[0]}: ")


def test_every_kind_of_option_has_a_word(tmp_path: Path):
    kinds = {str if item.default is None else type(item.default) for kind in SECTIONS.values() for item in fields(kind)}
    assert kinds == set(KINDS)


def test_a_missing_file_is_named(tmp_path: Path):
    with pytest.raises(UsageError) as raised:
        read_project(tmp_path / "nowhere.toml")
    assert raised.value.code == "source_missing"
    assert "nowhere.toml" in str(raised.value)


def test_a_folder_is_not_a_project_file(tmp_path: Path):
    with pytest.raises(UsageError) as raised:
        read_project(tmp_path)
    assert raised.value.code == "project_bad"


@pytest.mark.parametrize(
    ("text", "line"),
    [("sources = \n", 1), ('sources = "a"\nout = "b\n', 2), ('sources = "a"\nsources = "b"\n', 2), ("# x\nrun it", 2)],
)
def test_a_file_that_is_not_toml_is_named_with_its_line(tmp_path: Path, text, line):
    fault = fault_of(tmp_path, text)
    assert fault.code == "project_bad"
    assert "project.toml" in str(fault)
    assert re.search(rf"at line {line}, column \d+", str(fault))


def test_a_file_that_is_not_utf_8_says_what_to_do(tmp_path: Path):
    path = tmp_path / "project.toml"
    path.write_bytes('sources = "报告"\n'.encode("gb18030"))
    with pytest.raises(UsageError, match="save the file as UTF-8") as raised:
        read_project(path)
    assert raised.value.facts["path"] == "project.toml"


def test_a_missing_lexicon_is_an_error(tmp_path: Path):
    assert fault_of(tmp_path, 'sources = "a"\nlexicons = "mine"\n').code == "lexicon_missing"
    assert fault_of(tmp_path, 'sources = "a"\nlexicons = "mine.yaml"\n').code == "lexicon_missing"
