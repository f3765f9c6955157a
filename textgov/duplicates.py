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
# Estimated share of common sentences from which two texts are the same document. Among 2,431 work reports three pairs
# reach it, all three true (0.98 and more); no other pair comes near half of it.
NEAR = 0.6
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
    long = [part for part in sentences if len(part) >= MIN_LENGTH]
    exact = hash_text("".join(sentences))
    if len(long) < MIN_SENTENCES:
        return Signature(exact, None)
    near = RMinHash(num_perm=N_PERM, seed=1)
    near.update(long)
    return Signature(exact, near)


def find_duplicates(signatures: Sequence[Signature]) -> Iterator[tuple[int, int, float]]:
    """Pairs (earlier, later, estimated share of common sentences), one for each later document with an equal."""
    from rensa import RMinHashLSH

    index = RMinHashLSH(threshold=NEAR, num_perm=N_PERM, num_bands=N_BANDS)
    first: dict[str, int] = {}
    kept: dict[int, RMinHash] = {}
    for number, (exact, near) in enumerate(signatures):
        if exact in first:
            yield first[exact], number, 1.0
            continue
        first[exact] = number
        if near is None:
            continue
        found = sorted((-near.jaccard(kept[other]), other) for other in index.query(near))
        if found and -found[0][0] >= NEAR:
            yield found[0][1], number, min(-found[0][0], 0.99)  # 1 is for texts that are equal
        kept[number] = near
        index.insert(number, near)


def flag_duplicates(corpus: Corpus, signatures: Sequence[Signature], settled: Collection[str] = ()) -> Corpus:
    """Doubt every document whose text equals, or nearly equals, that of an earlier one.

    Of two such texts of one place and year one counts and the other waits. Such texts of different places or
    years cannot both be right; both are listed, and both still count until a person decides.

    Parameters
    ----------
    corpus : Corpus
    signatures : sequence of Signature
        Of the same documents.
    settled : collection of str
        Ids of documents that a person has decided about; they are left alone.
    """
    documents = list(corpus.documents)
    numbers = {document.doc_id: number for number, document in enumerate(documents)}
    for at, number, share in find_duplicates(signatures):
        one, two = documents[at], documents[number]
        same_row = (one.place_code, one.year, one.level) == (two.place_code, two.year, two.level)
        if same_row and one.held and not two.held:
            one, two = two, one  # what waits already cannot be the one that counts
        if two.doc_id not in settled:
            documents[numbers[two.doc_id]] = _doubted(two, one.doc_id, share, held=same_row)
        if not same_row and one.doc_id not in settled:
            documents[numbers[one.doc_id]] = _doubted(one, two.doc_id, share, held=False)
    return replace(corpus, documents=tuple(documents))


def _doubted(document: Document, other: str, share: float, *, held: bool) -> Document:
    code = "duplicate_text" if share == 1.0 else "duplicate_near"
    facts = {"doc_id": other} if share == 1.0 else {"doc_id": other, "share": f"{share:.0%}"}
    return replace(document, doubts=(*document.doubts, Doubt(code, facts, held)))
