"""What the checks read of a run: its options, its documents in the rows of the panel, its hits."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from textgov.errors import StoreError, UsageError
from textgov.panel import PanelOptions
from textgov.panel.pool import rows_of
from textgov.records import Document
from textgov.records.index import IndexBuilder
from textgov.regions import province_of, read_divisions, region_of
from textgov.store import make_folder, read_place_columns, read_plan, scan_texts, shard_folder

if TYPE_CHECKING:
    import pandas as pd

FOLDER = "validity"
SAMPLES = "samples"


@dataclass(frozen=True, slots=True)
class RunFacts:
    """A finished run: its folder, ``provenance.json`` and what the checks ask of it."""

    out: Path
    about: dict[str, Any]

    @property
    def sections(self) -> str:
        """The sections that were counted."""
        return str(self.about["options"]["count"]["sections"])

    @property
    def level(self) -> str:
        """The level of the panel."""
        return str(self.about["options"]["panel"]["level"])

    def lexicon(self, name: str = "") -> dict[str, str]:
        """``lexicon`` (name@version), ``hash`` and ``prefix`` of a lexicon of the run, the first one by default."""
        known = self.about["lexicons"]
        found = [one for one in known if name in ("", one["lexicon"], one["lexicon"].partition("@")[0])]
        if not found:
            listed = ", ".join(one["lexicon"] for one in known)
            raise UsageError("option_bad", name="lexicon", value=name, detail=f"the run counted {listed}")
        return dict(found[0])

    @property
    def folder(self) -> Path:
        """Where results of the checks go, made if missing."""
        return make_folder(self.out / FOLDER)

    def table(self, name: str, columns: Sequence[str] = ()) -> pd.DataFrame:
        """A parquet file of the run, or some columns of it."""
        import pandas as pd
        import pyarrow as pa

        try:
            frame: pd.DataFrame = pd.read_parquet(self.out / name, columns=list(columns) or None)
        except FileNotFoundError:
            raise UsageError("run_unfinished", path=self.out) from None
        except (OSError, pa.ArrowException) as error:
            raise StoreError("store_bad", path=self.out / name, detail=str(error)) from None
        return frame


def read_run(out: Path | str) -> RunFacts:
    """The facts of a finished run.

    Raises
    ------
    UsageError
        The folder holds no finished run.
    """
    out = Path(out)
    read_plan(out)
    try:
        about = json.loads((out / "provenance.json").read_bytes())
        about["options"]["count"]["sections"], about["options"]["panel"]["level"], about["lexicons"]
    except (OSError, ValueError, KeyError, TypeError):
        raise UsageError("run_unfinished", path=out) from None
    return RunFacts(out, about)


def panel_documents(run: RunFacts) -> pd.DataFrame:
    """The documents of the panel in their order, with ``code`` (of the row of the panel), its province and region.

    Columns: those of ``documents.parquet``, ``number`` (in the run), ``code``, ``province_code``, ``province``,
    ``region3``; ``year`` is an integer.
    """
    import numpy as np
    import pandas as pd

    frame = run.table("documents.parquet")
    index = IndexBuilder()
    years = [int(year) or None for year in frame["year"].fillna(0)]
    codes = [code or None for code in frame["place_code"].fillna("")]
    index.add(frame["doc_id"], codes, frame["level"], years, frame["doc_type"], ~frame["in_panel"].to_numpy())
    given = run.about["options"]["panel"]
    options = PanelOptions(level=given["level"], codes=given["codes"], include_direct=given["include_direct"])
    gazetteer = read_divisions()
    rows = rows_of(index.index(), options, gazetteer)
    kept = np.array([row is not None for row in rows]) & frame["in_panel"].to_numpy(dtype=bool)
    frame = frame.assign(number=np.arange(len(frame)))[kept]
    places = [row for row, inside in zip(rows, kept.tolist(), strict=True) if inside and row is not None]
    frame = frame.assign(code=[code for code, _ in places], year=np.array([year for _, year in places], dtype=np.int64))
    if run.level == "national":
        of = dict.fromkeys(REGION_COLUMNS, [""] * len(frame))
        return pd.DataFrame(frame.assign(**of)).reset_index(drop=True)
    regions = {code: region_of(province_of(gazetteer, code)) for code in set(frame["code"])}
    of = {name: [getattr(regions[code], name) for code in frame["code"]] for name in REGION_COLUMNS}
    placed: pd.DataFrame = frame.assign(**of).reset_index(drop=True)
    return placed


REGION_COLUMNS = ("province_code", "province", "region3")


def read_documents(run: RunFacts, numbers: Sequence[int]) -> Iterator[tuple[int, Document]]:
    """Some documents of a run, by their numbers in it, with texts and sections and nothing else; in their order."""
    wanted = sorted(set(numbers))
    store = shard_folder(run.out)
    at, first = 0, 0
    for shard_id in read_plan(run.out)[0]:
        size = len(read_place_columns(store / "places" / f"{shard_id}.parquet"))
        if at < len(wanted) and wanted[at] < first + size:
            done = first
            for group in scan_texts(store / "corpus" / f"{shard_id}.parquet"):
                last = done + len(group.doc_ids)
                inside = [number for number in wanted[at:] if number < last]
                if inside:
                    yield from zip(inside, group.documents([number - done for number in inside]), strict=True)
                    at += len(inside)
                done = last
        first += size
