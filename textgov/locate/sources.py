"""What stands around a document: metadata columns, front matter, folders and file names."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import lru_cache

from textgov.errors import UsageError
from textgov.load.cells import ALIASES
from textgov.locate.dates import Found, iso_of, year_of_name
from textgov.locate.english import english_folder, english_issuer
from textgov.locate.mentions import COMMON_WORDS, ORGAN_NEXT, REPORT, WORDS, YEAR_NEXT, Claim, find_mentions
from textgov.locate.nation import NATIONAL_ORGAN, NATIONAL_WORDS, TAIWAN
from textgov.locate.opening import TAIWAN_CODE, close_up, plain
from textgov.locate.sites import site_claims
from textgov.records import Document
from textgov.regions import NATIONAL, Division, Gazetteer, ancestors, find_places

# Names that a column or a front-matter key may have, in lower case without blanks and underscores.
KEYS = {
    "code": (
        "placecode",
        "citycode",
        "provincecode",
        "countycode",
        "adcode",
        "行政区划代码",
        "城市代码",
        "地区代码",
        "区划代码",
    ),
    "county": ("county", "district", "区县", "县", "区", "县区", "县市区"),
    "city": ("city", "prefecture", "城市", "地市", "地级市", "市", "城市名称"),
    "place": ("place", "region", "地区", "地点", "地名", "地区名称"),
    "province": ("province", "省份", "省", "省市", "所属省份", "所在省份"),
    "year": ("year", "年份", "年度", "年"),
    "date": ("date", "delivered", "publishdate", "日期", "成文日期", "发布日期", "发文日期", "时间", "发布时间"),
    "title": ("title", "标题", "名称", "文件名称"),
    "issuer": ("issuer", "发文机关", "发布机关", "发布机构", "发布单位", "制定机关", "发文单位", "制发机关", "机构"),
    "number": ("docnumber", "number", "发文字号", "发布文号", "文号"),
}
_MEANS = {"doc_number": "number", "place_code": "code"}
_FIELD = {
    **{"".join(key.split()): _MEANS.get(name, name) for name, keys in ALIASES.items() for key in keys},
    **{key: name for name, keys in KEYS.items() for key in keys},
}
WRITTEN = ("成文日期", "发文日期", "生成日期")
FIELDS = ("province", "city", "county", "year")
# Values of a column 地区 or region that are groups of provinces: no place, and no fault.
REGION_VALUES = re.compile(
    r"(?:我国)?(?:东|中|西|东北|华东|华北|华南|华中|西北|西南|沿海|内陆)部?(?:地区)?|(?:east|central|west|northeast)(?:ern)?",
    re.IGNORECASE,
)
# What normalise and the readers of bibliographies say of papers; a policy in a table has no journal.
PAPER_KEYS = ("paper_id", "doi", "issn", "journal", "publication_short", "venue", "no_abstract")
PAPER_TYPES = ("journal", "thesis", "conference")
RECORD_TYPES = (*PAPER_TYPES, "newspaper", "book", "chapter", "patent", "standard", "report", "web")
LATIN = re.compile(r"[A-Za-z]{3}")
_HOLE = re.compile(r"\{([^{}]*)\}")
# What a file name holds besides a place: year, kind of document, numbers, separators.
_RUBBISH = re.compile(
    r"[0-9〇○零一二三四五六七八九十]{2,}\s*年?度?|政府工作报告|工作报告|政府|报告|人民|全文|[\s_\-—.()\[\]【】,+0-9]+"
)


@dataclass(slots=True)
class Around:
    """What metadata and path say.

    ``places`` are claims of kind ``metadata`` or ``path``, best first; ``sites`` are claims of web addresses.
    ``written`` says that ``day`` is the date of writing, which no signature of an annex beats. ``paper`` is what a
    scholarly work is, which no government issues; ``taiwan`` says that the metadata are those of Taiwan's government.
    """

    places: list[Claim] = field(default_factory=list)
    sites: list[Claim] = field(default_factory=list)
    meta_year: Found | None = None
    path_year: Found | None = None
    day: str = ""
    day_year: Found | None = None
    title: str = ""
    issuer: str = ""
    number: str = ""
    unknown: str = ""
    where: str = ""
    written: bool = False
    paper: str = ""
    taiwan: bool = False


def read_around(gazetteer: Gazetteer, document: Document, pattern: str | None) -> Around:
    """Read metadata and path of a document."""
    around = Around(where=plain(document.doc_id), paper=paper_kind(document.meta))
    if not around.paper:
        around.sites = site_claims(gazetteer, document.meta, document.doc_id)
        around.taiwan = any(TAIWAN.match(value.strip(" 0123456789.")) for value in document.meta.values())
    cells = _read_meta(around, document)
    _read_fields(around, gazetteer, cells, "metadata")
    if not around.places and not around.paper:
        _read_issuer(around, gazetteer)
    matched = _match_pattern(pattern, document.doc_id) if pattern else None
    if matched is not None:
        _read_fields(around, gazetteer, matched, "path")
    else:
        _read_path(around, gazetteer, document.doc_id)
    return around


def paper_kind(meta: Mapping[str, str]) -> str:
    """What kind of scholarly work the metadata describe, "" for a policy.

    Examples
    --------
    >>> paper_kind({"authors": "陈天祥", "journal": "行政管理改革"}), paper_kind({"issuer": "民政部"})
    ('journal', '')
    """
    kind = str(meta.get("type", ""))
    if "paper_id" in meta or ("authors" in meta and any(meta.get(key) for key in PAPER_KEYS)):
        return kind or "journal"
    known = kind in RECORD_TYPES and any(meta.get(key) for key in ("authors", "database", *PAPER_KEYS))
    return kind if known else ""


@lru_cache(maxsize=1024)
def _field_of(key: str) -> str:
    name = "".join(key.split()).replace("_", "").lower()
    return _FIELD.get(name) or _FIELD.get(plain(name), "")


def _read_meta(around: Around, document: Document) -> dict[str, str]:
    """The cells that say something of place and time, under the names of `KEYS`."""
    cells: dict[str, str] = {}
    for key, value in document.meta.items():
        name, text = _field_of(str(key)), str(value).strip()
        written = name == "date" and "".join(str(key).split()) in WRITTEN and iso_of(plain(text)) != ""
        if name and text and (name not in cells or (written and not around.written)):
            cells[name] = plain(text)
        around.written = around.written or written
    if not document.evidence:  # a second pass must not take the answer of the first for a column
        if document.place_code:
            cells.setdefault("code", document.place_code)
        elif document.place:
            cells.setdefault("place", plain(document.place))
        if document.year:
            cells.setdefault("year", str(document.year))
        if document.date:
            cells.setdefault("date", document.date)
    around.title, around.issuer = cells.get("title", ""), cells.get("issuer", "")
    number = cells.get("number", "")
    around.number = number if re.search("[号〔\\[【(]", number) else ""  # a column "number" often counts the rows
    around.day = iso_of(cells.get("date", ""))
    if not around.day and (found := year_of_name(cells.get("date", ""))):
        around.day_year = found._replace(start=-1, end=-1)
    return cells


def _read_issuer(around: Around, gazetteer: Gazetteer) -> None:
    read = english_issuer if around.issuer.isascii() else place_of_segment
    claim = read(gazetteer, close_up(around.issuer)) if around.issuer else None
    if claim is not None:
        around.places.append(replace(claim, kind="metadata", weight=0.85))
    elif around.taiwan:
        units = gazetteer.by_code.get(TAIWAN_CODE, ())
        around.places.append(Claim("metadata", units, "中华民国", 0.85))


def _read_fields(around: Around, gazetteer: Gazetteer, cells: Mapping[str, str], kind: str) -> None:
    """A place from code, county, city or province, the lowest first; those above decide between namesakes."""
    year = cells.get("year", "").removesuffix(".0")
    found = year_of_name(year)
    if found is None and re.fullmatch(r"\d{4}", year):
        found = Found(int(year), "", 0, 4, year)
    if found:
        found = found._replace(start=-1, end=-1)
        if kind == "metadata":
            around.meta_year = found
        else:
            around.path_year = found
    names = [(name, cells[name]) for name in ("code", "county", "city", "place", "province") if cells.get(name)]
    for at, (name, value) in enumerate(names):
        if value in NATIONAL_WORDS:
            around.places.append(Claim(kind, gazetteer.by_code.get(NATIONAL, ()), value, 0.85))
            return
        if name == "place" and REGION_VALUES.fullmatch(value):
            continue
        above = [wide for _, wide in names[at + 1 :]]
        units = _lookup(gazetteer, value.removesuffix(".0") if name == "code" else value, above)
        units = _of_column(name, units)
        if units:
            around.places.append(Claim(kind, units, value, 0.9 if kind == "metadata" else 0.85))
            return
        around.unknown = around.unknown or value


def _of_column(name: str, units: tuple[Division, ...]) -> tuple[Division, ...]:
    """吉林 in a column of provinces is the province, in a column of cities the city; elsewhere it stays open."""
    if name == "province":
        return tuple(unit for unit in units if unit.level in ("province", "national")) or units
    if name == "city":
        return tuple(unit for unit in units if unit.level != "province" or unit.type == "municipality") or units
    return units


def _lookup(gazetteer: Gazetteer, name: str, above: list[str]) -> tuple[Division, ...]:
    units = spells_of(gazetteer, name)
    for wide in above:
        units = _inside(gazetteer, units, spells_of(gazetteer, wide))
    return units


def _inside(gazetteer: Gazetteer, units: tuple[Division, ...], above: tuple[Division, ...]) -> tuple[Division, ...]:
    """Those of the units that lie in one of the units above; all of them when none does."""
    codes = {unit.code for unit in above}
    return tuple(unit for unit in units if not codes.isdisjoint(ancestors(gazetteer, unit))) or units


@lru_cache(maxsize=8192)
def spells_of(gazetteer: Gazetteer, name: str) -> tuple[Division, ...]:
    """Every unit that a name can mean; of a name like 吉林省长春市 the last."""
    name = re.sub(r"[\s\-_/·,、]+", "", name)
    units = find_places(gazetteer, name)
    if units or not name:
        return units
    mentions = find_mentions(gazetteer, name)
    return mentions[-1].units if mentions and mentions[-1].end == len(name) and mentions[-1].start == 0 else ()


def segments_of(doc_id: str) -> list[str]:
    """Folders and file name, without the row of a table and the ending of the file.

    Examples
    --------
    >>> segments_of("x.zip!湖北/武汉.txt")
    ['x', '湖北', '武汉']
    """
    path = re.sub(r"#(?:[^#!]*/)?\d+$", "", doc_id)
    segments = [segment for part in path.split("!") for segment in part.split("/") if segment]
    return [re.sub(r"(\.[A-Za-z][A-Za-z0-9]{0,4}){1,2}$", "", segment) for segment in segments]


def _read_path(around: Around, gazetteer: Gazetteer, doc_id: str) -> None:
    claims: list[Claim] = []
    sheet = re.search(r"#([^#!/]+)/\d+$", doc_id)
    segments = [*segments_of(doc_id), *((sheet[1],) if sheet else ())]
    for segment in reversed(segments):
        name = close_up(plain(segment))
        if around.path_year is None:
            found = year_of_name(name)
            around.path_year = found._replace(start=-1, end=-1) if found else None
        claim = None if around.paper else place_of_segment(gazetteer, name)
        if claim:
            claims.append(claim)
    if not claims:
        return
    units = claims[0].units
    for wide in claims[1:]:
        units = _inside(gazetteer, units, wide.units)
    quote = "/".join(claim.quote for claim in reversed(claims))
    around.places.append(Claim("path", units, quote, claims[0].weight))


@lru_cache(maxsize=8192)
def place_of_segment(gazetteer: Gazetteer, name: str) -> Claim | None:
    """The place that a folder or a file name carries: alone, with a year, or as the issuer of a title."""
    bare = _RUBBISH.sub("", name)
    units = find_places(gazetteer, bare) if len(bare) > 1 else ()
    if units:
        full = any(unit.name == bare for unit in units)
        return Claim("path", units, bare, 0.85 if full else 0.8)
    claim = _place_of_parts(gazetteer, name) or _nation_of_segment(gazetteer, name, bare)
    if claim:
        return claim
    mentions = find_mentions(gazetteer, name)
    good = [m for m in mentions if REPORT.match(name, m.end)] or [
        m
        for m in mentions
        if (m.start == 0 or not name[: m.start].strip(" 0123456789年_-.()"))
        and (m.full or YEAR_NEXT.match(name, m.end) or ORGAN_NEXT.match(name, m.end))
    ]
    if not good:
        return english_folder(gazetteer, name) if name.isascii() and LATIN.search(name) else None
    return Claim("path", good[0].units, name[good[0].start : good[0].end], 0.7)


def _place_of_parts(gazetteer: Gazetteer, name: str) -> Claim | None:
    """安徽-合肥-2015, 宜昌_2015_gov, 340100_2015: the last part that is a place as a whole, in those before it."""
    parts = [part for part in re.split(r"[^一-鿿\d]+|(?<=\d)(?=[一-鿿])|(?<=[一-鿿])(?=\d)", name) if len(part) > 1]
    parts = [part for part in parts if not (WORDS.fullmatch(part) or COMMON_WORDS.fullmatch(part))]
    places = [(part, units) for part in parts if (units := spells_of(gazetteer, part))]
    if not places:
        return None
    quote, units = places[-1]
    for _, above in reversed(places[:-1]):
        units = _inside(gazetteer, units, above)
    return Claim("path", units, quote, 0.75)


def _nation_of_segment(gazetteer: Gazetteer, name: str, bare: str) -> Claim | None:
    match = NATIONAL_ORGAN.match(re.sub(r"^[\d\s年_-]+", "", name))
    if bare not in NATIONAL_WORDS and match is None:
        return None
    return Claim("path", gazetteer.by_code.get(NATIONAL, ()), match[0] if match else bare, 0.75)


@lru_cache(maxsize=16)
def compile_pattern(pattern: str) -> tuple[re.Pattern[str], int]:
    """A path pattern as a regular expression, and its number of segments.

    Raises
    ------
    UsageError
        When it names no field, or one that is not known.
    """
    parts = [part for part in pattern.strip("/").split("/") if part]
    names = _HOLE.findall(pattern)
    unknown = [name for name in names if name not in FIELDS]
    if unknown or not names:
        detail = f"{{{unknown[0]}}} is not a field" if unknown else "it names no field"
        raise UsageError("pattern_bad", pattern=pattern, detail=detail)
    if len(set(names)) < len(names):
        raise UsageError("pattern_bad", pattern=pattern, detail="a field occurs twice")
    pieces = []
    for part in parts:
        at = 0
        for hole in _HOLE.finditer(part):
            pieces.append(_literal(part[at : hole.start()]))
            pieces.append(rf"(?P<{hole[1]}>\d{{4}})" if hole[1] == "year" else rf"(?P<{hole[1]}>[^/]+?)")
            at = hole.end()
        pieces.append(_literal(part[at:]))
        pieces.append("/")
    return re.compile("".join(pieces[:-1])), len(parts)


def _literal(text: str) -> str:
    return ".*?".join(re.escape(piece) for piece in text.split("*"))


def _match_pattern(pattern: str, doc_id: str) -> dict[str, str] | None:
    regex, depth = compile_pattern(pattern)
    match = regex.fullmatch("/".join(segments_of(doc_id)[-depth:]))
    if match is None:
        return None
    return {name: plain(value.strip()) for name, value in match.groupdict().items() if value}
