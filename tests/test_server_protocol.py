"""The SPARQL 1.1 Protocol over HTTP, against the server as it is really run."""

from __future__ import annotations

import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from urllib.parse import quote

import httpx
import pyoxigraph as ox
import pytest
import rdflib
from pyoxigraph import NamedNode, RdfFormat
from rdflib.plugins.stores.sparqlstore import SPARQLStore

from server.description import MOST_ARTICLES, Graphs, describe
from server.guard import MAX_BYTES
from tests.server_fixture import (
    BASE,
    GRAPH_FORMATS,
    LEG,
    PROLOGUE,
    Send,
    accepting,
    by_body,
    by_form,
    by_get,
    quads,
    serving,
    write_release,
)
from tests.test_server_guard import CALLS

EVENTS, ACTORS, ARTICLE = (f"{BASE}graph/{name}" for name in ("events", "actors", "article/news%20one"))
SELECT = PROLOGUE + "SELECT ?who ?name WHERE { ?who a leg:Person ; rdfs:label ?name } ORDER BY ?name"
ASK = "ASK { ?s ?p ?o }"
PERSONS = {(f"{BASE}person/ada-example", "Ada Example"), (f"{BASE}person/bo-sample", "Bo Sample")}


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[httpx.Client]:
    folder = tmp_path_factory.mktemp("releases")
    write_release(folder)
    with serving(folder) as address, httpx.Client(base_url=address, timeout=60) as http:
        yield http


ways = pytest.mark.parametrize("ask", [by_get, by_form, by_body])


# ---------------------------------------------------------------- dataset


def count(response: httpx.Response) -> int:
    assert response.status_code == 200, response.text
    return int(response.json()["results"]["bindings"][0]["n"]["value"])


def holds(*graphs: str) -> int:
    return len({quad.triple for quad in quads() if quad.graph_name in [NamedNode(graph) for graph in graphs]})


COUNT = "SELECT (COUNT(*) AS ?n) WHERE { ?s ?p ?o }"
COUNT_NAMED = "SELECT (COUNT(*) AS ?n) WHERE { GRAPH ?g { ?s ?p ?o } }"
COUNT_FROM = f"SELECT (COUNT(*) AS ?n) FROM <{EVENTS}> WHERE {{ ?s ?p ?o }}"
COUNT_FROM_NAMED = f"SELECT (COUNT(*) AS ?n) FROM NAMED <{ACTORS}> WHERE {{ ?s ?p ?o }}"


@ways
def test_the_default_graph_is_the_union(client: httpx.Client, ask: Send) -> None:
    assert count(ask(client, COUNT)) == count(ask(client, COUNT_NAMED)) == len(quads())


@ways
def test_a_request_names_its_default_graphs(client: httpx.Client, ask: Send) -> None:
    assert count(ask(client, COUNT, default_graph_uri=[EVENTS])) == holds(EVENTS)
    assert count(ask(client, COUNT, default_graph_uri=[EVENTS, ACTORS])) == holds(EVENTS, ACTORS)
    assert count(ask(client, COUNT_NAMED, default_graph_uri=[EVENTS])) == 0
    assert count(ask(client, COUNT, default_graph_uri=["http://example.org/unknown"])) == 0


@ways
def test_a_request_names_its_named_graphs(client: httpx.Client, ask: Send) -> None:
    assert count(ask(client, COUNT_NAMED, named_graph_uri=[ARTICLE])) == holds(ARTICLE)
    assert count(ask(client, COUNT_NAMED, named_graph_uri=[ARTICLE, ACTORS])) == holds(ARTICLE, ACTORS)
    assert count(ask(client, COUNT, named_graph_uri=[ARTICLE])) == 0
    both = ask(client, COUNT_NAMED, default_graph_uri=[EVENTS], named_graph_uri=[ARTICLE])
    assert count(both) == holds(ARTICLE)


@ways
def test_a_query_names_its_own_dataset(client: httpx.Client, ask: Send) -> None:
    assert count(ask(client, COUNT_FROM)) == holds(EVENTS)
    assert count(ask(client, COUNT_FROM_NAMED)) == 0
    assert count(ask(client, COUNT_FROM_NAMED.replace("{ ?s ?p ?o }", "{ GRAPH ?g { ?s ?p ?o } }"))) == holds(ACTORS)


@ways
def test_the_requests_dataset_comes_before_the_querys(client: httpx.Client, ask: Send) -> None:
    assert count(ask(client, COUNT_FROM, default_graph_uri=[ACTORS])) == holds(ACTORS)


@ways
def test_a_graph_is_named_in_any_spelling_of_its_iri(client: httpx.Client, ask: Send) -> None:
    spellings = [
        f"PREFIX g: <{BASE}graph/> SELECT (COUNT(*) AS ?n) FROM g:events {{ ?s ?p ?o }}",
        f"BASE <{BASE}person/> SELECT (COUNT(*) AS ?n) FROM <../graph/events> {{ ?s ?p ?o }}",
        f"SELECT (COUNT(*) AS ?n) FROM <{BASE}graph/\\u0065vents> {{ ?s ?p ?o }}",
        "SELECT (COUNT(*) AS ?n) FROM <graph/events> { ?s ?p ?o }",
        f"SELECT(COUNT(*)AS?n)FROM<{EVENTS}>{{?s?p?o}}",
        f"PREFIX g: <{BASE}graph/> SELECT(COUNT(*)AS?n)FROMg:events{{?s?p?o}}",
        f"SELECT (COUNT(*) AS ?n) FROM # <{ACTORS}>\n<{EVENTS}> {{ ?s ?p ?o }}",
        f"SELECT (COUNT(*) AS ?n) FROM <{EVENTS}> FROM NAMED <{ACTORS}> {{ ?s ?p ?o }}",
    ]
    assert [count(ask(client, query)) for query in spellings] == [holds(EVENTS)] * len(spellings)


@ways
@pytest.mark.parametrize(
    "clause", ["FROM <http://example.org/g>", "FROM NAMED <graph/nope>", "FROM <file:///etc/passwd>"]
)
def test_a_query_from_a_graph_that_is_not_there_is_refused(client: httpx.Client, ask: Send, clause: str) -> None:
    response = ask(client, f"SELECT * {clause} {{ ?s ?p ?o }}")
    assert "nothing is fetched" in problem(response, 400)
    name = clause.partition("<")[2].removesuffix(">").replace("graph/nope", f"{BASE}graph/nope")
    assert response.json()["graph"] == name
    assert count(ask(client, COUNT_FROM.replace(f"FROM <{EVENTS}>", clause), default_graph_uri=[ACTORS])) == holds(
        ACTORS
    )


@ways
def test_an_absent_graph_of_the_request_is_empty_and_is_told(client: httpx.Client, ask: Send) -> None:
    response = ask(client, COUNT, default_graph_uri=["http://example.org/caf\u00e9", EVENTS, EVENTS])
    assert count(response) == holds(EVENTS)
    assert response.headers["X-Absent-Graphs"] == "<http://example.org/caf%C3%A9>"
    assert "X-Absent-Graphs" not in ask(client, COUNT, default_graph_uri=[EVENTS]).headers
    assert "nothing is fetched" in problem(ask(client, COUNT, named_graph_uri=["file:///etc/passwd"]), 400)


def test_a_query_that_names_graphs_in_one_reading_only_is_refused(client: httpx.Client) -> None:
    query = f"PREFIX : <{EVENTS}> SELECT(1<2AS?x)FROM:#>\n{{ ?s ?p ?o }}"
    assert "whole IRIs" in problem(by_get(client, query), 400)


@ways
def test_relative_iris_are_the_datas_own(client: httpx.Client, ask: Send) -> None:
    assert ask(client, "ASK { <person/ada-example> ?p ?o }").json()["boolean"] is True
    assert ask(client, "BASE <http://example.org/> ASK { <person/ada-example> ?p ?o }").json()["boolean"] is False


# ---------------------------------------------------------------- errors


def problem(response: httpx.Response, status: int) -> str:
    assert response.status_code == status, response.text
    assert response.headers["Content-Type"] == "application/problem+json"
    assert response.headers["Access-Control-Allow-Origin"] == "*"
    about = response.json()
    assert about["status"] == status
    assert about["title"]
    return str(about["detail"])


@ways
def test_a_malformed_query_is_400_with_its_position(client: httpx.Client, ask: Send) -> None:
    response = ask(client, PROLOGUE + "SELECT * WHERE {\n ?s leg:visitor ex:ada }")
    detail = problem(response, 400)
    assert (response.json()["line"], response.json()["column"]) == (5, 17)
    assert "line 5, column 17" in detail
    assert "ex:" in detail


def test_a_function_that_does_not_exist_is_400(client: httpx.Client) -> None:
    detail = problem(by_get(client, "SELECT (<http://example.org/f>(1) AS ?x) {}"), 400)
    assert "http://example.org/f" in detail


@pytest.mark.parametrize(
    ("method", "target", "options", "status", "says"),
    [
        ("GET", "/sparql?default-graph-uri=a:g", {}, 400, "exactly one query"),
        ("GET", "/sparql?query=ASK%20{}&query=ASK%20{}", {}, 400, "exactly one query"),
        ("GET", "/sparql?Query=ASK%20{}", {}, 400, "exactly one query"),
        ("GET", "/sparql?query=", {}, 400, "cannot be parsed"),
        ("GET", "/sparql?query=ASK%20{}&version=1.1&version=1.2", {}, 400, "exactly one version"),
        ("GET", "/sparql?query=ASK%20{}&format=png", {}, 400, "json, xml, csv"),
        ("GET", "/sparql?query=ASK%20{}&format=turtle", {}, 406, "json, xml, csv"),
        ("GET", "/sparql?query=CONSTRUCT%20WHERE%20{}&format=text/csv", {}, 406, "turtle"),
        ("GET", "/sparql?query=ASK%20{}", {"body": "query=ASK%20{}", "type": "text/plain"}, 400, "no body"),
        ("GET", "/sparql", {"body": "ASK {}", "type": "application/sparql-query"}, 400, "no body"),
        ("GET", "/sparql?query=ASK%20{}&default-graph-uri=not%20an%20iri", {}, 400, "default-graph-uri"),
        ("GET", "/sparql?query=ASK%20{}&named-graph-uri=relative", {}, 400, "named-graph-uri"),
        ("GET", "/sparql?query=ASK%20{%22%FF%22%20?p%20?o}", {}, 400, "UTF-8"),
        ("GET", "/sparql?" + "&".join(f"a{i}=" for i in range(1001)), {}, 400, "1,000"),
        ("POST", "/sparql", {"data": {"a": "b"}}, 400, "exactly one query"),
        ("POST", "/sparql", {"data": {"query": ["ASK {}", "ASK {}"]}}, 400, "exactly one query"),
        ("POST", "/sparql?query=ASK%20{}", {"data": {"query": "ASK {}"}}, 400, "exactly one query"),
        ("POST", "/sparql?query=ASK%20{}", {"body": "ASK {}", "type": "application/sparql-query"}, 400, "one query"),
        ("POST", "/sparql", {"body": "ASK {}".encode("utf-16"), "type": "application/sparql-query"}, 400, "UTF-8"),
        ("POST", "/sparql", {"body": b"query=%FF", "type": "application/x-www-form-urlencoded"}, 400, "UTF-8"),
        ("POST", "/sparql", {"body": b"query=\xff", "type": "application/x-www-form-urlencoded"}, 400, "UTF-8"),
        ("POST", "/sparql", {"data": {"update": "CLEAR ALL"}}, 403, "never change"),
        ("POST", "/sparql", {"data": {"query": "ASK {}", "using-graph-uri": "a:g"}}, 403, "never change"),
        ("POST", "/sparql", {"data": {"query": "INSERT DATA { <a:a> <a:b> 1 }"}}, 403, "never change"),
        ("GET", "/sparql?update=CLEAR%20ALL", {}, 403, "never change"),
        ("POST", "/sparql", {"body": "CLEAR ALL", "type": "application/sparql-update"}, 403, "never change"),
        ("POST", "/sparql", {"body": "CLEAR ALL", "type": "application/sparql-query"}, 403, "never change"),
        ("PUT", "/sparql", {"body": "ASK {}", "type": "application/sparql-query"}, 405, "Allow"),
        ("DELETE", "/sparql", {}, 405, "Allow"),
        ("PATCH", "/sparql", {}, 405, "Allow"),
        ("POST", "/", {}, 405, "Allow"),
        ("POST", "/dumps/", {}, 405, "Allow"),
        ("GET", "/sparql?query=ASK%20{}", {"accept": "image/png"}, 406, "application/sparql-results+json"),
        ("GET", "/sparql?query=CONSTRUCT%20WHERE%20{}", {"accept": "text/csv"}, 406, "text/turtle"),
        ("GET", "/sparql", {"accept": "image/png"}, 406, "text/turtle"),
        ("POST", "/sparql", {"body": "ASK {}", "type": "text/plain"}, 415, "application/sparql-query"),
        ("POST", "/sparql", {"body": "ASK {}", "type": "application/sparql-query; charset=latin-1"}, 415, "UTF-8"),
        ("POST", "/sparql", {"body": "ASK {}"}, 415, "application/sparql-query"),
        ("POST", "/sparql", {}, 415, "application/sparql-query"),
        ("GET", "/no/such/page", {}, 404, "nothing at this address"),
    ],
)
def test_errors(
    client: httpx.Client, method: str, target: str, options: dict[str, object], status: int, says: str
) -> None:
    headers = {"Accept": str(options.get("accept", "*/*"))}
    if "type" in options:
        headers["Content-Type"] = str(options["type"])
    response = client.request(
        method,
        target,
        headers=headers,
        data=options.get("data"),  # type: ignore[arg-type]
        content=options.get("body"),  # type: ignore[arg-type]
    )
    assert says in problem(response, status)
    assert status != 405 or "GET" in response.headers["Allow"]
    assert status != 415 or "application/sparql-query" in response.headers["Accept-Post"]


@pytest.mark.parametrize("size", [MAX_BYTES + 1, 2_000_000])
def test_a_query_that_is_too_long_is_413(client: httpx.Client, size: int) -> None:
    for ask in (by_form, by_body):
        assert "64" in problem(ask(client, "ASK {} #".ljust(size, "x")), 413)


def test_a_body_of_unknown_length_is_413_too(client: httpx.Client) -> None:
    def pieces() -> Iterator[bytes]:
        yield b"ASK {} #"
        for _ in range(40):
            yield b"x" * 10_000

    response = client.post("/sparql", content=pieces(), headers={"Content-Type": "application/sparql-query"})
    problem(response, 413)


def test_a_query_of_the_permitted_length_is_answered(client: httpx.Client) -> None:
    query = "ASK {} #".ljust(MAX_BYTES, "é")[: MAX_BYTES // 2]
    assert by_body(client, query).json()["boolean"] is True
    assert by_form(client, query).json()["boolean"] is True
    assert by_get(client, "ASK {} #".ljust(7_000, "x")).json()["boolean"] is True


def test_a_request_line_that_is_too_long_is_414(client: httpx.Client) -> None:
    assert by_get(client, "ASK {} #".ljust(10_000, "x")).status_code == 414


@pytest.mark.parametrize(
    ("ask", "text"),
    [
        (by_get, "SELECT * " + "{" * 101 + "}" * 101),
        (by_form, "SELECT * " + "{" * 10_000),
        (by_body, "SELECT * " + "{" * 60_000),
        (by_body, "SELECT * { FILTER(" + "(" * 30_000),
    ],
)
def test_deep_nesting_is_refused_and_the_server_lives(client: httpx.Client, ask: Send, text: str) -> None:
    assert "100 deep" in problem(ask(client, text), 400)
    assert by_get(client, ASK).json()["boolean"] is True


def test_no_query_calls_another_server(client: httpx.Client, canary: list[str]) -> None:
    address = canary.pop()
    absent = [
        "SELECT * FROM <{u}> { ?s ?p ?o }",
        "SELECT * FROM NAMED <{u}> { GRAPH ?g { ?s ?p ?o } }",
        "SELECT * FROM <file:///etc/hostname> { ?s ?p ?o }",
        "PREFIX x: <{u}> ASKFROMx:{ ?s ?p ?o }",
    ]
    names_only = ["SELECT * { GRAPH <{u}> { ?s ?p ?o } }", "DESCRIBE <{u}>"]
    refused = [*CALLS, "LOAD <{u}>", "LOAD <{u}> INTO GRAPH <a:g>", "INSERT DATA { <a:a> <a:b> 1 } ; LOAD <{u}>"]
    for status, queries in ((403, refused), (400, absent), (200, names_only)):
        for query in queries:
            for ask in (by_get, by_form, by_body):
                assert ask(client, query.replace("{u}", address)).status_code == status, query
    assert by_get(client, COUNT, default_graph_uri=[address]).status_code == 200
    assert by_get(client, COUNT, named_graph_uri=[address]).status_code == 200
    assert canary == []


@pytest.fixture
def canary() -> Iterator[list[str]]:
    """A list that gets the path of every request to an address on this machine; the address is its first entry."""
    visits: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            visits.append(self.path)
            self.send_error(500)

        do_POST = do_GET  # noqa: N815 - the name that http.server looks for

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    Thread(target=server.serve_forever, daemon=True).start()
    address = f"http://127.0.0.1:{server.server_port}/"
    assert httpx.get(address).status_code == 500
    assert visits == ["/"]  # it sings
    visits[:] = [address]
    yield visits
    server.shutdown()
    server.server_close()


# ---------------------------------------------------------------- HEAD, OPTIONS, description


@pytest.mark.parametrize("target", ["/", "/sparql", "/sparql?query=ASK%20{}", "/healthz", "/dumps/", "/ontology"])
def test_head_is_get_without_the_body(client: httpx.Client, target: str) -> None:
    got, head = client.get(target), client.head(target)
    assert head.status_code == got.status_code == 200
    assert head.content == b""
    for name in ("Content-Type", "Content-Length"):
        assert head.headers[name] == got.headers[name]


def test_options_permits_requests_from_pages_elsewhere(client: httpx.Client) -> None:
    asked = {"Origin": "https://example.org", "Access-Control-Request-Method": "POST"}
    response = client.options("/sparql", headers={**asked, "Access-Control-Request-Headers": "content-type"})
    assert response.status_code == 200
    assert response.headers["Access-Control-Allow-Origin"] == "*"
    assert {"GET", "POST"} <= set(response.headers["Access-Control-Allow-Methods"].split(", "))
    assert "content-type" in response.headers["Access-Control-Allow-Headers"].lower()
    assert by_get(client, ASK).headers["Access-Control-Allow-Origin"] == "*"


@pytest.mark.parametrize(("accept", "media_type", "rdflib_name", "oxigraph_format"), GRAPH_FORMATS)
def test_without_a_query_the_service_describes_itself(
    client: httpx.Client, accept: str | None, media_type: str, rdflib_name: str, oxigraph_format: RdfFormat
) -> None:
    response = client.get("/sparql", headers=accepting(accept))
    assert response.headers["Content-Type"] == media_type
    sd = rdflib.Namespace("http://www.w3.org/ns/sparql-service-description#")
    graph = rdflib.Graph().parse(data=response.content, format=rdflib_name)
    assert len(graph) == len({quad.triple for quad in ox.parse(response.content, oxigraph_format)})
    (service,) = graph.subjects(rdflib.RDF.type, sd.Service)
    assert graph.value(service, sd.endpoint) == rdflib.URIRef(str(client.base_url.join("/sparql")))
    assert (service, sd.feature, sd.UnionDefaultGraph) in graph
    assert len(set(graph.objects(service, sd.resultFormat))) == 11
    dataset = graph.value(service, sd.defaultDataset)
    named = {str(graph.value(node, sd.name)) for node in graph.objects(dataset, sd.namedGraph)}
    assert named == {f"{BASE}graph/{name}" for name in ("events", "actors", "ontology", "article/news%20one")}


def test_a_large_release_describes_some_graphs_of_articles_and_all_others() -> None:
    store = ox.Store()
    names = [f"{BASE}graph/article/{number:04}" for number in range(MOST_ARTICLES + 50)] + [f"{BASE}graph/events"]
    store.extend(ox.Quad(NamedNode("a:s"), NamedNode("a:p"), NamedNode("a:o"), NamedNode(name)) for name in names)
    graphs = Graphs.of(store, base=BASE)
    assert graphs.articles == MOST_ARTICLES + 50
    assert set(graphs.described) == {*names[:MOST_ARTICLES], names[-1]}
    told = list(describe(graphs, endpoint="http://x/sparql", base=BASE, triples=7, federated=True))
    assert [t for t in told if t.predicate.value.endswith("comment") and "250, of which 200" in str(t.object)]
    assert {t.object.value.rpartition("#")[2] for t in told if t.predicate.value.endswith("#feature")} == {
        "UnionDefaultGraph", "BasicFederatedQuery"
    }  # fmt: skip


def test_a_browser_gets_the_editor(client: httpx.Client) -> None:
    response = client.get(
        "/sparql", headers=accepting("text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8")
    )
    assert response.headers["Content-Type"] == "text/html; charset=utf-8"
    assert "default-src 'self'" in response.headers["Content-Security-Policy"]
    assert "yasgui.min.js" in response.text


def test_other_clients_of_the_protocol_understand_it(client: httpx.Client) -> None:
    for method in ("GET", "POST", "POST_FORM"):
        store = SPARQLStore(str(client.base_url.join("/sparql")), method=method)
        graph = rdflib.Graph(store=store)
        rows = {(str(row[0]), str(row[1])) for row in graph.query(SELECT)}  # type: ignore[index]
        assert rows == PERSONS


def test_small_queries_are_quick(client: httpx.Client) -> None:
    started = time.perf_counter()
    for _ in range(50):
        assert by_get(client, "ASK { ?s a <" + quote(LEG, safe=":/#") + "Visit> }").json()["boolean"] is True
    assert (time.perf_counter() - started) / 50 < 0.1
