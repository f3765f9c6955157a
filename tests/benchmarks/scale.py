"""What N documents cost: the main job on made-up reports, at several N, in one run.

usage: python tests/benchmarks/scale.py [--sizes 2000:14276 2000:3000 20000:3000] [--large] [--work DIR] [--json FILE]
       python tests/benchmarks/scale.py --speedup [20000:500] [--reports DIR]
       python tests/benchmarks/scale.py --parts 1000000

``--speedup`` measures, on a quiet machine, one and two workers, processes and Dask in turn, a run that finds nothing
changed and one with one file changed, and says how many of its goals are reached; DIR are files for one more run that
finds nothing changed. ``--parts`` copies the store of 20,000 documents under other names until there are so many, and
measures what the driver does with them: screening, and writing the results.

A size is the number of documents and their mean number of Han characters; ``--large`` adds 20,000 and 200,000 documents
of 750. Each size is run fresh with one and with two workers, killed half-way and resumed, run again with nothing
changed and with one file changed, and set against the notebook recipe of ``main_job.py`` (some files, scaled) and
``wc -m``. Times are those of whole processes; CPU seconds, which other work on the machine disturbs less, and peak
memory are read from /proc (Linux only) several times a second. Where two sizes have documents of one length and one has
ten times as many, the growth of the time is printed, and the largest size is extrapolated to a million.

Documents are put together from clauses of the demo corpus, so that no two share a sentence but by chance. Lengths, and
hits for each 10,000 characters, are those of 1,823 city reports (mean 14,276, deviation 2,993 characters; 21,097 hits).
The shares of encodings, scripts and damage are assumed: no survey of them exists.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from functools import cache
from itertools import chain, permutations
from pathlib import Path
from typing import NamedTuple

import numpy as np
import opencc
import pyarrow as pa
import pyarrow.parquet as pq
from main_job import RECIPE, timed

from textgov import read_lexicon
from textgov.regions import read_divisions
from textgov.store import make_folder, table_writer

DEMO = Path(__file__).resolve().parents[2] / "corpora" / "demo"
SEED = 20_261_122
SIZES, LARGE = ("2000:14276", "2000:3000", "20000:3000"), ("20000:750", "200000:750")
YEARS = range(2003, 2023)
REPORT_CHARS = 8_000  # longer documents are work reports, one a place-year; shorter ones notices, any number of them
SPREAD, HITS_PER_CHAR = 2_993 / 14_276, 21_097 / (1_823 * 14_276)
# Counted in documents made with these numbers, so that lengths and hits come out as wanted.
HITS_PER_CARRIER, CHARS_PER_CLAUSE = 1.29, 9.15
FORMS = {
    "utf-8": 0.80,
    "gb18030": 0.10,
    "utf-16": 0.01,
    "traditional": 0.03,
    "big5": 0.02,
    "pinyin": 0.02,
    "mojibake": 0.02,
}
# Characters behind which a copying program put their pinyin; it works on the bytes of GBK, across characters too.
NOTES = dict(zip("數務業發國實應產對資網設", "shù wù yè fā guó shí yīng chǎn duì zī wǎng shè".split(), strict=True))
SLOT = re.compile(r"\{([a-z_0-9]+)(?::([a-z]))?\}")
WORDS = {"quan": "全市", "shi": "市", "upper": "全省", "tiers": "省、市、县", "y": "上年", "y0": "今"}
NUMBERS = {"n": (11, 98), "m": (110, 980), "small": (3, 9), "ninety": (91, 99), "p": (4, 13), "d": (1, 3)}
MARKS = ("，", "，", "，", "，", "。", "。", "；", "。\n")
KILL_SHARE = 0.5
RECIPE_FILES = 500
PARTIAL = 3  # status of a run in which some file could not be read


# ---- the documents ----


class Pool(NamedTuple):
    """Clauses without a term, and sentences with one or more."""

    clauses: list[str]
    carriers: list[str]


@cache
def make_pool() -> Pool:
    """Every sentence of the demo corpus with its slots filled in several ways, the plain ones cut into clauses."""
    rng = random.Random(SEED)
    prose = json.loads((DEMO / "passages.json").read_text("utf-8"))
    material = json.loads((DEMO / "carriers.json").read_text("utf-8"))
    terms = {group: [str(row[0]) for row in rows] for group, (_, rows) in material["groups"].items()}

    def fill(template: str) -> str:
        def word(found: re.Match[str]) -> str:
            slot = found.group(1)
            if slot in terms:
                return rng.choice(terms[slot])
            low, high = NUMBERS.get(slot, (0, 0))
            number = f"{rng.randint(low, high)}{f'.{rng.randint(1, 9)}' if slot in 'pd' else ''}"
            return WORDS.get(slot) or (number + "%" if slot == "p" else number)

        return SLOT.sub(word, template)

    plain = [text for topic in prose["fillers"].values() for part in topic.values() for text in part]
    plain += prose["review_intros"] + prose["plan_intros"]
    cut = (clause for text in plain for _ in range(20) for clause in re.split("[，。；：！]", fill(text)))
    carriers = [text for parts in material["carriers"].values() for part in parts.values() for text in part]
    carriers = [text for text in carriers if "{name}" not in text and "{city}" not in text]
    return Pool(sorted({c for c in cut if 4 <= len(c) <= 24}), [fill(text) for text in carriers for _ in range(20)])


@cache
def place_years() -> list[tuple[str, str, int]]:
    """Province, city and year of every prefecture-level city in its years, in a drawn order."""
    gazetteer = read_divisions()
    provinces = {row.code: row.name for row in gazetteer.divisions if row.level == "province"}
    cities = [row for row in gazetteer.divisions if row.level == "prefecture" and row.name.endswith("市")]
    cities = [row for row in cities if row.province_code < "71"]
    found = {
        (provinces[row.province_code], row.name, year)
        for row in cities
        for year in YEARS
        if row.valid_in(year) and row.valid_in(year - 1)
    }
    drawn = sorted(found)
    random.Random(SEED).shuffle(drawn)
    return drawn


def make_text(rng: random.Random, n_chars: int, number: int) -> tuple[str, str]:
    """Name and text of a document."""
    pool = make_pool()
    size = n_chars * max(rng.gauss(1, SPREAD), 0.2)
    n_carriers = round(rng.expovariate(HITS_PER_CARRIER / (HITS_PER_CHAR * size)))
    parts = rng.choices(pool.clauses, k=max(round(size / CHARS_PER_CLAUSE - 2 * n_carriers), 20))
    marks = rng.choices(MARKS, k=len(parts))
    for carrier in rng.choices(pool.carriers, k=n_carriers):
        marks[rng.randrange(len(marks))] = "。" + carrier
    body = "".join(chain.from_iterable(zip(parts, marks, strict=True)))
    drawn = place_years()
    province, city, year = drawn[number % len(drawn)]
    if n_chars >= REPORT_CHARS:
        date = f"{year}年1月{rng.randint(6, 28)}日"
        head = f"{city}政府工作报告\n——{date}在{city}第十二届人民代表大会第三次会议上\n各位代表：\n"
        return f"{province}/{city}/{year}.txt", head + body + "。\n"
    head = f"{city}人民政府关于做好有关工作的通知\n各县（市、区）人民政府：\n"
    tail = f"。\n{city}人民政府\n{year}年{rng.randint(1, 12)}月{rng.randint(1, 28)}日\n"
    return f"{province}/{city}/{year}/{number:07}.txt", head + body + tail


@cache
def converter() -> opencc.OpenCC:
    """Simplified to traditional characters."""
    return opencc.OpenCC("s2t")


def as_bytes(text: str, form: str) -> bytes:
    """The file, in its encoding, script or damage."""
    if form in ("traditional", "big5", "pinyin"):
        text = str(converter().convert(text))
    if form == "pinyin":
        data = text.encode("gbk", "ignore")
        for char, note in NOTES.items():
            data = data.replace(char.encode("gbk"), f"{char}({note})".encode("gbk"))
        text = data.decode("gbk", "replace").replace("\ufffd", "?")
    if form == "mojibake":
        text = text.encode().decode("gbk", "replace")
    codec = form if form in ("gb18030", "utf-16", "big5") else "utf-8"
    return text.encode(codec, "ignore")


def make_reports(folder: Path, n: int, n_chars: int) -> int:
    """Write N documents, the same ones for the same N and size; gives their bytes."""
    if n_chars >= REPORT_CHARS and n > len(place_years()):
        raise SystemExit(f"there are {len(place_years())} place-years: ask for no more documents of this length")
    total = 0
    for number in range(n):
        rng = random.Random(f"{SEED}/{n_chars}/{number}")
        form = rng.choices(list(FORMS), list(FORMS.values()))[0]
        name, text = make_text(rng, n_chars, number)
        path, data = folder / name, as_bytes(text, form)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
        total += len(data)
    return total


# ---- the measure ----


@dataclass
class Cost:
    """Of one run: wall seconds, those until the last shard was entered, CPU seconds, peaks of memory in MB.

    ``others`` is the number of processors that other work on the machine kept busy meanwhile.
    """

    seconds: float = 0.0
    map_seconds: float = 0.0
    driver_cpu: float = 0.0
    workers_cpu: float = 0.0
    driver_mb: float = 0.0
    worker_mb: float = 0.0
    others: float = 0.0

    def watch(self, root: int, cpu: dict[int, float]) -> None:
        """Look at a process and those below it; ``cpu`` holds the seconds of each, also of those that have ended."""
        found: dict[int, tuple[int, float]] = {}
        ticks = os.sysconf("SC_CLK_TCK")
        for stat in Path("/proc").glob("[0-9]*/stat"):
            with suppress(OSError):
                values = stat.read_text("ascii", "replace").rpartition(")")[2].split()
                found[int(stat.parent.name)] = int(values[1]), (int(values[11]) + int(values[12])) / ticks
        ours, more = {root}, True
        while more:
            more = {pid for pid, (parent, _) in found.items() if parent in ours} - ours
            ours |= more
        for pid in ours & set(found):
            cpu[pid] = found[pid][1]
            with suppress(OSError, AttributeError):  # a process that has just ended has no memory
                status = Path(f"/proc/{pid}/status").read_text("ascii", "replace")
                mb = int(re.search(r"VmHWM:\s*(\d+)", status).group(1)) / 1024
                if pid == root:
                    self.driver_mb = max(self.driver_mb, mb)
                else:
                    self.worker_mb = max(self.worker_mb, mb)
        self.driver_cpu = cpu.get(root, 0.0)
        self.workers_cpu = sum(cpu.values()) - self.driver_cpu


def busy_seconds() -> float:
    """CPU seconds of all processes since the machine was started, by all its processors."""
    times = Path("/proc/stat").read_text("ascii").split("\n", 1)[0].split()[1:]
    user, nice, system, _, _, irq, soft, *_ = map(int, times)
    return (user + nice + system + irq + soft) / os.sysconf("SC_CLK_TCK")


def entered(out: Path) -> list[float]:
    """When each shard was entered into the ledger."""
    return [entry.stat().st_mtime for entry in (out / "store" / "ledger").glob("*.json")]


def run_job(folder: Path, out: Path, workers: int, kill_at: int | None = None, *more: str) -> Cost:
    """Run the main job as a process; ``kill_at`` shards, kill it and its workers."""
    command = [sys.executable, "-c", "from textgov.cli import main; main()", "panel", str(folder)]
    command += ["--out", str(out), "--workers", str(workers), "--json", "--quiet", *more]
    return run_watched(command, out, kill_at, folder)


def run_watched(command: Sequence[str], out: Path, kill_at: int | None, folder: Path | None) -> Cost:
    """Run a command and look at it; what it says of the documents in ``folder`` is checked."""
    cpu: dict[int, float] = {}
    cost, began, start, busy = Cost(), time.time(), time.perf_counter(), busy_seconds()
    with tempfile.TemporaryFile() as said:
        process = subprocess.Popen(command, stdout=said, start_new_session=True)
        try:
            while process.poll() is None:
                cost.watch(process.pid, cpu)
                if kill_at is not None and len(entered(out)) >= kill_at:
                    break
                time.sleep(0.1)
        finally:
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()
        cost.seconds = time.perf_counter() - start
        cost.others = (busy_seconds() - busy - sum(cpu.values())) / cost.seconds
        said.seek(0)
        told = said.read()
    if kill_at is None:
        if process.returncode not in (0, PARTIAL):
            raise SystemExit(f"{command[3:]} failed with status {process.returncode}")
        if folder is not None:
            facts = json.loads(told)
            if facts["n_failed"] or facts["n_documents"] != sum(1 for _ in folder.rglob("*.txt")):
                raise SystemExit(f"not every document was read: {facts}")
    cost.map_seconds = max([0.0, *(at - began for at in entered(out) if at > began)])
    return cost


def recipe_seconds(folder: Path, work: Path) -> float:
    """What the recipe of ``main_job.py`` would take for all files, from some of them and from one."""
    files = sorted(folder.rglob("*.txt"))
    terms = work / "terms.txt"
    terms.write_text("\n".join(entry.term for entry in read_lexicon("digital-government-core").entries), "utf-8")
    chosen: list[Path] = []
    for path in files[:: max(len(files) // (2 * RECIPE_FILES), 1)]:
        try:
            path.read_text("utf-8")
        except UnicodeDecodeError:
            continue
        chosen.append(path)
    chosen = chosen[:RECIPE_FILES]
    seconds = []
    for number, part in enumerate((chosen[:1], chosen)):
        some = work / f"some{number}"
        for path in part:
            target = (some / path.relative_to(folder)).with_suffix(".md")
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(path, target)
        command = [sys.executable, "-c", RECIPE, str(some), str(terms), str(work / "pivot.csv")]
        seconds.append(min(timed(command)[0] for _ in range(2)))
        shutil.rmtree(some)
    one, some_seconds = seconds
    return one + (some_seconds - one) * (len(files) - 1) / (len(chosen) - 1)


def wc_seconds(folder: Path) -> float:
    """What ``wc -m`` takes for all files."""
    start = time.perf_counter()
    names = subprocess.run(["find", str(folder), "-name", "*.txt", "-print0"], check=True, capture_output=True).stdout
    environment = {**os.environ, "LC_ALL": "C.UTF-8"}
    subprocess.run(["xargs", "-0", "wc", "-m"], input=names, check=True, stdout=subprocess.DEVNULL, env=environment)
    return time.perf_counter() - start


@dataclass
class Told:
    """All runs of one size; ``recipe`` and ``wc`` in seconds, sizes in MB."""

    n: int
    n_chars: int
    mb: float
    wc: float
    recipe: float
    runs: dict[str, Cost] = field(default_factory=dict)
    n_shards: int = 0
    out_mb: float = 0.0


def measure(n: int, n_chars: int, work: Path) -> Told:
    """Make the documents and do all runs of one size."""
    folder, out, killed = work / "reports", work / "out", work / "killed"
    mb = make_reports(folder, n, n_chars) / 1e6
    told = Told(n, n_chars, mb, wc_seconds(folder), recipe_seconds(folder, work))
    told.runs["one"] = run_job(folder, work / "one", 1)
    shutil.rmtree(work / "one")
    told.runs["two"] = run_job(folder, out, 2)
    told.n_shards = len(entered(out))
    told.out_mb = sum(file.stat().st_size for file in out.rglob("*") if file.is_file()) / 1e6
    told.runs["no-op"] = run_job(folder, out, 2)
    changed = sorted(folder.rglob("*.txt"))[n // 2]
    changed.write_bytes(changed.read_bytes() + "补充一句。\n".encode())
    told.runs["one changed"] = run_job(folder, out, 2)
    shutil.rmtree(out)
    told.runs["killed"] = run_job(folder, killed, 2, max(round(told.n_shards * KILL_SHARE), 1))
    told.runs["resumed"] = run_job(folder, killed, 2)
    return told


# ---- goals ----


def print_speedup(n: int, n_chars: int, work: Path, real: Path | None) -> None:
    """One and two workers, two engines, nothing and one file changed; each against its goal."""
    folder, runs = work / "reports", dict[str, Cost]()
    make_reports(folder, n, n_chars)
    for number in range(2):  # in turn, so that what else goes on falls on all; the faster of two counts
        for name, workers, more in (("one", 1, ()), ("two", 2, ()), ("dask", 2, ("--engine", "dask"))):
            out = work / name
            shutil.rmtree(out, ignore_errors=True)
            cost = run_job(folder, out, workers, None, *more)
            print_cost(f"{name} {number + 1}", cost)
            if name not in runs or cost.seconds < runs[name].seconds:
                runs[name] = cost
    out = work / "two"
    runs["no-op"] = min((run_job(folder, out, 2) for _ in range(2)), key=lambda cost: cost.seconds)
    print_cost("no-op", runs["no-op"])
    changed = sorted(folder.rglob("*.txt"))[n // 2]
    for number in range(2):
        changed.write_bytes(changed.read_bytes() + "补充一句。\n".encode())
        cost = run_job(folder, out, 2)
        print_cost(f"changed {number + 1}", cost)
        if number == 0 or cost.seconds < runs["changed"].seconds:
            runs["changed"] = cost
    one, two, dask = runs["one"], runs["two"], runs["dask"]
    goals = [
        ("map stages, one worker / two workers", one.map_seconds / two.map_seconds, ">=", 1.7),
        ("whole run, one worker / two workers", one.seconds / two.seconds, "", 0.0),
        ("Dask / processes", dask.seconds / two.seconds, "<=", 1.25),
        (f"one file changed among {n:,}, seconds", runs["changed"].seconds, "<=", 5.0),
    ]
    if real is not None:
        run_watched(real_command(real, work), work / "real", None, None)
        cost = min((run_watched(real_command(real, work), work / "real", None, None) for _ in range(2)), key=seconds)
        print_cost("real no-op", cost)
        goals.append(("nothing changed in the reports given, seconds", cost.seconds, "<=", 2.0))
    for name, value, sign, goal in goals:
        verdict = "" if not sign else f"goal {sign} {goal}"
        print(f"  {name}: {value:.2f}   {verdict}")
    busy = max(cost.others for cost in runs.values())
    print(f"  other work kept up to {busy:.2f} processors busy meanwhile")


def seconds(cost: Cost) -> float:
    """The wall seconds of a run."""
    return cost.seconds


def real_command(real: Path, work: Path) -> list[str]:
    """The main job on some other files."""
    command = [sys.executable, "-c", "from textgov.cli import main; main()", "panel", str(real)]
    return [*command, "--out", str(work / "real"), "--workers", "2", "--quiet"]


def print_cost(name: str, cost: Cost) -> None:
    """One line for a run."""
    print(f"  {name:10} {cost.seconds:7.2f} s, stages {cost.map_seconds:6.2f}", end="")
    print(f"; CPU driver {cost.driver_cpu:5.1f}, workers {cost.workers_cpu:5.1f}", end="")
    print(f"; MB driver {cost.driver_mb:.0f}, worker {cost.worker_mb:.0f}; others {cost.others:.2f}", flush=True)


# ---- the driver's part alone ----


PARTS_BASE, EQUAL_EVERY = "20000:500", 10
# What a run does behind its stages, on a store that is there.
REST = """
import json, sys
from functools import cache
from pathlib import Path
from textgov import read_lexicon
from textgov.batch import StageOptions
from textgov.engine import EngineOptions, open_engine
from textgov.regions import read_divisions
from textgov.run import RunOptions
from textgov.run.outputs import write_run
from textgov.run.screening import screen_run
from textgov.run.shelf import Shelf

def rest(out):
    shard_ids = tuple(json.loads((out / "shards.json").read_text()))
    options, gazetteer = RunOptions(StageOptions(lexicons=(read_lexicon("digital-government"),))), read_divisions()
    shelf = Shelf(out, shard_ids, options.stages.lexicons, True, out / "store")
    with open_engine(EngineOptions("processes", 1)) as pools:
        screen = cache(lambda: screen_run(shelf, (), options.panel, gazetteer))
        written = write_run(shelf, screen, (), (), options, gazetteer, {}, pools.open_pool())
    print(written.numbers)

if __name__ == "__main__":
    rest(Path(sys.argv[1]))
"""


def print_parts(n: int, work: Path) -> None:
    """Copy a store until it holds ``n`` documents; screen them and write the results."""
    base, _, n_chars = PARTS_BASE.partition(":")
    folder, out, many = work / "reports", work / "out", work / "many"
    make_reports(folder, int(base), int(n_chars))
    print_cost("the base", run_job(folder, out, 2))
    shard_ids = copy_store(out, many, -(-n // int(base)))
    (many / "shards.json").write_text(json.dumps(shard_ids), "utf-8")
    script = work / "rest.py"
    script.write_text(REST, "utf-8")
    print_cost(f"{n:,}", run_watched([sys.executable, str(script), str(many)], many, None, None))


def copy_store(out: Path, many: Path, n_copies: int) -> list[str]:
    """Copies of every shard with other ids and signatures; one of `EQUAL_EVERY` copies keeps the signatures.

    The documents of copies that keep them are equal to those of another: they wait and are listed.
    """
    found, shard_ids = [], []
    for path in sorted((out / "store").glob("*/*.parquet")):
        if path.parent.name != "corpus":
            file = pq.ParquetFile(path)
            groups = [file.read_row_group(number) for number in range(file.num_row_groups)]
            found.append((path.parent.name, path.stem, groups, file))
    for number in range(n_copies):
        for folder, stem, groups, file in found:
            target = make_folder(many / "store" / folder) / f"{number:04}{stem[4:]}.parquet"
            form = file.metadata.metadata[b"format"].decode()
            with table_writer(target, file.schema_arrow.remove_metadata(), form) as write:
                for group in groups:
                    write(renamed(group, folder, number).replace_schema_metadata())
            if folder == "places":
                shard_ids.append(target.stem)
    return shard_ids


def renamed(table: pa.Table, folder: str, number: int) -> pa.Table:
    """A table of the store with other ids, paths or signatures."""
    before, chance = f"{number:04}/", random.Random(number)
    if folder == "places":
        return with_column(table, "doc_id", [before + one for one in table["doc_id"].to_pylist()])
    if folder == "inputs":
        table = with_column(table, "path", [before + one for one in table["path"].to_pylist()])
        return with_column(table, "doc_ids", [[before + one for one in ids] for ids in table["doc_ids"].to_pylist()])
    if folder == "signs" and number % EQUAL_EVERY != 1:
        change, words = chance.getrandbits(62), np.array([chance.getrandbits(32) for _ in range(64)], dtype="<u4")
        exact = [f"{int(one, 16) ^ change:016x}" for one in table["exact"].to_pylist()]
        near = [(np.frombuffer(one, "<u4") ^ words).tobytes() if one else one for one in table["near"].to_pylist()]
        return with_column(with_column(table, "exact", exact), "near", near)
    return table


def with_column(table: pa.Table, name: str, values: list[object]) -> pa.Table:
    """A table with other values in one column."""
    at = table.schema.get_field_index(name)
    return table.set_column(at, table.schema.field(at), pa.array(values, table.schema.field(at).type))


# ---- the table ----


def print_size(told: Told) -> None:
    """What one size cost."""
    n, mb, runs = told.n, told.mb, told.runs
    print(f"\n{n:,} documents, {told.n_chars} characters on average, {mb:.1f} MB, {told.n_shards} shards", end="")
    print(f"; results and store {told.out_mb:.0f} MB")
    print("             seconds  map s  documents/s   MB/s  CPU s driver workers  MB driver  largest worker  others")
    for name, cost in runs.items():
        print(f"  {name:11}{cost.seconds:8.2f} {cost.map_seconds:6.2f} {n / cost.seconds:12,.0f}", end="")
        print(f" {mb / cost.seconds:6.2f} {cost.driver_cpu:13.1f} {cost.workers_cpu:7.1f}", end="")
        print(f" {cost.driver_mb:10.0f} {cost.worker_mb:15.0f} {cost.others:7.1f}")
    one, two = runs["one"], runs["two"]
    told_ratios = f"{told.recipe / one.seconds:.1f} times one worker, {told.recipe / two.seconds:.1f} times two"
    print(f"  recipe {told.recipe:.1f} s: {told_ratios}")
    print(f"  wc -m {told.wc:.2f} s: one worker takes {one.seconds / told.wc:.0f} times as long")
    print(f"  map stages: one worker takes {one.map_seconds / two.map_seconds:.2f} times as long as two")
    both = runs["killed"].seconds + runs["resumed"].seconds
    print(f"  killed and resumed take {both / two.seconds:.2f} times as long as an undisturbed run")


def print_growth(all_told: Sequence[Told]) -> None:
    """Ten times the documents, and a million."""
    for small, large in permutations(all_told, 2):
        if small.n_chars != large.n_chars or large.n != 10 * small.n:
            continue
        print(f"\n{small.n:,} to {large.n:,} documents of {small.n_chars} characters")
        for name in ("one", "two"):
            before, after = small.runs[name], large.runs[name]
            cpu = (after.driver_cpu + after.workers_cpu) / (before.driver_cpu + before.workers_cpu)
            slope = (after.seconds - before.seconds) / (large.n - small.n)
            million = after.seconds + slope * (1_000_000 - large.n)
            print(f"  workers: {name}   time x {after.seconds / before.seconds:.2f}   CPU x {cpu:.2f}", end="")
            print(f"   1,000,000 documents: {million / 60:.0f} minutes")


def main() -> None:
    """Make, run, print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sizes", nargs="+", default=list(SIZES))
    parser.add_argument("--large", action="store_true")
    parser.add_argument("--work", type=Path, help="folder for documents and results; a temporary one if not given")
    parser.add_argument("--json", type=Path)
    parser.add_argument("--speedup", nargs="?", const="20000:500", metavar="SIZE")
    parser.add_argument("--reports", type=Path, help="files for one more run with nothing changed")
    parser.add_argument("--parts", type=int, metavar="N")
    args = parser.parse_args()
    if args.speedup or args.parts:
        with tempfile.TemporaryDirectory(dir=args.work) as work:
            if args.speedup:
                n, _, n_chars = args.speedup.partition(":")
                print_speedup(int(n), int(n_chars), Path(work), args.reports)
            else:
                print_parts(args.parts, Path(work))
        return
    all_told: list[Told] = []
    for size in [*args.sizes, *(LARGE if args.large else ())]:
        n, _, n_chars = size.partition(":")
        with tempfile.TemporaryDirectory(dir=args.work) as work:
            told = measure(int(n), int(n_chars), Path(work))
        print_size(told)
        all_told.append(told)
        if args.json:
            args.json.write_text(json.dumps([asdict(one) for one in all_told], indent=1), "utf-8")
    print_growth(all_told)


if __name__ == "__main__":
    main()
