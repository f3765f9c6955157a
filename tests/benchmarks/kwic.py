"""Times searches in a finished run: python tests/benchmarks/kwic.py RUN [PATTERN...]."""

from __future__ import annotations

import sys
import time

from textgov.kwic import KwicOptions, find_contexts

PATTERNS = ("数字政府", "一网通办", "APP", "发展")


def main(run: str, *patterns: str) -> None:
    """Print hits, documents, wall and processor seconds of each pattern, the second time that it is asked for."""
    for pattern in (None, *(patterns or PATTERNS)):
        for _ in range(2):
            wall, own = time.perf_counter(), time.process_time()
            found = find_contexts(run, pattern, KwicOptions(limit=50))
            wall, own = time.perf_counter() - wall, time.process_time() - own
        what = pattern or "(counted hits)"
        where = f"{found.n_hits} hits in {found.n_documents} of {found.n_searched} documents"
        print(f"{what}: {where}, {wall:.2f} s, {own:.2f} CPU s")


if __name__ == "__main__":
    main(*sys.argv[1:])
