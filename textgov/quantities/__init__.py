"""Numbers with their units in policy text, which of them are targets, and by when: how specific a policy is.

1. A quantity is a number with a unit, in Arabic digits or Chinese numerals, with the words that qualify it: 760多万,
   近6倍, 百分之六十, 3-5个, 不低于95%, 数十个. Spans are those of the normalised text and lead back to the original.
2. No quantities are ordinals (第三), years and dates, bare numbers (12345热线), articles (一个), spoken names
   (四个自信, 三年行动), names in short quotation marks (“五个一”工程), grades and models (百万吨级, 220千伏线路).
3. A target is what a government says it will reach; `targets` has the rule. `deadlines` has that of deadlines.
4. Only the body of a document is read (``sections="body"``), as for keywords.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from textgov.normalise import read_section_names
from textgov.normalise.structure import classes, measure_kinds, sentence_breaks
from textgov.quantities.deadlines import find_deadlines
from textgov.quantities.numbers import Number, find_numbers
from textgov.quantities.subjects import find_subject
from textgov.quantities.tables import (
    CATEGORIES,
    Found,
    Quantity,
    compare_quantities,
    quantity_rows,
    quantity_schema,
    quantity_variables,
    tabulate_documents,
)
from textgov.quantities.targets import Setting, judge_numbers
from textgov.quantities.units import KINDS
from textgov.records import Corpus, Document, Entry, Features, Lexicon, Step

if TYPE_CHECKING:
    import pyarrow as pa
    from numpy.typing import NDArray

__all__ = [
    "Quantity",
    "QuantityOptions",
    "compare_quantities",
    "count_quantities",
    "find_quantities",
    "quantity_lexicon",
    "quantity_schema",
    "quantity_variables",
    "tabulate_documents",
]


@dataclass(frozen=True, slots=True)
class QuantityOptions:
    """What is read.

    Parameters
    ----------
    sections : str
        Names of the sections that count, parted by commas (see `textgov.normalise.SECTION_NAMES`), or ``all``.
    """

    sections: str = "body"

    def __post_init__(self) -> None:
        read_section_names(self.sections)

    @property
    def section_names(self) -> tuple[str, ...]:
        """The names in ``sections``."""
        return read_section_names(self.sections)


def find_quantities(document: Document, options: QuantityOptions | None = None) -> tuple[Quantity, ...]:
    """Every quantity of a document, in order.

    Parameters
    ----------
    document : Document
        Normalised. Its year, where it is known, is what 今年底 and 三年内 count from.
    options : QuantityOptions, optional

    Examples
    --------
    >>> import textgov
    >>> import pandas as pd
    >>> frame = pd.DataFrame({"text": ["到2025年,新增5G基站1.2万个以上。"]})
    >>> corpus = textgov.normalise_corpus(textgov.corpus_from_frame(frame, text="text"))
    >>> [(one.matched, one.value, one.unit, one.deadline_year) for one in find_quantities(corpus.documents[0])]
    [('1.2万个以上', 12000.0, '个', 2025)]
    """
    found = _search(document, options or QuantityOptions())
    text = document.text
    return tuple(
        Quantity(
            document.doc_id,
            start,
            end,
            text[number.start : number.end],
            number.value,
            number.low,
            number.high,
            number.unit,
            number.kind,
            number.qualifier,
            sentence,
            *find_subject(text, number),
            verdict.target,
            text[verdict.deadline.start : verdict.deadline.end] if verdict.deadline else "",
            verdict.deadline.year if verdict.deadline else None,
        )
        for number, verdict, sentence, (start, end) in zip(
            found.numbers, found.verdicts, found.sentences.tolist(), found.slices.tolist(), strict=True
        )
    )


THOUSANDS = re.compile(r",(?=\d{3}(?!\d))")


def _without_full_commas(document: Document) -> str:
    """The text with the full-width commas between digits restored: 120，300个 are two numbers, 120,300个 is one."""
    text = document.text
    full = []
    for match in THOUSANDS.finditer(text):
        start, end = document.spans.to_original(*match.span())
        if document.original[start:end] != ",":
            full.append(match.start())
    for at in full:
        text = f"{text[:at]}，{text[at + 1 :]}"
    return text


def _search(document: Document, options: QuantityOptions) -> Found:
    text = _without_full_commas(document)
    stretches = document.stretches(options.section_names)
    numbers: list[Number] = []
    lengths = np.zeros(3, dtype=np.int64)
    kinds = classes(text)
    for first, last in stretches:
        lengths += measure_kinds(kinds[first:last])
        part = text if (first, last) == (0, len(text)) else text[first:last]
        numbers += (_moved(number, first) for number in find_numbers(part)) if first else find_numbers(part)
    breaks = sentence_breaks(kinds)
    setting = Setting(text, breaks.tolist(), *_parts(document), document.year)
    verdicts = judge_numbers(numbers, find_deadlines(text, document.year), setting)
    starts = np.array([number.start for number in numbers], dtype=np.int64)
    ends = np.array([number.end for number in numbers], dtype=np.int64)
    sentences = np.searchsorted(breaks, starts, side="right")
    return Found(numbers, verdicts, sentences, document.spans.to_originals(starts, ends), lengths)


def _moved(number: Number, by: int) -> Number:
    return number._replace(start=number.start + by, core=number.core + by, end=number.end + by)


def _parts(document: Document) -> tuple[list[tuple[int, int]], list[tuple[int, int]]]:
    """Where the plan and the review of a work report stand."""
    plan, review = (
        [(part.start, part.end) for part in document.sections if part.name == name] for name in ("plan", "review")
    )
    return plan, review


def quantity_lexicon() -> Lexicon:
    """The names of what is counted, in the form of a lexicon with the prefix ``qt``: category x kind of unit.

    A target is also a number, and a target with a deadline also a target; the total counts each quantity once.
    """
    entries = tuple(Entry(kind, category.name) for category in CATEGORIES for kind in KINDS)
    zh, en = "政策具体性", "policy specificity"
    return Lexicon("quantities", "1", "qt", zh, en, "textgov.quantities", CATEGORIES, entries)


def count_quantities(corpus: Corpus, options: QuantityOptions | None = None) -> Features:
    """Count quantities, targets and targets with a deadline in every document.

    Parameters
    ----------
    corpus : Corpus
        Normalised; located where years are wanted.
    options : QuantityOptions, optional

    Returns
    -------
    Features
        Documents x (category / kind of unit), of `quantity_lexicon`: `build_panel` makes columns such as
        ``qt_target_n`` and ``qt_target_sent`` of them. ``sentences`` are the sentences with a quantity, a target, a
        target with a deadline, and with any. ``.hits`` has one row a quantity: its finest category, and all that
        `Quantity` has.
    """
    options = options or QuantityOptions()
    kinds = {kind: number for number, kind in enumerate(KINDS)}
    shape = (len(corpus), len(CATEGORIES) * len(kinds))
    values = np.zeros(shape, dtype=np.int64)
    sentences = np.zeros((len(corpus), len(CATEGORIES) + 1), dtype=np.int64)
    lengths = np.zeros((len(corpus), 3), dtype=np.int64)
    tables = []
    for row, document in enumerate(corpus.documents):
        found = _search(document, options)
        lengths[row] = found.lengths
        level = np.array(
            [verdict.target + (verdict.deadline is not None) for verdict in found.verdicts], dtype=np.int64
        )
        column = np.array([kinds[number.kind] for number in found.numbers], dtype=np.int64)
        for category in range(len(CATEGORIES)):
            held = level >= category
            values[row] += np.bincount(column[held] + category * len(kinds), minlength=shape[1])
            sentences[row, category] = len(np.unique(found.sentences[held]))
        tables.append(quantity_rows(document, found, level))
    sentences[:, -1] = sentences[:, 0]
    step = Step("quantities", "quantities@1", {"sections": options.sections})
    return _features(corpus, values, sentences, lengths, tables, (*corpus.history, step))


def _features(
    corpus: Corpus,
    values: NDArray[np.int64],
    sentences: NDArray[np.int64],
    lengths: NDArray[np.int64],
    tables: Sequence[pa.Table],
    history: tuple[Step, ...],
) -> Features:
    import pyarrow as pa
    from scipy.sparse import csr_array

    lexicon = quantity_lexicon()
    names = tuple(f"{entry.category}/{entry.term}" for entry in lexicon.entries)
    of_document = dict(zip(("n_chars", "n_han", "n_sents"), lengths.T, strict=True))
    table = pa.concat_tables([quantity_schema().empty_table(), *tables])
    return Features(
        corpus.doc_ids,
        names,
        csr_array(values),
        of_document,
        lexicon,
        sentences,
        hit_table=table,
        variables=quantity_variables(),
        history=history,
    )
