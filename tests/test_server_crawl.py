"""Every IRI leads to a document about what it names, and every link somewhere: the release of the seeds, crawled."""

from __future__ import annotations

import time
from collections import defaultdict

import pyoxigraph as ox
import pytest
from pyoxigraph import NamedNode

from kg.iri import PREFIXES, Names, term
from kg.release import Release
from kg.release.opened import dump_of
from server.app import create_app
from tests.crawler import FORMATS, HTML, TERMS, Crawler, Page, kind_of, mentioned

BUDGET_S = 20


@pytest.fixture(scope="module")
def crawler(seeds_release: Release) -> Crawler:
    return Crawler(create_app(seeds_release.path).test_client())


@pytest.fixture(scope="module")
def ours(seeds_release: Release) -> set[str]:
    """Return every IRI of the release that is in a namespace of ours, wherever it stands in a quad."""
    found = {
        end.value
        for line in dump_of(seeds_release.path).lines()
        for quad in ox.parse(line, ox.RdfFormat.N_QUADS)
        for end in (quad.subject, quad.predicate, quad.object, quad.graph_name)
        if isinstance(end, NamedNode)
    }
    return {iri for iri in found if iri.startswith((Names().site, TERMS))}


def test_from_the_landing_page_links_lead_to_every_thing(crawler: Crawler, ours: set[str]) -> None:
    pages = dict(crawler.pages())
    things = {iri.partition("#")[0] for iri in ours if iri.startswith(crawler.base)} - {crawler.base}
    missing = {iri for iri in things if crawler.local(iri).replace("/id/", "/page/", 1) not in pages}
    assert missing == set()
    for address, page in pages.items():
        assert page.title, address
        if address.startswith("/page/"):
            assert_described(crawler, address, page)
    print(f"\n{len(pages)} pages with {sum(len(page.links) for page in pages.values())} links, {len(things)} things")


def assert_described(crawler: Crawler, address: str, page: Page) -> None:
    """Hold that the page of a thing names itself, its data in all formats, and what it is about."""
    relations = defaultdict(dict)
    for relation, media_type, href in page.relations:
        relations[relation][media_type] = href
    assert relations["canonical"] == {"": crawler.site + address.removeprefix("/")}
    assert set(relations["alternate"]) == set(FORMATS)
    assert page.described
    (block,) = page.blocks
    assert block["url"] == crawler.site + address.removeprefix("/")


def test_every_iri_of_the_release_dereferences_in_every_format(
    crawler: Crawler, ours: set[str], seeds_release: Release
) -> None:
    began = time.process_time()
    by_address = defaultdict(set)
    for iri in ours:
        by_address[iri.partition("#")[0]].add(iri)
    looked, kinds = set(), set()
    for address, iris in sorted(by_address.items()):
        if not address.startswith(crawler.base) or address == crawler.base:
            continue
        kind = kind_of(address)
        documents = {}
        for media_type in FORMATS:
            answer = crawler.dereference(address, media_type)
            assert answer.mimetype == media_type
            # rdflib takes most of the time, so that it reads one of each kind
            documents[media_type] = crawler.triples(answer, slow=(kind, media_type) not in crawler.read)
            crawler.read[kind, media_type] += 1
        told = documents.popitem()[1]
        assert all(told == other for other in documents.values()), address
        assert all(not isinstance(end, ox.BlankNode) for triple in told for end in (triple.subject, triple.object))
        subjects = {triple.subject.value for triple in told if isinstance(triple.subject, NamedNode)}
        assert iris <= subjects, f"{address} does not describe {sorted(iris - subjects)[:3]}"
        if not crawler.read[kind, HTML]:  # all pages were looked at on the way from the landing page
            assert crawler.dereference(address, HTML).mimetype == HTML
            crawler.read[kind, HTML] += 1
        looked |= iris
        kinds |= {kind_of(iri) for iri in iris}
    elsewhere = ours - looked
    prior = seeds_release.store.quads_for_pattern(None, term("owl:priorVersion"), None, None)
    assert_defined(crawler, elsewhere, "".join(quad.object.value for quad in prior))
    took = time.process_time() - began
    print(
        f"\n{len(ours)} IRIs ({len(looked)} of data in {len(kinds)} classes and 5 formats, {len(elsewhere)} other),"
        f" {crawler.requests.total()} requests, {took:.1f} s"
    )
    assert took < BUDGET_S
    assert {kind for kind, _ in crawler.read} >= {
        "article", "cube", "dataset", "graph/actors", "graph/article", "holding", "mapping", "meeting", "office",
        "organization", "person", "place", "release", "report", "software", "source", "state", "statement", "visit",
    }  # fmt: skip


def assert_defined(crawler: Crawler, iris: set[str], prior: str) -> None:
    """Hold that IRIs outside of the data have an address: terms one that defines them, files one that sends them."""
    documents = dict[str, set[str]]()
    for iri in sorted(iris):
        address = iri.partition("#")[0]
        if iri.startswith((PREFIXES["leg"], f"{TERMS}shapes#")):
            if address not in documents:
                documents[address] = mentioned(crawler.triples(crawler.get(crawler.local(address), "text/turtle")))
            assert iri in documents[address] or iri == PREFIXES["leg"], f"{iri} is not defined"
        else:  # of the ontology before this one only older releases have the text, and it says so
            status = (410,) if iri == prior else (200, 302, 303)
            crawler.get(crawler.local(iri), f"{HTML},*/*;q=0.5", status=status)
