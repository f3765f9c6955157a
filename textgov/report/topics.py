"""Topic models of a run: every model that its folder ``topics`` holds, with the model's own numbers and names."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from textgov.errors import UsageError
from textgov.report import charts
from textgov.report.blocks import Block, Cell, Chart, Said, Section, Table, missing_note
from textgov.report.frames import each_row
from textgov.report.heads import head_of, told
from textgov.report.inputs import read_text_table

if TYPE_CHECKING:
    import pandas as pd

PARAGRAPHS = 2  # typical paragraphs of a topic on the page
PASSAGE = 160  # characters of a typical paragraph


def topic_folders(out: Path) -> tuple[Path, ...]:
    """Folders of the topic models of a run that have a table of topics, by name."""
    return tuple(sorted(path.parent for path in (out / "topics").glob("*/topics.csv")))


def topic_sections(out: Path) -> list[Section]:
    """A section for each model; one with a line on how to make one where there is none."""
    folders = topic_folders(out)
    if not folders:
        title = Said("主题", "Topics")
        note = missing_note(
            Said("此处还没有主题模型", "No topic model is here yet"),
            "textgov topics fit RUN; textgov topics assign RUN; textgov topics report RUN",
        )
        return [Section("topics", title, (note,))]
    return [_topic_section(folder) for folder in folders]


def topic_names_of(topics: pd.DataFrame) -> dict[str, str]:
    """How charts and tables call each topic: its number and its label, ``tp01 政务服务``; the same as in the files."""
    labels = topics["label"] if "label" in topics.columns else [""] * len(topics)
    return {str(topic): f"{topic} {label}".strip() for topic, label in zip(topics["topic"], labels, strict=True)}


def _topic_section(folder: Path) -> Section:
    topics = read_text_table(folder / "topics.csv")
    names = topic_names_of(topics)
    blocks: list[Block] = [_topic_table(topics, folder.name), *_trend_blocks(folder), *_passage_blocks(folder, names)]
    blocks += _plain_tables(folder)
    if (folder / "choose.csv").is_file():
        blocks.append(plain_table(folder / "choose.csv", Said("主题数的选择", "Choice of the number of topics")))
    title = Said(f"主题：{folder.name}", f"Topics: {folder.name}")
    return Section(f"topics-{folder.name}", title, tuple(blocks))


def _topic_table(topics: pd.DataFrame, name: str) -> Table:
    """The table of the file as it is; shares in per cent with the digits of the file behind them rounded."""
    numeric = frozenset(at for at, column in enumerate(topics.columns) if _is_numeric(topics[column]))
    rows = [
        tuple(_cell(str(column), text) for column, text in zip(topics.columns, row, strict=True))
        for row in topics.itertuples(index=False, name=None)
    ]
    head = tuple(head_of(str(column)) for column in topics.columns)
    return Table("topics", Said(f"主题（{name}/topics.csv）", f"Topics ({name}/topics.csv)"), head, rows, numeric)


def _is_numeric(column: pd.Series[Any]) -> bool:
    known = [text for text in column if text]
    return bool(known) and all(_number(text) is not None for text in known)


def _number(text: str) -> float | None:
    try:
        return float(text)
    except ValueError:
        return None


def _cell(column: str, text: str) -> Cell:
    value = _number(text)
    if value is None:
        return told(text)
    if column == "share":
        return f"{100 * value:.2f} %"
    return f"{value:.3f}" if "." in text or "e" in text else text


def topic_trends(folder: Path) -> tuple[pd.DataFrame, list[str]]:
    """Share by year of each topic (``name, year, share``, perhaps ``low``, ``high``), and the names in order.

    Raises
    ------
    UsageError
        The folder has no ``topics.csv`` or no ``topic_years.csv``.
    """
    import pandas as pd

    for name in ("topics.csv", "topic_years.csv"):
        if not (folder / name).is_file():
            raise UsageError("plot_no_topics", path=folder, name=name)
    names = topic_names_of(read_text_table(folder / "topics.csv"))
    frame = pd.read_csv(folder / "topic_years.csv", dtype={"topic": str})
    frame = frame[frame["topic"].isin(names)]
    kept = [name for name in ("year", "share", "low", "high") if name in frame.columns]
    return frame[kept].assign(name=[names[topic] for topic in frame["topic"]]), list(names.values())


def _trend_blocks(folder: Path) -> list[Block]:
    if not (folder / "topic_years.csv").is_file():
        return []
    frame, order = topic_trends(folder)
    title = Said("主题占比的变化", "Shares of topics by year")
    return [Chart(f"topics-{folder.name}", title, lambda lang: charts.topics_chart(frame, order, title, lang))]


def _passage_blocks(folder: Path, names: dict[str, str]) -> list[Block]:
    path = folder / "typical.csv"
    if not path.is_file():
        return []
    frame = read_text_table(path)
    rows = [
        (
            names.get(row["topic"], row["topic"]),
            f"{row.get('city', '')} {row.get('year', '')}".strip(),
            _cut(row["text"]),
        )
        for _, part in frame.groupby("topic", sort=False)
        for row in each_row(part.head(PARAGRAPHS))
    ]
    head = (Said("主题", "topic"), Said("地区、年份", "place, year"), Said("段落", "paragraph"))
    return [Table("typical", Said("典型段落", "Typical paragraphs"), head, rows, folded=True)]


def _cut(text: str) -> str:
    return text if len(text) <= PASSAGE else text[:PASSAGE] + "…"


PLAIN = {
    "twins.csv": Said("相近的主题", "Twin topics"),
    "stability.csv": Said("稳定性", "Stability"),
    "lexicon_correlation.csv": Said("主题占比与词典指标的相关", "Topic shares and lexicon measures: correlation"),
}


def _plain_tables(folder: Path) -> list[Block]:
    return [plain_table(folder / name, said) for name, said in PLAIN.items() if (folder / name).is_file()]


MOST_ROWS = 60


def plain_table(path: Path, caption: Said) -> Table:
    """A csv table as it is, numbers with three decimals; the first rows of a long one."""
    frame = read_text_table(path)
    numeric = frozenset(at for at, column in enumerate(frame.columns) if _is_numeric(frame[column]))
    shown = frame.head(MOST_ROWS)
    rows = [tuple(_cell("", text) for text in row) for row in shown.itertuples(index=False, name=None)]
    if len(frame) > MOST_ROWS:
        caption = Said(
            f"{caption.zh}（前 {MOST_ROWS} 行，全部见 {path.name}）",
            f"{caption.en} (first {MOST_ROWS} rows, all in {path.name})",
        )
    head = tuple(head_of(str(name)) for name in frame.columns)
    return Table(path.stem, caption, head, rows, numeric, folded=True)
