"""Lexicons: the built-in ones, and files of the user in many formats; reading, writing, checking."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from pathlib import Path

from textgov.errors import LexiconError, wording
from textgov.lexicon.check import check_lexicon
from textgov.lexicon.findings import Finding
from textgov.lexicon.formats import FORMATS
from textgov.lexicon.kept import counted_lexicon, keep_lexicons
from textgov.lexicon.source import builtin_lexicons, read_draft
from textgov.lexicon.terms import conditions, lower_case, match_key, match_keys
from textgov.lexicon.write import write_lexicon
from textgov.records import Lexicon

__all__ = [
    "FORMATS",
    "Finding",
    "builtin_lexicons",
    "check_lexicon",
    "check_prefixes",
    "conditions",
    "counted_lexicon",
    "keep_lexicons",
    "lower_case",
    "match_key",
    "match_keys",
    "read_lexicon",
    "write_lexicon",
]

log = logging.getLogger(__name__)


def read_lexicon(source: str | Path, *, format: str | None = None, encoding: str | None = None) -> Lexicon:
    """Read a built-in lexicon by its name, or a lexicon file.

    Parameters
    ----------
    source : str or Path
        A name such as ``digital-government``, or the path of a file: our own YAML (all that a lexicon can hold), a csv
        file or a workbook (an entry a row, or a category a column), or a dictionary of jieba, LIWC, WordStat,
        Yoshikoder, Lexicoder, quanteda or cntext. A file without a ``prefix`` uses its name.
    format : str, optional
        Name of the format; by default it is told from the content, then from the ending.
    encoding : str, optional
        Encoding of a text file; by default it is judged. Our own format is UTF-8.

    Returns
    -------
    Lexicon
        Categories stand in the order of their tree, entries in that of their categories. What a file of another
        program holds beyond that is left out with a warning in the log; `check_lexicon` lists it.

    Raises
    ------
    LexiconError
        There is no such lexicon, or the file is wrong; the message names the line.
    """
    draft = read_draft(source, format, encoding)
    lexicon = draft.lexicon()
    remarks = [note for note in draft.notes if note.level != "note"]
    if remarks:
        log.warning(wording("lexicon_imported", path=draft.path, n=len(remarks), example=str(remarks[0])))
    return lexicon


def check_prefixes(lexicons: Sequence[Lexicon]) -> None:
    """Two lexicons of one run need different prefixes, because these start the names of their columns."""
    names: dict[str, str] = {}
    for lexicon in lexicons:
        if lexicon.prefix in names:
            raise LexiconError("lexicon_prefix", a=names[lexicon.prefix], b=lexicon.name, prefix=lexicon.prefix)
        names[lexicon.prefix] = lexicon.name
