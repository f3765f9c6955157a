"""The house rules: layers, sizes, names, no side effects of importing, the public names, the lock, clean files."""

from __future__ import annotations

import ast
import importlib
import inspect
import json
import re
import subprocess
import sys
import tomllib
from collections import defaultdict
from collections.abc import Iterator
from itertools import product
from pathlib import Path

import pytest
from packaging.markers import Marker
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

import textgov

ROOT = Path(__file__).resolve().parents[1]
PACKAGE = ROOT / "textgov"
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
SOURCES = {path.relative_to(PACKAGE).as_posix(): path.read_text("utf-8") for path in sorted(PACKAGE.rglob("*.py"))}
TREES = {name: ast.parse(source) for name, source in SOURCES.items()}
MODULES = [
    ".".join(("textgov", *Path(name).with_suffix("").parts)).removesuffix(".__init__")
    for name in SOURCES
    if not name.startswith("data/")
]
MODULE_LINES, FUNCTION_LINES, PARAMETERS = 420, 45, 8
FUNCTIONS = [
    pytest.param(name, node, id=f"{name}-{node.name}-{node.lineno}")
    for name, tree in TREES.items()
    for node in ast.walk(tree)
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
]


def run_python(code: str) -> str:
    """What a fresh process prints."""
    # -B: a compiled module that is written would count as a file that is opened.
    command = [sys.executable, "-B", "-X", "utf8", "-W", "error", "-c", code]
    answer = subprocess.run(command, capture_output=True, encoding="utf-8", cwd=ROOT, check=False, timeout=120)
    assert answer.returncode == 0, answer.stderr
    return answer.stdout


# ---- layers, sizes, names ----


def test_no_file_has_the_name_of_a_module_of_python():
    """A script's folder comes first in its path: its encodings.py would stand in for Python's own."""
    names = {path.stem for path in (ROOT / "tests").rglob("*.py")} | {path.stem for path in PACKAGE.glob("*.py")}
    assert not names & sys.stdlib_module_names


def test_imports_point_down_only():
    (contract,) = PROJECT["tool"]["importlinter"]["contracts"]
    assert contract["type"] == "layers"
    assert contract["exhaustive"] is True
    assert "ignore_imports" not in contract
    call = "lint_imports(config_filename='pyproject.toml', no_cache=True)"
    said = run_python(f"from importlinter.cli import lint_imports\nprint('status', {call})")
    assert said.splitlines()[-1] == "status 0", said
    assert "1 kept, 0 broken" in said


def test_every_module_has_a_layer():
    layers = {
        name.strip() for line in PROJECT["tool"]["importlinter"]["contracts"][0]["layers"] for name in line.split("|")
    }
    assert layers == {name.split(".")[1] for name in MODULES if "." in name}


@pytest.mark.parametrize("name", SOURCES)
def test_a_module_is_short(name):
    assert len(SOURCES[name].splitlines()) <= MODULE_LINES


def length(node: ast.FunctionDef) -> int:
    """Lines of a function without its docstring, which may be as long as its facts need."""
    documented = ast.get_docstring(node, clean=False) is not None
    text = node.body[0].end_lineno - node.body[0].lineno + 1 if documented else 0
    return node.end_lineno - node.lineno + 1 - text


@pytest.mark.parametrize(("name", "node"), FUNCTIONS)
def test_a_function_is_short_and_has_few_parameters(name, node):
    if name.startswith("cli/") and any("app." in ast.unparse(one) for one in node.decorator_list):
        return  # a command has a parameter for each of its options
    given = node.args
    parameters = [*given.posonlyargs, *given.args, *given.kwonlyargs, *filter(None, (given.vararg, given.kwarg))]
    assert len(parameters) <= PARAMETERS
    assert length(node) <= FUNCTION_LINES


def test_no_module_is_a_drawer():
    drawers = {"utils", "util", "helpers", "helper", "common", "misc", "tools", "shared", "base", "core"}
    assert not drawers & {part.strip("_") for name in MODULES for part in name.split(".")}


@pytest.mark.parametrize("name", SOURCES)
def test_no_pickle_is_read_or_written(name):
    loaders = {"pickle", "cPickle", "_pickle", "cloudpickle", "dill", "joblib", "shelve", "marshal"}
    for node in ast.walk(TREES[name]):
        if isinstance(node, ast.Import):
            assert not loaders & {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert (node.module or "").split(".")[0] not in loaders
        elif isinstance(node, ast.Attribute):
            assert node.attr not in ("read_pickle", "to_pickle")
        elif isinstance(node, ast.keyword):
            assert node.arg != "allow_pickle"


# ---- importing has no effects ----

# Notes every file that is opened and compares the state of the process before and after an import.
WATCH = """
import json, locale, logging, os, random, signal, sys, warnings
opened = []
sys.addaudithook(lambda event, args: opened.append(str(args[0])) if event == "open" else None)
def state():
    return {
        "filters": repr(warnings.filters), "showwarning": repr(warnings.showwarning),
        "root level": logging.root.level, "root handlers": repr(logging.root.handlers),
        "disabled": logging.root.manager.disable, "locale": locale.setlocale(locale.LC_ALL),
        "folder": os.getcwd(), "environment": dict(os.environ), "path": list(sys.path),
        "seed": hash(random.getstate()), "hook": repr(sys.excepthook),
        "interrupt": repr(signal.getsignal(signal.SIGINT)),
        "streams": [id(sys.stdout), id(sys.stderr)], "recursion": sys.getrecursionlimit(),
    }
"""
IMPORT = """
before, known = state(), set(sys.modules)
opened.clear()
import MODULE
after = state()
print(json.dumps({
    "changed": [name for name in before if before[name] != after[name]],
    "opened": [name for name in opened if not name.endswith((".py", ".pyc", ".so", ".pyd"))],
    "loaded": sorted({name.split(".")[0] for name in set(sys.modules) - known}),
}))
"""
HEAVY = {
    "ahocorasick_rs",
    "gensim",
    "jieba",
    "numpy",
    "opencc",
    "pandas",
    "pyarrow",
    "rjieba",
    "scipy",
    "sklearn",
    "typer",
}


def watched(module: str, first: str = "json") -> dict[str, list[str]]:
    """What importing a module does, after another was imported."""
    return json.loads(run_python(f"import {first}\n{WATCH}{IMPORT.replace('MODULE', module)}").splitlines()[-1])


def test_importing_the_package_loads_no_package_reads_no_file_and_changes_nothing():
    seen = watched("textgov")
    assert not HEAVY & set(seen["loaded"])
    assert {name for name in seen["loaded"] if name not in sys.stdlib_module_names} == {"textgov"}
    assert (seen["changed"], seen["opened"]) == ([], [])


@pytest.fixture(scope="module")
def seen_by_module() -> dict[str, dict[str, list[str]]]:
    """What importing each module does, one after another: each runs once, in its turn or in that of a user of it."""
    # Filters warnings of its own, and its classes derive from those of scikit-learn.
    special = {"textgov.vectorize": "sklearn.base"}
    plain = [module for module in MODULES if module not in special]
    imports = "".join(IMPORT.replace("MODULE", module) for module in plain)
    said = run_python(f"import numpy, pandas, pyarrow.parquet\n{WATCH}{imports}").splitlines()
    found = dict(zip(plain, map(json.loads, said), strict=True))
    return found | {module: watched(module, first) for module, first in special.items()}


@pytest.mark.parametrize("module", MODULES)
def test_importing_a_module_reads_no_data_and_changes_nothing(module, seen_by_module):
    seen = seen_by_module[module]
    assert seen["changed"] == []
    assert [name for name in seen["opened"] if Path(name).is_relative_to(ROOT)] == []
    assert not {"jieba", "gensim", "sklearn"} & set(seen["loaded"])


def test_the_watch_sees_what_it_should():
    said = run_python(
        WATCH
        + IMPORT.replace(
            "import MODULE", "warnings.simplefilter('ignore'); logging.basicConfig(level=10); open('README.md').close()"
        )
    )
    seen = json.loads(said.splitlines()[-1])
    assert seen["changed"] == ["filters", "root level", "root handlers"]
    assert "README.md" in seen["opened"]


# ---- the public names ----


def eager_imports() -> dict[str, str]:
    """Name -> module, as type checkers see them."""
    (block,) = [
        node
        for node in TREES["__init__.py"].body
        if isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING"
    ]
    return {alias.name: node.module.removeprefix("textgov.") for node in block.body for alias in node.names}


def test_the_lists_of_public_names_agree():
    assert eager_imports() == textgov._HOMES
    assert textgov.__all__ == sorted(textgov._HOMES)
    assert set(dir(textgov)) == {*textgov.__all__, "__version__"}


@pytest.mark.parametrize("name", textgov.__all__)
def test_a_public_name_resolves_and_is_documented(name):
    value = getattr(textgov, name)
    assert value is getattr(importlib.import_module(f"textgov.{textgov._HOMES[name]}"), name)
    assert value.__module__.startswith("textgov.")
    text = inspect.getdoc(value) or ""
    assert len(text) > 20
    # The docstring that a dataclass makes of its signature says nothing.
    assert not text.startswith(f"{name}(")


def test_an_unknown_public_name_is_an_attribute_error():
    with pytest.raises(AttributeError, match="no_such_name"):
        _ = textgov.no_such_name


def test_the_version_is_that_of_the_project():
    assert textgov.__version__ == PROJECT["project"]["version"]


def test_the_package_says_that_it_is_typed():
    assert (PACKAGE / "py.typed").is_file()


# ---- the lock ----

LOCK = (ROOT / "requirements.lock").read_text("utf-8")
PINNED = re.compile(
    r"(?P<name>[A-Za-z0-9._-]+)==(?P<version>[^\s;]+)(?P<marker> ; [^-]+?)?(?: --hash=sha256:[0-9a-f]{64})+"
)


def lock_lines() -> list[str]:
    joined = re.sub(r"\s*\\\n\s*", " ", LOCK)
    return [line.strip() for line in joined.splitlines() if line.strip() and not line.lstrip().startswith("#")]


def pinned() -> dict[str, list[Version]]:
    """Versions by name: several where each is for other versions of Python."""
    found = defaultdict(list)
    for line in lock_lines():
        if match := PINNED.fullmatch(line):
            found[canonicalize_name(match["name"])].append(Version(match["version"]))
    return found


# Brings torch, some gigabytes in another build for each kind of graphics card: the user chooses.
UNLOCKED = ("embeddings",)


def named_requirements() -> Iterator[object]:
    parts = {"run": PROJECT["project"]["dependencies"], "build": PROJECT["build-system"]["requires"]}
    extras = {name: made for name, made in PROJECT["project"]["optional-dependencies"].items() if name not in UNLOCKED}
    for part, requirements in (parts | extras).items():
        for requirement in requirements:
            yield pytest.param(Requirement(requirement), id=f"{part}-{requirement}")


def test_every_line_of_the_lock_is_pinned_with_hashes():
    assert len(lock_lines()) > 50
    assert [line[:60] for line in lock_lines() if not PINNED.fullmatch(line)] == []


def test_one_python_on_one_system_gets_one_version_of_a_package():
    at_once = defaultdict(list)
    for line in lock_lines():
        marker = Marker(line.partition(" ; ")[2].partition(" --")[0]) if " ; " in line else None
        for python, system in product(("3.11", "3.12", "3.13", "3.14"), ("linux", "win32", "darwin")):
            place = {"python_version": python, "python_full_version": f"{python}.0", "sys_platform": system}
            if marker is None or marker.evaluate(place):
                at_once[canonicalize_name(line.partition("==")[0]), python, system].append(line[:40])
    assert [lines for lines in at_once.values() if len(lines) > 1] == []
    missing = [name for name in pinned() if (name, "3.11", "linux") not in at_once]
    assert set(missing) <= {"appnope", "colorama"}  # for macOS, for Windows


def test_the_lock_names_no_address():
    assert "://" not in LOCK
    assert not re.search(r"^\s*(-[a-z]\b|--(?!hash=sha256:))", LOCK, re.MULTILINE)


@pytest.mark.parametrize("requirement", list(named_requirements()))
def test_the_lock_covers_what_the_project_names(requirement):
    versions = pinned().get(canonicalize_name(requirement.name), [])
    assert versions, f"requirements.lock has no {requirement.name}"
    assert all(requirement.specifier.contains(version, prereleases=True) for version in versions)


def imported_packages() -> set[str]:
    found = set()
    for tree in TREES.values():
        for node in ast.walk(tree):
            if isinstance(node, ast.Import):
                found |= {alias.name.split(".")[0] for alias in node.names}
            elif isinstance(node, ast.ImportFrom):
                found.add((node.module or "").split(".")[0])
    return found - set(sys.stdlib_module_names) - {"textgov"}


def test_every_package_that_is_imported_is_a_dependency_and_the_other_way_round():
    spoken = {"ahocorasick-rs": "ahocorasick_rs", "python-docx": "docx", "pyyaml": "yaml", "scikit-learn": "sklearn"}
    spoken |= {"vl-convert-python": "vl_convert"}
    needed_by_others = {"lxml-html-clean"}  # of trafilatura, which does not say so itself
    declared = {canonicalize_name(Requirement(one).name) for one in PROJECT["project"]["dependencies"]}
    modules = {spoken.get(name, name) for name in declared - needed_by_others}
    assert imported_packages() - modules <= {"lxml"}  # comes with python-docx
    assert modules - imported_packages() == set()


# ---- the files of the repository ----


def repository_files() -> list[Path]:
    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    listed = subprocess.run(command, capture_output=True, cwd=ROOT, check=True).stdout.decode("utf-8")
    return [path for path in (ROOT / name for name in sorted(set(listed.split("\0")) - {""})) if path.is_file()]


def test_no_file_names_a_folder_of_one_machine_or_an_index():
    words = [r"/(?:work|tmp|root|home|Users|private|mnt)/", r"[A-Za-z]:\\\\?Users", "index" + "-url"]
    pattern = re.compile(f"(?<![\\w.:/*|)])(?:{'|'.join(words)})".encode())
    found = []
    for path in repository_files():
        data = path.read_bytes()
        if path != Path(__file__) and b"\0" not in data[:8000]:
            found += [f"{path.relative_to(ROOT)}: {match[0].decode()}" for match in pattern.finditer(data)]
    assert found == []


def test_the_repository_is_there_to_be_searched():
    names = {path.relative_to(ROOT).as_posix() for path in repository_files()}
    assert {"README.md", "README.zh-CN.md", "LICENSE", "CHANGELOG.md", "pyproject.toml", "requirements.lock"} <= names
    assert {f"textgov/{name}" for name in SOURCES} <= names


def test_every_module_has_a_docstring():
    assert [name for name, tree in TREES.items() if not ast.get_docstring(tree)] == []
