"""Kills at random moments and disks that fill up: a run goes on and ends in the same bytes."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from textgov.demo import demo_folder

ROOT = Path(__file__).resolve().parent.parent
pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="kills process groups and mounts as Linux does")


def chaos(*more: str) -> str:
    script = ROOT / "tests" / "benchmarks" / "chaos.py"
    done = subprocess.run([sys.executable, str(script), *more], capture_output=True, text=True, check=False, cwd=ROOT)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def province(tmp_path_factory) -> Path:
    """One province of the demo corpus, and the tables."""
    folder = tmp_path_factory.mktemp("province")
    for name in ("湖南省", "tables"):
        shutil.copytree(demo_folder() / "reports" / name, folder / name)
    return folder


def test_a_few_kills_change_no_byte(province):
    assert "5 kills, " in chaos(str(province), "--kills", "5", "--seed", "7")


@pytest.mark.slow
@pytest.mark.parametrize("seed", ["1", "2"])
def test_thirty_kills_change_no_byte(seed):
    assert "30 kills, " in chaos("--kills", "30", "--seed", seed)


# Runs into a file system that is mounted where only this process sees it: too small, then large enough. Prints for each
# size the status, the lines on stderr and what was left half-written, then whether the bytes are those of the calm run.
FULL = """
import hashlib, json, pathlib, subprocess, sys

source, calm, disk = map(pathlib.Path, sys.argv[1:4])
cli = "from textgov.cli import main; main()"

def run(out):
    words = [sys.executable, "-c", cli, "panel", str(source), "--out", str(out), "-q", "--lang", "en", "--workers", "1"]
    return subprocess.run(words, capture_output=True, text=True, check=False)

def digests(out):
    paths = (path for path in out.rglob("*") if path.is_file() and path.parent.name != "ledger")
    files = {path.relative_to(out).as_posix(): path for path in paths if path.name != "outputs.json"}
    return {name: hashlib.sha256(path.read_bytes()).hexdigest() for name, path in files.items()}

assert run(calm).returncode == 0
needed = sum(path.stat().st_size // 4096 + 1 for path in calm.rglob("*") if path.is_file()) * 4
for step in range(1, 1 + int(sys.argv[4])):
    size = needed * step // int(sys.argv[4])
    subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={size}k", "tmpfs", str(disk)], check=True)
    first = run(disk / "out")
    parts = [path.name for path in disk.rglob(".*.part")]
    subprocess.run(["mount", "-o", "remount,size=1g", str(disk)], check=True)
    second = run(disk / "out")
    same = digests(disk / "out") == digests(calm)
    print(json.dumps([size, first.returncode, first.stderr, parts, second.returncode, second.stderr, same]))
    subprocess.run(["umount", str(disk)], check=True)
"""


def in_own_mounts(*words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(["unshare", "-Urm", *words], capture_output=True, text=True, check=False, cwd=ROOT)


def fill_disks(source: Path, work: Path, steps: int) -> None:
    disk = work / "disk"
    disk.mkdir()
    if in_own_mounts("mount", "-t", "tmpfs", "tmpfs", str(disk)).returncode:
        pytest.skip("no file system can be mounted here")
    done = in_own_mounts(sys.executable, "-c", FULL, str(source), str(work / "calm"), str(disk), str(steps))
    assert done.returncode == 0, done.stderr
    rows = [json.loads(line) for line in done.stdout.splitlines()]
    assert len(rows) == steps
    failed = [row for row in rows if row[1]]
    assert len(failed) >= steps // 2
    for size, status, stderr, parts, *_ in failed:
        assert status == 1, (size, stderr)
        assert stderr.startswith("textgov: "), (size, stderr)
        assert "No space left" in stderr
        assert stderr.count("\n") == 1, (size, stderr)
        assert parts == []
    assert [row[4:] for row in rows] == [[0, "", True]] * steps


def test_a_disk_that_fills_up_is_one_clear_line_and_the_next_run_goes_on(province, tmp_path):
    fill_disks(province, tmp_path, 3)


@pytest.mark.slow
def test_a_disk_that_fills_up_anywhere_loses_nothing(province, tmp_path):
    fill_disks(province, tmp_path, 40)
