"""The command line: one command a task; parses, calls, prints; no logic."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from textgov.errors import TextgovError, UsageError, wording

if TYPE_CHECKING:
    from textgov.engine import EngineOptions
    from textgov.run import RunOptions, RunResult

app = typer.Typer(
    name="textgov",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    help="From a folder of Chinese government documents to a city-year panel.\n\n从政策文本文件夹到城市—年份面板数据。",
    epilog="Examples:  textgov demo   |   textgov panel reports --out out   |   textgov run project.toml",
)
Sources = Annotated[list[Path], typer.Argument(metavar="SOURCE...", help="Files and folders / 文件或文件夹")]
Out = Annotated[Path, typer.Option(metavar="DIR", help="Folder for all results / 结果文件夹")]
Workers = Annotated[int | None, typer.Option(help="Processes; all cores by default / 进程数，默认用全部核心")]
Engine = Annotated[str | None, typer.Option(help="serial, processes or dask / 运行方式")]
Scheduler = Annotated[str | None, typer.Option(help="Address of a Dask scheduler / Dask 调度器地址")]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Only say what would be done / 只说明将做什么")]
Run = Annotated[Path, typer.Argument(metavar="RUN", help="Folder of a run / 运行结果文件夹")]
Strict = Annotated[bool, typer.Option("--strict", help="Status 3 for doubtful documents too / 有存疑文档时也返回 3")]
Quiet = Annotated[bool, typer.Option("--quiet", "-q", help="No progress, no messages / 不显示进度和消息")]
Json = Annotated[bool, typer.Option("--json", help="Print the summary as JSON / 以 JSON 输出摘要")]
Lang = Annotated[str | None, typer.Option(help="Language of messages: zh or en / 消息语言")]

PARTIAL = 3  # finished, but some inputs could not be read
INTERRUPTED = 130


class _Terminal:
    """The language of messages, and whether any are wanted."""

    lang = "en"
    quiet = False


def _set_up(lang: str | None, quiet: bool) -> None:
    if lang not in (None, "zh", "en"):
        raise UsageError("option_bad", name="lang", value=lang, detail="use zh or en")
    _Terminal.quiet = quiet
    _Terminal.lang = lang or _usual_language()


def _usual_language() -> str:
    """Chinese where the terminal speaks Chinese and can show it; results never depend on this."""
    wanted = next((os.environ[name] for name in ("LC_ALL", "LC_MESSAGES", "LANG") if os.environ.get(name)), "")
    try:
        "文本".encode(sys.stderr.encoding or "ascii")
    except (UnicodeEncodeError, LookupError):
        return "en"
    return "zh" if wanted.lower().startswith("zh") else "en"


def _say(text: str) -> None:
    if not _Terminal.quiet:
        print(text, file=sys.stderr)


@app.callback(invoke_without_command=True)
def _main(version: Annotated[bool, typer.Option("--version", help="Print the version / 显示版本")] = False) -> None:
    if version:
        from importlib.metadata import version as version_of

        print(f"textgov {version_of('textgov')}")
        raise typer.Exit


@app.command()
def panel(
    sources: Sources,
    out: Out,
    lexicon: Annotated[list[str] | None, typer.Option(help="Built-in name or file; repeatable / 词典名或文件")] = None,
    workers: Workers = None,
    engine: Engine = None,
    scheduler: Scheduler = None,
    metadata: Annotated[Path | None, typer.Option(help="Table with file, place, year / 文件、地区、年份对照表")] = None,
    path_pattern: Annotated[str | None, typer.Option(help="Such as {province}/{city}/{year} / 路径模式")] = None,
    level: Annotated[str, typer.Option(help="prefecture, province, county, national / 层级")] = "prefecture",
    include_direct: Annotated[bool, typer.Option("--include-direct", help="Directly ruled units / 含省直管县")] = False,
    codes: Annotated[str, typer.Option(help="year or 2024 / 当年代码或 2024 年代码")] = "year",
    year: Annotated[str, typer.Option(help="session, delivered or path / 年份口径")] = "session",
    balanced: Annotated[bool, typer.Option("--balanced", help="Rows without documents too / 补齐缺失行")] = False,
    complete_coverage: Annotated[Path | None, typer.Option(help="Complete place-years / 已知完整的地区年份")] = None,
    overlap: Annotated[str, typer.Option(help="longest or all / 最长匹配或全部匹配")] = "longest",
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
    _set_up(lang, quiet)
    from textgov.batch import StageOptions
    from textgov.count import CountOptions
    from textgov.engine import EngineOptions
    from textgov.lexicon import read_lexicon
    from textgov.load import LoadOptions
    from textgov.locate import LocateOptions
    from textgov.panel import PanelOptions
    from textgov.run import RunOptions, read_complete

    if labels not in ("zh", "en"):
        raise UsageError("option_bad", name="labels", value=labels, detail="use zh or en")
    complete = read_complete(complete_coverage) if complete_coverage else ()
    stages = StageOptions(
        load=LoadOptions(encoding, text_column, language),
        locate=LocateOptions(year, path_pattern, str(divisions) if divisions else None),
        count=CountOptions(overlap, sections=sections),  # type: ignore[arg-type]  # checked where it is used
        lexicons=tuple(read_lexicon(name) for name in lexicon or ("digital-government",)),
        words=words,
    )
    options = RunOptions(stages, PanelOptions(level, include_direct, codes, balanced, complete), labels, metadata)
    if dry_run:
        _show_plan(tuple(sources), out, options, as_json)
        return
    where = EngineOptions(engine, workers, scheduler)
    _finish(_run(tuple(sources), out, options, where), strict, as_json)


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
    _set_up(lang, quiet)
    from textgov.engine import EngineOptions
    from textgov.project import read_project

    read = read_project(project)
    if dry_run:
        _show_plan(read.sources, read.out, read.options, as_json)
        return
    _finish(_run(read.sources, read.out, read.options, EngineOptions(engine, workers, scheduler)), strict, as_json)


@app.command()
def init(
    path: Annotated[Path, typer.Argument(help="File to write / 要写的文件")] = Path("project.toml"),
    quiet: Quiet = False,
    lang: Lang = None,
) -> None:
    """Write a commented project file / 生成带注释的项目文件"""
    _set_up(lang, quiet)
    from textgov.project import write_template

    write_template(path)
    print(path)


@app.command()
def lexicons(as_json: Json = False) -> None:
    """List the built-in lexicons / 列出内置词典"""
    from textgov.lexicon import builtin_lexicons, read_lexicon

    found = [read_lexicon(name) for name in builtin_lexicons()]
    if as_json:
        rows = [{"name": one.name, "version": one.version, "entries": len(one.entries)} for one in found]
        print(json.dumps(rows, ensure_ascii=False))
        return
    for one in found:
        print(f"{one.name:26} {one.version:5} {one.prefix:4} {len(one.entries):4}  {one.zh} / {one.en}")


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
    _set_up(lang, quiet)
    from textgov.demo import check_truth, demo_folder, demo_options, show_panel
    from textgov.engine import EngineOptions

    where = EngineOptions(engine, workers, scheduler)
    result = _run((demo_folder() / "reports",), out, demo_options(), where)
    panel = result.panel
    check_truth(panel)
    print(show_panel(panel))
    _list_files(result)
    _say(wording("demo_next", _Terminal.lang, out=out.as_posix()))


def _run(sources: tuple[Path, ...], out: Path, options: RunOptions, where: EngineOptions) -> RunResult:
    from textgov.console import show_progress
    from textgov.run import run_panel

    told = {"engine": where.engine, "workers": where.workers, "scheduler": where.scheduler}
    if _Terminal.quiet:
        return run_panel(sources, out, options, **told)  # type: ignore[arg-type]
    with show_progress(_Terminal.lang) as progress:
        return run_panel(sources, out, options, **told, progress=progress)  # type: ignore[arg-type]


def _show_plan(sources: tuple[Path, ...], out: Path, options: RunOptions, as_json: bool) -> None:
    from textgov.run import plan_panel

    plan = plan_panel(sources, out, options)
    stages = {name: dict(sorted(found.items())) for name, found in plan.verdicts.items()}
    if as_json:
        print(json.dumps({"shards": len(plan.shards), "jobs": len(plan.jobs), "stages": stages}, sort_keys=True))
        return
    print(wording("plan_said", _Terminal.lang, jobs=len(plan.jobs), shards=len(plan.shards)))
    for name, found in stages.items():
        print(f"{name:14} " + ", ".join(f"{verdict} {n}" for verdict, n in found.items()))


@app.command()
def status(run_folder: Run, as_json: Json = False, lang: Lang = None) -> None:
    """How far a run is: stages, shards, failures / 查看运行进度"""
    _set_up(lang, False)
    from textgov.batch import read_status

    found = read_status(run_folder)
    if as_json:
        print(json.dumps(found, ensure_ascii=False, sort_keys=True))
        return
    print(wording("status_said", _Terminal.lang, **{**found, "path": run_folder}))
    for name, n in found["stages"].items():
        print(f"{name:14} {n}")
    if found["seconds_left"] is not None:
        print(wording("status_left", _Terminal.lang, seconds=round(found["seconds_left"])))


def _list_files(result: RunResult) -> None:
    for path in result.files:
        print(path.as_posix())


def _finish(result: RunResult, strict: bool, as_json: bool) -> None:
    facts, summary = _facts(result), result.summary
    if as_json:
        print(json.dumps(facts, ensure_ascii=False, sort_keys=True))
    else:
        _list_files(result)
    _say(wording("run_done", _Terminal.lang, **facts))
    if result.again:
        _say(wording("run_again", _Terminal.lang))
    if summary.n_failed:
        _say(wording("run_failed", _Terminal.lang, **facts))
    if summary.n_elsewhere:
        _say(wording("run_elsewhere", _Terminal.lang, **facts))
    if facts["n_doubtful"]:
        _say(wording("run_doubtful", _Terminal.lang, **facts))
    for name in result.unmatched:
        _say(wording("metadata_unmatched", _Terminal.lang, name=name))
    for decision in result.stale:
        _say(
            wording("decision_unmatched", _Terminal.lang, path=decision.path, row=decision.row, doc_id=decision.doc_id)
        )
    if summary.n_failed or (strict and facts["n_doubtful"]):
        raise typer.Exit(PARTIAL)


SUMMARY_NUMBERS = ("n_inputs", "n_documents", "n_failed", "n_held", "n_elsewhere", "n_doubtful")


def _facts(result: RunResult) -> dict[str, Any]:
    frame = result.panel.frame
    return {
        "rows": len(frame),
        "places": int(frame[result.panel.keys[0]].nunique()),
        "first": int(frame["year"].min()),
        "last": int(frame["year"].max()),
        **{name: getattr(result.summary, name) for name in SUMMARY_NUMBERS},
        "out": result.out.as_posix(),
    }


def main() -> None:
    """Entry point: every error of ours is one line and an exit status."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")  # a console that cannot show a character must not stop a run
    try:
        status = app(standalone_mode=False)
        if status == INTERRUPTED:  # typer has already caught the interrupt
            raise KeyboardInterrupt
    except TextgovError as error:
        print(f"textgov: {error.text(_Terminal.lang)}", file=sys.stderr)
        sys.exit(error.status)
    except (KeyboardInterrupt, typer.Abort):
        print(f"textgov: {wording('interrupted', _Terminal.lang)}", file=sys.stderr)
        sys.exit(INTERRUPTED)
    except BrokenPipeError:
        sys.exit(1)
    except Exception as error:
        show = getattr(error, "show", None)  # a fault in the words of the command line, as click reports it
        if show is None:
            raise
        show()
        sys.exit(getattr(error, "exit_code", 2))
    sys.exit(status if isinstance(status, int) else 0)
