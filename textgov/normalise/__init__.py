"""Text to text: an ordered list of small rules, each reported when it fires; then what the text is made of.

A second pass changes nothing, the original stays, and every position leads back to it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, replace

from textgov.errors import UsageError
from textgov.normalise.change import Change
from textgov.normalise.characters import fold_characters, fold_newlines
from textgov.normalise.furniture import remove_furniture
from textgov.normalise.glyphs import count_unknown_glyphs, repair_glyphs, unescape_entities
from textgov.normalise.language import detect_language
from textgov.normalise.layout import close_spaces, join_lines, trim_lines
from textgov.normalise.mojibake import count_lost, repair_mojibake
from textgov.normalise.papers import split_paper
from textgov.normalise.pinyin import restore_pinyin
from textgov.normalise.script import (
    OTHER_SCRIPTS,
    detect_script,
    look_at_script,
    map_vocabulary,
    read_vocabulary,
    settled_characters,
    simplify,
)
from textgov.normalise.sections import SECTION_NAMES, read_section_names, split_sections, title_of
from textgov.records import Corpus, Document, Doubt, Section, Step
from textgov.spans import Spans

__all__ = [
    "RULES",
    "SECTION_NAMES",
    "NormaliseOptions",
    "detect_script",
    "normalise_corpus",
    "normalise_term",
    "normalise_text",
    "read_section_names",
    "read_vocabulary",
    "simplify",
]

Rule = Callable[[str], Change]
Rules = list[tuple[str, Rule]]
# The order matters: damage is repaired while the bytes behind it can still be told, line ends come before anything
# looks at lines, plain characters before the script is judged, and page numbers go before the lines that they part
# are joined. The vocabulary applies only to texts that were traditional or mixed.
RULES: tuple[tuple[str, Rule], ...] = (
    ("newlines", fold_newlines),
    ("pinyin", restore_pinyin),
    ("mojibake", repair_mojibake),
    ("glyphs", repair_glyphs),
    ("characters", fold_characters),
    ("entities", unescape_entities),
    ("script", simplify),
    ("vocabulary", map_vocabulary),
    ("lines", trim_lines),
    ("furniture", remove_furniture),
    ("joins", join_lines),
    ("spaces", close_spaces),
)
# The script of a text is judged behind these.
BEFORE_SCRIPT = frozenset(("newlines", "pinyin", "mojibake", "glyphs", "entities", "characters"))
# What applies to a term or a title as well as to a text.
TERM_RULES = frozenset(("newlines", "glyphs", "entities", "characters", "script", "vocabulary"))
OWN_DOUBTS = frozenset(("characters_lost", "characters_unknown"))


@dataclass(frozen=True, slots=True)
class NormaliseOptions:
    """Which rules run.

    Parameters
    ----------
    simplify : bool
        Convert traditional characters to simplified ones, and words of Taiwan and Hong Kong to those of the mainland.
        Lexicons are written in simplified script, so a traditional text is counted as nearly empty without it.
    vocabulary : str, optional
        Your own table of such words (columns ``term`` and ``mapped``) instead of the one that comes with the package.
    skip : str
        Names of `RULES` that are left out, parted by commas, such as ``furniture,vocabulary``.
    """

    simplify: bool = True
    vocabulary: str | None = None
    skip: str = ""

    def __post_init__(self) -> None:
        known = [name for name, _ in RULES]
        for name in self.skipped:
            if name not in known:
                detail = f"known rules: {', '.join(known)}"
                raise UsageError("option_bad", name="skip", value=self.skip, detail=detail)

    @property
    def skipped(self) -> tuple[str, ...]:
        """Names of the rules that are left out."""
        named = tuple(name.strip() for name in self.skip.split(",") if name.strip())
        return named if self.simplify else (*named, "script", "vocabulary")


def _chosen(options: NormaliseOptions) -> Rules:
    """The rules that were not left out."""
    vocabulary, skipped = read_vocabulary(options.vocabulary), options.skipped
    rules: dict[str, Rule] = dict(RULES) | {"vocabulary": lambda text: map_vocabulary(text, vocabulary)}
    return [(name, rule) for name, rule in rules.items() if name not in skipped]


def normalise_text(text: str, options: NormaliseOptions | None = None) -> str:
    """The text as it is counted: every rule, as for a document.

    Examples
    --------
    >>> normalise_text("推進互聯網＋政務服務")
    '推进互联网+政务服务'
    """
    return _apply(text, _chosen(options or NormaliseOptions())).text


def normalise_term(term: str, options: NormaliseOptions | None = None) -> str:
    """A term or a title as it is compared: characters, script and vocabulary only."""
    if settled_characters().issuperset(term):
        return term  # whatever the rules
    return _normalise_term(term, _chosen(options or NormaliseOptions()))


def _normalise_term(term: str, rules: Rules) -> str:
    return _apply(term, [(name, rule) for name, rule in rules if name in TERM_RULES]).text


@dataclass(frozen=True, slots=True, eq=False)
class _Normalised:
    """A text after the rules: its spans, its script, how often each rule fired, and what was left out of it."""

    text: str
    spans: Spans
    script: str
    fired: dict[str, int]
    removed: tuple[Section, ...]


def _apply(text: str, rules: Rules, script: str = "") -> _Normalised:
    spans, fired, removed = Spans.identity(), dict[str, int](), list[Section]()
    for name, rule in rules:
        if name == "script":
            look = look_at_script(text)
            script = script or look.script
            if not look.convertible:
                continue
        elif name not in BEFORE_SCRIPT:
            script = script or detect_script(text)
        if name == "vocabulary" and script not in OTHER_SCRIPTS:
            continue
        change = rule(text)
        if change.places:
            removed += [Section(reason, *spans.to_original(start, end)) for reason, start, end in change.removed]
            text, spans = change.text, spans.then(change.spans)
            fired[name] = change.places
    return _Normalised(text, spans, script, fired, tuple(removed))


def _normalise_document(document: Document, rules: Rules) -> tuple[Document, dict[str, int]]:
    """A document with its text normalised, its script and sections named, and how often each rule fired."""
    found = _apply(document.text, rules, document.script)
    paper = split_paper(found.text)
    sections = paper.sections if paper else split_sections(found.text)
    title = document.title
    if "pinyin" in found.fired:
        title = restore_pinyin(title, certain=True).text
    title = _normalise_term(title, rules).strip()
    # A title that was only the first line of the text gives way to the one that was recognised.
    named = paper.title if paper else title_of(found.text, sections)
    if named and (not title or title in found.text or paper):
        title = named
    removed = tuple(Section(part.name, *document.spans.to_original(part.start, part.end)) for part in found.removed)
    new = replace(
        document,
        text=found.text,
        spans=document.spans.then(found.spans),
        script=found.script,
        title=title,
        sections=sections,
        meta={**(paper.meta if paper else {}), **document.meta},
        year=document.year or (int(paper.meta["year"]) if paper and "year" in paper.meta else None),
        language=document.language or detect_language(found.text),
        removed=(*document.removed, *removed),
        doubts=(*(doubt for doubt in document.doubts if doubt.code not in OWN_DOUBTS), *_doubts(found.text)),
    )
    return new, found.fired


def _doubts(text: str) -> tuple[Doubt, ...]:
    """Characters that nobody can bring back: a person should look for a better copy of the file."""
    counts = {"characters_lost": count_lost(text), "characters_unknown": count_unknown_glyphs(text)}
    return tuple(Doubt(code, {"n": n}) for code, n in counts.items() if n)


def normalise_corpus(corpus: Corpus, options: NormaliseOptions | None = None) -> Corpus:
    """Normalise every document; one line of history for each rule that fired.

    Parameters
    ----------
    corpus : Corpus
    options : NormaliseOptions, optional

    Returns
    -------
    Corpus
        The same documents in the same order; ``original`` is unchanged, ``spans`` leads back to it.
    """
    rules = _chosen(options or NormaliseOptions())
    documents, n_docs, n_places = [], Counter[str](), Counter[str]()
    for document in corpus.documents:
        new, fired = _normalise_document(document, rules)
        documents.append(new)
        n_docs.update(fired.keys())
        n_places.update(fired)
    steps = tuple(
        Step("normalise", name, {"documents": n_docs[name], "places": n_places[name]})
        for name, _ in RULES
        if n_docs[name]
    )
    return replace(corpus, documents=tuple(documents), history=corpus.history + steps)
