"""Positions in a normalised text lead back to exactly the characters that it was made from."""

from __future__ import annotations

from itertools import pairwise
from typing import NamedTuple

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from textgov.spans import Spans

Edit = tuple[int, int, str]  # text[start:end] becomes the new string
ALPHABET = "数字政府abc"


class Step(NamedTuple):
    """A text, its spans, and for each character the stretch of the text before that it comes from."""

    text: str
    spans: Spans
    origins: list[tuple[int, int]]


def apply_edits(text: str, edits: list[Edit]) -> Step:
    """Replace stretches of a text, keeping the account in a plain list beside the spans under test."""
    pieces, rows, origins, done, length = [], [], [], 0, 0
    for start, end, new in edits:
        pieces += [text[done:start], new]
        origins += [(at, at + 1) for at in range(done, start)] + [(start, end)] * len(new)
        length += start - done
        rows.append((length, length + len(new), start, end))
        length += len(new)
        done = end
    pieces.append(text[done:])
    origins += [(at, at + 1) for at in range(done, len(text))]
    return Step("".join(pieces), Spans(np.array(rows, dtype=np.int64).reshape(-1, 4)), origins)


@st.composite
def edits_of(draw: st.DrawFn, length: int) -> list[Edit]:
    """Disjoint edits in order; two of them may touch."""
    cuts = sorted(draw(st.lists(st.integers(0, length), max_size=8)))
    pairs = list(zip(cuts[::2], cuts[1::2], strict=False))
    edits = [(start, end, draw(st.text(ALPHABET, max_size=3))) for start, end in pairs]
    return [edit for edit in edits if edit[0] < edit[1]]


@st.composite
def chains(draw: st.DrawFn) -> tuple[str, list[Step]]:
    original = text = draw(st.text(ALPHABET, max_size=20))
    steps = []
    for _ in range(draw(st.integers(1, 4))):
        steps.append(apply_edits(text, draw(edits_of(len(text)))))
        text = steps[-1].text
    return original, steps


def joined(steps: list[Step]) -> Spans:
    spans = Spans.identity()
    for step in steps:
        spans = spans.then(step.spans)
    return spans


def sources(steps: list[Step], length: int) -> list[set[int]]:
    """For each character of the last text all characters of the original that it was made from."""
    now = [{at} for at in range(length)]
    for step in steps:
        now = [set().union(*now[start:end]) for start, end in step.origins]
    return now


@given(chains())
def test_slice_covers_every_character_it_was_made_from(chain: tuple[str, list[Step]]):
    original, steps = chain
    spans, found = joined(steps), sources(steps, len(original))
    for start in range(len(found)):
        for end in range(start + 1, len(found) + 1):
            first, last = spans.to_original(start, end)
            assert 0 <= first <= last <= len(original)
            assert set().union(*found[start:end]) <= set(range(first, last))


@given(st.text(ALPHABET, max_size=20).flatmap(lambda text: st.tuples(st.just(text), edits_of(len(text)))))
def test_one_change_covers_nothing_else(case: tuple[str, list[Edit]]):
    text, edits = case
    step = apply_edits(text, edits)
    for start in range(len(step.text)):
        for end in range(start + 1, len(step.text) + 1):
            wanted = [at for stretch in step.origins[start:end] for at in stretch]
            assert step.spans.to_original(start, end) == (min(wanted), max(wanted))


@given(chains())
def test_characters_that_no_change_touched_map_to_themselves(chain: tuple[str, list[Step]]):
    original, steps = chain
    spans, text = joined(steps), steps[-1].text
    kept = list(range(len(original)))  # -1 where some change made the character
    for step in steps:
        copied = {at for at, (start, end) in enumerate(step.origins) if end == start + 1}
        changed = {at for start, end, _, _ in step.spans.blocks.tolist() for at in range(start, end)}
        kept = [kept[start] if at in copied and at not in changed else -1 for at, (start, _) in enumerate(step.origins)]
    for at, source in enumerate(kept):
        if source >= 0:
            assert spans.to_original(at, at + 1) == (source, source + 1)
            assert text[at] == original[source]


@given(chains())
def test_blocks_stay_sorted_and_disjoint(chain: tuple[str, list[Step]]):
    original, steps = chain
    blocks = joined(steps).blocks.tolist()
    for (_, text_end, _, end), (next_text, _, next_start, _) in pairwise(blocks):
        assert text_end <= next_text
        assert end <= next_start
        assert next_text - text_end == next_start - end  # what lies between is copied one for one
    if blocks:
        assert len(steps[-1].text) - blocks[-1][1] == len(original) - blocks[-1][3]


@given(chains())
def test_composition_is_associative(chain: tuple[str, list[Step]]):
    _, steps = chain
    spans = [step.spans for step in steps]
    left = Spans.identity()
    for one in spans:
        left = left.then(one)
    right = Spans.identity()
    for one in reversed(spans):
        right = one.then(right)
    length = len(steps[-1].text)
    for start in range(length):
        for end in range(start + 1, length + 1):
            assert left.to_original(start, end) == right.to_original(start, end)


def test_identity_maps_every_slice_to_itself():
    assert Spans.identity().to_original(3, 7) == (3, 7)
    assert Spans.identity().then(Spans.identity()).blocks.shape == (0, 4)


def test_deletion_at_the_start_and_at_the_end_lies_outside_every_slice():
    step = apply_edits("--数字--", [(0, 2, ""), (4, 6, "")])
    assert step.text == "数字"
    assert step.spans.to_original(0, 2) == (2, 4)
    assert step.spans.to_original(0, 1) == (2, 3)
    assert step.spans.to_original(1, 2) == (3, 4)


def test_deletion_inside_a_slice_is_part_of_it():
    step = apply_edits("数-字", [(1, 2, "")])
    assert step.spans.to_original(0, 2) == (0, 3)
    assert step.spans.to_original(0, 1) == (0, 1)
    assert step.spans.to_original(1, 2) == (2, 3)


def test_part_of_a_replacement_stands_for_all_of_it():
    step = apply_edits("长12公里", [(1, 3, "一十二")])
    assert step.text == "长一十二公里"
    assert step.spans.to_original(2, 3) == (1, 3)
    assert step.spans.to_original(0, 2) == (0, 3)
    assert step.spans.to_original(4, 6) == (3, 5)


def test_replacement_of_a_replacement():
    first = apply_edits("ab-cd", [(2, 3, "xyz")])
    second = apply_edits(first.text, [(3, 5, "w")])
    spans = first.spans.then(second.spans)
    assert second.text == "abxwcd"
    assert spans.to_original(3, 4) == (2, 3)
    assert spans.to_original(4, 6) == (3, 5)
