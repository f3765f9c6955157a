"""Tables with one document a row: csv, tsv, jsonl."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Iterator
from typing import Any, BinaryIO

from textgov.errors import ReadError
from textgov.load.encoding import Decoded, decode
from textgov.load.raw import Fault, LoadOptions, Raw
from textgov.load.text import first_line

# Names under which people keep the text, tried in this order.
TEXT_COLUMNS = ("text", "content", "doc", "body", "full_text", "fulltext", "正文", "全文", "内容", "文本")
TITLE_COLUMNS = ("title", "标题", "题目", "名称")
csv.field_size_limit(2**31 - 1)


def read_csv(stream: BinaryIO, options: LoadOptions) -> Iterator[Raw | Fault]:
    """Rows of a comma-separated table; the header is row 1, as in a spreadsheet. A row without any cell is none."""
    yield from _read_delimited(stream, options, ",")


def read_tsv(stream: BinaryIO, options: LoadOptions) -> Iterator[Raw | Fault]:
    """Rows of a tab-separated table; the header is row 1, as in a spreadsheet. A row without any cell is none."""
    yield from _read_delimited(stream, options, "\t")


def _read_delimited(stream: BinaryIO, options: LoadOptions, delimiter: str) -> Iterator[Raw | Fault]:
    decoded = decode(stream.read(), options.encoding)
    reader = csv.reader(io.StringIO(decoded.text, newline=""), delimiter=delimiter)
    try:
        rows = list(reader)
    except csv.Error as error:
        raise ReadError("file_damaged", detail=f"line {reader.line_num}: {error}") from None
    header = [name.strip() for name in rows[0]] if rows else []
    pairs: Iterator[tuple[int, dict[str, str] | str]] = (
        (number, dict(zip(header, row, strict=True)) if len(row) == len(header) else _width(row, header))
        for number, row in enumerate(rows[1:], 2)
        if any(row)
    )
    yield from _parts(pairs, header, options, decoded)


def _width(row: list[str], header: list[str]) -> str:
    return f"{len(row)} fields, the header has {len(header)}"


def read_jsonl(stream: BinaryIO, options: LoadOptions) -> Iterator[Raw | Fault]:
    """One JSON object a line; the first line is row 1."""
    decoded = decode(stream.read(), options.encoding)
    pairs, header = [], dict[str, None]()
    for number, line in enumerate(decoded.text.split("\n"), 1):
        if line.strip():
            row = _json_row(line)
            pairs.append((number, row))
            header.update(dict.fromkeys(row if isinstance(row, dict) else ()))
    yield from _parts(pairs, list(header), options, decoded)


def _json_row(line: str) -> dict[str, str] | str:
    try:
        row = json.loads(line)
    except ValueError as error:
        return str(error)
    except RecursionError:
        return "nested too deeply"
    if not isinstance(row, dict):
        return "not an object"
    return {_plain(key): _plain(value) for key, value in row.items() if value is not None}


def _plain(value: Any) -> str:
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    # JSON can spell half of a surrogate pair, which no file can hold.
    return text.encode("utf-8", "replace").decode("utf-8")


def _parts(
    pairs: Iterable[tuple[int, dict[str, str] | str]], header: list[str], options: LoadOptions, decoded: Decoded
) -> Iterator[Raw | Fault]:
    column = text_column(header, options)
    title = next((name for name in TITLE_COLUMNS if name in header), "")
    for number, row in pairs:
        if isinstance(row, str):
            yield Fault(f"#{number}", "row_damaged", {"row": number, "detail": row})
            continue
        text = row.get(column, "")
        meta = {key: value for key, value in row.items() if key not in (column, title) and value.strip()}
        named = row.get(title, "") or first_line(text)
        yield Raw(text, key=f"#{number}", title=named, meta=meta, encoding=decoded.encoding, margin=decoded.margin)


def text_column(header: list[str], options: LoadOptions) -> str:
    """The column that holds the text: the one that was asked for, or the first that has a usual name."""
    wanted = (options.text_column,) if options.text_column else TEXT_COLUMNS
    names = {name.casefold(): name for name in header}
    for name in wanted:
        if name and name.casefold() in names:
            return names[name.casefold()]
    raise ReadError(
        "column_missing", path="table", column=" / ".join(str(name) for name in wanted), known=", ".join(header) or "-"
    )
