"""Labels that Word counts by itself (一、 二、 第一条): a reader sees them, the text of the paragraphs lacks them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

DIGITS = "零一二三四五六七八九"
CHINESE = frozenset(
    (
        "chineseCounting",
        "chineseCountingThousand",
        "ideographTraditional",
        "japaneseCounting",
        "taiwaneseCounting",
        "taiwaneseCountingThousand",
    )
)
CIRCLED = frozenset(("decimalEnclosedCircle", "decimalEnclosedCircleChinese"))
MAX_LEVEL = 8


class Level(NamedTuple):
    """One level of a list: its first number, how numbers look, and the label with %1 ... %9 for numbers."""

    start: int
    form: str
    label: str


@dataclass(slots=True)
class Numbering:
    """Lists of a document, by number of the list, and how far each has counted."""

    lists: Mapping[str, Mapping[int, Level]]
    styles: Mapping[str, tuple[str, int]] = field(default_factory=dict)
    _counts: dict[str, dict[int, int]] = field(default_factory=dict)

    def label(self, settings: Any) -> str:
        """The label of a paragraph from its settings (pPr); counts on."""
        number, level = self._place(settings)
        levels = self.lists.get(number)
        if levels is None or level not in levels:
            return ""
        counts = self._counts.setdefault(number, {})
        counts[level] = counts.get(level, levels[level].start - 1) + 1
        for deeper in [each for each in counts if each > level]:
            del counts[deeper]
        label = levels[level].label
        for each in range(level + 1):
            if each in levels:
                shown = spell_number(counts.get(each, levels[each].start), levels[each].form)
                label = label.replace(f"%{each + 1}", shown)
        if levels[level].form in ("bullet", "none"):
            return ""
        return label + " " if label[-1:].isascii() and label else label

    def _place(self, settings: Any) -> tuple[str, int]:
        number, level = "", 0
        for child in settings:
            if _tag(child) == "pStyle":
                number, level = self.styles.get(_value(child), (number, level))
        for child in settings:
            if _tag(child) == "numPr":
                found = {_tag(each): _value(each) for each in child}
                number, level = found.get("numId", number), _count(found.get("ilvl", str(level)), level)
        return number, level


def read_numbering(root: Any, styles: Any = None) -> Numbering:
    """The lists of the numbering part of a document, and the paragraph styles that belong to one.

    Parameters
    ----------
    root : Element
        Root of the numbering part.
    styles : Element, optional
        Root of the part of styles.
    """
    patterns: dict[str, dict[int, Level]] = {}
    lists: dict[str, dict[int, Level]] = {}
    for child in root:
        if _tag(child) == "abstractNum":
            patterns[_attribute(child, "abstractNumId")] = dict(map(_level, _children(child, "lvl")))
    for child in root:
        if _tag(child) == "num":
            levels = dict(patterns.get(_value(next(iter(_children(child, "abstractNumId")), child)), {}))
            for change in _children(child, "lvlOverride"):
                at = _count(_attribute(change, "ilvl"), 0)
                for start in _children(change, "startOverride"):
                    if at in levels:
                        levels[at] = levels[at]._replace(start=_count(_value(start), 1))
            lists[_attribute(child, "numId")] = levels
    return Numbering(lists, _styles(styles) if styles is not None else {})


def _styles(root: Any) -> dict[str, tuple[str, int]]:
    found = {}
    for style in _children(root, "style"):
        for settings in _children(style, "pPr"):
            for numbered in _children(settings, "numPr"):
                parts = {_tag(each): _value(each) for each in numbered}
                if parts.get("numId"):
                    found[_attribute(style, "styleId")] = (parts["numId"], _count(parts.get("ilvl", "0"), 0))
    return found


def _level(element: Any) -> tuple[int, Level]:
    parts = {_tag(child): _value(child) for child in element}
    level = Level(_count(parts.get("start", "1"), 1), parts.get("numFmt", "decimal"), parts.get("lvlText", ""))
    return min(_count(_attribute(element, "ilvl"), 0), MAX_LEVEL), level


def spell_number(number: int, form: str) -> str:
    """A number as a list shows it.

    Examples
    --------
    >>> spell_number(12, "chineseCounting"), spell_number(4, "upperRoman"), spell_number(3, "decimal")
    ('十二', 'IV', '3')
    """
    if form in CHINESE and 0 < number < 1000:
        return _chinese(number)
    if form in CIRCLED and 0 < number <= 20:
        return chr(0x245F + number)
    if form in ("upperLetter", "lowerLetter") and 0 < number <= 26:
        return chr((64 if form == "upperLetter" else 96) + number)
    if form in ("upperRoman", "lowerRoman") and 0 < number < 4000:
        roman = _roman(number)
        return roman if form == "upperRoman" else roman.lower()
    return str(number)


def _chinese(number: int) -> str:
    hundreds, rest = divmod(number, 100)
    tens, ones = divmod(rest, 10)
    text = DIGITS[hundreds] + "百" if hundreds else ""
    if tens:
        text += ("" if tens == 1 and not hundreds else DIGITS[tens]) + "十"
    elif hundreds and ones:
        text += "零"
    return text + (DIGITS[ones] if ones else "")


def _roman(number: int) -> str:
    values = (1000, 900, 500, 400, 100, 90, 50, 40, 10, 9, 5, 4, 1)
    signs = ("M", "CM", "D", "CD", "C", "XC", "L", "XL", "X", "IX", "V", "IV", "I")
    text = ""
    for value, sign in zip(values, signs, strict=True):
        times, number = divmod(number, value)
        text += sign * times
    return text


def _children(element: Any, tag: str) -> list[Any]:
    return [child for child in element if _tag(child) == tag]


def _tag(element: Any) -> str:
    return element.tag.rpartition("}")[2] if isinstance(element.tag, str) else ""


def _value(element: Any) -> str:
    return _attribute(element, "val")


def _attribute(element: Any, name: str) -> str:
    return next((str(value) for key, value in element.attrib.items() if str(key).rpartition("}")[2] == name), "")


def _count(text: str, default: int) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 6 else default
