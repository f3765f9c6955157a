"""Damaged files of every format: never an exception, always a row of the manifest, for sound files their text."""

from __future__ import annotations

import random
import shutil
from collections import Counter, defaultdict

import pytest
from benchmarks.fuzz import Reading, read_all, read_one
from benchmarks.fuzz_files import LINES, MADE_BY_OFFICE, make_all, make_files, make_samples, mutate

from textgov.load import READERS, load_corpus
from textgov.load.word import PROGRAMS, read_word
from textgov.normalise import normalise_corpus

N_FILES, SEED = 40, 7
WORDS = (LINES[3][:9], "過去一年", "數(shù)字")  # of the report in either script and of the damaged page
OFFICE = {ending for ending, reader in READERS.items() if reader is read_word}


@pytest.fixture(scope="module")
def samples() -> dict[str, list[bytes]]:
    return make_samples()


def test_mutated_files_of_every_format(samples: dict[str, list[bytes]]):
    found: dict[str, list[Reading]] = defaultdict(list)
    defects = []
    for ending, reading in read_all(make_all(samples, samples, SEED, N_FILES, 1)):
        found[ending].append(reading)
        if reading.defect:
            defects.append(f"{ending} {len(found[ending]) - 1}: {reading.defect}")
    assert not defects, "\n".join(defects)
    assert set(found) == set(READERS)
    for ending, readings in found.items():
        assert len(readings) == (1 if ending in OFFICE else N_FILES)
    # Damage that changes nothing, or that makes every file unreadable, would test little.
    by = Counter(reading.status for readings in found.values() for reading in readings)
    assert min(by["done"], by["failed"]) > 0.2 * by.total()
    for ending in set(READERS) - OFFICE:
        assert any(reading.status == "done" for reading in found[ending]), ending


@pytest.mark.parametrize("ending", sorted(set(READERS) - OFFICE))
def test_the_sound_files_are_read(ending: str, samples: dict[str, list[bytes]], tmp_path):
    for at, data in enumerate(samples[ending]):
        path = tmp_path / f"f{at}{ending}"
        path.write_bytes(data)
        corpus = load_corpus([path])
        (row,) = (row for row in corpus.inputs if row.path == path.name)
        assert row.status == "done", row
        texts = "".join(doc.text for doc in corpus.documents)
        assert any(words in texts for words in WORDS), at


@pytest.mark.skipif(not any(map(shutil.which, PROGRAMS)), reason="LibreOffice is not installed")
@pytest.mark.parametrize("ending", [".doc", ".rtf"])
def test_the_sound_files_of_word_are_read(ending: str, samples: dict[str, list[bytes]], tmp_path):
    path = tmp_path / f"f{ending}"
    path.write_bytes(samples[ending][0])
    assert WORDS[0] in load_corpus([path]).documents[0].text


@pytest.mark.parametrize("char", ["&#11;", "&#1;", "\ufffe", "\x0c"])
def test_page_with_characters_that_xml_forbids(char: str, tmp_path):
    path = tmp_path / "a.html"
    path.write_bytes(f"<html><body><p>{LINES[3]}</p><p><i hidden>x</i>{char}{LINES[5]}</p></body></html>".encode())
    assert LINES[5][:9] in normalise_corpus(load_corpus([path])).documents[0].text


def test_the_same_seed_gives_the_same_files(samples: dict[str, list[bytes]]):
    one, same, other = (list(make_files(".html", samples, 20, seed)) for seed in (1, 1, 2))
    again = make_samples()  # later than the others
    assert [ending for ending in set(READERS) - MADE_BY_OFFICE if again[ending] != samples[ending]] == []
    assert one == same
    assert one != other
    assert one[:2] == samples[".html"]
    assert len({*one}) > 15


def test_every_mutation_bears_every_length():
    source = random.Random(3)
    for length in (0, 1, 2, 5):
        for _ in range(300):
            assert isinstance(mutate(bytes(length), source, b""), bytes)


def test_what_is_wrong_is_told(tmp_path, monkeypatch):
    from textgov.load.raw import Raw

    path = tmp_path / "a.txt"
    path.write_bytes("政府工作报告".encode())
    assert read_one(path)[::3] == ("done", "")

    def broken(stream, options):
        yield Raw("文")
        raise ZeroDivisionError

    monkeypatch.setitem(READERS, ".txt", broken)
    assert "ZeroDivisionError" in read_one(path).defect
