"""JSON-LD and its context: the same triples again for every processor, in words that the vocabulary gives."""

from __future__ import annotations

import json

import pyoxigraph as ox
import pytest
import rdflib
from hypothesis import given
from hypothesis import strategies as st
from pyld import jsonld
from pyoxigraph import BlankNode, Literal, NamedNode, RdfFormat, Triple

from kg.context import context, counted, words
from kg.iri import PREFIXES, term
from kg.jsonld import compacted
from kg.release import Release
from kg.release.opened import dump_of

EDTF = NamedNode("http://id.loc.gov/datatypes/edtf/EDTF")
A = NamedNode("https://w3id.org/legation/id/visit/1")
B = NamedNode("https://w3id.org/legation/id/person/b")


def document(triples: set[Triple]) -> str:
    return json.dumps({"@context": context(), "@graph": compacted(triples)}, ensure_ascii=False)


def by_oxigraph(written: str) -> set[Triple]:
    return {quad.triple for quad in ox.parse(written.encode(), RdfFormat.JSON_LD)}


def by_rdflib(written: str) -> set[Triple]:
    graph = rdflib.Graph().parse(data=written, format="json-ld")
    return {quad.triple for quad in ox.parse(graph.serialize(format="nt").encode(), RdfFormat.N_TRIPLES)}


def by_pyld(written: str) -> set[Triple]:
    """Return the triples as PyLD reads them, which writes every xsd:double anew: these are compared by value."""
    lines = jsonld.to_rdf(json.loads(written), {"format": "application/n-quads"})
    return {quad.triple for quad in ox.parse(lines.encode(), RdfFormat.N_QUADS)}


def by_value(triples: set[Triple]) -> set[tuple[str, ...]]:
    return {(str(t.subject), str(t.predicate), *_value(t.object)) for t in triples}


def _value(end: object) -> tuple[str, ...]:
    if isinstance(end, Literal) and end.datatype == term("xsd:double"):
        return (str(float(end.value)), end.datatype.value)
    return (str(end),)


def test_a_whole_release_comes_back_from_every_processor(
    seeds_release: Release, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rdflib, "NORMALIZE_LITERALS", False)
    dump = b"".join(dump_of(seeds_release.path).lines())
    triples = {quad.triple for quad in ox.parse(dump, RdfFormat.N_QUADS)}
    written = document(triples)
    assert by_oxigraph(written) == triples
    assert by_rdflib(written) == triples
    # PyLD takes seconds for all of it: of each property two statements
    seen: dict[str, int] = {}
    few = set()
    for triple in sorted(triples, key=str):
        seen[triple.predicate.value] = seen.get(triple.predicate.value, 0) + 1
        if seen[triple.predicate.value] <= 2:
            few.add(triple)
    assert len(few) > 80
    assert by_value(by_pyld(document(few))) == by_value(few)


def test_all_that_the_data_say_has_a_word(seeds_release: Release) -> None:
    told = [
        graph for graph in seeds_release.store.named_graphs() if not graph.value.endswith(("/release", "/ontology"))
    ]
    assert len(told) > 5
    known = words()
    for graph in told:
        for quad in seeds_release.store.quads_for_pattern(None, None, None, graph):
            if quad.predicate != term("rdf:type"):
                assert quad.predicate.value in known, f"give {quad.predicate} a place in the ontology or the shapes"
            elif isinstance(quad.object, NamedNode):
                assert quad.object.value in known, f"declare {quad.object} in the ontology"


def test_it_reads_as_one_would_write_it() -> None:
    triples = {
        Triple(A, term("rdf:type"), term("leg:Visit")),
        Triple(A, term("rdfs:label"), Literal("A goes", language="en")),
        Triple(A, term("leg:visitor"), B),
        Triple(A, term("leg:status"), term("leg:Planned")),
        Triple(A, term("leg:earliest"), Literal("2022-05-17", datatype=term("xsd:date"))),
        Triple(A, term("leg:edtf"), Literal("2022-05-17", datatype=EDTF)),
        Triple(A, term("leg:direct"), Literal(True)),
        Triple(A, term("oa:start"), Literal("12", datatype=term("xsd:nonNegativeInteger"))),
    }
    assert compacted(triples) == [
        {
            "id": A.value,
            "type": "Visit",
            "label": "A goes",
            "direct": True,
            "earliest": "2022-05-17",
            "edtf": "2022-05-17",
            "start": 12,
            "status": "Planned",
            "visitor": B.value,
        }
    ]
    assert by_oxigraph(document(triples)) == by_rdflib(document(triples)) == by_pyld(document(triples)) == triples


def test_equal_triples_are_written_alike() -> None:
    triples = [Triple(node, term("leg:about"), other) for node in (A, B) for other in (B, A)]
    assert compacted(triples) == compacted(triples[::-1])
    assert [node["id"] for node in compacted(triples, first=A.value)] == [A.value, B.value]
    assert [node["id"] for node in compacted(triples)] == [B.value, A.value]


def test_nodes_without_a_name_are_refused() -> None:
    for triple in (Triple(BlankNode("b"), term("leg:about"), A), Triple(A, term("leg:about"), BlankNode("b"))):
        with pytest.raises(ValueError, match="has no IRI"):
            compacted([triple])


def test_the_context_names_each_word_once_and_prefers_our_own() -> None:
    names = [word.name for word in words().values()]
    assert len(names) == len(set(names))
    assert words()[PREFIXES["leg"] + "Event"].name == "Event"
    assert words()[PREFIXES["schema"] + "Event"].name == "schema:Event"
    assert counted() >= {PREFIXES["oa"] + "start", PREFIXES["oa"] + "end", PREFIXES["leg"] + "eventCount"}
    assert not {"id", "type", *PREFIXES} & set(names)
    json.dumps(context())


NODES = st.sampled_from(
    [A, B, NamedNode("urn:x:é"), term("leg:Planned"), term("schema:Person"), NamedNode("http://x/y")]
)
LITERALS = st.one_of(
    st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=5).map(Literal),
    st.builds(lambda text, tag: Literal(text, language=tag), st.sampled_from(["x", ""]), st.sampled_from(["en", "de"])),
    st.builds(
        lambda text, kind: Literal(text, datatype=kind),
        st.sampled_from(["1", "01", "-0", "1.50", "true", "1e3", "99999999999999999999", "2022-05-17", ""]),
        st.sampled_from(
            [term(f"xsd:{name}") for name in ("integer", "boolean", "decimal", "date", "nonNegativeInteger")]
        ),
    ),
)
PROPERTIES = st.sampled_from([*map(NamedNode, sorted(words())[::7]), NamedNode("http://x/p"), term("rdf:value")])


@given(st.sets(st.builds(Triple, st.sampled_from([A, B]), PROPERTIES, st.one_of(NODES, LITERALS)), max_size=12))
def test_whatever_is_said_comes_back(triples: set[Triple]) -> None:
    assert by_oxigraph(document(triples)) == triples
