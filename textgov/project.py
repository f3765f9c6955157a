"""Project files: a run written down in TOML, read back with the line of every fault."""

from __future__ import annotations

import difflib
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import Any

from textgov.batch import StageOptions
from textgov.count import CountOptions
from textgov.errors import UsageError
from textgov.estimate import EstimateOptions
from textgov.extend import ExtendOptions, split_file
from textgov.index import IndexOptions
from textgov.join import JoinOptions
from textgov.lexicon import read_lexicon
from textgov.load import LoadOptions
from textgov.locate import LocateOptions
from textgov.normalise import NormaliseOptions
from textgov.panel import PanelOptions
from textgov.policies import PolicyOptions
from textgov.remote import is_url
from textgov.run import RunOptions, read_complete
from textgov.run.topics import FitOptions
from textgov.segment import SegmentOptions

# Section of a project file -> the options it fills.
SECTIONS: dict[str, type] = {
    "load": LoadOptions,
    "normalise": NormaliseOptions,
    "locate": LocateOptions,
    "segment": SegmentOptions,
    "count": CountOptions,
    "panel": PanelOptions,
    "join": JoinOptions,
    "index": IndexOptions,
    "policies": PolicyOptions,
}
TOPICS = "topics"  # a model is fitted where there is such a section
ESTIMATE = "estimate"  # written as [[estimate]], once for each
TOP_KEYS = ("sources", "out", "store", "lexicons", "labels", "words", "metadata", "complete_coverage")
NOT_IN_FILES = ("complete",)  # given as a file, by complete_coverage
UNSET = {"seed_share": float}  # keys without a default that are no text
KINDS = {str: "a text", int: "a whole number", bool: "true or false", float: "a number", tuple: "a list of texts"}

TEMPLATE = """\
# A textgov project: run it with   textgov run {name}
# 项目文件：用上面的命令运行。去掉行首的 # 即可启用该项。

sources = ["reports"]            # files and folders, relative to this file / 文件或文件夹（相对本文件）
out = "out"                      # folder for all results / 结果文件夹
# store = "s3://bucket/run1"     # shards there and not in out, for workers on other machines / 分片另存他处
lexicons = ["digital-government"]  # built-in names or files / 内置词典名或词典文件
labels = "zh"                    # variable labels in Stata: zh or en / Stata 变量标签语言
words = true                     # count words too (n_words) / 是否统计词数
# metadata = "places.xlsx"       # table with file, city, year / 含文件名、城市、年份的表
# complete_coverage = "complete.csv"  # place-years known to be complete: no document is a true 0 / 已知完整的地区年份

[load]
# encoding = "gb18030"           # detected file by file when not given / 不写则逐个文件识别
# text_column = "正文"            # column of tables that holds the text / 表格中的正文列
language = "zh"                  # which one of a file with several (TMX) / 多语文件取哪种语言

[normalise]
simplify = true                  # traditional to simplified script / 繁体转简体
# vocabulary = "words.csv"       # your own map of Taiwan and Hong Kong words / 自备台港用语对照表
skip = ""                        # rules to leave out, such as furniture / 停用的规则，如 furniture

[locate]
year = "session"                 # session, delivered or path / 年份口径
# path_pattern = "{{province}}/{{city}}/{{year}}"  # what the folders mean / 各级文件夹的含义
# divisions = "divisions.csv"    # your own table of divisions / 自备区划表

[segment]
engine = "rjieba"                # rjieba or jieba: the same words / 两者分词结果相同
hmm = true

[count]
overlap = "longest"              # longest, nested or all / 最长匹配、嵌套匹配或全部匹配
scope = "lexicon"                # terms compete with all others, or only in their category / 竞争范围
levels = "all"                   # depths of the tree that become columns, such as 1 or 1,2 / 类别层级
negation = "keep"                # keep or drop hits behind a negator in their clause / 否定句中的命中：保留或剔除
sections = "body"                # such as body,glossary, or all / 计入的部分，如 body,glossary，或 all
context = 20                     # characters on each side of a hit / 命中词两侧的字符数

[panel]
level = "prefecture"             # prefecture, province, county or national / 层级
include_direct = false           # directly administered county-level units too / 是否含省直管县
codes = "year"                   # codes as of the year, or 2024 / 当年代码或 2024 年代码
balanced = false                 # rows without documents too, with missing measures / 平衡面板（缺失行）
measures = "n,p10k,ln,sent,docs"  # or all; the README lists them / 指标名，或 all
# control = "digital-economy"    # one of the lexicons: the others relative to it / 对照词典

[join]
# files = ["yearbook.xlsx"]        # outside indicators by place and year / 按地区和年份并入的外部指标
# columns = ["gdp=地区生产总值"]     # all columns when not given; name=header names them / 不写则取全部列
prefix = ""                      # before the names of the new columns / 新列名前缀
# code_column = "区划代码"          # found by its usual names when not given / 地区代码列
# name_column = "地区"             # place names, where there are no codes / 地区名称列
# province_column = "省份"         # tells places of one name apart / 用于区分同名地区
# year_column = "年份"             # found by its usual names when not given / 年份列

[index]
# of = ["de=tech,org,env"]         # indices: name=column,column,-cost / 综合指数
# titles = ["de=数字赋能/digital empowerment"]  # their labels / 指数名称
methods = ["ew", "eq", "pca"]    # also critic, topsis / 赋权方法
scope = "pooled"                 # pooled, year or base / 参照范围：全样本、逐年或基期
# base_year = 2015                 # with scope = "base" / 基期年份
shift = 0.0                      # added to scaled values; 0 is exact / 平移量，0 为精确处理
winsor = 0.0                     # share trimmed at each end first / 先做两端缩尾的比例
rare = 0.0                       # leave columns below this share of non-zero cells out / 剔除稀疏列
missing = "drop"                 # drop rows with a missing cell, or error / 缺失行：略去或报错
# couple = ["cc=de_ew,ge_ew"]      # coupling coordination / 耦合协调度
coupling = "geometric"           # geometric or power / 耦合度公式
# derive = ["lag:dg_total_p10k:1"]  # minmax zscore winsor ln1p lag lead mean diff rank / 派生列
# strength = "scores.xlsx"         # documents with power, goals, measures / 政策力度、目标、措施打分表
combine = "sum"                  # p (m + g), or product / 打分合成方式
# pmc = "pmc.xlsx"                 # documents x 0/1 variables X1:1 ... / PMC 指标表
# grades = ["perfect=8", "good=6"]  # lower bounds of PMC grades / PMC 等级下限

[policies]
# attach = ["broadband_china"]     # built-in policies: textgov policies list / 内置政策
# policy = ["xxhm_pilot=list.csv"]  # your own list / 自备名单
coding = "announced"             # first year: announced or next / 首年口径
partial = "missing"              # places treated only in part: missing, treated, untreated / 部分受处理的地区
window = 4                       # years of the event dummies / 事件窗口年数
placebo = 0                      # number of placebo draws / 安慰剂抽样次数
placebo_within = ""              # province: draw within provinces / province 表示省内抽样
seed = 1                         # of the draws / 随机种子
total = 0                        # units of the notice, if not known / 通知所列总数

# [topics]                       # a topic model, described, its shares in the panel / 主题模型，占比并入面板
#   method = "seeded"              # lda, seeded, nmf, dmr, dynamic ... / 方法
#   n_topics = 20                  # all of them / 主题总数
#   lexicon = "digital-government" # seeds, and terms that stay whole: name or file / 种子词与整词词典
#   seed = 1                       # textgov topics fit --help has the other keys / 其余键见帮助

# [[estimate]]                   # once for each estimate / 每个估计写一段
#   name = "baseline"            # of the files / 文件名
#   design = "did"               # did, event, cs, sunab, ppml, iv, rd, mediation ... / 识别设计
#   y = "dg_total_p10k"
#   controls = ["ln_gdp"]
"""


@dataclass(frozen=True, slots=True)
class Project:
    """A project file that was read: sources, folder for the results, options, estimates, where the shards go."""

    sources: tuple[Path | str, ...]
    out: Path
    options: RunOptions
    estimates: tuple[EstimateOptions, ...] = ()
    store: Path | str | None = None


def write_template(path: Path) -> None:
    """Write a commented project file.

    Raises
    ------
    UsageError
        The file exists already.
    """
    try:
        with path.open("x", encoding="utf-8", newline="\n") as file:
            file.write(TEMPLATE.format(name=path.name))
    except FileExistsError:
        raise UsageError("out_exists", path=path) from None
    except OSError as error:
        raise UsageError("out_failed", path=path, detail=error.strerror or str(error)) from None


def read_project(path: Path) -> Project:
    """Read a project file; paths in it are relative to its folder.

    Raises
    ------
    UsageError
        The file is missing or not TOML, a key is unknown (the message names the nearest known key and the line), or a
        value is of the wrong type.
    """
    try:
        text = path.read_bytes().decode("utf-8-sig")
        content = tomllib.loads(text)
    except FileNotFoundError:
        raise UsageError("source_missing", path=path) from None
    except UnicodeDecodeError as error:
        detail = f"not UTF-8 (byte {error.start}); save the file as UTF-8"
        raise UsageError("project_bad", path=path.name, where="", detail=detail) from None
    except OSError as error:
        raise UsageError("project_bad", path=path.name, where="", detail=error.strerror or str(error)) from None
    except tomllib.TOMLDecodeError as error:
        raise UsageError("project_bad", path=path.name, where="", detail=str(error)) from None
    file = _File(path.name, text)
    top = {key: value for key, value in content.items() if key not in SECTIONS}
    file.check_keys("", top, (*TOP_KEYS, *SECTIONS, TOPICS, ESTIMATE))
    options = {}
    for section, kind in SECTIONS.items():
        options[section] = _options(file, section, kind, content.get(section, {}))
    if TOPICS in content:
        options[TOPICS] = _options(file, TOPICS, FitOptions, content[TOPICS])
    return _project(path.parent, file, top, options)


class _File:
    """A project file with its lines, so that a fault can be pointed at."""

    def __init__(self, name: str, text: str) -> None:
        self.name, self.lines = name, text.splitlines()

    def where(self, section: str, key: str, nth: int = 1) -> str:
        """The line of a key; where a section comes several times, in the `nth` of them."""
        inside, seen = "", 0
        assigned = re.compile(rf"\s*[\"']?{re.escape(key)}[\"']?\s*[=.]")
        for number, line in enumerate(self.lines, 1):
            header = re.match(r"\s*\[\s*([^\]]+?)\s*\]", line)
            if header:
                inside = header[1].strip("[ \"'")
                seen += inside == section
                if inside == key and not section:
                    return f" line {number}"
            elif inside == section and (not section or seen == nth) and assigned.match(line):
                return f" line {number}"
        return self.where("", section) if section else ""  # count.overlap = ..., or count = { overlap = ... }

    def check_keys(self, section: str, values: Mapping[str, Any], known: tuple[str, ...], nth: int = 1) -> None:
        for key in values:
            if key not in known:
                nearest = difflib.get_close_matches(key, known, n=1, cutoff=0)[0]
                where = self.where(section, key, nth)
                names = ", ".join(known)
                raise UsageError("option_unknown", path=self.name, where=where, key=key, nearest=nearest, known=names)

    def bad(self, section: str, key: str, detail: str, nth: int = 1) -> UsageError:
        return UsageError("project_bad", path=self.name, where=self.where(section, key, nth), detail=f"{key}: {detail}")


def _options(file: _File, section: str, kind: type, values: Any) -> Any:
    if not isinstance(values, dict):
        raise file.bad("", section, f"write it as a section: [{section}]")
    known = {item.name: item for item in fields(kind) if item.name not in NOT_IN_FILES}
    file.check_keys(section, values, tuple(known))
    defaults = kind()
    for key, value in values.items():
        default = getattr(defaults, key)
        wanted = UNSET.get(key, str) if default is None else type(default)
        if not _is_a(value, wanted):
            raise file.bad(section, key, f"{value!r} is not {KINDS[wanted]}")
    try:
        return kind(**{key: tuple(value) if isinstance(value, list) else value for key, value in values.items()})
    except UsageError as error:
        said = error.facts.values()
        parts = ((key, value if isinstance(value, list) else [value]) for key, value in values.items())
        key = next((key for key, part in parts if any(one in said for one in part)), section)
        raise file.bad(section, key, str(error)) from None


def _is_a(value: Any, wanted: type) -> bool:
    if wanted is tuple:
        return isinstance(value, list) and all(isinstance(item, str) for item in value)
    return type(value) is wanted or (wanted is float and type(value) is int)


def _extend(folder: Path, options: Mapping[str, Any]) -> ExtendOptions:
    """What is added to the panel; files lie beside the project file."""
    join, index, policies = options["join"], options["index"], options["policies"]
    tables = {name: str(folder / value) for name in ("strength", "pmc") if (value := getattr(index, name))}
    lists = tuple(f"{name}={folder / file}" for name, file in map(split_file, policies.policy))
    return ExtendOptions(
        replace(join, files=tuple(str(folder / file) for file in join.files)),
        replace(index, **tables),
        replace(policies, policy=lists),
    )


def _project(folder: Path, file: _File, top: Mapping[str, Any], options: Mapping[str, Any]) -> Project:
    sources = _texts(file, top, "sources")
    if not sources:
        raise file.bad("", "sources", "at least one file or folder is needed")
    lexicons = _texts(file, top, "lexicons") or ("digital-government",)
    words = top.get("words", True)
    if not isinstance(words, bool):
        raise file.bad("", "words", "write true or false")
    labels = _text(file, top, "labels") or "zh"
    if labels not in ("zh", "en"):
        raise file.bad("", "labels", "write zh or en")
    metadata, complete = _text(file, top, "metadata"), _text(file, top, "complete_coverage")
    panel = options["panel"]
    if complete:
        panel = replace(panel, complete=read_complete(folder / complete))
    locate = options["locate"]
    if locate.divisions:
        locate = replace(locate, divisions=str(folder / locate.divisions))
    normalise = options["normalise"]
    if normalise.vocabulary:
        normalise = replace(normalise, vocabulary=str(folder / normalise.vocabulary))
    stages = StageOptions(
        options["load"],
        normalise,
        locate,
        options["segment"],
        options["count"],
        tuple(read_lexicon(_near(folder, name)) for name in lexicons),
        words,
    )
    extend = _extend(folder, options)
    topics = _topics(folder, options[TOPICS]) if TOPICS in options else None
    run = RunOptions(stages, panel, labels, folder / metadata if metadata else None, extend, topics)
    out = folder / (_text(file, top, "out") or "out")
    store = _text(file, top, "store")
    return Project(
        tuple(_place(folder, source) for source in sources),
        out,
        run,
        _estimates(file, top.get(ESTIMATE, [])),
        _place(folder, store) if store else None,
    )


def _place(folder: Path, name: str) -> Path | str:
    """A path beside the project file, or a URL as it is."""
    return name if is_url(name) else folder / name


def _topics(folder: Path, options: FitOptions) -> FitOptions:
    """The options of a topic model; files lie beside the project file."""
    names = ("stopwords", "tags", "encoder")
    files: dict[str, Any] = {name: str(folder / value) for name in names if (value := getattr(options, name))}
    return replace(options, lexicon=str(_near(folder, options.lexicon)), **files)


def _estimates(file: _File, sections: Any) -> tuple[EstimateOptions, ...]:
    """Every [[estimate]]; a list of names may be one text."""
    if not isinstance(sections, list) or not all(isinstance(values, dict) for values in sections):
        raise file.bad("", ESTIMATE, "write it as [[estimate]], once for each estimate")
    return tuple(_estimate(file, number, values) for number, values in enumerate(sections, 1))


def _estimate(file: _File, number: int, values: dict[str, Any]) -> EstimateOptions:
    known = {item.name: item for item in fields(EstimateOptions)}
    file.check_keys(ESTIMATE, values, tuple(known), number)
    given: dict[str, Any] = {}
    for key, value in values.items():
        wanted: Any = float if key == "bandwidth" else type(known[key].default)
        if wanted is tuple and (isinstance(value, str) or _is_texts(value)):
            given[key] = (value,) if isinstance(value, str) else tuple(value)
        elif type(value) is wanted or (wanted is float and type(value) is int):
            given[key] = wanted(value)
        else:
            kind = {tuple: "a list of texts", float: "a number"}.get(wanted) or KINDS[wanted]
            raise file.bad(ESTIMATE, key, f"{value!r} is not {kind}", number)
    try:
        return EstimateOptions(**given)
    except UsageError as error:
        key = str(error.facts.get("name", error.facts.get("option", ESTIMATE)))
        raise file.bad(ESTIMATE, key, str(error), number) from None


def _is_texts(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(item, str) for item in value)


def _near(folder: Path, name: str) -> str | Path:
    """A lexicon file beside the project file, or the name of a built-in lexicon."""
    return folder / name if Path(name).suffix else name


def _text(file: _File, values: Mapping[str, Any], key: str) -> str:
    value = values.get(key, "")
    if not isinstance(value, str):
        raise file.bad("", key, f"{value!r} is not a text")
    return value


def _texts(file: _File, values: Mapping[str, Any], key: str) -> tuple[str, ...]:
    value = values.get(key, [])
    if isinstance(value, str):
        return (value,)
    if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
        raise file.bad("", key, "write a list of texts")
    return tuple(value)
