"""Treatment columns of a panel."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from textgov.errors import UsageError, wording
from textgov.outside import MOST_SHOWN, with_columns
from textgov.policies.exposure import Facts, PolicyOptions, policy_facts
from textgov.policies.placebo import draw_placebos, placebo_units
from textgov.policies.tables import Policy
from textgov.records import Panel, Step, Variable
from textgov.regions import Gazetteer, province_of, read_divisions

if TYPE_CHECKING:
    import pandas as pd
    from numpy.typing import NDArray

    Array = NDArray[np.float64]

PLACEBO_COLUMNS = 20  # more draws than this go into their file only; Stata and a reader have their limits


@dataclass(frozen=True, slots=True, eq=False)
class Treatment:
    """A panel with the columns of a policy.

    Parameters
    ----------
    panel : Panel
    variables : tuple of Variable
    placebo : DataFrame
        One row a place: its code, its first year, and the first year of each draw.
    notes : tuple of (code, facts)
        Messages: what was attached, places treated in part, units outside the panel, what estimators will stumble on.
    """

    panel: Panel
    variables: tuple[Variable, ...]
    placebo: pd.DataFrame
    notes: tuple[tuple[str, Mapping[str, Any]], ...]

    @property
    def said(self) -> list[str]:
        """The notes in English."""
        return [wording(code, "en", **facts) for code, facts in self.notes]


def attach_policy(
    panel: Panel,
    policy: Policy,
    options: PolicyOptions | None = None,
    gazetteer: Gazetteer | None = None,
    *,
    replace: bool = False,
) -> Treatment:
    """Add the treatment columns of a policy to a panel of prefectures, provinces or counties.

    A place is treated from the first batch that names it wholly, or names a unit that it belongs to. Where only units
    inside it were named it is treated in part: the share of its county-level divisions on the map of that year, or the
    share that the list gives.

    Raises
    ------
    UsageError
        The list is not complete: absence from it would not mean untreated.
    """
    options = options or PolicyOptions()
    check_complete(policy)
    gazetteer = gazetteer or read_divisions()
    facts = policy_facts(panel, policy, options, gazetteer)
    columns, variables = _columns(panel, policy, options, facts, gazetteer)
    draws = draw_placebos(placebo_units(panel, facts, options.partial, gazetteer), options)
    for number in range(min(options.placebo, PLACEBO_COLUMNS)):
        variable, values = _placebo_column(panel, policy, options, draws, number)
        variables.append(variable)
        columns[variable.name] = values
    grown = with_columns(panel, columns, variables, replace=replace)
    step = Step("policies", policy.name, {"coding": options.coding, "partial": options.partial})
    grown = Panel(grown.frame, grown.variables, grown.keys, grown.coverage, (*panel.history, step))
    return Treatment(grown, tuple(variables), draws, tuple(_notes(panel, policy, facts, gazetteer)))


def check_complete(policy: Policy) -> None:
    """Refuse a list of which units are missing.

    Raises
    ------
    UsageError
        The list is not complete; the message says where the whole one is to be found.
    """
    if not policy.complete:
        document = policy.batches[0].document if policy.batches else "-"
        total = policy.total or "?"
        raise UsageError("policy_incomplete", name=policy.name, n=policy.n_printed, total=total, document=document)


# ---- columns ----


def _columns(
    panel: Panel, policy: Policy, options: PolicyOptions, facts: Mapping[str, Facts], gazetteer: Gazetteer
) -> tuple[dict[str, Any], list[Variable]]:
    codes = [str(code) for code in panel.frame[panel.keys[0]]]
    years = panel.frame[panel.keys[1]].to_numpy(dtype=np.int64)
    offset = int(options.coding == "next")
    partly = np.array([facts[code].partly and options.partial == "missing" for code in codes])
    announced = np.array([facts[code].year for code in codes], dtype=np.int64)
    ever = announced > 0
    first = np.where(ever, announced + offset, 0)
    begin = min((fact.year for fact in facts.values() if fact.year), default=0) + offset
    post = np.where(ever, years >= first, (begin > offset) & (years >= begin))
    did = ever & (years >= first)
    rel = np.where(ever, years - first, 0)
    made: dict[str, Any] = {
        "treat": _integers(ever, partly),
        "first_year": _integers(announced, partly),
        "first_next": _integers(np.where(ever, announced + 1, 0), partly),
        "post": _integers(post, partly),
        "did": _integers(did, partly),
        "rel_time": _integers(rel, partly | ~ever),
    }
    for at in _event_times(options.window):
        made[_event_name(at)] = _integers(_event(rel, at, options.window) & ever, partly)
    months = np.array([facts[code].month for code in codes], dtype=np.int64)
    made["months"] = _integers(12 * (years - announced) + 12 - months, partly | ~ever | (months == 0))
    shares = [facts[code].share(int(year), offset) for code, year in zip(codes, years, strict=True)]
    made["exposure"] = np.array(shares, dtype=np.float64)
    made["partial"] = _integers(np.array([facts[code].partly for code in codes]), np.zeros(len(codes), dtype=bool))
    if panel.keys[0] != "province_code":
        made["prov_others"] = _others(panel, codes, years, did, partly, gazetteer)
    names = {name: f"{policy.prefix}_{name}" for name in made}
    variables = [_variable(policy, options, name, full) for name, full in names.items()]
    return {names[name]: values for name, values in made.items()}, variables


def _integers(values: Any, missing: NDArray[np.bool_]) -> Any:
    import pandas as pd

    return pd.arrays.IntegerArray(np.asarray(values).astype(np.int64), missing.copy())


def _event_times(window: int) -> list[int]:
    """Every event time but -1, to which the others are compared."""
    return [at for at in range(-window, window + 1) if at != -1]


def _event_name(at: int) -> str:
    return "ev_0" if at == 0 else f"ev_{'m' if at < 0 else 'p'}{abs(at)}"


def _event(rel: NDArray[np.int64], at: int, window: int) -> NDArray[np.bool_]:
    if at == -window:
        return np.asarray(rel <= at)
    return np.asarray(rel >= at) if at == window else np.asarray(rel == at)


def _others(
    panel: Panel,
    codes: Sequence[str],
    years: NDArray[np.int64],
    did: NDArray[np.bool_],
    partly: NDArray[np.bool_],
    gazetteer: Gazetteer,
) -> Array:
    """Share of the other places of the province that are treated in the year, among those whose treatment is known."""
    provinces = [province_of(gazetteer, code) if code in gazetteer.by_code else code[:2] for code in codes]
    groups: dict[tuple[str, int], tuple[int, int]] = {}
    for province, year, on, unknown in zip(provinces, years.tolist(), did.tolist(), partly.tolist(), strict=True):
        n, treated = groups.get((province, year), (0, 0))
        groups[province, year] = (n + (not unknown), treated + (on and not unknown))
    found = []
    for province, year, on, unknown in zip(provinces, years.tolist(), did.tolist(), partly.tolist(), strict=True):
        n, treated = groups[province, year]
        n, treated = n - (not unknown), treated - (on and not unknown)
        found.append(treated / n if n else np.nan)
    return np.array(found, dtype=np.float64)


# Column -> labels, unit, formula; {first} is how the first year is coded.
WORDS: dict[str, tuple[str, str, str, str, str]] = {
    "treat": ("treated", "处理组", "", "", "1 if ever treated as a whole"),
    "first_year": ("first year, by announcement", "首年（公布当年）", "", "", "year of the announcement, 0 for never"),
    "first_next": ("first year, next year", "首年（公布次年）", "", "", "year after the announcement, 0 for never"),
    "post": (
        "after the policy",
        "政策实施后",
        "",
        "",
        "1 from the first year on ({first}); never treated: from the first of all",
    ),
    "did": ("treated x after", "处理组×实施后", "", "", "treat x post; first year: {first}"),
    "rel_time": ("event time", "相对时间", "years", "年", "year - first year ({first}); missing for never treated"),
    "months": (
        "months since the announcement",
        "距公布月数",
        "months",
        "月",
        "from the month of the announcement to December",
    ),
    "exposure": (
        "share treated",
        "受处理比例",
        "share",
        "比例",
        "share of county-level divisions named (map of the year of the notice), or that of the list; begins: {first}",
    ),
    "partial": ("treated only in part", "仅部分受处理", "", "", "1 if only units inside it were named"),
    "prov_others": (
        "others of the province treated",
        "同省其他地区受处理比例",
        "share",
        "比例",
        "share of the other rows of the province and year with did = 1; stands for neighbours, no adjacency is used",
    ),
}


def _variable(policy: Policy, options: PolicyOptions, name: str, full: str) -> Variable:
    first = "year of the announcement" if options.coding == "announced" else "year after the announcement"
    if name.startswith("ev_"):
        tail = name[3:].replace("m", "-").replace("p", "+")
        at = int(tail)
        sign = "<=" if at == -options.window else ">=" if at == options.window else "="
        formula = (
            f"1 if event time {sign} {at}, 0 for never treated; -1 is the base and has no column; first year: {first}"
        )
        en, zh, unit_en, unit_zh = f"event time {sign} {at}", f"相对时间{sign}{at}", "", ""
    else:
        en, zh, unit_en, unit_zh, formula = WORDS[name]
    told = [formula.format(first=first)]
    if name in ("treat", "first_year", "first_next", "post", "did", "rel_time") or name.startswith("ev_"):
        told.append(
            {"missing": "missing where only a part was named"}.get(options.partial, f"a part named: {options.partial}")
        )
    told.append(f"policy {policy.name}, {policy.n_printed} units in {len(policy.batches)} batches")
    if name in ("treat", "first_year") and policy.note:
        told.append(policy.note)
    return Variable(full, f"{policy.en}: {en}", f"{policy.zh}：{zh}", unit_en, unit_zh, "; ".join(told))


def _placebo_column(
    panel: Panel, policy: Policy, options: PolicyOptions, draws: pd.DataFrame, number: int
) -> tuple[Variable, Any]:
    name = f"draw_{number + 1:03d}"
    of_code = dict(zip(draws[panel.keys[0]], draws[name], strict=True))
    values = [of_code.get(str(code)) for code in panel.frame[panel.keys[0]]]
    within = ", within provinces" if options.placebo_within else ""
    formula = (
        f"first years of {policy.name} dealt out anew{within}, PCG64, seed {options.seed}, draw {number + 1}; 0 never"
    )
    en, zh = f"{policy.en}: placebo first year {number + 1}", f"{policy.zh}：安慰剂首年{number + 1}"
    column = _integers([value or 0 for value in values], np.array([value is None for value in values]))
    return Variable(f"{policy.prefix}_pl{number + 1:02d}", en, zh, "", "", formula), column


# ---- what to tell ----


def _notes(
    panel: Panel, policy: Policy, facts: Mapping[str, Facts], gazetteer: Gazetteer
) -> Iterator[tuple[str, Mapping[str, Any]]]:
    treated = {code: fact for code, fact in facts.items() if fact.year}
    partly = [code for code, fact in facts.items() if fact.partly]
    years = sorted({fact.year for fact in treated.values()})
    said = {"treated": len(treated), "places": len(facts), "partial": len(partly)}
    yield "policy_said", {"name": policy.name, **said, "years": ", ".join(map(str, years)) or "-"}
    if partly:
        yield (
            "policy_partial",
            {
                "name": policy.name,
                "n": len(partly),
                "detail": ", ".join(partly[: 2 * MOST_SHOWN]) + ("..." if len(partly) > 2 * MOST_SHOWN else ""),
                "column": f"{policy.prefix}_exposure",
            },
        )
    seen = {(one.unit.row, one.unit.code) for fact in facts.values() for one in fact.touched}
    absent = [unit for unit in policy.units if (unit.row, unit.code) not in seen]
    if absent:
        shown = ", ".join(f"{one.code} {one.name}" for one in absent[: 2 * MOST_SHOWN])
        shown += "..." if len(absent) > 2 * MOST_SHOWN else ""
        yield "policy_absent", {"name": policy.name, "n": len(absent), "detail": shown}
    first = int(panel.frame[panel.keys[1]].min()) if len(panel.frame) else 0
    early = [code for code, fact in treated.items() if fact.year <= first]
    unknown = [code for code in facts if code not in gazetteer.by_code]
    about = {"name": policy.name}
    if facts and len(treated) == len(facts):
        yield "policy_no_control", about
    if len(years) == 1:
        yield "policy_at_once", about | {"year": years[0]}
    if early:
        yield "policy_always", about | {"n": len(early)}
    if unknown:
        yield "policy_codes_unknown", about | {"n": len(unknown), "detail": ", ".join(unknown[:MOST_SHOWN])}
