"""Lexicons on the command line."""

from __future__ import annotations

import json

import typer

from textgov.cli.terminal import Json

app = typer.Typer()


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
