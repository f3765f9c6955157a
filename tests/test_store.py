"""What is written is read back equal, and a damaged file is an error, never another number."""

from __future__ import annotations

import random
from dataclasses import fields
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from textgov.errors import OutputError, StoreError
from textgov.records import Document, Doubt, Evidence, Section
from textgov.spans import Spans
from textgov.store import TextColumn, make_folder, read_corpus, write_corpus, written_aside

TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=12) | st.sampled_from(["数字政府\r\n", "\x00", "𠀀"])
FACTS = st.dictionaries(TEXT, TEXT | st.integers(-9, 10**9), max_size=2)
EVIDENCE = st.builds(
    Evidence,
    about=TEXT,
    kind=TEXT,
    value=TEXT,
    quote=TEXT,
    weight=st.floats(0, 1),
    start=st.integers(-1, 10**6),
    end=st.integers(-1, 10**6),
)
DOUBT = st.builds(Doubt, code=TEXT, facts=FACTS, held=st.booleans(), candidates=st.lists(TEXT, max_size=2).map(tuple))


@st.composite
def documents(draw: st.DrawFn) -> Document:
    text = draw(TEXT)
    head = draw(TEXT)
    strings = ("source", "title", "place", "level", "date", "issuer", "doc_number", "doc_type", "script", "encoding")
    return Document(
        doc_id=draw(TEXT),
        text=text,
        original=head + text,
        spans=Spans(np.array([[0, 0, 0, len(head)]], dtype=np.int64)) if head else Spans.identity(),
        place_code=draw(st.none() | st.from_regex("[0-9]{6}", fullmatch=True)),
        year=draw(st.none() | st.integers(1949, 2100)),
        meta=draw(st.dictionaries(TEXT, TEXT, max_size=2)),
        sections=tuple(draw(st.lists(st.builds(Section, TEXT, st.integers(0, 99), st.integers(0, 99)), max_size=2))),
        evidence=tuple(draw(st.lists(EVIDENCE, max_size=2))),
        confidence=draw(st.none() | st.floats(0, 1)),
        explanation=draw(TEXT),
        doubts=tuple(draw(st.lists(DOUBT, max_size=2))),
        content_hash=draw(TEXT),
        **{name: draw(TEXT) for name in strings},
    )


def fields_of(document: Document) -> dict[str, object]:
    values = {field.name: getattr(document, field.name) for field in fields(document)}
    return {**values, "spans": document.spans.blocks.tolist(), "meta": dict(document.meta)}


def assert_equal(found: tuple[Document, ...], expected: tuple[Document, ...]) -> None:
    assert [fields_of(document) for document in found] == [fields_of(document) for document in expected]
    for one, other in zip(found, expected, strict=True):
        assert one.spans.blocks.dtype == np.int64
        assert one.spans.blocks.shape == other.spans.blocks.shape
        for field in fields(one):
            # 1 and True, or a list and a tuple, must not be mixed up.
            assert field.name == "meta" or type(getattr(one, field.name)) is type(getattr(other, field.name))
        assert all(isinstance(doubt.candidates, tuple) for doubt in one.doubts)


@given(st.lists(documents(), max_size=4))
def test_every_field_is_read_back_equal(tmp_path_factory: pytest.TempPathFactory, found: list[Document]):
    path = tmp_path_factory.mktemp("store") / "corpus.parquet"
    write_corpus(found, path)
    assert_equal(read_corpus(path), tuple(found))
    assert [file.name for file in path.parent.iterdir()] == ["corpus.parquet"]


def sample() -> tuple[Document, ...]:
    return tuple(
        Document(
            f"{at}.txt",
            f"推进数字政府建设{at}。" * 20,
            f"\ufeff推进数字政府建设{at}。" * 20 if at % 2 else f"推进数字政府建设{at}。" * 20,
            Spans(np.array([[0, 0, 0, 1]])) if at % 2 else Spans.identity(),
            place_code="320100",
            year=2000 + at,
            meta={"city": "南京市"},
            evidence=(Evidence("place", "path", "320100", "南京", 0.5),),
            doubts=(Doubt("several_in_year", {"n": 3}, True, ("320100", "320200")),),
        )
        for at in range(8)
    )


def test_same_documents_give_the_same_bytes(tmp_path: Path):
    files = [tmp_path / folder / "corpus.parquet" for folder in "ab"]
    for path in files:
        path.parent.mkdir()
        write_corpus(sample(), path)
    assert files[0].read_bytes() == files[1].read_bytes()


def test_file_of_another_shard_is_refused(tmp_path: Path):
    write_corpus(sample(), tmp_path / "one.parquet")
    (tmp_path / "one.parquet").rename(tmp_path / "two.parquet")
    with pytest.raises(StoreError, match="another shard"):
        read_corpus(tmp_path / "two.parquet")


def test_damaged_file_is_an_error_or_reads_the_same(tmp_path: Path):
    path, chance = tmp_path / "corpus.parquet", random.Random(3)
    write_corpus(sample(), path)
    whole, refused = path.read_bytes(), 0
    for _ in range(600):
        data = bytearray(whole)
        data[chance.randrange(len(data))] ^= 1 << chance.randrange(8)
        path.write_bytes(data)
        try:
            found = read_corpus(path)
        except StoreError as error:
            assert error.code == "store_bad"
            refused += 1
        else:
            assert_equal(found, sample())
    assert refused > 300


@pytest.mark.parametrize("share", [0.0, 0.1, 0.5, 0.99])
def test_file_that_was_cut(tmp_path: Path, share: float):
    path = tmp_path / "corpus.parquet"
    write_corpus(sample(), path)
    path.write_bytes(path.read_bytes()[: int(share * path.stat().st_size)])
    with pytest.raises(StoreError, match=r"corpus\.parquet is damaged or of another version"):
        read_corpus(path)


def test_file_of_another_format(tmp_path: Path):
    path = tmp_path / "corpus.parquet"
    write_corpus(sample(), path)
    table = pq.read_table(path)
    others = {
        "no format": table.replace_schema_metadata({}),
        "later format": table.replace_schema_metadata({**table.schema.metadata, b"format": b"textgov corpus 2"}),
        "a column less": table.drop_columns(["issuer"]),
        "a row less": table.slice(1),
        "another type": table.set_column(7, "year", pa.array(["2000"] * len(table))),
        "another table": pa.table({"a": [1]}),
    }
    for label, other in others.items():
        pq.write_table(other, path)
        with pytest.raises(StoreError):
            read_corpus(path)
            pytest.fail(label)


def test_file_that_is_missing(tmp_path: Path):
    with pytest.raises(StoreError, match="gone"):
        read_corpus(tmp_path / "gone.parquet")


# ---- written aside, then moved ----


@pytest.mark.parametrize("fault", [ValueError("x"), KeyboardInterrupt(), SystemExit(1)])
def test_failure_leaves_the_old_file_and_nothing_else(tmp_path: Path, fault: BaseException):
    path = tmp_path / "a.csv"
    path.write_text("old")
    with pytest.raises(type(fault)), written_aside(path) as part:
        part.write_text("half")
        raise fault
    assert path.read_text() == "old"
    assert list(tmp_path.iterdir()) == [path]


def test_failure_without_an_old_file_leaves_nothing(tmp_path: Path):
    with pytest.raises(OutputError, match="cannot be written"), written_aside(tmp_path / "a.csv") as part:
        part.write_text("half")
        raise OSError(28, "No space left on device")
    assert list(tmp_path.iterdir()) == []


def test_corpus_that_cannot_be_written_leaves_nothing(tmp_path: Path):
    bad = Document("a", "\ud800", "\ud800", Spans.identity())  # half a surrogate pair, which no file can hold
    with pytest.raises(UnicodeEncodeError):
        write_corpus([bad], tmp_path / "corpus.parquet")
    assert list(tmp_path.iterdir()) == []


def test_file_is_replaced_only_when_complete(tmp_path: Path):
    path = tmp_path / "a.csv"
    path.write_text("old")
    with written_aside(path) as part:
        part.write_text("new")
        assert path.read_text() == "old"
        assert part.parent == path.parent
    assert path.read_text() == "new"
    assert list(tmp_path.iterdir()) == [path]


def test_target_that_is_a_folder_and_folder_that_is_missing(tmp_path: Path):
    (tmp_path / "a.csv" / "inner").mkdir(parents=True)
    for path in (tmp_path / "a.csv", tmp_path / "gone" / "a.csv"):
        with pytest.raises(OutputError, match=r"a\.csv cannot be written"), written_aside(path) as part:
            part.write_text("new")
    assert [path.name for path in tmp_path.iterdir()] == ["a.csv"]


def test_make_folder(tmp_path: Path):
    assert make_folder(tmp_path / "a" / "b").is_dir()
    assert make_folder(tmp_path / "a" / "b").is_dir()
    (tmp_path / "file").write_text("x")
    for path in (tmp_path / "file", tmp_path / "file" / "below"):
        with pytest.raises(OutputError, match="is a file; --out needs a folder"):
            make_folder(path)


@pytest.mark.parametrize("limit", [1, 10**6])
def test_a_column_of_texts_gives_back_what_was_put_in(tmp_path, monkeypatch, limit):
    monkeypatch.setattr("textgov.store.columns.IN_MEMORY", limit)
    monkeypatch.setattr("textgov.store.columns.BATCH", 3)
    texts = ["武汉市/2014.txt", "", "a", "\udc80", "𠀀"] * 3
    column = TextColumn(tmp_path)
    for start in range(0, len(texts), 4):
        column.extend(texts[start : start + 4])
    column.extend([])
    assert list(column) == texts
    assert [column[number] for number in range(len(texts))] == texts
    assert (column[-1], column[2:5]) == (texts[-1], texts[2:5])
    assert list(tmp_path.iterdir()) == []
