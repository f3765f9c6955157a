"""Our own files: one format a noun, written aside, then moved; read back equal or refused."""

from textgov.store.columns import Scratch, TextColumn
from textgov.store.documents import (
    TextGroup,
    corpus_writer,
    iter_corpus,
    iter_places,
    placed,
    places_writer,
    read_corpus,
    read_index,
    read_inputs,
    read_place_columns,
    read_places,
    scan_texts,
    write_corpus,
    write_inputs,
)
from textgov.store.files import file_size, make_folder, remove_file, sweep_parts, written_aside
from textgov.store.models import MODEL_FILE, read_model, write_model
from textgov.store.plan import PLAN, STORE, read_plan, write_plan
from textgov.store.runs import RunDocuments, holds_run
from textgov.store.shards import MARK, ShardFiles, choose_store, claim_store, is_inside, shard_folder
from textgov.store.tables import count_rows, iter_tables, read_store_table, table_writer, write_store_table

__all__ = [
    "MARK",
    "MODEL_FILE",
    "PLAN",
    "STORE",
    "RunDocuments",
    "Scratch",
    "ShardFiles",
    "TextColumn",
    "TextGroup",
    "choose_store",
    "claim_store",
    "corpus_writer",
    "count_rows",
    "file_size",
    "holds_run",
    "is_inside",
    "iter_corpus",
    "iter_places",
    "iter_tables",
    "make_folder",
    "placed",
    "places_writer",
    "read_corpus",
    "read_index",
    "read_inputs",
    "read_model",
    "read_place_columns",
    "read_places",
    "read_plan",
    "read_store_table",
    "remove_file",
    "scan_texts",
    "shard_folder",
    "sweep_parts",
    "table_writer",
    "write_corpus",
    "write_inputs",
    "write_model",
    "write_plan",
    "write_store_table",
    "written_aside",
]
