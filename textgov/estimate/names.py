"""Names and parts that the Stata and the R code share."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from textgov.estimate.result import Estimate

LONGEST = 32  # of a name in Stata
# Words that Stata or R keep for themselves.
RESERVED = frozenset(
    "_all _b _n _N _pi _cons _coef _se byte double float if in int long str strL using with by else for function next "
    "repeat while break TRUE FALSE NULL NA Inf NaN T F c d m".split()
)


def legal_names(names: Iterable[str]) -> dict[str, str]:
    """A name that Stata 14 and R take for each column: letters of any script, digits and _, at most 32.

    >>> legal_names(["人均GDP", "2019 gdp", "did:east"])
    {'人均GDP': '人均GDP', '2019 gdp': 'v2019_gdp', 'did:east': 'did_east'}
    """
    found: dict[str, str] = {}
    for name in names:
        plain = re.sub(r"\W", "_", name)
        if not plain[:1].isalpha() or plain in RESERVED:
            plain = f"v{plain}"
        plain, number = plain[:LONGEST], 1
        while plain in found.values():
            number += 1
            plain = f"{plain[: LONGEST - len(str(number)) - 1]}_{number}"
        found[name] = plain
    return found


@dataclass(frozen=True, slots=True)
class Words:
    """The legal names of the columns of one estimate, by what they are used as."""

    names: dict[str, str]
    y: str
    treat: str
    unit: str
    time: str
    cluster: str
    controls: tuple[str, ...]
    labels: tuple[str, ...]  # columns of text or codes that are groups

    def of(self, names: Sequence[str]) -> tuple[str, ...]:
        """Legal names of some columns."""
        return tuple(self.names[name] for name in names)


def words_of(estimate: Estimate) -> Words:
    """The names for the code of an estimate."""
    options, names = estimate.options, legal_names(map(str, estimate.sample.columns))
    pairs = [name for pair in options.absorb for name in pair.split("^")]
    labels = [options.unit, options.cluster, options.group, *pairs]
    if options.design == "placebo":
        labels.append(options.within)
    kept = tuple(names[name] for name in dict.fromkeys(labels) if name in names and name != options.time)
    return Words(
        names,
        names[options.y],
        names.get(options.treat, options.treat),
        names.get(options.unit, ""),
        names.get(options.time, ""),
        names.get(options.cluster, ""),
        tuple(names[name] for name in options.controls),
        kept,
    )


def sample_name(estimate: Estimate) -> str:
    """File with the rows that were used, which the code reads."""
    return f"{estimate.options.label}_sample.csv"


def expected(estimate: Estimate, mark: str, most: int = 12) -> list[str]:
    """Lines of comment with the numbers that the code should give."""
    rows = estimate.table.head(most)
    lines = [f"{mark} textgov found (estimate, standard error):"]
    lines += [f"{mark}   {row.term}  {row.estimate:.9g}  {row.std_error:.9g}" for row in rows.itertuples()]
    return lines


def listed(parts: Iterable[str]) -> str:
    """Words with a blank between them, empty ones left out."""
    return " ".join(part for part in parts if part)
