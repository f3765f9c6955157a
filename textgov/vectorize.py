"""Counting and cutting words as parts of scikit-learn: in a Pipeline, in a grid search, in BERTopic.

Loaded only when one of its classes is asked for, because scikit-learn takes half a second to load.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from sklearn.base import BaseEstimator, TransformerMixin
from sklearn.utils.validation import check_is_fitted

from textgov.count import CountOptions, Matcher, count_lexicon, find_matches, make_key, make_matcher
from textgov.errors import UsageError
from textgov.lexicon import match_key, read_lexicon
from textgov.normalise import normalise_corpus, normalise_text
from textgov.normalise.structure import classes
from textgov.panel import category_counts
from textgov.records import Corpus, Document, Features, Lexicon
from textgov.segment import Segmenter, SegmentOptions, is_word, make_segmenter
from textgov.spans import Spans

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from scipy.sparse import csr_array

LEVELS = ("category", "entry")
MEASURES = ("count", "p10k")


class _OfTexts(TransformerMixin, BaseEstimator):
    """What both classes tell scikit-learn: rows are texts, not numbers."""

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.input_tags.string = True
        tags.input_tags.two_d_array = False
        tags.transformer_tags.preserves_dtype = []
        return tags


class LexiconVectorizer(_OfTexts):
    """Documents to counts or rates of a lexicon, as `count_lexicon` finds them.

    Parameters
    ----------
    lexicon : str, Path or Lexicon
        Name of a built-in lexicon, a lexicon file, or a lexicon.
    level : {"category", "entry"}
        One column a category (a hit of a term of two categories counts in both), or one an entry.
    measure : {"count", "p10k"}
        Hits, or hits per 10,000 Han characters; the rate of a text without a Han character is missing (NaN), not 0.
    options : CountOptions, optional
        How terms are matched, and which sections count.
    normalise : bool
        Normalise the texts first; without it they must be normalised already. A `Corpus` is taken as it is.
    sparse_output : bool
        A sparse array, else a dense one, which ``set_output(transform="pandas")`` needs.

    Attributes
    ----------
    lexicon_ : Lexicon
        The lexicon that was read.

    Examples
    --------
    >>> vectorizer = LexiconVectorizer(level="entry").fit([])
    >>> counts = vectorizer.transform(["推进一网通办", "推进数字政府和一网通办"])
    >>> dict(zip(vectorizer.get_feature_names_out(), counts.sum(axis=0).tolist()))["service/一网通办"]
    2
    """

    def __init__(
        self,
        lexicon: str | Path | Lexicon = "digital-government",
        *,
        level: str = "category",
        measure: str = "count",
        options: CountOptions | None = None,
        normalise: bool = True,
        sparse_output: bool = True,
    ) -> None:
        self.lexicon = lexicon
        self.level = level
        self.measure = measure
        self.options = options
        self.normalise = normalise
        self.sparse_output = sparse_output

    def fit(self, X: Iterable[str] | Corpus, y: Any = None) -> LexiconVectorizer:  # noqa: N803
        """Read the lexicon; nothing is learnt from the texts.

        Raises
        ------
        UsageError
            An unknown ``level`` or ``measure``, no such lexicon, or one text in place of many.
        """
        _check_choice("level", self.level, LEVELS)
        _check_choice("measure", self.measure, MEASURES)
        _check_many(X)
        self.lexicon_ = _lexicon(self.lexicon)
        return self

    def transform(self, X: Iterable[str] | Corpus) -> csr_array | NDArray[Any]:  # noqa: N803
        """Counts or rates, documents x features.

        Parameters
        ----------
        X : iterable of str, or Corpus

        Returns
        -------
        csr_array or array
            Integers for counts, floats for rates.

        Raises
        ------
        UsageError
            A row that is no text.
        """
        from scipy.sparse import csr_array

        check_is_fitted(self)
        features = count_lexicon(self._corpus(X), self.lexicon_, self.options)
        values = features.values if self.level == "entry" else csr_array(category_counts(features)[:, :-1])
        if self.measure == "p10k":
            values = _per_10k(values, features)
        return values if self.sparse_output else values.toarray()

    def _corpus(self, texts: Iterable[str] | Corpus) -> Corpus:
        if isinstance(texts, Corpus):
            return texts
        corpus = _as_corpus(_texts(texts))
        return normalise_corpus(corpus) if self.normalise else corpus

    def get_feature_names_out(self, input_features: Any = None) -> NDArray[np.object_]:
        """Names of the columns: categories, or ``category/term`` as in `Features`."""
        check_is_fitted(self)
        if self.level == "entry":
            names = [f"{entry.category}/{entry.term}" for entry in self.lexicon_.entries]
        else:
            names = [category.name for category in self.lexicon_.categories]
        return np.array(names, dtype=object)


class ChineseTokenizer(_OfTexts):
    """Words of a Chinese text: a ``tokenizer`` for CountVectorizer and TfidfVectorizer, or a step of a Pipeline.

    Called with a text, it gives the list of its words: those of `segment_corpus` with at least one letter, digit or
    Han character. As a transformer it gives each text as its words parted by blanks, which tools for English read.

    Parameters
    ----------
    lexicon : str, Path or Lexicon, optional
        Hits that are kept whole (blanks inside them are left out); the text between them is cut piece by piece.
    stop_words : list of str, or Path, optional
        Words to leave out, compared normalised and in lower case; or a UTF-8 file with one a line.
    min_length : int
        Shorter words are left out: 2 leaves out single characters, as scikit-learn's own pattern does.
    options : SegmentOptions, optional
        How words are cut.
    normalise : bool
        Normalise the text first, as the main job does.

    Examples
    --------
    >>> ChineseTokenizer()("加快推进一网通办。")
    ['加快', '推进', '一网通', '办']
    >>> ChineseTokenizer(lexicon="digital-government", stop_words=["加快"])("加快推进一网通办。")
    ['推进', '一网通办']
    """

    def __init__(
        self,
        lexicon: str | Path | Lexicon | None = None,
        *,
        stop_words: Collection[str] | Path | None = None,
        min_length: int = 1,
        options: SegmentOptions | None = None,
        normalise: bool = True,
    ) -> None:
        self.lexicon = lexicon
        self.stop_words = stop_words
        self.min_length = min_length
        self.options = options
        self.normalise = normalise

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.requires_fit = False
        return tags

    def __getstate__(self) -> Any:
        # What was made from the parameters cannot be pickled and is made again where it is needed.
        return {name: value for name, value in super().__getstate__().items() if name != "_made"}

    def fit(self, X: Iterable[str] | Corpus, y: Any = None) -> ChineseTokenizer:  # noqa: N803
        """Check the parameters; nothing is learnt from the texts."""
        _check_many(X)
        self._cutter()
        return self

    def transform(self, X: Iterable[str] | Corpus) -> NDArray[np.object_]:  # noqa: N803
        """Each text as its words parted by blanks, in an array of length n."""
        texts = [document.text for document in X.documents] if isinstance(X, Corpus) else _texts(X)
        normalise = self.normalise and not isinstance(X, Corpus)
        cutter = self._cutter()
        joined = np.empty(len(texts), dtype=object)
        joined[:] = [" ".join(cutter.words(normalise_text(text) if normalise else text)) for text in texts]
        return joined

    def __call__(self, text: str) -> list[str]:
        """The words of one text."""
        return self._cutter().words(normalise_text(text) if self.normalise else text)

    def _cutter(self) -> _Cutter:
        stop_words = self.stop_words
        if stop_words is not None and not isinstance(stop_words, (str, Path)):
            stop_words = tuple(stop_words)
        told = (self.lexicon, stop_words, self.min_length, self.options)
        made: tuple[object, _Cutter] | None = getattr(self, "_made", None)
        if made is None or made[0] != told:  # a parameter may have been set since
            made = self._made = (told, _make_cutter(*told))
        return made[1]


class _Cutter(NamedTuple):
    """A tokenizer made ready."""

    segmenter: Segmenter
    matcher: Matcher | None
    stop_words: frozenset[str]
    min_length: int

    def words(self, text: str) -> list[str]:
        return [word for word in self._cut(text) if len(word) >= self.min_length and not self._stopped(word)]

    def _cut(self, text: str) -> Iterable[str]:
        matches = find_matches(make_key(text, classes(text)), self.matcher) if self.matcher else []
        done = 0
        for match in matches:
            yield from self._pieces(text[done : match.start])
            yield "".join(text[match.start : match.end].split())
            done = match.end
        yield from self._pieces(text[done:])

    def _pieces(self, text: str) -> Iterable[str]:
        return filter(is_word, next(self.segmenter.cut_texts([text])))

    def _stopped(self, word: str) -> bool:
        return bool(self.stop_words) and word.lower() in self.stop_words


def _make_cutter(
    lexicon: str | Path | Lexicon | None,
    stop_words: Collection[str] | Path | None,
    min_length: int,
    options: SegmentOptions | None,
) -> _Cutter:
    if min_length < 1:
        raise UsageError("option_bad", name="min_length", value=min_length, detail="use 1 or more")
    matcher = None if lexicon is None else make_matcher(_lexicon(lexicon), CountOptions())
    return _Cutter(make_segmenter(options or SegmentOptions()), matcher, _stop_words(stop_words), min_length)


def _stop_words(source: Collection[str] | Path | None) -> frozenset[str]:
    if isinstance(source, str):
        detail = "use a list of words, or a Path to a file with one word a line"
        raise UsageError("option_bad", name="stop_words", value=repr(source), detail=detail)
    if isinstance(source, Path):
        try:
            source = source.read_bytes().decode("utf-8-sig").splitlines()
        except (OSError, UnicodeDecodeError) as error:
            raise UsageError("option_bad", name="stop_words", value=source, detail=str(error)) from None
    return frozenset(match_key(word) for word in source or ()) - {""}


def _lexicon(source: str | Path | Lexicon) -> Lexicon:
    return source if isinstance(source, Lexicon) else read_lexicon(source)


def _check_choice(name: str, value: object, known: Sequence[str]) -> None:
    if value not in known:
        raise UsageError("option_bad", name=name, value=value, detail=f"use {' or '.join(known)}")


def _check_many(texts: object) -> None:
    if isinstance(texts, (str, bytes)):
        raise UsageError("option_bad", name="X", value=repr(texts[:20]), detail="use a list of texts, not one text")


def _texts(texts: Iterable[Any]) -> list[str]:
    _check_many(texts)
    if getattr(texts, "ndim", 1) > 1:  # a frame or an array of one column, as a ColumnTransformer hands on
        table = np.asarray(texts, dtype=object)
        if table.ndim != 2 or table.shape[1] != 1:
            detail = "one column of texts is needed"
            raise UsageError("option_bad", name="X", value=f"{table.shape} values", detail=detail)
        texts = table.ravel().tolist()
    found = list(texts)
    for row, text in enumerate(found):
        if not isinstance(text, str):
            detail = f"a text is needed, not {type(text).__name__}; use '' where there is none"
            raise UsageError("option_bad", name=f"X[{row}]", value=repr(text)[:40], detail=detail)
    return found


def _as_corpus(texts: Sequence[str]) -> Corpus:
    return Corpus(tuple(Document(f"{row}", text, text, Spans.identity()) for row, text in enumerate(texts)))


def _per_10k(values: csr_array, features: Features) -> csr_array:
    from scipy.sparse import csr_array

    n_han = features.lengths["n_han"]
    if not np.all(n_han > 0):  # a whole row is missing, which no sparse product gives
        rates = np.full(values.shape, np.nan)
        rates[n_han > 0] = 10_000 * values.toarray()[n_han > 0] / n_han[n_han > 0, None]
        return csr_array(rates)
    return csr_array(values * (10_000 / n_han[:, None]))
