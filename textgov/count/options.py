"""How terms are matched: the options of counting."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from textgov.errors import UsageError
from textgov.normalise import read_section_names

Overlap = Literal["longest", "nested", "all"]
Scope = Literal["lexicon", "category"]
Negation = Literal["keep", "drop"]

CHOICES = {"overlap": ("longest", "nested", "all"), "scope": ("lexicon", "category"), "negation": ("keep", "drop")}


@dataclass(frozen=True, slots=True)
class CountOptions:
    """How terms are matched.

    Parameters
    ----------
    overlap : {"longest", "nested", "all"}
        What happens where terms overlap; see the rules of `textgov.count`.
    context : int
        Characters of context on each side of a hit.
    sections : str
        Names of the sections that count, parted by commas (see `textgov.normalise.SECTION_NAMES`), or ``all``.
    scope : {"lexicon", "category"}
        Whether terms compete with all others, or only with those of their own category.
    levels : str
        Depths of the tree of categories that become columns, parted by commas (1 is the top), or ``all``.
    negation : {"keep", "drop"}
        Whether a hit behind a negator in its clause counts.
    """

    overlap: Overlap = "longest"
    context: int = 20
    sections: str = "body"
    scope: Scope = "lexicon"
    levels: str = "all"
    negation: Negation = "keep"

    def __post_init__(self) -> None:
        for name, values in CHOICES.items():
            value = getattr(self, name)
            if value not in values:
                raise UsageError("option_bad", name=name, value=value, detail=f"use {' or '.join(values)}")
        if self.context < 0:
            raise UsageError("option_bad", name="context", value=self.context, detail="use 0 or more")
        read_section_names(self.sections)

    @property
    def section_names(self) -> tuple[str, ...]:
        """The names in ``sections``."""
        return read_section_names(self.sections)
