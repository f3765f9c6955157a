"""What the topics of a model are, with the evidence: tables and a page to read."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from textgov.count import count_terms
from textgov.engine import EngineOptions
from textgov.errors import StoreError, TopicError
from textgov.export import write_table
from textgov.outside import read_panel
from textgov.records import Corpus, Features, TopicModel
from textgov.run.topics.folder import SHARES, TABLE, read_cut, results_folder, topic_table
from textgov.run.topics.page import topics_page
from textgov.run.topics.panel import pool_places, read_shares
from textgov.run.topics.shards import map_shards, read_groups
from textgov.store import make_folder, read_model, read_plan, written_aside
from textgov.topics import TermOptions, cut_terms, pool_shares
from textgov.topics.assign import check_known, match_vocabulary, share_rows
from textgov.topics.coherence import Coherence, coherence_of, count_together, top_columns
from textgov.topics.fit import check_seed
from textgov.topics.trends import topic_years
from textgov.topics.twins import find_twins, measure_spread
from textgov.topics.typical import (
    PARAGRAPH_WORDS,
    Typical,
    TypicalRow,
    find_typical,
    from_places,
    is_boilerplate,
    measure_likeness,
    merge_typical,
)
from textgov.topics.words import measure_exclusivity, score_words, top_words, word_table

if TYPE_CHECKING:
    import pandas as pd
    from numpy.typing import NDArray

DOCUMENTS = "documents.parquet"
SHOWN = 10  # typical rows of each topic
SHOWN_WORDS = 15
PAGE = "topics.md"
TEXT_LIMIT = 400  # characters of a passage in a table; the offsets lead to the rest
RATE = "_p10k"


class TopicReport(NamedTuple):
    """The tables of a report, by the names of their files, and the files."""

    tables: Mapping[str, pd.DataFrame]
    files: tuple[Path, ...]


class _Shard(NamedTuple):
    """What a shard adds to a report."""

    doc_ids: tuple[str, ...]
    n_words: NDArray[np.int64]
    shares: NDArray[np.float64]
    n_all: int
    typical: Typical
    together: NDArray[np.float64]
    n_rows: int


Job = tuple[Path, str, TermOptions, TopicModel]


def report_run(
    run: Path, folder: Path, *, seed: int = 1, n_typical: int = SHOWN, where: EngineOptions | None = None
) -> TopicReport:
    """Describe every topic of a model by the documents of a run.

    Parameters
    ----------
    run : Path
    folder : Path
        Of a model, of this run or of another one; see `find_model`.
    seed : int
        Of the bootstrap.
    n_typical : int
        Passages of each topic, each of another place.
    where : EngineOptions, optional
        No result depends on it.

    Returns
    -------
    TopicReport
        Into ``RUN/topics/<name>``: ``topics.csv``, ``topic_words.csv``, ``topic_years.csv``, ``typical.csv``,
        ``twins.csv``, ``lexicon_correlation.csv`` and ``topics.md``. Shares of documents are those that `assign_run`
        has written; without them those of the units, pooled by words.

    Raises
    ------
    UsageError
        The folder holds no run; a seed below 0.
    TopicError
        No model, a damaged one, or one of other words than those of the run; nothing is written.
    """
    check_seed(seed)
    shard_ids, _ = read_plan(run)
    target, model = results_folder(run, folder), read_model(folder)
    found = _gather(run, shard_ids, model, read_cut(folder, model), where)
    check_known(model, int(found.n_words.sum()), found.n_all)
    found = _as_assigned(target, model, found)
    documents = _documents(run, found.doc_ids)
    places = dict(zip(documents["doc_id"], documents["place_code"], strict=True))
    chosen = [from_places(rows, places, n_typical) for rows in found.typical.rows]
    texts = read_texts(run, shard_ids, [(row.row, row.doc_id) for rows in chosen for row in rows])
    years = known_years(documents["year"])
    tables = {
        TABLE: describe_topics(model, found, places),
        "topic_words.csv": word_table(model),
        "topic_years.csv": topic_years(model.names, found.shares, found.n_words, years, seed=seed),
        "typical.csv": _typical_table(model, chosen, documents, texts),
        "twins.csv": find_twins(model),
        "lexicon_correlation.csv": _correlations(run, model, found),
    }
    make_folder(target)
    files = [write_table(table, target / name) for name, table in tables.items()]
    with written_aside(target / PAGE) as part:
        part.write_text(topics_page(model, tables), encoding="utf-8", newline="\n")
    return TopicReport(tables, tuple(sorted([*files, target / PAGE])))


def _as_assigned(target: Path, model: TopicModel, found: _Shard) -> _Shard:
    """With the shares that `assign_run` found, so that a report tells of the numbers in the panel; else as they are."""
    if not (target / SHARES).is_file():
        return found
    shares = read_shares(target, model)
    if tuple(shares["doc_id"]) != found.doc_ids:
        raise TopicError("topics_run_changed", path=SHARES, n=len(shares), n_run=len(found.doc_ids))
    values = shares[list(model.names)].to_numpy(dtype=np.float64)
    return found._replace(n_words=shares["n_words"].to_numpy(), shares=values)


def _gather(
    run: Path, shard_ids: Sequence[str], model: TopicModel, cut: TermOptions, where: EngineOptions | None
) -> _Shard:
    """All shards together."""
    jobs: list[Job] = [(run, shard_id, cut, model) for shard_id in shard_ids]
    return _merge(list(map_shards(_read_shard, jobs, where)))


def _merge(parts: Sequence[_Shard]) -> _Shard:
    if not parts:
        raise TopicError("topics_no_words", n=0)
    return _Shard(
        tuple(doc_id for part in parts for doc_id in part.doc_ids),
        np.concatenate([part.n_words for part in parts]),
        np.concatenate([part.shares for part in parts]),
        sum(part.n_all for part in parts),
        merge_typical([part.typical for part in parts]),
        np.sum([part.together for part in parts], axis=0),
        sum(part.n_rows for part in parts),
    )


def _read_shard(job: Job) -> _Shard | None:
    run, shard_id, options, model = job
    columns = top_columns(model.topics)
    parts = []
    for group in read_groups(run, shard_id):
        terms = count_terms(cut_terms(group, options))
        shares = share_rows(model, terms)
        pooled = pool_shares(shares)
        counts = match_vocabulary(model, terms)
        typical = find_typical(model, *_passages(group, options, model, terms, shares))
        together = count_together(counts, columns)
        n_rows = int((np.diff(counts.indptr) > 0).sum())
        n_all = int(terms.values.sum())
        found = pooled.lengths["n_terms"], pooled.values.toarray()
        parts.append(_Shard(pooled.doc_ids, *found, n_all, typical, together, n_rows))
    return _merge(parts) if parts else None


def _passages(
    group: Corpus, options: TermOptions, model: TopicModel, terms: Features, shares: Features
) -> tuple[Features, Features, float | None]:
    """The rows among which typical ones are sought: paragraphs, where the rows of the model are whole documents."""
    if options.unit != "document":
        return terms, shares, None
    rows = count_terms(cut_terms(group, replace(options, unit="paragraph")))
    return rows, share_rows(model, rows), PARAGRAPH_WORDS


def _documents(run: Path, doc_ids: Sequence[str]) -> pd.DataFrame:
    """What is known of the documents, in the order of the run."""
    import pandas as pd

    path = run / DOCUMENTS
    if not path.is_file():
        raise StoreError("store_bad", path=path, detail="it is missing; run textgov panel again")
    documents = pd.read_parquet(path, columns=["doc_id", "place_code", "place", "year"])
    if tuple(documents["doc_id"]) != tuple(doc_ids):
        raise TopicError("topics_run_changed", path=path.as_posix(), n=len(documents), n_run=len(doc_ids))
    return documents


def known_years(column: pd.Series[Any]) -> list[int | None]:
    """The years of documents; None where there is none."""
    return [int(year) if known else None for year, known in zip(column, column.notna(), strict=True)]


def read_texts(run: Path, shard_ids: Sequence[str], rows: Sequence[tuple[str, str]]) -> dict[str, str]:
    """The texts of some rows of some documents, by the id of the row."""
    wanted: dict[str, list[str]] = {}
    for row, doc_id in rows:
        wanted.setdefault(doc_id, []).append(row)
    found: dict[str, str] = {}
    for shard_id in shard_ids if wanted else ():
        for group in read_groups(run, shard_id, wanted):
            for document in group.documents:
                for row in wanted[document.doc_id]:
                    part = row.removeprefix(document.doc_id).lstrip(":")
                    start, end = map(int, part.split("-")) if part else (0, len(document.text))
                    found[row] = document.text[start:end].strip()
    return found


def describe_topics(model: TopicModel, found: _Shard, places: Mapping[str, object]) -> pd.DataFrame:
    """One row a topic: words, measures of quality, and what speaks against it."""
    scores = score_words(model)
    twins = find_twins(model)
    coherence: Coherence = coherence_of(model.topics, found.together, found.n_rows)
    likeness = [measure_likeness(rows, places) for rows in found.typical.rows]
    table = topic_table(model)
    of_words = {"frex_words": scores.frex, "relevance_words": scores.relevance}
    for name, score in of_words.items():
        table[name] = [" ".join(words) for words in top_words(model, score, SHOWN_WORDS)]
    return table.assign(
        npmi=coherence.npmi,
        c_v=coherence.c_v,
        exclusivity=measure_exclusivity(model.topics),
        spread=measure_spread(found.shares, found.n_words),
        passages=np.array(found.typical.passages) / max(found.typical.n_docs, 1),
        likeness=likeness,
        boilerplate=[is_boilerplate(found.typical, at, like) for at, like in enumerate(likeness)],
        twin=[other if twin else "" for other, twin in zip(twins["other"], twins["twin"], strict=True)],
    )


def _typical_table(
    model: TopicModel, chosen: Sequence[Sequence[TypicalRow]], documents: pd.DataFrame, texts: Mapping[str, str]
) -> pd.DataFrame:
    """The passages of each topic with their places and years."""
    import pandas as pd

    about = documents.set_index("doc_id")
    rows = [
        {
            "topic": name,
            "rank": rank,
            "doc_id": row.doc_id,
            "city": about.at[row.doc_id, "place"],
            "year": about.at[row.doc_id, "year"],
            "share": row.share,
            "n_words": row.n_words,
            "start": int(row.row.rpartition(":")[2].partition("-")[0]),
            "text": shorten(texts[row.row]),
        }
        for name, found in zip(model.names, chosen, strict=True)
        for rank, row in enumerate(found, 1)
    ]
    head = ["topic", "rank", "doc_id", "city", "year", "share", "n_words", "start", "text"]
    return pd.DataFrame(rows, columns=head).astype({"year": "Int64"})


def shorten(text: str, limit: int = TEXT_LIMIT) -> str:
    """A text on one line, cut where it is too long.

    Examples
    --------
    >>> shorten("数字政府建设。  一网通办。", 9)
    '数字政府建设。 一…'
    """
    line = " ".join(text.split())
    return line if len(line) <= limit else line[:limit] + "…"


def _correlations(run: Path, model: TopicModel, found: _Shard) -> pd.DataFrame:
    """Pearson correlation of every topic's share with every rate of the panel, over its rows."""
    import pandas as pd

    head = ["topic", "column", "correlation", "n"]
    if not (run / "panel.parquet").is_file():
        return pd.DataFrame(columns=head)
    panel = read_panel(run)
    shares = pd.DataFrame(found.shares, columns=list(model.names))
    shares.insert(0, "n_words", found.n_words)
    shares.insert(0, "doc_id", list(found.doc_ids))
    pooled = pool_places(run, panel, shares).shares
    rates = [one.name for one in panel.variables if one.lexicon and one.name.endswith(RATE)]
    rows = [
        (name, column, *correlate(pooled[:, at], panel.frame[column].to_numpy(dtype=float, na_value=np.nan)))
        for at, name in enumerate(model.names)
        for column in rates
    ]
    return pd.DataFrame(rows, columns=head)


def correlate(one: NDArray[np.float64], other: NDArray[np.float64]) -> tuple[float, int]:
    """Pearson correlation where both are known, and how many these are; missing below three or without variation.

    Examples
    --------
    >>> correlate(np.array([1.0, 2, 3, np.nan]), np.array([2.0, 4, 6, 9]))
    (1.0, 3)
    """
    known = ~(np.isnan(one) | np.isnan(other))
    a, b = one[known], other[known]
    if len(a) < 3 or np.ptp(a) == 0 or np.ptp(b) == 0:
        return float("nan"), len(a)
    return float(np.clip(np.corrcoef(a, b)[0, 1], -1, 1)), len(a)
