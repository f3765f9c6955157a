"""What the front and back matter of a paper says: journal, volume, DOI, keywords, affiliations, counts of works."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Mapping, Sequence

from textgov.normalise.paper_labels import is_latin
from textgov.normalise.textbook import find_headings
from textgov.records import Section, hash_text

DOI = re.compile(r"\b(10\.\d{4,9}/[^\s,;<>\"'。)\]}】]+)")
ISO_DATE = re.compile(r"((?:19|20)\d\d)\s*[-/.年]\s*(\d{1,2})\s*[-/.月]\s*(\d{1,2})")
PUBLISHED = re.compile(
    rf"(?:出版日期|发布日期|首发日期|刊出日期|Online|[Pp]ublished(?: online)?)\s*:?\s*{ISO_DATE.pattern}"
)
NOT_YET = re.compile(r"收稿|修回|修订|录用|Received|Accepted|Revised")
# GB/T: ISSN (year) issue - first page - number of pages.
ARTICLE_ID = re.compile(r"(\d{4}-\d{3}[\dXx])\s*\((\d{4})\)\s*(\d{1,2}(?:[SZz]\d?)?)\s*[-—–]\s*\d+\s*[-—–]\s*\d+")
CLC = re.compile(r"\b[A-Z]{1,2}\d[\d.]*(?:[-/+:]\d+)?|\b[A-Z]\b")
CITATION = re.compile(
    r"\[J(?:/OL)?\]\s*[.,]?\s*(?P<journal>[^\d\n]{2,120}?)\s*[,.]\s*(?P<year>(?:19|20)\d\d)\s*"
    r"(?:,\s*(?P<volume>\d{1,4})?\s*,?\s*)?(?:\((?P<issue>\w{1,6})\))?(?:\s*:\s*(?P<pages>\d+\s*[-–+—]\s*\d+(?:[,+]\d+)*))?"
)
RANGE = r"\d+\s*[-–—]\s*\d+"
ISSUE_LINE = {
    "volume": (r"\bVol(?:ume)?\.?\s*(\d{1,4})", r"第\s*(\d{1,4})\s*卷"),
    "issue": (r"\bIssue\s*\(?(\w{1,4})\)?", r"\bNo\.?\s*(\d{1,4})", r"第\s*(\d{1,4})\s*期"),
    "pages": (rf"\bIssue\s*\(\w+\)\s*:\s*({RANGE})", rf"\bpp?\.?\s*({RANGE})", rf"页码\s*:?\s*({RANGE})"),
    "year": (r"››\s*((?:19|20)\d\d)", r"((?:19|20)\d\d)\s*年\s*第\s*\d+\s*期", r"((?:19|20)\d\d)\s*,\s*Vol"),
    "journal": (
        r"^[ \t•]*([^\n›]{2,80}?)\s*››",
        r"《([^《》\n]{2,30})》\s*(?:19|20)\d\d\s*年",
        r"来源\s*:\s*《?([^\s《》\n\d]{2,30})",
    ),
}
# The number of a work: in square brackets anywhere, otherwise where a line begins.
NUMBER = re.compile(r"\[(?P<anywhere>\d{1,3})\]|^[^\w\n\[]*(?P<first>\d{1,3})(?:[.、](?!\d)|\))", re.MULTILINE)
SPLIT = re.compile(r"\s*[;,、|]\s*")
# In a note on an author: the name, perhaps another word, and the place with its faculty.
BIO_PLACE = re.compile(
    r"[^,;]{2,12},(?:[^;]{0,30}?,)?\s*([^,;()]{2,40}?(?:大学|学院|研究院|研究所|党校|中心)"
    r"(?:[^,;、()]{0,20}(?:学院|系|研究所|中心|研究院))?)"
)
# The subject of a faculty in both languages: the two forms of one affiliation should name the same.
SUBJECTS = (
    ("公共管理|行政管理|管理|商", r"manage|admin|business"),
    ("经济", r"econom"),
    ("政治|政府", r"politic|government"),
    ("法", r"\blaw"),
    ("信息", r"informat"),
    ("计算机|软件", r"comput|software"),
    ("社会", r"soci"),
    ("新闻|传播", r"journal|communicat"),
    ("财政|财经|金融", r"financ|fiscal"),
    ("马克思", r"marx"),
    ("教育", r"educat"),
    ("数学|统计", r"math|statist"),
)


def paper_key(meta: Mapping[str, str]) -> str:
    """A name of the paper that its Chinese and its English page share: the DOI, else a hash of title and year, or "".

    Examples
    --------
    >>> paper_key({"doi": "10.13365/J.jirm.2025.04.099"})
    '10.13365/j.jirm.2025.04.099'
    """
    if meta.get("doi"):
        return meta["doi"].lower()
    title = "".join(char for char in meta.get("title", "").casefold() if char.isalnum())
    return hash_text(f"{title}|{meta.get('year', '')}") if title else ""


def read_meta(text: str, sections: Sequence[Section], fields: list[tuple[str, str]]) -> dict[str, str]:
    """Everything that the labelled lines, the lines of the journal and the lists say, as strings."""
    parts: dict[str, list[str]] = {}
    for section in sections:
        parts.setdefault(section.name, []).append(text[section.start : section.end])
    # Long runs of blanks are cut first: patterns that try every blank of a run would take its square in time.
    lines = (" ".join(line.split()) for part in parts.get("metadata", []) for line in part.split("\n"))
    page = "\n".join(line for line in lines if line)
    values: dict[str, list[str]] = {}
    for key, value in fields:
        values.setdefault(key, []).append(re.sub(r"\s{2,}", "  ", value))
    meta = {
        **_names(values),
        **_journal(page),
        **_dates(page),
        **_keywords(values),
        **_affiliations(values),
        "clc": ";".join(CLC.findall(re.split(r"[\[【(]|文献|文章|Doc", "".join(values.get("clc", [])[:1]))[0])),
        "funding": " ".join(values.get("funding", [])[:1]),
        "corresponding": _corresponding(values),
        "n_references": _count(parts.get("references", [])),
        "n_citing": _count(parts.get("citing", [])),
    }
    meta["headings"] = "\n".join(one.words for one in find_headings(text) if _name_at(one.start, sections) == "body")
    meta["paper_id"] = paper_key(meta)
    return {key: value for key, value in meta.items() if value}


def _name_at(at: int, sections: Sequence[Section]) -> str:
    return sections[bisect_right(sections, at, key=lambda one: one.start) - 1].name


def _names(values: Mapping[str, list[str]]) -> dict[str, str]:
    """Titles and authors; a paper in English alone has them under both names."""
    names = {key: values.get(key, [""])[0] for key in ("title", "title_en")}
    chapter = re.match(r"(第)\s*(\S+?)\s*([章篇])\s+(?=\S)", names["title"])
    if chapter:
        names["chapter"], names["title"] = "".join(chapter.groups()), names["title"][chapter.end() :]
    for key in ("authors", "authors_en"):
        people = list(dict.fromkeys(values.get(key, [])))
        names[key] = ";".join(people)
        numbers = values.get(key.replace("authors", "numbers"), [])[: len(people)]
        if any(numbers):
            names[key.replace("authors", "author_affiliations")] = ";".join(numbers)
    for key in ("title", "authors", "author_affiliations"):
        names[key] = names.get(key) or (names.get(f"{key}_en", "") if not values.get("title") else "")
    return names


def _journal(page: str) -> dict[str, str]:
    found = {"doi": _first(DOI, page).rstrip(".").lower()}
    article = ARTICLE_ID.search(page)
    if article:
        found |= {"article_id": re.sub(r"\s", "", article[0]), "year": article[2], "issue": article[3].lstrip("0")}
    for name, patterns in ISSUE_LINE.items():
        for pattern in patterns:
            value = _first(re.compile(pattern, re.MULTILINE), page)
            if value and not found.get(name):
                found[name] = value.strip()
    citation = next((one for one in CITATION.finditer(page)), None)
    if citation:
        for name in ("journal", "year", "volume", "issue", "pages"):
            if citation[name] and not found.get(name):
                found[name] = citation[name].strip()
    if found.get("pages"):
        found["pages"] = re.sub(r"\s*[-–—]\s*", "-", found["pages"])
    return found


def _dates(page: str) -> dict[str, str]:
    """The first day on which the paper was out, and its year where the journal's line does not say it."""
    days = [_iso(match) for match in PUBLISHED.finditer(page)]
    lines = [line for line in page.split("\n") if not NOT_YET.search(line)]
    days = days or [_iso(match) for line in lines for match in ISO_DATE.finditer(line)][:1]
    if not days:
        return {}
    journal = _journal(page)
    return {"date": min(days), "year": journal.get("year") or min(days)[:4]}


def _iso(match: re.Match[str]) -> str:
    return f"{match[1]}-{int(match[2]):02d}-{int(match[3]):02d}"


def _keywords(values: Mapping[str, list[str]]) -> dict[str, str]:
    found = {}
    for key in ("keywords", "keywords_en"):
        for value in values.get(key, [])[:1]:
            words = SPLIT.split(value.strip(" .。;"))
            if len(words) == 1:
                words = re.split(r"\s{2,}", value.strip()) if is_latin(value) else value.split()
            found[key] = ";".join(word.strip() for word in words if word.strip())
    if "keywords_en" in found:
        found.setdefault("keywords", found["keywords_en"])
    return found


def _affiliations(values: Mapping[str, list[str]]) -> dict[str, str]:
    """Affiliations of both languages, one numbered entry each, and those whose two forms disagree."""
    lists = {key: _places(values.get(key, [])) for key in ("affiliations", "affiliations_en")}
    found = {key: ";".join(places) for key, places in lists.items()}
    if not found["affiliations"]:
        bios = [place for bio in values.get("bio", []) for place in BIO_PLACE.findall(bio)]
        found["affiliations"] = ";".join(dict.fromkeys(bios)) or found["affiliations_en"]
    pairs = list(zip(lists["affiliations"], lists["affiliations_en"], strict=False))
    wrong = [f"affiliation {at}" for at, (zh, en) in enumerate(pairs, 1) if _disagree(zh, en)]
    if pairs and len(lists["affiliations"]) != len(lists["affiliations_en"]):
        wrong.append("number of affiliations")
    return {**found, "conflicts": ";".join(wrong)}


def _places(lines: list[str]) -> list[str]:
    places: list[str] = []
    for line in lines:
        bare = line[1:-1] if line[:1] in "([" and line[-1:] in ")]" else line
        bare = re.sub(r"^\d{1,2}\.\s+(?=\d)", "", bare)  # the number of a list before that of the affiliation
        for part in re.split(r";\s*(?=\(?\d)|\s+(?=\d[.、]\s*\D)", bare):
            place = re.sub(r"^\(?(\d{1,2})\s*[.、)]?\s*(?=\D)", r"\1.", part.strip(" ;."))
            if place and place not in places:
                places.append(place)
    return places


def _disagree(zh: str, en: str) -> bool:
    """Whether two forms of an affiliation name different subjects or different postcodes."""
    codes = [set(re.findall(r"\b\d{6}\b", place)) for place in (zh, en)]
    if all(codes) and codes[0] != codes[1]:
        return True
    left = {at for at, (chinese, _) in enumerate(SUBJECTS) if re.search(chinese, zh)}
    right = {at for at, (_, english) in enumerate(SUBJECTS) if re.search(english, en, re.IGNORECASE)}
    return bool(left - right) and bool(right - left)


def _corresponding(values: Mapping[str, list[str]]) -> str:
    for value in values.get("corresponding", []):
        return re.split(r"[,;(]|\s+(?=E-?mail|[\w.]+@|电话|$)", value.strip())[0].strip()
    for bio in values.get("bio", []):
        named = re.search(r"(?:^|;)\s*([^,;(]{2,30}?)\s*\((?:通[讯信]作者|[Cc]orresponding author)\)", bio)
        if named:
            return named[1]
    return ""


def _count(parts: list[str]) -> str:
    """How many works a list has: numbered 1, 2, 3 … in order, else one a line."""
    text = "\n".join(parts)
    expected = 1
    for match in NUMBER.finditer(text):
        if int(match["anywhere"] or match["first"]) == expected:
            expected += 1
    if expected > 1:
        return str(expected - 1)
    lines = [line for line in text.split("\n")[1:] if line.strip()]
    return str(len(lines)) if lines else ""


def _first(pattern: re.Pattern[str], text: str) -> str:
    match = pattern.search(text)
    return match[1] if match else ""
