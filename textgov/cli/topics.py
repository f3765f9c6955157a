"""Topic models of a run on the command line."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from textgov.cli.index import Labels, NewOut, Replace
from textgov.cli.terminal import (
    Engine,
    Lang,
    Quiet,
    Run,
    Scheduler,
    Terminal,
    Workers,
    label_language,
    list_files,
    say,
    set_up,
)
from textgov.errors import wording

if TYPE_CHECKING:
    from textgov.run.topics import FittedTopics

app = typer.Typer(no_args_is_help=True)
Model = Annotated[str, typer.Option(metavar="NAME|DIR", help="The only one when not given / 模型名或文件夹")]
Unit = Annotated[str, typer.Option(help="document, section, paragraph or sentence / 单位")]
Sample = Annotated[int, typer.Option(help="Documents to fit to, at most; 0 for all / 拟合文档数")]
MaxRows = Annotated[int, typer.Option(help="Rows to fit to, at most; 0 for all / 拟合行数")]
MinDocs = Annotated[int, typer.Option(help="A term is in so many documents / 词的最少文档数")]
MaxShare = Annotated[float, typer.Option(help="... and in this share of rows at most / 最大行占比")]
Sections = Annotated[str, typer.Option(help="Sections that are read, or all / 读取的部分，或 all")]
Sweeps = Annotated[int, typer.Option(help="Passes; 0 for the usual / 迭代次数")]


@app.command()
def fit(
    run: Run,
    method: Annotated[str, typer.Option(help="lda, seeded, nmf, dmr, dynamic ... / 方法")] = "seeded",
    k: Annotated[int, typer.Option("--k", help="Number of topics / 主题数")] = 20,
    seed: Annotated[int, typer.Option(help="Random seed / 随机种子")] = 1,
    unit: Unit = "",
    lexicon: Annotated[
        str, typer.Option(help="Terms that stay whole, and seeds: name or file / 词典（种子词）")
    ] = "digital-government",
    by_category: Annotated[
        bool, typer.Option("--by-category", help="seeded: a topic a category / 每个类别一个主题")
    ] = False,
    sample: Sample = 5_000,
    max_rows: MaxRows = 60_000,
    min_docs: MinDocs = 10,
    seed_share: Annotated[
        float | None, typer.Option(help="seeded: least share of seed words; 0.5 / 种子词最小占比，默认 0.5")
    ] = None,
    anchor: Annotated[
        str, typer.Option(help="seeded: rows for sentences, or share / 种子主题的约束：rows（按句）或 share")
    ] = "",
    max_share: MaxShare = 0.2,
    sections: Sections = "body",
    stopwords: Annotated[str, typer.Option(metavar="FILE", help="Your own list / 自备停用词表")] = "",
    tags: Annotated[str, typer.Option(metavar="FILE", help="Your own parts of speech / 自备词性表")] = "",
    sweeps: Sweeps = 0,
    covariate: Annotated[list[str] | None, typer.Option(help="dmr: year, place_code, province, level / 协变量")] = None,
    encoder: Annotated[str, typer.Option(metavar="DIR", help="bertopic: your sentence model / 自备句向量模型")] = "",
    name: Annotated[str, typer.Option(help="Of its folder; the method when not given / 模型名")] = "",
    workers: Workers = None,
    engine: Engine = None,
    scheduler: Scheduler = None,
    quiet: Quiet = False,
    lang: Lang = None,
) -> None:
    """Fit a topic model to a run / 为运行结果拟合主题模型"""
    set_up(lang, quiet)
    from textgov.engine import EngineOptions
    from textgov.run.topics import FitOptions, fit_run

    options = FitOptions(
        method=method,
        n_topics=k,
        seed=seed,
        unit=unit,
        lexicon=lexicon,
        by_category=by_category,
        sample=sample,
        max_rows=max_rows,
        min_docs=min_docs,
        max_share=max_share,
        seed_share=seed_share,
        anchor=anchor,
        sections=sections,
        stopwords=stopwords,
        tags=tags,
        sweeps=sweeps,
        covariates=tuple(covariate or ()),
        encoder=encoder,
        name=name,
    )
    _tell(fit_run(run, options, EngineOptions(engine, workers, scheduler)))


def _tell(fitted: FittedTopics) -> None:
    """List the files, and say what was fitted."""
    list_files(fitted.files)
    facts = {"n": len(fitted.model), "terms": len(fitted.model.vocabulary)}
    facts |= {name: fitted.model.facts[name] for name in ("rows", "words")}
    say(wording("topics_fitted", Terminal.lang, **facts))


@app.command()
def assign(
    run: Run,
    model: Model = "",
    by: Annotated[str, typer.Option(help="document, or unit and pool / 按整篇或按单位再汇总")] = "",
    workers: Workers = None,
    engine: Engine = None,
    scheduler: Scheduler = None,
    quiet: Quiet = False,
    lang: Lang = None,
) -> None:
    """Shares of the topics in every document / 计算每篇文档的主题占比"""
    set_up(lang, quiet)
    from textgov.engine import EngineOptions
    from textgov.run.topics import assign_run, find_model

    where = EngineOptions(engine, workers, scheduler)
    print(assign_run(run, find_model(run, model), where, by=by).as_posix())


@app.command()
def attach(
    run: Run,
    model: Model = "",
    out: NewOut = None,
    labels: Labels = "zh",
    replace: Replace = False,
    quiet: Quiet = False,
    lang: Lang = None,
) -> None:
    """Put the shares into the panel / 把主题占比并入面板"""
    set_up(lang, quiet)
    from textgov.run.topics import attach_run, find_model

    words = label_language(labels)
    attached = attach_run(run, find_model(run, model), out=out, labels=words, replace=replace)
    list_files(attached.files)
    facts = {"columns": attached.n_columns, "n": attached.n_rows, "rows": len(attached.extended.panel.frame)}
    say(wording("topics_attached", Terminal.lang, **facts))
