"""How far a batch is: shards, documents, failures, megabytes; the clock is read only here."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass, replace

from textgov.batch.ledger import ShardState
from textgov.batch.stages import Job


@dataclass(frozen=True, slots=True)
class Progress:
    """How far the jobs of a run are; it never reaches a result.

    ``seconds`` counts from the start; ``n_bytes`` and ``n_bytes_done`` are sizes of input files.
    """

    n_jobs: int
    n_bytes: int
    began: float
    n_done: int = 0
    n_bytes_done: int = 0
    n_documents: int = 0
    n_failed: int = 0

    @classmethod
    def start(cls, jobs: Sequence[Job]) -> Progress:
        """Nothing is done yet."""
        return cls(len(jobs), sum(map(_size, jobs)), time.monotonic())

    def after(self, job: Job, made: ShardState) -> Progress:
        """One job more is done."""
        return replace(
            self,
            n_done=self.n_done + 1,
            n_bytes_done=self.n_bytes_done + _size(job),
            n_documents=self.n_documents + max((entry.n_documents for entry in made.stages.values()), default=0),
            n_failed=self.n_failed + sum(entry.n_failed for entry in made.stages.values()),
        )

    @property
    def seconds(self) -> float:
        """Seconds since the start."""
        return time.monotonic() - self.began

    @property
    def rate(self) -> float:
        """Documents a second."""
        return self.n_documents / max(self.seconds, 1e-9)

    @property
    def left(self) -> float | None:
        """Seconds left at the pace so far, or None before the first job is done."""
        if not self.n_bytes_done:
            return None
        return self.seconds * (self.n_bytes - self.n_bytes_done) / self.n_bytes_done


def _size(job: Job) -> int:
    return job.shard.n_bytes + 1
