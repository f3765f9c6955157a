"""The columns of a panel: keys, lengths and measures, each with labels, unit and formula."""

from __future__ import annotations

from typing import NamedTuple

from textgov.records import Variable


class Measure(NamedTuple):
    """A measure of one category: suffix of the column, labels, units, formula."""

    suffix: str
    en: str
    zh: str
    unit_en: str
    unit_zh: str
    formula: str


MEASURES = (
    Measure(
        "n",
        "keyword hits",
        "关键词频次",
        "hits",
        "次",
        "sum of hits over the documents of the place-year",
    ),
    Measure(
        "p10k",
        "hit rate",
        "每万字关键词频次",
        "hits per 10,000 Han characters",
        "次/万字",
        "10000 * n / n_han",
    ),
    Measure(
        "ln",
        "log of 1 + keyword hits",
        "关键词频次加一的对数",
        "log",
        "对数",
        "ln(1 + n)",
    ),
    Measure(
        "sent",
        "share of sentences with a hit",
        "含关键词的句子占比",
        "share",
        "比例",
        "sentences with a hit / n_sents",
    ),
    Measure(
        "docs",
        "share of documents with a hit",
        "含关键词的文档占比",
        "share",
        "比例",
        "documents with a hit / n_docs",
    ),
)
LENGTHS = (
    Variable(
        "n_docs",
        "documents",
        "文档数",
        "documents",
        "份",
        "number of documents pooled; where it is 0 the measures are missing",
    ),
    Variable(
        "n_chars",
        "characters",
        "字符数",
        "characters",
        "字符",
        "characters other than white space, after normalisation",
    ),
    Variable(
        "n_han",
        "Han characters",
        "汉字数",
        "characters",
        "字",
        "Han characters after normalisation",
    ),
    Variable(
        "n_words",
        "words",
        "词数",
        "words",
        "词",
        "words cut by the dictionary of jieba, punctuation not counted",
    ),
    Variable(
        "n_sents",
        "sentences",
        "句数",
        "sentences",
        "句",
        "sentences with a letter, digit or Han character",
    ),
)
PROVINCE = (
    Variable("province_code", "province code", "省级行政区划代码", formula="GB/T 2260"),
    Variable("province", "province", "省份"),
)
REGIONS = (
    Variable("region3", "region: east, central, west", "三大区域", formula="convention since 2000"),
    Variable("region4", "region: east, central, west, northeast", "四大区域", formula="Bureau of Statistics 2011"),
)
# Columns that name a row, by level; the first one and ``year`` are the keys.
KEYS: dict[str, tuple[Variable, ...]] = {
    "prefecture": (
        Variable("city_code", "city code", "地级行政区划代码", formula="GB/T 2260"),
        Variable("city", "city", "城市"),
        *PROVINCE,
        *REGIONS,
    ),
    "province": (*PROVINCE, *REGIONS),
    "county": (
        Variable("county_code", "county code", "县级行政区划代码", formula="GB/T 2260"),
        Variable("county", "county", "区县"),
        *PROVINCE,
        *REGIONS,
    ),
    "national": (
        Variable("country_code", "country code", "国家代码"),
        Variable("country", "country", "国家"),
    ),
}
YEAR = Variable("year", "year", "年份")
