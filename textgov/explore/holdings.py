"""What a run holds, read once and shown by every page: documents, panel, counted hits, names of columns."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from textgov.errors import StoreError, UsageError
from textgov.explore.index import SearchIndex
from textgov.explore.topics import TopicFiles, find_topics
from textgov.kwic import KwicOptions, parse_year
from textgov.kwic.options import wanted_documents
from textgov.measures import KEYS
from textgov.outside import read_panel
from textgov.records import Panel, Variable
from textgov.regions import read_divisions

if TYPE_CHECKING:
    import pandas as pd
    from numpy.typing import NDArray

DOCUMENTS, HITS, RECORD = "documents.parquet", "hits.parquet", "provenance.json"
HIT_COLUMNS = (
    *("doc_id", "city_code", "city", "year", "category", "term", "start", "end", "left", "hit", "right"),
    *("section", "lexicon"),
)


class Holdings:
    """A finished run and its search index; everything is read when it is first asked for, and nothing is written.

    Parameters
    ----------
    run : Path
    index : SearchIndex

    Raises
    ------
    UsageError
        The folder holds no finished run.
    """

    def __init__(self, run: Path, index: SearchIndex) -> None:
        self.run, self.index = run, index
        try:
            self.record: Mapping[str, Any] = json.loads((run / RECORD).read_bytes())
            self.sections = str(self.record["options"]["count"]["sections"])
        except (OSError, ValueError, KeyError, TypeError):
            raise UsageError("run_unfinished", path=run) from None
        self.documents = self._read_documents()
        self.panel: Panel = read_panel(run)
        self.code = self.panel.keys[0]
        self.name = next((names[1].name for names in KEYS.values() if names[0].name == self.code), self.code)

    def _read_documents(self) -> pd.DataFrame:
        """One row a document, in the order of the index."""
        frame = _read_table(self.run, DOCUMENTS)
        if frame["doc_id"].tolist() != self.index.doc_ids:
            frame = frame.set_index("doc_id", drop=False).reindex(self.index.doc_ids)
            if frame["doc_id"].isna().any():
                raise UsageError("run_unfinished", path=self.run)
        return frame.reset_index(drop=True)

    @cached_property
    def variables(self) -> dict[str, Variable]:
        """The columns of the panel by their names."""
        return {variable.name: variable for variable in self.panel.variables}

    @cached_property
    def measures(self) -> list[str]:
        """The columns of the panel that can be drawn: numbers, rates first."""
        frame = self.panel.frame
        numbers = [name for name in frame.columns if name != "year" and frame[name].dtype.kind in "iuf"]
        return sorted(numbers, key=lambda name: not name.endswith("_p10k"))

    @cached_property
    def measure(self) -> str:
        """The column that is drawn unless another is chosen: the rate of all categories of the first lexicon."""
        return next((name for name in self.measures if name.endswith("_total_p10k")), self.measures[0])

    @cached_property
    def places(self) -> dict[str, str]:
        """The name of each place of the panel, of its last year, by its code."""
        frame = self.panel.frame.sort_values("year", kind="stable")
        return dict(zip(frame[self.code].astype(str), frame[self.name].astype(str), strict=True))

    @cached_property
    def hits(self) -> pd.DataFrame:
        """The hits that the run counted, with the number of the document as ``document``."""
        frame = _read_table(self.run, HITS, HIT_COLUMNS)
        frame["document"] = frame["doc_id"].map(self.index.numbers)
        return frame.dropna(subset=["document"]).astype({"document": "int64"})

    @cached_property
    def topic_models(self) -> dict[str, TopicFiles]:
        """The topic models of the run by their names."""
        return find_topics(self.run)

    @cached_property
    def categories(self) -> list[tuple[str, str, str, str]]:
        """Of each lexicon its name, and of each of its categories name, Chinese and English title."""
        columns = [name for name in self.panel.frame.columns if name.endswith("_n")]
        pairs = self.hits[["lexicon", "category"]].drop_duplicates()
        found = []
        for lexicon, category in pairs.itertuples(index=False):
            column = next((name for name in columns if name.endswith(f"_{category}_n")), None)
            about = self.variables.get(column) if column else None
            zh, en = (about.zh, about.en) if about else (category, category)
            found.append((lexicon, category, _title(zh, category), _title(en, category)))
        return found

    def wanted(self, place: str = "", period: str = "") -> NDArray[np.bool_]:
        """Which documents are of a place (with all that is in it) and of some years.

        Raises
        ------
        UsageError
            No such place, or not a year.
        """
        options = KwicOptions(place=place.strip() or None, year=parse_year(period) if period.strip() else None)
        pairs, kinds = self._whereabouts
        if options.place is None and options.year is None:
            return np.ones(len(kinds), dtype=bool)
        ask = wanted_documents(options, read_divisions)
        return np.array([ask(*pair) for pair in pairs], dtype=bool)[kinds]

    @cached_property
    def _whereabouts(self) -> tuple[list[tuple[str | None, int | None]], NDArray[np.int64]]:
        """Every pair of place and year, and for each document the number of its pair."""
        known: dict[tuple[str | None, int | None], int] = {}
        codes, years = self.documents["place_code"], self.documents["year"].astype("float64")
        kinds = [
            known.setdefault((code or None, None if year != year else int(year)), len(known))  # noqa: PLR0124
            for code, year in zip(codes.fillna("").tolist(), years.tolist(), strict=True)
        ]
        return list(known), np.array(kinds, dtype=np.int64)

    def label(self, name: str, lang: str) -> str:
        """The title of a column of the panel, with its unit."""
        about = self.variables.get(name)
        if about is None:
            return name
        title, unit = (about.zh, about.unit_zh) if lang == "zh" else (about.en, about.unit_en)
        return f"{title} ({unit})" if unit and lang != "zh" else f"{title}（{unit}）" if unit else title


def _title(label: str, category: str) -> str:
    """The title of a category, from the label of its column of counts (title, then what is counted)."""
    for mark in ("：", ": ", "，", ", "):
        if mark in label:
            return label.partition(mark)[0].strip()
    return label or category


def _read_table(run: Path, name: str, columns: tuple[str, ...] | None = None) -> pd.DataFrame:
    import pandas as pd
    import pyarrow as pa

    try:
        frame: pd.DataFrame = pd.read_parquet(run / name, columns=list(columns) if columns else None)
    except FileNotFoundError:
        raise UsageError("run_unfinished", path=run) from None
    except (OSError, pa.ArrowException) as error:
        raise StoreError("store_bad", path=run / name, detail=str(error)) from None
    return frame
