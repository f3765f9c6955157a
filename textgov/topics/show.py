"""A topic model as a table to read in a terminal."""

from __future__ import annotations

from textgov.records import TopicModel
from textgov.topics.words import top_words


def show_topics(model: TopicModel, n_words: int = 10) -> str:
    """The settings of a model, and a line for each topic: id, share, label, most probable words.

    Examples
    --------
    >>> from textgov.topics.builtin import read_topics
    >>> print(show_topics(read_topics("demo"), 3).splitlines()[0].partition(",")[0])
    seeded: 12 topics
    """
    facts = ", ".join(f"{model.facts[name]:,} {name}" for name in ("rows", "words") if name in model.facts)
    lines = [f"{model.method}: {len(model)} topics, {len(model.vocabulary):,} terms, seed {model.seed}; {facts}"]
    width = max(map(len, model.labels))
    for at, words in enumerate(top_words(model, n_top=max(n_words, 1))):
        label = f"{model.labels[at]:<{width}}  " if width else ""
        lines.append(f"{model.names[at]}  {model.shares[at]:6.1%}  {label}{' '.join(words)}")
    return "\n".join(lines)
