"""All that a run can be told."""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from textgov.batch import StageOptions
from textgov.errors import UsageError
from textgov.extend import ExtendOptions
from textgov.panel import PanelOptions
from textgov.records import FIRST_YEAR, LAST_YEAR

if TYPE_CHECKING:
    from textgov.run.topics import FitOptions


@dataclass(frozen=True, slots=True)
class RunOptions:
    """All that a run can be told.

    Parameters
    ----------
    stages : StageOptions
    panel : PanelOptions
    labels : {"zh", "en"}
        Language of the variable labels in ``panel.dta``.
    metadata : Path, optional
        Table with places and years by file name.
    extend : ExtendOptions
        Outside indicators, indices and policies that are added to the panel.
    topics : FitOptions, optional
        A topic model that is fitted to the run, described, and put into the panel.
    """

    stages: StageOptions = field(default_factory=StageOptions)
    panel: PanelOptions = field(default_factory=PanelOptions)
    labels: str = "zh"
    metadata: Path | None = None
    extend: ExtendOptions = field(default_factory=ExtendOptions)
    topics: FitOptions | None = None

    def __post_init__(self) -> None:
        control, lexicons = self.panel.control, self.stages.lexicons
        if control and control not in {name for one in lexicons for name in (one.name, one.prefix)}:
            detail = f"the lexicons of this run are {', '.join(one.name for one in lexicons)}"
            raise UsageError("option_bad", name="control", value=control, detail=detail)


def read_complete(path: Path) -> tuple[tuple[str, int], ...]:
    """Place-years whose documents are complete: a csv table with the columns ``code`` (or ``city_code``) and ``year``.

    Raises
    ------
    UsageError
        The table cannot be read; the message names the row.
    """
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError("project_bad", path=path, where="", detail=str(error)) from None
    reader = csv.DictReader(io.StringIO(text, newline=""))
    header = reader.fieldnames or ()
    code = next((name for name in ("code", "city_code", "place_code", "province_code") if name in header), None)
    if code is None or "year" not in header:
        raise UsageError("column_missing", path=path, column="code / year", known=", ".join(header) or "-")
    rows = []
    for row in reader:
        digits, year = (row[code] or "").strip(), (row["year"] or "").strip()
        known = len(year) == 4 and year.isdigit() and FIRST_YEAR <= int(year) <= LAST_YEAR
        if not (len(digits) == 6 and digits.isdigit() and known):
            raise UsageError("project_bad", path=path, where=f" row {reader.line_num}", detail=f"{digits!r}, {year!r}")
        rows.append((digits, int(year)))
    return tuple(sorted(set(rows)))
