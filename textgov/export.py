"""Results as files that Stata, R, Excel and Python read back without a wrong character.

The same inputs give the same bytes: no clock, no order of a set and no path gets into a file. Every file is written
aside and moved, and one file that cannot be replaced does not keep the others from being written.
"""

from __future__ import annotations

import json
import logging
import re
import unicodedata
from collections import Counter
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from math import isfinite
from pathlib import Path
from typing import TYPE_CHECKING, Any

from textgov.codebook import (
    Language,
    build_codebook,
    checked_panel,
    codebook_page,
    encodable,
    plain_values,
    stata_script,
    utf8,
    write_dta,
)
from textgov.errors import OutputError, RecordError, UsageError, wording
from textgov.records import REVIEW_COLUMNS, Features, Panel, Variable
from textgov.store import make_folder, written_aside

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow as pa

log = logging.getLogger(__name__)

FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")
CELL_LIMIT = 32_767  # UTF-16 units in an Excel cell
SHEET_ROWS, SHEET_COLUMNS = 1_048_576, 16_384
EXACT_DIGITS = 10**15  # Excel keeps 15 digits of an integer; longer ones become text
NUMBER_WIDTH, WIDEST = 6, 60  # of a column, in Latin letters
# what a cell cannot hold; line ends become \n before
CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")


@dataclass(frozen=True, slots=True)
class ExportExtras:
    """What the outputs of a panel say besides its numbers.

    Parameters
    ----------
    review : DataFrame, optional
        ``corpus.review``, for the sheet of that name.
    run_id : str
        Printed in the codebook, the data label of Stata and ``panel.do``.
    options : mapping
        Options that change results, by stage; printed in the codebook.
    """

    review: pd.DataFrame | None = None
    run_id: str = ""
    options: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, eq=False)
class Sheet:
    """A sheet of a workbook: how many columns on the left stay in view, and which file holds cut texts whole."""

    name: str
    frame: pd.DataFrame
    frozen: int
    full: str


PANEL_FILES = (
    "panel.csv",
    "panel_excel.csv",
    "panel.dta",
    "panel.do",
    "panel.parquet",
    "panel.xlsx",
    "codebook.csv",
    "codebook.md",
    "coverage.csv",
)


def write_panel(
    panel: Panel,
    out: Path | str,
    *,
    labels: Language = "zh",
    extra: ExportExtras | None = None,
    only: Collection[str] | None = None,
) -> tuple[Path, ...]:
    """Write a panel for Stata, R, Excel and Python, with its codebook, into the folder `out`.

    Parameters
    ----------
    panel : Panel
    out : path
        Made if missing.
    labels : {"zh", "en"}
        Language of the variable labels in ``panel.dta``; ``panel.do`` adds the other one.
    extra : ExportExtras, optional
    only : collection of str, optional
        Names of the files to write; all of `PANEL_FILES` when not given.

    Returns
    -------
    tuple of Path
        ``panel.csv``, ``panel_excel.csv``, ``panel.dta``, ``panel.do``, ``panel.parquet``, ``panel.xlsx``,
        ``codebook.csv``, ``codebook.md`` and ``coverage.csv``.

    Raises
    ------
    RecordError
        Before anything is written: a column name that Stata refuses, an infinite value, a row without key.
    OutputError
        After everything else was written: names every file that could not be.
    """
    if labels not in ("zh", "en"):
        raise UsageError("option_bad", name="labels", value=labels, detail="use zh or en")
    panel = checked_panel(panel)
    writers = _panel_writers(panel, labels, extra or ExportExtras())
    wanted = PANEL_FILES if only is None else only
    return _write_all(make_folder(Path(out)), {name: writers[name] for name in PANEL_FILES if name in wanted})


def _panel_writers(panel: Panel, labels: Language, extra: ExportExtras) -> dict[str, Callable[[Path], None]]:
    """Every file of a panel and what writes it."""
    codebook, coverage = build_codebook(panel, extra.options), _grid(panel.coverage)
    page = codebook_page(panel, codebook, extra.run_id, extra.options)
    script = stata_script(panel, labels, extra.run_id)
    sheets = _panel_sheets(panel, codebook, coverage, extra)
    return {
        "panel.csv": lambda part: _write_csv(panel.frame, part),
        "panel_excel.csv": lambda part: _write_csv(panel.frame, part, excel=True),
        "panel.dta": lambda part: write_dta(panel, part, labels, extra.run_id),
        "panel.do": lambda part: _write_text(script, part),
        "panel.parquet": lambda part: _write_parquet(panel.frame, part, panel.variables),
        "panel.xlsx": lambda part: _write_xlsx(sheets, part, "panel.xlsx"),
        "codebook.csv": lambda part: _write_csv(codebook, part),
        "codebook.md": lambda part: _write_text(page, part),
        "coverage.csv": lambda part: _write_csv(coverage, part),
    }


def _write_all(folder: Path, writers: Mapping[str, Callable[[Path], None]]) -> tuple[Path, ...]:
    """Write every file that can be written, then raise one error that names the others."""
    failed: list[OutputError] = []
    for name, write in writers.items():
        try:
            with written_aside(folder / name) as part:
                write(part)
        except OutputError as error:
            failed.append(error)
    if len(failed) == 1:
        raise failed[0]
    if failed:
        paths = "; ".join(str(error.facts["path"]) for error in failed)
        detail = "; ".join(f"{error.facts['path']} ({error.facts.get('detail', error)})" for error in failed)
        raise OutputError("outs_failed", n=len(failed), path=paths, detail=detail)
    return tuple(folder / name for name in writers)


def _grid(coverage: pd.DataFrame) -> pd.DataFrame:
    """Coverage as a plain table: code and name of the place, one column a year, 0 where there is no document."""
    import pandas as pd

    if not isinstance(coverage.index, pd.RangeIndex):
        coverage = coverage.reset_index()
    grid = coverage.set_axis([str(name) for name in coverage.columns], axis=1)
    years = [name for name in grid.columns if name.isdigit()]
    return grid.assign(**{year: grid[year].fillna(0).astype("int64") for year in years})


def _panel_sheets(
    panel: Panel, codebook: pd.DataFrame, coverage: pd.DataFrame, extra: ExportExtras
) -> tuple[Sheet, ...]:
    import pandas as pd

    review = pd.DataFrame(columns=list(REVIEW_COLUMNS)) if extra.review is None else extra.review
    keys = 1 + max(list(panel.frame.columns).index(key) for key in panel.keys)
    return (
        Sheet("panel", panel.frame, keys, "panel.csv"),
        Sheet("codebook", codebook, 1, "codebook.csv"),
        Sheet("coverage", coverage, sum(not name.isdigit() for name in coverage.columns), "coverage.csv"),
        Sheet("review", review, 1, "review.csv"),
    )


# ---- single tables and other files of a run ----


def write_table(table: pd.DataFrame | pa.Table, path: Path) -> Path:
    """Write a table; the ending of `path` decides: ``.csv`` (UTF-8), ``.parquet`` or ``.xlsx`` (one sheet).

    A pyarrow table goes to parquet only. What an Excel cell cannot hold is logged, and said to be whole in the csv
    file of the same name.
    """
    if path.suffix not in (".csv", ".parquet", ".xlsx"):
        raise RecordError("record_bad", what=path.name, detail="a table is written as .csv, .parquet or .xlsx")
    with written_aside(path) as part:
        if path.suffix == ".csv":
            _write_csv(table, part)
        elif path.suffix == ".parquet":
            _write_parquet(table, part)
        else:
            _write_xlsx([Sheet(path.stem[:31], table, 1, f"{path.stem}.csv")], part, path.name)
    return path


def write_csv_excel(frame: pd.DataFrame, path: Path) -> Path:
    """Write a csv file for a double click in Excel: UTF-8 with BOM, formula-like text behind an apostrophe."""
    with written_aside(path) as part:
        _write_csv(frame, part, excel=True)
    return path


def write_json(obj: object, path: Path) -> Path:
    """Write JSON with sorted keys, Chinese as it is, and a line end; nan and inf are errors."""
    text = json.dumps(obj, ensure_ascii=False, sort_keys=True, indent=2, allow_nan=False)
    with written_aside(path) as part:
        _write_text(text + "\n", part)
    return path


def write_term_counts(features: Features | Sequence[Features], out: Path | str) -> tuple[Path, ...]:
    """Write counts of documents x entries, so that every index can be rebuilt without the texts.

    Several features (one a lexicon) of the same documents stand side by side. ``term_counts.mtx`` is a Matrix Market
    file of integers; its rows and columns are numbered from 1, and ``term_counts_documents.csv`` (row, doc_id) and
    ``term_counts_terms.csv`` (column, lexicon, category, term) name them.
    """
    import pandas as pd
    from scipy.io import mmwrite
    from scipy.sparse import hstack

    blocks = (features,) if isinstance(features, Features) else tuple(features)
    if not blocks or any(block.doc_ids != blocks[0].doc_ids for block in blocks):
        raise RecordError("record_bad", what="term_counts", detail="the features are of no or of other documents")
    counts = hstack([block.values for block in blocks], format="csr").astype("int64")
    counts.sum_duplicates()
    counts.eliminate_zeros()
    documents = pd.DataFrame({"row": range(1, len(blocks[0]) + 1), "doc_id": list(blocks[0].doc_ids)})
    entries = [entry for block in blocks for entry in _entries(block)]
    terms = pd.DataFrame(entries, columns=["lexicon", "category", "term"])
    terms.insert(0, "column", range(1, len(terms) + 1))

    def write_matrix(part: Path) -> None:
        with part.open("wb") as file:
            mmwrite(file, counts, comment="textgov: documents x entries", field="integer", symmetry="general")

    return _write_all(
        make_folder(Path(out)),
        {
            "term_counts.mtx": write_matrix,
            "term_counts_documents.csv": lambda part: _write_csv(documents, part),
            "term_counts_terms.csv": lambda part: _write_csv(terms, part),
        },
    )


def _entries(block: Features) -> Iterator[tuple[str, str, str]]:
    for name in block.names:
        category, _, term = name.partition("/") if block.lexicon else ("", "", name)
        yield (block.lexicon.label if block.lexicon else "", category, term)


# ---- text and csv ----


def _write_text(text: str, part: Path) -> None:
    # lone surrogates, from file names that are not UTF-8, are spelled out (\udcd6), which JSON reads back
    part.write_bytes(text.encode("utf-8", "backslashreplace"))


def _write_csv(frame: pd.DataFrame, part: Path, *, excel: bool = False) -> None:
    """Comma-separated, LF at line ends, floats by ``repr``, missing empty.

    pandas and the csv module before Python 3.13 leave a lone carriage return unquoted, and readers then break the row;
    hence our own few lines.
    """
    guard = _guarded if excel else str
    columns = [
        [guard(str(name)), *(_cell(value, guard) for value in plain_values(frame[name]))] for name in frame.columns
    ]
    quoted = [[_csv_field(text, alone=len(columns) == 1) for text in column] for column in columns]
    text = "".join(",".join(row) + "\n" for row in zip(*quoted, strict=True))
    _write_text("\ufeff" * excel + text, part)


def _cell(value: object, guard: Callable[[str], str]) -> str:
    if value is None:
        return ""
    if isinstance(value, float):
        return repr(float(value))
    return guard(value) if isinstance(value, str) else str(value)


def _guarded(text: str) -> str:
    return "'" + text if text.startswith(FORMULA_STARTS) else text


def _csv_field(text: str, *, alone: bool) -> str:
    if (alone and not text) or any(mark in text for mark in ',"\n\r'):
        return '"' + text.replace('"', '""') + '"'
    return text


# ---- parquet ----


def _write_parquet(table: pd.DataFrame | pa.Table, part: Path, variables: Sequence[Variable] = ()) -> None:
    """Equal tables give equal bytes; labels, units and formulas are the metadata of the fields."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    if not isinstance(table, pa.Table):
        table = pa.Table.from_pandas(encodable(table), preserve_index=False)
    schema = table.schema
    for at, variable in enumerate(variables):
        words = {
            "label_en": variable.en,
            "label_zh": variable.zh,
            "unit_en": variable.unit_en,
            "unit_zh": variable.unit_zh,
            "formula": variable.formula,
            "lexicon": variable.lexicon,
        }
        schema = schema.set(at, schema.field(at).with_metadata({key: text for key, text in words.items() if text}))
    pq.write_table(table.cast(schema), part)


# ---- Excel ----


class _Exact(float):
    """A float that xlsxwriter writes with all its digits; its own format, ``.16G``, loses the last.

    Works since xlsxwriter 3.2.3, which formats numbers by their ``__format__``; a test reads the digits back.
    """

    __slots__ = ()

    def __format__(self, spec: str) -> str:
        return float.__repr__(self)


def _write_xlsx(sheets: Sequence[Sheet], part: Path, name: str) -> None:
    """A workbook: header and key columns stay in view, filters are on, nothing turns into a formula, link or number."""
    from datetime import datetime
    from io import BytesIO

    import xlsxwriter

    for sheet in sheets:
        rows, columns = len(sheet.frame) + 1, len(sheet.frame.columns)
        if rows > SHEET_ROWS or columns > SHEET_COLUMNS:
            raise OutputError("sheet_too_long", sheet=sheet.name, path=name, rows=rows, columns=columns)
    buffer = BytesIO()  # in memory, so that the only file that can fail is ours
    plain = dict.fromkeys(("strings_to_formulas", "strings_to_urls", "strings_to_numbers"), False)
    book = xlsxwriter.Workbook(buffer, {"in_memory": True, **plain})
    book.set_properties({"created": datetime(2000, 1, 1)})
    bold = book.add_format({"bold": True})
    for sheet in sheets:
        faults = _fill(book.add_worksheet(sheet.name), sheet, bold)
        for code, n in sorted(faults.items()):
            log.warning(wording(code, path=name, sheet=sheet.name, n=n, full=sheet.full))
    book.close()
    part.write_bytes(buffer.getvalue())


def _fill(page: Any, sheet: Sheet, bold: Any) -> Counter[str]:
    """Write one sheet; returns how many control characters were left out and how many texts cut, by message code."""
    faults: Counter[str] = Counter()
    for at, name in enumerate(sheet.frame.columns):
        head, values = _excel_text(str(name), sheet.full, faults), plain_values(sheet.frame[name])
        page.write_string(0, at, head, bold)
        for row, value in enumerate(values, 1):
            if isinstance(value, float) and isfinite(value):
                page.write_number(row, at, _Exact(value))
            elif isinstance(value, bool):
                page.write_boolean(row, at, value)
            elif isinstance(value, int) and abs(value) < EXACT_DIGITS:
                page.write_number(row, at, value)
            elif value is not None and value != "":
                page.write_string(row, at, _excel_text(str(value), sheet.full, faults))
        widest = max(map(_width, {head, *(value for value in values if isinstance(value, str))}))
        page.set_column(at, at, min(WIDEST, 3 + max(widest, NUMBER_WIDTH)))  # 3 for the filter button
    page.freeze_panes(1, sheet.frozen)
    page.autofilter(0, 0, len(sheet.frame), max(len(sheet.frame.columns) - 1, 0))
    page.ignore_errors({"number_stored_as_text": f"A1:XFD{SHEET_ROWS}"})  # codes are text on purpose
    return faults


def _excel_text(text: str, full: str, faults: Counter[str]) -> str:
    """`text` as a cell takes it: no control characters, no formula, not too long; what was changed is counted."""
    whole, text = text, utf8(text).replace("\r\n", "\n").replace("\r", "\n")
    if CONTROL.search(text):
        text, n = CONTROL.subn("", text)
        faults["cells_cleaned"] += n
    text = "'" + text if whole.startswith(FORMULA_STARTS) or text.startswith(FORMULA_STARTS) else text
    if len(text) > CELL_LIMIT // 2 and len(units := text.encode("utf-16-le")) > 2 * CELL_LIMIT:
        faults["cells_cut"] += 1
        marker = f"…[cut, {len(whole)} characters; full text in {full}]"
        text = units[: 2 * (CELL_LIMIT - len(marker))].decode("utf-16-le", "ignore") + marker
    return text


def _width(text: str) -> int:
    """Width of the first line in Latin letters; a Chinese character takes two. Not counted beyond the widest column."""
    line = text[:WIDEST].partition("\n")[0]
    return len(line) if line.isascii() else sum(2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in line)
