"""What a lexicon loses in a format: found by reading the written file and comparing, so that nothing goes unsaid."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from textgov.lexicon.findings import Finding
from textgov.lexicon.terms import match_key
from textgov.records import Entry, Lexicon

META_NAMES = ("name", "version", "prefix", "citation", "note", "language")
META = {key: key for key in META_NAMES} | {"zh": "title zh", "en": "title en"}
CONDITIONS = ("exclude", "near", "not_near", "weight", "regex")
REMARKS = ("phase", "source", "note")
SHOWN = 5  # examples in a sentence

Place = tuple[str, str]  # name of the category, key of the term


def losses(lexicon: Lexicon, again: Lexicon) -> tuple[Finding, ...]:
    """What `lexicon` has and `again`, read from the file that was written, has not; one sentence a kind.

    Nothing is lost where the two are equal, and two lexicons of which nothing is said are equal.
    """
    return tuple(_all(lexicon, again))


def _all(old: Lexicon, new: Lexicon) -> Iterator[Finding]:
    fields = [name for key, name in META.items() if getattr(old, key) != getattr(new, key)]
    if fields:
        yield Finding("warning", "lost_fields", 0, {"fields": ", ".join(fields)})
    yield from _category_losses(old, new)
    yield from _entry_losses(old, new)
    names = [name for name, _ in old.lists if name not in dict(new.lists)]
    changed = [name for name, words in old.lists if name not in names and dict(new.lists)[name] != words]
    if names or changed:
        yield _finding("lost_lists", [*names, *changed])


def _category_losses(old: Lexicon, new: Lexicon) -> Iterator[Finding]:
    before, after = old.paths(), new.paths()
    moved = [name for name, path in before.items() if after.get(name) != path]
    if moved or len(after) > len(before):
        yield _finding("lost_categories", moved or [name for name in after if name not in before])
    titles = {category.name: (category.zh, category.en) for category in new.categories}
    renamed = [
        category.zh or category.name
        for category in old.categories
        if category.name in titles and titles[category.name] != (category.zh, category.en)
    ]
    if renamed:
        yield _finding("lost_titles", renamed)


class _Compared(NamedTuple):
    """Entries that are in both, those that are gone, those that are new, and whether the order is the same."""

    both: list[tuple[Entry, Entry]]
    gone: list[Entry]
    extra: list[Entry]
    in_order: bool


def _compare(old: Lexicon, new: Lexicon) -> _Compared:
    names = _new_names(old, new)
    before, after = _by_place(old, names), _by_place(new, {})
    # Where a category is gone, its entries may stand in another one.
    kept = {category.name for category in new.categories}
    anywhere = {place[1]: place for place in reversed(after)}
    found: dict[Place, Place] = {}
    for place in before:
        if place in after:
            found[place] = place
        elif place[0] not in kept and place[1] in anywhere:
            found[place] = anywhere[place[1]]
    both = [(before[place], after[other]) for place, other in found.items()]
    gone = [entry for place, entry in before.items() if place not in found]
    reached = set(found.values())
    extra = [entry for place, entry in after.items() if place not in reached]
    known = [category.name for category in new.categories]
    order = [name for category in old.categories if (name := names.get(category.name, category.name)) in kept]
    in_order = list(found.values()) == [place for place in after if place in reached]
    return _Compared(both, gone, extra, in_order and order == [name for name in known if name in order])


def _entry_losses(old: Lexicon, new: Lexicon) -> Iterator[Finding]:
    both, gone, extra, in_order = _compare(old, new)
    if gone:
        yield _finding("lost_entries", [entry.term for entry in gone])
    apart = [one.term for one, other in both if one.variants != other.variants]
    if apart:
        yield _finding("lost_variants", apart)
    for code, fields in (("lost_condition", CONDITIONS), ("lost_remark", REMARKS)):
        for field in fields:
            lost = [one.term for one, other in both if getattr(one, field) != getattr(other, field)]
            if lost:
                yield _finding(code, lost, field=field)
    spelled = [one.term for one, other in both if one.term != other.term]
    if spelled:
        yield _finding("lost_spelling", spelled)
    # New entries beside variants that are gone are these variants.
    if extra and not apart:
        yield _finding("lost_added", [entry.term for entry in extra])
    if not in_order:
        yield Finding("warning", "lost_order")


def _new_names(old: Lexicon, new: Lexicon) -> dict[str, str]:
    """What the categories are called now, where the tree has kept its shape."""
    if _shape(old) != _shape(new):
        return {}
    return {one.name: other.name for one, other in zip(old.categories, new.categories, strict=True)}


def _shape(lexicon: Lexicon) -> list[int]:
    numbers = {category.name: number for number, category in enumerate(lexicon.categories)}
    return [numbers.get(category.parent, -1) for category in lexicon.categories]


def _by_place(lexicon: Lexicon, names: Mapping[str, str]) -> dict[Place, Entry]:
    return {(names.get(entry.category, entry.category), _key(entry)): entry for entry in lexicon.entries}


def _key(entry: Entry) -> str:
    # Whether it is an expression is compared apart, so that one written as a plain word is not called missing.
    return f"/{entry.term}/" if entry.regex else match_key(entry.term)


def _finding(code: str, names: Sequence[str], **facts: object) -> Finding:
    more = f" … (+{len(names) - SHOWN})" if len(names) > SHOWN else ""
    examples = ", ".join(map(_short, names[:SHOWN])) + more
    return Finding("warning", code, 0, {"n": len(names), "examples": examples, **facts})


def _short(text: object) -> str:
    whole = " ".join(str(text).split())
    return whole if len(whole) <= 40 else f"{whole[:40]}…"
