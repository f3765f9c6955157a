"""The documentation is true: READMEs agree, their commands and examples run, every option has help, doctests pass."""

from __future__ import annotations

import ast
import doctest
import importlib
import pkgutil
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

import pandas as pd
import pytest
import typer

import textgov
from textgov.batch import StageOptions
from textgov.cli import app, main
from textgov.count import CountOptions
from textgov.extend import ExtendOptions
from textgov.lexicon import FORMATS, builtin_lexicons, check_lexicon, read_lexicon
from textgov.load import READERS
from textgov.measures import DEFAULTS, MEASURES
from textgov.project import SECTIONS
from textgov.records import Context

ROOT = Path(__file__).resolve().parents[1]
ENGLISH = (ROOT / "README.md").read_text("utf-8")
CHINESE = (ROOT / "README.zh-CN.md").read_text("utf-8")
PROVINCE = Path("corpora/demo/reports/湖北省")
HAN = re.compile("[\u4e00-\u9fff]")
COMMANDS = typer.main.get_command(app).commands
# With the commands of a group: "lexicon check".
EVERY_COMMAND = {
    f"{name} {inner}".strip(): found
    for name, command in COMMANDS.items()
    for inner, found in {"": command, **getattr(command, "commands", {})}.items()
}
MODULES = ["textgov", *sorted(info.name for info in pkgutil.walk_packages(textgov.__path__, "textgov."))]
HEAVY = {"jieba", "numpy", "opencc", "pandas", "pyarrow", "rjieba", "scipy", "sklearn", "trafilatura", "xlsxwriter"}
# The stages a document goes through; a section of a project file each, but for the lexicon and the two ends.
STAGES = (
    *("Load", "Normalise", "Locate", "Lexicon", "Count", "Segment"),
    *("Panel", "Join", "Index", "Policies", "Export", "Run", "Estimate"),
)


class Block(NamedTuple):
    language: str
    text: str


def blocks(readme: str, *languages: str) -> list[Block]:
    found = [Block(*pair) for pair in re.findall(r"^```([\w-]*)\n(.*?)^```$", readme, re.MULTILINE | re.DOTALL)]
    return [block for block in found if not languages or block.language in languages]


def headings(readme: str) -> list[tuple[str, str]]:
    outside = re.sub(r"^```.*?^```$", "", readme, flags=re.MULTILINE | re.DOTALL)
    return re.findall(r"^(#+) (.+)$", outside, re.MULTILINE)


def tables(readme: str) -> list[list[str]]:
    """First cells of the rows of each table, without the head."""
    found = re.findall(r"(?:^\|.*\|$\n?)+", readme, re.MULTILINE)
    return [[line.split(" | ")[0].strip("| ") for line in table.splitlines()[2:]] for table in found]


def spans(text: str) -> list[str]:
    return re.findall(r"`([^`\n]+)`", text)


# ---- the two READMEs ----


def test_both_readmes_have_the_same_command_blocks():
    known = ("sh", "python", "yaml")
    assert blocks(ENGLISH, *known) == blocks(CHINESE, *known)
    assert {block.language for block in blocks(ENGLISH)} == {"sh", "python", "yaml", ""}
    assert [block.language for block in blocks(ENGLISH)] == [block.language for block in blocks(CHINESE)]


def test_both_readmes_have_the_same_headings_in_the_same_order():
    english, chinese = headings(ENGLISH), headings(CHINESE)
    assert [level for level, _ in english] == [level for level, _ in chinese]
    for (_, one), (_, other) in zip(english[1:], chinese[1:], strict=True):
        assert HAN.search(other), f"{other}: not Chinese"
        if one in STAGES:
            assert other.endswith(f"（{one}）")


def test_both_readmes_name_the_same_files_options_and_columns():
    first = [[spans(cell) for cell in table] for table in tables(ENGLISH)]
    assert first == [[spans(cell) for cell in table] for table in tables(CHINESE)]
    # What stands in backticks is a name, the same in both languages; these are words of a language.
    english, chinese = set(spans(ENGLISH)) - {"#row"}, set(spans(CHINESE)) - {"#行号"}
    assert english == chinese


def test_both_readmes_give_the_same_numbers():
    outside = [re.sub(r"^```.*?^```$", "", text, flags=re.MULTILINE | re.DOTALL) for text in (ENGLISH, CHINESE)]
    english, chinese = (set(re.findall(r"\d{1,3}(?:,\d{3})+|\d{3,}", text)) for text in outside)
    assert english - {"10,000"} == chinese  # per 10,000 characters is 每万字


def test_each_readme_links_to_the_other():
    assert "(README.zh-CN.md)" in ENGLISH
    assert "(README.md)" in CHINESE


def test_the_readme_has_a_heading_for_every_stage():
    names = [name for _, name in headings(ENGLISH)]
    assert [name for name in names if name in STAGES] == list(STAGES)
    assert {section.capitalize() for section in SECTIONS} <= set(STAGES)
    added = {"panel", *ExtendOptions.__dataclass_fields__}
    assert set(SECTIONS) <= {field.rstrip("s") for field in StageOptions.__dataclass_fields__} | added


def test_the_set_up_commands_are_the_lines_that_ci_runs():
    pattern = re.search(r"grep -E '([^']+)' README\.md", (ROOT / ".ci" / "run").read_text("utf-8"))
    assert pattern, ".ci/run takes its commands from README.md"
    taken = [line for line in ENGLISH.splitlines() if re.search(pattern[1], line)]
    assert len(taken) == 2
    whole = [block.text.rstrip("\n") for block in blocks(ENGLISH, "sh") if block.text.startswith("python -m pip")]
    assert taken == whole
    assert taken[0].endswith("&& textgov demo")
    assert taken[1].endswith("&& python -m pytest")


# ---- what the README says is so ----


@pytest.fixture(scope="module")
def province(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A working folder like a clone of the repository, with one province of the demo corpus."""
    folder = tmp_path_factory.mktemp("clone")
    shutil.copytree(ROOT / PROVINCE, folder / PROVINCE)
    return folder


@pytest.fixture(scope="module")
def finished_run(province: Path) -> Path:
    """The folder that the first command of the README writes."""
    shutil.copytree(ROOT / PROVINCE, province / "reports")
    (command,) = [block.text for block in blocks(ENGLISH, "sh") if block.text.startswith("textgov panel")]
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(province)
        patch.setattr(sys, "argv", [*shlex.split(command), "--engine", "serial", "--quiet"])
        with pytest.raises(SystemExit) as left:
            main()
    assert left.value.code == 0
    return province / "out"


def test_a_run_writes_every_file_that_the_readme_names_and_no_other(finished_run: Path):
    cells = next(table for table in tables(ENGLISH) if "`store/`" in table)
    named = {name for cell in cells for name in spans(cell)}
    written = {path.relative_to(finished_run).as_posix() for path in finished_run.rglob("*") if path.is_file()}
    stored = {name for name in written if name.startswith("store/")}
    beside_counts = {name for name in written if re.fullmatch(r"term_counts_\w+\.csv", name)}
    assert stored
    assert len(beside_counts) == 2
    assert "`term_counts.mtx` and two csv" in cells
    assert written - stored - beside_counts == named - {"store/"}


def test_the_panel_has_the_columns_that_the_readme_names(finished_run: Path):
    cells = next(table for table in tables(ENGLISH) if "`dg_total_*`" in table)
    columns = set(pd.read_parquet(finished_run / "panel.parquet").columns)
    plain = {name for cell in cells if "dg_" not in cell for part in spans(cell) for name in part.split(", ")}
    measures = {part.removeprefix("dg_<category>_") for cell in cells if "<category>" in cell for part in spans(cell)}
    categories = [category.name for category in read_lexicon("digital-government").categories]
    wanted = {f"dg_{category}_{measure}" for category in [*categories, "total"] for measure in measures}
    assert columns == plain | wanted
    assert measures == {measure.suffix for measure in MEASURES if measure.option in DEFAULTS}


def test_the_python_example_runs_and_writes_the_panel(province: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.chdir(province)
    example, topics = blocks(ENGLISH, "python")
    names: dict[str, object] = {}
    exec(compile(example.text.replace('"out"', '"from-python"'), "README.md", "exec"), names)
    assert (province / "from-python" / "panel.dta").is_file()
    sentence = next(line for line in ENGLISH.splitlines() if "are DataFrames" in line)
    for frame in spans(sentence):
        assert isinstance(eval(frame, dict(names)), pd.DataFrame), frame
    assert len(spans(sentence)) >= 6
    exec(compile(topics.text, "README.md", "exec"), names)
    assert names["shares"].doc_ids == names["corpus"].doc_ids
    assert names["shares"].values.toarray().sum(axis=1) == pytest.approx(1)
    (from_frame,) = [span for span in spans(ENGLISH) if span.startswith("tg.corpus_from_frame(")]
    names["df"] = pd.DataFrame({"text": ["推进一网通办。"], "city": ["武汉市"], "year": [2019]})
    located = names["tg"].locate_corpus(eval(from_frame, dict(names)))
    assert [(document.place_code, document.year) for document in located.documents] == [("420100", 2019)]


def test_the_lexicon_example_is_a_lexicon(tmp_path: Path):
    (example,) = blocks(ENGLISH, "yaml")
    (tmp_path / "my-lexicon.yaml").write_text(example.text, "utf-8")
    lexicon = read_lexicon(tmp_path / "my-lexicon.yaml")
    assert (lexicon.name, lexicon.version, lexicon.prefix) == ("my-lexicon", "1", "my")
    assert [entry.term for entry in lexicon.entries] == [
        "一网通办",
        "互联网+政务服务",
        "数据共享",
        "政务[云网]",
        "互联互通",
    ]
    assert lexicon.entries[2].near == Context(("政府", "部门"), 20)
    assert lexicon.entries[4].not_near == Context(("道路", "铁路"))
    assert [finding.level for finding in check_lexicon(tmp_path / "my-lexicon.yaml")] == ["note"]


def test_the_readme_has_every_format_of_lexicons():
    cells = next(table for table in tables(ENGLISH) if "`yoshikoder`" in table)
    assert [cell.strip("`") for cell in cells] == list(FORMATS)


def test_the_readme_counts_the_terms_of_the_lexicons_right():
    names = ("digital-government", "digital-government-broad", "digital-government-core")
    narrow, broad, core = map(read_lexicon, names)
    text = " ".join(ENGLISH.split())
    assert f"({len(narrow.entries)} entries in nine categories, prefix `{narrow.prefix}`)" in text
    assert f"({len(broad.entries)} entries, `{broad.prefix}`)" in text
    assert f"({len(core.entries)} core terms, `{core.prefix}`)" in text
    assert (len(narrow.categories), len(broad.categories)) == (9, 9)
    assert set(builtin_lexicons()) <= set(spans(ENGLISH))


def test_the_readme_names_every_file_type_that_is_read():
    section = ENGLISH.partition("## Load\n")[2].partition("\n## ")[0]
    words = set(re.findall(r"\w+", section.partition(". Encodings")[0]))
    spoken = {".markdown": "md", ".htm": "html", ".ndjson": "jsonl", ".text": "txt"}
    assert {spoken.get(suffix, suffix.removeprefix(".")) for suffix in READERS} <= words


def test_the_readme_lists_every_module():
    listing = next(block.text for block in blocks(ENGLISH, "") if block.text.startswith("cli "))
    named = set(re.findall(r"\w+", listing))
    top = {name.split(".")[1] for name in MODULES if name.count(".") == 1}
    assert top - named <= {"optional"}  # nothing is optional yet


def test_every_command_and_option_in_the_readme_exists():
    options = {name for command in EVERY_COMMAND.values() for option in command.params for name in option.opts}
    named = set(re.findall(r"(?<![\w-])--[a-z][a-z-]+", ENGLISH)) - {
        "--no-deps",
        "--no-build-isolation",
    }  # these are of pip
    assert named <= options, named - options
    commands = "\n".join([*spans(ENGLISH), *(block.text for block in blocks(ENGLISH, "sh"))])
    assert set(re.findall(r"(?:^|&& )textgov ([a-z]+)\b", commands, re.MULTILINE)) == set(COMMANDS)


def test_the_overlap_rule_of_the_readme_is_the_default():
    assert CountOptions().overlap == "longest"


# ---- help ----


OPTIONS = [
    pytest.param(command, option, id=f"{name}-{option.name}")
    for name, command in EVERY_COMMAND.items()
    for option in command.params
]


def is_bilingual(text: str) -> bool:
    english, slash, chinese = text.partition(" / ")
    return bool(slash and re.search("[A-Za-z]{2}", english) and HAN.search(chinese) and not HAN.search(english))


@pytest.mark.parametrize(("command", "option"), OPTIONS)
def test_every_option_has_help_in_both_languages(command, option):
    assert is_bilingual(option.help or ""), f"{command.name} {option.name}: {option.help!r}"


def run_textgov(*words: str) -> subprocess.CompletedProcess[str]:
    """The command in a process of its own; the last line of stderr lists the heavy modules that it loaded."""
    code = f"import sys; from textgov.cli import main\ntry: main()\nfinally: print(sorted({HEAVY} & set(sys.modules)))"
    command = [sys.executable, "-X", "utf8", "-c", code, *words]
    return subprocess.run(command, capture_output=True, encoding="utf-8", cwd=ROOT, check=False, timeout=120)


@pytest.mark.parametrize("name", sorted(EVERY_COMMAND))
def test_help_of_a_command_shows_every_option(name):
    answer = run_textgov(*name.split(), "--help")
    assert (answer.returncode, answer.stderr) == (0, "")
    assert answer.stdout.endswith("[]\n"), "help loads nothing heavy"
    for option in EVERY_COMMAND[name].params:
        shown = option.opts[0] if option.param_type_name == "option" else option.metavar or option.name
        assert shown.casefold() in answer.stdout.casefold()
    assert is_bilingual(EVERY_COMMAND[name].help or ""), EVERY_COMMAND[name].help


def test_help_lists_the_commands_in_both_languages_and_loads_nothing_heavy():
    answer = run_textgov("--help")
    assert (answer.returncode, answer.stderr) == (0, "")
    assert answer.stdout.endswith("[]\n")
    listed = answer.stdout.partition("Commands:\n")[2].partition("\n\n")[0].splitlines()
    assert {line.split()[0] for line in listed} == set(COMMANDS)
    for line in listed:
        assert is_bilingual(line), f"the Chinese half is cut off: {line}"
        assert not line.endswith("...")


# ---- doctests ----


def has_examples(name: str) -> bool:
    source = importlib.util.find_spec(name).origin
    tree = ast.parse(Path(source).read_text("utf-8"))
    kinds = (ast.Module, ast.ClassDef, ast.FunctionDef)
    return any(">>> " in (ast.get_docstring(node) or "") for node in ast.walk(tree) if isinstance(node, kinds))


@pytest.mark.parametrize("name", MODULES)
def test_examples_in_docstrings_run(name):
    result = doctest.testmod(importlib.import_module(name))
    assert result.failed == 0
    assert (result.attempted > 0) == has_examples(name), "doctest must find the examples that the file holds"


def test_there_are_examples_to_run():
    assert sum(has_examples(name) for name in MODULES) >= 9
