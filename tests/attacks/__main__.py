"""Carries the attacks out and prints the table; exit code 1 when one of them did harm."""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from collections.abc import Sequence
from functools import partial
from pathlib import Path

from tests.attacks import doors, generated, heavy, killing, malformed, nesting, slow
from tests.attacks.table import Attack, Result, carry_out, show
from tests.attacks.target import Target, serving
from tests.bench.growth import large_release

ARTICLES = 1_600
"""Invented articles in the release: 200,000 quads."""

TIMEOUT_S = 5.0
REQUESTS = 100_000
SLOW = 500


def attacks(
    *,
    requests: int = REQUESTS,
    slow_clients: int = SLOW,
    seed: int = 1,
    seconds: float = 20,
    allowed_s: float = 2,
    every: int = 1,
) -> list[Attack]:
    """Return all attacks.

    So many generated ``requests`` and slow clients are sent, who stay for ``seconds``; queries that do not end have
    ``allowed_s``, and one of ``every`` so many malformed requests is sent.
    """
    return [
        Attack("doors", doors.reach_out),
        Attack(
            "past the guard",
            doors.past_the_guard,
            frozenset({"reached, as it must be", "sealed, 0 hits", "worker, 0 hits"}),
        ),
        Attack("files", doors.read_files, frozenset({"301", "302", "303", "308"})),
        Attack("nesting", nesting.nest),
        Attack("chains", nesting.chain),
        Attack("2 MB", nesting.outsize, frozenset({"closed", "broken"})),
        Attack("endless", partial(heavy.overwork, allowed_s=allowed_s), frozenset({"broken"})),
        Attack("regular expressions", heavy.bomb, frozenset({"broken"})),
        Attack("everything", heavy.bulk, frozenset({"broken"})),
        Attack("deadlines", heavy.set_deadlines),
        Attack("malformed", partial(malformed.garble, every=every), malformed.FIT),
        *(
            Attack(name, partial(one, clients=slow_clients, seconds=seconds), slow.FIT)
            for name, one in slow.ATTACKS.items()
        ),
        Attack("generated", partial(generated.flood, requests=requests, seed=seed), generated.FIT),
        Attack("killing", killing.kill, killing.FIT),
    ]


def main(arguments: Sequence[str] | None = None) -> int:
    """Carry out what was asked for."""
    parser = argparse.ArgumentParser(prog="python -m tests.attacks")
    parser.add_argument("--only", default="", help="names of attacks, with commas between; all unless given")
    parser.add_argument("--requests", type=int, default=REQUESTS, help="generated requests (100,000)")
    parser.add_argument("--slow", type=int, default=SLOW, help="slow clients of each kind (500)")
    parser.add_argument("--seed", type=int, default=1, help="of the generated requests (1)")
    parser.add_argument("--articles", type=int, default=ARTICLES, help="invented articles in the release (1,600)")
    parser.add_argument("--release", type=Path, help="a folder with a release, in place of an invented one")
    options = parser.parse_args(arguments)
    only = {name for name in options.only.split(",") if name}
    chosen = [
        attack
        for attack in attacks(requests=options.requests, slow_clients=options.slow, seed=options.seed)
        if not only or attack.name in only
    ]
    with tempfile.TemporaryDirectory() as folder:
        release = options.release
        if release is None:
            large_release(Path(folder), options.articles)
            release = Path(folder) / "large"
        with serving(release, timeout_s=TIMEOUT_S) as target:
            results = [_told(attack, target) for attack in chosen]
    print(show(results), end="")
    return 1 if any(result.faults for result in results) else 0


def _told(attack: Attack, target: Target) -> Result:
    began = time.monotonic()
    result = carry_out(attack, target)
    print(f"{attack.name}: {time.monotonic() - began:.0f} s, {len(result.faults)} faults", file=sys.stderr, flush=True)
    return result


if __name__ == "__main__":
    sys.exit(main())
