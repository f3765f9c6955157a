"""What was made after the run: validity, index weights, estimates; each section only where its files are."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

from textgov.estimate.plots import event_chart
from textgov.report import charts
from textgov.report.blocks import Block, Chart, Note, Said, Section, Table, missing_note, number
from textgov.report.frames import each_row
from textgov.report.inputs import read_text_table
from textgov.report.topics import plain_table

if TYPE_CHECKING:
    import pandas as pd

# Tables of the folder ``validity`` in the order in which a reader asks: is it right, is it stable, is it fair.
VALIDITY = {
    "known_groups.csv": Said("已知群体检验", "Known groups"),
    "accuracy.csv": Said("与人工编码对照", "Accuracy against people"),
    "agreement.csv": Said("编码者一致性", "Agreement of coders"),
    "reliability.csv": Said("信度", "Reliability"),
    "multiverse.csv": Said("各种选择下的结果", "Results under other choices"),
    "multiverse_correlation.csv": Said("各种选择之间的相关", "Correlation between choices"),
    "coverage.csv": Said("覆盖", "Coverage"),
    "coverage_tests.csv": Said("覆盖是否随机", "Whether coverage is at random"),
}


def validity_section(out: Path) -> Section:
    """The section on validity, from the tables of ``RUN/validity``."""
    folder, title = out / "validity", Said("效度", "Validity")
    blocks: list[Block] = [
        plain_table(folder / name, said) for name, said in VALIDITY.items() if (folder / name).is_file()
    ]
    if not blocks:
        return Section(
            "validity",
            title,
            (missing_note(Said("尚未检验效度", "Validity has not been tested"), "textgov validate known-groups RUN"),),
        )
    if (folder / "validity.md").is_file():
        blocks.insert(
            0, Note(Said("文字说明见 validity/validity.md。", "The text is in validity/validity.md."), quiet=True)
        )
    return Section("validity", title, tuple(blocks))


def index_section(out: Path) -> Section:
    """The section on composite indices: ``index_weights.csv`` and ``index_agreement.csv``."""
    title, path = Said("综合指数", "Composite indices"), out / "index_weights.csv"
    if not path.is_file():
        note = missing_note(
            Said("没有综合指数", "There is no composite index"), "textgov index RUN --of NAME=COLUMN,COLUMN"
        )
        return Section("index", title, (note,))
    frame = read_text_table(path)
    blocks: list[Block] = [*_weight_charts(frame), plain_table(path, Said("权重", "Weights"))]
    if (out / "index_agreement.csv").is_file():
        blocks.append(plain_table(out / "index_agreement.csv", Said("各种赋权的一致性", "Agreement of the methods")))
    return Section("index", title, tuple(blocks))


def _weight_charts(frame: pd.DataFrame) -> list[Block]:
    """Bars of the weights of each index and method (of all years together)."""
    import pandas as pd

    if not {"index", "method", "column", "weight"} <= set(frame.columns):
        return []
    found: list[Block] = []
    for (name, method), part in frame.groupby(["index", "method"], sort=False):
        bars = pd.DataFrame({"row": part["column"], "mean": pd.to_numeric(part["weight"], errors="coerce")}).dropna()
        if bars.empty or bars["row"].duplicated().any():  # weights by year: the table has them
            continue
        said = Said(f"{name}：权重（{method}）", f"{name}: weights ({method})")
        unit = Said("权重", "weight")
        found.append(Chart(f"weights-{name}-{method}", said, _weights_drawer(bars, said, unit)))
    return found


def _weights_drawer(bars: pd.DataFrame, said: Said, unit: Said) -> Any:
    return lambda lang: charts.bars_chart(bars, said, unit, lang)


# ---- estimates ----


def estimate_section(out: Path) -> Section:
    """The section on estimates: every ``NAME.csv`` with its ``NAME.json`` in ``RUN/estimates``."""
    title, folder = Said("估计", "Estimates"), out / "estimates"
    records = [path for path in sorted(folder.glob("*.json")) if path.with_suffix(".csv").is_file()]
    records = [path for path in records if not path.name.endswith(".vl.json")]
    if not records:
        note = missing_note(
            Said("没有估计", "There is no estimate"), "textgov estimate RUN --design event --out RUN/estimates"
        )
        return Section("estimates", title, (note,))
    return Section("estimates", title, tuple(block for path in records for block in _estimate_blocks(path)))


def _estimate_blocks(path: Path) -> list[Block]:
    import pandas as pd

    record: dict[str, Any] = json.loads(path.read_bytes())
    table = pd.read_csv(path.with_suffix(".csv"), dtype={"term": str})
    options, name = record.get("options", {}), path.stem
    said = Said(f"{name}：{options.get('y', '')}", f"{name}: {options.get('y', '')}")
    blocks: list[Block] = []
    if table["term"].str.startswith("ev_").any():
        level = float(options.get("level", 0.95))
        blocks.append(Chart(f"event-{name}", said, lambda lang: _event(table, level, said, lang)))
    rows = [
        (
            str(row["term"]),
            *(
                number(row[column], 4)
                for column in ("estimate", "std_error", "p", "ci_low", "ci_high")
                if column in row
            ),
        )
        for row in each_row(table)
    ]
    words = {
        "estimate": Said("估计值", "estimate"),
        "std_error": Said("标准误", "standard error"),
        "p": Said("p 值", "p"),
        "ci_low": Said("区间下限", "low"),
        "ci_high": Said("区间上限", "high"),
    }
    head = (Said("项", "term"), *(said for column, said in words.items() if column in table.columns))
    blocks.append(Table(name, said, head, rows, frozenset(range(1, len(head)))))
    notes = record.get("notes", {})
    for zh, en in zip(notes.get("zh", ()), notes.get("en", ()), strict=False):
        blocks.append(Note(Said(zh, en), quiet=True))
    return blocks


def _event(table: pd.DataFrame, level: float, said: Said, lang: str) -> Any:
    return event_chart(table, level, said.of(lang), lang)
