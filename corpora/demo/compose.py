"""Draw one invented work report: fillers without a term, carriers with planted terms, in report order."""

from __future__ import annotations

import math
import random
import re
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

SLOT = re.compile(r"\{([a-z_0-9]+)(?::([a-z]))?\}")
DIGITS = "零一二三四五六七八九十"
CATEGORIES = ("overall_concept", "infrastructure", "service", "data", "organisation", "scene", "security")
# Share of each category, in percent, in the order of CATEGORIES: until 2012, until 2016, afterwards.
MIXES = (
    (2012, (31, 11, 24, 12, 0, 14, 8)),
    (2016, (16, 13, 31, 14, 4, 16, 6)),
    (2020, (16, 12, 34, 14, 6, 13, 5)),
)
# Mean number of planted terms in a report of a city with intensity 1, from FIRST_YEAR on.
FIRST_YEAR = 2009
MEANS = (1.5, 2.0, 2.6, 3.3, 4.0, 4.9, 6.0, 7.4, 9.2, 11.4, 13.2, 15.0)
MAX_TERMS = 24
HAN_TARGET = (640, 900)
MIN_TOPICS = 2
LAST_TOPIC = "conduct"  # closes each part


class Draw:
    """Random choices built on `Random.random` alone, whose sequence for a seed Python promises to keep."""

    def __init__(self, seed: str) -> None:
        self._random = random.Random(seed).random

    def number(self, low: int, high: int) -> int:
        """Whole number from `low` to `high`, both included."""
        return low + int(self._random() * (high - low + 1))

    def chance(self, share: float) -> bool:
        """True with probability `share`."""
        return self._random() < share

    def pick(self, items: Sequence[Any], weights: Sequence[float] | None = None) -> Any:
        """One item, with probability proportional to its weight."""
        if weights is None:
            return items[int(self._random() * len(items))]
        left = self._random() * sum(weights)
        for item, weight in zip(items, weights, strict=True):
            left -= weight
            if left < 0:
                return item
        return items[-1]

    def shuffled(self, items: Sequence[Any]) -> list[Any]:
        """New list with the items in random order."""
        return [item for _, item in sorted(((self._random(), i), item) for i, item in enumerate(items))]

    def poisson(self, mean: float) -> int:
        """Poisson number by Knuth's multiplication method."""
        limit, product, count = math.exp(-mean), self._random(), 0
        while product > limit:
            product *= self._random()
            count += 1
        return count


@dataclass(frozen=True, slots=True)
class City:
    """One row of plan.csv; `styles` holds (first year, style) pairs in ascending order."""

    code: str
    province: str
    name: str
    former_name: str
    former_until: int
    short: str
    intensity: float
    congress: int
    congress_from: int
    layout: str
    styles: tuple[tuple[int, str], ...]

    def name_in(self, year: int) -> str:
        """Full name the city had in `year`."""
        return self.former_name if year <= self.former_until else self.name

    def style_in(self, year: int) -> str:
        """File style of the city in `year`."""
        return [style for first, style in self.styles if first <= year][-1]


@dataclass(frozen=True, slots=True)
class Report:
    """One report: `lines` are (kind, text) with kind subtitle, heading or body; `date` is ISO."""

    city: City
    year: int
    title: str
    date: str
    lines: tuple[tuple[str, str], ...]
    planted: Counter[str]


@dataclass(frozen=True, slots=True)
class Passages:
    """The hand-written material, and the check a sentence must pass before it is used."""

    prose: dict[str, Any]
    groups: dict[str, tuple[str, list[list[Any]]]]
    carriers: dict[str, dict[str, list[str]]]
    accepts: Callable[[str, list[str], bool], bool]


@dataclass(slots=True)
class Draft:
    """A report in the making: random source, place words, and what has been used."""

    city: City
    year: int
    draw: Draw
    traditional: bool
    words: dict[str, str]
    planted: Counter[str] = field(default_factory=Counter)
    used: set[str] = field(default_factory=set)


def chinese_number(number: int) -> str:
    """Chinese numeral of 1 to 99."""
    tens, ones = divmod(number, 10)
    head = "" if tens == 0 else "十" if tens == 1 else DIGITS[tens] + "十"
    return head + (DIGITS[ones] if ones else "")


def region_words(province: str, unit: str) -> dict[str, str]:
    """Words for the territory above a city and for the three tiers of government."""
    if province.endswith("市"):
        return {"upper": "全国", "tiers": "市、区、街道"}
    head = "区" if province.endswith("自治区") else "省"
    return {"upper": "全" + head, "tiers": f"{head}、{unit}、县"}


def start_draft(city: City, year: int, seed: int, style: str) -> Draft:
    """Open a draft with the random source of this city-year, independent of all other city-years."""
    name = city.name_in(year)
    prefecture = name.endswith("州") and not name.endswith("市")
    unit = "州" if prefecture else "市"
    short = city.short if name == city.name else name.removesuffix("市")
    words = {
        "name": name,
        "city": short,
        "shi": unit,
        "quan": "全" + unit,
        "y": str(year - 1),
        "y0": str(year),
    }
    words |= region_words(city.province, unit)
    draw = Draw(f"{seed}/{city.code}/{year}")
    month, first, last = (1, 6, 28) if draw.chance(0.7) else (2, 9, 26)
    day = draw.number(first, last)
    words["date"] = f"{year}年{month}月{day}日"
    words["iso_date"] = f"{year}-{month:02}-{day:02}"
    round_, session = divmod(year - city.congress_from, 5)
    words["term"] = chinese_number(city.congress + round_)
    words["session"] = chinese_number(session + 1)
    return Draft(city, year, draw, style in ("txt.big5", "txt.trad"), words)


def number_word(slot: str, draw: Draw) -> str:
    """Invented figure for a number slot: percentage, count in tens, hundreds, and so on."""
    if slot == "p":
        return f"{draw.number(4, 13)}.{draw.number(1, 9)}%"
    if slot == "d":
        return f"{draw.number(1, 3)}.{draw.number(1, 9)}"
    low, high = {"n": (11, 98), "m": (110, 980), "small": (3, 9), "ninety": (91, 99)}[slot]
    return str(draw.number(low, high))


def render_term(term: str, draw: Draw) -> str:
    """Write a term as careless typists do: full width, other case, an ideographic space inside."""
    if re.search(r"[A-Z0-9+]", term) and draw.chance(0.5):
        wide = {ord(c): ord(c) + 0xFEE0 for c in "+APP0123456789"}
        swap = draw.chance(0.4) and re.search(r"[A-Z]", term)
        return term.swapcase() if swap else term.translate(wide)
    if draw.chance(0.04):
        cut = draw.number(1, len(term) - 1)
        return term[:cut] + "\u3000" + term[cut:]
    return term


def fill(draft: Draft, template: str, passages: Passages) -> tuple[str, list[str]]:
    """Fill every slot of a template; return the sentence and the terms planted in it, in order."""
    terms: list[str] = []
    labelled: dict[str, str] = {}

    def word(match: re.Match[str]) -> str:
        slot, label = match.group(1), match.group(2)
        if slot in draft.words:
            return draft.words[slot]
        if slot not in passages.groups:
            return number_word(slot, draft.draw)
        if label not in labelled:
            choices = [row for row in available(slot, draft.year, passages) if row[0] not in terms]
            weights = [row[3] / (1 + 3 * draft.planted[row[0]]) for row in choices]
            term = draft.draw.pick(choices, weights)[0]
            if label is not None:
                labelled[label] = term
        else:
            term = labelled[label]
        terms.append(term)
        return render_term(term, draft.draw)

    return SLOT.sub(word, template), terms


def available(group: str, year: int, passages: Passages) -> list[list[Any]]:
    """Rows [term, since, until, weight] of a group that are in use in `year`."""
    return [row for row in passages.groups[group][1] if row[1] <= year <= row[2]]


def usable(template: str, year: int, room: int, passages: Passages) -> bool:
    """Whether the term slots of a carrier fit into `room` and can all be filled in `year`."""
    slots = [pair for pair in SLOT.findall(template) if pair[0] in passages.groups]
    needs = Counter(slot for slot, label in slots if not label)
    needs.update(slot for slot, label in set(slots) if label)
    return len(slots) <= room and all(len(available(s, year, passages)) >= needs[s] for s in needs)


def prominence(template: str, year: int, passages: Passages) -> float:
    """Weight of a carrier: root of the weight of its rarest group, so that a lone term stays rare."""
    slots = [slot for slot, _ in SLOT.findall(template) if slot in passages.groups]
    return math.sqrt(min(sum(row[3] for row in available(slot, year, passages)) for slot in slots))


def plant_sentences(draft: Draft, passages: Passages) -> dict[str, list[str]]:
    """Draw carriers until the target number of terms is planted; sentences by part, in category order."""
    mean = draft.city.intensity * MEANS[draft.year - FIRST_YEAR]
    room = min(draft.draw.poisson(mean), MAX_TERMS)
    if draft.year < 2015 and draft.draw.chance(0.05):
        room = 0
    mix = next(shares for last, shares in MIXES if draft.year <= last)
    found: list[tuple[int, str, str]] = []
    for _ in range(4000):
        if room == 0:
            break
        number = draft.draw.pick(range(len(CATEGORIES)), mix)
        part = draft.draw.pick(("review", "plan"))
        choices = [
            text
            for text in passages.carriers[CATEGORIES[number]][part]
            if text not in draft.used and usable(text, draft.year, room, passages)
        ]
        if not choices:
            continue
        template = draft.draw.pick(choices, [prominence(text, draft.year, passages) for text in choices])
        sentence, terms = fill(draft, template, passages)
        if not passages.accepts(sentence, terms, draft.traditional):
            continue
        draft.used.add(template)
        draft.planted.update(terms)
        room -= len(terms)
        found.append((number, part, sentence))
    if room:
        raise ValueError(f"{draft.city.name} {draft.year}: no carrier left for {room} more terms")
    found.sort(key=lambda row: row[0])
    return {part: [text for _, p, text in found if p == part] for part in ("review", "plan")}


def plain(draft: Draft, choices: Sequence[str], passages: Passages) -> str:
    """One unused sentence without a term."""
    for template in draft.draw.shuffled(choices):
        sentence, _ = fill(draft, template, passages)
        if template not in draft.used and passages.accepts(sentence, [], draft.traditional):
            draft.used.add(template)
            return sentence
    raise ValueError(f"{draft.city.name} {draft.year}: no filler left among {list(choices)[:1]}")


def group_paragraphs(draft: Draft, part: str, sentences: list[str], passages: Passages) -> list[str]:
    """Join planted sentences to paragraphs of about three, each with a leading sentence."""
    paragraphs, start = [], 0
    while start < len(sentences):
        stop = start + draft.draw.number(2, 4)
        lead = plain(draft, passages.prose["leads"][part], passages)
        paragraphs.append(lead + "".join(sentences[start:stop]))
        start = stop
    return paragraphs


def topic_paragraph(draft: Draft, topic: str, part: str, passages: Passages) -> str:
    """Two or three filler sentences on one topic, in the order in which they are listed."""
    choices = passages.prose["fillers"][topic][part]
    numbers = draft.draw.shuffled(range(len(choices)))[: draft.draw.number(2, 3)]
    return "".join(plain(draft, [choices[number]], passages) for number in sorted(numbers))


def count_han(text: str) -> int:
    """Number of Han characters of the basic block."""
    return sum("\u4e00" <= char <= "\u9fff" for char in text)


def add_topics(draft: Draft, size: int, passages: Passages) -> dict[str, list[str]]:
    """Topic paragraphs by part, in turn, until `size` Han characters have grown to a drawn target."""
    target = draft.draw.number(*HAN_TARGET)
    topics: dict[str, list[str]] = {"review": [], "plan": []}
    names = [topic for topic in passages.prose["fillers"] if topic != LAST_TOPIC]
    orders = {part: draft.draw.shuffled(names) for part in topics}
    while size < target or len(topics["plan"]) < MIN_TOPICS:
        part = "review" if len(topics["review"]) == len(topics["plan"]) else "plan"
        topics[part].append(topic_paragraph(draft, orders[part][len(topics[part])], part, passages))
        size += count_han(topics[part][-1])
    return topics


def compose(city: City, year: int, seed: int, passages: Passages) -> Report:
    """Draw the report of one city-year."""
    draft = start_draft(city, year, seed, city.style_in(year))
    prose = passages.prose
    planted = plant_sentences(draft, passages)
    title = fill(draft, prose["titles"]["report"], passages)[0]
    subtitle = fill(draft, prose["titles"]["subtitle"], passages)[0]
    opening = plain(draft, prose["openings"], passages)
    closing = plain(draft, prose["closings"], passages)
    heads = {part: plain(draft, prose["headings"][part], passages) for part in ("review", "plan")}
    intros = {part: plain(draft, prose[f"{part}_intros"], passages) for part in ("review", "plan")}
    governed = {part: group_paragraphs(draft, part, planted[part], passages) for part in ("review", "plan")}
    last = {part: topic_paragraph(draft, LAST_TOPIC, part, passages) for part in ("review", "plan")}
    fixed = [opening, closing, *heads.values(), *intros.values(), *last.values()]
    size = count_han("".join(fixed + governed["review"] + governed["plan"]))
    topics = add_topics(draft, size, passages)
    lines = [("subtitle", subtitle), ("body", opening)]
    for part in ("review", "plan"):
        lines += [("heading", heads[part]), ("body", intros[part])]
        lines += [("body", text) for text in (*topics[part], *governed[part], last[part])]
    lines.append(("body", closing))
    return Report(city, year, title, draft.words["iso_date"], tuple(lines), draft.planted)
