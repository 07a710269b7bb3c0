"""What does it cost to add ten articles to a release of ten thousand, beside converting these ten alone?

    python -m tests.bench.growth [--articles N] [--rounds N] [--keep DIR] [--json FILE]

A release of synthetic articles is built first (some four reports and six actors each, 300 people, 150 states, twenty
years), read by a reader that works by patterns but goes by the name of the real one, since releases do not mix readers.
Then ten real articles of the open corpus are (a) built into an empty folder and (b) added to the large release, by
the real reader in this same process, its model loaded before. Each round is one of both, and the round with the
middle ratio is told. Time is the wall clock's, for waiting for the disk is part of it; the processor's stands beside.

These ten meet few of the invented people; so ten further invented articles on occasions that the release has already
are added as well, to show what merging with what is there costs.

What (b) takes beyond (a) is the constant: the snapshot of the store, the copy of the state, members of the dump that
are copied, sums, links and flushing all of that to disk. It grows with the release, not with what is added, and is
told part by part.
"""

from __future__ import annotations

import argparse
import json
import shutil
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any
from unittest.mock import patch

from kg import growth, pipeline, state
from kg.release import publish
from kg.workers import spacy_reader
from tests.synthetic import SyntheticReader, articles

TARGET = 2.0
CONSTANT = 3.0
"""Seconds on top that a release of ten thousand may cost whatever is added; less than one on an idle machine."""
UNDATED = 0.04
"""Of reports in dated articles: what the real reader leaves without a date in the open corpus."""
CORPUS = Path(__file__).parents[1] / "corpus" / "open"
PARTS: tuple[tuple[str, Any, str], ...] = (
    ("reading the articles", pipeline, "read_articles"),
    ("the state copied", state.shutil, "copyfile"),
    ("what changes", pipeline, "update"),
    ("of it, events joined", growth, "join"),
    ("links and counts", pipeline, "_contents"),
    ("members of the dump", publish, "write_lines"),
    ("store: snapshot and changes", publish, "grow_store"),
    ("links as a table", publish, "mappings"),
    ("flushing to disk", publish, "sync_tree"),
)


class Clock:
    """Adds up the seconds that some functions take."""

    def __init__(self) -> None:
        """Begin at zero."""
        self.seconds: dict[str, float] = dict.fromkeys((name for name, *_ in PARTS), 0.0)

    @contextmanager
    def running(self) -> Iterator[None]:
        """Time the functions while inside."""
        with ExitStack() as stack:
            for name, module, function in PARTS:
                if hasattr(module, function):
                    stack.enter_context(patch.object(module, function, self._timed(name, getattr(module, function))))
            yield

    def _timed(self, name: str, function: Callable[..., Any]) -> Callable[..., Any]:
        def call(*args: Any, **kwargs: Any) -> Any:
            start = time.perf_counter()
            try:
                return function(*args, **kwargs)
            finally:
                self.seconds[name] += time.perf_counter() - start

        return call


def fast_reader() -> SyntheticReader:
    """Return the fast reader under the name of the real one's model."""
    return SyntheticReader(spacy_reader().model_name)


def large_release(folder: Path, number: int) -> float:
    """Build the synthetic release and return the seconds that it took."""
    given = folder / "synthetic.jsonl"
    with given.open("w", encoding="utf-8") as stream:
        for record in articles(number, seed=1, undated=UNDATED):
            stream.write(json.dumps(record) + "\n")
    start = time.perf_counter()
    pipeline.build([given], folder / "large", make_reader=fast_reader)
    return time.perf_counter() - start


def ten_of_that_world(folder: Path, number: int) -> list[Path]:
    """Write ten further articles on the people and occasions of the large release, and return the file."""
    given = folder / "ten.jsonl"
    records = [record | {"id": f"t{index}"} for index, record in enumerate(articles(number, seed=1, undated=UNDATED))]
    moved = [record | {"text": record["text"].replace("Mr:", "Sir:")} for record in records[:: max(1, number // 10)]]
    given.write_text("".join(json.dumps(record) + "\n" for record in moved[:10]), encoding="utf-8")
    return [given]


def restore(out: Path, first: str) -> None:
    """Let the large release be the current and only one again."""
    for new in (out / "releases").iterdir():
        if new.name != Path(first).name and not new.name.startswith("."):
            shutil.rmtree(new)
    shutil.rmtree(out / "diffs", ignore_errors=True)
    (out / "gone.tsv").unlink(missing_ok=True)
    (out / "current").unlink()
    (out / "current").symlink_to(first)


def measured(task: Callable[[], object]) -> tuple[float, float]:
    """Return the seconds of the wall clock and of the processor that a task takes."""
    wall, processor = time.perf_counter(), time.process_time()
    task()
    return time.perf_counter() - wall, time.process_time() - processor


def main() -> int:
    """Measure, print, and return 1 where adding costs more than it may."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--articles", type=int, default=10_000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--keep", type=Path, help="keep the large release there, or take it from there")
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    folder = options.keep or Path(tempfile.mkdtemp(prefix="growth-"))
    folder.mkdir(parents=True, exist_ok=True)
    ten = sorted(CORPUS.glob("*.txt"))[::9][:10]
    if not (folder / "large").exists():
        print(f"large release: {large_release(folder, options.articles):.0f} s", file=sys.stderr)
    first = str((folder / "large" / "current").readlink())
    pipeline.build(ten[:1], folder / "warm")  # loads the model
    rounds = []
    for number in range(options.rounds):
        alone = measured(lambda number=number: pipeline.build(ten, folder / f"alone{number}"))
        clock = Clock()
        with clock.running():
            added = measured(lambda: pipeline.add(ten, folder / "large"))
        rounds.append({"alone": alone, "added": added, "parts": clock.seconds})
        restore(folder / "large", first)
    near, clock = ten_of_that_world(folder, options.articles), Clock()
    with clock.running():
        met = measured(lambda: pipeline.add(near, folder / "large", make_reader=fast_reader))
    restore(folder / "large", first)
    rounds.sort(key=lambda one: one["added"][0] / one["alone"][0])
    middle = rounds[len(rounds) // 2]
    constant = middle["added"][0] - TARGET * middle["alone"][0]
    print(f"ten alone:  {middle['alone'][0]:6.2f} s ({middle['alone'][1]:.2f} s of the processor)")
    print(f"ten added:  {middle['added'][0]:6.2f} s ({middle['added'][1]:.2f} s of the processor)")
    print(f"ratio:      {middle['added'][0] / middle['alone'][0]:6.2f}, beyond {TARGET:g}×: {max(0.0, constant):.2f} s")
    for name, seconds in middle["parts"].items():
        print(f"  {name:28} {seconds:6.2f} s")
    print(f"ten more of the same occasions, by the fast reader: {met[0]:.2f} s ({met[1]:.2f} s of the processor)")
    print(f"  what changes                 {clock.seconds['what changes']:6.2f} s")
    if options.json:
        options.json.write_text(json.dumps({"rounds": rounds, "articles": options.articles}, indent=1) + "\n")
    if not options.keep:
        shutil.rmtree(folder)
    return int(constant > CONSTANT)


if __name__ == "__main__":
    sys.exit(main())
