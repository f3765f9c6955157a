"""The content of a file decides on its reader where the ending lies; known types that are not read are named."""

from __future__ import annotations

import bz2
import gzip
import io
import json
import lzma
import random
import sqlite3
import struct
import tarfile
import zipfile
from pathlib import Path

import docx
import openpyxl
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from textgov.errors import MESSAGES, ReadError, wording
from textgov.load.sniff import SIGNATURES, Refusal, reader_name

TEXT = "某市政府工作报告\r\n各位代表：现在，我代表市人民政府向大会报告工作，请予审议。\r\n"
HTML = f"<html><head><title>报告</title></head><body><p>{TEXT}</p></body></html>"
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(504)


def of(name: str, data: bytes) -> str:
    """The reader, or the code and the type of a refusal; the stream stays at its beginning."""
    stream = io.BytesIO(data)
    try:
        return reader_name(name, stream)
    except ReadError as error:
        return " ".join((error.code, *map(str, error.facts.values())))
    finally:
        assert stream.tell() == 0


def as_docx() -> bytes:
    out = io.BytesIO()
    document = docx.Document()
    document.add_paragraph(TEXT)
    document.save(out)
    return out.getvalue()


def as_xlsx() -> bytes:
    out = io.BytesIO()
    book = openpyxl.Workbook()
    book.active.append(["正文"])
    book.save(out)
    return out.getvalue()


def as_zip(*names: str) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name in names:
            archive.writestr(name, "x")
    return out.getvalue()


def as_tar() -> bytes:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as archive:
        archive.addfile(tarfile.TarInfo("a.txt"))
    return out.getvalue()


def as_dta(version: int) -> bytes:
    out = io.BytesIO()
    pd.DataFrame({"n": [1]}).to_stata(out, version=version, write_index=False)
    return out.getvalue()


def as_parquet() -> bytes:
    out = io.BytesIO()
    pd.DataFrame({"text": ["报告"]}).to_parquet(out)
    return out.getvalue()


def as_sqlite(folder: Path) -> bytes:
    base = sqlite3.connect(folder / "a.db")
    base.execute("create table t (text)")
    base.commit()
    base.close()
    return (folder / "a.db").read_bytes()


def ole(*streams: str) -> bytes:
    entries = (stream.encode("utf-16-le").ljust(128, b"\0") for stream in ("Root Entry", *streams))
    return OLE + random.Random(1).randbytes(2_000_000) + b"".join(entries)


WORD, SHEET = as_docx(), as_xlsx()
BYTES = {
    ".docx": WORD,
    ".xlsx": SHEET,
    ".zip": as_zip("a.txt"),
    ".tar": as_tar(),
    ".gz": gzip.compress(TEXT.encode()),
    ".xz": lzma.compress(TEXT.encode()),
    ".bz2": bz2.compress(TEXT.encode()),
    ".pdf": b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj",
    ".rtf": b"{\\rtf1\\ansi\\ansicpg936 \\'b1\\'a8}",
    ".doc": ole("WordDocument", "1Table"),
    ".xls": ole("Workbook"),
    ".dta": as_dta(118),
    ".parquet": as_parquet(),
    ".sav": b"$FL2@(#) SPSS DATA FILE",
    ".warc": b"WARC/1.0\r\nWARC-Type: warcinfo\r\n\r\n",
    ".html": HTML.encode("gb18030"),
    ".mhtml": b"From: <saved>\r\nMIME-Version: 1.0\r\nContent-Type: multipart/related; boundary=x\r\n\r\n--x",
    ".tmx": b'<?xml version="1.0"?>\r\n<!-- made by -->\r\n<!DOCTYPE tmx SYSTEM "tmx14.dtd">\r\n<tmx version="1.4">',
}


@pytest.mark.parametrize(
    "name", ["a.txt", "报告.TXT", "a.csv", "a.docx", "a.pdf", "a", "a.docx.txt", "甲.第二稿", "a.tmp"]
)
@pytest.mark.parametrize("kind", BYTES)
def test_marks_win_over_any_ending(kind: str, name: str):
    assert of(name, BYTES[kind]) == kind


@pytest.mark.parametrize("kind", BYTES)
def test_the_right_ending_stays(kind: str):
    assert of(f"报告{kind}", BYTES[kind]) == kind
    assert of(f"报告{kind.upper()}", BYTES[kind]) == kind


def test_old_dta_and_xls_and_bzip2_without_content():
    assert of("a.bin", as_dta(114)) == ".dta"
    assert of("a.bin", b"\x09\x08\x10\0\0\x06\x05\0" + bytes(50)) == ".xls"
    assert of("a.bin", bz2.compress(b"")) == ".bz2"


@pytest.mark.parametrize(
    ("name", "streams", "expected"),
    [
        ("a.doc", ["WordDocument"], ".doc"),
        ("a.wps", ["WordDocument"], ".wps"),
        ("a.xls", ["WordDocument"], ".doc"),
        ("a.doc", ["Book"], ".xls"),
        ("a.doc", ["WordDocument", "ObjectPool", "Workbook"], ".doc"),
        ("a.xls", ["Workbook", "MBD0001", "WordDocument"], ".xls"),
        ("a.doc", ["PowerPoint Document"], "kind_unread PowerPoint"),
        ("a.docx", ["EncryptionInfo", "EncryptedPackage"], "file_encrypted"),
        ("a.msg", ["__properties_version1.0"], "kind_unread OLE"),
        ("a.doc", ["Contents"], ".doc"),
    ],
)
def test_compound_files_by_their_streams(name: str, streams: list[str], expected: str):
    assert of(name, ole(*streams)) == expected


@pytest.mark.parametrize(
    ("member", "expected"),
    [
        ("word\\document.xml", ".docx"),
        ("word/document2.xml", ".docx"),
        ("ppt/presentation.xml", "kind_unread PowerPoint"),
        ("xl/workbook.bin", "kind_unread XLSB"),
        ("OFD.xml", "kind_unread OFD"),
        ("META-INF/container.xml", "kind_unread EPUB"),
        ("报告/word/document.xml", ".zip"),
    ],
)
def test_packages_by_their_members(member: str, expected: str):
    assert of("a.docx", as_zip("[Content_Types].xml", member)) == expected


def test_a_package_that_is_cut_short_is_still_told():
    assert of("a.bin", WORD[: len(WORD) // 2]) in (".docx", ".zip")
    assert of("a.bin", as_zip("word/document.xml")[:60]) == ".docx"
    assert of("a.bin", as_zip("a.txt", "b.txt")[:60]) == ".zip"


REFUSED = {
    "archive_unsupported 7z": b"7z\xbc\xaf\x27\x1c\0\4",
    "archive_unsupported RAR": b"Rar!\x1a\x07\x01\0",
    "archive_unsupported zst": b"\x28\xb5\x2f\xfd\x04",
    "archive_unsupported iso": bytes(32769) + b"CD001" + bytes(9),
    "image_unread PNG": b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR",
    "image_unread JPEG": b"\xff\xd8\xff\xe0\0\x10JFIF",
    "image_unread TIFF": b"II*\0\x08\0\0\0",
    "image_unread BMP": b"BM" + struct.pack("<IHHIIII", 70, 0, 0, 54, 40, 2, 2) + bytes(20),
    "image_unread SVG": b'<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg"/>',
    "kind_unread CAJ": b"CAJ\0\0\0\0\1",
    "kind_unread EXE": b"MZ\x90\0\3",
    "kind_unread MP4": b"\0\0\0\x18ftypmp42",
}


@pytest.mark.parametrize("expected", REFUSED)
@pytest.mark.parametrize("name", ["a.txt", "a.docx", "a", "a.rar", "a.png"])
def test_known_types_that_are_not_read_are_named(expected: str, name: str):
    assert of(name, REFUSED[expected]) == expected


def test_a_database_is_named(tmp_path: Path):
    assert of("a.db", as_sqlite(tmp_path)) == "kind_unread SQLite"


def test_caj_by_its_ending_unless_it_is_a_pdf():
    assert of("论文.caj", b"HN\0\1\2\3") == "kind_unread CAJ"
    assert of("论文.caj", BYTES[".pdf"]) == ".pdf"


def test_every_refusal_has_words():
    for _, _, found in SIGNATURES:
        if isinstance(found, Refusal):
            assert found.code in MESSAGES
            assert found.kind in wording(found.code, "zh", kind=found.kind)


# ---- text ----

TEXTS = {
    # name, content, reader
    "plain": ("报告.txt", TEXT, ".txt"),
    "upper case": ("报告.TXT", TEXT, ".txt"),
    "two endings": ("报告.docx.txt", TEXT, ".txt"),
    "no ending": ("报告", TEXT, ".txt"),
    "no real ending": ("通知(FBM-CLI.12.5679380)", TEXT, ".txt"),
    "a year is no ending": ("武汉.2019", TEXT, ".txt"),
    "wide stop": ("报告．txt", TEXT, ".txt"),
    "encoding as ending": ("a.utf8", TEXT, ".txt"),
    "text-like": ("a.text", TEXT, ".txt"),
    "log": ("a.log", TEXT, ".log"),
    "program": ("a.py", "print(1)", ".py"),
    "markdown": ("a.md", "---\ntitle: x\n---\n<div>表</div>", ".md"),
    "text under doc": ("报告.doc", TEXT, ".txt"),
    "text under docx": ("报告.docx", TEXT, ".txt"),
    "text under pdf": ("报告.pdf", TEXT, ".txt"),
    "failed download under docx": ("报告.docx", "no archive", ".docx"),
    "failed download under pdf": ("报告.pdf", '{"code": 403, "msg": "无权限"}', ".pdf"),
    "page under doc": ("报告.doc", HTML, ".html"),
    "page under xls": ("数据.xls", "<html><table><tr><td>1</td></tr></table></html>", ".html"),
    "page under txt": ("a.txt", f"\r\n<!DOCTYPE html>\n{HTML}", ".html"),
    "page after a comment": ("a.txt", f"<!-- saved from url=(0014)about:internet -->\n{HTML}", ".html"),
    "page under xml": ("a.xml", f'<?xml version="1.0" encoding="gb2312"?>\n<!DOCTYPE html PUBLIC "x">{HTML}', ".html"),
    "fragment": ("a.html", "<div class=x><table><tr><td>报告</td></tr></table></div>", ".html"),
    "fragment with words first": ("a.htm", f"{TEXT}<br>二、", ".htm"),
    "text under htm": ("a.htm", TEXT, ".txt"),
    "text under html with signs": ("a.html", f"{TEXT} 3 < 5 > 2", ".txt"),
    "server page": ("view.aspx", "<table><tr><td>报告</td></tr></table>", ".html"),
    "piece of a page": ("a.txt", "<div class=x><p>报告</p></div>", ".html"),
    "markdown with a table": ("a.md", "<table><tr><td>报告</td></tr></table>", ".md"),
    "text in angles": ("a.txt", "<报告>\n<p1> <b", ".txt"),
    "text about pages": ("a.txt", f"{TEXT}<html>", ".txt"),
    "text about PDF": ("a.txt", f"{TEXT}文件以 %PDF-1.4 开头", ".txt"),
    "text under xml": ("pa1997.xml", f"主席女士：\r\n\r\n引言\r\n{TEXT}", ".txt"),
    "docbook": ("a.xml", '<?xml version="1.0"?>\n<!DOCTYPE article>\n<article><para>x</para></article>', ".xml"),
    "xml without prolog": ("a.xml", "<book><para>x</para></book>", ".xml"),
    "xml under txt": ("a.txt", '<?xml version="1.0"?><book/>', ".xml"),
    "tmx under xml": ("a.xml", '<?xml version="1.0"?>\n<tmx version="1.4"><header/>', ".tmx"),
    "one value": ("a.json", '{"text": "x"}', ".json"),
    "one value on lines": ("a.json", '{\n "text": "x"\n}', ".json"),
    "list": ("a.json", '[{"text": "x"},\n {"text": "y"}]', ".json"),
    "lines under json": ("a.json", '{"text": "x"}\n{"text": "y"}\n', ".jsonl"),
    "long lines under json": ("a.json", json.dumps({"text": TEXT * 900}) + '\n\n{"text": "y"}\n', ".jsonl"),
    "list under jsonl": ("a.jsonl", '[{"text": "x"},\n {"text": "y"}]', ".json"),
    "value on lines under jsonl": ("a.jsonl", '\n{\n "text": "x"\n}', ".json"),
    "lines": ("a.ndjson", '{"text": "x"}\n{"text": "y"}\n', ".ndjson"),
    "one line": ("a.jsonl", '{"text": "x"}', ".jsonl"),
    "first line broken": ("a.jsonl", '{"text": \n{"text": "y"}\n', ".jsonl"),
    "commas": ("a.csv", "年,text\n1,x\n", ".csv"),
    "tabs under csv": ("a.csv", "年\ttext\n1\tx,y\n", ".tsv"),
    "tabs under xls": ("a.xls", "年\ttext\n1\tx\n", ".tsv"),
    "commas under xlsx": ("a.xlsx", "年,text\n1,x\n", ".csv"),
    "tab": ("a.tab", "年\ttext\n1\tx\n", ".tsv"),
    "Word 2003 as a page": (
        "a.doc",
        "MIME-Version: 1.0\nContent-Type: multipart/related;\n\tboundary=x\n\n--x",
        ".mhtml",
    ),
    "mail": ("a.eml", "Subject: x\nContent-Type: multipart/alternative\n\nx", ".eml"),
    "WARC": ("a.txt", "WARC/1.1\r\nWARC-Type: response", ".warc"),
}
ENCODINGS = ("utf-8", "utf-8-sig", "gb18030", "utf-16")


@pytest.mark.parametrize("encoding", ENCODINGS)
@pytest.mark.parametrize("label", TEXTS)
def test_kinds_of_text_in_every_encoding(label: str, encoding: str):
    name, text, expected = TEXTS[label]
    if encoding == "utf-16" and Path(name).suffix in (".json", ".jsonl", ".csv"):
        return  # told by their ending only
    assert of(name, text.encode(encoding)) == expected


def test_a_report_in_big5_and_utf16_without_mark():
    text = "各位代表：現在，我代表市人民政府向大會報告工作，請予審議。一年來，經濟社會發展取得新的成績。"
    for encoding in ("big5hkscs", "utf-16-le", "utf-16-be"):
        assert of("報告", text.encode(encoding)) == ".txt"


def test_bytes_without_mark_and_ending():
    noise = random.Random(1).randbytes(5000)
    assert of("noise", noise) == "file_binary no known type of file"
    assert of("noise.dat", noise) == ".dat"
    assert of("noise.docx", noise) == ".docx"
    assert of("noise.txt", noise) == ".txt"


@pytest.mark.parametrize("blank", [b"", b" ", b"\r\n" * 3, b" " * 3_000_000])
def test_empty_files(blank: bytes):
    assert of("a.txt", blank) == "file_empty"


def test_blanks_before_a_text_do_not_make_it_empty():
    assert of("a.txt", b" " * 3_000_000 + b"x") == ".txt"
    assert of("a.json", b"\n" * 9000 + b'{"a": 1}\n{"a": 2}') == ".jsonl"
    assert of("a.json", b"\xef\xbb\xbf") == ".json"


@given(st.binary(max_size=300), st.sampled_from(("a.txt", "a", "a.docx", "a.json", "a.xml", "a.csv", "a.html", "a.x")))
def test_any_bytes_have_an_answer(data: bytes, name: str):
    for start in (b"", *(bytes(at) + mark for at, mark, _ in SIGNATURES if at < 100), b"PK\3\4", OLE):
        assert of(name, start + data)


def test_damaged_files_have_an_answer():
    chance = random.Random(1)
    for data in (WORD, SHEET, as_tar(), BYTES[".html"], BYTES[".tmx"]):
        for _ in range(100):
            raw = bytearray(data)
            for _ in range(chance.choice((1, 5, 50))):
                raw[chance.randrange(len(raw))] = chance.randrange(256)
            assert of("a.bin", bytes(raw[: chance.randrange(1, len(raw))]))


# ---- real files ----


@pytest.mark.real
def test_real_files(real_data: Path):
    """All endings tell the truth but those of plain text called XML, and of text whose ending is its encoding."""
    lies = {f"pa{year}.xml" for year in (1997, 1998, 2000, 2003, 2017)}
    for path in sorted(real_data.rglob("*")):
        if path.is_file():
            with path.open("rb") as stream:
                found = reader_name(path.name, stream)
            expected = ".txt" if path.name in lies or path.suffix == ".utf8" else path.suffix
            assert found == expected, path.name


@pytest.mark.real
def test_real_files_without_their_ending(real_data: Path):
    kept = {".pdf", ".xlsx", ".docx", ".gz", ".xz", ".tmx"}
    for path in sorted(real_data.rglob("*")):
        if path.is_file():
            with path.open("rb") as stream:
                found = reader_name("noending", stream)
            xml = path.name in ("pa2019.xml", "pa2020.xml", "pa2022.xml", "pa2024.xml")
            markup = {".xml": ".xml" if xml else ".txt", ".html": ".html"}.get(path.suffix, ".txt")
            assert found == (path.suffix if path.suffix in kept else markup), path.name
