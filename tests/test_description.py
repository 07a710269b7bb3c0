"""What a release says of itself: it counts right, it counts itself, and it says the same whatever the way."""

from __future__ import annotations

import tempfile
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pyoxigraph import Literal, NamedNode, QuerySolutions, Store

from kg.iri import PREFIXES, term
from kg.rdf.partitions import ENTITIES, told_tally
from kg.rdf.tally import SHOWN, TYPE, part_of, tally
from kg.release import Release, write_release
from kg.release.opened import dump_of
from tests.release_fixture import MARKED, NAMES, SUBJECTS, contents, line

PROLOGUE = "".join(f"PREFIX {prefix}: <{space}>\n" for prefix, space in PREFIXES.items())
RDF_TYPE = TYPE[1:-1].decode()

typed = st.builds(
    lambda subject, kind: line(subject, kind, predicate=RDF_TYPE),
    st.sampled_from(MARKED) | st.sampled_from(SUBJECTS[:40]),
    st.sampled_from([*SHOWN[:3], f"{PREFIXES['leg']}Event", "http://elsewhere.example/Thing"]),
)
labelled = st.builds(line, st.sampled_from(SUBJECTS[:40]), st.integers(0, 2))
histories = st.lists(st.frozensets(typed | labelled, max_size=40), min_size=1, max_size=6)


def rows(store: Store, query: str) -> list[tuple[str, ...]]:
    found = store.query(PROLOGUE + query, use_default_graph_as_union=True)
    assert isinstance(found, QuerySolutions)
    return [tuple(getattr(value, "value", "") for value in row) for row in found]


def numbers(store: Store, query: str) -> dict[str, int]:
    return {iri: int(number) for iri, number in rows(store, query)}


def number(release: Release, predicate: str) -> int:
    node = NAMES.release(release.version)
    (quad,) = release.store.quads_for_pattern(node, term(predicate), None, None)
    assert isinstance(quad.object, Literal)
    return int(quad.object.value)


@settings(max_examples=8, deadline=None)
@given(histories)
def test_a_description_is_the_same_whatever_the_history(history: list[frozenset[bytes]]) -> None:
    """Also which example a class has, when the one that it had goes."""
    with tempfile.TemporaryDirectory() as folder:
        path, before = None, frozenset[bytes]()
        for wanted in history:
            _, path = write_release(Path(folder) / "grown", contents(wanted, previous=path, before=before))
            before = wanted
        _, fresh = write_release(Path(folder) / "fresh", contents(before))
        assert path
        assert dump_of(path).description() == dump_of(fresh).description()
        told = told_tally(dump_of(path).description())
        assert told
        assert told == tally(dump_of(path).lines())
        for kind, iri in told.examples.items():
            members = sorted(row for row in before if f" <{kind}> ".encode() in row)
            assert members[0].startswith(f"<{iri}> ".encode())


def test_a_release_counts_all_its_quads_itself_included(seeds_release: Release) -> None:
    store = seeds_release.store
    assert number(seeds_release, "void:triples") == len(store) == seeds_release.manifest["counts"]["quads"]
    told = numbers(store, "SELECT ?property ?n { [] void:property ?property ; void:triples ?n }")
    assert told == numbers(store, "SELECT ?p (COUNT(*) AS ?n) { GRAPH ?g { ?s ?p ?o } } GROUP BY ?p")
    assert number(seeds_release, "void:properties") == len(told)


def test_it_counts_the_members_of_each_class(seeds_release: Release) -> None:
    """By the statements that type them, which comes to the same as counting nodes: no two graphs type one alike."""
    store = seeds_release.store
    told = numbers(store, "SELECT ?class ?n { [] void:class ?class ; void:entities ?n }")
    assert told == numbers(store, "SELECT ?c (COUNT(DISTINCT ?s) AS ?n) { ?s a ?c } GROUP BY ?c")
    assert number(seeds_release, "void:classes") == len(told)
    kinds = " ".join(ENTITIES)
    ((entities,),) = rows(store, f"SELECT (COUNT(DISTINCT ?s) AS ?n) {{ VALUES ?c {{ {kinds} }} ?s a ?c }}")
    assert number(seeds_release, "void:entities") == int(entities) > 50


def test_it_counts_each_part(seeds_release: Release) -> None:
    found: Counter[str] = Counter()
    for quad in seeds_release.store:
        assert isinstance(quad.graph_name, NamedNode)
        found[part_of(quad.graph_name.value)] += 1
    told = rows(
        seeds_release.store,
        "SELECT ?part ?n { [] void:subset ?part . ?part void:triples ?n MINUS { ?part a void:Linkset }}",
    )
    assert {part.partition("#part-")[2]: int(n) for part, n in told} == found
    assert found.keys() >= {"actors", "articles", "derived", "events", "links", "ontology", "release"}


def test_no_triple_stands_in_two_graphs(seeds_release: Release) -> None:
    """Counts of quads are counts of triples only as long as this holds."""
    triples = Counter(quad.triple for quad in seeds_release.store)
    assert [triple for triple, times in triples.items() if times > 1] == []


def test_examples_are_members_of_their_class(seeds_release: Release) -> None:
    examples = dict(
        rows(seeds_release.store, "SELECT ?class ?one { [] void:class ?class ; void:exampleResource ?one }")
    )
    assert examples.keys() == {kind for kind in SHOWN if not kind.endswith("OfficialRecord")} | (
        examples.keys() & {f"{PREFIXES['leg']}OfficialRecord"}
    )
    for kind, iri in examples.items():
        members = sorted(f"<{one}>" for (one,) in rows(seeds_release.store, f"SELECT ?s {{ ?s a <{kind}> }}"))
        assert f"<{iri}>" == members[0]


def test_no_node_is_blank_and_nothing_says_now(seeds_release: Release) -> None:
    text = b"".join(dump_of(seeds_release.path).description())
    assert b"_:" not in text
    assert b"XMLSchema#dateTime>" not in text
    said = tally(dump_of(seeds_release.path).description()).properties
    moments = ("dct:issued", "dct:modified", "dct:created", "prov:startedAtTime", "prov:endedAtTime")
    assert said.keys().isdisjoint({term(curie).value for curie in (*moments, "prov:generatedAtTime")})


@pytest.mark.parametrize("gone", [0, 1, 2])
def test_the_next_example_is_looked_up_where_it_must_lie(tmp_path: Path, gone: int) -> None:
    kind = f"{PREFIXES['leg']}Visit"
    people = sorted(line(iri, kind, predicate=RDF_TYPE) for iri in SUBJECTS)
    _, path = write_release(tmp_path, contents(people))
    _, grown = write_release(tmp_path, contents(people[gone:], previous=path, before=people))
    told = told_tally(dump_of(grown).description())
    assert told
    assert f"<{told.examples[kind]}> ".encode() == people[gone].partition(b" ")[0] + b" "


def test_the_build_used_the_articles_with_their_hashes(seeds_release: Release) -> None:
    found = rows(
        seeds_release.store,
        """SELECT ?id ?hash { ?release prov:wasGeneratedBy ?build . ?build a prov:Activity ; prov:used ?inputs .
           ?inputs a prov:Collection . ?article dct:isPartOf ?inputs ; dct:identifier ?id ; schema:sha256 ?hash }""",
    )
    assert dict(found) == {one["id"]: one["sha256"] for one in seeds_release.manifest["inputs"]}
    agents = rows(seeds_release.store, "SELECT ?label { [] prov:used [] ; prov:wasAssociatedWith/rdfs:label ?label }")
    labels = " ".join(label for (label,) in agents)
    assert seeds_release.manifest["model"] in labels
    assert seeds_release.manifest["software"] in labels
    assert "one occasion" in labels


def test_the_days_covered_are_those_of_what_occurred(seeds_release: Release) -> None:
    ((first, last),) = rows(
        seeds_release.store,
        "SELECT (MIN(?a) AS ?first) (MAX(?b) AS ?last) "
        "{ ?e a leg:Event ; leg:status leg:Occurred ; leg:earliest ?a ; leg:latest ?b }",
    )
    told = rows(seeds_release.store, "SELECT ?a ?b { [] dct:temporal ?p . ?p dcat:startDate ?a ; dcat:endDate ?b }")
    assert told == [(first, last)]
    codes = {
        code for (code,) in rows(seeds_release.store, "SELECT DISTINCT ?c { ?p a leg:Place ; leg:countryCode ?c }")
    }
    ((places,),) = rows(seeds_release.store, "SELECT (COUNT(*) AS ?n) { ?release a dcat:Dataset ; dct:spatial ?place }")
    assert int(places) == len(codes) > 3
