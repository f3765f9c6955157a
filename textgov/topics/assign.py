"""Shares of topics in rows: the same whether rows come one by one, in shards or all at once.

The shares of a row are the maximum of its likelihood times a Dirichlet density with weights ``1 + prior``, found by
expectation-maximisation from the prior: theta_k is in proportion to prior_k plus the words expected from topic k. The
function has one maximum, so the start does not matter; sums run over the terms of the row in the model's order.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from textgov.errors import TopicError
from textgov.records import Features, Step, TopicModel

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from scipy.sparse import csr_array

# The shares of a row are found when they change by less than this in a round, all topics together.
TOLERANCE, ROUNDS = 1e-5, 200
# A corpus of the same kind as the model's has nearly all of its words in the model; below this it is another one.
LEAST_KNOWN = 0.1


def assign_topics(model: TopicModel, terms: Features) -> Features:
    """Shares of the topics of a model in every row.

    Parameters
    ----------
    model : TopicModel
    terms : Features
        From `count_terms`; terms that the model does not know are left out.

    Returns
    -------
    Features
        Rows x topics, rows sum to 1; a row without a known term has missing shares. ``lengths["n_terms"]`` has the
        number of known words, the weight of a row when shares are pooled.

    Raises
    ------
    TopicError
        Fewer than a tenth of the words are in the model's vocabulary: it was made from other texts or other words.
    """
    counts = match_vocabulary(model, terms)
    check_known(model, int(counts.sum()), int(terms.values.sum()))
    return _shares(model, terms, counts)


def share_rows(model: TopicModel, terms: Features) -> Features:
    """As `assign_topics`, for a part of a corpus: whether the words are those of the model is for the whole to say."""
    return _shares(model, terms, match_vocabulary(model, terms))


def _shares(model: TopicModel, terms: Features, counts: csr_array) -> Features:
    from scipy.sparse import csr_array

    shares = fold_rows(counts, model.topics, model.prior)
    known = np.asarray(counts.sum(axis=1)).ravel().astype(np.int64)
    shares[known == 0] = np.nan
    step = Step("topics", "assign", {"method": model.method, "topics": len(model), "seed": model.seed})
    lengths = {**terms.lengths, "n_terms": known}
    history = (*terms.history, step)
    return Features(terms.doc_ids, model.names, csr_array(shares), lengths, history=history, parents=terms.parents)


def check_known(model: TopicModel, known: int, total: int) -> None:
    """Refuse a model of other words than those of a corpus.

    Raises
    ------
    TopicError
        Fewer than a tenth of its words are in the model's vocabulary.
    """
    if total and known < LEAST_KNOWN * total:
        raise TopicError("topics_other_vocabulary", share=f"{known / total:.1%}", n=len(model.vocabulary))


def match_vocabulary(model: TopicModel, terms: Features) -> csr_array:
    """Counts with one column for each term of the model, in its order."""
    from scipy.sparse import csr_array

    shape = (len(terms), len(model.vocabulary))
    if terms.names == model.vocabulary:
        return terms.values
    place = {name: at for at, name in enumerate(model.vocabulary)}
    column = np.array([place.get(name, -1) for name in terms.names], dtype=np.int64)
    moved = column[terms.values.indices]
    known = moved >= 0
    starts = np.concatenate([[0], np.cumsum(known)])[terms.values.indptr]
    matrix = csr_array((terms.values.data[known], moved[known], starts), shape=shape)
    matrix.sort_indices()
    return matrix


def fold_rows(counts: csr_array, topics: NDArray[np.float64], prior: NDArray[np.float64]) -> NDArray[np.float64]:
    """Shares of topics (rows x K) for counts with one column a term; a row without words gets those of the prior."""
    from textgov.topics import kernels

    shares = np.zeros((counts.shape[0], len(prior)))
    words = np.ascontiguousarray(topics.T)
    parts = (counts.indptr.astype(np.int64), counts.indices.astype(np.int64), counts.data.astype(float))
    kernels.fold_in(*parts, words, prior, (TOLERANCE, ROUNDS), shares)
    return shares


def pool_shares(shares: Features) -> Features:
    """Shares of whole documents from those of their parts, weighted by their words.

    Parameters
    ----------
    shares : Features
        From `assign_topics`, of paragraphs or sections; those of whole documents come back as they are.

    Returns
    -------
    Features
        One row a document, in the order of the first part; missing where no part has a word.
    """
    from scipy.sparse import csr_array

    if not shares.parents:
        return shares
    doc_ids = tuple(dict.fromkeys(shares.parents))
    number = {doc_id: at for at, doc_id in enumerate(doc_ids)}
    row = np.array([number[parent] for parent in shares.parents], dtype=np.int64)
    weight = shares.lengths["n_terms"]
    values = np.nan_to_num(shares.values.toarray()) * weight[:, None]
    total = np.zeros((len(doc_ids), len(shares.names)))
    np.add.at(total, row, values)
    words = np.bincount(row, weights=weight, minlength=len(doc_ids))
    with np.errstate(invalid="ignore"):
        pooled = total / words[:, None]
    lengths = {"n_terms": words.astype(np.int64)}
    return Features(doc_ids, shares.names, csr_array(pooled), lengths, history=shares.history)
