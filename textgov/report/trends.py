"""How attention moves over the years: in all, by category, by phase, with milestones."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from textgov.records import Panel
from textgov.report import charts, frames
from textgov.report.blocks import Block, Chart, Note, Said, Section, Table, number
from textgov.report.milestones import milestone_marks, milestone_table, read_milestones
from textgov.report.places import unit_of

if TYPE_CHECKING:
    import pandas as pd

PER = 10_000
WITHOUT_PHASE = Said("未标阶段的词", "terms without a phase")


def trend_section(panel: Panel, measured: frames.Measured, terms: pd.DataFrame) -> Section:
    """Trend in all, by category and by phase.

    Parameters
    ----------
    panel : Panel
    measured : Measured
    terms : DataFrame
        The rows of ``lexicon_report.csv`` of this lexicon; may be empty.
    """
    unit, yearly = unit_of(measured), frames.by_year(panel, measured.total.name)
    miles = read_milestones(int(panel.frame["year"].min()), int(panel.frame["year"].max()))
    marks = {lang: milestone_marks(miles, lang) for lang in ("zh", "en")}
    whole = Said(f"{measured.zh}：各年均值", f"{measured.en}: mean by year")
    blocks: list[Block] = [
        Note(Said(measured.total.zh, measured.total.en), quiet=True),
        Chart(
            f"trend-{measured.prefix}", whole, lambda lang: charts.trend_chart(yearly, marks[lang], whole, unit, lang)
        ),
        Note(
            Said(
                "线为各地区均值，阴影为中间一半的地区，虚线为政策节点。没有文档的地区不计入；覆盖的地区逐年不同，比较前请看覆盖情况。",
                "Line: mean over places; shade: the middle half of them; dashed: milestones. Places without a document "
                "do not count, and which places are covered changes over the years: see the coverage first.",
            ),
            quiet=True,
        ),
        _year_table(yearly, panel, unit),
        milestone_table(miles),
        *_category_blocks(panel, measured, unit),
        *_phase_blocks(panel, measured, terms),
    ]
    title = Said(f"趋势：{measured.zh}", f"Trend: {measured.en}")
    return Section(f"trend-{measured.prefix}", title, tuple(blocks))


def _year_table(yearly: pd.DataFrame, panel: Panel, unit: Said) -> Table:
    documents = panel.frame.groupby("year")["n_docs"].sum() if "n_docs" in panel.frame.columns else None
    rows = [
        (
            str(row["year"]),
            number(int(row["places"])),
            number(int(documents[row["year"]])) if documents is not None else "–",
            *(number(row[name]) for name in ("mean", "q25", "q50", "q75")),
        )
        for row in frames.each_row(yearly)
    ]
    head = (
        *(charts.YEAR, charts.PLACES, Said("文档", "documents"), charts.MEAN),
        *(Said("25% 分位", "25 %"), Said("中位数", "median"), Said("75% 分位", "75 %")),
    )
    caption = Said(f"各年均值（{unit.zh}）", f"Means by year ({unit.en})")
    return Table("years", caption, head, rows, frozenset(range(1, 7)), folded=True)


def _category_blocks(panel: Panel, measured: frames.Measured, unit: Said) -> list[Block]:
    lines = frames.by_category(panel, measured)
    if lines.empty:
        return []
    name = Said(f"{measured.zh}：按类别", f"{measured.en}: by category")
    return [
        Chart(f"categories-{measured.prefix}", name, lambda lang: charts.lines_chart(lines, name, unit, lang)),
        _wide_table(lines, "categories", Said("各类别均值", "Means by category")),
    ]


def _wide_table(lines: pd.DataFrame, name: str, caption: Said) -> Table:
    """Groups of a lines chart as the columns of a table, years as rows."""
    groups = list(dict.fromkeys(zip(lines["zh"], lines["en"], strict=True)))
    cells = {(row["year"], row["zh"]): row["mean"] for row in frames.each_row(lines)}
    years = sorted(set(lines["year"].tolist()))
    rows = [(str(year), *(number(cells.get((year, zh))) for zh, _ in groups)) for year in years]
    head = (charts.YEAR, *(Said(zh, en) for zh, en in groups))
    return Table(name, caption, head, rows, frozenset(range(1, len(groups) + 1)), folded=True)


def phase_rates(panel: Panel, prefix: str, terms: pd.DataFrame) -> pd.DataFrame:
    """Hits per 10,000 Han characters of all documents of a year, by the phase that each term marks.

    Hits of a term in a year are its share of its category there times the hits of the category (``_n``).

    Returns
    -------
    DataFrame
        ``year, zh, en, mean``; empty where no term has a phase or the panel has no ``_n`` columns.
    """
    import pandas as pd

    shares = [name for name in terms.columns if name.startswith("share_")]
    known = {name for name in panel.frame.columns if name.startswith(f"{prefix}_") and name.endswith("_n")}
    empty = pd.DataFrame(columns=["year", "zh", "en", "mean"])
    if terms.empty or not (terms["phase"] != "").any() or not known or "n_han" not in panel.frame.columns:
        return empty
    grouped = panel.frame.groupby("year")[[*sorted(known), "n_han"]].sum().astype("float64").reset_index()
    sums = {int(row["year"]): row for row in frames.each_row(grouped)}
    found: dict[tuple[str, int], float] = {}
    for row in frames.each_row(terms):
        column = f"{prefix}_{row['category']}_n"
        for name in shares:
            year, share = int(str(name).removeprefix("share_")), float(row[name])
            if not math.isnan(share) and column in known and year in sums:
                key = str(row["phase"]), year
                found[key] = found.get(key, 0.0) + share * sums[year][column]
    phases = [*(phase for phase in dict.fromkeys(terms["phase"]) if phase), ""]
    rows = [
        {"year": year, "zh": said.zh, "en": said.en, "mean": PER * n / sums[year]["n_han"]}
        for phase in phases
        for said in [Said(phase, phase) if phase else WITHOUT_PHASE]
        for (of, year), n in sorted(found.items())
        if of == phase and sums[year]["n_han"] > 0
    ]
    return pd.DataFrame(rows) if rows else empty


def _phase_blocks(panel: Panel, measured: frames.Measured, terms: pd.DataFrame) -> list[Block]:
    rates = phase_rates(panel, measured.prefix, terms)
    if rates.empty:
        return []
    name = Said(f"{measured.zh}：按词所属的历史阶段", f"{measured.en}: by the phase that a term marks")
    unit = Said("次/万字", "hits per 10,000 Han characters")
    return [
        Chart(f"phases-{measured.prefix}", name, lambda lang: charts.lines_chart(rates, name, unit, lang)),
        Note(Said("全年全部文档合并计算。", "All documents of a year taken together."), quiet=True),
        _wide_table(rates, "phases", Said("各阶段用词频率", "Rates by phase")),
    ]
