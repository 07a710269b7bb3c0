"""What the reconciliation service costs and how well it ranks, on some thousands of actors.

    python -m tests.bench.reconcile [ACTORS]

prints the time to build the index of a release with so many invented actors, the memory that it takes, and the time
that a query and a suggestion take; then, on the names of the authority (``kg/data/authority``), how often the right
one comes first and how often a match is right, for names as they stand, with a letter left out, and for other names
that the index does not have.
"""

from __future__ import annotations

import csv
import gc
import random
import re
import resource
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from pyoxigraph import Literal, NamedNode, Quad, Store

from kg.iri import DEFAULT_BASE, Names, term
from kg.rdf import ontology_quads
from server.reconcile.ask import Condition, Question
from server.reconcile.index import build
from server.reconcile.score import candidates
from server.reconcile.suggest import entities

SYLLABLES = re.findall("..[nrs]?", "kamorishalevantobernugrisaldorizhuhanlofeqibalsteinaovezani")
AUTHORITY = Path(__file__).parents[2] / "kg" / "data" / "authority"
KINDS = (("person", "Person", 0.6), ("organization", "Ministry", 0.25), ("place", "Place", 0.15))


def quads(actors: int) -> Iterator[Quad]:
    """Yield as many actors and places, with two aliases, a link, a country and two offices or so each."""
    rng = random.Random(7)  # names, not secrets

    def name(parts: int) -> str:
        return " ".join("".join(rng.choices(SYLLABLES, k=rng.randint(2, 4))).capitalize() for _ in range(parts))

    graph = NamedNode(f"{DEFAULT_BASE}graph/actors")
    yield from ontology_quads(Names())
    for number in range(actors):
        folder, kind, _ = rng.choices(KINDS, weights=[share for *_, share in KINDS])[0]
        node = NamedNode(f"{DEFAULT_BASE}{folder}/{number}")
        label = name(2) if folder != "organization" else f"Ministry of {name(1)} Affairs of {name(1)}"
        code = chr(65 + rng.randrange(26)) + chr(65 + rng.randrange(26))
        said = [
            ("rdf:type", term(f"leg:{kind}")),
            ("rdfs:label", Literal(label, language="en")),
            ("skos:altLabel", Literal(label.split()[-1], language="en")),
            ("skos:altLabel", Literal(f"Minister {label}", language="en")),
            ("leg:countryCode", Literal(code)),
            ("skos:exactMatch", NamedNode(f"http://www.wikidata.org/entity/Q{number + 1}")),
        ]
        yield from (Quad(node, term(predicate), value, graph) for predicate, value in said)
        for term_of_office in range(2 if folder == "person" else 0):
            office = NamedNode(f"{DEFAULT_BASE}office/{rng.randrange(500)}")
            holding = NamedNode(f"{DEFAULT_BASE}holding/{number}-{term_of_office}")
            yield Quad(office, term("rdfs:label"), Literal(f"Minister {office.value[-3:]}", language="en"), graph)
            yield Quad(holding, term("leg:holder"), node, graph)
            yield Quad(holding, term("leg:office"), office, graph)
        for report in range(rng.randint(0, 10)):
            source = NamedNode(f"{DEFAULT_BASE}report/{number}-{report}")
            yield Quad(source, term("leg:reportedActor"), node, graph)


def main(actors: int) -> None:
    """Print the figures."""
    with tempfile.TemporaryDirectory() as folder:
        store = Store(str(Path(folder) / "store"))
        store.bulk_extend(quads(actors))
        store.flush()
        gc.collect()
        before = resident()
        started = time.thread_time()
        index = build(store, base=DEFAULT_BASE)
        took = time.thread_time() - started
        gc.collect()
        print(
            f"{len(index.entities):,} entities, {len(index.names):,} names: {took * 1000:,.0f} ms of processor time",
            end=", ",
        )
        print(f"{(resident() - before) / 1024:,.1f} MB more resident")
        some = random.Random(1).sample(list(index.entities), 200)
        asked = {
            "exact name": [Question(entity.name) for entity in some],
            "one letter missing": [Question(entity.name[:3] + entity.name[4:]) for entity in some],
            "nothing like it": [Question(entity.name[::-1]) for entity in some],
            "surname only": [Question(entity.name.split()[-1]) for entity in some],
            "with country": [
                Question(entity.name, conditions=(Condition("countryCode", (entity.country,)),)) for entity in some
            ],
            "with office": [
                Question(entity.name, conditions=(Condition("office", ("Minister 12",)),)) for entity in some
            ],
        }
        for case, questions in asked.items():
            report(case, [lambda q=q: candidates(store, index, q, base=DEFAULT_BASE) for q in questions])  # type: ignore[misc]
        starts = [entity.name[:3] for entity in some]
        report(
            "suggest by three letters",
            [
                lambda start=start: entities(store, index, start, types=(), cursor=0, limit=10, base=DEFAULT_BASE)  # type: ignore[misc]
                for start in starts
            ],
        )


def rank(sample: int) -> None:
    """Print how well the names of the authority are found, whose other names the index does not know."""
    rng = random.Random(3)
    graph, store = NamedNode(f"{DEFAULT_BASE}graph/actors"), Store()
    store.extend(ontology_quads(Names()))
    plain, others = [], []
    for table, folder, kind in (("people", "person", "Person"), ("organisations", "organization", "Organization"),
                                ("cities", "place", "Place"), ("countries", "state", "State")):  # fmt: skip
        with (AUTHORITY / f"{table}.csv").open(encoding="utf-8", newline="") as file:
            for row in csv.DictReader(file):
                id_ = f"{folder}/{row.get('key') or row['code'].lower()}"
                said = [("rdf:type", term(f"leg:{kind}")), ("rdfs:label", Literal(row["name"], language="en"))]
                store.extend(Quad(NamedNode(DEFAULT_BASE + id_), term(name), value, graph) for name, value in said)
                if folder == "person":
                    plain.append((row["name"], id_))
                    others += [(alias, id_) for alias in row["aliases"].split("|") if alias]
    index = build(store, base=DEFAULT_BASE)
    some = rng.sample(plain, sample)
    slips = [(name[:at] + name[at + 1 :], id_) for name, id_ in some for at in [rng.randrange(1, len(name))]]
    for case, pairs in (("name", some), ("letter left out", slips), ("other name", rng.sample(others, sample))):
        firsts = [(candidates(store, index, Question(name), base=DEFAULT_BASE)[:1], id_) for name, id_ in pairs]
        right = [found[0].entity.id == id_ for found, id_ in firsts if found]
        matches = [found[0].entity.id == id_ for found, id_ in firsts if found and found[0].match]
        print(f"{case:<26} first {sum(right) / len(pairs):.3f}, matched {len(matches) / len(pairs):.3f}", end=", ")
        print(f"of which right {sum(matches) / (len(matches) or 1):.3f}")


def report(case: str, calls: list[Callable[[], object]]) -> None:
    """Print the median and the longest time of some calls."""
    times = []
    for call in calls:
        started = time.thread_time()
        call()
        times.append((time.thread_time() - started) * 1000)
    times.sort()
    print(f"{case:<26} median {times[len(times) // 2]:6.2f} ms, longest {times[-1]:6.2f} ms")


def resident() -> int:
    """Return the memory that this process has now, in KiB."""
    return int(Path("/proc/self/statm").read_text("ascii").split()[1]) * resource.getpagesize() // 1024


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 10_000)
    rank(1000)
