"""Batches: shards, what is done to each, the ledger of what is done, and how jobs are handed out."""

from textgov.batch.ledger import (
    LEDGER,
    Entry,
    ShardState,
    drop_stages,
    fingerprint,
    forget_shards,
    locked,
    merge_steps,
    read_state,
    read_status,
    write_state,
)
from textgov.batch.progress import Progress
from textgov.batch.schedule import process_shards
from textgov.batch.shards import Shard, cut_shards
from textgov.batch.stages import (
    SIGNS_FORMAT,
    TALLY_FORMAT,
    WORDS_FORMAT,
    Job,
    StageOptions,
    plan_shard,
    process_shard,
    stage_names,
    tally_schema,
)
from textgov.store import STORE, read_plan, write_plan

__all__ = [
    "LEDGER",
    "SIGNS_FORMAT",
    "STORE",
    "TALLY_FORMAT",
    "WORDS_FORMAT",
    "Entry",
    "Job",
    "Progress",
    "Shard",
    "ShardState",
    "StageOptions",
    "cut_shards",
    "drop_stages",
    "fingerprint",
    "forget_shards",
    "locked",
    "merge_steps",
    "plan_shard",
    "process_shard",
    "process_shards",
    "read_plan",
    "read_state",
    "read_status",
    "stage_names",
    "tally_schema",
    "write_plan",
    "write_state",
]
