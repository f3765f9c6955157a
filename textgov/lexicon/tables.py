"""Lexicons as tables, read: csv and workbooks, an entry a row (long) or a category a column (wide)."""

from __future__ import annotations

import csv
import io
import math
import re
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from textgov.errors import ReadError
from textgov.lexicon.build import Draft, check_name
from textgov.lexicon.own import is_within
from textgov.records import Category, Context, Entry

# What people call the columns, folded by `textgov.load.cells.fold`; the first name is the one that we write.
COLUMN_NAMES: dict[str, tuple[str, ...]] = {
    "term": (
        *(
            "term",
            "word",
            "words",
            "keyword",
            "keywords",
            "词",
            "词语",
            "词汇",
            "关键词",
            "关键字",
            "术语",
            "词条",
            "主题词",
        ),
        *("特征词", "詞", "詞語", "詞彙", "關鍵詞", "關鍵字", "術語", "詞條"),
    ),
    "variants": ("variants", "variant", "synonyms", "变体", "同义词", "近义词", "别名", "變體", "同義詞", "近義詞"),
    "exclude": ("exclude", "exclusions", "排除", "排除词", "排除詞"),
    "near": ("near", "邻近词", "共现词", "鄰近詞", "共現詞"),
    "near_within": ("near_within", "邻近字数", "鄰近字數"),
    "not_near": ("not_near", "禁邻词", "禁鄰詞"),
    "not_near_within": ("not_near_within", "禁邻字数", "禁鄰字數"),
    "weight": ("weight", "权重", "權重", "赋权"),
    "regex": ("regex", "正则", "正则表达式", "正則", "正則表達式"),
    "phase": ("phase", "阶段", "时期", "階段", "時期"),
    "source": ("source", "来源", "出处", "来源文献", "來源", "出處"),
    "note": ("note", "notes", "备注", "说明", "注释", "備註", "說明"),
}
# With a number behind them, or 一级, 二级 ... before them, these are the levels of a tree.
CATEGORY_NAMES = (
    *("category", "class", "dimension", "group", "level", "类别", "类", "分类", "维度", "类型", "主题", "指标", "层级"),
    *("類別", "類", "分類", "維度", "類型", "主題", "指標"),
)
LEVEL = re.compile(rf"(?:(?P<zh>[一二三四五])级)?(?P<name>{'|'.join(CATEGORY_NAMES)})?(?P<number>[1-9])?\Z")
HEADER_ROWS = 10  # a title and some remarks may stand above the header
TRUE, FALSE = ("true", "1", "yes", "y", "x", "是", "√"), ("", "false", "0", "no", "n", "否")
PARTS = ";；、"  # between the words of a cell; \ before one makes it part of a word
_SPLIT, _UNESCAPE = re.compile(rf"(?<!\\)[{PARTS}]"), re.compile(rf"\\([{PARTS}])")
# Names of the sheets of a workbook that we write.
ENTRY_SHEET, CATEGORY_SHEET, LIST_SHEET, LEXICON_SHEET = "entries", "categories", "lists", "lexicon"
META_KEYS = ("name", "version", "prefix", "citation", "note", "language")
FORMULA_GUARD = re.compile(r"'(?=[=+\-@\t\r])")


class Row(NamedTuple):
    """The cells of a row, and its line in the file."""

    line: int
    cells: Sequence[str]


class _Layout(NamedTuple):
    """Which columns hold what; ``levels`` are those of the tree, from the top."""

    columns: Mapping[str, int]
    levels: tuple[int, ...]


def fill_csv(text: str, draft: Draft) -> None:
    """Enter what a csv text holds."""
    csv.field_size_limit(max(csv.field_size_limit(), 1_000_000))
    head = text.partition("\n")[0]
    delimiter = max(",;\t|", key=lambda mark: (head.count(mark), mark == ","))
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    rows: list[Row] = []
    try:
        rows += [Row(reader.line_num, [cell.strip() for cell in cells]) for cells in reader]
    except csv.Error as error:
        draft.fail(reader.line_num, "lexicon_row_bad", detail=str(error))
    _fill_rows(rows, draft, merged=False)


def fill_workbook(data: bytes, draft: Draft) -> None:
    """Enter what a workbook holds: one that we wrote, or the first sheet with a cell."""
    from textgov.load.cells import plain
    from textgov.load.raw import LoadOptions
    from textgov.load.sheet import open_sheet

    sheets: dict[str, list[Row]] = {}
    try:
        for table in open_sheet(io.BytesIO(data), LoadOptions()):
            rows = sheets[table.name or ENTRY_SHEET] = []
            rows += (Row(row.number, [FORMULA_GUARD.sub("", plain(cell)) for cell in row.cells]) for row in table.rows)
    except ReadError as error:
        draft.fail(0, error.code, **error.facts)
    if ENTRY_SHEET in sheets and LEXICON_SHEET in sheets:
        _fill_own_sheets(sheets, draft)
        return
    for name in list(sheets)[1:]:
        draft.remark("warning", "lexicon_sheet_unread", 0, sheet=name)
    rows = next(iter(sheets.values()), [])
    _fill_rows([Row(line, [cell.strip() for cell in cells]) for line, cells in rows], draft, merged=True)


def _fill_own_sheets(sheets: Mapping[str, Sequence[Row]], draft: Draft) -> None:
    values = {row.cells[0]: row.cells[1] for row in sheets[LEXICON_SHEET][1:] if len(row.cells) > 1}
    for key in META_KEYS:
        setattr(draft, key, values.get(key, getattr(draft, key)))
    draft.title = values.get("title_zh", draft.name), values.get("title_en", draft.name)
    for line, cells in sheets.get(CATEGORY_SHEET, ())[1:]:
        name, zh, en, parent = (*cells, "", "", "")[:4]
        with draft.going_on():
            check_name(name, draft.path, line)
            if name in draft.category_lines:
                draft.fail(line, "lexicon_column_twice", key=name, name=name)
            if parent and parent not in draft.category_lines:
                draft.fail(line, "lexicon_no_column", column=parent, known=", ".join(draft.category_lines) or "-")
            draft.categories.append(Category(name, zh, en, parent))
            draft.category_lines[name] = line
    for _, cells in sheets.get(LIST_SHEET, ())[1:]:
        name, word = (*cells, "")[:2]
        draft.lists[name] = (*draft.lists.get(name, ()), *filter(None, (word,)))
    _fill_rows(sheets[ENTRY_SHEET], draft, merged=False)


def _fill_rows(rows: Sequence[Row], draft: Draft, merged: bool) -> None:
    """Enter the rows of a table; with `merged` an empty category is that of the row above."""
    filled = [row for row in rows if any(row.cells)]
    if not filled:
        draft.fail(1, "lexicon_no_column", column="term", known="-")
    found = next(((at, layout) for at, row in enumerate(filled[:HEADER_ROWS]) if (layout := _layout(row.cells))), None)
    if found is None:
        _fill_wide(filled, draft)
        return
    at, layout = found
    header = filled[at]
    known = ", ".join(header.cells)
    for column, is_there in (("term", "term" in layout.columns), ("category", bool(layout.levels))):
        if not is_there:
            draft.fail(header.line, "lexicon_no_column", column=column, known=known)
    used = {*layout.columns.values(), *layout.levels}
    for number, name in enumerate(header.cells):
        if name and number not in used:
            draft.remark("note", "lexicon_column_unread", header.line, column=name, known=", ".join(COLUMN_NAMES))
    above: tuple[str, ...] = ()
    names: dict[tuple[str, ...], str] = {}
    for row in filled[at + 1 :]:
        with draft.going_on():
            if any(row.cells[len(header.cells) :]):
                draft.fail(row.line, "lexicon_row_long")
            path = tuple(_cell(row, number) for number in layout.levels)
            if merged:
                # A merged cell has its text in its first row only.
                first = next((number for number, key in enumerate(path) if key), len(path))
                path = (*above[:first], *path[first:])
                above = path
            category = _category(path, names, draft, row.line)
            draft.add_entry(_entry(row, layout, category, draft), row.line)


def _fill_wide(rows: Sequence[Row], draft: Draft) -> None:
    header = rows[0]
    names: dict[int, str] = {}
    for number, key in enumerate(header.cells):
        if key:
            names[number] = draft.add_any_category(key, "", header.line)
    for number, category in names.items():
        for row in rows[1:]:
            if term := _cell(row, number):
                draft.add_entry(Entry(term, category), row.line)
    for row in rows[1:]:
        if any(cell for number, cell in enumerate(row.cells) if number not in names):
            with draft.going_on():
                draft.fail(row.line, "lexicon_row_long")


def _layout(header: Sequence[str]) -> _Layout | None:
    """The layout that a header names; None where it names neither terms nor categories."""
    from textgov.load.cells import find_column, fold

    places = {key: find_column(header, names) for key, names in COLUMN_NAMES.items()}
    columns = {key: at for key, at in places.items() if at is not None}
    levels: dict[int, int] = {}
    for at, name in enumerate(header):
        found = LEVEL.match(fold(name))
        if found and found[0] and (found["name"] or found["zh"]):
            level = "一二三四五".index(found["zh"]) + 1 if found["zh"] else int(found["number"] or 1)
            levels.setdefault(level, at)
    if "term" not in columns and not levels:
        return None
    return _Layout(columns, tuple(levels[level] for level in sorted(levels)))


def _cell(row: Row, at: int | None) -> str:
    return row.cells[at] if at is not None and at < len(row.cells) else ""


def _category(path: tuple[str, ...], names: dict[tuple[str, ...], str], draft: Draft, line: int) -> str:
    """The category of a path of keys, entered with those above it when it is new."""
    if path[:1] == ("",):
        draft.fail(line, "lexicon_column_name", name="")
    parent, depth = "", 0
    while depth < len(path) and path[depth]:
        depth += 1
        if path[:depth] not in names:
            key = path[depth - 1]
            is_entered = (
                depth == len([*filter(None, path)]) and key in draft.category_lines and key not in names.values()
            )
            names[path[:depth]] = key if is_entered else draft.add_any_category(key, parent, line)
        parent = names[path[:depth]]
    return parent


def _entry(row: Row, layout: _Layout, category: str, draft: Draft) -> Entry:
    cell = {key: _cell(row, layout.columns.get(key)) for key in COLUMN_NAMES}
    truth = cell["regex"].casefold()
    if truth not in (*TRUE, *FALSE):
        draft.fail(row.line, "lexicon_no_truth", value=cell["regex"])
    return Entry(
        cell["term"],
        category,
        split_words(cell["variants"]),
        cell["phase"],
        cell["source"],
        cell["note"],
        split_words(cell["exclude"]),
        _context(cell["near"], cell["near_within"], row.line, draft),
        _context(cell["not_near"], cell["not_near_within"], row.line, draft),
        _number(cell["weight"], row.line, draft) if cell["weight"] else 1.0,
        truth in TRUE,
    )


def _context(words: str, within: str, line: int, draft: Draft) -> Context | None:
    if within and not is_within(within):
        draft.fail(line, "lexicon_within", value=within)
    terms = split_words(words)
    if not terms:
        return None
    return Context(tuple(dict.fromkeys(terms)), int(within or 0))


def _number(text: str, line: int, draft: Draft) -> float:
    try:
        number = float(text)
    except ValueError:
        number = math.nan
    if not math.isfinite(number):
        draft.fail(line, "lexicon_no_number", value=text)
    return number


def split_words(cell: str) -> tuple[str, ...]:
    r"""The words of a cell, parted by ``;``, ``；`` or ``、``; behind a backslash these are part of a word.

    Examples
    --------
    >>> split_words(r"电子政务；e\;gov")
    ('电子政务', 'e;gov')
    """
    return tuple(_UNESCAPE.sub(r"\1", part.strip()) for part in _SPLIT.split(cell) if part.strip())


def join_words(words: Iterable[str]) -> str:
    r"""What `split_words` takes apart again.

    Examples
    --------
    >>> join_words(["电子政务", "e;gov"])
    '电子政务; e\\;gov'
    """
    escaped = (re.sub(rf"([{PARTS}])", r"\\\1", word) for word in words)
    return "; ".join(word + " " if word.endswith("\\") else word for word in escaped)
