"""The picture behind a choice of the number of topics (Altair)."""

from __future__ import annotations

import json
from typing import Any

from textgov.topics.choose import MEASURES, NAMES, Choice

WIDTH, HEIGHT, COLUMNS = 300, 170, 2
# Fonts with Chinese characters of Linux, Windows and macOS; a viewer takes the first that it has.
FONTS = "Noto Sans SC, Noto Sans CJK SC, Source Han Sans SC, Microsoft YaHei, PingFang SC, SimHei, sans-serif"


def choice_chart(choice: Choice) -> Any:
    """Each measure by the number of topics: a point a seed, a line through the means, a rule at what is recommended.

    Returns
    -------
    altair.ConcatChart
    """
    import altair

    shown = [name for name in (*MEASURES, "score") if choice.frame[name].notna().any()]
    panels = [_panel(choice, name) for name in shown]
    title = f"K = {choice.recommended}"
    chart = altair.concat(*panels, columns=COLUMNS).properties(title=f"{title} recommended / 推荐 {title}")
    return chart.configure(font=FONTS, background="#ffffff").configure_view(stroke="#cccccc")


def _panel(choice: Choice, name: str) -> Any:
    import altair

    title = " / ".join(NAMES[name]) if name in NAMES else "mean score / 平均得分"
    sizes = altair.X("k:Q", title="number of topics K / 主题数", scale=altair.Scale(zero=False, nice=False, padding=10))
    height = altair.Y("value:Q", title=None, scale=altair.Scale(zero=False))
    seeds = choice.frame[["k", "seed", name]].rename(columns={name: "value"})
    means: Any = seeds.groupby("k", as_index=False)["value"].mean()
    points = altair.Chart(_records(seeds)).mark_point(color="#888", opacity=0.6, size=18)
    line = altair.Chart(_records(means)).mark_line(color="#0072b2", strokeWidth=2, point=True)
    rule = altair.Chart(_rows([{"k": choice.recommended}])).mark_rule(color="#d55e00", strokeDash=[4, 3])
    layers = [rule.encode(x=sizes), points.encode(x=sizes, y=height), line.encode(x=sizes, y=height)]
    return altair.layer(*layers).properties(width=WIDTH, height=HEIGHT, title=title)


def _records(frame: Any) -> Any:
    return _rows(json.loads(frame.to_json(orient="records", double_precision=10)))


def _rows(values: list[dict[str, Any]]) -> Any:
    """Rows as they are, inside the chart."""
    import altair

    data: Any = altair.Data
    return data(values=values)
