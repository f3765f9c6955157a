"""Data sets of Stata and SPSS, and parquet."""

from __future__ import annotations

import struct
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import chain
from typing import TYPE_CHECKING, Any, BinaryIO, NamedTuple

from textgov.errors import ReadError
from textgov.load.encoding import SAMPLE, decode
from textgov.load.guard import guarded
from textgov.load.raw import Fault, LoadOptions, Raw
from textgov.load.table import Row, Table, table_parts

if TYPE_CHECKING:
    from pandas.io.stata import StataReader

CHUNK_ROWS = 256
CHUNK_BYTES = 16_000_000


def read_dta(stream: BinaryIO, options: LoadOptions) -> Iterator[Raw | Fault]:
    """Observations of a Stata file, numbered from 1. Value labels stand for their numbers."""
    for table in open_dta(stream, options):
        yield from table_parts(table, options)


def read_sav(stream: BinaryIO, options: LoadOptions) -> Iterator[Raw | Fault]:
    """Cases of an SPSS file, numbered from 1. Value labels stand for their numbers."""
    for table in open_sav(stream, options):
        yield from table_parts(table, options)


def read_parquet(stream: BinaryIO, options: LoadOptions) -> Iterator[Raw | Fault]:
    """Rows of a parquet file, numbered from 1."""
    for table in open_parquet(stream, options):
        yield from table_parts(table, options)


class _Block(NamedTuple):
    """Some rows of a data set with the labels of its values, column by column; the first block has the names too."""

    rows: Sequence[Sequence[object]]
    values: Sequence[Mapping[Any, str]]
    names: Sequence[str] = ()
    labels: Sequence[str] = ()


# ---- Stata ----


def open_dta(stream: BinaryIO, options: LoadOptions) -> Iterator[Table]:
    """The table of a Stata file."""

    def blocks() -> Iterator[_Block]:
        with _stata_reader(stream) as reader:
            labels = reader.variable_labels()
            first = next(reader)
            values = reader.value_labels()  # before the first rows, pandas would not read long texts any more
            # Which variable has which value labels is told by no public attribute.
            sets = [values.get(name, {}) for name in getattr(reader, "_lbllist", [""] * len(labels))]
            yield _Block([], sets, list(labels), list(labels.values()))
            for frame in chain([first], reader):
                yield _Block(list(frame.itertuples(index=False, name=None)), sets)

    yield from _tables(guarded(blocks(), "Stata"), options)


def _stata_reader(stream: BinaryIO) -> StataReader:
    from pandas.io.stata import StataReader

    class Reader(StataReader):
        """As pandas, but for two things; where it takes no notice of them, texts stay right and memory grows."""

        def _set_encoding(self) -> None:
            # The bytes of all strings as Latin-1: which encoding they are in is decided here.
            self._encoding = "latin-1"

        def _read_strls(self) -> None:
            # Long texts (strL) lie behind the rows, and pandas would keep them all.
            reader: Any = self  # nothing of this is in the stubs of pandas
            reader._path_or_buf.seek(reader._seek_strls)
            reader.GSO = _LongTexts(reader._path_or_buf, reader._format_version, reader._byteorder)

    return Reader(stream, convert_categoricals=False, chunksize=CHUNK_ROWS)


class _LongTexts(dict[str, int]):
    """Where the long texts of a Stata file lie, under the numbers that stand for them in the rows; read one by one."""

    def __init__(self, stream: BinaryIO, version: int, order: str) -> None:
        super().__init__({"0": -1})
        self._stream = stream
        self._length = struct.Struct(f"{order}I")
        size = 8 if version == 117 else 12
        variable = {117: 4, 118: 2}.get(version, 3)  # bytes of the number of the variable; 8 in all with the row's
        while stream.read(3) == b"GSO":
            key = stream.read(size)
            if order == "<":
                key = key[:variable] + key[4 : 12 - variable]
            else:
                key = key[4 - variable : 4] + key[size - 8 + variable :]
            self[str(struct.unpack(f"{order}Q", key)[0])] = stream.tell()
            stream.read(1)
            (length,) = self._length.unpack(stream.read(4))
            stream.seek(length, 1)

    def __getitem__(self, key: str) -> Any:
        at = super().__getitem__(key)
        if at < 0:
            return ""
        self._stream.seek(at + 1)
        (length,) = self._length.unpack(self._stream.read(4))
        return self._stream.read(length).decode("latin-1").rstrip("\0")


# ---- SPSS ----


def open_sav(stream: BinaryIO, options: LoadOptions) -> Iterator[Table]:
    """The table of an SPSS file."""

    def blocks() -> Iterator[_Block]:
        import pyreadstat

        # The bytes of all strings as Latin-1, as above: old files do not say what they are in.
        source: Any = stream  # its stubs know of paths only
        _, meta = pyreadstat.read_sav(source, metadataonly=True, encoding="LATIN1")
        sets = [meta.variable_value_labels.get(name, {}) for name in meta.column_names]
        names = [name or "" for name in meta.column_names]  # a damaged name is none
        yield _Block([], sets, names, [label or "" for label in meta.column_labels])
        width = sum(meta.variable_storage_width.values())
        step = max(1, min(CHUNK_BYTES // max(width, 1), 10_000))
        for offset in range(0, meta.number_rows or 0, step):
            stream.seek(0)
            columns, _ = pyreadstat.read_sav(
                source, row_offset=offset, row_limit=step, encoding="LATIN1", output_format="dict"
            )
            rows = list(zip(*columns.values(), strict=True))
            if not rows:
                return
            yield _Block(rows, sets)

    yield from _tables(guarded(blocks(), "SPSS"), options)


# ---- what both share ----


def _tables(blocks: Iterator[_Block], options: LoadOptions) -> Iterator[Table]:
    head = next(blocks)
    first = next(blocks, _Block([], head.values))
    text = _Bytes(options)
    text.look(chain(head.names, head.labels, *(sets.values() for sets in head.values)))
    text.look(cell for row in first.rows for cell in row)
    names, labels = [text.of(name) for name in head.names], [text.of(label) for label in head.labels]
    yield Table(_rows(chain([first], blocks), text), names, labels, encoding=text.encoding, margin=text.margin)


def _rows(blocks: Iterable[_Block], text: _Bytes) -> Iterator[Row]:
    number = 0
    for block in blocks:
        text.look(cell for row in block.rows for cell in row)
        for row in block.rows:
            number += 1
            cells = (sets.get(cell, cell) if sets else cell for cell, sets in zip(row, block.values, strict=True))
            yield Row(number, [text.of(cell) if isinstance(cell, str) else cell for cell in cells])


class _Bytes:
    """Strings whose characters are bytes, as text.

    Stata up to 13 and old SPSS write the code page of the computer, and newer files hold such strings too where they
    were converted wrongly. The first block with characters other than ASCII decides for the whole file.
    """

    def __init__(self, options: LoadOptions) -> None:
        self.options = options
        self.encoding = ""
        self.margin = 1.0

    def look(self, values: Iterable[object]) -> None:
        """Find the encoding in these strings unless it is known."""
        if self.encoding:
            return
        sample = bytearray()
        for value in values:
            if isinstance(value, str) and not value.isascii() and len(sample) < SAMPLE:
                sample += value[:SAMPLE].encode("latin-1", "replace") + b"\n"
        if sample:
            try:
                found = decode(bytes(sample), self.options.encoding)
                self.encoding, self.margin = found.encoding.removesuffix("-sig"), found.margin
            except ReadError:
                self.encoding, self.margin = "latin-1", 0.0  # no Chinese

    def of(self, value: str) -> str:
        """The text."""
        if value.isascii():
            return value
        try:
            data = value.encode("latin-1")
        except UnicodeEncodeError:
            return value
        try:
            return data.decode(self.encoding)
        except UnicodeDecodeError:
            # A string that was cut inside a character, or one of a code page in a file of UTF-8.
            found = data.decode("gb18030" if self.encoding == "utf-8" else self.encoding, "replace")
            return data.decode("utf-8", "replace") if "\ufffd" in found and self.encoding == "utf-8" else found


# ---- parquet ----


def open_parquet(stream: BinaryIO, options: LoadOptions) -> Iterator[Table]:
    """The table of a parquet file; the index that pandas keeps is not one of its columns."""

    def blocks() -> Iterator[_Block]:
        import pyarrow as pa
        import pyarrow.parquet as pq

        # Pages are read one after the other, not a group of rows at once.
        file = pq.ParquetFile(pa.PythonFile(stream, mode="r"), buffer_size=65_536, pre_buffer=False)
        names = file.schema_arrow.names
        kept = [at for at, name in enumerate(names) if not name.startswith("__index_level_")]
        yield _Block([], [], [names[at] for at in kept])
        for batch in file.iter_batches(batch_size=CHUNK_ROWS, use_threads=False):
            columns = [_without_text(batch.column(at), pa).to_pylist() for at in kept]
            yield _Block(list(zip(*columns, strict=True)), [])

    found = guarded(blocks(), "parquet")
    names = next(found).names
    rows = chain.from_iterable(block.rows for block in found)
    yield Table((Row(number, row) for number, row in enumerate(rows, 1)), names, encoding="utf-8")


def _without_text(column: Any, pa: Any) -> Any:
    """The column with bytes for strings: a damaged string must not stop the others."""
    if pa.types.is_dictionary(column.type):
        column = column.dictionary_decode()
    if pa.types.is_string(column.type) or pa.types.is_large_string(column.type):
        return column.cast(pa.large_binary())
    return column
