"""Policy authority: how much weight the form and the issuer give to a document.

The scores for national documents follow the reading of policy strength by Peng, Zhong and Sun (2008, Management World
4) from 5, a law, to 1, a notice; the scale for other levels, from 5, a local regulation, to 1, a department document,
is the proposal of this project. Both are data (``policy_authority.csv``); the first rule that fits decides.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Sequence
from functools import cache
from importlib import resources
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from textgov.records import Document

if TYPE_CHECKING:
    from numpy.typing import NDArray


class AuthorityRule(NamedTuple):
    """A field of a document that fits an expression has a score; ``scale`` names where the rule comes from."""

    scale: str
    level: str
    field: str
    pattern: re.Pattern[str]
    score: int
    meaning: str


@cache
def authority_rules() -> tuple[AuthorityRule, ...]:
    """The rules of the packaged scale, in the order in which they are tried."""
    text = (resources.files("textgov") / "data" / "policy_authority.csv").read_text("utf-8")
    return tuple(
        AuthorityRule(
            row["scale"], row["level"], row["field"], re.compile(row["pattern"]), int(row["score"]), row["meaning"]
        )
        for row in csv.DictReader(text.splitlines())
    )


def authority_of(document: Document) -> int:
    """Authority score of a document, 1 to 5.

    Returns
    -------
    int
        0 where no rule gives a score: work reports, and documents of which neither form nor number is known.

    Examples
    --------
    >>> from textgov.spans import Spans
    >>> notice = Document("a", "", "", Spans.identity(), level="prefecture", doc_number="包府办发〔2022〕43号")
    >>> authority_of(notice)
    2
    """
    for rule in authority_rules():
        if rule.level in ("*", document.level) and rule.pattern.search(getattr(document, rule.field)):
            return rule.score
    return 0


def authority_scores(documents: Sequence[Document]) -> NDArray[np.int64]:
    """Authority scores of documents, in their order."""
    return np.array([authority_of(document) for document in documents], dtype=np.int64).reshape(len(documents))
