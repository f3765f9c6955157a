"""What an index can be told."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from textgov.errors import UsageError
from textgov.errors.options import check_needed
from textgov.index.derive import parse_derivation
from textgov.index.scores import COUPLING


class Method(NamedTuple):
    """A way to weigh: labels and formula."""

    en: str
    zh: str
    formula: str


METHODS: dict[str, Method] = {
    "ew": Method("entropy weights", "熵值法", "sum of w z, w = d / sum d, d = 1 - entropy of z"),
    "eq": Method("equal weights", "等权", "mean of z over the columns that vary"),
    "pca": Method("first principal component", "第一主成分", "first component of the z-scores, sum of loadings > 0"),
    "critic": Method("CRITIC weights", "CRITIC法", "sum of w z, w = sd of z times sum of (1 - r), scaled to 1"),
    "topsis": Method("TOPSIS on entropy weights", "熵权TOPSIS", "D- / (D+ + D-) of w z, w = entropy weights"),
}
# Options that do nothing without another one.
NEEDS = {"coupling": ("couple",), "combine": ("strength",), "grades": ("pmc",)}
SCOPES = ("pooled", "year", "base")
NAME = re.compile(r"[a-z][a-z0-9_]{0,23}")


@dataclass(frozen=True, slots=True)
class IndexOptions:
    """Composite indices and other columns made of columns of a panel.

    Parameters
    ----------
    of : tuple of str
        Indices: ``name=column,column,-column``, columns by name or label; a minus sign makes a column a cost (smaller
        is better). The columns of the index ``de`` are ``de_ew``, ``de_eq`` and ``de_pca``.
    titles : tuple of str
        Labels: ``name=中文/English``.
    methods : tuple of str
        Of ``ew``, ``eq``, ``pca``, ``critic``, ``topsis``.
    scope : {"pooled", "year", "base"}
        Rows that give minimum, maximum and weights: all of them (scores compare over time), those of each year (scores
        only rank within a year), or those of `base_year` (scores of other years may leave 0-1).
    base_year : int
        For the scope ``base``.
    shift : float
        Added to the scaled values, to replicate papers that avoid ln 0 so; 0 is exact.
    winsor : float
        Share that is trimmed at each end of every column first; 0 for none.
    rare : float
        Columns with a smaller share of non-zero cells are left out.
    missing : {"drop", "error"}
        Rows with a missing cell have no score, or are an error.
    couple : tuple of str
        Coupling coordination: ``name=column,column`` makes ``name_c``, ``name_t`` and ``name_d``.
    coupling : {"geometric", "power"}
        Variant of C, see `couple_systems`.
    derive : tuple of str
        Other columns, see `parse_derivation`: ``lag:gdp:1``, ``winsor:gdp:0.01``, ``ln1p:gdp``. Those whose column
        is there are made before the indices, the others after.
    strength : str
        A table of scored documents, see `strength_table`; its sums join the panel.
    combine : {"sum", "product"}
        How power, goals and measures make the strength of a document, see `score_strength`.
    pmc : str
        A table of documents with second-level variables of the PMC index, see `pmc_table`.
    grades : tuple of str
        Grades of the PMC index, ``name=lower bound``; papers differ, so there is no default.
    """

    of: tuple[str, ...] = ()
    titles: tuple[str, ...] = ()
    methods: tuple[str, ...] = ("ew", "eq", "pca")
    scope: str = "pooled"
    base_year: int = 0
    shift: float = 0.0
    winsor: float = 0.0
    rare: float = 0.0
    missing: str = "drop"
    couple: tuple[str, ...] = ()
    coupling: str = "geometric"
    derive: tuple[str, ...] = ()
    strength: str = ""
    combine: str = "sum"
    pmc: str = ""
    grades: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        _check_choice("scope", self.scope, SCOPES)
        _check_choice("missing", self.missing, ("drop", "error"))
        _check_choice("coupling", self.coupling, COUPLING)
        _check_choice("combine", self.combine, ("sum", "product"))
        self.bounds()
        for method in self.methods:
            _check_choice("methods", method, tuple(METHODS))
        if not self.methods:
            raise UsageError("option_bad", name="methods", value="", detail=f"use some of {', '.join(METHODS)}")
        for name, value, top in (("shift", self.shift, 1.0), ("winsor", self.winsor, 0.5), ("rare", self.rare, 1.0)):
            if not 0 <= value < top:
                raise UsageError("option_bad", name=name, value=value, detail=f"give a number from 0 to below {top}")
        if (self.scope == "base") != bool(self.base_year):
            detail = "scope = base and base_year go together"
            raise UsageError("option_bad", name="base_year", value=self.base_year, detail=detail)
        pairs = [(name, text) for name in ("of", "couple") for text in getattr(self, name)]
        names = [parse_index(text, name)[0] for name, text in pairs]
        if len(set(names)) < len(names):
            raise UsageError("option_bad", name="of", value=", ".join(names), detail="a name is used twice")
        for text in self.titles:
            if text.partition("=")[0] not in names or "=" not in text:
                detail = f"write name=中文/English; names: {', '.join(names)}"
                raise UsageError("option_bad", name="titles", value=text, detail=detail)
        for text in self.derive:
            parse_derivation(text)
        check_needed(self, NEEDS)

    def bounds(self) -> dict[str, float]:
        """The grades as numbers."""
        found = {}
        for text in self.grades:
            name, _, bound = text.partition("=")
            try:
                found[name.strip()] = float(bound)
            except ValueError:
                raise UsageError("option_bad", name="grades", value=text, detail="write name=lower bound") from None
        return found

    def title(self, name: str) -> tuple[str, str]:
        """Chinese and English label of an index; its name where none was given."""
        words = next((text.partition("=")[2] for text in self.titles if text.partition("=")[0] == name), name)
        zh, slash, en = words.partition("/")
        return zh.strip() or en.strip(), (en if slash else zh).strip() or zh.strip()


def _check_choice(name: str, value: str, known: Sequence[str]) -> None:
    if value not in known:
        raise UsageError("option_bad", name=name, value=value, detail=f"use one of {', '.join(known)}")


def parse_index(text: str, option: str = "of") -> tuple[str, tuple[str, ...]]:
    """Read ``name=column,column,-column``.

    Raises
    ------
    UsageError
        Another form, a name that cannot begin the name of a column, a column that is named twice.

    Examples
    --------
    >>> parse_index("de=tech, org, -gap")
    ('de', ('tech', 'org', '-gap'))
    """
    name, equals, columns = (part.strip() for part in text.partition("="))
    names = tuple(part.strip() for part in columns.split(",") if part.strip())
    if not (equals and names and NAME.fullmatch(name)):
        detail = "write name=column,column (small Latin letters, digits and _ in the name); a minus sign makes a cost"
        raise UsageError("option_bad", name=option, value=text, detail=detail)
    plain = [column.removeprefix("-") for column in names]
    if len(set(plain)) < len(plain):
        raise UsageError("option_bad", name=option, value=text, detail="a column is named twice")
    return name, names
