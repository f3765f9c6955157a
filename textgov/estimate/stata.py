"""The same estimate as Stata code, for a referee."""

from __future__ import annotations

from collections.abc import Callable

from textgov.estimate.names import Words, expected, listed, sample_name, words_of
from textgov.estimate.result import Estimate

# Commands of each design that are not part of Stata.
COMMANDS: dict[str, tuple[str, ...]] = {
    "cs": ("drdid", "csdid"),
    "sunab": ("ftools", "reghdfe", "avar", "eventstudyinteract"),
    "ppml": ("ftools", "reghdfe", "ppmlhdfe"),
    "iv": ("ftools", "reghdfe", "ranktest", "ivreg2", "ivreghdfe"),
    "rd": ("rdrobust",),
}


def stata_script(estimate: Estimate) -> str:
    """Stata code (14 or later) that makes an estimate again from its sample file."""
    options, words = estimate.options, words_of(estimate)
    packages = COMMANDS.get(options.design, ("ftools", "reghdfe"))
    lines = [
        f"* {options.label}: design {options.design}, made by textgov {estimate.versions.get('textgov', '')}",
        f"* once: {'; '.join(f'ssc install {name}' for name in packages)}",
        *expected(estimate, "*"),
        *NOTES.get(options.design, ()),
        "version 14",
        "clear all",
        f'import delimited using "{sample_name(estimate)}", clear varnames(1) case(preserve) encoding("utf-8")',
        *(f"egen long id_{name} = group({name})" for name in _short(words)),
        "",
        *BODIES[options.design](estimate, words),
    ]
    return "\n".join(lines) + "\n"


# What is known to differ between the packages.
NOTES: dict[str, tuple[str, ...]] = {
    "cs": (
        "* standard errors: asymptotic as here; clusters larger than a place have a factor G/(G-1) in textgov",
        "* an unbalanced panel is compared pair by pair in both",
    ),
    "ppml": ("* ppmlhdfe also drops separated rows that only a linear combination reveals",),
    "placebo": ("* random numbers differ between programs: p agrees up to the error of the draws",),
    "mediation": ("* random numbers differ between programs: the interval of ab agrees up to the error of the draws",),
}


def _short(words: Words) -> tuple[str, ...]:
    return tuple(name[:29] for name in words.labels)


def _id(name: str) -> str:
    return f"id_{name[:29]}"


def _absorb(estimate: Estimate, words: Words) -> str:
    options = estimate.options
    parts = [_id(words.unit)] if options.effects in ("two-way", "unit") else []
    parts += [words.time] if options.effects in ("two-way", "time") else []
    for pair in options.absorb:
        names = [words.names[name] for name in pair.split("^")]
        parts.append("#".join(name if name == words.time else _id(name) for name in names))
    return f"absorb({' '.join(parts)})" if parts else "noabsorb"


def _errors(estimate: Estimate, words: Words) -> str:
    kinds = {"hetero": "vce(robust)", "iid": "vce(unadjusted)"}
    if estimate.options.errors == "cluster" and words.cluster:
        return f"vce(cluster {_id(words.cluster) if words.cluster in words.labels else words.cluster})"
    return kinds.get(estimate.options.errors, kinds["hetero"])


def _reghdfe(estimate: Estimate, words: Words, y: str, *columns: str) -> str:
    right = listed((y, *columns, *words.controls))
    return f"reghdfe {right}, {_absorb(estimate, words)} {_errors(estimate, words)}"


def _did(estimate: Estimate, words: Words) -> list[str]:
    return [_reghdfe(estimate, words, words.y, words.treat)]


def _event(estimate: Estimate, words: Words) -> list[str]:
    terms = [term for term in estimate.table["term"] if term.startswith("ev_")]
    leads = [term for term in terms if term.startswith("ev_m")]
    return [_reghdfe(estimate, words, words.y, *terms), *([f"test {' '.join(leads)}"] if leads else [])]


def _cs(estimate: Estimate, words: Words) -> list[str]:
    options = estimate.options
    more = "" if options.control == "never" else " notyet"
    more += f" cluster({_id(words.cluster)})" if options.cluster != options.unit else ""
    right = listed((words.y, *words.controls))
    start = f"csdid {right}, ivar({_id(words.unit)}) time({words.time}) gvar({words.treat}) method(reg){more}"
    return [start, "estat simple", "estat event", "estat pretrend"]


def _sunab(estimate: Estimate, words: Words) -> list[str]:
    years = sorted({int(term[4:]) for term in estimate.table["term"] if term.startswith("ev_m")}, reverse=True)
    after = [int(term[3:].lstrip("p")) for term in estimate.table["term"] if term[:4] in ("ev_0", "ev_p")]
    first, last = max(years, default=1), max(after, default=0)
    covariates = f"covariates({' '.join(words.controls)}) " if words.controls else ""
    return [
        f"* places treated in every year are left out: {words.treat} at or before the first year",
        f"bysort {_id(words.unit)}: egen first_seen = min({words.time})",
        f"drop if {words.treat} > 0 & {words.treat} <= first_seen",
        f"gen cohort = {words.treat} if {words.treat} > 0",
        "gen never = missing(cohort)",
        f"gen since = {words.time} - cohort",
        f"forvalues k = {first}(-1)2 {{",
        "  gen ev_m`k' = since == -`k'",
        "}",
        f"forvalues k = 0/{last} {{",
        "  gen ev_p`k' = since == `k'",
        "}",
        f"eventstudyinteract {words.y} ev_m* ev_p*, cohort(cohort) control_cohort(never) {covariates}"
        f"absorb({_id(words.unit)} {words.time}) vce(cluster {_id(words.cluster)})",
    ]


def _ppml(estimate: Estimate, words: Words) -> list[str]:
    exposure = estimate.options.exposure
    more = f"exposure({words.names[exposure]}) " if exposure else ""
    right = listed((words.y, words.treat, *words.controls))
    return [f"ppmlhdfe {right}, {_absorb(estimate, words)} {more}{_errors(estimate, words)}"]


def _iv(estimate: Estimate, words: Words) -> list[str]:
    instruments = " ".join(words.of(estimate.options.instruments))
    exogenous = listed((words.y, *words.controls))
    errors = {"cluster": f"cluster({_id(words.cluster)})", "hetero": "robust", "iid": ""}[estimate.options.errors]
    return [
        listed((f"ivreghdfe {exogenous} ({words.treat} = {instruments}),", _absorb(estimate, words), errors, "first")),
        _reghdfe(estimate, words, words.treat, instruments),
        _reghdfe(estimate, words, words.y, instruments),
    ]


def _rd(estimate: Estimate, words: Words) -> list[str]:
    options = estimate.options
    width = "" if options.bandwidth is None else f"h({options.bandwidth:g})"
    covariates = f"covs({' '.join(words.controls)})" if words.controls else ""
    cluster = f"vce(cluster {_id(words.cluster)})" if words.cluster else ""
    start = f"rdrobust {words.y} {words.names[options.running]}, c({options.cutoff:g}) p(1)"
    return [listed((start, f"kernel({options.kernel})", width, covariates, cluster, "all"))]


def _mediation(estimate: Estimate, words: Words) -> list[str]:
    options = estimate.options
    mediator = words.names[options.mediator]
    absorb = _absorb(estimate, words)
    again = absorb.replace(f"absorb({_id(words.unit)}", f"absorb(drawn#{_id(words.unit)}") if words.unit else absorb
    controls = listed(words.controls)
    cluster = f"cluster({_id(words.cluster)}) idcluster(drawn) " if words.cluster else ""
    return [
        _reghdfe(estimate, words, words.y, words.treat),
        _reghdfe(estimate, words, mediator, words.treat),
        _reghdfe(estimate, words, words.y, words.treat, mediator),
        "capture program drop product",
        "program product, rclass",
        listed((f"  quietly reghdfe {mediator} {words.treat}", controls)) + f", {again}",
        f"  local a = _b[{words.treat}]",
        listed((f"  quietly reghdfe {words.y} {words.treat} {mediator}", controls)) + f", {again}",
        f"  return scalar ab = `a' * _b[{mediator}]",
        "end",
        *([f"gen long drawn = {_id(words.cluster)}"] if words.cluster else []),
        f"bootstrap ab = r(ab), reps({options.draws}) seed({options.seed}) {cluster}: product",
        "estat bootstrap, percentile",
    ]


def _heterogeneity(estimate: Estimate, words: Words) -> list[str]:
    treat = estimate.options.treat
    terms = [words.names[term] for term in estimate.table["term"] if term.startswith(f"{treat}:")]
    return [_reghdfe(estimate, words, words.y, *terms), f"test {' = '.join(terms)}"]


def _placebo(estimate: Estimate, words: Words) -> list[str]:
    options = estimate.options
    right = listed(words.controls)
    strata = f" strata({_id(words.names[options.within])})" if options.within else ""
    did = words.names["did"]
    return [
        _reghdfe(estimate, words, words.y, did),
        "* ssc install ritest",
        "capture program drop placebo",
        "program placebo",
        f"  capture drop {did}",
        f"  gen {did} = {words.treat} > 0 & {words.time} >= {words.treat}",
        f"  reghdfe {listed((words.y, did, right))}, {_absorb(estimate, words)}",
        "end",
        f"ritest {words.treat} _b[{did}], reps({options.draws}) seed({options.seed}) "
        f"cluster({_id(words.unit)}){strata}: placebo",
    ]


def _leave_out(estimate: Estimate, words: Words) -> list[str]:
    group = _id(words.names[estimate.options.group])
    regression = _reghdfe(estimate, words, words.y, words.treat)
    return [
        regression,
        f"levelsof {group}, local(all)",
        "foreach one of local all {",
        f"  quietly {regression.replace(',', f' if {group} != `one' + chr(39) + ',', 1)}",
        f'  display "without `one\': " _b[{words.treat}] "  " _se[{words.treat}]',
        "}",
    ]


BODIES: dict[str, Callable[[Estimate, Words], list[str]]] = {
    "did": _did,
    "event": _event,
    "cs": _cs,
    "sunab": _sunab,
    "ppml": _ppml,
    "iv": _iv,
    "rd": _rd,
    "mediation": _mediation,
    "heterogeneity": _heterogeneity,
    "placebo": _placebo,
    "leave-out": _leave_out,
}
