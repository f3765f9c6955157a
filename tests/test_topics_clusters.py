"""Topics as clusters: what is handed to BERTopic and what is made of its answer; with the real one where installed."""

from __future__ import annotations

import importlib.util
import sys
from types import SimpleNamespace

import numpy as np
import pytest
from scipy.sparse import csr_array

from textgov.errors import ExtraError, TopicError, UsageError
from textgov.records import Features
from textgov.topics import assign_topics, cluster_topics, open_encoder

SIZE = 60
# Three groups of rows, each with two words of its own.
COUNTS = np.kron(np.eye(3, dtype=int), np.array([[3, 1]])).repeat(SIZE // 3, axis=0)
TERMS = Features(
    tuple(f"d{at:02d}" for at in range(SIZE)),
    ("农业", "粮食", "政务", "数据", "医院", "卫生"),
    csr_array(COUNTS),
    {"n_terms": COUNTS.sum(axis=1)},
)
TEXTS = [f"第{at // 20}组的第{at}句" for at in range(SIZE)]


class Groups:
    """An encoder whose vectors are those of the group that a text names, with some noise."""

    def encode(self, sentences):
        noise = np.random.default_rng(5).normal(scale=0.05, size=(len(sentences), 8))
        return np.eye(8)[[int(text[1]) for text in sentences]] + noise


def stub(answer):
    """Modules with the interface of umap, hdbscan and bertopic; what they were given is kept."""
    given = {}

    class Model:
        def __init__(self, **options):
            given["options"] = options

        def fit_transform(self, documents, embeddings=None):
            given.update(documents=documents, embeddings=embeddings)
            return answer, None

    return given, {
        "umap": SimpleNamespace(UMAP=lambda **options: ("umap", options)),
        "hdbscan": SimpleNamespace(HDBSCAN=lambda **options: ("hdbscan", options)),
        "bertopic": SimpleNamespace(BERTopic=Model),
    }


def test_clusters_become_topics_and_the_rest_a_topic_of_its_own(monkeypatch):
    answer = [0] * 20 + [1] * 20 + [-1] * 20
    given, modules = stub(answer)
    monkeypatch.setattr("textgov.topics.clusters.need", modules.__getitem__)
    model = cluster_topics(TERMS, TEXTS, Groups(), 5, seed=3)
    assert len(model) == 3
    assert sorted(model.labels) == ["", "", "outside"]
    outside = model.topics[model.labels.index("outside")]
    assert outside[[4, 5]].sum() == pytest.approx(1, abs=1e-4)
    shares = assign_topics(model, TERMS).values.toarray()
    assert len(set(shares[[0, 20, 40]].argmax(axis=1))) == 3
    assert shares.sum(axis=1) == pytest.approx(1)
    assert given["documents"][0] == "农业 粮食"
    assert given["embeddings"].shape == (SIZE, 8)
    assert given["options"]["nr_topics"] == 6
    name, options = given["options"]["umap_model"]
    assert (name, options["random_state"], options["n_jobs"]) == ("umap", 3, 1)
    again = cluster_topics(TERMS, TEXTS, Groups(), 5, seed=3)
    assert (again.topics == model.topics).all()


def test_no_cluster_is_told(monkeypatch):
    monkeypatch.setattr("textgov.topics.clusters.need", stub([-1] * SIZE)[1].__getitem__)
    with pytest.raises(TopicError) as caught:
        cluster_topics(TERMS, TEXTS, Groups(), 5)
    assert caught.value.code == "topics_no_cluster"


def test_the_real_bertopic_finds_the_groups():
    for name in ("bertopic", "umap", "hdbscan"):
        if importlib.util.find_spec(name) is None:
            pytest.skip("the extra embeddings is not installed")
    import warnings

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # those of the packages
        model = cluster_topics(TERMS, TEXTS, Groups(), 5)
    shares = assign_topics(model, TERMS).values.toarray()
    assert len({int(row.argmax()) for row in shares[[0, 20, 40]]}) == 3


def test_what_is_missing_is_told(monkeypatch, tmp_path):
    with pytest.raises(UsageError, match="nothing is downloaded"):
        open_encoder("some/model-of-the-hub")
    with pytest.raises(UsageError, match="60 rows need a text each"):
        cluster_topics(TERMS, TEXTS[:-1], Groups(), 5)
    monkeypatch.setitem(sys.modules, "sentence_transformers", None)
    with pytest.raises(ExtraError, match="embeddings"):
        open_encoder(tmp_path)
    monkeypatch.setitem(sys.modules, "umap", None)
    with pytest.raises(ExtraError, match="embeddings"):
        cluster_topics(TERMS, TEXTS, Groups(), 5)


def test_a_model_of_the_user_is_opened_from_its_folder_only(monkeypatch, tmp_path):
    given = {}

    def load(path, **options):
        given.update(path=path, **options)
        return Groups()

    monkeypatch.setitem(sys.modules, "sentence_transformers", SimpleNamespace(SentenceTransformer=load))
    assert open_encoder(tmp_path).encode(["第1组"]).shape == (1, 8)
    assert given == {"path": str(tmp_path), "local_files_only": True}
