"""From files to outputs: the stages in order, and every file of a run folder."""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from textgov.batch import (
    LEDGER,
    STORE,
    Job,
    Progress,
    Shard,
    ShardState,
    cut_shards,
    drop_stages,
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
from textgov.engine import EngineOptions, Pools, check_guard, open_engine
from textgov.errors import StoreError
from textgov.extend import check_extend
from textgov.lexicon import keep_lexicons
from textgov.load import join_metadata, list_inputs, read_metadata
from textgov.load.inputs import Listing
from textgov.locate import Decision, read_decisions
from textgov.records import Corpus, Panel, Step
from textgov.regions import Gazetteer, read_divisions
from textgov.remote import RemotePath, place_of
from textgov.run.options import RunOptions, read_complete
from textgov.run.outputs import write_run
from textgov.run.provenance import user_tables
from textgov.run.recall import Numbers, keep_panel, outputs_from, read_kept_panel, recall, remember
from textgov.run.screening import Screened, screen_run
from textgov.run.shelf import Shelf, Walk
from textgov.store import ShardFiles, choose_store, claim_store, is_inside, remove_file, sweep_parts

if TYPE_CHECKING:
    from textgov.run.topics import Modelled

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
        documents = [
            document for _, _, group in Walk(self.shelf, self.screen().doubts, evidence=True) for document in group
        ]
        rows = [row for part in self.shelf.manifest(self.listing.passed) for row in part]
        return Corpus(tuple(documents), tuple(rows), self.history)


def run_panel(
    sources: Sequence[Path | str],
    out: Path,
    options: RunOptions,
    *,
    engine: str | None = None,
    workers: int | None = None,
    scheduler: str | None = None,
    progress: Callable[[Progress], None] | None = None,
    store: Path | str | None = None,
) -> RunResult:
    """Read the sources and write a panel with all its evidence.

    What an earlier run into the same folder has done, with the same inputs and options, is not done again.

    Parameters
    ----------
    sources : sequence of Path or str
        Files and folders; URLs such as ``s3://bucket/reports`` too (extra ``objects``).
    out : Path
        Folder of the run. Files of an earlier run there are replaced; ``decisions.csv`` is read and never written.
    options : RunOptions
    engine, workers, scheduler
        Where work runs, see `EngineOptions`; they change no result.
    progress : callable, optional
        Called with a `Progress` after each shard.
    store : Path or str, optional
        Where the shards go: a folder or a URL. The folder of the run if not given, or where its shards are already.
        With `sources` and `store` that are URLs, workers need nothing of this machine.

    Returns
    -------
    RunResult

    Raises
    ------
    TextgovError
        See its children; also when no document has a place and a year (the manifest and the review sheet are written).
    """
    check_guard()
    where = EngineOptions(engine, workers, scheduler)
    listing = list_inputs(sources, leave_out=out, store=choose_store(out, store))
    divisions = options.stages.locate.divisions
    gazetteer = read_divisions(Path(divisions) if divisions else None)
    decisions = _decisions(out, gazetteer)
    check_extend(options.extend, gazetteer)
    with locked(out):
        place = claim_store(out, store)
        try:
            with open_engine(where) as pools:
                mended: set[str] = set()
                while True:
                    plan = plan_run(listing, out, options, decisions, place)
                    write_plan(out, [shard.shard_id for shard in plan.shards], stage_names(options.stages))
                    try:
                        return _run(plan, listing, options, gazetteer, decisions, pools, progress)
                    except StoreError as error:
                        _mend(out, place, error, mended)
        finally:
            _sweep(out, place)


def _sweep(out: Path, store: Path | RemotePath) -> None:
    """Delete what killed processes left aside; in a storage nothing lies aside."""
    for home in dict.fromkeys((out / STORE, store)):
        if isinstance(home, Path) and home.is_dir():
            for folder in (*(path for path in home.iterdir() if path.is_dir()), home):
                sweep_parts(folder)
    sweep_parts(out)


def _mend(out: Path, store: Path | RemotePath, error: StoreError, mended: set[str]) -> None:
    """Delete a damaged file of the store, so that its shard is done anew; raise the error if that did not help."""
    path = place_of(str(error.facts["path"]))
    there = any(is_inside(path, home) for home in (out / STORE, store))
    if str(path) in mended or not there or (isinstance(path, Path) and not path.is_file()):
        raise error
    remove_file(path)
    mended.add(str(path))


def plan_panel(sources: Sequence[Path | str], out: Path, options: RunOptions, store: Path | str | None = None) -> Plan:
    """What `run_panel` would do now; nothing is written."""
    place = choose_store(out, store)
    listing = list_inputs(sources, leave_out=out, store=place)
    divisions = options.stages.locate.divisions
    gazetteer = read_divisions(Path(divisions) if divisions else None)
    return plan_run(listing, out, options, _decisions(out, gazetteer), place)


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
    _do_stages(plan, pools, progress)
    done = _gather(plan, options)
    history = _history(done.history, options)
    made_from = outputs_from(done.fingerprints, listing.passed, options, plan.tables)
    shard_ids = tuple(shard.shard_id for shard in plan.shards)
    shelf = Shelf(out, shard_ids, options.stages.lexicons, options.stages.words, done.files.store)
    settled = {decision.doc_id for decision in decisions if decision.use}

    @cache
    def screen() -> Screened:
        return screen_run(shelf, settled, options.panel, gazetteer)

    forget_shards(out, done.files, set(shard_ids), done.folders)
    keep_lexicons(out, options.stages.lexicons)
    known = recall(out, made_from) if not plan.jobs else None
    if known is not None:
        files = tuple(out / name for name in known.files)
        stale = tuple(decision for decision in decisions if decision.doc_id in known.stale)
        return RunResult(out, files, known.numbers, shelf, listing, history, screen, plan.unmatched, stale, again=True)
    written = write_run(shelf, screen, listing.passed, history, options, gazetteer, plan.tables, pools.open_near())
    stale = _unknown(decisions, screen().index.doc_ids) if decisions else ()
    made, notes = set(written.files), written.notes
    if options.topics is not None:
        pools.close()  # its workers would wait beside those that read the texts again
        modelled = _model(out, options, pools.options)
        made, notes = made | set(modelled.files), (*notes, *modelled.notes)
    remember(out, made_from, sorted(made), written.numbers, [decision.doc_id for decision in stale])
    told = (plan.unmatched, stale, False, notes)
    return RunResult(out, tuple(sorted(made)), written.numbers, shelf, listing, history, screen, *told)


def _model(out: Path, options: RunOptions, where: EngineOptions) -> Modelled:
    from textgov.run.topics import model_run

    assert options.topics is not None
    modelled = model_run(out, options.topics, options.labels, where)  # type: ignore[arg-type]
    keep_panel(modelled.panel, out)
    return modelled


@dataclass(frozen=True, slots=True, eq=False)
class Plan:
    """What a run would do: its shards, and the jobs for what is missing or stale.

    ``tables`` are hashes of the tables of the user, taken when they were read; ``files`` is the store as it was.
    """

    out: Path
    shards: tuple[Shard, ...]
    jobs: tuple[Job, ...]
    verdicts: Mapping[str, Counter[str]]
    unmatched: tuple[str, ...]
    tables: Mapping[str, str]
    files: ShardFiles


def plan_run(
    listing: Listing, out: Path, options: RunOptions, decisions: Sequence[Decision], store: Path | RemotePath
) -> Plan:
    """Compare the inputs and options with the ledger; nothing is done.

    Returns
    -------
    Plan
        ``verdicts`` counts for each stage the shards that are done, stale or missing.
    """
    shards, unmatched = _make_shards(listing, options, decisions)
    jobs = []
    verdicts: dict[str, Counter[str]] = {name: Counter() for name in stage_names(options.stages)}
    files, target = ShardFiles(store), store.absolute() if isinstance(store, Path) else store
    for shard in shards:
        job, found = plan_shard(shard, read_state(out, shard.shard_id, files), target, options.stages)
        if job.todo:
            jobs.append(job)
        for name, verdict in found.items():
            verdicts[name][verdict] += 1
    return Plan(out, tuple(shards), tuple(jobs), verdicts, tuple(unmatched), user_tables(options, out), files)


def _decisions(out: Path, gazetteer: Gazetteer) -> tuple[Decision, ...]:
    path = out / "decisions.csv"
    return read_decisions(path, gazetteer) if path.exists() else ()


def _unknown(decisions: Sequence[Decision], doc_ids: Iterable[str]) -> tuple[Decision, ...]:
    """The decisions about no document of the run."""
    told = {decision.doc_id for decision in decisions}
    known = told.intersection(doc_ids)
    return tuple(decision for decision in decisions if decision.doc_id not in known)


def _make_shards(listing: Listing, options: RunOptions, decisions: Sequence[Decision]) -> tuple[list[Shard], list[str]]:
    metadata: dict[str, Any] = {}
    unmatched: list[str] = []
    if options.metadata is not None:
        every = (item.name for item in listing.inputs)
        metadata, unmatched = join_metadata(read_metadata(options.metadata), every)
    shards = []
    about = _About(decisions)
    for shard in cut_shards(listing.inputs):
        if not metadata and not decisions:
            shards.append(shard)
            continue
        names = [item.name for item in shard.inputs]
        mine = {name: metadata[name] for name in names if name in metadata}
        shards.append(replace(shard, metadata=mine, decisions=about.find(names)))
    return shards, unmatched


class _About:
    """Finds the decisions about documents of some files: their ids begin with the names of the files."""

    def __init__(self, decisions: Sequence[Decision]) -> None:
        self.decisions = decisions
        self.order = sorted(range(len(decisions)), key=lambda number: decisions[number].doc_id)
        self.doc_ids = [decisions[number].doc_id for number in self.order]

    def find(self, names: Iterable[str]) -> tuple[Decision, ...]:
        found: set[int] = set()
        for name in names:
            at = bisect_left(self.doc_ids, name)
            while at < len(self.doc_ids) and self.doc_ids[at].startswith(name):
                found.add(self.order[at])
                at += 1
        return tuple(self.decisions[number] for number in sorted(found))


def _do_stages(plan: Plan, pools: Pools, progress: Callable[[Progress], None] | None) -> None:
    """Do the jobs of a plan; each shard is entered in the ledger as soon as it is done."""
    clock = Progress.start(plan.jobs)
    if progress is not None:
        progress(clock)

    def begin(job: Job) -> None:
        drop_stages(plan.out, job.shard.shard_id, job.todo, plan.files)

    for job, made in process_shards(pools.open_pool, plan.jobs, pools.workers, begin):
        # Of what was kept, the files are as they were planned with.
        known = read_state(plan.out, made.shard_id, plan.files).stages
        kept = {name: entry for name, entry in known.items() if name not in job.todo}
        write_state(plan.out, ShardState(made.shard_id, kept | dict(made.stages)))
        clock = clock.after(job, made)
        if progress is not None:
            progress(clock)


@dataclass(frozen=True, slots=True, eq=False)
class _Done:
    """What the ledger says of all shards: the fingerprints of each, the history by stage, the folders of the store.

    ``files`` is the store as it is now.
    """

    fingerprints: list[list[str]]
    history: dict[str, tuple[Step, ...]]
    folders: set[str]
    files: ShardFiles


def _gather(plan: Plan, options: RunOptions) -> _Done:
    """Read the ledger through; of each shard little more is held than its fingerprints."""
    names = stage_names(options.stages)
    files = ShardFiles(plan.files.store) if plan.jobs else plan.files
    done = _Done([], dict.fromkeys(names, ()), set(), files)
    for shard in plan.shards:
        stages = read_state(plan.out, shard.shard_id, files).stages
        if any(name not in stages for name in names):
            path = plan.out / STORE / LEDGER / f"{shard.shard_id}.json"
            raise StoreError("store_bad", path=path, detail="a file that it names is gone")
        done.fingerprints.append([stages[name].fingerprint for name in names])
        for name in names:
            done.history[name] = merge_steps((done.history[name], stages[name].history))
            done.folders.update(file.partition("/")[0] for file, _ in stages[name].files)
    return done


def _history(stages: Mapping[str, Sequence[Step]], options: RunOptions) -> tuple[Step, ...]:
    """Steps of all shards, equal ones once, their counts added up."""
    merged = merge_steps(stages.values())
    rules = asdict(options.stages.count)
    steps = [Step("count", lexicon.label, {"hash": lexicon.hash, **rules}) for lexicon in options.stages.lexicons]
    return (*merged, *steps)
