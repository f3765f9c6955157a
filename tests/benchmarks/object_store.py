"""A run whose sources and shards lie in an object store: an S3 server on this machine; the same bytes, and the cost.

    python -m pip install 'moto[server]' s3fs
    python tests/benchmarks/object_store.py [FOLDER]

FOLDER is a folder of documents, the demo corpus if not given. The server is moto's, in a process of its own, behind a
relay that can be cut. Every step compares each result byte by byte with a run on disk over the same files, and prints
seconds and the requests that the server saw. It ends with status 1 when anything differs.
"""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path

RELAY = """
import asyncio, sys
near, far = map(int, sys.argv[1:])
async def pump(reader, writer):
    try:
        while data := await reader.read(65536):
            writer.write(data)
            await writer.drain()
    except OSError:
        pass
    finally:
        writer.close()
async def relay(reader, writer):
    try:
        other = await asyncio.open_connection("127.0.0.1", far)
    except OSError:
        return writer.close()
    await asyncio.gather(pump(reader, other[1]), pump(other[0], writer))
async def main():
    async with await asyncio.start_server(relay, "127.0.0.1", near) as server:
        await server.serve_forever()
asyncio.run(main())
"""
# Small shards, so that a small corpus has many; they are cut by the driver alone.
TEXTGOV = "import textgov.batch.shards as shards; shards.SHARD_FILES = 8; from textgov.cli import main; main()"
REQUEST = re.compile(r'"(GET|PUT|HEAD|POST|DELETE) (\S+) HTTP')


def free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return found.getsockname()[1]


def wait_for(ready: Callable[[], bool], seconds: float = 120) -> None:
    deadline = time.monotonic() + seconds
    while not ready():
        assert time.monotonic() < deadline, "it did not come"
        time.sleep(0.05)


def answers(port: int) -> bool:
    with socket.socket() as found:
        return found.connect_ex(("127.0.0.1", port)) == 0


class Server:
    """moto's S3 server, and the relay in front of it."""

    def __init__(self, folder: Path) -> None:
        self.port, self.far = free_port(), free_port()
        self.log = folder / "server.log"
        self.environment = os.environ | {
            "AWS_ENDPOINT_URL": f"http://127.0.0.1:{self.port}",
            "AWS_ACCESS_KEY_ID": "anyone",
            "AWS_SECRET_ACCESS_KEY": "anything",
            "AWS_DEFAULT_REGION": "us-east-1",
        }
        command = [sys.executable, "-m", "moto.server", "-H", "127.0.0.1", "-p", str(self.far)]
        with self.log.open("wb") as log:
            self.server = subprocess.Popen(command, stdout=log, stderr=log)
        wait_for(lambda: answers(self.far))
        self.relay: subprocess.Popen[bytes] | None = None
        self.join()

    def join(self) -> None:
        self.relay = subprocess.Popen([sys.executable, "-c", RELAY, str(self.port), str(self.far)])
        wait_for(lambda: answers(self.port))

    def cut(self) -> None:
        self.relay.kill()
        self.relay.wait()

    def requests(self) -> Counter[str]:
        """What the server has seen so far: lists apart from other reads."""
        found = REQUEST.findall(self.log.read_text("utf-8", "replace"))
        return Counter("LIST" if method == "GET" and "list-type" in path else method for method, path in found)

    def close(self) -> None:
        self.cut()
        self.server.kill()
        self.server.wait()


def textgov(server: Server | None, *told: str, cwd: Path | None = None) -> subprocess.Popen[str]:
    command = [sys.executable, "-c", TEXTGOV, *told, "--lang", "en"]
    environment = server.environment if server else os.environ
    return subprocess.Popen(
        command, env=environment, cwd=cwd, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )


def digests(out: Path) -> dict[str, str]:
    return {
        path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in sorted(out.iterdir()) if path.is_file()
    }


class Steps:
    """Runs the steps and says of each what it took and whether it came out as on a disk."""

    def __init__(self, server: Server, folder: Path, source: Path) -> None:
        import s3fs

        self.server, self.folder, self.source = server, folder, source
        os.environ.update({name: server.environment[name] for name in server.environment if name.startswith("AWS_")})
        self.fs = s3fs.S3FileSystem()
        self.wrong = 0
        self.fs.mkdir("bucket")
        for path in source.rglob("*"):
            if path.is_file():
                self.fs.put_file(str(path), f"bucket/reports/{path.relative_to(source).as_posix()}")

    def on_disk(self, name: str) -> dict[str, str]:
        out = self.folder / "disk" / name
        took = time.monotonic()
        process = textgov(None, "panel", str(self.source), "--out", str(out), "--workers", "2", "-q")
        _, said = process.communicate()
        assert process.returncode in (0, 3), said
        print(f"{name + ' on disk':34} {time.monotonic() - took:6.1f} s")
        return digests(out)

    def check(self, name: str, ok: bool, took: float, seen: Counter[str]) -> None:
        self.wrong += not ok
        asked = ", ".join(f"{n} {method}" for method, n in sorted(seen.items())) or "no request"
        print(f"{name:34} {took:6.1f} s  {asked:50} {'same' if ok else 'DIFFERENT'}", flush=True)

    def run(self, name: str, out: Path, expected: dict[str, str], *more: str, cwd: Path | None = None) -> None:
        before, took = self.server.requests(), time.monotonic()
        process = textgov(self.server, "panel", "s3://bucket/reports", "--out", str(out), "-q", *more, cwd=cwd)
        _, said = process.communicate()
        seen = self.server.requests() - before
        ok = process.returncode in (0, 3) and digests((cwd or Path()) / out) == expected
        print(said, end="", file=sys.stderr)
        self.check(name, ok, time.monotonic() - took, seen)

    def objects(self, prefix: str) -> int:
        self.fs.invalidate_cache()
        return len(self.fs.find(prefix))

    def cut_off(self, out: Path, expected: dict[str, str], *more: str) -> None:
        """The server goes away in the middle of a run, and comes back for the next one."""
        process = textgov(self.server, "panel", "s3://bucket/reports", "--out", str(out), "-q", *more)
        wait_for(lambda: self.objects("bucket/cut") > 20)
        self.server.cut()
        took = time.monotonic()
        _, said = process.communicate()
        one_line = process.returncode == 1 and said.startswith("textgov: s3://") and said.count("\n") == 1
        self.check("cut off: one line, status 1", one_line, time.monotonic() - took, Counter())
        print(f"    {said.strip()}")
        self.server.join()
        self.run("gone on after that", out, expected)


def dask(steps: Steps, expected: dict[str, str]) -> None:
    """Two workers in a folder of their own, with nothing but the address of the storage."""
    elsewhere, here = steps.folder / "elsewhere", steps.folder / "here"
    elsewhere.mkdir()
    here.mkdir()
    port = free_port()
    more = {
        "env": steps.server.environment,
        "cwd": elsewhere,
        "stdout": subprocess.DEVNULL,
        "stderr": subprocess.DEVNULL,
    }
    run = [sys.executable, "-m", "distributed.cli.dask_scheduler", "--host", "127.0.0.1", "--port", str(port)]
    processes = [subprocess.Popen([*run, "--no-dashboard"], **more)]
    wait_for(lambda: answers(port))
    run = [sys.executable, "-m", "distributed.cli.dask_worker", f"tcp://127.0.0.1:{port}", "--nthreads", "1"]
    processes += [subprocess.Popen([*run, "--no-nanny", "--no-dashboard"], **more) for _ in range(2)]
    told = ("--store", "s3://bucket/dask", "--scheduler", f"tcp://127.0.0.1:{port}")
    try:
        steps.run("two Dask workers elsewhere", Path("out"), expected, *told, cwd=here)
        assert not [path for path in elsewhere.iterdir() if path.name == "out"]
    finally:
        for process in reversed(processes):
            process.kill()
            process.wait()


def main() -> int:
    from textgov.demo import demo_folder

    given = Path(sys.argv[1]) if len(sys.argv) > 1 else demo_folder() / "reports"
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        source = shutil.copytree(given, folder / "reports")
        server = Server(folder)
        try:
            steps = Steps(server, folder, source)
            first = steps.on_disk("first")
            out = folder / "out"
            store = ("--store", "s3://bucket/run", "--workers", "2")
            steps.run("sources in s3", folder / "near", first, "--workers", "2")
            steps.run("sources and shards in s3", out, first, *store)
            steps.run("nothing changed", out, first)
            path = sorted(path for path in source.rglob("*.txt"))[3]
            key = f"bucket/reports/{path.relative_to(source).as_posix()}"
            path.write_bytes(path.read_bytes() + "全市推进数字政府建设。\n".encode())
            steps.fs.put_file(str(path), key)
            steps.run("one object changed", out, steps.on_disk("changed"))
            path.unlink()
            steps.fs.rm_file(key)
            last = steps.on_disk("deleted")
            steps.run("one object deleted", out, last)
            dask(steps, last)
            steps.cut_off(folder / "cut", last, "--store", "s3://bucket/cut", "--workers", "2")
            return int(steps.wrong > 0)
        finally:
            server.close()


if __name__ == "__main__":
    sys.exit(main())
