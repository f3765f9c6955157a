"""Lexicons as tables: csv."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator

from textgov.lexicon.build import Draft, bad_lexicon
from textgov.records import Entry, Lexicon

COLUMNS = ("term", "category", "variants", "phase", "source", "note")


def read_table(text: str, name: str, path: str) -> Lexicon:
    """The lexicon that a csv text with the columns term and category holds; `name` is that of the file."""
    reader = csv.DictReader(io.StringIO(text, newline=""))
    header = reader.fieldnames or ()
    for column in ("term", "category"):
        if column not in header:
            raise bad_lexicon(path, 1, f"no column {column!r}; the columns are {', '.join(header)}")
    draft = Draft(path, name)
    names: dict[str, str] = {}
    for row in _csv_rows(reader, path):
        cell = {key: (row.get(key) or "").strip() for key in COLUMNS}
        variants = tuple(part.strip() for part in cell["variants"].split(";") if part.strip())
        category = cell["category"]
        if category not in names:
            names[category] = draft.add_category(category, None, "", reader.line_num)
        entry = Entry(cell["term"], names[category], variants, cell["phase"], cell["source"], cell["note"])
        draft.add_entry(entry, reader.line_num)
    return draft.lexicon()


def _csv_rows(reader: csv.DictReader[str], path: str) -> Iterator[dict[str, str]]:
    try:
        for row in reader:
            if None in row:
                raise bad_lexicon(
                    path, reader.line_num, "more fields than columns; put a text with a comma into quotes"
                )
            yield row
    except csv.Error as error:
        raise bad_lexicon(path, reader.line_num, str(error)) from None
