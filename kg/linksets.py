"""Links to the world's data: each with what is said for it, and how many go to which data set, after SSSOM and VoID.

A link is a plain ``skos:exactMatch`` or ``skos:closeMatch``. Beside it stands a node that says why, in the form that
SSSOM has for RDF (section "Representation of a Mapping object"): an ``owl:Axiom`` on subject, property and target.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from pyoxigraph import Literal, NamedNode

from kg.iri import Names, term
from kg.literals import count, double
from kg.records import GEONAMES, WIKIDATA, Actor, Link, Place
from kg.sssom import Mapping, MappingSet

Statements = Iterator[tuple[NamedNode, NamedNode, NamedNode | Literal]]

SOURCES = {
    "authority": "Legation's tables of states, places, organizations, people and offices",
    "curation": "Links that somebody chose by hand",
}
"""What :attr:`kg.records.Link.source` may be besides the address of a service."""

TOOL = "Legation"


@dataclass(frozen=True, order=True)
class DataSet:
    """A data set that is linked to: ``space`` is what the IRIs of its things begin with."""

    key: str
    title: str
    space: str


KNOWN = (DataSet("geonames", "GeoNames", GEONAMES), DataSet("wikidata", "Wikidata", WIKIDATA))


def data_set(target: str) -> DataSet:
    """Return the data set of a thing elsewhere; one that is not known is called by what its IRIs begin with.

    ``https://d-nb.info/gnd/118540238`` lies in the data set ``d-nb-info-gnd``.
    """
    known = next((one for one in KNOWN if target.startswith(one.space)), None)
    if known:
        return known
    space = re.sub(r"[^/#]+[/#]?$", "", target)
    return DataSet(re.sub(r"\W+", "-", space.partition("://")[2]).strip("-"), space, space)


def justification(link: Link) -> str:
    """Return the local name of the SEMAPV term for how a link was found.

    The tables give an identifier with the record itself (background knowledge); where an article's words had to be
    matched, several kinds of evidence are weighed (composite). A service's answer may rest on the name alone.
    """
    if link.source == "curation":
        return "ManualMappingCuration"
    if link.source == "authority":
        return "CompositeMatching" if link.reasons else "BackgroundKnowledgeBasedMatching"
    return "CompositeMatching" if len(link.reasons) > 1 else "LexicalMatching"


def link_triples(names: Names, things: Iterable[Actor | Place]) -> Statements:
    """Yield the links of things to the same or much the same things elsewhere, each with its mapping."""
    for thing in things:
        for link in thing.links:
            subject, relation, target = names.node(thing.key), term(f"skos:{link.relation}"), NamedNode(link.target)
            yield subject, relation, target
            node = names.mapping(thing.key, link)
            yield node, term("rdf:type"), term("owl:Axiom")
            yield node, term("owl:annotatedSource"), subject
            yield node, term("owl:annotatedProperty"), relation
            yield node, term("owl:annotatedTarget"), target
            yield node, term("sssom:mapping_justification"), term(f"semapv:{justification(link)}")
            yield node, term("sssom:confidence"), double(link.confidence)
            yield node, term("dct:source"), source_node(names, link.source)
            if link.reasons:
                yield node, term("rdfs:comment"), Literal("; ".join(link.reasons))


def linkset_triples(names: Names, version: str, things: Sequence[Actor | Place]) -> Statements:
    """Yield a description of the links as linksets: one for each data set and relation, and who found them."""
    release = names.release(version)
    counts: Counter[tuple[DataSet, str]] = Counter()
    sources: dict[tuple[DataSet, str], set[str]] = defaultdict(set)
    for thing in things:
        for link in thing.links:
            kind = data_set(link.target), link.relation
            counts[kind] += 1
            sources[kind].add(link.source)
    for (target, relation), number in sorted(counts.items()):
        node = NamedNode(f"{release.value}#links-{target.key}-{relation}")
        yield release, term("void:subset"), node
        yield node, term("rdf:type"), term("void:Linkset")
        yield node, term("dct:title"), Literal(f"{relation} to {target.title}", language="en")
        yield node, term("void:subjectsTarget"), release
        yield node, term("void:objectsTarget"), data_set_node(names, target)
        yield node, term("void:linkPredicate"), term(f"skos:{relation}")
        yield node, term("void:triples"), count(number)
        for source in sorted(sources[target, relation]):
            yield node, term("prov:wasDerivedFrom"), source_node(names, source)
    for target in sorted({target for target, _ in counts}):
        node = data_set_node(names, target)
        yield node, term("rdf:type"), term("void:Dataset")
        yield node, term("dct:title"), Literal(target.title, language="en")
        yield node, term("void:uriSpace"), Literal(target.space)
    for source in sorted({source for found in sources.values() for source in found}):
        yield source_node(names, source), term("rdf:type"), term("prov:Entity")
        if source in SOURCES:
            yield source_node(names, source), term("rdfs:label"), Literal(SOURCES[source], language="en")


def mapping_set(
    names: Names, version: str, software: str, things: Iterable[Actor | Place], *, licence: str
) -> MappingSet:
    """Return the same links as a set of SSSOM mappings; ``software`` is the version of this program."""
    release = names.release(version).value
    found = [_mapping(names, software, thing, link) for thing in things for link in thing.links]
    return MappingSet(
        tuple(replace(mapping, subject_source=release) for mapping in found),
        {"legation": names.base, **{one.key: one.space for one in KNOWN}},
        {
            "mapping_set_id": f"{release}#links",
            "mapping_set_version": version,
            "mapping_set_title": f"Links of Legation, release {version}",
            "license": licence,
        },
    )


def _mapping(names: Names, software: str, thing: Actor | Place, link: Link) -> Mapping:
    by_hand = link.source == "curation"
    return Mapping(
        subject_id=names.node(thing.key).value,
        subject_label=thing.name,
        predicate_id=term(f"skos:{link.relation}").value,
        object_id=link.target,
        mapping_justification=term(f"semapv:{justification(link)}").value,
        object_source=data_set_node(names, data_set(link.target)).value,
        mapping_provider=source_node(names, link.source).value,
        mapping_tool="" if by_hand else TOOL,
        mapping_tool_version="" if by_hand else software,
        confidence=link.confidence,
        comment="; ".join(link.reasons),
    )


def data_set_node(names: Names, target: DataSet) -> NamedNode:
    """Return the node by which a release describes another data set."""
    return names.node(f"dataset/{target.key}")


def source_node(names: Names, source: str) -> NamedNode:
    """Return the node of who found a link: the service's own address, or a node of ours."""
    return NamedNode(source) if "://" in source else names.node(f"source/{source}")
