"""What operators and programs see of the server besides answers: headers, problems, health, figures, the access log."""

from __future__ import annotations

import http.client
import json
import re
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from io import BytesIO
from ipaddress import ip_address
from pathlib import Path
from typing import Any

import httpx
import pytest
from flask import Flask, Response
from flask.testing import FlaskClient
from hypothesis import given
from hypothesis import strategies as st
from prometheus_client import generate_latest
from prometheus_client.openmetrics.parser import text_string_to_metric_families as openmetrics
from prometheus_client.parser import text_string_to_metric_families

from kg.cli import main
from kg.errors import LegationError
from kg.iri import DEFAULT_BASE
from server.accesslog import access_log, line
from server.app import create_app
from server.client import LOOPBACK, Client, networks, who_asks
from server.current import Current
from server.errors import answer_with_problems
from server.headers import EXPOSED
from server.limits import Limits
from server.metrics import Metrics
from server.observe import OUTCOMES, Exchange, asked, exchange, observe
from server.pages import blueprint as pages
from server.problem import Problem
from server.query.pool import Pool
from server.ready import Seal, probe
from tests.server_fixture import BASE, ROOT, point, serving, write_release

TURTLE_ERROR = {"query": "SELECT * {\n  ?s ?p }"}
LICENCE = f"<{BASE}release/0.1.0-test> <http://purl.org/dc/terms/license> <https://example.org/licence> <{BASE}g> .\n"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("releases")
    write_release(path, extra=LICENCE)
    return path


@pytest.fixture(scope="module")
def address(folder: Path) -> Iterator[str]:
    with serving(folder, workers=1) as served:
        yield served


@pytest.fixture
def log(tmp_path: Path) -> Path:
    return tmp_path / "access.jsonl"


class Whole(FlaskClient):
    """A client that takes each answer to its end and closes it, as servers do."""

    def open(self, *args: Any, **settings: Any) -> Any:
        """Ask, and read all of the answer."""
        return super().open(*args, **{"buffered": True, **settings})


@pytest.fixture
def web(folder: Path, log: Path) -> FlaskClient:
    return client_of(create_app(folder, log_to=str(log)))


def client_of(app: Flask) -> FlaskClient:
    app.test_client_class = Whole
    return app.test_client()


def lines(log: Path) -> list[dict[str, Any]]:
    return [json.loads(text) for text in log.read_text("ascii").splitlines()]


def figures(web: FlaskClient) -> dict[tuple[str, frozenset[tuple[str, str]]], float]:
    families = text_string_to_metric_families(web.get("/metrics").text)
    return {(s.name, frozenset(s.labels.items())): s.value for family in families for s in family.samples}


def figure(web: FlaskClient, name: str, **labels: str) -> float:
    return figures(web).get((name, frozenset(labels.items())), 0.0)


# ---------------------------------------------------------------- who asks


@pytest.mark.parametrize(
    ("peer", "header", "address"),
    [
        ("203.0.113.7", "", "203.0.113.7"),
        ("203.0.113.7", "198.51.100.1", "203.0.113.7"),  # not a trusted proxy: anybody can write a header
        ("127.0.0.1", "198.51.100.1", "198.51.100.1"),
        ("127.0.0.1", "10.9.9.9, 198.51.100.1", "198.51.100.1"),  # the client wrote the first itself
        ("127.0.0.1", "198.51.100.1, 127.0.0.5", "198.51.100.1"),
        ("127.0.0.1", " 198.51.100.1:4711 ", "198.51.100.1"),
        ("::1", "[2001:db8::7]:443", "2001:db8::7"),
        ("::1", '"[2001:db8::7]"', "2001:db8::7"),
        ("::ffff:203.0.113.7", "", "203.0.113.7"),
        ("127.0.0.1", "198.51.100.1, unknown", "127.0.0.1"),
        ("127.0.0.1", "198.51.100.1, ", "127.0.0.1"),
        ("127.0.0.1", ",,,", "127.0.0.1"),
        ("127.0.0.1", "1.2.3.4.5, 198.51.100.1", "198.51.100.1"),
        ("127.0.0.1", "198.51.100.1" + ", 127.0.0.1" * 40, "127.0.0.1"),  # no chain is that long
        ("", "198.51.100.1", "198.51.100.1"),  # a Unix socket
        ("", "", None),
        ("fe80::1%eth0", "", "fe80::1"),
    ],
)
def test_who_asks_is_the_rightmost_who_is_no_trusted_proxy(peer: str, header: str, address: str | None) -> None:
    assert who_asks(peer, header).address == (ip_address(address) if address else None)


@given(st.text() | st.from_regex(r"[0-9a-f.:, \[\]]{0,40}", fullmatch=True), st.text(max_size=20))
def test_no_header_breaks_it_and_none_moves_a_stranger(header: str, peer: str) -> None:
    assert who_asks("127.0.0.1", header).key
    assert who_asks("203.0.113.7", header) == Client(ip_address("203.0.113.7"))
    assert who_asks(peer, header).shortened


def test_the_operator_names_other_proxies_and_the_text_is_checked() -> None:
    trusted = networks(["10.0.0.0/8", "2001:db8::5"])
    assert who_asks("10.1.2.3", "198.51.100.1, 10.7.7.7", trusted=trusted).address == ip_address("198.51.100.1")
    assert who_asks("127.0.0.1", "198.51.100.1", trusted=trusted).address == ip_address("127.0.0.1")
    with pytest.raises(LegationError, match=r"'10\.0\.0\.300' is no network .* such as"):
        networks(["10.0.0.300"])


def test_one_client_is_one_key_and_logs_keep_its_network_only() -> None:
    one, same, other = (Client(ip_address(f"2001:db8:1:{net}::{host}")) for net, host in ((1, 1), (1, 2), (2, 1)))
    assert one.key == same.key == "2001:db8:1:1::/64" != other.key
    assert one.shortened == other.shortened == "2001:db8:1::/48"
    assert Client(ip_address("203.0.113.7")).key == "203.0.113.7"
    assert Client(ip_address("203.0.113.7")).shortened == "203.0.113.0/24"


def test_a_local_program_is_told_from_a_local_proxys_client() -> None:
    assert who_asks("127.0.0.1", "").is_local
    assert not who_asks("127.0.0.1", "127.0.0.1").is_local
    assert not who_asks("127.0.0.1", "nonsense").is_local
    assert not who_asks("203.0.113.7", "").is_local


# ---------------------------------------------------------------- the id of a request, and problems


@pytest.mark.parametrize("sent", ["abc-123", "x" * 128, "~!@#$%^&*()_+{}|:<>?"])
def test_a_clients_own_request_id_is_kept(web: FlaskClient, log: Path, sent: str) -> None:
    response = web.get("/nowhere", headers={"X-Request-Id": sent})
    assert response.headers.get_all("X-Request-Id") == [sent]
    assert response.get_json()["request_id"] == sent
    assert lines(log)[-1]["request_id"] == sent


@pytest.mark.parametrize("sent", ["", "x" * 129, "two words", "tab\there", "caf\u00e9", "\x7f"])
def test_another_one_is_replaced(web: FlaskClient, sent: str) -> None:
    response = web.get("/healthz", headers={"X-Request-Id": sent})
    assert re.fullmatch("[0-9a-f]{32}", response.headers["X-Request-Id"])


def test_every_kind_of_answer_has_an_id_of_its_own(web: FlaskClient) -> None:
    paths = ["/", "/sparql", "/dumps/latest", "/static/style.css", "/nowhere", "/dumps/0.1.0-test/SHA256SUMS", "/id/x"]
    assert len({web.get(path).headers["X-Request-Id"] for path in paths}) == len(paths)
    assert "X-Request-Id" in web.options("/sparql").headers
    assert "X-Request-Id" in web.delete("/sparql").headers


def test_a_problem_says_what_to_do_and_how_it_is_called(web: FlaskClient) -> None:
    response = web.get("/sparql", query_string=TURTLE_ERROR, headers={"X-Request-Id": "mine"})
    assert response.content_type == "application/problem+json"
    about = response.get_json()
    assert about["type"] == "about:blank"
    assert (about["title"], about["status"], about["line"], about["request_id"]) == ("Bad Request", 400, 2, "mine")


def test_a_problem_repeats_when_to_come_again(folder: Path) -> None:
    app = Flask("busy")
    answer_with_problems(app)

    @app.get("/busy")
    def busy() -> Response:
        raise Problem(503, "All are taken; come again.", headers={"Retry-After": "7"}, limit="queue")

    response = app.test_client().get("/busy")
    assert response.headers["Retry-After"] == "7"
    assert (response.get_json()["retry_after"], response.get_json()["limit"]) == (7, "queue")


# ---------------------------------------------------------------- health


def test_a_broken_release_leaves_the_server_alive_but_not_ready(tmp_path: Path) -> None:
    write_release(tmp_path, "one")
    web = create_app(tmp_path).test_client()
    point(tmp_path, "missing")
    assert web.get("/healthz").get_json() == {"status": "ok", "release": "one"}
    refused = web.get("/readyz")
    assert refused.status_code == 503
    assert refused.content_type == "application/problem+json"
    assert refused.get_json()["retry_after"] == 10


@pytest.mark.parametrize("sealed", [True, False])
def test_ready_says_whether_queries_are_sealed_and_asks_one(folder: Path, sealed: bool) -> None:
    probes: list[Seal | Problem] = [Seal(sealed, "because"), Problem(503, "No query process answers.")]

    def next_probe() -> Seal:
        match probes.pop(0):
            case Problem() as problem:
                raise problem
            case Seal() as seal:
                return seal

    app = Flask("server")
    app.register_blueprint(pages(Current(folder), base=DEFAULT_BASE, examples=(), probe=next_probe))
    answer_with_problems(app)
    web = app.test_client()
    response = web.get("/readyz")
    expected = {"status": "ok", "release": "0.1.0-test", "sealed": sealed, "why": "because"}
    assert (response.get_json(), response.headers["Cache-Control"]) == (expected, "no-store")
    assert web.get("/healthz").status_code == 200
    assert len(probes) == 1
    assert web.get("/readyz").status_code == 503
    assert web.get("/healthz").status_code == 200


def test_the_probe_is_a_query_in_a_process(folder: Path) -> None:
    pool = Pool(lambda: folder / "current", Limits(workers=1))
    for _ in range(3):
        seal = probe(pool, Current(folder))
    assert seal.sealed == pool.probe()
    assert ("seccomp) lets no" in seal.why) == seal.sealed
    now = pool.statistics()
    assert (now.busy, now.slow, now.killed) == (0, 0, {})


def test_a_server_whose_queries_wait_too_long_is_not_ready(folder: Path) -> None:
    pool = Pool(lambda: folder / "current", Limits(workers=1, slow=0, waiting=2, wait_s=0.3))
    loans = [pool.lend(client, is_gone=lambda: False) for client in ("somebody", "another")]
    try:
        with pytest.raises(Problem, match="waited") as caught:
            probe(pool, Current(folder))
        assert caught.value.status == 503
    finally:
        for loan in loans:
            loan.give_back()


# ---------------------------------------------------------------- headers


SAFELISTED = {
    "Cache-Control", "Content-Language", "Content-Length", "Content-Type", "Expires", "Last-Modified", "Pragma",
}  # fmt: skip
"""Headers that scripts may read anyway (Fetch Standard, CORS-safelisted response-header name)."""

FOR_THE_BROWSER = {"Content-Security-Policy", "Cross-Origin-Resource-Policy", "Referrer-Policy", "Date"}

PATHS = [
    "/", "/sparql", "/sparql?query=ASK{}", "/sparql?query=nonsense", "/ontology", "/healthz", "/readyz", "/metrics",
    "/id/person/ada-example", "/page/person/ada-example", "/data/person/ada-example.ttl", "/nowhere", "/openapi.json",
    "/dumps/", "/dumps/latest", "/dumps/0.1.0-test/legation-0.1.0-test.nq.gz", "/reconcile", "/static/style.css",
]  # fmt: skip


@pytest.mark.parametrize("path", PATHS)
def test_pages_elsewhere_can_read_every_header_and_browsers_are_bound(web: FlaskClient, path: str) -> None:
    response = web.get(path)
    names = {name.title() for name in response.headers.keys()}  # noqa: SIM118 - a list of pairs, not a mapping
    sent = {name for name in names if not name.startswith("Access-Control-") and name != "X-Content-Type-Options"}
    exposed = {name.title() for name in response.headers["Access-Control-Expose-Headers"].split(", ")}
    assert response.headers["Access-Control-Allow-Origin"] == "*"
    assert "Access-Control-Allow-Credentials" not in response.headers
    assert sent - FOR_THE_BROWSER - SAFELISTED <= exposed == {name.title() for name in EXPOSED}
    assert response.headers["X-Content-Type-Options"] == "nosniff"
    assert response.headers["Referrer-Policy"] == "same-origin"
    policy = response.headers.get("Content-Security-Policy", "")
    assert ("'self'" in policy) == (response.mimetype == "text/html" and path != "/reconcile/preview")
    assert ("sandbox" in policy) == (response.mimetype != "text/html" and not path.startswith("/static/"))


SENT_BY_CLIENTS = {
    "Comunica in a browser": ("POST", "content-type"),
    "YASGUI with a media type of its own": ("GET", "accept,x-requested-with"),
    "a page that validates": ("GET", "if-none-match,cache-control,pragma"),
    "a page that names its requests": ("HEAD", "x-request-id,user-agent"),
    "a page with something new": ("POST", "x-new"),
}


@pytest.mark.parametrize("client", SENT_BY_CLIENTS)
@pytest.mark.parametrize("path", ["/sparql", "/reconcile", "/id/person/ada-example", "/dumps/latest"])
def test_browsers_are_let_send_what_clients_send(web: FlaskClient, client: str, path: str) -> None:
    """The check is that of the Fetch Standard, "CORS-preflight fetch", for requests without credentials."""
    method, names = SENT_BY_CLIENTS[client]
    headers = {"Origin": "null", "Access-Control-Request-Method": method, "Access-Control-Request-Headers": names}
    response = web.options(path, headers=headers)
    assert 200 <= response.status_code < 300
    assert response.data == b""
    assert response.headers["Access-Control-Allow-Origin"] == "*"
    assert method in {"GET", "HEAD", "POST", *response.headers["Access-Control-Allow-Methods"].split(", ")}
    allowed = {name.lower() for name in response.headers["Access-Control-Allow-Headers"].split(", ")}
    assert {name for name in names.split(",") if name != "x-new"} <= allowed  # for browsers that do not know the star
    assert "*" in allowed


def links(response: Any) -> dict[str, set[str]]:
    """Return the targets by relation, each parsed by the grammar of RFC 8288 as far as it is used here."""
    found: dict[str, set[str]] = {}
    for one in response.headers["Link"].split(", "):
        match = re.fullmatch(r'<([^<>"\s]+)>; rel="([a-z-]+)"(?:; type="[\w/.+-]+")?', one)
        assert match, one
        found.setdefault(match[2], set()).add(match[1])
    return found


def test_the_endpoint_says_where_it_is_described(web: FlaskClient) -> None:
    for target in ("/sparql?query=ASK{}", "/sparql", "/"):
        found = links(web.get(target))
        assert found["service-desc"] == {"/openapi.json"}
        assert found["describedby"] == {"/ontology", "/void.ttl", "/catalog.ttl"}
        assert found["license"] == {"https://example.org/licence"}
    assert "license" not in links(web.get("/sparql?query=nonsense"))


@pytest.mark.parametrize("key", ["person/ada-example", "article/news%20one", "office/%E5%A4%96%E7%9B%B8"])
def test_the_documents_about_a_thing_lead_to_each_other(web: FlaskClient, key: str) -> None:
    every = {f"/page/{key}", *(f"/data/{key}.{ending}" for ending in ("ttl", "nt", "jsonld", "rdf"))}
    for path in every:
        response = web.get(path, environ_overrides={"RAW_URI": path})
        assert response.status_code == 200
        found = links(response)
        assert found["alternate"] == every - {path}
        assert found["describes"] == {f"{DEFAULT_BASE}{key}"}
        assert found["license"] == {"https://example.org/licence"}
    assert "Link" not in web.get("/page/person/nobody").headers


def test_dumps_lead_to_their_list_and_their_manifest(web: FlaskClient) -> None:
    found = links(web.get("/dumps/0.1.0-test/legation-0.1.0-test.nq.gz"))
    for relation, target in (
        ("collection", "/dumps/"),
        ("latest-version", "/dumps/latest"),
        ("describedby", "/dumps/0.1.0-test/manifest.json"),
    ):
        assert found[relation] == {target}
        assert web.get(target).status_code in (200, 302)


@pytest.mark.parametrize("path", ["/sparql", "/sparql?query=nonsense", "/dumps/", "/id/person/ada-example", "/id/x"])
def test_what_is_negotiated_varies(web: FlaskClient, path: str) -> None:
    assert "accept" in web.get(path).headers["Vary"].lower().split(", ")


def test_no_old_store_is_kept_open_for_its_licence(tmp_path: Path) -> None:
    write_release(tmp_path, "one")
    write_release(tmp_path, "two", extra=LICENCE.replace("0.1.0-test", "two"))
    point(tmp_path, "one")
    web = create_app(tmp_path).test_client()
    assert "license" not in links(web.get("/sparql"))
    point(tmp_path, "two")
    assert links(web.get("/sparql"))["license"] == {"https://example.org/licence"}


# ---------------------------------------------------------------- figures


def test_requests_are_counted_by_rule_and_never_by_path(web: FlaskClient) -> None:
    for name in ("ada-example", "bo-sample", "nobody"):
        web.get(f"/page/person/{name}")
    for path in ("/a", "/b", "/sparql/x"):
        web.get(path)
    web.open("/healthz", method="BREW")
    assert figure(web, "legation_http_requests_total", route="/page/<path:key>", method="GET", status="200") == 2
    assert figure(web, "legation_http_requests_total", route="/page/<path:key>", method="GET", status="404") == 1
    assert figure(web, "legation_http_requests_total", route="other", method="GET", status="404") == 3
    assert figure(web, "legation_http_requests_total", route="other", method="other", status="405") == 1
    assert figure(web, "legation_http_request_duration_seconds_count", route="other") == 4
    rules = {rule.rule for rule in web.application.url_map.iter_rules()} | {"other"}
    assert {value for _, labels in figures(web) for name, value in labels if name == "route"} <= rules


def test_queries_are_counted_by_how_they_ended(web: FlaskClient) -> None:
    before = {outcome: figure(web, "legation_queries_total", outcome=outcome) for outcome in OUTCOMES}
    assert set(before.values()) == {0.0}  # each is there from the start
    for query in ("ASK {}", "ASK { ?s ?p ?o }", "nonsense", "ASK { SERVICE <http://example.org/> {} }"):
        web.get("/sparql", query_string={"query": query})
    web.get("/sparql")  # the description is no query
    web.post("/sparql", data="ASK {}", content_type="application/sparql-query", headers={"Accept": "image/png"})
    counted = {outcome: figure(web, "legation_queries_total", outcome=outcome) for outcome in OUTCOMES}
    assert {outcome: number for outcome, number in counted.items() if number} == {"ok": 2, "syntax": 1, "refused": 2}
    assert figure(web, "legation_query_duration_seconds_count") == 5


def test_bytes_and_the_release_are_told(web: FlaskClient, folder: Path) -> None:
    size = len(web.get("/ontology").data)
    web.head("/ontology")
    assert figure(web, "legation_http_response_body_bytes_total", route="/ontology") == size
    assert figure(web, "legation_release_info", version="0.1.0-test") == 1
    published = (folder / "current" / "manifest.json").stat().st_mtime
    assert figure(web, "legation_release_published_timestamp_seconds") == pytest.approx(published)
    assert figure(web, "process_resident_memory_bytes") > 1_000_000


def test_the_format_is_prometheus_or_openmetrics(web: FlaskClient) -> None:
    plain = web.get("/metrics")
    assert plain.content_type.startswith("text/plain; version=")
    response = web.get("/metrics", headers={"Accept": "application/openmetrics-text; version=1.0.0"})
    assert response.mimetype == "application/openmetrics-text"
    assert {family.name for family in openmetrics(response.text)} >= {"legation_queries", "legation_http_requests"}


@dataclass(frozen=True)
class Doing:
    """What query processes may be doing."""

    idle: int = 2
    busy: int = 1
    slow: int = 3
    waiting: int = 4
    started: int = 9
    killed: dict[str, int] = field(default_factory=lambda: {"deadline": 2, "disconnect": 1})


def test_what_the_query_processes_do_is_asked_at_each_look(folder: Path) -> None:
    doing = [Doing(), Doing(busy=0)]
    metrics = Metrics(Current(folder), statistics=lambda: doing.pop(0))
    text = generate_latest(metrics.registry).decode()
    for line_ in (
        'legation_query_processes{state="busy"} 1.0',
        'legation_query_processes{state="slow"} 3.0',
        "legation_queries_waiting 4.0",
        "legation_query_processes_started_total 9.0",
        'legation_query_processes_killed_total{reason="deadline"} 2.0',
    ):
        assert line_ in text.splitlines()
    assert 'legation_query_processes{state="busy"} 0.0' in generate_latest(metrics.registry).decode()


# ---------------------------------------------------------------- the access log


def test_a_line_has_what_operators_need_and_no_secret(web: FlaskClient, log: Path) -> None:
    secret = {
        "Authorization": "Bearer hush-1", "Cookie": "session=hush-2", "X-Forwarded-For": "203.0.113.77",
        "User-Agent": "example/1.0 " + "y" * 500, "Referer": "https://example.org/?hush-3", "X-Request-Id": "r1",
    }  # fmt: skip
    web.get("/sparql", query_string={"query": "ASK { ?s ?p 'hush-4' }", "hush-5": "hush-6"}, headers=secret)
    web.post("/reconcile", data={"queries": '{"a": {"query": "hush-7"}}'})
    first, second = lines(log)
    assert "hush" not in log.read_text("ascii")
    assert "203.0.113.77" not in log.read_text("ascii")
    assert datetime.fromisoformat(first["time"]).tzinfo == UTC
    assert first["time"].endswith("Z")
    assert re.fullmatch("[0-9a-f]{16}", first["query"])
    assert 0 < first["ms"] < 60_000
    fixed = {name: first[name] for name in ("request_id", "client", "method", "route", "path", "status", "release")}
    assert fixed == {
        "request_id": "r1", "client": "203.0.113.0/24", "method": "GET", "route": "/sparql", "path": "/sparql",
        "status": 200, "release": "0.1.0-test",
    }  # fmt: skip
    assert (first["outcome"], first["complete"], len(first["agent"])) == ("ok", True, 121)
    assert (second["route"], second["query"], second["outcome"]) == ("/reconcile", None, None)


def test_the_same_query_is_found_again_by_its_digest(web: FlaskClient, log: Path) -> None:
    web.get("/sparql", query_string={"query": "ASK {}"})
    web.post("/sparql", data={"query": "ASK {}"})
    web.post("/sparql", data={"query": "ASK { }"})
    one, same, other = (each["query"] for each in lines(log))
    assert one == same != other


@pytest.mark.parametrize("path", ["/a%0Ab", "/%00", "/%E2%80%A8", "/%FF%FE", "/%1B[2J", "/" + "x" * 5000, "/%22,%22"])
def test_nothing_breaks_a_line(web: FlaskClient, log: Path, path: str) -> None:
    web.get(path, headers={"User-Agent": "\x1b[2J\u00e9", "X-Request-Id": "a\x0bb"})
    text = log.read_bytes()
    assert text.count(b"\n") == 1
    assert re.fullmatch(rb"[ -~]+\n", text)
    assert len(text) < 3000
    assert json.loads(text)["status"] == 404


@given(st.text(), st.text(), st.text())
def test_no_text_breaks_a_line(path: str, agent: str, method: str) -> None:
    noted = Exchange("id", 0.0, method, path, agent, Client(None))
    assert re.fullmatch(r"[ -~]+", line(noted))
    assert json.loads(line(noted))["time"] == "1970-01-01T00:00:00.000Z"


def test_many_threads_write_whole_lines(web: FlaskClient, log: Path) -> None:
    app = web.application
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda n: app.test_client().get(f"/id/nobody-{n}"), range(200)))
    assert sorted(each["path"] for each in lines(log)) == sorted(f"/id/nobody-{n}" for n in range(200))


def test_the_log_goes_on_in_a_new_file_when_it_is_moved_away(web: FlaskClient, log: Path) -> None:
    web.get("/healthz")
    log.rename(log.with_suffix(".1"))
    web.get("/readyz")
    assert [each["path"] for each in lines(log)] == ["/readyz"]
    assert [each["path"] for each in lines(log.with_suffix(".1"))] == ["/healthz"]


def test_a_log_that_cannot_be_written_is_named_at_the_start(folder: Path, tmp_path: Path) -> None:
    with pytest.raises(LegationError, match=r"no/such/file: the access log cannot be written .*--access-log"):
        create_app(folder, log_to=str(tmp_path / "no" / "such" / "file"))


def test_the_log_may_go_to_standard_output(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    client_of(create_app(folder, log_to="-")).get("/healthz")
    assert json.loads(capsys.readouterr().out)["path"] == "/healthz"


# ---------------------------------------------------------------- answers that go on, and break off


@pytest.fixture
def streaming(folder: Path, log: Path) -> Flask:
    """Return an application with answers of several pieces."""
    app = Flask("streaming")
    exchange_of: list[Exchange] = []

    def pieces(count: int, *, fails: bool = False) -> Iterator[bytes]:
        for _ in range(count):
            yield b"x" * 10
        if fails:
            exchange_of[0].outcome = "memory"
            raise RuntimeError("the query process is gone")

    @app.get("/sparql")
    def whole() -> Response:
        asked("ASK {}")
        return Response(pieces(3))

    @app.get("/fails")
    def fails() -> Response:
        asked("ASK {}")
        if noted := exchange():
            exchange_of.append(noted)
        return Response(pieces(3, fails=True))

    observe(app, Current(folder), finished=[access_log(str(log))])
    return app


def run(app: Flask, path: str, *, take: int | None = None) -> bytes:
    """Return what a server sends of an answer, or the first pieces of it where its client then goes away."""
    environ = {"PATH_INFO": path, "REQUEST_METHOD": "GET", "SERVER_NAME": "x", "SERVER_PORT": "1", "SCRIPT_NAME": "",
               "wsgi.url_scheme": "http", "REMOTE_ADDR": "127.0.0.1", "HTTP_HOST": "x"}  # fmt: skip
    body = app.wsgi_app(environ, lambda *_: lambda _: None)
    sent = b""
    try:
        for count, piece in enumerate(body, 1):
            sent += piece
            if count == take:
                break
    finally:
        body.close()  # type: ignore[attr-defined]
    return sent


def test_the_line_is_written_when_the_answer_has_ended(streaming: Flask, log: Path) -> None:
    assert len(run(streaming, "/sparql")) == 30
    assert [(n["bytes"], n["complete"], n["outcome"], n["status"]) for n in lines(log)] == [(30, True, "ok", 200)]


def test_a_client_that_goes_away_is_seen(streaming: Flask, log: Path) -> None:
    run(streaming, "/sparql", take=2)
    assert [(n["bytes"], n["complete"], n["outcome"]) for n in lines(log)] == [(20, False, "disconnect")]


def test_an_answer_that_fails_after_its_200_is_not_counted_as_one(streaming: Flask, log: Path) -> None:
    with pytest.raises(RuntimeError):
        run(streaming, "/fails")
    assert [(n["bytes"], n["complete"], n["outcome"]) for n in lines(log)] == [(30, False, "memory")]


def test_a_file_sent_by_the_system_is_counted_by_how_far_it_was_read(web: FlaskClient, log: Path) -> None:
    class Wrapper:
        """As servers have it, so that they can hand the file to the kernel."""

        def __init__(self, filelike: Any, size: int = 8192) -> None:
            self.filelike, self.size, self.close = filelike, size, filelike.close

    def fetch(read: int) -> Wrapper:
        body = web.application.wsgi_app(
            {"PATH_INFO": "/dumps/0.1.0-test/manifest.json", "REQUEST_METHOD": "GET", "SERVER_NAME": "x",
             "SERVER_PORT": "1", "wsgi.url_scheme": "http", "HTTP_HOST": "x", "wsgi.file_wrapper": Wrapper,
             "wsgi.input": BytesIO()},
            lambda *_: lambda _: None,
        )  # fmt: skip
        assert isinstance(body, Wrapper)
        body.filelike.read(read)
        body.close()
        return body

    assert fetch(-1).filelike.closed
    fetch(5)
    whole, part = lines(log)
    assert whole["bytes"] > 50
    assert (whole["complete"], part["complete"], part["bytes"]) == (True, False, 5)


@contextmanager
def command(folder: Path, *options: str) -> Iterator[str]:
    """Run ``legation serve`` as operators do, and give its address."""
    arguments = [sys.executable, "-m", "kg", "serve", str(folder), "--port", "0", "--workers", "1", *options]
    process = subprocess.Popen(arguments, stdout=subprocess.PIPE, text=True, cwd=ROOT)
    assert process.stdout is not None
    try:
        found = re.search(r"http://127\.0\.0\.1:\d+", process.stdout.readline())
        assert found, "the server did not start; see its messages above"
        yield found[0]
    finally:
        process.terminate()
        process.wait(timeout=60)
        process.stdout.close()


def test_files_that_the_kernel_sends_are_counted_and_seen_to_break_off(tmp_path: Path, log: Path) -> None:
    big = write_release(tmp_path) / "dumps" / "legation-big.nq"
    with big.open("wb") as file:
        file.truncate(64 * 1024 * 1024)
    path = f"/dumps/0.1.0-test/{big.name}"
    with command(tmp_path, "--access-log", str(log), "--trust-proxy", "192.0.2.0/24") as served:
        whole = httpx.get(
            f"{served}/static/style.css", headers={"X-Forwarded-For": "198.51.100.1", "Accept-Encoding": "identity"}
        )
        assert httpx.head(f"{served}{path}").headers["Content-Length"] == str(big.stat().st_size)
        host, port = served.removeprefix("http://").split(":")
        with socket.create_connection((host, int(port)), timeout=30) as connection:
            connection.sendall(f"GET {path} HTTP/1.1\r\nHost: x\r\n\r\n".encode())
            assert connection.recv(1000).startswith(b"HTTP/1.1 200")
        for _ in range(300):
            if len(lines(log)) == 3:
                break
            time.sleep(0.05)
    first, head, broken = lines(log)
    assert (first["bytes"], first["complete"]) == (len(whole.content), True)
    assert first["client"] == "127.0.0.0/24"  # this machine was not named as a proxy
    assert (head["method"], head["bytes"], head["complete"]) == ("HEAD", 0, True)
    assert broken["complete"] is False
    assert 0 < broken["bytes"] < big.stat().st_size


def test_a_network_that_is_none_stops_the_start(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["serve", str(folder), "--port", "0", "--trust-proxy", "10.0.0.300"]) == 2
    assert "10.0.0.300" in capsys.readouterr().err


def test_by_default_only_this_machines_proxies_are_believed(web: FlaskClient, log: Path) -> None:
    web.get("/healthz", headers={"X-Forwarded-For": "198.51.100.9"}, environ_base={"REMOTE_ADDR": "203.0.113.5"})
    assert lines(log)[0]["client"] == "203.0.113.0/24"
    assert [str(network) for network in LOOPBACK] == ["127.0.0.0/8", "::1/128"]


@pytest.mark.parametrize(
    ("status", "limit", "complete", "outcome"),
    [
        (200, "", True, "ok"),
        (200, "", False, "disconnect"),  # it was answered, but the client did not take all of it
        (304, "", True, "ok"),
        (504, "deadline", True, "deadline"),
        (503, "memory", True, "memory"),
        (413, "rows", True, "rows"),
        (499, "", True, "disconnect"),
        (503, "", True, "failed"),
        (502, "", True, "service"),
        (400, "services", True, "refused"),
        (400, "", True, "syntax"),
        (406, "", True, "refused"),
        (403, "", True, "refused"),
    ],
)
def test_the_answer_tells_how_a_query_ended(status: int, limit: str, complete: bool, outcome: str) -> None:
    noted = Exchange("id", 0.0, "GET", "/sparql", "", Client(None), status=status, complete=complete, query="00")
    noted.limit = limit
    noted.finish()
    assert noted.outcome == outcome


# ---------------------------------------------------------------- how often a client may ask


@pytest.fixture
def strict(folder: Path, log: Path) -> FlaskClient:
    return client_of(create_app(folder, limits=Limits(workers=1, rate=0.2), log_to=str(log)))


def test_a_client_that_asks_too_often_is_told_when_to_go_on(strict: FlaskClient, log: Path) -> None:
    def ask(address: str, path: str = "/shapes") -> Any:
        return strict.get(path, headers={"X-Forwarded-For": address})

    assert [ask("203.0.113.7").status_code for _ in range(3)] == [200, 200, 429]
    refused = ask("203.0.113.7", "/sparql?query=ASK{}").get_json()
    assert (refused["limit"], refused["retry_after"] > 0) == ("rate", True)
    assert lines(log)[-1]["outcome"] == "rate"
    assert ask("203.0.113.7", "/healthz").status_code == 200
    assert ask("203.0.113.7", "/metrics").status_code == 200
    assert ask("203.0.113.8").status_code == 200
    assert [ask(f"2001:db8::{host}").status_code for host in (1, 2, 3)] == [200, 200, 429]  # one line, one client
    assert {strict.get("/shapes").status_code for _ in range(5)} == {200}  # a program on this machine


# ---------------------------------------------------------------- requests that never reach the application


def speak(address: str, sent: bytes) -> tuple[int, dict[str, str], bytes]:
    """Send bytes as they are, and return the status, the headers and the body of the answer."""
    host, port = address.removeprefix("http://").split(":")
    with socket.create_connection((host, int(port)), timeout=30) as connection:
        connection.sendall(sent)
        response = http.client.HTTPResponse(connection)
        response.begin()
        return response.status, dict(response.getheaders()), response.read()


CHUNKED = (
    b"POST /sparql HTTP/1.1\r\nHost: x\r\nContent-Type: application/sparql-query\r\nTransfer-Encoding: chunked\r\n\r\n"
)

MALFORMED = {
    "no HTTP": (b"hello\r\n\r\n", 400),
    "a version to come": (b"GET / HTTP/9.9\r\nHost: x\r\n\r\n", 400),
    "a header without a name": (b"GET / HTTP/1.1\r\nHost: x\r\n: y\r\n\r\n", 400),
    "a method in small letters": (b"ge(t / HTTP/1.1\r\nHost: x\r\n\r\n", 400),
    "markup": (b"<script> / HTTP/1.1\r\nHost: x\r\n\r\n", 400),
    "two lengths": (b"POST /sparql HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nASK{}", 400),
    "an address too long": (b"GET /?" + b"x" * 9000 + b" HTTP/1.1\r\nHost: x\r\n\r\n", 414),
    "a header too long": (b"GET / HTTP/1.1\r\nHost: x\r\nA: " + b"x" * 9000 + b"\r\n\r\n", 431),
    "headers too many": (b"GET / HTTP/1.1\r\n" + b"A: b\r\n" * 300 + b"\r\n", 431),
    "a coding unheard of": (b"POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: secret\r\n\r\n", 400),
    "an expectation unheard of": (b"GET / HTTP/1.1\r\nHost: x\r\nExpect: miracles\r\n\r\n", 417),
    "a chunk of no size": (CHUNKED + b"zz\r\nASK{}\r\n0\r\n\r\n", 400),
    "a chunk of the wrong size": (CHUNKED + b"2\r\nASK{}\r\n0\r\n\r\n", 400),
}


@pytest.mark.parametrize("fault", MALFORMED)
def test_what_is_no_request_gets_a_problem(address: str, fault: str) -> None:
    sent, expected = MALFORMED[fault]
    status, headers, body = speak(address, sent)
    about = json.loads(body)
    assert (status, about["status"]) == (expected, expected)
    assert headers["Content-Type"] == "application/problem+json"
    assert headers["X-Request-Id"] == about["request_id"]
    assert sent.startswith(CHUNKED) or headers["Connection"].lower() == "close"
    assert headers["Access-Control-Allow-Origin"] == "*"
    assert len(about["detail"]) > 20
    assert headers["X-Content-Type-Options"] == "nosniff"


def test_a_body_that_breaks_off_harms_nobody(address: str) -> None:
    host, port = address.removeprefix("http://").split(":")
    for head in (CHUNKED + b"5\r\nAS", CHUNKED.replace(b"Transfer-Encoding: chunked", b"Content-Length: 50") + b"ASK"):
        with socket.create_connection((host, int(port)), timeout=30) as connection:
            connection.sendall(head)
            connection.shutdown(socket.SHUT_WR)
            response = http.client.HTTPResponse(connection)
            response.begin()
            assert response.status in (400, 499)  # one that hangs up has perhaps left before it is told
    assert speak(address, b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n")[0] == 200


def test_nothing_of_it_is_a_warning(folder: Path, capfd: pytest.CaptureFixture[str]) -> None:
    with serving(folder, workers=1) as served:
        for sent, _ in MALFORMED.values():
            speak(served, sent)
    assert capfd.readouterr().err == ""  # who fills the operator's log with refusals hides what matters
