"""The command line: one clear line for every fault, and the exit status that says so."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pandas as pd
import pytest

HEAD = "——2015年1月20日在武汉市第十三届人民代表大会第四次会议上\n\n各位代表：\n\n"
REPORT = HEAD + "今年要推进数字政府建设。\n" + "发展经济。" * 60


def textgov(*words: object, cwd: Path | None = None, **env: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-c", "from textgov.cli import main; main()", *map(str, words)]
    full = {**os.environ, "PYTHONUTF8": "1", **env}
    return subprocess.run(command, capture_output=True, encoding="utf-8", env=full, cwd=cwd, check=False)


@pytest.fixture
def folder(tmp_path) -> Path:
    """A folder with blanks and Chinese in its name, and one good report."""
    folder = tmp_path / "我的 报告"
    (folder / "武汉市").mkdir(parents=True)
    (folder / "武汉市" / "2015.txt").write_bytes(REPORT.encode("gb18030"))
    return folder


def fault(done: subprocess.CompletedProcess[str], status: int) -> str:
    """The one line of a fault."""
    assert done.returncode == status, done.stderr
    assert "Traceback" not in done.stderr
    lines = done.stderr.strip().splitlines()
    assert len(lines) == 1, done.stderr
    return lines[0]


def test_good_run_prints_files_on_stdout_and_messages_on_stderr(folder, tmp_path):
    done = textgov("panel", folder, "--out", tmp_path / "out", "--workers", 1, "--lang", "en")
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "out" / "panel.dta").as_posix() in done.stdout.splitlines()
    assert "1 documents from 1 files" in done.stderr
    quiet = textgov("panel", folder, "--out", tmp_path / "out", "--workers", 1, "--quiet", "--json")
    assert quiet.stderr == ""
    assert json.loads(quiet.stdout)["rows"] == 1


def test_messages_in_chinese(folder, tmp_path):
    done = textgov("panel", folder, "--out", tmp_path / "out", "--workers", 1, "--lang", "zh")
    assert "1 份文档" in done.stderr


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["missing-folder"], "missing-folder: no such file or folder"),
        (["EMPTY"], "no file to read"),
        (["GOOD", "--lexicon", "nope"], "no lexicon named nope"),
        (["GOOD", "--lexicon", "broken.yaml"], "broken.yaml line 3"),
        (["GOOD", "--level", "town"], "level = town"),
        (["GOOD", "--overlap", "some"], "overlap = some"),
        (["GOOD", "--year", "often"], "year = often"),
        (["GOOD", "--codes", "1999"], "codes = 1999"),
        (["GOOD", "--labels", "fr"], "labels = fr"),
        (["GOOD", "--workers", "0"], "workers = 0"),
        (["GOOD", "--engine", "spark"], "engine = spark"),
        (["GOOD", "--engine", "serial", "--scheduler", "tcp://x:1"], "scheduler = tcp://x:1"),
        (["GOOD", "--sections", "boddy"], "sections = boddy: known sections: title"),
        (["GOOD", "--lang", "fr"], "lang = fr"),
        (["GOOD", "--encoding", "klingon"], "klingon is not an encoding"),
        (["GOOD", "--path-pattern", "{town}/{year}"], "path pattern"),
        (["GOOD", "--metadata", "none.xlsx"], "none.xlsx: no such file"),
        (["GOOD", "--complete-coverage", "none.csv"], "none.csv"),
        (["GOOD", "--divisions", "none.csv"], "none.csv"),
        (["GOOD", "--lexicon", "digital-government", "--lexicon", "digital-government"], "prefix"),
    ],
)
def test_wrong_words_are_one_line_and_status_2(folder, tmp_path, words, said):
    (tmp_path / "EMPTY").mkdir()
    (tmp_path / "broken.yaml").write_text("categories:\n  a:\n    entires: [数字政府]\n", "utf-8")
    words = [folder if word == "GOOD" else word for word in words]
    line = (
        fault(textgov("panel", *words, "--out", tmp_path / "out", "--lang", "en", cwd=tmp_path), 2)
        if ("--lang" not in words)
        else fault(textgov("panel", *words, "--out", tmp_path / "out", cwd=tmp_path), 2)
    )
    assert said in line


def test_dry_run_status_and_a_run_again(folder, tmp_path):
    out = tmp_path / "out"
    assert "no run is kept here" in fault(textgov("status", out, "--lang", "en"), 2)
    plan = textgov("panel", folder, "--out", out, "--dry-run", "--json")
    missing = {"missing": 1}
    stages = {"count-dg": missing, "locate": missing, "read": missing, "words": missing}
    assert json.loads(plan.stdout) == {"jobs": 1, "shards": 1, "stages": stages}
    assert not out.exists()
    first = textgov("panel", folder, "--out", out, "--workers", 1, "--lang", "en")
    assert "nothing has changed" not in first.stderr
    again = textgov("panel", folder, "--out", out, "--workers", 1, "--lang", "en")
    assert "nothing has changed since the last run" in again.stderr
    assert (again.stdout, again.returncode) == (first.stdout, 0)
    found = json.loads(textgov("status", out, "--json").stdout)
    assert (found["shards"], found["done"], found["documents"], found["running"]) == (1, 1, 1, False)
    said = textgov("panel", folder, "--out", out, "--dry-run", "--sections", "all", "--lang", "zh").stdout
    assert "1 个分片中有 1 个需要处理" in said
    assert [line.split() for line in said.splitlines()[1:]] == [
        ["read", "done", "1"],
        ["locate", "done", "1"],
        ["words", "stale", "1"],
        ["count-dg", "stale", "1"],
    ]
    (out / "panel.csv").unlink()
    third = textgov("panel", folder, "--out", out, "--workers", 1, "--lang", "en")
    assert "nothing has changed" not in third.stderr
    assert (out / "panel.csv").is_file()


def test_a_second_run_into_one_folder_is_refused(folder, tmp_path):
    from textgov.batch import locked

    out = tmp_path / "out"
    with locked(out):
        line = fault(textgov("panel", folder, "--out", out, "--lang", "en"), 2)
        assert "another run is writing into this folder" in line
    assert textgov("panel", folder, "--out", out, "--workers", 1).returncode == 0


def test_unknown_option_and_missing_out_are_status_2(folder):
    for words in (["panel", folder, "--out", "x", "--colour"], ["panel", folder], ["dance"]):
        done = textgov(*words)
        assert done.returncode == 2
        assert "Traceback" not in done.stderr
        assert done.stderr


def test_out_that_is_a_file_or_lies_below_one(folder, tmp_path):
    (tmp_path / "out").write_text("a file")
    assert "is a file" in fault(textgov("panel", folder, "--out", tmp_path / "out", "--lang", "en"), 1)
    assert (tmp_path / "out").read_text() == "a file"
    fault(textgov("panel", folder, "--out", tmp_path / "out" / "below", "--lang", "en"), 1)


def test_bad_inputs_are_counted_and_the_rest_goes_on(folder, tmp_path):
    (folder / "武汉市" / "2016.txt").write_bytes(bytes(range(256)) * 40)
    (folder / "武汉市" / "2017.docx").write_bytes(b"PK\x03\x04" + b"x" * 100)
    (folder / "武汉市" / "2018.txt").write_bytes(b"")
    (folder / "武汉市" / "2019.txt").write_bytes(" \n\u3000\n".encode())
    (folder / "武汉市" / "2020.pdf").write_bytes(b"%PDF-1.4")
    (folder / "武汉市" / "~$2015.docx").write_bytes(b"lock")
    (folder / "武汉市" / "3015.txt").write_bytes(REPORT.replace("2015", "3015").encode())
    (folder / "loop").symlink_to(folder, target_is_directory=True)
    done = textgov("panel", folder, folder, "--out", tmp_path / "out", "--workers", 1, "--lang", "en")
    assert done.returncode == 3, done.stderr
    assert "5 inputs could not be read" in done.stderr
    manifest = pd.read_csv(tmp_path / "out" / "manifest.csv").drop_duplicates(["path", "status", "code"])
    found = {(Path(row.path).name, row.status, row.code) for row in manifest.itertuples()}
    assert {
        ("2015.txt", "done", None),
        ("2016.txt", "failed", "file_binary"),
        ("2017.docx", "failed", "file_damaged"),
        ("2018.txt", "failed", "file_empty"),
        ("2019.txt", "failed", "text_empty"),
        ("2020.pdf", "failed", "file_damaged"),
        ("~$2015.docx", "skipped", "file_hidden"),
        ("loop", "skipped", "link_loop"),
        ("2015.txt", "skipped", "file_again"),
    } <= {(name, status, None if pd.isna(code) else code) for name, status, code in found}
    assert len(pd.read_csv(tmp_path / "out" / "panel.csv")) == 1


def test_two_documents_with_one_id(folder, tmp_path):
    other = tmp_path / "other" / "武汉市"
    other.mkdir(parents=True)
    (other / "2015.txt").write_text(REPORT + "另一份。", "utf-8")
    done = textgov("panel", folder, tmp_path / "other", "--out", tmp_path / "out", "--workers", 1, "--lang", "en")
    assert done.returncode == 3
    manifest = pd.read_csv(tmp_path / "out" / "manifest.csv")
    assert manifest[manifest.status == "failed"].code.tolist() == ["doc_id_again"]


def test_strict_counts_doubtful_documents(folder, tmp_path):
    (folder / "无名.txt").write_text("推进数字政府建设。" * 30, "utf-8")
    words = ["panel", folder, "--out", tmp_path / "out", "--workers", 1, "--lang", "en"]
    loose = textgov(*words)
    assert loose.returncode == 0
    assert "1 documents are doubtful, 1 of them wait" in loose.stderr
    assert textgov(*words, "--strict").returncode == 3


@pytest.mark.parametrize("encoding", ["ascii", "cp936", "cp1252"])
def test_a_console_that_cannot_print_chinese(folder, tmp_path, encoding):
    (folder / "无名.txt").write_text("推进数字政府建设。" * 30, "utf-8")
    command = [sys.executable, "-c", "from textgov.cli import main; main()", "panel", str(folder)]
    command += ["--out", str(tmp_path / "出 口 \N{SNOWMAN}"), "--workers", "1"]
    env = {**os.environ, "PYTHONUTF8": "0", "PYTHONIOENCODING": f"{encoding}:strict", "LC_ALL": "C.UTF-8"}
    done = subprocess.run(command, capture_output=True, env=env, check=False)
    assert done.returncode == 0, done.stderr
    assert b"Traceback" not in done.stderr


def test_project_file(folder, tmp_path):
    written = textgov("init", tmp_path / "project.toml")
    assert written.returncode == 0
    again = fault(textgov("init", tmp_path / "project.toml", "--lang", "en"), 2)
    assert "exists already" in again
    text = (tmp_path / "project.toml").read_text("utf-8").replace('"reports"', f'"{folder.name}"')
    (tmp_path / "project.toml").write_text(text, "utf-8")
    assert textgov("run", tmp_path / "project.toml", "--workers", 1).returncode == 0
    by_project = (tmp_path / "out" / "panel.csv").read_bytes()
    textgov("panel", folder, "--out", tmp_path / "out2", "--workers", 1)
    assert (tmp_path / "out2" / "panel.csv").read_bytes() == by_project
    (tmp_path / "project.toml").write_text(text.replace("overlap =", "overlaps ="), "utf-8")
    line = fault(textgov("run", tmp_path / "project.toml", "--lang", "en"), 2)
    number = next(n for n, row in enumerate(text.splitlines(), 1) if row.startswith("overlap"))
    assert f"line {number}" in line
    assert "did you mean overlap" in line


def test_version_help_and_lexicons():
    assert textgov("--version").stdout.startswith("textgov 0.")
    assert "Examples" in textgov("--help").stdout
    rows = json.loads(textgov("lexicons", "--json").stdout)
    assert {row["name"]: row["entries"] for row in rows}["digital-government-core"] == 183


# A process that a shell put into the background does not listen to Ctrl-C.
LISTENING = (
    "import signal; signal.signal(signal.SIGINT, signal.default_int_handler); from textgov.cli import main; main()"
)


@pytest.mark.parametrize("sign", ["store/corpus/*.parquet", "documents.parquet"])
def test_ctrl_c_leaves_no_half_written_file(sign, tmp_path):
    """While workers read, and while they have little to do and the driver writes."""
    folder = tmp_path / "reports"
    for number in range(60):
        path = folder / f"武汉市{number}" / "2015.txt"
        path.parent.mkdir(parents=True)
        path.write_text(REPORT + f"第{number}段。" * 40_000, "utf-8")
    out = tmp_path / "out"
    command = [sys.executable, "-c", LISTENING, "panel", str(folder), "--out", str(out), "--workers", "2"]
    process = subprocess.Popen(
        [*command, "--lang", "en"], stderr=subprocess.PIPE, stdout=subprocess.DEVNULL, start_new_session=True
    )
    deadline = time.monotonic() + 60
    while not list(out.glob(sign)) and time.monotonic() < deadline and process.poll() is None:
        time.sleep(0.02)
    os.killpg(process.pid, signal.SIGINT)
    _, stderr = process.communicate(timeout=60)
    assert process.returncode == 130, stderr.decode()
    assert b"Traceback" not in stderr
    assert b"interrupted" in stderr
    assert not list(out.rglob(".*"))
    assert not (out / "provenance.json").exists()
