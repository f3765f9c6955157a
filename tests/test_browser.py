"""The pages in a real browser: Debian's Chromium, driven by Playwright, with the network shut but for the page itself.

Pictures of every page go to the folder of pytest, or to the folder that BROWSER_PICTURES names.
"""

from __future__ import annotations

import csv
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pandas as pd
import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright
from site_runs import make_hostile_run, make_run

from textgov.kwic import KwicOptions, find_contexts
from textgov.lexicon import read_lexicon

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser"))), None)
pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(CHROMIUM is None, reason="no Chromium on this machine (Debian: apt-get install chromium)"),
]
FLAGS = (
    *("--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"),
    *("--disable-background-networking", "--disable-component-update", "--disable-sync"),
    "--host-resolver-rules=MAP rebound.example 127.0.0.1",  # as an attacker's name server would answer
)
WIDTHS = (1280, 390)
PATIENCE = 60_000  # ms; a machine may be busy


@dataclass
class Watched:
    """A page, and what it did that it should not: errors, words in the console, requests to others than its server."""

    page: Page
    origin: str
    faults: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.page.set_default_timeout(PATIENCE)
        self.page.on("pageerror", lambda error: self.faults.append(f"error: {error}"))
        self.page.on("console", self._told)
        self.page.on("request", self._asked)
        self.page.on("dialog", lambda dialog: (self.faults.append("dialog"), dialog.dismiss()))

    def _told(self, told: Any) -> None:
        if told.type != "warning":  # Vega-Lite warns of sizes that it chooses itself
            self.faults.append(f"console: {told.text}")

    def _asked(self, request: Any) -> None:
        if not request.url.startswith((self.origin, "blob:", "data:")):
            self.faults.append(f"request: {request.url}")

    def go(self, address: str) -> Page:
        self.page.goto(self.origin + address)
        return self.page


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    with sync_playwright() as playwright:
        found = playwright.chromium.launch(executable_path=CHROMIUM, args=list(FLAGS))
        yield found
        found.close()


@pytest.fixture(scope="module")
def pictures(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = Path(os.environ.get("BROWSER_PICTURES") or tmp_path_factory.mktemp("pictures"))
    folder.mkdir(parents=True, exist_ok=True)
    return folder


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_run(tmp_path_factory.mktemp("browser") / "run")


@contextmanager
def served(run: Path, *more: str) -> Iterator[str]:
    """The address of `textgov explore` in a process of its own, on a free port."""
    words = [
        sys.executable,
        "-c",
        "from textgov.cli import main; main()",
        "explore",
        str(run),
        "--port",
        "0",
        "--quiet",
    ]
    with subprocess.Popen([*words, *more], stdout=subprocess.PIPE, encoding="utf-8") as server:
        assert server.stdout is not None
        try:
            address = server.stdout.readline().strip()
            assert address.startswith("http://127.0.0.1:"), f"no address but {address!r}"
            yield address.rstrip("/")
        finally:
            server.send_signal(signal.SIGINT)
            assert server.wait(60) == 0, "Ctrl-C is the way to end it"


@pytest.fixture(scope="module")
def address(run: Path) -> Iterator[str]:
    with served(run) as found:
        yield found


def watched(context: BrowserContext, origin: str) -> Watched:
    return Watched(context.new_page(), origin)


@pytest.fixture
def site(browser: Browser, address: str) -> Iterator[Watched]:
    context = browser.new_context(viewport={"width": 1280, "height": 900}, accept_downloads=True)
    found = watched(context, address)
    yield found
    context.close()
    assert found.faults == []


def severe(page: Page) -> list[str]:
    """What axe-core calls serious or critical."""
    found = Axe().run(page).response["violations"]
    return [
        f"{one['id']}: {node['html'][:120]}"
        for one in found
        if one["impact"] in ("serious", "critical")
        for node in one["nodes"][:3]
    ]


# ---- the report ----


@pytest.mark.parametrize("width", WIDTHS)
def test_the_report_opens_from_its_file_without_a_network(browser: Browser, run: Path, pictures: Path, width: int):
    context = browser.new_context(viewport={"width": width, "height": 900}, offline=True)
    report = watched(context, (run / "report.html").resolve().as_uri())
    page = report.go("")
    shown = {"zh": ("zh-CN", "English"), "en": ("en", "中文")}
    titles = []
    for lang, (html, other) in shown.items():
        page.wait_for_selector(f"html[data-drawn={lang}]")
        assert page.locator("html").get_attribute("lang") == html
        charts = page.locator("[data-chart]")
        assert charts.count() >= 3
        assert [one.get_attribute("data-drawn") for one in charts.all()] == [lang] * charts.count()
        assert all(one.locator("svg path, svg line").count() > 2 for one in charts.all())
        assert page.locator("#switch").inner_text() == other
        assert page.locator("table:visible tbody tr").count() > 10
        titles.append(page.locator("h1").inner_text())
        page.screenshot(path=pictures / f"report-{width}-{lang}.png", full_page=True)
        assert severe(page) == []
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        page.locator("#switch").click()
    assert len(set(titles)) == 2
    context.close()
    assert report.faults == []


# ---- explore ----


def test_search_for_a_term_and_open_a_city(site: Watched, run: Path):
    page = site.go("/?lang=zh")
    page.get_by_role("searchbox").fill("一网通办")
    page.keyboard.press("Enter")
    page.wait_for_url("**/search?*")
    expected = find_contexts(run, "一网通办", KwicOptions())
    told = page.get_by_role("status").inner_text()
    assert f"{expected.n_documents:,} 份里找到 {expected.n_hits:,} 处" in told
    assert page.locator(".hits mark").first.inner_text() == "一网通办"
    page.locator(".hits .where").first.click()
    page.wait_for_url("**/documents/*")
    assert page.locator("article mark.mq").count() >= 1
    target = page.evaluate("document.querySelector(':target').textContent")
    assert target == "一网通办"
    page.locator(".crumbs a").nth(1).click()
    page.wait_for_url("**/places/*")
    panel = pd.read_parquet(run / "panel.parquet")
    code = page.url.rpartition("/")[2]
    assert page.locator("h1").inner_text().startswith(panel.loc[panel["city_code"] == code, "city"].iloc[-1])
    assert page.locator("svg.chart circle.c0").count() == (panel["city_code"] == code).sum()


def test_the_language_switches_and_stays(site: Watched):
    page = site.go("/?lang=zh")
    page.get_by_role("link", name="English").click()
    assert page.locator("h1").inner_text() == "Overview"
    page.get_by_role("link", name="Places").click()
    assert page.locator("html").get_attribute("lang") == "en"
    page.get_by_role("link", name="中文").click()
    assert page.locator("h1").inner_text().startswith("地区")


def test_the_slider_of_relevance_reorders_the_words(site: Watched):
    page = site.go("/topics/seeded/tp01?lang=en")
    words = page.locator("#words li bdi")
    assert words.all_inner_texts() == ["政府", "服务", "一网通办"]
    slider = page.get_by_role("slider")
    slider.focus()
    page.keyboard.press("Home")
    assert page.locator("#weight-shown").inner_text() == "0.00"
    assert words.all_inner_texts() == ["一网通办", "服务", "政府"]
    assert page.locator("#words .num").all_inner_texts() == ["3.00", "0.80", "0.10"]
    page.keyboard.press("End")
    assert words.all_inner_texts() == ["政府", "服务", "一网通办"]
    assert page.locator("#words-csv").get_attribute("href").endswith("weight=1")


def test_an_entry_is_switched_off_and_one_added(site: Watched, tmp_path: Path):
    page = site.go("/lexicon?lang=en")
    page.wait_for_selector("#edit-chart svg")
    lexicon = read_lexicon("digital-government")
    number = next(at for at, entry in enumerate(lexicon.entries) if entry.term == "一网通办")
    told = page.locator("#edit-said")
    unchanged = told.inner_text()
    assert "nothing has changed" in unchanged
    before = page.locator("#edit-chart").inner_html()
    page.locator("#entries details").evaluate_all("all => all.forEach(one => { one.open = true })")
    page.locator(f"[data-entry='{number}']").uncheck()
    expect(told).to_contain_text("(-", timeout=PATIENCE)
    assert page.locator("#edit-chart").inner_html() != before
    form = page.locator("#edit-add")
    form.get_by_label("Term").fill("政府")
    form.get_by_role("button").click()
    expect(told).to_contain_text("(+", timeout=PATIENCE)
    assert page.locator("#edit-added li").count() == 1
    page.locator("#edit-save input").fill("99.9")
    with page.expect_download() as waiting:
        page.locator("#edit-save button").click()
    waiting.value.save_as(tmp_path / waiting.value.suggested_filename)
    saved = read_lexicon(tmp_path / "digital-government-99.9.yaml")
    assert saved.version == "99.9"
    terms = {entry.term for entry in saved.entries}
    assert "政府" in terms
    assert "一网通办" not in terms
    assert len(saved.entries) == len(lexicon.entries)


def test_what_is_seen_is_downloaded(site: Watched, tmp_path: Path, run: Path):
    page = site.go(f"/search?q={quote('政务')}&lang=en")
    with page.expect_download() as waiting:
        page.get_by_role("link", name="Download csv").click()
    waiting.value.save_as(tmp_path / "hits.csv")
    data = (tmp_path / "hits.csv").read_bytes()
    assert data.startswith(b"\xef\xbb\xbf")
    rows = list(csv.DictReader(data.decode("utf-8-sig").splitlines()))
    assert len(rows) == find_contexts(run, "政务", KwicOptions()).n_hits
    assert {row["hit"] for row in rows} == {"政务"}


ADDRESSES = {
    "overview": "/",
    "search": "/search",
    "hits": f"/search?q={quote('一网通办')}",
    "nothing": f"/search?q={quote('无此词语')}",
    "wrong": f"/search?q={quote('政府')}&place={quote('天府之国')}",
    "places": "/places",
    "place": "/places/420100",
    "document": f"/documents/0?q={quote('政府')}",
    "compare": f"/compare?places={quote('武汉,黄石')}",
    "topics": "/topics",
    "topic": "/topics/seeded/tp01",
    "lexicon": "/lexicon",
    "missing": "/nope",
}


@pytest.mark.parametrize("width", WIDTHS)
def test_pages_are_usable_at_this_width(browser: Browser, address: str, pictures: Path, width: int):
    context = browser.new_context(viewport={"width": width, "height": 900})
    site = watched(context, address)
    for lang in ("zh", "en"):
        for name, where in ADDRESSES.items():
            page = site.go(f"{where}{'&' if '?' in where else '?'}lang={lang}")
            if name == "lexicon":
                page.wait_for_selector("#edit-chart svg")
            page.screenshot(path=pictures / f"{name}-{width}-{lang}.png", full_page=True)
            assert page.evaluate("document.documentElement.scrollWidth") <= width, name
            if lang == "en" or name in ("hits", "document", "lexicon"):
                assert severe(page) == [], name
    context.close()
    # A page that is missing, or a search that is wrong, is told by its status too.
    assert [one for one in site.faults if "status of 40" not in one] == []
    assert len(list(pictures.glob(f"*-{width}-*.png"))) >= 2 * len(ADDRESSES)


def test_the_keyboard_reaches_everything(site: Watched):
    page = site.go("/?lang=en")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "main"
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.name") == "q"
    page.keyboard.type("政务")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.wait_for_url("**/search?q=*")
    reached = set()
    for _ in range(40):
        page.keyboard.press("Tab")
        reached.add(page.evaluate("(document.activeElement.name || document.activeElement.className || '')"))
        ring = page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
        assert ring != "none", "what has the focus can be seen"
    assert {"place", "year", "sections", "category", "sort", "where"} <= reached


@pytest.fixture(scope="module")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_hostile_run(tmp_path_factory.mktemp("hostile"))


def test_hostile_texts_execute_nothing(browser: Browser, hostile: Path, pictures: Path):
    bad = quote("<script>document.title='hacked'</script>")
    places = ["/", f"/search?q={quote('数字政府')}", f"/search?q={bad}", "/places", "/places/420100", "/lexicon"]
    places += [f"/documents/{number}?q={bad}" for number in range(10)] + [f"/compare?places={bad}"]
    with served(hostile, "--lexicon", str(hostile.parent / "hostile.yaml")) as origin:
        context = browser.new_context(viewport={"width": 1280, "height": 900})
        site = watched(context, origin)
        for number, where in enumerate(places):
            page = site.go(where)
            if where == "/lexicon":
                page.wait_for_selector("#edit-chart svg")
                page.locator("#edit-add [name=term]").fill("<img src=x onerror=\"document.title='hacked'\">")
                page.locator("#edit-add button").click()
                page.wait_for_selector("#edit-added li")
                expect(page.locator("#edit-chart")).to_have_class("drawn", timeout=PATIENCE)
            page.screenshot(path=pictures / f"hostile-{number}.png")
            assert "hacked" not in page.title() or "script" in page.title()
            assert page.locator("script:not([src])").count() == 0
            assert page.locator("img").count() == 0
        context.close()
    assert [one for one in site.faults if "status of 400" not in one] == []


def test_a_hostile_report_executes_nothing(browser: Browser, hostile: Path, pictures: Path):
    context = browser.new_context(viewport={"width": 1280, "height": 900}, offline=True)
    report = watched(context, (hostile / "report.html").resolve().as_uri())
    page = report.go("")
    page.screenshot(path=pictures / "hostile-report.png", full_page=True)
    assert page.title() != "hacked"
    assert page.locator("img[onerror], svg[onload]").count() == 0
    context.close()
    assert report.faults == []


def test_a_name_that_was_made_to_point_here_is_refused(browser: Browser, address: str):
    """DNS rebinding: the browser takes the page for one of another host, whose scripts could read it."""
    context = browser.new_context()
    page = context.new_page()
    answer = page.goto(f"http://rebound.example:{address.rpartition(':')[2]}/")
    assert answer is not None
    assert (answer.status, page.locator("nav").count()) == (400, 0)
    context.close()
