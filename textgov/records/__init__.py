"""The nouns of textgov: read this package first.

Every noun is frozen and checked when it is built; a verb takes one and returns a new one. Rows are documents, named by
``doc_id``, in one fixed order from the first step to the last. pandas is imported only when a ``frame`` is asked for.
"""

from textgov.records.documents import (
    CORPUS_COLUMNS,
    FIRST_YEAR,
    LAST_YEAR,
    LEVELS,
    MANIFEST_COLUMNS,
    REVIEW_COLUMNS,
    Corpus,
    Document,
    Doubt,
    Evidence,
    ManifestRow,
    Section,
    Step,
    Tokens,
    check_ids,
    hash_text,
)
from textgov.records.index import (
    Coded,
    Growing,
    Index,
    IndexBuilder,
    add_doubts,
    index_documents,
    index_of,
)
from textgov.records.lexicons import Category, Context, Entry, Lexicon
from textgov.records.results import (
    Features,
    Panel,
    Variable,
)
from textgov.records.topics import TopicModel, topic_names

__all__ = [
    "CORPUS_COLUMNS",
    "FIRST_YEAR",
    "LAST_YEAR",
    "LEVELS",
    "MANIFEST_COLUMNS",
    "REVIEW_COLUMNS",
    "Category",
    "Coded",
    "Context",
    "Corpus",
    "Document",
    "Doubt",
    "Entry",
    "Evidence",
    "Features",
    "Growing",
    "Index",
    "IndexBuilder",
    "Lexicon",
    "ManifestRow",
    "Panel",
    "Section",
    "Step",
    "Tokens",
    "TopicModel",
    "Variable",
    "add_doubts",
    "check_ids",
    "hash_text",
    "index_documents",
    "index_of",
    "join_indexes",
    "topic_names",
]
