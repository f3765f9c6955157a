"""Agreement of coders: per cent, Cohen's kappa, Krippendorff's alpha."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

Level = Literal["nominal", "ordinal", "interval", "ratio"]
LEVELS: tuple[Level, ...] = ("nominal", "ordinal", "interval", "ratio")


def value_counts(codes: Sequence[Sequence[Hashable | None]], domain: Sequence[Hashable]) -> NDArray[np.int64]:
    """How often each unit was given each value, (units, values), from codes (coders, units); None is missing."""
    import numpy as np

    at = {value: number for number, value in enumerate(domain)}
    counts = np.zeros((len(codes[0]) if codes else 0, len(domain)), dtype=np.int64)
    for answers in codes:
        for unit, value in enumerate(answers):
            if value is not None:
                counts[unit, at[value]] += 1
    return counts


def krippendorff_alpha(counts: NDArray[np.int64], domain: Sequence[Hashable], level: Level = "nominal") -> float | None:
    """Krippendorff's alpha: 1 - observed / expected disagreement; missing codes are allowed (Krippendorff 2019).

    Parameters
    ----------
    counts : array, (units, values)
        As `value_counts` makes them; units with fewer than two codes are left out.
    domain : sequence
        The values; numbers for ``interval`` and ``ratio``, in their order for ``ordinal``.
    level : {"nominal", "ordinal", "interval", "ratio"}

    Returns
    -------
    float or None
        None where nothing is left to chance: fewer than two values occur, or no unit has two codes.
    """
    paired = counts[counts.sum(axis=1) >= 2]
    if (paired.sum(axis=0) > 0).sum() < 2:
        return None
    from krippendorff import alpha

    numbers: list[Any] = list(domain) if level in ("interval", "ratio") else list(range(len(domain)))
    return float(alpha(value_counts=paired, value_domain=numbers, level_of_measurement=level))


def cohen_kappa(a: Sequence[Hashable], b: Sequence[Hashable], domain: Sequence[Hashable]) -> float | None:
    """Cohen's kappa (1960) of two coders on the same units; None where both gave one and the same answer throughout."""
    if len({*a, *b}) < 2:
        return None
    from sklearn.metrics import cohen_kappa_score

    at = {value: number for number, value in enumerate(domain)}
    codes = [[at[value] for value in answers] for answers in (a, b)]
    return float(cohen_kappa_score(*codes, labels=list(range(len(domain)))))


def pair_agreement(counts: NDArray[np.int64]) -> float | None:
    """Share of pairs of codes of one unit that are equal, averaged over the units with two codes or more."""
    paired = counts[counts.sum(axis=1) >= 2]
    if not len(paired):
        return None
    n = paired.sum(axis=1)
    return float(((paired * (paired - 1)).sum(axis=1) / (n * (n - 1))).mean())
