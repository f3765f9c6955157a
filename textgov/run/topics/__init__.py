"""Topic models of a finished run: fitted to a sample of its documents, assigned shard by shard, put into its panel.

A model has a folder of its own in the run, ``topics/<name>``, with all that is needed to use it again: the model, the
lexicon whose terms stayed whole, and the lists of the user if there were any. Documents are cut shard by shard; the
sample depends on their ids and the seed alone, so that results are the same for any number of shards and workers.
"""

from textgov.run.topics.assign import assign_run
from textgov.run.topics.fit import FittedTopics, fit_run
from textgov.run.topics.folder import SHARES, TABLE, TOPICS, find_model, read_cut
from textgov.run.topics.options import FitOptions
from textgov.run.topics.panel import attach_run

__all__ = [
    "SHARES",
    "TABLE",
    "TOPICS",
    "FitOptions",
    "FittedTopics",
    "assign_run",
    "attach_run",
    "find_model",
    "fit_run",
    "read_cut",
]
