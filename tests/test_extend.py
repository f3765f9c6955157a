"""Everything that is added to a panel, in one go: by a project file, on the command line, with the same result."""

from __future__ import annotations

import json
import shutil
import sys
from pathlib import Path

import pandas as pd
import pytest

from textgov.cli import main
from textgov.errors import UsageError
from textgov.extend import ExtendOptions, check_extend
from textgov.index import IndexOptions
from textgov.join import JoinOptions
from textgov.outside import read_panel
from textgov.policies import PolicyOptions, template_rows
from textgov.project import read_project
from textgov.run import run_panel

REPORTS = Path(__file__).resolve().parents[1] / "corpora" / "demo" / "reports" / "湖北省"
YEARBOOK = "省份,城市,年份,数字技术,数字组织,数字环境\n" + "".join(
    f"湖北省,{city},{year}年,{at * 3 + year % 7},{at + year % 3},{at * at + year % 5}\n"
    for at, city in enumerate(("武汉市", "襄阳市", "恩施州"), 1)
    for year in range(2009, 2021)
)
PROJECT = """
sources = ["reports"]
words = false
[join]
files = ["yearbook.csv"]
[index]
of = ["de=数字技术,数字组织,-数字环境"]
titles = ["de=数字赋能/digital empowerment"]
derive = ["lag:dg_total_p10k:1"]
[policies]
attach = ["broadband_china"]
placebo = 3
"""


@pytest.fixture(scope="module")
def study(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with reports, a yearbook, a project file, and the results of it."""
    folder = tmp_path_factory.mktemp("study")
    shutil.copytree(REPORTS, folder / "reports" / "湖北省")
    (folder / "yearbook.csv").write_bytes(YEARBOOK.encode("gb18030"))
    (folder / "project.toml").write_text(PROJECT, "utf-8")
    project = read_project(folder / "project.toml")
    run_panel(project.sources, project.out, project.options, engine="serial")
    return folder


def call(monkeypatch: pytest.MonkeyPatch, *words: object) -> int:
    monkeypatch.setattr(sys, "argv", ["textgov", *map(str, words)])
    with pytest.raises(SystemExit) as left:
        main()
    return int(left.value.code or 0)


def test_a_project_file_does_all_in_one_run(study: Path):
    out = study / "out"
    panel = read_panel(out)
    names = set(panel.frame.columns)
    assert {"shuzijishu", "de_ew", "de_eq", "de_pca", "bc_did", "bc_pl03", "dg_total_p10k_l1"} <= names
    stata = pd.read_stata(out / "panel.dta", convert_categoricals=False)
    book = pd.read_csv(out / "codebook.csv").set_index("name")
    assert set(stata.columns) == names == set(book.index)
    assert panel.frame["de_ew"].notna().all()
    assert book.loc["de_ew", "label_zh"] == "数字赋能：熵值法"
    assert "-shuzihuanjing" in book.loc["de_ew", "formula"]
    assert "dg_total_p10k" in book.loc["dg_total_p10k_l1", "formula"]
    for name in ("join_unmatched.csv", "index_weights.csv", "index_agreement.csv", "policies_placebo.csv"):
        assert (out / name).is_file()
    record = json.loads((out / "provenance.json").read_bytes())
    assert record["options"]["join"] == {"files": ["yearbook.csv"]}
    assert record["options"]["policies"] == {"attach": ["broadband_china"], "placebo": 3}
    assert set(record["tables"]) == {"join 1"}
    assert str(study) not in json.dumps(record, ensure_ascii=False)


def test_a_second_run_does_nothing_until_the_yearbook_changes(study: Path):
    project = read_project(study / "project.toml")
    before = (study / "out" / "panel.csv").read_bytes()
    assert run_panel(project.sources, project.out, project.options, engine="serial").again
    (study / "yearbook.csv").write_bytes(YEARBOOK.replace("襄阳市,2012年,", "襄阳市,2012年,1").encode("gb18030"))
    changed = run_panel(project.sources, project.out, project.options, engine="serial")
    assert not changed.again
    assert {code for code, _ in changed.notes} >= {"join_said", "index_agreed", "policy_said"}
    assert (study / "out" / "panel.csv").read_bytes() != before
    (study / "yearbook.csv").write_bytes(YEARBOOK.encode("gb18030"))
    run_panel(project.sources, project.out, project.options, engine="serial")
    assert (study / "out" / "panel.csv").read_bytes() == before


def test_the_commands_give_the_same_columns(study: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys):
    plain = tmp_path / "plain.toml"
    plain.write_text(f"sources = ['{study / 'reports'}']\nout = 'run'\nwords = false\n", "utf-8")
    project = read_project(plain)
    run_panel(project.sources, project.out, project.options, engine="serial")
    run, book = tmp_path / "run", study / "yearbook.csv"
    title = "de=数字赋能/digital empowerment"
    assert call(monkeypatch, "join", run, book, "-q") == 0
    of = ("--of", "de=数字技术,数字组织,-数字环境", "--title", title, "--derive", "lag:dg_total_p10k:1")
    assert call(monkeypatch, "index", run, *of, "--lang", "zh") == 0
    said = capsys.readouterr()
    assert "秩相关 de_ew ~ de_eq" in said.err
    assert "index_weights.csv" in said.out
    assert call(monkeypatch, "policies", "attach", run, "broadband_china", "--placebo", 3, "--json") == 0
    told = json.loads(capsys.readouterr().out)
    assert "bc_did" in told["columns"]
    one, other = read_panel(study / "out").frame, read_panel(run).frame
    assert sorted(one.columns) == sorted(other.columns)
    pd.testing.assert_frame_equal(one, other[one.columns])
    assert call(monkeypatch, "policies", "attach", run, "broadband_china") == 2
    assert "--replace" in capsys.readouterr().err
    assert call(monkeypatch, "policies", "attach", run, "broadband_china", "--placebo", 3, "--replace", "-q") == 0
    assert sorted(read_panel(run).frame.columns) == sorted(one.columns)


def test_faults_are_found_before_a_long_run(tmp_path: Path):
    for options, code in (
        (ExtendOptions(JoinOptions(("nowhere.csv",))), "source_missing"),
        (ExtendOptions(index=IndexOptions(pmc="nowhere.csv")), "source_missing"),
        (ExtendOptions(policies=PolicyOptions(attach=("xxhm_pilot",))), "policy_incomplete"),
        (ExtendOptions(policies=PolicyOptions(attach=("nothing",))), "policy_unknown"),
    ):
        with pytest.raises(UsageError) as raised:
            check_extend(options)
        assert raised.value.code == code
        with pytest.raises(UsageError):
            project = tmp_path / "p.toml"
            project.write_text("sources = ['reports']", "utf-8")
            run_panel((REPORTS,), tmp_path / "out", _with(read_project(project).options, options))
    assert not (tmp_path / "out").exists()


def _with(options, extend):
    from dataclasses import replace

    return replace(options, extend=extend)


def test_policy_commands(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys):
    assert call(monkeypatch, "policies", "list", "--json") == 0
    listed = {row["name"]: row for row in json.loads(capsys.readouterr().out)}
    assert listed["xxhm_pilot"] == {"name": "xxhm_pilot", "listed": 28, "total": 80, "complete": False}
    assert call(monkeypatch, "policies", "list") == 0
    assert "incomplete   28 / 80" in capsys.readouterr().out
    assert call(monkeypatch, "policies", "show", "broadband_china") == 0
    shown = capsys.readouterr().out.splitlines()
    assert len(shown) == 120
    assert shown[1].startswith("2014,2014-10,北京市,北京市,province,110000,1,")
    path = tmp_path / "list.csv"
    assert call(monkeypatch, "policies", "template", "xxhm_pilot", path) == 0
    assert len(pd.read_csv(path)) == len(template_rows("xxhm_pilot")) == 28
    assert call(monkeypatch, "policies", "template", "xxhm_pilot", path) == 2
    capsys.readouterr()
    assert call(monkeypatch, "policies", "check", path, "--like", "xxhm_pilot", "--lang", "en") == 3
    answer = capsys.readouterr()
    assert "28 rows, 28 units as printed, 0 rows without a code; the notice has 80" in answer.err
    assert answer.out.count(",ok") == 28
    assert call(monkeypatch, "policies", "check", path, "--like", "xxhm_pilot", "--total", 28) == 0


def test_a_panel_of_the_user_needs_a_folder_for_the_results(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys):
    path = tmp_path / "mine.csv"
    path.write_text("行政区划代码,年份,a,b\n420100,2019,1,2\n420600,2019,3,1\n420500,2019,2,5\n", "gb18030")
    assert call(monkeypatch, "index", path, "--of", "x=a,b", "--method", "topsis", "--lang", "en") == 2
    assert "--out" in capsys.readouterr().err
    assert call(monkeypatch, "index", path, "--of", "x=a,b", "--method", "topsis", "--out", tmp_path / "out") == 0
    assert read_panel(tmp_path / "out").frame["x_topsis"].between(0, 1).all()
    assert call(monkeypatch, "index", path, "--out", tmp_path / "out") == 2
    assert "nothing was asked for" in capsys.readouterr().err
