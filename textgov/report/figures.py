"""The charts of the page as files for a paper: SVG, PNG or PDF, in one language, with a font that has Chinese."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any

from textgov.cite import read_record
from textgov.errors import ExtraError, UsageError
from textgov.optional import need
from textgov.outside import read_panel
from textgov.report.blocks import Chart
from textgov.report.charts import FONTS
from textgov.report.page import report_sections, seen
from textgov.store import make_folder, written_aside

FORMATS = ("svg", "png", "pdf")
PPI = 300  # of a PNG: what journals ask for, at the size of the SVG
# Two characters that look different in every font that has them, and alike in one that has neither.
PROBE = ("政", "府")


def write_figures(
    run: Path | str, out: Path | str, *, formats: Sequence[str] = ("svg",), lang: str = "zh", font: str = ""
) -> tuple[Path, ...]:
    """Write every chart of the page of a run as a file of its own, ``<chart>.<format>``.

    Parameters
    ----------
    run : path
        Folder of a finished run.
    out : path
        Folder for the figures; made if missing.
    formats : sequence of {"svg", "png", "pdf"}
        An SVG keeps its words as text, for which the reader needs the font; PNG (300 dots an inch) and PDF hold them.
    lang : {"zh", "en"}
    font : str
        Name of an installed font to use; else the first with Chinese of `FONTS`, the packaged one (extra
        ``figures``) before those of the system.

    Raises
    ------
    UsageError
        An unknown format or language; a font that is not installed or has no Chinese.
    ExtraError
        No font has Chinese characters.
    """
    for one in formats:
        if one not in FORMATS:
            raise UsageError("option_bad", name="format", value=one, detail=f"use {', '.join(FORMATS)}")
    if lang not in ("zh", "en"):
        raise UsageError("option_bad", name="lang", value=lang, detail="use zh or en")
    family = figure_font(font)
    source = Path(run)
    record = read_record(source)  # first: only the folder of a run has one
    sections = report_sections(source, read_panel(source), record)
    folder = make_folder(Path(out))
    paths = []
    for chart in (chart for section in sections for chart in section.charts):
        spec = figure_spec(chart, lang, family)
        for one in formats:
            path = folder / f"{chart.name}.{one}"
            with written_aside(path) as part:
                part.write_bytes(draw_spec(spec, one))
            paths.append(path)
    return tuple(paths)


def figure_spec(chart: Chart, lang: str, family: str) -> dict[str, Any]:
    """The Vega-Lite of a chart with all its words in one font."""
    spec: dict[str, Any] = seen(chart.draw(lang).to_dict(validate=False))
    spec["config"] = {**spec.get("config", {}), "font": family}
    return spec


def draw_spec(spec: dict[str, Any], form: str, ppi: float = PPI) -> bytes:
    """A chart as the bytes of a file; nothing is fetched."""
    import vl_convert

    alone: list[str] = []  # no address may be asked
    if form == "png":
        return bytes(vl_convert.vegalite_to_png(spec, scale=1, ppi=ppi, allowed_base_urls=alone))
    if form == "pdf":
        return bytes(vl_convert.vegalite_to_pdf(spec, allowed_base_urls=alone))
    return _renumbered(str(vl_convert.vegalite_to_svg(spec, allowed_base_urls=alone))).encode()


# Vega counts clips and gradients over all charts of a process: in a file they count from 0.
_COUNTED = re.compile(r'(?P<before>\bid="|url\(#)(?P<name>clip|gradient_?)(?P<number>\d+)')


def _renumbered(svg: str) -> str:
    seen_before: dict[str, int] = {}

    def number(found: re.Match[str]) -> str:
        at = seen_before.setdefault(found["name"] + found["number"], len(seen_before))
        return f"{found['before']}{found['name']}{at}"

    return _COUNTED.sub(number, svg)


@cache
def _packaged_fonts() -> None:
    """Make the fonts of the extra ``figures`` known, if it is installed."""
    import vl_convert

    try:
        package = need("pylopdf_fonts_zh_cn")
    except ExtraError:
        return
    vl_convert.register_font_directory(str(Path(str(package.__file__)).parent))


def figure_font(name: str = "") -> str:
    """The font for figures: the one named, or the first of `FONTS` that draws Chinese; raises as `write_figures`."""
    _packaged_fonts()
    wanted = [name] if name else [one for one in FONTS if one != "sans-serif"]
    found = next((one for one in wanted if has_chinese(one)), None)
    if found is not None:
        return found
    if name:
        raise UsageError("font_bad", name=name)
    raise ExtraError("font_missing", names=", ".join(wanted))


def has_chinese(font: str) -> bool:
    """Whether a font is there and draws two Chinese characters differently."""
    import vl_convert

    drawn = set()
    for char in PROBE:
        text = f'<text x="4" y="30" font-size="28" font-family="{font}">{char}</text>'
        svg = f'<svg xmlns="http://www.w3.org/2000/svg" width="40" height="40">{text}</svg>'
        drawn.add(bytes(vl_convert.svg_to_png(svg, 1)))
    return len(drawn) == len(PROBE)
