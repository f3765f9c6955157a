"""Topic models on the work reports of a finished run: time to a perplexity, and half the lexicon against the other.

    python tests/benchmarks/topics.py speed RUN     # CPU seconds and held-out perplexity, one bag of words for all
    python tests/benchmarks/topics.py halves RUN    # seeded with half of the terms, against the rate of the other half
    python tests/benchmarks/topics.py bound RUN     # how high that can be
    python tests/benchmarks/topics.py planted       # known topics, against gensim with ten times the CPU time

RUN is the folder that ``textgov panel`` wrote. Each prints one JSON line a result.
"""

from __future__ import annotations

import json
import os
import random
import sys
import time
import warnings
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd

from textgov.count import count_terms, stack_terms, trim_terms
from textgov.lexicon import match_key, read_lexicon
from textgov.records import Corpus, Features, Lexicon
from textgov.run.topics import FitOptions
from textgov.store import iter_corpus
from textgov.topics import TermOptions, TopicOptions, assign_topics, cut_terms, fit_topics, pool_shares
from textgov.topics.assign import fold_rows
from textgov.topics.engines import GENSIM_ROWS
from textgov.topics.fit import row_key
from textgov.topics.terms import stays_whole

K = 20
# gensim may use so many times our CPU time to reach our perplexity.
LONGEST = 20
BUDGETS = {
    "lda": (1, 5, 10, 20, 40, 100, 200),
    "lda-tomotopy": (40, 150),
    "lda-gensim": (1, 3, 10),
    "lda-sklearn": (5, 20),
    "gensim LdaMulticore": (10,),
}
LEXICON = read_lexicon("digital-government")


def read_terms(
    run: Path, unit: str, trim: bool = True, only: frozenset[str] | None = None, lexicon: Lexicon = LEXICON
) -> Features:
    """Terms of all documents of a run, or of those with certain ids."""
    options = TermOptions(unit=unit, lexicons=(lexicon,))
    paths = sorted((run / "store" / "corpus").glob("*.parquet"))
    groups = (group for path in paths for group in iter_corpus(path))
    if only is not None:
        groups = (tuple(one for one in group if one.doc_id in only) for group in groups)
    parts = [count_terms(cut_terms(Corpus(group), options)) for group in groups if group]
    terms = {match_key(entry.term) for entry in LEXICON.entries}
    return trim_terms(stack_terms(parts), min_docs=10, max_share=0.2, keep=terms) if trim else stack_terms(parts)


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
        "chunksize": GENSIM_ROWS,
        "eval_every": None,
    }
    return LdaMulticore(corpus, num_topics=K, id2word=names, workers=1, **options).get_topics()


def speed(run: Path, n_rows: str = "10000") -> None:
    """``n_rows`` paragraphs to fit to, 1,000 others for the perplexity; paragraphs chosen by hash."""
    size = int(str(n_rows))
    terms = read_terms(run, "paragraph")
    rows = np.flatnonzero(np.diff(terms.values.indptr) > 5).tolist()
    rows = sorted(sorted(rows, key=lambda row: row_key(terms.doc_ids[row], 1))[: size + 1000])
    draw = np.random.default_rng(2).permutation(rows)
    train, held = some_rows(terms, np.sort(draw[1000:])), halve(terms.values[np.sort(draw[:1000])])
    fit_topics(some_rows(terms, rows[:50]), n_topics=5, options=TopicOptions(sweeps=2))  # compiles
    print(json.dumps({"rows": len(train), "words": int(train.lengths["n_terms"].sum()), "terms": len(train.names)}))
    results = []
    for method, sweeps in BUDGETS.items():
        for budget in sweeps:
            began, started = sum(os.times()[:4]), time.perf_counter()  # with the processes of LdaMulticore
            if method in ("gensim LdaMulticore",):
                topics = multicore(train, budget)
            else:
                topics = fit_topics(train, method, K, options=TopicOptions(sweeps=budget)).topics
            cpu, wall = sum(os.times()[:4]) - began, time.perf_counter() - started
            found = {"method": method, "budget": budget, "cpu": round(cpu, 1), "wall": round(wall, 1)}
            results.append(found | {"perplexity": round(perplexity(topics, held), 1)})
            print(json.dumps(results[-1]), flush=True)
    results += go_on(train, held, results)
    ratios(results)


def go_on(train, held, results):
    """LdaModel with twice the passes each time, until it is as good as our five sweeps or had 20 times their CPU."""
    ours = next(one for one in results if one["method"] == "lda" and one["budget"] == 5)
    last = [one for one in results if one["method"] == "lda-gensim"][-1]
    more = []
    while last["perplexity"] > ours["perplexity"] and last["cpu"] < LONGEST * ours["cpu"]:
        budget, began = 2 * last["budget"], time.process_time()
        topics = fit_topics(train, "lda-gensim", K, options=TopicOptions(sweeps=budget)).topics
        last = {"method": "lda-gensim", "budget": budget, "cpu": round(time.process_time() - began, 1)}
        last["perplexity"] = round(perplexity(topics, held), 1)
        more.append(last)
        print(json.dumps(last), flush=True)
    reached = last["perplexity"] <= ours["perplexity"]
    print(
        json.dumps({"gensim_reaches_ours": reached, "times_our_cpu": round(last["cpu"] / ours["cpu"], 1)}), flush=True
    )
    return more


def ratios(found: list[dict[str, float]]) -> None:
    """For each budget of the others the CPU time of the cheapest fit of ours that is at least as good."""
    ours = [one for one in found if one["method"] == "lda"]
    for other in found:
        if other["method"] != "lda":
            good = [one["cpu"] for one in ours if one["perplexity"] <= other["perplexity"]]
            ratio = round(other["cpu"] / min(good), 1) if good else None
            print(json.dumps({"against": other["method"], "budget": other["budget"], "times_faster": ratio}))


def planted() -> None:
    """Topics drawn from a Dirichlet, 3,000 rows of 400 words; gensim makes passes until it had ten times our CPU."""
    sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
    from test_topics import features, match
    from test_topics import planted as draw

    fit_topics(features(draw(0.1, size=4, rows=50, words=20, width=60)[0]), n_topics=4)  # compiles
    for prior in (0.05, 1.0):
        counts, topics, _ = draw(prior)
        terms = features(counts)
        began = time.process_time()
        cosine = match(fit_topics(terms, n_topics=K, options=TopicOptions(sweeps=60)).topics, topics)
        ours = time.process_time() - began
        print(json.dumps({"prior": prior, "method": "lda", "cpu": round(ours, 1), **told(cosine)}), flush=True)
        passes, spent = 2, 0.0
        while spent < 10 * ours:
            passes = max(passes + 1, round(passes * 10.5 * ours / spent)) if spent else passes
            began = time.process_time()
            found = fit_topics(terms, "lda-gensim", K, options=TopicOptions(sweeps=passes)).topics
            spent = time.process_time() - began
        about = {"prior": prior, "method": "lda-gensim", "passes": passes, "cpu": round(spent, 1)}
        print(json.dumps(about | told(match(found, topics))), flush=True)


def told(cosine) -> dict[str, float]:
    return {"cosine": round(float(cosine.mean()), 4), "found": int((cosine > 0.9).sum())}


def half_lexicon(split: int) -> tuple[Lexicon, set[str]]:
    """A random half of the terms as a lexicon, and the keys of the other half."""
    names = sorted({match_key(entry.term) for entry in LEXICON.entries})
    random.Random(split).shuffle(names)
    half = set(names[: len(names) // 2])
    entries = tuple(entry for entry in LEXICON.entries if match_key(entry.term) in half)
    return replace(LEXICON, name="half", entries=entries), set(names) - half


def halves(run: Path, splits: str = "1-5", n_topics: str = "8") -> None:
    """City reports: fitted to sentences, shares of sentences pooled; correlations of city-years, and of the two rates.

    Texts are cut with half of the terms: those of the other half are cut like any other text. Splits 1 to 5 are those
    reported; settings were tried on splits 101 to 105.
    """
    documents = pd.read_parquet(run / "documents.parquet").set_index("doc_id")
    hits = pd.read_parquet(run / "hits.parquet")
    hits = hits[hits["lexicon"] == LEXICON.name]
    of_hit = hits["term"].map({term: match_key(term) for term in hits["term"].unique()})
    cities = documents[documents["level"] == "prefecture"].dropna(subset=["place_code", "year"])
    first, _, last = str(splits).partition("-")
    for split in range(int(first), int(last or first) + 1):
        lexicon, other = half_lexicon(split)
        began = time.process_time()
        options = FitOptions(lexicon="half", n_topics=int(str(n_topics)))
        terms = read_terms(run, "sentence", trim=False, only=frozenset(cities.index), lexicon=lexicon)
        seeds = {match_key(entry.term) for entry in lexicon.entries if stays_whole(entry)}
        known = trim_terms(terms, options.min_docs, options.max_share, keep=seeds)
        model = fit_topics(known, "seeded", options.n_topics, seeds=lexicon, options=options.chain())
        topic = model.labels.index("half")
        shares = pool_shares(assign_topics(model, terms))
        cpu = time.process_time() - began
        table = cities.assign(
            share=pd.Series(shares.values.toarray()[:, topic], index=shares.doc_ids),
            words=pd.Series(shares.lengths["n_terms"], index=shares.doc_ids),
            half=hits[~of_hit.isin(other)].groupby("doc_id").size(),
            other=hits[of_hit.isin(other)].groupby("doc_id").size(),
        ).fillna({"half": 0, "other": 0})
        table["share"] *= table["words"]
        sums = table.groupby(["place_code", "year"])[["share", "words", "half", "other", "n_han"]].sum()
        share, rate = sums["share"] / sums["words"], sums["other"] / sums["n_han"]
        found = {
            "split": split,
            "city_years": len(sums),
            "correlation": round(float(share.corr(rate)), 3),
            "within_years": round(within_years(share, rate), 3),
            "two_rates": round(float((sums["half"] / sums["n_han"]).corr(rate)), 3),
            "share": round(float(model.shares[topic]), 4),
            "cpu": round(cpu, 1),
            "words": [model.vocabulary[term] for term in np.argsort(-model.topics[topic])[:15]],
        }
        print(json.dumps(found, ensure_ascii=False), flush=True)


def within_years(one: pd.Series, other: pd.Series) -> float:
    """Correlation of what is left of two columns without the means of their years."""
    both = pd.DataFrame({"one": one, "other": other}).groupby("year").transform(lambda values: values - values.mean())
    return float(both["one"].corr(both["other"]))


def bound(run: Path, splits: str = "1-5") -> None:
    """How high the correlations of `halves` can be: what chance leaves of the rate of the other half.

    The hits of a half are dealt at random into two, 30 times; from the mean correlation r of their rates the
    reliability of the rate of all of them is 2 r / (1 + r) (Spearman-Brown). No measure that does not see these very
    hits correlates with the rate at more than its square root (``most``). ``seeds_without_noise`` is what the rate of
    the seeds would reach, were it free of chance: the correlation of the two rates over the root of its reliability.
    """
    documents = pd.read_parquet(run / "documents.parquet").set_index("doc_id")
    cities = documents[documents["level"] == "prefecture"].dropna(subset=["place_code", "year"])
    hits = pd.read_parquet(run / "hits.parquet")
    hits = hits[(hits["lexicon"] == LEXICON.name) & hits["doc_id"].isin(cities.index)]
    of_hit = hits["term"].map({term: match_key(term) for term in hits["term"].unique()}).to_numpy()
    number = cities.groupby(["place_code", "year"]).ngroup()
    cell, lengths = hits["doc_id"].map(number).to_numpy(), cities["n_han"].groupby(number).sum().to_numpy()
    rate = lambda cells: np.bincount(cells, minlength=len(lengths)) / lengths  # noqa: E731
    draw = np.random.default_rng(0)

    def reliability(cells):
        dealt = [draw.random(len(cells)) < 0.5 for _ in range(30)]
        r = np.mean([np.corrcoef(rate(cells[one]), rate(cells[~one]))[0, 1] for one in dealt])
        return 2 * r / (1 + r)

    first, _, last = str(splits).partition("-")
    for split in range(int(first), int(last or first) + 1):
        other = np.isin(of_hit, list(half_lexicon(split)[1]))
        r = np.corrcoef(rate(cell[other]), rate(cell[~other]))[0, 1]
        most, seeds = reliability(cell[other]) ** 0.5, reliability(cell[~other]) ** 0.5
        found = {"hits": other.sum() / len(lengths), "two_rates": r, "most": most}
        found |= {"seeds_without_noise": r / seeds, "without_noise": r / seeds / most}
        print(json.dumps({"split": split} | {name: round(float(value), 3) for name, value in found.items()}))


if __name__ == "__main__":
    warnings.simplefilter("ignore")
    {"speed": speed, "halves": halves, "bound": bound, "planted": planted}[sys.argv[1]](*map(Path, sys.argv[2:]))
