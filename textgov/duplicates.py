"""Documents with the same text, or nearly: MinHash over sentences, by rensa."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from itertools import product
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from textgov.records import Corpus, Document, Doubt, Growing, Index, add_doubts, hash_text, index_of
from textgov.store import Scratch

if TYPE_CHECKING:
    from numpy.typing import NDArray

N_PERM, N_BANDS = 64, 16
BAND_WORDS = N_PERM // N_BANDS // 2  # words of 8 bytes, each with two numbers of a MinHash
PART = 250_000  # MinHashes whose band is sorted at once: 4 MB, and 100 MB if all of them were alike
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


class Signatures:
    """Signatures of many texts: 8 bytes of each in memory, the rest, by bands, in files.

    Parameters
    ----------
    folder : Path, optional
        Where the files go when they are large; the temporary folder of the system when not given.
    """

    def __init__(self, folder: Path | None = None) -> None:
        self.exact = Growing("Q")
        self.near = Growing("b")  # whether a text has a MinHash
        self.bands = [Scratch(folder) for _ in range(N_BANDS)]

    def add(self, exact: Sequence[str], near: Sequence[bytes]) -> None:
        """Append signatures, given by their two columns."""
        self.exact.extend([int(one, 16) for one in exact])
        self.near.extend([bool(one) for one in near])
        digests = np.frombuffer(b"".join(near), dtype="<u8").reshape(-1, N_BANDS, BAND_WORDS)
        for band, scratch in enumerate(self.bands):
            scratch.append(digests[:, band].tobytes())

    def keys(self, band: int, first: int, end: int) -> NDArray[np.uint64]:
        """One band of some of the MinHashes: rows x 2."""
        size = 8 * BAND_WORDS
        data = self.bands[band].read(first * size, end * size)
        return np.frombuffer(data, dtype="<u8").reshape(-1, BAND_WORDS)

    def close(self) -> None:
        """Delete the files."""
        for scratch in self.bands:
            scratch.close()


class Pairs(NamedTuple):
    """Pairs of documents by number, and the estimated share of common sentences, in three columns."""

    earlier: NDArray[np.int64]
    later: NDArray[np.int64]
    share: NDArray[np.float64]


def find_duplicates(signatures: Signatures | Iterable[Signature]) -> Pairs:
    """Pairs (earlier, later, estimated share of common sentences): every later document with each equal before it.

    Equal ones come first, by the later document; then those nearly equal, the nearest first for each. Memory is bounded
    by some 40 bytes a document, 25 bytes a pair and `PART` MinHashes at a time.
    """
    if not isinstance(signatures, Signatures):
        given, signatures = list(signatures), Signatures()
        signatures.add(*zip(*given, strict=True)) if given else None
    equal, first = _equal_pairs(signatures.exact.values())
    numbers = np.flatnonzero(signatures.near.values())
    near = _near_pairs(signatures, numbers, first[numbers])
    return Pairs(*(np.concatenate(columns) for columns in zip(equal, near, strict=True)))


def _equal_pairs(exact: NDArray[np.uint64]) -> tuple[Pairs, NDArray[np.bool_]]:
    """Each text with the first `MOST_PAIRS` equal ones before it; and which texts have none before them."""
    order = np.argsort(exact, kind="stable")
    again, begins = _groups(exact[order][:, None])
    first = np.ones(len(exact), dtype=bool)
    first[order[again]] = False
    later = np.argsort(order[again], kind="stable")
    again, begins = again[later], begins[later]
    counts = np.minimum(again - begins, MOST_PAIRS)
    earlier = order[np.repeat(begins, counts) + _up_to(counts)]
    return Pairs(earlier, np.repeat(order[again], counts), np.ones(len(earlier))), first


def _groups(keys: NDArray[np.uint64]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Of some sorted rows those that are equal to the one before them, and for each where its equals begin."""
    again = np.flatnonzero(np.all(keys[1:] == keys[:-1], axis=1)) + 1
    begins = again[np.append(True, np.diff(again) > 1)[: len(again)]] - 1
    return again, begins[np.searchsorted(begins, again, side="right") - 1] if len(again) else again


def _up_to(counts: NDArray[np.int64]) -> NDArray[np.int64]:
    """The numbers from 0 for each count, one after the other."""
    return np.arange(int(counts.sum())) - np.repeat(np.cumsum(counts) - counts, counts)


def _near_pairs(signatures: Signatures, numbers: NDArray[np.int64], kept: NDArray[np.bool_]) -> Pairs:
    """Pairs of texts that are nearly equal; ``numbers`` are those of the MinHashes, those not kept are left out."""
    codes = np.zeros(0, dtype=np.uint64)
    n_parts = -(-len(numbers) // PART)
    for band, part in product(range(N_BANDS), range(n_parts)):
        codes = np.union1d(codes, _candidates(signatures, band, kept, part, n_parts))
    one, two = (codes >> np.uint64(32)).astype(np.int64), (codes & np.uint64(2**32 - 1)).astype(np.int64)
    share = _shares(signatures, one, two, len(numbers))
    alike = share >= NEAR
    earlier, later, share = numbers[one[alike]], numbers[two[alike]], share[alike]
    order = np.lexsort((earlier, -share, later))
    again, begins = _groups(later[order].astype(np.uint64)[:, None])
    order = np.delete(order, again[again - begins >= MOST_PAIRS])
    # A share of 1 is for texts that are equal.
    return Pairs(earlier[order], later[order], np.minimum(share[order], 0.99))


def _candidates(
    signatures: Signatures, band: int, kept: NDArray[np.bool_], part: int, n_parts: int
) -> NDArray[np.uint64]:
    """Pairs of rows that agree in all of a band (locality-sensitive hashing); both numbers in one, each pair once.

    Of each row at most `MOST_PAIRS` pairs with rows before it. A part has the rows whose key falls to it, so that
    memory is bounded and equal keys stay together.
    """
    found = []
    for first in range(0, len(kept), PART):
        keys = signatures.keys(band, first, min(first + PART, len(kept)))
        mine = np.flatnonzero(kept[first : first + PART] & (keys[:, 0] % np.uint64(n_parts) == part))
        found.append((mine + first, keys[mine]))
    rows, keys = (np.concatenate(columns) for columns in zip(*found, strict=True))
    order = np.lexsort(keys.T)
    rows = rows[order].astype(np.uint64)
    again, begins = _groups(keys[order])
    pairs = [np.zeros(0, dtype=np.uint64)]
    for before in range(1, min(int((again - begins).max(initial=0)), MOST_PAIRS) + 1):
        two = again[again - begins >= before]
        pairs.append((rows[two - before] << np.uint64(32)) | rows[two])
    return np.concatenate(pairs)


def _shares(signatures: Signatures, one: NDArray[np.int64], two: NDArray[np.int64], n_rows: int) -> NDArray[np.float64]:
    """The estimated share of common sentences of pairs of rows, band by band."""
    wanted = np.union1d(one, two)
    at, other = np.searchsorted(wanted, one), np.searchsorted(wanted, two)
    n_equal = np.zeros(len(one), dtype=np.int64)
    for band in range(N_BANDS if len(one) else 0):
        parts = []
        for first in range(0, n_rows, PART):
            mine = wanted[np.searchsorted(wanted, first) : np.searchsorted(wanted, first + PART)]
            parts.append(signatures.keys(band, first, min(first + PART, n_rows))[mine - first])
        digests = np.concatenate(parts).view("<u4")
        n_equal += np.count_nonzero(digests[at] == digests[other], axis=1)
    share: NDArray[np.float64] = n_equal / N_PERM
    return share


class Twins(Mapping[int, list[Doubt]]):
    """The doubts about documents with the same text, by number; each is made when it is asked for."""

    def __init__(self, index: Index, found: Iterable[tuple[int, int, float, bool]]) -> None:
        self.doc_ids = index.doc_ids
        kind = np.dtype([("number", "i8"), ("other", "i8"), ("share", "f8"), ("held", "?")])
        self.found = np.sort(np.fromiter(found, dtype=kind), order="number")

    def __len__(self) -> int:
        return len(self.found)

    def __iter__(self) -> Iterator[int]:
        return iter(self.found["number"].tolist())

    def __getitem__(self, number: int) -> list[Doubt]:
        at = int(np.searchsorted(self.found["number"], number))
        if at == len(self) or self.found["number"][at] != number:
            raise KeyError(number)
        _, other, share, held = self.found[at].tolist()
        return [_doubt(self.doc_ids[other], share, held=held)]

    @property
    def held(self) -> list[int]:
        """Numbers of the documents that wait."""
        held: list[int] = self.found["number"][self.found["held"]].tolist()
        return held


def doubt_duplicates(
    index: Index, signatures: Signatures | Iterable[Signature], settled: Collection[str] = ()
) -> Twins:
    """What `flag_duplicates` finds, by the number of the document."""
    return Twins(index, _twins(index, find_duplicates(signatures), settled))


def _twins(index: Index, pairs: Pairs, settled: Collection[str]) -> Iterator[tuple[int, int, float, bool]]:
    """Each document to doubt, the other one, the share, and whether it waits."""
    codes = index.row_codes()
    same = codes[pairs.earlier] == codes[pairs.later]
    # A document is listed once, as the copy of one; what waits already is no rival of the others.
    told = bytearray(len(index))
    for number, doc_id in enumerate(index.doc_ids if settled else ()):
        told[number] = doc_id in settled
    order = np.argsort(~same, kind="stable")
    for start in range(0, len(order), PART):
        some = order[start : start + PART]
        rows = zip(*(column[some].tolist() for column in (*pairs, same)), strict=True)
        for at, number, share, same_row in rows:
            swapped = same_row and index.held[at] and not index.held[number]
            first, second = (number, at) if swapped else (at, number)
            if not told[second]:
                told[second] = True
                yield second, first, share, same_row
            if not same_row and not told[first]:
                told[first] = True
                yield first, second, share, False


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


def _doubt(other: str, share: float, *, held: bool) -> Doubt:
    code = "duplicate_text" if share == 1.0 else "duplicate_near"
    facts = {"doc_id": other} if share == 1.0 else {"doc_id": other, "share": f"{share:.0%}"}
    return Doubt(code, facts, held)
