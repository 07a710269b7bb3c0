"""How much does a build cost beside the bare language model? Articles a second of CPU, in one run.

    python -m tests.bench.convert [FOLDER] [--copies N] [--rounds N] [--json FILE]

A round lets the bare spaCy pipeline read the texts as they are (``nlp.pipe`` with all that the model has), then
builds a release from the same texts in this same process, model loaded before either. Time is that of the processor,
this process and its children; reading files, triples, SHACL, merging, dump and store are all in the build's. The
figure is the bare pipeline's time over the build's, from the fastest round of each: 1 would be a build for free.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import sys
import tempfile
import time
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

from kg.iri import Names
from kg.merge import merge
from kg.parse import load_model
from kg.pipeline import build
from kg.rdf import graph_quads
from kg.records import Account, Article
from kg.validate import Validator
from kg.workers import spacy_reader

TARGET = 0.6
CORPUS = Path(__file__).parents[1] / "corpus" / "open"


class Timed:
    """A reader that knows the processor's time it took, in seconds, and what it read."""

    def __init__(self) -> None:
        """Load the reader proper."""
        self._reader = spacy_reader()
        self.seconds = 0.0
        self.accounts: list[Account] = []

    @property
    def model_name(self) -> str:
        """The language model used."""
        return self._reader.model_name

    def read(self, article: Article) -> Account:
        """Return what the article says, and keep it."""
        start = time.process_time()
        account = self._reader.read(article)
        self.seconds += time.process_time() - start
        self.accounts.append(account)
        return account


@cache
def timed_reader() -> Timed:
    """Return the one timed reader of this process."""
    return Timed()


def cpu(work: Callable[[], object]) -> float:
    """Return the seconds of processor time, user and system, that the work takes here and in child processes."""
    before = os.times()
    work()
    after = os.times()
    return sum(after[:4]) - sum(before[:4])


def bare(texts: list[str]) -> int:
    """Let the language model alone read the texts; return the number of tokens."""
    return sum(len(doc) for doc in load_model().pipe(texts))


def measure(folder: Path, *, copies: int, rounds: int) -> dict[str, Any]:
    """Return seconds of processor time and articles a second, for both ways, and how the build's are spent."""
    reader = timed_reader()
    with tempfile.TemporaryDirectory() as place:
        inputs = Path(place) / "articles"
        inputs.mkdir()
        for path in sorted(folder.glob("*.txt")):
            for copy in range(copies):
                shutil.copy(path, inputs / f"{path.stem}-{copy}.txt")
        texts = [path.read_text("utf-8") for path in sorted(inputs.iterdir())]
        first = Path(place) / "first"
        build([inputs], first, make_reader=timed_reader)  # what is loaded once is loaded now
        bare(texts[:8])
        bares, builds, reads = [], [], []
        for number in range(rounds):
            bares.append(cpu(lambda: bare(texts)))
            reader.seconds, reader.accounts = 0.0, []
            out = Path(place) / f"release-{number}"
            builds.append(cpu(lambda out=out: build([inputs], out, make_reader=timed_reader)))  # type: ignore[misc]
            reads.append(reader.seconds)
        validator, names = Validator(), Names()
        check = cpu(lambda: [validator.check(graph_quads(names, (a,), merge((a,)))) for a in reader.accounts])
    best = builds.index(min(builds))
    return {
        "articles": len(texts),
        "characters": sum(map(len, texts)),
        "model": reader.model_name,
        "rounds": rounds,
        "bare_s": min(bares),
        "build_s": builds[best],
        "read_s": reads[best],
        "check_s": check,
        "rest_s": builds[best] - reads[best] - check,
        "ratio": min(bares) / builds[best],
        "target": TARGET,
    }


def table(figures: dict[str, Any]) -> str:
    """Return the figures for people to read."""
    articles = figures["articles"]
    head = f"{articles} articles, {figures['characters']} characters, {figures['model']}, best of {figures['rounds']}"
    rows = [
        ("bare spaCy pipeline", "bare_s"),
        ("build", "build_s"),
        ("  reading (model and extraction)", "read_s"),
        ("  triples and SHACL", "check_s"),
        ("  files, merging, dump, store", "rest_s"),
    ]
    lines = [head, f"{'':<36}{'CPU s':>8}{'ms/article':>12}{'articles/s':>12}"]
    for name, key in rows:
        seconds = figures[key]
        lines.append(f"{name:<36}{seconds:>8.2f}{1000 * seconds / articles:>12.1f}{articles / seconds:>12.1f}")
    verdict = "reached" if figures["ratio"] >= TARGET else "MISSED"
    return "\n".join([*lines, f"bare / build: {figures['ratio']:.3f} (target {TARGET}: {verdict})"])


def main() -> int:
    """Print the table; exit with 1 where the target is missed."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument(
        "folder", type=Path, nargs="?", default=CORPUS, help="folder of .txt articles (tests/corpus/open)"
    )
    parser.add_argument("--copies", type=int, default=1, metavar="N", help="take each article N times, under new ids")
    parser.add_argument("--rounds", type=int, default=3, metavar="N")
    parser.add_argument("--json", type=Path, metavar="FILE")
    options = parser.parse_args()
    figures = measure(options.folder, copies=options.copies, rounds=options.rounds)
    print(table(figures))
    if options.json:
        options.json.write_text(json.dumps(figures, indent=1) + "\n", "utf-8")
    return 0 if figures["ratio"] >= TARGET else 1


if __name__ == "__main__":
    sys.exit(main())
