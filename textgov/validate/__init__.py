"""Whether a measure measures what it says: samples for coders, agreement, accuracy."""

from textgov.validate.accuracy import Accuracy, measure_accuracy, score_labels, settle_labels, write_accuracy
from textgov.validate.agreement import Agreement, measure_agreement, write_agreement
from textgov.validate.answers import Coded, read_answers
from textgov.validate.options import AccuracyOptions, AgreementOptions, SampleOptions
from textgov.validate.sample import Sample, sample_sentences, write_sample

__all__ = [
    "Accuracy",
    "AccuracyOptions",
    "Agreement",
    "AgreementOptions",
    "Coded",
    "Sample",
    "SampleOptions",
    "measure_accuracy",
    "measure_agreement",
    "read_answers",
    "sample_sentences",
    "score_labels",
    "settle_labels",
    "write_accuracy",
    "write_agreement",
    "write_sample",
]
