"""What the columns of a panel are and mean: labels, the codebook, and how Stata names, types and labels them."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import replace
from math import isnan
from typing import TYPE_CHECKING, Any, Literal

from textgov.errors import RecordError
from textgov.records import Panel, Variable

if TYPE_CHECKING:
    from pathlib import Path

    import numpy as np
    import pandas as pd
    from numpy.typing import NDArray

Language = Literal["zh", "en"]
STATA_LABEL = 80  # characters that Stata keeps of a variable label and of a data label
# [U] 11.3 of the Stata manual, then the words of Mata, which pandas would rename in passing
STATA_RESERVED = """
_all _b _coef _cons _n _N _pi _pred _rc _se _skip byte double float if in int long strL using with
aggregate array boolean break case catch class colvector complex const continue default delegate delete do else
eltypedef end enum explicit export external for friend function global goto inline local NULL pragma protected quad
rowvector short typedef typename virtual
"""
STATA_INTEGERS: tuple[tuple[Any, int, int], ...] = (
    ("Int8", -127, 100),
    ("Int16", -32_767, 32_740),
    ("Int32", -2_147_483_647, 2_147_483_620),
)
CODE = re.compile("([0-9]{6})?")
STATA_LARGEST = 8.988e307  # beyond this Stata reads a missing value
# numbered in this order in every run, whatever regions occur; others follow in the order of their characters
REGION_ORDER = ("east", "central", "west", "northeast", "东部", "中部", "西部", "东北")

WORDS = ("name", "label_en", "label_zh", "unit_en", "unit_zh", "formula", "lexicon", "lexicon_hash", "options")
STATISTICS = ("mean", "sd", "min", "p25", "p50", "p75", "max")


def full_label(variable: Variable, lang: Language) -> str:
    """Label and unit of a variable: ``Digital government (hits)``, ``数字政府（次）``."""
    text, unit = (variable.zh, variable.unit_zh) if lang == "zh" else (variable.en, variable.unit_en)
    text = text or variable.en or variable.zh or variable.name
    if not unit or unit in text:
        return text
    return f"{text}（{unit}）" if lang == "zh" else f"{text} ({unit})"


def stata_label(text: str) -> str:
    """`text` on one line and cut to the 80 characters that Stata keeps; the whole is in the codebook."""
    line = " ".join(text.split())
    return line if len(line) <= STATA_LABEL else line[: STATA_LABEL - 1] + "…"


def data_label(panel: Panel, run_id: str) -> str:
    """Label of the data set: the lexicons, cut if need be, and the run id, which is never cut before them."""
    tail = f"; run {run_id}" if run_id else ""
    head = "textgov " + ", ".join(lexicons_of(panel))
    room = max(STATA_LABEL - len(tail), 0)
    return stata_label((head if len(head) <= room else head[: max(room - 1, 0)] + "…").strip() + tail)


def lexicons_of(panel: Panel) -> dict[str, str]:
    """``name@version`` of every lexicon behind the panel, with its hash, in the order of the columns."""
    return {variable.lexicon: variable.lexicon_hash for variable in panel.variables if variable.lexicon}


def options_text(options: Mapping[str, Any]) -> str:
    """Options on one line, in order of their names: ``count.overlap="longest"; panel.level="prefecture"``."""
    return "; ".join(f"{name}={json.dumps(value, ensure_ascii=False)}" for name, value in _flat(options))


def _flat(options: Mapping[str, Any], before: str = "") -> Iterator[tuple[str, Any]]:
    for name in sorted(options):
        value = options[name]
        if isinstance(value, Mapping):
            yield from _flat(value, f"{before}{name}.")
        else:
            yield before + name, value


def build_codebook(panel: Panel, options: Mapping[str, Any]) -> pd.DataFrame:
    """One row a variable: name, labels, units, formula, lexicon and its hash, options, and statistics.

    ``n`` and ``missing`` count rows; an empty text is missing. ``sd`` divides by n - 1; ``p25``, ``p50`` and ``p75``
    are linear quantiles (the default of numpy, type 7 of Hyndman and Fan). Statistics of a text variable, of a
    variable without values and the ``sd`` of a single value are blank.
    """
    import pandas as pd

    said = options_text(options)
    rows = []
    for variable in panel.variables:
        column = panel.frame[variable.name]
        words = (variable.en, variable.zh, variable.unit_en, variable.unit_zh, variable.formula)
        row: dict[str, Any] = dict(
            zip(WORDS, (variable.name, *words, variable.lexicon, variable.lexicon_hash, said), strict=True)
        )
        values = column.dropna() if is_number(column) else column[column.notna() & (column != "")]
        row |= {"n": len(values), "missing": len(column) - len(values)}
        rows.append(row | (_statistics(numbers(values)) if is_number(column) else {}))
    frame = pd.DataFrame(rows, columns=[*WORDS, "n", "missing", *STATISTICS])
    return frame.astype(dict.fromkeys(("n", "missing"), "int64") | dict.fromkeys(STATISTICS, "float64"))


def is_number(column: pd.Series[Any]) -> bool:
    """Whether a column holds numbers (or truth values) by its type; text and dates do not."""
    return column.dtype.kind in "iufb"


def numbers(column: pd.Series[Any]) -> NDArray[np.float64]:
    """The values of a column of numbers as float64, nan where missing."""
    import numpy as np

    return column.to_numpy(dtype=np.float64, na_value=np.nan)


def plain_values(column: pd.Series[Any]) -> list[Any]:
    """The values of a column as plain Python objects, None where missing."""
    values, missing = column.tolist(), column.isna().to_numpy()
    if column.dtype.kind == "O":
        values = [value.item() if hasattr(value, "item") else value for value in values]
    return [None if gone else value for value, gone in zip(values, missing, strict=True)] if missing.any() else values


def encodable(frame: pd.DataFrame) -> pd.DataFrame:
    """Lone surrogates spelled out in text columns; the frame itself where there are none."""
    changed: dict[str, list[Any]] = {}
    for name in frame.columns:
        if frame[name].dtype.kind == "O":
            values = plain_values(frame[name])
            fixed = [utf8(value) if isinstance(value, str) else value for value in values]
            if any(a is not b for a, b in zip(values, fixed, strict=True)):
                changed[name] = fixed
    return frame.assign(**changed) if changed else frame


def utf8(text: str) -> str:
    """`text` with its lone surrogates, from file names that are not UTF-8, spelled out as JSON does."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return text.encode("utf-8", "backslashreplace").decode()
    return text


def _statistics(values: NDArray[np.float64]) -> dict[str, float]:
    import numpy as np

    if not len(values):
        return {}
    low, middle, high = np.quantile(values, (0.25, 0.5, 0.75))
    return {
        "mean": float(values.mean()),
        "sd": float(values.std(ddof=1)) if len(values) > 1 else float("nan"),
        "min": float(values.min()),
        "p25": float(low),
        "p50": float(middle),
        "p75": float(high),
        "max": float(values.max()),
    }


def codebook_page(panel: Panel, codebook: pd.DataFrame, run_id: str, options: Mapping[str, Any]) -> str:
    """The codebook as a Markdown page in both languages."""
    place, year = panel.keys
    years = panel.frame[year]
    facts = [
        f"Key 主键: {place}, {year}",
        f"Rows 行数: {len(panel.frame)}; places 地区数: {panel.frame[place].nunique()}"
        + (f"; years 年份: {years.min()}-{years.max()}" if len(panel.frame) else ""),
        *(f"Lexicon 词典: {label} ({digest})" for label, digest in lexicons_of(panel).items()),
        *([f"Run 运行编号: {run_id}"] if run_id else []),
        *([f"Options 选项: {options_text(options)}"] if options else []),
    ]
    what = ["name", "label_zh", "label_en", "unit_zh", "unit_en", "formula", "lexicon"]
    many = ["name", "n", "missing", *STATISTICS]
    parts = [
        "# Codebook 变量说明",
        "\n".join(f"- {_in_cell(fact)}" for fact in facts),
        "## Variables 变量",
        _table(what, codebook),
        "## Summary 描述统计",
        _table(many, codebook),
        "Missing 缺失: no document for this place and year 该地区该年没有文档. All digits 完整精度: codebook.csv",
    ]
    return "\n\n".join(parts) + "\n"


def _table(names: list[str], codebook: pd.DataFrame) -> str:
    lines = ["| " + " | ".join(names) + " |", "|" + " --- |" * len(names)]
    for row in codebook[names].itertuples(index=False, name=None):
        cells = (_in_cell(_short(value)) for value in row)
        lines.append("| " + " | ".join(cells) + " |")
    return "\n".join(lines)


def _short(value: object) -> str:
    if not isinstance(value, float):
        return str(value)
    return "" if isnan(value) else f"{value:.6g}"


def _in_cell(text: str) -> str:
    return " ".join(re.sub(r"([\\|*<`])", r"\\\1", text).split())


def stata_script(panel: Panel, labels: Language, run_id: str) -> str:
    """``panel.do``: labels in the other language, notes, ``xtset`` and a summary.

    ``panel.dta`` carries the labels of one language; the script adds the other as a label language (``label language
    en`` switches) and puts whole labels and formulas, which may pass Stata's 80 characters, into characteristics and
    notes.
    """
    other: Language = "en" if labels == "zh" else "zh"
    lines = [
        "* Run in the folder that holds panel.dta: do panel.do",
        "version 14",
        "use panel.dta, clear",
        "",
        f"* Labels in the other language; back and forth with: label language {other}, label language {labels}",
        f"capture label language {labels}, rename",
        f"capture label language {other}, new copy",
        f"label language {other}",
    ]
    lines += [f"label variable {v.name} {_quoted(stata_label(full_label(v, other)))}" for v in panel.variables]
    lines += [f"label language {labels}", "", "* Whole labels, formulas and origin"]
    for variable in panel.variables:
        lines += [f"char {variable.name}[label_{lang}] {_quoted(full_label(variable, lang))}" for lang in ("en", "zh")]
        if variable.formula:
            lines.append(f"notes {variable.name}: {_plain(variable.formula)}")
    lines += [f"notes: lexicon {_plain(label)} {_plain(digest)}" for label, digest in lexicons_of(panel).items()]
    lines += [f"notes: run id {_plain(run_id)}"] if run_id else []
    lines += ["", f"xtset {panel.keys[0]} {panel.keys[1]}", "describe", "summarize", ""]
    return "\n".join(lines)


# Stata expands `macro' and $macro even inside compound quotes, "' ends them, and /* or // begin a comment even there;
# none of these can be escaped in every context (a note is expanded again when it is shown), so look-alikes stand in.
_SAFE = str.maketrans({"`": "‘", "'": "’", "$": "＄", "\x00": ""})


def _plain(text: str) -> str:
    line = " ".join(text.translate(_SAFE).split())
    return line.replace("/*", "/ *").replace("*/", "* /").replace(" //", " / /").removeprefix("//")


def _quoted(text: str) -> str:
    return f'`"{_plain(text)}"\''


# ---- Stata: names, types and value labels ----


def checked_panel(panel: Panel) -> Panel:
    """The panel in the order of its keys, if every file format can hold it.

    Raises
    ------
    RecordError
        A column name that Stata refuses, an infinite value, a row without key.
    """
    names = [variable.name for variable in panel.variables]
    doubled = {name for name in names if names.count(name) > 1}
    refused = [name for name in names if not stata_name(name) or name in doubled]
    if refused:
        raise RecordError("column_names_bad", names=", ".join(dict.fromkeys(refused)))
    frame = panel.frame
    infinite = [
        name
        for name in names
        if frame[name].dtype.kind == "f" and (abs(numbers(frame[name].dropna())) > STATA_LARGEST).any()
    ]
    if infinite:
        raise RecordError("values_infinite", names=", ".join(infinite))
    keys = list(panel.keys)
    if frame[keys].isna().to_numpy().any():
        raise RecordError("record_bad", what="Panel", detail=f"a row has no {' or no '.join(keys)}")
    return replace(panel, frame=frame.sort_values(keys, kind="stable", ignore_index=True))


def stata_name(name: str) -> bool:
    """Whether Stata takes `name` for a variable: ASCII, at most 32 characters, no reserved word."""
    fits = re.fullmatch(r"[A-Za-z_][A-Za-z0-9_]{0,31}", name) is not None
    return fits and name not in STATA_RESERVED.split() and re.fullmatch(r"str\d+", name) is None


def write_dta(panel: Panel, part: Path, labels: Language, run_id: str) -> None:
    """Write a panel in Stata's format 118 (Stata 14 and later, UTF-8), with a fixed time stamp."""
    from datetime import datetime

    frame, value_labels = stata_frame(encodable(panel.frame))
    frame.to_stata(
        part,
        write_index=False,
        version=118,
        byteorder="little",
        time_stamp=datetime(2000, 1, 1),
        data_label=data_label(panel, run_id),
        variable_labels={v.name: stata_label(full_label(v, labels)) for v in panel.variables},
        value_labels=value_labels,
    )


def stata_frame(frame: pd.DataFrame) -> tuple[pd.DataFrame, dict[Any, dict[float, str]]]:
    """Columns as Stata holds them, and value labels.

    Columns ``*_code`` of digits become integers, labelled with the column of that name without ``_code``; text columns
    ``region*`` become labelled integers, numbered the same whatever regions occur. Integers take the smallest type.
    """
    import pandas as pd

    columns: dict[str, pd.Series[Any]] = {}
    value_labels: dict[Any, dict[float, str]] = {}
    for name in frame.columns:
        column = frame[name]
        if is_number(column):
            columns[name] = _stata_number(column)
            continue
        text = ["" if value is None else str(value) for value in plain_values(column)]
        if name.endswith("_code") and all(CODE.fullmatch(code) for code in text):
            columns[name] = _stata_number(pd.Series([int(code) if code else None for code in text], dtype="Int64"))
            if (named := name.removesuffix("_code")) in frame.columns:
                value_labels[name] = _place_labels(columns[name], frame[named])
        elif name.startswith("region"):
            found = set(text) - {""}
            order = {region: at for at, region in enumerate([*REGION_ORDER, *sorted(found - {*REGION_ORDER})], 1)}
            columns[name] = _stata_number(pd.Series([order.get(region) for region in text], dtype="Int64"))
            value_labels[name] = {at: region for region, at in order.items() if region in found}
        else:
            columns[name] = pd.Series(text, dtype="object")
    return pd.DataFrame(columns), {name: labels for name, labels in value_labels.items() if labels}


def _stata_number(column: pd.Series[Any]) -> pd.Series[Any]:
    """The smallest Stata integer type that holds an integer column, with missing values; double for all others."""
    import pandas as pd

    if column.dtype.kind == "f":
        return pd.Series(numbers(column))
    whole: pd.Series[Any] = column.astype("Int64").reset_index(drop=True)
    low, high = (0, 0) if whole.isna().all() else (whole.min(), whole.max())
    for kind, first, last in STATA_INTEGERS:
        if first <= low and high <= last:
            return whole.astype(kind)
    return pd.Series(numbers(whole))


def _place_labels(codes: pd.Series[Any], names: pd.Series[Any]) -> dict[float, str]:
    """The last name of every code (rows are in order of years); a name of two codes is told apart by the code."""
    pairs = zip(plain_values(codes), plain_values(names), strict=True)
    last = {code: name for code, name in pairs if code is not None and name}  # the nation is 0
    shared = Counter(last.values())
    return {code: name if shared[name] == 1 else f"{name} {code}" for code, name in sorted(last.items())}
