"""Where a lexicon comes from: the built-in ones, and files."""

from __future__ import annotations

from importlib import resources
from pathlib import Path
from typing import NamedTuple

from textgov.errors import LexiconError, LexiconLineError
from textgov.lexicon.build import Draft
from textgov.lexicon.formats import fill_draft


class Source(NamedTuple):
    """The bytes of a lexicon, its name, and that of its file."""

    data: bytes
    name: str
    path: str


def builtin_lexicons() -> tuple[str, ...]:
    """Names of the lexicons that come with the package, sorted."""
    folder = resources.files("textgov") / "data" / "lexicons"
    return tuple(sorted(Path(item.name).stem for item in folder.iterdir() if item.name.endswith(".yaml")))


def open_source(source: str | Path) -> Source:
    """The bytes of a built-in lexicon by its name, or of a file.

    Raises
    ------
    LexiconError
        There is neither.
    """
    if str(source) in builtin_lexicons():
        folder = resources.files("textgov") / "data" / "lexicons"
        return Source((folder / f"{source}.yaml").read_bytes(), str(source), f"{source}.yaml")
    path = Path(source)
    if not path.is_file():
        raise LexiconError("lexicon_missing", name=source, known=", ".join(builtin_lexicons()))
    try:
        return Source(path.read_bytes(), path.stem, path.name)
    except OSError as error:
        detail = error.strerror or str(error)
        raise LexiconLineError("file_unreadable", path=path.name, line=0, detail=detail) from None


def read_draft(
    source: str | Path, format: str | None, encoding: str | None, faults: list[LexiconLineError] | None = None
) -> Draft:
    """What a lexicon file holds, not yet checked as a whole; with `faults` reading goes on behind each fault."""
    data, name, path = open_source(source)
    draft = Draft(path, name, faults=faults)
    with draft.going_on():
        fill_draft(data, draft, Path(path).suffix.lower(), format, encoding)
    return draft
