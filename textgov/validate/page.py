"""One page about validity, with the sentences that the appendix of a paper needs, in Chinese and English."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from textgov.errors import UsageError, wording
from textgov.export.delimited import write_text
from textgov.store import written_aside
from textgov.validate.runs import FOLDER, RunFacts, read_run

if TYPE_CHECKING:
    import pandas as pd

PAGE = "validity.md"
PARTS = (
    *("agreement", "accuracy", "reliability", "multiverse", "corrections", "known_groups"),
    *("coverage", "coverage_tests", "coverage_results", "classifier", "imported"),
)


def write_page(run: Path | str) -> Path:
    """Write ``validity/validity.md`` from the tables of the checks that were made; the others are named as not made.

    Raises
    ------
    UsageError
        No check was made yet.
    """
    facts = read_run(run)
    tables = read_tables(facts)
    if not tables:
        raise UsageError("validity_none", path=facts.out)
    lines = ["# Validity of the measure / 测量的效度", ""]
    for lang, title in (("en", "English"), ("zh", "中文")):
        lines += [f"## {title}", "", *(f"{one}\n" for one in sentences(facts, tables, lang))]
    if "known_groups" in tables:
        lines += ["## Known groups / 已知组检验", "", *_table(tables["known_groups"])]
    path = facts.folder / PAGE
    with written_aside(path) as part:
        write_text("\n".join(lines).rstrip() + "\n", part)
    return path


def read_tables(run: RunFacts) -> dict[str, pd.DataFrame]:
    """The tables of the checks that were made."""
    import pandas as pd

    found = {}
    for name in PARTS:
        path = run.out / FOLDER / f"{name}.csv"
        if path.is_file():
            found[name] = pd.read_csv(path, keep_default_na=True)
    return found


def sentences(run: RunFacts, tables: dict[str, pd.DataFrame], lang: str) -> Iterator[str]:
    """What can be said of the checks that were made, a paragraph each, and which were not."""
    lexicon = run.lexicon()
    yield wording("page_measure", lang, lexicon=lexicon["lexicon"], hash=lexicon["hash"], sections=run.sections)
    writers = {
        "agreement": _agreement,
        "accuracy": _accuracy,
        "reliability": _reliability,
        "multiverse": _multiverse,
        "corrections": _corrections,
        "known_groups": _known_groups,
        "coverage": _coverage,
        "classifier": _classifier,
        "imported": _imported,
    }
    for name, write in writers.items():
        if name in tables:
            yield from write(tables, lang)
    missing = [
        name.replace("_", "-")
        for name in ("agreement", "accuracy", "reliability", "known_groups", "coverage")
        if name not in tables
    ]
    if missing:
        yield wording("page_missing", lang, names=", ".join(missing))


def _whole(table: pd.DataFrame, statistic: str) -> dict[str, Any] | None:
    """The row of a statistic over everything."""
    rows = table[(table["value"] == "all") & (table["statistic"] == statistic)]
    return dict(rows.iloc[0]) if len(rows) else None


def _figures(row: dict[str, Any] | None, digits: int = 2) -> str:
    """An estimate with its interval."""
    if row is None or row["estimate"] != row["estimate"]:
        return "-"
    ends = f"{row['low']:.{digits}f}, {row['high']:.{digits}f}"
    return f"{row['estimate']:.{digits}f} [{ends}]"


def _p_value(p: float) -> str:
    return "< 0.001" if p < 0.001 else f"= {p:.3f}"


def _agreement(tables: dict[str, pd.DataFrame], lang: str) -> Iterator[str]:
    table = tables["agreement"][tables["agreement"]["variable"] == "label"]
    alphas = [_whole(table, name) for name in table["statistic"].unique() if str(name).startswith("alpha")]
    percent = _whole(table, "percent")
    facts = {"n": int(percent["n"]) if percent else 0, "coders": percent["coders"] if percent else "-"}
    alpha = _figures(alphas[0] if alphas else None)
    yield wording("page_agreement", lang, percent=_figures(percent, 1), alpha=alpha, **facts)


def _accuracy(tables: dict[str, pd.DataFrame], lang: str) -> Iterator[str]:
    table = tables["accuracy"]
    figures = {name: _figures(_whole(table, name)) for name in ("precision", "recall", "f1")}
    row = _whole(table, "error")
    yield wording("page_accuracy", lang, n=int(row["n"]) if row else 0, **figures)
    gap = table[(table["value"] == "difference") & (table["statistic"] == "bias")]
    if len(gap):
        row = dict(gap.iloc[0])
        yield wording("page_treat", lang, treat=row["group"], difference=_figures(row, 4), p=_p_value(row["p"]))


def _reliability(tables: dict[str, pd.DataFrame], lang: str) -> Iterator[str]:
    table = tables["reliability"]
    halved = table.drop_duplicates("statistic").set_index("statistic")["estimate"]
    if "spearman_brown" in halved.index:
        figures = {"whole": f"{halved['spearman_brown']:.2f}", "inside": f"{halved['spearman_brown_within']:.2f}"}
        yield wording("page_halves", lang, **figures)
    without = table[table["statistic"] == "without_term_r"]
    if len(without):
        worst = without.sort_values("estimate").iloc[0]
        facts = {"n": len(without), "term": worst["what"], "r": f"{worst['estimate']:.3f}"}
        yield wording("page_terms", lang, **facts)


def _multiverse(tables: dict[str, pd.DataFrame], lang: str) -> Iterator[str]:
    table = tables["multiverse"].iloc[1:]
    figures = {name: f"{table['pearson'].quantile(q):.2f}" for name, q in (("low", 0), ("median", 0.5), ("high", 1))}
    yield wording("page_multiverse", lang, n=len(table) + 1, **figures)
    if "estimate" in table.columns:
        whole = tables["multiverse"]
        first = whole["estimate"].iloc[0]
        same = int((whole["estimate"] * first > 0).sum())
        facts = {"n": len(whole), "same": same, "significant": int((whole["p"] < 0.05).sum())}
        ends = {"low": f"{whole['estimate'].min():.3g}", "high": f"{whole['estimate'].max():.3g}"}
        yield wording("page_curve", lang, first=f"{first:.3g}", **facts, **ends)


def _corrections(tables: dict[str, pd.DataFrame], lang: str) -> Iterator[str]:
    for row in tables["corrections"].to_dict("records"):
        figures = {name: f"{row[name]:.4g}" for name in ("estimate", "std_error")}
        facts = {name: row[name] for name in ("correction", "y", "x")}
        yield wording("reliability_slope", lang, **figures, **facts)


def _known_groups(tables: dict[str, pd.DataFrame], lang: str) -> Iterator[str]:
    table = tables["known_groups"]
    judged = table[table["verdict"].isin(["as expected", "differs"])]
    good = judged["verdict"] == "as expected"
    bad = "; ".join(f"{row['check']}, {row['what']} ({row['found']})" for row in judged[~good].to_dict("records"))
    yield wording("page_known", lang, n=len(judged), good=int(good.sum()), bad=bad or "-")


def _coverage(tables: dict[str, pd.DataFrame], lang: str) -> Iterator[str]:
    whole = tables["coverage"].iloc[0]
    facts = {"n": int(whole["with_report"]), "of": int(whole["place_years"]), "share": f"{100 * whole['share']:.1f}"}
    yield wording("coverage_said", lang, **facts)
    if "coverage_tests" in tables:
        told = [f"{row['what']} p {_p_value(row['p'])}" for row in tables["coverage_tests"].to_dict("records")]
        yield wording("page_missingness", lang, tests=", ".join(told) or "-")
    if "coverage_results" in tables:
        rows = [dict(row) for _, row in tables["coverage_results"].iterrows()]
        told = [f"{row['what']}, {row['sample']}: {_figures(row)} (n {row['n']})" for row in rows]
        yield wording("page_balanced", lang, results="; ".join(told) or "-")


def _classifier(tables: dict[str, pd.DataFrame], lang: str) -> Iterator[str]:
    row = tables["classifier"].set_index("statistic")["estimate"]
    figures = {name: f"{row[name]:.2f}" for name in ("precision", "recall", "f1")}
    yield wording("page_classifier", lang, n=int(row["n_labels"]), **figures)


def _imported(tables: dict[str, pd.DataFrame], lang: str) -> Iterator[str]:
    row = tables["imported"].set_index("statistic")["estimate"]
    figures = {name: f"{float(row[name]):.2f}" for name in ("precision", "recall", "f1", "alpha")}
    yield wording("page_imported", lang, model=row["model"], date=row["date"], n=row["n_labels"], **figures)


def _table(frame: pd.DataFrame) -> Iterator[str]:
    """A table in Markdown."""
    names = ["check", "what", "expected", "found", "verdict"]
    yield f"| {' | '.join(names)} |"
    yield f"|{' --- |' * len(names)}"
    for row in frame[names].astype(str).to_dict("records"):
        yield f"| {' | '.join(str(row[name]).replace('|', '/') for name in names)} |"
