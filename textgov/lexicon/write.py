"""Writing a lexicon, in our own format or in those of other programs."""

from __future__ import annotations

from pathlib import Path

from textgov.errors import LexiconError
from textgov.lexicon.build import Draft
from textgov.lexicon.findings import Finding
from textgov.lexicon.formats import fill_draft, format_to_write, write_part
from textgov.lexicon.losses import losses
from textgov.lexicon.userdict import cut_words
from textgov.records import Lexicon
from textgov.store.files import written_aside


def write_lexicon(
    lexicon: Lexicon, path: str | Path, *, format: str | None = None, lossy: bool = False
) -> tuple[Finding, ...]:
    """Write a lexicon to a file, which appears only when it is complete.

    The written file is read again and compared, so that every loss is known. Our own format and ``excel`` lose nothing
    of a lexicon whose categories stand in the order of their tree, as those that were read from a file do.

    Parameters
    ----------
    lexicon : Lexicon
    path : str or Path
    format : str, optional
        ``textgov`` (our own YAML), ``csv``, ``excel``, ``jieba``, ``liwc``, ``wordstat``, ``yoshikoder``,
        ``lexicoder``, ``quanteda`` or ``cntext``; by default that of the ending (``.yaml``, ``.csv``, ``.xlsx``,
        ``.txt``, ``.dic``, ``.cat``, ``.ykd``, ``.lcd``, ``.lc3``).
    lossy : bool
        Write it even if something is lost.

    Returns
    -------
    tuple of Finding
        A sentence (``str()``) for each kind of loss; empty when the file reads back equal.

    Raises
    ------
    LexiconError
        No such format; or something would be lost and `lossy` is false: then no file is written, and the fact
        ``losses`` of the error has what would be returned.
    OutputError
        The file cannot be written.
    """
    path = Path(path)
    name = format_to_write(path, format)
    with written_aside(path) as part:
        write_part(lexicon, name, part)
        lost = _losses(lexicon, part.read_bytes(), name, path)
        if lost and not lossy:
            facts = {"path": path.name, "format": name, "name": lexicon.label, "n": len(lost)}
            raise LexiconError("lexicon_lossy", **facts, losses=lost)
    return lost


def _losses(lexicon: Lexicon, data: bytes, name: str, path: Path) -> tuple[Finding, ...]:
    draft = Draft(path.name, path.stem)
    try:
        fill_draft(data, draft, path.suffix.lower(), name, "utf-8" if name != "excel" else None)
        again = draft.lexicon()
    except LexiconError as error:
        if error.code != "lexicon_no_entry":
            raise
        examples = ", ".join(entry.term for entry in lexicon.entries[:5])
        return (Finding("warning", "lost_entries", 0, {"n": len(lexicon.entries), "examples": examples}),)
    lost = losses(lexicon, again)
    if name == "jieba" and (cut := cut_words(lexicon)):
        lost = (*lost, Finding("warning", "jieba_cuts", 0, {"n": len(cut), "examples": ", ".join(cut[:5])}))
    return lost
