"""Damaged files of every format thrown at the loader: what raises, hangs, swells or gives no row of the manifest.

usage: python tests/benchmarks/fuzz.py [--files 2000] [--office 25] [--seed 1] [--formats .pdf,.zip] [--keep FOLDER]

Every reader of `textgov.load.READERS` gets ``--files`` files: sound ones made here, then mutated (bits flipped,
stretches cut, doubled, swapped, filled with one byte, spliced with another file; inside of packed formats too), the
same ones for the same seed. Each goes through `load_corpus` and `normalise_corpus` in a process of its own kind, which
is ended when a file takes too long, so that a crash or hang of a library costs one file and is reported. Of the files
that LibreOffice has to convert there are ``--office``, since each takes seconds, and its own time limit holds for them.
``--keep`` saves every file that shows a defect. Ends with 1 if any did.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import queue
import subprocess
import sys
import tempfile
import threading
import time
import traceback
from collections import Counter
from collections.abc import Iterable, Iterator
from itertools import groupby
from pathlib import Path
from typing import NamedTuple

from textgov.load import READERS, load_corpus
from textgov.load.word import read_word
from textgov.normalise import normalise_corpus

SECONDS, MEGABYTES = 5.0, 500.0  # allowed for a file; seconds of the processor, without those of LibreOffice
HANG, OFFICE_HANG = 60.0, 180.0  # after so many seconds by the clock the process is ended


class Reading(NamedTuple):
    """What came of a file: status in the manifest, seconds, megabytes at most beyond before, what is wrong with it."""

    status: str
    seconds: float
    megabytes: float
    defect: str


def read_one(path: Path) -> Reading:
    """Load and normalise a file in this process."""
    status, defect = "", ""
    before = _memory("VmRSS")
    with contextlib.suppress(OSError):
        Path("/proc/self/clear_refs").write_text("5")  # Linux: the peak starts anew
    start = time.process_time()  # that of the processor: others may keep it busy
    try:
        corpus = load_corpus([path])
        status = next((row.status for row in corpus.inputs if row.path == path.name), "")
        for document in normalise_corpus(corpus).documents:
            assert document.spans.to_original(0, len(document.text))[1] <= len(document.original)
    except BaseException:
        defect = traceback.format_exc(limit=-3)
    seconds, megabytes = time.process_time() - start, _memory("VmHWM") - before
    if seconds > SECONDS or megabytes > MEGABYTES:
        defect = defect or f"{seconds:.1f} s, {megabytes:.0f} MB"
    return Reading(status, seconds, megabytes, defect or ("" if status else "no row of the manifest"))


def _memory(name: str) -> float:
    """Megabytes of this process; 0 where the system does not tell."""
    with contextlib.suppress(OSError):
        for line in Path("/proc/self/status").read_text().splitlines():
            if line.startswith(f"{name}:"):
                return int(line.split()[1]) / 1000
    return 0.0


def work() -> None:
    """Read the files that are named on the standard input, one a line; a line of JSON for each."""
    answers = os.fdopen(os.dup(sys.stdout.fileno()), "w", encoding="utf-8")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())  # what libraries print
    for line in sys.stdin:
        print(json.dumps(read_one(Path(line.rstrip("\n")))), file=answers, flush=True)


class Worker:
    """A process that reads files; a new one is started when it has died or was ended."""

    def __init__(self) -> None:
        self._process: subprocess.Popen[str] | None = None
        self._answers: queue.Queue[str] = queue.Queue()

    def _start(self) -> subprocess.Popen[str]:
        # A module beside this one has the name of one of Python's own.
        places = [path for path in sys.path if path and Path(path) != Path(__file__).parent]
        environment = {**os.environ, "PYTHONPATH": os.pathsep.join(places)}
        process = subprocess.Popen(
            [sys.executable, __file__, "--work"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
            encoding="utf-8",
            env=environment,
        )
        self._answers = answers = queue.Queue()

        def listen() -> None:
            assert process.stdout is not None
            for line in process.stdout:
                answers.put(line)
            answers.put("")

        threading.Thread(target=listen, daemon=True).start()
        return process

    def read(self, path: Path, seconds: float) -> Reading:
        """Load and normalise a file."""
        self._process = self._process or self._start()
        assert self._process.stdin is not None
        print(path, file=self._process.stdin, flush=True)
        try:
            answer = self._answers.get(timeout=seconds)
        except queue.Empty:
            self.close()
            return Reading("", seconds, 0.0, f"no end after {seconds:.0f} seconds")
        if answer:
            return Reading(*json.loads(answer))
        status = self._process.wait()
        self.close()
        return Reading("", 0.0, 0.0, f"the process died: {status}")

    def close(self) -> None:
        """End the process."""
        if self._process is not None:
            self._process.kill()
            self._process.communicate()
            self._process = None


def read_all(files: Iterable[tuple[str, bytes]], keep: Path | None = None) -> Iterator[tuple[str, Reading]]:
    """The ending of every file with what came of it; those with a defect are kept in a folder."""
    worker = Worker()
    try:
        with tempfile.TemporaryDirectory() as folder:
            for at, (ending, data) in enumerate(files):
                path = Path(folder) / f"f{at}{ending}"
                path.write_bytes(data)
                reading = worker.read(path, OFFICE_HANG if READERS[ending] is read_word else HANG)
                if keep is not None and reading.defect:
                    keep.mkdir(parents=True, exist_ok=True)
                    (keep / path.name).write_bytes(data)
                path.unlink()
                yield ending, reading
    finally:
        worker.close()


def main() -> None:
    """Throw files at the loader and print what came of them."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--files", type=int, default=2000)
    parser.add_argument("--office", type=int, default=25)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--formats", help="endings, parted by commas")
    parser.add_argument("--keep", type=Path)
    parser.add_argument("--work", action="store_true", help=argparse.SUPPRESS)
    args = parser.parse_args()
    if args.work:
        work()
        return
    from fuzz_files import make_all, make_samples

    wanted = args.formats.split(",") if args.formats else list(READERS)
    files = make_all(make_samples(), wanted, args.seed, args.files, args.office)
    total, bad = 0, 0
    print("ending      files   done failed  other   slowest   memory")
    for ending, group in groupby(read_all(files, args.keep), key=lambda pair: pair[0]):
        readings = [reading for _, reading in group]
        by = Counter(reading.status for reading in readings)
        counts = f"{by['done']:6d} {by['failed']:6d} {len(readings) - by['done'] - by['failed']:6d}"
        slowest, largest = max(one.seconds for one in readings), max(one.megabytes for one in readings)
        print(f"{ending:10s} {len(readings):6d} {counts} {slowest:7.2f} s {largest:5.0f} MB", flush=True)
        for at, reading in enumerate(readings):
            if reading.defect:
                print(f"    {at}: {reading.defect}", flush=True)
        total, bad = total + len(readings), bad + sum(bool(one.defect) for one in readings)
    print(f"{total} files, {bad} with a defect")
    sys.exit(bool(bad))


if __name__ == "__main__":
    main()
