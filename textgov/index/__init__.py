"""Composite indices: columns of a panel weighed into one, several ways side by side.

Weigh dimensions, not single keywords: entropy weights reward columns that are nearly empty. The entropy, the equal
and the PCA version stand next to one another by default, with the rank correlation of each pair.
"""

from textgov.index.composite import Index, build_index, spearman
from textgov.index.derive import (
    Derivation,
    derive_column,
    log_plus_one,
    moving_mean,
    numeric_column,
    parse_derivation,
    rank_within,
    scale_minmax,
    scale_zscore,
    shift_years,
    winsorise,
)
from textgov.index.documents import pmc_table, strength_table
from textgov.index.options import METHODS, IndexOptions, parse_index
from textgov.index.scores import (
    Coupling,
    Strength,
    couple_systems,
    grade,
    pmc_surface,
    score_pmc,
    score_strength,
    weighted_hits,
)
from textgov.index.weights import (
    Scale,
    Weights,
    critic_weights,
    entropy_weights,
    equal_weights,
    fit_scale,
    pca_scores,
    pca_weights,
    topsis_scores,
)

__all__ = [
    "METHODS",
    "Coupling",
    "Derivation",
    "Index",
    "IndexOptions",
    "Scale",
    "Strength",
    "Weights",
    "build_index",
    "couple_systems",
    "critic_weights",
    "derive_column",
    "entropy_weights",
    "equal_weights",
    "fit_scale",
    "grade",
    "log_plus_one",
    "moving_mean",
    "numeric_column",
    "parse_derivation",
    "parse_index",
    "pca_scores",
    "pca_weights",
    "pmc_surface",
    "pmc_table",
    "rank_within",
    "scale_minmax",
    "scale_zscore",
    "score_pmc",
    "score_strength",
    "shift_years",
    "spearman",
    "strength_table",
    "topsis_scores",
    "weighted_hits",
    "winsorise",
]
