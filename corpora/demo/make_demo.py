"""Make the demo corpus: `python corpora/demo/make_demo.py` writes it, `--check` compares it with the disk.

Everything is drawn from one seed and the hand-written files beside this one, so a second run gives the same
bytes. Each written file is read back and counted by a plain matcher that shares no code with textgov;
a count that differs from what was planted stops the run.
"""

from __future__ import annotations

import argparse
import csv
import hashlib
import io
import json
import sys
import tempfile
import unicodedata
from collections import Counter
from collections.abc import Iterable
from functools import cache
from pathlib import Path

from compose import CATEGORIES, City, Passages, Report, compose, count_han
from formats import (
    read_report,
    read_rows,
    suffix,
    survives_script,
    to_simplified,
    write_csv,
    write_jsonl,
    write_report,
)

HERE = Path(__file__).resolve().parent
SEED = 20090101
YEARS = range(2009, 2021)
HAN_LIMITS = (500, 1300)
MISSING = ("520300", 2012)  # no document at all
DUPLICATE = ("430100", 2015)  # a second, byte-different copy beside the first
BROKEN = ("440600", 2014)  # a Word file cut off after three fifths
TABLES = {"csv": "reports/tables/西北两市报告.csv", "jsonl": "reports/tables/西南两市报告.jsonl"}


def squeeze(text: str) -> str:
    """Text as it is matched: NFKC, simplified, lower case, without any whitespace."""
    plain = to_simplified(unicodedata.normalize("NFKC", text))
    return "".join(plain.casefold().split())


@cache
def by_first(terms: tuple[str, ...]) -> dict[str, list[tuple[str, str]]]:
    """Pairs (squeezed term, term) by first character, longest first."""
    table: dict[str, list[tuple[str, str]]] = {}
    for form, term in sorted(((squeeze(term), term) for term in terms), key=lambda pair: (-len(pair[0]), pair)):
        table.setdefault(form[0], []).append((form, term))
    return table


def find_terms(text: str, terms: tuple[str, ...]) -> list[str]:
    """Terms in the text by brute force: at each position the longest one, no overlap, from left to right."""
    squeezed, found, position, table = squeeze(text), [], 0, by_first(terms)
    while position < len(squeezed):
        step = 1
        for form, term in table.get(squeezed[position], ()):
            if squeezed.startswith(form, position):
                found.append(term)
                step = len(form)
                break
        position += step
    return found


class Matcher:
    """The planted terms and their categories, and the further terms that must not turn up by accident."""

    def __init__(self, groups: dict[str, tuple[str, list[list[object]]]], others: list[str]) -> None:
        self.category = {str(row[0]): category for category, rows in groups.values() for row in rows}
        self.core = tuple(self.category)
        self.all = (*self.core, *others)

    def accepts(self, sentence: str, terms: list[str], traditional: bool) -> bool:
        """Whether the sentence holds exactly these terms, and survives the script conversion if it must."""
        if traditional and not survives_script(sentence):
            return False
        return squeeze(sentence) == squeeze_plain(sentence) and find_terms(sentence, self.all) == terms

    def check(self, text: str, report: Report) -> None:
        """Raise unless the text read back from disk holds exactly what was planted."""
        found = Counter(find_terms(text, self.core))
        if found != report.planted or Counter(find_terms(text, self.all)) != found:
            raise ValueError(f"{report.title} {report.year}: planted {report.planted}, found {found}")
        size = count_han("".join(line for _, line in report.lines))
        if not HAN_LIMITS[0] <= size <= HAN_LIMITS[1]:
            raise ValueError(f"{report.title} {report.year}: {size} Han characters")


def squeeze_plain(text: str) -> str:
    """`squeeze` without the script conversion: our simplified prose must not be changed by it."""
    return "".join(unicodedata.normalize("NFKC", text).casefold().split())


def read_plan() -> list[City]:
    """Cities of plan.csv in the order of their codes."""
    with (HERE / "plan.csv").open(encoding="utf-8", newline="") as sheet:
        rows = list(csv.DictReader(sheet))
    cities = []
    for row in rows:
        styles = tuple((int(first), style) for first, style in (s.split(":") for s in row["styles"].split(";")))
        numbers = {key: int(row[key] or 0) for key in ("former_until", "congress", "congress_from")}
        words = {key: row[key] for key in ("code", "province", "name", "former_name", "short", "layout")}
        cities.append(City(**words, **numbers, intensity=float(row["intensity"]), styles=styles))
    return sorted(cities, key=lambda city: city.code)


def read_passages() -> tuple[Passages, Matcher]:
    """The hand-written prose and carriers, and the matcher for their terms."""
    prose = json.loads((HERE / "passages.json").read_text(encoding="utf-8"))
    material = json.loads((HERE / "carriers.json").read_text(encoding="utf-8"))
    matcher = Matcher(material["groups"], material["also_in_lexicon"])
    return Passages(prose, material["groups"], material["carriers"], matcher.accepts), matcher


def place_file(report: Report, style: str) -> str:
    """Path of a report below this folder."""
    city, name = report.city, report.city.name_in(report.year)
    if city.layout == "flat":
        return f"reports/{city.province}/{name}{report.year}年政府工作报告{suffix(style)}"
    return f"reports/{city.province}/{name}/{report.year}{suffix(style)}"


def write_single(reports: Iterable[Report], matcher: Matcher) -> dict[str, bytes]:
    """Files that hold one report each, with the planted duplicate and the broken file."""
    files = {}
    for report in reports:
        key, style = (report.city.code, report.year), report.city.style_in(report.year)
        path, data = place_file(report, style), write_report(report, style)
        matcher.check(read_report(data, style), report)
        files[path] = data[: len(data) * 3 // 5] if key == BROKEN else data
        if key == DUPLICATE:
            copy = write_report(report, "txt.gb18030")
            matcher.check(read_report(copy, "txt.gb18030"), report)
            files[path.replace(".txt", "(1).txt")] = copy
    return files


def write_tables(reports: list[Report], matcher: Matcher) -> dict[str, bytes]:
    """The two tables that hold many reports each."""
    files = {}
    for style, write in (("csv", write_csv), ("jsonl", write_jsonl)):
        chosen = [report for report in reports if report.city.style_in(report.year) == style]
        data = write(chosen)
        rows = read_rows(data, style)
        for report in chosen:
            matcher.check(rows[report.city.name_in(report.year), report.year], report)
        files[TABLES[style]] = data
    return files


def write_truth(reports: list[Report], matcher: Matcher) -> bytes:
    """Planted counts, one row a city-year with a readable document, named as in the 2024 panel."""
    sheet = io.StringIO(newline="")
    writer = csv.writer(sheet, lineterminator="\n")
    names = [f"dgc_{category}_n" for category in CATEGORIES]
    writer.writerow(["city_code", "city", "year", "n_docs", *names, "dgc_total_n"])
    for report in reports:
        if (report.city.code, report.year) == BROKEN:
            continue
        counts: Counter[str] = Counter()
        for term, number in report.planted.items():
            counts[matcher.category[term]] += number
        row = [counts[category] for category in CATEGORIES]
        writer.writerow([report.city.code, report.city.name, report.year, 1, *row, sum(row)])
    return sheet.getvalue().encode("utf-8")


def write_manifest(files: dict[str, bytes]) -> bytes:
    """Source, licence and hashes of everything generated."""
    manifest = {
        "name": "demo",
        "source": "written for this project; no sentence, number or event is taken from a real report",
        "licence": "MIT",
        "generator": "make_demo.py",
        "seed": SEED,
        "files": {path: hashlib.sha256(files[path]).hexdigest() for path in sorted(files)},
    }
    return (json.dumps(manifest, ensure_ascii=False, indent=2) + "\n").encode("utf-8")


def make_files() -> dict[str, bytes]:
    """All generated files, by path below this folder."""
    passages, matcher = read_passages()
    pairs = [(city, year) for city in read_plan() for year in YEARS if (city.code, year) != MISSING]
    reports = [compose(city, year, SEED, passages) for city, year in pairs]
    absent = set(matcher.core).difference(*(report.planted for report in reports))
    if absent:
        raise ValueError(f"terms planted nowhere: {sorted(absent)}")
    files = write_single((r for r in reports if r.city.layout != "table"), matcher)
    files |= write_tables([r for r in reports if r.city.layout == "table"], matcher)
    files["truth.csv"] = write_truth(reports, matcher)
    files["manifest.json"] = write_manifest(files)
    return files


def save(files: dict[str, bytes], folder: Path) -> None:
    """Write the files and remove what an earlier run left under reports/."""
    for path, data in files.items():
        target = folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(data)
    for old in (folder / "reports").rglob("*"):
        if old.is_file() and old.relative_to(folder).as_posix() not in files:
            old.unlink()


def differences(made: Path, kept: Path) -> list[str]:
    """Generated paths whose bytes differ, or that are in one folder only."""
    names = ["truth.csv", "manifest.json"]
    for folder in (made, kept):
        names += [p.relative_to(folder).as_posix() for p in (folder / "reports").rglob("*") if p.is_file()]
    pairs = {name: (made / name, kept / name) for name in names}
    return sorted(
        name for name, (a, b) in pairs.items() if not (a.is_file() and b.is_file() and a.read_bytes() == b.read_bytes())
    )


def main() -> int:
    """Write the corpus, or with `--check` compare a fresh one with the committed files."""
    parser = argparse.ArgumentParser(description="Make the demo corpus from its seed.")
    parser.add_argument("--check", action="store_true", help="compare with the files on disk; 1 if they differ")
    options = parser.parse_args()
    files = make_files()
    if not options.check:
        save(files, HERE)
        print(f"{len(files)} files, {sum(map(len, files.values()))} bytes", file=sys.stderr)
        return 0
    with tempfile.TemporaryDirectory() as scratch:
        save(files, Path(scratch))
        different = differences(Path(scratch), HERE)
    for name in different:
        print(f"differs: {name}", file=sys.stderr)
    return 1 if different else 0


if __name__ == "__main__":
    sys.exit(main())
