"""The catalogue against the shapes of DCAT-AP 3.0.0, as SEMIC publishes them, and what is served of it."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml
from flask.testing import FlaskClient
from jsonschema import Draft7Validator
from pyshacl import validate
from rdflib import DCAT, DCTERMS, RDF, RDFS, SH, Graph, Literal, Namespace, URIRef
from rdflib.namespace import VOID

from kg.dumps.citation import citation
from kg.iri import Names
from kg.rdf.catalogue import EU
from kg.release import Release
from server.app import create_app
from tests.server_fixture import write_release

DATA = Path(__file__).parent / "data"
SPDX = Namespace("http://spdx.org/rdf/terms#")
NAMES = Names()
EUROPEAN = {DCAT.theme, DCTERMS.accrualPeriodicity, DCTERMS.accessRights, DCTERMS.language, DCTERMS.spatial}
"""Properties for which DCAT-AP prescribes a vocabulary of the Publications Office."""


@pytest.fixture(scope="module")
def web(seeds_release: Release) -> FlaskClient:
    return create_app(seeds_release.path.parents[1]).test_client()


@pytest.fixture(scope="module")
def served(web: FlaskClient) -> Graph:
    return Graph().parse(data=web.get("/catalog.ttl").data, format="turtle")


@pytest.fixture(scope="module")
def profile() -> Graph:
    return Graph().parse(DATA / "dcat-ap" / "dcat-ap-SHACL.jsonld", format="json-ld")


def complaints(data: Graph, profile: Graph) -> list[str]:
    """Return the messages of the profile's shapes, to which all that has an IRI is a resource (RDFS, rule rdfs4)."""
    entailed = Graph()
    entailed += data
    for node in {*data.subjects(), *data.objects()}:
        if isinstance(node, URIRef):
            entailed.add((node, RDF.type, RDFS.Resource))
    _, report, _ = validate(entailed, shacl_graph=profile, inference="none")
    return sorted(
        f"{report.value(result, SH.focusNode)} {report.value(result, SH.resultPath)}"
        for result in report.subjects(RDF.type, SH.ValidationResult)
    )


def test_the_served_catalogue_conforms_to_dcat_ap(served: Graph, profile: Graph) -> None:
    assert len(list(profile.subjects(SH.path))) > 250
    assert complaints(served, profile) == []
    for kind in (DCAT.Catalog, DCAT.Dataset, DCAT.Distribution, DCAT.DataService, SPDX.Checksum):
        assert (None, RDF.type, kind) in served


def test_the_stored_catalogue_conforms_as_well(seeds_release: Release, profile: Graph) -> None:
    graph = NAMES.graph("release")
    text = "".join(
        f"{quad.subject} {quad.predicate} {quad.object} .\n"
        for quad in seeds_release.store.quads_for_pattern(None, None, None, graph)
    )
    assert complaints(Graph().parse(data=text, format="nt"), profile) == []


@pytest.mark.parametrize(
    "spoilt",
    [
        (DCAT.Catalog, DCTERMS.publisher),
        (DCAT.Dataset, DCTERMS.title),
        (DCAT.Distribution, DCAT.accessURL),
        (DCAT.DataService, DCAT.endpointURL),
        (SPDX.Checksum, SPDX.algorithm),
    ],
    ids=lambda pair: str(pair[1]).rsplit("/", 1)[-1],
)
def test_a_catalogue_without_what_the_profile_demands_does_not(
    served: Graph, profile: Graph, spoilt: tuple[URIRef, URIRef]
) -> None:
    kind, predicate = spoilt
    data = Graph()
    data += served
    for node in served.subjects(RDF.type, kind):
        data.remove((node, predicate, None))
    assert any(str(predicate) in found for found in complaints(data, profile))


def test_controlled_values_are_of_the_vocabularies_that_the_profile_names(served: Graph) -> None:
    for predicate in EUROPEAN:
        values = set(served.objects(predicate=predicate))
        assert values, predicate
        assert all(str(value).startswith(EU) for value in values), predicate
    for predicate in (DCAT.mediaType, DCAT.compressFormat):
        assert all(str(one).startswith("https://www.iana.org/assignments/") for one in served.objects(None, predicate))


def test_sizes_and_checksums_are_those_of_the_files(web: FlaskClient, served: Graph, seeds_release: Release) -> None:
    files = sorted((seeds_release.path / "dumps").iterdir())
    told = list(served.subjects(RDF.type, DCAT.Distribution))
    assert len(told) == len(files)
    for node in told:
        here = [str(one) for one in served.objects(node, DCAT.downloadURL) if str(one).startswith("http://localhost/")]
        (address,) = here
        body = web.get(address.removeprefix("http://localhost")).data
        assert int(str(served.value(node, DCAT.byteSize))) == len(body)
        checksum = served.value(node, SPDX.checksum)
        assert str(served.value(checksum, SPDX.checksumValue)) == hashlib.sha256(body).hexdigest()
    assert isinstance(served.value(told[0], DCAT.byteSize), Literal)


def test_void_is_served_and_found_from_the_front_page(web: FlaskClient, seeds_release: Release) -> None:
    graph = Graph().parse(data=web.get("/void.ttl").data, format="turtle")
    node = URIRef(NAMES.release(seeds_release.version).value)
    assert int(str(graph.value(node, VOID.triples))) == len(seeds_release.store)
    assert set(graph.objects(node, VOID.sparqlEndpoint)) == {URIRef(f"{NAMES.site}sparql")}
    assert (None, RDF.type, VOID.Linkset) in graph
    assert (None, VOID.property, None) in graph
    assert (None, RDF.type, DCAT.Distribution) not in graph
    links = web.get("/").headers["Link"]
    assert '</void.ttl>; rel="describedby"; type="text/turtle"' in links
    assert '</catalog.ttl>; rel="describedby"; type="text/turtle"' in links
    known = web.get("/.well-known/void")
    assert (known.status_code, known.headers["Location"]) == (302, "/void.ttl")


@pytest.mark.parametrize(
    ("media_type", "syntax"),
    [("text/turtle", "turtle"), ("application/n-triples", "nt"), ("application/rdf+xml", "xml"),
     ("application/ld+json", "json-ld")],
)  # fmt: skip
@pytest.mark.parametrize("path", ["/void.ttl", "/catalog.ttl"])
def test_both_are_negotiated(web: FlaskClient, path: str, media_type: str, syntax: str) -> None:
    answer = web.get(path, headers={"Accept": media_type})
    assert answer.mimetype == media_type
    assert "Accept" in answer.headers["Vary"]
    assert len(Graph().parse(data=answer.data, format=syntax)) == len(
        Graph().parse(data=web.get(path).data, format="turtle")
    )
    assert web.get(path, headers={"Accept": "text/html"}).mimetype == "text/turtle"
    again = web.get(path, headers={"Accept": media_type, "If-None-Match": answer.headers["ETag"]})
    assert (again.status_code, again.data) == (304, b"")


def test_a_release_that_says_nothing_of_itself_is_not_described(tmp_path: Path) -> None:
    write_release(tmp_path)
    web = create_app(tmp_path).test_client()
    for path in ("/void.ttl", "/catalog.ttl"):
        assert web.get(path).status_code == 404
    assert "application/ld+json" not in web.get("/").text


def scripts(page: str) -> Iterator[dict[str, object]]:
    for text in re.findall(r'<script type="application/ld\+json">(.*?)</script>', page, flags=re.DOTALL):
        yield json.loads(text)


def test_the_front_page_has_the_data_set_for_search_engines(web: FlaskClient, seeds_release: Release) -> None:
    """What Google's data set search demands and recommends of schema.org: names, description, licence, files."""
    (card,) = scripts(web.get("/").text)
    assert card["@type"] == "Dataset"
    assert card["version"] == seeds_release.version
    assert 50 <= len(str(card["description"])) <= 5000
    assert card["license"] == "https://creativecommons.org/licenses/by-sa/4.0/"
    assert isinstance(card["creator"], dict)
    assert card["creator"]["name"] == "The Legation project"
    files = card["distribution"]
    assert isinstance(files, list)
    assert {file["contentUrl"].rpartition("/")[2] for file in files} == {
        file.name for file in (seeds_release.path / "dumps").iterdir()
    }
    assert all(file["encodingFormat"] for file in files)


def test_a_citation_is_one(seeds_release: Release) -> None:
    text = citation(seeds_release.version, NAMES)
    about = yaml.safe_load(text)
    schema = json.loads((DATA / "citation" / "cff-1.2.0.json").read_text(encoding="utf-8"))
    assert list(Draft7Validator(schema).iter_errors(about)) == []
    assert about["version"] == seeds_release.version
    assert seeds_release.version in about["url"]
    assert list(Draft7Validator(schema).iter_errors({**about, "type": "data"}))
    assert text == citation(seeds_release.version, NAMES)


def test_every_file_of_a_release_with_all_dumps_is_described(whole_release: Release, profile: Graph) -> None:
    web = create_app(whole_release.path.parents[1]).test_client()
    graph = Graph().parse(data=web.get("/catalog.ttl").data, format="turtle")
    assert complaints(graph, profile) == []
    told = {
        str(graph.value(node, DCAT.accessURL)).rpartition("/")[2]
        for node in graph.subjects(RDF.type, DCAT.Distribution)
    }
    there = {file.name for file in (whole_release.path / "dumps").iterdir()}
    assert told == there
    assert len(list(graph.objects(predicate=SPDX.checksumValue))) == len(there)
