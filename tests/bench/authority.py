"""What the authority costs a worker: seconds of CPU until every table and index is ready, megabytes, scanning.

Run ``python -m tests.bench.authority``; the first argument may name a folder of texts. The last line compares with
what a worker may spend; the command fails when it is more.
"""

from __future__ import annotations

import resource
import sys
import time
from datetime import date
from itertools import pairwise
from pathlib import Path

from kg.authority import Authority

TEXTS = Path(__file__).parents[1] / "corpus" / "open"

SECONDS, MEGABYTES = 0.5, 150
"""What loading may cost a worker, with all that its first articles ask for."""


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
    authority.people("Angelaa X Merkell")
    mark("indexes of people's names")
    authority.offices("angela-merkel")
    authority.holders("DE", "head-of-government", on=date(2010, 5, 1))
    mark("offices and their holders")
    for lookup in (authority.state, authority.demonym, authority.city, authority.landmark, authority.organisation):
        lookup("Nowhere")
    authority.capital_of("DE")
    authority.gender_of("Angela")
    authority.office_kind("Chancellor", country="DE")
    mark("states, places, organisations, titles")
    ready = marks[-1][1]
    for text in texts:
        gazetteer.scan(text)
    first = time.process_time() - ready
    before = time.process_time()
    hits = sum(len(gazetteer.scan(text)) for text in texts)
    again = time.process_time() - before
    for (_, start), (name, end) in pairwise(marks):
        print(f"{name}: {end - start:.3f} s")
    size = sum(map(len, texts)) or 1
    print(f"scan: {3_000_000 * again / size:.2f} ms a 3,000 characters ({len(texts)} texts, {hits} names)")
    # The gazetteer grows with the words it meets: what the first round took longer belongs to the loading.
    spent, held = ready - marks[0][1] + max(0.0, first - again), megabytes() - at_start
    print(
        f"all that a worker uses: {spent:.3f} s, {held:.0f} MiB above the {at_start:.0f} at the start "
        f"(may be {SECONDS} s, {MEGABYTES} MiB)"
    )
    if spent > SECONDS or held > MEGABYTES:
        sys.exit("the authority costs a worker too much: see kg/tables.py on how it is read")


if __name__ == "__main__":
    main()
