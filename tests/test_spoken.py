"""Faults on the command line: a message names an option of that very command, and nothing is passed over in silence."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, get_type_hints

import pandas as pd
import pytest
import typer
from openpyxl import load_workbook

from textgov.batch import StageOptions
from textgov.cli import app, main
from textgov.cli.spoken import called
from textgov.errors import UsageError
from textgov.errors.options import FIELDS
from textgov.estimate import EstimateOptions
from textgov.index import IndexOptions
from textgov.lexicon import read_lexicon
from textgov.policies import PolicyOptions
from textgov.run import RunOptions, run_panel
from textgov.run.topics import FitOptions, fit_run
from textgov.validate import SampleOptions, sample_sentences, write_sample

REPORTS = Path(__file__).resolve().parents[1] / "corpora" / "demo" / "reports" / "湖北省"
ROOT = typer.main.get_command(app)
NUMBERS = (int, float, int | None, float | None)
# Numbers that may be below 0: the threshold of a discontinuity.
ANY_NUMBER = {("estimate", "--cutoff")}
# What a command needs besides the option that is wrong; RUN is a finished run, NEW a folder that is not there.
NEEDED: dict[str, str] = {
    "panel": "REPORTS --out NEW",
    "run": "PROJECT",
    "demo": "--out NEW",
    "kwic": "RUN 政务",
    "lexicon expand": "RUN --lexicon digital-government --out NEW",
    "index": "RUN --of a=dg_total_n --out NEW",
    "estimate": "RUN --y dg_total_p10k --out NEW",
    "explore": "RUN --index",
    "policies check": "LIST",
    "policies attach": "RUN broadband_china --policy mine=LIST --out NEW",
    "topics fit": "RUN",
    "topics assign": "RUN --model seeded",
    "topics choose": "RUN --k 3,4",
    "topics stability": "RUN --model seeded",
    "topics report": "RUN --model seeded",
    "topics show": "demo",
    "topics intrusion": "RUN --model seeded",
    "topics similarity": "RUN",
    "validate sample": "RUN",
    "validate agreement": "RUN BOOK",
    "validate accuracy": "RUN BOOK",
    "validate reliability": "RUN",
    "validate classify": "RUN BOOK",
}


def every_command(command: Any = ROOT, path: tuple[str, ...] = ()) -> Iterator[tuple[str, Any]]:
    inner = getattr(command, "commands", None)
    if inner is None:
        yield " ".join(path), command
    else:
        for name, one in inner.items():
            yield from every_command(one, (*path, name))


COMMANDS = dict(every_command())
NUMERIC = [
    (name, one.opts[0])
    for name, command in COMMANDS.items()
    for one in command.params
    if one.param_type_name == "option" and get_type_hints(command.callback)[one.name] in NUMBERS
]


@pytest.fixture(scope="module")
def words(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    folder = tmp_path_factory.mktemp("spoken")
    run = folder / "out"
    lexicons = (read_lexicon("digital-government"),)
    run_panel([REPORTS], run, RunOptions(StageOptions(lexicons=lexicons, words=False)), engine="serial")
    fit_run(run, FitOptions("lda", 3, sweeps=3, min_docs=2, name="seeded"))
    book, *_ = write_sample(sample_sentences(run, SampleOptions(n=20)), run)
    (folder / "project.toml").write_text(f'sources = "{REPORTS.as_posix()}"\nout = "new"\n', "utf-8")
    (folder / "list.csv").write_text("城市,batch\n武汉市,2014\n", "utf-8")
    return {
        "RUN": str(run),
        "REPORTS": str(REPORTS),
        "NEW": str(folder / "new"),
        "PROJECT": str(folder / "project.toml"),
        "LIST": str(folder / "list.csv"),
        "BOOK": str(book),
    }


def call(monkeypatch: pytest.MonkeyPatch, *given: object) -> int:
    monkeypatch.setattr(sys, "argv", ["textgov", *map(str, given)])
    with pytest.raises(SystemExit) as left:
        main()
    return int(left.value.code or 0)


@pytest.mark.parametrize(("name", "option"), [pair for pair in NUMERIC if pair not in ANY_NUMBER])
def test_a_number_out_of_range_is_told_by_the_name_of_its_option(name, option, words, monkeypatch, capsys):
    given = [words.get(word, word) for word in NEEDED[name].split()]
    assert call(monkeypatch, *name.split(), *given, option, -7, "--lang", "en") == 2
    (line,) = [one for one in capsys.readouterr().err.splitlines() if one.startswith("textgov: ")]
    assert line.startswith(f"textgov: {option} = -7")
    assert not Path(words["NEW"]).exists()


def test_numeric_options_are_found():
    assert ("topics stability", "--share") in NUMERIC
    assert ("kwic", "--limit") in NUMERIC
    assert len(NUMERIC) > 60


def test_every_line_of_the_map_is_used():
    """Each names an option that some command has, for a field that the same command has no option for."""
    for field, option in FIELDS.items():
        spelled = [{name for one in command.params for name in one.opts} for command in COMMANDS.values()]
        assert any(f"--{option}" in names and f"--{field.replace('_', '-')}" not in names for names in spelled), field


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("figures RUN --out NEW --language fr", "--language = fr"),
        ("figures RUN --out NEW --lang fr", "--lang = fr"),
        ("figures RUN --out NEW --format bmp", "--format = bmp"),
        ("index RUN --of a=dg_total_n --method no", "--method = no"),
        ("index RUN --of a=dg_total_n --couple b", "--couple = b"),
        ("index RUN --of a=dg_total_n --title b=x", "--title = b=x"),
        ("index RUN --pmc x.csv --grade no", "--grade = no"),
        ("index RUN --of a=dg_total_n --coupling power", "--coupling = power: it does nothing without couple"),
        ("policies check LIST --like 不", "--like = 不"),
        ("policies attach RUN broadband_china --within-province", "--within-province = province: it does nothing"),
        ("topics fit RUN --covariate size --method dmr", "--covariate = size"),
        ("topics fit RUN --covariate year", "--covariate = year: only the method dmr uses it"),
        ("topics fit RUN --method lda --by-category", "--by-category = True: only the method seeded"),
        ("topics intrusion RUN --model seeded", "--passages = "),
        ("validate coverage RUN --years 2010-x", "--years = 2010-x"),
        ("validate coverage RUN --years 1900-1905", "--years = 1900-1905: no place has a document in these years"),
        ("validate coverage RUN --size LIST", "--size-column = -: name the column of --size"),
        ("validate coverage RUN --controls x", "--controls = x: it does nothing without outcome or treat"),
        ("validate known-groups RUN --index-column x", "--index-column = x: it does nothing without index"),
        ("validate reliability RUN --rule majority", "--rule = majority: it is used with --sheet alone"),
        ("validate sample RUN --periods 2030", "--periods = 2030: no document would be before"),
        ("validate classify RUN BOOK --partial --rule best", "--rule = best"),
        ("estimate RUN --y dg_total_n --exposure n_han --out NEW", "--exposure = n_han: only the design ppml"),
        ("lexicon expand RUN --lexicon digital-government --out NEW --method npmi --by year", "--method = npmi"),
        ("explore RUN --lexicon nosuch --index", "no lexicon named nosuch"),
    ],
)
def test_what_is_wrong_is_told_in_the_words_of_the_command(line, said, words, monkeypatch, capsys):
    given = [words.get(word, word) for word in line.split()]
    assert call(monkeypatch, *given, *([] if "--lang" in given else ["--lang", "en"])) == 2
    assert f"textgov: {said}" in capsys.readouterr().err
    assert not Path(words["NEW"]).exists()


def test_good_results_are_not_replaced_by_none(words, monkeypatch, capsys):
    assert call(monkeypatch, "validate", "coverage", words["RUN"], "-q") == 0
    folder = Path(words["RUN"]) / "validity"
    before = {path.name: path.read_bytes() for path in folder.glob("coverage*.csv")}
    assert len(before) == 3
    assert call(monkeypatch, "validate", "coverage", words["RUN"], "--years", "1900-1905") == 2
    assert {path.name: path.read_bytes() for path in folder.glob("coverage*.csv")} == before


def test_a_filled_workbook_is_kept_and_the_option_is_named(words, monkeypatch, capsys, tmp_path):
    run = tmp_path / "out"
    shutil.copytree(words["RUN"], run)
    path = run / "validity" / "samples" / "sentences" / "coding.xlsx"
    book = load_workbook(path)
    sheet = book["coder_1"]
    header = [cell.value for cell in sheet[1]]
    sheet.cell(2, header.index("label") + 1).value = "yes"
    book.save(path)
    assert call(monkeypatch, "validate", "sample", run, "--n", 20, "--lang", "en") == 2
    assert "move it elsewhere, or use another --name" in capsys.readouterr().err
    assert call(monkeypatch, "validate", "sample", run, "--n", 20, "--name", "second", "-q") == 0


RUN_COMMANDS = [
    name
    for name, command in COMMANDS.items()
    if any(one.metavar == "RUN" and one.param_type_name == "argument" for one in command.params)
]


@pytest.mark.parametrize("name", RUN_COMMANDS)
def test_a_file_in_the_place_of_a_run_is_told(name, words, monkeypatch, capsys, tmp_path):
    file = tmp_path / "report.txt"
    file.write_text("武汉市2019年政府工作报告\n推进一网通办。\n", "utf-8")
    given = NEEDED.get(name, {"figures": "RUN --out NEW"}.get(name, "RUN")).split()
    given = [str(file) if word == "RUN" else words.get(word, word) for word in given]
    assert call(monkeypatch, *name.split(), *given, "--lang", "en") == 2
    line = capsys.readouterr().err.splitlines()[-1]
    assert line.startswith(f"textgov: {file}: no run is kept here")


def test_the_commands_on_a_run_are_found():
    assert {"report", "topics similarity", "validate coverage", "kwic"} <= set(RUN_COMMANDS)


def test_a_group_without_a_command_is_found_too():
    assert called(ROOT, ["topics", "--help"]).name == "topics"
    assert called(ROOT, ["--version"]) is ROOT


def test_options_that_do_nothing_are_refused_in_python_too():
    for make, given in (
        (EstimateOptions, {"y": "y", "design": "did", "mediator": "m"}),
        (IndexOptions, {"of": ("a=b",), "combine": "product"}),
        (PolicyOptions, {"attach": ("broadband_china",), "total": 3}),
    ):
        *_, last = given
        with pytest.raises(UsageError, match=f"{last} = "):
            make(**given)
    assert EstimateOptions(y="y", design="mediation", mediator="m", draws=20).draws == 20
    assert IndexOptions(strength="x.csv", combine="product").combine == "product"


def test_the_panel_still_reads_back(words):
    assert len(pd.read_parquet(Path(words["RUN"]) / "panel.parquet"))
