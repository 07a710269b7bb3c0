"""Feeds that are broken, malicious or odd do no harm, and are read as far as they can be."""

from __future__ import annotations

import gzip
import socket
import threading
import time
from pathlib import Path

import pytest

from kg.errors import AnswerError, ServiceError
from kg.watch.feed import plain, read_feed
from kg.watch.web import Answer as Told
from kg.watch.web import Web
from tests.desk import Desk, look
from tests.feeds import item, rss, serving
from tests.loopback import Answer


def bomb() -> bytes:
    """Return an XML document of a few hundred bytes that says a billion times the same."""
    layers = "".join(f'<!ENTITY e{n} "{f"&e{n - 1};" * 10}">' for n in range(1, 10))
    channel = "<rss version='2.0'><channel><title>&e9;</title></channel></rss>"
    return f'<!DOCTYPE x [<!ENTITY e0 "ha">{layers}]>{channel}'.encode()


@pytest.mark.parametrize(
    ("told", "words"),
    [
        (Answer(b"<html><body>Not here.</body></html>"), "no RSS or Atom feed"),
        (Answer(b""), "no RSS or Atom feed"),
        (Answer(bomb()), "declares entities"),
        (Answer(bomb().decode().encode("utf-16")), "declares entities"),
        (Answer(rss().body, headers={"Content-Type": "text/xml; charset=punycode"}), "cannot be read as a feed"),
        (Answer(b"<rss><channel>" + b"<item>" * 200_000), "not well-formed XML, and too long"),
        (Answer(b"<rss>" + b"<a>" * 100_000 + b"</a>" * 100_000 + b"</rss>"), "not well-formed XML, and too long"),
        (Answer(b" " * (8 * 2**20 + 1)), "more than 8 MiB"),
        (Answer(gzip.compress(b" " * 2**26), headers={"Content-Encoding": "gzip"}), "more than 8 MiB"),
        (Answer(b"<rss>", claimed=1000), "no whole answer"),
        (Answer(b"<rss>" * 100, drip_s=0.05), "not complete in time"),
        (Answer(b"<rss></rss>", slow_s=5), "no whole answer"),
        (Answer(b"", 301, {"Location": "/feed"}), "leads on and on"),
        (Answer(b"", 302, {"Location": "file:///etc/passwd"}), "no http(s) address"),
        (Answer(b"", 302, {"Location": "http://[::1"}), "no http(s) address"),
        (Answer(b"", 302, {"Location": "http://127.0.0.2:1/"}), "private address 127.0.0.2, which only the host"),
        (Answer(b"", 410), "it answers 410 (gone for good); leave it out"),
    ],
)  # fmt: skip
def test_a_hostile_feed_is_told_and_does_no_harm(to: Path, desk: Desk, told: Answer, words: str) -> None:
    said: list[str] = []
    started = time.monotonic()
    with serving({"/feed": told}) as site:
        assert look([f"{site.root}/feed"], to, desk, said=said).failed == 1
    assert words in said[0]
    assert desk.batches == []
    assert time.monotonic() - started < 10


def test_a_private_address_is_for_the_named_host_only(to: Path, desk: Desk) -> None:
    said: list[str] = []
    with serving({"/feed": rss(item("1", "A", "Short."))}) as inside:
        port = inside.root.rpartition(":")[2]
        inside.pages["/onward"] = Answer(b"", 302, {"Location": f"http://localhost:{port}/feed"})
        look([f"{inside.root}/onward"], to, desk, said=said)
        assert "/feed" not in inside.asked
        assert "localhost has the private address" in said[0]


def test_headers_that_never_end_are_cut_off() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        stop = threading.Event()

        def drip() -> None:
            line, _ = server.accept()
            with line:
                line.sendall(b"HTTP/1.1 200 OK\r\n")
                while not stop.wait(0.05):
                    try:
                        line.sendall(b"X: y\r\n"[:1])
                    except OSError:
                        return

        thread = threading.Thread(target=drip, daemon=True)
        thread.start()
        url = f"http://127.0.0.1:{server.getsockname()[1]}/"
        started = time.monotonic()
        with Web(url, timeout_s=0.5) as web, pytest.raises(ServiceError, match="not complete in time"):
            web.get(url, accept="*/*", most=100)
        assert time.monotonic() - started < 3
        stop.set()
        thread.join(5)


def test_a_feed_with_a_slip_is_read_as_far_as_it_can_be(to: Path, desk: Desk) -> None:
    feed = rss(item("1", "A", "Petrova arrived.")).body.replace(b"</channel>", b"<title>Q & A</channel>")
    with serving({"/feed": Answer(feed)}) as site:
        look([f"{site.root}/feed"], to, desk)
    assert desk.texts == ["A\n\nPetrova arrived."]


def test_an_impossible_date_is_none(to: Path, desk: Desk) -> None:
    days = ("Tue, 99 Foo 99999 99:99:99 +9999", "10000-01-01", "9" * 30, "Wed, 18 May 2022 09:00:00 +99999999999999999")
    with serving({"/feed": rss(*(item(f"{n}", f"T{n}", "Petrova.", day=day) for n, day in enumerate(days)))}) as site:
        look([f"{site.root}/feed"], to, desk)
    assert len(desk.batches[0]) == len(days)
    assert desk.refused == []


def test_external_entities_are_not_fetched() -> None:
    channel = b"<rss version='2.0'><channel><title>&a;</title></channel></rss>"
    body = b'<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]>' + channel
    with pytest.raises(AnswerError, match="declares entities"):
        read_feed(Told("https://news.example/feed", 200, {}, body))


def test_identifiers_are_fit_for_files(to: Path, desk: Desk) -> None:
    odd = ("../../etc/passwd", "a" * 5_000, "/", "..", "ä ö", "http://x/../../y", "")
    with serving({"/feed": rss(*(item(guid, f"T {n}", "Petrova arrived.") for n, guid in enumerate(odd)))}) as site:
        look([f"{site.root}/feed"], to, desk)
    names = sorted(path.name for path in (to / "inbox").iterdir())
    assert len(names) == len(odd)
    assert all(len(name) < 100 and name.isascii() and "/" not in name for name in names)
    assert len(desk.batches[0]) == len(odd)


@pytest.mark.parametrize(
    ("markup", "expected"),
    [
        ("<p>Mr Lavrov<br>arrived.</p><p>He <b>l</b>eft.</p>", "Mr Lavrov\narrived.\nHe left."),
        ("Q &amp; A", "Q & A"),
        ("a\n\n b  c", "a\nb c"),
        ("x<script>y<b>z</b></script>w<!-- c -->v", "xwv"),
        ("<!-- nothing -->", ""),
        ("one \ud800<b>two</b>\x00", "one two"),
        ("<li>a</li>b", "a\nb"),
    ],
)
def test_markup_becomes_paragraphs(markup: str, expected: str) -> None:
    assert plain(markup) == expected
