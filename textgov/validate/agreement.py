"""How far the coders of a sample agree, in all and by group, and where they do not."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path
from typing import TYPE_CHECKING, Any

from textgov.coding import LEVELS, cohen_kappa, krippendorff_alpha, pair_agreement, value_counts
from textgov.errors import UsageError
from textgov.export.delimited import write_csv
from textgov.export.workbook import Sheet, write_xlsx
from textgov.store import make_folder, written_aside
from textgov.validate.answers import ADJUDICATED, Coded
from textgov.validate.options import AgreementOptions
from textgov.validate.runs import FOLDER, SAMPLES
from textgov.validate.sample import WIDTHS

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd
    from numpy.typing import NDArray

GROUPS = {"category": "category", "year": "period", "region3": "region3", "tercile": "tercile"}
COLUMNS = ("variable", "group", "value", "statistic", "coders", "estimate", "low", "high", "n")
DISAGREEMENTS = "disagreements.csv"
ADJUDICATE = "adjudicate.xlsx"


@dataclass(frozen=True, slots=True, eq=False)
class Agreement:
    """Agreement of coders.

    Parameters
    ----------
    table : DataFrame
        ``variable`` (label or category), ``group`` and its ``value``, ``statistic`` (percent, kappa, alpha_nominal
        and so on), ``coders``, ``estimate``, ``low``, ``high``, ``n`` (sentences with two answers or more). Missing
        where nothing is left to chance.
    disagreements : DataFrame
        The sentences on which coders differ, with their context, answers and comments.
    """

    table: pd.DataFrame
    disagreements: pd.DataFrame


def measure_agreement(coded: Coded, options: AgreementOptions | None = None) -> Agreement:
    """Per cent agreement, Cohen's kappa of each pair, and Krippendorff's alpha, with bootstrap intervals.

    Intervals are percentiles of draws of sentences with replacement. ``unsure`` is a label like others.

    Raises
    ------
    UsageError
        Fewer than two coders, or a scale that needs numbers and labels that are none.
    """
    import pandas as pd

    options = options or AgreementOptions()
    if len(coded.coders) < 2:
        raise UsageError("coding_one", coder=", ".join(coded.coders))
    rows = list(_label_rows(coded, options)) + list(_category_rows(coded, options))
    return Agreement(pd.DataFrame(rows, columns=list(COLUMNS)), _disagreements(coded))


def _label_rows(coded: Coded, options: AgreementOptions) -> Iterator[tuple[Any, ...]]:
    codes = [[_label_of(coded, coder, one) for one in coded.key["id"]] for coder in coded.coders]
    domain = _domain(coded.labels, options)
    yield from _statistics("label", ("all", "all"), codes, domain, coded, options)
    for word in options.by:
        column = coded.key[GROUPS[word]]
        for value in sorted(column.unique()):
            inside = (column == value).to_numpy().nonzero()[0].tolist()
            part = [[answers[at] for at in inside] for answers in codes]
            yield from _statistics("label", (word, str(value)), part, domain, coded, options)


def _category_rows(coded: Coded, options: AgreementOptions) -> Iterator[tuple[Any, ...]]:
    """Of the topics that coders chose, where two or more did."""
    given = [{one: answer.category or None for one, answer in coded.answers[coder].items()} for coder in coded.coders]
    codes = [[answers.get(one) for one in coded.key["id"]] for answers in given]
    domain = sorted({value for answers in codes for value in answers if value is not None})
    if domain and (value_counts(codes, domain).sum(axis=1) >= 2).any():
        plain = AgreementOptions(("nominal",), options.level, options.draws, options.seed)
        yield from _statistics("category", ("all", "all"), codes, domain, coded, plain)


def _label_of(coded: Coded, coder: str, identity: str) -> str | None:
    answer = coded.answers[coder].get(identity)
    return answer.label if answer and answer.label else None


def _domain(labels: Sequence[str], options: AgreementOptions) -> list[str]:
    """The labels, in the order of their numbers where a scale needs them."""
    if set(options.levels) <= {"nominal"}:
        return list(labels)
    try:
        return sorted(labels, key=float)
    except ValueError:
        detail = f"the labels {', '.join(labels)} are no numbers"
        raise UsageError("option_bad", name="levels", value=", ".join(options.levels), detail=detail) from None


def _statistics(
    variable: str,
    group: tuple[str, str],
    codes: list[list[str | None]],
    domain: list[str],
    coded: Coded,
    options: AgreementOptions,
) -> Iterator[tuple[Any, ...]]:
    counts = value_counts(codes, domain)
    paired = counts[counts.sum(axis=1) >= 2]
    everyone, n = ", ".join(coded.coders), len(paired)
    draws = _draws(n, options)
    share = [pair_agreement(paired[draw]) for draw in draws]
    yield (variable, *group, "percent", everyone, *_with_ends(pair_agreement(paired), share, options, 100), n)
    for one, other in combinations(range(len(codes)), 2):
        both = [(a, b) for a, b in zip(codes[one], codes[other], strict=True) if a is not None and b is not None]
        yield (variable, *group, "kappa", f"{coded.coders[one]}, {coded.coders[other]}", *_kappa(both, domain, options))
    for level in (one for one in LEVELS if one in options.levels):
        values: list[Any] = [float(one) for one in domain] if level != "nominal" else domain
        alphas = [krippendorff_alpha(paired[draw], values, level) for draw in draws]
        found = krippendorff_alpha(paired, values, level)
        yield (variable, *group, f"alpha_{level}", everyone, *_with_ends(found, alphas, options), n)


def _kappa(both: list[tuple[str, str]], domain: list[str], options: AgreementOptions) -> tuple[Any, ...]:
    found = cohen_kappa([a for a, _ in both], [b for _, b in both], domain)
    drawn = [[both[at] for at in draw.tolist()] for draw in _draws(len(both), options)]
    values = [_quick_kappa([a for a, _ in one], [b for _, b in one]) for one in drawn]
    return (*_with_ends(found, values, options), len(both))


def _quick_kappa(a: list[str], b: list[str]) -> float | None:
    """Cohen's kappa without the checks of scikit-learn, for a thousand draws."""
    if len({*a, *b}) < 2:
        return None
    n = len(a)
    equal = sum(one == other for one, other in zip(a, b, strict=True)) / n
    chance = sum(a.count(value) * b.count(value) for value in set(a)) / n**2
    return (equal - chance) / (1 - chance)


def _draws(n: int, options: AgreementOptions) -> NDArray[np.int64]:
    import numpy as np

    random = np.random.default_rng(options.seed)
    return random.integers(0, n, (options.draws, n)) if n else np.zeros((0, 0), dtype=np.int64)


def _with_ends(
    found: float | None, draws: Sequence[float | None], options: AgreementOptions, factor: float = 1
) -> tuple[float | None, float | None, float | None]:
    import numpy as np

    known = [one for one in draws if one is not None]
    if found is None or not known:
        return (None if found is None else factor * found, None, None)
    tail = (1 - options.level) / 2
    low, high = (float(end) for end in np.quantile(known, (tail, 1 - tail)))
    return factor * found, factor * low, factor * high


def _disagreements(coded: Coded) -> pd.DataFrame:
    """Rows on which the answers differ, with one column an answer and a comment of each coder."""
    import pandas as pd

    rows = []
    for row in coded.key.to_dict("records"):
        given = {coder: coded.answers[coder].get(row["id"]) for coder in coded.coders}
        labels = [answer.label for answer in given.values() if answer and answer.label]
        if len(set(labels)) < 2:
            continue
        told = {name: row[name] for name in ("id", "doc_id", "place", "year", "terms", "sentence")}
        answers = {coder: answer.label if answer else "" for coder, answer in given.items()}
        comments = {f"{coder}_comment": answer.comment if answer else "" for coder, answer in given.items()}
        rows.append({**told, **answers, **comments})
    names = [*coded.coders, *(f"{coder}_comment" for coder in coded.coders)]
    return pd.DataFrame(rows, columns=["id", "doc_id", "place", "year", "terms", "sentence", *names])


def write_agreement(agreement: Agreement, coded: Coded, run: Path | str) -> tuple[Path, ...]:
    """Write ``validity/agreement.csv``, and beside the sample ``disagreements.csv`` and ``adjudicate.xlsx``.

    The workbook has a sheet ``adjudicated`` to settle the disagreements in; it is not overwritten once it has answers.
    """
    from textgov.validate.answers import holds_answers

    folder = make_folder(Path(run) / FOLDER)
    beside = folder / SAMPLES / str(coded.record["options"]["name"])
    tables = {folder / "agreement.csv": agreement.table, beside / DISAGREEMENTS: agreement.disagreements}
    for path, frame in tables.items():
        with written_aside(path) as part:
            write_csv(frame, part)
    book = beside / ADJUDICATE
    if holds_answers(book) or agreement.disagreements.empty:
        return tuple(tables)
    sheet = _adjudication(agreement, coded, beside)
    widths = {**WIDTHS, "label": 12, "comment": 30}
    labels = [label for label in coded.labels if label != "unsure"]
    page = Sheet(ADJUDICATED, sheet, 1, DISAGREEMENTS, {"label": labels}, True, ("label", "comment"), widths)
    with written_aside(book) as part:
        write_xlsx([page], part, ADJUDICATE)
    return (*tables, book)


def _adjudication(agreement: Agreement, coded: Coded, beside: Path) -> pd.DataFrame:
    """The disagreements with the context that the coders saw, and room for the label that counts."""
    import pandas as pd

    seen = pd.read_csv(beside / f"{coded.record['options']['coders'][0]}.csv", dtype=str, keep_default_na=False)
    seen = seen.set_index("id")[["before", "after"]]
    rows = agreement.disagreements.join(seen, on="id")
    answers = [name for coder in coded.coders for name in (coder, f"{coder}_comment")]
    return rows[["id", "before", "sentence", "after", *answers]].assign(label="", comment="")
