"""Pages from templates: everything that comes from a run is shown as text, in the reader's language."""

from __future__ import annotations

import csv
import re
from collections.abc import Callable, Mapping
from functools import cache
from importlib import resources
from typing import TYPE_CHECKING, Any

from textgov.explore.chart import draw_lines, shown_number

if TYPE_CHECKING:
    from jinja2 import Environment

LANGUAGES = ("zh", "en")
# Characters that hide, or turn the reading direction of what follows: shown by their numbers.
TURNING = re.compile("[\u200e\u200f\u061c\u202a-\u202e\u2066-\u2069\ud800-\udfff\x80-\x9f]")
CONTROLS = {code: 0x2400 + code for code in range(0x20) if chr(code) not in "\t\n\r"} | {0x7F: 0x2421}


def visible(value: Any) -> Any:
    r"""A text whose control characters and turns of direction can be seen; other values as they are.

    Examples
    --------
    >>> visible("a\x00b\u202ec"), visible(3), visible(None)
    ('a␀b[U+202E]c', 3, '')
    """
    if value is None:
        return ""
    if not isinstance(value, str) or hasattr(value, "__html__"):
        return value
    return TURNING.sub(lambda match: f"[U+{ord(match[0]):04X}]", value.translate(CONTROLS))


@cache
def words() -> Mapping[str, Mapping[str, str]]:
    """The words of the pages: for each code the English and the Chinese ones."""
    text = (resources.files("textgov") / "data" / "explore" / "words.csv").read_text("utf-8")
    return {row["code"]: {"en": row["en"], "zh": row["zh"]} for row in csv.DictReader(text.splitlines())}


def speaker(lang: str) -> Callable[..., str]:
    """A function that gives the words of a code in a language, with their facts filled in."""

    def say(code: str, **facts: object) -> str:
        text = words()[code][lang]
        return text.format(**{name: visible(value) for name, value in facts.items()}) if facts else text

    return say


@cache
def environment() -> Environment:
    """The templates; all values are escaped, and none can hide a character."""
    from jinja2 import Environment, PackageLoader, StrictUndefined

    made = Environment(
        loader=PackageLoader("textgov", "data/explore"),
        autoescape=True,
        finalize=visible,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.filters["number"] = shown_number
    made.globals["draw_lines"] = draw_lines
    return made


def render(template: str, lang: str, /, **values: Any) -> str:
    """A page as html."""
    return environment().get_template(f"{template}.html.j2").render(lang=lang, t=speaker(lang), **values)
