"""Topics: words, models, shares, choice of K, stability and reports."""

from textgov.topics.assign import assign_topics, pool_shares
from textgov.topics.builtin import builtin_topics, read_topics
from textgov.topics.choose import Choice, ChooseOptions, choose_topics
from textgov.topics.clusters import cluster_topics, open_encoder
from textgov.topics.engines import METHODS
from textgov.topics.fit import TopicOptions, fit_topics
from textgov.topics.stability import match_topics, measure_stability
from textgov.topics.terms import TermOptions, cut_terms, find_collocations

__all__ = [
    "METHODS",
    "Choice",
    "ChooseOptions",
    "TermOptions",
    "TopicOptions",
    "assign_topics",
    "builtin_topics",
    "choose_topics",
    "cluster_topics",
    "cut_terms",
    "find_collocations",
    "fit_topics",
    "match_topics",
    "measure_stability",
    "open_encoder",
    "pool_shares",
    "read_topics",
]
