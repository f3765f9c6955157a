"""What the local page is asked for."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from textgov.errors import UsageError

PORT = 8753


@dataclass(frozen=True, slots=True)
class ExploreOptions:
    """How the local page is served.

    Parameters
    ----------
    port : int
        Of this machine (127.0.0.1, never another address); 0 takes a free one.
    cache : Path, optional
        Folder of the search index; ``RUN/store/search`` by default.
    lexicons : tuple of str
        Files of lexicons that the run counted, for the editor; not needed where the run keeps a copy.
    save_dir : Path, optional
        Folder into which the editor saves new versions of a lexicon; without it they are downloaded.
    lang : {"zh", "en"}
        Language of the page until the reader chooses one.
    """

    port: int = PORT
    cache: Path | None = None
    lexicons: tuple[str, ...] = ()
    save_dir: Path | None = None
    lang: str = "zh"

    def __post_init__(self) -> None:
        if not 0 <= self.port <= 65535:
            raise UsageError("option_bad", name="port", value=self.port, detail="use 0 to 65535")
