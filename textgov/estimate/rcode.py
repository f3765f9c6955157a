"""The same estimate as R code, for a referee."""

from __future__ import annotations

from collections.abc import Callable

from textgov.estimate.names import Words, expected, listed, sample_name, words_of
from textgov.estimate.result import Estimate

PACKAGES: dict[str, str] = {"cs": "did", "rd": "rdrobust"}


def r_script(estimate: Estimate) -> str:
    """R code (fixest, did or rdrobust) that makes an estimate again from its sample file."""
    options, words = estimate.options, words_of(estimate)
    package = PACKAGES.get(options.design, "fixest")
    texts = ", ".join(f'"{name}" = "character"' for name in words.labels)
    lines = [
        f"# {options.label}: design {options.design}, made by textgov {estimate.versions.get('textgov', '')}",
        f'# once: install.packages("{package}")',
        *expected(estimate, "#"),
        *NOTES.get(options.design, ()),
        f"library({package})",
        f'd <- read.csv("{sample_name(estimate)}", fileEncoding = "UTF-8", check.names = FALSE'
        + (f", colClasses = c({texts}))" if texts else ")"),
        *BODIES[options.design](estimate, words),
    ]
    return "\n".join(lines) + "\n"


NOTES: dict[str, tuple[str, ...]] = {
    "cs": (
        "# did drops places without every year, textgov compares pair by pair: a balanced panel gives the same numbers",
        "# clusters larger than a place have a factor G/(G-1) in textgov",
    ),
    "placebo": ("# random numbers differ between programs: p agrees up to the error of the draws",),
    "mediation": ("# random numbers differ between programs: the interval of ab agrees up to the error of the draws",),
}


def _effects(estimate: Estimate, words: Words, unit: str = "") -> str:
    options = estimate.options
    parts = [unit or words.unit] if options.effects in ("two-way", "unit") else []
    parts += [words.time] if options.effects in ("two-way", "time") else []
    parts += ["^".join(words.names[name] for name in pair.split("^")) for pair in options.absorb]
    return f" | {' + '.join(parts)}" if parts else ""


def _errors(estimate: Estimate, words: Words) -> str:
    if estimate.options.errors == "cluster" and words.cluster:
        return f"cluster = ~{words.cluster}"
    return f'vcov = "{"iid" if estimate.options.errors == "iid" else "hetero"}"'


def _formula(estimate: Estimate, words: Words, y: str, *columns: str) -> str:
    return f"{y} ~ {' + '.join((*columns, *words.controls)) or '1'}{_effects(estimate, words)}"


def _feols(estimate: Estimate, words: Words, y: str, *columns: str, data: str = "d") -> str:
    # singletons are gone from the sample file; nothing else is to be removed
    return f"feols({_formula(estimate, words, y, *columns)}, {data}, {_errors(estimate, words)})"


def _did(estimate: Estimate, words: Words) -> list[str]:
    return [f"m <- {_feols(estimate, words, words.y, words.treat)}", "summary(m)"]


def _event(estimate: Estimate, words: Words) -> list[str]:
    terms = [term for term in estimate.table["term"] if term.startswith("ev_")]
    lines = [f"m <- {_feols(estimate, words, words.y, *terms)}", "summary(m)"]
    return lines + (['wald(m, keep = "^ev_m")'] if any(term.startswith("ev_m") for term in terms) else [])


def _cs(estimate: Estimate, words: Words) -> list[str]:
    options = estimate.options
    control = {"never": "nevertreated", "notyet": "notyettreated"}[options.control]
    cluster = f', clustervars = "{words.cluster}"' if options.cluster != options.unit else ""
    return [
        f"d$id_number <- as.integer(factor(d${words.unit}))",
        f'm <- att_gt(yname = "{words.y}", tname = "{words.time}", idname = "id_number", gname = "{words.treat}",',
        f'  xformla = ~{" + ".join(words.controls) or "1"}, data = d, control_group = "{control}", est_method = "reg",',
        f"  bstrap = FALSE, cband = FALSE{cluster})",
        "summary(m)",
        'summary(aggte(m, type = "simple", bstrap = FALSE, cband = FALSE))',
        'summary(aggte(m, type = "dynamic", bstrap = FALSE, cband = FALSE))',
    ]


def _sunab(estimate: Estimate, words: Words) -> list[str]:
    return [
        f"first_seen <- ave(d${words.time}, d${words.unit}, FUN = min)",
        f"d <- d[!(d${words.treat} > 0 & d${words.treat} <= first_seen), ]",
        f"d$cohort <- ifelse(d${words.treat} == 0, 10000, d${words.treat})",
        f"m <- {_feols(estimate, words, words.y, f'sunab(cohort, {words.time})')}",
        "summary(m)",
        'summary(m, agg = "att")',
    ]


def _ppml(estimate: Estimate, words: Words) -> list[str]:
    exposure = estimate.options.exposure
    more = f", offset = ~log({words.names[exposure]})" if exposure else ""
    formula = _formula(estimate, words, words.y, words.treat)
    return [f"m <- fepois({formula}, d{more}, {_errors(estimate, words)})", "summary(m)"]


def _iv(estimate: Estimate, words: Words) -> list[str]:
    instruments = words.of(estimate.options.instruments)
    exogenous = " + ".join(words.controls) or "1"
    right = f"{exogenous}{_effects(estimate, words)} | {words.treat} ~ {' + '.join(instruments)}"
    return [
        f"m <- feols({words.y} ~ {right}, d, {_errors(estimate, words)})",
        "summary(m, stage = 1:2)",
        "fitstat(m, ~ ivf + ivwald)",
        f"summary({_feols(estimate, words, words.y, *instruments)})",
    ]


def _rd(estimate: Estimate, words: Words) -> list[str]:
    options = estimate.options
    width = "" if options.bandwidth is None else f", h = {options.bandwidth:g}"
    covariates = f", covs = d[, c({', '.join(repr(name) for name in words.controls)})]" if words.controls else ""
    cluster = f", cluster = as.integer(factor(d${words.cluster}))" if words.cluster else ""
    start = f"m <- rdrobust(d${words.y}, d${words.names[options.running]}, c = {options.cutoff:g}, p = 1"
    return [f'{start}, kernel = "{options.kernel}"{width}{covariates}{cluster})', "summary(m)"]


def _mediation(estimate: Estimate, words: Words) -> list[str]:
    options = estimate.options
    mediator = words.names[options.mediator]
    cluster = f"d${words.cluster}" if words.cluster else "seq_len(nrow(d))"
    again = _effects(estimate, words, "drawn")
    controls = [*words.controls]
    return [
        f"summary({_feols(estimate, words, words.y, words.treat)})",
        f"summary({_feols(estimate, words, mediator, words.treat)})",
        f"summary({_feols(estimate, words, words.y, words.treat, mediator)})",
        f"set.seed({options.seed})",
        f"rows <- split(seq_len(nrow(d)), {cluster})",
        f"ab <- replicate({options.draws}, {{",
        "  drawn <- sample(length(rows), replace = TRUE)",
        "  b <- d[unlist(rows[drawn]), ]",
        "  b$drawn <- paste(rep(seq_along(drawn), lengths(rows[drawn])), "
        + (f"b${words.unit})" if words.unit else '"")'),
        f"  first <- feols({mediator} ~ {' + '.join((words.treat, *controls))}{again}, b)",
        f"  second <- feols({words.y} ~ {' + '.join((words.treat, mediator, *controls))}{again}, b)",
        f'  coef(first)[["{words.treat}"]] * coef(second)[["{mediator}"]]',
        "})",
        "sd(ab)",
        f"quantile(ab, c({0.5 - options.level / 2:.6g}, {0.5 + options.level / 2:.6g}))",
    ]


def _heterogeneity(estimate: Estimate, words: Words) -> list[str]:
    treat = estimate.options.treat
    terms = [words.names[term] for term in estimate.table["term"] if term.startswith(f"{treat}:")]
    first = terms[0]
    return [
        f"m <- {_feols(estimate, words, words.y, *terms)}",
        "summary(m)",
        "b <- coef(m); v <- vcov(m)",
        f"k <- c({', '.join(repr(term) for term in terms)})",
        f'r <- t(sapply(k[-1], function(one) {{ x <- 0 * b; x["{first}"] <- 1; x[one] <- -1; x }}))',
        "f <- drop(t(r %*% b) %*% solve(r %*% v %*% t(r)) %*% (r %*% b)) / nrow(r)",
        'c(F = f, p = pf(f, nrow(r), degrees_freedom(m, "t"), lower.tail = FALSE))',
    ]


def _placebo(estimate: Estimate, words: Words) -> list[str]:
    options = estimate.options
    did = words.names["did"]
    group = f"starts${words.names[options.within]}" if options.within else "rep(1, nrow(starts))"
    columns = [words.unit, words.treat] + ([words.names[options.within]] if options.within else [])
    right = listed((did, *(f"+ {name}" for name in words.controls)))
    return [
        f"m <- {_feols(estimate, words, words.y, did)}",
        f"starts <- unique(d[, c({', '.join(repr(name) for name in columns)})])",
        f"set.seed({options.seed})",
        f"draws <- replicate({options.draws}, {{",
        f"  dealt <- ave(starts${words.treat}, {group}, FUN = function(x) x[sample.int(length(x))])",
        f"  first <- dealt[match(d${words.unit}, starts${words.unit})]",
        f"  b <- d; b${did} <- as.numeric(first > 0 & b${words.time} >= first)",
        f'  coef(feols({words.y} ~ {right}{_effects(estimate, words)}, b))[["{did}"]]',
        "})",
        f'(1 + sum(abs(draws) >= abs(coef(m)[["{did}"]]))) / (1 + length(draws))',
    ]


def _leave_out(estimate: Estimate, words: Words) -> list[str]:
    group = words.names[estimate.options.group]
    part = _feols(estimate, words, words.y, words.treat, data=f"d[d${group} != one, ]")
    return [
        f"summary({_feols(estimate, words, words.y, words.treat)})",
        f"for (one in sort(unique(d${group}))) {{",
        f"  m <- {part}",
        f'  cat("without", one, coef(m)[["{words.treat}"]], se(m)[["{words.treat}"]], "\\n")',
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
