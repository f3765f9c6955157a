"""Topic models on the work reports of a finished run: time to a perplexity, and half the lexicon against the other.

    python tests/benchmarks/topics.py speed RUN     # CPU seconds and held-out perplexity, one bag of words for all
    python tests/benchmarks/topics.py halves RUN    # seeded with half of the terms, against the rate of the other half

RUN is the folder that ``textgov panel`` wrote. Each prints one JSON line a result.
"""

from __future__ import annotations

import json
import random
import sys
import time
import warnings
from pathlib import Path

import numpy as np

from textgov.count import count_terms, stack_terms, trim_terms
from textgov.lexicon import match_key, read_lexicon
from textgov.records import Corpus, Features
from textgov.store import iter_corpus
from textgov.topics import TermOptions, TopicOptions, assign_topics, cut_terms, fit_topics, pool_shares
from textgov.topics.assign import fold_rows
from textgov.topics.fit import row_key

K, SPEED_ROWS, HALVES = 20, 10_000, 5
LEXICON = read_lexicon("digital-government")


def read_terms(run: Path, unit: str) -> Features:
    """Terms of all documents of a run."""
    options = TermOptions(unit=unit, lexicons=(LEXICON,))
    paths = sorted((run / "store" / "corpus").glob("*.parquet"))
    parts = [count_terms(cut_terms(Corpus(group), options)) for path in paths for group in iter_corpus(path)]
    terms = {match_key(entry.term) for entry in LEXICON.entries}
    return trim_terms(stack_terms(parts), min_docs=10, max_share=0.2, keep=terms)


def some_rows(terms: Features, rows) -> Features:
    ids = tuple(terms.doc_ids[row] for row in rows)
    return Features(ids, terms.names, terms.values[rows], {"n_terms": terms.lengths["n_terms"][rows]})


def halve(counts, seed=0):
    """Each word of a row goes to one half or the other: shares from the one, perplexity on the other."""
    draw = np.random.default_rng(seed)
    first = counts.copy()
    first.data = draw.binomial(counts.data, 0.5)
    second = counts - first
    first.eliminate_zeros()
    second.eliminate_zeros()
    return first, second


def perplexity(topics, held) -> float:
    """Document completion, the same for every engine: alpha 0.1, a trace of every word in every topic."""
    topics = topics + 1e-9
    topics = topics / topics.sum(axis=1, keepdims=True)
    seen, unseen = held
    shares = fold_rows(seen, topics, np.full(len(topics), 0.1))
    rows = np.repeat(np.arange(unseen.shape[0]), np.diff(unseen.indptr))
    total = 0.0
    for at in range(0, len(rows), 100_000):
        part = slice(at, at + 100_000)
        likely = np.einsum("ik,ki->i", shares[rows[part]], topics[:, unseen.indices[part]])
        total += float((unseen.data[part] * np.log(likely)).sum())
    return float(np.exp(-total / unseen.sum()))


def multicore(terms, passes):
    from gensim.models import LdaMulticore

    counts = terms.values
    edges = zip(counts.indptr, counts.indptr[1:], strict=False)
    corpus = [list(zip(counts.indices[a:b].tolist(), counts.data[a:b].tolist(), strict=True)) for a, b in edges]
    names = {column: str(column) for column in range(counts.shape[1])}
    options = {
        "alpha": [0.1] * K,
        "eta": 0.01,
        "passes": passes,
        "random_state": 1,
        "chunksize": 500,
        "eval_every": None,
    }
    return LdaMulticore(corpus, num_topics=K, id2word=names, workers=1, **options).get_topics()


def speed(run: Path) -> None:
    terms = read_terms(run, "paragraph")
    rows = np.flatnonzero(np.diff(terms.values.indptr) > 5).tolist()
    rows = sorted(sorted(rows, key=lambda row: row_key(terms.doc_ids[row], 1))[: SPEED_ROWS + 1000])
    draw = np.random.default_rng(2).permutation(rows)
    train, held = some_rows(terms, np.sort(draw[1000:])), halve(terms.values[np.sort(draw[:1000])])
    fit_topics(some_rows(terms, rows[:50]), n_topics=5, options=TopicOptions(sweeps=2))  # compiles
    budgets = {
        "lda": (5, 10, 20, 40, 100, 200),
        "lda-tomotopy": (40, 150),
        "lda-gensim": (1, 3, 10),
        "lda-sklearn": (5, 20),
        "gensim LdaMulticore": (10,),
    }
    print(json.dumps({"rows": len(train), "words": int(train.lengths["n_terms"].sum()), "terms": len(train.names)}))
    for method, sweeps in budgets.items():
        for budget in sweeps:
            began, started = time.process_time(), time.perf_counter()
            if method in ("gensim LdaMulticore",):
                topics = multicore(train, budget)
            else:
                topics = fit_topics(train, method, K, options=TopicOptions(sweeps=budget)).topics
            cpu, wall = time.process_time() - began, time.perf_counter() - started
            found = {"method": method, "budget": budget, "cpu": round(cpu, 1), "wall": round(wall, 1)}
            print(json.dumps(found | {"perplexity": round(perplexity(topics, held), 1)}), flush=True)


def halves(run: Path) -> None:
    import pandas as pd

    terms = read_terms(run, "paragraph")
    documents = pd.read_parquet(run / "documents.parquet").set_index("doc_id")
    hits = pd.read_parquet(run / "hits.parquet")
    cities = documents[documents["level"] == "prefecture"].dropna(subset=["place_code", "year"])
    names = sorted({match_key(entry.term) for entry in LEXICON.entries})
    for split in range(HALVES):
        random.Random(split).shuffle(names)
        half, other = names[: len(names) // 2], names[len(names) // 2 :]
        began = time.process_time()
        options = TopicOptions(max_rows=60_000)
        model = fit_topics(terms, "seeded", K, seeds={"half": half}, options=options)
        topic = model.labels.index("half")
        shares = pool_shares(assign_topics(model, terms))
        cpu = time.process_time() - began
        table = cities.assign(
            share=pd.Series(shares.values.toarray()[:, topic], index=shares.doc_ids),
            words=pd.Series(shares.lengths["n_terms"], index=shares.doc_ids),
            half=hits[hits["term"].map(match_key).isin(half)].groupby("doc_id").size(),
            other=hits[hits["term"].map(match_key).isin(other)].groupby("doc_id").size(),
        ).fillna({"half": 0, "other": 0})
        table["share"] *= table["words"]
        sums = table.groupby(["place_code", "year"])[["share", "words", "half", "other", "n_han"]].sum()
        share, rate = sums["share"] / sums["words"], sums["other"] / sums["n_han"]
        within = pd.DataFrame({"share": share, "rate": rate}).groupby("year").transform(lambda one: one - one.mean())
        found = {
            "split": split,
            "city_years": len(sums),
            "correlation": round(float(share.corr(rate)), 3),
            "within_years": round(float(within["share"].corr(within["rate"])), 3),
            "two_rates": round(float((sums["half"] / sums["n_han"]).corr(rate)), 3),
            "share": round(float(model.shares[topic]), 4),
            "cpu": round(cpu, 1),
            "words": [model.vocabulary[term] for term in np.argsort(-model.topics[topic])[:15]],
        }
        print(json.dumps(found, ensure_ascii=False), flush=True)


if __name__ == "__main__":
    warnings.simplefilter("ignore")
    {"speed": speed, "halves": halves}[sys.argv[1]](Path(sys.argv[2]))
