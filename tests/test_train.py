"""Training gives the same bytes each time, and models that the reader can use."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from kg.authority import Authority
from kg.extract import weigh
from kg.labels import Sample
from kg.parse import load_model
from kg.reader import Reader
from kg.train import FOLDS, ROUNDS, articles_of, fit, train

OPEN = Path(__file__).parent / "corpus" / "open"
ARTICLES = 12


@pytest.fixture(scope="module")
def reader() -> Reader:
    """Return a reader whose own models play no part in training."""
    return Reader(model=load_model(), authority=Authority.load())


@pytest.fixture(scope="module")
def corpus(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with a handful of annotated articles."""
    folder = tmp_path_factory.mktemp("corpus")
    for text in sorted(OPEN.glob("*.txt"))[:ARTICLES]:
        for path in OPEN.glob(f"{text.stem}.*"):
            shutil.copy(path, folder)
    return folder


@pytest.mark.slow
def test_training_twice_gives_the_same_bytes(corpus: Path, reader: Reader, tmp_path: Path) -> None:
    assert len(articles_of(corpus)) == ARTICLES >= FOLDS
    first, second = tmp_path / "first", tmp_path / "second"
    scores = train(corpus, first, reader)
    assert train(corpus, second, reader) == scores
    made = {path.name: path.read_bytes() for path in first.iterdir()}
    assert set(made) == {f"{model}.txt" for model in ROUNDS} | {"settings.json"}
    assert {path.name: path.read_bytes() for path in second.iterdir()} == made
    settings = json.loads(made["settings.json"])
    assert set(settings["thresholds"]) >= set(weigh.KINDS)
    at = settings["thresholds"]
    assert all(0 < at[kind] < 1 for kind in weigh.KINDS)
    assert 0 < at["identity-close"] <= at["identity"] <= 1, "a few articles may teach no link that is sure enough"
    for kind in weigh.KINDS:
        shares = [share for _, share in settings["calibration"][kind]]
        assert shares == sorted(shares), f"a higher {kind} score must not mean a lower confidence"
        assert 0 < shares[0] <= shares[-1] < 1


def test_rows_of_weight_zero_teach_nothing() -> None:
    rows = [[float(n % 7), float(n % 3)] for n in range(200)]
    plain, disturbed = Sample(), Sample()
    for row in rows:
        plain.add(row, float(row[0] > 3))
        disturbed.add(row, float(row[0] > 3))
        disturbed.add(row, float(row[0] <= 3), 0.0)
    model = fit("visit", [plain])
    assert model.model_to_string() == fit("visit", [disturbed]).model_to_string()
    low, high = model.predict([[0.0, 1.0], [6.0, 1.0]], num_threads=1)
    assert low < 0.1 < 0.9 < high
