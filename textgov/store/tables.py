"""Tables on disk: parquet files of ours, appended group by group, checked when they are read."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Any

from textgov.errors import StoreError
from textgov.remote import RemotePath
from textgov.store.files import written_aside

if TYPE_CHECKING:
    import pyarrow as pa


# A request takes as long as some megabytes: a smaller file is got by one, of a larger one what is asked for.
AT_ONCE = 16_000_000


@contextmanager
def table_writer(path: Path | RemotePath, schema: pa.Schema, form: str) -> Iterator[Callable[[pa.Table], None]]:
    """A function that appends tables of one schema to the file `path`, each as a group of its own.

    ``form`` names the format, which `iter_tables` asks for. Equal tables give equal bytes.
    """
    import pyarrow.parquet as pq

    with written_aside(path) as part:
        writer = pq.ParquetWriter(
            part,
            schema.with_metadata({"format": form, "name": path.stem}),
            compression="zstd",
            compression_level=-5,
            use_dictionary=False,
            write_statistics=False,
            write_page_checksum=True,
        )
        rows = 0
        try:
            with writer:

                def write(table: pa.Table) -> None:
                    nonlocal rows
                    rows += len(table)
                    writer.write_table(table, row_group_size=max(len(table), 1))

                yield write
                writer.add_key_value_metadata({"rows": str(rows)})
        except BaseException:
            writer.close()
            raise


def write_store_table(table: pa.Table, path: Path | RemotePath, form: str) -> None:
    """Write one table of ours; `read_store_table` gives it back equal."""
    with table_writer(path, table.schema.remove_metadata(), form) as write:
        write(table)


Read = Callable[[Sequence[str]], "pa.Table"]


def iter_tables(
    path: Path | RemotePath, schema: pa.Schema | None, form: str, columns: Sequence[str] = ()
) -> Iterator[pa.Table]:
    """The groups of a table of ours, one at a time, of all columns or of some; raises the errors of `iter_groups`."""
    for read in iter_groups(path, schema, form):
        yield read(columns)


@contextmanager
def _readable(path: Path | RemotePath) -> Iterator[Any]:
    """What pyarrow opens: a path, or the bytes of a file of a storage."""
    if not isinstance(path, RemotePath):
        yield path
        return
    try:
        data = path.read(AT_ONCE)
        if len(data) < AT_ONCE:
            yield BytesIO(data)
            return
        del data
        with path.opened() as stream:
            yield stream
    except FileNotFoundError:
        raise StoreError("store_bad", path=path, detail="no such file") from None


def iter_groups(path: Path | RemotePath, schema: pa.Schema | None, form: str) -> Iterator[Read]:
    """For each group of a table of ours a function that reads some of its columns; without names, all of them.

    Raises
    ------
    StoreError
        The file is missing, damaged, or was written in another format or with other columns.
    RemoteError
        It lies in a storage that does not answer.
    """
    with _readable(path) as source:
        yield from _iter_groups(path, source, schema, form)


def _iter_groups(path: Path | RemotePath, source: Any, schema: pa.Schema | None, form: str) -> Iterator[Read]:
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        file = pq.ParquetFile(source, page_checksum_verification=True)
        about = file.metadata.metadata or {}
        found = file.schema_arrow
        # The pages have checksums, their description has none.
        whole = about.get(b"format") == form.encode() and about.get(b"rows") == str(file.metadata.num_rows).encode()
        if about.get(b"name") != path.stem.encode():  # a file of another shard would give wrong numbers, silently
            raise StoreError("store_bad", path=path, detail="the file of another shard")
        if not whole or (schema is not None and not found.equals(schema)):
            raise StoreError("store_bad", path=path, detail=f"not {form}, or cut")
        with file:
            for number in range(file.num_row_groups):
                yield partial(_read_group, path, file, number)
    except (OSError, pa.ArrowException, UnicodeDecodeError) as error:
        raise StoreError("store_bad", path=path, detail=str(error)) from None


def _read_group(path: Path | RemotePath, file: Any, number: int, columns: Sequence[str]) -> pa.Table:
    import pyarrow as pa

    try:
        return file.read_row_group(number, columns=list(columns) or None)
    except (OSError, pa.ArrowException, UnicodeDecodeError) as error:
        raise StoreError("store_bad", path=path, detail=str(error)) from None


def count_rows(path: Path | RemotePath) -> int:
    """Number of rows of a table of ours; only its description is read.

    Raises
    ------
    StoreError
        The file is missing or damaged.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        with _readable(path) as source:
            n_rows: int = pq.read_metadata(source).num_rows
    except (OSError, pa.ArrowException) as error:
        raise StoreError("store_bad", path=path, detail=str(error)) from None
    return n_rows


def read_store_table(
    path: Path | RemotePath, form: str, schema: pa.Schema | None = None, columns: Sequence[str] = ()
) -> pa.Table:
    """A whole table of ours, or some columns of it, without its metadata."""
    import pyarrow as pa

    tables = list(iter_tables(path, schema, form, columns))
    if tables:
        return pa.concat_tables(tables).combine_chunks().replace_schema_metadata()
    import pyarrow.parquet as pq

    with _readable(path) as source:
        empty = pq.read_schema(source).remove_metadata().empty_table()
    return empty.select(columns) if columns else empty
