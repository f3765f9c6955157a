"""Every file becomes documents or a line of the manifest that says why not; nothing vanishes."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import os
import pickle
import random
import unicodedata
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import BinaryIO

import docx
import opencc
import openpyxl
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from textgov.errors import ReadError, UsageError
from textgov.load import (
    READERS,
    LoadOptions,
    corpus_from_frame,
    join_metadata,
    list_inputs,
    load_corpus,
    read_metadata,
)
from textgov.load.catalogue import Found, catalogue
from textgov.load.docx import read_docx
from textgov.normalise import normalise_corpus
from textgov.records import Corpus

TITLE = "某市政府工作报告"
BODY = (
    "各位代表：现在，我代表市人民政府向大会报告工作，请予审议。",
    "一年来，全市加快数字政府建设，推进“一网通办”，办事效率大幅提高，群众满意度进一步提升。",
    "今年，要深化互联网＋政务服务改革，打通数据壁垒，让企业和群众少跑腿，让数据多跑路。",
)
TEXT = "\n".join((TITLE, *BODY))
TRADITIONAL = opencc.OpenCC("s2t").convert(TEXT)
HEADER = '---\ntitle: "某市政府工作报告"\nyear: 2020\ncity: 某市\n---\n'


def as_html(codec: str) -> bytes:
    body = "".join(f"<p>{line}</p>" for line in BODY)
    head = f'<head><meta charset="{codec}"><title>{TITLE}</title></head>'
    menu = '<div class="nav"><a href="/">首页</a><a href="/n">新闻</a></div>'
    foot = '<div class="footer">版权所有</div>'
    return f"<html>{head}<body>{menu}<article><h1>{TITLE}</h1>{body}</article>{foot}</body></html>".encode(codec)


def as_docx(fill: Callable[[object], None] | None = None) -> bytes:
    document = docx.Document()
    if fill:
        fill(document)
    else:
        for line in TEXT.split("\n"):
            document.add_paragraph(line)
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


def as_csv(rows: list[list[str]], codec: str = "utf-8") -> bytes:
    out = io.StringIO(newline="")
    csv.writer(out).writerows(rows)
    return out.getvalue().encode(codec)


def as_jsonl(*rows: object) -> bytes:
    return "\n".join(json.dumps(row, ensure_ascii=False) for row in rows).encode()


def write_files(folder: Path, files: dict[str, bytes]) -> Path:
    for name, data in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    return folder


def outcome(corpus: Corpus) -> dict[str, tuple[str, str]]:
    """Status and code of each input; a path that stands twice in the manifest is an error."""
    assert len({row.path for row in corpus.inputs}) == len(corpus.inputs)
    return {row.path: (row.status, row.code) for row in corpus.inputs}


def texts(corpus: Corpus) -> dict[str, str]:
    return {document.doc_id: document.text for document in corpus.documents}


# ---- one text, every format ----

SAME = {
    "utf8.txt": TEXT.encode(),
    "bom.txt": TEXT.encode("utf-8-sig"),
    "gb18030.txt": TEXT.encode("gb18030"),
    "big5.txt": TRADITIONAL.encode("big5hkscs"),
    "traditional.txt": TRADITIONAL.encode(),
    "utf16.txt": TEXT.encode("utf-16"),
    "utf16le.txt": TEXT.encode("utf-16-le"),
    "windows.txt": TEXT.replace("\n", "\r\n").encode("gb18030"),
    "plain.md": TEXT.encode(),
    "front.md": (HEADER + TEXT).encode(),
    "front_windows.md": (HEADER + TEXT).replace("\n", "\r\n").encode("gb18030"),
    "page.html": as_html("utf-8"),
    "page_gbk.htm": as_html("gb18030"),
    "word.docx": as_docx(),
    "rows.csv": as_csv([["year", "text"], ["2020", TEXT]]),
    "excel.csv": as_csv([["年份", "正文"], ["2020", TEXT]], "gb18030"),
    "rows.tsv": f'year\ttext\r\n2020\t"{TEXT}"\r\n'.encode("utf-8-sig"),
    "rows.jsonl": as_jsonl({"year": 2020, "content": TEXT}),
}


def test_one_text_in_every_format_and_encoding(tmp_path: Path):
    corpus = normalise_corpus(load_corpus(write_files(tmp_path, SAME)))
    assert {row.status for row in corpus.inputs} == {"done"}
    # As the rules say by hand: the plus sign becomes narrow, nothing else changes.
    expected = "".join(unicodedata.normalize("NFKC", TEXT).split())
    found = {doc.source: "".join(doc.text.split()) for doc in corpus.documents}
    assert found == dict.fromkeys(SAME, expected)
    assert {Path(name).suffix for name in SAME} <= set(READERS)


def test_lines_of_plain_formats_stay_as_they_are(tmp_path: Path):
    corpus = normalise_corpus(load_corpus(write_files(tmp_path, SAME)))
    expected = unicodedata.normalize("NFKC", TEXT)
    assert {doc.source for doc in corpus.documents if doc.text != expected} <= {"page.html", "page_gbk.htm"}


def test_manifest_has_encoding_size_and_hash(tmp_path: Path):
    corpus = load_corpus(write_files(tmp_path, SAME))
    encodings = {row.path: row.encoding for row in corpus.inputs}
    assert encodings["bom.txt"] == "utf-8-sig"
    assert encodings["excel.csv"] == encodings["windows.txt"] == "gb18030"
    assert (encodings["big5.txt"], encodings["utf16.txt"]) == ("big5hkscs", "utf-16")
    for row in corpus.inputs:
        assert (row.n_bytes, row.sha256) == (len(SAME[row.path]), hashlib.sha256(SAME[row.path]).hexdigest())
    assert list(corpus.manifest["n_docs"]) == [1] * len(SAME)


def test_title_comes_from_the_document(tmp_path: Path):
    files = {name: data for name, data in SAME.items() if not name.endswith(("csv", "tsv", "jsonl"))}
    corpus = normalise_corpus(load_corpus(write_files(tmp_path, files)))
    assert {doc.source: doc.title for doc in corpus.documents} == dict.fromkeys(files, TITLE)


def test_title_column_and_metadata_of_tables(tmp_path: Path):
    rows = [["标题", "年份", "text", "空"], ["甲报告", "2020", "数字政府", ""], ["乙报告", "2021", "电子政务", ""]]
    corpus = load_corpus(write_files(tmp_path, {"a.csv": as_csv(rows)}))
    assert [doc.title for doc in corpus.documents] == ["甲报告", "乙报告"]
    assert [dict(doc.meta) for doc in corpus.documents] == [{"年份": "2020"}, {"年份": "2021"}]


# ---- front matter ----


@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_front_matter_is_metadata_and_stays_in_the_original(tmp_path: Path, newline: str):
    whole = (HEADER + TEXT).replace("\n", newline)
    corpus = normalise_corpus(load_corpus(write_files(tmp_path, {"a.md": whole.encode()})))
    (document,) = corpus.documents
    assert document.original == whole
    assert dict(document.meta) == {"title": TITLE, "year": "2020", "city": "某市"}
    at = document.text.index("互联网+政务服务")
    start, end = document.spans.to_original(at, at + len("互联网+政务服务"))
    assert whole[start:end] == "互联网＋政务服务"
    assert document.spans.to_original(0, 1) == (whole.rindex(TITLE), whole.rindex(TITLE) + 1)


@pytest.mark.parametrize(
    "front",
    [
        "---\ntitle: [broken\n---\n",
        "---\n- a list\n---\n",
        "---\njust words\n---\n",
        "---\ntitle: never closed\n",
        "---\na: " + "[" * 30_000 + "\n---\n",
        "---\n" + "- " * 9_000 + "\n---\n",
        "----\ntitle: four dashes\n----\n",
        "\n---\ntitle: not at the start\n---\n",
    ],
    ids=["broken", "list", "words", "open", "bomb", "deep", "dashes", "late"],
)
def test_what_is_not_front_matter_stays_in_the_text(tmp_path: Path, front: str):
    corpus = load_corpus(write_files(tmp_path, {"a.md": (front + TEXT).encode()}))
    assert texts(corpus) == {"a.md": front + TEXT}
    assert dict(corpus.documents[0].meta) == {}


# ---- bad input ----


def test_every_bad_file_has_one_line_and_the_rest_goes_on(tmp_path: Path):
    files = {
        "good.txt": TEXT.encode(),
        "empty.txt": b"",
        "blank.txt": b" \r\n\t\n ",
        "blank_wide.txt": "　　\n　".encode(),
        "blank16.txt": "  \n".encode("utf-16"),
        "mark.txt": b"\xef\xbb\xbf",
        "front_only.md": HEADER.encode(),
        "picture.txt": b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 8,
        "scan.pdf": b"%PDF-1.7",
        "old.doc": b"\xd0\xcf\x11\xe0",
        "noending": TEXT.encode(),
        "broken.docx": as_docx()[:2000],
        "text.docx": TEXT.encode(),
        "empty.docx": as_docx(lambda document: None),
        "no_text.html": b"<html><body></body></html>",
        "no_column.csv": as_csv([["year", "name"], ["2020", "a"]]),
        "header_only.csv": as_csv([["year", "text"]]),
        "broken.jsonl": b"{not json",
        "lossy.txt": TEXT[:30].encode("gb18030") + b"\xff" + TEXT[30:].encode("gb18030"),
        ".hidden.txt": TEXT.encode(),
        "~$word.docx": b"lock",
        "Thumbs.db": b"x",
    }
    corpus = load_corpus(write_files(tmp_path, files))
    failed = {
        "empty.txt": "file_empty",
        "blank.txt": "file_empty",
        "blank_wide.txt": "text_empty",
        "blank16.txt": "text_empty",
        "mark.txt": "text_empty",
        "front_only.md": "text_empty",
        "picture.txt": "image_unread",
        "scan.pdf": "file_damaged",
        "old.doc": "file_damaged",
        "broken.docx": "file_damaged",
        "empty.docx": "text_empty",
        "no_text.html": "text_empty",
        "no_column.csv": "text_column_missing",
        "header_only.csv": "text_empty",
        "broken.jsonl": "file_damaged",
        "broken.jsonl#1": "row_damaged",
    }
    expected = {name: ("failed", code) for name, code in failed.items()}
    expected |= dict.fromkeys((".hidden.txt", "~$word.docx", "Thumbs.db"), ("skipped", "file_hidden"))
    # Text without an ending, or under that of a Word file, is read as what it is.
    expected |= dict.fromkeys(("good.txt", "noending", "text.docx"), ("done", ""))
    expected |= {"lossy.txt": ("done", "encoding_lossy")}
    assert outcome(corpus) == expected
    assert corpus.doc_ids == ("good.txt", "lossy.txt", "noending", "text.docx")
    manifest = corpus.manifest.set_index("path")
    assert (manifest.loc[list(failed), "reason"] != "").all()
    assert (manifest.loc[list(failed), "reason_zh"] != "").all()
    assert manifest.loc["lossy.txt", "replaced"] == 1


def test_unreadable_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    write_files(tmp_path, {"a.txt": TEXT.encode(), "locked.txt": TEXT.encode()})
    open_file = Path.open

    def refuse(path: Path, *args: str) -> BinaryIO:
        if path.name == "locked.txt":
            raise PermissionError(13, "Permission denied")
        return open_file(path, *args)

    monkeypatch.setattr(Path, "open", refuse)
    corpus = load_corpus(tmp_path)
    assert outcome(corpus) == {"a.txt": ("done", ""), "locked.txt": ("failed", "file_unreadable")}
    assert "Permission denied" in corpus.manifest.set_index("path").loc["locked.txt", "reason"]


def test_unreadable_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    write_files(tmp_path, {"a.txt": TEXT.encode(), "locked/b.txt": TEXT.encode()})
    scandir = os.scandir

    def refuse(path: Path):
        if Path(path).name == "locked":
            raise PermissionError(13, "Permission denied")
        return scandir(path)

    monkeypatch.setattr(os, "scandir", refuse)
    assert outcome(load_corpus(tmp_path)) == {"a.txt": ("done", ""), "locked": ("failed", "file_unreadable")}


def test_damaged_word_files_never_stop_a_run():
    whole, chance, codes = as_docx(), random.Random(1), set()
    for _ in range(200):
        data = bytearray(whole)
        if chance.random() < 0.2:
            del data[chance.randrange(len(data)) :]
        for _ in range(chance.choice((1, 2, 5, 30))):
            if data:
                data[chance.randrange(len(data))] = chance.randrange(256)
        try:
            list(read_docx(io.BytesIO(data), LoadOptions()))
        except ReadError as error:
            codes.add(error.code)
    assert codes == {"file_damaged"}


def test_other_zip_under_docx_and_encrypted_docx(tmp_path: Path):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("a.txt", TEXT)
    locked = bytearray(as_docx())
    at = -1
    while (at := locked.find(b"PK\x01\x02", at + 1)) >= 0:
        locked[at + 8] |= 1  # the bit that says a member is encrypted
    at = -1
    while (at := locked.find(b"PK\x03\x04", at + 1)) >= 0:
        locked[at + 6] |= 1
    corpus = load_corpus(write_files(tmp_path, {"zip.docx": out.getvalue(), "locked.docx": bytes(locked)}))
    assert outcome(corpus) == {
        "zip.docx": ("done", "archive_read"),
        "zip.docx!a.txt": ("done", ""),
        "locked.docx": ("failed", "file_damaged"),
    }


def test_tables_of_word_files_in_reading_order_and_merged_cells_once(tmp_path: Path):
    def fill(document) -> None:
        document.add_paragraph("表前")
        table = document.add_table(3, 3)
        for at, text in enumerate("一二三四五六七八九"):
            table.cell(at // 3, at % 3).text = text
        table.cell(0, 0).merge(table.cell(0, 1)).text = "横"
        table.cell(1, 2).merge(table.cell(2, 2)).text = "竖"
        document.add_paragraph("表后")

    corpus = load_corpus(write_files(tmp_path, {"a.docx": as_docx(fill)}))
    assert texts(corpus) == {"a.docx": "表前\n横\t三\n四\t五\t竖\n七\t八\n表后"}


# ---- which files there are ----


def test_ids_are_posix_and_composed(tmp_path: Path):
    name = unicodedata.normalize("NFD", "Ürümqi 乌鲁木齐")
    corpus = load_corpus(write_files(tmp_path, {f"xinjiang/{name}/2020.txt": TEXT.encode()}))
    assert corpus.doc_ids == (unicodedata.normalize("NFC", f"xinjiang/{name}/2020.txt"),)
    assert corpus.doc_ids[0] != f"xinjiang/{name}/2020.txt"


def test_documents_are_in_order_of_their_ids(tmp_path: Path):
    names = ["b/1.txt", "a/2.txt", "a.txt", "a/10.txt", "B.txt", "数.txt"]
    corpus = load_corpus(write_files(tmp_path, dict.fromkeys(names, TEXT.encode())))
    assert corpus.doc_ids == ("B.txt", "a.txt", "a/10.txt", "a/2.txt", "b/1.txt", "数.txt")


def test_folder_given_twice_is_read_once(tmp_path: Path):
    folder = write_files(tmp_path / "in", {"a.txt": TEXT.encode(), "sub/b.txt": b"b"})
    corpus = load_corpus([folder, folder / "sub", folder])
    assert corpus.doc_ids == ("a.txt", "sub/b.txt")  # the longer name says more about the place
    status = sorted((row.path, row.status, row.code) for row in corpus.inputs)
    assert status == [
        ("a.txt", "done", ""),
        ("a.txt", "skipped", "file_again"),
        ("b.txt", "skipped", "file_again"),
        ("sub/b.txt", "done", ""),
        ("sub/b.txt", "skipped", "file_again"),
    ]


def test_two_files_with_one_name(tmp_path: Path):
    one = write_files(tmp_path / "one", {"2020.txt": "一".encode() * 9})
    two = write_files(tmp_path / "two", {"2020.txt": "二".encode() * 9})
    for sources in ([one, two], [two, one]):
        corpus = load_corpus(sources)
        assert texts(corpus) == {"2020.txt": "一" * 9}
        assert outcome(corpus) == {
            "2020.txt": ("done", ""),
            (two / "2020.txt").as_posix(): ("failed", "doc_id_again"),
        }
    assert load_corpus(tmp_path).doc_ids == ("one/2020.txt", "two/2020.txt")


def test_links(tmp_path: Path):
    folder = write_files(tmp_path / "in", {"a.txt": TEXT.encode(), "sub/b.txt": b"b"})
    outside = write_files(tmp_path / "outside", {"c.txt": b"c"})
    (folder / "broken.txt").symlink_to(tmp_path / "gone.txt")
    (folder / "self.txt").symlink_to("self.txt")
    (folder / "again.txt").symlink_to(folder / "a.txt")
    (folder / "sub" / "up").symlink_to(folder, target_is_directory=True)
    (folder / "linked").symlink_to(outside, target_is_directory=True)
    assert outcome(load_corpus(folder)) == {
        "a.txt": ("done", ""),
        "again.txt": ("skipped", "file_again"),
        "broken.txt": ("failed", "file_unreadable"),
        "linked/c.txt": ("done", ""),
        "self.txt": ("failed", "file_unreadable"),
        "sub/b.txt": ("done", ""),
        "sub/up": ("skipped", "link_loop"),
    }


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="the system has no named pipes")
def test_named_pipe_does_not_hang(tmp_path: Path):
    write_files(tmp_path, {"a.txt": TEXT.encode()})
    os.mkfifo(tmp_path / "pipe.txt")
    assert outcome(load_corpus(tmp_path))["pipe.txt"] == ("failed", "file_unreadable")


@pytest.mark.skipif(os.name == "nt", reason="names of files are Unicode there")
def test_name_that_is_not_utf8(tmp_path: Path):
    for name in ("报告.txt".encode("gb18030"), b"\xff\xff.txt"):
        try:
            with open(os.fsencode(tmp_path) + b"/" + name, "wb") as file:  # noqa: PTH123
                file.write(TEXT.encode())
        except OSError:
            pytest.skip("this file system takes only Unicode names")
    corpus = load_corpus(tmp_path)
    assert corpus.doc_ids == ("\\xff\\xff.txt", "报告.txt")
    assert {row.status for row in corpus.inputs} == {"done"}


def test_folder_of_results_is_not_read(tmp_path: Path):
    write_files(tmp_path, {"a.txt": TEXT.encode(), "out/panel.csv": b"x", "out/deep/b.txt": b"b"})
    listing = list_inputs([tmp_path], tmp_path / "out")
    assert [item.name for item in listing.inputs] == ["a.txt"]
    assert listing.passed == ()
    with pytest.raises(UsageError, match="folder of the results must not be a SOURCE"):
        list_inputs([tmp_path / "out"], tmp_path / "out")


def test_hidden_folder_is_one_line(tmp_path: Path):
    corpus = load_corpus(write_files(tmp_path, {"a.txt": b"a", ".git/b.txt": b"b", ".git/c.txt": b"c"}))
    assert outcome(corpus) == {"a.txt": ("done", ""), ".git": ("skipped", "file_hidden")}


def test_single_files_and_strings_are_sources_too(tmp_path: Path):
    write_files(tmp_path, {"a.txt": b"a", "b.txt": b"b"})
    assert load_corpus(tmp_path / "a.txt").doc_ids == ("a.txt",)
    assert load_corpus(str(tmp_path)).doc_ids == ("a.txt", "b.txt")
    assert load_corpus([str(tmp_path / "b.txt"), tmp_path / "a.txt"]).doc_ids == ("a.txt", "b.txt")


def test_missing_and_empty_sources(tmp_path: Path):
    with pytest.raises(UsageError, match=r"nowhere: no such file or folder"):
        load_corpus(tmp_path / "nowhere")
    with pytest.raises(UsageError, match=r"no file to read in this folder"):
        load_corpus(tmp_path)


KINDS = {
    "good.txt": TEXT.encode("gb18030"),
    "empty.md": b"",
    "binary.txt": bytes(500),
    "x.pdf": b"%PDF",
    "rows.csv": as_csv([["text", "year"], ["数字政府", "2020"], ["", "2021"], ["a"], ["电子政务", ""]]),
    "rows.jsonl": as_jsonl({"text": "数字政府"}, {"text": None}, 3) + b"\n{",
    ".hidden": b"x",
    "page.htm": b"<p>",
}


@settings(max_examples=30)
@given(st.lists(st.tuples(st.sampled_from(["", "甲/", "甲/乙/", "丙/"]), st.sampled_from(sorted(KINDS))), min_size=1))
def test_every_file_on_disk_has_one_line(tmp_path_factory: pytest.TempPathFactory, names: list[tuple[str, str]]):
    folder = tmp_path_factory.mktemp("in")
    files = {above + name: KINDS[name] for above, name in names}
    write_files(folder, files)
    if all(name.endswith(".hidden") for name in files):
        with pytest.raises(UsageError):
            load_corpus(folder)
        return
    corpus = load_corpus(folder)
    assert {path for path in outcome(corpus) if "#" not in path} == set(files)
    assert {row.status for row in corpus.inputs} <= {"done", "skipped", "failed"}
    assert sorted(doc_id for row in corpus.inputs for doc_id in row.doc_ids) == sorted(corpus.doc_ids)
    # Rows of a table too: each is a document or a line.
    for name in files:
        rows = {"rows.csv": 4, "rows.jsonl": 4}.get(name.rsplit("/", 1)[-1], 0)
        beneath = [path for path in (*outcome(corpus), *corpus.doc_ids) if path.startswith(f"{name}#")]
        assert len(beneath) == len(set(beneath)) == rows


# ---- tables ----


def test_rows_of_a_table_that_cannot_be_read(tmp_path: Path):
    data = b'year,text\n2020,one\n2021,two,three\n\n2022\n2023,\n2024,"four\nlines, quoted"\n,\n'
    corpus = load_corpus(write_files(tmp_path, {"a.csv": data}))
    assert texts(corpus) == {"a.csv#2": "one", "a.csv#7": "four\nlines, quoted"}
    assert outcome(corpus) == {
        "a.csv": ("done", ""),
        "a.csv#3": ("failed", "row_damaged"),
        "a.csv#5": ("failed", "row_damaged"),
        "a.csv#6": ("failed", "text_empty"),
    }
    reasons = corpus.manifest.set_index("path")["reason"]
    assert reasons["a.csv#3"] == "row 3 cannot be read (3 fields, the header has 2)"


def test_lines_of_jsonl_that_cannot_be_read(tmp_path: Path):
    deep = b'{"text": ' + b"[" * 100_000
    lines = [
        b'{"text": "one", "n": 1.5, "list": [1, "b"]}',
        b"{broken",
        b"[1]",
        b"",
        b'{"text": ""}',
        b'{"n": 2}',
        deep,
    ]
    corpus = load_corpus(write_files(tmp_path, {"a.jsonl": b"\r\n".join(lines)}))
    assert texts(corpus) == {"a.jsonl#1": "one"}
    assert dict(corpus.documents[0].meta) == {"n": "1.5", "list": '[1, "b"]'}
    expected = {"a.jsonl": ("done", "")}
    expected |= dict.fromkeys(("a.jsonl#2", "a.jsonl#3", "a.jsonl#7"), ("failed", "row_damaged"))
    expected |= dict.fromkeys(("a.jsonl#5", "a.jsonl#6"), ("failed", "text_empty"))
    assert outcome(corpus) == expected


def test_half_a_surrogate_pair_in_json_becomes_text_that_can_be_written(tmp_path: Path):
    corpus = load_corpus(write_files(tmp_path, {"a.jsonl": b'{"text": "a\\ud800b", "k\\ud800": "v\\udfff"}'}))
    (document,) = corpus.documents
    for text in (document.text, *document.meta, *document.meta.values()):
        assert text.encode().decode() == text


@pytest.mark.parametrize("column", ["text", "Text", "content", "正文", "全文", "内容", "文本", "body", "doc"])
def test_usual_names_of_the_text_column(tmp_path: Path, column: str):
    corpus = load_corpus(write_files(tmp_path, {"a.csv": as_csv([["id", f" {column} "], ["1", "数字政府"]])}))
    assert texts(corpus) == {"a.csv#2": "数字政府"}


def test_text_column_asked_for(tmp_path: Path):
    files = {"a.csv": as_csv([["text", "report"], ["no", "yes"]]), "b.jsonl": as_jsonl({"text": "no", "report": "yes"})}
    corpus = load_corpus(write_files(tmp_path, files), LoadOptions(text_column="report"))
    assert texts(corpus) == {"a.csv#2": "yes", "b.jsonl#1": "yes"}
    corpus = load_corpus(tmp_path, LoadOptions(text_column="other"))
    assert {code for _, code in outcome(corpus).values()} == {"column_missing"}
    assert "no column other; the columns are text, report" in corpus.manifest["reason"].iloc[0]


def test_encoding_asked_for(tmp_path: Path):
    write_files(tmp_path, {"a.txt": TRADITIONAL.encode("big5hkscs")})
    assert texts(load_corpus(tmp_path, LoadOptions(encoding="big5hkscs"))) == {"a.txt": TRADITIONAL}
    with pytest.raises(UsageError, match="nonsense is not an encoding"):
        load_corpus(tmp_path, LoadOptions(encoding="nonsense"))


# ---- frames and metadata ----


def test_corpus_from_frame():
    frame = pd.DataFrame(
        {"id": ["x", "y"], "body": ["数字政府", "电子政务"], "where": ["甲市", "乙市"], "when": [2020.0, 2021.0]}
    )
    corpus = corpus_from_frame(frame, text="body", place="where", year="when", doc_id="id")
    assert texts(corpus) == {"x": "数字政府", "y": "电子政务"}
    assert [doc.meta["place"] for doc in corpus.documents] == ["甲市", "乙市"]
    assert [doc.meta["year"] for doc in corpus.documents] == ["2020", "2021"]
    assert corpus_from_frame(frame, text="body").doc_ids == ("0", "1")


@pytest.mark.parametrize("bad", [None, "", " \n", float("nan"), 3])
def test_frame_with_a_row_without_text(bad: object):
    with pytest.raises(UsageError, match=r"row 1: no text in 'text'"):
        corpus_from_frame(pd.DataFrame({"text": ["a", bad]}))


def test_frame_without_the_column():
    with pytest.raises(UsageError, match=r"no column text; the columns are body"):
        corpus_from_frame(pd.DataFrame({"body": ["a"]}))


@pytest.mark.parametrize("codec", ["utf-8", "utf-8-sig", "gb18030"])
def test_metadata_table_as_csv(tmp_path: Path, codec: str):
    data = as_csv([["文件名", "城市", "年份"], ["甲\\2020.txt", "南京市", "2020"], ["", "x", ""], ["b", "", ""]], codec)
    write_files(tmp_path, {"meta.csv": data})
    assert read_metadata(tmp_path / "meta.csv") == (
        ("甲/2020.txt", {"城市": "南京市", "年份": "2020"}),
        ("b", {}),
    )


def test_metadata_table_as_xlsx(tmp_path: Path):
    book = openpyxl.Workbook()
    for row in (["file", "city", "year"], ["a.txt", "南京市", 2020], ["b.txt", None, 2021.0], [None, None, None]):
        book.active.append(row)
    book.save(tmp_path / "meta.xlsx")
    rows = read_metadata(tmp_path / "meta.xlsx")
    assert rows == (("a.txt", {"city": "南京市", "year": "2020"}), ("b.txt", {"year": "2021"}))


def test_metadata_tables_that_cannot_be_read(tmp_path: Path):
    write_files(tmp_path, {"no_file.csv": b"city,year\na,1\n", "bad.xlsx": b"no zip", "bad.csv": bytes(500)})
    for name in ("no_file.csv", "bad.xlsx", "bad.csv", "gone.csv"):
        with pytest.raises(UsageError, match=name.split(".", maxsplit=1)[0]):
            read_metadata(tmp_path / name)


def test_metadata_rows_join_by_path_name_or_stem():
    names = ["甲/2020.txt", "乙/2020.txt", "乙/2021.md", "丙.docx"]
    rows = [(key, {"key": key}) for key in ("甲/2020.txt", "2021.md", "丙", "2020", "2020.txt", "丁")]
    joined, unmatched = join_metadata(rows, names)
    assert joined == {
        "甲/2020.txt": {"key": "甲/2020.txt"},
        "乙/2021.md": {"key": "2021.md"},
        "丙.docx": {"key": "丙"},
    }
    assert unmatched == ["2020", "2020.txt", "丁"]


# ---- real files ----


@pytest.mark.real
def test_real_files_are_all_read_and_their_originals_are_the_files(reports: Path):
    corpus = load_corpus(reports)
    assert len(corpus.inputs) == len(corpus) == 2431
    assert {row.status for row in corpus.inputs} == {"done"}
    for document in corpus.documents[::97]:
        assert document.original == (reports / document.doc_id).read_text("utf-8")
        assert document.original.endswith(document.text)
        assert not document.text.startswith("---\n")


def test_front_matter_in_a_cell_is_that_of_a_document(tmp_path: Path):
    cell = "---\ntitle: 某市政府工作报告\ncity: 武汉市\n---\n\n推进数字政府建设。"
    corpus = load_corpus(write_files(tmp_path, {"a.jsonl": as_jsonl({"text": cell}), "b.txt": cell.encode()}))
    for document in corpus.documents:
        assert (document.title, document.meta["city"]) == ("某市政府工作报告", "武汉市")
        assert document.text.strip() == "推进数字政府建设。"
        assert document.original == cell


# ---- the list of files ----


def once(found: list[Found]) -> tuple[list[str], list[tuple[str, str, str | None, str | None]]]:
    """What the list says, file by file."""
    kept: dict[str, Found] = {}
    by_real: dict[str, str] = {}
    left_out = []
    for one in sorted(found, key=lambda one: (-one.name.count("/"), one.name, one.path)):
        if one.real in by_real:
            left_out.append((one.name, one.path, by_real[one.real]))
        elif one.name in kept:
            left_out.append((one.name, one.path, kept[one.name].path))
        else:
            kept[one.name], by_real[one.real] = one, one.name
    return [kept[name].path for name in sorted(kept)], left_out


NAMES = st.sampled_from(["a.txt", "甲/a.txt", "甲.txt", "甲/乙/𠀀.txt", "\ufeffb", "甲/a", "甲-a"])


@given(st.lists(st.tuples(NAMES, st.sampled_from(["/x", "/y", "z"]), st.sampled_from("123456789")), max_size=12))
def test_each_file_is_listed_once_under_its_longest_name(rows: list[tuple[str, str, str]]):
    found = [Found(name, f"{path}/{number}", real, number, "s") for number, (name, path, real) in enumerate(rows)]
    inputs, twice = catalogue(found)
    kept, left_out = once(found)
    assert [item.file for item in inputs] == kept
    assert [(one.name, one.path, one.known_as or one.other) for one in twice] == left_out
    assert pickle.loads(pickle.dumps(inputs[1:])) == tuple(inputs)[1:]
    assert [inputs[number] for number in range(len(inputs))] == list(inputs)
