"""Documents x terms: counting and trimming are two steps, because trimming needs the whole corpus."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Sequence
from typing import TYPE_CHECKING

import numpy as np

from textgov.errors import RecordError, UsageError
from textgov.records import Features, Step, Tokens

if TYPE_CHECKING:
    from numpy.typing import NDArray


def count_terms(tokens: Tokens) -> Features:
    """Count the words of every row.

    Parameters
    ----------
    tokens : Tokens
        From `textgov.topics.cut_terms`, or any other words.

    Returns
    -------
    Features
        Rows x terms, the terms in the order of their characters; ``lengths["n_terms"]`` has the words of each row. A
        row without words stays.
    """
    from scipy.sparse import csr_array

    counters = [Counter(words) for words in tokens.words]
    names = sorted(set().union(*counters))
    number = {name: at for at, name in enumerate(names)}
    starts = np.cumsum([0, *map(len, counters)])
    columns = np.fromiter((number[name] for one in counters for name in sorted(one)), dtype=np.int64, count=starts[-1])
    values = np.fromiter((one[name] for one in counters for name in sorted(one)), dtype=np.int64, count=starts[-1])
    matrix = csr_array((values, columns, starts), shape=(len(counters), len(names)))
    step = Step("count", "terms", {"terms": len(names)})
    lengths = {"n_terms": np.array([len(words) for words in tokens.words], dtype=np.int64)}
    history = (*tokens.history, step)
    return Features(tokens.doc_ids, tuple(names), matrix, lengths, history=history, parents=tokens.parents)


def stack_terms(parts: Sequence[Features]) -> Features:
    """Term counts of several shards as those of one corpus; the same whatever the shards."""
    from scipy.sparse import csr_array, vstack

    if not parts:
        raise RecordError("record_bad", what="stack_terms", detail="there is nothing to stack")
    names = sorted(set().union(*(part.names for part in parts)))
    number = {name: at for at, name in enumerate(names)}
    moved = []
    for part in parts:
        columns = np.array([number[name] for name in part.names], dtype=np.int64)
        values = part.values
        shape = (len(part), len(names))
        moved.append(csr_array((values.data, columns[values.indices], values.indptr), shape=shape))
    doc_ids = tuple(doc_id for part in parts for doc_id in part.doc_ids)
    parents = tuple(parent for part in parts for parent in part.parents)
    lengths = {"n_terms": np.concatenate([part.lengths["n_terms"] for part in parts])}
    matrix = csr_array(vstack(moved, format="csr"))
    # What was counted is told of the whole, so that it does not depend on the shards.
    before = [step for step in parts[0].history if (step.stage, step.what) != ("count", "terms")]
    history = (*before, Step("count", "terms", {"terms": len(names)}))
    return Features(doc_ids, tuple(names), matrix, lengths, history=history, parents=parents)


def trim_terms(
    terms: Features, min_docs: int = 5, max_share: float = 0.5, max_terms: int | None = None, keep: Collection[str] = ()
) -> Features:
    """Leave out rare and very common terms; every row stays.

    Parameters
    ----------
    terms : Features
        Of the whole corpus, never of one shard.
    min_docs : int
        A term is kept if so many documents have it; parts of one document count once.
    max_share : float
        A term is left out if more than this share of the rows has it.
    max_terms : int, optional
        Of the rest, the terms with the most occurrences.
    keep : collection of str
        Terms that ``max_share`` and ``max_terms`` do not touch.

    Returns
    -------
    Features
        ``lengths["n_terms"]`` counts the words that are left.
    """
    if min_docs < 1 or not 0 < max_share <= 1 or (max_terms is not None and max_terms < 1):
        value = f"min_docs {min_docs}, max_share {max_share}, max_terms {max_terms}"
        raise UsageError("option_bad", name="trim_terms", value=value, detail="use 1 or more, and a share in (0, 1]")
    wanted = np.array([name in keep for name in terms.names], dtype=bool)
    rows = np.bincount(terms.values.indices, minlength=len(terms.names))
    kept = (_documents_with(terms, rows) >= min_docs) & (wanted | (rows <= max_share * len(terms)))
    if max_terms is not None and kept.sum() > max_terms:
        total = np.asarray(terms.values.sum(axis=0)).ravel()
        order = np.lexsort((np.arange(len(kept)), -total, ~wanted, ~kept))
        kept[order[max_terms:]] = False
    columns = np.flatnonzero(kept)
    matrix = terms.values[:, columns]
    detail = {"min_docs": min_docs, "max_share": max_share, "max_terms": max_terms, "terms": len(columns)}
    lengths = {**terms.lengths, "n_terms": np.asarray(matrix.sum(axis=1)).ravel().astype(np.int64)}
    names = tuple(terms.names[column] for column in columns)
    history = (*terms.history, Step("trim", "terms", detail))
    return Features(terms.doc_ids, names, matrix, lengths, history=history, parents=terms.parents)


def _documents_with(terms: Features, rows: NDArray[np.int64]) -> NDArray[np.int64]:
    if not terms.parents:
        return rows
    numbers: dict[str, int] = {}
    document = np.array([numbers.setdefault(parent, len(numbers)) for parent in terms.parents], dtype=np.int64)
    row_of = np.repeat(np.arange(len(terms)), np.diff(terms.values.indptr))
    pairs = np.unique(document[row_of] * len(terms.names) + terms.values.indices)
    return np.bincount(pairs % len(terms.names), minlength=len(terms.names))
