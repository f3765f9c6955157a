"""From files to outputs: the stages in order, and every file of a run folder."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from textgov.batch import (
    STORE,
    Job,
    Shard,
    cut_shards,
    forget_shards,
    locked,
    merge_steps,
    plan_shard,
    process_shards,
    read_state,
    stage_names,
    write_state,
)
from textgov.batch.ledger import ShardState
from textgov.engine import check_engine, open_engine
from textgov.load import join_metadata, list_inputs, read_metadata
from textgov.load.inputs import Listing
from textgov.locate import Decision, read_decisions
from textgov.records import Corpus, Panel, Step
from textgov.regions import Gazetteer, read_divisions
from textgov.run.options import RunOptions, read_complete
from textgov.run.outputs import write_run
from textgov.run.screening import Screened, screen_run
from textgov.run.shelf import Shelf, Walk
from textgov.run.summary import Summary
from textgov.store import make_folder, sweep_parts

__all__ = ["RunOptions", "RunResult", "read_complete", "run_panel"]

Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True, eq=False)
class RunResult:
    """What a run made: the panel, the folder, the files, the numbers, and what the user said of no file.

    ``unmatched`` are rows of the metadata table, ``stale`` decisions.
    """

    panel: Panel
    out: Path
    files: tuple[Path, ...]
    summary: Summary
    shelf: Shelf
    screened: Screened
    listing: Listing
    history: tuple[Step, ...]
    unmatched: tuple[str, ...] = ()
    stale: tuple[Decision, ...] = ()

    @property
    def corpus(self) -> Corpus:
        """The documents without their texts, read from the store; for runs that fit in memory."""
        documents = [document for _, _, group in Walk(self.shelf, self.screened.doubts) for document in group]
        rows = [row for part in self.shelf.manifest(self.listing.passed) for row in part]
        return Corpus(tuple(documents), tuple(rows), self.history)


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

    What an earlier run into the same folder has done, with the same inputs and options, is not done again.

    Parameters
    ----------
    sources : sequence of Path
        Files and folders.
    out : Path
        Folder of the run. Files of an earlier run there are replaced; ``decisions.csv`` is read and never written.
    options : RunOptions
    engine, workers
        See `open_engine`; they change no result.
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
    with open_engine(engine, workers) as pools:
        listing = list_inputs(sources, leave_out=out)
        divisions = options.stages.locate.divisions
        gazetteer = read_divisions(Path(divisions) if divisions else None)
        decisions = _decisions(out, gazetteer)
        make_folder(out / STORE)
        with locked(out):
            shards, unmatched = _make_shards(listing, options, decisions)
            try:
                states = _do_stages(pools.open_pool, shards, out, options, workers, progress)
                shelf = _shelf(shards, states, out, options)
                settled = {decision.doc_id for decision in decisions if decision.use}
                screened = screen_run(shelf, settled, options.panel, gazetteer)
                history = _history(shards, states, options)
                written = write_run(shelf, screened, listing.passed, history, options, gazetteer, pools.open_pool())
            except BaseException:
                pools.stop()
                for folder in (out, *(path for path in (out / STORE).iterdir() if path.is_dir()), out / STORE):
                    sweep_parts(folder)
                raise
    known = set(screened.index.doc_ids)
    stale = tuple(decision for decision in decisions if decision.doc_id not in known)
    return RunResult(
        written.panel,
        out,
        written.files,
        written.summary,
        shelf,
        screened,
        listing,
        history,
        tuple(unmatched),
        stale,
    )


def _decisions(out: Path, gazetteer: Gazetteer) -> tuple[Decision, ...]:
    path = out / "decisions.csv"
    return read_decisions(path, gazetteer) if path.exists() else ()


def _make_shards(listing: Listing, options: RunOptions, decisions: Sequence[Decision]) -> tuple[list[Shard], list[str]]:
    metadata: dict[str, Any] = {}
    unmatched: list[str] = []
    if options.metadata is not None:
        names = [item.name for item in listing.inputs]
        metadata, unmatched = join_metadata(read_metadata(options.metadata), names)
    shards = []
    for shard in cut_shards(listing.inputs):
        mine = {item.name: metadata[item.name] for item in shard.inputs if item.name in metadata}
        starts = tuple(item.name for item in shard.inputs)
        about = tuple(decision for decision in decisions if decision.doc_id.startswith(starts))
        shards.append(replace(shard, metadata=mine, decisions=about))
    return shards, unmatched


def _do_stages(
    open_pool: Callable[[], Any],
    shards: Sequence[Shard],
    out: Path,
    options: RunOptions,
    workers: int,
    progress: Progress | None,
) -> dict[str, ShardState]:
    """Do what the ledger does not know as done; each shard is entered as soon as it is."""
    states = {shard.shard_id: read_state(out, shard.shard_id) for shard in shards}
    jobs: list[Job] = []
    for shard in shards:
        job, _ = plan_shard(shard, states[shard.shard_id], out, options.stages)
        if job.todo:
            jobs.append(job)
    n_done = len(shards) - len(jobs)
    for job, made in process_shards(open_pool, jobs, workers):
        kept = {name: entry for name, entry in states[made.shard_id].stages.items() if name not in job.todo}
        states[made.shard_id] = write_state(out, ShardState(made.shard_id, kept | dict(made.stages)))
        n_done += 1
        if progress is not None:
            progress(n_done, len(shards))
    return states


def _shelf(shards: Sequence[Shard], states: dict[str, ShardState], out: Path, options: RunOptions) -> Shelf:
    """The finished store, without what belongs to shards and stages that are no more."""
    names = stage_names(options.stages)
    files = [
        file
        for shard in shards
        for name, entry in states[shard.shard_id].stages.items()
        if name in names
        for file, _ in entry.files
    ]
    forget_shards(out, [shard.shard_id for shard in shards], files)
    return Shelf(out, tuple(shard.shard_id for shard in shards), options.stages.lexicons, options.stages.words)


def _history(shards: Sequence[Shard], states: dict[str, ShardState], options: RunOptions) -> tuple[Step, ...]:
    """Steps of all shards, equal ones once, their counts added up."""
    names = stage_names(options.stages)
    merged = merge_steps(states[shard.shard_id].stages[name].history for name in names for shard in shards)
    count = options.stages.count
    rules = {"overlap": count.overlap, "sections": count.sections}
    steps = [Step("count", lexicon.label, {"hash": lexicon.hash, **rules}) for lexicon in options.stages.lexicons]
    return (*merged, *steps)
