"""Every word of a corpus that may belong into a lexicon, with the scores of each method."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from textgov.errors import UsageError
from textgov.expand.association import associate
from textgov.expand.keyness import corpus_prior, log_odds
from textgov.expand.newwords import NewWords
from textgov.expand.options import ExpandOptions
from textgov.expand.stream import Stream
from textgov.expand.vectors import Kind, nearness, train_vectors
from textgov.lexicon import match_key
from textgov.records import Lexicon
from textgov.segment import SegmentOptions, make_segmenter

if TYPE_CHECKING:
    from numpy.typing import NDArray

# Words that only join others: no candidate is one, and no new word begins or ends with one.
FUNCTION_WORDS = frozenset(
    "的 了 和 与 及 或 在 是 把 被 对 将 为 以 从 由 向 于 等 其 这 那 也 都 又 就 还 要 到 地 得 着 过 之 而 并 但 "
    "让 使 给 有 所 者 们 各 每 该 本 此 我 更 最 已 再 才 只 并且 以及 对于 关于 等等 我们 他们 这些 那些 其他 因此 "
    "从而 同时 此外 其中 通过 根据 按照 围绕 进一步".split()
)
SEED_GROUP = "sentences with a seed"
VECTOR_COLUMNS: dict[str, Kind] = {"w2v": "word2vec", "ft": "fasttext"}
NEAREST = 3  # seeds that are named beside a candidate


@dataclass(frozen=True, slots=True, eq=False)
class Candidates:
    """Candidates by number in the vocabulary of a stream; arrays and tuples of one length.

    Parameters
    ----------
    numbers : int64 array
    counts, documents : int64 arrays
    scores : dict of float64 arrays
        By the name of the column; NaN where a method does not know a candidate.
    group : tuple of str
        The group in which the keyness of a candidate is highest.
    category, nearest : tuple of str
        The category whose seeds are nearest, and the nearest seeds; empty without vectors.
    """

    numbers: NDArray[np.int64]
    counts: NDArray[np.int64]
    documents: NDArray[np.int64]
    scores: dict[str, NDArray[np.float64]] = field(default_factory=dict)
    group: tuple[str, ...] = ()
    category: tuple[str, ...] = ()
    nearest: tuple[str, ...] = ()


def seed_terms(lexicon: Lexicon, categories: Iterable[str] = ()) -> dict[str, str]:
    """The seeds, in the form in which they stand in a stream, each with its (first) category.

    Raises
    ------
    UsageError
        There is no such category.
    """
    paths, wanted = lexicon.paths(), tuple(categories)
    for name in wanted:
        if name not in paths:
            raise UsageError("option_bad", name="category", value=name, detail=f"known: {', '.join(paths)}")
    found: dict[str, str] = {}
    for entry in lexicon.entries:
        if not entry.regex and (not wanted or not set(wanted).isdisjoint(paths[entry.category])):
            for term in (entry.term, *entry.variants):
                found.setdefault(match_key(term), entry.category)
    return found


def phrases(words: Iterable[str]) -> tuple[str, ...]:
    """Of some new words those that jieba cuts, and that do not begin or end with a function word."""
    known = list(words)
    cut = make_segmenter(SegmentOptions()).cut_texts(known)
    return tuple(
        word
        for word, tokens in zip(known, cut, strict=True)
        if len(tokens) > 1 and FUNCTION_WORDS.isdisjoint((tokens[0], tokens[-1]))
    )


def score_candidates(
    stream: Stream,
    seeds: Mapping[str, str],
    new: NewWords | None,
    options: ExpandOptions,
    groups: Mapping[str, str] | None = None,
) -> Candidates:
    """Score every word of a corpus by the methods asked for.

    Parameters
    ----------
    stream : Stream
    seeds : mapping of str to str
        Seeds and their categories (`seed_terms`).
    new : NewWords, optional
    options : ExpandOptions
    groups : mapping of str to str, optional
        Group of each document by ``doc_id``, for the keyness; without, sentences with a seed are compared with the
        others. Documents without a group are left out of the comparison.

    Raises
    ------
    UsageError
        No seed stands in the corpus; or no document is of the group asked for.
    """
    counts = stream.counts
    is_seed = np.fromiter((word in seeds for word in stream.words), dtype=bool, count=len(stream.words))
    sentence_of = stream.sentence_of
    with_seed = np.zeros(len(stream.documents), dtype=bool)
    with_seed[sentence_of[is_seed[stream.tokens]]] = True
    if not with_seed.any():
        raise UsageError("expand_no_seed", n=len(seeds), n_documents=len(stream.doc_ids))
    documents = stream.count_within(stream.documents[sentence_of])
    able = np.fromiter((len(word) > 1 and word not in FUNCTION_WORDS for word in stream.words), dtype=bool)
    able &= (counts >= options.min_count) & (documents >= options.min_docs) & ~is_seed
    numbers = np.array(sorted(np.flatnonzero(able).tolist(), key=lambda one: stream.words[one]), dtype=np.int64)
    scores: dict[str, NDArray[np.float64]] = {}
    if "npmi" in options.methods:
        company = associate(
            stream.count_within(sentence_of, with_seed),
            stream.count_within(sentence_of),
            int(with_seed.sum()),
            len(with_seed),
        )
        scores |= {"pmi": company.pmi[numbers], "npmi": company.npmi[numbers]}
    best: tuple[str, ...] = ()
    if "keyness" in options.methods:
        masks = {SEED_GROUP: (with_seed[sentence_of], ~with_seed[sentence_of])}
        if groups is not None:
            masks = _group_masks(stream, groups, options.group)
        delta, z, best = _keyness(stream, masks, options.prior, numbers)
        scores |= {"keyness": delta, "keyness_z": z}
    category: tuple[str, ...] = ()
    nearest: tuple[str, ...] = ()
    for column, kind in VECTOR_COLUMNS.items():
        if kind in options.methods:
            found = _vector_scores(stream, kind, seeds, options, numbers)
            scores |= {f"{column}_{name}": values for name, values in found.scores.items()}
            category, nearest = category or found.category, nearest or found.nearest
    if new is not None:
        scores |= _new_word_scores(stream, new, numbers)
    return Candidates(numbers, counts[numbers], documents[numbers], scores, best, category, nearest)


Masks = dict[str, tuple["NDArray[np.bool_]", "NDArray[np.bool_]"]]


def _group_masks(stream: Stream, groups: Mapping[str, str], wanted: tuple[str, ...]) -> Masks:
    """For each group the words in it and those in other groups."""
    of_document = [groups.get(doc_id, "") for doc_id in stream.doc_ids]
    known = sorted(set(of_document) - {""})
    for one in wanted:
        if one not in known:
            raise UsageError("expand_no_group", group=one, known=", ".join(known[:30]) or "-")
    if len(known) < 2 or set(wanted) >= set(known):
        raise UsageError("expand_one_group", known=", ".join(known[:30]) or "-")
    names = [tuple(wanted)] if wanted else [(one,) for one in known]
    token_documents = stream.documents[stream.sentence_of]
    masks: Masks = {}
    for some in names:
        inside = np.array([group in some for group in of_document])[token_documents]
        outside = np.array([group not in (*some, "") for group in of_document])[token_documents]
        masks[", ".join(some)] = (inside, outside)
    return masks


def _keyness(
    stream: Stream, masks: Masks, prior: float, numbers: NDArray[np.int64]
) -> tuple[NDArray[np.float64], NDArray[np.float64], tuple[str, ...]]:
    """Log-odds and z of each candidate in the group where z is highest, and the name of that group."""
    size = len(stream.words)
    pseudo = corpus_prior(stream.counts, prior * len(stream.tokens))
    delta, z = np.full(len(numbers), np.nan), np.full(len(numbers), -np.inf)
    best = np.zeros(len(numbers), dtype=np.int64)
    for at, (inside, outside) in enumerate(masks.values()):
        here, there = (np.bincount(stream.tokens[mask], minlength=size) for mask in (inside, outside))
        found = log_odds(here, there, pseudo)
        higher = found.z[numbers] > z
        delta, z = np.where(higher, found.delta[numbers], delta), np.where(higher, found.z[numbers], z)
        best[higher] = at
    names = list(masks)
    return delta, z, tuple(names[at] for at in best.tolist())


class _Near(NamedTuple):
    """Scores of the candidates by name, the category of each, its nearest seeds."""

    scores: dict[str, NDArray[np.float64]]
    category: tuple[str, ...] = ()
    nearest: tuple[str, ...] = ()


def _vector_scores(
    stream: Stream, kind: Kind, seeds: Mapping[str, str], options: ExpandOptions, numbers: NDArray[np.int64]
) -> _Near:
    """Mean cosine with the seeds, with those of the nearest category, and the cosine with the centroid."""
    found = train_vectors(stream, kind, getattr(options, kind), options.seed)
    names = [stream.words[number] for number in found.numbers.tolist()]
    seed_rows = np.array([at for at, name in enumerate(names) if name in seeds], dtype=np.int64)
    if not len(seed_rows):
        return _Near({name: np.full(len(numbers), np.nan) for name in ("mean", "centroid", "category")})
    row = np.full(len(stream.words), -1)
    row[found.numbers] = np.arange(len(found.numbers))
    rows = row[numbers]
    near = nearness(found.matrix, seed_rows)
    unit = found.matrix / np.maximum(np.linalg.norm(found.matrix, axis=1, keepdims=True), 1e-30)
    cosines = unit[rows] @ unit[seed_rows].T
    seed_names = [names[at] for at in seed_rows.tolist()]
    categories = list(dict.fromkeys(seeds[name] for name in seed_names))
    of_seed = np.array([categories.index(seeds[name]) for name in seed_names])
    by_category = np.stack([cosines[:, of_seed == at].mean(axis=1) for at in range(len(categories))], axis=1)
    scores = {"mean": near.mean[rows], "centroid": near.centroid[rows], "category": by_category.max(axis=1)}
    best = by_category.argmax(axis=1).tolist()
    closest = np.argsort(-cosines, axis=1, kind="stable")[:, :NEAREST].tolist()
    return _Near(
        {name: np.where(rows >= 0, values, np.nan).astype(np.float64) for name, values in scores.items()},
        tuple(categories[at] if known else "" for at, known in zip(best, (rows >= 0).tolist(), strict=True)),
        tuple(" ".join(seed_names[at] for at in some if row >= 0) for row, some in zip(rows, closest, strict=True)),
    )


def _new_word_scores(stream: Stream, new: NewWords, numbers: NDArray[np.int64]) -> dict[str, NDArray[np.float64]]:
    """Cohesion and entropy of the candidates that stand as new words; their sum is the score."""
    at = {word: number for number, word in enumerate(new.words)}
    places = np.array([at.get(stream.words[number], -1) for number in numbers.tolist()], dtype=np.int64)
    entropy = np.minimum(new.left, new.right)
    found = {"cohesion": new.cohesion, "entropy": entropy, "newword": new.cohesion + entropy}
    if not len(new.words):
        return {name: np.full(len(numbers), np.nan) for name in found}
    return {name: np.where(places >= 0, values[places], np.nan) for name, values in found.items()}
