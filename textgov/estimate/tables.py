"""Several estimates side by side, as papers print them: stars, errors in brackets, what was controlled for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import isfinite
from typing import TYPE_CHECKING, Any

from textgov.estimate.result import Estimate

if TYPE_CHECKING:
    import pandas as pd

STARS: tuple[tuple[float, str], ...] = ((0.01, "***"), (0.05, "**"), (0.1, "*"))  # as Chinese economics journals print
DIGITS = 4
# Words of the lower part of a table.
FOOT: dict[str, tuple[str, str]] = {
    "controls": ("Controls", "控制变量"),
    "unit": ("Place effects", "地区固定效应"),
    "time": ("Year effects", "年份固定效应"),
    "other": ("Other effects", "其他固定效应"),
    "n": ("Observations", "观测值"),
    "groups": ("Places", "地区数"),
    "r2": ("R2", "R2"),
    "r2_within": ("R2 within", "组内 R2"),
    "errors": ("Standard errors", "标准误"),
    "yes": ("yes", "是"),
    "no": ("no", "否"),
    "cluster": ("clustered by {name}", "聚类到 {name}"),
    "hetero": ("robust", "稳健"),
    "iid": ("classical", "经典"),
    "own": ("of the method", "方法自带"),
    "stars": (
        "*** p < 0.01, ** p < 0.05, * p < 0.1; standard errors in brackets",
        "*** p < 0.01，** p < 0.05，* p < 0.1；括号内为标准误",
    ),
}


@dataclass(frozen=True, slots=True, eq=False)
class ComparedTable:
    """Estimates side by side, every cell a text.

    Parameters
    ----------
    heads : tuple of str
        Above each column: name and outcome.
    body : tuple of rows
        Two rows a term: the estimate with stars, then its error in brackets.
    foot : tuple of rows
        Controls, effects, observations.
    notes : tuple of str
        Stars and every remark.
    """

    heads: tuple[tuple[str, str], ...]
    body: tuple[tuple[str, ...], ...]
    foot: tuple[tuple[str, ...], ...]
    notes: tuple[str, ...]


def compare_estimates(
    estimates: Sequence[Estimate], *, lang: str = "zh", controls: bool = True, digits: int = DIGITS
) -> ComparedTable:
    """Put estimates side by side.

    Parameters
    ----------
    estimates : sequence of Estimate
        One column each.
    lang : {"zh", "en"}
    controls : bool
        Show the coefficients of the controls too.
    digits : int
        After the point.
    """
    hidden = set() if controls else {name for one in estimates for name in one.options.controls}
    cells = [{row["term"]: row for row in one.table.to_dict("records")} for one in estimates]
    terms = [term for term in dict.fromkeys(term for column in cells for term in column) if term not in hidden]
    body = []
    for term in terms:
        body.append((str(term), *(_estimate_cell(column.get(term), digits) for column in cells)))
        body.append(("", *(_error_cell(column.get(term), digits) for column in cells)))
    heads = tuple((one.options.label, one.options.y) for one in estimates)
    notes = [_word("stars", lang)]
    for number, one in enumerate(estimates, 1):
        notes += [f"({number}) {note}" for note in one.notes(lang)]
    return ComparedTable(heads, tuple(body), tuple(_foot(estimates, lang)), tuple(notes))


def stars_of(p: float) -> str:
    """Stars of a p-value.

    >>> stars_of(0.03), stars_of(0.2)
    ('**', '')
    """
    return next((mark for level, mark in STARS if p < level), "")


def _word(key: str, lang: str) -> str:
    return FOOT[key][lang == "zh"]


def _estimate_cell(row: Any, digits: int) -> str:
    return "" if row is None else f"{row['estimate']:.{digits}f}{stars_of(row['p'])}"


def _error_cell(row: Any, digits: int) -> str:
    return "" if row is None or not isfinite(row["std_error"]) else f"({row['std_error']:.{digits}f})"


def _foot(estimates: Sequence[Estimate], lang: str) -> list[tuple[str, ...]]:
    yes, no = _word("yes", lang), _word("no", lang)
    rows = [
        ("controls", [yes if one.options.controls else no for one in estimates]),
        ("unit", [yes if _uses(one, "unit") else no for one in estimates]),
        ("time", [yes if _uses(one, "time") else no for one in estimates]),
        ("other", [", ".join(one.options.absorb) for one in estimates]),
        ("n", [str(one.facts["n"]) for one in estimates]),
        ("groups", [str(one.facts["groups"]) for one in estimates]),
        ("r2", [_number(one.facts.get("r2")) for one in estimates]),
        ("r2_within", [_number(one.facts.get("r2_within")) for one in estimates]),
        ("errors", [_errors(one, lang) for one in estimates]),
    ]
    return [(_word(key, lang), *cells) for key, cells in rows if any(cells)]


def _uses(one: Estimate, effect: str) -> bool:
    return one.options.design != "rd" and one.options.effects in ("two-way", effect)


def _errors(one: Estimate, lang: str) -> str:
    if one.options.design == "rd" and not one.options.cluster:
        return _word("own", lang)
    if one.options.errors == "cluster" and one.options.cluster:
        return _word("cluster", lang).format(name=one.options.cluster)
    return _word("hetero" if one.options.errors == "cluster" else one.options.errors, lang)


def _number(value: float | None) -> str:
    return "" if value is None else f"{value:.4f}"


# ---- as text ----


def markdown_table(table: ComparedTable) -> str:
    """GitHub-flavoured markdown, notes as a list below."""
    heads = ["", *(f"({number}) {name}: {y}" for number, (name, y) in enumerate(table.heads, 1))]
    rows = [[cell.replace("|", "\\|").replace("*", "\\*") for cell in row] for row in (*table.body, *table.foot)]
    lines = [_markdown_row(heads), _markdown_row(["---", *["---:"] * len(table.heads)]), *map(_markdown_row, rows), ""]
    return "\n".join([*lines, *(f"- {note.replace('*', chr(92) + '*')}" for note in table.notes)]) + "\n"


def _markdown_row(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"


LATEX = str.maketrans(
    {
        "\\": r"\textbackslash{}",
        "&": r"\&",
        "%": r"\%",
        "$": r"\$",
        "#": r"\#",
        "_": r"\_",
        "{": r"\{",
        "}": r"\}",
        "~": r"\textasciitilde{}",
        "^": r"\textasciicircum{}",
        "<": r"$<$",
        ">": r"$>$",
    }
)


def latex_table(table: ComparedTable) -> str:
    """A threeparttable of booktabs; Chinese needs ctex or xeCJK.

    Stars are raised; every special character of names and notes is escaped.
    """
    columns = len(table.heads)
    numbers = " & ".join(["", *(f"({number})" for number in range(1, columns + 1))])
    heads = " & ".join(["", *(_latex(name) for name, _ in table.heads)])
    outcomes = " & ".join(["", *(_latex(y) for _, y in table.heads)])
    body = [" & ".join(map(_latex_cell, row)) + r" \\" for row in table.body]
    foot = [" & ".join(map(_latex_cell, row)) + r" \\" for row in table.foot]
    lines = [
        "% \\usepackage{booktabs,threeparttable}; for Chinese also \\usepackage{ctex}",
        r"\begin{table}[htbp]\centering",
        r"\begin{threeparttable}",
        rf"\begin{{tabular}}{{l{'c' * columns}}}",
        r"\toprule",
        *(line + r" \\" for line in (numbers, heads, outcomes)),
        r"\midrule",
        *body,
        r"\midrule",
        *foot,
        r"\bottomrule",
        r"\end{tabular}",
        r"\begin{tablenotes}\footnotesize",
        *(rf"\item {_latex(note)}" for note in table.notes),
        r"\end{tablenotes}",
        r"\end{threeparttable}",
        r"\end{table}",
    ]
    return "\n".join(lines) + "\n"


def _latex(text: str) -> str:
    return text.translate(LATEX)


def _latex_cell(text: str) -> str:
    bare = text.rstrip("*")
    raised = f"$^{{{text[len(bare) :]}}}$" if bare != text else ""
    minus = f"${bare}$" if bare[:1] in ("-", "(") and any(char.isdigit() for char in bare) else _latex(bare)
    return minus + raised


def table_frame(table: ComparedTable) -> pd.DataFrame:
    """The table as a DataFrame of texts, for Excel."""
    import pandas as pd

    heads = [f"({number}) {name}" for number, (name, _) in enumerate(table.heads, 1)]
    rows = [("", *(y for _, y in table.heads)), *table.body, *table.foot]
    rows += [(note, *[""] * len(heads)) for note in table.notes]
    return pd.DataFrame(rows, columns=["term", *heads])
