"""A crawler: it follows links in pages and IRIs in data, and reads whatever it comes to, or fails.

The web address of an IRI is found as a deployment's proxy finds it: what begins with the site's address is on this
server, the ontology and the shapes, which have an address of their own, among it.
"""

from __future__ import annotations

import json
from collections import Counter, deque
from collections.abc import Iterator, Sequence
from html.parser import HTMLParser
from typing import Any
from urllib.parse import quote, urljoin, urlsplit

import pyoxigraph as ox
import rdflib
from flask.testing import FlaskClient
from pyoxigraph import NamedNode, RdfFormat, Triple
from werkzeug.test import TestResponse

from kg.iri import DEFAULT_BASE, Names

FORMATS = {
    "text/turtle": RdfFormat.TURTLE,
    "application/n-triples": RdfFormat.N_TRIPLES,
    "application/ld+json": RdfFormat.JSON_LD,
    "application/rdf+xml": RdfFormat.RDF_XML,
}
RDFLIB = {
    "text/turtle": "turtle",
    "application/n-triples": "nt",
    "application/ld+json": "json-ld",
    "application/rdf+xml": "xml",
}
HTML = "text/html"
TERMS = "https://w3id.org/legation/"
"""Where the ontology and the shapes are, wherever the data are."""


TERMS_READ = 30
"""Pages about terms of the ontology that a crawl looks at."""


class Page(HTMLParser):
    """What a page links to, how it describes itself to machines, and whether its tags are in order."""

    VOID = frozenset({"br", "hr", "img", "input", "link", "meta"})

    def __init__(self, text: str) -> None:
        super().__init__()
        self.links: list[str] = []
        self.relations: list[tuple[str, str, str]] = []
        self.anchors: set[str] = set()
        self.blocks: list[Any] = []
        self.described = self.title = ""
        self._open: list[str] = []
        self._block = False
        self.feed(text)
        self.close()
        assert self._open == [], f"never closed: {self._open}"

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note what an element says."""
        found = {name: value or "" for name, value in attrs}
        if tag not in self.VOID:
            self._open.append(tag)
        if found.get("id"):
            assert found["id"] not in self.anchors, f"the id {found['id']} comes twice"
            self.anchors.add(found["id"])
        if tag == "a" and "href" in found:
            self.links.append(found["href"])
        if tag == "link":
            self.relations.append((found["rel"], found.get("type", ""), found["href"]))
        if tag == "meta" and found.get("name") == "description":
            self.described = found["content"]
        self._block = tag == "script" and found.get("type") == "application/ld+json"

    def handle_endtag(self, tag: str) -> None:
        """Hold that it closes what was opened last; items and cells are closed in these pages."""
        assert self._open, f"</{tag}> closes nothing"
        assert self._open.pop() == tag, f"</{tag}> closes something else"
        self._block = False

    def handle_data(self, data: str) -> None:
        """Read a block of JSON-LD, which must be JSON."""
        if self._block:
            self.blocks.append(json.loads(data))
        elif self._open[-1:] == ["title"]:
            self.title += data


class Crawler:
    """Asks a server, and counts what it asks and what it gets: classes of things by format."""

    def __init__(self, client: FlaskClient, *, base: str = DEFAULT_BASE) -> None:
        self.client, self.base, self.site = client, base, Names(base).site
        self.requests: Counter[str] = Counter()
        self.read: Counter[tuple[str, str]] = Counter()
        self._contexts: dict[str, Any] = {}

    def get(self, address: str, accept: str, *, status: Sequence[int] = (200,)) -> TestResponse:
        """Return the answer from an address of this server, which must have such a status."""
        self.requests[accept] += 1
        answer = self.client.get(address, headers={"Accept": accept})
        assert answer.status_code in status, f"{address} as {accept}: {answer.status_code} {answer.text[:300]}"
        return answer

    def local(self, iri: str) -> str | None:
        """Return the address on this server of an IRI, None if it is on another."""
        for space in (self.site, TERMS):
            if iri.startswith(space):
                return "/" + quote(iri.removeprefix(space).partition("#")[0], safe="/%:@!$&'()*+,;=~-._?")
        return None

    def dereference(self, iri: str, accept: str) -> TestResponse:
        """Return the document about a thing, to which its own address must lead by 303, or that of its successor."""
        address = self.local(iri)
        assert address is not None, f"{iri} is elsewhere"
        there = self.get(address, accept, status=(301, 303))
        if there.status_code == 301:
            there = self.get(there.location, accept, status=(303,))
        assert "Accept" in there.vary
        return self.get(there.location, accept)

    def triples(self, answer: TestResponse, *, slow: bool = False) -> set[Triple]:
        """Return what a document says, by Oxigraph, and by rdflib too if there is time (``slow``)."""
        media_type, body = answer.mimetype, answer.data
        if media_type == "application/ld+json":
            written = json.loads(body)
            body = json.dumps({**written, "@context": self._context(written["@context"])}).encode()
        found = {quad.triple for quad in ox.parse(body, FORMATS[media_type])}
        if slow:
            again = rdflib.Graph().parse(data=body, format=RDFLIB[media_type])
            assert len(again) == len(found), f"{answer.request.path}: rdflib reads {len(again)}, Oxigraph {len(found)}"
        return found

    def pages(self, start: str = "/") -> Iterator[tuple[str, Page]]:
        """Yield every page that links lead to from ``start``, with its address; every link must lead somewhere.

        That something is gone is an answer too. Of the data that pages are offered in besides, those of the first
        thing of each kind are looked at; of the pages about terms, which have tests of their own, :data:`TERMS_READ`.
        """
        queue, seen, kinds, terms = deque([start]), {start}, set[str](), 0
        while queue:
            address = queue.popleft()
            terms += address.startswith("/ontology/")
            if address.startswith("/ontology/") and terms > TERMS_READ:
                continue
            answer = self.get(address, f"{HTML},*/*;q=0.5", status=(200, 302, 303, 410))
            if answer.status_code in (302, 303):
                answer = self.get(answer.location, HTML)
            if answer.mimetype != HTML or answer.status_code == 410:
                continue
            page = Page(answer.text)
            yield address, page
            kind = kind_of(address, base="/page/")
            for link in (*page.links, *(href for rel, _, href in page.relations if rel != "canonical")):
                if link.startswith("/data/") and kind in kinds:
                    continue
                target = urljoin(address, link)
                if not urlsplit(target).netloc and (there := target.partition("#")[0]) not in seen:
                    seen.add(there)
                    queue.append(there)
            kinds.add(kind)

    def _context(self, address: str) -> Any:
        if address not in self._contexts:
            answer = self.get(urlsplit(address).path, "application/ld+json")
            self._contexts[address] = answer.json["@context"]
        return self._contexts[address]


def kind_of(iri: str, *, base: str = DEFAULT_BASE) -> str:
    """Return what class of address an IRI is: ``person``, ``graph/events``, ``article#char``."""
    key, hash_, part = iri.removeprefix(base).partition("#")
    first, _, rest = key.partition("/")
    name = f"graph/{rest.partition('/')[0]}" if first == "graph" else first
    return name + (hash_ + part.partition("=")[0].partition("-")[0] if hash_ else "")


def mentioned(triples: set[Triple]) -> set[str]:
    """Return the IRIs in triples."""
    ends = {end for triple in triples for end in (triple.subject, triple.predicate, triple.object)}
    return {end.value for end in ends if isinstance(end, NamedNode)}
