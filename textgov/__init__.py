"""From a folder of Chinese government documents to a city-year panel that a referee can check.

Public names are looked up when they are first used, so that ``import textgov`` costs next to nothing.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from textgov.cite import Citation, cite_run
    from textgov.count import CountOptions, count_lexicon, count_terms, trim_terms
    from textgov.diff import RunDiff, diff_runs
    from textgov.errors import TextgovError
    from textgov.estimate import Estimate, EstimateOptions, compare_estimates, estimate_panel, write_estimates
    from textgov.expand import ExpandOptions, discover_words, expand_lexicon, merge_sheets, write_sheet
    from textgov.export import write_panel
    from textgov.extend import ExtendOptions, extend_panel
    from textgov.index import IndexOptions, build_index
    from textgov.join import JoinOptions, join_tables
    from textgov.kwic import KwicOptions, keywords_in_context
    from textgov.lexicon import builtin_lexicons, check_lexicon, read_lexicon, write_lexicon
    from textgov.load import LoadOptions, corpus_from_frame, load_corpus
    from textgov.locate import LocateOptions, locate_corpus
    from textgov.normalise import NormaliseOptions, normalise_corpus, normalise_text
    from textgov.outside import read_panel
    from textgov.panel import PanelOptions, build_panel
    from textgov.policies import (
        PolicyOptions,
        attach_policy,
        builtin_policies,
        check_policy,
        read_policy,
        read_policy_file,
    )
    from textgov.quantities import (
        QuantityOptions,
        compare_quantities,
        count_quantities,
        find_quantities,
        tabulate_documents,
    )
    from textgov.records import Corpus, Document, Features, Lexicon, Panel, Tokens, TopicModel
    from textgov.regions import place, read_divisions
    from textgov.report import plot_event_study, plot_heatmap, plot_topics, plot_trend, write_figures
    from textgov.segment import SegmentOptions, segment_corpus
    from textgov.topics import (
        ChooseOptions,
        TermOptions,
        TopicOptions,
        assign_topics,
        choose_topics,
        cut_terms,
        fit_topics,
        measure_stability,
        pool_shares,
        read_topics,
    )
    from textgov.validate import (
        AccuracyOptions,
        AgreementOptions,
        ClassifyOptions,
        CoverageOptions,
        KnownGroupsOptions,
        ReliabilityOptions,
        SampleOptions,
        check_coverage,
        check_known_groups,
        classify_sentences,
        measure_accuracy,
        measure_agreement,
        measure_reliability,
        read_answers,
        sample_sentences,
        write_sample,
    )
    from textgov.vectorize import ChineseTokenizer, LexiconVectorizer

_HOMES = {
    "AccuracyOptions": "validate",
    "AgreementOptions": "validate",
    "ChineseTokenizer": "vectorize",
    "ChooseOptions": "topics",
    "Citation": "cite",
    "ClassifyOptions": "validate",
    "Corpus": "records",
    "CountOptions": "count",
    "CoverageOptions": "validate",
    "Document": "records",
    "Estimate": "estimate",
    "EstimateOptions": "estimate",
    "ExpandOptions": "expand",
    "ExtendOptions": "extend",
    "Features": "records",
    "IndexOptions": "index",
    "JoinOptions": "join",
    "KnownGroupsOptions": "validate",
    "KwicOptions": "kwic",
    "Lexicon": "records",
    "LexiconVectorizer": "vectorize",
    "LoadOptions": "load",
    "LocateOptions": "locate",
    "NormaliseOptions": "normalise",
    "Panel": "records",
    "PanelOptions": "panel",
    "PolicyOptions": "policies",
    "QuantityOptions": "quantities",
    "ReliabilityOptions": "validate",
    "RunDiff": "diff",
    "SampleOptions": "validate",
    "SegmentOptions": "segment",
    "TermOptions": "topics",
    "TextgovError": "errors",
    "Tokens": "records",
    "TopicModel": "records",
    "TopicOptions": "topics",
    "assign_topics": "topics",
    "attach_policy": "policies",
    "build_index": "index",
    "build_panel": "panel",
    "builtin_lexicons": "lexicon",
    "builtin_policies": "policies",
    "check_coverage": "validate",
    "check_known_groups": "validate",
    "check_lexicon": "lexicon",
    "check_policy": "policies",
    "choose_topics": "topics",
    "cite_run": "cite",
    "classify_sentences": "validate",
    "compare_estimates": "estimate",
    "compare_quantities": "quantities",
    "corpus_from_frame": "load",
    "count_lexicon": "count",
    "count_quantities": "quantities",
    "count_terms": "count",
    "cut_terms": "topics",
    "diff_runs": "diff",
    "discover_words": "expand",
    "estimate_panel": "estimate",
    "expand_lexicon": "expand",
    "extend_panel": "extend",
    "find_quantities": "quantities",
    "fit_topics": "topics",
    "join_tables": "join",
    "keywords_in_context": "kwic",
    "load_corpus": "load",
    "locate_corpus": "locate",
    "measure_accuracy": "validate",
    "measure_agreement": "validate",
    "measure_reliability": "validate",
    "measure_stability": "topics",
    "merge_sheets": "expand",
    "normalise_corpus": "normalise",
    "normalise_text": "normalise",
    "place": "regions",
    "plot_event_study": "report",
    "plot_heatmap": "report",
    "plot_topics": "report",
    "plot_trend": "report",
    "pool_shares": "topics",
    "read_answers": "validate",
    "read_divisions": "regions",
    "read_lexicon": "lexicon",
    "read_panel": "outside",
    "read_policy": "policies",
    "read_policy_file": "policies",
    "read_topics": "topics",
    "sample_sentences": "validate",
    "segment_corpus": "segment",
    "tabulate_documents": "quantities",
    "trim_terms": "count",
    "write_estimates": "estimate",
    "write_figures": "report",
    "write_lexicon": "lexicon",
    "write_panel": "export",
    "write_sample": "validate",
    "write_sheet": "expand",
}

__all__ = [
    "AccuracyOptions",
    "AgreementOptions",
    "ChineseTokenizer",
    "ChooseOptions",
    "Citation",
    "ClassifyOptions",
    "Corpus",
    "CountOptions",
    "CoverageOptions",
    "Document",
    "Estimate",
    "EstimateOptions",
    "ExpandOptions",
    "ExtendOptions",
    "Features",
    "IndexOptions",
    "JoinOptions",
    "KnownGroupsOptions",
    "KwicOptions",
    "Lexicon",
    "LexiconVectorizer",
    "LoadOptions",
    "LocateOptions",
    "NormaliseOptions",
    "Panel",
    "PanelOptions",
    "PolicyOptions",
    "QuantityOptions",
    "ReliabilityOptions",
    "RunDiff",
    "SampleOptions",
    "SegmentOptions",
    "TermOptions",
    "TextgovError",
    "Tokens",
    "TopicModel",
    "TopicOptions",
    "assign_topics",
    "attach_policy",
    "build_index",
    "build_panel",
    "builtin_lexicons",
    "builtin_policies",
    "check_coverage",
    "check_known_groups",
    "check_lexicon",
    "check_policy",
    "choose_topics",
    "cite_run",
    "classify_sentences",
    "compare_estimates",
    "compare_quantities",
    "corpus_from_frame",
    "count_lexicon",
    "count_quantities",
    "count_terms",
    "cut_terms",
    "diff_runs",
    "discover_words",
    "estimate_panel",
    "expand_lexicon",
    "extend_panel",
    "find_quantities",
    "fit_topics",
    "join_tables",
    "keywords_in_context",
    "load_corpus",
    "locate_corpus",
    "measure_accuracy",
    "measure_agreement",
    "measure_reliability",
    "measure_stability",
    "merge_sheets",
    "normalise_corpus",
    "normalise_text",
    "place",
    "plot_event_study",
    "plot_heatmap",
    "plot_topics",
    "plot_trend",
    "pool_shares",
    "read_answers",
    "read_divisions",
    "read_lexicon",
    "read_panel",
    "read_policy",
    "read_policy_file",
    "read_topics",
    "sample_sentences",
    "segment_corpus",
    "tabulate_documents",
    "trim_terms",
    "write_estimates",
    "write_figures",
    "write_lexicon",
    "write_panel",
    "write_sample",
    "write_sheet",
]


def __getattr__(name: str) -> Any:
    if name == "__version__":
        from importlib.metadata import version

        return version("textgov")
    if name not in _HOMES:
        raise AttributeError(f"module 'textgov' has no attribute {name!r}")
    value = getattr(import_module(f"textgov.{_HOMES[name]}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return [*__all__, "__version__"]
