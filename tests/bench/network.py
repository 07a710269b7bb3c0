"""Whom did those that somebody met meet? Two hops in a network of a million quads, here and on Virtuoso, in one run.

    python -m tests.bench.network [ARTICLES]

writes so many invented articles' accounts as quads (5,100 unless told: a million), loads them into a store as
releases have it and into a Virtuoso of its own (Debian: virtuoso-opensource), and prints how long the same questions
take on each with the edges ``leg:metWith`` and, through the meetings themselves, without: the median of some runs after
a first, each of ours followed by one of Virtuoso's, so that what else the machine does slows both. Whom a meeting joins
is as uneven as in news: a few hundred people and states are in most meetings, most people in few. Virtuoso is asked
over HTTP on this machine, and the least time in which it answers anything is taken off.

Exit code 1 where an answer differs, or a question by edges takes more than three times what it takes Virtuoso and more
than five milliseconds; 2 where there is no Virtuoso.
"""

from __future__ import annotations

import hashlib
import json
import random
import statistics
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date, timedelta
from pathlib import Path

import requests
from pyoxigraph import Quad, Store

from kg.iri import DEFAULT_BASE, Names, term
from kg.merge import merge
from kg.query import run
from kg.rdf import graph_quads, nquads, ontology_quads
from kg.records import Account, Actor, Article, Meeting, Mode, Place, Report, Span, Status
from tests.bench.virtuoso import REMEDY, installed, virtuoso
from tests.derivation import derived_quads, tally, with_states

ARTICLES = 5_100
PEOPLE = 4_000
COUNTRIES = "US GB FR DE RU CN IN PK TR EG BR ZA JP KR IL IR SA UA PL IT ES SE NO NG KE ET AU CA MX AR ID VN".split()  # noqa: SIM905 – a list of 32 strings reads worse
RUNS = 9
BUDGET_S = 20
TIMES = 3
UNNOTICED_MS = 5
SAMPLE = 20

PROLOGUE = "PREFIX leg: <https://w3id.org/legation/ontology#>\n"
EDGES = "{0} leg:metWith ?via . ?via leg:metWith {1} ."
MEETINGS = """?m1 leg:participant {0} ; leg:status leg:Occurred ; leg:participant ?via .
  ?m2 leg:participant ?via ; leg:status leg:Occurred ; leg:participant {1} . FILTER({0} != ?via && ?via != {1})"""


def accounts(articles: int) -> Iterator[Account]:
    """Yield the accounts of so many invented articles, each with four meetings of two to five actors."""
    rng = random.Random(5)
    people = [
        Actor(f"person/p{number}", "person", f"Person {number}", country=rng.choice(COUNTRIES))
        for number in range(PEOPLE)
    ]
    states = [Actor(f"state/{code.lower()}", "state", f"State {code}", country=code) for code in COUNTRIES]
    cast = people + states
    weights = [1 / (rank + 12) ** 1.05 for rank in range(PEOPLE)] + [4 / (rank + 12) for rank in range(len(states))]
    places = [Place(f"place/{code.lower()}", f"Country {code}", code) for code in COUNTRIES]
    modes: tuple[Mode, ...] = ("in-person", "unknown", "phone", "video")
    statuses: tuple[Status, ...] = ("occurred", "planned", "cancelled")
    for number in range(articles):
        text = f"Article {number}. " + "They met and spoke about the bridge. " * 4
        day = date(2000, 1, 1) + timedelta(days=rng.randrange(9_000))
        named: dict[str, Actor] = {}
        reports = []
        for index in range(4):
            size = rng.choices((2, 3, 4, 5), weights=(80, 12, 5, 3))[0]
            who: dict[str, Actor] = {}
            while len(who) < size:
                one = rng.choices(cast, weights)[0]
                who[one.key] = one
            named |= who
            mode = rng.choices(modes, weights=(55, 25, 18, 2))[0]
            told = Meeting(tuple(sorted(who)), rng.choice(places).key if mode == "in-person" else None, mode)
            when = (day + timedelta(days=rng.randrange(-5, 20))).isoformat()
            start = text.index("They") + index * 37
            status = rng.choices(statuses, weights=(75, 20, 5))[0]
            reports.append(Report(told, status, when, Span(start, start + 36), 0.9, "meeting/meet"))
        digest = hashlib.sha256(text.encode()).hexdigest()
        article = Article(f"a{number}", text, digest, f"Article {number}", published=day, date_source="metadata")
        used = {report.event.place for report in reports if isinstance(report.event, Meeting)}
        yield Account(article, tuple(named.values()), tuple(p for p in places if p.key in used), (), tuple(reports))


def quads(articles: int) -> list[Quad]:
    """Return the quads of a release of so many articles, without its description of itself."""
    told = tuple(accounts(articles))
    merged = merge(told)
    numbers = tally(merged)
    names = Names()
    complete = with_states(merged, numbers)
    return [*graph_quads(names, told, complete), *derived_quads(names, numbers), *ontology_quads(names)]


def questions(store: Store) -> dict[str, tuple[str, ...]]:
    """Return each question as queries: by the edges, and through the meetings where that takes no minutes."""
    degrees = Counter(quad.subject for quad in store.quads_for_pattern(None, term("leg:metWith"), None, None))
    ranked = [f"<{node.value}>" for node, _ in sorted(degrees.items(), key=lambda pair: (-pair[1], pair[0].value))]
    sample = " ".join(ranked[:: max(1, len(ranked) // SAMPLE)][:SAMPLE])

    def hops(query: str, one: str) -> tuple[str, ...]:
        return tuple(PROLOGUE + query.replace("HOPS", way.format(one, "?far")) for way in (EDGES, MEETINGS))

    count = "SELECT (COUNT(DISTINCT ?far) AS ?n) WHERE { HOPS }"
    each = "SELECT ?who (COUNT(DISTINCT ?far) AS ?n) WHERE { GIVEN HOPS } GROUP BY ?who"
    return {
        "the best-connected actor": hops(count, ranked[0]),
        "an actor in the middle": hops(count, ranked[len(ranked) // 2]),
        f"{SAMPLE} actors of all ranks": hops(each.replace("GIVEN", f"VALUES ?who {{ {sample} }}"), "?who")[:1],
        "every actor": hops(each.replace("GIVEN", ""), "?who")[:1],
    }


@contextmanager
def asked_there(folder: Path, dump: Path) -> Iterator[Callable[[str], str]]:
    """Yield a way to ask a fresh Virtuoso that holds the dump; it lives in the folder and ends with the block."""
    with virtuoso(folder, dump) as address, requests.Session() as session:

        def ask(query: str) -> str:
            answer = session.post(
                address, data={"query": query, "format": "application/sparql-results+json"}, timeout=600
            )
            if not answer.ok:
                raise RuntimeError(f"Virtuoso does not answer: {answer.status_code} {answer.text[:500]}")
            return answer.text

        yield ask


def measured(asks: Sequence[Callable[[str], str]], query: str) -> tuple[list[float], bool]:
    """Return the median time of each store in milliseconds, and whether all answer alike.

    Where the first run takes longer than all others may together, it is the only one.
    """
    begun = time.perf_counter()
    first = [timed(ask, query) for ask in asks]
    times: list[list[float]] = [[] for _ in asks]
    while len(times[0]) < RUNS and time.perf_counter() - begun < BUDGET_S:
        for ask, taken in zip(asks, times, strict=True):
            taken.append(timed(ask, query)[0])
    answers = [rows(answer) for _, answer in first]
    medians = [statistics.median(taken or [once]) for taken, (once, _) in zip(times, first, strict=True)]
    return medians, all(answer == answers[0] for answer in answers)


def timed(ask: Callable[[str], str], query: str) -> tuple[float, str]:
    """Return how long one answer takes in milliseconds, and the answer."""
    started = time.perf_counter()
    answer = ask(query)
    return (time.perf_counter() - started) * 1000, answer


def rows(answer: str) -> list[tuple[str, ...]]:
    """Return a JSON answer's rows as plain strings, sorted."""
    found = json.loads(answer)
    return sorted(tuple(row[name]["value"] for name in found["head"]["vars"]) for row in found["results"]["bindings"])


def least(ask: Callable[[str], str]) -> float:
    """Return the least time in milliseconds in which a question without an answer is answered."""
    times = [timed(ask, "ASK { <urn:nobody> <urn:nothing> <urn:nowhere> }")[0] for _ in range(5 * RUNS)]
    return min(times)


def main(articles: int) -> int:
    """Print the table; return the exit code."""
    if not installed():
        print(REMEDY, file=sys.stderr)
        return 2
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        lines = nquads(quads(articles))
        dump = folder / "dump.nq"
        dump.write_bytes(b"".join(lines))
        store = Store(str(folder / "store"))
        store.bulk_load(path=str(dump))
        store.flush()
        edges = sum(b"ontology#metWith> <http" in line for line in lines)
        print(f"{len(lines):,} quads of {articles:,} articles, {edges:,} of them leg:metWith", flush=True)

        def here(query: str) -> str:
            return run(store, query, form="json", base=DEFAULT_BASE).decode()

        with asked_there(folder, dump) as there:
            ours = f"GRAPH ?g {{ ?s ?p ?o }} FILTER(STRSTARTS(STR(?g), '{DEFAULT_BASE}'))"
            ((held,),) = rows(there(f"SELECT (COUNT(*) AS ?n) WHERE {{ {ours} }}"))
            if int(held) != len(lines):
                raise RuntimeError(f"Virtuoso has loaded {held} of {len(lines)} quads")
            overhead = least(there)
            print(f"{overhead:.1f} ms taken off Virtuoso's times for HTTP\n")
            return table(questions(store), here, there, overhead)


def table(
    asked: Mapping[str, Sequence[str]], here: Callable[[str], str], there: Callable[[str], str], overhead: float
) -> int:
    """Print how long each question takes; return 1 where answers differ or the edges are too slow."""
    print("milliseconds, median       | by leg:metWith                | through the meetings          |")
    print("two hops from …            |  Legation  Virtuoso    ratio  |  Legation  Virtuoso    ratio  |", flush=True)
    failed = False
    for question, queries in asked.items():
        print(f"{question:26s} |", end="", flush=True)
        for query in queries:
            (ours, theirs), alike = measured((here, there), query)
            net = max(theirs - overhead, 0.1)
            slow = query is queries[0] and ours > max(TIMES * net, UNNOTICED_MS)
            failed |= slow or not alike
            marks = ("!" if slow else " ") + (" " if alike else "?")
            print(f"{ours:10.1f}{net:10.1f}{ours / net:9.2f}{marks}|", end="", flush=True)
        print(flush=True)
    if failed:
        print(f"! more than {TIMES} times as long as on Virtuoso   ? the answers differ", file=sys.stderr)
    return int(failed)


if __name__ == "__main__":
    if len(sys.argv) > 2 or not all(argument.isdigit() for argument in sys.argv[1:]):
        sys.exit("usage: python -m tests.bench.network [ARTICLES]")
    sys.exit(main(int(sys.argv[1]) if len(sys.argv) > 1 else ARTICLES))
