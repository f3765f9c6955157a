"""Estimates on the command line."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from textgov.cli.terminal import Json, Lang, Out, Quiet, Terminal, list_files, say, set_up
from textgov.errors import UsageError, wording

if TYPE_CHECKING:
    import pandas as pd

    from textgov.estimate import Estimate, EstimateOptions

app = typer.Typer()
Name = typer.Option
DESIGN = "did, event, cs, sunab, ppml, iv, rd, mediation, heterogeneity, placebo, leave-out / 识别设计"


@app.command()
def estimate(
    panel: Annotated[Path, typer.Argument(metavar="PANEL", help="Run folder, panel or project file / 面板或项目文件")],
    out: Out,
    design: Annotated[str, Name(help=DESIGN)] = "did",
    y: Annotated[str, Name(help="Column of the outcome / 被解释变量列")] = "",
    treat: Annotated[str, Name(help="did, or first_year (0: never) / 处理变量列")] = "",
    controls: Annotated[str, Name(help="Columns, with commas / 控制变量，用逗号分隔")] = "",
    unit: Annotated[str, Name(help="Column with the code of the place / 地区代码列")] = "",
    time: Annotated[str, Name(help="Column with the year / 年份列")] = "year",
    effects: Annotated[str, Name(help="two-way, unit, time, none / 固定效应")] = "two-way",
    absorb: Annotated[str, Name(help="More effects: province_code^year / 其他固定效应")] = "",
    cluster: Annotated[str, Name(help="Column; the place if not given / 聚类列，默认地区")] = "",
    errors: Annotated[str, Name(help="cluster, hetero, iid / 标准误类型")] = "cluster",
    level: Annotated[float, Name(help="Of the intervals / 置信水平")] = 0.95,
    balanced: Annotated[bool, Name("--balanced", help="Places with every year only / 只用年份齐全的地区")] = False,
    leads: Annotated[int, Name(help="Years before the start / 起始前年数")] = 4,
    lags: Annotated[int, Name(help="Years after the start / 起始后年数")] = 4,
    control: Annotated[str, Name(help="cs: never or notyet / 对照组")] = "never",
    exposure: Annotated[str, Name(help="ppml: such as n_han / 暴露量列")] = "",
    instruments: Annotated[str, Name(help="iv: columns, with commas / 工具变量列")] = "",
    running: Annotated[str, Name(help="rd: running variable / 驱动变量列")] = "",
    cutoff: Annotated[float, Name(help="rd: cut-off / 断点")] = 0.0,
    bandwidth: Annotated[float | None, Name(help="rd: chosen if not given / 带宽，默认自动选择")] = None,
    kernel: Annotated[str, Name(help="triangular, uniform, epanechnikov / 核函数")] = "triangular",
    mediator: Annotated[str, Name(help="mediation: column / 中介变量列")] = "",
    group: Annotated[str, Name(help="heterogeneity, leave-out: column / 分组列")] = "",
    within: Annotated[str, Name(help="placebo: permute within / 在组内置换")] = "",
    draws: Annotated[int, Name(help="mediation, placebo: draws / 抽样次数")] = 500,
    seed: Annotated[int, Name(help="Of the draws / 随机种子")] = 1,
    name: Annotated[str, Name(help="Of the files / 文件名")] = "",
    quiet: Quiet = False,
    as_json: Json = False,
    lang: Lang = None,
) -> None:
    """A panel to estimates and tables / 从面板到估计和表格"""
    set_up(lang, quiet)
    from textgov.estimate import EstimateOptions, read_panel_frame

    if panel.suffix == ".toml":
        from textgov.project import read_project

        project = read_project(panel)
        if not project.estimates:
            raise UsageError("project_bad", path=panel.name, where="", detail="it has no [[estimate]]")
        estimate_all(read_panel_frame(project.out), project.estimates, out, as_json=as_json, listed=not as_json)
        return
    options = EstimateOptions(
        design=design,
        y=y,
        treat=treat,
        controls=_names(controls),
        unit=unit,
        time=time,
        effects=effects,
        absorb=_names(absorb),
        cluster=cluster,
        errors=errors,
        level=level,
        balanced=balanced,
        leads=leads,
        lags=lags,
        control=control,
        exposure=exposure,
        instruments=_names(instruments),
        running=running,
        cutoff=cutoff,
        bandwidth=bandwidth,
        kernel=kernel,
        mediator=mediator,
        group=group,
        within=within,
        draws=draws,
        seed=seed,
        name=name,
    )
    estimate_all(read_panel_frame(panel), (options,), out, as_json=as_json, listed=not as_json)


def estimate_all(
    frame: pd.DataFrame, wanted: tuple[EstimateOptions, ...], out: Path, *, as_json: bool = False, listed: bool = True
) -> None:
    """Estimate and write some designs; list the files, or print the tables as JSON."""
    from textgov.estimate import estimate_panel, write_estimates

    found = [estimate_panel(frame, options) for options in wanted]
    paths = write_estimates(found, out, lang=Terminal.lang)
    if as_json:
        rows = [{"name": one.options.label, "rows": one.table.to_dict("records")} for one in found]
        print(json.dumps(rows, ensure_ascii=False, sort_keys=True).replace("NaN", "null"))
    list_files(paths if listed else ())
    for one in found:
        _tell(one)


def _tell(one: Estimate) -> None:
    row = one.table.iloc[0]
    facts = {"estimate": f"{row['estimate']:.4g}", "std_error": f"{row['std_error']:.4g}", "term": row["term"]}
    said = {"name": one.options.label, "n": one.facts["n"], "groups": one.facts["groups"]}
    say(wording("estimate_said", Terminal.lang, **said, **facts))
    for note in one.notes(Terminal.lang):
        say(f"  {note}")


def _names(text: str) -> tuple[str, ...]:
    """Names of columns with commas between them."""
    return tuple(name.strip() for name in text.replace("，", ",").split(",") if name.strip())
