"""Which hits make a column: the categories of a lexicon, what lies below each, and the total."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from textgov.errors import UsageError
from textgov.lexicon import conditions, match_keys
from textgov.records import Category, Entry, Lexicon

if TYPE_CHECKING:
    import pyarrow as pa
    from numpy.typing import NDArray


class Sets(NamedTuple):
    """The columns of a lexicon: every category with all below it, in order, then the total.

    ``holds`` (entries x sets) says which entries belong to a set; in ``member`` an entry that stands in two categories
    of a set is there once, so that counts times ``member`` are the counts of the sets.
    """

    names: tuple[str, ...]
    titles: tuple[tuple[str, str], ...]
    holds: NDArray[np.bool_]
    member: NDArray[np.int64]


@cache
def make_sets(lexicon: Lexicon) -> Sets:
    """The columns of a lexicon; made once, since every part of a long run asks for them.

    Parameters
    ----------
    lexicon : Lexicon

    Returns
    -------
    Sets
        A category holds the entries of the categories below it as well.
    """
    names = [category.name for category in lexicon.categories]
    order = {name: number for number, name in enumerate(names)}
    paths = lexicon.paths()
    holds = np.zeros((len(lexicon.entries), len(names) + 1), dtype=np.bool_)
    member = np.zeros(holds.shape, dtype=np.int64)
    seen: set[tuple[int, object]] = set()
    for number, entry in enumerate(lexicon.entries):
        what = match_keys(entry), conditions(entry)
        for at in (*(order[name] for name in paths[entry.category]), len(names)):
            holds[number, at] = True
            member[number, at] = (at, what) not in seen
            seen.add((at, what))
    titles = (*((category.zh, category.en) for category in lexicon.categories), ("合计", "total"))
    return Sets((*names, "total"), titles, holds, member)


def at_levels(lexicon: Lexicon, levels: str) -> Lexicon:
    """A lexicon with only some depths of its tree.

    Parameters
    ----------
    lexicon : Lexicon
    levels : str
        Depths parted by commas, 1 at the top, or ``all``. An entry goes to the deepest category that is left above it;
        one that has none is left out.

    Returns
    -------
    Lexicon

    Raises
    ------
    UsageError
        Not a depth, or no entry is left.
    """
    if levels.strip() == "all":
        return lexicon
    parts = [part.strip() for part in levels.split(",")]
    if not all(part.isdecimal() and int(part) for part in parts):
        raise UsageError("option_bad", name="levels", value=levels, detail="use all, or depths such as 1 or 1,2")
    wanted = {int(part) for part in parts}
    kept = {
        name: [step for depth, step in enumerate(path, 1) if depth in wanted] for name, path in lexicon.paths().items()
    }
    categories = tuple(
        replace(category, parent=["", *kept[category.name]][-2])
        for category in lexicon.categories
        if category.name in kept[category.name]
    )
    entries: dict[tuple[str, frozenset[str]], Entry] = {}
    for entry in lexicon.entries:
        if kept[entry.category]:
            moved = replace(entry, category=kept[entry.category][-1])
            entries.setdefault((moved.category, match_keys(moved)), moved)
    if not entries:
        detail = f"{lexicon.name} has no category at this depth"
        raise UsageError("option_bad", name="levels", value=levels, detail=detail)
    return replace(lexicon, categories=categories, entries=tuple(entries.values()))


def units_with_hits(hits: pa.Table, unit: str, sets: Sets, n_documents: int) -> NDArray[np.int64]:
    """How many sentences or paragraphs of each document hold a hit of each set: documents x sets.

    `unit` is the column of the hits that numbers them.
    """
    documents = hits["document"].to_numpy().astype(np.int64)
    places = (documents << 32) | hits[unit].to_numpy().astype(np.int64)
    entries = hits["entry"].to_numpy()
    found = np.zeros((n_documents, len(sets.names)), dtype=np.int64)
    for at in range(len(sets.names)):
        distinct = np.unique(places[sets.holds[entries, at]])
        found[:, at] = np.bincount(distinct >> 32, minlength=n_documents)
    return found


def leaves(lexicon: Lexicon) -> tuple[Category, ...]:
    """The categories that hold entries themselves, in order."""
    used = {entry.category for entry in lexicon.entries}
    return tuple(category for category in lexicon.categories if category.name in used)
