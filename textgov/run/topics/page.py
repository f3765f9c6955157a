"""The page about the topics of a model: what each is about, where, when, and how far it can be trusted."""

from __future__ import annotations

import html
import math
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from textgov.records import TopicModel
from textgov.topics.words import topic_titles

if TYPE_CHECKING:
    import pandas as pd

PASSAGES, CORRELATED = 3, 3  # of each topic on the page; the tables have more
NOTE = """\
- share: of all words the model was fitted to / 占全部词的比例
- FREX, relevance: words that are frequent in the topic and rare outside / 主题中常见而其他主题少见的词
- NPMI, c_v: whether the top words occur together / 高频词是否共现
- exclusivity: whether the top words belong to this topic alone / 高频词是否为该主题独有
- boilerplate: nearly every document has a passage of it in the same words / 套话：几乎每份文档都有，且用词雷同
- twin: another topic uses nearly the same words / 孪生主题：另一主题用词几乎相同
"""


def topics_page(model: TopicModel, tables: Mapping[str, pd.DataFrame]) -> str:
    """The page in Markdown."""
    topics = tables["topics.csv"].set_index("topic")
    lines = [
        f"# Topics / 主题: {model.method}, K = {len(model)}, seed {model.seed}",
        "",
        NOTE,
        "| topic | share | NPMI | c_v | exclusivity | flags |",
        "| --- | --- | --- | --- | --- | --- |",
    ]
    titles = dict(zip(model.names, topic_titles(model), strict=True))
    for name, title in titles.items():
        row = topics.loc[name].to_dict()
        figures = " | ".join(_number(row[key]) for key in ("share", "npmi", "c_v", "exclusivity"))
        lines.append(f"| {name} {title} | {figures} | {_flags(row)} |")
    for name, title in titles.items():
        lines += ["", f"## {name} {title}", "", *_topic_lines(name, topics.loc[name].to_dict(), tables)]
    return "\n".join(lines) + "\n"


def _topic_lines(name: str, row: Mapping[Any, Any], tables: Mapping[str, pd.DataFrame]) -> list[str]:
    import pandas as pd

    lines = [
        f"- words / 词: {row['top_words']}",
        f"- FREX: {row['frex_words']}",
        f"- relevance / 相关度: {row['relevance_words']}",
    ]
    if flags := _flags(row):
        lines.append(f"- flags / 标记: {flags}")
    years = tables["topic_years.csv"]
    years = years[years["topic"] == name]
    if len(years):
        first, last = years.iloc[0], years.iloc[-1]
        lines.append(f"- by year / 按年: {_year(first)} … {_year(last)}")
    rates = tables["lexicon_correlation.csv"]
    rates = rates[(rates["topic"] == name) & rates["correlation"].notna()]
    ranked = rates.sort_values(["correlation", "column"], ascending=[False, True]).head(CORRELATED)
    if len(ranked):
        pairs = ", ".join(f"{one['column']} {one['correlation']:.2f}" for one in ranked.to_dict("records"))
        lines.append(f"- correlation with rates / 与关键词频率的相关: {pairs}")
    passages = tables["typical.csv"]
    for one in passages[passages["topic"] == name].head(PASSAGES).to_dict("records"):
        year = "" if pd.isna(one["year"]) else one["year"]
        text, city = (html.escape(str(one[key]), quote=False) for key in ("text", "city"))  # no markup in Markdown
        lines += ["", f"> {text}", ">", f"> — {city} {year} ({one['share']:.2f})"]
    return lines


def _flags(row: Mapping[Any, Any]) -> str:
    flags = ["boilerplate / 套话"] if row["boilerplate"] else []
    return "; ".join([*flags, *([f"twin / 孪生: {row['twin']}"] if row["twin"] else [])])


def _year(row: Mapping[str, Any] | pd.Series[Any]) -> str:
    within = "" if math.isnan(row["low"]) else f" [{row['low']:.3f}, {row['high']:.3f}]"
    return f"{int(row['year'])}: {row['share']:.3f}{within}"


def _number(value: float) -> str:
    return "" if math.isnan(value) else f"{value:.3f}"
