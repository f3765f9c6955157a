"""Figures for papers: every chart as a file, with a font that has Chinese; a clear message where there is none."""

from __future__ import annotations

import io
import re
import shutil
import sys
from pathlib import Path

import pytest
from lxml import etree

import textgov as tg
from textgov.batch import StageOptions
from textgov.cli import main
from textgov.demo import demo_folder
from textgov.errors import ExtraError, UsageError
from textgov.lexicon import read_lexicon
from textgov.report import figures
from textgov.run import RunOptions, run_panel

PACKAGED = "Noto Sans SC"


@pytest.fixture(scope="module")
def run(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("figures")
    shutil.copytree(demo_folder() / "reports" / "湖北省", folder / "reports" / "湖北省")
    options = RunOptions(StageOptions(lexicons=(read_lexicon("digital-government"),), words=False))
    return run_panel([folder / "reports"], folder / "out", options, engine="serial").out


def test_every_chart_is_a_file_in_each_format(run, tmp_path):
    written = tg.write_figures(run, tmp_path / "zh", formats=("svg", "png"))
    names = {path.stem for path in written}
    assert {"trend-dg", "categories-dg", "provinces-dg", "ranking-dg", "distribution-dg", "coverage", "states"} <= names
    assert sorted(path.suffix for path in written) == [".png"] * len(names) + [".svg"] * len(names)
    for path in written:
        data = path.read_bytes()
        if path.suffix == ".png":
            assert data.startswith(b"\x89PNG")
            assert len(data) > 5000
        else:
            tree = etree.parse(io.BytesIO(data))
            families = set(tree.xpath("//@font-family"))
            assert families == {PACKAGED}
            assert (
                tree.xpath("//*[local-name()='script' or local-name()='image' or local-name()='foreignObject']") == []
            )
    trend = (tmp_path / "zh" / "trend-dg.svg").read_text("utf-8")
    assert "年份" in trend
    assert "数字政府" in trend


def test_the_language_is_that_asked_for_and_the_bytes_are_the_same_again(run, tmp_path):
    for name in ("one", "two"):
        tg.write_figures(run, tmp_path / name, lang="en")
    one, two = (sorted((tmp_path / name).iterdir()) for name in ("one", "two"))
    assert [path.read_bytes() for path in one] == [path.read_bytes() for path in two]
    trend = (tmp_path / "one" / "trend-dg.svg").read_text("utf-8")
    assert "digital government: mean by year" in trend
    assert not re.search("[\u4e00-\u9fff]", "".join(etree.fromstring(trend.encode()).itertext()))


def test_a_font_is_judged_by_what_it_draws():
    assert figures.figure_font() == PACKAGED
    assert figures.has_chinese(PACKAGED)
    assert not figures.has_chinese("No Such Font")
    with pytest.raises(UsageError, match="No Such Font is not installed"):
        figures.figure_font("No Such Font")


def test_without_any_font_the_message_says_what_to_install(run, tmp_path, monkeypatch):
    monkeypatch.setattr(figures, "has_chinese", lambda font: False)
    with pytest.raises(ExtraError, match=r"textgov\[figures\]") as caught:
        tg.write_figures(run, tmp_path / "none")
    assert "Microsoft YaHei" in caught.value.text("zh")
    assert not (tmp_path / "none").exists()


def test_the_command(run, tmp_path, monkeypatch, capsys):
    def leave(*words: object) -> int:
        monkeypatch.setattr(sys, "argv", ["textgov", *map(str, words)])
        with pytest.raises(SystemExit) as left:
            main()
        return left.value.code

    assert leave("figures", run, "--out", tmp_path / "pdf", "--format", "pdf", "--language", "en") == 0
    listed = capsys.readouterr().out.splitlines()
    assert listed
    assert all(Path(path).read_bytes().startswith(b"%PDF") for path in listed)
    assert leave("figures", run, "--out", tmp_path, "--format", "gif") == 2
    assert leave("figures", run, "--out", tmp_path, "--language", "fr") == 2
    assert leave("figures", tmp_path, "--out", tmp_path) == 2
    assert "Traceback" not in capsys.readouterr().err


def test_the_pictures_of_the_readme_are_there_and_small():
    root = Path(__file__).resolve().parents[1]
    named = [
        set(re.findall(r"\((docs/pictures/[\w-]+\.png)\)", (root / name).read_text("utf-8")))
        for name in ("README.md", "README.zh-CN.md")
    ]
    assert named[0] == named[1] == {f"docs/pictures/{path.name}" for path in (root / "docs" / "pictures").iterdir()}
    assert len(named[0]) == 4
    for name in named[0]:
        assert (root / name).read_bytes().startswith(b"\x89PNG")
        assert (root / name).stat().st_size < 200_000
