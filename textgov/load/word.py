"""Word files of older kinds (doc, wps, rtf): LibreOffice makes them docx files, which are read as such."""

from __future__ import annotations

import io
import os
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from textgov.errors import ReadError
from textgov.load.docx import read_docx
from textgov.load.pdf import find_garble
from textgov.load.raw import LoadOptions, Part, Raw

SECONDS = 120  # for one file; a report of 20,000 characters takes 1 to 2 seconds
PROGRAMS = ("soffice", "libreoffice")
# Where LibreOffice is when it is not on the PATH.
PLACES = (
    "/Applications/LibreOffice.app/Contents/MacOS/soffice",
    "/usr/lib/libreoffice/program/soffice",
    "/opt/libreoffice/program/soffice",
    "C:/Program Files/LibreOffice/program/soffice.com",
    "C:/Program Files (x86)/LibreOffice/program/soffice.com",
)
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
WORD_2 = b"\xdb\xa5\x2d\0"
# The stream of an OLE file that holds a text of Word or WPS; workbooks and slides have others.
WORD_STREAM = "WordDocument".encode("utf-16-le")
ZIP = b"PK\x03\x04"
RTF = b"{\\rtf"
# No macro runs, and nothing is fetched that a file refers to.
SETTINGS = """<?xml version="1.0" encoding="UTF-8"?>
<oor:items xmlns:oor="http://openoffice.org/2001/registry">
<item oor:path="/org.openoffice.Office.Common/Security/Scripting"><prop oor:name="DisableMacrosExecution"
 oor:op="fuse"><value>true</value></prop></item>
<item oor:path="/org.openoffice.Office.Common/Security/Scripting"><prop oor:name="BlockUntrustedRefererLinks"
 oor:op="fuse"><value>true</value></prop></item>
<item oor:path="/org.openoffice.Office.Common/Security/Scripting"><prop oor:name="DisableActiveContent"
 oor:op="fuse"><value>true</value></prop></item>
<item oor:path="/org.openoffice.Office.Writer/Content/Update"><prop oor:name="Link"
 oor:op="fuse"><value>2</value></prop></item>
</oor:items>
"""


def read_word(stream: BinaryIO, options: LoadOptions) -> Iterator[Part]:
    """The text of a doc, wps or rtf file, as of a docx file.

    Raises
    ------
    ReadError
        LibreOffice is not there, or cannot read the file; nothing else is tried in its place.
    """
    data = stream.read()
    if data.startswith(ZIP):
        yield from read_docx(io.BytesIO(data), options)
        return
    if data.startswith(WORD_2) or (data.startswith(OLE) and WORD_STREAM in data):
        ending = ".doc"
    elif data.lstrip()[:5] == RTF:
        ending = ".rtf"
    else:
        raise ReadError("file_damaged", detail="neither a Word nor an RTF file")
    program = find_office()
    if program is None:
        raise ReadError("office_missing")
    for part in read_docx(io.BytesIO(convert(program, data, ending)), options):
        # What LibreOffice cannot read as Word it opens as plain text.
        if isinstance(part, Raw) and (detail := find_garble(part.original)):
            raise ReadError("file_damaged", detail=detail)
        yield part


def find_office() -> str | None:
    """The LibreOffice program: on the PATH, else where it is usually installed."""
    found = next((path for path in map(shutil.which, PROGRAMS) if path), None)
    return found or next((path for path in PLACES if Path(path).is_file()), None)


def convert(program: str, data: bytes, ending: str, seconds: float = SECONDS) -> bytes:
    """A file as docx. Every conversion has its own profile, so that several can run at the same time."""
    with tempfile.TemporaryDirectory(prefix="textgov-", ignore_cleanup_errors=True) as name:
        folder = Path(name)
        (folder / "profile" / "user").mkdir(parents=True)
        (folder / "profile" / "user" / "registrymodifications.xcu").write_text(SETTINGS, "utf-8")
        (folder / f"in{ending}").write_bytes(data)
        command = [
            program,
            f"-env:UserInstallation={(folder / 'profile').as_uri()}",
            "--headless",
            "--norestore",
            "--nologo",
            "--convert-to",
            "docx",
            "--outdir",
            str(folder / "out"),
            str(folder / f"in{ending}"),
        ]
        detail = _run(command, folder, seconds)
        made = folder / "out" / "in.docx"
        if not made.is_file():
            raise ReadError("office_failed", detail=detail)
        return made.read_bytes()


def _run(command: list[str], folder: Path, seconds: float) -> str:
    """Run a program to its end, or to the end of its time; what it said last."""
    log = folder / "log"
    # A session of its own, so that it can be ended together with the programs that it starts (Windows knows none).
    with log.open("wb") as output:
        try:
            process = subprocess.Popen(
                command, stdin=subprocess.DEVNULL, stdout=output, stderr=output, start_new_session=True
            )
        except OSError as error:
            return error.strerror or type(error).__name__
        try:
            process.wait(seconds)
        except subprocess.TimeoutExpired:
            return f"no end after {seconds:.0f} seconds"
        finally:
            _end(process)
    said = log.read_bytes().decode("utf-8", "replace").replace(str(folder), "").split("\n")
    errors = [line.strip() for line in said if line.startswith("Error")]
    return errors[-1][:200] if errors else f"exit status {process.returncode}"


def _end(process: subprocess.Popen[bytes]) -> None:
    """End a program that still runs, and those that it has started."""
    if process.poll() is not None:
        return
    if sys.platform == "win32":
        subprocess.run(["taskkill", "/F", "/T", "/PID", str(process.pid)], check=False, capture_output=True)
    else:
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()
