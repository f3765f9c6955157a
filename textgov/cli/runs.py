"""From files to a run folder: panel, run, init, demo, status."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from textgov.cli.estimate import estimate_all
from textgov.cli.terminal import (
    DryRun,
    Engine,
    Json,
    Lang,
    Out,
    Quiet,
    Run,
    Scheduler,
    Sources,
    Store,
    Strict,
    Terminal,
    Workers,
    label_language,
    list_files,
    say,
    set_up,
)
from textgov.errors import wording

if TYPE_CHECKING:
    from textgov.engine import EngineOptions
    from textgov.run import RunOptions, RunResult

app = typer.Typer()
PARTIAL = 3  # finished, but some inputs could not be read


@app.command()
def panel(
    sources: Sources,
    out: Out,
    lexicon: Annotated[list[str] | None, typer.Option(help="Built-in name or file; repeatable / 词典名或文件")] = None,
    workers: Workers = None,
    engine: Engine = None,
    scheduler: Scheduler = None,
    store: Store = None,
    metadata: Annotated[Path | None, typer.Option(help="Table with file, place, year / 文件、地区、年份对照表")] = None,
    path_pattern: Annotated[str | None, typer.Option(help="Such as {province}/{city}/{year} / 路径模式")] = None,
    level: Annotated[str, typer.Option(help="prefecture, province, county, national / 层级")] = "prefecture",
    include_direct: Annotated[bool, typer.Option("--include-direct", help="Directly ruled units / 含省直管县")] = False,
    codes: Annotated[str, typer.Option(help="year or 2024 / 当年代码或 2024 年代码")] = "year",
    year: Annotated[str, typer.Option(help="session, delivered or path / 年份口径")] = "session",
    balanced: Annotated[bool, typer.Option("--balanced", help="Rows without documents too / 补齐缺失行")] = False,
    complete_coverage: Annotated[Path | None, typer.Option(help="Complete place-years / 已知完整的地区年份")] = None,
    overlap: Annotated[str, typer.Option(help="longest, nested or all / 最长、嵌套或全部匹配")] = "longest",
    scope: Annotated[str, typer.Option(help="Terms compete in: lexicon or category / 竞争范围")] = "lexicon",
    levels: Annotated[str, typer.Option(help="Depths of categories: all, 1 or 1,2 / 类别层级")] = "all",
    negation: Annotated[str, typer.Option(help="keep or drop negated hits / 保留或剔除被否定的命中")] = "keep",
    measures: Annotated[str | None, typer.Option(help="Names, commas between, or all / 指标名，或 all")] = None,
    control: Annotated[str, typer.Option(help="Lexicon to compare with / 对照词典")] = "",
    sections: Annotated[str, typer.Option(help="Sections that count, or all / 计入的部分，或 all")] = "body",
    labels: Annotated[str, typer.Option(help="Stata labels: zh or en / Stata 标签语言")] = "zh",
    encoding: Annotated[str | None, typer.Option(help="Of all text files; detected if not given / 文件编码")] = None,
    text_column: Annotated[str | None, typer.Option(help="Column with the text / 表格中的正文列")] = None,
    language: Annotated[str, typer.Option(help="Of texts in several (TMX) / 多语文件取哪种语言")] = "zh",
    divisions: Annotated[Path | None, typer.Option(help="Your own table of divisions / 自备区划表")] = None,
    words: Annotated[bool, typer.Option("--words/--no-words", help="Count words (n_words) / 是否统计词数")] = True,
    strict: Strict = False,
    dry_run: DryRun = False,
    quiet: Quiet = False,
    as_json: Json = False,
    lang: Lang = None,
) -> None:
    """Files to a place-year panel, in one step / 从文件一步得到面板数据"""
    set_up(lang, quiet)
    from textgov.batch import StageOptions
    from textgov.count import CountOptions
    from textgov.engine import EngineOptions
    from textgov.lexicon import read_lexicon
    from textgov.load import LoadOptions
    from textgov.locate import LocateOptions
    from textgov.measures import DEFAULTS
    from textgov.panel import PanelOptions
    from textgov.run import RunOptions, read_complete

    complete = read_complete(complete_coverage) if complete_coverage else ()
    stages = StageOptions(
        load=LoadOptions(encoding, text_column, language),
        locate=LocateOptions(year, path_pattern, str(divisions) if divisions else None),
        count=CountOptions(  # a wrong word is refused there
            overlap,  # type: ignore[arg-type]
            sections=sections,
            scope=scope,  # type: ignore[arg-type]
            levels=levels,
            negation=negation,  # type: ignore[arg-type]
        ),
        lexicons=tuple(read_lexicon(name) for name in lexicon or ("digital-government",)),
        words=words,
    )
    names = measures or ",".join(DEFAULTS)
    pooling = PanelOptions(level, include_direct, codes, balanced, complete, names, control)
    options = RunOptions(stages, pooling, label_language(labels), metadata)
    if dry_run:
        _show_plan(sources, out, options, store, as_json)
        return
    where = EngineOptions(engine, workers, scheduler)
    _finish(_run(sources, out, options, where, store), strict, as_json)


@app.command()
def run(
    project: Annotated[Path, typer.Argument(help="Project file / 项目文件")],
    workers: Workers = None,
    engine: Engine = None,
    scheduler: Scheduler = None,
    strict: Strict = False,
    dry_run: DryRun = False,
    quiet: Quiet = False,
    as_json: Json = False,
    lang: Lang = None,
) -> None:
    """Run a project file / 运行项目文件"""
    set_up(lang, quiet)
    from textgov.engine import EngineOptions
    from textgov.project import read_project

    read = read_project(project)
    if dry_run:
        _show_plan(read.sources, read.out, read.options, read.store, as_json)
        return
    where = EngineOptions(engine, workers, scheduler)
    result = _run(read.sources, read.out, read.options, where, read.store)
    if read.estimates:
        estimate_all(result.panel.frame, read.estimates, read.out / "estimates", listed=not as_json)
    _finish(result, strict, as_json)


@app.command()
def init(
    path: Annotated[Path, typer.Argument(help="File to write / 要写的文件")] = Path("project.toml"),
    quiet: Quiet = False,
    lang: Lang = None,
) -> None:
    """Write a commented project file / 生成带注释的项目文件"""
    set_up(lang, quiet)
    from textgov.project import write_template

    write_template(path)
    print(path)


@app.command()
def demo(
    out: Out = Path("textgov-demo"),
    workers: Workers = None,
    engine: Engine = None,
    scheduler: Scheduler = None,
    quiet: Quiet = False,
    lang: Lang = None,
) -> None:
    """Run on the bundled corpus and check / 用自带语料演示并核对"""
    set_up(lang, quiet)
    from textgov.demo import check_truth, demo_folder, demo_options, show_panel
    from textgov.engine import EngineOptions

    where = EngineOptions(engine, workers, scheduler)
    result = _run((demo_folder() / "reports",), out, demo_options(), where, None)
    panel = result.panel
    check_truth(panel)
    print(show_panel(panel))
    list_files(result.files)
    say(wording("demo_next", Terminal.lang, out=out.as_posix()))


@app.command()
def status(run_folder: Run, as_json: Json = False, lang: Lang = None) -> None:
    """How far a run is: stages, shards, failures / 查看运行进度"""
    set_up(lang, False)
    from textgov.batch import read_status

    found = read_status(run_folder)
    if as_json:
        print(json.dumps(found, ensure_ascii=False, sort_keys=True))
        return
    print(wording("status_said", Terminal.lang, **{**found, "path": run_folder}))
    for name, n in found["stages"].items():
        print(f"{name:14} {n}")
    if found["seconds_left"] is not None:
        print(wording("status_left", Terminal.lang, seconds=round(found["seconds_left"])))


def _run(
    sources: Sequence[Path | str], out: Path, options: RunOptions, where: EngineOptions, store: Path | str | None
) -> RunResult:
    from textgov.console import show_progress
    from textgov.run import run_panel

    told = {"engine": where.engine, "workers": where.workers, "scheduler": where.scheduler, "store": store}
    if Terminal.quiet:
        return run_panel(sources, out, options, **told)  # type: ignore[arg-type]
    with show_progress(Terminal.lang) as progress:
        return run_panel(sources, out, options, **told, progress=progress)  # type: ignore[arg-type]


def _show_plan(
    sources: Sequence[Path | str], out: Path, options: RunOptions, store: Path | str | None, as_json: bool
) -> None:
    from textgov.run import plan_panel

    plan = plan_panel(sources, out, options, store)
    stages = {name: dict(sorted(found.items())) for name, found in plan.verdicts.items()}
    if as_json:
        print(json.dumps({"shards": len(plan.shards), "jobs": len(plan.jobs), "stages": stages}, sort_keys=True))
        return
    print(wording("plan_said", Terminal.lang, jobs=len(plan.jobs), shards=len(plan.shards)))
    for name, found in stages.items():
        print(f"{name:14} " + ", ".join(f"{verdict} {n}" for verdict, n in found.items()))


def _finish(result: RunResult, strict: bool, as_json: bool) -> None:
    facts, summary = _facts(result), result.summary
    if as_json:
        print(json.dumps(facts, ensure_ascii=False, sort_keys=True))
    else:
        list_files(result.files)
    say(wording("run_done", Terminal.lang, **facts))
    if result.again:
        say(wording("run_again", Terminal.lang))
    if summary.n_failed:
        say(wording("run_failed", Terminal.lang, **facts))
    if summary.n_elsewhere:
        say(wording("run_elsewhere", Terminal.lang, **facts))
    if facts["n_doubtful"]:
        say(wording("run_doubtful", Terminal.lang, **facts))
    for code, told in result.notes:
        say(wording(code, Terminal.lang, **told))
    for name in result.unmatched:
        say(wording("metadata_unmatched", Terminal.lang, name=name))
    for decision in result.stale:
        say(wording("decision_unmatched", Terminal.lang, path=decision.path, row=decision.row, doc_id=decision.doc_id))
    if summary.n_failed or (strict and facts["n_doubtful"]):
        raise typer.Exit(PARTIAL)


SUMMARY_NUMBERS = ("n_inputs", "n_documents", "n_failed", "n_held", "n_elsewhere", "n_doubtful")


def _facts(result: RunResult) -> dict[str, Any]:
    panel = result.panel
    frame = panel.frame
    return {
        "rows": len(frame),
        "places": int(frame[panel.keys[0]].nunique()),
        "first": int(frame["year"].min()),
        "last": int(frame["year"].max()),
        **{name: getattr(result.summary, name) for name in SUMMARY_NUMBERS},
        "out": result.out.as_posix(),
    }
