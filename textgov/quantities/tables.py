"""Quantities as tables: one row a quantity, one row a document, one row a value that another one contradicts."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from textgov.quantities.deadlines import Deadline
from textgov.quantities.numbers import Number
from textgov.quantities.subjects import Subject, find_subject, group_subjects
from textgov.quantities.targets import Verdict
from textgov.records import Category, Corpus, Document, Features, Variable

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow as pa
    from numpy.typing import NDArray

CATEGORIES = (
    Category("number", "数量表述", "quantities"),
    Category("target", "量化目标", "quantified targets"),
    Category("deadline", "有期限的量化目标", "targets with a deadline"),
)
CONTEXT = 20


@dataclass(frozen=True, slots=True)
class Quantity:
    """One quantity of a document.

    ``start`` and ``end`` are offsets into the original, ``matched`` is the slice of the normalised text. ``value`` is
    in ``unit`` (万 and the like are multiplied out: 1.2万亿元 is 1.2e12 元; 百分之六十 is 60 %; the middle of a range);
    NaN where no digit is written (数十个). ``low`` and ``high`` are the bounds that the words set: equal to the value
    where it is exact, NaN where a side is open (760多万 has no upper one; 约 leaves both open). ``kind`` is a key of
    `units.KINDS`. ``sentence`` numbers the sentences of the document from 0. ``target`` says whether it is a target,
    ``deadline`` has the words of its deadline ("" without one) and ``deadline_year`` the year, None where it is open.
    ``subject`` is what the number is of, at most 12 characters; ``behind`` says that it is the noun behind the number.
    """

    doc_id: str
    start: int
    end: int
    matched: str
    value: float
    low: float
    high: float
    unit: str
    kind: str
    qualifier: str
    sentence: int
    subject: str
    behind: bool = False
    target: bool = False
    deadline: str = ""
    deadline_year: int | None = None


class Found(NamedTuple):
    """What was found in one document, positions in the normalised text."""

    numbers: list[Number]
    verdicts: list[Verdict]
    sentences: NDArray[np.int64]
    slices: NDArray[np.int64]
    lengths: NDArray[np.int64]


def quantity_schema() -> pa.Schema:
    """Columns of the table of quantities."""
    import pyarrow as pa

    texts = dict.fromkeys(("doc_id", "city_code", "city"), pa.string())
    numbers = {"year": pa.int32(), "category": pa.string(), "term": pa.string(), "start": pa.int64(), "end": pa.int64()}
    words = dict.fromkeys(("left", "hit", "right", "matched"), pa.string())
    values = dict.fromkeys(("value", "low", "high"), pa.float64())
    more = dict.fromkeys(("unit", "qualifier", "subject", "deadline"), pa.string())
    last = {"deadline_year": pa.int32(), "sentence": pa.int64(), "lexicon": pa.string()}
    return pa.schema(texts | numbers | words | values | more | last)


def quantity_rows(document: Document, found: Found, level: NDArray[np.int64]) -> pa.Table:
    """The table of the quantities of one document; ``level`` is the number of the finest category of each."""
    import pyarrow as pa

    text, original, numbers = document.text, document.original, found.numbers
    n = len(numbers)
    slices = found.slices.tolist()
    due: list[Deadline | None] = [verdict.deadline for verdict in found.verdicts]
    columns = [
        *([value] * n for value in (document.doc_id, document.place_code, document.place, document.year)),
        [CATEGORIES[number].name for number in level.tolist()],
        [number.kind for number in numbers],
        found.slices[:, 0],
        found.slices[:, 1],
        [" ".join(original[max(start - CONTEXT, 0) : start].split()) for start, _ in slices],
        [original[start:end] for start, end in slices],
        [" ".join(original[end : end + CONTEXT].split()) for _, end in slices],
        [text[number.start : number.end] for number in numbers],
        [number.value for number in numbers],
        [number.low for number in numbers],
        [number.high for number in numbers],
        [number.unit for number in numbers],
        [number.qualifier for number in numbers],
        [find_subject(text, number).words for number in numbers],
        [text[one.start : one.end] if one else "" for one in due],
        [one.year if one else None for one in due],
        found.sentences,
        ["quantities"] * n,
    ]
    schema = quantity_schema()
    return pa.table([pa.array(column, kind) for column, kind in zip(columns, schema.types, strict=True)], schema=schema)


def quantity_variables() -> tuple[Variable, ...]:
    """The columns that these features give to a panel, with their own labels, units and formulas."""
    names = {"number": ("数量表述", "quantities"), "target": ("量化目标", "quantified targets")}
    names["deadline"] = ("有期限的量化目标", "quantified targets with a deadline")
    columns = (
        ("n", "number of {}", "{}个数", "", "个", "sum over the documents of the place-year"),
        ("p10k", "{} per 10,000 Han characters", "每万字{}个数", "per 10,000", "个/万字", "10000 * n / n_han"),
        ("ln", "log of 1 + number of {}", "{}个数加一的对数", "log", "对数", "ln(1 + n)"),
        ("sent", "share of sentences with {}", "含{}的句子占比", "share", "比例", "sentences with one / n_sents"),
        ("docs", "share of documents with {}", "含{}的文档占比", "share", "比例", "documents with one / n_docs"),
    )
    return tuple(
        Variable(f"qt_{name}_{suffix}", en.format(of_en), zh.format(of_zh), unit_en, unit_zh, formula, "quantities@1")
        for name, (of_zh, of_en) in names.items()
        for suffix, en, zh, unit_en, unit_zh, formula in columns
    )


def tabulate_documents(corpus: Corpus, features: Features) -> pd.DataFrame:
    """One row a document: place, year, lengths, and for quantities, targets and targets with a deadline their number
    (``qt_target_n``) and the share of sentences with one (``qt_target_sent``; missing where there is no sentence).

    Parameters
    ----------
    corpus : Corpus
    features : Features
        Of `count_quantities`, for the same corpus.
    """
    import pandas as pd

    n_kinds = len(features.names) // len(CATEGORIES)
    counts = features.values.toarray().reshape(len(features), len(CATEGORIES), n_kinds).sum(axis=2)
    names = ("doc_id", "place_code", "place", "level", "year")
    frame = pd.DataFrame({name: [getattr(document, name) for document in corpus.documents] for name in names})
    frame["year"] = frame["year"].astype("Int64")
    for name in ("n_han", "n_sents"):
        frame[name] = features.lengths[name]
    n_sents = np.where(features.lengths["n_sents"] > 0, features.lengths["n_sents"], np.nan)
    for at, category in enumerate(CATEGORIES):
        frame[f"qt_{category.name}_n"] = counts[:, at]
    for at, category in enumerate(CATEGORIES):
        shares = np.zeros(len(features)) if features.sentences is None else features.sentences[:, at] / n_sents
        frame[f"qt_{category.name}_sent"] = shares
    return frame


def compare_quantities(quantities: Iterable[Quantity]) -> pd.DataFrame:
    """Quantities of one document that give different values for the same subject and unit, with their positions.

    Nothing is decided: two values of one subject may both be true (of two years, of a plan and its result). Counted
    nouns are one subject where the shorter opens the longer; ranges and numbers without a value are left out.

    Returns
    -------
    DataFrame
        ``doc_id, unit, subject, value, matched, start, end, sentence``, by document, subject and position.
    """
    import pandas as pd

    by_document: dict[str, list[Quantity]] = {}
    for one in quantities:
        if one.subject and not np.isnan(one.value):
            by_document.setdefault(one.doc_id, []).append(one)
    rows = []
    for doc_id, found in by_document.items():
        subjects = [Subject(one.subject, one.behind) for one in found]
        groups = group_subjects(subjects, [one.unit for one in found])
        for (unit, subject), numbers in sorted(groups.items()):
            if len({found[number].value for number in numbers}) < 2:
                continue
            for number in numbers:
                one = found[number]
                rows.append((doc_id, unit, subject, one.value, one.matched, one.start, one.end, one.sentence))
    return pd.DataFrame(rows, columns="doc_id unit subject value matched start end sentence".split())
