"""The charts of the page as Altair charts: data inside, no name that a counter gave, words in one language."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from textgov.report.blocks import Said
from textgov.report.frames import STATES

if TYPE_CHECKING:
    import altair
    import pandas as pd

# Fonts with Chinese characters of Linux, Windows and macOS, in this order; a browser takes the first that it has.
FONTS = (
    *("Noto Sans SC", "Noto Sans CJK SC", "Source Han Sans SC", "Microsoft YaHei", "PingFang SC"),
    *("WenQuanYi Micro Hei", "SimHei", "sans-serif"),
)
WIDTH, HEIGHT = 620, 300
STATE_COLOURS = {"missing": "#c9c9c9", "zero": "#f2c14e", "positive": "#1f5fa8"}
STATE_WORDS = {
    "missing": Said("没有文档（缺失）", "no document (missing)"),
    "zero": Said("有文档，无命中（0）", "document, no hit (0)"),
    "positive": Said("有命中", "hits"),
}
YEAR = Said("年份", "year")
PLACES = Said("地区数", "places")
MEAN = Said("均值", "mean")
# Ten colours that people with weak colour vision tell apart (after Okabe and Ito 2008, two of them darkened).
COLOURS = (
    *("#0072b2", "#d55e00", "#007a5a", "#b0417e", "#6b4c9a"),
    *("#b8860b", "#3a9bd9", "#8c2d04", "#444444", "#7f9a00"),
)


def chart_data(frame: pd.DataFrame) -> Any:
    """Rows as they are, inside the chart."""
    import altair

    return altair.InlineData(values=json.loads(frame.to_json(orient="records", double_precision=10)))


def _years(lang: str, **more: Any) -> altair.X:
    import altair

    axis = altair.Axis(format="d", tickMinStep=1, title=YEAR.of(lang), labelOverlap="greedy", labelSeparation=8)
    return altair.X("year:Q", axis=axis, scale=altair.Scale(zero=False, nice=False, padding=8), **more)


def _grid_years(lang: str) -> altair.X:
    import altair

    return altair.X(
        "year:O", axis=altair.Axis(title=YEAR.of(lang), labelOverlap="greedy", labelSeparation=8, labelAngle=0)
    )


def _tip(field: str, title: Said, lang: str, form: str = "") -> altair.Tooltip:
    import altair

    return altair.Tooltip(field, title=title.of(lang), format=form or altair.Undefined)


def _legend(columns: int = 2) -> altair.Legend:
    import altair

    return altair.Legend(orient="bottom", columns=columns, title=None, labelLimit=260, symbolLimit=0)


def finished(chart: Any, title: str, height: int | None = HEIGHT) -> Any:
    """Size, title and fonts."""
    sized = chart.properties(width=WIDTH, title=title)
    sized = sized if height is None else sized.properties(height=height)
    ink = {"labelColor": "#333", "titleColor": "#222", "labelFontSize": 11, "titleFontSize": 12}
    return (
        sized.configure(font=", ".join(FONTS), background="#ffffff")
        .configure_axis(**ink, gridColor="#e4e4e4")
        .configure_legend(labelColor="#333", titleColor="#222", labelFontSize=11)
        .configure_title(fontSize=13, color="#222", anchor="start")
        .configure_view(stroke="#cccccc")
    )


def trend_chart(yearly: pd.DataFrame, marks: pd.DataFrame, title: Said, unit: Said, lang: str) -> Any:
    """Mean by year with the middle half of the places, and rules where milestones stand.

    Parameters
    ----------
    yearly : DataFrame
        `by_year`.
    marks : DataFrame
        ``year``, ``label`` (numbers of the milestones of a year) and ``what``; may be empty.
    """
    import altair

    base = altair.Chart(chart_data(yearly))
    y = altair.Y("q25:Q", title=unit.of(lang))
    band = base.mark_area(opacity=0.18, color=COLOURS[0]).encode(x=_years(lang), y=y, y2="q75:Q")
    tips = [
        _tip("year:Q", YEAR, lang, "d"),
        _tip("mean:Q", MEAN, lang, ".3f"),
        _tip("q25:Q", Said("25% 分位", "25 % quantile"), lang, ".3f"),
        _tip("q75:Q", Said("75% 分位", "75 % quantile"), lang, ".3f"),
        _tip("places:Q", PLACES, lang, "d"),
    ]
    mean = altair.Y("mean:Q", title=unit.of(lang))
    line = base.mark_line(color=COLOURS[0], strokeWidth=2.5).encode(x=_years(lang), y=mean)
    points = base.mark_point(color=COLOURS[0], filled=True, size=45).encode(x=_years(lang), y=mean, tooltip=tips)
    layers = [band]
    if len(marks):
        what = [_tip("year:Q", YEAR, lang, "d"), _tip("what:N", Said("政策节点", "milestones"), lang)]
        at = altair.Chart(chart_data(marks))
        layers.append(at.mark_rule(color="#8a6d3b", strokeDash=[3, 3]).encode(x=_years(lang), tooltip=what))
        text = at.mark_text(color="#6b5223", fontSize=10, dy=-6, baseline="bottom")
        layers.append(text.encode(x=_years(lang), y=altair.value(0), text="label:N", tooltip=what))
    return finished(altair.layer(*layers, line, points), title.of(lang))


def lines_chart(frame: pd.DataFrame, title: Said, unit: Said, lang: str, *, form: str = ".3f") -> Any:
    """One line a group: ``year``, ``mean``, ``zh``, ``en``; the legend keeps the order of the rows."""
    import altair

    names = list(dict.fromkeys(frame[lang]))
    scale = altair.Scale(domain=names, range=[COLOURS[at % len(COLOURS)] for at in range(len(names))])
    dashes = altair.Scale(domain=names, range=[[[1, 0], [6, 3]][at // len(COLOURS) % 2] for at in range(len(names))])
    group = Said("组", "group")
    base = altair.Chart(chart_data(frame)).encode(
        x=_years(lang),
        y=altair.Y("mean:Q", title=unit.of(lang)),
        color=altair.Color(f"{lang}:N", scale=scale, legend=_legend()),
        tooltip=[_tip(f"{lang}:N", group, lang), _tip("year:Q", YEAR, lang, "d"), _tip("mean:Q", MEAN, lang, form)],
    )
    dashed = altair.StrokeDash(f"{lang}:N", scale=dashes, legend=_legend())
    return finished(
        base.mark_line(strokeWidth=2).encode(strokeDash=dashed) + base.mark_point(filled=True, size=18), title.of(lang)
    )


def heat_chart(frame: pd.DataFrame, title: Said, unit: Said, lang: str) -> Any:
    """Groups x years as coloured cells: ``row``, ``year``, ``mean``, perhaps ``places``; no cell is missing."""
    import altair

    rows = altair.Y("row:N", sort=list(dict.fromkeys(frame["row"])), title=None, axis=altair.Axis(labelLimit=140))
    legend = altair.Legend(orient="bottom", title=unit.of(lang), gradientLength=220)
    colour = altair.Color("mean:Q", scale=altair.Scale(scheme="blues", zero=True), legend=legend)
    tips = [_tip("row:N", Said("行", "row"), lang), _tip("year:O", YEAR, lang), _tip("mean:Q", MEAN, lang, ".3f")]
    if "places" in frame.columns:
        tips.append(_tip("places:Q", PLACES, lang, "d"))
    cells = altair.Chart(chart_data(frame)).mark_rect(stroke="#ffffff", strokeWidth=0.5)
    return _stepped(cells.encode(x=_grid_years(lang), y=rows, color=colour, tooltip=tips), title.of(lang), 16)


def _stepped(chart: Any, title: str, step: int) -> Any:
    import altair

    return finished(chart, title, None).properties(height=altair.Step(step)).configure_view(fill="#efefef", stroke=None)


def bars_chart(frame: pd.DataFrame, title: Said, unit: Said, lang: str) -> Any:
    """One bar a row: ``row`` and ``mean``, in the order given."""
    import altair

    rows = altair.Y("row:N", sort=list(frame["row"]), title=None, axis=altair.Axis(labelLimit=180))
    tips = [_tip("row:N", Said("名称", "name"), lang), _tip("mean:Q", unit, lang, ".3f")]
    bars = altair.Chart(chart_data(frame)).mark_bar(color=COLOURS[0], height={"band": 0.75})
    chart = bars.encode(x=altair.X("mean:Q", title=unit.of(lang)), y=rows, tooltip=tips)
    return finished(chart, title.of(lang), None).properties(height=altair.Step(18))


def spread_chart(yearly: pd.DataFrame, title: Said, unit: Said, lang: str) -> Any:
    """The distribution over places by year: 5 to 95 % as a rule, 25 to 75 % as a bar, the median as a tick."""
    import altair

    parts = {"q05": "5%", "q25": "25%", "q50": "50%", "q75": "75%", "q95": "95%"}
    tips = [
        _tip("year:Q", YEAR, lang, "d"),
        *(_tip(f"{name}:Q", Said(word, word), lang, ".3f") for name, word in parts.items()),
    ]
    base = altair.Chart(chart_data(yearly)).encode(x=_years(lang), tooltip=tips)
    whole = base.mark_rule(color=COLOURS[0]).encode(y=altair.Y("q05:Q", title=unit.of(lang)), y2="q95:Q")
    half = base.mark_bar(color=COLOURS[6], size=9).encode(y=altair.Y("q25:Q", title=unit.of(lang)), y2="q75:Q")
    middle = base.mark_tick(color="#111111", orient="horizontal", thickness=2, size=11).encode(
        y=altair.Y("q50:Q", title=unit.of(lang))
    )
    return finished(whole + half + middle, title.of(lang))


def _state_colour(lang: str) -> altair.Color:
    import altair

    words = [STATE_WORDS[state].of(lang) for state in STATES]
    scale = altair.Scale(domain=words, range=[STATE_COLOURS[state] for state in STATES])
    return altair.Color("what:N", scale=scale, legend=_legend(3))


def grid_chart(grid: pd.DataFrame, title: Said, lang: str) -> Any:
    """Places x years as cells coloured by `STATES`."""
    import altair

    frame = grid.assign(what=[STATE_WORDS[state].of(lang) for state in grid["state"]])
    rows = altair.Y("place:N", sort=list(dict.fromkeys(frame["place"])), title=None, axis=altair.Axis(labelLimit=140))
    tips = [
        _tip("place:N", Said("地区", "place"), lang),
        _tip("year:O", YEAR, lang),
        _tip("what:N", Said("状态", "state"), lang),
    ]
    cells = altair.Chart(chart_data(frame[["place", "year", "what"]])).mark_rect(stroke="#ffffff", strokeWidth=0.5)
    chart = cells.encode(x=_grid_years(lang), y=rows, color=_state_colour(lang), tooltip=tips)
    return _stepped(chart, title.of(lang), 14)


def states_chart(grid: pd.DataFrame, title: Said, lang: str) -> Any:
    """Number of places by year and state, stacked; missing at the bottom."""
    import altair

    counted = grid.groupby(["year", "state"]).size().rename("n").reset_index()
    counted = counted.assign(
        what=[STATE_WORDS[state].of(lang) for state in counted["state"]],
        order=[STATES.index(state) for state in counted["state"]],
    )
    tips = [_tip("year:O", YEAR, lang), _tip("what:N", Said("状态", "state"), lang), _tip("n:Q", PLACES, lang, "d")]
    chart = (
        altair.Chart(chart_data(counted))
        .mark_bar()
        .encode(
            x=_grid_years(lang),
            y=altair.Y("n:Q", title=PLACES.of(lang)),
            color=_state_colour(lang),
            order=altair.Order("order:Q"),
            tooltip=tips,
        )
    )
    return finished(chart, title.of(lang))


def topics_chart(frame: pd.DataFrame, names: Sequence[str], title: Said, lang: str) -> Any:
    """Each topic in a small panel of its own: ``name``, ``year``, ``share``, perhaps ``low`` and ``high``."""
    import altair

    base = altair.Chart()
    y = altair.Y("share:Q", title=None, axis=altair.Axis(format="%", tickCount=3))
    x = altair.X("year:Q", title=None, axis=altair.Axis(format="d", tickCount=3), scale=altair.Scale(zero=False))
    tips = [
        _tip("name:N", Said("主题", "topic"), lang),
        _tip("year:Q", YEAR, lang, "d"),
        _tip("share:Q", Said("占比", "share"), lang, ".2%"),
    ]
    layers = [base.mark_line(color=COLOURS[0]).encode(x=x, y=y, tooltip=tips)]
    layers.append(base.mark_point(color=COLOURS[0], filled=True, size=14).encode(x=x, y=y, tooltip=tips))
    if {"low", "high"} <= set(frame.columns):
        low = altair.Y("low:Q", title=None, axis=altair.Axis(format="%", tickCount=3))
        layers.insert(0, base.mark_area(opacity=0.2, color=COLOURS[0]).encode(x=x, y=low, y2="high:Q"))
    head = altair.Header(title=None, labelFontSize=11, labelLimit=180, labelColor="#222")
    facet = altair.Facet("name:N", sort=list(names), header=head)
    chart = altair.layer(*layers, data=chart_data(frame)).properties(width=180, height=90).facet(facet=facet, columns=3)
    chart = chart.resolve_scale(y="independent").properties(title=title.of(lang))
    return (
        chart.configure(font=", ".join(FONTS), background="#ffffff")
        .configure_axis(labelColor="#333", gridColor="#e4e4e4", labelFontSize=10)
        .configure_title(fontSize=13, color="#222", anchor="start")
    )
