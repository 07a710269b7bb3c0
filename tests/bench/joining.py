"""How the time and memory of joining reports into events grow with their number.

    python -m tests.bench.joining [--reports N] [--rounds N] [--json FILE]

Synthetic accounts (:mod:`tests.synthetic`: some four reports an article, few people far more often in the news than
most, each occasion told about three times) with N reports and with half as many, made from one seed. As an archive
grows it covers more years at the same pace of news, so the years grow with the number. Each size is joined in a process
of its own, the two in turn; told are the processor time of each, its ratio over rounds, and the peak of memory that
joining adds. The time is to double when the number does; the exit code is 1 when the median ratio is 15 % off.
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import random
import re
import resource
import statistics
import sys
import time
from datetime import date, timedelta
from pathlib import Path

from kg.merge import join, tellings
from kg.records import Account, Article
from tests.synthetic import SyntheticReader

SLACK = 0.15
PEOPLE, COUNTRIES = 300, ("fr", "de", "it", "pl", "tr", "eg", "in", "cn", "jp", "br", "mx", "za", "ke", "us", "gb")
A_DAY = 4
"""Occasions on a day of the news that the archive holds."""
WORDS = re.findall(
    r"\w+",
    """treaty border grain harvest missile summit corridor prisoner sanction pipeline tariff ceasefire visa election
    bridge canal harbour railway satellite vaccine drought refugee embassy minority language fishery uranium debt
    currency merger parliament veto amendment militia checkpoint convoy blockade inspection archive museum stadium""",
)


def accounts(reports: int, *, seed: int = 7) -> list[Account]:
    """Return accounts with some so many reports, over as many years as news of this pace take."""
    rng = random.Random(seed)
    reader = SyntheticReader()
    stories = [_story(rng, date(1950, 1, 1) + timedelta(n // A_DAY)) for n in range(reports // 3)]
    found: list[Account] = []
    number = 0
    while number < reports:
        around = rng.randrange(len(stories))
        told = [stories[min(len(stories) - 1, around + rng.randrange(8))] for _ in range(4)]
        day = max(when for when, _ in told) + timedelta(rng.randrange(3))
        text = "\n".join(_told(rng, line, when) for when, line in told)
        article = Article(f"s{len(found):06d}", text, str(len(found)), published=day, date_source="metadata")
        found.append(reader.read(article))
        number += len(found[-1].reports)
    return found


def _story(rng: random.Random, day: date) -> tuple[date, str]:
    first, second = (f"person-{min(int(rng.paretovariate(0.6)), PEOPLE)}" for _ in range(2))
    where = f"town{rng.randrange(3)}-{rng.choice(COUNTRIES)}"
    kind = rng.choices(("Visit", "Meeting", "Statement"), (3, 4, 5))[0]
    if kind == "Visit":
        return day, f"Visit {first} to {where} on WHEN as occurred."
    if kind == "Meeting" and first != second:
        return day, f"Meeting {first} {second} in {where} on WHEN as occurred."
    return day, f"Statement {first} about state-{rng.choice(COUNTRIES)}: {' '.join(rng.choices(WORDS, k=12))}."


def _told(rng: random.Random, line: str, day: date) -> str:
    exact, month, year = day.isoformat(), day.isoformat()[:7], str(day.year)
    return line.replace("WHEN", rng.choices((exact, month, year, "?"), (80, 14, 3, 3))[0])


def measure(reports: int) -> dict[str, float]:
    """Return the reports, the events, the seconds of processor time that joining took, and the MiB that it added."""
    told = [telling for account in accounts(reports) for telling in tellings(account)]
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    start = time.process_time()
    events = join(told)
    spent = time.process_time() - start
    after = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return {"reports": len(told), "events": len(events), "seconds": spent, "mebibytes": (after - before) / 1024}


def main(argv: list[str] | None = None) -> int:
    """Run the benchmark and return its exit code."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--reports", type=int, default=50_000, metavar="N", help="reports of the larger size (50000)")
    parser.add_argument("--rounds", type=int, default=3, metavar="N", help="how often each size is joined (3)")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the figures there as well")
    options = parser.parse_args(argv)
    context = multiprocessing.get_context("spawn")
    rounds = []
    for _ in range(options.rounds):
        pair = []
        for size in (options.reports // 2, options.reports):
            with context.Pool(1) as pool:
                pair.append(pool.apply(measure, (size,)))
        rounds.append(pair)
        for one in pair:
            print("{reports:7.0f} reports, {events:6.0f} events: {seconds:6.2f} s, {mebibytes:5.0f} MiB".format(**one))
    ratio = statistics.median(
        large["seconds"] / small["seconds"] / (large["reports"] / small["reports"]) for small, large in rounds
    )
    print(f"twice the reports take {2 * ratio:.2f} times as long (target 2 ± {2 * SLACK:.1f})")
    if options.json:
        options.json.write_text(json.dumps({"rounds": rounds, "ratio": 2 * ratio}, indent=1) + "\n", encoding="utf-8")
    return int(abs(ratio - 1) > SLACK)


if __name__ == "__main__":
    sys.exit(main())
