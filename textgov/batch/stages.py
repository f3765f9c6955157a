"""What is done to one shard: read, locate, cut words, count; each stage writes its own files."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from functools import cache
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any

from textgov.batch.ledger import Entry, ShardState, fingerprint, merge_steps
from textgov.batch.shards import Shard
from textgov.count import LENGTHS, CountOptions, at_levels, hit_schema, lost_schema, tally_documents
from textgov.duplicates import sign_document
from textgov.lexicon import check_prefixes
from textgov.load import LoadOptions, iter_input
from textgov.locate import LocateOptions, locate_corpus
from textgov.normalise import NormaliseOptions, normalise_corpus, read_vocabulary
from textgov.records import Corpus, Document, Lexicon, ManifestRow, Step
from textgov.remote import RemotePath
from textgov.screen import flag_cut
from textgov.segment import SegmentOptions, make_segmenter
from textgov.store import (
    corpus_writer,
    file_size,
    iter_corpus,
    make_folder,
    places_writer,
    table_writer,
    write_inputs,
)

if TYPE_CHECKING:
    import pyarrow as pa

# Documents are taken through the stages in groups of about this many characters, so that a worker's memory is bounded
# whatever the size of a file; a group holds its texts a few times over.
GROUP_CHARS = 4_000_000
# The packages whose version can change what a stage finds.
PACKAGES = {
    "read": ("fastwarc", "ftfy", "lxml", "opencc", "openpyxl", "pypdfium2", "pypinyin", "trafilatura", "xlrd"),
    "locate": (),
    "words": ("rjieba", "jieba"),
    "count": (),
}
UNSETTLED = "-unsettled"  # behind the fingerprint of a stage that the next run does again
TALLY_FORMAT, WORDS_FORMAT, SIGNS_FORMAT = "textgov tally 2", "textgov words 1", "textgov signs 1"
Add = Callable[[tuple[Document, ...]], Sequence[Step]]


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
        levels = self.count.levels
        object.__setattr__(self, "lexicons", tuple(at_levels(lexicon, levels) for lexicon in self.lexicons))
        check_prefixes(self.lexicons)


@dataclass(frozen=True, slots=True)
class Job:
    """A shard, the stages to do, from what each will have been made, and the store: all that a worker has to know."""

    shard: Shard
    todo: Mapping[str, str]
    store: Path | RemotePath
    options: StageOptions


def stage_names(options: StageOptions) -> tuple[str, ...]:
    """The stages of a run, in order."""
    words = ("words",) if options.words else ()
    return ("read", "locate", *words, *(f"count-{lexicon.prefix}" for lexicon in options.lexicons))


def fingerprints(shard: Shard, options: StageOptions) -> dict[str, str]:
    """For each stage of a shard, a hash of the inputs, options and versions that its result depends on."""
    versions = _versions()
    inputs = [(item.name, item.n_bytes, item.stamp) for item in shard.inputs]
    read_vocabulary(options.normalise.vocabulary)  # a fault in it is told before anything is read
    words = _content(options.normalise.vocabulary)
    read = fingerprint("read", inputs, options.load, options.normalise, words, shard.metadata, versions["read"])
    divisions = _content(options.locate.divisions)
    decisions = [replace(decision, path="") for decision in shard.decisions]
    found = {"read": read, "locate": fingerprint("locate", read, options.locate, divisions, decisions)}
    if options.words:
        found["words"] = fingerprint("words", read, options.segment, options.count.sections, versions["words"])
    for lexicon in options.lexicons:
        found[f"count-{lexicon.prefix}"] = fingerprint("count", read, lexicon.hash, lexicon.label, options.count)
    return found


@cache
def _versions() -> Mapping[str, list[str]]:
    """For each stage the versions of its packages; looked up once, since each takes a search of the disk."""
    return {stage: [version(name) for name in names] for stage, names in PACKAGES.items()}


def _content(path: str | None) -> str:
    """A hash of a table that the user gave."""
    return hashlib.sha256(Path(path).read_bytes()).hexdigest() if path else ""


def plan_shard(
    shard: Shard, state: ShardState, store: Path | RemotePath, options: StageOptions
) -> tuple[Job, dict[str, str]]:
    """What is to be done to a shard, and for each stage whether it is done, stale or missing."""
    wanted = fingerprints(shard, options)
    verdicts = {}
    for stage, made_from in wanted.items():
        entry = state.stages.get(stage)
        verdicts[stage] = "missing" if entry is None else "done" if entry.fingerprint == made_from else "stale"
    todo = {stage: wanted[stage] for stage, verdict in verdicts.items() if verdict != "done"}
    return Job(shard, todo, store, options), verdicts


def process_shard(job: Job) -> ShardState:
    """Do the stages of a job; each file is written aside, then moved. Texts are held one group at a time.

    The stages must not be in the ledger any more, see `drop_stages`.
    """
    store, shard = job.store, job.shard
    parts = _Parts(job)
    with ExitStack() as stack:
        groups: Iterable[tuple[Document, ...]]
        if "read" in job.todo:
            groups = stack.enter_context(_reading(parts))
        else:
            groups = iter_corpus(store / "corpus" / f"{shard.shard_id}.parquet")
        adders = {stage: stack.enter_context(_adder(stage, parts)) for stage in job.todo if stage != "read"}
        for group in groups:
            parts.n_documents += len(group)
            for stage, add in adders.items():
                parts.history[stage].append(tuple(add(group)))
    entries = {
        stage: Entry(
            made_from + parts.unsettled,
            tuple((name, file_size(store / name)) for name in parts.files[stage]),
            parts.n_documents,
            parts.n_failed if stage == "read" else 0,
            merge_steps(parts.history[stage]),
        )
        for stage, made_from in job.todo.items()
    }
    return ShardState(shard.shard_id, entries)


class _Parts:
    """What a job has made so far."""

    def __init__(self, job: Job) -> None:
        self.job = job
        self.files: dict[str, list[str]] = {stage: [] for stage in job.todo}
        self.history: dict[str, list[tuple[Step, ...]]] = {stage: [] for stage in job.todo}
        self.n_documents = self.n_failed = 0
        self.unsettled = ""  # what makes the entries stale for the next run

    def file(self, stage: str, folder: str) -> Path | RemotePath:
        name = f"{folder}/{self.job.shard.shard_id}.parquet"
        self.files[stage].append(name)
        make_folder(self.job.store / folder)
        return self.job.store / name


@contextmanager
def _reading(parts: _Parts) -> Iterator[Iterator[tuple[Document, ...]]]:
    """Groups of documents as they are read and normalised; the texts are written on the way."""
    import pyarrow as pa

    signs = pa.schema({"exact": pa.string(), "near": pa.binary()})
    rows: list[ManifestRow] = []
    with (
        corpus_writer(parts.file("read", "corpus")) as write,
        table_writer(parts.file("read", "signs"), signs, SIGNS_FORMAT) as sign,
    ):

        def groups() -> Iterator[tuple[Document, ...]]:
            for group in _grouped(parts.job, rows):
                corpus = normalise_corpus(Corpus(group), parts.job.options.normalise)
                parts.history["read"].append(corpus.history)
                write(corpus.documents)
                exact, near = zip(*(sign_document(document) for document in corpus.documents), strict=True)
                sign(pa.table({"exact": exact, "near": near}, schema=signs))
                yield corpus.documents

        yield groups()
    write_inputs(rows, parts.file("read", "inputs"))
    parts.n_failed = sum(row.status == "failed" for row in rows)
    # What the network kept from us says nothing about the file: its shard is done again by the next run.
    if any(row.code == "file_unfetched" for row in rows):
        parts.unsettled = UNSETTLED


def _grouped(job: Job, rows: list[ManifestRow]) -> Iterator[tuple[Document, ...]]:
    """The documents of a shard in groups; rows of the manifest are put aside."""
    group: list[Document] = []
    size = 0
    for item in job.shard.inputs:
        meta = job.shard.metadata.get(item.name)
        for found in iter_input(item, job.options.load):
            if isinstance(found, ManifestRow):
                rows.append(found)
                continue
            group.append(replace(found, meta={**found.meta, **meta}) if meta else found)
            size += len(found.original)
            if size >= GROUP_CHARS:
                yield tuple(group)
                group, size = [], 0
    if group:
        yield tuple(group)


@contextmanager
def _locating(parts: _Parts, stage: str) -> Iterator[Add]:
    with places_writer(parts.file(stage, "places")) as write:

        def add(documents: tuple[Document, ...]) -> Sequence[Step]:
            corpus = locate_corpus(Corpus(documents), parts.job.options.locate, parts.job.shard.decisions)
            write(tuple(map(flag_cut, corpus.documents)))
            return corpus.history

        yield add


@contextmanager
def _cutting(parts: _Parts, stage: str) -> Iterator[Add]:
    import pyarrow as pa

    options = parts.job.options
    segmenter = make_segmenter(options.segment)
    schema = pa.schema({"n_words": pa.int64()})
    with table_writer(parts.file(stage, "words"), schema, WORDS_FORMAT) as write:

        def add(documents: tuple[Document, ...]) -> Sequence[Step]:
            counts = [
                int(segmenter.count_texts(document.text[first:last] for first, last in stretches).sum())
                for document in documents
                for stretches in [document.stretches(options.count.section_names)]
            ]
            write(pa.table({"n_words": counts}, schema=schema))
            return ()

        yield add


@contextmanager
def _counting(parts: _Parts, stage: str) -> Iterator[Add]:
    prefix = stage.removeprefix("count-")
    options = parts.job.options
    lexicon = next(one for one in options.lexicons if one.prefix == prefix)
    schemas = {"tallies": tally_schema(), "hits": hit_schema(), "lost": lost_schema()}
    with ExitStack() as stack:
        write, write_hits, write_lost = (
            stack.enter_context(table_writer(parts.file(stage, f"{name}-{prefix}"), schema, TALLY_FORMAT))
            for name, schema in schemas.items()
        )
        before = 0

        def add(documents: tuple[Document, ...]) -> Sequence[Step]:
            nonlocal before
            tally = tally_documents(documents, lexicon, options.count)
            write(_tally_table(tally.lengths, schemas["tallies"]))
            write_lost(tally.lost)
            numbers = tally.hits["document"].to_numpy() + before
            write_hits(tally.hits.set_column(0, "document", _int32(numbers)))
            before += len(documents)
            return ()

        yield add


def _int32(values: Any) -> pa.Array:
    import pyarrow as pa

    return pa.array(values, type=pa.int32())


def tally_schema() -> pa.Schema:
    """Columns of a table of tallies: the lengths of each document."""
    import pyarrow as pa

    return pa.schema([(name, pa.int64()) for name in LENGTHS])


def _tally_table(values: Any, schema: pa.Schema) -> pa.Table:
    import pyarrow as pa

    return pa.table([pa.array(column) for column in values.T], schema=schema)


ADDERS: dict[str, Callable[[_Parts, str], AbstractContextManager[Add]]] = {
    "locate": _locating,
    "words": _cutting,
    "count": _counting,
}


def _adder(stage: str, parts: _Parts) -> AbstractContextManager[Add]:
    return ADDERS[stage.partition("-")[0]](parts, stage)
