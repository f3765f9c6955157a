"""The tutorial: the notebook in docs is that of its script, was executed without an error, and runs again alike."""

from __future__ import annotations

import json
import runpy
import subprocess
import sys
from pathlib import Path
from typing import Any

DOCS = Path(__file__).resolve().parents[1] / "docs"
KEPT: dict[str, Any] = json.loads((DOCS / "tutorial.ipynb").read_bytes())


def words(cell: dict[str, Any]) -> list[str]:
    """The words that a cell gave: pictures differ with the fonts of a machine."""
    return ["".join(output.get("data", {}).get("text/plain", "")) for output in cell.get("outputs", ())]


def test_the_notebook_is_that_of_its_script():
    made = runpy.run_path(str(DOCS / "make_tutorial.py"))["make_notebook"]()
    assert [(cell["id"], "".join(cell["source"])) for cell in KEPT["cells"]] == [
        (cell["id"], cell["source"]) for cell in made["cells"]
    ]


def test_every_cell_was_executed_in_order_without_an_error():
    code = [cell for cell in KEPT["cells"] if cell["cell_type"] == "code"]
    assert [cell["execution_count"] for cell in code] == list(range(1, len(code) + 1))
    outputs = [output for cell in code for output in cell["outputs"]]
    assert {output["output_type"] for output in outputs} == {"execute_result"}
    assert sum("image/png" in output["data"] for output in outputs) == 3
    assert len((DOCS / "tutorial.ipynb").read_bytes()) < 500_000


def test_it_runs_again_with_the_same_words(tmp_path):
    """In a process of its own: a kernel has warnings of its own."""
    code = (
        "import runpy, sys, nbformat\nfrom pathlib import Path\n"
        f"made = runpy.run_path({str(DOCS / 'make_tutorial.py')!r})\n"
        "nbformat.write(made['execute'](made['make_notebook'](), Path('.')), 'again.ipynb')"
    )
    subprocess.run(
        [sys.executable, "-X", "utf8", "-c", code], cwd=tmp_path, check=True, timeout=900, capture_output=True
    )
    again = json.loads((tmp_path / "again.ipynb").read_bytes())
    told = [words(cell) for cell in again["cells"]]
    assert told == [words(cell) for cell in KEPT["cells"]]
    assert any("place-years" in text for cell in told for text in cell)
