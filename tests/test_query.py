"""SPARQL answers in every format, and what is refused."""

from __future__ import annotations

import csv
import io
import json
from xml.etree import ElementTree

import pyoxigraph as ox
import pytest

from kg.errors import QueryError
from kg.iri import DEFAULT_BASE, Names
from kg.merge import merge
from kg.query import FORMATS, GRAPHS, RESULTS, run
from kg.rdf import graph_quads
from tests.accounts import harbour, preview

PROLOGUE = """
PREFIX leg: <https://w3id.org/legation/ontology#>
PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#>
"""
WHO = (
    PROLOGUE
    + "SELECT ?who ?name ?host { ?visit leg:visitor ?who . ?who rdfs:label ?name OPTIONAL { ?visit leg:host ?host } }"
)
GRAPH = PROLOGUE + "CONSTRUCT { ?who rdfs:label ?name } WHERE { ?who a leg:Person ; rdfs:label ?name }"
PETROVA = f"{DEFAULT_BASE}person/ana-petrova"


@pytest.fixture(scope="module")
def store() -> ox.Store:
    accounts = (harbour(), preview())
    result = ox.Store()
    result.extend(graph_quads(Names(), accounts, merge(accounts)))
    return result


def test_a_table_is_for_people(store: ox.Store) -> None:
    table = run(store, WHO, base=DEFAULT_BASE).decode()
    assert table.splitlines() == [
        "who                    name         host",
        "---------------------  -----------  ----",
        "id:person/ana-petrova  Ana Petrova",
    ]
    assert run(store, PROLOGUE + "SELECT ?x { ?x a leg:Nothing }").decode() == "x\n-\n"
    assert run(store, PROLOGUE + "SELECT ?k { ?v leg:visitor ?p ; a ?k } ORDER BY ?k").decode().split()[2:] == [
        "leg:Event",
        "leg:Visit",
    ]


def test_a_question_is_answered_yes_or_no(store: ox.Store) -> None:
    assert run(store, PROLOGUE + "ASK { ?x a leg:Visit }") == b"yes\n"
    assert run(store, PROLOGUE + "ASK { ?x a leg:Nothing }") == b"no\n"
    assert json.loads(run(store, PROLOGUE + "ASK { ?x a leg:Visit }", form="json"))["boolean"] is True


def test_the_standard_formats_say_the_same(store: ox.Store) -> None:
    (binding,) = json.loads(run(store, WHO, form="json"))["results"]["bindings"]
    assert binding["who"]["value"] == PETROVA

    (row,) = csv.DictReader(io.StringIO(run(store, WHO, form="csv").decode()))
    assert row == {"who": PETROVA, "name": "Ana Petrova", "host": ""}

    assert run(store, WHO, form="tsv").decode() == f'?who\t?name\t?host\n<{PETROVA}>\t"Ana Petrova"@en\t\n'

    results = "{http://www.w3.org/2005/sparql-results#}"
    tree = ElementTree.fromstring(run(store, WHO, form="xml"))
    assert [uri.text for uri in tree.iter(f"{results}uri")] == [PETROVA]


@pytest.mark.parametrize("form", GRAPHS)
def test_graphs_say_the_same_in_every_format(store: ox.Store, form: str) -> None:
    answer = run(store, GRAPH, form=form)
    assert answer == run(store, GRAPH, form=form)
    triples = {(q.subject.value, q.object.value) for q in ox.parse(answer, GRAPHS[form])}
    assert triples == {(PETROVA, "Ana Petrova"), (f"{DEFAULT_BASE}person/jon-linden", "Jon Linden")}


def test_turtle_is_what_a_graph_comes_in_unless_asked_otherwise(store: ox.Store) -> None:
    assert run(store, GRAPH) == run(store, GRAPH, form="turtle")
    assert b"@prefix leg:" in run(store, GRAPH)


def test_every_named_graph_is_asked(store: ox.Store) -> None:
    rows = run(store, "SELECT DISTINCT ?g { GRAPH ?g { ?s ?p ?o } }", form="csv").decode().split()
    assert f"{DEFAULT_BASE}graph/article/preview" in rows
    assert f"{DEFAULT_BASE}graph/events" in rows


@pytest.mark.parametrize(
    ("dataset", "answer"),
    [
        ("", "yes"),
        ("FROM <{base}graph/events>", "yes"),
        ("FROM <{base}graph/actors>", "no"),
        ("FROM <{base}graph/actors> FROM <{base}graph/events>", "yes"),
        ("FROM NAMED <{base}graph/events>", "no"),
        ("# FROM <{base}graph/actors>\n", "yes"),
    ],
)
def test_a_query_may_name_its_dataset(store: ox.Store, dataset: str, answer: str) -> None:
    query = f"{PROLOGUE} ASK {dataset.format(base=DEFAULT_BASE)} {{ ?visit leg:visitor ?who }}"
    assert run(store, query).decode() == f"{answer}\n"


def test_named_graphs_of_a_dataset_are_the_only_ones_asked(store: ox.Store) -> None:
    query = f"SELECT DISTINCT ?g FROM NAMED <{DEFAULT_BASE}graph/events> {{ GRAPH ?g {{ ?s ?p ?o }} }}"
    assert run(store, query, form="csv").decode().split() == ["g", f"{DEFAULT_BASE}graph/events"]


@pytest.mark.parametrize("form", [form for form in FORMATS if form not in ("table", *RESULTS)])
def test_rows_have_no_graph_format(store: ox.Store, form: str) -> None:
    with pytest.raises(QueryError, match="SELECT and ASK give a table"):
        run(store, WHO, form=form)


@pytest.mark.parametrize("form", [form for form in FORMATS if form not in GRAPHS])
def test_graphs_have_no_row_format(store: ox.Store, form: str) -> None:
    with pytest.raises(QueryError, match="give a graph, not a table"):
        run(store, GRAPH, form=form)


@pytest.mark.parametrize(
    "query",
    [
        "SELECT ?x WHERE { ?x a leg:Visit }",
        "SELECT",
        "",
        "INSERT DATA { <urn:a> <urn:b> <urn:c> }",
        "DELETE WHERE { ?s ?p ?o }",
        "CLEAR ALL",
        "LOAD <http://news.example/>",
    ],
)
def test_what_is_no_query_is_refused_and_changes_nothing(store: ox.Store, query: str) -> None:
    before = len(store)
    with pytest.raises(QueryError, match="only SELECT, ASK, CONSTRUCT and DESCRIBE"):
        run(store, query)
    assert len(store) == before
