"""Columns of a panel weighed into an index, several ways side by side."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import combinations
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from textgov.errors import UsageError, wording
from textgov.index.derive import derive_column, numeric_column, parse_derivation, rank_within, winsorise
from textgov.index.options import METHODS, IndexOptions, parse_index
from textgov.index.scores import couple_systems
from textgov.index.weights import (
    WEIGHTS,
    Weights,
    entropy_weights,
    fit_scale,
    pca_scores,
    pca_weights,
    topsis_scores,
)
from textgov.outside import find_name, with_columns
from textgov.records import Panel, Step, Variable

if TYPE_CHECKING:
    import pandas as pd
    from numpy.typing import NDArray

    Array = NDArray[np.float64]

Warned = tuple[str, Mapping[str, Any]]  # code of a message and its facts

# A column with fewer non-zero cells than half and more than one and a half times its equal share is told of: in the
# worked case of one non-zero cell in four rows the entropy weight is 0.76, where 0.5 would be equal.
RARE_CELLS, RARE_WEIGHT = 0.5, 1.5


@dataclass(frozen=True, slots=True, eq=False)
class Index:
    """A panel with composite indices.

    Parameters
    ----------
    panel : Panel
    variables : tuple of Variable
        The new columns: labels and formulas, with the warnings.
    weights : DataFrame
        One row an index, method, reference set and column: weight, entropy and what else the method uses.
    agreement : DataFrame
        Spearman's rank correlation of each pair of methods, over the rows that have both.
    warnings : tuple of (code, facts)
        Messages; in English they are in the formulas of the variables too.
    """

    panel: Panel
    variables: tuple[Variable, ...]
    weights: pd.DataFrame
    agreement: pd.DataFrame
    warnings: tuple[Warned, ...] = ()


def build_index(panel: Panel, options: IndexOptions, *, replace: bool = False) -> Index:
    """Add composite indices, coupling coordination and derived columns to a panel.

    Rows with a missing cell take no part in an index and get no score. A column without variation has weight 0 and is
    told of.

    Raises
    ------
    UsageError
        An unknown column or one of text, fewer than two complete rows, no column that varies (by year: in no year),
        missing cells with ``missing = "error"``, or a name that the panel has already and no `replace`.
    """
    import pandas as pd

    grown, variables = panel, list[Variable]()

    def add(made: Sequence[tuple[Variable, Any]]) -> None:
        nonlocal grown
        columns, new = {one.name: values for one, values in made}, [one for one, _ in made]
        grown = with_columns(grown, columns, new, replace=replace)
        variables.extend(new)

    later = []
    for derivation in map(parse_derivation, options.derive):
        if derivation.column in {word for one in grown.variables for word in (one.name, one.zh, one.en)}:
            add([derive_column(grown, derivation)])
        else:
            later.append(derivation)
    found = []
    for name, columns in map(parse_index, options.of):
        found.append(weigh_columns(grown, name, columns, options))
        add(found[-1].columns)
    for name, columns in map(parse_index, options.couple):
        add(couple_columns(grown, name, columns, options))
    for derivation in later:
        add([derive_column(grown, derivation)])
    weights = [one.weights for one in found] or [pd.DataFrame()]
    agreement = [one.agreement for one in found] or [pd.DataFrame()]
    step = Step("index", "; ".join((*options.of, *options.couple, *options.derive)), {"columns": len(variables)})
    grown = Panel(grown.frame, grown.variables, grown.keys, grown.coverage, (*panel.history, step))
    told = tuple(warning for one in found for warning in one.warnings)
    tables = [pd.concat(parts, ignore_index=True) for parts in (weights, agreement)]
    return Index(grown, tuple(variables), tables[0], tables[1], told)


class Composite(NamedTuple):
    """One index: its columns by method, the weights, the agreement of the methods, what there is to warn of."""

    name: str
    columns: tuple[tuple[Variable, Array], ...]
    weights: pd.DataFrame
    agreement: pd.DataFrame
    warnings: tuple[Warned, ...]


def weigh_columns(panel: Panel, name: str, columns: Sequence[str], options: IndexOptions) -> Composite:
    """One index of columns of a panel (``-`` before a cost), by every method of the options."""
    job = _Job.of(panel, name, columns, options)
    sets = job.reference_sets()
    scored: dict[str, Array] = {}
    rows: list[dict[str, Any]] = []
    for method in options.methods:
        scores = np.full(len(panel.frame), np.nan)
        for label, reference, target in sets:
            found = job.score(method, reference, target)
            if found is None:
                continue
            scores[target] = found.scores
            rows += [{"index": name, "method": method, "reference": label, **row} for row in found.rows]
        scored[method] = scores
    if not rows:
        raise UsageError("index_constant")
    job.warn_rare(rows)
    told = tuple(job.warnings)
    made = tuple((_variable(name, options, job, method, told), scores) for method, scores in scored.items())
    return Composite(name, made, _weight_table(rows), _agreement(name, scored), told)


class _Scored(NamedTuple):
    scores: Array
    rows: list[dict[str, Any]]


@dataclass(slots=True, eq=False)
class _Job:
    """The columns of an index as an array, which rows are complete, and what there is to warn of."""

    options: IndexOptions
    names: list[str]
    cost: NDArray[np.bool_]
    x: Array
    years: NDArray[np.int64]
    complete: NDArray[np.int64]
    labels: list[str]
    name: str
    warnings: list[Warned] = field(default_factory=list)

    @classmethod
    def of(cls, panel: Panel, name: str, columns: Sequence[str], options: IndexOptions) -> _Job:
        names = [find_name(panel, column.removeprefix("-")) for column in columns]
        x = np.column_stack([numeric_column(panel, name) for name in names])
        bad = np.flatnonzero(~np.isfinite(x).all(axis=1))
        if len(bad) and options.missing == "error":
            keys = panel.frame.iloc[bad[:5]][list(panel.keys)].itertuples(index=False, name=None)
            raise UsageError("index_missing", n=len(bad), detail="; ".join(f"{code} {year}" for code, year in keys))
        cost = np.array([column.startswith("-") for column in columns])
        years = panel.frame[panel.keys[1]].to_numpy(dtype=np.int64)
        of = {one.name: one.zh for one in panel.variables}
        complete = np.flatnonzero(np.isfinite(x).all(axis=1))
        job = cls(options, names, cost, x, years, complete, [of[one] for one in names], name)
        if len(bad):
            job.warn("index_rows_missing", n=len(bad), rows=len(x))
        job._prepare()
        return job

    def warn(self, code: str, **facts: object) -> None:
        """Note a warning, once."""
        told = (code, {"name": self.name, **facts})
        if told not in self.warnings:
            self.warnings.append(told)

    def _prepare(self) -> None:
        """Leave rare columns out and trim the ends."""
        inside = self.x[self.complete]
        filled = (inside != 0).mean(axis=0) if len(inside) else np.ones(len(self.names))
        rare = filled < self.options.rare
        for name, share in zip(np.array(self.names)[rare], filled[rare], strict=True):
            self.warn("index_column_rare", column=name, share=f"{share:.3g}")
        if rare.all():
            raise UsageError("index_constant")
        self.names = [name for name, gone in zip(self.names, rare, strict=True) if not gone]
        self.labels = [label for label, gone in zip(self.labels, rare, strict=True) if not gone]
        self.cost, self.x = self.cost[~rare], self.x[:, ~rare].copy()
        if self.options.winsor and len(self.complete):
            for at in range(len(self.names)):
                self.x[self.complete, at] = winsorise(self.x[self.complete, at], self.options.winsor)

    def reference_sets(self) -> list[tuple[str, NDArray[np.int64], NDArray[np.int64]]]:
        """Label, rows that give the weights, rows that get scores."""
        if self.options.scope == "pooled":
            return [("all years", self.complete, self.complete)]
        years = self.years[self.complete]
        if self.options.scope == "base":
            base = self.complete[years == self.options.base_year]
            if not len(base):
                detail = "no complete row in this year"
                raise UsageError("option_bad", name="base_year", value=self.options.base_year, detail=detail)
            return [(str(self.options.base_year), base, self.complete)]
        return [(str(year), rows, rows) for year in np.unique(years) for rows in [self.complete[years == year]]]

    def score(self, method: str, reference: NDArray[np.int64], target: NDArray[np.int64]) -> _Scored | None:
        """Scores of the target rows and a row a column on the weights; None, with a warning, for a year without any."""
        ref, x = self.x[reference], self.x[target]
        try:
            return self._score(method, ref, x)
        except UsageError as error:
            if self.options.scope != "year" or error.code not in ("index_single", "index_constant"):
                raise
            code = "index_year_single" if error.code == "index_single" else "index_year_constant"
            self.warn(code, year=int(self.years[reference[0]]))
            return None

    def _score(self, method: str, ref: Array, x: Array) -> _Scored:
        if method == "pca":
            found = pca_weights(ref, self.cost)
            return _Scored(pca_scores(x, ref, found.weights, self.cost), self._rows(found, ref))
        scale, shift = fit_scale(ref, self.cost), self.options.shift
        z = scale.apply(ref) if len(ref) else ref
        if method in ("ew", "topsis"):
            found = entropy_weights(z, shift)
        else:
            found, shift = WEIGHTS[method](z), 0.0
        scaled = scale.apply(x)
        if method == "topsis":
            return _Scored(topsis_scores(scaled * found.weights, z * found.weights), self._rows(found, ref))
        return _Scored((scaled + np.where(scale.varies, shift, 0.0)) @ found.weights, self._rows(found, ref))

    def _rows(self, found: Weights, ref: Array) -> list[dict[str, Any]]:
        rows = []
        for at, name in enumerate(self.names):
            constant = bool(np.ptp(ref[:, at]) == 0)
            if constant:
                self.warn("index_column_constant", column=name)
            rows.append(
                {
                    "column": name,
                    "label": self.labels[at],
                    "direction": "cost" if self.cost[at] else "benefit",
                    "n": len(ref),
                    "nonzero": float((ref[:, at] != 0).mean()),
                    "low": float(ref[:, at].min()),
                    "high": float(ref[:, at].max()),
                    "weight": float(found.weights[at]),
                    **{key: float(values[at]) for key, values in found.details.items()},
                    "share_explained": found.share,
                }
            )
        return rows

    def warn_rare(self, rows: Iterable[Mapping[str, Any]]) -> None:
        """Tell of columns that weigh much because they are nearly empty."""
        for row in rows:
            heavy = row["weight"] > RARE_WEIGHT / len(self.names)
            if row["method"] in ("ew", "topsis") and row["nonzero"] < RARE_CELLS and heavy:
                self.warn("index_column_heavy", column=row["column"], share=f"{row['weight']:.3g}")


def _variable(name: str, options: IndexOptions, job: _Job, method: str, warnings: Sequence[Warned]) -> Variable:
    about = METHODS[method]
    names = ", ".join(("-" if cost else "") + one for one, cost in zip(job.names, job.cost, strict=True))
    scope = {
        "pooled": "minimum, maximum and weights over all rows (they use the whole period)",
        "year": "minimum, maximum and weights of each year (scores only rank within a year)",
        "base": f"minimum, maximum and weights of {options.base_year} (scores of other years may leave 0-1)",
    }[options.scope]
    parts = [f"{about.formula}; columns (- for a cost): {names}; {scope}"]
    if method == "pca":
        parts = [f"{about.formula}; columns (- for a cost): {names}; {scope.replace('minimum, maximum', 'mean, sd')}"]
    elif method in ("ew", "topsis"):
        parts.append(f"shift {options.shift!r} added to z" if options.shift else "0 ln 0 = 0, no shift")
    if options.winsor:
        parts.append(f"columns winsorised at {options.winsor!r} and {1 - options.winsor!r} of all complete rows")
    said = (wording(code, "en", **facts) for code, facts in warnings)
    parts += [f"WARNING: {text.removeprefix(f'index {name}: ')}" for text in said]
    unit = ("", "") if method == "pca" else ("score", "得分")
    zh, en = options.title(name)
    return Variable(f"{name}_{method}", f"{en}: {about.en}", f"{zh}：{about.zh}", *unit, "; ".join(parts))


def _weight_table(rows: Sequence[Mapping[str, Any]]) -> pd.DataFrame:
    import pandas as pd

    frame = pd.DataFrame(list(rows))
    first = ["index", "method", "reference", "column", "label", "direction", "n", "nonzero", "low", "high", "weight"]
    return frame[[*first, *(name for name in frame.columns if name not in first)]]


def _agreement(name: str, scored: Mapping[str, Array]) -> pd.DataFrame:
    import pandas as pd

    rows = []
    for (a, x), (b, y) in combinations(scored.items(), 2):
        both = ~np.isnan(x) & ~np.isnan(y)
        found = {"a": f"{name}_{a}", "b": f"{name}_{b}", "n": int(both.sum()), "spearman": spearman(x, y)}
        rows.append({"index": name, **found})
    return pd.DataFrame(rows, columns=["index", "a", "b", "n", "spearman"])


def spearman(x: Array, y: Array) -> float:
    """Spearman's rank correlation over the places where both are known; nan where one of them does not vary."""
    both = ~np.isnan(x) & ~np.isnan(y)
    a, b = rank_within(x[both]), rank_within(y[both])
    if len(a) < 2 or np.ptp(a) == 0 or np.ptp(b) == 0:
        return float("nan")
    return float(np.corrcoef(a, b)[0, 1])


def couple_columns(
    panel: Panel, name: str, columns: Sequence[str], options: IndexOptions
) -> list[tuple[Variable, Array]]:
    """Coupling coordination of columns of a panel, equal weights: ``<name>_c``, ``<name>_t`` and ``<name>_d``."""
    columns = [find_name(panel, one) for one in columns]
    systems = np.column_stack([numeric_column(panel, one) for one in columns])
    found = couple_systems(systems, None, options.coupling)
    root = "(product U)^(1/k) / mean U" if options.coupling == "geometric" else "product U / (mean U)^k"
    words = (
        ("c", "coupling degree", "耦合度", f"C = {root}"),
        ("t", "comprehensive index", "综合发展指数", "T = mean of U"),
        ("d", "coordination degree", "耦合协调度", f"D = sqrt(C T), C = {root}, T = mean of U"),
    )
    zh, en = options.title(name)
    of = ", ".join(columns)
    return [
        (Variable(f"{name}_{tail}", f"{en}: {a}", f"{zh}：{b}", "score", "得分", f"{c}; U: {of}"), values)
        for (tail, a, b, c), values in zip(words, found, strict=True)
    ]
