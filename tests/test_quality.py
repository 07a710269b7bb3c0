"""Quality queries over the ontology and the seeds' release: each finds nothing there, and finds its planted fault.

The form is that of ROBOT's reports: a query a fault, in ``tests/quality``. The comments of each file say what it finds
and how bad that is (an ``error`` misleads people or programs, a ``warning`` is only untidy), a fault in Turtle to be
planted, and the node that the query must find then.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pyoxigraph as ox
import pytest

from kg.iri import PREFIXES
from kg.release import Release
from tests.vocabulary import declared, texts, whole

QUERIES = sorted((Path(__file__).parent / "quality").glob("*.rq"))
PLANTED = ox.NamedNode("https://w3id.org/legation/id/graph/planted")
HEAD = "\n".join(f"@prefix {prefix}: <{iri}> ." for prefix, iri in PREFIXES.items())


@dataclass(frozen=True)
class Check:
    """One query, with what its comments say."""

    finds: str
    severity: str
    fault: str
    found: str
    query: str


def check(path: Path) -> Check:
    """Return the query of a file and what its comments say, each of which must be there."""
    query = path.read_text(encoding="utf-8")

    def said(name: str) -> str:
        lines = re.findall(rf"^# {name}: (.+)$", query, flags=re.MULTILINE)
        assert lines, f"{path.name} has no comment '# {name}: …'"
        return "\n".join(lines)

    return Check(said("Finds"), said("Severity"), said("Fault"), said("Found"), query)


def run(query: str, store: ox.Store) -> list[str]:
    """Return a line for each row of the answer: the node in short, a colon, and what else the row says."""
    solutions = store.query(query, use_default_graph_as_union=True)
    assert isinstance(solutions, ox.QuerySolutions)
    return [compact(str(row["node"])) + ": " + " ".join(str(value) for value in list(row)[1:]) for row in solutions]


@contextmanager
def planted(store: ox.Store, fault: str) -> Iterator[None]:
    """Have the fault in the store, in a graph of its own, for as long as the block runs."""
    triples = ox.parse(f"{HEAD}\n{fault}", ox.RdfFormat.TURTLE)
    store.extend(ox.Quad(triple.subject, triple.predicate, triple.object, PLANTED) for triple in triples)
    try:
        yield
    finally:
        store.remove_graph(PLANTED)


def compact(node: str) -> str:
    return re.sub(rf"^<{re.escape(PREFIXES['leg'])}(\w+)>$", r"leg:\1", node)


@pytest.fixture(scope="module")
def published(seeds_release: Release) -> ox.Store:
    store = ox.Store()
    store.extend(seeds_release.store)
    return store


def test_there_are_many_queries_and_each_says_what_it_finds_and_how_bad_that_is() -> None:
    checks = [check(path) for path in QUERIES]
    assert len(checks) >= 20
    assert len({each.finds for each in checks}) == len(checks)
    assert {each.severity for each in checks} == {"error", "warning"}
    assert [each.finds for each in checks if not each.finds.endswith(".")] == []


@pytest.mark.parametrize("path", QUERIES, ids=lambda path: path.stem)
def test_ontology_and_release_are_free_of_it(path: Path, published: ox.Store) -> None:
    wanted = check(path)
    assert run(wanted.query, published) == [], f"{wanted.severity}: {wanted.finds}"


@pytest.mark.parametrize("path", QUERIES, ids=lambda path: path.stem)
def test_the_planted_fault_is_found(path: Path, published: ox.Store) -> None:
    wanted = check(path)
    with planted(published, wanted.fault):
        found = run(wanted.query, published)
    assert any(line.startswith(f"{wanted.found}:") for line in found), found


def test_terms_that_texts_of_the_ontology_name_are_declared() -> None:
    known = {str(term) for term in declared(whole())}
    named = {name for text in texts().values() for name in re.findall(r"\bleg:(\w+)", text)}
    assert len(named) > 100
    assert sorted(name for name in named if PREFIXES["leg"] + name not in known) == []
