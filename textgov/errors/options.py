"""Options: what they are called on the command line, and which would do nothing, so that nobody is misled."""

from __future__ import annotations

import dataclasses
from collections.abc import Collection, Mapping
from typing import Any

from textgov.errors import UsageError

# Fields of the options of Python whose option has another name. A field that an option is named after needs no line.
FIELDS = {
    "columns": "column",
    "covariates": "covariate",
    "grades": "grade",
    "methods": "method",
    "min_copies": "copies",
    "n_topics": "k",
    "placebo_within": "within-province",
    "policy": "like",
    "titles": "title",
    "year": "years",
}


def given(options: Any) -> dict[str, Any]:
    """The options that are not what they are by default."""
    found = {}
    for field in dataclasses.fields(options):
        value = getattr(options, field.name)
        if value != (field.default if field.default_factory is dataclasses.MISSING else field.default_factory()):
            found[field.name] = value
    return found


def check_only_of(options: Any, choice: str, users: Mapping[str, Collection[str]]) -> None:
    """Refuse options that the chosen method does not use.

    Parameters
    ----------
    options : dataclass
    choice : str
        The field that chooses, such as ``method``.
    users : mapping
        Option -> the choices that use it.

    Raises
    ------
    UsageError
        An option was given, and is not used.
    """
    chosen = getattr(options, choice)
    for name, value in given(options).items():
        if name in users and chosen not in users[name]:
            detail = f"only the {choice} {' or '.join(users[name])} uses it, and the {choice} is {chosen}"
            raise UsageError("option_bad", name=name, value=_shown(value), detail=detail)


def check_needed(options: Any, needs: Mapping[str, Collection[str]]) -> None:
    """Refuse options that do nothing without one of some others (option -> those others).

    Raises
    ------
    UsageError
        An option was given, and none of those that it needs.
    """
    found = given(options)
    for name, others in needs.items():
        if name in found and not found.keys() & set(others):
            detail = f"it does nothing without {' or '.join(others)}"
            raise UsageError("option_bad", name=name, value=_shown(found[name]), detail=detail)


def _shown(value: object) -> str:
    return ", ".join(map(str, value)) if isinstance(value, tuple) else str(value)
