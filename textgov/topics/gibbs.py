"""Collapsed Gibbs sampling for latent Dirichlet allocation, with or without seeded topics.

The base model of Eshima, Imai and Sasaki (2024), "Keyword-Assisted Topic Models", AJPS 68(2), doi 10.1111/ajps.12779:
a word of a seeded topic comes with probability pi from the distribution over the topic's seed terms, else from its
distribution over all terms; the other topics, the residual ones, have only the latter. Without seeded topics it is
LDA (Griffiths and Steyvers 2004). Four things differ
from the R package keyATM: pi can have a least value (below), topic and kind of a word are drawn together, the Dirichlet
weights of the topics stay fixed (estimated, the shares of seeded topics grow with the chain), and words are not
weighted. The chain starts from non-negative matrix factorisation, because from a random start it merges topics: of 20
planted topics it found 17 to 20, from this start all, on every corpus tried.

A rare topic is overrun by a frequent neighbour when nothing holds pi: on the work reports, digital government became
administrative reform, with one seed word in a hundred. One of two anchors holds it:

- ``share``: pi has a least value. While the chain warms up, the plain words of a topic that falls below it are made
  less likely until it does not (a constraint on the posterior, as in Ganchev, Graca, Gillenwater and Taskar 2010);
  then this factor stays.
- ``rows``: a seeded topic stands only in rows that hold one of its seeds, as the labels of a text limit its topics in
  Labeled LDA (Ramage, Hall, Nallapati and Manning 2009). It takes the words that make these rows different from all
  others, for which the residual topics answer; rows must be short (sentences), so that most have no seed.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from scipy.sparse import csr_array

# Priors of keyATM: seed terms within their list; the two kinds of words of a seeded topic (Beta(1, 1)).
SEED_WEIGHT = 0.1
# Of the gap between the logarithms of the odds that are found and wanted, so much is closed after a sweep.
STEP = 0.5
# Topics are averaged over the last third of the chain, one state in five.
KEPT_SHARE, KEPT_STEP = 3, 5
# Of the starting distributions this share is spread evenly, so that every word has a place.
EVEN = 1e-3
# With the anchor ``rows`` a seeded topic weighs so much more than another in the rows where it may stand: what holds a
# seed is mostly about the matter. Found with halves of the lexicon of digital government (``docs/topics.md``).
ROW_WEIGHT = 5.0
# A list of seeds of which one rough topic holds half is that topic.
PURE = 0.5
# The factorisation is only a start: its rounding makes it the same where linear algebra differs in the last digits.
START_DIGITS, START_ROUNDS = 6, 100


@dataclass(frozen=True, slots=True)
class Chain:
    """Topics, passes, Dirichlet weights (of topics in a row, of terms in a topic), seed, the least pi, the anchor."""

    n_topics: int
    sweeps: int
    alpha: float
    eta: float
    seed: int
    seed_share: float | None = None
    by_rows: bool = False


class Sampled(NamedTuple):
    """Topics x terms, and for the seeded topics the share pi of their words that come from the seed list."""

    topics: NDArray[np.float64]
    seed_shares: NDArray[np.float64]


def sample_topics(counts: csr_array, chain: Chain, seeds: Sequence[Sequence[int]] = ()) -> Sampled:
    """Topics of a matrix of counts.

    Parameters
    ----------
    counts : csr_array, rows x V, integers
        No row is empty.
    chain : Chain
    seeds : sequence of lists of columns
        One seeded topic each; these come first among the topics.

    Returns
    -------
    Sampled
        Averages over the last third of the chain; a seeded topic is the mixture of its two distributions.
    """
    from textgov.topics import kernels

    width, n_seeded = counts.shape[1], len(seeds)
    draw = np.random.Generator(np.random.PCG64(chain.seed))
    is_key = np.zeros((width, n_seeded), dtype=np.bool_)
    for topic, columns in enumerate(seeds):
        is_key[list(columns), topic] = True
    any_key = np.asarray(is_key.any(axis=1))
    keys = (is_key, any_key, is_key.sum(axis=0).astype(float))
    alpha = np.full(chain.n_topics, chain.alpha)
    shut = np.zeros((0, n_seeded), dtype=np.bool_)
    if chain.by_rows:
        alpha[:n_seeded] *= ROW_WEIGHT
        shut = np.asarray(counts.astype(float) @ is_key.astype(float)) == 0
    tokens = np.repeat(counts.indices.astype(np.int32), counts.data)
    starts = np.concatenate([[0], np.cumsum(np.asarray(counts.sum(axis=1)).ravel())]).astype(np.int64)
    topic_of = _start(counts, (tokens, starts), chain, is_key, shut, draw)
    seeded_of = any_key[tokens]
    topic_of[seeded_of] = is_key[tokens[seeded_of]].argmax(axis=1) if n_seeded else 0
    tables = _tally(tokens, starts, topic_of, seeded_of, (chain.n_topics, n_seeded, width))
    held = np.ones(n_seeded)
    priors = (alpha, chain.eta, SEED_WEIGHT, held)
    topics, share, kept = np.zeros((chain.n_topics, width)), np.zeros(n_seeded), 0
    first = chain.sweeps - max(chain.sweeps // KEPT_SHARE, 1)
    for number in range(chain.sweeps):
        kernels.sweep(tokens, starts, draw.random(len(tokens)), (topic_of, seeded_of), tables, keys, priors, shut)
        if chain.seed_share is not None and not chain.by_rows and number < first:
            _hold_back(held, chain.seed_share, tables)
        if number >= first and (chain.sweeps - 1 - number) % KEPT_STEP == 0:
            now = _state(tables, keys, chain)
            topics, share, kept = topics + now.topics, share + now.seed_shares, kept + 1
    return Sampled(topics / kept, share / kept)


def _hold_back(held: NDArray[np.float64], seed_share: float, tables: Tables) -> None:
    """Make plain words of a seeded topic less likely where seed words have less than their share."""
    _, _, plain_total, _, keyed_total = tables
    found = (plain_total[: len(held)] + 1) / (keyed_total + 1)
    held[:] = np.minimum(held * np.exp(STEP * np.log((1 / seed_share - 1) / found)), 1)


Tables = tuple["NDArray[np.float64]", ...]


def _state(
    tables: Tables, keys: tuple[NDArray[np.bool_], NDArray[np.bool_], NDArray[np.float64]], chain: Chain
) -> Sampled:
    _, plain, plain_total, keyed, keyed_total = tables
    is_key, _, sizes = keys
    topics = ((plain + chain.eta) / (plain_total + chain.eta * len(plain))).T
    share = (keyed_total + 1) / (plain_total[: len(sizes)] + keyed_total + 2)
    listed = ((keyed + SEED_WEIGHT * is_key) / (keyed_total + SEED_WEIGHT * sizes)).T
    topics[: len(sizes)] = share[:, None] * listed + (1 - share[:, None]) * topics[: len(sizes)]
    return Sampled(topics, share)


def _tally(
    tokens: NDArray[np.int32],
    starts: NDArray[np.int64],
    topic_of: NDArray[np.int32],
    seeded_of: NDArray[np.bool_],
    sizes: tuple[int, int, int],
) -> Tables:
    """Counts by row and topic, by term and topic for plain and for seeded words, and the totals of these."""
    size, n_seeded, width = sizes
    row_of = np.repeat(np.arange(len(starts) - 1), np.diff(starts))
    in_row = np.bincount(row_of * size + topic_of, minlength=(len(starts) - 1) * size)
    found = []
    for kind, breadth in ((~seeded_of, size), (seeded_of, n_seeded)):
        cells = tokens[kind].astype(np.int64) * breadth + topic_of[kind]
        found.append(np.bincount(cells, minlength=width * breadth).reshape(width, breadth).astype(float))
    plain, keyed = found
    return in_row.reshape(-1, size).astype(float), plain, plain.sum(axis=0), keyed, keyed.sum(axis=0)


def _start(
    counts: csr_array,
    words_of: tuple[NDArray[np.int32], NDArray[np.int64]],
    chain: Chain,
    is_key: NDArray[np.bool_],
    shut: NDArray[np.bool_],
    draw: np.random.Generator,
) -> NDArray[np.int32]:
    """A first topic for every word, drawn from a rough model of the rows."""
    from textgov.topics import kernels

    n_seeded, (tokens, starts) = is_key.shape[1], words_of
    if len(shut):
        inside = (~shut).T.astype(float) @ counts.astype(float)
        rough = np.vstack([normal_rows(inside), factor_topics(counts, chain.n_topics - n_seeded, chain.seed)])
    elif n_seeded:
        rough = _seeds_first(counts, chain, is_key)
    else:
        rough = factor_topics(counts, chain.n_topics, chain.seed)
    words = np.ascontiguousarray(((1 - EVEN) * rough + EVEN / counts.shape[1]).T)
    shares = np.zeros((counts.shape[0], chain.n_topics))
    prior = np.full(chain.n_topics, chain.alpha)
    kernels.fold_in(counts.indptr, counts.indices, counts.data.astype(float), words, prior, (1e-3, 20), shares)
    if len(shut):
        shares[:, :n_seeded][shut] = 0
    topic_of = np.zeros(len(tokens), dtype=np.int32)
    kernels.first_topics(tokens, starts, shares, words, draw.random(len(tokens)), topic_of)
    return topic_of


def factor_topics(counts: csr_array, n_topics: int, seed: int) -> NDArray[np.float64]:
    """Rough topics by non-negative matrix factorisation of tf-idf weights; rows sum to 1."""
    import warnings

    from sklearn.decomposition import NMF
    from sklearn.exceptions import ConvergenceWarning
    from sklearn.feature_extraction.text import TfidfTransformer

    weights = TfidfTransformer().fit_transform(counts.astype(float))
    # The start by singular values takes no more topics than the matrix has rows and columns.
    start = "nndsvda" if n_topics <= min(counts.shape) else "random"
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        found = NMF(n_topics, init=start, random_state=seed, max_iter=START_ROUNDS).fit(weights).components_
    return np.round(normal_rows(found), START_DIGITS)


def _seeds_first(counts: csr_array, chain: Chain, is_key: NDArray[np.bool_]) -> NDArray[np.float64]:
    """Rough topics with one for each list of seeds in front.

    A list of which one rough topic holds half is that topic. Any other list starts from its terms alone, beside the
    topics of a factorisation that leaves it a place: words around the terms would bring its frequent neighbour along.
    """
    weight = is_key * np.asarray(counts.sum(axis=0), dtype=float).ravel()[:, None]
    alone = normal_rows(weight.T)
    rough = factor_topics(counts, chain.n_topics, chain.seed)
    topic, held = _holders(rough, weight)
    pure = held >= PURE
    if not pure.all():
        rough = factor_topics(counts, chain.n_topics - int((~pure).sum()), chain.seed)
        topic, _ = _holders(rough, weight[:, pure])
    alone[pure] = rough[topic]
    return np.vstack([alone, np.delete(rough, topic, axis=0)])


def _holders(rough: NDArray[np.float64], weight: NDArray[np.float64]) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """For each list of seeds the topic that has the most of its words, no topic twice, and how much that is."""
    from scipy.optimize import linear_sum_assignment

    by_topic = rough / np.maximum(rough.sum(axis=0), np.finfo(float).tiny)
    held = (by_topic @ weight) / np.maximum(weight.sum(axis=0), 1)
    topics, lists = linear_sum_assignment(-held)
    order = np.argsort(lists)
    return topics[order], held[topics[order], lists[order]]


def normal_rows(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Rows that sum to 1; a row of zeros becomes even."""
    total = values.sum(axis=1, keepdims=True)
    even = np.full_like(values, 1 / values.shape[1])
    found: NDArray[np.float64] = np.where(total > 0, values / np.where(total > 0, total, 1), even)
    return found
