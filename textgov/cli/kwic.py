"""Keywords in context on the command line."""

from __future__ import annotations

import json
import os
import shutil
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from textgov.cli.terminal import Json, Lang, Quiet, Run, Terminal, say, set_up
from textgov.errors import UsageError, wording

if TYPE_CHECKING:
    from textgov.kwic import Contexts

app = typer.Typer()
SHOWN = 50  # lines on a terminal, unless the user says another number


@app.command()
def kwic(
    run: Run,
    pattern: Annotated[
        list[str] | None, typer.Argument(metavar="PATTERN...", help="Without: the hits that were counted / 检索词")
    ] = None,
    regex: Annotated[bool, typer.Option("--regex", help="PATTERN is a regular expression / 正则表达式")] = False,
    category: Annotated[str | None, typer.Option(help="Counted hits of a category / 词典类别")] = None,
    term: Annotated[str | None, typer.Option(help="Counted hits of a term / 词典词条")] = None,
    lexicon: Annotated[str | None, typer.Option(help="Counted hits of a lexicon / 词典名")] = None,
    place: Annotated[str | None, typer.Option(help="Name or code, with all that is in it / 地区名或代码")] = None,
    year: Annotated[str | None, typer.Option(help="Such as 2015 or 2015-2020 / 年份或年份范围")] = None,
    sections: Annotated[str | None, typer.Option(help="Sections, or all; those counted / 检索的部分，或 all")] = None,
    window: Annotated[int, typer.Option(help="Characters on each side / 两侧字数")] = 20,
    sort: Annotated[str, typer.Option(help="text, left, right, place or year / 排序方式")] = "text",
    limit: Annotated[int | None, typer.Option(help="Most hits; 0 for all / 最多条数，0 为全部")] = None,
    out: Annotated[Path | None, typer.Option(metavar="FILE", help="csv, parquet or xlsx file / 写成文件")] = None,
    as_json: Json = False,
    quiet: Quiet = False,
    lang: Lang = None,
) -> None:
    """Keywords in context, from a finished run / 关键词上下文检索"""
    set_up(lang, quiet)
    from textgov.kwic import KwicOptions, find_contexts, parse_year

    if out is not None:
        _check_file(out)
    options = KwicOptions(
        regex=regex,
        category=category,
        term=term,
        lexicon=lexicon,
        place=place,
        year=None if year is None else parse_year(year),
        sections=sections,
        window=window,
        sort=sort,  # type: ignore[arg-type]  # checked where it is used
        limit=(SHOWN if limit is None and out is None else limit) or None,
    )
    found = find_contexts(run, pattern or None, options)
    if out is not None:
        from textgov.export import write_table

        print(write_table(found.frame, out).as_posix())
    elif as_json:
        print(json.dumps(list(found.rows()), ensure_ascii=False))
    else:
        _show(found)
    say(wording("kwic_said", Terminal.lang, **_numbers(found)))
    if len(found.lines) < found.n_hits:
        say(wording("kwic_shown", Terminal.lang, n_shown=len(found.lines)))


def _numbers(found: Contexts) -> dict[str, int]:
    return {name: getattr(found, name) for name in ("n_hits", "n_documents", "n_searched")}


def _show(found: Contexts) -> None:
    """The lines, cut to the terminal and with the hit marked if there is one."""
    from textgov.kwic import align_lines

    terminal = sys.stdout.isatty()
    colour = terminal and "NO_COLOR" not in os.environ
    for before, hit, after in align_lines(found, shutil.get_terminal_size().columns if terminal else None):
        print(f"{before}{typer.style(hit, bold=True) if colour else hit}{after}")


def _check_file(path: Path) -> None:
    """Refuse another kind of file before the search, not after it."""
    if path.suffix not in (".csv", ".parquet", ".xlsx"):
        raise UsageError("option_bad", name="out", value=path, detail="use a name that ends in .csv, .parquet or .xlsx")
