"""Documents with the same text, or nearly: MinHash over sentences, by rensa."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

from textgov.records import Corpus, Document, Doubt, hash_text

if TYPE_CHECKING:
    from rensa import RMinHash

N_PERM, N_BANDS = 64, 16
# Estimated share of common sentences from which two texts are the same document. Of all pairs among 2,431 work reports
# three have a true share of 0.98 and more, all of one document under two names; the next has 0.05.
NEAR = 0.6
MOST_PAIRS = 50  # of one document with earlier ones; a text that stands hundreds of times need not be paired further
MIN_SENTENCES, MIN_LENGTH = 10, 8  # shorter texts and sentences are alike by chance
SENTENCE = re.compile(r"[。!?;！？；\n]")


class Signature(NamedTuple):
    """What is kept of a text to compare it: a hash of all of it, and its MinHash (None for a short text)."""

    exact: str
    near: RMinHash | None


def sign_text(text: str) -> Signature:
    """The signature of a normalised text; blanks do not matter."""
    from rensa import RMinHash

    sentences = ["".join(part.split()) for part in SENTENCE.split(text)]
    long = sorted({part for part in sentences if len(part) >= MIN_LENGTH})
    exact = hash_text("".join(sentences))
    if len(long) < MIN_SENTENCES:
        return Signature(exact, None)
    near = RMinHash(num_perm=N_PERM, seed=1)
    near.update(long)
    return Signature(exact, near)


def find_duplicates(signatures: Sequence[Signature]) -> Iterator[tuple[int, int, float]]:
    """Pairs (earlier, later, estimated share of common sentences): every later document with each equal before it."""
    from rensa import RMinHashLSH

    index = RMinHashLSH(threshold=NEAR, num_perm=N_PERM, num_bands=N_BANDS)
    equal: dict[str, list[int]] = {}
    kept: dict[int, RMinHash] = {}
    for number, (exact, near) in enumerate(signatures):
        before = equal.setdefault(exact, [])
        yield from ((other, number, 1.0) for other in before[:MOST_PAIRS])
        before.append(number)
        if near is None or len(before) > 1:
            continue
        found = sorted((-near.jaccard(kept[other]), other) for other in index.query(near))
        # A share of 1 is for texts that are equal.
        yield from ((other, number, min(-share, 0.99)) for share, other in found[:MOST_PAIRS] if -share >= NEAR)
        kept[number] = near
        index.insert(number, near)


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
    documents = list(corpus.documents)
    pairs = sorted(find_duplicates(signatures), key=lambda pair: not _same_row(documents[pair[0]], documents[pair[1]]))
    listed: set[int] = set()
    for at, number, share in pairs:
        one, two = documents[at], documents[number]
        same_row = _same_row(one, two)
        first, second = (number, at) if same_row and one.held and not two.held else (at, number)
        # A document is listed once, as the copy of one; what waits already is no rival of the others.
        if second not in listed and documents[second].doc_id not in settled:
            documents[second] = _doubted(documents[second], documents[first].doc_id, share, held=same_row)
            listed.add(second)
        if not same_row and first not in listed and documents[first].doc_id not in settled:
            documents[first] = _doubted(documents[first], documents[second].doc_id, share, held=False)
            listed.add(first)
    return replace(corpus, documents=tuple(documents))


def _same_row(one: Document, two: Document) -> bool:
    return (one.place_code, one.year, one.level) == (two.place_code, two.year, two.level)


def _doubted(document: Document, other: str, share: float, *, held: bool) -> Document:
    code = "duplicate_text" if share == 1.0 else "duplicate_near"
    facts = {"doc_id": other} if share == 1.0 else {"doc_id": other, "share": f"{share:.0%}"}
    return replace(document, doubts=(*document.doubts, Doubt(code, facts, held)))
