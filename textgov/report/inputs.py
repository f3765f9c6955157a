"""What was read and what was not: files, documents, doubts."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from textgov.records import Panel
from textgov.report.blocks import Block, Heading, Note, Said, Section, Table, number
from textgov.report.frames import each_row

if TYPE_CHECKING:
    import pandas as pd

SHOWN = 50  # rows of a list on the page; the files have all of them
PART_ROWS = 50_000  # rows of a long table that are in memory at once
STATUS = {
    "done": Said("已读入", "read"),
    "skipped": Said("跳过", "skipped"),
    "failed": Said("未能读入", "failed"),
}
LEVEL = {
    "national": Said("国家", "national"),
    "province": Said("省级", "province"),
    "prefecture": Said("地级", "prefecture"),
    "county": Said("县级", "county"),
    "": Said("未知", "unknown"),
}
SCRIPT = {
    "simplified": Said("简体", "simplified"),
    "traditional": Said("繁体", "traditional"),
    "mixed": Said("简繁混合", "mixed"),
    "": Said("无法判断", "undecided"),
}
FILES, DOCUMENTS = Said("文件", "files"), Said("文档", "documents")


def input_section(out: Path, panel: Panel) -> Section:
    """The section on inputs, from ``manifest.csv``, ``documents.parquet`` and ``review.csv`` of a run folder."""
    title = Said("读入了什么，没有读入什么", "What was read, and what was not")
    blocks = [*_manifest_blocks(out / "manifest.csv"), *_document_blocks(out / "documents.parquet")]
    blocks += _review_blocks(out / "review.csv")
    if not blocks:
        blocks = [Note(Said("此文件夹只有面板，没有输入清单。", "This folder has a panel and no list of inputs."))]
    return Section("inputs", title, tuple(blocks))


def read_text_table(path: Path) -> pd.DataFrame:
    """A csv table of a run with every cell as text."""
    import pandas as pd

    return pd.read_csv(path, dtype=str, keep_default_na=False, encoding_errors="replace")


def iter_text_table(path: Path, columns: Sequence[str]) -> Iterator[pd.DataFrame]:
    """A long csv table of a run in parts, every cell as text; of the columns named those that it has."""
    import pandas as pd

    options: dict[str, Any] = {"usecols": lambda name: name in columns, "encoding_errors": "replace"}
    with pd.read_csv(path, dtype=str, keep_default_na=False, chunksize=PART_ROWS, **options) as parts:
        yield from parts


def count_table(
    name: str, caption: Said, heads: tuple[Said, Said], counted: Counter[Any], words: dict[str, Said]
) -> Table:
    """How often each value occurs, the commonest first."""
    ranked = sorted(counted.items(), key=lambda pair: (-pair[1], str(pair[0])))
    rows = [(words.get(str(value), str(value)), number(int(n))) for value, n in ranked]
    return Table(name, caption, heads, rows, frozenset({1}))


def _manifest_blocks(path: Path) -> list[Block]:
    if not path.is_file():
        return []
    statuses, encodings = Counter[str](), Counter[str]()
    first: dict[str, list[pd.DataFrame]] = {"failed": [], "skipped": []}
    for part in iter_text_table(path, ("path", "status", "reason", "reason_zh", "encoding")):
        for status, frames in first.items():
            if statuses[status] < SHOWN:
                frames.append(part[part["status"] == status].head(SHOWN))
        statuses.update(part["status"])
        encodings.update(part.loc[part["encoding"] != "", "encoding"])
    heads = (Said("状态", "status"), FILES)
    caption = Said("输入文件", "Input files")
    blocks: list[Block] = [count_table("statuses", caption, heads, statuses, STATUS)]
    if encodings:
        caption, heads = Said("文件编码", "Encodings"), (Said("编码", "encoding"), FILES)
        blocks.append(count_table("encodings", caption, heads, encodings, {}))
    for status, frames in first.items():
        if n := statuses[status]:
            blocks += _listed_blocks(frames, n, f"inputs-{status}", STATUS[status], "path", "manifest.csv")
    return blocks


def _listed_blocks(parts: list[pd.DataFrame], n_rows: int, name: str, said: Said, key: str, full: str) -> list[Block]:
    """The first rows of a list with reasons, and where the others are; ``n_rows`` is the length of the list."""
    import pandas as pd

    shown = each_row(pd.concat(parts).head(SHOWN))
    cells = [(str(row[key]), Said(row["reason_zh"], row["reason"])) for row in shown]
    n = number(n_rows)
    caption = Said(f"{said.zh}（{n}）", f"{said.en} ({n})")
    heads = (Said("文件" if key == "path" else "文档", "file" if key == "path" else "document"), Said("原因", "reason"))
    blocks: list[Block] = [Table(name, caption, heads, cells, folded=n_rows > SHOWN // 5)]
    if n_rows > SHOWN:
        rest = number(n_rows - SHOWN)
        blocks.append(Note(Said(f"其余 {rest} 条见 {full}。", f"The other {rest} are in {full}."), quiet=True))
    return blocks


class _Documents(NamedTuple):
    """How many documents there are of each level, of each level in the panel, of each script; those of before 2000."""

    levels: Counter[str]
    inside: Counter[str]
    scripts: Counter[str]
    n_old: int


def _count_documents(path: Path) -> _Documents:
    import pyarrow.parquet as pq

    levels, inside, scripts, n_old = Counter[str](), Counter[str](), Counter[str](), 0
    with pq.ParquetFile(path) as file:
        for batch in file.iter_batches(PART_ROWS, columns=["level", "script", "in_panel", "map_of_2000"]):
            columns = batch.to_pydict()
            of_level = [level or "" for level in columns["level"]]
            levels.update(of_level)
            inside.update(level for level, counts in zip(of_level, columns["in_panel"], strict=True) if counts)
            scripts.update(script or "" for script in columns["script"])
            n_old += sum(columns["map_of_2000"])
    return _Documents(levels, inside, scripts, n_old)


def _document_blocks(path: Path) -> list[Block]:
    if not path.is_file():
        return []
    found = _count_documents(path)
    cells = [
        (LEVEL.get(level, Said(level, level)), number(n), number(found.inside[level]))
        for level, n in sorted(found.levels.items(), key=lambda pair: (-pair[1], pair[0]))
    ]
    heads = (Said("层级", "level"), DOCUMENTS, Said("计入面板", "in the panel"))
    caption = Said("文档按层级", "Documents by level")
    blocks: list[Block] = [Table("levels", caption, heads, cells, frozenset({1, 2}))]
    kinds = (Said("字体", "script"), DOCUMENTS)
    blocks.append(count_table("scripts", Said("文档按字体", "Documents by script"), kinds, found.scripts, SCRIPT))
    if old := found.n_old:
        said = Said(
            f"{old} 份 2000 年以前的文档按 2000 年区划判断。",
            f"{old} documents of before 2000 are read on the map of 2000.",
        )
        blocks.append(Note(said, quiet=True))
    return blocks


def _review_blocks(path: Path) -> list[Block]:
    if not path.is_file():
        return []
    n_rows = n = held = 0
    last = {"": "", "True": ""}
    first: list[pd.DataFrame] = []
    for part in iter_text_table(path, ("doc_id", "held", "reason", "reason_zh")):
        if n_rows < SHOWN:
            first.append(part.head(SHOWN))
        n_rows += len(part)
        # The doubts about a document stand below one another.
        n += _changes(part["doc_id"], last, "")
        held += _changes(part.loc[part["held"] == "True", "doc_id"], last, "True")
    if not n_rows:
        return [Note(Said("没有存疑的文档。", "No document is doubtful."))]
    said = Said(
        f"{n} 份文档存疑，其中 {held} 份等待核对、未计入；答案请写入 decisions.csv。",
        f"{n} documents are doubtful, {held} of them wait and are in no row; write your answers into decisions.csv.",
    )
    listed = _listed_blocks(first, n_rows, "review", Said("请核对", "Please check"), "doc_id", "review.xlsx")
    return [Heading(Said("请核对", "Please check")), Note(said), *listed]


def _changes(values: pd.Series[str], last: dict[str, str], key: str) -> int:
    """How many values differ from the one before them; the last one is kept for the next part."""
    if values.empty:
        return 0
    before = values.shift(fill_value=last[key])
    last[key] = values.iloc[-1]
    return int((values != before).sum())


def headline_rows(panel: Panel) -> list[tuple[Said, str]]:
    """The numbers at the top of the page."""
    frame = panel.frame
    rows = [
        (Said("地区—年份", "place-years"), number(len(frame))),
        (Said("地区", "places"), number(int(frame[panel.keys[0]].nunique()))),
    ]
    if len(frame):
        rows.append((Said("年份", "years"), f"{int(frame['year'].min())}–{int(frame['year'].max())}"))
    if "n_docs" in frame.columns:
        rows.append((Said("计入的文档", "documents counted"), number(int(frame["n_docs"].sum()))))
    return rows
