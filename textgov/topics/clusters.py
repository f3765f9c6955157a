"""Topics as clusters of sentence vectors, by BERTopic (Grootendorst 2022, arXiv 2203.05794) and a model of the user.

Nothing is downloaded: the encoder is a folder on this machine, or any object that turns texts into vectors. What comes
out is a model like those of all other methods: the words of each cluster become a topic, and shares are found by
`textgov.topics.assign_topics`. Rows that BERTopic leaves outside all clusters make a topic of their own.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np

from textgov.errors import TopicError, UsageError
from textgov.optional import need
from textgov.records import Features, TopicModel
from textgov.topics.engines import Fit
from textgov.topics.fit import TopicOptions, check_terms, choose_rows, ordered_model, whole_counts

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from scipy.sparse import csr_array

CLUSTERS = "bertopic"
OUTSIDE = "outside"  # label of the topic of the rows that are in no cluster
# The defaults of BERTopic, written down because they decide the result.
NEIGHBOURS, DIMENSIONS, LEAST_ROWS = 15, 5, 10


class Encoder(Protocol):
    """Turns texts into vectors, as the models of sentence-transformers do."""

    def encode(self, sentences: list[str]) -> NDArray[np.float32]:
        """One vector a text."""
        ...


def open_encoder(folder: Path | str) -> Encoder:
    """A sentence model in a folder of this machine.

    Raises
    ------
    UsageError
        There is no such folder: nothing is downloaded.
    ExtraError
        The extra ``embeddings`` is not installed.
    """
    if not Path(folder).is_dir():
        detail = "give the folder of a sentence-transformers model on this machine; nothing is downloaded"
        raise UsageError("option_bad", name="encoder", value=folder, detail=detail)
    found: Encoder = need("sentence_transformers").SentenceTransformer(str(folder), local_files_only=True)
    return found


def cluster_topics(
    terms: Features,
    texts: Sequence[str],
    encoder: Encoder,
    n_topics: int = 20,
    *,
    seed: int = 1,
    options: TopicOptions | None = None,
) -> TopicModel:
    """Fit topics to clusters of texts.

    Parameters
    ----------
    terms : Features
        Counts of the words of every row, from `count_terms` and `trim_terms`.
    texts : sequence of str
        The text of every row.
    encoder : Encoder
        See `open_encoder`.
    n_topics : int
        Clusters, at most; the rows outside all clusters make one more.
    seed : int
        Of UMAP, which runs on one thread. The vectors are the encoder's: they may differ from machine to machine.
    options : TopicOptions, optional
        ``max_rows`` and ``alpha`` are used.

    Raises
    ------
    TopicError
        As `fit_topics`; also when no cluster is found.
    UsageError
        Not one text a row.
    """
    options = options or TopicOptions()
    if len(texts) != len(terms):
        raise UsageError("option_bad", name="texts", value=len(texts), detail=f"{len(terms)} rows need a text each")
    rows = choose_rows(terms, seed, options.max_rows)
    check_terms(terms, rows, n_topics)
    counts = whole_counts(terms.values[rows])
    words = [" ".join(terms.names[column] for column in counts[[at]].indices) for at in range(len(rows))]
    vectors = np.asarray(encoder.encode([texts[row] for row in rows]), dtype=np.float32)
    cluster = _clusters(words, vectors, n_topics, seed)
    numbers = sorted(set(cluster) - {-1})
    if not numbers:
        raise TopicError("topics_no_cluster", n=len(rows))
    outside = [-1] if -1 in cluster else []
    topics = np.array([_words_of(counts, cluster == number) for number in (*outside, *numbers)])
    settings = {"method": CLUSTERS, "seed": seed, "n_topics": n_topics, "alpha": options.alpha}
    settings |= {"max_rows": options.max_rows, "umap": [NEIGHBOURS, DIMENSIONS], "hdbscan": LEAST_ROWS}
    return ordered_model(terms.names, counts, Fit(topics), tuple(OUTSIDE for _ in outside), settings)


def _words_of(counts: csr_array, inside: NDArray[np.bool_]) -> NDArray[np.float64]:
    return np.asarray(counts[np.flatnonzero(inside)].sum(axis=0), dtype=float).ravel()


def _clusters(words: list[str], vectors: NDArray[np.float32], n_topics: int, seed: int) -> NDArray[np.int64]:
    """The cluster of each row, -1 for none."""
    neighbours = min(NEIGHBOURS, len(words) - 1)
    reducer: Any = need("umap").UMAP(
        n_neighbors=neighbours, n_components=DIMENSIONS, min_dist=0.0, metric="cosine", random_state=seed, n_jobs=1
    )
    groups = need("hdbscan").HDBSCAN(min_cluster_size=LEAST_ROWS, core_dist_n_jobs=1)
    model = need("bertopic").BERTopic(
        language="multilingual",
        min_topic_size=LEAST_ROWS,
        nr_topics=n_topics + 1,  # its topics count the rows outside, number -1
        umap_model=reducer,
        hdbscan_model=groups,
    )
    found, _ = model.fit_transform(words, embeddings=vectors)
    return np.asarray(found, dtype=np.int64)
