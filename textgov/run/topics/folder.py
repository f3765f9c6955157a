"""The folder of a model in a run: how its words were cut, its lists, its table of topics."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from textgov.errors import TopicError
from textgov.lexicon import read_lexicon, write_lexicon
from textgov.records import Lexicon, TopicModel
from textgov.segment import SegmentOptions
from textgov.store import MODEL_FILE, read_plan, remove_file, written_aside
from textgov.topics import TermOptions
from textgov.topics.builtin import topics_folder

if TYPE_CHECKING:
    import pandas as pd

TOPICS, SHARES, TABLE = "topics", "doc_topics.parquet", "topics.csv"
# What other commands write about a model into its folder: a new model of the same name makes them untrue.
OF_MODEL = (
    SHARES,
    "topic_words.csv",
    "topic_years.csv",
    "typical.csv",
    "twins.csv",
    "lexicon_correlation.csv",
    "topics.md",
    "stability.csv",
)
LEXICON_FILE, LISTS = "lexicon.yaml", {"stopwords": "stopwords.txt", "tags": "tags.csv"}
TOP_WORDS = 15  # of each topic in topics.csv
CUT = "cut"  # in the settings of a model: how its words were made


def find_model(run: Path, name: str = "") -> Path:
    """The folder of a model: a name in ``RUN/topics``, a path, or the name of one that comes with the package.

    When empty, the only model of the run.

    Raises
    ------
    UsageError
        The folder holds no run.
    TopicError
        No name was given, and the run has no model or several.
    """
    read_plan(run)
    if name:
        inside = run / TOPICS / name
        return inside if inside.is_dir() else topics_folder(name)
    found = sorted(path.parent for path in (run / TOPICS).glob("*/model.json"))
    if len(found) != 1:
        raise TopicError("topics_which", path=run.as_posix(), known=", ".join(path.name for path in found) or "-")
    return found[0]


def results_folder(run: Path, folder: Path) -> Path:
    """Where what is found with a model in a run goes: its own folder, for a model from elsewhere one of that name.

    Raises
    ------
    TopicError
        The run has another model of that name: what is found with the one would be taken for that of the other.
    """
    target = run / TOPICS / folder.name
    own = target / MODEL_FILE
    if own.is_file() and own.read_bytes() != (folder / MODEL_FILE).read_bytes():
        raise TopicError("topics_name_taken", path=folder.as_posix(), own=target.as_posix())
    return target


def write_lists(folder: Path, lexicon: Lexicon, options: TermOptions) -> list[Path]:
    """Keep what words depend on beside the model, so that it can be used where the files of the user are not."""
    write_lexicon(lexicon, folder / LEXICON_FILE)
    written = [folder / LEXICON_FILE]
    for key, name in LISTS.items():
        source = getattr(options, key)
        if source is None:
            remove_file(folder / name)
            continue
        with written_aside(folder / name) as part:
            part.write_bytes(Path(source).read_bytes())
        written.append(folder / name)
    return written


def tell_cut(options: TermOptions, lists: list[Path]) -> dict[str, Any]:
    """How words were made, for the settings of a model."""
    told: dict[str, Any] = {name: getattr(options, name) for name in ("unit", "sections", "places", "min_chars")}
    told["joined"] = [list(pair) for pair in options.joined]
    told["segment"] = {"engine": options.segment.engine, "hmm": options.segment.hmm}
    return told | {"lists": {path.name: _digest(path) for path in lists}}


def read_cut(folder: Path, model: TopicModel) -> TermOptions:
    """How the words of a model were made, from its settings and the lists beside it.

    Raises
    ------
    TopicError
        The model was not fitted to a run, or a list beside it is missing or was changed.
    """
    if CUT not in model.settings:
        raise TopicError("topics_model_bad", path=folder.as_posix(), detail="it does not say how its words were made")
    told = dict(model.settings[CUT])
    lists = told.pop("lists")
    for name, digest in lists.items():
        path = folder / name
        if not path.is_file() or _digest(path) != digest:
            raise TopicError("topics_model_bad", path=path.as_posix(), detail="it is missing or was changed")
    own: dict[str, Any] = {key: str(folder / name) for key, name in LISTS.items() if name in lists}
    told["joined"] = tuple((first, second) for first, second in told["joined"])
    told["segment"] = SegmentOptions(**told["segment"])
    return TermOptions(lexicons=(read_lexicon(folder / LEXICON_FILE),), **told, **own)


def _digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def top_words(model: TopicModel, n: int) -> list[list[str]]:
    """The most probable words of each topic."""
    order = np.argsort(-model.topics, axis=1, kind="stable")[:, :n]
    return [[model.vocabulary[term] for term in row] for row in order]


def topic_table(model: TopicModel) -> pd.DataFrame:
    """One row a topic: its id, the label of its seeds, its share and number of words, its most probable words."""
    import pandas as pd

    n_words = np.round(model.shares * model.facts["words"]).astype(np.int64)
    columns = {"topic": model.names, "label": model.labels, "share": model.shares, "n_words": n_words}
    return pd.DataFrame({**columns, "top_words": [" ".join(words) for words in top_words(model, TOP_WORDS)]})
