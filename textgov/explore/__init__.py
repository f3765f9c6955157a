"""A local page to look around in a finished run: search, places, topics, the lexicon and what changes with it.

Served to this machine alone, from the files of the run, which stay as they are; the only thing that is made is the
search index, in ``RUN/store/search`` or in a folder of your own.
"""

from __future__ import annotations

import os
import socket
from collections.abc import Callable
from pathlib import Path

from textgov.errors import UsageError
from textgov.explore.app import make_app
from textgov.explore.edit import given_lexicons
from textgov.explore.holdings import Holdings
from textgov.explore.index import SearchIndex, build_index, holds_index, open_index
from textgov.explore.options import ExploreOptions
from textgov.optional import need

__all__ = [
    "ExploreOptions",
    "Holdings",
    "SearchIndex",
    "build_index",
    "explore_run",
    "given_lexicons",
    "holds_index",
    "make_app",
    "open_index",
]
ADDRESS = "127.0.0.1"


def explore_run(run: Path, options: ExploreOptions, ready: Callable[[str], None]) -> None:
    """Serve the pages of a run until Ctrl-C.

    Parameters
    ----------
    run : Path
        A finished run.
    options : ExploreOptions
    ready : callable
        Is given the address once it can be opened.

    Raises
    ------
    UsageError
        The folder holds no finished run, or the port is taken.
    ExtraError
        Starlette or uvicorn is not installed.
    """
    uvicorn = need("uvicorn")
    app = make_app(Holdings(run, open_index(run, options.cache)), options)
    with socket.socket() as door:
        if (
            os.name == "posix"
        ):  # the port of a server that has just ended is free; elsewhere the option says another thing
            door.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            door.bind((ADDRESS, options.port))
        except OSError as error:
            detail = error.strerror or str(error)
            raise UsageError("explore_port", port=options.port, detail=detail) from None
        door.listen()
        ready(f"http://{ADDRESS}:{door.getsockname()[1]}/")
        config = uvicorn.Config(app, log_level="warning", access_log=False, lifespan="off", server_header=False)
        uvicorn.Server(config).run(sockets=[door])
