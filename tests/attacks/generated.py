"""Requests that a seeded generator makes up: queries that may be anything, to any address, in any wrapping."""

from __future__ import annotations

import http.client
import multiprocessing
import random
import time
from collections import Counter
from collections.abc import Iterator
from urllib.parse import quote, urlencode

from server.examples import packaged
from tests.attacks import grammar
from tests.attacks.table import Seen
from tests.attacks.target import Target
from tests.attacks.wire import BROKEN, CLOSED, DIRECT, FORM, Call

FIT = frozenset({CLOSED, BROKEN, "301", "302", "303", "304", "308", "410", "411", "416", "417", "499"})
CLIENTS = 4
BATCH = 250
"""Requests between two looks at the server."""
MOST_BYTES = 3 * 1024**3
"""Memory that all of the server's processes may have together."""
PATHS = (
    "/", "/sparql", "/id/", "/page/", "/data/", "/ontology", "/shapes", "/dumps/", "/dumps/latest", "/static/",
    "/reconcile",
    "/.well-known/void", "/void.ttl", "/catalog.ttl", "/healthz", "/readyz", "/metrics", "/openapi.json",
    "/reconcile/suggest/entity",
    "/reconcile/extend", "/reconcile/preview", "/favicon.ico", "/robots.txt",
)  # fmt: skip
METHODS = ("GET", "GET", "GET", "HEAD", "POST", "POST", "OPTIONS", "PUT", "DELETE", "PATCH", "TRACE", "QUERY")
HEADERS = (
    "Accept", "Accept-Encoding", "Accept-Language", "If-None-Match", "If-Modified-Since", "Range", "Content-Type",
    "Origin",
    "X-Forwarded-For", "X-Request-Id", "Cookie", "Authorization", "Cache-Control", "Prefer", "Content-Encoding",
)  # fmt: skip
VALUES = (
    "*/*", "text/csv", "text/turtle;q=0.1, */*;q=0", "application/ld+json", "text/html", "gzip", "br;q=1, zstd",
    "identity;q=0",
    "*", '"a", W/"b"', "bytes=0-9", "Thu, 01 Jan 1970 00:00:00 GMT", "null", "1.2.3.4, 5.6.7.8", FORM, DIRECT,
    "application/json",
    "no-cache", "a" * 300, "", ";", "\xff\xfe", "application/sparql-results+xml", "text/tab-separated-values",
    "application/n-triples",
)  # fmt: skip


def flood(target: Target, *, requests: int, seed: int) -> Iterator[Seen]:
    """Send so many requests from several processes over connections that are kept; tell the statuses of each batch."""
    context = multiprocessing.get_context("spawn")
    told: multiprocessing.Queue[tuple[int, dict[str, int], list[str]]] = context.Queue()
    share = -(-requests // CLIENTS)
    clients = [
        context.Process(target=_client, args=(target.address, number, seed, share, told), daemon=True)
        for number in range(CLIENTS)
    ]
    for client in clients:
        client.start()
    try:
        left = CLIENTS
        while left:
            _, statuses, faults = told.get(timeout=60)
            left -= not statuses
            memory = target.memory()
            if memory > MOST_BYTES:
                faults = [*faults, f"the server's processes have {memory >> 20:,} MiB"]
            batch = list(statuses.items())
            for index, (status, times) in enumerate(batch):
                fault = "; ".join(faults) if index == 0 else ""
                yield Seen(status, fault, times, last=index == len(batch) - 1)
    finally:
        for client in clients:
            client.terminate()
            client.join()


def _client(address: tuple[str, int], number: int, seed: int, requests: int, told: object) -> None:
    """Send requests one after the other, and tell of each batch; an empty one is the last."""
    assert hasattr(told, "put")
    rng = random.Random(f"{seed}/{number}")
    connection: http.client.HTTPConnection | None = None
    statuses, faults = Counter[str](), list[str]()
    for index in range(requests):
        call = make(rng)
        if connection is None or rng.random() < 0.02:
            if connection:
                connection.close()
            source = (f"127.0.3.{1 + rng.randrange(9)}", 0)
            connection = http.client.HTTPConnection(*address, timeout=30, source_address=source)
        began = time.monotonic()
        try:
            connection.request(call.method, call.path, call.body, dict(call.headers))
            response = connection.getresponse()
            status = str(response.status)
            try:
                response.read(1_000_000 if rng.random() < 0.9 else 100)
                if not response.isclosed():  # more than was read: hang up, as clients do
                    connection.close()
            except (http.client.HTTPException, OSError):
                status = BROKEN
                connection.close()
        except TimeoutError:
            status = "silent"
            connection.close()
        except (http.client.HTTPException, OSError):
            status = CLOSED
            connection.close()
        statuses[status] += 1
        if status == "silent" or (status.startswith("5") and status not in {"503", "504"}):
            faults.append(
                f"request {index} of client {number}, {time.monotonic() - began:.1f} s: {status} to {call}"[:3000]
            )
        if sum(statuses.values()) == BATCH:
            told.put((number, dict(statuses), faults))
            statuses, faults = Counter(), []
    if statuses:
        told.put((number, dict(statuses), faults))
    told.put((number, {}, []))


def make(rng: random.Random) -> Call:
    """Return the next request."""
    kind = rng.random()
    if kind < 0.45:
        return _asking(rng, grammar.query(rng))
    if kind < 0.75:
        return _asking(rng, grammar.mutated(rng, rng.choice(packaged()).query))
    if kind < 0.85:
        return _asking(rng, grammar.noise(rng))
    path = rng.choice(PATHS)
    if rng.random() < 0.5:
        path += quote(grammar.noise(rng)[:40], safe=rng.choice(("", "/", "/%?&=")), errors="surrogatepass")
    if rng.random() < 0.4:
        names = ("q", "query", "queries", "extend", "prefix", "limit", "page", "id", "format")
        pairs = [(rng.choice(names), grammar.noise(rng)[:200]) for _ in range(rng.randrange(4))]
        path += "?" + urlencode(pairs, errors="surrogatepass")
    method = rng.choice(METHODS)
    body = grammar.noise(rng).encode("utf-8", "replace") if method in {"POST", "PUT", "PATCH"} else None
    return Call(_printable(path), method, body, _headers(rng))


def _asking(rng: random.Random, text: str) -> Call:
    more = [("query", text)] if rng.random() < 0.98 else []
    if rng.random() < 0.9:  # mostly short, for a hundred thousand of them
        more.append(("timeout", rng.choice(("0.1", "0.3", "0.05"))))
    for name in ("default-graph-uri", "named-graph-uri", "timeout", "update", "format", "callback"):
        if rng.random() < 0.02:
            more.append(
                (name, rng.choice(("http://a/g", "", "x", "file:///etc/passwd", "http://127.0.0.1:1/", "-1", "é")))
            )
    rng.shuffle(more)
    encoded = urlencode(more, errors="surrogatepass")
    way = rng.random()
    if way < 0.5 and len(encoded) < 8000:
        return Call(f"/sparql?{encoded}", rng.choice(("GET", "GET", "GET", "HEAD")), None, _headers(rng))
    if way < 0.8:
        return Call("/sparql", "POST", encoded.encode(), {**_headers(rng), "Content-Type": FORM})
    rest = urlencode([pair for pair in more if pair[0] != "query"])
    return Call(
        f"/sparql?{rest}", "POST", text.encode("utf-8", "surrogatepass"), {**_headers(rng), "Content-Type": DIRECT}
    )


def _headers(rng: random.Random) -> dict[str, str]:
    return {rng.choice(HEADERS): rng.choice(VALUES) for _ in range(rng.choice((0, 0, 1, 2, 4)))}


def _printable(path: str) -> str:
    return "".join(
        character if "!" <= character <= "~" else quote(character, errors="surrogatepass") for character in path
    )
