"""Candidates for a lexicon, and what two people decided about them."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from textgov.cli.terminal import Lang, Out, Quiet, Terminal, list_files, say, set_up
from textgov.errors import UsageError, wording

if TYPE_CHECKING:
    import pandas as pd

    from textgov.records import Document
    from textgov.store import RunDocuments

app = typer.Typer()
RunOrSources = Annotated[
    list[str],
    typer.Argument(metavar="RUN|SOURCE...", help="A run, or files, folders, URLs / 运行结果，或文件、文件夹、网址"),
]
LexiconName = Annotated[str, typer.Option("--lexicon", help="Built-in name or file / 词典名或文件")]
Methods = Annotated[
    list[str] | None,
    typer.Option("--method", help="word2vec, fasttext, npmi, keyness, newword; repeatable / 方法，可重复"),
]


@app.command()
def expand(
    sources: RunOrSources,
    lexicon: LexiconName,
    out: Out,
    method: Methods = None,
    category: Annotated[
        list[str] | None, typer.Option(help="Seeds of it only; repeatable / 只用该类别的种子词")
    ] = None,
    top: Annotated[int, typer.Option(help="Candidates in the sheet / 候选词数")] = 500,
    min_count: Annotated[int, typer.Option(help="Occurrences, at least / 最低出现次数")] = 15,
    by: Annotated[str | None, typer.Option(help="Groups: a column of documents.parquet / 分组列")] = None,
    groups: Annotated[Path | None, typer.Option(help="Groups: csv of doc_id and group / 分组文件")] = None,
    group: Annotated[list[str] | None, typer.Option(help="Such as 2019-2024; repeatable / 与其余比较的组")] = None,
    sections: Annotated[str, typer.Option(help="Sections to read, or all / 读取的部分，或 all")] = "body",
    seed: Annotated[int, typer.Option(help="Of the vectors / 词向量的随机种子")] = 1,
    quiet: Quiet = False,
    lang: Lang = None,
) -> None:
    """Candidates from the corpus, for two coders / 从语料中找候选词，供两人判断"""
    set_up(lang, quiet)
    from textgov.expand import METHODS, ExpandOptions, NewWordOptions, VectorOptions, expand_lexicon
    from textgov.expand.groups import groups_of_column, read_groups, wanted_groups
    from textgov.expand.options import FASTTEXT_EPOCHS
    from textgov.expand.output import write_expansion
    from textgov.lexicon import read_lexicon

    if by and groups:
        raise UsageError("option_bad", name="groups", value=groups, detail="give --by or --groups, not both")
    if group and not (by or groups):
        raise UsageError("option_bad", name="group", value=", ".join(group), detail="needs --by or --groups")
    if (by or groups) and "keyness" not in (method or METHODS):
        raise UsageError("option_bad", name="method", value=", ".join(method or ()), detail="groups are for keyness")
    options = ExpandOptions(
        methods=tuple(method or METHODS),
        top=top,
        min_count=min_count,
        sections=sections,
        categories=tuple(category or ()),
        seed=seed,
        word2vec=VectorOptions(min_count=min_count),
        fasttext=VectorOptions(min_count=min_count, epochs=FASTTEXT_EPOCHS),
        words=NewWordOptions(min_count=min_count),
    )
    read = read_lexicon(lexicon)
    documents, frame = _documents(sources)
    of_document = read_groups(groups) if groups else groups_of_column(frame, by) if by else None
    if of_document is not None:
        options = replace(options, group=wanted_groups(group or (), of_document.values()))
    found = expand_lexicon(documents, read, options, of_document)
    about = {"groups": by or groups.name if groups else by} if of_document is not None else {}
    list_files(write_expansion(found, out, {name: str(value) for name, value in about.items()}))
    facts = {name: getattr(found, name) for name in ("n_documents", "n_words", "n_seeds")}
    say(wording("expand_said", Terminal.lang, n=len(found.frame), lexicon=read.label, **facts))
    if found.n_left_out:
        say(wording("expand_left_out", Terminal.lang, n=found.n_left_out))


def _documents(sources: list[str]) -> tuple[tuple[Document, ...] | RunDocuments, pd.DataFrame]:
    """The documents of a run, or of files that are read now; and what is known of each."""
    from textgov.store import RunDocuments, holds_run

    run = Path(sources[0])
    if len(sources) == 1 and holds_run(run):
        import pandas as pd

        table = run / "documents.parquet"
        return RunDocuments(run), pd.read_parquet(table) if table.is_file() else pd.DataFrame({"doc_id": []})
    from textgov.load import load_corpus
    from textgov.locate import locate_corpus
    from textgov.normalise import normalise_corpus

    corpus = locate_corpus(normalise_corpus(load_corpus(sources)))
    return corpus.documents, corpus.frame


@app.command()
def merge(
    sheets: Annotated[
        list[Path], typer.Argument(metavar="SHEET...", help="The judged sheet, or both copies / 已判断的表格或两份副本")
    ],
    lexicon: LexiconName,
    out: Annotated[Path, typer.Option(metavar="FILE", help="New lexicon (yaml) / 新词典文件")],
    rule: Annotated[str, typer.Option(help="both, any or adjudicated / 采纳规则")] = "both",
    quiet: Quiet = False,
    lang: Lang = None,
) -> None:
    """Judged candidates into a new version / 把采纳的候选词并入新版词典"""
    set_up(lang, quiet)
    from textgov.expand import merge_sheets
    from textgov.expand.output import write_changelog
    from textgov.lexicon import read_lexicon, write_lexicon

    if out.exists():
        raise UsageError("out_exists", path=out)
    merged = merge_sheets(sheets, read_lexicon(lexicon), rule)  # type: ignore[arg-type]  # checked there
    write_lexicon(merged.lexicon, out)
    print(out.as_posix())
    print(write_changelog(merged, out).as_posix())
    found = merged.agreement
    kappa, alpha = ("-" if one is None else f"{one:.3f}" for one in (found.kappa, found.alpha))
    facts = {name: len(getattr(merged, name)) for name in ("added", "refused", "known")}
    percent = f"{found.percent:.1f}"
    figures = {"label": merged.lexicon.label, "n": found.n, "percent": percent, "kappa": kappa, "alpha": alpha}
    say(wording("merge_said", Terminal.lang, **figures, **facts))
