"""The local page as a web application: routes, who may ask, and what every answer says about itself.

Only this machine is answered, under its own names: a page elsewhere that has its name point here (DNS rebinding) is
refused by its Host. Changes need the secret that only our own pages hold. No answer lets a page load anything from
elsewhere, run a script of its text, or stand in a frame.
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Callable, Mapping
from importlib import resources
from typing import Any
from urllib.parse import parse_qs, quote

from textgov.errors import TextgovError
from textgov.explore.edit import open_editors
from textgov.explore.holdings import Holdings
from textgov.explore.options import ExploreOptions
from textgov.explore.pages.document import show_document
from textgov.explore.pages.lexicon import recount_page, save_page, show_lexicon
from textgov.explore.pages.overview import show_overview
from textgov.explore.pages.places import compare_places, compare_table, list_places, place_table, show_place
from textgov.explore.pages.search import search_page, search_table
from textgov.explore.pages.site import Answer, Data, File, Page, Query, Site, Table
from textgov.explore.pages.topics import list_topics, show_topic, topic_table
from textgov.explore.render import LANGUAGES, render
from textgov.export.delimited import csv_text
from textgov.optional import need

HOSTS = ("127.0.0.1", "localhost")
LANGUAGE, TOKEN = "textgov_lang", "x-textgov-token"
MOST_BYTES = 2_000_000  # of what a page sends
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
HEADERS = {
    "content-security-policy": POLICY,
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "cache-control": "no-store",
}
View = Callable[[Site, Query], Answer]
VIEWS: dict[str, View] = {
    "/": show_overview,
    "/search": search_page,
    "/search.csv": search_table,
    "/places": list_places,
    "/places/{code}": show_place,
    "/places/{code}/rows.csv": place_table,
    "/documents/{number}": show_document,
    "/compare": compare_places,
    "/compare.csv": compare_table,
    "/topics": list_topics,
    "/topics/{model}/{topic}": show_topic,
    "/topics/{model}/{topic}/words.csv": topic_table,
    "/lexicon": show_lexicon,
}
CHANGES: dict[str, View] = {"/lexicon/series": recount_page, "/lexicon/save": save_page}


def make_app(holdings: Holdings, options: ExploreOptions) -> Any:
    """The application of a run.

    Parameters
    ----------
    holdings : Holdings
    options : ExploreOptions

    Returns
    -------
    starlette.applications.Starlette

    Raises
    ------
    ExtraError
        Starlette is not installed.
    """
    starlette, routing = need("starlette.applications"), need("starlette.routing")
    middleware, hosts = need("starlette.middleware"), need("starlette.middleware.trustedhost")
    static = need("starlette.staticfiles").StaticFiles(
        directory=str(resources.files("textgov") / "data/explore/static")
    )
    site = Site(holdings, options, open_editors(holdings, options), secrets.token_urlsafe(32))
    routes = [routing.Route(path, _reader(site, view), methods=["GET"]) for path, view in VIEWS.items()]
    routes += [routing.Route(path, _changer(site, view), methods=["POST"]) for path, view in CHANGES.items()]
    routes.append(routing.Mount("/static", static))
    around = [
        middleware.Middleware(_Headers),
        middleware.Middleware(hosts.TrustedHostMiddleware, allowed_hosts=list(HOSTS), www_redirect=False),
    ]

    async def missing(request: Any, _: Exception) -> Any:
        return _respond(site, Page("fault", {"text": ""}, 404), _query(site, request))

    return starlette.Starlette(routes=routes, middleware=around, exception_handlers={404: missing})


class _Headers:
    """Puts `HEADERS` on every answer, also on refusals."""

    def __init__(self, app: Any) -> None:
        self.app = app

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        async def with_headers(message: Any) -> None:
            if message["type"] == "http.response.start":
                own = [(name.encode(), value.encode()) for name, value in HEADERS.items()]
                kept = [(name, value) for name, value in message["headers"] if name.decode().lower() not in HEADERS]
                message = {**message, "headers": [*kept, *own]}
            await send(message)

        await self.app(scope, receive, with_headers if scope["type"] == "http" else send)


def _query(site: Site, request: Any, body: Mapping[str, Any] | None = None) -> Query:
    chosen = request.query_params.get("lang") or request.cookies.get(LANGUAGE) or site.options.lang
    lang = chosen if chosen in LANGUAGES else site.options.lang
    return Query(dict(request.query_params), request.path_params, lang, body)


def _reader(site: Site, view: View) -> Callable[[Any], Any]:
    def answer(request: Any) -> Any:
        query = _query(site, request)
        response = _respond(site, _asked(site, view, query), query, str(request.url.path))
        if request.query_params.get("lang") in LANGUAGES:
            response.set_cookie(LANGUAGE, query.lang, samesite="strict", httponly=True, max_age=31_536_000)
        return response

    return answer


def _changer(site: Site, view: View) -> Callable[[Any], Any]:
    run = need("starlette.concurrency").run_in_threadpool

    async def answer(request: Any) -> Any:
        data = b""
        async for part in request.stream():
            data += part
            if len(data) > MOST_BYTES:
                return _refused(413)
        body = _body(request.headers.get("content-type", ""), data)
        token = request.headers.get(TOKEN) or (body or {}).get("token")
        origin = request.headers.get("origin")
        ours = origin in (None, f"http://{request.headers.get('host')}")
        if not ours or not isinstance(token, str) or not secrets.compare_digest(token.encode(), site.token.encode()):
            return _refused(403)
        if body is None:
            return _refused(400)
        query = _query(site, request, body)
        return await run(lambda: _respond(site, _asked(site, view, query), query))

    return answer


def _body(kind: str, data: bytes) -> Mapping[str, Any] | None:
    """What was sent: JSON, or the one field ``edit`` of a form, which is JSON; None if it is neither."""
    try:
        text = data.decode("utf-8")
        if kind.startswith("application/x-www-form-urlencoded"):
            fields = {name: values[-1] for name, values in parse_qs(text, keep_blank_values=True).items()}
            found = {**json.loads(fields.pop("edit", "{}")), **fields}
        else:
            found = json.loads(text)
    except (ValueError, TypeError):
        return None
    return found if isinstance(found, dict) else None


def _refused(status: int) -> Any:
    return need("starlette.responses").PlainTextResponse("refused\n", status)


def _asked(site: Site, view: View, query: Query) -> Answer:
    try:
        return view(site, query)
    except TextgovError as error:
        if query.body is not None:
            return Data({"fault": error.text(query.lang)})
        return Page("fault", {"text": error.text(query.lang)}, 400)


def _respond(site: Site, answer: Answer, query: Query, path: str = "") -> Any:
    responses = need("starlette.responses")
    if isinstance(answer, Page):
        html = render(answer.name, query.lang, **_around(site, query, path), **answer.values)
        return responses.HTMLResponse(html, answer.status)
    if isinstance(answer, Data):
        return responses.JSONResponse(dict(answer.values))
    if isinstance(answer, Table):
        # As Excel opens it: with a byte order mark, and nothing that it would take for a formula.
        data = ("\ufeff" + csv_text(answer.frame, excel=True)).encode("utf-8", "backslashreplace")
        answer = File(answer.name, data, "text/csv; charset=utf-8")
    name = quote(answer.name)
    disposition = f"attachment; filename*=UTF-8''{name}"
    return responses.Response(answer.data, media_type=answer.kind, headers={"content-disposition": disposition})


def _around(site: Site, query: Query, path: str) -> dict[str, Any]:
    """What stands on every page."""
    other = "en" if query.lang == "zh" else "zh"
    kept = {name: value for name, value in query.values.items() if name != "lang"}
    return {
        "run_name": site.holdings.run.resolve().name,
        "path": path,
        "other": other,
        "switch": "&".join(f"{quote(name)}={quote(value)}" for name, value in {**kept, "lang": other}.items()),
        "asked_values": kept,
        "token": site.token,
        "has_topics": bool(site.holdings.topic_models),
        "has_editor": bool(site.editors),
    }
