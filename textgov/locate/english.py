"""Places and organs in Latin letters: issuers that databases translate, folders in pinyin."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache

from textgov.locate.mentions import Claim
from textgov.regions import NATIONAL, Division, Gazetteer

# Names that are not the pinyin of the Chinese name, or whose reading a dictionary of single characters gets wrong.
OTHER_NAMES = {
    "shaanxi": "陕西", "innermongolia": "内蒙古", "neimenggu": "内蒙古", "tibet": "西藏", "hongkong": "香港",
    "macao": "澳门", "macau": "澳门", "lhasa": "拉萨", "urumqi": "乌鲁木齐", "harbin": "哈尔滨", "hohhot": "呼和浩特",
    "qiqihar": "齐齐哈尔", "ordos": "鄂尔多斯", "chaoyang": "朝阳", "lvliang": "吕梁", "lyuliang": "吕梁",
    "luliang": "吕梁", "kashgar": "喀什", "taipei": "台北", "kaohsiung": "高雄", "luan": "六安", "bozhou": "亳州",
}  # fmt: skip
WRONG_READINGS = ("zhaoyang",)
_ORGAN = r"(?:general\s+)?(?:office|department|bureau)\s+of\s+(?:the\s+)?"
NATIONAL_ISSUER = re.compile(
    rf"(?:\w+\s+departments\s+including\s+)?(?:the\s+)?(?:{_ORGAN}|comprehensive\s+department\s+of\s+(?:the\s+)?)?"
    r"(?:ministry\s+of|state\s+(?!key)|national\s+|central\s+(?:committee|people|cyberspace|government|propaganda|political)|"
    r"supreme\s+people|people'?s\s+bank\s+of\s+china|general\s+administration\s+of|cyberspace\s+administration\s+of\s+china|"
    r"(?:cpc|communist\s+party\s+of\s+china)\s+central|"
    r"china\s+[\w\s]*?(?:administration|commission|bureau)|standing\s+committee\s+of\s+the\s+national)",
    re.IGNORECASE,
)
NATIONAL_FOLDER = re.compile(
    r"(?:central|national|state[\s_-]?council)(?:[\s_-]*(?:level|gov\w*|polic\w+|documents?|reports?|table))*",
    re.IGNORECASE,
)
LEVEL_WORD = re.compile(
    r"\s*(?:(?P<province>provincial|province|autonomous\s+region)|(?P<city>municipal|municipality|city|prefectur))",
    re.IGNORECASE,
)
LEAD_IN = re.compile(rf"(?:\w+\s+departments\s+including\s+)?(?:the\s+)?(?:{_ORGAN})?", re.IGNORECASE)
WORD = re.compile(r"[A-Za-z']+")
FOLDER_WORD = re.compile(r"[A-Z]?[a-z]+|[A-Z]+")


@lru_cache(maxsize=4)
def _latin_names(gazetteer: Gazetteer) -> Mapping[str, tuple[Division, ...]]:
    """Provinces and prefectures by the letters of their short names."""
    from pypinyin import lazy_pinyin

    names: dict[str, dict[str, Division]] = {}
    by_short: dict[str, dict[str, Division]] = {}
    for spells in gazetteer.by_code.values():
        for unit in spells:
            if unit.level in ("province", "prefecture") and unit.short_name:
                by_short.setdefault(unit.short_name, {})[unit.code] = unit
    for short, units in by_short.items():
        name = "".join(lazy_pinyin(short)).replace("ü", "v")
        if name not in WRONG_READINGS and not (name == "shanxi" and short == "陕西"):
            names.setdefault(name, {}).update(units)
    for name, short in OTHER_NAMES.items():
        names.setdefault(name, {}).update(by_short.get(short, {}))
    return {name: tuple(units.values()) for name, units in names.items()}


def _words_to_units(gazetteer: Gazetteer, words: list[str]) -> tuple[tuple[Division, ...], int]:
    """The units that the first one or two words name, and how many words that took."""
    names = _latin_names(gazetteer)
    for count in (2, 1):
        units = names.get("".join(words[:count]).lower().replace("'", ""), ()) if len(words) >= count else ()
        if units:
            return units, count
    return (), 0


def english_issuer(gazetteer: Gazetteer, issuer: str) -> Claim | None:
    """The place of an issuer in English, of several the first: Shandong Provincial Big Data Bureau.

    Examples
    --------
    >>> from textgov.regions import read_divisions
    >>> english_issuer(read_divisions(), "Ministry of Transport, Ministry of Education").units[0].code
    '000000'
    """
    if NATIONAL_ISSUER.match(issuer):
        return Claim("metadata", gazetteer.by_code.get(NATIONAL, ()), issuer, 0.85)
    lead = LEAD_IN.match(issuer)
    rest = issuer[lead.end() if lead else 0 :]
    found = list(WORD.finditer(rest.partition(",")[0]))
    units, count = _words_to_units(gazetteer, [match[0] for match in found])
    if not units:
        return None
    level = LEVEL_WORD.match(rest, found[count - 1].end())
    if level is not None:
        # Jilin Provincial and Jilin Municipal; Beijing Municipal is of level province too.
        wanted = "province" if level["province"] else "prefecture"
        units = tuple(unit for unit in units if unit.level == wanted) or units
    return Claim("metadata", units, issuer, 0.85)


def english_folder(gazetteer: Gazetteer, name: str) -> Claim | None:
    """The place that a folder, a file or a sheet names in Latin letters: hubei, wuhan_2015, ShanDong Policies Table."""
    if NATIONAL_FOLDER.fullmatch(name):
        return Claim("path", gazetteer.by_code.get(NATIONAL, ()), name, 0.7)
    words = [match[0] for match in FOLDER_WORD.finditer(name)]
    for at in range(len(words)):
        units, count = _words_to_units(gazetteer, words[at:])
        if units:
            return Claim("path", units, "".join(words[at : at + count]), 0.7)
    return None
