"""Parquet files of results."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from textgov.codebook import encodable
from textgov.records import Variable

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow as pa


def write_parquet(table: pd.DataFrame | pa.Table, part: Path, variables: Sequence[Variable] = ()) -> None:
    """Equal tables give equal bytes; labels, units and formulas are the metadata of the fields."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    if not isinstance(table, pa.Table):
        table = pa.Table.from_pandas(encodable(table), preserve_index=False)
    schema = table.schema
    for at, variable in enumerate(variables):
        words = {
            "label_en": variable.en,
            "label_zh": variable.zh,
            "unit_en": variable.unit_en,
            "unit_zh": variable.unit_zh,
            "formula": variable.formula,
            "lexicon": variable.lexicon,
        }
        schema = schema.set(at, schema.field(at).with_metadata({key: text for key, text in words.items() if text}))
    pq.write_table(table.cast(schema), part)
