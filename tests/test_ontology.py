"""The ontology: complete, in step with the shapes and the code, and free of contradiction."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from pathlib import Path
from typing import get_args

import owlready2
import pytest
from rdflib import DCTERMS, OWL, RDF, RDFS, SH, SKOS, VANN, BNode, Graph, Literal, Namespace, URIRef
from rdflib.term import Node

import ontology
import shapes
from kg.records import Act, ActorKind, DateSource, Mode, Status
from tests.reasoning import is_consistent

LEG = Namespace(ontology.NAMESPACE)
KINDS = {OWL.Class, OWL.ObjectProperty, OWL.DatatypeProperty, OWL.NamedIndividual, RDFS.Datatype}
BUILT_IN = tuple(str(namespace) for namespace in (RDF, RDFS, OWL))
CODE = [path for package in ("kg", "server") for path in (Path(__file__).parent.parent / package).rglob("*.py")]
PLOVER = {"ACCUSE", "AGREE", "AID", "ASSAULT", "COERCE", "CONCEDE", "CONSULT", "COOPERATE"}
PLOVER |= {"MOBILIZE", "PROTEST", "REJECT", "REQUEST", "RETREAT", "SANCTION", "SUPPORT", "THREATEN"}

SAMPLE = """
@base <https://w3id.org/legation/id/> .
@prefix dct: <http://purl.org/dc/terms/> .
@prefix edtf: <http://id.loc.gov/datatypes/edtf/> .
@prefix leg: <https://w3id.org/legation/ontology#> .
@prefix oa: <http://www.w3.org/ns/oa#> .
@prefix owl: <http://www.w3.org/2002/07/owl#> .
@prefix qb: <http://purl.org/linked-data/cube#> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
@prefix skos: <http://www.w3.org/2004/02/skos/core#> .
@prefix sssom: <https://w3id.org/sssom/> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .

<person/ana-petrova> a leg:Actor , leg:Person ; rdfs:label "Ana Petrova"@en .
<state/norland> a leg:Actor , leg:State ; leg:countryCode "XN" ; owl:sameAs <https://states.example/norland> ;
    skos:notation "385"^^leg:CowNumber , "XNL"^^leg:IsoAlpha3 ; skos:exactMatch <https://states.example/norland> .
<mapping/m1> a owl:Axiom ; owl:annotatedSource <state/norland> ; owl:annotatedProperty skos:exactMatch ;
    owl:annotatedTarget <https://states.example/norland> ; sssom:confidence "0.95"^^xsd:double .
<organization/council> a leg:Actor , leg:Organization , leg:IntergovernmentalOrganization .
<place/norland> a leg:Place ; leg:countryCode "XN" .
<holding/h1> a leg:OfficeHolding ; leg:holder <person/ana-petrova> ; leg:office <office/mayor> ;
    leg:from "2015"^^xsd:gYear .
<office/mayor> a leg:Office .
<article/a1> a leg:Article ; dct:identifier "a1" ; dct:issued "2022-05-18"^^xsd:date ; leg:dateSource "byline" .
<article/a1#char=0,9> a oa:TextPositionSelector , oa:TextQuoteSelector ; oa:start 0 ; oa:end 9 ; oa:exact "She came." .
<visit/v1> a leg:Event , leg:Visit ; leg:visitor <person/ana-petrova> ; leg:destination <place/norland> ;
    leg:host <state/norland> ; leg:status leg:Occurred ; leg:edtf "2022-05-18"^^edtf:EDTF ;
    leg:earliest "2022-05-18"^^xsd:date ; leg:latest "2022-05-18"^^xsd:date .
<meeting/m1> a leg:Event , leg:Meeting ; leg:participant <person/ana-petrova> , <organization/council> ;
    leg:during <visit/v1> ; leg:mode leg:ByPhone ; leg:place <place/norland> ; leg:status leg:Planned .
<statement/s1> a leg:Event , leg:Statement ; leg:speaker <person/ana-petrova> ; leg:act leg:Accuse ; leg:direct true ;
    leg:content "They broke the treaty." ; leg:about <state/norland> , <meeting/m1> ; leg:status leg:Occurred .
<report/a1/r1> a leg:Report ; leg:reports <visit/v1> ; leg:article <article/a1> ; leg:evidence <article/a1#char=0,9> ;
    leg:status leg:Planned ; leg:edtf "2022-05"^^edtf:EDTF ; leg:confidence 0.9 ; leg:rule "visit/come" ;
    leg:reportedActor <person/ana-petrova> ; leg:reportedPlace <place/norland> .
<record/r1> a leg:OfficialRecord ; leg:traveller <person/ana-petrova> ; leg:place <place/norland> ;
    leg:countryCode "XN" ; leg:edtf "2022-05-18"^^edtf:EDTF .
<visit/v1> leg:corroboratedBy <record/r1> ; leg:disputed leg:status , leg:edtf ; leg:dateSource "inferred" .
<report/a1/r1> leg:inferredEdtf "2022-05-18"^^edtf:EDTF ; leg:mergeConfidence 0.95 ; leg:mergeReason "same visitor" .
<visit/v0> a leg:ReplacedEvent ; dct:isReplacedBy <visit/v1> .
<state/sudland> a leg:Actor , leg:State .
<person/ana-petrova> leg:metWith <organization/council> ; leg:metInPersonWith <organization/council> ;
    leg:visitedState <state/norland> .
<organization/council> leg:metWith <person/ana-petrova> ; leg:metInPersonWith <person/ana-petrova> .
<cube/dyad-years> a qb:DataSet ; qb:structure leg:DyadYearStructure .
<cube/dyad-years/a> a qb:Observation , leg:DyadYear ; qb:dataSet <cube/dyad-years> ; leg:state <state/norland> ;
    leg:otherState <state/sudland> ; leg:kind leg:Visit ; leg:status leg:Occurred ; leg:year "2022"^^xsd:gYear ;
    leg:eventCount "3"^^xsd:nonNegativeInteger .
<cube/dyad-years/b> a qb:Observation , leg:DyadYear ; qb:dataSet <cube/dyad-years> ; leg:state <state/sudland> ;
    leg:otherState <state/norland> ; leg:kind leg:Accuse ; leg:status leg:Occurred ; leg:year "XXXX"^^edtf:EDTF ;
    leg:eventCount "1"^^xsd:nonNegativeInteger .
"""

CONTRADICTIONS = {
    "an organization below another class that is a person": "<person/ana-petrova> a leg:Ministry .",
    "a place that acts": "<visit/v1> leg:visitor <place/norland> .",
    "a state as destination": "<visit/v1> leg:destination <state/norland> .",
    "a visit with a speaker": "<visit/v1> leg:speaker <person/ana-petrova> .",
    "a report of a report": "<report/a1/r1> leg:reports <report/a1/r1> .",
    "an article as event": "<report/a1/r1> leg:article <visit/v1> .",
    "a report as official record": "<visit/v1> leg:corroboratedBy <report/a1/r1> .",
    "a state that travels": "<record/r1> leg:traveller <state/norland> .",
    "a mode as status": "<visit/v1> leg:status leg:ByPhone .",
    "one status for two names": "leg:Planned owl:sameAs leg:Occurred .",
    "an actor who met with themselves": "<person/ana-petrova> leg:metInPersonWith <person/ana-petrova> .",
    "a visited place that is no actor": "<person/ana-petrova> leg:visitedState <place/norland> .",
    "a replaced event that still counts": "<visit/v0> a leg:Visit .",
    "a count below zero": "<cube/dyad-years/a> leg:eventCount -1 .",
    "a dyad of a person": "<cube/dyad-years/a> leg:otherState <person/ana-petrova> .",
    "a truth value in words": '<statement/s1> leg:direct "perhaps" .',
    "a state and a place that are the same elsewhere": "<place/norland> owl:sameAs <https://states.example/norland> .",
}


def text() -> str:
    return ontology.path().read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def onto() -> Graph:
    return Graph().parse(data=text(), format="turtle")


def terms(graph: Graph) -> set[URIRef]:
    """Return the terms of our namespace that the graph mentions anywhere."""
    return {node for triple in graph for node in triple if isinstance(node, URIRef) and node in LEG}


def declared(onto: Graph) -> set[Node]:
    return {node for kind in KINDS for node in onto.subjects(RDF.type, kind) if str(node).startswith(LEG)}


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
    assert all((header, wanted, None) in onto for wanted in (DCTERMS.title, DCTERMS.description, DCTERMS.creator))


def test_every_term_is_declared_labelled_defined_and_attributed(onto: Graph) -> None:
    assert terms(onto) - declared(onto) == set()
    for term in sorted(terms(onto)):
        for wanted in (RDFS.label, SKOS.definition):
            found = list(onto.objects(term, wanted))
            assert len(found) == 1, f"{term} has {len(found)} of {wanted}: give it exactly one"
            assert isinstance(found[0], Literal)
            assert found[0].language == "en", f"{term}: {wanted} is not in English"
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


def test_codes_are_of_the_form_and_set_of_their_schemes(onto: Graph) -> None:
    cameo = [str(code) for code in onto.objects(predicate=LEG.cameoCode)]
    plover = {str(code) for code in onto.objects(predicate=LEG.ploverType)}
    assert cameo
    assert all(re.fullmatch(r"(0[1-9]|1\d|20)\d{0,2}", code) for code in cameo)
    assert plover
    assert plover <= PLOVER


def test_file_is_tidy(onto: Graph) -> None:
    source = text()
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
    source = Graph().parse(data=text(), format="turtle").serialize(format="nt", encoding="utf-8")
    loaded = world.get_ontology(ontology.NAMESPACE).load(fileobj=io.BytesIO(source))
    assert loaded.Visit in loaded.Event.subclasses()
    assert loaded.Ministry in loaded.Actor.descendants()
    assert loaded.visitor.range == [loaded.Actor]
    assert {act.name for act in loaded.Act.instances()} == {str(value).capitalize() for value in get_args(Act)}


def test_reasoner_finds_the_ontology_consistent_with_sample_data(onto: Graph) -> None:
    assert is_consistent(onto + Graph().parse(data=SAMPLE, format="turtle"))


def test_reasoner_finds_a_person_that_is_a_state(onto: Graph) -> None:
    planted = SAMPLE + "<person/ana-petrova> a leg:State ."
    assert not is_consistent(onto + Graph().parse(data=planted, format="turtle"))


@pytest.mark.slow
@pytest.mark.parametrize("planted", CONTRADICTIONS.values(), ids=CONTRADICTIONS)
def test_reasoner_finds_a_planted_contradiction(planted: str, onto: Graph) -> None:
    assert not is_consistent(onto + Graph().parse(data=SAMPLE + planted, format="turtle"))
