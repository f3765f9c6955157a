"""How to cite a run, to run it again, and to say what data it rests on; drafted from its record, in both languages."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from textgov.errors import StoreError, UsageError, wording
from textgov.errors.options import FIELDS

FILL_IN = {
    "zh": "【请填写：语料来源、获取日期、许可】",
    "en": "[fill in: where the documents come from, when, under which licence]",
}


@dataclass(frozen=True, slots=True)
class Citation:
    """A run in words.

    Parameters
    ----------
    run_id : str
        Names inputs, options, lexicons and versions together.
    statements : mapping
        ``zh`` and ``en``: a data-availability statement. What no record can know stands in brackets, to be filled in.
    software : mapping
        ``zh`` and ``en``: the sentence for the methods part.
    commands : tuple of str
        What makes the run again.
    """

    run_id: str
    statements: Mapping[str, str]
    software: Mapping[str, str]
    commands: tuple[str, ...]

    def text(self, lang: str) -> str:
        """All of it in one language, as Markdown."""
        heads = {
            "zh": ("数据可得性声明（草稿）", "方法说明", "复现"),
            "en": ("Data availability (draft)", "Software", "Replication"),
        }[lang]
        again = "\n".join(self.commands)
        return (
            f"## {heads[0]}\n\n{self.statements[lang]}\n\n## {heads[1]}\n\n{self.software[lang]}\n\n"
            f"## {heads[2]}\n\n```sh\n{again}\n```\n"
        )


def read_record(run: Path) -> dict[str, Any]:
    """``provenance.json`` of a run folder.

    Raises
    ------
    UsageError
        The folder has none.
    StoreError
        It cannot be read.
    """
    path = run / "provenance.json"
    if not path.is_file():
        raise UsageError("run_missing", path=run)
    try:
        record = json.loads(path.read_bytes())
    except ValueError as error:
        raise StoreError("store_bad", path=path, detail=str(error)) from None
    if not isinstance(record, dict) or "run_id" not in record:
        raise StoreError("store_bad", path=path, detail="it has no run_id")
    return record


def cite_run(run: Path | str) -> Citation:
    """Draft the words for a run folder from its ``provenance.json``; raises the errors of `read_record`."""
    return cite_record(read_record(Path(run)))


def cite_record(record: Mapping[str, Any]) -> Citation:
    """Draft the words for a record."""
    lexicons = ", ".join(f"{one['lexicon']} ({one['hash']})" for one in record.get("lexicons", ())) or "-"
    versions = record.get("versions", {})
    read = Counter(row.get("status", "") for row in record.get("inputs", ()))
    facts = {
        "n": record.get("n_inputs", 0),
        "done": read.get("done", 0) if read else record.get("n_inputs", 0),
        "hash": record.get("inputs_sha256", "-"),
        "run_id": record.get("run_id", "-"),
        "lexicons": lexicons,
        "version": versions.get("textgov", "-"),
        "tables": ", ".join(f"{name} {digest[:16]}" for name, digest in sorted(record.get("tables", {}).items()))
        or "-",
    }
    statements = {lang: wording("cite_data", lang, fill=FILL_IN[lang], **facts) for lang in ("zh", "en")}
    software = {lang: wording("cite_software", lang, **facts) for lang in ("zh", "en")}
    return Citation(str(facts["run_id"]), statements, software, rerun_commands(record))


def rerun_commands(record: Mapping[str, Any]) -> tuple[str, ...]:
    """The lines that make the run again in another folder and say what differs."""
    options = record.get("options", {})
    words = ["textgov panel SOURCE --out again"]
    for one in record.get("lexicons", ()):
        words.append(f"--lexicon {one['lexicon'].partition('@')[0]}")
    words += [f"--{name.replace('_', '-')} {value}" for name, value in _told(options)]
    version = record.get("versions", {}).get("textgov", "")
    added = record.get("added") or [{name: options[name]} for name in ADDED if name in options]
    seen: set[str] = set()
    later = [_later(name, told, seen) for one in added for name, told in one.items()]
    return (f"# textgov {version}", " ".join(words), *later, "textgov diff RUN again")


# Options of the command line by the section of the record, with the values that need not be said.
_SPOKEN: dict[str, dict[str, Any]] = {
    "panel": {"level": "prefecture", "codes": "year", "measures": "n,p10k,ln,sent,docs", "control": ""},
    "count": {"overlap": "longest", "scope": "lexicon", "levels": "all", "negation": "keep", "sections": "body"},
    "locate": {"year": "session", "path_pattern": None, "divisions": None},
    "load": {"encoding": None, "text_column": None, "language": "zh"},
}


# What can be added to the panel, by the section of the record, in the order in which a run adds it: the command, and
# the field whose values stand behind the run without an option.
ADDED = {"join": ("join", "files"), "index": ("index", ""), "policies": ("policies attach", "attach")}
_FLAGS = {"placebo_within"}  # options that take no value


def _later(name: str, told: Mapping[str, Any], seen: set[str]) -> str:
    """The command that adds a section of the record; files stand there by their names."""
    if name not in ADDED:
        return f"# {name}: with the options of {name} in provenance.json"
    command, plain = ADDED[name]
    words = [f"textgov {command} again", *map(_quoted, told.get(plain, ()))]
    for field, value in told.items():
        if field != plain:
            option = f"--{FIELDS.get(field, field.replace('_', '-'))}"
            values = value if isinstance(value, list | tuple) else [value]
            words += [option if field in _FLAGS else f"{option} {_quoted(one)}" for one in values]
    if name in seen:  # it may have taken the place of columns of the one before
        words.append("--replace")
    seen.add(name)
    return " ".join(words)


def _told(options: Mapping[str, Any]) -> list[tuple[str, object]]:
    found: list[tuple[str, object]] = []
    for section, defaults in _SPOKEN.items():
        given = options.get(section) or {}
        found += [(name, _quoted(given[name])) for name, usual in defaults.items() if given.get(name, usual) != usual]
    if options.get("metadata"):
        found.append(("metadata", _quoted(options["metadata"])))
    flags = options.get("panel") or {}
    found += [(name, "") for name in ("balanced", "include_direct") if flags.get(name)]
    return found + ([("no_words", "")] if "segment" in options and options["segment"] is None else [])


def _quoted(value: object) -> str:
    import shlex

    return shlex.quote(str(value))
