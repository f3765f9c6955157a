"""The number of topics for a run: models of several sizes and seeds, a table, a picture and a recommendation."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from textgov.engine import EngineOptions, open_engine
from textgov.errors import UsageError
from textgov.estimate.plots import chart_svg
from textgov.export import write_table
from textgov.run.topics.fit import count_sample, seed_lists
from textgov.run.topics.folder import TOPICS
from textgov.run.topics.options import FitOptions
from textgov.store import make_folder, written_aside
from textgov.topics.choose import DECIDING, MEASURES, NAMES, Choice, ChooseOptions, choose_topics
from textgov.topics.plots import choice_chart

if TYPE_CHECKING:
    pass

TABLE, PICTURE, PAGE = "choose.csv", "choose.svg", "choose.md"
RANGE = re.compile(r"(\d+):(\d+)(?::(\d+))?", re.ASCII)


@dataclass(frozen=True, slots=True)
class RunChoice:
    """Which sizes and seeds are tried on a run.

    Parameters
    ----------
    sizes : tuple of int
    seeds : tuple of int
    held, share : float
        See `textgov.topics.ChooseOptions`.
    fit : FitOptions
        How words are made and models are fitted; its number of topics and seed decide nothing here but which documents
        are taken where there are more than ``fit.sample``.
    """

    sizes: tuple[int, ...]
    seeds: tuple[int, ...] = (1, 2, 3, 4, 5)
    held: float = 0.1
    share: float = 0.8
    fit: FitOptions = field(default_factory=lambda: FitOptions(method="lda", max_rows=20_000))


class ChosenTopics(NamedTuple):
    """The choice and its files."""

    choice: Choice
    files: tuple[Path, ...]


def read_sizes(text: str) -> tuple[int, ...]:
    """Numbers of topics: ``10:60:5`` (from, to, step), or ``10,20,30``.

    Examples
    --------
    >>> read_sizes("10:22:5"), read_sizes("8,12")
    ((10, 15, 20), (8, 12))
    """
    found = RANGE.fullmatch(text)
    if found:
        first, last, step = int(found[1]), int(found[2]), int(found[3] or 1)
        sizes = tuple(range(first, last + 1, step)) if step else ()
    else:
        sizes = tuple(int(one) for one in text.split(",") if one.strip().isdecimal())
        sizes = sizes if len(sizes) == text.count(",") + 1 else ()
    if not sizes or min(sizes) < 2:
        detail = "use from:to:step such as 10:60:5, or numbers such as 10,20,30; 2 topics or more"
        raise UsageError("option_bad", name="k", value=text, detail=detail)
    return sizes


def choose_run(run: Path, options: RunChoice, where: EngineOptions | None = None) -> ChosenTopics:
    """Try several numbers of topics on the documents of a run and recommend one.

    Parameters
    ----------
    run : Path
    options : RunChoice
    where : EngineOptions, optional
        Where documents are cut and models are fitted; no result depends on it.

    Returns
    -------
    ChosenTopics
        ``choose.csv``, ``choose.svg`` and ``choose.md`` in ``RUN/topics/<name>``.

    Raises
    ------
    UsageError
        The folder holds no run; a method without choice of its own (``dmr``, ``dynamic``).
    TopicError
        See `choose_topics`; nothing is written.
    """
    fit = options.fit
    chosen = ChooseOptions(fit.method, options.held, options.share, fit.chain())
    sample = count_sample(run, fit, where)
    lists = seed_lists(fit, sample.lexicon) if fit.method == "seeded" else None
    with open_engine(where or EngineOptions("serial", 1)) as pools:
        choice = choose_topics(
            sample.terms, options.sizes, options.seeds, lists=lists, options=chosen, run=pools.open_pool().map
        )
    folder = make_folder(run / TOPICS / fit.folder)
    files = [write_table(choice.frame, folder / TABLE)]
    texts = {PICTURE: chart_svg(choice_chart(choice)), PAGE: _page(choice, options)}
    for name, text in texts.items():
        with written_aside(folder / name) as part:
            part.write_text(text, encoding="utf-8", newline="\n")
        files.append(folder / name)
    return ChosenTopics(choice, tuple(sorted(files)))


def _page(choice: Choice, options: RunChoice) -> str:
    """The recommendation with its reason and the means behind it, in Markdown."""
    fit = options.fit
    head = [*MEASURES, "score", "score_se"]
    names = [" / ".join(NAMES[name]) if name in NAMES else name for name in head]
    deciding = (", ".join(NAMES[name][0] for name in DECIDING), "、".join(NAMES[name][1] for name in DECIDING))
    rows = [_row(row, head) for row in choice.summary.to_dict("records")]
    tried = f"{len(options.sizes)} sizes x {len(options.seeds)} seeds, method {fit.method}"
    tried += f", at most {fit.max_rows} rows" if fit.max_rows else ""
    tried += f", {options.held:.0%} of the documents held out, {options.share:.0%} of the others for each seed"
    return "\n".join(
        [
            f"# Number of topics: {choice.recommended} / 主题数：{choice.recommended}",
            "",
            choice.reason[0],
            "",
            choice.reason[1],
            "",
            f"![{PICTURE}]({PICTURE})",
            "",
            f"| K | {' | '.join(names)} |",
            f"| {' | '.join(['---'] * (len(head) + 1))} |",
            *rows,
            "",
            f"Tried / 试验: {tried}.",
            "",
            f"The score is the mean of {deciding[0]}, each scaled to 0 (worst size) and 1 (best size); the smallest K "
            "within one standard error of the best is recommended. No number replaces reading the topics: look at "
            "`textgov topics report` for two or three sizes.",
            "",
            f"得分为{deciding[1]}的平均值，各指标先缩放至 0（最差）到 1（最好）；"
            "推荐与最高得分相差不超过一个标准误的最小 K。"
            "数字不能代替阅读：请用 `textgov topics report` 比较两三个主题数。",
            "",
        ]
    )


def _row(row: dict[Any, Any], head: Sequence[str]) -> str:
    cells = [("" if row[name] != row[name] else f"{row[name]:.3f}") for name in head]
    return f"| {int(row['k'])} | {' | '.join(cells)} |"
