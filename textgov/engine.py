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
    # Spawned on every system, so that Linux, macOS and Windows behave alike.
    return ProcessPoolExecutor(workers, mp_context=multiprocessing.get_context("spawn"))


ENGINES: dict[str, Callable[[int], Executor]] = {"serial": _serial, "processes": _processes}


def available_cores() -> int:
    """Number of processors that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


@contextmanager
def open_executor(engine: str | None = None, workers: int | None = None) -> Iterator[Executor]:
    """An executor that is shut down at the end; unfinished tasks are cancelled when the block is left by an error.

    Parameters
    ----------
    engine : {"serial", "processes"}, optional
        ``processes`` with more than one worker, else ``serial``.
    workers : int, optional
        Number of processes; the number of cores when not given.

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
    executor = ENGINES[engine](workers)
    try:
        yield executor
    finally:
        executor.shutdown(wait=True, cancel_futures=True)
