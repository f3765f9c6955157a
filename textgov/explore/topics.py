"""Topic models of a run, as their files tell of them: nothing is computed anew and no topic gets another number."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from textgov.errors import StoreError

if TYPE_CHECKING:
    import pandas as pd

TOPICS, LIST = "topics", "topics.csv"
FILES = ("topic_words", "topic_years", "typical", "twins", "lexicon_correlation")
WEIGHT = 0.6  # of the probability in the relevance of a word, as Sievert and Shirley (2014) found it


class TopicFiles:
    """The files of one model: ``RUN/topics/<name>/``; those that are missing are empty tables."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.name = folder, folder.name

    @cached_property
    def topics(self) -> pd.DataFrame:
        """One row a topic, as in ``topics.csv``."""
        return _read(self.folder / LIST)

    @cached_property
    def tables(self) -> dict[str, pd.DataFrame]:
        """The other tables by their names."""
        return {name: _read(self.folder / f"{name}.csv") for name in FILES}

    @property
    def names(self) -> list[str]:
        """The topics, by the model's own numbers."""
        return [str(name) for name in self.topics["topic"]]

    def of(self, table: str, topic: str) -> list[dict[str, Any]]:
        """The rows of a table that are about a topic."""
        frame = self.tables[table]
        if "topic" not in frame:
            return []
        kept = frame[frame["topic"].astype(str) == topic]
        return [{str(name): plain(value) for name, value in row.items()} for row in kept.to_dict("records")]

    def words(self, topic: str) -> list[dict[str, Any]]:
        """The words of a topic, with ``log_p`` and ``log_lift``."""
        return [row for row in self.of("topic_words", topic) if {"word", "log_p", "log_lift"} <= row.keys()]


def find_topics(run: Path) -> dict[str, TopicFiles]:
    """The models of a run by the names of their folders."""
    folders = sorted(path.parent for path in (run / TOPICS).glob(f"*/{LIST}"))
    return {folder.name: TopicFiles(folder) for folder in folders}


def relevance(row: dict[str, Any], weight: float) -> float:
    """How much a word tells of a topic: the weight times log p(word | topic), the rest times the log of its lift.

    Source: Sievert and Shirley (2014), LDAvis.
    """
    found: float = weight * row["log_p"] + (1 - weight) * row["log_lift"]
    return found


def ranked(rows: Sequence[dict[str, Any]], weight: float, n: int) -> list[dict[str, Any]]:
    """The most relevant words first, equal ones in the order of the file.

    Examples
    --------
    >>> rows = [{"word": "政府", "log_p": -2.0, "log_lift": 0.1}, {"word": "电子政务", "log_p": -5.0, "log_lift": 3.0}]
    >>> [[row["word"] for row in ranked(rows, weight, 1)] for weight in (1, 0)]
    [['政府'], ['电子政务']]
    """
    return sorted(rows, key=lambda row: -relevance(row, weight))[:n]


def plain(value: Any) -> Any:
    """A cell as a value of Python; missing ones are None."""
    import pandas as pd

    if pd.isna(value):
        return None
    return value.item() if hasattr(value, "item") else value


def _read(path: Path) -> pd.DataFrame:
    import pandas as pd

    if not path.is_file():
        return pd.DataFrame()
    try:
        texts = {"topic": str, "label": str, "word": str, "doc_id": str, "city": str, "text": str, "words": str}
        frame = pd.read_csv(path, encoding="utf-8-sig", dtype=texts, keep_default_na=False, na_values=[""])
    except (OSError, ValueError) as error:
        raise StoreError("store_bad", path=path, detail=str(error)) from None
    return frame
