"""Bytes that are not the text, the HTTP or the encoding that they say they are."""

from __future__ import annotations

import gzip
from collections.abc import Iterator
from itertools import islice

from tests.attacks.table import Seen
from tests.attacks.target import Target
from tests.attacks.wire import BROKEN, CLOSED, SILENT

FIT = frozenset({CLOSED, "308", "408", "411", "417", "499", "501", "505"})
"""501 and 505 are right where the method, the transfer coding or the version of HTTP is none that there is."""

_TYPES = (b"application/sparql-query", b"application/x-www-form-urlencoded")
_TEXTS = (
    b"\xff",
    b"\xc0\xaf",
    b"\xe0\x80\xaf",
    b"\xf0\x80\x80\xaf",
    b"\xed\xa0\x80",
    b"\xed\xb2\x92",
    b"\xf4\x90\x80\x80",
    b"\xf8\x88\x80\x80\x80",
    b"\x80",
    b"\xc3",
    b"\x00",
    b"\xef\xbb\xbf",
    b"\xfe\xff\x00A",
    b"\xe2\x80\xae",
    b"\x1b[2J",
    b"\x7f",
    b"\r",
    b"\x0b",
    b"\xef\xbf\xbf",
    b"\xf0\x9f\x92\xa9",
    b"\xcc\x81" * 3000,
)
"""Not UTF-8, overlong, surrogates, beyond the last character, cut off, controls, marks of byte order."""


def garble(target: Target, *, every: int) -> Iterator[Seen]:
    """Send one of so many; what cannot be read must be refused or the connection closed, in time."""
    for name, data in islice(requests(), 0, None, every):
        answer = target.raw(data, finish=False, patience_s=1)
        status = answer.status
        if status == SILENT:  # the server waits for more, which is its right
            yield Seen(CLOSED)
            continue
        harmed = (status.startswith("5") and status not in {"501", "503", "504", "505"}) or status == BROKEN
        told = answer.body[:200].decode("latin-1") if harmed else ""
        yield Seen(status, f"{name}: {told!r}" if harmed else "")


def requests() -> Iterator[tuple[str, bytes]]:
    """Yield requests by name."""
    for text in _TEXTS:
        escaped = b"".join(b"%%%02X" % byte for byte in text[:200])
        literal = b'SELECT("' + text + b'"AS?x){}'
        for where, query in (
            ("literal", literal),
            ("code", b"ASK " + text + b" {}"),
            ("IRI", b"DESCRIBE<a:" + text + b">"),
        ):
            name = f"{text[:6]!r} in a {where}"
            quoted = b"".join(b"%%%02X" % byte for byte in query[:2000])
            yield f"{name}, by GET", _get(b"/sparql?query=" + quoted)
            yield f"{name}, by GET unescaped", _get(b"/sparql?query=" + query.replace(b" ", b"+")[:4000])
            for kind in _TYPES:
                yield (
                    f"{name}, by POST",
                    _post(b"query=" + quoted if b"form" in kind else query, b"Content-Type: " + kind),
                )
        for parameter in (b"default-graph-uri", b"named-graph-uri", b"timeout", b"format", b"q", b"x"):
            yield f"{text[:6]!r} in {parameter!r}", _get(b"/sparql?query=ASK%7B%7D&" + parameter + b"=" + escaped)
            yield f"{text[:6]!r} as a name", _get(b"/sparql?query=ASK%7B%7D&" + escaped + b"=" + parameter)
        for path in (b"/id/", b"/page/", b"/data/", b"/dumps/", b"/static/", b"/reconcile?queries=", b"/?q="):
            yield f"{text[:6]!r} below {path!r}", _get(path + escaped)
        for header in (
            b"Accept",
            b"If-None-Match",
            b"Accept-Encoding",
            b"Host",
            b"Cookie",
            b"X-Request-Id",
            b"Origin",
            b"X-Forwarded-For",
            b"Authorization",
            b"Range",
            b"If-Modified-Since",
            b"Content-Type",
        ):
            yield f"{text[:6]!r} in {header!r}", _get(b"/sparql?query=ASK%7B%7D", header + b": " + text[:500])
    yield from _http()
    yield from _bodies()


def _http() -> Iterator[tuple[str, bytes]]:
    """Yield what is not quite HTTP."""
    ask = b"GET /sparql?query=ASK%7B%7D HTTP/1.1\r\nHost: a\r\nConnection: close\r\n"
    yield "nothing but a line end", b"\r\n\r\n"
    yield "TLS", b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + b"\x00" * 200
    yield "HTTP/2", b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\x00\x00\x00\x04\x00\x00\x00\x00\x00"
    yield "HTTP/0.9", b"GET /\r\n"
    for version in (b"HTTP/1.2", b"HTTP/9.9", b"HTTP/1", b"HTTP/1.1.1", b"http/1.1", b"ICY/1.0", b"HTTP/-1.0"):
        yield f"version {version!r}", b"GET / " + version + b"\r\nHost: a\r\n\r\n"
    for method in (
        b"TRACE",
        b"CONNECT",
        b"PUT",
        b"DELETE",
        b"PATCH",
        b"PROPFIND",
        b"BREW",
        b"get",
        b"G\x00T",
        b"A" * 300,
        b"\xff\xff",
        b"OPTIONS",
        b"HEAD",
        b"LINK",
        b"QUERY",
        b"",
    ):
        for path in (b"/sparql?query=ASK%7B%7D", b"/", b"*", b"/dumps/", b"/reconcile"):
            yield f"method {method[:9]!r}", method + b" " + path + b" HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"
    for path in (
        b"",
        b"//",
        b"///etc/passwd",
        b"http://",
        b"http://a:b/",
        b"?",
        b"#",
        b"/%",
        b"/%zz",
        b"/%00",
        b"/" + b"a/" * 3000,
        b"/" + b"%2e%2e%2f" * 500,
        b"/\\..\\..",
        b"/" + b"a" * 9000,
        b"/sparql?" + b"a&" * 3000,
        b"/;a=b",
        b"sparql",
    ):
        yield f"path {path[:12]!r}", b"GET " + path + b" HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"
    yield "200 headers", ask + b"".join(b"X-%d: a\r\n" % number for number in range(200)) + b"\r\n"
    yield "a header of a megabyte", ask + b"X-A: " + b"a" * 1024 * 1024 + b"\r\n\r\n"
    yield "a header's name of 64 KiB", ask + b"a" * 65536 + b": b\r\n\r\n"
    yield "many hosts", ask + b"Host: b\r\n" * 20 + b"\r\n"
    for header in (
        b"no colon",
        b": no name",
        b"a b: c",
        b" folded: a",
        b"X: a\r\n b\r\n\tc",
        b"X\x00: a",
        b"X: a\x00b",
        b"X: a\nY: b",
        b"Accept: " + b"a/b;q=0.1," * 800,
        b"Accept: */*;q=9",
        b"Accept: ;;;,,,/",
        b"Accept: text/html;q=nan",
        b"Accept: a/b;q=" + b"9" * 4000,
        b"Accept-Encoding: gzip;q=x, br;;",
        b"Accept-Encoding: " + b"gzip," * 1500,
        b"If-None-Match: " + b'W/"a",' * 1200,
        b'If-None-Match: "',
        b"If-None-Match: *, *",
        b"Range: bytes=0-0,1-1,-1,9-",
        b"If-Modified-Since: Thu, 99 Zzz 99999",
        b"Expect: 100-continue",
        b"Expect: 200-maybe",
        b"Upgrade: websocket",
        b"Connection: upgrade, close, keep-alive",
        b"Connection: host",
        b"Content-Length: 5",
        b"Content-Length: -1",
        b"X-Forwarded-For: " + b"1.2.3.4, " * 800,
        b"X-Forwarded-For: ;'\"<",
        b"X-Forwarded-Proto: javascript",
        b'Forwarded: for="[::1',
        b"Authorization: Basic !!!!",
        b"Cookie: " + b"a=b; " * 1500,
        b"X-Script-Name: /a",
        b"Script_Name: /a",
        b"Access-Control-Request-Method: \x01",
        b"Te: trailers, deflate;q=0.5",
    ):
        yield f"header {header[:30]!r}", ask + header + b"\r\n\r\n"
    yield "two requests at once, the second cut", ask + b"\r\n" + ask[:20]
    yield "a hundred requests at once", (ask + b"\r\n") * 100


def _bodies() -> Iterator[tuple[str, bytes]]:
    """Yield bodies that are not as long, or not encoded, as the headers say."""
    for length in (
        b"0",
        b"3",
        b"99",
        b"-1",
        b"+6",
        b"6, 6",
        b"6, 7",
        b"0x6",
        b"6.0",
        b"1e1",
        b"\xd9\xa6",
        b"9" * 30,
        b"",
        b"6 6",
        b"18446744073709551622",
        b"4294967302",
        b"262145",
    ):
        head = b"POST /sparql HTTP/1.1\r\nHost: a\r\nContent-Type: application/sparql-query\r\nContent-Length: "
        yield f"length {length!r}", head + length + b"\r\n\r\nASK {}"
    for pair in ((b"6", b"6"), (b"6", b"7"), (b"0", b"6")):
        yield f"lengths {pair}", _post(b"ASK {}", *(b"Content-Length: " + length for length in pair), length=False)
    chunked = b"Transfer-Encoding: chunked"
    for body in (
        b"6\r\nASK {}\r\n0\r\n\r\n",
        b"6\r\nASK {}0\r\n\r\n",
        b"zz\r\nASK {}\r\n0\r\n\r\n",
        b"-1\r\nA\r\n",
        b"6;a=b\r\nASK {}\r\n0\r\nX: y\r\n\r\n",
        b"ffffffffffffffff\r\nA",
        b"6\nASK {}\n0\n\n",
        b"7\r\nASK {}\r\n0\r\n\r\n",
        b"0\r\n\r\n",
        b"\r\n",
        b"6" + b" " * 9000 + b"\r\nASK {}",
        b"1\r\nA\r\n" * 20_000 + b"0\r\n\r\n",
        b"40001\r\n" + b"#" * 0x40001 + b"\r\n0\r\n\r\n",
        b"0\r\n" + b"X: y\r\n" * 3000,
    ):
        yield f"chunks {body[:16]!r}", _post(body, chunked, b"Content-Type: application/sparql-query", length=False)
        yield f"chunks and a length {body[:16]!r}", _post(body, chunked, b"Content-Type: application/sparql-query")
    for coding in (
        b"gzip, chunked",
        b"chunked, chunked",
        b"identity",
        b"xchunked",
        b"chunked\x0b",
        b"deflate",
        b"\xff",
    ):
        yield f"coding {coding!r}", _post(b"6\r\nASK {}\r\n0\r\n\r\n", b"Transfer-Encoding: " + coding, length=False)
    bomb = gzip.compress(b"#" * 50_000_000)
    for encoding, body in (
        (b"gzip", bomb),
        (b"gzip", b"ASK {}"),
        (b"zstd", b"ASK {}"),
        (b"x", b"ASK {}"),
        (b"gzip, gzip", bomb),
    ):
        yield (
            f"content encoding {encoding!r}",
            _post(body, b"Content-Encoding: " + encoding, b"Content-Type: application/sparql-query"),
        )
    for kind in (
        b"",
        b";",
        b"/",
        b"a",
        b"application/sparql-query; charset=",
        b"application/sparql-query; charset=utf-7",
        b"application/sparql-query; charset=\xff",
        b"application/sparql-query; charset=idna",
        b"multipart/form-data",
        b"multipart/form-data; boundary=" + b"b" * 9000,
        b"application/x-www-form-urlencoded; charset=utf-16",
        b"APPLICATION/SPARQL-QUERY",
        b"application/sparql-query;" * 100,
        b"application/sparql-query\x00",
    ):
        yield f"type {kind[:40]!r}", _post(b"ASK {}", b"Content-Type: " + kind)
    for body in (
        b"",
        b"query",
        b"query=",
        b"query=ASK{}&query=ASK{}",
        b"=" * 1000,
        b"&" * 5000,
        b"query=ASK{}&" + b"a=b&" * 999,
        b"a=b&" * 60_000,
        b"query=%",
        b"query=%u0041",
        b"query=%C0%AF",
        b"query=\x00",
        b"query=ASK{}&timeout=%00",
        b"update=",
        b"q" * 200_000,
        b"queries=%7B",
        b"query=" + b"%7B" * 60_000,
        b"query=" + b"+" * 250_000,
    ):
        yield f"form {body[:24]!r}", _post(body, b"Content-Type: application/x-www-form-urlencoded")
        yield (
            f"form to /reconcile {body[:24]!r}",
            _post(body, b"Content-Type: application/x-www-form-urlencoded", path=b"/reconcile"),
        )


def _get(path: bytes, *headers: bytes) -> bytes:
    hosts = () if any(header.startswith(b"Host") for header in headers) else (b"Host: a",)
    return b"\r\n".join([b"GET " + path + b" HTTP/1.1", *hosts, b"Connection: close", *headers, b"", b""])


def _post(body: bytes, *headers: bytes, path: bytes = b"/sparql", length: bool = True) -> bytes:
    sized = (b"Content-Length: %d" % len(body),) if length else ()
    head = [b"POST " + path + b" HTTP/1.1", b"Host: a", b"Connection: close", *headers, *sized, b"", b""]
    return b"\r\n".join(head) + body
