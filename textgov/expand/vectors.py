"""Vectors of words, and how near each word is to the seeds."""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from itertools import pairwise
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

import numpy as np

from textgov.expand.options import VectorOptions
from textgov.expand.stream import Stream

if TYPE_CHECKING:
    from numpy.typing import NDArray

Kind = Literal["word2vec", "fasttext"]
# fastText's own two million buckets for parts of words are for spelled languages and take 800 MB; the 1- to 3-character
# parts of 60,000 Chinese words are fewer than 200,000.
BUCKETS = 100_000
LONGEST_PART = 3


class Vectors(NamedTuple):
    """A row a word of the vocabulary that is frequent enough: its number in the vocabulary, its vector."""

    numbers: NDArray[np.int64]
    matrix: NDArray[np.float32]


class Nearness(NamedTuple):
    """How near each row of a matrix is to some seeds, from -1 to 1."""

    mean: NDArray[np.float64]
    centroid: NDArray[np.float64]


def train_vectors(stream: Stream, kind: Kind, options: VectorOptions | None = None, seed: int = 1) -> Vectors:
    """Train vectors on the sentences of a corpus, with gensim, in one thread.

    Parameters
    ----------
    stream : Stream
    kind : {"word2vec", "fasttext"}
        word2vec: Mikolov, Chen, Corrado and Dean (2013), arXiv 1301.3781; fastText: Bojanowski, Grave, Joulin and
        Mikolov (2017), TACL 5, with parts of words of 1 to 3 characters.
    options : VectorOptions, optional
    seed : int
        The same words, options, seed and processor type give the same vectors, whatever ``PYTHONHASHSEED``.

    Returns
    -------
    Vectors
        By falling frequency; none if no word is frequent enough.
    """
    options = options or VectorOptions()
    counts = stream.counts
    frequent = np.flatnonzero(counts >= options.min_count)
    if not len(frequent):
        return Vectors(frequent, np.empty((0, options.size), dtype=np.float32))
    model = _model(kind, options, seed)
    # The vocabulary is given in an order of its own (frequency, then the word), so that nothing depends on the order of
    # the documents but the training itself.
    order = sorted(frequent.tolist(), key=lambda number: (-int(counts[number]), stream.words[number]))
    model.build_vocab_from_freq(
        {stream.words[number]: int(counts[number]) for number in order}, corpus_count=len(stream.documents)
    )
    lines = _Lines(stream, counts >= options.min_count)
    model.train(lines, total_examples=len(stream.documents), epochs=options.epochs)
    rows = [model.wv.key_to_index[stream.words[number]] for number in order]
    return Vectors(np.array(order), np.array(model.wv.vectors[rows], dtype=np.float32))


def _model(kind: Kind, options: VectorOptions, seed: int) -> Any:
    from gensim.models import FastText, Word2Vec

    given = {
        "vector_size": options.size,
        "window": options.window,
        "min_count": options.min_count,
        "epochs": options.epochs,
        "sg": int(options.skip_gram),
        "sample": options.subsample,
        "seed": seed,
        "workers": 1,
        "hashfxn": _hash,
    }
    if kind == "fasttext":
        return FastText(**given, bucket=BUCKETS, min_n=1, max_n=LONGEST_PART)
    return Word2Vec(**given)


def _hash(word: str) -> int:
    return zlib.crc32(word.encode("utf-8", "surrogatepass"))


class _Lines:
    """The sentences of a stream as lists of words, again and again."""

    def __init__(self, stream: Stream, frequent: NDArray[np.bool_]) -> None:
        self.stream, self.frequent = stream, frequent

    def __iter__(self) -> Iterator[list[str]]:
        words, tokens, ends = self.stream.words, self.stream.tokens, self.stream.sentences
        step = 20_000  # sentences that are lists at once
        for first in range(0, len(ends) - 1, step):
            edges = ends[first : first + step + 1]
            some = tokens[edges[0] : edges[-1]]
            kept = self.frequent[some]
            bounds = np.concatenate([[0], np.cumsum(kept)])[edges - edges[0]].tolist()
            spelled = [words[number] for number in some[kept].tolist()]
            for start, end in pairwise(bounds):
                yield spelled[start:end]


def nearness(matrix: NDArray[np.float32], seeds: NDArray[np.int64]) -> Nearness:
    """Cosine of every row with the seeds, which are rows too.

    ``mean`` is the mean of the cosines, in which every seed weighs the same; ``centroid`` is the cosine with the sum of
    the seeds' vectors as they are, in which a longer vector (of a word with a marked company) weighs more. With vectors
    of one length both put the words in the same order.
    """
    values = matrix.astype(np.float64)
    lengths = np.linalg.norm(values, axis=1)
    unit = values / np.where(lengths > 0, lengths, 1)[:, None]
    if not len(seeds):
        nothing = np.full(len(values), np.nan)
        return Nearness(nothing, nothing)
    middle = values[seeds].sum(axis=0)
    return Nearness(unit @ unit[seeds].mean(axis=0), unit @ (middle / max(float(np.linalg.norm(middle)), 1e-300)))
