"""What there is to say about a lexicon: faults, findings of the check, remarks on reading, losses in writing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from textgov.errors import LexiconLineError, wording

Level = Literal["error", "warning", "note"]
LEVEL_WORDS: dict[Level, str] = {"error": "finding_error", "warning": "finding_warning", "note": "finding_note"}


@dataclass(frozen=True, slots=True)
class Finding:
    """One sentence about a lexicon, with what to do about it; ``str()`` gives it in English.

    Parameters
    ----------
    level : {"error", "warning", "note"}
        An error stops the lexicon or an entry of it from counting; a warning names what a person should look at; a note
        says what is usual, such as a term inside a longer one of its category.
    code : str
        Key of the messages in `textgov.errors`.
    line : int
        Line of the file, or row of the sheet; 0 is the whole.
    facts : mapping
        What the message names.
    """

    level: Level
    code: str
    line: int = 0
    facts: Mapping[str, object] = field(default_factory=dict)

    def text(self, lang: str = "en") -> str:
        """The sentence in the wanted language."""
        return wording(self.code, lang, **self.facts)

    def shown(self, path: str, lang: str = "en") -> str:
        """The sentence behind the file, the line and the level."""
        where = f" line {self.line}" if self.line else ""
        return f"{path}{where}: {wording(LEVEL_WORDS[self.level], lang)}: {self.text(lang)}"

    def __str__(self) -> str:
        return self.text()


def bad_lexicon(path: str, line: int, code: str, **facts: object) -> LexiconLineError:
    """The error for a fault in line `line` (0: of the whole file)."""
    return LexiconLineError(code, path=path, line=line, **facts)
