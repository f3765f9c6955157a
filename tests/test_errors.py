"""Every message exists in both languages, is used, gets the facts that it names; errors cross processes."""

from __future__ import annotations

import ast
import pickle
import string
import sys
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path
from typing import NamedTuple

import pytest

import textgov
from textgov import cli, errors
from textgov.cli.runs import PARTIAL
from textgov.errors import (
    MESSAGES,
    ExtraError,
    LexiconError,
    LexiconLineError,
    OutputError,
    ReadError,
    RecordError,
    RemoteError,
    StoreError,
    TextgovError,
    TopicError,
    UsageError,
    wording,
)

PACKAGE = Path(textgov.__file__).parent
KINDS = [kind for kind in vars(errors).values() if isinstance(kind, type) and issubclass(kind, TextgovError)]
# Where the code and the facts of a message stand in a call.
CODE_AT = {"wording": 0, "Doubt": 0, "ManifestRow": 2, "_row": 2, "pass_over": 2, "Remark": 0} | {
    kind.__name__: 0 for kind in KINDS
}
# Faults and remarks about a line of a lexicon: behind the draft or the line.
CODE_AT |= {"bad_lexicon": 2, "fail": 1, "fail_here": 0, "remark": 1, "Finding": 1}
FACTS_AT = {"Doubt": 1, "Remark": 1, "ManifestRow": 3, "_row": 3, "Finding": 3}
SPOKEN = {"wording", "pass_over", "bad_lexicon", "fail", "fail_here", "remark"} | {
    kind.__name__ for kind in KINDS
}  # facts are keywords


class Call(NamedTuple):
    where: str
    code: str
    facts: set[str] | None  # None: not to be told from the source


def placeholders(template: str) -> list[str]:
    return sorted({name for _, name, _, _ in string.Formatter().parse(template) if name is not None})


def name_of(call: ast.Call) -> str:
    return call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")


def is_text(node: ast.AST | None) -> bool:
    return isinstance(node, ast.Constant) and isinstance(node.value, str)


def argument(call: ast.Call, at: int, keyword: str) -> ast.expr | None:
    named = {one.arg: one.value for one in call.keywords}
    return call.args[at] if len(call.args) > at else named.get(keyword)


def facts_of(call: ast.Call, kind: str) -> set[str] | None:
    if kind in SPOKEN:
        names = [one.arg for one in call.keywords]
        return None if None in names else {name for name in names if name}
    given = argument(call, FACTS_AT[kind], "facts")
    if given is None:
        return set()
    if isinstance(given, ast.Dict) and all(is_text(key) for key in given.keys):
        return {key.value for key in given.keys}  # type: ignore[union-attr]  # texts, as just seen
    return None


def trees() -> Iterator[tuple[str, ast.Module]]:
    for path in sorted(PACKAGE.rglob("*.py")):
        yield path.relative_to(PACKAGE).as_posix(), ast.parse(path.read_text("utf-8"))


def calls() -> Iterator[Call]:
    for path, tree in trees():
        for node in ast.walk(tree):
            kind = name_of(node) if isinstance(node, ast.Call) else ""
            if kind not in CODE_AT:
                continue
            given = argument(node, CODE_AT[kind], "code")
            for choice in (given.body, given.orelse) if isinstance(given, ast.IfExp) else (given,):
                if is_text(choice) and choice.value:
                    where = f"{path}:{node.lineno}"
                    yield Call(where, choice.value, None if choice is not given else facts_of(node, kind))


CALLS = [pytest.param(call, id=f"{call.where}-{call.code}") for call in calls()]


@pytest.mark.parametrize("code", MESSAGES)
def test_a_message_names_the_same_facts_in_both_languages(code):
    message = MESSAGES[code]
    assert placeholders(message.en) == placeholders(message.zh)
    assert any("\u4e00" <= char <= "\u9fff" for char in message.zh) or not any(map(str.isalpha, _bare(message.en)))
    assert message.en.isascii()


def _bare(template: str) -> str:
    return "".join(text for text, *_ in string.Formatter().parse(template))


def test_the_search_finds_calls_of_every_kind():
    found = {kind for _, tree in trees() for kind in map(name_of, _all_calls(tree))}
    assert {"wording", "Doubt", "ManifestRow", "UsageError", "ReadError", "pass_over"} <= found
    assert len(CALLS) > 80


def _all_calls(tree: ast.Module) -> Iterator[ast.Call]:
    return (node for node in ast.walk(tree) if isinstance(node, ast.Call))


@pytest.mark.parametrize("call", CALLS)
def test_a_code_in_the_source_has_a_message_and_its_facts(call):
    assert call.code in MESSAGES
    if call.facts is not None:
        assert set(placeholders(MESSAGES[call.code].en)) <= call.facts


def test_every_message_is_used_somewhere():
    used = {
        node.value
        for path, tree in trees()
        if not path.startswith("errors")
        for node in ast.walk(tree)
        if is_text(node) and node.value in MESSAGES
    }
    assert sorted(MESSAGES.keys() - used) == []


def test_every_error_raised_in_the_package_is_ours():
    """The few exceptions are those that Python itself expects."""
    expected = {"AttributeError", "KeyError", "NotImplementedError", "TypeError", "ValueError", "AssertionError"}
    ours = {kind.__name__ for kind in KINDS} | {"Exit"}
    for path, tree in trees():
        for node in ast.walk(tree):
            raised = node.exc if isinstance(node, ast.Raise) else None
            if isinstance(raised, ast.Call) and name_of(raised)[:1].isupper():
                assert name_of(raised) in ours | expected, f"{path}:{node.lineno} {name_of(raised)}"


def test_wording_fills_in_the_facts():
    assert wording("row_damaged", row=3, detail="too short") == "row 3 cannot be read (too short)"
    assert wording("row_damaged", "zh", row=3, detail="x") == "第 3 行无法读取（x）"
    assert "{province}" in wording("pattern_bad", pattern="p", detail="d")


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("protocol", range(2, pickle.HIGHEST_PROTOCOL + 1))
def test_an_error_survives_the_way_between_processes(kind, protocol):
    error = kind("out_failed", path=Path("结果") / "panel.dta", detail="磁盘已满")
    again = pickle.loads(pickle.dumps(error, protocol))
    assert type(again) is kind
    assert (again.code, again.facts, again.status) == (error.code, error.facts, error.status)
    assert (str(again), again.text("zh")) == (str(error), error.text("zh"))


def fail_in_worker(path: str) -> None:
    raise ReadError("file_damaged", detail=path)


def test_an_error_of_a_worker_arrives_whole():
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
        error = pool.submit(fail_in_worker, "武汉.docx").exception()
    assert isinstance(error, ReadError)
    assert (error.code, error.facts) == ("file_damaged", {"detail": "武汉.docx"})


def test_every_kind_descends_from_one_parent_and_has_its_status():
    status = {kind: kind.status for kind in KINDS}
    usage = dict.fromkeys((UsageError, LexiconError, LexiconLineError, ExtraError), 2)
    assert status == usage | dict.fromkeys(
        (TextgovError, ReadError, RecordError, OutputError, RemoteError, StoreError, TopicError), 1
    )


def leave(monkeypatch: pytest.MonkeyPatch, *words: object) -> int:
    monkeypatch.setattr(sys, "argv", ["textgov", *map(str, words)])
    with pytest.raises(SystemExit) as left:
        cli.main()
    return left.value.code


REPORT = "武汉市2019年政府工作报告\n各位代表：现在，我代表市人民政府向大会报告工作。推进一网通办，建设数字政府。\n"


@pytest.fixture
def reports(tmp_path: Path) -> Path:
    folder = tmp_path / "reports" / "湖北省" / "武汉市"
    folder.mkdir(parents=True)
    (folder / "2019.txt").write_text(REPORT, "utf-8")
    return tmp_path / "reports"


def run_panel(monkeypatch: pytest.MonkeyPatch, reports: Path, *more: object) -> int:
    return leave(monkeypatch, "panel", reports, "--out", reports.parent / "out", "--engine", "serial", *more)


def test_status_0_when_all_went_well(monkeypatch, reports):
    assert run_panel(monkeypatch, reports) == 0


def test_status_3_when_an_input_could_not_be_read(monkeypatch, reports, capsys):
    (reports / "broken.docx").write_bytes(b"no archive")
    assert run_panel(monkeypatch, reports, "--lang", "en") == PARTIAL == 3
    assert wording("run_failed", n_failed=1, out=(reports.parent / "out").as_posix()) in capsys.readouterr().err


def test_status_3_for_doubtful_documents_only_when_strict(monkeypatch, reports):
    (reports / "notes.txt").write_text("推进一网通办，建设数字政府。\n", "utf-8")
    assert run_panel(monkeypatch, reports) == 0
    assert run_panel(monkeypatch, reports, "--strict") == 3


def test_status_1_when_nothing_is_left(monkeypatch, tmp_path, capsys):
    (tmp_path / "reports").mkdir()
    (tmp_path / "reports" / "notes.txt").write_text("推进一网通办。\n", "utf-8")
    assert run_panel(monkeypatch, tmp_path / "reports", "--lang", "en") == 1
    assert capsys.readouterr().err.startswith("textgov: none of the 1 input files")


@pytest.mark.parametrize(
    "words",
    [
        ("panel", "nowhere", "--out", "out"),
        ("panel", ".", "--out", "out", "--lexicon", "no-such-lexicon"),
        ("panel", ".", "--out", "out", "--labels", "fr"),
        ("panel", ".", "--out", "out", "--workers", "0"),
        ("panel", ".", "--out", "out", "--engine", "cloud"),
        ("panel", "."),
        ("run", "nowhere.toml"),
        ("run", "nowhere.toml", "--lang", "fr"),
        ("panell",),
    ],
)
def test_status_2_for_a_fault_in_the_call(monkeypatch, tmp_path, capsys, words):
    monkeypatch.chdir(tmp_path)
    assert leave(monkeypatch, *words) == 2
    said = capsys.readouterr()
    assert said.out == ""
    assert said.err.strip()
    assert "Traceback" not in said.err
    assert not (tmp_path / "out").exists()


def test_the_message_is_one_line_in_the_language_asked_for(monkeypatch, tmp_path, capsys):
    monkeypatch.chdir(tmp_path)
    for lang in ("en", "zh"):
        leave(monkeypatch, "run", "nowhere.toml", "--lang", lang)
        assert capsys.readouterr().err == f"textgov: {wording('source_missing', lang, path='nowhere.toml')}\n"


def test_status_130_after_ctrl_c(monkeypatch, reports, capsys):
    def interrupt(*args: object, **kwargs: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("textgov.run.run_panel", interrupt)
    assert run_panel(monkeypatch, reports, "--lang", "en") == 130
    assert capsys.readouterr().err == f"textgov: {wording('interrupted')}\n"
