"""The lexicons of a run, kept with it: files are lost and built-in lexicons change, and what was counted stays."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path

from textgov.errors import LexiconError, StoreError
from textgov.lexicon.own_text import own_text
from textgov.lexicon.source import builtin_lexicons, read_draft
from textgov.records import Lexicon
from textgov.store import STORE, make_folder, remove_file, written_aside

KEPT = "lexicons"


def kept_path(run: Path, prefix: str) -> Path:
    """The file of a lexicon in the store of a run, in our own format."""
    return run / STORE / KEPT / f"{prefix}.yaml"


def keep_lexicons(run: Path, lexicons: Sequence[Lexicon]) -> None:
    """Keep the lexicons of a run in ``RUN/store/lexicons``; files that are so already are left alone, others deleted.

    Raises
    ------
    OutputError
        A file cannot be written.
    """
    paths = {kept_path(run, one.prefix): one for one in lexicons}
    folder = make_folder(run / STORE / KEPT)
    for path in folder.glob("*.yaml"):
        if path not in paths:
            remove_file(path)
    for path, lexicon in paths.items():
        record = _digest(json.dumps(asdict(lexicon), sort_keys=True).encode())
        if not (path.is_file() and _is_of(path.read_bytes(), record)):
            text = own_text(lexicon).encode("utf-8", "backslashreplace")
            with written_aside(path) as part:
                part.write_bytes(_head(record, text) + text)


def _is_of(data: bytes, record: str) -> bool:
    """Whether a file holds what was written of a lexicon; much quicker than to write it and compare."""
    head, _, text = data.partition(b"\n")
    return head + b"\n" == _head(record, text)


def _head(record: str, text: bytes) -> bytes:
    return f"# lexicon {record}, this text {_digest(text)}\n".encode()


def _digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()[:16]


def counted_lexicon(run: Path, about: Mapping[str, str]) -> Lexicon | None:
    """A lexicon as a run counted it: the one kept with the run, else the built-in one if it is still the same.

    Parameters
    ----------
    run : Path
    about : mapping
        Its line in ``provenance.json``: ``lexicon`` (name@version), ``hash``, ``prefix``.

    Returns
    -------
    Lexicon or None
        None for a run that was made before lexicons were kept, whose lexicon is not, or no longer, built in.

    Raises
    ------
    StoreError
        The file of the run is damaged, or is not what was counted.
    """
    path = kept_path(run, about["prefix"])
    if path.is_file():
        try:
            lexicon = read_draft(path, "textgov", None).lexicon()
        except LexiconError as error:
            raise StoreError("store_bad", path=path, detail=str(error)) from None
        if lexicon.hash != about["hash"]:
            detail = f"its hash is {lexicon.hash}, and the run counted {about['hash']}"
            raise StoreError("store_bad", path=path, detail=detail)
        return lexicon
    name = about["lexicon"].rpartition("@")[0]
    if name not in builtin_lexicons():
        return None
    lexicon = read_draft(name, None, None).lexicon()
    return lexicon if lexicon.hash == about["hash"] else None
