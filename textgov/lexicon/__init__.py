"""Lexicons: the built-in ones, and files of the user."""

from __future__ import annotations

from collections.abc import Sequence
from importlib import resources
from pathlib import Path

from textgov.errors import LexiconError
from textgov.lexicon.build import bad_lexicon
from textgov.lexicon.own import read_own
from textgov.lexicon.tables import read_table
from textgov.lexicon.terms import conditions, lower_case, match_key, match_keys
from textgov.records import Lexicon

__all__ = ["builtin_lexicons", "check_prefixes", "conditions", "lower_case", "match_key", "match_keys", "read_lexicon"]


def builtin_lexicons() -> tuple[str, ...]:
    """Names of the lexicons that come with the package, sorted."""
    folder = resources.files("textgov") / "data" / "lexicons"
    return tuple(sorted(Path(item.name).stem for item in folder.iterdir() if item.name.endswith(".yaml")))


def read_lexicon(source: str | Path) -> Lexicon:
    """Read a built-in lexicon by its name, or a lexicon file.

    Parameters
    ----------
    source : str or Path
        A name such as ``digital-government``, or the path of a ``.yaml`` file (all that a lexicon can hold) or a
        ``.csv`` file with the columns ``term`` and ``category`` (and, if wanted, ``variants`` parted by ``;``,
        ``phase``, ``source``, ``note``). A file without a ``prefix`` uses its name.

    Returns
    -------
    Lexicon

    Raises
    ------
    LexiconError
        There is no such lexicon, or the file is wrong; the message names the line.
    """
    path = Path(source)
    if path.suffix.lower() not in (".yaml", ".yml", ".csv"):
        if str(source) in builtin_lexicons():
            folder = resources.files("textgov") / "data" / "lexicons"
            text = (folder / f"{source}.yaml").read_text("utf-8")
            return read_own(text, str(source), f"{source}.yaml")
        raise LexiconError("lexicon_missing", name=source, known=", ".join(builtin_lexicons()))
    if not path.is_file():
        raise LexiconError("lexicon_missing", name=source, known=", ".join(builtin_lexicons()))
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise bad_lexicon(path.name, 0, f"not UTF-8 (byte {error.start}); save the file as UTF-8") from None
    except OSError as error:
        raise bad_lexicon(path.name, 0, error.strerror or str(error)) from None
    read = read_table if path.suffix.lower() == ".csv" else read_own
    return read(text, path.stem, path.name)


def check_prefixes(lexicons: Sequence[Lexicon]) -> None:
    """Two lexicons of one run need different prefixes, because these start the names of their columns."""
    names: dict[str, str] = {}
    for lexicon in lexicons:
        if lexicon.prefix in names:
            raise LexiconError("lexicon_prefix", a=names[lexicon.prefix], b=lexicon.name, prefix=lexicon.prefix)
        names[lexicon.prefix] = lexicon.name
