"""A release as catalogues of data want it: DCAT 3 within the bounds of DCAT-AP 3.

Sizes and checksums are not here: the dump that holds this description is one of the files. Servers add them.

Sources: Data Catalog Vocabulary, version 3 (W3C, 2024); DCAT-AP 3.0 (SEMIC, 2024), whose controlled vocabularies are
those of the Publications Office of the European Union.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Protocol
from urllib.parse import quote

from pyoxigraph import Literal, NamedNode

import ontology
from kg.authority import Authority
from kg.iri import Names, term
from kg.rdf.terms import DATE, LABEL, LICENCE, A, Object, Statements

EU = "http://publications.europa.eu/resource/authority/"
IANA = "https://www.iana.org/assignments/media-types/"

ONTOLOGY = NamedNode(ontology.IRI)
SHAPES = NamedNode("https://w3id.org/legation/shapes")
PROTOCOL = NamedNode("https://www.w3.org/TR/sparql11-protocol/")
RECONCILIATION = NamedNode("https://reconciliation-api.github.io/specs/0.2/")
LINKED_DATA = NamedNode("https://www.w3.org/TR/cooluris/")

ENGLISH, IRREGULAR, PUBLIC = (
    NamedNode(EU + path) for path in ("language/ENG", "frequency/IRREG", "access-right/PUBLIC")
)
SUBJECTS = (
    NamedNode("http://www.wikidata.org/entity/Q1889"),  # diplomacy
    NamedNode("http://www.wikidata.org/entity/Q166542"),  # international relations
)
THEMES = {"GOVE": "Government and public sector", "INTR": "International issues"}
FILE_TYPES = {
    "application/json": "JSON",
    "application/ld+json": "JSON_LD",
    "application/n-quads": "RDF_N_QUADS",
    "application/trig": "RDF_TRIG",
    "application/vnd.apache.parquet": "PARQUET",
    "text/csv": "CSV",
    "text/tab-separated-values": "TSV",
    "text/turtle": "RDF_TURTLE",
}
"""The codes that the European Union has for media types, where it has one."""

RDF = frozenset({"application/ld+json", "application/n-quads", "application/trig", "text/turtle"})

KEYWORDS = (
    *("diplomacy", "foreign policy", "international relations", "knowledge graph", "linked data", "meetings", "news"),
    *("state visits", "statements"),
)
PUBLISHER = "The Legation project"
TITLE = "Legation: visits, meetings and statements in diplomatic news"
WORDS = (
    "Who visited whom, who met whom and who said what, as each news article reported it, with the words that say so, "
    "merged into one event an occasion."
)
RIGHTS = (
    "The data are published under CC BY-SA 4.0. Words quoted from news articles remain those of their publishers; "
    "they are short, and each names its article."
)


class File(Protocol):
    """What is known of a file that a release offers (:class:`kg.dumps.files.File`)."""

    @property
    def name(self) -> str:
        """Its name below the address of the release's dumps."""

    @property
    def media_type(self) -> str:
        """That of what is inside."""

    @property
    def title(self) -> str:
        """What it holds and how."""

    @property
    def packed(self) -> str:
        """The media type of the packing, empty where it is not packed."""


@dataclass(frozen=True)
class Coverage:
    """What the events of a release cover: the days on which they occurred, and countries as alpha-2 codes."""

    first: date | None = None
    last: date | None = None
    countries: tuple[str, ...] = ()


def dump_path(version: str, name: str) -> str:
    """Return where a file of a release is found below the address of a server."""
    return f"dumps/{quote(version, safe='')}/{quote(name, safe='')}"


def dump_address(names: Names, version: str, name: str) -> str:
    """Return the address of a file of a release at the site that the data name."""
    return names.site + dump_path(version, name)


def distribution(names: Names, version: str, name: str) -> NamedNode:
    """Return the node of a file of a release."""
    return NamedNode(f"{names.release(version).value}#{quote(name, safe='')}")


def catalogue_triples(
    names: Names, version: str, *, articles: int, files: Sequence[File], coverage: Coverage
) -> Statements:
    """Yield the catalogue, the data set with and without version, its files and services, and the publisher."""
    release, whole, catalogue = names.release(version), names.node("dataset/legation"), names.node("catalog")
    read = f"Made from {articles:,} news articles." if articles != 1 else "Made from one news article."
    yield catalogue, A, term("dcat:Catalog")
    yield catalogue, term("dct:title"), english("The catalogue of Legation")
    yield (
        catalogue,
        term("dct:description"),
        english("What Legation publishes: its data set, in releases, and services."),
    )
    yield catalogue, term("dct:language"), ENGLISH
    yield catalogue, term("dct:license"), LICENCE
    yield catalogue, term("dct:publisher"), publisher(names)
    yield catalogue, term("foaf:homepage"), NamedNode(names.site)
    yield catalogue, term("dcat:themeTaxonomy"), NamedNode(EU + "data-theme")
    for dataset in (whole, release):
        yield catalogue, term("dcat:dataset"), dataset
        yield from _dataset(names, dataset)
        yield dataset, term("dct:description"), english(f"{WORDS} {read}" if dataset == release else WORDS)
    yield whole, term("dct:title"), english(TITLE)
    yield whole, term("dct:identifier"), Literal(whole.value)
    yield whole, term("dcat:hasVersion"), release
    yield whole, term("dcat:hasCurrentVersion"), release
    yield release, term("dct:title"), english(f"Legation, release {version}")
    yield release, term("dct:identifier"), Literal(release.value)
    yield release, term("dcat:version"), Literal(version)
    yield release, term("dcat:isVersionOf"), whole
    yield from _covered(release, coverage)
    for file in files:
        yield from _file(names, version, file)
    yield from _services(names, release)
    yield from _agents(names)
    yield from _typed()


def publisher(names: Names) -> NamedNode:
    """Return the node of who publishes the data."""
    return names.node("agent/legation")


def _dataset(names: Names, node: NamedNode) -> Statements:
    yield node, A, term("dcat:Dataset")
    for predicate in ("dct:publisher", "dct:creator"):
        yield node, term(predicate), publisher(names)
    yield node, term("dcat:contactPoint"), names.node("agent/legation#contact")
    yield node, term("dcat:landingPage"), NamedNode(names.site)
    yield node, term("dct:language"), ENGLISH
    yield node, term("dct:accrualPeriodicity"), IRREGULAR
    yield node, term("dct:accessRights"), PUBLIC
    yield node, term("dct:license"), LICENCE
    yield node, term("dct:rights"), names.node("dataset/legation#rights")
    for standard in (ONTOLOGY, SHAPES):
        yield node, term("dct:conformsTo"), standard
    for code in THEMES:
        yield node, term("dcat:theme"), NamedNode(f"{EU}data-theme/{code}")
    for subject in SUBJECTS:
        yield node, term("dct:subject"), subject
    for word in KEYWORDS:
        yield node, term("dcat:keyword"), english(word)


def _covered(release: NamedNode, coverage: Coverage) -> Statements:
    if coverage.first and coverage.last:
        period = NamedNode(f"{release.value}#period")
        yield release, term("dct:temporal"), period
        yield period, A, term("dct:PeriodOfTime")
        yield period, term("dcat:startDate"), Literal(coverage.first.isoformat(), datatype=DATE)
        yield period, term("dcat:endDate"), Literal(coverage.last.isoformat(), datatype=DATE)
    for state in Authority.load().states if coverage.countries else ():
        code = dict(state.notations).get("IsoAlpha3")
        if code and state.alpha2 in coverage.countries:
            yield release, term("dct:spatial"), NamedNode(f"{EU}country/{code}")
            yield NamedNode(f"{EU}country/{code}"), A, term("dct:Location")


def _file(names: Names, version: str, file: File) -> Statements:
    release, node = names.release(version), distribution(names, version, file.name)
    address = NamedNode(dump_address(names, version, file.name))
    yield release, term("dcat:distribution"), node
    if file.media_type in RDF:
        yield release, term("void:dataDump"), address
    yield node, A, term("dcat:Distribution")
    yield node, term("dct:title"), english(file.title)
    yield node, term("dct:license"), LICENCE
    yield node, term("dct:rights"), names.node("dataset/legation#rights")
    yield node, term("dcat:accessURL"), address
    yield node, term("dcat:downloadURL"), address
    yield node, term("dcat:mediaType"), NamedNode(IANA + file.media_type)
    yield NamedNode(IANA + file.media_type), A, term("dct:MediaType")
    if code := FILE_TYPES.get(file.media_type):
        yield node, term("dct:format"), NamedNode(f"{EU}file-type/{code}")
        yield NamedNode(f"{EU}file-type/{code}"), A, term("dct:MediaTypeOrExtent")
    if file.media_type in RDF:
        yield node, term("dct:conformsTo"), ONTOLOGY
    if file.packed:
        yield node, term("dcat:compressFormat"), NamedNode(IANA + file.packed)
        yield NamedNode(IANA + file.packed), A, term("dct:MediaType")


def _services(names: Names, release: NamedNode) -> Statements:
    site = names.site
    for key, title, endpoint, about, standard in (
        ("sparql", "SPARQL 1.1 endpoint", f"{site}sparql", f"{site}sparql", PROTOCOL),
        ("reconcile", "Reconciliation service", f"{site}reconcile", f"{site}openapi.json", RECONCILIATION),
        ("resources", "Data and pages for each thing", names.base, f"{site}openapi.json", LINKED_DATA),
    ):
        node = names.node(f"service/{key}")
        yield names.node("catalog"), term("dcat:service"), node
        yield node, A, term("dcat:DataService")
        yield node, term("dct:title"), english(title)
        yield node, term("dct:publisher"), publisher(names)
        yield node, term("dct:license"), LICENCE
        yield node, term("dct:accessRights"), PUBLIC
        yield node, term("dct:conformsTo"), standard
        yield standard, A, term("dct:Standard")
        yield node, term("dcat:contactPoint"), names.node("agent/legation#contact")
        yield node, term("dcat:endpointURL"), NamedNode(endpoint)
        yield node, term("dcat:endpointDescription"), NamedNode(about)
        yield node, term("dcat:servesDataset"), release
    yield release, term("void:sparqlEndpoint"), NamedNode(f"{site}sparql")


def _agents(names: Names) -> Statements:
    node, contact = publisher(names), names.node("agent/legation#contact")
    for kind in ("foaf:Agent", "foaf:Organization", "prov:Agent", "schema:Organization"):
        yield node, A, term(kind)
    for predicate in ("foaf:name", "schema:name"):
        yield node, term(predicate), Literal(PUBLISHER)
    yield node, term("foaf:homepage"), NamedNode(names.site)
    yield node, term("schema:url"), NamedNode(names.site)
    for kind in ("vcard:Kind", "vcard:Organization"):
        yield contact, A, term(kind)
    yield contact, term("vcard:fn"), Literal(PUBLISHER)
    yield contact, term("vcard:hasURL"), NamedNode(names.site)
    rights = names.node("dataset/legation#rights")
    yield rights, A, term("dct:RightsStatement")
    yield rights, LABEL, english(RIGHTS)
    yield NamedNode(names.site), A, term("foaf:Document")


def _typed() -> Iterator[tuple[NamedNode, NamedNode, Object]]:
    """Yield of which class things elsewhere are, and what they are called, as far as DCAT-AP asks for it here."""
    kinds: Iterable[tuple[NamedNode, str]] = (
        (ENGLISH, "dct:LinguisticSystem"),
        (IRREGULAR, "dct:Frequency"),
        (PUBLIC, "dct:RightsStatement"),
        (LICENCE, "dct:LicenseDocument"),
        (ONTOLOGY, "dct:Standard"),
        (SHAPES, "dct:Standard"),
    )
    for node, kind in kinds:
        yield node, A, term(kind)
    scheme = NamedNode(EU + "data-theme")
    yield scheme, A, term("skos:ConceptScheme")
    yield scheme, term("dct:title"), english("Data theme")
    for code, name in THEMES.items():
        theme = NamedNode(f"{EU}data-theme/{code}")
        yield theme, A, term("skos:Concept")
        yield theme, term("skos:prefLabel"), english(name)
        yield theme, term("skos:inScheme"), scheme


def english(words: str) -> Literal:
    """Return words as an English literal."""
    return Literal(words, language="en")
