"""The shapes are complete: whatever a release says is asked for by a shape, or is open for a reason told here."""

from __future__ import annotations

from collections import defaultdict

import pytest
from pyoxigraph import Quad
from rdflib import OWL, RDF, RDFS, SH, Graph, URIRef
from rdflib.collection import Collection
from rdflib.term import Node

import ontology
from kg.iri import Names
from kg.merge import merge
from kg.rdf import graph_quads
from kg.release import Release
from kg.validate import packaged_shapes, to_rdflib
from tests.accounts import harbour, preview
from tests.mutations import WHOLE, curie, targeted

LEG = "https://w3id.org/legation/ontology#"

OPEN = {
    ("*", "rdf:type"): "the classes that are asked for are asked for by sh:class; others are welcome",
    ("owl:Ontology", "*"): "the metadata of an ontology, apart from what is needed to cite it, is for its own tests",
}
"""(Class, property) that no shape asks for, with the reason; ``*`` is any."""

NOT_IN_DATA: dict[str, str] = {}
"""Property of the ontology that no data have, with the reason."""


@pytest.fixture(scope="module")
def shapes() -> Graph:
    return packaged_shapes()


@pytest.fixture(scope="module")
def release(seeds_release: Release) -> Graph:
    return to_rdflib(seeds_release.store)


def paths(shapes: Graph, steps: Node | None) -> set[Node]:
    """Return the properties of which a path is made."""
    if isinstance(steps, URIRef):
        return {steps}
    if inverse := shapes.value(steps, SH.inversePath):
        return {inverse}
    return set(Collection(shapes, shapes.value(steps, SH.alternativePath)))


def asked(shapes: Graph, data: Graph) -> dict[Node, set[Node]]:
    """Return for each node of the data the properties that a shape of it asks for."""
    found: dict[Node, set[Node]] = defaultdict(set)
    for holder in shapes.subjects(RDF.type, SH.NodeShape):
        if isinstance(holder, URIRef):
            steps = [shapes.value(rule, SH.path) for rule in shapes.objects(holder, SH.property)]
            properties = {
                one for path in steps if not shapes.value(path, SH.inversePath) for one in paths(shapes, path)
            }
            for node in targeted(data, shapes, holder):
                found[node] |= properties
    return found


def uncovered(shapes: Graph, data: Graph) -> set[tuple[str, str]]:
    """Return the (class, property) pairs of the data for which no shape asks and that are not listed as open."""
    known = asked(shapes, data)
    missing = set()
    for node, predicate in data.subject_predicates(unique=True):
        if predicate in known[node]:
            continue
        kinds = {curie(kind.n3()) for kind in data.objects(node, RDF.type)} or {"nothing"}
        name = curie(predicate.n3())
        if not any((kind, of) in OPEN for kind in (*kinds, "*") for of in (name, "*")):
            missing.add((" ".join(sorted(kinds)), name))
    return missing


def test_whatever_the_seeds_release_says_is_asked_for(shapes: Graph, release: Graph) -> None:
    assert uncovered(shapes, release) == set(), "write a shape for it, or say in OPEN why not"
    assert len({(kind, p) for node, p in release.subject_predicates() for kind in release[node : RDF.type]}) > 150


def test_whatever_can_be_said_of_an_article_is_asked_for(shapes: Graph) -> None:
    accounts = (harbour(), preview())
    quads: list[Quad] = list(graph_quads(Names(), accounts, merge(accounts)))
    assert uncovered(shapes, to_rdflib(quads)) == set()


def test_whatever_the_model_example_says_is_asked_for(shapes: Graph) -> None:
    assert uncovered(shapes, Graph().parse(WHOLE)) == set()


def test_what_is_open_is_there_and_not_asked_for(shapes: Graph, release: Graph) -> None:
    """An entry of the list that has become needless goes."""
    known = asked(shapes, release)
    for kind, name in OPEN:
        nodes = {node for node in release.subjects() if kind == "*" or kind in kinds(release, node)}
        said = {(node, predicate) for node in nodes for predicate in release.predicates(node)}
        loose = {curie(predicate.n3()) for node, predicate in said if predicate not in known[node]}
        assert loose if name == "*" else name in loose, (kind, name)


def vocabulary() -> Graph:
    graph = Graph()
    for path in ontology.paths():
        graph.parse(data=path.read_text(encoding="utf-8"), format="turtle")
    return graph


def kinds(data: Graph, node: Node) -> set[str]:
    return {curie(kind.n3()) for kind in data.objects(node, RDF.type)}


def test_every_property_of_the_ontology_is_asked_for(shapes: Graph) -> None:
    terms = vocabulary()
    own = {
        node
        for kind in (OWL.ObjectProperty, OWL.DatatypeProperty)
        for node in terms.subjects(RDF.type, kind)
        if node.startswith(LEG)
    }
    used = {one for path in shapes.objects(None, SH.path) for one in paths(shapes, path)}
    assert len(own) > 40
    assert {curie(node.n3()) for node in own - used} == set(NOT_IN_DATA)


def test_every_property_of_the_ontology_stands_in_the_model_example() -> None:
    """The mutants are made from it: what is not there could not be broken."""
    terms, model = vocabulary(), Graph().parse(WHOLE)
    own = {
        node
        for kind in (OWL.ObjectProperty, OWL.DatatypeProperty)
        for node in terms.subjects(RDF.type, kind)
        if node.startswith(LEG)
    }
    assert {curie(node.n3()) for node in own - set(model.predicates())} == {"leg:disputed"}  # which is hinted at


def test_every_class_of_the_ontology_that_has_nodes_is_a_target(shapes: Graph, release: Graph) -> None:
    targets = set(shapes.objects(None, SH.targetClass))
    used = {kind for kind in release.objects(None, RDF.type) if kind.startswith(LEG)}
    vocabulary = {URIRef(f"{LEG}{name}") for name in ("Act", "Mode", "Status")}  # whose members sh:in lists
    assert used - targets - vocabulary == set()


def test_every_kind_of_organization_is_a_target(shapes: Graph) -> None:
    terms = vocabulary()
    top, shape = URIRef(f"{LEG}Organization"), URIRef("https://w3id.org/legation/shapes#OrganizationKind")
    assert set(shapes.objects(shape, SH.targetClass)) == {*terms.transitive_subjects(RDFS.subClassOf, top)} - {top}


def test_the_individuals_that_shapes_list_are_the_ontologys(shapes: Graph) -> None:
    terms = vocabulary()
    for path, kind in (("act", "Act"), ("mode", "Mode"), ("status", "Status")):
        (listed,) = {
            frozenset(Collection(shapes, values))
            for rule in shapes.subjects(SH.path, URIRef(f"{LEG}{path}"))
            for values in shapes.objects(rule, SH["in"])
        }
        assert listed == set(terms.subjects(RDF.type, URIRef(f"{LEG}{kind}"))), path


def test_every_term_that_shapes_name_is_in_the_ontology(shapes: Graph) -> None:
    terms = vocabulary()
    named = {node for triple in shapes for node in triple if isinstance(node, URIRef) and node.startswith(LEG)}
    assert {curie(node.n3()) for node in named if (node, RDF.type, None) not in terms} == set()
