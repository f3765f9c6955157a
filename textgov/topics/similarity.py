"""How much the text of a place resembles what others wrote before: the diffusion of policy words.

Texts are compared by the words that are left when boilerplate is taken out: sentences that several documents have word
for word. Two numbers for each place and year, both in [0, 1]: the cosine with the national report of the year before,
and the cosine with the mean of the other places of the same province in the year before.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from textgov.errors import UsageError
from textgov.normalise.structure import sentence_spans
from textgov.records import Document, Features, Variable

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from scipy.sparse import csr_array

# Shorter sentences (headings, salutations) say too little to be called copied.
SENTENCE_CHARS = 10
WEIGHTS = ("tfidf", "counts")


@dataclass(frozen=True, slots=True)
class SimilarityOptions:
    """How texts are compared.

    Parameters
    ----------
    lag : int
        Years between a text and what it is compared with.
    min_copies : int
        A sentence that so many documents have word for word is boilerplate and left out; 0 leaves nothing out.
    weight : {"tfidf", "counts"}
        Words by ``n * (ln((1 + D) / (1 + d)) + 1)``, d of D rows having the word (scikit-learn), or by n alone.
    """

    lag: int = 1
    min_copies: int = 3
    weight: str = "tfidf"

    def __post_init__(self) -> None:
        if self.lag < 0:
            raise UsageError("option_bad", name="lag", value=self.lag, detail="use 0 or more")
        if self.min_copies < 0 or self.min_copies == 1:
            raise UsageError("option_bad", name="min_copies", value=self.min_copies, detail="use 0, or 2 or more")
        if self.weight not in WEIGHTS:
            raise UsageError("option_bad", name="weight", value=self.weight, detail=f"use {', '.join(WEIGHTS)}")


class Similar(NamedTuple):
    """For each row of a panel the cosine with the national text and with the mean of its neighbours; nan if none."""

    nation: NDArray[np.float64]
    peers: NDArray[np.float64]


def sentence_keys(text: str) -> list[tuple[int, int, bytes]]:
    """Start, end and hash of each sentence that is long enough, blanks and marks left out of the hash."""
    found = []
    for start, end in sentence_spans(text).tolist():
        plain = "".join(filter(str.isalnum, text[start:end]))
        if len(plain) >= SENTENCE_CHARS:
            found.append((start, end, hashlib.blake2b(plain.encode("utf-8", "surrogatepass"), digest_size=8).digest()))
    return found


def count_sentences(documents: Iterable[Document]) -> dict[bytes, int]:
    """In how many documents each sentence stands; those of shards can be added up."""
    counts: dict[bytes, int] = {}
    for document in documents:
        for key in {key for _, _, key in sentence_keys(document.text)}:
            counts[key] = counts.get(key, 0) + 1
    return counts


def without_sentences(text: str, copied: set[bytes] | frozenset[bytes]) -> str:
    """The text without the sentences of these hashes.

    Examples
    --------
    >>> text = "各位代表请予审议并提出意见。推进数字政府建设和数据共享。"
    >>> without_sentences(text, {sentence_keys(text)[0][2]})
    '推进数字政府建设和数据共享。'
    """
    kept, at = [], 0
    for start, end, key in sentence_keys(text):
        if key in copied:
            kept.append(text[at:start])
            at = end
    return "".join([*kept, text[at:]])


def weigh_terms(counts: csr_array, weight: str = "tfidf") -> csr_array:
    """Rows of counts as vectors of length 1; a row without words stays zero."""
    from scipy.sparse import csr_array
    from sklearn.feature_extraction.text import TfidfTransformer
    from sklearn.preprocessing import normalize

    values = counts.astype(np.float64)
    return csr_array(TfidfTransformer().fit_transform(values) if weight == "tfidf" else normalize(values))


def compare_places(
    terms: Features,
    rows: Sequence[tuple[str, int] | None],
    nations: Sequence[int | None],
    keys: Sequence[tuple[str, int]],
    provinces: Mapping[str, str],
    options: SimilarityOptions | None = None,
) -> Similar:
    """Compare the text of every row of a panel with the national text and with its province's other texts.

    Parameters
    ----------
    terms : Features
        One row a document.
    rows : sequence of (place, year) or None
        The row of the panel that each document counts for; texts of one row are added.
    nations : sequence of int or None
        The year of each document that is a national text.
    keys : sequence of (place, year)
        The rows of the panel.
    provinces : mapping
        The province of each place.
    options : SimilarityOptions, optional

    Returns
    -------
    Similar
        Missing where either side has no text in the year, where a place is alone in its province, and, for the mean of
        the province, where the vectors of the others are empty.
    """
    options = options or SimilarityOptions()
    names: list[tuple[str, int]] = [*keys, *(("", year) for year in sorted({one for one in nations if one}))]
    number = {key: at for at, key in enumerate(names)}
    pooled = _pool(terms.values, rows, nations, number)
    vectors = weigh_terms(pooled, options.weight)
    full = np.asarray(pooled.sum(axis=1)).ravel() > 0
    neighbours: dict[tuple[str, int], list[int]] = {}
    for at, (place, year) in enumerate(keys):
        if full[at]:
            neighbours.setdefault((provinces[place], year), []).append(at)
    nation, peers = np.full(len(keys), np.nan), np.full(len(keys), np.nan)
    for at, (place, year) in enumerate(keys):
        if not full[at]:
            continue
        centre = number.get(("", year - options.lag), -1)
        if centre >= 0 and full[centre]:
            nation[at] = _dot(vectors, [at], [centre])
        others = [one for one in neighbours.get((provinces[place], year - options.lag), ()) if keys[one][0] != place]
        if others:
            peers[at] = _dot(vectors, [at], others)
    return Similar(nation, peers)


def _pool(
    counts: csr_array,
    rows: Sequence[tuple[str, int] | None],
    nations: Sequence[int | None],
    number: Mapping[tuple[str, int], int],
) -> csr_array:
    """Counts by row of the panel and by year of the national text; a document may count for both."""
    from scipy.sparse import coo_array, csr_array

    pairs = [(number[row], at) for at, row in enumerate(rows) if row in number and row is not None]
    pairs += [(number["", year], at) for at, year in enumerate(nations) if year]
    to, source = (np.array(side, dtype=np.int64) for side in (zip(*pairs, strict=True) if pairs else ((), ())))
    shape = (len(number), counts.shape[0])
    return csr_array(coo_array((np.ones(len(to), dtype=np.int64), (to, source)), shape=shape) @ counts)


def _dot(vectors: csr_array, one: list[int], others: list[int]) -> float:
    """Cosine of a unit vector with the mean of others."""
    mean = np.asarray(vectors[others].sum(axis=0)).ravel()
    length = float(np.linalg.norm(mean))
    return float(np.clip((vectors[one] @ mean)[0] / length, 0, 1)) if length else float("nan")


def similarity_variables(options: SimilarityOptions, raw: bool) -> tuple[Variable, Variable]:
    """The two columns with labels and formulas; ``raw`` for texts with their boilerplate."""
    tail = "_raw" if raw else ""
    en, zh = (" (boilerplate kept)", "（含套话）") if raw else ("", "")
    without = "" if raw else f"; sentences in {options.min_copies} documents or more left out"
    about = f"of {options.weight} vectors{without}"
    year = f"year t-{options.lag}" if options.lag else "the same year"
    return (
        Variable(
            f"sim_nation{tail}",
            f"similarity to the national report{en}",
            f"与中央报告的相似度{zh}",
            *("cosine", "余弦"),
            f"cosine with the national text of {year} {about}",
        ),
        Variable(
            f"sim_province{tail}",
            f"similarity to the province's other places{en}",
            f"与本省其他地区的相似度{zh}",
            *("cosine", "余弦"),
            f"cosine with the mean of the other places of the province in {year} {about}",
        ),
    )
