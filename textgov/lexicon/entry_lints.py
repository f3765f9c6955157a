"""The check of one entry: can it ever count, and does it count what it seems to."""

from __future__ import annotations

import re
from collections.abc import Iterator

from textgov.lexicon.findings import Finding
from textgov.lexicon.terms import lower_case, match_key
from textgov.normalise import normalise_term, normalise_text
from textgov.normalise.characters import fold_characters
from textgov.records import Context, Entry

# Replacement characters, private use, and the word that UTF-8 leaves when it was read as GBK.
DAMAGED = re.compile("[\ufffd\ue000-\uf8ff]|锟斤拷|烫烫烫")
HAN = "[\u3400-\u9fff]"
BLANKS = re.compile(rf"\A\s|\s\Z|(?<={HAN})\s+(?={HAN})")
SIGNS = re.compile(r"[\\\[\](){}.^$*+?|]")
BLANK_SIGN = re.compile(r"(?<!\\)(?:\\\\)*\\s")  # \s in an expression
FRAMES = ("推进{}工作。", "{}", "1、{}；")  # sentences in which a term is tried


def lint_entry(entry: Entry, line: int) -> Iterator[Finding]:
    """The findings about one entry beside those of `Draft.check_terms`."""
    spellings = (entry.term, *entry.variants)
    for term in spellings:
        if DAMAGED.search(term):
            yield Finding("error", "lexicon_damaged", line, {"term": term})
        else:
            yield from _lint_expression(term, line) if entry.regex else _lint_term(term, line)
    yield from _lint_exclude(entry, line)
    for key, context in (("near", entry.near), ("not_near", entry.not_near)):
        if context:
            yield from _lint_context(key, context, entry, line)
    if entry.near and entry.not_near and _clash(entry.near, entry.not_near):
        yield Finding("error", "lexicon_contexts_clash", line, {"term": entry.term})
    if entry.weight == 0:
        yield Finding("warning", "lexicon_weight_zero", line, {"term": entry.term})
    elif entry.weight < 0:
        yield Finding("warning", "lexicon_weight_negative", line, {"term": entry.term, "weight": entry.weight})


def _lint_term(term: str, line: int) -> Iterator[Finding]:
    folded, key = fold_characters(term).text, match_key(term)
    plain = normalise_term(term)
    if folded != term and "".join(folded.split()) != "".join(term.split()):
        yield Finding("warning", "lexicon_full_width", line, {"term": term, "found": plain})
    if plain != folded:
        yield Finding("warning", "lexicon_traditional", line, {"term": term, "found": plain})
    if BLANKS.search(term):
        yield Finding("warning", "lexicon_blanks", line, {"term": term})
    if len(key) == 1:
        yield Finding("warning", "lexicon_one_character", line, {"term": term})
    found = never_found(term)
    if found is not None:
        yield Finding("error", "lexicon_never_found", line, {"term": term, "found": found})


def never_found(term: str) -> str | None:
    """What texts hold instead of a term that none of them can hold; None for a term that is found."""
    key, seen = match_key(term), ""
    for frame in FRAMES:
        text = lower_case("".join(normalise_text(frame.format(term)).split()))
        if key in text:
            return None
        before, after = frame.split("{}")
        seen = seen or text.removeprefix(before).removesuffix(after)
    return seen


def _lint_expression(term: str, line: int) -> Iterator[Finding]:
    plain = BLANK_SIGN.sub("", "".join(normalise_term(term).split()))
    if plain != term:
        # Full-width brackets and bars may have been meant as signs, so that this is no error.
        yield Finding("warning", "lexicon_regex_spelling", line, {"term": term, "found": plain})
    if not SIGNS.search(term):
        yield Finding("note", "lexicon_regex_plain", line, {"term": term})


def _lint_exclude(entry: Entry, line: int) -> Iterator[Finding]:
    keys = [match_key(term) for term in (entry.term, *entry.variants)] if entry.exclude else []
    for word in entry.exclude:
        key = match_key(word)
        if entry.regex:
            inside = any(_search(term, key) for term in (entry.term, *entry.variants))
        else:
            inside = any(term in key for term in keys)
        if not inside:
            yield Finding("warning", "lexicon_exclude_idle", line, {"word": word, "term": entry.term})
        elif not entry.regex and key in keys:
            yield Finding("error", "lexicon_exclude_all", line, {"word": word, "term": word})


def _search(term: str, key: str) -> bool:
    try:
        return bool(re.search(term, key, re.IGNORECASE))
    except (re.error, OverflowError, RecursionError):
        return True  # reported as a fault


def _lint_context(name: str, context: Context, entry: Entry, line: int) -> Iterator[Finding]:
    keys = [] if entry.regex else [match_key(term) for term in (entry.term, *entry.variants)]
    for word in context.terms:
        key = match_key(word)
        if not key:
            yield Finding("warning", "lexicon_context_idle", line, {"word": word, "key": name})
        elif any(key in term for term in keys):
            yield Finding("warning", "lexicon_near_itself", line, {"word": word, "key": name, "term": entry.term})


def _clash(near: Context, not_near: Context) -> bool:
    """Whether wherever a word of `near` stands a word of `not_near` does."""
    if bool(near.within) != bool(not_near.within) or near.within > not_near.within:
        return False
    forbidden = [match_key(word) for word in not_near.terms]
    return all(any(word and word in match_key(wanted) for word in forbidden) for wanted in near.terms)
