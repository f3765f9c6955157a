"""The command line: one command a task; parses, calls, prints; no logic."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from textgov.errors import TextgovError, UsageError, wording

if TYPE_CHECKING:
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
Engine = Annotated[str | None, typer.Option(help="serial or processes / 运行方式")]
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


@contextmanager
def _progress() -> Iterator[Any]:
    """A progress bar on a terminal, nothing elsewhere."""
    if _Terminal.quiet or not sys.stderr.isatty():
        yield None
        return
    from rich.console import Console
    from rich.progress import Progress

    with Progress(console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("textgov", total=None)
        yield lambda done, total: bar.update(task, completed=done, total=total)


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
    quiet: Quiet = False,
    as_json: Json = False,
    lang: Lang = None,
) -> None:
    """Files to a place-year panel, in one step / 从文件一步得到面板数据"""
    _set_up(lang, quiet)
    from textgov.batch import StageOptions
    from textgov.count import CountOptions
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
    _finish(_run(tuple(sources), out, options, workers, engine), strict, as_json)


@app.command()
def run(
    project: Annotated[Path, typer.Argument(help="Project file / 项目文件")],
    workers: Workers = None,
    engine: Engine = None,
    strict: Strict = False,
    quiet: Quiet = False,
    as_json: Json = False,
    lang: Lang = None,
) -> None:
    """Run a project file / 运行项目文件"""
    _set_up(lang, quiet)
    from textgov.project import read_project

    read = read_project(project)
    _finish(_run(read.sources, read.out, read.options, workers, engine), strict, as_json)


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
    quiet: Quiet = False,
    lang: Lang = None,
) -> None:
    """Run on the bundled corpus and check / 用自带语料演示并核对"""
    _set_up(lang, quiet)
    from textgov.demo import check_truth, demo_folder, demo_options, show_panel

    result = _run((demo_folder() / "reports",), out, demo_options(), workers, engine)
    check_truth(result.panel)
    print(show_panel(result.panel))
    _list_files(result)
    _say(wording("demo_next", _Terminal.lang, out=out.as_posix()))


def _run(
    sources: tuple[Path, ...], out: Path, options: RunOptions, workers: int | None, engine: str | None
) -> RunResult:
    from textgov.run import run_panel

    with _progress() as progress:
        return run_panel(sources, out, options, engine=engine, workers=workers, progress=progress)


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
