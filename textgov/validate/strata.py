"""Which sentences there are, in which stratum each is, and which of them are drawn.

A sentence with a hit is known from the table of hits, one without from the number of sentences of its document, so that
strata are counted and sentences drawn without reading a text.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple

from textgov.errors import UsageError
from textgov.validate.options import SampleOptions
from textgov.validate.runs import RunFacts, panel_documents
from textgov.validate.survey import allocate, sample_size

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd
    from numpy.typing import NDArray

NEAR, NONE = "near", "none"
WITHOUT = (NEAR, NONE)
TERCILES = ("low", "middle", "high")


class Stratum(NamedTuple):
    """A stratum: its values, ``all`` where it is not split by one."""

    year: str
    region3: str
    tercile: str
    category: str

    @property
    def name(self) -> str:
        """One text for the tables."""
        return " | ".join(self)


@dataclass(frozen=True, slots=True, eq=False)
class Frame:
    """All sentences of the panel.

    Parameters
    ----------
    documents : DataFrame
        `panel_documents` with ``period`` and ``tercile``.
    found : DataFrame
        A row a sentence with a hit, or near one: ``document`` (row of `documents`), ``sentence``, ``category``,
        ``terms``; sorted.
    plain : array, (documents,)
        Number of sentences of the category none.
    """

    documents: pd.DataFrame
    found: pd.DataFrame
    plain: NDArray[np.int64]


class Drawn(NamedTuple):
    """A drawn sentence: row of its document, number in it, stratum, and how many the stratum has and gave."""

    document: int
    sentence: int
    stratum: Stratum
    size: int
    n_drawn: int
    terms: str


def build_frame(run: RunFacts, options: SampleOptions, near: pd.DataFrame | None = None) -> Frame:
    """The sentences of a run; ``near`` has ``number`` (of the document in the run) and ``sentence``."""
    import numpy as np
    import pandas as pd

    lexicon = run.lexicon(options.lexicon)
    documents = panel_documents(run)
    documents = with_periods(documents, f"{lexicon['prefix']}_total_p10k", options.periods)
    hits = run.table("hits.parquet", ("doc_id", "sentence", "category", "term", "lexicon_hash"))
    hits = hits[hits["lexicon_hash"] == lexicon["hash"]]
    row_of = pd.Series(np.arange(len(documents)), index=documents["doc_id"])
    hits = hits.assign(document=hits["doc_id"].map(row_of)).dropna(subset=["document"])
    hits = hits.astype({"document": "int64", "sentence": "int64"})
    grouped = hits.groupby(["document", "sentence"], sort=True)
    found = grouped.agg(category=("category", "first"), terms=("term", ";".join)).reset_index()
    if near is not None:
        at = pd.Series(np.arange(len(documents)), index=documents["number"])
        rows = near.assign(document=near["number"].map(at)).dropna(subset=["document"]).astype({"document": "int64"})
        rows = rows[["document", "sentence"]].drop_duplicates().assign(category=NEAR, terms="")
        found = pd.concat([found, rows]).drop_duplicates(["document", "sentence"])
        found = found.sort_values(["document", "sentence"], ignore_index=True)
    taken = np.bincount(found["document"], minlength=len(documents))
    return Frame(documents, found, documents["n_sents"].to_numpy(dtype=np.int64) - taken)


def with_periods(documents: pd.DataFrame, score: str, cuts: tuple[int, ...]) -> pd.DataFrame:
    """The documents with ``period`` (such as 2004-2014) and ``tercile`` of the score within it."""
    import numpy as np

    years = documents["year"].to_numpy(dtype=np.int64)
    if not len(years):
        raise UsageError("validity_empty", what="documents in the panel")
    first, last = int(years.min()), int(years.max())
    for cut in cuts:
        if not first < cut <= last:
            detail = f"no document would be before, or none from then on; the documents are of {first}-{last}"
            raise UsageError("option_bad", name="periods", value=cut, detail=detail)
    starts = sorted(set(cuts)) or sorted({int(np.quantile(years, q)) for q in (1 / 3, 2 / 3)} - {first})
    edges = [first, *starts, last + 1]
    number = np.searchsorted(edges, years, side="right") - 1
    names = [f"{a}-{b - 1}" if b - 1 > a else str(a) for a, b in pairwise(edges)]
    documents = documents.assign(period=[names[at] for at in number])
    rank = documents.groupby("period")[score].rank(method="first", pct=True)
    tercile = np.minimum((rank.to_numpy() * 3 - 1e-9).astype(int), 2)
    return documents.assign(tercile=[TERCILES[at] for at in tercile])


def count_strata(frame: Frame, by: tuple[str, ...]) -> dict[Stratum, int]:
    """Number of sentences of each stratum, sorted."""
    sizes: dict[Stratum, int] = {}
    keys = document_keys(frame, by)
    for document, category in zip(frame.found["document"], frame.found["category"], strict=True):
        stratum = _stratum(keys[document], category, by)
        sizes[stratum] = sizes.get(stratum, 0) + 1
    for key, n in zip(keys, frame.plain.tolist(), strict=True):
        if n > 0:
            stratum = _stratum(key, NONE, by)
            sizes[stratum] = sizes.get(stratum, 0) + n
    return dict(sorted(sizes.items()))


def document_keys(frame: Frame, by: tuple[str, ...]) -> list[tuple[str, str, str]]:
    """Period, region and tercile of each document, ``all`` where strata are not split by it."""
    columns = (("year", "period"), ("region3", "region3"), ("tercile", "tercile"))
    parts = [frame.documents[name] if word in by else ["all"] * len(frame.documents) for word, name in columns]
    return list(zip(*parts, strict=True))


def _stratum(key: tuple[str, str, str], category: str, by: tuple[str, ...]) -> Stratum:
    """Sentences with a hit are never mixed with those without, whatever strata are made of."""
    return Stratum(*key, category if "category" in by or category in WITHOUT else "hit")


def plan_draws(frame: Frame, options: SampleOptions) -> tuple[dict[Stratum, int], dict[Stratum, int], tuple[str, ...]]:
    """Sizes of the strata, how many sentences each gives, and what the strata were made of in the end."""
    whole = count_strata(frame, ())
    hits = sum(n for stratum, n in whole.items() if stratum.category not in WITHOUT)
    near = sum(n for stratum, n in whole.items() if stratum.category == NEAR)
    plain = sum(whole.values()) - hits - near
    if not hits:
        raise UsageError("validity_empty", what="sentences with a hit")
    sizes = [sample_size(one, options.margin, options.expect, options.level) for one in (hits, near + plain)]
    if options.n:
        sizes = [min(hits, options.n - options.n // 2), min(near + plain, options.n // 2)]
    n_near = min(near, sizes[1] // 2) if near else 0
    wanted = {"hit": sizes[0], NEAR: n_near, NONE: min(plain, sizes[1] - n_near)}
    by = options.by
    while True:
        strata = count_strata(frame, by)
        groups = {
            kind: {key: n for key, n in strata.items() if _kind(key) == kind} for kind in wanted if wanted[kind] > 0
        }
        over = any(len(cells) > wanted[kind] for kind, cells in groups.items())
        droppable = [word for word in by if word != "category"] or list(by)
        if not over or not droppable:
            break
        by = tuple(word for word in by if word != droppable[-1])
    draws = {key: n for kind, cells in groups.items() for key, n in allocate(cells, wanted[kind]).items()}
    return strata, draws, by


def _kind(stratum: Stratum) -> str:
    return stratum.category if stratum.category in WITHOUT else "hit"


def draw_sentences(frame: Frame, options: SampleOptions) -> tuple[list[Drawn], dict[Stratum, int], tuple[str, ...]]:
    """The drawn sentences in a random order; each sentence of a stratum is equally likely."""
    import numpy as np

    strata, draws, by = plan_draws(frame, options)
    random = np.random.default_rng(options.seed)
    members: dict[Stratum, list[int]] = {}
    keys = document_keys(frame, by)
    for row, (document, category) in enumerate(zip(frame.found["document"], frame.found["category"], strict=True)):
        members.setdefault(_stratum(keys[document], category, by), []).append(row)
    plain: dict[Stratum, list[int]] = {}
    for row, key in enumerate(keys):
        plain.setdefault(_stratum(key, NONE, by), []).append(row)
    columns = ("document", "sentence", "category", "terms")
    rows_found = list(zip(*(frame.found[name].tolist() for name in columns), strict=True))
    of_document: dict[int, NDArray[np.int64]] = {}
    for document, number, *_ in rows_found:
        of_document[document] = np.append(of_document.get(document, np.zeros(0, dtype=np.int64)), number)
    drawn = []
    for stratum, n in draws.items():
        chosen = np.sort(random.choice(strata[stratum], n, replace=False))
        if stratum.category == NONE:
            rows = np.array(plain[stratum])
            ends = np.cumsum(frame.plain[rows])
            places = np.searchsorted(ends, chosen, side="right")
            before = ends[places] - frame.plain[rows[places]]
            for row, rank in zip(rows[places].tolist(), (chosen - before).tolist(), strict=True):
                number = _nth_other(of_document.get(row), rank)
                drawn.append(Drawn(row, number, stratum, strata[stratum], n, ""))
            continue
        for at in chosen.tolist():
            row = members[stratum][at]
            document, number, _, terms = rows_found[row]
            drawn.append(Drawn(document, number, stratum, strata[stratum], n, terms))
    order = random.permutation(len(drawn))
    return [drawn[at] for at in order.tolist()], strata, by


def _nth_other(taken: NDArray[np.int64] | None, rank: int) -> int:
    """The number, from 1, of the sentence that has `rank` sentences before it which are not taken."""
    number = rank + 1
    for one in () if taken is None else taken.tolist():
        if one > number:
            break
        number += 1
    return number
