"""Nobody is called but who is listed, and an endpoint that fails or lies does no harm."""

from __future__ import annotations

import gzip
import json
import time
from collections import Counter
from typing import Any

import pytest
from pyoxigraph import Literal, NamedNode, Store

import server.federation
from kg.errors import AnswerError, LegationError
from server.federation import Call, Federation, federate
from server.federation.clauses import find
from server.federation.solutions import inline
from server.guard import MAX_BYTES, vet
from server.problem import Problem
from tests.federation_fixture import RESULTS, allowing, ask, literal, told, uri
from tests.loopback import Answer, answering, as_json
from tests.test_server_guard import CALLS, HARMLESS

LISTED = "http://listed.example/sparql"


@pytest.mark.parametrize("query", CALLS)
def test_calls_are_refused_whatever_their_spelling_while_others_are_allowed(query: str) -> None:
    with pytest.raises(Problem) as refusal:
        federate(query.replace("{u}", "http://127.0.0.1:9/"), allowing(LISTED), seconds=1)
    assert refusal.value.status in (400, 403)


@pytest.mark.parametrize("query", HARMLESS)
def test_queries_that_call_nobody_are_left_as_they_are(query: str) -> None:
    for federation in (Federation(), allowing(LISTED)):
        rewritten = federate(query, federation, seconds=1)
        assert rewritten.vetted == vet(query)
        assert rewritten.calls == ()


@pytest.mark.parametrize(
    ("query", "status", "words"),
    [
        (
            "SELECT * { SERVICE <http://other.example/> { ?s ?p ?o } }",
            403,
            f"which are: <{LISTED}>. Write it exactly so",
        ),
        ("SELECT * { SERVICE SILENT <L/> { ?s ?p ?o } }", 403, "not on the list"),
        ("SELECT * { SERVICE <HTTP://LISTED.EXAMPLE/sparql> { ?s ?p ?o } }", 403, "not on the list"),
        ("SELECT * { SERVICE <L#x> { ?s ?p ?o } }", 403, "not on the list"),
        ("BASE <http://listed.example/> SELECT * { SERVICE <sparql> { ?s ?p ?o } }", 403, "not on the list"),
        ("PREFIX l: <http://listed.example/> SELECT * { SERVICE l:sparql { ?s ?p ?o } }", 403, "leaves open whom"),
        ("SELECT * { BIND(<L> AS ?x) SERVICE ?x { ?s ?p ?o } }", 403, "SERVICE ?x leaves open whom"),
        ("SELECT * { SERVICE SILENT $x { ?s ?p ?o } }", 403, "leaves open whom"),
        ("SELECT * { SERVICE <L> { SERVICE <L> { ?s ?p ?o } } }", 403, "within another's pattern"),
        ("SELECT * { SERVICE <L> { { SELECT * { service silent ?x {} } } } }", 403, "within another's pattern"),
        ("SELECT * { SERVICE <L> { ?a ?b 'x'SERVICE:x { } } }", 403, "one more SERVICE"),
        ("SELECT * { SERVICE <L> { } SERVICESILENT<http://o/>{ } }", 403, "one more SERVICE"),
        ("SELECT * { SERVICE <L> { } e:a.SERVICE <http://o/> { } }", 403, "one more SERVICE"),
        ("PREFIX a: <http://a:80> ASK { ?s ?p a:SERVICE <http://o/> { } SERVICE <L> { } }", 403, "one more SERVICE"),
        ("PREFIX a: <http://a:80> ASK { SERVICE <L> { ?s ?p a:SERVICE <http://o/> { } } }", 403, "one more SERVICE"),
        ("SELECT * { SERVICE <L> { ?s ?p '''\\q''' SERVICE <http://o/> { } } }", 400, "has no end"),
        ("SELECT * { SERVICE <L> { } \\u0053ERVICE <http://o/> { } }", 400, "line 1, column 55, write this character"),
        ("SELECT * { SERVICE <L> { ?s ?p 'a\\u0027 } }", 400, "write this character as it is"),
        ("SELECT * { SERVICE <L> { ?s ?p ?o }", 400, "'{' is never closed"),
        ("SELECT * { SERVICE <L> { ?s ?p (1 }) } }", 400, "closes nothing that is open"),
        ("SELECT * { SERVICE <L> { ?s ?p 'x } }", 400, "has no end"),
        ('SELECT * { SERVICE <L> { ?s ?p """a"} }', 400, "has no end"),
        ("SELECT * { SERVICE <L> { ?s ?p ?o\x0b } }", 400, "nothing in SPARQL begins so"),
        ("SELECT * {\n FILTER(?a<?b&&?c>?d) SERVICE <L> { } }", 400, "at line 2, column 11, this may be an IRI"),
        ("SELECT * { FILTER(1<2)SERVICE?x#> { } } SERVICE <L> { } }", 400, "may be an IRI or a comparison"),
        ("SELECT * { ?s ?p <<( ?a ?b ?c )>> SERVICE <L> { } }", 400, "'<<' cannot be used"),
        ("SELECT * { SERVICE <L> {} SERVICE <L> ?x }", 400, "come the address of an endpoint and a pattern"),
        ("SELECT * { SERVICE <L> {} SERVICE", 400, "never closed"),
        ("SELECT * { SERVICE <L> {} SERVICE }", 400, "come the address of an endpoint and a pattern"),
        ("SELECT * { " + "SERVICE <L> { } " * 4 + " }", 400, "4 SERVICE clauses; 3 are allowed"),
        ("INSERT { ?s ?p ?o } WHERE { SERVICE <L> { ?s ?p ?o } }", 403, "never change over the web"),
        ("SELECT * { SERVICE <L> { " + "{" * 120 + "}" * 120 + " } }", 400, "100 deep"),
        ("SELECT * { SERVICE <L> { } " + "{" * 120 + "}" * 120 + " }", 400, "100 deep"),
        ("SELECT * { SERVICE <L> { ?s ?p '" + "x" * MAX_BYTES + "' } }", 413, "64 KiB"),
    ],
)
def test_what_cannot_be_called_is_refused_before_anybody_is_asked(
    query: str, status: int, words: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(server.federation, "ask", lambda *_, **__: pytest.fail("somebody was asked"))
    query = query.replace("<L", f"<{LISTED}")
    with pytest.raises(Problem) as refusal:
        federate(query, allowing(LISTED), seconds=1)
    assert words in refusal.value.detail
    assert refusal.value.status == status


def test_without_a_list_service_is_refused_as_ever() -> None:
    with pytest.raises(Problem, match="SERVICE is not offered here") as refusal:
        federate(f"SELECT * {{ SERVICE <{LISTED}> {{ ?s ?p ?o }} }}", Federation(), seconds=1)
    assert refusal.value.status == 403


@pytest.mark.parametrize(
    "address",
    ["listed.example", "ftp://a/", "file:///etc/passwd", "http://u:p@a/", "http://a/#f", "http://a b/", "http:///x",
     "http://a:x/"],
)  # fmt: skip
def test_what_is_no_endpoint_cannot_be_listed(address: str) -> None:
    with pytest.raises(LegationError, match="full http"):
        Federation((address,))


UNREADABLE = "not in the SPARQL 1.1 results format"
ZIPPED = {**RESULTS, "Content-Encoding": "gzip"}
HALF = json.dumps({"head": {"vars": ["x"]}, "results": {"bindings": [literal("\ud800")]}}).encode()
BAD: dict[str, tuple[Answer, int, str]] = {
    "down for now": (Answer(b"", 503), 502, "it answers 503 Service Unavailable"),
    "cannot read it": (Answer(b"", 400), 502, "try it there on its own"),
    "moved": (Answer(b"", 302, {"Location": "http://169.254.169.254/latest"}), 502, "it has moved to http://169.254"),
    "a page": (Answer(b"<html>", headers={"Content-Type": "text/html"}), 502, "it answers with text/html"),
    "not JSON": (Answer(b"nothing", headers=RESULTS), 502, UNREADABLE),
    "half": (Answer(b'{"head":', headers=RESULTS), 502, UNREADABLE),
    "breaks off": (Answer(b'{"head":', headers=RESULTS, claimed=100), 502, "there is no whole answer"),
    "ASK's": (as_json({"head": {}, "boolean": True}), 502, UNREADABLE),
    "a list": (as_json([]), 502, UNREADABLE),
    "deep": (Answer(b'{"head":' + b"[" * 3_000, headers=RESULTS), 502, UNREADABLE),
    "very deep": (Answer(b"[" * 50_000, headers=RESULTS), 502, "far more in it"),
    "a triple term": (told({"x": {"type": "triple", "value": {}}}), 502, "a term of the type triple"),
    "blank nodes": (told({"x": {"type": "bnode", "value": "b0"}}), 502, "has blank nodes"),
    "too many rows": (told(*[uri("http://a/")] * 101), 502, "101 solutions, of which 100 are allowed"),
    "too long": (Answer(b" " * 2**17, headers=RESULTS), 502, "more than 0.0625 MiB"),
    "a bomb": (Answer(gzip.compress(b" " * 2**26), headers=ZIPPED), 502, "more than 0.0625 MiB"),
    "slow": (Answer(b"", slow_s=5), 504, "it has not answered in time"),
    "dripping": (Answer(b" " * 1000, headers=RESULTS, drip_s=0.05), 504, "it has not answered in time"),
    "an IRI that is none": (told(uri("http://a/> } SERVICE <http://b/")), 502, "Invalid IRI"),
    "a relative IRI": (told(uri("a")), 502, "No scheme"),
    "an IRI with an escape": (told(uri("http://a/\\u003e")), 502, "Invalid IRI"),
    "a language that is none": (told(literal("a", **{"xml:lang": "en . }"})), 502, "language"),
    "no language": (told(literal("a", **{"xml:lang": ""})), 502, UNREADABLE),
    "a direction that is none": (told(literal("a", **{"xml:lang": "ar", "its:dir": "up"})), 502, UNREADABLE),
    "a datatype that is none": (told(literal("a", datatype="b> }")), 502, UNREADABLE),
    "half a character": (Answer(HALF, headers=RESULTS), 502, UNREADABLE),
    "a number": (told(literal(1)), 502, UNREADABLE),
    "no type": (told({"x": {"value": "a"}}), 502, UNREADABLE),
    "odd variables": (told({}, names=[["x"]]), 502, UNREADABLE),
}  # fmt: skip


@pytest.mark.parametrize("name", BAD)
def test_an_endpoint_that_fails_is_named_with_the_cause_or_passed_over_in_silence(name: str) -> None:
    answer, status, words = BAD[name]
    calls: list[Call] = []
    with answering(lambda request: answer) as service:
        query = f"SELECT * {{ SERVICE <{service.address}> {{ ?x ?y ?z }} }}"
        federation = allowing(service.address, timeout_s=0.5, answer_bytes=2**16, rows=100)
        started = time.monotonic()
        with pytest.raises(Problem) as failure:
            federate(query, federation, seconds=20, on_call=calls.append)
        assert words in failure.value.detail
        assert failure.value.status == status
        assert failure.value.members["endpoint"] == service.address
        silent = federate(query.replace("SERVICE", "SERVICE SILENT"), federation, seconds=20, on_call=calls.append)
        assert time.monotonic() - started < 3
    assert silent.vetted.text == "SELECT * {  VALUES (?x ?y ?z) { (UNDEF UNDEF UNDEF) } }"
    assert [call.status for call in calls] == [calls[0].status] * 2
    assert silent.calls == (calls[1],)
    assert (calls[0].status == "timeout") == (status == 504)
    assert len(service.requests) == 2  # nothing is asked again, no redirect is followed


def test_an_endpoint_cannot_write_into_the_query() -> None:
    evil = '" } SERVICE <http://b/> { ?x ?y \'\n\r\' \\""" } #'
    terms = Literal(evil), Literal(evil, language="en"), Literal(evil, datatype=NamedNode("http://a/t")), None
    rows: list[Any] = [literal(evil), literal(evil, **{"xml:lang": "en"}), literal(evil, datatype="http://a/t"), {}]
    with answering(lambda request: told(*rows, names=["x", "y} SERVICE", "other"])) as service:
        query = f"SELECT * {{ SERVICE <{service.address}> {{ ?x ?y ?z }} }}"
        rewritten = federate(query, allowing(service.address), seconds=5)
    vet(rewritten.vetted.text)
    assert ask(Store(), rewritten.vetted.text) == (["x"], Counter((str(term),) for term in terms))


def test_many_variables_without_values_do_not_blow_up_the_query() -> None:
    names = [f"v{number}" for number in range(3_000)]
    body = json.dumps({"head": {"vars": names}, "results": {"bindings": [{}] * 9_000}}).encode()
    started = time.process_time()
    with pytest.raises(AnswerError, match="too long"):
        inline(body, wanted=frozenset(names), visible=names, rows=10_000, most=2**20)
    assert time.process_time() - started < 1


def test_a_private_address_is_refused_even_when_listed() -> None:
    with answering(lambda request: told()) as service:
        with pytest.raises(Problem, match=r"private address 127\.0\.0\.1, and the operator") as refusal:
            federate(f"ASK {{ SERVICE <{service.address}> {{ }} }}", Federation((service.address,)), seconds=5)
        assert refusal.value.status == 502
        assert service.requests == []


def test_calls_at_once_are_few_and_the_others_are_told_to_come_back() -> None:
    with answering(lambda request: Answer(slow_s=2)) as service:
        query = "ASK { " + f"SERVICE SILENT <{service.address}> {{ }} " * 2 + "}"
        federation = allowing(service.address, at_once=1, timeout_s=0.5)
        silent = federate(query, federation, seconds=5)
        assert [call.status for call in silent.calls] == ["timeout", "busy"]
        time.sleep(0.1)
        with pytest.raises(Problem) as failure:
            federate(query.replace("SILENT", "", 2).replace("SERVICE", "SERVICE SILENT", 1), federation, seconds=5)
        assert failure.value.status == 503
        assert failure.value.headers == {"Retry-After": "5"}


def test_the_time_left_to_the_query_bounds_the_calls() -> None:
    with answering(lambda request: Answer(slow_s=5)) as service:
        started = time.monotonic()
        with pytest.raises(Problem) as failure:
            federate(f"ASK {{ SERVICE <{service.address}> {{ }} }}", allowing(service.address), seconds=0.3)
        assert failure.value.status == 504
        assert time.monotonic() - started < 1


@pytest.mark.parametrize(
    "text",
    ["SERVICE " * 8000, "SERVICE <a> {" * 4500, "<" * 60_000, '"""a' * 15_000, "?" * 60_000, "a:" * 30_000,
     "{}" * 30_000, "a.-" * 20_000, "%41" * 20_000, "e:" + "%41" * 20_000, "\\u00e9" * 10_000, "#\n" * 30_000,
     "a..:" * 15_000, "a." * 30_000, "@a-" * 20_000, "'" * 60_000, "'a\\" * 20_000],
)  # fmt: skip
def test_reading_takes_time_in_proportion(text: str) -> None:
    started = time.process_time()
    for query in (text, f"SELECT * {{ SERVICE <{LISTED}> {{ {text} }} }}"):
        with pytest.raises(Problem):
            find(query + " )", [LISTED])
    assert time.process_time() - started < 2
