"""Kill a run at seeded random moments, run it again each time, and compare the outputs with an undisturbed run.

usage: python tests/benchmarks/chaos.py [FOLDER] [--kills 30] [--seed 1] [--workers 2] [--shard-files 2] [--victim both]

FOLDER is the source (three provinces of the demo corpus when not given). A killed run is run again at once on the same
folder, and perhaps killed again; one that ends is compared byte by byte, then the folder is emptied and all begins
anew, until there were as many kills as wanted. Half of the moments are times, half are numbers of files more than
before, so that every phase is hit; a run whose shards are all done is left alone half of the times. ``group`` kills the
process and its workers, ``driver`` the process alone, as the system does when memory is short: its workers must end by
themselves, and must not disturb the run that follows.
The status is 1 when a byte differs, a shard that was entered is done again, or a worker stays.
"""

from __future__ import annotations

import argparse
import contextlib
import hashlib
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path

from textgov.demo import demo_folder

PROVINCES = ("湖北省", "湖南省", "广东省", "tables")
# The command line with small shards, so that a small folder has many.
START = (
    "import sys, textgov.batch.shards as s; s.SHARD_FILES = int(sys.argv.pop(1)); from textgov.cli import main; main()"
)
POLL = 0.002  # seconds between two looks at a running process
LINGER = 10.0  # seconds that a worker may outlive its driver
FINE = (0, 3)  # 3: done, but the demo corpus holds a file that cannot be read


@dataclass(frozen=True, slots=True)
class Moment:
    """When and whom to kill: after some seconds, or some milliseconds after a number of files was written."""

    victim: str
    seconds: float = 0.0
    n_files: int = -1

    def __str__(self) -> str:
        return f"{self.seconds:.3f} s" + (f" after file {self.n_files}" if self.n_files >= 0 else "")


@dataclass(slots=True)
class Tally:
    """What was seen so far."""

    kills: int = 0
    ends: int = 0
    faults: list[str] = field(default_factory=list)


def start(source: Path, out: Path, args: argparse.Namespace) -> subprocess.Popen[str]:
    """A run in a process group of its own."""
    command = [sys.executable, "-c", START, str(args.shard_files), "panel", str(source), "--out", str(out)]
    command += ["-q", "--workers", str(args.workers)]
    stdout, stderr = subprocess.DEVNULL, subprocess.PIPE
    return subprocess.Popen(command, stdout=stdout, stderr=stderr, text=True, start_new_session=True)


def written(out: Path) -> int:
    """Files of a run folder that are whole."""
    return sum(not name.startswith(".") for _, _, names in os.walk(out) for name in names)


def digests(out: Path) -> dict[str, str]:
    """Hashes of all files but those that know times of change: the ledger and the memory of the outputs."""
    paths = (path for path in out.rglob("*") if path.is_file() and path.parent.name != "ledger")
    files = {path.relative_to(out).as_posix(): path for path in paths if path.name != "outputs.json"}
    return {name: hashlib.sha256(path.read_bytes()).hexdigest() for name, path in sorted(files.items())}


def entered(out: Path) -> dict[str, tuple[int, int]]:
    """The entries of the ledger: which file each is."""
    found = {}
    for path in (out / "store" / "ledger").glob("*.json"):
        status = path.stat()
        found[path.name] = (status.st_ino, status.st_mtime_ns)
    return found


def members(group: int) -> list[int]:
    """Living processes of a group (Linux)."""
    found = []
    for path in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError):
            state, _, its_group = path.read_text("utf-8", "replace").rpartition(")")[2].split()[:3]
            if int(its_group) == group and state != "Z":
                found.append(int(path.parent.name))
    return found


def kill(process: subprocess.Popen[str], moment: Moment, out: Path) -> bool:
    """Kill a run at the moment; False when it ended before."""
    begun = time.monotonic()
    if moment.n_files >= 0:
        while process.poll() is None and written(out) < moment.n_files:
            time.sleep(POLL)
        begun = time.monotonic()
    while process.poll() is None and time.monotonic() - begun < moment.seconds:
        time.sleep(POLL)
    if process.poll() is not None:
        return False
    if moment.victim == "group":
        os.killpg(process.pid, signal.SIGKILL)
    else:
        process.kill()
    process.wait()
    return True


def choose(chance: random.Random, args: argparse.Namespace, seconds: float, n_files: int) -> Moment:
    """The next moment: a time, or a number of files more than there are."""
    victim = args.victim if args.victim != "both" else chance.choice(("group", "driver"))
    by_time, later, more = chance.random() < 0.5, chance.uniform(0, seconds), chance.randrange(1, 120)
    return Moment(victim, later) if by_time else Moment(victim, later / 100, n_files + more)


def disturb(source: Path, calm: Path, out: Path, args: argparse.Namespace, seconds: float) -> Tally:
    """Kill and run again until there were enough kills and the last run has ended."""
    chance = random.Random(args.seed)
    wanted, n_shards = digests(calm), len(entered(calm))
    tally, left = Tally(), dict[int, float]()
    while tally.kills < args.kills or out.exists():
        before = entered(out)
        moment = choose(chance, args, seconds, written(out))
        if tally.kills >= args.kills or (len(before) == n_shards and chance.random() < 0.5):
            moment = Moment("none", 1e6)
        process = start(source, out, args)
        if kill(process, moment, out):
            tally.kills += 1
            left[process.pid] = time.monotonic()
            parts = len(list(out.rglob(".*.part")))
            print(
                f"{tally.kills:4} {moment.victim:7} {moment!s:26}"
                f"{len(entered(out)):7} entered {written(out):5} files {parts:3} half-written"
            )
        else:
            check_end(process, out, wanted, before, tally)
        check_left(left, tally)
    while left:
        time.sleep(0.1)
        check_left(left, tally)
    return tally


def check_end(
    process: subprocess.Popen[str],
    out: Path,
    wanted: dict[str, str],
    before: dict[str, tuple[int, int]],
    tally: Tally,
) -> None:
    """Compare a run that has ended with the undisturbed one, and empty its folder."""
    tally.ends += 1
    errors = process.communicate()[1]
    if process.returncode not in FINE:
        tally.faults.append(f"status {process.returncode}: {errors.strip()[-300:]}")
    found = digests(out)
    differing = sorted(name for name in found.keys() | wanted.keys() if found.get(name) != wanted.get(name))
    after = entered(out)
    again = [name for name, file in before.items() if after.get(name) != file]
    print(f"     ended   status {process.returncode}, {len(before)} shards taken over, {len(differing)} files differ")
    if differing:
        tally.faults.append(f"after {tally.kills} kills these differ: {', '.join(differing[:5])}")
    if again:
        tally.faults.append(f"after {tally.kills} kills these were done again: {', '.join(again)}")
    shutil.rmtree(out)


def check_left(left: dict[int, float], tally: Tally) -> None:
    """See whether the workers of killed runs have ended; those that stay too long are a fault, and are ended."""
    for group, since in list(left.items()):
        alive = members(group)
        if not alive:
            del left[group]
        elif time.monotonic() - since > LINGER:
            tally.faults.append(f"{len(alive)} workers outlived their driver by {LINGER:.0f} s")
            os.killpg(group, signal.SIGKILL)
            del left[group]


def main() -> None:
    """Parse, run, print, and tell by the status."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", nargs="?", type=Path)
    parser.add_argument("--kills", type=int, default=30)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--shard-files", type=int, default=2)
    parser.add_argument("--victim", choices=("group", "driver", "both"), default="both")
    args = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="textgov-chaos-") as temporary:
        work = Path(temporary)
        source = args.folder
        if source is None:
            source = work / "source"
            for name in PROVINCES:
                shutil.copytree(demo_folder() / "reports" / name, source / name)
        begun = time.monotonic()
        calm = start(source, work / "calm", args)
        errors = calm.communicate()[1]
        if calm.returncode not in FINE:
            raise SystemExit(f"the undisturbed run failed with status {calm.returncode}: {errors}")
        seconds = time.monotonic() - begun
        print(f"undisturbed: {seconds:.1f} s, {len(entered(work / 'calm'))} shards, {written(work / 'calm')} files")
        tally = disturb(source, work / "calm", work / "out", args, seconds)
    print(f"{tally.kills} kills, {tally.ends} runs ended, {len(tally.faults)} faults")
    for fault in tally.faults:
        print(f"  {fault}")
    sys.exit(1 if tally.faults else 0)


if __name__ == "__main__":
    main()
