"""Documents with the same text, or nearly: MinHash over sentences, by rensa."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from textgov.records import Corpus, Document, Doubt, Index, add_doubts, hash_text, index_of

if TYPE_CHECKING:
    from numpy.typing import NDArray

N_PERM, N_BANDS = 64, 16
# Estimated share of common sentences from which two texts are the same document. Of all pairs among 2,431 work reports
# three have a true share of 0.98 and more, all of one document under two names; the next has 0.05.
NEAR = 0.6
MOST_PAIRS = 50  # of one document with earlier ones; a text that stands hundreds of times need not be paired further
MIN_SENTENCES, MIN_LENGTH = 10, 8  # shorter texts and sentences are alike by chance
SENTENCE = re.compile(r"[。!?;！？；\n]")


class Signature(NamedTuple):
    """What is kept of a text to compare it: a hash of all of it, and its MinHash (empty for a short text)."""

    exact: str
    near: bytes


def sign_text(text: str) -> Signature:
    """The signature of a normalised text; blanks do not matter."""
    from rensa import RMinHash

    sentences = ["".join(part.split()) for part in SENTENCE.split(text)]
    long = sorted({part for part in sentences if len(part) >= MIN_LENGTH})
    exact = hash_text("".join(sentences))
    if len(long) < MIN_SENTENCES:
        return Signature(exact, b"")
    near = RMinHash(num_perm=N_PERM, seed=1)
    near.update(long)
    return Signature(exact, np.array(near.digest(), dtype="<u4").tobytes())


def sign_document(document: Document) -> Signature:
    """The signature of a document; the pages of one paper, in whatever language, are one text."""
    paper = document.meta.get("paper_id")
    signature = sign_text(document.text)
    return signature._replace(exact=hash_text(f"paper {paper}")) if paper else signature


def find_duplicates(signatures: Sequence[Signature]) -> Iterator[tuple[int, int, float]]:
    """Pairs (earlier, later, estimated share of common sentences): every later document with each equal before it.

    Memory is bounded by the signatures (256 bytes a document) and one band of them at a time.
    """
    equal: dict[str, list[int]] = {}
    kept: list[int] = []
    for number, (exact, near) in enumerate(signatures):
        before = equal.setdefault(exact, [])
        yield from ((other, number, 1.0) for other in before[:MOST_PAIRS])
        before.append(number)
        if near and len(before) == 1:
            kept.append(number)
    digests = np.frombuffer(b"".join(signatures[number].near for number in kept), dtype="<u4").reshape(-1, N_PERM)
    found: dict[int, list[tuple[float, int]]] = {}
    for one, two in _candidates(digests):
        share = float(np.count_nonzero(digests[one] == digests[two])) / N_PERM
        if share >= NEAR:
            found.setdefault(kept[two], []).append((-share, kept[one]))
    for number, others in sorted(found.items()):
        # A share of 1 is for texts that are equal.
        yield from ((other, number, min(-share, 0.99)) for share, other in sorted(others)[:MOST_PAIRS])


def _candidates(digests: NDArray[np.uint32]) -> list[tuple[int, int]]:
    """Pairs of rows that agree in all of some band (locality-sensitive hashing), band by band."""
    width = N_PERM // N_BANDS
    pairs: set[tuple[int, int]] = set()
    for band in range(N_BANDS):
        keys = np.ascontiguousarray(digests[:, band * width : (band + 1) * width]).view("<u8")
        order = np.lexsort(keys.T)
        differs = np.any(keys[order][1:] != keys[order][:-1], axis=1)
        edges = np.concatenate([[0], np.flatnonzero(differs) + 1, [len(order)]])
        for start, end in zip(edges[:-1].tolist(), edges[1:].tolist(), strict=True):
            rows = order[start:end].tolist() if end - start > 1 else ()
            for at, two in enumerate(rows):
                pairs.update((one, two) for one in rows[max(at - MOST_PAIRS, 0) : at])
    return sorted(pairs)


def doubt_duplicates(
    index: Index, signatures: Sequence[Signature], settled: Collection[str] = ()
) -> dict[int, list[Doubt]]:
    """What `flag_duplicates` finds, by the number of the document."""
    pairs = sorted(find_duplicates(signatures), key=lambda pair: not _same_row(index, pair[0], pair[1]))
    doubts: dict[int, list[Doubt]] = {}
    for at, number, share in pairs:
        same_row = _same_row(index, at, number)
        first, second = (number, at) if same_row and index.held[at] and not index.held[number] else (at, number)
        # A document is listed once, as the copy of one; what waits already is no rival of the others.
        if second not in doubts and index.doc_ids[second] not in settled:
            doubts[second] = [_doubt(index.doc_ids[first], share, held=same_row)]
        if not same_row and first not in doubts and index.doc_ids[first] not in settled:
            doubts[first] = [_doubt(index.doc_ids[second], share, held=False)]
    return doubts


def flag_duplicates(corpus: Corpus, signatures: Sequence[Signature], settled: Collection[str] = ()) -> Corpus:
    """Doubt every document whose text equals, or nearly equals, that of an earlier one.

    Of two such texts of one place and year one counts and the other waits. Such texts of different places or years
    cannot both be right; both are listed, and both still count until a person decides.

    Parameters
    ----------
    corpus : Corpus
    signatures : sequence of Signature
        Of the same documents.
    settled : collection of str
        Ids of documents that a person has decided about; they are left alone.
    """
    return add_doubts(corpus, doubt_duplicates(index_of(corpus), signatures, settled))


def _same_row(index: Index, one: int, two: int) -> bool:
    return index.row_of(one) == index.row_of(two)


def _doubt(other: str, share: float, *, held: bool) -> Doubt:
    code = "duplicate_text" if share == 1.0 else "duplicate_near"
    facts = {"doc_id": other} if share == 1.0 else {"doc_id": other, "share": f"{share:.0%}"}
    return Doubt(code, facts, held)
