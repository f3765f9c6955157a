"""How many topics, how stable, what they are about, and what people see in them."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

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
from textgov.cli.topics import MaxRows, MaxShare, MinDocs, Model, Sample, Sections, Sweeps, Unit
from textgov.errors import UsageError, wording

app = typer.Typer()
Seed = Annotated[int, typer.Option(help="Random seed / 随机种子")]
SAID = {"word": "intrusion_word", "topic": "intrusion_topic"}
Seeds = Annotated[int, typer.Option(help="How many seeds: 1, 2 ... / 种子个数")]


@app.command()
def choose(
    run: Run,
    k: Annotated[str, typer.Option("--k", help="From:to:step, or numbers with commas / 起:止:步长，或逗号分隔")],
    seeds: Seeds = 5,
    method: Annotated[str, typer.Option(help="lda, nmf, seeded ... / 方法")] = "lda",
    held: Annotated[float, typer.Option(help="Share of documents held out / 留出的文档比例")] = 0.1,
    share: Annotated[float, typer.Option(help="Share of documents for each seed / 每个种子使用的文档比例")] = 0.8,
    unit: Unit = "",
    lexicon: Annotated[str, typer.Option(help="Terms that stay whole: name or file / 词典")] = "digital-government",
    sample: Sample = 20_000,
    max_rows: MaxRows = 20_000,
    min_docs: MinDocs = 10,
    max_share: MaxShare = 0.2,
    sections: Sections = "body",
    sweeps: Sweeps = 0,
    name: Annotated[str, typer.Option(help="Of the folder; the method when not given / 文件夹名")] = "",
    workers: Workers = None,
    engine: Engine = None,
    scheduler: Scheduler = None,
    quiet: Quiet = False,
    lang: Lang = None,
) -> None:
    """Try several numbers of topics and recommend one / 试多个主题数并推荐"""
    set_up(lang, quiet)
    from textgov.engine import EngineOptions
    from textgov.run.topics import FitOptions, RunChoice, choose_run, read_sizes

    fit = FitOptions(
        method=method,
        unit=unit,
        lexicon=lexicon,
        sample=sample,
        max_rows=max_rows,
        min_docs=min_docs,
        max_share=max_share,
        sections=sections,
        sweeps=sweeps,
        name=name,
    )
    options = RunChoice(read_sizes(k), _seeds(seeds), held, share, fit)
    chosen = choose_run(run, options, EngineOptions(engine, workers, scheduler))
    list_files(chosen.files)
    say(chosen.choice.reason[Terminal.lang == "zh"])


def _seeds(number: int, *, but: int = 0) -> tuple[int, ...]:
    """The first so many seeds, without that of the model."""
    if number < 1:
        raise UsageError("option_bad", name="seeds", value=number, detail="use 1 or more")
    return tuple(seed for seed in range(1, number + 2) if seed != but)[:number]


@app.command()
def stability(
    run: Run,
    model: Model = "",
    seeds: Seeds = 3,
    share: Annotated[float, typer.Option(help="Share of documents for each seed / 每个种子使用的文档比例")] = 0.8,
    workers: Workers = None,
    engine: Engine = None,
    scheduler: Scheduler = None,
    quiet: Quiet = False,
    lang: Lang = None,
) -> None:
    """Fit a model again with other seeds / 换种子重新拟合"""
    set_up(lang, quiet)
    from textgov.engine import EngineOptions
    from textgov.run.topics import WEAK, find_model, stability_run
    from textgov.store import read_model

    folder = find_model(run, model)
    others = _seeds(seeds, but=read_model(folder).seed)
    found = stability_run(run, folder, others, share=share, where=EngineOptions(engine, workers, scheduler))
    print(found.path.as_posix())
    means = found.table.groupby("topic")[["cosine", "jaccard"]].mean()
    weak = means.index[means["cosine"] < WEAK].tolist()
    facts = {"n": len(means), "seeds": seeds, "weak": len(weak), "limit": WEAK, "names": ", ".join(weak) or "-"}
    figures = {name: f"{means[name].mean():.3f}" for name in ("cosine", "jaccard")}
    say(wording("topics_stable", Terminal.lang, **figures, **facts))


@app.command()
def report(
    run: Run,
    model: Model = "",
    seed: Seed = 1,
    passages: Annotated[int, typer.Option(help="Passages of each topic / 每个主题的典型段落数")] = 10,
    workers: Workers = None,
    engine: Engine = None,
    scheduler: Scheduler = None,
    quiet: Quiet = False,
    lang: Lang = None,
) -> None:
    """What each topic is, with its evidence / 主题词、典型段落、走势"""
    set_up(lang, quiet)
    from textgov.engine import EngineOptions
    from textgov.run.topics import TABLE, find_model, report_run

    if passages < 1:
        raise UsageError("option_bad", name="passages", value=passages, detail="use 1 or more")
    where = EngineOptions(engine, workers, scheduler)
    found = report_run(run, find_model(run, model), seed=seed, n_typical=passages, where=where)
    list_files(found.files)
    topics = found.tables[TABLE]
    facts = {"boilerplate": int(topics["boilerplate"].sum()), "twins": int((topics["twin"] != "").sum())}
    say(wording("topics_reported", Terminal.lang, n=len(topics), **facts))


@app.command()
def show(
    model: Annotated[str, typer.Argument(metavar="MODEL", help="Folder of a model, or demo / 模型文件夹，或 demo")],
    words: Annotated[int, typer.Option(help="Words of each topic / 每个主题的词数")] = 10,
    lang: Lang = None,
) -> None:
    """Show the topics of a model / 显示模型的主题"""
    set_up(lang, False)
    from textgov.topics.builtin import read_topics
    from textgov.topics.show import show_topics

    if words < 1:
        raise UsageError("option_bad", name="words", value=words, detail="use 1 or more")

    print(show_topics(read_topics(model), words))


@app.command()
def intrusion(
    run: Run,
    model: Model = "",
    filled: Annotated[
        list[Path] | None, typer.Option(metavar="FILE", help="Filled sheets to score; repeatable / 已填写的表格")
    ] = None,
    seed: Seed = 1,
    per_topic: Annotated[int, typer.Option(help="Word items for each topic / 每个主题的选词题数")] = 1,
    passages: Annotated[int, typer.Option(help="Topic items; 0 for none / 选主题题数")] = 40,
    quiet: Quiet = False,
    lang: Lang = None,
) -> None:
    """Sheets for two coders: what does not belong? / 供两人判断的入侵词、入侵主题表"""
    set_up(lang, quiet)
    from textgov.run.topics import find_model, make_intrusion, score_intrusion

    folder = find_model(run, model)
    if filled:
        scored = score_intrusion(run, folder, filled)
        print(scored.path.as_posix())
        for kind in (one for one in scored.found.scores if one.about == "all"):
            facts = {"n": kind.n_answers, "precision": f"{kind.precision:.3f}", "chance": f"{kind.chance:.3f}"}
            say(wording(SAID[kind.kind], Terminal.lang, odds=f"{kind.log_odds:.3f}", **facts))
        for one in scored.found.agreement:
            figures = {name: _figure(getattr(one, name)) for name in ("percent", "kappa", "alpha")}
            say(wording("intrusion_agreed", Terminal.lang, kind=one.kind, n=one.n, **figures))
        return
    list_files(make_intrusion(run, folder, seed=seed, per_topic=per_topic, n_passages=passages))


def _figure(value: float | None) -> str:
    return "-" if value is None else f"{value:.3f}"


@app.command()
def similarity(
    run: Run,
    lag: Annotated[int, typer.Option(help="Years before / 比较几年前的文本")] = 1,
    copies: Annotated[
        int, typer.Option(help="Sentences in so many documents are left out; 0: none / 多少份文档共有的句子剔除")
    ] = 3,
    weight: Annotated[str, typer.Option(help="tfidf or counts / 词的权重")] = "tfidf",
    sections: Sections = "body",
    out: NewOut = None,
    labels: Labels = "zh",
    replace: Replace = False,
    workers: Workers = None,
    engine: Engine = None,
    scheduler: Scheduler = None,
    quiet: Quiet = False,
    lang: Lang = None,
) -> None:
    """Likeness to nation and province, into the panel / 相似度，并入面板"""
    set_up(lang, quiet)
    from textgov.engine import EngineOptions
    from textgov.run.topics import similarity_run
    from textgov.topics.similarity import SimilarityOptions

    found = similarity_run(
        run,
        SimilarityOptions(lag, copies, weight),
        sections=sections,
        out=out,
        labels=label_language(labels),
        replace_columns=replace,
        where=EngineOptions(engine, workers, scheduler),
    )
    list_files(found.files)
    n_rows = len(found.extended.panel.frame)
    for name, known in found.known.items():
        say(wording("topics_compared", Terminal.lang, column=name, n=known, rows=n_rows))
    nation = {name: known for name, known in found.known.items() if name.startswith("sim_nation")}
    if not any(nation.values()):
        table = (run / "documents.parquet").as_posix()
        say(wording("topics_no_nation", Terminal.lang, columns=", ".join(nation), path=table))
