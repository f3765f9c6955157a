"""Make the sample model of the demo corpus: `python models/make_demo.py` writes it, `--check` compares it.

The corpus is counted by `run_panel`, the model fitted by `fit_run`, and the card beside it filled with what the model
and its report say. All that decides the model is in `OPTIONS` and in the hashes of the corpus, so that a second run
gives the same bytes.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from dataclasses import replace
from hashlib import sha256
from pathlib import Path

import pandas as pd

from textgov.batch import StageOptions
from textgov.lexicon import read_lexicon
from textgov.records import TopicModel
from textgov.run import RunOptions, run_panel
from textgov.run.topics import FitOptions, fit_run, report_run
from textgov.store import write_model
from textgov.topics.words import top_words

HERE = Path(__file__).resolve().parent
CORPUS = HERE.parent / "corpora" / "demo"
# Sections, because the paragraphs of the demo are a few sentences drawn from a small pool.
OPTIONS = FitOptions(method="seeded", n_topics=12, seed=1, unit="section", min_docs=5, name="demo")
# The lexicon and the lists of words as they were when the model was made: new versions do not change it.
LISTS = {name: HERE / "demo" / name for name in ("lexicon.yaml", "stopwords.txt", "tags.csv")}
# The options that the manifest tells; the lists of words are files of the model.
TOLD = ("method", "n_topics", "seed", "unit", "sections", "min_docs", "max_share")
# Of numbers that are no arrays: logarithms differ in their last digits from one processor to the next.
DIGITS = 6
CARD = """\
# The sample model `demo`

{topics} topics of the demo corpus, one of them seeded with the lexicon of digital government; for examples and tests:
`textgov topics show demo`, `tg.read_topics("demo")`, `textgov topics assign RUN --model demo`.

## Data

`corpora/demo`, licence {licence}: {source}.
{documents} documents; SHA-256 of the manifest {manifest}.

## Settings

Method `{method}` (base model of keyATM; least share of seed terms {seed_share}), K = {topics}, seed {seed}, {sweeps}
passes, alpha {alpha}, eta {eta}; units: {unit}s; terms in {min_docs} documents or more and in at most {max_share}
of the units; lexicon {lexicon} ({hash}). Fitted to {rows:,} rows, {words:,} words, {terms:,} terms.

## Metrics

Mean log likelihood of a word {likelihood:.3f}; means over the topics: NPMI {npmi:.3f}, c_v {c_v:.3f}, exclusivity
{exclusivity:.3f}; the windows are the units of the model.

| topic | share | NPMI | c_v | exclusivity | words |
| --- | --- | --- | --- | --- | --- |
{table}

## Limits

- The texts are invented and their sentences come from a small pool: the topics say nothing about real policy, and
  coherence and exclusivity are higher than those of real texts.
- The share of the digital-government topic depends on the least share of seed terms; use it to rank, not as a level.
- Texts of another kind have other words: `textgov topics assign` refuses a run of which it knows less than a tenth.

Made by `python models/make_demo.py`; `--check` makes it again and compares every byte. Hashes are in `manifest.json`.
"""


def make(out: Path) -> None:
    """Write the model, its card and its manifest into a folder."""
    with tempfile.TemporaryDirectory() as scratch:
        run = Path(scratch) / "run"
        stages = StageOptions(lexicons=(read_lexicon(LISTS["lexicon.yaml"]),))
        run_panel([CORPUS / "reports"], run, RunOptions(stages), engine="serial")
        lexicon, stopwords, tags = map(str, LISTS.values())
        fitted = fit_run(run, replace(OPTIONS, lexicon=lexicon, stopwords=stopwords, tags=tags))
        report = report_run(run, fitted.folder)
        documents = len(pd.read_parquet(run / "documents.parquet"))
        lists = {name: (fitted.folder / name).read_bytes() for name in LISTS}
    facts = {
        name: round(value, DIGITS) if isinstance(value, float) else value for name, value in fitted.model.facts.items()
    }
    facts["seed_share"] = [round(value, DIGITS) for value in facts["seed_share"]]
    model = replace(fitted.model, facts=facts)
    out.mkdir(parents=True, exist_ok=True)
    write_model(model, out)
    for name, data in lists.items():
        (out / name).write_bytes(data)
    card = _card(model, report.tables["topics.csv"], documents)
    (out / "README.md").write_text(card, "utf-8", newline="\n")
    (out / "manifest.json").write_text(_manifest(out), "utf-8", newline="\n")


def _card(model: TopicModel, topics: pd.DataFrame, documents: int) -> str:
    corpus = json.loads((CORPUS / "manifest.json").read_text("utf-8"))
    measures = ("share", "npmi", "c_v", "exclusivity")
    rows = [
        f"| {row['topic']} | {' | '.join(f'{row[name]:.3f}' for name in measures)} | {' '.join(words)} |"
        for row, words in zip(topics.to_dict("records"), top_words(model, n_top=8), strict=True)
    ]
    settings = {name: model.settings[name] for name in ("method", "seed", "sweeps", "alpha", "eta", "seed_share")}
    means = {name: float(topics[name].mean()) for name in measures[1:]}
    return CARD.format(
        topics=len(model),
        licence=corpus["licence"],
        source=corpus["source"],
        manifest=_digest(CORPUS / "manifest.json"),
        documents=documents,
        **settings,
        **means,
        unit=OPTIONS.unit,
        min_docs=OPTIONS.min_docs,
        max_share=OPTIONS.max_share,
        lexicon=model.settings["lexicon"]["label"],
        hash=model.settings["lexicon"]["hash"],
        rows=model.facts["rows"],
        words=model.facts["words"],
        terms=len(model.vocabulary),
        likelihood=model.facts["log_likelihood"],
        table="\n".join(rows),
    )


def _manifest(out: Path) -> str:
    """What the model was made from, and the SHA-256 of its files."""
    files = {path.name: _digest(path) for path in sorted(out.iterdir()) if path.name != "manifest.json"}
    about = {
        "name": "demo",
        "licence": "MIT",
        "generator": "models/make_demo.py",
        "corpus": {"name": "demo", "manifest": _digest(CORPUS / "manifest.json")},
        "options": {name: getattr(OPTIONS, name) for name in TOLD},
        "files": files,
    }
    return json.dumps(about, ensure_ascii=False, indent=2, sort_keys=True) + "\n"


def _digest(path: Path) -> str:
    return sha256(path.read_bytes()).hexdigest()


def check() -> list[str]:
    """Names of the files that differ when the model is made again."""
    with tempfile.TemporaryDirectory() as scratch:
        again = Path(scratch) / "demo"
        make(again)
        names = {path.name for folder in (again, HERE / "demo") for path in folder.iterdir()}
        return [name for name in sorted(names) if _bytes(again / name) != _bytes(HERE / "demo" / name)]


def _bytes(path: Path) -> bytes:
    return path.read_bytes() if path.is_file() else b""


def main() -> int:
    """Make the model, or compare it."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--check", action="store_true", help="make it in a temporary folder and compare every byte")
    if not parser.parse_args().check:
        make(HERE / "demo")
        return 0
    differing = check()
    for name in differing:
        print(f"{name} differs", file=sys.stderr)
    return int(bool(differing))


if __name__ == "__main__":
    sys.exit(main())
