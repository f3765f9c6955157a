"""What every command shares: the options that repeat, the language of messages, and saying something."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from textgov.errors import UsageError

if TYPE_CHECKING:
    from textgov.codebook import Language

Sources = Annotated[
    list[str], typer.Argument(metavar="SOURCE...", help="Files, folders, URLs (s3://...) / 文件、文件夹或网址")
]
Out = Annotated[Path, typer.Option(metavar="DIR", help="Folder for all results / 结果文件夹")]
Workers = Annotated[int | None, typer.Option(help="Processes; all cores by default / 进程数，默认用全部核心")]
Engine = Annotated[str | None, typer.Option(help="serial, processes or dask / 运行方式")]
Scheduler = Annotated[str | None, typer.Option(help="Address of a Dask scheduler / Dask 调度器地址")]
Store = Annotated[str | None, typer.Option(metavar="DIR|URL", help="Where shards go, such as s3://... / 分片存放处")]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Only say what would be done / 只说明将做什么")]
Run = Annotated[Path, typer.Argument(metavar="RUN", help="Folder of a run / 运行结果文件夹")]
Strict = Annotated[bool, typer.Option("--strict", help="Status 3 for doubtful documents too / 有存疑文档时也返回 3")]
Quiet = Annotated[bool, typer.Option("--quiet", "-q", help="No progress, no messages / 不显示进度和消息")]
Json = Annotated[bool, typer.Option("--json", help="Print the summary as JSON / 以 JSON 输出摘要")]
Lang = Annotated[str | None, typer.Option(help="Language of messages: zh or en / 消息语言")]


class Terminal:
    """The language of messages, and whether any are wanted."""

    lang = "en"
    quiet = False


def set_up(lang: str | None, quiet: bool) -> None:
    """Take the language of messages and whether any are wanted; every command begins with this."""
    if lang not in (None, "zh", "en"):
        raise UsageError("option_bad", name="lang", value=lang, detail="use zh or en")
    Terminal.quiet = quiet
    Terminal.lang = lang or _usual_language()


def _usual_language() -> str:
    """Chinese where the terminal speaks Chinese and can show it; results never depend on this."""
    wanted = next((os.environ[name] for name in ("LC_ALL", "LC_MESSAGES", "LANG") if os.environ.get(name)), "")
    try:
        "文本".encode(sys.stderr.encoding or "ascii")
    except (UnicodeEncodeError, LookupError):
        return "en"
    return "zh" if wanted.lower().startswith("zh") else "en"


def label_language(word: str) -> Language:
    """The language of Stata labels that an option names."""
    if word not in ("zh", "en"):
        raise UsageError("option_bad", name="labels", value=word, detail="use zh or en")
    return word  # type: ignore[return-value]  # one of the two


def list_files(paths: Iterable[Path]) -> None:
    """Names of files to stdout, one a line."""
    for path in paths:
        print(path.as_posix())


def say(text: str) -> None:
    """A message to stderr, unless the user wants none."""
    if not Terminal.quiet:
        print(text, file=sys.stderr)
