"""The user's answers to the review sheet."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from textgov.errors import UsageError
from textgov.records import FIRST_YEAR, LAST_YEAR
from textgov.regions import Gazetteer, at_code, read_divisions

COLUMNS = ("doc_id", "content_hash", "place_code", "year", "use", "note")
YES, NO = {"", "yes", "y", "true", "1", "是"}, {"no", "n", "false", "0", "否"}


@dataclass(frozen=True, slots=True)
class Decision:
    """One row of ``decisions.csv``: what the user settled about a document.

    An empty ``place_code`` or ``year`` (None) leaves that to the evidence; an empty ``content_hash`` holds for any
    content of the file; ``use`` False leaves the document out.
    """

    path: str
    row: int
    doc_id: str
    content_hash: str = ""
    place_code: str = ""
    year: int | None = None
    use: bool = True
    note: str = ""


def read_decisions(path: Path, gazetteer: Gazetteer | None = None) -> tuple[Decision, ...]:
    """Read the decisions of a user, in UTF-8 or, as Excel saves it in China, GB18030.

    Raises
    ------
    UsageError
        For a missing file or column, an unknown code, a bad year or ``use``, or two rows about one document; the
        message names the row and the column.
    """
    if not path.is_file():
        raise UsageError("source_missing", path=path)
    try:
        data = path.read_bytes()
    except OSError as error:
        detail = f"cannot be read ({error.strerror}); close the program that has it open"
        raise UsageError("decision_bad", path=path, row=1, detail=detail) from None
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        try:
            text = data.decode("gb18030")
        except UnicodeDecodeError as error:
            detail = f"neither UTF-8 nor GB18030 (byte {error.start}); save the file as CSV UTF-8"
            raise UsageError("decision_bad", path=path, row=1, detail=detail) from None
    lines = csv.reader(io.StringIO(text, newline=""), strict=True)
    try:
        table = list(lines)
    except csv.Error as error:
        detail = f"{error}; a quotation mark inside a cell is written twice"
        raise UsageError("decision_bad", path=path, row=lines.line_num, detail=detail) from None
    header = [name.strip() for name in table[0]] if table else []
    missing = [name for name in COLUMNS[:4] if name not in header]
    if missing:
        raise UsageError("column_missing", path=path, column=", ".join(missing), known=", ".join(header))
    known = gazetteer or read_divisions()
    rows: list[Decision] = []
    for row, cells in enumerate(table[1:], start=2):
        if any(cell.strip() for cell in cells):
            if len(cells) != len(header):
                detail = f"{len(cells)} cells, the header has {len(header)}; put a cell that holds a comma in quotes"
                raise UsageError("decision_bad", path=path, row=row, detail=detail)
            values = dict(zip(header, (cell.strip() for cell in cells), strict=True))
            rows.append(_decision(values, known, str(path), row))
    _check_once(rows)
    return tuple(rows)


def _decision(cell: Mapping[str, str], gazetteer: Gazetteer, path: str, row: int) -> Decision:
    def bad(detail: str) -> UsageError:
        return UsageError("decision_bad", path=path, row=row, detail=detail)

    code, year, use = cell.get("place_code", ""), cell.get("year", ""), cell.get("use", "").lower()
    code, year = code.removesuffix(".0"), year.removesuffix(".0")
    if not cell.get("doc_id"):
        raise bad("column doc_id is empty; copy it from review.csv")
    if code and code not in gazetteer.by_code:
        raise bad(f"column place_code: {code} is not a code of any division; look it up in review.csv")
    if year and not (year.isascii() and year.isdigit() and FIRST_YEAR <= int(year) <= LAST_YEAR):
        raise bad(f"column year: {year} is not a year from {FIRST_YEAR} to {LAST_YEAR}")
    if code and year and at_code(gazetteer, code, int(year)) is None:
        raise bad(f"column place_code: {code} is no division in {year}; look up the code of that year")
    if use not in YES | NO:
        raise bad(f"column use: {use} is neither yes nor no")
    number = int(year) if year else None
    return Decision(
        path, row, cell["doc_id"], cell.get("content_hash", ""), code, number, use in YES, cell.get("note", "")
    )


def _check_once(rows: Iterable[Decision]) -> None:
    seen: dict[tuple[str, str], int] = {}
    for decision in rows:
        key = (decision.doc_id, decision.content_hash)
        if key in seen:
            detail = f"column doc_id: {decision.doc_id} was already decided in row {seen[key]}; keep one of them"
            raise UsageError("decision_bad", path=decision.path, row=decision.row, detail=detail)
        seen[key] = decision.row
