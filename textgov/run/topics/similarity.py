"""Similarity of every place to the national report and to its province, put into the panel of a run."""

from __future__ import annotations

from collections import Counter
from dataclasses import asdict, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from textgov.count import count_terms, stack_terms, trim_terms
from textgov.engine import EngineOptions
from textgov.errors import TopicError
from textgov.extend import Extended, write_extended
from textgov.outside import read_panel, with_columns
from textgov.records import Corpus, Document, Features, Panel, Step, Variable
from textgov.run.topics.panel import panel_rows
from textgov.run.topics.report import known_years
from textgov.run.topics.shards import map_shards, read_groups
from textgov.spans import Spans
from textgov.store import read_plan
from textgov.topics import TermOptions, cut_terms
from textgov.topics.similarity import (
    SimilarityOptions,
    compare_places,
    count_sentences,
    similarity_variables,
    without_sentences,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pandas as pd

    from textgov.codebook import Language

DOCUMENTS = "documents.parquet"
Copied = frozenset[bytes]
Job = tuple[Path, str, TermOptions, Copied]


class ComparedPlaces(NamedTuple):
    """The panel with its new columns, the files, and how many rows have a value of each column."""

    extended: Extended
    files: tuple[Path, ...]
    known: dict[str, int]


def similarity_run(
    run: Path,
    options: SimilarityOptions | None = None,
    *,
    sections: str = "body",
    out: Path | None = None,
    labels: Language = "zh",
    replace_columns: bool = False,
    where: EngineOptions | None = None,
) -> ComparedPlaces:
    """Compare the texts of every place and year with earlier ones, and write the panel of the run anew.

    Parameters
    ----------
    run : Path
    options : SimilarityOptions, optional
    sections : str
        Sections that are read.
    out : Path, optional
        Folder for the files of the panel; the run itself when not given.
    labels : {"zh", "en"}
    replace_columns : bool
        Whether new columns may take the place of columns of the same name.
    where : EngineOptions, optional
        No result depends on it.

    Returns
    -------
    ComparedPlaces
        The panel has ``sim_nation`` and ``sim_province``; with boilerplate left out also ``sim_nation_raw`` and
        ``sim_province_raw``, the same with it.

    Raises
    ------
    UsageError
        The folder holds no run, or the panel has such columns already.
    """
    options = options or SimilarityOptions()
    read_plan(run)
    panel = read_panel(run)
    cut = TermOptions(sections=sections)
    columns: dict[str, Any] = {}
    variables: list[Variable] = []
    copied = find_copies(run, options.min_copies, where) if options.min_copies else frozenset()
    for raw in (False, True) if options.min_copies else (True,):
        terms = _read_terms(run, cut, frozenset() if raw else copied, where)
        found = _compare(run, panel, terms, options)
        for variable, values in zip(similarity_variables(options, raw), found, strict=True):
            if panel.keys[0] != "province_code" or "province" not in variable.name:
                columns[variable.name] = values
                variables.append(variable)
    wide = with_columns(panel, columns, variables, replace=replace_columns)
    step = Step("topics", "similarity", asdict(options))
    wide = Panel(wide.frame, wide.variables, wide.keys, wide.coverage, (*panel.history, step))
    extended = Extended(wide, {}, ())
    told = {"similarity": {**asdict(options), "sections": sections}}
    files = write_extended(extended, run, told, {}, out=out, labels=labels)
    known = {name: int((~np.isnan(values)).sum()) for name, values in columns.items()}
    return ComparedPlaces(extended, files, known)


def find_copies(run: Path, min_copies: int, where: EngineOptions | None = None) -> Copied:
    """The sentences that so many documents of a run have word for word."""
    shard_ids, _ = read_plan(run)
    counts: Counter[bytes] = Counter()
    for part in map_shards(_count_copies, [(run, shard_id) for shard_id in shard_ids], where):
        counts.update(part)
    return frozenset(key for key, n in counts.items() if n >= min_copies)


def _count_copies(job: tuple[Path, str]) -> dict[bytes, int]:
    counts: Counter[bytes] = Counter()
    for group in read_groups(*job):
        counts.update(count_sentences(group.documents))
    return counts


def _read_terms(run: Path, cut: TermOptions, copied: Copied, where: EngineOptions | None) -> Features:
    """Words of every document of a run, one row each."""
    shard_ids, _ = read_plan(run)
    parts = list(map_shards(_count_shard, [(run, shard_id, cut, copied) for shard_id in shard_ids], where))
    if not parts:
        raise TopicError("topics_no_words", n=0)
    return trim_terms(stack_terms(parts), min_docs=1, max_share=1.0)


def _count_shard(job: Job) -> Features | None:
    run, shard_id, options, copied = job
    parts = []
    for group in read_groups(run, shard_id):
        bodies = Corpus(tuple(_body(document, options.section_names, copied) for document in group.documents))
        parts.append(count_terms(cut_terms(bodies, replace(options, sections="all"))))
    return stack_terms(parts) if parts else None


def _body(document: Document, sections: Sequence[str], copied: Copied) -> Document:
    """What of a document is compared, as a document of its own."""
    text = "".join(document.text[start:end] for start, end in document.stretches(sections))
    text = without_sentences(text, copied)
    return Document(document.doc_id, text, text, Spans.identity())


def _compare(run: Path, panel: Panel, terms: Features, options: SimilarityOptions) -> Any:
    import pandas as pd

    documents = pd.read_parquet(run / DOCUMENTS, columns=["doc_id", "place_code", "level", "year", "in_panel"])
    if tuple(documents["doc_id"]) != terms.doc_ids:
        raise TopicError("topics_run_changed", path=DOCUMENTS, n=len(documents), n_run=len(terms))
    years = known_years(documents["year"])
    nations = [year if level == "national" else None for level, year in zip(documents["level"], years, strict=True)]
    keys = list(zip(panel.frame[panel.keys[0]].astype(str), panel.frame["year"].astype(int), strict=True))
    provinces = dict(zip(panel.frame[panel.keys[0]].astype(str), _provinces(panel), strict=True))
    return compare_places(terms, panel_rows(run, documents), nations, keys, provinces, options)


def _provinces(panel: Panel) -> pd.Series[str]:
    name = "province_code" if "province_code" in panel.frame.columns else panel.keys[0]
    return panel.frame[name].astype(str)
