"""The SPARQL 1.1 Protocol: how a query comes, its dataset, and what comes back where it cannot be answered."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from tests.conformance.case import Case, Check, Endpoint, Response, form
from tests.conformance.checks import status, true

FORM = {"Content-Type": "application/x-www-form-urlencoded"}
DIRECT = {"Content-Type": "application/sparql-query"}
ONE, TWO, THREE = (f"http://example.org/{name}" for name in ("one", "two", "three"))
NOWHERE = "http://example.org/nowhere"
WAYS: dict[str, Callable[..., Response]] = {
    "GET": Endpoint.get, "URL-encoded POST": Endpoint.post_form, "direct POST": Endpoint.post_direct
}  # fmt: skip
IN = "PREFIX ex: <http://example.org/> "
DOCUMENTS = IN + "SELECT (STRAFTER(STR(?d), '-') AS ?x) { ?d a ex:Document }"
NAMED = IN + "SELECT (STRAFTER(STR(?d), '-') AS ?x) { GRAPH ?g { ?d a ex:Document } }"
JSON = "application/sparql-results+json"


def cases() -> Iterator[Case]:
    """Yield the cases."""
    yield from _requests()
    yield from _datasets()
    yield from _refusals()
    yield from _updates()


def _requests() -> Iterator[Case]:
    section = "Protocol: requests"
    for way, ask in WAYS.items():
        source = f"SPARQL 1.1 Protocol, 2.1.{[*WAYS].index(way) + 1}"
        yield Case(section, f"a query by {way}", source, _truth(ask, "ASK {}", True))
        yield Case(
            section, f"characters beyond ASCII by {way}", source, _truth(ask, "ASK { FILTER('é🕊' = 'é🕊') }", True)
        )
        plus = "ASK { FILTER('1+1 & a=b%20;c' = CONCAT('1+1 ', '& a=b%20;c')) }"
        yield Case(section, f"signs that encodings use by {way}", source, _truth(ask, plus, True))
        yield Case(section, f"line ends of every kind by {way}", source, _truth(ask, "ASK\r\n{\r# c\n}\n", True))
        long = "ASK {} #".ljust(6_000, "x")
        yield Case(section, f"a query of 6,000 characters by {way}", source, _truth(ask, long, True))
    yield Case(
        section, "parameters in any order", "SPARQL 1.1 Protocol, 2.1.1",
        _truthful(lambda endpoint: endpoint.send("GET", "?" + form(None, default_graph_uri=ONE) + "&query=ASK%7B%7D")),
    )  # fmt: skip
    yield Case(
        section, "a space as a plus", "SPARQL 1.1 Protocol, 2.1.2; HTML, form submission",
        _truthful(lambda endpoint: endpoint.send("POST", headers=FORM, body=b"query=ASK+%7B+%7D")),
    )  # fmt: skip
    for kind in (
        "application/x-www-form-urlencoded; charset=UTF-8", "application/x-www-form-urlencoded;charset=utf-8",
        "Application/X-WWW-Form-URLencoded",
    ):  # fmt: skip
        yield Case(
            section, f"Content-Type: {kind}", "SPARQL 1.1 Protocol, 2.1.2; RFC 9110, 8.3.1",
            _truthful(lambda endpoint, kind=kind: endpoint.send(
                "POST", headers={"Content-Type": kind}, body=b"query=ASK%7B%7D"
            )),
        )  # fmt: skip
    for kind in (
        "application/sparql-query; charset=UTF-8", 'application/sparql-query; charset="utf-8"',
        "APPLICATION/SPARQL-QUERY", "application/sparql-query; version=1.2",
    ):  # fmt: skip
        yield Case(
            section, f"Content-Type: {kind}", "SPARQL 1.1 Protocol, 2.1.3; RFC 9110, 8.3.1; SPARQL 1.2 Protocol, 2.2.3",
            _truthful(lambda endpoint, kind=kind: endpoint.send("POST", headers={"Content-Type": kind}, body=b"ASK{}")),
        )  # fmt: skip
    yield Case(
        section, "parameters of the address beside a form", "SPARQL 1.1 Protocol, 2.1.2",
        _truthful(lambda endpoint: endpoint.send(
            "POST", "?" + form(None, default_graph_uri=ONE), headers=FORM, body=b"query=ASK%7B%7D"
        )),
    )  # fmt: skip
    yield Case(
        section, "parameters that nobody knows", "SPARQL 1.1 Protocol, 2.1 (none is defined for them)",
        _truthful(lambda endpoint: endpoint.get("ASK {}", surprise="1", debug="on")),
    )  # fmt: skip
    yield Case(
        section, "a version announced as a parameter", "SPARQL 1.2 Protocol, 2.1 and 2.2",
        _truthful(lambda endpoint: endpoint.get("ASK {}", version="1.2")),
    )  # fmt: skip
    yield Case(
        section, "a body sent in pieces", "RFC 9112, 7.1",
        _truthful(lambda endpoint: endpoint.send(
            "POST", headers={**DIRECT, "Transfer-Encoding": "chunked"}, body=b"3\r\nASK\r\n2\r\n{}\r\n0\r\n\r\n"
        )),
    )  # fmt: skip
    yield Case(
        section, "the endpoint with a slash at its end", "what clients are configured with",
        _truthful(lambda endpoint: endpoint.send("GET", "/?query=ASK%7B%7D")),
    )  # fmt: skip
    for form_of, query in {
        "SELECT": "SELECT (1 AS ?x) {}", "ASK": "ASK {}", "CONSTRUCT": "CONSTRUCT { <s> <p> 1 } WHERE {}",
        "DESCRIBE": "DESCRIBE <http://example.org/>",
    }.items():  # fmt: skip
        wanted = {JSON} if form_of in ("SELECT", "ASK") else {"text/turtle"}
        yield Case(
            section, f"{form_of} without an Accept header has a media type of its kind", "SPARQL 1.1 Protocol, 2.1.6",
            _of_type(query, wanted),
        )  # fmt: skip
    yield Case(
        section, "relative IRIs are resolved against a base of the service", "SPARQL 1.1 Protocol, 2.3",
        _absolute,
    )  # fmt: skip
    yield Case(
        section, "BASE comes before the service's", "SPARQL 1.1 Protocol, 2.3; Query, 4.1.1.2",
        _truth(Endpoint.get, "BASE <http://example.org/x> ASK { FILTER(<y> = <http://example.org/y>) }", True),
    )  # fmt: skip


def _datasets() -> Iterator[Case]:
    section = "Protocol: dataset"
    source = "SPARQL 1.1 Protocol, 2.1.4"
    for way, ask in WAYS.items():
        wanted: list[tuple[str, str, Mapping[str, Any], set[str]]] = [
            ("one default graph", DOCUMENTS, {"default_graph_uri": ONE}, {"one"}),
            ("several default graphs are merged", DOCUMENTS, {"default_graph_uri": [ONE, TWO]}, {"one", "two"}),
            ("a default graph named twice", DOCUMENTS, {"default_graph_uri": [ONE, ONE]}, {"one"}),
            ("no named graphs besides", NAMED, {"default_graph_uri": [ONE]}, set()),
            ("one named graph", NAMED, {"named_graph_uri": TWO}, {"two"}),
            ("several named graphs", NAMED, {"named_graph_uri": [TWO, THREE]}, {"two", "three"}),
            ("no default graph besides", DOCUMENTS, {"named_graph_uri": [TWO]}, set()),
            ("default and named: default", DOCUMENTS, {"default_graph_uri": THREE, "named_graph_uri": ONE}, {"three"}),
            ("default and named: named", NAMED, {"default_graph_uri": THREE, "named_graph_uri": ONE}, {"one"}),
            ("it comes before FROM", _from(DOCUMENTS, ONE), {"default_graph_uri": TWO}, {"two"}),
            ("it comes before FROM NAMED", _from(NAMED, ONE, named=True), {"named_graph_uri": TWO}, {"two"}),
            ("named graphs alone replace FROM", _from(DOCUMENTS, ONE), {"named_graph_uri": TWO}, set()),
            ("it replaces a FROM that is nowhere", _from(DOCUMENTS, NOWHERE), {"default_graph_uri": TWO}, {"two"}),
            ("a graph that is nowhere is empty", DOCUMENTS, {"default_graph_uri": NOWHERE}, set()),
            ("beside one that is there", DOCUMENTS, {"default_graph_uri": [NOWHERE, ONE]}, {"one"}),
            ("FROM in the query", _from(DOCUMENTS, ONE), {}, {"one"}),
            ("none at all is the union", DOCUMENTS, {}, {"one", "two", "three"}),
        ]
        for name, query, dataset, found in wanted:
            yield Case(section, f"{name}, by {way}", source, _found(ask, query, dataset, found))
    yield Case(
        section, "a graph that is nowhere is told", source,
        lambda endpoint: true(
            endpoint.get(DOCUMENTS, default_graph_uri=NOWHERE).headers.get("x-absent-graphs") == f"<{NOWHERE}>"
        ),
    )  # fmt: skip
    yield Case(
        section, "an address and a form may name graphs together", source,
        lambda endpoint: _is(
            endpoint.send(
                "POST", "?" + form(None, default_graph_uri=ONE), headers=FORM,
                body=form(DOCUMENTS, default_graph_uri=TWO).encode(),
            ), {"one", "two"},
        ),
    )  # fmt: skip
    for name in ("relative", "", "http://example.org/a b", "<http://example.org/one>", "file:///etc/passwd"):
        for parameter in ("default_graph_uri", "named_graph_uri"):
            yield Case(
                section, f"{parameter.replace('_', '-')} '{name}' is refused", f"{source}; 2.1.7",
                status(lambda e, p=parameter, n=name: e.get(DOCUMENTS, **{p: n}), 400),
            )  # fmt: skip


def _refusals() -> Iterator[Case]:
    section = "Protocol: refusals"
    post = lambda headers, body, target="": lambda e: e.send("POST", target, headers=headers, body=body)  # noqa: E731
    for name, source, send, statuses in [
        ("no query", "2.1 and 2.1.7", lambda e: e.send("GET", "?" + form(None, default_graph_uri=ONE)), {400}),
        ("an empty query", "2.1.7", lambda e: e.get(""), {400}),
        ("two queries by GET", "2.1", lambda e: e.send("GET", "?query=ASK%7B%7D&query=SELECT%20*%20%7B%7D"), {400}),
        ("two queries in a form", "2.1", post(FORM, b"query=ASK%7B%7D&query=ASK%7B%7D"), {400}),
        ("a query in the address and one in a form", "2.1", post(FORM, b"query=ASK%7B%7D", "?query=ASK{}"), {400}),
        ("a query in the address and one as the body", "2.1", post(DIRECT, b"ASK{}", "?query=ASK%7B%7D"), {400}),
        ("a form without a query", "2.1.2", post(FORM, b"default-graph-uri=http%3A%2F%2Fexample.org%2Fone"), {400}),
        ("an empty form", "2.1.2", post(FORM, b""), {400}),
        ("an empty body", "2.1.3", post(DIRECT, b""), {400}),
        ("a query that is none by GET", "2.1.7", lambda e: e.get("ASK {"), {400}),
        ("a query that is none in a form", "2.1.7", lambda e: e.post_form("ASK {"), {400}),
        ("a query that is none as the body", "2.1.7", lambda e: e.post_direct("ASK {"), {400}),
        ("a body of text/plain", "2.1", post({"Content-Type": "text/plain"}, b"ASK {}"), {415}),
        ("a body of application/json", "2.1", post({"Content-Type": "application/json"}, b'{"query":"ASK {}"}'), {415}),
        ("a form as multipart", "2.1.2", post({"Content-Type": "multipart/form-data; boundary=x"}, b"--x--"), {415}),
        ("a form without a media type", "2.1.2", post({}, b"query=ASK%7B%7D"), {415}),
        ("a query as the body without a media type", "2.1.3", post({}, b"ASK {}"), {415}),
        ("an encoded query as application/sparql-query", "2.1.3", post(DIRECT, b"query=ASK%7B%7D"), {400}),
        ("a query as the body of a form", "2.1.2", post(FORM, b"ASK {}"), {400}),
        ("a body in UTF-16 that says so", "2.1.3", post(
            {"Content-Type": "application/sparql-query; charset=UTF-16"}, "ASK {}".encode("utf-16")), {415}),
        ("a body in UTF-16 that does not", "2.1.3", post(DIRECT, "ASK {}".encode("utf-16")), {400}),
        ("a body in Latin-1", "2.1.3", post(DIRECT, "ASK { FILTER('é' = 'é') }".encode("latin-1")), {400}),
        ("bytes that are no UTF-8 in the address", "2.1.1", lambda e: e.send("GET", "?query=%22%FF%22"), {400}),
        ("bytes that are no UTF-8 in a form", "2.1.2", post(FORM, b"query=ASK%20%7B%22%FF%22%7D"), {400}),
        ("a body with GET", "2.1.1 (SPARQL 1.2 Protocol, 2.2.1)", lambda e: e.send(
            "GET", "?query=ASK%7B%7D", headers=FORM, body=b"query=ASK%7B%7D"), {400}),
        ("two versions", "SPARQL 1.2 Protocol, 2.2", lambda e: e.get("ASK {}", version=["1.1", "1.2"]), {400}),
        ("a query of 2 MB", "4.1", lambda e: e.post_direct("ASK {} #".ljust(2_000_000, "x")), {413}),
        ("a request line of 20,000 characters", "RFC 9110, 15.5.15", lambda e: e.get("#" * 20_000), {414}),
    ]:  # fmt: skip
        yield Case(
            section, name, source if "SPARQL" in source or "RFC" in source else f"SPARQL 1.1 Protocol, {source}",
            status(send, *statuses),
        )  # fmt: skip
    yield Case(
        section, "a refusal says what is wrong, and where", "SPARQL 1.1 Protocol, 2.1.7; RFC 9457, 3",
        _problem(lambda e: e.get("ASK {\n ?s ?p }"), 400, {"line": 2}),
    )  # fmt: skip
    yield Case(
        section, "a graph that is nowhere is named", "SPARQL 1.1 Protocol, 2.1.7; RFC 9457, 3",
        _problem(lambda e: e.get(_from(DOCUMENTS, NOWHERE)), 400, {"graph": NOWHERE}),
    )  # fmt: skip


def _updates() -> Iterator[Case]:
    section = "Protocol: updates"
    clear, insert = "CLEAR ALL", "INSERT DATA { <a:a> <a:b> <a:c> }"
    direct = {"Content-Type": "application/sparql-update"}
    for name, send in {
        "update= in a form": lambda e: e.send("POST", headers=FORM, body=form(None, update=clear).encode()),
        "two of them": lambda e: e.send("POST", headers=FORM, body=b"update=CLEAR+ALL&update=CLEAR+ALL"),
        "update= in the address": lambda e: e.send("GET", "?" + form(None, update=clear)),
        "update= in the address of a POST": lambda e: e.send("POST", "?update=CLEAR+ALL", headers=FORM, body=b""),
        "update= beside a query": lambda e: e.post_form("ASK {}", update=clear),
        "application/sparql-update": lambda e: e.send("POST", headers=direct, body=clear.encode()),
        "application/sparql-update with a charset": lambda e: e.send(
            "POST", headers={"Content-Type": "application/sparql-update; charset=utf-8"}, body=insert.encode()),
        "application/sparql-update with using-graph-uri": lambda e: e.send(
            "POST", "?" + form(None, using_graph_uri=ONE), headers=direct, body=insert.encode()),
        "using-graph-uri beside a query": lambda e: e.post_form("ASK {}", using_graph_uri=ONE),
        "using-named-graph-uri beside a query": lambda e: e.get("ASK {}", using_named_graph_uri=ONE),
        "an update as the query by GET": lambda e: e.get(insert),
        "an update as the query in a form": lambda e: e.post_form(insert),
        "an update as application/sparql-query": lambda e: e.post_direct(clear),
        "LOAD as the query": lambda e: e.post_direct("LOAD <http://127.0.0.1:9/> INTO GRAPH <a:g>"),
        "DELETE after a prologue": lambda e: e.post_direct("PREFIX a: <a:> # c\nDELETE WHERE { ?s ?p ?o }"),
    }.items():  # fmt: skip
        yield Case(section, f"{name} is 403", "SPARQL 1.1 Protocol, 2.2 and 4.1", status(send, 403))
    yield Case(
        section, "and nothing has changed", "SPARQL 1.1 Protocol, 4.1",
        _truth(Endpoint.get, IN + "ASK { { <a:a> ?p ?o } UNION { FILTER NOT EXISTS { ?s a ex:Person } } }", False),
    )  # fmt: skip


# ---------------------------------------------------------------- what must hold


def _is(response: Response, wanted: set[str]) -> None:
    assert response.status == 200, response.body
    assert {row["x"]["value"] for row in json.loads(response.body)["results"]["bindings"]} == wanted, response.body


def _found(ask: Callable[..., Response], query: str, dataset: Mapping[str, Any], wanted: set[str]) -> Check:
    def check(endpoint: Endpoint) -> None:
        response = ask(endpoint, query, JSON, **dataset)
        _is(response, wanted)
        assert len(json.loads(response.body)["results"]["bindings"]) == len(wanted), "some are there twice"

    return check


def _truth(ask: Callable[..., Response], query: str, wanted: bool) -> Check:
    return _truthful(lambda endpoint: ask(endpoint, query), wanted)


def _truthful(send: Callable[[Endpoint], Response], wanted: bool = True) -> Check:
    def check(endpoint: Endpoint) -> None:
        response = send(endpoint)
        assert response.status == 200, (response.status, response.body)
        assert response.media_type == JSON
        assert json.loads(response.body)["boolean"] is wanted

    return check


def _problem(send: Callable[[Endpoint], Response], status: int, members: Mapping[str, object]) -> Check:
    def check(endpoint: Endpoint) -> None:
        response = send(endpoint)
        assert (response.status, response.media_type) == (status, "application/problem+json")
        about = json.loads(response.body)
        assert about["status"] == status
        assert about["detail"]
        assert {name: about[name] for name in members} == members, about

    return check


def _of_type(query: str, media_types: set[str]) -> Check:
    def check(endpoint: Endpoint) -> None:
        for ask in WAYS.values():
            response = ask(endpoint, query)
            assert response.status == 200, response.body
            assert response.media_type in media_types, response.headers

    return check


def _absolute(endpoint: Endpoint) -> None:
    response = endpoint.get("SELECT (STR(<test>) AS ?x) {}", JSON)
    assert response.status == 200, response.body
    value = json.loads(response.body)["results"]["bindings"][0]["x"]["value"]
    assert value.endswith("/test"), value
    assert value.startswith("http"), value


def _from(query: str, graph: str, *, named: bool = False) -> str:
    return query.replace(" { ", f" FROM {'NAMED ' if named else ''}<{graph}> {{ ", 1)
