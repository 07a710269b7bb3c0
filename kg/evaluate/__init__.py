"""How good is a release: precision, recall and F1 of its reports against annotated articles.

The way: :mod:`gold` reads the annotations, :mod:`found` reads what the system says (from an account or
from a release), :mod:`match` decides which actors and events are the same, :mod:`score` counts,
:mod:`render` prints. The scoring is article by article; merging over articles is judged elsewhere.
"""

from __future__ import annotations

from pathlib import Path

from kg.evaluate.found import Found, FoundActor, FoundEvent, FoundPlace, at_least, from_account, from_release
from kg.evaluate.gold import Gold, GoldActor, GoldEvent, Retelling, Trap, load_gold
from kg.evaluate.render import render, to_json
from kg.evaluate.score import Accuracy, Finding, Scores, Tally, score

__all__ = [
    "Accuracy",
    "Finding",
    "Found",
    "FoundActor",
    "FoundEvent",
    "FoundPlace",
    "Gold",
    "GoldActor",
    "GoldEvent",
    "Retelling",
    "Scores",
    "Tally",
    "Trap",
    "at_least",
    "evaluate",
    "from_account",
    "from_release",
    "load_gold",
    "render",
    "score",
    "to_json",
]


def evaluate(gold: Path, release: Path, *, min_confidence: float = 0.0) -> Scores:
    """Return the scores of the release in ``release`` against the annotations in the folder ``gold``.

    Only reports with at least ``min_confidence`` (0–1) count. An annotated article that the release does
    not hold counts as one in which nothing was found; articles without annotations are left out.

    Raises:
        InputError: the folder holds no annotations, or one of them cannot be read.
        ReleaseError: the folder holds no release.
    """
    return score(load_gold(gold), at_least(from_release(release), min_confidence))
