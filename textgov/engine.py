"""Where work runs: one protocol, `concurrent.futures.Executor`; what is computed never depends on it."""

from __future__ import annotations

import multiprocessing
import os
from collections.abc import Callable, Iterator
from concurrent.futures import Executor, Future, ProcessPoolExecutor
from contextlib import contextmanager
from typing import Any, TypeVar

from textgov.errors import UsageError

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


def _serial(workers: int) -> Executor:
    return SerialExecutor()


def _processes(workers: int) -> Executor:
    # Workers start from a clean process on every system, never as a copy of this one with its threads. Where there is
    # a fork server it loads the packages once for all of them.
    methods = multiprocessing.get_all_start_methods()
    context = multiprocessing.get_context("forkserver" if "forkserver" in methods else "spawn")
    if context.get_start_method() == "forkserver":
        from multiprocessing.forkserver import ensure_running

        context.set_forkserver_preload(list(PRELOAD))
        ensure_running()  # now, so that it loads them while this process does something else
    return ProcessPoolExecutor(workers, mp_context=context)


ENGINES: dict[str, Callable[[int], Executor]] = {"serial": _serial, "processes": _processes}


def available_cores() -> int:
    """Number of processors that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def check_engine(engine: str | None, workers: int | None) -> tuple[str, int]:
    """The engine and the number of workers that a call means.

    Parameters
    ----------
    engine : {"serial", "processes"}, optional
        ``processes`` with more than one worker, else ``serial``.
    workers : int, optional
        The number of cores when not given.

    Raises
    ------
    UsageError
        The engine is unknown or the number of workers is not positive.
    """
    workers = available_cores() if workers is None else workers
    if workers < 1:
        raise UsageError("option_bad", name="workers", value=workers, detail="use 1 or more")
    engine = engine or ("processes" if workers > 1 else "serial")
    if engine not in ENGINES:
        raise UsageError("option_bad", name="engine", value=engine, detail=f"known engines: {', '.join(ENGINES)}")
    return engine, workers


class Pools:
    """Executors of one engine: one at a time, a new one after the old one broke."""

    def __init__(self, engine: str, workers: int) -> None:
        self.engine, self.workers = engine, workers
        self.executor = ENGINES[engine](workers)

    def open_pool(self) -> Executor:
        """An executor that works: the one of before, or after the death of a worker a new one."""
        if getattr(self.executor, "_broken", False):
            self.executor.shutdown(wait=False, cancel_futures=True)
            self.executor = ENGINES[self.engine](self.workers)
        return self.executor

    def stop(self) -> None:
        """End running workers at once; what they were writing lies aside under another name."""
        for process in list((getattr(self.executor, "_processes", None) or {}).values()):
            process.terminate()


@contextmanager
def open_engine(engine: str, workers: int) -> Iterator[Pools]:
    """Executors that are shut down at the end; unfinished tasks are cancelled when the block is left by an error."""
    pools = Pools(engine, workers)
    try:
        yield pools
    except BaseException:
        pools.stop()
        raise
    finally:
        pools.executor.shutdown(wait=True, cancel_futures=True)
