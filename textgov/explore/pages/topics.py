"""The topic browser: all topics of a model, and one of them with words, trend and typical passages."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from textgov.errors import UsageError
from textgov.explore.chart import Curve
from textgov.explore.pages.site import Answer, Page, Query, Site, Table
from textgov.explore.topics import WEIGHT, TopicFiles, plain, ranked, relevance
from textgov.report.heads import head_of

if TYPE_CHECKING:
    import pandas as pd

SHOWN_WORDS = 30
TOLD = ("topic", "label", "share", "boilerplate", "twin", "top_words", "frex_words", "relevance_words", "shown_words")
FEW = 12  # words of a topic in the list
STRONGEST = 10  # correlations with columns of the panel


def list_topics(site: Site, query: Query) -> Answer:
    """The models of the run, and the topics of one of them."""
    models = site.holdings.topic_models
    name = query.get("model") or next(iter(models), "")
    model = _model(site, name) if models else None
    rows = [_row(model, row) for row in model.topics.to_dict("records")] if model else []
    others = [str(one) for one in model.topics.columns if one not in TOLD] if model else []
    columns = [(one, head_of(one).of(query.lang)) for one in others]
    return Page("topics", {"models": list(models), "model": name, "rows": rows, "columns": columns})


def _row(model: TopicFiles, row: dict[Any, Any]) -> dict[str, Any]:
    found = {str(name): plain(value) for name, value in row.items()}
    words = [one["word"] for one in ranked(model.words(str(row["topic"])), WEIGHT, FEW)]
    listed = str(found.get("top_words") or "").split()
    missing = {"label": "", "share": None, "boilerplate": None, "twin": None}
    return {**missing, **found, "shown_words": words or listed[:FEW], "top_words": listed}


def show_topic(site: Site, query: Query) -> Answer:
    """One topic."""
    model, topic = _asked(site, query)
    at = model.names.index(topic)
    row = _row(model, model.topics.iloc[at].to_dict())
    weight = _weight(query)
    years = model.of("topic_years", topic)
    values = {int(one["year"]): float(one["share"]) for one in years if one["share"] is not None}
    band = {
        int(one["year"]): (float(one["low"]), float(one["high"]))
        for one in years
        if one.get("low") is not None and one.get("high") is not None
    }
    words = model.words(topic)
    names, numbers = model.names, site.holdings.index.numbers
    return Page(
        "topic",
        {
            "model": model.name,
            "topic": topic,
            "row": row,
            "facts": [(head_of(name).of(query.lang), value) for name, value in row.items() if name not in TOLD],
            "words": [one | {"relevance": relevance(one, weight)} for one in ranked(words, weight, SHOWN_WORDS)],
            "all_words": [[one["word"], one["log_p"], one["log_lift"], one.get("probability")] for one in words],
            "shown": SHOWN_WORDS,
            "weight": weight,
            "years": years,
            "curves": [Curve("", values, band)] if values else [],
            "typical": [one | {"document": numbers.get(str(one.get("doc_id")))} for one in model.of("typical", topic)],
            "correlations": _strongest(model.of("lexicon_correlation", topic)),
            "before": names[at - 1] if at else None,
            "after": names[at + 1] if at + 1 < len(names) else None,
        },
    )


def _strongest(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    known = [row for row in rows if row.get("correlation") is not None]
    return sorted(known, key=lambda row: -abs(row["correlation"]))[:STRONGEST]


def topic_table(site: Site, query: Query) -> Answer:
    """The words of a topic by relevance."""
    import pandas as pd

    model, topic = _asked(site, query)
    weight = _weight(query)
    words = ranked(model.words(topic), weight, len(model.tables["topic_words"]))
    frame: pd.DataFrame = pd.DataFrame([one | {"relevance": relevance(one, weight), "weight": weight} for one in words])
    return Table(f"{topic}-words.csv", frame)


def _weight(query: Query) -> float:
    try:
        weight = float(query.get("weight") or WEIGHT)
    except ValueError:
        weight = WEIGHT
    return weight if 0 <= weight <= 1 else WEIGHT


def _model(site: Site, name: str) -> TopicFiles:
    model = site.holdings.topic_models.get(name)
    if model is None:
        raise UsageError("option_bad", name="model", value=name, detail="the run has no such topic model")
    return model


def _asked(site: Site, query: Query) -> tuple[TopicFiles, str]:
    model, topic = _model(site, query.path["model"]), query.path["topic"]
    if topic not in model.names:
        raise UsageError("option_bad", name="topic", value=topic, detail="the model has no such topic")
    return model, topic
