"""Every form of query in every format, parsed back, against the server as it is really run."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Iterator

import httpx
import pyoxigraph as ox
import pytest
import rdflib
from pyoxigraph import NamedNode, QuerySolutions, RdfFormat
from rdflib.query import Result

from tests.server_fixture import (
    BASE,
    GRAPH_FORMATS,
    PROLOGUE,
    Send,
    by_body,
    by_form,
    by_get,
    quads,
    serving,
    write_release,
)

SELECT = PROLOGUE + "SELECT ?who ?name WHERE { ?who a leg:Person ; rdfs:label ?name } ORDER BY ?name"
ASK = "ASK { ?s ?p ?o }"
CONSTRUCT = PROLOGUE + "CONSTRUCT { ?who rdfs:label ?name } WHERE { ?who a leg:Person ; rdfs:label ?name }"
DESCRIBE = f"DESCRIBE <{BASE}person/ada-example>"
PERSONS = {(f"{BASE}person/ada-example", "Ada Example"), (f"{BASE}person/bo-sample", "Bo Sample")}


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[httpx.Client]:
    folder = tmp_path_factory.mktemp("releases")
    write_release(folder)
    with serving(folder) as address, httpx.Client(base_url=address, timeout=60) as http:
        yield http


ways = pytest.mark.parametrize("ask", [by_get, by_form, by_body])


def from_rdflib(form: str) -> Callable[[bytes], set[tuple[str, str]]]:
    def parse(body: bytes) -> set[tuple[str, str]]:
        return {(str(row[0]), str(row[1])) for row in Result.parse(io.BytesIO(body), format=form)}  # type: ignore[index]

    return parse


def from_csv(body: bytes) -> set[tuple[str, str]]:
    rows = list(csv.reader(io.StringIO(body.decode("utf-8"), newline="")))
    assert rows[0] == ["who", "name"]
    return {(row[0], row[1]) for row in rows[1:]}


def from_tsv(body: bytes) -> set[tuple[str, str]]:
    lines = body.decode("utf-8").splitlines()
    assert lines[0] == "?who\t?name"
    cells = [line.split("\t") for line in lines[1:]]
    assert all(who[0] == "<" and name.endswith('"@en') for who, name in cells)
    return {(who[1:-1], name[1:-4]) for who, name in cells}


@ways
@pytest.mark.parametrize(
    ("accept", "media_type", "parse"),
    [
        (None, "application/sparql-results+json", from_rdflib("json")),
        ("*/*", "application/sparql-results+json", from_rdflib("json")),
        ("application/sparql-results+json", "application/sparql-results+json", from_rdflib("json")),
        ("application/json", "application/json", from_rdflib("json")),
        ("application/sparql-results+xml", "application/sparql-results+xml", from_rdflib("xml")),
        ("text/csv", "text/csv; charset=utf-8", from_csv),
        ("text/tab-separated-values", "text/tab-separated-values; charset=utf-8", from_tsv),
    ],
)
def test_select(
    client: httpx.Client, ask: Send, accept: str | None, media_type: str, parse: Callable[[bytes], set[tuple[str, str]]]
) -> None:
    if accept is None:
        del client.headers["Accept"]
    try:
        response = ask(client, SELECT, accept)
    finally:
        client.headers["Accept"] = "*/*"
    assert response.status_code == 200
    assert response.headers["Content-Type"] == media_type
    assert "Accept" in response.headers["Vary"]
    assert parse(response.content) == PERSONS


@ways
@pytest.mark.parametrize(
    ("accept", "read"),
    [
        ("application/sparql-results+json", lambda body: json.loads(body)["boolean"]),
        ("application/sparql-results+xml", lambda body: Result.parse(io.BytesIO(body), format="xml").askAnswer),
        ("text/csv", lambda body: body.strip() == b"true"),
        ("text/tab-separated-values", lambda body: body.strip() == b"true"),
    ],
)
def test_ask(client: httpx.Client, ask: Send, accept: str, read: Callable[[bytes], bool]) -> None:
    assert read(ask(client, ASK, accept).content) is True
    assert read(ask(client, "ASK { <a:a> ?p ?o }", accept).content) is False


@ways
@pytest.mark.parametrize(("accept", "media_type", "rdflib_name", "oxigraph_format"), GRAPH_FORMATS)
@pytest.mark.parametrize("query", [CONSTRUCT, DESCRIBE])
def test_graphs(
    client: httpx.Client,
    ask: Send,
    query: str,
    accept: str | None,
    media_type: str,
    rdflib_name: str,
    oxigraph_format: RdfFormat,
) -> None:
    response = ask(client, query, accept)
    assert response.status_code == 200
    assert response.headers["Content-Type"] == media_type
    one = {quad.triple for quad in ox.parse(response.content, oxigraph_format)}
    other = rdflib.Graph().parse(data=response.content, format=rdflib_name)
    label = NamedNode("http://www.w3.org/2000/01/rdf-schema#label")
    if query is CONSTRUCT:
        assert {(t.subject.value, t.object.value) for t in one} == PERSONS
    else:
        ada = NamedNode(f"{BASE}person/ada-example")
        assert one == {quad.triple for quad in quads() if quad.subject == ada}
    assert {str(o) for o in other.objects(predicate=rdflib.RDFS.label)} == {
        t.object.value for t in one if t.predicate == label
    }
    assert len(other) == len(one)


def test_every_character_survives_every_format(client: httpx.Client) -> None:
    said = 'The "service" at this café, \n<b>it is</b> slow'
    query = PROLOGUE + "SELECT ?said WHERE { ?s leg:content ?said }"
    body = by_get(client, query, "text/csv").content
    assert next(iter(list(csv.reader(io.StringIO(body.decode(), newline="")))[1:])) == [said]
    for form, media_type in (("json", "application/sparql-results+json"), ("xml", "application/sparql-results+xml")):
        result = Result.parse(io.BytesIO(by_get(client, query, media_type).content), format=form)
        assert [str(row[0]) for row in result] == [said]  # type: ignore[index]
    tsv = by_get(client, query, "text/tab-separated-values").content
    parsed = ox.parse_query_results(tsv, ox.QueryResultsFormat.TSV)
    assert isinstance(parsed, QuerySolutions)
    assert [row["said"].value for row in parsed] == [said]


def test_rdf_xml_is_not_offered_for_properties_that_have_no_element_name(client: httpx.Client) -> None:
    query = "CONSTRUCT { <a:s> <http://example.org/1> 1 } {}"
    response = by_get(client, query, "application/rdf+xml")
    assert response.status_code == 406
    assert "http://example.org/1" in response.json()["detail"]
    assert by_get(client, query, "text/turtle").status_code == 200


@pytest.mark.parametrize(
    ("accept", "media_type"),
    [
        ("text/csv;q=0.5, application/sparql-results+xml;q=0.9", "application/sparql-results+xml"),
        ("application/sparql-results+json;q=0, */*", "application/sparql-results+xml"),
        ("application/sparql-results+json;q=0.1, */*;q=0.8", "application/sparql-results+xml"),
        ("text/*", "text/csv; charset=utf-8"),
        ("text/*;q=0.5, text/tab-separated-values", "text/tab-separated-values; charset=utf-8"),
        ("text/csv, */*", "text/csv; charset=utf-8"),
        ("TEXT/CSV", "text/csv; charset=utf-8"),
        ("text/csv; header=present", "text/csv; charset=utf-8"),
        ("text/html, application/xhtml+xml, */*;q=0.8", "application/sparql-results+json"),
        ("image/png, text/turtle, text/csv;q=0.1", "text/csv; charset=utf-8"),
    ],
)
def test_weights_decide_the_format(client: httpx.Client, accept: str, media_type: str) -> None:
    assert by_get(client, SELECT, accept).headers["Content-Type"] == media_type
