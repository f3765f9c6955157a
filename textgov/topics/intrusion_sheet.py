"""The sheets of an intrusion test: written for two coders, read back, refused where they were altered."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from textgov.coding import Page, cohen_kappa, krippendorff_alpha, pair_agreement, read_pages, value_counts
from textgov.errors import UsageError
from textgov.export.delimited import write_csv
from textgov.export.workbook import Sheet, write_xlsx
from textgov.records import TopicModel
from textgov.store import make_folder, written_aside
from textgov.topics.intrusion import TOPIC, WORD, IntrusionItem, IntrusionScore, item_id, score_answers

if TYPE_CHECKING:
    import pandas as pd

NAMES = {WORD: "word_intrusion", TOPIC: "topic_intrusion"}
CODERS = ("coder_a", "coder_b")
KEY = "key.csv"
SHOWN = {WORD: "word", TOPIC: "topic"}
NAMED_ROWS = 10  # rows that a message names
INSTRUCTIONS = {
    WORD: (
        "Five of the six words belong together, one does not. Write its number (1 to 6).",
        "六个词中五个属于同一主题，一个不属于。请填不属于的词的编号（1 至 6）。",
    ),
    TOPIC: (
        "Three of the four lists of words fit the text, one does not. Write its number (1 to 4).",
        "四组词中三组与文本相符，一组不相符。请填不相符的一组的编号（1 至 4）。",
    ),
}
RULES = (
    (
        "Two people answer on their own: each fills in a copy of this file (coder_a or coder_b). Always answer; where "
        "nothing stands out, guess. Do not look into key.csv.",
        "两人各自独立作答：各用一份副本，分别填写 coder_a 和 coder_b。每题必答，看不出来也请猜一个。请勿查看 key.csv。",
    ),
    (
        "Change nothing but coder_a, coder_b and comment. Rows that nobody is to judge may be deleted.",
        "除 coder_a、coder_b 和 comment 外请勿改动。不需要判断的行可以删除。",
    ),
    (
        "Then: textgov topics intrusion RUN --filled FILE (repeat for a second copy)",
        "然后运行：textgov topics intrusion RUN --filled 文件（第二份副本再写一次 --filled）",
    ),
)


class Agreement(NamedTuple):
    """How far two coders agree: items that both answered, share of equal answers, Cohen's kappa, Krippendorff's alpha.

    The last three are None where nothing can be said.
    """

    kind: str
    n: int
    percent: float | None
    kappa: float | None
    alpha: float | None


class Intrusion(NamedTuple):
    """Scores and agreement of a filled intrusion test."""

    scores: list[IntrusionScore]
    agreement: list[Agreement]


def write_intrusion(items: Sequence[IntrusionItem], folder: Path) -> tuple[Path, ...]:
    """Write the sheets of both kinds, each as workbook and csv, and the key with the answers.

    Raises
    ------
    UsageError
        A sheet in the folder holds answers.
    OutputError
        A file cannot be written.
    """
    make_folder(folder)
    targets = [folder / f"{name}{ending}" for name in NAMES.values() for ending in (".xlsx", ".csv")]
    for path in targets:
        _check_unfilled(path)
    written = []
    for kind, name in NAMES.items():
        frame = _sheet(kind, [item for item in items if item.kind == kind])
        if frame.empty:
            continue
        choices = [str(number) for number in range(1, sum(one.startswith(SHOWN[kind]) for one in frame.columns) + 1)]
        pages = [
            Sheet(name, frame, 1, f"{name}.csv", dict.fromkeys(CODERS, choices)),
            Sheet("instructions", _instructions(kind), 0, ""),
        ]
        with written_aside(folder / f"{name}.xlsx") as part:
            write_xlsx(pages, part, f"{name}.xlsx")
        with written_aside(folder / f"{name}.csv") as part:
            write_csv(frame, part, excel=True)
        written += [folder / f"{name}.xlsx", folder / f"{name}.csv"]
    with written_aside(folder / KEY) as part:
        write_csv(_key(items), part)
    return tuple(sorted([*written, folder / KEY]))


def _sheet(kind: str, items: Sequence[IntrusionItem]) -> pd.DataFrame:
    import pandas as pd

    rows = []
    for item in items:
        shown = {f"{SHOWN[kind]}_{at}": words for at, words in enumerate(item.shown, 1)}
        text = {"text": item.text} if kind == TOPIC else {}
        rows.append({"id": item.item_id, **text, **shown, **dict.fromkeys((*CODERS, "comment"), "")})
    return pd.DataFrame(rows)


def _instructions(kind: str) -> pd.DataFrame:
    import pandas as pd

    return pd.DataFrame([INSTRUCTIONS[kind], *RULES], columns=["English", "中文"])


def _key(items: Sequence[IntrusionItem]) -> pd.DataFrame:
    """Everything but the passages, lists joined by bars."""
    import pandas as pd

    rows = []
    for item in items:
        row = asdict(item)
        row.pop("text")
        joined = {name: "|".join(map(str, row[name])) for name in ("shown", "topics")}
        rows.append({**row, **joined, "shares": "|".join(map(repr, item.shares))})
    return pd.DataFrame(rows)


def _check_unfilled(path: Path) -> None:
    """Hours of coding must not be lost to the same command given again."""
    if not path.is_file():
        return
    try:
        pages = read_pages(path)
    except UsageError:
        return
    for page in pages:
        columns = [at for at, name in enumerate(page.header) if name in CODERS]
        if any(row[at] for row in page.rows[1:] for at in columns if at < len(row)):
            raise UsageError("sheet_filled", path=path, option="--model")


def read_key(folder: Path) -> dict[str, IntrusionItem]:
    """The questions by their ids, without the passages.

    Raises
    ------
    UsageError
        There is no key, or it was altered.
    """
    path = folder / KEY
    (page,) = read_pages(path)
    found = {}
    for number, row in enumerate(page.rows[1:], 2):
        cell = dict(zip(page.header, row, strict=False))
        try:
            shares = tuple(float(one) for one in cell["shares"].split("|") if one)
            shown, topics = (tuple(filter(None, cell[name].split("|"))) for name in ("shown", "topics"))
            about = (cell["kind"], cell["item_id"], cell["about"])
            item = IntrusionItem(*about, shown, int(cell["answer"]), topics, shares)
        except (KeyError, ValueError):
            detail = "no row of a key; make the sheets anew"
            raise UsageError("sheet_bad", path=path, row=number, detail=detail) from None
        found[item.item_id] = item
    return found


def read_intrusion(paths: Sequence[Path], key: Mapping[str, IntrusionItem], model: TopicModel) -> Intrusion:
    """Read filled sheets (one, or the copies of both coders) and score them.

    Raises
    ------
    UsageError
        A row was altered or is of another model, stands twice, has no answer or one that is none, or two copies answer
        differently for one coder; the message names file and row.
    """
    answers: dict[str, dict[str, int]] = {}
    for path in paths:
        page = next((one for one in read_pages(path) if one.name in NAMES.values()), None) or read_pages(path)[0]
        _read_page(page, key, model, answers)
    if not answers:
        raise UsageError("sheet_empty")
    empty = [one for one, given in answers.items() if not given]
    if empty:
        shown = ", ".join(empty[:NAMED_ROWS])
        raise UsageError("intrusion_empty", n=len(empty), of=len(answers), ids=shown)
    given = {one: list(by_coder.values()) for one, by_coder in answers.items()}
    agreement = [_agreement(kind, answers, key) for kind in NAMES if any(key[one].kind == kind for one in answers)]
    return Intrusion(score_answers(key, given), agreement)


def _read_page(
    page: Page, key: Mapping[str, IntrusionItem], model: TopicModel, answers: dict[str, dict[str, int]]
) -> None:
    name = page.path.name
    if "id" not in page.header or not set(CODERS) & set(page.header):
        known = ", ".join(page.header) or "-"
        raise UsageError("column_missing", path=name, column="id, coder_a, coder_b", known=known)
    seen: set[str] = set()
    for number, row in enumerate(page.rows[1:], 2):
        cell = dict(zip(page.header, row, strict=False))
        if not any(row):
            continue
        item = key.get(cell["id"])
        shown = tuple(cell[one] for one in page.header if one.partition("_")[0] in SHOWN.values() and cell.get(one))
        if item is None or item_id(model, item.kind, shown, cell.get("text", "")) != item.item_id:
            raise UsageError("intrusion_altered", path=name, row=number, id=cell["id"])
        if item.item_id in seen:
            detail = f"{item.item_id} stands twice; keep one of them"
            raise UsageError("sheet_bad", path=name, row=number, detail=detail)
        seen.add(item.item_id)
        mine = answers.setdefault(item.item_id, {})
        for coder in CODERS:
            if not cell.get(coder):
                continue
            answer = _answer(cell[coder], shown, name, number)
            if mine.setdefault(coder, answer) != answer:
                detail = f"{coder} answers {answer}, but {mine[coder]} in another copy; settle it in one of them"
                raise UsageError("sheet_bad", path=name, row=number, detail=detail)


def _answer(text: str, shown: Sequence[str], path: str, row: int) -> int:
    """The number, or the word itself."""
    if text in shown:
        return shown.index(text) + 1
    if text.isdecimal() and 1 <= int(text) <= len(shown):
        return int(text)
    raise UsageError("sheet_bad", path=path, row=row, detail=f"{text} is no answer; use 1 to {len(shown)}")


def _agreement(kind: str, answers: Mapping[str, Mapping[str, int]], key: Mapping[str, IntrusionItem]) -> Agreement:
    both = [given for one, given in answers.items() if key[one].kind == kind and len(given) == len(CODERS)]
    if not both:
        return Agreement(kind, 0, None, None, None)
    codes = [[given[coder] for given in both] for coder in CODERS]
    domain = sorted({*codes[0], *codes[1]})
    counts = value_counts(codes, domain)
    percent = pair_agreement(counts)
    return Agreement(
        kind, len(both), percent, cohen_kappa(codes[0], codes[1], domain), krippendorff_alpha(counts, domain)
    )


def score_table(found: Intrusion) -> pd.DataFrame:
    """Scores as a table: ``kind, about, n_answers, precision, chance, log_odds``."""
    import pandas as pd

    return pd.DataFrame(found.scores, columns=list(IntrusionScore._fields)).replace({np.nan: None})
