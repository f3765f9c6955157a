"""JSON value by value, so that a list of any length is never in memory as a whole."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any, TextIO

from textgov.errors import ReadError

CHUNK = 1_000_000  # characters read at once
# A value that does not end within this many characters is damaged: the longest of the 2,431 real reports has 57,085.
MAX_VALUE = 20_000_000
MAX_DIGITS = 4000  # Python refuses to make a number of many more
# An error this close to the end of what has been read may come from the cut: \ud83d\ude00, -Infinity.
CUT = 16
SPACE = re.compile(r"[ \t\r\n\ufeff]*")
ITEM = "\0item"  # stands in a path for any place in a list
Path = tuple[str, ...]


def _integer(digits: str) -> int | str:
    return int(digits) if len(digits) < MAX_DIGITS else digits


DECODER = json.JSONDecoder(parse_int=_integer)


def decode_value(text: str) -> Any:
    """The JSON value that a text is.

    Raises
    ------
    ReadError
        It is none, or nested more deeply than Python can follow.
    """
    try:
        return DECODER.decode(text)
    except ValueError as error:
        raise ReadError("file_damaged", detail=str(error)) from None
    except RecursionError:
        raise ReadError("file_damaged", detail="nested too deeply") from None


class Source:
    """JSON text of which only a part is in memory."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self._text = ""
        self._at = 0
        self._before = 0
        self._ended = False

    def peek(self) -> str:
        """The next character that is not blank; nothing at the end."""
        while True:
            blank = SPACE.match(self._text, self._at)
            self._at = blank.end() if blank else self._at
            if self._at < len(self._text) or self._ended:
                return self._text[self._at : self._at + 1]
            self._fill()

    def step(self, expected: str) -> str:
        """Pass over the next character, which must be one of those expected."""
        char = self.peek()
        if not char or char not in expected:
            raise self._damage(f"expecting {' or '.join(expected)}", self._at)
        self._at += 1
        return char

    def value(self) -> Any:
        """The next value."""
        self.peek()
        while True:
            try:
                value, end = DECODER.raw_decode(self._text, self._at)
            except json.JSONDecodeError as error:
                cut = error.pos > len(self._text) - CUT or error.msg.startswith("Unterminated string")
                if self._ended or not cut:
                    raise self._damage(error.msg, error.pos) from None
            except RecursionError:
                raise self._damage("nested too deeply", self._at) from None
            else:
                # A number at the end of the part may go on in the next.
                if self._ended or self._text[end : end + 1].strip("0123456789.eE+-"):
                    self._at = end
                    return value
            self._fill()

    def finish(self) -> None:
        """Make sure that nothing follows."""
        if self.peek():
            raise self._damage("more text behind the end", self._at)

    def _fill(self) -> None:
        rest = self._text[self._at :]
        if len(rest) > MAX_VALUE:
            raise self._damage(f"no end within {MAX_VALUE:,} characters", self._at)
        self._before += self._at
        more = self._stream.read(max(CHUNK, len(rest)))
        self._text, self._at, self._ended = rest + more, 0, not more

    def _damage(self, what: str, at: int) -> ReadError:
        return ReadError("file_damaged", detail=f"{what}, character {self._before + at + 1:,}")


def walk(source: Source, depth: int, path: Path = ()) -> Iterator[tuple[Path, Any]]:
    """The values of a JSON text with their paths; lists and objects are opened, but only ``depth`` objects deep.

    What stands in a list is given whole, item after item.
    """
    first = source.peek()
    if first == "[":
        source.step("[")
        if source.peek() == "]":
            source.step("]")
            return
        while True:
            yield (*path, ITEM), source.value()
            if source.step(",]") == "]":
                return
    if first != "{" or not depth:
        yield path, source.value()
        return
    source.step("{")
    if source.peek() == "}":
        source.step("}")
        return
    while True:
        if source.peek() != '"':
            source.step('"')
        name = source.value()
        source.step(":")
        yield from walk(source, depth - 1, (*path, name))
        if source.step(",}") == "}":
            return
