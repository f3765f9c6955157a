"""Rate of the match and of the whole count: by number of entries, and against one plain scan.

    python tests/benchmarks/counting.py RUN [--documents 600]

RUN is the folder of a finished run; its normalised texts are counted with lexicons of 300 and 5,000 entries (n-grams of
the texts themselves, drawn with a seed) and with the built-in one. Times are of the processor,
the best of three; MB are those of the texts in UTF-8.
"""

from __future__ import annotations

import argparse
import random
import time
from collections.abc import Callable
from pathlib import Path

from textgov.count import CountOptions, find_matches, make_key, make_matcher, tally_documents
from textgov.lexicon import read_lexicon
from textgov.normalise.structure import classes
from textgov.records import Category, Document, Entry, Lexicon
from textgov.store import iter_corpus


def best(work: Callable[[], object]) -> float:
    """Processor seconds of the fastest of three runs."""
    times = []
    for _ in range(3):
        begin = time.process_time()
        work()
        times.append(time.process_time() - begin)
    return min(times)


def drawn(documents: list[Document], n_entries: int, seed: int = 1) -> Lexicon:
    """A lexicon of n-grams of 4 to 8 Han characters, as long as compounds are, drawn from the texts."""
    chance = random.Random(seed)
    grams: dict[str, None] = {}
    while len(grams) < n_entries:
        text = chance.choice(documents).text
        at, length = chance.randrange(max(len(text) - 8, 1)), chance.choice((4, 4, 5, 6, 7, 8))
        gram = text[at : at + length]
        if len(gram) == length and all("\u4e00" <= char <= "\u9fff" for char in gram):
            grams[gram] = None
    entries = tuple(Entry(gram, "a") for gram in grams)
    return Lexicon(f"{n_entries} drawn", "1", "d", "d", "d", "", (Category("a", "a", "a"),), entries)


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("run", type=Path)
    parser.add_argument("--documents", type=int, default=600)
    told = parser.parse_args()
    documents: list[Document] = []
    for path in sorted((told.run / "store" / "corpus").glob("*.parquet")):
        documents += [document for group in iter_corpus(path) for document in group]
        if len(documents) >= told.documents:
            break
    documents = documents[: told.documents]
    texts = [document.text for document in documents]
    mb = sum(len(text.encode()) for text in texts) / 1e6
    keys = [make_key(text, classes(text)) for text in texts]
    scan = best(lambda: [text.count("数字政府") for text in texts])
    print(f"{len(documents)} documents, {mb:.1f} MB; one str.count: {mb / scan:,.0f} MB/s")
    print(
        f"{'lexicon':28}{'entries':>8}{'hits':>9}{'automaton':>12}{'match':>9}{'count':>9}{'automaton / str.count':>24}"
    )
    for lexicon in (read_lexicon("digital-government"), drawn(documents, 300), drawn(documents, 5000)):
        matcher = make_matcher(lexicon, CountOptions())
        automaton = matcher.automaton

        def scan_only(find: Callable[..., object] = automaton.find_matches_as_indexes) -> None:
            for key in keys:
                find(key.text, overlapping=True)

        raw = best(scan_only)
        match = best(lambda matcher=matcher: [find_matches(key, matcher) for key in keys])  # type: ignore[misc]
        whole = best(lambda lexicon=lexicon: tally_documents(documents, lexicon))  # type: ignore[misc]
        hits = len(tally_documents(documents, lexicon).hits)
        rates = "".join(f"{mb / seconds:>{width}.0f}" for seconds, width in ((raw, 12), (match, 9), (whole, 9)))
        print(f"{lexicon.name:28}{len(lexicon.entries):>8}{hits:>9}{rates}{raw / scan:>24.1f}")


if __name__ == "__main__":
    main()
