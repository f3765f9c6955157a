# ruff: noqa: E501  a line of a cell is a line here
"""Writes docs/tutorial.ipynb: the main job and topics on the demo corpus, executed, so that its outputs can be read.

python docs/make_tutorial.py
"""

from __future__ import annotations

from pathlib import Path

import nbformat
from nbclient import NotebookClient

CELLS = (
    ("markdown", "# From documents to a panel, and a first look at topics\n\n"
     "从文本到面板，以及主题初探。The demo corpus was written for this project: one province of it takes a few seconds.\n\n"
     "每个对象显示为一张小表；`tg.plot_*` 返回 Altair 图。Every noun shows itself as a small table."),
    ("code", "import altair as alt\n\nimport textgov as tg\nfrom textgov.demo import demo_folder\n\n"
     "alt.renderers.enable(\"png\", ppi=72)  # a picture in the file; leave it out for charts that answer the mouse\n"
     "source = demo_folder() / \"reports\" / \"湖北省\""),
    ("markdown", "## Read, normalise, locate 读入、规范化、定位\n\nEvery file is accounted for; what cannot be placed waits."),
    ("code", "corpus = tg.locate_corpus(tg.normalise_corpus(tg.load_corpus(source)))\ncorpus"),
    ("code", "corpus.frame[[\"doc_id\", \"place\", \"year\", \"issuer\"]].head()"),
    ("markdown", "## Count 计数\n\nTerms are matched on the text, the longest first; each hit has its place in the file."),
    ("code", "lexicon = tg.read_lexicon(\"digital-government\")\nlexicon"),
    ("code", "tokens = tg.segment_corpus(corpus)\ncounts = tg.count_lexicon(corpus, lexicon, tokens=tokens)\n"
     "counts.hits[[\"city\", \"year\", \"term\", \"left\", \"hit\", \"right\"]].head()"),
    ("markdown", "## Panel 面板\n\nA place-year without a document is missing, never 0."),
    ("code", "panel = tg.build_panel(corpus, counts)\npanel"),
    ("code", "panel.frame[[\"city\", \"year\", \"n_docs\", \"dg_total_n\", \"dg_total_p10k\"]].head()"),
    ("code", "tg.plot_trend(panel)"),
    ("code", "tg.plot_heatmap(panel, \"dg_service_p10k\", lang=\"en\")"),
    ("markdown", "## Topics 主题\n\nParagraphs of the same documents; the entries of the lexicon are the seeds. "
     "A small corpus gives a rough model: this shows the steps, not a result."),
    ("code", "words = tg.cut_terms(corpus, tg.TermOptions(unit=\"paragraph\", lexicons=(lexicon,)))\n"
     "terms = tg.trim_terms(tg.count_terms(words), min_docs=2, max_share=0.5)\n"
     "model = tg.fit_topics(terms, \"seeded\", n_topics=6, seed=1, seeds=lexicon)\nmodel"),
    ("code", "shares = tg.pool_shares(tg.assign_topics(model, terms))\n"
     "years = shares.frame.merge(corpus.frame[[\"doc_id\", \"year\"]]).drop(columns=\"doc_id\").astype({\"year\": int})\n"
     "long = years.groupby(\"year\").mean().reset_index().melt(\"year\", var_name=\"topic\", value_name=\"share\")\n"
     "alt.Chart(long).mark_line().encode(x=\"year:Q\", y=\"share:Q\", color=\"topic:N\")"),
    ("markdown", "## Write and report 写出与报告\n\nThe same on the command line, with the page and everything else:\n\n"
     "```sh\ntextgov panel reports --out out\ntextgov topics fit out --method seeded --k 8 --lexicon digital-government\n"
     "textgov report out\n```"),
    ("code", "from tempfile import TemporaryDirectory\n\nwith TemporaryDirectory() as folder:\n"
     "    written = [path.name for path in tg.write_panel(panel, folder)]\nwritten"),
)  # fmt: skip


def make_notebook() -> nbformat.NotebookNode:
    """The notebook without outputs; ids of cells are their numbers, so that the file stays the same."""
    makers = {"markdown": nbformat.v4.new_markdown_cell, "code": nbformat.v4.new_code_cell}
    cells = [makers[kind](text, id=f"cell-{at:02d}") for at, (kind, text) in enumerate(CELLS)]
    kernel = {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}}
    return nbformat.v4.new_notebook(cells=cells, metadata=kernel)


def execute(notebook: nbformat.NotebookNode, folder: Path) -> nbformat.NotebookNode:
    """Run every cell in `folder`; the first error stops it."""
    NotebookClient(notebook, timeout=600, record_timing=False, resources={"metadata": {"path": str(folder)}}).execute()
    notebook.metadata = {"kernelspec": notebook.metadata["kernelspec"]}
    return notebook


if __name__ == "__main__":
    here = Path(__file__).parent
    nbformat.write(execute(make_notebook(), here), here / "tutorial.ipynb")
