"""Who is treated from when, wholly or in part."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from textgov.errors import UsageError
from textgov.errors.options import check_needed
from textgov.policies.tables import Batch, Policy, Unit
from textgov.records import Panel
from textgov.regions import Division, Gazetteer, ancestors, at_code, at_year

CODINGS, PARTIALS = ("announced", "next"), ("missing", "treated", "untreated")


@dataclass(frozen=True, slots=True)
class PolicyOptions:
    """How treatment columns are made.

    Parameters
    ----------
    attach : tuple of str
        Names of built-in policies.
    policy : tuple of str
        Lists of the user, ``name=file``.
    coding : {"announced", "next"}
        The first treated year: that of the announcement, or the year after. Both are exported as such.
    partial : {"missing", "treated", "untreated"}
        What a place is of which only a part was named.
    window : int
        Event dummies reach from -window to +window; both ends hold all years beyond.
    placebo : int
        Number of placebo draws: first years dealt out anew among the places.
    placebo_within : {"", "province"}
        Deal them out within each province.
    seed : int
        Of the draws.
    total : int
        Units of the notice behind a list of the user, where it is not that of a built-in policy; 0 where that is known.
    """

    attach: tuple[str, ...] = ()
    policy: tuple[str, ...] = ()
    coding: str = "announced"
    partial: str = "missing"
    window: int = 4
    placebo: int = 0
    placebo_within: str = ""
    seed: int = 1
    total: int = 0

    def __post_init__(self) -> None:
        choices = (("coding", CODINGS), ("partial", PARTIALS), ("placebo_within", ("", "province")))
        for name, known in choices:
            if getattr(self, name) not in known:
                detail = f"use one of {', '.join(filter(None, known))}"
                raise UsageError("option_bad", name=name, value=getattr(self, name), detail=detail)
        for name, low, top in (
            ("window", 1, 20),
            ("placebo", 0, 10_000),
            ("seed", 0, 2**32 - 1),
            ("total", 0, 100_000),
        ):
            if not low <= getattr(self, name) <= top:
                raise UsageError("option_bad", name=name, value=getattr(self, name), detail=f"use {low} to {top}")
        placebo = ("placebo",)
        check_needed(self, {"placebo_within": placebo, "seed": placebo, "total": ("policy",)})


class _Exposure(NamedTuple):
    """A unit of the policy as it touches a place: the batch, whether it covers it, which share (nan: not known)."""

    unit: Unit
    batch: Batch
    covers: bool
    share: float


class Facts(NamedTuple):
    """What a policy is to a place: year and month in which it was first named (0 never), and all that touches it."""

    year: int
    month: int
    touched: tuple[_Exposure, ...]

    @property
    def partly(self) -> bool:
        """Whether only a part was ever named."""
        return bool(self.touched) and not any(one.covers for one in self.touched)

    def share(self, year: int, offset: int) -> float:
        """The share that is treated in a year; `offset` is 1 where treatment begins the year after."""
        begun = [one for one in self.touched if one.batch.year + offset <= year]
        if any(one.covers for one in begun):
            return 1.0
        parts = {one.unit.code: one.share for one in begun}  # a unit named twice counts once
        total = float(sum(parts.values()))
        return 1.0 if total > 1 else total  # nan stays


class _Map:
    """Which county-level divisions (or prefectures without any) lie in a unit, on the map of one year."""

    def __init__(self, gazetteer: Gazetteer, year: int) -> None:
        self.gazetteer, self.inside = gazetteer, dict[str, set[str]]()
        rows = [one for one in gazetteer.divisions if not one.source and one.valid_in(max(year, 2000))]
        counties = [one for one in rows if one.level == "county"]
        filled = {code for one in counties for code in (one.parent_code, one.panel_code)}
        bare = [one for one in rows if one.level == "prefecture" and one.code not in filled]
        for one in (*counties, *bare):
            for code in {one.code, *ancestors(gazetteer, one)}:
                self.inside.setdefault(code, set()).add(one.code)

    def of(self, code: str) -> set[str]:
        """The divisions of a unit; itself where the map has none."""
        return self.inside.get(code, {code})


def policy_facts(panel: Panel, policy: Policy, options: PolicyOptions, gazetteer: Gazetteer) -> dict[str, Facts]:
    """For each code of the panel what the policy is to it."""
    codes = [str(code) for code in dict.fromkeys(panel.frame[panel.keys[0]])]
    maps = {batch.year: _Map(gazetteer, batch.year) for batch in policy.batches}
    facts = {}
    for code in codes:
        spells = gazetteer.by_code.get(code)
        touched: list[_Exposure] = []
        for batch in policy.batches:
            place = _place_in(gazetteer, spells, batch.year) if spells else None
            if place is not None:
                units = [unit for unit in policy.units if unit.batch == batch.name]
                touched += _touching(gazetteer, maps[batch.year], place, units, batch)
                so_far = [unit for unit in policy.units if policy.batch_of(unit).announced <= batch.announced]
                touched += _together(maps[batch.year], place, so_far, units, batch)
        counted = touched if options.partial == "treated" else [one for one in touched if one.covers]
        first = min((one.batch.announced for one in counted), default=(0, 0, 0))
        facts[code] = Facts(first[0], first[1], tuple(touched))
    return facts


def _place_in(gazetteer: Gazetteer, spells: Sequence[Division], year: int) -> Division | None:
    """The unit that stood for a place of the panel in a year."""
    return at_year(gazetteer, spells[-1], year) or at_code(gazetteer, spells[-1].code, year)


def _together(
    on_map: _Map, place: Division, so_far: Sequence[Unit], units: Sequence[Unit], batch: Batch
) -> Iterable[_Exposure]:
    """The last unit of a batch with which the units named so far cover a place: all prefectures of a province."""
    inside = on_map.of(place.code)
    named = {unit.code for unit in so_far if unit.whole and unit.share is None}
    covered = {code for unit in named for code in on_map.of(unit) & inside}
    last = [unit for unit in units if unit.code in named and on_map.of(unit.code) & inside]
    if covered == inside and last:
        yield _Exposure(last[-1], batch, True, 1.0)


def _touching(
    gazetteer: Gazetteer, on_map: _Map, place: Division, units: Iterable[Unit], batch: Batch
) -> Iterable[_Exposure]:
    above = {place.code, *ancestors(gazetteer, place)}
    inside = on_map.of(place.code)
    for unit in units:
        if unit.code in above:
            if unit.whole and unit.share is None:
                yield _Exposure(unit, batch, True, 1.0)
            elif unit.code == place.code:
                yield _Exposure(unit, batch, False, float("nan") if unit.share is None else unit.share)
            continue
        part = on_map.of(unit.code) & inside
        if part:
            share = len(part) / len(inside) if unit.whole else float("nan")
            share = share if unit.share is None else unit.share
            yield _Exposure(unit, batch, len(part) == len(inside) and unit.whole and unit.share is None, share)
