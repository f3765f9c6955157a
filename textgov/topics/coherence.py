"""How well the top words of a topic go together: normalised pointwise mutual information and c_v.

Both are computed from how many rows have a word, and how many have two words together. A row (a paragraph, say) is the
window: words of one paragraph are together. On the same windows the numbers equal those of gensim's
``CoherenceModel`` (``c_npmi`` and ``c_v``), which slides windows over running text instead.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from textgov.topics.words import TOP, best_terms

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from scipy.sparse import csr_array

# Added to the probability of two words together, as by Roeder, Both and Hinneburg (2015) and gensim: words that never
# meet get a finite value.
EPSILON = 1e-12


class Coherence(NamedTuple):
    """Coherence of K topics: mean NPMI over pairs of top words, from -1 to 1, and c_v, from 0 to 1."""

    npmi: NDArray[np.float64]
    c_v: NDArray[np.float64]


def measure_coherence(topics: NDArray[np.float64], counts: csr_array, n_top: int = TOP) -> Coherence:
    """Coherence of topics in rows of counts.

    NPMI is the mean over all pairs of the top words (Bouma 2009; Aletras and Stevenson 2013); c_v compares the vector
    of the NPMI of each word with all top words to that of all words together (Roeder, Both and Hinneburg 2015).

    Parameters
    ----------
    topics : array, K x V
    counts : csr_array, n x V
        Of the corpus that the topics came from, or of another one.
    n_top : int

    Returns
    -------
    Coherence
        Missing for a topic of which a top word does not occur in these rows.
    """
    n_rows = int((np.diff(counts.indptr) > 0).sum())
    return coherence_of(topics, count_together(counts, top_columns(topics, n_top)), n_rows, n_top)


def coherence_of(
    topics: NDArray[np.float64], together: NDArray[np.float64], n_rows: int, n_top: int = TOP
) -> Coherence:
    """As `measure_coherence`, from counts of the `top_columns`; those of shards can be added up."""
    top = best_terms(topics, n_top)
    place = np.searchsorted(top_columns(topics, n_top), top)
    with np.errstate(divide="ignore", invalid="ignore"):
        associated = npmi(together, n_rows)
    npmis, c_vs = np.full(len(top), np.nan), np.full(len(top), np.nan)
    pairs = np.triu_indices(top.shape[1], k=1)
    for topic, words in enumerate(place):
        if (together[words, words] == 0).any():
            continue
        block = associated[np.ix_(words, words)]
        npmis[topic] = block[pairs].mean()
        c_vs[topic] = _mean_cosine(block)
    return Coherence(npmis, c_vs)


def top_columns(topics: NDArray[np.float64], n_top: int = TOP) -> NDArray[np.int64]:
    """The columns that are among the top words of any topic, in order."""
    return np.unique(best_terms(topics, n_top))


def count_together(counts: csr_array, columns: NDArray[np.int64]) -> NDArray[np.float64]:
    """How many rows have both of two terms; on the diagonal, how many have one."""
    present = (counts[:, columns] > 0).astype(np.float64)
    return np.asarray((present.T @ present).todense())


def npmi(together: NDArray[np.float64], n_rows: int) -> NDArray[np.float64]:
    """Normalised pointwise mutual information of terms.

    Examples
    --------
    >>> round(float(npmi(np.array([[50, 20], [20, 40]]), 1000)[0, 1]), 6)
    0.588592
    """
    share = np.diagonal(together) / n_rows
    both = together / n_rows + EPSILON
    found: NDArray[np.float64] = np.log(both / np.outer(share, share)) / -np.log(both)
    return found


def _mean_cosine(block: NDArray[np.float64]) -> float:
    whole = block.sum(axis=0)
    lengths = np.linalg.norm(block, axis=1) * np.linalg.norm(whole)
    return float(np.mean(block @ whole / np.where(lengths > 0, lengths, 1)))
