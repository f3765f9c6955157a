"""Sources and shards behind URLs: the same bytes as from a disk, and no fault of a network loses anything."""

from __future__ import annotations

import hashlib
import importlib.util
import shutil
import signal
import subprocess
import sys
import time
import unicodedata
import zipfile
from collections.abc import Iterator
from itertools import product
from pathlib import Path, PurePosixPath
from typing import Any, ClassVar

import fsspec
import pytest
from fsspec.implementations.memory import MemoryFileSystem
from hypothesis import given
from hypothesis import strategies as st
from test_batch import CLI, N_DOCUMENTS, STORE, digests, fill, first_of, go, options
from test_engine import Cluster

from textgov import remote
from textgov.batch import read_state, read_status
from textgov.cli import main
from textgov.errors import ExtraError, RemoteError, StoreError, UsageError
from textgov.kwic import KwicOptions, find_in_run
from textgov.load import list_inputs, load_corpus
from textgov.project import read_project
from textgov.remote import RemotePath, place_of, stamp_of
from textgov.run import plan_panel
from textgov.run.quantities import write_quantities
from textgov.store import MARK, RunDocuments, ShardFiles, shard_folder

READ, LATER = "长沙市2015年政府工作报告.txt", "长沙市2019年政府工作报告.txt"


@pytest.fixture(autouse=True)
def small_shards(monkeypatch) -> None:
    monkeypatch.setattr("textgov.batch.shards.SHARD_FILES", 3)


@pytest.fixture(autouse=True)
def empty_storage() -> Iterator[None]:
    """Every test begins with a storage that holds nothing."""
    for kind in (MemoryFileSystem, Faulty):
        kind.store.clear()
        kind.pseudo_dirs[:] = [""]
    Faulty.faults, Faulty.calls = {}, []
    yield
    MemoryFileSystem.store.clear()


class Faulty(MemoryFileSystem):
    """A storage in memory that counts what is asked of it, and fails when it is told to.

    ``faults`` has for a method and a part of the path the errors of the next calls, and None for a call that works.
    """

    protocol = "faulty"
    store: ClassVar[dict[str, Any]] = {}
    pseudo_dirs: ClassVar[list[str]] = [""]
    faults: ClassVar[dict[tuple[str, str], list[Exception | None]]] = {}
    calls: ClassVar[list[tuple[str, str]]] = []

    @classmethod
    def _strip_protocol(cls, path):
        return super()._strip_protocol(str(path).removeprefix("faulty://"))

    def note(self, method: str, path: str) -> None:
        self.calls.append((method, path))
        for (name, part), errors in self.faults.items():
            if name in (method, "*") and part in path and errors:
                error = errors[0] if name == "*" else errors.pop(0)
                if error is not None:
                    raise error

    def info(self, path, **more):
        self.note("info", path)
        return super().info(path, **more)

    def ls(self, path, detail=True, **more):
        self.note("ls", path)
        return super().ls(path, detail, **more)

    def find(self, path, **more):
        self.note("find", path)
        return super().find(path, **more)

    def cat_file(self, path, start=None, end=None, **more):
        self.note("cat_file", path)
        if path not in self.store:
            raise FileNotFoundError(path)
        return self.store[path].getvalue()[start:end]

    def put_file(self, lpath, rpath, **more):
        data = Path(lpath).read_bytes()
        try:
            self.note("put_file", rpath)
        except Exception:
            self.pipe_file(rpath, data[: len(data) // 2])  # as a storage without whole objects leaves it
            raise
        self.pipe_file(rpath, data)


fsspec.register_implementation("faulty", Faulty, clobber=True)


def put(folder: Path, url: str) -> str:
    """Copy a folder to a storage."""
    fs, root = fsspec.url_to_fs(url)
    for path in folder.rglob("*"):
        if path.is_file():
            fs.pipe_file(f"{root}/{path.relative_to(folder).as_posix()}", path.read_bytes())
    Faulty.calls.clear()
    return url


@pytest.fixture(scope="module")
def source(tmp_path_factory) -> Path:
    return fill(tmp_path_factory.mktemp("in") / "source")


@pytest.fixture(scope="module")
def calm(source, tmp_path_factory) -> Path:
    """An undisturbed run from a folder into a folder."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("textgov.batch.shards.SHARD_FILES", 3)
        return go(source, tmp_path_factory.mktemp("calm") / "out").out


def results(out: Path) -> dict[str, str]:
    return digests(out, store=False)


def shards_of(out: Path) -> dict[str, str]:
    """The tables of the shards, wherever they lie."""
    store = shard_folder(out)
    names = sorted(ShardFiles(store).tables())
    read = {
        name: (store / name).read() if isinstance(store, RemotePath) else (store / name).read_bytes() for name in names
    }
    return {name: hashlib.sha256(data).hexdigest() for name, data in read.items() if not name.startswith("search")}


# ---- what is a URL ----


@pytest.mark.parametrize("path", ["C:\\reports", "c:/reports", "C://reports", "reports", "s3", "a:b", "::", "/s3:/x"])
def test_paths_are_paths(path):
    assert place_of(path) == Path(path)
    assert not remote.is_url(path)


def test_urls():
    assert place_of("S3://bucket/reports/") == RemotePath("s3://bucket/reports")
    assert str(place_of("memory://")) == "memory://"
    assert str(RemotePath("memory://") / "a" / "b.txt") == "memory://a/b.txt"
    one = RemotePath("s3://bucket/run/words/0a.parquet")
    assert (one.name, one.stem) == ("0a.parquet", "0a")
    assert one.below(RemotePath("s3://bucket/run")) == "words/0a.parquet"
    assert one.below(RemotePath("s3://bucket/ru")) == one.below(one) == ""
    assert RemotePath("memory://a/b").below(RemotePath("memory://")) == "a/b"


def test_a_file_url_is_its_path(tmp_path):
    for name in ("a b", "报告 100%", "x#y?z"):
        assert place_of((tmp_path / name).as_uri()) == tmp_path / name
    assert place_of(f"file://localhost{tmp_path.as_posix()}") == tmp_path


@pytest.mark.parametrize(
    ("given", "code", "words"),
    [
        ("zip://a.txt::s3://bucket/x.zip", "url_bad", "a chain of protocols"),
        (Path("s3://bucket/x"), "url_bad", "not as a Path"),
        ("nowhere://x/y", "protocol_unknown", "nowhere is no protocol"),
        ("oss://bucket/x", "protocol_package", "pip install 'ossfs'"),
        ("faulty://x/y", "source_missing", "no such file or folder"),
    ],
)
def test_what_cannot_be_read_says_what_to_do(given, code, words):
    with pytest.raises(UsageError, match=words) as caught:
        load_corpus(given)
    assert caught.value.code == code
    assert caught.value.status == 2


def test_without_fsspec_the_extra_is_named(monkeypatch):
    monkeypatch.setitem(sys.modules, "fsspec", None)
    with pytest.raises(ExtraError, match=r"textgov\[objects\]"):
        load_corpus("s3://bucket/x")


def test_no_run_from_a_disk_loads_fsspec(source, tmp_path):
    code = f"import sys; sys.argv[1:] = ['panel', {str(source)!r}, '--out', {str(tmp_path / 'o')!r}, '--dry-run']\n"
    code += "from textgov.cli import main\ntry: main()\nexcept SystemExit as error: assert not error.code\n"
    code += "assert 'fsspec' not in sys.modules and 'textgov.run' in sys.modules"
    subprocess.run([sys.executable, "-c", code], check=True, capture_output=True)


class NoCredentialsError(Exception):
    """As botocore calls it; no child of OSError."""


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (NoCredentialsError("Unable to locate credentials"), "remote_denied"),
        (PermissionError("Access Denied"), "remote_denied"),
        (ConnectionError("refused"), "remote_failed"),
        (TimeoutError(), "remote_failed"),
        (RuntimeError("odd"), "remote_failed"),
    ],
)
def test_a_storage_that_does_not_answer_is_one_line(error, code, capsys, tmp_path, monkeypatch):
    Faulty.faults = {("*", ""): [error]}
    for lang, word in (("en", "the storage"), ("zh", "存储")):
        told = ["textgov", "panel", "faulty://b/x", "--out", str(tmp_path / "out"), "--lang", lang, "--workers", "1"]
        monkeypatch.setattr(sys, "argv", told)
        with pytest.raises(SystemExit) as caught:
            main()
        said = capsys.readouterr().err
        assert caught.value.code == 1
        assert said.startswith("textgov: faulty://b/x")
        assert said.count("\n") == 1
        assert word in said
    with pytest.raises(RemoteError) as found:
        load_corpus("faulty://b/x")
    assert found.value.code == code
    assert found.value.text("zh") != found.value.text("en")


# ---- sources ----

NAMES = [
    "甲/a.txt",
    "甲/乙/b.txt",
    "c.txt",
    ".git/d.txt",
    "甲/.e.txt",
    "~$f.docx",
    "out/store/ledger/g.json",
    "out/h.csv",
]
NAMES += [
    "old/provenance.json",
    "old/store/i.parquet",
    "old/j.csv",
    "k/store/l.txt",
    "m/provenance.json",
    "n/Thumbs.db",
]
NAMES += [
    f"mine/{MARK}",
    "mine/o.txt",
    "甲/a:b 100%#?.txt",
    unicodedata.normalize("NFD", "é.txt"),
    "p.zip",
    "store/q.txt",
]
KINDS = {".zip": b"PK\x03\x04 no archive", ".json": b"{}"}


def fill_names(folder: Path, names: list[str]) -> None:
    for number, name in enumerate(names):
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(KINDS.get(PurePosixPath(name).suffix, f"第{number}份：推进数字政府建设。".encode()))


def same_corpus(one: Any, other: Any) -> None:
    assert one.doc_ids == other.doc_ids
    assert one.inputs == other.inputs
    assert [(doc.text, doc.source, doc.content_hash) for doc in one.documents] == [
        (doc.text, doc.source, doc.content_hash) for doc in other.documents
    ]


def test_a_folder_of_a_storage_is_read_as_a_folder_of_a_disk(tmp_path):
    fill_names(tmp_path, NAMES)
    with zipfile.ZipFile(tmp_path / "甲" / "z.zip", "w") as archive:
        archive.writestr("里/x.txt", "推进电子政务。")
    (tmp_path / "空.txt").write_bytes(b"")
    expected = load_corpus(tmp_path)
    assert {row.code for row in expected.inputs} >= {"file_hidden", "run_folder", "archive_read", "file_empty"}
    same_corpus(expected, load_corpus(put(tmp_path, "memory://bucket/reports")))
    same_corpus(expected, load_corpus(tmp_path.as_uri()))
    same_corpus(expected, load_corpus("memory://bucket/reports/"))


@given(st.lists(st.sampled_from(NAMES), min_size=1, max_size=8, unique=True))
def test_any_folder_of_a_storage_is_listed_as_one_of_a_disk(tmp_path_factory, names):
    folder = tmp_path_factory.mktemp("names")
    fill_names(folder, names)
    MemoryFileSystem.store.clear()
    url = put(folder, "memory://b")
    found = []
    for source in (folder, url):
        try:
            listing = list_inputs([source])
        except UsageError as error:
            found.append(error.code)
        else:
            found.append(([(item.name, item.n_bytes) for item in listing.inputs], sorted(listing.passed, key=str)))
    assert found[0] == found[1]
    shutil.rmtree(folder)


def test_a_name_is_not_taken_for_a_chain_of_protocols(tmp_path):
    fill_names(tmp_path, ["甲/a::b.txt", "c::d.txt"])
    same_corpus(load_corpus(tmp_path), load_corpus(f"local://{tmp_path.as_posix()}"))


def test_one_file_and_several_sources(tmp_path):
    fill_names(tmp_path, ["a.txt", "b/c.txt"])
    url = put(tmp_path, "memory://x")
    assert load_corpus(f"{url}/b/c.txt").doc_ids == ("c.txt",)
    assert load_corpus(RemotePath(url)).doc_ids == ("a.txt", "b/c.txt")
    twice = load_corpus([url, f"{url}/b", tmp_path / "b"])
    assert twice.doc_ids == ("a.txt", "b/c.txt", "c.txt")
    assert sorted((row.path, row.code) for row in twice.inputs) == [
        *(("a.txt", ""), ("b/c.txt", ""), ("c.txt", ""), ("c.txt", "file_again")),
    ]


def test_a_large_file_of_a_storage_is_not_held_in_memory(tmp_path, monkeypatch):
    fill_names(tmp_path, ["a.txt", "b/c.txt"])
    with zipfile.ZipFile(tmp_path / "z.zip", "w") as archive:
        archive.writestr("x.txt", "推进电子政务。" * 1000)
    expected = load_corpus(tmp_path)
    monkeypatch.setattr("textgov.load.HELD_BYTES", 10)
    monkeypatch.setattr(remote, "PIECE", 64)
    url = put(tmp_path, "faulty://b/x")
    same_corpus(expected, load_corpus(url))
    assert "cat_file" not in {name for name, _ in Faulty.calls}


@pytest.mark.parametrize(
    ("info", "stamp"),
    [
        ({"ETag": '"0a"', "LastModified": "now"}, 'ETag "0a"'),
        ({"md5Hash": "x", "etag": "y", "updated": "z"}, "etag y"),
        ({"mtime": 1.5, "created": 2.5, "ino": 3}, "mtime 1.5 created 2.5"),
        ({"ETag": "", "LastModified": "now"}, "LastModified now"),
        ({"size": 3}, ""),
    ],
)
def test_a_stamp_is_the_hash_of_the_content_or_its_times(info, stamp):
    assert stamp_of(info) == stamp


@pytest.mark.parametrize("second", [[], [{"name": "/b/x/", "type": "file", "size": 0}]], ids=["plain", "marked"])
def test_a_folder_without_a_name_is_read(monkeypatch, second):
    """What an object store makes of two slashes in a row; storages in memory and on disk know no such thing."""
    first = {"name": "/b/x/", "type": "directory", "size": 0}
    files = {
        name: {"name": name, "type": "file", "size": 3} for name in ("/b/x/", "/b/x//c.txt", "/b/x/a/", "/b/x/a/d.txt")
    }
    monkeypatch.setattr(Faulty, "info", lambda self, path, **more: {"type": "directory", "name": path})
    monkeypatch.setattr(Faulty, "ls", lambda *_, **__: [*second, first, {"name": "/b/x/a", "type": "directory"}])
    monkeypatch.setattr(
        Faulty, "find", lambda self, path, **_: {name: one for name, one in files.items() if name.startswith(path)}
    )
    listed = list_inputs(["faulty://b/x"])
    assert [(item.name, item.file) for item in listed.inputs] == [
        ("/c.txt", "faulty://b/x//c.txt"),
        ("a/d.txt", "faulty://b/x/a/d.txt"),
    ]
    assert listed.passed == ()


@pytest.mark.slow
def test_an_s3_server_and_all_that_can_happen():
    """Needs moto and s3fs, which textgov does not; see the benchmark."""
    missing = [name for name in ("moto", "flask", "s3fs") if importlib.util.find_spec(name) is None]
    if missing:
        pytest.skip(f"python -m pip install 'moto[server]' s3fs: no {', '.join(missing)}")
    script = Path(__file__).parent / "benchmarks" / "object_store.py"
    done = subprocess.run([sys.executable, str(script)], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.count(" same\n") == 8


# ---- runs ----


def test_source_and_store_behind_urls_change_no_byte(source, calm, tmp_path):
    put(source, "memory://b/reports")
    told = {
        "file": (source.as_uri(), None),
        "both": ("memory://b/reports", "memory://b/runs/1"),
        "folder": (source, str(tmp_path / "elsewhere")),
        "local": (source, (tmp_path / "other").as_uri()),
    }
    for name, (where, store) in told.items():
        done = go(where, tmp_path / name, store=store)
        assert results(done.out) == results(calm)
        assert shards_of(done.out) == shards_of(calm)
        assert len(done.corpus) == N_DOCUMENTS
    for name in ("both", "folder", "local"):
        assert [path.name for path in (tmp_path / name / STORE).rglob("*.parquet")] == ["panel.parquet"]
    assert sorted((tmp_path / "other").rglob("*.parquet"))


@pytest.fixture(scope="module")
def far_away(source, tmp_path_factory) -> tuple[Path, dict[str, Any]]:
    """A finished run whose source and store are in a storage, and what that holds."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("textgov.batch.shards.SHARD_FILES", 3)
        put(source, "faulty://b/reports")
        out = go("faulty://b/reports", tmp_path_factory.mktemp("far") / "out", store="faulty://b/run").out
    return out, dict(Faulty.store)


@pytest.fixture
def far(far_away, tmp_path) -> Path:
    """Such a run to disturb."""
    out, stored = far_away
    Faulty.store.update(stored)
    Faulty.calls.clear()
    return shutil.copytree(out, tmp_path / "out")


def test_nothing_changed_is_two_lists_and_no_other_request(far, calm):
    assert go("faulty://b/reports", far).again
    asked = [name for name, _ in Faulty.calls if name not in ("ls", "find")]
    # The source is asked for, and the mark of the store read.
    assert asked == ["info", "cat_file"]
    assert [path for name, path in Faulty.calls if name == "find"] == ["/b/run"]
    assert results(far) == results(calm)


def test_a_plan_lists_the_store_once_and_writes_nothing(far):
    before = dict(Faulty.store)
    plan = plan_panel(["faulty://b/reports"], far, options())
    assert plan.jobs == ()
    assert [path for name, path in Faulty.calls if name == "find"] == ["/b/run"]
    assert Faulty.store == before
    assert not any(plan.verdicts["read"][one] for one in ("stale", "missing"))


def test_the_other_commands_find_the_shards(far, calm, tmp_path):
    assert read_status(far) == read_status(calm)
    assert [doc.text for doc in RunDocuments(far)] == [doc.text for doc in RunDocuments(calm)]
    found = [find_in_run(out, "数字政府", KwicOptions()) for out in (far, calm)]
    assert found[0].n_hits > 5
    assert found[0].lines == found[1].lines
    made = [write_quantities(out, tmp_path / name) for out, name in ((far, "a"), (calm, "b"))]
    assert [path.read_bytes() for path in made[0]] == [path.read_bytes() for path in made[1]]


def changed_shards(before: dict[str, Any]) -> set[str]:
    """Ids of the shards whose tables are other objects than before."""
    return {Path(name).stem for name, file in Faulty.store.items() if "/run/" in name and before.get(name) is not file}


def test_one_changed_object_redoes_one_shard_and_a_deleted_one_goes(source, far, tmp_path):
    mine = shutil.copytree(source, tmp_path / "mine")
    fs = fsspec.filesystem("faulty")
    before = dict(Faulty.store)
    (mine / READ).write_bytes((mine / READ).read_bytes().replace("政务".encode(), "大数".encode()))
    fs.pipe_file(f"/b/reports/{READ}", (mine / READ).read_bytes())
    go("faulty://b/reports", far)
    assert len(changed_shards(before)) == 1
    assert results(far) == results(go(mine, tmp_path / "changed").out)
    fs.rm_file(f"/b/reports/{READ}")
    (mine / READ).unlink()
    go("faulty://b/reports", far)
    fresh = go(mine, tmp_path / "deleted").out
    assert results(far) == results(fresh)
    assert shards_of(far) == shards_of(fresh)


def test_an_option_redoes_what_depends_on_it_and_what_is_not_asked_for_goes(source, far, tmp_path):
    before = dict(Faulty.store)
    go("faulty://b/reports", far, options("de"))
    new = {name.split("/")[3] for name, file in Faulty.store.items() if before.get(name) is not file}
    assert new == {"tallies-de", "hits-de", "lost-de"}
    assert not [name for name in Faulty.store if "-dg/" in name]
    assert results(far) == results(go(source, tmp_path / "fresh", options("de")).out)


FOLDERS = ["corpus", "signs", "inputs", "places", "words", "tallies-dg", "hits-dg", "lost-dg"]
DAMAGES = [f"{damage} {folder}" for damage, folder in product(("flipped", "cut", "gone"), FOLDERS)]


@pytest.mark.parametrize("damage", first_of(["flipped hits-dg", "gone places", "cut corpus", *DAMAGES], 3))
def test_a_damaged_file_of_the_store_is_mended(far, calm, damage):
    damage, _, folder = damage.partition(" ")
    name = sorted(one for one in Faulty.store if f"/run/{folder}/" in one)[2]
    data = Faulty.store[name].getvalue()
    fs = fsspec.filesystem("faulty")
    if damage == "gone":
        fs.rm_file(name)
    else:
        middle = len(data) // 3
        flipped = data[:middle] + bytes([data[middle] ^ 255]) + data[middle + 1 :]
        fs.pipe_file(name, data[:-9] if damage == "cut" else flipped)
    (far / STORE / "outputs.json").unlink()
    go("faulty://b/reports", far)
    assert results(far) == results(calm)
    if damage != "flipped" or folder != "corpus":  # the texts are read by no stage that is done
        assert shards_of(far) == shards_of(calm)


# ---- faults of the network ----


def test_an_upload_that_fails_half_way_is_in_no_ledger(source, calm, tmp_path):
    put(source, "faulty://b/reports")
    out = tmp_path / "out"
    for n_well in (3, 11, 20):
        Faulty.faults = {("put_file", "/run/"): [*[None] * n_well, ConnectionError("reset by peer")]}
        with pytest.raises(RemoteError, match="reset by peer"):
            go("faulty://b/reports", out, store="faulty://b/run")
        half = [path for name, path in Faulty.calls if name == "put_file"][-1]
        assert half in Faulty.store  # the half of it
        entered = read_state(out, Path(half).stem).stages
        files = {name for entry in entered.values() for name, _ in entry.files}
        assert half.removeprefix("/b/run/") not in files
        Faulty.calls.clear()
    Faulty.faults = {}
    go("faulty://b/reports", out)
    assert results(out) == results(calm)
    assert shards_of(out) == shards_of(calm)


def test_an_upload_that_fails_leaves_no_old_entry_beside_new_files(source, far, calm):
    """The stages are taken out of the ledger before a worker hears of them."""
    from textgov.count import CountOptions

    Faulty.faults = {("put_file", "/hits-dg/"): [None, ConnectionError("reset by peer")]}
    with pytest.raises(RemoteError):
        go("faulty://b/reports", far, options(count=CountOptions(sections="all")))
    go("faulty://b/reports", far)
    assert results(far) == results(calm)
    assert shards_of(far) == shards_of(calm)


def test_a_file_that_could_not_be_fetched_is_a_failed_row_and_tried_again(source, calm, tmp_path):
    put(source, "faulty://b/reports")
    out = tmp_path / "out"
    fault = TimeoutError("read timed out")
    Faulty.faults = {("cat_file", READ): [fault] * 4}
    done = go("faulty://b/reports", out, store="memory://b/run")
    assert done.summary.n_failed == 2  # the other one is damaged
    row = next(row for row in done.corpus.inputs if row.path == READ)
    assert (row.status, row.code) == ("failed", "file_unfetched")
    assert "read timed out" in row.facts["detail"]
    assert len(done.corpus) == N_DOCUMENTS - 1
    # As long as it fails it is tried, with the same result; nothing else is done again.
    first = results(out)
    before = dict(MemoryFileSystem.store)
    again = go("faulty://b/reports", out)
    assert results(out) == first
    assert not again.again
    assert len({Path(name).stem for name, file in MemoryFileSystem.store.items() if before[name] is not file}) == 1
    assert go("faulty://b/reports", out).summary.n_failed == 1
    assert results(out) == results(calm)
    assert shards_of(out) == shards_of(calm)
    assert go("faulty://b/reports", out).again


def test_one_fault_is_tried_once_more_at_once(source, calm, tmp_path):
    put(source, "faulty://b/reports")
    Faulty.faults = {("cat_file", READ): [TimeoutError("read timed out")]}
    assert results(go("faulty://b/reports", tmp_path / "out").out) == results(calm)


def test_a_file_that_may_not_be_read_is_a_failed_row(source, tmp_path):
    put(source, "faulty://b/reports")
    Faulty.faults = {("cat_file", READ): [PermissionError("Access Denied")]}
    corpus = load_corpus("faulty://b/reports")
    row = next(row for row in corpus.inputs if row.path == READ)
    assert (row.status, row.code) == ("failed", "file_unfetched")


def test_a_file_that_went_away_is_a_failed_row(source, tmp_path, monkeypatch):
    put(source, "faulty://b/reports")
    Faulty.faults = {("cat_file", READ): [FileNotFoundError("gone")]}
    row = next(row for row in load_corpus("faulty://b/reports").inputs if row.path == READ)
    assert (row.status, row.code) == ("failed", "file_unreadable")


def test_a_storage_that_falls_silent_ends_the_run_and_what_is_done_is_kept(source, calm, tmp_path):
    put(source, "faulty://b/reports")
    out = tmp_path / "out"

    def progress(seen) -> None:
        if seen.n_done == 2:
            Faulty.faults = {("*", ""): [ConnectionError("refused")]}

    with pytest.raises(RemoteError, match="refused"):
        go("faulty://b/reports", out, store="memory://b/run", progress=progress)
    assert read_status(out)["done"] == 2
    assert not (out / "panel.csv").exists()
    Faulty.faults = {}
    jobs = plan_panel(["faulty://b/reports"], out, options()).jobs
    assert len(jobs) == read_status(out)["shards"] - 2
    go("faulty://b/reports", out)
    assert results(out) == results(calm)
    assert shards_of(out) == shards_of(calm)


def test_a_store_that_falls_silent_is_not_taken_for_damaged(source, far, calm):
    """Nothing is deleted because it could not be read for a while."""
    before = dict(Faulty.store)
    (far / STORE / "outputs.json").unlink()
    Faulty.faults = {("cat_file", "/places/"): [ConnectionError("refused")]}
    with pytest.raises(RemoteError, match="refused"):
        go("faulty://b/reports", far)
    assert Faulty.store == before
    go("faulty://b/reports", far)
    assert results(far) == results(calm)


def test_a_large_table_is_read_in_pieces_with_the_same_checks(far, calm, monkeypatch):
    monkeypatch.setattr("textgov.store.tables.AT_ONCE", 1000)
    (far / STORE / "outputs.json").unlink()
    go("faulty://b/reports", far)
    assert results(far) == results(calm)
    name = sorted(one for one in Faulty.store if "/run/places/" in one)[1]
    fsspec.filesystem("faulty").pipe_file(name, Faulty.store[name].getvalue()[:-30])
    with pytest.raises(StoreError, match=name):
        list(RunDocuments(far))


# ---- which store ----


def test_a_run_keeps_its_store(source, far, calm, tmp_path):
    with pytest.raises(UsageError, match="lie in faulty://b/run, not in") as caught:
        go("faulty://b/reports", far, store="memory://elsewhere")
    assert caught.value.status == 2
    assert go("faulty://b/reports", far, store="faulty://b/run/").again
    mine = shutil.copytree(calm, tmp_path / "mine")
    with pytest.raises(UsageError, match="shards of this run lie in"):
        go(source, mine, store="memory://b/run")
    assert go(source, mine, store=mine / STORE).again
    assert MemoryFileSystem.store == {}


def test_a_store_is_of_one_run_and_holds_nothing_else(source, far, tmp_path):
    with pytest.raises(UsageError, match="shards of another run"):
        go(source, tmp_path / "second", store="faulty://b/run")
    fsspec.filesystem("memory").pipe_file("/data/mine.parquet", b"x")
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "mine.parquet").write_bytes(b"x")
    for store in ("memory://data", tmp_path / "full"):
        with pytest.raises(UsageError, match="holds other files"):
            go(source, tmp_path / "third", store=store)
    with pytest.raises(UsageError, match="password"):
        go(source, tmp_path / "third", store="ftp://me:secret@host/x")
    assert not (tmp_path / "second" / STORE / "shards.json").exists()
    assert MemoryFileSystem.store["/data/mine.parquet"].getvalue() == b"x"


def test_a_run_that_was_stopped_before_its_mark_goes_on(far, calm):
    fsspec.filesystem("faulty").rm_file(f"/b/run/{MARK}")
    assert go("faulty://b/reports", far).again
    assert f"/b/run/{MARK}" in Faulty.store
    (far / STORE / "shards.json").write_bytes(b"{")
    with pytest.raises(StoreError, match=r"shards\.json"):
        go("faulty://b/reports", far)


def test_a_store_in_the_source_is_no_document(source, calm, tmp_path):
    put(source, "memory://b/reports")
    for _ in range(2):
        done = go("memory://b/reports", tmp_path / "out", store="memory://b/reports/深/run")
        assert results(done.out) == results(calm)
    assert done.again
    other = go("memory://b/reports", tmp_path / "other")
    assert {row.path: row.code for row in other.listing.passed} == {"深/run": "run_folder"}
    mine = shutil.copytree(source, tmp_path / "mine")
    for _ in range(2):
        assert results(go(mine, tmp_path / "third", store=mine / "深" / "run").out) == results(calm)
    for place in ("memory://b/reports", "memory://b"):
        with pytest.raises(UsageError, match=r"must not be a SOURCE|other files"):
            go("memory://b/reports", tmp_path / "fourth", store=place)


def test_a_bucket_that_is_missing_is_not_made(source, tmp_path, monkeypatch):
    def missing(self, *_, **__):
        raise FileNotFoundError("The specified bucket does not exist")

    monkeypatch.setattr(Faulty, "put_file", missing)
    monkeypatch.setattr(Faulty, "mkdir", missing)
    with pytest.raises(RemoteError, match="bucket does not exist"):
        go(source, tmp_path / "out", store="faulty://b/run")


def test_project_files_take_urls(source, calm, tmp_path):
    put(source, "memory://b/reports")
    path = tmp_path / "project.toml"
    path.write_text('sources = ["memory://b/reports", "mine"]\nstore = "memory://b/run"\n', "utf-8")
    read = read_project(path)
    assert read.sources == ("memory://b/reports", tmp_path / "mine")
    assert read.store == "memory://b/run"
    path.write_text('sources = ["mine"]\nstore = "shards"\n', "utf-8")
    assert read_project(path).store == tmp_path / "shards"
    path.write_text('sources = ["mine"]\n', "utf-8")
    assert read_project(path).store is None


# ---- several processes ----


SMALL = "import textgov.batch.shards as shards; shards.SHARD_FILES = 3; "


def panel(source: str, out: Path, *more: str) -> list[str]:
    return [
        sys.executable,
        "-c",
        SMALL + CLI,
        "panel",
        source,
        "--out",
        str(out),
        "--lexicon",
        "digital-government",
        *more,
    ]


@pytest.fixture(scope="module")
def whole(source, tmp_path_factory) -> Path:
    """An undisturbed run of the command."""
    out = tmp_path_factory.mktemp("whole") / "out"
    subprocess.run(panel(str(source), out, "-q", "--workers", "1"), check=False, capture_output=True)
    return out


def test_a_run_with_a_store_elsewhere_is_killed_and_ends_in_the_same_bytes(source, whole, tmp_path):
    """``local`` goes the way of every other protocol, and workers see what it holds."""
    (tmp_path / "store").mkdir()
    out, store = tmp_path / "out", f"local://{(tmp_path / 'store').as_posix()}/run"
    told = panel(f"local://{source.as_posix()}", out, "--store", store, "--workers", "2", "-q")
    process = subprocess.Popen(told, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    deadline = time.monotonic() + 120
    while len(list((tmp_path / "store").rglob("*.parquet"))) < 20 and process.poll() is None:
        assert time.monotonic() < deadline
        time.sleep(0.02)
    process.send_signal(signal.SIGKILL)
    assert process.wait() == -signal.SIGKILL
    assert not (out / "provenance.json").exists()
    done = subprocess.run(told, check=False, capture_output=True, text=True)
    assert done.returncode == 3, done.stderr  # one input is damaged
    assert results(out) == results(whole)
    assert shards_of(out) == shards_of(whole)


@pytest.fixture
def cluster(tmp_path) -> Iterator[Cluster]:
    """A scheduler and two workers in a folder of their own."""
    if sys.platform != "linux":
        pytest.skip("the interface is named lo on Linux only")
    (tmp_path / "elsewhere").mkdir()
    found = Cluster(tmp_path, tmp_path / "elsewhere")
    yield found
    found.close()


def test_a_dask_worker_elsewhere_needs_the_urls_and_nothing_else(source, whole, tmp_path, cluster):
    """Workers in another folder, one of them killed; the folder of the run is a relative path of the driver."""
    (tmp_path / "store").mkdir()
    here = tmp_path / "here"
    here.mkdir()
    store = f"local://{(tmp_path / 'store').as_posix()}/run"
    told = panel(f"local://{source.as_posix()}", Path("out"), "--store", store, "--scheduler", cluster.address, "-q")
    process = subprocess.Popen(told, cwd=here, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
    deadline = time.monotonic() + 120
    while len(list((tmp_path / "store").rglob("*.parquet"))) < 9 and process.poll() is None:
        assert time.monotonic() < deadline
        time.sleep(0.02)
    cluster.kill_a_worker()
    _, said = process.communicate(timeout=240)
    assert process.returncode == 3, said
    assert results(here / "out") == results(whole)
    assert shards_of(here / "out") == shards_of(whole)
    assert [path.name for path in (tmp_path / "elsewhere").iterdir()] == []
