"""The command line: one command a task; parses, calls, prints; no logic."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from textgov.cli import (
    estimate,
    expand,
    explore,
    index,
    kwic,
    lexicons,
    policies,
    quantities,
    report,
    runs,
    topic_trust,
    topics,
    validate,
)
from textgov.cli.spoken import called, spoken
from textgov.cli.terminal import Terminal
from textgov.errors import TextgovError, wording

app = typer.Typer(
    name="textgov",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    help="From a folder of Chinese government documents to a city-year panel.\n\n从政策文本文件夹到城市—年份面板数据。",
    epilog="Examples:  textgov demo   |   textgov panel reports --out out   |   textgov run project.toml",
)
INTERRUPTED = 130
for _part in (runs.app, kwic.app, lexicons.app, quantities.app, index.app, estimate.app, report.app, explore.app):
    app.add_typer(_part)
app.add_typer(policies.app, name="policies", help="Treatment tables of policies / 政策名单与处理变量")
topics.app.add_typer(topic_trust.app)
app.add_typer(topics.app, name="topics", help="Topic models of a run / 主题模型")
app.add_typer(validate.app, name="validate", help="Is the measure right / 效度检验")
lexicons.lexicon_app.add_typer(expand.app)


@app.callback(invoke_without_command=True)
def _main(version: Annotated[bool, typer.Option("--version", help="Print the version / 显示版本")] = False) -> None:
    if version:
        from importlib.metadata import version as version_of

        print(f"textgov {version_of('textgov')}")
        raise typer.Exit


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
        told = spoken(error, called(typer.main.get_command(app), sys.argv[1:]))
        print(f"textgov: {told.text(Terminal.lang)}", file=sys.stderr)
        sys.exit(error.status)
    except (KeyboardInterrupt, typer.Abort):
        print(f"textgov: {wording('interrupted', Terminal.lang)}", file=sys.stderr)
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
