"""Where work runs: one protocol, `concurrent.futures.Executor`; what is computed never depends on it."""

from __future__ import annotations

import logging
import multiprocessing
import os
import signal
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import BrokenExecutor, Executor, Future, ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any, TypeVar

from textgov.errors import UsageError
from textgov.optional import need

T = TypeVar("T")
# What every worker imports, the slow part of its start.
PRELOAD = ("textgov.batch", "pandas", "pyarrow.parquet", "rensa", "rjieba", "xlsxwriter")


class SerialExecutor(Executor):
    """Runs each task at once, in this process."""

    def submit(self, fn: Callable[..., T], /, *args: Any, **kwargs: Any) -> Future[T]:
        """Run `fn` and return its finished future."""
        future: Future[T] = Future()
        try:
            future.set_result(fn(*args, **kwargs))
        except Exception as error:
            future.set_exception(error)
        return future


@dataclass(frozen=True, slots=True)
class EngineOptions:
    """Where work runs; no result depends on it.

    Parameters
    ----------
    engine : {"serial", "processes", "dask"}, optional
        ``processes`` with more than one worker, else ``serial``; ``dask`` when a scheduler is given.
    workers : int, optional
        Number of worker processes; the number of cores when not given.
    scheduler : str, optional
        Address of a running Dask scheduler, such as ``tcp://10.0.0.5:8786``. Its workers must see the sources and the
        shards under the same paths or URLs, and nothing else. Without it, ``dask`` starts a cluster on this machine.
    """

    engine: str | None = None
    workers: int | None = None
    scheduler: str | None = None

    def __post_init__(self) -> None:
        if self.workers is not None and self.workers < 1:
            raise UsageError("option_bad", name="workers", value=self.workers, detail="use 1 or more")
        if self.engine is not None and self.engine not in ENGINES:
            detail = f"known engines: {', '.join(ENGINES)}"
            raise UsageError("option_bad", name="engine", value=self.engine, detail=detail)
        if self.scheduler is not None and self.engine not in (None, "dask"):
            detail = f"a scheduler needs --engine dask, not {self.engine}"
            raise UsageError("option_bad", name="scheduler", value=self.scheduler, detail=detail)

    @property
    def n_workers(self) -> int:
        """The number of workers that is meant."""
        return self.workers or available_cores()

    @property
    def name(self) -> str:
        """The engine that is meant."""
        if self.engine is None and self.scheduler is not None:
            return "dask"
        return self.engine or ("processes" if self.n_workers > 1 else "serial")


def _serial(options: EngineOptions) -> Executor:
    return SerialExecutor()


def _processes(options: EngineOptions) -> Executor:
    # Workers start from a clean process on every system, never as a copy of this one with its threads. Where there is
    # a fork server it loads the packages once for all of them.
    methods = multiprocessing.get_all_start_methods()
    context = multiprocessing.get_context("forkserver" if "forkserver" in methods else "spawn")
    if context.get_start_method() == "forkserver":
        from multiprocessing.forkserver import ensure_running

        context.set_forkserver_preload(list(PRELOAD))
        ensure_running()  # now, so that it loads them while this process does something else
    return ProcessPoolExecutor(options.n_workers, mp_context=context, initializer=_end_with_driver)


def _end_with_driver() -> None:
    """Let this worker end when the process that started it is gone, so that it writes into no later run.

    Ctrl-C reaches workers too: it is for the process that started them, which ends them.
    """
    from multiprocessing.connection import wait

    signal.signal(signal.SIGINT, signal.SIG_IGN)

    driver = multiprocessing.parent_process()
    if driver is None:
        return

    def watch() -> None:
        wait([driver.sentinel])
        os._exit(1)

    threading.Thread(target=watch, daemon=True).start()


def _dask(options: EngineOptions) -> Executor:
    distributed = need("distributed")
    # A worker that dies is noticed by the scheduler, which gives its job to another one this often.
    need("dask").config.set({"distributed.scheduler.allowed-failures": 1})
    try:
        if options.scheduler is not None:
            client = distributed.Client(options.scheduler, timeout="20s", set_as_default=False)
        else:
            where = {"dashboard_address": None, "host": "127.0.0.1"}
            # A worker that is slow to end is killed, which is no news for the user.
            cluster = distributed.LocalCluster(
                n_workers=options.n_workers, threads_per_worker=1, silence_logs=logging.ERROR, **where
            )
            client = distributed.Client(cluster, set_as_default=False)
    except (OSError, ValueError) as error:
        raise UsageError("scheduler_missing", path=options.scheduler or "LocalCluster", detail=str(error)) from None
    return DaskExecutor(client)


class DaskExecutor(Executor):
    """Jobs on the workers of a Dask client, which is closed, with a cluster of its own, at the end."""

    def __init__(self, client: Any) -> None:
        self.client = client
        self.inner = client.get_executor(pure=False)

    def submit(self, fn: Callable[..., T], /, *args: Any, **kwargs: Any) -> Future[T]:
        """Hand a job to the cluster; the death of its worker, once too often, is that of a pool."""
        outer: Future[T] = Future()
        outer.set_running_or_notify_cancel()
        inner = self.inner.submit(fn, *args, **kwargs)

        def done(found: Future[T]) -> None:
            error = found.exception()
            if error is None:
                outer.set_result(found.result())
            elif type(error).__name__ in ("KilledWorker", "FutureCancelledError", "CommClosedError"):
                outer.set_exception(BrokenExecutor(str(error)))
            else:
                outer.set_exception(error)

        inner.add_done_callback(done)
        return outer

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        """Close the client, and the cluster if it was started here."""
        cluster = self.client.cluster
        self.client.close()
        if cluster is not None and hasattr(cluster, "close"):
            cluster.close()


ENGINES: dict[str, Callable[[EngineOptions], Executor]] = {
    "serial": _serial,
    "processes": _processes,
    "dask": _dask,
}


def check_guard() -> None:
    """Raise an error in a worker that is being started: the script that it imports runs something without a guard.

    Raises
    ------
    UsageError
        With what to write into the script.
    """
    if getattr(multiprocessing.current_process(), "_inheriting", False):
        raise UsageError("main_unguarded")


def available_cores() -> int:
    """Number of processors that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


class Pools:
    """Executors of one engine: one at a time, opened when it is first needed, a new one after the old one broke."""

    def __init__(self, options: EngineOptions) -> None:
        self.options, self.workers = options, options.n_workers
        self.executor: Executor | None = None
        self.near: Executor | None = None

    def open_pool(self) -> Executor:
        """An executor that works: the one of before, or after the death of a worker a new one."""
        if self.executor is not None and getattr(self.executor, "_broken", False):
            self.executor.shutdown(wait=False, cancel_futures=True)
            self.executor = None
        if self.executor is None:
            self.executor = ENGINES[self.options.name](self.options)
        return self.executor

    def open_near(self) -> Executor:
        """An executor whose workers write into the same folders as this process: one of this machine."""
        if self.options.scheduler is None:
            return self.open_pool()
        if self.near is None:
            self.near = _processes(replace(self.options, engine=None, scheduler=None, workers=1))
        return self.near

    def stop(self) -> None:
        """End running workers at once; what they were writing lies aside under another name."""
        for executor in (self.executor, self.near):
            for process in list((getattr(executor, "_processes", None) or {}).values()):
                process.terminate()

    def close(self) -> None:
        """Shut the executor down; what has not begun is cancelled."""
        for executor in (self.executor, self.near):
            if executor is not None:
                executor.shutdown(wait=True, cancel_futures=True)
        self.executor = self.near = None


@contextmanager
def open_engine(options: EngineOptions) -> Iterator[Pools]:
    """Executors that are shut down at the end; unfinished tasks are cancelled when the block is left by an error."""
    pools = Pools(options)
    try:
        yield pools
    except BaseException:
        pools.stop()
        raise
    finally:
        pools.close()
