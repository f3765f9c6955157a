"""The page of a finished run, written anew with what was made after the run."""

from __future__ import annotations

from pathlib import Path

from textgov.cite import read_record
from textgov.outside import read_panel
from textgov.report import write_report
from textgov.run.recall import restamp


def rewrite_report(run: Path, path: Path | None = None) -> Path:
    """Write ``report.html`` of a run folder from its files: topics, validity, indices and estimates enter.

    Parameters
    ----------
    run : Path
        Folder of a run.
    path : Path, optional
        Another file to write to; the folder then stays as it is.

    Raises
    ------
    UsageError
        The folder holds no finished run.
    OutputError
        The page cannot be written.
    """
    record = read_record(run)  # first: only the folder of a run has one
    written = write_report(run, read_panel(run), record, path)
    if path is None:
        restamp(run, written)
    return written
