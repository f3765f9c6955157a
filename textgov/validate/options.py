"""Options of the checks of validity, one dataclass a check."""

from __future__ import annotations

from dataclasses import dataclass

from textgov.errors import UsageError
from textgov.errors.options import check_needed

BY = ("year", "region3", "tercile", "category")
LABELS = ("yes", "no", "unsure")
RULES = ("adjudicated", "agreed", "majority")


def check_share(name: str, value: float) -> None:
    """Refuse what is no number between 0 and 1."""
    if not 0 < value < 1:
        raise UsageError("option_bad", name=name, value=value, detail="use a number between 0 and 1, such as 0.05")


def check_least(name: str, value: int, least: int) -> None:
    """Refuse numbers that are too small."""
    if value < least:
        raise UsageError("option_bad", name=name, value=value, detail=f"use {least} or more")


def check_seed(value: int) -> None:
    """Refuse what scikit-learn and numpy do not both take: more than 32 bits."""
    if not 0 <= value < 2**32:
        raise UsageError("option_bad", name="seed", value=value, detail=f"use 0 to {2**32 - 1}")


def check_words(name: str, given: tuple[str, ...], known: tuple[str, ...]) -> None:
    """Refuse words that are not known."""
    for word in given:
        if word not in known:
            raise UsageError("option_bad", name=name, value=word, detail=f"use {', '.join(known)}")


@dataclass(frozen=True, slots=True)
class SampleOptions:
    """A stratified sample of sentences for human coders.

    Parameters
    ----------
    lexicon : str
        Name of the lexicon of the run that is checked; the first one when not given.
    margin, level, expect : float
        Half the width of the interval of precision at this level, if precision is ``expect`` (0.5 is the worst case);
        as many sentences without a hit are drawn, for recall. Finite populations need fewer (Cochran 1977, 4.3).
    n : int
        Number of sentences, half with and half without a hit; 0: from the margin.
    by : tuple of str
        What strata are made of, in the order of importance: ``year`` (periods), ``region3``, ``tercile`` (of the score
        of the document, among the documents of its period), ``category`` (of the first hit; near, none). Where there
        would be more strata than sentences, the last but ``category`` are dropped, and the result says so.
    periods : tuple of int
        First years of the second, third ... period; terciles of the documents when not given.
    near : tuple of str
        Lexicons; a sentence without a hit but with one of theirs is of the category ``near``. Half of the sentences
        without a hit are drawn from these, which makes recall much more precise.
    coders : tuple of str
        Names of the sheets.
    labels : tuple of str
        Answers; ``yes`` and ``no`` are needed for accuracy. Numbers allow ordinal, interval and ratio agreement.
    context : int
        Sentences shown before and behind.
    seed : int
    name : str
        Of the folder below ``validity/samples``.
    question_zh, question_en : str
        What the coders are asked; made from the titles of the lexicon when not given.
    """

    lexicon: str = ""
    margin: float = 0.05
    level: float = 0.95
    expect: float = 0.5
    n: int = 0
    by: tuple[str, ...] = BY
    periods: tuple[int, ...] = ()
    near: tuple[str, ...] = ()
    coders: tuple[str, ...] = ("coder_1", "coder_2")
    labels: tuple[str, ...] = LABELS
    context: int = 1
    seed: int = 1
    name: str = "sentences"
    question_zh: str = ""
    question_en: str = ""

    def __post_init__(self) -> None:
        for name in ("margin", "level", "expect"):
            check_share(name, getattr(self, name))
        for name in ("n", "context"):
            check_least(name, getattr(self, name), 0)
        check_seed(self.seed)
        check_words("by", self.by, BY)
        if len(set(self.coders)) != len(self.coders) or not self.coders or not all(map(_is_sheet, self.coders)):
            detail = "give each coder a name of its own, of at most 31 characters without []:*?/\\"
            raise UsageError("option_bad", name="coders", value=", ".join(self.coders), detail=detail)
        if len(set(self.labels)) < 2:
            raise UsageError("option_bad", name="labels", value=", ".join(self.labels), detail="give two or more")
        if not _is_sheet(self.name) or self.name.startswith("."):
            raise UsageError("option_bad", name="name", value=self.name, detail="it becomes the name of a folder")


def _is_sheet(name: str) -> bool:
    return 0 < len(name) <= 31 and not set(name) & set("[]:*?/\\") and name not in ("instructions", "choices")


@dataclass(frozen=True, slots=True)
class AgreementOptions:
    """How far coders agree.

    Parameters
    ----------
    levels : tuple of str
        Scales of Krippendorff's alpha. All but ``nominal`` need labels that are numbers.
    level : float
        Of the intervals.
    draws, seed : int
        Of the bootstrap over sentences.
    partial : bool
        Take sentences that not all coders have answered; otherwise they are an error that names the rows.
    by : tuple of str
        Groups, of ``category``, ``year`` (the periods), ``region3``.
    """

    levels: tuple[str, ...] = ("nominal",)
    level: float = 0.95
    draws: int = 1000
    seed: int = 1
    partial: bool = False
    by: tuple[str, ...] = ("category", "year", "region3")

    def __post_init__(self) -> None:
        check_share("level", self.level)
        check_least("draws", self.draws, 10)
        check_seed(self.seed)
        check_words("levels", self.levels, ("nominal", "ordinal", "interval", "ratio"))
        check_words("by", self.by, BY)


@dataclass(frozen=True, slots=True)
class AccuracyOptions:
    """The lexicon against the labels of the coders.

    Parameters
    ----------
    level : float
        Of the intervals.
    by : tuple of str
        Groups, of ``category``, ``year`` (the periods), ``region3``.
    treat : str
        Column of the panel with 1 for treated place-years: whether errors differ by it is tested.
    examples : int
        Errors listed of each type and category.
    rule : {"adjudicated", "agreed", "majority"}
        Which label counts: that of all coders or, where they differ, the adjudicated one, which must be there; only
        sentences on which all agree; the one that most coders gave.
    """

    level: float = 0.95
    by: tuple[str, ...] = ("category", "year", "region3")
    treat: str = ""
    examples: int = 10
    rule: str = "adjudicated"

    def __post_init__(self) -> None:
        check_share("level", self.level)
        check_least("examples", self.examples, 0)
        check_words("by", self.by, BY)
        check_words("rule", (self.rule,), RULES)


@dataclass(frozen=True, slots=True)
class ReliabilityOptions:
    """How far the measure depends on choices, and what that does to a coefficient.

    Parameters
    ----------
    lexicon : str
        Name of the lexicon of the run; the first one when not given.
    lexicon_file : str
        Its file; not needed where a copy is kept with the run, or the built-in lexicon is still the same.
    parallel : tuple of str
        Lexicons beside it; the built-in ones whose names begin with its own when not given.
    outcome : str
        Column of the panel that is regressed on the measure, in each specification.
    controls : tuple of str
    effects : {"two-way", "unit", "time", "none"}
        Fixed effects of that regression.
    treat : str
        Column that the share of sentences is regressed on, as it is and corrected by labels (see `correct_panel`).
    halves, seed : int
        Random splits of the terms.
    level : float
        Of the intervals.
    """

    lexicon: str = ""
    lexicon_file: str = ""
    parallel: tuple[str, ...] = ()
    outcome: str = ""
    controls: tuple[str, ...] = ()
    effects: str = "two-way"
    treat: str = ""
    halves: int = 500
    seed: int = 1
    level: float = 0.95

    def __post_init__(self) -> None:
        check_share("level", self.level)
        check_least("halves", self.halves, 2)
        check_seed(self.seed)
        check_words("effects", (self.effects,), ("two-way", "unit", "time", "none"))


@dataclass(frozen=True, slots=True)
class KnownGroupsOptions:
    """What is known from elsewhere.

    Parameters
    ----------
    lexicon : str
        Name of the lexicon of the run; the first one when not given.
    slogans : str
        A csv file with the columns of ``known_groups.csv``; the packaged one when not given.
    control : str
        Lexicon of something else that the measure must not be: built-in name or file.
    index, index_column : str
        A table with an outside index by place and year, and its column (the only one with numbers when not given).
    """

    lexicon: str = ""
    slogans: str = ""
    control: str = "digital-economy"
    index: str = ""
    index_column: str = ""

    def __post_init__(self) -> None:
        check_needed(self, {"index_column": ("index",)})


@dataclass(frozen=True, slots=True)
class CoverageOptions:
    """Who is missing.

    Parameters
    ----------
    lexicon : str
        Name of the lexicon of the run; the first one when not given.
    years : tuple of int, optional
        First and last year; those of the panel, and for the balanced subsample the window with the most place-years.
    size, size_column : str
        A table with the size of places, such as population, and its column.
    policy : str
        A built-in policy: coverage of its places beside others.
    outcome, treat : str
        Columns of the panel: the slope of the outcome on the measure, and of the measure on the treatment, in the full
        and in the balanced sample.
    controls : tuple of str
    """

    lexicon: str = ""
    years: tuple[int, int] | None = None
    size: str = ""
    size_column: str = ""
    policy: str = ""
    outcome: str = ""
    treat: str = ""
    controls: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if self.years and self.years[0] > self.years[1]:
            value = "-".join(map(str, self.years))
            raise UsageError("option_bad", name="years", value=value, detail="use a first and a last year")
        if bool(self.size) != bool(self.size_column):
            name, detail = ("size_column", "name the column of --size") if self.size else ("size", "name the table")
            raise UsageError("option_bad", name=name, value=getattr(self, name) or "-", detail=detail)
        check_needed(self, {"controls": ("outcome", "treat")})


@dataclass(frozen=True, slots=True)
class ClassifyOptions:
    """A classifier of sentences.

    Parameters
    ----------
    lexicon : str
        Name of the lexicon of the run that it is compared with; the first one when not given.
    folds : int
        Parts of the places, each left out once.
    strength : float
        Inverse of the penalty (``C`` of scikit-learn).
    predict : bool
        Predict every sentence of the panel too.
    level : float
        Of the intervals.
    seed : int
        Of the folds.
    """

    lexicon: str = ""
    folds: int = 5
    strength: float = 10.0
    predict: bool = True
    level: float = 0.95
    seed: int = 1

    def __post_init__(self) -> None:
        check_share("level", self.level)
        check_least("folds", self.folds, 2)
        check_seed(self.seed)
        if not self.strength > 0:
            raise UsageError("option_bad", name="strength", value=self.strength, detail="use a positive number")
