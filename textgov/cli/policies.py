"""Treatment tables on the command line."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

from textgov.cli.index import Labels, NewOut, Replace, Source, extend
from textgov.cli.terminal import Json, Lang, Quiet, Terminal, say, set_up
from textgov.errors import wording

PARTIAL = 3  # the list was read, and some rows of it cannot be used
app = typer.Typer(no_args_is_help=True)
Name = Annotated[str, typer.Argument(metavar="NAME", help="Name of a policy / 政策名")]
Total = Annotated[int, typer.Option(help="Units of the notice, if not known / 通知所列总数")]


@app.command("list")
def list_policies(as_json: Json = False, lang: Lang = None) -> None:
    """List the built-in policies / 列出内置政策"""
    set_up(lang, False)
    from textgov.policies import builtin_policies, read_policy

    found = [read_policy(name) for name in builtin_policies()]
    if as_json:
        rows = [{"name": p.name, "listed": p.n_printed, "total": p.total, "complete": p.complete} for p in found]
        print(json.dumps(rows, ensure_ascii=False))
        return
    for one in found:
        state = "complete  " if one.complete else "incomplete"
        print(f"{one.name:16} {one.prefix:5} {state} {one.n_printed:4} / {one.total:<4} {one.zh} / {one.en}")


@app.command()
def show(name: Name, as_json: Json = False, lang: Lang = None) -> None:
    """Print the units of a policy as csv / 以 csv 输出政策名单"""
    set_up(lang, False)
    import pandas as pd

    from textgov.export.delimited import csv_text
    from textgov.policies import read_policy

    policy = read_policy(name)
    rows = []
    for unit in policy.units:
        batch = policy.batch_of(unit)
        words = {"batch": unit.batch, "announced": batch.date, "printed_name": unit.printed, "unit_name": unit.name}
        more = {"level": unit.level, "code": unit.code, "whole": int(unit.whole), "document": batch.document}
        rows.append(words | more | {"evidence": unit.evidence, "note": unit.note})
    if as_json:
        about = {"name": policy.name, "zh": policy.zh, "en": policy.en, "complete": policy.complete}
        print(json.dumps(about | {"total": policy.total, "note": policy.note, "units": rows}, ensure_ascii=False))
        return
    print(csv_text(pd.DataFrame(rows)), end="")
    say(wording("policy_note", Terminal.lang, name=policy.name, detail=policy.note))


@app.command()
def template(
    name: Name,
    file: Annotated[Path, typer.Argument(metavar="FILE", help="csv file to write / 要写的 csv 文件")],
    lang: Lang = None,
) -> None:
    """Write a list to fill in / 生成待填写的名单"""
    set_up(lang, False)
    import pandas as pd

    from textgov.errors import UsageError
    from textgov.export import write_csv_excel
    from textgov.policies import template_rows

    if file.exists():
        raise UsageError("out_exists", path=file)
    print(write_csv_excel(pd.DataFrame(template_rows(name)), file).as_posix())


@app.command()
def check(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="List of units: csv, xlsx / 试点名单")],
    like: Annotated[str, typer.Option(metavar="NAME", help="Policy that it lists / 所列政策")] = "",
    total: Total = 0,
    as_json: Json = False,
    lang: Lang = None,
) -> None:
    """Match the names of a list to codes and count / 核对名单的名称与总数"""
    set_up(lang, False)
    from textgov.export.delimited import csv_text
    from textgov.policies import check_policy

    checked = check_policy(file, like, total=total or None)
    if as_json:
        rows = checked.rows.to_dict("records")
        about = {"complete": checked.policy.complete, "total": checked.total, "units": checked.policy.n_printed}
        print(json.dumps(about | {"rows": rows}, ensure_ascii=False))
    else:
        print(csv_text(checked.rows), end="")
    facts = {"n": len(checked.rows), "units": checked.policy.n_printed, "bad": len(checked.faults)}
    say(wording("policy_checked", Terminal.lang, path=file.name, total=checked.total or "?", **facts))
    if not checked.policy.complete:
        raise typer.Exit(PARTIAL)


@app.command()
def attach(
    source: Source,
    names: Annotated[list[str] | None, typer.Argument(metavar="NAME...", help="Built-in policies / 内置政策名")] = None,
    policy: Annotated[list[str] | None, typer.Option(metavar="NAME=FILE", help="Your own list / 自备名单")] = None,
    coding: Annotated[str, typer.Option(help="First year: announced or next / 首年口径")] = "announced",
    partial: Annotated[str, typer.Option(help="missing, treated or untreated / 部分受处理的地区")] = "missing",
    window: Annotated[int, typer.Option(help="Years of the event dummies / 事件窗口年数")] = 4,
    placebo: Annotated[int, typer.Option(help="Number of placebo draws / 安慰剂抽样次数")] = 0,
    within_province: Annotated[bool, typer.Option("--within-province", help="Draw in provinces / 省内抽样")] = False,
    seed: Annotated[int, typer.Option(help="Of the draws / 随机种子")] = 1,
    total: Total = 0,
    out: NewOut = None,
    labels: Labels = "zh",
    replace: Replace = False,
    quiet: Quiet = False,
    as_json: Json = False,
    lang: Lang = None,
) -> None:
    """Add treatment columns to a panel / 为面板加入政策处理变量"""
    set_up(lang, quiet)
    from textgov.extend import ExtendOptions
    from textgov.policies import PolicyOptions

    within = "province" if within_province else ""
    options = PolicyOptions(
        tuple(names or ()), tuple(policy or ()), coding, partial, window, placebo, within, seed, total
    )
    extend(source, ExtendOptions(policies=options), out, labels, replace, as_json)
