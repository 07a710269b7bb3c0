"""What each technique of the reader is worth: read annotated articles without it, the models being as they are.

    python -m tests.bench.ablation tests/corpus/blind

The models are not trained anew, so that a technique they have learned to rely on is missed more than it would be if
they had never had it.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any
from unittest.mock import patch

import numpy as np

import kg.extract.clause
import kg.reader
from kg.evaluate import Scores, from_account, load_gold, score
from kg.judge import Judge
from kg.reader import Reader
from tests.bench.learning import line
from tests.bench.score import articles


def _without_models(*names: str) -> Callable[[Judge, str, Sequence[Sequence[float]]], Any]:
    asked = Judge.scores

    def scores(self: Judge, model: str, rows: Sequence[Sequence[float]]) -> Any:
        return np.zeros(len(rows)) if model in names else asked(self, model, rows)

    return scores


def _first_scores(self: Judge, model: str, rows: Sequence[Sequence[float]]) -> Any:
    return np.asarray([row[0] for row in rows]) if model.endswith("-event") else _ASKED(self, model, rows)


_ASKED, _OF = Judge.scores, kg.extract.clause.Senses.of
TECHNIQUES: dict[str, list[tuple[Any, str, Any]]] = {
    "nothing": [],
    "pronouns and phrases": [(Judge, "scores", _without_models("coref", "plural"))],
    "plurals": [(Judge, "scores", _without_models("plural"))],
    "second look": [(Judge, "scores", _first_scores)],
    "settling of tellings": [(kg.reader, "settle", lambda scene, tellings: tellings)],
    "people of the authority": [(kg.reader, "identify", lambda cast, authority, published, choose, thresholds: None)],
    "quotations": [(kg.reader, "find_quotes", lambda text, zones: ())],
    "word senses": [
        (kg.extract.clause.Senses, "of", lambda self, token: np.zeros_like(_OF(self, token))),
        (kg.extract.clause.Senses, "row", lambda self, token: (0.0,) * len(self.names)),
    ],
}


@contextmanager
def without(technique: str) -> Iterator[None]:
    """Take a technique away for a while."""
    with ExitStack() as stack:
        for owner, name, put in TECHNIQUES[technique]:
            stack.enter_context(patch.object(owner, name, put))
        yield


def worth(folder: Path, technique: str, reader: Reader) -> Scores:
    """Return the scores of a folder read without a technique."""
    with without(technique):
        founds = {article.id: from_account(reader.read(article)) for article in articles(folder)}
    return score(load_gold(folder), founds)


def main() -> int:
    """Print a line for each technique taken away."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--only", choices=TECHNIQUES, action="append", help="only without this")
    options = parser.parse_args()
    reader = Reader()
    for technique in options.only or TECHNIQUES:
        print(line(f"without {technique}", worth(options.folder, technique, reader)), flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
