"""What OWL makes of the ontology: its profile, what follows from it by two reasoners, and what contradicts it."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest
from rdflib import OWL, RDF, RDFS, Graph, Literal, URIRef

from kg.iri import PREFIXES
from kg.release import Release
from tests.reasoning import (
    OWL_2,
    Fact,
    contradictions,
    entailed_by_hermit,
    entailed_by_rules,
    is_consistent,
    logical,
    verdicts,
    violations,
)
from tests.vocabulary import LEG, sample, texts, whole

ENTAILMENTS = Path(__file__).parent / "owl" / "entailments.csv"

NOT_DL = {
    "a class that nobody declared": ("leg:Visit rdfs:subClassOf leg:Journey .", "undeclared class"),
    "a property that nobody declared": ("leg:Say leg:loudness leg:Warn .", "undeclared"),
    "a property of two kinds": ("leg:content a owl:ObjectProperty .", "cannot pun"),
    "a chain that is irreflexive": ("leg:metWith a owl:TransitiveProperty .", "non-simple property"),
    "a term of OWL's own made up": ("owl:Visit a owl:Class .", "reserved vocabulary"),
}
"""Turtle to be added to the ontology, and what the checker of the OWL 2 DL profile must say of it."""

CONTRADICTIONS = {
    "an organization below another class that is a person": "<person/ana-petrova> a leg:Ministry .",
    "a place that acts": "<visit/v1> leg:visitor <place/norland> .",
    "a state as destination": "<visit/v1> leg:destination <state/norland> .",
    "a visit with a speaker": "<visit/v1> leg:speaker <person/ana-petrova> .",
    "a report of a report": "<report/a1/r1> leg:reports <report/a1/r1> .",
    "an article as event": "<report/a1/r1> leg:article <visit/v1> .",
    "a report as official record": "<visit/v1> leg:corroboratedBy <report/a1/r1> .",
    "an official record that happens somewhere": "<record/r1> leg:place <place/norland> .",
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

OF_DATATYPES = {"a count below zero", "a truth value in words"}
"""Contradictions that the rules cannot find: owlrl does not ask whether a literal lies in a property's range."""


def wanted() -> tuple[URIRef, ...]:
    """Return the classes and properties whose members the competency questions need, from ``entailments.csv``."""
    with ENTAILMENTS.open(encoding="utf-8", newline="") as file:
        names = [row["term"].partition(":") for row in csv.DictReader(file)]
    return tuple(URIRef(PREFIXES[prefix] + local) for prefix, _, local in names)


def bare(graph: Graph) -> tuple[Graph, set[Fact]]:
    """Return the graph without what it states twice, and that: wider classes, wider properties, second directions."""
    twice: set[Fact] = set()
    for node, kind in graph.subject_objects(RDF.type):
        for wider in graph.transitive_objects(kind, RDFS.subClassOf):
            if wider != kind and (node, RDF.type, wider) in graph:
                twice.add((node, RDF.type, wider))
    for narrow, wide in graph.subject_objects(RDFS.subPropertyOf):
        twice |= {(s, wide, o) for s, o in graph.subject_objects(narrow) if (s, wide, o) in graph}
    for both in graph.subjects(RDF.type, OWL.SymmetricProperty):
        twice |= {(s, both, o) for s, o in graph.subject_objects(both) if str(s) > str(o) and (o, both, s) in graph}
    rest = Graph()
    for fact in graph:
        if fact not in twice:
            rest.add(fact)
    return rest, twice


def triples(release: Release) -> Graph:
    """Return what the release says apart from the ontology, as one graph."""
    ontology = f"{release.manifest['base']}graph/ontology"
    quads = (quad for quad in release.store if quad.graph_name.value != ontology)
    return Graph().parse(data="\n".join(f"{q.subject} {q.predicate} {q.object} ." for q in quads), format="nt")


@pytest.fixture(scope="module")
def onto() -> Graph:
    return whole()


def test_the_ontology_is_owl_2_dl_and_the_checker_can_tell(onto: Graph, tmp_path: Path) -> None:
    prefixes = texts()["legation.ttl"].partition("\n<")[0]
    planted = [onto + Graph().parse(data=prefixes + more, format="turtle") for more, _ in NOT_DL.values()]
    clean, *broken = violations([onto, *planted], tmp_path)
    assert clean == []
    for (name, (_, words)), found in zip(NOT_DL.items(), broken, strict=True):
        assert [line for line in found if words in line.lower()], f"{name}: {found}"


def test_facts_and_ranges_have_datatypes_that_owl_2_knows(onto: Graph) -> None:
    """The checker of the profile that comes with HermiT does not look at datatypes; later ones do."""
    known = OWL_2 | {RDFS.Literal}
    for data in onto.subjects(RDF.type, OWL.DatatypeProperty):
        assert set(onto.objects(data, RDFS.range)) <= known, data
        used = {value.datatype for value in onto.objects(predicate=data) if isinstance(value, Literal)}
        assert {datatype for datatype in used if datatype} <= known, data


def test_two_reasoners_derive_the_same_of_the_release(onto: Graph, seeds_release: Release, tmp_path: Path) -> None:
    known, stated_twice = bare(logical(onto + triples(seeds_release) + sample()))
    by_hermit = entailed_by_hermit(known, wanted(), tmp_path)
    by_rules = entailed_by_rules(known, wanted())
    assert sorted(by_hermit ^ by_rules) == []
    new = {fact for fact in by_hermit if fact not in known}
    idle = [term for term in wanted() if not any(term in fact[1:] for fact in new)]
    assert idle == [], "nothing is derived of these: strike them off the list, or say in sample.ttl what they need"
    assert stated_twice
    assert sorted(stated_twice - by_hermit) == [], "the release states what does not follow"


def test_both_reasoners_find_the_sample_free_of_contradiction(onto: Graph) -> None:
    graph = onto + sample()
    assert is_consistent(graph)
    assert contradictions(logical(graph)) == []


def test_reasoner_finds_a_person_that_is_a_state(onto: Graph) -> None:
    assert not is_consistent(onto + sample("<person/ana-petrova> a leg:State ."))


@pytest.mark.slow
def test_hermit_finds_each_planted_contradiction(tmp_path: Path) -> None:
    axioms = Graph().parse(data=texts()["legation.ttl"], format="turtle")
    graphs = [logical(axioms + sample(more)) for more in ("", *CONTRADICTIONS.values())]
    free, *rest = verdicts(graphs, tmp_path)
    assert free
    assert [name for name, verdict in zip(CONTRADICTIONS, rest, strict=True) if verdict] == []


@pytest.mark.slow
@pytest.mark.parametrize("name", CONTRADICTIONS)
def test_rules_find_a_planted_contradiction_unless_it_is_of_datatypes(name: str) -> None:
    axioms = Graph().parse(data=texts()["legation.ttl"], format="turtle")
    found = contradictions(logical(axioms + sample(CONTRADICTIONS[name])))
    assert bool(found) != (name in OF_DATATYPES), found


def test_terms_of_the_list_of_entailments_are_in_order_and_said_why() -> None:
    with ENTAILMENTS.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    names = [row["term"] for row in rows]
    assert names == sorted(set(names))
    assert all(row["why"].strip() for row in rows)
    assert LEG.metWith in wanted()
