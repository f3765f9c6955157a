"""Shards: the inputs, in their order, cut into parts of a few megabytes."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from textgov.load import Input

if TYPE_CHECKING:
    from textgov.locate import Decision

# A shard is small enough that a worker stays far below 700 MB and the workers end together, large enough that handing
# it over costs little; one that grows to MOST times the usual size is cut whatever the hashes say.
SHARD_BYTES, SHARD_FILES, MOST = 4_000_000, 256, 8


@dataclass(frozen=True, slots=True)
class Shard:
    """Some inputs that are neighbours, and what the user's tables say about them.

    ``n_bytes`` is the size of the inputs. ``shard_id`` comes from the name of the first input, so that it stays the
    same when other inputs come or go.
    """

    shard_id: str
    inputs: Sequence[Input]
    n_bytes: int = 0
    metadata: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    decisions: tuple[Decision, ...] = ()


def cut_shards(inputs: Sequence[Input]) -> list[Shard]:
    """Cut the inputs, in their order, into shards; the cut depends on nothing but the inputs.

    An input begins a shard when the hash of its name is small, the more easily the larger it is. A cut therefore
    depends on the input behind it alone: one more file changes one shard, and all others stay as they are.
    """
    edges: list[int] = []
    sizes: list[int] = []
    for number, item in enumerate(inputs):
        full = edges and (sizes[-1] + item.n_bytes > MOST * SHARD_BYTES or number - edges[-1] >= MOST * SHARD_FILES)
        if not edges or full or _begins(item):
            edges.append(number)
            sizes.append(0)
        sizes[-1] += item.n_bytes
    return [
        Shard(_digest(inputs[first].name)[:12], inputs[first:end], n_bytes)
        for first, end, n_bytes in zip(edges, [*edges[1:], len(inputs)], sizes, strict=True)
    ]


def _digest(name: str) -> str:
    return hashlib.sha256(name.encode("utf-8", "surrogatepass")).hexdigest()


def _begins(item: Input) -> bool:
    share = max(item.n_bytes / SHARD_BYTES, 1 / SHARD_FILES)
    return int(_digest(item.name)[:13], 16) < share * 16**13
