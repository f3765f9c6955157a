"""Topic models of a finished run: chosen, fitted to a sample of its documents, described, put into its panel.

A model has a folder of its own in the run, ``topics/<name>``, with all that is needed to use it again: the model, the
lexicon whose terms stayed whole, and the lists of the user if there were any. Documents are cut shard by shard; the
sample depends on their ids and the seed alone, so that results are the same for any number of shards and workers.
"""

from textgov.run.topics.assign import assign_run
from textgov.run.topics.choose import ChosenTopics, RunChoice, choose_run, read_sizes
from textgov.run.topics.fit import FittedTopics, fit_run
from textgov.run.topics.folder import SHARES, TABLE, TOPICS, find_model, read_cut
from textgov.run.topics.intrusion import make_intrusion, score_intrusion
from textgov.run.topics.options import FitOptions
from textgov.run.topics.panel import attach_run
from textgov.run.topics.report import TopicReport, report_run
from textgov.run.topics.similarity import similarity_run
from textgov.run.topics.stability import WEAK, stability_run
from textgov.run.topics.whole import Modelled, model_run

__all__ = [
    "SHARES",
    "TABLE",
    "TOPICS",
    "WEAK",
    "ChosenTopics",
    "FitOptions",
    "FittedTopics",
    "Modelled",
    "RunChoice",
    "TopicReport",
    "assign_run",
    "attach_run",
    "choose_run",
    "find_model",
    "fit_run",
    "make_intrusion",
    "model_run",
    "read_cut",
    "read_sizes",
    "report_run",
    "score_intrusion",
    "similarity_run",
    "stability_run",
]
