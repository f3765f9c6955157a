"""Coefficient plots: event time with intervals, placebo draws, and any other terms (Altair)."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from textgov.estimate.result import Estimate
from textgov.estimate.timing import event_years

if TYPE_CHECKING:
    import pandas as pd

WIDTH, HEIGHT = 480, 300


def plot_estimate(estimate: Estimate) -> Any:
    """An Altair chart: event time where there is one, the draws of a placebo, else a row for each term.

    Returns
    -------
    altair.LayerChart
    """
    terms = estimate.table["term"].astype(str)
    if terms.str.startswith("ev_").any():
        return event_chart(estimate.table, estimate.options.level, f"{estimate.options.y}: {estimate.options.label}")
    if estimate.options.design == "placebo" and estimate.draws is not None:
        return _draws_chart(estimate)
    return _terms_chart(estimate)


def chart_json(chart: Any) -> str:
    """The chart as Vega-Lite."""
    return json.dumps(json.loads(chart.to_json()), ensure_ascii=False, sort_keys=True, indent=1) + "\n"


def chart_svg(chart: Any) -> str:
    """The chart as SVG with its words as text; nothing is fetched."""
    import vl_convert

    found: str = vl_convert.vegalite_to_svg(chart.to_json(), allowed_base_urls=[])
    return found if found.endswith("\n") else found + "\n"


def _intervals(base: Any, x: Any, y: Any, along: str) -> Any:
    """Rules from ci_low to ci_high with points."""
    if along == "x":
        return base.mark_rule().encode(x=x, y="ci_low:Q", y2="ci_high:Q") + base.mark_point(
            filled=True, size=60
        ).encode(x=x, y=y)
    return base.mark_rule().encode(y=y, x="ci_low:Q", x2="ci_high:Q") + base.mark_point(filled=True, size=60).encode(
        x=x, y=y
    )


def event_chart(table: pd.DataFrame, level: float, title: str, lang: str = "") -> Any:
    """Coefficients by years from the start with their intervals; the year before the start is 0.

    Parameters
    ----------
    table : DataFrame
        The tidy table of an estimate; its terms ``ev_*`` are drawn.
    level : float
        Of the intervals, for the title of the axis.
    title : str
    lang : {"", "zh", "en"}
        Language of the axes; both when empty.
    """
    import altair
    import pandas as pd

    rows = table[table["term"].str.startswith("ev_")]
    data = rows[["estimate", "ci_low", "ci_high"]].assign(years=[event_years(term) for term in rows["term"]])
    if -1 not in set(data["years"]):  # the reference
        zero = pd.DataFrame([{"estimate": 0.0, "ci_low": 0.0, "ci_high": 0.0, "years": -1}])
        data = pd.concat([data, zero], ignore_index=True)
    data = data.sort_values("years")
    edges = altair.Scale(domain=[int(data["years"].min()) - 0.5, int(data["years"].max()) + 0.5], nice=False)
    title_x = _spoken("years from the start / 距起始年数", lang)
    axis = altair.X("years:Q", title=title_x, axis=altair.Axis(tickMinStep=1), scale=edges)
    value = altair.Y("estimate:Q", title=_interval_words(level, lang))
    lines = [
        altair.Chart(pd.DataFrame({"zero": [0]})).mark_rule(color="#888").encode(y="zero:Q"),
        altair.Chart(pd.DataFrame({"start": [-0.5]})).mark_rule(color="#888", strokeDash=[4, 4]).encode(x="start:Q"),
    ]
    return _sized(altair.layer(*lines, _intervals(_chart(altair, data), axis, value, "x")), title)


def _spoken(both: str, lang: str) -> str:
    """One language of ``English / Chinese``, or both."""
    en, _, zh = both.partition(" / ")
    return {"en": en, "zh": zh}.get(lang, both)


def _interval_words(level: float, lang: str = "") -> str:
    return _spoken(f"estimate, {100 * level:g} % interval / 估计值与置信区间", lang)


def _draws_chart(estimate: Estimate) -> Any:
    import altair
    import pandas as pd

    draws = estimate.draws
    assert draws is not None  # asked for by plot_estimate
    bars = (
        altair.Chart(_records(altair, draws.dropna()))
        .mark_bar(color="#9bb")
        .encode(x=altair.X("did:Q", bin=altair.Bin(maxbins=40), title="placebo / 安慰剂估计值"), y="count()")
    )
    found = pd.DataFrame({"estimate": [float(estimate.table["estimate"].iloc[0])]})
    line = altair.Chart(found).mark_rule(color="#c33", size=2).encode(x="estimate:Q")
    return _sized(altair.layer(bars, line), f"{estimate.options.y}: {estimate.options.label}")


def _terms_chart(estimate: Estimate) -> Any:
    import altair
    import pandas as pd

    rows = estimate.table[~estimate.table["term"].isin([*estimate.options.controls, "constant"])]
    data = rows[["term", "estimate", "ci_low", "ci_high"]]
    axis = altair.Y("term:N", sort=None, title=None)
    value = altair.X("estimate:Q", title=_interval_words(estimate.options.level))
    zero = altair.Chart(pd.DataFrame({"zero": [0]})).mark_rule(color="#888").encode(x="zero:Q")
    chart = altair.layer(zero, _intervals(_chart(altair, data), value, axis, "y"))
    return chart.properties(width=WIDTH, title=f"{estimate.options.y}: {estimate.options.label}")


def _chart(altair: Any, data: pd.DataFrame) -> Any:
    return altair.Chart(_records(altair, data))


def _records(altair: Any, data: pd.DataFrame) -> Any:
    """Rows as they are: a plot of more than 5,000 draws is refused otherwise."""
    return altair.Data(values=json.loads(data.to_json(orient="records", double_precision=15)))


def _sized(chart: Any, title: str) -> Any:
    return chart.properties(width=WIDTH, height=HEIGHT, title=title)
