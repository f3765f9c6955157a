"""Makes panel.csv, a small panel with holes on which other packages estimate the same designs.

usage: python tests/cases/estimate/make_panel.py

90 places in 18 provinces and 3 regions, 2012-2019; starts in 2014, 2016 and 2017, thirty never; 14 rows taken out.
"""

from pathlib import Path

import numpy as np
import pandas as pd

HERE = Path(__file__).parent


def main() -> None:
    """Write panel.csv."""
    random = np.random.default_rng(20240601)
    rows = []
    for place in range(90):
        first = (0, 2014, 2016, 0, 2017, 2014)[place % 6]
        level, province = random.normal(), place // 5
        for year in range(2012, 2020):
            z, x, noise = random.normal(size=3)
            did = int(first > 0 and year >= first)
            endogenous = 0.6 * z + 0.5 * noise + 0.3 * did + random.normal() * 0.5
            y = level + 0.1 * (year - 2012) + 0.4 * did * (1 + 0.2 * (year - first)) + 0.3 * x + noise
            length = int(random.integers(5_000, 20_000))
            hits = int(random.poisson(length * np.exp(-6 + 0.2 * level + 0.3 * did + 0.1 * x)))
            code = f"{10 + province}{place % 5 + 1:02d}00"
            region = ("east", "central", "west")[province % 3]
            rows.append((code, f"{10 + province}0000", region, year, first, did, y, x, endogenous, z, length, hits))
    names = "city_code province_code region3 year first_year did y x w z n_han hits".split()
    frame = pd.DataFrame(rows, columns=names)
    frame = frame.drop(index=sorted(random.choice(len(frame), 14, replace=False).tolist()))
    frame.to_csv(HERE / "panel.csv", index=False, lineterminator="\n")
    keep = frame.groupby("city_code")["year"].transform("size") == 8
    frame[keep].to_csv(HERE / "balanced.csv", index=False, lineterminator="\n")


if __name__ == "__main__":
    main()
