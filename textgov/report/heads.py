"""Headings of the tables that commands leave in a run, in both languages: the column of the file and what it says."""

from __future__ import annotations

from textgov.report.blocks import Cell, Said

# Beside each column of a file its heading; one meaning has one name in all files.
_LINES = """
a | 其一 | one
b | 其二 | the other
agreement | 一致程度 | agreement
best | 最高余弦 | best cosine
boilerplate | 套话 | boilerplate
c_v | 一致性 C_v | coherence C_v
check | 检验 | check
coders | 编码员 | coders
column | 列 | column
correlation | 相关系数 | correlation
cosine | 余弦 | cosine
df | 自由度 | degrees of freedom
direction | 方向 | direction
divergence | 差异系数 | divergence
eigenvalue | 特征值 | eigenvalue
entropy | 熵 | entropy
estimate | 估计值 | estimate
exclusivity | 独特性 | exclusivity
expected | 预期 | expected
flags | 标记 | flags
found | 结果 | found
frex | 特征词（FREX） | FREX words
frex_words | 特征词（FREX） | FREX words
group | 分组 | group
heldout | 留出似然 | held-out likelihood
high | 上限 | high
index | 指数 | index
jaccard | 共有词比例 | words in common (Jaccard)
k | 主题数 | topics
label | 名称 | label
lexicon | 词典 | lexicon
likeness | 典型段落相似度 | likeness of passages
low | 下限 | low
mean | 均值 | mean
measure | 测度 | measure
method | 方法 | method
n | 个数 | n
n_words | 词数 | words
nonzero | 非零占比 | share not zero
note | 说明 | note
npmi | 一致性 NPMI | coherence NPMI
other | 另一主题 | other topic
overlap | 重叠规则 | overlap
p | p 值 | p
partner | 对应主题 | partner
passages | 有该主题段落的文档占比 | share of documents with a passage
pearson | Pearson 相关 | Pearson
place_years | 地区—年份数 | place-years
places | 地区数 | places
reading | 判断 | reading
reference | 参照范围 | reference
relevance_words | 相关词（relevance） | relevant words
sample | 样本 | sample
score | 得分 | score
sd | 标准差 | standard deviation
sections | 统计部分 | sections
seed | 种子 | seed
segmenter | 分词 | segmenter
share | 占比 | share
share_explained | 解释的方差比例 | variance explained
spearman | Spearman 相关 | Spearman
spec | 设定 | specification
spread | 文档间不均匀度 | unevenness over documents
stability | 稳定性 | stability
statistic | 统计量 | statistic
std_error | 标准误 | standard error
test | 检验方法 | test
title | 名称 | title
top_words | 最常见的词 | commonest words
topic | 主题编号 | topic
twin | 相近主题 | twin
value | 取值 | value
variable | 变量 | variable
verdict | 结论 | verdict
weight | 权重 | weight
what | 对象 | what
with_report | 有文档数 | with a document
within | 去除地区和年份效应后 | within places and years
words | 最常见的词 | commonest words
"""
HEADS = {name: Said(zh, en) for name, zh, en in (line.split(" | ") for line in _LINES.strip().splitlines())}
TRUTHS = {"True": Said("是", "yes"), "False": Said("否", "no")}


def head_of(column: str) -> Said:
    """The heading of a column; its name where it has none (a column that the user made)."""
    return HEADS.get(column, Said(column, column))


def told(text: str) -> Cell:
    """A cell of a file: yes and no in the language of the reader, all else as it is."""
    return TRUTHS.get(text, text)
