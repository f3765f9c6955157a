"""Results as files that Stata, R, Excel and Python read back without a wrong character.

The same inputs give the same bytes: no clock, no order of a set and no path gets into a file. Every file is written
aside and moved, and one file that cannot be replaced does not keep the others from being written.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from textgov.codebook import (
    Language,
    build_codebook,
    checked_panel,
    codebook_page,
    stata_script,
    write_dta,
)
from textgov.errors import OutputError, RecordError, UsageError
from textgov.export.delimited import write_csv, write_text
from textgov.export.parquet import write_parquet
from textgov.export.workbook import Sheet, write_xlsx
from textgov.records import REVIEW_COLUMNS, Features, Lexicon, Panel
from textgov.store import make_folder, written_aside

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow as pa


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
        "panel.csv": lambda part: write_csv(panel.frame, part),
        "panel_excel.csv": lambda part: write_csv(panel.frame, part, excel=True),
        "panel.dta": lambda part: write_dta(panel, part, labels, extra.run_id),
        "panel.do": lambda part: write_text(script, part),
        "panel.parquet": lambda part: write_parquet(panel.frame, part, panel.variables),
        "panel.xlsx": lambda part: write_xlsx(sheets, part, "panel.xlsx"),
        "codebook.csv": lambda part: write_csv(codebook, part),
        "codebook.md": lambda part: write_text(page, part),
        "coverage.csv": lambda part: write_csv(coverage, part),
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
            write_csv(table, part)
        elif path.suffix == ".parquet":
            write_parquet(table, part)
        else:
            write_xlsx([Sheet(path.stem[:31], table, 1, f"{path.stem}.csv")], part, path.name)
    return path


def write_csv_excel(frame: pd.DataFrame, path: Path) -> Path:
    """Write a csv file for a double click in Excel: UTF-8 with BOM, formula-like text behind an apostrophe."""
    with written_aside(path) as part:
        write_csv(frame, part, excel=True)
    return path


def write_json(obj: object, path: Path) -> Path:
    """Write JSON with sorted keys, Chinese as it is, and a line end; nan and inf are errors."""
    text = json.dumps(obj, ensure_ascii=False, sort_keys=True, indent=2, allow_nan=False)
    with written_aside(path) as part:
        write_text(text + "\n", part)
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
    terms = _term_frame(entry for block in blocks for entry in _entries(block))

    def write_matrix(part: Path) -> None:
        with part.open("wb") as file:
            mmwrite(file, counts, comment="textgov: documents x entries", field="integer", symmetry="general")

    return _write_all(
        make_folder(Path(out)),
        {
            "term_counts.mtx": write_matrix,
            "term_counts_documents.csv": lambda part: write_csv(documents, part),
            "term_counts_terms.csv": lambda part: write_csv(terms, part),
        },
    )


def term_table(lexicons: Sequence[Lexicon]) -> pd.DataFrame:
    """The columns of the counts of some lexicons side by side: number, lexicon, its hash, category, term."""
    return _term_frame((one.label, one.hash, entry.category, entry.term) for one in lexicons for entry in one.entries)


def _term_frame(entries: Iterable[tuple[str, str, str, str]]) -> pd.DataFrame:
    import pandas as pd

    terms = pd.DataFrame(list(entries), columns=["lexicon", "lexicon_hash", "category", "term"])
    terms.insert(0, "column", range(1, len(terms) + 1))
    return terms


def _entries(block: Features) -> Iterator[tuple[str, str, str, str]]:
    for name in block.names:
        category, _, term = name.partition("/") if block.lexicon else ("", "", name)
        label, digest = (block.lexicon.label, block.lexicon.hash) if block.lexicon else ("", "")
        yield label, digest, category, term
