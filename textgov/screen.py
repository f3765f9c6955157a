"""What a person should look at before trusting a row: texts that break off, short ones, several in a row."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace
from statistics import median
from typing import TYPE_CHECKING

from textgov.records import Corpus, Document, Doubt

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

WORK_REPORT = "政府工作报告"
# Lines that may stand behind the end of a report: comments of a compiler, page numbers, printing notes, lists of files.
BEHIND = re.compile(
    r"\s*(?:<!--.*-->|[-—–\s\d*#|.]*|.{0,40}印发?.{0,20}|[((]?来\s*源.{0,40}|[-•*]\s.{0,60}|.*\d{4}年.{0,40}[日上])\s*"
)
CUT = re.compile(r"[\u4e00-\u9fff,、:]\Z")
# A last line of this length that ends in the middle of a sentence was cut; shorter ones are names, dates and headings.
# On 2,431 work reports this lists 4, one of them (厦门 2000) cut before its last words.
TAIL = 30
# A work report with less than this share of the median length of its level in the run. The shortest of 2,372
# sub-national ones has 0.44 of the median of all; the one of the 2024 collection that is known to be cut has 0.28.
SHORT = 0.4
ENOUGH = 20  # reports from which a median means something


def flag_cut(document: Document) -> Document:
    """Doubt a text that fills a cell of a workbook, and a work report whose last line ends in mid-sentence."""
    if document.meta.get("cut"):
        return _doubted(document, Doubt("text_cut", {"tail": document.text.rstrip()[-20:]}))
    if document.doc_type != WORK_REPORT:
        return document
    lines = document.text[-800:].rstrip().split("\n")
    while len(lines) > 1 and BEHIND.fullmatch(lines[-1]):
        lines.pop()
    last = lines[-1].strip(" *")
    if len(last) < TAIL or not CUT.search(last):
        return document
    return _doubted(document, Doubt("text_cut", {"tail": last[-20:]}))


def flag_short(corpus: Corpus, n_han: NDArray[np.int64]) -> Corpus:
    """Doubt the work reports that are far shorter than the others of their level."""
    lengths: dict[str, list[int]] = defaultdict(list)
    for document, length in zip(corpus.documents, n_han.tolist(), strict=True):
        if document.doc_type == WORK_REPORT:
            lengths[document.level].append(length)
    least = {level: SHORT * median(known) for level, known in lengths.items() if len(known) >= ENOUGH}
    documents = [
        _doubted(document, Doubt("text_short", {"n": length, "usual": round(least[document.level] / SHORT)}))
        if document.doc_type == WORK_REPORT and length < least.get(document.level, 0)
        else document
        for document, length in zip(corpus.documents, n_han.tolist(), strict=True)
    ]
    return replace(corpus, documents=tuple(documents))


def flag_pooled(corpus: Corpus, rows: Mapping[tuple[str, int], Sequence[int]]) -> Corpus:
    """List the documents that share a row of the panel with another one."""
    documents = list(corpus.documents)
    for (_, year), numbers in rows.items():
        if len(numbers) > 1:
            ids = "; ".join(documents[number].doc_id for number in numbers)
            for number in numbers:
                facts = {"n": len(numbers), "place": documents[number].place, "year": year, "doc_ids": ids}
                documents[number] = _doubted(documents[number], Doubt("several_in_year", facts))
    return replace(corpus, documents=tuple(documents))


def _doubted(document: Document, doubt: Doubt) -> Document:
    return replace(document, doubts=(*document.doubts, doubt))
