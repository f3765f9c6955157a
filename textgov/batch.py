"""Shards: the inputs are cut into parts of a few megabytes, each read, normalised, located and counted on its own."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import BrokenExecutor, Executor, Future
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from textgov.count import CountOptions, Tally, tally_documents
from textgov.duplicates import Signature, sign_text
from textgov.errors import TextgovError
from textgov.lexicon import check_prefixes
from textgov.load import Input, LoadOptions, read_input
from textgov.locate import Decision, LocateOptions, locate_corpus
from textgov.normalise import NormaliseOptions, normalise_corpus
from textgov.records import Corpus, Document, Lexicon, ManifestRow, Step
from textgov.screen import flag_cut
from textgov.segment import SegmentOptions, make_segmenter
from textgov.spans import Spans
from textgov.store import write_corpus

if TYPE_CHECKING:
    from numpy.typing import NDArray

# A shard ends at whichever comes first: small enough that a worker stays far below 700 MB and two workers end together,
# large enough that handing it over costs little.
SHARD_BYTES, SHARD_FILES = 4_000_000, 256
AHEAD = 2  # shards handed out in advance for each worker


@dataclass(frozen=True, slots=True)
class StageOptions:
    """The options of every stage that works document by document, and the lexicons."""

    load: LoadOptions = field(default_factory=LoadOptions)
    normalise: NormaliseOptions = field(default_factory=NormaliseOptions)
    locate: LocateOptions = field(default_factory=LocateOptions)
    segment: SegmentOptions = field(default_factory=SegmentOptions)
    count: CountOptions = field(default_factory=CountOptions)
    lexicons: tuple[Lexicon, ...] = ()
    words: bool = True

    def __post_init__(self) -> None:
        check_prefixes(self.lexicons)


@dataclass(frozen=True, slots=True)
class Shard:
    """Some inputs, what the user's tables say about them, and where to keep the documents."""

    number: int
    inputs: tuple[Input, ...]
    store: Path | None = None
    metadata: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    decisions: tuple[Decision, ...] = ()


@dataclass(frozen=True, slots=True, eq=False)
class ShardResult:
    """What the reduce step needs of a shard: documents without their texts, and the tallies of each lexicon."""

    inputs: tuple[ManifestRow, ...]
    documents: tuple[Document, ...]
    signatures: tuple[Signature, ...]
    tallies: tuple[Tally, ...]
    n_words: NDArray[np.int64] | None
    history: tuple[Step, ...]


def cut_shards(inputs: Sequence[Input]) -> list[tuple[Input, ...]]:
    """Cut the inputs, in their order, into shards; the cut depends on nothing but the inputs."""
    shards: list[list[Input]] = []
    size = 0
    for item in inputs:
        if not shards or size + item.n_bytes > SHARD_BYTES or len(shards[-1]) >= SHARD_FILES:
            shards.append([])
            size = 0
        shards[-1].append(item)
        size += item.n_bytes
    return [tuple(shard) for shard in shards]


def process_shard(shard: Shard, options: StageOptions) -> ShardResult:
    """Take one shard through the stages load, normalise, locate, count and segment."""
    rows: list[ManifestRow] = []
    documents: list[Document] = []
    for item in shard.inputs:
        read, found = read_input(item, options.load)
        rows += read
        documents += (_joined(document, shard.metadata.get(item.name)) for document in found)
    corpus = Corpus(tuple(sorted(documents, key=lambda document: document.doc_id)), tuple(rows))
    corpus = normalise_corpus(corpus, options.normalise)
    corpus = locate_corpus(corpus, options.locate, shard.decisions)
    corpus = replace(corpus, documents=tuple(map(flag_cut, corpus.documents)))
    tallies = tuple(tally_documents(corpus.documents, lexicon, options.count) for lexicon in options.lexicons)
    segmenter = make_segmenter(options.segment)
    n_words = None
    if options.words:
        parts = [document.stretches(options.count.section_names) for document in corpus.documents]
        words = (
            segmenter.count_texts(document.text[first:last] for first, last in stretches)
            for document, stretches in zip(corpus.documents, parts, strict=True)
        )
        n_words = np.array([counts.sum() for counts in words], dtype=np.int64)
    if shard.store is not None:
        write_corpus(corpus.documents, shard.store / f"corpus-{shard.number:05d}.parquet")
    signatures = tuple(sign_text(document.text) for document in corpus.documents)
    light = tuple(replace(doc, text="", original="", spans=Spans.identity(), sections=()) for doc in corpus.documents)
    return ShardResult(corpus.inputs, light, signatures, tallies, n_words, corpus.history)


def _joined(document: Document, meta: Mapping[str, str] | None) -> Document:
    return replace(document, meta={**document.meta, **meta}) if meta else document


def process_shards(
    executor: Executor, shards: Sequence[Shard], options: StageOptions, workers: int
) -> Iterator[ShardResult]:
    """Process all shards; results come in the order of the shards, whatever finishes first.

    Raises
    ------
    TextgovError
        A worker process died.
    """
    waiting: list[Future[ShardResult]] = []
    todo = iter(shards)
    try:
        while True:
            for shard in todo:
                waiting.append(executor.submit(process_shard, shard, options))
                if len(waiting) >= AHEAD * workers:
                    break
            if not waiting:
                return
            yield waiting.pop(0).result()
    except BrokenExecutor as error:
        raise TextgovError("worker_died", detail=str(error)) from None
