"""Words: jieba's dictionary, with the same tokens from a fast engine or from jieba itself."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

import numpy as np

from textgov.errors import RecordError, UsageError
from textgov.records import Corpus, Step, Tokens

if TYPE_CHECKING:
    from numpy.typing import NDArray

Cut = Callable[[str], list[str]]

# jieba cuts runs of ASCII letters, digits and marks once more when its hidden Markov model is on; rjieba does not.
# These are the pieces that jieba cuts out of such a run.
PIECE = re.compile(r"([a-zA-Z0-9]+(?:\.\d+)?%?)")
WHOLE_PIECE = re.compile(r"[a-zA-Z0-9]+(?:\.\d+)?%?\Z")
ASCII_RUN = re.compile(r"[a-zA-Z0-9+#&._%\-]*[+#&._%\-][a-zA-Z0-9+#&._%\-]*\Z")
# Han characters that jieba treats as separators and rjieba feeds to its model.
RARE = re.compile("([\u3400-\u4dbf\u9fd6-\u9fff\uf900-\ufaff\U00020000-\U0003ffff])")


@dataclass(frozen=True, slots=True)
class SegmentOptions:
    """How words are cut.

    Parameters
    ----------
    engine : {"rjieba", "jieba"}
        The tokens are the same; ``rjieba`` is 15 to 20 times as fast, ``jieba`` is the reference.
    hmm : bool
        Join characters that the dictionary does not know into words by jieba's hidden Markov model (jieba's default).
    """

    engine: str = "rjieba"
    hmm: bool = True


def _rjieba(options: SegmentOptions) -> Cut:
    import rjieba

    tokenizer = rjieba.Jieba()
    if not options.hmm:
        return lambda text: list(tokenizer.cut(text, False))

    def repair(tokens: list[str]) -> list[str]:
        bad = [at for at, token in enumerate(tokens) if token.isascii() and len(token) > 1 and not token.isalnum()]
        for at in reversed(bad):
            token = tokens[at]
            if not WHOLE_PIECE.match(token) and ASCII_RUN.match(token) and not tokenizer.has_word(token):
                tokens[at : at + 1] = [piece for piece in PIECE.split(token) if piece]
        return tokens

    def cut(text: str) -> list[str]:
        if not RARE.search(text):
            return repair(tokenizer.cut(text, True))
        tokens: list[str] = []
        for number, piece in enumerate(RARE.split(text)):
            if piece:
                tokens += [piece] if number % 2 else repair(tokenizer.cut(piece, True))
        return tokens

    return cut


def _jieba(options: SegmentOptions) -> Cut:
    import logging

    import jieba

    jieba.setLogLevel(logging.WARNING)
    tokenizer = jieba.Tokenizer()
    # jieba reads a cache in the shared temporary folder unchecked; a path that cannot exist keeps it from doing so.
    tokenizer.cache_file = None
    tokenizer.initialize()
    return lambda text: list(tokenizer.cut(text, HMM=options.hmm))


SEGMENTERS: dict[str, Callable[[SegmentOptions], Cut]] = {"rjieba": _rjieba, "jieba": _jieba}


@cache
def make_segmenter(options: SegmentOptions) -> Cut:
    """A function that cuts a text into words; one tokenizer of our own for each process and set of options.

    Raises
    ------
    UsageError
        The engine is unknown.
    """
    if options.engine not in SEGMENTERS:
        detail = f"known engines: {', '.join(SEGMENTERS)}"
        raise UsageError("option_bad", name="engine", value=options.engine, detail=detail)
    return SEGMENTERS[options.engine](options)


def segment_corpus(corpus: Corpus, options: SegmentOptions | None = None) -> Tokens:
    """Cut every document into words.

    Parameters
    ----------
    corpus : Corpus
    options : SegmentOptions, optional

    Returns
    -------
    Tokens
        Joined, the words of a document give its text back, blanks and line breaks included.
    """
    options = options or SegmentOptions()
    cut = make_segmenter(options)
    words = []
    for document in corpus.documents:
        tokens = cut(document.text)
        if "".join(tokens) != document.text:
            raise RecordError("record_bad", what=document.doc_id, detail="the words do not give the text back")
        words.append(tokens)
    step = Step("segment", options.engine, {"hmm": options.hmm})
    return Tokens(corpus.doc_ids, tuple(words), (*corpus.history, step))


def count_words(words: Iterable[list[str]]) -> NDArray[np.int64]:
    """Number of words of each document: tokens with at least one letter, digit or Han character."""
    is_word: dict[str, bool] = {}
    counts = []
    for tokens in words:
        for token in set(tokens).difference(is_word):
            is_word[token] = any(map(str.isalnum, token))
        counts.append(sum(map(is_word.__getitem__, tokens)))
    return np.array(counts, dtype=np.int64)
