"""Word documents."""

from __future__ import annotations

import io
import zipfile

from textgov.errors import ReadError
from textgov.load.raw import Contents, LoadOptions, Raw
from textgov.load.text import first_line


def read_docx(data: bytes, options: LoadOptions) -> Contents:
    """Paragraphs and table rows in reading order, one a line; cells of a row are parted by a tab."""
    import docx
    from docx.opc.exceptions import PackageNotFoundError
    from docx.table import Table
    from lxml.etree import LxmlError

    try:
        document = docx.Document(io.BytesIO(data))
        lines = []
        for block in document.iter_inner_content():
            if isinstance(block, Table):
                lines += ["\t".join(cell.text for cell in row.cells) for row in block.rows]
            else:
                lines.append(block.text)
    except (zipfile.BadZipFile, PackageNotFoundError, LxmlError, KeyError, ValueError, EOFError, OSError) as error:
        raise ReadError("file_damaged", detail=f"not a complete Word document: {error}") from None
    text = "\n".join(lines)
    title = document.core_properties.title or first_line(text)
    return Contents((Raw(text, title=title),))
