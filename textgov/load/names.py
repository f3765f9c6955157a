"""What files are called in all results, and which of them are no documents."""

from __future__ import annotations

import os
import unicodedata


def clean_name(path: str) -> str:
    """The name of a file in all results: POSIX form, NFC, characters that can be written."""
    name = path if os.sep == "/" else path.replace(os.sep, "/")
    try:
        name.encode()
    except UnicodeEncodeError:
        # A name that is not UTF-8, as an archive made on Chinese Windows unpacks it.
        name = os.fsencode(name).decode("gb18030", "backslashreplace")
    return unicodedata.normalize("NFC", name)


def is_hidden(name: str) -> bool:
    """Whether a file or folder of this name is hidden, or a lock file of Office: no document."""
    return name.startswith((".", "~$")) or name in ("Thumbs.db", "desktop.ini")
