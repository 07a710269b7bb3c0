"""The ontology: complete, tidy, and in step with the shapes and the code."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import get_args

import owlready2
import pytest
from rdflib import DCTERMS, OWL, RDF, RDFS, SH, SKOS, VANN, BNode, Graph, Literal, Namespace, URIRef
from rdflib.term import Node

import ontology
import shapes
from kg.records import Act, ActorKind, DateSource, Mode, Status
from tests.vocabulary import LEG, declared, terms, texts, whole

BIBO = Namespace("http://purl.org/ontology/bibo/")
BUILT_IN = tuple(str(namespace) for namespace in (RDF, RDFS, OWL))
CODE = [path for package in ("kg", "server") for path in (Path(__file__).parent.parent / package).rglob("*.py")]


@pytest.fixture(scope="module")
def onto() -> Graph:
    return whole()


def listed(graph: Graph, path: URIRef) -> Iterator[set[Node]]:
    """Yield the values that each ``sh:in`` on the path allows."""
    for rule in graph.subjects(SH.path, path):
        for values in graph.objects(rule, SH["in"]):
            yield set(graph.items(values))


def capitalised(values: object) -> set[Node]:
    return {LEG[str(value).capitalize()] for value in get_args(values)}


@pytest.fixture(scope="module")
def shapes_graph() -> Graph:
    graph = Graph()
    for path in shapes.paths():
        graph.parse(data=path.read_text(encoding="utf-8"), format="turtle")
    return graph


def test_header_names_version_licence_and_prefix(onto: Graph) -> None:
    header = URIRef(ontology.IRI)
    version = onto.value(header, OWL.versionInfo)
    assert list(onto.subjects(RDF.type, OWL.Ontology)) == [header]
    assert re.fullmatch(r"\d+\.\d+\.\d+", str(version))
    assert onto.value(header, OWL.versionIRI) == URIRef(f"{ontology.IRI}/{version}")
    assert onto.value(header, DCTERMS.license) == URIRef("https://creativecommons.org/licenses/by/4.0/")
    assert onto.value(header, VANN.preferredNamespacePrefix) == Literal("leg")
    assert onto.value(header, VANN.preferredNamespaceUri) == Literal(ontology.NAMESPACE)


@pytest.mark.parametrize(
    "wanted",
    [
        *(DCTERMS[name] for name in ("abstract", "bibliographicCitation", "contributor", "creator", "description")),
        *(DCTERMS[name] for name in ("publisher", "references", "title")),
        BIBO.status,
        RDFS.seeAlso,
        SKOS.changeNote,
    ],
)
def test_header_says_what_a_catalogue_asks(wanted: URIRef, onto: Graph) -> None:
    values = list(onto.objects(URIRef(ontology.IRI), wanted))
    assert values, f"say {wanted} in the header of ontology/legation.ttl"
    assert all(str(value).strip() for value in values)


def test_versions_and_days_of_the_header_are_in_order(onto: Graph) -> None:
    header = URIRef(ontology.IRI)
    version, prior = str(onto.value(header, OWL.versionInfo)), str(onto.value(header, OWL.priorVersion))
    assert prior.startswith(f"{ontology.IRI}/")
    assert _numbers(prior.rpartition("/")[2]) < _numbers(version)
    created, issued, modified = (
        date.fromisoformat(str(onto.value(header, DCTERMS[name]))) for name in ("created", "issued", "modified")
    )
    assert created <= issued <= modified
    for told in (DCTERMS.bibliographicCitation, SKOS.changeNote):
        assert version in str(onto.value(header, told)), f"{told} is of another version than {version}"


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in version.split("."))


def test_every_term_is_declared_labelled_defined_explained_and_attributed(onto: Graph) -> None:
    assert terms(onto) - declared(onto) == set()
    for term in sorted(terms(onto)):
        code = any((term, SKOS.inScheme, scheme) in onto for scheme in (LEG.Cameo, LEG.Plover))
        for wanted in (RDFS.label, SKOS.definition, *(() if code else (SKOS.scopeNote,))):
            found = list(onto.objects(term, wanted))
            assert len(found) == 1, f"{term} has {len(found)} of {wanted}: give it exactly one"
            assert isinstance(found[0], Literal)
            assert found[0].language == "en", f"{term}: {wanted} is not in English"
        assert code or list(onto.objects(term, SKOS.example)), f"{term} has no skos:example from the seed articles"
        assert list(onto.objects(term, RDFS.isDefinedBy)) == [URIRef(ontology.IRI)], term


def test_definitions_are_distinct_sentences(onto: Graph) -> None:
    definitions = [str(definition) for definition in onto.objects(predicate=SKOS.definition)]
    assert all(definition.endswith(".") for definition in definitions)
    assert len(definitions) == len(set(definitions))


def test_every_term_of_other_vocabularies_that_axioms_use_is_declared(onto: Graph) -> None:
    predicates = set(onto.predicates())
    objects = {o for p in (RDF.type, RDFS.subClassOf, RDFS.subPropertyOf, RDFS.domain) for o in onto.objects(None, p)}
    typed = set(onto.subjects(RDF.type))
    assert [node for node in (predicates | objects) - typed if not str(node).startswith(BUILT_IN)] == []


def test_ontology_has_no_blank_nodes(onto: Graph) -> None:
    assert [triple for triple in onto if any(isinstance(node, BNode) for node in triple)] == []


def test_ranges_are_datatypes_that_reasoners_know(onto: Graph) -> None:
    known = {"string", "boolean", "decimal", "nonNegativeInteger", "Literal"}
    ranges = {o for s in onto.subjects(RDF.type, OWL.DatatypeProperty) for o in onto.objects(s, RDFS.range)}
    assert {str(range_).rpartition("#")[2] for range_ in ranges} <= known


def test_every_kind_of_actor_is_below_exactly_one_of_person_state_and_organization(onto: Graph) -> None:
    kinds = [LEG[kind.capitalize()] for kind in get_args(ActorKind)]
    below = set(onto.transitive_subjects(RDFS.subClassOf, LEG.Actor)) - {LEG.Actor}
    assert len(below) > len(kinds)
    for actor in below:
        assert len([kind for kind in kinds if kind in onto.transitive_objects(actor, RDFS.subClassOf)]) == 1, actor


def test_terms_of_the_shapes_are_declared(onto: Graph, shapes_graph: Graph) -> None:
    used = terms(shapes_graph)
    assert used
    assert used - declared(onto) == set()


def test_terms_that_the_code_writes_are_declared(onto: Graph) -> None:
    used = {LEG[name] for path in CODE for name in re.findall(r"\bleg:([A-Za-z]\w+)", path.read_text("utf-8"))}
    assert LEG.Report in used
    assert sorted(used - declared(onto)) == []


def test_individuals_are_those_of_the_records_and_of_the_shapes(onto: Graph, shapes_graph: Graph) -> None:
    acts = set(onto.subjects(RDF.type, LEG.Act))
    assert acts == capitalised(Act) == set(onto.objects(LEG.Act, SKOS.hasTopConcept))
    assert acts == set(onto.subjects(SKOS.inScheme, LEG.Act)) == set(onto.subjects(SKOS.topConceptOf, LEG.Act))
    assert list(listed(shapes_graph, LEG.act)) == [acts]
    statuses = set(onto.subjects(RDF.type, LEG.Status))
    assert statuses == capitalised(Status)
    assert list(listed(shapes_graph, LEG.status)) == [statuses]
    modes = set(onto.subjects(RDF.type, LEG.Mode))
    assert len(modes) == len(get_args(Mode))
    assert list(listed(shapes_graph, LEG.mode)) == [modes]
    assert list(listed(shapes_graph, LEG.dateSource)) == [{Literal(source) for source in get_args(DateSource)}]


@pytest.mark.parametrize("name", texts())
def test_file_is_tidy(name: str) -> None:
    source = texts()[name]
    lines = source.splitlines()
    assert source.endswith("\n")
    assert [line for line in lines if line != line.rstrip() or "\t" in line] == []
    prefixes = re.findall(r"^@prefix (\w+):", source, flags=re.MULTILINE)
    assert prefixes == sorted(prefixes)
    body = re.sub(r'"[^"\n]*"|<[^>\n]*>|@prefix .*', "", source)
    assert [prefix for prefix in prefixes if not re.search(rf"\b{prefix}:", body)] == []
    for section in re.split(r"^#{10,} .*$", source, flags=re.MULTILINE)[1:]:
        subjects = re.findall(r"^(leg:\w+) a ", section, flags=re.MULTILINE)
        assert subjects == sorted(subjects), "put each term in its alphabetical place within the section"


def test_owlready2_loads_it() -> None:
    world = owlready2.World()
    source = whole().serialize(format="nt", encoding="utf-8")
    loaded = world.get_ontology(ontology.NAMESPACE).load(fileobj=io.BytesIO(source))
    assert loaded.Visit in loaded.Event.subclasses()
    assert loaded.Ministry in loaded.Actor.descendants()
    assert loaded.visitor.range == [loaded.Actor]
    assert {act.name for act in loaded.Act.instances()} == {str(value).capitalize() for value in get_args(Act)}
