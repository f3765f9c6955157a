"""Intrusion tests for a model of a run: sheets for coders, and their scores."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from textgov.count import count_terms
from textgov.engine import EngineOptions
from textgov.errors import UsageError
from textgov.export import write_table
from textgov.records import TopicModel
from textgov.run.topics.folder import read_cut, results_folder
from textgov.run.topics.report import read_texts, shorten
from textgov.run.topics.shards import map_shards, read_groups
from textgov.store import read_model, read_plan
from textgov.topics import TermOptions, cut_terms
from textgov.topics.assign import share_rows
from textgov.topics.fit import check_seed
from textgov.topics.intrusion import Passage, find_passages, merge_passages, topic_items, word_items
from textgov.topics.intrusion_sheet import Intrusion, read_intrusion, read_key, score_table, write_intrusion

FOLDER, SCORES = "intrusion", "scores.csv"
N_PASSAGES = 40
PASSAGE_LIMIT = 600  # characters of a passage that coders read

Job = tuple[Path, str, TermOptions, TopicModel, int, int]


class IntrusionRun(NamedTuple):
    """Scores of a filled test, and the file."""

    found: Intrusion
    path: Path


def make_intrusion(
    run: Path,
    folder: Path,
    *,
    seed: int = 1,
    per_topic: int = 1,
    n_passages: int = N_PASSAGES,
    where: EngineOptions | None = None,
) -> tuple[Path, ...]:
    """Write the sheets for two coders into ``RUN/topics/<name>/intrusion``.

    Parameters
    ----------
    run : Path
    folder : Path
        Of a model.
    seed : int
        Of intruders, order and passages.
    per_topic : int
        Word items for each topic.
    n_passages : int
        Topic items; 0 for none.
    where : EngineOptions, optional
        No result depends on it.

    Returns
    -------
    tuple of Path
        ``word_intrusion.xlsx``, ``topic_intrusion.xlsx``, both as csv too, and ``key.csv``, which no coder may see.

    Raises
    ------
    UsageError
        A sheet there holds answers; too few topics or words.
    """
    shard_ids, _ = read_plan(run)
    check_seed(seed)
    for name, value, least in (("per_topic", per_topic, 1), ("passages", n_passages, 0)):
        if value < least:
            raise UsageError("option_bad", name=name, value=value, detail=f"use {least} or more")
    target, model = results_folder(run, folder) / FOLDER, read_model(folder)
    items = list(word_items(model, seed, per_topic))
    if n_passages:
        cut = read_cut(folder, model)
        jobs: list[Job] = [(run, shard_id, cut, model, n_passages, seed) for shard_id in shard_ids]
        passages = merge_passages(map_shards(_find_passages, jobs, where), n_passages)
        rows = [(one.row, one.row.rpartition(":")[0] if cut.unit != "document" else one.row) for one in passages]
        texts = read_texts(run, shard_ids, rows)
        items += topic_items(model, passages, {row: shorten(text, PASSAGE_LIMIT) for row, text in texts.items()}, seed)
    return write_intrusion(items, target)


def _find_passages(job: Job) -> tuple[Passage, ...] | None:
    run, shard_id, options, model, n_passages, seed = job
    parts = []
    for group in read_groups(run, shard_id):
        terms = count_terms(cut_terms(group, options))
        parts.append(find_passages(model, terms, share_rows(model, terms), n_passages, seed))
    return merge_passages(parts, n_passages) if parts else None


def score_intrusion(run: Path, folder: Path, filled: Sequence[Path]) -> IntrusionRun:
    """Read filled sheets back and write ``scores.csv`` beside them.

    Raises
    ------
    UsageError
        See `read_intrusion`.
    """
    target = results_folder(run, folder) / FOLDER
    found = read_intrusion(filled, read_key(target), read_model(folder))
    return IntrusionRun(found, write_table(score_table(found), target / SCORES))
