"""Keywords in context: every place where a pattern stands, with what stands around it.

A pattern is matched by the rules of counting (`textgov.count`): characters and script are compared in normalised form,
blanks do not count, Latin letters match in either case. Unlike the entries of a lexicon, several patterns do not hide
one another: 数字政府 is also found inside 数字政府建设. Without a pattern, the hits that a run counted are shown.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from textgov.kwic.corpora import find_in_corpus
from textgov.kwic.lines import align_lines
from textgov.kwic.options import KwicOptions, parse_year
from textgov.kwic.runs import find_in_run
from textgov.kwic.search import Contexts
from textgov.records import Corpus, Lexicon

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["Contexts", "KwicOptions", "align_lines", "find_contexts", "keywords_in_context", "parse_year"]


def keywords_in_context(
    source: Corpus | Path | str,
    pattern: str | Sequence[str] | Lexicon | None = None,
    options: KwicOptions | None = None,
) -> pd.DataFrame:
    r"""Every hit of a pattern with its context.

    Parameters
    ----------
    source : Corpus, Path or str
        A normalised corpus, or the folder of a finished run.
    pattern : str, sequence of str, or Lexicon
        What to look for. May be left out for a run: the hits of its own lexicons, as they were counted.
    options : KwicOptions, optional
        Filters, context, order, limit.

    Returns
    -------
    DataFrame
        One row a hit: ``doc_id``, ``city_code``, ``city``, ``year`` (missing where unknown), ``category`` (empty for a
        pattern), ``term`` (the pattern or entry), ``start`` and ``end`` (``hit`` is ``original[start:end]``), ``left``,
        ``hit``, ``right`` (context of the same document, its blanks and line breaks single blanks), ``sentence_no``
        (of the sentence in which the hit begins, from 1) and ``section``.

    Raises
    ------
    UsageError
        Nothing to look for, no such place, or a folder that holds no finished run.

    Examples
    --------
    >>> from textgov import corpus_from_frame
    >>> import pandas as pd
    >>> corpus = corpus_from_frame(pd.DataFrame({"text": ["推进数字政府建设。", "数字\n政府"]}))
    >>> keywords_in_context(corpus, "数字政府")[["left", "hit", "right"]].values.tolist()
    [['推进', '数字政府', '建设。'], ['', '数字\n政府', '']]
    """
    return find_contexts(source, pattern, options).frame


def find_contexts(
    source: Corpus | Path | str,
    pattern: str | Sequence[str] | Lexicon | None = None,
    options: KwicOptions | None = None,
) -> Contexts:
    """As `keywords_in_context`, as a table of pyarrow, with the numbers of hits and documents in all."""
    options = options or KwicOptions()
    if isinstance(source, Corpus):
        return find_in_corpus(source, pattern, options)
    return find_in_run(Path(source), pattern, options)
