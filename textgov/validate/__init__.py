"""Whether a measure measures what it says: coders, reliability, known groups, coverage."""

from textgov.validate.accuracy import Accuracy, measure_accuracy, score_labels, settle_labels, write_accuracy
from textgov.validate.agreement import Agreement, measure_agreement, write_agreement
from textgov.validate.answers import Coded, read_answers
from textgov.validate.classify import (
    Classified,
    classify_sentences,
    import_labels,
    write_classified,
    write_imported,
)
from textgov.validate.correct import (
    correct_labels,
    correct_panel,
    disattenuate,
    estimate_oriv,
    reliability_of,
)
from textgov.validate.coverage import Coverage, check_coverage, write_coverage
from textgov.validate.known_groups import KnownGroups, check_known_groups, write_known_groups
from textgov.validate.options import (
    AccuracyOptions,
    AgreementOptions,
    ClassifyOptions,
    CoverageOptions,
    KnownGroupsOptions,
    ReliabilityOptions,
    SampleOptions,
)
from textgov.validate.page import write_page
from textgov.validate.reliability import Reliability, measure_reliability, write_reliability
from textgov.validate.sample import Sample, sample_sentences, write_sample

__all__ = [
    "Accuracy",
    "AccuracyOptions",
    "Agreement",
    "AgreementOptions",
    "Classified",
    "ClassifyOptions",
    "Coded",
    "Coverage",
    "CoverageOptions",
    "KnownGroups",
    "KnownGroupsOptions",
    "Reliability",
    "ReliabilityOptions",
    "Sample",
    "SampleOptions",
    "check_coverage",
    "check_known_groups",
    "classify_sentences",
    "correct_labels",
    "correct_panel",
    "disattenuate",
    "estimate_oriv",
    "import_labels",
    "measure_accuracy",
    "measure_agreement",
    "measure_reliability",
    "read_answers",
    "reliability_of",
    "sample_sentences",
    "score_labels",
    "settle_labels",
    "write_accuracy",
    "write_agreement",
    "write_classified",
    "write_coverage",
    "write_imported",
    "write_known_groups",
    "write_page",
    "write_reliability",
    "write_sample",
]
