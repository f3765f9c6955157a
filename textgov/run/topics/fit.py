"""A topic model fitted to a sample of the documents of a run."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any, NamedTuple

from textgov.count import count_terms, stack_terms, trim_terms
from textgov.engine import EngineOptions
from textgov.errors import TopicError
from textgov.export import write_table
from textgov.lexicon import match_key, read_lexicon
from textgov.records import Features, Lexicon, TopicModel
from textgov.run.topics.folder import CUT, SHARES, TABLE, TOPICS, tell_cut, topic_table, write_lists
from textgov.run.topics.options import FitOptions
from textgov.run.topics.shards import Place, choose_documents, map_shards, read_groups
from textgov.store import make_folder, read_plan, remove_file, write_model
from textgov.topics import METHODS, TermOptions, TopicOptions, cut_terms, fit_topics

Job = tuple[Path, str, TermOptions, Collection[str]]


class FittedTopics(NamedTuple):
    """A model, its folder, and its files."""

    model: TopicModel
    folder: Path
    files: tuple[Path, ...]


def fit_run(run: Path, options: FitOptions | None = None, where: EngineOptions | None = None) -> FittedTopics:
    """Fit a topic model to the documents of a run and write it into ``RUN/topics/<name>``.

    Parameters
    ----------
    run : Path
        Folder of a run (``--out`` of ``textgov panel``).
    options : FitOptions, optional
    where : EngineOptions, optional
        Where documents are cut into words; this process when not given. No result depends on it.

    Returns
    -------
    FittedTopics
        ``model.json``, ``model.npz``, ``topics.csv``, and copies of the lists that decide what a word is.

    Raises
    ------
    UsageError
        The folder holds no run; an unknown method.
    TopicError
        See `fit_topics`; nothing is written.
    """
    options = options or FitOptions()
    shard_ids, _ = read_plan(run)
    lexicon = read_lexicon(options.lexicon)
    cut = options.terms((lexicon,))
    places = choose_documents(run, shard_ids, options.sample, options.seed)
    jobs = ((run, shard_id, cut, places.keys()) for shard_id in shard_ids)
    parts = list(map_shards(_count_shard, [(a, b, c, frozenset(d)) for a, b, c, d in jobs], where))
    if not parts:
        raise TopicError("topics_no_words", n=0)
    seeds = {match_key(entry.term) for entry in lexicon.entries}
    terms = trim_terms(stack_terms(parts), options.min_docs, options.max_share, keep=seeds)
    model = _fit(terms, options, lexicon, places)
    return _write(model, run, options, lexicon, cut)


def _count_shard(job: Job) -> Features | None:
    """Term counts of the documents of a shard that were chosen."""
    run, shard_id, options, chosen = job
    parts = [count_terms(cut_terms(group, options)) for group in read_groups(run, shard_id, chosen)]
    return stack_terms(parts) if parts else None


def _fit(terms: Features, options: FitOptions, lexicon: Lexicon, places: Mapping[str, Place]) -> TopicModel:
    needs = METHODS[options.method].needs
    of_row = [places[doc_id] for doc_id in terms.parents or terms.doc_ids]
    given: dict[str, Any] = {}
    if needs == "seeds":
        given["seeds"] = _seed_lists(options, lexicon)
    elif needs == "covariates":
        given["covariates"] = {name: [getattr(place, name) for place in of_row] for name in options.covariates}
    elif needs == "periods":
        given["periods"] = [place.year for place in of_row]
    chain = TopicOptions(sweeps=options.sweeps or None, max_rows=options.max_rows or None)
    return fit_topics(terms, options.method, options.n_topics, seed=options.seed, options=chain, **given)


def _seed_lists(options: FitOptions, lexicon: Lexicon) -> dict[str, list[str]]:
    """The terms behind each seeded topic, by the label of the topic."""
    entries = [entry for entry in lexicon.entries if not entry.regex]
    if not options.by_category:
        return {lexicon.name: [entry.term for entry in entries]}
    found: dict[str, list[str]] = {}
    for entry in entries:
        found.setdefault(f"{lexicon.name}/{entry.category}", []).append(entry.term)
    return found


def _seed_columns(options: FitOptions, lexicon: Lexicon) -> dict[str, dict[str, str]]:
    """Of each seeded topic, by its label, the column that it gives to a panel, with its titles."""
    if options.method != "seeded":
        return {}
    if not options.by_category:
        titles = {"zh": lexicon.zh or lexicon.name, "en": lexicon.en or lexicon.name}
        return {lexicon.name: {"name": f"{lexicon.prefix}_topic", **titles}}
    return {
        f"{lexicon.name}/{one.name}": {"name": f"{lexicon.prefix}_{one.name}_topic", "zh": one.zh, "en": one.en}
        for one in lexicon.categories
    }


def _write(model: TopicModel, run: Path, options: FitOptions, lexicon: Lexicon, cut: TermOptions) -> FittedTopics:
    folder = make_folder(run / TOPICS / options.folder)
    lists = write_lists(folder, lexicon, cut)
    about = {
        CUT: tell_cut(cut, lists),
        "trim": {"min_docs": options.min_docs, "max_share": options.max_share},
        "sample": options.sample,
        "columns": _seed_columns(options, lexicon),
        "lexicon": {"label": lexicon.label, "hash": lexicon.hash},
    }
    model = replace(model, settings={**model.settings, **about})
    files = (*lists, *write_model(model, folder), write_table(topic_table(model), folder / TABLE))
    remove_file(folder / SHARES)  # those of an earlier model of this name
    return FittedTopics(model, folder, tuple(sorted(files)))
