"""The local page on the command line."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path
from typing import Annotated

import typer

from textgov.cli.terminal import Lang, Quiet, Run, Terminal, say, set_up
from textgov.errors import wording

app = typer.Typer()


@app.command()
def explore(
    run: Run,
    port: Annotated[int, typer.Option(help="Port of 127.0.0.1; 0 for a free one / 本机端口，0 为任意空闲端口")] = 8753,
    index: Annotated[bool, typer.Option("--index", help="Only make the search index / 只建立检索索引")] = False,
    cache: Annotated[Path | None, typer.Option(metavar="DIR", help="Folder of the index / 索引文件夹")] = None,
    lexicon: Annotated[list[str] | None, typer.Option(help="Its file, if the run keeps no copy / 词典文件")] = None,
    save_dir: Annotated[Path | None, typer.Option(metavar="DIR", help="For edited lexicons / 词典新版本文件夹")] = None,
    open_page: Annotated[bool, typer.Option("--open", help="Open the page in a browser / 在浏览器中打开")] = False,
    quiet: Quiet = False,
    lang: Lang = None,
) -> None:
    """A local page to look around in a run / 用本机网页浏览结果"""
    set_up(lang, quiet)
    from textgov.cite import read_record
    from textgov.explore import ExploreOptions, build_index, explore_run, given_lexicons, holds_index

    options = ExploreOptions(port, cache, tuple(lexicon or ()), save_dir, Terminal.lang)
    if options.lexicons:  # a wrong one is told before the index is made, which takes long
        given_lexicons(read_record(run), options)
    if index or not holds_index(run, cache):
        say(wording("explore_index", Terminal.lang))
        folder = build_index(run, cache)
        if index:
            print(folder.as_posix())
            return

    def ready(address: str) -> None:
        print(address, flush=True)
        say(wording("explore_ready", Terminal.lang))
        if open_page:
            typer.launch(address)

    with suppress(KeyboardInterrupt):  # the way to end it
        explore_run(run, options, ready)
