"""The rows that an estimate uses: every fault of the panel is told before anything is estimated."""

from __future__ import annotations

import difflib
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from textgov.errors import RecordError, UsageError
from textgov.estimate.options import STARTS, EstimateOptions
from textgov.estimate.result import Remark, spoken_rows
from textgov.estimate.within import Projection, explained
from textgov.measures import KEYS

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd
    from numpy.typing import NDArray

FEW_CLUSTERS = 30  # below, clustered errors reject too often: Cameron, Gelbach and Miller (2008) see it at 20 to 30


@dataclass(frozen=True, slots=True, eq=False)
class Sample:
    """Rows ready to be estimated, sorted by unit and time.

    Parameters
    ----------
    options : EstimateOptions
        With unit, cluster and group filled in; ``controls`` are those that are kept.
    frame : DataFrame
        Columns of the panel that are used, under their own names; numbers are floats.
    unit, time, cluster : array of int, (rows,)
        Codes from 0. Without a unit every row is its own.
    absorbed : mapping
        Further fixed effects: name -> codes.
    remarks : tuple of Remark
    """

    options: EstimateOptions
    frame: pd.DataFrame
    unit: NDArray[np.int64]
    time: NDArray[np.int64]
    cluster: NDArray[np.int64]
    absorbed: dict[str, NDArray[np.int64]]
    remarks: tuple[Remark, ...]

    @property
    def groups(self) -> int:
        """Number of places."""
        return int(self.unit.max()) + 1

    def column(self, name: str) -> NDArray[np.float64]:
        """Numbers of a column."""
        import numpy as np

        return np.asarray(self.frame[name], dtype=np.float64)

    def columns(self, names: Sequence[str]) -> NDArray[np.float64]:
        """Numbers of some columns, (rows, names)."""
        import numpy as np

        return np.column_stack([self.column(name) for name in names]) if names else np.empty((len(self.frame), 0))

    def projection(self, controls: bool = True) -> Projection:
        """What the fixed effects, and on request the controls, explain."""
        effects = self.options.effects
        others = [self.time] if effects in ("two-way", "time") else []
        unit = self.unit if effects in ("two-way", "unit") else None
        return Projection(
            unit, [*others, *self.absorbed.values()], self.columns(self.options.controls if controls else ())
        )


def draw_sample(frame: pd.DataFrame, options: EstimateOptions) -> Sample:
    """Check a panel for one design and keep the rows that it uses.

    Rows with a missing value in a column that is used are left out, then rows that are alone in their place or year;
    both are told.

    Raises
    ------
    UsageError
        A column is not there.
    RecordError
        Text where numbers are needed, infinite values, rows without code or year, a place and year twice, a first year
        that changes within a place, nothing left, treatment that starts everywhere at once or never changes.
    """
    options = _filled(frame, options)
    roles = dict(_roles(options))
    _check_columns(frame, options, roles)
    keyed = _has_keys(frame, options)
    if keyed:
        _check_keys(frame, options)
    used = _numbers(frame, options, roles)
    used, remarks = _complete(used, options, keyed)
    if keyed:
        used, more = _connected(used, options)
        remarks += more
    used = used.sort_values([options.unit, options.time], kind="stable") if keyed else used
    used = used.reset_index(drop=True)
    return _without_collinear(_coded(used, options, keyed, remarks))


def _filled(frame: pd.DataFrame, options: EstimateOptions) -> EstimateOptions:
    """The defaults that depend on the panel."""
    known = [variables[0].name for variables in KEYS.values()] + ["province_code"]
    unit = options.unit or next((name for name in known if name in frame.columns), known[0])
    group = options.group or {"heterogeneity": "region3", "leave-out": "province_code"}.get(options.design, "")
    return replace(options, unit=unit, group=group, treat=options.treatment)


def _roles(options: EstimateOptions) -> Iterator[tuple[str, str]]:
    """Columns with numbers and what each is used as."""
    yield options.y, "y"
    if options.treat:
        yield options.treat, "treat"
    for name in options.controls:
        yield name, "controls"
    for name in options.instruments if options.design == "iv" else ():
        yield name, "instruments"
    single = {"ppml": ("exposure",), "rd": ("running",), "mediation": ("mediator",)}
    for role in single.get(options.design, ()):
        if getattr(options, role):
            yield getattr(options, role), role


def _labels(options: EstimateOptions) -> Iterator[tuple[str, str]]:
    """Columns with names of groups and what each is used as."""
    for pair in options.absorb:
        for name in pair.split("^"):
            yield name, "absorb"
    if options.cluster:
        yield options.cluster, "cluster"
    if options.design in ("heterogeneity", "leave-out"):
        yield options.group, "group"
    if options.design == "placebo" and options.within:
        yield options.within, "within"


def _needs_keys(options: EstimateOptions) -> bool:
    """Whether the design has to know places and years."""
    own_cluster = options.errors == "cluster" and not options.cluster
    return options.design != "rd" and (options.effects != "none" or own_cluster or options.design in STARTS)


def _has_keys(frame: pd.DataFrame, options: EstimateOptions) -> bool:
    return options.unit in frame.columns and options.time in frame.columns


def _check_columns(frame: pd.DataFrame, options: EstimateOptions, roles: dict[str, str]) -> None:
    wanted = [*roles.items(), *_labels(options)]
    if _needs_keys(options):
        wanted += [(options.unit, "unit"), (options.time, "time")]
    known = [str(name) for name in frame.columns]
    for name, role in wanted:
        if role == "treat" and name in ("did", "first_year") and name not in known:
            raise UsageError("estimate_no_treat", name=name)
        if known.count(name) != 1:
            nearest = (difflib.get_close_matches(name, known, n=1, cutoff=0) or ["-"])[0]
            raise UsageError("estimate_column", name=name, role=role, nearest=nearest)


def _check_keys(frame: pd.DataFrame, options: EstimateOptions) -> None:
    for name in (options.unit, options.time):
        empty = frame[name].isna() | (frame[name].astype(str).str.strip() == "")
        if empty.any():
            rows = spoken_rows([at + 2 for at in _positions(empty)])
            raise RecordError("estimate_no_key", n=int(empty.sum()), name=name, rows=rows)
    twice = frame.duplicated([options.unit, options.time], keep=False)
    if twice.any():
        pairs = sorted(set(_row_names(frame[twice], options)))
        facts = {"unit": options.unit, "time": options.time, "rows": spoken_rows(pairs)}
        raise RecordError("estimate_twice", n=len(pairs), **facts)


def _positions(mask: pd.Series[bool]) -> list[int]:
    return [at for at, found in enumerate(mask.tolist()) if found]


def _row_names(frame: pd.DataFrame, options: EstimateOptions) -> list[str]:
    pairs = zip(frame[options.unit].tolist(), frame[options.time].tolist(), strict=True)
    return [f"{unit} {time}" for unit, time in pairs]


def _numbers(frame: pd.DataFrame, options: EstimateOptions, roles: dict[str, str]) -> pd.DataFrame:
    """The columns that are used, numbers as floats."""
    import numpy as np
    import pandas as pd

    keys = [name for name in (options.unit, options.time) if name in frame.columns]
    labels = {name: frame[name] for name in dict.fromkeys([*keys, *(name for name, _ in _labels(options))])}
    columns: dict[str, object] = {**labels}
    for name, role in roles.items():
        values = pd.to_numeric(frame[name], errors="coerce")
        wrong = values.isna() & frame[name].notna()
        if wrong.any():
            at = _positions(wrong)[0]
            raise RecordError("estimate_text", name=name, role=role, row=at + 2, value=str(frame[name].iloc[at]))
        number = values.astype("Float64").to_numpy(dtype=np.float64, na_value=np.nan)
        infinite = np.flatnonzero(np.isinf(number))
        if infinite.size:
            raise RecordError("estimate_infinite", name=name, rows=spoken_rows([int(at) + 2 for at in infinite]))
        if role == "treat" and options.design in STARTS:
            number = np.where(np.isnan(number), 0.0, number)  # a place without a first year was never treated
        columns[name] = number
    return pd.DataFrame(columns, index=frame.index)


def _complete(used: pd.DataFrame, options: EstimateOptions, keyed: bool) -> tuple[pd.DataFrame, tuple[Remark, ...]]:
    """The rows without a missing value."""
    missing = used.isna()
    gone = missing.any(axis=1)
    by_column = {str(name): int(n) for name, n in missing.sum().items() if n}
    worst = max(by_column, key=lambda name: by_column[name], default="-")
    if gone.all():
        raise RecordError("estimate_empty", design=options.design, n=len(used), missing=int(gone.sum()), name=worst)
    if not gone.any():
        return used, ()
    rows = _row_names(used[gone], options) if keyed else [at + 2 for at in _positions(gone)]
    detail = ", ".join(f"{name} {n}" for name, n in by_column.items())
    facts = {"n": int(gone.sum()), "given": len(used), "detail": detail, "rows": spoken_rows(rows)}
    return used[~gone], (Remark("remark_missing", facts),)


def _connected(used: pd.DataFrame, options: EstimateOptions) -> tuple[pd.DataFrame, tuple[Remark, ...]]:
    """Without incomplete places on request, without rows alone in a fixed effect; what is not balanced."""
    remarks: list[Remark] = []
    if options.balanced:
        years = used[options.time].nunique()
        short = used.groupby(options.unit)[options.time].transform("size") < years
        places = sorted(set(map(str, used.loc[short, options.unit])))
        if places:
            remarks.append(Remark("remark_balanced", {"n": len(places), "rows": spoken_rows(places)}))
        used = used[~short]
    effects = {"two-way": [[options.unit], [options.time]], "unit": [[options.unit]], "time": [[options.time]]}
    fixed = [*effects.get(options.effects, []), *(pair.split("^") for pair in options.absorb)]
    alone: list[str] = []
    while options.design != "rd":
        counts = [used.groupby(names)[options.y].transform("size") for names in fixed]
        single = sum((count == 1 for count in counts), used[options.y] != used[options.y]) > 0
        if not single.any():
            break
        alone += _row_names(used[single], options)
        used = used[~single]
    if used.empty:
        raise RecordError("estimate_empty", design=options.design, n=len(alone), missing=0, name=options.unit)
    if alone:
        remarks.append(Remark("remark_singletons", {"n": len(alone), "rows": spoken_rows(sorted(alone))}))
    return used, (*remarks, *_holes(used, options))


def _holes(used: pd.DataFrame, options: EstimateOptions) -> Iterator[Remark]:
    sizes = Counter(map(str, used[options.unit]))
    years = used[options.time].nunique()
    full = len(sizes) * years
    if options.effects != "none" and len(used) < full:
        short = [f"{place} ({n})" for place, n in sorted(sizes.items()) if n < years]
        facts = {"units": len(sizes), "years": years, "n": len(used), "full": full, "rows": spoken_rows(short)}
        yield Remark("remark_unbalanced", facts)


def codes_of(column: pd.Series[Any]) -> NDArray[np.int64]:
    """Numbers from 0 in the order of the values."""
    import numpy as np
    import pandas as pd

    return np.asarray(pd.factorize(column, sort=True)[0], dtype=np.int64)


def _coded(used: pd.DataFrame, options: EstimateOptions, keyed: bool, remarks: tuple[Remark, ...]) -> Sample:
    import numpy as np

    rows = np.arange(len(used), dtype=np.int64)
    unit = codes_of(used[options.unit]) if keyed else rows
    time = codes_of(used[options.time]) if keyed else np.zeros_like(rows)
    absorbed = {}
    for pair in options.absorb:
        codes = np.zeros_like(rows)
        for name in pair.split("^"):
            part = codes_of(used[name].astype(str))
            codes = np.unique(codes * (int(part.max()) + 1) + part, return_inverse=True)[1]
        absorbed[pair] = codes
    clusters = options.cluster or (options.unit if keyed else "")
    cluster = codes_of(used[clusters]) if clusters else rows
    n = int(cluster.max()) + 1
    if options.errors == "cluster" and clusters and n < FEW_CLUSTERS and options.design != "rd":
        remarks = (*remarks, Remark("remark_few_clusters", {"n": n, "name": clusters}))
    asked = options.cluster if options.design == "rd" else clusters
    return Sample(replace(options, cluster=asked), used, unit, time, cluster, absorbed, remarks)


def _without_collinear(sample: Sample) -> Sample:
    """Without the controls that the fixed effects and the columns before them explain."""
    options = sample.options
    if options.design == "rd" or not options.controls:
        return sample
    gone = explained(sample.columns(options.controls), sample.projection(controls=False))
    if not gone:
        return sample
    names = [options.controls[number] for number in gone]
    kept = tuple(name for name in options.controls if name not in names)
    remark = Remark("remark_collinear", {"names": ", ".join(names)})
    return replace(sample, options=replace(options, controls=kept), remarks=(*sample.remarks, remark))


def check_treatment(sample: Sample, columns: NDArray[np.float64], names: Sequence[str]) -> None:
    """Refuse treatment columns that fixed effects and controls explain completely; say why.

    Raises
    ------
    RecordError
        A column is constant, starts everywhere in the same year, or is explained in another way.
    """
    import numpy as np

    gone = explained(columns, sample.projection())
    for number in gone:
        values, name = columns[:, number], names[number]
        if np.ptp(values) == 0:
            raise RecordError("estimate_constant", name=name)
        moved = _same_in_every_place(sample, values)
        if moved is not None:
            raise RecordError("estimate_at_once", name=name, year=moved)
        effects = ", ".join((sample.options.effects, *sample.absorbed))
        raise RecordError("estimate_still", name=name, effects=effects)


def _same_in_every_place(sample: Sample, values: NDArray[np.float64]) -> object | None:
    """The first year in which a column that depends on the year alone is not what it was before."""
    import numpy as np

    first = [values[sample.time == time] for time in range(int(sample.time.max()) + 1)]
    if sample.options.effects not in ("two-way", "time") or any(np.ptp(part) > 0 for part in first):
        return None
    at = next((time for time in range(1, len(first)) if first[time][0] != first[time - 1][0]), 0)
    value: object = sample.frame[sample.options.time].iloc[int(np.flatnonzero(sample.time == at)[0])]
    return value


def starts_of(sample: Sample) -> NDArray[np.float64]:
    """First treated year of each row's place, 0 for never.

    Raises
    ------
    RecordError
        It changes within a place.
    """
    import numpy as np

    starts = sample.column(sample.options.treat)
    order = np.zeros(sample.groups)
    order[sample.unit] = starts
    moving = np.unique(sample.unit[order[sample.unit] != starts])
    if moving.size:
        places = sorted(
            {str(sample.frame[sample.options.unit].iloc[at]) for at in np.flatnonzero(np.isin(sample.unit, moving))}
        )
        raise RecordError("estimate_start_moves", name=sample.options.treat, places=spoken_rows(places))
    if np.ptp(starts) == 0:
        if starts[0] > 0:
            raise RecordError("estimate_at_once", name=sample.options.treat, year=int(starts[0]))
        raise RecordError("estimate_constant", name=sample.options.treat)
    return starts
