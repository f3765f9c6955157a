"""A DataFrame instead of files."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textgov.errors import UsageError
from textgov.load.cells import plain
from textgov.records import Corpus, Document, Step, hash_text
from textgov.spans import Spans

if TYPE_CHECKING:
    import pandas as pd


def corpus_from_frame(
    frame: pd.DataFrame,
    *,
    text: str = "text",
    place: str | None = None,
    year: str | None = None,
    doc_id: str | None = None,
    title: str | None = None,
) -> Corpus:
    """A corpus with one document a row.

    Parameters
    ----------
    frame : DataFrame
    text : str
        Column with the texts; rows without a text are an error, since nothing may vanish.
    place, year : str, optional
        Columns with the name or code of the place and the year; `locate_corpus` reads them. Other columns become
        metadata too.
    doc_id : str, optional
        Column with the ids; the index when not given.
    title : str, optional
        Column with the titles.

    Returns
    -------
    Corpus
        In the order of the rows. Half a surrogate pair, which no file can hold, becomes ``?``.
    """
    wanted = [column for column in (text, place, year, doc_id, title) if column is not None]
    for column in wanted:
        if column not in frame.columns:
            known = ", ".join(map(str, frame.columns))
            raise UsageError("column_missing", path="DataFrame", column=column, known=known)
    ids = frame[doc_id] if doc_id is not None else frame.index
    skip = {text, doc_id, title}
    documents = []
    # Not `iterrows`: it makes a column of each row, and pandas takes no half surrogate pairs into one.
    rows = frame.itertuples(index=False, name=None)
    for number, (row_id, cells) in enumerate(zip(ids, rows, strict=True)):
        row = dict(zip(frame.columns, cells, strict=True))
        original = row[text]
        if not isinstance(original, str) or not original.strip():
            raise UsageError("project_bad", path="DataFrame", where=f" row {number}", detail=f"no text in {text!r}")
        original = plain(original)
        meta = {plain(str(name)): cell for name in row if name not in skip and (cell := plain(row[name]))}
        if place is not None:
            meta["place"] = plain(row[place])
        if year is not None:
            meta["year"] = plain(row[year], "year")
        documents.append(
            Document(
                doc_id=plain(row_id),
                text=original,
                original=original,
                spans=Spans.identity(),
                title=plain(row[title]) if title is not None else "",
                meta=meta,
                content_hash=hash_text(original),
            )
        )
    return Corpus(tuple(documents), (), (Step("load", "frame", {"documents": len(documents)}),))
