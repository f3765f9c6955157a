"""Treatment tables: who was named in which batch, announced when, and whether the list is complete."""

from __future__ import annotations

import csv
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources

from textgov.errors import UsageError

DATE = re.compile(r"((?:19|20)[0-9]{2})(?:[-/.年]([0-9]{1,2})(?:[-/.月]([0-9]{1,2}))?)?")


@dataclass(frozen=True, slots=True)
class Batch:
    """A batch of a policy: the date as far as it is known (year, month, day; 0 unknown), the number of the notice."""

    name: str
    announced: tuple[int, int, int]
    total: int | None
    document: str

    @property
    def year(self) -> int:
        """The year of the announcement."""
        return self.announced[0]

    @property
    def date(self) -> str:
        """The announcement as far as it is known: ``2014-10``."""
        return "-".join(f"{part:02d}" for part in self.announced if part)


@dataclass(frozen=True, slots=True)
class Unit:
    """A treated unit: as printed in the notice, and the division that this means.

    ``whole`` is False where only a part of the division was named (a zone, a town); ``share`` is the part of the
    panel unit above it that counts as treated, when the list gives one.
    """

    batch: str
    printed: str
    name: str
    level: str
    code: str
    whole: bool = True
    share: float | None = None
    evidence: str = ""
    note: str = ""
    row: int = 0


@dataclass(frozen=True, slots=True)
class Policy:
    """A policy with its batches and units. ``complete`` says whether every unit of the notice is listed."""

    name: str
    prefix: str
    zh: str
    en: str
    complete: bool
    note: str
    batches: tuple[Batch, ...]
    units: tuple[Unit, ...]

    @property
    def total(self) -> int | None:
        """Units of all notices, None where a batch does not say."""
        totals = [batch.total for batch in self.batches]
        return sum(total or 0 for total in totals) if totals and None not in totals else None

    @property
    def n_printed(self) -> int:
        """Units as printed that are listed; a group of cities is one."""
        return len({(unit.batch, unit.printed) for unit in self.units})

    def batch_of(self, unit: Unit) -> Batch:
        """The batch of a unit."""
        return next(batch for batch in self.batches if batch.name == unit.batch)

    def __repr__(self) -> str:
        of = f" of {self.total}" if self.total else ""
        return f"<Policy {self.name}: {self.n_printed}{of} units, {'complete' if self.complete else 'incomplete'}>"


# ---- built in ----


def builtin_policies() -> tuple[str, ...]:
    """Names of the built-in policies, complete ones first."""
    return tuple(row["policy"] for row in _data("policies"))


def read_policy(name: str) -> Policy:
    """A built-in policy, complete or not.

    Raises
    ------
    UsageError
        There is none of this name.
    """
    about = next((row for row in _data("policies") if row["policy"] == name), None)
    if about is None:
        raise UsageError("policy_unknown", name=name, known=", ".join(builtin_policies()))
    batches = tuple(
        Batch(row["batch"], read_date(row["announced"]), int(row["total"]), row["document"])
        for row in _data("batches")
        if row["policy"] == name
    )
    units = tuple(
        Unit(
            row["batch"],
            row["printed_name"],
            row["unit_name"],
            row["level"],
            row["code"],
            row["whole"] == "1",
            None,
            row["evidence"],
            row["note"],
            number,
        )
        for number, row in enumerate(_data(name), 2)
    )
    words = (about["prefix"], about["zh"], about["en"], about["complete"] == "1", about["note"])
    return Policy(name, *words, batches, units)


@cache
def _data(name: str) -> tuple[Mapping[str, str], ...]:
    text = (resources.files("textgov") / "data" / "policies" / f"{name}.csv").read_text(encoding="utf-8")
    return tuple(csv.DictReader(text.splitlines()))


def read_date(text: str) -> tuple[int, int, int]:
    """Year, month and day of ``2014``, ``2014-10``, ``2014年10月8日`` ...; 0 for what is not said.

    Examples
    --------
    >>> read_date("2016-10-08"), read_date("2014年10月"), read_date("unknown")
    ((2016, 10, 8), (2014, 10, 0), (0, 0, 0))
    """
    match = DATE.match(text.strip())
    if match is None or not 0 <= int(match[2] or 0) <= 12:
        return (0, 0, 0)
    return int(match[1]), int(match[2] or 0), int(match[3] or 0)
