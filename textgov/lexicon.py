"""Lexicons: the built-in ones, and files of the user."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator, Mapping, Sequence
from importlib import resources
from pathlib import Path
from typing import Any

import yaml

from textgov.errors import LexiconError, RecordError
from textgov.normalise import normalise_term
from textgov.records import Category, Entry, Lexicon

LEXICON_KEYS = ("name", "version", "prefix", "title", "citation", "note", "categories")
CATEGORY_KEYS = ("title", "entries")
ENTRY_KEYS = ("term", "variants", "phase", "source", "note")
NAME = re.compile(r"[a-z][a-z0-9_]*\Z")


def builtin_lexicons() -> tuple[str, ...]:
    """Names of the lexicons that come with the package, sorted."""
    folder = resources.files("textgov") / "data" / "lexicons"
    return tuple(sorted(Path(item.name).stem for item in folder.iterdir() if item.name.endswith(".yaml")))


def read_lexicon(source: str | Path) -> Lexicon:
    """Read a built-in lexicon by its name, or a lexicon file.

    Parameters
    ----------
    source : str or Path
        A name such as ``digital-government``, or the path of a ``.yaml`` file (all that a lexicon can hold) or a
        ``.csv`` file with the columns ``term`` and ``category`` (and, if wanted, ``variants`` parted by ``;``,
        ``phase``, ``source``, ``note``). A file without a ``prefix`` uses its name.

    Returns
    -------
    Lexicon

    Raises
    ------
    LexiconError
        There is no such lexicon, or the file is wrong; the message names the line.
    """
    path = Path(source)
    if path.suffix.lower() not in (".yaml", ".yml", ".csv"):
        if str(source) in builtin_lexicons():
            folder = resources.files("textgov") / "data" / "lexicons"
            text = (folder / f"{source}.yaml").read_text("utf-8")
            return _from_yaml(text, str(source), f"{source}.yaml")
        raise LexiconError("lexicon_missing", name=source, known=", ".join(builtin_lexicons()))
    if not path.is_file():
        raise LexiconError("lexicon_missing", name=source, known=", ".join(builtin_lexicons()))
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise _bad(path.name, 0, f"not UTF-8 (byte {error.start}); save the file as UTF-8") from None
    except OSError as error:
        raise _bad(path.name, 0, error.strerror or str(error)) from None
    read = _from_csv if path.suffix.lower() == ".csv" else _from_yaml
    return read(text, path.stem, path.name)


def _bad(path: str, line: int, detail: str) -> LexiconError:
    return LexiconError("lexicon_bad", path=path, where=f" line {line}" if line else "", detail=detail)


class _Node:
    """A YAML node with its line, so that a fault can be pointed at."""

    def __init__(self, node: yaml.Node, path: str, key: yaml.Node | None = None) -> None:
        self.node, self.path, self.line = node, path, (key or node).start_mark.line + 1

    def bad(self, detail: str) -> LexiconError:
        return _bad(self.path, self.line, detail)

    def items(self, known: tuple[str, ...] | None = None) -> list[tuple[str, _Node]]:
        if not isinstance(self.node, yaml.MappingNode):
            raise self.bad("a map of keys and values is needed here")
        pairs = [(_Node(key, self.path).text(), _Node(value, self.path, key)) for key, value in self.node.value]
        for number, (key, value) in enumerate(pairs):
            if known is not None and key not in known:
                raise value.bad(f"unknown key {key!r}; known here: {', '.join(known)}")
            if key in (name for name, _ in pairs[:number]):
                raise value.bad(f"the key {key!r} stands twice")
        return pairs

    def list(self) -> list[_Node]:
        if not isinstance(self.node, yaml.SequenceNode):
            raise self.bad("a list is needed here")
        return [_Node(value, self.path) for value in self.node.value]

    def text(self) -> str:
        if not isinstance(self.node, yaml.ScalarNode):
            raise self.bad("a text is needed here")
        return str(self.node.value)


def _from_yaml(text: str, name: str, path: str) -> Lexicon:
    try:
        node = yaml.compose(text, Loader=yaml.CBaseLoader)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        detail = f"not valid YAML: {getattr(error, 'problem', error)}"
        raise _bad(path, mark.line + 1 if mark else 0, detail) from None
    if node is None:
        raise _bad(path, 0, "the file is empty")
    root = _Node(node, path)
    parts = dict(root.items(LEXICON_KEYS))
    if "prefix" in parts and parts["prefix"].text():
        _check_name(parts["prefix"].text(), path, parts["prefix"].line)
    if "categories" not in parts:
        raise root.bad("the key 'categories' is missing")
    title = _titles(parts.get("title"), name)
    values: dict[str, str] = {"name": name}
    values |= {key: parts[key].text() for key in ("name", "version", "prefix", "citation", "note") if key in parts}
    categories: list[Category] = []
    entries, lines = [], []
    for key, category in parts["categories"].items():
        inner = dict(category.items(CATEGORY_KEYS))
        zh, en = _titles(inner.get("title"), key)
        column = _column_of(key, [one.name for one in categories], path, category.line)
        categories.append(Category(column, zh, en))
        for item in inner["entries"].list() if "entries" in inner else []:
            entries.append(_entry(item, column))
            lines.append(item.line)
    return _build(path, values, title, categories, entries, lines)


def _titles(node: _Node | None, default: str) -> tuple[str, str]:
    if node is None:
        return default, default
    titles = {key: value.text() for key, value in node.items(("zh", "en"))}
    return titles.get("zh", default), titles.get("en", default)


def _entry(node: _Node, category: str) -> Entry:
    if isinstance(node.node, yaml.ScalarNode):
        return Entry(node.text(), category)
    parts = dict(node.items(ENTRY_KEYS))
    if "term" not in parts:
        raise node.bad("an entry needs the key 'term'")
    variants = tuple(item.text() for item in parts["variants"].list()) if "variants" in parts else ()
    rest = {key: parts[key].text() for key in ("phase", "source", "note") if key in parts}
    return Entry(parts["term"].text(), category, variants, **rest)


def _from_csv(text: str, name: str, path: str) -> Lexicon:
    reader = csv.DictReader(io.StringIO(text, newline=""))
    header = reader.fieldnames or ()
    for column in ("term", "category"):
        if column not in header:
            raise _bad(path, 1, f"no column {column!r}; the columns are {', '.join(header)}")
    entries, lines, columns = [], [], dict[str, str]()
    for row in _csv_rows(reader, path):
        cell = {
            key: (row.get(key) or "").strip() for key in ("term", "category", "variants", "phase", "source", "note")
        }
        variants = tuple(part.strip() for part in cell["variants"].split(";") if part.strip())
        name_of = cell["category"]
        if name_of not in columns:
            columns[name_of] = _column_of(name_of, list(columns.values()), path, reader.line_num)
        entries.append(Entry(cell["term"], columns[name_of], variants, cell["phase"], cell["source"], cell["note"]))
        lines.append(reader.line_num)
    categories = [Category(column, category, category) for category, column in columns.items()]
    return _build(path, {"name": name}, (name, name), categories, entries, lines)


def _csv_rows(reader: csv.DictReader[str], path: str) -> Iterator[dict[str, str]]:
    try:
        for row in reader:
            if None in row:
                raise _bad(path, reader.line_num, "more fields than columns; put a text with a comma into quotes")
            yield row
    except csv.Error as error:
        raise _bad(path, reader.line_num, str(error)) from None


def _column_of(category: str, taken: list[str], path: str, line: int) -> str:
    """The name of a category in column names: itself, or its pinyin."""
    column = category if category.isascii() else _column_name(category)
    _check_name(column, path, line)
    if column in taken:
        raise _bad(path, line, f"the category {category!r} would share the column name {column!r} with another one")
    return column


def _check_name(name: str, path: str, line: int) -> None:
    if not NAME.match(name):
        detail = f"{name!r} becomes part of a column name; use small Latin letters, digits and _, a letter first"
        raise _bad(path, line, detail)


def _build(
    path: str,
    values: Mapping[str, Any],
    title: tuple[str, str],
    categories: list[Category],
    entries: list[Entry],
    lines: list[int],
) -> Lexicon:
    prefix = values.get("prefix") or _column_name(values["name"])
    _check_name(prefix, path, 0)
    _check_terms(path, entries, lines)
    name, version, note = values["name"], values.get("version", "0"), values.get("note", "")
    try:
        return Lexicon(
            name, version, prefix, *title, values.get("citation", ""), tuple(categories), tuple(entries), note
        )
    except RecordError as error:
        raise _bad(path, 0, str(error.facts["detail"])) from None


def _check_terms(path: str, entries: list[Entry], lines: list[int]) -> None:
    seen: dict[tuple[str, str], tuple[int, str]] = {}
    anywhere: dict[str, tuple[int, frozenset[str]]] = {}
    for entry, line in zip(entries, lines, strict=True):
        for term in (entry.term, *entry.variants):
            key = match_key(term)
            if not any(map(str.isalnum, key)):
                raise _bad(path, line, f"the term {term!r} is empty or has no letter, digit or Han character")
            if (entry.category, key) in seen:
                where, other = seen[entry.category, key]
                raise _bad(path, line, f"{term!r} is the same as {other!r} in line {where}; keep one of them")
            seen[entry.category, key] = (line, term)
            where, keys = anywhere.setdefault(key, (line, match_keys(entry)))
            if keys != match_keys(entry):
                # Otherwise the total, which counts a hit once, could not be told from the counts of the entries.
                detail = f"{term!r} also stands in line {where}, in another category, with other variants; "
                raise _bad(path, line, detail + "give it the same variants in both")


def _column_name(name: str) -> str:
    """A name as part of a column name: ASCII, Chinese in pinyin."""
    from pypinyin import lazy_pinyin

    text = name if name.isascii() else "_".join(lazy_pinyin(name))
    return re.sub(r"[^a-z0-9]+", "_", text.lower()).strip("_")


def check_prefixes(lexicons: Sequence[Lexicon]) -> None:
    """Two lexicons of one run need different prefixes, because these start the names of their columns."""
    names: dict[str, str] = {}
    for lexicon in lexicons:
        if lexicon.prefix in names:
            raise LexiconError("lexicon_prefix", a=names[lexicon.prefix], b=lexicon.name, prefix=lexicon.prefix)
        names[lexicon.prefix] = lexicon.name


def match_key(term: str) -> str:
    """A term as it is looked for: normalised, without blanks, Latin letters in lower case.

    Examples
    --------
    >>> match_key("互聯網 ＋ 政務服務")
    '互联网+政务服务'
    """
    return lower_case("".join(normalise_term(term).split()))


def match_keys(entry: Entry) -> frozenset[str]:
    """All that counts as an entry: `match_key` of its term and its variants."""
    return frozenset(map(match_key, (entry.term, *entry.variants)))


def lower_case(text: str) -> str:
    """Lower case of the same length; the few letters that become two (İ) stay as they are."""
    lower = text.lower()
    if len(lower) == len(text):
        return lower
    return "".join(char.lower() if len(char.lower()) == 1 else char for char in text)
