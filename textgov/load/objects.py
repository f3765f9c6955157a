"""JSON: one object, a list of objects, or one object a line."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from itertools import chain
from typing import Any, BinaryIO, TextIO

from textgov.errors import ReadError
from textgov.load.cells import SURROGATE, TITLE_COLUMNS, find_column
from textgov.load.encoding import OpenText
from textgov.load.pieces import ITEM, MAX_VALUE, Path, Source, decode_value, walk
from textgov.load.raw import Fault, LoadOptions, Raw
from textgov.load.table import layout_of, no_text, opened_text, raw_of, text_column

MAX_DEPTH = 3  # objects inside objects whose members are columns; what lies deeper is one cell
MAX_NAMES = 1000  # an object with more members than this is a table by rows
ONE: Path = ()  # the file is one document
MEMBERS: Path = ("\0member",)  # each member of the object is a document


def read_json(stream: BinaryIO, options: LoadOptions) -> Iterator[Raw | Fault]:
    """The documents of a JSON file.

    A list has a document an object. An object with a text column (`cells.TEXT_COLUMNS`) is one document; else the one
    list of objects with a text column that lies in it holds the documents, or its members do (pandas writes tables
    by columns and by rows). A text may be kept in pieces, as the articles of a statute: see `cells.lines_of`. Where a
    list has the name of a text column and its objects have texts of their own, a title beside it tells that it is one
    document and not many.
    """
    with opened_text(stream, options) as opened:
        source = Source(opened.stream)
        if source.peek() == "[":
            yield from _row_parts(enumerate((value for _, value in walk(source, 0)), 1), options, opened)
            source.finish()
            return
        shape = _shape(source, options)
    stream.seek(0)
    if shape.several:
        yield from read_jsonl(stream, options)
        return
    wanted = shape.wanted(options)
    with opened_text(stream, options) as opened:
        source = Source(opened.stream)
        if wanted == ONE:
            yield from _one_parts(source.value(), options, opened)
            return
        found = walk(source, 1 if wanted == MEMBERS else MAX_DEPTH)
        values = (value for path, value in found if wanted in (MEMBERS, path))
        yield from _row_parts(enumerate(values, 1), options, opened)


def read_jsonl(stream: BinaryIO, options: LoadOptions) -> Iterator[Raw | Fault]:
    """One object a line; the first line is row 1. The text column is that of the first object that has one."""
    with opened_text(stream, options) as opened:
        yield from _row_parts(_lines(opened.stream), options, opened)


def _lines(stream: TextIO) -> Iterator[tuple[int, Any]]:
    number = 0
    while line := stream.readline(MAX_VALUE):
        number += 1
        if len(line) == MAX_VALUE and not line.endswith("\n"):
            raise ReadError("file_damaged", detail=f"line {number} has more than {MAX_VALUE:,} characters")
        line = line.strip(" \t\r\n\ufeff")
        if line:
            try:
                yield number, decode_value(line)
            except ReadError as error:
                yield number, _damaged(number, str(error.facts["detail"]))


def _damaged(number: int, detail: str) -> Fault:
    return Fault(f"#{number}", "row_damaged", {"row": number, "detail": detail})


# ---- objects to documents ----


def _row_parts(rows: Iterable[tuple[int, Any]], options: LoadOptions, opened: OpenText) -> Iterator[Raw | Fault]:
    """Documents of numbered objects. The first object with a text column tells which one it is."""
    column, before, damaged = "", list[int](), 0
    known: dict[str, int] = {}
    for number, value in rows:
        if not isinstance(value, dict):
            damaged += 1
            yield value if isinstance(value, Fault) else _damaged(number, "not an object")
            continue
        cells = _columns(value, column or _text_name(value, options))
        if not column:
            column = _text_name(cells, options)
            if not column:
                before.append(number)
                _measure(known, cells)
                continue
            yield from (Raw("", key=f"#{earlier}", encoding=opened.encoding) for earlier in before)
        yield _raw(number, cells, column, opened)
    if not column and before:
        raise no_text(list(known), list(known.values()), options)
    if damaged and not column:
        raise ReadError("file_damaged", detail="there is no JSON object in it")


def _raw(number: int, cells: Mapping[str, object], column: str, opened: OpenText) -> Raw | Fault:
    names = list(cells)
    layout = layout_of(names, names.index(column) if column in cells else None)
    try:
        # A list in the text column is the text in pieces; other lists become metadata as they stand.
        values = [_json(value) if name != column else value for name, value in cells.items()]
        return raw_of(f"#{number}", values, layout, opened.encoding, opened.margin)
    except RecursionError:
        return _damaged(number, "nested too deeply")


def _json(value: object) -> object:
    return json.dumps(value, ensure_ascii=False) if isinstance(value, (list, dict)) else value


def _measure(known: dict[str, int], cells: Mapping[str, object]) -> None:
    for name, value in cells.items():
        if name in known or len(known) < MAX_NAMES:
            known[name] = known.get(name, 0) + (len(value) if isinstance(value, str) else 0)


def _text_name(value: Mapping[str, object], options: LoadOptions) -> str:
    names = list(value)
    at = text_column(names, options)
    return "" if at is None else names[at]


def _columns(value: Mapping[str, object], text: str) -> dict[str, object]:
    """The members of an object as columns; those of objects inside it too, under their own name if it is free."""
    found: dict[str, object] = {}
    nested: list[tuple[Path, Mapping[str, object]]] = [((), value)]
    for path, inner in nested:
        for name, member in inner.items():
            kept = SURROGATE.sub("?", name)
            if isinstance(member, dict) and len(path) < MAX_DEPTH and (path or name != text):
                nested.append(((*path, kept), member))
            elif kept not in found and (not path or name not in value):
                found[kept] = member
            else:
                found[".".join((*path, kept))] = member
    return found


def _one_parts(value: Any, options: LoadOptions, opened: OpenText) -> Iterator[Raw | Fault]:
    """The document that an object is, or those of a table kept by columns: ``{"text": {"0": ..., "1": ...}}``."""
    members = list(value.values())
    if isinstance(value.get(_text_name(value, options)), dict) and all(isinstance(one, dict) for one in members):
        keys = dict.fromkeys(chain.from_iterable(members))
        rows = ({name: member.get(key) for name, member in value.items()} for key in keys)
        yield from _row_parts(enumerate(rows, 1), options, opened)
        return
    for part in _row_parts([(1, value)], options, opened):
        yield replace(part, key="")


@dataclass(slots=True)
class _Shape:
    """What a JSON object holds.

    ``names`` are its members with the length of their texts, ``lists`` the lists of objects in it and whether those
    have texts, ``inner`` the objects in it that have texts, ``simple`` the members that are no objects. ``fault``
    ended the reading.
    """

    names: dict[str, int] = field(default_factory=dict)
    lists: dict[Path, bool] = field(default_factory=dict)
    inner: set[Path] = field(default_factory=set)
    simple: set[str] = field(default_factory=set)
    several: bool = False
    fault: ReadError | None = None

    def wanted(self, options: LoadOptions) -> Path:
        """The path of the list that holds the documents, `ONE` or `MEMBERS`."""
        text = _text_name(self.names, options)
        titled = find_column(list(self.names), TITLE_COLUMNS) is not None
        if text in self.simple and (options.text_column or titled or not self.lists.get((text, ITEM))):
            return ONE
        lists = [path for path, has_text in self.lists.items() if has_text]
        if len(lists) == 1:
            return lists[0]
        if len(lists) > 1:
            names = ", ".join(".".join(path[:-1]) for path in lists)
            raise self.fault or ReadError("json_lists", names=names)
        if text or len(self.inner) == 1:
            return ONE
        if self.inner and {len(path) for path in self.inner} == {1}:
            return MEMBERS
        raise self.fault or no_text(list(self.names), list(self.names.values()), options)


def _shape(source: Source, options: LoadOptions) -> _Shape:
    shape = _Shape()
    try:
        for path, value in walk(source, MAX_DEPTH):
            if not path:
                break
            if len(shape.names) < MAX_NAMES:
                shape.names.setdefault(path[0], 0)
                shape.names[path[0]] += len(value) if isinstance(value, str) else 0
                if len(path) == 1 or path[1] == ITEM:
                    shape.simple.add(path[0])
            if path[-1] == ITEM and isinstance(value, dict):
                shape.lists[path] = shape.lists.get(path) or bool(_text_name(_columns(value, ""), options))
            elif len(path) > 1 and text_column(path[-1:], options) is not None and len(shape.inner) < MAX_NAMES:
                shape.inner.add(path[:-1])
        shape.several = bool(source.peek())
    except ReadError as error:
        shape.fault = error
    return shape
