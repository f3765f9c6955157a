"""The sheet that two people fill in: a workbook and the same as csv; read back and checked."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from textgov.coding import read_pages
from textgov.errors import UsageError
from textgov.export.delimited import write_csv
from textgov.export.workbook import Sheet, write_xlsx
from textgov.records import Lexicon
from textgov.store import make_folder, written_aside

if TYPE_CHECKING:
    import pandas as pd

    from textgov.expand import Expansion

YES, NO, UNSURE = "yes", "no", "unsure"
ANSWERS = {
    **dict.fromkeys(("yes", "y", "1", "true", "是"), YES),
    **dict.fromkeys(("no", "n", "0", "false", "否"), NO),
    **dict.fromkeys(("unsure", "u", "?", "不确定"), UNSURE),
}
CODED = ("coder_a", "coder_b", "adjudicated", "category", "comment")
KEYS = ("id", "candidate")
NAME = "candidates"
INSTRUCTIONS = (
    (
        "Two people judge every candidate on their own: each fills in a copy of this file (coder_a or coder_b).",
        "两位编码员各自独立判断每个候选词：各用一份副本，分别填写 coder_a 和 coder_b。",
    ),
    (
        "yes: in texts like these, the word means what the lexicon is about, whatever the sentence; no: it does not, "
        "or only in some sentences; unsure: talk about it before the file is merged.",
        "yes：在此类文本中，无论哪个句子，该词都表达词典所测的含义；no：不表达，或只在部分句子中表达；"
        "unsure：不确定，合并之前先讨论。",
    ),
    (
        "Read the examples, not only the word. A word that is part of a term (inside) or has one in it (contains) "
        "changes counts of that term: under longest match the longer one wins.",
        "请看例句，不要只看词。若该词是已有词条的一部分（inside），或包含已有词条（contains），会影响后者的计数：按最长匹配，"
        "较长者优先。",
    ),
    (
        "category: the name of a category of the lexicon; left empty, suggested_category is taken.",
        "category：填词典中的类别名；留空则采用 suggested_category。",
    ),
    (
        "adjudicated: yes or no where the two differ, by a third person or after talking (for --rule adjudicated).",
        "adjudicated：两人不一致时，由第三人或讨论后填 yes 或 no（仅用于 --rule adjudicated）。",
    ),
    (
        "Do not change id and candidate. Rows that nobody is to judge may be deleted; no row may be left half filled.",
        "不要改动 id 和 candidate。不需要判断的行可以删除；保留的行两位编码员都必须填写。",
    ),
    (
        "Then: textgov lexicon merge SHEET... --lexicon X --out new.yaml --rule both",
        "然后运行：textgov lexicon merge 表格... --lexicon X --out new.yaml --rule both",
    ),
)


@dataclass(frozen=True, slots=True)
class Judged:
    """A row of a filled sheet; empty texts where a coder has not answered."""

    path: str
    row: int
    id: str
    candidate: str
    coder_a: str = ""
    coder_b: str = ""
    adjudicated: str = ""
    category: str = ""
    suggested: str = ""


def candidate_id(lexicon: Lexicon, word: str) -> str:
    """Ten characters that belong to one word and one lexicon (its hash): a sheet cannot be merged into another."""
    return "c" + hashlib.sha256(f"{lexicon.hash}\0{word}".encode()).hexdigest()[:9]


def write_sheet(expansion: Expansion, out: Path | str) -> tuple[Path, ...]:
    """Write ``candidates.xlsx`` (with drop-down lists and instructions) and ``candidates.csv`` (the same rows).

    Parameters
    ----------
    expansion : Expansion
    out : path
        Folder, made if missing. Sheets there are replaced, so name another folder once coding has begun.

    Raises
    ------
    OutputError
        A file cannot be written.
    UsageError
        A sheet of these names in the folder holds answers.
    """
    folder = make_folder(Path(out))
    paths = folder / f"{NAME}.xlsx", folder / f"{NAME}.csv"
    for path in paths:
        _check_unfilled(path)
    frame, lexicon = _ordered(expansion.frame), expansion.lexicon
    names = [category.name for category in lexicon.categories]
    choices = {"coder_a": (YES, NO, UNSURE), "coder_b": (YES, NO, UNSURE), "adjudicated": (YES, NO), "category": names}
    sheets = [
        Sheet(NAME, frame, 3, paths[1].name, choices),
        Sheet("instructions", _instructions(lexicon), 0, ""),
        Sheet("categories", _categories(lexicon), 0, ""),
    ]
    with written_aside(paths[0]) as part:
        write_xlsx(sheets, part, paths[0].name)
    with written_aside(paths[1]) as part:
        write_csv(frame, part, excel=True)
    return paths


def _check_unfilled(path: Path) -> None:
    """Hours of coding must not be lost to the same command given again."""
    if not path.is_file():
        return
    try:
        rows = read_sheet(path)
    except UsageError:
        return
    if any(row.coder_a or row.coder_b or row.adjudicated for row in rows):
        raise UsageError("sheet_filled", path=path, option="--out")


def _ordered(frame: pd.DataFrame) -> pd.DataFrame:
    """What the coders need on the left, the scores on the right."""
    filled = frame.assign(**dict.fromkeys(CODED, ""))
    first = ["rank", *KEYS, *CODED, "suggested_category", "nearest", "n", "documents", "known", "inside", "contains"]
    examples = [name for name in filled.columns if name.startswith("example_")]
    rest = [name for name in filled.columns if name not in first and name not in examples]
    ordered: pd.DataFrame = filled[[*first, *examples, *rest]]
    return ordered


def _instructions(lexicon: Lexicon) -> pd.DataFrame:
    import pandas as pd

    about = (f"Candidates for {lexicon.label} ({lexicon.hash})", f"{lexicon.label}（{lexicon.hash}）的候选词")
    return pd.DataFrame([about, *INSTRUCTIONS], columns=["English", "中文"])


def _categories(lexicon: Lexicon) -> pd.DataFrame:
    import pandas as pd

    rows = [(one.name, one.zh, one.en, one.parent) for one in lexicon.categories]
    return pd.DataFrame(rows, columns=["category", "zh", "en", "parent"])


def read_sheet(path: Path | str) -> tuple[Judged, ...]:
    """Read a filled sheet, workbook or csv (UTF-8 or GB18030, as Excel saves it).

    Raises
    ------
    UsageError
        No such file, a missing column, an answer that is none; the message names the row.
    """
    pages = read_pages(path)
    page = next((page for page in pages if page.name == NAME), pages[0])
    path, table, header = page.path, page.rows, page.header
    for column in (*KEYS, "coder_a", "coder_b"):
        if column not in header:
            raise UsageError("column_missing", path=path, column=column, known=", ".join(header) or "-")
    return tuple(
        _judged(path.name, row, dict(zip(header, cells, strict=False)))
        for row, cells in enumerate(table[1:], start=2)
        if any(cells)
    )


def _judged(path: str, row: int, cell: Mapping[str, str]) -> Judged:
    answers = {}
    for name in ("coder_a", "coder_b", "adjudicated"):
        text = cell.get(name, "").lower()
        if text and text not in ANSWERS:
            raise UsageError("sheet_bad", path=path, row=row, detail=f"{name} = {text}: use yes, no or unsure")
        answers[name] = ANSWERS[text] if text else ""
    if answers["adjudicated"] == UNSURE:
        raise UsageError("sheet_bad", path=path, row=row, detail="adjudicated = unsure: use yes or no")
    return Judged(
        path,
        row,
        cell["id"],
        cell["candidate"],
        **answers,
        category=cell.get("category", ""),
        suggested=cell.get("suggested_category", ""),
    )


def join_sheets(sheets: Sequence[Sequence[Judged]]) -> list[Judged]:
    """One row a candidate from the copies of several coders, in the order of the first.

    Raises
    ------
    UsageError
        A candidate stands twice in a file, or two files answer the same question differently.
    """
    found: dict[str, Judged] = {}
    for rows in sheets:
        seen: dict[str, int] = {}
        for row in rows:
            if row.id in seen:
                detail = f"{row.candidate} ({row.id}) already stands in row {seen[row.id]}; keep one of them"
                raise UsageError("sheet_bad", path=row.path, row=row.row, detail=detail)
            seen[row.id] = row.row
            found[row.id] = _joined(found[row.id], row) if row.id in found else row
    return list(found.values())


def _joined(one: Judged, other: Judged) -> Judged:
    values = {}
    for name in ("candidate", "coder_a", "coder_b", "adjudicated", "category", "suggested"):
        a, b = getattr(one, name), getattr(other, name)
        if a and b and a != b:
            detail = f"{name} is {b}, but {a} in row {one.row} of {one.path}; settle it in one of them"
            raise UsageError("sheet_bad", path=other.path, row=other.row, detail=detail)
        values[name] = a or b
    return Judged(one.path, one.row, one.id, **values)
