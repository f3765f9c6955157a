"""Archives (zip, tar) and compressed files (gz, xz, bz2), read without unpacking to disk."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import re
import tarfile
import unicodedata
import zipfile
import zlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from pathlib import PurePosixPath
from typing import Any, BinaryIO, cast

from textgov.errors import ReadError
from textgov.load.encoding import plausibility
from textgov.load.members import CHUNK, MAX_MEMBERS, Budget, budget_of, damage_told, open_member
from textgov.load.raw import Fault, LoadOptions, Member

# Readers that go through a file from front to end, so that a long member need not be held in memory.
STREAMED = frozenset((".csv", ".tsv", ".jsonl", ".ndjson", ".warc", ".tar", ".tgz", ".gz", ".xz", ".bz2"))
HIDDEN_NAMES = frozenset(("Thumbs.db", "desktop.ini", "__MACOSX"))
DRIVE = re.compile(r"[A-Za-z]:")
CONTROL = re.compile(r"[\x00-\x1f\x7f]")
# Stored, deflated, bzip2 and LZMA: what every Python that we run on can read.
ZIP_METHODS = frozenset((0, 8, 12, 14))
ENCRYPTED, UTF8_NAME = 0x1, 0x800
UNICODE_PATH = 0x7075
# A directory of a zip that is longer than this per member holds no names but an attack.
ENTRY_BYTES = 300
ZIP_END, ZIP64_END, ZIP_ENTRY = b"PK\5\6", b"PK\6\6", b"PK\1\2"
# Extended headers of tar hold names and times; parsing long ones can take quadratic time.
HEADER_BYTES = 16_384
# The dictionary of xz -9 takes 64 MiB; a file can ask for 4 GiB.
XZ_MEMORY = 128 << 20


# ---- names ----


class Door:
    """Lets members in by their names: hidden ones, dangerous ones and those that came before stay out."""

    def __init__(self) -> None:
        self._seen: set[str] = set()
        self._hidden: set[str] = set()
        self._times: dict[str, int] = {}

    def admit(self, name: str) -> str | Fault | None:
        """The path under which a member is read; or why not, said once for all that lies in a hidden folder."""
        path = unicodedata.normalize("NFC", name.replace("\\", "/"))
        parts = [part for part in path.split("/") if part not in ("", ".")]
        danger = _danger(path, parts)
        if danger:
            return self.refuse(CONTROL.sub("\N{REPLACEMENT CHARACTER}", path), "member_refused", detail=danger)
        hidden = next((at for at, part in enumerate(parts, 1) if is_hidden(part)), 0)
        if hidden:
            return self._pass_over("/".join(parts[:hidden]))
        path = "/".join(parts)
        if path in self._seen:
            return self.refuse(path, "member_again")
        self._seen.add(path)
        return path

    def refuse(self, path: str, code: str, **facts: object) -> Fault:
        """A fault whose key nothing else in the archive has."""
        key = path
        while key in self._seen:
            self._times[path] = self._times.get(path, 1) + 1
            key = f"{path} ({self._times[path]})"
        self._seen.add(key)
        return Fault(f"!{key}", code, facts)

    def _pass_over(self, path: str) -> Fault | None:
        if path in self._hidden:
            return None
        self._hidden.add(path)
        return Fault(self.refuse(path, "file_hidden").key, "file_hidden", status="skipped")


def is_hidden(part: str) -> bool:
    """Whether a file or folder of this name is no document: hidden, a lock file, or made by the system."""
    return part.startswith((".", "~$")) or part in HIDDEN_NAMES


def _danger(path: str, parts: Sequence[str]) -> str:
    if path.startswith("/") or DRIVE.match(path):
        return "its name is an absolute path"
    if ".." in parts:
        return "its name leads out of the archive"
    if CONTROL.search(path) or not parts:
        return "its name is empty or has control characters"
    return ""


def decode_names(names: Sequence[bytes]) -> list[str]:
    """Names whose encoding is not told: UTF-8 (macOS), GB18030 or Big5 (Chinese Windows), else CP437, as zip has it.

    The names of an archive come from one system, so they are judged together.
    """
    foreign = b"\n".join(name for name in names if not name.isascii())
    first = [codec for codec in ("utf-8", "gb18030", "big5hkscs") if fits(foreign, codec)]
    if first[:1] != ["utf-8"]:
        first.sort(key=lambda codec: -plausibility(foreign.decode(codec)))
        # Letters of Western Europe lie below 0xA9 in CP437; Chinese in the other two always has higher bytes.
        if max(foreign, default=0) < 0xA9:
            first.insert(0, "cp437")
    return [_decode_name(name, (*first, "utf-8", "gb18030", "big5hkscs", "cp437")) for name in names]


def fits(data: bytes, codec: str) -> bool:
    """Whether bytes are text in this encoding."""
    try:
        data.decode(codec)
    except UnicodeDecodeError:
        return False
    return True


def _decode_name(name: bytes, codecs: Sequence[str]) -> str:
    return name.decode(next(codec for codec in codecs if fits(name, codec)))


def inner_name(name: str) -> str:
    """The name of what a compressed file holds: ``x.jsonl`` for ``x.jsonl.gz``, ``x.tar`` for ``x.tgz``."""
    path = PurePosixPath(name)
    ending = path.suffix.lower()
    if ending in (".gz", ".xz", ".bz2"):
        return str(path.with_suffix(""))
    return str(path.with_suffix(".tar")) if ending in (".tgz", ".txz", ".tbz", ".tbz2") else name


# ---- zip ----


def read_zip(stream: BinaryIO, options: LoadOptions) -> Iterator[Member | Fault]:
    """Members of a zip archive, in its order."""
    budget = budget_of(stream)
    with open_zip(stream) as archive:
        entries = [(info, name) for info, name in _zip_names(archive.infolist()) if not name.endswith(("/", "\\"))]
        if entries and all(info.flag_bits & ENCRYPTED for info, _ in entries):
            raise ReadError("file_encrypted")
        door = Door()
        for info, name in entries:
            budget.count_member()
            path = door.admit(name)
            if isinstance(path, str):
                fault = _zip_fault(info, path)
                path = fault or path
            if isinstance(path, str):
                yield from _hand_out(path, _zip_opener(archive, info), budget)
            elif path is not None:
                yield path


def open_zip(stream: BinaryIO) -> zipfile.ZipFile:
    """Open a zip whose directory has been seen to be of a bearable size.

    Raises
    ------
    ReadError
        It is damaged, or has too many members.
    """
    _check_directory(stream)
    with damage_told():
        return zipfile.ZipFile(stream)


def _check_directory(stream: BinaryIO) -> None:
    """The library makes an object of every entry before it can be asked how many there are."""
    size = stream.seek(0, io.SEEK_END)
    start = max(0, size - 65_700)  # the end record, with the longest comment that it can have, and its zip64 twin
    stream.seek(start)
    tail = stream.read()
    at = tail.rfind(ZIP_END)
    length = int.from_bytes(tail[at + 12 : at + 16], "little")
    if length == 0xFFFFFFFF and ZIP64_END in tail:
        at = tail.rfind(ZIP64_END)
        length = int.from_bytes(tail[at + 40 : at + 48], "little")
    begin = start + at - length
    if at < 0 or begin < 0:
        raise ReadError("file_damaged", detail="not a zip archive, or cut short")
    stream.seek(begin)
    head = stream.read(min(length, ENTRY_BYTES * MAX_MEMBERS))
    stream.seek(0)
    if length > ENTRY_BYTES * MAX_MEMBERS or head.count(ZIP_ENTRY) > MAX_MEMBERS:
        raise ReadError("archive_limit", detail=f"more than {MAX_MEMBERS:,} members")


def _zip_names(infos: Sequence[zipfile.ZipInfo]) -> list[tuple[zipfile.ZipInfo, str]]:
    """Entries with their names. Where no flag says UTF-8, the library has read the bytes as CP437."""
    told = {at: info.orig_filename for at, info in enumerate(infos) if info.flag_bits & UTF8_NAME}
    raw = {at: info.orig_filename.encode("cp437", "replace") for at, info in enumerate(infos) if at not in told}
    told |= {at: name for at in raw if (name := _unicode_path(infos[at], raw[at]))}
    guessed = [at for at in raw if at not in told]
    told |= dict(zip(guessed, decode_names([raw[at] for at in guessed]), strict=True))
    return [(info, told[at]) for at, info in enumerate(infos)]


def _unicode_path(info: zipfile.ZipInfo, name: bytes) -> str:
    """The name in UTF-8 that some programs put beside the other one, if it belongs to it."""
    extra = info.extra
    while len(extra) >= 4:
        kind, length = int.from_bytes(extra[:2], "little"), int.from_bytes(extra[2:4], "little")
        field, extra = extra[4 : 4 + length], extra[4 + length :]
        if kind == UNICODE_PATH and field[:1] == b"\1" and field[1:5] == zlib.crc32(name).to_bytes(4, "little"):
            return field[5:].decode() if fits(field[5:], "utf-8") else ""
    return ""


def _zip_fault(info: zipfile.ZipInfo, path: str) -> Fault | None:
    if (info.external_attr >> 16) & 0o170000 == 0o120000:
        return Fault(f"!{path}", "member_refused", {"detail": "a link"})
    if info.flag_bits & ENCRYPTED:
        return Fault(f"!{path}", "file_encrypted")
    if info.compress_type not in ZIP_METHODS:
        return Fault(f"!{path}", "archive_unsupported", {"kind": f"zip ({info.compress_type})"})
    return None


def _zip_opener(archive: zipfile.ZipFile, info: zipfile.ZipInfo) -> Callable[[], BinaryIO]:
    return lambda: cast(BinaryIO, archive.open(info))


def _hand_out(path: str, opener: Callable[[], BinaryIO], budget: Budget) -> Iterator[Member | Fault]:
    """One member, or why it cannot be read; what breaks the limits of the whole archive ends it."""
    try:
        with damage_told():
            source = opener()
        with closing(source):
            streamed = PurePosixPath(path).suffix.lower() in STREAMED
            with closing(open_member(source, budget, streamed=streamed)) as member:
                yield Member(f"!{path}", path, member)
    except ReadError as error:
        if budget.exhausted:
            raise
        yield Fault(f"!{path}", error.code, error.facts)


# ---- tar ----


class _Header(tarfile.TarInfo):
    """A header whose sizes have been looked at before the library acts on them."""

    @classmethod
    def frombuf(cls, buf: bytes | bytearray, encoding: str, errors: str) -> _Header:
        info = super().frombuf(buf, encoding, errors)
        if info.type in (b"x", b"g", b"X", b"L", b"K") and info.size > HEADER_BYTES:
            raise ReadError("archive_limit", detail=f"an extended header has {info.size:,} bytes")
        return info

    @classmethod
    def fromtarfile(cls, archive: tarfile.TarFile) -> _Header:
        try:
            return super().fromtarfile(archive)
        except tarfile.HeaderError as error:
            # The library goes on in silence, as it does at the end.
            if isinstance(archive, _Tar) and type(error).__name__ in ("InvalidHeaderError", "TruncatedHeaderError"):
                archive.damaged.append(archive.offset)
            raise


class _Tar(tarfile.TarFile):
    """A tar archive that remembers where it could not be read."""

    tarinfo = _Header
    members: list[tarfile.TarInfo]

    def __init__(self, stream: BinaryIO) -> None:
        self.damaged: list[int] = []
        super().__init__(fileobj=stream, mode="r", ignore_zeros=True, encoding="utf-8", errors="surrogateescape")


def read_tar(stream: BinaryIO, options: LoadOptions) -> Iterator[Member | Fault]:
    """Members of a tar archive, in its order; behind a damaged header reading goes on at the next whole one."""
    budget = budget_of(stream)
    door = Door()
    with damage_told():
        archive = _Tar(stream)
    with closing(archive):
        told = 0
        while True:
            with damage_told():
                info = archive.next()
            archive.members.clear()  # the library would keep all headers
            if len(archive.damaged) > told:
                yield door.refuse(f"(byte {archive.damaged[told]})", "file_damaged", detail="no tar header")
                told = len(archive.damaged)
            if info is None:
                break
            budget.count_member()
            if not info.isdir():
                yield from _tar_member(archive, info, door, budget)
    if not budget.members:
        raise ReadError("file_damaged", detail="not a tar archive")


def _tar_member(archive: _Tar, info: tarfile.TarInfo, door: Door, budget: Budget) -> Iterator[Member | Fault]:
    (name,) = decode_names([info.name.encode("utf-8", "surrogateescape")])
    path = door.admit(name)
    if isinstance(path, str):
        if info.isreg() and not info.issparse():
            yield from _hand_out(path, lambda: cast(BinaryIO, archive.extractfile(info)), budget)
        else:
            yield Fault(f"!{path}", "member_refused", {"detail": "a link, a device or a sparse file"})
    elif path is not None:
        yield path


# ---- one compressed file ----


def read_gz(stream: BinaryIO, options: LoadOptions) -> Iterator[Member]:
    """What a gzip file holds."""
    yield from _single(gzip.GzipFile(fileobj=stream, mode="rb"), stream)


def read_bz2(stream: BinaryIO, options: LoadOptions) -> Iterator[Member]:
    """What a bzip2 file holds."""
    yield from _single(_Unpacked(stream, bz2.BZ2Decompressor), stream)


def read_xz(stream: BinaryIO, options: LoadOptions) -> Iterator[Member]:
    """What an xz file holds."""
    yield from _single(_Unpacked(stream, lambda: lzma.LZMADecompressor(memlimit=XZ_MEMORY)), stream)


def _single(source: Any, stream: BinaryIO) -> Iterator[Member]:
    # No name: the caller knows that of the compressed file.
    with closing(open_member(source, budget_of(stream), streamed=True)) as member:
        yield Member("", "", member)


class _Unpacked(io.RawIOBase):
    """A compressed file with one stream or several; unlike that of the library, with a limit of memory."""

    def __init__(self, packed: BinaryIO, new: Callable[[], Any]) -> None:
        super().__init__()
        self._packed = packed
        self._new = new
        self._decoder = new()
        self._at = 0

    def read(self, size: int = -1) -> bytes:
        while True:
            packed = b""
            if self._decoder.eof:
                packed = (self._decoder.unused_data or self._packed.read(CHUNK)).lstrip(b"\0")  # padding
                if not packed and not (packed := self._packed.read(CHUNK).lstrip(b"\0")):
                    return b""
                self._decoder = self._new()
            elif self._decoder.needs_input and not (packed := self._packed.read(CHUNK)):
                raise ValueError("the file is cut short")
            data: bytes = self._decoder.decompress(packed, size)
            if data:
                self._at += len(data)
                return data

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        """Go to a place, from the beginning again if it lies behind."""
        if offset < self._at:
            self._packed.seek(0)
            self._decoder, self._at = self._new(), 0
        while self._at < offset and self.read(min(CHUNK, offset - self._at)):
            pass
        return self._at
