"""The ontology and the shapes as documents: every term in every format, pages that hold together, the diagram."""

from __future__ import annotations

import json
import re
import shutil
import threading
import warnings
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.resources import files
from itertools import pairwise
from pathlib import Path
from urllib.parse import unquote

import html5rdf
import pyoxigraph as ox
import pytest
import rdflib
from flask import Flask
from flask.testing import FlaskClient
from lxml import etree
from pyoxigraph import Literal, NamedNode
from werkzeug.serving import make_server

from kg.iri import PREFIXES
from server.app import create_app
from server.facts import page_path
from server.vocabulary import pages
from server.vocabulary.diagram import draw, families, plan
from server.vocabulary.documents import Document, packaged
from server.vocabulary.grid import lay_out
from server.vocabulary.layout import HEAD, Box, Drawing, Line
from server.vocabulary.profile import read
from server.vocabulary.prose import linked
from server.vocabulary.terms import Vocabulary
from tests.browser import browsing
from tests.server_fixture import BASE, LEG, write_release

TURTLE, HTML = "text/turtle; charset=utf-8", "text/html; charset=utf-8"
FORMATS = {
    "ttl": (TURTLE, "turtle"),
    "nt": ("application/n-triples", "nt"),
    "jsonld": ("application/ld+json", "json-ld"),
    "rdf": ("application/rdf+xml", "xml"),
}
BROWSER = "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,*/*;q=0.8"
ONTOLOGY = "https://w3id.org/legation/ontology"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("releases")
    write_release(path)
    return path


@pytest.fixture(scope="module")
def web(folder: Path) -> FlaskClient:
    return create_app(folder).test_client()


def graph(package: str) -> rdflib.Graph:
    """Return what the files of a package say, read by another parser than the server's."""
    found = rdflib.Graph()
    for file in files(package).iterdir():
        if file.name.endswith(".ttl"):
            found.parse(data=file.read_text("utf-8"), format="turtle")
    return found


@pytest.fixture(scope="module")
def ontology() -> rdflib.Graph:
    return graph("ontology")


@pytest.fixture(scope="module")
def names(ontology: rdflib.Graph) -> list[str]:
    """Return the local names of all terms of ours."""
    found = {str(node).removeprefix(LEG) for node in ontology.subjects() if str(node).startswith(LEG)}
    assert len(found) > 100
    return sorted(found)


@pytest.fixture(scope="module")
def everything(web: FlaskClient) -> etree._Element:
    """Return the page of the whole ontology."""
    return whole(web, "/ontology.html")


def whole(web: FlaskClient, path: str) -> etree._Element:
    """Return a page as a tree, when it is HTML without a fault (by the parser of the HTML standard)."""
    answer = web.get(path)
    assert (answer.status_code, answer.content_type) == (200, HTML), path
    parser = html5rdf.HTMLParser(html5rdf.getTreeBuilder("lxml"), namespaceHTMLElements=False)
    tree = parser.parse(answer.text)
    assert [error[1] for error in parser.errors] == [], path
    return tree.getroot()


# ---------------------------------------------------------------- terms and formats


@pytest.mark.parametrize("ending", FORMATS)
def test_every_term_is_told_in_every_format(
    web: FlaskClient, ontology: rdflib.Graph, names: list[str], ending: str
) -> None:
    """Oxigraph reads all of them, and rdflib, which takes longer, every sixth."""
    media_type, parser = FORMATS[ending]
    whole, by_term = set(ontology), defaultdict(set)
    for triple in packaged("ontology").triples:
        by_term[triple.subject].add(triple)
    for number, name in enumerate(names):
        answer = web.get(f"/ontology/{name}.{ending}")
        assert (answer.status_code, answer.content_type) == (200, media_type), name
        told = {quad.triple for quad in ox.parse(answer.data, ox.RdfFormat.from_media_type(media_type))}
        said = by_term[NamedNode(LEG + name)]
        assert said
        assert said <= told, name
        assert all(NamedNode(LEG + name) in (triple.subject, triple.object) for triple in told)
        if number % 6 == 0:
            assert set(rdflib.Graph().parse(data=answer.data, format=parser)) <= whole, name


@pytest.mark.parametrize("package", ["ontology", "shapes"])
@pytest.mark.parametrize("ending", FORMATS)
def test_the_whole_is_the_same_in_every_format(web: FlaskClient, package: str, ending: str) -> None:
    media_type, parser = FORMATS[ending]
    answer = web.get(f"/{package}.{ending}")
    assert (answer.status_code, answer.content_type) == (200, media_type)
    assert answer.data == web.get(f"/{package}", headers={"Accept": media_type.partition(";")[0]}).data
    told = rdflib.Graph().parse(data=answer.data, format=parser)
    assert signature(told) == signature(graph(package))


def signature(found: rdflib.Graph) -> list[tuple[str, ...]]:
    """Return the triples with blank nodes alike: enough to miss nothing, and fast on lists."""
    return sorted(tuple("_" if isinstance(each, rdflib.BNode) else each.n3() for each in triple) for triple in found)


NEGOTIATION = [
    (None, TURTLE),
    ("*/*", TURTLE),
    ("text/*", TURTLE),
    ("text/turtle", TURTLE),
    ("application/n-triples", "application/n-triples"),
    ("application/ld+json", "application/ld+json"),
    ("application/rdf+xml", "application/rdf+xml"),
    ("application/rdf+xml;q=.8, text/turtle;q=.5", "application/rdf+xml"),
    ("text/html", HTML),
    (BROWSER, HTML),
    ("text/html;q=0.5, application/ld+json", "application/ld+json"),
    ('application/ld+json;profile="http://www.w3.org/ns/json-ld#compacted"', "application/ld+json"),
    ("image/png", 406),
    ("text/turtle;q=0", 406),
]


@pytest.mark.parametrize("path", ["/ontology", "/ontology/Visit", "/shapes"])
@pytest.mark.parametrize(("accept", "expected"), NEGOTIATION)
def test_the_format_is_that_which_the_client_wants(
    web: FlaskClient, path: str, accept: str | None, expected: str | int
) -> None:
    answer = web.get(path, headers={"Accept": accept} if accept else {})
    assert "Accept" in answer.headers["Vary"].replace("Accept-Encoding", "")
    if expected == 406:
        assert (answer.status_code, answer.content_type) == (406, "application/problem+json")
    else:
        assert (answer.status_code, answer.content_type) == (200, expected)


def test_addresses_with_an_ending_do_not_negotiate(web: FlaskClient) -> None:
    for path in ("/ontology.nt", "/ontology/Visit.nt", "/shapes.nt"):
        answer = web.get(path, headers={"Accept": "text/html"})
        assert answer.content_type == "application/n-triples"
    for path in ("/ontology", "/ontology/Visit", "/shapes"):
        assert web.get(f"{path}.html").data == web.get(path, headers={"Accept": "text/html"}).data


def test_what_is_no_term_is_not_found(web: FlaskClient) -> None:
    for path in ("/ontology/Nothing", "/ontology/Nothing.ttl", "/ontology/", "/ontology/Visit.pdf", "/ontology/a/b"):
        answer = web.get(path)
        assert (answer.status_code, answer.content_type) == (404, "application/problem+json"), path
    assert "did you mean /ontology/Visit?" in web.get("/ontology/visit").get_json()["detail"]


def test_the_version_names_the_same_document_and_another_does_not(web: FlaskClient) -> None:
    version = pages.vocabulary().about.told("owl:versionIRI").removeprefix(f"{ONTOLOGY}/")
    assert re.fullmatch(r"\d+\.\d+\.\d+", version)
    assert web.get(f"/ontology/{version}").data == web.get("/ontology").data
    assert web.get(f"/ontology/{version}.nt").data == web.get("/ontology.nt").data
    assert web.get("/ontology/99.0.0").status_code == 404
    assert f"/ontology has version {version}" in web.get("/ontology/99.0.0").get_json()["detail"]
    other = pages.vocabulary().header(packaged("shapes"), "https://w3id.org/legation/shapes").told("owl:versionInfo")
    for number, status in ((other, 200), ("99.0.0", 404)):
        for ending in ("", ".nt") if number else ():
            assert web.get(f"/shapes/{number}{ending}").status_code == status


@pytest.mark.parametrize("ending", FORMATS)
def test_earlier_versions_are_there_as_they_were(web: FlaskClient, ending: str) -> None:
    prior = pages.vocabulary().about.told("owl:priorVersion")
    assert prior.startswith(f"{ONTOLOGY}/")
    media_type, parser = FORMATS[ending]
    answer = web.get(f"/ontology/{prior.removeprefix(f'{ONTOLOGY}/')}.{ending}")
    assert (answer.status_code, answer.content_type) == (200, media_type)
    told = rdflib.Graph().parse(data=answer.data, format=parser)
    assert told.value(rdflib.URIRef(ONTOLOGY), rdflib.OWL.versionIRI) == rdflib.URIRef(prior)


def test_documents_link_to_their_other_formats_and_to_what_they_are_about(web: FlaskClient) -> None:
    found = ", ".join(web.get("/ontology/Visit.ttl").headers.getlist("Link"))
    assert f'<{LEG}Visit>; rel="describes"' in found
    assert '</ontology>; rel="collection"' in found
    assert '</ontology/Visit.html>; rel="alternate"; type="text/html"' in found
    assert '</ontology/Visit.ttl>; rel="alternate"' not in found
    assert 'rel="license"' in found
    for path in ("/ontology", "/shapes"):
        found = ", ".join(web.get(path).headers.getlist("Link"))
        targets = re.findall(r'<([^>]*)>; rel="alternate"', found)
        assert targets == [f"{path}.{ending}" for ending in ("nt", "jsonld", "rdf", "html")]
        assert all(web.get(target).status_code == 200 for target in targets)
    assert "/deep/ontology.nt" in str(web.get("/ontology", base_url="http://x/deep/").headers.getlist("Link"))


@pytest.mark.parametrize("path", ["/ontology", "/ontology.html", "/ontology/Visit.rdf", "/ontology.svg", "/shapes"])
def test_what_has_not_changed_is_not_sent_again(web: FlaskClient, path: str) -> None:
    for encoding in ("identity", "gzip"):
        first = web.get(path, headers={"Accept-Encoding": encoding})
        asked = {"Accept-Encoding": encoding, "If-None-Match": first.headers["ETag"]}
        again = web.get(path, headers=asked)
        assert (again.status_code, again.data) == (304, b"")
        assert web.get(path, headers=asked | {"If-None-Match": '"other"'}).status_code == 200


# ---------------------------------------------------------------- pages


def test_every_term_has_its_place_on_the_page(
    everything: etree._Element, ontology: rdflib.Graph, names: list[str]
) -> None:
    for name in names:
        (place,) = everything.xpath("//*[@id=$name]", name=name)
        text = " ".join("".join(place.itertext()).split())
        for kind in ("definition", "scopeNote"):
            for words in ontology.objects(rdflib.URIRef(LEG + name), rdflib.URIRef(PREFIXES["skos"] + kind)):
                assert " ".join(str(words).split()) in text or place.tag == "tr", name


def test_the_page_of_a_term_shows_all_that_is_said_of_it(
    web: FlaskClient, ontology: rdflib.Graph, names: list[str]
) -> None:
    left_out = {rdflib.RDFS.isDefinedBy}
    for name in names:
        page = whole(web, f"/ontology/{name}.html")
        text = " ".join("".join(page.itertext()).split())
        targets = {unquote(each) for each in page.xpath("//@href")}
        for _, predicate, value in ontology.triples((rdflib.URIRef(LEG + name), None, None)):
            if isinstance(value, rdflib.Literal):
                assert " ".join(str(value).split()) in text, (name, predicate)
            elif predicate not in left_out and (predicate, str(value)) not in TOLD_BY_PLACE:
                assert {str(value), page_path(str(value), base=BASE)} & targets, (name, predicate, value)


TOLD_BY_PLACE = {
    (rdflib.RDF.type, str(kind))
    for kind in (
        rdflib.OWL.Class, rdflib.OWL.ObjectProperty, rdflib.OWL.DatatypeProperty, rdflib.RDFS.Datatype,
        rdflib.OWL.AnnotationProperty, rdflib.OWL.NamedIndividual,
    )
}  # fmt: skip
"""What kind of term it is, the page says in words."""


def test_pages_hold_together(web: FlaskClient, everything: etree._Element, names: list[str]) -> None:
    """No link within the server is broken, no name is given twice, headings have no gaps, tables have headers."""
    checked: dict[str, int] = {}
    for path in ("/ontology.html", "/shapes.html", "/ontology/Visit.html", "/ontology/status.html", "/page/visit/1111"):
        page = everything if path == "/ontology.html" else whole(web, path)
        anchors = page.xpath("//@id")
        assert len(anchors) == len(set(anchors)), path
        for target in page.xpath("//@href"):
            if target.startswith("#"):
                assert target[1:] in anchors, (path, target)
            elif target.startswith("/"):
                place = target.partition("#")[0]
                if place not in checked:
                    checked[place] = web.get(place, headers={"Accept": "text/html"}).status_code
                assert checked[place] in {200, 303}, (path, target)
        levels = [int(each.tag[1]) for each in page.iter("h1", "h2", "h3", "h4")]
        assert levels[0] == 1
        assert levels.count(1) == 1
        assert all(after - before <= 1 for before, after in pairwise(levels)), path
        assert all(table.xpath(".//th[@scope]") for table in page.iter("table")), path
    assert {f"/ontology/{name}" for name in names} <= set(checked)


@pytest.mark.parametrize("path", ["/ontology.html", "/ontology/Visit.html", "/ontology/cameoCode.html", "/shapes.html"])
def test_pages_say_what_they_are_and_run_nothing(web: FlaskClient, path: str) -> None:
    page = whole(web, path)
    assert {each.get("type") for each in page.iter("script")} <= {"application/ld+json"}
    assert not page.xpath("//@*[starts-with(name(), 'on')]")
    assert len(page.findtext(".//title")) > 10
    assert len(page.xpath("string(//meta[@name='description']/@content)")) > 20
    canonical = page.xpath("string(//link[@rel='canonical']/@href)")
    assert canonical == f"http://localhost{path.removesuffix('.html')}"
    for each in page.xpath("//link[@rel='alternate']"):
        assert web.get(each.get("href")).content_type.startswith(each.get("type"))


def test_pages_say_it_in_schema_org_too(web: FlaskClient, everything: etree._Element, names: list[str]) -> None:
    (script,) = everything.iter("script")
    about = json.loads(script.text)
    assert (about["@type"], about["@id"]) == ("DefinedTermSet", ONTOLOGY)
    assert sorted(each["@id"].removeprefix(LEG) for each in about["hasDefinedTerm"]) == names
    assert all(each["description"] and each["name"] for each in about["hasDefinedTerm"])
    (script,) = whole(web, "/ontology/Visit.html").iter("script")
    about = json.loads(script.text)
    assert (about["@type"], about["termCode"], about["name"]) == ("DefinedTerm", "leg:Visit", "visit")
    assert about["url"] == "http://localhost/ontology/Visit"
    assert about["inDefinedTermSet"]["@id"] == ONTOLOGY


def test_uses_are_those_of_the_release_that_is_served(tmp_path: Path) -> None:
    write_release(tmp_path, "0.1.0-one")
    web = create_app(tmp_path).test_client()
    assert use(web, "Person") == "2 uses, such as Ada Example"
    assert use(web, "visitor") == "1 use, such as Ada Example visits Norland: Ada Example"
    assert use(web, "countryCode") == "1 use, such as Norland: XN"
    assert use(web, "Warn") == "1 use, such as Bo Sample warns"
    assert use(web, "ThinkTank") == "not used"
    assert use(web, "cameoCode") == "not used"  # but in the ontology itself
    void = PREFIXES["void"]
    parts = [f"<{BASE}graph/release#{i}>" for i in range(3)]
    described = "".join(
        f"{part} <{void}{kind}> <{LEG}{name}> <{BASE}graph/release> .\n"
        f'{part} <{void}{counts}> "{number}"^^<{PREFIXES["xsd"]}integer> <{BASE}graph/release> .\n'
        for part, kind, name, counts, number in (
            (parts[0], "class", "Person", "entities", 12345),
            (parts[1], "class", "Person", "entities", 7),
            (parts[2], "property", "visitor", "triples", 99),
        )
    )
    write_release(tmp_path, "0.1.0-two", extra=described)
    assert use(web, "Person") == "12,345 uses, such as Ada Example"
    assert use(web, "visitor").startswith("99 uses")
    assert "0.1.0-two" in web.get("/ontology/Person.html").text


def test_uses_are_counted_up_to_a_bound(tmp_path: Path) -> None:
    many = "".join(
        f"<{BASE}place/p{i}> <{PREFIXES['rdf']}type> <{LEG}Place> <{BASE}graph/actors> .\n" for i in range(1500)
    )
    write_release(tmp_path, extra=many)
    assert use(create_app(tmp_path).test_client(), "Place").startswith("more than 50")


def use(web: FlaskClient, name: str) -> str:
    """Return what the page of a term says of its use."""
    (cell,) = whole(web, f"/ontology/{name}.html").xpath("//tr[th='In this release']/td")
    return "".join(cell.itertext())


@pytest.mark.parametrize(
    ("iri", "path"),
    [
        (f"{LEG}Visit", "/ontology/Visit"),
        (ONTOLOGY, "/ontology"),
        (LEG, "/ontology"),
        (f"{ONTOLOGY}/0.1.0", "/ontology/0.1.0"),
        ("https://w3id.org/legation/shapes", "/shapes"),
        ("https://w3id.org/legation/shapes#Visit", "/shapes#Visit"),
        ("https://w3id.org/legation/ontologies", ""),
        ("http://example.org/x", ""),
        (f"{BASE}person/ada-example", "/page/person/ada-example"),
    ],
)
def test_pages_of_things_lead_to_terms_and_documents(iri: str, path: str) -> None:
    assert page_path(iri, base=BASE) == path
    assert page_path(iri, base="http://example.org/id/") == ("" if iri.startswith(BASE) else path)


def test_a_term_names_the_shapes_that_ask_something_of_it(web: FlaskClient) -> None:
    for name, shape in (("Visit", "Visit"), ("visitor", "Visit"), ("edtf", "Date"), ("metWith", "Contact")):
        assert f"/shapes#{shape}" in whole(web, f"/ontology/{name}.html").xpath("//@href")


def test_terms_named_in_sentences_are_links() -> None:
    prefixes = {"leg": LEG, "org": PREFIXES["org"]}
    where = {f"{LEG}status": "#status", f"{PREFIXES['org']}postIn": "http://o"}
    shown = linked(
        "See leg:status, org:postIn & leg:no <b>; at 10:30 x:y.",
        prefixes=prefixes,
        where=lambda iri: where.get(iri, ""),
    )
    assert shown == (
        'See <a href="#status"><code>leg:status</code></a>, <a href="http://o"><code>org:postIn</code></a>'
        " &amp; leg:no &lt;b&gt;; at 10:30 x:y."
    )


# ---------------------------------------------------------------- shapes


def test_the_profile_shows_all_that_the_shapes_say(web: FlaskClient, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every literal and every IRI that stands in the shapes, but for SHACL's own words, is on the page."""
    monkeypatch.setattr(rdflib, "NORMALIZE_LITERALS", False)  # 1 stays 1, also as xsd:double
    page = whole(web, "/shapes.html")
    text = " ".join("".join(page.itertext()).split())
    targets = {unquote(each) for each in page.xpath("//@href")}
    shapes = graph("shapes")
    silent = {rdflib.SH[name] for name in ("minCount", "maxCount", "order", "severity")}
    for _, predicate, value in shapes:
        if predicate in silent or predicate == rdflib.RDF.type:
            continue
        if isinstance(value, rdflib.Literal):
            assert " ".join(str(value).split()) in text, (predicate, value)
        elif isinstance(value, rdflib.URIRef) and value != rdflib.RDF.nil and predicate != rdflib.SH.property:
            assert {str(value), page_path(str(value), base=BASE)} & targets, (predicate, value)
    for shape in shapes.subjects(rdflib.RDF.type, rdflib.SH.NodeShape):
        assert page.xpath("//*[@id=$name]", name=str(shape).partition("#")[2]), shape


SHACL = """
@prefix leg: <https://w3id.org/legation/ontology#> .
@prefix sh: <http://www.w3.org/ns/shacl#> .
@prefix shape: <https://w3id.org/legation/shapes#> .
@prefix x: <http://example.org/> .
shape:Thing a sh:NodeShape ; sh:targetClass leg:Visit ; sh:name "thing" ; sh:description "About leg:Visit." ;
  sh:closed true ; sh:property shape:Later , [ sh:path [ sh:inversePath leg:reports ] ; sh:minCount 1 ; sh:order 1 ] ,
    [ sh:path ( leg:host [ sh:zeroOrMorePath x:near ] ) ; sh:minCount 2 ; sh:maxCount 2 ; sh:order 2 ; x:odd "thus" ] ,
    [ sh:path leg:purpose ; sh:maxCount 0 ; sh:order 0 ;
      sh:or ( [ sh:pattern "^a" ; sh:flags "i" ] [ sh:minLength 3 ] ) ] .
shape:Later sh:path leg:topic ; sh:severity sh:Warning ; sh:message "Should." ;
  sh:maxCount 3 ; sh:minCount 1 ; sh:order 9 .
"""


def test_the_profile_reads_what_shacl_can_say() -> None:
    (shape,) = read(Document.parse(SHACL.encode()), Vocabulary(packaged("ontology")))
    assert (shape.name, shape.asked.name, shape.asked.descriptions) == ("Thing", "thing", ("About leg:Visit.",))
    assert [(word, [ref.text for ref in refs]) for word, refs in shape.targets] == [("members of", ["leg:Visit"])]
    assert [c.word for c in shape.asked.constraints] == ["no other properties"]
    purpose, inverse, near, later = shape.properties
    paths = [" ".join(ref.text for ref in each.path) for each in shape.properties]
    assert paths == ["leg:purpose", "^ leg:reports", "leg:host / x:near *", "leg:topic"]
    assert [each.cardinality for each in shape.properties] == ["none", "1 or more", "exactly 2", "1 to 3"]
    assert (inverse.is_required, later.is_required, later.anchor) == (True, False, "Later")
    assert (later.asked.severity, later.asked.messages) == ("Warning", ("Should.",))
    (either,) = purpose.asked.constraints
    assert either.word == "any of"
    assert [[c.word for c in each] for each in either.within] == [
        ["matches", "flags of the pattern"],
        ["characters at least"],
    ]
    assert purpose.asked.descriptions == pages.vocabulary().terms["purpose"].definitions
    assert [(c.word, c.values[0].text) for c in near.asked.constraints] == [("x:odd", "thus")]


def test_blank_nodes_have_the_same_names_in_every_process() -> None:
    one, other = (Document.parse(packaged("shapes").turtle) for _ in range(2))
    assert one.written("application/n-triples") == other.written("application/n-triples")


# ---------------------------------------------------------------- diagram


def drawn(turtle: bytes) -> etree._Element:
    """Return the diagram of an ontology, read as XML."""
    vocabulary = Vocabulary(Document.parse(turtle))
    return etree.fromstring(draw(plan(vocabulary), title="A <b> & c", where="/ontology/{}".format).encode())


def boxes(svg: etree._Element) -> list[str]:
    return [str(each) for each in svg.xpath("//*[local-name()='text'][@class='head']/text()")]


def test_the_diagram_has_every_class_and_property(
    web: FlaskClient, everything: etree._Element, ontology: rdflib.Graph
) -> None:
    answer = web.get("/ontology.svg")
    assert answer.content_type == "image/svg+xml"
    svg = etree.fromstring(answer.data)
    classes = {
        str(node).removeprefix(LEG)
        for node in ontology.subjects(rdflib.RDF.type, rdflib.OWL.Class)
        if str(node).startswith(LEG)
    }
    assert len(classes) > 30
    assert classes <= set(boxes(svg))
    targets = set(svg.xpath("//*[local-name()='a']/@href"))
    for kind in (rdflib.OWL.Class, rdflib.OWL.ObjectProperty, rdflib.OWL.DatatypeProperty):
        for node in ontology.subjects(rdflib.RDF.type, kind):
            reach = (rdflib.RDFS.domain, rdflib.SDO.domainIncludes)
            if str(node).startswith(LEG) and (
                kind == rdflib.OWL.Class or any((node, each, None) in ontology for each in reach)
            ):
                assert f"/ontology/{str(node).removeprefix(LEG)}" in targets
    assert svg.xpath("string(*[local-name()='title'])")
    assert svg.xpath("string(*[local-name()='desc'])")
    assert len(everything.xpath("//*[local-name()='svg']")) == 1


def test_a_class_that_is_added_to_the_ontology_is_in_the_diagram() -> None:
    before = packaged("ontology").turtle
    after = (
        before
        + b"""
leg:Embargo a owl:Class ; rdfs:subClassOf leg:Event ; skos:definition "No <trade> & no talk."@en .
leg:imposedBy a owl:ObjectProperty ; rdfs:domain leg:Embargo ; rdfs:range leg:State , <http://example.org/Bloc> .
leg:weight a owl:DatatypeProperty ; rdfs:domain leg:Embargo ; rdfs:range xsd:decimal .
"""
    )
    old, new = drawn(before), drawn(after)
    assert set(boxes(new)) - set(boxes(old)) == {"Embargo", "http://example.org/Bloc"}
    lines = ["".join(each.itertext()) for each in new.xpath("//*[local-name()='text']")]
    assert {"imposedBy → State", "imposedBy → http://example.org/Bloc", "weight : decimal"} <= set(lines)
    assert "/ontology/Embargo" in new.xpath("//*[local-name()='a']/@href")
    assert "No <trade> & no talk." in new.xpath("//*[local-name()='title']/text()")
    assert new.xpath("string(*[local-name()='title'])") == "Diagram: A <b> & c"


@pytest.fixture(scope="module")
def drawing() -> Drawing:
    return plan(Vocabulary(packaged("ontology")))


def segments(drawing: Drawing) -> Iterator[tuple[str, float, float, float, float]]:
    for arrow in drawing.arrows:
        for path in arrow.paths:
            for (x1, y1), (x2, y2) in pairwise(path):
                yield arrow.target, min(x1, x2), min(y1, y2), max(x1, x2), max(y1, y2)


def test_nothing_in_the_diagram_lies_on_anything_else(drawing: Drawing) -> None:
    placed = drawing.placed
    for number, one in enumerate(placed):
        assert 0 <= one.x <= one.x + one.width <= drawing.width
        assert 0 <= one.y <= one.y + one.box.height <= drawing.height
        for other in placed[:number]:
            apart_x = one.x + one.width <= other.x or other.x + other.width <= one.x
            assert apart_x or one.y + one.box.height < other.y or other.y + other.box.height < one.y
    for _, x1, y1, x2, y2 in segments(drawing):
        for each in placed:
            inside_x = x1 < each.x + each.width and each.x < x2 + (x1 == x2)
            assert not (inside_x and y1 < each.y + each.box.height and each.y < y2 + (y1 == y2)), each.box.name
    pieces = list(segments(drawing))
    for number, (target, x1, y1, x2, y2) in enumerate(pieces):
        for other, a1, b1, a2, b2 in pieces[:number]:
            if target != other and x1 == x2 == a1 == a2:
                assert y2 < b1 or b2 < y1, (target, other)
            if target != other and y1 == y2 == b1 == b2:
                assert x2 <= a1 or a2 <= x1, (target, other)


def test_every_arrow_leads_from_its_line_to_the_head_of_its_class(drawing: Drawing) -> None:
    at = {each.box.name: each for each in drawing.placed}
    starts = {
        (round(each.line(i)), line.target)
        for each in drawing.placed
        for i, line in enumerate(each.box.lines)
        if line.target
    }
    found = set()
    for arrow in drawing.arrows:
        there = at[arrow.target]
        for path in arrow.paths:
            found.add((round(path[0][1]), arrow.target))
            assert path[-1] == arrow.tip
            assert path[-1] == (there.x + (there.width if arrow.leftward else 0), there.y + HEAD / 2)
    assert found == starts
    assert plan(Vocabulary(packaged("ontology"))) == drawing  # each time the same


def test_circles_empty_ontologies_and_long_chains_are_drawn() -> None:
    chain = {
        f"C{i}": (Box(f"C{i}", f"C{i}", (Line("next", "", "next", f"C{(i + 1) % 6}"), Line("far", "", "far", "C0"))),)
        for i in range(6)
    }
    found = lay_out(chain)
    assert len(found.placed) == 6
    assert sum(len(arrow.paths) for arrow in found.arrows) == 12
    assert any(arrow.leftward for arrow in found.arrows)
    assert lay_out({}).placed == ()
    around = b"""@prefix leg: <https://w3id.org/legation/ontology#> . @prefix owl: <http://www.w3.org/2002/07/owl#> .
        @prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
        leg:A a owl:Class ; rdfs:subClassOf leg:B . leg:B a owl:Class ; rdfs:subClassOf leg:A ."""
    assert sorted(box.name for family in families(Vocabulary(Document.parse(around))).values() for box in family) == [
        "A",
        "B",
    ]


# ---------------------------------------------------------------- in a browser


@contextmanager
def listening(app: Flask) -> Iterator[str]:
    """Serve an application on a free port, within this process."""
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join(timeout=30)
    server.server_close()


@pytest.mark.browser
def test_pages_fit_a_narrow_window_and_anchors_are_found(folder: Path, tmp_path: Path) -> None:
    chromium = shutil.which("chromium") or shutil.which("google-chrome")
    if not chromium:
        warnings.warn("no Chromium: the pages of the ontology were not looked at", stacklevel=1)
        pytest.skip("no Chromium; apt-get install chromium")
    with listening(create_app(folder)) as address, browsing(chromium, tmp_path) as page:
        page.size(400, 800, mobile=True)
        for path in ("/ontology#Visit", "/shapes#Visit", "/ontology/Visit"):
            page.open(address + path)
            assert page.run("document.contentType") == "text/html"
            assert page.run("document.documentElement.scrollWidth") <= 400, path
            if "#" in path:
                assert page.run("Math.abs(document.querySelector(':target').getBoundingClientRect().top) < 60"), path
        page.open(f"{address}/ontology.svg")
        assert page.run("document.querySelectorAll('a').length") > 80
        assert page.complaints == []
        assert all(asked.startswith(address) for asked in page.asked)


def test_literals_and_lists_are_read_as_they_are() -> None:
    found = Document.parse(b'@prefix x: <http://x/> . x:a x:b ( 1 [ x:c "d" ] ) .')
    (start,) = found.objects(NamedNode("http://x/a"), NamedNode("http://x/b"))
    first, second = found.members(start)
    assert isinstance(first, Literal)
    assert not isinstance(second, Literal | NamedNode)
    assert found.compact("http://x/a") == "x:a"
    assert found.compact("urn:a") == "urn:a"
