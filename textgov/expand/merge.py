"""From a judged sheet to a new version of the lexicon."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal, NamedTuple, get_args

from textgov.coding import cohen_kappa, krippendorff_alpha, value_counts
from textgov.errors import UsageError
from textgov.expand.sheet import NO, UNSURE, YES, Judged, candidate_id, join_sheets, read_sheet
from textgov.lexicon import match_key
from textgov.records import Entry, Lexicon

Rule = Literal["both", "any", "adjudicated"]
DECISIONS = (YES, NO, UNSURE)
NAMED_ROWS = 10  # rows that a message names


class Agreement(NamedTuple):
    """How far two coders agree on yes, no and unsure.

    ``percent`` is the share of equal answers in per cent; ``kappa`` is that of Cohen (1960), ``alpha`` that of
    Krippendorff (2004) for nominal data; both are None where both coders gave one and the same answer throughout, so
    that nothing is left to chance.
    """

    n: int
    percent: float
    kappa: float | None
    alpha: float | None


@dataclass(frozen=True, slots=True)
class Merged:
    """The new version of a lexicon, how the coders agreed, and what became of every row.

    ``added`` are the new entries; ``refused`` the candidates that were not taken, ``known`` those that the lexicon had
    already; ``changelog`` tells it all in Markdown.
    """

    lexicon: Lexicon
    agreement: Agreement
    added: tuple[Entry, ...]
    refused: tuple[str, ...]
    known: tuple[str, ...]
    changelog: str


def measure_agreement(a: Sequence[str], b: Sequence[str]) -> Agreement:
    """Agreement of two coders on the same rows.

    Examples
    --------
    >>> found = measure_agreement(["yes", "yes", "no", "no"], ["yes", "no", "no", "no"])
    >>> (found.percent, found.kappa, round(found.alpha, 4))
    (75.0, 0.5, 0.5333)
    """
    equal = sum(one == other for one, other in zip(a, b, strict=True))
    if not a:
        return Agreement(0, 0.0, None, None)
    percent = 100 * equal / len(a)
    counts = value_counts([a, b], DECISIONS)
    return Agreement(len(a), percent, cohen_kappa(a, b, DECISIONS), krippendorff_alpha(counts, DECISIONS))


def merge_sheets(paths: Sequence[Path | str], lexicon: Lexicon, rule: Rule = "both") -> Merged:
    """Read the judged sheet, or the copies of several coders, and enter what was accepted.

    Parameters
    ----------
    paths : sequence of paths
        Workbooks or csv files as `write_sheet` makes them.
    lexicon : Lexicon
        The one that the candidates were made for.
    rule : {"both", "any", "adjudicated"}
        What is accepted: what both coders call yes; what either does; what both do and, where they differ or one is
        unsure, what ``adjudicated`` says.

    Returns
    -------
    Merged
        The version of the lexicon is raised by one in its last number; each new entry has the source ``expand``.

    Raises
    ------
    UsageError
        A row was altered or is of another lexicon, is half filled or not filled, names no category of the lexicon, or
        is not adjudicated although the rule needs it; nothing is merged then.
    """
    if rule not in get_args(Rule):
        raise UsageError("option_bad", name="rule", value=rule, detail=f"use {', '.join(get_args(Rule))}")
    rows = join_sheets([read_sheet(path) for path in paths])
    _check_ids(rows, lexicon)
    _check_filled(rows, rule)
    known_terms = {
        match_key(term) for entry in lexicon.entries if not entry.regex for term in (entry.term, *entry.variants)
    }
    added: list[Entry] = []
    refused, known = [], []
    for row in rows:
        if not _accepted(row, rule):
            refused.append(row.candidate)
        elif match_key(row.candidate) in known_terms:
            known.append(row.candidate)
        else:
            note = f"coders: {row.coder_a}, {row.coder_b}" + (", adjudicated" if _differ(row) else "")
            added.append(Entry(row.candidate, _category(row, lexicon), source="expand", note=note))
    agreement = measure_agreement([row.coder_a for row in rows], [row.coder_b for row in rows])
    version = next_version(lexicon.version)
    line = f"{version}: {len(added)} entries added by expansion (rule {rule}, {_figures(agreement)})."
    note = f"{lexicon.note} {line}".strip()
    order = [category.name for category in lexicon.categories]  # as a file is written, and read back
    entries = sorted((*lexicon.entries, *added), key=lambda entry: order.index(entry.category))
    larger = replace(lexicon, version=version, note=note, entries=tuple(entries))
    changelog = _changelog(lexicon, larger, rule, agreement, (added, refused, known))
    return Merged(larger, agreement, tuple(added), tuple(refused), tuple(known), changelog)


def _check_ids(rows: Sequence[Judged], lexicon: Lexicon) -> None:
    if not rows:
        raise UsageError("sheet_empty")
    altered = [row for row in rows if row.id != candidate_id(lexicon, row.candidate)]
    if len(altered) == len(rows) > 1:
        raise UsageError("sheet_of_other", path=rows[0].path, lexicon=lexicon.label)
    if altered:
        raise UsageError("sheet_altered", path=altered[0].path, rows=_numbers(altered), candidate=altered[0].candidate)


def _check_filled(rows: Sequence[Judged], rule: Rule) -> None:
    empty = [row for row in rows if not (row.coder_a and row.coder_b)]
    if empty:
        raise UsageError("sheet_half", path=empty[0].path, n=len(empty), of=len(rows), rows=_numbers(empty))
    open_rows = [row for row in rows if rule == "adjudicated" and _differ(row) and not row.adjudicated]
    if open_rows:
        raise UsageError("sheet_open", path=open_rows[0].path, n=len(open_rows), rows=_numbers(open_rows))


def _numbers(rows: Sequence[Judged]) -> str:
    more = "" if len(rows) <= NAMED_ROWS else " ..."
    return ", ".join(str(row.row) for row in rows[:NAMED_ROWS]) + more


def _differ(row: Judged) -> bool:
    return row.coder_a != row.coder_b or row.coder_a == UNSURE


def _accepted(row: Judged, rule: Rule) -> bool:
    if rule == "any":
        return YES in (row.coder_a, row.coder_b)
    if rule == "adjudicated" and _differ(row):
        return row.adjudicated == YES
    return row.coder_a == row.coder_b == YES


def _category(row: Judged, lexicon: Lexicon) -> str:
    name = row.category or row.suggested
    known = [category.name for category in lexicon.categories]
    if name not in known:
        detail = f"category = {name or 'empty'} for {row.candidate}; use one of {', '.join(known)}"
        raise UsageError("sheet_bad", path=row.path, row=row.row, detail=detail)
    return name


def next_version(version: str) -> str:
    """The version with its last number raised by one.

    Examples
    --------
    >>> [next_version(one) for one in ("1.0", "2026-11", "draft", "")]
    ['1.1', '2026-12', 'draft.1', '1']
    """
    found = re.search(r"(\d+)(\D*)\Z", version, re.ASCII)
    if not found:
        return f"{version}.1" if version else "1"
    digits = found[1]
    return version[: found.start()] + str(int(digits) + 1).zfill(len(digits)) + found[2]


def _figures(agreement: Agreement) -> str:
    kappa, alpha = ("not defined" if one is None else f"{one:.3f}" for one in (agreement.kappa, agreement.alpha))
    rows = f"{agreement.n} candidates, agreement {agreement.percent:.1f} %"
    return f"{rows}, Cohen's kappa {kappa}, Krippendorff's alpha {alpha}"


def _changelog(
    old: Lexicon,
    new: Lexicon,
    rule: Rule,
    agreement: Agreement,
    outcome: tuple[Sequence[Entry], Sequence[str], Sequence[str]],
) -> str:
    added, refused, known = outcome
    lines = [
        f"# {new.label}",
        "",
        f"- From {old.label} ({old.hash}) to {new.label} ({new.hash}).",
        f"- {_figures(agreement)}; rule: {rule}.",
        f"- {len(added)} added, {len(refused)} refused, {len(known)} accepted but known already.",
        "",
        "## Added",
        "",
        *(f"- {entry.term} ({entry.category}; {entry.note})" for entry in added),
        "",
        "## Refused",
        "",
        *(f"- {word}" for word in refused),
        *(["", "## Known already", "", *(f"- {word}" for word in known)] if known else []),
    ]
    return "\n".join(lines) + "\n"
