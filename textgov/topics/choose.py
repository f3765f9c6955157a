"""How many topics: models of several sizes and seeds, held against measures of fit, words and stability."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from textgov.errors import TopicError, UsageError
from textgov.records import Features, TopicModel
from textgov.topics.assign import fold_rows
from textgov.topics.coherence import measure_coherence
from textgov.topics.fit import Seeds, TopicOptions, fit_topics, row_key, word_log_likelihood
from textgov.topics.stability import Mapper, check_share, match_topics, pick_rows, sample_rows
from textgov.topics.words import measure_exclusivity

if TYPE_CHECKING:
    import pandas as pd
    from numpy.typing import NDArray
    from scipy.sparse import csr_array

# What decides, and what is told besides: c_v goes with NPMI, Jaccard with the cosine.
DECIDING = ("heldout", "npmi", "exclusivity", "stability")
MEASURES = ("heldout", "npmi", "c_v", "exclusivity", "stability", "jaccard")
# The rows that are held out do not change with the seeds of the models.
HELD_SEED = 0


@dataclass(frozen=True, slots=True)
class ChooseOptions:
    """How the number of topics is chosen.

    Parameters
    ----------
    method : str
        One of ``lda``, ``nmf``, ``seeded``, ``lda-tomotopy``, ``lda-gensim``, ``lda-sklearn``.
    held : float
        Share of the documents that are held out; the models never see them.
    share : float
        Share of the other documents that each seed is given, chosen by the seed. The chains start from nearly the same
        factorisation whatever the seed, so that on all documents (1.0) every number of topics looks stable; a topic
        that depends on a few documents is found out by leaving documents out.
    topics : TopicOptions
    """

    method: str = "lda"
    held: float = 0.1
    share: float = 0.8
    topics: TopicOptions = field(default_factory=TopicOptions)

    def __post_init__(self) -> None:
        if self.method in ("dmr", "dynamic"):
            detail = "choose with lda; the topics of dmr and dynamic are of its kind"
            raise UsageError("option_bad", name="method", value=self.method, detail=detail)
        if not 0 < self.held < 1:
            raise UsageError("option_bad", name="held", value=self.held, detail="use a share in (0, 1)")
        check_share(self.share)


@dataclass(frozen=True, slots=True, eq=False)
class Choice:
    """Measures of models of several sizes, and the size that they speak for.

    Parameters
    ----------
    frame : DataFrame
        One row a size and seed: ``k, seed``, then `MEASURES` (means over the topics) and ``score``. ``heldout`` is the
        mean natural logarithm of the probability of a word in the second halves of documents held out, given their
        first halves; ``stability`` and ``jaccard`` compare the model with those of the other seeds (missing with one
        seed).
    summary : DataFrame
        One row a size: ``k``, means over the seeds, ``score_se``, the standard error of the score over the seeds.
    recommended : int
    reason : tuple of str
        In English and in Chinese.
    """

    frame: pd.DataFrame
    summary: pd.DataFrame
    recommended: int
    reason: tuple[str, str]


class _Parts(NamedTuple):
    """What models are fitted to, and the two halves of what is held out."""

    fitted: Features
    seen: csr_array
    unseen: csr_array


def choose_topics(
    terms: Features,
    sizes: Sequence[int],
    seeds: Sequence[int] = (1, 2, 3, 4, 5),
    *,
    lists: Seeds | None = None,
    options: ChooseOptions | None = None,
    run: Mapper = map,
) -> Choice:
    """Fit models of several sizes with several seeds, measure them, and say which size to take.

    Each deciding measure (held-out likelihood, NPMI, exclusivity, stability) is put on a scale from 0, the lowest mean
    of a size, to 1, the highest; the score of a model is their mean. Recommended is the smallest size whose mean score
    is within one standard error of the best (Breiman, Friedman, Olshen and Stone 1984, section 3.4.3).

    Parameters
    ----------
    terms : Features
        From `count_terms` and `trim_terms`.
    sizes : sequence of int
    seeds : sequence of int
    lists : Lexicon or mapping of name to terms, for ``seeded``
    options : ChooseOptions, optional
    run : callable
        Like `map`; ``Executor.map`` fits the models elsewhere.

    Returns
    -------
    Choice

    Raises
    ------
    UsageError
        No size, no seed, or one twice.
    TopicError
        Too few documents to hold some out, or no model can be fitted; see `fit_topics`.
    """
    options = options or ChooseOptions()
    for name, values in (("sizes", sizes), ("seeds", seeds)):
        if not values or len(set(values)) < len(values):
            shown = ", ".join(map(str, values))
            raise UsageError("option_bad", name=name, value=shown, detail="give one or more, each once")
    parts = _hold_out(terms, options.held)
    fit = partial(_fit, terms=parts.fitted, method=options.method, lists=lists, options=options)
    tables = []
    for size in sorted(sizes):
        models = list(run(fit, [size] * len(seeds), seeds))
        tables.append(_measure(models, parts))
    return recommend(tables)


def _fit(
    size: int, seed: int, *, terms: Features, method: str, lists: Seeds | None, options: ChooseOptions
) -> TopicModel:
    part = sample_rows(terms, seed, options.share)
    return fit_topics(part, method, size, seed=seed, seeds=lists, options=options.topics)


def _hold_out(terms: Features, share: float) -> _Parts:
    """Documents held out by the hashes of their ids; of these each word goes to one half or the other."""
    full = np.diff(terms.values.indptr) > 0
    names = terms.parents or terms.doc_ids
    known = sorted({name for name, some in zip(names, full, strict=True) if some}, key=lambda n: row_key(n, HELD_SEED))
    if not known:
        raise TopicError("topics_no_words", n=len(terms))
    if len(known) < 3:
        raise TopicError("topics_few_documents", n=len(known))
    held = set(known[: max(round(share * len(known)), 1)])
    rest = pick_rows(terms, held, other=True)
    counts = pick_rows(terms, held).values.astype(np.int64)
    first = counts.copy()
    first.data = np.random.Generator(np.random.PCG64(HELD_SEED)).binomial(counts.data, 0.5)
    second = (counts - first).tocsr()
    for half in (first, second):
        half.eliminate_zeros()
    if not second.sum():
        raise TopicError("topics_few_documents", n=len(known))
    return _Parts(rest, first, second)


def heldout_likelihood(model: TopicModel, seen: csr_array, unseen: csr_array) -> float:
    """Mean log probability of the words of one half of each row, given the shares that the other half gets.

    Document completion (Wallach, Murray, Salakhutdinov and Mimno 2009, section 4.1), natural logarithms.
    """
    return word_log_likelihood(unseen, model.topics, fold_rows(seen, model.topics, model.prior))


def _measure(models: Sequence[TopicModel], parts: _Parts) -> pd.DataFrame:
    """One row a model of one size."""
    import pandas as pd

    alike = _stability(models)
    rows = []
    for model, (cosine, shared) in zip(models, alike, strict=True):
        coherence = measure_coherence(model.topics, parts.fitted.values)
        rows.append(
            {
                "k": len(model),
                "seed": model.seed,
                "heldout": heldout_likelihood(model, parts.seen, parts.unseen),
                "npmi": _mean(coherence.npmi),
                "c_v": _mean(coherence.c_v),
                "exclusivity": float(measure_exclusivity(model.topics).mean()),
                "stability": cosine,
                "jaccard": shared,
            }
        )
    return pd.DataFrame(rows)


def _mean(values: NDArray[np.float64]) -> float:
    known = values[~np.isnan(values)]
    return float(known.mean()) if len(known) else float("nan")


def _stability(models: Sequence[TopicModel]) -> list[tuple[float, float]]:
    """For each model the mean cosine and Jaccard of its topics and their partners in the other models."""
    size = len(models)
    cosine, shared = np.full((size, size), np.nan), np.full((size, size), np.nan)
    for one in range(size):
        for other in range(one + 1, size):
            matched = match_topics(models[one], models[other])
            cosine[one, other] = cosine[other, one] = matched.cosine.mean()
            shared[one, other] = shared[other, one] = matched.jaccard.mean()
    return [(_mean(cosine[at]), _mean(shared[at])) for at in range(size)]


def recommend(tables: Sequence[pd.DataFrame]) -> Choice:
    """The choice from measured models, one table a size."""
    import pandas as pd

    frame = pd.concat(tables, ignore_index=True)
    means = frame.groupby("k")[list(MEASURES)].mean()
    used = [name for name in DECIDING if means[name].notna().all()]
    scaled = []
    for name in used:
        low, high = means[name].min(), means[name].max()
        scaled.append((frame[name] - low) / (high - low) if high > low else frame[name] * 0.0)
    frame["score"] = sum(scaled) / len(scaled)
    grouped = frame.groupby("k")["score"]
    summary = means.assign(score=grouped.mean(), score_se=grouped.std(ddof=1) / np.sqrt(grouped.count())).reset_index()
    scores = {int(k): float(score) for k, score in zip(summary["k"], summary["score"], strict=True)}
    best = max(scores, key=lambda k: (scores[k], -k))
    error = float(summary["score_se"].to_numpy(dtype=float)[list(scores).index(best)])
    least = scores[best] - (0.0 if np.isnan(error) else error)
    recommended = min(k for k, score in scores.items() if score >= least)
    return Choice(frame, summary, recommended, _reason(summary, used, scores, recommended, best))


NAMES: Mapping[str, tuple[str, str]] = {
    "heldout": ("held-out likelihood", "留出似然"),
    "npmi": ("NPMI coherence", "NPMI 一致性"),
    "c_v": ("c_v coherence", "c_v 一致性"),
    "exclusivity": ("exclusivity", "排他性"),
    "stability": ("stability", "稳定性"),
    "jaccard": ("shared top words", "高频词重合度"),
}


def _reason(
    summary: pd.DataFrame, used: Sequence[str], scores: Mapping[int, float], chosen: int, best: int
) -> tuple[str, str]:
    """Why this size, in English and Chinese; and what speaks against it."""
    if len(scores) == 1:
        alone = f"Only {chosen} topics were tried, so there is nothing to compare."
        return alone, f"只试了 {chosen} 个主题，无从比较。"
    sizes = list(scores)
    tops = {name: sizes[int(summary[name].to_numpy(dtype=float).argmax())] for name in used}
    en_tops = ", ".join(f"{NAMES[name][0]} {size}" for name, size in tops.items())
    zh_tops = "，".join(f"{NAMES[name][1]} {size}" for name, size in tops.items())
    en = f"{best} topics have the highest mean score ({scores[best]:.3f})"
    zh = f"{best} 个主题的平均得分最高（{scores[best]:.3f}）"
    if chosen != best:
        en += f"; {chosen} topics ({scores[chosen]:.3f}) are the fewest within one standard error of it"
        zh += f"；{chosen} 个主题（{scores[chosen]:.3f}）是与其相差不超过一个标准误的最小主题数"
    en += f". Each measure by itself is highest at: {en_tops}."
    zh += f"。单看各指标，最高处为：{zh_tops}。"
    if chosen in (sizes[0], sizes[-1]):
        en += " This is the edge of what was tried: try sizes beyond it."
        zh += "该值位于所试范围的边缘：请扩大范围再试。"
    if "stability" not in used:
        en += " With one seed nothing is known of stability."
        zh += "只有一个种子，无从得知稳定性。"
    return en, zh
