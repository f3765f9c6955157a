"""Checks of validity on the command line."""

from __future__ import annotations

import math
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from textgov.cli.terminal import Json, Lang, Quiet, Run, Terminal, list_files, say, set_up
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
GROUP_FACTS = ("check", "what", "expected", "found", "verdict")
LexiconOf = Annotated[str, Name("--lexicon", help="Of the run; the first if not given / 词典名")]
Controls = Annotated[str, Name("--controls", help="Columns, with commas / 控制变量，用逗号分隔")]


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
    list_files(write_sample(drawn, run))
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


@app.command()
def reliability(
    run: Run,
    lexicon: LexiconOf = "",
    lexicon_file: Annotated[str, Name(help="Its file, if the run keeps no copy / 词典文件（结果中没有副本时）")] = "",
    parallel: Annotated[list[str] | None, Name(help="Lexicons beside it; repeatable / 平行词典，可重复")] = None,
    outcome: Annotated[str, Name(help="Column regressed on the measure / 被解释变量列")] = "",
    treat: Annotated[str, Name(help="Column the share is regressed on, with --sheet / 处理变量列")] = "",
    controls: Controls = "",
    effects: Annotated[str, Name(help="two-way, unit, time, none / 固定效应")] = "two-way",
    sheet: Annotated[list[Path] | None, Name(help="Filled workbooks, for the correction by labels / 工作簿")] = None,
    rule: Annotated[str, Name(help="adjudicated, agreed or majority / 取定标签的规则")] = "adjudicated",
    partial: Partial = False,
    name: SampleName = "sentences",
    halves: Annotated[int, Name(help="Random splits of the terms / 随机对半次数")] = 500,
    level: Level = 0.95,
    seed: Seed = 1,
    as_json: Json = False,
    quiet: Quiet = False,
    lang: Lang = None,
) -> None:
    """How far choices matter / 信度与多重设定"""
    set_up(lang, quiet)
    from textgov.validate import (
        ReliabilityOptions,
        measure_reliability,
        read_answers,
        settle_labels,
        write_reliability,
    )

    options = ReliabilityOptions(
        lexicon=lexicon,
        lexicon_file=lexicon_file,
        parallel=tuple(parallel or ()),
        outcome=outcome,
        controls=_words(controls),
        effects=effects,
        treat=treat,
        halves=halves,
        seed=seed,
        level=level,
    )
    only_labels = {"treat": treat, "rule": rule != "adjudicated" and rule, "partial": partial}
    for option, value in only_labels.items():
        if value and not sheet:
            raise UsageError("option_bad", name=option, value=value, detail="it is used with --sheet alone")
    labels = settle_labels(read_answers(run, sheet, name, partial), rule) if sheet else None
    found = measure_reliability(run, options, labels)
    _show(write_reliability(found, run), found.table, as_json)
    others = found.multiverse.iloc[1:]["pearson"]
    ends = {"low": _number(others.min(), 2), "high": _number(others.max(), 2)}
    say(wording("reliability_said", Terminal.lang, n=len(found.multiverse), **ends))
    halved = found.table.set_index("statistic")["estimate"]
    if "spearman_brown" in halved.index:
        figures = {"whole": _number(halved["spearman_brown"], 2), "inside": _number(halved["spearman_brown_within"], 2)}
        say(wording("reliability_halves", Terminal.lang, **figures))
    for row in found.corrections.to_dict("records"):
        figures = {name: f"{row[name]:.4g}" for name in ("estimate", "std_error")}
        facts = {name: row[name] for name in ("correction", "y", "x")}
        say(wording("reliability_slope", Terminal.lang, **figures, **facts))


@app.command("known-groups")
def known_groups(
    run: Run,
    lexicon: LexiconOf = "",
    slogans: Annotated[str, Name(metavar="FILE", help="Slogans, years, pioneers / 口号、年份、首创地区")] = "",
    control: Annotated[str, Name(help="Lexicon of something else / 对照词典")] = "digital-economy",
    index: Annotated[str, Name(metavar="FILE", help="Outside index by place and year / 外部指数表")] = "",
    index_column: Annotated[str, Name(help="Its column / 外部指数的列")] = "",
    as_json: Json = False,
    quiet: Quiet = False,
    lang: Lang = None,
) -> None:
    """What is known from elsewhere / 已知组检验"""
    set_up(lang, quiet)
    from textgov.validate import KnownGroupsOptions, check_known_groups, write_known_groups

    found = check_known_groups(run, KnownGroupsOptions(lexicon, slogans, control, index, index_column))
    _show(write_known_groups(found, run), found.table, as_json)
    for row in found.table.to_dict("records"):
        say(wording("known_group", Terminal.lang, **{name: row[name] for name in GROUP_FACTS}))


@app.command()
def coverage(
    run: Run,
    lexicon: LexiconOf = "",
    years: Annotated[str, Name(help="First and last: 2014-2024 / 起止年份")] = "",
    size: Annotated[str, Name(metavar="FILE", help="Size of places, such as population / 城市规模表")] = "",
    size_column: Annotated[str, Name(help="Its column / 规模列")] = "",
    policy: Annotated[str, Name(help="Built-in policy / 内置政策名")] = "",
    outcome: Annotated[str, Name(help="Column regressed on the measure / 被解释变量列")] = "",
    treat: Annotated[str, Name(help="Column the measure is regressed on / 处理变量列")] = "",
    controls: Controls = "",
    as_json: Json = False,
    quiet: Quiet = False,
    lang: Lang = None,
) -> None:
    """Who is missing / 覆盖与缺失"""
    set_up(lang, quiet)
    from textgov.kwic import parse_year
    from textgov.validate import CoverageOptions, check_coverage, write_coverage

    asked = parse_year(years) if years else None
    span = (asked, asked) if isinstance(asked, int) else asked
    options = CoverageOptions(lexicon, span, size, size_column, policy, outcome, treat, _words(controls))
    found = check_coverage(run, options)
    _show(write_coverage(found, run), found.table, as_json)
    whole = found.table.iloc[0]
    facts = {"n": int(whole["with_report"]), "of": int(whole["place_years"]), "share": _number(100 * whole["share"], 1)}
    say(wording("coverage_said", Terminal.lang, **facts))
    for row in found.tests.to_dict("records"):
        say(wording("coverage_test", Terminal.lang, what=row["what"], test=row["test"], p=f"{row['p']:.2g}"))


@app.command()
def classify(
    run: Run,
    sheets: Books,
    imported: Annotated[
        Path | None, Name(metavar="FILE", help="Labels of a language model, to compare / 语言模型给出的标签")
    ] = None,
    lexicon: LexiconOf = "",
    folds: Annotated[int, Name(help="Parts of the places / 地区折数")] = 5,
    no_predict: Annotated[bool, Name("--no-predict", help="Judge only / 只评估，不预测")] = False,
    rule: Annotated[str, Name(help="adjudicated, agreed or majority / 取定标签的规则")] = "adjudicated",
    partial: Partial = False,
    name: SampleName = "sentences",
    level: Level = 0.95,
    seed: Seed = 1,
    as_json: Json = False,
    quiet: Quiet = False,
    lang: Lang = None,
) -> None:
    """A classifier as second measure / 分类器作为第二测量"""
    set_up(lang, quiet)
    from textgov.validate import (
        ClassifyOptions,
        classify_sentences,
        import_labels,
        read_answers,
        settle_labels,
        write_classified,
        write_imported,
    )

    options = ClassifyOptions(lexicon, folds, predict=not no_predict, level=level, seed=seed)
    labels = settle_labels(read_answers(run, sheets, name, partial), rule)
    if imported is not None:
        table, rows = import_labels(imported, labels, level)
        _show(write_imported(table, rows, run), table, as_json)
        said, count = table.set_index("statistic")["estimate"], len(labels)
    else:
        found = classify_sentences(run, labels, options)
        _show(write_classified(found, run), found.table, as_json)
        said, count = found.table.set_index("statistic")["estimate"], len(labels)
    figures = {statistic: _number(float(said[statistic])) for statistic in ("precision", "recall", "f1")}
    say(wording("accuracy_said", Terminal.lang, n=count, **figures))


@app.command()
def report(run: Run, quiet: Quiet = False, lang: Lang = None) -> None:
    """One page of all checks / 效度报告"""
    set_up(lang, quiet)
    from textgov.validate import write_page

    list_files([write_page(run)])


# ---- what the commands share ----


def _words(text: str) -> tuple[str, ...]:
    """Words with commas between them."""
    return tuple(word.strip() for word in text.replace("，", ",").split(",") if word.strip())


def _years(text: str) -> tuple[int, ...]:
    try:
        return tuple(int(word) for word in _words(text))
    except ValueError:
        raise UsageError("option_bad", name="periods", value=text, detail="use years, such as 2015,2020") from None


def _show(paths: Sequence[Path], table: pd.DataFrame, as_json: bool) -> None:
    """The files, or the main table as JSON."""
    if as_json:
        print(table.to_json(orient="records", force_ascii=False, double_precision=15))
    else:
        list_files(paths)


def _number(value: float | None, digits: int = 3) -> str:
    return "-" if value is None or math.isnan(value) else f"{value:.{digits}f}"
