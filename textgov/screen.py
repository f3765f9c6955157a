"""What a person should look at before trusting a row: texts that break off, short ones, several in a row."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace
from statistics import median
from typing import TYPE_CHECKING

from textgov.records import Corpus, Document, Doubt, Index, add_doubts, index_of

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
        return _cut(document, document.text.rstrip())
    if document.doc_type != WORK_REPORT:
        return document
    lines = document.text[-800:].rstrip().split("\n")
    while len(lines) > 1 and BEHIND.fullmatch(lines[-1]):
        lines.pop()
    last = lines[-1].strip(" *")
    if len(last) < TAIL or not CUT.search(last):
        return document
    return _cut(document, last)


def _cut(document: Document, text: str) -> Document:
    return replace(document, doubts=(*document.doubts, Doubt("text_cut", {"tail": text[-20:]})))


def doubt_short(index: Index, n_han: NDArray[np.int64]) -> dict[int, list[Doubt]]:
    """What `flag_short` finds, by the number of the document."""
    lengths: dict[str, list[int]] = defaultdict(list)
    reports = [number for number, kind in enumerate(index.doc_type) if kind == WORK_REPORT]
    for number in reports:
        lengths[index.level[number]].append(int(n_han[number]))
    usual = {level: median(known) for level, known in lengths.items() if len(known) >= ENOUGH}
    return {
        number: [Doubt("text_short", {"n": int(n_han[number]), "usual": round(usual[index.level[number]])})]
        for number in reports
        if n_han[number] < SHORT * usual.get(index.level[number], 0)
    }


def flag_short(corpus: Corpus, n_han: NDArray[np.int64]) -> Corpus:
    """Doubt the work reports that are far shorter than the others of their level."""
    return add_doubts(corpus, doubt_short(index_of(corpus), n_han))


def doubt_pooled(
    index: Index, places: Mapping[str, str], rows: Mapping[tuple[str, int], Sequence[int]]
) -> dict[int, list[Doubt]]:
    """What `flag_pooled` finds, by the number of the document; ``places`` has the name of each code."""
    doubts: dict[int, list[Doubt]] = {}
    for (code, year), numbers in rows.items():
        if len(numbers) < 2 or any(index.doc_type[number] != WORK_REPORT for number in numbers):
            continue
        ids = "; ".join(index.doc_ids[number] for number in numbers)
        for number in numbers:
            facts = {"n": len(numbers), "place": places.get(code, code), "year": year, "doc_ids": ids}
            doubts[number] = [Doubt("several_in_year", facts)]
    return doubts


def flag_pooled(corpus: Corpus, rows: Mapping[tuple[str, int], Sequence[int]]) -> Corpus:
    """List the work reports that share a row of the panel with another one.

    Other documents are expected to come in numbers: a row of a city's notices is no reason to look at each.
    """
    names = {document.place_code or "": document.place for document in corpus.documents}
    return add_doubts(corpus, doubt_pooled(index_of(corpus), names, rows))
