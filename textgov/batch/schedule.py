"""Jobs on an executor: a few at a time, and the shards of a worker that died once more."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, BrokenExecutor, Executor, Future, wait

from textgov.batch.ledger import ShardState
from textgov.batch.stages import Job, process_shard
from textgov.errors import TextgovError

MOST_DEAD = 3  # shards that kill their workers before a run gives up: then it is not the shards
AHEAD = 2  # jobs handed out in advance for each worker


def process_shards(
    open_pool: Callable[[], Executor], jobs: Sequence[Job], workers: int, begin: Callable[[Job], None]
) -> Iterator[tuple[Job, ShardState]]:
    """Do all jobs; yields each job and what it made, in the order in which they end.

    When a worker process dies, the jobs under way are done once more, one after the other, so that the one that kills
    its worker is known; then the rest goes on, and the error comes at the end.

    Parameters
    ----------
    open_pool : callable
        Gives an executor that works: the one of before, or after a death a new one.
    jobs : sequence of Job
    workers : int
        Never more than twice as many jobs are under way.
    begin : callable
        Called with each job before it is handed out for the first time.

    Raises
    ------
    TextgovError
        A job killed its worker twice, or a stage failed.
    """
    waiting = deque(jobs)
    under_way: dict[Future[ShardState], Job] = {}
    dead: list[TextgovError] = []
    while waiting or under_way:
        try:
            pool = open_pool()
            while waiting and len(under_way) < AHEAD * workers:
                begin(waiting[0])
                future = pool.submit(process_shard, waiting[0])
                under_way[future] = waiting.popleft()
            done = wait(under_way, return_when=FIRST_COMPLETED).done
            for future in [future for future in under_way if future in done]:
                state = future.result()
                yield under_way.pop(future), state
        except BrokenExecutor:
            again = list(under_way.values())
            under_way.clear()
            for job in again:
                outcome = _alone(open_pool, job)
                if isinstance(outcome, ShardState):
                    yield job, outcome
                    continue
                dead.append(outcome)
                if len(dead) == MOST_DEAD:
                    raise dead[0] from None
    if dead:
        raise dead[0]


def _alone(open_pool: Callable[[], Executor], job: Job) -> ShardState | TextgovError:
    """Do a job once more with no other beside it; the error if its worker dies again."""
    try:
        return open_pool().submit(process_shard, job).result()
    except BrokenExecutor as error:
        inputs = job.shard.inputs
        facts = {"detail": str(error), "n": len(inputs), "path": inputs[0].name}
        return TextgovError("worker_died", **facts)
