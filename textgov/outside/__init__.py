"""Tables from elsewhere: a yearbook, a list of pilots, a panel that another program wrote.

Every cell is read as text first, in whatever encoding the file has, and becomes a number only when its whole column
does: a cell that is no number is an error with its row, never a silent gap.
"""

from textgov.outside.panels import find_name, free_name, read_panel, run_about, typed, with_columns
from textgov.outside.tables import (
    CODE_COLUMNS,
    MOST_SHOWN,
    NAME_COLUMNS,
    PROVINCE_COLUMNS,
    YEAR_COLUMNS,
    OutsideTable,
    column_name,
    read_code,
    read_column,
    read_number,
    read_outside,
    read_year,
    split_unit,
    variable_of,
)

__all__ = [
    "CODE_COLUMNS",
    "MOST_SHOWN",
    "NAME_COLUMNS",
    "PROVINCE_COLUMNS",
    "YEAR_COLUMNS",
    "OutsideTable",
    "column_name",
    "find_name",
    "free_name",
    "read_code",
    "read_column",
    "read_number",
    "read_outside",
    "read_panel",
    "read_year",
    "run_about",
    "split_unit",
    "typed",
    "variable_of",
    "with_columns",
]
