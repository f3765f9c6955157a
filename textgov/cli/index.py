"""Indices and outside indicators on the command line."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from textgov.cli.terminal import Json, Lang, Quiet, Terminal, label_language, list_files, say, set_up
from textgov.errors import UsageError, wording

if TYPE_CHECKING:
    from textgov.extend import ExtendOptions

app = typer.Typer()
Source = Annotated[Path, typer.Argument(metavar="PANEL", help="Run folder, or csv, xlsx, dta / 运行文件夹或表格")]
NewOut = Annotated[Path | None, typer.Option(metavar="DIR", help="Folder for results; the run itself / 结果文件夹")]
Labels = Annotated[str, typer.Option(help="Stata labels: zh or en / Stata 标签语言")]
Replace = Annotated[bool, typer.Option("--replace", help="Over columns of the same name / 覆盖同名列")]
JoinFiles = Annotated[list[str] | None, typer.Option(metavar="FILE", help="Join indicators first / 先并入外部指标")]


def extend(
    source: Path,
    options: ExtendOptions,
    out: Path | None,
    labels: str,
    replace: bool,
    as_json: bool,
) -> None:
    """Extend a panel on disk, list the files, and say what there is to say."""
    from textgov.extend import extend_files

    if options.empty:
        raise UsageError("option_bad", name="panel", value=source, detail="nothing was asked for; see --help")
    words = label_language(labels)
    extended, files = extend_files(source, options, out=out, labels=words, replace=replace)
    if as_json:
        said = [wording(code, "en", **facts) for code, facts in extended.notes]
        print(
            json.dumps(
                {
                    "files": [one.as_posix() for one in files],
                    "columns": list(extended.panel.frame.columns),
                    "notes": said,
                }
            )
        )
    else:
        list_files(files)
    for code, facts in extended.notes:
        say(wording(code, Terminal.lang, **facts))


@app.command()
def index(
    source: Source,
    of: Annotated[list[str] | None, typer.Option(help="name=column,column,-cost; repeatable / 指数定义")] = None,
    title: Annotated[list[str] | None, typer.Option(help="name=Chinese/English label / 指数名称")] = None,
    method: Annotated[list[str] | None, typer.Option(help="ew, eq, pca, critic, topsis / 赋权方法")] = None,
    scope: Annotated[str, typer.Option(help="pooled, year or base / 参照范围")] = "pooled",
    base_year: Annotated[int, typer.Option(help="Year of the weights, scope base / 基期年份")] = 0,
    shift: Annotated[float, typer.Option(help="Added to scaled values; 0 is exact / 平移量")] = 0.0,
    winsor: Annotated[float, typer.Option(help="Share trimmed at each end / 两端缩尾比例")] = 0.0,
    rare: Annotated[float, typer.Option(help="Leave columns below this share of non-zero out / 剔除稀疏列")] = 0.0,
    missing: Annotated[str, typer.Option(help="drop or error / 缺失行的处理")] = "drop",
    couple: Annotated[list[str] | None, typer.Option(help="name=column,column / 耦合协调度")] = None,
    coupling: Annotated[str, typer.Option(help="geometric or power / 耦合度公式")] = "geometric",
    derive: Annotated[list[str] | None, typer.Option(help="kind:column:number, lag:gdp:1 / 派生列")] = None,
    strength: Annotated[Path | None, typer.Option(metavar="FILE", help="Scored documents / 政策打分表")] = None,
    combine: Annotated[str, typer.Option(help="sum or product of the scores / 打分合成方式")] = "sum",
    pmc: Annotated[Path | None, typer.Option(metavar="FILE", help="Documents x PMC variables / PMC 指标表")] = None,
    grade: Annotated[list[str] | None, typer.Option(help="Name=lower bound of a PMC grade / PMC 等级")] = None,
    join: JoinFiles = None,
    out: NewOut = None,
    labels: Labels = "zh",
    replace: Replace = False,
    quiet: Quiet = False,
    as_json: Json = False,
    lang: Lang = None,
) -> None:
    """Composite indices and derived columns / 综合指数与派生列"""
    set_up(lang, quiet)
    from textgov.extend import ExtendOptions
    from textgov.index import IndexOptions
    from textgov.join import JoinOptions

    options = IndexOptions(
        of=tuple(of or ()),
        titles=tuple(title or ()),
        methods=tuple(method or IndexOptions().methods),
        scope=scope,
        base_year=base_year,
        shift=shift,
        winsor=winsor,
        rare=rare,
        missing=missing,
        couple=tuple(couple or ()),
        coupling=coupling,
        derive=tuple(derive or ()),
        strength=str(strength or ""),
        combine=combine,
        pmc=str(pmc or ""),
        grades=tuple(grade or ()),
    )
    extend(source, ExtendOptions(JoinOptions(tuple(join or ())), options), out, labels, replace, as_json)


@app.command("join")
def join_command(
    source: Source,
    files: Annotated[list[str], typer.Argument(metavar="FILE...", help="Tables with places and years / 外部指标表")],
    column: Annotated[list[str] | None, typer.Option(help="header or name=header; all if not given / 所取的列")] = None,
    prefix: Annotated[str, typer.Option(help="Before the new names / 新列名前缀")] = "",
    code_column: Annotated[str, typer.Option(help="Column of place codes / 地区代码列")] = "",
    name_column: Annotated[str, typer.Option(help="Column of place names / 地区名称列")] = "",
    province_column: Annotated[str, typer.Option(help="Column of provinces / 省份列")] = "",
    year_column: Annotated[str, typer.Option(help="Column of years / 年份列")] = "",
    out: NewOut = None,
    labels: Labels = "zh",
    replace: Replace = False,
    quiet: Quiet = False,
    as_json: Json = False,
    lang: Lang = None,
) -> None:
    """Join outside indicators by place and year / 按地区和年份并入外部指标"""
    set_up(lang, quiet)
    from textgov.extend import ExtendOptions
    from textgov.join import JoinOptions

    keys = (code_column, name_column, province_column, year_column)
    options = JoinOptions(tuple(files), tuple(column or ()), prefix, *keys)
    extend(source, ExtendOptions(options), out, labels, replace, as_json)
