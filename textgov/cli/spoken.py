"""Faults in the words of the command line: a message about an option names it as the command spells it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from textgov.errors import TextgovError
from textgov.errors.options import FIELDS


def called(app: Any, words: Sequence[str]) -> Any:
    """The command that words of a shell call: the last group or command that they name."""
    for word in words:
        inner = getattr(app, "commands", {}).get(word)
        if inner is None:
            break
        app = inner
    return app


def spoken(error: TextgovError, command: Any) -> TextgovError:
    """The error as it is, or with the option of the command in the place of the field that it names."""
    if error.code != "option_bad":
        return error
    options = {
        name: option
        for one in command.params
        for option in one.opts
        if option.startswith("--")
        for name in (option.removeprefix("--"), str(one.name).replace("_", "-"))
    }
    field = str(error.facts["name"])
    name = field.replace("_", "-")
    option = options.get(name) or options.get(FIELDS.get(field, ""))
    return type(error)(error.code, **{**error.facts, "name": option}) if option else error
