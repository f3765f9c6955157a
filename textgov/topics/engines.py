"""The methods: each turns counts into topics; nothing of the library that fitted them is kept."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from types import ModuleType
from typing import TYPE_CHECKING, Any

import numpy as np

from textgov.topics.gibbs import Chain, normal_rows, sample_topics

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from scipy.sparse import csr_array


# Rows an update of gensim: of 500, 2,000 and 5,000 the last gave the best perplexity for its time (docs/topics.md).
GENSIM_ROWS = 5_000


@dataclass(frozen=True, slots=True)
class Task:
    """What is to be fitted: counts without empty rows, and all that decides the result.

    ``seeds`` are lists of columns, one a seeded topic. ``features`` are names of covariates for each row.
    """

    counts: csr_array
    chain: Chain
    seeds: Sequence[Sequence[int]] = ()
    features: Sequence[Sequence[str]] = ()


@dataclass(frozen=True, slots=True, eq=False)
class Fit:
    """Topics x terms; rows need not sum to 1 and stand in the order of the method, seeded topics first."""

    topics: NDArray[np.float64]
    facts: Mapping[str, Any] = field(default_factory=dict)
    # Facts with one number a topic; they are put in order with the topics.
    by_topic: Mapping[str, NDArray[np.float64]] = field(default_factory=dict)


def fit_lda(task: Task) -> Fit:
    """LDA by our own sampler."""
    return Fit(sample_topics(task.counts, task.chain).topics)


def fit_seeded(task: Task) -> Fit:
    """Seeded topics first, then the residual ones."""
    found = sample_topics(task.counts, task.chain, task.seeds)
    shares = np.concatenate([found.seed_shares, np.zeros(len(found.topics) - len(found.seed_shares))])
    return Fit(found.topics, by_topic={"seed_share": shares})


def fit_tomotopy(task: Task) -> Fit:
    """LDA by tomotopy, one worker."""
    chain = task.chain
    model = _tomotopy().LDAModel(k=chain.n_topics, alpha=chain.alpha, eta=chain.eta, seed=chain.seed)
    for words in _words(task.counts):
        model.add_doc(words)
    model.train(chain.sweeps, workers=1)
    return Fit(_read_tomotopy(model, task.counts.shape[1]))


def fit_dmr(task: Task) -> Fit:
    """LDA whose topic weights depend on covariates (Mimno and McCallum 2008), by tomotopy, one worker.

    ``facts["effects"]``: for each covariate the expected share of each topic where it holds, the others left out.
    """
    chain = task.chain
    model = _tomotopy().DMRModel(k=chain.n_topics, alpha=chain.alpha, eta=chain.eta, seed=chain.seed)
    for words, features in zip(_words(task.counts), task.features, strict=True):
        model.add_doc(words, multi_metadata=list(features))
    model.train(chain.sweeps, workers=1)
    names = sorted({name for features in task.features for name in features})
    weights = {name: np.asarray(model.get_topic_prior("", [name]), dtype=float) for name in names}
    effects = {f"effect:{name}": value / value.sum() for name, value in weights.items()}
    return Fit(_read_tomotopy(model, task.counts.shape[1]), by_topic=effects)


def fit_gensim(task: Task) -> Fit:
    """LDA by gensim's online variational Bayes; ``sweeps`` are passes."""
    with _quiet():
        from gensim.matutils import Sparse2Corpus
        from gensim.models import LdaModel

    chain = task.chain
    corpus = [
        [(int(term), int(n)) for term, n in row] for row in Sparse2Corpus(task.counts.tocsr(), documents_columns=False)
    ]
    model = LdaModel(
        corpus,
        num_topics=chain.n_topics,
        id2word={term: str(term) for term in range(task.counts.shape[1])},
        alpha=[chain.alpha] * chain.n_topics,
        eta=chain.eta,
        passes=chain.sweeps,
        random_state=chain.seed,
        eval_every=None,
        chunksize=GENSIM_ROWS,
        dtype=np.float64,
    )
    return Fit(np.asarray(model.get_topics(), dtype=float))


def fit_sklearn(task: Task) -> Fit:
    """LDA by scikit-learn's variational Bayes on all rows at once; ``sweeps`` are iterations."""
    from sklearn.decomposition import LatentDirichletAllocation

    chain = task.chain
    model = LatentDirichletAllocation(
        chain.n_topics,
        doc_topic_prior=chain.alpha,
        topic_word_prior=chain.eta,
        max_iter=chain.sweeps,
        learning_method="batch",
        random_state=chain.seed,
        n_jobs=1,
    )
    return Fit(np.asarray(model.fit(task.counts).components_, dtype=float))


def fit_nmf(task: Task) -> Fit:
    """Non-negative matrix factorisation, Kullback-Leibler (as PLSA), by scikit-learn; ``sweeps`` are iterations."""
    from sklearn.decomposition import NMF
    from sklearn.exceptions import ConvergenceWarning

    chain = task.chain
    model = NMF(
        chain.n_topics,
        init="nndsvda" if chain.n_topics <= min(task.counts.shape) else "random",
        solver="mu",
        beta_loss="kullback-leibler",
        max_iter=chain.sweeps,
        random_state=chain.seed,
    )
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)  # the number of iterations is the user's
        model.fit(task.counts.astype(float))
    return Fit(normal_rows(np.asarray(model.components_, dtype=float)))


def _quiet() -> warnings.catch_warnings[None]:
    return warnings.catch_warnings(action="ignore")


def _tomotopy() -> ModuleType:
    with _quiet():  # its own search for the fastest build warns
        import tomotopy
    module: ModuleType = tomotopy
    return module


def _words(counts: csr_array) -> list[list[str]]:
    names = np.array([str(term) for term in range(counts.shape[1])])
    edges = zip(counts.indptr, counts.indptr[1:], strict=False)
    return [np.repeat(names[counts.indices[a:b]], counts.data[a:b]).tolist() for a, b in edges]


def _read_tomotopy(model: Any, width: int) -> NDArray[np.float64]:
    topics = np.zeros((model.k, width))
    columns = np.array([int(name) for name in model.used_vocabs])
    for topic in range(model.k):
        topics[topic, columns] = model.get_topic_word_dist(topic)
    return topics


@dataclass(frozen=True, slots=True)
class Method:
    """How a method is called, how many passes it makes by default, and what it needs besides counts."""

    fit: Callable[[Task], Fit]
    sweeps: int
    needs: str = ""


# The passes are those after which perplexity on the work reports hardly fell any more; see tests/benchmarks/topics.py.
METHODS: dict[str, Method] = {
    "lda": Method(fit_lda, 100),
    "seeded": Method(fit_seeded, 200, "seeds"),
    "nmf": Method(fit_nmf, 100),
    "dmr": Method(fit_dmr, 150, "covariates"),
    "dynamic": Method(fit_lda, 100, "periods"),
    "lda-tomotopy": Method(fit_tomotopy, 150),
    "lda-gensim": Method(fit_gensim, 10),
    "lda-sklearn": Method(fit_sklearn, 20),
}
