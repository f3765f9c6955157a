"""Lists of the user: a template, a checker that matches names to codes and counts, and the list as a policy."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from textgov.errors import UsageError
from textgov.outside import MOST_SHOWN, OutsideTable, read_code, read_number, read_outside
from textgov.policies.tables import Batch, Policy, Unit, builtin_policies, read_date, read_policy
from textgov.regions import Division, Gazetteer, at_code, find_places, full_name, read_divisions

if TYPE_CHECKING:
    import pandas as pd

PRINTED_COLUMNS = ("printed_name", "printed", "名单", "印发名称", "试点名称", "试点", "单位名称")
UNIT_COLUMNS = ("unit_name", "unit", "name", "city", "城市", "单位", "名称", "地区", "试点城市", "地级市", "区县")
CODE_NAMES = (
    "code",
    "place_code",
    "city_code",
    "division_code",
    "adcode",
    "行政区划代码",
    "区划代码",
    "代码",
    "城市代码",
)
PROVINCE_NAMES = ("province", "省份", "省", "所属省份")
DATE_NAMES = ("announced", "date", "发布日期", "发文日期", "公布日期", "日期", "公布时间", "时间", "批准时间")
BATCH_NAMES = ("batch", "year", "批次", "年份", "年度", "批复年份", "首年")
SHARE_NAMES = ("share", "占比", "比例", "覆盖比例")
WHOLE_NAMES = ("whole", "整体", "是否全域")
NAME = re.compile(r"[a-z][a-z0-9_]{0,13}")
TEMPLATE_COLUMNS = ("printed_name", "unit_name", "province", "code", "batch", "announced", "whole", "share", "note")


@dataclass(frozen=True, slots=True, eq=False)
class Checked:
    """A list of the user, row by row.

    Parameters
    ----------
    policy : Policy
        The rows that were understood; ``complete`` if no row failed and the number is that of the notice.
    rows : DataFrame
        ``row, printed_name, unit_name, code, division, level, batch, announced, status``; the status is ``ok`` or
        says what is wrong.
    total : int or None
        The number of units of the notice, None where it is not known.
    """

    policy: Policy
    rows: pd.DataFrame
    total: int | None

    @property
    def faults(self) -> list[str]:
        """What is wrong, a text a row."""
        bad = self.rows[self.rows["status"] != "ok"]
        pairs = zip(bad["row"], bad["status"], strict=True)
        return [f"row {row}: {status}" for row, status in pairs]


def check_policy(
    path: Path | str, name: str = "", *, total: int | None = None, gazetteer: Gazetteer | None = None
) -> Checked:
    """Read a list of units and match their names to codes.

    Parameters
    ----------
    path : path
        A csv, xlsx or dta table with a column of names (``unit_name``, 城市 ...) or of codes, and, unless the built-in
        policy `name` has a single batch, a date (``announced``) or a year (``batch``). Optional: ``printed_name`` (of a
        group of cities), ``province``, ``whole`` (0 where only a zone or town was named), ``share``.
    name : str
        Name of the policy: of a built-in one, whose number of units and dates are then known, or your own; the name
        of the file when empty.
    total : int, optional
        Number of units in the notice, for a policy that is not built in or where your source counts otherwise.
    gazetteer : Gazetteer, optional

    Raises
    ------
    UsageError
        The file cannot be read or has no column of names or codes.
    """
    import pandas as pd

    if total is not None and total < 1:
        raise UsageError("option_bad", name="total", value=total, detail="use the number of units of the notice")
    path = Path(path)
    table = read_outside(path)
    name = name or re.sub(r"[^a-z0-9_]+", "_", path.stem.lower()).strip("_")[:14] or "policy"
    if not NAME.fullmatch(name) and name not in builtin_policies():
        detail = "use small Latin letters, digits and _, a letter first, at most 14"
        raise UsageError("option_bad", name="policy", value=name, detail=detail)
    known = read_policy(name) if name in builtin_policies() else None
    columns = _Columns.of(table)
    units, batches, listed = [], dict[str, Batch](), []
    seen: dict[str, int] = {}
    for number, cells in table.rows:
        unit, batch, status = _read_unit(columns.of_row(cells), number, known, gazetteer or read_divisions())
        if status == "ok" and seen.setdefault(unit.code + unit.printed, number) != number:
            status = f"{unit.printed} stands in row {seen[unit.code + unit.printed]} already"
        listed.append(_listed(unit, batch, status))
        if status == "ok":
            units.append(unit)
            batches.setdefault(batch.name, batch)
    wanted = total if total is not None else (known.total if known else None)
    found = sorted(batches.values(), key=lambda one: (one.announced, one.name))
    about = known or Policy(name, name, name, name, False, "", (), ())
    policy = replace(about, complete=False, note=f"list of {path.name}", batches=tuple(found), units=tuple(units))
    whole = len(units) == len(listed) and bool(units) and wanted in (None, policy.n_printed)
    names = ["row", "printed_name", "unit_name", "code", "division", "level", "batch", "announced", "status"]
    return Checked(replace(policy, complete=whole), pd.DataFrame(listed, columns=names), wanted)


def read_policy_file(
    path: Path | str, name: str = "", *, total: int | None = None, gazetteer: Gazetteer | None = None
) -> Policy:
    """A list of the user as a policy that can be a treatment; see `check_policy`.

    Raises
    ------
    UsageError
        A row cannot be used, or the number of units is not that of the notice.
    """
    checked = check_policy(path, name, total=total, gazetteer=gazetteer)
    if checked.faults:
        shown = "; ".join(checked.faults[:MOST_SHOWN])
        raise UsageError("policy_rows", path=Path(path).name, n=len(checked.faults), detail=shown)
    policy = checked.policy
    if not policy.complete:
        parts = [
            f"{one.name}: {len({u.printed for u in policy.units if u.batch == one.name})}" for one in policy.batches
        ]
        told = ", ".join(parts) or "-"
        raise UsageError(
            "policy_total", path=Path(path).name, n=policy.n_printed, total=checked.total or "-", detail=told
        )
    return policy


class _Columns:
    """Which columns of a list hold what."""

    def __init__(self, at: Mapping[str, int | None]) -> None:
        self.at = at

    @classmethod
    def of(cls, table: OutsideTable) -> _Columns:
        wanted = {
            "printed": PRINTED_COLUMNS,
            "name": UNIT_COLUMNS,
            "code": CODE_NAMES,
            "province": PROVINCE_NAMES,
            "date": DATE_NAMES,
            "batch": BATCH_NAMES,
            "share": SHARE_NAMES,
            "whole": WHOLE_NAMES,
            "note": ("note", "备注"),
        }
        at = {key: table.column(names) for key, names in wanted.items()}
        if at["name"] is None:
            at["name"] = at["printed"]
        if at["name"] is None and at["code"] is None:
            raise UsageError("column_missing", path=table.name, column="unit_name", known=", ".join(table.names))
        return cls(at)

    def of_row(self, cells: tuple[str, ...]) -> dict[str, str]:
        """The cells of a row by what they are; "" where there is no such column."""
        return {key: "" if at is None else cells[at].strip() for key, at in self.at.items()}


def _read_unit(
    said: Mapping[str, str], number: int, known: Policy | None, gazetteer: Gazetteer
) -> tuple[Unit, Batch, str]:
    """A row as a unit and its batch, and ``ok`` or what is wrong with it."""
    batch, status = _batch_of(said, known)
    printed = said["printed"] or said["name"] or said["code"]
    unit = Unit(
        batch.name,
        printed,
        said["name"],
        "",
        "",
        said["whole"] not in ("0", "否", "no"),
        None,
        "",
        said["note"],
        number,
    )
    if said["share"]:
        try:
            share = read_number(said["share"])
        except ValueError:
            share = -1.0
        if share is None or not 0 < share <= 1:
            status = status or f"the share {said['share']!r} is not above 0 and at most 1"
        unit = replace(unit, share=share)
    year = batch.year or 2024
    if said["code"]:
        found = at_code(gazetteer, read_code(said["code"]), year)
        status = status or ("" if found else f"no division has the code {said['code']!r} in {year}")
        if found and said["name"] and found not in _units_called(gazetteer, said, year):
            status = status or f"the code {found.code} is {found.name}, the name is {said['name']}"
    else:
        options = _units_called(gazetteer, said, year)
        found = options[0] if len(options) == 1 else None
        if not options:
            status = status or f"no division is called {said['name']!r} in {year}; a group of cities needs a row a city"
        elif found is None:
            candidates = ", ".join(f"{one.code} {full_name(gazetteer, one)}" for one in options)
            status = status or f"{said['name']!r} can be {candidates}: give its province or code"
    if found is not None:
        unit = replace(unit, name=found.name, level=found.level, code=found.code)
    return unit, batch, status or "ok"


def _units_called(gazetteer: Gazetteer, said: Mapping[str, str], year: int) -> tuple[Division, ...]:
    """Units that a name means: 江津区, 重庆市江津区, 郴州市永兴县, with a province or without."""
    name = said["name"]
    parents = (said["province"],) if said["province"] and said["province"] != name else (None,)
    for parent in parents:
        found = find_places(gazetteer, name, year, parent)
        if found:
            return found
        for cut in range(2, len(name) - 1):
            above = find_places(gazetteer, name[:cut], year, parent)
            found = find_places(gazetteer, name[cut:], year, name[:cut]) if above else ()
            if found:
                return found
    return ()


def _batch_of(said: Mapping[str, str], known: Policy | None) -> tuple[Batch, str]:
    """The batch of a row: by its date, by its name among those of the built-in policy, or the only one."""
    date = read_date(said["date"])
    listed = {one.name: one for one in known.batches} if known else {}
    named = said["batch"].removesuffix("年")
    if named in listed and not date[0]:
        return listed[named], ""
    same = next(
        (
            one
            for one in listed.values()
            if date[0] and one.announced[: 2 if date[1] else 1] == date[: 2 if date[1] else 1]
        ),
        None,
    )
    if same is not None:
        return same, ""
    if not date[0] and not named and len(listed) == 1:
        return next(iter(listed.values())), ""
    date = date if date[0] else read_date(named)
    if not date[0]:
        return Batch(named, (0, 0, 0), None, ""), "no date and no year: fill in announced, such as 2014-06"
    batch = Batch(named, date, None, "")
    return (batch if named else replace(batch, name=batch.date)), ""


def _listed(unit: Unit, batch: Batch, status: str) -> dict[str, object]:
    return {
        "row": unit.row,
        "printed_name": unit.printed,
        "unit_name": unit.name,
        "code": unit.code,
        "division": unit.name if unit.code else "",
        "level": unit.level,
        "batch": batch.name,
        "announced": batch.date,
        "status": status,
    }


def template_rows(name: str) -> list[dict[str, str]]:
    """Rows of a list to fill in: the units of a built-in policy that are known, or one example."""
    if name not in builtin_policies():
        example = {"printed_name": "武汉市", "unit_name": "武汉市", "province": "湖北省", "announced": "2014-06"}
        return [dict.fromkeys(TEMPLATE_COLUMNS, "") | example | {"whole": "1"}]
    policy = read_policy(name)
    rows = []
    for unit in policy.units:
        batch = policy.batch_of(unit)
        known = {"printed_name": unit.printed, "unit_name": unit.name, "code": unit.code, "batch": unit.batch}
        words = {"announced": batch.date, "whole": str(int(unit.whole)), "note": unit.note}
        rows.append(dict.fromkeys(TEMPLATE_COLUMNS, "") | known | words)
    return rows
