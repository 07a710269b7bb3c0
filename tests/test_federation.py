"""SERVICE to allowed endpoints gives what the engine's own SERVICE gives."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from pyoxigraph import Literal, NamedNode, Quad, QuerySolutions, RdfFormat, Store, parse

from server.federation import federate
from server.federation.clauses import expand, find
from server.federation.reading import read
from server.federation.scope import visible
from server.federation.solutions import nothing_known
from server.guard import vet
from server.problem import Problem
from tests.federation_fixture import DOWN, HERE, PROLOGUE, QUERIES, RESULTS, allowing, ask, endpoint, literal, told, uri
from tests.loopback import Answer, answering
from tests.server_fixture import serving, write_release

UNREADABLE_HERE = "SILENT, and it cannot read that"
"""The engine does not take this one itself, since it reads the pattern; to us that is the endpoint's affair."""


@pytest.fixture(scope="module")
def remote(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Return the address of another Legation's endpoint."""
    folder = tmp_path_factory.mktemp("remote")
    write_release(folder)
    with serving(folder) as address:
        yield f"{address}/sparql"


@pytest.fixture(scope="module")
def here() -> Store:
    store = Store()
    store.extend(parse(HERE.encode(), RdfFormat.TRIG))
    return store


@pytest.mark.parametrize("name", QUERIES)
def test_the_answer_is_that_of_the_engines_own_service(name: str, remote: str, here: Store) -> None:
    query = PROLOGUE + QUERIES[name].replace("{u}", remote).replace("{down}", DOWN)
    rewritten = federate(query, allowing(remote, DOWN), seconds=20)
    assert "SERVICE" not in {token.text for token in read(rewritten.vetted.text)}
    ours = ask(here, rewritten.vetted.text)
    if name == UNREADABLE_HERE:
        assert sum(ours[1].values()) == 3
        with pytest.raises(SyntaxError):
            ask(here, query)
        return
    assert ours == ask(here, query)
    expected = "failed" if "{down}" in QUERIES[name] else "ok"
    assert {call.status for call in rewritten.calls} == {expected}
    assert len(rewritten.calls) == QUERIES[name].count("{u}") + QUERIES[name].count("{down}")


def test_the_queries_are_all_there() -> None:
    assert len(QUERIES) > 40


@pytest.mark.parametrize("graph", ["e:votes", "?g"])
def test_a_graph_here_says_nothing_about_graphs_there(graph: str, remote: str, here: Store) -> None:
    """The specification evaluates SERVICE apart; the engine's own asks for the pattern within a graph of that name."""
    start = f"{PROLOGUE} SELECT ?name {{ GRAPH {graph} {{ ?who e:votes ?n "
    query = f"{start} SERVICE <{remote}> {{ ?who rdfs:label ?name }} }} }}"
    _, ours = ask(here, federate(query, allowing(remote), seconds=20).vetted.text)
    assert {row[0] for row in ours} == {'"Ada Example"@en'} | ({'"Bo Sample"@en'} if graph == "?g" else set())
    assert ask(here, query) == (["name"], Counter())


def test_what_is_sent_is_a_select_with_the_prologue_and_nothing_of_ours(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9/")
    monkeypatch.setenv("NO_PROXY", "")
    with answering(lambda request: told(Set_Cookie="a=b")) as service:
        query = f"""VERSION "1.2" BASE <http://b/> # first
        PREFIX e: <e#>
        SELECT ?secret {{ ?x e:mine ?secret SERVICE <{service.address}> {{ ?x a e:X # }}
        }} }}"""
        federation = allowing(service.address)
        federate(query, federation, seconds=5)
        federate(query, federation, seconds=5)
    first, second = service.requests
    expected = "BASE <http://b/>\nPREFIX e: <e#>\nSELECT * WHERE { ?x a e:X # }\n        }"
    assert first.form == {"query": expected}
    assert first.method == "POST"
    assert first.headers["Accept"].startswith("application/sparql-results+json")
    assert "Cookie" not in second.headers
    assert "Authorization" not in second.headers


def test_every_term_comes_over_as_it_is() -> None:
    odd = '" } SERVICE <http://b/> { ?x ?y \'\n\r\t\0\' \\""" } # é中🙂'
    rows = [
        literal(odd), literal(odd, **{"xml:lang": "EN-gb"}), literal(odd, datatype="http://a/t"), {},
        literal("07", datatype="http://www.w3.org/2001/XMLSchema#integer"), uri("http://a/é?b=%20#c"), uri("urn:x:y"),
        {"x": {"type": "typed-literal", "value": "1", "datatype": "http://a/t"}},
        literal("a", **{"xml:lang": "ar", "its:dir": "rtl"}),
    ]  # fmt: skip
    with answering(lambda request: told(*rows)) as service:
        query = f"SELECT * {{ SERVICE <{service.address}> {{ ?x ?y ?z }} }}"
        rewritten = federate(query, allowing(service.address), seconds=5)
        names, solutions = ask(Store(), query)
    vet(rewritten.vetted.text)
    assert names == ["x", "y", "z"]
    assert ask(Store(), rewritten.vetted.text) == (["x"], Counter((row[0],) for row in solutions.elements()))
    assert (str(Literal(odd)), "None", "None") in solutions


def test_what_follows_a_clause_keeps_its_line() -> None:
    query = "SELECT * {\n SERVICE <http://l/> {\n  ?s ?p ?o\n }\n ?a }"
    (clause,) = find(query, ["http://l/"])
    text = expand(query, [clause], [nothing_known(clause.visible)])
    assert text.splitlines()[4] == query.splitlines()[4]


def test_several_calls_are_made_together() -> None:
    with answering(lambda request: Answer(told().body, headers=RESULTS, slow_s=0.4)) as service:
        started = time.monotonic()
        query = "ASK { " + f"SERVICE <{service.address}> {{ }} " * 3 + "}"
        rewritten = federate(query, allowing(service.address), seconds=5)
        assert time.monotonic() - started < 1
    assert [call.status for call in rewritten.calls] == ["ok"] * 3


def wrapped(template: str) -> st.SearchStrategy[str]:
    """Return patterns within another."""
    return PATTERN.map(lambda pattern: template.replace("…", pattern))


PATTERN: st.SearchStrategy[str] = st.deferred(
    lambda: st.one_of(
        st.sampled_from([
            "?a ?b ?c .", "?d a e:x ; e:y [ e:z ?f ] .", "(?g 1) e:p/e:q* _:b .", "FILTER(?h > 1)",
            "FILTER regex(?i, 'x')", "FILTER NOT EXISTS { ?j ?k ?l }", "BIND(?a1 + 1 AS ?m)",
            "VALUES (?n ?o) { (1 UNDEF) }", "VALUES ?p { 1 }", "MINUS { ?q ?r ?s }", "FILTER (?w IN (1, ?z))",
            "FILTER EXISTS { { ?t ?u ?v } UNION { ?t ?u 1 } }",
        ]),
        st.lists(PATTERN, max_size=3).map(" ".join),
        wrapped("OPTIONAL { … }"),
        wrapped("GRAPH ?graph { … }"),
        wrapped("{ … }"),
        wrapped("{ … } UNION { ?left ?a 1 }"),
        wrapped("{ SELECT * { … } ORDER BY ?order LIMIT 1 }"),
        wrapped("{ SELECT DISTINCT ?a (COUNT(?b) AS ?count) { … } GROUP BY ?a HAVING (COUNT(?q) > 1) }"),
        wrapped("{ SELECT * WHERE { … } VALUES ?late { 1 } }"),
    )
)  # fmt: skip


@given(pattern=PATTERN)
@settings(deadline=None, max_examples=300)
def test_the_variables_in_scope_are_those_of_the_engine(pattern: str) -> None:
    text = f"{{ {pattern} }}"
    try:
        result = Store().query(f"PREFIX e: <http://e/> SELECT * {text}")
    except SyntaxError:  # BIND or VALUES for a variable that has a value already
        return
    assert isinstance(result, QuerySolutions)
    assert set(visible(read(text))) == {variable.value for variable in result.variables}


HEAD = "BASE <http://www.w3.org/2001/XMLSchema> PREFIX x: <#> PREFIX e: <http://e/>"
PIECES = st.lists(
    st.sampled_from([
        "?s ?p ?o . ", "?s e:p 1", "FILTER(1<2)", "FILTER(?o<?p&&?s>1) ", "FILTER(?o < 1 || ?s > ?p) ", "{} ",
        "?s ?p '<' . ", "FILTER(1<2", ")", "?s <a> ?o . ", "?s <a>/<b:c> ?o ; <urn:x#y> 1 . ", "# {\n", "#>\n",
        "SERVICE {u} { ?s ?p ?o } ", "SERVICE{u}{?s<http://p/>?o}", "service silent {u} #}\n{ ?x ?y '}' } ",
        "OPTIONAL { SERVICE {u} { ?s ?p ?x } } ", '?s ?p """ } """ . ', "?s ?p '''' . ", "e:SERVICE e:p\\#x ?o . ",
        "?s ?p ?service . ", "BIND(<#integer>(1) AS ?w) ", "} UNION {", "FILTER(x:integer(1)<x:integer(2)) ",
        "?s ?p 'x'@en-SERVICE . ",
        "FILTER(?o<=1&&?s>=2) ", "FILTER(<a><<b>) ", "?x ?y 1.SERVICE {u} {}", "?s ?p e:a.SERVICE {u} {}",
    ]),
    max_size=6,
)  # fmt: skip


@given(pieces=PIECES)
@example(pieces=["FILTER(1<2)", "SERVICE{u}{?s<http://p/>?o}", "#>\n"])
@example(pieces=["SERVICE {u} { ?s ?p ?o } ", "?s <a>/<b:c> ?o ; <urn:x#y> 1 . "])
@settings(deadline=None, max_examples=300, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_no_arrangement_is_read_otherwise_than_by_the_engine(pieces: list[str], other: str, small: Store) -> None:
    query = f"{HEAD} SELECT * {{ {''.join(pieces).replace('{u}', f'<{other}>')} }}"
    try:
        rewritten = federate(query, allowing(other, clauses=6), seconds=10)
    except Problem as problem:
        refused = problem.status
    else:
        refused = None
    if refused:
        assert refused in (400, 403)
        return
    vet(rewritten.vetted.text)
    try:
        expected = ask(small, query)
    except SyntaxError:
        with pytest.raises(SyntaxError):
            ask(small, rewritten.vetted.text)
        return
    assert ask(small, rewritten.vetted.text) == expected, query


@pytest.fixture(scope="module")
def other(small: Store) -> Iterator[str]:
    """Return the address of an endpoint that knows the same."""
    with endpoint(small) as address:
        yield address


@pytest.fixture(scope="module")
def small() -> Store:
    store = Store()
    store.extend(
        Quad(NamedNode("http://s/"), NamedNode(name), Literal("1"))
        for name in ("http://b/a", "http://e/p", "http://b/")
    )
    return store
