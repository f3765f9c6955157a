"""What is read about a finished run: its page, its figures, its citation, how it differs from another."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

from textgov.cli.terminal import Json, Lang, Out, Quiet, Run, Terminal, list_files, say, set_up
from textgov.errors import UsageError, wording

app = typer.Typer()


@app.command()
def report(
    run_folder: Run,
    out: Annotated[Path | None, typer.Option(metavar="FILE", help="Another file for the page / 另存为")] = None,
    quiet: Quiet = False,
    lang: Lang = None,
) -> None:
    """Write report.html anew, with topics and estimates / 重新生成报告网页"""
    set_up(lang, quiet)
    from textgov.run.again import rewrite_report

    path = rewrite_report(run_folder, out)
    print(path.as_posix())
    say(wording("report_said", Terminal.lang, path=path.as_posix()))


@app.command()
def cite(
    run_folder: Run,
    out: Annotated[Path | None, typer.Option(metavar="FILE", help="Write it to a file / 写入文件")] = None,
    quiet: Quiet = False,
    lang: Lang = None,
) -> None:
    """Draft citation and data-availability statement / 起草引用与数据可得性声明"""
    set_up(lang, quiet)
    from textgov.cite import cite_run
    from textgov.store import written_aside

    told = cite_run(run_folder)
    if out is None:
        print(told.text(Terminal.lang), end="")
        return
    if out.is_dir():
        raise UsageError("option_bad", name="out", value=out, detail="a folder; name a file")
    text = told.text("zh") + "\n" + told.text("en") if lang is None else told.text(Terminal.lang)
    with written_aside(out) as part:
        part.write_bytes(text.encode("utf-8", "backslashreplace"))
    print(out.as_posix())


@app.command()
def figures(
    run_folder: Run,
    out: Out,
    formats: Annotated[str, typer.Option("--format", help="svg, png, pdf; commas between / 图片格式")] = "svg",
    font: Annotated[str, typer.Option(help="Name of an installed font / 已安装的字体名")] = "",
    language: Annotated[str, typer.Option(help="Of the figures: zh or en / 图中文字的语言")] = "zh",
    quiet: Quiet = False,
    lang: Lang = None,
) -> None:
    """The charts of the report as files for a paper / 将报告中的图导出为文件"""
    set_up(lang, quiet)
    from textgov.report import write_figures

    if language not in ("zh", "en"):
        raise UsageError("option_bad", name="language", value=language, detail="use zh or en")
    wanted = tuple(name.strip() for name in formats.replace("，", ",").split(",") if name.strip())
    list_files(write_figures(run_folder, out, formats=wanted, lang=language, font=font))


@app.command()
def diff(
    old: Annotated[Path, typer.Argument(metavar="RUN1", help="Folder of the earlier run / 较早的运行结果")],
    new: Annotated[Path, typer.Argument(metavar="RUN2", help="Folder of the later run / 较晚的运行结果")],
    out: Annotated[Path | None, typer.Option(metavar="FILE", help="csv of the cells that differ / 差异清单")] = None,
    quiet: Quiet = False,
    as_json: Json = False,
    lang: Lang = None,
) -> None:
    """What changed between two runs, and why / 两次运行有何不同及原因"""
    set_up(lang, quiet)
    from textgov.diff import diff_runs
    from textgov.export import write_table

    found = diff_runs(old, new)
    if as_json:
        about = {"causes": found.causes, "effects": found.effects, "same": found.same, "cells": len(found.cells)}
        print(json.dumps(about, ensure_ascii=False, default=str))
    else:
        print(found.text(Terminal.lang), end="")
    if out is not None:
        if out.suffix != ".csv":
            raise UsageError("option_bad", name="out", value=out, detail="name a .csv file")
        say(wording("diff_written", Terminal.lang, path=write_table(found.cells, out).as_posix()))
