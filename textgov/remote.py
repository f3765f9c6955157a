"""Files behind URLs: every protocol of fsspec, its faults told in words of ours."""

from __future__ import annotations

import io
import re
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO, cast
from urllib.request import url2pathname

from textgov.errors import ReadError, RemoteError, TextgovError, UsageError
from textgov.optional import need

URL = re.compile(r"([A-Za-z][A-Za-z0-9+.-]+)://")  # the letter of a drive is one letter
LOST_SLASH = re.compile(r"[A-Za-z][A-Za-z0-9+.-]+:[\\/]")  # what is left of a URL that was made a path
CHAIN = re.compile(r"::[a-z0-9+]+://")
# The packages that bring a protocol, where their name is not told by that of the protocol.
PACKAGES = {
    **dict.fromkeys(("s3", "s3a"), "s3fs"),
    **dict.fromkeys(("gs", "gcs"), "gcsfs"),
    **dict.fromkeys(("abfs", "az", "adl"), "adlfs"),
    **dict.fromkeys(("sftp", "ssh"), "paramiko"),
    **dict.fromkeys(("http", "https"), "aiohttp"),
    **{"oss": "ossfs", "tos": "tosfs", "smb": "smbprotocol", "webhdfs": "requests", "webdav": "webdav4"},
}
Stream = io.BytesIO | io.BufferedReader
PIECE = 8_000_000  # bytes that are asked for at once of a file that is not held in memory
# What a listing calls the hash of the content, and where there is none the times of change.
HASHES = ("ETag", "etag", "md5Hash", "checksum", "Content-MD5", "Digest", "sha")
TIMES = (
    "LastModified",
    "last_modified",
    "Last-Modified",
    "mtime",
    "modified",
    "updated",
    "modificationTime",
    "created",
)
REFUSED = ("NoCredentialsError", "PartialCredentialsError", "AccessDenied", "RefreshError", "AuthenticationException")


def is_url(source: Path | str | RemotePath) -> bool:
    """Whether a source is a URL; ``C:/x`` is a path."""
    return isinstance(source, RemotePath) or (isinstance(source, str) and URL.match(source) is not None)


def place_of(source: Path | str | RemotePath) -> Path | RemotePath:
    """A path as it is, a URL as a `RemotePath`; ``file://`` is a path.

    Raises
    ------
    UsageError
        The URL is a chain of protocols, or was made a `Path`, which takes one of its slashes away.
    """
    if isinstance(source, RemotePath):
        return source
    text = str(source)
    if isinstance(source, str) and (found := URL.match(text)):
        if CHAIN.search(text):
            raise UsageError("url_bad", path=text, detail="a chain of protocols (::)")
        return _local(text[found.end() :]) if found[1].lower() == "file" else RemotePath(text)
    if LOST_SLASH.match(text) and not Path(text).exists():
        raise UsageError("url_bad", path=text, detail="give a URL as text, with //, and not as a Path")
    return Path(source)


def _local(rest: str) -> Path:
    """The path of what stands behind ``file://``."""
    host, _, path = rest.partition("/")
    return Path(url2pathname(f"/{path}" if host in ("", "localhost") else f"//{host}/{path}"))


@dataclass(frozen=True, slots=True, order=True)
class RemotePath:
    """A file or a folder behind a URL, with those names of `Path` that the store needs.

    Nothing is asked of the storage before a method is called. All methods raise `RemoteError` when the storage does not
    answer or refuses, and `FileNotFoundError` when there is no such file.
    """

    url: str

    def __post_init__(self) -> None:
        protocol, _, rest = self.url.partition("://")
        object.__setattr__(self, "url", f"{protocol.lower()}://{rest.rstrip('/')}")

    def __str__(self) -> str:
        return self.url

    def __truediv__(self, name: str) -> RemotePath:
        return RemotePath(self._start + name)

    @property
    def _start(self) -> str:
        """What the URLs of all that lies in it begin with."""
        return self.url if self.url.endswith("://") else f"{self.url}/"

    @property
    def name(self) -> str:
        """What stands behind the last slash."""
        return self.url.rpartition("/")[2]

    @property
    def stem(self) -> str:
        """The name without its ending."""
        return self.name.rpartition(".")[0] or self.name

    def below(self, folder: RemotePath) -> str:
        """Its name in a folder; empty if it does not lie there."""
        return self.url[len(folder._start) :] if self.url.startswith(folder._start) else ""

    def info(self) -> Mapping[str, Any]:
        """Its ``type`` (file or directory), ``size``, and what else the storage says of it."""
        with answered(self.url):
            fs, path = _opened(self.url)
            fs.invalidate_cache()
            found: Mapping[str, Any] = fs.info(path)
            return found

    def listing(self) -> list[tuple[str, Mapping[str, Any]]]:
        """What lies directly in the folder: each name in it, and what `info` would say."""
        with answered(self.url):
            fs, path = _opened(self.url)
            fs.invalidate_cache()
            found = list(_below(path, fs.ls(path, detail=True)))
            fs.invalidate_cache()
            return found

    def find(self) -> list[tuple[str, Mapping[str, Any]]]:
        """Every file below the folder, as `listing`; none if there is no such folder."""
        with answered(self.url):
            fs, path = _opened(self.url)
            # What a worker writes elsewhere must be seen, and a long list not be kept.
            fs.invalidate_cache()
            try:
                found = list(_below(path, fs.find(path, detail=True).values()))
            except FileNotFoundError:
                return []
            fs.invalidate_cache()
            return [(name, about) for name, about in found if about.get("type", "file") != "directory"]

    def read(self, end: int | None = None) -> bytes:
        """Its bytes, up to `end` at most, by one request."""
        with answered(self.url):
            fs, path = _opened(self.url)
            data: bytes = fs.cat_file(path) if end is None else fs.cat_file(path, start=0, end=end)
            return data

    @contextmanager
    def opened(self) -> Iterator[BinaryIO]:
        """A stream that asks for a piece at a time, at any place."""
        with answered(self.url):
            fs, path = _opened(self.url)
            fs.invalidate_cache()
            stream = fs.open(path, "rb", block_size=PIECE, cache_type="readahead")
        try:
            yield _Told(self.url, stream)  # type: ignore[misc]
        finally:
            stream.close()

    def upload(self, file: Path) -> None:
        """Take the bytes of a file of this machine: whole, or the storage shows nothing new."""
        with answered(self.url):
            fs, path = _opened(self.url)
            try:
                fs.put_file(str(file), path)
            except FileNotFoundError:
                # Not makedirs: of an object store it would make a bucket where a name was misspelt.
                fs.mkdir(path.rpartition("/")[0], create_parents=False)
                fs.put_file(str(file), path)
            finally:
                fs.invalidate_cache()

    def remove(self) -> None:
        """Delete the file if it is there."""
        with answered(self.url):
            fs, path = _opened(self.url)
            fs.invalidate_cache()
            with suppress(FileNotFoundError):
                fs.rm_file(path)
            fs.invalidate_cache()


class _Told(io.RawIOBase):
    """A stream of fsspec whose faults are told."""

    def __init__(self, url: str, stream: BinaryIO) -> None:
        self.url, self.stream = url, stream

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        return self.stream.seek(offset, whence)

    def tell(self) -> int:
        return self.stream.tell()

    def read(self, size: int | None = -1) -> bytes:
        with answered(self.url):
            return self.stream.read(-1 if size is None else size)


def _opened(url: str) -> tuple[Any, str]:
    """The file system of a URL, and the path in it."""
    fsspec = need("fsspec")
    protocol = url.partition("://")[0]
    try:
        kind = fsspec.get_filesystem_class(protocol)
    except ValueError:
        known = ", ".join(sorted(PACKAGES))
        raise UsageError("protocol_unknown", path=url, protocol=protocol, known=known) from None
    except ImportError as error:
        package = PACKAGES.get(protocol, f"fsspec[{protocol}]")
        raise UsageError("protocol_package", path=url, package=package, detail=str(error)) from None
    # As fsspec.core.url_to_fs, which would take :: in the name of a file for a chain of protocols.
    return kind(**kind._get_kwargs_from_urls(url)), kind._strip_protocol(url)


def _below(folder: str, found: Iterable[Mapping[str, Any]]) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Entries of a listing with their names in the folder; the entry of the folder itself is left out.

    A folder without a name is what an object store makes of two slashes in a row.
    """
    start = len(folder.rstrip("/")) + 1
    for one in found:
        name = one.get("name", "")
        if name[start:] or (len(name) == start and one.get("type") == "directory"):
            yield name[start:], one


@contextmanager
def answered(url: str) -> Iterator[None]:
    """Turn what the packages of the protocols raise into errors of ours; each has its own and they are no `OSError`."""
    try:
        yield
    except (TextgovError, FileNotFoundError, MemoryError):
        raise
    except Exception as error:
        kind = type(error).__name__
        detail = f"{kind}: {str(error)[:200]}" if str(error) else kind
        refused = isinstance(error, PermissionError) or any(name in detail for name in REFUSED)
        raise RemoteError("remote_denied" if refused else "remote_failed", path=url, detail=detail) from None


def stamp_of(info: Mapping[str, Any]) -> str:
    """What a storage says of the content of a file, so that a change is known: its hash, else its times of change."""
    for name in HASHES:
        if info.get(name):
            return f"{name} {info[name]}"
    return " ".join(f"{name} {info[name]}" for name in TIMES if info.get(name))


TRIES = 2  # of a file whose storage answers


def fetch(path: RemotePath, n_bytes: int, held: int) -> Stream:
    """The bytes of a file, got once: in memory if there are at most `held`, else in a temporary file without a name.

    ``n_bytes`` is the size that was listed, 0 if none was.

    Raises
    ------
    ReadError
        This file cannot be got, and the storage answers.
    RemoteError
        The storage does not answer.
    FileNotFoundError
        There is no such file any more.
    """
    detail: object = ""
    for _ in range(TRIES):
        try:
            # Up to a place: asked for all of a file, some packages first ask for its size. Of nothing there is no part.
            data = path.read(held + 1 if n_bytes else None) if n_bytes <= held else b""
            return _copied(path) if max(n_bytes, len(data)) > held else io.BytesIO(data)
        except RemoteError as error:
            detail = error.facts["detail"]
            if error.code == "remote_denied" or not _answers(path):
                break
    raise ReadError("file_unfetched", detail=detail)


def _answers(path: RemotePath) -> bool:
    """Whether the storage tells of a file (False: it refuses to); an error when it does not answer at all."""
    try:
        path.info()
    except RemoteError as error:
        if error.code == "remote_denied":
            return False
        raise
    return True


def _copied(path: RemotePath) -> Stream:
    target = cast(io.BufferedReader, tempfile.TemporaryFile())  # noqa: SIM115  # closed by who asked for it
    try:
        with path.opened() as stream:
            while piece := stream.read(PIECE):
                target.write(piece)
        target.seek(0)
    except BaseException:
        target.close()
        raise
    return target
