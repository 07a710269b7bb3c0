"""Score the reader straight on a folder of annotated articles, without building a release.

    python -m tests.bench.score tests/corpus/open --details
    python -m tests.bench.score tests/corpus/blind

The folder holds ``ID.txt`` beside ``ID.json``; the reader gets the text and the date of publication, no more.
Articles in a folder named ``blind`` must stay unread: details are refused there.
"""

from __future__ import annotations

import argparse
import hashlib
import sys
from collections.abc import Iterable, Sequence
from concurrent.futures import ProcessPoolExecutor
from datetime import date
from functools import cache
from itertools import repeat
from pathlib import Path
from typing import Any

from kg.evaluate import Found, from_account, load_gold, render, score, to_json
from kg.records import Article

WORKERS = 2
SEEDS = Path(__file__).parents[2] / "seeds"


@cache
def _reader() -> Any:
    from kg.reader import Reader

    return Reader()


def _read(article: Article, minima: Sequence[float | None]) -> list[Found]:
    return [from_account(_reader().read(article, min_confidence=minimum)) for minimum in minima]


def read(inputs: Sequence[Article], minima: Sequence[float | None] = (None,)) -> dict[float | None, dict[str, Found]]:
    """Return what the reader says of the articles by id, for each minimum of confidence (None for its thresholds)."""
    with ProcessPoolExecutor(min(WORKERS, len(inputs))) as pool:
        told = list(pool.map(_read, inputs, repeat(tuple(minima)), chunksize=4))
    return {minimum: {founds[n].id: founds[n] for founds in told} for n, minimum in enumerate(minima)}


def articles(folder: Path) -> Iterable[Article]:
    """Yield the folder's articles as a user would give them: text, id and date of publication."""
    for key, gold in sorted(load_gold(folder).items()):
        path = next(p for p in (folder / f"{key}.txt", SEEDS / f"{key}.txt") if p.is_file())
        raw = path.read_bytes()
        published = date.fromisoformat(gold.published) if gold.published else None
        source = "metadata" if published else "none"
        digest = hashlib.sha256(raw).hexdigest()
        yield Article(key, raw.decode("utf-8"), digest, published=published, date_source=source)  # type: ignore[arg-type]


def main() -> int:
    """Print the scores of each folder named on the command line."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("folder", type=Path, nargs="+")
    parser.add_argument("--details", action="store_true", help="list misses, extras and wrong details")
    parser.add_argument("--min-confidence", type=float, metavar="C", help="as for legation build")
    parser.add_argument("--only", action="append", metavar="ID", help="only these articles")
    parser.add_argument("--json", type=Path, metavar="FILE")
    options = parser.parse_args()
    if options.details and any("blind" in folder.resolve().parts for folder in options.folder):
        parser.error("the blind articles stay unread: leave out --details")
    golds = {key: gold for folder in options.folder for key, gold in load_gold(folder).items()}
    inputs = [article for folder in options.folder for article in articles(folder)]
    if options.only:
        golds = {key: gold for key, gold in golds.items() if key in options.only}
        inputs = [article for article in inputs if article.id in options.only]
    scores = score(golds, read(inputs, (options.min_confidence,))[options.min_confidence])
    print(render(scores, details=options.details))
    if options.json:
        options.json.write_text(to_json(scores, details=options.details), "utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
