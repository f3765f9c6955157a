"""Tables of scored documents: the strength of policies by place and year, the PMC index by document."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING

from textgov.errors import UsageError
from textgov.index.scores import grade, score_pmc, score_strength
from textgov.outside import CODE_COLUMNS, NAME_COLUMNS, PROVINCE_COLUMNS, YEAR_COLUMNS, OutsideTable, read_column

if TYPE_CHECKING:
    import pandas as pd

POWER = ("power", "力度", "政策力度", "authority")
GOAL, MEASURE = (
    re.compile(r"(?i)(?:goal|objective|目标|政策目标)"),
    re.compile(r"(?i)(?:measure|tool|措施|工具|政策措施)"),
)
SECOND_LEVEL = re.compile(r"(?i)x\s*([0-9]+)\s*[-_:.：]\s*([0-9]+)")


def strength_table(table: OutsideTable, level: str, combine: str = "sum") -> OutsideTable:
    """Scores of documents added up by place and year, as a table that can be joined.

    Parameters
    ----------
    table : OutsideTable
        One row a document: place and year, ``power`` (力度), and columns that begin with ``goal`` (目标) or ``measure``
        (措施).
    level : str
        Key of the panel, such as ``city_code``.
    combine : {"sum", "product"}
        See `score_strength`.

    Returns
    -------
    OutsideTable
        The keys and ``ps_n`` (documents), ``ps_total``, ``ps_power`` (mean power), ``ps_goal_1`` ...,
        ``ps_measure_1`` ... (sum of power times that goal or measure).

    Raises
    ------
    UsageError
        No column of power, goals or measures, or a score that is missing or no number.
    """
    wanted = (YEAR_COLUMNS, CODE_COLUMNS.get(level, ()), NAME_COLUMNS.get(level, ()), PROVINCE_COLUMNS)
    keys = list(dict.fromkeys(at for names in wanted if (at := table.column(names)) is not None))
    power = table.column(POWER)
    goals, measures = ([at for at, name in enumerate(table.names) if kind.match(name)] for kind in (GOAL, MEASURE))
    for column, found in (("power", power is not None), ("goal", goals), ("measure", measures)):
        if not found:
            raise UsageError("column_missing", path=table.name, column=column, known=", ".join(table.names))
    assert power is not None  # just seen
    values = {at: read_column(table, at) for at in (power, *goals, *measures)}
    groups: dict[tuple[str, ...], list[int]] = {}
    for number, (_, cells) in enumerate(table.rows):
        groups.setdefault(tuple(cells[at] for at in keys), []).append(number)
    rows = []
    for said, members in groups.items():
        scores = [[[values[at][row] for at in columns] for row in members] for columns in ([power], goals, measures)]
        total = score_strength([one[0] for one in scores[0]], scores[1], scores[2], combine)
        sums = [len(members), total.total, total.mean_power, *total.goals, *total.measures]
        rows.append((table.rows[members[0]][0], (*said, *map(repr, sums))))
    names = ["ps_n", "ps_total", "ps_power", *_numbered("ps_goal", goals), *_numbered("ps_measure", measures)]
    formula = "sum of p (m + g)" if combine == "sum" else "sum of p m g"
    labels = ["documents scored", f"strength of policies: {formula}", "mean power"]
    labels += [f"sum of power x {table.names[at]}" for at in (*goals, *measures)]
    header = (*(table.names[at] for at in keys), *names)
    return OutsideTable(table.name, header, (*[""] * len(keys), *labels), tuple(rows))


def _numbered(name: str, columns: list[int]) -> list[str]:
    return [f"{name}_{number}" for number in range(1, len(columns) + 1)]


def pmc_table(table: OutsideTable, grades: Mapping[str, float] | None = None) -> pd.DataFrame:
    """The PMC index of every row of a table.

    Parameters
    ----------
    table : OutsideTable
        One row a document, with columns ``X1:1``, ``X1:2``, ``X2:1`` ... (also ``X1-1``, ``X1_1``) that hold 0 or 1;
        the other columns are kept.
    grades : mapping of str to float, optional
        Lower bound of each grade; papers differ.

    Returns
    -------
    DataFrame
        The other columns, ``X1`` ..., ``pmc`` and, with grades, ``grade``.

    Raises
    ------
    UsageError
        No such column, or a cell that is not 0 or 1 (the message names the row).
    """
    import pandas as pd

    groups: dict[int, list[int]] = {}
    for at, name in enumerate(table.names):
        if match := SECOND_LEVEL.fullmatch(name):
            groups.setdefault(int(match[1]), []).append(at)
    if not groups:
        raise UsageError("column_missing", path=table.name, column="X1:1", known=", ".join(table.names))
    second = {at for columns in groups.values() for at in columns}
    rows = []
    for number, cells in table.rows:
        bad = [f"row {number}, {table.names[at]}: {cells[at]!r}" for at in second if cells[at] not in ("0", "1")]
        if bad:
            detail = f"{', '.join(sorted(bad))} is not 0 or 1"
            raise UsageError("project_bad", path=table.name, where="", detail=detail)
        values, total = score_pmc([[int(cells[at]) for at in groups[one]] for one in sorted(groups)])
        row: dict[str, object] = {name: cells[at] for at, name in enumerate(table.names) if at not in second}
        row |= {f"X{one}": value for one, value in zip(sorted(groups), values, strict=True)} | {"pmc": total}
        rows.append(row | ({"grade": grade(total, grades)} if grades else {}))
    return pd.DataFrame(rows)
