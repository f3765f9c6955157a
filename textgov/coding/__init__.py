"""What people fill into sheets of ours, read back; and how far they agree."""

from textgov.coding.agreement import LEVELS, cohen_kappa, krippendorff_alpha, pair_agreement, value_counts
from textgov.coding.filled import Page, read_pages

__all__ = [
    "LEVELS",
    "Page",
    "cohen_kappa",
    "krippendorff_alpha",
    "pair_agreement",
    "read_pages",
    "value_counts",
]
