"""What the authority costs: seconds of CPU to load and index, megabytes, milliseconds to scan a text.

Run ``python -m tests.bench.authority``; the first argument may name a folder of texts.
"""

from __future__ import annotations

import resource
import sys
import time
from itertools import pairwise
from pathlib import Path

from kg.authority import Authority

TEXTS = Path(__file__).parents[1] / "corpus" / "open"


def megabytes() -> float:
    """Return the most memory that the process has held, in MiB (``ru_maxrss`` is in KiB on Linux)."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def main() -> None:
    """Measure once each, in the order in which a build would use them."""
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else TEXTS
    texts = [path.read_text("utf-8") for path in sorted(folder.glob("*.txt"))]
    at_start = megabytes()
    marks = [("start", time.process_time())]

    def mark(name: str) -> None:
        marks.append((name, time.process_time()))

    authority = Authority.load()
    mark("load")
    gazetteer = authority.gazetteer
    mark("gazetteer")
    authority.is_full_name("Angela Merkel")
    mark("index of names")
    authority.people("Angelaa X Merkell")
    mark("all indexes of names")
    authority.offices("angela-merkel")
    mark("offices")
    for (_, before), (name, after) in pairwise(marks):
        print(f"{name}: {after - before:.3f} s")
    before = time.process_time()
    hits = sum(len(gazetteer.scan(text)) for text in texts)
    spent = time.process_time() - before
    size = sum(map(len, texts))
    print(f"scan: {3_000_000 * spent / size:.2f} ms a 3,000 characters ({len(texts)} texts, {hits} names)")
    print(f"memory: {megabytes() - at_start:.0f} MiB above the {at_start:.0f} MiB at the start")


if __name__ == "__main__":
    main()
