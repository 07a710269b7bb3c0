"""What more annotated articles are worth: train on some of them, score on others.

    python -m tests.bench.learning tests/corpus/open tests/corpus/blind --sizes 30 60 120

Each size takes its articles evenly from the sorted ids of the first folder, trains every model as ``make train`` does,
thresholds and calibration too, and reads the second folder with them. It takes some minutes a size.
"""

from __future__ import annotations

import argparse
import shutil
import sys
import tempfile
from pathlib import Path

from kg.evaluate import Scores, from_account, load_gold, score
from kg.judge import load_judge
from kg.reader import Reader
from kg.train import train
from tests.bench.score import articles


def chosen(folder: Path, size: int) -> list[str]:
    """Return ``size`` ids of the folder's articles, evenly spread over all of them."""
    ids = sorted(load_gold(folder))
    size = min(size, len(ids))
    return [ids[n * len(ids) // size] for n in range(size)]


def taught(folder: Path, size: int, reader: Reader, scored: Path) -> Scores:
    """Return how models trained on ``size`` articles of one folder read another."""
    with tempfile.TemporaryDirectory() as scratch:
        part, models = Path(scratch, "part"), Path(scratch, "models")
        part.mkdir()
        for key in chosen(folder, size):
            for path in folder.glob(f"{key}.*"):
                shutil.copy(path, part)
        train(part, models, Reader(model=reader.nlp, authority=reader.authority))
        judged = Reader(model=reader.nlp, authority=reader.authority, judge=load_judge(models))
    golds = load_gold(scored)
    return score(golds, {a.id: from_account(judged.read(a)) for a in articles(scored)})


def line(name: str, scores: Scores) -> str:
    """Return F1 by kind and the accuracy of the attributes, in one line."""
    kinds = "  ".join(f"{kind} {tally.f1:.3f}" for kind, tally in scores.kinds.items())
    details = "  ".join(f"{name} {part.right / max(1, part.total):.3f}" for name, part in scores.details.items())
    return f"{name:<24}{kinds}  |  {details}"


def main() -> int:
    """Print a line for each size."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("folder", type=Path, help="annotated articles to train on")
    parser.add_argument("scored", type=Path, help="annotated articles to score on")
    parser.add_argument("--sizes", type=int, nargs="+", default=[30, 60, 120])
    options = parser.parse_args()
    reader = Reader()
    for size in options.sizes:
        print(line(f"{size} articles", taught(options.folder, size, reader, options.scored)), flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
