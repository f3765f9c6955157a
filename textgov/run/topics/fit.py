"""A topic model fitted to a sample of the documents of a run."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, NamedTuple

from textgov.count import count_terms, stack_terms, trim_terms
from textgov.engine import EngineOptions
from textgov.errors import TopicError
from textgov.export import write_table
from textgov.lexicon import match_key, read_lexicon
from textgov.records import Features, Lexicon, TopicModel
from textgov.run.topics.folder import CUT, OF_MODEL, TABLE, TOPICS, read_cut, tell_cut, topic_table, write_lists
from textgov.run.topics.options import FitOptions
from textgov.run.topics.shards import Place, choose_documents, map_shards, read_groups
from textgov.store import make_folder, read_plan, remove_file, write_model
from textgov.topics import (
    METHODS,
    TermOptions,
    cluster_topics,
    cut_terms,
    fit_topics,
    open_encoder,
)
from textgov.topics.clusters import CLUSTERS, Encoder
from textgov.topics.fit import choose_rows
from textgov.topics.stability import keep_terms
from textgov.topics.terms import stays_whole, unit_spans

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
    encoder = open_encoder(options.encoder) if options.method == CLUSTERS else None
    sample = count_sample(run, options, where)
    if encoder is not None:
        model = _cluster(sample.terms, options, sample.cut, encoder, run)
    else:
        model = _fit(sample.terms, options, sample.lexicon, sample.places)
    return _write(model, run, options, sample.lexicon, sample.cut)


class Sample(NamedTuple):
    """Words of the documents that a model is fitted to, trimmed; what is known of each document; how words are made."""

    terms: Features
    places: Mapping[str, Place]
    lexicon: Lexicon
    cut: TermOptions


def count_sample(run: Path, options: FitOptions, where: EngineOptions | None = None) -> Sample:
    """The words that `fit_run` fits a model to; raises its errors."""
    shard_ids, _ = read_plan(run)
    lexicon = read_lexicon(options.lexicon)
    cut = options.terms((lexicon,))
    places = choose_documents(run, shard_ids, options.sample, options.seed)
    terms = _count(run, shard_ids, cut, places, where)
    seeds = {match_key(entry.term) for entry in lexicon.entries if stays_whole(entry)}
    return Sample(trim_terms(terms, options.min_docs, options.max_share, keep=seeds), places, lexicon, cut)


def recount_sample(run: Path, folder: Path, model: TopicModel, where: EngineOptions | None = None) -> Features:
    """The words that a model of a run was fitted to, with the columns of the model."""
    shard_ids, _ = read_plan(run)
    places = choose_documents(run, shard_ids, model.settings.get("sample", 0), model.seed)
    return keep_terms(model, _count(run, shard_ids, read_cut(folder, model), places, where))


def _count(
    run: Path, shard_ids: Sequence[str], cut: TermOptions, chosen: Collection[str], where: EngineOptions | None
) -> Features:
    jobs: list[Job] = [(run, shard_id, cut, frozenset(chosen)) for shard_id in shard_ids]
    parts = list(map_shards(_count_shard, jobs, where))
    if not parts:
        raise TopicError("topics_no_words", n=0)
    return stack_terms(parts)


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
        given["seeds"] = seed_lists(options, lexicon)
    elif needs == "covariates":
        given["covariates"] = {
            name: [getattr(place, name) for place in of_row] for name in options.covariates or ("year",)
        }
    elif needs == "periods":
        given["periods"] = [place.year for place in of_row]
    return fit_topics(terms, options.method, options.n_topics, seed=options.seed, options=options.chain(), **given)


def _cluster(terms: Features, options: FitOptions, cut: TermOptions, encoder: Encoder, run: Path) -> TopicModel:
    """Topics by clusters of the texts of the rows; only those of the rows that are used are held."""
    rows = {terms.doc_ids[row] for row in choose_rows(terms, options.seed, options.max_rows or None)}
    wanted = {
        terms.parents[at] if terms.parents else doc_id for at, doc_id in enumerate(terms.doc_ids) if doc_id in rows
    }
    texts: dict[str, str] = {}
    for document in (
        one for shard in read_plan(run)[0] for group in read_groups(run, shard, wanted) for one in group.documents
    ):
        spans = unit_spans(document, cut.unit, cut.section_names)
        if terms.parents:
            found = {f"{document.doc_id}:{start}-{end}": document.text[start:end] for start, end in spans}
        else:
            found = {document.doc_id: "".join(document.text[start:end] for start, end in spans)}
        texts |= {name: text for name, text in found.items() if name in rows}
    given = [texts.get(doc_id, "") for doc_id in terms.doc_ids]
    return cluster_topics(terms, given, encoder, options.n_topics, seed=options.seed, options=options.chain())


def seed_lists(options: FitOptions, lexicon: Lexicon) -> dict[str, list[str]]:
    """The terms behind each seeded topic, by the label of the topic; a category without a seed has none."""
    entries = [entry for entry in lexicon.entries if stays_whole(entry)]
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
    seeded = seed_lists(options, lexicon)
    return {
        label: {"name": f"{lexicon.prefix}_{one.name}_topic", "zh": one.zh, "en": one.en}
        for one in lexicon.categories
        if (label := f"{lexicon.name}/{one.name}") in seeded
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
    for name in OF_MODEL:  # what was said of an earlier model of this name
        remove_file(folder / name)
    return FittedTopics(model, folder, tuple(sorted(files)))
