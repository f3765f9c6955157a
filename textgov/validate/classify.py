"""A second measure: a classifier of sentences trained on labels of coders; labels that a model gave elsewhere."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from textgov.coding import krippendorff_alpha, read_pages, value_counts
from textgov.errors import UsageError
from textgov.export.delimited import write_csv
from textgov.store import make_folder, written_aside
from textgov.validate.accuracy import NO, YES, label_design, score_labels
from textgov.validate.effects import Within, correlate
from textgov.validate.options import ClassifyOptions
from textgov.validate.runs import FOLDER, panel_documents, read_documents, read_run
from textgov.validate.sample import document_sentences

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd
    from numpy.typing import NDArray

IMPORTED = ("id", "label", "model", "date", "prompt", "output")
STATISTICS = ("precision", "recall", "f1", "prevalence", "error")
COLUMNS = ("statistic", "estimate", "low", "high", "n")


@dataclass(frozen=True, slots=True, eq=False)
class Classified:
    """A classifier of sentences.

    Parameters
    ----------
    table : DataFrame
        ``statistic, estimate, low, high, n``: accuracy out of the fold, weighted by the design; Brier score, area under
        the curve; correlation of its share of sentences with that of the lexicon, as it is and within places and years.
    labels : DataFrame
        The labelled sentences with ``probability``, given by a model that has not seen their place.
    panel : DataFrame
        ``code, year, n_sents, sent`` (share of sentences with a hit), ``clf_sent`` (mean probability); empty without
        prediction.
    """

    table: pd.DataFrame
    labels: pd.DataFrame
    panel: pd.DataFrame


def classify_sentences(run: Path | str, labels: pd.DataFrame, options: ClassifyOptions | None = None) -> Classified:
    """Train on settled labels, judge on places that were left out, and predict every sentence of the panel.

    Tf-idf of one to three characters, logistic regression, probabilities calibrated by Platt's sigmoid on held-out
    places; the weights of the design make them those of all sentences, not of the sample.

    Raises
    ------
    UsageError
        Too few labels of a kind, or too few places, for the folds.
    """
    import numpy as np
    import pandas as pd

    options = options or ClassifyOptions()
    true = labels["label"].to_numpy(dtype=bool)
    places = labels["code"].to_numpy(dtype=object)
    n = {name: len(set(places[true == value])) for name, value in (("yes", True), ("no", False))}
    if min(n.values()) < 2 * options.folds:
        raise UsageError("classify_few", yes=n["yes"], no=n["no"], folds=options.folds, least=2 * options.folds)
    design = label_design(labels)
    texts = np.array(labels["sentence"].tolist(), dtype=object)
    held = _held_out(texts, true, places, design.weight, options)
    everyone = np.ones(len(true), dtype=bool)
    rows: list[tuple[str, float, float | None, float | None, int]] = [
        (name, value, low, high, size)
        for name, value, low, high, _, _, size in score_labels(design, held > 0.5, true, everyone, options.level)
        if name in STATISTICS
    ]
    rows += [(name, value, None, None, len(true)) for name, value in _scores(true, held, design.weight)]
    panel = pd.DataFrame(columns=["code", "year", "n_sents", "sent", "clf_sent"])
    if options.predict:
        panel = _predicted(run, _fitted(texts, true, places, design.weight, options), options)
        measures = [panel[name].to_numpy(dtype=np.float64) for name in ("sent", "clf_sent")]
        pearson, spearman, size = correlate(*measures)
        found = {"pearson": pearson, "spearman": spearman, "within": Within(panel).correlation(*measures)}
        rows += [(f"correlation_{name}", value, None, None, size) for name, value in found.items()]
    return Classified(pd.DataFrame(rows, columns=list(COLUMNS)), labels.assign(probability=held), panel)


def _folds(true: NDArray[np.bool_], places: NDArray[Any], n: int, seed: int) -> Any:
    """Folds that part places, with both labels in each."""
    from sklearn.model_selection import StratifiedGroupKFold

    return list(StratifiedGroupKFold(n, shuffle=True, random_state=seed).split(places, true, places))


def _fitted(
    texts: NDArray[Any],
    true: NDArray[np.bool_],
    places: NDArray[Any],
    weight: NDArray[np.float64],
    options: ClassifyOptions,
) -> Any:
    """The calibrated model: one fit on everything, a sigmoid from predictions of held-out places."""
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.linear_model import LogisticRegression
    from sklearn.model_selection import cross_val_predict
    from sklearn.pipeline import make_pipeline

    words = TfidfVectorizer(analyzer="char", ngram_range=(1, 3), min_df=2, sublinear_tf=True)
    model = make_pipeline(words, LogisticRegression(C=options.strength, class_weight="balanced", max_iter=1000))
    inner = _folds(true, places, options.folds, options.seed)
    scores = cross_val_predict(model, texts, true, cv=inner, method="decision_function")
    sigmoid = LogisticRegression(C=1e6).fit(scores[:, None], true, sample_weight=weight / weight.mean())
    return model.fit(texts, true), sigmoid


def _probabilities(model: Any, texts: Sequence[str] | NDArray[Any]) -> NDArray[np.float64]:
    import numpy as np

    fitted, sigmoid = model
    return np.asarray(sigmoid.predict_proba(fitted.decision_function(texts)[:, None])[:, 1], dtype=np.float64)


def _held_out(
    texts: NDArray[Any],
    true: NDArray[np.bool_],
    places: NDArray[Any],
    weight: NDArray[np.float64],
    options: ClassifyOptions,
) -> NDArray[np.float64]:
    """The probability of each sentence by a model, calibration included, that has seen no sentence of its place."""
    import numpy as np

    held = np.empty(len(true))
    for train, test in _folds(true, places, options.folds, options.seed):
        model = _fitted(texts[train], true[train], places[train], weight[train], options)
        held[test] = _probabilities(model, texts[test])
    return held


def _scores(
    true: NDArray[np.bool_], held: NDArray[np.float64], weight: NDArray[np.float64]
) -> Iterator[tuple[str, float]]:
    from sklearn.metrics import brier_score_loss, roc_auc_score

    yield "brier", float(brier_score_loss(true, held, sample_weight=weight))
    yield "auc", float(roc_auc_score(true, held, sample_weight=weight))
    yield "n_labels", float(len(true))


def _predicted(run: Path | str, model: Any, options: ClassifyOptions) -> pd.DataFrame:
    """Mean probability of the sentences of each place-year, beside the share with a hit."""
    facts = read_run(run)
    documents = panel_documents(facts)
    lexicon = facts.lexicon(options.lexicon)
    hits = facts.table("hits.parquet", ("doc_id", "sentence", "lexicon_hash"))
    hits = hits[hits["lexicon_hash"] == lexicon["hash"]].drop_duplicates(["doc_id", "sentence"])
    with_hit = hits.groupby("doc_id").size()
    sums = []
    for _, document in read_documents(facts, documents["number"].tolist()):
        spans = document_sentences(document, facts.sections)
        texts = [" ".join(document.text[start:end].split()) for start, end in spans]
        sums.append(float(_probabilities(model, texts).sum()) if texts else 0.0)
    found = documents["doc_id"].map(with_hit).fillna(0)
    frame = documents.assign(probability=sums, n_found=found)
    pooled = frame.groupby(["code", "year"])[["n_sents", "probability", "n_found"]].sum().reset_index()
    pooled = pooled[pooled["n_sents"] > 0].reset_index(drop=True)
    pooled = pooled.assign(
        sent=pooled["n_found"] / pooled["n_sents"], clf_sent=pooled["probability"] / pooled["n_sents"]
    )
    return pooled[["code", "year", "n_sents", "sent", "clf_sent"]]


def import_labels(path: Path | str, labels: pd.DataFrame, level: float = 0.95) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Labels that a language model gave to the sentences of a sample, against those of people.

    Parameters
    ----------
    path : path
        A csv file or workbook with the columns ``id``, ``label`` (yes or no), ``model`` (with its version), ``date``,
        ``prompt`` and ``output`` (as it came), all filled in each row: what cannot be told again is no evidence.
    labels : DataFrame
        Settled labels of people for the same sample.
    level : float

    Returns
    -------
    table, rows : DataFrame
        ``statistic, estimate, low, high, n``; and the rows as they were read.

    Raises
    ------
    UsageError
        A missing column or cell, an unknown, doubled or missing id, several models, or a label other than yes and no.
    """
    import numpy as np
    import pandas as pd

    page = read_pages(path)[0]
    for column in IMPORTED:
        if column not in page.header:
            raise UsageError("column_missing", path=page.path, column=column, known=", ".join(page.header) or "-")
    rows = pd.DataFrame([row for row in page.rows[1:] if any(row)], columns=page.header)[list(IMPORTED)]
    _check_imported(rows, page.path, set(labels["id"]))
    given = rows.set_index("id")["label"].reindex(labels["id"])
    found, true = (given == YES).to_numpy(), labels["label"].to_numpy(dtype=bool)
    scored = score_labels(label_design(labels), found, true, np.ones(len(true), dtype=bool), level)
    table = [(name, value, low, high, n) for name, value, low, high, _, _, n in scored if name in STATISTICS]
    counts = value_counts([found.tolist(), true.tolist()], (True, False))
    alpha = krippendorff_alpha(counts, (True, False))
    table.append(("alpha", float("nan") if alpha is None else alpha, float("nan"), float("nan"), len(true)))
    told = [("model", rows["model"].iloc[0]), ("date", rows["date"].max()), ("n_labels", len(true))]
    extra = pd.DataFrame([(name, value, None, None, len(true)) for name, value in told], columns=list(COLUMNS))
    return pd.concat([pd.DataFrame(table, columns=list(COLUMNS)).astype(object), extra], ignore_index=True), rows


def _check_imported(rows: pd.DataFrame, path: Path, known: set[str]) -> None:
    """Every fault of the rows, the first of each kind named."""
    faults = []
    for column in IMPORTED:
        blank = rows.index[rows[column] == ""]
        if len(blank):
            faults.append(f"{column} is empty in row {int(blank[0]) + 2} and {len(blank) - 1} more")
    other = rows.index[~rows["label"].isin([YES, NO, ""])]
    if len(other):
        faults.append(f"label {rows['label'][other[0]]} in row {int(other[0]) + 2} is not yes or no")
    twice = rows.loc[rows["id"].duplicated(), "id"]
    if len(twice):
        faults.append(f"id {twice.iloc[0]} stands twice")
    missing = sorted(known - set(rows["id"]))
    if missing:
        faults.append(f"{len(missing)} labelled sentences are missing, such as {missing[0]}")
    models = sorted(set(rows["model"]) - {""})
    if len(models) > 1:
        faults.append(f"labels of several models: {', '.join(models)}")
    if faults:
        raise UsageError("imported_bad", path=path, detail="; ".join(faults))


def write_classified(found: Classified, run: Path | str) -> tuple[Path, ...]:
    """Write ``classifier.csv``, ``classifier_labels.csv`` and, if predicted, ``classifier_panel.csv``."""
    tables = {"classifier.csv": found.table, "classifier_labels.csv": found.labels}
    if len(found.panel):
        tables["classifier_panel.csv"] = found.panel
    return _write(tables, run)


def write_imported(table: pd.DataFrame, rows: pd.DataFrame, run: Path | str) -> tuple[Path, ...]:
    """Write ``imported.csv`` and ``imported_labels.csv``, which keeps model, date, prompt and output of each label."""
    return _write({"imported.csv": table, "imported_labels.csv": rows}, run)


def _write(tables: dict[str, pd.DataFrame], run: Path | str) -> tuple[Path, ...]:
    folder = make_folder(Path(run) / FOLDER)
    for name, frame in tables.items():
        with written_aside(folder / name) as part:
            write_csv(frame, part)
    return tuple(folder / name for name in tables)
