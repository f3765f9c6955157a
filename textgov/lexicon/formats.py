"""The formats of lexicon files: what reads and writes each, and which one a file is in, by its content."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import yaml

from textgov.errors import LexiconError, LexiconLineError, ReadError
from textgov.lexicon.build import Draft
from textgov.lexicon.cntext import cntext_text, fill_cntext
from textgov.lexicon.lexicoder import fill_lexicoder, lexicoder_text
from textgov.lexicon.liwc import fill_liwc, liwc_text
from textgov.lexicon.own import LEXICON_KEYS, fill_own
from textgov.lexicon.own_text import own_text
from textgov.lexicon.quanteda import fill_quanteda, quanteda_text
from textgov.lexicon.table_text import csv_text_of, write_workbook
from textgov.lexicon.tables import fill_csv, fill_workbook
from textgov.lexicon.userdict import fill_userdict, userdict_text
from textgov.lexicon.wordstat import WORD, fill_wordstat, wordstat_text
from textgov.lexicon.yoshikoder import fill_yoshikoder, yoshikoder_text
from textgov.records import Lexicon

PLAIN = ("utf-8", "utf-8-sig")  # encodings that are not worth a remark
PACKED = (b"PK", b"\xd0\xcf\x11\xe0")  # how workbooks begin
YAMLS, TABLES, SHEETS = (".yaml", ".yml"), (".csv", ".tsv"), (".xlsx", ".xlsm", ".xls", ".et")
WORDSTAT = re.compile(rf"^\t+{WORD.pattern}[ \t\r]*$", re.MULTILINE)
IDS = re.compile(r"^\S.*\t\d+$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Format:
    """How a format is read into a draft and written as a text; a workbook has functions of its own."""

    endings: tuple[str, ...]
    fill: Callable[[str, Draft], None] | None
    text: Callable[[Lexicon], str] | None


# The first format with an ending is the one that is written under it.
FORMATS: dict[str, Format] = {
    "textgov": Format(YAMLS, fill_own, own_text),
    "csv": Format(TABLES, fill_csv, csv_text_of),
    "excel": Format(SHEETS, None, None),
    "jieba": Format((".txt", ".dict"), fill_userdict, userdict_text),
    "liwc": Format((".dic",), fill_liwc, liwc_text),
    "wordstat": Format((".cat",), fill_wordstat, wordstat_text),
    "yoshikoder": Format((".ykd", ".lcd"), fill_yoshikoder, yoshikoder_text),
    "lexicoder": Format((".lc3",), fill_lexicoder, lexicoder_text),
    "quanteda": Format(YAMLS, fill_quanteda, quanteda_text),
    "cntext": Format(YAMLS, fill_cntext, cntext_text),
}


def check_format(name: str) -> str:
    """Refuse a name that is none of `FORMATS`."""
    if name not in FORMATS:
        raise LexiconError("lexicon_format_bad", format=name, known=", ".join(FORMATS))
    return name


def format_to_write(path: Path, name: str | None) -> str:
    """The format that was asked for, or the one of the ending of the file."""
    if name is not None:
        return check_format(name)
    ending = path.suffix.lower()
    found = next((name for name, format_ in FORMATS.items() if ending in format_.endings), None)
    if found is None or ending in (".tsv", ".xlsm", ".xls", ".et"):
        raise LexiconLineError("lexicon_format_unknown", path=path.name, line=0, known=", ".join(FORMATS))
    return found


def fill_draft(data: bytes, draft: Draft, suffix: str, name: str | None = None, encoding: str | None = None) -> str:
    """Enter what the bytes of a file hold; returns the name of its format.

    Parameters
    ----------
    data : bytes
    draft : Draft
    suffix : str
        Ending of the file, which decides only where the content does not.
    name : str, optional
        Name of the format.
    encoding : str, optional
    """
    if name is not None:
        check_format(name)
    if name == "excel" or (name is None and (data.startswith(PACKED) or suffix in SHEETS)):
        fill_workbook(data, draft)
        return "excel"
    text = _decode(data, draft, encoding)
    name = name or recognise(text, suffix)
    if name is None:
        draft.fail(0, "lexicon_format_unknown", known=", ".join(FORMATS))
    if name == "textgov" and encoding is None:
        with draft.going_on():
            _check_utf8(data, draft)
    fill = FORMATS[name].fill
    assert fill is not None  # a workbook, read above
    fill(text, draft)
    return name


def _check_utf8(data: bytes, draft: Draft) -> None:
    """Our own format is UTF-8 and nothing else, since a wrong guess at a short file would go unnoticed."""
    try:
        data.decode("utf-8")
    except UnicodeDecodeError as error:
        draft.notes = [note for note in draft.notes if note.code != "lexicon_encoding"]
        draft.fail(0, "lexicon_not_utf8", byte=error.start)


def _decode(data: bytes, draft: Draft, encoding: str | None) -> str:
    from textgov.load.encoding import decode

    try:
        found = decode(data, encoding)
    except ReadError as error:
        draft.fail(0, error.code, **error.facts)
    if found.replaced:
        with draft.going_on():
            draft.fail(0, "lexicon_undecodable", n=found.replaced, encoding=found.encoding)
    elif found.encoding not in PLAIN and encoding is None:
        draft.remark("warning", "lexicon_encoding", 0, encoding=found.encoding, margin=f"{found.margin:.2f}")
    return found.text.removeprefix("\ufeff")


def recognise(text: str, suffix: str) -> str | None:
    """The name of the format of a text, None if nothing tells it.

    What a format cannot do without decides (``<`` of XML, ``%`` of LIWC, ``+`` of Lexicoder, the keys of a YAML file),
    then the ending of the file.
    """
    start = text.lstrip()
    if suffix in YAMLS:
        return _kind_of_yaml(text)
    signs = {
        "csv": suffix in TABLES,
        "yoshikoder": start.startswith("<"),
        "liwc": start.partition("\n")[0].strip() == "%" or (suffix == ".dic" and bool(IDS.search(text))),
        "lexicoder": start.startswith("+") or suffix in (".lc3", ".lcd"),
        "wordstat": suffix == ".cat" or bool(WORDSTAT.search(text)),
        "jieba": suffix in (".txt", ".dict", ".dic"),
    }
    return next((name for name, is_there in signs.items() if is_there), None)


def _kind_of_yaml(text: str) -> str:
    """Ours has ``categories`` or a text under one of our keys, cntext's a ``Dictionary``; quanteda's is any other."""
    try:
        root = yaml.compose(text, Loader=yaml.CBaseLoader)
    except yaml.YAMLError:
        return "textgov"  # whose reader says what is wrong
    if not isinstance(root, yaml.MappingNode) or not root.value:
        return "textgov"
    keys = {str(key.value): value for key, value in root.value if isinstance(key, yaml.ScalarNode)}
    if "Dictionary" in keys:
        return "cntext"
    ours = any(isinstance(value, yaml.ScalarNode) and key in LEXICON_KEYS for key, value in keys.items())
    if ours or "categories" in keys or _has_entries(root):
        return "textgov"
    return "quanteda"


def _has_entries(root: yaml.MappingNode) -> bool:
    """Whether a map of maps has ``entries`` two levels down, as ours with a slip in the word ``categories`` has."""
    below = [node for _, value in root.value if isinstance(value, yaml.MappingNode) for _, node in value.value]
    return any(
        isinstance(key, yaml.ScalarNode) and key.value == "entries"
        for node in below
        if isinstance(node, yaml.MappingNode)
        for key, _ in node.value
    )


def write_part(lexicon: Lexicon, name: str, part: Path) -> None:
    """Write a lexicon in a format, whatever that loses."""
    text = FORMATS[name].text
    if text is None:
        write_workbook(lexicon, part)
    else:
        part.write_bytes(text(lexicon).encode("utf-8", "backslashreplace"))
