"""How many terms of a lexicon each method of `textgov lexicon expand` finds again from the other half.

usage: python tests/benchmarks/expansion.py RUN [--lexicon digital-government] [--splits 1] [--at 200 500 1000]

RUN is the folder of a finished run. Every second entry of the lexicon is a seed (with a second split: the others), the
rest is to be found. A term can be found if it occurs ``min_count`` times in the texts and holds no seed: what holds one
is counted by it already. Printed are, for each method and for their combination, the terms among the first candidates,
and the processor seconds and memory of each step. The lists are lower bounds of what is useful: most of what stands
high belongs to the subject without standing in the lexicon.
"""

from __future__ import annotations

import argparse
import resource
import time
from collections.abc import Iterator
from dataclasses import replace
from itertools import islice
from pathlib import Path

import numpy as np

from textgov.count import tally_documents
from textgov.expand import ExpandOptions, read_words
from textgov.expand.candidates import score_candidates, seed_terms
from textgov.expand.rank import RANKINGS, combine_ranks, rank_scores
from textgov.lexicon import match_key, read_lexicon
from textgov.records import Document, Lexicon
from textgov.store import RunDocuments


def occurrences(documents: RunDocuments, lexicon: Lexicon) -> dict[str, int]:
    """Hits of each term under longest match."""
    totals = np.zeros(len(lexicon.entries), dtype=np.int64)
    for group in batched(documents, 100):
        found = tally_documents(group, lexicon).hits["entry"].to_numpy()
        totals += np.bincount(found, minlength=len(totals))
    return dict(zip((match_key(entry.term) for entry in lexicon.entries), totals.tolist(), strict=True))


def batched(documents: RunDocuments, n: int) -> Iterator[tuple[Document, ...]]:
    rest = iter(documents)
    while some := tuple(islice(rest, n)):
        yield some


def try_split(documents: RunDocuments, lexicon: Lexicon, half: int, at: list[int], counts: dict[str, int]) -> None:
    options = ExpandOptions()
    entries = lexicon.entries
    seeding = replace(lexicon, entries=entries[half::2])
    seeds = seed_terms(seeding)
    held = [match_key(entry.term) for entry in entries[1 - half :: 2]]
    held = [term for term in held if counts[term] >= options.min_count and term not in seeds]
    free = [term for term in held if not any(seed in term for seed in seeds)]
    start = time.process_time()
    stream, new = read_words(documents, seeding, options)
    told("words", start)
    start = time.process_time()
    found = score_candidates(stream, seeds, new, options)
    told("scores", start)
    names = [stream.words[number] for number in found.numbers.tolist()]
    print(
        f"{len(names)} candidates; of {len(held)} terms {len(free)} hold no seed, "
        f"{len(set(free) & set(names))} are candidates"
    )
    ranks = {name: rank_scores(found.scores[one.score]) for name, one in RANKINGS.items()}
    together = combine_ranks(ranks, {name: one.weight for name, one in RANKINGS.items()})
    for name, values in {**ranks, "combined": rank_scores(together)}.items():
        rank_of = dict(zip(names, values.tolist(), strict=True))
        shares = [sum(rank_of.get(term, np.inf) <= top for term in free) / max(len(free), 1) for top in at]
        print(f"{name:20}" + "".join(f"{share:8.2f}" for share in shares))


def told(what: str, start: float) -> None:
    megabytes = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    print(f"{what}: {time.process_time() - start:.0f} s, up to {megabytes} MB", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("run", type=Path)
    parser.add_argument("--lexicon", default="digital-government")
    parser.add_argument("--splits", type=int, choices=(1, 2), default=1)
    parser.add_argument("--at", type=int, nargs="+", default=[100, 200, 500, 1000])
    given = parser.parse_args()
    documents, lexicon = RunDocuments(given.run), read_lexicon(given.lexicon)
    counts = occurrences(documents, lexicon)
    print(f"{'recall at':20}" + "".join(f"{top:8}" for top in given.at))
    for half in range(given.splits):
        try_split(documents, lexicon, half, given.at, counts)


if __name__ == "__main__":
    main()
