"""Every file of a run, written from the store shard by shard."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import BrokenExecutor, Executor
from contextlib import AbstractContextManager
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple, NoReturn, TypeVar

from textgov import export
from textgov.errors import OutputError, TextgovError, UsageError
from textgov.export.streams import csv_stream, matrix_stream, parquet_stream
from textgov.extend import Extended, extend_panel
from textgov.panel import Losses, PanelOptions, Totals, assemble_panel, cooccurrence_table, lexicon_report
from textgov.records import Corpus, ManifestRow, Panel, Step
from textgov.regions import Gazetteer
from textgov.report import write_report
from textgov.run.manifest import write_manifest
from textgov.run.options import RunOptions
from textgov.run.provenance import provenance
from textgov.run.recall import Numbers, keep_panel
from textgov.run.screening import Screened
from textgov.run.shelf import Shelf, Walk
from textgov.run.summary import Summary, documents_table
from textgov.store import remove_file

if TYPE_CHECKING:
    import pandas as pd


T = TypeVar("T")


class Written(NamedTuple):
    """What was written of a run: the panel, the files, the numbers."""

    panel: Panel
    files: tuple[Path, ...]
    numbers: Numbers
    notes: tuple[tuple[str, Mapping[str, Any]], ...] = ()


class _Streams:
    """Files that are open at the same time; one that fails is named at the end and does not stop the others."""

    def __init__(self, out: Path, faults: list[OutputError]) -> None:
        self.out, self.faults = out, faults
        self.open_ones: dict[str, tuple[AbstractContextManager[Any], Callable[..., None]]] = {}
        self.files: list[Path] = []

    def open(self, name: str, stream: AbstractContextManager[Any]) -> None:
        try:
            self.open_ones[name] = (stream, stream.__enter__())
        except OutputError as error:
            self.faults.append(error)

    def write(self, name: str, part: Any) -> None:
        if name not in self.open_ones:
            return
        stream, write = self.open_ones[name]
        try:
            write(part)
        except OSError as error:
            del self.open_ones[name]
            try:
                stream.__exit__(type(error), error, error.__traceback__)
            except OutputError as fault:
                self.faults.append(fault)

    def close(self) -> None:
        for name, (stream, _) in self.open_ones.items():
            try:
                stream.__exit__(None, None, None)
                self.files.append(self.out / name)
            except OutputError as fault:
                self.faults.append(fault)
        self.open_ones = {}

    def abandon(self, error: BaseException) -> None:
        """Close without keeping what was written."""
        for stream, _ in self.open_ones.values():
            try:
                stream.__exit__(type(error), error, error.__traceback__)
            except BaseException as again:
                if again is not error and not isinstance(again, OutputError):
                    raise
        self.open_ones = {}


def write_run(
    shelf: Shelf,
    screen: Callable[[], Screened],
    passed: Sequence[ManifestRow],
    history: tuple[Step, ...],
    options: RunOptions,
    gazetteer: Gazetteer,
    tables: Mapping[str, str],
    executor: Executor,
) -> Written:
    """Write every file of a run; its panel is made on the way. What can be written meanwhile is, on the executor."""
    # Until the end there is no record, so that a run that fails half-way is not taken for a whole one.
    remove_file(shelf.out / "provenance.json")
    manifest = _elsewhere(executor, partial(write_manifest, shelf, passed))
    screened = screen()
    totals, losses = Totals(screened.rows, shelf.lexicons, options.panel, gazetteer), Losses(len(shelf.lexicons))
    faults: list[OutputError] = []
    summary = Summary(shelf)
    streams = _Streams(shelf.out, faults)
    try:
        _stream_all(shelf, screened, streams, totals, losses, summary)
    except BaseException as error:
        streams.abandon(error)
        raise
    streams.close()
    told = manifest()
    streams.files += told.files
    faults += told.faults
    summary.n_inputs, summary.n_failed = told.n_inputs, told.n_failed
    if not totals.rows:
        _explain_empty(summary, options.panel, shelf.out)
    extended = extend_panel(assemble_panel(totals, history), options.extend, gazetteer)
    panel = extended.panel
    keep_panel(panel, shelf.out)
    record = provenance(told.inputs, panel.history, options, tables)
    terms = {"lexicon_report.csv": lexicon_report(totals, losses)}
    if "cooccurrence" in options.panel.measure_names:
        terms["cooccurrence.csv"] = cooccurrence_table(totals)
    files = [*streams.files, *_write_rest(shelf, extended, summary, record, options, executor, faults, terms)]
    if faults:
        raise _joined(faults)
    files.append(export.write_json(record, shelf.out / "provenance.json"))
    return Written(panel, tuple(sorted(files)), summary.numbers(), (*extended.notes, *summary.notes()))


def _stream_all(
    shelf: Shelf,
    screened: Screened,
    streams: _Streams,
    totals: Totals,
    losses: Losses,
    summary: Summary,
) -> None:
    out = shelf.out
    n_terms = sum(len(lexicon.entries) for lexicon in shelf.lexicons)
    streams.open("documents.parquet", parquet_stream(out / "documents.parquet"))
    streams.open("review.csv", csv_stream(out / "review.csv"))
    if totals.rows:
        streams.open("hits.parquet", parquet_stream(out / "hits.parquet"))
        streams.open("term_counts.mtx", matrix_stream(out / "term_counts.mtx", n_terms))
        streams.open("term_counts_documents.csv", csv_stream(out / "term_counts_documents.csv"))
    streams.write("review.csv", Corpus(()).review)  # the header
    for shard_id, first, documents in Walk(shelf, screened.doubts):
        counted = shelf.counted(shard_id, documents)
        rows = screened.rows[first : first + len(documents)]
        totals.add(documents, rows, counted.features)
        losses.add([block.lost_table for block in counted.features])
        doubted = tuple(document for document in documents if document.doubts)
        review = Corpus(doubted).review if doubted else None
        summary.add_documents(documents, rows, counted, review)
        if review is not None:
            streams.write("review.csv", review)
        streams.write("documents.parquet", documents_table(documents, rows, counted.features))
        streams.write("hits.parquet", counted.hits)
        streams.write("term_counts.mtx", counted.values)
        streams.write("term_counts_documents.csv", _numbered([one.doc_id for one in documents], first))


def _numbered(doc_ids: Sequence[str], first: int) -> pd.DataFrame:
    import pandas as pd

    return pd.DataFrame({"row": range(first + 1, first + 1 + len(doc_ids)), "doc_id": list(doc_ids)})


def _write_rest(
    shelf: Shelf,
    extended: Extended,
    summary: Summary,
    record: dict[str, Any],
    options: RunOptions,
    executor: Executor,
    faults: list[OutputError],
    terms: Mapping[str, pd.DataFrame],
) -> list[Path]:
    """The files of the panel, the terms, the review sheet and the page."""
    out, panel = shelf.out, extended.panel
    review = summary.review_frame()
    extra = export.ExportExtras(review, record["run_id"], record["options"])
    labels: Any = options.labels
    # The workbook takes as long as all the rest: it is written elsewhere meanwhile. It alone holds the doubts.
    book = {"panel.xlsx"}
    rest = set(export.PANEL_FILES) - book
    waiting = [
        _elsewhere(executor, partial(export.write_panel, panel, out, labels=labels, extra=more, only=only))
        for only, more in ((book, extra), (rest, replace(extra, review=None)))
    ]
    tables = {"review.xlsx": review, "term_counts_terms.csv": export.term_table(shelf.lexicons), **terms}
    writers: list[Callable[[], Path | tuple[Path, ...]]] = [
        *(partial(export.write_table, table, out / name) for name, table in (tables | dict(extended.tables)).items()),
        lambda: write_report(out, panel, record),  # from the other tables
        *waiting,
    ]
    written: list[Path] = []
    for write in writers:
        try:
            made = write()
            written += [made] if isinstance(made, Path) else made
        except OutputError as error:
            faults.append(error)
    return written


def _elsewhere(executor: Executor, write: Callable[[], T]) -> Callable[[], T]:
    """Begin to write on the executor; returns what waits for it, and writes here when the worker has died."""
    try:
        future = executor.submit(write)
    except BrokenExecutor:
        return write

    def wait() -> T:
        try:
            return future.result()
        except BrokenExecutor:
            return write()

    return wait


def _joined(faults: Sequence[OutputError]) -> OutputError:
    """One error that names every file that could not be written."""
    if len(faults) == 1:
        return faults[0]
    paths = "; ".join(str(error.facts["path"]) for error in faults)
    details = "; ".join(dict.fromkeys(str(error.facts["detail"]) for error in faults))
    return OutputError("outs_failed", n=len(faults), path=paths, detail=details)


def _explain_empty(summary: Summary, options: PanelOptions, out: Path) -> NoReturn:
    """Say why no row was made; what helps to see it has been written."""
    n_placed = summary.n_documents - summary.n_held
    if n_placed:
        raise UsageError("level_empty", n=n_placed, level=options.level, path=out / "documents.parquet")
    raise TextgovError("nothing_left", n=summary.n_inputs, path=out / "review.csv")
