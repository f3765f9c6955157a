"""Answers of coders read back: every row is matched with the key, and nothing is lost without a word."""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from textgov.coding import Page, read_pages
from textgov.errors import UsageError
from textgov.store import read_plan
from textgov.validate.runs import FOLDER, SAMPLES
from textgov.validate.sample import ANSWERS, KEY, RECORD, plain_text

if TYPE_CHECKING:
    import pandas as pd

# What people write for the labels that are offered by default.
SPELLINGS = {
    **dict.fromkeys(("y", "1", "true", "是", "对"), "yes"),
    **dict.fromkeys(("n", "0", "false", "否", "不是", "错"), "no"),
    **dict.fromkeys(("u", "?", "不确定"), "unsure"),
}
ADJUDICATED = "adjudicated"
NAMED = 10  # rows or ids that a message names


class Answer(NamedTuple):
    """What one coder says of one sentence, and where it stands."""

    label: str
    category: str
    comment: str
    where: str


@dataclass(frozen=True, slots=True, eq=False)
class Coded:
    """A sample with the answers to it.

    Parameters
    ----------
    key : DataFrame
        As `sample_sentences` made it, in its order.
    record : mapping
        ``sample.json``.
    answers : mapping
        Coder -> id -> answer; ids that the coder left blank are not there.
    """

    key: pd.DataFrame
    record: Mapping[str, Any]
    answers: dict[str, dict[str, Answer]]

    @property
    def labels(self) -> tuple[str, ...]:
        """The labels that were offered."""
        return tuple(self.record["options"]["labels"])

    @property
    def coders(self) -> tuple[str, ...]:
        """Those who answered, without the adjudicator."""
        return tuple(coder for coder in self.answers if coder != ADJUDICATED)


def read_answers(run: Path | str, paths: Sequence[Path | str], name: str = "sentences", partial: bool = False) -> Coded:
    """Read filled workbooks or csv files of a sample.

    Parameters
    ----------
    run : path
        The run that the sample was drawn from.
    paths : sequence of path
        Workbooks with a sheet a coder, or a csv file a coder; copies of several coders are put together. A sheet or
        file called ``adjudicated`` settles disagreements.
    name : str
        Of the sample.
    partial : bool
        Take sentences that not every coder has answered.

    Raises
    ------
    UsageError
        An altered, unknown, doubled or missing id, a changed sentence, a label that was not offered, merged cells, two
        answers of one coder to one sentence, rows left blank (unless `partial`): the message names the rows.
    """
    key, record = read_key(run, name)
    known = dict(zip(key["id"], key["sentence"], strict=True))
    answers: dict[str, dict[str, Answer]] = {}
    for page in _pages(paths, tuple(record["options"]["coders"])):
        rows = list(_page_rows(page, known, tuple(record["options"]["labels"])))
        if page.name != ADJUDICATED:
            _check_complete(page, [row for row, _ in rows], known, partial)
        _enter(answers.setdefault(page.name, {}), rows)
    coded = Coded(key, record, answers)
    if not coded.coders:
        raise UsageError(
            "coding_no_sheet", path=", ".join(map(str, paths)), known=", ".join(record["options"]["coders"])
        )
    if not partial:
        _check_filled(coded)
    return coded


def read_key(run: Path | str, name: str) -> tuple[pd.DataFrame, dict[str, Any]]:
    """The key of a sample, and what was asked."""
    import pandas as pd

    folder = Path(run) / FOLDER / SAMPLES / name
    try:
        record = json.loads((folder / RECORD).read_bytes())
        codes = dict.fromkeys(("id", "code"), str)
        key = pd.read_csv(folder / KEY, dtype=codes, keep_default_na=False)
    except (OSError, ValueError):
        read_plan(Path(run))  # no run there is another fault
        raise UsageError("coding_no_sample", path=folder) from None
    return key, record


def holds_answers(path: Path) -> bool:
    """Whether a workbook or csv file has an answer in it."""
    if not path.is_file():
        return False
    try:
        pages = read_pages(path)
    except UsageError:
        return True  # something that we did not write: better kept
    for page in pages:
        columns = [at for at, name in enumerate(page.header) if name in (*ANSWERS, ADJUDICATED)]
        if any(row[at] for row in page.rows[1:] for at in columns if at < len(row)):
            return True
    return False


def _pages(paths: Sequence[Path | str], coders: tuple[str, ...]) -> Iterator[Page]:
    """The sheets of coders; another sheet is refused if it has answers, so that a renamed one is not passed over."""
    for path in paths:
        for page in read_pages(path):
            if page.name in (*coders, ADJUDICATED):
                yield page
            elif "id" in page.header or "label" in page.header:
                known = ", ".join((*coders, ADJUDICATED))
                raise UsageError("coding_other_sheet", path=page.path, sheet=page.name, known=known)


def _page_rows(page: Page, known: Mapping[str, str], labels: tuple[str, ...]) -> Iterator[tuple[str, Answer]]:
    answer = "label" if page.name != ADJUDICATED or "label" in page.header else ADJUDICATED
    for column in ("id", "sentence", answer):
        if column not in page.header:
            shown = ", ".join(filter(None, page.header)) or "-"
            raise UsageError("column_missing", path=f"{page.path}, {page.name}", column=column, known=shown)
    seen: dict[str, int] = {}
    faults = []
    for row, cells in enumerate(page.rows[1:], start=2):
        if not any(cells):
            continue
        cell = dict(zip(page.header, cells, strict=False))
        identity, fault = cell.get("id", ""), ""
        label = _label(cell.get(answer, ""), labels)
        if not identity:
            fault = "no id"
        elif identity not in known:
            fault = f"id {identity} is not of this sample"
        elif identity in seen:
            fault = f"id {identity} already stands in row {seen[identity]}"
        elif plain_text(cell.get("sentence", "")) != plain_text(known[identity]):
            fault = f"the sentence of id {identity} was changed"
        elif label and label not in labels:
            fault = f"label {cell[answer]} is none of {', '.join(labels)}"
        if fault:
            faults.append(f"row {row}: {fault}")
            continue
        seen[identity] = row
        where = f"{page.path.name}, {page.name}, row {row}"
        yield identity, Answer(label, cell.get("category", ""), cell.get("comment", ""), where)
    if faults:
        more = "" if len(faults) <= NAMED else f"; and {len(faults) - NAMED} more"
        detail = "; ".join(faults[:NAMED]) + more
        raise UsageError("coding_altered", path=page.path, sheet=page.name, n=len(faults), detail=detail)


def _label(text: str, labels: tuple[str, ...]) -> str:
    """A label as it was offered, however it was typed; anything else stays as it is."""
    plain = unicodedata.normalize("NFKC", text).strip()
    if plain in labels:
        return plain
    lower = plain.lower()
    folded = {label.lower(): label for label in labels}
    return folded.get(lower) or folded.get(SPELLINGS.get(lower, ""), "") or plain


def _check_complete(page: Page, found: Sequence[str], known: Mapping[str, str], partial: bool) -> None:
    missing = [identity for identity in known if identity not in set(found)]
    if missing and not partial:
        ids = ", ".join(missing[:NAMED])
        raise UsageError("coding_rows_missing", path=page.path, sheet=page.name, n=len(missing), ids=ids)


def _enter(known: dict[str, Answer], rows: Sequence[tuple[str, Answer]]) -> None:
    """Put the answers of one sheet beside those of another copy of it."""
    for identity, answer in rows:
        if not answer.label:
            if answer.category or answer.comment:
                known.setdefault(identity, answer)
            continue
        before = known.get(identity)
        if before and before.label and before.label != answer.label:
            facts = {"id": identity, "one": before.label, "other": answer.label}
            raise UsageError("coding_twice", where=before.where, there=answer.where, **facts)
        known[identity] = answer


def _check_filled(coded: Coded) -> None:
    """Every coder has answered every sentence."""
    for coder in coded.coders:
        given = coded.answers[coder]
        blank = [one for one in coded.key["id"] if one not in given or not given[one].label]
        if blank:
            facts = {"n": len(blank), "of": len(coded.key), "ids": ", ".join(blank[:NAMED])}
            raise UsageError("coding_half", coder=coder, **facts)
