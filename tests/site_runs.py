"""Runs that the tests of the local page and of the browser look at: a province of the demo, topics, hostile texts."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

import pandas as pd

from textgov.batch import StageOptions
from textgov.lexicon import read_lexicon
from textgov.run import RunOptions, run_panel

ROOT = Path(__file__).resolve().parents[1]
REPORTS = ROOT / "corpora" / "demo" / "reports" / "湖北省"
FIRE = "<script>document.title='hacked'</script>"
HOSTILE = (
    FIRE,
    "\"'><img src=x onerror=\"document.title='hacked'\">",
    "</textarea></title></style><svg onload=\"document.title='hacked'\">",
    "[点此](javascript:document.title='hacked')",
    '=HYPERLINK("http://example.com","x")',
    "+1+1",
    "@SUM(A1)",
    "-2-2",
    "甲\u202e乙\u2066丙\x07丁",
    "{{ 7*7 }} {% raw %} ${7*7}",
)
HOSTILE_LEXICON = """name: hostile
version: "1"
prefix: ho
title: {zh: "<b>险恶</b>", en: "<b>hostile</b>"}
categories:
  one:
    title: {zh: "<i>一</i>", en: "<i>one</i>"}
    entries:
      - "<script>document.title='hacked'</script>"
      - {term: "数字政府", variants: ["\\"'><img src=x onerror=alert(1)>"]}
      - "=HYPERLINK"
"""


def make_run(out: Path, *, topics: bool = True) -> Path:
    """A run over one province of the demo, with a topic model."""
    lexicons = tuple(read_lexicon(name) for name in ("digital-government", "digital-government-core"))
    run_panel((REPORTS,), out, RunOptions(StageOptions(lexicons=lexicons, words=False)), engine="serial")
    if topics:
        make_topics(out)
    return out


def make_topics(run: Path, name: str = "seeded") -> Path:
    """Files of a topic model by hand, with the columns that `textgov topics` writes."""
    documents = pd.read_parquet(run / "documents.parquet")
    folder = run / "topics" / name
    folder.mkdir(parents=True)
    topics = {
        "topic": ["tp01", "tp02"],
        "label": ["政务服务", "工业"],
        "share": [0.6234567, 0.3765433],
        "n_words": [623, 377],
    }
    pd.DataFrame(topics).to_csv(folder / "topics.csv", index=False)
    words = [("tp01", 1, "政府", -2.0, 0.1), ("tp01", 2, "服务", -2.5, 0.8), ("tp01", 3, "一网通办", -5.0, 3.0)]
    words += [("tp02", 1, "企业", -2.2, 0.3), ("tp02", 2, "工业", -3.0, 2.0)]
    frame = pd.DataFrame(words, columns=["topic", "rank", "word", "log_p", "log_lift"])
    frame["probability"] = [0.135, 0.082, 0.0067, 0.11, 0.05]
    frame.to_csv(folder / "topic_words.csv", index=False)
    years = [("tp01", 2015, 0.5, 0.4, 0.6, 9), ("tp01", 2016, 0.55, None, None, 1), ("tp02", 2015, 0.5, 0.4, 0.6, 9)]
    columns = ["topic", "year", "share", "low", "high", "n_docs"]
    pd.DataFrame(years, columns=columns).to_csv(folder / "topic_years.csv", index=False)
    first = documents.iloc[0]
    row = ("tp01", 1, first["doc_id"], first["place"], first["year"], 0.93, "推进一网通办。")
    typical = pd.DataFrame([row], columns=["topic", "rank", "doc_id", "city", "year", "share", "text"])
    typical.to_csv(folder / "typical.csv", index=False)
    return folder


def make_hostile_run(folder: Path) -> Path:
    """A run over documents whose texts, titles and names mean harm, counted with such a lexicon."""
    place = folder / "reports" / "湖北省" / "武汉市"
    place.mkdir(parents=True)
    for year, bad in enumerate(HOSTILE, 2010):
        text = f"武汉市{year}年政府工作报告\n各位代表：我代表市人民政府报告工作。数字政府{bad}一网通办。\n{bad}\n"
        (place / f"{year}.txt").write_text(text, "utf-8")
    if os.name == "posix":  # other systems do not take such a name
        (place / "2024 <script>document.title='hacked'<|script>.txt").write_text(
            "武汉市2024年政府工作报告\n数字政府。\n", "utf-8"
        )
    (folder / "hostile.yaml").write_text(HOSTILE_LEXICON, "utf-8")
    lexicons = (read_lexicon(folder / "hostile.yaml"),)
    out = folder / "out <b>&amp;" if os.name == "posix" else folder / "out &amp;"
    run_panel((folder / "reports",), out, RunOptions(StageOptions(lexicons=lexicons, words=False)), engine="serial")
    return out


class Reply(NamedTuple):
    """What the application answered."""

    status: int
    headers: dict[str, str]
    text: str


def ask(
    app: Any, address: str, *, method: str = "GET", headers: Mapping[str, str] | None = None, body: bytes = b""
) -> Reply:
    """Ask an application without a server."""
    path, _, query = address.partition("?")
    given = {"host": "127.0.0.1:8753", **(headers or {})}
    scope = {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": method,
        "scheme": "http",
        "path": path,
        "raw_path": path.encode(),
        "query_string": query.encode(),
        "root_path": "",
        "headers": [(name.encode(), value.encode()) for name, value in given.items()],
        "client": ("127.0.0.1", 1),
        "server": ("127.0.0.1", 8753),
    }
    sent: list[dict[str, Any]] = []

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": body, "more_body": False}

    async def send(message: dict[str, Any]) -> None:
        sent.append(message)

    asyncio.run(app(scope, receive, send))
    start = sent[0]
    told = {name.decode().lower(): value.decode() for name, value in start["headers"]}
    data = b"".join(message.get("body", b"") for message in sent[1:])
    return Reply(start["status"], told, data.decode("utf-8"))
