"""Batches: what is done again and what is not, and that no accident changes a byte or loses a shard."""

from __future__ import annotations

import errno
import hashlib
import itertools
import json
import multiprocessing
import os
import re
import shutil
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import filelock
import pandas as pd
import pyarrow.parquet as pq
import pytest

from textgov.batch import (
    STORE,
    Job,
    Progress,
    ShardState,
    cut_shards,
    plan_shard,
    process_shard,
    read_state,
    read_status,
)
from textgov.count import CountOptions
from textgov.engine import ENGINES
from textgov.errors import OutputError, StoreError, TextgovError, UsageError
from textgov.export import write_panel
from textgov.lexicon import read_lexicon
from textgov.load import LoadOptions, list_inputs
from textgov.locate import LocateOptions
from textgov.panel import PanelOptions
from textgov.records import Category, Entry, Lexicon
from textgov.run import RunOptions, RunResult, run_panel
from textgov.segment import SegmentOptions

CITIES = ("武汉市", "黄石市", "长沙市", "株洲市", "广州市", "深圳市")
N_DOCUMENTS = 6 * 3 + 3
TERMS = ("数字政府", "一网通办", "电子政务", "政务服务", "大数据", "人工智能")
CLI = "from textgov.cli import main; main()"


@pytest.fixture(autouse=True)
def small_shards(monkeypatch) -> None:
    monkeypatch.setattr("textgov.batch.shards.SHARD_FILES", 3)


def fill(folder: Path, years: range = range(2014, 2017)) -> Path:
    """Reports whose counts all differ, a table with three documents, and a file that cannot be read."""
    folder.mkdir(parents=True)
    for at, city in enumerate(CITIES):
        for year in years:
            (folder / f"{city}{year}年政府工作报告.txt").write_bytes(report(city, year, at).encode())
    rows = "".join(f"{city},2012,{report(city, 2012, 3).replace(chr(10), '')}\n" for city in CITIES[:3])
    (folder / "表.csv").write_bytes(f"城市,年份,正文\n{rows}".encode())
    (folder / "坏.docx").write_bytes(b"PK\x03\x04 no document")
    return folder


def report(city: str, year: int, at: int) -> str:
    lines = [f"{year}年政府工作报告", f"{city}人民政府市长 张三", "各位代表：", f"现在，我代表{city}人民政府报告工作。"]
    for number in range(8 + at):
        term = TERMS[(number * (at + 1) + year) % len(TERMS)]
        lines.append(
            f"{city}第{number}项工作：{year}年推进{term}建设{'，加快改革' * (year % 5)}，完成{number * year}项。"
        )
    return "\n".join([*lines, "谢谢大家！"]) + "\n"


def small_lexicon(prefix: str, *terms: str) -> Lexicon:
    """Few columns make a run short; one term is left out where it stands in longer words, so that hits are lost."""
    entries = [Entry(term, "sole", exclude=("政务服务建设",) if term == "政务服务" else ()) for term in terms]
    return Lexicon(f"small-{prefix}", "1", prefix, "小", "small", "", (Category("sole", "一", "one"),), tuple(entries))


SMALL = {"dg": small_lexicon("dg", *TERMS), "de": small_lexicon("de", "大数据", "人工智能", "改革")}


def options(*lexicons: str, **more) -> RunOptions:
    from textgov.batch import StageOptions

    names = lexicons or ("dg",)
    found = tuple(SMALL.get(name) or read_lexicon(name) for name in names)
    return RunOptions(StageOptions(lexicons=found, **more))


def go(source: Path, out: Path, told: RunOptions | None = None, **more) -> RunResult:
    return run_panel([source], out, told or options(), **{"workers": 1, **more})


@pytest.fixture(scope="module")
def source(tmp_path_factory) -> Path:
    return fill(tmp_path_factory.mktemp("in") / "source")


@pytest.fixture(scope="module")
def calm(source, tmp_path_factory) -> Path:
    """An undisturbed run."""
    out = tmp_path_factory.mktemp("calm") / "out"
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("textgov.batch.shards.SHARD_FILES", 3)
        assert len(go(source, out).shelf.shard_ids) > 4
    return out


@pytest.fixture
def out(calm, tmp_path) -> Path:
    """A run folder to disturb."""
    shutil.copytree(calm, tmp_path / "out")
    return tmp_path / "out"


def digests(folder: Path, store: bool = True) -> dict[str, str]:
    # The ledger and the memory of the outputs know times of change; all else depends on what is in the inputs.
    files = sorted(path for path in folder.rglob("*") if path.is_file() and path.parent.name != "ledger")
    names = {path.relative_to(folder).as_posix(): path for path in files if path.name != "outputs.json"}
    return {
        name: hashlib.sha256(path.read_bytes()).hexdigest()
        for name, path in names.items()
        if store or not name.startswith(STORE)
    }


def marks(out: Path) -> dict[str, tuple[int, int]]:
    """Which file each file of the store is: written anew, it is another one."""
    found = {path: path.stat() for path in (out / STORE).glob("*/*.*")}
    return {
        path.relative_to(out / STORE).as_posix(): (status.st_ino, status.st_mtime_ns) for path, status in found.items()
    }


def changed(before: dict[str, tuple[int, int]], after: dict[str, tuple[int, int]], whole: bool = False) -> set[str]:
    """Folders (or files) of the store with files of stages that were written since."""
    aside = ("ledger", "lexicons")  # what was done, and with what
    names = {name for name, mark in after.items() if before.get(name) != mark and not name.startswith(aside)}
    return names if whole else {name.partition("/")[0] for name in names}


def shard_of(source: Path, name: str) -> str:
    shards = cut_shards(list_inputs([source]).inputs)
    return next(shard.shard_id for shard in shards if any(item.name == name for item in shard.inputs))


# ---- what no result depends on ----


def n_files_for(source: Path, n_shards: int, monkeypatch) -> None:
    """Set the usual size of a shard so that the source has this many."""
    monkeypatch.setattr("textgov.batch.shards.SHARD_BYTES", 10**12)
    size = 100.0
    while size > 0.5:
        monkeypatch.setattr("textgov.batch.shards.SHARD_FILES", size)
        if len(cut_shards(list_inputs([source]).inputs)) == n_shards:
            return
        size *= 0.97
    raise AssertionError(f"no size of a shard gives {n_shards}")


def first_of(values: Iterable[Any], n: int = 1) -> list[Any]:
    """The first values; the others, which look for the same faults elsewhere, are slow."""
    distinct = list(dict.fromkeys(values))
    return [*distinct[:n], *(pytest.param(value, marks=pytest.mark.slow) for value in distinct[n:])]


@pytest.mark.parametrize("n_shards", first_of([7, 1, 2]))
@pytest.mark.parametrize("engine", sorted(ENGINES.keys() & {"serial", "processes"}))
def test_engine_and_number_of_shards_change_no_byte(source, calm, tmp_path, monkeypatch, engine, n_shards):
    n_files_for(source, n_shards, monkeypatch)
    done = go(source, tmp_path / "out", engine=engine, workers=2)
    assert len(done.shelf.shard_ids) == n_shards
    assert digests(done.out, store=False) == digests(calm, store=False)


def test_some_hits_are_kept_and_some_are_lost(calm):
    """The files of hits and of lost ones, which are damaged below, are not empty."""
    for folder, least in (("hits-dg", 100), ("lost-dg", 5)):
        assert sum(pq.read_metadata(path).num_rows for path in (calm / STORE / folder).iterdir()) > least


def test_the_ledger_adds_up(source, calm):
    shards = cut_shards(list_inputs([source]).inputs)
    states = [read_state(calm, shard.shard_id) for shard in shards]
    for state in states:
        assert set(state.stages) == {"read", "locate", "words", "count-dg"}
        assert len({entry.n_documents for entry in state.stages.values()}) == 1
    assert sum(state.stages["read"].n_documents for state in states) == N_DOCUMENTS
    assert sum(state.stages["read"].n_failed for state in states) == 1
    files = [name for state in states for entry in state.stages.values() for name, _ in entry.files]
    assert len(files) == len(set(files))
    on_disk = {path.relative_to(calm / STORE).as_posix() for path in (calm / STORE).glob("*/*.parquet")}
    assert on_disk == set(files)
    assert {path.stem for path in (calm / STORE / "ledger").iterdir()} == {shard.shard_id for shard in shards}


def test_progress_counts_every_shard_once(source, tmp_path):
    seen: list[Progress] = []
    done = go(source, tmp_path / "out", progress=seen.append)
    total = len(done.shelf.shard_ids)
    assert [(one.n_done, one.n_jobs) for one in seen] == [(number, total) for number in range(total + 1)]
    assert (seen[-1].n_documents, seen[-1].n_failed, seen[-1].left) == (N_DOCUMENTS, 1, 0)
    assert seen[-1].n_bytes_done == seen[-1].n_bytes
    went_on: list[Progress] = []
    go(source, tmp_path / "out", progress=went_on.append)
    assert [one.n_jobs for one in went_on] == [0]


# ---- changing one option redoes only what depends on it ----

COUNTED = {"tallies-dg", "hits-dg", "lost-dg"}
OTHER = {"tallies-de", "hits-de", "lost-de"}
ALL = {"corpus", "signs", "inputs", "places", "words"} | COUNTED
CHANGES: dict[str, tuple[Callable[[], RunOptions], set[str]]] = {
    "nothing": (options, set()),
    "year": (lambda: options(locate=LocateOptions(year="delivered")), {"places"}),
    "sections": (lambda: options(count=CountOptions(sections="all")), {"words"} | COUNTED),
    "overlap": (lambda: options(count=CountOptions("all")), COUNTED),
    "segmenter": (lambda: options(segment=SegmentOptions("jieba")), {"words"}),
    "no words": (lambda: options(words=False), set()),
    "another lexicon": (lambda: options("de"), OTHER),
    "one more lexicon": (
        lambda: options("dg", "de"),
        OTHER,
    ),
    "level": (lambda: replace(options(), panel=PanelOptions(balanced=True)), set()),
    "labels": (lambda: replace(options(), labels="en"), set()),
    "encoding": (lambda: options(load=LoadOptions(encoding="utf-8")), ALL),
}


@pytest.mark.parametrize("change", first_of(["sections", "another lexicon", "year", *CHANGES], 3))
def test_a_changed_option_redoes_only_what_depends_on_it(source, out, tmp_path, change):
    told, redone = CHANGES[change][0](), CHANGES[change][1]
    before = marks(out)
    go(source, out, told)
    assert changed(before, marks(out)) == redone
    go(source, tmp_path / "fresh", told)
    assert digests(out) == digests(tmp_path / "fresh")


def test_an_edited_lexicon_is_counted_again_and_nothing_else(source, tmp_path):
    path, out = tmp_path / "me.csv", tmp_path / "out"
    path.write_text("term,category\n数字政府,a\n", "utf-8")
    first = go(source, out, options(str(path))).panel.frame.me_total_n.sum()
    before = marks(out)
    path.write_text("term,category\n数字政府,a\n大数据,a\n", "utf-8")
    second = go(source, out, options(str(path))).panel.frame.me_total_n.sum()
    assert changed(before, marks(out)) == {"tallies-me", "hits-me", "lost-me"}
    assert second > first > 0


def test_a_decision_redoes_the_places_of_one_shard(source, out, tmp_path):
    name = "长沙市2015年政府工作报告.txt"
    before = marks(out)
    for folder in (out, tmp_path / "fresh"):
        folder.mkdir(exist_ok=True)
        (folder / "decisions.csv").write_text(f"doc_id,content_hash,place_code,year,use\n{name},,430100,2003,yes\n")
        done = go(source, folder)
    assert changed(before, marks(out), whole=True) == {f"places/{shard_of(source, name)}.parquet"}
    assert 2003 in set(done.panel.frame.year)
    assert digests(out) == digests(tmp_path / "fresh")


def test_a_row_of_metadata_redoes_one_shard(source, out, tmp_path):
    name, table = "长沙市2015年政府工作报告.txt", tmp_path / "where.csv"
    table.write_text(f"file,city,year\n{name},长沙市,2003\n", "utf-8")
    told = replace(options(), metadata=table)
    before = marks(out)
    go(source, out, told)
    shard_id = shard_of(source, name)
    assert {Path(one).stem for one in changed(before, marks(out), whole=True)} == {shard_id}
    go(source, tmp_path / "fresh", told)
    assert digests(out) == digests(tmp_path / "fresh")


# ---- inputs that come, go and change ----


@pytest.fixture
def mine(source, tmp_path) -> Path:
    """A source to disturb."""
    return shutil.copytree(source, tmp_path / "mine")


def disturb_changed(folder: Path) -> None:
    path = folder / "长沙市2015年政府工作报告.txt"
    path.write_bytes(path.read_bytes().replace("大数据".encode(), "数字化".encode()))


def disturb_same_size(folder: Path) -> None:
    path = folder / "长沙市2015年政府工作报告.txt"
    status = path.stat()
    path.write_bytes(path.read_bytes().replace("政务".encode(), "大数".encode()))
    assert path.stat().st_size == status.st_size
    os.utime(path, ns=(status.st_atime_ns, status.st_mtime_ns))  # as a tool that keeps the times does


def disturb_added(folder: Path) -> None:
    (folder / "长沙市2019年政府工作报告.txt").write_text(report("长沙市", 2019, 4), "utf-8")


def disturb_removed(folder: Path) -> None:
    (folder / "长沙市2015年政府工作报告.txt").unlink()


INPUTS = [disturb_changed, disturb_same_size, disturb_added, disturb_removed]


@pytest.mark.parametrize("disturb", INPUTS)
def test_one_input_redoes_one_shard(mine, tmp_path, disturb):
    out = tmp_path / "out"
    n_before = len(go(mine, out).shelf.shard_ids)
    before = marks(out)
    disturb(mine)
    done = go(mine, out)
    written = {Path(name).stem for name in changed(before, marks(out), whole=True)}
    gone = n_before - len(done.shelf.shard_ids)
    assert len(written) <= 1 + abs(gone)
    assert written or gone
    go(mine, tmp_path / "fresh")
    assert digests(out) == digests(tmp_path / "fresh")


@pytest.mark.parametrize("disturb", INPUTS)
@pytest.mark.parametrize("at", first_of([1, 4]))
def test_an_input_that_changes_during_the_run_is_seen_by_the_next(mine, tmp_path, disturb, at):
    out = tmp_path / "out"

    def progress(seen: Progress) -> None:
        if seen.n_done == at:
            disturb(mine)

    go(mine, out, progress=progress)
    go(mine, out)
    go(mine, tmp_path / "fresh")
    assert digests(out) == digests(tmp_path / "fresh")


def test_an_input_that_goes_away_during_the_run_is_a_failed_row(mine, tmp_path):
    name = [item.name for item in list_inputs([mine]).inputs][-1]
    done = go(mine, tmp_path / "out", progress=lambda seen: (mine / name).unlink(missing_ok=True))
    row = {row.path: row for row in done.corpus.inputs}[name]
    assert (row.status, row.code) == ("failed", "file_unreadable")


def test_a_shard_whose_files_are_gone_is_forgotten(mine, tmp_path):
    out = tmp_path / "out"
    go(mine, out)
    shard = cut_shards(list_inputs([mine]).inputs)[1]
    for item in shard.inputs:
        Path(item.file).unlink()
    before = marks(out)
    go(mine, out)
    assert not list((out / STORE).rglob(f"{shard.shard_id}*"))
    assert changed(before, marks(out)) == set()
    go(mine, tmp_path / "fresh")
    assert digests(out) == digests(tmp_path / "fresh")


@pytest.mark.parametrize("seconds", [86_400, 4_102_444_800], ids=["1970", "2100"])
def test_a_clock_set_back_or_ahead_changes_no_byte(mine, tmp_path, seconds):
    out = tmp_path / "out"
    go(mine, out)
    first = digests(out)
    for path in [*mine.rglob("*"), *out.rglob("*")]:
        os.utime(path, (seconds, seconds))
    go(mine, out)
    assert digests(out) == first
    go(mine, tmp_path / "fresh")
    assert digests(tmp_path / "fresh") == first


def test_a_table_that_changes_during_the_run_is_not_recorded_as_used(mine, tmp_path):
    out = tmp_path / "out"
    rows = "doc_id,content_hash,place_code,year,use\n长沙市2015年政府工作报告.txt,,430100,2003,yes\n"

    def progress(seen: Progress) -> None:
        (out / "decisions.csv").write_text(rows, "utf-8")

    first = go(mine, out, progress=progress)
    assert 2003 not in set(first.panel.frame.year)
    record = json.loads((out / "provenance.json").read_text("utf-8"))
    assert "decisions" not in record["tables"]
    assert 2003 in set(go(mine, out).panel.frame.year)


# ---- damage to what a run left ----

LEDGERS: dict[str, Callable[[bytes], bytes]] = {
    "empty": lambda data: b"",
    "cut": lambda data: data[: len(data) // 2],
    "list": lambda data: b"[]",
    "null": lambda data: b"null",
    "number": lambda data: b'{"read": 1}',
    "binary": lambda data: bytes(range(256)),
    "zeros": lambda data: bytes(len(data)),
    "stage lost": lambda data: data.replace(b'"locate"', b'"lacote"', 1),
    "files lost": lambda data: re.sub(rb'"files": \[\[.*?\]\]', b'"files": []', data),
    "digit": lambda data: re.sub(rb'"documents": \d', b'"documents": 9', data),
    "count": lambda data: re.sub(rb'"n_documents": \d+', b'"n_documents": 77', data),
}


@pytest.mark.parametrize("damage", first_of(LEDGERS, 2))
def test_a_damaged_ledger_costs_its_shard_and_no_byte(source, calm, out, damage):
    path = sorted((out / STORE / "ledger").glob("*.json"))[1]
    whole = path.read_bytes()
    path.write_bytes(LEDGERS[damage](whole))
    assert path.read_bytes() != whole
    (out / STORE / "outputs.json").unlink()
    before = marks(out)
    go(source, out)
    assert digests(out) == digests(calm)
    assert {Path(name).stem for name in changed(before, marks(out), whole=True)} <= {path.stem}
    assert read_state(out, path.stem) == read_state(calm, path.stem)


def test_swapped_ledgers_cost_their_shards_and_no_byte(source, calm, out):
    first, second = sorted((out / STORE / "ledger").glob("*.json"))[:2]
    swap(first, second)
    go(source, out)
    assert digests(out) == digests(calm)


def swap(first: Path, second: Path) -> None:
    one, two = first.read_bytes(), second.read_bytes()
    first.write_bytes(two)
    second.write_bytes(one)


def damage_flip(path: Path) -> None:
    data = bytearray(path.read_bytes())
    data[len(data) // 3] ^= 0x40
    path.write_bytes(data)


def damage_swap(path: Path) -> None:
    others = [other for other in path.parent.iterdir() if other != path]
    swap(path, min(others, key=lambda other: (abs(other.stat().st_size - path.stat().st_size), other.name)))


FILES: dict[str, Callable[[Path], None]] = {
    "removed": Path.unlink,
    "empty": lambda path: path.write_bytes(b"") and None,
    "cut": lambda path: path.write_bytes(path.read_bytes()[:-9]) and None,
    "longer": lambda path: path.write_bytes(path.read_bytes() + b"9") and None,
    "zeros": lambda path: path.write_bytes(bytes(path.stat().st_size)) and None,
    "flip": damage_flip,
    "swap": damage_swap,
}


@pytest.mark.parametrize("damage", first_of(FILES))
@pytest.mark.parametrize("folder", sorted(ALL))
def test_a_damaged_file_of_the_store_costs_its_shard_and_no_byte(source, calm, out, folder, damage):
    path = sorted((out / STORE / folder).glob("*.parquet"))[2]
    whole = {one: one.read_bytes() for one in path.parent.iterdir()}
    FILES[damage](path)
    damaged = [one for one in whole if not one.exists() or one.read_bytes() != whole[one]]
    (out / STORE / "outputs.json").unlink()
    before = marks(out)
    # Only another lexicon makes a run read the texts again.
    go(source, out, options("dg", "de") if folder == "corpus" else options())
    kept = {f"{STORE}/{one}" for one in ALL}
    found, whole = digests(out), digests(calm)
    differing = {name for name in whole if found[name] != whole[name]}
    if folder == "corpus":
        differing = {name for name in differing if name.rpartition("/")[0] in kept}
    if damage == "flip":  # a bit of a file's description may change without changing what is read
        differing -= {one.relative_to(out).as_posix() for one in damaged}
    assert differing == set()
    redone = {Path(name).stem for name in changed(before, marks(out), whole=True) if "-de/" not in name}
    assert redone <= {one.stem for one in damaged}


@pytest.mark.parametrize("damage", first_of(FILES))
@pytest.mark.parametrize("name", ["outputs.json", "panel.parquet", "plan.json"])
def test_what_is_remembered_of_the_outputs_may_be_damaged(source, calm, out, name, damage):
    if damage == "swap":
        swap(out / STORE / name, out / "panel.parquet" if name != "panel.parquet" else out / STORE / "plan.json")
    else:
        FILES[damage](out / STORE / name)
    done = go(source, out)
    assert len(done.panel.frame) == len(pd.read_csv(calm / "panel.csv"))
    assert digests(out) == digests(calm)


def test_an_output_that_was_edited_or_deleted_is_written_anew(source, calm, out):
    (out / "panel.csv").unlink()
    (out / "hits.parquet").write_bytes(b"edited")
    before = marks(out)
    assert not go(source, out).again
    assert digests(out) == digests(calm)
    assert changed(before, marks(out)) == set()
    assert go(source, out).again


def test_what_a_killed_run_left_aside_is_swept(source, calm, out):
    for name in (".panel.csv.part", "store/places/.0123456789ab.parquet.part", "store/ledger/.0123456789ab.json.part"):
        (out / name).write_bytes(b"half")
    go(source, out)
    assert digests(out) == digests(calm)


def test_the_folder_of_a_killed_run_is_not_read_as_documents(mine, tmp_path):
    go(mine, tmp_path / "fresh")
    go(mine, mine / "first")
    (mine / "first" / "provenance.json").unlink()  # written last, so a killed run has none
    done = go(mine, tmp_path / "second")
    assert done.panel.frame.equals(run_panel([mine], tmp_path / "third", options(), workers=1).panel.frame)
    assert len(done.corpus) == N_DOCUMENTS


def test_files_of_a_killed_run_with_other_options_are_not_taken_for_ours(source, calm, out):
    """Killed between the files of a stage and its entry; then the user goes back to the options of before."""
    other = options(count=CountOptions(sections="all"))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("textgov.run.process_shards", killed_before_the_ledger)
        with pytest.raises(Killed):
            go(source, out, other)
    go(source, out)
    assert digests(out) == digests(calm)


class Killed(BaseException):
    """In place of SIGKILL."""


def killed_before_the_ledger(open_pool, jobs: list[Job], workers: int, begin) -> Iterator[tuple[Job, ShardState]]:
    for job in jobs:
        begin(job)
        process_shard(job)
    raise Killed
    yield


# ---- locks ----


def command(source: Path, out: Path, *more: str) -> list[str]:
    return [sys.executable, "-c", CLI, "panel", str(source), "--out", str(out), "-q", "--lang", "en", *more]


def test_the_second_run_into_a_folder_is_refused_and_the_first_ends_well(source, calm, tmp_path):
    out = tmp_path / "out"
    refused = []

    def progress(seen: Progress) -> None:
        if seen.n_done == 2:
            refused.append(subprocess.run(command(source, out), capture_output=True, text=True, check=False))
            with pytest.raises(UsageError) as caught:
                go(source, out)
            refused.append(caught.value)

    go(source, out, progress=progress)
    process, error = refused
    assert process.returncode == 2
    assert process.stderr.startswith("textgov: ")
    assert "another run is writing" in process.stderr
    assert process.stderr.count("\n") == 1
    assert (error.code, error.status) == ("run_locked", 2)
    assert digests(out) == digests(calm)
    go(source, out)


def test_asking_for_the_status_refuses_no_run(source, out, calm):
    lock = filelock.FileLock(out / STORE / "lock", thread_local=False)
    with lock:
        threading.Timer(0.2, lambda: lock.release(force=True)).start()
        assert go(source, out).again


def test_the_time_left_is_told_from_this_run_alone(out):
    """The night between a run that was stopped and the one that goes on is not the pace of a shard."""
    plan = json.loads((out / STORE / "plan.json").read_text("utf-8"))
    entries = sorted((out / STORE / "ledger").iterdir())
    entries[-1].unlink()
    began = 1_700_000_000
    os.utime(out / STORE / "plan.json", (began, began))
    for number, entry in enumerate(entries[:-1]):
        seconds = began - 50_000 + number if number < 2 else began + 10 * number
        os.utime(entry, (seconds, seconds))
    assert len(plan["shards"]) == len(entries) > 4
    with filelock.FileLock(out / STORE / "lock"):
        assert read_status(out)["seconds_left"] == 10.0
    assert read_status(out)["seconds_left"] is None


# ---- workers that die ----


def flag(job: Job) -> Path:
    return job.store.parent.parent / "died"


def die_once(job: Job) -> ShardState:
    if any("株洲市2016" in item.name for item in job.shard.inputs) and not flag(job).exists():
        flag(job).write_bytes(b"")
        os.kill(os.getpid(), signal.SIGKILL)
    return process_shard(job)


def die_always(job: Job) -> ShardState:
    if any("株洲市2016" in item.name for item in job.shard.inputs):
        os.kill(os.getpid(), signal.SIGKILL)
    return process_shard(job)


def write_or_die(*args, **kwargs) -> tuple[Path, ...]:
    if not (args[1].parent / "died").exists():
        (args[1].parent / "died").write_bytes(b"")
        os.kill(os.getpid(), signal.SIGKILL)
    return write_panel(*args, **kwargs)


def test_a_shard_whose_worker_died_once_is_done_again(source, calm, tmp_path, monkeypatch):
    monkeypatch.setattr("textgov.batch.schedule.process_shard", die_once)
    go(source, tmp_path / "out", engine="processes", workers=2)
    assert (tmp_path / "died").exists()
    assert digests(tmp_path / "out") == digests(calm)


def test_a_worker_killed_from_outside_changes_no_byte(source, calm, tmp_path):
    killed = []

    def progress(seen: Progress) -> None:
        if seen.n_done in (1, seen.n_jobs - 1):
            victim = multiprocessing.active_children()[0]
            killed.append(victim.pid)
            os.kill(victim.pid, signal.SIGKILL)

    go(source, tmp_path / "out", engine="processes", workers=2, progress=progress)
    assert len(set(killed)) == 2
    assert digests(tmp_path / "out") == digests(calm)


def test_a_worker_killed_while_the_outputs_are_written_changes_no_byte(source, calm, tmp_path, monkeypatch):
    monkeypatch.setattr("textgov.export.write_panel", write_or_die)
    go(source, tmp_path / "out", engine="processes", workers=2)
    assert (tmp_path / "died").exists()
    assert digests(tmp_path / "out") == digests(calm)


def test_a_shard_that_kills_its_worker_twice_is_named_and_keeps_no_other_from_being_done(
    source, calm, tmp_path, monkeypatch
):
    out = tmp_path / "out"
    bad = shard_of(source, "株洲市2016年政府工作报告.txt")
    everything = {shard.shard_id for shard in cut_shards(list_inputs([source]).inputs)}
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("textgov.batch.schedule.process_shard", die_always)
        for _ in range(2):
            with pytest.raises(TextgovError) as caught:
                go(source, out, engine="processes", workers=2)
            assert (caught.value.code, caught.value.status) == ("worker_died", 1)
    assert {path.stem for path in (out / STORE / "ledger").glob("*.json")} == everything - {bad}
    before = marks(out)
    go(source, out)
    assert {Path(name).stem for name in changed(before, marks(out), whole=True)} == {bad}
    assert digests(out) == digests(calm)


def test_a_script_without_a_guard_is_told_what_to_write(source, tmp_path):
    script = tmp_path / "mine.py"
    script.write_text(
        "from pathlib import Path\nfrom textgov import read_lexicon\nfrom textgov.batch import StageOptions\n"
        "from textgov.run import RunOptions, run_panel\nlexicon = read_lexicon('digital-government')\n"
        f"run_panel([Path({str(source)!r})], Path({str(tmp_path / 'out')!r}),"
        " RunOptions(StageOptions(lexicons=(lexicon,))), engine='processes', workers=2)\n",
        "utf-8",
    )
    done = subprocess.run([sys.executable, str(script)], capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert done.stderr.count("put the run below if __name__ == '__main__':") >= 1
    assert "in a script of your own the run must stand below if __name__ == '__main__':" in done.stderr


# ---- a full disk ----


def few(source: Path, folder: Path) -> Path:
    """A source of one shard."""
    folder.mkdir()
    for name in sorted(path.name for path in source.glob("*市201[45]*"))[:4]:
        shutil.copyfile(source / name, folder / name)
    shutil.copyfile(source / "坏.docx", folder / "坏.docx")
    return folder


@pytest.fixture
def one_shard(source, tmp_path, monkeypatch) -> tuple[Path, Path]:
    """A source of one shard, and an undisturbed run of it."""
    monkeypatch.setattr("textgov.batch.shards.SHARD_FILES", 10**6)
    folder = few(source, tmp_path / "few")
    go(folder, tmp_path / "calm")
    return folder, tmp_path / "calm"


def assert_one_line(error: TextgovError) -> None:
    for lang in ("en", "zh"):
        assert "\n" not in error.text(lang)
        assert "No space left" in error.text(lang)
    assert error.status == 1


def test_a_disk_that_is_full_at_any_move_loses_nothing(one_shard, tmp_path, monkeypatch):
    folder, calm = one_shard
    n_moves = len(digests(calm)) + 1  # every file but the lock, and the ledger and the memory of the outputs
    for fails_at in range(n_moves + 1):
        out, count = tmp_path / f"out{fails_at}", itertools.count()

        def move(part: Path, target: Path, count=count, fails_at=fails_at, real=Path.replace) -> Path:
            if next(count) == fails_at:
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
            return real(part, target)

        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(Path, "replace", move)
            if fails_at == n_moves:
                go(folder, out)
            else:
                with pytest.raises(OutputError) as caught:
                    go(folder, out)
                assert_one_line(caught.value)
        assert not list(out.rglob(".*.part"))
        go(folder, out)
        assert digests(out) == digests(calm)


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no /dev/full")
def test_a_disk_that_is_full_for_any_file_loses_nothing(one_shard, tmp_path):
    folder, calm = one_shard
    names = [*digests(calm), *(path.relative_to(calm).as_posix() for path in (calm / STORE / "ledger").iterdir())]
    for number, name in enumerate(name for name in names if Path(name).name != "lock"):
        out = tmp_path / f"out{number}"
        (out / name).parent.mkdir(parents=True)
        part = (out / name).with_name(f".{Path(name).name}.{os.getpid()}.part")
        part.symlink_to("/dev/full")
        with pytest.raises(OutputError) as caught:
            go(folder, out)
        assert_one_line(caught.value)
        assert Path(name).name in str(caught.value)
        assert not list(out.rglob(".*.part"))
        assert not (out / name).exists()
        go(folder, out)
        assert digests(out) == digests(calm)


# ---- what may not be written ----


# Root passes over all permissions; without these rights it is like any other user.
BOUND = ("setpriv", "--bounding-set=-dac_override,-dac_read_search")


def as_user(*words: str) -> subprocess.CompletedProcess[str]:
    bound = BOUND if hasattr(os, "geteuid") and os.geteuid() == 0 else ()
    return subprocess.run((*bound, *words), capture_output=True, text=True, check=False)


@pytest.fixture
def user_run(source, tmp_path) -> Iterator[tuple[Path, Path]]:
    """A source, and a run of it by somebody who is bound by permissions."""
    folder, out = few(source, tmp_path / "few"), tmp_path / "out"
    locked = tmp_path / "locked"
    locked.mkdir(mode=0o555)
    if sys.platform == "win32" or shutil.which(BOUND[0]) is None or as_user("touch", f"{locked}/x").returncode == 0:
        pytest.skip("permissions bind nobody here")
    done = as_user(*command(folder, out, "--workers", "1"))
    assert done.returncode == 3, done.stderr
    yield folder, out
    for path in (out, *out.rglob("*")):
        path.chmod(0o755)


@pytest.mark.parametrize("name", ["", "store", "store/ledger", "store/places"])
def test_a_folder_that_may_not_be_written_is_one_clear_line(user_run, name):
    folder, out = user_run
    first = digests(out)
    (out / name).chmod(0o555)
    done = as_user(*command(folder, out, "--workers", "1", "--year", "delivered"))
    (out / name).chmod(0o755)
    assert done.returncode == 1, done.stderr
    assert done.stderr.startswith("textgov: ")
    assert done.stderr.count("\n") == 1
    assert "Permission denied" in done.stderr
    assert as_user(*command(folder, out, "--workers", "1")).returncode == 3
    assert digests(out) == first


@pytest.mark.parametrize("name", ["panel.csv", "store/ledger", "store/places"])
def test_files_that_may_not_be_written_are_replaced(user_run, name):
    folder, out = user_run
    first = digests(out)
    for path in [out / name] if name == "panel.csv" else (out / name).iterdir():
        path.chmod(0o444)
    assert as_user(*command(folder, out, "--workers", "1", "--year", "delivered")).returncode == 3
    assert as_user(*command(folder, out, "--workers", "1")).returncode == 3
    assert digests(out) == first


def test_an_input_that_may_not_be_read_is_a_failed_row_and_read_when_it_may(user_run):
    folder, out = user_run
    first = digests(out)
    path = next(folder.glob("*.txt"))
    path.chmod(0)
    assert as_user(*command(folder, out, "--workers", "1")).returncode == 3
    assert f"{path.name},failed" in (out / "manifest.csv").read_text("utf-8")
    path.chmod(0o644)
    assert as_user(*command(folder, out, "--workers", "1")).returncode == 3
    assert digests(out) == first


def test_a_store_of_another_format_is_refused_or_made_anew(source, calm, out, monkeypatch):
    """A newer textgov raises the format of its stages: nothing of the old ones is taken over."""
    monkeypatch.setattr("textgov.batch.ledger.STAGE_FORMAT", 10**6)
    shard = cut_shards(list_inputs([source]).inputs)[0]
    _, verdicts = plan_shard(shard, read_state(out, shard.shard_id), out, options().stages)
    assert set(verdicts.values()) == {"stale"}
    before = marks(out)
    go(source, out)
    assert changed(before, marks(out)) == ALL
    assert digests(out) == digests(calm)


def test_damage_that_comes_back_is_one_clear_line(source, out, monkeypatch):
    def never(*_, **__):
        raise StoreError("store_bad", path=out / STORE / "words" / "x.parquet", detail="always")

    monkeypatch.setattr("textgov.run.shelf.Shelf.counted", never)
    (out / STORE / "outputs.json").unlink()
    with pytest.raises(StoreError, match="always"):
        go(source, out)
