"""From claims to a decision: year, place, confidence, doubts and the sentence that explains them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import date
from typing import NamedTuple

from textgov.locate.dates import Found
from textgov.locate.mentions import Claim, count_places, fits_suffix
from textgov.locate.opening import Reading, plain
from textgov.locate.sources import Around
from textgov.records import FIRST_YEAR, LAST_YEAR, LEVELS, Doubt, Evidence
from textgov.regions import NATIONAL, Division, Gazetteer, ancestors, at_code, at_year

STRONG = 0.8  # from here on a claim of the text contradicts a path that names another place
OUTSIDE = ("metadata", "path")
LATE_MONTH = 11  # a report delivered in November or December belongs to the session, and the year, that follows
UNDATED = 9999  # stands for the year of a document that has none: read on the last map, gone units by their last name
LAST_MAP = 2024
# The most named unit of the issuer's kind in a whole text is its issuer: how surely, by how many times it is named as
# often as the next. On 2,478 real reports: 9 of 13 with a lead below 1.3, all 33 with one up to 2, all above.
LEADS = ((2.0, 0.93), (1.5, 0.8), (1.2, 0.6), (0.0, 0.4))
LEAD_COUNT = 5  # a unit that is named less often leads nothing
PUBLISHED_WITHIN = 180  # days between signature and publication; of 221 policies in a table two were further apart
UNFIT = 0.4  # what is left of a claim when the issuer calls itself by another level: 大理市 above 我代表州人民政府


class YearVerdict(NamedTuple):
    """The year, the evidence for it and what contradicts it."""

    year: int | None
    evidence: tuple[Evidence, ...]
    doubts: tuple[Doubt, ...]


class PlaceVerdict(NamedTuple):
    """The unit, the evidence for it and what contradicts it."""

    unit: Division | None
    evidence: tuple[Evidence, ...]
    doubts: tuple[Doubt, ...]
    confidence: float


def _year_evidence(kind: str, found: Found, weight: float, value: int | None = None) -> Evidence:
    return Evidence("year", kind, str(value or found.year), found.quote, weight, found.start, found.end)


def session_year(found: Found) -> int:
    """The year of the session at which a report of a date was delivered."""
    return found.year + 1 if found.month >= LATE_MONTH else found.year


def decide_year(around: Around, reading: Reading, mode: str) -> YearVerdict:
    """The year of a document.

    ``session``: metadata or path, else the year in the title of a work report, else the year of the session at which
    it was delivered, else one more than the year it reviews; for other documents the year of the signature, the
    number, the title. ``delivered``: the year of the date. ``path``: the path before the metadata.
    """
    outside = _outside_years(around, mode)
    inside = _report_years(reading) if reading.work_report else _notice_years(around, reading)
    if mode == "delivered":
        dated = _dated_years(around, reading)
        order = [*dated, *outside, *inside] if dated else [*outside, *inside]
    else:
        order = [*outside, *inside]
    if not order:
        return YearVerdict(None, (), (Doubt("year_missing", held=True),))
    year = int(order[0].value)
    if not FIRST_YEAR <= year <= LAST_YEAR:
        return YearVerdict(year, tuple(order), (Doubt("year_range", {"year": year}, held=True),))
    doubts = () if mode == "delivered" else _year_doubts(year, order, around, reading)
    return YearVerdict(year, tuple(order), doubts)


def _outside_years(around: Around, mode: str) -> list[Evidence]:
    found = [("metadata", around.meta_year, 0.95), ("path", around.path_year, 0.9)]
    if mode == "path":
        found.reverse()
    return [_year_evidence(kind, year, weight) for kind, year, weight in found if year]


def _report_years(reading: Reading) -> list[Evidence]:
    years = []
    day, title, review = reading.delivered, reading.title_year, reading.review_year
    if title and (day is None or title.year in (day.year, session_year(day))):
        years.append(_year_evidence("title", title, 0.9))
    if day:
        value = session_year(day)
        # Delivered in December, and the year just ending is still the one that the report plans.
        if value != day.year and review and review.year == day.year - 1:
            value = day.year
        years.append(_year_evidence("opening" if day.start >= 0 else "title", day, 0.85, value))
    if title and not years:
        years.append(_year_evidence("title", title, 0.6))
    if review:
        years.append(_year_evidence("opening", review, 0.7, review.year + 1))
    elif reading.first_year and not years:
        years.append(_year_evidence("opening", reading.first_year, 0.5, reading.first_year.year + 1))
    return years or _session_years(reading)


def _dated_years(around: Around, reading: Reading) -> list[Evidence]:
    day = reading.delivered or reading.header_day or reading.signed or reading.passed
    if day:
        return [_year_evidence("signature" if day is reading.signed else "opening", day, 0.9)]
    if around.day:
        return [Evidence("year", "metadata", around.day[:4], around.day, 0.85)]
    return [_year_evidence("metadata", around.day_year, 0.8)] if around.day_year else []


def _notice_years(around: Around, reading: Reading) -> list[Evidence]:
    years = _dated_years(around, reading)
    if reading.number_year:
        years.append(Evidence("year", "number", str(reading.number_year), reading.number, 0.8))
    if reading.title_year:
        years.append(_year_evidence("title", reading.title_year, 0.5))
    return [*years, *_session_years(reading)]


def _session_years(reading: Reading) -> list[Evidence]:
    found = reading.session
    if found is None:
        return []
    return [_year_evidence("title" if found.start < 0 else "opening", found, 0.6)]


def _year_doubts(year: int, order: list[Evidence], around: Around, reading: Reading) -> tuple[Doubt, ...]:
    chosen = order[0]
    against = [e for e in order[1:] if e.kind in OUTSIDE and e.value != chosen.value]
    day = reading.delivered if reading.work_report else reading.signed or reading.header_day
    if day is not None and day.year != year and not (reading.work_report and session_year(day) == year):
        against.append(Evidence("date", "opening", day.day, day.quote, 0.85, day.start, day.end))
    if (
        day is not None
        and around.day
        and not reading.work_report
        and _days_apart(day.day, around.day) > PUBLISHED_WITHIN
    ):
        against.append(Evidence("date", "metadata", around.day, around.day, 0.85))
    title = reading.title_year if reading.work_report else None
    if title and title.year != year and (day is None or chosen.kind not in OUTSIDE):
        against.append(_year_evidence("title", title, 0.6))
    if not against:
        return ()
    detail = ", ".join(f"{e.kind} {e.value}" for e in (chosen, *against))
    return (Doubt("year_conflict", {"detail": detail}, candidates=tuple(sorted({str(year), against[0].value[:4]}))),)


def _days_apart(one: str, other: str) -> int:
    return abs((date.fromisoformat(one) - date.fromisoformat(other)).days)


class _Scored(NamedTuple):
    claim: Claim
    codes: tuple[str, ...]


def _resolve(gazetteer: Gazetteer, claim: Claim, year: int, reading: Reading) -> _Scored:
    """The codes that a claim can mean in a year; the issuer's own word (市, 省) decides between namesakes."""
    units = claim.units
    suffix = reading.suffix
    fitting = tuple(unit for unit in units if fits_suffix(unit, suffix))
    if len({unit.code for unit in units}) > 1:
        units = fitting or units
        if claim.kind in OUTSIDE and not (suffix and fitting):
            # A folder or a column 长沙 means the prefecture and not 长沙县; 吉林 stays the province or the city.
            units = tuple(unit for unit in units if unit.level != "county") or units
        units = _of_year(units, year)
    elif suffix and reading.says_itself and not fitting and claim.kind not in OUTSIDE:
        claim = replace(claim, weight=claim.weight * UNFIT)
    then = [_then(gazetteer, unit, year) for unit in units]
    return _Scored(claim, tuple(dict.fromkeys(unit.code for unit in then if unit is not None)))


def _then(gazetteer: Gazetteer, unit: Division, year: int) -> Division | None:
    return at_year(gazetteer, unit, min(year, LAST_MAP)) or (unit if year == UNDATED else None)


def _spell(gazetteer: Gazetteer, code: str, year: int) -> Division | None:
    return at_code(gazetteer, code, min(year, LAST_MAP)) or (gazetteer.by_code[code][-1] if year == UNDATED else None)


def _of_year(units: tuple[Division, ...], year: int) -> tuple[Division, ...]:
    """The units of a year; of a county and a prefecture that shared a full name in the year of change, the latter."""
    units = tuple(unit for unit in units if unit.accepted_in(year)) or units
    large = {unit.name for unit in units if unit.level == "prefecture"}
    return tuple(unit for unit in units if unit.level != "county" or unit.name not in large)


def _above(gazetteer: Gazetteer, code: str, year: int) -> tuple[str, ...]:
    unit = _spell(gazetteer, code, year)
    return ancestors(gazetteer, unit) if unit else ()


def _score(gazetteer: Gazetteer, scored: Iterable[_Scored], year: int) -> dict[str, float]:
    """How well each code is supported: claims for it, shared claims in part, claims for a unit above it by half."""
    scored = list(scored)
    missing: dict[str, float] = {}
    for code in {code for one in scored for code in one.codes}:
        above = _above(gazetteer, code, year)
        rest = 1.0
        for one in scored:
            if code in one.codes:
                rest *= 1 - one.claim.weight / len(one.codes)
            elif set(above[:-1]) & set(one.codes):
                rest *= 1 - one.claim.weight * 0.5
        missing[code] = 1 - rest
    return missing


def decide_place(gazetteer: Gazetteer, around: Around, reading: Reading, text: str, year: int | None) -> PlaceVerdict:
    """The issuer of a document on the map of its year."""
    day = year if year is not None and FIRST_YEAR <= year <= LAST_YEAR else UNDATED
    outside = [_resolve(gazetteer, claim, day, reading) for claim in around.places]
    inside = [_resolve(gazetteer, claim, day, reading) for claim in reading.claims]
    gone = [one for one in outside + inside if not one.codes]
    known = [one for one in outside + inside if one.codes]
    counted = []
    if not any(one.claim.weight >= 0.6 and one.codes for one in inside):
        counted = _count_claims(gazetteer, reading, text, day)
    # Without a word of the issuer about itself, a place that is only mentioned proves nothing.
    only_mentioned = not known and not reading.suffix
    sites = [_resolve(gazetteer, claim, day, reading) for claim in around.sites]
    known += [*counted, *(one for one in sites if one.codes)]
    if not known:
        return _no_place(around, gone, day)
    scores = _score(gazetteer, known, day)
    best = _best(gazetteer, scores, day)
    rivals = {code for code, score in scores.items() if code != best and score >= scores[best] - 1e-6}
    conflict = _conflict(gazetteer, known, around, reading, day)
    if conflict:
        best = conflict.candidates[0]
    support = tuple(_evidence(gazetteer, one, best, day) for one in known)
    unit = _spell(gazetteer, best, day)
    if conflict:
        return PlaceVerdict(unit, support, (conflict,), round(0.5 * scores[best], 3))
    if around.unknown:
        unread = Doubt("place_unknown", {"name": around.unknown, "year": day}, True, (best,))
        return PlaceVerdict(unit, support, (unread,), round(0.5 * scores[best], 3))
    if only_mentioned and unit is not None:
        doubt = Doubt("place_mentioned", {"name": unit.name}, True, (best,))
        return PlaceVerdict(unit, support, (doubt,), 0.3)
    if rivals:
        return PlaceVerdict(unit, support, (_ambiguous(gazetteer, known, sorted({best, *rivals}), day),), 0.3)
    return PlaceVerdict(unit, support, (), round(_confidence(gazetteer, best, scores, day), 3))


def _best(gazetteer: Gazetteer, scores: Mapping[str, float], day: int) -> str:
    """The best supported code; of equals the lowest level, then the lowest number."""

    def order(code: str) -> tuple[float, int, str]:
        unit = _spell(gazetteer, code, day)
        return -round(scores[code], 6), -LEVELS.index(unit.level) if unit else 0, code

    return min(scores, key=order)


def _evidence(gazetteer: Gazetteer, one: _Scored, best: str, day: int) -> Evidence:
    above = _above(gazetteer, best, day)
    value = best if best in one.codes else next((code for code in one.codes if code in above), one.codes[0])
    return one.claim.as_evidence(value)


def _confidence(gazetteer: Gazetteer, best: str, scores: dict[str, float], day: int) -> float:
    family = {best, *_above(gazetteer, best, day)}
    against = max((s for code, s in scores.items() if code not in family), default=0.0)
    return scores[best] * (1 - 0.5 * against) if against < scores[best] else scores[best] * 0.5


def _no_place(around: Around, gone: list[_Scored], day: int) -> PlaceVerdict:
    if gone:
        unit = gone[0].claim.units[0]
        facts = {"name": unit.name, "year": day}
        return PlaceVerdict(None, (), (Doubt("place_unknown", facts, True, unit.panel_codes_2024),), 0.0)
    if around.unknown:
        return PlaceVerdict(None, (), (Doubt("place_unknown", {"name": around.unknown, "year": day}, True),), 0.0)
    return PlaceVerdict(None, (), (Doubt("place_missing", held=True),), 0.0)


def _ambiguous(gazetteer: Gazetteer, known: list[_Scored], codes: list[str], day: int) -> Doubt:
    claim = max((one for one in known if set(one.codes) & set(codes)), key=lambda one: one.claim.weight).claim
    units = (_spell(gazetteer, code, day) for code in codes)
    names = ", ".join(f"{unit.code} {unit.name}" for unit in units if unit)
    return Doubt("place_ambiguous", {"name": claim.quote, "candidates": names}, True, tuple(codes))


def _conflict(gazetteer: Gazetteer, known: list[_Scored], around: Around, reading: Reading, day: int) -> Doubt | None:
    """Metadata or path name one place and the text, strongly, another that does not lie in it.

    A report of a county under the bare name of its prefecture (文山州/2025 holds 文山市's) stays where the user filed
    it, and is listed; any other contradiction holds the document until a person decides.
    """
    outside = [one for one in known if one.claim.kind in OUTSIDE]
    if len(outside) > 1 and not any(one.claim.weight >= STRONG for one in known if one.claim.kind not in OUTSIDE):
        return _outside_conflict(gazetteer, outside[0], outside[1], day)
    inside = [one for one in known if one.claim.kind not in OUTSIDE and one.claim.weight >= STRONG]
    if not outside or not inside:
        return None
    there = outside[0].codes
    text = _score(gazetteer, inside, day)
    here = _best(gazetteer, text, day)
    if here in there or any(code in there for one in inside for code in one.codes):
        return None
    says = next(one for one in inside if here in one.codes)
    unit = _spell(gazetteer, here, day)
    within = bool(set(there) & set(_above(gazetteer, here, day)) - {NATIONAL})
    if within:
        if unit is None:
            return None
        rest = around.where.replace(outside[0].claim.quote.split("/")[-1], "")
        named = (unit.short_name or unit.name) in rest
        if named or not reading.work_report or unit.level != "county" or len(there) > 1 or there[0].endswith("0000"):
            return None
    names = [_spell(gazetteer, code, day) for code in (there[0], here)]
    a, b = (unit.name if unit else "" for unit in names)
    detail = f"{outside[0].claim.kind} {a} ({outside[0].claim.quote}), {says.claim.kind} {b} ({says.claim.quote})"
    candidates = (*there, here) if within else (here, *there)
    return Doubt("place_conflict", {"detail": detail}, not within, candidates)


def _outside_conflict(gazetteer: Gazetteer, meta: _Scored, path: _Scored, day: int) -> Doubt | None:
    """A column names one place, the path another, and the text takes no side."""
    family = {above for code in meta.codes for above in (code, *_above(gazetteer, code, day))}
    lower = {above for code in path.codes for above in _above(gazetteer, code, day)}
    if family & set(path.codes) or lower & set(meta.codes):
        return None
    detail = f"{meta.claim.kind} {meta.claim.quote}, {path.claim.kind} {path.claim.quote}"
    return Doubt("place_conflict", {"detail": detail}, True, (*meta.codes, *path.codes))


def _count_claims(gazetteer: Gazetteer, reading: Reading, text: str, day: int) -> list[_Scored]:
    """The place that the whole text names most, among those that can call themselves by the issuer's word."""
    counts = count_places(gazetteer, plain(text), reading.suffix, min(day, LAST_MAP))
    if not counts:
        return []
    first = max(counts.values())
    codes = tuple(sorted(code for code, count in counts.items() if count == first))
    lead = first / max((count for count in counts.values() if count < first), default=1) if len(codes) == 1 else 0.0
    weight = next(weight for least, weight in LEADS if lead >= least)
    if first < LEAD_COUNT or not reading.suffix:
        weight = min(weight, 0.4 if first < LEAD_COUNT else 0.6)
    units = tuple(unit for code in codes if (unit := _spell(gazetteer, code, day)))
    name = units[0].short_name or units[0].name
    at = text.find(name)
    claim = Claim("opening", units, f"{name} x {first}", weight, at, at + len(name) if at >= 0 else -1)
    return [_Scored(claim, codes)]
