"""Lexicons on the command line: list, show, check, convert."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from textgov.cli.terminal import Json, Lang, Quiet, Terminal, say, set_up
from textgov.errors import LexiconError, UsageError, wording

if TYPE_CHECKING:
    from collections.abc import Iterator

    from textgov.lexicon import Finding
    from textgov.records import Entry, Lexicon

FAULTY = 2  # the exit status of a lexicon with errors, as where a run refuses it
# What an entry may have beside its term, as `show` counts it.
CONDITIONS = ("variants", "exclude", "near", "not_near", "regex", "phase")

app = typer.Typer()
lexicon_app = typer.Typer(
    name="lexicon",
    no_args_is_help=True,
    rich_markup_mode=None,
    help="Check, convert and expand lexicons / 检查、转换和扩充词典",
    epilog="Examples:  textgov lexicon check mine.xlsx   |   textgov lexicon convert mine.dic mine.yaml",
)
app.add_typer(lexicon_app)

Source = Annotated[str, typer.Argument(metavar="LEXICON", help="A built-in name or a file / 内置名称或文件")]
From = Annotated[str | None, typer.Option("--from", metavar="FORMAT", help="Format of the file / 文件格式")]
Encoding = Annotated[str | None, typer.Option(help="Encoding of the file / 文件编码")]
ListJson = Annotated[bool, typer.Option("--json", help="Print JSON / 以 JSON 输出")]


@app.command()
def lexicons(as_json: Json = False) -> None:
    """List the built-in lexicons / 列出内置词典"""
    _list(as_json)


@lexicon_app.command("list")
def list_lexicons(as_json: ListJson = False) -> None:
    """List the built-in lexicons / 列出内置词典"""
    _list(as_json)


def _list(as_json: bool) -> None:
    from textgov.lexicon import builtin_lexicons, read_lexicon

    found = [read_lexicon(name) for name in builtin_lexicons()]
    if as_json:
        rows = [{"name": one.name, "version": one.version, "entries": len(one.entries)} for one in found]
        print(json.dumps(rows, ensure_ascii=False))
        return
    for one in found:
        print(f"{one.name:26} {one.version:5} {one.prefix:4} {len(one.entries):4}  {one.zh} / {one.en}")


@lexicon_app.command()
def show(
    source: Source,
    terms: Annotated[bool, typer.Option("--terms", help="Every entry too / 同时列出全部词条")] = False,
    from_format: From = None,
    encoding: Encoding = None,
    as_json: ListJson = False,
    lang: Lang = None,
) -> None:
    """Show the tree of categories with counts and conditions / 显示类别树、词条数和条件"""
    from textgov.lexicon import read_lexicon

    set_up(lang, quiet=False)
    lexicon = read_lexicon(source, format=from_format, encoding=encoding)
    if as_json:
        print(json.dumps(_described(lexicon, terms), ensure_ascii=False))
        return
    print(f"{lexicon.label}  {lexicon.zh} / {lexicon.en}  prefix {lexicon.prefix}  hash {lexicon.hash}")
    for text in (lexicon.citation, lexicon.note):
        if text:
            print(f"  {text}")
    for row in _tree(lexicon):
        beside = "".join(f", {n} {key}" for key, n in row["with"].items())
        print(f"{'  ' * row['depth']}{row['name']}  {row['zh']} / {row['en']}  {row['entries']}{beside}")
        for entry in row["of"] if terms else ():
            print(f"{'  ' * row['depth']}  - {_said(entry)}")


def _tree(lexicon: Lexicon) -> Iterator[dict[str, Any]]:
    paths = lexicon.paths()
    for category in lexicon.categories:
        of = [entry for entry in lexicon.entries if entry.category == category.name]
        counts = {key: sum(bool(getattr(entry, key)) for entry in of) for key in CONDITIONS}
        counts["weight"] = sum(entry.weight != 1 for entry in of)
        found = {"name": category.name, "zh": category.zh, "en": category.en, "depth": len(paths[category.name])}
        yield found | {"entries": len(of), "with": {key: n for key, n in counts.items() if n}, "of": of}


def _said(entry: Entry) -> str:
    parts = [entry.term if not entry.regex else f"/{entry.term}/", *(f"= {variant}" for variant in entry.variants)]
    parts += [f"not in {', '.join(entry.exclude)}"] if entry.exclude else []
    for key, context in (("near", entry.near), ("not near", entry.not_near)):
        if context:
            within = f" within {context.within}" if context.within else ""
            parts.append(f"{key} {', '.join(context.terms)}{within}")
    parts += [f"weight {entry.weight:g}"] if entry.weight != 1 else []
    return "; ".join(parts)


def _described(lexicon: Lexicon, terms: bool) -> dict[str, Any]:
    from dataclasses import asdict

    rows = [
        {key: value for key, value in row.items() if key != "of"}
        | ({"terms": [asdict(entry) for entry in row["of"]]} if terms else {})
        for row in _tree(lexicon)
    ]
    about = {
        key: getattr(lexicon, key) for key in ("name", "version", "prefix", "zh", "en", "citation", "note", "hash")
    }
    return about | {"categories": rows}


@lexicon_app.command()
def check(
    source: Source,
    notes: Annotated[bool, typer.Option("--notes", help="Show notes too / 同时显示提示")] = False,
    from_format: From = None,
    encoding: Encoding = None,
    as_json: ListJson = False,
    quiet: Quiet = False,
    lang: Lang = None,
) -> None:
    """Find every fault, and what to look at before counting / 检查全部错误和可疑之处"""
    from textgov.lexicon import check_lexicon

    set_up(lang, quiet)
    found = check_lexicon(source, format=from_format, encoding=encoding)
    if as_json:
        print(json.dumps([_row(finding) for finding in found], ensure_ascii=False))
    else:
        for finding in found:
            if notes or finding.level != "note":
                print(finding.shown(source, Terminal.lang))
    levels = [finding.level for finding in found]
    counts = {f"{level}s": levels.count(level) for level in ("error", "warning", "note")}
    say(wording("lexicon_checked", Terminal.lang, path=source, **counts))
    if counts["notes"] and not (notes or as_json):
        say(wording("lexicon_notes_hidden", Terminal.lang, n=counts["notes"]))
    if counts["errors"]:
        raise typer.Exit(FAULTY)


def _row(finding: Finding) -> dict[str, object]:
    facts = {key: str(value) for key, value in finding.facts.items()}
    said = {"message": finding.text("en"), "message_zh": finding.text("zh"), "facts": facts}
    return {"level": finding.level, "code": finding.code, "line": finding.line} | said


@lexicon_app.command()
def convert(
    source: Source,
    out: Annotated[Path, typer.Argument(metavar="OUT", help="The file to write / 要写出的文件")],
    from_format: From = None,
    to_format: Annotated[
        str | None,
        typer.Option("--to", metavar="FORMAT", help="Format to write; by default that of the ending / 目标格式"),
    ] = None,
    encoding: Encoding = None,
    lossy: Annotated[bool, typer.Option("--lossy", help="Write even if something is lost / 有损失也写出")] = False,
    force: Annotated[bool, typer.Option("--force", help="Replace the file if it is there / 覆盖已有文件")] = False,
    quiet: Quiet = False,
    lang: Lang = None,
) -> None:
    """Write a lexicon in another format, and say what that loses / 转换词典格式，并说明损失"""
    from textgov.lexicon import read_lexicon, write_lexicon

    set_up(lang, quiet)
    if out.exists() and not force:
        raise UsageError("out_exists", path=str(out))
    lexicon = read_lexicon(source, format=from_format, encoding=encoding)
    try:
        lost = write_lexicon(lexicon, out, format=to_format, lossy=lossy)
    except LexiconError as error:
        for finding in error.facts.get("losses", ()):  # type: ignore[attr-defined]
            say(finding.text(Terminal.lang))
        raise
    for finding in lost:
        say(finding.text(Terminal.lang))
    print(out.as_posix())
