"""Sound files of every format that textgov reads, made here, and mutations of them, the same ones for the same seed."""

from __future__ import annotations

import base64
import bz2
import csv
import gzip
import io
import json
import lzma
import random
import re
import struct
import subprocess
import tarfile
import tempfile
import zipfile
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import datetime
from functools import partial
from pathlib import Path

from textgov.load import READERS
from textgov.load.word import find_office, read_word

SOME_TIME = b"2020-01-01T00:00:00Z"
MADE_BY_OFFICE = frozenset((".doc", ".dot", ".wps", ".wpt"))  # never twice the same
OFFICE_SECONDS = 180.0  # for LibreOffice to write a file
TITLE = "2021年政府工作报告"
LINES = (
    "各位代表:",
    "现在，我代表市人民政府，向大会报告工作，请予审议，并请政协委员提出意见。",
    "一、2020年工作回顾",
    "过去一年，全市加快数字政府建设，推进“一网通办”，生产总值增长5 . 5%，新增就业1 2.3万人。",
    "二、2021年工作安排",
    "我们要扩大数据开放，打破“信息孤岛”，让数据多跑路，群众少跑腿；完善电子政务外网，建成政务云。",
    "附件：名词解释",
    "1.一网通办：指群众和企业只进一个网，就能办成一件事。",
)
TRADITIONAL = (
    "各位代表：現在，我代表市人民政府向大會報告工作。"
    "過去一年，全市加快數位政府建設，推進資料開放與網路安全，讓資訊多跑路。"
)
# Damage that the rules repair, so that mutations of it reach them.
DAMAGED = "\n".join(
    (
        "數(shù)字政府?dāng)?shù)據(jù)開放(kāi)，數(shù)據(jù)共享，數(shù)字化轉(zhuǎn)型，開放(kāi)數(shù)據(jù)，轉(zhuǎn)變職能(néng)。",
        "".join(LINES[3:6]).encode().decode("gb18030", "replace"),
        LINES[5].encode("gb18030").decode("latin-1"),
        "&ldquo;一网通办&amp;rdquo;&#xff0c;1 9 9 3 年，ﬁ，①，\ue12e，⻓江，锟斤拷",
    )
)
PAPER = "\n".join(
    (
        "# 数字政府治理研究",
        "张三1，李四2",
        "(1. 某某大学 公共管理学院，北京 100000; 2. 某某学院，上海 200000)",
        "摘要：本文讨论数字政府。关键词：数字政府；数据开放",
        "DOI: 10.1000/xyz123",
        "一、引言",
        *LINES[1:4],
        "参考文献",
        *(f"[{at}] 王五. 政务数据开放[J]. 某某学报, 20{at + 10}, {at}(2): 1-9." for at in range(1, 6)),
    )
)
REPORT = "\n".join((TITLE, *LINES))
RECORDS = {
    ".ris": f"TY  - JOUR\r\nTI  - {TITLE}\r\nAU  - 张三\r\nPY  - 2021\r\nAB  - {LINES[3]}\r\nER  - \r\n",
    ".bib": f"@article{{a1,\n  title = {{{TITLE}}},\n  author = {{张三 and 李四}},\n  year = 2021,\n"
    f"  abstract = {{{LINES[3]}}}\n}}\n",
    ".enw": f"%0 Journal Article\n%T {TITLE}\n%A 张三\n%D 2021\n%X {LINES[3]}\n",
    ".net": f"{{Reference Type}}: Journal Article\n{{Title}}: {TITLE}\n{{Author}}: 张三\n{{Abstract}}: {LINES[3]}\n",
}
LEGAL = f"【法规标题】{TITLE}\n【发文字号】某政发〔2021〕1号\n【法宝引证码】CLI.4.1234567\n【全文】\n{REPORT}\n"


# ---- sound files ----


def _saved(write: Callable[[Path], object], ending: str) -> bytes:
    """What a library writes into a file."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"a{ending}"
        write(path)
        return path.read_bytes()


def _timeless(data: bytes) -> bytes:
    """A zip package without the times at which it was made."""
    stream = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            new.writestr(zipfile.ZipInfo(name), re.sub(rb"20\d\d-\d\d-\d\dT[\d:]{8}Z", SOME_TIME, old.read(name)))
    return stream.getvalue()


def _dateless(data: bytes) -> bytes:
    """An SPSS file with a fixed time in its header."""
    return data[:92] + b"01 Jan 2012:00:00" + data[109:]


def _rows() -> list[dict[str, object]]:
    return [{"标题": f"{TITLE}{at}", "年份": 2020 + at, "正文": REPORT * at} for at in range(1, 5)]


def _page(charset: str = "utf-8") -> str:
    body = "".join(f"<p>{line}</p>" for line in LINES)
    table = "<table><tr><th>指标</th><td>数值</td></tr></table>"
    head = f'<meta charset="{charset}"><title>{TITLE}</title><script>var a="&lt;";</script>'
    main = f'<nav><a href="/">首页</a></nav><div class="TRS_Editor"><h1>{TITLE}</h1>{body}{table}</div>'
    return f"<!DOCTYPE html><html><head>{head}</head><body>{main}</body></html>"


def _tables() -> dict[str, list[bytes]]:
    import openpyxl
    import pandas as pd
    import pyreadstat
    import xlwt

    frame = pd.DataFrame(_rows())
    english = frame.rename(columns={"标题": "title", "年份": "year", "正文": "text"})
    rows = [list(frame.columns), *frame.to_numpy().tolist()]
    book = openpyxl.Workbook()
    old = xlwt.Workbook()
    sheet = old.add_sheet("表")
    for at, row in enumerate(rows):
        book.active.append(row)
        for column, cell in enumerate(row):
            sheet.write(at, column, cell)
    new, xls = _timeless(_saved(book.save, ".xlsx")), io.BytesIO()
    old.save(xls)
    dta = [io.BytesIO() for _ in range(2)]
    day = datetime(2020, 1, 1)
    english.to_stata(dta[0], version=118, write_index=False, time_stamp=day)
    english.to_stata(dta[1], version=118, write_index=False, time_stamp=day, convert_strl=["text"])
    short = english.assign(text=english.text.str[:200])
    lines = [json.dumps(row, ensure_ascii=False) for row in _rows()]
    return {
        ".csv": [frame.to_csv(index=False).encode(), frame.to_csv(index=False).encode("gb18030")],
        ".tsv": [frame.to_csv(index=False, sep="\t", quoting=csv.QUOTE_ALL).encode()],
        ".xlsx": [new],
        ".xls": [xls.getvalue(), _page().encode()],
        ".dta": [stream.getvalue() for stream in dta],
        ".sav": [_dateless(_saved(lambda path: pyreadstat.write_sav(short, str(path)), ".sav"))],
        ".zsav": [_dateless(_saved(lambda path: pyreadstat.write_sav(short, str(path), compress=True), ".zsav"))],
        ".parquet": [_saved(frame.to_parquet, ".parquet")],
        ".json": [json.dumps(_rows(), ensure_ascii=False).encode(), json.dumps({"data": _rows()}).encode()],
        ".jsonl": ["\n".join(lines).encode(), "\n".join(lines).encode("gb18030")],
    }


def _docx() -> bytes:
    import docx

    document = docx.Document()
    document.core_properties.title = TITLE
    document.add_heading(TITLE, 1)
    for line in LINES:
        document.add_paragraph(line, style="List Number" if "、" in line[:2] else None)
    document.add_table(2, 2).cell(0, 0).text = "指标"
    document.sections[0].header.paragraphs[0].text = "页眉"
    stream = io.BytesIO()
    document.save(stream)
    return _timeless(stream.getvalue())


def _pdf() -> bytes:
    """A PDF whose font has no glyphs and a table of characters."""
    chars = sorted(set(REPORT) - {"\n"})
    pairs = [f"<{at:04x}> <{char.encode('utf-16-be').hex()}>\n" for at, char in enumerate(chars, 1)]
    blocks = [pairs[at : at + 100] for at in range(0, len(pairs), 100)]
    table = (
        "/CIDInit /ProcSet findresource begin 12 dict begin begincmap /CMapName /X def\n1 begincodespacerange <0000> "
        "<ffff> endcodespacerange\n"
        + "".join(f"{len(block)} beginbfchar\n{''.join(block)}endbfchar\n" for block in blocks)
        + "endcmap end end"
    )
    shown = ["".join(f"{chars.index(char) + 1:04x}" for char in line) for line in (TITLE, *LINES)]
    drawn = "\n".join(f"BT /F 12 Tf 60 {780 - 20 * row} Td <{codes}> Tj ET" for row, codes in enumerate(shown))
    objects = (
        "<< /Type /Catalog /Pages 2 0 R >>",
        "<< /Type /Pages /Kids [7 0 R] /Count 1 >>",
        "<< /Type /Font /Subtype /Type0 /BaseFont /X /Encoding /Identity-H /DescendantFonts [4 0 R] "
        "/ToUnicode 5 0 R >>",
        "<< /Type /Font /Subtype /CIDFontType2 /BaseFont /X /CIDSystemInfo << /Registry (Adobe) /Ordering (Identity) "
        "/Supplement 0 >> /DW 1000 /FontDescriptor 6 0 R >>",
        f"<< /Length {len(table)} >>\nstream\n{table}\nendstream",
        "<< /Type /FontDescriptor /FontName /X /Flags 4 /FontBBox [0 -200 1000 900] /ItalicAngle 0 /Ascent 900 "
        "/Descent -200 /CapHeight 700 /StemV 80 >>",
        "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 8 0 R /Resources << /Font << /F 3 0 R >> >> >>",
        f"<< /Length {len(drawn)} >>\nstream\n{drawn}\nendstream",
    )
    out, places = b"%PDF-1.7\n", []
    for number, text in enumerate(objects, 1):
        places.append(len(out))
        out += f"{number} 0 obj\n{text}\nendobj\n".encode("latin-1")
    rows = "".join(f"{place:010d} 00000 n \n" for place in places)
    end = f"xref\n0 {len(places) + 1}\n0000000000 65535 f \n{rows}trailer\n<< /Size {len(places) + 1} /Root 1 0 R >>\n"
    return out + f"{end}startxref\n{len(out)}\n%%EOF\n".encode()


def _rtf() -> bytes:
    words = "".join(f"\\u{struct.unpack('<h', char.encode('utf-16-le'))[0]}?" for char in REPORT if char != "\n")
    return b"{\\rtf1\\ansi\\ansicpg936\\deff0{\\fonttbl{\\f0 SimSun;}}\\f0 " + words.encode() + b"\\par}"


def _doc() -> bytes:
    """A Word file by LibreOffice, else one that is a Word file only by its marks."""
    program = find_office()
    if program is not None:
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name)
            (folder / "a.rtf").write_bytes(_rtf())
            profile = f"-env:UserInstallation={(folder / 'profile').as_uri()}"
            command = [program, profile, "--headless", "--convert-to", "doc", "--outdir", name, str(folder / "a.rtf")]
            subprocess.run(command, capture_output=True, timeout=OFFICE_SECONDS, check=False)
            if (folder / "a.doc").is_file():
                return (folder / "a.doc").read_bytes()
    return b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600) + "WordDocument".encode("utf-16-le") + bytes(600)


def _archives(docx: bytes) -> dict[str, list[bytes]]:
    files = {
        "报告/a.txt": REPORT.encode("gb18030"),
        "b.docx": docx,
        "c.csv": b"text\n" + LINES[3].encode(),
        "d.txt.gz": gzip.compress(REPORT.encode(), mtime=0),
    }
    zipped, tarred = io.BytesIO(), io.BytesIO()
    with zipfile.ZipFile(zipped, "w", zipfile.ZIP_DEFLATED) as archive, tarfile.open(fileobj=tarred, mode="w") as tar:
        for name, data in files.items():
            archive.writestr(zipfile.ZipInfo(name), data)
            info = tarfile.TarInfo(name)
            info.size = len(data)
            tar.addfile(info, io.BytesIO(data))
    tar_data = tarred.getvalue()
    return {
        ".zip": [zipped.getvalue()],
        ".tar": [tar_data],
        ".gz": [gzip.compress(REPORT.encode(), mtime=0), gzip.compress(tar_data, mtime=0)],
        ".xz": [lzma.compress(REPORT.encode()), lzma.compress(tar_data)],
        ".bz2": [bz2.compress(REPORT.encode()), bz2.compress(tar_data)],
    }


def _warc() -> bytes:
    records = []
    for at, charset in enumerate(("utf-8", "gb18030")):
        page = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n" + _page(charset).encode(charset)
        records.append(
            f"WARC/1.0\r\nWARC-Type: response\r\nWARC-Target-URI: http://example.gov.cn/{at}.html\r\n"
            f"WARC-Date: 2024-05-06T07:08:09Z\r\nWARC-Record-ID: <urn:uuid:{at:032x}>\r\n"
            f"Content-Type: application/http; msgtype=response\r\nContent-Length: {len(page)}\r\n\r\n".encode()
            + page
            + b"\r\n\r\n"
        )
    return b"".join(records)


def _mhtml() -> bytes:
    part = "Content-Type: text/html; charset=utf-8\r\nContent-Transfer-Encoding: base64\r\n\r\n"
    head = 'MIME-Version: 1.0\r\nContent-Type: multipart/related; type="text/html"; boundary="b"\r\n\r\n--b\r\n'
    return f"{head}{part}".encode() + base64.encodebytes(_page().encode()) + b"\r\n--b--\r\n"


def _xml() -> dict[str, list[bytes]]:
    paras = "".join(f"<para>{line}</para>" for line in LINES)
    units = "".join(
        f'<tu><tuv xml:lang="zh-CN"><seg>{line}</seg></tuv><tuv xml:lang="en"><seg>A.</seg></tuv></tu>'
        for line in LINES
    )
    book = (
        f'<?xml version="1.0"?><article xmlns="http://docbook.org/ns/docbook"><title>{TITLE}</title>{paras}</article>'
    )
    return {
        ".xml": [book.encode(), REPORT.encode()],
        ".tmx": [f'<?xml version="1.0"?><tmx version="1.4"><header/><body>{units}</body></tmx>'.encode()],
    }


def make_samples() -> dict[str, list[bytes]]:
    """Sound files by their endings; every ending of `READERS` has one."""
    front = f"---\ntitle: {TITLE}\nyear: 2021\ntags: [a, b]\n---\n{REPORT}\n"
    texts = (REPORT, PAPER, DAMAGED, LEGAL, *RECORDS.values())
    samples = {
        ".txt": [
            *(text.encode() for text in texts),
            *(REPORT.encode(codec) for codec in ("gb18030", "utf-16", "utf-16-le")),
            (TRADITIONAL * 3).encode("big5"),
        ],
        ".md": [front.encode(), f"+++\ntitle = '{TITLE}'\n+++\n{PAPER}".encode()],
        ".html": [_page().encode(), _page("gb18030").encode("gb18030")],
        ".mhtml": [_mhtml()],
        ".docx": [_docx()],
        ".doc": [_doc()],
        ".rtf": [_rtf()],
        ".pdf": [_pdf()],
        ".warc": [_warc()],
        **{ending: [text.encode(), text.encode("gb18030")] for ending, text in RECORDS.items()},
        **_xml(),
        **_tables(),
    }
    samples |= _archives(samples[".docx"][0])
    same = {".markdown": ".md", ".htm": ".html", ".mht": ".mhtml", ".dot": ".doc", ".wps": ".doc", ".wpt": ".doc"}
    same |= {".xlsm": ".xlsx", ".et": ".xls", ".ndjson": ".jsonl"}
    samples |= {ending: samples[other] for ending, other in same.items()}
    return {ending: samples[ending] for ending in READERS}


# ---- mutations ----

ODD = (b"\0", b"\xff", b"\x7f", b"\x80", b"\xff\xff\xff\xff", b"\xff\xff\xff\x7f", b"\0\0\0\0", b"\x80\0\0\0")
TOKENS = (
    *(
        b"<",
        b">",
        b"&#x110000;",
        b"&#",
        b"<![CDATA[",
        b"<!--",
        b"<p>" * 300,
        b"[" * 3000,
        b"(" * 300,
        b'"',
        b"\r",
        b"\x1a",
    ),
    *(
        "？dāng)?shù)".encode(),
        "(shù)".encode(),
        "\u0301\u0301".encode(),
        "\ufeff\u200b".encode(),
        "锟斤拷".encode(),
        b"9" * 5000,
    ),
    *(
        b" \n" * 200,
        "鏁板瓧".encode(),
        "ÊýÖÎ".encode(),
        b"../",
        b"%PDF-",
        b"PK\3\4",
        "\U000e0100\u3000".encode(),
        b"---\n" * 50,
    ),
)


def _stretch(data: bytes, source: random.Random) -> tuple[int, int]:
    """A stretch of the file, mostly short."""
    start = source.randrange(len(data) + 1)
    return start, min(len(data), start + int(2 ** source.uniform(0, 11)))


def _flip(data: bytes, source: random.Random) -> bytes:
    changed = bytearray(data)
    for _ in range(source.choice((1, 1, 3, 30))):
        if changed:
            changed[source.randrange(len(changed))] ^= 1 << source.randrange(8)
    return bytes(changed)


def _one(data: bytes, source: random.Random, other: bytes) -> bytes:
    start, end = _stretch(data, source)
    low, high = _stretch(data, source)
    here, odd, (first, last) = data[start:end], source.choice(ODD), _stretch(other, source)
    what = source.randrange(9)
    if what == 0:
        return _flip(data, source)
    if what == 1 and low > end:  # swap
        return data[:start] + data[low:high] + data[end:low] + here + data[high:]
    new, rest = {
        1: (here * source.randrange(2, 5), end),
        2: (b"", end),
        3: (b"", len(data) if source.random() < 0.3 else end),
        4: (source.randbytes(source.randrange(1, 40)), start),
        5: (source.choice((b"\xff", b"\0")) * len(here), end),
        6: (odd, start + len(odd)),
        7: (source.choice(TOKENS), start),
        8: (other[first:last], start),
    }[what]
    return data[:start] + new + data[rest:]


def mutate(data: bytes, source: random.Random, other: bytes = b"") -> bytes:
    """The file with a few things done to it; of a packed one, often to what is inside."""
    inside = source.random() < 0.5
    if inside and data.startswith(b"PK\3\4"):
        return _repacked(data, source, other)
    for mark, unpack, pack in (
        (b"\x1f\x8b", gzip.decompress, partial(gzip.compress, mtime=0)),
        (b"\xfd7zXZ", lzma.decompress, lzma.compress),
        (b"BZh", bz2.decompress, bz2.compress),
    ):
        if inside and data.startswith(mark):
            return pack(_several(unpack(data), source, other))
    return _several(data, source, other)


def _several(data: bytes, source: random.Random, other: bytes) -> bytes:
    for _ in range(source.choice((1, 1, 1, 2, 4, 8))):
        data = _one(data, source, other)
    return data


def _repacked(data: bytes, source: random.Random, other: bytes) -> bytes:
    """A zip archive, one member of which is mutated; its sums are right, so that the reader gets to see it."""
    stream = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as new:
        names = old.namelist()
        chosen = source.choice(names)
        for name in names:
            member = old.read(name)
            new.writestr(zipfile.ZipInfo(name), _several(member, source, other) if name == chosen else member)
    return stream.getvalue()


def make_files(ending: str, samples: Mapping[str, list[bytes]], n_files: int, seed: int) -> Iterator[bytes]:
    """The sound files of an ending, then mutated ones."""
    own = samples[ending]
    yield from own[:n_files]
    source = random.Random(f"{seed}{ending}")
    endings = sorted(set(samples) - MADE_BY_OFFICE)
    for _ in range(n_files - len(own)):
        yield mutate(source.choice(own), source, source.choice(samples[source.choice(endings)]))


def make_all(
    samples: Mapping[str, list[bytes]], wanted: Iterable[str], seed: int, n_files: int, n_office: int
) -> Iterator[tuple[str, bytes]]:
    """The files of several endings; of those that LibreOffice converts, which takes seconds, a number of their own."""
    for ending in wanted:
        for data in make_files(ending, samples, n_office if READERS[ending] is read_word else n_files, seed):
            yield ending, data
