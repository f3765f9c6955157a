"""From files to outputs: the stages in order, and every file of a run folder."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any

from textgov.batch import (
    STORE,
    Job,
    Progress,
    Shard,
    ShardState,
    cut_shards,
    forget_shards,
    locked,
    merge_steps,
    plan_shard,
    process_shards,
    read_state,
    stage_names,
    write_plan,
    write_state,
)
from textgov.engine import EngineOptions, Pools, open_engine
from textgov.errors import StoreError
from textgov.extend import check_extend
from textgov.load import join_metadata, list_inputs, read_metadata
from textgov.load.inputs import Listing
from textgov.locate import Decision, read_decisions
from textgov.records import Corpus, Panel, Step
from textgov.regions import Gazetteer, read_divisions
from textgov.run.options import RunOptions, read_complete
from textgov.run.outputs import write_run
from textgov.run.provenance import user_tables
from textgov.run.recall import PANEL, Numbers, outputs_from, read_kept_panel, recall, remember
from textgov.run.screening import Screened, screen_run
from textgov.run.shelf import Shelf, Walk
from textgov.store import remove_file, sweep_parts

__all__ = ["Plan", "RunOptions", "RunResult", "plan_panel", "plan_run", "read_complete", "run_panel"]


@dataclass(frozen=True, slots=True, eq=False)
class RunResult:
    """What a run made: the folder, the files, the numbers, and what the user said of no file.

    ``unmatched`` are rows of the metadata table, ``stale`` decisions; ``again`` says that nothing had changed since
    the run before, so that nothing was done. ``notes`` are messages about what was added to the panel.
    """

    out: Path
    files: tuple[Path, ...]
    summary: Numbers
    shelf: Shelf
    listing: Listing
    history: tuple[Step, ...]
    screen: Callable[[], Screened]
    unmatched: tuple[str, ...] = ()
    stale: tuple[Decision, ...] = ()
    again: bool = False
    notes: tuple[tuple[str, Mapping[str, Any]], ...] = ()

    @property
    def panel(self) -> Panel:
        """The panel, read from the store."""
        return read_kept_panel(self.out)

    @property
    def corpus(self) -> Corpus:
        """The documents without their texts, read from the store; for runs that fit in memory."""
        documents = [document for _, _, group in Walk(self.shelf, self.screen().doubts) for document in group]
        rows = [row for part in self.shelf.manifest(self.listing.passed) for row in part]
        return Corpus(tuple(documents), tuple(rows), self.history)


def run_panel(
    sources: Sequence[Path],
    out: Path,
    options: RunOptions,
    *,
    engine: str | None = None,
    workers: int | None = None,
    scheduler: str | None = None,
    progress: Callable[[Progress], None] | None = None,
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
    engine, workers, scheduler
        Where work runs, see `EngineOptions`; they change no result.
    progress : callable, optional
        Called with a `Progress` after each shard.

    Returns
    -------
    RunResult

    Raises
    ------
    TextgovError
        See its children; also when no document has a place and a year (the manifest and the review sheet are written).
    """
    where = EngineOptions(engine, workers, scheduler)
    listing = list_inputs(sources, leave_out=out)
    divisions = options.stages.locate.divisions
    gazetteer = read_divisions(Path(divisions) if divisions else None)
    decisions = _decisions(out, gazetteer)
    check_extend(options.extend, gazetteer)
    with locked(out):
        try:
            with open_engine(where) as pools:
                mended: set[Path] = set()
                while True:
                    plan = plan_run(listing, out, options, decisions)
                    write_plan(out, [shard.shard_id for shard in plan.shards], stage_names(options.stages))
                    try:
                        return _run(plan, listing, options, gazetteer, decisions, pools, progress)
                    except StoreError as error:
                        _mend(out, error, mended)
        finally:
            for folder in (out, *(path for path in (out / STORE).iterdir() if path.is_dir()), out / STORE):
                sweep_parts(folder)


def _mend(out: Path, error: StoreError, mended: set[Path]) -> None:
    """Delete a damaged file of the store, so that its shard is done anew; raise the error if that did not help."""
    path = Path(str(error.facts["path"])).absolute()
    if path in mended or (out / STORE).absolute() not in path.parents or not path.is_file():
        raise error
    remove_file(path)
    mended.add(path)


def plan_panel(sources: Sequence[Path], out: Path, options: RunOptions) -> Plan:
    """What `run_panel` would do now; nothing is written."""
    listing = list_inputs(sources, leave_out=out)
    divisions = options.stages.locate.divisions
    gazetteer = read_divisions(Path(divisions) if divisions else None)
    return plan_run(listing, out, options, _decisions(out, gazetteer))


def _run(
    plan: Plan,
    listing: Listing,
    options: RunOptions,
    gazetteer: Gazetteer,
    decisions: Sequence[Decision],
    pools: Pools,
    progress: Callable[[Progress], None] | None,
) -> RunResult:
    out = plan.out
    states = _do_stages(plan, pools, progress)
    history = _history(states, options)
    made_from = outputs_from(states, listing.passed, options, plan.tables)
    shelf = Shelf(out, tuple(state.shard_id for state in states), options.stages.lexicons, options.stages.words)
    settled = {decision.doc_id for decision in decisions if decision.use}

    @cache
    def screen() -> Screened:
        return screen_run(shelf, settled, options.panel, gazetteer)

    _forget(plan, states, options)
    known = recall(out, made_from) if not plan.jobs else None
    if known is not None:
        files = tuple(out / name for name in known.files)
        stale = tuple(decision for decision in decisions if decision.doc_id in known.stale)
        return RunResult(out, files, known.numbers, shelf, listing, history, screen, plan.unmatched, stale, again=True)
    written = write_run(shelf, screen(), listing.passed, history, options, gazetteer, plan.tables, pools.open_pool())
    doc_ids = set(screen().index.doc_ids)
    stale = tuple(decision for decision in decisions if decision.doc_id not in doc_ids)
    remember(out, made_from, written.files, written.numbers, [decision.doc_id for decision in stale])
    told = (plan.unmatched, stale, False, written.notes)
    return RunResult(out, written.files, written.numbers, shelf, listing, history, screen, *told)


@dataclass(frozen=True, slots=True, eq=False)
class Plan:
    """What a run would do: its shards with what is known of each, and the jobs for what is missing or stale.

    ``tables`` are hashes of the tables of the user, taken when they were read.
    """

    out: Path
    shards: tuple[Shard, ...]
    states: tuple[ShardState, ...]
    jobs: tuple[Job, ...]
    verdicts: Mapping[str, Counter[str]]
    unmatched: tuple[str, ...]
    tables: Mapping[str, str]


def plan_run(listing: Listing, out: Path, options: RunOptions, decisions: Sequence[Decision]) -> Plan:
    """Compare the inputs and options with the ledger; nothing is done.

    Returns
    -------
    Plan
        ``verdicts`` counts for each stage the shards that are done, stale or missing.
    """
    shards, unmatched = _make_shards(listing, options, decisions)
    states = tuple(read_state(out, shard.shard_id) for shard in shards)
    jobs = []
    verdicts: dict[str, Counter[str]] = {name: Counter() for name in stage_names(options.stages)}
    for shard, state in zip(shards, states, strict=True):
        job, found = plan_shard(shard, state, out.absolute(), options.stages)
        if job.todo:
            jobs.append(job)
        for name, verdict in found.items():
            verdicts[name][verdict] += 1
    return Plan(out, tuple(shards), states, tuple(jobs), verdicts, tuple(unmatched), user_tables(options, out))


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
        # Workers on other machines have other working folders.
        inputs = tuple(replace(item, path=item.path.absolute()) for item in shard.inputs)
        mine = {item.name: metadata[item.name] for item in shard.inputs if item.name in metadata}
        starts = tuple(item.name for item in shard.inputs)
        about = tuple(decision for decision in decisions if decision.doc_id.startswith(starts))
        shards.append(replace(shard, inputs=inputs, metadata=mine, decisions=about))
    return shards, unmatched


def _do_stages(plan: Plan, pools: Pools, progress: Callable[[Progress], None] | None) -> tuple[ShardState, ...]:
    """Do the jobs of a plan; each shard is entered in the ledger as soon as it is done."""
    states = {state.shard_id: state for state in plan.states}
    clock = Progress.start(plan.jobs)
    if progress is not None:
        progress(clock)
    for job, made in process_shards(pools.open_pool, plan.jobs, pools.workers):
        kept = {name: entry for name, entry in states[made.shard_id].stages.items() if name not in job.todo}
        states[made.shard_id] = write_state(plan.out, ShardState(made.shard_id, kept | dict(made.stages)))
        clock = clock.after(job, made)
        if progress is not None:
            progress(clock)
    return tuple(states[shard.shard_id] for shard in plan.shards)


def _forget(plan: Plan, states: Sequence[ShardState], options: RunOptions) -> None:
    """Delete what belongs to shards and stages that are no more."""
    names = stage_names(options.stages)
    entries = [entry for state in states for name, entry in state.stages.items() if name in names]
    files = [file for entry in entries for file, _ in entry.files]
    forget_shards(plan.out, [shard.shard_id for shard in plan.shards], [*files, PANEL])


def _history(states: Sequence[ShardState], options: RunOptions) -> tuple[Step, ...]:
    """Steps of all shards, equal ones once, their counts added up."""
    names = stage_names(options.stages)
    merged = merge_steps(state.stages[name].history for name in names for state in states)
    rules = asdict(options.stages.count)
    steps = [Step("count", lexicon.label, {"hash": lexicon.hash, **rules}) for lexicon in options.stages.lexicons]
    return (*merged, *steps)
