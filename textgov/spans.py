"""Where each stretch of a normalised text stands in the original text."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray


@dataclass(frozen=True, slots=True, eq=False)
class Spans:
    """Where each stretch of a normalised text stands in the original text.

    ``blocks`` has one row ``(text_start, text_end, original_start, original_end)`` for each stretch whose length
    changed, sorted and disjoint; everything between two blocks is copied one character for one. A position inside a
    block stands for the whole block.
    """

    blocks: NDArray[np.int64]

    @classmethod
    def identity(cls) -> Spans:
        """Spans of a text that equals its original."""
        return cls(np.empty((0, 4), dtype=np.int64))

    def to_original(self, start: int, end: int) -> tuple[int, int]:
        """The slice of the original that ``text[start:end]`` was made from."""
        if not len(self.blocks):
            return start, end
        return self._map(start, at_end=False), self._map(end, at_end=True)

    def to_originals(self, starts: NDArray[np.int64], ends: NDArray[np.int64]) -> NDArray[np.int64]:
        """``(n, 2)`` slices of the original, as `to_original` gives them one by one."""
        blocks = self.blocks
        if not len(blocks):
            return np.stack([starts, ends], axis=1)
        text_start, text_end, first, last = blocks.T
        row = np.searchsorted(text_start, starts, side="right") - 1
        known = np.maximum(row, 0)
        inside = (text_start[known] <= starts) & (starts < text_end[known])
        begin = np.where(inside, first[known], last[known] + starts - text_end[known])
        begin = np.where(row < 0, starts, begin)
        row = np.searchsorted(text_start, ends, side="left") - 1
        known = np.maximum(row, 0)
        end = np.where(ends <= text_end[known], last[known], last[known] + ends - text_end[known])
        return np.stack([begin, np.where(row < 0, ends, end)], axis=1)

    def _map(self, at: int, *, at_end: bool) -> int:
        blocks = self.blocks
        # The start of a slice belongs to the character after it, its end to the character before it. A block that
        # deleted text (text_start == text_end) therefore lies outside a slice that only touches it.
        if at_end:
            row = int(np.searchsorted(blocks[:, 0], at, side="left")) - 1
        else:
            row = int(np.searchsorted(blocks[:, 0], at, side="right")) - 1
        if row < 0:
            return at
        text_start, text_end, start, end = (int(value) for value in blocks[row])
        if at_end:
            return end if at <= text_end else end + at - text_end
        return start if text_start <= at < text_end else end + at - text_end

    def then(self, later: Spans) -> Spans:
        """The spans of two changes made one after the other: ``self`` first, ``later`` on its result."""
        if not len(later.blocks):
            return self
        if not len(self.blocks):
            return later
        # Both sets of blocks in the coordinates of the text between the two changes, merged where they overlap or
        # touch; the edges of a merged stretch lie on plain text on both sides, so both maps are exact there.
        back = Spans(later.blocks[:, [2, 3, 0, 1]])
        middle = sorted([*map(tuple, self.blocks[:, :2].tolist()), *map(tuple, back.blocks[:, :2].tolist())])
        merged: list[list[int]] = []
        for start, end in middle:
            if merged and start <= merged[-1][1]:
                merged[-1][1] = max(merged[-1][1], end)
            else:
                merged.append([start, end])
        rows = [(*back._around(start, end), *self._around(start, end)) for start, end in merged]
        return Spans(np.array(rows, dtype=np.int64))

    def _around(self, start: int, end: int) -> tuple[int, int]:
        """As `to_original`, taking in the blocks that only touch the slice."""
        before = int(np.searchsorted(self.blocks[:, 1], start, side="left"))
        after = int(np.searchsorted(self.blocks[:, 0], end, side="right"))
        shifts = self.blocks[:, 3] - self.blocks[:, 1]
        return (
            start + (int(shifts[before - 1]) if before else 0),
            end + (int(shifts[after - 1]) if after else 0),
        )
