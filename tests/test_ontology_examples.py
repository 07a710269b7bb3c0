"""Each example of the ontology is true: it names what the seeds' release says of the term, or that it says nothing."""

from __future__ import annotations

import pytest
from rdflib import DCTERMS, OWL, QB, RDF, RDFS, SDO, SKOS, Graph, Literal, URIRef
from rdflib.term import Node

from kg.release import Release
from tests.vocabulary import LEG, declared, whole

UNUSED = "Not in the seeds"
ANNOTATIONS = {RDFS.isDefinedBy, SKOS.definition, SKOS.example, SKOS.scopeNote, SKOS.changeNote}
KINDS = {OWL.Class, OWL.ObjectProperty, OWL.DatatypeProperty, OWL.NamedIndividual, RDFS.Datatype}
ABOUT_TERMS = {RDFS.domain, RDFS.range, RDFS.subClassOf, RDFS.subPropertyOf, OWL.disjointWith, OWL.differentFrom}
ABOUT_TERMS |= {SKOS.topConceptOf, SKOS.hasTopConcept, SDO.domainIncludes, SDO.rangeIncludes}
PLAIN = 4
"""How many letters a name or value has at least that counts as an example's when it stands in running text."""


@pytest.fixture(scope="module")
def onto() -> Graph:
    return whole()


@pytest.fixture(scope="module")
def facts(onto: Graph, seeds_release: Release) -> Graph:
    """Return the whole release as one graph, without what the ontology only says of its own terms."""
    lines = (f"{q.subject} {q.predicate} {q.object} ." for q in seeds_release.store)
    graph = Graph().parse(data="\n".join(lines), format="nt")
    own = declared(onto)
    for s, p, o in list(graph):
        if s in own and (p in ANNOTATIONS | ABOUT_TERMS or (p == RDF.type and o in KINDS) or "Match" in p):
            graph.remove((s, p, o))
    return graph


def names(facts: Graph, node: Node) -> set[str]:
    """Return how an example may write a node: a value as it is, else its label, title, words, IRI or short name."""
    if isinstance(node, Literal):
        return {str(node)}
    short = {f"leg:{str(node).removeprefix(str(LEG))}"} if node in LEG else set()
    labels = (value for name in (RDFS.label, DCTERMS.title, LEG.content) for value in facts.objects(node, name))
    return {str(node), *short, *(str(label) for label in labels)} - {""}


def uses(facts: Graph, term: URIRef) -> set[str]:
    """Return the names of what the release says with the term: members, both ends, or what has it as a value.

    What has no name of its own, such as a report, is named by what it leads to.
    """
    found: set[Node] = set(facts.subjects(None, term))
    for s, o in facts.subject_objects(term):
        found |= {s, o}
    found |= {o for o in facts.objects() if isinstance(o, Literal) and o.datatype == term}
    found |= {o for part in (QB.component, QB.dimension, QB.measure) for o in facts.objects(term, part)}
    unnamed = {node for node in found if isinstance(node, URIRef) and not facts.value(node, RDFS.label)}
    found |= {o for node in unnamed for o in facts.objects(node) if isinstance(o, URIRef) and o not in LEG}
    return {name for node in found for name in names(facts, node)}


def untrue(onto: Graph, facts: Graph) -> list[str]:
    """Return what is wrong with the examples: a term, what its example says, and what to write instead."""
    wrong = []
    for term in sorted(declared(onto)):
        told = uses(facts, term)
        for text in map(str, onto.objects(term, SKOS.example)):
            if text.startswith(UNUSED):
                if told:
                    wrong.append(f"{term}: the seeds' release has it now; give an example, such as {min(told)}")
            elif not any(name == text or (len(name) >= PLAIN and name.rstrip(".") in text) for name in told):
                wrong.append(f"{term}: {text!r} names nothing that the seeds' release says with it")
    return wrong


def test_each_example_tells_of_the_release_or_says_that_it_cannot(onto: Graph, facts: Graph) -> None:
    assert untrue(onto, facts) == []


def test_an_example_that_the_release_does_not_bear_out_is_found(onto: Graph, facts: Graph) -> None:
    planted = onto + Graph()
    planted.set((LEG.ThinkTank, SKOS.example, Literal("The Institute of Nowhere.", lang="en")))
    planted.set((LEG.Visit, SKOS.example, Literal(f"{UNUSED}: a visit to the Moon would be one.", lang="en")))
    assert {line.partition(":")[2].partition("#")[2].partition(":")[0] for line in untrue(planted, facts)} == {
        "ThinkTank",
        "Visit",
    }


def test_examples_that_are_values_have_the_datatype_of_the_data(onto: Graph, facts: Graph) -> None:
    for term in onto.subjects(RDF.type, RDFS.Datatype):
        if term in LEG:
            for example in onto.objects(term, SKOS.example):
                assert isinstance(example, Literal)
                assert example.datatype == term
                assert example in set(facts.objects()), f"{example} is not in the seeds' release"
