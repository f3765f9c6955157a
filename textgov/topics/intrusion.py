"""Intrusion tests: whether people see what does not belong to a topic (Chang and others 2009).

A word item has five top words of a topic and one word of another topic; a topic item has a passage with its three
largest topics and one that it does not have. The coders say which one does not belong; where they see it, the topic
means something to people.
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from textgov.errors import UsageError
from textgov.records import Features, TopicModel
from textgov.topics.fit import row_key
from textgov.topics.words import TOP, best_terms, top_words

if TYPE_CHECKING:
    from numpy.random import Generator

# As in the paper: five words and an intruder; three topics and an intruder, each topic with eight words.
SHOWN_WORDS, SHOWN_TOPICS, TOPIC_WORDS = 5, 3, 8
# Shares below this count as this in the log odds: an intruder with no share at all would make a miss infinitely bad.
LEAST_SHARE = 1e-3
WORD, TOPIC = "word", "topic"


@dataclass(frozen=True, slots=True)
class IntrusionItem:
    """One question.

    ``shown`` are the words, or the words of the topics, in the order of the sheet; ``answer`` is the place of the
    intruder, from 1. ``about`` is the topic (word items) or the row of the passage (topic items); ``topics`` the topics
    shown and ``shares`` their shares in the passage (topic items). ``text`` is the passage.
    """

    kind: str
    item_id: str
    about: str
    shown: tuple[str, ...]
    answer: int
    topics: tuple[str, ...] = ()
    shares: tuple[float, ...] = ()
    text: str = ""


class Passage(NamedTuple):
    """A row for topic items: its id, its shares; ``key`` decides which rows are taken."""

    key: bytes
    row: str
    shares: tuple[float, ...]


def item_id(model: TopicModel, kind: str, shown: Sequence[str], text: str = "") -> str:
    """Ten characters that belong to one question about one model: an altered row does not fit its id."""
    digest = hashlib.sha256(model.topics.tobytes())
    for part in (model.vocabulary_hash, kind, *shown, "".join(text.split())):
        digest.update(b"\0" + part.encode("utf-8", "surrogatepass"))
    return kind[0] + digest.hexdigest()[:9]


def word_items(model: TopicModel, seed: int = 1, per_topic: int = 1) -> tuple[IntrusionItem, ...]:
    """Word items for every topic, in random order.

    The intruder is drawn from the top words of the other topics that are in the lower half of this topic's words, so
    that it is neither rare nor about the same matter.

    Raises
    ------
    UsageError
        The vocabulary is too small: a topic has no such word.
    """
    half = np.argsort(np.argsort(-model.topics, axis=1, kind="stable"), axis=1) >= len(model.vocabulary) / 2
    top = best_terms(model.topics, TOP)
    items = []
    for topic, name in enumerate(model.names):
        draw = _draw(seed, WORD, name)
        known = set(top[topic].tolist())
        pool = sorted({term for term in np.delete(top, topic, axis=0).ravel().tolist() if half[topic, term]} - known)
        if len(pool) < per_topic or len(known) < SHOWN_WORDS:
            detail = f"{name} has too few words that it shares with no other topic; the vocabulary is too small"
            raise UsageError("option_bad", name="per_topic", value=per_topic, detail=detail)
        for intruder in draw.choice(pool, size=per_topic, replace=False).tolist():
            columns = [*top[topic, :SHOWN_WORDS].tolist(), intruder]
            order = draw.permutation(len(columns)).tolist()
            shown = tuple(model.vocabulary[columns[at]] for at in order)
            items.append(IntrusionItem(WORD, item_id(model, WORD, shown), name, shown, order.index(SHOWN_WORDS) + 1))
    return tuple(sorted(items, key=lambda item: row_key(item.item_id, seed)))


def find_passages(
    model: TopicModel, terms: Features, shares: Features, n_kept: int, seed: int = 1
) -> tuple[Passage, ...]:
    """A random sample of the rows that have as many known words as rows had on average when the model was fitted.

    Those with the smallest hashes of id and seed; samples of shards can be merged with `merge_passages`.
    """
    least = model.facts["words"] / model.facts["rows"]
    able = np.flatnonzero(shares.lengths["n_terms"] >= least).tolist()
    values = shares.values
    found = sorted((row_key(terms.doc_ids[row], seed), row) for row in able)[:n_kept]
    return tuple(Passage(key, terms.doc_ids[row], tuple(values[[row]].toarray()[0].tolist())) for key, row in found)


def merge_passages(parts: Iterable[Sequence[Passage]], n_kept: int) -> tuple[Passage, ...]:
    """The sample of all shards; the same whatever the shards."""
    return tuple(sorted(passage for part in parts for passage in part)[:n_kept])


def topic_items(
    model: TopicModel, passages: Sequence[Passage], texts: Mapping[str, str], seed: int = 1
) -> tuple[IntrusionItem, ...]:
    """Topic items: each passage with its largest topics, and one drawn from the lower half of its topics.

    Raises
    ------
    UsageError
        The model has fewer than six topics: there is none that a passage does not have.
    """
    if len(model) < 2 * SHOWN_TOPICS:
        detail = f"topic items need {2 * SHOWN_TOPICS} topics or more, and the model has {len(model)}; 0: words alone"
        raise UsageError("option_bad", name="passages", value=len(passages), detail=detail)
    words = [" ".join(one) for one in top_words(model, n_top=TOPIC_WORDS)]
    items = []
    for passage in passages:
        draw = _draw(seed, TOPIC, passage.row)
        ranked = np.argsort(-np.array(passage.shares), kind="stable").tolist()
        intruder = int(draw.choice(sorted(ranked[max(len(model) // 2, SHOWN_TOPICS) :])))
        topics = [*ranked[:SHOWN_TOPICS], intruder]
        order = draw.permutation(len(topics)).tolist()
        shown, text = tuple(words[topics[at]] for at in order), texts[passage.row]
        items.append(
            IntrusionItem(
                TOPIC,
                item_id(model, TOPIC, shown, text),
                passage.row,
                shown,
                order.index(SHOWN_TOPICS) + 1,
                tuple(model.names[topics[at]] for at in order),
                tuple(passage.shares[topics[at]] for at in order),
                text,
            )
        )
    return tuple(items)


def _draw(seed: int, kind: str, name: str) -> Generator:
    """Draws of one topic or passage that depend on no other."""
    key = int.from_bytes(hashlib.sha256(f"{seed}\n{kind}\n{name}".encode("utf-8", "surrogatepass")).digest()[:8])
    return np.random.Generator(np.random.PCG64(key))


class IntrusionScore(NamedTuple):
    """What the coders saw of one topic or passage, or of all (``about`` is then "all").

    ``precision`` is the share of answers that named the intruder (model precision), ``chance`` what guessing gives.
    ``log_odds`` (topic items) is the mean of ln(share of the intruder) - ln(share of the topic named): 0 where all
    answers are right, the lower the worse.
    """

    kind: str
    about: str
    n_answers: int
    precision: float
    chance: float
    log_odds: float


def score_answers(items: Mapping[str, IntrusionItem], answers: Mapping[str, Sequence[int]]) -> list[IntrusionScore]:
    """Score the places that coders named, by item id.

    Returns
    -------
    list of IntrusionScore
        For each kind a row for all, then one for each topic or passage, in order of their names.
    """
    scores = []
    for kind, n_shown in ((WORD, SHOWN_WORDS + 1), (TOPIC, SHOWN_TOPICS + 1)):
        named = [(items[key], answer) for key, given in answers.items() if items[key].kind == kind for answer in given]
        if not named:
            continue
        about = sorted({item.about for item, _ in named})
        scores.append(_score(kind, "all", named, n_shown))
        scores += [_score(kind, one, [pair for pair in named if pair[0].about == one], n_shown) for one in about]
    return scores


def _score(kind: str, about: str, named: Sequence[tuple[IntrusionItem, int]], n_shown: int) -> IntrusionScore:
    hits = [item.answer == answer for item, answer in named]
    odds = math.nan
    if kind == TOPIC:
        odds = float(np.mean([_log_share(item, item.answer) - _log_share(item, answer) for item, answer in named]))
    return IntrusionScore(kind, about, len(hits), float(np.mean(hits)), 1 / n_shown, odds)


def _log_share(item: IntrusionItem, place: int) -> float:
    return math.log(max(item.shares[place - 1], LEAST_SHARE))
