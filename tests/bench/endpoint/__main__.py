"""How fast is the endpoint beside rdflib-endpoint, Oxigraph's own server and Virtuoso, over a million quads?

    python -m tests.bench.endpoint [--quads N] [--rounds N] [--without NAME] [--cache DIR] [--json FILE]

A release of invented articles goes through the whole way once and is kept in the cache, as is an environment with the
other servers, which pip installs there at first; Virtuoso is Debian's. All servers run on this machine, over the same
quads, with the union of all graphs as the default graph, and are asked by HTTP over a connection that is kept, for
JSON or N-Triples without compression, read to the last byte. First all answers are compared: as many rows, the same
ones, however numbers are written. Then each round asks every server every question, in turn, and medians are told.
``engine`` is the engine that Legation and Oxigraph share, in this process, without a server.

An answer of rdflib-endpoint that takes longer than a minute is given up and counts as a minute, as a lower bound (>);
what takes a server more than two seconds is asked three times, more than fifteen once (the number of runs stands in
brackets where it is small).

Further: how many of the smallest query are answered in a second over eight connections, beside a bare Flask
application under the same web server; and how many rows a second come out of HTTP, beside a bare loop over the engine.

Exit code 1 where answers differ or an aim is missed; 2 where a server cannot be had.
"""

from __future__ import annotations

import argparse
import json
import os
import signal
import statistics
import sys
import tempfile
import time
from contextlib import ExitStack
from dataclasses import asdict
from pathlib import Path
from urllib.parse import urlencode

from pyoxigraph import Store

from tests.bench import virtuoso
from tests.bench.endpoint import load, servers
from tests.bench.endpoint.queries import JSON, questions
from tests.bench.endpoint.race import race, rows_a_second
from tests.bench.endpoint.release import release
from tests.bench.endpoint.report import aims, requests_aim, rows_aim, table

OTHERS = ("rdflib-endpoint", "oxigraph", "virtuoso")
TIMEOUT_S = 60.0
LOAD_S = 5.0


def main() -> int:
    """Measure, print, and return the exit code."""
    options = _options()
    signal.signal(signal.SIGTERM, lambda number, frame: sys.exit(128 + number))  # so that all servers end as well
    cache = options.cache.resolve()
    names = [name for name in OTHERS if name not in options.without]
    asked = release(cache, options.quads)
    print(f"{asked.quads:,} quads in {asked.folder}", flush=True)
    if "virtuoso" in names and not virtuoso.installed():
        print(f"{virtuoso.REMEDY}, or leave it out: --without virtuoso", file=sys.stderr)
        return 2
    try:
        programs = servers.competitors(cache) if {"rdflib-endpoint", "oxigraph"} & set(names) else cache
    except RuntimeError as error:
        print(f"{error}; or leave them out: --without rdflib-endpoint --without oxigraph", file=sys.stderr)
        return 2
    store = Store.read_only(str(asked.store))
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="run-", dir=cache)))
        start = {
            "rdflib-endpoint": lambda: servers.rdflib_endpoint(asked, folder, programs),
            "oxigraph": lambda: servers.oxigraph(asked, folder, programs),
            "virtuoso": lambda: servers.virtuoso(asked, folder),
        }
        ours = stack.enter_context(servers.legation(asked))
        ready = [ours]
        for name in names:
            begun = time.perf_counter()
            ready.append(stack.enter_context(start[name]()))
            print(f"{name}: ready after {time.perf_counter() - begun:.0f} s", flush=True)
        each = questions(store)
        tell = (lambda line: print(line, file=sys.stderr, flush=True)) if options.verbose else (lambda line: None)
        raced = race(store, ready, each, rounds=options.rounds, timeout_s=TIMEOUT_S, tell=tell)
        shown = [server.name for server in ready]
        print("", *table(raced, shown), sep="\n", flush=True)
        print(*(f"? {where}: {name} answers otherwise: {why}" for where, name, why in raced.disagreements), sep="\n")

        smallest, many = each[0], each[-1]
        count, _ = raced.sizes[many.name]
        rows = rows_a_second(store, ours, many, count, rounds=max(3, options.rounds))
        if not load.installed():
            print(load.REMEDY, file=sys.stderr)
        ping = stack.enter_context(servers.ping())
        url = f"{ours.address}?{urlencode({'query': smallest.query})}"
        turns = [
            (load.per_second(url, seconds=LOAD_S, accept=JSON), load.per_second(ping.address, seconds=LOAD_S))
            for _ in range(max(3, options.rounds // 2))
        ]
        fresh = [load.per_second(url, seconds=LOAD_S, accept=JSON, new=True) for _ in turns] if load.installed() else []
    small, bare = zip(*turns, strict=True)
    share = statistics.median(one / other for one, other in turns)
    reached = [*aims(raced, shown), requests_aim(small, bare, share), rows_aim(rows)]
    print("", *(f"{'!' if aim.missed else ' '} {aim.what}: {aim.reached}" for aim in reached), sep="\n")
    if fresh:
        print(f"  the same with another query each time: {statistics.median(fresh):,.0f} a second")
    if options.json:
        found = {"quads": asked.quads, "race": asdict(raced), "requests": turns, "rows": asdict(rows)}
        options.json.write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")
    return int(bool(raced.disagreements) or any(aim.missed for aim in reached))


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m tests.bench.endpoint",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    home = Path(os.environ.get("XDG_CACHE_HOME", Path.home() / ".cache"))
    parser.add_argument("--quads", type=int, default=1_000_000)
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--without", choices=OTHERS, action="append", default=[], help="leave this server out")
    parser.add_argument("--cache", type=Path, default=home / "legation-bench", help="the release and other servers")
    parser.add_argument("--json", type=Path, help="write all figures there")
    parser.add_argument("--verbose", action="store_true", help="tell the first time of each question")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
