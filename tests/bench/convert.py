"""How much does a build cost beside the bare language model? Articles a second of CPU, in one run.

    python -m tests.bench.convert [FOLDER] [--copies N] [--rounds N] [--json FILE]

A round lets the bare spaCy pipeline read the texts as they are (``nlp.pipe``, the model as spaCy loads it), then
builds a release from the same texts in this same process, model loaded before either. Time is that of the processor,
this process and its children; reading files, triples, SHACL, merging, dump and store are all in the build's. The
figure is the bare pipeline's time over the build's: 1 would be a build for free. It is taken within each round, since a
shared machine is slower at some times than at others, and the round with the middle figure is the one that is told.
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
from contextlib import ExitStack
from pathlib import Path
from typing import Any
from unittest.mock import patch

from spacy.language import Language

from kg.identity import identify
from kg.link import Linker
from kg.parse import model_name, parse, plain_model
from kg.pipeline import build
from kg.reader import Reader
from kg.validate import Validator

TARGET = 0.6
LINKING = 0.1
"""The share of a build that linking may take."""
CORPUS = Path(__file__).parents[1] / "corpus" / "open"


class Stopwatch:
    """Adds up the processor's time, in seconds, that some functions take over all their calls, each moment once."""

    def __init__(self) -> None:
        """Begin at zero."""
        self.seconds = 0.0
        self._running = False

    def around(self, function: Callable[..., Any]) -> Callable[..., Any]:
        """Return the function to put in its place; a call within another timed one is part of that."""

        def call(*args: Any, **kwargs: Any) -> Any:
            if self._running:
                return function(*args, **kwargs)
            self._running = True
            start = time.process_time()
            try:
                return function(*args, **kwargs)
            finally:
                self.seconds += time.process_time() - start
                self._running = False

        return call


def cpu(work: Callable[[], object]) -> float:
    """Return the seconds of processor time, user and system, that the work takes here and in child processes."""
    before = time.process_time() + sum(os.times()[2:4])
    work()
    return time.process_time() + sum(os.times()[2:4]) - before


def bare(nlp: Language, texts: list[str]) -> int:
    """Let the language model alone read the texts; return the number of tokens."""
    return sum(len(doc) for doc in nlp.pipe(texts))


def measure(folder: Path, *, copies: int, rounds: int) -> dict[str, Any]:
    """Return seconds of processor time for both ways, and how the build's are spent."""
    watches = {key: Stopwatch() for key in ("parse_s", "read_s", "check_s", "link_s")}
    with tempfile.TemporaryDirectory() as place, ExitStack() as patched:
        patched.enter_context(patch("kg.reader.parse", watches["parse_s"].around(parse)))
        patched.enter_context(patch.object(Reader, "read", watches["read_s"].around(Reader.read)))
        patched.enter_context(patch.object(Validator, "judge", watches["check_s"].around(Validator.judge)))
        patched.enter_context(patch("kg.reader.identify", watches["link_s"].around(identify)))
        for step in ("actor", "place", "actors", "holdings", "contradictions"):
            patched.enter_context(patch.object(Linker, step, watches["link_s"].around(getattr(Linker, step))))
        inputs = Path(place) / "articles"
        inputs.mkdir()
        for path in sorted(folder.glob("*.txt")):
            for copy in range(copies):
                shutil.copy(path, inputs / f"{path.stem}-{copy}.txt")
        texts = [path.read_text("utf-8") for path in sorted(inputs.iterdir())]
        build([inputs], Path(place) / "first")  # what is loaded once is loaded now
        nlp = plain_model()
        bare(nlp, texts[:8])
        told: list[dict[str, float]] = []
        for number in range(rounds):
            alone = cpu(lambda: bare(nlp, texts))
            for watch in watches.values():
                watch.seconds = 0.0
            out = Path(place) / f"release-{number}"
            whole = cpu(lambda out=out: build([inputs], out))  # type: ignore[misc]
            parts = {key: watch.seconds for key, watch in watches.items()}
            told.append({"bare_s": alone, "build_s": whole, **parts, "ratio": alone / whole})
    told.sort(key=lambda figures: figures["ratio"])
    middle = told[len(told) // 2]
    return {
        "articles": len(texts),
        "characters": sum(map(len, texts)),
        "model": model_name(nlp),
        "rounds": rounds,
        **middle,
        "extract_s": middle["read_s"] - middle["parse_s"],
        "rest_s": middle["build_s"] - middle["read_s"] - middle["check_s"],
        "ratios": [told[0]["ratio"], told[-1]["ratio"]],
        "target": TARGET,
    }


def table(figures: dict[str, Any]) -> str:
    """Return the figures for people to read."""
    articles = figures["articles"]
    head = f"{articles} articles, {figures['characters']} characters, {figures['model']}, middle of {figures['rounds']}"
    rows = [
        ("bare spaCy pipeline", "bare_s"),
        ("build", "build_s"),
        ("  parsing, mostly the model", "parse_s"),
        ("  the rest of reading", "extract_s"),
        ("    of which linking", "link_s"),
        ("  SHACL", "check_s"),
        ("  files, triples, merging, store", "rest_s"),
    ]
    lines = [head, f"{'':<36}{'CPU s':>8}{'ms/article':>12}{'articles/s':>12}"]
    for name, key in rows:
        seconds = figures[key]
        lines.append(f"{name:<36}{seconds:>8.2f}{1000 * seconds / articles:>12.1f}{articles / seconds:>12.1f}")
    verdict = "reached" if figures["ratio"] >= TARGET else "MISSED"
    low, high = figures["ratios"]
    share = figures["link_s"] / figures["build_s"]
    lines.append(f"linking: {share:.3f} of the build (target under {LINKING})")
    said = f"bare / build: {figures['ratio']:.3f} ({low:.3f} to {high:.3f}; target {TARGET}: {verdict})"
    return "\n".join([*lines, said])


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
