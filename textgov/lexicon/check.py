"""The check of a lexicon: every fault of its file, and what a person should look at before counting with it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

from textgov.errors import LexiconLineError
from textgov.lexicon.build import Draft
from textgov.lexicon.entry_lints import lint_entry
from textgov.lexicon.findings import Finding, bad_lexicon
from textgov.lexicon.nested import lint_nested
from textgov.lexicon.source import read_draft
from textgov.lexicon.terms import match_key
from textgov.records import Lexicon

LONGEST = 32  # characters of a variable name in Stata
SUFFIX = "_p10k"  # the longest ending of a column of a category
ORDER = {"error": 0, "warning": 1, "note": 2}


def check_lexicon(
    source: str | Path | Lexicon, *, format: str | None = None, encoding: str | None = None
) -> tuple[Finding, ...]:
    """Everything that is wrong with a lexicon, or should be looked at; unlike `read_lexicon` it goes on after a fault.

    Parameters
    ----------
    source : str, Path or Lexicon
        A built-in lexicon by its name, a file, or a lexicon.
    format, encoding : str, optional
        As for `read_lexicon`.

    Returns
    -------
    tuple of Finding
        By line. Errors are faults of the file, and entries that can never count. Warnings are what counts otherwise
        than it looks: full-width and traditional forms, blanks, one-character terms, terms inside those of other
        categories, exclusions and contexts without effect, categories without entries. Notes are usual: terms
        inside longer ones of their own category, unused lists, a missing version or citation.

    Raises
    ------
    LexiconError
        There is no such lexicon, or no such format.

    Examples
    --------
    >>> check_lexicon("digital-economy")
    ()
    """
    draft = _draft_of(source) if isinstance(source, Lexicon) else read_draft(source, format, encoding, [])
    return check_draft(draft)


def check_draft(draft: Draft) -> tuple[Finding, ...]:
    """The findings about a draft that was read with a list of faults."""
    faults = draft.faults = draft.faults if draft.faults is not None else []
    draft.check_terms()
    if not draft.entries and not faults:
        faults.append(bad_lexicon(draft.path, 0, "lexicon_no_entry"))
    found = [*map(_of_fault, faults), *draft.notes]
    for entry, line in zip(draft.entries, draft.lines, strict=True):
        found += lint_entry(entry, line)
    for lint in LINTS:
        found += lint(draft)
    return tuple(sorted(found, key=lambda one: (one.line, ORDER[one.level])))


def _draft_of(lexicon: Lexicon) -> Draft:
    """A lexicon that has no file any more; there are no lines to name."""
    return Draft(
        lexicon.name,
        lexicon.name,
        lexicon.version,
        lexicon.prefix,
        lexicon.citation,
        lexicon.note,
        lexicon.language,
        (lexicon.zh, lexicon.en),
        list(lexicon.categories),
        list(lexicon.entries),
        [0] * len(lexicon.entries),
        dict.fromkeys(lexicon.paths(), 0),
        dict(lexicon.lists),
        faults=[],
    )


def _of_fault(fault: LexiconLineError) -> Finding:
    facts = {key: value for key, value in fault.facts.items() if key not in ("path", "line")}
    line = fault.facts["line"]
    assert isinstance(line, int)
    return Finding("error", fault.code, line, facts)


def _lint_top(draft: Draft) -> Iterator[Finding]:
    for key, is_there in (("version", draft.version != "0"), ("citation", bool(draft.citation))):
        if not is_there:
            yield Finding("note", "lexicon_unsaid", 0, {"key": key})


def _lint_categories(draft: Draft) -> Iterator[Finding]:
    filled = {entry.category for entry in draft.entries}
    for category in reversed(draft.categories):
        if category.name in filled and category.parent:
            filled.add(category.parent)
    for category in draft.categories:
        line = draft.category_lines.get(category.name, 0)
        if category.name not in filled and not draft.faults:
            yield Finding("warning", "lexicon_category_empty", line, {"category": category.name})
        column = f"{draft.used_prefix}_{category.name}{SUFFIX}"
        if len(column) > LONGEST:
            yield Finding("warning", "lexicon_column_long", line, {"column": column})


def _lint_lists(draft: Draft) -> Iterator[Finding]:
    used: set[str] = set()
    for entry in draft.entries:
        contexts = [context.terms for context in (entry.near, entry.not_near) if context]
        used.update(entry.exclude, *contexts)
    for name, words in draft.lists.items():
        if not draft.faults and not used.issuperset(words):
            yield Finding("note", "lexicon_list_idle", 0, {"name": name})


def _lint_again(draft: Draft) -> Iterator[Finding]:
    """Terms that stand in two categories."""
    seen: dict[str, tuple[str, int]] = {}
    for entry, line in zip(draft.entries, draft.lines, strict=True):
        key = f"/{entry.term}/" if entry.regex else match_key(entry.term)
        category, other = seen.setdefault(key, (entry.category, line))
        if category != entry.category:
            facts = {"term": entry.term, "other_line": other, "category": category}
            yield Finding("warning", "lexicon_two_categories", line, facts)


def _lint_nested(draft: Draft) -> Iterator[Finding]:
    return lint_nested(draft.entries, draft.lines)


LINTS: tuple[Callable[[Draft], Iterator[Finding]], ...] = (
    _lint_top,
    _lint_categories,
    _lint_lists,
    _lint_again,
    _lint_nested,
)
