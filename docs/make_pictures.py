"""Writes the pictures of the README into docs/pictures: charts and the page of a run over the demo corpus.

    python docs/make_pictures.py [CHROMIUM]

The picture of the page needs Chromium and the package playwright; without them only the charts are made.
"""

from __future__ import annotations

import shutil
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from textgov.demo import demo_folder, demo_options
from textgov.outside import read_panel
from textgov.report import report_sections
from textgov.report.figures import draw_spec, figure_font, figure_spec
from textgov.run import run_panel

PICTURES = Path(__file__).parent / "pictures"
CHARTS = {"trend-dg": "zh", "provinces-dg": "zh", "coverage": "en"}
PPI = 80
WIDTH, HEIGHT = 1000, 1150


def make_charts(run: Path) -> None:
    """The charts of `CHARTS`, each in one language."""
    family = figure_font()
    for section in report_sections(run, read_panel(run), {"run_id": "demo"}):
        for chart in section.charts:
            if chart.name in CHARTS:
                spec = figure_spec(chart, CHARTS[chart.name], family)
                (PICTURES / f"{chart.name}.png").write_bytes(draw_spec(spec, "png", PPI))


def make_page(run: Path, chromium: str) -> None:
    """The first screen of the page."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as player:
        browser = player.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        page = browser.new_page(viewport={"width": WIDTH, "height": HEIGHT})
        page.goto((run / "report.html").resolve().as_uri())
        page.wait_for_selector("html[data-drawn=zh]")
        page.screenshot(path=PICTURES / "report.png")
        browser.close()


if __name__ == "__main__":
    PICTURES.mkdir(exist_ok=True)
    with TemporaryDirectory() as folder:
        made = run_panel([demo_folder() / "reports"], Path(folder) / "out", demo_options()).out
        make_charts(made)
        found = sys.argv[1] if len(sys.argv) > 1 else shutil.which("chromium") or shutil.which("chromium-browser")
        if found:
            make_page(made, found)
