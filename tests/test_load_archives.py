"""Archives: every member is read or has a line that says why not; none of them can eat the machine."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import random
import stat
import tarfile
import tracemalloc
import unicodedata
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from textgov.errors import ReadError
from textgov.load import READERS, LoadOptions, load_corpus, members
from textgov.load.archive import decode_names, inner_name, read_bz2, read_gz, read_tar, read_xz, read_zip
from textgov.load.members import Budget, budget_of, open_member
from textgov.load.raw import Fault, Member, Part
from textgov.load.sniff import reader_name
from textgov.load.warc import read_warc
from textgov.records import Corpus

ARCHIVES = {
    ".zip": read_zip,
    ".tar": read_tar,
    ".gz": read_gz,
    ".xz": read_xz,
    ".bz2": read_bz2,
    ".warc": read_warc,
}
TEXT = "某市政府工作报告\n推进一网通办，建设数字政府。"


@pytest.fixture(autouse=True)
def _registered(monkeypatch: pytest.MonkeyPatch):
    for name, reader in ARCHIVES.items():
        monkeypatch.setitem(READERS, name, reader)


def as_zip(files: dict[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", method) as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return out.getvalue()


def as_tar(files: dict[str, bytes], form: int = tarfile.PAX_FORMAT) -> bytes:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w", format=form) as archive:
        for name, data in files.items():
            info = tarfile.TarInfo(name)
            info.size = len(data)
            archive.addfile(info, io.BytesIO(data))
    return out.getvalue()


def tar_of(*infos: tuple[str, bytes]) -> bytes:
    """A tar with members of some types: name and type."""
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as archive:
        for name, kind in infos:
            info = tarfile.TarInfo(name)
            info.type, info.linkname = kind, "/etc/passwd"
            archive.addfile(info)
    return out.getvalue()


def renamed(data: bytes, old: str, new: bytes) -> bytes:
    """A zip whose member has a name in another encoding, with no flag that says so."""
    assert len(old) == len(new)
    return data.replace(old.encode(), new)


PACKERS: dict[str, Callable[[dict[str, bytes]], bytes]] = {
    ".zip": as_zip,
    ".tar": as_tar,
    ".tar.gz": lambda files: gzip.compress(as_tar(files), mtime=0),
    ".tgz": lambda files: gzip.compress(as_tar(files, tarfile.GNU_FORMAT), mtime=0),
    ".tar.xz": lambda files: lzma.compress(as_tar(files)),
    ".tar.bz2": lambda files: bz2.compress(as_tar(files)),
}


def load(folder: Path, files: dict[str, bytes]) -> Corpus:
    for name, data in files.items():
        (folder / name).write_bytes(data)
    return load_corpus(folder)


def outcome(corpus: Corpus) -> dict[str, tuple[str, str]]:
    assert len({row.path for row in corpus.inputs}) == len(corpus.inputs)
    return {row.path: (row.status, row.code) for row in corpus.inputs}


def read(reader: Callable[..., Iterator[Part]], data: bytes) -> list[tuple[str, bytes | str]]:
    """Keys with the bytes of the member or the code of the fault."""
    parts = reader(io.BytesIO(data), LoadOptions())
    return [(part.key, part.stream.read() if isinstance(part, Member) else part.code) for part in parts]


def facts(reader: Callable[..., Iterator[Part]], data: bytes) -> dict[str, str]:
    parts = reader(io.BytesIO(data), LoadOptions())
    return {part.key: str(part.facts.get("detail", "")) for part in parts if isinstance(part, Fault)}


# ---- what is packed is read ----


@pytest.mark.parametrize("ending", PACKERS)
def test_members_of_every_kind_of_archive(tmp_path: Path, ending: str):
    files = {"湖北省/武汉市/2019.txt": TEXT, "b.csv": f"text\n{TEXT.split(maxsplit=1)[0]}\n二\n", "图.png": "\x89PNG"}
    data = PACKERS[ending]({name: text.encode("latin-1" if "png" in name else "utf-8") for name, text in files.items()})
    corpus = load(tmp_path, {f"a{ending}": data})
    # In the order of the archive.
    assert corpus.doc_ids == (f"a{ending}!湖北省/武汉市/2019.txt", f"a{ending}!b.csv#2", f"a{ending}!b.csv#3")
    assert corpus.documents[0].text == TEXT
    rows = {row.path: row for row in corpus.inputs}
    assert (rows[f"a{ending}"].code, rows[f"a{ending}"].facts) == ("archive_read", {"members": 3, "unread": 1})
    assert rows[f"a{ending}"].n_bytes == len(data)
    assert rows[f"a{ending}!图.png"].status == "failed"
    assert rows[f"a{ending}!b.csv"].doc_ids == corpus.doc_ids[1:]
    assert {doc.source for doc in corpus.documents} == {f"a{ending}"}


@pytest.mark.parametrize("pack", [gzip.compress, lzma.compress, bz2.compress], ids=["gz", "xz", "bz2"])
def test_a_compressed_file_is_the_file_itself(tmp_path: Path, pack: Callable[[bytes], bytes]):
    ending = {gzip.compress: "gz", lzma.compress: "xz", bz2.compress: "bz2"}[pack]
    lines = '{"text": "甲"}\n{"text": "乙"}\n'.encode()
    # Two streams one after the other are one file.
    corpus = load(tmp_path, {f"x.jsonl.{ending}": pack(lines[:17]) + pack(lines[17:]), f"y.TXT.{ending}": pack(b"y")})
    assert corpus.doc_ids == (f"x.jsonl.{ending}#1", f"x.jsonl.{ending}#2", f"y.TXT.{ending}")
    assert outcome(corpus) == dict.fromkeys((f"x.jsonl.{ending}", f"y.TXT.{ending}"), ("done", ""))
    assert [row.n_bytes for row in corpus.inputs] == [path.stat().st_size for path in sorted(tmp_path.iterdir())]


NAMES = st.text(st.sampled_from("ab年é報 _-"), min_size=1, max_size=8).map(str.strip).filter(bool)
FILES = st.dictionaries(st.lists(NAMES, min_size=1, max_size=3).map("/".join), st.binary(max_size=60), max_size=6)


@given(FILES, st.sampled_from(sorted(PACKERS)))
def test_what_was_packed_comes_out(files: dict[str, bytes], ending: str):
    # A name cannot be both a file and a folder, nor stand twice in another form of Unicode.
    names = {unicodedata.normalize("NFC", name): name for name in files}
    data = PACKERS[ending](files)
    stream = io.BytesIO(data)
    inner: Callable[..., Iterator[Part]] = ARCHIVES[".zip" if ending == ".zip" else ".tar"]
    if ending not in (".zip", ".tar"):
        ((key, data),) = read(ARCHIVES[reader_name(f"a{ending}", stream)], data)
        assert key == ""
    assert inner_name("甲/a.tgz") == inner_name("甲/a.tar.gz") == "甲/a.tar"
    if files or ending == ".zip":
        assert dict(read(inner, data)) == {f"!{name}": files[raw] for name, raw in names.items()}


def test_archives_inside_one_another(tmp_path: Path):
    one = as_zip({"甲.txt": TEXT.encode()})
    three = as_tar({"c.zip": as_zip({"b.tar.gz": gzip.compress(as_tar({"a.txt": TEXT.encode()}))})})
    four = as_zip({"3.zip": as_zip({"2.zip": as_zip({"1.zip": one})})})
    corpus = load(tmp_path, {"three.tar": three, "four.zip": four})
    assert corpus.doc_ids == ("three.tar!c.zip!b.tar.gz!a.txt",)
    rows = outcome(corpus)
    assert rows["four.zip!3.zip!2.zip!1.zip"] == ("done", "archive_read")
    assert rows["four.zip!3.zip!2.zip!1.zip!甲.txt"] == ("failed", "archive_limit")


def test_content_decides_inside_archives_too(tmp_path: Path):
    page = f"<!DOCTYPE html><html><body><p>{TEXT}让数据多跑路。</p></body></html>".encode("gb18030")
    corpus = load(tmp_path, {"a.docx": as_zip({"b.txt": as_zip({"c.doc": page}), "d.xyz": b"\1\2"})})
    assert corpus.doc_ids == ("a.docx!b.txt!c.doc",)
    assert outcome(corpus)["a.docx!d.xyz"] == ("failed", "format_unknown")


# ---- names ----


@pytest.mark.parametrize("codec", ["utf-8", "gb18030", "big5hkscs"])
def test_names_of_zip_without_a_flag(codec: str):
    name = "政府工作報告/武漢市.txt" if codec == "big5hkscs" else "政府工作报告/武汉市.txt"
    raw = name.encode(codec)
    old = "x" * len(raw)
    assert read(read_zip, renamed(as_zip({old: b"1"}), old, raw)) == [(f"!{name}", b"1")]


def test_names_are_judged_together_and_western_ones_stay():
    assert decode_names(["衢州".encode("gb18030"), "政府工作报告".encode("gb18030")]) == ["衢州", "政府工作报告"]
    assert decode_names(["Résumé.txt".encode("cp437")]) == ["Résumé.txt"]
    assert decode_names([b"plain.txt", "报告.txt".encode()]) == ["plain.txt", "报告.txt"]
    assert decode_names([]) == []
    # Each name is readable, also one that fits nothing.
    assert decode_names([b"\xff\xff.txt", "报告".encode("gb18030")])[1] == "报告"


def test_name_of_the_second_byte_5c_is_no_folder():
    # 鮘 and many others end in the byte of the backslash in GB18030.
    name = (
        next(char for char in map(chr, range(0x4E00, 0x9FA5)) if char.encode("gb18030")[1:] == b"\\") + "工作报告.txt"
    )
    raw = name.encode("gb18030")
    old = "x" * len(raw)
    assert read(read_zip, renamed(as_zip({old: b"1"}), old, raw)) == [(f"!{name}", b"1")]


def test_decomposed_names_and_backslashes():
    files = {unicodedata.normalize("NFD", "é年.txt"): b"1", "甲\\乙.txt": b"2", "./丙//丁.txt": b"3"}
    expected = [("!é年.txt", b"1"), ("!甲/乙.txt", b"2"), ("!丙/丁.txt", b"3")]
    assert read(read_zip, as_zip(files)) == read(read_tar, as_tar(files)) == expected


def test_unicode_name_in_the_extra_field():
    import zlib

    field = b"\1" + zlib.crc32(b"x.txt").to_bytes(4, "little") + "报告.txt".encode()
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        info = zipfile.ZipInfo("x.txt")
        info.extra = b"\x75\x70" + len(field).to_bytes(2, "little") + field
        archive.writestr(info, b"1")
    assert read(read_zip, out.getvalue()) == [("!报告.txt", b"1")]
    other = out.getvalue().replace(field[1:5], b"\0\0\0\0")  # the field belongs to another name
    assert read(read_zip, other) == [("!x.txt", b"1")]


def test_tar_names_in_gb18030():
    data = as_tar({"x" * 12: b"1"}, tarfile.GNU_FORMAT)
    raw = bytearray(data.replace(b"x" * 12, "工作报告".encode("gb18030") + b".txt"))
    raw[148:156] = b" " * 8
    raw[148:156] = b"%06o\0 " % sum(raw[:512])
    assert read(read_tar, bytes(raw)) == [("!工作报告.txt", b"1")]


@pytest.mark.parametrize("pack", ["zip", "tar"])
@pytest.mark.parametrize(
    "name", ["../a.txt", "a/../../b.txt", "/etc/a.txt", "C:\\a.txt", "c:a.txt", "\\\\host\\a.txt", "甲\\..\\..\\a.txt"]
)
def test_names_that_lead_elsewhere_are_refused(pack: str, name: str):
    reader, packer = (read_zip, as_zip) if pack == "zip" else (read_tar, as_tar)
    found = read(reader, packer({name: b"no", "good.txt": b"yes"}))
    assert found == [("!" + name.replace("\\", "/"), "member_refused"), ("!good.txt", b"yes")]


def test_control_characters_in_names():
    old, raw = "abcdef.txt", b"a\0b\nc\x1b.txt"
    assert read(read_zip, renamed(as_zip({old: b"1"}), old, raw)) == [("!a�b�c�.txt", "member_refused")]


def test_links_and_devices_are_refused():
    info = zipfile.ZipInfo("link.txt")
    info.external_attr = (stat.S_IFLNK | 0o777) << 16
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr(info, "/etc/passwd")
    assert read(read_zip, out.getvalue()) == [("!link.txt", "member_refused")]
    kinds = {"s": tarfile.SYMTYPE, "h": tarfile.LNKTYPE, "c": tarfile.CHRTYPE, "p": tarfile.FIFOTYPE}
    found = read(read_tar, tar_of(*kinds.items()))
    assert found == [(f"!{name}", "member_refused") for name in kinds]


def test_names_that_come_twice(tmp_path: Path):
    data = as_tar({"a.txt": b"one", "./a.txt": b"two", "a.txt (2)": b"three"}) + as_tar({"a.txt": b"four"})
    assert read(read_tar, data) == [
        ("!a.txt", b"one"),
        ("!a.txt (2)", "member_again"),
        ("!a.txt (2) (2)", "member_again"),
        ("!a.txt (3)", "member_again"),
    ]
    assert len(outcome(load(tmp_path, {"a.tar": data}))) == 5


@pytest.mark.parametrize("pack", ["zip", "tar"])
def test_hidden_files_have_one_line_a_folder(tmp_path: Path, pack: str):
    hidden = ["__MACOSX/a/._b.txt", "__MACOSX/c.txt", "甲/.git/x", "甲/.git/y/z.txt", "~$a.docx", "甲/Thumbs.db", ".b"]
    packer = as_zip if pack == "zip" else as_tar
    corpus = load(tmp_path, {"a.arc": packer(dict.fromkeys(hidden, b"x") | {"a.txt": b"1"})})
    expected = {f"a.arc!{name}" for name in ("__MACOSX", "甲/.git", "~$a.docx", "甲/Thumbs.db", ".b")}
    rows = outcome(corpus)
    assert {path for path, row in rows.items() if row == ("skipped", "file_hidden")} == expected
    assert rows.keys() - expected == {"a.arc", "a.arc!a.txt"}


def test_folders_have_no_line():
    files = {"甲/": b"", "甲/乙/": b"", "甲/a.txt": b"1"}
    assert read(read_zip, as_zip(files)) == [("!甲/a.txt", b"1")]
    assert read(read_tar, tar_of(("甲", tarfile.DIRTYPE), ("乙", tarfile.DIRTYPE))) == []


# ---- damage ----


def test_a_damaged_member_is_told_and_the_rest_goes_on():
    texts = {f"{at}.txt": random.Random(at).randbytes(3000) for at in range(3)}
    data = bytearray(as_zip(texts))
    data[4500] ^= 255  # in the second member
    assert read(read_zip, bytes(data)) == [
        ("!0.txt", texts["0.txt"]),
        ("!1.txt", "file_damaged"),
        ("!2.txt", texts["2.txt"]),
    ]


def test_a_damaged_header_of_tar_is_told_and_the_rest_goes_on():
    data = bytearray(as_tar({f"{at}.txt": bytes([65 + at]) * 600 for at in range(4)}))
    data[1536 : 1536 + 3] = b"zzz"
    found = read(read_tar, bytes(data))
    assert found == [
        ("!0.txt", b"A" * 600),
        ("!(byte 1536)", "file_damaged"),
        ("!2.txt", b"C" * 600),
        ("!3.txt", b"D" * 600),
    ]


@pytest.mark.parametrize("ending", PACKERS)
def test_an_archive_that_is_cut_short_fails_in_words(tmp_path: Path, ending: str):
    noise = random.Random(1)
    whole = PACKERS[ending]({f"{at}.txt": TEXT.encode() + noise.randbytes(900).hex().encode() for at in range(5)})
    corpus = load(tmp_path, {f"a{ending}": whole[: len(whole) * 2 // 3]})
    assert "file_damaged" in {code for _, code in outcome(corpus).values()}


def test_what_is_no_archive():
    for reader in (read_zip, read_tar, read_xz, read_bz2, read_gz):
        with pytest.raises(ReadError) as caught:
            read(reader, b"no archive at all" * 100)
        assert caught.value.code == "file_damaged"


def test_encrypted_archives():
    def locked(data: bytes, only: str = "") -> bytes:
        raw = bytearray(data)
        for mark, flags in ((b"PK\1\2", 8), (b"PK\3\4", 6)):
            at = -1
            while (at := raw.find(mark, at + 1)) >= 0:
                if only.encode() in raw[at : at + 60]:
                    raw[at + flags] |= 1
        return bytes(raw)

    data = as_zip({"a.txt": b"1", "b.txt": b"2"})
    assert read(read_zip, locked(data, "a.txt")) == [("!a.txt", "file_encrypted"), ("!b.txt", b"2")]
    with pytest.raises(ReadError) as caught:
        read(read_zip, locked(data))
    assert caught.value.code == "file_encrypted"


def test_ways_of_packing_that_not_every_python_knows():
    data = as_zip({"a.txt": b"1" * 50, "b.txt": b"2"})
    strange = bytearray(data)
    for mark, method in ((b"PK\1\2", 10), (b"PK\3\4", 8)):
        at = strange.find(mark)
        strange[at + method] = 9
    assert read(read_zip, bytes(strange)) == [("!a.txt", "archive_unsupported"), ("!b.txt", b"2")]
    for method in (zipfile.ZIP_STORED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA):
        assert read(read_zip, as_zip({"a.txt": b"1"}, method)) == [("!a.txt", b"1")]


# ---- limits ----


def zeros(n_bytes: int, pack: Callable[[bytes], bytes] = gzip.compress) -> bytes:
    return pack(bytes(n_bytes))


BOMBS = {
    "one.zip": lambda: as_zip({"a.txt": bytes(100_000_000)}),
    "many.zip": lambda: as_zip({f"{at}.txt": bytes(3_000_000) for at in range(60)}),
    "nested.zip": lambda: as_zip({"b.zip": as_zip({f"{at}.txt": bytes(30_000_000) for at in range(4)})}),
    "text.txt.gz": lambda: zeros(100_000_000),
    "text.txt.xz": lambda: zeros(100_000_000, lzma.compress),
    "text.txt.bz2": lambda: zeros(100_000_000, bz2.compress),
    "stored.tar.gz": lambda: gzip.compress(as_tar({"a.txt": bytes(100_000_000)})),
    "lines.zip": lambda: as_zip({"a.jsonl": b"\n" * 100_000_000}),
}


@pytest.mark.parametrize("name", BOMBS)
def test_bombs_end_early_and_in_words(tmp_path: Path, name: str):
    data = BOMBS[name]()
    assert len(data) < 200_000
    tracemalloc.start()
    corpus = load(tmp_path, {name: data})
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 180_000_000
    assert ("failed", "archive_limit") in outcome(corpus).values()


def test_a_file_that_unpacks_to_itself_ends():
    """A stand-in for the known archives that hold themselves: the depth ends them."""
    data = b"x"
    for _ in range(12):
        data = as_zip({"r.zip": data})
    keys = []

    def walk(key: str, stream: io.BytesIO, depth: int) -> None:
        for part in read_zip(stream, LoadOptions()):
            keys.append(key + part.key)
            if isinstance(part, Member) and depth < 20:
                walk(key + part.key, part.stream, depth + 1)

    with pytest.raises(ReadError):
        walk("", io.BytesIO(data), 0)
    assert len(keys) == 12


def test_compressed_several_times_over(tmp_path: Path):
    corpus = load(tmp_path, {"a.txt.gz.gz": gzip.compress(gzip.compress(TEXT.encode()))})
    assert outcome(corpus) == {"a.txt.gz.gz": ("failed", "archive_limit")}


def test_more_members_than_allowed(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(members, "MAX_MEMBERS", 5)
    monkeypatch.setattr("textgov.load.archive.MAX_MEMBERS", 5)
    files = {f"{at}.txt": b"1" for at in range(6)}
    for reader, pack in ((read_zip, as_zip), (read_tar, as_tar)):
        assert len(read(reader, pack(dict(list(files.items())[1:])))) == 5
        with pytest.raises(ReadError, match="more than 5 members"):
            read(reader, pack(files))


def test_a_directory_that_claims_to_be_huge():
    data = bytearray(as_zip({"a.txt": b"1"}))
    at = data.rfind(b"PK\5\6")
    data[at + 12 : at + 16] = b"\xfe\xff\xff\xff"
    with pytest.raises(ReadError, match="cut short"):
        read(read_zip, bytes(data))


def test_a_long_extended_header_of_tar():
    name = "甲" * 20_000
    with pytest.raises(ReadError, match="extended header"):
        read(read_tar, as_tar({name: b"1"}))
    with pytest.raises(ReadError, match="extended header"):
        read(read_tar, as_tar({name: b"1"}, tarfile.GNU_FORMAT))


def test_a_large_member_ends_alone(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(members, "HELD_BYTES", 1000)
    monkeypatch.setattr(members, "MEMBER_BYTES", 50_000)
    data = as_zip({"a.txt": b"a" * 60_000, "b.csv": b"b" * 60_000, "c.txt": b"c" * 40_000})
    parts = read_zip(io.BytesIO(data), LoadOptions())
    assert next(parts).code == "archive_limit"
    lines = next(parts)
    assert sum(len(chunk) for chunk in iter(lambda: lines.stream.read(7000), b"")) == 60_000
    assert next(parts).stream.read() == b"c" * 40_000


def test_what_lies_in_memory_is_counted_over_all_levels(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(members, "MEMBER_BYTES", 50_000)
    noise = random.Random(1).randbytes(30_000)
    stream = io.BytesIO(as_zip({"b.zip": as_zip({"a.txt": noise}), "c.txt": noise}))
    outer = read_zip(stream, LoadOptions())
    (inner,) = read_zip(next(outer).stream, LoadOptions())
    assert (inner.key, inner.code) == ("!a.txt", "archive_limit")
    assert next(outer).stream.read() == noise  # the memory was given back


# ---- streams of long members ----


class Slow(io.BytesIO):
    """A source that counts what is read from it."""

    n_read = 0

    def read(self, size: int | None = -1) -> bytes:
        data = super().read(size)
        self.n_read += len(data)
        return data


@pytest.fixture
def long_member(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(members, "HELD_BYTES", 200_000)
    data = random.Random(1).randbytes(1_000_000)
    source = Slow(data)
    return data, source, open_member(source, Budget(400_000_000), streamed=True)


def test_a_long_member_behaves_like_a_file(long_member):
    data, _, stream = long_member
    chance = random.Random(2)
    twin = io.BytesIO(data)
    for _ in range(300):
        offset = chance.choice((0, 5, 199_990, 200_000, 999_999, 1_000_000, 1_000_500, chance.randrange(1_000_000)))
        whence = chance.choice((0, 0, 2))
        assert stream.seek(-offset % 1_000_001 - 1_000_000 if whence else offset, whence) == twin.seek(
            -offset % 1_000_001 - 1_000_000 if whence else offset, whence
        )
        size = chance.choice((1, 10, 70_000, -1))
        assert stream.read(size) == twin.read(size)
        assert stream.tell() == twin.tell()
    assert stream.seek(0) == 0
    assert stream.readline() == data[: data.index(b"\n") + 1]


def test_a_look_at_the_beginning_of_a_long_member_is_free(long_member):
    data, source, stream = long_member
    before = source.n_read
    for _ in range(100):
        assert stream.read(5000) == data[:5000]
        stream.seek(0)
    assert source.n_read == before == 200_000
    assert stream.read() == data


def test_going_to_and_fro_is_paid_for(long_member):
    _, _, stream = long_member
    with pytest.raises(ReadError) as caught:
        for _ in range(400):
            stream.seek(990_000)
            stream.read(10)
            stream.seek(250_000)
            stream.read(10)
    assert caught.value.code == "archive_limit"


def test_damage_inside_a_long_member_is_told(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(members, "HELD_BYTES", 100_000)
    data = bytearray(gzip.compress(random.Random(1).randbytes(400_000).hex().encode()))
    data[-4000:-3900] = bytes(100)
    parts = read_gz(io.BytesIO(bytes(data)), LoadOptions())
    with pytest.raises(ReadError) as caught:
        next(parts).stream.read()
    assert caught.value.code == "file_damaged"


def test_the_budget_goes_with_the_stream():
    data = as_zip({"b.zip": as_zip({"a.txt": b"1"})})
    above = read_zip(io.BytesIO(data), LoadOptions())
    outer = next(above)
    below = read_zip(outer.stream, LoadOptions())
    inner = next(below)
    assert budget_of(outer.stream) is budget_of(inner.stream)
    assert budget_of(inner.stream).members == 2
    assert budget_of(io.BytesIO(data)) is not budget_of(io.BytesIO(data))


# ---- web archives ----

PAGE = "<html><body><p>推进一网通办，建设数字政府。</p></body></html>".encode("gb18030")
HTML_TYPE = "Content-Type: text/html; charset=gb2312"
HTTP = "Content-Type: application/http; msgtype=response\r\n"


def record(kind: str, block: bytes, address: str = "", more: str = "") -> bytes:
    told = f"WARC-Target-URI: {address}\r\n" if address else ""
    head = f"WARC/1.0\r\nWARC-Type: {kind}\r\n{told}WARC-Date: 2024-05-06T07:08:09Z\r\n{more}"
    return f"{head}Content-Length: {len(block)}\r\n\r\n".encode() + block + b"\r\n\r\n"


def response(address: str, body: bytes, *headers: str, status: str = "200 OK") -> bytes:
    head = "\r\n".join((f"HTTP/1.1 {status}", *headers)).encode()
    return record("response", head + b"\r\n\r\n" + body, address, HTTP)


SITE = "http://www.wuhan.gov.cn"
CHUNKED = b"%x\r\n%b\r\n0\r\n\r\n" % (len(PAGE), PAGE)
WARC = [
    record("warcinfo", b"software: by hand\r\n", more="Content-Type: application/warc-fields\r\n"),
    record("request", b"GET / HTTP/1.1\r\n\r\n", f"{SITE}/", HTTP.replace("response", "request")),
    response(f"{SITE}/", PAGE, HTML_TYPE),
    response(f"{SITE}/xxgk/2019/t1.html?a=1#b", gzip.compress(PAGE), HTML_TYPE, "Content-Encoding: gzip"),
    response(f"{SITE}/t2.shtml", CHUNKED, HTML_TYPE, "Transfer-Encoding: chunked"),
    response(f"{SITE}/%B1%A8%B8%E6.txt", TEXT.encode(), "Content-Type: text/plain"),
    response(f"{SITE}/files/%E6%8A%A5%E5%91%8A.PDF", b"%PDF-1.4 ...", "Content-Type: application/octet-stream"),
    response(f"{SITE}/logo.png", b"\x89PNG", "Content-Type: image/png"),
    response(f"{SITE}/gone.html", PAGE, HTML_TYPE, status="404 Not Found"),
    response(f"{SITE}/moved.html", b"", HTML_TYPE, "Location: /", status="302 Found"),
    record("revisit", b"", f"{SITE}/"),
    record("resource", PAGE, "https://xxgk.hefei.gov.cn/a.htm", "Content-Type: text/html\r\n"),
    record("response", b"20240506\nwww.wuhan.gov.cn.", "dns:www.wuhan.gov.cn", "Content-Type: text/dns\r\n"),
]
PAGES = {
    "!3-www.wuhan.gov.cn.html": PAGE,
    "!4-www.wuhan.gov.cn/xxgk/2019/t1.html?a=1.html": PAGE,
    "!5-www.wuhan.gov.cn/t2.shtml.html": PAGE,
    "!6-www.wuhan.gov.cn/报告.txt": TEXT.encode(),
    "!7-www.wuhan.gov.cn/files/报告.PDF": b"%PDF-1.4 ...",
    "!12-xxgk.hefei.gov.cn/a.htm.html": PAGE,
}


def test_pages_and_documents_of_a_web_archive():
    parts = {part.key: part for part in read_warc(io.BytesIO(b"".join(WARC)), LoadOptions())}
    note = parts.pop("!(left out)")
    assert parts.keys() == PAGES.keys()
    assert dict(read(read_warc, b"".join(WARC))) == PAGES | {"!(left out)": "pages_skipped"}
    assert note.status == "skipped"
    left = ["image/png", "request", "revisit", "status 302", "status 404", "text/dns", "warcinfo"]
    assert note.facts == {"n": 7, "detail": ", ".join(f"1 {why}" for why in left)}
    assert [part.meta["crawled"] for part in parts.values()] == ["2024-05-06"] * 6
    assert [part.meta["url"] for part in parts.values()][3] == f"{SITE}/%B1%A8%B8%E6.txt"


@pytest.mark.parametrize("ending", ["warc", "warc.gz"])
def test_address_of_a_page_reaches_the_document(tmp_path: Path, ending: str):
    data = b"".join(map(gzip.compress, WARC[:6]) if ending == "warc.gz" else WARC[:6])
    corpus = load(tmp_path, {f"a.{ending}": data})
    assert corpus.doc_ids == tuple(sorted(f"a.{ending}{key}" for key in list(PAGES)[:4]))
    urls = {doc.doc_id.rpartition("/")[2]: doc.meta["url"] for doc in corpus.documents}
    assert urls["报告.txt"] == f"{SITE}/%B1%A8%B8%E6.txt"
    assert outcome(corpus)[f"a.{ending}!(left out)"] == ("skipped", "pages_skipped")


def test_damaged_records_are_told_and_the_rest_goes_on():
    first, second, third = (response(f"{SITE}/{at}.txt", TEXT.encode(), "Content-Type: text/plain") for at in "123")
    lost = second.replace(b"WARC/1.0", b"WA?C/1.0").replace(b"Content-Length", b"Content-Lxngth")
    found = read(read_warc, first + lost + third)
    assert [value for _, value in found] == [TEXT.encode(), "file_damaged", TEXT.encode()]
    headless = second.replace(b"HTTP/1.1 200", b"H?TP 200")
    assert [value for _, value in read(read_warc, first + headless + third)][1] == "file_damaged"
    cut = read(read_warc, first + third[:-60])
    assert [value for _, value in cut] == [TEXT.encode(), "file_damaged"]
    packed = gzip.compress(PAGE)[:-20]
    torn = response(f"{SITE}/4.html", packed, HTML_TYPE, "Content-Encoding: gzip")
    assert [value for _, value in read(read_warc, torn + first)] == ["file_damaged", TEXT.encode()]


def test_layers_of_pages_that_are_there_and_that_are_not():
    import zlib

    both = ("Transfer-Encoding: chunked", "Content-Encoding: gzip")
    packed = gzip.compress(PAGE)
    pages = [
        response(f"{SITE}/1", b"%x\r\n%b\r\n0\r\n\r\n" % (len(packed), packed), HTML_TYPE, *both),
        response(f"{SITE}/2", packed, HTML_TYPE, *both),
        response(f"{SITE}/3", PAGE, HTML_TYPE, *both),
        response(f"{SITE}/4", zlib.compress(PAGE), HTML_TYPE, "Content-Encoding: deflate"),
        # An uncompressed block of Brotli: header of the window, length, then the bytes and the last, empty block.
        response(f"{SITE}/5", b"\x8b\x1f\x80" + b"a" * 64 + b"\x03", HTML_TYPE, "Content-Encoding: br"),
        response(f"{SITE}/6", PAGE, HTML_TYPE, "Content-Encoding: br"),
    ]
    values = [value for _, value in read(read_warc, b"".join(pages))]
    assert values == [PAGE, PAGE, PAGE, PAGE, b"a" * 64, PAGE]
    torn = response(f"{SITE}/7", CHUNKED[:-25], HTML_TYPE, "Transfer-Encoding: chunked")
    assert [value for _, value in read(read_warc, torn)] == ["file_damaged"]


def test_a_bomb_in_a_page():
    bomb = response(f"{SITE}/a.html", zeros(60_000_000), HTML_TYPE, "Content-Encoding: gzip")
    with pytest.raises(ReadError) as caught:
        read(read_warc, bomb)
    assert caught.value.code == "archive_limit"


def test_addresses_without_sense():
    addresses = ("http://[::1/a", "http://a.gov.cn/" + "%41/" * 200, "http://a.gov.cn/a b!c#d", "ftp://x/y.txt", "")
    data = b"".join(response(address, TEXT.encode(), "Content-Type: text/plain") for address in addresses)
    parts = list(read_warc(io.BytesIO(data), LoadOptions()))
    assert all(isinstance(part, Member) and len(part.key) < 170 for part in parts)
    assert [part.key for part in parts][2:] == ["!3-a.gov.cn/a_b_c.txt", "!4-x/y.txt", "!5-page.txt"]


# ---- fuzz ----

SEEDS = {
    "a.zip": as_zip({"甲/报告.txt": TEXT.encode(), "b.csv": b"text\nabc\n" * 20, "c.zip": as_zip({"d.txt": b"d"})}),
    "stored.zip": as_zip({"a.txt": TEXT.encode(), "../b.txt": b"x"}, zipfile.ZIP_STORED),
    "lzma.zip": as_zip({"a.txt": TEXT.encode() * 9}, zipfile.ZIP_LZMA),
    "bzip.zip": as_zip({"a.txt": TEXT.encode() * 9}, zipfile.ZIP_BZIP2),
    "a.tar": as_tar({"甲/报告.txt": TEXT.encode(), "b" * 150: b"x" * 700}),
    "gnu.tar": as_tar({"甲" * 60: TEXT.encode(), "c.txt": b"x" * 700}, tarfile.GNU_FORMAT),
    "old.tar": as_tar({"a.txt": b"x" * 700, "b.txt": b"y"}, tarfile.USTAR_FORMAT),
    "a.tgz": gzip.compress(as_tar({"a.txt": TEXT.encode()}), mtime=0),
    "a.tar.xz": lzma.compress(as_tar({"a.txt": TEXT.encode()})),
    "a.jsonl.bz2": bz2.compress(b'{"text": "a"}\n' * 50),
    "a.warc": b"".join(WARC),
    "a.warc.gz": b"".join(map(gzip.compress, WARC[:4])),
}


def mutated(data: bytes, chance: random.Random) -> bytes:
    raw = bytearray(data)
    for _ in range(chance.choice((1, 1, 2, 5, 30))):
        at = chance.randrange(len(raw))
        what = chance.random()
        if what < 0.6:
            raw[at] = chance.randrange(256)
        elif what < 0.8:
            raw[at : at + 4] = chance.choice((b"\xff\xff\xff\xff", bytes(4), b"\xff\xff\xff\x7f", b"\1\0\0\0"))
        elif what < 0.9:
            del raw[at : at + chance.randrange(1, 200)]
        else:
            raw[at:at] = raw[: chance.randrange(1, 200)]
        if not raw:
            return b"x"
    return bytes(raw)


def read_all(name: str, stream: io.BytesIO, depth: int = 0) -> None:
    try:
        reader = ARCHIVES.get(reader_name(name, stream))
        if reader is None or depth > 4:
            stream.read()
            return
        for part in reader(stream, LoadOptions()):
            if isinstance(part, Member):
                read_all(part.name or inner_name(name), part.stream, depth + 1)
            assert part.key.encode() or isinstance(part, Member)
    except ReadError:
        pass


@pytest.mark.parametrize("name", SEEDS)
def test_damaged_archives_never_stop_a_run(name: str):
    chance = random.Random(name)
    tracemalloc.start()
    for _ in range(60):
        read_all(name, io.BytesIO(mutated(SEEDS[name], chance)))
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 150_000_000
