"""Topic models on disk: a folder with plain arrays and a description that has their digest; no pickle."""

from __future__ import annotations

import hashlib
import io
import json
import zipfile
from pathlib import Path
from typing import Any

import numpy as np

from textgov.errors import RecordError, TopicError
from textgov.records import TopicModel
from textgov.store.files import make_folder, written_aside

MODEL_FORMAT = "textgov topics 1"
MODEL_FILE, ARRAYS_FILE = "model.json", "model.npz"
ARRAYS = ("topics", "prior", "shares", "counts")


def write_model(model: TopicModel, folder: Path) -> tuple[Path, Path]:
    """Write a model into a folder; `read_model` gives it back equal, and equal models give equal bytes."""
    make_folder(folder)
    arrays = {name: getattr(model, name) for name in ARRAYS}
    if model.period_topics is not None:
        arrays["period_topics"] = model.period_topics
    buffer = io.BytesIO()
    np.savez(buffer, **arrays)
    about: dict[str, Any] = {
        "format": MODEL_FORMAT,
        "method": model.method,
        "seed": model.seed,
        "names": model.names,
        "labels": model.labels,
        "settings": dict(model.settings),
        "facts": dict(model.facts),
        "periods": model.periods,
        "vocabulary_hash": model.vocabulary_hash,
        "vocabulary": model.vocabulary,
        "arrays": hashlib.sha256(buffer.getvalue()).hexdigest(),
    }
    # The arrays first: a description never stands beside arrays that are not its own and still fits them.
    for name, data in ((ARRAYS_FILE, buffer.getvalue()), (MODEL_FILE, _text(about | {"digest": _digest(about)}))):
        with written_aside(folder / name) as part:
            part.write_bytes(data)
    return folder / MODEL_FILE, folder / ARRAYS_FILE


def read_model(folder: Path) -> TopicModel:
    """Read a model; both digests are checked before any array is.

    Raises
    ------
    TopicError
        A file is missing, was changed after it was written, or belongs to another model.
    """
    files = {}
    for name in (MODEL_FILE, ARRAYS_FILE):
        try:
            files[name] = (folder / name).read_bytes()
        except OSError:
            raise TopicError("topics_model_missing", path=folder.as_posix(), name=name) from None
    about = _about(files[MODEL_FILE], folder / MODEL_FILE)
    if hashlib.sha256(files[ARRAYS_FILE]).hexdigest() != about["arrays"]:
        raise _bad(folder / ARRAYS_FILE, f"was changed, or belongs to another model than {MODEL_FILE}")
    try:
        with np.load(io.BytesIO(files[ARRAYS_FILE])) as found:
            arrays = {name: found[name] for name in found.files}
        return TopicModel(
            about["method"],
            tuple(about["vocabulary"]),
            arrays["topics"],
            arrays["prior"],
            arrays["shares"],
            arrays["counts"],
            tuple(about["labels"]),
            about["seed"],
            about["settings"],
            about["facts"],
            tuple(about["periods"]),
            arrays.get("period_topics"),
        )
    except (KeyError, TypeError, ValueError, zipfile.BadZipFile, RecordError) as error:
        raise _bad(folder / ARRAYS_FILE, str(error)) from None


def _about(data: bytes, path: Path) -> dict[str, Any]:
    try:
        about = json.loads(data)
        digest = about.pop("digest")
    except (ValueError, KeyError, TypeError, AttributeError):
        raise _bad(path, "not the description of a topic model, or cut") from None
    if about.get("format") != MODEL_FORMAT:
        raise _bad(path, f"its format is {about.get('format')}, and this version reads {MODEL_FORMAT}")
    if _digest(about) != digest:
        raise _bad(path, "was changed after it was written")
    found: dict[str, Any] = about
    return found


def _bad(path: Path, detail: str) -> TopicError:
    return TopicError("topics_model_bad", path=path.as_posix(), detail=detail)


def _text(about: dict[str, Any]) -> bytes:
    return (json.dumps(about, ensure_ascii=False, indent=1, sort_keys=True) + "\n").encode("utf-8", "surrogatepass")


def _digest(about: dict[str, Any]) -> str:
    return hashlib.sha256(_text(about)).hexdigest()
