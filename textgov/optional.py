"""The only lazy import of packages that are not always installed."""

from __future__ import annotations

import importlib
from types import ModuleType

from textgov.errors import ExtraError

# module to import -> extra of pyproject.toml that brings it
EXTRAS: dict[str, str] = {
    "dask": "dask",
    "diff_diff": "econ",
    "distributed": "dask",
    "docx": "econ",
    "pyfixest": "econ",
    "rdrobust": "econ",
}


def need(module: str) -> ModuleType:
    """Import an optional module, or raise an error that names the extra to install."""
    try:
        return importlib.import_module(module)
    except ImportError:
        raise ExtraError("extra_missing", package=module, extra=EXTRAS[module]) from None
