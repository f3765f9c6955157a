"""The columns of a panel: keys, lengths and measures, each with labels, unit and formula."""

from __future__ import annotations

from typing import NamedTuple

from textgov.records import Variable


class Measure(NamedTuple):
    """A measure: its suffix in column names, labels, units, formula, and the option that asks for it."""

    suffix: str
    en: str
    zh: str
    unit_en: str
    unit_zh: str
    formula: str
    option: str = ""


HITS = ("hits", "次")
RATE = ("hits per 10,000 Han characters", "次/万字")
SHARE = ("share", "比例")
LOG = ("log", "对数")
INDEX = ("index", "指数")
# Of every category and of the total, in the order of the columns. h: hits, N: Han characters of the place-year.
MEASURES = (
    Measure("n", "keyword hits", "关键词频次", *HITS, "sum of hits over the documents of the place-year", "n"),
    Measure("p10k", "hit rate", "每万字关键词频次", *RATE, "10000 * n / n_han", "p10k"),
    Measure("ln", "log of 1 + keyword hits", "关键词频次加一的对数", *LOG, "ln(1 + n)", "ln"),
    Measure(
        "sent", "share of sentences with a hit", "含关键词的句子占比", *SHARE, "sentences with a hit / n_sents", "sent"
    ),
    Measure(
        "docs", "share of documents with a hit", "含关键词的文档占比", *SHARE, "documents with a hit / n_docs", "docs"
    ),
    Measure("lnp", "log of 1 + hit rate", "每万字频次加一的对数", *LOG, "ln(1 + 10000 * n / n_han)", "lnp"),
    Measure(
        "para",
        "share of paragraphs with a hit",
        "含关键词的段落占比",
        *SHARE,
        "paragraphs with a hit / n_paras",
        "para",
    ),
    Measure(
        "types",
        "different terms",
        "不同关键词数",
        "terms",
        "个",
        "terms of the category with at least one hit",
        "types",
    ),
    Measure(
        "first",
        "first mentions",
        "首次提及数",
        "mentions",
        "次",
        "sum over documents of the terms with at least one hit: each term once a document",
        "first",
    ),
    Measure(
        "share", "share of all hits", "占全部频次的比例", *SHARE, "n / total n; missing where the total is 0", "share"
    ),
    Measure("w", "weighted hits", "加权频次", *HITS, "sum of hits times the weight of their entry", "w"),
    Measure("w10k", "weighted hit rate", "每万字加权频次", *RATE, "10000 * w / n_han", "w"),
    Measure(
        "n_review",
        "hits in the review part",
        "回顾部分频次",
        *HITS,
        "hits in the review part; missing where none was found",
        "review",
    ),
    Measure(
        "p10k_review",
        "hit rate of the review part",
        "回顾部分每万字频次",
        *RATE,
        "10000 * n_review / n_han_review",
        "review",
    ),
    Measure(
        "n_plan",
        "hits in the plan part",
        "部署部分频次",
        *HITS,
        "hits in the plan part; missing where none was found",
        "plan",
    ),
    Measure(
        "p10k_plan", "hit rate of the plan part", "部署部分每万字频次", *RATE, "10000 * n_plan / n_han_plan", "plan"
    ),
    Measure(
        "tfidf",
        "tf-idf, textbook",
        "TF-IDF（教科书式）",
        *INDEX,
        "10000 * sum over terms of (n / n_han) * ln(D / df); D place-years with text, df those with the term",
        "tfidf",
    ),
    Measure(
        "tfidf2",
        "tf-idf, smooth and normalised",
        "TF-IDF（平滑、归一化）",
        *INDEX,
        "sum over terms of n * (ln((1 + D) / (1 + df)) + 1), the terms of the place-year scaled to unit length",
        "tfidf2",
    ),
    Measure(
        "a10k",
        "authority-weighted rate",
        "按政策力度加权的每万字频次",
        *RATE,
        "10000 * sum(p * n) / sum(p * n_han) over documents with an authority score p",
        "authority",
    ),
)
# Of a lexicon as a whole. p: shares of its top categories in the sum of their hits.
LEXICON_MEASURES = (
    Measure(
        "breadth", "categories present", "覆盖类别比例", *SHARE, "top categories with a hit / their number", "breadth"
    ),
    Measure(
        "hhi",
        "concentration of categories",
        "类别集中度（HHI）",
        *INDEX,
        "sum of p * p over the top categories",
        "breadth",
    ),
    Measure(
        "entropy",
        "diversity of categories",
        "类别多样性（熵）",
        *INDEX,
        "-sum of p * ln(p), divided by ln(K)",
        "breadth",
    ),
    Measure(
        "co_sent",
        "share of sentences with two categories",
        "含两类及以上关键词的句子占比",
        *SHARE,
        "sentences with hits of two or more top categories / n_sents",
        "cooccurrence",
    ),
)
PHASE = Measure(
    "phase", "share of phase", "阶段占比", *SHARE, "hits of its terms / hits of the terms of all phases", "phases"
)
CONTROL = Measure("rel", "relative attention", "相对关注度", "ratio", "比值", "n / n of the control lexicon", "control")
# Names of measures that can be asked for; these are in the panel when nothing is said.
OPTIONS = tuple(dict.fromkeys(one.option for one in (*MEASURES, *LEXICON_MEASURES, PHASE)))
DEFAULTS = ("n", "p10k", "ln", "sent", "docs")
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
# Lengths that are in the panel only when a measure divides by them.
PART_LENGTHS = {
    "n_paras": Variable(
        "n_paras", "paragraphs", "段落数", "paragraphs", "段", "paragraphs with a letter, digit or Han character"
    ),
    "n_han_review": Variable(
        "n_han_review",
        "Han characters of the review part",
        "回顾部分汉字数",
        "characters",
        "字",
        "of the documents in which a review part was found",
    ),
    "n_han_plan": Variable(
        "n_han_plan",
        "Han characters of the plan part",
        "部署部分汉字数",
        "characters",
        "字",
        "of the documents in which a plan part was found",
    ),
    "n_docs_authority": Variable(
        "n_docs_authority",
        "documents with an authority score",
        "有政策力度评分的文档数",
        "documents",
        "份",
        "see policy_authority.csv",
    ),
}
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
