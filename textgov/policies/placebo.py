"""Placebo draws: first years dealt out anew among the places of a panel."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np

from textgov.policies.exposure import Facts, PolicyOptions
from textgov.records import Panel
from textgov.regions import Gazetteer, at_year, province_of

if TYPE_CHECKING:
    import pandas as pd


def placebo_units(panel: Panel, facts: Mapping[str, Facts], partial: str, gazetteer: Gazetteer) -> pd.DataFrame:
    """One row a code that is treated or not, with the unit that it stands for.

    Codes that follow one another for one unit are one place; a place that is neither treated nor untreated is left out.
    """
    import pandas as pd

    rows = []
    for code in sorted(facts):
        spells = gazetteer.by_code.get(code)
        now = at_year(gazetteer, spells[-1], 2024) if spells else None
        province = province_of(gazetteer, code) if spells else code[:2]
        if not (facts[code].partly and partial == "missing"):
            rows.append((code, now.code if now else code, province, facts[code].year))
    return pd.DataFrame(rows, columns=[panel.keys[0], "unit", "province", "first_year"])


def draw_placebos(units: pd.DataFrame, options: PolicyOptions) -> pd.DataFrame:
    """First years dealt out anew among the places, so that every batch keeps its number of places.

    Parameters
    ----------
    units : DataFrame
        ``unit`` (rows of one unit get one draw), ``province``, ``first_year``, and the code as its first column.
    options : PolicyOptions
        ``placebo`` draws with ``seed`` (PCG64 of numpy), within provinces on request.

    Returns
    -------
    DataFrame
        The columns of `units` without ``unit``, and ``draw_001`` ... .
    """
    import pandas as pd

    places = units.drop_duplicates("unit").sort_values("unit", ignore_index=True)
    years = places["first_year"].to_numpy(dtype=np.int64)
    random = np.random.Generator(np.random.PCG64(options.seed))
    groups = [np.arange(len(places))]
    if options.placebo_within:
        groups = [np.flatnonzero(places["province"] == name) for name in sorted(set(places["province"]))]
    drawn = {}
    for number in range(1, options.placebo + 1):
        dealt = years.copy()
        for rows in groups:
            dealt[rows] = random.permutation(years[rows])
        of_unit = dict(zip(places["unit"], dealt.tolist(), strict=True))
        drawn[f"draw_{number:03d}"] = [of_unit[unit] for unit in units["unit"]]
    return pd.concat([units.drop(columns="unit"), pd.DataFrame(drawn, index=units.index)], axis=1)
