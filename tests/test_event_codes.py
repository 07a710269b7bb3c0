"""The event codes of CAMEO and PLOVER: two well-formed SKOS schemes, in step with the codes on our own terms."""

from __future__ import annotations

import re

import pytest
from rdflib import OWL, RDF, RDFS, SKOS, Graph, Literal, URIRef
from rdflib.term import Node

from tests.vocabulary import LEG, whole

SCHEMES = (LEG.Cameo, LEG.Plover)
ROOTS = {f"{root:02}" for root in range(1, 21)}
PLOVER = {"ACCUSE", "AGREE", "AID", "ASSAULT", "COERCE", "CONCEDE", "CONSULT", "COOPERATE"}
PLOVER |= {"MOBILIZE", "PROTEST", "REJECT", "REQUEST", "RETREAT", "SANCTION", "SUPPORT", "THREATEN"}
MAPPINGS = (SKOS.broadMatch, SKOS.closeMatch, SKOS.exactMatch, SKOS.narrowMatch, SKOS.relatedMatch)
DATATYPES = {LEG.cameoCode: LEG.CameoEvent, LEG.ploverType: LEG.PloverEvent}


@pytest.fixture(scope="module")
def onto() -> Graph:
    return whole()


def concepts(onto: Graph, scheme: URIRef) -> list[Node]:
    return sorted(onto.subjects(SKOS.inScheme, scheme))


def notation(onto: Graph, concept: Node) -> Literal:
    (value,) = onto.objects(concept, SKOS.notation)
    assert isinstance(value, Literal)
    return value


def coded(onto: Graph, property_: URIRef) -> set[tuple[Node, str]]:
    return {(term, str(code)) for term, code in onto.subject_objects(property_)}


@pytest.mark.parametrize("scheme", SCHEMES)
def test_each_concept_has_one_notation_and_name_that_no_other_of_its_scheme_has(scheme: URIRef, onto: Graph) -> None:
    found = concepts(onto, scheme)
    assert len(found) > 15
    assert len({notation(onto, concept) for concept in found}) == len(found)
    names = [str(name) for concept in found for name in onto.objects(concept, SKOS.prefLabel)]
    assert len(names) == len(set(names)) == len(found)


@pytest.mark.parametrize("scheme", SCHEMES)
def test_the_tree_of_a_scheme_is_stated_in_both_directions_and_hangs_together(scheme: URIRef, onto: Graph) -> None:
    tops = set(onto.objects(scheme, SKOS.hasTopConcept))
    assert tops == set(onto.subjects(SKOS.topConceptOf, scheme))
    for concept in concepts(onto, scheme):
        broader = set(onto.objects(concept, SKOS.broader))
        assert broader == set(onto.subjects(SKOS.narrower, concept))
        assert len(broader) == (0 if concept in tops else 1), concept
        assert tops & set(onto.transitive_objects(concept, SKOS.broader)), f"{concept} hangs below no top concept"


def test_cameo_codes_say_where_they_are_in_the_tree(onto: Graph) -> None:
    assert {str(notation(onto, top)) for top in onto.objects(LEG.Cameo, SKOS.hasTopConcept)} == ROOTS
    for concept in concepts(onto, LEG.Cameo):
        code = notation(onto, concept)
        assert code.datatype == LEG.CameoEvent
        assert re.fullmatch(r"(0[1-9]|1\d|20)\d{0,2}", code)
        assert concept == LEG[f"Cameo{code}"]
        assert str(onto.value(concept, RDFS.label)) == f"CAMEO {code}: {onto.value(concept, SKOS.prefLabel)}"
        for broader in onto.objects(concept, SKOS.broader):
            assert str(notation(onto, broader)) == code[:-1]


def test_plover_has_its_sixteen_types_and_below_them_only_modes(onto: Graph) -> None:
    tops = {notation(onto, top) for top in onto.objects(LEG.Plover, SKOS.hasTopConcept)}
    assert tops == {Literal(name, datatype=LEG.PloverEvent) for name in PLOVER}
    below = {notation(onto, concept) for concept in concepts(onto, LEG.Plover)} - tops
    assert {code.datatype for code in below} == {LEG.PloverMode}


def test_mappings_go_to_terms_that_are_there_and_never_say_two_things(onto: Graph) -> None:
    for scheme in SCHEMES:
        for concept in concepts(onto, scheme):
            said = [target for mapping in MAPPINGS for target in onto.objects(concept, mapping)]
            assert len(said) == len(set(said)), f"{concept} maps to one term in two ways"
            for target in said:
                assert (target, RDFS.isDefinedBy, None) in onto, target
                assert (target, SKOS.inScheme, scheme) not in onto, f"{concept} maps within its own scheme"


def test_every_root_of_cameo_but_comment_has_a_type_of_plover(onto: Graph) -> None:
    plover = set(concepts(onto, LEG.Plover))
    roots = {str(notation(onto, top)): top for top in onto.objects(LEG.Cameo, SKOS.hasTopConcept)}
    mapped = {code for code, top in roots.items() if any((top, how, to) in onto for how in MAPPINGS for to in plover)}
    assert set(roots) - mapped == {"01"}, "PLOVER codes no mere comment, and all else"


@pytest.mark.parametrize("property_", DATATYPES)
def test_codes_on_our_terms_are_those_that_the_schemes_map_to_them(property_: URIRef, onto: Graph) -> None:
    """Each code on a term has a concept that maps to that term, and each concept that comes near a term is stated.

    A related match is not near: hosting is no code of a visit, and of what is merely akin no event is counted.
    """
    datatype = DATATYPES[property_]
    by_code = {str(value): node for node, value in onto.subject_objects(SKOS.notation) if value.datatype == datatype}
    stated = coded(onto, property_)
    assert stated
    for term, code in stated:
        assert code in by_code, f"{term} has the code {code}, which codes.ttl does not have"
        how = [mapping for mapping in MAPPINGS if (by_code[code], mapping, term) in onto]
        assert len(how) == 1, f"{by_code[code]} does not map to {term}, which has its code"
    near = {
        (term, code)
        for code, concept in by_code.items()
        for mapping in (SKOS.broadMatch, SKOS.closeMatch, SKOS.exactMatch, SKOS.narrowMatch)
        for term in onto.objects(concept, mapping)
        if not set(onto.objects(term, SKOS.inScheme)) & set(SCHEMES)
    }
    assert near - stated == set()


def test_codes_are_individuals_and_not_codes_of_ours(onto: Graph) -> None:
    for scheme in SCHEMES:
        for concept in concepts(onto, scheme):
            assert set(onto.objects(concept, RDF.type)) == {OWL.NamedIndividual, SKOS.Concept}
            assert not [name for name in DATATYPES if (concept, name, None) in onto]
