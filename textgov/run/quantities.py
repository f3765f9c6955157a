"""The quantities of a finished run, shard by shard."""

from __future__ import annotations

from pathlib import Path

from textgov.batch import read_plan
from textgov.export.streams import csv_stream, parquet_stream
from textgov.quantities import QuantityOptions, count_quantities, quantity_schema, tabulate_documents
from textgov.records import Corpus
from textgov.store import iter_corpus, iter_places, make_folder, shard_folder
from textgov.store.documents import placed


def write_quantities(run: Path, out: Path, options: QuantityOptions | None = None) -> tuple[Path, ...]:
    """Find the quantities of every document of a run; one shard is in memory at a time.

    Parameters
    ----------
    run : Path
        Folder of a run (``--out`` of ``textgov panel``).
    out : Path
        Folder of the results.
    options : QuantityOptions, optional

    Returns
    -------
    tuple of Path
        ``quantities.parquet``, one row a quantity, and ``quantities.csv``, one row a document, in the order of the run.

    Raises
    ------
    UsageError
        The folder holds no run.
    """
    shard_ids, _ = read_plan(run)
    make_folder(out)
    files = out / "quantities.parquet", out / "quantities.csv"
    with parquet_stream(files[0]) as write_rows, csv_stream(files[1]) as write_documents:
        for shard_id in shard_ids or ("",):
            corpus = _shard(run, shard_id) if shard_id else Corpus(())
            features = count_quantities(corpus, options)
            write_rows(features.hit_table if features.hit_table is not None else quantity_schema().empty_table())
            write_documents(tabulate_documents(corpus, features))
    return files


def _shard(run: Path, shard_id: str) -> Corpus:
    store = shard_folder(run)
    texts, places = (
        [document for group in read(store / folder / f"{shard_id}.parquet") for document in group]
        for read, folder in ((iter_corpus, "corpus"), (iter_places, "places"))
    )
    return Corpus(placed(texts, places))
