"""Words: jieba's dictionary, with the same tokens from a fast engine or from jieba itself."""

from __future__ import annotations

import re
import shutil
import tempfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from textgov.errors import RecordError, UsageError
from textgov.records import Corpus, Step, Tokens

if TYPE_CHECKING:
    from numpy.typing import NDArray

# jieba cuts runs of ASCII letters, digits and marks once more when its hidden Markov model is on; rjieba does not.
# These are the pieces that jieba cuts out of such a run.
PIECE = re.compile(r"([a-zA-Z0-9]+(?:\.\d+)?%?)")
WHOLE_PIECE = re.compile(r"[a-zA-Z0-9]+(?:\.\d+)?%?\Z")
ASCII_RUN = re.compile(r"[a-zA-Z0-9+#&._%\-]*[+#&._%\-][a-zA-Z0-9+#&._%\-]*\Z")
MAX_KNOWN = 300_000  # about 30 MB; all 2,431 work reports together have fewer different tokens
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

    def __post_init__(self) -> None:
        if self.engine not in SEGMENTERS:
            detail = f"known engines: {', '.join(SEGMENTERS)}"
            raise UsageError("option_bad", name="engine", value=self.engine, detail=detail)


class Segmenter:
    """A tokenizer: ``raw`` cuts a text, ``pieces`` says what each raw token is cut into once more."""

    def __init__(self, raw: Callable[[str], list[str]], pieces: Callable[[str], Sequence[str]]) -> None:
        self.raw = raw
        self.pieces = _Known(pieces)
        self.n_words = _Known(lambda token: sum(map(is_word, pieces(token))))

    def cut_texts(self, texts: Iterable[str]) -> Iterator[list[str]]:
        """Words of each text; joined, they give it back."""
        for text in texts:
            yield [piece for token in self.raw(text) for piece in self.pieces[token]]

    def count_texts(self, texts: Iterable[str]) -> NDArray[np.int64]:
        """Number of words of each text, as `count_words` counts those of `cut_texts`, without making them."""
        return np.array([sum(map(self.n_words.__getitem__, self.raw(text))) for text in texts], dtype=np.int64)


class _Known(dict[str, Any]):
    """Remembers what a function says of each token, for the tokens met last."""

    def __init__(self, function: Callable[[str], Any]) -> None:
        super().__init__()
        self.function = function

    def __missing__(self, token: str) -> Any:
        if len(self) >= MAX_KNOWN:
            self.clear()
        value = self[token] = self.function(token)
        return value


def is_word(token: str) -> bool:
    """Whether a token holds a letter, digit or Han character."""
    return any(map(str.isalnum, token))


def _rjieba(options: SegmentOptions) -> Segmenter:
    import rjieba

    tokenizer = rjieba.Jieba()
    if not options.hmm:
        return Segmenter(lambda text: list(tokenizer.cut(text, False)), lambda token: (token,))

    def raw(text: str) -> list[str]:
        if not RARE.search(text):
            return list(tokenizer.cut(text, True))
        tokens: list[str] = []
        for number, piece in enumerate(RARE.split(text)):
            if piece:
                tokens += [piece] if number % 2 else tokenizer.cut(piece, True)
        return tokens

    def pieces(token: str) -> Sequence[str]:
        if len(token) == 1 or token.isalnum() or not ASCII_RUN.match(token):
            return (token,)
        if WHOLE_PIECE.match(token) or tokenizer.has_word(token):
            return (token,)
        return [piece for piece in PIECE.split(token) if piece]

    return Segmenter(raw, pieces)


def _jieba(options: SegmentOptions) -> Segmenter:
    import logging

    import jieba

    jieba.setLogLevel(logging.WARNING)
    tokenizer = jieba.Tokenizer()
    # jieba reads a cache in the shared temporary folder unchecked: a foreign file there changes the words. Reading the
    # dictionary itself takes no longer.
    tokenizer.cache_file = str(Path(tempfile.mkdtemp(prefix="textgov-jieba-")) / "jieba.cache")
    tokenizer.initialize()
    shutil.rmtree(Path(tokenizer.cache_file).parent, ignore_errors=True)
    return Segmenter(lambda text: list(tokenizer.cut(text, HMM=options.hmm)), lambda token: (token,))


SEGMENTERS: dict[str, Callable[[SegmentOptions], Segmenter]] = {"rjieba": _rjieba, "jieba": _jieba}


@cache
def make_segmenter(options: SegmentOptions) -> Segmenter:
    """A segmenter with one tokenizer of our own for each process and set of options."""
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
    segmenter = make_segmenter(options)
    words = tuple(segmenter.cut_texts(document.text for document in corpus.documents))
    for document, tokens in zip(corpus.documents, words, strict=True):
        if "".join(tokens) != document.text:
            raise RecordError("record_bad", what=document.doc_id, detail="the words do not give the text back")
    step = Step("segment", options.engine, {"hmm": options.hmm})
    return Tokens(corpus.doc_ids, words, (*corpus.history, step))


Stretches = Sequence[tuple[int, int]]


def count_words(words: Iterable[list[str]], stretches: Iterable[Stretches] | None = None) -> NDArray[np.int64]:
    """Number of words of each document: tokens with at least one letter, digit or Han character.

    With ``stretches``, only tokens that begin in one of the stretches of their document count.
    """
    known = _Known(is_word)
    if stretches is None:
        return np.array([sum(map(known.__getitem__, tokens)) for tokens in words], dtype=np.int64)
    counts = []
    for tokens, parts in zip(words, stretches, strict=True):
        ends = np.cumsum([0, *map(len, tokens)])
        total = np.concatenate([[0], np.cumsum([known[token] for token in tokens], dtype=np.int64)])
        counts.append(sum(int(np.diff(total[np.searchsorted(ends, part)])[0]) for part in parts))
    return np.array(counts, dtype=np.int64)
