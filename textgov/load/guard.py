"""Libraries that read files of others: whatever they raise on a damaged one means that it is damaged."""

from __future__ import annotations

import warnings
from collections.abc import Iterable, Iterator
from typing import TypeVar

from textgov.errors import ReadError

T = TypeVar("T")


def guarded(items: Iterable[T], kind: str) -> Iterator[T]:
    """The items of a library's reader, without its warnings.

    The readers of Word, Excel, Stata and the like raise anything on altered bytes (`struct.error`, `KeyError`,
    `AssertionError`, `MemoryError` and many more), so that no list of exceptions is complete. Only the library's own
    steps run in here.

    Raises
    ------
    ReadError
        The library failed.
    """
    iterator = iter(items)
    while True:
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                item = next(iterator)
        except StopIteration:
            return
        except ReadError:
            raise
        except Exception as error:
            detail = f"no complete {kind} file: {str(error)[:200] or type(error).__name__}"
            raise ReadError("file_damaged", detail=detail) from None
        yield item
