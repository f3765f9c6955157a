"""What a terminal shows while a run goes on: a bar with rate and time left, or a plain line now and then."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from textgov.batch import Progress
from textgov.errors import wording

EVERY = 30.0  # seconds between two plain lines
MEGABYTE = 1_000_000


@contextmanager
def show_progress(lang: str) -> Iterator[Callable[[Progress], None]]:
    """A function that shows how far a run is, on stderr."""
    if not sys.stderr.isatty():
        yield _plain_lines(lang)
        return
    from rich.console import Console
    from rich.progress import BarColumn, TextColumn
    from rich.progress import Progress as Bar

    columns = (BarColumn(), TextColumn("{task.percentage:>3.0f}%"), TextColumn("{task.fields[said]}"))
    with Bar(*columns, console=Console(stderr=True), transient=True) as bar:
        task: Any = None

        def show(progress: Progress) -> None:
            nonlocal task
            said = progress_line(progress, lang)
            if task is None:
                task = bar.add_task("textgov", total=progress.n_bytes, said=said)
            bar.update(task, completed=progress.n_bytes_done, said=said)

        yield show


def _plain_lines(lang: str) -> Callable[[Progress], None]:
    last = time.monotonic()

    def show(progress: Progress) -> None:
        nonlocal last
        now = time.monotonic()
        if now - last >= EVERY:
            last = now
            print(progress_line(progress, lang), file=sys.stderr)

    return show


def progress_line(progress: Progress, lang: str) -> str:
    """One line: shards, documents, failures, rate, memory, time left."""
    left = progress.left
    return wording(
        "run_progress",
        lang,
        done=progress.n_done,
        total=progress.n_jobs,
        documents=progress.n_documents,
        failed=progress.n_failed,
        rate=f"{progress.rate:.0f}",
        memory=f"{_memory():.0f}",
        left="?" if left is None else _duration(left),
    )


def _duration(seconds: float) -> str:
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}"


def _memory() -> float:
    """Largest memory of this process so far, in megabytes; 0 where the system does not tell."""
    try:
        import resource
    except ImportError:  # Windows
        return 0.0
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return most / MEGABYTE if sys.platform == "darwin" else most * 1024 / MEGABYTE
