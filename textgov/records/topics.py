"""Topic models: topics x terms as plain arrays, whatever fitted them."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from textgov.errors import RecordError
from textgov.records.html import summary_html

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

# Rows of shares sum to 1 but for the rounding of the sum.
ROUNDING = 1e-9
SHOWN_WORDS = 10  # of a topic in a notebook


@dataclass(frozen=True, slots=True, eq=False)
class TopicModel:
    """K topics over V terms; topics are ordered by their share, the largest first, and keep their ids everywhere.

    Parameters
    ----------
    method : str
        What fitted it (`textgov.topics.METHODS`).
    vocabulary : tuple of str, length V
    topics : array, K x V
        Share of each term in each topic; rows sum to 1.
    prior : array, K
        Dirichlet weights of the topics of a document, in words; what `assign_topics` starts from.
    shares : array, K
        Share of each topic in the words that the model was fitted to; falling, sum 1.
    counts : array, V
        How often each term occurs there.
    labels : tuple of str, length K
        Name of the list of seed terms behind a topic, "" for a topic without one.
    seed : int
    settings : mapping
        All that decides the result, but the terms themselves.
    facts : mapping
        What was found on the way: documents, words, log likelihood a word.
    periods : tuple of str, length P
        For a model whose topics change their words, the periods; else empty.
    period_topics : array, P x K x V, optional
        The topics of each period; rows sum to 1.
    """

    method: str
    vocabulary: tuple[str, ...]
    topics: NDArray[np.float64]
    prior: NDArray[np.float64]
    shares: NDArray[np.float64]
    counts: NDArray[np.float64]
    labels: tuple[str, ...]
    seed: int
    settings: Mapping[str, Any] = field(default_factory=dict)
    facts: Mapping[str, Any] = field(default_factory=dict)
    periods: tuple[str, ...] = ()
    period_topics: NDArray[np.float64] | None = None

    def __post_init__(self) -> None:
        size, width = self.topics.shape
        if len(self.vocabulary) != width or len(self.counts) != width or len(set(self.vocabulary)) != width:
            raise self._bad("the vocabulary does not fit the topics")
        if not len(self.prior) == len(self.shares) == len(self.labels) == size:
            raise self._bad("prior, shares and labels do not fit the topics")
        if (abs(self.topics.sum(axis=1) - 1) > ROUNDING).any() or abs(self.shares.sum() - 1) > ROUNDING:
            raise self._bad("the rows do not sum to 1")
        if (self.topics < 0).any() or (self.prior <= 0).any() or (self.shares[1:] > self.shares[:-1]).any():
            raise self._bad("a negative share, or topics out of order")
        if self.period_topics is not None and self.period_topics.shape != (len(self.periods), size, width):
            raise self._bad("the topics of the periods do not fit the periods")

    def _bad(self, detail: str) -> RecordError:
        return RecordError("record_bad", what="TopicModel", detail=detail)

    def __len__(self) -> int:
        return len(self.labels)

    def __repr__(self) -> str:
        return f"<TopicModel {self.method}: {len(self)} topics x {len(self.vocabulary)} terms, seed {self.seed}>"

    def _repr_html_(self) -> str:
        import numpy as np

        rows = []
        for at, name in enumerate(self.names):
            order = np.argsort(-self.topics[at], kind="stable")[:SHOWN_WORDS]
            words = " ".join(self.vocabulary[word] for word in order)
            rows.append((f"{name} {self.labels[at]}".strip(), f"{100 * float(self.shares[at]):.2f} %  {words}"))
        return summary_html(f"TopicModel {self.method}, {len(self.vocabulary):,} terms, seed {self.seed}", rows)

    @property
    def names(self) -> tuple[str, ...]:
        """Ids of the topics: ``tp01``, ``tp02`` ..., the largest first; the same in every table and file."""
        return topic_names(len(self))

    @property
    def vocabulary_hash(self) -> str:
        """First 16 hex digits of the SHA-256 of the vocabulary in its order."""
        return hashlib.sha256("\n".join(self.vocabulary).encode()).hexdigest()[:16]


def topic_names(size: int) -> tuple[str, ...]:
    """Ids of so many topics, all of one width.

    Examples
    --------
    >>> topic_names(3)
    ('tp01', 'tp02', 'tp03')
    """
    width = max(2, len(str(size)))
    return tuple(f"tp{number:0{width}d}" for number in range(1, size + 1))
