"""Panels read, and estimates written as tables, plots, code and the rows that were used."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from textgov.errors import UsageError
from textgov.estimate.names import legal_names, sample_name
from textgov.estimate.plots import chart_json, chart_svg, plot_estimate
from textgov.estimate.result import Estimate
from textgov.estimate.tables import ComparedTable, compare_estimates, latex_table, markdown_table, table_frame
from textgov.estimate.word import write_docx
from textgov.export import write_json, write_table
from textgov.store import make_folder, written_aside

if TYPE_CHECKING:
    import pandas as pd

CODES = ("city_code", "county_code", "province_code", "country_code")  # six digits, never numbers


def read_panel_frame(path: Path) -> pd.DataFrame:
    """Read a panel: a run folder (its panel.parquet) or a .parquet, .csv, .dta or .xlsx file.

    Codes of places stay texts.

    Raises
    ------
    UsageError
        There is no such file, or it cannot be read.
    """
    import pandas as pd

    source = path / "panel.parquet" if path.is_dir() else path
    texts: dict[Any, Any] = dict.fromkeys(CODES, str)
    readers: dict[str, Callable[[], pd.DataFrame]] = {
        ".parquet": lambda: pd.read_parquet(source),
        ".csv": lambda: pd.read_csv(source, dtype=texts, encoding="utf-8-sig"),
        ".dta": lambda: pd.read_stata(source, convert_categoricals=False),
        ".xlsx": lambda: pd.read_excel(source, dtype=texts),
    }
    reader = readers.get(source.suffix.lower())
    if reader is None:
        raise UsageError("estimate_panel", path=path, detail=f"a file {source.suffix or 'without an ending'}")
    try:
        return reader()
    except FileNotFoundError:
        detail = "there is no panel.parquet in it" if path.is_dir() else "there is no such file"
        raise UsageError("estimate_panel", path=path, detail=detail) from None
    except (OSError, ValueError, KeyError, ImportError) as error:
        raise UsageError("estimate_panel", path=path, detail=str(error).splitlines()[0]) from None


def write_estimate(estimate: Estimate, out: Path | str, *, lang: str = "zh") -> tuple[Path, ...]:
    """Write one estimate into the folder `out`.

    ``NAME.csv`` (the tidy table), ``NAME.md``, ``.tex``, ``.xlsx``, ``.docx`` (printed tables with stars and notes),
    ``NAME.svg`` and ``.vl.json`` (plot), ``NAME.do`` and ``.R`` (code for Stata and R), ``NAME_sample.csv`` (the rows
    used, which the code reads), ``NAME.json`` (options, tests, notes, versions) and ``NAME_draws.csv`` where there are
    draws.
    """
    folder, name = make_folder(Path(out)), estimate.options.label
    paths = [write_table(estimate.table, folder / f"{name}.csv")]
    paths += _write_printed(compare_estimates([estimate], lang=lang), folder, name)
    chart = plot_estimate(estimate)
    texts = {
        f"{name}.svg": chart_svg(chart),
        f"{name}.vl.json": chart_json(chart),
        f"{name}.do": estimate.stata,
        f"{name}.R": estimate.r,
    }
    paths += [_write_text(folder / file, text) for file, text in texts.items()]
    paths.append(write_table(legal_sample(estimate), folder / sample_name(estimate)))
    if estimate.draws is not None:
        paths.append(write_table(estimate.draws, folder / f"{name}_draws.csv"))
    paths.append(write_json(estimate_record(estimate), folder / f"{name}.json"))
    return tuple(paths)


def write_estimates(estimates: Sequence[Estimate], out: Path | str, *, lang: str = "zh") -> tuple[Path, ...]:
    """Write several estimates, and ``estimates.md``, ``.tex``, ``.xlsx``, ``.docx`` with all of them side by side.

    Raises
    ------
    UsageError
        Two estimates have one name.
    """
    names = [one.options.label for one in estimates]
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise UsageError("option_bad", name="name", value=twice[0], detail="two estimates have it; give each its own")
    paths = [path for one in estimates for path in write_estimate(one, out, lang=lang)]
    if len(estimates) > 1:
        paths += _write_printed(compare_estimates(estimates, lang=lang), Path(out), "estimates")
    return tuple(paths)


def legal_sample(estimate: Estimate) -> pd.DataFrame:
    """The rows used, under names that Stata and R take."""
    return estimate.sample.rename(columns=legal_names(map(str, estimate.sample.columns)))


def estimate_record(estimate: Estimate) -> dict[str, Any]:
    """Everything but the tables: options, facts, tests, notes in both languages, versions."""
    return {
        "options": asdict(estimate.options),
        "facts": _plain(estimate.facts),
        "notes": {lang: list(estimate.notes(lang)) for lang in ("en", "zh")},
        "remarks": [{"code": remark.code, "facts": _plain(remark.facts)} for remark in estimate.remarks],
        "versions": dict(estimate.versions),
    }


def _plain(value: Any) -> Any:
    """Numbers of numpy as those of Python; what is not finite as None."""
    if hasattr(value, "items"):
        return {str(key): _plain(one) for key, one in value.items()}
    value = value.item() if hasattr(value, "item") else value
    return None if isinstance(value, float) and value - value != 0 else value


def _write_printed(table: ComparedTable, folder: Path, name: str) -> list[Path]:
    paths = [
        _write_text(folder / f"{name}.md", markdown_table(table)),
        _write_text(folder / f"{name}.tex", latex_table(table)),
        write_table(table_frame(table), folder / f"{name}.xlsx"),
    ]
    with written_aside(folder / f"{name}.docx") as part:
        write_docx(table, part)
    return [*paths, folder / f"{name}.docx"]


def _write_text(path: Path, text: str) -> Path:
    with written_aside(path) as part:
        part.write_bytes(text.encode("utf-8", "backslashreplace"))
    return path
