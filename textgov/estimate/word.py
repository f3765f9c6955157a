"""The table of estimates as a Word document: three lines, as Chinese journals print it."""

from __future__ import annotations

import zipfile
from io import BytesIO
from pathlib import Path
from typing import Any

from textgov.estimate.tables import ComparedTable
from textgov.optional import need

EPOCH = (1980, 1, 1, 0, 0, 0)  # the earliest date that a zip file holds
LINE = "8"  # eighths of a point


def write_docx(table: ComparedTable, part: Path) -> None:
    """Write a table with lines above, below the head and at the end; notes below it."""
    docx = need("docx")
    document = docx.Document()
    heads = [["", *(f"({number})" for number in range(1, len(table.heads) + 1))]]
    heads += [["", *names] for names in zip(*table.heads, strict=True)]
    rows = [*heads, *map(list, table.body), *map(list, table.foot)]
    grid = document.add_table(rows=len(rows), cols=len(rows[0]))
    lined = {0: ("top",), len(heads) - 1: ("bottom",), len(heads) + len(table.body) - 1: ("bottom",)}
    lined[len(rows) - 1] = ("bottom",)
    for number, cells in enumerate(rows):
        for cell, text in zip(grid.rows[number].cells, cells, strict=True):
            cell.text = text
            cell.paragraphs[0].alignment = 0 if cell is grid.rows[number].cells[0] else 1
            cell.paragraphs[0].paragraph_format.space_after = 0
            for side in lined.get(number, ()):
                _draw_line(docx, cell, side)
    for note in table.notes:
        document.add_paragraph(note).paragraph_format.space_after = 0
    stream = BytesIO()
    document.save(stream)
    part.write_bytes(_without_clock(stream))


def _draw_line(docx: Any, cell: Any, side: str) -> None:
    oxml, qn = docx.oxml.OxmlElement, docx.oxml.ns.qn
    properties = cell._tc.get_or_add_tcPr()
    borders = properties.find(qn("w:tcBorders"))
    if borders is None:
        borders = oxml("w:tcBorders")
        properties.append(borders)
    line = oxml(f"w:{side}")
    for key, value in (("val", "single"), ("sz", LINE), ("space", "0"), ("color", "000000")):
        line.set(qn(f"w:{key}"), value)
    borders.append(line)


def _without_clock(stream: BytesIO) -> bytes:
    """The same zip file with one fixed date, so that the same table gives the same bytes."""
    again = BytesIO()
    with zipfile.ZipFile(stream) as old, zipfile.ZipFile(again, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            item = zipfile.ZipInfo(name, EPOCH)
            item.compress_type = zipfile.ZIP_DEFLATED
            item.create_system = 0
            new.writestr(item, old.read(name))
    return again.getvalue()
