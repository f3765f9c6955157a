"""How well places and years are found on the real government work reports, and what it costs.

usage: python tests/benchmarks/locate_confusion.py DATA [--list]

DATA holds ``index.csv`` and ``gwr-panel/*.jsonl.xz``. Prints the confusion with the path and with the path hidden
(only title and text), the doubts, and the CPU time. ``--list`` names every document that is wrong or doubtful.
"""

from __future__ import annotations

import argparse
import csv
import json
import lzma
import re
import sys
import time
import unicodedata
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from textgov.locate import locate_document
from textgov.records import Document
from textgov.regions import read_divisions
from textgov.spans import Spans

FRONT = re.compile(r"---\n(.*?)\n---\n?", re.DOTALL)
# Found by this script: title, congress and mayor of this report are those of 文山市, a county-level city of the
# prefecture whose folder holds it; the index does not flag it.
WRONG_UNIT = {"政府工作报告-其他地市/文山壮族苗族自治州/2025.md"}
DIVISIONS = Path(__file__).parents[2] / "textgov" / "data" / "divisions.csv"


@dataclass(frozen=True)
class Truth:
    """What the index says of a report, with the code of its place in its year."""

    doc_id: str
    level: str
    code: str
    short_name: str
    year: int
    flags: str
    delivered: str


def codes_by_name() -> dict[tuple[str, str], list[dict[str, str]]]:
    """Rows of the division table by level and full name, read without the package."""
    rows: dict[tuple[str, str], list[dict[str, str]]] = {}
    with DIVISIONS.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            rows.setdefault((row["level"], row["name"]), []).append(row)
    return rows


def code_in_year(
    table: dict[tuple[str, str], list[dict[str, str]]], level: str, name: str, year: int
) -> tuple[str, str]:
    """The code that the unit of a name had in a year, by way of its area on the map of 2024."""
    row = table[level, name][-1]
    day = max(2000, min(year, 2024))
    spells = [
        other
        for rows in table.values()
        for other in rows
        if other["level"] == level
        and other["panel_code_2024"] == row["panel_code_2024"]
        and (level == "prefecture" or other["code"] == row["code"])
        and int(other["valid_from"]) <= day <= int(other["valid_to"] or 9999)
    ]
    same = [other for other in spells if other["code"] == row["code"]] or spells
    return (same or [row])[0]["code"], row["short_name"]


def read_truth(data: Path) -> dict[str, Truth]:
    """Rows of the index that belong to the panel of reports, by document id."""
    table = codes_by_name()
    truth = {}
    with (data / "index.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            if not row["file"].startswith("gwr-panel"):
                continue
            year = int(row["year"])
            if row["level"] == "national":
                code, short = "000000", ""
            elif row["level"] == "prefecture":
                code, short = code_in_year(table, "prefecture", row["city"], year)
            else:
                code, short = code_in_year(table, "province", row["province"] or row["city"], year)
            doc_id = row["id"].removeprefix("lawtext/")
            flags = "wrong_city:532601 text" if doc_id in WRONG_UNIT else row["flags"]
            truth[doc_id] = Truth(doc_id, row["level"], code, short, year, flags, row["delivered"])
    return truth


def read_reports(data: Path) -> Iterator[tuple[str, str, str]]:
    """Id, title and text of every report, the text as `normalise` gives it for simplified script."""
    for source in sorted((data / "gwr-panel").glob("*.jsonl.xz")):
        with lzma.open(source, "rt", encoding="utf-8") as lines:
            for line in lines:
                row = json.loads(line)
                text = unicodedata.normalize("NFKC", row["text"])
                front = FRONT.match(text)
                title = ""
                if front:
                    found = re.search(r"^title:\s*(.*)$", front[1], re.MULTILINE)
                    title = found[1].strip(" '\"") if found else ""
                    text = text[front.end() :]
                yield row["id"].removeprefix("lawtext/"), title, text


def document(doc_id: str, title: str, text: str) -> Document:
    """A document as `load` and `normalise` make it."""
    return Document(doc_id=doc_id, text=text, original=text, spans=Spans.identity(), title=title)


@dataclass
class Result:
    """A report, what it is, and what was found with and without its path."""

    truth: Truth
    named: bool
    shown: Document
    hidden: Document


def run(data: Path) -> tuple[list[Result], float, float]:
    """Locate every report twice; the CPU seconds of each pass."""
    truth = read_truth(data)
    gazetteer = read_divisions()
    reports = list(read_reports(data))
    shown = [document(*report) for report in reports]
    hidden = [document("x.md", title, text) for _, title, text in reports]
    locate_document(shown[0], gazetteer)  # builds the tables
    start = time.process_time()
    with_path = [locate_document(doc, gazetteer) for doc in shown]
    middle = time.process_time()
    without = [locate_document(doc, gazetteer) for doc in hidden]
    end = time.process_time()
    results = []
    for (doc_id, title, text), one, other in zip(reports, with_path, without, strict=True):
        true = truth[doc_id]
        named = not true.short_name or true.short_name in title + text
        results.append(Result(true, named, one, other))
    return results, middle - start, end - middle


def summarise(results: list[Result]) -> dict[str, float]:
    """The numbers that the tests hold to their floors."""
    sub = [r for r in results if r.truth.level != "national"]
    good = [r for r in sub if "wrong_" not in r.truth.flags]
    wrong_city = [r for r in sub if "wrong_city" in r.truth.flags]
    fair = [r for r in sub if "wrong_city" not in r.truth.flags]
    cities = [r for r in fair if r.truth.level != "province"]
    named = [r for r in fair if r.named]
    right = [r for r in named if r.hidden.place_code == r.truth.code]
    national = [r for r in results if r.truth.level == "national"]
    return {
        "reports": len(results),
        "sub-national": len(sub),
        "place right with path": sum(r.shown.place_code == r.truth.code for r in fair) / len(fair),
        "wrong city": len(wrong_city),
        "wrong city in doubt": sum(any(d.code == "place_conflict" for d in r.shown.doubts) for r in wrong_city),
        "wrong city held": sum(any(d.code == "place_conflict" and d.held for d in r.shown.doubts) for r in wrong_city),
        "wrong year in doubt": sum(bool(r.shown.doubts) for r in sub if "wrong_year" in r.truth.flags),
        "year right with path (cities)": sum(r.shown.year == r.truth.year for r in cities) / len(cities),
        "year right with path": sum(r.shown.year == r.truth.year for r in fair) / len(fair),
        "good documents with a doubt": sum(bool(r.shown.doubts) for r in good) / len(good),
        "date as in the index": sum(r.shown.date == r.truth.delivered for r in results if r.truth.delivered)
        / sum(bool(r.truth.delivered) for r in results),
        "national right with path": sum(r.shown.place_code == "000000" for r in national) / len(national),
        "named in the text": len(named),
        "place right without path": len(right) / len(named),
        "wrong above 0.9 without path": sum(
            r.hidden.place_code not in (None, r.truth.code) and (r.hidden.confidence or 0) > 0.9 for r in fair
        ),
        "right above 0.9 without path": sum((r.hidden.confidence or 0) > 0.9 for r in right) / len(right),
    }


def main() -> None:
    """Print the confusion."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path)
    parser.add_argument("--list", action="store_true")
    options = parser.parse_args()
    results, shown, hidden = run(options.data)
    for name, value in summarise(results).items():
        print(f"{name:34} {value:.4f}" if isinstance(value, float) else f"{name:34} {value}")
    print(f"{'CPU seconds with path':34} {shown:.2f}\n{'CPU seconds without path':34} {hidden:.2f}")
    print("doubts with path", Counter(d.code for r in results for d in r.shown.doubts))
    print("doubts without path", Counter(d.code for r in results for d in r.hidden.doubts))
    for name in ("shown", "hidden"):
        pairs = Counter()
        for result in results:
            found = getattr(result, name)
            if found.place_code != result.truth.code:
                pairs[result.truth.level, found.level or "none"] += 1
        print(f"wrong {name} (true level, found level):", dict(pairs))
    if options.list:
        for r in results:
            for name, doc in (("shown", r.shown), ("hidden", r.hidden)):
                if doc.place_code != r.truth.code or (name == "shown" and doc.doubts):
                    codes = ",".join(d.code for d in doc.doubts)
                    print(name, r.truth.doc_id, r.truth.code, doc.place_code, doc.confidence, codes, doc.explanation)
    sys.exit(0)


if __name__ == "__main__":
    main()
