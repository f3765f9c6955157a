"""The same bytes wherever work runs, also when a worker of a cluster is killed on the way."""

from __future__ import annotations

import hashlib
import os
import shutil
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from textgov.demo import demo_folder, demo_options
from textgov.engine import DaskExecutor, EngineOptions, open_engine
from textgov.errors import UsageError
from textgov.optional import need
from textgov.run import run_panel


def digests(out: Path) -> dict[str, str]:
    return {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in out.iterdir() if path.is_file()}


@pytest.fixture(scope="module")
def source(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("source")
    for name in ("湖北省", "湖南省"):
        shutil.copytree(demo_folder() / "reports" / name, folder / name)
    return folder


@pytest.fixture(scope="module")
def expected(source, tmp_path_factory) -> dict[str, str]:
    out = tmp_path_factory.mktemp("serial") / "out"
    run_panel([source], out, demo_options(), engine="serial")
    return digests(out)


@pytest.fixture
def small_shards(monkeypatch):
    monkeypatch.setattr("textgov.batch.shards.SHARD_FILES", 4)


def test_processes_give_the_same_bytes(source, expected, tmp_path, small_shards):
    run_panel([source], tmp_path / "out", demo_options(), engine="processes", workers=2)
    assert digests(tmp_path / "out") == expected


class Cluster:
    """A scheduler and two workers of their own processes, on the loopback."""

    def __init__(self, folder: Path, cwd: Path | None = None) -> None:
        self.file = folder / "scheduler.json"
        told = ["--scheduler-file", str(self.file), "--interface", "lo"]
        run = [sys.executable, "-m", "distributed.cli.dask_scheduler"]
        self.processes = [start([*run, *told, "--no-dashboard", "--port", "0"], cwd)]
        wait_for(self.file.is_file)
        more = ["--nthreads", "1", "--no-nanny", "--no-dashboard"]
        run = [sys.executable, "-m", "distributed.cli.dask_worker"]
        self.processes += [start([*run, *told, *more], cwd) for _ in range(2)]

    @property
    def address(self) -> str:
        import json

        return str(json.loads(self.file.read_text("utf-8"))["address"])

    def kill_a_worker(self) -> None:
        os.kill(self.processes[1].pid, signal.SIGKILL)

    def close(self) -> None:
        for process in reversed(self.processes):
            process.kill()
            process.wait()


def start(command: list[str], cwd: Path | None = None) -> subprocess.Popen[bytes]:
    return subprocess.Popen(command, cwd=cwd, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def wait_for(ready) -> None:
    deadline = time.monotonic() + 60
    while not ready():
        assert time.monotonic() < deadline, "the cluster did not start"
        time.sleep(0.05)


@pytest.fixture
def cluster(tmp_path):
    if sys.platform != "linux":
        pytest.skip("the interface is named lo on Linux only")
    found = Cluster(tmp_path)
    yield found
    found.close()


def test_a_scheduler_and_two_workers_one_of_them_killed(source, expected, tmp_path, cluster, small_shards):
    out, done = tmp_path / "out", []

    def after(progress) -> None:
        done.append(progress.n_done)
        if progress.n_done == 2:
            cluster.kill_a_worker()

    run_panel([source], out, demo_options(), scheduler=cluster.address, workers=2, progress=after)
    assert cluster.processes[1].wait(10) == -signal.SIGKILL
    assert done == list(range(len(done)))
    assert len(done) > 5
    assert digests(out) == expected


def test_a_cluster_of_this_machine(source, expected, tmp_path):
    run_panel([source], tmp_path / "out", demo_options(), engine="dask", workers=2)
    assert digests(tmp_path / "out") == expected
    assert threading.active_count() < 50


def test_no_scheduler_answers(source, tmp_path, monkeypatch):
    distributed = need("distributed")
    client = distributed.Client
    monkeypatch.setattr(distributed, "Client", lambda address, **told: client(address, **{**told, "timeout": "1s"}))
    with pytest.raises(UsageError, match="no Dask scheduler answers"):
        run_panel([source], tmp_path / "out", demo_options(), scheduler="tcp://127.0.0.1:9")


@pytest.mark.parametrize(
    ("told", "words"),
    [
        ({"workers": 0}, "workers = 0"),
        ({"engine": "threads"}, "known engines: serial, processes, dask"),
        ({"engine": "serial", "scheduler": "tcp://x:1"}, "needs --engine dask"),
    ],
)
def test_wrong_options(told, words):
    with pytest.raises(UsageError, match=words):
        EngineOptions(**told)


def test_what_is_meant_when_nothing_is_said():
    assert EngineOptions(workers=1).name == "serial"
    assert EngineOptions(workers=3).name == "processes"
    assert EngineOptions(scheduler="tcp://x:1").name == "dask"
    assert EngineOptions().n_workers >= 1


def test_nothing_is_started_before_it_is_needed():
    with open_engine(EngineOptions("processes", 2)) as pools:
        assert pools.executor is None


def test_a_death_on_a_cluster_is_that_of_a_pool():
    class KilledWorker(Exception):
        pass

    class Inner:
        def submit(self, fn, *args):
            from concurrent.futures import Future

            future = Future()
            future.set_exception(KilledWorker("gone"))
            return future

    class Client:
        cluster = None

        def get_executor(self, pure):
            return Inner()

        def close(self):
            pass

    from concurrent.futures import BrokenExecutor

    with DaskExecutor(Client()) as executor, pytest.raises(BrokenExecutor, match="gone"):
        executor.submit(len, "abc").result()
