"""Text to text: an ordered list of small rules, each reported when it fires.

A second pass changes nothing, the original stays, and every position leads back to it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, replace

from textgov.normalise.change import Change
from textgov.normalise.characters import fold_characters, fold_newlines
from textgov.normalise.script import detect_script, simplify
from textgov.records import Corpus, Document, Step

__all__ = [
    "RULES",
    "NormaliseOptions",
    "detect_script",
    "normalise_corpus",
    "normalise_term",
    "normalise_text",
    "simplify",
]


@dataclass(frozen=True, slots=True)
class NormaliseOptions:
    """Which rules run.

    Parameters
    ----------
    simplify : bool
        Convert traditional characters to simplified ones. Lexicons are written in simplified script, so a
        traditional text is counted as nearly empty without it.
    """

    simplify: bool = True


# The order matters: line ends before anything looks at lines, plain characters before the script is judged.
RULES: tuple[tuple[str, Callable[[str], Change]], ...] = (
    ("newlines", fold_newlines),
    ("characters", fold_characters),
    ("script", simplify),
)


# What applies to a term or a title as well as to a text.
TERM_RULES = ("newlines", "characters", "script")


def normalise_text(text: str, options: NormaliseOptions | None = None) -> str:
    """The text as it is counted: every rule, as for a document.

    Examples
    --------
    >>> normalise_text("推進互聯網＋政務服務")
    '推进互联网+政务服务'
    """
    for name, rule in RULES:
        if name != "script" or options is None or options.simplify:
            text = rule(text).text
    return text


def normalise_term(term: str, options: NormaliseOptions | None = None) -> str:
    """A term or a title as it is compared: characters and script only."""
    for name, rule in RULES:
        if name in TERM_RULES and (name != "script" or options is None or options.simplify):
            term = rule(term).text
    return term


def normalise_document(document: Document, options: NormaliseOptions) -> tuple[Document, dict[str, int]]:
    """A document with its text normalised and its script named, and how often each rule fired."""
    text, spans, fired = document.text, document.spans, {}
    script = document.script
    for name, rule in RULES:
        if name == "script":
            script = script or detect_script(text)
            if not options.simplify:
                continue
        change = rule(text)
        if change.places:
            text, spans = change.text, spans.then(change.spans)
            fired[name] = change.places
    title = normalise_term(document.title, options).strip()
    return replace(document, text=text, spans=spans, script=script, title=title), fired


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
    options = options or NormaliseOptions()
    documents, n_docs, n_places = [], Counter[str](), Counter[str]()
    for document in corpus.documents:
        new, fired = normalise_document(document, options)
        documents.append(new)
        n_docs.update(fired.keys())
        n_places.update(fired)
    steps = tuple(
        Step("normalise", name, {"documents": n_docs[name], "places": n_places[name]})
        for name, _ in RULES
        if n_docs[name]
    )
    return replace(corpus, documents=tuple(documents), history=corpus.history + steps)
