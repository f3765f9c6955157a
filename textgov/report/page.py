"""The page itself: sections into html that runs nothing but its own two scripts and asks no network for anything."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from collections.abc import Mapping, Sequence
from functools import cache
from importlib import resources
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any

from textgov.cite import cite_record
from textgov.records import Panel, hash_text
from textgov.report import frames
from textgov.report.blocks import Block, Chart, Code, Heading, Hit, Note, Said, Section, Table
from textgov.report.inputs import headline_rows, input_section
from textgov.report.places import coverage_section, place_section
from textgov.report.results import estimate_section, index_section, validity_section
from textgov.report.topics import topic_sections
from textgov.report.trends import trend_section
from textgov.report.words import read_terms, terms_of, word_section
from textgov.store import STORE, written_aside

if TYPE_CHECKING:
    import jinja2

# What would not be seen, or would turn the text around it: control characters, bidirectional marks, surrogates.
UNSEEN = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ud800-\udfff\ufeff\ufffe\uffff]"
)
LANGUAGES = ("zh", "en")


def visible(text: str) -> str:
    r"""The text with characters that nobody sees spelled out: ``[U+202E]``; tabs and line ends stay.

    Examples
    --------
    >>> visible("a\u202eb")
    'a[U+202E]b'
    """
    return UNSEEN.sub(lambda found: f"[U+{ord(found[0]):04X}]", text)


def report_sections(out: Path, panel: Panel, record: Mapping[str, Any]) -> list[Section]:
    """Every section of the page of a run folder; a section without its files says in a line how to make them.

    Parameters
    ----------
    out : Path
        Folder of the run, with ``manifest.csv``, ``hits.parquet`` and so on; any of them may be missing.
    panel : Panel
    record : mapping
        ``provenance.json``.
    """
    terms, lexicons = read_terms(out), frames.measured_lexicons(panel) if len(panel.frame) else ()
    sections = [input_section(out, panel)]
    if lexicons:
        sections.append(coverage_section(panel, lexicons[0]))
    for one in lexicons:
        mine = terms_of(terms, one)
        parts = (trend_section(panel, one, mine), place_section(panel, one), word_section(out, one, mine))
        sections += [part for part in parts if part is not None]
    sections += [*topic_sections(out), validity_section(out), index_section(out), estimate_section(out)]
    return [*sections, _cite_section(record)]


def _cite_section(record: Mapping[str, Any]) -> Section:
    told = cite_record(record)
    versions = record.get("versions", {})
    rows = [(name, str(version)) for name, version in sorted(versions.items())]
    options = [
        (section, json.dumps(given, ensure_ascii=False, sort_keys=True))
        for section, given in sorted(record.get("options", {}).items())
        if given is not None
    ]
    blocks: list[Block] = [
        Heading(Said("数据可得性声明（草稿）", "Data availability (draft)")),
        Note(Said(told.statements["zh"], told.statements["en"])),
        Heading(Said("方法说明", "Software")),
        Note(Said(told.software["zh"], told.software["en"])),
        Heading(Said("复现", "Replication")),
        Code("\n".join(told.commands)),
        Table(
            "options",
            Said("影响结果的选项", "Options that decide the numbers"),
            (Said("阶段", "stage"), Said("选项", "options")),
            options,
            folded=True,
        ),
        Table(
            "versions",
            Said("版本", "Versions"),
            (Said("软件包", "package"), Said("版本", "version")),
            rows,
            folded=True,
        ),
    ]
    return Section("cite", Said("引用与复现", "How to cite and rerun it"), tuple(blocks))


# ---- into html ----


def write_report(out: Path, panel: Panel, record: Mapping[str, Any], path: Path | None = None) -> Path:
    """Write the page of a run folder, ``report.html`` in it if no other path is named; equal inputs give equal bytes.

    Raises
    ------
    OutputError
        It cannot be written.
    """
    sections = report_sections(out, panel, record)
    page = render_page(sections, panel, str(record.get("run_id", "")), out / STORE)
    target = path or out / "report.html"
    with written_aside(target) as part:
        part.write_bytes(page.encode("utf-8"))
    return target


def render_page(sections: Sequence[Section], panel: Panel, run_id: str, store: Path) -> str:
    """The page as text."""
    from altair.utils.schemapi import debug_mode

    with debug_mode(False):  # otherwise every part of a chart is checked, which takes longer than all the rest
        charts = {
            f"{section.name}-{chart.name}": {lang: page_spec(chart, lang) for lang in LANGUAGES}
            for section in sections
            for chart in section.charts
        }
    script, style = _asset("page.js"), _asset("page.css")
    bundle = kept_bundle(store) if charts else ""
    allowed = " ".join(_digest(source) for source in (bundle, script) if source)
    return (
        _environment()
        .get_template("page.html.j2")
        .render(
            sections=sections,
            headline=headline_rows(panel),
            run_id=run_id,
            specs=json_for_html(charts),
            style=style,
            script=script,
            bundle=bundle,
            allowed=allowed,
            kinds={"note": Note, "heading": Heading, "code": Code, "table": Table, "chart": Chart},
        )
    )


def page_spec(chart: Chart, lang: str) -> dict[str, Any]:
    """The Vega-Lite of a chart, as wide as its place on the page, with nothing unseen in its texts."""
    spec: dict[str, Any] = chart.draw(lang).to_dict(validate=False)
    if "width" in spec:
        spec |= {"width": "container", "autosize": {"type": "fit-x", "contains": "padding"}}
    spec.pop("title", None)  # stands above the chart already
    spec["description"] = chart.caption.of(lang)
    found: dict[str, Any] = seen(spec)
    return found


def seen(value: Any) -> Any:
    """The same structure with nothing unseen in its texts (`visible`)."""
    if isinstance(value, dict):
        return {key: seen(one) for key, one in value.items()}
    if isinstance(value, list):
        return [seen(one) for one in value]
    return visible(value) if isinstance(value, str) else value


def json_for_html(value: object) -> str:
    """JSON that cannot end the script element it stands in."""
    text = json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False)
    for mark in "<>&\u2028\u2029":
        text = text.replace(mark, f"\\u{ord(mark):04x}")
    return text


def kept_bundle(store: Path) -> str:
    """`vega_bundle`, from the store of the run if it is there whole: to put it together takes two seconds."""
    path = store / f"vega-{version('vl-convert-python')}.js"
    try:
        digest, _, source = path.read_text("utf-8").partition("\n")
        if digest == hash_text(source):
            return source
    except (OSError, UnicodeDecodeError):
        pass
    source = vega_bundle()
    if store.is_dir():
        with written_aside(path) as part:
            part.write_bytes(f"{hash_text(source)}\n{source}".encode())
    return source


@cache
def vega_bundle() -> str:
    """The scripts of Vega-Embed, Vega-Lite and Vega as one module, out of vl-convert; taken once a process."""
    import vl_convert

    source: str = vl_convert.javascript_bundle("window.vegaEmbed = vegaEmbed;")
    return source.replace("</script", "<\\/script").replace("<!--", "<\\!--")


def _digest(source: str) -> str:
    """What a content security policy calls a script."""
    return f"'sha256-{base64.b64encode(hashlib.sha256(source.encode()).digest()).decode()}'"


def _asset(name: str) -> str:
    return (resources.files("textgov") / "data" / "report" / name).read_text("utf-8")


def _shown(value: Any) -> Any:
    """What the template prints: texts with nothing unseen in them, before they are escaped."""
    return visible(value) if type(value) is str else value


def _environment() -> jinja2.Environment:
    import jinja2

    environment = jinja2.Environment(
        loader=jinja2.FunctionLoader(_asset),
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=jinja2.StrictUndefined,
        finalize=_shown,
    )
    environment.tests |= {"hit": lambda value: isinstance(value, Hit), "said": lambda value: isinstance(value, Said)}
    environment.tests |= {"of_kind": isinstance}
    return environment
