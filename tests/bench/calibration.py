"""How far the confidences can be trusted, and what a minimum of confidence buys, on a folder of annotated articles.

    python -m tests.bench.calibration tests/corpus/blind
    python -m tests.bench.calibration tests/corpus/blind --min-confidence 0    # all that was weighed, not only reports

The first table gives for each tenth of confidence the reports, their mean confidence and the share of them that is
right, then the expected calibration error: the mean distance of the two, weighted by count. The second gives precision,
recall and F1 at rising minima. A report is right where ``legation evaluate`` pairs it with a required event and wrong
where it pairs it with none; one of a borderline event counts as neither. Figures on articles that the models were
trained on (``tests/corpus/open``) flatter them. Nothing of an article is printed.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from kg.evaluate import Found, Gold, Scores, load_gold, score
from kg.evaluate.gold import KINDS
from kg.evaluate.match import pair
from tests.bench.score import articles, read

BINS = 10
LADDER = (None, 0.0, 0.2, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9)


class Judged(NamedTuple):
    """One report that counts: its kind, its confidence (0–1), and whether it is right."""

    kind: str
    confidence: float
    right: bool


@dataclass(frozen=True)
class Bucket:
    """The reports in one tenth of confidence, from ``low`` on; ``mean`` is their mean confidence."""

    low: float
    count: int
    right: int
    mean: float

    @property
    def share(self) -> float:
        """The share that is right; a bucket is never empty."""
        return self.right / self.count


def judged(golds: Mapping[str, Gold], founds: Mapping[str, Found]) -> list[Judged]:
    """Return every report of the annotated articles that counts as right or wrong."""
    points = []
    for key, gold in sorted(golds.items()):
        events = founds[key].events if key in founds else ()
        required = {column: gold.events[row].required for row, column in pair(gold, events)}
        points += [
            Judged(event.kind, event.confidence, n in required)
            for n, event in enumerate(events)
            if required.get(n, True)
        ]
    return points


def buckets(points: Sequence[Judged]) -> list[Bucket]:
    """Return the tenths of confidence that hold reports; the last one includes 1."""
    filled: dict[int, list[Judged]] = {}
    for point in points:
        filled.setdefault(min(BINS - 1, round(point.confidence * 1000) // (1000 // BINS)), []).append(point)
    return [
        Bucket(n / BINS, len(own), sum(p.right for p in own), sum(p.confidence for p in own) / len(own))
        for n, own in sorted(filled.items())
    ]


def expected_error(points: Sequence[Judged]) -> float:
    """Return the expected calibration error over ten equal bins, weighted by count; 0 where there are no reports."""
    return sum(b.count * abs(b.share - b.mean) for b in buckets(points)) / len(points) if points else 0.0


def calibration_table(points: Sequence[Judged]) -> str:
    """Return the buckets of all kinds together and of each: confidence, reports, mean, share right."""
    lines = []
    for name, own in {"all": points, **{f"{k}s": [p for p in points if p.kind == k] for k in KINDS}}.items():
        lines.append(f"{name:<12}{'reports':>9}{'mean':>9}{'right':>9}")
        for bucket in buckets(own):
            span = f"{bucket.low:.1f}–{bucket.low + 1 / BINS:.1f}"
            lines.append(f"  {span:<10}{bucket.count:>9}{bucket.mean:>9.3f}{bucket.share:>9.3f}")
        lines += [f"  expected calibration error {expected_error(own):.3f} over {len(own)} reports", ""]
    return "\n".join(lines)


def ladder_table(ladder: Mapping[float | None, Scores]) -> str:
    """Return precision, recall and F1 of all kinds together and of each at rising minima of confidence."""
    names = ("all", *(f"{kind}s" for kind in KINDS))
    lines = [
        f"{'minimum':<10}" + "".join(f"{name:^24}" for name in names),
        " " * 10 + f"{'P':>8}{'R':>7}{'F1':>7}  " * 4,
    ]
    for minimum, scores in ladder.items():
        tallies = (scores.overall, *(scores.kinds[kind] for kind in KINDS))
        cells = "".join(f"{t.precision:>8.3f}{t.recall:>7.3f}{t.f1:>7.3f}  " for t in tallies)
        lines.append(f"{'default' if minimum is None else f'{minimum:.2f}':<10}{cells}")
    return "\n".join(line.rstrip() for line in lines)


def main() -> int:
    """Print both tables for the folders named on the command line."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("folder", type=Path, nargs="+")
    parser.add_argument("--min-confidence", type=float, metavar="C", help="the first table is of these reports")
    options = parser.parse_args()
    golds = {key: gold for folder in options.folder for key, gold in load_gold(folder).items()}
    inputs = [article for folder in options.folder for article in articles(folder)]
    minima = tuple(dict.fromkeys((*LADDER, options.min_confidence)))
    founds = read(inputs, minima)
    print(calibration_table(judged(golds, founds[options.min_confidence])))
    print(ladder_table({minimum: score(golds, founds[minimum]) for minimum in LADDER}))
    return 0


if __name__ == "__main__":
    sys.exit(main())
