"""Lexicons as tables, written: an entry a row."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from textgov.lexicon.build import own_keys
from textgov.lexicon.tables import (
    CATEGORY_SHEET,
    COLUMN_NAMES,
    ENTRY_SHEET,
    LEXICON_SHEET,
    LIST_SHEET,
    META_KEYS,
    join_words,
)
from textgov.records import Context, Entry, Lexicon

if TYPE_CHECKING:
    import pandas as pd


def csv_text_of(lexicon: Lexicon) -> str:
    """A csv text with a column for each level of the tree; the mark at its beginning lets Excel show it."""
    from textgov.export.delimited import csv_text

    return "\ufeff" + csv_text(_frame(lexicon, by_level=True))


def write_workbook(lexicon: Lexicon, part: Path) -> None:
    """A workbook with sheets for entries, categories, lists and what is said about the lexicon."""
    import pandas as pd

    from textgov.export.workbook import Sheet, write_xlsx

    about = {**{key: getattr(lexicon, key) for key in META_KEYS}, "title_zh": lexicon.zh, "title_en": lexicon.en}
    categories = [(category.name, category.zh, category.en, category.parent) for category in lexicon.categories]
    lists = [(name, word) for name, words in lexicon.lists for word in words or ("",)]
    frames = {
        ENTRY_SHEET: _frame(lexicon, by_level=False),
        CATEGORY_SHEET: pd.DataFrame(categories, columns=["name", "zh", "en", "parent"]),
        LIST_SHEET: pd.DataFrame(lists, columns=["name", "word"]),
        LEXICON_SHEET: pd.DataFrame(list(about.items()), columns=["key", "value"]),
    }
    whole = f"{lexicon.name}.yaml"  # what a cell cannot hold, our own format can
    sheets = [Sheet(name, frame, 1, whole) for name, frame in frames.items() if len(frame)]
    write_xlsx(sheets, part, f"{lexicon.name}.xlsx")


def _frame(lexicon: Lexicon, by_level: bool) -> pd.DataFrame:
    """A row an entry; columns that no entry needs are left out."""
    import pandas as pd

    paths, own = lexicon.paths(), own_keys(lexicon)
    depth = max(map(len, paths.values())) if by_level else 1
    levels = ["category", *(f"category_{number}" for number in range(2, depth + 1))]
    rows = []
    for entry in lexicon.entries:
        path = paths[entry.category]
        keys = [own[name] for name in path] if by_level else [entry.category]
        rows.append({**dict.fromkeys(levels, ""), **dict(zip(levels, keys, strict=False)), **_cells(entry)})
    frame = pd.DataFrame(rows, columns=["term", *levels, *[name for name in COLUMN_NAMES if name != "term"]])
    used = [name for name in frame.columns if name in ("term", "category") or (frame[name] != "").any()]
    return frame[used]


def _cells(entry: Entry) -> dict[str, str]:
    return {
        "term": entry.term,
        "variants": join_words(entry.variants),
        "exclude": join_words(entry.exclude),
        **_context("near", entry.near),
        **_context("not_near", entry.not_near),
        "weight": "" if entry.weight == 1 else repr(float(entry.weight)),
        "regex": "true" if entry.regex else "",
        "phase": entry.phase,
        "source": entry.source,
        "note": entry.note,
    }


def _context(key: str, context: Context | None) -> dict[str, str]:
    if context is None:
        return {key: "", f"{key}_within": ""}
    return {key: join_words(context.terms), f"{key}_within": str(context.within or "")}
