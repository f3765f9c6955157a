"""National documents and events that a trend is read against; facts, not causes."""

from __future__ import annotations

from importlib import resources
from typing import TYPE_CHECKING

from textgov.report.blocks import Said, Table
from textgov.report.frames import each_row

if TYPE_CHECKING:
    import pandas as pd


def read_milestones(first: int, last: int) -> pd.DataFrame:
    """The milestones between two years, with a ``number`` each; that of the document is ``doc_number``."""
    import pandas as pd

    with resources.as_file(resources.files("textgov") / "data" / "milestones.csv") as path:
        frame = pd.read_csv(path, dtype=str, keep_default_na=False).rename(columns={"number": "doc_number"})
    frame["year"] = frame["year"].astype("int64")
    frame = frame[frame["year"].between(first, last)].reset_index(drop=True)
    frame.insert(0, "number", range(1, len(frame) + 1))
    return frame


def milestone_marks(milestones: pd.DataFrame, lang: str) -> pd.DataFrame:
    """One row a year: its numbers (``5-7``) and what they stand for."""
    import pandas as pd

    rows = []
    for year, part in milestones.groupby("year", sort=True):
        numbers = part["number"].tolist()
        label = str(numbers[0]) if len(numbers) == 1 else f"{numbers[0]}-{numbers[-1]}"
        rows.append({"year": int(str(year)), "label": label, "what": "; ".join(part[f"title_{lang}"])})
    return pd.DataFrame(rows, columns=["year", "label", "what"])


def milestone_table(milestones: pd.DataFrame) -> Table:
    """The milestones as a table, with issuer and number of each document."""
    rows = [
        (str(row["number"]), row["date"], Said(row["title_zh"], row["title_en"]), row["issuer"], row["doc_number"])
        for row in each_row(milestones)
    ]
    head = (
        Said("编号", "no."),
        Said("日期", "date"),
        Said("文件或事件", "document or event"),
        Said("发布机关", "issuer"),
        Said("文号", "document number"),
    )
    caption = Said("图中的政策节点（事实，不表示因果）", "Milestones in the chart (facts, not causes)")
    return Table("milestones", caption, head, rows, frozenset({0}), folded=True)
