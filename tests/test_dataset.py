"""Which graphs a query names, held against what the engine then answers from."""

from __future__ import annotations

import time

import pyoxigraph as ox
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pyoxigraph import Literal, NamedNode, Quad, QuerySolutions, Store

from kg.dataset import Clause, UncertainError, clauses, has_dataset, named_in

PROLOGUE = "PREFIX e: <http://e/> PREFIX : <http://e/> PREFIX from: <http://from/> PREFIX NAMED: <http://named/> "
G = "http://e/g"


@pytest.mark.parametrize(
    ("query", "graphs"),
    [
        ("ASK { ?s ?p ?o }", []),
        ("ASK FROM <http://e/g> {}", [G]),
        ("ask from <http://e/g> {}", [G]),
        ("ASKFROM<http://e/g>{}", [G]),
        ("SELECT*FROMNAMED<http://e/g>{}", [G]),
        ("SELECT ?from ?named { ?from ?named 'FROM <http://x/>' }", []),
        ("SELECT * { ?s ?p ?o } # FROM <http://x/>", []),
        ("# FROM <http://x/>\nSELECT # FROM <http://y/>\n* FROM # { <http://z/>\n <http://e/g> {}", [G]),
        ("SELECT * { ?s <from> ?o . ?o <http://from/> <FROM> }", []),
        ("SELECT DISTINCT ?x FROM <http://e/g> FROM NAMED <http://e/h> FROM <http://e/g> WHERE {}", [G, "http://e/h"]),
        ("SELECT * FROM <http://e/\\u0067> {}", [G]),
        ("SELECT * FROM <http://e/\\U00000067> {}", [G]),
        ("SELECT * FROM <http://e/é> {}", ["http://e/é"]),
        ("BASE <http://e/x/> SELECT * FROM <../g> {}", [G]),
        ("BASE <http://e/x> BASE <y/> SELECT * FROM <g> {}", ["http://e/y/g"]),
        ("base <http://e/> prefix p: <p/> base <q/> select * from p:g from <g> {}", ["http://e/p/g", "http://e/q/g"]),
        ("PREFIX p: <http://x/> PREFIX p: <http://e/> SELECT * FROM p:g {}", [G]),
        ("VERSION '1.2' SELECT * FROM <http://e/g> {}", [G]),
        ("SELECT * FROM <g> {}", ["http://base/g"]),
        ("SELECT * FROM <> {}", ["http://base/"]),
        ("SELECT * FROM <#x> {}", ["http://base/#x"]),
        ("SELECT * FROM <file:///etc/passwd> {}", ["file:///etc/passwd"]),
        (PROLOGUE + "SELECT * FROM e:g {}", [G]),
        (PROLOGUE + "SELECT * FROM :g {}", [G]),
        (PROLOGUE + "SELECT * FROM : {}", ["http://e/"]),
        (PROLOGUE + "SELECT ?x FROMe:g{}", [G]),
        (PROLOGUE + "SELECT*FROM:g{}", [G]),
        (PROLOGUE + "SELECT * FROM e:a%20b {}", ["http://e/a%20b"]),
        (PROLOGUE + r"SELECT * FROM e:a\/b\.c.d:e {}", ["http://e/a/b.c.d:e"]),
        (PROLOGUE + "SELECT * FROM e:外相 {}", ["http://e/外相"]),
        (PROLOGUE + "SELECT * FROM NAMED e:g {}", [G]),
        (PROLOGUE + "SELECT * FROM NAMED:g {}", ["http://named/g"]),
        (PROLOGUE.replace("NAMED:", "x:") + "SELECT * FROM NAMED:g {}", [G]),
        (PROLOGUE + "SELECT * FROM from:g {}", ["http://from/g"]),
        (PROLOGUE + "DESCRIBE from:g", []),
        (PROLOGUE + "DESCRIBE from:x FROM from:g from e:g", ["http://from/g", G]),
        (PROLOGUE.replace("from:", "x:") + "DESCRIBE <a:s> from:g", [G]),
        ("DESCRIBE ?x FROM <http://e/g> WHERE { ?x ?y ?z }", [G]),
        ("DESCRIBE * FROM <http://e/g> {}", [G]),
        ("CONSTRUCT FROM <http://e/g> WHERE { ?s ?p ?o }", [G]),
        ("CONSTRUCT { ?s ?p '} FROM <http://x/> {' } FROM <http://e/g> WHERE {}", [G]),
        ("CONSTRUCT { ?s ?p [ ?q ( 1 ) ] } FROM <http://e/g> WHERE {}", [G]),
        ("SELECT (1 < 2 AS ?x) FROM <http://e/g> {}", [G]),
        ("SELECT (?a<?b AS ?x) (?c>?d AS ?y) FROM <http://e/g> {}", [G]),
        ("SELECT (?a<?b&&?c>?d AS ?x) FROM <http://e/g> {}", [G]),
        ("SELECT (EXISTS { ?s ?p ?o FILTER(1<2) } AS ?x) FROM <http://e/g> {}", [G]),
        ("SELECT (STRLEN(')FROM <http://x/> {') AS ?x) FROM <http://e/g> {}", [G]),
        (PROLOGUE + "SELECT (from:f(?x) AS ?y) { ?x from:p ?z }", []),
        ("SELECT ?x, ?y FROM <http://e/g> {}", [G]),  # no query, which is for the engine to say
        ("SELECT * FROM nope:g {}", []),  # likewise
        ("SELECT * FROM", []),
        ("from <http://x/>", []),
        ("DELETE { ?s ?p ?o } WHERE { ?s <from> ?o }", []),
        ("", []),
    ],
)
def test_graphs(query: str, graphs: list[str]) -> None:
    assert named_in(query, base="http://base/") == set(graphs)
    assert not graphs or has_dataset(query)


def test_clauses_are_told_apart() -> None:
    query = "PREFIX e: <http://e/> SELECT * FROM NAMED e:h FROM <g> {}"
    assert clauses(query) == (Clause("e:h", named=True), Clause("<g>", named=False))


@pytest.mark.parametrize(
    "query",
    [
        PROLOGUE + "SELECT(1<2AS?x)FROM:g#>\n{ ?s ?p ?o }",
        PROLOGUE + "SELECT (?a<?b&&?c='>' AS ?y) FROM e:g { ?s ?p ?o } # '",
        "SELECT * FROM <g> {}",
        "SELECT * FROM <http://[bad> {}",
        "ASK " + "from " * 30_000 + "<http://e/g>",
    ],
)
def test_what_is_uncertain_is_said_to_be(query: str) -> None:
    with pytest.raises(UncertainError):
        named_in(query)
    assert has_dataset(query)


@pytest.mark.parametrize(
    "piece",
    [
        "(<a>(<b>)",
        "(1<2 AS ?from) ",
        "a.",
        ".",
        "from",
        "from ",
        "from#\n",
        "<a",
        "'''a",
        '"a\n',
        "((",
        "PREFIX ",
        "a:b ",
    ],
)
def test_long_heads_take_no_time(piece: str) -> None:
    for form in ("SELECT ", "DESCRIBE ", "PREFIX a: <b:c> DESCRIBE "):
        query = (form + piece * 65_536)[:65_530] + " from"
        started = time.perf_counter()
        has_dataset(query)
        assert time.perf_counter() - started < 3


GRAPHS = {"g": G, "h": "http://e/h", "k": "http://e/x/k"}
SPELLINGS = {
    "g": ["<http://e/g>", "e:g", ":g", "<g>", r"<http://e/\u0067>", "<./g>", "<x/../g>"],
    "h": ["<http://e/h>", "e:h", ":h", "<h>"],
    "k": ["<http://e/x/k>", "x:k", "<x/k>", r"e:x\/k"],
}
FORMS = [
    "SELECT ?o", "SELECT*", "SELECT DISTINCT ?o ?from", "SELECT (1<2 AS ?x) ?o",
    "SELECT ?o (?o<?p AS ?x) (?p>?o AS ?y)", "SELECT ?o ('FROM <http://e/nope> {' AS ?x)", "SELECT ?o # FROM <http://e/nope>\n",
    "SELECT ?o (EXISTS { ?s ?p '}' FILTER(?o <= 1) } AS ?x)", "SELECT ?o (IF(?o<1,<a>,<b>) AS ?x)",
]  # fmt: skip
BLANKS = [" ", "\n", "\t # from <x>\n ", ""]


@settings(max_examples=300, deadline=None)
@given(
    form=st.sampled_from(FORMS),
    named=st.lists(
        st.tuples(
            st.sampled_from(sorted(GRAPHS)).flatmap(
                lambda key: st.tuples(st.just(key), st.sampled_from(SPELLINGS[key]))
            ),
            st.booleans(),
            st.sampled_from(BLANKS),
            st.sampled_from(["FROM", "from", "From"]),
        ),
        min_size=1,
        max_size=4,
    ),
)
def test_the_engine_answers_from_the_graphs_that_are_named(
    form: str, named: list[tuple[tuple[str, str], bool, str, str]]
) -> None:
    store = Store()
    for key, iri in GRAPHS.items():
        store.add(Quad(NamedNode("a:s"), NamedNode("a:p"), Literal(key), NamedNode(iri)))
    parts = [f"{word}{blank}{'NAMED' + blank if other else ''}{graph}" for (_, graph), other, blank, word in named]
    query = (
        "PREFIX e: <http://e/> BASE <http://e/> PREFIX : <> PREFIX x: <x/>"
        f"{form} {' '.join(parts)}{{ {{ ?s ?p ?o }} UNION {{ GRAPH ?g {{ ?s ?p ?o }} }} }}"
    )
    rows = store.query(query)
    assert isinstance(rows, QuerySolutions)
    answered = {GRAPHS[row["o"].value] for row in rows if isinstance(row["o"], ox.Literal)}
    assert named_in(query) == answered == {GRAPHS[key] for (key, _), *_ in named}
