"""Every file of the real corpora has the status that its description and a look at it lead to expect."""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Iterator
from fnmatch import fnmatchcase
from pathlib import Path
from typing import NamedTuple

import pytest

from textgov.load import LoadOptions, iter_input, list_inputs
from textgov.records import ManifestRow

TABLE = Path(__file__).parent / "cases" / "data_status.csv"


class Expected(NamedTuple):
    """A row of the table: a file, or several that are to fare alike."""

    pattern: str
    files: str
    status: str
    code: str
    documents: str
    unread: str
    encoding: str
    why: str


EXPECTED = [Expected(**row) for row in csv.DictReader(TABLE.read_text("utf-8").splitlines())]


class Found(NamedTuple):
    row: ManifestRow
    documents: int
    unread: int


def _fares(data: Path) -> Iterator[Found]:
    for item in list_inputs([data]).inputs:
        counts = Counter[str]()
        whole = []
        for found in iter_input(item, LoadOptions()):
            if not isinstance(found, ManifestRow):
                counts["documents"] += 1
            elif found.path == item.name:
                whole.append(found)
            else:
                counts["unread"] += found.status == "failed"
        (row,) = whole
        yield Found(row, counts["documents"], counts["unread"])


@pytest.fixture(scope="module")
def fares(real_data: Path) -> dict[str, list[Found]]:
    """What became of the files, by the first pattern of the table that fits."""
    by_pattern: dict[str, list[Found]] = {}
    for found in _fares(real_data):
        fits = (row.pattern for row in EXPECTED if fnmatchcase(found.row.path, row.pattern))
        by_pattern.setdefault(next(fits, ""), []).append(found)
    return by_pattern


@pytest.mark.real
def test_the_table_knows_every_file(fares: dict[str, list[Found]]):
    assert [found.row.path for found in fares.get("", [])] == []


@pytest.mark.real
@pytest.mark.parametrize("expected", EXPECTED, ids=[row.pattern for row in EXPECTED])
def test_real_files_fare_as_the_table_says(fares: dict[str, list[Found]], expected: Expected):
    found = fares.get(expected.pattern, [])
    assert len(found) == int(expected.files)
    told = {(each.row.status, each.row.code, each.row.encoding) for each in found}
    assert told == {(expected.status, expected.code, expected.encoding)}
    assert sum(each.documents for each in found) == int(expected.documents)
    assert sum(each.unread for each in found) == int(expected.unread)
    assert all(len(each.row.doc_ids) == each.documents for each in found)


@pytest.mark.real
def test_the_reports_of_the_panel_are_those_of_the_description(fares: dict[str, list[Found]]):
    panel = [found for pattern, all_found in fares.items() if "gwr-panel/" in pattern for found in all_found]
    assert sum(found.documents for found in panel if found.row.path.endswith(".xz")) == 2431
