"""What changed between two runs, and why: inputs, options, tables, lexicons, versions, then the cells of the panels."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from textgov.cite import read_record
from textgov.errors import UsageError, wording
from textgov.outside import read_panel

if TYPE_CHECKING:
    import pandas as pd

SHOWN = 10  # examples of each kind in the text; the table has all of them
CELL_COLUMNS = ("place", "year", "column", "old", "new")


@dataclass(frozen=True, slots=True, eq=False)
class RunDiff:
    """How a run differs from an earlier one.

    Parameters
    ----------
    causes : tuple of (code, facts)
        Messages: what differs in inputs, options, tables, lexicons and versions.
    effects : tuple of (code, facts)
        Messages: rows and columns of one panel only, cells that differ.
    cells : DataFrame
        One row a cell that differs: ``place, year, column, old, new``. A row or column of one panel only is not listed.
    """

    causes: tuple[tuple[str, Mapping[str, Any]], ...]
    effects: tuple[tuple[str, Mapping[str, Any]], ...]
    cells: pd.DataFrame = field(repr=False)

    @property
    def same(self) -> bool:
        """Whether the panels are the same, whatever they were made from."""
        return not self.effects

    def text(self, lang: str = "en") -> str:
        """All of it in words, a line each."""
        lines = [wording(code, lang, **facts) for code, facts in self.causes]
        lines = lines or [wording("diff_no_cause", lang)]
        found = [wording(code, lang, **facts) for code, facts in self.effects]
        return "\n".join([*lines, *(found or [wording("diff_same", lang)])]) + "\n"


def diff_runs(old: Path | str, new: Path | str) -> RunDiff:
    """Compare two run folders.

    Parameters
    ----------
    old, new : path
        Folders of finished runs.

    Returns
    -------
    RunDiff
        Numbers are compared exactly: the same inputs and options give the same bytes.

    Raises
    ------
    UsageError
        A folder holds no finished run, or the panels are of different levels and cannot be compared.
    """
    causes = _causes(read_record(Path(old)), read_record(Path(new)))
    effects, cells = _effects(read_panel(old), read_panel(new))
    return RunDiff(tuple(causes), tuple(effects), cells)


Told = list[tuple[str, Mapping[str, Any]]]


def _causes(old: Mapping[str, Any], new: Mapping[str, Any]) -> Told:
    found: Told = [*_input_causes(old, new)]
    for code, name in (("diff_option", "options"), ("diff_table", "tables"), ("diff_version", "versions")):
        before, after = _flat(old.get(name, {})), _flat(new.get(name, {}))
        for key in sorted(before.keys() | after.keys()):
            if before.get(key) != after.get(key):
                found.append((code, {"name": key, "old": before.get(key, "-"), "new": after.get(key, "-")}))
    before, after = _lexicons(old), _lexicons(new)
    for key in sorted(before.keys() | after.keys()):
        if before.get(key) != after.get(key):
            found.append(("diff_lexicon", {"name": key, "old": before.get(key, "-"), "new": after.get(key, "-")}))
    return found


def _input_causes(old: Mapping[str, Any], new: Mapping[str, Any]) -> Told:
    if old.get("inputs_sha256") == new.get("inputs_sha256"):
        return []
    if "inputs" not in old or "inputs" not in new:  # too many files to be listed in a record
        return [("diff_inputs", {"old": old.get("n_inputs", "-"), "new": new.get("n_inputs", "-")})]
    before, after = ({row["path"]: (row["status"], row["sha256"]) for row in one["inputs"]} for one in (old, new))
    found: Told = []
    for code, names in (
        ("diff_added", sorted(after.keys() - before.keys())),
        ("diff_removed", sorted(before.keys() - after.keys())),
        ("diff_changed", sorted(name for name in before.keys() & after.keys() if before[name] != after[name])),
    ):
        if names:
            found.append((code, {"n": len(names), "detail": _few(names)}))
    return found


def _lexicons(record: Mapping[str, Any]) -> dict[str, str]:
    """Version and hash of each lexicon, by its name."""
    found = {}
    for one in record.get("lexicons", ()):
        name, _, version = str(one["lexicon"]).partition("@")
        found[name] = f"{version} ({one['hash']})"
    return found


def _flat(options: Mapping[str, Any], before: str = "") -> dict[str, str]:
    found: dict[str, str] = {}
    for key, value in options.items():
        if isinstance(value, Mapping):
            found |= _flat(value, f"{before}{key}.")
        else:
            found[f"{before}{key}"] = str(value)
    return found


def _few(names: list[str]) -> str:
    more = f" ... (+{len(names) - SHOWN})" if len(names) > SHOWN else ""
    return "; ".join(names[:SHOWN]) + more


def _effects(old: Any, new: Any) -> tuple[Told, pd.DataFrame]:
    """What differs in the panels, in words, and the cells."""
    if old.keys != new.keys:
        raise UsageError("diff_levels", old=old.keys[0], new=new.keys[0])
    keys = list(old.keys)
    a, b = (one.frame.assign(**{keys[0]: one.frame[keys[0]].astype(str)}).set_index(keys) for one in (old, new))
    found: Told = []
    for code, more, less in (("diff_rows_new", b, a), ("diff_rows_gone", a, b)):
        rows = [f"{code} {year}" for code, year in more.index.difference(less.index)]
        if rows:
            found.append((code, {"n": len(rows), "detail": _few(rows)}))
    for code, more, less in (("diff_columns_new", b, a), ("diff_columns_gone", a, b)):
        names = [str(name) for name in more.columns if name not in less.columns]
        if names:
            found.append((code, {"n": len(names), "detail": _few(names)}))
    cells = _cells(a, b)
    if len(cells):
        columns = [f"{name} ({n})" for name, n in cells["column"].value_counts(sort=False).items()]
        found.append(("diff_cells", {"n": len(cells), "columns": len(columns), "detail": _few(columns)}))
        for row in cells.head(SHOWN).to_dict("records"):
            found.append(("diff_cell", {str(name): value for name, value in row.items()}))
    return found, cells


def _cells(a: pd.DataFrame, b: pd.DataFrame) -> pd.DataFrame:
    """Every cell that differs in the rows and columns that both have; two missing values are the same."""
    import pandas as pd

    common = a.index.intersection(b.index).sort_values()
    parts = []
    for name in (name for name in a.columns if name in b.columns):
        x, y = a.loc[common, name].astype(object), b.loc[common, name].astype(object)
        x, y = x.where(x.notna(), None), y.where(y.notna(), None)
        differs = [one != other for one, other in zip(x, y, strict=True)]
        if any(differs):
            rows = common[differs]
            parts.append(
                pd.DataFrame(
                    {
                        "place": rows.get_level_values(0),
                        "year": rows.get_level_values(1),
                        "column": name,
                        "old": [str("" if value is None else value) for value in x[differs]],
                        "new": [str("" if value is None else value) for value in y[differs]],
                    }
                )
            )
    return pd.concat(parts, ignore_index=True) if parts else pd.DataFrame(columns=list(CELL_COLUMNS))
