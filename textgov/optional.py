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
    "fsspec": "objects",
    "hdbscan": "embeddings",
    "pyfixest": "econ",
    "pylopdf_fonts_zh_cn": "figures",
    "rdrobust": "econ",
    "sentence_transformers": "embeddings",
    "starlette": "explore",
    "umap": "embeddings",
    "uvicorn": "explore",
}


def need(module: str) -> ModuleType:
    """Import an optional module (``package.module`` too), or raise an error that names the extra to install."""
    try:
        return importlib.import_module(module)
    except ImportError:
        package = module.partition(".")[0]
        raise ExtraError("extra_missing", package=package, extra=EXTRAS[package]) from None
