"""From files to outputs: the stages in order, and every file of a run folder."""

from __future__ import annotations

import csv
import hashlib
import io
from collections.abc import Callable, Sequence
from concurrent.futures import Executor
from dataclasses import asdict, dataclass, field
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple, NoReturn

import numpy as np

from textgov.batch import Shard, ShardResult, StageOptions, cut_shards, process_shards
from textgov.count import Tally, features_of
from textgov.duplicates import Signature, flag_duplicates
from textgov.engine import check_engine, open_executor, stop_workers
from textgov.errors import OutputError, TextgovError, UsageError
from textgov.load import join_metadata, list_inputs, read_metadata
from textgov.load.inputs import Listing
from textgov.locate import Decision, read_decisions
from textgov.panel import (
    PanelOptions,
    build_panel,
    category_counts,
    pool_documents,
    unit_of,
)
from textgov.records import FIRST_YEAR, LAST_YEAR, Corpus, Features, Panel, Step, hash_text
from textgov.regions import MAP_FIRST_YEAR, Gazetteer, read_divisions
from textgov.screen import flag_pooled, flag_short
from textgov.store import make_folder, sweep_parts

if TYPE_CHECKING:
    import pandas as pd

# The packages whose version can change a number.
PACKAGES = (
    "textgov",
    "ahocorasick-rs",
    "fastwarc",
    "ftfy",
    "jieba",
    "lxml",
    "numpy",
    "opencc",
    "openpyxl",
    "pandas",
    "pyarrow",
    "pypdfium2",
    "pypinyin",
    "pyreadstat",
    "rensa",
    "rjieba",
    "trafilatura",
    "xlrd",
)
STORE = "store"
Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class RunOptions:
    """All that a run can be told.

    Parameters
    ----------
    stages : StageOptions
    panel : PanelOptions
    labels : {"zh", "en"}
        Language of the variable labels in ``panel.dta``.
    metadata : Path, optional
        Table with places and years by file name.
    """

    stages: StageOptions = field(default_factory=StageOptions)
    panel: PanelOptions = field(default_factory=PanelOptions)
    labels: str = "zh"
    metadata: Path | None = None


class RunResult(NamedTuple):
    """What a run made: the nouns, the folder, the files, and what the user said of no file.

    ``unmatched`` are rows of the metadata table, ``stale`` decisions; ``n_elsewhere`` documents have a place and a
    year, but belong to another level than the panel.
    """

    corpus: Corpus
    features: tuple[Features, ...]
    panel: Panel
    out: Path
    files: tuple[Path, ...]
    unmatched: tuple[str, ...]
    stale: tuple[Decision, ...]
    n_elsewhere: int = 0

    @property
    def n_failed(self) -> int:
        """Number of inputs, or rows of tables, that could not be read."""
        return sum(row.status == "failed" for row in self.corpus.inputs)

    @property
    def n_held(self) -> int:
        """Number of documents that wait for a decision."""
        return sum(document.held for document in self.corpus.documents)


def run_panel(
    sources: Sequence[Path],
    out: Path,
    options: RunOptions,
    *,
    engine: str | None = None,
    workers: int | None = None,
    progress: Progress | None = None,
) -> RunResult:
    """Read the sources and write a panel with all its evidence.

    Parameters
    ----------
    sources : sequence of Path
        Files and folders.
    out : Path
        Folder of the run. Files of an earlier run there are replaced; ``decisions.csv`` is read and never written.
    options : RunOptions
    engine, workers
        See `open_executor`; they change no result.
    progress : callable, optional
        Called with the number of shards done and in all.

    Returns
    -------
    RunResult

    Raises
    ------
    TextgovError
        See its children; also when no document has a place and a year (the manifest and the review sheet are written).
    """
    engine, workers = check_engine(engine, workers)
    with open_executor(engine, workers) as executor:
        listing = list_inputs(sources, leave_out=out)
        gazetteer = read_divisions(Path(options.stages.locate.divisions) if options.stages.locate.divisions else None)
        decisions = _decisions(out, gazetteer)
        make_folder(out / STORE)
        shards, unmatched = _make_shards(listing, out, options, decisions)
        try:
            results = []
            for result in process_shards(executor, shards, options.stages, workers):
                results.append(result)
                if progress is not None:
                    progress(len(results), len(shards))
            _forget_shards(out / STORE, len(shards))
            corpus, features, signatures = _gather(results, listing, options)
            settled = {decision.doc_id for decision in decisions if decision.use}
            corpus = _screen(corpus, features, signatures, settled)
            corpus = flag_pooled(corpus, pool_documents(corpus, options.panel, gazetteer))
            panel = build_panel(corpus, *features, options=options.panel, gazetteer=gazetteer)
            files = _write_outputs((corpus, features, panel), out, options, gazetteer, executor)
        except BaseException:
            stop_workers(executor)
            for folder in (out, out / STORE):
                sweep_parts(folder)
            raise
    known = set(corpus.doc_ids)
    stale = tuple(decision for decision in decisions if decision.doc_id not in known)
    placed = [document for document in corpus.documents if not document.held]
    n_elsewhere = sum(unit_of(document, options.panel, gazetteer) is None for document in placed)
    return RunResult(corpus, features, panel, out, files, tuple(unmatched), stale, n_elsewhere)


def _screen(corpus: Corpus, features: Sequence[Features], signatures: Sequence[Signature], settled: set[str]) -> Corpus:
    """List duplicates and short texts for review."""
    corpus = flag_duplicates(corpus, signatures, settled)
    return flag_short(corpus, features[0].lengths["n_han"]) if features else corpus


def _decisions(out: Path, gazetteer: Gazetteer) -> tuple[Decision, ...]:
    path = out / "decisions.csv"
    return read_decisions(path, gazetteer) if path.exists() else ()


def _make_shards(
    listing: Listing, out: Path, options: RunOptions, decisions: Sequence[Decision]
) -> tuple[list[Shard], list[str]]:
    metadata: dict[str, Any] = {}
    unmatched: list[str] = []
    if options.metadata is not None:
        names = [item.name for item in listing.inputs]
        metadata, unmatched = join_metadata(read_metadata(options.metadata), names)
    shards = []
    for number, inputs in enumerate(cut_shards(listing.inputs)):
        mine = {item.name: metadata[item.name] for item in inputs if item.name in metadata}
        starts = tuple(item.name for item in inputs)
        about = tuple(decision for decision in decisions if decision.doc_id.startswith(starts))
        shards.append(Shard(number, inputs, out / STORE, mine, about))
    return shards, unmatched


def _forget_shards(store: Path, n_shards: int) -> None:
    """Delete what an earlier run with more shards left behind."""
    numbers = {f"{number:05d}" for number in range(n_shards)}
    for path in store.glob("corpus-*.parquet"):
        if path.stem.removeprefix("corpus-") not in numbers:
            path.unlink()


def _gather(
    results: Sequence[ShardResult], listing: Listing, options: RunOptions
) -> tuple[Corpus, tuple[Features, ...], list[Signature]]:
    """One corpus, its features and its signatures out of all shards, sorted by doc_id."""
    import pyarrow as pa

    documents = [document for result in results for document in result.documents]
    order = sorted(range(len(documents)), key=lambda number: documents[number].doc_id)
    place = np.empty(len(order), dtype=np.int32)
    place[order] = np.arange(len(order), dtype=np.int32)
    signatures = [signature for result in results for signature in result.signatures]
    rows = sorted([*listing.passed, *(row for result in results for row in result.inputs)], key=lambda row: row.path)
    corpus = Corpus(tuple(documents[number] for number in order), tuple(rows), _history(results))
    n_words = np.concatenate([result.n_words for result in results])[order] if options.stages.words else None
    first = np.cumsum([0, *(len(result.documents) for result in results)])
    features = []
    for number, lexicon in enumerate(options.stages.lexicons):
        tallies = [result.tallies[number] for result in results]
        tables = []
        for tally, offset in zip(tallies, first[:-1], strict=True):
            rows_of = place[tally.hits["document"].to_numpy() + offset]
            tables.append(tally.hits.set_column(0, "document", pa.array(rows_of, type=pa.int32())))
        hits = pa.concat_tables(tables)
        ordered = np.argsort(hits["document"].to_numpy(), kind="stable")
        whole = Tally(
            np.concatenate([tally.lengths for tally in tallies])[order],
            np.concatenate([tally.sentences for tally in tallies])[order],
            hits.take(pa.array(ordered)).combine_chunks(),
        )
        rules = {"overlap": options.stages.count.overlap, "sections": options.stages.count.sections}
        step = Step("count", lexicon.label, {"hash": lexicon.hash, **rules})
        features.append(features_of(corpus.doc_ids, lexicon, whole, n_words, (*corpus.history, step)))
    return corpus, tuple(features), [signatures[number] for number in order]


def _history(results: Sequence[ShardResult]) -> tuple[Step, ...]:
    """Steps of all shards, equal ones once, their counts added up."""
    merged: dict[tuple[str, str], dict[str, Any]] = {}
    for result in results:
        for step in result.history:
            detail = merged.setdefault((step.stage, step.what), {})
            for key, value in step.detail.items():
                adds = isinstance(value, int) and not isinstance(value, bool)
                detail[key] = detail.get(key, 0) + value if adds else value
    return tuple(Step(stage, what, detail) for (stage, what), detail in merged.items())


def documents_frame(
    corpus: Corpus, features: Sequence[Features], options: PanelOptions, gazetteer: Gazetteer
) -> pd.DataFrame:
    """One row a document: the columns of ``corpus.frame`` but the text, how it was placed, lengths and measures."""
    frame = corpus.frame.drop(columns="text")
    frame["content_hash"] = [document.content_hash for document in corpus.documents]
    frame["confidence"] = np.array([document.confidence for document in corpus.documents], dtype=float)
    frame["evidence"] = [document.explanation for document in corpus.documents]
    frame["in_panel"] = [unit_of(document, options, gazetteer) is not None for document in corpus.documents]
    # The table of divisions begins with the map of 2000: an older document is read on that map.
    frame["map_of_2000"] = [bool(doc.place_code and doc.year and doc.year < MAP_FIRST_YEAR) for doc in corpus.documents]
    frame["doubts"] = [";".join(doubt.code for doubt in document.doubts) for document in corpus.documents]
    for name in ("n_chars", "n_han", "n_words", "n_sents"):
        if features and name in features[0].lengths:
            frame[name] = features[0].lengths[name]
    for block in features:
        if block.lexicon is None:
            continue
        counts = category_counts(block)
        n_han = block.lengths["n_han"]
        names = [*(category.name for category in block.lexicon.categories), "total"]
        for number, name in enumerate(names):
            frame[f"{block.lexicon.prefix}_{name}_n"] = counts[:, number]
        rate = np.where(n_han > 0, 10_000 * counts[:, -1] / np.maximum(n_han, 1), np.nan)
        frame[f"{block.lexicon.prefix}_total_p10k"] = rate
    return frame


def provenance(corpus: Corpus, panel: Panel, options: RunOptions, out: Path) -> dict[str, Any]:
    """All that the numbers depend on: inputs, options, lexicons, versions; no path, clock, worker or engine."""
    stages = options.stages
    told = {
        "load": asdict(stages.load),
        "normalise": asdict(stages.normalise),
        "locate": asdict(stages.locate) | {"divisions": Path(stages.locate.divisions or "").name or None},
        "segment": asdict(stages.segment) if stages.words else None,
        "count": asdict(stages.count),
        "panel": asdict(options.panel),
        "metadata": options.metadata.name if options.metadata else None,
    }
    tables = {"metadata": options.metadata, "decisions": out / "decisions.csv", "divisions": stages.locate.divisions}
    digests = {
        name: hashlib.sha256(Path(table).read_bytes()).hexdigest()
        for name, table in tables.items()
        if table is not None and Path(table).is_file()
    }
    lexicons = [
        {"lexicon": lexicon.label, "hash": lexicon.hash, "prefix": lexicon.prefix} for lexicon in stages.lexicons
    ]
    return {
        "inputs": [{"path": row.path, "status": row.status, "sha256": row.sha256} for row in corpus.inputs],
        "lexicons": lexicons,
        "options": told,
        "tables": digests,
        "steps": [asdict(step) for step in panel.history],
        "versions": {name: version(name) for name in PACKAGES},
    }


def _write_outputs(
    results: tuple[Corpus, tuple[Features, ...], Panel],
    out: Path,
    options: RunOptions,
    gazetteer: Gazetteer,
    executor: Executor,
) -> tuple[Path, ...]:
    """Write every file of a run."""
    from textgov import export
    from textgov.report import write_report

    corpus, features, panel = results
    documents = documents_frame(corpus, features, options.panel, gazetteer)
    if panel.frame.empty:
        _explain_empty(corpus, documents, out, options.panel.level)
    # Until the end there is no record, so that a run that fails half-way is not taken for a whole one.
    (out / "provenance.json").unlink(missing_ok=True)
    record = provenance(corpus, panel, options, out)
    run_id = hash_text(repr(sorted(record.items())))
    record["run_id"] = run_id
    review = corpus.review
    extra = export.ExportExtras(review, run_id, record["options"])
    hits = _joined_hits(features)
    labels: Any = options.labels
    # The workbook takes as long as all the rest: it is written elsewhere meanwhile.
    book = {"panel.xlsx"}
    rest = set(export.PANEL_FILES) - book
    waiting = [
        executor.submit(export.write_panel, panel, out, labels=labels, extra=extra, only=only) for only in (book, rest)
    ]
    writers: list[Callable[[], Path | tuple[Path, ...]]] = [
        lambda: export.write_table(documents, out / "documents.parquet"),
        lambda: export.write_table(hits, out / "hits.parquet"),
        lambda: export.write_table(corpus.manifest, out / "manifest.csv"),
        lambda: export.write_table(review, out / "review.csv"),
        lambda: export.write_table(review, out / "review.xlsx"),
        lambda: export.write_term_counts(features, out),
        lambda: write_report(corpus, features, panel, record, out / "report.html"),
        *(future.result for future in waiting),
    ]
    files = _all_written(writers)
    return tuple(sorted((*files, export.write_json(record, out / "provenance.json"))))


def _explain_empty(corpus: Corpus, documents: pd.DataFrame, out: Path, level: str) -> NoReturn:
    """Write what helps to see why no row was made, and say so."""
    from textgov.export import write_table

    write_table(corpus.manifest, out / "manifest.csv")
    write_table(corpus.review, out / "review.csv")
    write_table(documents, out / "documents.parquet")
    n_placed = sum(not document.held for document in corpus.documents)
    if n_placed:
        raise UsageError("level_empty", n=n_placed, level=level, path=out / "documents.parquet")
    raise TextgovError("nothing_left", n=len(corpus.inputs), path=out / "review.csv")


def _all_written(writers: Sequence[Callable[[], Path | tuple[Path, ...]]]) -> tuple[Path, ...]:
    """Call every writer; one that fails does not keep the others from writing, and is named at the end."""
    written: list[Path] = []
    faults: list[OutputError] = []
    for write in writers:
        try:
            made = write()
            written += [made] if isinstance(made, Path) else made
        except OutputError as error:
            faults.append(error)
    if len(faults) > 1:
        paths = "; ".join(str(error.facts["path"]) for error in faults)
        details = "; ".join(dict.fromkeys(str(error.facts["detail"]) for error in faults))
        raise OutputError("outs_failed", n=len(faults), path=paths, detail=details)
    if faults:
        raise faults[0]
    return tuple(sorted(written))


def _joined_hits(features: Sequence[Features]) -> Any:
    import pyarrow as pa

    tables = [block.hit_table for block in features if block.hit_table is not None]
    return pa.concat_tables(tables).combine_chunks() if tables else pa.table({"doc_id": pa.array([], type=pa.string())})


def read_complete(path: Path) -> tuple[tuple[str, int], ...]:
    """Place-years whose documents are complete: a csv table with the columns ``code`` (or ``city_code``) and ``year``.

    Raises
    ------
    UsageError
        The table cannot be read; the message names the row.
    """
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError("project_bad", path=path, where="", detail=str(error)) from None
    reader = csv.DictReader(io.StringIO(text, newline=""))
    header = reader.fieldnames or ()
    code = next((name for name in ("code", "city_code", "place_code", "province_code") if name in header), None)
    if code is None or "year" not in header:
        raise UsageError("column_missing", path=path, column="code / year", known=", ".join(header) or "-")
    rows = []
    for row in reader:
        digits, year = (row[code] or "").strip(), (row["year"] or "").strip()
        known = len(year) == 4 and year.isdigit() and FIRST_YEAR <= int(year) <= LAST_YEAR
        if not (len(digits) == 6 and digits.isdigit() and known):
            raise UsageError("project_bad", path=path, where=f" row {reader.line_num}", detail=f"{digits!r}, {year!r}")
        rows.append((digits, int(year)))
    return tuple(sorted(set(rows)))
