"""Columns made of one other column: scaled, trimmed, logged, moved in time, ranked.

A lag is that of the year before, not of the row before: where a unit has no row in that year the value is missing.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from textgov.errors import UsageError
from textgov.outside import find_name
from textgov.records import Panel, Variable

if TYPE_CHECKING:
    import pandas as pd
    from numpy.typing import ArrayLike, NDArray

    Array = NDArray[np.float64]


# ---- functions on arrays ----


def scale_minmax(x: ArrayLike) -> Array:
    """(x - min) / (max - min) over the values that are not missing; 0 where all are equal."""
    values = np.asarray(x, dtype=np.float64)
    known = values[~np.isnan(values)]
    span = float(np.ptp(known)) if len(known) else 0.0
    return np.asarray((values - known.min()) / span if span > 0 else values * 0.0)


def scale_zscore(x: ArrayLike) -> Array:
    """(x - mean) / sd with ddof 1 over the values that are not missing; missing where all are equal or there is one."""
    values = np.asarray(x, dtype=np.float64)
    known = values[~np.isnan(values)]
    if len(known) < 2 or np.ptp(known) == 0:
        return np.full(len(values), np.nan)
    return np.asarray((values - known.mean()) / known.std(ddof=1))


def winsorise(x: ArrayLike, share: float = 0.01) -> Array:
    """Values beyond the quantiles `share` and 1 - `share` replaced by these (linear, the default of numpy)."""
    if not 0 <= share < 0.5:
        raise UsageError("option_bad", name="winsor", value=share, detail="give a share from 0 to below 0.5")
    values = np.asarray(x, dtype=np.float64)
    known = values[~np.isnan(values)]
    if not len(known):
        return values
    low, high = np.quantile(known, [share, 1 - share])
    return np.asarray(np.clip(values, low, high))


def log_plus_one(x: ArrayLike) -> Array:
    """ln(1 + x).

    Raises
    ------
    UsageError
        A value at or below -1.
    """
    values = np.asarray(x, dtype=np.float64)
    if (values <= -1).any():
        detail = "ln(1 + x) needs values above -1"
        raise UsageError("option_bad", name="ln1p", value=float(np.nanmin(values)), detail=detail)
    return np.asarray(np.log1p(values))


def rank_within(x: ArrayLike) -> Array:
    """Ranks, 1 for the largest; equal values share the mean of their ranks; missing stays missing."""
    from scipy.stats import rankdata

    values = np.asarray(x, dtype=np.float64)
    ranks = np.full(len(values), np.nan)
    known = ~np.isnan(values)
    ranks[known] = rankdata(-values[known])
    return ranks


def shift_years(codes: Sequence[Any], years: Sequence[int], x: ArrayLike, by: int) -> Array:
    """The value of the same unit `by` years before (a lead where `by` is below 0); missing where it has no row then."""
    values = np.asarray(x, dtype=np.float64)
    at = {key: number for number, key in enumerate(zip(codes, years, strict=True))}
    found = [at.get((code, year - by)) for code, year in zip(codes, years, strict=True)]
    return np.array([np.nan if number is None else values[number] for number in found], dtype=np.float64)


def moving_mean(codes: Sequence[Any], years: Sequence[int], x: ArrayLike, width: int) -> Array:
    """Mean of the year and the `width` - 1 years before; missing unless all of them are there."""
    total = sum(shift_years(codes, years, x, by) for by in range(width))
    return np.asarray(total) / width


# ---- columns of a panel ----


class _Kind(NamedTuple):
    """A way to make a column: what its names and labels add, its argument, whether it works in groups."""

    suffix: str
    en: str
    zh: str
    formula: str
    default: str
    groups: bool


KINDS: dict[str, _Kind] = {
    "minmax": _Kind("mm", "min-max", "极差标准化", "(x - min) / (max - min) {groups}", "", True),
    "zscore": _Kind("z", "z-score", "Z分数", "(x - mean) / sd, ddof 1, {groups}", "", True),
    "winsor": _Kind("w", "winsorised", "缩尾", "quantiles {arg} and 1 - {arg} (linear) {groups}", "0.01", True),
    "ln1p": _Kind("ln1p", "log of 1 + x", "加一取对数", "ln(1 + x)", "", False),
    "lag": _Kind("l", "lag, years", "滞后年数", "value of the same unit {arg} years before", "1", False),
    "lead": _Kind("f", "lead, years", "提前年数", "value of the same unit {arg} years later", "1", False),
    "mean": _Kind("ma", "moving mean, years", "移动平均年数", "mean of year t and the {arg} - 1 before", "3", False),
    "diff": _Kind("d", "difference, years", "差分年数", "x minus its value {arg} years before", "1", False),
    "rank": _Kind("rk", "rank", "名次", "rank, 1 = largest, ties share the mean, {groups}", "", True),
}
SPEC = re.compile(
    r"(?:(?P<named>[A-Za-z]\w*)=)?(?P<kind>\w+):(?P<column>\w+)(?::(?P<arg>[0-9.]+))?(?::(?P<by>[A-Za-z_]\w*(?:\+\w+)*))?"
)


@dataclass(frozen=True, slots=True)
class Derivation:
    """One new column: ``lag:gdp:1`` is the lag of gdp by one year, ``winsor:gdp:0.01:year`` works within years."""

    kind: str
    column: str
    arg: str = ""
    by: tuple[str, ...] = ()
    named: str = ""

    @property
    def name(self) -> str:
        """Name of the column: the one that was given, or ``gdp_l1``, ``gdp_w``."""
        if self.named:
            return self.named
        kind = KINDS[self.kind]
        tail = kind.suffix + (self.arg if kind.default and kind.suffix != "w" else "")
        return f"{self.column}_{tail}"


def parse_derivation(text: str) -> Derivation:
    """Read ``[name=]kind:column[:number][:group+group]``.

    Raises
    ------
    UsageError
        Another form, an unknown kind, or a number where none or another one is needed.

    Examples
    --------
    >>> parse_derivation("lag:gdp").name, parse_derivation("mean:gdp:3").name
    ('gdp_l1', 'gdp_ma3')
    """
    match = SPEC.fullmatch("".join(text.split()))
    known = ", ".join(KINDS)
    if match is None or match["kind"] not in KINDS:
        raise UsageError("option_bad", name="derive", value=text, detail=f"write kind:column[:number]; kinds: {known}")
    kind = KINDS[match["kind"]]
    arg = match["arg"] or kind.default
    by = tuple(match["by"].split("+")) if match["by"] else (("year",) if match["kind"] == "rank" else ())
    whole = kind.default.isdigit()
    fits = bool(arg) == bool(kind.default) and (not whole or (arg.isdigit() and int(arg) > 0))
    if not fits or (by and not kind.groups):
        detail = "the number is years, 1 or more" if whole else "this kind takes no number or no group"
        raise UsageError("option_bad", name="derive", value=text, detail=detail)
    return Derivation(match["kind"], match["column"], arg, by, match["named"] or "")


def derive_column(panel: Panel, derivation: Derivation) -> tuple[Variable, pd.Series[Any]]:
    """The new column and what it is.

    Raises
    ------
    UsageError
        The panel has no such column or group, or the column holds no numbers.
    """
    import pandas as pd

    frame, kind = panel.frame, KINDS[derivation.kind]
    x = numeric_column(panel, derivation.column)
    by = tuple(find_name(panel, name) for name in derivation.by)
    derivation = replace(derivation, column=find_name(panel, derivation.column), by=by)
    values = _in_groups(frame, x, derivation) if kind.groups else _in_time(panel, x, derivation)
    groups = f"within {' and '.join(derivation.by)}" if derivation.by else "over all rows"
    old = next(one for one in panel.variables if one.name == derivation.column)
    tail = f" {derivation.arg}" if derivation.arg else ""
    same = derivation.kind in ("winsor", "lag", "lead", "mean", "diff")
    variable = Variable(
        derivation.name,
        f"{old.en or old.name}: {kind.en}{tail}",
        f"{old.zh or old.name}：{kind.zh}{tail}",
        old.unit_en if same else "",
        old.unit_zh if same else "",
        f"{derivation.kind} of x = {derivation.column}: {kind.formula.format(arg=derivation.arg, groups=groups)}",
        old.lexicon,
        old.lexicon_hash,
    )
    return variable, pd.Series(values, index=frame.index)


def numeric_column(panel: Panel, name: str) -> Array:
    """A column of the panel, by its name or label, as floats, nan where missing.

    Raises
    ------
    UsageError
        There is no such column, or it holds text.
    """
    from textgov.codebook import is_number, numbers

    column = panel.frame[find_name(panel, name)]
    if not is_number(column):
        raise UsageError("option_bad", name="column", value=name, detail="this column holds text, not numbers")
    return numbers(column)


def _in_time(panel: Panel, x: Array, derivation: Derivation) -> Array:
    if derivation.kind == "ln1p":
        return log_plus_one(x)
    codes, years = panel.frame[panel.keys[0]].tolist(), panel.frame[panel.keys[1]].tolist()
    by = int(derivation.arg)
    if derivation.kind == "mean":
        return moving_mean(codes, years, x, by)
    moved = shift_years(codes, years, x, -by if derivation.kind == "lead" else by)
    return np.asarray(x - moved) if derivation.kind == "diff" else moved


def _in_groups(frame: pd.DataFrame, x: Array, derivation: Derivation) -> Array:
    makers: dict[str, Callable[[Array], Array]] = {
        "minmax": scale_minmax,
        "zscore": scale_zscore,
        "winsor": lambda values: winsorise(values, float(derivation.arg)),
        "rank": rank_within,
    }
    make = makers[derivation.kind]
    if not derivation.by:
        return make(x)
    made = np.full(len(x), np.nan)
    for rows in frame.groupby(list(derivation.by), sort=True, dropna=True).indices.values():
        made[rows] = make(x[rows])
    return made
