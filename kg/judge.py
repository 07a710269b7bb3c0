"""The learned part: small gradient-boosted models that score what the rules propose.

Each model is a LightGBM text file in ``kg/data/models``; ``python -m kg.train`` makes them, the same bytes each time.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from functools import lru_cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import Any

import lightgbm
import numpy as np
from numpy.typing import NDArray

from kg.errors import ModelError

Scores = NDArray[np.float64]
MODELS = (
    "identity",
    "coref",
    "plural",
    "visit",
    "meeting",
    "statement",
    "act",
    "status",
    "date",
    "visit-event",
    "meeting-event",
    "statement-event",
)


class Judge:
    """Scores candidates; ``thresholds`` are the scores from which a candidate is reported, by kind of event."""

    def __init__(
        self,
        boosters: dict[str, lightgbm.Booster],
        thresholds: dict[str, float],
        calibration: dict[str, list[list[float]]],
    ) -> None:
        """Hold the models and what was set on the development corpus."""
        self._boosters, self.thresholds, self._calibration = boosters, thresholds, calibration

    def scores(self, model: str, rows: Sequence[Sequence[float]]) -> Scores:
        """Return the probability of each row (shape ``(n,)``), or of each class (``(n, classes)``)."""
        if not rows:
            return np.zeros((0,), dtype=np.float64)
        result: Any = self._boosters[model].predict(np.asarray(rows, dtype=np.float32), num_threads=1)
        return np.asarray(result, dtype=np.float64)

    def confidence(self, kind: str, score: float) -> float:
        """Return the share of the development corpus's reports that were right at such a score, in 0–1."""
        points = self._calibration.get(kind)
        if not points:
            return round(score, 2)
        xs, ys = zip(*points, strict=True)
        return round(float(np.interp(score, xs, ys)), 2)


@lru_cache(maxsize=1)
def load_judge(folder: Traversable | None = None) -> Judge:
    """Return the models of a folder, loaded once a process; the packaged ones unless another is given.

    Raises:
        ModelError: a model file is missing.
    """
    folder = folder or files("kg.data") / "models"
    try:
        boosters = {name: lightgbm.Booster(model_str=(folder / f"{name}.txt").read_text("utf-8")) for name in MODELS}
        settings = json.loads((folder / "settings.json").read_text("utf-8"))
    except FileNotFoundError as error:
        raise ModelError(
            f"{error.filename}: a scoring model is missing; run `make train` or reinstall Legation."
        ) from error
    return Judge(boosters, settings["thresholds"], settings["calibration"])
