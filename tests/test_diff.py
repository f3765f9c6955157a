"""What changed between two runs: the causes are named, the cells are those that a plain comparison finds."""

from __future__ import annotations

import json
import shutil
import sys
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest

import textgov as tg
from textgov.batch import StageOptions
from textgov.cli import main
from textgov.count import CountOptions
from textgov.demo import demo_folder
from textgov.errors import UsageError
from textgov.lexicon import read_lexicon
from textgov.panel import PanelOptions
from textgov.run import RunOptions, run_panel

PROVINCE = demo_folder() / "reports" / "湖北省"
BASE = RunOptions(StageOptions(lexicons=(read_lexicon("digital-government"),), words=False))


def run(source: Path, out: Path, options: RunOptions = BASE) -> Path:
    return run_panel([source], out, options, engine="serial").out


@pytest.fixture(scope="module")
def source(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("diff") / "reports"
    shutil.copytree(PROVINCE, folder / "湖北省")
    return folder


@pytest.fixture(scope="module")
def old(source: Path) -> Path:
    return run(source, source.parent / "old")


def codes(found: tuple[tuple[str, object], ...]) -> list[str]:
    return [code for code, _ in found]


def test_a_run_made_again_is_the_same(source, old, tmp_path):
    found = tg.diff_runs(old, run(source, tmp_path / "again"))
    assert (found.causes, found.effects, len(found.cells), found.same) == ((), (), 0, True)
    assert found.text("en") == (
        "inputs, options, tables, lexicons and versions are the same\nthe panels are the same, cell by cell\n"
    )


def test_inputs_that_came_went_and_changed_are_named_with_the_cells(source, old, tmp_path):
    shutil.copytree(source, tmp_path / "reports")
    files = sorted(path for path in (tmp_path / "reports").rglob("*") if path.suffix in (".txt", ".md"))
    changed, gone = files[0], files[1]
    text = changed.read_bytes()
    changed.write_bytes(text + "\n推进一网通办，建设数字政府。\n".encode())
    gone.unlink()
    (tmp_path / "reports" / "notes.txt").write_text("推进一网通办。\n", "utf-8")
    new = run(tmp_path / "reports", tmp_path / "new")
    found = tg.diff_runs(old, new)
    told = dict(found.causes)
    name = changed.relative_to(tmp_path / "reports").as_posix()
    assert codes(found.causes) == ["diff_added", "diff_removed", "diff_changed"]
    assert told["diff_added"] == {"n": 1, "detail": "notes.txt"}
    assert told["diff_removed"]["detail"] == gone.relative_to(tmp_path / "reports").as_posix()
    assert told["diff_changed"]["detail"] == name
    a, b = (pd.read_csv(one / "panel.csv", dtype=str, keep_default_na=False) for one in (old, new))
    both = a.merge(b, on=["city_code", "year"], suffixes=("", "@"))
    wanted = {
        (row["city_code"], int(row["year"]), column, row[column], row[f"{column}@"])
        for row in both.to_dict("records")
        for column in a.columns.difference(["city_code", "year"])
        if row[column] != row[f"{column}@"]
    }
    cells = {tuple(row) for row in found.cells.itertuples(index=False)}
    assert {(*key[:3], float(key[3]), float(key[4])) for key in cells} == {
        (*key[:3], float(key[3]), float(key[4])) for key in wanted
    }
    assert len(cells) >= 3
    assert "diff_rows_gone" in codes(found.effects)


def test_options_lexicons_and_versions_are_causes(source, old, tmp_path):
    stages = replace(BASE.stages, count=CountOptions("all"), lexicons=(read_lexicon("digital-government-core"),))
    new = run(source, tmp_path / "new", RunOptions(stages, PanelOptions(measures="n,p10k")))
    record = json.loads((new / "provenance.json").read_bytes())
    record["versions"]["numpy"] = "1.0"
    (new / "provenance.json").write_text(json.dumps(record), "utf-8")
    told = [(code, facts["name"], facts["new"]) for code, facts in tg.diff_runs(old, new).causes]
    assert ("diff_option", "count.overlap", "all") in told
    assert ("diff_option", "panel.measures", "n,p10k") in told
    assert ("diff_version", "numpy", "1.0") in told
    lexicons = {name: new for code, name, new in told if code == "diff_lexicon"}
    assert lexicons["digital-government"] == "-"
    assert lexicons["digital-government-core"].endswith(f"({stages.lexicons[0].hash})")
    effects = dict(tg.diff_runs(old, new).effects)
    assert "dgc_total_n" in effects["diff_columns_new"]["detail"] or effects["diff_columns_new"]["n"] > 10


def test_panels_of_two_levels_are_not_compared(old, tmp_path):
    new = tmp_path / "new"
    new.mkdir()
    shutil.copy(old / "provenance.json", new)
    pd.read_parquet(old / "panel.parquet").iloc[:1, 2:].to_parquet(new / "panel.parquet")  # province_code comes first
    with pytest.raises(UsageError, match="different levels"):
        tg.diff_runs(old, new)


def test_the_command_says_it_and_writes_the_cells(source, old, tmp_path, monkeypatch, capsys):
    new = run(source, tmp_path / "new", RunOptions(replace(BASE.stages, count=CountOptions("all"))))

    def leave(*words: object) -> int:
        monkeypatch.setattr(sys, "argv", ["textgov", *map(str, words)])
        with pytest.raises(SystemExit) as left:
            main()
        return left.value.code

    assert leave("diff", old, new, "--out", tmp_path / "cells.csv", "--lang", "zh") == 0
    said = capsys.readouterr().out
    assert "选项 count.overlap：由 longest 变为 all" in said
    cells = pd.read_csv(tmp_path / "cells.csv", dtype={"place": str})
    assert list(cells.columns) == ["place", "year", "column", "old", "new"]
    assert len(cells) == len(tg.diff_runs(old, new).cells) > 0
    assert leave("diff", old, new, "--json") == 0
    assert json.loads(capsys.readouterr().out)["cells"] == len(cells)
    assert leave("diff", old, new, "--out", tmp_path / "cells.xlsx") == 2
    assert leave("diff", old, tmp_path / "nowhere") == 2
    assert "Traceback" not in capsys.readouterr().err
