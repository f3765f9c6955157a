"""Which words make the numbers: the commonest, those never found, drift, and hits in context."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from textgov.report import charts
from textgov.report.blocks import Block, Cell, Chart, Heading, Hit, Note, Said, Section, Table, number
from textgov.report.frames import Measured, each_row

if TYPE_CHECKING:
    import pandas as pd

TOP_TERMS = 20
QUOTED_TERMS, QUOTES = 10, 3  # the commonest terms, and hits of each
TERM, CATEGORY, HITS = Said("词", "term"), Said("类别", "category"), Said("次数", "hits")


def read_terms(out: Path) -> pd.DataFrame:
    """``lexicon_report.csv`` of a run folder; an empty table where there is none."""
    import pandas as pd

    path = out / "lexicon_report.csv"
    texts = dict.fromkeys(("lexicon", "lexicon_hash", "category", "term", "phase", "shadowed_by"), str)
    if not path.is_file():
        return pd.DataFrame(columns=[*texts, "hits"])
    return pd.read_csv(
        path,
        dtype=texts,
        encoding_errors="replace",
        keep_default_na=False,
        na_values={name: [""] for name in pd.read_csv(path, nrows=0).columns if name not in texts},
    )


def terms_of(terms: pd.DataFrame, measured: Measured) -> pd.DataFrame:
    """The rows of one lexicon."""
    return terms[(terms["lexicon"] == measured.total.lexicon)].reset_index(drop=True)


def word_section(out: Path, measured: Measured, terms: pd.DataFrame) -> Section | None:
    """The section on the words of a lexicon; None where the run has no report on them."""
    if terms.empty:
        return None
    names = {variable.name: Said(zh, en) for variable, zh, en in measured.categories}
    words = {
        str(one): names.get(f"{measured.prefix}_{one}_{measured.suffix}", Said(one, one))
        for one in set(terms["category"])
    }
    ranked = terms.sort_values(["hits", "term"], ascending=[False, True], kind="stable")
    top = ranked[ranked["hits"] > 0].head(TOP_TERMS)
    blocks: list[Block] = [
        _top_table(top, words),
        _never_note(ranked),
        *_without_notes(terms),
        *_drift_blocks(terms, words, measured),
        *_shadow_blocks(terms),
        *_quote_blocks(out / "hits.parquet", measured, top.head(QUOTED_TERMS)),
    ]
    title = Said(f"用词：{measured.zh}", f"Words: {measured.en}")
    return Section(f"words-{measured.prefix}", title, tuple(blocks))


def _top_table(top: pd.DataFrame, words: Mapping[str, Said]) -> Table:
    rows = [
        (
            str(row["term"]),
            words[row["category"]],
            number(int(row["hits"])),
            number(int(row["place_years"])),
            f"{int(row['first_year'])}–{int(row['last_year'])}",
        )
        for row in each_row(top)
    ]
    head = (TERM, CATEGORY, HITS, Said("地区—年份", "place-years"), Said("首末年", "first and last year"))
    return Table("top-terms", Said("最常见的词", "Commonest terms"), head, rows, frozenset({2, 3}))


def _never_note(ranked: pd.DataFrame) -> Note:
    never = [str(term) for term in ranked.loc[ranked["hits"] == 0, "term"]]
    listed = "、".join(never) or "–"
    return Note(Said(f"从未出现（{len(never)}）：{listed}", f"Never found ({len(never)}): {listed}"), quiet=True)


def _without_notes(terms: pd.DataFrame) -> list[Block]:
    rates, links = terms["rate_without"].dropna(), terms["correlation_without"].dropna()
    if rates.empty:
        return []
    low, high = f"{rates.min():.3f}", f"{rates.max():.3f}"
    zh = f"逐词剔除后，每万字总频次的均值在 {low} 与 {high} 之间"
    en = f"With one term left out, the mean total rate lies between {low} and {high}"
    if len(links):
        zh += f"；与完整指标的相关系数不低于 {links.min():.4f}"
        en += f"; its correlation with the whole is at least {links.min():.4f}"
    return [Note(Said(f"{zh}。", f"{en}."))]


def moved_terms(terms: pd.DataFrame) -> pd.DataFrame:
    """The entries whose share in their category moved most between two years.

    Returns
    -------
    DataFrame
        ``term, category, low, low_year, high, high_year`` and the columns ``share_<year>``; the largest move first.
    """
    import pandas as pd

    shares = terms[[name for name in terms.columns if name.startswith("share_")]]
    moved = (shares.max(axis=1) - shares.min(axis=1)).dropna()
    order = moved[moved > 0].sort_values(ascending=False, kind="stable").index[:TOP_TERMS]
    shares = shares.loc[order]
    years: dict[str, list[int]] = {"low_year": [], "high_year": []}
    for at in order:
        known = shares.loc[at].dropna()
        years["low_year"].append(int(str(known.idxmin()).removeprefix("share_")))
        years["high_year"].append(int(str(known.idxmax()).removeprefix("share_")))
    told = {"term": terms.loc[order, "term"], "category": terms.loc[order, "category"]}
    ends = {"low": shares.min(axis=1), "high": shares.max(axis=1)}
    return pd.DataFrame({**told, **ends, **years}, index=order).join(shares)


def _drift_blocks(terms: pd.DataFrame, words: Mapping[str, Said], measured: Measured) -> list[Block]:
    import pandas as pd

    moved = moved_terms(terms)
    if moved.empty:
        return []
    years = [name for name in moved.columns if name.startswith("share_")]
    cells = [
        {"row": row["term"], "year": int(name.removeprefix("share_")), "mean": row[name]}
        for row in each_row(moved)
        for name in years
        if row[name] == row[name]
    ]
    heat = pd.DataFrame(cells)
    rows = [
        (
            str(row["term"]),
            words[row["category"]],
            f"{row['low']:.2f} ({row['low_year']})",
            f"{row['high']:.2f} ({row['high_year']})",
        )
        for row in each_row(moved)
    ]
    head = (
        TERM,
        CATEGORY,
        Said("最低占比（年份）", "lowest share (year)"),
        Said("最高占比（年份）", "highest share (year)"),
    )
    name = Said("用词变化：词在其类别中的占比", "Vocabulary drift: share of a term in its category")
    unit = Said("占类别的比例", "share of the category")
    return [
        Heading(Said("用词变化", "Vocabulary drift")),
        Chart(f"drift-{measured.prefix}", name, lambda lang: charts.heat_chart(heat, name, unit, lang)),
        Table(
            "drift",
            Said("占比变化最大的词", "Terms whose share moved most"),
            head,
            rows,
            frozenset({2, 3}),
            folded=True,
        ),
    ]


def _shadow_blocks(terms: pd.DataFrame) -> list[Block]:
    shadowed = terms[terms["shadowed"] > 0].nlargest(TOP_TERMS, "shadowed", keep="all")
    if shadowed.empty:
        return []
    rows = [(str(row["term"]), number(int(row["shadowed"])), str(row["shadowed_by"])) for row in each_row(shadowed)]
    head = (TERM, Said("次数", "times"), Said("多被", "mostly by"))
    return [
        Table("shadowed", Said("被更长的词覆盖", "Shadowed by longer terms"), head, rows, frozenset({1}), folded=True)
    ]


# ---- hits in context ----


def _quote_blocks(path: Path, measured: Measured, top: pd.DataFrame) -> list[Block]:
    if not path.is_file() or top.empty:
        return []
    name = measured.total.lexicon.partition("@")[0]
    found = quoted_hits(path, name, [(row["category"], row["term"]) for row in each_row(top)])
    rows: list[tuple[Cell, ...]] = [
        (str(row["term"]), _where(row), Hit(str(row["left"]), str(row["hit"]), str(row["right"]))) for row in found
    ]
    caption = Said("最常见的词在原文中（均匀抽取）", "The commonest terms in context (taken evenly)")
    head = (TERM, Said("地区、年份", "place, year"), Said("原文", "text"))
    return [Heading(Said("原文例句", "Hits in context")), Table("hits", caption, head, rows)]


def _where(row: Mapping[str, Any]) -> str:
    year = row["year"]
    return f"{row['place'] or ''} {year if year else ''}".strip() or str(row["doc_id"])


def quoted_hits(path: Path, lexicon: str, terms: list[tuple[str, str]]) -> list[dict[str, Any]]:
    """Some hits of each term, taken evenly from all its hits in the order of the file; two passes, little in memory."""
    import pyarrow.parquet as pq

    file = pq.ParquetFile(path)
    place = next((name for name in ("city", "place", "province") if name in file.schema_arrow.names), "doc_id")
    at: dict[tuple[str, str], list[int]] = {key: [] for key in terms}
    first = 0
    for group in range(file.num_row_groups):
        table = file.read_row_group(group, columns=["lexicon", "category", "term"])
        columns = (table[name].to_pylist() for name in ("lexicon", "category", "term"))
        for row, (of, category, term) in enumerate(zip(*columns, strict=True), first):
            if of == lexicon and (category, term) in at:
                at[category, term].append(row)
        first += table.num_rows
    wanted = {key: _evenly(rows) for key, rows in at.items()}
    read = _rows_at(file, sorted({row for rows in wanted.values() for row in rows}))
    return [read[row] | {"place": read[row][place]} for key in terms for row in wanted[key]]


def _evenly(rows: list[int]) -> list[int]:
    n = min(QUOTES, len(rows))
    return [rows[(2 * k + 1) * len(rows) // (2 * n)] for k in range(n)]


def _rows_at(file: Any, rows: list[int]) -> dict[int, dict[str, Any]]:
    """Rows of a parquet file by their numbers, group by group."""
    found: dict[int, dict[str, Any]] = {}
    first = 0
    for group in range(file.num_row_groups):
        end = first + file.metadata.row_group(group).num_rows
        mine = [row for row in rows if first <= row < end]
        if mine:
            table = file.read_row_group(group).take([row - first for row in mine])
            found.update(zip(mine, table.to_pylist(), strict=True))
        first = end
    return found
