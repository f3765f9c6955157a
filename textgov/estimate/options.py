"""What to estimate: one record of options for every design."""

from __future__ import annotations

from dataclasses import dataclass

from textgov.errors import UsageError
from textgov.errors.options import check_only_of

# Design -> the column of treatment that it reads when none is named.
TREATMENTS: dict[str, str] = {
    "did": "did",
    "event": "first_year",
    "cs": "first_year",
    "sunab": "first_year",
    "ppml": "did",
    "iv": "did",
    "rd": "",
    "mediation": "did",
    "heterogeneity": "did",
    "placebo": "first_year",
    "leave-out": "did",
}
DESIGNS = tuple(TREATMENTS)
STARTS = ("event", "cs", "sunab", "placebo")  # designs whose treatment is the first treated year, 0 for never
CHOICES: dict[str, tuple[str, ...]] = {
    "design": DESIGNS,
    "effects": ("two-way", "unit", "time", "none"),
    "errors": ("cluster", "hetero", "iid"),
    "control": ("never", "notyet"),
    "kernel": ("triangular", "uniform", "epanechnikov"),
}
# What a design cannot do without besides the outcome: option -> why.
NEEDS: dict[str, tuple[tuple[str, str], ...]] = {
    "iv": (("instruments", "columns that move the treatment and nothing else"),),
    "rd": (("running", "the column whose cut-off decides the treatment"),),
    "mediation": (("mediator", "the column through which the effect is thought to go"),),
}
# Options that only some designs use: given to another one they are refused, not passed over.
ONLY_OF: dict[str, tuple[str, ...]] = {
    "control": ("cs",),
    "exposure": ("ppml",),
    "instruments": ("iv",),
    **dict.fromkeys(("running", "cutoff", "bandwidth", "kernel"), ("rd",)),
    "mediator": ("mediation",),
    "group": ("heterogeneity", "leave-out"),
    "within": ("placebo",),
    "draws": ("mediation", "placebo"),
}


@dataclass(frozen=True, slots=True)
class EstimateOptions:
    """One estimate.

    Parameters
    ----------
    design : str
        One of `DESIGNS`: ``did`` (two-way fixed effects), ``event`` (event study), ``cs`` (Callaway and Sant'Anna),
        ``sunab`` (Sun and Abraham), ``ppml`` (Poisson), ``iv``, ``rd``, ``mediation``, ``heterogeneity``,
        ``placebo``, ``leave-out``.
    y : str
        Column of the outcome.
    treat : str
        Column of the treatment: ``did`` (1 from the first treated year on) or, for the designs in `STARTS`,
        ``first_year`` (0 or missing: never treated). Those are the names when none is given.
    controls : tuple of str
    unit, time : str
        Columns that name a row; the code of the panel and ``year`` when not given.
    effects : {"two-way", "unit", "time", "none"}
        Fixed effects of places and years.
    absorb : tuple of str
        Further fixed effects; ``province_code^year`` is one for each pair.
    cluster : str
        Column of the clusters; the unit when not given.
    errors : {"cluster", "hetero", "iid"}
    level : float
        Of the confidence intervals.
    balanced : bool
        Only places that have every year of the sample.
    leads, lags : int
        Event study: years before and after the start; what lies beyond is in the first and last coefficient.
    control : {"never", "notyet"}
        ``cs``: who is compared with.
    exposure : str
        ``ppml``: the column whose logarithm enters with coefficient one, such as ``n_han``.
    instruments : tuple of str
    running : str
    cutoff : float
    bandwidth : float, optional
        ``rd``: chosen by rdrobust (mserd) when not given.
    kernel : {"triangular", "uniform", "epanechnikov"}
    mediator : str
    group : str
        ``heterogeneity``: column of the groups (``region3`` when not given); ``leave-out``: what is left out one at a
        time (``province_code``).
    within : str
        ``placebo``: treatment is permuted among the places of one group, such as ``province_code``.
    draws, seed : int
        Of the bootstrap (``mediation``) and the permutations (``placebo``).
    name : str
        Of the files and the column in a table; the design when not given.
    """

    design: str = "did"
    y: str = ""
    treat: str = ""
    controls: tuple[str, ...] = ()
    unit: str = ""
    time: str = "year"
    effects: str = "two-way"
    absorb: tuple[str, ...] = ()
    cluster: str = ""
    errors: str = "cluster"
    level: float = 0.95
    balanced: bool = False
    leads: int = 4
    lags: int = 4
    control: str = "never"
    exposure: str = ""
    instruments: tuple[str, ...] = ()
    running: str = ""
    cutoff: float = 0.0
    bandwidth: float | None = None
    kernel: str = "triangular"
    mediator: str = ""
    group: str = ""
    within: str = ""
    draws: int = 500
    seed: int = 1
    name: str = ""

    def __post_init__(self) -> None:
        for option, known in CHOICES.items():
            if getattr(self, option) not in known:
                raise _bad(option, getattr(self, option), f"use one of {', '.join(known)}")
        if not self.y:
            raise UsageError("estimate_needs", design=self.design, option="y", detail="the column of the outcome")
        check_only_of(self, "design", ONLY_OF)
        for option, why in NEEDS.get(self.design, ()):
            if not getattr(self, option):
                raise UsageError("estimate_needs", design=self.design, option=option, detail=why)
        if not 0 < self.level < 1:
            raise _bad("level", self.level, "use a number between 0 and 1, such as 0.95")
        if self.bandwidth is not None and not self.bandwidth > 0:
            raise _bad("bandwidth", self.bandwidth, "use a positive number")
        for option, least in (("leads", 1), ("lags", 0), ("draws", 10), ("seed", 0)):
            if getattr(self, option) < least:
                raise _bad(option, getattr(self, option), f"use {least} or more")
        self._check_effects()

    def _check_effects(self) -> None:
        if self.design in ("cs", "sunab") and (self.effects != "two-way" or self.absorb):
            raise _bad("effects", self.effects, f"{self.design} has fixed effects of places and years, and no others")
        if self.design in ("cs", "sunab") and self.errors != "cluster":
            raise _bad("errors", self.errors, f"{self.design} clusters by place or by --cluster")
        if self.design in ("event", "placebo") and self.effects != "two-way":
            raise _bad("effects", self.effects, f"{self.design} needs fixed effects of places and years")
        if any(mark in self.name for mark in '/\\:*?"<>|') or self.name.startswith("."):
            raise _bad("name", self.name, "it becomes the name of files: use letters, digits, - and _")

    @property
    def label(self) -> str:
        """Name of the files and of the column in a table."""
        return self.name or self.design

    @property
    def treatment(self) -> str:
        """Column of the treatment."""
        return self.treat or TREATMENTS[self.design]


def _bad(name: str, value: object, detail: str) -> UsageError:
    return UsageError("option_bad", name=name, value=value, detail=detail)
