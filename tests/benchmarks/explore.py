"""How long a search of the local page takes, against a plain scan of the texts, in one process.

    python tests/benchmarks/explore.py [RUN] [--documents 200000] [--characters 500]

With RUN the texts of a finished run; without it synthetic ones, made of common words of work reports. Times are CPU
seconds of this process, the best of three; the plain scan is `key.count(term)` over a list of the same keys in memory.
"""

from __future__ import annotations

import argparse
import random
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from textgov.explore.index import SearchIndex, build_index
from textgov.explore.search import find_hits, show_hits
from textgov.records import Document
from textgov.spans import Spans
from textgov.store import STORE, make_folder, write_corpus, write_plan

TERMS = ("一网通办", "政务", "建设", "数字政府", "网", "无此词语")
WORDS = (
    "推进 数字 政府 建设 政务 服务 一网 通办 改革 发展 经济 城市 农村 教育 医疗 就业 环境 保护 企业 投资 项目 "
    "完成 增长 百分之 加快 全面 深化 落实 提高 质量 水平 人民 群众 安全 生产 监督 管理 工作 报告 代表 会议"
).split()
PER_SHARD = 5_000


def make_store(run: Path, n_documents: int, n_characters: int) -> None:
    """A store of synthetic texts, as far as the index reads it."""
    chance, shards = random.Random(1), []
    for first in range(0, n_documents, PER_SHARD):
        documents = []
        for number in range(first, min(first + PER_SHARD, n_documents)):
            text = "，".join("".join(chance.choices(WORDS, k=6)) for _ in range(n_characters // 13))
            documents.append(Document(f"{number:07}.txt", text, text, Spans.identity()))
        shard = f"{first:012}"
        write_corpus(documents, make_folder(run / STORE / "corpus") / f"{shard}.parquet")
        (make_folder(run / STORE / "ledger") / f"{shard}.json").write_text('-\n{"read": 1, "locate": 1}', "utf-8")
        shards.append(shard)
    write_plan(run, shards, ("read", "locate"))


def timed(call: Callable[[], Any], times: int = 3) -> tuple[float, Any]:
    """CPU seconds of the fastest call, and what it gave."""
    best, found = float("inf"), None
    for _ in range(times):
        start = time.process_time()
        found = call()
        best = min(best, time.process_time() - start)
    return best, found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("run", nargs="?", type=Path)
    parser.add_argument("--documents", type=int, default=200_000)
    parser.add_argument("--characters", type=int, default=500)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as aside:
        run = asked.run or Path(aside) / "run"
        if asked.run is None:
            make_store(run, asked.documents, asked.characters)
        seconds, folder = timed(lambda: build_index(run, Path(aside) / "index"), 1)
        index = SearchIndex(folder)
        n_characters = sum(len(index.document(number).text) for number in range(min(len(index), 2000)))
        mean = n_characters / max(min(len(index), 2000), 1)
        size = sum(path.stat().st_size for path in folder.iterdir()) / 1e6
        print(f"{len(index)} documents of {mean:.0f} characters; index made in {seconds:.1f} s, {size:.0f} MB")
        keys = [index.keys[a:b].decode() for a, b in zip(index.key_starts, index.key_ends, strict=True)]
        everywhere = np.ones(len(index), dtype=bool)
        index.ranges(("body",))
        print(f"{'term':10} {'hits':>9} {'documents':>9} {'search s':>9} {'page s':>7} {'scan s':>7} {'ratio':>6}")
        for term in TERMS:
            search, found = timed(lambda term=term: find_hits(index, [term], everywhere))
            order = np.flatnonzero(found.counts)
            page, _ = timed(lambda found=found, order=order: show_hits(index, found, order, 0, 50))
            scan, n = timed(lambda term=term: sum(key.count(term) for key in keys))
            assert n == found.n_hits or asked.run is not None  # a run is searched in its body only
            ratio = (search + page) / scan
            row = f"{found.n_hits:9} {found.n_documents:9} {search:9.3f} {page:7.3f} {scan:7.3f} {ratio:6.2f}"
            print(f"{term:{10 - len(term)}} {row}")


if __name__ == "__main__":
    main()
