"""How exports of bibliographic databases and reference managers are written, and how they are told apart."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import NamedTuple

HEAD = 8000  # characters that tell the format: a record with a long abstract and its neighbour
TOP = 20  # lines above the first record in which some sites name themselves


class Format(NamedTuple):
    """How a format writes its fields: a line with its tag, the tag that begins a record, and tags by what they mean.

    Of several tags for a key the first that a record has is taken. Without ``start``, a tag that comes again begins a
    record.
    """

    tag: re.Pattern[str]
    start: str
    fields: Mapping[str, tuple[str, ...]]


def _fields(table: str) -> dict[str, tuple[str, ...]]:
    """The tags by key, out of ``key=tag|tag;key=tag``."""
    pairs = (pair.partition("=") for pair in table.split(";"))
    return {key: tuple(tags.split("|")) for key, _, tags in pairs}


CNKI = re.compile(r"\s*(DataType(?=\s*[:：])|[A-Za-z]{1,20}(?=-[\w/ ]{1,12}\s*[:：]))(?:-[^:：]{1,12})?\s*[:：]\s*(.*)")
CNKI_TAGS = frozenset(
    "DataType SrcDatabase Title Author Organ Source Keyword Summary PubTime FirstDuty Fund Year Volume Period PageCount"
    " Page CLC ISSN CN URL Link DOI Degree Teacher Tutor Mentor Publisher Language DegreeGrantor".split()
)
FORMATS: Mapping[str, Format] = {
    "noteexpress": Format(
        re.compile(r"\s*\{([^{}]{1,40})\}\s*[:：]\s*(.*)"),
        "Reference Type",
        _fields(
            "type=Reference Type;title=Title;title_en=Translated Title;authors=Author;affiliations=Author Address;"
            "journal=Journal|Secondary Title|Tertiary Title;publisher=Publisher;year=Year;date=Date;volume=Volume;"
            "issue=Issue;pages=Pages;keywords=Keywords;abstract=Abstract|摘要;doi=DOI;issn=ISBN/ISSN|ISSN;"
            "clc=CLC|中图分类号;funding=Fund|基金;language=Language;url=URL|Link;"
            "database=Database Provider|Name of Database|SrcDatabase"
        ),
    ),
    "endnote": Format(
        re.compile(r"\s*%([0-9A-Za-z!@$&()*+<>?\[\]^~#])(?:\s+(.*)|\Z)"),
        "0",
        _fields(
            "type=0;title=T;title_en=Q;authors=A;affiliations=+;journal=J|B|S;publisher=I;year=D;date=8|7;volume=V;issue=N;"
            "pages=P;keywords=K;abstract=X;doi=R;issn=@;language=G;database=W|~;url=U"
        ),
    ),
    "ris": Format(
        re.compile(
            r"(TY|ER|A[1-4U]|T[1-3AIT]|AB|AD|AN|AV|BT|C[1-8ANPTY]|DA|DB|DO|DP|E[DPT]|ID|IS|J[1-2AFO]|K[1W]|L[1-4AB]|LK|M[1-3]"
            r"|N[1-2V]|OP|P[BPY]|R[INP]|S[ENOPRTV]|U[1-5R]|V[LO]|Y[1-2R]) {1,2}-(?: (.*)|\Z)"
        ),
        "TY",
        _fields(
            "type=TY;title=TI|T1|CT;title_en=TT;authors=AU|A1;affiliations=AD;journal=JO|JF|T2|BT|JA|J2|SO;publisher=PB;"
            "year=PY|YR|Y1|DA;date=DA|Y1|PY;volume=VL|VO;issue=IS;pages=SP|OP;last=EP;keywords=KW|K1;abstract=AB|N2;doi=DO;"
            "issn=SN;language=LA;database=DB|DP;url=UR|LK|L1"
        ),
    ),
    "refworks": Format(
        re.compile(
            r"(RT|SR|ID|A[1-6BDN]|AV|C[DLNRST]|D[BOSE]|ED|F[DR]|GE|I[OPS]|J[FO]|K1|L[AKL]|M[DP]|NO|O[LP]|P[ABMNP]|R[DEPV]"
            r"|S[FLNPT]|T[123]|U[1-9L]|VO|W[PT]|YR)(?:[ \t]+(.*)|\Z)"
        ),
        "RT",
        _fields(
            "type=RT;title=T1;authors=A1;affiliations=AD;journal=JF|JO|T2;publisher=PB;year=YR;date=FD;volume=VO;issue=IS;"
            "pages=SP;last=OP;keywords=K1;abstract=AB;doi=DO;issn=SN;clc=CL;language=LA;database=DS|DB;url=LK|UL"
        ),
    ),
    "cnki": Format(
        CNKI,
        "",
        _fields(
            "type=SrcDatabase;title=Title;authors=Author;affiliations=Organ;journal=Source;publisher=Publisher|DegreeGrantor;"
            "year=Year;date=PubTime;volume=Volume;issue=Period;pages=Page|PageCount;keywords=Keyword;abstract=Summary;"
            "doi=DOI;issn=ISSN;clc=CLC;funding=Fund;language=Language;url=URL|Link"
        ),
    ),
}
BIBTEX = _fields(
    "type=entrytype;title=title;authors=author;affiliations=affiliation;"
    "journal=journal|journaltitle|booktitle;publisher=publisher|school|institution;year=year|date;date=date;volume=volume;"
    "issue=number|issue;pages=pages;keywords=keywords|keyword;abstract=abstract;doi=doi;issn=issn;language=language|langid;"
    "clc=clc;funding=funding|fund;database=database|archiveprefix;url=url|link"
)
BIBTEX_TYPES = (
    "article|book|booklet|collection|conference|electronic|inbook|incollection|inproceedings|manual|mastersthesis|misc|"
    "newspaper|online|patent|phdthesis|proceedings|report|standard|techreport|thesis|unpublished|www"
)
BIBTEX_ENTRY = re.compile(
    rf"^[ \t]*@(?:{BIBTEX_TYPES})\s*[{{(][^=@]{{0,400}},\s*[A-Za-z][\w-]{{0,40}}\s*=", re.MULTILINE | re.IGNORECASE
)


def _names(table: Mapping[str, str]) -> dict[str, str]:
    return {name: meant for meant, names in table.items() for name in names.split("|")}


# The many names of the same kind of work, in lower case; a name that is not here stays as it is.
TYPES = _names(
    {
        "journal": "journal|journal article|article|jour|jfull|ejour|mgzn|magazine article|electronic article|期刊|"
        "中国期刊|学术期刊",
        "thesis": "thesis|dissertation/thesis|dissertation|thes|mastersthesis|phdthesis|硕士|博士|学位论文|中国硕士|"
        "中国博士",
        "conference": "conference|conference proceedings|conference proceeding|conference paper|conf|cpaper|"
        "inproceedings|proceedings|会议|中国会议|国际会议",
        "newspaper": "newspaper|newspaper article|news|报纸",
        "book": "book|whole book|图书",
        "chapter": "book section|book chapter|chap|inbook|incollection",
        "patent": "patent|pat|专利|中国专利",
        "standard": "standard|stand|标准|国家标准",
        "report": "report|rprt|techreport|报告",
        "yearbook": "yearbook|年鉴|统计年鉴",
        "web": "web page|website|elec|online|www|electronic",
    }
)
LANGUAGES = _names(
    {
        "zh": "zh|zh-cn|chi|zho|chinese|中文;|中文|汉语|中文简体|简体中文",
        "en": "en|en-us|eng|english|英文;|英文|英语",
    }
)


def references_kind(head: str) -> str | None:
    r"""The format of an export by its first `HEAD` characters; None for any other text.

    Examples
    --------
    >>> references_kind("TY  - JOUR\nTI  - 数字政府\n")
    'ris'
    >>> references_kind("政府工作报告") is None
    True
    """
    head = head[:HEAD].replace("\r\n", "\n").replace("\r", "\n").lstrip("\ufeff \t\n\u3000")
    first, _, rest = head.partition("\n")
    top = head.split("\n", TOP)[:TOP]
    if re.match(r"\{Reference Type\}\s*[:：]", first):
        return "noteexpress"
    if re.match(r"%0\s+\S", first) and re.search(r"^[ \t]*%[TAJKX]\s", rest, re.MULTILINE):
        return "endnote"
    if re.match(r"RT\s+[A-Z]", first) and re.search(r"^(?:SR|ID|A1|T1)[ \t]+\S", rest, re.MULTILINE):
        return "refworks"
    if any(re.match(r"TY {1,2}- ?[A-Z]{3,6}\s*\Z", line) for line in top):
        return "ris"
    if first.startswith(("@", "%")) and BIBTEX_ENTRY.search(head):
        return "bibtex"
    tags = [found[1] for line in top if (found := CNKI.match(line)) and found[1] in CNKI_TAGS]
    return "cnki" if CNKI.match(first) and "Title" in tags and len(set(tags)) > 1 else None
