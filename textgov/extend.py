"""A panel with more columns, in one go: outside indicators first, then indices of any columns, then policies."""

from __future__ import annotations

import dataclasses
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from textgov.errors import UsageError
from textgov.export import ExportExtras, write_json, write_panel, write_table
from textgov.index import IndexOptions, build_index, pmc_table, strength_table
from textgov.join import Joined, JoinOptions, join_outside, join_tables
from textgov.outside import read_outside, read_panel, run_about
from textgov.policies import (
    Policy,
    PolicyOptions,
    attach_policy,
    builtin_policies,
    check_complete,
    read_policy,
    read_policy_file,
)
from textgov.records import Panel, hash_text
from textgov.regions import Gazetteer

if TYPE_CHECKING:
    import pandas as pd

    from textgov.codebook import Language


@dataclass(frozen=True, slots=True)
class ExtendOptions:
    """What is added to a panel: options of `join`, `index` and `policies`."""

    join: JoinOptions = field(default_factory=JoinOptions)
    index: IndexOptions = field(default_factory=IndexOptions)
    policies: PolicyOptions = field(default_factory=PolicyOptions)

    @property
    def files(self) -> dict[str, Path]:
        """Every file that is read, by what it is for."""
        found = {f"join {number}": Path(file) for number, file in enumerate(self.join.files, 1)}
        found |= {
            name: Path(file) for name, file in (("strength", self.index.strength), ("pmc", self.index.pmc)) if file
        }
        return found | {f"policy {name}": Path(file) for name, file in map(split_file, self.policies.policy)}

    def told(self) -> dict[str, Any]:
        """The options that are not defaults, files by their names and hashes, for the record of a run."""
        names = {str(path): path.name for path in self.files.values()}
        found: dict[str, Any] = {}
        for one in dataclasses.fields(self):
            part = getattr(self, one.name)
            default = type(part)()
            said = {
                item.name: _by_name(value, names)
                for item in dataclasses.fields(part)
                if (value := getattr(part, item.name)) != getattr(default, item.name)
            }
            if said:
                found[one.name] = said
        return found

    def hashes(self) -> dict[str, str]:
        """The SHA-256 of every file that is there."""
        return {
            name: hashlib.sha256(path.read_bytes()).hexdigest() for name, path in self.files.items() if path.is_file()
        }

    @property
    def empty(self) -> bool:
        """Whether nothing is added."""
        return not self.told()


def _by_name(value: Any, names: Mapping[str, str]) -> Any:
    if isinstance(value, tuple):
        return [_by_name(one, names) for one in value]
    if not isinstance(value, str):
        return value
    name, equals, file = value.partition("=")
    return names.get(value, f"{name}={names[file]}" if equals and file in names else value)


@dataclass(frozen=True, slots=True, eq=False)
class Extended:
    """A panel with more columns.

    Parameters
    ----------
    panel : Panel
    tables : dict of str to DataFrame
        Files to write beside the panel: ``join_unmatched.csv``, ``index_weights.csv``, ``index_agreement.csv``,
        ``policies_placebo.csv``, ``pmc.csv``.
    notes : tuple of (code, facts)
        Messages about what was done and what to look at.
    """

    panel: Panel
    tables: Mapping[str, pd.DataFrame]
    notes: tuple[tuple[str, Mapping[str, Any]], ...]


def extend_panel(
    panel: Panel, options: ExtendOptions, gazetteer: Gazetteer | None = None, *, replace: bool = False
) -> Extended:
    """Join outside indicators, build indices and attach policies, in this order.

    Parameters
    ----------
    panel : Panel
    options : ExtendOptions
    gazetteer : Gazetteer, optional
        The table of divisions with which the panel was made; the packaged one when not given.
    replace : bool
        Whether new columns may take the place of columns of the same name.

    Raises
    ------
    UsageError
        See `join_outside`, `build_index` and `attach_policy`.
    """
    import pandas as pd

    tables: dict[str, pd.DataFrame] = {}
    notes: list[tuple[str, Mapping[str, Any]]] = []
    joined = list(join_tables(panel, options.join, gazetteer, replace=replace))
    panel = joined[-1].panel if joined else panel
    if options.index.strength:
        scored = strength_table(read_outside(Path(options.index.strength)), panel.keys[0], options.index.combine)
        joined.append(join_outside(panel, scored, JoinOptions(), gazetteer, replace=replace))
        panel = joined[-1].panel
    if joined:
        listed = [one.unmatched.assign(file=one.file) for one in joined if len(one.unmatched)]
        head = ["file", *joined[0].unmatched.columns]
        tables["join_unmatched.csv"] = pd.concat(listed)[head] if listed else pd.DataFrame(columns=head)
        notes += [_join_note(one) for one in joined]
    if options.index.pmc:
        tables["pmc.csv"] = pmc_table(read_outside(Path(options.index.pmc)), options.index.bounds())
    if options.index.of or options.index.couple or options.index.derive:
        built = build_index(panel, options.index, replace=replace)
        panel = built.panel
        if options.index.of:
            tables |= {"index_weights.csv": built.weights, "index_agreement.csv": built.agreement}
        notes += built.warnings
        notes += _agreement_notes(built.agreement)
    draws = []
    for policy in read_policies(options.policies, gazetteer):
        attached = attach_policy(panel, policy, options.policies, gazetteer, replace=replace)
        panel = attached.panel
        notes += attached.notes
        draws.append(attached.placebo.assign(policy=policy.name))
    if draws and options.policies.placebo:
        placebo = pd.concat(draws, ignore_index=True)
        tables["policies_placebo.csv"] = placebo[["policy", *(one for one in placebo.columns if one != "policy")]]
    return Extended(panel, tables, tuple(notes))


def _agreement_notes(agreement: pd.DataFrame) -> list[tuple[str, Mapping[str, Any]]]:
    if agreement.empty:
        return []
    told: dict[str, list[str]] = {}
    for row in agreement.to_dict("records"):
        told.setdefault(str(row["index"]), []).append(f"{row['a']} ~ {row['b']} {row['spearman']:.3f}")
    return [("index_agreed", {"name": name, "detail": "; ".join(pairs)}) for name, pairs in told.items()]


def _join_note(joined: Joined) -> tuple[str, Mapping[str, Any]]:
    return "join_said", {
        "path": joined.file,
        "columns": len(joined.variables),
        "matched": joined.matched,
        "rows": len(joined.panel.frame),
        "mapped": joined.mapped,
        "unmatched": int((joined.unmatched["side"] == "file").sum()),
    }


def check_extend(options: ExtendOptions, gazetteer: Gazetteer | None = None) -> None:
    """Find the faults that need no panel, before a long run begins.

    Raises
    ------
    UsageError
        A file is missing, a list cannot be used, or a policy is no treatment because its list is not complete.
    """
    for path in options.files.values():
        if not path.is_file():
            raise UsageError("source_missing", path=path)
    for policy in read_policies(options.policies, gazetteer):
        check_complete(policy)


def read_policies(options: PolicyOptions, gazetteer: Gazetteer | None = None) -> tuple[Policy, ...]:
    """The built-in policies and the lists of the user that the options name.

    Raises
    ------
    UsageError
        An unknown name, a list that cannot be used, or two policies with one prefix.
    """
    files = dict(map(split_file, options.policy))
    found = [read_policy(name) for name in options.attach if name not in files]
    found += [
        read_policy_file(file, name, total=options.total or None, gazetteer=gazetteer) for name, file in files.items()
    ]
    prefixes = [one.prefix for one in found]
    for one in found:
        if prefixes.count(one.prefix) > 1:
            raise UsageError(
                "option_bad", name="policy", value=one.name, detail=f"the prefix {one.prefix} is used twice"
            )
    return tuple(found)


def split_file(text: str) -> tuple[str, str]:
    """Name and file of ``name=file``; a file alone is named after itself.

    Examples
    --------
    >>> split_file("xxhm_pilot=lists/80.csv"), split_file("reform.csv")
    (('xxhm_pilot', 'lists/80.csv'), ('reform', 'reform.csv'))
    """
    name, equals, file = text.partition("=")
    if equals and (name in builtin_policies() or not Path(text).exists()):
        return name, file
    return Path(text).stem.lower(), text


# ---- on disk ----


def extend_files(
    source: Path,
    options: ExtendOptions,
    *,
    out: Path | None = None,
    labels: Language = "zh",
    replace: bool = False,
) -> tuple[Extended, tuple[Path, ...]]:
    """Extend the panel of a run folder, or of a csv, xlsx or dta table, and write every file of it anew.

    Parameters
    ----------
    source : Path
        A run folder or a table.
    options : ExtendOptions
    out : Path, optional
        Folder for the files; the run folder itself when not given.
    labels : {"zh", "en"}
        Language of the variable labels in ``panel.dta``.
    replace : bool
        Whether new columns may take the place of columns of the same name.

    Returns
    -------
    Extended, tuple of Path
        What was done, and the files: those of `write_panel`, the tables, ``provenance.json`` with the new options.

    Raises
    ------
    UsageError
        Also when the source is a table and no `out` was given.
    """
    if out is None and not source.is_dir():
        if not source.exists():
            raise UsageError("source_missing", path=source)
        detail = "name a folder with --out; a table is not overwritten"
        raise UsageError("option_bad", name="out", value="", detail=detail)
    check_extend(options)
    extended = extend_panel(read_panel(source), options, replace=replace)
    return extended, write_extended(extended, source, options.told(), options.hashes(), out=out, labels=labels)


def write_extended(
    extended: Extended,
    source: Path,
    told: Mapping[str, Any],
    hashes: Mapping[str, str],
    *,
    out: Path | None = None,
    labels: Language = "zh",
) -> tuple[Path, ...]:
    """Write a panel with more columns: every file of `write_panel`, the tables, and the record with what was added.

    Parameters
    ----------
    extended : Extended
    source : Path
        The run folder or table that the panel was read from.
    told, hashes : mapping
        Options and hashes of files, for ``provenance.json``.
    out : Path, optional
        Folder for the files; the run folder itself when not given.
    labels : {"zh", "en"}
    """
    import pandas as pd

    folder = out or source
    record = _record(source, told, hashes)
    review = source / "review.csv"
    shown = pd.read_csv(review, dtype=str, keep_default_na=False) if review.is_file() else None
    extra = ExportExtras(shown, record["run_id"], record["options"])
    files = list(write_panel(extended.panel, folder, labels=labels, extra=extra))
    files += [write_table(table, folder / name) for name, table in extended.tables.items()]
    files.append(write_json(record, folder / "provenance.json"))
    return tuple(sorted(files))


def _record(source: Path, told: Mapping[str, Any], hashes: Mapping[str, str]) -> dict[str, Any]:
    """The record of the run with what was added, under a new id."""
    record = run_about(source)
    if source.is_file():
        record = {"tables": {"panel": hashlib.sha256(source.read_bytes()).hexdigest()}, "panel": source.name}
    known = dict(record.get("options", {}))
    # In order, also what was added twice: the options have the last of each kind alone.
    before = record.get("added") or [
        {name: known[name]} for name in ExtendOptions.__dataclass_fields__ if name in known
    ]
    record["added"] = [*(one for one in before if one != dict(told)), dict(told)]
    for name, said in told.items():
        known[name] = {**known.get(name, {}), **said} if name != "index" else said
    record["options"] = known
    record["tables"] = _with_tables(record.get("tables", {}), hashes)
    record.pop("run_id", None)
    return record | {"run_id": hash_text(repr(sorted(record.items())))}


def _with_tables(known: Mapping[str, str], hashes: Mapping[str, str]) -> dict[str, str]:
    """The hashes of all tables: another table of the same name gets the next number."""
    found = dict(known)
    for name, digest in hashes.items():
        key, number = name, 1
        while found.get(key, digest) != digest:
            number += 1
            key = f"{name.rstrip('0123456789 ')} {number}"
        found[key] = digest
    return found
