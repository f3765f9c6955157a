"""The lexicons of digital government against hand-coded sentences: scores that may not fall."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from benchmarks.gold import DRAWN, GOLD, Score, Sentence, half_of, predict, read_gold, score

PINNED = json.loads((Path(__file__).parent / "floors.json").read_text("utf-8"))["gold"]


@pytest.fixture(scope="module")
def sentences() -> list[Sentence]:
    if not GOLD.is_file():
        pytest.skip("no hand-coded sentences beside the repository")
    return [sentence for sentence in read_gold() if sentence.cell[0] in DRAWN]


def scores(lexicon: str, sentences: list[Sentence]) -> dict[str, Score]:
    found = predict(sentences, lexicon)
    parts = {"all": np.ones(len(sentences), dtype=bool)}
    for half in ("tuning", "held out"):
        parts[half] = np.array([sentence.half == half for sentence in sentences])
    return {
        name: score([sentence for sentence, inside in zip(sentences, mask, strict=True) if inside], found[mask])
        for name, mask in parts.items()
    }


@pytest.mark.real
@pytest.mark.parametrize("lexicon", PINNED)
def test_precision_and_recall_keep_to_the_floors(lexicon: str, sentences: list[Sentence]):
    found = scores(lexicon, sentences)
    for part, (precision, recall) in PINNED[lexicon].items():
        assert found[part].precision >= precision, part
        assert found[part].recall >= recall, part


@pytest.mark.real
def test_goals_and_the_known_score_of_the_core_terms(sentences: list[Sentence]):
    narrow, broad = (scores(f"digital-government{name}", sentences)["all"] for name in ("", "-broad"))
    assert narrow.precision >= 0.9
    assert narrow.recall >= 0.8
    assert broad.recall > narrow.recall
    # The README of the sentences tells these, counted with plain substrings: another way to the same figures.
    core = scores("digital-government-core", sentences)["all"]
    assert (round(core.precision, 2), round(core.recall, 2)) == (0.60, 0.54)


def test_weighted_scores_of_a_case_counted_by_hand():
    """True and found 3 + 1, found 3 + 1 + 4, true 3 + 1 + 2 in weights: precision 4 / 8, recall 4 / 6."""
    rows = ((3.0, True, True), (1.0, True, True), (4.0, False, True), (2.0, True, False), (5.0, False, False))
    sentences = [Sentence("", ("hit", 0), "tuning", weight, label) for weight, label, _ in rows]
    one = score(sentences, np.array([found for *_, found in rows]))
    assert one.precision == 0.5
    assert one.recall == pytest.approx(2 / 3)
    assert one.precision_ends[0] < 0.5 < one.precision_ends[1]
    assert score(sentences, np.array([found for *_, found in rows])) == one


def test_halves_do_not_depend_on_the_sentences():
    assert half_of("甲") in ("tuning", "held out")
    assert {half_of(f"市{number}") for number in range(20)} == {"tuning", "held out"}
