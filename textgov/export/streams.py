"""Long tables, written as they come: memory is bounded by a group of rows, the bytes do not depend on the parts."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from textgov.export.delimited import csv_text
from textgov.store import written_aside

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow as pa
    from scipy.sparse import csr_array

GROUP_ROWS = 65_536  # rows of a group in a parquet file
SIZE_WIDTH = 20  # room for each number of the size line, which is known last


@contextmanager
def csv_stream(path: Path) -> Iterator[Callable[[pd.DataFrame], None]]:
    """A function that appends frames with equal columns to one csv file."""
    with written_aside(path) as part, part.open("w", encoding="utf-8", errors="backslashreplace", newline="") as file:
        first = True

        def write(frame: pd.DataFrame) -> None:
            nonlocal first
            file.write(csv_text(frame, header=first))
            first = False

        yield write


@contextmanager
def parquet_stream(path: Path) -> Iterator[Callable[[pa.Table], None]]:
    """A function that appends tables of one schema to one parquet file, in groups of `GROUP_ROWS` rows."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    with written_aside(path) as part:
        writer: pq.ParquetWriter | None = None
        waiting: list[pa.Table] = []
        n_waiting = 0

        def write(table: pa.Table, last: bool = False) -> None:
            nonlocal writer, waiting, n_waiting
            writer = writer or pq.ParquetWriter(part, table.schema)
            waiting.append(table.cast(writer.schema))
            n_waiting += len(table)
            if n_waiting < GROUP_ROWS and not last:
                return
            whole = pa.concat_tables(waiting).combine_chunks()
            full = len(whole) if last else len(whole) // GROUP_ROWS * GROUP_ROWS
            for start in range(0, full, GROUP_ROWS):
                writer.write_table(whole.slice(start, min(GROUP_ROWS, full - start)), row_group_size=GROUP_ROWS)
            waiting, n_waiting = [whole.slice(full)], len(whole) - full

        try:
            yield write
            if waiting:
                write(waiting[-1].slice(0, 0), last=True)
        finally:
            if writer is not None:
                writer.close()


@contextmanager
def matrix_stream(path: Path, n_columns: int) -> Iterator[Callable[[csr_array], None]]:
    """A function that appends rows to a Matrix Market file of integers; rows and columns are numbered from 1."""
    with written_aside(path) as part, part.open("w", encoding="ascii", newline="\n") as file:
        file.write("%%MatrixMarket matrix coordinate integer general\n%textgov: documents x entries\n")
        at, n_rows, n_values = file.tell(), 0, 0

        def write_size() -> None:
            file.write(" ".join(str(number).ljust(SIZE_WIDTH) for number in (n_rows, n_columns, n_values)).rstrip(" "))

        file.write(" " * (3 * SIZE_WIDTH + 2) + "\n")

        def write(block: csr_array) -> None:
            nonlocal n_rows, n_values
            found = block.tocoo()
            lines = zip(found.row.tolist(), found.col.tolist(), found.data.tolist(), strict=True)
            file.write("".join(f"{n_rows + row + 1} {column + 1} {value}\n" for row, column, value in lines if value))
            n_rows += block.shape[0]
            n_values += int((found.data != 0).sum())

        yield write
        file.seek(at)
        write_size()
