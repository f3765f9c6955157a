"""Word documents."""

from __future__ import annotations

import zipfile
import zlib
from collections.abc import Iterator
from typing import TYPE_CHECKING, BinaryIO

from textgov.errors import ReadError
from textgov.load.raw import LoadOptions, Raw
from textgov.load.text import first_line

if TYPE_CHECKING:
    from docx.table import Table

# What the libraries raise when a package is cut short, altered, encrypted or packed in an unusual way.
DAMAGE = (
    zipfile.BadZipFile,
    zlib.error,
    AttributeError,
    EOFError,
    KeyError,
    OSError,
    RuntimeError,  # also NotImplementedError
    ValueError,
)


def read_docx(stream: BinaryIO, options: LoadOptions) -> Iterator[Raw]:
    """Paragraphs and table rows in reading order, one a line; cells of a row are parted by a tab."""
    import docx
    from docx.opc.exceptions import PackageNotFoundError
    from docx.table import Table
    from lxml.etree import LxmlError

    try:
        document = docx.Document(stream)
        lines = []
        for block in document.iter_inner_content():
            if isinstance(block, Table):
                lines += _table_lines(block)
            else:
                lines.append(block.text)
    except (PackageNotFoundError, LxmlError, *DAMAGE) as error:
        raise ReadError("file_damaged", detail=f"not a complete Word document: {error}") from None
    text = "\n".join(lines)
    title = document.core_properties.title or first_line(text)
    yield Raw(text, title=title)


def _table_lines(table: Table) -> list[str]:
    """Rows of a table; a merged cell, which the library gives once for each place it covers, is read once."""
    seen: set[object] = set()
    lines = []
    for row in table.rows:
        cells = {cell._tc: cell.text for cell in row.cells if cell._tc not in seen}
        seen.update(cells)
        lines.append("\t".join(cells.values()))
    return lines
