"""How a noun looks in a notebook: a small table of numbers, everything escaped, never the texts themselves."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from html import escape


def summary_html(title: str, rows: Iterable[tuple[str, object]]) -> str:
    """A title and two columns: what, and how many; all text is escaped.

    Examples
    --------
    >>> summary_html("Corpus", [("documents", 3)])
    '<table><caption>Corpus</caption><tbody><tr><th scope="row">documents</th><td>3</td></tr></tbody></table>'
    """
    cells = "".join(
        f'<tr><th scope="row">{escape(str(name))}</th><td>{escape(_said(value))}</td></tr>' for name, value in rows
    )
    return f"<table><caption>{escape(title)}</caption><tbody>{cells}</tbody></table>"


def _said(value: object) -> str:
    return f"{value:,}" if isinstance(value, int) and not isinstance(value, bool) else str(value)


def few(names: Sequence[object], most: int = 8) -> str:
    """The first names of a list, and how many more there are."""
    shown = ", ".join(map(str, names[:most]))
    return shown if len(names) <= most else f"{shown} … (+{len(names) - most})"


def span(years: Iterable[int]) -> str:
    """First and last year; a dash where there is none."""
    known = sorted(set(years))
    return f"{known[0]}–{known[-1]}" if known else "–"
