"""Errors and their wording, in English and Chinese.

Every message that a user can meet has a code, and this package is the only place that holds its words. A message says
what happened, where, and what to do. The command line chooses the language; files that we write carry both.
"""

from __future__ import annotations

from textgov.errors.estimates import ESTIMATE_MESSAGES
from textgov.errors.expand import EXPAND_MESSAGES
from textgov.errors.explore import EXPLORE_MESSAGES
from textgov.errors.inputs import INPUT_MESSAGES
from textgov.errors.lexicons import LEXICON_MESSAGES
from textgov.errors.message import Message
from textgov.errors.panels import PANEL_MESSAGES
from textgov.errors.runs import RUN_MESSAGES
from textgov.errors.topics import TOPIC_MESSAGES
from textgov.errors.validity import VALIDITY_MESSAGES

MESSAGES: dict[str, Message] = (
    INPUT_MESSAGES
    | LEXICON_MESSAGES
    | RUN_MESSAGES
    | PANEL_MESSAGES
    | ESTIMATE_MESSAGES
    | EXPAND_MESSAGES
    | TOPIC_MESSAGES
    | VALIDITY_MESSAGES
    | EXPLORE_MESSAGES
)


def wording(code: str, lang: str = "en", **facts: object) -> str:
    """The message `code` in English (``"en"``) or Chinese (``"zh"``), with its facts filled in."""
    message = MESSAGES[code]
    return (message.zh if lang == "zh" else message.en).format(**facts)


class TextgovError(Exception):
    """Parent of every error that textgov raises on purpose.

    Parameters
    ----------
    code : str
        Key of `MESSAGES`.
    **facts
        What the message names: path, row, key and so on.
    """

    status = 1

    def __init__(self, code: str, **facts: object) -> None:
        super().__init__(wording(code, "en", **facts))
        self.code = code
        self.facts = facts

    def text(self, lang: str = "en") -> str:
        """The message in the wanted language."""
        return wording(self.code, lang, **self.facts)

    def __reduce__(self) -> tuple[object, ...]:
        return _rebuild, (type(self), self.code, self.facts)


def _rebuild(kind: type[TextgovError], code: str, facts: dict[str, object]) -> TextgovError:
    return kind(code, **facts)


class UsageError(TextgovError):
    """The call, the options or a project file are wrong (exit status 2)."""

    status = 2


class ReadError(TextgovError):
    """One input cannot be read; the run goes on and the manifest says why."""


class LexiconError(UsageError):
    """A lexicon is missing or wrong."""


class LexiconLineError(LexiconError):
    """A fault in a lexicon file; the facts have its ``path`` and ``line`` (0: of the whole file)."""

    def __str__(self) -> str:
        return self.text()

    def text(self, lang: str = "en") -> str:
        """The message in the wanted language, behind the file and the line."""
        line = self.facts.get("line")
        where = f" line {line}" if line else ""
        return f"{self.facts['path']}{where}: {wording(self.code, lang, **self.facts)}"


class RecordError(TextgovError):
    """A record was built from parts that do not fit together."""


class TopicError(TextgovError):
    """A topic model cannot be fitted to these words, or does not belong to them."""


class OutputError(TextgovError):
    """A result cannot be written."""


class RemoteError(TextgovError):
    """The storage behind a URL does not answer, or refuses."""


class StoreError(TextgovError):
    """A file of a run folder is missing, damaged or of another version."""


class ExtraError(UsageError):
    """An optional package is needed and not installed."""
