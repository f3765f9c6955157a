"""Checks of validity on the command line."""

from __future__ import annotations

import math
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from textgov.cli.terminal import Json, Lang, Quiet, Run, Terminal, say, set_up
from textgov.errors import UsageError, wording

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pandas as pd

app = typer.Typer(no_args_is_help=True)
Name = typer.Option
Books = Annotated[
    list[Path], typer.Argument(metavar="SHEET...", help="Filled workbooks or csv files / 已填写的工作簿或 csv")
]
SampleName = Annotated[str, Name("--name", help="Of the sample / 样本名")]
Partial = Annotated[bool, Name("--partial", help="Take half-filled sheets / 接受未填完的表格")]
Level = Annotated[float, Name("--level", help="Of the intervals / 置信水平")]
Seed = Annotated[int, Name(help="Of the draws / 随机种子")]
By = Annotated[str, Name(help="category, year, region3, tercile, with commas / 分组")]
GROUPS = "category,year,region3"


@app.command()
def sample(
    run: Run,
    lexicon: Annotated[str, Name(help="Of the run; the first if not given / 词典名")] = "",
    margin: Annotated[float, Name(help="Half the interval of precision / 精确率区间半宽")] = 0.05,
    level: Level = 0.95,
    expect: Annotated[float, Name(help="Precision to expect; 0.5 is the worst / 预期精确率")] = 0.5,
    n: Annotated[int, Name(help="Sentences; 0: from the margin / 句子数，0 为按半宽计算")] = 0,
    by: Annotated[str, Name(help="Strata: year,region3,tercile,category / 分层")] = "year,region3,tercile,category",
    periods: Annotated[str, Name(help="First years of periods: 2015,2020 / 各时期起始年份")] = "",
    near: Annotated[list[str] | None, Name(help="Lexicon of near misses; repeatable / 近似词典，可重复")] = None,
    coders: Annotated[str, Name(help="Names of the sheets / 编码员工作表名")] = "coder_1,coder_2",
    labels: Annotated[str, Name(help="Answers offered / 可选标签")] = "yes,no,unsure",
    context: Annotated[int, Name(help="Sentences on each side / 上下文句数")] = 1,
    question_zh: Annotated[str, Name(help="Asked in Chinese / 中文问题")] = "",
    question_en: Annotated[str, Name(help="Asked in English / 英文问题")] = "",
    seed: Seed = 1,
    name: SampleName = "sentences",
    quiet: Quiet = False,
    lang: Lang = None,
) -> None:
    """Sentences for human coders / 抽取句子供人工编码"""
    set_up(lang, quiet)
    from textgov.validate import SampleOptions, sample_sentences, write_sample

    options = SampleOptions(
        lexicon=lexicon,
        margin=margin,
        level=level,
        expect=expect,
        n=n,
        by=_words(by),
        periods=_years(periods),
        near=tuple(near or ()),
        coders=_words(coders),
        labels=_words(labels),
        context=context,
        seed=seed,
        name=name,
        question_zh=question_zh,
        question_en=question_en,
    )
    drawn = sample_sentences(run, options)
    _list(write_sample(drawn, run))
    hits = int(drawn.key["found"].sum())
    numbers = {"n": len(drawn.key), "of": sum(drawn.strata.values()), "strata": len(drawn.strata)}
    facts = {"hits": hits, "without": len(drawn.key) - hits, "by": ", ".join(drawn.by) or "-"}
    say(wording("sample_said", Terminal.lang, **numbers, **facts))
    dropped = [word for word in options.by if word not in drawn.by]
    if dropped:
        say(wording("sample_fewer", Terminal.lang, dropped=", ".join(dropped)))


@app.command()
def agreement(
    run: Run,
    sheets: Books,
    levels: Annotated[str, Name(help="nominal,ordinal,interval,ratio / 测量尺度")] = "nominal",
    by: By = GROUPS,
    level: Level = 0.95,
    draws: Annotated[int, Name(help="Of the bootstrap / 自助抽样次数")] = 1000,
    seed: Seed = 1,
    partial: Partial = False,
    name: SampleName = "sentences",
    as_json: Json = False,
    quiet: Quiet = False,
    lang: Lang = None,
) -> None:
    """How far coders agree / 编码员一致性"""
    set_up(lang, quiet)
    from textgov.validate import AgreementOptions, measure_agreement, read_answers, write_agreement

    options = AgreementOptions(_words(levels), level, draws, seed, partial, _words(by))
    coded = read_answers(run, sheets, name, partial)
    found = measure_agreement(coded, options)
    _show(write_agreement(found, coded, run), found.table, as_json)
    whole = found.table[found.table["value"] == "all"].drop_duplicates("statistic").set_index("statistic")
    figures = {"percent": _number(whole["estimate"]["percent"], 1)}
    figures["alpha"] = _number(whole["estimate"].filter(like="alpha").iloc[0])
    numbers = {"n": int(whole["n"]["percent"]), "coders": len(coded.coders), "differ": len(found.disagreements)}
    say(wording("agreement_said", Terminal.lang, **figures, **numbers))


@app.command()
def accuracy(
    run: Run,
    sheets: Books,
    by: By = GROUPS,
    treat: Annotated[str, Name(help="Column with 1 for treated, such as bc_did / 处理变量列")] = "",
    rule: Annotated[str, Name(help="adjudicated, agreed or majority / 取定标签的规则")] = "adjudicated",
    examples: Annotated[int, Name(help="Errors listed of a kind / 每类错误列出条数")] = 10,
    level: Level = 0.95,
    partial: Partial = False,
    name: SampleName = "sentences",
    as_json: Json = False,
    quiet: Quiet = False,
    lang: Lang = None,
) -> None:
    """Precision, recall, F1 of the lexicon / 词典的精确率、召回率"""
    set_up(lang, quiet)
    from textgov.outside import read_panel
    from textgov.validate import AccuracyOptions, measure_accuracy, read_answers, write_accuracy

    options = AccuracyOptions(level, _words(by), treat, examples, rule)
    panel = read_panel(run).frame if treat else None
    found = measure_accuracy(read_answers(run, sheets, name, partial), options, panel)
    _show(write_accuracy(found, run), found.table, as_json)
    whole = found.table[found.table["value"] == "all"].set_index("statistic")["estimate"]
    figures = {statistic: _number(whole[statistic]) for statistic in ("precision", "recall", "f1")}
    say(wording("accuracy_said", Terminal.lang, n=len(found.labels), **figures))
    for one in found.unseen:
        figures = {"most": _number(100 * one["most"], 1), "recall": _number(one["recall"], 2)}
        say(wording("accuracy_unseen", Terminal.lang, stratum=one["stratum"], n=one["n"], **figures))
    for row in found.table[found.table["value"] == "difference"].to_dict("records"):
        if row["statistic"] == "error":
            figures = {"difference": _number(row["estimate"], 4), "p": _number(row["p"])}
            say(wording("accuracy_treat", Terminal.lang, **figures))


# ---- what the commands share ----


def _words(text: str) -> tuple[str, ...]:
    """Words with commas between them."""
    return tuple(word.strip() for word in text.replace("，", ",").split(",") if word.strip())


def _years(text: str) -> tuple[int, ...]:
    try:
        return tuple(int(word) for word in _words(text))
    except ValueError:
        raise UsageError("option_bad", name="periods", value=text, detail="use years, such as 2015,2020") from None


def _list(paths: Sequence[Path]) -> None:
    for path in paths:
        print(path.as_posix())


def _show(paths: Sequence[Path], table: pd.DataFrame, as_json: bool) -> None:
    """The files, or the main table as JSON."""
    if as_json:
        print(table.to_json(orient="records", force_ascii=False, double_precision=15))
    else:
        _list(paths)


def _number(value: float | None, digits: int = 3) -> str:
    return "-" if value is None or math.isnan(value) else f"{value:.{digits}f}"
