"""Feeds and pages of an invented newspaper, served from this machine, for the tests of watching."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from html import escape

from tests.loopback import Answer, Loopback, Request, answering

Told = Answer | Callable[[Request], Answer]

NOT_FOUND = Answer(b"", 404)


@dataclass
class Site:
    """What a server has at each path, which tests may change, and what it was asked."""

    pages: dict[str, Told] = field(default_factory=dict)
    server: Loopback | None = None

    @property
    def root(self) -> str:
        """The address of the site, without a slash at the end."""
        assert self.server
        return self.server.address.removesuffix("/api")

    @property
    def asked(self) -> list[str]:
        """The paths asked for, in order."""
        return [request.path for request in self.requests]

    @property
    def requests(self) -> list[Request]:
        """What was asked, in order."""
        assert self.server
        return self.server.requests

    def answer(self, request: Request) -> Answer:
        """Return what is at the path."""
        told = self.pages.get(request.path, NOT_FOUND)
        return told if isinstance(told, Answer) else told(request)


@contextmanager
def serving(pages: Mapping[str, Told]) -> Iterator[Site]:
    """Serve these pages until the block ends."""
    site = Site(dict(pages))
    with answering(site.answer) as server:
        site.server = server
        yield site


def item(guid: str, title: str, text: str, *, link: str = "", day: str = "Wed, 18 May 2022 09:00:00 +0500") -> str:
    """Return an entry of RSS."""
    return (
        f'<item><title>{escape(title)}</title><link>{link}</link><guid isPermaLink="false">{guid}</guid>'
        f"<pubDate>{day}</pubDate><description>{escape(text)}</description></item>"
    )


def rss(*items: str, about: str = "", status: int = 200, **headers: str) -> Answer:
    """Return a feed in RSS 2.0."""
    body = (
        '<?xml version="1.0" encoding="utf-8"?><rss version="2.0"><channel><title>The Harbour Post</title>'
        f"<link>https://news.example/</link><language>en</language>{about}{''.join(items)}</channel></rss>"
    )
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return Answer(body.encode(), status, {"Content-Type": "application/rss+xml", **named})


def conditional(answer: Answer) -> Callable[[Request], Answer]:
    """Return what answers 304 to who has the version that the answer's ETag names."""

    def told(request: Request) -> Answer:
        known = request.headers.get("If-None-Match")
        return Answer(b"", 304) if known and known == answer.headers["ETag"] else answer

    return told


def page(text: str, *, title: str = "Petrova in Harbour") -> str:
    """Return an article's web page."""
    paragraphs = "".join(f"<p>{escape(line)}</p>" for line in text.splitlines())
    return (
        f"<!doctype html><html lang=en><head><title>{escape(title)}</title></head><body><nav><a href=/>Home</a></nav>"
        f"<article><h1>{escape(title)}</h1>{paragraphs}</article></body></html>"
    )
