"""Shares of topics in every document of a run, shard by shard."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from textgov.count import count_terms
from textgov.engine import EngineOptions
from textgov.errors import UsageError
from textgov.export.streams import parquet_stream
from textgov.records import TopicModel
from textgov.run.topics.folder import SHARES, read_cut, results_folder
from textgov.run.topics.shards import map_shards, read_groups
from textgov.store import make_folder, read_model, read_plan
from textgov.topics import TermOptions, cut_terms, pool_shares
from textgov.topics.assign import check_known, share_rows

if TYPE_CHECKING:
    import pyarrow as pa
    from numpy.typing import NDArray


class _Part(NamedTuple):
    """Shares of the documents of a shard, and how many of their words are known, of how many."""

    doc_ids: tuple[str, ...]
    n_words: NDArray[np.int64]
    shares: NDArray[np.float64]
    n_all: int


Job = tuple[Path, str, TermOptions, TopicModel]


WAYS = ("document", "unit")


def assign_run(run: Path, folder: Path, where: EngineOptions | None = None, *, by: str = "") -> Path:
    """Find the shares of a model's topics in every document of a run.

    Parameters
    ----------
    run : Path
    folder : Path
        Of a model, of this run or of another one; see `find_model`.
    where : EngineOptions, optional
        No result depends on it.
    by : {"", "document", "unit"}
        ``document``: the shares that make the words of the whole document most likely. ``unit``: those of its
        paragraphs, sentences ... (what the model was fitted to), pooled by their words; in short units they are drawn
        to the prior, and the measure is weaker (``docs/topics.md``), except for seeded topics with the anchor ``rows``.
        When empty, ``unit`` for these, else ``document``.

    Returns
    -------
    Path
        ``RUN/topics/<name>/doc_topics.parquet``: ``doc_id``, ``n_words`` (words that the model knows) and a column for
        each topic, in the order of the run. A document without a known word has missing shares.

    Raises
    ------
    UsageError
        The folder holds no run.
    TopicError
        No model, a damaged one, one of other words than those of the run, or one from elsewhere that has the name of
        another model of the run; nothing is written.
    """
    if by and by not in WAYS:
        raise UsageError("option_bad", name="by", value=by, detail=f"use {' or '.join(WAYS)}")
    shard_ids, _ = read_plan(run)
    model = read_model(folder)
    target = results_folder(run, folder)
    cut = read_cut(folder, model)
    by = by or ("unit" if model.settings.get("anchor") == "rows" else "document")
    if by == "document":
        cut = replace(cut, unit="document")
    jobs: list[Job] = [(run, shard_id, cut, model) for shard_id in shard_ids]
    known = n_all = 0
    parts = map_shards(_assign_shard, jobs, where)
    with parquet_stream(make_folder(target) / SHARES) as write:
        for part in parts:
            known, n_all = known + int(part.n_words.sum()), n_all + part.n_all
            write(_share_table(model, part))
        check_known(model, known, n_all)
    return target / SHARES


def _assign_shard(job: Job) -> _Part | None:
    run, shard_id, options, model = job
    doc_ids: list[str] = []
    n_words, shares, n_all = [], [], 0
    for group in read_groups(run, shard_id):
        terms = count_terms(cut_terms(group, options))
        found = pool_shares(share_rows(model, terms))
        doc_ids += found.doc_ids
        n_words.append(found.lengths["n_terms"])
        shares.append(found.values.toarray())
        n_all += int(terms.values.sum())
    return _Part(tuple(doc_ids), np.concatenate(n_words), np.concatenate(shares), n_all) if doc_ids else None


def _share_table(model: TopicModel, part: _Part) -> pa.Table:
    import pyarrow as pa

    columns: dict[str, Any] = {"doc_id": pa.array(part.doc_ids, pa.string()), "n_words": part.n_words}
    # A missing share is a null.
    columns |= {name: pa.array(part.shares[:, at], from_pandas=True) for at, name in enumerate(model.names)}
    return pa.table(columns)
