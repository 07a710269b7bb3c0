"""The documents about things: what is in them, their pages, formats and headers, and what became of other things."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from pyoxigraph import Literal, NamedNode, Triple

from kg.iri import Names, term
from kg.release import Release, write_release
from server import document as documents
from server.app import create_app
from server.document import document
from tests.crawler import FORMATS, HTML, Crawler
from tests.release_fixture import NAMES, SUBJECTS, contents, line
from tests.server_fixture import BASE, LEG
from tests.server_fixture import write_release as write_by_hand

REPLACED = "http://purl.org/dc/terms/isReplacedBy"
NAMES_OF_ARTICLES = ["a/b", "http://x.example//y?z=1", "50% of it", "über", "a#b", "news.ttl", "a+b&c", " ", "外相"]


@pytest.fixture(scope="module")
def crawler(tmp_path_factory: pytest.TempPathFactory) -> Crawler:
    folder = tmp_path_factory.mktemp("releases")
    extra = "".join(
        f"{Names().article(name)} {term('dct:identifier')} {Literal(name)} {Names().article_graph(name)} .\n"
        for name in NAMES_OF_ARTICLES
    )
    write_by_hand(folder, extra=extra)
    return Crawler(create_app(folder).test_client())


def told(crawler: Crawler, address: str) -> set[Triple]:
    return crawler.triples(crawler.get(address, "text/turtle"))


# ---------------------------------------------------------------- what a document says


def test_a_document_holds_the_thing_what_points_at_it_and_what_is_linked_by_name(crawler: Crawler) -> None:
    found = told(crawler, "/data/person/ada-example")
    ada, visit = NamedNode(f"{BASE}person/ada-example"), NamedNode(f"{BASE}visit/1111")
    assert Triple(ada, term("rdfs:label"), Literal("Ada Example", language="en")) in found
    assert Triple(visit, term("leg:visitor"), ada) in found
    assert Triple(visit, term("rdfs:label"), Literal("Ada Example visits Norland", language="en")) in found
    assert not any(triple.subject == visit and triple.predicate == term("leg:destination") for triple in found)


def test_a_document_says_what_it_is(crawler: Crawler, seeds_release: Release) -> None:
    itself = NamedNode("https://w3id.org/legation/data/person/ada-example")
    assert {
        Triple(itself, term("rdf:type"), term("foaf:Document")),
        Triple(itself, term("foaf:primaryTopic"), NamedNode(f"{BASE}person/ada-example")),
    } <= told(crawler, "/data/person/ada-example")
    release = Names().release(seeds_release.version)
    (person, *_) = sorted(
        quad.subject.value
        for quad in seeds_release.store.quads_for_pattern(None, term("rdf:type"), term("leg:Person"), None)
        if isinstance(quad.subject, NamedNode)
    )
    found = document(seeds_release.store, NamedNode(person), base=BASE, version=seeds_release.version)
    assert found is not None
    itself = NamedNode(person.replace("/id/", "/data/"))
    licence = NamedNode("https://creativecommons.org/licenses/by-sa/4.0/")
    assert {
        Triple(itself, term("dct:isPartOf"), release),
        Triple(itself, term("dct:license"), licence),
    } <= set(found.triples)


def test_an_articles_document_has_the_datatypes_of_the_dump(seeds_release: Release) -> None:
    """The engine forgets that offsets are counts, and a span with mere integers is none."""
    (article, *_) = sorted(
        quad.subject.value
        for quad in seeds_release.store.quads_for_pattern(None, term("rdf:type"), term("leg:Article"), None)
        if isinstance(quad.subject, NamedNode)
    )
    found = document(seeds_release.store, NamedNode(article), base=BASE, version=seeds_release.version)
    assert found is not None
    starts = [triple.object for triple in found.triples if triple.predicate == term("oa:start")]
    assert starts
    assert {start.datatype for start in starts if isinstance(start, Literal)} == {term("xsd:nonNegativeInteger")}


def test_a_large_graph_is_left_to_its_dump(crawler: Crawler, monkeypatch: pytest.MonkeyPatch) -> None:
    graph = NamedNode(f"{BASE}graph/events")
    visit = Triple(NamedNode(f"{BASE}visit/1111"), term("leg:status"), term("leg:Planned"))
    dump = Triple(graph, term("void:dataDump"), NamedNode("https://w3id.org/legation/dumps/latest"))
    assert {visit, dump} <= told(crawler, "/data/graph/events")
    monkeypatch.setattr(documents, "LIMIT", 5)
    small = told(crawler, "/data/graph/events")
    assert dump in small
    assert visit not in small


def test_what_is_more_than_one_document_holds_is_on_further_pages(tmp_path: Path) -> None:
    report = NamedNode(f"{LEG}reportedActor")
    ada = f"{BASE}person/ada-example"
    extra = "".join(f"<{BASE}report/x/{i}> {report} <{ada}> <{BASE}graph/events> .\n" for i in range(2500))
    write_by_hand(tmp_path, extra=extra)
    crawler = Crawler(create_app(tmp_path).test_client())
    address, seen, pages = "/data/person/ada-example.nt", set[Triple](), 0
    while address:
        answer = crawler.get(address, "*/*")
        found = crawler.triples(answer)
        assert len(found) < 2 * documents.LIMIT
        if not seen:
            assert any(triple.subject.value == ada for triple in found)
        assert not seen & {triple for triple in found if triple.predicate == report}
        seen |= found
        pages += 1
        following = [part for part in answer.headers["Link"].split(", ") if 'rel="next"' in part]
        address = following[0].partition(">")[0].removeprefix("<") if following else ""
    assert pages == 3
    assert sum(triple.predicate == report for triple in seen) == 2500
    beyond = crawler.get("/data/person/ada-example.nt?page=4", "*/*", status=(404,))
    assert "not that many pages" in beyond.json["detail"]


# ---------------------------------------------------------------- addresses


@pytest.mark.parametrize("name", NAMES_OF_ARTICLES)
def test_any_name_of_an_article_makes_an_address(crawler: Crawler, name: str) -> None:
    iri = Names().article(name)
    for accept in (*FORMATS, HTML):
        answer = crawler.dereference(iri.value, accept)
        assert answer.mimetype == accept
        if accept != HTML:
            assert Triple(iri, term("dct:identifier"), Literal(name)) in crawler.triples(answer)
    generic = crawler.get(crawler.local(iri.value).replace("/id/", "/data/"), "text/turtle")
    assert Triple(iri, term("dct:identifier"), Literal(name)) in crawler.triples(generic)


@pytest.mark.parametrize("accept", [*FORMATS, "*/*", "application/json", "text/*;q=0.3, application/rdf+xml;q=0.2"])
def test_data_without_an_ending_is_what_the_client_asks_for(crawler: Crawler, accept: str) -> None:
    answer = crawler.get("/data/visit/1111", accept)
    ending = answer.headers["Content-Location"].rpartition(".")[2]
    same = crawler.get(answer.headers["Content-Location"], "*/*")
    assert (answer.mimetype, answer.data) == (same.mimetype, same.data)
    assert "Accept" in answer.vary
    assert ending == {"application/json": "jsonld", "*/*": "ttl"}.get(accept, ending)


@pytest.mark.parametrize("address", ["/id/visit/1111", "/data/visit/1111"])
def test_a_format_that_is_not_offered_is_406(crawler: Crawler, address: str) -> None:
    answer = crawler.get(address, "image/png", status=(406,))
    assert "text/turtle" in answer.json["detail"]
    assert "Accept" in answer.vary


def test_links_lead_between_a_thing_its_page_and_its_data(crawler: Crawler) -> None:
    def links(address: str) -> set[tuple[str, str]]:
        header = crawler.get(address, HTML, status=(200, 303)).headers["Link"]
        parts = [part.split("; ") for part in header.split(", ")]
        return {(part[0].strip("<>"), part[1].removeprefix("rel=").strip('"')) for part in parts}

    data = {(f"/data/visit/1111.{ending}", "alternate") for ending in ("ttl", "nt", "jsonld", "rdf")}
    page, describes = ("/page/visit/1111", "alternate"), (f"{BASE}visit/1111", "describes")
    site = "https://w3id.org/legation"
    assert links("/id/visit/1111") == {*data, page}
    assert links("/page/visit/1111") == {*data, describes, (f"{site}/page/visit/1111", "canonical")}
    turtle = ("/data/visit/1111.ttl", "alternate")
    assert links("/data/visit/1111.ttl") == {
        *(data - {turtle}),
        page,
        describes,
        (f"{site}/data/visit/1111", "canonical"),
    }


def test_a_release_that_describes_itself_is_linked_with_its_licence(seeds_release: Release) -> None:
    crawler = Crawler(create_app(seeds_release.path).test_client())
    header = crawler.get("/page/graph/events", HTML).headers["Link"]
    assert f'</id/release/{seeds_release.version}>; rel="collection"' in header
    assert '<https://creativecommons.org/licenses/by-sa/4.0/>; rel="license"' in header


@pytest.mark.parametrize("address", ["/data/visit/1111.ttl", "/page/visit/1111", "/context.jsonld", "/data/visit/1111"])
def test_what_a_client_has_is_not_sent_again(crawler: Crawler, address: str) -> None:
    for encoding in ("identity", "gzip"):
        headers = {"Accept-Encoding": encoding}
        first = crawler.client.get(address, headers=headers)
        again = crawler.client.get(address, headers={**headers, "If-None-Match": first.headers["ETag"]})
        assert (first.status_code, again.status_code, again.data) == (200, 304, b"")
    assert crawler.client.head(address).status_code == 200


def test_the_context_may_be_read_from_anywhere_and_kept(crawler: Crawler) -> None:
    answer = crawler.get("/context.jsonld", "application/ld+json")
    assert answer.mimetype == "application/ld+json"
    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    assert answer.cache_control.max_age == 3600
    assert answer.json["@context"]["visitor"] == {"@id": "leg:visitor", "@type": "@vocab"}
    written = json.loads(crawler.get("/data/visit/1111.jsonld", "*/*").data)
    assert written["@context"] == "http://localhost/context.jsonld"
    first = written["@graph"][0]
    assert (first["id"], first["visitor"], first["earliest"], first["status"]) == (
        f"{BASE}visit/1111",
        f"{BASE}person/ada-example",
        "2031-05-01",
        "Planned",
    )


# ---------------------------------------------------------------- what is no more


def moved(*steps: tuple[str, str]) -> set[bytes]:
    return {line(away, into, predicate=REPLACED) for away, into in steps}


def at(client: FlaskClient, iri: str) -> tuple[int, str | None]:
    answer = client.get(f"/id/{iri.removeprefix(NAMES.base)}")
    return answer.status_code, answer.location


def test_who_was_merged_leads_to_whoever_stands_at_the_end(tmp_path: Path) -> None:
    one, two, three, four = SUBJECTS[:4]
    write_release(tmp_path, contents({line(iri, 0) for iri in (one, two, three, four)}))
    client = create_app(tmp_path).test_client()
    place = f"/id/{three.removeprefix(NAMES.base)}"

    write_release(tmp_path, contents({*moved((one, two), (two, three)), line(three, 0)}))
    assert at(client, one) == at(client, two) == (301, place)

    write_release(tmp_path, contents({*moved((two, three)), line(three, 0)}))  # of one only gone.tsv knows
    assert at(client, one) == at(client, two) == (301, place)

    write_release(tmp_path, contents({line(four, 0)}))  # and now the end is gone as well
    assert at(client, one)[0] == at(client, three)[0] == 410


def test_nobody_is_sent_around_a_ring(tmp_path: Path) -> None:
    one, two, three = SUBJECTS[:3]
    write_release(tmp_path, contents({*moved((one, two), (two, one), (three, one))}))
    client = create_app(tmp_path).test_client()
    for iri in (one, two, three):
        assert at(client, iri)[0] == 303


@pytest.mark.parametrize("kind", ["id", "page", "data"])
def test_people_are_told_in_words_what_is_gone_or_never_was(tmp_path: Path, kind: str) -> None:
    lost, kept = SUBJECTS[:2]
    write_release(tmp_path, contents({line(lost, 0), line(kept, 0)}))
    write_release(tmp_path, contents({line(kept, 0)}))
    client = create_app(tmp_path).test_client()
    gone, never = f"/{kind}/{lost.removeprefix(NAMES.base)}", f"/{kind}/event/%3Cscript%3E"
    browser = {"Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"}
    for address, status in ((gone, 410), (never, 404)):
        page, data = client.get(address, headers=browser), client.get(address)
        assert page.status_code == data.status_code == status
        assert (page.mimetype, data.mimetype) == (HTML, "application/problem+json")
        assert "Accept" in page.vary
        assert "Accept" in data.vary
        assert "<script>" not in page.text.replace("<script src", "")
    assert "nothing took its place" in client.get(gone, headers=browser).text
