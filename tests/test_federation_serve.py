"""Two servers, one of which may call the other: as operators start them and clients ask them."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest
from pyoxigraph import Literal, NamedNode, Quad, Store

from tests.federation_fixture import endpoint
from tests.server_fixture import LEG, ROOT, write_release

PREFIXES = f"PREFIX leg: <{LEG}> PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#> PREFIX e: <http://e/>\n"
MANY = 10_000


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_release(tmp_path_factory.mktemp("release")).parents[1]


@pytest.fixture(scope="module")
def other() -> Iterator[str]:
    """Return the address of an endpoint that knows parties, and many things."""
    store = Store()
    for name, party in (("ada-example", "Reds"), ("bo-sample", "Blues")):
        person = NamedNode(f"https://w3id.org/legation/id/person/{name}")
        store.add(Quad(person, NamedNode("http://e/party"), Literal(party)))
    things = (NamedNode(f"http://e/things/{number}") for number in range(MANY + 1))
    store.extend(Quad(thing, NamedNode("http://e/is"), Literal("a thing, ' \" \n")) for thing in things)
    with endpoint(store) as address:
        yield address


@contextmanager
def started(folder: Path, *flags: str) -> Iterator[httpx.Client]:
    """Run ``legation serve`` with these flags, and give a client of it."""
    command = [sys.executable, "-m", "kg", "serve", str(folder), "--port", "0", *flags]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=ROOT) as process:
        assert process.stdout is not None
        try:
            line = process.stdout.readline()
            assert "serving" in line, "the server did not start; see its messages above"
            with httpx.Client(base_url=line.split(" at ")[1].split()[0], timeout=60) as http:
                yield http
        finally:
            process.terminate()
            assert process.wait(timeout=60) == 0


@pytest.fixture(scope="module")
def http(folder: Path, other: str) -> Iterator[httpx.Client]:
    with started(folder, "--allow-service", other, "--allow-private-service", "--timeout", "20") as client:
        yield client


def asked(http: httpx.Client, query: str, accept: str = "text/csv") -> httpx.Response:
    return http.get("/sparql", params={"query": PREFIXES + query}, headers={"Accept": accept})


def test_an_allowed_endpoint_is_asked_and_the_answer_is_not_kept(http: httpx.Client, other: str) -> None:
    query = f"""SELECT ?name ?party {{ ?who a leg:Person ; rdfs:label ?name
        SERVICE <{other}> {{ ?who e:party ?party }} }} ORDER BY ?name"""
    answer = asked(http, query)
    assert answer.text.split() == ["name,party", "Ada", "Example,Reds", "Bo", "Sample,Blues"]
    assert "ETag" not in answer.headers
    assert answer.headers["Cache-Control"] == "no-store"
    without = asked(http, "SELECT ?name { ?who a leg:Person ; rdfs:label ?name } # SERVICE")
    assert "ETag" in without.headers


def test_as_many_solutions_as_are_allowed_come_over_and_no_more(http: httpx.Client, other: str) -> None:
    query = f"SELECT (COUNT(*) AS ?n) (MIN(STRLEN(?l)) AS ?s) {{ SERVICE <{other}> {{ ?x e:is ?l }} }}"
    within = asked(http, query.replace("?x e:is ?l", f"{{ SELECT * {{ ?x e:is ?l }} LIMIT {MANY} }}"))
    assert within.text.split() == ["n,s", f"{MANY},14"]
    beyond = asked(http, query)
    assert beyond.status_code == 502
    assert beyond.headers["Content-Type"] == "application/problem+json"
    assert beyond.json()["endpoint"] == other
    assert "10,001 solutions, of which 10,000 are allowed" in beyond.json()["detail"]


def test_who_is_not_listed_is_refused_with_the_list(http: httpx.Client, other: str) -> None:
    answer = asked(http, "SELECT * { SERVICE SILENT <http://127.0.0.1:9/> { ?x e:is ?l } }")
    assert answer.status_code == 403
    assert answer.json()["allowed"] == [other]


def test_a_mistake_here_is_told_with_its_line(http: httpx.Client, other: str) -> None:
    answer = asked(http, f"SELECT * {{\n SERVICE <{other}> {{\n ?x e:party ?l }}\n ?a ?b }}")
    assert answer.status_code == 400
    assert answer.json()["line"] == 5


def test_a_private_endpoint_needs_the_operators_word(folder: Path, other: str) -> None:
    with started(folder, "--allow-service", other) as http:
        answer = asked(http, f"SELECT * {{ SERVICE <{other}> {{ ?x e:is ?l }} }}")
        assert answer.status_code == 502
        assert "--allow-private-service" in answer.json()["detail"]


def test_an_address_that_cannot_be_an_endpoint_is_told_at_the_start(folder: Path) -> None:
    command = [sys.executable, "-m", "kg", "serve", str(folder), "--port", "0", "--allow-service", "example.org/sparql"]
    done = subprocess.run(command, capture_output=True, text=True, cwd=ROOT, timeout=60)
    assert done.returncode == 2
    assert "example.org/sparql: is no address of an endpoint" in done.stderr
