"""Whether the topics of a model of a run come out again with other seeds."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from textgov.engine import EngineOptions, open_engine
from textgov.errors import TopicError
from textgov.export import write_table
from textgov.run.topics.fit import recount_sample
from textgov.store import read_model
from textgov.topics.stability import check_share, measure_stability

if TYPE_CHECKING:
    import pandas as pd

TABLE = "stability.csv"
# Mean cosine below which a topic is named: topics of words drawn at random come to 0.71 in the test of stability.
WEAK = 0.7


class RunStability(NamedTuple):
    """One row a topic and seed, and the file."""

    table: pd.DataFrame
    path: Path


def stability_run(
    run: Path, folder: Path, seeds: Sequence[int], *, share: float = 0.8, where: EngineOptions | None = None
) -> RunStability:
    """Fit a model of a run again with other seeds, and write how alike each topic is to its partner.

    Parameters
    ----------
    run : Path
        The run that the model was fitted to.
    folder : Path
        Of the model.
    seeds : sequence of int
    share : float
        Share of the documents for each seed; see `measure_stability`.
    where : EngineOptions, optional
        No result depends on it.

    Returns
    -------
    RunStability
        ``stability.csv`` in the folder of the model: ``topic, title, seed, partner, cosine, best, jaccard``.

    Raises
    ------
    TopicError
        The model was fitted to other documents than those of the run.
    """
    check_share(share)  # before the texts are read, which takes long
    model = read_model(folder)
    terms = recount_sample(run, folder, model, where)
    if int(terms.lengths["n_terms"].sum()) != int(model.counts.sum()) and not model.settings.get("max_rows"):
        raise TopicError("topics_refit_other", path=folder.as_posix())
    with open_engine(where or EngineOptions("serial", 1)) as pools:
        table = measure_stability(model, terms, seeds, share=share, run=pools.open_pool().map)
    return RunStability(table, write_table(table, folder / TABLE))
