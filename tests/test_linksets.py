"""Links: each with why it is believed, counted by data set, published as SSSOM, and changed only by accepted ones."""

from __future__ import annotations

import gzip
import hashlib
import json
from collections import Counter
from dataclasses import replace
from pathlib import Path

import pyoxigraph as ox
import pytest

from kg.accepted import linked, read_accepted, rows_by_key
from kg.authority import Authority
from kg.errors import InputError
from kg.iri import DEFAULT_BASE, PREFIXES, Names, term
from kg.linksets import data_set, justification, link_triples, linkset_triples
from kg.merge import Merged
from kg.pipeline import BuildResult, build
from kg.rdf import graph_quads
from kg.records import GEONAMES, WIKIDATA, Account, Actor, Article, Link, Place
from kg.release import Release, open_release
from kg.sssom import read
from kg.validate import Validator
from server.app import create_app
from tests.accounts import COUNTRY, HARBOUR, LINDEN, NORLAND, PETROVA, FakeReader, fake_reader

NAMES = Names()
SERVICE = "https://reconcile.example/api"
MAYBE = Link(WIKIDATA + "Q900000009", "closeMatch", 0.72, ("same name: Linden", "same kind (person)"), SERVICE)
BY_NAME = Link(WIKIDATA + "Q900000008", "closeMatch", 0.7, ("same name: Linden",), SERVICE)
WEIGHED = Link(WIKIDATA + "Q900000003", "exactMatch", 0.934567, ("name", "office", "country"))
THINGS: tuple[Actor | Place, ...] = (
    PETROVA,
    replace(LINDEN, links=(BY_NAME, MAYBE, Link("https://d-nb.info/gnd/1", "exactMatch", source="curation"))),
    replace(NORLAND, links=(WEIGHED,), notations=(("IsoAlpha3", "XNL"), ("CowNumber", "385"))),
    HARBOUR,
    COUNTRY,
)


def store(*parts: str) -> ox.Store:
    """Return the links and linksets of the things as one graph."""
    made = {"links": link_triples(NAMES, THINGS), "release": linkset_triples(NAMES, "1.2", THINGS)}
    result = ox.Store()
    result.extend(ox.Quad(*triple) for part in parts for triple in made[part])
    return result


def ask(graph: ox.Store, query: str) -> list[tuple[str, ...]]:
    prologue = "".join(f"PREFIX {prefix}: <{space}>\n" for prefix, space in PREFIXES.items())
    answer = graph.query(prologue + query)
    assert isinstance(answer, ox.QuerySolutions)
    return sorted(tuple(getattr(value, "value", "") for value in row) for row in answer)


def test_every_link_has_its_mapping() -> None:
    graph = store("links")
    links = ask(graph, "SELECT ?s ?p ?o { VALUES ?p { skos:exactMatch skos:closeMatch } ?s ?p ?o }")
    told = ask(
        graph,
        """SELECT ?s ?p ?o { ?m a owl:Axiom ; owl:annotatedSource ?s ; owl:annotatedProperty ?p ;
           owl:annotatedTarget ?o ; sssom:mapping_justification ?how ; sssom:confidence ?sure ; dct:source ?who }""",
    )
    assert told == links
    assert len(links) == sum(len(thing.links) for thing in THINGS) == 6


def test_a_mapping_says_how_sure_why_and_who() -> None:
    rows = ask(
        store("links"),
        """SELECT ?o ?how ?sure ?who ?why { ?m owl:annotatedTarget ?o ; sssom:mapping_justification ?how ;
           sssom:confidence ?sure ; dct:source ?who OPTIONAL { ?m rdfs:comment ?why } }""",
    )
    semapv, authority = PREFIXES["semapv"], f"{DEFAULT_BASE}source/authority"
    assert {row[0]: row[1:] for row in rows} == {
        WIKIDATA + "Q900000001": (f"{semapv}BackgroundKnowledgeBasedMatching", "1", authority, ""),
        WIKIDATA + "Q900000003": (f"{semapv}CompositeMatching", "0.9346", authority, "name; office; country"),
        WIKIDATA + "Q900000008": (f"{semapv}LexicalMatching", "0.7", SERVICE, "same name: Linden"),
        WIKIDATA + "Q900000009": (
            f"{semapv}CompositeMatching",
            "0.72",
            SERVICE,
            "same name: Linden; same kind (person)",
        ),
        "https://d-nb.info/gnd/1": (f"{semapv}ManualMappingCuration", "1", f"{DEFAULT_BASE}source/curation", ""),
        GEONAMES + "3143244/": (f"{semapv}BackgroundKnowledgeBasedMatching", "1", authority, ""),
    }


def test_the_name_of_a_mapping_comes_from_what_is_linked_to_what() -> None:
    surer = replace(MAYBE, confidence=0.8, reasons=(), source="authority")
    assert NAMES.mapping(LINDEN.key, MAYBE) == NAMES.mapping(LINDEN.key, surer)
    others = [replace(MAYBE, relation="exactMatch"), replace(MAYBE, target=WIKIDATA + "Q1")]
    assert len({NAMES.mapping(LINDEN.key, link) for link in (MAYBE, *others)} | {NAMES.mapping("x", MAYBE)}) == 4


def test_linksets_count_the_links_of_each_data_set_and_relation() -> None:
    rows = ask(
        store("release"),
        """SELECT ?title ?relation ?n ?space { ?release void:subset ?set . ?set a void:Linkset ; void:triples ?n ;
           void:subjectsTarget ?release ; void:linkPredicate ?relation ; void:objectsTarget ?there .
           ?there a void:Dataset ; dct:title ?title ; void:uriSpace ?space }""",
    )
    exact, close = term("skos:exactMatch").value, term("skos:closeMatch").value
    assert rows == [
        ("GeoNames", exact, "1", GEONAMES),
        ("Wikidata", close, "2", WIKIDATA),
        ("Wikidata", exact, "2", WIKIDATA),
        ("https://d-nb.info/gnd/", exact, "1", "https://d-nb.info/gnd/"),
    ]


def test_linksets_name_who_found_their_links() -> None:
    rows = ask(store("release"), "SELECT ?set ?who { ?set prov:wasDerivedFrom ?who . ?who a prov:Entity }")
    start = NAMES.release("1.2").value + "#links-"
    assert [(a.removeprefix(start), b) for a, b in rows] == [
        ("d-nb-info-gnd-exactMatch", f"{DEFAULT_BASE}source/curation"),
        ("geonames-exactMatch", f"{DEFAULT_BASE}source/authority"),
        ("wikidata-closeMatch", SERVICE),
        ("wikidata-exactMatch", f"{DEFAULT_BASE}source/authority"),
    ]


def test_a_data_set_is_what_the_iris_of_its_things_begin_with() -> None:
    assert data_set("https://d-nb.info/gnd/118540238").key == "d-nb-info-gnd"
    assert data_set("http://dbpedia.org/resource/Oslo").space == "http://dbpedia.org/resource/"
    assert data_set("https://x.example/a#b").space == "https://x.example/a#"
    assert data_set("https://x.example/a/7/").space == "https://x.example/a/"
    assert data_set(GEONAMES + "7/").key == "geonames"


def test_mappings_linksets_and_codes_conform_to_the_shapes() -> None:
    merged = Merged(
        tuple(t for t in THINGS if isinstance(t, Actor)), tuple(t for t in THINGS if isinstance(t, Place)), ()
    )
    quads = list(graph_quads(NAMES, (), merged))
    quads += [ox.Quad(*triple, NAMES.graph("release")) for triple in linkset_triples(NAMES, "1.2", THINGS)]
    assert Validator().check(quads) == ()
    codes = {(q.object.value, q.object.datatype) for q in quads if q.predicate == term("skos:notation")}  # type: ignore[union-attr]
    assert codes == {("XNL", term("leg:IsoAlpha3")), ("385", term("leg:CowNumber"))}


def test_the_codes_of_all_states_conform_to_the_shapes() -> None:
    states = Authority.load().states
    actors = tuple(Actor(s.path, "state", s.name, country=s.alpha2, notations=s.notations) for s in states)
    quads = list(graph_quads(NAMES, (), Merged(actors, (), ())))
    assert Validator().check(quads) == ()
    schemes = Counter(scheme for state in states for scheme, _ in state.notations)
    assert set(schemes) == {"CameoCountry", "CowAlpha", "CowNumber", "FipsGec", "IsoAlpha3"}
    assert min(schemes.values()) > 150


@pytest.mark.parametrize(
    "link", [replace(MAYBE, confidence=1.5), replace(MAYBE, target="https://x.example/a")], ids=["too sure", "fine"]
)
def test_an_impossible_confidence_is_refused(link: Link) -> None:
    merged = Merged((replace(LINDEN, links=(link,)),), (), ())
    found = Validator().check(graph_quads(NAMES, (), merged))
    assert ["exactly one confidence" in one.message for one in found] == ([True] if link.confidence > 1 else [])


# Accepted links

HEAD = """\
#curie_map:
#  legation: https://w3id.org/legation/id/
#  w: http://www.wikidata.org/entity/
subject_id\tpredicate_id\tpredicate_modifier\tobject_id\tmapping_justification\tmapping_provider\tconfidence\tcomment
"""
LEXICAL = f"semapv:LexicalMatching\t{SERVICE}\t0.93\tsame name: x; no other"
MANUAL = "semapv:ManualMappingCuration"


def accepted(folder: Path, *rows: str) -> Path:
    path = folder / "links.sssom.tsv"
    path.write_text(HEAD + "".join(f"legation:{row}\n" for row in rows), encoding="utf-8")
    return path


def links(folder: Path, *rows: str, thing: Actor = LINDEN) -> tuple[Link, ...]:
    """Return the links of a thing with these rows accepted."""
    found = read_accepted(folder, accepted(folder, *rows))
    assert found
    return linked(thing, rows_by_key(found, NAMES).get(thing.key, ())).links


def test_an_accepted_link_keeps_its_confidence_reasons_and_source(tmp_path: Path) -> None:
    row = f"{LINDEN.key}\tskos:exactMatch\t\tw:Q5\t{LEXICAL}"
    assert links(tmp_path, row) == (Link(WIKIDATA + "Q5", "exactMatch", 0.93, ("same name: x", "no other"), SERVICE),)


def test_a_link_chosen_by_hand_stands_against_the_one_found(tmp_path: Path) -> None:
    row = f"{PETROVA.key}\tskos:closeMatch\t\tw:Q900000001\t{MANUAL}"
    (link,) = links(tmp_path, row, thing=PETROVA)
    assert (link.relation, link.source, justification(link)) == ("closeMatch", "curation", "ManualMappingCuration")


def test_a_machines_row_does_not_stand_against_the_authority(tmp_path: Path) -> None:
    row = f"{PETROVA.key}\tskos:closeMatch\t\tw:Q900000001\t{LEXICAL}"
    assert links(tmp_path, row, thing=PETROVA) == PETROVA.links


def test_a_rejected_link_is_not_published_whoever_found_it(tmp_path: Path) -> None:
    rejected = f"{PETROVA.key}\tskos:exactMatch\tNot\tw:Q900000001\t{MANUAL}"
    assert links(tmp_path, rejected, thing=PETROVA) == ()
    assert links(tmp_path, rejected, f"{PETROVA.key}\tskos:exactMatch\t\tw:Q900000001\t{LEXICAL}", thing=PETROVA) == ()


@pytest.mark.parametrize(
    "row",
    [
        f"{LINDEN.key}\tskos:exactMatch\t\tw:%zz é\t{LEXICAL}",
        f"{LINDEN.key}\tskos:exactMatch\t\tw:Q5\t{MANUAL}\tnot an address",
        f"{LINDEN.key}\tskos:exactMatch\t\tw:Q5",
    ],
)
def test_a_malformed_row_is_refused_with_its_line(tmp_path: Path, row: str) -> None:
    with pytest.raises(InputError, match=r"links\.sssom\.tsv, line 5: .*; correct the line"):
        read_accepted(tmp_path, accepted(tmp_path, row))


def built(folder: Path, *, given: Path | None = None, base: str = DEFAULT_BASE) -> BuildResult:
    (folder / "a.txt").write_text("Petrova was in Harbour. It rained.", encoding="utf-8")
    return build([folder / "a.txt"], folder / "out", links=given, base=base, make_reader=fake_reader)


def test_a_build_takes_the_links_of_its_folder_and_another_file_makes_another_version(tmp_path: Path) -> None:
    plain = built(tmp_path)
    assert "links" not in open_release(tmp_path / "out").manifest
    row = f"{PETROVA.key}\tskos:closeMatch\t\tw:Q5\t{LEXICAL}"
    path = accepted(tmp_path / "out", row)
    linked = built(tmp_path)
    manifest = json.loads((linked.path / "manifest.json").read_text(encoding="utf-8"))
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    assert manifest["links"] == {"sha256": digest, "applied": 1, "unused": 0}
    assert manifest["counts"]["links"] == 4  # with that of the state in which Harbour lies, to which Petrova has been
    accepted(tmp_path / "out", row, f"person/nobody\tskos:exactMatch\t\tw:Q6\t{LEXICAL}")
    assert len({plain.version, linked.version, built(tmp_path).version}) == 3


def test_rows_for_nothing_that_is_there_are_counted(tmp_path: Path) -> None:
    path = accepted(
        tmp_path,
        f"{PETROVA.key}\tskos:exactMatch\t\tw:Q5\t{LEXICAL}",
        f"person/nobody\tskos:exactMatch\t\tw:Q6\t{LEXICAL}",
        f"{HARBOUR.key}\tskos:broadMatch\t\tw:Q7\t{LEXICAL}",
    )
    taken = [
        open_release(built(tmp_path, given=path, base=base).path).manifest["links"]
        for base in (DEFAULT_BASE, "https://graph.example/id/")
    ]
    assert [(one["applied"], one["unused"]) for one in taken] == [(1, 2), (0, 3)]


def test_the_server_hands_out_the_table(tmp_path: Path) -> None:
    result = built(tmp_path)
    name = f"legation-{result.version}.sssom.tsv"
    client = create_app(tmp_path / "out").test_client()
    answer = client.get(f"/dumps/{result.version}/{name}")
    assert (answer.status_code, answer.mimetype) == (200, "text/tab-separated-values")
    assert answer.data == (result.path / "dumps" / name).read_bytes()
    listed = client.get("/dumps/", headers={"Accept": "application/json"}).json
    assert listed
    assert name in [file["name"] for file in listed["releases"][0]["files"]]


def test_a_file_given_goes_before_the_one_in_the_folder(tmp_path: Path) -> None:
    built(tmp_path)
    accepted(tmp_path / "out", f"{PETROVA.key}\tskos:closeMatch\t\tw:Q5\t{LEXICAL}")
    (tmp_path / "mine").mkdir()
    result = built(tmp_path, given=accepted(tmp_path / "mine", f"{PETROVA.key}\tskos:closeMatch\t\tw:Q6\t{LEXICAL}"))
    with gzip.open(open_release(result.path).dump, "rt") as dump:
        text = dump.read()
    assert "entity/Q6>" in text
    assert "entity/Q5>" not in text


class Never(FakeReader):
    """A reader that must not be asked."""

    def read(self, article: Article, *, min_confidence: float | None = None) -> Account:
        """Fail."""
        raise AssertionError("an article was read although the file of links is wrong")


def test_a_wrong_file_of_links_stops_before_any_article_is_read(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("Petrova was in Harbour.", encoding="utf-8")
    with pytest.raises(InputError, match=r"none\.tsv: cannot be read"):
        build([tmp_path / "a.txt"], tmp_path / "out", links=tmp_path / "none.tsv", make_reader=Never)


# The release of the seeds


@pytest.mark.slow
def test_the_seeds_release_says_its_links_three_times_alike(seeds_release: Release) -> None:
    release = seeds_release
    table = read(next((release.path / "dumps").glob("*.sssom.tsv")))
    graph = NAMES.graph("links")
    same = [
        q
        for name in ("exactMatch", "closeMatch")
        for q in release.store.quads_for_pattern(None, term(f"skos:{name}"), None, graph)
    ]
    assert {(m.subject_id, m.predicate_id, m.object_id) for m in table.mappings} == {
        (q.subject.value, q.predicate.value, q.object.value)
        for q in same  # type: ignore[union-attr]
    }
    assert len(table.mappings) == len(same) == release.manifest["counts"]["links"] > 10
    counted = {
        q.subject.value: int(q.object.value)  # type: ignore[union-attr]
        for q in release.store.quads_for_pattern(None, term("void:triples"), None, NAMES.graph("release"))
        if "#links-" in q.subject.value  # type: ignore[union-attr]
    }
    found = Counter((data_set(m.object_id).key, m.predicate_id.rpartition("#")[2]) for m in table.mappings)
    start = NAMES.release(release.version).value + "#links-"
    assert counted == {f"{start}{key}-{relation}": number for (key, relation), number in found.items()}
