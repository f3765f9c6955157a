"""How candidates for a lexicon are looked for."""

from __future__ import annotations

from dataclasses import dataclass, field

from textgov.count import CountOptions
from textgov.errors import UsageError

# How the defaults of this module were found (2026-11-23): half of the 183 core terms of digital-government as seeds on
# 2,431 work reports (12 million words), and how many of the 47 others that can be found stand among the first 200,
# 500 and 1,000 candidates (tests/benchmarks/expansion.py). word2vec, nearest category: subsample 1e-5 11 16 21, 1e-3
# 22 31 40, with a window of 10 instead of 5 23 34 42; skip-gram (1e-5) 10 18 33 in twice the time. fastText, mean
# cosine: five epochs (1e-4) 11 22 30 in 250 s, two (1e-3) 11 15 20 in 110 s; together with the others two epochs lift
# the first 100 from 14 to 18. Priors of 0.0001 to 1 times the corpus differ by two terms at most. New words: of 65
# terms a cohesion of 3 makes 42 candidates, 2 makes 47, 1 makes 46.
PRIOR = 0.1
FASTTEXT_EPOCHS = 2
METHODS = ("word2vec", "fasttext", "npmi", "keyness", "newword")


@dataclass(frozen=True, slots=True)
class VectorOptions:
    """How vectors of words are trained, with gensim's names and meanings.

    Parameters
    ----------
    size : int
        Numbers in a vector.
    window : int
        Words on either side that count as context.
    min_count : int
        Rarer words get no vector.
    epochs : int
        Times that the whole corpus is read.
    skip_gram : bool
        Predict the context from the word (skip-gram) rather than the word from its context (CBOW).
    subsample : float
        Share of the corpus above which a word is left out at random, the more often the more frequent it is.
    """

    size: int = 100
    window: int = 10
    min_count: int = 15
    epochs: int = 5
    skip_gram: bool = False
    subsample: float = 1e-3

    def __post_init__(self) -> None:
        for name in ("size", "window", "min_count", "epochs"):
            if getattr(self, name) < 1:
                raise UsageError("option_bad", name=name, value=getattr(self, name), detail="use 1 or more")


@dataclass(frozen=True, slots=True)
class NewWordOptions:
    """When a stretch of characters is a word of its own.

    Parameters
    ----------
    longest : int
        Longest word in characters, a run of Latin letters and digits counted as one.
    min_count : int
        Rarer stretches are no words.
    cohesion : float
        Least pointwise mutual information (natural logarithm) of the weakest split of the word in two.
    entropy : float
        Least entropy (natural logarithm) of the neighbours, on the side where it is lower.
    """

    longest: int = 8
    min_count: int = 15
    cohesion: float = 2.0
    entropy: float = 1.0

    def __post_init__(self) -> None:
        if self.longest < 2:
            raise UsageError("option_bad", name="longest", value=self.longest, detail="use 2 or more")
        if self.min_count < 1:
            raise UsageError("option_bad", name="min_count", value=self.min_count, detail="use 1 or more")


@dataclass(frozen=True, slots=True)
class ExpandOptions:
    """What candidates are looked for, and how many are shown.

    Parameters
    ----------
    methods : tuple of str
        Of `METHODS`. Without ``newword`` only the words that jieba cuts are candidates.
    top : int
        Candidates in the sheet.
    min_count, min_docs : int
        Occurrences of a candidate, and documents with it, at least.
    sections : str
        Names of the sections to read, parted by commas, or ``all``.
    categories : tuple of str
        The seeds are the terms of these categories of the lexicon and of those below them; of all if empty.
    group : tuple of str
        With groups of documents: the groups that are compared with all the others; each with the rest if empty.
    prior : float
        Size of the prior of the weighted log-odds, as a share of the words of the corpus.
    context : int
        Characters on each side of an example.
    seed : int
        Of the vectors.
    max_chars : int
        Larger corpora are sampled by document down to this size; memory is about 20 bytes a character.
    word2vec, fasttext : VectorOptions
    words : NewWordOptions
    """

    methods: tuple[str, ...] = METHODS
    top: int = 500
    min_count: int = 15
    min_docs: int = 3
    sections: str = "body"
    categories: tuple[str, ...] = ()
    group: tuple[str, ...] = ()
    prior: float = PRIOR
    context: int = 30
    seed: int = 1
    max_chars: int = 60_000_000
    word2vec: VectorOptions = field(default_factory=VectorOptions)
    fasttext: VectorOptions = field(default_factory=lambda: VectorOptions(epochs=FASTTEXT_EPOCHS))
    words: NewWordOptions = field(default_factory=NewWordOptions)

    def __post_init__(self) -> None:
        CountOptions(sections=self.sections)
        for method in self.methods:
            if method not in METHODS:
                raise UsageError("option_bad", name="method", value=method, detail=f"known: {', '.join(METHODS)}")
        for name in ("top", "min_count", "min_docs", "max_chars"):
            if getattr(self, name) < 1:
                raise UsageError("option_bad", name=name, value=getattr(self, name), detail="use 1 or more")
        if not 0 <= self.seed < 2**32:
            raise UsageError("option_bad", name="seed", value=self.seed, detail=f"use 0 to {2**32 - 1}")
        if not 0 < self.prior < float("inf"):
            raise UsageError("option_bad", name="prior", value=self.prior, detail="use a number above 0")

    @property
    def section_names(self) -> tuple[str, ...]:
        """The names in ``sections``."""
        return tuple(name.strip() for name in self.sections.split(","))
