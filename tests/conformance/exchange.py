"""What HTTP asks of the endpoint: methods, caches, encodings, and pages of other origins."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import quote

from tests.conformance.case import Case, Endpoint, Response, accepting, form
from tests.conformance.checks import status, true

FORM = {"Content-Type": "application/x-www-form-urlencoded"}
JSON = "application/sparql-results+json"


def cases() -> Iterator[Case]:
    """Yield the cases."""
    section = "HTTP"
    asking = "?query=ASK%7B%7D"
    for method in ("PUT", "DELETE", "PATCH"):
        yield Case(
            section, f"{method} is 405 and names what is allowed", "SPARQL 1.1 Protocol, 2.1; RFC 9110, 15.5.6",
            lambda e, method=method: _allows(e.send(method, asking, headers=FORM, body=b""), 405),
        )  # fmt: skip
    for target in ("", asking, "?" + form("CONSTRUCT WHERE { ?s a ?o }")):
        yield Case(
            section, f"HEAD {target or 'of the description'} is GET without the body", "RFC 9110, 9.3.2",
            lambda e, target=target: _like_get(e, target),
        )  # fmt: skip
    yield Case(
        section,
        "HEAD of a query that is none is 400",
        "RFC 9110, 9.3.2",
        status(lambda e: e.send("HEAD", "?query=x"), 400),
    )
    yield Case(section, "OPTIONS names the methods", "RFC 9110, 9.3.7", lambda e: _allows(e.send("OPTIONS"), 200, 204))
    yield Case(section, "OPTIONS from a page elsewhere", "Fetch, CORS-preflight fetch", _preflight)
    yield Case(
        section, "answers may be read by pages elsewhere", "Fetch, CORS check",
        lambda e: true(all(
            r.headers["access-control-allow-origin"] == "*"
            for r in (e.get("ASK {}"), e.get("ASK {"), e.send("GET"), e.send("PUT", body=b""))
        )),
    )  # fmt: skip
    yield Case(
        section, "answers depend on Accept and say so", "RFC 9110, 12.5.5",
        lambda e: true("accept" in e.get("ASK {}").headers["vary"].lower().replace(" ", "").split(",")),
    )  # fmt: skip
    yield Case(section, "an answer that is known is not sent again", "RFC 9110, 13.1.2 and 15.4.5", _unchanged)
    yield Case(
        section, "other formats have other tags", "RFC 9110, 8.8.3",
        lambda e: true(e.get("ASK {}", JSON).headers["etag"] != e.get("ASK {}", "text/csv").headers["etag"]),
    )  # fmt: skip
    for coding in ("gzip", "identity"):
        yield Case(
            section, f"Accept-Encoding: {coding}", "RFC 9110, 12.5.3",
            lambda e, coding=coding: _coded(e, coding),
        )  # fmt: skip


def _allows(response: Response, *statuses: int) -> None:
    assert response.status in statuses
    assert {"GET", "POST", "HEAD", "OPTIONS"} <= set(response.headers["allow"].replace(" ", "").split(","))


def _like_get(endpoint: Endpoint, target: str) -> None:
    got, head = endpoint.send("GET", target), endpoint.send("HEAD", target)
    assert (head.status, head.body) == (200, b"")
    assert head.headers["content-type"] == got.headers["content-type"]
    assert head.headers.get("etag") == got.headers.get("etag")
    assert head.headers.get("content-length", str(len(got.body))) == str(len(got.body))


def _preflight(endpoint: Endpoint) -> None:
    response = endpoint.send(
        "OPTIONS",
        headers={
            "Origin": "https://example.org",
            "Access-Control-Request-Method": "POST",
            "Access-Control-Request-Headers": "content-type",
        },
    )
    assert response.status in (200, 204)
    assert response.headers["access-control-allow-origin"] in ("*", "https://example.org")
    assert "POST" in response.headers["access-control-allow-methods"]
    assert "content-type" in response.headers["access-control-allow-headers"].lower()


def _unchanged(endpoint: Endpoint) -> None:
    first = endpoint.get("ASK {}")
    again = endpoint.send("GET", "?query=" + quote("ASK {}"), headers={"If-None-Match": first.headers["etag"]})
    assert (again.status, again.body) == (304, b"")
    assert again.headers["etag"] == first.headers["etag"]


def _coded(endpoint: Endpoint, coding: str) -> None:
    query = "?" + form("SELECT * { ?s ?p ?o }")
    response = endpoint.send("GET", query, headers={**accepting(JSON), "Accept-Encoding": coding})
    assert response.status == 200
    assert response.headers.get("content-encoding", "identity") == coding
