"""Where and when there are documents and hits: coverage, zero against missing, provinces, ranking, distribution."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textgov.records import Panel
from textgov.report import charts, frames
from textgov.report.blocks import Block, Chart, Note, Said, Section, Table, number

if TYPE_CHECKING:
    import pandas as pd

MOST_PLACES = 80  # rows of a grid that fit on an A4 page
RANKED, LOWEST = 20, 10  # places in the chart of the ranking


def coverage_section(panel: Panel, measured: frames.Measured) -> Section:
    """Coverage and the difference between zero and missing."""
    grid = frames.states(panel, measured.total.name)
    counted = grid["state"].value_counts()
    missing, zero, positive = (int(counted.get(state, 0)) for state in frames.STATES)
    said = Said(
        f"地区与年份共 {number(len(grid))} 格：{number(missing)} 格没有文档（缺失，不是 0），"
        f"{number(zero)} 格有文档而无命中（真正的 0），{number(positive)} 格有命中。",
        f"The grid of places and years has {number(len(grid))} cells: {number(missing)} have no document "
        f"(missing, not 0), "
        f"{number(zero)} have documents and no hit (a true 0), {number(positive)} have hits.",
    )
    title = Said("各年的零值与缺失", "Zero against missing by year")
    blocks: list[Block] = [Note(said), Chart("states", title, lambda lang: charts.states_chart(grid, title, lang))]
    if grid["code"].nunique() <= MOST_PLACES:
        name = Said("覆盖情况：地区 × 年份", "Coverage: places x years")
        blocks.append(Chart("coverage", name, lambda lang: charts.grid_chart(grid, name, lang)))
    else:
        share = _covered_share(panel, grid)
        name = Said("有文档的地区占比：省份 × 年份", "Share of places with a document: provinces x years")
        unit = Said("占比", "share")
        blocks.append(Chart("coverage", name, lambda lang: charts.heat_chart(share, name, unit, lang)))
    blocks.append(_state_table(grid))
    blocks.append(
        Note(
            Said("逐格的文档数见 coverage.csv。", "The number of documents of each cell is in coverage.csv."),
            quiet=True,
        )
    )
    return Section("coverage", Said("覆盖与缺失", "Coverage"), tuple(blocks))


def _covered_share(panel: Panel, grid: pd.DataFrame) -> pd.DataFrame:
    """By province and year: share of the places with a document, and their number."""
    name = "province" if "province" in panel.frame.columns else frames.place_name(panel)
    province = dict(zip(panel.frame[panel.keys[0]].astype(str), panel.frame[name].astype(str), strict=True))
    rows = grid.assign(row=[province[code] for code in grid["code"]], there=grid["state"] != "missing")
    found = rows.groupby(["row", "year"], sort=False)["there"].agg(mean="mean", places="sum").reset_index()
    return found[found["places"] > 0]


def _state_table(grid: pd.DataFrame) -> Table:
    counted = (
        grid.groupby(["year", "state"]).size().unstack(fill_value=0).reindex(columns=list(frames.STATES), fill_value=0)
    )
    rows = [
        (str(year), *(number(int(n)) for n in row)) for year, row in zip(counted.index, counted.to_numpy(), strict=True)
    ]
    head = (charts.YEAR, *(charts.STATE_WORDS[state] for state in frames.STATES))
    return Table("states", Said("各年地区数", "Places by year"), head, rows, frozenset({1, 2, 3}), folded=True)


def unit_of(measured: frames.Measured) -> Said:
    """The unit of the measure that the page speaks of."""
    return Said(measured.total.unit_zh or measured.total.zh, measured.total.unit_en or measured.total.en)


def place_section(panel: Panel, measured: frames.Measured) -> Section:
    """Provinces by year, ranking, distribution."""
    column, unit = measured.total.name, unit_of(measured)
    provinces = frames.by_province(panel, column)
    heat = provinces.rename(columns={"province": "row"})
    ranked, spread = frames.ranking(panel, column), frames.by_year(panel, column)
    on_top = Said("省份 × 年份", "Provinces x years")
    among = Said("各年在地区间的分布", "Distribution over places by year")
    blocks: list[Block] = [
        Note(
            Said(
                "空白格没有文档。省内各地区取平均。",
                "An empty cell has no document. Mean over the places of a province.",
            ),
            quiet=True,
        ),
        Chart(f"provinces-{measured.prefix}", on_top, lambda lang: charts.heat_chart(heat, on_top, unit, lang)),
        _province_table(provinces, unit),
        *_ranking_blocks(ranked, unit, measured.prefix),
        Chart(f"distribution-{measured.prefix}", among, lambda lang: charts.spread_chart(spread, among, unit, lang)),
        Note(
            Said("线：5%–95%；条：25%–75%；黑线：中位数。", "Rule: 5-95 %; bar: 25-75 %; black: the median."),
            quiet=True,
        ),
    ]
    return Section(f"places-{measured.prefix}", Said(f"地区：{measured.zh}", f"Places: {measured.en}"), tuple(blocks))


def _province_table(provinces: pd.DataFrame, unit: Said) -> Table:
    grid = provinces.pivot_table(index=["code", "province"], columns="year", values="mean", sort=True)
    rows = [
        (str(index[1]), *(number(float(value)) for value in row))
        for index, row in zip(grid.index, grid.to_numpy(), strict=True)
    ]
    years = [str(year) for year in grid.columns]
    caption = Said(f"省份 × 年份的均值（{unit.zh}）", f"Means by province and year ({unit.en})")
    head = (Said("省份", "province"), *(Said(year, year) for year in years))
    return Table("provinces", caption, head, rows, frozenset(range(1, len(years) + 1)), folded=True)


def _ranking_blocks(ranked: pd.DataFrame, unit: Said, prefix: str) -> list[Block]:
    import pandas as pd

    whole = len(ranked) <= RANKED + LOWEST
    shown = ranked if whole else pd.concat([ranked.head(RANKED), ranked.tail(LOWEST)])
    bars = shown.assign(row=[f"{rank}. {place}" for rank, place in zip(shown["rank"], shown["place"], strict=True)])
    years = frames.RECENT_YEARS
    name = Said(f"最近 {years} 年均值的排名", f"Ranking by the mean of the last {years} years")
    if not whole:
        name = Said(f"{name.zh}：前 {RANKED} 与后 {LOWEST}", f"{name.en}: first {RANKED} and last {LOWEST}")
    rows = [
        (number(int(row["rank"])), row["place"], row["code"], number(int(row["years"])), number(row["mean"]))
        for row in frames.each_row(ranked)
    ]
    head = (
        Said("名次", "rank"),
        Said("地区", "place"),
        Said("代码", "code"),
        Said("年数", "years"),
        Said(f"均值（{unit.zh}）", f"mean ({unit.en})"),
    )
    table = Table("ranking", Said("全部排名", "Whole ranking"), head, rows, frozenset({0, 3, 4}), folded=True)
    draw = bars[["row", "mean"]]
    return [Chart(f"ranking-{prefix}", name, lambda lang: charts.bars_chart(draw, name, unit, lang)), table]
