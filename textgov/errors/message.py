"""A message in both languages."""

from __future__ import annotations

from typing import NamedTuple


class Message(NamedTuple):
    """One message in two languages, with ``{named}`` places for the facts."""

    en: str
    zh: str
