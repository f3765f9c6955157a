"""Quantities on the command line."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from textgov.cli.terminal import Lang, Quiet, Run, set_up

app = typer.Typer()


@app.command()
def quantities(
    run_folder: Run,
    out: Annotated[Path | None, typer.Option(metavar="DIR", help="RUN when not given / 默认写入 RUN")] = None,
    sections: Annotated[str, typer.Option(help="Sections that are read, or all / 读取的部分，或 all")] = "body",
    quiet: Quiet = False,
    lang: Lang = None,
) -> None:
    """Numbers, targets, deadlines of a run / 数量、目标与期限"""
    set_up(lang, quiet)
    from textgov.quantities import QuantityOptions
    from textgov.run.quantities import write_quantities

    for path in write_quantities(run_folder, out or run_folder, QuantityOptions(sections)):
        print(path)
