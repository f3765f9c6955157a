"""The check of a lexicon: every fault with its line, and nothing against a good lexicon."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest
import typer.testing

from textgov.cli import app
from textgov.count import count_lexicon
from textgov.errors import LexiconError
from textgov.lexicon import builtin_lexicons, check_lexicon, match_key, read_lexicon
from textgov.lexicon.globs import read_glob
from textgov.load import corpus_from_frame
from textgov.normalise import normalise_corpus, normalise_text
from textgov.records import Category, Context, Entry, Lexicon

CASES = Path(__file__).parent / "cases"
HEAD = 'name: a\nversion: "1"\ncitation: me\ncategories:\n  core:\n    entries: '
RUNNER = typer.testing.CliRunner()


def check(tmp_path: Path, text: str, name: str = "a.yaml", encoding: str = "utf-8") -> list[tuple[str, str, int]]:
    path = tmp_path / name
    path.write_bytes(text.encode(encoding))
    return [(one.level, one.code, one.line) for one in check_lexicon(path)]


@pytest.mark.parametrize(
    "case",
    [pytest.param(case, id=case["label"]) for case in json.loads((CASES / "lexicon_check.json").read_text("utf-8"))],
)
def test_findings(tmp_path: Path, case: dict):
    found = check(tmp_path, HEAD + case["entries"] + "\n")
    if "any" in case:
        assert tuple(case["any"]) in [one[:2] for one in found]
    else:
        assert sorted(found) == sorted(map(tuple, case["found"]))
    texts = [finding.text("en") for finding in check_lexicon(tmp_path / "a.yaml")]
    assert case.get("says", "") in "".join(texts)
    for finding in check_lexicon(tmp_path / "a.yaml"):
        assert "\n" not in finding.shown("a.yaml", "zh")
        assert any("\u4e00" <= char <= "\u9fff" for char in finding.text("zh"))


@pytest.mark.parametrize("name", builtin_lexicons())
def test_every_built_in_lexicon_passes(name: str):
    found = check_lexicon(name)
    assert [finding.shown(name) for finding in found if finding.level == "error"] == []
    assert {finding.code for finding in found} <= {
        *("lexicon_nested", "lexicon_nested_apart", "lexicon_two_categories"),
        *("lexicon_one_character", "lexicon_regex_spelling"),
        # Entries share lists of context words and of exclusions, of which some fit only some of them.
        *("lexicon_near_itself", "lexicon_exclude_idle"),
    }


@pytest.mark.parametrize("name", builtin_lexicons())
def test_no_term_of_a_built_in_lexicon_is_changed_by_normalisation(name: str):
    """What the check says of terms that no text holds, by the rules for whole texts."""
    for entry in read_lexicon(name).entries:
        for term in () if entry.regex else (entry.term, *entry.variants):
            text = "".join(normalise_text(f"我们推进{term}工作。").split()).lower()
            assert match_key(term) in text


def test_all_broken_files_are_errors_in_the_same_line(tmp_path: Path):
    """The reader and the check agree on the first fault."""
    for case in json.loads((CASES / "lexicon_broken.json").read_text("utf-8")):
        found = check(tmp_path, case["input"], case["file"])
        errors = [line for level, _, line in found if level == "error"]
        assert int(case["where"].removeprefix(" line ") or 0) in errors, case["label"]


def test_it_goes_on_after_a_fault(tmp_path: Path):
    text = (
        "name: a\ncolour: red\nprefix: A\nlists: {x: ['']}\ncategories:\n  one:\n    entries:\n"
        "      - 数字政府\n      - 數字政府\n      - {term: 甲乙, weight: x}\n  two words:\n    entries: [丙丁]\n"
        "  three:\n    entries: [戊己, '']\n"
    )
    assert [line for level, _, line in check(tmp_path, text) if level == "error"] == [2, 3, 4, 9, 10, 11, 14]


def test_categories_without_entries_lists_and_long_names(tmp_path: Path):
    text = (
        "name: a\nprefix: pre\nlists: {used: [x, y], idle: [z]}\ncategories:\n  empty: {}\n  parent:\n    categories:\n"
        "      child: {entries: [{term: 甲乙, near: ['@used']}]}\n"
        "  a_category_with_a_very_long_name:\n    entries: [丙丁, 戊]\n  again:\n    entries: [丙丁]\n"
    )
    assert check(tmp_path, text) == [
        ("note", "lexicon_unsaid", 0),
        ("note", "lexicon_unsaid", 0),
        ("note", "lexicon_list_idle", 0),
        ("warning", "lexicon_category_empty", 5),
        ("warning", "lexicon_column_long", 9),
        ("warning", "lexicon_one_character", 10),
        ("warning", "lexicon_two_categories", 12),
    ]


def test_nested_in_another_category(tmp_path: Path):
    text = HEAD + "[数字政府, 甲乙]\n  other:\n    entries:\n      - 甲乙丙\n      - 数字政府建设\n"
    found = [one for one in check_lexicon(_written(tmp_path, text)) if one.code == "lexicon_nested_apart"]
    assert [(one.level, one.line, one.facts["longer"]) for one in found] == [
        ("warning", 6, "'数字政府建设' (10)"),
        ("warning", 6, "'甲乙丙' (9)"),
    ]


def _written(tmp_path: Path, text: str) -> Path:
    (tmp_path / "a.yaml").write_text(text, "utf-8")
    return tmp_path / "a.yaml"


def test_encodings(tmp_path: Path):
    words = HEAD + "[数字政府建设, 电子政务外网, 推进改革开放]\n"
    assert check(tmp_path, words, encoding="gb18030") == [("error", "lexicon_not_utf8", 0)]
    table = "term,category\n推进改革开放,core\n数字政府建设,core\n政务服务,core\n"
    found = check(tmp_path, table, "a.csv", "gb18030")
    assert ("warning", "lexicon_encoding", 0) in found
    assert not [one for one in found if one[0] == "error"]
    (tmp_path / "raw.csv").write_bytes(("term,category\n" + "app,core\n" * 50 + "数字,core\n").encode("gb18030"))
    found = check_lexicon(tmp_path / "raw.csv", encoding="utf-8")
    assert [(one.code, one.line) for one in found][:1] == [("lexicon_undecodable", 0)]


def test_a_lexicon_without_a_file():
    lexicon = Lexicon("a", "1", "a", "a", "a", "me", (Category("c", "c", "c"),), (Entry("云", "c"),))
    assert [(one.code, one.line) for one in check_lexicon(lexicon)] == [("lexicon_one_character", 0)]
    broken = replace(lexicon, entries=(Entry("(", "c", regex=True),))
    assert [one.code for one in check_lexicon(broken) if one.level == "error"] == ["lexicon_regex_bad"]


def test_5000_entries_are_checked_in_seconds(tmp_path: Path):
    digits = "一二三四五六七八九十"
    terms = [f"政务{a}{b}{c}{d}号" for a in digits for b in digits for c in digits for d in digits[:5]]
    assert check(tmp_path, HEAD + "[" + ", ".join(terms) + "]\n") == []


# ---- the commands ----


def run(*words: object) -> typer.testing.Result:
    return RUNNER.invoke(app, list(map(str, words)))


def test_check_on_the_command_line(tmp_path: Path):
    good = _written(tmp_path, HEAD + "[数字政府, 数字政府建设]\n")
    done = run("lexicon", "check", good, "--lang", "en")
    assert (done.exit_code, done.stdout) == (0, "")
    assert "0 errors, 0 warnings, 1 notes" in done.stderr
    assert "1 notes are not shown" in done.stderr
    done = run("lexicon", "check", good, "--notes", "--quiet", "--lang", "zh")
    assert (done.exit_code, done.stderr) == (0, "")
    assert done.stdout.startswith(f"{good} line 6: 提示: '数字政府' 包含在")
    bad = _written(tmp_path, HEAD + "[数字政府, 數字政府, 云]\n")
    done = run("lexicon", "check", bad, "--lang", "en")
    assert done.exit_code == 2
    assert [line.split(": ")[1] for line in done.stdout.splitlines()] == ["error", "warning", "warning"]
    rows = json.loads(run("lexicon", "check", bad, "--json", "--quiet").stdout)
    assert rows[0]["code"] == "lexicon_term_twice"
    assert set(rows[0]) == {"level", "code", "line", "message", "message_zh", "facts"}


def test_a_missing_lexicon_is_one_line_on_the_command_line(tmp_path: Path):
    for word in ("check", "show"):
        command = [sys.executable, "-c", "from textgov.cli import main; main()", "lexicon", word, "gone.yaml"]
        done = subprocess.run(command, capture_output=True, encoding="utf-8", cwd=tmp_path, check=False)
        assert done.returncode == 2
        assert len(done.stderr.splitlines()) == 1
        assert "Traceback" not in done.stderr


def test_list_and_show():
    assert run("lexicon", "list").stdout == run("lexicons").stdout
    rows = json.loads(run("lexicon", "list", "--json").stdout)
    assert [row["name"] for row in rows] == list(builtin_lexicons())
    lexicon = read_lexicon("digital-government")
    lines = run("lexicon", "show", "digital-government").stdout.splitlines()
    assert lexicon.hash in lines[0]
    for category in lexicon.categories:
        (line,) = [line for line in lines if line.split()[:1] == [category.name]]
        n = sum(entry.category == category.name for entry in lexicon.entries)
        assert f"{category.zh} / {category.en}  {n}" in line
    found = json.loads(run("lexicon", "show", "digital-government", "--json", "--terms").stdout)
    assert found["hash"] == lexicon.hash
    assert sum(len(row["terms"]) for row in found["categories"]) == len(lexicon.entries)


def test_show_tells_the_conditions(tmp_path: Path):
    text = HEAD + "[{term: 开放, near: {any: [数据], within: 9}, exclude: [改革开放], weight: 2}]\n"
    done = run("lexicon", "show", _written(tmp_path, text), "--terms")
    assert "core  core / core  1, 1 exclude, 1 near, 1 weight" in done.stdout
    assert "- 开放; not in 改革开放; near 数据 within 9; weight 2" in done.stdout


def test_convert(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    source = tmp_path / "a.dic"
    source.write_text("%\n1\tdata\n%\n开放\t1\n", "utf-8")
    out = tmp_path / "a.yaml"
    done = run("lexicon", "convert", source, out)
    assert (done.exit_code, done.stdout) == (0, f"{out.as_posix()}\n")
    assert read_lexicon(out).entries == (Entry("开放", "data"),)
    with pytest.raises(LexiconError, match="already"):
        raise LexiconError(run("lexicon", "convert", source, out).exception.code, path="a")
    assert run("lexicon", "convert", source, out, "--force").exit_code == 0
    again = tmp_path / "again.dic"
    done = run("lexicon", "convert", out, again, "--lang", "en")
    assert done.exception.code == "lexicon_lossy"
    assert "version" not in done.stdout
    assert "what the lexicon says of itself is lost: name" in done.stderr
    assert not again.exists()
    done = run("lexicon", "convert", out, again, "--lossy", "--quiet")
    assert (done.exit_code, done.stderr) == (0, "")
    assert again.read_text("utf-8") == "%\n1\tdata\n%\n开放\t1\n"
    done = run("lexicon", "convert", source, tmp_path / "b.yaml", "--to", "quanteda", "--lossy")
    assert (tmp_path / "b.yaml").read_text("utf-8") == "data:\n- 开放\n"


# ---- what the check says is what the count does ----


def hits(text: str, *entries: Entry) -> list[str]:
    lexicon = Lexicon("a", "1", "a", "a", "a", "", (Category("c", "c", "c"),), entries)
    corpus = normalise_corpus(corpus_from_frame(pd.DataFrame({"text": [text]}), text="text"))
    return count_lexicon(corpus, lexicon).hits["hit"].to_list()


TEXT = "推进数据开放，深化改革开放，开放数据。建设電子政務外网。e-government 平台。"


def test_an_entry_that_is_said_never_to_count_does_not():
    for entry in (
        Entry("开放", "c", exclude=("开放",)),
        Entry("开放", "c", near=Context(("数据",)), not_near=Context(("数据", "信息"))),
        Entry("开放", "c", near=Context(("数据开",), 5), not_near=Context(("数据",), 9)),
    ):
        found = check_lexicon(Lexicon("a", "1", "a", "a", "a", "me", (Category("c", "c", "c"),), (entry,)))
        assert [one.level for one in found] == ["error"]
        assert hits(TEXT, entry) == []


def test_what_is_said_to_have_no_effect_has_none():
    plain = hits(TEXT, Entry("开放", "c"))
    assert len(plain) == 3
    assert hits(TEXT, Entry("开放", "c", exclude=("数据",))) == plain
    assert hits("推进数据开放。", Entry("数据开放", "c", near=Context(("数据",)))) == []
    assert hits("推进数据开放。", Entry("数据开放", "c", not_near=Context(("数据",)))) == ["数据开放"]
    # Terms with a warning about their spelling are found all the same.
    assert hits(TEXT, Entry("電子 政务", "c"), Entry("电子政务外網", "c")) == ["電子政務外网"]


def test_wildcards_of_other_programs_find_what_they_mean():
    for word, found in (("e-gov*", ["e-government"]), ("推进*开放", ["推进数据开放"]), ("改革??", ["改革开放"])):
        pattern = read_glob(word)
        assert hits(TEXT, Entry(pattern.text, "c", regex=pattern.regex)) == found
    assert hits(TEXT, Entry(read_glob("数据*").text, "c")) == ["数据", "数据"]
