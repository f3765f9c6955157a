"""Shares of topics by place and year, put into the panel of a run."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from textgov.errors import StoreError, TopicError, UsageError
from textgov.extend import Extended, write_extended
from textgov.outside import read_panel, run_about, with_columns
from textgov.panel import PanelOptions, rows_of
from textgov.records import IndexBuilder, Panel, Step, TopicModel, Variable
from textgov.regions import read_divisions
from textgov.run.topics.folder import SHARES, results_folder, top_words
from textgov.store import read_model

if TYPE_CHECKING:
    import pandas as pd
    from numpy.typing import NDArray

    from textgov.codebook import Language

DOCUMENTS = "documents.parquet"
LABEL_WORDS = 5  # words of a topic in the label of its column
SHARE_FORMULA = "sum of n_words * share / sum of n_words over the documents of the place-year"
DIVERSITY = Variable(
    "tp_diversity",
    "topic diversity",
    "主题多样性",
    "0 to 1",
    "0 至 1",
    "-sum p ln p / ln K over the shares p of the K topics; 0: one topic, 1: all alike",
)
N_WORDS = Variable(
    "tp_n_words", "words with a topic", "计入主题的词数", "words", "词", "sum over the documents of the place-year"
)


class Attached(NamedTuple):
    """What was put into a panel: the panel, its files, the number of columns and of rows with values."""

    extended: Extended
    files: tuple[Path, ...]
    n_columns: int
    n_rows: int


def attach_run(
    run: Path, folder: Path, *, out: Path | None = None, labels: Language = "zh", replace: bool = False
) -> Attached:
    """Put the shares of a model's topics into the panel of a run, and write every file of the panel anew.

    Parameters
    ----------
    run : Path
    folder : Path
        Of a model whose shares were found with `assign_run`.
    out : Path, optional
        Folder for the files of the panel; the run itself when not given.
    labels : {"zh", "en"}
        Language of the variable labels in ``panel.dta``.
    replace : bool
        Whether new columns may take the place of columns of the same name.

    Returns
    -------
    Attached
        The panel has ``tp01`` ... (mean shares of the documents, weighted by words), ``<prefix>_topic`` for a seeded
        topic (the same numbers as its ``tp`` column, under a name that does not change with the model),
        ``tp_diversity`` and ``tp_n_words``. Rows without documents are missing.

    Raises
    ------
    TopicError
        The shares are missing, or of another run.
    UsageError
        The panel has columns of these names already, and `replace` is false.
    """
    target, model = results_folder(run, folder), read_model(folder)
    panel = read_panel(run)
    found = pool_places(run, panel, read_shares(target, model))
    if replace:
        panel = _without_topics(panel)
    columns, variables = topic_columns(model, found)
    step = Step("topics", folder.name, {"method": model.method, "topics": len(model), "seed": model.seed})
    wide = with_columns(panel, columns, variables, replace=replace)
    wide = Panel(wide.frame, wide.variables, wide.keys, wide.coverage, (*panel.history, step))
    extended = Extended(wide, {}, ())
    told = {"topics": {folder.name: _told(model)}}
    hashes = {f"topics {folder.name}": model.vocabulary_hash}
    files = write_extended(extended, run, told, hashes, out=out, labels=labels)
    n_rows = int((found.n_words > 0).sum())
    return Attached(extended, files, len(variables), n_rows)


def _without_topics(panel: Panel) -> Panel:
    """The panel without the topics of an earlier model, which may have been more."""
    kept = [one for one in panel.variables if not re.fullmatch(r"tp\d+", one.name)]
    frame = panel.frame[[one.name for one in kept]]
    return Panel(frame, tuple(kept), panel.keys, panel.coverage, panel.history)


class PlaceShares(NamedTuple):
    """For each row of a panel the shares of the topics (missing without words) and the words behind them."""

    shares: NDArray[np.float64]
    n_words: NDArray[np.float64]


def pool_places(run: Path, panel: Panel, shares: pd.DataFrame) -> PlaceShares:
    """Mean shares of the documents that make each row of the panel, weighted by their words."""
    import pandas as pd

    documents = pd.read_parquet(run / DOCUMENTS, columns=["doc_id", "place_code", "level", "year", "in_panel"])
    if len(documents) != len(shares) or (documents["doc_id"] != shares["doc_id"]).any():
        raise TopicError("topics_run_changed", path=SHARES, n=len(shares), n_run=len(documents))
    of_document = panel_rows(run, documents)
    keys = zip(panel.frame[panel.keys[0]].astype(str), panel.frame[panel.keys[1]].astype(int), strict=True)
    number = {key: at for at, key in enumerate(keys)}
    row = np.array([-1 if one is None else number.get(one, -1) for one in of_document])
    weight = np.where(row >= 0, shares["n_words"].to_numpy(dtype=float), 0.0)
    values = np.nan_to_num(shares.iloc[:, 2:].to_numpy(dtype=float))
    n_words = np.bincount(row[row >= 0], weights=weight[row >= 0], minlength=len(panel.frame)).astype(float)
    total = np.zeros((len(panel.frame), values.shape[1]))
    np.add.at(total, row[row >= 0], (values * weight[:, None])[row >= 0])
    with np.errstate(invalid="ignore"):
        return PlaceShares(total / n_words[:, None], n_words)


def panel_rows(run: Path, documents: pd.DataFrame) -> list[tuple[str, int] | None]:
    """The row of the panel that each document counts for, by the options of the run."""
    told = run_about(run).get("options", {})
    if "panel" not in told:
        raise UsageError("run_unfinished", path=run)
    names = ("level", "include_direct", "codes")
    options = PanelOptions(**{name: told["panel"][name] for name in names})
    divisions = told.get("locate", {}).get("divisions")
    builder = IndexBuilder()
    known = documents.astype({"year": object, "place_code": object})
    known = known.where(known.notna(), None)
    years = [None if year is None else int(year) for year in known["year"]]
    blank = [""] * len(documents)
    builder.add(known["doc_id"], known["place_code"], documents["level"], years, blank, ~documents["in_panel"])
    return rows_of(builder.index(), options, read_divisions(Path(divisions) if divisions else None))


def read_shares(folder: Path, model: TopicModel) -> pd.DataFrame:
    """The shares that `assign_run` wrote into a folder, one row a document.

    Raises
    ------
    TopicError
        There are none, or they are of another model.
    StoreError
        The file is damaged.
    """
    import pandas as pd
    import pyarrow as pa

    path = folder / SHARES
    if not path.is_file():
        raise TopicError("topics_unassigned", path=path.as_posix())
    try:
        shares = pd.read_parquet(path)
    except (OSError, pa.ArrowException) as error:
        raise StoreError("store_bad", path=path, detail=str(error)) from None
    if list(shares.columns) != ["doc_id", "n_words", *model.names]:
        raise TopicError("topics_unassigned", path=path.as_posix())
    return shares


def topic_columns(model: TopicModel, found: PlaceShares) -> tuple[dict[str, Any], list[Variable]]:
    """Columns of a panel with labels and formulas: every topic, the seeded ones by name, diversity, words."""
    columns: dict[str, Any] = {}
    variables: list[Variable] = []
    about = f"{model.method}, {len(model)} topics, seed {model.seed}"
    unit = ("share of words", "词数占比")
    for at, (name, words) in enumerate(zip(model.names, top_words(model, LABEL_WORDS), strict=True)):
        label = f" [{model.labels[at]}]" if model.labels[at] else ""
        en, zh = f"topic {at + 1}{label}: {' '.join(words)}", f"主题{at + 1}{label}：{' '.join(words)}"
        variables.append(Variable(name, en, zh, *unit, f"{SHARE_FORMULA} ({about})"))
        columns[name] = found.shares[:, at]
    for label, column in model.settings.get("columns", {}).items():
        at = model.labels.index(label)
        en, zh = f"share of the seeded topic: {column['en']}", f"种子主题占比：{column['zh']}"
        formula = f"{model.names[at]}: {SHARE_FORMULA} ({about})"
        lexicon = model.settings.get("lexicon", {})
        variables.append(
            Variable(column["name"], en, zh, *unit, formula, lexicon.get("label", ""), lexicon.get("hash", ""))
        )
        columns[column["name"]] = found.shares[:, at]
    columns[DIVERSITY.name] = topic_diversity(found.shares)
    columns[N_WORDS.name] = _integers(found.n_words)
    return columns, [*variables, DIVERSITY, N_WORDS]


def topic_diversity(shares: NDArray[np.float64]) -> NDArray[np.float64]:
    """Entropy of the shares of each row over ln K; missing where they are.

    Examples
    --------
    >>> topic_diversity(np.array([[0.5, 0.3, 0.2], [1.0, 0.0, 0.0]])).round(4).tolist()
    [0.9372, 0.0]
    """
    with np.errstate(divide="ignore", invalid="ignore"):
        parts = np.where(shares == 0, 0.0, shares * np.log(shares))
    entropy: NDArray[np.float64] = 0.0 - parts.sum(axis=1) / np.log(shares.shape[1])
    return entropy


def _integers(n_words: NDArray[np.float64]) -> Any:
    import pandas as pd

    return pd.array([int(n) if n else None for n in n_words], dtype="Int64")


def _told(model: TopicModel) -> dict[str, Any]:
    names = ("method", "n_topics", "seed", "sweeps", "cut", "trim", "sample", "lexicon", "seed_share", "anchor")
    return {name: model.settings[name] for name in names if name in model.settings}
