"""Lexicon formats: what other programs write is read as they mean it, and nothing is lost in writing without a word."""

from __future__ import annotations

import csv
import io
import json
from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree

import jieba
import jsonschema
import openpyxl
import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from textgov.errors import LexiconError
from textgov.lexicon import FORMATS, builtin_lexicons, match_key, read_lexicon, write_lexicon
from textgov.lexicon.globs import read_glob, write_glob
from textgov.lexicon.source import read_draft
from textgov.records import Category, Context, Entry, Lexicon

CASES = Path(__file__).parent / "cases"
SCHEMA = json.loads((Path(__file__).parents[1] / "textgov" / "data" / "lexicon.schema.json").read_text("utf-8"))


def cases(name: str) -> list[object]:
    return [pytest.param(case, id=case["label"]) for case in json.loads((CASES / name).read_text("utf-8"))]


# ---- reading ----


@pytest.mark.parametrize("case", cases("lexicon_formats.json"))
def test_a_file_of_another_program_is_read_as_it_means(tmp_path: Path, case: dict):
    path = tmp_path / case["file"]
    path.write_bytes(case["input"].encode(case.get("encoding", "utf-8")))
    draft = read_draft(path, None, None, faults := [])
    assert faults == []
    lexicon = draft.lexicon()
    assert [[category.name, category.parent] for category in lexicon.categories] == case["categories"]
    wanted = []
    for term, category, *rest in case["entries"]:
        regex, weight, variants = (*rest, *["", 1, []][len(rest) :])
        wanted.append(Entry(term, category, tuple(variants), weight=weight, regex=bool(regex)))
    assert list(lexicon.entries) == wanted
    assert [[note.code, note.line] for note in draft.notes] == case["remarks"]
    assert {key: getattr(lexicon, key) for key in case.get("about", {})} == case.get("about", {})
    assert read_lexicon(path) == lexicon == read_lexicon(path, format=case["format"])


@pytest.mark.parametrize(
    ("word", "text", "regex"),
    [
        ("tax*", "tax[0-9a-z]*", True),
        ("*tax", "[0-9a-z]*tax", True),
        ("政务*", "政务", False),
        ("*政务*", "政务", False),
        ("推进**改革", r"推进\w*?改革", True),
        ("5G?", r"5G\w", True),
        ("c++*", r"c\+\+", False),
        ("平 台", "平 台", False),
        ("smart cit*", "smartcit[0-9a-z]*", True),
    ],
)
def test_wildcards(word: str, text: str, regex: bool):
    found = read_glob(word)
    assert (found.text, found.regex) == ((text, True) if regex else (text.replace("\\", ""), False))


@given(st.text(st.sampled_from("政务abc*? +(.\\"), min_size=1, max_size=8))
def test_a_word_with_wildcards_that_is_written_is_read_as_the_same(word: str):
    found = read_glob(word)
    again = write_glob(found.text, found.regex)
    if again is not None:
        assert read_glob(again)[1:3] == found[1:3]
    elif found.regex:
        assert any(char in found.text for char in "*?")


def test_workbooks_long_with_merged_cells_and_wide(tmp_path: Path):
    book = openpyxl.Workbook()
    page = book.active
    for row in (["词典", None, None], ["类别", "关键词", "备注"], ["数据", "开放 ", None], [None, "共享", "二"]):
        page.append(row)
    page.append(["热线", 12345, None])
    page.merge_cells("A3:A4")
    book.create_sheet("说明").append(["无"])
    book.save(tmp_path / "long.xlsx")
    draft = read_draft(tmp_path / "long.xlsx", None, None)
    assert draft.lexicon().entries == (
        Entry("开放", "shu_ju"),
        Entry("共享", "shu_ju", note="二"),
        Entry("12345", "re_xian"),
    )
    assert draft.lines == [3, 4, 5]
    assert [note.code for note in draft.notes] == ["lexicon_sheet_unread"]

    book = openpyxl.Workbook()
    for row in (["服务", "数据"], ["一网通办", "开放"], [None, "共享"]):
        book.active.append(row)
    book.save(tmp_path / "wide.xlsx")
    assert [(entry.term, entry.category) for entry in read_lexicon(tmp_path / "wide.xlsx").entries] == [
        ("一网通办", "fu_wu"),
        ("开放", "shu_ju"),
        ("共享", "shu_ju"),
    ]


def test_a_damaged_workbook_is_one_error(tmp_path: Path):
    (tmp_path / "a.xlsx").write_bytes(b"PK\x03\x04 no archive")
    with pytest.raises(LexiconError, match=r"^a\.xlsx: the file is damaged"):
        read_lexicon(tmp_path / "a.xlsx")


def test_remarks_go_to_the_log(tmp_path: Path, caplog: pytest.LogCaptureFixture):
    (tmp_path / "a.dic").write_text("%\n1\ta\n%\n改革\t1\t9\n", "utf-8")
    read_lexicon(tmp_path / "a.dic")
    assert "a.dic: 1 remarks on reading it, such as: '改革' names the category 9" in caplog.text


# ---- the schema ----


def schema_says(text: str) -> bool:
    return jsonschema.Draft202012Validator(SCHEMA).is_valid(yaml.safe_load(text))


# What only the reader can know: keys that stand twice, terms that are the same, names that come about together,
# lists and expressions.
READER_ONLY = (
    *("key twice", "category twice", "term twice", "twice after normalisation", "variant equals another term"),
    *("one term in two categories", "no entry", "unknown list", "expression that", "two categories of one column"),
    *("other weight in another category", "weight without end"),
)


def test_the_schema_is_one():
    jsonschema.Draft202012Validator.check_schema(SCHEMA)


@pytest.mark.parametrize("name", builtin_lexicons())
def test_the_schema_takes_the_built_in_lexicons(name: str):
    folder = Path(__file__).parents[1] / "textgov" / "data" / "lexicons"
    assert schema_says((folder / f"{name}.yaml").read_text("utf-8"))


@pytest.mark.parametrize("case", cases("lexicon_broken.json"))
def test_the_schema_and_the_reader_agree_on_what_is_broken(case: dict[str, str]):
    if not case["file"].endswith(".yaml") or "YAML" in case["detail"] or "tab" in case["label"]:
        return
    if case["label"].startswith(("quanteda", "cntext")):
        return
    assert schema_says(case["input"]) == case["label"].startswith(READER_ONLY)


@pytest.mark.parametrize(
    "text",
    [
        "categories:\n  core:\n    entries: [12345, no, 1.0, 数字政府]\n",
        "categories:\n  数据: {entries: []}\n  core:\n    column: c\n    entries: [{term: 甲, regex: false}]\n",
        "prefix: ''\nlists: {a: [x, y]}\ncategories:\n  c:\n    categories:\n      d:\n        entries:\n"
        "          - {term: 甲, near: ['@a'], not_near: {any: [z], within: 10}, exclude: [甲乙]}\n"
        "          - {term: 丙, near: {any: [z], within: sentence}}\n",
    ],
)
def test_the_schema_and_the_reader_agree_on_what_is_right(tmp_path: Path, text: str):
    (tmp_path / "a.yaml").write_text(text, "utf-8")
    assert read_lexicon(tmp_path / "a.yaml").entries
    assert schema_says(text)


# ---- writing ----

FULL = Lexicon(
    "full",
    "2.1",
    "fl",
    "全",
    "full",
    "me (2024)",
    (
        Category("service", "服务", "services"),
        Category("service_online", "线上", "online", "service"),
        Category("phone", "电话", "by telephone", "service"),
        Category("data", "data", "data"),
    ),
    (
        Entry("窗口", "service", exclude=("窗口期",)),
        Entry("一网通办", "service_online", ("一网办",), "数字政府", "S1", "a note: with a colon"),
        Entry("政务[云网]", "service_online", regex=True),
        Entry("热线", "phone", weight=0.5, near=Context(("政府", "政务", "市民"), 10)),
        Entry("开放", "data", near=Context(("数据", "信息", "政府", "政务")), not_near=Context(("改革",))),
        Entry("e-gov[0-9a-z]*", "data", regex=True),
    ),
    "made by hand",
    "zh",
    (("gov", ("政府", "政务")), ("data", ("数据", "信息"))),
)


def test_own_file_is_readable_and_keeps_the_names_of_lists(tmp_path: Path):
    assert write_lexicon(FULL, tmp_path / "full.yaml") == ()
    text = (tmp_path / "full.yaml").read_text("utf-8")
    assert read_lexicon(tmp_path / "full.yaml") == FULL
    lines = [line.strip() for line in text.splitlines()]
    assert "- {term: 窗口, exclude: [窗口期]}" in lines
    assert "- {term: 热线, near: {any: ['@gov', 市民], within: 10}, weight: 0.5}" in lines
    assert "- {term: 开放, near: ['@data', '@gov'], not_near: [改革]}" in lines
    assert lines[lines.index("phone:") + 2] == "column: phone"
    assert schema_says(text)
    assert read_lexicon(tmp_path / "full.yaml").hash == FULL.hash


@pytest.mark.parametrize("name", builtin_lexicons())
@pytest.mark.parametrize("ending", ["yaml", "xlsx"])
def test_built_in_lexicons_are_written_without_loss(tmp_path: Path, name: str, ending: str):
    lexicon = read_lexicon(name)
    assert write_lexicon(lexicon, tmp_path / f"again.{ending}") == ()
    assert read_lexicon(tmp_path / f"again.{ending}") == lexicon


META = {"lost_fields", "lost_titles"}
CHANGED = {"lost_categories", "lost_lists", "lost_variants", "lost_condition", "lost_remark"}
LOST = {
    "textgov": set(),
    "excel": set(),
    "csv": {*META, "lost_categories", "lost_lists"} - {"lost_variants"},
    "quanteda": {*META, *CHANGED, "lost_entries"},
    "yoshikoder": {*META, *CHANGED, "lost_entries"},
    "wordstat": {*META, *CHANGED, "lost_entries"},
    "liwc": {*META, *CHANGED, "lost_entries"},
    "lexicoder": {*META, *CHANGED, "lost_entries"},
    "cntext": {*META, *CHANGED, "lost_entries"},
    "jieba": {"lost_fields", *CHANGED, "lost_entries"},
}


@pytest.mark.parametrize("name", FORMATS)
def test_what_a_format_loses_is_said(tmp_path: Path, name: str):
    path = tmp_path / f"out{FORMATS[name].endings[0]}"
    if LOST[name]:
        with pytest.raises(LexiconError, match="add --lossy") as caught:
            write_lexicon(FULL, path, format=name)
        assert list(tmp_path.iterdir()) == []
        assert {finding.code for finding in caught.value.facts["losses"]} >= LOST[name] - {"lost_categories"}
    lost = write_lexicon(FULL, path, format=name, lossy=True)
    assert {finding.code for finding in lost} - {"lost_order"} <= LOST[name]
    for finding in lost:
        assert str(finding)
        assert finding.text("zh") != str(finding)


def test_files_for_other_programs_look_as_these_write_them(tmp_path: Path):
    def text(name: str) -> str:
        path = tmp_path / f"{name}.out"
        write_lexicon(FULL, path, format=name, lossy=True)
        return path.read_text("utf-8")

    assert text("liwc") == (
        "%\n1\tservice\n\t2\tonline\n\t3\tphone\n4\tdata\n%\n"
        "窗口\t1\n一网通办\t1\t2\n一网办\t1\t2\n热线\t1\t3\n开放\t4\ne-gov*\t4\n"
    )
    assert text("wordstat").splitlines()[:4] == ["service", "\t窗口 (1)", "\tonline", "\t\t一网通办 (1)"]
    assert "\t\t热线 (0.5)" in text("wordstat").splitlines()
    assert text("lexicoder").splitlines()[:4] == ["+service", "窗口", "+service_online", "一网通办"]
    assert text("jieba").splitlines() == ["窗口", "一网通办", "一网办", "热线", "开放"]
    found = yaml.safe_load(text("quanteda"))
    assert found == {
        "service": {"__": ["窗口"], "online": ["一网通办", "一网办"], "phone": ["热线"]},
        "data": ["开放", "e-gov*"],
    }
    root = ElementTree.fromstring(text("yoshikoder"))
    assert [node.get("name") for node in root.iter("pnode")] == ["窗口", "一网通办", "一网办", "热线", "开放", "e-gov*"]
    assert [node.get("score") for node in root.iter("pnode")][3] == "0.5"
    found = yaml.safe_load(text("cntext"))
    assert (found["Name"], found["Refer"], found["Category"]) == (
        "full",
        "me (2024)",
        ["service", "service_online", "phone", "data"],
    )
    assert found["Dictionary"]["phone"] == {"热线": 0.5}
    rows = list(csv.DictReader(io.StringIO(text("csv").removeprefix("\ufeff"))))
    assert [(row["term"], row["category"], row["category_2"]) for row in rows][:2] == [
        ("窗口", "service", ""),
        ("一网通办", "service", "online"),
    ]


def test_jieba_reads_what_is_written_for_it(tmp_path: Path):
    lexicon = replace(FULL, entries=(Entry("一体化在线平台", "data"), Entry("互联网+政务服务", "data")))
    write_lexicon(lexicon, tmp_path / "words.txt", lossy=True)
    tokenizer = jieba.Tokenizer()
    with (tmp_path / "words.txt").open("rb") as stream:
        tokenizer.load_userdict(stream)
    assert tokenizer.lcut("建设一体化在线平台和互联网+政务服务") == ["建设", "一体化在线平台", "和", "互联网+政务服务"]
    lost = write_lexicon(replace(FULL, entries=(Entry("“双随机”", "data"),)), tmp_path / "b.txt", lossy=True)
    assert "jieba_cuts" in {finding.code for finding in lost}


def test_an_unknown_format_or_ending(tmp_path: Path):
    with pytest.raises(LexiconError, match="spss is not a format of lexicons"):
        write_lexicon(FULL, tmp_path / "a.yaml", format="spss")
    with pytest.raises(LexiconError, match="the format of the file is not known"):
        write_lexicon(FULL, tmp_path / "a.lex")
    with pytest.raises(LexiconError, match="spss is not a format of lexicons"):
        read_lexicon("digital-economy", format="spss")


# ---- random lexicons ----

HAN = "数字政府服务云开放电子平台"
LETTERS = st.text(st.sampled_from(HAN + "aZ9 +*?();@#%\\.、；:'\"-_\u3000Ａ數\t"), min_size=1, max_size=6)
ANY_TEXT = st.text(st.characters(exclude_categories=("Cs",)), max_size=8)
PLAIN = st.text(st.sampled_from(HAN + "aZ9"), min_size=1, max_size=5)
REGEX = st.sampled_from(["政务[云网]", "e-gov[0-9a-z]*", r"推进\w*?改革", "a|b", r"\d+号", r"[;；]甲", "甲 乙"])
WORDS = st.lists(LETTERS.filter(str.strip), max_size=3, unique=True).map(tuple)
CONTEXTS = st.none() | st.builds(Context, WORDS.filter(bool), st.sampled_from([0, 1, 20]))
NAMES = st.text(st.sampled_from("abc_1"), min_size=1, max_size=4).map(lambda name: f"k{name}")


@st.composite
def lexicons(draw: st.DrawFn, simple: bool = False) -> Lexicon:
    """A lexicon as it comes from a file: categories in the order of the tree, every term said once."""
    categories: list[Category] = []

    def grow(parent: str, depth: int) -> None:
        for key in draw(st.lists(NAMES, min_size=0 if depth else 1, max_size=2, unique=True)):
            joined = f"{parent}_{key}" if parent and draw(st.booleans()) else key
            if joined not in [category.name for category in categories]:
                titles = (joined, joined) if simple else (draw(ANY_TEXT), draw(ANY_TEXT))
                categories.append(Category(joined, *titles, parent))
                if depth < 2:
                    grow(joined, depth + 1)

    grow("", 0)
    lists = draw(st.dictionaries(PLAIN, WORDS, max_size=2))
    entries, seen = [], set[str]()
    for category in categories:
        for _ in range(draw(st.integers(0, 3))):
            entry = draw(entry_of(category.name, simple, lists))
            keys = {f"/{term}/" if entry.regex else match_key(term) for term in (entry.term, *entry.variants)}
            letters = all(entry.regex or any(map(str.isalnum, key)) for key in keys)
            if letters and not keys & seen and len(keys) == 1 + len(entry.variants):
                seen |= keys
                entries.append(entry)
    entries = entries or [Entry("数字政府", categories[0].name)]
    texts = [draw(PLAIN if simple else ANY_TEXT.filter(str.strip)) for _ in range(6)]
    return Lexicon(
        texts[0],
        texts[1],
        "p1",
        texts[2],
        texts[3],
        texts[4],
        tuple(categories),
        tuple(entries),
        texts[5],
        "zh",
        tuple(lists.items()),
    )


@st.composite
def entry_of(draw: st.DrawFn, category: str, simple: bool, lists: dict[str, tuple[str, ...]]) -> Entry:
    regex = draw(st.booleans())
    terms = REGEX if regex else PLAIN if simple else LETTERS.filter(str.strip)
    variants = () if simple else draw(st.lists(terms, max_size=2, unique=True).map(tuple))
    if simple:
        return Entry(draw(terms), category, regex=regex)
    near = draw(CONTEXTS)
    if lists and draw(st.booleans()):
        near = Context(tuple(dict.fromkeys(word for words in lists.values() for word in words)) or ("x",))
    return Entry(
        draw(terms),
        category,
        variants,
        draw(ANY_TEXT),
        draw(ANY_TEXT),
        draw(ANY_TEXT),
        draw(WORDS),
        near,
        draw(CONTEXTS),
        draw(st.sampled_from([1.0, 1.0, 0.0, 2.0, -0.5, 1e-7, 1e22, 0.1])),
        regex,
    )


SLOWLY = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


@SLOWLY
@given(lexicon=lexicons())
def test_own_format_reads_back_equal(tmp_path: Path, lexicon: Lexicon):
    assert write_lexicon(lexicon, tmp_path / "a.yaml") == ()
    assert read_lexicon(tmp_path / "a.yaml") == lexicon
    assert schema_says((tmp_path / "a.yaml").read_text("utf-8"))


@pytest.mark.parametrize("name", [name for name in FORMATS if name != "textgov"])
@settings(SLOWLY, max_examples=25)
@given(lexicon=lexicons() | lexicons(simple=True))
def test_other_formats_read_back_equal_but_for_what_is_said(tmp_path: Path, name: str, lexicon: Lexicon):
    path = tmp_path / f"a{FORMATS[name].endings[0]}"
    lost = write_lexicon(lexicon, path, format=name, lossy=True)
    codes = {finding.code for finding in lost}
    try:
        again = read_lexicon(path, format=name)
    except LexiconError:
        assert codes == {"lost_entries"}  # nothing of it can be written
        return
    if not codes - {"jieba_cuts"}:
        assert again == lexicon
    said = {name for one in lost if one.code == "lost_fields" for name in one.facts["fields"].split(", ")}
    about = {"name", "version", "prefix", "citation", "note", "language"}
    changed = {key for key in about if getattr(again, key) != getattr(lexicon, key)}
    changed |= {f"title {key}" for key in ("zh", "en") if getattr(again, key) != getattr(lexicon, key)}
    assert said == changed
    assert ("lost_categories" in codes) == (again.paths() != lexicon.paths())
    old, new = ({(one.category, one.term, one.regex): one for one in each.entries} for each in (lexicon, again))
    missing = old.keys() - new.keys()
    moved = {"lost_entries", "lost_spelling", "lost_condition", "lost_categories"}
    assert not missing or codes & moved
    assert not new.keys() - old.keys() or codes & {"lost_variants", *moved}
    for key in old.keys() & new.keys():
        for field in ("variants", "exclude", "near", "not_near", "weight", "phase", "source", "note"):
            if getattr(old[key], field) != getattr(new[key], field):
                said = {finding.code for finding in lost if finding.facts.get("field", "variants") == field}
                assert said & {"lost_variants", "lost_condition", "lost_remark"}


@SLOWLY
@given(lexicon=lexicons(simple=True))
def test_a_simple_lexicon_loses_no_hit_in_the_formats_with_a_tree(tmp_path: Path, lexicon: Lexicon):
    words = tuple(entry for entry in lexicon.entries if not entry.regex)
    plain = replace(lexicon, entries=words or (Entry("窗口", lexicon.categories[0].name),))
    wanted = {(entry.category, entry.term) for entry in plain.entries}
    chained = all(not one.parent or one.name.startswith(f"{one.parent}_") for one in plain.categories)
    for name in ("csv", "quanteda", "yoshikoder", "wordstat", "liwc"):
        path = tmp_path / f"b{FORMATS[name].endings[0]}"
        write_lexicon(plain, path, format=name, lossy=True)
        again = read_lexicon(path, format=name)
        assert {entry.term for entry in again.entries} == {entry.term for entry in plain.entries}
        if chained and name != "csv":
            assert {(entry.category, entry.term) for entry in again.entries} == wanted
