"""The lexicon against the labels of coders: precision, recall and F1, design-weighted, and what goes wrong."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import NormalDist
from typing import TYPE_CHECKING, Any

from textgov.errors import UsageError
from textgov.export.delimited import write_csv
from textgov.store import make_folder, written_aside
from textgov.validate.agreement import GROUPS
from textgov.validate.answers import ADJUDICATED, Answer, Coded
from textgov.validate.options import RULES, AccuracyOptions, check_words
from textgov.validate.runs import FOLDER
from textgov.validate.strata import WITHOUT
from textgov.validate.survey import Design, Share

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd
    from numpy.typing import NDArray

YES, NO = "yes", "no"
COLUMNS = ("group", "value", "statistic", "estimate", "low", "high", "std_error", "p", "n")
NAMED = 10


@dataclass(frozen=True, slots=True, eq=False)
class Accuracy:
    """How well a lexicon finds what the coders found.

    Parameters
    ----------
    table : DataFrame
        ``group`` and its ``value``, ``statistic`` (precision, recall, f1, prevalence, error, bias), ``estimate``,
        ``low``, ``high``, ``std_error``, ``p`` (of differences), ``n`` (sampled sentences behind it).
    errors : DataFrame
        Wrongly counted and missed sentences with context, at most ``examples`` of each type and category.
    types : DataFrame
        How many of each type, by category and by term, in the sample and weighted.
    unseen : tuple of mapping
        Strata without a hit in which no sampled sentence counts: what recall could be at worst.
    labels : DataFrame
        ``id``, ``label`` (1 or 0) and what the key says: what `correct_means` and the classifier take.
    """

    table: pd.DataFrame
    errors: pd.DataFrame
    types: pd.DataFrame
    unseen: tuple[dict[str, Any], ...]
    labels: pd.DataFrame


def measure_accuracy(
    coded: Coded, options: AccuracyOptions | None = None, panel: pd.DataFrame | None = None
) -> Accuracy:
    """Precision, recall and F1 of sentences, weighted by the design of the sample.

    Precision is the share of sentences with a hit that count for the coders, recall the share of sentences that count
    which have a hit, F1 their harmonic mean, ``prevalence`` the true share, ``error`` the share of sentences that the
    lexicon gets wrong, ``bias`` its share of sentences minus the true one. Intervals: see `textgov.validate.survey`.

    Parameters
    ----------
    coded : Coded
        Without or with a sheet ``adjudicated``.
    options : AccuracyOptions, optional
    panel : DataFrame, optional
        Of the run; needed for ``treat``: its first column is the code of the place.

    Raises
    ------
    UsageError
        Sentences without a settled label; a column of the panel that is missing or not of 0 and 1.
    """
    import pandas as pd

    options = options or AccuracyOptions()
    labels = settle_labels(coded, options.rule)
    design = label_design(labels)
    found, true = labels["found"].to_numpy(dtype=bool), labels["label"].to_numpy(dtype=bool)
    everyone = pd.Series(True, index=labels.index).to_numpy()
    rows = [("all", "all", *one) for one in score_labels(design, found, true, everyone, options.level)]
    for word in options.by:
        if word == "category":
            rows += list(_category_rows(design, labels, options.level))
            continue
        for value in sorted(labels[GROUPS[word]].unique()):
            inside = (labels[GROUPS[word]] == value).to_numpy()
            rows += [(word, str(value), *one) for one in score_labels(design, found, true, inside, options.level)]
    if options.treat:
        rows += list(_treatment_rows(design, labels, options, panel))
    table = pd.DataFrame(rows, columns=list(COLUMNS))
    return Accuracy(table, _examples(labels, options.examples), _types(labels), _unseen(labels, design), labels)


def settle_labels(coded: Coded, rule: str = "adjudicated") -> pd.DataFrame:
    """The key with ``label`` (1 or 0), ``coded_category`` and ``comments``; rows left without a label are dropped."""
    check_words("rule", (rule,), RULES)
    if not {YES, NO} <= set(coded.labels):
        raise UsageError("coding_labels", labels=", ".join(coded.labels))
    settled = coded.answers.get(ADJUDICATED, {})
    labels: list[Any] = []
    categories, comments, still = [], [], []
    for identity in coded.key["id"]:
        given = [coded.answers[coder][identity] for coder in coded.coders if identity in coded.answers[coder]]
        label = _settle([one.label for one in given if one.label], settled.get(identity), rule)
        if label is None and rule == "adjudicated":
            still.append(identity)
        labels.append(None if label is None else int(label == YES))
        topics = Counter(one.category for one in given if one.category)
        categories.append(max(sorted(topics), key=lambda one: topics[one]) if topics else "")
        comments.append("; ".join(one.comment for one in given if one.comment))
    if still:
        raise UsageError("coding_open", n=len(still), ids=", ".join(still[:NAMED]))
    frame = coded.key.assign(label=labels, coded_category=categories, comments=comments)
    frame = frame.dropna(subset=["label"]).astype({"label": "int64"}).reset_index(drop=True)
    if frame.empty:
        raise UsageError("validity_empty", what="labelled sentences")
    return frame


def _settle(labels: Sequence[str], settled: Answer | None, rule: str) -> str | None:
    """The label that counts, None where there is none."""
    if rule == "majority":
        votes = Counter(label for label in labels if label in (YES, NO))
        return None if votes[YES] == votes[NO] else max(votes, key=lambda label: votes[label])
    if len(set(labels)) == 1 and labels[0] in (YES, NO):
        return labels[0]
    if rule == "adjudicated" and settled and settled.label in (YES, NO):
        return settled.label
    return None


def label_design(labels: pd.DataFrame) -> Design:
    """The design of the labelled sentences; a stratum keeps its size if some of its sentences have no label."""
    joined = list(zip(labels["category"], labels["period"], strict=True))
    return Design.of(labels["stratum"].tolist(), joined, labels["n_stratum"].tolist())


Row = tuple[str, float, float, float, float, float | None, int]


def score_labels(
    design: Design, found: NDArray[np.bool_], true: NDArray[np.bool_], inside: NDArray[np.bool_], level: float = 0.95
) -> Iterator[Row]:
    """Statistics of the sentences `inside`: name, estimate, low, high, standard error, None, n."""
    yield _row("precision", design.share(true, found & inside, level))
    yield _row("recall", design.share(found, true & inside, level))
    # F1 = 2 J / (1 + J), where J is a share: of the sentences that are found or true, those that are both.
    both = design.share(found & true, (found | true) & inside, level)
    value, low, high = (2 * one / (1 + one) for one in both[:3])
    yield _row("f1", Share(value, low, high, both.n, 2 / (1 + both.value) ** 2 * both.std_error))
    yield _row("prevalence", design.share(true, inside, level))
    yield _row("error", design.share(found != true, inside, level))
    yield _mean_row("bias", design, found.astype(float) - true, inside, level)


def _row(name: str, share: Share) -> Row:
    return (name, share.value, share.low, share.high, share.std_error, None, share.n)


def _mean_row(name: str, design: Design, value: NDArray[np.float64], inside: NDArray[np.bool_], level: float) -> Row:
    mean, score = design.scores(value, inside)
    error = math.sqrt(design.variance(score))
    z = NormalDist().inv_cdf(0.5 + level / 2)
    return (name, mean, mean - z * error, mean + z * error, error, None, int(inside.sum()))


def _category_rows(design: Design, labels: pd.DataFrame, level: float) -> Iterator[tuple[Any, ...]]:
    """Precision by the category of the hit; recall by the topic that the coders chose, where they did."""
    found, true = labels["found"].to_numpy(dtype=bool), labels["label"].to_numpy(dtype=bool)
    for value in sorted(set(labels["category"]) - set(WITHOUT)):
        inside = (labels["category"] == value).to_numpy()
        yield ("category", value, *_row("precision", design.share(true, found & inside, level)))
    for value in sorted(set(labels["coded_category"][true]) - {""}):
        inside = (labels["coded_category"] == value).to_numpy()
        yield ("category", value, *_row("recall", design.share(found, true & inside, level)))


def _treatment_rows(
    design: Design, labels: pd.DataFrame, options: AccuracyOptions, panel: pd.DataFrame | None
) -> Iterator[tuple[Any, ...]]:
    """Statistics by treatment status, and the differences with a z test: such errors bias a comparison."""
    import numpy as np

    treated = treatment_of(labels, options.treat, panel)
    found, true = labels["found"].to_numpy(dtype=bool), labels["label"].to_numpy(dtype=bool)
    for value in (1, 0):
        for one in score_labels(design, found, true, treated == value, options.level):
            yield (options.treat, str(value), *one)
    everyone = np.ones(len(labels), dtype=bool)
    parts = {
        "precision": (true.astype(float), found),
        "recall": (found.astype(float), true),
        "error": ((found != true).astype(float), everyone),
        "bias": (found.astype(float) - true, everyone),
    }
    z = NormalDist().inv_cdf(0.5 + options.level / 2)
    for name, (value, inside) in parts.items():
        (upper, plus), (lower, minus) = (design.scores(value, inside & (treated == status)) for status in (1, 0))
        gap, error = upper - lower, math.sqrt(design.variance(plus - minus))
        p = 2 * NormalDist().cdf(-abs(gap) / error) if error > 0 else float("nan")
        n = int((inside & (treated >= 0)).sum())
        yield (options.treat, "difference", name, gap, gap - z * error, gap + z * error, error, p, n)


def treatment_of(labels: pd.DataFrame, name: str, panel: pd.DataFrame | None) -> NDArray[np.int64]:
    """1 or 0 for each sentence, -1 where the panel does not say."""
    import numpy as np

    if panel is None or name not in panel.columns:
        known = "" if panel is None else ", ".join(panel.columns)
        raise UsageError("column_missing", path="panel.parquet", column=name, known=known or "-")
    values = panel[name].astype("float64")
    if not set(values.dropna()) <= {0.0, 1.0}:
        detail = "use a column that is 1 for treated place-years and 0 for others, such as bc_did"
        raise UsageError("option_bad", name="treat", value=name, detail=detail)
    keys = zip(panel.iloc[:, 0], panel["year"], strict=True)
    known_values = {(str(code), int(year)): value for (code, year), value in zip(keys, values, strict=True)}
    rows = [
        known_values.get((code, int(year)), np.nan) for code, year in zip(labels["code"], labels["year"], strict=True)
    ]
    return np.nan_to_num(np.array(rows, dtype=np.float64), nan=-1).astype(np.int64)


def _examples(labels: pd.DataFrame, most: int) -> pd.DataFrame:
    names = ["type", "category", "terms", "place", "year", "doc_id", "start", "end", "sentence", "comments", "weight"]
    wrong = _wrong(labels)
    return wrong.groupby(["type", "category"], sort=True).head(most)[names].reset_index(drop=True)


def _wrong(labels: pd.DataFrame) -> pd.DataFrame:
    """The sentences that the lexicon gets wrong, the heaviest first; a missed one has the topic of the coders."""
    wrong = labels[labels["found"] != labels["label"]]
    false = wrong["found"] == 1
    wrong = wrong.assign(type=false.map({True: "wrongly counted", False: "missed"}))
    category = wrong["category"].where(false | (wrong["coded_category"] == ""), wrong["coded_category"])
    return wrong.assign(category=category).sort_values(["type", "category", "weight"], ascending=[True, True, False])


def _types(labels: pd.DataFrame) -> pd.DataFrame:
    import pandas as pd

    wrong = _wrong(labels)
    by_category = wrong.groupby(["type", "category"]).agg(n=("id", "size"), weighted=("weight", "sum")).reset_index()
    terms = wrong[wrong["found"] == 1].assign(term=lambda frame: frame["terms"].str.split(";")).explode("term")
    by_term = terms.groupby(["type", "category", "term"]).agg(n=("id", "size"), weighted=("weight", "sum"))
    frame = pd.concat([by_category.assign(term=""), by_term.reset_index()])
    return frame[["type", "category", "term", "n", "weighted"]].sort_values(
        ["type", "weighted", "category", "term"], ascending=[True, False, True, True], ignore_index=True
    )


def _unseen(labels: pd.DataFrame, design: Design) -> tuple[dict[str, Any], ...]:
    """For each kind of sentence without a hit in which none counts: the most that may be there, at 95 %."""
    import numpy as np

    true, found = labels["label"].to_numpy(dtype=bool), labels["found"].to_numpy(dtype=bool)
    known, hits = float(design.weight @ true), float(design.weight @ (true & found))
    notes = []
    for kind in WITHOUT:
        inside = (labels["category"] == kind).to_numpy()
        n = int(inside.sum())
        if n and not (true & inside).any():
            most = 1 - 0.05 ** (1 / n)  # the share at which a sample of n without one has a chance of 5 %
            total = float(np.sum(design.weight[inside]))
            notes.append({"stratum": kind, "n": n, "most": most, "recall": hits / (known + most * total)})
    return tuple(notes)


def write_accuracy(accuracy: Accuracy, run: Path | str) -> tuple[Path, ...]:
    """Write ``accuracy.csv``, ``accuracy_errors.csv``, ``accuracy_types.csv`` and ``labels.csv`` below ``validity``."""
    folder = make_folder(Path(run) / FOLDER)
    tables = {"accuracy.csv": accuracy.table, "accuracy_errors.csv": accuracy.errors}
    tables |= {"accuracy_types.csv": accuracy.types, "labels.csv": accuracy.labels}
    for name, frame in tables.items():
        with written_aside(folder / name) as part:
            write_csv(frame, part)
    return tuple(folder / name for name in tables)
