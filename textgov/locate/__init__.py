"""Which place and year a document belongs to, with the evidence.

The issuer counts, not a place that is mentioned. Evidence is gathered from metadata and front matter, folders and
file name, title, opening (who delivered it, where, when), document number and signature; each piece has a kind, a
quotation, where it stands and a weight. What contradicts itself is held for a person: see `Doubt` and `Decision`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from textgov.errors import UsageError
from textgov.locate.decisions import Decision, read_decisions
from textgov.locate.opening import Reading, read_document
from textgov.locate.sources import PAPER_TYPES, Around, compile_pattern, read_around
from textgov.locate.verdict import LAST_MAP, PlaceVerdict, YearVerdict, decide_place, decide_year
from textgov.records import Corpus, Document, Doubt, Evidence, Step, hash_text
from textgov.regions import MAP_FIRST_YEAR, NATIONAL, Division, Gazetteer, at_code, read_divisions

__all__ = ["Decision", "LocateOptions", "locate_corpus", "locate_document", "read_decisions"]

YEARS = ("session", "delivered", "path")
OWN_DOUBTS = {
    "place_unknown",
    "place_ambiguous",
    "place_mentioned",
    "place_missing",
    "place_conflict",
    "year_missing",
    "year_conflict",
    "year_range",
    "decision_stale",
    "excluded_by_user",
}


@dataclass(frozen=True, slots=True)
class LocateOptions:
    """How place and year are found.

    Parameters
    ----------
    year : str
        ``session``: the year in which a work report was debated and for which it plans (the year of metadata or path
        where they have one; a report delivered in November or December belongs to the next year), the year of the
        signature for other documents. ``delivered``: the year of the date on the document. ``path``: the year of the
        path, before all else.
    path_pattern : str, optional
        How folders and file name carry place and year, read from the end of the path without the file's ending:
        ``{province}/{city}/{year}``, ``{city}{year}*``. Fields: province, city, county, year; ``*`` for anything.
        A path that does not fit is read as without a pattern.
    divisions : str, optional
        A user's own table of divisions, with the columns of the packaged ``divisions.csv``.
    """

    year: str = "session"
    path_pattern: str | None = None
    divisions: str | None = None

    def __post_init__(self) -> None:
        if self.year not in YEARS:
            raise UsageError("option_bad", name="year", value=self.year, detail=f"use one of {', '.join(YEARS)}")
        if self.path_pattern is not None:
            compile_pattern(self.path_pattern)


def locate_document(document: Document, gazetteer: Gazetteer, options: LocateOptions | None = None) -> Document:
    """The document with place, level, year, date, issuer, number and type, and the evidence for them.

    Confidence is that of the place, from 0 to 1. Doubts of other stages are kept; those of this stage are made anew.
    """
    options = options or LocateOptions()
    around = read_around(gazetteer, document, options.path_pattern)
    if around.paper:
        # A paper has no issuer: the city that it studies, or in which its authors work, is not its place.
        reading = Reading(title=document.title or around.title, doc_type="论文" if around.paper in PAPER_TYPES else "")
    else:
        reading = read_document(gazetteer, document.title or around.title, document.text, taiwan=around.taiwan)
    if around.written and around.day:
        reading.signed = None
    if around.day:
        reading.passed = None  # a law that is printed with a decree was often passed years before
    year = decide_year(around, reading, options.year)
    place = decide_place(gazetteer, around, reading, "" if around.paper else document.text, year.year)
    day = reading.delivered or reading.header_day or reading.signed or reading.passed
    dated = () if day is None else (Evidence("date", "opening", day.day, day.quote, 0.85, day.start, day.end),)
    return replace(
        document,
        place_code=place.unit.code if place.unit else None,
        place=place.unit.name if place.unit else "",
        level=place.unit.level if place.unit else "",
        year=year.year,
        date=day.day if day else around.day,
        issuer=_issuer(around, reading, place.unit),
        doc_number=reading.number or around.number,
        doc_type=reading.doc_type,
        evidence=(*place.evidence, *year.evidence, *dated, *reading.evidence),
        confidence=place.confidence,
        explanation=_explain(place, year, day.day if day else around.day),
        doubts=(*(d for d in document.doubts if d.code not in OWN_DOUBTS), *place.doubts, *year.doubts),
    )


def _issuer(around: Around, reading: Reading, unit: Division | None) -> str:
    if reading.issuer or around.issuer:
        return reading.issuer or around.issuer
    if unit is None or not reading.work_report:
        return ""
    if unit.code == NATIONAL:
        return "国务院"
    if unit.type == "SAR":
        return f"{unit.name}政府"
    return unit.name + ("行政公署" if unit.type in ("地区", "盟") else "人民政府")


def _explain(place: PlaceVerdict, year: YearVerdict, day: str) -> str:
    """One sentence: what was decided and from which words."""
    parts = []
    if place.unit is None:
        parts.append("no place")
    else:
        code = place.unit.code
        why = [f"{e.kind} “{e.quote}”" for e in place.evidence if e.value == code]
        old = " on the map of 2000" if year.year is not None and year.year < MAP_FIRST_YEAR else ""
        parts.append(f"{code} {place.unit.name}{old} from {' and '.join(dict.fromkeys(why)) or 'no evidence'}")
    against = [
        f"{e.kind} “{e.quote}” says {e.value}" for e in place.evidence if place.doubts and e.value != parts[0][:6]
    ]
    parts += dict.fromkeys(against)
    if year.year is None:
        parts.append("no year")
    else:
        why = [f"{e.kind} “{e.quote}”" for e in year.evidence if e.value == str(year.year)]
        parts.append(f"year {year.year} from {' and '.join(dict.fromkeys(why))}")
    if day:
        parts.append(f"dated {day}")
    return "; ".join(parts)


def locate_corpus(corpus: Corpus, options: LocateOptions | None = None, decisions: Iterable[Decision] = ()) -> Corpus:
    """Locate every document; a decision settles what the evidence left open.

    Examples
    --------
    >>> from textgov.spans import Spans
    >>> text = "在武汉市第十三届人民代表大会第一次会议上"
    >>> corpus = Corpus((Document("2012.txt", text, text, Spans.identity()),))
    >>> locate_corpus(corpus).documents[0].place_code
    '420100'
    """
    options = options or LocateOptions()
    gazetteer = read_divisions(Path(options.divisions) if options.divisions else None)
    by_id: dict[str, list[Decision]] = {}
    for decision in decisions:
        by_id.setdefault(decision.doc_id, []).append(decision)
    documents = []
    for document in corpus.documents:
        located = locate_document(document, gazetteer, options)
        documents.append(_obey(located, by_id[document.doc_id], gazetteer) if document.doc_id in by_id else located)
    return replace(corpus, documents=tuple(documents), history=(*corpus.history, _step(documents, options, by_id)))


def _step(documents: list[Document], options: LocateOptions, by_id: Mapping[str, object]) -> Step:
    doubts = Counter(doubt.code for document in documents for doubt in document.doubts if doubt.code in OWN_DOUBTS)
    detail: dict[str, object] = {
        **asdict(options),
        "documents": len(documents),
        "held": sum(document.held for document in documents),
        "decisions": sum(document.doc_id in by_id for document in documents),
        **{code: doubts[code] for code in sorted(doubts)},
    }
    if options.divisions:
        detail["divisions"] = Path(options.divisions).name  # a run names no folder of one machine
    return Step("locate", "place and year of every document", detail)


def _obey(document: Document, decisions: list[Decision], gazetteer: Gazetteer) -> Document:
    """The document as the user decided, or with a doubt where the decision was about another content."""
    content = document.content_hash or hash_text(document.original)
    fits = [decision for decision in decisions if decision.content_hash in ("", content)]
    if not fits:
        last = decisions[-1]
        facts = {"path": Path(last.path).name, "row": last.row, "doc_id": last.doc_id}
        return replace(document, doubts=(*document.doubts, Doubt("decision_stale", facts, document.held)))
    decision = max(fits, key=lambda d: d.content_hash)
    if not decision.use:
        facts = {"path": Path(decision.path).name, "row": decision.row}
        return replace(document, doubts=(*document.doubts, Doubt("excluded_by_user", facts, True)))
    year = decision.year if decision.year is not None else document.year
    code = decision.place_code or document.place_code
    unit = at_code(gazetteer, code, year or LAST_MAP) if code else None
    doubts = [doubt for doubt in document.doubts if not _settled(doubt, decision)]
    if code and unit is None:
        doubts.append(Doubt("place_unknown", {"name": code, "year": year}, True))
    quote = f"{Path(decision.path).name} row {decision.row}"
    moved = f", which moves it from {document.level} to {unit.level}" if unit and unit.level != document.level else ""
    settled = [("place", decision.place_code), ("year", str(decision.year or ""))]
    evidence = tuple(Evidence(about, "decision", value, quote, 1.0) for about, value in settled if value)
    return replace(
        document,
        place_code=unit.code if unit else None,
        place=unit.name if unit else "",
        level=unit.level if unit else "",
        year=year,
        evidence=(*evidence, *document.evidence),
        confidence=1.0 if decision.place_code else document.confidence,
        explanation=f"decided by you in {quote}{moved if document.level else ''}; {document.explanation}",
        doubts=tuple(doubts),
    )


def _settled(doubt: Doubt, decision: Decision) -> bool:
    """Whether a decision answers a doubt: a row that names nothing confirms what was found."""
    confirms = not decision.place_code and decision.year is None
    if doubt.code.startswith("place_"):
        return bool(decision.place_code) or (confirms and doubt.code not in ("place_missing", "place_unknown"))
    if doubt.code.startswith("year_"):
        return decision.year is not None or (confirms and doubt.code == "year_conflict")
    return doubt.held and doubt.code not in OWN_DOUBTS
