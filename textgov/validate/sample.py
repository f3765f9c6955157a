"""A stratified sample of sentences with their context, as workbooks for coders, and the key that they do not see."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from textgov.count import CountOptions, tally_documents
from textgov.errors import UsageError
from textgov.export import write_json
from textgov.export.delimited import write_csv
from textgov.export.workbook import Sheet, write_xlsx
from textgov.lexicon import read_lexicon
from textgov.normalise import read_section_names
from textgov.normalise.structure import sentence_spans
from textgov.records import Document
from textgov.store import make_folder, written_aside
from textgov.validate.instructions import instruction_rows
from textgov.validate.options import SampleOptions
from textgov.validate.runs import SAMPLES, RunFacts, panel_documents, read_documents, read_run
from textgov.validate.strata import WITHOUT, Drawn, Frame, Stratum, build_frame, draw_sentences

if TYPE_CHECKING:
    import pandas as pd

BOOK, KEY, RECORD = "coding.xlsx", "key.csv", "sample.json"
ANSWERS = ("label", "category", "comment")
SHOWN = ("id", "before", "sentence", "after", *ANSWERS)
WIDTHS = {"id": 13, "before": 34, "sentence": 60, "after": 34, "label": 10, "category": 18, "comment": 24}
CONTEXT_LIMIT = 300  # characters of a neighbouring sentence that are shown: more than 99 in 100 have


@dataclass(frozen=True, slots=True, eq=False)
class Sample:
    """A drawn sample.

    Parameters
    ----------
    sheet : DataFrame
        What coders see: ``id, before, sentence, after, label, category, comment``.
    key : DataFrame
        The same rows: document, place, year, offsets into the original, stratum, probability, weight, category and
        terms of the lexicon; ``found`` is 1 where the lexicon has a hit.
    strata : mapping
        Number of sentences of each stratum.
    by : tuple of str
        What the strata were made of.
    lexicon : mapping
        Name, hash and prefix of the lexicon.
    categories : tuple of str
        Those that have a hit.
    options : SampleOptions
    """

    sheet: pd.DataFrame
    key: pd.DataFrame
    strata: dict[Stratum, int]
    by: tuple[str, ...]
    lexicon: dict[str, str]
    categories: tuple[str, ...]
    options: SampleOptions


def sample_sentences(run: Path | str, options: SampleOptions | None = None) -> Sample:
    """Draw sentences of the documents of a panel, stratified, with and without a hit.

    Parameters
    ----------
    run : path
        A finished run.
    options : SampleOptions, optional

    Returns
    -------
    Sample
        Every sentence of a stratum had the same probability, which is kept; the order is random.

    Raises
    ------
    UsageError
        The run is not finished, the lexicon is not of the run, or nothing was found.
    """
    options = options or SampleOptions()
    facts = read_run(run)
    frame = build_frame(facts, options, near_sentences(facts, options) if options.near else None)
    drawn, strata, by = draw_sentences(frame, options)
    sheet, key = _tables(facts, frame, drawn, options)
    categories = tuple(sorted(set(frame.found["category"]) - set(WITHOUT)))
    return Sample(sheet, key, strata, by, facts.lexicon(options.lexicon), categories, options)


def near_sentences(run: RunFacts, options: SampleOptions) -> pd.DataFrame:
    """Sentences with a hit of one of the lexicons in ``near``: ``number`` of the document and ``sentence``."""
    import pandas as pd

    numbers = panel_documents(run)["number"].tolist()
    found = []
    for name in options.near:
        lexicon = read_lexicon(name)
        for number, document in read_documents(run, numbers):
            hits = tally_documents([document], lexicon, CountOptions(sections=run.sections)).hits
            found += [(number, one) for one in sorted(set(hits["sentence"].to_pylist()))]
    return pd.DataFrame(found, columns=["number", "sentence"]).drop_duplicates(ignore_index=True)


def document_sentences(document: Document, sections: str) -> list[tuple[int, int]]:
    """Offsets into the text of the sentences that were counted; the n-th is the one that hits call sentence n."""
    return [
        (first + start, first + end)
        for first, last in document.stretches(read_section_names(sections))
        for start, end in sentence_spans(document.text[first:last]).tolist()
    ]


def sentence_id(doc_id: str, start: int, end: int, sentence: str) -> str:
    """Eleven characters that belong to one sentence at one place, so that an altered row is seen."""
    return "s" + hashlib.sha256(f"{doc_id}\0{start}\0{end}\0{plain_text(sentence)}".encode()).hexdigest()[:10]


def plain_text(text: str) -> str:
    """A text as it comes back from a spreadsheet: blanks of any kind are one, no apostrophe that guards a formula."""
    return re.sub(r"\s+", " ", text).strip().lstrip("'").strip()


def _tables(
    run: RunFacts, frame: Frame, drawn: Iterable[Drawn], options: SampleOptions
) -> tuple[pd.DataFrame, pd.DataFrame]:
    import pandas as pd

    rows = list(drawn)
    texts = _sentence_texts(run, frame, rows, options.context)
    shown, keys = [], []
    for one in rows:
        start, end, before, sentence, after = texts[one.document, one.sentence]
        document = frame.documents.iloc[one.document]
        identity = sentence_id(document["doc_id"], start, end, sentence)
        shown.append((identity, before, sentence, after, "", "", ""))
        keys.append(
            {
                "id": identity,
                **{name: document[name] for name in ("doc_id", "code", "place", "province", "year")},
                **{"start": start, "end": end, "sentence_number": one.sentence},
                **{"period": document["period"], "region3": document["region3"], "tercile": document["tercile"]},
                "category": one.stratum.category,
                "stratum": one.stratum.name,
                "n_stratum": one.size,
                "n_drawn": one.n_drawn,
                "probability": one.n_drawn / one.size,
                "weight": one.size / one.n_drawn,
                "found": int(one.stratum.category not in WITHOUT),
                "terms": one.terms,
                "sentence": sentence,
            }
        )
    return pd.DataFrame(shown, columns=list(SHOWN)), pd.DataFrame(keys)


def _sentence_texts(
    run: RunFacts, frame: Frame, rows: list[Drawn], context: int
) -> dict[tuple[int, int], tuple[int, int, str, str, str]]:
    """Offsets into the original, the sentence and its neighbours, by document and number of the sentence."""
    wanted: dict[int, list[tuple[int, int]]] = {}
    for one in rows:
        number = int(frame.documents["number"].iloc[one.document])
        wanted.setdefault(number, []).append((one.document, one.sentence))
    found = {}
    for number, document in read_documents(run, list(wanted)):
        spans = document_sentences(document, run.sections)
        texts = [" ".join(document.text[start:end].split()) for start, end in spans]
        for row, sentence in wanted[number]:
            if sentence > len(spans):
                raise UsageError("validity_other_texts", path=run.out, doc_id=document.doc_id)
            at = sentence - 1
            start, end = document.spans.to_original(*spans[at])
            before = " ".join(texts[max(at - context, 0) : at])[-CONTEXT_LIMIT:]
            after = " ".join(texts[at + 1 : at + 1 + context])[:CONTEXT_LIMIT]
            found[row, sentence] = (start, end, before, texts[at], after)
    return found


def write_sample(sample: Sample, run: Path | str) -> tuple[Path, ...]:
    """Write ``coding.xlsx``, a csv file a coder, ``key.csv`` and ``sample.json`` below ``RUN/validity/samples/NAME``.

    Raises
    ------
    UsageError
        A workbook with answers is there; it is not overwritten.
    """
    from textgov.validate.answers import holds_answers

    options = sample.options
    folder = make_folder(read_run(run).folder / SAMPLES / options.name)
    sheets_at = folder / BOOK
    files = {coder: folder / f"{coder}.csv" for coder in options.coders}
    for path in (sheets_at, *files.values()):
        if holds_answers(path):
            raise UsageError("sheet_filled", path=path, option="--name")
    with written_aside(sheets_at) as part:
        write_xlsx(list(_sheets(sample)), part, BOOK)
    for path in files.values():
        with written_aside(path) as part:
            write_csv(sample.sheet, part, excel=True)
    with written_aside(folder / KEY) as part:
        write_csv(sample.key, part)
    write_json(_record(sample), folder / RECORD)
    return (sheets_at, *files.values(), folder / KEY, folder / RECORD)


def _sheets(sample: Sample) -> Iterator[Sheet]:
    import pandas as pd

    options = sample.options
    instructions = pd.DataFrame(instruction_rows(sample.lexicon, options), columns=["English", "中文"])
    yield Sheet("instructions", instructions, 0, "", locked=True, widths={"English": 70, "中文": 70})
    choices = {"label": options.labels, "category": sample.categories}
    for coder in options.coders:
        full = f"{coder}.csv"
        yield Sheet(coder, sample.sheet, 1, full, choices, locked=True, open=ANSWERS, widths=WIDTHS)


def _record(sample: Sample) -> dict[str, Any]:
    told = asdict(sample.options)
    return {
        "lexicon": sample.lexicon,
        "options": {name: list(value) if isinstance(value, tuple) else value for name, value in told.items()},
        "by": list(sample.by),
        "strata": {stratum.name: n for stratum, n in sample.strata.items()},
        "sentences": len(sample.sheet),
    }
