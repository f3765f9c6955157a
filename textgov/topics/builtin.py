"""Models by name or folder; those that come with the package stand under ``models`` in the source tree."""

from __future__ import annotations

from importlib import resources
from pathlib import Path

from textgov.errors import TopicError
from textgov.records import TopicModel
from textgov.store import read_model


def builtin_topics() -> dict[str, Path]:
    """The folders of the models that come with the package, by name."""
    packaged = Path(str(resources.files("textgov") / "data" / "models"))
    folder = packaged if packaged.is_dir() else Path(__file__).resolve().parents[2] / "models"
    return {path.parent.name: path.parent for path in sorted(folder.glob("*/model.json"))}


def read_topics(source: Path | str) -> TopicModel:
    """Read a topic model.

    Parameters
    ----------
    source : path or str
        The folder of a model, or the name of one that comes with the package (``demo``). A folder of that name wins.

    Returns
    -------
    TopicModel

    Raises
    ------
    TopicError
        There is no such model, or a file of it is missing or was changed.
    """
    return read_model(topics_folder(source))


def topics_folder(source: Path | str) -> Path:
    """The folder of a model that is given by its folder or name."""
    folder = Path(source)
    if (folder / "model.json").is_file():
        return folder
    known = builtin_topics()
    if str(source) in known:
        return known[str(source)]
    if folder.is_dir():
        raise TopicError("topics_model_missing", path=folder.as_posix(), name="model.json")
    raise TopicError("topics_model_unknown", name=str(source), known=", ".join(known) or "-")
